/* SPDX-License-Identifier: Apache-2.0 */
#include "io.h"

#include "command.h"
#include "utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *command_name = "frank";
static bool json_failed;

void io_name(const char *name)
{
    command_name = name;
}

int io_say(int code, const char *format, ...)
{
    va_list arguments;

    (void)fprintf(stderr, "%s: ", command_name);
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fputc('\n', stderr);
    return code;
}

int io_fault(const char *what, const struct frank_fault *fault)
{
    char text[FRANK_FAULT_TEXT_BYTES];

    if (fault->error == FRANK_ERR_FILE) {
        return io_say(EXIT_TROUBLE, "%s: %s: %s", what, fault->field,
                      strerror((int)fault->found));
    }
    if (fault->error == FRANK_ERR_PERMISSION) {
        return io_say(EXIT_TROUBLE, "%s: %s (%s; mode 0%o, 0600 wanted)", what,
                      frank_strerror(fault->error), fault->field,
                      (unsigned)fault->found);
    }
    frank_fault_text(text, sizeof text, fault);
    return io_say(fault->error == FRANK_ERR_MEMORY ? EXIT_TROUBLE
                                                   : EXIT_REFUSED,
                  "%s: %s", what, text);
}

int io_key_fault(const char *what, const struct frank_fault *fault)
{
    (void)io_fault(what, fault);
    return EXIT_TROUBLE;
}

int io_alloc(struct blob *out, size_t len)
{
    out->len = 0;
    out->data = malloc(len > 0 ? len : 1);
    if (out->data == NULL) {
        return io_say(EXIT_TROUBLE, "out of memory");
    }
    out->len = len;
    return EXIT_DONE;
}

struct frank_span io_blob_span(const struct blob *blob)
{
    return (struct frank_span){blob->data, blob->len};
}

void io_free(struct blob *blob)
{
    if (blob->data != NULL) {
        sodium_memzero(blob->data, blob->len);
    }
    free(blob->data);
    *blob = (struct blob){NULL, 0};
}

/* Makes room for more, without leaving the old bytes behind. */
static int grow(struct blob *blob, size_t *room, size_t max)
{
    struct blob larger = {NULL, 0};
    size_t len = *room < max / 2 ? 2 * *room : max;
    int code = io_alloc(&larger, len);

    if (code == EXIT_DONE) {
        memcpy(larger.data, blob->data, blob->len);
        larger.len = blob->len;
        io_free(blob);
        *blob = larger;
        *room = len;
    }
    return code;
}

static int read_fd(struct blob *out, int fd, const char *path, size_t max)
{
    size_t room = max < 4096 ? max + 1 : 4096;
    int code = io_alloc(out, room);

    out->len = 0;
    while (code == EXIT_DONE) {
        ssize_t n = read(fd, out->data + out->len, room - out->len);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            code = io_say(EXIT_TROUBLE, "%s: %s", path, strerror(errno));
        }
        if (n <= 0) {
            break;
        }
        out->len += (size_t)n;
        if (out->len > max) {
            code = io_say(EXIT_REFUSED,
                          "%s: larger than the limit: at most %zu bytes", path,
                          max);
        } else if (out->len == room) {
            code = grow(out, &room, max + 1);
        }
    }
    return code;
}

int io_read(struct blob *out, const char *path, size_t max)
{
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    int code;

    *out = (struct blob){NULL, 0};
    if (fd < 0) {
        return io_say(EXIT_TROUBLE, "%s: %s", path, strerror(errno));
    }
    code = read_fd(out, fd, is_stdin ? "standard input" : path, max);
    if (!is_stdin) {
        (void)close(fd);
    }
    if (code != EXIT_DONE) {
        io_free(out);
    }
    return code;
}

int io_read_exactly(uint8_t *out, size_t len, const char *path,
                    const char *what)
{
    struct blob bytes = {NULL, 0};
    int code = io_read(&bytes, path, FRANK_REPORT_MAX_BYTES);

    if (code == EXIT_DONE && bytes.len != len) {
        code =
            io_say(EXIT_REFUSED, "%s: not %s, which is %zu bytes: it has %zu",
                   path, what, len, bytes.len);
    }
    if (code == EXIT_DONE && bytes.data != NULL) {
        memcpy(out, bytes.data, len);
    }
    io_free(&bytes);
    return code;
}

static int write_new(const char *path, const uint8_t *bytes, size_t len,
                     mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "wb");
    bool failed = file == NULL || fwrite(bytes, 1, len, file) != len ||
                  fflush(file) != 0 || fsync(fd) != 0;

    if (failed) {
        (void)io_say(EXIT_TROUBLE, "%s: %s", path, strerror(errno));
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    if (failed && fd >= 0) {
        (void)unlink(path);
    }
    return failed ? EXIT_TROUBLE : EXIT_DONE;
}

int io_write(const char *path, const uint8_t *bytes, size_t len)
{
    return write_new(path, bytes, len, 0644);
}

int io_write_private(const char *path, const uint8_t *bytes, size_t len)
{
    return write_new(path, bytes, len, 0600);
}

