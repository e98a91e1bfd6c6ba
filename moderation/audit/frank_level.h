/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far the frank of one stored message can be checked again, by whoever has
 * which keys. Pure. Nothing is called more than it is: the draft's signature
 * does not cover the tag, so that for an outsider it is the hub's signed
 * verdict that ties a message to its stamp, and nothing where that is missing.
 */
#ifndef MODERATION_AUDIT_FRANK_LEVEL_H
#define MODERATION_AUDIT_FRANK_LEVEL_H

#include "bundle.h"
#include "opening.h"
#include "stamper.h"

enum frank_level {
    FRANK_LEVEL_NONE,    /* nothing ties the message to a stamp */
    FRANK_LEVEL_SIGNED,  /* the draft's signature: sender, room, time; not which
                            message */
    FRANK_LEVEL_VERDICT, /* the hub signed that it stamped this message */
    FRANK_LEVEL_MAC,     /* the hub's MAC was recomputed: by the hub alone */
    FRANK_LEVELS
};

enum frank_hold {
    FRANK_HOLDS,
    FRANK_EXPIRED, /* the epoch's key is gone: nothing can tie it any more */
    FRANK_FAILS
};

enum frank_content_hold {
    FRANK_CONTENT_NOT_LOOKED, /* openings were not asked for */
    FRANK_CONTENT_MATCHES,
    FRANK_CONTENT_MALFORMED, /* it matches, and breaks rules of its format */
    FRANK_CONTENT_WITHHELD,  /* it is not there */
    FRANK_CONTENT_FAILS
};

struct frank_found {
    enum frank_level level;
    enum frank_hold hold;
    struct frank_fault fault; /* of FAILS */
    bool epoch_gone;          /* a keyring was given, without this epoch: the
                                 level is a lower one for it */
    enum frank_content_hold content;
    struct frank_fault content_fault;
};

/* hub: keys by which signatures are checked. verdict: NULL where there is none
 * that holds. stamper: NULL where the keyring is not at hand. */
void frank_level_find(struct frank_found *out,
                      const struct bundle_message *message,
                      const struct hub_public *hub,
                      const struct hub_verdict *verdict,
                      const struct stamper *stamper, bool openings);

/* Whether nothing of it failed. */
bool frank_level_holds(const struct frank_found *found);

/* "MAC recomputed", ...; static text. */
const char *frank_level_text(enum frank_level level);
const char *frank_hold_text(enum frank_hold hold);
const char *frank_content_text(enum frank_content_hold content);

#endif
