/* SPDX-License-Identifier: Apache-2.0 */
#include "command.h"
#include "io.h"
#include "log_key.h"
#include "secret_file.h"
#include "serve.h"

#include <errno.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SECRET_BYTES 32
#define PATH_SPACE (PATH_MAX + 64)

static int make_text(const char *path, const char *prefix, const uint8_t *text,
                     size_t len)
{
    char line[128];
    struct frank_fault fault;
    int n = snprintf(line, sizeof line, "%s%.*s\n", prefix, (int)len,
                     (const char *)text);
    int code = EXIT_DONE;

    if (secret_file_create(path, (const uint8_t *)line, (size_t)n, &fault) !=
        FRANK_OK) {
        code = io_key_fault(path, &fault);
    }
    sodium_memzero(line, sizeof line);
    return code;
}

/* 32 random bytes: hexadecimal, or as a webhook's secret. */
static int make_secret(const char *folder, const char *name, bool webhook)
{
    uint8_t secret[SECRET_BYTES];
    char text[2 * SECRET_BYTES + 1];
    char path[PATH_SPACE];
    int code;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    randombytes_buf(secret, sizeof secret);
    if (webhook) {
        (void)sodium_bin2base64(text, sizeof text, secret, sizeof secret,
                                sodium_base64_VARIANT_ORIGINAL);
    } else {
        (void)sodium_bin2hex(text, sizeof text, secret, sizeof secret);
    }
    code = make_text(path, webhook ? "whsec_" : "", (const uint8_t *)text,
                     strlen(text));
    sodium_memzero(secret, sizeof secret);
    sodium_memzero(text, sizeof text);
    return code;
}

static int make_configuration(const char *folder, const char *hub,
                              const char *quorum, const char *origin)
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
                  "# frank-mod serve's settings; frank-mod serve --help lists "
                  "them all.\n\n"
                  "listen = 127.0.0.1:8480\n"
                  "listen-private = unix:%s/mod.sock\n"
                  "data = %s/data\n"
                  "# Not to be put back with a copy of the data; best on "
                  "another disk:\n"
                  "checkpoint = %s/checkpoint/log.checkpoint\n"
                  "service-key = %s/service.key\n"
                  "log-key = %s/log.key\n"
                  "platform-token = %s/platform.token\n"
                  "auditor-token = %s/auditor.token\n"
                  "operator-token = %s/operator.token\n"
                  "webhook-secret = %s/webhook.secret\n"
                  "\n# The log's name, for good, and in log.vkey "
                  "(init --log-origin).\n"
                  "log-origin = %s\n",
                  folder, folder, folder, folder, folder, folder, folder,
                  folder, folder, origin);
    (void)fprintf(out,
                  "\n# The hub: where it is reached, and its public keys "
                  "(/.well-known/frank).\n"
                  "hub = unix:%s/private.sock\n"
                  "hub-public = %s/hub.json\n"
                  "\n# The moderators' key (frank-mod quorum init).\n"
                  "quorum = %s\n"
                  "\n# Who cosigns what the public sees of the log "
                  "(docs/HUB.md, section 7):\n"
                  "#witnesses = %s/witnesses\n"
                  "\n# Where the messenger keeps the files that reports "
                  "disclose, or none is fetched:\n"
                  "#attachment-store = https://media.example/files/\n",
                  hub, folder, quorum, folder);
    if (fclose(out) != 0) {
        free(text);
        return io_say(EXIT_TROUBLE, "out of memory");
    }
    (void)snprintf(path, sizeof path, "%s/frank-mod.conf", folder);
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

static int whole(char out[static PATH_MAX], const char *path)
{
    if (realpath(path, out) == NULL) {
        return io_say(EXIT_TROUBLE, "%s: %s", path, strerror(errno));
    }
    return strlen(out) <= PATH_MAX - 64
               ? EXIT_DONE
               : io_say(EXIT_TROUBLE, "%s: too long a path", path);
}

int serve_init(const char *folder, const char *hub, const char *quorum,
               const char *origin)
{
    static const char *const secrets[] = {"service.key", "platform.token",
                                          "auditor.token", "operator.token"};
    static const char *const folders[] = {"data", "checkpoint"};
    char real[PATH_MAX];
    char real_hub[PATH_MAX];
    char real_quorum[PATH_MAX];
    char path[PATH_SPACE];
    char vkey[NOTE_VKEY_MAX_BYTES];
    int code = make_folder(folder);

    if (origin == NULL) {
        origin = "frank.example/moderation";
    }
    code = code == EXIT_DONE ? whole(real, folder) : code;
    code = code == EXIT_DONE ? whole(real_hub, hub) : code;
    code = code == EXIT_DONE ? whole(real_quorum, quorum) : code;
    for (size_t i = 0; i < 2 && code == EXIT_DONE; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", real, folders[i]);
        code = make_folder(path);
    }
    code = code == EXIT_DONE ? log_key_make(vkey, real, origin) : code;
    for (size_t i = 0;
         i < sizeof secrets / sizeof secrets[0] && code == EXIT_DONE; i++) {
        code = make_secret(real, secrets[i], false);
    }
    if (code == EXIT_DONE) {
        code = make_secret(real, "webhook.secret", true);
    }
    if (code == EXIT_DONE) {
        code = make_configuration(real, real_hub, real_quorum, origin);
    }
    if (code == EXIT_DONE) {
        (void)printf("%s holds keys, tokens and frank-mod.conf. Put the hub's "
                     "public keys there,\n"
                     "  curl https://HUB/.well-known/frank > %s/hub.json\n"
                     "and start with\n"
                     "  frank-mod serve --config %s/frank-mod.conf\n",
                     real, real, real);
        log_key_print(vkey, real);
    }
    return io_finish(code);
}
