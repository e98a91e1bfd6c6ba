/* SPDX-License-Identifier: Apache-2.0 */
/* A holder's own receipts against the log: that each stands there, and that
 * none stands there in his name that he did not give. */
#include "commands.h"
#include "log_follow.h"
#include "rules_arguments.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define OWN_MAX 100000

struct own {
    uint8_t bytes[RECEIPT_BYTES];
    const char *file;
    bool found;
    uint64_t index;
    uint64_t time;
};

struct looking {
    struct own *own; /* sorted by bytes */
    size_t count;
    unsigned holder; /* 0: no name to look for */
    uint8_t quorum_id[FRANK_QUORUM_ID_BYTES];
    struct rules_quorums quorums;
    uint64_t strangers;
    bool json;
};

static int by_bytes(const void *a, const void *b)
{
    return memcmp(((const struct own *)a)->bytes,
                  ((const struct own *)b)->bytes, RECEIPT_BYTES);
}

/* ---- What the log has ------------------------------------------------------
 */

/* Whether it stands in his name; and not in his hand, as he would know. */
static bool is_strange(const struct looking *l, const struct rules_entry *e)
{
    return l->holder != 0 && e->receipt.holder == l->holder &&
           memcmp(e->receipt.quorum_id, l->quorum_id, sizeof l->quorum_id) == 0;
}

static int put_stranger(const struct looking *l, const struct rules_entry *e)
{
    char time[IO_TIME_BYTES];
    char report[2 * FRANK_DIGEST_BYTES + 1];

    (void)sodium_bin2hex(report, sizeof report, e->report, sizeof e->report);
    if (l->json) {
        json_t *line = json_object();

        io_json_set(line, "what", json_string("stranger"));
        io_json_set(line, "entry", json_integer((json_int_t)e->index));
        io_json_set(line, "time", json_integer((json_int_t)e->time));
        io_json_set(line, "report", json_string(report));
        io_json_set(line, "verifies",
                    json_boolean(e->receipt_error == FRANK_OK));
        return io_put_json(line);
    }
    io_time(time, e->time);
    (void)printf("entry %" PRIu64 ", %s: a receipt of holder %u that is none "
                 "of these%s\n  report %s\n",
                 e->index, time, l->holder,
                 e->receipt_error == FRANK_OK ? ": made with his share"
                                              : ", and does not verify",
                 report);
    return EXIT_DONE;
}

static int take_entry(void *context, uint64_t index, struct frank_span text)
{
    struct looking *l = context;
    struct rules_entry entry;
    struct own wanted;
    struct own *found;

    /* Whoever would hide one could write the name with escapes. */
    if (memmem(text.data, text.len, "\"receipt\"", 9) == NULL &&
        memchr(text.data, '\\', text.len) == NULL) {
        return FRANK_OK;
    }
    rules_read(&entry, RULES_MOD, index, text, &l->quorums);
    if (!entry.usable || !entry.has_receipt) {
        return FRANK_OK;
    }
    receipt_encode(wanted.bytes, &entry.receipt);
    found = l->count > 0
                ? bsearch(&wanted, l->own, l->count, sizeof *l->own, by_bytes)
                : NULL;
    if (found != NULL) {
        found->index = found->found ? found->index : index;
        found->time = entry.time;
        found->found = true;
    } else if (is_strange(l, &entry)) {
        l->strangers++;
        return put_stranger(l, &entry) == EXIT_DONE ? FRANK_OK : FRANK_ERR_FILE;
    }
    return FRANK_OK;
}

/* ---- What he has -----------------------------------------------------------
 */

/* A receipt that is given twice would be found once. */
static void drop_twice(struct looking *l)
{
    size_t kept = 0;

    for (size_t i = 0; i < l->count; i++) {
        if (kept == 0 || by_bytes(&l->own[kept - 1], &l->own[i]) != 0) {
            l->own[kept++] = l->own[i];
        }
    }
    l->count = kept;
}

static int load(struct looking *l, char **files, size_t count)
{
    struct receipt receipt;
    struct frank_fault fault;

    l->own = calloc(count > 0 ? count : 1, sizeof *l->own);
    if (l->own == NULL) {
        return io_say(EXIT_TROUBLE, "out of memory");
    }
    for (size_t i = 0; i < count; i++) {
        struct own *own = &l->own[i];
        int code =
            io_read_exactly(own->bytes, RECEIPT_BYTES, files[i], "a receipt");

        own->file = files[i];
        if (code != EXIT_DONE) {
            return code;
        }
        if (receipt_decode(&receipt, own->bytes, RECEIPT_BYTES, &fault) !=
            FRANK_OK) {
            return io_fault(files[i], &fault);
        }
    }
    l->count = count;
    qsort(l->own, count, sizeof *l->own, by_bytes);
    drop_twice(l);
    return EXIT_DONE;
}

