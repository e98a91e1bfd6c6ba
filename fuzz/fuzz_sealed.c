/* SPDX-License-Identifier: Apache-2.0 */
/* Sealed reports: what is decoded is made of the same header, reporter and seal
 * again, and a report that this hub never stamped passes no blind check. */
#include "fuzz_hub.h"
#include "sealed_check.h"

static struct stamper *stamper;

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    stamper = fuzz_stamper();
    return 0;
}

static void holds_again(const struct sealed_report *report, const uint8_t *data,
                        size_t size)
{
    struct wire_writer w;
    uint8_t *out = malloc(size);
    size_t written = 0;

    HOLDS(out != NULL);
    wire_write_init(&w, out, size);
    report_header_write(&w, &report->header);
    report_reporter_write(&w, &report->reporter);
    seal_write(&w, &report->seal);
    wire_write_opaque(&w, report->sealed, FRANK_REPORT_MAX_BYTES, "sealed");
    HOLDS(wire_write_result(&w, &written, NULL) == FRANK_OK);
    HOLDS(written == size && memcmp(out, data, size) == 0);
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct sealed_check check;
    struct frank_fault fault = {0};
    int error =
        sealed_check(&check, stamper, NULL, data, size, UINT64_MAX / 2, &fault);

    HOLDS(error != FRANK_OK);
    HOLDS(fault.error == error && fault.field != NULL);
    error = sealed_report_decode(&check.report, data, size, &fault);
    if (error != FRANK_OK) {
        holds_fault(error, &fault, size);
        return 0;
    }
    holds_again(&check.report, data, size);
    error = seal_check(&check.report.seal, &check.report.label,
                       check.report.sealed);
    HOLDS(error == FRANK_OK || error == FRANK_ERR_PROOF ||
          error == FRANK_ERR_POINT || error == FRANK_ERR_SCALAR);
    return 0;
}
