/* SPDX-License-Identifier: Apache-2.0 */
#include "bundles.h"

#include "hub_verdict.h"
#include "note.h"
#include "quorum_public.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define assert_ok(result) assert_int_equal(result, FRANK_OK)

#define ANN "a11ce00000000001"
#define BEN "be11000000000002"
#define CAT "ca70000000000003"
#define SERVICE "service"

/* Bytes that live until the program ends. */
static struct frank_span keep(const char *text)
{
    size_t len = strlen(text);

    return (struct frank_span){support_copy((const uint8_t *)text, len), len};
}

static struct frank_span keep_and_free(char *text)
{
    struct frank_span kept = keep(text);

    free(text);
    return kept;
}

/* ---- Logs ---------------------------------------------------------------- */

/* RFC 6962, section 2.1, as it stands there: by recursion. */
static size_t split(size_t n)
{
    size_t k = 1;

    while (2 * k < n) {
        k *= 2;
    }
    return k;
}

static void root_of(uint8_t out[static 32], const struct bundles_log *log,
                    size_t from, size_t n)
{
    uint8_t left[32];
    uint8_t right[32];

    if (n == 1) {
        merkle_leaf(out, support_text(log->lines[from]));
        return;
    }
    root_of(left, log, from, split(n));
    root_of(right, log, from + split(n), n - split(n));
    merkle_node(out, left, right);
}

static size_t path_of(uint8_t (*out)[32], const struct bundles_log *log,
                      size_t m, size_t from, size_t n)
{
    size_t k = split(n);
    size_t count;

    if (n == 1) {
        return 0;
    }
    if (m < k) {
        count = path_of(out, log, m, from, k);
        root_of(out[count], log, from + k, n - k);
    } else {
        count = path_of(out, log, m - k, from + k, n - k);
        root_of(out[count], log, from, k);
    }
    return count + 1;
}

static size_t consistency_of(uint8_t (*out)[32], const struct bundles_log *log,
                             size_t m, size_t from, size_t n, bool whole)
{
    size_t k = split(n);
    size_t count;

    if (m == n) {
        if (!whole) {
            root_of(out[0], log, from, n);
        }
        return whole ? 0 : 1;
    }
    if (m <= k) {
        count = consistency_of(out, log, m, from, k, whole);
        root_of(out[count], log, from + k, n - k);
    } else {
        count = consistency_of(out, log, m - k, from + k, n - k, false);
        root_of(out[count], log, from, k);
    }
    return count + 1;
}

static struct frank_span proof_span(uint8_t (*proof)[32], size_t count)
{
    return (struct frank_span){support_copy(proof[0], 32 * count), 32 * count};
}

static void secret_of(uint8_t out[static 64], const struct bundles_log *log)
{
    uint8_t seed[32];
    uint8_t public_key[32];

    memset(seed, log->seed, sizeof seed);
    (void)crypto_sign_seed_keypair(public_key, out, seed);
}

struct note_key bundles_key(const struct bundles_log *log)
{
    struct note_key key = {.name = ""};
    uint8_t secret[64];

    secret_of(secret, log);
    (void)snprintf(key.name, sizeof key.name, "%s", log->origin);
    memcpy(key.public_key, secret + 32, 32);
    return key;
}

static struct frank_span note_of(const struct bundles_log *log, size_t size)
{
    struct note_checkpoint checkpoint = {.size = size};
    uint8_t secret[64];
    char note[NOTE_MAX_BYTES];

    secret_of(secret, log);
    root_of(checkpoint.root, log, 0, size);
    (void)note_sign(note, log->origin, &checkpoint, secret);
    return keep(note);
}

struct cosigner bundles_witness(uint8_t seed)
{
    const struct bundles_log key = {.seed = seed};
    struct cosigner out = {.name = ""};
    uint8_t secret[64];

    secret_of(secret, &key);
    (void)snprintf(out.name, sizeof out.name, "witness.example/%u", seed);
    memcpy(out.public_key, secret + 32, 32);
    return out;
}

