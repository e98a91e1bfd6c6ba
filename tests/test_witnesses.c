/* SPDX-License-Identifier: Apache-2.0 */
/* A log's witnesses, good and bad ones, as its publisher asks them. */
#include "witnesses.h"

#include "folder.h"
#include "merkle.h"
#include "support.h"
#include "web.h"
#include "witness.h"
#include "witnesses_inside.h"

#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define ORIGIN "log.example/one"
#define LEAVES 600

static uint8_t log_secret[64];
static uint8_t log_public[FRANK_PUBLIC_KEY_BYTES];
static char log_key[NOTE_VKEY_MAX_BYTES];
static struct tiles *tiles;
static struct fetch_networks loopback;

/* ---- Witnesses that are asked ---------------------------------------------
 */

enum manner {
    HONEST,
    BAD_SIGNATURE, /* of another text */
    OTHER_KEY,
    WITH_OTHERS, /* his own line between those of others */
    FUTURE,
    HUGE_ANSWER,
    GARBAGE,
    EMPTY_LINE, /* makes a longer text of the note */
    NOTHING,    /* 200 without a line */
    UNKNOWN,    /* 404 */
    LOOPS,      /* another size each time */
    STUCK,      /* the size that was sent */
    NO_SIZE,    /* a conflict whose size is none */
    AHEAD,
    SILENT,
    HANGS_UP
};

struct fake {
    _Atomic enum manner manner;
    struct cosigner who;
    uint8_t secret[64];
    struct witness_held held;
    atomic_uint requests;
    struct web *web;
    char url[64];
    struct policy_witness as;
};

static void answer(int fd, unsigned status, const char *type, const char *text)
{
    char head[256];

    (void)snprintf(head, sizeof head,
                   "HTTP/1.1 %u X\r\nContent-Type: %s\r\nContent-Length: "
                   "%zu\r\nConnection: close\r\n\r\n",
                   status, type, strlen(text));
    if (web_say(fd, head)) {
        (void)web_say(fd, text);
    }
}

static void put_line(char *out, const struct fake *fake, const char *name,
                     struct frank_span text, uint64_t time)
{
    struct cosigner who = fake->who;

    (void)snprintf(who.name, sizeof who.name, "%s", name);
    (void)cosignature_sign(out, &who, fake->secret, (const char *)text.data,
                           text.len, time);
}

static void answer_lines(struct fake *fake, int fd, struct frank_span body)
{
    static char huge[WITNESSES_ANSWER_MAX_BYTES + 2];
    char line[COSIGNATURE_LINE_MAX_BYTES];
    char other[COSIGNATURE_LINE_MAX_BYTES];
    char text[4 * COSIGNATURE_LINE_MAX_BYTES];
    enum manner manner = fake->manner;
    uint64_t now = (uint64_t)time(NULL);

    put_line(line, fake, fake->who.name,
             manner == BAD_SIGNATURE ? support_text("another\n") : body,
             manner == FUTURE ? now + 7200 : now);
    put_line(other, fake, "somebody.else", body, now);
    (void)snprintf(text, sizeof text, "%s",
                   manner == OTHER_KEY    ? other
                   : manner == GARBAGE    ? "<html>\n"
                   : manner == EMPTY_LINE ? "\n"
                   : manner == NOTHING    ? ""
                                          : line);
    if (manner == WITH_OTHERS || manner == EMPTY_LINE) {
        (void)snprintf(text, sizeof text, "%s%s%s",
                       manner == EMPTY_LINE ? "\n" : other, line, other);
    }
    if (manner == HUGE_ANSWER) {
        memset(huge, 'x', sizeof huge - 1);
    }
    answer(fd, 200, "text/plain", manner == HUGE_ANSWER ? huge : text);
}

