/* SPDX-License-Identifier: Apache-2.0 */
#include "intake.h"

#include "clock.h"
#include "counts.h"
#include "hmac.h"
#include "receipt.h"
#include "report.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint64_t microseconds(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void intake_free(struct intake *in)
{
    if (in->keys != NULL) {
        hub_keys_release(in->keys);
    }
    free(in->made);
    sodium_memzero(in, sizeof *in); /* token, salt */
    free(in);
}

/* ---- Refusing -------------------------------------------------------------
 */

void intake_refuse(struct intake *in, const struct refusal *why,
                   const struct frank_fault *fault, size_t evidence,
                   uint64_t retry_ms)
{
    const struct http_problem problem = {
        .status = why->status,
        .name = why->name,
        .title = why->title,
        .fault = fault,
        .evidence = evidence,
        .retry_after = (unsigned)((retry_ms + 999) / 1000),
    };

    hub_count_refused(why->name);
    metric_observe(&time_intake, microseconds() - in->begun);
    http_problem(in->exchange, &problem);
    intake_free(in);
}

/* What a check found, as an answer. */
void intake_refuse_fault(struct intake *in, const struct frank_fault *fault,
                         size_t evidence)
{
    struct refusal why = {422, http_error_name(fault->error),
                          frank_strerror(fault->error)};

    switch (fault->error) {
    case FRANK_ERR_TRUNCATED:
    case FRANK_ERR_TRAILING:
    case FRANK_ERR_LENGTH_FORM:
    case FRANK_ERR_LIMIT:
    case FRANK_ERR_LENGTH:
    case FRANK_ERR_VALUE:
    case FRANK_ERR_MISSING:
    case FRANK_ERR_UTF8:
        why.status = 400;
        break;
    case FRANK_ERR_EPOCH_DESTROYED:
        why.status = 410;
        why.title = "The time in which this could be reported is over";
        break;
    case FRANK_ERR_MEMORY:
        why = (struct refusal){503, "busy", "Out of memory"};
        break;
    default:
        break;
    }
    intake_refuse(in, &why, fault, evidence, why.status == 503 ? 1000 : 0);
}

/* ---- Limits ---------------------------------------------------------------
 */

/* A /64 for IPv6: that is what one subscriber has. */
static struct frank_span address_key(const struct http_request *request)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255};
    bool is_v4 = memcmp(request->address.bytes, mapped, sizeof mapped) == 0;

    return (struct frank_span){request->address.bytes, is_v4 ? 16 : 8};
}

static bool within(struct intake *in, struct rates *rates,
                   struct frank_span key, const char *title)
{
    const struct refusal why = {429, "rate-limited", title};
    uint64_t wait = rates_take(rates, key, clock_monotonic());

    if (wait > 0) {
        intake_refuse(in, &why, NULL, SIZE_MAX, wait);
    }
    return wait == 0;
}

/* ---- Rules ----------------------------------------------------------------
 */

static const struct frank_evidence *accused(const struct intake *in)
{
    const struct frank_report_header *header = &in->check.report.header;

    return &header->evidence[header->accused];
}

bool intake_check_reporter(struct intake *in, struct frank_span name)
{
    static const struct refusal not_vouched = {
        403, "not-vouched",
        "A report that names its reporter needs the platform's word for that "
        "name"};

    if (name.len == 0) {
        in->incoming.reporter =
            in->vouch.by_platform ? REPORTER_VOUCHED : REPORTER_ANONYMOUS;
        return true;
    }
    if (in->vouch.user.len != name.len ||
        memcmp(in->vouch.user.data, name.data, name.len) != 0) {
        intake_refuse(in, &not_vouched, NULL, SIZE_MAX, 0);
        return false;
    }
    in->incoming.reporter = REPORTER_NAMED;
    return true;
}

bool intake_check_ages(struct intake *in)
{
    static const struct refusal too_old = {
        410, "too-old", "A message that is older than may be reported"};
    static const struct refusal expired = {
        410, "accused-expired",
        "The time in which the accused message could be proven is over"};
    const struct frank_report_header *header = &in->check.report.header;
    uint64_t now = in->incoming.received;
    uint64_t age = in->hub->settings->message_age_max;
    uint64_t oldest = now > age ? now - age : 0;

    for (size_t i = 0; i < header->count; i++) {
        if (header->evidence[i].context.accepted_timestamp < oldest) {
            intake_refuse(in, &too_old, NULL, i, 0);
            return false;
        }
    }
    /* Nothing ties an expired stamp to its tag: whoever has an old one could
     * accuse its sender of anything. */
    if (in->check.items[header->accused].verdict != EVIDENCE_VALID) {
        intake_refuse(in, &expired, NULL, header->accused, 0);
        return false;
    }
    return true;
}

