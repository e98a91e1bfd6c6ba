/* SPDX-License-Identifier: Apache-2.0 */
#include "quorum_argument.h"

#include "command.h"
#include "load.h"
#include "quorum.h"
#include "quorum_public.h"

/* A record begins with its version, a text with white space or '{'. */
static bool is_record(const struct blob *bytes)
{
    return bytes->len > 0 && bytes->data[0] == QUORUM_VERSION;
}

/* Under whichever of the pinned keys is in force. */
static int open_record(struct frank_quorum *out, const char *file,
                       const struct blob *record, const char *pin, uint64_t now)
{
    struct hub_public pins;
    struct frank_fault fault = {.error = FRANK_ERR_SIGNER};
    int error = FRANK_ERR_SIGNER;
    int code = load_hub_public(&pins, pin);

    if (code != EXIT_DONE) {
        return code;
    }
    for (size_t i = pins.count; i > 0 && error == FRANK_ERR_SIGNER; i--) {
        const struct hub_public_key *key = &pins.keys[i - 1];

        if (key->not_before <= now &&
            (key->retired == 0 || now < key->retired)) {
            error = frank_quorum_open(out, NULL, record->data, record->len,
                                      key->public_key, now, &fault);
        }
    }
    if (error == FRANK_ERR_SIGNER) {
        return io_say(EXIT_REFUSED,
                      "%s: not signed by a key of %s that is in force", file,
                      pin);
    }
    return error == FRANK_OK ? EXIT_DONE : io_fault(file, &fault);
}

static int take(struct frank_quorum *out, const char *file,
                const struct blob *bytes, const char *pin, uint64_t now)
{
    struct frank_fault fault;

    if (pin == NULL && is_record(bytes)) {
        return io_say(EXIT_REFUSED,
                      "%s: a signed quorum key, which may be anybody's: give "
                      "the moderation key that must have signed it with --pin",
                      file);
    }
    if (pin == NULL) {
        return quorum_public_decode(out, (const char *)bytes->data, bytes->len,
                                    &fault) == FRANK_OK
                   ? EXIT_DONE
                   : io_key_fault(file, &fault);
    }
    if (!is_record(bytes)) {
        return io_say(EXIT_REFUSED,
                      "%s: a quorum key that nobody signed, but --pin asks for "
                      "one that the moderation key signed (frank-mod quorum "
                      "sign)",
                      file);
    }
    return open_record(out, file, bytes, pin, now);
}

int quorum_argument(struct frank_quorum *out, const char *file, const char *pin,
                    uint64_t now)
{
    struct blob bytes = {NULL, 0};
    int code = io_read(&bytes, file, QUORUM_PUBLIC_MAX_BYTES);

    if (code == EXIT_DONE) {
        code = take(out, file, &bytes, pin, now);
    }
    io_free(&bytes);
    return code;
}