/* What a real one does, by its own code. */
static void answer_honestly(struct fake *fake, int fd,
                            const struct witness_request *request,
                            const struct note *note,
                            const struct note_tree *tree)
{
    enum witness_verdict verdict =
        witness_judge(&fake->held, request, &tree->checkpoint);
    char text[64];

    if (verdict == WITNESS_COSIGN) {
        fake->held.size = tree->checkpoint.size;
        memcpy(fake->held.root, tree->checkpoint.root, sizeof fake->held.root);
        answer_lines(fake, fd, note->body);
    } else {
        (void)snprintf(text, sizeof text, "%llu\n",
                       (unsigned long long)fake->held.size);
        answer(fd, witness_status(verdict),
               verdict == WITNESS_OLD ? "text/x.tlog.size; charset=utf-8"
                                      : "text/plain",
               text);
    }
}

static void answer_in_its_manner(struct fake *fake, int fd,
                                 const struct witness_request *request,
                                 const struct note *note,
                                 const struct note_tree *tree)
{
    char text[64];

    (void)snprintf(text, sizeof text, "%llu\n",
                   fake->manner == AHEAD   ? 1000000ULL
                   : fake->manner == LOOPS ? (unsigned long long)fake->requests
                                           : (unsigned long long)request->old);
    switch ((enum manner)fake->manner) {
    case UNKNOWN:
        answer(fd, 404, "text/plain", "no such log\n");
        break;
    case LOOPS:
    case STUCK:
    case AHEAD:
        answer(fd, 409, "text/x.tlog.size", text);
        break;
    case NO_SIZE:
        answer(fd, 409, "text/x.tlog.size", "007\n");
        break;
    case HONEST:
        answer_honestly(fake, fd, request, note, tree);
        break;
    case SILENT:
        web_wait_closed(fd);
        break;
    case HANGS_UP:
        break;
    default:
        answer_lines(fake, fd, note->body);
        break;
    }
}

static void serve(struct web *web, int fd, void *context)
{
    struct fake *fake = context;
    struct witness_request request;
    struct note_tree tree;
    struct note note;
    struct frank_fault fault;
    const char *body;

    if (!web_read(web, fd)) {
        return;
    }
    fake->requests++;
    body = strstr(web_request(web), "\r\n\r\n") + 4;
    if (strncmp(web_request(web), "POST /w/add-checkpoint HTTP/1.1\r\n", 33) !=
            0 ||
        witness_request_read(&request, support_text(body), &fault) !=
            FRANK_OK ||
        note_read(&note, (const char *)request.note.data, request.note.len,
                  &fault) != FRANK_OK ||
        note_tree_read(&tree, note.body, &fault) != FRANK_OK) {
        answer(fd, 400, "text/plain", "malformed\n");
        return;
    }
    answer_in_its_manner(fake, fd, &request, &note, &tree);
}

static void start(struct fake *fake, const char *name, enum manner manner)
{
    uint8_t seed[32] = {0};

    memset(fake, 0, sizeof *fake);
    fake->manner = manner;
    (void)snprintf(fake->who.name, sizeof fake->who.name, "%s", name);
    memcpy(seed, name, strlen(name));
    (void)crypto_sign_seed_keypair(fake->who.public_key, fake->secret, seed);
    witness_held_nothing(&fake->held);
    fake->web = web_start(NULL, serve, fake);
    (void)snprintf(fake->url, sizeof fake->url, "http://127.0.0.1:%u/w/",
                   web_port(fake->web));
    fake->as = (struct policy_witness){name, fake->who, fake->url};
}

/* ---- The log --------------------------------------------------------------
 */

static int make_log(void **state)
{
    static const uint8_t seed[32] = "the log";
    uint8_t(*leaves)[MERKLE_HASH_BYTES] = calloc(LEAVES, MERKLE_HASH_BYTES);
    struct frank_fault fault;

    assert_int_equal(folder_enter(state), 0);
    assert_non_null(leaves);
    assert_int_equal(mkdir("log", 0700), 0);
    assert_int_equal(tiles_open(&tiles, "log", &fault), FRANK_OK);
    for (uint32_t i = 0; i < LEAVES; i++) {
        merkle_leaf(leaves[i],
                    (struct frank_span){(const uint8_t *)&i, sizeof i});
    }
    assert_int_equal(tiles_append(tiles, 0,
                                  (const uint8_t(*)[MERKLE_HASH_BYTES])leaves,
                                  LEAVES, &fault),
                     FRANK_OK);
    free(leaves);
    (void)crypto_sign_seed_keypair(log_public, log_secret, seed);
    note_vkey(log_key, ORIGIN, log_public);
    return 0;
}

