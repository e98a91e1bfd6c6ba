/* SPDX-License-Identifier: Apache-2.0 */
/* Spot checks from the auditor's side: his key, the sample, the answer. */
#include "commands.h"
#include "load.h"
#include "log_argument.h"
#include "log_source.h"
#include "quorum_public.h"
#include "secret_file.h"
#include "spot_case.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_MAX_BYTES ((size_t)128 << 20)
#define NUMBER_MAX UINT64_C(999999999999999)
#define CASES_MAX ((size_t)2 * SPOT_COUNT_MAX)

typedef uint8_t case_name[SPOT_CASE_BYTES];

/* ---- The key
 * ------------------------------------------------------------------------- */

static int key_init(const char *path)
{
    uint8_t public_key[SPOT_KEY_BYTES];
    uint8_t secret[SPOT_KEY_BYTES];
    char line[2 * SPOT_KEY_BYTES + 2];
    struct frank_fault fault;
    int code = EXIT_DONE;

    (void)crypto_box_keypair(public_key, secret);
    (void)sodium_bin2hex(line, sizeof line, secret, sizeof secret);
    line[sizeof line - 2] = '\n';
    if (secret_file_create(path, (const uint8_t *)line, sizeof line - 1,
                           &fault) != FRANK_OK) {
        code = io_key_fault(path, &fault);
    }
    sodium_memzero(secret, sizeof secret);
    sodium_memzero(line, sizeof line);
    return code;
}

static int load_key(uint8_t public_key[static SPOT_KEY_BYTES],
                    uint8_t secret[static SPOT_KEY_BYTES], const char *path)
{
    struct frank_fault fault;

    if (secret_file_key(secret, path, &fault) != FRANK_OK) {
        return io_key_fault(path, &fault);
    }
    return crypto_scalarmult_base(public_key, secret) == 0
               ? EXIT_DONE
               : io_say(EXIT_TROUBLE, "%s: not a key", path);
}

static int key_public(const char *path)
{
    uint8_t public_key[SPOT_KEY_BYTES];
    uint8_t secret[SPOT_KEY_BYTES];
    char hex[2 * SPOT_KEY_BYTES + 1];
    int code = load_key(public_key, secret, path);

    sodium_memzero(secret, sizeof secret);
    if (code == EXIT_DONE) {
        (void)puts(sodium_bin2hex(hex, sizeof hex, public_key,
                                  sizeof public_key));
        code = io_finish(code);
    }
    return code;
}

int spot_key_command(const struct command *self, int argc, char **argv)
{
    static const struct option none[] = {{NULL, 0, NULL, 0}};

    if (command_option(self, argc, argv, none) != -1) {
        return EXIT_USAGE;
    }
    if (argc - optind == 2 && strcmp(argv[optind], "init") == 0) {
        return key_init(argv[optind + 1]);
    }
    if (argc - optind == 2 && strcmp(argv[optind], "public") == 0) {
        return key_public(argv[optind + 1]);
    }
    return command_usage(self, "init or public, and a file are needed");
}

/* ---- What is asked
 * -------------------------------------------------------------------- */

enum {
    MOD,
    MOD_KEY,
    POLICY,
    TOKEN,
    CA,
    SIZE,
    BEACON,
    COUNT,
    KEY,
    HUB_PUBLIC,
    AS_JSON,
    QUORUM,
    OPTIONS
};
static const struct option options[] = {
    [MOD] = {"mod", required_argument, NULL, MOD},
    [MOD_KEY] = {"mod-key", required_argument, NULL, MOD_KEY},
    [POLICY] = {"policy", required_argument, NULL, POLICY},
    [TOKEN] = {"token", required_argument, NULL, TOKEN},
    [CA] = {"ca", required_argument, NULL, CA},
    [SIZE] = {"size", required_argument, NULL, SIZE},
    [BEACON] = {"beacon", required_argument, NULL, BEACON},
    [COUNT] = {"count", required_argument, NULL, COUNT},
    [KEY] = {"key", required_argument, NULL, KEY},
    [HUB_PUBLIC] = {"hub-public", required_argument, NULL, HUB_PUBLIC},
    [AS_JSON] = {"json", no_argument, NULL, AS_JSON},
    [QUORUM] = {"quorum", required_argument, NULL, QUORUM},
    {NULL, 0, NULL, 0}};