/* Hashes under the epoch of the accused message, which is live. */
static int hash_rows(struct intake *in, struct frank_fault *fault)
{
    const struct frank_evidence *evidence = accused(in);
    const struct stamper *stamper = in->keys->stamper;
    struct incoming *to = &in->incoming;
    uint64_t time = evidence->context.accepted_timestamp;
    /* The MAC stands for tag and context. */
    const struct frank_span message = {evidence->frank.server_frank,
                                       FRANK_MAC_BYTES};
    const struct frank_span group[] = {evidence->context.sender,
                                       evidence->context.room};
    const struct frank_span pair[] = {in->vouch.user, evidence->context.sender};
    int error = stamper_row(stamper, to->message, &to->epoch, time, "message",
                            &message, 1, fault);

    if (error == FRANK_OK) {
        error = stamper_row(stamper, to->sender, &to->epoch, time, "sender",
                            group, 1, fault);
    }
    if (error == FRANK_OK) {
        error = stamper_row(stamper, to->group, &to->epoch, time, "group",
                            group, 2, fault);
    }
    if (error == FRANK_OK && to->reporter == REPORTER_NAMED) {
        error = stamper_row(stamper, to->pair, &to->epoch, time, "pair", pair,
                            2, fault);
    }
    return error;
}

static void keyed(uint8_t out[static HASH_BYTES],
                  const uint8_t key[static HASH_BYTES], struct frank_span bytes)
{
    struct hmac mac;

    hmac_schedule(&mac, key, HASH_BYTES);
    hmac_update(&mac, bytes.data, bytes.len);
    hmac_final(&mac, out);
}

/* The token is a keyed hash of what was sent: the same bytes give the same. */
void intake_make_token(struct intake *in)
{
    const struct hub_secrets *secrets = in->hub->secrets;
    hash_state state;

    keyed(in->incoming.bytes_hash, secrets->bytes_key, in->sent);
    keyed(in->token, secrets->receipt_key,
          (struct frank_span){in->incoming.bytes_hash, HASH_BYTES});
    hash_init(&state);
    hash_update(&state, in->token, sizeof in->token);
    hash_final(&state, in->incoming.token_hash);
}

/* ---- Answering ------------------------------------------------------------
 */

static void answer(struct intake *in)
{
    static const char *const results[] = {"new", "counted", "again"};
    struct report_receipt receipt = {.received = in->received};
    uint8_t signed_receipt[RECEIPT_SIGNED_BYTES];
    struct frank_fault fault;
    char id[2 * FRANK_REPORT_ID_BYTES + 1];
    char token[2 * TOKEN_BYTES + 1];
    char hex[2 * RECEIPT_SIGNED_BYTES + 1];
    char location[32 + sizeof token];
    char text[128 + sizeof id + sizeof token + sizeof hex];
    int len;

    memcpy(receipt.report_id, in->incoming.report_id, FRANK_REPORT_ID_BYTES);
    if (receipt_sign(signed_receipt, &receipt, in->keys->stamper, &fault) !=
        FRANK_OK) {
        intake_refuse_fault(in, &fault, SIZE_MAX);
        return;
    }
    (void)sodium_bin2hex(id, sizeof id, receipt.report_id,
                         sizeof receipt.report_id);
    (void)sodium_bin2hex(token, sizeof token, in->token, sizeof in->token);
    (void)sodium_bin2hex(hex, sizeof hex, signed_receipt,
                         sizeof signed_receipt);
    (void)snprintf(location, sizeof location, "/v1/receipts/%s", token);
    len = snprintf(text, sizeof text,
                   "{\"report_id\":\"%s\",\"received\":%" PRIu64
                   ",\"receipt\":\"%s\",\"token\":\"%s\"}\n",
                   id, in->received, hex, token);
    metric_add(&count_reports, metric_label(&count_reports, results[in->taken]),
               1);
    metric_observe(&time_intake, microseconds() - in->begun);
    http_answer(in->exchange, &(struct http_answer){
                                  .status = 202,
                                  .type = "application/json",
                                  .body = {(const uint8_t *)text, (size_t)len},
                                  .location = location});
    sodium_memzero(token, sizeof token);
    sodium_memzero(text, sizeof text);
    sodium_memzero(location, sizeof location);
    intake_free(in);
}

static void answer_taken(struct intake *in)
{
    static const struct refusal id_taken = {
        409, "id-taken", "Another report has this report id"};

    static const struct refusal ended = {
        410, "epoch-destroyed",
        "The time in which this could be reported is over"};

    if (in->taken == TAKEN_OTHER) {
        intake_refuse(in, &id_taken, NULL, SIZE_MAX, 0);
    } else if (in->taken == TAKEN_ENDED) {
        intake_refuse(in, &ended, NULL, SIZE_MAX, 0);
    } else {
        answer(in);
    }
}

/* ---- Storing --------------------------------------------------------------
 */

