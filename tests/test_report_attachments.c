/* SPDX-License-Identifier: Apache-2.0 */
/* What a report discloses of files: that, proven, and nothing else. */
#include "aead.h"
#include "disclosure.h"
#include "disclosures.h"
#include "externals.h"
#include "merkle.h"
#include "report.h"
#include "reports.h"

#include <sodium.h>
#include <string.h>

#define assert_ok(result) assert_int_equal(result, FRANK_OK)

static bool no_memory;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

void *__wrap_malloc(size_t size)
{
    return no_memory ? NULL : __real_malloc(size);
}

#define LOG2 12
#define CHUNK ((size_t)1 << LOG2)
/* Seven chunks, the last one shorter. */
#define SIZE (6 * CHUNK + 5)
#define CHUNKS 7
#define AEAD FRANK_AEAD_CHACHA20_POLY1305

static const uint8_t random_bytes[FRANK_BUILD_RANDOM_BYTES] = {1, 2, 3};

static size_t about; /* which message an error is about */

static int build(const struct frank_report *report, struct frank_fault *fault)
{
    size_t len = 0;

    about = SIZE_MAX - 1;
    return frank_report_build(NULL, 0, &len, &about, report, random_bytes,
                              fault);
}

static struct frank_span built(const struct frank_report *report)
{
    size_t len = 0;
    uint8_t *out;

    assert_int_equal(
        frank_report_build(NULL, 0, &len, NULL, report, random_bytes, NULL),
        FRANK_ERR_SPACE);
    out = support_zeros(len);
    assert_ok(
        frank_report_build(out, len, &len, NULL, report, random_bytes, NULL));
    return (struct frank_span){out, len};
}

static const struct frank_report_body *read_back(struct frank_span bytes)
{
    static struct frank_unsealed read;

    assert_ok(frank_report_read(&read, bytes.data, bytes.len, NULL));
    return &read.body;
}

static struct frank_report report_of(const struct frank_kept *kept,
                                     const struct frank_disclosure *list,
                                     size_t count)
{
    return (struct frank_report){.messages = kept,
                                 .count = 1,
                                 .disclosures = list,
                                 .disclosure_count = count};
}

static bool holds(struct frank_span bytes, const void *wanted, size_t len)
{
    return memmem(bytes.data, bytes.len, wanted, len) != NULL;
}

/* Entry i of a body gives these bytes of the file. */
static void assert_shows(const struct frank_report_body *body, size_t i,
                         const struct sealed_file *file, size_t begin,
                         size_t bytes)
{
    const struct frank_disclosure *d = &body->disclosures[i];
    struct disclosed_file found;
    uint8_t *out = support_zeros(bytes);

    assert_ok(
        disclosure_read(&found, d, body->openings[d->message].content, NULL));
    assert_int_equal(found.begin, begin);
    assert_int_equal(found.bytes, bytes);
    assert_ok(disclosure_open(NULL, &found, d, NULL));
    assert_ok(disclosure_open(out, &found, d, NULL));
    assert_memory_equal(out, file->plain.data + begin, bytes);
}

/* ---- What is disclosed --------------------------------------------------- */

static void a_range_decrypts_and_no_other_byte_does(void **state)
{
    struct sealed_file file = sealed_file_make(SIZE, LOG2, AEAD, 1);
    struct frank_kept kept = disclosures_kept(disclosures_parted(&file));
    struct frank_disclosure list[2] = {disclosures_range(&file, 1, 1, 2),
                                       disclosures_range(&file, 1, 6, 1)};
    struct frank_report report = report_of(&kept, list, 2);
    const struct frank_report_body *body;
    struct frank_span bytes;
    struct disclosed_file found;

    (void)state;
    kept.withhold_parts = 1U << 2; /* the key */
    bytes = built(&report);
    body = read_back(bytes);
    assert_int_equal(body->disclosure_count, 2);
    assert_shows(body, 0, &file, CHUNK, 2 * CHUNK);
    assert_shows(body, 1, &file, 6 * CHUNK, 5);
    assert_ok(disclosure_read(&found, &body->disclosures[0],
                              body->openings[0].content, NULL));
    assert_false(found.has_key);
    assert_true(support_is_zero(found.key, sizeof found.key));
    assert_false(holds(bytes, file.key, sizeof file.key));
    for (uint64_t i = 0; i < CHUNKS; i++) {
        bool disclosed = i == 1 || i == 2 || i == 6;
        uint8_t key[FRANK_CHUNK_KEY_BYTES];
        size_t at = (size_t)i * (CHUNK + 16);

        frank_chunk_key(key, file.key, i);
        assert_int_equal(holds(bytes, key, sizeof key), disclosed);
        assert_int_equal(holds(bytes, file.sealed.data + at, 16), disclosed);
    }
    for (size_t at = 0; at + 16 <= SIZE; at++) { /* no plaintext at all */
        assert_false(holds(bytes, file.plain.data + at, 16));
    }
}

