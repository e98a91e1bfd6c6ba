/* SPDX-License-Identifier: Apache-2.0 */
/* A Cookie header: what is found lies within it, behind the name that was asked
 * for, and is found again if it stands alone. */
#include "cookie.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char name[] = "session";
    struct frank_span value = {NULL, 0};
    struct frank_span again = {NULL, 0};
    char header[4096];
    char alone[4096 + sizeof name];
    unsigned count;

    if (size >= sizeof header) {
        return 0;
    }
    memcpy(header, data, size);
    header[size] = '\0';
    count = cookie_find(&value, header, name);
    HOLDS((count > 0) == (value.data != NULL));
    if (count == 0) {
        return 0;
    }
    HOLDS(value.data >= (const uint8_t *)header + sizeof name);
    HOLDS(value.data + value.len <= (const uint8_t *)header + strlen(header));
    HOLDS(memcmp(value.data - sizeof name, "session=", sizeof name) == 0);
    HOLDS(memchr(value.data, ';', value.len) == NULL);
    (void)snprintf(alone, sizeof alone, "session=%.*s", (int)value.len,
                   (const char *)value.data);
    HOLDS(cookie_find(&again, alone, name) == 1);
    HOLDS(again.len == value.len);
    return 0;
}