struct frank_span io_span(const char *text)
{
    return (struct frank_span){(const uint8_t *)text, strlen(text)};
}

bool io_number(uint64_t *out, const char *text, uint64_t max, const char *what)
{
    uint64_t value = 0;
    size_t i;

    for (i = 0; text[i] >= '0' && text[i] <= '9'; i++) {
        uint64_t digit = (uint64_t)(text[i] - '0');

        if (value > (max - digit) / 10) {
            break;
        }
        value = 10 * value + digit;
    }
    if (i == 0 || text[i] != '\0') {
        (void)io_say(EXIT_USAGE, "%s: not a number of at most %" PRIu64, what,
                     max);
        return false;
    }
    *out = value;
    return true;
}

bool io_unhex(uint8_t *out, size_t len, const char *text, const char *what)
{
    size_t written = 0;
    const char *end = NULL;

    if (strlen(text) != 2 * len ||
        sodium_hex2bin(out, len, text, 2 * len, NULL, &written, &end) != 0 ||
        written != len) {
        (void)io_say(EXIT_USAGE, "%s: not %zu hexadecimal digits (%zu bytes)",
                     what, 2 * len, len);
        return false;
    }
    return true;
}

int io_put_bytes(const uint8_t *bytes, size_t len)
{
    if (!isatty(STDOUT_FILENO)) {
        (void)fwrite(bytes, 1, len, stdout);
        return io_finish(EXIT_DONE);
    }
    for (size_t i = 0; i < len; i++) {
        (void)printf("%02x", bytes[i]);
    }
    (void)putchar('\n');
    return io_finish(EXIT_DONE);
}

/* What a terminal would act on, or show in another order than it is. */
static bool is_harmful(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) ||
           (code >= 0x200b && code <= 0x200f) ||
           (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2060 && code <= 0x206f) || code == 0x061c ||
           code == 0xfeff || code == '\\';
}

void io_put_text(FILE *out, struct frank_span text)
{
    for (size_t i = 0; i < text.len;) {
        uint32_t code = 0;
        size_t len = utf8_char(text.data + i, text.len - i, &code);

        if (len > 0 && !is_harmful(code)) {
            (void)fwrite(text.data + i, 1, len, out);
        } else {
            len = len > 0 ? len : 1;
            for (size_t j = 0; j < len; j++) {
                (void)fprintf(out, "\\x%02x", text.data[i + j]);
            }
        }
        i += len;
    }
}

uint64_t io_now(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void io_time(char out[static IO_TIME_BYTES], uint64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm parts;
    char day[32];

    /* Years of more than four digits say nothing to a person. */
    if (ms >= UINT64_C(253402300800000) || gmtime_r(&seconds, &parts) == NULL ||
        strftime(day, sizeof day, "%Y-%m-%d %H:%M:%S", &parts) == 0) {
        (void)snprintf(out, IO_TIME_BYTES, "%" PRIu64 " ms", ms);
        return;
    }
    (void)snprintf(out, IO_TIME_BYTES, "%.19s.%03u UTC", day,
                   (unsigned)(ms % 1000));
}

json_t *io_json_hex(const uint8_t *bytes, size_t len)
{
    char *hex = malloc(2 * len + 1);
    json_t *value = NULL;

    if (hex != NULL) {
        (void)sodium_bin2hex(hex, 2 * len + 1, bytes, len);
        value = json_stringn(hex, 2 * len);
        sodium_memzero(hex, 2 * len + 1);
    }
    free(hex);
    return value;
}

json_t *io_json_text(struct frank_span text)
{
    char *escaped = NULL;
    size_t size = 0;
    json_t *value = NULL;
    FILE *memory;

    if (text.len == 0) {
        return json_string("");
    }
    if (utf8_is_valid(text)) {
        return json_stringn((const char *)text.data, text.len);
    }
    memory = open_memstream(&escaped, &size);
    if (memory != NULL) {
        io_put_text(memory, text);
        if (fclose(memory) == 0) {
            value = json_stringn(escaped, size);
        }
        free(escaped);
    }
    return value;
}

/* Times beyond jansson's integers appear as the largest there is. */
json_t *io_json_time(uint64_t ms)
{
    return json_integer(ms > INT64_MAX ? INT64_MAX : (json_int_t)ms);
}

void io_json_set(json_t *object, const char *name, json_t *value)
{
    if (json_object_set_new(object, name, value) != 0) {
        json_failed = true;
    }
}

void io_json_append(json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0) {
        json_failed = true;
    }
}

int io_put_json(json_t *object)
{
    char *text = json_failed || object == NULL
                     ? NULL
                     : json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER |
                                              JSON_ENSURE_ASCII);

    json_decref(object);
    if (text == NULL) {
        return io_say(EXIT_TROUBLE, "out of memory");
    }
    (void)puts(text);
    free(text);
    return io_finish(EXIT_DONE);
}

int io_finish(int code)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        return io_say(EXIT_TROUBLE, "standard output: %s", strerror(errno));
    }
    return code;
}
