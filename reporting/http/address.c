/* SPDX-License-Identifier: Apache-2.0 */
#include "address.h"

#include "wire.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

static void map(struct http_address *out, const void *four)
{
    memcpy(out->bytes, mapped, sizeof mapped);
    memcpy(out->bytes + sizeof mapped, four, 4);
}

void address_of(struct http_address *out, const struct sockaddr *peer)
{
    struct sockaddr_in four;
    struct sockaddr_in6 six;

    memset(out, 0, sizeof *out);
    if (peer->sa_family == AF_INET) {
        memcpy(&four, peer, sizeof four);
        map(out, &four.sin_addr);
    } else if (peer->sa_family == AF_INET6) {
        memcpy(&six, peer, sizeof six);
        memcpy(out->bytes, &six.sin6_addr, sizeof out->bytes);
    }
}

bool address_read(struct http_address *out, const char *text)
{
    uint8_t bytes[16];

    if (inet_pton(AF_INET, text, bytes) == 1) {
        map(out, bytes);
        return true;
    }
    if (inet_pton(AF_INET6, text, bytes) == 1) {
        memcpy(out->bytes, bytes, sizeof bytes);
        return true;
    }
    return false;
}

void address_group(struct http_address *address)
{
    if (memcmp(address->bytes, mapped, sizeof mapped) != 0) {
        memset(address->bytes + 8, 0, 8);
    }
}

int address_trust_read(struct address_trust *out, const char *const *proxies,
                       struct frank_fault *fault)
{
    memset(out, 0, sizeof *out);
    for (size_t i = 0; proxies != NULL && proxies[i] != NULL; i++) {
        if (strcmp(proxies[i], "unix") == 0) {
            out->unix_sockets = true;
            continue;
        }
        if (out->count == ADDRESS_TRUSTED_MAX) {
            return wire_fault(fault, FRANK_ERR_LIMIT, "trusted proxies", i,
                              i + 1, ADDRESS_TRUSTED_MAX);
        }
        if (!address_read(&out->proxies[out->count], proxies[i])) {
            return wire_fault(fault, FRANK_ERR_VALUE, "trusted proxy", i, 0, 0);
        }
        out->count++;
    }
    return FRANK_OK;
}

bool address_is_trusted(const struct address_trust *trust,
                        const struct http_address *address, bool is_unix)
{
    if (is_unix) {
        return trust->unix_sockets;
    }
    for (size_t i = 0; i < trust->count; i++) {
        if (memcmp(&trust->proxies[i], address, sizeof *address) == 0) {
            return true;
        }
    }
    return false;
}

bool address_forwarded(struct http_address *out, const char *value)
{
    const char *comma = strrchr(value, ',');
    char text[INET6_ADDRSTRLEN];
    size_t len;

    value = comma != NULL ? comma + 1 : value;
    value += strspn(value, " \t");
    len = strcspn(value, " \t");
    if (len >= sizeof text || value[len + strspn(value + len, " \t")] != '\0') {
        return false;
    }
    memcpy(text, value, len);
    text[len] = '\0';
    return address_read(out, text);
}
