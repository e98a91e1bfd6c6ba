/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A draft of a CyberTipline report, in the order of elements of NCMEC's schema,
 * and one <fileDetails> for each file that is handed over with it: NCMEC takes
 * each as a document of its own, after the file was uploaded. So the draft is a
 * document around them. Nothing is sent from here.
 *
 * Reports that were sealed are handed over as they are: whether anybody at the
 * company viewed them is told by the entries of the log, not by anybody's word.
 */
#include "view_write.h"

#include "parts.h"

#include <stdlib.h>
#include <string.h>

static bool has_type(const struct bundle_report *report)
{
    return view_is_withheld_reason(report->reason);
}

static void element(struct view_writer *w, unsigned depth, const char *name,
                    struct frank_span text)
{
    view_printf(w, "%*s<%s>", (int)(2 * depth), "", name);
    view_put_escaped(w, text);
    view_printf(w, "</%s>\n", name);
}

static void element_text(struct view_writer *w, unsigned depth,
                         const char *name, const char *text)
{
    element(w, depth, name,
            (struct frank_span){(const uint8_t *)text, strlen(text)});
}

static void mark(struct view_writer *w, unsigned depth, const char *name,
                 const char *what)
{
    element_text(w, depth, name, VIEW_TO_FILL);
    view_to_fill(w, name, what);
}

/* ---- Report -------------------------------------------------------------- */

static void put_summary(struct view_writer *w,
                        const struct bundle_report *report)
{
    const struct bundle_message *accused = view_accused(report);
    char time[VIEW_TIME_BYTES];

    view_time(time, accused != NULL
                        ? accused->evidence.context.accepted_timestamp
                        : report->received);
    view_put(w, "    <incidentSummary>\n");
    element_text(w, 3, "incidentType",
                 frank_reason(report->reason)->cybertipline);
    view_to_fill(w, "incidentType",
                 "check: it is that of the reason the reporter chose");
    mark(w, 3, "platform", "the full name of the application");
    element_text(w, 3, "incidentDateTime", time);
    element_text(w, 3, "incidentDateTimeDescription",
                 accused != NULL
                     ? "When the hub took in the message that was reported, "
                       "as it stamped it"
                     : "When the hub took in the report");
    view_put(w, "    </incidentSummary>\n");
}

static void put_message_text(struct view_writer *w, struct parts *parts,
                             const struct bundle_message *message)
{
    char time[VIEW_TIME_BYTES];

    if (parts_read(parts, message->content.data, message->content.len, NULL) !=
        FRANK_OK) {
        return;
    }
    view_time(time, message->evidence.context.accepted_timestamp);
    for (size_t i = 0; i < parts->count; i++) {
        const struct part *part = &parts->items[i];

        if (part->state == PART_THERE && part_is_text(part->media_type)) {
            view_printf(w, "%s ", time);
            view_put_escaped(w, message->evidence.context.sender);
            view_put(w, ": ");
            view_put_escaped(w, part->body);
            view_put(w, "\n");
        }
    }
    parts_free(parts);
}

/* Texts alone: what else was sent is in the files. */
static void put_chat(struct view_writer *w, const struct bundle_report *report)
{
    struct parts *parts = calloc(1, sizeof *parts);

    view_put(w, "    <internetDetails>\n      <chatImIncident>\n");
    mark(w, 4, "chatClient", "the messenger's name");
    if (report->count > 0) {
        element(w, 4, "chatRoomName",
                report->messages[0].evidence.context.room);
    }
    view_put(w, "        <content>");
    for (size_t m = 0; parts != NULL && m < report->count; m++) {
        if (report->messages[m].disclosed) {
            put_message_text(w, parts, &report->messages[m]);
        }
    }
    view_put(w, "</content>\n");
    element_text(w, 4, "additionalInfo",
                 "The hub of the service proves by message franking that these "
                 "messages went through it, from whom and when.");
    view_put(w, "      </chatImIncident>\n    </internetDetails>\n");
    w->failed = w->failed || parts == NULL;
    free(parts);
}

static void put_reporter(struct view_writer *w)
{
    view_put(w, "    <reporter>\n      <reportingPerson>\n");
    mark(w, 4, "firstName", "of who reports for the company");
    mark(w, 4, "lastName", "of who reports for the company");
    mark(w, 4, "email", "of who reports for the company");
    view_put(w, "      </reportingPerson>\n    </reporter>\n");
}

static void put_person(struct view_writer *w, const char *name,
                       struct frank_span uri)
{
    view_printf(w, "    <%s>\n", name);
    element(w, 3, "espIdentifier", uri);
    mark(w, 3, "espService", "the service that the account is of");
    view_to_fill(w, name,
                 "what else the company knows of the account: names, "
                 "addresses, IP captures");
    view_printf(w, "    </%s>\n", name);
}

