/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "quorum_public.h"
#include "secret_file.h"
#include "stamp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    OPT_THRESHOLD = 1,
    OPT_HOLDERS,
    OPT_OUT,
    OPT_SHARE,
    OPT_KEY,
    OPT_DAYS,
    OPT_JSON
};

#define DAY_MS UINT64_C(86400000)
#define DAYS_DEFAULT 365
#define DAYS_MAX 3650

/* ---- init --------------------------------------------------------------- */

#define PATH_BYTES 4096

static void share_path(char out[static PATH_BYTES], const char *folder,
                       unsigned holder)
{
    (void)snprintf(out, PATH_BYTES, "%.4000s/holder-%u.share", folder, holder);
}

static int put_share(const struct share *share, const char *folder)
{
    char path[PATH_BYTES];
    char text[SHARE_TEXT_MAX_BYTES];
    struct frank_fault fault;
    int code = EXIT_DONE;

    share_path(path, folder, share->holder);
    share_encode(text, share);
    if (secret_file_create(path, (const uint8_t *)text, strlen(text), &fault) !=
        FRANK_OK) {
        code = io_key_fault(path, &fault);
    }
    sodium_memzero(text, sizeof text);
    return code;
}

static int put_public(const struct frank_quorum *quorum, const char *folder)
{
    char path[PATH_BYTES];
    char *text = quorum_public_encode(quorum);
    char *line = NULL;
    int len;
    int code;

    if (text == NULL) {
        return io_say(EXIT_TROUBLE, "out of memory");
    }
    (void)snprintf(path, sizeof path, "%.4000s/quorum.pub", folder);
    len = asprintf(&line, "%s\n", text);
    free(text);
    if (len < 0) {
        return io_say(EXIT_TROUBLE, "out of memory");
    }
    code = io_write(path, (const uint8_t *)line, (size_t)len);
    free(line);
    return code;
}

/* All files or none: a key of which shares are missing is of no use. */
static int put_all(const struct frank_quorum *quorum,
                   const struct share *shares, const char *folder)
{
    char path[PATH_BYTES];
    unsigned done = 0;
    int code = EXIT_DONE;

    if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
        return io_say(EXIT_TROUBLE, "%s: %s", folder, strerror(errno));
    }
    while (done < quorum->holders && code == EXIT_DONE) {
        code = put_share(&shares[done], folder);
        done += code == EXIT_DONE;
    }
    if (code == EXIT_DONE) {
        code = put_public(quorum, folder);
    }
    while (code != EXIT_DONE && done > 0) {
        share_path(path, folder, done--);
        (void)unlink(path);
    }
    return code;
}

static int deal(unsigned threshold, unsigned holders, const char *folder)
{
    struct frank_quorum quorum;
    struct frank_fault fault;
    struct share *shares = sodium_allocarray(holders, sizeof *shares);
    uint8_t *random = sodium_allocarray(threshold, SHARE_RANDOM_BYTES);
    int code;

    if (shares == NULL || random == NULL) {
        code = io_say(EXIT_TROUBLE, "out of memory");
    } else {
        randombytes_buf(random, (size_t)threshold * SHARE_RANDOM_BYTES);
        code = share_deal(&quorum, shares, threshold, holders, random,
                          &fault) == FRANK_OK
                   ? put_all(&quorum, shares, folder)
                   : io_fault("quorum", &fault);
    }
    sodium_free(shares); /* wipes */
    sodium_free(random);
    if (code == EXIT_DONE) {
        (void)printf("%u shares and quorum.pub are in %s. Give each holder one "
                     "share, and\nremove them here: any %u together open "
                     "reports. The secret itself is kept\nnowhere.\n",
                     holders, folder, threshold);
        code = io_finish(code);
    }
    return code;
}

