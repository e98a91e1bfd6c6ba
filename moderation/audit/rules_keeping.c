/* SPDX-License-Identifier: Apache-2.0 */
/* How the logs are kept: form, times, the hub's keys and counts. */
#include "rules_inside.h"

/* ---- known-format ----------------------------------------------------------
 */

void rule_known_format(struct rules *r, const struct rules_event *e)
{
    const struct rules_entry *entry = e->entry;

    if (entry->wrong == NULL) {
        return;
    }
    if (entry->wrong_member != NULL) {
        rules_find(r, RULE_KNOWN_FORMAT, e, "Not as it must be: \"%s\" %s.",
                   entry->wrong_member, entry->wrong);
    } else {
        rules_find(r, RULE_KNOWN_FORMAT, e, "Not as it must be: %s.",
                   entry->wrong);
    }
}

/* ---- time-order ------------------------------------------------------------
 */

void rule_time_order(struct rules *r, const struct rules_event *e)
{
    uint64_t newest = r->logs[e->entry->log].newest;
    uint64_t time = e->entry->time;
    char span[RULES_WORDS_BYTES];

    if (time + r->limits.clock < newest) {
        rules_find(r, RULE_TIME_ORDER, e,
                   "The entry is of %s before one that stands above it.",
                   rules_say_span(span, newest - time));
    } else if (r->settings->now != 0 &&
               time > r->settings->now + r->limits.clock) {
        rules_find(r, RULE_TIME_ORDER, e,
                   "The entry is of %s after now, by the auditor's clock.",
                   rules_say_span(span, time - r->settings->now));
    }
}

/* ---- key-epochs ------------------------------------------------------------
 */

void rule_key_epochs(struct rules *r, const struct rules_event *e)
{
    const struct rules_entry *entry = e->entry;
    bool was_destroyed = false;
    uint64_t not_before = entry->second;

    if (db_row(r->db, R_FIND_EPOCH, DB_VALUES(DB_INT(entry->number)))) {
        not_before = db_int(r->db, R_FIND_EPOCH, 0);
        was_destroyed = db_int(r->db, R_FIND_EPOCH, 1) != 0;
        db_done(r->db, R_FIND_EPOCH);
        if (was_destroyed) {
            rules_find(r, RULE_KEY_EPOCHS, e,
                       "The epoch was destroyed before, and is %s again.",
                       entry->destroyed ? "destroyed" : "there");
            return;
        }
        if (!entry->destroyed) {
            rules_find(r, RULE_KEY_EPOCHS, e, "The epoch was there already.");
            return;
        }
    }
    if (not_before != entry->second) {
        rules_find(r, RULE_KEY_EPOCHS, e,
                   "The epoch begins at another time than it did.");
    } else if (db_row(r->db, R_EPOCH_ORDER,
                      DB_VALUES(DB_INT(entry->number), DB_INT(not_before)))) {
        db_done(r->db, R_EPOCH_ORDER);
        rules_find(r, RULE_KEY_EPOCHS, e,
                   "The epoch does not begin in the order of its number.");
    }
}

/* ---- refusals-plausible ----------------------------------------------------
 */

void rule_refusals_plausible(struct rules *r, const struct rules_event *e)
{
    const struct rules_entry *entry = e->entry;
    const struct rules_log_state *hub = &r->logs[RULES_HUB];
    uint64_t last = hub->refused_until;
    uint64_t from = entry->second;
    uint64_t most;
    char span[RULES_WORDS_BYTES];

    if (from > entry->until || entry->until > entry->time + r->limits.clock) {
        rules_find(r, RULE_REFUSALS_PLAUSIBLE, e,
                   from > entry->until ? "The count ends before it begins."
                                       : "The count ends after its entry.");
        return;
    }
    most = ((entry->until - from) / 1000 + 1) * RULES_REFUSALS_PER_SECOND;
    if (last != 0 && from + r->limits.clock < last) {
        rules_find(r, RULE_REFUSALS_PLAUSIBLE, e,
                   "The count overlaps the one before by %s.",
                   rules_say_span(span, last - from));
    } else if (hub->refused_from != 0 && hub->refused_told == 0 &&
               from > hub->refused_from + r->limits.refusal_gap) {
        rules_find(r, RULE_REFUSALS_PLAUSIBLE, e,
                   "Nothing was counted for %s before.",
                   rules_say_span(span, from - hub->refused_from));
    } else if (entry->number > most) {
        rules_find(r, RULE_REFUSALS_PLAUSIBLE, e,
                   "%llu refusals are more than any hub can make in that time "
                   "(%llu).",
                   (unsigned long long)entry->number, (unsigned long long)most);
    }
}

/* Told once, and not again when counts go on after it. */
void rules_counts_end(struct rules *r, uint64_t end)
{
    struct rules_log_state *hub = &r->logs[RULES_HUB];
    const struct rules_place place = {RULES_HUB, hub->refused_at,
                                      hub->refused_time, NULL, NULL};
    char span[RULES_WORDS_BYTES];

    if (hub->refused_from == 0 || hub->refused_told != 0 ||
        end <= hub->refused_from + r->limits.refusal_gap + r->limits.clock) {
        return;
    }
    hub->refused_told = 1;
    rules_find_at(r, RULE_REFUSALS_PLAUSIBLE, &place,
                  "Nothing was counted for %s after it, up to the end.",
                  rules_say_span(span, end - hub->refused_from));
}
