/* SPDX-License-Identifier: Apache-2.0 */
/* An evidence bundle: what it proves, beside another one, and as other systems
 * and people are to read it. */
#include "bundle_check.h"
#include "bundle_files.h"
#include "bundle_live.h"
#include "bundle_output.h"
#include "commands.h"
#include "io.h"
#include "load.h"
#include "log_source.h"
#include "policy.h"
#include "quorum_public.h"

#include <stdlib.h>

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
    const char *views[BUNDLE_VIEWS];
    const char *out;
    const char *mod; /* the live log */
    const char *token;
    const char *ca;
    bool entries;
};

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

static int code_of(const struct bundle_check *c, bool strict)
{
    return c->totals[BUNDLE_REFUSED] > 0 ||
                   (strict && c->totals[BUNDLE_UNPINNED] > 0)
               ? EXIT_REFUSED
               : EXIT_DONE;
}

/* Which keys --strict asks for, beside what is printed. */
static int say_unpinned(const struct bundle_check *c, const char *path)
{
    for (size_t i = 0; i < c->count; i++) {
        if (c->findings[i].standing == BUNDLE_UNPINNED) {
            (void)io_say(EXIT_REFUSED, "%s: --strict: %s", path,
                         c->findings[i].text);
        }
    }
    return EXIT_DONE;
}

/* ---- The log as it is now -------------------------------------------------
 */

static int ask_log(struct bundle_check **out, const struct asked *asked,
                   const struct bundle_check *c, struct log_source *source)
{
    const struct bundle_live live = {.read = log_source_read,
                                     .context = source,
                                     .entries = asked->entries,
                                     .policy = asked->pins.policy};
    struct frank_fault fault = {.error = FRANK_OK};

    switch (bundle_beside_log(out, c, &live, &fault)) {
    case FRANK_OK:
        return EXIT_DONE;
    case FRANK_ERR_VALUE:
        return io_say(EXIT_REFUSED, "--mod: the bundle's own checkpoint does "
                                    "not hold");
    case FRANK_ERR_MEMORY:
        return out_of_memory();
    case FRANK_ERR_MISSING:
        return io_say(EXIT_TROUBLE, "%s: no log is there", asked->mod);
    default:
        return EXIT_TROUBLE; /* said before */
    }
}

static int open_log(struct bundle_check **out, const struct asked *asked,
                    const struct bundle_check *c)
{
    struct log_source source;
    int code = log_source_open(&source, asked->mod, asked->token, asked->ca);

    if (code == EXIT_DONE) {
        log_source_for(&source, asked->pins.policy);
        code = ask_log(out, asked, c, &source);
    }
    log_source_close(&source);
    return code;
}

/* ---- The command --------------------------------------------------------- */

/* The worse of two exit codes. */
static int worse(int a, int b)
{
    return a > b ? a : b;
}

static int write_files(const struct asked *asked, const struct bundle_check *c)
{
    int code = EXIT_DONE;

    for (unsigned i = 0; i < BUNDLE_VIEWS && code <= EXIT_REFUSED; i++) {
        if (asked->views[i] != NULL) {
            code = worse(
                code, bundle_write_view(i, asked->views[i], c, asked->report));
        }
    }
    if (code <= EXIT_REFUSED && asked->out != NULL) {
        code = worse(code, bundle_write_contents(asked->out, c->bundle));
    }
    return code;
}

/* Nothing is printed where there was trouble with a file or the log. */
static int show_one(const struct asked *asked, const char *path)
{
    struct opened o = {.file = NULL};
    struct bundle_check *live = NULL;
    int code = open_bundle(&o, path, &asked->pins);

    if (o.check != NULL) {
        code = write_files(asked, o.check);
    }
    if (o.check != NULL && code <= EXIT_REFUSED && asked->mod != NULL) {
        code = worse(code, open_log(&live, asked, o.check));
    }
    if (o.check != NULL && code <= EXIT_REFUSED) {
        code = worse(code, bundle_put(o.check, asked->json));
        code = worse(code, code_of(o.check, asked->strict));
        code = worse(code,
                     asked->strict ? say_unpinned(o.check, path) : EXIT_DONE);
    }
    if (live != NULL && code <= EXIT_REFUSED) {
        code = worse(code, bundle_put_live(live, asked->json));
        code = worse(code, code_of(live, false));
    }
    bundle_check_free(live);
    close_bundle(&o);
    return code;
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
        code = bundle_put_compared(compared, asked->json);
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
    MOD,
    ENTRIES,
    TOKEN,
    CA,
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
    [MOD] = {"mod", required_argument, NULL, MOD},
    [ENTRIES] = {"entries", no_argument, NULL, ENTRIES},
    [TOKEN] = {"token", required_argument, NULL, TOKEN},
    [CA] = {"ca", required_argument, NULL, CA},
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
    case MOD:
        asked->mod = optarg;
        return EXIT_DONE;
    case ENTRIES:
        asked->entries = true;
        return EXIT_DONE;
    case TOKEN:
        asked->token = optarg;
        return EXIT_DONE;
    case CA:
        asked->ca = optarg;
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
