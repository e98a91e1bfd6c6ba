/* SPDX-License-Identifier: Apache-2.0 */
/* Reports before they are sealed, and bodies as they come out of a seal: each
 * opening stands in the input, and there is one for each evidence. */
#include "fuzz.h"
#include "report.h"

static bool is_within(struct frank_span span, const uint8_t *data, size_t size)
{
    return span.len == 0 || (span.data >= data && span.len <= size &&
                             span.data - data <= (ptrdiff_t)(size - span.len));
}

static void holds_body(const struct frank_report_body *body, size_t count,
                       const uint8_t *data, size_t size)
{
    HOLDS(body->count == count);
    HOLDS(is_within(body->note, data, size));
    for (size_t i = 0; i < count; i++) {
        HOLDS(is_within(body->openings[i].content, data, size));
        HOLDS(body->openings[i].disclosed ||
              body->openings[i].content.len == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct frank_unsealed report;
    static struct frank_report_body body;
    struct frank_fault fault;
    size_t count = size > 0 ? data[0] % (FRANK_MESSAGES_MAX + 1) : 0;
    int error = frank_report_read(&report, data, size, &fault);

    if (error == FRANK_OK) {
        HOLDS(report.header.count >= 1);
        HOLDS(report.header.accused < report.header.count);
        HOLDS(is_within(report.reporter, data, size));
        holds_body(&report.body, report.header.count, data, size);
    } else {
        holds_fault(error, &fault, size);
    }
    if (size > 0) { /* the first byte says how many openings there are */
        error = report_body_decode(
            &body, (struct frank_span){data + 1, size - 1}, 1, count, &fault);
        if (error == FRANK_OK) {
            holds_body(&body, count, data, size);
        } else {
            holds_fault(error, &fault, size);
        }
    }
    return 0;
}
