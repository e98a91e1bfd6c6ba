/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console: static files. The page may run nothing but its own modules, ask
 * nobody but this service, and be shown in no other page; and since its text
 * becomes elements only as text, scripts cannot be made from it either.
 */
#include "console.h"

#include "handlers.h"

#include <string.h>

static const char policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "media-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'";

static const struct {
    const char *end;
    const char *type;
} types[] = {{".html", "text/html; charset=utf-8"},
             {".css", "text/css; charset=utf-8"},
             {".js", "text/javascript; charset=utf-8"},
             {".svg", "image/svg+xml"}};

static const char *type_of(const char *name)
{
    const char *end = strrchr(name, '.');

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (end != NULL && strcmp(end, types[i].end) == 0) {
            return types[i].type;
        }
    }
    return "application/octet-stream";
}

static const struct console_file *find(const char *name)
{
    for (size_t i = 0; i < console_file_count; i++) {
        if (strcmp(console_files[i].name, name) == 0) {
            return &console_files[i];
        }
    }
    return NULL;
}

void run_console(struct call *call)
{
    static const struct http_field packed[] = {
        {"Content-Security-Policy", policy},
        {"Cross-Origin-Embedder-Policy", "require-corp"},
        {"Vary", "Accept-Encoding"},
        {"Content-Encoding", "gzip"},
        {NULL, NULL}};
    static const struct http_field plain[] = {
        {"Content-Security-Policy", policy},
        {"Cross-Origin-Embedder-Policy", "require-corp"},
        {"Vary", "Accept-Encoding"},
        {NULL, NULL}};
    const char *name = http_segment(call->exchange, 0);
    const char *accepts = http_header(call->exchange, "Accept-Encoding");
    const struct console_file *file = find(name != NULL ? name : "index.html");
    bool pack = accepts != NULL && strstr(accepts, "gzip") != NULL;

    if (file == NULL) {
        (void)call_done(call, cases_unknown());
        return;
    }
    call->answered = true;
    http_answer(
        call->exchange,
        &(struct http_answer){.status = 200,
                              .type = type_of(file->name),
                              .body = {pack ? file->packed : file->bytes,
                                       pack ? file->packed_len : file->len},
                              .fields = pack ? packed : plain});
}
