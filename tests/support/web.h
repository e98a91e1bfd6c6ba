/* SPDX-License-Identifier: Apache-2.0 */
/* A little server in a thread of the test's, which says exactly the bytes that
 * the test wants said: one connection after the other. */
#ifndef TESTS_WEB_H
#define TESTS_WEB_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct web;

/* Serves one connection; the server closes it. */
typedef void web_serve(struct web *web, int fd, void *context);

/* On 127.0.0.1, or on a Unix socket where path is not NULL. */
struct web *web_start(const char *path, web_serve *serve, void *context);
/* Reads each request, and answers with the text, which is the caller's. */
struct web *web_start_text(const char *path, const char *text);
void web_stop(struct web *web);

uint16_t web_port(const struct web *web);
/* How many connections there were. */
unsigned web_connections(const struct web *web);

/* Reads a head and the body of its Content-Length. false: the other end was
 * closed before. web_request() is what was read last, closed by a zero; for
 * while the server does nothing. */
bool web_read(struct web *web, int fd);
const char *web_request(const struct web *web);

/* false: the other end is closed. */
bool web_write(int fd, const void *bytes, size_t len);
bool web_say(int fd, const char *text);

/* Until the other end is closed. */
void web_wait_closed(int fd);

#endif
