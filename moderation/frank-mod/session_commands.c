/* SPDX-License-Identifier: Apache-2.0 */
/* Commands of the service in which there are secrets: logging in, first logins,
 * consents made here and uploaded, shares that are handed to the service. */
#include "ask_secret.h"
#include "commands.h"
#include "consent.h"
#include "evidence.h"
#include "render.h"
#include "secret_file.h"
#include "service.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_MAX 1026
#define NUMBER_MAX UINT64_C(999999999999999)

enum {
    FLAG_SERVICE,
    FLAG_SESSION,
    FLAG_JSON,
    FLAG_STDIN,
    FLAG_SHARE,
    FLAG_OUT,
    FLAG_REQUEST,
    FLAG_REPORT,
    FLAG_SECOND_LOOK
};

struct flags {
    struct service service;
    const char *share;
    const char *out;
    uint64_t request;
    uint64_t report;      /* 0: all of the request */
    uint64_t second_look; /* 0: none */
    bool from_stdin;
};

static int read_flags(struct flags *out, const struct command *self, int argc,
                      char **argv)
{
    static const struct option options[] = {
        {"service", required_argument, NULL, FLAG_SERVICE},
        {"session", required_argument, NULL, FLAG_SESSION},
        {"json", no_argument, NULL, FLAG_JSON},
        {"stdin", no_argument, NULL, FLAG_STDIN},
        {"share", required_argument, NULL, FLAG_SHARE},
        {"out", required_argument, NULL, FLAG_OUT},
        {"request", required_argument, NULL, FLAG_REQUEST},
        {"report", required_argument, NULL, FLAG_REPORT},
        {"second-look", required_argument, NULL, FLAG_SECOND_LOOK},
        {NULL, 0, NULL, 0}};
    const char *where = NULL;
    const char *session = NULL;
    uint64_t *number;
    int which;

    memset(out, 0, sizeof *out);
    while ((which = command_option(self, argc, argv, options)) != -1) {
        switch (which) {
        case FLAG_SERVICE:
            where = optarg;
            break;
        case FLAG_SESSION:
            session = optarg;
            break;
        case FLAG_JSON:
            out->service.json = true;
            break;
        case FLAG_STDIN:
            out->from_stdin = true;
            break;
        case FLAG_SHARE:
            out->share = optarg;
            break;
        case FLAG_OUT:
            out->out = optarg;
            break;
        case FLAG_REQUEST:
        case FLAG_REPORT:
        case FLAG_SECOND_LOOK:
            number = which == FLAG_REQUEST  ? &out->request
                     : which == FLAG_REPORT ? &out->report
                                            : &out->second_look;
            if (!io_number(number, optarg, NUMBER_MAX, "number")) {
                return EXIT_USAGE;
            }
            break;
        default:
            return EXIT_USAGE;
        }
    }
    out->service.where = service_where(where);
    out->service.session = service_session(session);
    return EXIT_DONE;
}

/* ---- Logging in
 * ------------------------------------------------------------------- */

static int keep_session(const char *path, const char *token)
{
    char line[128];
    struct frank_fault fault;
    int code = EXIT_DONE;
    int len = snprintf(line, sizeof line, "%s\n", token);

    (void)unlink(path);
    if (secret_file_create(path, (const uint8_t *)line, (size_t)len, &fault) !=
        FRANK_OK) {
        code = io_key_fault(path, &fault);
    }
    sodium_memzero(line, sizeof line);
    return code;
}

int login_command(const struct command *self, int argc, char **argv)
{
    char password[SECRET_MAX];
    char secret[SECRET_MAX];
    struct flags flags;
    json_t *body;
    json_t *answer = NULL;
    int code = read_flags(&flags, self, argc, argv);

    if (code == EXIT_DONE && argc - optind != 1) {
        code = command_usage(self, "a name is needed");
    }
    if (code != EXIT_DONE) {
        return code;
    }
    code = ask_secret(password, sizeof password, "password", flags.from_stdin);
    if (code == EXIT_DONE) {
        code = ask_secret(secret, sizeof secret, "code", flags.from_stdin);
    }
    if (code == EXIT_DONE) {
        struct service anyone = flags.service;

        anyone.session = "";
        body = json_pack("{s:s,s:s,s:s}", "name", argv[optind], "password",
                         password, "code", secret);
        code = service_ask(&answer, &anyone, "POST", "/v1/login", body);
        json_decref(body);
    }
    if (code == EXIT_DONE) {
        code =
            keep_session(flags.service.session,
                         json_string_value(json_object_get(answer, "token")));
        (void)json_object_del(answer, "token");
    }
    if (code == EXIT_DONE) {
        code = service_show(&flags.service, answer);
    }
    json_decref(answer);
    sodium_memzero(password, sizeof password);
    sodium_memzero(secret, sizeof secret);
    return code;
}

