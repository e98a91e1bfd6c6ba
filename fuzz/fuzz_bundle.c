/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence bundles: what can be read can be checked, whatever it is, and none
 * is one that holds. */
#include "bundle_check.h"
#include "fuzz.h"
#include "key_json.h"

#include <sodium.h>

static void exhausted(void)
{
    abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    HOLDS(sodium_init() >= 0);
    key_json_start(exhausted);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct bundle_pins pins;
    struct bundle_file *file = NULL;
    struct bundle_check *check = NULL;
    struct frank_fault fault;
    int error = bundle_decode(&file, data, size, &fault);

    if (error != FRANK_OK) {
        HOLDS(file == NULL);
        holds_fault(error, &fault, size);
        return 0;
    }
    HOLDS(bundle_check(&check, file, &pins) == FRANK_OK);
    HOLDS(check->count > 0);
    bundle_check_free(check);
    bundle_free(file);
    return 0;
}