static int put_own(const struct looking *l, const struct own *own)
{
    char time[IO_TIME_BYTES];

    if (l->json) {
        json_t *line = json_object();

        io_json_set(line, "what", json_string("receipt"));
        io_json_set(line, "file", io_json_text(io_span(own->file)));
        io_json_set(line, "in_log", json_boolean(own->found));
        if (own->found) {
            io_json_set(line, "entry", json_integer((json_int_t)own->index));
            io_json_set(line, "time", json_integer((json_int_t)own->time));
        }
        return io_put_json(line);
    }
    io_time(time, own->time);
    io_put_text(stdout, io_span(own->file));
    if (own->found) {
        (void)printf(": in the log, entry %" PRIu64 ", %s\n", own->index, time);
    } else {
        (void)printf(": NOT in the log\n");
    }
    return io_finish(EXIT_DONE);
}

static int tell(const struct looking *l)
{
    int code = EXIT_DONE;
    bool all = true;

    for (size_t i = 0; code == EXIT_DONE && i < l->count; i++) {
        code = put_own(l, &l->own[i]);
        all = all && l->own[i].found;
    }
    if (code != EXIT_DONE) {
        return code;
    }
    return io_finish(all && l->strangers == 0 ? EXIT_DONE : EXIT_REFUSED);
}

/* ---- The command -----------------------------------------------------------
 */

enum { MOD, KEY, TOKEN, POLICY, CA, HOLDER, QUORUM, AS_JSON, OPTIONS };
static const struct option options[] = {
    [MOD] = {"mod", required_argument, NULL, MOD},
    [KEY] = {"mod-key", required_argument, NULL, KEY},
    [TOKEN] = {"mod-token", required_argument, NULL, TOKEN},
    [POLICY] = {"policy", required_argument, NULL, POLICY},
    [CA] = {"ca", required_argument, NULL, CA},
    [HOLDER] = {"holder", required_argument, NULL, HOLDER},
    [QUORUM] = {"quorum", required_argument, NULL, QUORUM},
    [AS_JSON] = {"json", no_argument, NULL, AS_JSON},
    {NULL, 0, NULL, 0}};

static int read_holder(struct looking *l, struct frank_quorum *quorum,
                       const char *const given[OPTIONS])
{
    uint64_t holder = 0;
    int code = EXIT_DONE;

    if (given[HOLDER] == NULL) {
        return EXIT_DONE;
    }
    if (!io_number(&holder, given[HOLDER], FRANK_HOLDERS_MAX, "--holder")) {
        return EXIT_USAGE;
    }
    code = rules_read_quorum(quorum, given[QUORUM]);
    if (code == EXIT_DONE && (holder == 0 || holder > quorum->holders)) {
        code = io_say(EXIT_USAGE, "--holder: not one of the quorum's %u",
                      quorum->holders);
    }
    if (code == EXIT_DONE) {
        l->holder = (unsigned)holder;
        l->quorums = (struct rules_quorums){quorum, 1};
        frank_quorum_id(l->quorum_id, quorum);
    }
    return code;
}

int receipts_command(const struct command *self, int argc, char **argv)
{
    const char *given[OPTIONS] = {NULL};
    struct looking l = {.own = NULL};
    struct frank_quorum quorum;
    struct log_result result;
    int option;
    int code;

    while ((option = command_option(self, argc, argv, options)) != -1) {
        if (option == '?') {
            return EXIT_USAGE;
        }
        given[option] = optarg != NULL ? optarg : "";
    }
    if (given[MOD] == NULL || given[KEY] == NULL ||
        (given[HOLDER] == NULL) != (given[QUORUM] == NULL) ||
        (given[HOLDER] == NULL && optind == argc) || argc - optind > OWN_MAX) {
        return command_usage(self, "--mod and --mod-key are needed, and "
                                   "receipts, or --holder with --quorum");
    }
    l.json = given[AS_JSON] != NULL;
    code = read_holder(&l, &quorum, given);
    if (code == EXIT_DONE) {
        code = load(&l, argv + optind, (size_t)(argc - optind));
    }
    if (code == EXIT_DONE) {
        code = log_follow(&result, &(struct log_follow){.name = "mod",
                                                        .place = given[MOD],
                                                        .key = given[KEY],
                                                        .token = given[TOKEN],
                                                        .policy = given[POLICY],
                                                        .ca = given[CA],
                                                        .entry = take_entry,
                                                        .context = &l});
    }
    if (code == EXIT_DONE) {
        code = tell(&l);
    }
    free(l.own);
    return code;
}
