/* SPDX-License-Identifier: Apache-2.0 */
/* What a bundle shows of a log: that its entries are in the tree that was
 * signed, and what they say. */
#include "bundle_inner.h"

#include "key_json.h"
#include "policy.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define REPORT_HEX_BYTES ((size_t)2 * FRANK_DIGEST_BYTES)

/* ---- The tree ------------------------------------------------------------ */

/* Whether the verifier knows this key: by itself, or as one of the policy's. */
static bool is_pinned(const struct note_key *key, const struct note_key *pin)
{
    return pin != NULL && strcmp(pin->name, key->name) == 0 &&
           memcmp(pin->public_key, key->public_key, sizeof pin->public_key) ==
               0;
}

static void judge_key(struct bundle_check *c, const struct note_key *key,
                      const char *vkey, const struct bundle_source *source)
{
    const struct note_key *pin = source->pin;

    if (pin == NULL && source->policy != NULL) {
        pin = policy_log(source->policy, key->name);
    }
    if (pin == NULL) {
        bundle_find(c, BUNDLE_UNPINNED, "key", source->by, 0,
                    "The key of %s is the bundle's own; compare it with one "
                    "that you have from elsewhere (%s): %s",
                    source->by, source->option, vkey);
    } else if (!is_pinned(key, pin)) {
        bundle_refuse(c, "key",
                      "The key of %s is not the one that you gave: it is %s",
                      source->by, vkey);
    } else {
        bundle_find(c, BUNDLE_PROVEN, "key", source->by, 0,
                    "The key of %s, %s, is the one that you gave.", source->by,
                    key->name);
    }
}

static bool check_key(struct bundle_check *c, struct note_key *out,
                      const struct bundle_log *log,
                      const struct bundle_source *source)
{
    char vkey[BUNDLE_VKEY_MAX_BYTES + 1];
    struct frank_fault fault;

    memcpy(vkey, log->vkey.data != NULL ? log->vkey.data : (const uint8_t *)"",
           log->vkey.len);
    vkey[log->vkey.len] = '\0';
    if (strlen(vkey) != log->vkey.len ||
        note_vkey_read(out, NOTE_ED25519, vkey, &fault) != FRANK_OK ||
        !note_origin_is_valid(out->name)) {
        bundle_refuse(c, "key", "The key of %s is not a log's verifier key.",
                      source->by);
        return false;
    }
    judge_key(c, out, vkey, source);
    return true;
}

static bool open_note(struct bundle_check *c, struct note_checkpoint *out,
                      const struct bundle_trail *trail, struct frank_span note,
                      const char *by, const char *what)
{
    struct frank_fault fault;
    int error = note_open(out, (const char *)note.data, note.len,
                          trail->key.name, trail->key.public_key, &fault);

    if (error != FRANK_OK) {
        bundle_refuse(c, "checkpoint",
                      "The %s of %s is not signed by its key: "
                      "%s.",
                      what, by, bundle_why(&fault).text);
    }
    return error == FRANK_OK;
}

/* That the newest checkpoint goes on from the cosigned one. */
static bool check_consistency(struct bundle_check *c,
                              const struct bundle_trail *trail,
                              struct frank_span proof, const char *by)
{
    const struct note_checkpoint *from = &trail->cosigned;
    const struct note_checkpoint *to = &trail->checkpoint;
    size_t count = proof.len / MERKLE_HASH_BYTES;
    struct frank_fault fault = {.error = FRANK_ERR_PROOF,
                                .field = "consistency"};
    bool holds;

    if (from->size == 0 || from->size == to->size) {
        holds = count == 0 &&
                (from->size == 0 ||
                 memcmp(from->root, to->root, sizeof from->root) == 0);
    } else {
        holds = merkle_check_consistency(
                    from->size, to->size, from->root, to->root,
                    (const uint8_t(*)[MERKLE_HASH_BYTES])proof.data, count,
                    &fault) == FRANK_OK;
    }
    if (!holds) {
        bundle_refuse(c, "consistency",
                      "The checkpoint of %s does not go on from the one that "
                      "was cosigned: %s.",
                      by, bundle_why(&fault).text);
    }
    return holds;
}

