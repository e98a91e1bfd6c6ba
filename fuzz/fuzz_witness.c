/* SPDX-License-Identifier: Apache-2.0 */
/* What logs and witnesses say to each other: requests (r), answers to one of
 * ours (a), as the first byte says. A request that is read is written to the
 * same bytes by the side that asks. */
#include "fuzz.h"
#include "witness.h"
#include "witnesses_inside.h"

#include <sodium.h>

#define ORIGIN "log.example"
#define NOW UINT64_C(1800000000000)

static struct cosigner witness = {.name = "witness.example"};
static uint8_t secret[64];
static struct policy policy;
static char checkpoint[NOTE_MAX_BYTES];
static size_t checkpoint_len;
static size_t body_len;

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static const uint8_t seed[32];
    const struct note_checkpoint tree = {.size = 20852163};
    char log[NOTE_VKEY_MAX_BYTES];
    char text[1024];

    (void)argc;
    (void)argv;
    if (sodium_init() < 0 ||
        crypto_sign_seed_keypair(witness.public_key, secret, seed) != 0) {
        return 1;
    }
    note_vkey(log, ORIGIN, witness.public_key);
    (void)snprintf(text, sizeof text, "log %s\nquorum none\n", log);
    checkpoint_len = note_sign(checkpoint, ORIGIN, &tree, secret);
    body_len = (size_t)(strstr(checkpoint, "\n\n") - checkpoint) + 1;
    return policy_parse(&policy, text, strlen(text), NULL);
}

static void judge(const struct witness_request *request)
{
    struct witness_checkpoint read;
    struct witness_held held;
    struct frank_fault fault;
    enum witness_verdict verdict =
        witness_checkpoint_read(&read, request, &policy, &fault);
    char *own;

    HOLDS(verdict == WITNESS_COSIGN || verdict == WITNESS_MALFORMED ||
          verdict == WITNESS_UNKNOWN || verdict == WITNESS_UNSIGNED ||
          verdict == WITNESS_ABOVE);
    HOLDS(witness_status(verdict) >= 200 && witness_name(verdict) != NULL);
    if (verdict != WITNESS_COSIGN) {
        return;
    }
    witness_held_nothing(&held);
    verdict = witness_judge(&held, request, &read.tree);
    HOLDS(verdict != WITNESS_COSIGN || request->proof_count == 0);
    held.size = request->old;
    (void)witness_judge(&held, request, &read.tree);
    own = malloc(request->note.len);
    HOLDS(own != NULL);
    HOLDS(witness_note_of_log(own, &read) <= request->note.len);
    free(own);
}

static void read_request(const uint8_t *data, size_t size)
{
    struct witness_request request;
    struct frank_fault fault;
    int error =
        witness_request_read(&request, (struct frank_span){data, size}, &fault);
    char *out;
    size_t len;

    if (error != FRANK_OK) {
        holds_fault(error, &fault, size);
        return;
    }
    out = malloc(WITNESSES_REQUEST_MAX_BYTES + size);
    HOLDS(out != NULL);
    len = witnesses_request(out, request.old,
                            (const uint8_t(*)[MERKLE_HASH_BYTES])request.proof,
                            request.proof_count, "", 0);
    HOLDS(len + request.note.len == size && memcmp(out, data, len) == 0);
    free(out);
    judge(&request);
    /* the same, of a checkpoint that holds */
    request.note =
        (struct frank_span){(const uint8_t *)checkpoint, checkpoint_len};
    judge(&request);
}

static void read_answer(const uint8_t *data, size_t size)
{
    char line[COSIGNATURE_LINE_MAX_BYTES] = "";
    char own[COSIGNATURE_LINE_MAX_BYTES];
    char *answer = malloc(size + sizeof own);
    struct frank_fault fault;
    uint64_t number = 0;
    size_t len =
        cosignature_sign(own, &witness, secret, checkpoint, body_len, 7);
    int error =
        witnesses_answer_read(line, &witness, checkpoint, checkpoint_len,
                              (struct frank_span){data, size}, NOW, &fault);

    HOLDS(answer != NULL);
    HOLDS((error == FRANK_OK) == (line[0] != '\0'));
    (void)witnesses_size_read(&number, (struct frank_span){data, size});
    HOLDS(number <= MERKLE_SIZE_MAX);
    /* with his own line in front, what follows decides whether it is an
     * answer */
    memcpy(answer, own, len);
    memcpy(answer + len, data, size);
    error = witnesses_answer_read(
        line, &witness, checkpoint, checkpoint_len,
        (struct frank_span){(uint8_t *)answer, len + size}, NOW, &fault);
    HOLDS(error != FRANK_OK || strcmp(line, own) == 0);
    free(answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size + 1);

    HOLDS(copy != NULL);
    if (size > 0) {
        memcpy(copy, data + 1, size - 1);
        if (data[0] == 'r') {
            read_request(copy, size - 1);
        } else if (data[0] == 'a') {
            read_answer(copy, size - 1);
        }
    }
    free(copy);
    return 0;
}