static int drop_log(void **state)
{
    tiles_close(tiles);
    return folder_leave(state);
}

static const struct cosigned *checkpoint_of(uint64_t size)
{
    static struct cosigned out;
    struct note_checkpoint checkpoint = {.size = size};
    struct merkle_range range;
    struct frank_fault fault;

    assert_int_equal(tiles_range(&range, tiles, size, &fault), FRANK_OK);
    merkle_root(checkpoint.root, &range);
    memset(&out, 0, sizeof out);
    out.len = note_sign(out.text, ORIGIN, &checkpoint, log_secret);
    out.size = size;
    return &out;
}

/* ---- One is asked ---------------------------------------------------------
 */

static enum witnesses_result ask(struct witnesses_one *one, uint64_t size,
                                 uint64_t timeout)
{
    const struct witnesses_round round = {.checkpoint = checkpoint_of(size),
                                          .tiles = tiles,
                                          .networks = &loopback,
                                          .timeout = timeout};

    one->line[0] = '\0';
    return witnesses_ask(one, &round);
}

static void an_honest_one_cosigns_what_goes_on(void **state)
{
    struct fake fake;
    struct witnesses_one one = {.who = &fake.as};
    char note[2 * COSIGNED_MAX_BYTES];
    struct frank_fault fault;
    uint64_t time = 0;

    (void)state;
    start(&fake, "w", HONEST);
    for (uint64_t size = 1; size <= LEAVES; size += 37) {
        assert_int_equal(ask(&one, size, 20000), WITNESSES_COSIGNED);
        assert_int_equal(one.size, size);
        (void)snprintf(note, sizeof note, "%s%s", checkpoint_of(size)->text,
                       one.line);
        assert_int_equal(
            cosignature_check(&time, &fake.who, note, strlen(note), &fault),
            FRANK_OK);
    }
    web_stop(fake.web);
}

static void one_that_stands_elsewhere_says_where(void **state)
{
    struct fake fake;
    struct witnesses_one one = {.who = &fake.as};

    (void)state;
    start(&fake, "w", HONEST);
    assert_int_equal(ask(&one, 300, 20000), WITNESSES_COSIGNED);
    one.size = 0; /* as after a start */
    assert_int_equal(ask(&one, 500, 20000), WITNESSES_COSIGNED);
    one.size = 100;
    assert_int_equal(ask(&one, 600, 20000), WITNESSES_COSIGNED);
    assert_int_equal(fake.requests, 5);
    assert_int_equal(ask(&one, 600, 20000), WITNESSES_COSIGNED);
    assert_int_equal(fake.requests, 6);
    web_stop(fake.web);
}

static void one_that_is_behind_another_log_refuses(void **state)
{
    struct fake fake;
    struct witnesses_one one = {.who = &fake.as};

    (void)state;
    start(&fake, "w", HONEST);
    fake.held.size = 100; /* of another root */
    assert_int_equal(ask(&one, 300, 20000), WITNESSES_REFUSED);
    assert_string_equal(one.line, "");
    assert_int_equal(fake.requests, 2);
    web_stop(fake.web);
}