static struct frank_span cosigned_note(const struct bundles_log *log)
{
    struct frank_span note = note_of(log, log->cosigned);
    char all[4096];
    size_t body =
        (size_t)((const char *)memmem(note.data, note.len, "\n\n", 2) -
                 (const char *)note.data) +
        1;
    size_t len = note.len;

    memcpy(all, note.data, note.len);
    for (size_t i = 0; i < 2; i++) {
        struct cosigner who = bundles_witness(log->witnesses[i]);
        const struct bundles_log key = {.seed = log->witnesses[i]};
        uint8_t secret[64];

        secret_of(secret, &key);
        len += log->witnesses[i] == 0
                   ? 0
                   : cosignature_sign(all + len, &who, secret,
                                      (const char *)note.data, body,
                                      BUNDLES_TIME / 1000 + 155 + i);
    }
    return (struct frank_span){support_copy((uint8_t *)all, len), len};
}

static void make_log(struct bundle_log *out, struct bundles_log *log)
{
    struct note_key key = bundles_key(log);
    char vkey[NOTE_VKEY_MAX_BYTES];
    uint8_t proof[64][32];

    note_vkey(vkey, key.name, key.public_key);
    memset(out, 0, sizeof *out);
    out->vkey = keep(vkey);
    out->checkpoint = note_of(log, log->count);
    if (log->cosigned > 0) {
        out->cosigned = cosigned_note(log);
        out->consistency =
            proof_span(proof, consistency_of(proof, log, log->cosigned, 0,
                                             log->count, true));
    }
    for (size_t i = 0; i < log->count; i++) {
        if (log->shown[i]) {
            log->entries[out->count++] = (struct bundle_entry){
                i, support_text(log->lines[i]),
                proof_span(proof, path_of(proof, log, i, 0, log->count))};
        }
    }
    out->entries = log->entries;
}

/* All is in one tile, and one entry bundle. */
int bundles_read(void *context, const char *path, uint8_t *out, size_t *len)
{
    const struct bundles_log *log = context;
    struct frank_span note = note_of(log, log->count);
    char tile[64];
    char entries[64];
    size_t n = 0;

    (void)snprintf(tile, sizeof tile, "tile/0/000.p/%zu", log->count);
    (void)snprintf(entries, sizeof entries, "tile/entries/000.p/%zu",
                   log->count);
    if (strcmp(path, "checkpoint") == 0) {
        memcpy(out, note.data, note.len);
        n = note.len;
    } else if (strcmp(path, tile) == 0) {
        for (; n < 32 * log->count; n += 32) {
            merkle_leaf(out + n, support_text(log->lines[n / 32]));
        }
    } else if (strcmp(path, entries) == 0) {
        for (size_t i = 0; i < log->count; i++) {
            size_t size = strlen(log->lines[i]);

            out[n] = (uint8_t)(size >> 8);
            out[n + 1] = (uint8_t)size;
            memcpy(out + n + 2, log->lines[i], size);
            n += 2 + size;
        }
    } else {
        return FRANK_ERR_MISSING;
    }
    *len = n;
    return FRANK_OK;
}

/* An entry; the nonce is its number. */
static void say(struct bundles_log *log, const char *type, uint64_t after,
                const char *rest, bool shown)
{
    size_t i = log->count++;

    (void)snprintf(log->lines[i], sizeof log->lines[i],
                   "{\"type\":\"%s\",\"time\":%" PRIu64
                   ",\"nonce\":\"%032zx\"%s}",
                   type, BUNDLES_TIME + after, i, rest);
    log->shown[i] = shown;
}

