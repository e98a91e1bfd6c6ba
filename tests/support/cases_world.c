/* SPDX-License-Identifier: Apache-2.0 */
#include "cases_world.h"

#include "folder.h"
#include "reports.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct db *world_db;
struct cases world;
uint64_t world_now;
struct cases_rules world_rules;
struct actor world_people[PEOPLE];
struct cases_answer world_answer;
uint64_t world_last_report;
enum case_taken world_taken;

static struct ledger ledger;
static uint8_t secret[32];
static uint32_t next_report;

static void add_people(void)
{
    static const struct {
        const char *name;
        unsigned roles;
    } people[PEOPLE] = {
        [ANN] = {"ann", ROLE_REVIEWER}, [BEN] = {"ben", ROLE_REVIEWER},
        [CAT] = {"cat", ROLE_REVIEWER}, [LEA] = {"lea", ROLE_LEAD},
        [ADA] = {"ada", ROLE_ADMIN},    [AUD] = {"aud", ROLE_AUDITOR},
    };

    for (unsigned i = 0; i < PEOPLE; i++) {
        static const uint8_t recovery[RECOVERY_CODES][TOKEN_HASH_BYTES];
        uint8_t token[TOKEN_HASH_BYTES] = {(uint8_t)(i + 1)};
        uint8_t factor[FACTOR_BYTES] = {(uint8_t)(i + 1)};
        uint64_t number;
        uint8_t codes[RECOVERY_CODES][TOKEN_HASH_BYTES];

        memcpy(codes, recovery, sizeof codes);
        for (size_t j = 0; j < RECOVERY_CODES; j++) {
            codes[j][0] = (uint8_t)(j + 1);
        }
        assert_done(account_add(
            &world, world_db, &actor_service, people[i].name, people[i].name,
            people[i].roles, NULL, token, world_now + DAY, &number, world_now));
        assert_done(
            account_enrol(&world, world_db, token, "$hash", factor, world_now));
        assert_done(account_confirm(&world, world_db, token, 1,
                                    (const uint8_t(*)[TOKEN_HASH_BYTES])codes,
                                    &number, world_now));
        assert_true(account_actor(&world_people[i], world_db, number));
    }
}

int world_open(void **state)
{
    struct db_trouble what;
    int error = folder_enter(state);

    world_rules = (struct cases_rules){
        .claim = 10 * MINUTE,
        .hold_max = 7 * DAY,
        .request = 2 * DAY,
        .retract = HOUR,
        .appeal = 180 * DAY,
        .statement = DAY,
        .flood_undo = HOUR,
        .priority_each = HOUR,
        .legal_hold_max = 365 * DAY,
        .second_look_ppm = 0,
    };
    memset(&ledger, 0, sizeof ledger);
    memset(secret, 0x2b, sizeof secret);
    world = (struct cases){&ledger, &world_rules, secret};
    world_now = UINT64_C(1700000000000);
    next_report = 0;
    if (error != 0) {
        return error;
    }
    if (!db_open(&world_db, "mod.db", DB_WRITER, &cases_schema,
                 cases_statements, cases_statement_count, &what)) {
        print_error("%s: %s\n", what.what, what.text);
        return 1;
    }
    add_people();
    return 0;
}

int world_close(void **state)
{
    bool ok = db_ok(world_db);

    if (!ok) {
        print_error("%s: %s\n", db_trouble(world_db)->what,
                    db_trouble(world_db)->text);
    }
    db_close(world_db);
    return folder_leave(state) || !ok;
}

void world_begin(void)
{
    db_begin(world_db);
}

void world_commit(void)
{
    ledger_save(&ledger, world_db);
    if (!db_commit(world_db)) {
        print_error("%s: %s\n", db_trouble(world_db)->what,
                    db_trouble(world_db)->text);
        fail();
    }
}

/* ---- Reports ---------------------------------------------------------------
 */

static struct frank_span text_or(const char *text, const char *standard)
{
    return support_text(text != NULL ? text : standard);
}

