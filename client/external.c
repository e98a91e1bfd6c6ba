/* SPDX-License-Identifier: Apache-2.0 */
/* ExternalPart of draft-ietf-mimi-content-08, section 3.5: where a message
 * holds one, and whether fetched bytes are the file that it commits to. */
#include "aead.h"
#include "file_hash.h"
#include "mimi_parts.h"
#include "wire.h"

#include <sodium.h>
#include <string.h>

/* ---- In a content -------------------------------------------------------- */

struct search {
    unsigned wanted;
    unsigned seen;
    struct mimi_part found;
};

static void take(void *context, const struct mimi_part *part)
{
    struct search *s = context;

    if (s->seen++ == s->wanted) {
        s->found = *part;
    }
}

static int search_body(struct frank_external *out, uint8_t *scratch,
                       struct frank_span body, unsigned part,
                       struct frank_fault *fault)
{
    struct search s = {.wanted = part};
    int error = FRANK_OK;

    mimi_parts_walk(body, scratch, take, &s);
    if (part >= s.seen) {
        error = wire_fault(fault, FRANK_ERR_VALUE, "part", 0, part,
                           s.seen > 0 ? s.seen - 1 : 0);
    } else if (s.found.kind != MIMI_EXTERNAL) {
        error = wire_fault(fault, FRANK_ERR_NO_FILE, "part", 0, 0, 0);
    } else {
        *out = s.found.external;
    }
    if (error != FRANK_OK) {
        sodium_memzero(scratch, body.len);
    }
    sodium_memzero(&s, sizeof s);
    return error;
}

int frank_external_read(struct frank_external *out, uint8_t *scratch,
                        const uint8_t *content, size_t len, unsigned part,
                        struct frank_fault *fault)
{
    struct frank_content located;
    int error = frank_locate(&located, content, len, fault);

    memset(out, 0, sizeof *out);
    if (error != FRANK_OK) {
        return error;
    }
    if (located.format == FRANK_FORMAT_MIMI ||
        located.format == FRANK_FORMAT_MIMI_FRAMED) {
        error = search_body(out, scratch, located.body, part, fault);
    } else {
        error =
            wire_fault(fault, FRANK_ERR_FORMAT, "content", 0, content[0], 0);
    }
    sodium_memzero(&located, sizeof located);
    return error;
}

/* ---- Fields -------------------------------------------------------------- */

/* Field and algorithm, to be refused by name: IANA's registries as of 2026. */
static const char *const hash_names[] = {
    [2] = "hashAlg sha-256-128", [3] = "hashAlg sha-256-120",
    [4] = "hashAlg sha-256-96",  [5] = "hashAlg sha-256-64",
    [6] = "hashAlg sha-256-32",  [FRANK_HASH_SHA_384] = "hashAlg sha-384",
    [9] = "hashAlg sha3-224",    [FRANK_HASH_SHA3_256] = "hashAlg sha3-256",
    [11] = "hashAlg sha3-384",   [FRANK_HASH_SHA3_512] = "hashAlg sha3-512"};
static const char *const aead_names[] = {
    [1] = "encAlg AEAD_AES_128_GCM",
    [2] = "encAlg AEAD_AES_256_GCM",
    [3] = "encAlg AEAD_AES_128_CCM",
    [4] = "encAlg AEAD_AES_256_CCM",
    [15] = "encAlg AEAD_AES_SIV_CMAC_256",
    [16] = "encAlg AEAD_AES_SIV_CMAC_384",
    [17] = "encAlg AEAD_AES_SIV_CMAC_512",
    [30] = "encAlg AEAD_AES_128_GCM_SIV",
    [31] = "encAlg AEAD_AES_256_GCM_SIV",
};

static const char *name_of(const char *const *names, size_t count,
                           uint64_t number, const char *field)
{
    return number < count && names[number] != NULL ? names[number] : field;
}

static int check_hash(const struct frank_external *external,
                      struct frank_fault *fault)
{
    uint64_t number = external->hash;
    size_t bytes = file_hash_bytes(number);

