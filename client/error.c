/* SPDX-License-Identifier: Apache-2.0 */
/* Errors and broken rules in words. */
#include "frank.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* How a fault's numbers are worded. With COUNT its offset says nothing, and an
 * offset of 0 not with NONE and NUMBER. */
enum numbers { NONE, AT_MOST, NEEDED, EXACTLY, CODE, COUNT, NUMBER };

struct error_text {
    enum numbers numbers;
    const char *text;
};

static const struct error_text errors[] = {
    [-FRANK_OK] = {NONE, "no error"},
    [-FRANK_ERR_ARGUMENT] = {NONE, "wrong use of the function"},
    [-FRANK_ERR_TRUNCATED] = {NEEDED, "ends too early"},
    [-FRANK_ERR_TRAILING] = {EXACTLY, "bytes are left over"},
    [-FRANK_ERR_LENGTH_FORM] = {EXACTLY, "length not in its shortest form"},
    [-FRANK_ERR_LIMIT] = {AT_MOST, "larger than the limit"},
    [-FRANK_ERR_LENGTH] = {EXACTLY, "not of the required length"},
    [-FRANK_ERR_VALUE] = {AT_MOST, "value not allowed"},
    [-FRANK_ERR_FORMAT] = {CODE, "unknown content format"},
    [-FRANK_ERR_CBOR] = {CODE, "not well-formed CBOR"},
    [-FRANK_ERR_TYPE] = {EXACTLY, "wrong CBOR type"},
    [-FRANK_ERR_MISSING] = {NONE, "missing or empty"},
    [-FRANK_ERR_DEPTH] = {AT_MOST, "nested too deeply to be read"},
    [-FRANK_ERR_ORDER] = {NONE, "not in the required order"},
    [-FRANK_ERR_UTF8] = {NONE, "not UTF-8"},
    [-FRANK_ERR_SPACE] = {NEEDED, "output buffer too small"},
    [-FRANK_ERR_SUITE] = {CODE, "cipher suite not supported (0x0001 and "
                                "0x0003 are)"},
    [-FRANK_ERR_TAG] = {NONE, "content is not what the franking tag commits "
                              "to"},
    [-FRANK_ERR_SENDER] = {NONE, "content names another sender than the "
                                 "stamp"},
    [-FRANK_ERR_ROOM] = {NONE, "content names another room than the stamp"},
    [-FRANK_ERR_SIGNATURE] = {NONE, "the hub did not sign this stamp for this "
                                    "sender, room and time"},
    [-FRANK_ERR_MAC] = {NONE, "the hub did not stamp this tag for this "
                              "sender, room and time"},
    [-FRANK_ERR_TRANSCRIPT] = {NONE, "the hub did not stamp this place in the "
                                     "room's order"},
    [-FRANK_ERR_WITHHELD] = {NONE, "a part is withheld where none may be"},
    [-FRANK_ERR_NO_EPOCH] = {NONE, "no epoch of the keyring covers this time"},
    [-FRANK_ERR_EPOCH_DESTROYED] = {NONE, "the epoch of this time was "
                                          "destroyed"},
    [-FRANK_ERR_NO_KEY] = {NONE, "no such signature key, or none in force"},
    [-FRANK_ERR_MEMORY] = {NONE, "out of memory"},
    [-FRANK_ERR_FILE] = {NONE, "the system refused"},
    [-FRANK_ERR_PERMISSION] = {NONE, "a key file must be a regular file of "
                                     "yours that nobody else can access"},
    [-FRANK_ERR_CHECKSUM] = {NONE, "the file was damaged"},
    [-FRANK_ERR_TIME] = {NONE, "time out of its bounds or its order"},
    [-FRANK_ERR_ROOMS] = {NONE, "all evidence must be of one room"},
    [-FRANK_ERR_REPORTER] = {NONE, "not the reporter whom the header names"},
    [-FRANK_ERR_POINT] = {NONE, "not a point of the group, or the identity"},
    [-FRANK_ERR_SCALAR] = {NONE, "not a scalar below the group's order, or "
                                 "zero"},
    [-FRANK_ERR_PROOF] = {NONE, "the proof does not hold"},
    [-FRANK_ERR_QUORUM] = {NONE, "of another quorum key"},
    [-FRANK_ERR_COMMITMENT] = {NONE, "the key is not the one that the report "
                                     "commits to"},
    [-FRANK_ERR_SEALED] = {NONE, "the sealed body was altered"},
    [-FRANK_ERR_PADDING] = {NONE, "not padded as required"},
    [-FRANK_ERR_HOLDER] = {COUNT, "no such holder in the quorum"},
    [-FRANK_ERR_TWICE] = {NONE, "this holder's consent is there already"},
    [-FRANK_ERR_FEW] = {COUNT, "fewer than the threshold"},
    [-FRANK_ERR_SIGNER] = {NONE, "not signed by a key that was given for it"},
    [-FRANK_ERR_JSON] = {NONE, "not JSON, or a member stands twice"},
    [-FRANK_ERR_AEAD] = {NUMBER, "AEAD not supported"},
    [-FRANK_ERR_HASH] = {NUMBER, "hash algorithm not supported (SHA-2 and "
                                 "SHA-3 of 256 bits and more are)"},
    [-FRANK_ERR_FILE_HASH] = {NONE, "not the file that the message commits "
                                    "to"},
    [-FRANK_ERR_UNPROVEN] = {NONE, "no hash in the message: nothing proves "
                                   "the file"},
    [-FRANK_ERR_NO_FILE] = {NONE, "the part stands for no file"},
};

