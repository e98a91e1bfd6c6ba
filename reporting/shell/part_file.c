/* SPDX-License-Identifier: Apache-2.0 */
#include "part_file.h"

#include "command.h"
#include "io.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int trouble(const char *path)
{
    return io_say(EXIT_TROUBLE, "%s: %s", path, strerror(errno));
}

bool part_file_is_taken(const char *path)
{
    struct stat st;

    if (lstat(path, &st) != 0 && errno == ENOENT) {
        return false;
    }
    errno = EEXIST;
    (void)trouble(path);
    return true;
}

/* A second name is one that we did not give: whatever stands under it would
 * change too. */
static int check_rights(const struct part_file *file, const struct stat *st,
                        mode_t mode)
{
    mode_t more = st->st_mode & 0777 & ~mode;

    if (!S_ISREG(st->st_mode) || st->st_uid != geteuid() || more != 0 ||
        st->st_nlink > 1) {
        return io_say(EXIT_TROUBLE,
                      "%s: not left by an earlier run: not a regular file of "
                      "yours with mode 0%o and no other name",
                      file->part, (unsigned)mode);
    }
    return EXIT_DONE;
}

/* Others name what is under way NAME.part too: it may be what is to be read. */
static int check_input(const struct part_file *file, const struct stat *st,
                       int in)
{
    struct stat read;

    if (in >= 0 && fstat(in, &read) == 0 && read.st_ino == st->st_ino &&
        read.st_dev == st->st_dev) {
        return io_say(EXIT_TROUBLE,
                      "%s: would be written to, and is the file to be read: "
                      "give it another name",
                      file->part);
    }
    return EXIT_DONE;
}

/* One run at a time. Another may have ended, and given the file its name,
 * between our open and our lock: then it is not ours to write to. */
static int lock(const struct part_file *file, const struct stat *st)
{
    struct stat named;

    if (flock(file->fd, LOCK_EX | LOCK_NB) != 0) {
        return errno == EWOULDBLOCK
                   ? io_say(EXIT_TROUBLE, "%s: another run is at it",
                            file->part)
                   : trouble(file->part);
    }
    if (lstat(file->part, &named) != 0 || named.st_ino != st->st_ino ||
        named.st_dev != st->st_dev) {
        return io_say(EXIT_TROUBLE, "%s: another run has just ended it",
                      file->part);
    }
    return EXIT_DONE;
}

static int sync_folder(const char *path)
{
    char copy[PATH_MAX];
    int fd;
    int got;

    (void)snprintf(copy, sizeof copy, "%s", path);
    fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    got = fd < 0 ? -1 : fsync(fd);
    if (fd >= 0) {
        (void)close(fd);
    }
    return got;
}

int part_file_open(struct part_file *out, const char *path, mode_t mode, int in)
{
    struct stat st;
    int code;
    int len =
        snprintf(out->part, sizeof out->part, "%s" PART_FILE_SUFFIX, path);

    out->path = path;
    out->fd = -1;
    out->found = 0;
    if (len < 0 || (size_t)len >= sizeof out->part) {
        errno = ENAMETOOLONG;
        return trouble(path);
    }
    /* O_NONBLOCK: a pipe in its place must not make us wait. */
    out->fd =
        open(out->part, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
             mode);
    if (out->fd < 0 || fstat(out->fd, &st) != 0) {
        return trouble(out->part);
    }
    code = check_input(out, &st, in);
    if (code == EXIT_DONE) {
        code = check_rights(out, &st, mode);
    }
    if (code == EXIT_DONE) {
        code = lock(out, &st);
    }
    /* Its size only now: the one who had the lock may have written. */
    if (code == EXIT_DONE && fstat(out->fd, &st) != 0) {
        code = trouble(out->part);
    }
    /* A new one must be found after a crash, beside what goes with it. */
    if (code == EXIT_DONE && st.st_size == 0 && sync_folder(path) != 0) {
        code = trouble(path);
    }
    if (code != EXIT_DONE) {
        part_file_close(out);
        return code;
    }
    out->found = (uint64_t)st.st_size;
    return EXIT_DONE;
}

/* NFS cannot rename without replacing; links it has. */
static int name_it(const struct part_file *file)
{
    if (renameat2(AT_FDCWD, file->part, AT_FDCWD, file->path,
                  RENAME_NOREPLACE) == 0) {
        return 0;
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return -1;
    }
    return link(file->part, file->path) != 0 ? -1 : unlink(file->part);
}

int part_file_publish(struct part_file *file)
{
    int code = EXIT_DONE;

    if (fsync(file->fd) != 0) {
        code = trouble(file->part);
    } else if (name_it(file) != 0 || sync_folder(file->path) != 0) {
        code = trouble(file->path);
    }
    part_file_close(file);
    return code;
}

void part_file_close(struct part_file *file)
{
    if (file->fd >= 0) {
        (void)close(file->fd); /* and unlocks */
    }
    file->fd = -1;
}

void part_file_remove(struct part_file *file)
{
    if (file->fd >= 0) {
        (void)unlink(file->part);
    }
    part_file_close(file);
}
