/* SPDX-License-Identifier: Apache-2.0 */
/* The rules over both logs: read, checked against what was signed, and only
 * then told. */
#include "commands.h"
#include "log_follow.h"
#include "rules_arguments.h"
#include "rules_page.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>

#define PATH_BYTES 4096

static const char *const names[RULES_LOGS] = {"hub", "mod"};

struct running {
    const struct rules_arguments *arguments;
    struct rules_settings settings;
    struct rules *rules;
    enum rules_log log;
    struct log_result results[RULES_LOGS];
    char path[PATH_BYTES];
    char states[RULES_LOGS][PATH_BYTES];
};

/* ---- Reading ---------------------------------------------------------------
 */

static int take_entry(void *context, uint64_t index, struct frank_span entry)
{
    struct running *r = context;
    int error = rules_entry(r->rules, r->log, index, entry);

    if (error != FRANK_OK) {
        (void)io_say(EXIT_TROUBLE, "%s", rules_trouble(r->rules));
    }
    return error;
}

static int follow(struct running *r, enum rules_log log)
{
    const struct rules_arguments *a = r->arguments;
    const struct log_follow what = {
        .name = names[log],
        .place = a->places[log],
        .key = a->keys[log],
        .token = a->tokens[log],
        .policy = a->policy,
        .ca = a->ca,
        .state = a->state != NULL ? r->states[log] : NULL,
        .from = rules_next(r->rules, log),
        .entry = take_entry,
        .context = r,
    };

    r->log = log;
    return log_follow(&r->results[log], &what);
}

/* Copies end when they were made, services now; where witnesses are needed,
 * when these saw the log as it was read: what came since is not public. */
static uint64_t end_of(const struct running *r)
{
    uint64_t end = io_now();

    for (unsigned log = 0; log < RULES_LOGS; log++) {
        const struct policy_verdict *seen = &r->results[log].verdict;
        uint64_t newest = 0;

        if (strncmp(r->arguments->places[log], "http", 4) != 0) {
            return 0;
        }
        for (size_t i = 0; i < POLICY_WITNESSES_MAX; i++) {
            newest = seen->times[i] > newest ? seen->times[i] : newest;
        }
        if (newest != 0 && newest < end / 1000) {
            end = newest * 1000;
        }
    }
    return end;
}

static int check(struct running *r)
{
    int code = follow(r, RULES_HUB);

    if (code == EXIT_DONE) {
        code = follow(r, RULES_MOD);
    }
    if (code == EXIT_DONE && (rules_end(r->rules, end_of(r)) != FRANK_OK ||
                              rules_commit(r->rules) != FRANK_OK)) {
        code = io_say(EXIT_TROUBLE, "%s", rules_trouble(r->rules));
    }
    return code;
}

/* ---- Telling ---------------------------------------------------------------
 */

static void put_time(json_t *line, const char *name, uint64_t time)
{
    io_json_set(line, name, json_integer((json_int_t)time));
}

static int put_log_json(struct running *r, enum rules_log log)
{
    const struct note_checkpoint *c = &r->results[log].checkpoint;
    struct rules_part part = rules_part(r->rules, log);
    json_t *line = json_object();

    io_json_set(line, "what", json_string("log"));
    io_json_set(line, "log", json_string(names[log]));
    io_json_set(line, "origin", json_string(r->results[log].origin));
    io_json_set(line, "size", json_integer((json_int_t)c->size));
    io_json_set(line, "root", io_json_hex(c->root, sizeof c->root));
    io_json_set(line, "cosigned",
                json_integer((json_int_t)r->results[log].verdict.count));
    io_json_set(line, "from", json_integer((json_int_t)part.from));
    put_time(line, "first_time", part.first_time);
    put_time(line, "last_time", part.last_time);
    return io_put_json(line);
}

static int put_rule_json(const struct rules_result *result)
{
    json_t *line = json_object();

    io_json_set(line, "what", json_string("rule"));
    io_json_set(line, "rule", json_string(result->name));
    io_json_set(line, "sentence", json_string(result->sentence));
    io_json_set(line, "entries", json_integer((json_int_t)result->entries));
    io_json_set(line, "findings", json_integer((json_int_t)result->findings));
    io_json_set(line, "earlier", json_integer((json_int_t)result->earlier));
    return io_put_json(line);
}

struct telling {
    bool json;
    bool all;
    int code;
};

static int put_finding_json(const struct rules_finding *f)
{
    json_t *line = json_object();

    io_json_set(line, "what", json_string("finding"));
    io_json_set(line, "rule", json_string(f->rule));
    io_json_set(line, "log", json_string(names[f->log]));
    io_json_set(line, "entry", json_integer((json_int_t)f->index));
    put_time(line, "time", f->time);
    if (f->in_case[0] != '\0') {
        io_json_set(line, "case", json_string(f->in_case));
    }
    if (f->report[0] != '\0') {
        io_json_set(line, "report", json_string(f->report));
    }
    io_json_set(line, "text", json_string(f->text));
    io_json_set(line, "earlier", json_boolean(f->earlier));
    return io_put_json(line);
}

static bool put_finding(void *context, const struct rules_finding *f)
{
    struct telling *t = context;
    char time[IO_TIME_BYTES];

    if (f->earlier && !t->all) {
        return true;
    }
    if (t->json) {
        t->code = put_finding_json(f);
        return t->code == EXIT_DONE;
    }
    io_time(time, f->time);
    (void)printf("\n%s: %s, entry %" PRIu64 ", %s%s\n", f->rule, names[f->log],
                 f->index, time, f->earlier ? " (earlier)" : "");
    if (f->in_case[0] != '\0') {
        (void)printf("  case %s\n", f->in_case);
    }
    if (f->report[0] != '\0') {
        (void)printf("  report %s\n", f->report);
    }
    (void)printf("  %s\n", f->text);
    return true;
}

