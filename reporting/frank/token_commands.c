/* SPDX-License-Identifier: Apache-2.0 */
/* reporter-token key, mint, show: what a platform does. */
#include "commands.h"
#include "describe.h"
#include "io.h"
#include "reporter_token.h"
#include "secret_file.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

enum { OPT_KEY = 1, OPT_USER, OPT_FOR, OPT_FIRST_CONTACT, OPT_TIME, OPT_JSON };

/* A token counts for so long unless it is told otherwise, and at most. */
#define DEFAULT_MS (UINT64_C(10) * 60 * 1000)
#define MAX_MS (UINT64_C(366) * 24 * 60 * 60 * 1000)

struct arguments {
    const char *key;
    const char *user;
    uint64_t duration; /* in ms */
    uint64_t now;
    bool first_contact;
    bool json;
    const char *file;
};

/* ---- Arguments ---------------------------------------------------------- */

/* "600", "600s", "10m", "1h", "1d"; text is cut up. */
static bool parse_duration(uint64_t *out, char *text)
{
    static const char units[] = "smhd";
    static const uint64_t ms[] = {1000, 60000, 3600000, 86400000};
    size_t len = strlen(text);
    const char *unit = len > 0 ? strchr(units, text[len - 1]) : NULL;
    uint64_t each = unit != NULL ? ms[unit - units] : ms[0];

    if (unit != NULL) {
        text[len - 1] = '\0';
    }
    if (!io_number(out, text, MAX_MS / each, "--for")) {
        return false;
    }
    *out *= each;
    return true;
}

static int take_option(struct arguments *out, int option)
{
    bool good = true;

    switch (option) {
    case OPT_KEY:
        out->key = optarg;
        break;
    case OPT_USER:
        out->user = optarg;
        break;
    case OPT_FOR:
        good = parse_duration(&out->duration, optarg);
        break;
    case OPT_FIRST_CONTACT:
        out->first_contact = true;
        break;
    case OPT_TIME:
        good = io_number(&out->now, optarg, INT64_MAX, "--time");
        break;
    case OPT_JSON:
        out->json = true;
        break;
    default:
        return EXIT_USAGE;
    }
    return good ? EXIT_DONE : EXIT_USAGE;
}

/* files: how many are to be named, 0 or 1. */
static int parse(struct arguments *out, const struct command *self, int argc,
                 char **argv, const struct option *options, int files)
{
    int option;

    *out = (struct arguments){.duration = DEFAULT_MS, .now = io_now()};
    while ((option = command_option(self, argc, argv, options)) != -1) {
        if (take_option(out, option) != EXIT_DONE) {
            return EXIT_USAGE;
        }
    }
    if (optind + files != argc) {
        return command_usage(self, files == 0 ? "there is no FILE to it"
                                              : "one FILE is needed");
    }
    out->file = files > 0 ? argv[optind] : NULL;
    return EXIT_DONE;
}

static int load_key(uint8_t out[static REPORTER_TOKEN_KEY_BYTES],
                    const char *file)
{
    struct frank_fault fault;

    return secret_file_key(out, file, &fault) == FRANK_OK
               ? EXIT_DONE
               : io_key_fault(file, &fault);
}

/* What text and JSON say of a token. */
static void set_members(json_t *line, const struct reporter_token *token)
{
    bool first = (token->flags & REPORTER_TOKEN_FIRST_CONTACT) != 0;

    io_json_set(line, "anonymous", json_boolean(token->user.len == 0));
    if (token->user.len > 0) {
        io_json_set(line, "user", io_json_text(describe_uri(&token->user)));
    }
    io_json_set(line, "not_after", io_json_time(token->not_after));
    io_json_set(line, "first_contact", json_boolean(first));
}

/* ---- key ---------------------------------------------------------------- */