static void the_key_in_the_message_opens_all_of_it(void **state)
{
    static const size_t sizes[] = {0, 1, CHUNK - 1, CHUNK, CHUNK + 1, SIZE};
    static const uint16_t aeads[] = {FRANK_AEAD_CHACHA20_POLY1305,
                                     FRANK_AEAD_AES_256_GCM};

    (void)state;
    for (size_t i = 0; i < 2 * SUPPORT_COUNT(sizes); i++) {
        size_t size = sizes[i / 2];

        if (aead_is_here(aeads[i % 2])) {
            struct sealed_file file =
                sealed_file_make(size, LOG2, aeads[i % 2], 2);
            struct frank_kept kept = disclosures_kept(disclosures_plain(&file));
            struct frank_disclosure d = disclosures_whole(&file, 0);
            struct frank_report report = report_of(&kept, &d, 1);

            assert_shows(read_back(built(&report)), 0, &file, 0, size);
            kept = disclosures_kept(disclosures_parted(&file));
            d.part = 1;
            assert_shows(read_back(built(&report)), 0, &file, 0, size);
        }
    }
}

static void what_is_elsewhere_has_an_address(void **state)
{
    struct sealed_file file = sealed_file_make(SIZE, LOG2, AEAD, 2);
    struct frank_kept kept = disclosures_kept(disclosures_parted(&file));
    struct frank_disclosure d = disclosures_range(&file, 1, 2, 3);
    struct frank_report report = report_of(&kept, &d, 1);
    const struct frank_report_body *body;
    struct frank_fault fault;
    struct frank_span bytes;

    (void)state;
    d.enclosed = false; /* its bytes do not go along then */
    assert_int_equal(build(&report, &fault), FRANK_ERR_MISSING);
    assert_string_equal(fault.field, "url");
    assert_int_equal(about, 0);
    d.url = support_text("https://media.example/f/1");
    bytes = built(&report);
    body = read_back(bytes);
    assert_false(body->disclosures[0].enclosed);
    assert_int_equal(body->disclosures[0].first, 2);
    support_assert_span(body->disclosures[0].keys, d.keys);
    support_assert_span(body->disclosures[0].proof, d.proof);
    support_assert_span(body->disclosures[0].url, d.url);
    assert_int_equal(body->disclosures[0].ciphertext.len, 0);
    assert_false(holds(bytes, d.ciphertext.data, 16));
    d = (struct frank_disclosure){.part = 1, .url = d.url};
    assert_int_equal(build(&report, &fault), FRANK_ERR_SPACE);
    d.url.len = 0;
    assert_int_equal(build(&report, &fault), FRANK_ERR_MISSING);
}

static void entries_of_several_messages_stand_in_order(void **state)
{
    struct sealed_file film = sealed_file_make(SIZE, LOG2, AEAD, 2);
    struct sealed_file song = sealed_file_make(3 * CHUNK, LOG2, AEAD, 3);
    struct frank_kept kept[3] = {disclosures_kept(disclosures_plain(&film)),
                                 disclosures_kept(disclosures_parted(&song)),
                                 disclosures_kept(disclosures_parted(&film))};
    struct frank_disclosure list[4] = {
        disclosures_whole(&film, 0), disclosures_range(&song, 1, 0, 1),
        disclosures_range(&song, 1, 2, 1), disclosures_whole(&film, 1)};
    struct frank_report report = report_of(kept, list, 4);
    const struct frank_report_body *body;

    (void)state;
    report.count = 3;
    list[1].message = list[2].message = 1;
    list[3].message = 2;
    body = read_back(built(&report));
    assert_int_equal(body->disclosure_count, 4);
    assert_shows(body, 0, &film, 0, SIZE);
    assert_shows(body, 1, &song, 0, CHUNK);
    assert_shows(body, 2, &song, 2 * CHUNK, CHUNK);
    assert_shows(body, 3, &film, 0, SIZE);
}

