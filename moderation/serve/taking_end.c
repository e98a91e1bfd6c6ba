/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of an entry; which entries there are; and files that are none's.
 */
#include "taking.h"

#include "clock.h"
#include "journal.h"
#include "mod_metrics.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One, two, four... times attachment-retry, up to a day; and so often. With
 * the standard minute these are four days. */
#define TRIES_MAX 14
#define WAIT_MAX_MS UINT64_C(86400000)

void taking_name(char out[static TAKING_NAME_BYTES], uint64_t report,
                 unsigned entry)
{
    (void)snprintf(out, TAKING_NAME_BYTES, "%" PRIu64 "-%u", report,
                   entry % FILES_OF_REPORT_MAX);
}

size_t taking_entries(struct files_entry out[static FILES_OF_REPORT_MAX],
                      const struct looking *looking)
{
    const struct frank_report_body *body = opening_body(looking->opening);

    for (size_t i = 0; i < body->disclosure_count; i++) {
        const struct frank_disclosure *d = &body->disclosures[i];

        out[i] = (struct files_entry){d->message, d->part, !d->enclosed};
    }
    return body->disclosure_count;
}

/* ---- Ending ----------------------------------------------------------------
 */

struct end {
    struct mod *mod;
    struct files_row row;
    bool is_known;
};

static void write_end(void *context, struct db *db)
{
    struct end *e = context;

    e->is_known = files_set(db, &e->row);
}

static void remove_file(struct mod *mod, const struct files_row *row)
{
    char name[TAKING_NAME_BYTES];

    taking_name(name, row->report, row->entry);
    (void)unlinkat(mod->attachments, name, 0);
}

/* When a try was in vain. */
static void put_off(struct taking *t, uint64_t now)
{
    uint64_t wait = t->mod->settings->attachment_retry;

    for (uint64_t i = 0; i < t->row.tries && wait < WAIT_MAX_MS; i++) {
        wait *= 2;
    }
    wait = wait > t->least_wait ? wait : t->least_wait;
    t->row.tries++;
    t->row.next = now + (wait < WAIT_MAX_MS ? wait : WAIT_MAX_MS);
    if (t->row.tries >= TRIES_MAX) {
        t->row.state = FILES_ABSENT;
    }
}

/* Whether the row changes. */
static bool set_row(struct taking *t, enum taking_word word)
{
    uint64_t now = clock_wall();
    bool came = word == TAKING_MORE && t->row.tries > 0;

    (void)snprintf(t->row.why, sizeof t->row.why, "%s",
                   t->why != NULL ? t->why : "");
    switch (word) {
    case TAKING_THERE:
        t->row.state = FILES_THERE;
        break;
    case TAKING_REFUSED:
        t->row.state = FILES_REFUSED;
        break;
    case TAKING_ABSENT:
        t->row.state = FILES_ABSENT;
        break;
    case TAKING_LATER:
        put_off(t, now);
        break;
    case TAKING_FULL:
        t->row.next = now + t->mod->settings->attachment_retry;
        break;
    default:
        t->row.tries = 0;
        return came;
    }
    return true;
}

static void say(const struct taking *t)
{
    static const char *const events[] = {[FILES_REFUSED] = "attachment-refused",
                                         [FILES_ABSENT] = "attachment-absent"};

    metric_add(&mod_files, (size_t)t->row.state, 1);
    if (t->row.state == FILES_REFUSED || t->row.state == FILES_ABSENT) {
        JOURNAL(JOURNAL_WARNING, events[t->row.state],
                JOURNAL_NUMBER("report", t->row.report),
                JOURNAL_NUMBER("entry", t->row.entry),
                JOURNAL_TEXT("why", t->row.why));
    }
}

static bool is_known(struct mod *mod, const struct files_row *row)
{
    struct db *db = store_reader_lock(&mod->store, STORE_SHORT);
    bool is = files_is_known(db, row->report, row->entry);

    store_reader_unlock(&mod->store, STORE_SHORT);
    return is;
}

bool taking_end(struct taking *t, enum taking_word word)
{
    struct end end = {.mod = t->mod, .is_known = true};
    bool written = true;

    evidence_file_close(t->kept);
    aead_free(t->aead);
    if (word != TAKING_GONE && set_row(t, word)) {
        end.row = t->row;
        written = mod_write(t->mod, write_end, &end, 16384, false);
        if (written && end.is_known) {
            say(t);
        }
    } else {
        end.is_known = is_known(t->mod, &t->row);
    }
    /* A purge may have come in between. */
    if (!end.is_known || (written && (t->row.state == FILES_REFUSED ||
                                      t->row.state == FILES_ABSENT))) {
        remove_file(t->mod, &t->row);
    }
    if (t->parts != NULL) {
        parts_free(t->parts);
    }
    free(t->parts);
    looking_free(t->looking);
    sodium_memzero(t, sizeof *t);
    return written;
}

