/* SPDX-License-Identifier: Apache-2.0 */
/* frank-mod open: what k holders together see of a report. Contents go to files
 * in a folder, and nowhere else. */
#include "commands.h"
#include "look_files.h"
#include "secret_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    OPT_QUORUM = 1,
    OPT_HUB_PUBLIC,
    OPT_VERDICT,
    OPT_CONSENT,
    OPT_OUT,
    OPT_JSON
};

struct open_arguments {
    const char *quorum;
    const char *hub_public;
    const char *verdict;
    const char *out;
    const char *consents[FRANK_HOLDERS_MAX];
    size_t count;
    const char *file;
    bool json;
};

static int parse(struct open_arguments *out, const struct command *self,
                 int argc, char **argv)
{
    static const struct option options[] = {
        {"quorum", required_argument, NULL, OPT_QUORUM},
        {"hub-public", required_argument, NULL, OPT_HUB_PUBLIC},
        {"verdict", required_argument, NULL, OPT_VERDICT},
        {"consent", required_argument, NULL, OPT_CONSENT},
        {"out", required_argument, NULL, OPT_OUT},
        {"json", no_argument, NULL, OPT_JSON},
        {NULL, 0, NULL, 0}};
    int option;

    memset(out, 0, sizeof *out);
    while ((option = command_option(self, argc, argv, options)) != -1) {
        switch (option) {
        case OPT_QUORUM:
            out->quorum = optarg;
            break;
        case OPT_HUB_PUBLIC:
            out->hub_public = optarg;
            break;
        case OPT_VERDICT:
            out->verdict = optarg;
            break;
        case OPT_OUT:
            out->out = optarg;
            break;
        case OPT_JSON:
            out->json = true;
            break;
        case OPT_CONSENT:
            if (out->count == FRANK_HOLDERS_MAX) {
                return command_usage(self, "at most %d consents",
                                     FRANK_HOLDERS_MAX);
            }
            out->consents[out->count++] = optarg;
            break;
        default:
            return EXIT_USAGE;
        }
    }
    if (out->quorum == NULL || out->hub_public == NULL || out->count == 0 ||
        optind + 1 != argc) {
        return command_usage(
            self, "--quorum, --hub-public, --consent and one SEALED are "
                  "needed");
    }
    if (out->out != NULL && strlen(out->out) > FOLDER_MAX) {
        return command_usage(self, "--out: more than %d characters",
                             FOLDER_MAX);
    }
    out->file = argv[optind];
    return EXIT_DONE;
}

/* ---- Reading ------------------------------------------------------------ */

static int load_consents(struct look *look,
                         const struct open_arguments *arguments)
{
    uint8_t bytes[CONSENT_BYTES];
    struct frank_fault fault;
    int code = EXIT_DONE;

    for (size_t i = 0; i < arguments->count && code == EXIT_DONE; i++) {
        const char *file = arguments->consents[i];

        code = io_read_exactly(bytes, sizeof bytes, file, "a consent");
        if (code == EXIT_DONE &&
            consent_decode(&look->consents[i], bytes, sizeof bytes, &fault) !=
                FRANK_OK) {
            code = io_fault(file, &fault);
        }
    }
    sodium_memzero(bytes, sizeof bytes);
    return code;
}

static int load_verdict(struct look *look, const char *file)
{
    struct blob bytes = {NULL, 0};
    struct frank_fault fault;
    int code;

    if (file == NULL) {
        return EXIT_DONE;
    }
    code = io_read(&bytes, file, HUB_VERDICT_SIGNED_MAX_BYTES);
    if (code == EXIT_DONE &&
        hub_verdict_open(&look->verdict, bytes.data, bytes.len, &look->hub,
                         &fault) != FRANK_OK) {
        code = io_fault(file, &fault);
    }
    look->has_verdict = code == EXIT_DONE;
    io_free(&bytes);
    return code;
}

static int load(struct look *look, const struct open_arguments *arguments)
{
    int code = load_quorum(&look->quorum, arguments->quorum);

    if (code == EXIT_DONE) {
        code = load_hub_public(&look->hub, arguments->hub_public);
    }
    if (code == EXIT_DONE) {
        code = load_verdict(look, arguments->verdict);
    }
    if (code == EXIT_DONE) {
        code = load_consents(look, arguments);
    }
    return code == EXIT_DONE
               ? io_read(&look->sealed, arguments->file, FRANK_REPORT_MAX_BYTES)
               : code;
}