uint64_t world_take(const struct world_report *r)
{
    static uint8_t salt[HUB_SALT_BYTES];
    struct sealed_report *sealed = calloc(1, sizeof *sealed);
    struct frank_report_header *h = &sealed->header;
    uint8_t bytes[64] = {0};
    struct case_report report = {
        .hub_number = ++next_report,
        .received = world_now,
        .reporter = r->reporter != NULL ? REPORTER_NAMED : REPORTER_ANONYMOUS,
        .priority = r->priority,
        .reporters = r->reporters,
        .salt = salt,
        .verdict = {bytes, 10},
        .sealed = {bytes, sizeof bytes},
        .report = sealed,
        .verdict_holds = true,
    };
    uint64_t number = 0;

    assert_non_null(sealed);
    memcpy(h->report_id, &next_report, sizeof next_report);
    memcpy(sealed->digest, &next_report, sizeof next_report);
    h->reason = r->reason;
    h->count = 1;
    h->evidence[0].tag[0] = (uint8_t)r->message;
    h->evidence[0].context.sender =
        text_or(r->sender, "mimi://a.example/alice");
    h->evidence[0].context.room = text_or(r->room, "mimi://a.example/r/den");
    h->evidence[0].context.accepted_timestamp = world_now - HOUR;
    h->evidence[0].frank.suite = 1;
    if (r->reporter != NULL) {
        sealed->reporter.salt = salt;
        sealed->reporter.uri = support_text(r->reporter);
    }
    (void)snprintf(report.queue, sizeof report.queue, "%s",
                   r->queue != NULL ? r->queue : "general");
    world_begin();
    world_taken = arrivals_take(&world, world_db, &report, world_now);
    if (db_row(world_db, FIND_REPORT_ID,
               DB_VALUES(DB_BLOB(h->report_id, sizeof h->report_id)))) {
        struct asking_report found;

        world_last_report = db_int(world_db, FIND_REPORT_ID, 0);
        db_done(world_db, FIND_REPORT_ID);
        assert_true(asking_report(&found, world_db, world_last_report));
        number = found.in_case;
        asking_report_free(&found);
    }
    world_commit();
    free(sealed);
    return number;
}

enum case_state world_state(uint64_t number)
{
    struct case_row row;

    assert_int_equal(
        case_find(&row, world_db, &actor_service, number, world_now).what,
        CASES_DONE);
    return row.state;
}

uint64_t world_claimed(unsigned who)
{
    char sender[64];
    uint64_t number;

    (void)snprintf(sender, sizeof sender, "mimi://a.example/u/%u",
                   (unsigned)next_report);
    number = world_take(&(struct world_report){.sender = sender});
    assert_done(
        claims_claim(&world, world_db, &world_people[who], number, world_now));
    return number;
}

uint64_t world_ask(unsigned who, uint64_t number)
{
    uint64_t request = 0;

    assert_done(asking_ask(&world, world_db, &world_people[who], number,
                           &world_last_report, 1, "to see what was said",
                           &request, world_now));
    return request;
}

void world_unseal(uint64_t report, unsigned withheld)
{
    static const uint8_t key[SEAL_KEY_BYTES] = {7};
    /* By nobody's consent: whose it takes is tested in test_cases_ends.c. */
    const struct asking_found found = {.key = key,
                                       .disclosed = 1,
                                       .withheld = withheld,
                                       .verdicts = "{\"matches\":1}"};

    assert_done(asking_open(&world, world_db, report, &found, world_now));
}

uint64_t world_opened(unsigned who)
{
    uint64_t number = world_claimed(who);

    (void)world_ask(who, number);
    world_unseal(world_last_report, 0);
    return number;
}

struct decision world_decision(enum outcome outcome, bool grave)
{
    return (struct decision){.book = 1,
                             .policy = "fraud",
                             .outcome = outcome,
                             .grave = grave,
                             .explanation = "It broke the rule on fraud."};
}

uint64_t world_decided(unsigned who, enum outcome outcome)
{
    const struct decision decision = world_decision(outcome, false);
    uint64_t number = world_opened(who);
    uint8_t id[CASE_ID_BYTES];

    assert_done(deciding_decide(&world, world_db, &world_people[who], number,
                                &decision, id, world_now));
    return number;
}