/* ---- What is enclosed ------------------------------------------------------
 */

static bool take_enclosed(struct mod *mod, const struct files_row *row)
{
    struct taking t;
    enum taking_word word = taking_begin(&t, mod, row);

    if (word == TAKING_MORE && t.kind == ATTACHMENT_MIMI) {
        word = taking_whole(&t, t.disclosure->ciphertext);
    } else if (word == TAKING_MORE) {
        if (t.disclosure->ciphertext.len != attachment_sealed_bytes(&t.file)) {
            t.why = frank_strerror(FRANK_ERR_LENGTH);
            word = TAKING_REFUSED;
        } else {
            /* What an earlier try left is there already. */
            (void)!evidence_file_cut(t.kept, 0, NULL);
            word = taking_chunks(&t, t.disclosure->ciphertext);
        }
        if (word == TAKING_MORE) {
            word = taking_prove(&t);
        }
    }
    return taking_end(&t, word);
}

void taking_enclosed(struct mod *mod)
{
    struct files_row row = {.report = 0};
    bool found = true;

    while (found && !atomic_load(&mod->stopping)) {
        struct db *db = store_reader_lock(&mod->store, STORE_SHORT);

        found =
            files_next(&row, db, false, row.report, row.entry, clock_wall());
        store_reader_unlock(&mod->store, STORE_SHORT);
        if (found && !take_enclosed(mod, &row)) {
            return; /* a full disk: later */
        }
    }
}

/* ---- Sweeping --------------------------------------------------------------
 */

/* "12-0" as report and entry. */
static bool read_name(uint64_t *report, uint64_t *entry, const char *name)
{
    size_t first = strspn(name, "0123456789");
    size_t second;

    if (first == 0 || first > 18 || name[first] != '-') {
        return false;
    }
    second = strspn(name + first + 1, "0123456789");
    *report = strtoull(name, NULL, 10);
    *entry = strtoull(name + first + 1, NULL, 10);
    return second > 0 && second < 3 && name[first + 1 + second] == '\0';
}

static void sweep_name(struct mod *mod, const char *name)
{
    struct db *db;
    uint64_t report;
    uint64_t entry;
    bool is_ours = read_name(&report, &entry, name);
    bool is_there = false;

    if (is_ours) {
        db = store_reader_lock(&mod->store, STORE_SHORT);
        is_there = files_is_known(db, report, entry);
        store_reader_unlock(&mod->store, STORE_SHORT);
        if (!is_there) {
            (void)unlinkat(mod->attachments, name, 0);
        }
    }
}

void taking_sweep(struct mod *mod)
{
    int fd = openat(mod->attachments, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *found;

    if (folder == NULL) {
        if (fd >= 0) {
            (void)close(fd);
        }
        return;
    }
    while ((found = readdir(folder)) != NULL) {
        sweep_name(mod, found->d_name);
    }
    (void)closedir(folder);
}

struct missing {
    struct mod *mod;
    struct files_row rows[FILES_OF_REPORT_MAX];
    size_t count;
};

/* Whether its file opens and has all of its records. */
static bool is_whole(struct mod *mod, const struct files_row *row)
{
    struct evidence_file *file = NULL;
    char name[TAKING_NAME_BYTES];
    uint8_t key[FILES_KEY_BYTES];
    bool is = false;

    taking_name(name, row->report, row->entry);
    if (files_key(key, &mod->cases, row) == FRANK_OK &&
        evidence_file_open(&file, mod->attachments, name, key, NULL) ==
            FRANK_OK) {
        is = evidence_file_records(file) == evidence_file_all(file);
    }
    sodium_memzero(key, sizeof key);
    evidence_file_close(file);
    return is;
}

static void look_for(void *context, const struct files_row *row)
{
    struct missing *m = context;

    if (m->count < FILES_OF_REPORT_MAX && !is_whole(m->mod, row)) {
        m->rows[m->count] = *row;
        m->rows[m->count].state = FILES_WAITING;
        m->rows[m->count++].next = 0;
    }
}

static void write_missing(void *context, struct db *db)
{
    const struct missing *m = context;

    for (size_t i = 0; i < m->count; i++) {
        (void)files_set(db, &m->rows[i]);
    }
}

void taking_find_missing(struct mod *mod)
{
    struct missing missing = {.mod = mod};

    do {
        struct db *db = store_reader_lock(&mod->store, STORE_SHORT);

        missing.count = 0;
        files_there(db, look_for, &missing);
        store_reader_unlock(&mod->store, STORE_SHORT);
    } while (missing.count > 0 &&
             mod_write(mod, write_missing, &missing, 65536, false));
}
