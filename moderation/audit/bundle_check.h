/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an evidence bundle proves, and what it does not: pure, without a
 * network. Everything that a bundle says is checked against something that
 * somebody signed, or is called the moderation side's own word.
 *
 * Who signed is known by keys, which the bundle brings along. Keys that the
 * verifier has from elsewhere (pins) count for more: without one, a finding
 * says so, and with which key to compare.
 */
#ifndef MODERATION_AUDIT_BUNDLE_CHECK_H
#define MODERATION_AUDIT_BUNDLE_CHECK_H

#include "bundle.h"
#include "consent.h"
#include "hub_verdict.h"
#include "note.h"
#include "opening.h"
#include "states.h"

#include <jansson.h>

/* ---- Findings ------------------------------------------------------------ */

enum bundle_standing {
    BUNDLE_PROVEN,    /* checked against what `by` signed */
    BUNDLE_WORD,      /* said by the moderation side in this bundle alone */
    BUNDLE_NOT_SHOWN, /* left out, or nothing can prove it */
    BUNDLE_UNPINNED,  /* under a key that is the bundle's own */
    BUNDLE_REFUSED,   /* does not hold */
    BUNDLE_STANDINGS
};

/* Texts are sentences in plain ASCII whatever stands in the bundle, but for
 * letters of other scripts; nothing in them acts on a terminal. */
struct bundle_finding {
    enum bundle_standing standing;
    const char *check; /* "content"; static. docs/AUDIT.md has the list */
    const char *by;    /* who stands for it; static, "" where nobody */
    uint64_t time;     /* when it happened; 0: no time */
    char *text;
};

/* ---- What was found, for views ------------------------------------------- */

/* An entry of a log, read. */
struct bundle_line {
    const struct bundle_entry *entry;
    json_t *json; /* NULL: not one that can be read */
    const char *type;
    const char *action; /* "" where there is none */
    const char *by;
    uint64_t time;
    bool of_case;  /* names the case */
    size_t report; /* of the bundle; SIZE_MAX: of none, or of one left out */
    bool steps;    /* it changes the case's state */
    enum case_state from;
    enum case_state to;
    bool cosigned; /* in the tree that witnesses cosigned */
};

struct bundle_trail {
    struct note_key key;
    bool is_signed; /* key and checkpoint hold */
    struct note_checkpoint checkpoint;
    bool is_cosigned; /* a policy's witnesses did, enough of them */
    struct note_checkpoint cosigned;
    struct bundle_line *lines;
    size_t count;
};

struct bundle_report_facts {
    bool has_verdict;
    struct hub_verdict verdict;
    uint8_t name[FRANK_DIGEST_BYTES]; /* in both logs */
    bool sealed_holds;                /* it is there, and the right one */
    struct opening_verdict *verdicts; /* of each message that is there */
    struct room_place places[FRANK_MESSAGES_MAX]; /* .message: index into
                                                        the bundle's list */
    size_t place_count;
    uint64_t opened; /* 0: not */
    size_t looks;    /* how often its content was shown to somebody */
    bool has_quorum;
    uint8_t quorum_id[FRANK_QUORUM_ID_BYTES]; /* that can open it */
    unsigned threshold;
    unsigned holders; /* bit i: a valid receipt of holder i + 1 */
    uint64_t receipt_times[FRANK_HOLDERS_MAX];
    const char *receipt_by[FRANK_HOLDERS_MAX]; /* who gave it */
};

struct bundle_check {
    const struct bundle *bundle;
    struct bundle_finding *findings;
    size_t count;
    size_t room;
    size_t totals[BUNDLE_STANDINGS];
    bool exhausted; /* memory; nothing in here counts then */

    struct hub_public hub; /* the keys that count: the pinned ones */
    bool has_hub_keys;
    struct frank_quorum quorums[BUNDLE_QUORUMS_MAX];
    bool quorum_pinned[BUNDLE_QUORUMS_MAX];
    size_t quorum_count;

    struct bundle_trail moderation;
    struct bundle_trail hub_log;
    json_t *names; /* of the case's reports: index in the bundle, or -1 */
    struct bundle_report_facts *reports;
    enum case_state state;                 /* at the end of the history */
    uint64_t exported;                     /* 0: no entry says so */
    const struct bundle_line *export_line; /* the entry; NULL: none */
    uint64_t last; /* index of the case's last entry that is there; 0: none */
};

/* ---- Checking ------------------------------------------------------------ */

/* What the verifier has from elsewhere; NULL: nothing. */
struct policy;
struct bundle_pins {
    const struct hub_public *hub;        /* hub.json */
    const struct hub_public *moderation; /* mod.json, by which a quorum's
                                            record is checked */
    const struct note_key *mod_key;
    const struct note_key *hub_key;
    const struct frank_quorum *quorums; /* quorum.pub */
    size_t quorum_count;
    const struct policy *policy; /* witnesses that are trusted, and how many */
};

/* *out is to be freed with bundle_check_free(), and lives no longer than file.
 * It holds where totals[BUNDLE_REFUSED] is 0. MEMORY. Call key_json_start()
 * before (reporting/key_json.h). */
FRANK_MUST_CHECK int bundle_check(struct bundle_check **out,
                                  const struct bundle_file *file,
                                  const struct bundle_pins *pins);
/* NULL is allowed. */
void bundle_check_free(struct bundle_check *check);

/*
 * Whether two bundles of one case agree; each was checked. *out holds findings
 * alone: BUNDLE_REFUSED where they contradict each other, BUNDLE_PROVEN what
 * both show, BUNDLE_NOT_SHOWN what one does that the other does not. MEMORY.
 */
FRANK_MUST_CHECK int bundle_compare(struct bundle_check **out,
                                    const struct bundle_check *a,
                                    const struct bundle_check *b);

/* "proven", "word", "not_shown", "unpinned", "refused"; static text. */
const char *bundle_standing_text(enum bundle_standing standing);

#endif
