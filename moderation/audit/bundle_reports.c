/* SPDX-License-Identifier: Apache-2.0 */
/* What a bundle proves of the reports: which messages the hub says were sent,
 * that the contents are theirs, their order; and who agreed to open them. */
#include "bundle_inner.h"

#include "group.h"
#include "key_json.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* ---- The hub's verdict --------------------------------------------------- */

static void check_verdict(struct bundle_check *c, size_t r)
{
    const struct bundle_report *report = &c->bundle->reports[r];
    struct bundle_report_facts *facts = &c->reports[r];
    struct frank_fault fault = {.error = FRANK_ERR_NO_KEY, .field = "hub"};
    int error = FRANK_ERR_NO_KEY;

    if (c->has_hub_keys) {
        error = hub_verdict_open(&facts->verdict, report->verdict.data,
                                 report->verdict.len, &c->hub, &fault);
    }
    if (error != FRANK_OK) {
        bundle_refuse(c, "verdict",
                      "The verdict on report %zu is not the hub's: %s.", r,
                      bundle_why(&fault).text);
        return;
    }
    facts->has_verdict = true;
    bundle_report_name(facts->name, report, facts->verdict.report_digest);
    bundle_find(c, BUNDLE_PROVEN, "verdict", BY_HUB, facts->verdict.checked,
                "The hub checked report %zu, of %s, without reading it.", r,
                COUNT(facts->verdict.count, "message"));
    if (report->count < facts->verdict.count) {
        bundle_find(c, BUNDLE_NOT_SHOWN, "messages", "", 0,
                    "Not in this bundle: %s of report %zu.",
                    COUNT(facts->verdict.count - report->count, "message"), r);
    }
}

/* ---- Messages ------------------------------------------------------------ */

/* Whether it is the message of this place in the report that was checked. */
static bool is_of_report(const struct bundle_message *message,
                         const struct hub_verdict *verdict)
{
    uint8_t digest[FRANK_DIGEST_BYTES];

    report_evidence_digest(digest, &message->evidence);
    return message->index < verdict->count &&
           memcmp(verdict->items[message->index].evidence_digest, digest,
                  sizeof digest) == 0;
}

static void say_matching(struct bundle_check *c, size_t r,
                         const struct bundle_message *message,
                         const struct opening_verdict *v)
{
    const struct frank_context *context = &message->evidence.context;
    bool malformed = v->state == OPENING_MALFORMED;
    char parts[96] = "";

    if (v->parts_withheld != 0) {
        (void)snprintf(parts, sizeof parts, ", %u of %u parts left out",
                       (unsigned)__builtin_popcountll(v->parts_withheld),
                       v->parts);
    }
    bundle_find(c, BUNDLE_PROVEN, "content", BY_HUB,
                context->accepted_timestamp,
                "Message %u of report %zu was sent by %s in %s, and its "
                "content is the one in the bundle (%s%s)%s.",
                message->index, r, WORDS(context->sender), WORDS(context->room),
                COUNT(message->content.len, "byte"), parts,
                malformed ? "; it breaks rules of its format" : "");
}

static void say_message(struct bundle_check *c, size_t r,
                        const struct bundle_message *message,
                        const struct opening_verdict *v)
{
    const struct frank_context *context = &message->evidence.context;

    switch (v->state) {
    case OPENING_MATCHES:
    case OPENING_MALFORMED:
        say_matching(c, r, message, v);
        break;
    case OPENING_MISMATCH:
        bundle_refuse(c, "content",
                      "The content of message %u of report %zu is not what "
                      "was sent: %s.",
                      message->index, r, bundle_why(&v->fault).text);
        break;
    case OPENING_WITHHELD:
        bundle_find(
            c, BUNDLE_PROVEN, "stamp", BY_HUB, context->accepted_timestamp,
            "Message %u of report %zu was sent by %s in %s; what it "
            "says is not in the bundle.",
            message->index, r, WORDS(context->sender), WORDS(context->room));
        break;
    case OPENING_EXPIRED:
        bundle_find(c, BUNDLE_NOT_SHOWN, "stamp", "", 0,
                    "Message %u of report %zu cannot be proven: the hub had "
                    "destroyed the key of its time.",
                    message->index, r);
        break;
    default:
        bundle_refuse(c, "stamp",
                      "Message %u of report %zu was not stamped by the hub: "
                      "%s.",
                      message->index, r, bundle_why(&v->fault).text);
    }
}

