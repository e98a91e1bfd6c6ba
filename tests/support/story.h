/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hub's and its moderators' logs, told entry by entry, and what the rules
 * find in them. Each entry is a second after the one before. Report n falls
 * into case n. People are by pseudonym; three of them hold the shares of the
 * tests' quorum (reports.h), and their receipts are real.
 */
#ifndef TESTS_SUPPORT_STORY_H
#define TESTS_SUPPORT_STORY_H

#include "reports.h"
#include "rules.h"

#define STORY_MINUTE UINT64_C(60000)
#define STORY_HOUR (60 * STORY_MINUTE)
#define STORY_DAY (24 * STORY_HOUR)
#define STORY_FINDINGS_MAX 64

extern uint64_t story_now;
extern struct rules_settings story_settings;

/* People: who they are in "by"; the service. */
extern const char *const ann; /* reviewers, holders 1 to 3 */
extern const char *const ben;
extern const char *const cat;
extern const char *const lea; /* a lead */
extern const char *const ada; /* an admin */
extern const char *const aud; /* an auditor */
extern const char *const service;

/* Empty logs, then: people, a quorum, an epoch. */
void story_begin(void);
void story_end(void);

/* An entry; its index. format: the members behind the nonce, from a comma on.
 */
size_t story_hub(const char *type, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
size_t story_mod(const char *by, const char *type, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Of a case; from NULL: its state stays. */
size_t story_case(const char *by, unsigned number, const char *type,
                  const char *action, const char *from, const char *to,
                  const char *format, ...)
    __attribute__((format(printf, 7, 8)));
/* As it stands, whatever it is. */
size_t story_raw(enum rules_log log, const char *text, size_t len);

/* Names in the logs; good until the eighth next call. */
const char *story_report_name(unsigned number);
const char *story_case_name(unsigned number);
/* The quorum's id. */
const char *story_quorum(void);
/* Of report number, by a holder, at a time; hex. */
const char *story_receipt(unsigned number, unsigned holder, uint64_t time);

/* ---- Steps; each gives the index of its last entry of the moderation side. -
 */
size_t story_received(unsigned number);
size_t story_taken(unsigned number); /* by both logs */
size_t story_arrives(unsigned number);
size_t story_claims(const char *who, unsigned number, const char *from,
                    const char *to);
size_t story_asks(const char *who, unsigned number);
size_t story_gives(unsigned holder, unsigned number);
size_t story_opened(unsigned number, const char *holders);
size_t story_checked(unsigned number);
/* All of it: claimed, asked, given by 1 and 2, opened, checked, looked at. */
size_t story_opens(const char *who, unsigned number);
size_t story_decides(const char *who, unsigned number, const char *outcome);
size_t story_proposes(const char *who, unsigned number, const char *outcome);
size_t story_settles(unsigned number);
/* A day and an hour behind, decided and settled by ann. */
size_t story_closes(unsigned number, const char *outcome);
size_t story_purges(unsigned number);
/* Everything that can happen to a case, in `first` and those after it, with the
 * purges that follow; gives the next number. */
unsigned story_life(unsigned first);

/* ---- What is found ---------------------------------------------------------
 */

extern struct rules_finding story_findings[STORY_FINDINGS_MAX];
extern size_t story_count;
/* Runs the rules over all of it. path: of a database; NULL: none. end: as of
 * rules_end(). */
void story_run(const char *path, uint64_t end);

/* Nothing is found; one finding is, of this rule and this entry. */
#define story_holds() story_holds_(__FILE__, __LINE__)
#define story_breaks(rule, log, index)                                         \
    story_breaks_(rule, log, index, __FILE__, __LINE__)
void story_holds_(const char *file, int line);
void story_breaks_(const char *rule, enum rules_log log, size_t index,
                   const char *file, int line);

/* An entry's text, to be changed in place; NULL: there is none. */
char *story_text(enum rules_log log, size_t index);
size_t story_size(enum rules_log log);
void story_replace(enum rules_log log, size_t index, const char *from,
                   const char *to);

#endif
