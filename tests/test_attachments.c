/* SPDX-License-Identifier: Apache-2.0 */
/* Files that reports disclose: what there is of them, chunk by chunk, and what
 * a store answers. */
#include "attachments.h"
#include "support.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 4096
#define SIZE (2 * CHUNK + 100)
#define CHUNKS 3
#define TAG FRANK_CHUNK_TAG_BYTES

static const uint8_t file_key[FRANK_FILE_KEY_BYTES] = {7};

/* A file of three chunks, the last one short, and what discloses the last two.
 */
struct made {
    struct disclosed_file whole;
    struct disclosed_file run;
    struct frank_disclosure all;
    struct frank_disclosure some;
    uint8_t plain[SIZE];
    uint8_t sealed[SIZE + CHUNKS * TAG];
    uint8_t keys[2][FRANK_CHUNK_KEY_BYTES];
    uint8_t proof[FRANK_RANGE_PROOF_MAX][FRANK_HASH_BYTES];
    uint8_t leaves[CHUNKS][FRANK_HASH_BYTES];
};

static int read_leaf(void *context, uint64_t chunk, uint8_t *leaf)
{
    const struct made *m = context;

    memcpy(leaf, m->leaves[chunk], FRANK_HASH_BYTES);
    return FRANK_OK;
}

static void seal(struct made *m, struct aead *aead)
{
    static const uint8_t nonce[AEAD_NONCE_BYTES];

    for (uint64_t i = 0; i < CHUNKS; i++) {
        uint8_t key[FRANK_CHUNK_KEY_BYTES];
        size_t len = i < 2 ? CHUNK : SIZE - 2 * CHUNK;
        uint8_t *out = m->sealed + i * (CHUNK + TAG);

        frank_chunk_key(key, file_key, i);
        assert_int_equal(
            aead_seal(out, aead, key, nonce, (struct frank_span){NULL, 0},
                      (struct frank_span){m->plain + i * CHUNK, len}),
            FRANK_OK);
        frank_chunk_leaf(m->leaves[i], i, key,
                         (struct frank_span){out, len + TAG});
        if (i > 0) {
            memcpy(m->keys[i - 1], key, sizeof key);
        }
    }
}

static struct made *make(struct aead **aead)
{
    struct made *m = calloc(1, sizeof *m);
    size_t count;

    assert_non_null(m);
    m->whole.attachment = (struct frank_attachment){
        .size = SIZE, .chunk_log2 = 12, .aead = FRANK_AEAD_CHACHA20_POLY1305};
    for (size_t i = 0; i < SIZE; i++) {
        m->plain[i] = (uint8_t)(i / 7);
    }
    assert_int_equal(aead_new(aead, FRANK_AEAD_CHACHA20_POLY1305, NULL),
                     FRANK_OK);
    seal(m, *aead);
    m->run = m->whole;
    m->run.range = (struct frank_range){1, 2};
    assert_int_equal(frank_range_prove(m->whole.attachment.root, m->proof,
                                       &count, &m->whole.attachment,
                                       m->run.range, read_leaf, m, NULL),
                     FRANK_OK);
    m->run.attachment = m->whole.attachment;
    m->run.begin = CHUNK;
    m->run.bytes = SIZE - CHUNK;
    m->whole.range = (struct frank_range){0, CHUNKS};
    m->whole.bytes = SIZE;
    m->whole.by_file_key = true;
    memcpy(m->whole.key, file_key, sizeof file_key);
    m->some.first = 1;
    m->some.keys = (struct frank_span){m->keys[0], sizeof m->keys};
    m->some.proof = (struct frank_span){m->proof[0], count * FRANK_HASH_BYTES};
    return m;
}

static struct frank_span chunk_of(const struct made *m,
                                  const struct disclosed_file *file, uint64_t i)
{
    struct byte_range at = attachment_chunk(file, i);

    return (struct frank_span){m->sealed + at.first, at.last - at.first + 1};
}

