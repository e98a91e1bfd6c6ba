/* SPDX-License-Identifier: Apache-2.0 */
#include "mod.h"

#include "books.h"
#include "clock.h"
#include "exporting.h"
#include "hmac.h"
#include "io.h"
#include "journal.h"
#include "mod_keys.h"
#include "mod_metrics.h"
#include "outbox.h"
#include "process.h"
#include "schema.h"
#include "secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define VAULT_SHARES 256

static bool trouble(const char *what, const struct frank_fault *fault)
{
    journal_fault(JOURNAL_ERROR, "cannot-start", what, fault);
    return false;
}

/* ---- Secrets
 * ----------------------------------------------------------------- */

static bool load_key(uint8_t out[static 32], const char *name, const char *path)
{
    char real[PROCESS_PATH_MAX];
    struct frank_fault fault;

    return (process_credential(real, path, &fault) == FRANK_OK &&
            secret_file_key(out, real, &fault) == FRANK_OK) ||
           trouble(name, &fault);
}

static bool load_token(struct mod *mod, enum mod_bearer bearer,
                       const char *name, const char *path)
{
    struct frank_fault fault;

    if (path[0] == '\0') {
        return true;
    }
    mod->has_bearer[bearer] = bearer_load(mod->secrets->bearer_hash[bearer],
                                          path, &fault) == FRANK_OK;
    return mod->has_bearer[bearer] || trouble(name, &fault);
}

static bool load_secrets(struct mod *mod)
{
    const struct mod_settings *s = mod->settings;
    struct mod_secrets *secrets =
        sodium_malloc((sizeof *secrets + 63) / 64 * 64);
    uint8_t key[32];
    bool ok;

    if (secrets == NULL) {
        return trouble("secrets", &(struct frank_fault){FRANK_ERR_MEMORY,
                                                        "secrets", 0, 0, 0});
    }
    memset(secrets, 0, sizeof *secrets);
    mod->secrets = secrets;
    randombytes_buf(secrets->tickets, sizeof secrets->tickets);
    ok = load_key(key, "service-key", s->service_key);
    if (ok) {
        hmac_subkey(secrets->kept, key, "frank-mod v1 kept");
        ok = load_key(key, "log-key", s->log_key);
    }
    if (ok) {
        (void)crypto_sign_seed_keypair(mod->log_public, secrets->log_secret,
                                       key);
    }
    sodium_memzero(key, sizeof key);
    return ok &&
           load_token(mod, MOD_BEARER_PLATFORM, "platform-token",
                      s->platform_token) &&
           load_token(mod, MOD_BEARER_AUDITOR, "auditor-token",
                      s->auditor_token) &&
           load_token(mod, MOD_BEARER_OPERATOR, "operator-token",
                      s->operator_token);
}

/* ---- What is replaced as a whole
 * ------------------------------------------------ */

struct mod_keys *mod_keys_hold(struct mod *mod)
{
    struct mod_keys *keys;

    (void)pthread_mutex_lock(&mod->lock);
    keys = mod->keys;
    atomic_fetch_add(&keys->holders, 1);
    (void)pthread_mutex_unlock(&mod->lock);
    return keys;
}

void mod_keys_release(struct mod_keys *keys)
{
    if (keys != NULL && atomic_fetch_sub(&keys->holders, 1) == 1) {
        free(keys);
    }
}

const struct mod_quorum *
mod_quorum_of(const struct mod_keys *keys,
              const uint8_t id[static FRANK_QUORUM_ID_BYTES])
{
    for (size_t i = 0; i < keys->quorum_count; i++) {
        if (memcmp(keys->quorums[i].id, id, FRANK_QUORUM_ID_BYTES) == 0) {
            return &keys->quorums[i];
        }
    }
    return NULL;
}

struct mod_book *mod_book_hold(struct mod *mod)
{
    struct mod_book *book;

    (void)pthread_mutex_lock(&mod->lock);
    book = mod->book;
    atomic_fetch_add(&book->holders, 1);
    (void)pthread_mutex_unlock(&mod->lock);
    return book;
}

void mod_book_release(struct mod_book *book)
{
    if (book != NULL && atomic_fetch_sub(&book->holders, 1) == 1) {
        book_free(book->book);
        free(book->text);
        free(book);
    }
}

