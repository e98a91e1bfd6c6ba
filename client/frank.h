/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libfrank: message franking for messengers that encrypt end to end.
 *
 * The sender commits to a message (franking tag), the hub stamps the
 * commitment and what it routes anyway (frank), the recipient checks both
 * before showing the message and keeps them, so that he can prove it later.
 *
 * Sources: draft-ietf-mimi-protocol-06 (franking, "Report abuse"),
 * draft-ietf-mimi-content-08 (message format, message ID), draft-ietf-mls-
 * extensions (ApplicationFraming), RFC 9420 (vectors, SignWithLabel), RFC 9496
 * (ristretto255), Shoup and Gennaro 2002 (TDH2, the seal of a report).
 * docs/PROTOCOL.md tells the whole protocol, docs/WIRE.md every structure.
 *
 * Conventions
 * - No function here reads a clock, draws random numbers or keeps state of
 *   its own, and none allocates or does I/O but those under "Files": a stream
 *   is memory of the library's until it is freed, frank_file_*() read and
 *   write files and start threads, and what opens a chunk takes memory for
 *   that time, as frank_report_build() does where a report discloses an
 *   ExternalPart. All are safe to call from several threads at once, with
 *   another stream or other files each.
 * - A function that can fail gives 0 (FRANK_OK) or one of enum frank_error.
 *   Its last argument may be NULL, or gets the place of the fault; without a
 *   fault it is left alone.
 * - Order of arguments: output, input, fault. Outputs are untouched or zero
 *   until success, except where it says otherwise.
 * - A span points into memory of the caller's; it owns nothing.
 * - Times are milliseconds since 1970, as the hub tells them.
 * - Random bytes come from the caller, fresh from the system's generator
 *   (getrandom, randombytes_buf) for each call, and are used for nothing else;
 *   a call that only asks for the space may use those of the call after it.
 * - A franking tag is always taken over bytes as they were received. No
 *   function takes a salt or a decoded message instead, so that a salt of
 *   another length, or a re-encoded message, cannot come in.
 */
#ifndef FRANK_H
#define FRANK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#define FRANK_AT_LEAST(n) (n)
#else
#define FRANK_AT_LEAST(n) static(n)
#endif

#if defined(__GNUC__)
#define FRANK_API __attribute__((visibility("default")))
#define FRANK_MUST_CHECK __attribute__((warn_unused_result))
#else
#define FRANK_API
#define FRANK_MUST_CHECK
#endif

#define FRANK_VERSION "0.1.0"

/* Sizes in bytes, as the sum of a structure's fields in their order. */
#define FRANK_TAG_BYTES 32
#define FRANK_MAC_BYTES 32
#define FRANK_MESSAGE_ID_BYTES 32
#define FRANK_DIGEST_BYTES 32
#define FRANK_SIGNATURE_BYTES 64
#define FRANK_PUBLIC_KEY_BYTES 32
#define FRANK_SALT_MAX_BYTES 32
#define FRANK_PLAIN_SALT_BYTES 32
#define FRANK_PART_SALT_BYTES 32
#define FRANK_MIMI_SALT_BYTES 16
/* server_frank, suite, length of signature, signature */
#define FRANK_FRANK_BYTES (32 + 2 + 2 + 64)

/* Limits: more is refused by name, before anything is done with it. */
#define FRANK_CONTENT_MAX_BYTES 1048576
#define FRANK_URI_MAX_BYTES 1024
#define FRANK_PARTS_MAX 64
#define FRANK_MESSAGES_MAX 64
#define FRANK_NOTE_MAX_BYTES 4096
#define FRANK_REPORT_MAX_BYTES 16777216
#define FRANK_HOLDERS_MAX 32
/* length and bytes of sender, length and bytes of room, timestamp */
#define FRANK_CONTEXT_MAX_BYTES (2 + 1024 + 2 + 1024 + 8)

/* Those from NO_EPOCH to CHECKSUM, ORDER, MAC and TRANSCRIPT are the hub's,
 * SCALAR, PROOF to SEALED, HOLDER to FEW and JSON the hub's or the
 * moderators'. */
enum frank_error {
    FRANK_OK = 0,
    FRANK_ERR_ARGUMENT = -1,    /* wrong use by the caller */
    FRANK_ERR_TRUNCATED = -2,   /* the input ends too early */
    FRANK_ERR_TRAILING = -3,    /* bytes are left over */
    FRANK_ERR_LENGTH_FORM = -4, /* a length not in its shortest form */
    FRANK_ERR_LIMIT = -5,       /* larger than the limit */
    FRANK_ERR_LENGTH = -6,      /* not of the one length allowed */
    FRANK_ERR_VALUE = -7,       /* a value that the field cannot have */
    FRANK_ERR_FORMAT = -8,      /* no content format of ours */
    FRANK_ERR_CBOR = -9,        /* not well-formed CBOR */
    FRANK_ERR_TYPE = -10,       /* CBOR of another type */
    FRANK_ERR_MISSING = -11,    /* a required field is not there */
    FRANK_ERR_DEPTH = -12,      /* nested deeper than can be read */
    FRANK_ERR_ORDER = -13,      /* not in the required order */
    FRANK_ERR_UTF8 = -14,       /* not UTF-8 */
    FRANK_ERR_SPACE = -15,      /* the output buffer is too small */
    FRANK_ERR_SUITE = -16,      /* cipher suite not supported */
    FRANK_ERR_TAG = -17,        /* content is not what the tag commits to */
    FRANK_ERR_SENDER = -18,     /* content names another sender */
    FRANK_ERR_ROOM = -19,       /* content names another room */
    FRANK_ERR_SIGNATURE = -20,  /* the hub did not sign this stamp */
    FRANK_ERR_MAC = -21,        /* the hub did not make this stamp */
    FRANK_ERR_TRANSCRIPT = -22, /* the hub did not make this order stamp */
    FRANK_ERR_WITHHELD = -23,   /* parts are withheld where none may be */
    FRANK_ERR_NO_EPOCH = -24,   /* no epoch of the keyring covers the time */
    FRANK_ERR_EPOCH_DESTROYED = -25, /* the epoch's key is gone */
    FRANK_ERR_NO_KEY = -26,          /* no signature key for this time or id */
    FRANK_ERR_MEMORY = -27,          /* out of memory */
    FRANK_ERR_FILE = -28,            /* the system refused; found: errno */
    FRANK_ERR_PERMISSION = -29,      /* a key file that others can read */
    FRANK_ERR_CHECKSUM = -30,        /* a key file was damaged */
    FRANK_ERR_TIME = -31,            /* a time out of its bounds or its order */
    FRANK_ERR_ROOMS = -32,           /* evidence of more than one room */
    FRANK_ERR_REPORTER = -33,        /* not the reporter of the header */
    FRANK_ERR_POINT = -34,      /* no point of the group, or the identity */
    FRANK_ERR_SCALAR = -35,     /* no scalar below the order, or zero */
    FRANK_ERR_PROOF = -36,      /* a proof that does not hold */
    FRANK_ERR_QUORUM = -37,     /* of another quorum key */
    FRANK_ERR_COMMITMENT = -38, /* the key is not the one committed to */
    FRANK_ERR_SEALED = -39,     /* a sealed body that was altered */
    FRANK_ERR_PADDING = -40,    /* not padded as required */
    FRANK_ERR_HOLDER = -41,     /* no such holder in the quorum */
    FRANK_ERR_TWICE = -42,      /* the same holder twice */
    FRANK_ERR_FEW = -43,        /* fewer consents than the threshold */
    FRANK_ERR_SIGNER = -44,     /* not signed by this key */
    FRANK_ERR_JSON = -45,       /* not JSON, or a member twice */
    FRANK_ERR_AEAD = -46,       /* AEAD not supported, or not here */
    FRANK_ERR_HASH = -47,       /* hash algorithm not supported */
    FRANK_ERR_FILE_HASH = -48,  /* not the file that was committed to */
    FRANK_ERR_UNPROVEN = -49,   /* no hash that would prove a file */
    FRANK_ERR_NO_FILE = -50     /* the part stands for no file */
};

