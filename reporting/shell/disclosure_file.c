/* SPDX-License-Identifier: Apache-2.0 */
#include "disclosure_file.h"

#include "report.h"

#include <string.h>

void disclosure_file_write(struct wire_writer *w,
                           const struct frank_disclosure *disclosure)
{
    report_range_write(w, disclosure);
}

/* The offset of a broken rule is that of its entry. */
static void read_one(struct frank_disclosure *list, size_t index,
                     size_t *enclosed, struct wire_reader *r)
{
    size_t start = r->pos;
    struct frank_fault fault;

    memset(&list[index], 0, sizeof list[index]);
    report_range_read(&list[index], r);
    if (wire_read_ok(r) &&
        report_range_check(list, index, enclosed, &fault) != FRANK_OK) {
        wire_read_fail(r, fault.error, fault.field, start, fault.found,
                       fault.expected);
    }
}

int disclosure_file_read(
    struct frank_disclosure out[static FRANK_DISCLOSURES_MAX], size_t *count,
    struct frank_span bytes, struct frank_fault *fault)
{
    struct wire_reader r;
    size_t enclosed = 0;
    int error;

    *count = 0;
    wire_read_init(&r, bytes, 0);
    if (bytes.len == 0) {
        wire_read_fail(&r, FRANK_ERR_MISSING, "disclosure", 0, 0, 1);
    }
    while (wire_read_ok(&r) && r.pos < r.len) {
        if (*count == FRANK_DISCLOSURES_MAX) {
            wire_read_fail(&r, FRANK_ERR_LIMIT, "disclosures", r.pos,
                           FRANK_DISCLOSURES_MAX + 1, FRANK_DISCLOSURES_MAX);
            break;
        }
        read_one(out, *count, &enclosed, &r);
        (*count)++;
    }
    error = wire_read_result(&r, fault);
    if (error != FRANK_OK) {
        *count = 0;
    }
    return error;
}
