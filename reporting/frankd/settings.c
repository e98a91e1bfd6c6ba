/* SPDX-License-Identifier: Apache-2.0 */
#include "settings.h"

#include "note.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND UINT64_C(1000)
#define HOUR (3600 * SECOND)
#define DAY (24 * HOUR)
#define MIB (UINT64_C(1) << 20)

/* room for as many numbers again in what JSON can hold exactly, 2^53 */
#define NUMBER_MAX (UINT64_C(1) << 52)

#define AT(member) offsetof(struct settings, member)

static const struct option_entry entries[] = {
    {"listen", OPTION_LIST, AT(listen), "127.0.0.1:8470", 0, 0,
     "where messengers and auditors reach it: address:port, [address]:port, "
     "unix:/path"},
    {"listen-private", OPTION_LIST, AT(listen_private), NULL, 0, 0,
     "where the relay and the moderation side reach it; default: "
     "unix:DATA/private.sock; over TCP private-token is needed"},
    {"trusted-proxies", OPTION_LIST, AT(trusted_proxies), "unix", 0, 0,
     "whose X-Forwarded-For is believed: addresses, or unix for listeners on "
     "a Unix socket"},
    {"data", OPTION_TEXT, AT(data), "/var/lib/frank", 0, 0,
     "folder of the database and the log"},
    {"keyring", OPTION_TEXT, AT(keyring), NULL, 0, 0,
     "the hub's keyring (frank keyring init)"},
    {"service-key", OPTION_TEXT, AT(service_key), NULL, 0, 0,
     "32 secret bytes: makes receipt tokens"},
    {"log-key", OPTION_TEXT, AT(log_key), NULL, 0, 0,
     "32 secret bytes: signs the log's checkpoints"},
    {"checkpoint", OPTION_TEXT, AT(checkpoint), NULL, 0, 0,
     "file that remembers the last signed checkpoint; default "
     "DATA/log.checkpoint; better on another disk, and in no backup"},
    {"quorum", OPTION_TEXT, AT(quorum), NULL, 0, 0,
     "the moderators' key: a signed record (frank-mod quorum sign) or "
     "quorum.pub; without it no AbuseReport is taken in, and sealed ones "
     "to any key"},
    {"moderation-key", OPTION_TEXT, AT(moderation_key), NULL, 0, 0,
     "the moderation side's public keys (frank-mod key public), of which one "
     "signed the record"},
    {"private-token", OPTION_TEXT, AT(private_token), NULL, 0, 0,
     "file with the bearer token of relay and moderation side over TCP"},
    {"gateway-token", OPTION_TEXT, AT(gateway_token), NULL, 0, 0,
     "file with the bearer token of the platform's gateway, which vouches for "
     "reporters"},
    {"reporter-token-key", OPTION_TEXT, AT(reporter_token_key), NULL, 0, 0,
     "file with the key of reporter tokens (frank reporter-token key)"},
    {"auditor-token", OPTION_TEXT, AT(auditor_token), NULL, 0, 0,
     "file with the bearer token of auditors: newest checkpoint, log entries"},
    {"operator-token", OPTION_TEXT, AT(operator_token), NULL, 0, 0,
     "file with the bearer token for /metrics over public listeners"},
    {"log-origin", OPTION_TEXT, AT(log_origin), "frank.example/hub", 0, 0,
     "the log's name: origin of its checkpoints"},
    {"threads", OPTION_NUMBER, AT(threads), "2", 1, 64,
     "threads that read requests and check reports"},
    {"connections", OPTION_NUMBER, AT(connections), "2048", 1, 65536,
     "public connections open at once"},
    {"connections-per-address", OPTION_NUMBER, AT(connections_per_address),
     "32", 1, 65536, "of these, from one address (IPv6: one /64)"},
    {"header-timeout", OPTION_TIME, AT(header_timeout), "10s", 100, HOUR,
     "total time for a request's head"},
    {"body-timeout", OPTION_TIME, AT(body_timeout), "30s", 100, HOUR,
     "total time for its body"},
    {"body-memory", OPTION_BYTES, AT(body_memory), "96MiB", 34 * MIB,
     UINT64_C(1) << 40, "memory for bodies at once"},
    {"queue", OPTION_NUMBER, AT(queue), "4096", 1, 1000000,
     "reports that wait for the disk at once; more get 503"},
    {"drain-timeout", OPTION_TIME, AT(drain_timeout), "10s", 0, HOUR,
     "time to answer what is open when the service ends"},
    {"message-age-max", OPTION_TIME, AT(message_age_max), "180d", HOUR,
     3650 * DAY, "how old a reported message may be"},
    {"stamp-past", OPTION_TIME, AT(stamp_past), "5m", 0, 30 * DAY,
     "how far back the relay may date a message"},
    {"stamp-ahead", OPTION_TIME, AT(stamp_ahead), "10s", 0, HOUR,
     "how far ahead the relay's clock may be"},
    {"room-numbers", OPTION_SWITCH, AT(room_numbers), "off", 0, 0,
     "on: the hub numbers each room's messages; off: the relay may"},
    {"room-numbers-above", OPTION_NUMBER, AT(room_numbers_above), "0", 0,
     NUMBER_MAX,
     "no room's next number is this or lower: to be set after a restore"},
    {"anonymous-per-message", OPTION_NUMBER, AT(anonymous_per_message), "16", 1,
     1000000, "anonymous reports of one message that are kept"},
    {"rate-reporter", OPTION_RATE, AT(rate_reporter), "60/h", 0, 0,
     "reports from one reporter"},
    {"rate-address", OPTION_RATE, AT(rate_address), "120/min", 0, 0,
     "reports from one address (IPv6: one /64)"},
    {"rate-overall", OPTION_RATE, AT(rate_overall), "5000/s", 0, 0,
     "reports that are checked in all"},
    {"priority-window", OPTION_TIME, AT(priority_window), "7d", HOUR,
     3650 * DAY, "time in which distinct reporters of a sender count"},
    {"priority-reporter", OPTION_NUMBER, AT(priority_reporter), "10", 0, 100000,
     "what each distinct reporter adds to a report's priority"},
    {"priority-first-contact", OPTION_NUMBER, AT(priority_first_contact), "20",
     0, 100000, "what a first contact adds, where the platform says so"},
    {"priority-reasons", OPTION_LIST, AT(priority_reasons),
     "child_safety:100, grooming:80, threat:60, self_harm:60, extremism:40, "
     "intimate_image:40",
     0, 0, "what a reason adds"},
    {"public-checkpoint", OPTION_TIME, AT(public_checkpoint), "1h", 10 * SECOND,
     DAY, "how often the public sees a new checkpoint"},
    {"log-round", OPTION_NUMBER, AT(log_round), "64", 1, 65536,
     "its size is a multiple of this, filled up with padding"},
    {"witnesses", OPTION_TEXT, AT(witnesses), NULL, 0, 0,
     "policy file (C2SP tlog-policy): witnesses with URLs, and a quorum that "
     "must have cosigned what the public sees; default: none"},
    {"witness-ca", OPTION_TEXT, AT(witness_ca), NULL, 0, 0,
     "certificates that are trusted for witnesses; default: the system's"},
    {"witness-networks", OPTION_TEXT, AT(witness_networks), NULL, 0, 0,
     "private networks in which witnesses may be: 10.0.0.0/8, fd00::/8"},
    {"witness-timeout", OPTION_TIME, AT(witness_timeout), "10s", 100,
     60 * SECOND, "how long a witness may take to answer"},
    {"retain", OPTION_TIME, AT(retain), "200d", HOUR, 3650 * DAY,
     "how long a receipt can be asked about"},
    {"min-free", OPTION_BYTES, AT(min_free), "64MiB", 0, UINT64_C(1) << 50,
     "room that stays free on the database's disk; below it, 507"},
    {"sandbox", OPTION_SWITCH, AT(sandbox), "on", 0, 0,
     "seccomp and Landlock, where the kernel has them"},
    {"log-requests", OPTION_SWITCH, AT(log_requests), "off", 0, 0,
     "a journal line for each request"},
};

