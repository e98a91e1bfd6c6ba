/* SPDX-License-Identifier: Apache-2.0 */
/* What the hub says about itself. */
#include "clock.h"
#include "counts.h"
#include "hub.h"
#include "intake.h"
#include "note.h"
#include "reply.h"

#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* The file openapi.json, as the Makefile put it here. */
extern const uint8_t hub_openapi[];
extern const size_t hub_openapi_bytes;

/* ---- /.well-known/frank ----------------------------------------------------
 */

static json_t *describe_limits(const struct settings *s)
{
    return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "report_bytes",
                     (json_int_t)FRANK_REPORT_MAX_BYTES, "content_bytes",
                     (json_int_t)FRANK_CONTENT_MAX_BYTES, "note_bytes",
                     (json_int_t)FRANK_NOTE_MAX_BYTES, "uri_bytes",
                     (json_int_t)FRANK_URI_MAX_BYTES, "messages",
                     (json_int_t)FRANK_MESSAGES_MAX, "message_age_ms",
                     (json_int_t)s->message_age_max, "receipt_ms",
                     (json_int_t)s->retain);
}

static json_t *describe_reasons(void)
{
    json_t *list = json_array();
    const struct frank_reason *reason;

    for (size_t i = 0; (reason = frank_reason_at(i)) != NULL; i++) {
        (void)json_array_append_new(
            list, json_pack("{s:i,s:s,s:s}", "code", (int)reason->code, "name",
                            reason->name, "plain", reason->plain));
    }
    return list;
}

/* The signed record is for messengers, who check it against the moderation key
 * that they pin; the key itself for those who pin that. */
static json_t *describe_quorum(const struct hub_keys *keys)
{
    json_t *quorum = json_null();
    char *hex;

    if (!keys->has_quorum) {
        return quorum;
    }
    quorum = json_loads(keys->quorum_json, 0, NULL);
    hex = malloc(2 * keys->quorum_record_len + 1);
    if (hex != NULL && keys->quorum_record_len > 0) {
        (void)sodium_bin2hex(hex, 2 * keys->quorum_record_len + 1,
                             keys->quorum_record, keys->quorum_record_len);
        (void)json_object_set_new(quorum, "record", json_string(hex));
    }
    free(hex);
    return quorum;
}

void route_well_known(struct http_exchange *exchange, void *context)
{
    struct hub *hub = context;
    struct hub_keys *keys = hub_keys_hold(hub);
    char vkey[NOTE_VKEY_MAX_BYTES];
    json_t *root = json_loads(keys->public_json, 0, NULL);

    note_vkey(vkey, hub->settings->log_origin, hub->log_public);
    (void)json_object_set_new(root, "version", json_string(frank_version()));
    (void)json_object_set_new(root, "time",
                              json_integer((json_int_t)clock_wall()));
    (void)json_object_set_new(root, "log",
                              json_pack("{s:s,s:s}", "origin",
                                        hub->settings->log_origin, "key",
                                        vkey));
    (void)json_object_set_new(root, "limits", describe_limits(hub->settings));
    (void)json_object_set_new(root, "reasons", describe_reasons());
    (void)json_object_set_new(root, "quorum", describe_quorum(keys));
    hub_keys_release(keys);
    http_answer_json(exchange, 200,
                     json_dumps(root, JSON_COMPACT | JSON_PRESERVE_ORDER),
                     "max-age=60");
    json_decref(root);
}

void route_openapi(struct http_exchange *exchange, void *context)
{
    (void)context;
    http_answer(exchange,
                &(struct http_answer){.status = 200,
                                      .type = "application/json",
                                      .body = {hub_openapi, hub_openapi_bytes},
                                      .cache = "max-age=3600"});
}

/* ---- Operation -------------------------------------------------------------
 */

static void answer_text(struct http_exchange *exchange, unsigned status,
                        const char *text)
{
    http_answer(exchange, &(struct http_answer){
                              .status = status,
                              .type = "text/plain; charset=utf-8",
                              .body = {(const uint8_t *)text, strlen(text)}});
}

void route_livez(struct http_exchange *exchange, void *context)
{
    (void)context;
    answer_text(exchange, 200, "live\n");
}

void route_readyz(struct http_exchange *exchange, void *context)
{
    struct hub *hub = context;

    if (!atomic_load(&hub->ready)) {
        answer_text(exchange, 503, "not ready: ending\n");
    } else if (!writer_has_room(hub->store.writer)) {
        answer_text(exchange, 503, "not ready: disk full\n");
    } else {
        answer_text(exchange, 200, "ready\n");
    }
}

/* Not for everybody: who can watch the counts sees the report that his message
 * caused. */
void route_metrics(struct http_exchange *exchange, void *context)
{
    struct hub *hub = context;
    char *text;

    if (!hub_admits(hub, exchange, BEARER_OPERATOR)) {
        return;
    }
    text = counts_text(hub);
    if (text == NULL) {
        http_answer_json(exchange, 503, NULL, NULL);
        return;
    }
    http_answer(exchange, &(struct http_answer){
                              .status = 200,
                              .type = "text/plain; version=0.0.4",
                              .body = {(const uint8_t *)text, strlen(text)},
                              .owned = text});
}
