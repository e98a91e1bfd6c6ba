/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a report was opened by those who may, and only then. */
#include "rules_inside.h"

#include <string.h>

/* ---- opened-by-quorum ------------------------------------------------------
 */

static void check_given(struct rules *r, const struct rules_event *e)
{
    const struct rules_entry *entry = e->entry;
    const struct seen_report *p = e->report;

    if (entry->receipt_error == FRANK_ERR_MISSING) {
        rules_find(r, RULE_OPENED_BY_QUORUM, e,
                   "The receipt is of a quorum whose quorum.pub the auditor "
                   "did not give.");
    } else if (entry->receipt_error != FRANK_OK) {
        rules_find(r, RULE_OPENED_BY_QUORUM, e,
                   "The consent's receipt does not verify: %s.",
                   frank_strerror(entry->receipt_error));
    } else if ((p->flags & REPORT_HAS_DIGEST) != 0 &&
               (memcmp(p->digest, entry->receipt.report_digest,
                       sizeof p->digest) != 0 ||
                memcmp(p->quorum, entry->receipt.quorum_id, sizeof p->quorum) !=
                    0)) {
        rules_find(r, RULE_OPENED_BY_QUORUM, e,
                   "The receipt is of another sealed report, or of another "
                   "quorum, than the first receipt for this report.");
    }
}

/* Each holder that is named gave a receipt; a bad one was told where it is. */
static bool holders_agreed(struct rules *r, const struct rules_event *e)
{
    const uint8_t *quorum = e->report->quorum;

    for (unsigned holder = 1; holder <= FRANK_HOLDERS_MAX; holder++) {
        struct seen_consent consent;

        if ((e->entry->holders >> (holder - 1) & 1) == 0) {
            continue;
        }
        if (!seen_consent(&consent, r, e, holder)) {
            rules_find(r, RULE_OPENED_BY_QUORUM, e,
                       "The report was opened in the name of holder %u, who "
                       "gave no receipt for it.",
                       holder);
            return false;
        }
        if (consent.good && consent.account != seen_holder(r, quorum, holder)) {
            rules_find(r, RULE_OPENED_BY_QUORUM, e,
                       "The report was opened by the consent of somebody who "
                       "was holder %u no more.",
                       holder);
            return false;
        }
    }
    return true;
}

static void check_opened(struct rules *r, const struct rules_event *e)
{
    const struct rules_entry *entry = e->entry;
    const struct frank_quorum *quorum =
        rules_quorum(&r->settings->quorums, e->report->quorum);

    if (entry->holder_twice) {
        rules_find(r, RULE_OPENED_BY_QUORUM, e,
                   "The same holder is named twice.");
    } else if (entry->holder_count == 0) {
        rules_find(r, RULE_OPENED_BY_QUORUM, e,
                   "The report was opened and no holder is named.");
    } else if (holders_agreed(r, e) && quorum != NULL &&
               entry->holder_count < quorum->threshold) {
        rules_find(r, RULE_OPENED_BY_QUORUM, e,
                   "The report was opened by %u of the %u holders that it "
                   "needs.",
                   (unsigned)entry->holder_count, quorum->threshold);
    }
}

void rule_opened_by_quorum(struct rules *r, const struct rules_event *e)
{
    if (e->entry->what == SAYS_GIVEN) {
        check_given(r, e);
    } else {
        check_opened(r, e);
    }
}

/* ---- opened-when-asked, consent-refused ------------------------------------
 */

/* The holders' consents are of the request that waits. */
static bool of_this_request(struct rules *r, const struct rules_event *e)
{
    for (unsigned holder = 1; holder <= FRANK_HOLDERS_MAX; holder++) {
        struct seen_consent consent;

        if ((e->entry->holders >> (holder - 1) & 1) != 0 &&
            seen_consent(&consent, r, e, holder) &&
            consent.request != e->in_case->requests) {
            return false;
        }
    }
    return true;
}

