/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The auditor's rules over logs as services write them, from a file: entries a
 * second, receipts a second on one core and on two, memory. Each run is a
 * process of its own, so that its memory is its own. --json: an object a line.
 */
#include "key_json.h"
#include "rules.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define HOUR UINT64_C(3600000)
#define DAY (24 * HOUR)
#define BEGUN UINT64_C(1700000000000)
/* Cases that are worked on at a time. */
#define AT_ONCE 1000u

static struct frank_quorum quorum;
static struct share shares[3];
static char quorum_hex[2 * FRANK_QUORUM_ID_BYTES + 1];
static bool as_json;

static void fail(const char *what)
{
    (void)fprintf(stderr, "bench: %s\n", what);
    _exit(3);
}

/* ---- Logs ------------------------------------------------------------------
 */

struct making {
    FILE *logs[RULES_LOGS];
    uint64_t counts[RULES_LOGS];
    uint64_t *last; /* by case: behind its last entry */
    uint64_t now;
};

static void put(struct making *m, enum rules_log log, const char *type,
                const char *format, ...) __attribute__((format(printf, 4, 5)));
static void put(struct making *m, enum rules_log log, const char *type,
                const char *format, ...)
{
    char rest[1024];
    char text[1400];
    uint8_t nonce[16];
    char hex[33];
    va_list arguments;
    int len;

    va_start(arguments, format);
    (void)vsnprintf(rest, sizeof rest, format, arguments);
    va_end(arguments);
    randombytes_buf(nonce, sizeof nonce);
    (void)sodium_bin2hex(hex, sizeof hex, nonce, sizeof nonce);
    len = snprintf(text, sizeof text,
                   "{\"type\":\"%s\",\"time\":%" PRIu64 ",\"nonce\":\"%s\"%s}",
                   type, m->now++, hex, rest);
    (void)fputc(len >> 8, m->logs[log]);
    (void)fputc(len & 0xff, m->logs[log]);
    (void)fwrite(text, 1, (size_t)len, m->logs[log]);
    m->counts[log]++;
}

/* Names are of random bytes, as in life: of the number alone, the same when
 * they are asked for again. */
static const char *name(char out[static 65], const char *of, uint64_t number,
                        size_t len)
{
    uint8_t bytes[32];
    char text[64];

    (void)snprintf(text, sizeof text, "%s %" PRIu64, of, number);
    (void)crypto_generichash(bytes, sizeof bytes, (const uint8_t *)text,
                             strlen(text), NULL, 0);
    (void)sodium_bin2hex(out, 65, bytes, len);
    return out;
}

static void put_case(struct making *m, const char *by, uint64_t i,
                     const char *type, const char *rest)
{
    char in_case[65];
    char previous[48] = "";
    uint64_t index = m->counts[RULES_MOD];

    if (m->last[i] != 0) {
        (void)snprintf(previous, sizeof previous, "\"previous\":%" PRIu64 ",",
                       m->last[i] - 1);
    }
    m->last[i] = index + 1;
    put(m, RULES_MOD, type, ",\"by\":\"%s\",\"case\":\"%s\",%s%s", by,
        name(in_case, "case", i, 16), previous, rest);
}

static void put_people(struct making *m)
{
    static const char *const roles[] = {"admin", "reviewer", "reviewer",
                                        "reviewer"};
    char point[2 * FRANK_POINT_BYTES + 1];

    (void)sodium_bin2hex(point, sizeof point, quorum.public_key,
                         sizeof quorum.public_key);
    put(m, RULES_HUB, "key_epoch",
        ",\"epoch\":1,\"not_before\":0,\"state\":\"live\"");
    put(m, RULES_MOD, "quorum_key",
        ",\"by\":\"service\",\"quorum\":\"%s\",\"P\":\"%s\",\"threshold\":2,"
        "\"holders\":3",
        quorum_hex, point);
    for (unsigned i = 0; i < 4; i++) {
        put(m, RULES_MOD, "account",
            ",\"by\":\"service\",\"action\":\"added\",\"account\":"
            "\"a00000000000000%u\",\"roles\":[\"%s\"]",
            i, roles[i]);
        put(m, RULES_MOD, "account",
            ",\"by\":\"a00000000000000%u\",\"action\":\"enrolled\","
            "\"account\":\"a00000000000000%u\",\"roles\":[\"%s\"]",
            i, i, roles[i]);
        if (i == 1 || i == 2) {
            put(m, RULES_MOD, "account",
                ",\"by\":\"a000000000000000\",\"action\":\"holder\","
                "\"account\":\"a00000000000000%u\",\"quorum\":\"%s\","
                "\"holder\":%u",
                i, quorum_hex, i);
        }
    }
}