/* The place of a fault. field names what was being read, as in docs/WIRE.md;
 * offset counts bytes from the beginning of the input; found and expected
 * are numbers that go with the error (lengths, values), or 0. */
struct frank_fault {
    int error;
    const char *field; /* static text, or NULL */
    size_t offset;
    uint64_t found;
    uint64_t expected;
};

/* What an error means, in a few words; static text, for any value. */
FRANK_API const char *frank_strerror(int error);

/* Writes one line about a fault (what, where, what was expected) to out, at
 * most size bytes with the closing zero; FRANK_FAULT_TEXT_BYTES are enough,
 * with 0 nothing is written. Never holds content. */
#define FRANK_FAULT_TEXT_BYTES 192
FRANK_API void frank_fault_text(char *out, size_t size,
                                const struct frank_fault *fault);

/* The library's version, "major.minor.patch"; static text. */
FRANK_API const char *frank_version(void);

/* Bytes of the caller's. data may be NULL where len is 0. */
struct frank_span {
    const uint8_t *data;
    size_t len;
};

/* ---- Contents ---------------------------------------------------------- */

enum frank_format {
    FRANK_FORMAT_MIMI = 1,        /* draft-ietf-mimi-content-08 */
    FRANK_FORMAT_MIMI_FRAMED = 2, /* the same in ApplicationFraming */
    FRANK_FORMAT_PLAIN = 3,       /* PlainContent, a messenger's own bytes */
    FRANK_FORMAT_PARTED = 4       /* PartedContent, parts can be withheld */
};

/* "mimi", "mimi framed", "plain", "parted"; static text. */
FRANK_API const char *frank_format_name(enum frank_format format);

/* A URI as a content names it: 1 to 1,024 bytes, not closed by a zero. They
 * are bytes of a stranger's: escape them before showing them. */
struct frank_uri {
    size_t len;
    uint8_t bytes[FRANK_URI_MAX_BYTES];
};

/* What locating finds. Stands by itself but for the spans, which point into
 * the content. */
struct frank_content {
    enum frank_format format;
    size_t salt_len; /* 16 for MIMI, 32 for plain and parted */
    uint8_t salt[FRANK_SALT_MAX_BYTES];
    struct frank_uri sender;
    struct frank_uri room;
    struct frank_span media_type; /* plain, framed (the type alone); or none */
    struct frank_span message;    /* the MIMI message within a framing;
                                     otherwise the whole content */
    struct frank_span body;       /* MIMI: the NestedPart; plain: the body;
                                     parted: the slots without their length */
    unsigned parts;               /* parted: 1..64; otherwise 0 */
    uint64_t withheld;            /* parted: bit i stands for part i */
    unsigned readings;            /* 1; 2 or 4 for a MIMI message that names
                                     its sender or its room twice */
};

/*
 * Locates salt, sender, room and body in anything well-formed, whatever other
 * rule it breaks: all that proving needs. What cannot be located cannot be
 * proven and must not be shown.
 *
 * A MIMI message may be encoded in any well-formed way (indefinite lengths,
 * long heads, unsorted keys, tags in front, more than seven elements).
 *
 * Errors: TRUNCATED, TRAILING, LENGTH_FORM, LIMIT, LENGTH (salt), VALUE,
 * FORMAT, CBOR, TYPE, MISSING (sender or room), DEPTH.
 */
FRANK_API FRANK_MUST_CHECK int frank_locate(struct frank_content *out,
                                            const uint8_t *content, size_t len,
                                            struct frank_fault *fault);

/*
 * The same for one of several readings. A MIMI message that holds extension
 * key 1 (sender) or 2 (room) more than once breaks a rule; decoders that
 * overlook it take either the first or the last. reading is 0 to
 * out->readings - 1: bit 0 takes the last sender instead of the first, bit 1
 * the last room. frank_locate() gives reading 0; the checks below try each,
 * so that such a message can still be proven. Any other reading is ARGUMENT.
 */
FRANK_API FRANK_MUST_CHECK int
frank_locate_reading(struct frank_content *out, const uint8_t *content,
                     size_t len, unsigned reading, struct frank_fault *fault);

/* Rules that a located content can break. The comments name their source:
 * [c] draft-ietf-mimi-content-08, [d] the design of the own formats. */