struct wish {
    const char *given[OPTIONS];
    const char *quorums[BUNDLE_QUORUMS_MAX];
    size_t quorum_count;
    uint64_t size;
    uint64_t count;
};

static int read_wish(struct wish *out, const struct command *self, int argc,
                     char **argv, bool opens)
{
    int which;

    memset(out, 0, sizeof *out);
    while ((which = command_option(self, argc, argv, options)) != -1) {
        if (which == '?') {
            return EXIT_USAGE;
        }
        if (which == QUORUM && out->quorum_count < BUNDLE_QUORUMS_MAX) {
            out->quorums[out->quorum_count++] = optarg;
        }
        out->given[which] = optarg != NULL ? optarg : "";
    }
    if (out->given[MOD] == NULL || out->given[MOD_KEY] == NULL ||
        out->given[SIZE] == NULL || out->given[BEACON] == NULL ||
        out->given[COUNT] == NULL) {
        return command_usage(self, "--mod, --mod-key, --size, --beacon and "
                                   "--count are needed");
    }
    if (argc - optind != (opens ? 1 : 0) ||
        (opens && out->given[KEY] == NULL)) {
        return command_usage(self, opens ? "--key and an answer are needed"
                                         : "too many arguments");
    }
    return io_number(&out->size, out->given[SIZE], NUMBER_MAX, "size") &&
                   io_number(&out->count, out->given[COUNT], SPOT_COUNT_MAX,
                             "count")
               ? EXIT_DONE
               : EXIT_USAGE;
}

/* ---- The log
 * ---------------------------------------------------------------------------- */

static int walk_trouble(const struct log_result *result,
                        const struct frank_fault *fault, int error)
{
    char text[LOG_TEXT_BYTES];

    if (error == FRANK_ERR_PROOF) {
        log_result_text(text, result);
        return io_say(EXIT_REFUSED, "%s", text);
    }
    if (error == FRANK_ERR_JSON || error == FRANK_ERR_VALUE ||
        error == FRANK_ERR_MISSING) {
        return io_say(EXIT_REFUSED, "%s: an entry that is none: %s",
                      result->where, frank_strerror(error));
    }
    return fault->error == FRANK_ERR_MEMORY
               ? io_say(EXIT_TROUBLE, "out of memory")
               : EXIT_TROUBLE; /* log_source_read() said what is wrong */
}

/* Reads the whole log with its entries, which is checked meanwhile. */
static int walk_log(struct spot_walk *walk, const struct wish *wish,
                    const struct log_trust *trust)
{
    struct log_ask ask = {.key = log_trust_key(trust),
                          .policy = log_trust_policy(trust),
                          .entries = true,
                          .entry = spot_walk_entry,
                          .entry_context = walk,
                          .read = log_source_read};
    struct frank_fault fault = {.error = FRANK_OK};
    struct log_result result;
    struct log_source source;
    int error;
    int code = log_source_open(&source, wish->given[MOD], wish->given[TOKEN],
                               wish->given[CA]);

    ask.read_context = &source;
    if (code == EXIT_DONE) {
        error = log_client_check(&result, &ask, &fault);
        if (error != FRANK_OK) {
            code = walk_trouble(&result, &fault, error);
        } else if (spot_walk_end(walk, &fault) != FRANK_OK) {
            code = io_say(EXIT_REFUSED,
                          "the log has %" PRIu64 " entries, fewer than --size",
                          walk->range.size);
        }
    }
    log_source_close(&source);
    return code;
}

