/* SPDX-License-Identifier: Apache-2.0 */
/* The members that entries of a log have, beside type, time, nonce, action,
 * from and to. */
#ifndef MODERATION_AUDIT_RULES_MEMBER_H
#define MODERATION_AUDIT_RULES_MEMBER_H

#include "rules_entry.h"

#include <jansson.h>

enum rules_member {
    MEMBER_END,
    MEMBER_BY,
    MEMBER_CASE,
    MEMBER_REPORT,
    MEMBER_ACCOUNT,
    MEMBER_NOBODY, /* account, empty */
    MEMBER_HANDED_TO,
    MEMBER_REPORTS,
    MEMBER_RECEIPT,
    MEMBER_HOLDERS, /* a list */
    MEMBER_VERDICTS,
    MEMBER_POLICY,
    MEMBER_OUTCOME,
    MEMBER_GRAVE,
    MEMBER_BOOK,
    MEMBER_WITHHELD,
    MEMBER_UNOPENED,
    MEMBER_AGREES,
    MEMBER_UNTIL,
    MEMBER_QUORUM,
    MEMBER_POINT,
    MEMBER_THRESHOLD,
    MEMBER_HOLDER_COUNT,
    MEMBER_HOLDER,
    MEMBER_ROLES,
    MEMBER_VERSION,
    MEMBER_TO_HUB,
    MEMBER_TO_ACCUSED,
    MEMBER_TOLD,
    MEMBER_EPOCH,
    MEMBER_NOT_BEFORE,
    MEMBER_EPOCH_STATE,
    MEMBER_FROM_TIME,
    MEMBER_COUNTS,
    MEMBER_BUNDLE,
    MEMBER_WITH_REPORTER, /* what a bundle shows */
    MEMBER_WITH_WITHHELD,
    MEMBER_WITH_SEALED,
    MEMBER_COUNT
};

/* "receipt"; static text. */
const char *rules_member_name(enum rules_member member);
/* Takes a member's value over. false: not one that it can have. */
bool rules_member_read(struct rules_entry *out, enum rules_member member,
                       json_t *value);

/* Lower-case digits of exactly len bytes. */
bool rules_member_hex(uint8_t *out, size_t len, const json_t *value);
bool rules_member_number(uint64_t *out, const json_t *value);

#endif
