/* SPDX-License-Identifier: Apache-2.0 */
/* AbuseReports: decoding and encoding agree, and each message gets a verdict;
 * none of them is valid, as no such hub exists. */
#include "fuzz_hub.h"
#include "mimi_report.h"

static struct stamper *stamper;

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    stamper = fuzz_stamper();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct mimi_report report;
    static struct mimi_report_verdict verdict;
    struct frank_fault fault;
    uint8_t *out;
    size_t written = 0;
    int error = mimi_report_decode(&report, data, size, &fault);

    if (error != FRANK_OK) {
        holds_fault(error, &fault, size);
        return 0;
    }
    out = malloc(size);
    HOLDS(out != NULL);
    if (mimi_report_encode(out, size, &written, &report, NULL) == FRANK_OK) {
        /* all but the extensions, which are passed over */
        HOLDS(written <= size && memcmp(out, data, written - 1) == 0);
    }
    free(out);
    for (size_t i = 0; i < report.count; i++) {
        mimi_report_check(&verdict, stamper, &report, i);
        HOLDS(verdict.error != FRANK_OK);
        HOLDS(verdict.fault.error == verdict.error);
    }
    return 0;
}
