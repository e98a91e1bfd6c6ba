/* SPDX-License-Identifier: Apache-2.0 */
#include "password.h"

#include "utf8.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
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

/* libsodium's own form of a hash cannot be used: its check tells a wrong
 * password and memory that cannot be had by one and the same answer (1.0.18),
 * and the two told apart by a name that does not exist would say which names
 * do. */
#define PREFIX "argon2id,64MiB,3:"
#define SALT_BYTES ((size_t)16)
#define KEY_BYTES ((size_t)32)

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

int password_hash(char out[static PASSWORD_HASH_BYTES],
                  struct frank_span password, struct frank_fault *fault)
{
    uint8_t salt[SALT_BYTES];
    uint8_t key[KEY_BYTES];
    char salt_text[2 * SALT_BYTES + 1];
    char key_text[2 * KEY_BYTES + 1];

    memset(out, 0, PASSWORD_HASH_BYTES);
    randombytes_buf(salt, sizeof salt);
    if (password_key(key, password, salt) != FRANK_OK) {
        return refuse(fault, FRANK_ERR_MEMORY, 0, 0);
    }
    (void)sodium_bin2hex(salt_text, sizeof salt_text, salt, sizeof salt);
    (void)sodium_bin2hex(key_text, sizeof key_text, key, sizeof key);
    (void)snprintf(out, PASSWORD_HASH_BYTES, PREFIX "%s:%s", salt_text,
                   key_text);
    sodium_memzero(key, sizeof key);
    sodium_memzero(key_text, sizeof key_text);
    return FRANK_OK;
}

static bool read_hash(uint8_t salt[static SALT_BYTES],
                      uint8_t key[static KEY_BYTES], const char *hash)
{
    const size_t prefix = strlen(PREFIX);
    size_t len[2] = {0, 0};

    return strlen(hash) == prefix + 2 * SALT_BYTES + 1 + 2 * KEY_BYTES &&
           memcmp(hash, PREFIX, prefix) == 0 &&
           hash[prefix + 2 * SALT_BYTES] == ':' &&
           sodium_hex2bin(salt, SALT_BYTES, hash + prefix, 2 * SALT_BYTES, NULL,
                          &len[0], NULL) == 0 &&
           sodium_hex2bin(key, KEY_BYTES, hash + prefix + 2 * SALT_BYTES + 1,
                          2 * KEY_BYTES, NULL, &len[1], NULL) == 0 &&
           len[0] == SALT_BYTES && len[1] == KEY_BYTES;
}

/* Whether there is such an account or not, it takes one computation. */
enum password_result password_check(const char *hash,
                                    struct frank_span password)
{
    uint8_t salt[SALT_BYTES] = {0};
    uint8_t right[KEY_BYTES] = {0};
    uint8_t key[KEY_BYTES];
    bool there = hash != NULL && read_hash(salt, right, hash);
    bool is;

    if (password_key(key, password, salt) != FRANK_OK) {
        return PASSWORD_BUSY;
    }
    is = sodium_memcmp(key, right, sizeof key) == 0 && there;
    sodium_memzero(key, sizeof key);
    sodium_memzero(right, sizeof right);
    return is ? PASSWORD_IS : PASSWORD_IS_NOT;
}
