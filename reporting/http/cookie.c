/* SPDX-License-Identifier: Apache-2.0 */
#include "cookie.h"

#include <string.h>

#define BLANK " \t"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

unsigned cookie_find(struct frank_span *value, const char *header,
                     const char *name)
{
    size_t name_len = strlen(name);
    unsigned count = 0;

    for (;;) {
        size_t len;

        header += strspn(header, BLANK);
        len = strcspn(header, ";");
        if (len > name_len && strncmp(header, name, name_len) == 0 &&
            header[name_len] == '=') {
            const char *begin = header + name_len + 1;
            size_t left = len - name_len - 1;

            while (left > 0 && is_blank(begin[left - 1])) {
                left--;
            }
            *value = (struct frank_span){(const uint8_t *)begin, left};
            count++;
        }
        if (header[len] == '\0') {
            return count;
        }
        header += len + 1;
    }
}