int quorum_init_command(const struct command *self, int argc, char **argv)
{
    static const struct option options[] = {
        {"threshold", required_argument, NULL, OPT_THRESHOLD},
        {"holders", required_argument, NULL, OPT_HOLDERS},
        {"out", required_argument, NULL, OPT_OUT},
        {NULL, 0, NULL, 0}};
    uint64_t threshold = 0;
    uint64_t holders = 0;
    const char *folder = NULL;
    bool ok = true;
    int option;

    while (ok && (option = command_option(self, argc, argv, options)) != -1) {
        if (option == OPT_THRESHOLD) {
            ok =
                io_number(&threshold, optarg, FRANK_HOLDERS_MAX, "--threshold");
        } else if (option == OPT_HOLDERS) {
            ok = io_number(&holders, optarg, FRANK_HOLDERS_MAX, "--holders");
        } else if (option == OPT_OUT) {
            folder = optarg;
        } else {
            ok = false;
        }
    }
    if (!ok) {
        return EXIT_USAGE;
    }
    if (folder == NULL || optind != argc) {
        return command_usage(self, "--threshold, --holders and --out are "
                                   "needed");
    }
    if (strlen(folder) > FOLDER_MAX) {
        return command_usage(self, "--out: more than %d characters",
                             FOLDER_MAX);
    }
    if (threshold < 1 || holders < threshold) {
        return command_usage(self, "1 <= threshold <= holders <= %d",
                             FRANK_HOLDERS_MAX);
    }
    return deal((unsigned)threshold, (unsigned)holders, folder);
}

/* ---- show --------------------------------------------------------------- */

static void print_hex(const char *name, const uint8_t *bytes, size_t len)
{
    (void)printf("%-12s", name);
    for (size_t i = 0; i < len; i++) {
        (void)printf("%02x", bytes[i]);
    }
    (void)putchar('\n');
}

static void show_text(const struct quorum_record *record, bool is_record)
{
    const struct frank_quorum *quorum = &record->quorum;
    uint8_t id[FRANK_QUORUM_ID_BYTES];
    char time[IO_TIME_BYTES];

    frank_quorum_id(id, quorum);
    (void)printf("%-12s%u of %u\n", "opens with", quorum->threshold,
                 quorum->holders);
    print_hex("id", id, sizeof id);
    print_hex("P", quorum->public_key, sizeof quorum->public_key);
    for (unsigned i = 0; i < quorum->holders; i++) {
        char name[24];

        (void)snprintf(name, sizeof name, "holder %u", i + 1);
        print_hex(name, quorum->share_publics[i], FRANK_POINT_BYTES);
    }
    if (is_record) {
        io_time(time, record->not_before);
        (void)printf("%-12s%s\n", "from", time);
        io_time(time, record->not_after);
        (void)printf("%-12s%s\n", "until", time);
        if (io_now() < record->not_before || io_now() >= record->not_after) {
            (void)puts("It is not in force.");
        }
        (void)puts("Its signature was not checked: frank report seal --pin "
                   "does that.");
    }
}

static int show_json(const struct quorum_record *record, bool is_record)
{
    const struct frank_quorum *quorum = &record->quorum;
    uint8_t id[FRANK_QUORUM_ID_BYTES];
    json_t *line = json_object();
    json_t *publics = json_array();

    frank_quorum_id(id, quorum);
    io_json_set(line, "quorum_key_id", io_json_hex(id, sizeof id));
    io_json_set(line, "threshold", json_integer(quorum->threshold));
    io_json_set(line, "holders", json_integer(quorum->holders));
    io_json_set(line, "P", io_json_hex(quorum->public_key, FRANK_POINT_BYTES));
    for (unsigned i = 0; i < quorum->holders; i++) {
        io_json_append(
            publics, io_json_hex(quorum->share_publics[i], FRANK_POINT_BYTES));
    }
    io_json_set(line, "share_publics", publics);
    if (is_record) {
        io_json_set(line, "not_before", io_json_time(record->not_before));
        io_json_set(line, "not_after", io_json_time(record->not_after));
    }
    return io_put_json(line);
}

