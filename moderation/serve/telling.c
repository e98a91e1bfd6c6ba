/* SPDX-License-Identifier: Apache-2.0 */
/* Webhooks: signed, thin, tried again for days. */
#include "clock.h"
#include "fetch.h"
#include "journal.h"
#include "mod_metrics.h"
#include "outbox.h"
#include "threads.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_EVERY_MS UINT64_C(1000)
#define CONNECT_MS 10000
#define TOTAL_MS 15000
#define ANSWER_MAX_BYTES ((size_t)65536)

struct outcome_of_try {
    struct mod *mod;
    struct outbox_event event;
    enum webhook_outcome outcome;
    uint64_t wait; /* 0: it is given up */
};

static void write_outcome(void *context, struct db *db)
{
    const struct outcome_of_try *o = context;
    uint64_t now = clock_wall();

    if (o->outcome == WEBHOOK_GONE) {
        outbox_endpoint_gone(db, o->event.url, now);
    } else if (o->outcome == WEBHOOK_DONE || o->wait == 0) {
        outbox_event_told(db, o->event.number);
    } else {
        outbox_event_again(db, o->event.number, now + o->wait);
    }
}

/* One try; the status, or 0 without an answer. */
static unsigned try_once(struct threads *t, const struct outbox_event *event,
                         unsigned *retry_after)
{
    char id[2 * CASE_ID_BYTES + 1];
    char decision[2 * CASE_ID_BYTES + 1];
    struct webhook_signed signature;
    struct fetch_answer answer;
    struct fetch_trouble trouble = {0};
    unsigned status = 0;
    char *body;

    (void)sodium_bin2hex(id, sizeof id, event->id, sizeof event->id);
    (void)sodium_bin2hex(decision, sizeof decision, event->decision,
                         sizeof event->decision);
    body = webhook_body(event->type, event->made, decision);
    if (body == NULL ||
        webhook_sign(&signature, id, clock_wall() / 1000,
                     (struct frank_span){(const uint8_t *)body, strlen(body)},
                     &t->secrets, NULL) != FRANK_OK) {
        free(body);
        return 0;
    }
    {
        const struct fetch_header headers[] = {
            {"webhook-id", signature.id},
            {"webhook-timestamp", signature.timestamp},
            {"webhook-signature", signature.signature},
            {NULL, NULL}};
        const char *ca = t->mod->settings->webhook_ca;
        const struct fetch_request request = {
            .url = event->url,
            .method = "POST",
            .type = "application/json",
            .body = {(const uint8_t *)body, strlen(body)},
            .headers = headers,
            .ca_file = ca[0] != '\0' ? ca : NULL,
            .connect_ms = CONNECT_MS,
            .total_ms = TOTAL_MS,
            .max_bytes = ANSWER_MAX_BYTES,
            .allowed = &t->webhook_networks,
            .stop = &t->mod->stopping,
        };

        if (fetch(&answer, &request, &trouble) == FRANK_OK) {
            status = answer.status;
            *retry_after = answer.retry_after;
        } else {
            JOURNAL(JOURNAL_WARNING, "webhook-trouble",
                    JOURNAL_TEXT("why", trouble.text),
                    JOURNAL_NUMBER("try", event->attempts + 1));
        }
        fetch_answer_free(&answer);
    }
    free(body);
    return status;
}

static void judge(struct outcome_of_try *o, unsigned status,
                  unsigned retry_after)
{
    uint64_t least = 0;
    static const size_t labels[] = {
        [WEBHOOK_DONE] = 0, [WEBHOOK_AGAIN] = 1, [WEBHOOK_GONE] = 2};

    o->outcome = webhook_judge(&least, status, retry_after);
    if (o->outcome == WEBHOOK_AGAIN) {
        o->wait = webhook_next_try(o->event.attempts + 1, randombytes_random());
        if (o->wait > 0 && o->wait < least) {
            o->wait = least;
        }
    }
    if (o->outcome == WEBHOOK_AGAIN && o->wait == 0) {
        metric_add(&mod_webhooks, 3, 1);
        JOURNAL(JOURNAL_ERROR, "webhook-given-up",
                JOURNAL_NUMBER("status", status),
                JOURNAL_NUMBER("tries", o->event.attempts + 1));
    } else {
        metric_add(&mod_webhooks, labels[o->outcome], 1);
    }
    if (o->outcome == WEBHOOK_GONE) {
        JOURNAL(JOURNAL_ERROR, "webhook-gone",
                JOURNAL_TEXT("endpoint", o->event.url));
    }
}

uint64_t telling_round(struct threads *t)
{
    struct outcome_of_try o = {.mod = t->mod};
    struct db *db = store_reader_lock(&t->mod->store, STORE_SHORT);
    uint64_t next;
    bool due = outbox_event_due(db, &o.event, &next, clock_wall());
    unsigned retry_after = 0;
    unsigned status;

    store_reader_unlock(&t->mod->store, STORE_SHORT);
    if (!due) {
        return LOOK_EVERY_MS;
    }
    status = try_once(t, &o.event, &retry_after);
    if (atomic_load(&t->mod->stopping) && status == 0) {
        return 0; /* it was ended; that was no try */
    }
    judge(&o, status, retry_after);
    if (!mod_write(t->mod, write_outcome, &o, 16384, false)) {
        return LOOK_EVERY_MS; /* a full disk: it is told again */
    }
    return 0;
}
