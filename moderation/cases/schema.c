/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of the moderation side, and all that is ever asked of them. */
#include "schema.h"

static const char schema_1[] = LEDGER_SCHEMA
    /* What the service remembers of itself: how far the feed was taken over,
     * which quorum key the log knows, ... */
    "CREATE TABLE memory (name TEXT PRIMARY KEY, number INTEGER NOT NULL,"
    " bytes BLOB NOT NULL) STRICT, WITHOUT ROWID;"

    "CREATE TABLE accounts ("
    " number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " name TEXT NOT NULL UNIQUE,"
    " shown TEXT NOT NULL,"
    " pseudonym TEXT NOT NULL UNIQUE," /* in the log */
    " roles INTEGER NOT NULL,"
    " queues TEXT,"            /* JSON array of ids; null: all */
    " state INTEGER NOT NULL," /* enum account_state */
    " password TEXT,"
    " factor BLOB,"                  /* wrapped secret of the second factor */
    " pending_factor BLOB,"          /* one that waits for its first code */
    " factor_step INTEGER NOT NULL," /* the last code that was used */
    " invitation BLOB UNIQUE,"       /* hash */
    " invited_until INTEGER NOT NULL,"
    " made INTEGER NOT NULL,"
    " last_login INTEGER NOT NULL) STRICT;"
    "CREATE TABLE recovery ("
    " account INTEGER NOT NULL REFERENCES accounts (number),"
    " hash BLOB NOT NULL,"
    " PRIMARY KEY (account, hash)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE holders ("
    " account INTEGER NOT NULL REFERENCES accounts (number),"
    " quorum BLOB NOT NULL,"
    " holder INTEGER NOT NULL,"
    " wrapped BLOB," /* the share under his password; null: kept outside */
    " PRIMARY KEY (quorum, holder)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX holders_account ON holders (account);"
    "CREATE TABLE sessions ("
    " hash BLOB PRIMARY KEY,"
    " account INTEGER NOT NULL REFERENCES accounts (number),"
    " made INTEGER NOT NULL,"
    " used INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE INDEX sessions_account ON sessions (account);"

    "CREATE TABLE books ("
    " version INTEGER PRIMARY KEY,"
    " made INTEGER NOT NULL,"
    " account INTEGER REFERENCES accounts (number),"
    " text BLOB NOT NULL) STRICT;"
    "CREATE TABLE searches ("
    " number INTEGER PRIMARY KEY,"
    " account INTEGER NOT NULL REFERENCES accounts (number),"
    " name TEXT NOT NULL,"
    " query TEXT NOT NULL,"
    " UNIQUE (account, name)) STRICT;"

    "CREATE TABLE cases ("
    " number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " name BLOB NOT NULL," /* in the log; zeros once purged */
    " sender BLOB NOT NULL,"
    " room BLOB NOT NULL,"
    " queue TEXT NOT NULL,"
    " state INTEGER NOT NULL,"
    " rank INTEGER NOT NULL," /* lowest first: received, less its priority */
    " priority INTEGER NOT NULL,"
    " first INTEGER NOT NULL," /* when its first report came in */
    " last INTEGER NOT NULL,"
    " reports INTEGER NOT NULL,"
    " copies INTEGER NOT NULL," /* of them, about a message that another
                                   report was about */
    " messages INTEGER NOT NULL,"
    " reporters INTEGER NOT NULL," /* distinct ones of the sender */
    " first_contact INTEGER NOT NULL,"
    " reasons INTEGER NOT NULL," /* a bit for each place in the list */
    " reason INTEGER NOT NULL,"  /* of the report with the highest priority */
    " claimant INTEGER REFERENCES accounts (number),"
    " claimed_until INTEGER NOT NULL,"
    " held INTEGER NOT NULL,"
    " decider INTEGER REFERENCES accounts (number),"
    " reviewer INTEGER REFERENCES accounts (number),"
    " decision INTEGER," /* the newest, in force or proposed */
    " due INTEGER,"      /* when a state ends by itself */
    " flood INTEGER,"
    " withheld INTEGER NOT NULL) STRICT;" /* messages, in what was opened */
    "CREATE INDEX cases_work ON cases (queue, rank, number) WHERE state <= 3;"
    "CREATE INDEX cases_rank ON cases (rank, number) WHERE state <= 3;"
    "CREATE INDEX cases_open ON cases (sender, room) WHERE state <= 3;"
    "CREATE INDEX cases_oldest ON cases (queue, first) WHERE state <= 3;"
    "CREATE INDEX cases_state ON cases (state, number);"
    "CREATE INDEX cases_sender ON cases (sender, number);"
    "CREATE INDEX cases_room ON cases (room, number);"
    "CREATE INDEX cases_claimant ON cases (claimant)"
    " WHERE claimant IS NOT NULL;"
    "CREATE INDEX cases_lapse ON cases (claimed_until)"
    " WHERE claimant IS NOT NULL;"
    "CREATE INDEX cases_due ON cases (due) WHERE due IS NOT NULL;"
    "CREATE INDEX cases_flood ON cases (flood) WHERE flood IS NOT NULL;"

    /* How many cases of a queue are in a state: counting them takes too long.
     */
    "CREATE TABLE standing ("
    " queue TEXT NOT NULL,"
    " state INTEGER NOT NULL,"
    " cases INTEGER NOT NULL,"
    " PRIMARY KEY (queue, state)) STRICT, WITHOUT ROWID;";

