/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence that leaves: bundles of a case, and spot checks. In this order: the
 * log's entry, in the database; a signed checkpoint over it; and only then
 * content. One at a time: each takes much memory, and some seconds.
 */
#include "bundling.h"
#include "clock.h"
#include "handlers.h"
#include "spot_answer.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* How long to wait for the checkpoint; the publisher looks each half second. */
#define CHECKPOINT_MS 10000
#define LOOK_NS 20000000L
#define FILE_TYPE "application/vnd.frank.bundle"
#define SPOT_TYPE "application/vnd.frank.spot-check"

static bool begin(struct call *call)
{
    if (pthread_mutex_trylock(&call->mod->exporting) != 0) {
        call_refuse(call, 503, "busy",
                    "Another export is being made: ask again");
        return false;
    }
    return true;
}

/* Waits until a checkpoint covers the entry. */
static bool wait_for(struct call *call, struct cosigned *out, uint64_t entry)
{
    uint64_t end = clock_monotonic() + CHECKPOINT_MS;

    publisher_hurry(call->mod->publisher);
    while (!publisher_checkpoint(call->mod->publisher, false, out) ||
           out->size <= entry) {
        if (clock_monotonic() > end || atomic_load(&call->mod->stopping)) {
            call_refuse(call, 503, "log-not-published",
                        "The log is not published: nothing may leave before it "
                        "is");
            return false;
        }
        (void)nanosleep(&(struct timespec){0, LOOK_NS}, NULL);
    }
    return true;
}

static void answer_file(struct call *call, const char *type, const char *name,
                        uint8_t *bytes, size_t len)
{
    char disposition[96];
    const struct http_field fields[] = {{"Content-Disposition", disposition},
                                        {NULL, NULL}};

    (void)snprintf(disposition, sizeof disposition,
                   "attachment; filename=\"%s\"", name);
    call->answered = true;
    http_answer(call->exchange, &(struct http_answer){.status = 200,
                                                      .type = type,
                                                      .body = {bytes, len},
                                                      .owned = bytes,
                                                      .fields = fields});
}

static struct hub_log hub_of(struct mod *mod, const struct mod_keys *keys)
{
    return (struct hub_log){.source = mod->hub_source, .vkey = keys->hub_log};
}

/* The entry, and the rows of that moment. */
static struct cases_answer begin_export(struct call *call, struct db *db,
                                        uint64_t number,
                                        const struct export_choice *choice,
                                        bool spot_check, const char *why,
                                        const uint8_t *id, uint64_t *entry,
                                        struct bundling_rows *rows)
{
    struct case_row row;
    struct cases_answer answer =
        exporting_begin(&call->mod->cases, db, &call->who, number, choice,
                        spot_check, why, id, entry, call->now);

    if (answer.what == CASES_DONE) {
        answer = case_find(&row, db, &call->who, number, call->now);
    }
    if (answer.what == CASES_DONE) {
        bundling_rows_read(rows, db, &row, choice);
    }
    return answer;
}

/* ---- One case
 * ---------------------------------------------------------------------- */

struct exporting {
    struct export_choice choice;
    uint8_t id[EXPORT_ID_BYTES];
    uint64_t entry;
    struct bundling_rows rows;
};

static struct cases_answer write_export(struct call *call, struct db *db)
{
    struct exporting *e = call->work;

    return begin_export(call, db, call_number(call, 0), &e->choice, false,
                        call_text(call, "why"), e->id, &e->entry, &e->rows);
}

static void refuse_bundle(struct call *call, enum bundling_result result)
{
    switch (result) {
    case BUNDLING_GONE:
        (void)call_done(
            call, cases_conflict("purged", "The case was purged meanwhile"));
        break;
    case BUNDLING_TOO_LARGE:
        (void)call_done(call, cases_invalid("too-large",
                                            "The case does not fit into one "
                                            "bundle"));
        break;
    case BUNDLING_NAMES:
        (void)call_done(
            call, cases_invalid("names-reporter",
                                "The reporter's name stands where it cannot be "
                                "left out, as in the room's"));
        break;
    case BUNDLING_NOT_OPEN:
        call_refuse(call, 500, "not-opened",
                    "A report could not be opened again: the journal says why");
        break;
    case BUNDLING_LOG:
        call_refuse(call, 500, "log",
                    "The log does not give a proof: the journal says why");
        break;
    default:
        call_refuse(call, 503, "busy", "Out of memory");
    }
}