static int sample_with(struct spot_walk *walk, const struct wish *wish,
                       const struct log_trust *trust)
{
    struct frank_fault fault;

    walk->size = wish->size;
    walk->wanted = (size_t)wish->count;
    walk->beacon = io_span(wish->given[BEACON]);
    if (walk->beacon.len == 0 || walk->beacon.len > SPOT_BEACON_MAX_BYTES ||
        wish->size == 0) {
        return io_say(EXIT_USAGE, "--beacon has 1 to 256 bytes, --size is not "
                                  "0");
    }
    if (spot_walk_begin(walk, &fault) != FRANK_OK) {
        return io_fault("sample", &fault);
    }
    return walk_log(walk, wish, trust);
}

/* ---- sample
 * ------------------------------------------------------------------------------- */

static json_t *names_json(const struct spot_walk *walk)
{
    json_t *names = json_array();

    for (size_t i = 0; i < walk->count; i++) {
        io_json_append(names, io_json_hex(walk->sample[i], sizeof(case_name)));
    }
    return names;
}

static int put_sample(const struct spot_walk *walk, bool json)
{
    char hex[2 * SPOT_ROOT_BYTES + 1];
    json_t *line;

    if (json) {
        line = json_object();
        io_json_set(line, "size", json_integer((json_int_t)walk->size));
        io_json_set(line, "root", io_json_hex(walk->root, sizeof walk->root));
        io_json_set(line, "population",
                    json_integer((json_int_t)walk->population_size));
        io_json_set(line, "cases", names_json(walk));
        return io_put_json(line);
    }
    (void)sodium_bin2hex(hex, sizeof hex, walk->root, sizeof walk->root);
    (void)printf("%zu of %zu opened cases, of the first %" PRIu64
                 " entries, root %s:\n",
                 walk->count, walk->population_size, walk->size, hex);
    for (size_t i = 0; i < walk->count; i++) {
        (void)puts(
            sodium_bin2hex(hex, sizeof hex, walk->sample[i], sizeof(case_name)));
    }
    return io_finish(EXIT_DONE);
}

int spot_sample_command(const struct command *self, int argc, char **argv)
{
    struct spot_walk walk = {0};
    struct log_trust trust;
    struct wish wish;
    int code = read_wish(&wish, self, argc, argv, false);

    if (code != EXIT_DONE) {
        return code;
    }
    code = log_trust_read(&trust, wish.given[MOD_KEY], wish.given[POLICY]);
    if (code == EXIT_DONE) {
        code = sample_with(&walk, &wish, &trust);
    }
    if (code == EXIT_DONE) {
        code = put_sample(&walk, wish.given[AS_JSON] != NULL);
    }
    spot_walk_free(&walk);
    log_trust_free(&trust);
    return code;
}

/* ---- open: what is in the answer
 * ------------------------------------------------------------ */

struct opening_work {
    const struct wish *wish;
    uint8_t public_key[SPOT_KEY_BYTES];
    uint8_t secret[SPOT_KEY_BYTES];
    struct blob bytes;
    struct spot_opener opener;
    struct spot_head head;
    struct spot_walk walk;
    case_name *names; /* as they were answered */
    size_t count;
    struct spot_root roots[SPOT_ROOTS_MAX];
    size_t root_count;
    struct hub_public hub;
    struct frank_quorum quorums[BUNDLE_QUORUMS_MAX];
    struct bundle_pins pins;
    size_t held;
    size_t gone;
    size_t failed;
    size_t strange; /* that nobody asked for, or twice */
};

static int begin(struct opening_work *w, const char *name)
{
    struct frank_fault fault;

    return spot_open_begin(&w->opener, &w->head, io_blob_span(&w->bytes),
                           w->public_key, w->secret, &fault) == FRANK_OK
               ? EXIT_DONE
               : io_fault(name, &fault);
}

