/* SPDX-License-Identifier: Apache-2.0 */
/* The text is scanned as a whole, then the page's members are looked up, then
 * each item's: what is wrong with these stays with the item. */
#include "feed_page.h"

#include "json_scan.h"
#include "wire.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define BASE64 sodium_base64_VARIANT_ORIGINAL
/* Bytes that are encoded again at once, to look whether it is the same text. */
#define STEP ((size_t)768)

struct parse {
    const uint8_t *text;
    struct feed_page *page;
    size_t used; /* of page->bytes */
    uint64_t above;
    struct frank_fault *fault;
};

static int fail_at(const struct parse *p, int error, const char *field,
                   const struct json_scan_value *value)
{
    size_t offset =
        value->text.data != NULL ? (size_t)(value->text.data - p->text) : 0;

    return wire_fault(p->fault, error, field, offset, 0, 0);
}

/* ---- Members -------------------------------------------------------------
 */

/* Looks up members by name: the first `needed` must be there, none twice. One
 * that is not there has no text. */
static int collect(const struct parse *p, struct json_scan_value *out,
                   const char *const *names, size_t count, size_t needed,
                   const struct json_scan_value *object)
{
    struct json_walk walk = json_walk(object);
    struct json_scan_value value;
    struct frank_span name;

    for (size_t i = 0; i < count; i++) {
        out[i].text.data = NULL; /* not found yet */
    }
    while (json_walk_member(&name, &value, &walk)) {
        for (size_t i = 0; i < count; i++) {
            if (!json_scan_is(name, names[i])) {
                continue;
            }
            if (out[i].text.data != NULL) {
                return fail_at(p, FRANK_ERR_JSON, names[i], &value);
            }
            out[i] = value;
        }
    }
    for (size_t i = 0; i < needed; i++) {
        if (out[i].text.data == NULL) {
            return fail_at(p, FRANK_ERR_MISSING, names[i], object);
        }
    }
    return FRANK_OK;
}

static int read_number(const struct parse *p, uint64_t *out, const char *field,
                       const struct json_scan_value *value, uint64_t least,
                       uint64_t most)
{
    uint64_t number = 0;

    if (!json_scan_number(&number, value, most) || number < least) {
        return fail_at(p, FRANK_ERR_VALUE, field, value);
    }
    *out = number;
    return FRANK_OK;
}

static int read_u32(const struct parse *p, uint32_t *out, const char *field,
                    const struct json_scan_value *value)
{
    uint64_t number = 0;
    int error = read_number(p, &number, field, value, 0, UINT32_MAX);

    *out = (uint32_t)number;
    return error;
}

static int read_bool(const struct parse *p, bool *out, const char *field,
                     const struct json_scan_value *value)
{
    if (value->type != JSON_SCAN_TRUE && value->type != JSON_SCAN_FALSE) {
        return fail_at(p, FRANK_ERR_VALUE, field, value);
    }
    *out = value->type == JSON_SCAN_TRUE;
    return FRANK_OK;
}

static int read_hex(const struct parse *p, uint8_t *out, size_t len,
                    const char *field, const struct json_scan_value *value)
{
    size_t written = 0;

    if (value->type != JSON_SCAN_STRING || value->text.len != 2 * len ||
        sodium_hex2bin(out, len, (const char *)value->text.data,
                       value->text.len, NULL, &written, NULL) != 0 ||
        written != len) {
        sodium_memzero(out, len);
        return fail_at(p, FRANK_ERR_VALUE, field, value);
    }
    return FRANK_OK;
}

/* The place of a word in a row of them. */
static int read_word(const struct parse *p, unsigned *out, const char *field,
                     const struct json_scan_value *value,
                     const char *const *words, unsigned count)
{
    for (unsigned i = 0; value->type == JSON_SCAN_STRING && i < count; i++) {
        if (json_scan_is(value->text, words[i])) {
            *out = i;
            return FRANK_OK;
        }
    }
    return fail_at(p, FRANK_ERR_VALUE, field, value);
}

/* ---- Base64 --------------------------------------------------------------
 */

/* Whether this is the one text of the bytes. libsodium 1.0.18 reads characters
 * from 0x80 on as others. */
static bool is_text_of(struct frank_span bytes, struct frank_span text)
{
    char again[sodium_base64_ENCODED_LEN(STEP, BASE64)];
    bool same = text.len == (bytes.len + 2) / 3 * 4;

    for (size_t at = 0; same && at < bytes.len; at += STEP) {
        size_t step = bytes.len - at < STEP ? bytes.len - at : STEP;

        (void)sodium_bin2base64(again, sizeof again, bytes.data + at, step,
                                BASE64);
        same = memcmp(again, text.data + at / 3 * 4, strlen(again)) == 0;
    }
    return same;
}

