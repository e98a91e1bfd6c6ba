/* SPDX-License-Identifier: Apache-2.0 */
/* An evidence bundle: what it proves, beside another one, and as other systems
 * and people are to read it. */
#include "bundle_check.h"
#include "commands.h"
#include "io.h"
#include "load.h"
#include "policy.h"
#include "quorum_public.h"
#include "view.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define QUORUMS_MAX 16

struct asked {
    struct bundle_pins pins;
    struct hub_public hub;
    struct hub_public moderation;
    struct note_key mod_key;
    struct note_key hub_key;
    struct frank_quorum quorums[QUORUMS_MAX];
    struct policy policy;
    bool json;
    bool strict;
    uint64_t report;
    const char *views[5];
    const char *out;
};

enum { HTML, XARF, MIMI, DSA, CYBERTIP, VIEWS };
static const char *const view_names[VIEWS] = {
    "page", "XARF report", "AbuseReport", "statement of reasons",
    "CyberTipline draft"};

/* A bundle that was read and checked. */
struct opened {
    struct blob bytes;
    struct bundle_file *file;
    struct bundle_check *check;
};

static void close_bundle(struct opened *o)
{
    bundle_check_free(o->check);
    bundle_free(o->file);
    io_free(&o->bytes);
}

static int out_of_memory(void)
{
    return io_say(EXIT_TROUBLE, "out of memory");
}

static int open_bundle(struct opened *o, const char *path,
                       const struct bundle_pins *pins)
{
    struct frank_fault fault;
    int code = io_read(&o->bytes, path, BUNDLE_MAX_BYTES);

    if (code != EXIT_DONE) {
        return code;
    }
    if (bundle_decode(&o->file, o->bytes.data, o->bytes.len, &fault) !=
        FRANK_OK) {
        return io_fault(path, &fault);
    }
    return bundle_check(&o->check, o->file, pins) == FRANK_OK ? EXIT_DONE
                                                              : out_of_memory();
}

/* ---- What was found ------------------------------------------------------ */

static int put_json(const struct bundle_check *c)
{
    int code = EXIT_DONE;

    for (size_t i = 0; i < c->count && code == EXIT_DONE; i++) {
        const struct bundle_finding *f = &c->findings[i];
        json_t *line = json_object();

        io_json_set(line, "standing",
                    json_string(bundle_standing_text(f->standing)));
        io_json_set(line, "check", json_string(f->check));
        io_json_set(line, "by",
                    f->by[0] != '\0' ? json_string(f->by) : json_null());
        io_json_set(line, "time",
                    f->time > 0 ? io_json_time(f->time) : json_null());
        io_json_set(line, "text", json_string(f->text));
        code = io_put_json(line);
    }
    return code;
}

static int put_json_sum(const struct bundle_check *c, bool compared)
{
    json_t *line = json_object();

    io_json_set(line, "case",
                io_json_hex(c->bundle->case_name, BUNDLE_CASE_BYTES));
    if (!compared) {
        io_json_set(line, "bundle",
                    io_json_hex(c->bundle->id, BUNDLE_ID_BYTES));
        io_json_set(line, "state", json_string(case_state_text(c->state)));
    }
    io_json_set(line, compared ? "agree" : "holds",
                json_boolean(c->totals[BUNDLE_REFUSED] == 0));
    for (unsigned s = 0; s < BUNDLE_STANDINGS; s++) {
        io_json_set(line, bundle_standing_text((enum bundle_standing)s),
                    json_integer((json_int_t)c->totals[s]));
    }
    return io_put_json(line);
}

static void put_group(const struct bundle_check *c,
                      enum bundle_standing standing, const char *title)
{
    if (c->totals[standing] == 0) {
        return;
    }
    (void)printf("\n%s\n", title);
    for (size_t i = 0; i < c->count; i++) {
        const struct bundle_finding *f = &c->findings[i];
        char time[IO_TIME_BYTES] = "";

        if (f->standing == standing) {
            if (f->time > 0) {
                io_time(time, f->time);
            }
            (void)printf("  %s%s%s%s%s%s\n", f->text,
                         f->by[0] != '\0' || f->time > 0 ? "\n      " : "",
                         f->by[0] != '\0' ? "by " : "", f->by,
                         f->by[0] != '\0' && f->time > 0 ? ", " : "", time);
        }
    }
}