/* ---- Chunks -------------------------------------------------------------- */

static void each_chunk_opens_and_all_are_proven(void **state)
{
    struct aead *aead;
    struct made *m = make(&aead);
    const struct disclosed_file *files[] = {&m->whole, &m->run};
    const struct frank_disclosure *ds[] = {&m->all, &m->some};

    (void)state;
    for (size_t f = 0; f < 2; f++) {
        for (uint64_t i = 0; i < files[f]->range.count; i++) {
            struct frank_span sealed = chunk_of(m, files[f], i);
            uint64_t number = files[f]->range.first + i;
            uint8_t leaf[FRANK_HASH_BYTES];
            uint8_t out[CHUNK];

            assert_int_equal(
                attachment_open(out, leaf, files[f], ds[f], aead, i, sealed),
                FRANK_OK);
            assert_memory_equal(out, m->plain + number * CHUNK,
                                sealed.len - TAG);
            assert_memory_equal(leaf, m->leaves[number], sizeof leaf);
        }
        assert_int_equal(attachment_prove(files[f], ds[f], read_leaf, m, NULL),
                         FRANK_OK);
    }
    aead_free(aead);
    free(m);
}

static void refuses_chunks_that_are_altered_or_elsewhere(void **state)
{
    struct aead *aead;
    struct made *m = make(&aead);
    struct frank_span first = chunk_of(m, &m->whole, 0);
    uint8_t leaf[FRANK_HASH_BYTES];
    uint8_t out[CHUNK];

    (void)state;
    assert_int_equal(
        attachment_open(out, leaf, &m->whole, &m->all, aead, 1, first),
        FRANK_ERR_SEALED);
    assert_int_equal(
        attachment_open(out, leaf, &m->run, &m->some, aead, 0, first),
        FRANK_ERR_SEALED);
    assert_int_equal(
        attachment_open(out, leaf, &m->whole, &m->all, aead, 2, first),
        FRANK_ERR_LENGTH);
    m->sealed[17] ^= 1;
    assert_int_equal(
        attachment_open(out, leaf, &m->whole, &m->all, aead, 0, first),
        FRANK_ERR_SEALED);
    m->leaves[2][0] ^= 1;
    assert_int_equal(attachment_prove(&m->run, &m->some, read_leaf, m, NULL),
                     FRANK_ERR_FILE_HASH);
    assert_int_equal(attachment_prove(&m->whole, &m->all, read_leaf, m, NULL),
                     FRANK_ERR_FILE_HASH);
    aead_free(aead);
    free(m);
}

static void an_empty_file_has_the_empty_root(void **state)
{
    struct disclosed_file file = {.attachment = {.chunk_log2 = 12},
                                  .by_file_key = true};
    struct frank_disclosure d = {.message = 0};

    (void)state;
    assert_int_equal(attachment_prove(&file, &d, NULL, NULL, NULL),
                     FRANK_ERR_FILE_HASH);
    (void)crypto_hash_sha256(file.attachment.root, NULL, 0);
    assert_int_equal(attachment_prove(&file, &d, NULL, NULL, NULL), FRANK_OK);
    assert_int_equal(attachment_sealed_bytes(&file), 0);
}

static void pieces_are_whole_chunks(void **state)
{
    struct aead *aead;
    struct made *m = make(&aead);
    struct attachment_piece piece;
    const uint64_t full = CHUNK + TAG;

    (void)state;
    assert_int_equal(attachment_sealed_begin(&m->run), full);
    assert_int_equal(attachment_sealed_bytes(&m->run), SIZE - CHUNK + 2 * TAG);
    attachment_next(&piece, &m->whole, 0, 1);
    assert_int_equal(piece.count, 1);
    assert_int_equal(piece.bytes.first, 0);
    assert_int_equal(piece.bytes.last, full - 1);
    attachment_next(&piece, &m->whole, 1, 2 * full + 5);
    assert_int_equal(piece.chunk, 1);
    assert_int_equal(piece.count, 2);
    assert_int_equal(piece.bytes.first, full);
    assert_int_equal(piece.bytes.last, sizeof m->sealed - 1);
    attachment_next(&piece, &m->run, 1, 10 * full);
    assert_int_equal(piece.count, 1);
    assert_int_equal(piece.bytes.first, 2 * full);
    assert_int_equal(piece.bytes.last, sizeof m->sealed - 1);
    attachment_next(&piece, &m->whole, 0, 2 * full - 1);
    assert_int_equal(piece.count, 1);
    aead_free(aead);
    free(m);
}

