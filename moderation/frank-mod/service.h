/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The running service (frank-mod serve), as a command speaks with it: over its
 * Unix socket or HTTPS, with the session that `frank-mod login` left in a file.
 */
#ifndef MODERATION_FRANK_MOD_SERVICE_H
#define MODERATION_FRANK_MOD_SERVICE_H

#include "io.h"

#include <jansson.h>

#define SERVICE_ANSWER_MAX ((size_t)64 << 20)

struct service {
    const char *where;   /* "unix:/path", "https://host:port" */
    const char *session; /* file; "" for none */
    bool json;           /* answers are printed as they came */
};

/* --service over $FRANK_SERVICE over the socket that the unit makes; --session
 * over $FRANK_SESSION over ~/.frank-mod-session. Text is static. */
const char *service_where(const char *flag);
const char *service_session(const char *flag);

/* Asks; body NULL for a GET. Gives an exit code: 0 with *out (to be freed), 1
 * after what the service refused was said, 3 for other trouble. */
int service_ask(json_t **out, const struct service *service, const char *method,
                const char *path, json_t *body);
/* The same for an answer of bytes of a media type, to what is posted. */
int service_post_bytes(struct blob *out, const struct service *service,
                       const char *path, const char *media, json_t *body);
/* POSTs nothing; the answer is bytes. */
int service_bytes(struct blob *out, const struct service *service,
                  const char *path);

/* GETs bytes begin to end, the one behind the last, of what lies there. */
int service_range(struct blob *out, const struct service *service,
                  const char *path, uint64_t begin, uint64_t end);

/* Prints an answer for a person: a member a line, text of strangers made
 * harmless, times as dates; or as JSON. Gives an exit code. */
int service_show(const struct service *service, const json_t *answer);

#endif
