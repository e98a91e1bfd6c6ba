/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What transcript stamps say about the messages of a report: their order in the
 * room, how many numbers lie between two of them, and which of the others a
 * message's author had been handed when it was accepted ("Transcript Franking",
 * Namavari and Ristenpart, 2025). Pure; whether the stamps hold is the caller's
 * to know.
 *
 * Nobody is blamed by it. A number that is not there was stamped, and perhaps
 * never delivered. What a device had not acknowledged, the hub had not been
 * told of; what it had, need not have been read.
 */
#ifndef REPORTING_ROOM_ORDER_H
#define REPORTING_ROOM_ORDER_H

#include "report.h"

/* A message's place among those of the report that have one. */
struct room_place {
    size_t message;
    uint64_t room_seq;
    uint64_t seen_seq;
    uint64_t gap; /* numbers of the room between the one before it in the
                     report and this one; 0 for the first */
};

/*
 * The messages with a transcript stamp that holds (stamped[i], or NULL: all of
 * them), by room_seq, each message once; gives how many. TWICE: two messages
 * have the same number, which no honest hub gives.
 */
FRANK_MUST_CHECK int
room_order(struct room_place out[static FRANK_MESSAGES_MAX], size_t *count,
           const struct frank_report_header *header, const bool *stamped);

/* Which messages of other senders, before it in the order, a message's device
 * had acknowledged, and which not: as indexes of messages, in the order. What
 * the sender wrote himself, on whatever device, is in neither. */
struct room_seen {
    size_t count;
    size_t messages[FRANK_MESSAGES_MAX];
    size_t missing_count;
    size_t missing[FRANK_MESSAGES_MAX];
};
void room_seen(struct room_seen *out, const struct room_place *places,
               size_t index, const struct frank_report_header *header);

#endif