/* ---- Which there are ----------------------------------------------------- */

static enum attachment_kind kind(enum part_state state, const char *type,
                                 enum frank_format format)
{
    struct part part = {.state = state};

    part.media_type = (struct frank_span){(const uint8_t *)type, strlen(type)};
    return attachment_kind(&part, format);
}

static void knows_what_parts_are(void **state)
{
    (void)state;
    assert_int_equal(kind(PART_EXTERNAL, "", FRANK_FORMAT_MIMI),
                     ATTACHMENT_MIMI);
    assert_int_equal(
        kind(PART_THERE, FRANK_ATTACHMENT_TYPE, FRANK_FORMAT_PLAIN),
        ATTACHMENT_FRANK);
    assert_int_equal(
        kind(PART_THERE, FRANK_ATTACHMENT_TYPE, FRANK_FORMAT_PARTED),
        ATTACHMENT_FRANK);
    assert_int_equal(
        kind(PART_THERE, FRANK_ATTACHMENT_KEY_TYPE, FRANK_FORMAT_PARTED),
        ATTACHMENT_KEY);
    /* A plain content is one part: there is no other that it is the key of. */
    assert_int_equal(
        kind(PART_THERE, FRANK_ATTACHMENT_KEY_TYPE, FRANK_FORMAT_PLAIN),
        ATTACHMENT_NONE);
    assert_int_equal(kind(PART_THERE, FRANK_ATTACHMENT_TYPE, FRANK_FORMAT_MIMI),
                     ATTACHMENT_NONE);
    assert_int_equal(
        kind(PART_WITHHELD, FRANK_ATTACHMENT_TYPE, FRANK_FORMAT_PARTED),
        ATTACHMENT_NONE);
    assert_int_equal(
        kind(PART_THERE, FRANK_ATTACHMENT_TYPE "s", FRANK_FORMAT_PLAIN),
        ATTACHMENT_NONE);
    assert_int_equal(kind(PART_THERE, "", FRANK_FORMAT_PLAIN), ATTACHMENT_NONE);
}

static void finds_the_entries_of_a_part(void **state)
{
    struct frank_report_body *body = calloc(1, sizeof *body);
    size_t found[FRANK_DISCLOSURES_MAX];

    (void)state;
    assert_non_null(body);
    body->disclosure_count = 4;
    body->disclosures[0].part = 2;
    body->disclosures[1].message = 1;
    body->disclosures[2] = (struct frank_disclosure){.message = 1, .part = 2};
    body->disclosures[3] = (struct frank_disclosure){.message = 1, .part = 2};
    assert_int_equal(attachment_entries(found, body, 1, 2), 2);
    assert_int_equal(found[0], 2);
    assert_int_equal(found[1], 3);
    assert_int_equal(attachment_entries(found, body, 2, 2), 0);
    free(body);
}

/* ---- How it stands --------------------------------------------------------
 */

static const struct attachment_entry entries_of_all[] = {
    {ATTACHMENT_THERE, {0, 100}, 10, 10, NULL},
    {ATTACHMENT_ABSENT, {100, 200}, 0, 10, "gone"},
    {ATTACHMENT_REFUSED, {200, 300}, 0, 10, "wrong"},
    {ATTACHMENT_WAITING, {300, 400}, 1, 10, "later"},
    {ATTACHMENT_FETCHING, {400, 450}, 2, 10, "now"}};

