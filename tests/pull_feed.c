/* SPDX-License-Identifier: Apache-2.0 */
/* pull_feed SOCKET|URL TOKEN|- pull AFTER | ack THROUGH | decide ID... |
 * checkpoint | public: one request to a hub, for tests/service/feed_client.py.
 * The exit code is the enum feed_result. */
#include "feed_client.h"

#include <inttypes.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct feed_source source = {.connect_ms = 5000, .total_ms = 60000};
static struct feed_trouble trouble;

static void put_hex(const char *name, const uint8_t *bytes, size_t len)
{
    (void)printf(",\"%s\":\"", name);
    for (size_t i = 0; i < len; i++) {
        (void)printf("%02x", bytes[i]);
    }
    (void)fputs("\"", stdout);
}

static enum feed_result pull(uint64_t after)
{
    struct feed_page page;
    enum feed_result result = feed_pull(&source, after, &page, &trouble);

    if (result != FEED_DONE) {
        return result;
    }
    (void)printf("{\"next\":%" PRIu64 ",\"last\":%" PRIu64
                 ",\"more\":%s,\"items\":[",
                 page.next, page.last, page.more ? "true" : "false");
    for (size_t i = 0; i < page.count; i++) {
        const struct feed_page_item *item = &page.items[i];

        (void)printf("%s{\"fault\":%d,\"number\":%" PRIu64
                     ",\"received\":%" PRIu64 ",\"reporter\":%d,"
                     "\"source\":%d,\"priority\":%" PRIu32
                     ",\"distinct_reporters\":%" PRIu32
                     ",\"first_contact\":%s,\"folds_into\":%" PRIu64,
                     i > 0 ? "," : "", item->fault.error, item->number,
                     item->received, (int)item->reporter, (int)item->origin,
                     item->priority, item->distinct,
                     item->first_contact ? "true" : "false", item->folds_into);
        put_hex("report_id", item->report_id, sizeof item->report_id);
        put_hex("report_salt", item->salt, sizeof item->salt);
        put_hex("verdict", item->verdict.data, item->verdict.len);
        put_hex("report", item->report.data, item->report.len);
        if (item->has_log_index) {
            (void)printf(",\"log_index\":%" PRIu64, item->log_index);
        }
        (void)fputs("}", stdout);
    }
    (void)fputs("]}\n", stdout);
    feed_page_free(&page);
    return result;
}

static enum feed_result decide(char **ids, size_t count)
{
    struct feed_notice notices[100] = {{.state = FEED_STATE_SAME}};
    bool unknown[100];
    enum feed_result result;

    for (size_t i = 0; i < count && i < 100; i++) {
        notices[i].state = FEED_DECIDED;
        (void)strcpy(notices[i].outcome, "warned");
        if (sodium_hex2bin(notices[i].report_id, FRANK_REPORT_ID_BYTES, ids[i],
                           strlen(ids[i]), NULL, NULL, NULL) != 0) {
            exit(9);
        }
    }
    result = feed_notices(&source, notices, count, unknown, &trouble);
    for (size_t i = 0; result == FEED_DONE && i < count; i++) {
        (void)printf("%s %s\n", ids[i], unknown[i] ? "unknown" : "known");
    }
    return result;
}

static enum feed_result run(int count, char **words)
{
    uint64_t taken = 0;
    size_t len = 0;
    char *text = NULL;
    enum feed_result result = FEED_REFUSED;

    if (strcmp(words[0], "pull") == 0 && count == 2) {
        return pull(strtoull(words[1], NULL, 10));
    }
    if (strcmp(words[0], "decide") == 0) {
        return decide(words + 1, (size_t)count - 1);
    }
    if (strcmp(words[0], "ack") == 0 && count == 2) {
        result =
            feed_ack(&source, strtoull(words[1], NULL, 10), &taken, &trouble);
        (void)printf("%" PRIu64 "\n", taken);
    } else if (strcmp(words[0], "checkpoint") == 0) {
        result = feed_checkpoint(&source, false, &text, &len, &trouble);
    } else if (strcmp(words[0], "public") == 0) {
        result = feed_public(&source, &text, &len, &trouble);
    }
    (void)fwrite(text != NULL ? text : "", 1, len, stdout);
    free(text);
    return result;
}

int main(int argc, char **argv)
{
    struct fetch_networks networks;
    enum feed_result result;

    (void)signal(SIGPIPE, SIG_IGN);
    if (argc < 4 || sodium_init() < 0 || fetch_start() != FRANK_OK ||
        fetch_networks_parse(&networks, "127.0.0.0/8", NULL) != FRANK_OK) {
        return 9;
    }
    if (strncmp(argv[1], "http", 4) == 0) {
        source.url = argv[1];
        source.networks = &networks;
    } else {
        source.url = "http://hub";
        source.unix_socket = argv[1];
    }
    source.bearer = strcmp(argv[2], "-") != 0 ? argv[2] : NULL;
    result = run(argc - 3, argv + 3);
    if (result != FEED_DONE) {
        (void)fprintf(stderr, "%u %s\n", trouble.status, trouble.text);
    }
    fetch_stop();
    return (int)result;
}