/* ---- What cannot be right ------------------------------------------------ */

static void refuses_what_its_message_does_not_disclose(void **state)
{
    struct sealed_file file = sealed_file_make(SIZE, LOG2, AEAD, 2);
    struct frank_kept kept = disclosures_kept(disclosures_parted(&file));
    struct frank_disclosure d = disclosures_range(&file, 1, 0, 1);
    struct frank_report report = report_of(&kept, &d, 1);
    struct frank_fault fault;

    (void)state;
    kept.withhold = true;
    assert_int_equal(build(&report, &fault), FRANK_ERR_WITHHELD);
    assert_int_equal(about, 0);
    kept.withhold = false;
    kept.withhold_parts = 1U << 1; /* the descriptor */
    assert_int_equal(build(&report, &fault), FRANK_ERR_WITHHELD);
    assert_string_equal(fault.field, "attachment");
    kept.withhold_parts = 1U << 2;
    assert_int_equal(build(&report, &fault), FRANK_ERR_SPACE);
    d = disclosures_whole(&file, 1); /* by a key that is withheld */
    assert_int_equal(build(&report, &fault), FRANK_ERR_WITHHELD);
    assert_string_equal(fault.field, "file key");
    d.part = 0; /* text */
    assert_int_equal(build(&report, &fault), FRANK_ERR_NO_FILE);
    d.part = 3;
    assert_int_equal(build(&report, &fault), FRANK_ERR_NO_FILE);
    d.part = 4;
    assert_int_equal(build(&report, &fault), FRANK_ERR_VALUE);
    d.part = FRANK_PARTS_MAX;
    assert_int_equal(build(&report, &fault), FRANK_ERR_VALUE);
    d.part = UINT16_MAX + 2; /* not taken for 1 */
    assert_int_equal(build(&report, &fault), FRANK_ERR_VALUE);
    d.part = 1;
    d.message = 1;
    assert_int_equal(build(&report, &fault), FRANK_ERR_VALUE);
    d.message = 256; /* not taken for 0 */
    assert_int_equal(build(&report, &fault), FRANK_ERR_VALUE);
    kept.withhold_parts = 0;
    d.message = 0;
    assert_int_equal(build(&report, &fault), FRANK_ERR_SPACE);
}

/* A copy with a bit of byte `at` changed. */
static struct frank_span flipped(struct frank_span bytes, size_t at)
{
    uint8_t *copy = support_copy(bytes.data, bytes.len);

    copy[at] ^= 0x10;
    return (struct frank_span){copy, bytes.len};
}

/* A message whose reporter got it without its key part. */
static void refuses_a_key_that_is_not_there(void **state)
{
    struct sealed_file file = sealed_file_make(SIZE, LOG2, AEAD, 2);
    struct frank_span whole = disclosures_parted(&file);
    uint8_t *content = support_zeros(whole.len);
    struct frank_kept kept = disclosures_kept((struct frank_span){content, 0});
    struct frank_disclosure d = disclosures_whole(&file, 1);
    struct frank_report report = report_of(&kept, &d, 1);
    struct frank_fault fault;

    (void)state;
    assert_ok(frank_parted_withhold(content, whole.len, &kept.content.len,
                                    whole.data, whole.len, 1U << 2, NULL));
    assert_int_equal(build(&report, &fault), FRANK_ERR_WITHHELD);
    assert_string_equal(fault.field, "file key");
    d = disclosures_range(&file, 1, 0, 2);
    assert_int_equal(build(&report, &fault), FRANK_ERR_SPACE);
    d.keys = flipped(d.keys, 40); /* which its bytes alone can show */
    assert_int_equal(build(&report, &fault), FRANK_ERR_FILE_HASH);
    assert_string_equal(fault.field, "root");
}

