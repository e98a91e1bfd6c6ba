/* SPDX-License-Identifier: Apache-2.0 */
/* What a bundle shows of a log. */
#include "bundle_inside.h"

#include "merkle.h"

#include <string.h>

#define LOG_MAX_BYTES BUNDLE_MAX_BYTES

static void read_entry(struct bundle_entry *out, struct wire_reader *r)
{
    out->index = wire_read_u64(r, "entry's index");
    out->entry = wire_read_opaque(r, BUNDLE_ENTRY_MAX_BYTES, "entry");
    out->proof = bundle_read_proof(r, "entry's proof");
}

static void read_entries(struct bundle_list *out, struct wire_reader *r)
{
    struct wire_reader list = wire_read_vector(r, LOG_MAX_BYTES, "entries");

    *out = (struct bundle_list){.size = sizeof(struct bundle_entry),
                                .max = BUNDLE_ENTRIES_MAX};
    while (wire_read_ok(&list) && list.pos < list.len) {
        size_t start = list.pos;
        struct bundle_entry *entry = bundle_list_add(out, &list, "entries");

        if (entry == NULL) {
            break;
        }
        read_entry(entry, &list);
        if (wire_read_ok(&list) && out->count > 1 &&
            entry->index <= entry[-1].index) {
            wire_read_fail(&list, FRANK_ERR_ORDER, "entry's index", start,
                           entry->index, entry[-1].index + 1);
        }
    }
    wire_read_join(r, &list);
}

void bundle_log_read(struct bundle_log *out, struct bundle_list *entries,
                     struct wire_reader *r)
{
    size_t start;

    out->vkey = bundle_read_text(r, BUNDLE_VKEY_MAX_BYTES, "log's key");
    out->checkpoint = bundle_read_text(r, BUNDLE_NOTE_MAX_BYTES, "checkpoint");
    out->cosigned =
        bundle_read_text(r, BUNDLE_NOTE_MAX_BYTES, "cosigned checkpoint");
    start = r->pos;
    out->consistency = bundle_read_proof(r, "consistency");
    if (out->cosigned.len == 0 && out->consistency.len > 0) {
        wire_read_fail(r, FRANK_ERR_LENGTH, "consistency", start,
                       out->consistency.len, 0);
    }
    read_entries(entries, r);
    out->entries = entries->items;
    out->count = entries->count;
}

static void write_entries(struct wire_writer *w, const void *context)
{
    const struct bundle_log *log = context;

    for (size_t i = 0; i < log->count; i++) {
        wire_write_u64(w, log->entries[i].index);
        wire_write_opaque(w, log->entries[i].entry, BUNDLE_ENTRY_MAX_BYTES,
                          "entry");
        wire_write_opaque(w, log->entries[i].proof,
                          (size_t)MERKLE_PROOF_MAX * MERKLE_HASH_BYTES,
                          "entry's proof");
    }
}

void bundle_log_write(struct wire_writer *w, const struct bundle_log *log)
{
    wire_write_opaque(w, log->vkey, BUNDLE_VKEY_MAX_BYTES, "log's key");
    wire_write_opaque(w, log->checkpoint, BUNDLE_NOTE_MAX_BYTES, "checkpoint");
    wire_write_opaque(w, log->cosigned, BUNDLE_NOTE_MAX_BYTES,
                      "cosigned checkpoint");
    wire_write_opaque(w, log->consistency,
                      (size_t)MERKLE_PROOF_MAX * MERKLE_HASH_BYTES,
                      "consistency");
    bundle_write_list(w, write_entries, log, "entries");
}