void rule_opened_when_asked(struct rules *r, const struct rules_event *e)
{
    const struct seen_case *c = e->in_case;
    enum rules_what what = e->entry->what;
    bool asks = (c->flags & CASE_ASKS) != 0;

    if (what == SAYS_ASKED) {
        if (asks) {
            rules_find(r, RULE_OPENED_WHEN_ASKED, e,
                       "The quorum was asked while another request waited.");
        }
        return;
    }
    if (!asks) {
        if ((c->flags & CASE_REFUSED_FOR_GOOD) == 0 ||
            (what != SAYS_GIVEN && what != SAYS_OPENED)) {
            rules_find(r, RULE_OPENED_WHEN_ASKED, e,
                       what == SAYS_OPENED
                           ? "The report was opened while nobody asked for it."
                           : "This answers a request, but none waits.");
        }
    } else if (what == SAYS_OPENED) {
        if ((e->report->flags & REPORT_SEEN_OPENED) != 0) {
            rules_find(r, RULE_OPENED_WHEN_ASKED, e,
                       "The report was opened before.");
        } else if (!of_this_request(r, e)) {
            rules_find(r, RULE_OPENED_WHEN_ASKED, e,
                       "The report was opened by a consent that answered an "
                       "earlier request.");
        }
    }
}

void rule_consent_refused(struct rules *r, const struct rules_event *e)
{
    const struct seen_case *c = e->in_case;

    if ((c->flags & CASE_ASKS) == 0) {
        if ((c->flags & CASE_REFUSED_FOR_GOOD) != 0) {
            rules_find(r, RULE_CONSENT_REFUSED, e,
                       "The request was refused for good, and nobody asked "
                       "again.");
        }
        return;
    }
    for (unsigned holder = 1;
         e->entry->what == SAYS_OPENED && holder <= FRANK_HOLDERS_MAX;
         holder++) {
        struct seen_consent consent;

        if ((e->entry->holders >> (holder - 1) & 1) != 0 &&
            seen_consent(&consent, r, e, holder) && consent.refused) {
            rules_find(r, RULE_CONSENT_REFUSED, e,
                       "Holder %u refused after his consent, and it was used "
                       "all the same.",
                       holder);
            return;
        }
    }
}

/* ---- consent-fresh, consent-by-holder --------------------------------------
 */

void rule_consent_fresh(struct rules *r, const struct rules_event *e)
{
    uint64_t given = e->entry->receipt.time;
    uint64_t clock = r->limits.clock;
    char time[RULES_WORDS_BYTES];

    if (e->entry->receipt_error != FRANK_OK) {
        return;
    }
    if (given > e->entry->time && given - e->entry->time > clock) {
        rules_find(r, RULE_CONSENT_FRESH, e,
                   "The receipt is of %s, after its entry.",
                   rules_say_time(time, given));
    } else if ((e->in_case->flags & CASE_ASKS) != 0 &&
               given < e->in_case->asked && e->in_case->asked - given > clock) {
        rules_find(r, RULE_CONSENT_FRESH, e,
                   "The receipt is of %s, before the request.",
                   rules_say_time(time, given));
    }
}

void rule_consent_by_holder(struct rules *r, const struct rules_event *e)
{
    const struct rules_entry *entry = e->entry;

    if (entry->what != SAYS_GIVEN) {
        if (db_row(r->db, R_IS_HOLDER, DB_VALUES(DB_INT(e->by.number)))) {
            db_done(r->db, R_IS_HOLDER);
        } else {
            rules_find(r, RULE_CONSENT_BY_HOLDER, e,
                       entry->what == SAYS_SEALED_GIVEN
                           ? "A sealed report was given to somebody who held "
                             "no share."
                           : "Whoever refused held no share.");
        }
    } else if (entry->receipt_error == FRANK_OK &&
               seen_holder(r, entry->receipt.quorum_id,
                           entry->receipt.holder) != e->by.number) {
        rules_find(r, RULE_CONSENT_BY_HOLDER, e,
                   "The receipt is of holder %u, which somebody else is.",
                   (unsigned)entry->receipt.holder);
    }
}

/* ---- look-when-open --------------------------------------------------------
 */

void rule_look_when_open(struct rules *r, const struct rules_event *e)
{
    if (e->report == NULL) {
        if (e->in_case->opened + e->in_case->checked == 0) {
            rules_find(r, RULE_LOOK_WHEN_OPEN, e,
                       "The case was handed out, and none of its reports had "
                       "been opened.");
        }
    } else if ((e->report->flags & REPORT_SEEN_OPENED) == 0) {
        rules_find(r, RULE_LOOK_WHEN_OPEN, e,
                   "The report was looked at and had not been opened.");
    } else if ((e->report->flags & REPORT_SEEN_PURGED) != 0) {
        rules_find(r, RULE_LOOK_WHEN_OPEN, e,
                   "The report was looked at after its purge.");
    }
}