static int open_and_judge(struct look *look,
                          const struct open_arguments *arguments)
{
    const struct sealed_report *report;
    struct frank_fault fault;
    size_t which;

    if (opening_open(&look->opening, &which, look->sealed.data,
                     look->sealed.len, &look->quorum, look->consents,
                     arguments->count, &fault) != FRANK_OK) {
        return io_fault(which == SIZE_MAX ? arguments->file
                                          : arguments->consents[which],
                        &fault);
    }
    report = opening_report(look->opening);
    if (look->has_verdict && memcmp(look->verdict.report_digest, report->digest,
                                    sizeof report->digest) != 0) {
        return io_say(EXIT_REFUSED, "%s: the hub's verdict on another report",
                      arguments->verdict);
    }
    for (size_t i = 0; i < report->header.count; i++) {
        opening_judge(&look->verdicts[i], look->opening, i, &look->hub,
                      look->has_verdict ? &look->verdict : NULL);
    }
    return EXIT_DONE;
}

/* ---- Contents ----------------------------------------------------------- */

#define PATH_BYTES 4096

static int put_file(const char *folder, const char *name,
                    struct frank_span bytes)
{
    char path[PATH_BYTES];
    struct frank_fault fault;

    (void)snprintf(path, sizeof path, "%.4000s/%s", folder, name);
    return secret_file_create(path, bytes.data, bytes.len, &fault) == FRANK_OK
               ? EXIT_DONE
               : io_key_fault(path, &fault);
}

static int put_run(void *context, const struct look *look,
                   const struct look_file *file)
{
    const char *folder = context;
    char name[LOOK_NAME_BYTES];

    (void)look;
    if (file->state != LOOK_FILE_THERE) {
        return EXIT_DONE;
    }
    look_file_name(name, file);
    return put_file(folder, name,
                    (struct frank_span){file->bytes, (size_t)file->len});
}

/* Only what was proven, or looked at and found not to match, is of use; what
 * cannot be proven is written too: the moderators decide. */
static int put_contents(const struct look *look, const char *folder)
{
    const struct frank_report_body *body = opening_body(look->opening);
    char name[LOOK_NAME_BYTES];
    int code = EXIT_DONE;

    if (mkdir(folder, 0700) != 0) {
        return io_say(EXIT_TROUBLE, "%s: %s", folder,
                      errno == EEXIST
                          ? "is there already; contents go to a new folder"
                          : strerror(errno));
    }
    if (body->note.len > 0) {
        code = put_file(folder, "note.txt", body->note);
    }
    for (size_t i = 0; i < body->count && code == EXIT_DONE; i++) {
        if (body->openings[i].disclosed) {
            look_content_name(name, i);
            code = put_file(folder, name, body->openings[i].content);
        }
    }
    return code == EXIT_DONE ? look_files_each(look, put_run, (void *)folder)
                             : code;
}

/* ---- The command --------------------------------------------------------- */

/* Refused: something is shown that is not what the hub stamped. Where that
 * holds for all, it may be another hub's file. */
static int judge_all(const struct look *look, const char *hub_file)
{
    size_t count = opening_report(look->opening)->header.count;
    size_t not_signed = 0;

    for (size_t i = 0; i < count; i++) {
        not_signed += look->verdicts[i].state == OPENING_NOT_STAMPED &&
                      look->verdicts[i].fault.error == FRANK_ERR_SIGNATURE;
    }
    if (not_signed == count) {
        (void)io_say(EXIT_REFUSED,
                     "no key of %s signed any of these stamps: is it this "
                     "hub's public file?",
                     hub_file);
    }
    for (size_t i = 0; i < count; i++) {
        if (look->verdicts[i].state == OPENING_MISMATCH ||
            look->verdicts[i].state == OPENING_NOT_STAMPED) {
            return EXIT_REFUSED;
        }
    }
    return look_files_refused(look) ? EXIT_REFUSED : EXIT_DONE;
}

static int look_at(struct look *look, const struct open_arguments *arguments)
{
    int code = load(look, arguments);

    if (code == EXIT_DONE) {
        code = open_and_judge(look, arguments);
    }
    if (code == EXIT_DONE && arguments->out != NULL) {
        code = put_contents(look, arguments->out);
    }
    if (code == EXIT_DONE) {
        code = arguments->json ? look_put_json(look, arguments->out != NULL)
                               : look_put_text(look);
    }
    if (code == EXIT_DONE && !look->has_verdict) {
        (void)io_say(code, "without --verdict, nothing here ties the stamps to "
                           "these messages: the hub's signature does not cover "
                           "the franking tag");
    }
    return code == EXIT_DONE ? judge_all(look, arguments->hub_public) : code;
}

int open_command(const struct command *self, int argc, char **argv)
{
    struct open_arguments arguments;
    struct look *look;
    int code = parse(&arguments, self, argc, argv);

    if (code != EXIT_DONE) {
        return code;
    }
    look = calloc(1, sizeof *look);
    if (look == NULL) {
        return io_say(EXIT_TROUBLE, "out of memory");
    }
    code = look_at(look, &arguments);
    opening_free(look->opening);
    io_free(&look->sealed);
    sodium_memzero(look, sizeof *look); /* the consents */
    free(look);
    return code;
}
