/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "hub_public.h"
#include "io.h"
#include "keyring_file.h"
#include "secret_file.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPT_MASTER_FILE = 1,
    OPT_SEED_FILE,
    OPT_NOT_BEFORE,
    OPT_EPOCH,
    OPT_KEY,
    OPT_JSON
};

static const struct option options[] = {
    {"master-file", required_argument, NULL, OPT_MASTER_FILE},
    {"signature-seed-file", required_argument, NULL, OPT_SEED_FILE},
    {"not-before", required_argument, NULL, OPT_NOT_BEFORE},
    {"epoch", required_argument, NULL, OPT_EPOCH},
    {"key", required_argument, NULL, OPT_KEY},
    {"json", no_argument, NULL, OPT_JSON},
    {NULL, 0, NULL, 0}};

/* What the subcommands are told; secrets live in guarded memory. */
struct arguments {
    const char *file;
    const char *master_file;
    const char *seed_file;
    bool has_not_before;
    uint64_t not_before;
    uint64_t number; /* --epoch or --key */
    bool has_number;
    bool json;
    uint64_t now;
    struct secrets {
        uint8_t master[KEYRING_MASTER_BYTES];
        uint8_t seed[KEYRING_SEED_BYTES];
    } * secrets;
};

static int take_option(struct arguments *out, const struct command *self,
                       int option)
{
    bool good = true;

    switch (option) {
    case OPT_MASTER_FILE:
        out->master_file = optarg;
        break;
    case OPT_SEED_FILE:
        out->seed_file = optarg;
        break;
    case OPT_NOT_BEFORE:
        good = io_number(&out->not_before, optarg, INT64_MAX, "--not-before");
        out->has_not_before = true;
        break;
    case OPT_EPOCH:
    case OPT_KEY:
        good = io_number(&out->number, optarg, UINT32_MAX,
                         option == OPT_KEY ? "--key" : "--epoch");
        out->has_number = true;
        break;
    case OPT_JSON:
        out->json = true;
        break;
    default:
        return EXIT_USAGE;
    }
    (void)self;
    return good ? EXIT_DONE : EXIT_USAGE;
}

/* allowed: the options of this subcommand, as bits. */
static int parse(struct arguments *out, const struct command *self, int argc,
                 char **argv, unsigned allowed)
{
    int option;

    *out = (struct arguments){.now = io_now()};
    while ((option = command_option(self, argc, argv, options)) != -1) {
        if (option != '?' && (allowed >> option & 1) == 0) {
            return command_usage(self, "--%s does not go with this",
                                 options[option - 1].name);
        }
        if (take_option(out, self, option) != EXIT_DONE) {
            return EXIT_USAGE;
        }
    }
    if (optind + 1 != argc) {
        return command_usage(self, "one keyring FILE is needed");
    }
    out->file = argv[optind];
    return EXIT_DONE;
}

static int take_secret(uint8_t out[static 32], const char *file)
{
    struct frank_fault fault;

    if (file == NULL) {
        randombytes_buf(out, 32);
        return EXIT_DONE;
    }
    return secret_file_key(out, file, &fault) == FRANK_OK
               ? EXIT_DONE
               : io_key_fault(file, &fault);
}

/* Free arguments->secrets with sodium_free() whatever this gives. */
static int take_secrets(struct arguments *arguments)
{
    int code;

    arguments->secrets = sodium_malloc(sizeof *arguments->secrets);
    if (arguments->secrets == NULL) {
        return io_say(EXIT_TROUBLE, "out of memory");
    }
    code = take_secret(arguments->secrets->master, arguments->master_file);
    if (code == EXIT_DONE) {
        code = take_secret(arguments->secrets->seed, arguments->seed_file);
    }
    return code;
}

int keyring_init_command(const struct command *self, int argc, char **argv)
{
    struct arguments arguments;
    struct frank_fault fault;
    struct keyring *ring = NULL;
    int code = parse(&arguments, self, argc, argv,
                     1u << OPT_MASTER_FILE | 1u << OPT_SEED_FILE |
                         1u << OPT_NOT_BEFORE);

    if (code == EXIT_DONE) {
        code = take_secrets(&arguments);
    }
    if (code == EXIT_DONE &&
        (keyring_new(&ring, arguments.secrets->master, arguments.secrets->seed,
                     arguments.not_before, &fault) != FRANK_OK ||
         keyring_file_create(arguments.file, ring, &fault) != FRANK_OK)) {
        code = io_key_fault(arguments.file, &fault);
    }
    keyring_free(ring);
    sodium_free(arguments.secrets);
    return code;
}

