/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole of a bundle: the parts in their order, the signature over a digest
 * of all of them. A bundle that was written is read again before it is handed
 * out: what cannot be read is never signed for anybody.
 */
#include "bundle_inside.h"

#include "hmac.h"
#include "hub_public.h"
#include "merkle.h"
#include "quorum.h"
#include "quorum_public.h"
#include "stamp.h"
#include "utf8.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define BUNDLE_LABEL "frank v1 bundle"
/* length and "MLS 1.0 " and label, length, digest */
#define SIGNED_BYTES (1 + 8 + 15 + 1 + FRANK_DIGEST_BYTES)

struct bundle_file {
    struct bundle bundle;
    struct frank_span signed_part;
    uint8_t signature[FRANK_SIGNATURE_BYTES];
    struct bundle_list quorums;
    struct bundle_list reports;
    struct bundle_list messages; /* of struct bundle_list, one a report */
    struct bundle_list decisions;
    struct bundle_list appeals;
    struct bundle_list mod_entries;
    struct bundle_list hub_entries;
};

/* ---- Pieces -------------------------------------------------------------- */

void *bundle_list_add(struct bundle_list *list, struct wire_reader *r,
                      const char *field)
{
    uint8_t *item;

    if (list->count == list->max) {
        wire_read_fail(r, FRANK_ERR_LIMIT, field, r->pos, list->count + 1,
                       list->max);
        return NULL;
    }
    if (list->count == list->room) {
        size_t room = list->room < 8 ? 8 : 2 * list->room;
        void *items = realloc(list->items, room * list->size);

        if (items == NULL) {
            wire_read_fail(r, FRANK_ERR_MEMORY, field, r->pos, 0, 0);
            return NULL;
        }
        list->items = items;
        list->room = room;
    }
    item = (uint8_t *)list->items + list->count++ * list->size;
    memset(item, 0, list->size);
    return item;
}

bool bundle_read_flag(struct wire_reader *r, const char *field)
{
    size_t start = r->pos;
    uint8_t flag = wire_read_u8(r, field);

    if (flag > 1) {
        wire_read_fail(r, FRANK_ERR_VALUE, field, start, flag, 1);
    }
    return flag == 1;
}

struct frank_span bundle_read_text(struct wire_reader *r, size_t max,
                                   const char *field)
{
    struct frank_span text = wire_read_opaque(r, max, field);

    if (text.len > 0 && !utf8_is_valid(text)) {
        wire_read_fail(r, FRANK_ERR_UTF8, field,
                       r->pos - text.len + utf8_fault(text), 0, 0);
    }
    return text;
}

struct frank_span bundle_read_proof(struct wire_reader *r, const char *field)
{
    struct frank_span proof = wire_read_opaque(
        r, (size_t)MERKLE_PROOF_MAX * MERKLE_HASH_BYTES, field);

    if (proof.len % MERKLE_HASH_BYTES != 0) {
        wire_read_fail(r, FRANK_ERR_LENGTH, field, r->pos - proof.len,
                       proof.len, proof.len / 32 * 32);
    }
    return proof;
}

/* Written twice, first to learn the length. */
void bundle_write_list(struct wire_writer *w, bundle_write_items *write,
                       const void *context, const char *field)
{
    struct wire_writer list;

    wire_write_init(&list, NULL, 0);
    write(&list, context);
    wire_write_length(w, list.len, field);
    write(w, context);
}

/* ---- Writing ------------------------------------------------------------- */

static void write_quorums(struct wire_writer *w, const void *context)
{
    const struct bundle *bundle = context;

    for (size_t i = 0; i < bundle->quorum_count; i++) {
        wire_write_opaque(w, bundle->quorums[i].key, QUORUM_PUBLIC_MAX_BYTES,
                          "quorum");
        wire_write_opaque(w, bundle->quorums[i].record, QUORUM_RECORD_MAX_BYTES,
                          "quorum's record");
    }
}

static void write_reports(struct wire_writer *w, const void *context)
{
    const struct bundle *bundle = context;

    for (size_t i = 0; i < bundle->report_count; i++) {
        bundle_report_write(w, &bundle->reports[i]);
    }
}

static void write_decisions(struct wire_writer *w, const void *context)
{
    const struct bundle *bundle = context;

    for (size_t i = 0; i < bundle->decision_count; i++) {
        bundle_decision_write(w, &bundle->decisions[i]);
    }
}

static void write_appeals(struct wire_writer *w, const void *context)
{
    const struct bundle *bundle = context;

    for (size_t i = 0; i < bundle->appeal_count; i++) {
        bundle_appeal_write(w, &bundle->appeals[i]);
    }
}

