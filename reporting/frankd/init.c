/* SPDX-License-Identifier: Apache-2.0 */
#include "init.h"

#include "command.h"
#include "io.h"
#include "keyring_file.h"
#include "log_key.h"
#include "options.h"
#include "secret_file.h"
#include "settings.h"

#include <errno.h>
#include <limits.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SECRET_BYTES 32

static int make_secret(const char *folder, const char *name)
{
    uint8_t secret[SECRET_BYTES];
    char text[2 * SECRET_BYTES + 2];
    char path[PATH_MAX + 64];
    struct frank_fault fault;
    int code = EXIT_DONE;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    randombytes_buf(secret, sizeof secret);
    (void)sodium_bin2hex(text, sizeof text - 1, secret, sizeof secret);
    text[sizeof text - 2] = '\n';
    if (secret_file_create(path, (const uint8_t *)text, sizeof text - 1,
                           &fault) != FRANK_OK) {
        code = io_key_fault(path, &fault);
    }
    sodium_memzero(secret, sizeof secret);
    sodium_memzero(text, sizeof text);
    return code;
}

static int make_keyring(const char *folder)
{
    uint8_t master[KEYRING_MASTER_BYTES];
    uint8_t seed[KEYRING_SEED_BYTES];
    char path[PATH_MAX + 64];
    struct keyring *ring = NULL;
    struct frank_fault fault;
    int code = EXIT_DONE;

    (void)snprintf(path, sizeof path, "%s/keyring", folder);
    randombytes_buf(master, sizeof master);
    randombytes_buf(seed, sizeof seed);
    if (keyring_new(&ring, master, seed, io_now(), &fault) != FRANK_OK ||
        keyring_file_create(path, ring, &fault) != FRANK_OK) {
        code = io_key_fault(path, &fault);
    }
    keyring_free(ring);
    sodium_memzero(master, sizeof master);
    sodium_memzero(seed, sizeof seed);
    return code;
}

/* The defaults, with the folder's files. */
static int make_configuration(const char *folder, const char *origin)
{
    static const struct {
        const char *name;
        const char *file;
    } files[] = {
        {"keyring", "keyring"},
        {"service-key", "service.key"},
        {"log-key", "log.key"},
        {"private-token", "private.token"},
        {"gateway-token", "gateway.token"},
        {"reporter-token-key", "reporter-token.key"},
        {"auditor-token", "auditor.token"},
        {"operator-token", "operator.token"},
    };
    char path[PATH_MAX + 64];
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    int code;

    if (out == NULL) {
        return io_say(EXIT_TROUBLE, "out of memory");
    }
    (void)fprintf(out, "# frankd's settings; frankd --help lists them all.\n\n"
                       "listen = 127.0.0.1:8470\n");
    (void)fprintf(out, "listen-private = unix:%s/private.sock\n", folder);
    (void)fprintf(out, "data = %s/data\n", folder);
    (void)fprintf(
        out,
        "# Not to be put back with a copy of the data; best on another "
        "disk:\ncheckpoint = %s/checkpoint/log.checkpoint\n",
        folder);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        (void)fprintf(out, "%s = %s/%s\n", files[i].name, folder,
                      files[i].file);
    }
    (void)fprintf(out,
                  "\n# The log's name, for good, and in log.vkey "
                  "(init --log-origin).\n"
                  "log-origin = %s\n\n"
                  "# The moderators' key, once there is one (frank-mod "
                  "quorum):\n"
                  "#quorum = %s/quorum.pub\n\n"
                  "# Who cosigns what the public sees of the log "
                  "(docs/HUB.md, section 7):\n"
                  "#witnesses = %s/witnesses\n",
                  origin, folder, folder);
    if (fclose(out) != 0) {
        return io_say(EXIT_TROUBLE, "out of memory");
    }
    (void)snprintf(path, sizeof path, "%s/frankd.conf", folder);
    code = io_write(path, (const uint8_t *)text, len);
    free(text);
    return code;
}

static int make_folder(const char *path)
{
    return mkdir(path, 0700) == 0 || errno == EEXIST
               ? EXIT_DONE
               : io_say(EXIT_TROUBLE, "%s: %s", path, strerror(errno));
}

int init_folder(const char *folder, const char *origin)
{
    static const char *const secrets[] = {
        "service.key",   "private.token",  "gateway.token",
        "auditor.token", "operator.token", "reporter-token.key"};
    char vkey[NOTE_VKEY_MAX_BYTES];
    char data[PATH_MAX + 64];
    char real[PATH_MAX];
    int code = make_folder(folder);

    if (code == EXIT_DONE && realpath(folder, real) == NULL) {
        code = io_say(EXIT_TROUBLE, "%s: %s", folder, strerror(errno));
    }
    if (code == EXIT_DONE && strlen(real) > PATH_MAX - 64) {
        code = io_say(EXIT_TROUBLE, "%s: too long a path", folder);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    (void)snprintf(data, sizeof data, "%s/data", real);
    code = make_folder(data);
    if (code == EXIT_DONE) {
        (void)snprintf(data, sizeof data, "%s/checkpoint", real);
        code = make_folder(data);
    }
    code = code == EXIT_DONE ? log_key_make(vkey, real, origin) : code;
    code = code == EXIT_DONE ? make_keyring(real) : code;
    for (size_t i = 0;
         i < sizeof secrets / sizeof secrets[0] && code == EXIT_DONE; i++) {
        code = make_secret(real, secrets[i]);
    }
    if (code == EXIT_DONE) {
        code = make_configuration(real, origin);
    }
    if (code == EXIT_DONE) {
        (void)printf("%s holds keys, tokens and frankd.conf. Start with\n"
                     "  frankd --config %s/frankd.conf\n",
                     real, real);
        log_key_print(vkey, real);
    }
    return io_finish(code);
}
