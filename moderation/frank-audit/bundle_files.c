/* SPDX-License-Identifier: Apache-2.0 */
#include "bundle_files.h"

#include "io.h"
#include "view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const view_names[BUNDLE_VIEWS] = {
    "page", "XARF report", "AbuseReport", "statement of reasons",
    "CyberTipline draft"};

static int out_of_memory(void)
{
    return io_say(EXIT_TROUBLE, "out of memory");
}

static int make_view(struct view *out, unsigned which,
                     const struct bundle_check *c, size_t report,
                     struct frank_fault *fault)
{
    switch (which) {
    case BUNDLE_HTML:
        return view_html(out, c, fault);
    case BUNDLE_XARF:
        return view_xarf(out, c, report, fault);
    case BUNDLE_MIMI:
        return view_mimi(out, c, report, fault);
    case BUNDLE_DSA:
        return view_dsa(out, c, fault);
    default:
        return view_cybertip(out, c, fault);
    }
}

/* Of a bundle that does not hold nothing is made but the page, which says so.
 */
int bundle_write_view(unsigned which, const char *path,
                      const struct bundle_check *c, uint64_t report)
{
    struct frank_fault fault;
    struct view view = {NULL, 0, NULL, 0};
    int code;

    if (which != BUNDLE_HTML && c->totals[BUNDLE_REFUSED] > 0) {
        return io_say(EXIT_REFUSED,
                      "%s: no %s is made of a bundle that does "
                      "not hold",
                      path, view_names[which]);
    }
    if ((which == BUNDLE_XARF || which == BUNDLE_MIMI) &&
        report >= c->bundle->report_count) {
        return io_say(EXIT_REFUSED, "%s: the bundle has no report %llu", path,
                      (unsigned long long)report);
    }
    code = make_view(&view, which, c, report, &fault);
    if (code == FRANK_ERR_MISSING) {
        return io_say(EXIT_REFUSED, "%s: no %s, it needs %s", path,
                      view_names[which], fault.field);
    }
    if (code != FRANK_OK) {
        return code == FRANK_ERR_MEMORY ? out_of_memory()
                                        : io_fault(path, &fault);
    }
    code = io_write_private(path, (const uint8_t *)view.text, view.len);
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
    code = io_write_private(path, bytes.data, bytes.len);
    free(path);
    return code;
}

int bundle_write_contents(const char *folder, const struct bundle *bundle)
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