static void refuse_policy(struct bundle_check *c, const char *by,
                          const char *why)
{
    bundle_refuse(c, "witnesses",
                  "The checkpoint of %s is not what the policy asks for: %s.",
                  by, why);
}

/* Which of the entries stand in the tree that witnesses saw. */
static void mark_cosigned(struct bundle_check *c, struct bundle_trail *trail,
                          const char *by)
{
    size_t later = 0;

    trail->is_cosigned = true;
    for (size_t i = 0; i < trail->count; i++) {
        trail->lines[i].cosigned =
            trail->lines[i].entry->index < trail->cosigned.size;
        later += !trail->lines[i].cosigned;
    }
    if (later > 0) {
        bundle_find(c, BUNDLE_NOT_SHOWN, "witnesses", by, 0,
                    "No witness had seen the last %s of those in the bundle "
                    "yet.",
                    COUNT(later, "entry"));
    }
}

static void check_witnesses(struct bundle_check *c, struct bundle_trail *trail,
                            const struct bundle_log *log, const char *by,
                            const struct policy *policy)
{
    struct policy_verdict *v = calloc(1, sizeof *v);
    struct frank_fault fault;
    uint64_t last = 0;

    if (v == NULL) {
        c->exhausted = true;
    } else if (policy_check(policy, (const char *)log->cosigned.data,
                            log->cosigned.len, v, &fault) != FRANK_OK) {
        refuse_policy(c, by, bundle_why(&fault).text);
    } else if (!v->quorum_met) {
        refuse_policy(c, by, "too few of its witnesses cosigned");
    } else if (v->count > 0) {
        for (size_t i = 0; i < POLICY_WITNESSES_MAX; i++) {
            last = v->times[i] > last ? v->times[i] : last;
        }
        bundle_find(c, BUNDLE_PROVEN, "witnesses", BY_WITNESSES,
                    last < UINT64_MAX / 1000 ? last * 1000 : 0,
                    "%s cosigned the log of %s up to entry %llu: everybody was "
                    "shown the same.",
                    COUNT(v->count, "witness"), trail->key.name,
                    (unsigned long long)(trail->cosigned.size - 1));
        mark_cosigned(c, trail, by);
    }
    free(v);
}

static void check_cosigned(struct bundle_check *c, struct bundle_trail *trail,
                           const struct bundle_log *log, const char *by,
                           const struct policy *policy)
{
    if (log->cosigned.len == 0) {
        if (policy != NULL && policy_needs_witnesses(policy)) {
            refuse_policy(c, by, "no cosigned one is in the bundle");
            return;
        }
        bundle_find(c, BUNDLE_NOT_SHOWN, "witnesses", by, 0,
                    "No checkpoint of %s with cosignatures of witnesses is in "
                    "the bundle: that others were shown the same log is not "
                    "proven.",
                    by);
        return;
    }
    if (!open_note(c, &trail->cosigned, trail, log->cosigned, by,
                   "cosigned checkpoint") ||
        !check_consistency(c, trail, log->consistency, by)) {
        return;
    }
    if (policy != NULL) {
        check_witnesses(c, trail, log, by, policy);
    } else {
        bundle_find(c, BUNDLE_UNPINNED, "witnesses", by, 0,
                    "A checkpoint of %s may carry cosignatures; without "
                    "--policy nobody's count.",
                    by);
    }
}

/* ---- The entries --------------------------------------------------------- */

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text != NULL ? text : "";
}

/* The longest of a case has 14 members and 32 holders. */
#define MARKS_MAX 96
#define CONTAINERS_MAX 3

