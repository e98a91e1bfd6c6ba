/* SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"

#include "service.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX_BYTES ((size_t)1 << 20)
#define PATH_SPACE 1536

#define FILTER                                                                 \
    {"queue", NULL, VERB_TEXT}, {"sender", NULL, VERB_TEXT},                   \
        {"room", NULL, VERB_TEXT}, {"state", NULL, VERB_TEXT},                 \
        {"claim", NULL, VERB_TEXT}, {"reason", NULL, VERB_TEXT},               \
        {"priority", NULL, VERB_TEXT}, {"reporters", NULL, VERB_TEXT},         \
        {"messages", NULL, VERB_TEXT}, {"from", NULL, VERB_TEXT},              \
    {                                                                          \
        "to", NULL, VERB_TEXT                                                  \
    }
#define DECISION                                                               \
    {"policy", NULL, VERB_TEXT}, {"outcome", NULL, VERB_TEXT},                 \
        {"template", NULL, VERB_TEXT}, {"value", "values", VERB_VALUE},        \
        {"explanation", NULL, VERB_FILE},                                      \
    {                                                                          \
        "withheld-seen", "withheld_seen", VERB_YES                             \
    }
#define WHY                                                                    \
    {                                                                          \
        "why", NULL, VERB_TEXT                                                 \
    }

static const struct verb verbs[] = {
    {"logout", "POST", "/v1/logout", {{0}}},
    {"me", "GET", "/v1/me", {{0}}},
    {"queues", "GET", "/v1/queues", {{0}}},
    {"queue",
     "GET",
     "/v1/cases",
     {FILTER, {"after", NULL, VERB_TEXT}, {"most", NULL, VERB_TEXT}}},
    {"next", "POST", "/v1/cases/next", {{"queue", NULL, VERB_TEXT}}},
    {"show", "GET", "/v1/cases/{}", {{0}}},
    {"claim", "POST", "/v1/cases/{}/claim", {{0}}},
    {"extend", "POST", "/v1/cases/{}/extend", {{0}}},
    {"hold", "POST", "/v1/cases/{}/hold", {{"until", NULL, VERB_TIME}, WHY}},
    {"release", "POST", "/v1/cases/{}/release", {{0}}},
    {"hand-over",
     "POST",
     "/v1/cases/{}/hand-over",
     {{"to", NULL, VERB_TEXT}, WHY}},
    {"ask",
     "POST",
     "/v1/cases/{}/ask",
     {{"report", "reports", VERB_LIST}, WHY}},
    {"requests", "GET", "/v1/requests", {{0}}},
    {"withdraw", "POST", "/v1/requests/{}/withdraw", {{0}}},
    {"refuse", "POST", "/v1/requests/{}/refuse", {WHY}},
    {"agree", "POST", "/v1/requests/{}/agree", {{0}}},
    {"retry-attachment",
     "POST",
     "/v1/reports/{}/attachments/retry",
     {{"message", NULL, VERB_NUMBER}, {"part", NULL, VERB_NUMBER}}},
    {"reporter", "POST", "/v1/reports/{}/reporter", {WHY}},
    {"note", "POST", "/v1/cases/{}/notes", {{"text", NULL, VERB_FILE}}},
    {"decide",
     "POST",
     "/v1/cases/{}/decide",
     {DECISION, {"preview", NULL, VERB_YES}}},
    {"review",
     "POST",
     "/v1/cases/{}/review",
     {{"confirm", NULL, VERB_YES}, {"return", "confirm", VERB_NO}, WHY}},
    {"retract", "POST", "/v1/cases/{}/retract", {WHY}},
    {"appeal",
     "POST",
     "/v1/cases/{}/answer",
     {{"uphold", "upheld", VERB_YES},
      {"overturn", "upheld", VERB_NO},
      WHY,
      DECISION}},
    {"second-look", "POST", "/v1/second-looks/next", {{0}}},
    {"second-decide",
     "POST",
     "/v1/second-looks/{}/decide",
     {{"policy", NULL, VERB_TEXT}, {"outcome", NULL, VERB_TEXT}}},
    {"flood list", "GET", "/v1/floods", {{0}}},
    {"flood preview", "GET", "/v1/floods/preview", {FILTER}},
    {"flood close",
     "POST",
     "/v1/floods",
     {{"filter", NULL, VERB_VALUE}, {"digest", NULL, VERB_TEXT}, WHY}},
    {"flood undo", "POST", "/v1/floods/{}/undo", {{0}}},
    {"legal-hold ask",
     "POST",
     "/v1/cases/{}/legal-hold",
     {{"until", NULL, VERB_TIME}, WHY}},
    {"legal-hold confirm", "POST", "/v1/legal-holds/{}/confirm", {{0}}},
    {"legal-hold end", "POST", "/v1/legal-holds/{}/end", {WHY}},
    {"stats",
     "GET",
     "/v1/statistics",
     {{"from", NULL, VERB_TEXT},
      {"to", NULL, VERB_TEXT},
      {"format", NULL, VERB_TEXT}}},
    {"book show", "GET", "/v1/book", {{0}}},
    {"book set",
     "POST",
     "/v1/book",
     {{"after", NULL, VERB_NUMBER}, {"book", NULL, VERB_JSON}}},
    {"account list", "GET", "/v1/accounts", {{0}}},
    {"account add",
     "POST",
     "/v1/accounts",
     {{"name", NULL, VERB_TEXT},
      {"shown", NULL, VERB_TEXT},
      {"role", "roles", VERB_WORDS},
      {"queue", "queues", VERB_WORDS}}},
    {"account change",
     "POST",
     "/v1/accounts/{}/change",
     {{"shown", NULL, VERB_TEXT},
      {"role", "roles", VERB_WORDS},
      {"queue", "queues", VERB_WORDS}}},
    {"account end", "POST", "/v1/accounts/{}/end", {{0}}},
    {"account reset", "POST", "/v1/accounts/{}/reset", {{0}}},
    {"people", "GET", "/v1/people", {{0}}},
    {"quorums", "GET", "/v1/quorums", {{0}}},
    {"holder",
     "POST",
     "/v1/holders",
     {{"quorum", NULL, VERB_TEXT},
      {"holder", NULL, VERB_NUMBER},
      {"account", NULL, VERB_NUMBER}}},
    {"share drop",
     "POST",
     "/v1/share/drop",
     {{"quorum", NULL, VERB_TEXT}, {"holder", NULL, VERB_NUMBER}}},
    {"searches", "GET", "/v1/searches", {{0}}},
    {"search keep",
     "POST",
     "/v1/searches",
     {{"name", NULL, VERB_TEXT}, {"query", NULL, VERB_TEXT}}},
    {"search drop", "POST", "/v1/searches/drop", {{"name", NULL, VERB_TEXT}}},
};

const struct command verb_commands[] = {
    {"logout", "", "end the session", verb_command},
    {"me", "", "who I am, my roles, queues and shares", verb_command},
    {"queues", "", "my queues, and how many cases stand in them", verb_command},
    {"queue",
     "[--queue Q] [--sender URI] [--room URI] [--state S] [--reason R,R]\n"
     "    [--claim unclaimed|claimed|mine] [--priority N] [--reporters N]\n"
     "    [--messages N] [--from MS] [--to MS] [--after CURSOR] [--most N]",
     "cases, the gravest and oldest first", verb_command},
    {"next", "[--queue Q]", "claim the next case", verb_command},
    {"show", "CASE", "a case as it stands, without content", verb_command},
    {"claim", "CASE", "claim a case", verb_command},
    {"extend", "CASE", "extend my claim", verb_command},
    {"hold", "--until 2d|MS --why T CASE", "hold my claim for longer",
     verb_command},
    {"release", "CASE", "give a case back to its queue", verb_command},
    {"hand-over", "--to NAME --why T CASE", "hand my case to somebody",
     verb_command},
    {"ask", "--report N [--report N...] --why T CASE",
     "ask the quorum to open reports", verb_command},
    {"requests", "", "requests that wait for consents", verb_command},
    {"withdraw", "REQUEST", "withdraw my request", verb_command},
    {"refuse", "--why T REQUEST", "refuse, as a holder", verb_command},
    {"agree", "REQUEST", "agree with a share that the service keeps",
     verb_command},
    {"retry-attachment", "--message N --part N REPORT",
     "fetch a file again that could not be had", verb_command},
    {"reporter", "--why T REPORT", "who reported; logged", verb_command},
    {"note", "--text FILE|- CASE", "add an internal note", verb_command},
    {"decide",
     "--policy P --outcome O [--template T [--value NAME=TEXT...]]\n"
     "    [--explanation FILE|-] [--withheld-seen] [--preview] CASE",
     "decide, or propose what is grave", verb_command},
    {"review", "--confirm | --return --why T CASE", "the second person's word",
     verb_command},
    {"retract", "--why T CASE", "take my decision back", verb_command},
    {"appeal",
     "--uphold | --overturn --policy P --outcome O [as for decide]\n"
     "    --why T CASE",
     "answer an appeal", verb_command},
    {"second-look", "", "take the next blind second look", verb_command},
    {"second-decide", "--policy P --outcome O LOOK",
     "what I would have decided", verb_command},
    {"flood list", "", "floods that were closed", verb_command},
    {"flood preview", "[as for queue]", "what a flood would cover",
     verb_command},
    {"flood close", "--filter NAME=TEXT... --digest D --why T",
     "close exactly that, unopened", verb_command},
    {"flood undo", "FLOOD", "undo it", verb_command},
    {"legal-hold ask", "--until 90d|MS --why T CASE", "order a legal hold",
     verb_command},
    {"legal-hold confirm", "HOLD", "confirm one of somebody else's",
     verb_command},
    {"legal-hold end", "--why T HOLD", "end one", verb_command},
    {"stats", "[--from DAY] [--to DAY] [--format csv]",
     "counts a day, queue and measure; days since 1970", verb_command},
    {"book show", "", "the book in force", verb_command},
    {"book set", "--after VERSION --book FILE", "put another into force",
     verb_command},
    {"account list", "", "all accounts", verb_command},
    {"account add", "--name N --shown S --role R [--role R...] [--queue Q...]",
     "a new account; prints its invitation", verb_command},
    {"account change", "--shown S --role R [--role R...] [--queue Q...] N",
     "other roles and queues", verb_command},
    {"account end", "N", "end an account for good", verb_command},
    {"account reset", "N", "invite again; password and device are lost",
     verb_command},
    {"people", "", "whom a case can be handed to", verb_command},
    {"quorums", "", "quorums, and who holds which share", verb_command},
    {"holder", "--quorum ID --holder N [--account N]", "say whose a share is",
     verb_command},
    {"share drop", "--quorum ID --holder N", "take a share out of the service",
     verb_command},
    {"searches", "", "searches that I keep", verb_command},
    {"search keep", "--name N --query Q", "keep a search", verb_command},
    {"search drop", "--name N", "drop one", verb_command},
};
const size_t verb_command_count =
    sizeof verb_commands / sizeof verb_commands[0];

/* ---- What is said
 * ---------------------------------------------------------------------- */

