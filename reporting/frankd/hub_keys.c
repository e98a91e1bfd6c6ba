/* SPDX-License-Identifier: Apache-2.0 */
#include "hub_keys.h"

#include "clock.h"
#include "hub_public.h"
#include "journal.h"
#include "keyring_file.h"
#include "process.h"
#include "quorum.h"
#include "quorum_public.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool trouble(const char *what, const struct frank_fault *fault)
{
    journal_fault(JOURNAL_ERROR, "keys-not-loaded", what, fault);
    return false;
}

static bool system_trouble(const char *what, const char *call)
{
    return trouble(what, &(struct frank_fault){FRANK_ERR_FILE, call, 0,
                                               (uint64_t)errno, 0});
}

/* Reads a file that is no secret, whole, of at most max bytes. */
static bool load_file(uint8_t *out, size_t *len, size_t max, const char *what,
                      const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = 1;

    *len = 0;
    if (fd < 0) {
        return system_trouble(what, "open");
    }
    while (n > 0 && *len < max) {
        n = read(fd, out + *len, max - *len);
        *len += n > 0 ? (size_t)n : 0;
    }
    (void)close(fd);
    if (n < 0) {
        return system_trouble(what, "read");
    }
    return *len < max ||
           trouble(what, &(struct frank_fault){FRANK_ERR_LIMIT, "file", 0, *len,
                                               max - 1});
}

static bool load_keyring(struct hub_keys *keys, const struct settings *settings)
{
    char path[PROCESS_PATH_MAX];
    struct keyring *ring = NULL;
    struct hub_public publics;
    struct frank_fault fault = {.error = FRANK_ERR_MEMORY, .field = "keyring"};
    uint64_t now = clock_wall();
    bool ok = process_credential(path, settings->keyring, &fault) == FRANK_OK &&
              keyring_file_load(&ring, path, &fault) == FRANK_OK &&
              stamper_new(&keys->stamper, ring, &fault) == FRANK_OK;

    if (ok) {
        hub_public_from(&publics, ring);
        keys->public_json = hub_public_encode(&publics);
        keys->epoch_count = ring->epoch_count;
        ok = keys->public_json != NULL;
    }
    for (size_t i = 0; ok && i < ring->epoch_count; i++) {
        keys->epochs[i].id = ring->epochs[i].id;
        keys->epochs[i].not_before = ring->epochs[i].not_before;
        keys->epochs[i].destroyed = ring->epochs[i].destroyed;
        if (ring->epochs[i].not_before <= now) {
            keys->epoch_not_before = ring->epochs[i].not_before;
        }
    }
    keyring_free(ring);
    return ok || trouble("keyring", &fault);
}

/* A record, under whichever of the moderation side's keys is in force. */
static bool open_record(struct hub_keys *keys, const struct settings *settings,
                        const uint8_t *record, size_t len)
{
    uint8_t text[HUB_PUBLIC_MAX_BYTES];
    struct hub_public pins;
    struct frank_fault fault = {0};
    size_t text_len = 0;
    int error = FRANK_ERR_SIGNER;

    if (settings->moderation_key[0] == '\0') {
        return trouble("quorum: a signed record needs moderation-key",
                       &(struct frank_fault){FRANK_ERR_MISSING,
                                             "moderation-key", 0, 0, 0});
    }
    if (!load_file(text, &text_len, sizeof text, "moderation-key",
                   settings->moderation_key)) {
        return false;
    }
    if (hub_public_decode(&pins, (const char *)text, text_len, &fault) !=
        FRANK_OK) {
        return trouble("moderation-key", &fault);
    }
    for (size_t i = pins.count; i > 0 && error == FRANK_ERR_SIGNER; i--) {
        error = frank_quorum_open(&keys->quorum, NULL, record, len,
                                  pins.keys[i - 1].public_key, clock_wall(),
                                  &fault);
    }
    return error == FRANK_OK || trouble("quorum", &fault);
}

static bool load_quorum(struct hub_keys *keys, const struct settings *settings)
{
    uint8_t bytes[QUORUM_PUBLIC_MAX_BYTES + 1];
    struct frank_fault fault;
    size_t len = 0;

    if (settings->quorum[0] == '\0') {
        return true;
    }
    if (!load_file(bytes, &len, sizeof bytes, "quorum", settings->quorum)) {
        return false;
    }
    if (len > 0 && bytes[0] == QUORUM_VERSION) {
        if (!open_record(keys, settings, bytes, len)) {
            return false;
        }
        keys->quorum_record = malloc(len);
        if (keys->quorum_record == NULL) {
            return false;
        }
        memcpy(keys->quorum_record, bytes, len);
        keys->quorum_record_len = len;
    } else if (quorum_public_decode(&keys->quorum, (const char *)bytes, len,
                                    &fault) != FRANK_OK) {
        return trouble("quorum", &fault);
    }
    frank_quorum_id(keys->quorum_id, &keys->quorum);
    keys->quorum_json = quorum_public_encode(&keys->quorum);
    keys->has_quorum = keys->quorum_json != NULL;
    return keys->has_quorum;
}

struct hub_keys *hub_keys_load(const struct settings *settings)
{
    struct hub_keys *keys = calloc(1, sizeof *keys);

    if (keys == NULL) {
        return NULL;
    }
    atomic_init(&keys->holders, 1);
    if (!load_keyring(keys, settings) || !load_quorum(keys, settings)) {
        hub_keys_release(keys);
        return NULL;
    }
    return keys;
}

void hub_keys_release(struct hub_keys *keys)
{
    if (atomic_fetch_sub(&keys->holders, 1) == 1) {
        stamper_free(keys->stamper);
        free(keys->public_json);
        free(keys->quorum_json);
        free(keys->quorum_record);
        free(keys);
    }
}