static void refuses_a_range_that_is_not_of_the_file(void **state)
{
    struct sealed_file file = sealed_file_make(SIZE, LOG2, AEAD, 2);
    struct sealed_file other = sealed_file_make(SIZE, LOG2, AEAD, 3);
    struct frank_kept kept = disclosures_kept(disclosures_parted(&file));
    struct frank_disclosure good = disclosures_range(&file, 1, 3, 2);
    struct frank_disclosure d = good;
    struct frank_report report = report_of(&kept, &d, 1);
    struct frank_fault fault;

    (void)state;
    d.keys = flipped(good.keys, 40);
    assert_int_equal(build(&report, &fault), FRANK_ERR_FILE_HASH);
    assert_string_equal(fault.field, "chunk keys");
    assert_int_equal(fault.offset, 32);
    d = good;
    d.proof = flipped(good.proof, 0);
    assert_int_equal(build(&report, &fault), FRANK_ERR_FILE_HASH);
    d = good;
    d.ciphertext = flipped(good.ciphertext, CHUNK + 20);
    assert_int_equal(build(&report, &fault), FRANK_ERR_FILE_HASH);
    d = good;
    d.ciphertext.len--;
    assert_int_equal(build(&report, &fault), FRANK_ERR_LENGTH);
    d = good;
    d.first = 4; /* another place, another proof */
    assert_int_equal(build(&report, &fault), FRANK_ERR_LENGTH);
    d.first = 6; /* two of the last chunk */
    assert_int_equal(build(&report, &fault), FRANK_ERR_VALUE);
    assert_string_equal(fault.field, "chunks");
    d = good;
    d.proof.len -= 32; /* seen without the bytes too */
    assert_int_equal(build(&report, &fault), FRANK_ERR_LENGTH);
    assert_int_equal(fault.expected, good.proof.len);
    d.enclosed = false;
    d.url = support_text("https://media.example/f/1");
    assert_int_equal(build(&report, &fault), FRANK_ERR_LENGTH);
    assert_string_equal(fault.field, "proof");
    d = disclosures_range(&other, 1, 3, 2);
    assert_int_equal(build(&report, &fault), FRANK_ERR_FILE_HASH);
    assert_int_equal(about, 0);
}

static void refuses_a_file_that_is_not_the_messages(void **state)
{
    struct sealed_file file = sealed_file_make(SIZE, LOG2, AEAD, 2);
    struct sealed_file empty = sealed_file_make(0, LOG2, AEAD, 4);
    struct frank_kept kept = disclosures_kept(disclosures_plain(&file));
    struct frank_disclosure d = disclosures_whole(&file, 0);
    struct frank_report report = report_of(&kept, &d, 1);
    struct frank_fault fault;

    (void)state;
    d.ciphertext = flipped(file.sealed, 5 * CHUNK);
    assert_int_equal(build(&report, &fault), FRANK_ERR_FILE_HASH);
    d.ciphertext = file.sealed;
    d.ciphertext.len--;
    assert_int_equal(build(&report, &fault), FRANK_ERR_LENGTH);
    assert_string_equal(fault.field, "ciphertext");
    empty.attachment.root[0] ^= 1;
    kept = disclosures_kept(disclosures_plain(&empty));
    d = disclosures_whole(&empty, 0);
    assert_int_equal(build(&report, &fault), FRANK_ERR_FILE_HASH);
}

/* Sealed under a key that is not its own, and committed to all the same: what
 * its sender did, and who opens it sees. */