/* Changes the keyring file and says why if it cannot. A change that the
 * keyring's rules forbid is refused; all else is trouble. */
static int change(struct arguments *arguments, keyring_change *what)
{
    struct frank_fault fault;
    int error = keyring_file_change(arguments->file, what, arguments, &fault);

    switch (error) {
    case FRANK_OK:
        return EXIT_DONE;
    case FRANK_ERR_TIME:
        if (fault.expected > 0) {
            char text[IO_TIME_BYTES];

            io_time(text, fault.expected);
            return io_say(EXIT_REFUSED,
                          "%s: %s: too early, %" PRIu64 " (%s) at the earliest",
                          arguments->file, fault.field, fault.expected, text);
        }
        return io_fault(arguments->file, &fault);
    case FRANK_ERR_VALUE:
    case FRANK_ERR_EPOCH_DESTROYED:
    case FRANK_ERR_NO_KEY:
    case FRANK_ERR_LIMIT:
        return io_fault(arguments->file, &fault);
    default:
        return io_key_fault(arguments->file, &fault);
    }
}

static int do_rotate(struct keyring *ring, void *context,
                     struct frank_fault *fault)
{
    const struct arguments *arguments = context;
    uint64_t last = ring->epochs[ring->epoch_count - 1].not_before;
    uint64_t not_before = arguments->now + KEYRING_AHEAD_MS;

    if (arguments->has_not_before) {
        not_before = arguments->not_before;
    } else if (not_before <= last) {
        not_before = last + 1;
    }
    return keyring_rotate(ring, arguments->secrets->master, not_before,
                          arguments->now, fault);
}

int keyring_rotate_command(const struct command *self, int argc, char **argv)
{
    struct arguments arguments;
    int code = parse(&arguments, self, argc, argv,
                     1u << OPT_MASTER_FILE | 1u << OPT_NOT_BEFORE);

    if (code == EXIT_DONE) {
        code = take_secrets(&arguments);
    }
    if (code == EXIT_DONE) {
        code = change(&arguments, do_rotate);
    }
    sodium_free(arguments.secrets);
    return code;
}

static int do_destroy(struct keyring *ring, void *context,
                      struct frank_fault *fault)
{
    const struct arguments *arguments = context;
    size_t current = 0;
    int error = keyring_destroy(ring, (uint32_t)arguments->number, fault);

    if (error == FRANK_OK &&
        keyring_epoch_at(ring, arguments->now, &current, NULL) == FRANK_OK &&
        ring->epochs[current].id == arguments->number) {
        (void)io_say(EXIT_DONE,
                     "warning: epoch %" PRIu64
                     " is in force: no message can be stamped until a later "
                     "epoch begins (frank keyring rotate)",
                     arguments->number);
    }
    return error;
}

int keyring_destroy_command(const struct command *self, int argc, char **argv)
{
    struct arguments arguments;
    int code = parse(&arguments, self, argc, argv, 1u << OPT_EPOCH);

    if (code == EXIT_DONE && !arguments.has_number) {
        code = command_usage(self, "--epoch is needed");
    }
    return code == EXIT_DONE ? change(&arguments, do_destroy) : code;
}

static int do_add_key(struct keyring *ring, void *context,
                      struct frank_fault *fault)
{
    const struct arguments *arguments = context;

    return keyring_add_key(ring, arguments->secrets->seed,
                           arguments->has_not_before ? arguments->not_before
                                                     : arguments->now,
                           fault);
}

int keyring_add_key_command(const struct command *self, int argc, char **argv)
{
    struct arguments arguments;
    int code = parse(&arguments, self, argc, argv,
                     1u << OPT_SEED_FILE | 1u << OPT_NOT_BEFORE);

    if (code == EXIT_DONE) {
        code = take_secrets(&arguments);
    }
    if (code == EXIT_DONE) {
        code = change(&arguments, do_add_key);
    }
    sodium_free(arguments.secrets);
    return code;
}

static int do_retire(struct keyring *ring, void *context,
                     struct frank_fault *fault)
{
    const struct arguments *arguments = context;

    return keyring_retire(ring, (uint32_t)arguments->number, arguments->now,
                          fault);
}

int keyring_retire_command(const struct command *self, int argc, char **argv)
{
    struct arguments arguments;
    int code = parse(&arguments, self, argc, argv, 1u << OPT_KEY);

    if (code == EXIT_DONE && !arguments.has_number) {
        code = command_usage(self, "--key is needed");
    }
    return code == EXIT_DONE ? change(&arguments, do_retire) : code;
}

