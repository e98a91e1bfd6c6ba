/* SPDX-License-Identifier: Apache-2.0 */
/* The franks of stored messages, checked again as far as one's keys reach. */
#include "commands.h"
#include "frank_level.h"
#include "keyring_file.h"
#include "load.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct keys {
    const struct hub_public *hub; /* NULL: each bundle's own */
    struct stamper *stamper;      /* NULL: no keyring */
    bool openings;
    bool json;
};

struct count {
    size_t messages;
    size_t at[FRANK_LEVELS]; /* that hold */
    size_t expired;
    size_t failed;
};

/* ---- A message
 * ------------------------------------------------------------------- */

#define REMARK_BYTES (FRANK_FAULT_TEXT_BYTES + 192)

static void add_remark(char out[static REMARK_BYTES], bool holds,
                       const char *text)
{
    size_t len = strlen(out);

    if (holds && text[0] != '\0') {
        (void)snprintf(out + len, REMARK_BYTES - len, "%s%s",
                       len > 0 ? "; " : "", text);
    }
}

/* What is to be said beside the level. */
static void remark(char out[static REMARK_BYTES], const struct keys *keys,
                   const struct frank_found *found)
{
    char reason[FRANK_FAULT_TEXT_BYTES] = "";

    if (found->hold == FRANK_FAILS) {
        frank_fault_text(reason, sizeof reason, &found->fault);
    } else if (found->content == FRANK_CONTENT_FAILS) {
        frank_fault_text(reason, sizeof reason, &found->content_fault);
    }
    out[0] = '\0';
    add_remark(out, true, reason);
    add_remark(out, found->hold == FRANK_EXPIRED,
               "its epoch is destroyed: nothing ties it to its stamp any more");
    add_remark(out, found->epoch_gone && found->hold == FRANK_HOLDS,
               "its epoch is destroyed: the MAC cannot be recomputed");
    add_remark(out, keys->hub == NULL && found->level != FRANK_LEVEL_MAC,
               "under the bundle's own key of the hub");
}

static int put_json(const char *file, size_t report,
                    const struct bundle_message *message,
                    const struct keys *keys, const struct frank_found *found)
{
    const struct frank_context *context = &message->evidence.context;
    char text[REMARK_BYTES];
    json_t *line = json_object();

    remark(text, keys, found);
    io_json_set(line, "file", io_json_text(io_span(file)));
    io_json_set(line, "report", json_integer((json_int_t)report));
    io_json_set(line, "message", json_integer(message->index));
    io_json_set(line, "sender", io_json_text(context->sender));
    io_json_set(line, "room", io_json_text(context->room));
    io_json_set(line, "accepted_timestamp",
                io_json_time(context->accepted_timestamp));
    io_json_set(line, "level", json_string(frank_level_text(found->level)));
    io_json_set(line, "stamp", json_string(frank_hold_text(found->hold)));
    io_json_set(line, "content",
                json_string(frank_content_text(found->content)));
    io_json_set(line, "holds", json_boolean(frank_level_holds(found)));
    io_json_set(
        line, "pinned",
        json_boolean(keys->hub != NULL || found->level == FRANK_LEVEL_MAC));
    io_json_set(line, "remark", json_string(text));
    return io_put_json(line);
}

static int put_text(const char *file, size_t report,
                    const struct bundle_message *message,
                    const struct keys *keys, const struct frank_found *found)
{
    char text[REMARK_BYTES];
    char time[IO_TIME_BYTES];

    remark(text, keys, found);
    io_time(time, message->evidence.context.accepted_timestamp);
    (void)printf("%s: report %zu, message %u: %s; %s; %s\n  ", file, report,
                 message->index, frank_level_text(found->level),
                 frank_hold_text(found->hold),
                 frank_content_text(found->content));
    io_put_text(stdout, message->evidence.context.sender);
    (void)printf(" at %s%s%s\n", time, text[0] != '\0' ? "\n  " : "", text);
    return EXIT_DONE;
}

/* ---- A bundle
 * ------------------------------------------------------------------------ */

static int check_report(struct count *count, const char *file, size_t index,
                        const struct bundle_report *report,
                        const struct keys *keys, const struct hub_public *hub)
{
    struct hub_verdict *verdict = malloc(sizeof *verdict);
    struct frank_fault fault;
    struct frank_found found;
    bool has_verdict;
    int code = EXIT_DONE;

    if (verdict == NULL) {
        return io_say(EXIT_TROUBLE, "out of memory");
    }
    has_verdict =
        hub_verdict_open(verdict, report->verdict.data, report->verdict.len,
                         hub, &fault) == FRANK_OK;
    for (size_t i = 0; i < report->count && code == EXIT_DONE; i++) {
        frank_level_find(&found, &report->messages[i], hub,
                         has_verdict ? verdict : NULL, keys->stamper,
                         keys->openings);
        if (!has_verdict && found.level == FRANK_LEVEL_SIGNED) {
            found.hold = FRANK_FAILS; /* it is there, and does not hold */
            found.fault = fault;
        }
        count->messages++;
        count->at[found.level] +=
            frank_level_holds(&found) && found.hold == FRANK_HOLDS;
        count->expired += found.hold == FRANK_EXPIRED;
        count->failed += !frank_level_holds(&found);
        code = (keys->json ? put_json : put_text)(
            file, index, &report->messages[i], keys, &found);
    }
    free(verdict);
    return code;
}

