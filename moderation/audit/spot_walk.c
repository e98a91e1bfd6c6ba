/* SPDX-License-Identifier: Apache-2.0 */
#include "spot_walk.h"

#include "key_json.h"
#include "wire.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY_MAX_BYTES 65535
#define FIRST_ROOM 64

int spot_walk_begin(struct spot_walk *walk, struct frank_fault *fault)
{
    if (walk->wanted == 0 || walk->wanted > SPOT_COUNT_MAX) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "sample", 0, walk->wanted,
                          SPOT_COUNT_MAX);
    }
    walk->sample = calloc(walk->wanted, sizeof *walk->sample);
    walk->purged = calloc(walk->watched_count + 1, sizeof *walk->purged);
    walk->places = json_object();
    if (walk->sample == NULL || walk->purged == NULL || walk->places == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "sample", 0, 0, 0);
    }
    for (size_t i = 0; i < walk->watched_count; i++) {
        walk->purged[i] = UINT64_MAX;
    }
    return spot_population_new(&walk->population, fault);
}

void spot_walk_free(struct spot_walk *walk)
{
    spot_population_free(walk->population);
    free(walk->sample);
    free(walk->purged);
    free(walk->opened);
    json_decref(walk->places);
    memset(walk, 0, sizeof *walk);
}

/* ---- What the log says of cases that were answered
 * ------------------------------ */

static bool find_watched(const struct spot_walk *walk, size_t *out,
                         const json_t *entry)
{
    uint8_t name[SPOT_CASE_BYTES];

    if (key_json_hex(name, sizeof name, json_object_get(entry, "case"), "case",
                     "case", NULL) != FRANK_OK) {
        return false;
    }
    for (size_t i = 0; i < walk->watched_count; i++) {
        if (memcmp(walk->watched[i], name, sizeof name) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

#define PLACE_BYTES ((size_t)2 * FRANK_DIGEST_BYTES + 24)

/* A log can show any number of them: they are found by name. */
static void place_of(char out[static PLACE_BYTES], size_t in_case,
                     const uint8_t *name)
{
    (void)sodium_bin2hex(out, PLACE_BYTES, name, FRANK_DIGEST_BYTES);
    (void)snprintf(out + (size_t)2 * FRANK_DIGEST_BYTES, 24, " %zu", in_case);
}

static struct spot_opened *find_opened(struct spot_walk *walk, size_t in_case,
                                       const uint8_t *name)
{
    char place[PLACE_BYTES];
    const json_t *index;

    place_of(place, in_case, name);
    index = json_object_get(walk->places, place);
    return index != NULL ? &walk->opened[json_integer_value(index)] : NULL;
}

static struct spot_opened *add_opened(struct spot_walk *walk, size_t in_case,
                                      const uint8_t *name, uint64_t entry)
{
    char place[PLACE_BYTES];
    struct spot_opened *o;

    if (walk->opened == NULL || walk->opened_count == walk->opened_room) {
        size_t room =
            walk->opened_room > 0 ? 2 * walk->opened_room : FIRST_ROOM;
        struct spot_opened *all = realloc(walk->opened, room * sizeof *all);

        if (all == NULL) {
            return NULL;
        }
        walk->opened = all;
        walk->opened_room = room;
    }
    place_of(place, in_case, name);
    if (json_object_set_new(walk->places, place,
                            json_integer((json_int_t)walk->opened_count)) !=
        0) {
        return NULL;
    }
    o = &walk->opened[walk->opened_count++];
    memset(o, 0, sizeof *o);
    o->in_case = in_case;
    o->entry = entry;
    memcpy(o->name, name, sizeof o->name);
    return o;
}

/* report_opened, and opening_checked: what was found then. */
static int note_report(struct spot_walk *walk, size_t in_case, uint64_t index,
                       const json_t *entry, bool checked)
{
    const json_t *verdicts = json_object_get(entry, "verdicts");
    uint8_t name[FRANK_DIGEST_BYTES];
    struct spot_opened *o;
    int error =
        key_json_hex(name, sizeof name, json_object_get(entry, "report"),
                     "report", "report", NULL);

    if (error != FRANK_OK) {
        return error;
    }
    o = find_opened(walk, in_case, name);
    if (o == NULL) {
        o = add_opened(walk, in_case, name, index);
    }
    if (o == NULL) {
        return FRANK_ERR_MEMORY;
    }
    if (checked) {
        o->checked = true;
        o->matches =
            (uint64_t)json_integer_value(json_object_get(verdicts, "matches")) +
            (uint64_t)json_integer_value(
                json_object_get(verdicts, "malformed"));
    }
    return FRANK_OK;
}

static int watch(struct spot_walk *walk, uint64_t index,
                 struct frank_span bytes)
{
    json_t *entry = NULL;
    const char *type;
    size_t in_case = 0;
    int error = key_json_load(&entry, (const char *)bytes.data, bytes.len,
                              ENTRY_MAX_BYTES, "entry", NULL);

    type = json_string_value(json_object_get(entry, "type"));
    if (error == FRANK_OK && type != NULL &&
        find_watched(walk, &in_case, entry)) {
        if (strcmp(type, "purge") == 0 && walk->purged[in_case] > index) {
            walk->purged[in_case] = index;
        } else if (strcmp(type, "report_opened") == 0 ||
                   strcmp(type, "opening_checked") == 0) {
            error = note_report(walk, in_case, index, entry,
                                strcmp(type, "opening_checked") == 0);
        }
    }
    json_decref(entry);
    return error;
}

/* ---- The sample
 * --------------------------------------------------------------------- */

static int draw(struct spot_walk *walk, struct frank_fault *fault)
{
    merkle_root(walk->root, &walk->range);
    walk->population_size = spot_population_close(walk->population);
    walk->drawn = true;
    return spot_sample(walk->sample, &walk->count, walk->population,
                       walk->wanted, walk->beacon, walk->root, fault);
}

static void compare_roots(struct spot_walk *walk)
{
    uint8_t root[MERKLE_HASH_BYTES];

    for (size_t i = 0; i < walk->root_count; i++) {
        struct spot_root *r = &walk->roots[i];

        if (r->size == walk->range.size) {
            merkle_root(root, &walk->range);
            r->seen = true;
            r->same = memcmp(root, r->root, sizeof root) == 0;
        }
    }
}

int spot_walk_entry(void *context, uint64_t index, struct frank_span entry)
{
    struct spot_walk *walk = context;
    uint8_t leaf[MERKLE_HASH_BYTES];
    int error = FRANK_OK;

    if (index != walk->range.size) {
        return FRANK_ERR_ORDER;
    }
    if (index < walk->size) {
        error = spot_population_add(walk->population, entry, NULL);
    }
    if (error == FRANK_OK && walk->watched_count > 0) {
        error = watch(walk, index, entry);
    }
    if (error != FRANK_OK) {
        return error;
    }
    merkle_leaf(leaf, entry);
    merkle_append(&walk->range, leaf);
    compare_roots(walk);
    return walk->range.size == walk->size ? draw(walk, NULL) : FRANK_OK;
}

int spot_walk_end(struct spot_walk *walk, struct frank_fault *fault)
{
    return walk->drawn ? FRANK_OK
                       : wire_fault(fault, FRANK_ERR_VALUE, "size", 0,
                                    walk->range.size, walk->size);
}