static void what_a_bad_one_says_is_not_taken(void **state)
{
    static const struct {
        enum manner manner;
        enum witnesses_result result;
        unsigned requests;
    } bad[] = {
        {BAD_SIGNATURE, WITNESSES_BAD, 1}, {OTHER_KEY, WITNESSES_BAD, 1},
        {FUTURE, WITNESSES_BAD, 1},        {HUGE_ANSWER, WITNESSES_BAD, 1},
        {GARBAGE, WITNESSES_BAD, 1},       {EMPTY_LINE, WITNESSES_BAD, 1},
        {NOTHING, WITNESSES_BAD, 1},       {UNKNOWN, WITNESSES_REFUSED, 1},
        {LOOPS, WITNESSES_BAD, 3},         {STUCK, WITNESSES_REFUSED, 1},
        {NO_SIZE, WITNESSES_REFUSED, 1},   {AHEAD, WITNESSES_AHEAD, 1},
        {HANGS_UP, WITNESSES_AWAY, 1}};

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(bad); i++) {
        struct fake fake;
        struct witnesses_one one = {.who = &fake.as};

        start(&fake, "w", bad[i].manner);
        assert_int_equal(ask(&one, 300, 20000), bad[i].result);
        assert_string_equal(one.line, "");
        assert_int_equal(fake.requests, bad[i].requests);
        web_stop(fake.web);
    }
}

static void a_silent_one_is_given_up(void **state)
{
    struct fake fake;
    struct witnesses_one one = {.who = &fake.as};

    (void)state;
    start(&fake, "w", SILENT);
    assert_int_equal(ask(&one, 300, 200), WITNESSES_AWAY);
    web_stop(fake.web);
}

static void lines_of_others_are_left_out(void **state)
{
    struct fake fake;
    struct witnesses_one one = {.who = &fake.as};

    (void)state;
    start(&fake, "w", WITH_OTHERS);
    assert_int_equal(ask(&one, 300, 20000), WITNESSES_COSIGNED);
    assert_null(strstr(one.line, "somebody.else"));
    assert_ptr_equal(strchr(one.line, '\n'), one.line + strlen(one.line) - 1);
    web_stop(fake.web);
}

static void a_size_is_read_exactly(void **state)
{
    static const char *const bad[] = {
        "",     "\n",   "5",     "5\n\n", " 5\n",
        "05\n", "-5\n", "5\r\n", "5 6\n", "9223372036854775808\n"};
    uint64_t size = 0;

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(bad); i++) {
        assert_false(witnesses_size_read(&size, support_text(bad[i])));
    }
    assert_true(witnesses_size_read(&size, support_text("0\n")));
    assert_int_equal(size, 0);
    assert_true(
        witnesses_size_read(&size, support_text("9223372036854775807\n")));
    assert_int_equal(size, MERKLE_SIZE_MAX);
}

/* ---- Together -------------------------------------------------------------
 */

static atomic_uint counted[WITNESSES_BAD + 1];
static atomic_uint missed;
static uint64_t timeout_ms = 20000;

static void count(void *context, enum witnesses_result result)
{
    (void)context;
    counted[result]++;
}

static void miss(void *context)
{
    (void)context;
    missed++;
}

static void write_policy(const char *needed, const struct fake *a,
                         const struct fake *b)
{
    char keys[2][NOTE_VKEY_MAX_BYTES];
    char text[2048];

    cosigner_vkey(keys[0], &a->who);
    cosigner_vkey(keys[1], &b->who);
    (void)snprintf(text, sizeof text,
                   "log %s\nwitness a %s %s\nwitness b %s %s\n"
                   "group both %s a b\nquorum both\n",
                   log_key, keys[0], a->url, keys[1], b->url, needed);
    folder_put("policy", text, strlen(text), 0600);
}

static bool opened(struct witnesses **out, const char *networks)
{
    memset(counted, 0, sizeof counted);
    missed = 0;
    return witnesses_open(out,
                          &(struct witnesses_settings){.policy = "policy",
                                                       .ca = "",
                                                       .networks = networks,
                                                       .timeout = timeout_ms,
                                                       .again = 50,
                                                       .asked = count,
                                                       .missing = miss},
                          ORIGIN, log_public, tiles);
}

static struct witnesses *begin(void)
{
    struct witnesses *w = NULL;

    assert_true(opened(&w, "127.0.0.0/8"));
    assert_true(witnesses_start(w));
    return w;
}

static void end(struct witnesses *w, struct fake *a, struct fake *b)
{
    witnesses_stop(w);
    witnesses_stop(w);
    witnesses_free(w);
    web_stop(a->web);
    web_stop(b->web);
}

