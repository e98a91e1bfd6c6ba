/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the bundle's check share. */
#ifndef MODERATION_AUDIT_BUNDLE_INNER_H
#define MODERATION_AUDIT_BUNDLE_INNER_H

#include "bundle_check.h"

/* Who can stand for something. */
#define BY_HUB "the hub"
#define BY_HUB_LOG "the hub's log"
#define BY_LOG "the moderation side's log"
#define BY_MODERATION "the moderation side"
#define BY_HOLDERS "the quorum's holders"
#define BY_WITNESSES "witnesses"

/* Adds a finding. */
void bundle_find(struct bundle_check *c, enum bundle_standing standing,
                 const char *check, const char *by, uint64_t time,
                 const char *format, ...) __attribute__((format(printf, 6, 7)));
#define bundle_refuse(c, check, ...)                                           \
    bundle_find(c, BUNDLE_REFUSED, check, "", 0, __VA_ARGS__)

/* A stranger's text within a finding, made harmless and cut. */
#define BUNDLE_WORDS_BYTES 512
struct bundle_words {
    char text[BUNDLE_WORDS_BYTES];
};
struct bundle_words bundle_words(struct frank_span text);
#define WORDS(span) bundle_words(span).text
/* "2022-02-09 06:13:45.019 UTC" */
struct bundle_words bundle_when(uint64_t time);
#define WHEN(time) bundle_when(time).text
/* "1 message", "2 messages". */
struct bundle_words bundle_count(uint64_t count, const char *what);
#define COUNT(count, what) bundle_count(count, what).text
/* A fault in words. */
struct bundle_words bundle_why(const struct frank_fault *fault);

/* Whose log it is, and what the verifier has of it. */
struct bundle_source {
    const char *by; /* BY_LOG or BY_HUB_LOG */
    const struct note_key *pin;
    const char *option; /* that gives the pin */
    const struct policy *policy;
};
/* A log: key, checkpoint, proofs, entries. Its lines are read, but not judged.
 */
void bundle_check_trail(struct bundle_check *c, struct bundle_trail *out,
                        const struct bundle_log *log,
                        const struct bundle_source *source);
/* Its entries, not read yet; false: out of memory. */
bool bundle_make_lines(struct bundle_check *c, struct bundle_trail *trail,
                       const struct bundle_log *log);
/* Reads one that is in the tree, or refuses it. */
void bundle_read_line(struct bundle_check *c, struct bundle_line *line,
                      const char *by);
/* Whether each line is about this case, and which report it is about. */
void bundle_check_lines(struct bundle_check *c);

void bundle_check_reports(struct bundle_check *c);
/* Of each report that was opened: receipts of enough holders before. */
void bundle_check_receipts(struct bundle_check *c);

/* States, export, decisions, appeals. */
void bundle_check_history(struct bundle_check *c);
void bundle_check_decisions(struct bundle_check *c);

/* Whether an entry can be one of a service's: short, without escapes, of few
 * members and no deeper than they are. What is not could hide what it is about
 * from who searches for it, and take much memory to read. */
#define BUNDLE_LINE_MAX_BYTES 8384 /* what ledger_entry() writes */
bool bundle_line_is_plain(struct frank_span entry);
/* A member of an entry; "" and 0 where it is not there. */
const char *bundle_line_text(const struct bundle_line *line, const char *name);
uint64_t bundle_line_number(const struct bundle_line *line, const char *name);
bool bundle_line_is(const struct bundle_line *line, const char *type,
                    const char *action);
/* Whether a text is the bytes. */
bool bundle_same(const char *text, struct frank_span bytes);

#endif