const struct options settings_options = {"frankd", "FRANKD_", entries,
                                         sizeof entries / sizeof entries[0]};

static bool find_reason(uint8_t *code, const char *name, size_t len)
{
    const struct frank_reason *reason;

    for (size_t i = 0; (reason = frank_reason_at(i)) != NULL; i++) {
        if (strlen(reason->name) == len &&
            memcmp(reason->name, name, len) == 0) {
            *code = reason->code;
            return true;
        }
    }
    return false;
}

/* "name:number" of priority-reasons. */
static bool read_reason(const char *item, uint8_t *code, uint32_t *adds)
{
    const char *colon = strchr(item, ':');
    size_t len = colon == NULL ? 0 : (size_t)(colon - item);
    char *end = NULL;
    unsigned long value;

    if (len == 0 || colon[1] < '0' || colon[1] > '9') {
        return false;
    }
    value = strtoul(colon + 1, &end, 10);
    if (*end != '\0' || value > 100000) {
        return false;
    }
    *adds = (uint32_t)value;
    return find_reason(code, item, len);
}

uint32_t settings_reason_priority(const struct settings *settings,
                                  uint8_t reason)
{
    uint32_t most = 0;

    for (size_t i = 0; i < settings->priority_reasons.count; i++) {
        uint8_t code;
        uint32_t adds;

        if (read_reason(settings->priority_reasons.items[i], &code, &adds) &&
            code == reason && adds > most) {
            most = adds;
        }
    }
    return most;
}

static bool wrong(struct options_error *error, const char *name,
                  const char *what)
{
    (void)snprintf(error->text, sizeof error->text, "%s: %s", name, what);
    return false;
}

static bool is_tcp(const char *listener)
{
    return strncmp(listener, "unix:", 5) != 0;
}

bool settings_check(const struct settings *settings,
                    struct options_error *error)
{
    const struct {
        const char *name;
        const char *value;
    } needed[] = {{"keyring", settings->keyring},
                  {"service-key", settings->service_key},
                  {"log-key", settings->log_key},
                  {"data", settings->data}};

    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        if (needed[i].value[0] == '\0') {
            return wrong(error, needed[i].name,
                         "not set; `frankd init FOLDER` makes all of them");
        }
    }
    if (!note_origin_is_valid(settings->log_origin)) {
        return wrong(error, "log-origin",
                     "not 1 to 128 printable characters without space or +");
    }
    for (size_t i = 0; i < settings->listen_private.count; i++) {
        if (is_tcp(settings->listen_private.items[i]) &&
            settings->private_token[0] == '\0') {
            return wrong(error, "listen-private",
                         "over TCP it needs private-token");
        }
    }
    if (settings->retain < settings->message_age_max + 2 * HOUR) {
        return wrong(error, "retain",
                     "shorter than message-age-max and two hours: a report "
                     "could be taken in twice");
    }
    for (size_t i = 0; i < settings->priority_reasons.count; i++) {
        uint8_t code;
        uint32_t adds;

        if (!read_reason(settings->priority_reasons.items[i], &code, &adds)) {
            return wrong(error, "priority-reasons",
                         "not a list of REASON:NUMBER (docs/REASONS.md)");
        }
    }
    return true;
}
