/* SPDX-License-Identifier: Apache-2.0 */
#include "witness_settings.h"

#include "journal.h"
#include "note.h"
#include "policy_file.h"

#include <stdio.h>

#define SECOND UINT64_C(1000)
#define HOUR (3600 * SECOND)

#define AT(member) offsetof(struct witness_settings, member)

static const struct option_entry entries[] = {
    {"listen", OPTION_LIST, AT(listen), "127.0.0.1:8490", 0, 0,
     "where logs reach it: address:port, [address]:port, unix:/path"},
    {"trusted-proxies", OPTION_LIST, AT(trusted_proxies), "unix", 0, 0,
     "whose X-Forwarded-For is believed: addresses, or unix for listeners on "
     "a Unix socket"},
    {"name", OPTION_TEXT, AT(name), NULL, 0, 0,
     "the witness's name, for good: as a URL without its scheme"},
    {"key", OPTION_TEXT, AT(key), NULL, 0, 0,
     "32 secret bytes: signs what is cosigned (frank-audit witness init)"},
    {"policy", OPTION_TEXT, AT(policy), NULL, 0, 0,
     "file whose log lines name the logs that are witnessed (C2SP "
     "tlog-policy)"},
    {"log", OPTION_LIST, AT(log), NULL, 0, 0,
     "verifier keys of further logs: origin+hash+base64"},
    {"data", OPTION_TEXT, AT(data), "/var/lib/frank-witness", 0, 0,
     "folder of the database; never to be put back from a copy"},
    {"threads", OPTION_NUMBER, AT(threads), "2", 1, 64,
     "threads that read requests and answer them"},
    {"connections", OPTION_NUMBER, AT(connections), "512", 1, 65536,
     "connections open at once"},
    {"connections-per-address", OPTION_NUMBER, AT(connections_per_address),
     "16", 1, 65536, "of these, from one address (IPv6: one /64)"},
    {"header-timeout", OPTION_TIME, AT(header_timeout), "10s", 100, HOUR,
     "total time for a request's head"},
    {"body-timeout", OPTION_TIME, AT(body_timeout), "20s", 100, HOUR,
     "total time for its body"},
    {"drain-timeout", OPTION_TIME, AT(drain_timeout), "10s", 0, HOUR,
     "time to answer what is open when the service ends"},
    {"min-free", OPTION_BYTES, AT(min_free), "16MiB", 0, UINT64_C(1) << 50,
     "room that stays free on the database's disk; below it, 507"},
    {"sandbox", OPTION_SWITCH, AT(sandbox), "on", 0, 0,
     "seccomp and Landlock, where the kernel has them"},
    {"log-requests", OPTION_SWITCH, AT(log_requests), "off", 0, 0,
     "a journal line for each request"},
};

const struct options witness_options = {"frank-audit witness serve",
                                        "FRANK_WITNESS_", entries,
                                        sizeof entries / sizeof entries[0]};

static bool wrong(struct options_error *error, const char *name,
                  const char *what)
{
    (void)snprintf(error->text, sizeof error->text, "%s: %s", name, what);
    return false;
}

bool witness_settings_check(const struct witness_settings *s,
                            struct options_error *error)
{
    if (s->key[0] == '\0') {
        return wrong(error, "key",
                     "not set; `frank-audit witness init FOLDER` makes one");
    }
    if (!note_origin_is_valid(s->name)) {
        return wrong(error, "name",
                     "not 1 to 128 printable characters without space or +");
    }
    if (s->data[0] == '\0') {
        return wrong(error, "data", "not set");
    }
    if (s->policy[0] == '\0' && s->log.count == 0) {
        return wrong(error, "policy",
                     "neither policy nor log is set: there is nothing to "
                     "witness");
    }
    return true;
}

/* ---- The logs -------------------------------------------------------------
 */

bool witness_settings_logs(struct policy *out, const struct witness_settings *s)
{
    static const char event[] = "policy-not-loaded";

    if (!policy_file_load(out, event, s->policy, &s->log)) {
        return false;
    }
    if (policy_log_count(out) > 0) {
        return true;
    }
    policy_free(out);
    JOURNAL(JOURNAL_ERROR, event, JOURNAL_TEXT("what", s->policy),
            JOURNAL_TEXT("why", "it names no log"));
    return false;
}
