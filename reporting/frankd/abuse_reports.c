/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A MIMI client's plain AbuseReport: verified in memory, sealed to the quorum
 * at once, and from there on as any sealed report. Its plaintext is in the
 * request's body, which the server wipes, and in guarded memory.
 */
#include "counts.h"
#include "hash.h"
#include "intake.h"
#include "mimi_seal.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* The room in the path, percent-decoded; false where it is none. */
static bool read_room(struct frank_uri *out, const char *path)
{
    const char *digits = strrchr(path, '/');

    out->len = 0;
    for (const char *at = digits + 1; *at != '\0'; at++) {
        uint8_t byte = (uint8_t)*at;

        if (out->len == sizeof out->bytes) {
            return false;
        }
        if (byte == '%') {
            if (sodium_hex2bin(&byte, 1, at + 1, 2, NULL, NULL, NULL) != 0 ||
                at[1] == '\0' || at[2] == '\0') {
                return false;
            }
            at += 2;
        }
        out->bytes[out->len++] = byte;
    }
    return out->len > 0;
}

static void make_id(struct intake *in)
{
    uint8_t digest[HASH_BYTES];
    hash_state state;

    hash_init(&state);
    hash_update(&state, in->sent.data, in->sent.len);
    hash_final(&state, digest);
    memcpy(in->incoming.report_id, digest, FRANK_REPORT_ID_BYTES);
    sodium_memzero(&state, sizeof state);
}

/* ---- Without messages ------------------------------------------------------
 */

static void signal_run(struct write *write, struct db *db)
{
    struct intake *in = (struct intake *)write;

    hub_signal(db, in->incoming.epoch, in->incoming.sender, in->incoming.pair,
               in->incoming.received);
}

static void signal_done(struct write *write, enum write_result result)
{
    static const char text[] = "{\"counted\":\"signal\"}\n";
    struct intake *in = (struct intake *)write;

    (void)result; /* a signal that is lost on a full disk is not missed */
    metric_add(&count_reports, metric_label(&count_reports, "signal"), 1);
    http_answer(in->exchange,
                &(struct http_answer){
                    .status = 202,
                    .type = "application/json",
                    .body = {(const uint8_t *)text, sizeof text - 1}});
    intake_free(in);
}

/* Counts for its sender's priority, where the platform vouches for who says it;
 * otherwise anybody could raise that. */
static void take_signal(struct intake *in, struct frank_span abuser)
{
    const struct frank_span pair[] = {in->vouch.user, abuser};
    const struct stamper *stamper = in->keys->stamper;
    struct incoming *to = &in->incoming;

    if (to->reporter != REPORTER_NAMED ||
        stamper_row(stamper, to->sender, &to->epoch, to->received, "sender",
                    &abuser, 1, NULL) != FRANK_OK ||
        stamper_row(stamper, to->pair, &to->epoch, to->received, "pair", pair,
                    2, NULL) != FRANK_OK) {
        signal_done(&in->write, WRITE_DONE);
        return;
    }
    in->write.run = signal_run;
    in->write.done = signal_done;
    in->write.bytes = 512;
    if (!writer_submit(in->hub->store.writer, &in->write)) {
        signal_done(&in->write, WRITE_DONE);
    }
}

/* ---- With messages ---------------------------------------------------------
 */

static bool seal(struct intake *in, struct frank_fault *fault, size_t *message)
{
    uint8_t random[MIMI_SEAL_RANDOM_BYTES];
    size_t len = 0;
    int error;

    randombytes_buf(random, sizeof random);
    error = mimi_seal(&in->made, &len, message, in->keys->stamper,
                      &in->keys->quorum, in->sent.data, in->sent.len,
                      in->incoming.received, random, fault);
    sodium_memzero(random, sizeof random);
    in->incoming.sealed = (struct frank_span){in->made, len};
    return error == FRANK_OK;
}

/* All of a report's messages are of one room, which the path names. */
static bool check_room(struct intake *in, const struct frank_uri *room)
{
    static const struct refusal other = {
        422, "room", "The messages are of another room than the path"};
    const struct frank_span is =
        in->check.report.header.evidence[0].context.room;

    if (is.len == room->len && memcmp(is.data, room->bytes, is.len) == 0) {
        return true;
    }
    intake_refuse(in, &other, NULL, SIZE_MAX, 0);
    return false;
}

/* Its stamps, before anything else is spent on it. */
static bool check_messages(struct intake *in, const struct mimi_report *report)
{
    struct mimi_report_verdict verdict;
    struct frank_fault fault = {0};
    size_t at = 0;

    for (; at < report->count; at++) {
        mimi_report_check(&verdict, in->keys->stamper, report, at);
        fault = verdict.fault;
        if (verdict.error != FRANK_OK &&
            verdict.error != FRANK_ERR_EPOCH_DESTROYED) {
            break;
        }
    }
    sodium_memzero(&verdict, sizeof verdict);
    if (at < report->count) {
        intake_refuse_fault(in, &fault, at);
    }
    return at == report->count;
}

static void take_messages(struct intake *in, const struct mimi_report *report,
                          const struct frank_uri *room)
{
    static const struct refusal no_quorum = {
        503, "no-quorum",
        "There are no moderators yet to whom a report could be sealed"};
    struct frank_fault fault = {0};
    size_t message = SIZE_MAX;

    if (!in->keys->has_quorum) {
        intake_refuse(in, &no_quorum, NULL, SIZE_MAX, 60000);
        return;
    }
    make_id(in);
    intake_make_token(in);
    if (intake_is_known(in) || !check_messages(in, report) ||
        !intake_within_reporter(in) || !intake_within_overall(in)) {
        return;
    }
    in->incoming.source = SOURCE_MIMI;
    if (!seal(in, &fault, &message) ||
        sealed_check_stamps(&in->check, in->keys->stamper, in->keys->quorum_id,
                            in->incoming.sealed.data, in->incoming.sealed.len,
                            in->incoming.received, &fault) != FRANK_OK) {
        intake_give_back(in);
        intake_refuse_fault(in, &fault, message);
        return;
    }
    if (check_room(in, room) && intake_check_ages(in)) {
        intake_take(in);
    }
}

void route_abuse_report(struct http_exchange *exchange, void *context)
{
    static const struct refusal no_room = {400, "value",
                                           "The path names no room"};
    struct intake *in = intake_begin(exchange, context);
    struct mimi_report report;
    struct frank_uri room;
    struct frank_fault fault = {0};

    if (in == NULL || !intake_admit(in)) {
        return;
    }
    if (!read_room(&room, http_request(exchange)->path)) {
        intake_refuse(in, &no_room, NULL, SIZE_MAX, 0);
        return;
    }
    if (mimi_report_decode(&report, in->sent.data, in->sent.len, &fault) !=
        FRANK_OK) {
        intake_refuse_fault(in, &fault, SIZE_MAX);
        return;
    }
    if (!intake_check_reporter(in, report.reporting_user)) {
        return;
    }
    if (report.count > 0) {
        take_messages(in, &report, &room);
    } else if (intake_within_reporter(in)) {
        take_signal(in, report.alleged_abuser);
    }
}
