/* SPDX-License-Identifier: Apache-2.0 */
#include "showing.h"

#include "handlers.h"
#include "looks.h"
#include "parts.h"
#include "showing_files.h"
#include "ticket.h"
#include "utf8.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- A look
 * ----------------------------------------------------------------------- */

static const char *const states[OPENING_STATES] = {
    "matches", "malformed", "mismatch", "withheld", "expired", "not_stamped"};
static const char *const part_states[] = {"there", "withheld", "empty",
                                          "external", "unreadable"};

static json_t *base64(struct frank_span bytes)
{
    size_t size =
        sodium_base64_encoded_len(bytes.len, sodium_base64_VARIANT_ORIGINAL);
    char *text = malloc(size);
    json_t *out;

    if (text == NULL) {
        return NULL;
    }
    (void)sodium_bin2base64(text, size, bytes.data, bytes.len,
                            sodium_base64_VARIANT_ORIGINAL);
    out = json_string(text);
    sodium_memzero(text, size);
    free(text);
    return out;
}

struct showing {
    struct call *call;
    const struct looking *looking;
    char ticket[TICKET_BYTES];
    struct parts parts;
    struct shown_files files;
};

static void put_text(json_t *out, const char *name, struct frank_span text)
{
    if (text.len > 0) {
        (void)json_object_set_new(out, name, call_span(text));
    }
}

/* What of a part's own bytes is shown: text as such; of the rest, where it can
 * be had. */
static void put_part_bytes(json_t *out, const struct showing *s, size_t message,
                           size_t i)
{
    const struct part *part = &s->parts.items[i];

    (void)json_object_set_new(out, "bytes",
                              json_integer((json_int_t)part->body.len));
    if (part->state == PART_THERE &&
        part_shown_type(part->media_type) != NULL) {
        char address[160];

        (void)snprintf(address, sizeof address,
                       "/v1/evidence/%" PRIu64 "/%zu/%zu/%s",
                       s->looking->report.number, message, i, s->ticket);
        (void)json_object_set_new(out, "evidence", json_string(address));
    } else if (part_is_text(part->media_type) || utf8_is_valid(part->body)) {
        (void)json_object_set_new(out, "text", call_readable(part->body));
    }
}

static json_t *part_json(const struct showing *s, size_t message, size_t i)
{
    const struct part *part = &s->parts.items[i];
    enum attachment_kind kind =
        attachment_kind(part, s->looking->verdicts[message].format);
    json_t *file = show_file(&s->files, message, i, part);
    json_t *out = json_object();

    (void)json_object_set_new(out, "state",
                              json_string(part_states[part->state]));
    put_text(out, "name", part->name);
    put_text(out, "media_type", part->media_type);
    put_text(out, "url", part->url);
    put_text(out, "description", part->description);
    if (part->state == PART_EXTERNAL && part->size != UINT64_MAX) {
        (void)json_object_set_new(out, "bytes",
                                  json_integer((json_int_t)part->size));
    }
    if (file != NULL) {
        (void)json_object_set_new(out, "attachment", file);
    }
    if (kind == ATTACHMENT_KEY) {
        (void)json_object_set_new(out, "attachment_key", json_true());
    } else if (kind != ATTACHMENT_FRANK &&
               (part->state == PART_THERE || part->state == PART_UNREADABLE)) {
        put_part_bytes(out, s, message, i);
    }
    return out;
}

static void put_parts(json_t *out, struct showing *s, size_t message,
                      struct frank_span content)
{
    json_t *list = json_array();
    json_t *stray;

    if (parts_read(&s->parts, content.data, content.len, NULL) == FRANK_OK) {
        for (size_t i = 0; i < s->parts.count; i++) {
            (void)json_array_append_new(list, part_json(s, message, i));
        }
        if (s->parts.more > 0) {
            (void)json_array_append_new(
                list, json_pack("{s:s,s:I}", "state", "more", "parts",
                                (json_int_t)s->parts.more));
        }
    }
    stray = show_stray_files(&s->files, message, s->parts.count);
    if (stray != NULL) {
        (void)json_object_set_new(out, "stray_attachments", stray);
    }
    parts_free(&s->parts);
    (void)json_object_set_new(out, "parts", list);
}

