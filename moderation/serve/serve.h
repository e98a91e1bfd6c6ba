/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODERATION_SERVE_SERVE_H
#define MODERATION_SERVE_SERVE_H

/* `frank-mod serve`: argv[0] is passed over, the rest is settings. Gives the
 * exit code. */
int serve_main(int argc, char **argv);

/* `frank-mod init FOLDER`: keys, tokens, configuration, for a hub's folder
 * (frankd init). origin: of the log, or NULL. Gives the exit code. */
int serve_init(const char *folder, const char *hub, const char *quorum,
               const char *origin);

#endif