bool bundle_line_is_plain(struct frank_span entry)
{
    size_t marks = 0;
    size_t containers = 0;

    for (size_t i = 0; i < entry.len && i < BUNDLE_LINE_MAX_BYTES; i++) {
        uint8_t byte = entry.data[i];

        if (byte == '\\') {
            return false;
        }
        containers += byte == '{' || byte == '[';
        marks += byte == ',' || byte == ':';
    }
    return entry.len <= BUNDLE_LINE_MAX_BYTES && marks <= MARKS_MAX &&
           containers <= CONTAINERS_MAX;
}

/* The two states of a step; false: they are none. */
static bool read_step(struct bundle_line *line)
{
    const json_t *from = json_object_get(line->json, "from");
    const json_t *to = json_object_get(line->json, "to");

    /* A notice says whom it is "to", reports_refused "from" which time. */
    if (!line->of_case || from == NULL) {
        return true;
    }
    line->steps = true;
    return json_is_string(from) && json_is_string(to) &&
           case_state_named(&line->from, json_string_value(from)) &&
           case_state_named(&line->to, json_string_value(to));
}

static void read_line(struct bundle_check *c, struct bundle_line *line,
                      const char *case_hex, const char *by)
{
    struct frank_span text = line->entry->entry;
    json_t *json = NULL;
    bool good =
        bundle_line_is_plain(text) &&
        key_json_load(&json, (const char *)text.data, text.len,
                      BUNDLE_ENTRY_MAX_BYTES, "entry", NULL) == FRANK_OK &&
        json_is_string(json_object_get(json, "type")) &&
        json_is_integer(json_object_get(json, "time")) &&
        json_integer_value(json_object_get(json, "time")) >= 0;

    if (good) {
        line->json = json;
        line->type = text_of(json, "type");
        line->action = text_of(json, "action");
        line->by = text_of(json, "by");
        line->time =
            (uint64_t)json_integer_value(json_object_get(json, "time"));
        line->of_case = strcmp(text_of(json, "case"), case_hex) == 0;
        good = read_step(line);
    } else {
        json_decref(json);
    }
    if (!good) {
        bundle_refuse(c, "entry", "Entry %llu of %s cannot be read.",
                      (unsigned long long)line->entry->index, by);
    }
}

/* What is not in the tree is not read either: anybody can have written it. */
static void check_inclusion(struct bundle_check *c,
                            const struct bundle_trail *trail, const char *by)
{
    char case_hex[2 * BUNDLE_CASE_BYTES + 1];
    size_t good = 0;

    (void)sodium_bin2hex(case_hex, sizeof case_hex, c->bundle->case_name,
                         sizeof c->bundle->case_name);
    for (size_t i = 0; i < trail->count; i++) {
        const struct bundle_entry *entry = trail->lines[i].entry;
        uint8_t leaf[MERKLE_HASH_BYTES];
        struct frank_fault fault;

        merkle_leaf(leaf, entry->entry);
        if (merkle_check_inclusion(
                entry->index, trail->checkpoint.size, leaf,
                (const uint8_t(*)[MERKLE_HASH_BYTES])entry->proof.data,
                entry->proof.len / MERKLE_HASH_BYTES, trail->checkpoint.root,
                &fault) == FRANK_OK) {
            good++;
            read_line(c, &trail->lines[i], case_hex, by);
        } else {
            bundle_refuse(c, "inclusion",
                          "Entry %llu is not in the tree that %s signed: %s.",
                          (unsigned long long)entry->index, by,
                          bundle_why(&fault).text);
        }
    }
    if (good > 0 && good == trail->count) {
        bundle_find(c, BUNDLE_PROVEN, "inclusion", by, 0,
                    "%s of the log %s are in the bundle, of %llu that it had.",
                    COUNT(good, "entry"), trail->key.name,
                    (unsigned long long)trail->checkpoint.size);
    }
}