static void what_was_sealed_wrongly_is_refused_when_opened(void **state)
{
    struct sealed_file file = sealed_file_make(SIZE, LOG2, AEAD, 2);
    uint8_t *sealed = support_copy(file.sealed.data, file.sealed.len);
    uint8_t *out = support_zeros(SIZE);
    struct frank_disclosure whole = disclosures_whole(&file, 0);
    struct disclosed_file found;
    struct frank_fault fault;
    uint8_t key[FRANK_CHUNK_KEY_BYTES];
    uint8_t leaf[FRANK_HASH_BYTES];
    struct merkle_range tree = {0};

    (void)state;
    sealed[6 * (CHUNK + 16)] ^= 1;
    for (size_t i = 0; i < CHUNKS; i++) {
        struct frank_span chunk = {sealed + i * (CHUNK + 16),
                                   i < 6 ? CHUNK + 16 : 5 + 16};

        frank_chunk_key(key, file.key, i);
        frank_chunk_leaf(leaf, i, key, chunk);
        merkle_append(&tree, leaf);
    }
    merkle_root(file.attachment.root, &tree);
    whole.ciphertext.data = sealed;
    assert_ok(disclosure_read(&found, &whole, disclosures_plain(&file), NULL));
    assert_ok(disclosure_open(NULL, &found, &whole, NULL));
    assert_int_equal(disclosure_open(out, &found, &whole, &fault),
                     FRANK_ERR_SEALED);
    assert_string_equal(fault.field, "chunk");
    assert_int_equal(fault.offset, 6 * (CHUNK + 16));
    assert_true(support_is_zero(out, SIZE));
}

/* ---- MIMI -----------------------------------------------------------------
 */

static void external_parts_are_disclosed_whole(void **state)
{
    struct frank_span fetched = support_text("not encrypted, but hashed");
    uint8_t hash[32];
    struct frank_external external =
        external_of(hash, FRANK_AEAD_NONE, support_text(""), support_text(""),
                    support_text(""), fetched);
    struct frank_kept kept = disclosures_kept(external_message(&external));
    struct frank_disclosure d = {.enclosed = true, .ciphertext = fetched};
    struct frank_report report = report_of(&kept, &d, 1);
    const struct frank_report_body *body;
    struct frank_fault fault;

    (void)state;
    body = read_back(built(&report));
    assert_int_equal(body->disclosure_count, 1);
    support_assert_span(body->disclosures[0].ciphertext, fetched);
    no_memory = true;
    assert_int_equal(build(&report, &fault), FRANK_ERR_MEMORY);
    no_memory = false;
    d.ciphertext = flipped(fetched, 3);
    assert_int_equal(build(&report, &fault), FRANK_ERR_FILE_HASH);
    assert_int_equal(about, 0);
    d.enclosed = false;
    assert_int_equal(build(&report, &fault), FRANK_ERR_SPACE);
    d.url = support_text("https://a"); /* the message says where */
    assert_int_equal(build(&report, &fault), FRANK_ERR_LENGTH);
    assert_string_equal(fault.field, "url");
    d.url.len = 0;
    d.keys = (struct frank_span){hash, 32};
    assert_int_equal(build(&report, &fault), FRANK_ERR_LENGTH);
    assert_string_equal(fault.field, "chunk keys");
    d.keys.len = 0;
    d.part = 7;
    assert_int_equal(build(&report, &fault), FRANK_ERR_VALUE);
    d.part = 0;
    external.url.len = 0;
    kept.content = external_message(&external);
    assert_int_equal(build(&report, &fault), FRANK_ERR_MISSING);
    external.content_hash.len = 0;
    kept.content = external_message(&external);
    assert_int_equal(build(&report, &fault), FRANK_ERR_UNPROVEN);
    kept = reports_kept("01-offer.cbor", false); /* text */
    assert_int_equal(build(&report, &fault), FRANK_ERR_NO_FILE);
}

/* ---- The list's own rules ------------------------------------------------ */

/* Reads a body whose list nobody checked. Message 1 is withheld. */
static int read_list(const struct frank_disclosure *list, size_t count,
                     struct frank_fault *fault)
{
    static struct frank_report_body body;
    struct frank_kept kept[3] = {{.content = support_text("a")},
                                 {.withhold = true},
                                 {.content = support_text("b")}};
    struct frank_report report = {.messages = kept,
                                  .count = 3,
                                  .disclosures = list,
                                  .disclosure_count = count};
    struct wire_writer w;
    size_t padded;
    uint8_t *out;
    int error;

    wire_write_init(&w, NULL, 0);
    report_body_write(&w, &report);
    padded = report_padded(w.len);
    out = support_zeros(padded);
    wire_write_init(&w, out, padded);
    report_body_write(&w, &report);
    assert_int_equal(w.fault.error, FRANK_OK);
    out[w.len] = 0x80;
    error = report_body_decode(&body, (struct frank_span){out, padded}, 0, 3,
                               fault);
    if (error == FRANK_OK) {
        assert_int_equal(body.disclosure_count, count);
    } else {
        assert_true(support_is_zero(&body, sizeof body));
    }
    return error;
}

