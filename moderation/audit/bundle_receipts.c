/* SPDX-License-Identifier: Apache-2.0 */
/* What the entries of both logs say of the reports: that they came, and who
 * agreed to open them. */
#include "bundle_inner.h"

#include "key_json.h"

#include <string.h>

/* ---- In the logs --------------------------------------------------------- */

static const struct bundle_line *find_line(const struct bundle_trail *trail,
                                           size_t r, const char *type)
{
    for (size_t i = 0; i < trail->count; i++) {
        if (trail->lines[i].report == r &&
            bundle_line_is(&trail->lines[i], type, NULL)) {
            return &trail->lines[i];
        }
    }
    return NULL;
}

static void check_received(struct bundle_check *c, size_t r)
{
    uint64_t received = c->bundle->reports[r].received;
    const struct bundle_line *line =
        find_line(&c->hub_log, r, "report_received");

    if (line == NULL) {
        bundle_find(c, BUNDLE_WORD, "received", BY_MODERATION, received,
                    "The hub got report %zu at this time; no entry of its log "
                    "is in the bundle that says so.",
                    r);
    } else if (line->time != received) {
        bundle_refuse(c, "received",
                      "The hub's log says that report %zu came at %s, not %s.",
                      r, WHEN(line->time), WHEN(received));
    } else {
        bundle_find(c, BUNDLE_PROVEN, "received", BY_HUB_LOG, received,
                    "The hub got report %zu.", r);
    }
}

static void check_names(struct bundle_check *c, size_t r)
{
    const struct bundle_line *line =
        find_line(&c->moderation, r, "report_taken_over");

    if (line == NULL || !line->of_case) {
        bundle_refuse(c, "name",
                      "No entry of the moderation side's log says that report "
                      "%zu fell into this case.",
                      r);
    } else {
        bundle_find(c, BUNDLE_PROVEN, "name", BY_LOG, line->time,
                    "Report %zu was taken over into this case.", r);
    }
    check_received(c, r);
}

static void count_looks(struct bundle_check *c)
{
    for (size_t i = 0; i < c->moderation.count; i++) {
        const struct bundle_line *line = &c->moderation.lines[i];

        if (line->report != SIZE_MAX && bundle_line_is(line, "look", NULL)) {
            c->reports[line->report].looks++;
        }
    }
}

/* ---- Receipts ------------------------------------------------------------ */

static const struct frank_quorum *
find_quorum(const struct bundle_check *c,
            const uint8_t id[static FRANK_QUORUM_ID_BYTES])
{
    for (size_t i = 0; i < c->quorum_count; i++) {
        uint8_t other[FRANK_QUORUM_ID_BYTES];

        frank_quorum_id(other, &c->quorums[i]);
        if (memcmp(other, id, sizeof other) == 0) {
            return &c->quorums[i];
        }
    }
    return NULL;
}

/* The receipt of a line, if it is a holder's word about this report. */
static int open_receipt(struct receipt *out, const struct bundle_check *c,
                        const struct bundle_line *line, size_t r,
                        const struct frank_quorum **quorum,
                        struct frank_fault *fault)
{
    uint8_t bytes[RECEIPT_BYTES];
    int error = FRANK_ERR_MISSING;
    const json_t *hex = json_object_get(line->json, "receipt");

    *fault = (struct frank_fault){.error = error, .field = "receipt"};
    if (hex != NULL) {
        error = key_json_hex(bytes, sizeof bytes, hex, "receipt",
                             "a receipt in hexadecimal digits", fault);
    }
    if (error == FRANK_OK) {
        error = receipt_decode(out, bytes, sizeof bytes, fault);
    }
    if (error == FRANK_OK &&
        memcmp(out->report_digest, c->reports[r].verdict.report_digest,
               sizeof out->report_digest) != 0) {
        error = wire_fault(fault, FRANK_ERR_VALUE, "report digest", 0, 0, 0);
    }
    if (error == FRANK_OK) {
        *quorum = find_quorum(c, out->quorum_id);
        error = *quorum == NULL
                    ? wire_fault(fault, FRANK_ERR_QUORUM, "receipt", 0, 0, 0)
                    : receipt_check(out, *quorum, fault);
    }
    return error;
}

