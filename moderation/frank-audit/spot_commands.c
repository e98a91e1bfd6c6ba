/* SPDX-License-Identifier: Apache-2.0 */
/* Spot checks from the auditor's side: his key, the sample, the answer. */
#include "spot_commands.h"

#include "commands.h"
#include "log_source.h"
#include "secret_file.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

int spot_key_load(uint8_t public_key[static SPOT_KEY_BYTES],
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
    int code = spot_key_load(public_key, secret, path);

    sodium_memzero(secret, sizeof secret);
    if (code == EXIT_DONE) {
        (void)puts(
            sodium_bin2hex(hex, sizeof hex, public_key, sizeof public_key));
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

static const struct option options[] = {
    [SPOT_MOD] = {"mod", required_argument, NULL, SPOT_MOD},
    [SPOT_MOD_KEY] = {"mod-key", required_argument, NULL, SPOT_MOD_KEY},
    [SPOT_POLICY] = {"policy", required_argument, NULL, SPOT_POLICY},
    [SPOT_TOKEN] = {"token", required_argument, NULL, SPOT_TOKEN},
    [SPOT_CA] = {"ca", required_argument, NULL, SPOT_CA},
    [SPOT_CHECKPOINT] = {"checkpoint", required_argument, NULL,
                         SPOT_CHECKPOINT},
    [SPOT_BEACON] = {"beacon", required_argument, NULL, SPOT_BEACON},
    [SPOT_COUNT] = {"count", required_argument, NULL, SPOT_COUNT},
    [SPOT_KEY] = {"key", required_argument, NULL, SPOT_KEY},
    [SPOT_HUB_PUBLIC] = {"hub-public", required_argument, NULL,
                         SPOT_HUB_PUBLIC},
    [SPOT_JSON] = {"json", no_argument, NULL, SPOT_JSON},
    [SPOT_QUORUM] = {"quorum", required_argument, NULL, SPOT_QUORUM},
    {NULL, 0, NULL, 0}};

int spot_wish_read(struct spot_wish *out, const struct command *self, int argc,
                   char **argv, bool opens)
{
    int which;

    memset(out, 0, sizeof *out);
    while ((which = command_option(self, argc, argv, options)) != -1) {
        if (which == '?') {
            return EXIT_USAGE;
        }
        if (which == SPOT_QUORUM && out->quorum_count < BUNDLE_QUORUMS_MAX) {
            out->quorums[out->quorum_count++] = optarg;
        }
        out->given[which] = optarg != NULL ? optarg : "";
    }
    if (out->given[SPOT_MOD] == NULL || out->given[SPOT_MOD_KEY] == NULL ||
        out->given[SPOT_CHECKPOINT] == NULL ||
        out->given[SPOT_BEACON] == NULL || out->given[SPOT_COUNT] == NULL) {
        return command_usage(self, "--mod, --mod-key, --checkpoint, "
                                   "--beacon and --count are needed");
    }
    if (argc - optind != (opens ? 1 : 0) ||
        (opens && out->given[SPOT_KEY] == NULL)) {
        return command_usage(self, opens ? "--key and an answer are needed"
                                         : "too many arguments");
    }
    if (opens &&
        (out->given[SPOT_HUB_PUBLIC] == NULL || out->quorum_count == 0)) {
        return command_usage(self, "--hub-public and --quorum are needed: the "
                                   "keys in an answer are the moderators' own");
    }
    return io_number(&out->count, out->given[SPOT_COUNT], SPOT_COUNT_MAX,
                     "count")
               ? EXIT_DONE
               : EXIT_USAGE;
}

/* ---- The log
 * ----------------------------------------------------------------------------
 */

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

/* What was fixed before the beacon: whoever runs the log could make its end
 * anew until the sample suits him, and sign that. */
static int read_checkpoint(struct note_checkpoint *out, const char *file,
                           const struct note_key *key)
{
    struct frank_fault fault;
    struct blob note = {0};
    int code = io_read(&note, file, NOTE_READ_MAX_BYTES);

    if (code == EXIT_DONE &&
        note_open(out, (const char *)note.data, note.len, key->name,
                  key->public_key, &fault) != FRANK_OK) {
        code = io_fault(file, &fault);
    }
    io_free(&note);
    return code;
}

/* At the end: whether the log goes on from it. */
static int check_root(const struct spot_walk *walk,
                      const struct note_checkpoint *fixed)
{
    struct frank_fault fault;

    if (spot_walk_end((struct spot_walk *)walk, &fault) != FRANK_OK) {
        return io_say(EXIT_REFUSED,
                      "the log has %" PRIu64
                      " entries, fewer than --checkpoint",
                      walk->range.size);
    }
    return memcmp(walk->root, fixed->root, sizeof fixed->root) == 0
               ? EXIT_DONE
               : io_say(EXIT_REFUSED,
                        "the log does not go on from --checkpoint: its first "
                        "%" PRIu64 " entries have another root now. Both are "
                        "signed, which proves it: keep both",
                        fixed->size);
}

/* Reads the whole log with its entries, which is checked meanwhile. */
static int walk_log(struct spot_walk *walk, const struct spot_wish *wish,
                    const struct log_trust *trust,
                    const struct note_checkpoint *fixed)
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
    int code = log_source_open(&source, wish->given[SPOT_MOD],
                               wish->given[SPOT_TOKEN], wish->given[SPOT_CA]);

    ask.read_context = &source;
    if (code == EXIT_DONE) {
        log_source_for(&source, ask.policy);
        error = log_client_check(&result, &ask, &fault);
        code = error != FRANK_OK ? walk_trouble(&result, &fault, error)
                                 : check_root(walk, fixed);
    }
    log_source_close(&source);
    return code;
}

int spot_walk_log(struct spot_walk *walk, const struct spot_wish *wish,
                  const struct log_trust *trust)
{
    struct note_checkpoint fixed;
    struct frank_fault fault;
    int code = read_checkpoint(&fixed, wish->given[SPOT_CHECKPOINT],
                               log_trust_key(trust));

    if (code != EXIT_DONE) {
        return code;
    }
    walk->size = fixed.size;
    walk->wanted = (size_t)wish->count;
    walk->beacon = io_span(wish->given[SPOT_BEACON]);
    if (walk->beacon.len == 0 || walk->beacon.len > SPOT_BEACON_MAX_BYTES ||
        fixed.size == 0) {
        return io_say(EXIT_USAGE, "--beacon has 1 to 256 bytes, and "
                                  "--checkpoint is of some entries");
    }
    if (spot_walk_begin(walk, &fault) != FRANK_OK) {
        return io_fault("sample", &fault);
    }
    return walk_log(walk, wish, trust, &fixed);
}

/* ---- sample
 * -------------------------------------------------------------------------------
 */

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
        (void)puts(sodium_bin2hex(hex, sizeof hex, walk->sample[i],
                                  sizeof(case_name)));
    }
    return io_finish(EXIT_DONE);
}

int spot_sample_command(const struct command *self, int argc, char **argv)
{
    struct spot_walk walk = {0};
    struct log_trust trust;
    struct spot_wish wish;
    int code = spot_wish_read(&wish, self, argc, argv, false);

    if (code != EXIT_DONE) {
        return code;
    }
    code = log_trust_read(&trust, wish.given[SPOT_MOD_KEY],
                          wish.given[SPOT_POLICY]);
    if (code == EXIT_DONE) {
        code = spot_walk_log(&walk, &wish, &trust);
    }
    if (code == EXIT_DONE) {
        code = put_sample(&walk, wish.given[SPOT_JSON] != NULL);
    }
    spot_walk_free(&walk);
    log_trust_free(&trust);
    return code;
}
