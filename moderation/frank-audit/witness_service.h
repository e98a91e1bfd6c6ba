/* SPDX-License-Identifier: Apache-2.0 */
/* `frank-audit witness serve`: its settings, and the service itself. */
#ifndef MODERATION_FRANK_AUDIT_WITNESS_SERVICE_H
#define MODERATION_FRANK_AUDIT_WITNESS_SERVICE_H

/* Gives an exit code, after a message unless it is 0. */
int witness_serve(int argc, char **argv);

#endif
