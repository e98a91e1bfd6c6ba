/* SPDX-License-Identifier: Apache-2.0 */
#include "mod_settings.h"

#include "note.h"
#include "store_url.h"

#include <stdio.h>
#include <string.h>

#define SECOND UINT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define MIB (UINT64_C(1) << 20)

#define AT(member) offsetof(struct mod_settings, member)

static const struct option_entry entries[] = {
    {"listen", OPTION_LIST, AT(listen), "127.0.0.1:8480", 0, 0,
     "where moderators, auditors and the platform reach it: address:port, "
     "[address]:port, unix:/path"},
    {"listen-private", OPTION_LIST, AT(listen_private), NULL, 0, 0,
     "the same for commands on this machine; default: unix:DATA/mod.sock"},
    {"trusted-proxies", OPTION_LIST, AT(trusted_proxies), "unix", 0, 0,
     "whose X-Forwarded-For is believed: addresses, or unix for listeners on "
     "a Unix socket"},
    {"data", OPTION_TEXT, AT(data), "/var/lib/frank-mod", 0, 0,
     "folder of the database and the log"},
    {"name", OPTION_TEXT, AT(name), "Frank", 0, 0,
     "the team's name, as a second factor's device shows it"},
    {"service-key", OPTION_TEXT, AT(service_key), NULL, 0, 0,
     "32 secret bytes: under them the database keeps the keys of opened "
     "reports; to be kept apart from copies of the database"},
    {"log-key", OPTION_TEXT, AT(log_key), NULL, 0, 0,
     "32 secret bytes: signs the log's checkpoints"},
    {"checkpoint", OPTION_TEXT, AT(checkpoint), NULL, 0, 0,
     "file that remembers the last signed checkpoint; default "
     "DATA/log.checkpoint; better on another disk, and in no backup"},
    {"log-origin", OPTION_TEXT, AT(log_origin), "frank.example/moderation", 0,
     0, "the log's name: origin of its checkpoints"},
    {"quorum", OPTION_LIST, AT(quorum), NULL, 0, 0,
     "the moderators' keys: quorum.pub or signed records, the one in force "
     "first, then older ones"},
    {"hub", OPTION_TEXT, AT(hub), NULL, 0, 0,
     "the hub's private side: unix:/path, or https://host:port"},
    {"hub-token", OPTION_TEXT, AT(hub_token), NULL, 0, 0,
     "file with the bearer token for it over TCP"},
    {"hub-public", OPTION_TEXT, AT(hub_public), NULL, 0, 0,
     "the hub's public keys (frank hub public, or its /.well-known/frank)"},
    {"hub-ca", OPTION_TEXT, AT(hub_ca), NULL, 0, 0,
     "certificates that are trusted for the hub; default: the system's"},
    {"hub-networks", OPTION_TEXT, AT(hub_networks), NULL, 0, 0,
     "private networks in which the hub may be: 10.0.0.0/8, fd00::/8"},
    {"hub-every", OPTION_TIME, AT(hub_every), "1s", 100, HOUR,
     "how often the hub is asked for reports"},
    {"hub-timeout", OPTION_TIME, AT(hub_timeout), "60s", SECOND, HOUR,
     "how long one question may take"},
    {"platform-token", OPTION_TEXT, AT(platform_token), NULL, 0, 0,
     "file with the bearer token of the platform: decisions, appeals"},
    {"auditor-token", OPTION_TEXT, AT(auditor_token), NULL, 0, 0,
     "file with the bearer token of auditors: newest checkpoint, log entries"},
    {"operator-token", OPTION_TEXT, AT(operator_token), NULL, 0, 0,
     "file with the bearer token for /metrics over public listeners"},
    {"webhook", OPTION_LIST, AT(webhook), NULL, 0, 0,
     "where the platform is told that something was decided: https://..."},
    {"webhook-secret", OPTION_TEXT, AT(webhook_secret), NULL, 0, 0,
     "file with the secret, or two, that sign webhooks (whsec_...)"},
    {"webhook-ca", OPTION_TEXT, AT(webhook_ca), NULL, 0, 0,
     "certificates that are trusted for webhooks; default: the system's"},
    {"webhook-networks", OPTION_TEXT, AT(webhook_networks), NULL, 0, 0,
     "private networks in which webhooks may be"},
    {"attachments", OPTION_TEXT, AT(attachments), NULL, 0, 0,
     "folder of the files that opened reports disclose, sealed; it must be "
     "there, but for the default, DATA/attachments"},
    {"attachment-store", OPTION_LIST, AT(attachment_store), NULL, 0, 0,
     "where the messenger keeps files: https://media.example/files/; only what "
     "lies below one of these is fetched; default: nothing is"},
    {"attachment-token", OPTION_TEXT, AT(attachment_token), NULL, 0, 0,
     "file with the bearer token for the store"},
    {"attachment-ca", OPTION_TEXT, AT(attachment_ca), NULL, 0, 0,
     "certificates that are trusted for the store; default: the system's"},
    {"attachment-networks", OPTION_TEXT, AT(attachment_networks), NULL, 0, 0,
     "private networks in which the store may be: 10.0.0.0/8, fd00::/8"},
    {"attachment-max", OPTION_BYTES, AT(attachment_max), "2GiB", MIB,
     UINT64_C(1) << 41,
     "what one report discloses of files is taken in up to here"},
    {"attachment-external-max", OPTION_BYTES, AT(attachment_external_max),
     "64MiB", MIB, UINT64_C(1) << 30,
     "a file of a MIMI message, which is opened in memory, is up to here"},
    {"attachment-retry", OPTION_TIME, AT(attachment_retry), "1m", 100, HOUR,
     "a store that does not answer is asked again after so long, and then "
     "ever more seldom, for some days"},
    {"stored-shares", OPTION_SWITCH, AT(stored_shares), "off", 0, 0,
     "holders may keep their shares here, under their passwords; a quorum of "
     "one always may"},
    {"claim", OPTION_TIME, AT(claim), "10m", SECOND, DAY,
     "a claim lasts so long after the last thing that its holder did"},
    {"hold-max", OPTION_TIME, AT(hold_max), "7d", MINUTE, 90 * DAY,
     "and at most so long where he holds it"},
    {"request", OPTION_TIME, AT(request), "3d", SECOND, 90 * DAY,
     "how long the quorum can be asked to open a report"},
    {"retract", OPTION_TIME, AT(retract), "15m", 0, 30 * DAY,
     "a decision can be taken back so long"},
    {"statement-delay", OPTION_TIME, AT(statement_delay), "24h", 0, 30 * DAY,
     "the accused is told so long after a decision, so that the time does not "
     "tell which message it was"},
    {"appeal-window", OPTION_TIME, AT(appeal_window), "183d", SECOND,
     3650 * DAY, "a decision can be appealed so long; then the case is purged"},
    {"flood-undo", OPTION_TIME, AT(flood_undo), "1h", 0, 30 * DAY,
     "cases closed together can be opened again so long"},
    {"legal-hold-max", OPTION_TIME, AT(legal_hold_max), "365d", SECOND,
     3650 * DAY,
     "a legal hold lasts at most so long, and can be ordered "
     "again"},
    {"priority-worth", OPTION_TIME, AT(priority_worth), "1h", 0, DAY,
     "a point of priority counts as if the case had waited so much longer"},
    {"session-idle", OPTION_TIME, AT(session_idle), "30m", SECOND, DAY,
     "a session ends when nothing is done for so long"},
    {"session-longest", OPTION_TIME, AT(session_longest), "12h", SECOND,
     7 * DAY, "and in any case"},
    {"invitation", OPTION_TIME, AT(invitation), "72h", MINUTE, 30 * DAY,
     "how long an invitation is good for"},
    {"threads", OPTION_NUMBER, AT(threads), "4", 1, 64,
     "threads that read requests and answer them"},
    {"connections", OPTION_NUMBER, AT(connections), "1024", 1, 65536,
     "public connections open at once"},
    {"connections-per-address", OPTION_NUMBER, AT(connections_per_address),
     "64", 1, 65536, "of these, from one address (IPv6: one /64)"},
    {"header-timeout", OPTION_TIME, AT(header_timeout), "10s", 100, HOUR,
     "total time for a request's head"},
    {"body-timeout", OPTION_TIME, AT(body_timeout), "30s", 100, HOUR,
     "total time for its body"},
    {"body-memory", OPTION_BYTES, AT(body_memory), "16MiB", 4 * MIB,
     UINT64_C(1) << 40, "memory for bodies at once"},
    {"queue", OPTION_NUMBER, AT(queue), "1024", 16, 1000000,
     "changes that wait for the disk at once; more get 503"},
    {"drain-timeout", OPTION_TIME, AT(drain_timeout), "10s", 0, HOUR,
     "time to answer what is open when the service ends"},
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
    {"min-free", OPTION_BYTES, AT(min_free), "64MiB", 0, UINT64_C(1) << 50,
     "room that stays free on the database's disk; below it, 507"},
    {"sandbox", OPTION_SWITCH, AT(sandbox), "on", 0, 0,
     "seccomp and Landlock, where the kernel has them"},
    {"log-requests", OPTION_SWITCH, AT(log_requests), "off", 0, 0,
     "a journal line for each request"},
};

