/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An evidence bundle (docs/WIRE.md): one case of the moderation side's in one
 * file, with all that a stranger needs to check it without a network. This is
 * the format; what a bundle proves, audit/bundle_check.h finds out.
 *
 * A case's reports, messages, decisions and entries are those that were chosen:
 * what is left out is absent. The hub's verdict counts a report's messages, so
 * that it shows how many are not there.
 *
 * That a bundle was made stands in the moderation side's log before, and the
 * bundle shows that entry too: type `export`, with `case`, and `bundle`, the
 * bundle's id as 32 hex digits.
 */
#ifndef MODERATION_BUNDLE_H
#define MODERATION_BUNDLE_H

#include "report.h"

#define BUNDLE_MAGIC "frank bundle 1\n"
#define BUNDLE_MAGIC_BYTES 15
#define BUNDLE_ID_BYTES 16
#define BUNDLE_CASE_BYTES 16
#define BUNDLE_SALT_BYTES 32

/* More is refused by name. */
#define BUNDLE_MAX_BYTES 67108864
#define BUNDLE_QUORUMS_MAX 16
#define BUNDLE_REPORTS_MAX 1024
#define BUNDLE_DECISIONS_MAX 64
#define BUNDLE_APPEALS_MAX 64
#define BUNDLE_ENTRIES_MAX 65536
#define BUNDLE_ENTRY_MAX_BYTES 65535
#define BUNDLE_VKEY_MAX_BYTES 255
#define BUNDLE_NOTE_MAX_BYTES 131072 /* NOTE_READ_MAX_BYTES */
#define BUNDLE_VERDICT_MAX_BYTES 4096
#define BUNDLE_NAME_MAX_BYTES 64   /* pseudonym, id of a policy */
#define BUNDLE_TITLE_MAX_BYTES 256 /* of a policy */
#define BUNDLE_TEXT_MAX_BYTES 8192 /* of a policy, a review, an appeal */
#define BUNDLE_EXPLANATION_MAX_BYTES 16384

/* ---- Logs ---------------------------------------------------------------- */

struct bundle_entry {
    uint64_t index;          /* its number in the log, from 0 */
    struct frank_span entry; /* as hashed: one line of JSON */
    struct frank_span proof; /* RFC 6962 inclusion in `checkpoint`, 32 n bytes
                              */
};

struct bundle_log {
    struct frank_span vkey;       /* signed-note verifier key, as text */
    struct frank_span checkpoint; /* signed note; the newest */
    /* The newest checkpoint with the cosignatures of witnesses, and the proof
     * (32 n bytes) that `checkpoint` goes on from it; both empty where there is
     * none. It can be the same note as `checkpoint`; the proof is empty then.
     */
    struct frank_span cosigned;
    struct frank_span consistency;
    const struct bundle_entry *entries; /* by rising index */
    size_t count;
};

/* ---- Reports ------------------------------------------------------------- */

struct bundle_message {
    uint8_t index; /* its place in the report, and in the hub's verdict */
    struct frank_evidence evidence;
    bool disclosed;
    struct frank_span content; /* as received, or with parts withheld; empty
                                  where it is not disclosed */
};

struct bundle_report {
    struct frank_span verdict; /* SignedHubVerdict; names the report's digest */
    uint8_t salt[BUNDLE_SALT_BYTES]; /* its name in both logs is
                                        HMAC(salt, report digest) */
    /* The moderation side's own word, unless `sealed` is there: */
    uint64_t created;
    uint64_t received; /* by the hub */
    uint8_t reason;
    uint8_t accused;                 /* index of a message, shown or not */
    struct report_reporter reporter; /* salt NULL: left out, or anonymous */
    struct frank_span note;          /* of the reporter; empty: none, or left
                                        out */
    /* The SealedReport as the hub got it, or empty. It names its reporter, so
     * that `reporter` must be the same. It can be opened by its quorum alone:
     * so it can be handed on unseen. */
    struct frank_span sealed;
    const struct bundle_message *messages; /* by rising index; may be none */
    size_t count;
};

/* ---- Decisions ----------------------------------------------------------- */

/* Numbers as of enum decision_state (cases/deciding.h). */
enum bundle_decision_state {
    BUNDLE_PROPOSED = 0,
    BUNDLE_IN_FORCE = 1,
    BUNDLE_RETURNED = 2,
    BUNDLE_RETRACTED = 3,
    BUNDLE_OVERTURNED = 4,
    BUNDLE_DECISION_STATES
};