static void say_case(struct bundles_log *log, const char *type, uint64_t after,
                     const char *by, const char *action, const char *step,
                     const char *rest)
{
    static const char *const steps[][2] = {
        {"", ""},
        {"claim", ",\"from\":\"waiting\",\"to\":\"claimed\""},
        {"ask", ",\"from\":\"claimed\",\"to\":\"consent_asked\""},
        {"open", ",\"from\":\"consent_asked\",\"to\":\"open\""},
        {"propose", ",\"from\":\"open\",\"to\":\"in_review\""},
        {"confirm", ",\"from\":\"in_review\",\"to\":\"decided\""},
        {"settle", ",\"from\":\"decided\",\"to\":\"closed\""},
        {"appeal", ",\"from\":\"closed\",\"to\":\"appealed\""},
        {"answer", ",\"from\":\"appealed\",\"to\":\"closed\""}};
    char all[900];
    size_t i = 0;

    while (strcmp(steps[i][0], step) != 0) {
        i++;
    }
    (void)snprintf(all, sizeof all,
                   ",\"by\":\"%s\",\"case\":\"" BUNDLES_NAME
                   "\",\"action\":\"%s\"%s%s",
                   by, action, steps[i][1], rest);
    say(log, type, after, all, true);
}

void bundles_link(struct bundles_log *log)
{
    static const char of_case[] = "\"case\":\"" BUNDLES_NAME "\",";
    static const char member[] = "\"previous\":";
    size_t before = SIZE_MAX;

    for (size_t i = 0; i < log->count; i++) {
        char *at = strstr(log->lines[i], of_case);
        char rest[1024];
        int len = 0;

        if (at == NULL) {
            continue;
        }
        at += strlen(of_case);
        (void)snprintf(rest, sizeof rest, "%s",
                       strncmp(at, member, strlen(member)) == 0
                           ? strchr(at, ',') + 1
                           : at);
        if (before != SIZE_MAX) {
            len = snprintf(at, 32, "%s%zu,", member, before);
        }
        (void)snprintf(at + len, 900 - (size_t)(at - log->lines[i]), "%s",
                       rest);
        before = i;
    }
}

char *bundles_line(struct bundles_log *log, const char *word, size_t which)
{
    for (size_t i = 0; i < log->count; i++) {
        if (strstr(log->lines[i], word) != NULL && which-- == 0) {
            return log->lines[i];
        }
    }
    fail_msg("no line with %s", word);
    return NULL;
}

void bundles_drop(struct bundles_log *log, const char *line)
{
    size_t at = (size_t)(line - log->lines[0]) / sizeof log->lines[0];

    for (size_t i = at; i + 1 < log->count; i++) {
        memcpy(log->lines[i], log->lines[i + 1], sizeof log->lines[i]);
        log->shown[i] = log->shown[i + 1];
    }
    log->count--;
    bundles_link(log);
}

void bundles_replace(char *line, const char *from, const char *to)
{
    char *at = strstr(line, from);
    char rest[1024];

    assert_non_null(at);
    (void)snprintf(rest, sizeof rest, "%s", at + strlen(from));
    (void)snprintf(at, 1024 - (size_t)(at - line), "%s%s", to, rest);
}

/* ---- Reports ------------------------------------------------------------- */

static void digest_of(uint8_t out[static 32], size_t i)
{
    static struct sealed_report report;

    reports_decode(&report, reports_sealed(i));
    memcpy(out, report.digest, 32);
}

static struct frank_span verdict_of(size_t i)
{
    static struct sealed_report report;
    struct hub_verdict verdict = {.checked = REPORTS_NOW};
    uint8_t *out = support_zeros(HUB_VERDICT_SIGNED_MAX_BYTES);
    size_t len = 0;

    reports_decode(&report, reports_sealed(i));
    memcpy(verdict.report_digest, report.digest, sizeof verdict.report_digest);
    verdict.count = report.header.count;
    for (size_t m = 0; m < verdict.count; m++) {
        report_evidence_digest(verdict.items[m].evidence_digest,
                               &report.header.evidence[m]);
        verdict.items[m].verdict = EVIDENCE_VALID;
    }
    assert_ok(hub_verdict_sign(out, &len, &verdict, reports_stamper(), NULL));
    return (struct frank_span){out, len};
}

/* Report i of the vectors; what its reporter withheld is shown without
 * content. */