enum frank_rule {
    FRANK_RULE_SHORTEST,        /* [c] 4 heads in their shortest form */
    FRANK_RULE_DEFINITE,        /* [c] 4 no indefinite length */
    FRANK_RULE_FLOAT_SHORTEST,  /* [c] 4 floats in their shortest form */
    FRANK_RULE_NAN,             /* [c] 4 no NaN but f97e00 */
    FRANK_RULE_BIGNUM,          /* [c] 4 no bignum that fits an integer */
    FRANK_RULE_UTF8,            /* [c] 4 text is UTF-8 */
    FRANK_RULE_KEY_ORDER,       /* [c] 4 map keys sorted */
    FRANK_RULE_KEY_TWICE,       /* [c] 3.3 no map key twice (in a row:
                                    elsewhere it breaks the order too) */
    FRANK_RULE_KEY_TYPE,        /* [c] 4 type of a map key */
    FRANK_RULE_KEY_RANGE,       /* [c] 4 integer keys within 2^53 - 1 */
    FRANK_RULE_KEY_LENGTH,      /* [c] 3.3 text keys of 1..255 bytes */
    FRANK_RULE_KEY_RESERVED,    /* [c] 8 extension key 0 is reserved */
    FRANK_RULE_EXTENSION_DEPTH, /* [c] 4 at most 4 levels in extensions */
    FRANK_RULE_PART_DEPTH,      /* [c] 4 at most 4 levels of NestedPart */
    FRANK_RULE_PART_COUNT,      /* [c] 9 at most 1,024 body parts */
    FRANK_RULE_ARRAY,           /* [c] 3.1 an array has its exact length */
    FRANK_RULE_TAGGED,          /* [c] 3.1 no tag outside extensions */
    FRANK_RULE_MESSAGE_ID,      /* [c] 3.1 null or 32 bytes */
    FRANK_RULE_MESSAGE_ID_HASH, /* [c] 9 message ID of a known hash */
    FRANK_RULE_TOPIC,           /* [c] 3.1, 9 bytes, at most 4,096 */
    FRANK_RULE_EXPIRES,         /* [c] 3.1 null or [bool, uint32] */
    FRANK_RULE_DISPOSITION,     /* [c] 3.4 an integer of 0..255 */
    FRANK_RULE_LANGUAGE,        /* [c] 3.4 empty or language tags */
    FRANK_RULE_CARDINALITY,     /* [c] 3.4 an integer of 0..3 */
    FRANK_RULE_CONTENT_TYPE,    /* [c] 3.4 text */
    FRANK_RULE_PART_BODY,       /* [c] 3.4 bytes */
    FRANK_RULE_SEMANTICS,       /* [c] 3.4 an integer of 0..2 */
    FRANK_RULE_MULTIPART,       /* [c] 3.4 an array of 2 parts or more */
    FRANK_RULE_EXTERNAL,        /* [c] 3.5 a field of an ExternalPart */
    FRANK_RULE_FRAMED_TYPE,     /* framed as application/mimi-content */
    FRANK_RULE_URI,             /* [c] 3.3, [d] sender and room are text */
    FRANK_RULE_MEDIA_TYPE,      /* [d] media type is printable ASCII */
    FRANK_RULE_PART_NAME,       /* [d] a part's name is UTF-8 */
    FRANK_RULE_COUNT
};

/* Which rules are broken, and where first. */
struct frank_findings {
    uint64_t broken; /* bit r stands for enum frank_rule r */
    size_t offset[FRANK_RULE_COUNT];
};

/* A rule in a few words ("map keys are not sorted"); static text. */
FRANK_API const char *frank_rule_text(enum frank_rule rule);

/*
 * Applies every rule of the content's format. 0 with out->broken == 0 is a
 * valid content; 0 with bits set is one that is located but malformed: if
 * it is proven, say "proven, malformed". Errors are those of frank_locate().
 * Left out: rules that need a clock or other messages (an expiry years away,
 * a loop of replies).
 */
FRANK_API FRANK_MUST_CHECK int frank_validate(struct frank_findings *out,
                                              const uint8_t *content,
                                              size_t len,
                                              struct frank_fault *fault);

/* The message ID of a MIMI content, framed or not (draft-ietf-mimi-content-08
 * section 2.3: SHA-256, first byte 0x01); FORMAT for the other formats. */
FRANK_API FRANK_MUST_CHECK int
frank_message_id(uint8_t out[FRANK_AT_LEAST(FRANK_MESSAGE_ID_BYTES)],
                 const uint8_t *content, size_t len, struct frank_fault *fault);

/* ---- Building plain and parted contents --------------------------------- */

/*
 * Writes a PlainContent to out. salt is 32 fresh random bytes, drawn for this
 * content alone and never used again: it keeps the message from being guessed
 * from its tag. *written is the length of the content; with FRANK_ERR_SPACE,
 * the length that capacity must have. out may be NULL where capacity is 0.
 * Errors: LIMIT, MISSING (empty sender or room), SPACE; out is zero then as far
 * as it was written, and *written 0 but for SPACE.
 */
FRANK_API FRANK_MUST_CHECK int
frank_plain_build(uint8_t *out, size_t capacity, size_t *written,
                  const uint8_t salt[FRANK_AT_LEAST(FRANK_PLAIN_SALT_BYTES)],
                  struct frank_span sender, struct frank_span room,
                  struct frank_span media_type, struct frank_span body,
                  struct frank_fault *fault);

/* A part of a parted content. */
struct frank_part {
    bool withheld;
    /* present: */
    struct frank_span name;
    struct frank_span media_type;
    uint8_t salt[FRANK_PART_SALT_BYTES]; /* fresh for every part */
    struct frank_span body;
    /* always, when read; ignored when building: */
    uint8_t digest[FRANK_DIGEST_BYTES]; /* SHA-256(0x00 || Part) */
};

/* Writes a PartedContent of 1 to 64 parts (MISSING, LIMIT), none of them
 * withheld (WITHHELD). Otherwise as frank_plain_build(). */
FRANK_API FRANK_MUST_CHECK int
frank_parted_build(uint8_t *out, size_t capacity, size_t *written,
                   const uint8_t salt[FRANK_AT_LEAST(FRANK_PLAIN_SALT_BYTES)],
                   struct frank_span sender, struct frank_span room,
                   const struct frank_part *parts, size_t count,
                   struct frank_fault *fault);

/*
 * Writes a copy of a parted content with the parts of the mask (bit i: part
 * i) replaced by their digests. It has the same franking tag. Parts withheld
 * already stay so. out must not overlap content; the copy is never longer.
 * Errors: those of frank_locate(), FORMAT (not parted), VALUE (no such part),
 * SPACE (see frank_plain_build()).
 */
FRANK_API FRANK_MUST_CHECK int
frank_parted_withhold(uint8_t *out, size_t capacity, size_t *written,
                      const uint8_t *content, size_t len, uint64_t mask,
                      struct frank_fault *fault);

/* Reads part index (from 0) of a parted content; spans point into content.
 * Errors: those of frank_locate(), FORMAT, VALUE (no such part). */
FRANK_API FRANK_MUST_CHECK int frank_part_read(struct frank_part *out,
                                               const uint8_t *content,
                                               size_t len, unsigned index,
                                               struct frank_fault *fault);

/* ---- Franking tag ------------------------------------------------------- */

/*
 * HMAC-SHA256 under the content's own salt, over the content exactly as it is
 * sent or was received; of a parted content over its digested form, so that
 * withholding parts does not change it (draft-ietf-mimi-protocol-06, "Client
 * creation and sending"). Send it beside the message, readable to the hub.
 * Errors: those of frank_locate().
 */
FRANK_API FRANK_MUST_CHECK int
frank_tag(uint8_t out[FRANK_AT_LEAST(FRANK_TAG_BYTES)], const uint8_t *content,
          size_t len, struct frank_fault *fault);

/* ---- Attachments -------------------------------------------------------- */

/* Numbers of IANA's AEAD registry. */
#define FRANK_AEAD_AES_128_GCM 1 /* in MIMI's ExternalPart alone */
#define FRANK_AEAD_AES_256_GCM 2
#define FRANK_AEAD_CHACHA20_POLY1305 29