#define ERROR_COUNT (sizeof errors / sizeof errors[0])

static const struct error_text *error_entry(int error)
{
    static const struct error_text unknown = {NONE, "unknown error"};

    if (error > 0 || error <= -(int)ERROR_COUNT) {
        return &unknown;
    }
    return &errors[-error];
}

const char *frank_strerror(int error)
{
    return error_entry(error)->text;
}

static void numbers_text(char *out, size_t size, enum numbers numbers,
                         uint64_t found, uint64_t expected)
{
    switch (numbers) {
    case NONE:
        out[0] = '\0';
        break;
    case AT_MOST:
        (void)snprintf(out, size, ": %" PRIu64 ", at most %" PRIu64, found,
                       expected);
        break;
    case NEEDED:
        (void)snprintf(out, size, ": %" PRIu64 " bytes, %" PRIu64 " needed",
                       found, expected);
        break;
    case EXACTLY:
        (void)snprintf(out, size, ": %" PRIu64 " instead of %" PRIu64, found,
                       expected);
        break;
    case CODE:
        (void)snprintf(out, size, ": 0x%02" PRIx64, found);
        break;
    case COUNT:
        (void)snprintf(out, size, ": %" PRIu64 " of %" PRIu64, found, expected);
        break;
    case NUMBER:
        (void)snprintf(out, size, ": %" PRIu64, found);
        break;
    }
}

void frank_fault_text(char *out, size_t size, const struct frank_fault *fault)
{
    const struct error_text *entry = error_entry(fault->error);
    char numbers[64];

    if (size == 0) {
        return;
    }
    numbers_text(numbers, sizeof numbers, entry->numbers, fault->found,
                 fault->expected);
    if (fault->field == NULL) {
        (void)snprintf(out, size, "%s", entry->text);
    } else if (fault->offset == 0 &&
               (entry->numbers == NONE || entry->numbers == COUNT ||
                entry->numbers == NUMBER)) {
        (void)snprintf(out, size, "%s: %s%s", fault->field, entry->text,
                       numbers);
    } else {
        (void)snprintf(out, size, "%s at byte %zu: %s%s", fault->field,
                       fault->offset, entry->text, numbers);
    }
}

static const char *const rules[FRANK_RULE_COUNT] = {
    [FRANK_RULE_SHORTEST] = "a number or length is not in its shortest form",
    [FRANK_RULE_DEFINITE] = "an indefinite length",
    [FRANK_RULE_FLOAT_SHORTEST] = "a float is not in its shortest form",
    [FRANK_RULE_NAN] = "a NaN other than f97e00",
    [FRANK_RULE_BIGNUM] = "a bignum not in its shortest form",
    [FRANK_RULE_UTF8] = "text is not UTF-8",
    [FRANK_RULE_KEY_ORDER] = "map keys are not sorted",
    [FRANK_RULE_KEY_TWICE] = "a map key stands twice",
    [FRANK_RULE_KEY_TYPE] = "a map key of another type than allowed",
    [FRANK_RULE_KEY_RANGE] = "an integer key beyond 2^53 - 1",
    [FRANK_RULE_KEY_LENGTH] = "a text key that is not of 1 to 255 bytes",
    [FRANK_RULE_KEY_RESERVED] = "extension key 0, which is reserved",
    [FRANK_RULE_EXTENSION_DEPTH] = "extensions nested more than 4 levels",
    [FRANK_RULE_PART_DEPTH] = "body parts nested more than 4 levels",
    [FRANK_RULE_PART_COUNT] = "more than 1,024 body parts",
    [FRANK_RULE_ARRAY] = "an array of another length than required",
    [FRANK_RULE_TAGGED] = "a tag outside the extensions",
    [FRANK_RULE_MESSAGE_ID] = "a message ID that is not null or 32 bytes",
    [FRANK_RULE_MESSAGE_ID_HASH] = "a message ID of an unknown hash",
    [FRANK_RULE_TOPIC] = "a topic ID that is not bytes, or over 4,096 of them",
    [FRANK_RULE_EXPIRES] = "an expiry that is not null or [bool, uint32]",
    [FRANK_RULE_DISPOSITION] = "a disposition that is not 0 to 255",
    [FRANK_RULE_LANGUAGE] = "a language that is not a list of language tags",
    [FRANK_RULE_CARDINALITY] = "a cardinality that is not 0 to 3",
    [FRANK_RULE_CONTENT_TYPE] = "a content type that is not text",
    [FRANK_RULE_PART_BODY] = "a part's content that is not bytes",
    [FRANK_RULE_SEMANTICS] = "part semantics that are not 0 to 2",
    [FRANK_RULE_MULTIPART] = "a multipart without two parts or more",
    [FRANK_RULE_EXTERNAL] = "a field of an external part of the wrong kind",
    [FRANK_RULE_FRAMED_TYPE] = "a frame of another media type",
    [FRANK_RULE_URI] = "a sender or room URI that is not text",
    [FRANK_RULE_MEDIA_TYPE] = "a media type that is not printable ASCII",
    [FRANK_RULE_PART_NAME] = "a part's name that is not UTF-8",
};

const char *frank_rule_text(enum frank_rule rule)
{
    return (unsigned)rule < FRANK_RULE_COUNT ? rules[rule] : "unknown rule";
}

const char *frank_version(void)
{
    return FRANK_VERSION;
}