/* Keys of `count` chunks from `first` on; nobody looks at them here. */
static struct frank_disclosure entry(unsigned message, unsigned part,
                                     uint64_t first, size_t count)
{
    return (struct frank_disclosure){
        .message = message,
        .part = part,
        .first = first,
        .keys = {support_zeros(count * 32), count * 32},
        .url = support_text("https://a")};
}

static void reads_entries_in_order_only(void **state)
{
    static const struct {
        unsigned first[4]; /* message, part, first chunk, how many */
        unsigned second[4];
        int error;
    } cases[] = {
        {{0, 1, 4, 2}, {0, 1, 6, 1}, FRANK_OK},
        {{0, 1, 4, 2}, {0, 2, 0, 1}, FRANK_OK},
        {{0, 9, 4, 2}, {2, 0, 0, 0}, FRANK_OK},
        {{0, 1, 0, 0}, {0, 3, 0, 0}, FRANK_OK},
        {{0, 1, 4, 2}, {0, 1, 5, 1}, FRANK_ERR_ORDER}, /* one over another */
        {{0, 1, 4, 2}, {0, 1, 4, 2}, FRANK_ERR_ORDER},
        {{0, 1, 4, 2}, {0, 1, 0, 1}, FRANK_ERR_ORDER},
        {{0, 2, 0, 1}, {0, 1, 4, 2}, FRANK_ERR_ORDER},
        {{2, 0, 0, 1}, {0, 1, 4, 2}, FRANK_ERR_ORDER},
        {{0, 1, 0, 0}, {0, 1, 0, 0}, FRANK_ERR_ORDER},
        {{0, 1, 0, 0}, {0, 1, 9, 1}, FRANK_ERR_ORDER}, /* all, and a part */
        {{0, 1, 0, 1}, {0, 1, 0, 0}, FRANK_ERR_ORDER},
        {{0, 1, 0, 1}, {1, 0, 0, 1}, FRANK_ERR_WITHHELD},
        {{0, 1, 0, 1}, {3, 0, 0, 1}, FRANK_ERR_VALUE}, /* no such message */
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        const unsigned *a = cases[i].first;
        const unsigned *b = cases[i].second;
        struct frank_disclosure list[2] = {entry(a[0], a[1], a[2], a[3]),
                                           entry(b[0], b[1], b[2], b[3])};
        struct frank_fault fault = {0};

        assert_int_equal(read_list(list, 2, &fault), cases[i].error);
        assert_true(cases[i].error == FRANK_OK || fault.offset > 30);
    }
}

static void reads_whole_hashes_and_plain_addresses_only(void **state)
{
    struct frank_disclosure d = entry(0, 0, 5, 1);
    uint8_t *url = support_zeros(FRANK_URL_MAX_BYTES + 1);
    struct frank_fault fault;

    (void)state;
    d.keys.len = 31;
    assert_int_equal(read_list(&d, 1, &fault), FRANK_ERR_LENGTH);
    assert_string_equal(fault.field, "chunk keys");
    d.keys.len = 0; /* all of the file, from chunk 5 on? */
    assert_int_equal(read_list(&d, 1, &fault), FRANK_ERR_VALUE);
    d.first = 0;
    assert_int_equal(read_list(&d, 1, &fault), FRANK_OK);
    d.proof = (struct frank_span){support_zeros(57 * 32), 32};
    assert_int_equal(read_list(&d, 1, &fault), FRANK_ERR_LENGTH);
    d.keys.len = 32;
    assert_int_equal(read_list(&d, 1, &fault), FRANK_OK);
    d.proof.len = 33;
    assert_int_equal(read_list(&d, 1, &fault), FRANK_ERR_LENGTH);
    assert_string_equal(fault.field, "proof");
    d.proof.len = FRANK_RANGE_PROOF_MAX * 32;
    assert_int_equal(read_list(&d, 1, &fault), FRANK_OK);
    d.proof.len += 32;
    assert_int_equal(read_list(&d, 1, &fault), FRANK_ERR_LIMIT);
    d.proof.len = 0;
    d.first = (1U << 28) - 1;
    assert_int_equal(read_list(&d, 1, &fault), FRANK_OK);
    d.first++;
    assert_int_equal(read_list(&d, 1, &fault), FRANK_ERR_LIMIT);
    d.first = UINT64_MAX;
    assert_int_equal(read_list(&d, 1, &fault), FRANK_ERR_LIMIT);
    d = entry(0, 0, 5, 1);
    memset(url, '~', FRANK_URL_MAX_BYTES + 1);
    d.url = (struct frank_span){url, FRANK_URL_MAX_BYTES};
    assert_int_equal(read_list(&d, 1, &fault), FRANK_OK);
    url[7] = ' ';
    assert_int_equal(read_list(&d, 1, &fault), FRANK_ERR_VALUE);
    assert_int_equal(fault.found, ' ');
    url[7] = 0x7f;
    assert_int_equal(read_list(&d, 1, &fault), FRANK_ERR_VALUE);
    d.url.len = 0; /* nowhere to be had: the moderators are told so */
    assert_int_equal(read_list(&d, 1, &fault), FRANK_OK);
    d.url = support_text("https://a");
    d.enclosed = true;
    assert_int_equal(read_list(&d, 1, &fault), FRANK_ERR_LENGTH);
}