#define FRANK_FILE_KEY_BYTES 32
#define FRANK_CHUNK_KEY_BYTES 32
#define FRANK_CHUNK_TAG_BYTES 16
#define FRANK_HASH_BYTES 32
#define FRANK_CHUNK_LOG2_MIN 12
#define FRANK_CHUNK_LOG2_DEFAULT 16
#define FRANK_CHUNK_LOG2_MAX 20
#define FRANK_FILE_MAX_BYTES (UINT64_C(1) << 40)
#define FRANK_MEDIA_TYPE_MAX_BYTES 255
#define FRANK_FILENAME_MAX_BYTES 1024
/* media type, filename, size, chunk_log2, aead, root */
#define FRANK_ATTACHMENT_MAX_BYTES (2 + 255 + 2 + 1024 + 8 + 1 + 2 + 32)
/* Two hashes a level of a tree of 2^(40 - 12) chunks. */
#define FRANK_RANGE_PROOF_MAX 56

/* Media types of a plain content or a part that holds a descriptor (and, plain,
 * the file key behind it), and of a part that holds a file key. */
#define FRANK_ATTACHMENT_TYPE "application/vnd.frank.attachment"
#define FRANK_ATTACHMENT_KEY_TYPE "application/vnd.frank.attachment-key"

/*
 * AttachmentDescriptor: a file as its sender committed to it. The file is
 * sealed in chunks of 2^chunk_log2 bytes (the last one may be shorter, none is
 * empty), each under a key of its own; root is over keys and ciphertexts, so
 * that no ciphertext can be shown as two files, and a single chunk can be shown
 * alone.
 */
struct frank_attachment {
    struct frank_span media_type; /* at most 255 bytes, a stranger's */
    struct frank_span filename;   /* at most 1,024 bytes, a stranger's */
    uint64_t size;                /* of the file; at most 2^40 bytes */
    uint8_t chunk_log2;           /* 12..20 */
    uint16_t aead;                /* AES_256_GCM or CHACHA20_POLY1305 */
    uint8_t root[FRANK_HASH_BYTES];
};

/* Errors: LIMIT, VALUE (chunk_log2), AEAD, SPACE (see frank_plain_build()). */
FRANK_API FRANK_MUST_CHECK int
frank_attachment_encode(uint8_t *out, size_t capacity, size_t *written,
                        const struct frank_attachment *attachment,
                        struct frank_fault *fault);
/* bytes hold one descriptor and nothing else. Spans point into them. Errors:
 * TRUNCATED, TRAILING, LENGTH_FORM, LIMIT, VALUE (chunk_log2), AEAD. */
FRANK_API FRANK_MUST_CHECK int
frank_attachment_decode(struct frank_attachment *out, const uint8_t *bytes,
                        size_t len, struct frank_fault *fault);

/*
 * Reads the descriptor that part `part` of a content holds (of a plain one,
 * part 0), and the file key, where it is there: behind the descriptor in a
 * plain content; in a parted one in the part after it, which a reporter may
 * withhold. *has_key says which; key is zero without one. As secret as the
 * file. Errors: those of frank_locate(), FORMAT (MIMI), VALUE (no such part),
 * WITHHELD (the descriptor), NO_FILE (the part is of another media type),
 * LENGTH (of the key in the part after it); those of frank_attachment_decode().
 */
FRANK_API FRANK_MUST_CHECK int
frank_attachment_read(struct frank_attachment *out,
                      uint8_t key[FRANK_AT_LEAST(FRANK_FILE_KEY_BYTES)],
                      bool *has_key, const uint8_t *content, size_t len,
                      unsigned part, struct frank_fault *fault);

/* How many chunks there are, and the bytes of all of them sealed. */
FRANK_API uint64_t
frank_attachment_chunks(const struct frank_attachment *attachment);
FRANK_API uint64_t
frank_attachment_sealed_bytes(const struct frank_attachment *attachment);

/* A run of chunks, at least one. */
struct frank_range {
    uint64_t first;
    uint64_t count;
};

/* Bytes of the file that a run of chunks holds; sealed, they are
 * FRANK_CHUNK_TAG_BYTES a chunk more. 0: it is not within the file. */
FRANK_API uint64_t frank_range_bytes(const struct frank_attachment *attachment,
                                     struct frank_range range);
/* The chunks that hold `bytes` bytes of the file from `offset` on; VALUE: there
 * are none such, or bytes is 0. */
FRANK_API FRANK_MUST_CHECK int
frank_range_of(struct frank_range *out,
               const struct frank_attachment *attachment, uint64_t offset,
               uint64_t bytes, struct frank_fault *fault);

/* The key of chunk i: it opens that chunk alone. */
FRANK_API void
frank_chunk_key(uint8_t out[FRANK_AT_LEAST(FRANK_CHUNK_KEY_BYTES)],
                const uint8_t file_key[FRANK_AT_LEAST(FRANK_FILE_KEY_BYTES)],
                uint64_t chunk);
/* Leaf i of the tree: SHA-256(0x00 || uint64 i || SHA-256(key) || sealed). */
FRANK_API void
frank_chunk_leaf(uint8_t out[FRANK_AT_LEAST(FRANK_HASH_BYTES)], uint64_t chunk,
                 const uint8_t key[FRANK_AT_LEAST(FRANK_CHUNK_KEY_BYTES)],
                 struct frank_span sealed);

/* Gives leaf `chunk`; asked for each once, in their order. Anything but 0 ends
 * the walk with that error. */
typedef int frank_leaf_reader(void *context, uint64_t chunk,
                              uint8_t leaf[FRANK_HASH_BYTES]);

/*
 * Makes the proof that a run of chunks is part of a file: *count hashes of 32
 * bytes, at most FRANK_RANGE_PROOF_MAX, in the order of the tree from left to
 * right. Reads every leaf; root gets the tree's, to be compared with the
 * descriptor's. VALUE (range); the reader's errors.
 */
FRANK_API FRANK_MUST_CHECK int
frank_range_prove(uint8_t root[FRANK_AT_LEAST(FRANK_HASH_BYTES)],
                  uint8_t (*proof)[FRANK_HASH_BYTES], size_t *count,
                  const struct frank_attachment *attachment,
                  struct frank_range range, frank_leaf_reader *reader,
                  void *context, struct frank_fault *fault);
/* Whether the leaves of a run of chunks are part of the file: reads those
 * alone. proof may be NULL where count is 0. VALUE (range), LENGTH (of the
 * proof), FILE_HASH; the reader's errors. */
FRANK_API FRANK_MUST_CHECK int frank_range_check(
    const struct frank_attachment *attachment, struct frank_range range,
    const uint8_t (*proof)[FRANK_HASH_BYTES], size_t count,
    frank_leaf_reader *reader, void *context, struct frank_fault *fault);

/*
 * What a reporter discloses of a file: keys of a run of chunks, 32 bytes each,
 * their proof, 32 bytes a hash, and their bytes, sealed. Checks all of it, and
 * then opens it into out, frank_range_bytes() long; NULL: it is only checked.
 * out must not overlap the input. Errors: VALUE (range), LENGTH (keys, proof,
 * sealed), FILE_HASH, SEALED, AEAD (not in this build, or on this processor),
 * MEMORY; the fault's offset is the chunk's in sealed.
 */
