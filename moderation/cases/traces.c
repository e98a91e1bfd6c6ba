/* SPDX-License-Identifier: Apache-2.0 */
#include "traces.h"

#include "schema.h"

#include <sodium.h>
#include <string.h>

/* A query has 2,048 bytes at most (search_keep()). */
#define TEXT_MAX 2048

struct uri {
    uint8_t bytes[FRANK_URI_MAX_BYTES];
    size_t len; /* 0: it may stand where it stands */
};

/* Another case keeps a URI anyway. */
static void read_uri(struct uri *out, struct db *db, int column,
                     size_t elsewhere, uint64_t number)
{
    struct frank_span uri = db_blob(db, FIND_URIS, column);

    out->len = uri.len <= sizeof out->bytes ? uri.len : 0;
    if (out->len > 0) {
        memcpy(out->bytes, uri.data, out->len);
    }
    if (db_row(db, elsewhere,
               DB_VALUES(DB_BLOB(uri.data, uri.len), DB_INT(number)))) {
        db_done(db, elsewhere);
        out->len = 0;
    }
}

static size_t decode(uint8_t out[static TEXT_MAX], struct frank_span text)
{
    size_t len = 0;

    for (size_t i = 0; i < text.len && i < TEXT_MAX; i++) {
        size_t read = 0;

        if (text.data[i] == '%' && text.len - i > 2 &&
            sodium_hex2bin(&out[len], 1, (const char *)&text.data[i + 1], 2,
                           NULL, &read, NULL) == 0 &&
            read == 1) {
            i += 2;
        } else {
            out[len] = text.data[i];
        }
        len++;
    }
    return len;
}

/* Whether a name goes on with this byte: /u/1 does not stand in /u/10. */
static bool goes_on(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
           (c >= 'a' && c <= 'z') || c == '-' || c == '_';
}

static bool has_uri(struct frank_span text, const struct uri *uri)
{
    uint8_t decoded[TEXT_MAX];
    size_t len = decode(decoded, text);

    for (size_t i = 0; uri->len > 0 && i + uri->len <= len; i++) {
        size_t end = i + uri->len;

        if (memcmp(decoded + i, uri->bytes, uri->len) == 0 &&
            (end == len || !goes_on(decoded[end]))) {
            return true;
        }
    }
    return false;
}

/* The first search behind `after` that has one of the URIs; 0: none. */
static uint64_t next_search(struct db *db, uint64_t after,
                            const struct uri uris[static 2])
{
    bool more = db_row(db, NEXT_SEARCH, DB_VALUES(DB_INT(after)));
    uint64_t found = 0;

    while (more && found == 0) {
        for (int i = 0; i < 4; i++) {
            if (has_uri(db_blob(db, NEXT_SEARCH, 1 + i % 2), &uris[i / 2])) {
                found = db_int(db, NEXT_SEARCH, 0);
            }
        }
        if (found != 0) {
            db_done(db, NEXT_SEARCH);
        } else {
            more = db_next(db, NEXT_SEARCH);
        }
    }
    return found;
}

void traces_drop(struct db *db, uint64_t number, uint64_t undone_before)
{
    struct uri uris[2] = {{.len = 0}};
    uint64_t search = 0;

    if (db_row(db, FIND_URIS, DB_VALUES(DB_INT(number)))) {
        read_uri(&uris[0], db, 0, SENDER_ELSEWHERE, number);
        read_uri(&uris[1], db, 1, ROOM_ELSEWHERE, number);
        db_done(db, FIND_URIS);
    }
    while ((search = next_search(db, search, uris)) != 0) {
        (void)db_run(db, PURGE_SEARCH, DB_VALUES(DB_INT(search)));
    }
    (void)db_run(db, PURGE_FLOODS,
                 DB_VALUES(DB_INT(number), DB_INT(undone_before)));
}
