/* SPDX-License-Identifier: Apache-2.0 */
#include "quorum_public.h"

#include "key_json.h"
#include "wire.h"

#include <sodium.h>
#include <string.h>

#define HEX_BYTES (2 * FRANK_POINT_BYTES + 1)

char *quorum_public_encode(const struct frank_quorum *quorum)
{
    char hex[HEX_BYTES];
    json_t *root;
    json_t *publics;
    char *text = NULL;
    int failed = 0;

    (void)sodium_bin2hex(hex, sizeof hex, quorum->public_key,
                         FRANK_POINT_BYTES);
    root =
        json_pack("{sisiss s[]}", "threshold", (int)quorum->threshold,
                  "holders", (int)quorum->holders, "P", hex, "share_publics");
    publics = json_object_get(root, "share_publics");
    for (unsigned i = 0; i < quorum->holders; i++) {
        (void)sodium_bin2hex(hex, sizeof hex, quorum->share_publics[i],
                             FRANK_POINT_BYTES);
        failed |= json_array_append_new(publics, json_string(hex));
    }
    if (failed == 0) {
        text = json_dumps(root, JSON_COMPACT | JSON_PRESERVE_ORDER);
    }
    json_decref(root);
    return text;
}

static int read_point(uint8_t out[static FRANK_POINT_BYTES],
                      const json_t *string, const char *name,
                      struct frank_fault *fault)
{
    return key_json_hex(out, FRANK_POINT_BYTES, string, name,
                        "point, which must be 64 hexadecimal digits", fault);
}

static int read_quorum(struct frank_quorum *out, const json_t *root,
                       struct frank_fault *fault)
{
    const json_t *publics = json_object_get(root, "share_publics");
    size_t count = json_array_size(publics);
    uint64_t threshold = 0;
    uint64_t holders = 0;
    int error = key_json_number(&threshold, root, "threshold",
                                FRANK_HOLDERS_MAX, fault);

    if (error == FRANK_OK) {
        error = key_json_number(&holders, root, "holders", FRANK_HOLDERS_MAX,
                                fault);
    }
    if (error == FRANK_OK) {
        error =
            read_point(out->public_key, json_object_get(root, "P"), "P", fault);
    }
    if (error == FRANK_OK && count != holders) {
        error = wire_fault(fault, FRANK_ERR_LENGTH, "share_publics", 0, count,
                           holders);
    }
    for (size_t i = 0; i < count && error == FRANK_OK; i++) {
        error = read_point(out->share_publics[i], json_array_get(publics, i),
                           "share_publics", fault);
    }
    out->threshold = (unsigned)threshold;
    out->holders = (unsigned)holders;
    return error == FRANK_OK ? frank_quorum_check(out, fault) : error;
}

int quorum_public_decode(struct frank_quorum *out, const char *text, size_t len,
                         struct frank_fault *fault)
{
    json_t *root = NULL;
    int error;

    memset(out, 0, sizeof *out);
    error = key_json_load(&root, text, len, QUORUM_PUBLIC_MAX_BYTES,
                          "quorum file", fault);
    if (error != FRANK_OK) {
        return error;
    }
    error = read_quorum(out, root, fault);
    json_decref(root);
    if (error != FRANK_OK) {
        memset(out, 0, sizeof *out);
    }
    return error;
}
