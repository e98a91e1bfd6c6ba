/* SPDX-License-Identifier: Apache-2.0 */
#include "mimi_seal.h"

#include "hash.h"
#include "wire.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* Everything that holds or points into the plaintext; in guarded memory. */
struct conversion {
    struct mimi_report mimi;
    struct mimi_report_verdict verdict;
    struct frank_uri senders[FRANK_MESSAGES_MAX];
    struct frank_uri rooms[FRANK_MESSAGES_MAX];
    struct frank_kept messages[FRANK_MESSAGES_MAX];
    struct frank_report report;
    uint8_t random[FRANK_BUILD_RANDOM_BYTES];
    bool accused;
};

/* The context is that of the reading which the hub stamped. */
static void keep(struct conversion *c, size_t index)
{
    const struct mimi_report_message *message = &c->mimi.messages[index];
    struct frank_kept *kept = &c->messages[index];

    c->senders[index] = c->verdict.content.sender;
    c->rooms[index] = c->verdict.content.room;
    kept->content = message->content;
    kept->context =
        (struct frank_context){{c->senders[index].bytes, c->senders[index].len},
                               {c->rooms[index].bytes, c->rooms[index].len},
                               message->accepted_timestamp};
    if (c->verdict.from_abuser && c->verdict.error == FRANK_OK && !c->accused) {
        c->report.accused = (unsigned)index;
        c->accused = true;
    }
}

static int check_messages(struct conversion *c, const struct stamper *stamper,
                          size_t *message, struct frank_fault *fault)
{
    size_t valid = 0;

    for (size_t i = 0; i < c->mimi.count; i++) {
        int error;

        mimi_report_check(&c->verdict, stamper, &c->mimi, i);
        error = c->verdict.error;
        if (error != FRANK_OK && error != FRANK_ERR_EPOCH_DESTROYED) {
            *message = i;
            return wire_fault(fault, error, c->verdict.fault.field,
                              c->verdict.fault.offset, c->verdict.fault.found,
                              c->verdict.fault.expected);
        }
        valid += error == FRANK_OK;
        keep(c, i);
        /* mimi_report_check() decoded it already. */
        (void)!frank_frank_decode(&c->messages[i].frank,
                                  c->mimi.messages[i].frank.data,
                                  c->mimi.messages[i].frank.len, NULL);
    }
    return valid > 0
               ? FRANK_OK
               : wire_fault(fault, FRANK_ERR_EPOCH_DESTROYED,
                            "messages, of which none can be proven", 0, 0, 0);
}

static int take(struct conversion *c, const struct stamper *stamper,
                size_t *message, const uint8_t *bytes, size_t len,
                struct frank_fault *fault)
{
    int error = mimi_report_decode(&c->mimi, bytes, len, fault);

    if (error == FRANK_OK && c->mimi.count == 0) {
        error = wire_fault(fault, FRANK_ERR_MISSING, "messages", 0, 0, 1);
    }
    if (error == FRANK_OK) {
        error = check_messages(c, stamper, message, fault);
    }
    if (error == FRANK_OK && !c->accused) {
        error = wire_fault(fault, FRANK_ERR_MISSING,
                           "provable message of the alleged abuser", 0, 0, 1);
    }
    c->report.reporter = c->mimi.reporting_user;
    c->report.reason = c->mimi.reason;
    c->report.note = c->mimi.note;
    c->report.messages = c->messages;
    c->report.count = c->mimi.count;
    return error;
}

static void make_random(struct conversion *c, const uint8_t *bytes, size_t len,
                        const uint8_t *salt)
{
    uint8_t digest[HASH_BYTES];
    hash_state state;

    hash_init(&state);
    hash_update(&state, bytes, len);
    hash_final(&state, digest);
    memcpy(c->random, digest, FRANK_REPORT_ID_BYTES);
    memcpy(c->random + FRANK_REPORT_ID_BYTES, salt, 32);
    sodium_memzero(&state, sizeof state);
}

/* Builds into guarded memory, and seals from there. */
static int seal(uint8_t **out, size_t *out_len, size_t *message,
                const struct conversion *c, const struct frank_quorum *quorum,
                const uint8_t *random, struct frank_fault *fault)
{
    size_t size = 0;
    uint8_t *unsealed = NULL;
    uint8_t *sealed = NULL;
    struct frank_fault first;
    int error = frank_report_build(NULL, 0, &size, message, &c->report,
                                   c->random, &first);

    if (error != FRANK_ERR_SPACE) {
        return wire_fault(fault, error, first.field, first.offset, first.found,
                          first.expected);
    }
    unsealed = sodium_malloc(size);
    error = unsealed == NULL
                ? wire_fault(fault, FRANK_ERR_MEMORY, "report", 0, 0, 0)
                : frank_report_build(unsealed, size, &size, message, &c->report,
                                     c->random, fault);
    if (error == FRANK_OK) {
        (void)!frank_report_seal(NULL, 0, out_len, unsealed, size, quorum,
                                 random, NULL);
        sealed = malloc(*out_len);
        error = sealed == NULL
                    ? wire_fault(fault, FRANK_ERR_MEMORY, "report", 0, 0, 0)
                    : frank_report_seal(sealed, *out_len, out_len, unsealed,
                                        size, quorum, random, fault);
    }
    if (error == FRANK_OK) {
        *out = sealed;
        sealed = NULL; /* transferred */
    }
    free(sealed);
    sodium_free(unsealed); /* wipes */
    return error;
}

int mimi_seal(uint8_t **out, size_t *out_len, size_t *message,
              const struct stamper *stamper, const struct frank_quorum *quorum,
              const uint8_t *bytes, size_t len, uint64_t now,
              const uint8_t random[static MIMI_SEAL_RANDOM_BYTES],
              struct frank_fault *fault)
{
    struct conversion *c = sodium_malloc((sizeof *c + 63) / 64 * 64);
    int error;

    *message = SIZE_MAX;
    *out_len = 0;
    if (c == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "report", 0, 0, 0);
    }
    memset(c, 0, sizeof *c);
    c->report.created = now;
    error = take(c, stamper, message, bytes, len, fault);
    if (error == FRANK_OK) {
        make_random(c, bytes, len, random);
        error = seal(out, out_len, message, c, quorum, random + 32, fault);
    }
    sodium_free(c); /* wipes */
    return error;
}
