/* SPDX-License-Identifier: Apache-2.0 */
#include "bundle_output.h"

#include "io.h"

#include <sodium.h>

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

int bundle_put(const struct bundle_check *c, bool json)
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

int bundle_put_compared(const struct bundle_check *c, bool json)
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

int bundle_put_live(const struct bundle_check *c, bool json)
{
    if (json) {
        return put_json(c);
    }
    (void)printf("\nThe moderation side's log as it is now:\n");
    put_group(c, BUNDLE_REFUSED, "Refused:");
    put_group(c, BUNDLE_PROVEN, "Proven:");
    put_group(c, BUNDLE_NOT_SHOWN, "Not shown:");
    return io_finish(EXIT_DONE);
}
