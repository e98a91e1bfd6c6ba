/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The book by which moderators decide: queues, policies, templates for what the
 * accused is told, and which decisions need a second person. One JSON document
 * that a team lead edits; docs/POLICY.md describes it.
 *
 * Nothing changes once a book was read, so that several threads may ask. What
 * is handed out lives as long as the book.
 */
#ifndef MODERATION_POLICY_BOOK_H
#define MODERATION_POLICY_BOOK_H

#include "frank.h"
#include "outcome.h"

#define BOOK_MAX_BYTES 1048576
#define BOOK_ID_MAX_BYTES 64
#define BOOK_TITLE_MAX_BYTES 256
#define BOOK_TEXT_MAX_BYTES 8192
#define BOOK_QUEUES_MAX 64
#define BOOK_POLICIES_MAX 512
#define BOOK_DEPTH_MAX 8
#define BOOK_TEMPLATES_MAX 512
#define BOOK_BLANKS_MAX 32

struct book;

/* The standard book (standard.json), within the program. */
extern const uint8_t book_standard[];
extern const size_t book_standard_bytes;

/* ---- Reading ------------------------------------------------------------- */

/* What is wrong, for the person who edits it: "PATH: sentence", printable
 * ASCII whatever was read, closed by a zero. */
struct book_error {
    char text[384];
};

/*
 * Reads a book; free it with book_free(). error and fault may be NULL; fault
 * names the member ("book": an object or the whole), and its offset is 0 but
 * for JSON. JSON, LIMIT (the whole over 1 MiB, too many entries, a text too
 * long), MISSING, DEPTH, VALUE (also: not known, there twice), MEMORY; call
 * key_json_start() before (reporting/key_json.h).
 */
FRANK_MUST_CHECK int book_read(struct book **out, const char *text, size_t len,
                               struct book_error *error,
                               struct frank_fault *fault);

/* NULL is fine. */
void book_free(struct book *book);

/* ---- Queues -------------------------------------------------------------- */

struct book_queue {
    const char *id;
    const char *title;
};

size_t book_queue_count(const struct book *book); /* at least 1 */
/* NULL: no such index. */
const struct book_queue *book_queue_at(const struct book *book, size_t index);

/* Numbers as in reporting/store/hub_store.h. */
enum book_source { BOOK_SEALED = 0, BOOK_MIMI = 1 };
enum book_reporter { BOOK_ANONYMOUS = 0, BOOK_NAMED = 1, BOOK_VOUCHED = 2 };

/* What is known of a report before anyone looked at it. */
struct book_report {
    uint8_t reason; /* docs/REASONS.md; one that is not there fits no list */
    enum book_source source;
    enum book_reporter reporter;
    uint32_t priority;
    uint32_t reporters; /* distinct ones of the same sender */
    bool first_contact;
};

/* Index of the first queue whose conditions all hold. There is always one. */
size_t book_route(const struct book *book, const struct book_report *report);

/* ---- Policies ------------------------------------------------------------ */

enum book_severity {
    SEVERITY_LOW,
    SEVERITY_MODERATE,
    SEVERITY_HIGH,
    SEVERITY_GRAVE
};

/* "low", "moderate", "high", "grave"; static text. */
const char *book_severity_text(enum book_severity severity);

struct book_policy {
    const char *id;
    const char *title;
    const char *text;
    enum book_severity severity;
    const struct book_policy *parent; /* NULL: at the top */
    unsigned depth;                   /* 0 at the top, up to 7 */
    bool retired; /* it, or one above it: may be shown, not chosen */
};

/* NULL: no such policy. */
const struct book_policy *book_policy(const struct book *book, const char *id);

/* The tree in its order, each policy before what is below it. */
size_t book_policy_count(const struct book *book);
const struct book_policy *book_policy_at(const struct book *book, size_t index);

/* Whether a decision needs a second person: its outcome is in "grave", or the
 * policy is grave and something is done. policy NULL: none was broken. */
bool book_is_grave(const struct book *book, const struct book_policy *policy,
                   enum outcome outcome);

/* Of the other decisions, the share that a second person looks at afterwards;
 * 0 to 1. */
double book_second_look_share(const struct book *book);

/* ---- Templates ----------------------------------------------------------- */

struct book_blank {
    const char *name;
    const char *title; /* for the moderator who fills it */
};

struct book_template {
    const char *id;
    const char *title;
    const struct book_policy *policy; /* NULL: for any */
    enum outcome outcome;
    const char *language; /* BCP 47 */
    const char *text;
    size_t blank_count;
    struct book_blank blanks[BOOK_BLANKS_MAX];
};

/* NULL: no such template. */
const struct book_template *book_template(const struct book *book,
                                          const char *id);
size_t book_template_count(const struct book *book);
const struct book_template *book_template_at(const struct book *book,
                                             size_t index);

/* Whether the template is for this outcome, and for this policy, one above it
 * or any. policy NULL: only one for any fits. */
bool book_template_fits(const struct book_template *template,
                        const struct book_policy *policy, enum outcome outcome);

/* ---- Changes ------------------------------------------------------------- */

enum book_kind { BOOK_QUEUE, BOOK_POLICY, BOOK_TEMPLATE };

bool book_has(const struct book *book, enum book_kind kind, const char *id);

/*
 * The next id of old's that later has not; NULL: that was all. *next is 0 at
 * first and is moved on. What is in use must not be among them: an open case
 * keeps its queue, a decision its policy and template.
 */
const char *book_lost(const struct book *old, const struct book *later,
                      enum book_kind kind, size_t *next);

#endif
