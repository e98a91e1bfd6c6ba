/* SPDX-License-Identifier: Apache-2.0 */
/* Reading of signed notes, anybody's and the log's own. */
#include "note.h"
#include "note_text.h"
#include "utf8.h"
#include "wire.h"

#include <string.h>

/* libsodium compares bytes in a way that takes 0xab and 0xaf for plus and
 * slash. */
size_t note_base64_read(uint8_t *out, size_t size, struct frank_span text)
{
    size_t len = 0;

    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] > '~') {
            return SIZE_MAX;
        }
    }
    if (sodium_base642bin(out, size, (const char *)text.data, text.len, NULL,
                          &len, NULL, NOTE_BASE64) != 0) {
        return SIZE_MAX;
    }
    return len;
}

bool note_number_read(uint64_t *out, struct frank_span text, uint64_t max)
{
    uint64_t number = 0;

    if (text.len == 0 || (text.len > 1 && text.data[0] == '0')) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        unsigned digit = (unsigned)text.data[i] - '0';

        if (digit > 9 || digit > max || number > (max - digit) / 10) {
            return false;
        }
        number = number * 10 + digit;
    }
    *out = number;
    return true;
}

/* ---- Lines ----------------------------------------------------------------
 */

/* The next line without its newline; empty where there is an error. */
static struct frank_span next_line(struct wire_reader *r, const char *field)
{
    struct frank_span line = {(const uint8_t *)"", 0};
    const uint8_t *start = NULL;
    const uint8_t *end = NULL;

    if (wire_read_ok(r) && r->pos < r->len) {
        start = r->data + r->pos;
        end = memchr(start, '\n', r->len - r->pos);
    }
    if (end == NULL) {
        wire_read_fail(r, FRANK_ERR_TRUNCATED, field, r->len, 0, 1);
        return line;
    }
    line.data = start;
    line.len = (size_t)(end - start);
    (void)wire_read_span(r, line.len + 1, field);
    return line;
}

/* The line that was just read is not what it must be. */
static void refuse(struct wire_reader *r, struct frank_span line,
                   const char *field)
{
    wire_read_fail(r, FRANK_ERR_VALUE, field, r->pos - line.len - 1, 0, 0);
}

/* Splits "— name base64" into its parts. */
static bool split_signature(struct frank_span *name, struct frank_span *text,
                            struct frank_span line)
{
    const size_t dash = sizeof NOTE_DASH - 1;
    const uint8_t *space;

    if (line.len < dash || memcmp(line.data, NOTE_DASH, dash) != 0) {
        return false;
    }
    name->data = line.data + dash;
    space = memchr(name->data, ' ', line.len - dash);
    if (space == NULL) {
        return false;
    }
    name->len = (size_t)(space - name->data);
    text->data = space + 1;
    text->len = line.len - dash - name->len - 1;
    return note_name_is_valid(*name);
}

static bool read_signature(struct note_signature *out, struct frank_span line)
{
    uint8_t bytes[NOTE_SIGNATURE_MAX_BYTES];
    struct frank_span text;
    size_t len;

    if (!split_signature(&out->name, &text, line)) {
        return false;
    }
    len = note_base64_read(bytes, sizeof bytes, text);
    if (len == SIZE_MAX || len <= NOTE_KEY_ID_BYTES) {
        return false;
    }
    out->line = (struct frank_span){line.data, line.len + 1};
    out->len = len - NOTE_KEY_ID_BYTES;
    memcpy(out->key_id, bytes, NOTE_KEY_ID_BYTES);
    memcpy(out->bytes, bytes + NOTE_KEY_ID_BYTES, out->len);
    return true;
}

/* ---- A note ---------------------------------------------------------------
 */

/* Where the last empty line is: of the newline that ends it. SIZE_MAX: there is
 * none, or it is the first line. */
static size_t last_empty_line(struct frank_span text)
{
    for (size_t i = text.len; i-- > 1;) {
        if (text.data[i] == '\n' && text.data[i - 1] == '\n') {
            return i;
        }
    }
    return SIZE_MAX;
}

static int check_text(struct frank_span text, struct frank_fault *fault)
{
    size_t at = utf8_fault(text);

    if (at < text.len) {
        return wire_fault(fault, FRANK_ERR_UTF8, "text", at, 0, 0);
    }
    for (at = 0; at < text.len; at++) {
        if (text.data[at] < ' ' && text.data[at] != '\n') {
            return wire_fault(fault, FRANK_ERR_VALUE, "text", at, text.data[at],
                              0);
        }
    }
    return FRANK_OK;
}

static int read_lines(struct frank_span lines, size_t base,
                      struct frank_fault *fault)
{
    struct note_signature signature;
    struct wire_reader r;

    wire_read_init(&r, lines, base);
    do {
        struct frank_span line = next_line(&r, "signature");

        if (wire_read_ok(&r) && !read_signature(&signature, line)) {
            refuse(&r, line, "signature");
        }
    } while (wire_read_ok(&r) && r.pos < r.len);
    return wire_read_result(&r, fault);
}

int note_read(struct note *out, const char *text, size_t len,
              struct frank_fault *fault)
{
    const struct frank_span all = {(const uint8_t *)text, len};
    size_t empty;
    int error;

    memset(out, 0, sizeof *out);
    if (len > NOTE_READ_MAX_BYTES) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "note", 0, len,
                          NOTE_READ_MAX_BYTES);
    }
    empty = last_empty_line(all);
    if (empty == SIZE_MAX) {
        return wire_fault(fault, FRANK_ERR_TRUNCATED, "blank line", len, 0, 1);
    }
    error = check_text((struct frank_span){all.data, empty}, fault);
    if (error != FRANK_OK) {
        return error;
    }
    error =
        read_lines((struct frank_span){all.data + empty + 1, len - empty - 1},
                   empty + 1, fault);
    if (error == FRANK_OK) {
        out->body = (struct frank_span){all.data, empty};
        out->signatures =
            (struct frank_span){all.data + empty + 1, len - empty - 1};
    }
    return error;
}