static void check_message(struct bundle_check *c, size_t r, size_t m)
{
    const struct bundle_message *message = &c->bundle->reports[r].messages[m];
    struct bundle_report_facts *facts = &c->reports[r];
    const struct frank_opening shown = {message->disclosed, message->content};
    struct opening_verdict *v = &facts->verdicts[m];

    v->state = OPENING_NOT_STAMPED;
    v->stamp = STAMP_INVALID;
    if (!facts->has_verdict) {
        return; /* said before */
    }
    if (!is_of_report(message, &facts->verdict)) {
        bundle_refuse(c, "evidence",
                      "Message %u of report %zu is not one that the hub "
                      "checked.",
                      message->index, r);
        return;
    }
    opening_judge_message(v, &message->evidence, &shown, &c->hub,
                          &facts->verdict);
    say_message(c, r, message, v);
}

/* ---- Order --------------------------------------------------------------- */

static void say_order(struct bundle_check *c, size_t r)
{
    const struct bundle_report_facts *facts = &c->reports[r];
    const struct bundle_report *report = &c->bundle->reports[r];
    uint64_t between = 0;

    for (size_t i = 0; i < facts->place_count; i++) {
        between += facts->places[i].gap;
    }
    if (facts->place_count > 1) {
        bundle_find(
            c, BUNDLE_PROVEN, "order", BY_HUB, 0,
            "The order of %s of report %zu in their room is proven, from "
            "message %u "
            "to %u; %s of the room between them.",
            COUNT(facts->place_count, "message"), r,
            report->messages[facts->places[0].message].index,
            report->messages[facts->places[facts->place_count - 1].message]
                .index,
            between == 0 ? "there is no message"
                         : bundle_count(between, "more message").text);
    }
}

static void check_order(struct bundle_check *c, size_t r)
{
    const struct bundle_report *report = &c->bundle->reports[r];
    struct bundle_report_facts *facts = &c->reports[r];
    struct frank_report_header *header = calloc(1, sizeof *header);

    if (header == NULL) {
        c->exhausted = true;
        return;
    }
    header->count = report->count;
    for (size_t m = 0; m < report->count; m++) {
        header->evidence[m] = report->messages[m].evidence;
    }
    if (opening_order(facts->places, &facts->place_count, header,
                      facts->verdicts) != FRANK_OK) {
        facts->place_count = 0;
        bundle_refuse(c, "order",
                      "Two messages of report %zu have the same place in "
                      "their room.",
                      r);
    }
    say_order(c, r);
    free(header);
}

/* ---- The sealed report --------------------------------------------------- */

static bool is_same_evidence(const struct frank_evidence *a,
                             const struct frank_evidence *b)
{
    uint8_t x[FRANK_DIGEST_BYTES];
    uint8_t y[FRANK_DIGEST_BYTES];

    report_evidence_digest(x, a);
    report_evidence_digest(y, b);
    return memcmp(x, y, sizeof x) == 0;
}

static const char *sealed_fault(const struct bundle_report *report,
                                const struct sealed_report *sealed,
                                struct bundle_report_facts *facts)
{
    const struct frank_report_header *header = &sealed->header;

    if (memcmp(sealed->digest, facts->verdict.report_digest,
               sizeof sealed->digest) != 0) {
        return "it is another report than the hub checked";
    }
    memcpy(facts->quorum_id, sealed->seal.quorum_id, sizeof facts->quorum_id);
    facts->has_quorum = true;
    if (header->created != report->created) {
        return "it was made at another time";
    }
    if (header->reason != report->reason) {
        return "it has another reason";
    }
    if (header->accused != report->accused) {
        return "it accuses the sender of another message";
    }
    for (size_t m = 0; m < report->count; m++) {
        unsigned index = report->messages[m].index;

        if (index >= header->count ||
            !is_same_evidence(&header->evidence[index],
                              &report->messages[m].evidence)) {
            return "it has other messages";
        }
    }
    return NULL;
}

