/* SPDX-License-Identifier: Apache-2.0 */
/* Whether what is disclosed of a MIMI ExternalPart is right for its message.
 * Strings of a message that came in chunks need memory to be put together:
 * what libfrank takes for the time of a call, and wipes. */
#include "report.h"

#include <sodium.h>
#include <stdlib.h>

/* Of a file that can be proven only as a whole, no part; and the message says
 * itself where it lies. */
static int check_shape(const struct frank_disclosure *d,
                       struct frank_fault *fault)
{
    if (d->keys.len > 0) {
        return wire_fault(fault, FRANK_ERR_LENGTH, "chunk keys", 0, d->keys.len,
                          0);
    }
    return d->url.len > 0
               ? wire_fault(fault, FRANK_ERR_LENGTH, "url", 0, d->url.len, 0)
               : FRANK_OK;
}

static int check_with(uint8_t *scratch, const struct frank_disclosure *d,
                      struct frank_span content, struct frank_fault *fault)
{
    struct frank_external external;
    int error = frank_external_read(&external, scratch, content.data,
                                    content.len, d->part, fault);

    if (error == FRANK_OK) {
        error = d->enclosed
                    ? frank_external_open(NULL, &external, d->ciphertext.data,
                                          d->ciphertext.len, fault)
                    : frank_external_check(&external, fault);
    }
    if (error == FRANK_OK && !d->enclosed && external.url.len == 0) {
        error = wire_fault(fault, FRANK_ERR_MISSING, "url", 0, 0, 1);
    }
    sodium_memzero(&external, sizeof external);
    return error;
}

int report_external_check(const struct frank_disclosure *d,
                          struct frank_span content, struct frank_fault *fault)
{
    int error = check_shape(d, fault);
    uint8_t *scratch;

    if (error != FRANK_OK) {
        return error;
    }
    scratch = malloc(content.len);
    if (scratch == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "attachment", 0, 0, 0);
    }
    error = check_with(scratch, d, content, fault);
    sodium_memzero(scratch, content.len);
    free(scratch);
    return error;
}