/* ---- First logins
 * -------------------------------------------------------------------- */

static int confirm(const struct flags *flags, const char *invitation)
{
    char code_of_device[SECRET_MAX];
    json_t *answer = NULL;
    json_t *body;
    int code = ask_secret(code_of_device, sizeof code_of_device, "first code",
                          flags->from_stdin);

    if (code == EXIT_DONE) {
        body = json_pack("{s:s,s:s}", "invitation", invitation, "code",
                         code_of_device);
        code = service_ask(&answer, &flags->service, "POST",
                           "/v1/enrol/confirm", body);
        json_decref(body);
    }
    if (code == EXIT_DONE) {
        (void)io_say(code, "codes for when the device is lost, each good once; "
                           "they are not shown again:");
        code = service_show(&flags->service, answer);
    }
    json_decref(answer);
    return code;
}

/* invitation, password, and later the first code: a line each. */
int enrol_command(const struct command *self, int argc, char **argv)
{
    char invitation[SECRET_MAX];
    char password[SECRET_MAX];
    struct flags flags;
    json_t *answer = NULL;
    json_t *body;
    int code = read_flags(&flags, self, argc, argv);

    if (code == EXIT_DONE && argc != optind) {
        code = command_usage(self, "too many arguments");
    }
    if (code != EXIT_DONE) {
        return code;
    }
    flags.service.session = "";
    code = ask_secret(invitation, sizeof invitation, "invitation",
                      flags.from_stdin);
    if (code == EXIT_DONE) {
        code = ask_secret(password, sizeof password, "new password",
                          flags.from_stdin);
    }
    if (code == EXIT_DONE) {
        body = json_pack("{s:s,s:s}", "invitation", invitation, "password",
                         password);
        code = service_ask(&answer, &flags.service, "POST", "/v1/enrol", body);
        json_decref(body);
    }
    if (code == EXIT_DONE) {
        code = service_show(&flags.service, answer);
    }
    json_decref(answer);
    if (code == EXIT_DONE) {
        code = confirm(&flags, invitation);
    }
    sodium_memzero(invitation, sizeof invitation);
    sodium_memzero(password, sizeof password);
    return code;
}

int password_command(const struct command *self, int argc, char **argv)
{
    static const char *const members[] = {"password", "new_password", "code"};
    static const char *const prompts[] = {"password", "new password", "code"};
    struct flags flags;
    json_t *answer = NULL;
    json_t *body = json_object();
    int code = read_flags(&flags, self, argc, argv);

    for (size_t i = 0; i < 3 && code == EXIT_DONE; i++) {
        char text[SECRET_MAX];

        code = ask_secret(text, sizeof text, prompts[i], flags.from_stdin);
        if (code == EXIT_DONE) {
            (void)json_object_set_new(body, members[i], json_string(text));
        }
        sodium_memzero(text, sizeof text);
    }
    if (code == EXIT_DONE) {
        code =
            service_ask(&answer, &flags.service, "POST", "/v1/password", body);
    }
    json_decref(answer);
    json_decref(body);
    return code;
}

/* ---- Consents
 * ---------------------------------------------------------------------------
 */

/* Consent and receipt for one sealed report, in hexadecimal. */
static int make_consent(json_t *body, const struct share *share,
                        const struct blob *bytes)
{
    uint8_t random[GROUP_RANDOM_BYTES];
    uint8_t secret[CONSENT_BYTES];
    uint8_t proof[RECEIPT_BYTES];
    struct sealed_report *sealed = calloc(1, sizeof *sealed);
    struct consent consent;
    struct receipt receipt;
    struct frank_fault fault = {FRANK_ERR_MEMORY, "report", 0, 0, 0};
    int error = FRANK_ERR_MEMORY;

    if (sealed != NULL) {
        error = sealed_report_decode(sealed, bytes->data, bytes->len, &fault);
    }
    if (error == FRANK_OK) {
        randombytes_buf(random, sizeof random);
        error = consent_make(&consent, share, sealed, random, &fault);
    }
    if (error == FRANK_OK) {
        randombytes_buf(random, sizeof random);
        error = receipt_make(&receipt, share, sealed, io_now(), random);
    }
    if (error == FRANK_OK) {
        consent_encode(secret, &consent);
        receipt_encode(proof, &receipt);
        io_json_set(body, "consent", io_json_hex(secret, sizeof secret));
        io_json_set(body, "receipt", io_json_hex(proof, sizeof proof));
    }
    free(sealed);
    sodium_memzero(&consent, sizeof consent);
    sodium_memzero(secret, sizeof secret);
    sodium_memzero(random, sizeof random);
    return error == FRANK_OK ? EXIT_DONE : io_fault("sealed report", &fault);
}