static const struct verb *find_verb(const char *name)
{
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(verbs[i].name, name) == 0) {
            return &verbs[i];
        }
    }
    return NULL;
}

/* "2d", "90m", "12h" from now, or milliseconds since 1970. */
static bool read_time(uint64_t *out, const char *text)
{
    static const struct {
        char unit;
        uint64_t ms;
    } units[] = {{'m', 60000}, {'h', 3600000}, {'d', 86400000}};
    size_t digits = strspn(text, "0123456789");
    uint64_t number = strtoull(text, NULL, 10);

    if (digits == 0 || digits > 15) {
        return false;
    }
    if (text[digits] == '\0') {
        *out = number;
        return true;
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (text[digits] == units[i].unit && text[digits + 1] == '\0' &&
            number < 100000) {
            *out = io_now() + number * units[i].ms;
            return true;
        }
    }
    return false;
}

static int add_file(json_t *body, const char *member, const char *path,
                    bool is_json)
{
    struct blob text;
    int code = io_read(&text, path, FILE_MAX_BYTES);
    json_t *value;

    if (code != EXIT_DONE) {
        return code;
    }
    value = is_json ? json_loadb((const char *)text.data, text.len,
                                 JSON_REJECT_DUPLICATES, NULL)
                    : json_stringn((const char *)text.data, text.len);
    io_free(&text);
    if (value == NULL) {
        return io_say(EXIT_REFUSED, "%s: not %s", path,
                      is_json ? "JSON" : "UTF-8");
    }
    (void)json_object_set_new(body, member, value);
    return EXIT_DONE;
}

