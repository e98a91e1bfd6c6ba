/* SPDX-License-Identifier: Apache-2.0 */
#include "story.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES_MAX 4096
#define ENTRY_MAX 4096

uint64_t story_now;
struct rules_settings story_settings;
struct rules_finding story_findings[STORY_FINDINGS_MAX];
size_t story_count;

const char *const ann = "a000000000000001";
const char *const ben = "a000000000000002";
const char *const cat = "a000000000000003";
const char *const lea = "a000000000000004";
const char *const ada = "a000000000000005";
const char *const aud = "a000000000000006";
const char *const service = "service";

static struct {
    char *text[ENTRIES_MAX];
    size_t len[ENTRIES_MAX];
    size_t count;
} logs[RULES_LOGS];

static uint32_t nonces;

/* ---- Entries ---------------------------------------------------------------
 */

size_t story_raw(enum rules_log log, const char *text, size_t len)
{
    size_t i = logs[log].count;

    assert_true(i < ENTRIES_MAX);
    logs[log].text[i] = malloc(len + 1);
    assert_non_null(logs[log].text[i]);
    memcpy(logs[log].text[i], text, len);
    logs[log].text[i][len] = '\0';
    logs[log].len[i] = len;
    return logs[log].count++;
}

static size_t put(enum rules_log log, const char *type, const char *rest)
{
    char text[ENTRY_MAX];
    int len =
        snprintf(text, sizeof text,
                 "{\"type\":\"%s\",\"time\":%" PRIu64 ",\"nonce\":\"%032x\"%s}",
                 type, story_now, ++nonces, rest);

    assert_true(len > 0 && (size_t)len < sizeof text);
    story_now += 1000;
    return story_raw(log, text, (size_t)len);
}

#define FORMAT(out, format)                                                    \
    do {                                                                       \
        va_list arguments;                                                     \
        va_start(arguments, format);                                           \
        (void)vsnprintf(out, sizeof(out), format, arguments);                  \
        va_end(arguments);                                                     \
    } while (0)

size_t story_hub(const char *type, const char *format, ...)
{
    char rest[ENTRY_MAX / 2];

    FORMAT(rest, format);
    return put(RULES_HUB, type, rest);
}

size_t story_mod(const char *by, const char *type, const char *format, ...)
{
    char rest[ENTRY_MAX / 2];
    char all[ENTRY_MAX];

    FORMAT(rest, format);
    (void)snprintf(all, sizeof all, ",\"by\":\"%s\"%s", by, rest);
    return put(RULES_MOD, type, all);
}

/* ",\"previous\":12", the last entry of this case; "" where there is none. */
static void say_previous(char *out, size_t size, const char *case_name)
{
    char member[64];

    out[0] = '\0';
    (void)snprintf(member, sizeof member, "\"case\":\"%s\"", case_name);
    for (size_t i = logs[RULES_MOD].count; i > 0; i--) {
        if (strstr(logs[RULES_MOD].text[i - 1], member) != NULL) {
            (void)snprintf(out, size, ",\"previous\":%zu", i - 1);
            return;
        }
    }
}

size_t story_case(const char *by, unsigned number, const char *type,
                  const char *action, const char *from, const char *to,
                  const char *format, ...)
{
    char rest[ENTRY_MAX / 2];
    char states[96] = "";
    const char *name = story_case_name(number);
    char previous[40];

    FORMAT(rest, format);
    say_previous(previous, sizeof previous, name);
    if (from != NULL) {
        (void)snprintf(states, sizeof states, ",\"from\":\"%s\",\"to\":\"%s\"",
                       from, to);
    }
    return story_mod(by, type, ",\"case\":\"%s\"%s,\"action\":\"%s\"%s%s", name,
                     previous, action, states, rest);
}

static char *name_room(void)
{
    static char rooms[8][2 * RECEIPT_BYTES + 1];
    static unsigned next;

    return rooms[next++ % 8];
}

const char *story_report_name(unsigned number)
{
    char *out = name_room();

    (void)snprintf(out, 65, "%056x%08x", 0xabcdefu, number);
    return out;
}

const char *story_case_name(unsigned number)
{
    char *out = name_room();

    (void)snprintf(out, 33, "%024x%08x", 0xcafeu, number);
    return out;
}

const char *story_quorum(void)
{
    uint8_t id[FRANK_QUORUM_ID_BYTES];
    char *out = name_room();

    frank_quorum_id(id, reports_quorum());
    support_hex_encode(out, id, sizeof id);
    return out;
}

const char *story_receipt(unsigned number, unsigned holder, uint64_t time)
{
    static struct sealed_report report;
    uint8_t random[GROUP_RANDOM_BYTES];
    uint8_t bytes[RECEIPT_BYTES];
    struct share share = reports_share(holder);
    struct receipt receipt;
    char *out = name_room();

    memset(report.digest, 0xd1, sizeof report.digest);
    memcpy(report.digest, &number, sizeof number);
    memcpy(report.seal.quorum_id, share.quorum_id, sizeof share.quorum_id);
    randombytes_buf(random, sizeof random);
    assert_int_equal(receipt_make(&receipt, &share, &report, time, random),
                     FRANK_OK);
    receipt_encode(bytes, &receipt);
    support_hex_encode(out, bytes, sizeof bytes);
    return out;
}

/* ---- Beginning -------------------------------------------------------------
 */