/* Into the page's bytes: there is room, as all of its base64 is in the text. */
static int read_bytes(struct parse *p, struct frank_span *out,
                      const char *field, const struct json_scan_value *value,
                      size_t max)
{
    struct frank_span bytes = {p->page->bytes + p->used, 0};

    if (value->type != JSON_SCAN_STRING || value->text.len == 0) {
        return fail_at(p, FRANK_ERR_VALUE, field, value);
    }
    if (value->text.len > (max + 2) / 3 * 4) {
        return fail_at(p, FRANK_ERR_LIMIT, field, value);
    }
    if (sodium_base642bin(p->page->bytes + p->used, p->page->size - p->used,
                          (const char *)value->text.data, value->text.len, NULL,
                          &bytes.len, NULL, BASE64) != 0 ||
        !is_text_of(bytes, value->text)) {
        return fail_at(p, FRANK_ERR_VALUE, field, value);
    }
    if (bytes.len > max) {
        return fail_at(p, FRANK_ERR_LIMIT, field, value);
    }
    p->used += bytes.len;
    *out = bytes;
    return FRANK_OK;
}

/* ---- Items ---------------------------------------------------------------
 */

enum {
    NUMBER,
    ID,
    RECEIVED,
    REPORTER,
    SOURCE,
    PRIORITY,
    DISTINCT,
    CONTACT,
    FOLDS,
    SALT,
    VERDICT,
    REPORT,
    NEEDED,
    LOG_INDEX = NEEDED, /* not of an older hub */
    MEMBERS
};

static const char *const names[MEMBERS] = {"number",
                                           "report_id",
                                           "received",
                                           "reporter",
                                           "source",
                                           "priority",
                                           "distinct_reporters",
                                           "first_contact",
                                           "folds_into",
                                           "report_salt",
                                           "verdict",
                                           "report",
                                           "log_index"};

static int read_figures(const struct parse *p, struct feed_page_item *item,
                        const struct json_scan_value *v)
{
    int error = read_number(p, &item->received, names[RECEIVED], &v[RECEIVED],
                            0, INT64_MAX);

    if (error == FRANK_OK) {
        error = read_u32(p, &item->priority, names[PRIORITY], &v[PRIORITY]);
    }
    if (error == FRANK_OK) {
        error = read_u32(p, &item->distinct, names[DISTINCT], &v[DISTINCT]);
    }
    if (error == FRANK_OK) {
        error = read_bool(p, &item->first_contact, names[CONTACT], &v[CONTACT]);
    }
    if (error == FRANK_OK) {
        error = read_number(p, &item->folds_into, names[FOLDS], &v[FOLDS], 1,
                            INT64_MAX);
    }
    item->has_log_index = v[LOG_INDEX].text.data != NULL;
    if (error == FRANK_OK && item->has_log_index) {
        error = read_number(p, &item->log_index, names[LOG_INDEX],
                            &v[LOG_INDEX], 0, INT64_MAX);
    }
    return error;
}

static int read_kinds(const struct parse *p, struct feed_page_item *item,
                      const struct json_scan_value *v)
{
    static const char *const reporters[] = {"anonymous", "named", "vouched"};
    static const char *const sources[] = {"sealed", "mimi"};
    unsigned reporter = 0;
    unsigned origin = 0;
    int error =
        read_word(p, &reporter, names[REPORTER], &v[REPORTER], reporters, 3);

    if (error == FRANK_OK) {
        error = read_word(p, &origin, names[SOURCE], &v[SOURCE], sources, 2);
    }
    item->reporter = (enum feed_reporter)reporter;
    item->origin = (enum feed_origin)origin;
    return error;
}

static int read_blobs(struct parse *p, struct feed_page_item *item,
                      const struct json_scan_value *v)
{
    int error =
        read_hex(p, item->salt, sizeof item->salt, names[SALT], &v[SALT]);

    if (error == FRANK_OK) {
        error = read_bytes(p, &item->verdict, names[VERDICT], &v[VERDICT],
                           HUB_VERDICT_SIGNED_MAX_BYTES);
    }
    if (error == FRANK_OK) {
        error = read_bytes(p, &item->report, names[REPORT], &v[REPORT],
                           FRANK_REPORT_MAX_BYTES);
    }
    return error;
}

static int read_item(struct parse *p, struct feed_page_item *item,
                     const struct json_scan_value *value)
{
    struct json_scan_value v[MEMBERS];
    int error;

    if (value->type != JSON_SCAN_OBJECT) {
        return fail_at(p, FRANK_ERR_VALUE, "item", value);
    }
    error = collect(p, v, names, MEMBERS, NEEDED, value);
    /* as far as there are some, whatever else is wrong */
    if (v[NUMBER].text.data != NULL) {
        int wrong = read_number(p, &item->number, names[NUMBER], &v[NUMBER], 1,
                                INT64_MAX);

        error = error == FRANK_OK ? wrong : error;
    }
    if (v[ID].text.data != NULL) {
        int wrong = read_hex(p, item->report_id, sizeof item->report_id,
                             names[ID], &v[ID]);

        error = error == FRANK_OK ? wrong : error;
    }
    if (error == FRANK_OK) {
        error = read_figures(p, item, v);
    }
    if (error == FRANK_OK) {
        error = read_kinds(p, item, v);
    }
    if (error == FRANK_OK) {
        error = read_blobs(p, item, v);
    }
    return error;
}

