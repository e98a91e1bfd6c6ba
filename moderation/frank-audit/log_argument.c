/* SPDX-License-Identifier: Apache-2.0 */
#include "log_argument.h"

#include "command.h"

#include <string.h>

static int read_policy(struct log_trust *out, const char *file)
{
    struct blob blob = {0};
    struct frank_fault fault;
    char text[256];
    int code = io_read(&blob, file, POLICY_MAX_BYTES);

    if (code == EXIT_DONE && policy_parse(&out->policy, (const char *)blob.data,
                                          blob.len, &fault) != FRANK_OK) {
        policy_fault_text(text, sizeof text, (const char *)blob.data, blob.len,
                          &fault);
        code = io_say(EXIT_TROUBLE, "%s: %s", file, text);
    }
    out->has_policy = code == EXIT_DONE;
    io_free(&blob);
    return code;
}

int log_trust_read(struct log_trust *out, const char *vkey,
                   const char *policy_file)
{
    struct frank_fault fault;

    memset(out, 0, sizeof *out);
    if (vkey != NULL) {
        if (note_vkey_read(&out->key, NOTE_ED25519, vkey, &fault) != FRANK_OK) {
            return io_say(EXIT_USAGE,
                          "--key: not a log's verifier key, "
                          "\"origin+hash+base64\": %s",
                          fault.field);
        }
        out->has_key = true;
    }
    return policy_file != NULL ? read_policy(out, policy_file) : EXIT_DONE;
}

void log_trust_free(struct log_trust *trust)
{
    policy_free(&trust->policy);
    memset(trust, 0, sizeof *trust);
}

const struct note_key *log_trust_key(const struct log_trust *trust)
{
    return trust->has_key ? &trust->key : NULL;
}

const struct policy *log_trust_policy(const struct log_trust *trust)
{
    return trust->has_policy ? &trust->policy : NULL;
}
