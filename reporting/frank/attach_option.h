/* SPDX-License-Identifier: Apache-2.0 */
/* --attach of frank report seal: what is disclosed of files. */
#ifndef REPORTING_FRANK_ATTACH_OPTION_H
#define REPORTING_FRANK_ATTACH_OPTION_H

#include "command.h"
#include "io.h"

/* Zeros to begin with; as secret as the files. */
struct attach_option {
    struct frank_disclosure list[FRANK_DISCLOSURES_MAX];
    size_t count;
    struct blob files[FRANK_DISCLOSURES_MAX]; /* that the list points into */
    size_t file_count;
    unsigned highest; /* index of a message that was named */
};

/* I[.P][=F]: what disclosure file F says of part P (0) of message I; without F,
 * all of the file, which lies where the message itself says. An exit code,
 * after a message. Changes the argument. */
int attach_option_take(struct attach_option *out, char *argument);

/* Puts the list in the order of a report. */
void attach_option_sort(struct attach_option *option);

void attach_option_free(struct attach_option *option);

/* What a report that was read back discloses of files, in lines. */
void attach_option_preview(const struct frank_report_body *body);

/* Says where a part of a file is disclosed beside the key of all of it. */
void attach_option_caution(const struct frank_report_body *body);

#endif