static void put_groups(const struct bundle_check *c, const char *proven)
{
    put_group(c, BUNDLE_REFUSED, "Refused:");
    put_group(c, BUNDLE_PROVEN, proven);
    put_group(c, BUNDLE_WORD, "The moderation side's own word:");
    put_group(c, BUNDLE_NOT_SHOWN, "Not shown, or not proven:");
    put_group(c, BUNDLE_UNPINNED,
              "Keys that are the bundle's own, to be compared:");
}

static int put_bundle(const struct bundle_check *c, bool json)
{
    char hex[2 * BUNDLE_CASE_BYTES + 1];
    char time[IO_TIME_BYTES];

    if (json) {
        int code = put_json(c);

        return code == EXIT_DONE ? put_json_sum(c, false) : code;
    }
    (void)sodium_bin2hex(hex, sizeof hex, c->bundle->case_name,
                         sizeof c->bundle->case_name);
    io_time(time, c->bundle->made);
    (void)printf("Evidence bundle of the case %s,\nmade %s: it %s.\n", hex,
                 time,
                 c->totals[BUNDLE_REFUSED] > 0 ? "DOES NOT HOLD" : "holds");
    put_groups(c, "Proven:");
    return io_finish(EXIT_DONE);
}

static int code_of(const struct bundle_check *c, bool strict)
{
    return c->totals[BUNDLE_REFUSED] > 0 ||
                   (strict && c->totals[BUNDLE_UNPINNED] > 0)
               ? EXIT_REFUSED
               : EXIT_DONE;
}

/* ---- Views --------------------------------------------------------------- */

static int make_view(struct view *out, unsigned which,
                     const struct bundle_check *c, size_t report,
                     struct frank_fault *fault)
{
    switch (which) {
    case HTML:
        return view_html(out, c, fault);
    case XARF:
        return view_xarf(out, c, report, fault);
    case MIMI:
        return view_mimi(out, c, report, fault);
    case DSA:
        return view_dsa(out, c, fault);
    default:
        return view_cybertip(out, c, fault);
    }
}

/* Of a bundle that does not hold nothing is made but the page, which says so.
 */
static int write_view(unsigned which, const struct asked *asked,
                      const struct bundle_check *c)
{
    const char *path = asked->views[which];
    struct frank_fault fault;
    struct view view = {NULL, 0, NULL, 0};
    int code;

    if (which != HTML && c->totals[BUNDLE_REFUSED] > 0) {
        return io_say(EXIT_REFUSED,
                      "%s: no %s is made of a bundle that does "
                      "not hold",
                      path, view_names[which]);
    }
    if ((which == XARF || which == MIMI) &&
        asked->report >= c->bundle->report_count) {
        return io_say(EXIT_REFUSED, "%s: the bundle has no report %llu", path,
                      (unsigned long long)asked->report);
    }
    code = make_view(&view, which, c, asked->report, &fault);
    if (code == FRANK_ERR_MISSING) {
        return io_say(EXIT_REFUSED, "%s: no %s, it needs %s", path,
                      view_names[which], fault.field);
    }
    if (code != FRANK_OK) {
        return code == FRANK_ERR_MEMORY ? out_of_memory()
                                        : io_fault(path, &fault);
    }
    code = io_write(path, (const uint8_t *)view.text, view.len);
    for (size_t i = 0; code == EXIT_DONE && i < view.to_fill_count; i++) {
        (void)io_say(EXIT_DONE, "%s: to fill in: %s", path, view.to_fill[i]);
    }
    view_free(&view);
    return code;
}

static int write_file(const char *folder, const char *name,
                      struct frank_span bytes)
{
    char *path = NULL;
    int code;

    if (asprintf(&path, "%s/%s", folder, name) < 0) {
        return out_of_memory();
    }
    code = io_write(path, bytes.data, bytes.len);
    free(path);
    return code;
}

static int write_contents(const char *folder, const struct bundle *bundle)
{
    char name[80];
    int code = EXIT_DONE;

    if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
        return io_say(EXIT_TROUBLE, "%s: %s", folder, strerror(errno));
    }
    for (size_t r = 0; r < bundle->report_count && code == EXIT_DONE; r++) {
        const struct bundle_report *report = &bundle->reports[r];

        if (report->sealed.len > 0) {
            (void)snprintf(name, sizeof name, "report-%zu.sealed", r);
            code = write_file(folder, name, report->sealed);
        }
        for (size_t m = 0; m < report->count && code == EXIT_DONE; m++) {
            if (report->messages[m].disclosed) {
                (void)snprintf(name, sizeof name,
                               "report-%zu-message-%u.content", r,
                               report->messages[m].index);
                code = write_file(folder, name, report->messages[m].content);
            }
        }
    }
    return code;
}

