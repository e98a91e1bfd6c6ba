/* SPDX-License-Identifier: Apache-2.0 */
/* The present code of a second factor, for scripts and for who has no device.
 */
#include "commands.h"
#include "io.h"
#include "totp.h"

#include <liboath/oath.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 256

static int put_code(const char *text, size_t len)
{
    char *secret = NULL;
    size_t secret_len = 0;
    char code[TOTP_CODE_BYTES];
    int code_of_exit = EXIT_DONE;

    if (oath_base32_decode(text, len, &secret, &secret_len) != OATH_OK ||
        secret_len != TOTP_SECRET_BYTES) {
        code_of_exit = io_say(EXIT_REFUSED, "not 20 bytes in base32");
    } else {
        totp_code(code, (const uint8_t *)secret, io_now());
        (void)printf("%s\n", code);
        sodium_memzero(code, sizeof code);
    }
    if (secret != NULL) {
        sodium_memzero(secret, secret_len);
        free(secret);
    }
    return io_finish(code_of_exit);
}

int totp_command(const struct command *self, int argc, char **argv)
{
    struct blob text;
    int code;

    if (argc != 2) {
        return command_usage(self, "one file is needed, or -");
    }
    if (!totp_start()) {
        return io_say(EXIT_TROUBLE, "liboath does not start");
    }
    code = io_read(&text, argv[1], TEXT_MAX);
    if (code != EXIT_DONE) {
        return code;
    }
    while (text.len > 0 && text.data[text.len - 1] == '\n') {
        text.len--;
    }
    code = put_code((const char *)text.data, text.len);
    io_free(&text);
    return code;
}