void mod_book_replace(struct mod *mod, struct mod_book *book)
{
    struct mod_book *old;

    (void)pthread_mutex_lock(&mod->lock);
    old = mod->book;
    mod->book = book; /* transferred */
    (void)pthread_mutex_unlock(&mod->lock);
    mod_book_release(old);
}

/* ---- Writing
 * ---------------------------------------------------------------------- */

struct mod_write_work {
    struct write write;
    mod_work *work;
    void *context;
};

static void run_work(struct write *write, struct db *db)
{
    struct mod_write_work *w = (struct mod_write_work *)write;

    w->work(w->context, db);
}

static bool do_write(struct mod *mod, mod_work *work, void *context,
                     struct write write)
{
    struct mod_write_work w = {
        .write = write, .work = work, .context = context};

    w.write.run = run_work;
    return writer_do(mod->store.writer, &w.write) == WRITE_DONE;
}

bool mod_write(struct mod *mod, mod_work *work, void *context, size_t bytes,
               bool drops)
{
    return do_write(
        mod, work, context,
        (struct write){.small = true, .bytes = bytes, .drops = drops});
}

bool mod_write_more(struct mod *mod, mod_work *work, void *context,
                    size_t bytes)
{
    return do_write(mod, work, context, (struct write){.bytes = bytes});
}

/* ---- Quorums in the log
 * -------------------------------------------------------------- */

struct keys_work {
    struct mod *mod;
    const struct mod_keys *keys;
};

/* Each quorum has an entry once, so that an auditor sees whose key counts. */
static void log_quorum(struct mod *mod, struct db *db,
                       const struct mod_quorum *quorum)
{
    char hex[2 * FRANK_QUORUM_ID_BYTES + 1];
    char key[2 * FRANK_QUORUM_ID_BYTES + 16];
    char rest[256];
    char point[2 * 32 + 1];
    uint64_t entry;

    (void)sodium_bin2hex(hex, sizeof hex, quorum->id, sizeof quorum->id);
    (void)snprintf(key, sizeof key, "quorum %s", hex);
    if (exporting_quorum_entry(db, quorum->id, &entry)) {
        return;
    }
    if (db_row(db, RECALL, DB_VALUES(DB_TEXT(key)))) {
        db_done(db, RECALL);
        exporting_find_quorum(db, quorum->id);
        return;
    }
    (void)sodium_bin2hex(point, sizeof point, quorum->key.public_key,
                         sizeof quorum->key.public_key);
    (void)snprintf(rest, sizeof rest,
                   ",\"quorum\":\"%s\",\"P\":\"%s\",\"threshold\":%u,"
                   "\"holders\":%u",
                   hex, point, (unsigned)quorum->key.threshold,
                   (unsigned)quorum->key.holders);
    entry = mod->store.ledger.range.size;
    cases_log(&mod->cases, db, &actor_service, "quorum_key", rest,
              clock_wall());
    exporting_remember_quorum(db, quorum->id, entry);
}

static void write_keys(void *context, struct db *db)
{
    const struct keys_work *w = context;

    for (size_t i = 0; i < w->keys->quorum_count; i++) {
        log_quorum(w->mod, db, &w->keys->quorums[i]);
    }
}

bool mod_reload(struct mod *mod)
{
    struct mod_keys *keys = mod_keys_load(mod->settings);
    struct mod_keys *old;

    if (keys == NULL) {
        return false;
    }
    if (!mod_write(mod, write_keys, &(struct keys_work){mod, keys}, 65536,
                   false)) {
        mod_keys_release(keys);
        return false;
    }
    (void)pthread_mutex_lock(&mod->lock);
    old = mod->keys;
    mod->keys = keys; /* transferred */
    (void)pthread_mutex_unlock(&mod->lock);
    mod_keys_release(old);
    return true;
}

/* ---- The book
 * ------------------------------------------------------------------------- */

static struct mod_book *make_book(uint64_t version, char *text, size_t len)
{
    struct mod_book *book = calloc(1, sizeof *book);
    struct book_error error = {""};

    if (book == NULL ||
        book_read(&book->book, text, len, &error, NULL) != FRANK_OK) {
        JOURNAL(
            JOURNAL_ERROR, "cannot-start", JOURNAL_TEXT("what", "book"),
            JOURNAL_TEXT("why", book == NULL ? "out of memory" : error.text));
        free(book);
        free(text);
        return NULL;
    }
    atomic_init(&book->holders, 1);
    book->version = version;
    book->text = text; /* transferred */
    book->len = len;
    return book;
}