static void check_sealed(struct bundle_check *c, size_t r)
{
    const struct bundle_report *report = &c->bundle->reports[r];
    struct bundle_report_facts *facts = &c->reports[r];
    struct sealed_report *sealed = calloc(1, sizeof *sealed);
    const char *why = "it cannot be read";

    if (sealed == NULL) {
        c->exhausted = true;
        return;
    }
    if (sealed_report_decode(sealed, report->sealed.data, report->sealed.len,
                             NULL) == FRANK_OK) {
        why = sealed_fault(report, sealed, facts);
    }
    facts->sealed_holds = why == NULL;
    if (why != NULL) {
        bundle_refuse(c, "sealed",
                      "The sealed report %zu is not the one of the bundle: "
                      "%s.",
                      r, why);
    }
    free(sealed);
}

/* What only a sealed report that is at hand can show. */
static void say_header(struct bundle_check *c, size_t r)
{
    const struct bundle_report *report = &c->bundle->reports[r];
    const struct bundle_report_facts *facts = &c->reports[r];
    const struct frank_reason *reason = frank_reason(report->reason);
    bool sealed = facts->sealed_holds;

    if (facts->has_verdict && report->accused >= facts->verdict.count) {
        bundle_refuse(c, "accused",
                      "Report %zu accuses the sender of message %u, which it "
                      "does not have.",
                      r, report->accused);
    }
    bundle_find(c, sealed ? BUNDLE_PROVEN : BUNDLE_WORD, "header",
                sealed ? BY_HUB : BY_MODERATION, report->created,
                "Report %zu was made for \"%s\", against the sender of message "
                "%u%s.",
                r, reason != NULL ? reason->name : "another reason",
                report->accused,
                sealed ? ", as it stands in the sealed report" : "");
    if (report->reporter.salt != NULL) {
        bundle_find(c, sealed ? BUNDLE_PROVEN : BUNDLE_WORD, "reporter",
                    sealed ? BY_HUB : BY_MODERATION, 0,
                    "Report %zu was made in the name of %s.", r,
                    WORDS(report->reporter.uri));
    } else if (sealed) {
        bundle_find(c, BUNDLE_PROVEN, "reporter", BY_HUB, 0,
                    "Report %zu was made without a name.", r);
    } else {
        bundle_find(c, BUNDLE_NOT_SHOWN, "reporter", "", 0,
                    "Who made report %zu is not in the bundle.", r);
    }
    if (report->note.len > 0) {
        bundle_find(c, BUNDLE_WORD, "note", BY_MODERATION, 0,
                    "The reporter's note to report %zu is as the moderation "
                    "side gives it.",
                    r);
    }
}

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

/* Messages and verdicts; the names by which the lines are told apart come from
 * here, so that what the lines say is asked afterwards. */
void bundle_check_reports(struct bundle_check *c)
{
    for (size_t r = 0; r < c->bundle->report_count; r++) {
        const struct bundle_report *report = &c->bundle->reports[r];
        struct bundle_report_facts *facts = &c->reports[r];

        facts->verdicts = calloc(report->count + 1, sizeof *facts->verdicts);
        if (facts->verdicts == NULL) {
            c->exhausted = true;
            return;
        }
        check_verdict(c, r);
        for (size_t m = 0; m < report->count; m++) {
            check_message(c, r, m);
        }
        check_order(c, r);
        if (report->sealed.len > 0) {
            check_sealed(c, r);
        }
        say_header(c, r);
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

    if (open_receipt(&receipt, c, line, r, &quorum, &fault) != FRANK_OK) {
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
    bundle_find(c, BUNDLE_PROVEN, "receipts", BY_HOLDERS, receipt.time,
                "Holder %u of %u agreed to open report %zu.", receipt.holder,
                quorum->holders, r);
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
                      "holders whose receipts are not in the log before.",
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
        bundle_find(c, BUNDLE_PROVEN, "opened", BY_HOLDERS, line->time,
                    "Report %zu was opened by %u holders; %u were needed.",
                    line->report, (unsigned)__builtin_popcount(holders),
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