static void receipt_hex(char out[static 2 * RECEIPT_BYTES + 1], uint64_t number,
                        unsigned holder, uint64_t time)
{
    static struct sealed_report report;
    uint8_t random[GROUP_RANDOM_BYTES];
    uint8_t bytes[RECEIPT_BYTES];
    struct receipt receipt;

    memcpy(report.digest, &number, sizeof number);
    frank_quorum_id(report.seal.quorum_id, &quorum);
    randombytes_buf(random, sizeof random);
    if (receipt_make(&receipt, &shares[holder - 1], &report, time, random) !=
        FRANK_OK) {
        fail("receipt");
    }
    receipt_encode(bytes, &receipt);
    (void)sodium_bin2hex(out, 2 * RECEIPT_BYTES + 1, bytes, sizeof bytes);
}

static void put_opening(struct making *m, uint64_t i, const char *report)
{
    char rest[700];
    char hex[2 * RECEIPT_BYTES + 1];

    put_case(m, "a000000000000001", i, "case_claimed",
             "\"action\":\"claimed\",\"from\":\"waiting\",\"to\":\"claimed\"");
    put_case(m, "a000000000000001", i, "consent",
             "\"action\":\"asked\",\"from\":\"claimed\",\"to\":"
             "\"consent_asked\",\"reports\":1");
    for (unsigned holder = 1; holder <= 2; holder++) {
        receipt_hex(hex, i, holder, m->now);
        (void)snprintf(rest, sizeof rest,
                       "\"action\":\"given\",\"report\":\"%s\",\"receipt\":"
                       "\"%s\"",
                       report, hex);
        put_case(m, holder == 1 ? "a000000000000001" : "a000000000000002", i,
                 "consent", rest);
    }
    (void)snprintf(rest, sizeof rest,
                   "\"action\":\"opened\",\"from\":\"consent_asked\",\"to\":"
                   "\"open\",\"report\":\"%s\",\"holders\":[1,2]",
                   report);
    put_case(m, "service", i, "report_opened", rest);
    (void)snprintf(rest, sizeof rest,
                   "\"action\":\"checked\",\"report\":\"%s\",\"verdicts\":"
                   "{\"matches\":1}",
                   report);
    put_case(m, "service", i, "opening_checked", rest);
    put_case(m, "a000000000000001", i, "decision",
             "\"action\":\"decided\",\"from\":\"open\",\"to\":\"decided\","
             "\"policy\":\"fraud\",\"outcome\":\"warn\",\"grave\":false,"
             "\"book\":1,\"withheld\":0");
    put_case(m, "service", i, "decision",
             "\"action\":\"settled\",\"from\":\"decided\",\"to\":\"closed\"");
}

/* One step of a case's way: 0 it comes in, 1 it is decided, 2 it is purged. */
static void put_step(struct making *m, uint64_t i, unsigned step, bool opened)
{
    char report[65];
    char rest[256];

    (void)name(report, "report", i, 32);
    if (step == 0) {
        put(m, RULES_HUB, "report_received", ",\"report\":\"%s\"", report);
        (void)snprintf(rest, sizeof rest,
                       "\"action\":\"new\",\"report\":\"%s\"", report);
        put_case(m, "service", i, "report_taken_over", rest);
        put(m, RULES_HUB, "report_taken_over", ",\"report\":\"%s\"", report);
    } else if (step == 1 && opened) {
        put_opening(m, i, report);
    } else if (step == 1) {
        put_case(m, "a000000000000001", i, "decision",
                 "\"action\":\"dismissed\",\"from\":\"waiting\",\"to\":"
                 "\"closed\",\"unopened\":true");
        put(m, RULES_MOD, "notice",
            ",\"by\":\"service\",\"to\":\"hub\",\"report\":\"%s\",\"state\":"
            "\"closed\"",
            report);
    } else {
        put(m, RULES_MOD, "purge", ",\"by\":\"service\",\"report\":\"%s\"",
            report);
        put_case(m, "service", i, "purge",
                 "\"action\":\"purged\",\"from\":\"closed\",\"to\":\"purged\"");
    }
}