bool note_next(struct note_signature *out, const struct note *note, size_t *at)
{
    const uint8_t *start = note->signatures.data + *at;
    const uint8_t *end;

    if (*at >= note->signatures.len) {
        return false;
    }
    end = memchr(start, '\n', note->signatures.len - *at);
    if (end == NULL ||
        !read_signature(out,
                        (struct frank_span){start, (size_t)(end - start)})) {
        return false; /* not of note_read() */
    }
    *at += out->line.len;
    return true;
}

bool note_signature_is_of(const struct note_signature *signature,
                          const char *name,
                          const uint8_t key_id[static NOTE_KEY_ID_BYTES])
{
    return signature->name.len == strlen(name) &&
           memcmp(signature->name.data, name, signature->name.len) == 0 &&
           memcmp(signature->key_id, key_id, NOTE_KEY_ID_BYTES) == 0;
}

int note_check(const struct note *note, const struct note_key *key,
               struct frank_fault *fault)
{
    const size_t base = note->body.len + 1;
    struct note_signature signature;
    uint8_t id[NOTE_KEY_ID_BYTES];
    bool signed_by_key = false;
    size_t at = 0;

    note_key_id(id, key->name, NOTE_ED25519, key->public_key);
    while (note_next(&signature, note, &at)) {
        if (!note_signature_is_of(&signature, key->name, id)) {
            continue;
        }
        if (signature.len != FRANK_SIGNATURE_BYTES ||
            crypto_sign_verify_detached(signature.bytes, note->body.data,
                                        note->body.len, key->public_key) != 0) {
            return wire_fault(fault, FRANK_ERR_SIGNER, "signature",
                              base + at - signature.line.len, 0, 0);
        }
        signed_by_key = true;
    }
    return signed_by_key
               ? FRANK_OK
               : wire_fault(fault, FRANK_ERR_MISSING, "signature", base, 0, 0);
}

/* ---- A checkpoint ---------------------------------------------------------
 */

static void read_tree(struct note_tree *out, struct wire_reader *r)
{
    struct note_checkpoint *checkpoint = &out->checkpoint;
    struct frank_span line = next_line(r, "origin");

    out->origin = line;
    if (wire_read_ok(r) && line.len == 0) {
        refuse(r, line, "origin");
    }
    line = next_line(r, "size");
    if (wire_read_ok(r) &&
        !note_number_read(&checkpoint->size, line, MERKLE_SIZE_MAX)) {
        refuse(r, line, "size");
    }
    line = next_line(r, "root");
    if (wire_read_ok(r) &&
        note_base64_read(checkpoint->root, sizeof checkpoint->root, line) !=
            sizeof checkpoint->root) {
        refuse(r, line, "root");
    }
    out->extensions = (struct frank_span){r->data + r->pos, r->len - r->pos};
    while (wire_read_ok(r) && r->pos < r->len) {
        line = next_line(r, "extension");
        if (wire_read_ok(r) && line.len == 0) {
            refuse(r, line, "extension");
        }
    }
}

int note_tree_read(struct note_tree *out, struct frank_span body,
                   struct frank_fault *fault)
{
    struct wire_reader r;
    int error;

    memset(out, 0, sizeof *out);
    wire_read_init(&r, body, 0);
    read_tree(out, &r);
    error = wire_read_result(&r, fault);
    if (error != FRANK_OK) {
        memset(out, 0, sizeof *out);
    }
    return error;
}

static int open_note(struct note_checkpoint *out, const struct note *note,
                     const struct note_key *key, struct frank_fault *fault)
{
    struct note_tree tree;
    int error = note_tree_read(&tree, note->body, fault);

    if (error != FRANK_OK) {
        return error;
    }
    if (tree.origin.len != strlen(key->name) ||
        memcmp(tree.origin.data, key->name, tree.origin.len) != 0) {
        return wire_fault(fault, FRANK_ERR_VALUE, "origin", 0, 0, 0);
    }
    if (tree.extensions.len > 0) {
        return wire_fault(fault, FRANK_ERR_VALUE, "extension",
                          note->body.len - tree.extensions.len, 0, 0);
    }
    error = note_check(note, key, fault);
    if (error == FRANK_ERR_MISSING) {
        return wire_fault(fault, FRANK_ERR_SIGNER, "signature",
                          note->body.len + 1, 0, 0);
    }
    if (error == FRANK_OK) {
        *out = tree.checkpoint;
    }
    return error;
}

int note_open(struct note_checkpoint *out, const char *text, size_t len,
              const char *origin,
              const uint8_t public_key[static FRANK_PUBLIC_KEY_BYTES],
              struct frank_fault *fault)
{
    const struct frank_span name = {(const uint8_t *)origin, strlen(origin)};
    struct note_key key = {.name = ""};
    struct note note;
    int error;

    memset(out, 0, sizeof *out);
    error = note_read(&note, text, len, fault);
    if (error != FRANK_OK) {
        return error;
    }
    if (!note_name_is_valid(name)) {
        return wire_fault(fault, FRANK_ERR_VALUE, "origin", 0, 0, 0);
    }
    memcpy(key.name, origin, name.len);
    memcpy(key.public_key, public_key, sizeof key.public_key);
    return open_note(out, &note, &key, fault);
}