struct first_book {
    struct mod *mod;
    uint64_t version;
};

static void add_first_book(void *context, struct db *db)
{
    struct first_book *w = context;

    (void)books_add(&w->mod->cases, db, &actor_service, 0,
                    (const char *)book_standard, book_standard_bytes,
                    &w->version, clock_wall());
}

static bool open_book(struct mod *mod)
{
    struct first_book first = {mod, 0};
    struct db *db = store_reader_lock(&mod->store, STORE_SHORT);
    uint64_t version = 0;
    char *text = NULL;
    size_t len = 0;
    bool found = books_newest(&version, &text, &len, db);

    store_reader_unlock(&mod->store, STORE_SHORT);
    if (!found) {
        text = malloc(book_standard_bytes + 1);
        if (text == NULL || !mod_write(mod, add_first_book, &first,
                                       book_standard_bytes, false)) {
            free(text);
            return trouble("book", &(struct frank_fault){FRANK_ERR_MEMORY,
                                                         "book", 0, 0, 0});
        }
        memcpy(text, book_standard, book_standard_bytes);
        text[book_standard_bytes] = '\0';
        len = book_standard_bytes;
        version = first.version;
    }
    mod->book = make_book(version, text, len);
    return mod->book != NULL;
}

/* ---- The first account
 * ------------------------------------------------------------------ */

struct first_account {
    struct mod *mod;
    uint8_t hash[TOKEN_HASH_BYTES];
    bool added;
};

static bool note_account(void *context, const struct account_row *row)
{
    (void)row;
    *(bool *)context = true;
    return false;
}

static void add_first_account(void *context, struct db *db)
{
    struct first_account *w = context;
    uint64_t now = clock_wall();
    bool there = false;
    uint64_t number;

    accounts(db, note_account, &there);
    if (!there) {
        w->added = account_add(&w->mod->cases, db, &actor_service, "admin",
                               "admin", ROLE_ADMIN, NULL, w->hash,
                               now + w->mod->settings->invitation, &number, now)
                       .what == CASES_DONE;
    }
}

/* The data folder is locked by this process already. */
static bool put_private(const char *path, const char *text, size_t len)
{
    int fd =
        open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool ok = fd >= 0 && write(fd, text, len) == (ssize_t)len && fsync(fd) == 0;
    int error = errno;

    if (fd >= 0) {
        (void)close(fd);
    }
    return ok || trouble(path, &(struct frank_fault){FRANK_ERR_FILE, "write", 0,
                                                     (uint64_t)error, 0});
}

/* An empty database gets an account that can make others; its invitation goes
 * into a file that only the service's user can read. */
static bool invite_first(struct mod *mod)
{
    struct first_account w = {.mod = mod};
    char token[SESSION_TOKEN_BYTES + 1];
    char path[PROCESS_PATH_MAX + 32];
    bool ok = true;

    session_new(token, w.hash);
    if (!mod_write(mod, add_first_account, &w, 65536, false)) {
        return trouble(
            "first account",
            &(struct frank_fault){FRANK_ERR_MEMORY, "queue", 0, 0, 0});
    }
    if (w.added) {
        (void)snprintf(path, sizeof path, "%s/first-login",
                       mod->settings->data);
        (void)unlink(path);
        token[SESSION_TOKEN_BYTES - 1] = '\n';
        ok = put_private(path, token, SESSION_TOKEN_BYTES);
        JOURNAL(JOURNAL_WARNING, "first-login",
                JOURNAL_TEXT("account", "admin"),
                JOURNAL_TEXT("invitation", path));
    }
    sodium_memzero(token, sizeof token);
    return ok;
}

/* ---- Opening
 * ------------------------------------------------------------------------------
 */

static void set_rules(struct mod *mod)
{
    const struct mod_settings *s = mod->settings;

    mod->rules = (struct cases_rules){
        .claim = s->claim,
        .hold_max = s->hold_max,
        .request = s->request,
        .retract = s->retract,
        .appeal = s->appeal_window,
        .statement = s->statement_delay,
        .flood_undo = s->flood_undo,
        .priority_each = s->priority_worth,
        .legal_hold_max = s->legal_hold_max,
    };
    mod->session_rules =
        (struct session_rules){s->session_idle, s->session_longest};
}