static int consent_to(const struct flags *flags, const struct share *share,
                      uint64_t report)
{
    char path[96];
    struct blob sealed;
    json_t *body = json_object();
    json_t *answer = NULL;
    int code;

    (void)snprintf(path, sizeof path,
                   "/v1/requests/%" PRIu64 "/reports/%" PRIu64, flags->request,
                   report);
    code = service_bytes(&sealed, &flags->service, path);
    if (code == EXIT_DONE) {
        code = make_consent(body, share, &sealed);
    }
    if (code == EXIT_DONE) {
        (void)json_object_set_new(body, "report",
                                  json_integer((json_int_t)report));
        (void)snprintf(path, sizeof path, "/v1/requests/%" PRIu64 "/consents",
                       flags->request);
        code = service_ask(&answer, &flags->service, "POST", path, body);
    }
    if (code == EXIT_DONE) {
        (void)printf("holder %u consented to open report %" PRIu64 "\n",
                     share->holder, report);
    }
    io_free(&sealed);
    json_decref(answer);
    json_decref(body); /* wiped when it is freed */
    return code;
}

static uint64_t number_of(const json_t *report)
{
    return (uint64_t)json_integer_value(json_object_get(report, "report"));
}

/* The reports of a request that he did not consent to yet. */
static int consent_to_all(const struct flags *flags, const struct share *share)
{
    json_t *answer = NULL;
    json_t *request;
    size_t i;
    int code =
        service_ask(&answer, &flags->service, "GET", "/v1/requests", NULL);
    bool found = false;

    json_array_foreach(json_object_get(answer, "requests"), i, request)
    {
        json_t *report;
        size_t j;

        if ((uint64_t)json_integer_value(json_object_get(request, "request")) !=
            flags->request) {
            continue;
        }
        found = true;
        json_array_foreach(json_object_get(request, "reports"), j, report)
        {
            if (code == EXIT_DONE &&
                !json_is_true(json_object_get(report, "open")) &&
                !json_is_true(json_object_get(report, "mine")) &&
                (flags->report == 0 || flags->report == number_of(report))) {
                code = consent_to(flags, share, number_of(report));
            }
        }
    }
    json_decref(answer);
    if (code == EXIT_DONE && !found) {
        code = io_say(EXIT_REFUSED, "there is no such request that waits");
    }
    return code == EXIT_DONE ? io_finish(code) : code;
}

int agree_outside_command(const struct command *self, int argc, char **argv)
{
    struct flags flags;
    struct share share;
    int code = read_flags(&flags, self, argc, argv);

    if (code == EXIT_DONE &&
        (flags.share == NULL || flags.request == 0 || argc != optind)) {
        code = command_usage(self, "--share and --request are needed");
    }
    if (code != EXIT_DONE) {
        return code;
    }
    code = load_share(&share, flags.share);
    if (code == EXIT_DONE) {
        code = consent_to_all(&flags, &share);
    }
    sodium_memzero(&share, sizeof share);
    return code;
}

/* ---- Shares kept by the service
 * ---------------------------------------------------------- */

int share_keep_command(const struct command *self, int argc, char **argv)
{
    char password[SECRET_MAX];
    struct flags flags;
    struct blob text = {NULL, 0};
    json_t *answer = NULL;
    json_t *body;
    int code = read_flags(&flags, self, argc, argv);

    if (code == EXIT_DONE && argc - optind != 1) {
        code = command_usage(self, "a share's file is needed");
    }
    if (code != EXIT_DONE) {
        return code;
    }
    code = io_read(&text, argv[optind], SHARE_FILE_MAX_BYTES);
    if (code == EXIT_DONE) {
        code =
            ask_secret(password, sizeof password, "password", flags.from_stdin);
    }
    if (code == EXIT_DONE) {
        body = json_pack("{s:s%,s:s}", "share", (const char *)text.data,
                         text.len, "password", password);
        code = service_ask(&answer, &flags.service, "POST", "/v1/share", body);
        json_decref(body);
    }
    io_free(&text);
    json_decref(answer);
    sodium_memzero(password, sizeof password);
    return code;
}

/* ---- Looking
 * -------------------------------------------------------------------------- */

