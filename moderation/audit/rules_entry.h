/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An entry of a hub's or of moderators' log (docs/HUB.md section 7,
 * docs/MODERATION.md section 6), read exactly: one line of JSON, of a kind that
 * is known, with the members of that kind and no others. What the rules
 * (rules.h) look at.
 */
#ifndef MODERATION_AUDIT_RULES_ENTRY_H
#define MODERATION_AUDIT_RULES_ENTRY_H

#include "cases.h"
#include "consent.h"
#include "outcome.h"

enum rules_log { RULES_HUB, RULES_MOD, RULES_LOGS };

/* What an entry says that happened. */
enum rules_what {
    SAYS_PADDING,
    /* the hub's */
    SAYS_RECEIVED,
    SAYS_HUB_TAKEN,
    SAYS_HUB_PURGED,
    SAYS_EPOCH,
    SAYS_REFUSALS,
    /* the moderation side's: reports and claims */
    SAYS_TAKEN_NEW,
    SAYS_TAKEN_FOLDED,
    SAYS_CLAIMED,
    SAYS_HELD,
    SAYS_HANDED_OVER,
    SAYS_RELEASED,
    SAYS_LAPSED,
    SAYS_DROPPED,
    /* opening */
    SAYS_ASKED,
    SAYS_GIVEN,
    SAYS_WITHDRAWN,
    SAYS_EXPIRED,
    SAYS_REFUSED,
    SAYS_REFUSED_FOR_GOOD,
    SAYS_OPENED,
    SAYS_CHECKED,
    SAYS_LOOKED,
    SAYS_LOOKED_AGAIN, /* for a second look */
    SAYS_REVEALED,
    SAYS_SEALED_GIVEN, /* to a holder */
    /* deciding */
    SAYS_PROPOSED,
    SAYS_DECIDED,
    SAYS_RETRACTED,
    SAYS_SETTLED,
    SAYS_DISMISSED,
    SAYS_REINSTATED,
    SAYS_CONFIRMED,
    SAYS_RETURNED,
    SAYS_SECOND_LOOK,
    SAYS_APPEALED_ACCUSED,
    SAYS_APPEALED_REPORTER,
    SAYS_UPHELD,
    SAYS_OVERTURNED,
    /* telling, keeping, forgetting */
    SAYS_TOLD_HUB,
    SAYS_STATEMENT,
    SAYS_HOLD_ASKED,
    SAYS_HOLD_CONFIRMED,
    SAYS_HOLD_ENDED,
    SAYS_BUNDLE,
    SAYS_SPOT_CHECK,
    SAYS_PURGED_REPORT,
    SAYS_PURGED,
    /* people and keys */
    SAYS_QUORUM,
    SAYS_ADDED,
    SAYS_CHANGED,
    SAYS_ENDED,
    SAYS_RESET,
    SAYS_ENROLLED,
    SAYS_PASSWORD,
    SAYS_BOOK,
    SAYS_HOLDER,
    SAYS_HOLDER_REMOVED,
    SAYS_SHARE_STORED,
    SAYS_SHARE_TAKEN_OUT,
    SAYS_COUNT
};

#define ROLE_SERVICE (1u << 7) /* beside enum role: the service itself */
#define RULES_MEMBERS_MAX 8

struct rules_kind {
    const char *type;
    const char *action; /* NULL: its entries have none */
    enum rules_log log; /* padding is in both */
    uint32_t steps;     /* bits of enum case_action: what it may be of them */
    uint8_t may;        /* roles of who may do it; 0: nobody is named */
    bool claims;        /* only for whoever holds the case's claim */
    uint8_t members[RULES_MEMBERS_MAX]; /* enum rules_member, closed by 0 */
};

/* By enum rules_what. */
extern const struct rules_kind rules_kinds[SAYS_COUNT];

/* What a notice told the hub. */
enum rules_told { TOLD_NOTHING, TOLD_IN_REVIEW, TOLD_DECIDED, TOLD_CLOSED };

#define RULES_POLICY_MAX 64
#define RULES_TIME_MAX (UINT64_C(1) << 53)

struct rules_entry {
    uint64_t index;
    uint64_t time;
    uint64_t previous;
    /* threshold, holders; holder; reports; until; epoch, not_before; from */
    uint64_t number;
    uint64_t second;
    uint64_t until;
    const char *wrong; /* what its form breaks, a static text; NULL: nothing */
    const char *wrong_member; /* the member it is about; NULL: none */
    struct receipt receipt;
    enum rules_log log;
    enum rules_what what;
    enum case_state from;
    enum case_state to;
    enum outcome outcome;
    enum rules_told told;
    /* What receipt_decode() and receipt_check() say. MISSING: it is of a quorum
     * that was not given. */
    int receipt_error;
    unsigned roles;
    uint32_t holders; /* bit i - 1: holder i opened it */
    uint8_t holder_count;
    bool holder_twice;
    bool usable; /* all members of its kind are there and good */
    bool by_service;
    bool has_by;
    bool has_case;
    bool has_previous; /* the entry of its case before it: `previous` */
    bool has_report;
    bool has_change; /* from, to */
    bool has_receipt;
    bool grave;
    bool destroyed;
    char by[PSEUDONYM_TEXT_BYTES];
    char account[PSEUDONYM_TEXT_BYTES]; /* also whom it was handed to; "" */
    char policy[RULES_POLICY_MAX + 1];
    uint8_t in_case[CASE_NAME_BYTES];
    uint8_t report[FRANK_DIGEST_BYTES];
    uint8_t quorum[FRANK_QUORUM_ID_BYTES];
    uint8_t point[FRANK_POINT_BYTES];
};

struct rules_quorums {
    const struct frank_quorum *quorums;
    size_t count;
};

/* Reads an entry; log and index are as they are given. A receipt in it is
 * checked by the quorum that it names. Several threads may read at once;
 * key_json_start() before. */
void rules_read(struct rules_entry *out, enum rules_log log, uint64_t index,
                struct frank_span text, const struct rules_quorums *quorums);

/* The quorum of this id among those given; NULL. */
const struct frank_quorum *
rules_quorum(const struct rules_quorums *quorums,
             const uint8_t id[static FRANK_QUORUM_ID_BYTES]);

#endif
