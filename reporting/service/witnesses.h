/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Witnesses of a log: they are asked to cosign its public checkpoints (C2SP
 * tlog-witness), and a policy (C2SP tlog-policy) says how many must. A thread
 * of its own asks them, each in one more, so that nobody who is slow or away
 * holds up another, and none of them the log.
 */
#ifndef REPORTING_SERVICE_WITNESSES_H
#define REPORTING_SERVICE_WITNESSES_H

#include "policy.h"
#include "tiles.h"

/* A checkpoint of ours with a line of each witness. */
#define COSIGNED_MAX_BYTES                                                     \
    (NOTE_MAX_BYTES + POLICY_WITNESSES_MAX * COSIGNATURE_LINE_MAX_BYTES)

struct cosigned {
    char text[COSIGNED_MAX_BYTES];
    size_t len;
    uint64_t size;
    uint64_t time; /* when it was signed */
};

/* What came of asking one. */
enum witnesses_result {
    WITNESSES_COSIGNED,
    WITNESSES_AWAY,    /* no answer, or not in time */
    WITNESSES_REFUSED, /* it answered that it does not */
    WITNESSES_AHEAD,   /* it has cosigned a larger tree than this one */
    WITNESSES_BAD      /* its answer is none, or holds no cosignature of its */
};
/* Their names for metrics, closed by NULL: "cosigned", "away", ... */
extern const char *const witnesses_results[];

/* What it points to must outlive the witnesses. Texts may be "". */
struct witnesses_settings {
    const char *policy;   /* file: witnesses with URLs, a quorum; "": there are
                             none */
    const char *ca;       /* file: certificates that are trusted for them */
    const char *networks; /* private ones in which they may be */
    uint64_t timeout;     /* ms for each witness, in all */
    uint64_t again;       /* ms until those that are missing are asked again;
                             0: a minute */
    /* Of each answer, and each time that the quorum was not met; from any
     * thread, may be NULL. */
    void (*asked)(void *context, enum witnesses_result result);
    void (*missing)(void *context);
    void *context;
};

struct witnesses;

/* Reads the policy: it names no log, or this one; its quorum can be met by
 * witnesses that have URLs. tiles must outlive it. false after a line in the
 * journal. */
FRANK_MUST_CHECK bool
witnesses_open(struct witnesses **out,
               const struct witnesses_settings *settings, const char *origin,
               const uint8_t public_key[static FRANK_PUBLIC_KEY_BYTES],
               const struct tiles *tiles);
/* Starts the thread. fetch_start() must have been called. */
FRANK_MUST_CHECK bool witnesses_start(struct witnesses *witnesses);
/* Within about a second. Both take NULL, and one that was not started. */
void witnesses_stop(struct witnesses *witnesses);
void witnesses_free(struct witnesses *witnesses);

/* A checkpoint that the log signed, for which cosignatures are wanted from now
 * on; in place of the last one, for which none more are asked. */
void witnesses_submit(struct witnesses *witnesses,
                      const struct cosigned *checkpoint);
/* Gives, once, a checkpoint whose quorum is met, with its cosignatures. false:
 * there is none, or not yet: those that are missing are asked again. */
bool witnesses_take(struct witnesses *witnesses, struct cosigned *out);

#endif
