/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a report in a test: the last one opened is kept until the next. */
#ifndef TESTS_OPENINGS_H
#define TESTS_OPENINGS_H

#include "opening.h"
#include "reports.h"
#include "rings.h"

static struct opening *opened;

static inline int try_open(struct frank_span sealed,
                           const struct consent *consents, size_t count,
                           size_t *which, struct frank_fault *fault)
{
    opening_free(opened);
    opened = NULL;
    return opening_open(&opened, which, sealed.data, sealed.len,
                        reports_quorum(), consents, count, fault);
}

static inline int open_with(struct frank_span sealed,
                            const struct consent *consents, size_t count)
{
    struct frank_fault fault;
    size_t which;

    return try_open(sealed, consents, count, &which, &fault);
}

/* Opens with holders 1 and 2. */
static inline void open_report(struct frank_span sealed)
{
    const struct consent consents[] = {reports_consent(sealed, 1),
                                       reports_consent(sealed, 2)};

    assert_ok(open_with(sealed, consents, 2));
}

static inline void free_the_last(void)
{
    opening_free(opened);
}

#endif