FRANK_API FRANK_MUST_CHECK int
frank_range_open(uint8_t *out, const struct frank_attachment *attachment,
                 struct frank_range range, struct frank_span keys,
                 struct frank_span proof, struct frank_span sealed,
                 struct frank_fault *fault);

/* ---- Files -------------------------------------------------------------- */

/*
 * Opens one chunk by the key of its file: out gets frank_range_bytes() of it,
 * sealed is FRANK_CHUNK_TAG_BYTES longer. Says nothing about the descriptor's
 * root: only for a sealed file that was opened whole before, or with a leaf
 * that is checked by frank_range_check(). Errors: VALUE (chunk), LENGTH,
 * SEALED, AEAD, MEMORY.
 */
FRANK_API FRANK_MUST_CHECK int
frank_chunk_open(uint8_t *out, const struct frank_attachment *attachment,
                 const uint8_t key[FRANK_AT_LEAST(FRANK_FILE_KEY_BYTES)],
                 uint64_t chunk, struct frank_span sealed,
                 struct frank_fault *fault);

/*
 * A file that is sealed or opened from its beginning to its end, in pieces of
 * any size. Holds the file's key and one chunk; frank_stream_free() wipes
 * both. After an error, other than SPACE, it gives that error for ever.
 */
struct frank_stream;

/* uint64 chunks done, and at most 28 hashes. */
#define FRANK_STREAM_STATE_MAX_BYTES (8 + 28 * 32)

/*
 * A stream that seals. key: fresh from the system's generator for each file,
 * and kept for nothing else: two files under one key give both away. Errors:
 * AEAD, VALUE (chunk_log2), MEMORY.
 */
FRANK_API FRANK_MUST_CHECK int
frank_stream_seal(struct frank_stream **out, uint16_t aead, uint8_t chunk_log2,
                  const uint8_t key[FRANK_AT_LEAST(FRANK_FILE_KEY_BYTES)],
                  struct frank_fault *fault);

/*
 * A stream that opens what attachment describes; nothing of that is needed
 * later. What it gives is only to be used, shown or named once
 * frank_stream_final() gave 0: only then it is the file that the message
 * commits to. Errors: AEAD, LIMIT (size), VALUE (chunk_log2), MEMORY.
 */
FRANK_API FRANK_MUST_CHECK int
frank_stream_open(struct frank_stream **out,
                  const struct frank_attachment *attachment,
                  const uint8_t key[FRANK_AT_LEAST(FRANK_FILE_KEY_BYTES)],
                  struct frank_fault *fault);

/* Bytes that frank_stream_update() writes if it gets len; never more than one
 * chunk and its tag above len and a tag for each chunk in it. */
FRANK_API size_t frank_stream_room(const struct frank_stream *stream,
                                   size_t len);

/*
 * Takes the next piece, and writes each chunk that is complete by it; out must
 * not overlap the piece. Errors: SPACE (nothing was taken, *written is what is
 * needed), LIMIT (more than 2^40 bytes), TRAILING (opening: more bytes than the
 * file has), SEALED (the first chunk that is altered, of another place, file or
 * length, or under another key; fault: its place in the sealed file), MEMORY.
 * After an error *written is 0 and nothing but zeros in out.
 */
FRANK_API FRANK_MUST_CHECK int
frank_stream_update(struct frank_stream *stream, uint8_t *out, size_t capacity,
                    size_t *written, struct frank_span piece,
                    struct frank_fault *fault);

/*
 * Ends it. Sealing: writes the last chunk, if there is a rest (a chunk and a
 * tag at most), and puts size, chunk_log2, aead and root into *attachment, the
 * rest of which it leaves. Opening: writes nothing; out and attachment may be
 * NULL. Errors: SPACE (as above), TRUNCATED (opening: bytes are missing),
 * FILE_HASH (opening: not the file that was committed to), ARGUMENT (ended
 * before), MEMORY.
 */
FRANK_API FRANK_MUST_CHECK int
frank_stream_final(struct frank_stream *stream, uint8_t *out, size_t capacity,
                   size_t *written, struct frank_attachment *attachment,
                   struct frank_fault *fault);

/*
 * What is needed to go on later, in another process too: the chunks that are
 * done and their tree, of a stream that has not ended. No secret, but as
 * trusted as what was written so far: keep it beside that. Opening, a state
 * that does not belong to it is found out at the end; sealing, by every
 * recipient.
 *
 * Sealing goes on under the same key: what left this program after the state
 * was taken must be sealed from the same bytes again. Two contents of one chunk
 * under one key give both away; frank_file_seal() compares.
 */
FRANK_API void
frank_stream_state(const struct frank_stream *stream,
                   uint8_t out[FRANK_AT_LEAST(FRANK_STREAM_STATE_MAX_BYTES)],
                   size_t *len);
/* Puts a state into a new stream of the same kind, key and descriptor. *taken
 * and *made get the bytes that went in and came out until then: go on from
 * there. Errors: ARGUMENT (not new), TRUNCATED, TRAILING, LIMIT. */
FRANK_API FRANK_MUST_CHECK int frank_stream_resume(struct frank_stream *stream,
                                                   uint64_t *taken,
                                                   uint64_t *made,
                                                   struct frank_span state,
                                                   struct frank_fault *fault);

/* Wipes and frees it. NULL is allowed. */
FRANK_API void frank_stream_free(struct frank_stream *stream);

#define FRANK_THREADS_MAX 8

/* Called now and then, by any of the threads but never by two at once: `done`
 * of `size` bytes of the file. Anything but 0 ends the work with that error. */
typedef int frank_progress(void *context, uint64_t done, uint64_t size);

/* How a file is worked on. NULL where one is asked for: no progress, threads
 * 0. Whatever the number, memory stays below 16 MiB. */
struct frank_work {
    unsigned threads;         /* 1..FRANK_THREADS_MAX; 0: one a processor */
    frank_progress *progress; /* or NULL */
    void *context;
};

/*
 * Seals the regular file `in` into `out`, both from their beginnings, wherever
 * they stand; attachment gives chunk_log2 and aead, and gets size and root.
 * out -1: only these are found.
 *
 * out may hold what an earlier call wrote with this key and this file before
 * it was interrupted. All of it is compared with what is sealed now, not one
 * byte is written over, and SEALED is given (offset: the chunk's in out) if it
 * differs, so that a key is never used for two contents of one chunk. Bytes
 * are written in their order; after an error those written stay for the next
 * call. A file that changes meanwhile gives TRUNCATED, or is sealed as it was
 * read.
 *
 * Errors: ARGUMENT (threads; not a regular file), AEAD, VALUE (chunk_log2),
 * LIMIT (size), FILE (errno), TRUNCATED, SEALED, LENGTH (out is longer than the
 * sealed file), MEMORY; progress's.
 */
