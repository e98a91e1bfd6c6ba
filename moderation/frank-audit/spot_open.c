/* SPDX-License-Identifier: Apache-2.0 */
/* The answer to a spot check, case by case, and what that says of all. */
#include "commands.h"
#include "load.h"
#include "quorum_public.h"
#include "spot_commands.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_MAX_BYTES ((size_t)128 << 20)
#define CASES_MAX ((size_t)2 * SPOT_COUNT_MAX)

typedef uint8_t case_name[SPOT_CASE_BYTES];

/* ---- What is in the answer
 * ------------------------------------------------------------ */

struct opening_work {
    const struct spot_wish *wish;
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

/* ---- Case by case
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
    if (w->wish->given[SPOT_JSON] != NULL) {
        line = json_object();
        io_json_set(line, "case", json_string(hex));
        io_json_set(line, "standing", json_string(standing));
        io_json_set(line, "holds", json_boolean(found->standing == SPOT_HOLDS));
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
        (void)printf(", %zu %s", found->messages,
                     found->messages == 1 ? "message matches"
                                          : "messages match");
    }
    if (found->not_shown > 0) {
        (void)printf(", %" PRIu64 " %s not shown", found->not_shown,
                     found->not_shown == 1 ? "is" : "are");
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

/* ---- What that says
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
    char root[2 * SPOT_ROOT_BYTES + 1];
    json_t *line;

    if (w->wish->given[SPOT_JSON] != NULL) {
        line = json_object();
        io_json_set(line, "size", json_integer((json_int_t)w->walk.size));
        io_json_set(line, "root",
                    io_json_hex(w->walk.root, sizeof w->walk.root));
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
    (void)sodium_bin2hex(root, sizeof root, w->walk.root, sizeof w->walk.root);
    (void)printf("by the first %" PRIu64
                 " entries, root %s, %zu %s been opened "
                 "and not purged\n",
                 w->walk.size, root, all, all == 1 ? "case had" : "cases had");
    (void)printf("%zu sampled: %zu hold, %zu failed, %zu purged since\n", n,
                 w->held, w->failed, w->gone);
    (void)printf("with 95 %% confidence at most %.1f %% of all %zu would fail "
                 "(%" PRIu64 "), with 99 %% at most %.1f %% (%" PRIu64 ")\n",
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
    if (code == EXIT_DONE && w->wish->given[SPOT_HUB_PUBLIC] != NULL) {
        code = load_hub_public(&w->hub, w->wish->given[SPOT_HUB_PUBLIC]);
        w->pins.hub = &w->hub;
    }
    return code;
}

static int open_answer(struct opening_work *w, const struct log_trust *trust,
                       const char *name)
{
    int code = load_pins(w, trust);

    if (code == EXIT_DONE) {
        code =
            spot_key_load(w->public_key, w->secret, w->wish->given[SPOT_KEY]);
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
        code = spot_walk_log(&w->walk, w->wish, trust);
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

static int open_with(struct opening_work *w, const char *name)
{
    struct log_trust trust;
    int code = log_trust_read(&trust, w->wish->given[SPOT_MOD_KEY],
                              w->wish->given[SPOT_POLICY]);

    if (code == EXIT_DONE) {
        code = open_answer(w, &trust, name);
    }
    log_trust_free(&trust);
    return code;
}

int spot_open_command(const struct command *self, int argc, char **argv)
{
    struct opening_work *w;
    struct spot_wish wish;
    int code = spot_wish_read(&wish, self, argc, argv, true);

    if (code != EXIT_DONE) {
        return code;
    }
    w = calloc(1, sizeof *w);
    if (w == NULL) {
        return io_say(EXIT_TROUBLE, "out of memory");
    }
    w->wish = &wish;
    w->names = calloc(CASES_MAX, sizeof *w->names);
    code = w->names != NULL ? open_with(w, argv[optind])
                            : io_say(EXIT_TROUBLE, "out of memory");
    spot_walk_free(&w->walk);
    io_free(&w->bytes);
    free(w->names);
    sodium_memzero(w, sizeof *w);
    free(w);
    return code;
}
