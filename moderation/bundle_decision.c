/* SPDX-License-Identifier: Apache-2.0 */
/* What a bundle shows of a decision, and of an appeal against it. */
#include "bundle_inside.h"

#include "outcome.h"

static uint8_t read_number(struct wire_reader *r, unsigned count,
                           const char *field)
{
    size_t start = r->pos;
    uint8_t number = wire_read_u8(r, field);

    if (number >= count) {
        wire_read_fail(r, FRANK_ERR_VALUE, field, start, number, count - 1);
    }
    return number;
}

void bundle_decision_read(struct bundle_decision *out, struct wire_reader *r)
{
    wire_read_bytes(r, out->id, sizeof out->id, "decision id");
    out->made = wire_read_u64(r, "decision's time");
    out->by = bundle_read_text(r, BUNDLE_NAME_MAX_BYTES, "decided by");
    out->state = (enum bundle_decision_state)read_number(
        r, BUNDLE_DECISION_STATES, "decision's state");
    out->on_appeal = bundle_read_flag(r, "on appeal");
    out->book = wire_read_u64(r, "book");
    out->policy = bundle_read_text(r, BUNDLE_NAME_MAX_BYTES, "policy");
    out->title = bundle_read_text(r, BUNDLE_TITLE_MAX_BYTES, "policy's title");
    out->text = bundle_read_text(r, BUNDLE_TEXT_MAX_BYTES, "policy's text");
    out->outcome = read_number(r, OUTCOME_COUNT, "outcome");
    out->grave = bundle_read_flag(r, "grave");
    out->withheld = wire_read_u64(r, "withheld");
    out->explanation =
        bundle_read_text(r, BUNDLE_EXPLANATION_MAX_BYTES, "explanation");
    out->in_force = wire_read_u64(r, "in force");
    out->reviewed = bundle_read_flag(r, "review's presence");
    if (out->reviewed) {
        out->review_time = wire_read_u64(r, "review's time");
        out->reviewer =
            bundle_read_text(r, BUNDLE_NAME_MAX_BYTES, "reviewed by");
        out->review = bundle_read_text(r, BUNDLE_TEXT_MAX_BYTES, "review");
    }
}

void bundle_decision_write(struct wire_writer *w,
                           const struct bundle_decision *decision)
{
    wire_write_bytes(w, decision->id, sizeof decision->id);
    wire_write_u64(w, decision->made);
    wire_write_opaque(w, decision->by, BUNDLE_NAME_MAX_BYTES, "decided by");
    wire_write_u8(w, (uint8_t)decision->state);
    wire_write_u8(w, decision->on_appeal);
    wire_write_u64(w, decision->book);
    wire_write_opaque(w, decision->policy, BUNDLE_NAME_MAX_BYTES, "policy");
    wire_write_opaque(w, decision->title, BUNDLE_TITLE_MAX_BYTES,
                      "policy's title");
    wire_write_opaque(w, decision->text, BUNDLE_TEXT_MAX_BYTES,
                      "policy's text");
    wire_write_u8(w, decision->outcome);
    wire_write_u8(w, decision->grave);
    wire_write_u64(w, decision->withheld);
    wire_write_opaque(w, decision->explanation, BUNDLE_EXPLANATION_MAX_BYTES,
                      "explanation");
    wire_write_u64(w, decision->in_force);
    wire_write_u8(w, decision->reviewed);
    if (decision->reviewed) {
        wire_write_u64(w, decision->review_time);
        wire_write_opaque(w, decision->reviewer, BUNDLE_NAME_MAX_BYTES,
                          "reviewed by");
        wire_write_opaque(w, decision->review, BUNDLE_TEXT_MAX_BYTES, "review");
    }
}

void bundle_appeal_read(struct bundle_appeal *out, struct wire_reader *r)
{
    wire_read_bytes(r, out->decision, sizeof out->decision,
                    "appealed decision");
    out->received = wire_read_u64(r, "appeal's time");
    out->by_reporter = bundle_read_flag(r, "by the reporter");
    out->text = bundle_read_text(r, BUNDLE_TEXT_MAX_BYTES, "appeal");
    out->answered = bundle_read_flag(r, "answer's presence");
    if (out->answered) {
        out->answer_time = wire_read_u64(r, "answer's time");
        out->answered_by =
            bundle_read_text(r, BUNDLE_NAME_MAX_BYTES, "answered by");
        out->upheld = bundle_read_flag(r, "upheld");
        out->answer = bundle_read_text(r, BUNDLE_TEXT_MAX_BYTES, "answer");
    }
}

void bundle_appeal_write(struct wire_writer *w,
                         const struct bundle_appeal *appeal)
{
    wire_write_bytes(w, appeal->decision, sizeof appeal->decision);
    wire_write_u64(w, appeal->received);
    wire_write_u8(w, appeal->by_reporter);
    wire_write_opaque(w, appeal->text, BUNDLE_TEXT_MAX_BYTES, "appeal");
    wire_write_u8(w, appeal->answered);
    if (appeal->answered) {
        wire_write_u64(w, appeal->answer_time);
        wire_write_opaque(w, appeal->answered_by, BUNDLE_NAME_MAX_BYTES,
                          "answered by");
        wire_write_u8(w, appeal->upheld);
        wire_write_opaque(w, appeal->answer, BUNDLE_TEXT_MAX_BYTES, "answer");
    }
}
