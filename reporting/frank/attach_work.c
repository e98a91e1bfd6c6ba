/* SPDX-License-Identifier: Apache-2.0 */
#include "attach_work.h"

#include "chunk.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE_BYTES ((size_t)1 << 18)

static int show(void *context, uint64_t done, uint64_t size)
{
    (void)size;
    /* Which error it is does not matter: progress_was_stopped() tells. */
    return progress_go_on(context, done) ? FRANK_OK : FRANK_ERR_ARGUMENT;
}

struct frank_work attach_work(struct progress *progress,
                              const struct attach_arguments *arguments,
                              const char *doing, uint64_t size)
{
    progress_start(progress, doing, size, arguments->quiet);
    return (struct frank_work){arguments->threads, show, progress};
}

int attach_open(int *fd, uint64_t *size, const char *path)
{
    struct stat st;

    *fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (*fd < 0 || fstat(*fd, &st) != 0) {
        return io_say(EXIT_TROUBLE, "%s: %s", path, strerror(errno));
    }
    if (!S_ISREG(st.st_mode)) {
        return io_say(EXIT_TROUBLE, "%s: not a regular file", path);
    }
    *size = (uint64_t)st.st_size;
    return EXIT_DONE;
}

void attach_fault_text(char out[static FRANK_FAULT_TEXT_BYTES],
                       const struct frank_attachment *attachment,
                       const struct frank_fault *fault)
{
    if (fault->error == FRANK_ERR_SEALED && attachment->chunk_log2 != 0) {
        (void)snprintf(out, FRANK_FAULT_TEXT_BYTES,
                       "chunk %" PRIu64
                       " at byte %zu: altered, of another place or file, or "
                       "under another key",
                       (uint64_t)(fault->offset / chunk_stride(attachment)),
                       fault->offset);
    } else {
        frank_fault_text(out, FRANK_FAULT_TEXT_BYTES, fault);
    }
}

int attach_fault(const char *in, const char *out,
                 const struct frank_attachment *attachment,
                 const struct frank_fault *fault)
{
    char text[FRANK_FAULT_TEXT_BYTES];
    bool is_out = fault->field != NULL && strcmp(fault->field, "out") == 0;
    const char *path = is_out ? out : in;

    if (progress_was_stopped()) {
        return io_say(EXIT_TROUBLE, "interrupted");
    }
    if (fault->error == FRANK_ERR_FILE || fault->error == FRANK_ERR_MEMORY) {
        return io_fault(path, fault);
    }
    attach_fault_text(text, attachment, fault);
    return io_say(EXIT_REFUSED, "%s: %s", path, text);
}

/* ---- To standard output -------------------------------------------------- */

static int put(struct blob *out, size_t len)
{
    (void)fwrite(out->data, 1, len, stdout);
    return ferror(stdout) != 0 ? io_finish(EXIT_DONE) : EXIT_DONE;
}

static int stream_piece(struct frank_stream *stream, struct blob *out,
                        struct frank_span piece, const char *path,
                        const struct frank_attachment *attachment)
{
    struct frank_fault fault;
    size_t written = 0;

    if (frank_stream_update(stream, out->data, out->len, &written, piece,
                            &fault) != FRANK_OK) {
        return attach_fault(path, NULL, attachment, &fault);
    }
    return put(out, written);
}

static int stream_all(struct frank_stream *stream, struct blob *in,
                      struct blob *out, int fd, const char *path,
                      struct frank_attachment *attachment,
                      const struct frank_work *work, uint64_t size)
{
    struct frank_fault fault;
    uint64_t done = 0;
    size_t written = 0;
    ssize_t n;
    int code = EXIT_DONE;

    while (code == EXIT_DONE && (n = read(fd, in->data, in->len)) != 0) {
        if (n < 0 && errno != EINTR) {
            return io_say(EXIT_TROUBLE, "%s: %s", path, strerror(errno));
        }
        n = n < 0 ? 0 : n;
        code =
            stream_piece(stream, out, (struct frank_span){in->data, (size_t)n},
                         path, attachment);
        done += (uint64_t)n;
        if (code == EXIT_DONE &&
            work->progress(work->context, done < size ? done : size, size) !=
                FRANK_OK) {
            code = io_say(EXIT_TROUBLE, "interrupted");
        }
    }
    if (code != EXIT_DONE) {
        return code;
    }
    if (frank_stream_final(stream, out->data, out->len, &written, attachment,
                           &fault) != FRANK_OK) {
        return attach_fault(path, NULL, attachment, &fault);
    }
    code = put(out, written);
    return code == EXIT_DONE ? io_finish(EXIT_DONE) : code;
}

int attach_stream(struct frank_stream *stream,
                  struct frank_attachment *attachment, int in, const char *path,
                  const struct frank_work *work, uint64_t size)
{
    struct blob piece = {NULL, 0};
    struct blob out = {NULL, 0};
    /* A chunk may be kept from before, and each has a tag. */
    size_t room = 2 * PIECE_BYTES + (1 << FRANK_CHUNK_LOG2_MAX);
    int code = io_alloc(&piece, PIECE_BYTES);

    if (code == EXIT_DONE) {
        code = io_alloc(&out, room);
    }
    if (code == EXIT_DONE) {
        code =
            stream_all(stream, &piece, &out, in, path, attachment, work, size);
    }
    io_free(&piece);
    io_free(&out);
    return code;
}