int reporter_token_key_command(const struct command *self, int argc,
                               char **argv)
{
    static const struct option options[] = {{NULL, 0, NULL, 0}};
    struct arguments arguments;
    uint8_t key[REPORTER_TOKEN_KEY_BYTES];
    char hex[2 * sizeof key + 1];
    struct frank_fault fault;
    int code = parse(&arguments, self, argc, argv, options, 1);

    if (code != EXIT_DONE) {
        return code;
    }
    randombytes_buf(key, sizeof key);
    (void)sodium_bin2hex(hex, sizeof hex, key, sizeof key);
    hex[sizeof hex - 1] = '\n';
    if (secret_file_create(arguments.file, (const uint8_t *)hex, sizeof hex,
                           &fault) != FRANK_OK) {
        code = io_key_fault(arguments.file, &fault);
    }
    sodium_memzero(key, sizeof key);
    sodium_memzero(hex, sizeof hex);
    return code;
}

/* ---- mint --------------------------------------------------------------- */

static int put_minted(const struct reporter_token *token, const char *text,
                      bool json)
{
    json_t *line;

    if (!json) {
        (void)puts(text);
        return io_finish(EXIT_DONE);
    }
    line = json_object();
    io_json_set(line, "reporter_token", json_string(text));
    set_members(line, token);
    return io_put_json(line);
}

static int mint(const struct arguments *arguments,
                const uint8_t key[static REPORTER_TOKEN_KEY_BYTES])
{
    struct reporter_token token = {.not_after =
                                       arguments->now + arguments->duration};
    char text[REPORTER_TOKEN_TEXT_BYTES];
    struct frank_fault fault;
    size_t len = arguments->user != NULL ? strlen(arguments->user) : 0;
    int code;

    if (len > FRANK_URI_MAX_BYTES || (arguments->user != NULL && len == 0)) {
        return io_say(EXIT_REFUSED, "--user: a URI of 1 to %d bytes is needed",
                      FRANK_URI_MAX_BYTES);
    }
    if (len > 0) {
        memcpy(token.user.bytes, arguments->user, len);
    }
    token.user.len = len;
    token.flags = arguments->first_contact ? REPORTER_TOKEN_FIRST_CONTACT : 0;
    randombytes_buf(token.nonce, sizeof token.nonce);
    code = reporter_token_mint(text, &token, key, &fault) == FRANK_OK
               ? put_minted(&token, text, arguments->json)
               : io_fault("reporter token", &fault);
    sodium_memzero(text, sizeof text);
    return code;
}

int reporter_token_mint_command(const struct command *self, int argc,
                                char **argv)
{
    static const struct option options[] = {
        {"key", required_argument, NULL, OPT_KEY},
        {"user", required_argument, NULL, OPT_USER},
        {"for", required_argument, NULL, OPT_FOR},
        {"first-contact", no_argument, NULL, OPT_FIRST_CONTACT},
        {"json", no_argument, NULL, OPT_JSON},
        {NULL, 0, NULL, 0}};
    struct arguments arguments;
    uint8_t key[REPORTER_TOKEN_KEY_BYTES];
    int code = parse(&arguments, self, argc, argv, options, 0);

    if (code == EXIT_DONE && arguments.key == NULL) {
        return command_usage(self, "--key is needed");
    }
    if (code == EXIT_DONE) {
        code = load_key(key, arguments.key);
    }
    if (code == EXIT_DONE) {
        code = mint(&arguments, key);
    }
    sodium_memzero(key, sizeof key);
    return code;
}

/* ---- show --------------------------------------------------------------- */

/* The text of a token's file, without the end of its line. */
static int read_text(char out[static REPORTER_TOKEN_TEXT_BYTES],
                     const char *file)
{
    struct blob bytes = {NULL, 0};
    /* Its closing zero's place holds the line feed. */
    int code = io_read(&bytes, file, REPORTER_TOKEN_TEXT_BYTES);

    memset(out, 0, REPORTER_TOKEN_TEXT_BYTES);
    if (code != EXIT_DONE) {
        return code;
    }
    if (bytes.len > 0 && bytes.data[bytes.len - 1] == '\n') {
        bytes.len--;
    }
    if (bytes.len >= REPORTER_TOKEN_TEXT_BYTES ||
        memchr(bytes.data, '\0', bytes.len) != NULL) {
        code = io_say(EXIT_REFUSED, "%s: not a reporter token", file);
    } else {
        memcpy(out, bytes.data, bytes.len);
    }
    io_free(&bytes); /* wipes */
    return code;
}

