/* SPDX-License-Identifier: Apache-2.0 */
/* People and the quorum's key. */
#include "rules_inside.h"

#include <string.h>

/* Who was asked while his account changed is still who he was. */
#define CHANGE_MS 10000

/* ---- known-people ----------------------------------------------------------
 */

static unsigned roles_then(const struct seen_person *who, uint64_t time)
{
    unsigned roles = who->state == PERSON_ACTIVE ? who->roles : 0;

    return time <= who->changed + CHANGE_MS ? roles | who->before : roles;
}

/* Those that the account is about, beside whoever does it. */
static const char *account_broken(const struct rules_event *e)
{
    const struct seen_person *a = &e->account;
    bool same = a->number == e->by.number;

    switch (e->entry->what) {
    case SAYS_ADDED:
        return a->state != PERSON_UNKNOWN ? "There was such an account already."
               : (e->entry->roles & ROLE_ADMIN) != 0 &&
                       (e->entry->roles & ROLES_CONTENT) != 0
                   ? "An admin is never reviewer or lead."
                   : NULL;
    case SAYS_CHANGED:
        if ((e->entry->roles & ROLE_ADMIN) != 0 &&
            (e->entry->roles & ROLES_CONTENT) != 0) {
            return "An admin is never reviewer or lead.";
        }
        /* fall through */
    case SAYS_ENDED:
    case SAYS_RESET:
        return a->state == PERSON_UNKNOWN || a->state == PERSON_ENDED
                   ? "There is no such account."
               : same ? "Somebody changed his own account."
                      : NULL;
    case SAYS_HANDED_OVER:
    case SAYS_HOLDER:
        return (roles_then(a, e->entry->time) & ROLES_CONTENT) == 0
                   ? "It was given to somebody who does not work on cases."
                   : NULL;
    case SAYS_SHARE_STORED:
    case SAYS_SHARE_TAKEN_OUT:
    case SAYS_PASSWORD:
        return !same ? "Somebody did it for another account." : NULL;
    default:
        return NULL;
    }
}

/* An invitation makes whoever it is for active, by himself. */
static bool enrols(struct rules *r, const struct rules_event *e)
{
    if (e->entry->what != SAYS_ENROLLED) {
        return false;
    }
    if (e->by.state != PERSON_INVITED || e->account.number != e->by.number) {
        rules_find(r, RULE_KNOWN_PEOPLE, e,
                   "An account was enrolled that was not invited.");
    }
    return true;
}

/* Two shares of one person are one person's consent. */
static bool holds_another(struct rules *r, const struct rules_event *e)
{
    const struct rules_entry *entry = e->entry;
    bool holds = entry->what == SAYS_HOLDER &&
                 db_row(r->db, R_HOLDS_ANOTHER,
                        DB_VALUES(DB_INT(e->account.number),
                                  DB_BLOB(entry->quorum, sizeof entry->quorum),
                                  DB_INT(entry->number)));

    if (holds) {
        rules_find(r, RULE_KNOWN_PEOPLE, e,
                   "Share %llu was given to %s, who holds share %llu of that "
                   "quorum.",
                   (unsigned long long)entry->number, entry->account,
                   (unsigned long long)db_int(r->db, R_HOLDS_ANOTHER, 0));
        db_done(r->db, R_HOLDS_ANOTHER);
    }
    return holds;
}

void rule_known_people(struct rules *r, const struct rules_event *e)
{
    const struct rules_entry *entry = e->entry;
    unsigned may = rules_kinds[entry->what].may;
    const char *broken;

    if (enrols(r, e) || holds_another(r, e)) {
        return;
    }
    if (entry->by_service) {
        if ((may & ROLE_SERVICE) == 0) {
            rules_find(r, RULE_KNOWN_PEOPLE, e,
                       "The service did what a person has to.");
            return;
        }
    } else if (e->by.state == PERSON_UNKNOWN) {
        rules_find(r, RULE_KNOWN_PEOPLE, e, "There is no account %s.",
                   entry->by);
        return;
    } else if ((roles_then(&e->by, entry->time) & may) == 0) {
        rules_find(r, RULE_KNOWN_PEOPLE, e,
                   "%s has no role that may do this, or no active account.",
                   entry->by);
        return;
    }
    broken = account_broken(e);
    if (broken != NULL) {
        rules_find(r, RULE_KNOWN_PEOPLE, e, "%s", broken);
    }
}

/* ---- quorum-key ------------------------------------------------------------
 */

static bool is_there(struct rules *r, const uint8_t *id)
{
    bool there = db_row(r->db, R_FIND_QUORUM,
                        DB_VALUES(DB_BLOB(id, FRANK_QUORUM_ID_BYTES)));

    if (there) {
        db_done(r->db, R_FIND_QUORUM);
    }
    return there;
}

static void check_key(struct rules *r, const struct rules_event *e)
{
    const struct rules_entry *entry = e->entry;
    const struct frank_quorum *quorum =
        rules_quorum(&r->settings->quorums, entry->quorum);

    if (is_there(r, entry->quorum)) {
        rules_find(r, RULE_QUORUM_KEY, e, "The quorum has an entry already.");
    } else if (quorum == NULL) {
        rules_find(r, RULE_QUORUM_KEY, e,
                   "A quorum whose quorum.pub the auditor did not give.");
    } else if (memcmp(quorum->public_key, entry->point, sizeof entry->point) !=
                   0 ||
               quorum->threshold != entry->number ||
               quorum->holders != entry->second) {
        rules_find(r, RULE_QUORUM_KEY, e,
                   "Key, threshold or holders differ from the auditor's: %u of "
                   "%u.",
                   quorum->threshold, quorum->holders);
    }
}

void rule_quorum_key(struct rules *r, const struct rules_event *e)
{
    const struct rules_entry *entry = e->entry;

    if (entry->what == SAYS_QUORUM) {
        check_key(r, e);
    } else if (entry->what == SAYS_HOLDER
                   ? !is_there(r, entry->quorum)
                   : entry->receipt_error == FRANK_OK &&
                         !is_there(r, entry->receipt.quorum_id)) {
        rules_find(r, RULE_QUORUM_KEY, e,
                   "The quorum was used before its key stood in the log.");
    }
}
