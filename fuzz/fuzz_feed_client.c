/* SPDX-License-Identifier: Apache-2.0 */
/* What others say to the moderation side: pages of the feed, answers, JSON; and
 * what its operator writes: webhook secrets, networks. The first byte says
 * which. */
#include "feed_notices.h"
#include "feed_page.h"
#include "fetch_networks.h"
#include "fuzz.h"
#include "json_scan.h"
#include "webhook.h"

#include <jansson.h>
#include <sodium.h>

#define AFTER 5

static void walk_all(const struct json_scan_value *value)
{
    struct json_walk walk = json_walk(value);
    struct json_scan_value inner;
    struct frank_span name;

    while (value->type == JSON_SCAN_ARRAY
               ? json_walk_element(&inner, &walk)
               : json_walk_member(&name, &inner, &walk)) {
        HOLDS(inner.text.data >= value->text.data);
        HOLDS(inner.text.data + inner.text.len <=
              value->text.data + value->text.len);
        walk_all(&inner);
    }
}

/* What is taken is JSON for another reader too, but where that one has rules
 * of its own: what an escape stands for, how large a number is, a zero at the
 * end. */
static void scan(const char *text, size_t size)
{
    struct json_scan_value value;
    struct frank_fault fault;
    json_t *json;
    int error = json_scan(&value, text, size, "text", &fault);

    if (error != FRANK_OK) {
        holds_fault(error, &fault, size);
    } else {
        walk_all(&value);
    }
    if (memchr(text, '\\', size) != NULL || memchr(text, 0, size) != NULL ||
        size > 250) {
        return;
    }
    json = json_loadb(text, size, JSON_DECODE_ANY, NULL);
    HOLDS(json == NULL || error == FRANK_OK || error == FRANK_ERR_DEPTH);
    if (json == NULL && error == FRANK_OK) {
        HOLDS(strcspn(text, "0123456789") < size); /* too large a number */
    }
    json_decref(json);
}

static void read_page(const char *text, size_t size)
{
    struct feed_page page;
    struct frank_fault fault;
    uint64_t above = AFTER;
    int error = feed_page_parse(&page, text, size, AFTER, &fault);

    if (error != FRANK_OK) {
        holds_fault(error, &fault, size);
        HOLDS(page.items == NULL && page.bytes == NULL);
        return;
    }
    HOLDS(page.count <= FEED_PAGE_ITEMS_MAX);
    for (size_t i = 0; i < page.count; i++) {
        const struct feed_page_item *item = &page.items[i];

        HOLDS(item->number == 0 || item->number > above);
        above = item->number != 0 ? item->number : above;
        if (item->fault.error != FRANK_OK) {
            holds_fault(item->fault.error, &item->fault, size);
            HOLDS(item->report.data == NULL && item->verdict.data == NULL);
            continue;
        }
        HOLDS(item->number != 0 && item->folds_into != 0);
        HOLDS(item->report.len > 0 && item->verdict.len > 0);
        HOLDS(item->report.len + item->verdict.len < size);
    }
    HOLDS(page.next >= above && (page.next > AFTER || !page.more));
    feed_page_free(&page);
}

static void read_answers(const char *text, size_t size)
{
    static const struct feed_notice notices[2] = {{.report_id = {0, 0x11}},
                                                  {.report_id = {1}}};
    char title[FEED_PROBLEM_MAX_BYTES];
    bool unknown[2];
    uint64_t taken = 0;

    if (feed_notices_read(unknown, notices, 2, text, size, NULL) != FRANK_OK) {
        HOLDS(!unknown[0] && !unknown[1]);
    }
    if (feed_ack_read(&taken, text, size, NULL) == FRANK_OK) {
        HOLDS(taken <= INT64_MAX);
    }
    feed_problem_read(title, text, size);
    for (const char *c = title; *c != '\0'; c++) {
        HOLDS(*c >= ' ' && *c <= '~');
    }
}

/* What is read is written to the same text. */
static void read_secrets(const char *text, size_t size)
{
    struct webhook_secrets secrets;
    struct frank_fault fault;
    char again[WEBHOOK_SECRET_FILE_MAX_BYTES + 1] = "";
    int error = webhook_secret_read(&secrets, text, size, &fault);

    if (error != FRANK_OK) {
        holds_fault(error, &fault, size);
        HOLDS(secrets.count == 0);
        return;
    }
    for (size_t i = 0; i < secrets.count; i++) {
        char *end = again + strlen(again);

        memcpy(end, "whsec_", 6);
        (void)sodium_bin2base64(end + 6,
                                sizeof again - (size_t)(end - again) - 6,
                                secrets.list[i].bytes, secrets.list[i].len,
                                sodium_base64_VARIANT_ORIGINAL);
        end += strlen(end);
        *end = '\n';
    }
    HOLDS(size == strlen(again) || size + 1 == strlen(again));
    HOLDS(memcmp(text, again, size) == 0);
}

static void read_networks(const char *text, size_t size)
{
    struct fetch_networks networks;
    struct frank_fault fault;
    int error = fetch_networks_parse(&networks, text, &fault);

    if (error != FRANK_OK) {
        holds_fault(error, &fault, size);
        HOLDS(networks.count == 0);
        return;
    }
    for (size_t i = 0; i < networks.count; i++) {
        HOLDS(networks.list[i].bits <= 128);
        HOLDS(fetch_networks_admit(&networks, &networks.list[i].address));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text;

    if (size == 0) {
        return 0;
    }
    /* closed by a zero, for those that take a text */
    text = malloc(size);
    HOLDS(text != NULL);
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    switch (data[0]) {
    case 'p':
        read_page(text, size - 1);
        break;
    case 'a':
        read_answers(text, size - 1);
        break;
    case 's':
        read_secrets(text, size - 1);
        break;
    case 'n':
        read_networks(text, size - 1);
        break;
    default:
        scan(text, size - 1);
    }
    free(text);
    return 0;
}