static const char *taken(struct witnesses *w)
{
    static struct cosigned out;

    while (!witnesses_take(w, &out)) {
        (void)nanosleep(&(struct timespec){0, 5000000}, NULL);
    }
    assert_int_equal(out.len, strlen(out.text));
    return out.text;
}

/* How many of the policy's witnesses have cosigned it. */
static size_t cosigned_by(const char *text, bool *quorum_met)
{
    struct frank_span file = support_file("policy");
    struct policy_verdict verdict;
    struct frank_fault fault;
    struct policy policy;

    assert_int_equal(
        policy_parse(&policy, (const char *)file.data, file.len, &fault),
        FRANK_OK);
    assert_int_equal(
        policy_check(&policy, text, strlen(text), &verdict, &fault), FRANK_OK);
    *quorum_met = verdict.quorum_met;
    policy_free(&policy);
    return verdict.count;
}

static void the_quorum_makes_a_checkpoint_public(void **state)
{
    struct witnesses *w;
    struct cosigned none;
    struct fake a;
    struct fake b;
    bool met = false;

    (void)state;
    start(&a, "a", HONEST);
    start(&b, "b", HONEST);
    write_policy("all", &a, &b);
    w = begin();
    assert_false(witnesses_take(w, &none));
    for (uint64_t size = 64; size <= 320; size += 64) {
        witnesses_submit(w, checkpoint_of(size));
        assert_int_equal(cosigned_by(taken(w), &met), 2);
        assert_true(met);
        assert_false(witnesses_take(w, &none));
    }
    assert_int_equal(counted[WITNESSES_COSIGNED], 10);
    assert_int_equal(missed, 0);
    end(w, &a, &b);
}

static void one_of_two_is_enough_where_the_policy_says_so(void **state)
{
    static const enum manner manners[] = {BAD_SIGNATURE, SILENT, LOOPS,
                                          HUGE_ANSWER};

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(manners); i++) {
        struct witnesses *w;
        struct fake a;
        struct fake b;
        bool met = false;

        start(&a, "a", manners[i]);
        start(&b, "b", HONEST);
        write_policy("any", &a, &b);
        timeout_ms = manners[i] == SILENT ? 500 : 20000;
        w = begin();
        timeout_ms = 20000;
        witnesses_submit(w, checkpoint_of(64));
        assert_int_equal(cosigned_by(taken(w), &met), 1);
        assert_true(met);
        end(w, &a, &b);
    }
}

static void who_is_missing_is_asked_again(void **state)
{
    struct witnesses *w;
    struct cosigned none;
    struct fake a;
    struct fake b;
    bool met = false;

    (void)state;
    start(&a, "a", HONEST);
    start(&b, "b", UNKNOWN);
    write_policy("all", &a, &b);
    w = begin();
    witnesses_submit(w, checkpoint_of(64));
    while (missed < 3) {
        assert_false(witnesses_take(w, &none));
        (void)nanosleep(&(struct timespec){0, 5000000}, NULL);
    }
    assert_int_equal(a.requests, 1); /* who has cosigned is left alone */
    b.manner = HONEST;
    assert_int_equal(cosigned_by(taken(w), &met), 2);
    assert_true(met);
    end(w, &a, &b);
}

static void a_newer_checkpoint_takes_the_place(void **state)
{
    struct witnesses *w;
    struct fake a;
    struct fake b;
    bool met = false;

    (void)state;
    start(&a, "a", HONEST);
    start(&b, "b", UNKNOWN);
    write_policy("all", &a, &b);
    w = begin();
    witnesses_submit(w, checkpoint_of(64));
    while (missed < 1) {
        (void)nanosleep(&(struct timespec){0, 5000000}, NULL);
    }
    witnesses_submit(w, checkpoint_of(128));
    while (a.requests < 2) {
        (void)nanosleep(&(struct timespec){0, 5000000}, NULL);
    }
    b.manner = HONEST;
    assert_int_equal(cosigned_by(taken(w), &met), 2);
    assert_int_equal(b.held.size, 128);
    end(w, &a, &b);
}