static void export_case(struct call *call, struct exporting *e)
{
    struct mod_keys *keys = mod_keys_hold(call->mod);
    struct hub_log hub = hub_of(call->mod, keys);
    struct cosigned checkpoint;
    const struct bundling_wish wish = {.number = call_number(call, 0),
                                       .id = e->id,
                                       .choice = e->choice,
                                       .entry = e->entry,
                                       .rows = &e->rows,
                                       .checkpoint = &checkpoint,
                                       .hub = &hub,
                                       .now = call->now};
    enum bundling_result result;
    char name[64];
    uint8_t *bytes = NULL;
    size_t len = 0;

    if (wait_for(call, &checkpoint, e->entry)) {
        result = bundling_make(&bytes, &len, call->mod, &wish);
        if (result == BUNDLING_DONE) {
            (void)snprintf(name, sizeof name, "case-%llu.bundle",
                           (unsigned long long)wish.number);
            answer_file(call, FILE_TYPE, name, bytes, len);
        } else {
            refuse_bundle(call, result);
        }
    }
    hub_log_free(&hub);
    mod_keys_release(keys);
}

void run_export(struct call *call)
{
    struct exporting e = {.choice = {.reporter = call_switch(call, "reporter"),
                                     .withheld = call_switch(call, "withheld"),
                                     .sealed = call_switch(call, "sealed")}};

    randombytes_buf(e.id, sizeof e.id);
    if (!begin(call)) {
        return;
    }
    if (call_write(call, write_export, &e)) {
        export_case(call, &e);
    }
    bundling_rows_free(&e.rows);
    (void)pthread_mutex_unlock(&call->mod->exporting);
}

/* ---- A sample
 * ----------------------------------------------------------------------- */

#define CHUNK_ENTRIES 4096

struct sampled {
    uint8_t name[SPOT_CASE_BYTES];
    uint8_t id[EXPORT_ID_BYTES];
    uint64_t number; /* 0: purged */
    uint64_t entry;
    struct bundling_rows rows;
    bool refused;
};

struct sampling {
    struct spot_head head;
    uint8_t auditor[SPOT_KEY_BYTES];
    size_t count;
    struct sampled *cases;
    uint64_t last; /* entry */
    char why[SPOT_BEACON_MAX_BYTES + 64];
};

struct counting {
    struct spot_population *population;
    int error;
};

static bool count_entry(void *context, struct frank_span entry)
{
    struct counting *c = context;

    c->error = spot_population_add(c->population, entry, NULL);
    return c->error == FRANK_OK;
}

/* The cases that the log shows as opened, up to a size. */
static bool find_population(struct mod *mod, struct spot_population *out,
                            uint64_t size)
{
    struct counting c = {out, FRANK_OK};

    for (uint64_t at = 0; at < size && c.error == FRANK_OK;
         at += CHUNK_ENTRIES) {
        uint64_t end = size - at < CHUNK_ENTRIES ? size : at + CHUNK_ENTRIES;
        struct db *db = store_reader_lock(&mod->store, STORE_LONG);

        (void)ledger_read(db, at, end, count_entry, &c);
        store_reader_unlock(&mod->store, STORE_LONG);
    }
    return c.error == FRANK_OK;
}

static bool find_root(struct mod *mod, uint8_t root[static SPOT_ROOT_BYTES],
                      uint64_t size)
{
    struct merkle_range range;
    bool ok = tiles_range(&range, publisher_tiles(mod->publisher), size,
                          NULL) == FRANK_OK;

    if (ok) {
        merkle_root(root, &range);
    }
    return ok;
}

