/* SPDX-License-Identifier: Apache-2.0 */
#include "fetch_networks.h"

#include "wire.h"

#include <string.h>

/* 128 bits and a slash, and the longest address. */
#define NETWORK_TEXT_MAX 64

static const char not_public[] =
    /* IPv4 */
    "0.0.0.0/8, 10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, "
    "172.16.0.0/12, 192.0.0.0/24, 192.0.2.0/24, 192.168.0.0/16, 198.18.0.0/15, "
    "198.51.100.0/24, 203.0.113.0/24, 224.0.0.0/4, 240.0.0.0/4, "
    /* unspecified, loopback and IPv4-compatible; IPv4-translated */
    "::/96, ::ffff:0:0:0/96, "
    /* NAT64 of a network's own; discarded; Teredo and other protocols; 6to4 */
    "64:ff9b:1::/48, 100::/64, 2001::/23, 2002::/16, "
    /* documentation; segment routing */
    "2001:db8::/32, 3fff::/20, 5f00::/16, "
    /* unique-local, link-local, site-local, multicast */
    "fc00::/7, fe80::/10, fec0::/10, ff00::/8";

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
static const uint8_t nat64[12] = {0x00, 0x64, 0xff, 0x9b};

/* ---- Reading -------------------------------------------------------------
 */

static bool is_within(const struct http_address *address,
                      const struct fetch_network *network)
{
    size_t whole = network->bits / 8;
    unsigned mask = 0xff00U >> network->bits % 8;

    return memcmp(address->bytes, network->address.bytes, whole) == 0 &&
           (whole == sizeof address->bytes ||
            ((address->bytes[whole] ^ network->address.bytes[whole]) & mask &
             0xff) == 0);
}

/* A length of at most three digits, without zeros in front. */
static bool read_bits(unsigned *out, const char *text, unsigned max)
{
    size_t digits = strspn(text, "0123456789");
    unsigned value = 0;

    if (digits == 0 || digits > 3 || text[digits] != '\0' ||
        (text[0] == '0' && digits > 1)) {
        return false;
    }
    for (size_t i = 0; i < digits; i++) {
        value = value * 10 + (unsigned)(text[i] - '0');
    }
    *out = value;
    return value <= max;
}

static bool has_bits_behind(const struct fetch_network *network)
{
    struct fetch_network zero = {.bits = 0};

    for (unsigned bit = network->bits; bit < 128; bit++) {
        zero.address.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
    }
    for (size_t i = 0; i < sizeof zero.address.bytes; i++) {
        if ((network->address.bytes[i] & zero.address.bytes[i]) != 0) {
            return true;
        }
    }
    return false;
}

/* One network, of len bytes without spaces around. */
static bool read_network(struct fetch_network *out, const char *text,
                         size_t len)
{
    char copy[NETWORK_TEXT_MAX];
    unsigned before; /* bits in front of those that the text counts */
    char *slash;

    if (len >= sizeof copy) {
        return false;
    }
    memcpy(copy, text, len);
    copy[len] = '\0';
    slash = strchr(copy, '/');
    if (slash != NULL) {
        *slash = '\0';
    }
    if (!address_read(&out->address, copy)) {
        return false;
    }
    before = strchr(copy, ':') == NULL ? 96 : 0;
    out->bits = 128 - before;
    if (slash != NULL && !read_bits(&out->bits, slash + 1, out->bits)) {
        return false;
    }
    out->bits += before;
    return !has_bits_behind(out);
}

static int read_all(struct fetch_networks *out, const char *text,
                    struct frank_fault *fault)
{
    const char *at = text + strspn(text, " \t");

    while (*at != '\0' || out->count > 0) {
        size_t len = strcspn(at, ", \t");

        if (out->count == FETCH_NETWORKS_MAX) {
            return wire_fault(fault, FRANK_ERR_LIMIT, "networks",
                              (size_t)(at - text), out->count + 1,
                              FETCH_NETWORKS_MAX);
        }
        if (!read_network(&out->list[out->count], at, len)) {
            return wire_fault(fault, FRANK_ERR_VALUE, "network",
                              (size_t)(at - text), 0, 0);
        }
        out->count++;
        at += len;
        at += strspn(at, " \t");
        if (*at == '\0') {
            break;
        }
        if (*at != ',') {
            return wire_fault(fault, FRANK_ERR_VALUE, "networks",
                              (size_t)(at - text), 0, 0);
        }
        at++;
        at += strspn(at, " \t");
    }
    return FRANK_OK;
}

int fetch_networks_parse(struct fetch_networks *out, const char *text,
                         struct frank_fault *fault)
{
    size_t len = strnlen(text, FETCH_NETWORKS_TEXT_MAX + 1);
    int error;

    memset(out, 0, sizeof *out);
    if (len > FETCH_NETWORKS_TEXT_MAX) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "networks", 0, len,
                          FETCH_NETWORKS_TEXT_MAX);
    }
    error = read_all(out, text, fault);
    if (error != FRANK_OK) {
        memset(out, 0, sizeof *out);
    }
    return error;
}

/* ---- Asking --------------------------------------------------------------
 */

static bool is_in(const struct fetch_networks *networks,
                  const struct http_address *address)
{
    for (size_t i = 0; i < networks->count; i++) {
        if (is_within(address, &networks->list[i])) {
            return true;
        }
    }
    return false;
}

bool fetch_networks_admit(const struct fetch_networks *allowed,
                          const struct http_address *address)
{
    struct http_address behind = *address;
    struct fetch_networks refused;

    if (allowed != NULL && is_in(allowed, address)) {
        return true;
    }
    if (memcmp(behind.bytes, nat64, sizeof nat64) == 0) {
        memcpy(behind.bytes, mapped, sizeof mapped);
    }
    /* a list of ours that cannot be read admits nothing */
    return fetch_networks_parse(&refused, not_public, NULL) == FRANK_OK &&
           !is_in(&refused, &behind);
}