static void it_ends_while_somebody_is_silent(void **state)
{
    struct witnesses *w = NULL;
    struct fake a;
    struct fake b;

    (void)state;
    start(&a, "a", SILENT);
    start(&b, "b", SILENT);
    write_policy("all", &a, &b);
    w = begin();
    witnesses_submit(w, checkpoint_of(64));
    while (a.requests == 0) {
        (void)nanosleep(&(struct timespec){0, 5000000}, NULL);
    }
    end(w, &a, &b);
    assert_int_equal(missed, 0);
}

static void private_networks_are_not_reached_unless_named(void **state)
{
    struct witnesses *w = NULL;
    struct fake a;
    struct fake b;

    (void)state;
    start(&a, "a", HONEST);
    start(&b, "b", HONEST);
    write_policy("any", &a, &b);
    assert_true(opened(&w, ""));
    assert_true(witnesses_start(w));
    witnesses_submit(w, checkpoint_of(64));
    while (missed == 0) {
        (void)nanosleep(&(struct timespec){0, 5000000}, NULL);
    }
    assert_int_equal(a.requests + b.requests, 0);
    end(w, &a, &b);
    assert_false(opened(&w, "nonsense"));
}

static void a_policy_that_cannot_be_kept_is_refused(void **state)
{
    static const char *const bad[] = {
        "quorum nobody\n", "witness a %s\nquorum a\n",
        "witness a %s ftp://w.example\nquorum a\n",
        "log %s\nwitness a %s http://w.example\nquorum a\n"};
    char key[NOTE_VKEY_MAX_BYTES];
    char other[NOTE_VKEY_MAX_BYTES];
    struct witnesses *w = NULL;
    char text[1024];
    struct fake a;

    (void)state;
    start(&a, "a", HONEST);
    cosigner_vkey(key, &a.who);
    note_vkey(other, ORIGIN, a.who.public_key);
    for (size_t i = 0; i < SUPPORT_COUNT(bad); i++) {
        char *at;

        (void)snprintf(text, sizeof text, "%s", "");
        for (const char *c = bad[i]; *c != '\0'; c++) {
            at = text + strlen(text);
            if (*c == '%') {
                (void)strcpy(at,
                             strncmp(text, "log ", 4) == 0 && strlen(text) == 4
                                 ? other
                                 : key);
                c++;
            } else {
                at[0] = *c;
                at[1] = '\0';
            }
        }
        folder_put("policy", text, strlen(text), 0600);
        assert_false(opened(&w, ""));
    }
    assert_int_equal(remove("policy"), 0);
    assert_false(opened(&w, ""));
    assert_null(w);
    web_stop(a.web);
    witnesses_stop(NULL);
    witnesses_free(NULL);
}

int main(void)
{
#define WITH_LOG(test) cmocka_unit_test_setup_teardown(test, make_log, drop_log)
    const struct CMUnitTest tests[] = {
        WITH_LOG(an_honest_one_cosigns_what_goes_on),
        WITH_LOG(one_that_stands_elsewhere_says_where),
        WITH_LOG(one_that_is_behind_another_log_refuses),
        WITH_LOG(what_a_bad_one_says_is_not_taken),
        WITH_LOG(a_silent_one_is_given_up),
        WITH_LOG(lines_of_others_are_left_out),
        cmocka_unit_test(a_size_is_read_exactly),
        WITH_LOG(the_quorum_makes_a_checkpoint_public),
        WITH_LOG(one_of_two_is_enough_where_the_policy_says_so),
        WITH_LOG(who_is_missing_is_asked_again),
        WITH_LOG(a_newer_checkpoint_takes_the_place),
        WITH_LOG(it_ends_while_somebody_is_silent),
        WITH_LOG(private_networks_are_not_reached_unless_named),
        WITH_LOG(a_policy_that_cannot_be_kept_is_refused),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    if (sodium_init() < 0 || fetch_start() != FRANK_OK ||
        fetch_networks_parse(&loopback, "127.0.0.0/8", NULL) != FRANK_OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
