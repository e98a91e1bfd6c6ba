/* SPDX-License-Identifier: Apache-2.0 */
/* What a bundle proves of the reports: which messages the hub says were sent,
 * that the contents are theirs, their order. */
#include "bundle_inner.h"

#include "group.h"

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
                "The hub signed that message %u of report %zu was sent by %s "
                "in %s; its content is the one in the bundle (%s%s)%s.",
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
            "The hub signed that message %u of report %zu was sent by %s in "
            "%s; what it says is not in the bundle.",
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

/* ---- All of them --------------------------------------------------------- */

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
