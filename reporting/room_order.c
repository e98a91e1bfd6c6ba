/* SPDX-License-Identifier: Apache-2.0 */
#include "room_order.h"

#include <string.h>

/* Whether a message is there already: a report may hold one twice. */
static bool holds(const struct room_place *places, size_t count,
                  const struct frank_report_header *header,
                  const struct frank_evidence *evidence)
{
    for (size_t i = 0; i < count; i++) {
        const struct frank_evidence *other =
            &header->evidence[places[i].message];

        if (places[i].room_seq == evidence->transcript.room_seq &&
            memcmp(other->tag, evidence->tag, sizeof other->tag) == 0) {
            return true;
        }
    }
    return false;
}

static void insert(struct room_place *places, size_t count,
                   struct room_place place)
{
    while (count > 0 && places[count - 1].room_seq > place.room_seq) {
        places[count] = places[count - 1];
        count--;
    }
    places[count] = place;
}

int room_order(struct room_place out[static FRANK_MESSAGES_MAX], size_t *count,
               const struct frank_report_header *header, const bool *stamped)
{
    *count = 0;
    for (size_t i = 0; i < header->count; i++) {
        const struct frank_evidence *evidence = &header->evidence[i];

        if (evidence->ordered && (stamped == NULL || stamped[i]) &&
            !holds(out, *count, header, evidence)) {
            insert(out, (*count)++,
                   (struct room_place){i, evidence->transcript.room_seq,
                                       evidence->transcript.seen_seq, 0});
        }
    }
    for (size_t i = 1; i < *count; i++) {
        if (out[i].room_seq == out[i - 1].room_seq) {
            return FRANK_ERR_TWICE;
        }
        out[i].gap = out[i].room_seq - out[i - 1].room_seq - 1;
    }
    return FRANK_OK;
}

static bool same(struct frank_span a, struct frank_span b)
{
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

void room_seen(struct room_seen *out, const struct room_place *places,
               size_t index, const struct frank_report_header *header)
{
    const struct room_place *place = &places[index];
    struct frank_span author = header->evidence[place->message].context.sender;

    out->count = 0;
    out->missing_count = 0;
    for (size_t i = 0; i < index; i++) {
        size_t message = places[i].message;

        if (same(header->evidence[message].context.sender, author)) {
            continue;
        }
        if (places[i].room_seq <= place->seen_seq) {
            out->messages[out->count++] = message;
        } else {
            out->missing[out->missing_count++] = message;
        }
    }
}