static bool make_lines(struct bundle_check *c, struct bundle_trail *trail,
                       const struct bundle_log *log)
{
    trail->lines = calloc(log->count + 1, sizeof *trail->lines);
    if (trail->lines == NULL) {
        c->exhausted = true;
        return false;
    }
    trail->count = log->count;
    for (size_t i = 0; i < log->count; i++) {
        trail->lines[i] = (struct bundle_line){.entry = &log->entries[i],
                                               .type = "",
                                               .action = "",
                                               .by = "",
                                               .report = SIZE_MAX};
    }
    return true;
}

void bundle_check_trail(struct bundle_check *c, struct bundle_trail *out,
                        const struct bundle_log *log,
                        const struct bundle_source *source)
{
    if (!make_lines(c, out, log) || !check_key(c, &out->key, log, source) ||
        !open_note(c, &out->checkpoint, out, log->checkpoint, source->by,
                   "checkpoint")) {
        return;
    }
    out->is_signed = true;
    check_inclusion(c, out, source->by);
    check_cosigned(c, out, log, source->by, source->policy);
}

/* ---- Whose they are ------------------------------------------------------ */

/* The case's reports: those that its own entries name, with their place in the
 * bundle where they are there. */
static void collect_names(struct bundle_check *c)
{
    c->names = json_object();
    for (size_t i = 0; i < c->moderation.count; i++) {
        const struct bundle_line *line = &c->moderation.lines[i];
        const char *name = bundle_line_text(line, "report");

        if (line->of_case && strlen(name) == REPORT_HEX_BYTES &&
            json_object_set_new(c->names, name, json_integer(-1)) != 0) {
            c->exhausted = true;
        }
    }
    for (size_t i = 0; i < c->bundle->report_count; i++) {
        char name[REPORT_HEX_BYTES + 1];
        json_t *known;

        (void)sodium_bin2hex(name, sizeof name, c->reports[i].name,
                             sizeof c->reports[i].name);
        known = json_object_get(c->names, name);
        if (known != NULL && json_integer_value(known) >= 0) {
            bundle_refuse(c, "name", "Report %zu is in the bundle twice.", i);
        } else if (known != NULL) {
            (void)json_integer_set(known, (json_int_t)i);
        }
    }
}

/* Which report a line is about; false: of none that belongs to the case. */
static bool set_report(struct bundle_check *c, struct bundle_line *line)
{
    const json_t *known =
        json_object_get(c->names, bundle_line_text(line, "report"));

    if (known != NULL && json_integer_value(known) >= 0) {
        line->report = (size_t)json_integer_value(known);
    }
    return known != NULL;
}

static bool is_of_moderation(struct bundle_check *c, struct bundle_line *line)
{
    bool named = set_report(c, line);

    return line->of_case || (json_object_get(line->json, "case") == NULL &&
                             (strcmp(line->type, "quorum_key") == 0 ||
                              (named && (strcmp(line->type, "purge") == 0 ||
                                         strcmp(line->type, "notice") == 0))));
}

static bool is_of_hub(struct bundle_check *c, struct bundle_line *line)
{
    bool named = set_report(c, line);

    return named && (strcmp(line->type, "report_received") == 0 ||
                     strcmp(line->type, "report_taken_over") == 0 ||
                     strcmp(line->type, "purge") == 0);
}

static void check_lines(struct bundle_check *c, struct bundle_trail *trail,
                        const char *by, bool of_hub)
{
    for (size_t i = 0; i < trail->count; i++) {
        struct bundle_line *line = &trail->lines[i];

        if (line->json != NULL &&
            !(of_hub ? is_of_hub(c, line) : is_of_moderation(c, line))) {
            bundle_refuse(c, "entry",
                          "Entry %llu of %s is not about this case.",
                          (unsigned long long)line->entry->index, by);
        }
    }
}

void bundle_check_lines(struct bundle_check *c)
{
    collect_names(c);
    check_lines(c, &c->moderation, BY_LOG, false);
    check_lines(c, &c->hub_log, BY_HUB_LOG, true);
}
