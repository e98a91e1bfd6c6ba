/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nothing of a report's content, and none of its keys, stays in the memory of
 * the hub's code: neither of a sealed report that it checked, nor of a plain
 * one that it sealed. What is searched for is made in a process of its own and
 * handed over masked, so that the search does not find itself.
 */
#include "hub_verdict.h"
#include "mimi_seal.h"
#include "opening.h"
#include "reports.h"
#include "rings.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define MASK 0xa5
#define CANARY_BYTES 16
#define CANARIES 8
#define REPORT_ROOM 16384

/* Shared with the processes that know what the hub must not: they hand over
 * the report, and the canaries masked. */
struct handed {
    size_t canaries;
    uint8_t masked[CANARIES][CANARY_BYTES];
    size_t report_len;
    uint8_t report[REPORT_ROOM]; /* sealed, or plain */
};

static struct handed *handed;
static size_t sealed_len;
static uint8_t *sealed;

/* Runs make() in a process of its own. */
static void apart(void (*make)(void))
{
    int status = -1;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        make();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void hand_canary(const uint8_t *bytes)
{
    uint8_t *masked = handed->masked[handed->canaries++];

    assert_true(handed->canaries <= CANARIES);
    for (size_t i = 0; i < CANARY_BYTES; i++) {
        masked[i] = bytes[i] ^ MASK;
    }
}

static void hand_report(struct frank_span bytes)
{
    assert_true(bytes.len <= REPORT_ROOM);
    memcpy(handed->report, bytes.data, bytes.len);
    handed->report_len = bytes.len;
}

static void clear(void **state)
{
    (void)state;
    if (handed == NULL) {
        handed = mmap(NULL, sizeof *handed, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        assert_true(handed != MAP_FAILED);
    }
    memset(handed, 0, sizeof *handed);
}

/* ---- Search ------------------------------------------------------------- */

static bool is_canary(const uint8_t *at, const uint8_t *masked)
{
    for (size_t i = 0; i < CANARY_BYTES; i++) {
        if ((at[i] ^ MASK) != masked[i]) {
            return false;
        }
    }
    return true;
}

/* How many of the canaries stand in len bytes. */
static size_t count_in(const uint8_t *bytes, size_t len, const char *where)
{
    size_t found = 0;

    for (size_t i = 0; i + CANARY_BYTES <= len; i++) {
        for (size_t c = 0; c < handed->canaries; c++) {
            if (bytes[i] == (handed->masked[c][0] ^ MASK) &&
                is_canary(bytes + i, handed->masked[c])) {
                print_message("canary %zu in %s", c, where);
                found++;
            }
        }
    }
    return found;
}

/* All memory of this process that can be read: stack, heap, data, mappings. */
static size_t count_in_memory(void)
{
    static uint8_t window[65536];
    FILE *maps = fopen("/proc/self/maps", "re");
    int mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    size_t found = 0;
    char line[512];

    assert_non_null(maps);
    assert_true(mem >= 0);
    while (fgets(line, sizeof line, maps) != NULL) {
        unsigned long from;
        unsigned long to;
        char rights[5];

        assert_int_equal(sscanf(line, "%lx-%lx %4s", &from, &to, rights), 3);
        while (rights[0] == 'r' && from < to) {
            size_t len = to - from < sizeof window ? to - from : sizeof window;
            ssize_t got = pread(mem, window, len, (off_t)from);

            if (got <= 0) {
                break; /* the kernel's own pages */
            }
            found += count_in(window, (size_t)got, line);
            from += (size_t)got > CANARY_BYTES && (size_t)got < to - from
                        ? (size_t)got - CANARY_BYTES
                        : (size_t)got;
        }
    }
    sodium_memzero(window, sizeof window);
    (void)fclose(maps);
    (void)close(mem);
    return found;
}

/* ---- What only others know ---------------------------------------------- */

/* Texts, salts and keys that are in this report: found by opening it. */
static void hand_secrets_of(struct frank_span bytes)
{
    static struct sealed_report report;
    struct consent consents[2] = {reports_consent(bytes, 1),
                                  reports_consent(bytes, 2)};
    uint8_t points[2][GROUP_POINT_BYTES];
    uint8_t z[GROUP_POINT_BYTES];
    uint8_t key[SEAL_KEY_BYTES];
    uint8_t commitment[SEAL_COMMITMENT_BYTES];
    struct opening *opening = NULL;
    struct frank_content content;
    size_t which;

    reports_decode(&report, bytes);
    assert_ok(opening_open(&opening, &which, bytes.data, bytes.len,
                           reports_quorum(), consents, 2, NULL));
    for (size_t i = 0; i < 2; i++) {
        struct frank_span c = opening_body(opening)->openings[i].content;

        assert_ok(frank_locate(&content, c.data, c.len, NULL));
        hand_canary(content.salt);
        hand_canary(c.data + c.len - CANARY_BYTES); /* end of its text */
        memcpy(points[i], consents[i].u, sizeof points[i]);
    }
    assert_ok(share_interpolate(z, (unsigned[]){1, 2},
                                (const uint8_t(*)[GROUP_POINT_BYTES])points, 2,
                                0));
    seal_keys(key, commitment, &report.seal, report.label.header, z);
    assert_memory_equal(commitment, report.seal.commitment, sizeof commitment);
    hand_canary(key);
    hand_canary(z);
    opening_free(opening);
}

/* A message with a text that stands nowhere else, in the vectors' room. */
static struct mimi_report_message said(void)
{
    struct frank_kept model = reports_kept("01-offer.cbor", false);
    struct frank_context context = model.context;
    struct stamp_request request = {.suite = FRANK_SUITE_X25519_AES128GCM};
    uint8_t *frank = support_zeros(FRANK_FRANK_BYTES);
    uint8_t random[16 + 24];
    char salt[2 + 32 + 1] = "50";
    char text[48 + 1];
    char extensions[512];
    char part[128];
    struct frank_span content;
    struct stamp stamp;

    randombytes_buf(random, sizeof random);
    support_hex_encode(salt + 2, random, 16);
    support_hex_encode(text, random + 16, 24);
    (void)snprintf(extensions, sizeof extensions,
                   "a2 01 78%02zx'%.*s' 02 78%02zx'%.*s'", context.sender.len,
                   (int)context.sender.len, (const char *)context.sender.data,
                   context.room.len, (int)context.room.len,
                   (const char *)context.room.data);
    (void)snprintf(part, sizeof part, "85 01 60 01 6a'text/plain' 5830'%s'",
                   text);
    content = support_mimi(&(struct support_mimi){.salt = salt,
                                                  .extensions = extensions,
                                                  .part = part},
                           NULL);
    request.context = context;
    assert_ok(frank_tag(request.tag, content.data, content.len, NULL));
    assert_ok(stamper_stamp(reports_stamper(), &stamp, &request, NULL));
    frank_frank_encode(frank, &stamp.frank);
    return (struct mimi_report_message){
        content, {frank, FRANK_FRANK_BYTES}, context.accepted_timestamp};
}

static struct mimi_report plain(void)
{
    struct mimi_report report = {
        .reporting_user = support_text("mimi://example.com/u/reporter"),
        .reason = 1,
        .note = support_text("two canaries"),
        .count = 2};

    report.messages[0] = said();
    report.messages[1] = said();
    report.alleged_abuser = reports_kept("01-offer.cbor", false).context.sender;
    return report;
}

static void make_plain(void)
{
    struct mimi_report report = plain();
    size_t len = 0;
    uint8_t *out;

    (void)!mimi_report_encode(NULL, 0, &len, &report, NULL);
    out = support_zeros(len);
    assert_ok(mimi_report_encode(out, len, &len, &report, NULL));
    hand_report((struct frank_span){out, len});
}

static void convert_handed(void)
{
    uint8_t random[MIMI_SEAL_RANDOM_BYTES];
    size_t message;

    randombytes_buf(random, sizeof random);
    assert_ok(mimi_seal(&sealed, &sealed_len, &message, reports_stamper(),
                        reports_quorum(), handed->report, handed->report_len,
                        REPORTS_NOW, random, NULL));
    sodium_memzero(random, sizeof random);
}

static void make_sealed(void)
{
    make_plain();
    convert_handed();
    hand_secrets_of((struct frank_span){sealed, sealed_len});
    hand_report((struct frank_span){sealed, sealed_len});
}

static void hand_secrets_of_ours(void)
{
    hand_secrets_of((struct frank_span){sealed, sealed_len});
}

/* ---- Tests -------------------------------------------------------------- */

static void skip_where_memory_is_shadowed(void)
{
#if defined(__SANITIZE_ADDRESS__)
    print_message("skip: AddressSanitizer's shadow memory is too large");
    skip();
#endif
}

static void the_search_finds_what_is_there(void **state)
{
    uint8_t *here = support_zeros(CANARY_BYTES);

    skip_where_memory_is_shadowed();
    clear(state);
    randombytes_buf(here, CANARY_BYTES);
    hand_canary(here);
    assert_true(count_in_memory() >= 1);
    sodium_memzero(here, CANARY_BYTES);
    assert_int_equal(count_in_memory(), 0);
}

static void checking_a_sealed_report_learns_nothing(void **state)
{
    static struct sealed_check found;
    static struct hub_verdict verdict;
    uint8_t signed_verdict[HUB_VERDICT_SIGNED_MAX_BYTES];
    size_t len;

    skip_where_memory_is_shadowed();
    clear(state);
    apart(make_sealed);
    assert_int_equal(handed->canaries, 6);
    assert_ok(sealed_check(&found, reports_stamper(), NULL, handed->report,
                           handed->report_len, REPORTS_NOW, NULL));
    hub_verdict_from(&verdict, &found, REPORTS_NOW);
    assert_ok(hub_verdict_sign(signed_verdict, &len, &verdict,
                               reports_stamper(), NULL));
    assert_int_equal(count_in_memory(), 0);
}

static void sealing_a_plain_report_leaves_nothing(void **state)
{
    skip_where_memory_is_shadowed();
    clear(state);
    apart(make_plain);
    convert_handed();
    apart(hand_secrets_of_ours);
    assert_int_equal(handed->canaries, 6);
    /* The caller's bytes hold two texts and two salts. */
    assert_int_equal(count_in_memory(), 4);
    sodium_memzero(handed->report, REPORT_ROOM);
    assert_int_equal(count_in_memory(), 0);
    assert_int_equal(count_in(sealed, sealed_len, "the sealed report"), 0);
    free(sealed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_search_finds_what_is_there),
        cmocka_unit_test(checking_a_sealed_report_learns_nothing),
        cmocka_unit_test(sealing_a_plain_report_leaves_nothing),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