/* What a message holds, as bytes, into a file of its own. */
static int put_content(const char *folder, const json_t *message)
{
    const char *text = json_string_value(json_object_get(message, "content"));
    size_t len = text != NULL ? strlen(text) : 0;
    char path[FOLDER_MAX + 64];
    struct blob bytes;
    int code;

    if (text == NULL) {
        return EXIT_DONE; /* withheld */
    }
    code = io_alloc(&bytes, len / 4 * 3 + 1);
    if (code != EXIT_DONE) {
        return code;
    }
    (void)snprintf(path, sizeof path,
                   "%s/message-%" JSON_INTEGER_FORMAT ".content", folder,
                   json_integer_value(json_object_get(message, "message")));
    if (sodium_base642bin(bytes.data, bytes.len, text, len, NULL, &bytes.len,
                          NULL, sodium_base64_VARIANT_ORIGINAL) != 0) {
        code = io_say(EXIT_TROUBLE, "not an answer of the service");
    } else {
        code = io_write_private(path, bytes.data, bytes.len);
    }
    io_free(&bytes);
    return code;
}

static int put_contents(const char *folder, const json_t *look)
{
    const json_t *messages = json_object_get(look, "messages");
    int code = EXIT_DONE;

    if (strlen(folder) > FOLDER_MAX || mkdir(folder, 0700) != 0) {
        return io_say(EXIT_TROUBLE, "%s: %s", folder,
                      strlen(folder) > FOLDER_MAX ? "too long a path"
                                                  : strerror(errno));
    }
    for (size_t i = 0; i < json_array_size(messages) && code == EXIT_DONE;
         i++) {
        code = put_content(folder, json_array_get(messages, i));
    }
    return code;
}

/* `due` of a closed case is its purge; of a decided one, when it is closed. */
static void put_purge(const json_t *page)
{
    const char *state = json_string_value(json_object_get(page, "state"));
    const json_t *due = json_object_get(page, "due");
    char time[IO_TIME_BYTES];

    if (state != NULL && strcmp(state, "closed") == 0 && json_is_integer(due)) {
        io_time(time, (uint64_t)json_integer_value(due));
        (void)printf("it is purged at %s\n", time);
    } else if (state != NULL && strcmp(state, "purged") == 0) {
        (void)puts("purged: nothing of it is left");
    } else {
        (void)puts("not due: a case is purged when it was closed and the time "
                   "for an appeal is over");
    }
}

static int ask_about(json_t **answer, const struct flags *flags,
                     const char *method, const char *format_path,
                     const char *text, json_t *body)
{
    char path[96];
    uint64_t number;

    if (!io_number(&number, text, NUMBER_MAX, "number")) {
        return EXIT_USAGE;
    }
    (void)snprintf(path, sizeof path, "%s%" PRIu64 "%s", format_path, number,
                   body != NULL ? "/look" : "");
    return service_ask(answer, &flags->service, method, path, body);
}

int look_command(const struct command *self, int argc, char **argv)
{
    struct flags flags;
    json_t *answer = NULL;
    json_t *body = json_object();
    int code = read_flags(&flags, self, argc, argv);

    if (code == EXIT_DONE && argc - optind != 1) {
        code = command_usage(self, "a report is needed");
    }
    if (flags.second_look != 0) {
        (void)json_object_set_new(body, "second_look",
                                  json_integer((json_int_t)flags.second_look));
    }
    if (flags.out != NULL) {
        (void)json_object_set_new(body, "raw", json_true());
    }
    if (code == EXIT_DONE) {
        code = ask_about(&answer, &flags, "POST", "/v1/reports/", argv[optind],
                         body);
    }
    if (code == EXIT_DONE && flags.out != NULL) {
        code = put_contents(flags.out, answer);
    }
    if (code == EXIT_DONE && flags.out != NULL) {
        code = evidence_put(flags.out, &flags.service, answer);
    }
    if (code == EXIT_DONE && flags.service.json) {
        code = service_show(&flags.service, answer);
    } else if (code == EXIT_DONE) {
        render_look(stdout, answer);
        code = io_finish(code);
    }
    json_decref(answer);
    json_decref(body);
    return code;
}

/* ---- Purging
 * -------------------------------------------------------------------------- */

/* A case is purged by itself: this tells when. */
int purge_command(const struct command *self, int argc, char **argv)
{
    struct flags flags;
    json_t *answer = NULL;
    int code = read_flags(&flags, self, argc, argv);

    if (code == EXIT_DONE && argc - optind != 1) {
        code = command_usage(self, "a case is needed");
    }
    if (code == EXIT_DONE) {
        code =
            ask_about(&answer, &flags, "GET", "/v1/cases/", argv[optind], NULL);
    }
    if (code == EXIT_DONE) {
        put_purge(answer);
        code = io_finish(code);
    }
    json_decref(answer);
    return code;
}