/* ---- The command --------------------------------------------------------- */

static int show_one(const struct asked *asked, const char *path)
{
    struct opened o = {.file = NULL};
    int code = open_bundle(&o, path, &asked->pins);

    if (code == EXIT_DONE) {
        code = put_bundle(o.check, asked->json);
    }
    for (unsigned i = 0; i < VIEWS && code == EXIT_DONE; i++) {
        code = asked->views[i] != NULL ? write_view(i, asked, o.check) : code;
    }
    if (code == EXIT_DONE && asked->out != NULL) {
        code = write_contents(asked->out, o.check->bundle);
    }
    if (code == EXIT_DONE) {
        code = code_of(o.check, asked->strict);
    }
    close_bundle(&o);
    return code;
}

static int put_compared(const struct bundle_check *c, bool json)
{
    if (json) {
        int code = put_json(c);

        return code == EXIT_DONE ? put_json_sum(c, true) : code;
    }
    (void)printf("The two bundles %s.\n", c->totals[BUNDLE_REFUSED] > 0
                                              ? "CONTRADICT EACH OTHER"
                                              : "agree");
    put_group(c, BUNDLE_REFUSED, "Not the same:");
    put_group(c, BUNDLE_PROVEN, "The same:");
    put_group(c, BUNDLE_NOT_SHOWN, "Different in what they show:");
    return io_finish(EXIT_DONE);
}

static int show_two(const struct asked *asked, const char *const paths[2])
{
    struct opened o[2] = {{.file = NULL}, {.file = NULL}};
    struct bundle_check *compared = NULL;
    int code = EXIT_DONE;

    for (size_t i = 0; i < 2 && code == EXIT_DONE; i++) {
        code = open_bundle(&o[i], paths[i], &asked->pins);
        if (code == EXIT_DONE && code_of(o[i].check, false) != EXIT_DONE) {
            code = io_say(EXIT_REFUSED, "%s: does not hold", paths[i]);
        }
    }
    if (code == EXIT_DONE &&
        bundle_compare(&compared, o[0].check, o[1].check) != FRANK_OK) {
        code = out_of_memory();
    }
    if (code == EXIT_DONE) {
        code = put_compared(compared, asked->json);
    }
    if (code == EXIT_DONE) {
        code = code_of(compared, false);
    }
    bundle_check_free(compared);
    close_bundle(&o[0]);
    close_bundle(&o[1]);
    return code;
}

/* ---- Options ------------------------------------------------------------- */

enum {
    MOD_KEY,
    HUB_KEY,
    HUB_PUBLIC,
    PIN,
    QUORUM,
    POLICY,
    STRICT,
    AS_JSON,
    REPORT,
    TO_HTML,
    TO_XARF,
    TO_MIMI,
    TO_DSA,
    TO_CYBERTIP,
    OUT
};
static const struct option options[] = {
    [MOD_KEY] = {"mod-key", required_argument, NULL, MOD_KEY},
    [HUB_KEY] = {"hub-key", required_argument, NULL, HUB_KEY},
    [HUB_PUBLIC] = {"hub-public", required_argument, NULL, HUB_PUBLIC},
    [PIN] = {"pin", required_argument, NULL, PIN},
    [QUORUM] = {"quorum", required_argument, NULL, QUORUM},
    [POLICY] = {"policy", required_argument, NULL, POLICY},
    [STRICT] = {"strict", no_argument, NULL, STRICT},
    [AS_JSON] = {"json", no_argument, NULL, AS_JSON},
    [REPORT] = {"report", required_argument, NULL, REPORT},
    [TO_HTML] = {"html", required_argument, NULL, TO_HTML},
    [TO_XARF] = {"xarf", required_argument, NULL, TO_XARF},
    [TO_MIMI] = {"abuse-report", required_argument, NULL, TO_MIMI},
    [TO_DSA] = {"dsa", required_argument, NULL, TO_DSA},
    [TO_CYBERTIP] = {"cybertip", required_argument, NULL, TO_CYBERTIP},
    [OUT] = {"out", required_argument, NULL, OUT},
    {NULL, 0, NULL, 0}};