static void make_report(struct bundles *b, size_t i)
{
    struct frank_report from = reports_report(i);
    struct bundle_report *out = &b->reports[i];

    *out = (struct bundle_report){.verdict = verdict_of(i),
                                  .created = from.created,
                                  .received = BUNDLES_TIME + 100000,
                                  .reason = from.reason,
                                  .accused = (uint8_t)from.accused,
                                  .note = from.note,
                                  .messages = b->messages[i],
                                  .count = from.count};
    memset(out->salt, (int)(0xa0 + i), sizeof out->salt);
    if (from.reporter.len > 0) {
        out->reporter.salt = reports_random(i) + FRANK_REPORT_ID_BYTES;
        out->reporter.uri = from.reporter;
    }
    for (size_t m = 0; m < from.count; m++) {
        const struct frank_kept *kept = &from.messages[m];
        struct bundle_message *message = &b->messages[i][m];

        *message = (struct bundle_message){
            .index = (uint8_t)m,
            .evidence = {.context = kept->context,
                         .frank = kept->frank,
                         .ordered = kept->ordered,
                         .transcript = kept->transcript},
            .disclosed = !kept->withhold};
        assert_ok(frank_tag(message->evidence.tag, kept->content.data,
                            kept->content.len, NULL));
        if (message->disclosed) {
            message->content = kept->content;
        }
    }
}

const char *bundles_report_hex(const struct bundles *b, size_t i)
{
    uint8_t digest[32];
    uint8_t name[32];
    char *hex = (char *)support_zeros(65);

    digest_of(digest, i);
    bundle_report_name(name, &b->reports[i], digest);
    support_hex_encode(hex, name, sizeof name);
    return hex;
}

const char *bundles_receipt_hex(size_t i, unsigned holder, uint64_t time)
{
    static struct sealed_report report;
    struct share share = reports_share(holder);
    struct receipt receipt;
    uint8_t bytes[RECEIPT_BYTES];
    const uint8_t t[32] = {(uint8_t)(1 + holder + 16 * i)};
    char *hex = (char *)support_zeros(2 * RECEIPT_BYTES + 1);

    reports_decode(&report, reports_sealed(i));
    assert_ok(receipt_make_with(&receipt, &share, &report, time, t));
    receipt_encode(bytes, &receipt);
    support_hex_encode(hex, bytes, sizeof bytes);
    return hex;
}

/* ---- The case ------------------------------------------------------------ */

static void open_in_log(struct bundles *b, size_t i, uint64_t at)
{
    struct bundles_log *log = &b->moderation;
    const char *name = bundles_report_hex(b, i);
    char rest[640];

    for (unsigned holder = 1; holder <= 2; holder++) {
        (void)snprintf(
            rest, sizeof rest, ",\"report\":\"%s\",\"receipt\":\"%s\"", name,
            bundles_receipt_hex(i, holder, BUNDLES_TIME + at + holder));
        say_case(log, "consent", at + holder, holder == 1 ? ANN : BEN, "given",
                 "", rest);
    }
    (void)snprintf(rest, sizeof rest, ",\"report\":\"%s\",\"holders\":[1,2]",
                   name);
    say_case(log, "report_opened", at + 3, SERVICE, "opened",
             i == 0 ? "open" : "", rest);
    (void)snprintf(rest, sizeof rest,
                   ",\"report\":\"%s\",\"verdicts\":{\"matches\":%u,"
                   "\"withheld\":%u}",
                   name, i == 0 ? 3U : 2U, i == 0 ? 0U : 1U);
    say_case(log, "opening_checked", at + 3, SERVICE, "checked", "", rest);
    (void)snprintf(rest, sizeof rest, ",\"report\":\"%s\"", name);
    say_case(log, "look", at + 4, ANN, "looked", "", rest);
}

