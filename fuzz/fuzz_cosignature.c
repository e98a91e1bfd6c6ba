/* SPDX-License-Identifier: Apache-2.0 */
/* Notes with cosignatures, as a policy of one log and one witness sees them.
 * The text is cosigned and signed here too, so that a note that holds is
 * reached from any text. */
#include "fuzz.h"
#include "policy.h"

#include <sodium.h>

#define ORIGIN "log.example"
#define TEXT_MAX 6000

static struct cosigner witness = {.name = "witness.example"};
static uint8_t secret[64];
static struct policy policy;

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static const uint8_t seed[32];
    char log[NOTE_VKEY_MAX_BYTES];
    char vkey[NOTE_VKEY_MAX_BYTES];
    char text[1024];

    (void)argc;
    (void)argv;
    if (sodium_init() < 0 ||
        crypto_sign_seed_keypair(witness.public_key, secret, seed) != 0) {
        return 1;
    }
    note_vkey(log, ORIGIN, witness.public_key);
    cosigner_vkey(vkey, &witness);
    (void)snprintf(text, sizeof text, "log %s\nwitness a %s\nquorum a\n", log,
                   vkey);
    return policy_parse(&policy, text, strlen(text), NULL);
}

static int check(const char *note, size_t len)
{
    struct policy_verdict verdict;
    struct frank_fault fault;
    uint64_t time_s = 0;
    int error = cosignature_check(&time_s, &witness, note, len, &fault);
    int verdict_error;

    if (error != FRANK_OK) {
        holds_fault(error, &fault, len);
    }
    HOLDS(time_s <= COSIGNATURE_TIME_MAX);
    verdict_error = policy_check(&policy, note, len, &verdict, &fault);
    if (verdict_error != FRANK_OK) {
        holds_fault(verdict_error, &fault, len);
    } else {
        HOLDS(verdict.quorum_met == (error == FRANK_OK));
        HOLDS(verdict.times[0] == time_s);
    }
    return error;
}

/* Cosigns all before the last empty line, or all there is. */
static void cosign_and_check(const char *text, size_t len)
{
    char *note = malloc(len + 1 + COSIGNATURE_LINE_MAX_BYTES);
    struct note read;
    size_t body = len;
    size_t at;

    HOLDS(note != NULL);
    if (note_read(&read, text, len, NULL) == FRANK_OK) {
        body = read.body.len;
    }
    memcpy(note, text, body);
    note[body] = '\n';
    at = body + 1 +
         cosignature_sign(note + body + 1, &witness, secret, text, body, 7);
    /* unless the text's end makes it another note */
    if (note_read(&read, note, at, NULL) == FRANK_OK && read.body.len == body) {
        HOLDS(check(note, at) == FRANK_OK);
    }
    free(note);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size <= TEXT_MAX) {
        (void)check((const char *)data, size);
        cosign_and_check((const char *)data, size);
    }
    return 0;
}