FRANK_API FRANK_MUST_CHECK int
frank_file_seal(int out, struct frank_attachment *attachment, int in,
                const uint8_t key[FRANK_AT_LEAST(FRANK_FILE_KEY_BYTES)],
                const struct frank_work *work, struct frank_fault *fault);

/*
 * Opens the sealed file `in` into `out`; -1: only checks it. Goes on where an
 * earlier call ended, likewise: FILE_HASH (offset: in out) if out holds
 * anything else. out is the file only once this gave 0: give it its name then,
 * never before. Errors: ARGUMENT, AEAD, VALUE, LIMIT, FILE (errno), LENGTH (of
 * in, before anything is read; of out), SEALED (the first chunk that is
 * altered; offset: in in), FILE_HASH, TRUNCATED, MEMORY; progress's.
 */
FRANK_API FRANK_MUST_CHECK int
frank_file_open(int out, const struct frank_attachment *attachment, int in,
                const uint8_t key[FRANK_AT_LEAST(FRANK_FILE_KEY_BYTES)],
                const struct frank_work *work, struct frank_fault *fault);

/*
 * The proof of a run of chunks, from the sealed file and its key: reads and
 * hashes all of it in this thread, decrypts nothing. *count hashes, at most
 * FRANK_RANGE_PROOF_MAX. Errors: those of frank_file_open(), VALUE (range).
 */
FRANK_API FRANK_MUST_CHECK int
frank_file_prove(uint8_t (*proof)[FRANK_HASH_BYTES], size_t *count,
                 const struct frank_attachment *attachment,
                 struct frank_range range, int in,
                 const uint8_t key[FRANK_AT_LEAST(FRANK_FILE_KEY_BYTES)],
                 const struct frank_work *work, struct frank_fault *fault);

/* ---- External parts ----------------------------------------------------- */

/* ExternalPart's encAlg of a file that is not encrypted. */
#define FRANK_AEAD_NONE 0

/* Numbers of IANA's Named Information Hash Algorithm registry that prove a
 * file: those of 256 bits and more. Of the shorter ones, two files can be found
 * that have the same hash. */
#define FRANK_HASH_SHA_256 1
#define FRANK_HASH_SHA_384 7
#define FRANK_HASH_SHA_512 8
#define FRANK_HASH_SHA3_256 10
#define FRANK_HASH_SHA3_384 11
#define FRANK_HASH_SHA3_512 12

/* In place of a number that is not there, or is none. */
#define FRANK_EXTERNAL_ABSENT UINT64_MAX

/*
 * ExternalPart (draft-ietf-mimi-content-08 section 3.5): a file that lies at a
 * URL, as its sender committed to it. All of it is a stranger's, and nothing of
 * it checked; a string that is not there, or is none, is empty.
 */
struct frank_external {
    struct frank_span media_type;
    struct frank_span url;
    uint64_t expires;      /* seconds since 1970; 0: never */
    uint64_t size;         /* as he says; 0: he does not say */
    uint64_t aead;         /* encAlg, an IANA number or AEAD_NONE */
    struct frank_span key; /* secret */
    struct frank_span nonce;
    struct frank_span aad;
    uint64_t hash; /* hashAlg */
    struct frank_span content_hash;
    struct frank_span description;
    struct frank_span filename;
};

/*
 * Reads the ExternalPart that is body part `part` of a MIMI content, framed or
 * not. Parts are numbered from 0, depth first; a multipart has no number, all
 * others have. As forgiving as frank_locate(): a broken rule hides no file.
 * Spans point into content, or, of strings that came in chunks, into scratch,
 * which has len bytes; both are as secret as the file. scratch is zero after an
 * error. Errors: those of frank_locate(), FORMAT (not MIMI), VALUE (no such
 * part), NO_FILE (the part is no ExternalPart).
 */
FRANK_API FRANK_MUST_CHECK int frank_external_read(struct frank_external *out,
                                                   uint8_t *scratch,
                                                   const uint8_t *content,
                                                   size_t len, unsigned part,
                                                   struct frank_fault *fault);

/*
 * Whether a file could be proven by these fields, before it is fetched: a hash
 * of 256 bits or more, and either AES-128-GCM, AES-256-GCM or
 * ChaCha20-Poly1305, or no encryption; then key, nonce and aad mean nothing and
 * are not looked at. That the message breaks a rule by having them is for
 * frank_validate() to say. Errors: UNPROVEN (no contentHash), HASH (hashAlg,
 * any other, or not in this build), AEAD (encAlg, likewise, or not on this
 * processor), MISSING (hashAlg or encAlg is no number), LENGTH (contentHash,
 * key, nonce). The fault's field names the algorithm where it has a name.
 */
FRANK_API FRANK_MUST_CHECK int
frank_external_check(const struct frank_external *external,
                     struct frank_fault *fault);

/* Bytes of the file that `fetched` bytes at the URL hold: as many, or
 * FRANK_CHUNK_TAG_BYTES fewer where it is encrypted; 0 if they are too few. */
FRANK_API uint64_t frank_external_bytes(const struct frank_external *external,
                                        uint64_t fetched);

/*
 * Checks what was fetched, all of it, and opens it into out,
 * frank_external_bytes() long. First the hash, over the bytes as they lay there
 * (of an encrypted file: ciphertext, and behind it the AEAD's tag, as RFC 5116
 * puts it); then the AEAD. The key comes from the message: the same ciphertext
 * under another key, in another message, is another file. out may be NULL: then
 * only fields and hash are checked. It may be `fetched` itself; both are zero
 * then if it cannot be opened. Otherwise they must not overlap. Takes no memory
 * of the file's size: map a large one. `size` is not compared: the draft leaves
 * open what it counts.
 * Errors: those of frank_external_check(), FILE_HASH, LENGTH (shorter than a
 * tag), SEALED (hash right, AEAD not), MEMORY.
 */
FRANK_API FRANK_MUST_CHECK int
frank_external_open(uint8_t *out, const struct frank_external *external,
                    const uint8_t *fetched, size_t len,
                    struct frank_fault *fault);

/* ---- The hub's stamp ---------------------------------------------------- */

/* ServerFrankingContext: what the hub stamps beside the tag. */
struct frank_context {
    struct frank_span sender; /* 1..1,024 bytes */
    struct frank_span room;   /* 1..1,024 bytes */
    uint64_t accepted_timestamp;
};

/* Errors: LIMIT, MISSING, SPACE (see frank_plain_build()). */
FRANK_API FRANK_MUST_CHECK int
frank_context_encode(uint8_t *out, size_t capacity, size_t *written,
                     const struct frank_context *context,
                     struct frank_fault *fault);

/* Spans point into bytes. Errors: TRUNCATED, TRAILING, LENGTH_FORM, LIMIT,
 * MISSING. */
FRANK_API FRANK_MUST_CHECK int frank_context_decode(struct frank_context *out,
                                                    const uint8_t *bytes,
                                                    size_t len,
                                                    struct frank_fault *fault);