static void write_bundle(struct wire_writer *w, const struct bundle *bundle)
{
    wire_write_bytes(w, (const uint8_t *)BUNDLE_MAGIC, BUNDLE_MAGIC_BYTES);
    wire_write_u16(w, bundle->suite);
    wire_write_bytes(w, bundle->id, sizeof bundle->id);
    wire_write_u64(w, bundle->made);
    wire_write_bytes(w, bundle->case_name, sizeof bundle->case_name);
    wire_write_opaque(w, bundle->hub_public, HUB_PUBLIC_MAX_BYTES,
                      "hub's keys");
    bundle_write_list(w, write_quorums, bundle, "quorums");
    bundle_write_list(w, write_reports, bundle, "reports");
    bundle_write_list(w, write_decisions, bundle, "decisions");
    bundle_write_list(w, write_appeals, bundle, "appeals");
    bundle_log_write(w, &bundle->moderation);
    wire_write_u8(w, bundle->has_hub);
    if (bundle->has_hub) {
        bundle_log_write(w, &bundle->hub);
    }
}

static void signed_bytes(uint8_t out[static SIGNED_BYTES],
                         struct frank_span bundle)
{
    uint8_t digest[FRANK_DIGEST_BYTES];
    struct wire_writer w;
    hash_state state;

    hash_init(&state);
    hash_update(&state, bundle.data, bundle.len);
    hash_final(&state, digest);
    wire_write_init(&w, out, SIGNED_BYTES);
    stamp_write_signed(&w, BUNDLE_LABEL,
                       (struct frank_span){digest, sizeof digest});
}

/* Whether what was written can be read. */
static int check_written(const uint8_t *bytes, size_t len,
                         struct frank_fault *fault)
{
    struct bundle_file *file = NULL;
    int error = bundle_decode(&file, bytes, len, fault);

    bundle_free(file);
    return error;
}

int bundle_encode(uint8_t *out, size_t capacity, size_t *written,
                  const struct bundle *bundle, const uint8_t secret[static 64],
                  struct frank_fault *fault)
{
    uint8_t content[SIGNED_BYTES];
    uint8_t signature[FRANK_SIGNATURE_BYTES] = {0};
    struct wire_writer w;
    int error;

    wire_write_init(&w, out, capacity);
    write_bundle(&w, bundle);
    if (w.fault.error == FRANK_OK && w.len <= capacity) {
        signed_bytes(content, (struct frank_span){out, w.len});
        (void)crypto_sign_detached(signature, NULL, content, sizeof content,
                                   secret);
    }
    wire_write_opaque(&w, (struct frank_span){signature, sizeof signature},
                      sizeof signature, "signature");
    if (w.len > BUNDLE_MAX_BYTES) {
        wire_write_fail(&w, FRANK_ERR_LIMIT, "bundle", w.len, BUNDLE_MAX_BYTES);
    }
    error = wire_write_result(&w, written, fault);
    if (error == FRANK_OK) {
        error = check_written(out, *written, fault);
        if (error != FRANK_OK) {
            sodium_memzero(out, *written);
            *written = 0;
        }
    }
    return error;
}

/* ---- Reading ------------------------------------------------------------- */

static void read_quorums(struct bundle_file *file, struct wire_reader *r)
{
    struct wire_reader list = wire_read_vector(
        r,
        (size_t)BUNDLE_QUORUMS_MAX *
            (QUORUM_PUBLIC_MAX_BYTES + QUORUM_RECORD_MAX_BYTES + 8),
        "quorums");

    while (wire_read_ok(&list) && list.pos < list.len) {
        struct bundle_quorum *quorum =
            bundle_list_add(&file->quorums, &list, "quorums");

        if (quorum == NULL) {
            break;
        }
        quorum->key =
            bundle_read_text(&list, QUORUM_PUBLIC_MAX_BYTES, "quorum");
        quorum->record =
            wire_read_opaque(&list, QUORUM_RECORD_MAX_BYTES, "quorum's record");
    }
    wire_read_join(r, &list);
    file->bundle.quorums = file->quorums.items;
    file->bundle.quorum_count = file->quorums.count;
}

static void read_reports(struct bundle_file *file, struct wire_reader *r)
{
    struct wire_reader list = wire_read_vector(r, BUNDLE_MAX_BYTES, "reports");

    while (wire_read_ok(&list) && list.pos < list.len) {
        struct bundle_list *messages =
            bundle_list_add(&file->messages, &list, "reports");
        struct bundle_report *report =
            bundle_list_add(&file->reports, &list, "reports");

        if (messages != NULL && report != NULL) {
            bundle_report_read(report, messages, &list);
        }
    }
    wire_read_join(r, &list);
    file->bundle.reports = file->reports.items;
    file->bundle.report_count = file->reports.count;
}

