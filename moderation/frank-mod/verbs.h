/* SPDX-License-Identifier: Apache-2.0 */
/* The actions of the service as commands: a table of what each says to which
 * route. */
#ifndef MODERATION_FRANK_MOD_VERBS_H
#define MODERATION_FRANK_MOD_VERBS_H

#include "command.h"

enum verb_kind {
    VERB_TEXT,   /* --why TEXT */
    VERB_FILE,   /* --explanation FILE or -: its text */
    VERB_NUMBER, /* --holder 2 */
    VERB_TIME,   /* --until: "2d" from now, or ms since 1970 */
    VERB_LIST,   /* --report 1 --report 2: numbers */
    VERB_WORDS,  /* --role reviewer --role lead */
    VERB_YES,    /* --confirm */
    VERB_NO,     /* --return: the same member as another's, false */
    VERB_VALUE,  /* --value name=text */
    VERB_JSON    /* --book FILE */
};

#define VERB_OPTIONS_MAX 14
struct verb {
    const char *name; /* of the command */
    const char *method;
    const char *path; /* each {} is an argument, in order */
    struct {
        const char *flag;
        const char *member; /* NULL: as the flag */
        enum verb_kind kind;
    } options[VERB_OPTIONS_MAX];
};

/* Runs the verb of a command. */
int verb_command(const struct command *self, int argc, char **argv);

extern const struct command verb_commands[];
extern const size_t verb_command_count;

#endif