static void the_gravest_entry_counts_for_all(void **state)
{
    const struct attachment_entry *entries = entries_of_all + 1;
    struct attachment_sum sum;

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        attachment_sum(&sum, entries, i + 1, 500);
        assert_int_equal(sum.state, entries[i].state);
        assert_ptr_equal(sum.why, entries[i].why);
        assert_int_equal(sum.want, 10 * (i + 1));
    }
    assert_int_equal(sum.have, 3);
    assert_int_equal(sum.count, 2);
    assert_int_equal(sum.runs[0].begin, 100);
    assert_int_equal(sum.runs[0].end, 200);
    assert_int_equal(sum.runs[1].begin, 300);
    assert_int_equal(sum.runs[1].end, 450);
    attachment_sum(&sum, entries, 0, 500);
    assert_int_equal(sum.state, ATTACHMENT_WITHHELD);
}

static void what_is_wrong_hides_no_run_that_is_proven(void **state)
{
    static const struct attachment_entry empty[] = {
        {ATTACHMENT_THERE, {0, 0}, 0, 0, NULL},
        {ATTACHMENT_REFUSED, {0, 100}, 0, 10, "wrong"}};
    struct attachment_sum sum;

    (void)state;
    for (size_t i = 1; i < 4; i++) {
        attachment_sum(&sum, entries_of_all, i + 1, 500);
        assert_int_equal(sum.state, ATTACHMENT_PARTIAL);
        assert_ptr_equal(sum.why, entries_of_all[i].why);
        assert_int_equal(sum.count, 1);
        assert_int_equal(sum.runs[0].begin, 0);
        assert_int_equal(sum.runs[0].end, 100);
    }
    attachment_sum(&sum, entries_of_all, 5, 500);
    assert_int_equal(sum.state, ATTACHMENT_FETCHING);
    attachment_sum(&sum, empty, 2, 100);
    assert_int_equal(sum.state, ATTACHMENT_REFUSED);
    assert_int_equal(sum.count, 0);
}

static void a_file_is_there_when_nothing_is_missing(void **state)
{
    static const struct attachment_entry entries[] = {
        {ATTACHMENT_THERE, {0, 100}, 1, 1, NULL},
        {ATTACHMENT_THERE, {100, 200}, 1, 1, NULL}};
    static const struct attachment_entry nothing = {
        ATTACHMENT_THERE, {0, 0}, 0, 0, NULL};
    struct attachment_sum sum;

    (void)state;
    attachment_sum(&sum, entries, 2, 200);
    assert_int_equal(sum.state, ATTACHMENT_THERE);
    attachment_sum(&sum, entries, 2, 201);
    assert_int_equal(sum.state, ATTACHMENT_PARTIAL);
    attachment_sum(&sum, entries + 1, 1, 200);
    assert_int_equal(sum.state, ATTACHMENT_PARTIAL);
    attachment_sum(&sum, &nothing, 1, 0);
    assert_int_equal(sum.state, ATTACHMENT_THERE);
    assert_int_equal(sum.count, 0);
    attachment_sum(&sum, &nothing, 1, 5);
    assert_int_equal(sum.state, ATTACHMENT_PARTIAL);
}

static void states_have_names(void **state)
{
    (void)state;
    assert_string_equal(attachment_state_text(ATTACHMENT_FETCHING), "fetching");
    assert_string_equal(attachment_state_text(ATTACHMENT_STATES), "unknown");
}

/* ---- What a store answers -------------------------------------------------
 */

