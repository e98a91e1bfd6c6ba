/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One HTTP request to somebody else, by libcurl of which next to everything is
 * switched off. No redirects, proxies, cookies, .netrc, HTTP/2, compression;
 * nothing of the environment counts. TLS 1.2 at least, always verified. To
 * addresses that are not public it connects only where `allowed` names them:
 * what is looked at is the address of the socket that is about to be
 * connected, so that a name that resolves to another one later does not help.
 *
 * From any thread. No processes are started; a name is resolved in a thread.
 * SIGPIPE must be ignored, as process_start() does (reporting/service).
 */
#ifndef REPORTING_OUTSIDE_FETCH_H
#define REPORTING_OUTSIDE_FETCH_H

#include "fetch_networks.h"

#include <stdatomic.h>

#define FETCH_URL_MAX_BYTES 2048
/* Status lines and headers of all answers to one request. */
#define FETCH_HEAD_MAX_BYTES ((size_t)65536)
/* Slower than this for so long is too slow, within total_ms too. */
#define FETCH_SLOW_BYTES 64 /* a second */
#define FETCH_SLOW_SECONDS 30

struct fetch_header {
    const char *name;  /* letters, digits, '-' */
    const char *value; /* printable ASCII, not empty */
};

struct fetch_request {
    const char *url;         /* http: or https:, ASCII, without userinfo */
    const char *unix_socket; /* NULL, or where to connect instead */
    const char *bearer;      /* NULL, or a token; in no message */
    const char *method;      /* "GET" or "POST" */
    const char *type;        /* NULL, or the body's media type */
    struct frank_span body;  /* of a POST */
    const struct fetch_header *headers; /* NULL, or closed by a NULL name */
    const char *ca_file; /* NULL: the system's; else only those in there */
    uint64_t connect_ms; /* with the name and TLS; at least 1 */
    uint64_t total_ms;   /* at least 1 */
    size_t max_bytes;    /* of the answer's body */
    const struct fetch_networks *allowed; /* NULL: public addresses alone;
                                             a Unix socket needs none */
    const atomic_bool *stop; /* NULL, or ends it within a second when set */
};

struct fetch_answer {
    unsigned status; /* 200 to 599 */
    char *body;      /* closed by a zero that len does not count */
    size_t len;
    unsigned retry_after; /* seconds; 0: not said, or now */
    char media[64];       /* type/subtype in lower case; empty: none */
    char range[64]; /* Content-Range as it came; empty: none, or several */
};

enum fetch_failure {
    FETCH_OK = 0,
    FETCH_REQUEST, /* cannot be sent as it is: a bug, or the configuration */
    FETCH_ADDRESS, /* leads to an address that is not allowed */
    FETCH_CONNECT, /* name, connection */
    FETCH_TLS,     /* not the one it should be, or no TLS that we speak */
    FETCH_SLOW,    /* connect_ms, total_ms, too few bytes a second */
    FETCH_LARGE,   /* more than max_bytes, or FETCH_HEAD_MAX_BYTES */
    FETCH_BROKEN,  /* not an HTTP answer, or not a whole one */
    FETCH_STOPPED, /* by request->stop */
    FETCH_MEMORY
};

/* What went wrong, for a log: without token, path or query. */
struct fetch_trouble {
    enum fetch_failure failure;
    char text[256];
};

/* Once in a program, before its threads and before it confines itself; and at
 * its end. TLS keys are written to no file (SSLKEYLOGFILE). MEMORY. */
FRANK_MUST_CHECK int fetch_start(void);
void fetch_stop(void);

/* Any status is success. ARGUMENT (FETCH_REQUEST), PERMISSION (FETCH_ADDRESS),
 * LIMIT (FETCH_LARGE), MEMORY, FILE (all others). trouble may be NULL, and is
 * zero after success. *out is
 * zero until success; free it with fetch_answer_free(). */
FRANK_MUST_CHECK int fetch(struct fetch_answer *out,
                           const struct fetch_request *request,
                           struct fetch_trouble *trouble);

/* Wipes; takes one that is zero. */
void fetch_answer_free(struct fetch_answer *answer);

#endif