static int tell_json(struct running *r)
{
    struct telling t = {true, r->arguments->all, EXIT_DONE};

    for (unsigned log = 0; t.code == EXIT_DONE && log < RULES_LOGS; log++) {
        t.code = put_log_json(r, (enum rules_log)log);
    }
    for (size_t i = 0; t.code == EXIT_DONE && i < rules_count(); i++) {
        struct rules_result result = rules_result(r->rules, i);

        t.code = put_rule_json(&result);
    }
    if (t.code == EXIT_DONE) {
        rules_each(r->rules, put_finding, &t);
    }
    return t.code;
}

/* Both logs have the policy's quorum of witnesses. */
static bool is_compared(const struct running *r)
{
    return r->results[RULES_HUB].verdict.count > 0 &&
           r->results[RULES_MOD].verdict.count > 0;
}

static int tell(struct running *r)
{
    struct telling t = {false, r->arguments->all, EXIT_DONE};
    uint64_t earlier = 0;

    for (unsigned log = 0; log < RULES_LOGS; log++) {
        struct rules_part part = rules_part(r->rules, (enum rules_log)log);

        (void)printf("%s: %s holds; entries %" PRIu64 " to %" PRIu64
                     " looked at\n",
                     names[log], r->results[log].origin, part.from, part.to);
    }
    (void)printf("compared with witnesses: %s\n",
                 is_compared(r) ? "yes (policy)"
                                : "no; others may be shown another log");
    (void)printf("\n%-26s %12s %10s\n", "rule", "entries", "findings");
    for (size_t i = 0; i < rules_count(); i++) {
        struct rules_result result = rules_result(r->rules, i);

        if (result.entries > 0) {
            (void)printf("%-26s %12" PRIu64 " %10" PRIu64 "\n", result.name,
                         result.entries, result.findings);
        } else {
            (void)printf("%-26s %12s %10" PRIu64 "\n", result.name, "nothing",
                         result.findings);
        }
        earlier += result.earlier;
    }
    rules_each(r->rules, put_finding, &t);
    if (earlier > 0 && !r->arguments->all) {
        (void)printf("\nEarlier runs had %" PRIu64 " %s: --all shows %s.\n",
                     earlier, earlier == 1 ? "finding" : "findings",
                     earlier == 1 ? "it" : "them");
    }
    return io_finish(EXIT_DONE);
}

static int put_page(struct running *r)
{
    struct rules_page page = {.rules = r->rules,
                              .limits = &r->settings.limits,
                              .now = io_now(),
                              .compared = is_compared(r)};
    FILE *out = fopen(r->arguments->html, "w");

    if (out == NULL) {
        return io_say(EXIT_TROUBLE, "%s: %s", r->arguments->html,
                      strerror(errno));
    }
    for (unsigned log = 0; log < RULES_LOGS; log++) {
        const struct log_result *result = &r->results[log];
        struct rules_page_log *l = &page.logs[log];

        l->origin = result->origin;
        l->size = result->checkpoint.size;
        (void)sodium_bin2hex(l->root, sizeof l->root, result->checkpoint.root,
                             sizeof result->checkpoint.root);
    }
    rules_page_write(out, &page);
    if (ferror(out) != 0 || fclose(out) != 0) {
        return io_say(EXIT_TROUBLE, "%s: cannot be written",
                      r->arguments->html);
    }
    return EXIT_DONE;
}

/* ---- The command -----------------------------------------------------------
 */

/* DIR with a folder for each log, and the rules' database. */
static int make_state(struct running *r)
{
    const char *folder = r->arguments->state;

    if (folder == NULL) {
        return EXIT_DONE;
    }
    if (strlen(folder) > PATH_BYTES - 64) {
        return io_say(EXIT_USAGE, "--state: too long");
    }
    if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
        return io_say(EXIT_TROUBLE, "%s: %s", folder, strerror(errno));
    }
    (void)snprintf(r->path, sizeof r->path, "%s/rules.db", folder);
    for (unsigned log = 0; log < RULES_LOGS; log++) {
        (void)snprintf(r->states[log], sizeof r->states[log], "%s/%s", folder,
                       names[log]);
    }
    r->settings.path = r->path;
    return EXIT_DONE;
}

static int run(struct running *r)
{
    const struct rules_arguments *a = r->arguments;
    char trouble[RULES_TROUBLE_BYTES];
    int code = make_state(r);

    if (code != EXIT_DONE) {
        return code;
    }
    if (rules_open(&r->rules, &r->settings, trouble) != FRANK_OK) {
        return io_say(EXIT_TROUBLE, "%s", trouble);
    }
    code = check(r);
    if (code == EXIT_DONE) {
        code = a->json ? tell_json(r) : tell(r);
    }
    if (code == EXIT_DONE && a->html != NULL) {
        code = put_page(r);
    }
    if (code == EXIT_DONE && rules_findings(r->rules) > 0) {
        code = EXIT_REFUSED;
    }
    rules_close(r->rules);
    return code;
}

int rules_command(const struct command *self, int argc, char **argv)
{
    static struct rules_arguments arguments;
    static struct running running;
    int code = rules_arguments_read(&arguments, self, argc, argv);

    if (code == EXIT_DONE) {
        running = (struct running){
            .arguments = &arguments,
            .settings = {
                .limits = arguments.limits,
                .quorums = {arguments.quorums, arguments.quorum_count},
                .book = arguments.book,
                .now = io_now(),
                .of = {arguments.keys[RULES_HUB], arguments.keys[RULES_MOD]},
            }};
        code = run(&running);
    }
    rules_arguments_free(&arguments);
    return code;
}