static void begin_log(struct bundles *b)
{
    struct bundles_log *log = &b->moderation;
    const struct frank_quorum *quorum = reports_quorum();
    uint8_t id[FRANK_QUORUM_ID_BYTES];
    char hex[2][65];
    char rest[320];

    frank_quorum_id(id, quorum);
    support_hex_encode(hex[0], id, sizeof id);
    support_hex_encode(hex[1], quorum->public_key, 32);
    (void)snprintf(rest, sizeof rest,
                   ",\"by\":\"service\",\"quorum\":\"%s\",\"P\":\"%s\","
                   "\"threshold\":%u,\"holders\":%u",
                   hex[0], hex[1], quorum->threshold, quorum->holders);
    say(log, "quorum_key", 0, rest, true);
    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(rest, sizeof rest, ",\"report\":\"%s\"",
                       bundles_report_hex(b, i));
        say_case(log, "report_taken_over", 110000 + i, SERVICE,
                 i == 0 ? "new" : "folded", "", rest);
        say(log, "padding", 110002, ",\"by\":\"service\"", false);
    }
    say_case(log, "case_claimed", 120000, ANN, "claimed", "claim", "");
    say_case(log, "consent", 120001, ANN, "asked", "ask", ",\"reports\":2");
}

static void make_mod_log(struct bundles *b)
{
    struct bundles_log *log = &b->moderation;

    log->origin = "mod.example/frank";
    log->seed = 0x2c;
    begin_log(b);
    open_in_log(b, 0, 130000);
    open_in_log(b, 1, 140000);
    say_case(log, "decision", 150000, ANN, "proposed", "propose",
             ",\"policy\":\"fraud\",\"outcome\":\"suspend\",\"grave\":true,"
             "\"book\":3,\"withheld\":1");
    say(log, "padding", 150001, ",\"by\":\"service\"", false);
    log->cosigned = log->count;
    say_case(log, "case_claimed", 160000, BEN, "claimed", "", "");
    say_case(log, "review", 160001, BEN, "confirmed", "confirm", "");
    say_case(log, "notice", 170000, SERVICE, "statement", "",
             ",\"to\":\"accused\"");
    say_case(log, "decision", 180000, SERVICE, "settled", "settle", "");
    say_case(log, "appeal", 190000, SERVICE, "by_accused", "appeal", "");
    say_case(log, "case_claimed", 200000, CAT, "claimed", "", "");
    say_case(log, "appeal", 200001, CAT, "overturned", "answer",
             ",\"policy\":\"fraud\",\"outcome\":\"warn\"");
    say_case(log, "export", 210000, CAT, "exported", "",
             ",\"bundle\":\"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b\"");
    say(log, "padding", 210001, ",\"by\":\"service\"", false);
    bundles_link(log);
}

static void make_hub_log(struct bundles *b)
{
    struct bundles_log *log = &b->hub;
    char rest[96];

    log->origin = "hub.example/frank";
    log->seed = 0x2d;
    say(log, "padding", 0, "", false);
    for (size_t i = 0; i < 4; i++) {
        (void)snprintf(rest, sizeof rest, ",\"report\":\"%s\"",
                       bundles_report_hex(b, i % 2));
        say(log, i < 2 ? "report_received" : "report_taken_over",
            i < 2 ? 100000 : 111000, rest, true);
    }
}

static void make_decisions(struct bundles *b)
{
    b->decisions[0] = (struct bundle_decision){
        .made = BUNDLES_TIME + 150000,
        .by = support_text(ANN),
        .state = BUNDLE_OVERTURNED,
        .book = 3,
        .policy = support_text("fraud"),
        .title = support_text("Fraud"),
        .text = support_text("Do not take money for what is not there."),
        .outcome = 3,
        .grave = true,
        .withheld = 1,
        .explanation = support_text("He asked for a deposit, three times."),
        .in_force = BUNDLES_TIME + 160001,
        .reviewed = true,
        .review_time = BUNDLES_TIME + 160001,
        .reviewer = support_text(BEN)};
    b->decisions[1] = (struct bundle_decision){
        .made = BUNDLES_TIME + 200001,
        .by = support_text(CAT),
        .state = BUNDLE_IN_FORCE,
        .on_appeal = true,
        .book = 3,
        .policy = support_text("fraud"),
        .title = support_text("Fraud"),
        .text = support_text("Do not take money for what is not there."),
        .outcome = 1,
        .withheld = 1,
        .explanation = support_text("It was the first time."),
        .in_force = BUNDLES_TIME + 200001};
    b->appeals[0] = (struct bundle_appeal){
        .received = BUNDLES_TIME + 190000,
        .text = support_text("The flat is there."),
        .answered = true,
        .answer_time = BUNDLES_TIME + 200001,
        .answered_by = support_text(CAT),
        .answer = support_text("It is; but it was not his.")};
    memset(b->decisions[0].id, 0xd0, BUNDLE_ID_BYTES);
    memset(b->decisions[1].id, 0xd1, BUNDLE_ID_BYTES);
    memset(b->appeals[0].decision, 0xd0, BUNDLE_ID_BYTES);
}