static int add_to_list(json_t *body, const char *member, json_t *value)
{
    json_t *list = json_object_get(body, member);

    if (list == NULL) {
        list = json_array();
        (void)json_object_set_new(body, member, list);
    }
    (void)json_array_append_new(list, value);
    return EXIT_DONE;
}

static int add_value(json_t *body, const char *member, const char *text)
{
    const char *equals = strchr(text, '=');
    json_t *values = json_object_get(body, member);
    char name[64];

    if (equals == NULL || (size_t)(equals - text) >= sizeof name) {
        return io_say(EXIT_USAGE, "not NAME=TEXT: %s", text);
    }
    (void)snprintf(name, sizeof name, "%.*s", (int)(equals - text), text);
    if (values == NULL) {
        values = json_object();
        (void)json_object_set_new(body, member, values);
    }
    (void)json_object_set_new(values, name, json_string(equals + 1));
    return EXIT_DONE;
}

static int add_number(json_t *body, const char *member, const char *text,
                      bool is_list)
{
    uint64_t number;

    if (!io_number(&number, text, UINT64_C(9007199254740992), member)) {
        return EXIT_USAGE;
    }
    if (is_list) {
        return add_to_list(body, member, json_integer((json_int_t)number));
    }
    (void)json_object_set_new(body, member, json_integer((json_int_t)number));
    return EXIT_DONE;
}