static int check_bundle(struct count *count, const char *file,
                        const struct bundle *bundle, const struct keys *keys)
{
    struct hub_public *own = calloc(1, sizeof *own);
    const struct hub_public *hub = keys->hub;
    struct frank_fault fault;
    int code = EXIT_DONE;

    if (own == NULL) {
        return io_say(EXIT_TROUBLE, "out of memory");
    }
    if (hub == NULL) {
        hub = own;
        if (hub_public_decode(own, (const char *)bundle->hub_public.data,
                              bundle->hub_public.len, &fault) != FRANK_OK) {
            code = io_fault(file, &fault);
        }
    }
    for (size_t i = 0; i < bundle->report_count && code == EXIT_DONE; i++) {
        code = check_report(count, file, i, &bundle->reports[i], keys, hub);
    }
    free(own);
    return code;
}

static int check_file(struct count *count, const char *name,
                      const struct keys *keys)
{
    struct blob bytes;
    struct bundle_file *file = NULL;
    struct frank_fault fault;
    int code = io_read(&bytes, name, BUNDLE_MAX_BYTES);

    if (code == EXIT_DONE &&
        bundle_decode(&file, bytes.data, bytes.len, &fault) != FRANK_OK) {
        code = io_fault(name, &fault);
    }
    if (code == EXIT_DONE) {
        code = check_bundle(count, name, bundle_of(file), keys);
    }
    bundle_free(file);
    io_free(&bytes);
    return code;
}

/* ---- The command
 * --------------------------------------------------------------------- */

static int put_count(const struct count *count, const struct keys *keys)
{
    if (keys->json) {
        return EXIT_DONE;
    }
    (void)printf("%zu %s:", count->messages,
                 count->messages == 1 ? "message" : "messages");
    for (unsigned level = FRANK_LEVELS; level-- > FRANK_LEVEL_SIGNED;) {
        if (count->at[level] > 0) {
            (void)printf(" %zu %s,", count->at[level],
                         frank_level_text((enum frank_level)level));
        }
    }
    (void)printf(" %zu expired, %zu failed\n", count->expired, count->failed);
    return EXIT_DONE;
}

static int load_stamper(struct keys *keys, struct hub_public *hub,
                        const char *path)
{
    struct keyring *ring = NULL;
    struct frank_fault fault;
    int error = keyring_file_load(&ring, path, &fault);

    if (error == FRANK_OK) {
        error = stamper_new(&keys->stamper, ring, &fault);
    }
    if (error == FRANK_OK && keys->hub == NULL) {
        hub_public_from(hub, ring);
        keys->hub = hub;
    }
    keyring_free(ring);
    return error == FRANK_OK ? EXIT_DONE : io_key_fault(path, &fault);
}

static int check_all(const struct keys *keys, int count, char **files)
{
    struct count found = {0};
    int worst = EXIT_DONE;

    for (int i = 0; i < count; i++) {
        int code = check_file(&found, files[i], keys);

        worst = code > worst ? code : worst;
    }
    (void)put_count(&found, keys);
    if (worst == EXIT_DONE && found.failed > 0) {
        worst = EXIT_REFUSED;
    }
    return io_finish(worst);
}

enum { HUB_PUBLIC, KEYRING, OPENINGS, AS_JSON };
static const struct option options[] = {
    [HUB_PUBLIC] = {"hub-public", required_argument, NULL, HUB_PUBLIC},
    [KEYRING] = {"keyring", required_argument, NULL, KEYRING},
    [OPENINGS] = {"openings", no_argument, NULL, OPENINGS},
    [AS_JSON] = {"json", no_argument, NULL, AS_JSON},
    {NULL, 0, NULL, 0}};

int frank_command(const struct command *self, int argc, char **argv)
{
    struct hub_public *hub = calloc(1, sizeof *hub);
    struct keys keys = {.hub = NULL};
    const char *paths[2] = {NULL, NULL};
    int code = EXIT_DONE;
    int option;

    if (hub == NULL) {
        return io_say(EXIT_TROUBLE, "out of memory");
    }
    while ((option = command_option(self, argc, argv, options)) != -1) {
        switch (option) {
        case HUB_PUBLIC:
        case KEYRING:
            paths[option] = optarg;
            break;
        case OPENINGS:
            keys.openings = true;
            break;
        case AS_JSON:
            keys.json = true;
            break;
        default:
            code = EXIT_USAGE;
        }
    }
    if (code == EXIT_DONE && argc == optind) {
        code = command_usage(self, "a bundle is needed");
    }
    if (code == EXIT_DONE && paths[HUB_PUBLIC] != NULL) {
        code = load_hub_public(hub, paths[HUB_PUBLIC]);
        keys.hub = hub;
    }
    if (code == EXIT_DONE && paths[KEYRING] != NULL) {
        code = load_stamper(&keys, hub, paths[KEYRING]);
    }
    if (code == EXIT_DONE) {
        code = check_all(&keys, argc - optind, argv + optind);
    }
    stamper_free(keys.stamper);
    free(hub);
    return code;
}