    if (external->content_hash.len == 0) {
        return wire_fault(fault, FRANK_ERR_UNPROVEN, "contentHash", 0, 0, 0);
    }
    if (number == FRANK_EXTERNAL_ABSENT) {
        return wire_fault(fault, FRANK_ERR_MISSING, "hashAlg", 0, 0, 0);
    }
    if (bytes == 0) {
        return wire_fault(fault, FRANK_ERR_HASH,
                          name_of(hash_names,
                                  sizeof hash_names / sizeof hash_names[0],
                                  number, "hashAlg"),
                          0, number, 0);
    }
    if (external->content_hash.len != bytes) {
        return wire_fault(fault, FRANK_ERR_LENGTH, "contentHash", 0,
                          external->content_hash.len, bytes);
    }
    return FRANK_OK;
}

static int check_aead(const struct frank_external *external,
                      struct frank_fault *fault)
{
    uint64_t number = external->aead;
    size_t bytes;

    if (number == FRANK_EXTERNAL_ABSENT) {
        return wire_fault(fault, FRANK_ERR_MISSING, "encAlg", 0, 0, 0);
    }
    if (number > UINT16_MAX || !aead_is_here((uint16_t)number)) {
        return wire_fault(fault, FRANK_ERR_AEAD,
                          name_of(aead_names,
                                  sizeof aead_names / sizeof aead_names[0],
                                  number, "encAlg"),
                          0, number, 0);
    }
    bytes = aead_key_bytes((uint16_t)number);
    if (external->key.len != bytes) {
        return wire_fault(fault, FRANK_ERR_LENGTH, "key", 0, external->key.len,
                          bytes);
    }
    if (external->nonce.len != AEAD_NONCE_BYTES) {
        return wire_fault(fault, FRANK_ERR_LENGTH, "nonce", 0,
                          external->nonce.len, AEAD_NONCE_BYTES);
    }
    return FRANK_OK;
}

int frank_external_check(const struct frank_external *external,
                         struct frank_fault *fault)
{
    int error = check_hash(external, fault);

    if (error == FRANK_OK && external->aead != FRANK_AEAD_NONE) {
        error = check_aead(external, fault);
    }
    return error;
}

/* ---- The file ------------------------------------------------------------ */

uint64_t frank_external_bytes(const struct frank_external *external,
                              uint64_t fetched)
{
    uint64_t tag = external->aead == FRANK_AEAD_NONE ? 0 : AEAD_TAG_BYTES;

    return fetched < tag ? 0 : fetched - tag;
}

static int open_file(uint8_t *out, const struct frank_external *external,
                     struct frank_span fetched, struct frank_fault *fault)
{
    struct aead *aead = NULL;
    int error;

    if (external->aead == FRANK_AEAD_NONE) {
        if (fetched.len > 0) {
            memmove(out, fetched.data, fetched.len);
        }
        return FRANK_OK;
    }
    error = aead_new(&aead, (uint16_t)external->aead, fault);
    if (error != FRANK_OK) {
        return error;
    }
    error = aead_open(out, aead, external->key.data, external->nonce.data,
                      external->aad, fetched);
    aead_free(aead);
    return error == FRANK_OK ? FRANK_OK
                             : wire_fault(fault, error, "file", 0, fetched.len,
                                          AEAD_TAG_BYTES);
}

int frank_external_open(uint8_t *out, const struct frank_external *external,
                        const uint8_t *fetched, size_t len,
                        struct frank_fault *fault)
{
    const struct frank_span bytes = {fetched, len};
    uint8_t hash[FILE_HASH_MAX_BYTES];
    int error = frank_external_check(external, fault);

    if (error != FRANK_OK) {
        return error;
    }
    error = file_hash(hash, external->hash, bytes);
    if (error == FRANK_OK && memcmp(hash, external->content_hash.data,
                                    external->content_hash.len) != 0) {
        error = FRANK_ERR_FILE_HASH;
    }
    if (error != FRANK_OK) {
        return wire_fault(fault, error, "file", 0, 0, 0);
    }
    return out != NULL ? open_file(out, external, bytes, fault) : FRANK_OK;
}