static json_t *message_json(struct showing *s, size_t i)
{
    const struct looking *l = s->looking;
    const struct opening_verdict *v = &l->verdicts[i];
    const struct frank_report_header *h = &opening_report(l->opening)->header;
    const struct frank_opening *o = &opening_body(l->opening)->openings[i];
    const struct frank_context *c = &h->evidence[i].context;
    json_t *out = json_object();

    (void)json_object_set_new(out, "message", json_integer((json_int_t)i));
    (void)json_object_set_new(
        out, "tag",
        call_hex_json((struct frank_span){h->evidence[i].tag,
                                          sizeof h->evidence[i].tag}));
    (void)json_object_set_new(out, "accused", json_boolean(i == h->accused));
    (void)json_object_set_new(out, "sender", call_span(c->sender));
    (void)json_object_set_new(out, "room", call_span(c->room));
    (void)json_object_set_new(out, "sent",
                              json_integer((json_int_t)c->accepted_timestamp));
    (void)json_object_set_new(
        out, "verdict",
        json_string(l->is_unreadable ? "unreadable" : states[v->state]));
    (void)json_object_set_new(out, "proven",
                              json_boolean(v->stamp == STAMP_VALID &&
                                           (v->state == OPENING_MATCHES ||
                                            v->state == OPENING_MALFORMED)));
    (void)json_object_set_new(out, "stamp",
                              json_string(opening_stamp_text(v->stamp)));
    if (l->is_unreadable) {
        (void)json_object_set_new(
            out, "why", json_string("the report's body cannot be read"));
    } else if (v->fault.error != FRANK_OK) {
        (void)json_object_set_new(out, "why",
                                  json_string(frank_strerror(v->fault.error)));
    }
    (void)json_object_set_new(out, "parts_withheld",
                              json_integer((json_int_t)v->parts_withheld));
    if (o->disclosed) {
        if (call_switch(s->call, "raw")) {
            (void)json_object_set_new(out, "content", base64(o->content));
        }
        put_parts(out, s, i, o->content);
    }
    return out;
}

static json_t *messages_json(const size_t *messages, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++) {
        (void)json_array_append_new(list,
                                    json_integer((json_int_t)messages[i]));
    }
    return list;
}

static json_t *order_json(const struct looking *l)
{
    json_t *order = json_array();
    struct room_seen seen;

    for (size_t i = 0; i < l->place_count; i++) {
        room_seen(&seen, l->places, i, &opening_report(l->opening)->header);
        (void)json_array_append_new(
            order, json_pack("{s:I,s:I,s:I,s:I,s:o,s:o}", "message",
                             (json_int_t)l->places[i].message, "room_seq",
                             (json_int_t)l->places[i].room_seq, "seen_seq",
                             (json_int_t)l->places[i].seen_seq, "gap",
                             (json_int_t)l->places[i].gap, "acknowledged",
                             messages_json(seen.messages, seen.count),
                             "not_acknowledged",
                             messages_json(seen.missing, seen.missing_count)));
    }
    return order;
}

/* Where it is told how far files are, without another look. */
static void put_files_address(struct showing *s)
{
    char address[160];

    if (opening_body(s->looking->opening)->disclosure_count > 0) {
        (void)snprintf(address, sizeof address,
                       "/v1/reports/%" PRIu64 "/attachments/%s",
                       s->looking->report.number, s->ticket);
        call_put(s->call, "attachments", json_string(address));
    }
}

static void put_look(struct showing *s)
{
    struct call *call = s->call;
    const struct looking *l = s->looking;
    const struct frank_report_header *h = &opening_report(l->opening)->header;
    const struct frank_report_body *body = opening_body(l->opening);
    json_t *messages = json_array();
    unsigned withheld = 0;
    unsigned parts = 0;

    for (size_t i = 0; i < h->count; i++) {
        (void)json_array_append_new(messages, message_json(s, i));
        withheld += !l->is_unreadable && !body->openings[i].disclosed;
        parts += l->verdicts[i].parts_withheld != 0;
    }
    /* First, as it can make what is shown look other than it was. */
    call_put(call, "withheld", json_integer(withheld));
    call_put(call, "parts_withheld", json_integer(parts));
    call_put(call, "report", json_integer((json_int_t)l->report.number));
    call_put(call, "unreadable", json_boolean(l->is_unreadable));
    call_put(call, "note", call_span(body->note));
    call_put(call, "hub_verdict", json_boolean(l->has_verdict));
    call_put(call, "messages", messages);
    call_put(call, "order", order_json(l));
    call_put(call, "order_is_forged", json_boolean(l->order_is_forged));
    put_files_address(s);
}

void show_look(struct call *call, const struct looking *looking,
               uint64_t second_look)
{
    struct showing *s = calloc(1, sizeof *s);

    if (s == NULL) {
        call_refuse(call, 503, "busy", "Out of memory");
        return;
    }
    s->call = call;
    s->looking = looking;
    ticket_make(s->ticket, call->mod->secrets->tickets,
                &(struct ticket){call->session, looking->report.number,
                                 second_look, call->now + TICKET_MS});
    shown_files_read(&s->files, call, looking, s->ticket);
    put_look(s);
    sodium_memzero(s, sizeof *s);
    free(s);
}

/* ---- How far files are ----------------------------------------------------
 */