static void take_receipt(struct bundle_check *c, const struct bundle_line *line)
{
    size_t r = line->report;
    struct bundle_report_facts *facts = &c->reports[r];
    const struct frank_quorum *quorum = NULL;
    struct receipt receipt;
    struct frank_fault fault;

    int error = open_receipt(&receipt, c, line, r, &quorum, &fault);

    if (error == FRANK_ERR_QUORUM && quorum == NULL) {
        /* Whether the report was opened with it shows where it was opened. */
        bundle_find(c, BUNDLE_NOT_SHOWN, "receipts", "", 0,
                    "The receipt in entry %llu cannot be checked: the key of "
                    "its quorum is not in the bundle.",
                    (unsigned long long)line->entry->index);
        return;
    }
    if (error != FRANK_OK) {
        bundle_refuse(c, "receipts",
                      "The receipt in entry %llu is no holder's word about "
                      "report %zu: %s.",
                      (unsigned long long)line->entry->index, r,
                      bundle_why(&fault).text);
        return;
    }
    if (facts->has_quorum && memcmp(facts->quorum_id, receipt.quorum_id,
                                    sizeof facts->quorum_id) != 0) {
        bundle_refuse(c, "receipts",
                      "The receipt in entry %llu is of another quorum than "
                      "that of report %zu.",
                      (unsigned long long)line->entry->index, r);
        return;
    }
    memcpy(facts->quorum_id, receipt.quorum_id, sizeof facts->quorum_id);
    facts->has_quorum = true;
    facts->threshold = quorum->threshold;
    facts->holders |= 1U << (receipt.holder - 1);
    facts->receipt_times[receipt.holder - 1] = receipt.time;
    facts->receipt_by[receipt.holder - 1] = line->by;
    bundle_find(c, BUNDLE_PROVEN, "receipts", BY_HOLDERS, receipt.time,
                "Holder %u of %u agreed to open report %zu.", receipt.holder,
                quorum->holders, r);
}

/* Who refuses takes back what he gave, of each report that is not open yet. */
static void take_refusal(struct bundle_check *c, const struct bundle_line *line)
{
    for (size_t r = 0; r < c->bundle->report_count; r++) {
        struct bundle_report_facts *facts = &c->reports[r];

        for (unsigned i = 0; i < FRANK_HOLDERS_MAX; i++) {
            if (facts->opened == 0 && facts->receipt_by[i] != NULL &&
                strcmp(facts->receipt_by[i], line->by) == 0) {
                facts->holders &= ~(1U << i);
            }
        }
    }
}

/* It was opened: by holders whose receipts stand before. */
static void check_opened(struct bundle_check *c, const struct bundle_line *line)
{
    struct bundle_report_facts *facts = &c->reports[line->report];
    const json_t *named = json_object_get(line->json, "holders");
    unsigned holders = 0;
    bool good = json_is_array(named);

    for (size_t i = 0; good && i < json_array_size(named); i++) {
        json_int_t holder = json_integer_value(json_array_get(named, i));

        good = holder >= 1 && holder <= FRANK_HOLDERS_MAX;
        holders |= good ? 1U << (holder - 1) : 0;
    }
    facts->opened = line->time;
    if (!good || (holders & ~facts->holders) != 0) {
        bundle_refuse(c, "receipts",
                      "Report %zu was opened (entry %llu) with the shares of "
                      "holders whose receipts are not in the log before, or "
                      "who refused since.",
                      line->report, (unsigned long long)line->entry->index);
    } else if (facts->threshold == 0 ||
               (unsigned)__builtin_popcount(holders) < facts->threshold) {
        bundle_refuse(
            c, "receipts",
            "Report %zu was opened (entry %llu) after %s of %u that "
            "it takes.",
            line->report, (unsigned long long)line->entry->index,
            bundle_count((unsigned)__builtin_popcount(holders), "receipt").text,
            facts->threshold);
    } else {
        bundle_find(c, BUNDLE_PROVEN, "opened", BY_LOG, line->time,
                    "That report %zu was opened, the log says; that they agree "
                    "to it, %s had signed before, of %u who were needed.",
                    line->report,
                    COUNT((unsigned)__builtin_popcount(holders), "holder"),
                    facts->threshold);
    }
}

static bool shows_content(const struct bundle_report *report)
{
    for (size_t m = 0; m < report->count; m++) {
        if (report->messages[m].disclosed) {
            return true;
        }
    }
    return report->note.len > 0;
}

void bundle_check_receipts(struct bundle_check *c)
{
    for (size_t r = 0; r < c->bundle->report_count; r++) {
        check_names(c, r);
    }
    for (size_t i = 0; i < c->moderation.count; i++) {
        const struct bundle_line *line = &c->moderation.lines[i];

        if (line->of_case && bundle_line_is(line, "consent", "refused")) {
            take_refusal(c, line);
        }
        if (line->report == SIZE_MAX) {
            continue;
        }
        if (bundle_line_is(line, "consent", "given")) {
            take_receipt(c, line);
        } else if (bundle_line_is(line, "report_opened", NULL)) {
            check_opened(c, line);
        }
    }
    count_looks(c);
    for (size_t r = 0; r < c->bundle->report_count; r++) {
        if (c->reports[r].opened == 0 &&
            shows_content(&c->bundle->reports[r])) {
            bundle_refuse(c, "opened",
                          "The bundle shows what report %zu says, but no "
                          "entry says that it was opened.",
                          r);
        }
    }
}