static const char schema_2[] =
    "CREATE TABLE reports ("
    " number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " report_id BLOB NOT NULL UNIQUE,"
    " hub_number INTEGER NOT NULL,"
    " in_case INTEGER NOT NULL REFERENCES cases (number),"
    " received INTEGER NOT NULL,"
    " taken INTEGER NOT NULL,"
    " created INTEGER NOT NULL,"
    " reporter INTEGER NOT NULL," /* enum report_reporter_kind */
    " reporter_key BLOB,"         /* keyed hash of his name */
    " source INTEGER NOT NULL,"
    " reason INTEGER NOT NULL,"
    " priority INTEGER NOT NULL,"
    " reporters INTEGER NOT NULL,"
    " first_contact INTEGER NOT NULL,"
    " messages INTEGER NOT NULL,"
    " first_sent INTEGER NOT NULL," /* times of the reported messages */
    " last_sent INTEGER NOT NULL,"
    " message BLOB NOT NULL," /* hash of the accused message's stamp */
    " copy_of INTEGER,"
    " quorum BLOB NOT NULL,"
    " digest BLOB NOT NULL,"
    " log_name BLOB NOT NULL,"
    " verdict_holds INTEGER NOT NULL,"
    " opened INTEGER," /* when */
    " kept BLOB,"      /* wrapped key of its body, once opened */
    " disclosed INTEGER NOT NULL,"
    " withheld INTEGER NOT NULL,"
    " parts_withheld INTEGER NOT NULL,"
    " not_proven INTEGER NOT NULL) STRICT;"
    "CREATE INDEX reports_case ON reports (in_case, number);"
    "CREATE INDEX reports_message ON reports (in_case, message);"
    "CREATE INDEX reports_reporter ON reports (reporter_key, in_case)"
    " WHERE reporter_key IS NOT NULL;"
    "CREATE TABLE bodies ("
    " report INTEGER PRIMARY KEY REFERENCES reports (number),"
    " salt BLOB NOT NULL," /* hides the report in the logs */
    " verdict BLOB NOT NULL,"
    " sealed BLOB NOT NULL) STRICT;"

    "CREATE TABLE requests ("
    " number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " in_case INTEGER NOT NULL REFERENCES cases (number),"
    " asker INTEGER NOT NULL REFERENCES accounts (number),"
    " why TEXT NOT NULL,"
    " asked INTEGER NOT NULL,"
    " until INTEGER NOT NULL,"
    " state INTEGER NOT NULL) STRICT;" /* enum request_state */
    "CREATE INDEX requests_case ON requests (in_case);"
    "CREATE INDEX requests_open ON requests (until) WHERE state = 0;"
    "CREATE TABLE requested ("
    " request INTEGER NOT NULL REFERENCES requests (number),"
    " report INTEGER NOT NULL REFERENCES reports (number),"
    " PRIMARY KEY (request, report)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX requested_report ON requested (report);"
    "CREATE TABLE consents ("
    " report INTEGER NOT NULL REFERENCES reports (number),"
    " holder INTEGER NOT NULL,"
    " request INTEGER NOT NULL REFERENCES requests (number),"
    " account INTEGER NOT NULL REFERENCES accounts (number),"
    " given INTEGER NOT NULL,"
    " wrapped BLOB," /* the consent, until the report is open */
    " receipt BLOB NOT NULL,"
    " PRIMARY KEY (report, holder)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX consents_request ON consents (request);"
    "CREATE TABLE refusals ("
    " request INTEGER NOT NULL REFERENCES requests (number),"
    " account INTEGER NOT NULL REFERENCES accounts (number),"
    " refused INTEGER NOT NULL,"
    " why TEXT NOT NULL,"
    " PRIMARY KEY (request, account)) STRICT, WITHOUT ROWID;";