/* The checkpoint that a bundle goes by, to be compared with the log. */
static void note_root(struct opening_work *w, const struct spot_case *one)
{
    struct bundle_file *file = NULL;
    struct bundle_check *check = NULL;

    if (w->root_count < SPOT_ROOTS_MAX &&
        bundle_decode(&file, one->bundle, one->len, NULL) == FRANK_OK &&
        bundle_check(&check, file, &w->pins) == FRANK_OK &&
        check->moderation.is_signed) {
        struct spot_root root = {.size = check->moderation.checkpoint.size};
        bool known = false;

        memcpy(root.root, check->moderation.checkpoint.root, sizeof root.root);
        for (size_t i = 0; i < w->root_count; i++) {
            known = known || (w->roots[i].size == root.size &&
                              memcmp(w->roots[i].root, root.root,
                                     sizeof root.root) == 0);
        }
        if (!known) {
            w->roots[w->root_count++] = root;
        }
    }
    bundle_check_free(check);
    bundle_free(file);
}

/* First which cases there are; the log is read with these in mind. */
static int list_cases(struct opening_work *w, const char *name)
{
    struct frank_fault fault;
    struct spot_case one;
    bool more = true;
    int code = begin(w, name);

    while (code == EXIT_DONE && more) {
        if (spot_open_next(&w->opener, &more, &one, &fault) != FRANK_OK) {
            code = io_fault(name, &fault);
        } else if (more && w->count == CASES_MAX) {
            code = io_say(EXIT_REFUSED, "%s: too many cases", name);
        } else if (more) {
            memcpy(w->names[w->count++], one.name, sizeof one.name);
            note_root(w, &one);
        }
        spot_case_free(&one);
    }
    spot_open_wipe(&w->opener);
    return code;
}

/* ---- open: case by case
 * ---------------------------------------------------------------------- */

static bool is_sampled(const struct spot_walk *walk, const uint8_t *name)
{
    for (size_t i = 0; i < walk->count; i++) {
        if (memcmp(walk->sample[i], name, sizeof(case_name)) == 0) {
            return true;
        }
    }
    return false;
}

/* Where a case was answered first; count: nowhere. */
static size_t place_of(const struct opening_work *w, const uint8_t *name)
{
    size_t i = 0;

    while (i < w->count && memcmp(w->names[i], name, sizeof(case_name)) != 0) {
        i++;
    }
    return i;
}

static void put_found(const struct opening_work *w, const uint8_t *name,
                      const struct spot_case_found *found, const char *standing)
{
    char hex[2 * SPOT_CASE_BYTES + 1];
    json_t *line;

    (void)sodium_bin2hex(hex, sizeof hex, name, sizeof(case_name));
    if (w->wish->given[AS_JSON] != NULL) {
        line = json_object();
        io_json_set(line, "case", json_string(hex));
        io_json_set(line, "standing", json_string(standing));
        io_json_set(line, "holds",
                    json_boolean(found->standing == SPOT_HOLDS));
        io_json_set(line, "messages",
                    json_integer((json_int_t)found->messages));
        io_json_set(line, "not_shown",
                    json_integer((json_int_t)found->not_shown));
        io_json_set(line, "why", io_json_text(io_span(found->why)));
        (void)io_put_json(line);
        return;
    }
    (void)printf("case %s: %s", hex, standing);
    if (found->standing == SPOT_HOLDS) {
        (void)printf(", %zu messages match", found->messages);
    }
    if (found->not_shown > 0) {
        (void)printf(", %" PRIu64 " are not shown", found->not_shown);
    }
    if (found->why[0] != '\0') {
        (void)printf(": ");
        io_put_text(stdout, io_span(found->why));
    }
    (void)putchar('\n');
}