static void put_report(struct view_writer *w, const struct bundle_report *r)
{
    const struct bundle_message *accused = view_accused(r);

    view_put(w, "  <report>\n");
    put_summary(w, r);
    put_chat(w, r);
    put_reporter(w);
    if (accused != NULL) {
        put_person(w, "personOrUserReported", accused->evidence.context.sender);
    }
    if (r->reporter.salt != NULL) {
        put_person(w, "intendedRecipient", r->reporter.uri);
    }
    element_text(w, 2, "additionalInfo",
                 "Drafted from an evidence bundle of message franking. A "
                 "sealed report can be opened by its holders alone: ask the "
                 "company for their consents.");
    view_put(w, "  </report>\n");
}

/* ---- Files --------------------------------------------------------------- */

/* The elements of a file, as far as a bundle knows them. */
static void put_file(struct view_writer *w, const char *name,
                     struct frank_span bytes, bool viewed, uint64_t sent,
                     const char *about)
{
    char hash[65];
    char time[VIEW_TIME_BYTES];

    view_sha256(hash, bytes);
    view_time(time, sent);
    view_put(w, "  <fileDetails>\n    <reportId>0</reportId>\n"
                "    <fileId>" VIEW_TO_FILL "</fileId>\n");
    element_text(w, 2, "fileName", name);
    element_text(w, 2, "uploadedToEspTimestamp", time);
    if (viewed) {
        view_to_fill(w, "fileViewedByEsp",
                     "whether all of it was viewed: the log says that it was "
                     "shown to somebody, who alone can tell");
    } else {
        element_text(w, 2, "fileViewedByEsp", "false");
        element_text(w, 2, "exifViewedByEsp", "false");
    }
    element_text(w, 2, "publiclyAvailable", "false");
    element_text(w, 2, "fileRelevance", "Reported");
    view_printf(w,
                "    <originalFileHash hashType=\"SHA-256\">%s"
                "</originalFileHash>\n",
                hash);
    element_text(w, 2, "additionalInfo", about);
    view_put(w, "  </fileDetails>\n");
}

static bool put_files(struct view_writer *w, const struct bundle_check *c,
                      size_t r)
{
    const struct bundle_report *report = &c->bundle->reports[r];
    bool viewed = c->reports[r].looks > 0;
    bool any = report->sealed.len > 0;
    char name[64];

    if (any) {
        (void)snprintf(name, sizeof name, "report-%zu.sealed", r);
        put_file(w, name, report->sealed, viewed, report->received,
                 viewed
                     ? "The sealed report. The log of the moderation side "
                       "says that its content was shown to a moderator."
                     : "The sealed report. No entry of the moderation side's "
                       "log in the bundle says that its content was shown "
                       "to anybody.");
    }
    for (size_t m = 0; m < report->count; m++) {
        if (report->messages[m].disclosed) {
            any = true;
            (void)snprintf(name, sizeof name, "report-%zu-message-%u.content",
                           r, report->messages[m].index);
            put_file(w, name, report->messages[m].content, viewed,
                     report->messages[m].evidence.context.accepted_timestamp,
                     "A message as it was sent, all of its parts within.");
        }
    }
    return any;
}

/* ---- Draft --------------------------------------------------------------- */

int view_cybertip(struct view *out, const struct bundle_check *c,
                  struct frank_fault *fault)
{
    const struct bundle *bundle = c->bundle;
    struct view_writer w;
    bool any = false;
    bool files = false;

    view_begin(&w, out);
    if (w.failed) {
        return view_end(&w, fault);
    }
    view_put(&w, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                 "<!-- A draft: nothing was sent. Each report and each "
                 "fileDetails is a document of its own for NCMEC. -->\n"
                 "<cyberTiplineDraft>\n");
    for (size_t r = 0; r < bundle->report_count; r++) {
        if (has_type(&bundle->reports[r])) {
            any = true;
            put_report(&w, &bundle->reports[r]);
            files = put_files(&w, c, r) || files;
        }
    }
    view_put(&w, "</cyberTiplineDraft>\n");
    if (!any) {
        return view_give_up(&w, fault, FRANK_ERR_MISSING,
                            "a report whose reason has a type at the "
                            "CyberTipline");
    }
    if (files) {
        view_to_fill(&w, "reportId", "of NCMEC's answer to the report");
        view_to_fill(&w, "fileId", "of NCMEC's answer to each upload");
    }
    return view_end(&w, fault);
}
