/* SPDX-License-Identifier: Apache-2.0 */
#include "mod_keys.h"

#include "journal.h"
#include "quorum.h"
#include "quorum_public.h"
#include "share.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX_BYTES ((size_t)65536)

static bool trouble(const char *what, const struct frank_fault *fault)
{
    journal_fault(JOURNAL_ERROR, "keys-not-loaded", what, fault);
    return false;
}

static bool load_file(char out[static FILE_MAX_BYTES], size_t *len,
                      const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : 1;

    *len = 0;
    while (n > 0 && *len < FILE_MAX_BYTES) {
        n = read(fd, out + *len, FILE_MAX_BYTES - *len);
        *len += n > 0 ? (size_t)n : 0;
    }
    if (n < 0) {
        (void)trouble(path, &(struct frank_fault){FRANK_ERR_FILE, "read", 0,
                                                  (uint64_t)errno, 0});
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return n >= 0;
}

/* A quorum.pub, or a signed record: whoever puts a file here vouches for it. */
static bool load_quorum(struct mod_quorum *out, const char *path)
{
    char text[FILE_MAX_BYTES];
    struct quorum_record record;
    struct frank_fault fault;
    size_t len;

    if (!load_file(text, &len, path)) {
        return false;
    }
    if (len > 0 && text[0] == '{') {
        if (quorum_public_decode(&out->key, text, len, &fault) != FRANK_OK) {
            return trouble(path, &fault);
        }
    } else if (quorum_record_decode(&record, (const uint8_t *)text, len,
                                    &fault) == FRANK_OK) {
        out->key = record.quorum;
    } else {
        return trouble(path, &fault);
    }
    if (share_check_publics(&out->key, &fault) != FRANK_OK) {
        return trouble(path, &fault);
    }
    frank_quorum_id(out->id, &out->key);
    return true;
}

/* The verifier key of the hub's log, where the file names it: one that was
 * fetched from the hub does, one that `frank keyring public` wrote does not. */
static void load_hub_log(char out[static NOTE_VKEY_MAX_BYTES], const char *text,
                         size_t len)
{
    json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    const json_t *key = json_object_get(json_object_get(root, "log"), "key");

    if (json_string_length(key) > 0 &&
        json_string_length(key) < NOTE_VKEY_MAX_BYTES) {
        (void)snprintf(out, NOTE_VKEY_MAX_BYTES, "%s", json_string_value(key));
    }
    json_decref(root);
}

static bool load_hub(struct mod_keys *out, const char *path)
{
    char text[FILE_MAX_BYTES];
    struct frank_fault fault;
    size_t len;

    if (!load_file(text, &len, path)) {
        return false;
    }
    if (hub_public_decode(&out->hub, text, len, &fault) != FRANK_OK) {
        return trouble(path, &fault);
    }
    load_hub_log(out->hub_log, text, len);
    return true;
}

struct mod_keys *mod_keys_load(const struct mod_settings *settings)
{
    struct mod_keys *keys = calloc(1, sizeof *keys);
    bool ok = keys != NULL && load_hub(keys, settings->hub_public);

    for (size_t i = 0; ok && i < settings->quorum.count; i++) {
        ok = load_quorum(&keys->quorums[i], settings->quorum.items[i]);
        keys->quorum_count++;
    }
    if (!ok) {
        free(keys);
        return NULL;
    }
    atomic_init(&keys->holders, 1);
    return keys;
}