struct bundles *bundles_new(void)
{
    struct bundles *b = (struct bundles *)(void *)support_zeros(sizeof *b);
    struct hub_public hub = reports_hub_public();

    b->quorums[0].key = keep_and_free(quorum_public_encode(reports_quorum()));
    make_report(b, 0);
    make_report(b, 1);
    make_mod_log(b);
    make_hub_log(b);
    make_decisions(b);
    b->bundle =
        (struct bundle){.suite = FRANK_SUITE_X25519_AES128GCM,
                        .made = BUNDLES_TIME + 210002,
                        .hub_public = keep_and_free(hub_public_encode(&hub)),
                        .quorums = b->quorums,
                        .quorum_count = 1,
                        .reports = b->reports,
                        .report_count = 2,
                        .decisions = b->decisions,
                        .decision_count = 2,
                        .appeals = b->appeals,
                        .appeal_count = 1,
                        .has_hub = true};
    memset(b->bundle.id, 0x0b, sizeof b->bundle.id);
    for (size_t i = 0; i < BUNDLE_CASE_BYTES; i++) {
        static const uint8_t name[] = {0x5c, 0x0f, 0xfe, 0xe0};

        b->bundle.case_name[i] = name[i % 4];
    }
    return b;
}

struct bundles *bundles_small(void)
{
    struct bundles *b = bundles_new();
    struct bundles_log *log = &b->moderation;
    char rest[96];

    (void)snprintf(rest, sizeof rest, ",\"report\":\"%s\"",
                   bundles_report_hex(b, 1));
    b->reports[0] = b->reports[1];
    b->reports[0].messages = &b->messages[1][1];
    b->reports[0].count = 1;
    b->bundle.report_count = 1;
    b->bundle.quorum_count = 0;
    b->bundle.decision_count = 0;
    b->bundle.appeal_count = 0;
    b->bundle.has_hub = false;
    log->count = 0;
    log->cosigned = 0;
    say_case(log, "report_taken_over", 110000, SERVICE, "new", "", rest);
    say(log, "padding", 110001, ",\"by\":\"service\"", false);
    say_case(log, "export", 210000, CAT, "exported", "",
             ",\"bundle\":\"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b\"");
    bundles_link(log);
    return b;
}

struct frank_span bundles_encode(const struct bundle *bundle, uint8_t seed)
{
    const struct bundles_log signer = {.seed = seed};
    struct frank_fault fault;
    uint8_t secret[64];
    uint8_t *out;
    size_t len = 0;

    secret_of(secret, &signer);
    assert_int_equal(bundle_encode(NULL, 0, &len, bundle, secret, NULL),
                     FRANK_ERR_SPACE);
    out = support_zeros(len);
    if (bundle_encode(out, len, &len, bundle, secret, &fault) != FRANK_OK) {
        fail_msg("bundle: %s, %s", fault.field, frank_strerror(fault.error));
    }
    return (struct frank_span){out, len};
}

struct frank_span bundles_sign(struct bundles *b)
{
    make_log(&b->bundle.moderation, &b->moderation);
    if (b->bundle.has_hub) {
        make_log(&b->bundle.hub, &b->hub);
    }
    return bundles_encode(&b->bundle, b->moderation.seed);
}
