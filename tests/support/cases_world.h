/* SPDX-License-Identifier: Apache-2.0 */
/* The moderation side's database for a test: people, reports, and the log. The
 * time stands still until a test moves it. */
#ifndef TESTS_SUPPORT_CASES_WORLD_H
#define TESTS_SUPPORT_CASES_WORLD_H

#include "accounts.h"
#include "arrivals.h"
#include "asking.h"
#include "claims.h"
#include "deciding.h"
#include "floods.h"
#include "looks.h"
#include "outbox.h"
#include "queue.h"
#include "retention.h"
#include "schema.h"
#include "tally.h"

#include "support.h"

#define MINUTE UINT64_C(60000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

extern struct db *world_db;
extern struct cases world;
extern uint64_t world_now;
extern struct cases_rules world_rules;

/* People: three reviewers, a lead, an admin, an auditor. */
enum { ANN, BEN, CAT, LEA, ADA, AUD, PEOPLE };
extern struct actor world_people[PEOPLE];
#define P(who) (&world_people[who])
#define W &world, world_db

int world_open(void **state);
int world_close(void **state);
#define IN_WORLD(test)                                                         \
    cmocka_unit_test_setup_teardown(test, world_open, world_close)

/* A transaction around what a test does. */
void world_begin(void);
void world_commit(void);

/* Runs one function within a transaction, and gives its answer. */
#define DO(call)                                                               \
    (world_begin(), world_answer = (call), world_commit(), world_answer)
extern struct cases_answer world_answer;
#define assert_done(call) assert_string_equal(DO(call).name, "")
#define assert_refused(expected, call)                                         \
    assert_string_equal(DO(call).name, expected)

/* Takes over a report; gives its case. */
struct world_report {
    const char *sender;   /* NULL: alice */
    const char *room;     /* NULL: den */
    const char *reporter; /* NULL: anonymous */
    const char *queue;    /* NULL: general */
    unsigned message;     /* reports of the same number are copies */
    uint8_t reason;
    uint32_t priority;
    uint32_t reporters;
};
uint64_t world_take(const struct world_report *report);
/* The last report taken over. */
extern uint64_t world_last_report;
extern enum case_taken world_taken;

enum case_state world_state(uint64_t number);

/* A case that is claimed by somebody; one that is open, too. */
uint64_t world_claimed(unsigned who);
uint64_t world_opened(unsigned who);
/* Opens a report of a case, with something withheld or not. */
void world_unseal(uint64_t report, unsigned withheld);
/* Asks for the last report. */
uint64_t world_ask(unsigned who, uint64_t number);

struct decision world_decision(enum outcome outcome, bool grave);
/* A case that was decided, and is settled. */
uint64_t world_decided(unsigned who, enum outcome outcome);
uint64_t world_closed(unsigned who, enum outcome outcome);

/* Makes somebody a holder of the quorum of all reports here, whose id is zeros;
 * a consent of his, which opens nothing, and its receipt. */
void world_holder(unsigned who, unsigned holder);
struct consent world_fake_consent(unsigned holder);
struct receipt world_fake_receipt(uint64_t report, unsigned holder);
struct cases_answer world_consent(unsigned who, uint64_t request,
                                  uint64_t report, unsigned holder,
                                  uint64_t time);
/* What the platform knows the newest decision of a case by. */
void world_id(uint8_t id[static CASE_ID_BYTES], uint64_t number);
/* Purges one case whose time has come. */
bool world_purge(void);
/* Whether a text stands in a file of the database. */
bool world_in_files(const char *text);

/* The log as text, a line each entry; its tree is that of its entries. */
const char *world_log(void);
size_t world_count(const char *word);
/* How many entries of the log change the state of a case. */
size_t world_changes(void);

#endif
