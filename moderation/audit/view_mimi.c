/* SPDX-License-Identifier: Apache-2.0 */
/* AbuseReport of draft-ietf-mimi-protocol-06: what another MIMI provider takes.
 * It has no place for a message whose content is not shown. */
#include "view_write.h"

#include "mimi_report.h"

#include <stdlib.h>

static void take_messages(struct mimi_report *out, uint8_t (*franks)[100],
                          const struct bundle_report *report)
{
    for (size_t m = 0; m < report->count; m++) {
        const struct bundle_message *message = &report->messages[m];

        if (message->disclosed) {
            frank_frank_encode(franks[out->count], &message->evidence.frank);
            out->messages[out->count] = (struct mimi_report_message){
                message->content,
                {franks[out->count], FRANK_FRANK_BYTES},
                message->evidence.context.accepted_timestamp};
            out->count++;
        }
    }
}

static int encode(struct view *out, const struct mimi_report *report,
                  struct frank_fault *fault)
{
    size_t len = 0;
    int error = mimi_report_encode(NULL, 0, &len, report, fault);

    if (error != FRANK_ERR_SPACE) {
        return error;
    }
    out->text = malloc(len + 1);
    if (out->text == NULL) {
        *fault =
            (struct frank_fault){.error = FRANK_ERR_MEMORY, .field = "view"};
        return FRANK_ERR_MEMORY;
    }
    error = mimi_report_encode((uint8_t *)out->text, len, &len, report, fault);
    out->text[len] = '\0';
    out->len = len;
    return error;
}

int view_mimi(struct view *out, const struct bundle_check *c, size_t report,
              struct frank_fault *fault)
{
    const struct bundle_report *from = &c->bundle->reports[report];
    const struct bundle_message *accused = view_accused(from);
    uint8_t(*franks)[FRANK_FRANK_BYTES] =
        malloc(FRANK_MESSAGES_MAX * sizeof *franks);
    struct mimi_report *mimi = calloc(1, sizeof *mimi);
    int error = FRANK_ERR_MEMORY;

    *out = (struct view){NULL, 0, NULL, 0};
    *fault = (struct frank_fault){.error = error, .field = "view"};
    if (accused == NULL) {
        error = FRANK_ERR_MISSING;
        *fault = (struct frank_fault){
            .error = error,
            .field = "the message whose sender is accused, in the bundle"};
    } else if (franks != NULL && mimi != NULL) {
        mimi->reporting_user = from->reporter.salt != NULL
                                   ? from->reporter.uri
                                   : (struct frank_span){NULL, 0};
        mimi->alleged_abuser = accused->evidence.context.sender;
        mimi->reason = from->reason;
        mimi->note = from->note;
        take_messages(mimi, franks, from);
        error = encode(out, mimi, fault);
    }
    free(franks);
    free(mimi);
    if (error != FRANK_OK) {
        view_free(out);
    }
    return error;
}
