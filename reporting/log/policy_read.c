/* SPDX-License-Identifier: Apache-2.0 */
#include "policy.h"

#include "note_text.h"
#include "wire.h"

#include <stdlib.h>
#include <string.h>

#define NONE "none"

/* ---- Words ----------------------------------------------------------------
 */

/* A line, cut into words as they are asked for; the zeros that close them are
 * written into the policy's own copy. */
struct line {
    const char *start; /* of the whole text, for offsets */
    char *at;
    char *end;
    struct frank_fault *fault;
};

static int refuse(const struct line *line, const char *at, int error,
                  const char *field, uint64_t found, uint64_t expected)
{
    return wire_fault(line->fault, error, field, (size_t)(at - line->start),
                      found, expected);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* The next word; NULL: no more. */
static char *next_word(struct line *line)
{
    char *word;

    while (line->at < line->end && is_blank(*line->at)) {
        line->at++;
    }
    if (line->at == line->end) {
        return NULL;
    }
    word = line->at;
    while (line->at < line->end && !is_blank(*line->at)) {
        line->at++;
    }
    if (line->at < line->end) {
        *line->at++ = '\0';
    }
    return word;
}

/* Nothing may follow. */
static int end_line(struct line *line, const char *field)
{
    const char *word = next_word(line);

    return word == NULL ? FRANK_OK
                        : refuse(line, word, FRANK_ERR_VALUE, field, 0, 0);
}

/* A fault of the key reader's, at its place in the whole text. */
static int key_fault(const struct line *line, const char *word, int error)
{
    if (error != FRANK_OK && line->fault != NULL) {
        line->fault->offset += (size_t)(word - line->start);
    }
    return error;
}

/* ---- Names ----------------------------------------------------------------
 */

static size_t find_name(const struct policy *policy, const char *name)
{
    for (size_t i = 0; i < policy->name_count; i++) {
        if (strcmp(policy->names[i].name, name) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

static int add_name(struct policy *policy, const struct line *line,
                    const char *name, size_t witness)
{
    if (strcmp(name, NONE) == 0 || find_name(policy, name) != SIZE_MAX) {
        return refuse(line, name, FRANK_ERR_VALUE, "name", 0, 0);
    }
    policy->names[policy->name_count++] = (struct policy_name){
        .name = name, .witness = witness, .group = SIZE_MAX};
    return FRANK_OK;
}

/* ---- Lines ----------------------------------------------------------------
 */

static int read_log(struct policy *policy, struct line *line)
{
    const char *word = next_word(line);
    struct policy_log log = {.url = NULL};
    int error;

    if (word == NULL) {
        return refuse(line, line->end, FRANK_ERR_VALUE, "log", 0, 0);
    }
    if (policy->log_count == POLICY_LOGS_MAX) {
        return refuse(line, word, FRANK_ERR_LIMIT, "log", policy->log_count + 1,
                      POLICY_LOGS_MAX);
    }
    error = key_fault(
        line, word, note_vkey_read(&log.key, NOTE_ED25519, word, line->fault));
    for (size_t i = 0; error == FRANK_OK && i < policy->log_count; i++) {
        if (memcmp(policy->logs[i].key.public_key, log.key.public_key,
                   sizeof log.key.public_key) == 0) {
            error = refuse(line, word, FRANK_ERR_TWICE, "key", 0, 0);
        }
    }
    log.url = next_word(line);
    policy->logs[policy->log_count++] = log;
    return error == FRANK_OK ? end_line(line, "log") : error;
}

static int read_witness(struct policy *policy, struct line *line)
{
    struct policy_witness witness = {.name = next_word(line)};
    const char *word = next_word(line);
    int error;

    if (witness.name == NULL || word == NULL) {
        return refuse(line, line->end, FRANK_ERR_VALUE, "witness", 0, 0);
    }
    if (policy->witness_count == POLICY_WITNESSES_MAX) {
        return refuse(line, word, FRANK_ERR_LIMIT, "witness",
                      policy->witness_count + 1, POLICY_WITNESSES_MAX);
    }
    error = add_name(policy, line, witness.name, policy->witness_count);
    if (error == FRANK_OK) {
        error = key_fault(line, word,
                          cosigner_read(&witness.cosigner, word, line->fault));
    }
    for (size_t i = 0; error == FRANK_OK && i < policy->witness_count; i++) {
        if (memcmp(policy->witnesses[i].cosigner.public_key,
                   witness.cosigner.public_key,
                   sizeof witness.cosigner.public_key) == 0) {
            error = refuse(line, word, FRANK_ERR_TWICE, "key", 0, 0);
        }
    }
    witness.url = next_word(line);
    policy->witnesses[policy->witness_count++] = witness;
    return error == FRANK_OK ? end_line(line, "witness") : error;
}

/* Gives a group its members; *count of them. */
static int read_members(struct policy *policy, struct line *line, size_t *count)
{
    /* The group comes to stand behind them. */
    const size_t group = policy->name_count;

    *count = 0;
    for (const char *word = next_word(line); word != NULL;
         word = next_word(line)) {
        size_t member = find_name(policy, word);

        if (member == SIZE_MAX || policy->names[member].group != SIZE_MAX) {
            return refuse(line, word, FRANK_ERR_VALUE, "member", 0, 0);
        }
        policy->names[member].group = group;
        (*count)++;
    }
    return *count > 0 ? FRANK_OK
                      : refuse(line, line->end, FRANK_ERR_VALUE, "group", 0, 0);
}

/* "all", "any", or a number from 1 to count. */
static int read_threshold(unsigned *out, const struct line *line,
                          const char *word, size_t count)
{
    const struct frank_span text = {(const uint8_t *)word, strlen(word)};
    uint64_t number = 0;

    if (strcmp(word, "all") == 0) {
        number = count;
    } else if (strcmp(word, "any") == 0) {
        number = 1;
    } else if (!note_number_read(&number, text, POLICY_NAMES_MAX) ||
               number < 1 || number > count) {
        return refuse(line, word, FRANK_ERR_VALUE, "threshold", number, count);
    }
    *out = (unsigned)number;
    return FRANK_OK;
}

static int read_group(struct policy *policy, struct line *line)
{
    const char *name = next_word(line);
    const char *threshold = next_word(line);
    unsigned needed = 0;
    size_t count;
    int error;

    if (name == NULL || threshold == NULL) {
        return refuse(line, line->end, FRANK_ERR_VALUE, "group", 0, 0);
    }
    count = policy->name_count - policy->witness_count;
    if (count == POLICY_GROUPS_MAX) {
        return refuse(line, name, FRANK_ERR_LIMIT, "group", count + 1,
                      POLICY_GROUPS_MAX);
    }
    error = read_members(policy, line, &count);
    if (error == FRANK_OK) {
        error = read_threshold(&needed, line, threshold, count);
    }
    if (error == FRANK_OK) {
        error = add_name(policy, line, name, SIZE_MAX);
    }
    if (error == FRANK_OK) {
        policy->names[policy->name_count - 1].needed = needed;
    }
    return error;
}

static int read_quorum(struct policy *policy, struct line *line, bool *has)
{
    const char *word = next_word(line);

    if (word == NULL) {
        return refuse(line, line->end, FRANK_ERR_VALUE, "quorum", 0, 0);
    }
    if (*has) {
        return refuse(line, word, FRANK_ERR_TWICE, "quorum", 0, 0);
    }
    *has = true;
    policy->quorum = find_name(policy, word);
    if (policy->quorum == SIZE_MAX && strcmp(word, NONE) != 0) {
        return refuse(line, word, FRANK_ERR_VALUE, "quorum", 0, 0);
    }
    return end_line(line, "quorum");
}

static int read_line(struct policy *policy, struct line *line, bool *has_quorum)
{
    const char *word = next_word(line);

    if (word == NULL || word[0] == '#') {
        return FRANK_OK;
    }
    if (strcmp(word, "log") == 0) {
        return read_log(policy, line);
    }
    if (strcmp(word, "witness") == 0) {
        return read_witness(policy, line);
    }
    if (strcmp(word, "group") == 0) {
        return read_group(policy, line);
    }
    if (strcmp(word, "quorum") == 0) {
        return read_quorum(policy, line, has_quorum);
    }
    return refuse(line, word, FRANK_ERR_VALUE, "line", 0, 0);
}

/* ---- The file -------------------------------------------------------------
 */

static int check_bytes(const char *text, size_t len, struct frank_fault *fault)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];

        if ((c < ' ' && c != '\t' && c != '\n') || c == 0x7f) {
            return wire_fault(fault, FRANK_ERR_VALUE, "text", i, c, 0);
        }
    }
    if (len > 0 && text[len - 1] != '\n') {
        return wire_fault(fault, FRANK_ERR_TRUNCATED, "line", len, 0, 1);
    }
    return FRANK_OK;
}

static int read_lines(struct policy *policy, size_t len,
                      struct frank_fault *fault)
{
    char *at = policy->text;
    char *end = policy->text + len;
    bool has_quorum = false;
    int error = FRANK_OK;

    while (at < end && error == FRANK_OK) {
        char *newline = memchr(at, '\n', (size_t)(end - at));
        struct line line = {policy->text, at, newline, fault};

        *newline = '\0'; /* check_bytes(): there is one */
        error = read_line(policy, &line, &has_quorum);
        at = newline + 1;
    }
    if (error == FRANK_OK && !has_quorum) {
        error = wire_fault(fault, FRANK_ERR_MISSING, "quorum", len, 0, 0);
    }
    return error;
}

int policy_parse(struct policy *out, const char *text, size_t len,
                 struct frank_fault *fault)
{
    int error;

    memset(out, 0, sizeof *out);
    out->quorum = SIZE_MAX;
    if (len > POLICY_MAX_BYTES) {
        error = wire_fault(fault, FRANK_ERR_LIMIT, "policy", 0, len,
                           POLICY_MAX_BYTES);
        goto out;
    }
    error = check_bytes(text, len, fault);
    if (error != FRANK_OK) {
        goto out;
    }
    out->text = malloc(len + 1);
    if (out->text == NULL) {
        error = wire_fault(fault, FRANK_ERR_MEMORY, "policy", 0, 0, 0);
        goto out;
    }
    if (len > 0) {
        memcpy(out->text, text, len);
    }
    error = read_lines(out, len, fault);
out:
    if (error != FRANK_OK) {
        policy_free(out);
    }
    return error;
}

void policy_free(struct policy *policy)
{
    free(policy->text);
    memset(policy, 0, sizeof *policy);
}
