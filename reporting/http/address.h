/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of clients, and whose word about them is taken. */
#ifndef REPORTING_HTTP_ADDRESS_H
#define REPORTING_HTTP_ADDRESS_H

#include "server.h"

#define ADDRESS_TRUSTED_MAX 16

struct address_trust {
    struct http_address proxies[ADDRESS_TRUSTED_MAX];
    size_t count;
    bool unix_sockets;
};

/* Of a peer as accept() tells it; zeros for a Unix socket. */
void address_of(struct http_address *out, const struct sockaddr *peer);

/* From text, without port or brackets. False: none, out is untouched. */
bool address_read(struct http_address *out, const char *text);

/* What counts as one client: an IPv4 address, or the /64 of an IPv6 one. */
void address_group(struct http_address *address);

/* FRANK_ERR_VALUE: one of the texts is no address; LIMIT: too many. */
FRANK_MUST_CHECK int address_trust_read(struct address_trust *out,
                                        const char *const *proxies,
                                        struct frank_fault *fault);
bool address_is_trusted(const struct address_trust *trust,
                        const struct http_address *address, bool is_unix);

/* The last element of X-Forwarded-For's value. False: none, or no address. */
bool address_forwarded(struct http_address *out, const char *value);

#endif
