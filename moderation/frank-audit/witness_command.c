/* SPDX-License-Identifier: Apache-2.0 */
/* What a witness starts from: its key and its configuration. */
#include "commands.h"
#include "cosignature.h"
#include "io.h"
#include "secret_file.h"
#include "witness_service.h"

#include <errno.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SEED_BYTES 32
#define PATH_SPACE (PATH_MAX + 64)

static int make_folder(const char *path)
{
    return mkdir(path, 0700) == 0 || errno == EEXIST
               ? EXIT_DONE
               : io_say(EXIT_TROUBLE, "%s: %s", path, strerror(errno));
}

static int make_key(struct cosigner *who, const char *folder)
{
    uint8_t seed[SEED_BYTES];
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    char text[2 * SEED_BYTES + 2];
    char path[PATH_SPACE];
    struct frank_fault fault;
    int code = EXIT_DONE;

    (void)snprintf(path, sizeof path, "%s/witness.key", folder);
    randombytes_buf(seed, sizeof seed);
    (void)crypto_sign_seed_keypair(who->public_key, secret, seed);
    (void)sodium_bin2hex(text, sizeof text - 1, seed, sizeof seed);
    text[sizeof text - 2] = '\n';
    if (secret_file_create(path, (const uint8_t *)text, sizeof text - 1,
                           &fault) != FRANK_OK) {
        code = io_key_fault(path, &fault);
    }
    sodium_memzero(seed, sizeof seed);
    sodium_memzero(secret, sizeof secret);
    sodium_memzero(text, sizeof text);
    return code;
}

static int make_configuration(const char *folder, const char *name)
{
    char path[PATH_SPACE];
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    int code;

    if (out == NULL) {
        return io_say(EXIT_TROUBLE, "out of memory");
    }
    (void)fprintf(out,
                  "# frank-audit witness serve's settings; frank-audit witness "
                  "serve --help lists\n# them all.\n\n"
                  "listen = 127.0.0.1:8490\n"
                  "# The witness's name: it belongs to the key, for good.\n"
                  "name = %s\n"
                  "key = %s/witness.key\n"
                  "# Never to be put back from a copy: make a new witness "
                  "instead.\n"
                  "data = %s/data\n\n"
                  "# The logs that are witnessed: their verifier keys, one a "
                  "line, or a policy file.\n"
                  "#log = \n"
                  "#policy = %s/policy\n",
                  name, folder, folder, folder);
    if (fclose(out) != 0) {
        free(text);
        return io_say(EXIT_TROUBLE, "out of memory");
    }
    (void)snprintf(path, sizeof path, "%s/witness.conf", folder);
    code = io_write(path, (const uint8_t *)text, len);
    free(text);
    return code;
}

static int init(const char *folder, const char *name)
{
    struct cosigner who;
    char vkey[NOTE_VKEY_MAX_BYTES];
    char real[PATH_MAX];
    char path[PATH_SPACE];
    int code = make_folder(folder);

    if (code == EXIT_DONE && realpath(folder, real) == NULL) {
        code = io_say(EXIT_TROUBLE, "%s: %s", folder, strerror(errno));
    }
    if (code != EXIT_DONE) {
        return code;
    }
    (void)snprintf(who.name, sizeof who.name, "%s", name);
    (void)snprintf(path, sizeof path, "%s/data", real);
    code = make_folder(path);
    code = code == EXIT_DONE ? make_key(&who, real) : code;
    code = code == EXIT_DONE ? make_configuration(real, name) : code;
    if (code == EXIT_DONE) {
        cosigner_vkey(vkey, &who);
        (void)printf("%s\n", vkey);
        (void)fprintf(stderr,
                      "%s holds the key and witness.conf. Add the logs there, "
                      "and start with\n"
                      "  frank-audit witness serve --config %s/witness.conf\n"
                      "The line above is the witness's verifier key, for "
                      "policies.\n",
                      real, real);
    }
    return io_finish(code);
}

int witness_init_command(const struct command *self, int argc, char **argv)
{
    static const struct option options[] = {
        {"name", required_argument, NULL, 0}, {NULL, 0, NULL, 0}};
    const char *name = NULL;
    int which;

    while ((which = command_option(self, argc, argv, options)) != -1) {
        if (which == '?') {
            return EXIT_USAGE;
        }
        name = optarg;
    }
    if (argc - optind != 1 || name == NULL) {
        return command_usage(self, "a folder and a name are needed");
    }
    if (!note_origin_is_valid(name)) {
        return command_usage(self, "--name: not 1 to 128 printable characters "
                                   "without space or +");
    }
    return init(argv[optind], name);
}

int witness_serve_command(const struct command *self, int argc, char **argv)
{
    (void)self;
    return witness_serve(argc, argv);
}