/* Which cases it is about. */
static bool draw(struct call *call, struct sampling *s)
{
    uint8_t(*names)[SPOT_CASE_BYTES] = calloc(s->head.wanted, sizeof *names);
    struct spot_population *population = NULL;
    bool ok = names != NULL &&
              spot_population_new(&population, NULL) == FRANK_OK &&
              find_root(call->mod, s->head.root, s->head.size) &&
              find_population(call->mod, population, s->head.size);

    if (ok) {
        s->head.population = spot_population_close(population);
        ok = spot_sample(names, &s->count, population, s->head.wanted,
                         s->head.beacon, s->head.root, NULL) == FRANK_OK;
    }
    if (ok) {
        s->cases = calloc(s->count + 1, sizeof *s->cases);
        ok = s->cases != NULL;
    }
    for (size_t i = 0; ok && i < s->count; i++) {
        memcpy(s->cases[i].name, names[i], sizeof s->cases[i].name);
        randombytes_buf(s->cases[i].id, sizeof s->cases[i].id);
    }
    spot_population_free(population);
    free(names);
    if (!ok) {
        call_refuse(call, 503, "busy",
                    "Out of memory, or the log cannot be "
                    "read");
    }
    return ok;
}

/* All entries first; a case that cannot be exported is answered as such. */
static struct cases_answer write_sample(struct call *call, struct db *db)
{
    static const struct export_choice choice = {.withheld = true};
    struct sampling *s = call->work;
    uint64_t bytes = 0;

    for (size_t i = 0; i < s->count; i++) {
        s->cases[i].number = exporting_case(db, s->cases[i].name);
        bytes += exporting_bytes(db, s->cases[i].number);
    }
    if (bytes > EXPORT_SEALED_MAX_BYTES) {
        return cases_invalid("too-large", "The sample does not fit into one "
                                          "answer: ask for fewer cases");
    }
    for (size_t i = 0; i < s->count; i++) {
        struct sampled *one = &s->cases[i];

        if (one->number == 0) {
            continue;
        }
        one->refused = begin_export(call, db, one->number, &choice, true,
                                    s->why, one->id, &one->entry, &one->rows)
                           .what != CASES_DONE;
        if (!one->refused) {
            s->last = one->entry;
        }
    }
    return CASES_OK;
}

static bool put(void *context, const uint8_t *bytes, size_t len)
{
    return fwrite(bytes, 1, len, context) == len;
}

static int seal_case(struct call *call, struct spot_sealer *sealer,
                     struct sampled *one, const struct cosigned *checkpoint,
                     struct hub_log *hub)
{
    const struct bundling_wish wish = {.number = one->number,
                                       .id = one->id,
                                       .choice = {.withheld = true},
                                       .entry = one->entry,
                                       .rows = &one->rows,
                                       .checkpoint = checkpoint,
                                       .hub = hub,
                                       .for_sample = true,
                                       .now = call->now};
    enum bundling_result result = one->number == 0 ? BUNDLING_GONE
                                  : one->refused   ? BUNDLING_TOO_LARGE
                                                   : BUNDLING_DONE;
    uint8_t *bytes = NULL;
    size_t len = 0;
    int error;

    if (result == BUNDLING_DONE) {
        result = bundling_make(&bytes, &len, call->mod, &wish);
        bundling_rows_free(&one->rows);
    }
    error = spot_seal_case(sealer, one->name,
                           result == BUNDLING_DONE   ? SPOT_ANSWERED
                           : result == BUNDLING_GONE ? SPOT_PURGED
                                                     : SPOT_NOT_OPENED,
                           (struct frank_span){bytes, len}, NULL);
    if (bytes != NULL) {
        sodium_memzero(bytes, len);
    }
    free(bytes);
    return error;
}

