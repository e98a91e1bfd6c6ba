/* SPDX-License-Identifier: Apache-2.0 */
#include "raw.h"

#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>

static const char *phrase(unsigned status)
{
    static const struct {
        unsigned status;
        const char *phrase;
    } phrases[] = {{400, "Bad Request"},
                   {405, "Method Not Allowed"},
                   {408, "Request Timeout"},
                   {411, "Length Required"},
                   {414, "URI Too Long"},
                   {417, "Expectation Failed"},
                   {431, "Request Header Fields Too Large"},
                   {501, "Not Implemented"},
                   {503, "Service Unavailable"},
                   {505, "HTTP Version Not Supported"}};

    for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++) {
        if (phrases[i].status == status) {
            return phrases[i].phrase;
        }
    }
    return "Error";
}

void raw_refuse(int fd, unsigned status, const char *name)
{
    char body[192];
    char answer[512];
    int body_len;
    int len;

    body_len = snprintf(body, sizeof body,
                        "{\"type\":\"urn:frank:problem:%s\",\"title\":\"%s\","
                        "\"status\":%u}\n",
                        name, phrase(status), status);
    len =
        snprintf(answer, sizeof answer,
                 "HTTP/1.1 %u %s\r\nContent-Type: application/problem+json\r\n"
                 "Content-Length: %d\r\nConnection: close\r\n"
                 "Cache-Control: no-store\r\n%s\r\n%s",
                 status, phrase(status), body_len,
                 status == 503 ? "Retry-After: 1\r\n" : "", body);
    if (len > 0 && (size_t)len < sizeof answer) {
        (void)send(fd, answer, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
}
