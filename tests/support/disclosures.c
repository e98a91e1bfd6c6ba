/* SPDX-License-Identifier: Apache-2.0 */
#include "disclosures.h"

#include <string.h>

#define assert_ok(result) assert_int_equal(result, FRANK_OK)
#define CONTENT_BYTES 8192

static const uint8_t salt[FRANK_PLAIN_SALT_BYTES] = {7};

/* ---- Contents ------------------------------------------------------------ */

/* The descriptor, and the key behind it. */
static struct frank_span description(const struct sealed_file *file)
{
    uint8_t out[FRANK_ATTACHMENT_MAX_BYTES + FRANK_FILE_KEY_BYTES];
    size_t len = 0;

    assert_ok(frank_attachment_encode(out, FRANK_ATTACHMENT_MAX_BYTES, &len,
                                      &file->attachment, NULL));
    memcpy(out + len, file->key, FRANK_FILE_KEY_BYTES);
    len += FRANK_FILE_KEY_BYTES;
    return (struct frank_span){support_copy(out, len), len};
}

struct frank_span disclosures_plain(const struct sealed_file *file)
{
    uint8_t out[CONTENT_BYTES];
    size_t len = 0;

    assert_ok(frank_plain_build(
        out, sizeof out, &len, salt, support_text(SUPPORT_SENDER),
        support_text(SUPPORT_ROOM), support_text(FRANK_ATTACHMENT_TYPE),
        description(file), NULL));
    return (struct frank_span){support_copy(out, len), len};
}

struct frank_span disclosures_parted(const struct sealed_file *file)
{
    struct frank_span both = description(file);
    size_t front = both.len - FRANK_FILE_KEY_BYTES;
    struct frank_part parts[4] = {
        {.media_type = support_text("text/plain"),
         .body = support_text("look at this")},
        {.media_type = support_text(FRANK_ATTACHMENT_TYPE),
         .body = {both.data, front}},
        {.media_type = support_text(FRANK_ATTACHMENT_KEY_TYPE),
         .body = {both.data + front, FRANK_FILE_KEY_BYTES}},
        {.media_type = support_text("text/plain"),
         .body = support_text("what do you say?")}};
    uint8_t out[CONTENT_BYTES];
    size_t len = 0;

    for (unsigned i = 0; i < SUPPORT_COUNT(parts); i++) {
        memset(parts[i].salt, (int)i + 1, sizeof parts[i].salt);
    }
    assert_ok(frank_parted_build(
        out, sizeof out, &len, salt, support_text(SUPPORT_SENDER),
        support_text(SUPPORT_ROOM), parts, SUPPORT_COUNT(parts), NULL));
    return (struct frank_span){support_copy(out, len), len};
}

struct frank_kept disclosures_kept(struct frank_span content)
{
    return (struct frank_kept){.content = content,
                               .context = support_context(),
                               .frank = {.suite = 1}};
}

/* ---- Disclosures --------------------------------------------------------- */

struct frank_disclosure disclosures_range(const struct sealed_file *file,
                                          unsigned part, uint64_t first,
                                          uint64_t count)
{
    struct frank_range range = {first, count};
    uint8_t(*proof)[FRANK_HASH_BYTES] =
        (void *)support_zeros(FRANK_RANGE_PROOF_MAX * FRANK_HASH_BYTES);
    uint8_t root[FRANK_HASH_BYTES];
    size_t hashes = 0;

    assert_ok(frank_range_prove(root, proof, &hashes, &file->attachment, range,
                                sealed_file_leaf, (void *)file, NULL));
    assert_memory_equal(root, file->attachment.root, sizeof root);
    return (struct frank_disclosure){
        .part = part,
        .first = first,
        .keys = sealed_file_keys(file, range),
        .proof = {(const uint8_t *)proof, hashes * FRANK_HASH_BYTES},
        .enclosed = true,
        .ciphertext = sealed_file_run(file, range)};
}

struct frank_disclosure disclosures_whole(const struct sealed_file *file,
                                          unsigned part)
{
    return (struct frank_disclosure){
        .part = part, .enclosed = true, .ciphertext = file->sealed};
}