static void witness_asked(void *context, enum witnesses_result result)
{
    (void)context;
    metric_add(&mod_witnesses, (size_t)result, 1);
}

static void quorum_missing(void *context)
{
    (void)context;
    metric_add(&mod_quorum_missing, 0, 1);
}

static bool open_store(struct mod *mod)
{
    const struct mod_settings *s = mod->settings;
    const struct store_settings store = {
        .data = s->data,
        .name = "mod.db",
        .program = "frank-mod serve",
        .schema = &cases_schema,
        .statements = cases_statements,
        .statement_count = cases_statement_count,
        .min_free = s->min_free,
        .queue_max = s->queue,
    };
    const struct publisher_settings publisher = {
        .store = &mod->store,
        .data = s->data,
        .checkpoint = s->checkpoint,
        .origin = s->log_origin,
        .secret_key = mod->secrets->log_secret,
        .public_key = mod->log_public,
        .public_every = s->public_checkpoint,
        .round = s->log_round,
        .witnesses = {.policy = s->witnesses,
                      .ca = s->witness_ca,
                      .networks = s->witness_networks,
                      .timeout = s->witness_timeout,
                      .asked = witness_asked,
                      .missing = quorum_missing},
    };

    return store_open(&mod->store, &store) &&
           publisher_open(&mod->publisher, &publisher) &&
           store_start_writer(&mod->store);
}

/* The default is made; another one is whoever's who named it. */
static bool open_attachments(struct mod *mod)
{
    const struct mod_settings *s = mod->settings;
    char path[PROCESS_PATH_MAX + 32];

    if (s->attachments[0] != '\0') {
        mod->attachments =
            open(s->attachments, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    } else {
        (void)snprintf(path, sizeof path, "%s/attachments", s->data);
        (void)mkdir(path, 0700);
        mod->attachments = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    return mod->attachments >= 0 ||
           trouble("attachments", &(struct frank_fault){FRANK_ERR_FILE, "open",
                                                        0, (uint64_t)errno, 0});
}

struct endpoints_work {
    const char *const *urls;
};

static void write_endpoints(void *context, struct db *db)
{
    const struct endpoints_work *w = context;

    outbox_endpoints(db, w->urls);
}

bool mod_open(struct mod *mod, const struct mod_settings *settings)
{
    struct frank_fault fault = {FRANK_ERR_MEMORY, "memory", 0, 0, 0};
    struct keys_work keys;

    memset(mod, 0, sizeof *mod);
    mod->settings = settings;
    mod->store.folder = -1;
    mod->attachments = -1;
    (void)pthread_mutex_init(&mod->lock, NULL);
    (void)pthread_mutex_init(&mod->exporting, NULL);
    set_rules(mod);
    if (!load_secrets(mod) || (mod->keys = mod_keys_load(settings)) == NULL) {
        return false;
    }
    mod->cases =
        (struct cases){&mod->store.ledger, &mod->rules, mod->secrets->kept};
    if (vault_new(&mod->vault, VAULT_SHARES) != FRANK_OK ||
        attempts_new(&mod->attempts, &fault) != FRANK_OK) {
        return trouble("memory", &fault);
    }
    keys = (struct keys_work){mod, mod->keys};
    return open_store(mod) && open_attachments(mod) &&
           mod_write(mod, write_keys, &keys, 65536, false) &&
           mod_write(mod, write_endpoints,
                     &(struct endpoints_work){settings->webhook.items}, 65536,
                     true) &&
           open_book(mod) && invite_first(mod);
}

void mod_close(struct mod *mod)
{
    store_close(&mod->store);
    if (mod->attachments >= 0) {
        (void)close(mod->attachments);
    }
    publisher_free(mod->publisher);
    vault_free(mod->vault);
    attempts_free(mod->attempts);
    mod_keys_release(mod->keys);
    mod_book_release(mod->book);
    sodium_free(mod->secrets); /* wipes */
    (void)pthread_mutex_destroy(&mod->exporting);
    (void)pthread_mutex_destroy(&mod->lock);
    memset(mod, 0, sizeof *mod);
}
