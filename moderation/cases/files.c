/* SPDX-License-Identifier: Apache-2.0 */
#include "files.h"

#include "looks.h"
#include "schema.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define KEY_LABEL "frank-mod v1 kept file key"

/* ---- Keys ---------------------------------------------------------------- */

#define LABEL_BYTES 20

static void put(uint8_t *out, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) {
        out[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
    }
}

/* What a key belongs to: the report's number, the entry's place, and the part
 * of the message that it is about. Who can write in the database could else
 * have the file shown beside another message. */
static struct frank_span about(uint8_t out[static LABEL_BYTES], uint64_t report,
                               unsigned entry, unsigned message, unsigned part)
{
    put(out, report, 8);
    put(out + 8, entry, 4);
    put(out + 12, message, 4);
    put(out + 16, part, 4);
    return (struct frank_span){out, LABEL_BYTES};
}

int files_key(uint8_t key[static FILES_KEY_BYTES], const struct cases *cases,
              const struct files_row *row)
{
    uint8_t label[LABEL_BYTES];

    return kept_unwrap(
        key, FILES_KEY_BYTES,
        (struct frank_span){row->wrapped_key, sizeof row->wrapped_key},
        KEY_LABEL,
        about(label, row->report, row->entry, row->message, row->part),
        cases->secret);
}

/* ---- Rows ---------------------------------------------------------------- */

void files_add(struct cases *cases, struct db *db, uint64_t report,
               const struct files_entry *entries, size_t count, uint64_t now)
{
    for (size_t i = 0; i < count; i++) {
        const struct files_entry *e = &entries[i];
        uint8_t wrapped[FILES_KEY_BYTES + KEPT_OVERHEAD_BYTES];
        uint8_t key[FILES_KEY_BYTES];
        uint8_t label[LABEL_BYTES];

        randombytes_buf(key, sizeof key);
        kept_wrap(wrapped, key, sizeof key, KEY_LABEL,
                  about(label, report, (unsigned)i, e->message, e->part),
                  cases->secret);
        sodium_memzero(key, sizeof key);
        (void)db_run(db, ADD_FILE,
                     DB_VALUES(DB_INT(report), DB_INT(i), DB_INT(e->message),
                               DB_INT(e->part), DB_INT(e->is_remote),
                               DB_INT(now), DB_BLOB(wrapped, sizeof wrapped)));
    }
}

/* The columns that FILES_COLUMNS names. */
static void read_row(struct files_row *out, struct db *db, size_t s)
{
    struct frank_span why = db_blob(db, s, 8);

    *out = (struct files_row){.report = db_int(db, s, 0),
                              .entry = (unsigned)db_int(db, s, 1),
                              .message = (unsigned)db_int(db, s, 2),
                              .part = (unsigned)db_int(db, s, 3),
                              .state = (enum files_state)db_int(db, s, 4),
                              .tries = db_int(db, s, 5),
                              .next = db_int(db, s, 6)};
    cases_copy(out->wrapped_key, sizeof out->wrapped_key, db_blob(db, s, 7));
    (void)snprintf(out->why, sizeof out->why, "%.*s", (int)why.len,
                   (const char *)why.data);
}

size_t files_of(struct db *db, uint64_t report,
                struct files_row out[static FILES_OF_REPORT_MAX])
{
    size_t count = 0;
    bool more = db_row(db, FILES_OF_REPORT, DB_VALUES(DB_INT(report)));

    while (more && count < FILES_OF_REPORT_MAX) {
        read_row(&out[count++], db, FILES_OF_REPORT);
        more = db_next(db, FILES_OF_REPORT);
    }
    if (more) {
        db_done(db, FILES_OF_REPORT);
    }
    return count;
}

bool files_next(struct files_row *out, struct db *db, bool remote,
                uint64_t report, uint64_t entry, uint64_t now)
{
    bool found = db_row(
        db, NEXT_FILE,
        DB_VALUES(DB_INT(remote), DB_INT(now), DB_INT(report), DB_INT(entry)));

    if (found) {
        read_row(out, db, NEXT_FILE);
        db_done(db, NEXT_FILE);
    }
    return found;
}

bool files_set(struct db *db, const struct files_row *row)
{
    return db_run(db, SET_FILE,
                  DB_VALUES(DB_INT(row->report), DB_INT(row->entry),
                            DB_INT(row->state), DB_INT(row->tries),
                            DB_INT(row->next), DB_TEXT(row->why))) > 0;
}

bool files_is_known(struct db *db, uint64_t report, uint64_t entry)
{
    bool found =
        db_row(db, FIND_FILE, DB_VALUES(DB_INT(report), DB_INT(entry)));

    if (found) {
        db_done(db, FIND_FILE);
    }
    return found;
}

void files_there(struct db *db, files_visit *visit, void *context)
{
    bool more = db_row(db, FILES_THAT_ARE_THERE, NULL, 0);

    while (more) {
        struct files_row row;

        read_row(&row, db, FILES_THAT_ARE_THERE);
        visit(context, &row);
        more = db_next(db, FILES_THAT_ARE_THERE);
    }
}

struct cases_answer files_retry(struct db *db, const struct actor *who,
                                uint64_t report, uint64_t message,
                                uint64_t part, uint64_t now)
{
    struct cases_answer answer = looks_may(db, who, report, 0, now);

    if (answer.what == CASES_DONE &&
        db_run(db, RETRY_FILES,
               DB_VALUES(DB_INT(report), DB_INT(message), DB_INT(part),
                         DB_INT(now))) == 0) {
        answer = cases_conflict(
            "not-absent", "Nothing of this part is absent, nor was it refused "
                          "as a store gave it");
    }
    return answer;
}