/* ---- What is in it ------------------------------------------------------ */

static int load(struct keyring **out, const char *file)
{
    struct frank_fault fault;

    return keyring_file_load(out, file, &fault) == FRANK_OK
               ? EXIT_DONE
               : io_key_fault(file, &fault);
}

int keyring_load_stamper(struct stamper **out, const char *file)
{
    struct frank_fault fault;
    struct keyring *ring = NULL;
    int code = load(&ring, file);

    if (code == EXIT_DONE && stamper_new(out, ring, &fault) != FRANK_OK) {
        code = io_key_fault(file, &fault);
    }
    keyring_free(ring);
    return code;
}

static const char *epoch_state(const struct keyring *ring, size_t index,
                               uint64_t now)
{
    size_t current = 0;

    if (ring->epochs[index].destroyed) {
        return "destroyed";
    }
    if (ring->epochs[index].not_before > now) {
        return "to come";
    }
    return keyring_epoch_at(ring, now, &current, NULL) == FRANK_OK &&
                   current == index
               ? "in force"
               : "past";
}

static const char *key_state(const struct keyring_key *key, uint64_t now)
{
    return key->retired != 0       ? "retired"
           : key->not_before > now ? "to come"
                                   : "in force";
}

static int list_json(const struct keyring *ring, uint64_t now)
{
    int code = EXIT_DONE;

    for (size_t i = 0; i < ring->epoch_count && code == EXIT_DONE; i++) {
        json_t *line = json_object();

        io_json_set(line, "epoch", json_integer(ring->epochs[i].id));
        io_json_set(line, "not_before",
                    io_json_time(ring->epochs[i].not_before));
        io_json_set(line, "state", json_string(epoch_state(ring, i, now)));
        code = io_put_json(line);
    }
    for (size_t i = 0; i < ring->key_count && code == EXIT_DONE; i++) {
        const struct keyring_key *key = &ring->keys[i];
        json_t *line = json_object();

        io_json_set(line, "signature_key", json_integer(key->id));
        io_json_set(line, "not_before", io_json_time(key->not_before));
        if (key->retired != 0) {
            io_json_set(line, "retired", io_json_time(key->retired));
        }
        io_json_set(line, "state", json_string(key_state(key, now)));
        io_json_set(line, "public",
                    io_json_hex(key->public_key, sizeof key->public_key));
        code = io_put_json(line);
    }
    return code;
}

static int list_text(const struct keyring *ring, uint64_t now)
{
    char from[IO_TIME_BYTES];

    for (size_t i = 0; i < ring->epoch_count; i++) {
        io_time(from, ring->epochs[i].not_before);
        (void)printf("epoch %" PRIu32 "  from %s  %s\n", ring->epochs[i].id,
                     from, epoch_state(ring, i, now));
    }
    for (size_t i = 0; i < ring->key_count; i++) {
        char hex[2 * FRANK_PUBLIC_KEY_BYTES + 1];

        io_time(from, ring->keys[i].not_before);
        (void)sodium_bin2hex(hex, sizeof hex, ring->keys[i].public_key,
                             sizeof ring->keys[i].public_key);
        (void)printf("signature key %" PRIu32 "  from %s  %s  %s\n",
                     ring->keys[i].id, from, key_state(&ring->keys[i], now),
                     hex);
    }
    return io_finish(EXIT_DONE);
}

int keyring_list_command(const struct command *self, int argc, char **argv)
{
    struct arguments arguments;
    struct keyring *ring = NULL;
    int code = parse(&arguments, self, argc, argv, 1u << OPT_JSON);

    if (code == EXIT_DONE) {
        code = load(&ring, arguments.file);
    }
    if (code == EXIT_DONE) {
        code = arguments.json ? list_json(ring, arguments.now)
                              : list_text(ring, arguments.now);
    }
    keyring_free(ring);
    return code;
}

int keyring_public_command(const struct command *self, int argc, char **argv)
{
    struct arguments arguments;
    struct hub_public hub;
    struct keyring *ring = NULL;
    char *text = NULL;
    int code = parse(&arguments, self, argc, argv, 0);

    if (code == EXIT_DONE) {
        code = load(&ring, arguments.file);
    }
    if (code == EXIT_DONE) {
        hub_public_from(&hub, ring);
        text = hub_public_encode(&hub);
        if (text == NULL) {
            code = io_say(EXIT_TROUBLE, "out of memory");
        } else {
            (void)puts(text);
            code = io_finish(EXIT_DONE);
        }
    }
    free(text);
    keyring_free(ring);
    return code;
}
