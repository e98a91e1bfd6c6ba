/* SPDX-License-Identifier: Apache-2.0 */
#include "key_json.h"

#include "wire.h"

#include <malloc.h>
#include <sodium.h>
#include <stdlib.h>

int key_json_load(json_t **out, const char *text, size_t len, size_t max,
                  const char *what, struct frank_fault *fault)
{
    json_error_t where;
    bool memory;

    if (len > max) {
        return wire_fault(fault, FRANK_ERR_LIMIT, what, 0, len, max);
    }
    *out = json_loadb(text, len, JSON_REJECT_DUPLICATES, &where);
    if (*out != NULL) {
        return FRANK_OK;
    }
    memory = json_error_code(&where) == json_error_out_of_memory;
    return wire_fault(fault, memory ? FRANK_ERR_MEMORY : FRANK_ERR_JSON, what,
                      where.position > 0 ? (size_t)where.position : 0, 0, 0);
}

int key_json_number(uint64_t *out, const json_t *object, const char *name,
                    uint64_t max, struct frank_fault *fault)
{
    const json_t *number = json_object_get(object, name);
    json_int_t value = json_integer_value(number);

    if (!json_is_integer(number) || value < 0 || (uint64_t)value > max) {
        return wire_fault(fault,
                          number == NULL ? FRANK_ERR_MISSING : FRANK_ERR_VALUE,
                          name, 0, (uint64_t)value, max);
    }
    *out = (uint64_t)value;
    return FRANK_OK;
}

int key_json_hex(uint8_t *out, size_t len, const json_t *string,
                 const char *name, const char *must_be,
                 struct frank_fault *fault)
{
    size_t digits = json_string_length(string);
    size_t written = 0;

    if (string == NULL) {
        return wire_fault(fault, FRANK_ERR_MISSING, name, 0, 0, 0);
    }
    if (digits != 2 * len ||
        sodium_hex2bin(out, len, json_string_value(string), digits, NULL,
                       &written, NULL) != 0 ||
        written != len) {
        sodium_memzero(out, len);
        return wire_fault(fault, FRANK_ERR_VALUE, must_be, 0, digits, 2 * len);
    }
    return FRANK_OK;
}

static void (*on_exhausted)(void);

static void *allocate(size_t size)
{
    void *memory = malloc(size);

    if (memory == NULL) {
        on_exhausted();
    }
    return memory;
}

static void wipe_and_free(void *memory)
{
    if (memory != NULL) {
        sodium_memzero(memory, malloc_usable_size(memory));
    }
    free(memory);
}

void key_json_start(void (*exhausted)(void))
{
    on_exhausted = exhausted;
    json_set_alloc_funcs(allocate, wipe_and_free);
}
