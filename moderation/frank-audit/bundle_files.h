/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are made of a bundle. Each gives an exit code, after a message
 * unless it is 0. */
#ifndef MODERATION_FRANK_AUDIT_BUNDLE_FILES_H
#define MODERATION_FRANK_AUDIT_BUNDLE_FILES_H

#include "bundle_check.h"
#include "command.h"

enum {
    BUNDLE_HTML,
    BUNDLE_XARF,
    BUNDLE_MIMI,
    BUNDLE_DSA,
    BUNDLE_CYBERTIP,
    BUNDLE_VIEWS
};

/* Writes a view where no file is yet, and says on standard error what is to be
 * filled in. report: which one an XARF report or AbuseReport is of. Of a bundle
 * that does not hold nothing is made but the page, which says so. */
int bundle_write_view(unsigned which, const char *path,
                      const struct bundle_check *c, uint64_t report);

/* The contents and sealed reports, into a folder that is made if it is not
 * there. */
int bundle_write_contents(const char *folder, const struct bundle *bundle);

#endif