static void put_message_files(json_t *list, struct showing *s, size_t message)
{
    const struct frank_opening *o =
        &opening_body(s->looking->opening)->openings[message];

    if (o->disclosed && parts_read(&s->parts, o->content.data, o->content.len,
                                   NULL) == FRANK_OK) {
        for (size_t i = 0; i < s->parts.count; i++) {
            json_t *file = show_file(&s->files, message, i, &s->parts.items[i]);

            if (file != NULL) {
                (void)json_array_append_new(
                    list,
                    json_pack("{s:I,s:I,s:o}", "message", (json_int_t)message,
                              "part", (json_int_t)i, "attachment", file));
            }
        }
        parts_free(&s->parts);
    }
}

/* Under the ticket of the look that asks. */
static void put_files(struct call *call, const struct looking *l,
                      const char *ticket)
{
    struct showing *s = calloc(1, sizeof *s);
    json_t *list = json_array();

    if (s == NULL) {
        json_decref(list);
        call_refuse(call, 503, "busy", "Out of memory");
        return;
    }
    s->call = call;
    s->looking = l;
    (void)snprintf(s->ticket, sizeof s->ticket, "%s", ticket);
    shown_files_read(&s->files, call, l, s->ticket);
    for (size_t i = 0; i < opening_report(l->opening)->header.count; i++) {
        put_message_files(list, s, i);
    }
    call_put(call, "attachments", list);
    sodium_memzero(s, sizeof *s);
    free(s);
}

/* Whether somebody to whom a look gave this ticket may look still. */
static struct cases_answer looks_still(struct ticket *ticket, struct call *call,
                                       uint64_t report, const char *text)
{
    struct cases_answer may = cases_unknown();

    *ticket = (struct ticket){.session = call->session, .report = report};
    if (ticket_read(ticket, call->mod->secrets->tickets, text, call->now)) {
        struct db *db = call_read(call);

        may = looks_may(db, &call->who, report, ticket->second_look, call->now);
        call_read_end(call);
    }
    return may;
}

/* What a look said of files, as it is now: whoever waits for them does not look
 * anew, which is an entry of the log each time. */
void run_attachments(struct call *call)
{
    uint64_t report = call_number(call, 0);
    const char *text = http_segment(call->exchange, 1);
    struct ticket ticket;
    struct looking *l;

    if (!call_done(call, looks_still(&ticket, call, report, text))) {
        return;
    }
    l = looking_open(call->mod, report);
    if (l == NULL) {
        (void)call_done(call, cases_unknown());
        return;
    }
    put_files(call, l, text);
    looking_free(l);
}

/* ---- Evidence
 * ------------------------------------------------------------------------ */

/* A place in a list: 0 to 9999, as a MIMI message may have PARTS_MAX parts. */
static bool read_place(const char *text, size_t *out)
{
    if (text == NULL || text[0] == '\0' || strlen(text) > 4 ||
        strspn(text, "0123456789") != strlen(text)) {
        return false;
    }
    *out = (size_t)strtoul(text, NULL, 10);
    return true;
}

/* A browser shows it within a page, and runs nothing of it. */
static void answer_bytes(struct call *call, struct frank_span bytes,
                         const char *type)
{
    static const struct http_field fields[] = {
        {"Content-Security-Policy", "default-src 'none'; sandbox"},
        {"Content-Disposition", "inline"},
        {NULL, NULL}};

    call->answered = true;
    http_answer(call->exchange, &(struct http_answer){.status = 200,
                                                      .type = type,
                                                      .body = bytes,
                                                      .fields = fields});
}

static void answer_part(struct call *call, const struct looking *l,
                        size_t message, size_t which)
{
    struct parts *parts = calloc(1, sizeof *parts);
    const struct frank_opening *o = NULL;

    if (message < opening_report(l->opening)->header.count) {
        o = &opening_body(l->opening)->openings[message];
    }
    if (parts != NULL && o != NULL && o->disclosed &&
        parts_read(parts, o->content.data, o->content.len, NULL) == FRANK_OK) {
        const struct part *part =
            which < parts->count ? &parts->items[which] : NULL;
        const char *type = part != NULL && part->state == PART_THERE
                               ? part_shown_type(part->media_type)
                               : NULL;

        if (type != NULL) {
            answer_bytes(call, part->body, type);
        }
        parts_free(parts);
    }
    free(parts);
}

/* By an address that a look gave: for the session that was shown it, for an
 * hour, as long as it may be looked at. */
void run_evidence(struct call *call)
{
    uint64_t report = call_number(call, 0);
    struct cases_answer may = cases_unknown();
    struct looking *l = NULL;
    struct ticket ticket;
    size_t message = 0;
    size_t part = 0;

    if (read_place(http_segment(call->exchange, 1), &message) &&
        read_place(http_segment(call->exchange, 2), &part)) {
        may =
            looks_still(&ticket, call, report, http_segment(call->exchange, 3));
    }
    if (!call_done(call, may)) {
        return;
    }
    if (!answer_file(call, &ticket, message, part)) {
        l = looking_open(call->mod, report);
        if (l != NULL) {
            answer_part(call, l, message, part);
        }
        looking_free(l);
    }
    if (!call->answered) {
        (void)call_done(call, cases_unknown());
    }
}
