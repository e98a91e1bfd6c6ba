/* SPDX-License-Identifier: Apache-2.0 */
/*
 * To which addresses the service may connect. An URL that somebody else wrote
 * must not reach what stands beside the service: its own ports, the machines of
 * its network, a cloud's metadata. Pure.
 */
#ifndef REPORTING_OUTSIDE_FETCH_NETWORKS_H
#define REPORTING_OUTSIDE_FETCH_NETWORKS_H

#include "address.h"

#define FETCH_NETWORKS_MAX 32
#define FETCH_NETWORKS_TEXT_MAX 2048

struct fetch_network {
    struct http_address address; /* IPv4 as ::ffff:a.b.c.d */
    unsigned bits;               /* of address, 0..128; the others are zero */
};

struct fetch_networks {
    struct fetch_network list[FETCH_NETWORKS_MAX];
    size_t count;
};

/*
 * Networks in CIDR notation with commas between, spaces around them:
 * "127.0.0.0/8, fd00::/8"; an address without a length is that address alone.
 * An empty text is none. VALUE (not a network, or one with bits behind its
 * length), LIMIT (too many, or a text of more than FETCH_NETWORKS_TEXT_MAX);
 * fault->offset is where. *out is zero after an error.
 */
FRANK_MUST_CHECK int fetch_networks_parse(struct fetch_networks *out,
                                          const char *text,
                                          struct frank_fault *fault);

/*
 * Whether a connection to an address may be made: one of the public Internet,
 * or one of the allowed networks (NULL: none). Not public are, of the special
 * purpose registries of IANA (RFC 6890): this host, private, shared (CGNAT),
 * loopback, link-local, documentation, benchmarking, multicast, reserved,
 * unique-local and site-local ones, those that lead to another address inside
 * (6to4, Teredo, IPv4-compatible, IPv4-translated), and the IPv4-mapped and
 * NAT64 (64:ff9b::/96) forms of all these. An allowed IPv4 network allows its
 * mapped form; what goes through NAT64 must be allowed by its own address.
 */
bool fetch_networks_admit(const struct fetch_networks *allowed,
                          const struct http_address *address);

#endif
