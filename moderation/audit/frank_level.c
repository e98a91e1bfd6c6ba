/* SPDX-License-Identifier: Apache-2.0 */
#include "frank_level.h"

#include "wire.h"

#include <string.h>

/* ---- The stamp
 * ----------------------------------------------------------------- */

static void set(struct frank_found *out, enum frank_level level,
                enum frank_hold hold)
{
    out->level = level;
    out->hold = hold;
}

/* true: the keyring could say. */
static bool by_mac(struct frank_found *out, const struct frank_evidence *e,
                   const struct stamper *stamper)
{
    struct frank_fault fault;
    struct stamp_claim claim = {
        .tag = e->tag,
        .context = e->context,
        .frank = e->frank,
        .ordered = e->ordered,
        .order = {e->transcript.room_seq, e->transcript.seen_seq}};
    int error;

    memcpy(claim.transcript_frank, e->transcript.transcript_frank,
           sizeof claim.transcript_frank);
    error = stamper_check(stamper, &claim, &fault);
    if (error == FRANK_ERR_EPOCH_DESTROYED) {
        out->epoch_gone = true;
        return false;
    }
    set(out, FRANK_LEVEL_MAC, error == FRANK_OK ? FRANK_HOLDS : FRANK_FAILS);
    if (error != FRANK_OK) {
        out->fault = fault;
    }
    return true;
}

/* The draft's signature first: without it no verdict counts. */
static void by_signature(struct frank_found *out,
                         const struct frank_evidence *e,
                         const struct hub_public *hub,
                         const struct hub_verdict *verdict)
{
    enum evidence_verdict says;

    if (hub_public_check(hub, &e->frank, &e->context, &out->fault) !=
        FRANK_OK) {
        set(out, FRANK_LEVEL_NONE, FRANK_FAILS);
        return;
    }
    if (verdict == NULL) {
        set(out, FRANK_LEVEL_SIGNED,
            out->epoch_gone ||
                    hub_public_is_destroyed(hub, e->context.accepted_timestamp)
                ? FRANK_EXPIRED
                : FRANK_HOLDS);
        return;
    }
    says = hub_verdict_of(verdict, e);
    set(out, FRANK_LEVEL_VERDICT,
        says == EVIDENCE_VALID     ? FRANK_HOLDS
        : says == EVIDENCE_EXPIRED ? FRANK_EXPIRED
                                   : FRANK_FAILS);
    if (says == EVIDENCE_INVALID) {
        (void)wire_fault(&out->fault, FRANK_ERR_MAC, "verdict", 0, 0, 0);
    }
}

/* ---- The content
 * --------------------------------------------------------------- */

/* Against the tag, whatever is known of the stamp. */
static void look_at(struct frank_found *out,
                    const struct bundle_message *message,
                    const struct hub_public *hub)
{
    const struct frank_opening opening = {true, message->content};
    struct opening_verdict verdict;

    if (!message->disclosed) {
        out->content = FRANK_CONTENT_WITHHELD;
        return;
    }
    opening_judge_message(&verdict, &message->evidence, &opening, hub, NULL);
    switch (verdict.state) {
    case OPENING_MATCHES:
        out->content = FRANK_CONTENT_MATCHES;
        break;
    case OPENING_MALFORMED:
        out->content = FRANK_CONTENT_MALFORMED;
        break;
    case OPENING_EXPIRED:
        out->content = FRANK_CONTENT_NOT_LOOKED;
        break;
    default:
        out->content = FRANK_CONTENT_FAILS;
        out->content_fault = verdict.fault;
    }
}

void frank_level_find(struct frank_found *out,
                      const struct bundle_message *message,
                      const struct hub_public *hub,
                      const struct hub_verdict *verdict,
                      const struct stamper *stamper, bool openings)
{
    memset(out, 0, sizeof *out);
    if (stamper == NULL || !by_mac(out, &message->evidence, stamper)) {
        by_signature(out, &message->evidence, hub, verdict);
    }
    if (openings && out->hold == FRANK_HOLDS) {
        look_at(out, message, hub);
    }
}

bool frank_level_holds(const struct frank_found *found)
{
    return found->hold != FRANK_FAILS && found->content != FRANK_CONTENT_FAILS;
}

/* ---- Words
 * --------------------------------------------------------------------- */

const char *frank_level_text(enum frank_level level)
{
    static const char *const texts[FRANK_LEVELS] = {
        "none", "hub's signature, not over the message", "hub's signed verdict",
        "MAC recomputed"};

    return texts[level];
}

const char *frank_hold_text(enum frank_hold hold)
{
    static const char *const texts[] = {"holds", "expired", "fails"};

    return texts[hold];
}

const char *frank_content_text(enum frank_content_hold content)
{
    static const char *const texts[] = {"not looked at", "content matches tag",
                                        "content matches tag, malformed",
                                        "withheld", "content does not match"};

    return texts[content];
}