/* What is written is sealed already. */
static int seal_all(struct call *call, struct sampling *s, FILE *out,
                    const struct cosigned *checkpoint)
{
    struct mod_keys *keys = mod_keys_hold(call->mod);
    struct hub_log hub = hub_of(call->mod, keys);
    struct spot_sealer sealer;
    int error = spot_seal_begin(&sealer, s->auditor, &s->head, put, out, NULL);
    int ended;

    for (size_t i = 0; i < s->count && error == FRANK_OK; i++) {
        error = seal_case(call, &sealer, &s->cases[i], checkpoint, &hub);
    }
    ended = spot_seal_end(&sealer, NULL);
    hub_log_free(&hub);
    mod_keys_release(keys);
    return error != FRANK_OK ? error : ended;
}

static void answer_sample(struct call *call, struct sampling *s)
{
    struct cosigned checkpoint;
    char *bytes = NULL;
    size_t len = 0;
    FILE *out;
    int error;

    if (!wait_for(call, &checkpoint, s->last)) {
        return;
    }
    out = open_memstream(&bytes, &len);
    if (out == NULL) {
        call_refuse(call, 503, "busy", "Out of memory");
        return;
    }
    error = seal_all(call, s, out, &checkpoint);
    if (fclose(out) != 0 || error != FRANK_OK) {
        free(bytes);
        call_refuse(call, 503, "busy", "Out of memory");
        return;
    }
    answer_file(call, SPOT_TYPE, "answer.spot", (uint8_t *)bytes, len);
}

/* A key that nothing can be sealed to is found before anything is logged. */
static bool is_key(const uint8_t key[static SPOT_KEY_BYTES])
{
    uint8_t sealed[1 + crypto_box_SEALBYTES];

    return crypto_box_seal(sealed, (const uint8_t *)"", 0, key) == 0;
}

static bool read_wish(struct call *call, struct sampling *s)
{
    const char *beacon = call_text(call, "beacon");
    struct cosigned newest;

    s->head.size = call_count(call, "size");
    s->head.wanted = call_count(call, "count");
    s->head.beacon =
        (struct frank_span){(const uint8_t *)beacon, strlen(beacon)};
    s->head.made = call->now;
    if (!call->who.all_queues) {
        return call_done(call, cases_forbidden("queues",
                                               "A sample is of all queues, and "
                                               "you have some of them"));
    }
    if (!cases_text_is_good(beacon, SPOT_BEACON_MAX_BYTES)) {
        return call_done(
            call, cases_invalid("beacon", "A beacon's value is needed, of at "
                                          "most 256 bytes"));
    }
    if (s->head.wanted == 0 || s->head.wanted > SPOT_COUNT_MAX) {
        return call_done(call, cases_invalid("count", "Name 1 to 1,000 cases"));
    }
    if (s->head.size == 0 ||
        !publisher_checkpoint(call->mod->publisher, false, &newest) ||
        s->head.size > newest.size) {
        return call_done(call,
                         cases_invalid("size", "The log has no checkpoint "
                                               "of this size yet"));
    }
    if (!call_hex(call, s->auditor, sizeof s->auditor, "auditor")) {
        return false;
    }
    return is_key(s->auditor) ||
           call_done(call, cases_invalid("auditor", "Not a key that can be "
                                                    "sealed to"));
}

void run_spot_check(struct call *call)
{
    struct sampling s = {.count = 0};

    if (!read_wish(call, &s) || !begin(call)) {
        return;
    }
    (void)snprintf(s.why, sizeof s.why, "Spot check, beacon %s",
                   call_text(call, "beacon"));
    if (draw(call, &s)) {
        if (s.count == 0) {
            (void)call_done(call, cases_conflict("empty",
                                                 "The log shows no opened case "
                                                 "up to this size"));
        } else if (call_write(call, write_sample, &s)) {
            answer_sample(call, &s);
        }
    }
    for (size_t i = 0; i < s.count && s.cases != NULL; i++) {
        bundling_rows_free(&s.cases[i].rows);
    }
    free(s.cases);
    (void)pthread_mutex_unlock(&call->mod->exporting);
}