static void judge(struct opening_work *w, const struct spot_case *one,
                  size_t number)
{
    struct spot_case_found found = {.standing = SPOT_FAILS_ANSWER};
    size_t at = place_of(w, one->name);

    if (!is_sampled(&w->walk, one->name) || at != number) {
        w->strange++;
        put_found(w, one->name, &found,
                  at != number ? "answered twice" : "not in the sample");
        return;
    }
    spot_case_find(&found, one, at, &w->walk, &w->pins);
    w->held += found.standing == SPOT_HOLDS;
    w->gone += found.standing == SPOT_GONE;
    w->failed += spot_standing_fails(found.standing);
    put_found(w, one->name, &found,
              spot_standing_fails(found.standing)
                  ? "fails"
                  : spot_standing_text(found.standing));
}

static int judge_all(struct opening_work *w, const char *name)
{
    struct frank_fault fault;
    struct spot_case one;
    struct spot_case_found none = {.standing = SPOT_FAILS_ANSWER};
    bool more = true;
    int code = begin(w, name);

    for (size_t number = 0; code == EXIT_DONE && more; number++) {
        if (spot_open_next(&w->opener, &more, &one, &fault) != FRANK_OK) {
            code = io_fault(name, &fault);
        } else if (more) {
            judge(w, &one, number);
        }
        spot_case_free(&one);
    }
    spot_open_wipe(&w->opener);
    for (size_t i = 0; i < w->walk.count && code == EXIT_DONE; i++) {
        if (place_of(w, w->walk.sample[i]) == w->count) {
            w->failed++;
            put_found(w, w->walk.sample[i], &none, "left out of the answer");
        }
    }
    return code;
}

/* ---- open: what that says
 * -------------------------------------------------------------------- */

static double share(uint64_t cases, size_t population)
{
    return population > 0 ? 100.0 * (double)cases / (double)population : 0;
}

static int put_bounds(const struct opening_work *w)
{
    size_t all = w->walk.population_size;
    size_t n = w->walk.count;
    /* Purged ones cannot be checked any more: the worst is supposed. */
    uint64_t at_95 = spot_bound(all, n, w->failed + w->gone, 0.05);
    uint64_t at_99 = spot_bound(all, n, w->failed + w->gone, 0.01);
    json_t *line;

    if (w->wish->given[AS_JSON] != NULL) {
        line = json_object();
        io_json_set(line, "population", json_integer((json_int_t)all));
        io_json_set(line, "sampled", json_integer((json_int_t)n));
        io_json_set(line, "held", json_integer((json_int_t)w->held));
        io_json_set(line, "purged", json_integer((json_int_t)w->gone));
        io_json_set(line, "failed", json_integer((json_int_t)w->failed));
        io_json_set(line, "not_asked_for",
                    json_integer((json_int_t)w->strange));
        io_json_set(line, "at_most_95", json_integer((json_int_t)at_95));
        io_json_set(line, "at_most_99", json_integer((json_int_t)at_99));
        return io_put_json(line);
    }
    (void)printf("%zu cases in the log, %zu sampled: %zu hold, %zu failed, %zu "
                 "purged since\n",
                 all, n, w->held, w->failed, w->gone);
    (void)printf("with 95 %% confidence at most %.1f %% of the %zu cases would "
                 "fail (%" PRIu64 "), with 99 %% at most %.1f %% (%" PRIu64
                 ")\n",
                 share(at_95, all), all, at_95, share(at_99, all), at_99);
    if (w->gone > 0) {
        (void)printf("  the purged ones are counted as failed; left aside: "
                     "%.1f %%, %.1f %%\n",
                     share(spot_bound(all, n - w->gone, w->failed, 0.05), all),
                     share(spot_bound(all, n - w->gone, w->failed, 0.01), all));
    }
    return io_finish(EXIT_DONE);
}