uint64_t world_closed(unsigned who, enum outcome outcome)
{
    uint64_t number = world_decided(who, outcome);

    world_now += world_rules.retract;
    world_begin();
    while (deciding_settle(&world, world_db, 10, world_now) > 0) {
    }
    world_commit();
    assert_int_equal(world_state(number), CASE_CLOSED);
    return number;
}

/* ---- Consents, decisions ----------------------------------------------------
 */

struct consent world_fake_consent(unsigned holder)
{
    struct consent consent = {.holder = (uint8_t)holder};

    crypto_core_ristretto255_random(consent.u);
    crypto_core_ristretto255_scalar_random(consent.proof.e);
    crypto_core_ristretto255_scalar_random(consent.proof.f);
    return consent;
}

struct receipt world_fake_receipt(uint64_t report, unsigned holder)
{
    struct receipt receipt = {.holder = (uint8_t)holder, .time = world_now};
    struct asking_report found;

    assert_true(asking_report(&found, world_db, report));
    memcpy(receipt.report_digest, found.digest, sizeof found.digest);
    memcpy(receipt.quorum_id, found.quorum, sizeof found.quorum);
    asking_report_free(&found);
    return receipt;
}

void world_holder(unsigned who, unsigned holder)
{
    static const uint8_t quorum[FRANK_QUORUM_ID_BYTES];

    assert_done(
        holder_set(W, P(ADA), P(who)->number, quorum, holder, world_now));
}

struct cases_answer world_consent(unsigned who, uint64_t request,
                                  uint64_t report, unsigned holder,
                                  uint64_t time)
{
    struct consent consent = world_fake_consent(holder);
    struct receipt receipt = world_fake_receipt(report, holder);
    const struct asking_consent given = {report, &consent, &receipt};

    receipt.time = time;
    return DO(asking_consent(W, P(who), request, &given, world_now));
}

static bool take_id(void *context, const struct queue_decision *item)
{
    memcpy(context, item->id.data, CASE_ID_BYTES);
    return true;
}

void world_id(uint8_t id[static CASE_ID_BYTES], uint64_t number)
{
    queue_decisions(world_db, number, take_id, id);
}

bool world_purge(void)
{
    bool purged;

    world_begin();
    purged = retention_purge(W, world_now);
    world_commit();
    return purged;
}

bool world_in_files(const char *text)
{
    static const char *const names[] = {"mod.db", "mod.db-wal"};
    bool found = false;

    for (size_t i = 0; i < 2; i++) {
        struct frank_span file = {NULL, 0};

        if (access(names[i], R_OK) == 0) {
            file = support_file(names[i]);
        }
        found = found || (file.len > 0 && memmem(file.data, file.len, text,
                                                 strlen(text)) != NULL);
    }
    return found;
}

/* ---- The log
 * ------------------------------------------------------------------ */

static char *all;
static size_t all_len;

static bool collect(void *context, struct frank_span entry)
{
    (void)context;
    all = realloc(all, all_len + entry.len + 2);
    assert_non_null(all);
    memcpy(all + all_len, entry.data, entry.len);
    all_len += entry.len;
    all[all_len++] = '\n';
    all[all_len] = '\0';
    return true;
}

const char *world_log(void)
{
    struct merkle_range range;
    uint8_t roots[2][MERKLE_HASH_BYTES];

    free(all);
    all = calloc(1, 1);
    all_len = 0;
    assert_int_equal(ledger_read(world_db, 0, UINT32_MAX, collect, NULL),
                     ledger.range.size);
    assert_true(ledger_load(&range, world_db));
    merkle_root(roots[0], &range);
    merkle_root(roots[1], &ledger.range);
    assert_memory_equal(roots[0], roots[1], sizeof roots[0]);
    return all;
}

size_t world_count(const char *word)
{
    const char *text = world_log();
    size_t n = 0;

    for (; (text = strstr(text, word)) != NULL; text++) {
        n++;
    }
    return n;
}

size_t world_changes(void)
{
    return world_count(",\"from\":\"");
}