static void read_decisions(struct bundle_file *file, struct wire_reader *r)
{
    struct wire_reader list =
        wire_read_vector(r, BUNDLE_MAX_BYTES, "decisions");

    while (wire_read_ok(&list) && list.pos < list.len) {
        size_t start = list.pos;
        struct bundle_decision *decision =
            bundle_list_add(&file->decisions, &list, "decisions");

        if (decision == NULL) {
            break;
        }
        bundle_decision_read(decision, &list);
        if (wire_read_ok(&list) && file->decisions.count > 1 &&
            decision->made < decision[-1].made) {
            wire_read_fail(&list, FRANK_ERR_ORDER, "decision's time", start,
                           decision->made, decision[-1].made);
        }
    }
    wire_read_join(r, &list);
    file->bundle.decisions = file->decisions.items;
    file->bundle.decision_count = file->decisions.count;
}

static void read_appeals(struct bundle_file *file, struct wire_reader *r)
{
    struct wire_reader list = wire_read_vector(r, BUNDLE_MAX_BYTES, "appeals");

    while (wire_read_ok(&list) && list.pos < list.len) {
        size_t start = list.pos;
        struct bundle_appeal *appeal =
            bundle_list_add(&file->appeals, &list, "appeals");

        if (appeal == NULL) {
            break;
        }
        bundle_appeal_read(appeal, &list);
        if (wire_read_ok(&list) && file->appeals.count > 1 &&
            appeal->received < appeal[-1].received) {
            wire_read_fail(&list, FRANK_ERR_ORDER, "appeal's time", start,
                           appeal->received, appeal[-1].received);
        }
    }
    wire_read_join(r, &list);
    file->bundle.appeals = file->appeals.items;
    file->bundle.appeal_count = file->appeals.count;
}

static void read_beginning(struct bundle *out, struct wire_reader *r)
{
    struct frank_span magic = wire_read_span(r, BUNDLE_MAGIC_BYTES, "bundle");

    if (magic.data != NULL &&
        memcmp(magic.data, BUNDLE_MAGIC, magic.len) != 0) {
        wire_read_fail(r, FRANK_ERR_VALUE, "bundle", 0, 0, 0);
    }
    out->suite = wire_read_u16(r, "cipher suite");
    if (wire_read_ok(r) && !frank_suite_is_supported(out->suite)) {
        wire_read_fail(r, FRANK_ERR_SUITE, "cipher suite", r->pos - 2,
                       out->suite, FRANK_SUITE_X25519_AES128GCM);
    }
    wire_read_bytes(r, out->id, sizeof out->id, "bundle id");
    out->made = wire_read_u64(r, "made");
    wire_read_bytes(r, out->case_name, sizeof out->case_name, "case");
    out->hub_public = bundle_read_text(r, HUB_PUBLIC_MAX_BYTES, "hub's keys");
}

static void read_bundle(struct bundle_file *file, struct wire_reader *r)
{
    struct bundle *bundle = &file->bundle;

    read_beginning(bundle, r);
    read_quorums(file, r);
    read_reports(file, r);
    read_decisions(file, r);
    read_appeals(file, r);
    bundle_log_read(&bundle->moderation, &file->mod_entries, r);
    bundle->has_hub = bundle_read_flag(r, "hub's log's presence");
    if (bundle->has_hub) {
        bundle_log_read(&bundle->hub, &file->hub_entries, r);
    }
}

static void read_signature(struct bundle_file *file, struct wire_reader *r)
{
    struct frank_span signature =
        wire_read_opaque(r, WIRE_VECTOR_MAX, "signature");

    if (signature.len != sizeof file->signature) {
        wire_read_fail(r, FRANK_ERR_LENGTH, "signature", r->pos - signature.len,
                       signature.len, sizeof file->signature);
    } else {
        memcpy(file->signature, signature.data, signature.len);
    }
    wire_read_end(r, "bundle");
}

/* A sealed report names its reporter: leaving out his name beside it would
 * hide nothing. */
static int check_sealed(const struct bundle_report *report,
                        struct sealed_report *sealed, struct frank_fault *fault)
{
    const struct report_reporter *a = &report->reporter;
    const struct report_reporter *b = &sealed->reporter;
    int error;