static int take_key(struct note_key *out, const struct note_key **pin,
                    const char *text, const char *option)
{
    if (note_vkey_read(out, NOTE_ED25519, text, NULL) != FRANK_OK) {
        return io_say(EXIT_USAGE,
                      "%s: not a verifier key, \"origin+hash+base64\"", option);
    }
    *pin = out;
    return EXIT_DONE;
}

static int take_public(struct hub_public *out, const struct hub_public **pin,
                       const char *path)
{
    int code = load_hub_public(out, path);

    *pin = code == EXIT_DONE ? out : NULL;
    return code;
}

static int take_quorum(struct asked *asked, const char *path)
{
    struct blob text = {NULL, 0};
    struct frank_fault fault;
    int code;

    if (asked->pins.quorum_count == QUORUMS_MAX) {
        return io_say(EXIT_USAGE, "--quorum: at most %d of them", QUORUMS_MAX);
    }
    code = io_read(&text, path, QUORUM_PUBLIC_MAX_BYTES);
    if (code == EXIT_DONE &&
        quorum_public_decode(&asked->quorums[asked->pins.quorum_count],
                             (const char *)text.data, text.len,
                             &fault) != FRANK_OK) {
        code = io_key_fault(path, &fault);
    }
    asked->pins.quorum_count += code == EXIT_DONE;
    io_free(&text);
    return code;
}

static int take_policy(struct asked *asked, const char *path)
{
    struct blob text = {NULL, 0};
    struct frank_fault fault;
    char why[256];
    int code;

    if (asked->pins.policy != NULL) {
        return io_say(EXIT_USAGE, "--policy: one is enough");
    }
    code = io_read(&text, path, POLICY_MAX_BYTES);
    if (code == EXIT_DONE &&
        policy_parse(&asked->policy, (const char *)text.data, text.len,
                     &fault) != FRANK_OK) {
        policy_fault_text(why, sizeof why, (const char *)text.data, text.len,
                          &fault);
        code = io_say(EXIT_TROUBLE, "%s: %s", path, why);
    } else if (code == EXIT_DONE) {
        asked->pins.policy = &asked->policy;
    }
    io_free(&text);
    return code;
}

static int take(struct asked *asked, int option)
{
    switch (option) {
    case MOD_KEY:
        return take_key(&asked->mod_key, &asked->pins.mod_key, optarg,
                        "--mod-key");
    case HUB_KEY:
        return take_key(&asked->hub_key, &asked->pins.hub_key, optarg,
                        "--hub-key");
    case HUB_PUBLIC:
        return take_public(&asked->hub, &asked->pins.hub, optarg);
    case PIN:
        return take_public(&asked->moderation, &asked->pins.moderation, optarg);
    case QUORUM:
        return take_quorum(asked, optarg);
    case POLICY:
        return take_policy(asked, optarg);
    case STRICT:
        asked->strict = true;
        return EXIT_DONE;
    case AS_JSON:
        asked->json = true;
        return EXIT_DONE;
    case REPORT:
        return io_number(&asked->report, optarg, BUNDLE_REPORTS_MAX, "--report")
                   ? EXIT_DONE
                   : EXIT_USAGE;
    case OUT:
        asked->out = optarg;
        return EXIT_DONE;
    default:
        asked->views[option - TO_HTML] = optarg;
        return EXIT_DONE;
    }
}

static int run(struct asked *asked, const struct command *self, int argc,
               char **argv)
{
    int option;

    while ((option = command_option(self, argc, argv, options)) != -1) {
        int code = option == '?' ? EXIT_USAGE : take(asked, option);

        if (code != EXIT_DONE) {
            return code;
        }
    }
    if (argc - optind == 2) {
        return show_two(asked,
                        (const char *const[]){argv[optind], argv[optind + 1]});
    }
    if (argc - optind != 1) {
        return command_usage(self, "one bundle is needed, or two");
    }
    return show_one(asked, argv[optind]);
}

int bundle_command(const struct command *self, int argc, char **argv)
{
    struct asked *asked = calloc(1, sizeof *asked);
    int code;

    if (asked == NULL) {
        return out_of_memory();
    }
    asked->pins.quorums = asked->quorums;
    code = run(asked, self, argc, argv);
    policy_free(&asked->policy);
    free(asked);
    return code;
}
