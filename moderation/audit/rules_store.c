/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The database of what was seen. A run without a folder of its own has one that
 * nobody else can find: its files are unlinked once they are open. A run with a
 * folder changes what is there in one transaction; one that begins anew makes
 * its database beside, and puts it in its place at the end.
 */
#include "hash.h"
#include "rules_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CACHE_KIB 32768u
#define PATH_BYTES 4096

/* ---- Remembered numbers ----------------------------------------------------
 */

static uint64_t recall(struct rules *r, const char *name, uint64_t otherwise)
{
    uint64_t number = otherwise;

    if (db_row(r->db, R_RECALL, DB_VALUES(DB_TEXT(name)))) {
        number = db_int(r->db, R_RECALL, 0);
        db_done(r->db, R_RECALL);
    }
    return number;
}

static void remember(struct rules *r, const char *name, uint64_t number)
{
    (void)db_run(r->db, R_REMEMBER, DB_VALUES(DB_TEXT(name), DB_INT(number)));
}

struct number {
    const char *name;
    uint64_t *where;
};

#define NUMBERS 11

/* What a run begins with. */
static size_t list_numbers(struct number out[static NUMBERS], struct rules *r)
{
    const struct number numbers[NUMBERS] = {
        {"hub next", &r->logs[RULES_HUB].next},
        {"hub newest", &r->logs[RULES_HUB].newest},
        {"hub first", &r->logs[RULES_HUB].first_time},
        {"hub refused until", &r->logs[RULES_HUB].refused_until},
        {"hub refused from", &r->logs[RULES_HUB].refused_from},
        {"hub refused at", &r->logs[RULES_HUB].refused_at},
        {"hub refused time", &r->logs[RULES_HUB].refused_time},
        {"hub refused told", &r->logs[RULES_HUB].refused_told},
        {"mod next", &r->logs[RULES_MOD].next},
        {"mod newest", &r->logs[RULES_MOD].newest},
        {"mod first", &r->logs[RULES_MOD].first_time},
    };

    memcpy(out, numbers, sizeof numbers);
    return sizeof numbers / sizeof numbers[0];
}

/* Tells logs apart by their keys. */
static uint64_t number_of(const char *key)
{
    hash_state state;
    uint8_t hash[HASH_BYTES];
    uint64_t number;

    if (key == NULL) {
        return 0;
    }
    hash_init(&state);
    hash_update(&state, (const uint8_t *)key, strlen(key));
    hash_final(&state, hash);
    memcpy(&number, hash, sizeof number);
    return number >> 2;
}

/* Times for which something waits are made with these, and are not made again.
 */
static bool limits_are_same(struct rules *r)
{
    const struct rules_limits *l = &r->limits;
    const struct {
        const char *name;
        uint64_t value;
    } limits[] = {{"limit take-over", l->take_over},
                  {"limit appeal", l->appeal},
                  {"limit purge", l->purge},
                  {"limit hub-retain", l->hub_retain},
                  {"limit clock", l->clock},
                  {"hub's key", number_of(r->settings->of[RULES_HUB])},
                  {"mod's key", number_of(r->settings->of[RULES_MOD])}};
    bool same = true;

    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        same = same &&
               recall(r, limits[i].name, limits[i].value) == limits[i].value;
        if (r->is_fresh) {
            remember(r, limits[i].name, limits[i].value);
        }
    }
    return same;
}

static void load(struct rules *r)
{
    struct number numbers[NUMBERS];
    size_t count = list_numbers(numbers, r);

    for (size_t i = 0; i < count; i++) {
        *numbers[i].where = recall(r, numbers[i].name, 0);
    }
    r->logs[RULES_HUB].from = r->logs[RULES_HUB].next;
    r->logs[RULES_MOD].from = r->logs[RULES_MOD].next;
    if (db_row(r->db, R_LAST_FINDING, NULL, 0)) {
        r->before = db_int(r->db, R_LAST_FINDING, 0);
        db_done(r->db, R_LAST_FINDING);
    }
}

static void save(struct rules *r)
{
    struct number numbers[NUMBERS];
    size_t count = list_numbers(numbers, r);

    for (size_t i = 0; i < count; i++) {
        remember(r, numbers[i].name, *numbers[i].where);
    }
}

/* ---- Files ----------------------------------------------------------------
 */

static void unlink_all(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    char name[PATH_BYTES + 32];

    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        (void)snprintf(name, sizeof name, "%s%s", path, ends[i]);
        (void)unlink(name);
    }
}