static int add_option(json_t *body, const char *member, enum verb_kind kind,
                      const char *text)
{
    uint64_t time;

    switch (kind) {
    case VERB_FILE:
    case VERB_JSON:
        return add_file(body, member, text, kind == VERB_JSON);
    case VERB_NUMBER:
    case VERB_LIST:
        return add_number(body, member, text, kind == VERB_LIST);
    case VERB_TIME:
        if (!read_time(&time, text)) {
            return io_say(EXIT_USAGE, "%s: not a time such as 2d, 12h, 90m",
                          text);
        }
        (void)json_object_set_new(body, member, json_integer((json_int_t)time));
        return EXIT_DONE;
    case VERB_WORDS:
        return add_to_list(body, member, json_string(text));
    case VERB_VALUE:
        return add_value(body, member, text);
    case VERB_YES:
    case VERB_NO:
        (void)json_object_set_new(body, member, json_boolean(kind == VERB_YES));
        return EXIT_DONE;
    default:
        (void)json_object_set_new(body, member, json_string(text));
        return EXIT_DONE;
    }
}

/* ---- Where it goes
 * ------------------------------------------------------------------------ */

static void put_escaped(char *out, size_t size, const char *text)
{
    size_t at = strlen(out);

    for (; *text != '\0' && at + 4 < size; text++) {
        unsigned char c = (unsigned char)*text;

        if (isalnum(c) || strchr("-._~", c) != NULL) {
            out[at++] = (char)c;
        } else {
            at += (size_t)snprintf(out + at, size - at, "%%%02X", c);
        }
    }
    out[at] = '\0';
}

static void put_plain(char *out, size_t size, const char *text)
{
    size_t at = strlen(out);

    (void)snprintf(out + at, size - at, "%s", text);
}

