/* SPDX-License-Identifier: Apache-2.0 */
#include "ask_secret.h"

#include "command.h"
#include "io.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int breaks[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
#define BREAKS (sizeof breaks / sizeof breaks[0])

static void note_break(int number)
{
    (void)number; /* read() ends */
}

/* Byte by byte: what follows the line is for the next question. */
static int read_line(char *out, size_t size, int fd)
{
    size_t len = 0;
    char c = '\0';
    ssize_t n = 0;

    while (len < size && (n = read(fd, &c, 1)) == 1 && c != '\n') {
        out[len++] = c;
    }
    if (n < 0 || (n == 0 && len == 0) || len == size ||
        memchr(out, '\0', len) != NULL) {
        sodium_memzero(out, size);
        return io_say(EXIT_TROUBLE, n < 0         ? "broken off"
                                    : len == size ? "too long"
                                                  : "nothing was said");
    }
    out[len] = '\0';
    return EXIT_DONE;
}

/* The terminal gets its echo back whatever ends the reading. */
static int read_quietly(char *out, size_t size, int tty, const char *prompt)
{
    struct sigaction old[BREAKS];
    struct sigaction quiet = {.sa_handler = note_break};
    struct termios was;
    struct termios without;
    int code;

    if (tcgetattr(tty, &was) != 0) {
        return io_say(EXIT_TROUBLE, "the terminal: %s", strerror(errno));
    }
    without = was;
    without.c_lflag &= ~(tcflag_t)ECHO;
    for (size_t i = 0; i < BREAKS; i++) {
        (void)sigaction(breaks[i], &quiet, &old[i]);
    }
    (void)tcsetattr(tty, TCSAFLUSH, &without);
    (void)dprintf(tty, "%s: ", prompt);
    code = read_line(out, size, tty);
    (void)tcsetattr(tty, TCSAFLUSH, &was);
    (void)dprintf(tty, "\n");
    for (size_t i = 0; i < BREAKS; i++) {
        (void)sigaction(breaks[i], &old[i], NULL);
    }
    return code;
}

int ask_secret(char *out, size_t size, const char *prompt, bool from_stdin)
{
    int tty;
    int code;

    memset(out, 0, size);
    if (from_stdin) {
        return read_line(out, size, STDIN_FILENO);
    }
    tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (tty < 0) {
        return io_say(EXIT_TROUBLE, "no terminal to ask on: --stdin reads "
                                    "lines");
    }
    code = read_quietly(out, size, tty, prompt);
    (void)close(tty);
    return code;
}