const struct options mod_options = {"frank-mod serve", "FRANK_MOD_", entries,
                                    sizeof entries / sizeof entries[0]};

static bool wrong(struct options_error *error, const char *name,
                  const char *what)
{
    (void)snprintf(error->text, sizeof error->text, "%s: %s", name, what);
    return false;
}

bool mod_settings_check(const struct mod_settings *s,
                        struct options_error *error)
{
    const struct {
        const char *name;
        const char *value;
    } needed[] = {{"service-key", s->service_key},
                  {"log-key", s->log_key},
                  {"data", s->data},
                  {"hub", s->hub},
                  {"hub-public", s->hub_public}};

    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        if (needed[i].value[0] == '\0') {
            return wrong(error, needed[i].name,
                         "not set; `frank-mod init FOLDER` makes all of them");
        }
    }
    if (s->quorum.count == 0) {
        return wrong(error, "quorum", "not set; nothing could be opened");
    }
    if (!note_origin_is_valid(s->log_origin)) {
        return wrong(error, "log-origin",
                     "not 1 to 128 printable characters without space or +");
    }
    if (strncmp(s->hub, "unix:/", 6) != 0 &&
        strncmp(s->hub, "https://", 8) != 0 &&
        strncmp(s->hub, "http://", 7) != 0) {
        return wrong(error, "hub", "not unix:/path or https://host:port");
    }
    if (strncmp(s->hub, "unix:", 5) != 0 && s->hub_token[0] == '\0') {
        return wrong(error, "hub-token",
                     "needed where the hub is not reached "
                     "over a Unix socket");
    }
    if (s->webhook.count > 0 && s->webhook_secret[0] == '\0') {
        return wrong(error, "webhook-secret", "needed with webhook");
    }
    for (size_t i = 0; i < s->attachment_store.count; i++) {
        if (!store_url_is_prefix(s->attachment_store.items[i])) {
            return wrong(error, "attachment-store",
                         "not http(s)://host/path/ with a slash at its end");
        }
    }
    if (s->statement_delay < s->retract) {
        return wrong(error, "statement-delay",
                     "shorter than retract: the accused would be told of what "
                     "may be taken back");
    }
    if (s->statement_delay >= s->appeal_window) {
        return wrong(error, "statement-delay",
                     "not shorter than appeal-window: the case would be purged "
                     "before the accused is told");
    }
    if (s->retract >= s->appeal_window) {
        return wrong(error, "appeal-window", "not longer than retract");
    }
    return true;
}