/* Cipher suites of RFC 9420 section 17.1 whose signature is Ed25519. */
#define FRANK_SUITE_X25519_AES128GCM 0x0001
#define FRANK_SUITE_X25519_CHACHA20POLY1305 0x0003

/* Whether stamps of this suite can be made and checked: 0x0001 and 0x0003. */
FRANK_API bool frank_suite_is_supported(uint16_t suite);

/* Frank of draft-ietf-mimi-protocol-06. */
struct frank_frank {
    uint8_t server_frank[FRANK_MAC_BYTES];
    uint16_t suite;
    uint8_t signature[FRANK_SIGNATURE_BYTES];
};

FRANK_API void
frank_frank_encode(uint8_t out[FRANK_AT_LEAST(FRANK_FRANK_BYTES)],
                   const struct frank_frank *frank);

/* bytes must hold exactly one Frank. Errors: TRUNCATED, TRAILING, LENGTH_FORM,
 * SUITE (any but 0x0001 and 0x0003), LENGTH (signature). */
FRANK_API FRANK_MUST_CHECK int frank_frank_decode(struct frank_frank *out,
                                                  const uint8_t *bytes,
                                                  size_t len,
                                                  struct frank_fault *fault);

/*
 * Whether the hub with this Ed25519 key signed this stamp for this context.
 * The signature does not cover the franking tag: only frank_check() with the
 * tag that came with the message, or the hub's own MAC, ties a stamp to a
 * content. Errors: SUITE, LIMIT, MISSING, SIGNATURE.
 */
FRANK_API FRANK_MUST_CHECK int frank_signature_check(
    const struct frank_frank *frank, const struct frank_context *context,
    const uint8_t public_key[FRANK_AT_LEAST(FRANK_PUBLIC_KEY_BYTES)],
    struct frank_fault *fault);

/* ---- Checking ----------------------------------------------------------- */

/*
 * Whether a content is what a tag and a context were made for: its tag is
 * this tag, and it names this sender and this room (in any reading). Parts of
 * a parted content may be withheld. Needs no key; says nothing about who made
 * tag and context. out, if not NULL, gets the located content.
 * Errors: those of frank_locate(), TAG, SENDER, ROOM.
 */
FRANK_API FRANK_MUST_CHECK int frank_opening_check(
    struct frank_content *out, const uint8_t *content, size_t len,
    const uint8_t tag[FRANK_AT_LEAST(FRANK_TAG_BYTES)],
    const struct frank_context *context, struct frank_fault *fault);

/*
 * What a recipient does before a message is shown: frank_opening_check(), no
 * part withheld, and frank_signature_check(). Reject the message if this
 * fails: otherwise its sender could stamp one message and show another.
 *
 * tag is the one that came in the clear beside the message (MLS AAD);
 * context is sender and room as the messenger itself knows them (the MLS
 * credential, the room the message came in), never as the content names
 * them, and the hub's accepted timestamp.
 *
 * Keep content, frank and timestamp with the message: they are what a report
 * needs. Errors: those of the three.
 */
FRANK_API FRANK_MUST_CHECK int
frank_check(const uint8_t *content, size_t len,
            const uint8_t tag[FRANK_AT_LEAST(FRANK_TAG_BYTES)],
            const struct frank_context *context,
            const struct frank_frank *frank,
            const uint8_t public_key[FRANK_AT_LEAST(FRANK_PUBLIC_KEY_BYTES)],
            struct frank_fault *fault);

/* ---- The quorum's key --------------------------------------------------- */

#define FRANK_POINT_BYTES 32
#define FRANK_QUORUM_ID_BYTES 16

/* The moderators' public key on ristretto255, of which any `threshold` of
 * `holders` together hold the secret. */
struct frank_quorum {
    unsigned threshold; /* 1..holders */
    unsigned holders;   /* 1..32 */
    uint8_t public_key[FRANK_POINT_BYTES];
    uint8_t share_publics[FRANK_HOLDERS_MAX][FRANK_POINT_BYTES]; /* holder i at
                                                                    i - 1 */
};

/*
 * Who chooses the quorum's key can read every report. So a key is only to be
 * used if the messenger pins it itself (then frank_quorum_check() it once), or
 * if it comes in a record that a moderation key signed which the messenger
 * pins: frank_quorum_open(). Never take one from the hub unsigned. That the
 * points belong together is for the moderation side to check, before it signs.
 */

/* Whether numbers and points are possible. VALUE, POINT. */
FRANK_API FRANK_MUST_CHECK int
frank_quorum_check(const struct frank_quorum *quorum,
                   struct frank_fault *fault);

/* First 16 bytes of SHA-256(public_key). */
FRANK_API void
frank_quorum_id(uint8_t out[FRANK_AT_LEAST(FRANK_QUORUM_ID_BYTES)],
                const struct frank_quorum *quorum);

/*
 * Takes the quorum's key out of a SignedQuorumKey, if the moderation key signed
 * it and now is within its time. *not_before, if not NULL, gets the beginning
 * of that time: keep the largest one seen and refuse records with a smaller
 * one, or the hub could go on offering a key whose holders have left. Errors:
 * TRUNCATED, TRAILING, LENGTH_FORM, LENGTH, LIMIT, VALUE, SUITE, POINT,
 * SIGNER, TIME.
 */
FRANK_API FRANK_MUST_CHECK int frank_quorum_open(
    struct frank_quorum *out, uint64_t *not_before, const uint8_t *record,
    size_t len,
    const uint8_t moderation_key[FRANK_AT_LEAST(FRANK_PUBLIC_KEY_BYTES)],
    uint64_t now, struct frank_fault *fault);

/* ---- Reports ------------------------------------------------------------ */

#define FRANK_REPORT_ID_BYTES 16
/* report id, salt of the reporter's name */
#define FRANK_BUILD_RANDOM_BYTES (16 + 32)
/* the seal's r and t */
#define FRANK_SEAL_RANDOM_BYTES (32 + 32)

/* A reason for a report, and what other taxonomies call it (docs/REASONS.md).
 * All static text; NULL: has no counterpart. Where there can be several values
 * (bluesky, dsa_keywords, xarf), one space separates them. */
struct frank_reason {
    uint8_t code;
    const char *name;         /* "spam": what commands and APIs take */
    const char *plain;        /* words for a reporter to choose from */
    const char *bluesky;      /* tokens of tools.ozone.report.defs and
                                 com.atproto.moderation.defs */
    const char *dsa_category; /* of the DSA transparency database */
    const char *dsa_keywords;
    const char *xarf;         /* XARF v4 "category/type" */
    const char *cybertipline; /* NCMEC CyberTipline incident type */
    const char *marf;         /* feedback type of RFC 5965 and 6430 */
};

