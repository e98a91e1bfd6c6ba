/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom to trust (C2SP tlog-policy): a file of lines
 *
 *     log VKEY [URL]
 *     witness NAME VKEY [URL]
 *     group NAME all|any|K MEMBER...
 *     quorum NAME|none
 *
 * that says which logs count, and which witnesses must have cosigned a
 * checkpoint. Logs sign with Ed25519 (vkey type 0x01), witnesses with Ed25519
 * cosignatures (0x04).
 */
#ifndef REPORTING_LOG_POLICY_H
#define REPORTING_LOG_POLICY_H

#include "cosignature.h"

#define POLICY_MAX_BYTES ((size_t)262144)
#define POLICY_LOGS_MAX 64
#define POLICY_WITNESSES_MAX 64
#define POLICY_GROUPS_MAX 64
#define POLICY_NAMES_MAX (POLICY_WITNESSES_MAX + POLICY_GROUPS_MAX)

/* Texts are closed by a zero, and live as long as the policy. */
struct policy_log {
    struct note_key key;
    const char *url; /* NULL: not said */
};
struct policy_witness {
    const char *name; /* within the policy; its key has another */
    struct cosigner cosigner;
    const char *url; /* NULL: not said */
};

/* A witness or a group. Members stand before their group. */
struct policy_name {
    const char *name;
    size_t witness;  /* its index, or SIZE_MAX: a group */
    unsigned needed; /* of a group: how many of its members */
    size_t group;    /* that it is a member of, or SIZE_MAX */
};

/* Its fields are for policy.c. */
struct policy {
    char *text;
    size_t log_count;
    size_t witness_count;
    size_t name_count;
    size_t quorum; /* a name's index, or SIZE_MAX: none */
    struct policy_log logs[POLICY_LOGS_MAX];
    struct policy_witness witnesses[POLICY_WITNESSES_MAX];
    struct policy_name names[POLICY_NAMES_MAX];
};

/*
 * Reads a policy; free it with policy_free(). fault->offset lies in the line
 * that is wrong (policy_line() gives its number), field says what of it.
 * Errors: LIMIT ("policy": longer than POLICY_MAX_BYTES; "log", "witness",
 * "group": more than POLICY_..._MAX), TRUNCATED (the last line has no newline),
 * VALUE ("text": a byte that may not be in a policy; "line": of no known kind;
 * "log", "witness", "group", "quorum": too few or too many words; "name":
 * `none`, or one that is taken; "member", "quorum": not defined above, or a
 * member already; "threshold"; "key", "key's ...": no verifier key, or of
 * another type, which is fault->found then), TWICE ("key": another line has it;
 * "quorum"), MISSING ("quorum"), MEMORY. *out is zero after an error.
 */
FRANK_MUST_CHECK int policy_parse(struct policy *out, const char *text,
                                  size_t len, struct frank_fault *fault);
/* Takes one that is zero. */
void policy_free(struct policy *policy);

/* The number of the line in which this byte is; the first is 1. */
size_t policy_line(const char *text, size_t len, size_t offset);
/* One line about a fault of policy_parse(): "line 7: group: ...". */
void policy_fault_text(char *out, size_t size, const char *text, size_t len,
                       const struct frank_fault *fault);

/* The first log of this name; NULL: none. */
const struct note_key *policy_log(const struct policy *policy,
                                  const char *origin);
size_t policy_log_count(const struct policy *policy);
const struct policy_log *policy_log_at(const struct policy *policy, size_t i);
size_t policy_witness_count(const struct policy *policy);
const struct policy_witness *policy_witness(const struct policy *policy,
                                            size_t i);
bool policy_needs_witnesses(const struct policy *policy);

struct policy_verdict {
    struct note_checkpoint checkpoint;
    const struct policy_log *log; /* that signed; NULL: the policy names none */
    bool quorum_met;
    size_t count; /* witnesses that cosigned, of those in the policy */
    bool cosigned[POLICY_WITNESSES_MAX];  /* by policy_witness() */
    uint64_t times[POLICY_WITNESSES_MAX]; /* seconds since 1970; 0: did not */
};

/* Whether a group of witnesses is large enough. */
bool policy_quorum_met(const struct policy *policy,
                       const bool cosigned[static POLICY_WITNESSES_MAX]);

/*
 * Reads a checkpoint, checks that a log of the policy signed it (unless the
 * policy names no log: then this is the caller's to check), and which witnesses
 * cosigned. Success even where the quorum is not met: out->quorum_met says.
 * Errors: those of note_read() and note_tree_read(); VALUE ("extension");
 * MISSING ("log": the policy has none of this origin), SIGNER (not signed by
 * it, or a line of a known key does not hold), MEMORY. *out is zero after an
 * error.
 */
FRANK_MUST_CHECK int policy_check(const struct policy *policy, const char *note,
                                  size_t len, struct policy_verdict *out,
                                  struct frank_fault *fault);

#endif