/* What the answer says that it is about. */
static int check_head(const struct opening_work *w, const char *name)
{
    const struct spot_head *h = &w->head;
    const struct spot_walk *walk = &w->walk;
    const char *wrong = NULL;

    if (h->size != walk->size || h->wanted != walk->wanted) {
        wrong = "it answers another size or count";
    } else if (h->beacon.len != walk->beacon.len ||
               memcmp(h->beacon.data, walk->beacon.data, h->beacon.len) != 0) {
        wrong = "it answers another beacon";
    } else if (memcmp(h->root, walk->root, sizeof h->root) != 0) {
        wrong = "it is drawn from another log: its root is another";
    } else if (h->population != walk->population_size) {
        wrong = "it counts other cases than the log has";
    }
    return wrong == NULL ? EXIT_DONE
                         : io_say(EXIT_REFUSED, "%s: %s", name, wrong);
}

static int load_quorums(struct opening_work *w)
{
    int code = EXIT_DONE;

    for (size_t i = 0; i < w->wish->quorum_count && code == EXIT_DONE; i++) {
        struct blob text;
        struct frank_fault fault;

        code = io_read(&text, w->wish->quorums[i], QUORUM_PUBLIC_MAX_BYTES);
        if (code == EXIT_DONE &&
            quorum_public_decode(&w->quorums[i], (const char *)text.data,
                                 text.len, &fault) != FRANK_OK) {
            code = io_key_fault(w->wish->quorums[i], &fault);
        }
        io_free(&text);
    }
    w->pins.quorums = w->quorums;
    w->pins.quorum_count = w->wish->quorum_count;
    return code;
}

static int load_pins(struct opening_work *w, const struct log_trust *trust)
{
    int code = load_quorums(w);

    w->pins.mod_key = log_trust_key(trust);
    w->pins.policy = log_trust_policy(trust);
    if (code == EXIT_DONE && w->wish->given[HUB_PUBLIC] != NULL) {
        code = load_hub_public(&w->hub, w->wish->given[HUB_PUBLIC]);
        w->pins.hub = &w->hub;
    }
    return code;
}

static int open_answer(struct opening_work *w, const struct log_trust *trust,
                       const char *name)
{
    int code = load_pins(w, trust);

    if (code == EXIT_DONE) {
        code = load_key(w->public_key, w->secret, w->wish->given[KEY]);
    }
    if (code == EXIT_DONE) {
        code = io_read(&w->bytes, name, ANSWER_MAX_BYTES);
    }
    if (code == EXIT_DONE) {
        code = list_cases(w, name);
    }
    if (code == EXIT_DONE) {
        w->walk.watched = (const case_name *)w->names;
        w->walk.watched_count = w->count;
        w->walk.roots = w->roots;
        w->walk.root_count = w->root_count;
        code = sample_with(&w->walk, w->wish, trust);
    }
    if (code == EXIT_DONE) {
        code = begin(w, name);
        if (code == EXIT_DONE) {
            code = check_head(w, name);
        }
        spot_open_wipe(&w->opener);
    }
    if (code == EXIT_DONE) {
        code = judge_all(w, name);
    }
    if (code == EXIT_DONE) {
        code = put_bounds(w);
    }
    return code == EXIT_DONE && w->failed + w->strange > 0 ? EXIT_REFUSED
                                                           : code;
}

int spot_open_command(const struct command *self, int argc, char **argv)
{
    struct opening_work *w = calloc(1, sizeof *w);
    struct log_trust trust;
    struct wish wish;
    int code = read_wish(&wish, self, argc, argv, true);

    if (code == EXIT_DONE && w != NULL) {
        w->names = calloc(CASES_MAX, sizeof *w->names);
    }
    if (code == EXIT_DONE && (w == NULL || w->names == NULL)) {
        code = io_say(EXIT_TROUBLE, "out of memory");
    }
    if (code == EXIT_DONE) {
        w->wish = &wish;
        code = log_trust_read(&trust, wish.given[MOD_KEY], wish.given[POLICY]);
        if (code == EXIT_DONE) {
            code = open_answer(w, &trust, argv[optind]);
        }
        log_trust_free(&trust);
    }
    if (w != NULL) {
        spot_walk_free(&w->walk);
        io_free(&w->bytes);
        free(w->names);
        sodium_memzero(w, sizeof *w);
    }
    free(w);
    return code;
}