static void judges_what_a_store_answers(void **state)
{
    static const struct {
        unsigned status;
        const char *range;
        size_t len;
        enum attachment_word word;
        size_t skip;
    } cases[] = {{206, "bytes 4112-8335/8340", 4224, ATTACHMENT_TAKE, 0},
                 {206, "bytes 4112-8335/*", 4224, ATTACHMENT_TAKE, 0},
                 {206, "bytes 4112-8223/8340", 4112, ATTACHMENT_TAKE, 0},
                 {206, "bytes 4112-8339/8340", 4228, ATTACHMENT_GIVE_UP, 0},
                 {206, "bytes 4112-8335/8336", 4224, ATTACHMENT_REFUSE, 0},
                 {206, "bytes 4112-8335/8340", 4223, ATTACHMENT_GIVE_UP, 0},
                 {206, "bytes 0-4223/8340", 4224, ATTACHMENT_GIVE_UP, 0},
                 {206, "", 4224, ATTACHMENT_GIVE_UP, 0},
                 {200, "", 8340, ATTACHMENT_TAKE, 4112},
                 {200, "", 8339, ATTACHMENT_REFUSE, 0},
                 {404, "", 0, ATTACHMENT_GIVE_UP, 0},
                 {410, "", 0, ATTACHMENT_GIVE_UP, 0},
                 {401, "", 0, ATTACHMENT_GIVE_UP, 0},
                 {403, "", 0, ATTACHMENT_GIVE_UP, 0},
                 {416, "bytes */100", 0, ATTACHMENT_REFUSE, 0},
                 {408, "", 0, ATTACHMENT_AGAIN, 0},
                 {425, "", 0, ATTACHMENT_AGAIN, 0},
                 {429, "", 0, ATTACHMENT_AGAIN, 0},
                 {301, "", 0, ATTACHMENT_GIVE_UP, 0},
                 {307, "", 0, ATTACHMENT_GIVE_UP, 0},
                 {400, "", 0, ATTACHMENT_GIVE_UP, 0},
                 {204, "", 0, ATTACHMENT_GIVE_UP, 0},
                 {500, "", 0, ATTACHMENT_AGAIN, 0},
                 {503, "", 0, ATTACHMENT_AGAIN, 0}};
    struct aead *aead;
    struct made *m = make(&aead);
    struct attachment_piece piece;

    (void)state;
    attachment_next(&piece, &m->run, 0, CHUNK * 4);
    piece.bytes.last = 8335; /* as if another chunk came behind it */
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *why = NULL;
        size_t skip = 99;

        assert_int_equal(attachment_judge(&skip, &why, &m->run, &piece,
                                          cases[i].status, cases[i].range,
                                          cases[i].len),
                         cases[i].word);
        assert_int_equal(skip, cases[i].skip);
        assert_int_equal(why == NULL, cases[i].word == ATTACHMENT_TAKE);
    }
    aead_free(aead);
    free(m);
}

static void all_that_there_is_comes_at_once(void **state)
{
    const char *why = NULL;
    size_t skip = 99;

    (void)state;
    assert_int_equal(attachment_judge(&skip, &why, NULL, NULL, 200, "", 5),
                     ATTACHMENT_TAKE);
    assert_int_equal(skip, 0);
    assert_int_equal(
        attachment_judge(&skip, &why, NULL, NULL, 206, "bytes 0-4/5", 5),
        ATTACHMENT_GIVE_UP);
    assert_int_equal(attachment_judge(&skip, &why, NULL, NULL, 404, "", 5),
                     ATTACHMENT_GIVE_UP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_chunk_opens_and_all_are_proven),
        cmocka_unit_test(refuses_chunks_that_are_altered_or_elsewhere),
        cmocka_unit_test(an_empty_file_has_the_empty_root),
        cmocka_unit_test(pieces_are_whole_chunks),
        cmocka_unit_test(knows_what_parts_are),
        cmocka_unit_test(finds_the_entries_of_a_part),
        cmocka_unit_test(the_gravest_entry_counts_for_all),
        cmocka_unit_test(what_is_wrong_hides_no_run_that_is_proven),
        cmocka_unit_test(a_file_is_there_when_nothing_is_missing),
        cmocka_unit_test(states_have_names),
        cmocka_unit_test(judges_what_a_store_answers),
        cmocka_unit_test(all_that_there_is_comes_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
