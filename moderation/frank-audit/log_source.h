/* SPDX-License-Identifier: Apache-2.0 */
/* Where a log is read from: a service, or a folder with a copy of it. */
#ifndef MODERATION_FRANK_AUDIT_LOG_SOURCE_H
#define MODERATION_FRANK_AUDIT_LOG_SOURCE_H

#include "fetch.h"
#include "io.h"
#include "policy.h"

#define LOG_TOKEN_MAX_BYTES 512

struct log_source {
    const char *place; /* folder or URL, without the slash at its end */
    size_t len;
    bool is_url;
    const char *ca;                  /* NULL: the system's certificates */
    char token[LOG_TOKEN_MAX_BYTES]; /* empty: none */
    bool wants_cosigned;
    struct fetch_networks networks;
};

/* place: "http..." is a URL. token_file, ca: NULL: none. Starts libcurl for a
 * URL. Gives an exit code of command.h, after a message unless it is 0. close
 * it in any case (wipes the token). */
int log_source_open(struct log_source *out, const char *place,
                    const char *token_file, const char *ca);
void log_source_close(struct log_source *source);

/* Where a policy needs witnesses, the public checkpoint is the one to read: the
 * newest, which is for whoever has the token, nobody cosigned yet. Hashes and
 * entries come with the token all the same. policy: NULL: none. */
void log_source_for(struct log_source *source, const struct policy *policy);

/* A log_read() (log_client.h); context: the source. Trouble, FILE or
 * PERMISSION, comes after a message of its own. */
int log_source_read(void *context, const char *path, uint8_t *out, size_t *len);

#endif