/* By code, by name, and by place in the order to show; NULL: none such. */
FRANK_API const struct frank_reason *frank_reason(uint8_t code);
FRANK_API const struct frank_reason *frank_reason_named(const char *name);
FRANK_API const struct frank_reason *frank_reason_at(size_t index);

/* TranscriptStamp: a message's place in its room, as the hub stamped it. */
struct frank_transcript {
    uint64_t room_seq;
    uint64_t seen_seq;
    uint8_t transcript_frank[FRANK_MAC_BYTES];
};

/* A message as its recipient kept it, and what of it he reports. */
struct frank_kept {
    struct frank_span content;
    struct frank_context context; /* as it was given to frank_check() */
    struct frank_frank frank;
    bool ordered;                       /* with a transcript stamp */
    struct frank_transcript transcript; /* if ordered */
    bool withhold;           /* proves that it was sent, does not show it,
                                whatever withhold_parts says */
    uint64_t withhold_parts; /* parted: bit i leaves part i out */
};

#define FRANK_DISCLOSURES_MAX 64
/* Ciphertext that a report carries itself, in all of its disclosures. */
#define FRANK_ENCLOSED_MAX_BYTES 8388608
#define FRANK_URL_MAX_BYTES 2048

/*
 * What a reporter discloses of a file that a message commits to: a run of its
 * chunks, or, where keys is empty, all of it by the key in the message itself
 * (then first is 0 and proof empty). MIMI's ExternalPart can only be disclosed
 * in this way. Bytes, sealed as they were sent, come with the report
 * (`enclosed`), or are left for the moderators to fetch from url, which holds
 * the whole sealed file; MIMI: from that of the message. The disclosures of a
 * report stand in rising order of message, part and first; none overlaps
 * another.
 */
struct frank_disclosure {
    unsigned message; /* index; it must be disclosed, the part too */
    unsigned part;    /* of the descriptor, as in frank_attachment_read(); MIMI:
                         of the ExternalPart, as in frank_external_read() */
    uint64_t first;   /* chunk */
    struct frank_span keys;  /* FRANK_CHUNK_KEY_BYTES a chunk */
    struct frank_span proof; /* FRANK_HASH_BYTES a hash */
    bool enclosed;
    struct frank_span ciphertext; /* if enclosed */
    struct frank_span url; /* ASCII, no space; empty if enclosed, or MIMI */
};

struct frank_report {
    struct frank_span reporter; /* his URI; empty: anonymous */
    uint8_t reason;             /* code of a struct frank_reason; not checked */
    unsigned accused;           /* index of the message whose sender it is */
    struct frank_span note;     /* UTF-8, 4,096 bytes at most */
    uint64_t created;
    const struct frank_kept *messages;          /* all of one room */
    size_t count;                               /* 1..64 */
    const struct frank_disclosure *disclosures; /* NULL where there are none */
    size_t disclosure_count;                    /* at most 64 */
};

/*
 * Writes all that is to leave the device, not yet sealed: UnsealedReport
 * (docs/WIRE.md), padded. Show it with frank_report_read() before it is sealed.
 * It is as secret as the messages: wipe it. random: see the conventions.
 * *written and SPACE as with frank_plain_build(); out must overlap nothing.
 * *message, if not NULL, gets the index of the message that an error is about,
 * or SIZE_MAX. Errors about a message: those of frank_opening_check(), SUITE,
 * VALUE (seen_seq, parts), FORMAT (parts of what is not parted), ROOMS. About
 * what is disclosed of its file: WITHHELD (message, part, or the file's key
 * where keys is empty), ORDER, VALUE and LIMIT (a field, or no such chunks),
 * LENGTH, MISSING (url); FILE_HASH (enclosed bytes or keys that are not the
 * file's; enclosed bytes are hashed in each call), MEMORY; those of
 * frank_attachment_read(), or frank_external_read() and frank_external_open().
 * About the report: MISSING, LIMIT, VALUE (accused),
 * UTF8 (note), SPACE.
 */
FRANK_API FRANK_MUST_CHECK int frank_report_build(
    uint8_t *out, size_t capacity, size_t *written, size_t *message,
    const struct frank_report *report,
    const uint8_t random[FRANK_AT_LEAST(FRANK_BUILD_RANDOM_BYTES)],
    struct frank_fault *fault);

/* What the hub and everyone who handles the report can read of a message. */
struct frank_evidence {
    uint8_t tag[FRANK_TAG_BYTES];
    struct frank_context context;
    struct frank_frank frank;
    bool ordered;
    struct frank_transcript transcript;
};

struct frank_report_header {
    uint8_t report_id[FRANK_REPORT_ID_BYTES];
    uint64_t created;
    uint8_t reporter_digest[FRANK_DIGEST_BYTES]; /* zeros: anonymous */
    uint8_t reason;
    uint8_t accused;
    size_t count; /* 1..64 */
    struct frank_evidence evidence[FRANK_MESSAGES_MAX];
};

/* What only the quorum can read of a message; empty when withheld. */
struct frank_opening {
    bool disclosed;
    struct frank_span content;
};

struct frank_report_body {
    struct frank_span note;
    size_t count; /* that of the header */
    struct frank_opening openings[FRANK_MESSAGES_MAX];
    size_t disclosure_count;
    struct frank_disclosure disclosures[FRANK_DISCLOSURES_MAX];
};

/* A report before it is sealed. Spans point into its bytes. */
struct frank_unsealed {
    struct frank_report_header header;
    struct frank_span reporter; /* empty: anonymous */
    struct frank_report_body body;
};

/* Reads an UnsealedReport. Errors: TRUNCATED, TRAILING, LENGTH_FORM, LIMIT,
 * LENGTH, VALUE, MISSING, SUITE, ROOMS, REPORTER, PADDING, UTF8, ORDER and
 * WITHHELD (disclosures, which are not held against their messages here). */
FRANK_API FRANK_MUST_CHECK int frank_report_read(struct frank_unsealed *out,
                                                 const uint8_t *bytes,
                                                 size_t len,
                                                 struct frank_fault *fault);

/*
 * Seals an UnsealedReport to the quorum: a SealedReport, to be sent to the hub,
 * 192 bytes longer (or a few more, where a length takes more bytes).
 * quorum: one that frank_quorum_open() or frank_quorum_check() accepted.
 * random: see the conventions; used together with the report itself, so that
 * even a generator that repeats gives nothing away. *written and SPACE as with
 * frank_plain_build(); out must not overlap unsealed.
 * Errors: those of frank_report_read(), POINT (quorum), LIMIT, SPACE.
 */
FRANK_API FRANK_MUST_CHECK int
frank_report_seal(uint8_t *out, size_t capacity, size_t *written,
                  const uint8_t *unsealed, size_t len,
                  const struct frank_quorum *quorum,
                  const uint8_t random[FRANK_AT_LEAST(FRANK_SEAL_RANDOM_BYTES)],
                  struct frank_fault *fault);

#undef FRANK_AT_LEAST

#ifdef __cplusplus
}
#endif

#endif
