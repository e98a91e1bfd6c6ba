/* SPDX-License-Identifier: Apache-2.0 */
#include "password.h"

#include "utf8.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <string.h>
#include <strings.h>

/* At once, and waiting: a login takes a tenth of a second. */
#define AT_ONCE 2
#define WAITING_MAX 16

static struct {
    pthread_mutex_t lock;
    pthread_cond_t free;
    unsigned running;
    unsigned waiting;
} gate = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0};

static bool enter(void)
{
    bool may;

    (void)pthread_mutex_lock(&gate.lock);
    may = gate.waiting < WAITING_MAX;
    if (may) {
        gate.waiting++;
        while (gate.running == AT_ONCE) {
            (void)pthread_cond_wait(&gate.free, &gate.lock);
        }
        gate.waiting--;
        gate.running++;
    }
    (void)pthread_mutex_unlock(&gate.lock);
    return may;
}

static void leave(void)
{
    (void)pthread_mutex_lock(&gate.lock);
    gate.running--;
    (void)pthread_cond_signal(&gate.free);
    (void)pthread_mutex_unlock(&gate.lock);
}

/* ---- Rules -----------------------------------------------------------------
 */

static int refuse(struct frank_fault *fault, int error, uint64_t found,
                  uint64_t limit)
{
    if (fault != NULL) {
        *fault = (struct frank_fault){error, "password", 0, found, limit};
    }
    return error;
}

static bool holds(struct frank_span text, const char *word)
{
    size_t len = strlen(word);

    for (size_t i = 0; len >= 4 && i + len <= text.len; i++) {
        if (strncasecmp((const char *)text.data + i, word, len) == 0) {
            return true;
        }
    }
    return false;
}

/* How much of the text's beginning is of what passwords are made of most; 0:
 * nothing. */
static size_t common_part(const char *text, size_t len)
{
    static const char *const words[] = {
        "password", "passwort", "passwd",  "qwertz",   "qwerty", "asdf",
        "admin",    "letmein",  "welcome", "iloveyou", "monkey", "dragon",
        "football", "baseball", "master",  "login",    "abc",    "secret",
        "frank",    "changeme", "default", "test",     "hello",  "user"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t n = strlen(words[i]);

        if (n <= len && strncasecmp(text, words[i], n) == 0) {
            return n;
        }
    }
    return (text[0] >= '0' && text[0] <= '9') ||
                   strchr(" !#$%&*+,-./=?@_", text[0]) != NULL
               ? 1
               : 0;
}

/* Such words, digits and signs, and nothing else: the first that are guessed.
 */
static bool is_common(struct frank_span password)
{
    const char *text = (const char *)password.data;
    size_t at = 0;
    size_t part = 1;

    while (at < password.len && part > 0) {
        part = text[at] == '\0' ? 0 : common_part(text + at, password.len - at);
        at += part;
    }
    return at == password.len;
}

int password_is_good(struct frank_span password, const char *name,
                     struct frank_fault *fault)
{
    uint64_t characters = 0;
    uint32_t first = 0;
    bool differ = false;

    if (password.len > PASSWORD_MAX_BYTES) {
        return refuse(fault, FRANK_ERR_LIMIT, password.len, PASSWORD_MAX_BYTES);
    }
    if (!utf8_is_valid(password)) {
        return refuse(fault, FRANK_ERR_UTF8, 0, 0);
    }
    for (size_t i = 0; i < password.len; characters++) {
        uint32_t code;
        size_t n = utf8_char(password.data + i, password.len - i, &code);

        first = characters == 0 ? code : first;
        differ = differ || code != first;
        i += n;
    }
    if (characters < PASSWORD_MIN_CHARACTERS) {
        return refuse(fault, FRANK_ERR_LENGTH, characters,
                      PASSWORD_MIN_CHARACTERS);
    }
    return differ && !holds(password, name) && !is_common(password)
               ? FRANK_OK
               : refuse(fault, FRANK_ERR_VALUE, 0, 0);
}

/* ---- Hashes ----------------------------------------------------------------
 */

int password_hash(char out[static PASSWORD_HASH_BYTES],
                  struct frank_span password, struct frank_fault *fault)
{
    int failed = -1;

    memset(out, 0, PASSWORD_HASH_BYTES);
    if (enter()) {
        failed = crypto_pwhash_str_alg(
            out, (const char *)password.data, password.len, PASSWORD_PASSES,
            PASSWORD_MEMORY, crypto_pwhash_ALG_ARGON2ID13);
        leave();
    }
    return failed == 0 ? FRANK_OK : refuse(fault, FRANK_ERR_MEMORY, 0, 0);
}

int password_key(uint8_t out[static 32], struct frank_span password,
                 const uint8_t salt[static 16])
{
    int failed = -1;

    memset(out, 0, 32);
    if (enter()) {
        failed = crypto_pwhash(out, 32, (const char *)password.data,
                               password.len, salt, PASSWORD_PASSES,
                               PASSWORD_MEMORY, crypto_pwhash_ALG_ARGON2ID13);
        leave();
    }
    return failed == 0 ? FRANK_OK : FRANK_ERR_MEMORY;
}

enum password_result password_check(const char *hash,
                                    struct frank_span password)
{
    static const uint8_t salt[16];
    uint8_t nothing[32];
    bool is;
    bool wrong;

    if (hash == NULL) {
        if (password_key(nothing, password, salt) != FRANK_OK) {
            return PASSWORD_BUSY;
        }
        sodium_memzero(nothing, sizeof nothing);
        return PASSWORD_IS_NOT;
    }
    if (!enter()) {
        return PASSWORD_BUSY;
    }
    /* libsodium tells another password by EINVAL, and what it could not compute
     * otherwise: to take that for a wrong one would tell which names exist. */
    errno = 0;
    is = crypto_pwhash_str_verify(hash, (const char *)password.data,
                                  password.len) == 0;
    wrong = !is && errno == EINVAL;
    leave();
    if (is) {
        return PASSWORD_IS;
    }
    return wrong ? PASSWORD_IS_NOT : PASSWORD_BUSY;
}