static int fail(char trouble[static RULES_TROUBLE_BYTES], int error,
                const char *what, const char *why)
{
    (void)snprintf(trouble, RULES_TROUBLE_BYTES, "%.120s: %.120s", what, why);
    return error;
}

static int open_at(struct rules *r, const char *path,
                   char trouble[static RULES_TROUBLE_BYTES])
{
    struct db_trouble what;

    if (!db_open(&r->db, path, DB_WRITER, &rules_schema, rules_statements,
                 R_STATEMENTS, &what)) {
        return fail(trouble, FRANK_ERR_FILE, path, what.text);
    }
    db_cache(r->db, CACHE_KIB);
    db_begin(r->db);
    if (!limits_are_same(r)) {
        return fail(trouble, FRANK_ERR_VALUE, path,
                    "made with other limits or of other logs; take these, or "
                    "another folder");
    }
    load(r);
    return db_ok(r->db)
               ? FRANK_OK
               : fail(trouble, FRANK_ERR_FILE, path, db_trouble(r->db)->text);
}

static int open_temporary(struct rules *r,
                          char trouble[static RULES_TROUBLE_BYTES])
{
    const char *where = getenv("TMPDIR");
    char folder[PATH_BYTES];
    char path[PATH_BYTES + 16];
    int error;

    if (where == NULL || where[0] != '/' || strlen(where) > PATH_BYTES - 64) {
        where = "/tmp";
    }
    (void)snprintf(folder, sizeof folder, "%s/frank-audit-XXXXXX", where);
    if (mkdtemp(folder) == NULL) {
        return fail(trouble, FRANK_ERR_FILE, folder, strerror(errno));
    }
    (void)snprintf(path, sizeof path, "%s/rules.db", folder);
    r->is_fresh = true;
    error = open_at(r, path, trouble);
    unlink_all(path);
    (void)rmdir(folder);
    return error;
}

static int open_kept(struct rules *r, char trouble[static RULES_TROUBLE_BYTES])
{
    char path[PATH_BYTES];

    if (strlen(r->settings->path) > PATH_BYTES - 16) {
        return fail(trouble, FRANK_ERR_FILE, r->settings->path, "too long");
    }
    r->is_fresh = access(r->settings->path, F_OK) != 0;
    (void)snprintf(path, sizeof path, "%s%s", r->settings->path,
                   r->is_fresh ? ".new" : "");
    if (r->is_fresh) {
        unlink_all(path); /* of a run that was ended */
        r->path = strdup(path);
        if (r->path == NULL) {
            return fail(trouble, FRANK_ERR_MEMORY, path, "out of memory");
        }
    }
    return open_at(r, path, trouble);
}

int rules_store_open(struct rules *rules,
                     char trouble[static RULES_TROUBLE_BYTES])
{
    return rules->settings->path == NULL ? open_temporary(rules, trouble)
                                         : open_kept(rules, trouble);
}

/* What was made beside goes to its place, and is opened there again. */
static int move(struct rules *r)
{
    struct db_trouble what;

    db_close(r->db);
    r->db = NULL;
    if (rename(r->path, r->settings->path) != 0) {
        return fail(r->trouble, FRANK_ERR_FILE, r->settings->path,
                    strerror(errno));
    }
    free(r->path);
    r->path = NULL;
    if (!db_open(&r->db, r->settings->path, DB_WRITER, &rules_schema,
                 rules_statements, R_STATEMENTS, &what)) {
        return fail(r->trouble, FRANK_ERR_FILE, r->settings->path, what.text);
    }
    return FRANK_OK;
}

int rules_store_commit(struct rules *rules)
{
    save(rules);
    if (!db_commit(rules->db)) {
        return fail(rules->trouble, FRANK_ERR_FILE, "database",
                    db_trouble(rules->db)->text);
    }
    db_checkpoint(rules->db, 0);
    return FRANK_OK;
}

int rules_store_keep(struct rules *rules)
{
    int error = rules_store_commit(rules);

    if (error == FRANK_OK && rules->path != NULL) {
        error = move(rules);
    }
    if (error == FRANK_OK) {
        db_begin(rules->db); /* what is asked for now sees one state */
    }
    return error;
}

void rules_store_close(struct rules *rules)
{
    db_close(rules->db);
    rules->db = NULL;
    if (rules->path != NULL) {
        unlink_all(rules->path);
        free(rules->path);
        rules->path = NULL;
    }
}