static const char schema_3[] =
    "CREATE TABLE decisions ("
    " number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " id BLOB NOT NULL UNIQUE," /* what the platform knows it by */
    " in_case INTEGER NOT NULL REFERENCES cases (number),"
    " account INTEGER NOT NULL REFERENCES accounts (number),"
    " made INTEGER NOT NULL,"
    " state INTEGER NOT NULL,"  /* enum decision_state */
    " appeal INTEGER NOT NULL," /* the decision that it replaces; 0: none */
    " book INTEGER NOT NULL,"
    " policy TEXT NOT NULL,"
    " outcome INTEGER NOT NULL,"
    " grave INTEGER NOT NULL,"
    " withheld INTEGER NOT NULL," /* it was known that something is */
    " explanation TEXT NOT NULL,"
    " reviewer INTEGER REFERENCES accounts (number),"
    " reviewed INTEGER,"
    " review TEXT NOT NULL,"
    " in_force INTEGER,"
    " released INTEGER) STRICT;" /* the statement, to the accused */
    "CREATE INDEX decisions_case ON decisions (in_case);"
    "CREATE INDEX decisions_release ON decisions (in_force)"
    " WHERE released IS NULL AND state = 1;"
    "CREATE TABLE appeals ("
    " number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " in_case INTEGER NOT NULL REFERENCES cases (number),"
    " decision INTEGER NOT NULL REFERENCES decisions (number),"
    " received INTEGER NOT NULL,"
    " by_reporter INTEGER NOT NULL,"
    " text TEXT NOT NULL,"
    " answered INTEGER,"
    " account INTEGER REFERENCES accounts (number),"
    " upheld INTEGER,"
    " answer TEXT NOT NULL) STRICT;"
    "CREATE INDEX appeals_case ON appeals (in_case);"
    "CREATE TABLE second_looks ("
    " number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " in_case INTEGER NOT NULL REFERENCES cases (number),"
    " decision INTEGER NOT NULL REFERENCES decisions (number),"
    " due INTEGER NOT NULL,"
    " account INTEGER REFERENCES accounts (number),"
    " claimed_until INTEGER NOT NULL,"
    " done INTEGER,"
    " policy TEXT NOT NULL,"
    " outcome INTEGER NOT NULL,"
    " agrees INTEGER NOT NULL) STRICT;"
    "CREATE INDEX second_looks_case ON second_looks (in_case);"
    "CREATE INDEX second_looks_waiting ON second_looks (number)"
    " WHERE done IS NULL;"
    "CREATE TABLE notes ("
    " number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " in_case INTEGER NOT NULL REFERENCES cases (number),"
    " account INTEGER NOT NULL REFERENCES accounts (number),"
    " made INTEGER NOT NULL,"
    " text TEXT NOT NULL) STRICT;"
    "CREATE INDEX notes_case ON notes (in_case);"
    "CREATE TABLE holds ("
    " number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " in_case INTEGER NOT NULL REFERENCES cases (number),"
    " asker INTEGER NOT NULL REFERENCES accounts (number),"
    " second INTEGER REFERENCES accounts (number),"
    " asked INTEGER NOT NULL,"
    " until INTEGER NOT NULL,"
    " state INTEGER NOT NULL," /* enum hold_state */
    " why TEXT NOT NULL) STRICT;"
    "CREATE INDEX holds_case ON holds (in_case);"
    "CREATE INDEX holds_until ON holds (until) WHERE state = 1;"
    "CREATE TABLE floods ("
    " number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " account INTEGER NOT NULL REFERENCES accounts (number),"
    " made INTEGER NOT NULL,"
    " undo_until INTEGER NOT NULL,"
    " cases INTEGER NOT NULL,"
    " undone INTEGER,"
    " told INTEGER NOT NULL," /* the hub */
    " why TEXT NOT NULL) STRICT;"
    "CREATE TABLE timeline ("
    " in_case INTEGER NOT NULL REFERENCES cases (number),"
    " entry INTEGER NOT NULL," /* number in the log */
    " time INTEGER NOT NULL,"
    " account INTEGER REFERENCES accounts (number),"
    " type TEXT NOT NULL,"
    " detail TEXT NOT NULL," /* JSON: the entry's members */
    " PRIMARY KEY (in_case, entry)) STRICT, WITHOUT ROWID;";

