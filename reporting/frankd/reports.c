/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report comes in. The order is that of cost, so that junk costs little: the
 * limit of its address; whose word stands behind it; its structure, its MACs
 * and signatures; whether it was here before; the limits of its reporter and of
 * all; the proof of its seal. Then the writer stores it, and only when that is
 * on disk is it answered.
 */
#include "intake.h"

#include <string.h>

void route_reports(struct http_exchange *exchange, void *context)
{
    struct intake *in = intake_begin(exchange, context);
    struct frank_fault fault = {0};

    if (in == NULL || !intake_admit(in)) {
        return;
    }
    if (sealed_check_stamps(&in->check, in->keys->stamper,
                            in->keys->has_quorum ? in->keys->quorum_id : NULL,
                            in->sent.data, in->sent.len, in->incoming.received,
                            &fault) != FRANK_OK) {
        intake_refuse_fault(in, &fault, in->check.at);
        return;
    }
    memcpy(in->incoming.report_id, in->check.report.header.report_id,
           FRANK_REPORT_ID_BYTES);
    in->incoming.sealed = in->sent;
    intake_make_token(in);
    if (intake_is_known(in) || !intake_check_ages(in) ||
        !intake_check_reporter(in, in->check.report.reporter.uri) ||
        !intake_within_reporter(in) || !intake_within_overall(in)) {
        return;
    }
    if (sealed_check_seal(&in->check, &fault) != FRANK_OK) {
        intake_give_back(in);
        intake_refuse_fault(in, &fault, SIZE_MAX);
        return;
    }
    intake_take(in);
}