/* Those that a writer cannot even write. */
static void bodies_of_lists_are_exact(void **state)
{
    static const char front[] = "00 03 0101 61";
    static const struct {
        const char *list;
        int error;
    } cases[] = {
        {"0f 00 0000 (00)*8 00 00 00 00", FRANK_OK},
        {"10 00 0000 (00)*8 00 00 01 00 00", FRANK_OK},
        {"11 00 0000 (00)*8 00 00 01 01 61 00", FRANK_OK},
        {"0f 00 0000 (00)*8 00 00 02 00", FRANK_ERR_VALUE},
        {"0e 00 0000 (00)*8 00 00 00", FRANK_ERR_TRUNCATED},
        {"10 00 0000 (00)*8 00 00 00 00 00", FRANK_ERR_TRUNCATED},
        {"10 00 0000 (00)*8 4000 00 00 00", FRANK_ERR_LENGTH_FORM},
        {"0f 00 0000 (00)*8 00 00 00", FRANK_ERR_TRUNCATED},
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        static struct frank_report_body body;
        uint8_t *padded = support_zeros(1024);
        struct frank_span a = support_bytes(front);
        struct frank_span b = support_bytes(cases[i].list);

        memcpy(padded, a.data, a.len);
        memcpy(padded + a.len, b.data, b.len);
        padded[a.len + b.len] = 0x80;
        assert_int_equal(report_body_decode(&body,
                                            (struct frank_span){padded, 1024},
                                            0, 1, NULL),
                         cases[i].error);
    }
}

static void at_most_64_entries(void **state)
{
    struct frank_disclosure list[FRANK_DISCLOSURES_MAX + 1];
    struct sealed_file file = sealed_file_make(65 * CHUNK, LOG2, AEAD, 5);
    struct frank_kept kept = disclosures_kept(disclosures_parted(&file));
    struct frank_report report = report_of(&kept, list, 64);
    struct frank_fault fault;

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(list); i++) {
        list[i] = disclosures_range(&file, 1, i, 1);
    }
    assert_int_equal(build(&report, &fault), FRANK_ERR_SPACE);
    assert_int_equal(read_back(built(&report))->disclosure_count, 64);
    report.disclosure_count++;
    assert_int_equal(build(&report, &fault), FRANK_ERR_LIMIT);
    assert_int_equal(about, SIZE_MAX);
    assert_int_equal(read_list(list, 64, NULL), FRANK_OK);
    assert_int_equal(read_list(list, 65, &fault), FRANK_ERR_LIMIT);
    assert_string_equal(fault.field, "attachments");
}