static const char schema_4[] =
    /* What came over the feed and could not be read. */
    "CREATE TABLE bad_reports ("
    " hub_number INTEGER PRIMARY KEY,"
    " report_id BLOB NOT NULL,"
    " taken INTEGER NOT NULL,"
    " verdict BLOB NOT NULL,"
    " sealed BLOB NOT NULL) STRICT;"
    "CREATE TABLE hub_notices ("
    " number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " report_id BLOB NOT NULL,"
    " log_name BLOB NOT NULL,"
    " state INTEGER NOT NULL," /* enum report_state */
    " outcome TEXT NOT NULL,"
    " empty INTEGER NOT NULL) STRICT;" /* it discloses nothing */
    "CREATE TABLE endpoints ("
    " url TEXT PRIMARY KEY,"
    " active INTEGER NOT NULL," /* it is in the settings */
    " gone INTEGER) STRICT, WITHOUT ROWID;"
    "CREATE TABLE events ("
    " number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " endpoint TEXT NOT NULL,"
    " id BLOB NOT NULL,"
    " type TEXT NOT NULL,"
    " made INTEGER NOT NULL,"
    " decision BLOB NOT NULL,"
    " attempts INTEGER NOT NULL,"
    " next INTEGER NOT NULL) STRICT;"
    "CREATE INDEX events_next ON events (next);"

    "CREATE TABLE statistics ("
    " day INTEGER NOT NULL," /* since 1970 */
    " queue TEXT NOT NULL,"
    " measure TEXT NOT NULL,"
    " count INTEGER NOT NULL,"
    " total INTEGER NOT NULL,"
    " PRIMARY KEY (day, queue, measure)) STRICT, WITHOUT ROWID;";

static const char schema_5[] =
    "CREATE TABLE preferences ("
    " account INTEGER PRIMARY KEY REFERENCES accounts (number),"
    " theme INTEGER NOT NULL," /* enum desk_theme */
    " quiet INTEGER NOT NULL,"
    " blur_text INTEGER NOT NULL,"
    " break_minutes INTEGER NOT NULL,"
    " avoid INTEGER NOT NULL) STRICT;" /* reasons, as cases.reasons */
    "CREATE TABLE exposure ("
    " account INTEGER NOT NULL REFERENCES accounts (number),"
    " day INTEGER NOT NULL," /* since 1970 */
    " seconds INTEGER NOT NULL,"
    " images INTEGER NOT NULL,"
    " PRIMARY KEY (account, day)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE drafts ("
    " in_case INTEGER NOT NULL REFERENCES cases (number),"
    " account INTEGER NOT NULL REFERENCES accounts (number),"
    " kept INTEGER NOT NULL," /* when */
    " text TEXT NOT NULL,"
    " PRIMARY KEY (in_case, account)) STRICT, WITHOUT ROWID;";

static const char schema_6[] =
    /* Of the hub's report_received in its log; null: it did not say. */
    "ALTER TABLE reports ADD COLUMN hub_index INTEGER;"
    "CREATE INDEX cases_name ON cases (name);";

static const char schema_7[] =
    /* By queue: whose a flood is is asked without going through its cases. */
    "DROP INDEX cases_flood;"
    "CREATE INDEX cases_flood ON cases (flood, queue)"
    " WHERE flood IS NOT NULL;";

static const char schema_8[] =
    "CREATE TABLE files ("
    " report INTEGER NOT NULL REFERENCES reports (number),"
    " entry INTEGER NOT NULL," /* place in the report's list */
    " message INTEGER NOT NULL,"
    " part INTEGER NOT NULL,"
    " remote INTEGER NOT NULL," /* to be fetched */
    " state INTEGER NOT NULL,"  /* enum files_state */
    " tries INTEGER NOT NULL,"
    " next INTEGER NOT NULL,"
    " key BLOB NOT NULL," /* wrapped, of what is kept outside */
    " why TEXT NOT NULL,"
    " PRIMARY KEY (report, entry)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX files_waiting ON files (remote, report, entry)"
    " WHERE state = 0;";

static const char *const migrations[] = {schema_1, schema_2, schema_3,
                                         schema_4, schema_5, schema_6,
                                         schema_7, schema_8};
/* "Fmod" */
const struct db_schema cases_schema = {0x466d6f64, migrations, 8};