static void add_person(const char *who, const char *role)
{
    (void)story_mod(who == ada ? service : ada, "account",
                    ",\"action\":\"added\",\"account\":\"%s\",\"roles\":"
                    "[\"%s\"]",
                    who, role);
    (void)story_mod(who, "account",
                    ",\"action\":\"enrolled\",\"account\":\"%s\",\"roles\":"
                    "[\"%s\"]",
                    who, role);
}

static void add_quorum(void)
{
    const struct frank_quorum *quorum = reports_quorum();
    const char *const holders[] = {ann, ben, cat};
    uint8_t id[FRANK_QUORUM_ID_BYTES];
    char hex[2 * FRANK_QUORUM_ID_BYTES + 1];
    char point[2 * FRANK_POINT_BYTES + 1];

    frank_quorum_id(id, quorum);
    support_hex_encode(hex, id, sizeof id);
    support_hex_encode(point, quorum->public_key, sizeof quorum->public_key);
    (void)story_mod(service, "quorum_key",
                    ",\"quorum\":\"%s\",\"P\":\"%s\",\"threshold\":%u,"
                    "\"holders\":%u",
                    hex, point, quorum->threshold, quorum->holders);
    for (unsigned i = 0; i < SUPPORT_COUNT(holders); i++) {
        (void)story_mod(ada, "account",
                        ",\"action\":\"holder\",\"account\":\"%s\","
                        "\"quorum\":\"%s\",\"holder\":%u",
                        holders[i], hex, i + 1);
    }
}

void story_begin(void)
{
    story_end();
    story_now = UINT64_C(1700000000000);
    story_settings = (struct rules_settings){
        .limits = rules_limits_standard,
        .quorums = {reports_quorum(), 1},
        .threads = 1,
    };
    /* Stories pass over the counts of most days. */
    story_settings.limits.refusal_gap = 3650 * STORY_DAY;
    (void)story_hub("key_epoch",
                    ",\"epoch\":1,\"not_before\":0,\"state\":\"live\"");
    (void)story_mod(service, "account", ",\"action\":\"book\",\"version\":1");
    add_person(ada, "admin");
    add_person(ann, "reviewer");
    add_person(ben, "reviewer");
    add_person(cat, "reviewer");
    add_person(lea, "lead");
    add_person(aud, "auditor");
    add_quorum();
}

void story_end(void)
{
    for (unsigned log = 0; log < RULES_LOGS; log++) {
        for (size_t i = 0; i < logs[log].count; i++) {
            free(logs[log].text[i]);
        }
        logs[log].count = 0;
    }
}

char *story_text(enum rules_log log, size_t index)
{
    return index < logs[log].count ? logs[log].text[index] : NULL;
}

size_t story_size(enum rules_log log)
{
    return logs[log].count;
}

void story_replace(enum rules_log log, size_t index, const char *from,
                   const char *to)
{
    const char *old = logs[log].text[index];
    const char *at = strstr(old, from);
    size_t len = logs[log].len[index] - strlen(from) + strlen(to);
    char *text = malloc(len + 1);

    assert_non_null(text);
    assert_non_null(at);
    (void)snprintf(text, len + 1, "%.*s%s%s", (int)(at - old), old, to,
                   at + strlen(from));
    free(logs[log].text[index]);
    logs[log].text[index] = text;
    logs[log].len[index] = len;
}

/* ---- Running ---------------------------------------------------------------
 */

static bool collect(void *context, const struct rules_finding *finding)
{
    (void)context;
    if (story_count < STORY_FINDINGS_MAX) {
        story_findings[story_count] = *finding;
    }
    story_count++;
    return true;
}

void story_run(const char *path, uint64_t end)
{
    char trouble[RULES_TROUBLE_BYTES];
    struct rules *rules;

    story_settings.path = path;
    if (rules_open(&rules, &story_settings, trouble) != FRANK_OK) {
        print_error("%s\n", trouble);
        fail();
    }
    for (unsigned log = 0; log < RULES_LOGS; log++) {
        for (size_t i = rules_next(rules, log); i < logs[log].count; i++) {
            assert_int_equal(rules_entry(rules, log, i,
                                         (struct frank_span){
                                             (const uint8_t *)logs[log].text[i],
                                             logs[log].len[i]}),
                             FRANK_OK);
        }
    }
    assert_int_equal(rules_end(rules, end), FRANK_OK);
    assert_int_equal(rules_commit(rules), FRANK_OK);
    story_count = 0;
    rules_each(rules, collect, NULL);
    rules_close(rules);
}

static void show(void)
{
    for (size_t i = 0; i < story_count && i < STORY_FINDINGS_MAX; i++) {
        const struct rules_finding *f = &story_findings[i];

        print_error("%s: %s entry %u: %s\n  %s\n", f->rule,
                    f->log == RULES_HUB ? "hub" : "mod", (unsigned)f->index,
                    f->text, story_text(f->log, f->index));
    }
}

void story_holds_(const char *file, int line)
{
    story_run(NULL, 0);
    if (story_count != 0) {
        show();
        _fail(file, line);
    }
}

void story_breaks_(const char *rule, enum rules_log log, size_t index,
                   const char *file, int line)
{
    story_run(NULL, 0);
    if (story_count != 1 || strcmp(story_findings[0].rule, rule) != 0 ||
        story_findings[0].log != log || story_findings[0].index != index) {
        print_error("expected: %s, %s entry %u\n", rule,
                    log == RULES_HUB ? "hub" : "mod", (unsigned)index);
        show();
        _fail(file, line);
    }
}