    if (report->sealed.len == 0) {
        return FRANK_OK;
    }
    error = sealed_report_decode(sealed, report->sealed.data,
                                 report->sealed.len, fault);
    if (error == FRANK_OK &&
        ((a->salt == NULL) != (b->salt == NULL) ||
         (a->salt != NULL &&
          (memcmp(a->salt, b->salt, REPORT_SALT_BYTES) != 0 ||
           a->uri.len != b->uri.len ||
           memcmp(a->uri.data, b->uri.data, a->uri.len) != 0)))) {
        error = wire_fault(fault, FRANK_ERR_REPORTER, "reporter", 0, 0, 0);
    }
    return error;
}

static int check_all_sealed(const struct bundle *bundle,
                            struct frank_fault *fault)
{
    struct sealed_report *sealed = malloc(sizeof *sealed);
    int error = FRANK_OK;

    if (sealed == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "sealed report", 0, 0, 0);
    }
    for (size_t i = 0; i < bundle->report_count && error == FRANK_OK; i++) {
        error = check_sealed(&bundle->reports[i], sealed, fault);
    }
    free(sealed);
    return error;
}

static struct bundle_file *new_file(void)
{
    struct bundle_file *file = calloc(1, sizeof *file);

    if (file != NULL) {
        file->quorums = (struct bundle_list){
            .size = sizeof(struct bundle_quorum), .max = BUNDLE_QUORUMS_MAX};
        file->reports = (struct bundle_list){
            .size = sizeof(struct bundle_report), .max = BUNDLE_REPORTS_MAX};
        file->messages = (struct bundle_list){
            .size = sizeof(struct bundle_list), .max = BUNDLE_REPORTS_MAX + 1};
        file->decisions =
            (struct bundle_list){.size = sizeof(struct bundle_decision),
                                 .max = BUNDLE_DECISIONS_MAX};
        file->appeals = (struct bundle_list){
            .size = sizeof(struct bundle_appeal), .max = BUNDLE_APPEALS_MAX};
    }
    return file;
}

int bundle_decode(struct bundle_file **out, const uint8_t *bytes, size_t len,
                  struct frank_fault *fault)
{
    struct bundle_file *file;
    struct wire_reader r;
    int error;

    if (len > BUNDLE_MAX_BYTES) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "bundle", 0, len,
                          BUNDLE_MAX_BYTES);
    }
    file = new_file();
    if (file == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "bundle", 0, 0, 0);
    }
    wire_read_init(&r, (struct frank_span){bytes, len}, 0);
    read_bundle(file, &r);
    file->signed_part = (struct frank_span){bytes, r.pos};
    read_signature(file, &r);
    error = wire_read_result(&r, fault);
    if (error == FRANK_OK) {
        error = check_all_sealed(&file->bundle, fault);
    }
    if (error == FRANK_OK) {
        *out = file;
        file = NULL; /* transferred */
    }
    bundle_free(file);
    return error;
}

const struct bundle *bundle_of(const struct bundle_file *file)
{
    return &file->bundle;
}

void bundle_free(struct bundle_file *file)
{
    if (file == NULL) {
        return;
    }
    for (size_t i = 0; i < file->messages.count; i++) {
        free(((struct bundle_list *)file->messages.items)[i].items);
    }
    free(file->messages.items);
    free(file->quorums.items);
    free(file->reports.items);
    free(file->decisions.items);
    free(file->appeals.items);
    free(file->mod_entries.items);
    free(file->hub_entries.items);
    free(file);
}

/* ---- Asking -------------------------------------------------------------- */

int bundle_verify(const struct bundle_file *file,
                  const uint8_t public_key[static FRANK_PUBLIC_KEY_BYTES],
                  struct frank_fault *fault)
{
    uint8_t content[SIGNED_BYTES];

    signed_bytes(content, file->signed_part);
    return crypto_sign_verify_detached(file->signature, content, sizeof content,
                                       public_key) == 0
               ? FRANK_OK
               : wire_fault(fault, FRANK_ERR_SIGNER, "bundle", 0, 0, 0);
}

void bundle_digest(uint8_t out[static FRANK_DIGEST_BYTES],
                   const struct bundle_file *file)
{
    hash_state state;

    hash_init(&state);
    hash_update(&state, file->signed_part.data, file->signed_part.len);
    hash_final(&state, out);
}

void bundle_report_name(uint8_t out[static FRANK_DIGEST_BYTES],
                        const struct bundle_report *report,
                        const uint8_t digest[static FRANK_DIGEST_BYTES])
{
    struct hmac mac;

    hmac_schedule(&mac, report->salt, sizeof report->salt);
    hmac_update(&mac, digest, FRANK_DIGEST_BYTES);
    hmac_final(&mac, out);
}