static void store_run(struct write *write, struct db *db)
{
    struct intake *in = (struct intake *)write;
    const struct settings *s = in->hub->settings;
    const struct hub_rules rules = {
        .anonymous_max = s->anonymous_per_message,
        .distinct_window_ms = s->priority_window,
        .priority_each = (uint32_t)s->priority_reporter,
    };

    in->taken = hub_take(&in->hub->store.ledger, db, &in->incoming, &rules,
                         &in->received);
}

static void store_done(struct write *write, enum write_result result)
{
    static const struct refusal full = {
        507, "disk-full", "The disk is full; nothing was taken in"};
    struct intake *in = (struct intake *)write;

    if (result == WRITE_DISK_FULL) {
        intake_refuse(in, &full, NULL, SIZE_MAX, 60000);
    } else {
        answer_taken(in);
    }
}

static void store(struct intake *in)
{
    static const struct refusal busy = {503, "busy",
                                        "Too much is waiting for the disk"};

    in->write.run = store_run;
    in->write.done = store_done;
    in->write.bytes = in->incoming.sealed.len + 4096;
    if (!writer_submit(in->hub->store.writer, &in->write)) {
        intake_refuse(in, &busy, NULL, SIZE_MAX, 1000);
    }
}

/* ---- Up to the writer ------------------------------------------------------
 */

/* Reading, not writing: the writer looks again. */
bool intake_is_known(struct intake *in)
{
    struct db *db = store_reader_lock(&in->hub->store, STORE_SHORT);
    bool known = hub_find(db, &in->incoming, &in->taken, &in->received);

    store_reader_unlock(&in->hub->store, STORE_SHORT);
    if (known) {
        answer_taken(in);
    }
    return known;
}

static bool make_verdict(struct intake *in, struct frank_fault *fault)
{
    struct hub_verdict verdict;
    size_t len = 0;

    hub_verdict_from(&verdict, &in->check, in->incoming.received);
    if (hub_verdict_sign(in->verdict, &len, &verdict, in->keys->stamper,
                         fault) != FRANK_OK) {
        return false;
    }
    in->incoming.verdict = (struct frank_span){in->verdict, len};
    return true;
}

static void fill(struct intake *in)
{
    const struct settings *s = in->hub->settings;
    const struct frank_report_header *header = &in->check.report.header;
    struct incoming *to = &in->incoming;

    memcpy(to->digest, in->check.report.digest, sizeof to->digest);
    to->first_contact = in->vouch.first_contact;
    to->priority = settings_reason_priority(s, header->reason);
    if (to->first_contact) {
        to->priority += (uint32_t)s->priority_first_contact;
    }
    randombytes_buf(to->salt, sizeof to->salt);
}

bool intake_within_reporter(struct intake *in)
{
    return in->vouch.key.len == 0 ||
           within(in, in->hub->by_reporter, in->vouch.key,
                  "Too many reports from this reporter");
}

static const struct frank_span everybody = {(const uint8_t *)"all", 3};

void intake_give_back(struct intake *in)
{
    rates_give_back(in->hub->overall, everybody, clock_monotonic());
}

bool intake_within_overall(struct intake *in)
{
    return within(in, in->hub->overall, everybody,
                  "Too many reports at the moment");
}

void intake_take(struct intake *in)
{
    struct frank_fault fault = {0};

    if (hash_rows(in, &fault) != FRANK_OK || !make_verdict(in, &fault)) {
        intake_refuse_fault(in, &fault, SIZE_MAX);
        return;
    }
    fill(in);
    store(in);
}

/* ---- At the beginning -----------------------------------------------------
 */

struct intake *intake_begin(struct http_exchange *exchange, struct hub *hub)
{
    struct intake *in = calloc(1, sizeof *in);

    if (in == NULL) {
        hub_count_refused("busy");
        http_problem(exchange, &(struct http_problem){.status = 503,
                                                      .name = "busy",
                                                      .title = "Out of memory",
                                                      .evidence = SIZE_MAX,
                                                      .retry_after = 1});
        return NULL;
    }
    in->hub = hub;
    in->exchange = exchange;
    in->begun = microseconds();
    in->keys = hub_keys_hold(hub);
    in->sent = http_request(exchange)->body;
    in->incoming.received = clock_wall();
    return in;
}

/* Whose word, and the limit of the address. false: it was answered. */
bool intake_admit(struct intake *in)
{
    static const struct refusal unauthorized = {
        401, "unauthorized", "Not a bearer token of this hub's platform"};
    const struct http_request *request = http_request(in->exchange);
    struct frank_fault fault = {0};

    if (vouch_read(&in->vouch, in->hub, in->exchange, in->incoming.received,
                   &fault) != FRANK_OK) {
        intake_refuse(in, &unauthorized, &fault, SIZE_MAX, 0);
        return false;
    }
    return in->vouch.by_gateway ||
           within(in, in->hub->by_address, address_key(request),
                  "Too many reports from this address");
}
