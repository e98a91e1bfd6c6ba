/* SPDX-License-Identifier: Apache-2.0 */
#include "load.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

uint64_t load_now_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

_Noreturn void load_fail(const char *what)
{
    (void)fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    exit(3);
}

const char *load_option(int argc, char **argv, const char *name)
{
    for (int i = 0; i + 1 < argc; i++) {
        if (strcmp(argv[i], name) == 0) {
            return argv[i + 1];
        }
    }
    return NULL;
}

uint64_t load_number(int argc, char **argv, const char *name, uint64_t standard)
{
    const char *text = load_option(argc, argv, name);

    return text == NULL ? standard : strtoull(text, NULL, 10);
}

void load_read(struct load_reports *out, const char *path)
{
    FILE *file = path == NULL ? NULL : fopen(path, "rb");
    long size;

    memset(out, 0, sizeof *out);
    if (file == NULL || fseek(file, 0, SEEK_END) != 0 ||
        (size = ftell(file)) < 0) {
        load_fail("--file");
    }
    rewind(file);
    out->len = (size_t)size;
    out->bytes = malloc(out->len + 1);
    out->reports = calloc(out->len / 1024 + 1, sizeof(struct frank_span));
    if (out->bytes == NULL || out->reports == NULL ||
        fread(out->bytes, 1, out->len, file) != out->len) {
        load_fail("read");
    }
    (void)fclose(file);
    for (size_t at = 0; at + 4 <= out->len;) {
        const uint8_t *p = out->bytes + at;
        size_t len =
            (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];

        if (len > out->len - at - 4) {
            break; /* what a killed maker left */
        }
        out->reports[out->count++] = (struct frank_span){p + 4, len};
        at += 4 + len;
    }
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";

    if (sodium_init() < 0) {
        return 3;
    }
    if (strcmp(what, "make") == 0) {
        return load_make(argc - 2, argv + 2);
    }
    if (strcmp(what, "send") == 0) {
        return load_send(argc - 2, argv + 2);
    }
    if (strcmp(what, "stamps") == 0) {
        return load_stamps(argc - 2, argv + 2);
    }
    if (strcmp(what, "fill") == 0) {
        return load_fill(argc - 2, argv + 2);
    }
    if (strcmp(what, "fill-cases") == 0) {
        return load_fill_cases(argc - 2, argv + 2);
    }
    if (strcmp(what, "bare") == 0) {
        return load_bare(argc - 2, argv + 2);
    }
    if (strcmp(what, "log-make") == 0) {
        return load_log_make(argc - 2, argv + 2);
    }
    if (strcmp(what, "log-verify") == 0) {
        return load_log_verify(argc - 2, argv + 2);
    }
    if (strcmp(what, "log-append") == 0) {
        return load_log_append(argc - 2, argv + 2);
    }
    (void)fprintf(
        stderr,
        "usage: load make --keyring F --quorum F --count N --out F [--bad-mac "
        "1]"
        " [--one-message 1]\n"
        "       load send --port P --file F [--connections N] [--seconds S]\n"
        "                 [--rate N] [--acks F] [--again 1] [--source-ips N]\n"
        "       load stamps --socket F [--batch N] [--connections N]"
        " [--seconds S] [--signed 1] [--counted 1]\n"
        "       load fill --database F [--count N]\n"
        "       load fill-cases --database F --now MS [--count N] [--cases N]\n"
        "       load bare --folder F\n"
        "       load log-make --folder F [--count N]\n"
        "       load log-verify --folder F [--state D] [--entries 1]"
        " [--from N]\n"
        "       load log-append --folder F [--count N] [--group N]\n");
    return 2;
}