/* Texts are UTF-8. People are pseudonyms, as in the log. */
struct bundle_decision {
    uint8_t id[BUNDLE_ID_BYTES]; /* what the platform knows it by */
    uint64_t made;               /* the time of its entry in the log */
    struct frank_span by;
    enum bundle_decision_state state;
    bool on_appeal;           /* it replaced one that was appealed */
    uint64_t book;            /* version of the book of policies */
    struct frank_span policy; /* its id; empty: none was broken */
    struct frank_span title;
    struct frank_span text; /* of the policy */
    uint8_t outcome;        /* enum outcome (policy/outcome.h) */
    bool grave;
    uint64_t withheld; /* messages or parts that the reporters left out, as far
                          as was known then */
    struct frank_span explanation;
    uint64_t in_force; /* since when; 0: never */
    /* The second person's word; of one that was retracted, why. */
    bool reviewed;
    uint64_t review_time;
    struct frank_span reviewer; /* empty: whoever decided, of a retraction */
    struct frank_span review;
};

struct bundle_appeal {
    uint8_t decision[BUNDLE_ID_BYTES]; /* that was appealed */
    uint64_t received;
    bool by_reporter;       /* else by the accused */
    struct frank_span text; /* empty: left out */
    bool answered;
    uint64_t answer_time;
    struct frank_span answered_by;
    bool upheld; /* the decision, that is; else it was overturned */
    struct frank_span answer;
};

/* ---- The bundle ---------------------------------------------------------- */

struct bundle_quorum {
    struct frank_span key;    /* quorum.pub (reporting/quorum_public.h) */
    struct frank_span record; /* SignedQuorumKey, or empty */
};

/* Spans point into memory of the caller's. */
struct bundle {
    uint16_t suite;              /* of the signature, FRANK_SUITE_... */
    uint8_t id[BUNDLE_ID_BYTES]; /* random; in the entry that tells of the
                                    export */
    uint64_t made;
    uint8_t case_name[BUNDLE_CASE_BYTES]; /* as in the log */
    struct frank_span hub_public;         /* hub.json
                                             (reporting/hub_public.h) */
    const struct bundle_quorum *quorums;  /* may be none */
    size_t quorum_count;
    const struct bundle_report *reports; /* may be none */
    size_t report_count;
    const struct bundle_decision *decisions; /* by rising time; may be none */
    size_t decision_count;
    const struct bundle_appeal *appeals; /* by rising time; may be none */
    size_t appeal_count;
    struct bundle_log moderation;
    bool has_hub;
    struct bundle_log hub;
};

/*
 * Writes the SignedBundle, signed with the moderation log's key: 64 bytes, an
 * Ed25519 secret key of libsodium's. *written is what was or would have been
 * written, so that a first call with capacity 0 (SPACE) tells the size. Errors:
 * LIMIT; SUITE; ORDER (entries, messages, decisions, appeals); LENGTH (a proof,
 * also one without a cosigned checkpoint); VALUE (content of a message that is
 * not disclosed); REPORTER (a sealed report, and not its reporter); those of
 * sealed_report_decode(); SPACE.
 */
FRANK_MUST_CHECK int bundle_encode(uint8_t *out, size_t capacity,
                                   size_t *written, const struct bundle *bundle,
                                   const uint8_t secret[static 64],
                                   struct frank_fault *fault);

/*
 * Reads a SignedBundle and takes nothing on trust: its form alone is checked.
 * Spans point into bytes; the lists are the reader's, so free with
 * bundle_free(). Errors: TRUNCATED, TRAILING, LENGTH_FORM, LIMIT, LENGTH,
 * VALUE, MISSING, SUITE, ORDER, UTF8, MEMORY; REPORTER and those of
 * sealed_report_decode() of a sealed report.
 */
struct bundle_file;
FRANK_MUST_CHECK int bundle_decode(struct bundle_file **out,
                                   const uint8_t *bytes, size_t len,
                                   struct frank_fault *fault);
const struct bundle *bundle_of(const struct bundle_file *file);
/* NULL is allowed. */
void bundle_free(struct bundle_file *file);

/* Whether this key signed the bundle: SIGNER. */
FRANK_MUST_CHECK int
bundle_verify(const struct bundle_file *file,
              const uint8_t public_key[static FRANK_PUBLIC_KEY_BYTES],
              struct frank_fault *fault);

/* SHA-256(Bundle), by which two files can be told apart. */
void bundle_digest(uint8_t out[static FRANK_DIGEST_BYTES],
                   const struct bundle_file *file);

/* A report's name in both logs: HMAC(salt, report digest). */
void bundle_report_name(uint8_t out[static FRANK_DIGEST_BYTES],
                        const struct bundle_report *report,
                        const uint8_t digest[static FRANK_DIGEST_BYTES]);

#endif