/* Only what names a malformed one stays. */
static void mark(struct feed_page_item *item, const struct frank_fault *fault)
{
    uint64_t number = item->number;
    uint8_t id[FRANK_REPORT_ID_BYTES];

    memcpy(id, item->report_id, sizeof id);
    memset(item, 0, sizeof *item);
    item->fault = *fault;
    item->number = number;
    memcpy(item->report_id, id, sizeof id);
}

static int read_items(struct parse *p, const struct json_scan_value *items)
{
    struct json_walk walk = json_walk(items);
    struct frank_fault *fault = p->fault; /* the page's */
    struct json_scan_value value;

    while (json_walk_element(&value, &walk)) {
        struct feed_page_item *item = &p->page->items[p->page->count];
        struct frank_fault wrong = {FRANK_OK, NULL, 0, 0, 0};

        if (p->page->count == FEED_PAGE_ITEMS_MAX) {
            return wire_fault(fault, FRANK_ERR_LIMIT, "items",
                              (size_t)(value.text.data - p->text),
                              FEED_PAGE_ITEMS_MAX + 1, FEED_PAGE_ITEMS_MAX);
        }
        p->fault = &wrong;
        if (read_item(p, item, &value) != FRANK_OK) {
            mark(item, &wrong);
        }
        p->fault = fault;
        p->page->count++;
        if (item->number == 0) {
            continue;
        }
        if (item->number <= p->above) {
            return fail_at(p, FRANK_ERR_ORDER, names[NUMBER], &value);
        }
        p->above = item->number;
    }
    return FRANK_OK;
}

/* ---- The page ------------------------------------------------------------
 */

/* Where the last item's number is known it is next; without items nothing
 * changes, and there can be no more of nothing. */
static bool is_next(const struct parse *p, uint64_t after)
{
    const struct feed_page *page = p->page;

    if (page->count == 0) {
        return page->next == after && !page->more;
    }
    return page->items[page->count - 1].number != 0 ? page->next == p->above
                                                    : page->next > p->above;
}

static int read_page(struct parse *p, const struct json_scan_value *root,
                     uint64_t after)
{
    static const char *const members[] = {"items", "next", "last", "more"};
    struct json_scan_value v[4];
    int error = collect(p, v, members, 4, 4, root);

    if (error == FRANK_OK && v[0].type != JSON_SCAN_ARRAY) {
        error = fail_at(p, FRANK_ERR_VALUE, members[0], &v[0]);
    }
    if (error == FRANK_OK) {
        error = read_items(p, &v[0]);
    }
    if (error == FRANK_OK) {
        error = read_number(p, &p->page->next, members[1], &v[1], 0, INT64_MAX);
    }
    if (error == FRANK_OK) {
        error = read_number(p, &p->page->last, members[2], &v[2], 0, INT64_MAX);
    }
    if (error == FRANK_OK) {
        error = read_bool(p, &p->page->more, members[3], &v[3]);
    }
    if (error == FRANK_OK && !is_next(p, after)) {
        error = fail_at(p, FRANK_ERR_ORDER, members[1], &v[1]);
    }
    return error;
}

int feed_page_parse(struct feed_page *out, const char *text, size_t len,
                    uint64_t after, struct frank_fault *fault)
{
    struct parse p = {.text = (const uint8_t *)text,
                      .page = out,
                      .above = after,
                      .fault = fault};
    struct json_scan_value root;
    int error;

    memset(out, 0, sizeof *out);
    if (len > FEED_PAGE_MAX_BYTES) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "feed", 0, len,
                          FEED_PAGE_MAX_BYTES);
    }
    error = json_scan(&root, text, len, "feed", fault);
    if (error != FRANK_OK) {
        return error;
    }
    out->size = len / 4 * 3 + 3;
    out->bytes = malloc(out->size);
    out->items = calloc(FEED_PAGE_ITEMS_MAX, sizeof *out->items);
    error = out->bytes == NULL || out->items == NULL
                ? wire_fault(fault, FRANK_ERR_MEMORY, "feed", 0, 0, 0)
                : read_page(&p, &root, after);
    if (error != FRANK_OK) {
        out->size = out->bytes != NULL ? out->size : 0;
        feed_page_free(out);
    }
    return error;
}

void feed_page_free(struct feed_page *page)
{
    if (page->items != NULL) {
        sodium_memzero(page->items, FEED_PAGE_ITEMS_MAX * sizeof *page->items);
    }
    if (page->bytes != NULL) {
        sodium_memzero(page->bytes, page->size);
    }
    free(page->items);
    free(page->bytes);
    memset(page, 0, sizeof *page);
}