/* Cases come, a thousand later each is decided, and the oldest are purged as in
 * a service that has run for months. */
static void make(struct making *m, uint64_t entries, bool opened)
{
    static const char *const names[RULES_LOGS] = {"hub", "mod"};
    uint64_t each = opened ? 13 : 7;
    uint64_t cases = entries / each;

    memset(m->counts, 0, sizeof m->counts);
    m->last = calloc(cases + 1, sizeof *m->last);
    if (m->last == NULL) {
        fail("out of memory");
    }
    m->now = BEGUN;
    for (unsigned log = 0; log < RULES_LOGS; log++) {
        m->logs[log] = fopen(names[log], "w+b");
        if (m->logs[log] == NULL) {
            fail("file");
        }
    }
    put_people(m);
    for (uint64_t i = 0; i < cases + AT_ONCE; i++) {
        if (i < cases) {
            put_step(m, i, 0, opened);
        }
        if (i >= AT_ONCE) {
            put_step(m, i - AT_ONCE, 1, opened);
        }
    }
    for (unsigned day = 0; day < 184; day++) {
        m->now += DAY;
        put(m, RULES_HUB, "reports_refused",
            ",\"from\":%" PRIu64 ",\"until\":%" PRIu64 ",\"counts\":{}",
            m->now - DAY, m->now);
    }
    for (uint64_t i = 0; i < cases; i++) {
        put_step(m, i, 2, opened);
    }
    free(m->last);
    m->last = NULL;
}

/* ---- Running ---------------------------------------------------------------
 */

