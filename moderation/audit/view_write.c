/* SPDX-License-Identifier: Apache-2.0 */
#include "view_write.h"

#include "hash.h"
#include "utf8.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The last second of the year 9999. */
#define TIME_MAX UINT64_C(253402300799)

void view_free(struct view *view)
{
    for (size_t i = 0; i < view->to_fill_count; i++) {
        free(view->to_fill[i]);
    }
    free(view->to_fill);
    if (view->text != NULL) {
        sodium_memzero(view->text, view->len);
    }
    free(view->text);
    *view = (struct view){NULL, 0, NULL, 0};
}

void view_begin(struct view_writer *w, struct view *out)
{
    *out = (struct view){NULL, 0, NULL, 0};
    *w =
        (struct view_writer){out, open_memstream(&out->text, &out->len), false};
    w->failed = w->file == NULL;
}

int view_give_up(struct view_writer *w, struct frank_fault *fault, int error,
                 const char *what)
{
    if (w->file != NULL) {
        (void)fclose(w->file);
    }
    view_free(w->out);
    if (fault != NULL) {
        *fault = (struct frank_fault){.error = error, .field = what};
    }
    return error;
}

int view_end(struct view_writer *w, struct frank_fault *fault)
{
    bool closed = w->file != NULL && fclose(w->file) == 0;

    w->file = NULL;
    return closed && !w->failed
               ? FRANK_OK
               : view_give_up(w, fault, FRANK_ERR_MEMORY, "view");
}

void view_put(struct view_writer *w, const char *text)
{
    w->failed = w->failed || fputs(text, w->file) == EOF;
}

void view_printf(struct view_writer *w, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    w->failed = w->failed || vfprintf(w->file, format, arguments) < 0;
    va_end(arguments);
}

/* What is invisible, or puts what follows in another order than it is. */
static bool is_harmful(uint32_t code)
{
    return (code < 0x20 && code != '\n' && code != '\t') ||
           (code >= 0x7f && code < 0xa0) ||
           (code >= 0x200b && code <= 0x200f) ||
           (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2060 && code <= 0x206f) || code == 0x061c ||
           code == 0xfeff || code == 0xfffe || code == 0xffff;
}

static void put_character(struct view_writer *w, const uint8_t *at, size_t n,
                          uint32_t code)
{
    switch (code) {
    case '&':
        view_put(w, "&amp;");
        break;
    case '<':
        view_put(w, "&lt;");
        break;
    case '>':
        view_put(w, "&gt;");
        break;
    case '"':
        view_put(w, "&quot;");
        break;
    case '\'':
        view_put(w, "&#39;");
        break;
    default:
        if (is_harmful(code)) {
            view_printf(w, "[U+%04" PRIX32 "]", code);
        } else {
            w->failed = w->failed || fwrite(at, 1, n, w->file) != n;
        }
    }
}

void view_put_escaped(struct view_writer *w, struct frank_span text)
{
    for (size_t at = 0; at < text.len;) {
        uint32_t code = 0;
        size_t n = utf8_char(text.data + at, text.len - at, &code);

        if (n == 0) {
            view_printf(w, "[%02X]", text.data[at]);
            n = 1;
        } else {
            put_character(w, text.data + at, n, code);
        }
        at += n;
    }
}

void view_put_text(struct view_writer *w, const char *text)
{
    view_put_escaped(w,
                     (struct frank_span){(const uint8_t *)text, strlen(text)});
}

/* In pieces whose length is a multiple of three, so that they join. */
void view_put_base64(struct view_writer *w, struct frank_span bytes)
{
    char text[sodium_base64_ENCODED_LEN(3000, sodium_base64_VARIANT_ORIGINAL)];

    for (size_t at = 0; at < bytes.len; at += 3000) {
        size_t len = bytes.len - at < 3000 ? bytes.len - at : 3000;

        (void)sodium_bin2base64(text, sizeof text, bytes.data + at, len,
                                sodium_base64_VARIANT_ORIGINAL);
        view_put(w, text);
    }
}

void view_put_json(struct view_writer *w, const json_t *value)
{
    w->failed =
        w->failed ||
        json_dumpf(value, w->file, JSON_INDENT(2) | JSON_PRESERVE_ORDER) != 0 ||
        fputc('\n', w->file) == EOF;
}

void view_put_hex(struct view_writer *w, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        view_printf(w, "%02x", bytes[i]);
    }
}

void view_to_fill(struct view_writer *w, const char *member, const char *what)
{
    size_t count = w->out->to_fill_count;
    char *line = NULL;
    char **list;

    if (asprintf(&line, "%s: %s", member, what) < 0) {
        w->failed = true;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (strcmp(w->out->to_fill[i], line) == 0) {
            free(line);
            return;
        }
    }
    list = realloc(w->out->to_fill, (count + 1) * sizeof *list);
    if (list == NULL) {
        free(line);
        w->failed = true;
        return;
    }
    list[count] = line;
    w->out->to_fill = list;
    w->out->to_fill_count = count + 1;
}

void view_time(char out[static VIEW_TIME_BYTES], uint64_t ms)
{
    uint64_t seconds = ms / 1000;
    time_t time = seconds > TIME_MAX ? 0 : (time_t)seconds;
    struct tm parts;
    char date[24];

    (void)gmtime_r(&time, &parts);
    (void)strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
    (void)snprintf(out, VIEW_TIME_BYTES, "%s.%03uZ", date,
                   (unsigned)(ms % 1000));
}

void view_sha256(char out[static 65], struct frank_span bytes)
{
    uint8_t digest[HASH_BYTES];
    hash_state state;

    hash_init(&state);
    hash_update(&state, bytes.data, bytes.len);
    hash_final(&state, digest);
    (void)sodium_bin2hex(out, 65, digest, sizeof digest);
}

void view_uuid(char out[static 37], const uint8_t id[static 16])
{
    char hex[33];
    uint8_t bytes[16];

    memcpy(bytes, id, sizeof bytes);
    bytes[6] = (uint8_t)(0x40 | (bytes[6] & 0x0f));
    bytes[8] = (uint8_t)(0x80 | (bytes[8] & 0x3f));
    (void)sodium_bin2hex(hex, sizeof hex, bytes, sizeof bytes);
    (void)snprintf(out, 37, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12,
                   hex + 16, hex + 20);
}

const struct bundle_message *view_accused(const struct bundle_report *report)
{
    for (size_t m = 0; m < report->count; m++) {
        if (report->messages[m].index == report->accused) {
            return &report->messages[m];
        }
    }
    return NULL;
}

bool view_of_accused(const struct bundle_check *c, size_t r, size_t m)
{
    const struct bundle_report *report = &c->bundle->reports[r];
    const struct bundle_message *accused = view_accused(report);
    enum opening_state state = c->reports[r].verdicts[m].state;
    struct frank_span sender = report->messages[m].evidence.context.sender;

    return accused != NULL &&
           (state == OPENING_MATCHES || state == OPENING_MALFORMED ||
            state == OPENING_WITHHELD) &&
           sender.len == accused->evidence.context.sender.len &&
           memcmp(sender.data, accused->evidence.context.sender.data,
                  sender.len) == 0;
}

bool view_is_withheld_reason(uint8_t reason)
{
    const struct frank_reason *r = frank_reason(reason);

    return r != NULL && r->cybertipline != NULL;
}

bool view_withholds(const struct bundle *bundle)
{
    for (size_t i = 0; i < bundle->report_count; i++) {
        if (view_is_withheld_reason(bundle->reports[i].reason)) {
            return true;
        }
    }
    return false;
}