/* In one entry and in several; one byte more is refused by both sides. */
static void encloses_at_most_8_MiB(void **state)
{
    size_t size = FRANK_ENCLOSED_MAX_BYTES - 8 * 16;
    struct sealed_file file = sealed_file_make(size, 20, AEAD, 6);
    struct sealed_file other = sealed_file_make(1, 20, AEAD, 7);
    struct frank_kept kept[3] = {disclosures_kept(disclosures_plain(&file)),
                                 {.withhold = true},
                                 disclosures_kept(disclosures_plain(&other))};
    struct frank_disclosure list[2] = {disclosures_whole(&file, 0),
                                       disclosures_whole(&other, 0)};
    struct frank_report report = report_of(kept, list, 1);
    struct frank_fault fault;

    (void)state;
    kept[1].content = kept[0].content;
    kept[1].context = kept[0].context;
    kept[1].frank = kept[0].frank;
    report.count = 3;
    list[1].message = 2;
    assert_int_equal(build(&report, &fault), FRANK_ERR_SPACE);
    assert_shows(read_back(built(&report)), 0, &file, 0, size);
    assert_int_equal(read_list(list, 1, NULL), FRANK_OK);
    report.disclosure_count = 2;
    assert_int_equal(build(&report, &fault), FRANK_ERR_LIMIT);
    assert_string_equal(fault.field, "enclosed ciphertext");
    assert_int_equal(fault.found, FRANK_ENCLOSED_MAX_BYTES + 17);
    assert_int_equal(about, 2);
    assert_int_equal(read_list(list, 2, &fault), FRANK_ERR_LIMIT);
    list[0].enclosed = false;
    list[0].url = support_text("https://a");
    assert_int_equal(build(&report, &fault), FRANK_ERR_SPACE);
    assert_int_equal(read_list(list, 2, NULL), FRANK_OK);
}

static void refuses_to_build_what_would_not_be_read(void **state)
{
    struct sealed_file file = sealed_file_make(SIZE, LOG2, AEAD, 2);
    struct frank_kept kept = disclosures_kept(disclosures_parted(&file));
    struct frank_disclosure list[2] = {disclosures_range(&file, 1, 2, 2),
                                       disclosures_range(&file, 1, 3, 2)};
    struct frank_report report = report_of(&kept, list, 2);
    struct frank_fault fault;

    (void)state;
    assert_int_equal(build(&report, &fault), FRANK_ERR_ORDER);
    assert_string_equal(fault.field, "attachments");
    assert_int_equal(fault.found, 1); /* the second */
    assert_int_equal(about, 0);
    list[1] = disclosures_range(&file, 1, 4, 2);
    assert_int_equal(build(&report, &fault), FRANK_ERR_SPACE);
    list[1].url = support_text("https://a");
    assert_int_equal(build(&report, &fault), FRANK_ERR_LENGTH);
    list[1].enclosed = false;
    list[1].url.len = FRANK_URL_MAX_BYTES + 1;
    assert_int_equal(build(&report, &fault), FRANK_ERR_LIMIT);
    assert_string_equal(fault.field, "url");
    list[1].keys.len = FRANK_REPORT_MAX_BYTES + 32;
    assert_int_equal(build(&report, &fault), FRANK_ERR_LIMIT);
    assert_string_equal(fault.field, "chunk keys");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_range_decrypts_and_no_other_byte_does),
        cmocka_unit_test(the_key_in_the_message_opens_all_of_it),
        cmocka_unit_test(what_is_elsewhere_has_an_address),
        cmocka_unit_test(entries_of_several_messages_stand_in_order),
        cmocka_unit_test(refuses_what_its_message_does_not_disclose),
        cmocka_unit_test(refuses_a_key_that_is_not_there),
        cmocka_unit_test(refuses_a_range_that_is_not_of_the_file),
        cmocka_unit_test(refuses_a_file_that_is_not_the_messages),
        cmocka_unit_test(what_was_sealed_wrongly_is_refused_when_opened),
        cmocka_unit_test(external_parts_are_disclosed_whole),
        cmocka_unit_test(reads_entries_in_order_only),
        cmocka_unit_test(reads_whole_hashes_and_plain_addresses_only),
        cmocka_unit_test(bodies_of_lists_are_exact),
        cmocka_unit_test(at_most_64_entries),
        cmocka_unit_test(encloses_at_most_8_MiB),
        cmocka_unit_test(refuses_to_build_what_would_not_be_read),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