static int show_share(const struct frank_quorum *quorum, const char *file,
                      bool json)
{
    struct share share;
    struct frank_fault fault;
    int code = load_share(&share, file);

    if (code == EXIT_DONE && share_check(&share, quorum, &fault) != FRANK_OK) {
        code = io_fault(file, &fault);
    }
    if (code == EXIT_DONE && json) {
        json_t *line = json_object();

        io_json_set(line, "holder", json_integer(share.holder));
        io_json_set(line, "quorum_key_id",
                    io_json_hex(share.quorum_id, sizeof share.quorum_id));
        code = io_put_json(line);
    } else if (code == EXIT_DONE) {
        (void)printf("%s: the share of holder %u\n", file, share.holder);
        code = io_finish(code);
    }
    sodium_memzero(&share, sizeof share);
    return code;
}

int quorum_show_command(const struct command *self, int argc, char **argv)
{
    static const struct option options[] = {
        {"share", required_argument, NULL, OPT_SHARE},
        {"json", no_argument, NULL, OPT_JSON},
        {NULL, 0, NULL, 0}};
    struct quorum_record record;
    const char *share = NULL;
    bool is_record = false;
    bool json = false;
    int option;
    int code;

    while ((option = command_option(self, argc, argv, options)) != -1) {
        if (option == OPT_SHARE) {
            share = optarg;
        } else if (option == OPT_JSON) {
            json = true;
        } else {
            return EXIT_USAGE;
        }
    }
    if (optind + 1 != argc) {
        return command_usage(self, "one QUORUM is needed");
    }
    code = load_quorum_or_record(&record, &is_record, argv[optind]);
    if (code != EXIT_DONE) {
        return code;
    }
    if (share != NULL) {
        return show_share(&record.quorum, share, json);
    }
    if (json) {
        return show_json(&record, is_record);
    }
    show_text(&record, is_record);
    return io_finish(EXIT_DONE);
}

/* ---- sign --------------------------------------------------------------- */

static int sign(const struct quorum_record *record,
                const uint8_t seed[static crypto_sign_SEEDBYTES])
{
    uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    uint8_t message[QUORUM_SIGNED_MAX_BYTES];
    uint8_t signature[FRANK_SIGNATURE_BYTES];
    uint8_t out[QUORUM_RECORD_MAX_BYTES];
    struct wire_writer w;

    wire_write_init(&w, message, sizeof message);
    quorum_signed_bytes(&w, record);
    (void)crypto_sign_seed_keypair(public_key, secret, seed);
    (void)crypto_sign_detached(signature, NULL, message, w.len, secret);
    sodium_memzero(secret, sizeof secret);
    wire_write_init(&w, out, sizeof out);
    quorum_key_write(&w, record);
    wire_write_opaque(&w, (struct frank_span){signature, sizeof signature},
                      sizeof signature, "signature");
    return io_put_bytes(out, w.len);
}

int quorum_sign_command(const struct command *self, int argc, char **argv)
{
    static const struct option options[] = {
        {"key", required_argument, NULL, OPT_KEY},
        {"days", required_argument, NULL, OPT_DAYS},
        {NULL, 0, NULL, 0}};
    struct quorum_record record = {.not_before = io_now(),
                                   .suite = FRANK_SUITE_X25519_AES128GCM};
    uint8_t seed[crypto_sign_SEEDBYTES];
    struct frank_fault fault;
    const char *key = NULL;
    uint64_t days = DAYS_DEFAULT;
    int option;
    int code;

    while ((option = command_option(self, argc, argv, options)) != -1) {
        if (option == OPT_KEY) {
            key = optarg;
        } else if (option != OPT_DAYS ||
                   !io_number(&days, optarg, DAYS_MAX, "--days")) {
            return EXIT_USAGE;
        }
    }
    if (key == NULL || optind + 1 != argc) {
        return command_usage(self, "--key and one QUORUM are needed");
    }
    if (days == 0) {
        return command_usage(self, "--days: at least 1");
    }
    record.not_after = record.not_before + days * DAY_MS;
    code = load_quorum(&record.quorum, argv[optind]);
    if (code != EXIT_DONE) {
        return code;
    }
    if (secret_file_key(seed, key, &fault) != FRANK_OK) {
        return io_key_fault(key, &fault);
    }
    code = sign(&record, seed);
    sodium_memzero(seed, sizeof seed);
    return code;
}
