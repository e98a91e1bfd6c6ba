/* SPDX-License-Identifier: Apache-2.0 */
#include "parts.h"

#include "mimi_parts.h"
#include "wire.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static struct part *add(struct parts *out, enum part_state state)
{
    struct part *part;

    if (out->count == PARTS_MAX) {
        out->more++;
        return NULL;
    }
    part = &out->items[out->count++];
    *part = (struct part){.state = state};
    return part;
}

/* ---- Parted -------------------------------------------------------------- */

static int read_parted(struct parts *out, const uint8_t *content, size_t len,
                       unsigned count, struct frank_fault *fault)
{
    int error = FRANK_OK;

    for (unsigned i = 0; error == FRANK_OK && i < count; i++) {
        struct frank_part slot = {.withheld = true};
        struct part *part;

        error = frank_part_read(&slot, content, len, i, fault);
        part = add(out, slot.withheld ? PART_WITHHELD : PART_THERE);
        if (part != NULL && !slot.withheld) {
            part->name = slot.name;
            part->media_type = slot.media_type;
            part->body = slot.body;
        }
        sodium_memzero(&slot, sizeof slot);
    }
    return error;
}

/* ---- MIMI ---------------------------------------------------------------- */

static const enum part_state states[] = {[MIMI_EMPTY] = PART_EMPTY,
                                         [MIMI_SINGLE] = PART_THERE,
                                         [MIMI_EXTERNAL] = PART_EXTERNAL,
                                         [MIMI_UNREADABLE] = PART_UNREADABLE};

static void take(void *context, const struct mimi_part *found)
{
    struct part *part = add(context, states[found->kind]);

    if (part == NULL) {
        return;
    }
    part->media_type = found->media_type;
    part->body = found->body;
    if (found->kind == MIMI_EXTERNAL) {
        part->external = found->external;
        part->name = found->external.filename;
        part->media_type = found->external.media_type;
        part->url = found->external.url;
        part->description = found->external.description;
        part->size = found->external.size;
    }
}

static int read_mimi(struct parts *out, struct frank_span nested,
                     struct frank_fault *fault)
{
    out->room = nested.len;
    out->copies = malloc(nested.len);
    if (out->copies == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "parts", 0, 0, nested.len);
    }
    mimi_parts_walk(nested, out->copies, take, out);
    return FRANK_OK;
}

int parts_read(struct parts *out, const uint8_t *content, size_t len,
               struct frank_fault *fault)
{
    struct frank_content located;
    int error;

    out->count = 0;
    out->more = 0;
    out->copies = NULL;
    out->room = 0;
    error = frank_locate(&located, content, len, fault);
    if (error != FRANK_OK) {
        return error;
    }
    if (located.format == FRANK_FORMAT_PARTED) {
        error = read_parted(out, content, len, located.parts, fault);
    } else if (located.format == FRANK_FORMAT_PLAIN) {
        struct part *part = add(out, PART_THERE);

        part->media_type = located.media_type;
        part->body = located.body;
    } else {
        error = read_mimi(out, located.body, fault);
    }
    sodium_memzero(&located, sizeof located);
    return error;
}

void parts_free(struct parts *parts)
{
    if (parts->copies != NULL) {
        sodium_memzero(parts->copies, parts->room);
        free(parts->copies);
        parts->copies = NULL;
    }
    parts->count = 0;
}

/* ---- Kinds --------------------------------------------------------------- */

static const char *const shown_types[] = {
    "image/png",  "image/jpeg", "image/gif", "image/webp", "image/avif",
    "audio/mpeg", "audio/ogg",  "audio/wav", "audio/mp4",  "audio/webm",
    "video/mp4",  "video/webm", "video/ogg"};

const char *part_shown_type(struct frank_span media_type)
{
    size_t len = 0;

    while (len < media_type.len && media_type.data[len] != ';' &&
           media_type.data[len] != ' ') {
        len++;
    }
    for (size_t i = 0; i < sizeof shown_types / sizeof shown_types[0]; i++) {
        if (strlen(shown_types[i]) == len &&
            strncasecmp(shown_types[i], (const char *)media_type.data, len) ==
                0) {
            return shown_types[i];
        }
    }
    return NULL;
}

bool part_is_text(struct frank_span media_type)
{
    return media_type.len == 0 ||
           (media_type.len >= 5 &&
            strncasecmp((const char *)media_type.data, "text/", 5) == 0);
}