/* The path with its arguments; what is said, as a query where it is a GET. */
static int make_path(char out[static PATH_SPACE], const struct command *self,
                     const struct verb *verb, json_t *body, int argc,
                     char **argv)
{
    const char *path = verb->path;
    const char *open;
    const char *name;
    json_t *value;
    int at = optind;
    char mark = '?';

    out[0] = '\0';
    while ((open = strstr(path, "{}")) != NULL) {
        uint64_t number;
        size_t len = strlen(out);

        if (at == argc) {
            return command_usage(self, "a number is missing");
        }
        if (!io_number(&number, argv[at++], UINT64_C(999999999999999),
                       "number")) {
            return EXIT_USAGE;
        }
        (void)snprintf(out + len, PATH_SPACE - len, "%.*s%" PRIu64,
                       (int)(open - path), path, number);
        path = open + 2;
    }
    put_plain(out, PATH_SPACE, path);
    if (at != argc) {
        return command_usage(self, "too many arguments");
    }
    if (strcmp(verb->method, "GET") == 0) {
        json_object_foreach(body, name, value)
        {
            char begin[64];

            (void)snprintf(begin, sizeof begin, "%c%s=", mark, name);
            put_plain(out, PATH_SPACE, begin);
            put_escaped(out, PATH_SPACE, json_string_value(value));
            mark = '&';
        }
    }
    return EXIT_DONE;
}

/* ---- Running
 * --------------------------------------------------------------------------------
 */

/* Behind the verb's own options. */
enum { OPTION_SERVICE = VERB_OPTIONS_MAX, OPTION_SESSION, OPTION_JSON };

static int read_options(json_t *body, struct service *service,
                        const struct command *self, const struct verb *verb,
                        int argc, char **argv)
{
    struct option options[VERB_OPTIONS_MAX + 4] = {{0}};
    const char *where = NULL;
    const char *session = NULL;
    size_t count = 0;
    int code = EXIT_DONE;
    int which;

    for (; count < VERB_OPTIONS_MAX && verb->options[count].flag != NULL;
         count++) {
        enum verb_kind kind = verb->options[count].kind;

        options[count] = (struct option){verb->options[count].flag,
                                         kind == VERB_YES || kind == VERB_NO
                                             ? no_argument
                                             : required_argument,
                                         NULL, (int)count};
    }
    options[count++] =
        (struct option){"service", required_argument, NULL, OPTION_SERVICE};
    options[count++] =
        (struct option){"session", required_argument, NULL, OPTION_SESSION};
    options[count] = (struct option){"json", no_argument, NULL, OPTION_JSON};
    while (code == EXIT_DONE &&
           (which = command_option(self, argc, argv, options)) != -1) {
        if (which == '?') {
            return EXIT_USAGE;
        }
        if (which == OPTION_SERVICE) {
            where = optarg;
        } else if (which == OPTION_SESSION) {
            session = optarg;
        } else if (which == OPTION_JSON) {
            service->json = true;
        } else {
            const char *member = verb->options[which].member;

            code = add_option(
                body, member != NULL ? member : verb->options[which].flag,
                verb->options[which].kind, optarg);
        }
    }
    service->where = service_where(where);
    service->session = service_session(session);
    return code;
}

int verb_command(const struct command *self, int argc, char **argv)
{
    const struct verb *verb = find_verb(self->name);
    struct service service = {NULL, NULL, false};
    char path[PATH_SPACE];
    json_t *body = json_object();
    json_t *answer = NULL;
    bool posts = strcmp(verb->method, "POST") == 0;
    int code = read_options(body, &service, self, verb, argc, argv);

    if (code == EXIT_DONE) {
        code = make_path(path, self, verb, body, argc, argv);
    }
    if (code == EXIT_DONE) {
        code = service_ask(&answer, &service, verb->method, path,
                           posts ? body : NULL);
    }
    if (code == EXIT_DONE) {
        code = service_show(&service, answer);
    }
    json_decref(answer);
    json_decref(body);
    return code;
}