static double seconds(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool show(void *context, const struct rules_finding *f)
{
    (void)fprintf(stderr, "%s %" PRIu64 ": %s\n", f->rule, f->index, f->text);
    return ++*(unsigned *)context < 5;
}

static void feed(struct rules *rules, FILE *file, enum rules_log log)
{
    static uint8_t text[65536];
    int high;

    rewind(file);
    while ((high = fgetc(file)) != EOF) {
        size_t len = (size_t)high << 8 | (size_t)fgetc(file);

        if (fread(text, 1, len, file) != len ||
            rules_entry(rules, log, rules_next(rules, log),
                        (struct frank_span){text, len}) != FRANK_OK) {
            fail(rules_trouble(rules));
        }
    }
}

static void run(struct making *m, unsigned threads, int to)
{
    const struct rules_settings settings = {.limits = rules_limits_standard,
                                            .quorums = {&quorum, 1},
                                            .threads = threads};
    char trouble[RULES_TROUBLE_BYTES];
    struct rules *rules;
    double begun = seconds();
    double took;
    unsigned shown = 0;

    if (rules_open(&rules, &settings, trouble) != FRANK_OK) {
        fail(trouble);
    }
    feed(rules, m->logs[RULES_HUB], RULES_HUB);
    feed(rules, m->logs[RULES_MOD], RULES_MOD);
    if (rules_end(rules, 0) != FRANK_OK) {
        fail(rules_trouble(rules));
    }
    took = seconds() - begun;
    if (rules_findings(rules) > 0) {
        rules_each(rules, show, &shown);
        fail("findings");
    }
    rules_close(rules);
    if (write(to, &took, sizeof took) != sizeof took) {
        fail("pipe");
    }
    _exit(0);
}

static double of_time(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

/* Seconds; *mib is the memory at most, *cpu the seconds of all cores. */
static double measure(struct making *m, unsigned threads, double *mib,
                      double *cpu)
{
    struct rusage usage;
    double took = 0;
    int pipes[2];
    int status;
    pid_t pid;

    if (fflush(NULL) != 0 || pipe(pipes) != 0 || (pid = fork()) < 0) {
        fail("fork");
    }
    if (pid == 0) {
        run(m, threads, pipes[1]);
    }
    (void)close(pipes[1]); /* so that a run that fails ends the reading */
    if (read(pipes[0], &took, sizeof took) != sizeof took ||
        wait4(pid, &status, 0, &usage) != pid || status != 0) {
        fail("run");
    }
    (void)close(pipes[0]);
    *mib = (double)usage.ru_maxrss / 1024;
    *cpu = of_time(usage.ru_utime) + of_time(usage.ru_stime);
    return took;
}

static void put_row(const char *what, double value, const char *unit)
{
    if (as_json) {
        (void)printf("{\"name\":\"%s\",\"value\":%.1f,\"unit\":\"%s\"}\n", what,
                     value, unit);
    } else {
        (void)printf("  %-52s %12.0f %s\n", what, value, unit);
    }
}

static void bench(uint64_t entries, bool opened, uint64_t receipts)
{
    struct making m;
    char what[80];
    double mib;
    double cpu;

    make(&m, entries, opened);
    for (unsigned threads = 1; threads <= 2; threads++) {
        double took = measure(&m, threads, &mib, &cpu);
        uint64_t all = m.counts[RULES_HUB] + m.counts[RULES_MOD];

        (void)snprintf(what, sizeof what, "%s %" PRIu64 " entries, %u %s",
                       opened ? "opened:" : "dismissed:", all, threads,
                       threads == 1 ? "core" : "cores");
        put_row(what, (double)all / took, "entries/s");
        if (receipts > 0) {
            put_row("  receipts checked in it", (double)receipts / took,
                    "receipts/s");
        }
        put_row("  the same by CPU time", (double)all / cpu, "entries/s");
        put_row("  memory", mib, "MiB");
    }
    (void)fclose(m.logs[RULES_HUB]);
    (void)fclose(m.logs[RULES_MOD]);
}

static void bare(void)
{
    uint8_t bytes[RECEIPT_BYTES];
    char hex[2 * RECEIPT_BYTES + 1];
    struct receipt receipt;
    double begun;
    unsigned n = 2000;

    receipt_hex(hex, 1, 1, BEGUN);
    (void)sodium_hex2bin(bytes, sizeof bytes, hex, sizeof hex - 1, NULL, NULL,
                         NULL);
    begun = seconds();
    for (unsigned i = 0; i < n; i++) {
        if (receipt_decode(&receipt, bytes, sizeof bytes, NULL) != FRANK_OK ||
            receipt_check(&receipt, &quorum, NULL) != FRANK_OK) {
            fail("receipt");
        }
    }
    put_row("bare: one receipt behind the other, 1 core",
            n / (seconds() - begun), "receipts/s");
}

int main(int argc, char **argv)
{
    char folder[] = "/tmp/frank-bench-XXXXXX";
    uint8_t random[2][SHARE_RANDOM_BYTES];
    uint8_t id[FRANK_QUORUM_ID_BYTES];

    as_json = argc == 2 && strcmp(argv[1], "--json") == 0;
    if (sodium_init() < 0 || mkdtemp(folder) == NULL || chdir(folder) != 0) {
        fail("beginning");
    }
    key_json_start(abort);
    randombytes_buf(random, sizeof random);
    if (share_deal(&quorum, shares, 2, 3, random[0], NULL) != FRANK_OK) {
        fail("quorum");
    }
    frank_quorum_id(id, &quorum);
    (void)sodium_bin2hex(quorum_hex, sizeof quorum_hex, id, sizeof id);
    if (!as_json) {
        (void)puts("\nThe auditor's rules");
    }
    bare();
    bench(100000, false, 0);
    bench(1000000, false, 0);
    bench(260000, true, 40000);
    (void)unlink("hub");
    (void)unlink("mod");
    (void)rmdir(folder);
    return 0;
}
