/* SPDX-License-Identifier: Apache-2.0 */
#include "mod_keys.h"

#include "journal.h"
#include "quorum.h"
#include "quorum_public.h"
#include "share.h"

#include <errno.h>
#include <fcntl.h>
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

static bool load_hub(struct hub_public *out, const char *path)
{
    char text[FILE_MAX_BYTES];
    struct frank_fault fault;
    size_t len;

    return load_file(text, &len, path) &&
           (hub_public_decode(out, text, len, &fault) == FRANK_OK ||
            trouble(path, &fault));
}

struct mod_keys *mod_keys_load(const struct mod_settings *settings)
{
    struct mod_keys *keys = calloc(1, sizeof *keys);
    bool ok = keys != NULL && load_hub(&keys->hub, settings->hub_public);

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
