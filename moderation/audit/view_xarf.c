/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XARF v4 (xarf-core.json and the schemas of the types that docs/REASONS.md
 * names). Reporter and sender are organisations, and every `content` type asks
 * for a URL: neither is in a bundle. Material of child safety is never put
 * into such a report, which goes by mail.
 */
#include "view_write.h"

#include "bundle_inner.h"
#include "io.h"

#include <string.h>

#define XARF_VERSION "4.2.0"
#define EVIDENCE_MAX 50
#define EVIDENCE_MAX_BYTES 5242880

/* "category/type", the first of those of a reason; false: it has none. */
static bool split_type(char category[static 32], char type[static 32],
                       const struct frank_reason *reason)
{
    return reason != NULL && reason->xarf != NULL &&
           sscanf(reason->xarf, "%31[a-z]/%31[a-z_]", category, type) == 2;
}

/* What a type asks for beyond what all have. */
struct extra {
    const char *type;
    const char *member;
    const char *value; /* NULL: a person must choose */
    const char *choices;
};
static const struct extra extras[] = {
    {"spam", "protocol", "chat", NULL},
    {"spam", "evidence_source", "user_complaint", NULL},
    {"fraud", "fraud_type", NULL,
     "investment, romance, tech_support, lottery, advance_fee, "
     "cryptocurrency, shopping, charity, employment, "
     "government_impersonation or other"},
    {"csam", "classification", NULL, "baseline, A1, A2, B1 or B2"},
    {"csam", "detection_method", "user_report", NULL},
    {"csem", "exploitation_type", NULL,
     "grooming, solicitation, sextortion, trafficking, distribution, "
     "production or possession"},
    {"csem", "detection_method", "user_report", NULL},
    {"exposed_data", "exposure_method", "other", NULL},
};

static void set(json_t *out, const char *member, const char *value)
{
    (void)json_object_set_new(out, member, json_string(value));
}

static void put_extras(struct view_writer *w, json_t *out, const char *category,
                       const char *type)
{
    if (strcmp(category, "content") == 0) {
        set(out, "url", "https://to-fill-in.invalid/");
        view_to_fill(w, "url", "where the content can be found");
        set(out, "verification_method", "user_report");
    }
    for (size_t i = 0; i < sizeof extras / sizeof extras[0]; i++) {
        if (strcmp(extras[i].type, type) == 0) {
            set(out, extras[i].member,
                extras[i].value != NULL ? extras[i].value : VIEW_TO_FILL);
            if (extras[i].value == NULL) {
                view_to_fill(w, extras[i].member, extras[i].choices);
            }
        }
    }
    if (strcmp(type, "exposed_data") == 0) {
        (void)json_object_set_new(out, "data_types",
                                  json_pack("[s]", VIEW_TO_FILL));
        view_to_fill(w, "data_types",
                     "which kinds of data, as the schema of "
                     "content/exposed_data lists them");
    }
}

static void put_contact(struct view_writer *w, json_t *out, const char *who)
{
    (void)json_object_set_new(out, who,
                              json_pack("{s:s,s:s,s:s}", "org", VIEW_TO_FILL,
                                        "contact",
                                        "to-fill-in@to-fill-in.invalid",
                                        "domain", "to-fill-in.invalid"));
    view_to_fill(w, who, "organisation, mail address and domain");
}

/* NULL: out of memory. */
static json_t *evidence_item(const struct bundle_message *message)
{
    struct view payload;
    struct view_writer w;
    char hash[65];
    json_t *out = NULL;

    view_sha256(hash, message->content);
    view_begin(&w, &payload);
    if (!w.failed) {
        view_put_base64(&w, message->content);
    }
    if (view_end(&w, NULL) == FRANK_OK) {
        char text[80];

        (void)snprintf(text, sizeof text, "sha256:%s", hash);
        out = json_pack("{s:s,s:s,s:s,s:I,s:s}", "content_type",
                        "application/octet-stream", "description",
                        "A message of this account as it was sent, with its "
                        "franking salt",
                        "hash", text, "size", (json_int_t)message->content.len,
                        "payload", payload.text);
        view_free(&payload);
    }
    return out;
}

/* What the accused sent, and nobody else. */
static void put_evidence(struct view_writer *w, json_t *out,
                         const struct bundle_check *c, size_t r)
{
    const struct bundle_report *report = &c->bundle->reports[r];
    json_t *list = json_array();
    size_t left = 0;

    for (size_t m = 0; m < report->count; m++) {
        const struct bundle_message *message = &report->messages[m];

        if (!message->disclosed || !view_of_accused(c, r, m)) {
            continue;
        }
        if (json_array_size(list) == EVIDENCE_MAX ||
            message->content.len > EVIDENCE_MAX_BYTES) {
            left++;
            continue;
        }
        w->failed = json_array_append_new(list, evidence_item(message)) != 0 ||
                    w->failed;
    }
    (void)json_object_set_new(out, "evidence", list);
    if (left > 0) {
        view_to_fill(w, "evidence",
                     "XARF takes 50 items; there are more messages");
    }
}

static void put_description(json_t *out, const struct bundle_check *c, size_t r)
{
    size_t sent = 0;
    char text[1024];

    for (size_t m = 0; m < c->bundle->reports[r].count; m++) {
        sent += view_of_accused(c, r, m);
    }
    (void)snprintf(
        text, sizeof text,
        "Reported by a recipient of the conversation. The hub of the service "
        "signed, by message franking, that this account sent %s of it. The "
        "evidence bundle of the case has what it signed, and the messages "
        "around.",
        COUNT(sent, "message"));
    set(out, "description", text);
}

static json_t *make_report(struct view_writer *w, const struct bundle_check *c,
                           size_t r, const char *category, const char *type)
{
    const struct bundle_report *report = &c->bundle->reports[r];
    const struct bundle_message *accused = view_accused(report);
    json_t *out = json_object();
    uint8_t id[16];
    char uuid[37];
    char time[VIEW_TIME_BYTES];

    memcpy(id, c->bundle->id, sizeof id);
    id[15] = (uint8_t)(id[15] ^ r); /* one for each report of a bundle */
    view_uuid(uuid, id);
    view_time(time, accused->evidence.context.accepted_timestamp);
    set(out, "xarf_version", XARF_VERSION);
    set(out, "report_id", uuid);
    set(out, "timestamp", time);
    put_contact(w, out, "reporter");
    put_contact(w, out, "sender");
    (void)json_object_set_new(out, "source_identifier",
                              io_json_text(accused->evidence.context.sender));
    set(out, "category", category);
    set(out, "type", type);
    put_extras(w, out, category, type);
    put_description(out, c, r);
    if (!view_withholds(c->bundle)) {
        put_evidence(w, out, c, r);
    }
    return out;
}

int view_xarf(struct view *out, const struct bundle_check *c, size_t report,
              struct frank_fault *fault)
{
    const struct bundle_report *from = &c->bundle->reports[report];
    struct view_writer w;
    json_t *made;
    char category[32];
    char type[32];

    view_begin(&w, out);
    if (w.failed) {
        return view_end(&w, fault);
    }
    if (!split_type(category, type, frank_reason(from->reason))) {
        return view_give_up(&w, fault, FRANK_ERR_MISSING,
                            "an XARF type for the reason of the report");
    }
    if (view_accused(from) == NULL) {
        return view_give_up(
            &w, fault, FRANK_ERR_MISSING,
            "the message whose sender is accused, in the bundle");
    }
    made = make_report(&w, c, report, category, type);
    view_put_json(&w, made);
    json_decref(made);
    return view_end(&w, fault);
}