enum mac_state { MAC_UNCHECKED, MAC_HOLDS, MAC_FALSE };

static const char *const mac_texts[] = {[MAC_UNCHECKED] =
                                            "not checked (--key does)",
                                        [MAC_HOLDS] = "holds",
                                        [MAC_FALSE] = "does not hold"};

static void show_text(const struct reporter_token *token, enum mac_state mac,
                      bool expired)
{
    bool first = (token->flags & REPORTER_TOKEN_FIRST_CONTACT) != 0;
    char until[IO_TIME_BYTES];

    (void)printf("user           ");
    if (token->user.len > 0) {
        io_put_text(stdout, describe_uri(&token->user));
    } else {
        (void)printf("not named: one of the platform's");
    }
    io_time(until, token->not_after);
    (void)printf("\nnot after      %s%s\n", until, expired ? ": expired" : "");
    (void)printf("first contact  %s\n", first ? "yes" : "no");
    (void)printf("mac            %s\n", mac_texts[mac]);
}

static int show_json(const struct reporter_token *token, enum mac_state mac,
                     bool expired)
{
    json_t *line = json_object();

    set_members(line, token);
    io_json_set(line, "expired", json_boolean(expired));
    if (mac != MAC_UNCHECKED) {
        io_json_set(line, "mac_holds", json_boolean(mac == MAC_HOLDS));
    }
    return io_put_json(line);
}

/* key: NULL if the MAC is not to be checked. */
static int show(const struct arguments *arguments, const char *text,
                const uint8_t *key)
{
    struct reporter_token token;
    struct reporter_token opened;
    struct frank_fault fault;
    enum mac_state mac = MAC_UNCHECKED;
    bool expired;
    int code = EXIT_DONE;

    switch (reporter_token_peek(&token, text, &fault)) {
    case FRANK_OK:
        break;
    case FRANK_ERR_FORMAT:
        return io_say(EXIT_REFUSED, "%s: not a reporter token",
                      arguments->file);
    default:
        return io_fault(arguments->file, &fault);
    }
    if (key != NULL) {
        mac = reporter_token_open(&opened, text, key, arguments->now, &fault) ==
                      FRANK_ERR_MAC
                  ? MAC_FALSE
                  : MAC_HOLDS;
    }
    expired = arguments->now >= token.not_after;
    if (arguments->json) {
        code = show_json(&token, mac, expired);
    } else {
        show_text(&token, mac, expired);
        code = io_finish(EXIT_DONE);
    }
    return code == EXIT_DONE && (expired || mac == MAC_FALSE) ? EXIT_REFUSED
                                                              : code;
}

int reporter_token_show_command(const struct command *self, int argc,
                                char **argv)
{
    static const struct option options[] = {
        {"key", required_argument, NULL, OPT_KEY},
        {"time", required_argument, NULL, OPT_TIME},
        {"json", no_argument, NULL, OPT_JSON},
        {NULL, 0, NULL, 0}};
    struct arguments arguments;
    uint8_t key[REPORTER_TOKEN_KEY_BYTES];
    char text[REPORTER_TOKEN_TEXT_BYTES];
    int code = parse(&arguments, self, argc, argv, options, 1);

    if (code == EXIT_DONE && arguments.key != NULL) {
        code = load_key(key, arguments.key);
    }
    if (code == EXIT_DONE) {
        code = read_text(text, arguments.file);
    }
    if (code == EXIT_DONE) {
        code = show(&arguments, text, arguments.key != NULL ? key : NULL);
    }
    sodium_memzero(key, sizeof key);
    sodium_memzero(text, sizeof text);
    return code;
}
