/* SPDX-License-Identifier: Apache-2.0 */
/* A log, from a folder or from a service, checked from what is remembered. */
#include "commands.h"
#include "log_argument.h"
#include "log_source.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void show_progress(void *context, uint64_t done, uint64_t of)
{
    (void)context;
    if (isatty(STDERR_FILENO) == 1) {
        (void)fprintf(stderr, "\r%3u %% of %" PRIu64 " entries",
                      (unsigned)(100.0 * (double)done / (double)of), of);
    }
}

static void clear_progress(void)
{
    if (isatty(STDERR_FILENO) == 1) {
        (void)fputs("\r\033[K", stderr);
    }
}

/* ---- Results --------------------------------------------------------------
 */

static json_t *witnesses_json(const struct policy *policy,
                              const struct policy_verdict *verdict)
{
    json_t *list = json_array();

    for (size_t i = 0; i < policy_witness_count(policy); i++) {
        if (verdict->cosigned[i]) {
            json_t *one = json_object();

            io_json_set(one, "name",
                        io_json_text(io_span(policy_witness(policy, i)->name)));
            io_json_set(one, "time",
                        json_integer((json_int_t)verdict->times[i]));
            io_json_append(list, one);
        }
    }
    return list;
}

/* One line, whatever was found. */
static int put_json(const struct log_ask *ask, const struct log_result *r)
{
    json_t *line = json_object();

    io_json_set(line, "finding", json_string(log_finding_name(r->finding)));
    io_json_set(line, "origin", json_string(r->origin));
    io_json_set(line, "size", json_integer((json_int_t)r->checkpoint.size));
    io_json_set(line, "root",
                io_json_hex(r->checkpoint.root, sizeof r->checkpoint.root));
    if (r->remembers) {
        io_json_set(line, "from", json_integer((json_int_t)r->remembered.size));
    }
    io_json_set(line, "hashes", json_integer((json_int_t)r->hashes));
    if (ask->entries) {
        io_json_set(line, "entries", json_integer((json_int_t)r->entries));
    }
    if (ask->policy != NULL) {
        io_json_set(line, "cosigned", witnesses_json(ask->policy, &r->verdict));
    }
    if (r->finding != LOG_HOLDS) {
        io_json_set(line, "where", json_string(r->where));
        io_json_set(line, "first", json_integer((json_int_t)r->first));
        io_json_set(line, "end", json_integer((json_int_t)r->end));
    }
    return io_put_json(line);
}

static int put_holds(const struct log_ask *ask, const struct log_result *r)
{
    char root[2 * MERKLE_HASH_BYTES + 1];

    (void)sodium_bin2hex(root, sizeof root, r->checkpoint.root,
                         sizeof r->checkpoint.root);
    (void)printf("%s holds: %" PRIu64 " entries make the root that was "
                 "signed\n  root %s\n",
                 r->origin, r->checkpoint.size, root);
    if (r->remembers) {
        (void)printf("  goes on from the %" PRIu64 " entries that were seen: "
                     "%" PRIu64 " new hashes checked\n",
                     r->remembered.size, r->hashes);
    }
    if (ask->entries) {
        (void)printf("  %" PRIu64 " entries read, each has its hash\n",
                     r->entries);
    } else {
        (void)printf("  hashes alone: what the entries say was not read\n");
    }
    if (ask->policy != NULL && policy_needs_witnesses(ask->policy)) {
        (void)printf("  cosigned by %zu of the policy's %zu witnesses, which "
                     "is the quorum\n",
                     r->verdict.count, policy_witness_count(ask->policy));
    }
    return io_finish(EXIT_DONE);
}

/* ---- The check ------------------------------------------------------------
 */

static int refused(const struct log_result *result,
                   const struct frank_fault *fault)
{
    char text[LOG_TEXT_BYTES];
    char why[FRANK_FAULT_TEXT_BYTES];

    log_result_text(text, result);
    frank_fault_text(why, sizeof why, fault);
    return io_say(EXIT_REFUSED, "%s%s%s", text,
                  result->finding == LOG_UNSIGNED ? ": " : "",
                  result->finding == LOG_UNSIGNED ? why : "");
}

/* Of what was read, log_source_read() said what is wrong. */
static int trouble(const struct log_ask *ask, const struct log_result *result,
                   const struct frank_fault *fault)
{
    if (strcmp(result->where, "state") == 0) {
        (void)io_key_fault(ask->state, fault);
    } else if (fault->error == FRANK_ERR_MISSING) {
        (void)io_say(EXIT_TROUBLE, "there is no checkpoint");
    } else if (fault->error == FRANK_ERR_MEMORY) {
        (void)io_say(EXIT_TROUBLE, "out of memory");
    }
    return EXIT_TROUBLE;
}

static int check(struct log_ask *ask, bool json)
{
    struct frank_fault fault = {.error = FRANK_OK};
    struct log_result result;
    int error;

    ask->progress = show_progress;
    error = log_client_check(&result, ask, &fault);
    clear_progress();
    if (error == FRANK_OK) {
        return json ? put_json(ask, &result) : put_holds(ask, &result);
    }
    if (error != FRANK_ERR_PROOF) {
        return trouble(ask, &result, &fault);
    }
    if (json && put_json(ask, &result) != EXIT_DONE) {
        return EXIT_TROUBLE;
    }
    return refused(&result, &fault);
}

enum { KEY, POLICY, STATE, ENTRIES, TOKEN, CA, AS_JSON, OPTIONS };
static const struct option options[] = {
    [KEY] = {"key", required_argument, NULL, KEY},
    [POLICY] = {"policy", required_argument, NULL, POLICY},
    [STATE] = {"state", required_argument, NULL, STATE},
    [ENTRIES] = {"entries", no_argument, NULL, ENTRIES},
    [TOKEN] = {"token", required_argument, NULL, TOKEN},
    [CA] = {"ca", required_argument, NULL, CA},
    [AS_JSON] = {"json", no_argument, NULL, AS_JSON},
    {NULL, 0, NULL, 0}};

static int run(const char *const given[OPTIONS], const char *place)
{
    struct log_ask ask = {.state = given[STATE],
                          .entries = given[ENTRIES] != NULL,
                          .entries_from = LOG_ENTRIES_NEW,
                          .read = log_source_read};
    struct log_trust trust;
    struct log_source source;
    int code = log_trust_read(&trust, given[KEY], given[POLICY]);

    ask.key = log_trust_key(&trust);
    ask.policy = log_trust_policy(&trust);
    if (code == EXIT_DONE && ask.key == NULL &&
        policy_log_count(ask.policy) == 0) {
        code = io_say(EXIT_USAGE, "the policy names no log: --key too");
    }
    if (code == EXIT_DONE) {
        code = log_source_open(&source, place, given[TOKEN], given[CA]);
        ask.read_context = &source;
        if (code == EXIT_DONE) {
            log_source_for(&source, ask.policy);
            code = check(&ask, given[AS_JSON] != NULL);
        }
        log_source_close(&source);
    }
    log_trust_free(&trust);
    return code;
}

int log_command(const struct command *self, int argc, char **argv)
{
    const char *given[OPTIONS] = {NULL};
    int option;

    while ((option = command_option(self, argc, argv, options)) != -1) {
        if (option == '?') {
            return EXIT_USAGE;
        }
        given[option] = optarg != NULL ? optarg : "";
    }
    if ((given[KEY] == NULL && given[POLICY] == NULL) || argc - optind != 1) {
        return command_usage(self, "a key or a policy, and a log are needed");
    }
    return run(given, argv[optind]);
}
