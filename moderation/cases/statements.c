/* SPDX-License-Identifier: Apache-2.0 */
/* All that is ever asked of the tables (schema.c), module by module. */
#include "schema.h"

#define CASE_COLUMNS                                                           \
    "c.number, c.queue, c.state, c.rank, c.priority, c.first, c.last,"         \
    " c.reports, c.copies, c.messages, c.reporters, c.first_contact,"          \
    " c.reasons, c.reason, c.claimant, c.claimed_until, c.held, c.sender,"     \
    " c.room, a.shown, c.withheld"                                             \
    " FROM cases c LEFT JOIN accounts a ON a.number = c.claimant"
#define ACTOR_COLUMNS                                                          \
    "a.number, a.name, a.shown, a.pseudonym, a.roles, a.queues"
#define SECRET_COLUMNS                                                         \
    "number, state, password, factor, pending_factor, factor_step"             \
    " FROM accounts"
/* Of requests that wait, by whoever is that holder still. */
#define CONSENTS_THAT_COUNT                                                    \
    "consents c JOIN requests q ON q.number = c.request AND q.state = 0"       \
    " JOIN reports r ON r.number = c.report"                                   \
    " JOIN holders h ON h.quorum = r.quorum AND h.holder = c.holder"           \
    " WHERE h.account = c.account"
#define DECISION_COLUMNS                                                       \
    "d.number, d.id, d.in_case, d.account, a.shown, d.made, d.state,"          \
    " d.appeal, d.book, d.policy, d.outcome, d.grave, d.withheld,"             \
    " d.explanation, d.reviewer, b.shown, d.review, d.in_force, d.released,"   \
    " c.sender"                                                                \
    " FROM decisions d JOIN cases c ON c.number = d.in_case"                   \
    " JOIN accounts a ON a.number = d.account"                                 \
    " LEFT JOIN accounts b ON b.number = d.reviewer"
#define FILE_COLUMNS                                                           \
    "report, entry, message, part, state, tries, next, key, why FROM files"
/* A second look, by somebody who had no part in what was done. */
#define CAN_BE_LOOKED_AT                                                       \
    "l.done IS NULL AND c.state = 7"                                           \
    " AND NOT EXISTS (SELECT 1 FROM decisions d WHERE"                         \
    " d.in_case = l.in_case AND (d.account = ?1 OR d.reviewer = ?1))"          \
    " AND NOT EXISTS (SELECT 1 FROM appeals p WHERE"                           \
    " p.in_case = l.in_case AND p.account = ?1)"

const char *const cases_statements[] = {
    LEDGER_STATEMENTS,

    /* cases */
    [FIND_CASE] = "SELECT name, queue, state, first, claimant, claimed_until,"
                  " held, decider, reviewer, decision, due, flood, withheld,"
                  " priority FROM cases WHERE number = ?",
    [SET_CASE_STATE] = "UPDATE cases SET state = ?2 WHERE number = ?1",
    [ADD_TIMELINE] =
        "INSERT INTO timeline (in_case, entry, time, account, type, detail)"
        " VALUES (?, ?, ?, ?, ?, ?)",
    [LAST_OF_CASE] = "SELECT max(entry) FROM timeline WHERE in_case = ?",
    [ADD_STANDING] =
        "INSERT INTO standing (queue, state, cases) VALUES (?, ?, 1)"
        " ON CONFLICT (queue, state) DO UPDATE SET cases = cases + 1",
    [TAKE_STANDING] = "UPDATE standing SET cases = cases - 1"
                      " WHERE queue = ? AND state = ?",
    [RECALL] = "SELECT number, bytes FROM memory WHERE name = ?",
    [REMEMBER] = "INSERT INTO memory (name, number, bytes) VALUES (?, ?, ?)"
                 " ON CONFLICT (name) DO UPDATE SET number = excluded.number,"
                 " bytes = excluded.bytes",

    /* claims */
    [SET_CLAIM] = "UPDATE cases SET claimant = ?2, claimed_until = ?3,"
                  " held = ?4 WHERE number = ?1",
    [TOOK_PART] = "SELECT 1 FROM decisions WHERE in_case = ?1"
                  " AND (account = ?2 OR reviewer = ?2)"
                  " UNION ALL SELECT 1 FROM appeals WHERE in_case = ?1"
                  " AND account = ?2 LIMIT 1",
    [HAD_PART] = "SELECT 1 FROM decisions WHERE in_case = ?1"
                 " AND in_force IS NOT NULL"
                 " AND (account = ?2 OR reviewer = ?2)"
                 " UNION ALL SELECT 1 FROM appeals WHERE in_case = ?1"
                 " AND account = ?2 AND upheld = 1 LIMIT 1",
    [NEXT_OF_QUEUE] = "SELECT number, rank, reasons FROM cases"
                      " WHERE queue = ?2 AND state <= 3 AND state <> 2"
                      " AND (claimant IS NULL OR claimed_until <= ?1)"
                      " ORDER BY rank, number",
    [NEXT_OF_ALL] = "SELECT number, rank, reasons FROM cases"
                    " WHERE state <= 3 AND state <> 2"
                    " AND (claimant IS NULL OR claimed_until <= ?1)"
                    " ORDER BY rank, number",
    [ADD_NOTE] = "INSERT INTO notes (in_case, account, made, text)"
                 " VALUES (?, ?, ?, ?)",
    [LAPSED] = "SELECT number FROM cases WHERE claimant IS NOT NULL"
               " AND claimed_until <= ? ORDER BY claimed_until",
    [CLAIMS_OF] = "SELECT number FROM cases WHERE claimant = ?",

    /* arrivals */
    [FIND_REPORT_ID] = "SELECT number FROM reports WHERE report_id = ?",
    [FIND_OPEN_CASE] = "SELECT number FROM cases INDEXED BY cases_open"
                       " WHERE sender = ? AND room = ? AND state <= 3",
    [ADD_CASE] =
        "INSERT INTO cases (name, sender, room, queue, state, rank, priority,"
        " first, last, reports, copies, messages, reporters, first_contact,"
        " reasons, reason, claimed_until, held, withheld)"
        " VALUES (?, ?, ?, ?, 0, ?, ?, ?7, ?7, 1, 0, ?8, ?9, ?10, ?11, ?12,"
        " 0, 0, 0) RETURNING number",
    [FOLD_INTO_CASE] =
        "UPDATE cases SET rank = min(rank, ?2),"
        " reason = CASE WHEN ?3 > priority THEN ?10 ELSE reason END,"
        " priority = max(priority, ?3), first = min(first, ?4),"
        " last = max(last, ?4), reports = reports + 1, copies = copies + ?5,"
        " messages = messages + ?6, reporters = max(reporters, ?7),"
        " first_contact = max(first_contact, ?8), reasons = reasons | ?9,"
        " queue = ?11 WHERE number = ?1",
    [FIND_SAME_MESSAGE] = "SELECT number FROM reports WHERE in_case = ?"
                          " AND message = ? ORDER BY number LIMIT 1",
    [ADD_REPORT] =
        "INSERT INTO reports (report_id, hub_number, in_case, received, taken,"
        " created, reporter, reporter_key, source, reason, priority,"
        " reporters, first_contact, messages, first_sent, last_sent, message,"
        " copy_of, quorum, digest, log_name, verdict_holds, disclosed,"
        " withheld, parts_withheld, not_proven, hub_index)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
        " ?, ?, 0, 0, 0, 0, ?) RETURNING number",
    [ADD_BODY] = "INSERT INTO bodies (report, salt, verdict, sealed)"
                 " VALUES (?, ?, ?, ?)",

    [KEEP_BAD] = "INSERT INTO bad_reports (hub_number, report_id, taken,"
                 " verdict, sealed) VALUES (?, ?, ?, ?, ?)"
                 " ON CONFLICT (hub_number) DO NOTHING",

    [DROP_BAD] = "DELETE FROM bad_reports WHERE taken < ?",

    /* tally */
    [ADD_COUNT] =
        "INSERT INTO statistics (day, queue, measure, count, total)"
        " VALUES (?1, ?2, ?3, 1, ?4) ON CONFLICT (day, queue, measure)"
        " DO UPDATE SET count = count + 1, total = total + ?4",
    [READ_COUNTS] = "SELECT day, queue, measure, count, total FROM statistics"
                    " WHERE day >= ? AND day < ? ORDER BY day, queue, measure",
    [COUNT_NOW] = "SELECT s.queue, s.state, s.cases,"
                  " (SELECT min(c.first) FROM cases c WHERE c.queue = s.queue"
                  " AND c.state <= 3)"
                  " FROM standing s WHERE s.cases > 0"
                  " ORDER BY s.queue, s.state",

    /* outbox */
    [ADD_NOTICE] = "INSERT INTO hub_notices (report_id, log_name, state,"
                   " outcome, empty) VALUES (?, ?, ?, ?, ?)",
    [ADD_NOTICES_OF_CASE] =
        "INSERT INTO hub_notices (report_id, log_name, state, outcome, empty)"
        " SELECT report_id, log_name, ?2, ?3, 0 FROM reports"
        " WHERE in_case = ?1",
    [ADD_NOTICES_OF_FLOOD] =
        "INSERT INTO hub_notices (report_id, log_name, state, outcome, empty)"
        " SELECT r.report_id, r.log_name, ?2, ?3, 0 FROM cases c"
        " JOIN reports r ON r.in_case = c.number WHERE c.flood = ?1"
        " AND c.state = 7",
    [NOTICES] = "SELECT number, report_id, state, outcome, empty"
                " FROM hub_notices ORDER BY number LIMIT ?",
    [NOTICES_TOLD] = "SELECT log_name, state FROM hub_notices"
                     " WHERE number <= ? ORDER BY number",
    [DROP_NOTICES] = "DELETE FROM hub_notices WHERE number <= ?",
    [REST_ENDPOINTS] = "UPDATE endpoints SET active = 0",
    [SET_ENDPOINT] = "INSERT INTO endpoints (url, active) VALUES (?, 1)"
                     " ON CONFLICT (url) DO UPDATE SET active = 1",
    [DROP_ENDPOINTS] = "DELETE FROM endpoints WHERE active = 0",
    [DROP_STRAY_EVENTS] = "DELETE FROM events WHERE endpoint NOT IN"
                          " (SELECT url FROM endpoints)",
    [ADD_EVENTS] =
        "INSERT INTO events (endpoint, id, type, made, decision, attempts,"
        " next) SELECT url, ?1, ?2, ?3, ?4, 0, ?3 FROM endpoints"
        " WHERE gone IS NULL",
    [NEXT_EVENT] = "SELECT number, endpoint, id, type, made, decision,"
                   " attempts, next FROM events ORDER BY next, number LIMIT 1",
    [DROP_EVENT] = "DELETE FROM events WHERE number = ?",
    [PUT_OFF_EVENT] = "UPDATE events SET attempts = attempts + 1, next = ?2"
                      " WHERE number = ?1",
    [END_ENDPOINT] = "UPDATE endpoints SET gone = ?2 WHERE url = ?1",
    [DROP_EVENTS_OF] = "DELETE FROM events WHERE endpoint = ?",

    /* asking */
    [FIND_UNOPENED] = "SELECT 1 FROM reports WHERE number = ? AND in_case = ?"
                      " AND opened IS NULL",
    [FIND_PENDING] = "SELECT number FROM requests WHERE in_case = ?"
                     " AND state = 0",
    [ADD_REQUEST] =
        "INSERT INTO requests (in_case, asker, why, asked, until, state)"
        " VALUES (?, ?, ?, ?, ?, 0) RETURNING number",
    [ADD_REQUESTED] = "INSERT INTO requested (request, report) VALUES (?, ?)",
    [FIND_REQUEST] = "SELECT in_case, asker, asked, until, state FROM requests"
                     " WHERE number = ?",
    [SET_REQUEST] = "UPDATE requests SET state = ?2 WHERE number = ?1",
    [DROP_CONSENTS_OF] = "DELETE FROM consents WHERE request = ?",
    [DROP_CONSENTS_OF_ACCOUNT] =
        "DELETE FROM consents WHERE request = ? AND account = ?",
    [DROP_CONSENTS_FOR] = "DELETE FROM consents WHERE report = ?",
    [COUNT_REFUSALS] = "SELECT count(*) FROM refusals WHERE request = ?",
    [COUNT_UNOPENED] = "SELECT count(*) FROM requested q JOIN reports r"
                       " ON r.number = q.report WHERE q.request = ?"
                       " AND r.opened IS NULL",
    [FIND_HOLDER] =
        "SELECT holder FROM holders WHERE account = ? AND quorum = ?",
    [ADD_REFUSAL] =
        "INSERT INTO refusals (request, account, refused, why)"
        " VALUES (?, ?, ?, ?) ON CONFLICT (request, account) DO UPDATE"
        " SET refused = excluded.refused, why = excluded.why",
    [FIND_REQUESTED] =
        "SELECT r.quorum, r.digest, r.opened, r.log_name, r.reporter_key"
        " FROM requested q"
        " JOIN reports r ON r.number = q.report"
        " WHERE q.request = ? AND q.report = ?",
    [FIND_CONSENT] = "SELECT 1 FROM consents WHERE report = ? AND holder = ?",
    [ADD_CONSENT] = "INSERT INTO consents (report, holder, request, account,"
                    " given, wrapped, receipt) VALUES (?, ?, ?, ?, ?, ?, ?)",
    [READ_REPORT] =
        "SELECT r.in_case, r.quorum, r.digest, r.opened, r.kept, b.verdict,"
        " b.sealed FROM reports r JOIN bodies b ON b.report = r.number"
        " WHERE r.number = ?",
    [FIND_PENDING_OF_REPORT] =
        "SELECT q.number, q.asked FROM requested t JOIN requests q"
        " ON q.number = t.request WHERE t.report = ? AND q.state = 0",
    [READ_CONSENTS] = "SELECT c.holder, c.wrapped FROM " CONSENTS_THAT_COUNT
                      " AND c.report = ? ORDER BY c.holder",
    [READY] = "SELECT c.report, count(*) FROM " CONSENTS_THAT_COUNT
              " GROUP BY c.report HAVING count(*) >= ?",
    [SET_OPENED] = "UPDATE reports SET opened = ?2, kept = ?3, disclosed = ?4,"
                   " withheld = ?5, parts_withheld = ?6, not_proven = ?7"
                   " WHERE number = ?1",
    [ADD_WITHHELD] = "UPDATE cases SET withheld = withheld + ?2"
                     " WHERE number = ?1",
    [FIND_TO_OPEN] =
        "SELECT r.in_case, q.number, r.report_id, r.log_name FROM reports r"
        " JOIN requested t ON t.report = r.number"
        " JOIN requests q ON q.number = t.request AND q.state = 0"
        " WHERE r.number = ? AND r.opened IS NULL",
    [EXPIRED_REQUEST] = "SELECT number FROM requests WHERE state = 0"
                        " AND until <= ? ORDER BY until LIMIT 1",

    /* files */
    [ADD_FILE] = "INSERT INTO files (report, entry, message, part, remote,"
                 " state, tries, next, key, why)"
                 " VALUES (?, ?, ?, ?, ?, 0, 0, ?, ?, '')",
    [FILES_OF_REPORT] =
        "SELECT " FILE_COLUMNS " WHERE report = ? ORDER BY entry",
    [NEXT_FILE] = "SELECT " FILE_COLUMNS " WHERE state = 0 AND remote = ?1"
                  " AND next <= ?2 AND (report, entry) > (?3, ?4)"
                  " ORDER BY report, entry LIMIT 1",
    [SET_FILE] = "UPDATE files SET state = ?3, tries = ?4, next = ?5, why = ?6"
                 " WHERE report = ?1 AND entry = ?2",
    [FIND_FILE] = "SELECT 1 FROM files WHERE report = ? AND entry = ?"
                  " AND state IN (0, 1)",
    [FILES_THAT_ARE_THERE] = "SELECT " FILE_COLUMNS " WHERE state = 1",
    [RETRY_FILES] = "UPDATE files SET state = 0, tries = 0, next = ?4, why = ''"
                    " WHERE report = ?1 AND message = ?2 AND part = ?3"
                    " AND (state = 3 OR (state = 2 AND remote = 1))",

    /* deciding */
    [FIND_DECISION] = "SELECT id, account, made, state, policy, outcome, grave,"
                      " in_force, appeal FROM decisions WHERE number = ?",
    [FIND_STANDING] = "SELECT number FROM decisions WHERE in_case = ?"
                      " AND state = 1",
    [SET_DUE] = "UPDATE cases SET due = ?2 WHERE number = ?1",
    [CLEAR_DUE] = "UPDATE cases SET due = NULL WHERE number = ?",
    [SET_DECIDED] = "UPDATE cases SET decider = ?2, reviewer = ?3,"
                    " decision = ?4 WHERE number = ?1",
    [ADD_DECISION] =
        "INSERT INTO decisions (id, in_case, account, made, state, appeal,"
        " book, policy, outcome, grave, withheld, explanation, review,"
        " in_force) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?)"
        " RETURNING number",
    [SET_DECISION] = "UPDATE decisions SET state = ?2, reviewer = ?3,"
                     " reviewed = ?4, review = ?5, in_force = ?6"
                     " WHERE number = ?1",
    [FIND_APPEAL_BY] =
        "SELECT 1 FROM appeals p WHERE p.in_case = ?1 AND p.by_reporter = ?2"
        " AND NOT (?2 = 0 AND EXISTS (SELECT 1 FROM appeals r WHERE"
        " r.in_case = ?1 AND r.number > p.number AND r.by_reporter = 1"
        " AND r.upheld = 0))",
    [FIND_APPEAL_OF_ACCUSED] =
        "SELECT 1 FROM appeals WHERE in_case = ? AND answered IS NULL"
        " AND by_reporter = 0",
    [FIND_DECISION_ID] = "SELECT number, in_case FROM decisions WHERE id = ?",
    [ADD_APPEAL] = "INSERT INTO appeals (in_case, decision, received,"
                   " by_reporter, text, answer) VALUES (?, ?, ?, ?, ?, '')",
    [ANSWER_APPEAL] = "UPDATE appeals SET answered = ?2, account = ?3,"
                      " upheld = ?4, answer = ?5"
                      " WHERE in_case = ?1 AND answered IS NULL",
    [OVERTURN_DECISION] = "UPDATE decisions SET state = 4 WHERE number = ?",
    [FIND_LOOK] = "SELECT in_case, opened, reporter_key, log_name FROM reports"
                  " WHERE number = ?",
    [FIND_SECOND_LOOK_OF] =
        "SELECT 1 FROM second_looks WHERE number = ? AND account = ?"
        " AND in_case = ? AND done IS NULL AND claimed_until > ?",
    [IS_BLIND] =
        "SELECT 1 FROM second_looks l JOIN cases c ON c.number = l.in_case"
        " WHERE l.in_case = ?1 AND l.account = ?2 AND l.done IS NULL"
        " AND (c.claimant IS NULL OR c.claimant <> ?2"
        " OR c.claimed_until <= ?3)",
    [TURN_SECOND_LOOK] = "UPDATE second_looks SET decision = ?2,"
                         " account = NULL, claimed_until = 0"
                         " WHERE in_case = ?1 AND done IS NULL",
    [NEXT_SECOND_LOOK] =
        "SELECT l.number, l.in_case, c.queue, c.reasons FROM second_looks l"
        " JOIN cases c ON c.number = l.in_case"
        " WHERE " CAN_BE_LOOKED_AT
        " AND (l.account IS NULL OR l.account = ?1 OR l.claimed_until <= ?2)"
        " ORDER BY l.number",
    [CLAIM_SECOND_LOOK] = "UPDATE second_looks SET account = ?2,"
                          " claimed_until = ?3 WHERE number = ?1",
    [FIND_SECOND_LOOK] =
        "SELECT l.in_case, w.outcome FROM second_looks l"
        " JOIN cases c ON c.number = l.in_case"
        " JOIN decisions w ON w.number = l.decision"
        " WHERE " CAN_BE_LOOKED_AT
        " AND l.account = ?1 AND l.claimed_until > ?2 AND l.number = ?3",
    [SET_SECOND_LOOK] = "UPDATE second_looks SET done = ?2, policy = ?3,"
                        " outcome = ?4, agrees = ?5 WHERE number = ?1",
    [ADD_SECOND_LOOK] =
        "INSERT INTO second_looks (in_case, decision, due, claimed_until,"
        " policy, outcome, agrees) VALUES (?, ?, ?, 0, '', 0, 0)",
    /* Else all that are in this state are looked through, each time. */
    [NEXT_DUE] = "SELECT number FROM cases INDEXED BY cases_due"
                 " WHERE due IS NOT NULL"
                 " AND state = ?1 AND due <= ?2 ORDER BY due LIMIT 1",
    [NEXT_RELEASE] = "SELECT number, in_case, id FROM decisions"
                     " WHERE released IS NULL AND state = 1 AND in_force <= ?"
                     " ORDER BY in_force LIMIT 1",
    [SET_RELEASED] = "UPDATE decisions SET released = ?2 WHERE number = ?1",

    /* floods */
    [SET_FLOOD] = "UPDATE cases SET flood = ?2, due = ?3 WHERE number = ?1",
    [CLEAR_FLOOD] =
        "UPDATE cases SET flood = NULL, due = NULL WHERE number = ?",
    [ADD_FLOOD] = "INSERT INTO floods (account, made, undo_until, cases, told,"
                  " why) VALUES (?, ?, ?, ?, 0, ?) RETURNING number",
    [FIND_FLOOD] =
        "SELECT account, undo_until, undone FROM floods WHERE number = ?",
    [NEXT_OF_FLOOD] = "SELECT number FROM cases WHERE flood = ? LIMIT 1",
    [END_FLOOD] = "UPDATE floods SET undone = ?2, told = 1 WHERE number = ?1",
    [NEXT_FLOOD] = "SELECT number FROM floods WHERE told = 0"
                   " AND undo_until <= ? LIMIT 1",
    [TELL_FLOOD] = "UPDATE floods SET told = 1 WHERE number = ?",
    [READ_FLOODS] = "SELECT f.number, f.account, a.shown, f.made,"
                    " f.undo_until, f.cases, f.undone, f.why FROM floods f"
                    " JOIN accounts a ON a.number = f.account"
                    " ORDER BY f.number DESC",
    [NEXT_QUEUE_OF_FLOOD] = "SELECT queue FROM cases INDEXED BY cases_flood"
                            " WHERE flood = ? AND queue > ?"
                            " ORDER BY queue LIMIT 1",

    /* retention */
    [FIND_HOLD] =
        "SELECT in_case, asker, until, state FROM holds WHERE number = ?",
    [ADD_HOLD] = "INSERT INTO holds (in_case, asker, asked, until, state, why)"
                 " VALUES (?, ?, ?, ?, 0, ?) RETURNING number",
    [CONFIRM_HOLD] = "UPDATE holds SET state = 1, second = ?2"
                     " WHERE number = ?1",
    [END_HOLD] = "UPDATE holds SET state = 2 WHERE number = ?",
    [FIND_PURGE] =
        "SELECT max(c.due, coalesce((SELECT max(h.until) FROM holds h"
        " WHERE h.in_case = c.number AND h.state = 1"
        " AND h.until > ?2), 0)) FROM cases c WHERE c.number = ?1"
        " AND c.state = 7 AND c.due IS NOT NULL",
    [NEXT_PURGE] = "SELECT c.number FROM cases c INDEXED BY cases_due"
                   " WHERE c.due IS NOT NULL"
                   " AND c.state = 7 AND c.due <= ?1 AND NOT EXISTS"
                   " (SELECT 1 FROM holds h WHERE h.in_case = c.number"
                   " AND h.state = 1 AND h.until > ?1)"
                   " ORDER BY c.due LIMIT 1",
    [HOLDS_OF_CASE] = "SELECT h.number, h.asker, a.shown, h.second, h.asked,"
                      " h.until, h.state, h.why FROM holds h"
                      " JOIN accounts a ON a.number = h.asker"
                      " WHERE h.in_case = ? ORDER BY h.number",
    [FIND_URIS] = "SELECT sender, room FROM cases WHERE number = ?",
    [SENDER_ELSEWHERE] =
        "SELECT 1 FROM cases WHERE sender = ? AND number <> ? LIMIT 1",
    [ROOM_ELSEWHERE] =
        "SELECT 1 FROM cases WHERE room = ? AND number <> ? LIMIT 1",
    [NEXT_SEARCH] = "SELECT number, name, query FROM searches"
                    " WHERE number > ? ORDER BY number",
    [PURGE_SEARCH] = "DELETE FROM searches WHERE number = ?",
    [PURGE_FLOODS] = "UPDATE floods SET why = '' WHERE why <> ''"
                     " AND (undone IS NULL OR undone <= ?2) AND NOT EXISTS"
                     " (SELECT 1 FROM cases c WHERE c.flood = floods.number"
                     " AND c.number <> ?1)",
    [REPORT_NAMES] = "SELECT log_name FROM reports WHERE in_case = ?"
                     " ORDER BY number",
    [PURGE_EVENTS] = "DELETE FROM events WHERE decision IN"
                     " (SELECT id FROM decisions WHERE in_case = ?)",
    [PURGE_TIMELINE] = "DELETE FROM timeline WHERE in_case = ?",
    [PURGE_DRAFTS] = "DELETE FROM drafts WHERE in_case = ?",
    [PURGE_NOTES] = "DELETE FROM notes WHERE in_case = ?",
    [PURGE_SECOND_LOOKS] = "DELETE FROM second_looks WHERE in_case = ?",
    [PURGE_APPEALS] = "DELETE FROM appeals WHERE in_case = ?",
    [PURGE_DECISIONS] = "DELETE FROM decisions WHERE in_case = ?",
    [PURGE_HOLDS] = "DELETE FROM holds WHERE in_case = ?",
    [PURGE_CONSENTS] = "DELETE FROM consents WHERE report IN"
                       " (SELECT number FROM reports WHERE in_case = ?)",
    [PURGE_REFUSALS] = "DELETE FROM refusals WHERE request IN"
                       " (SELECT number FROM requests WHERE in_case = ?)",
    [PURGE_REQUESTED] = "DELETE FROM requested WHERE request IN"
                        " (SELECT number FROM requests WHERE in_case = ?)",
    [PURGE_REQUESTS] = "DELETE FROM requests WHERE in_case = ?",
    [PURGE_FILES] = "DELETE FROM files WHERE report IN"
                    " (SELECT number FROM reports WHERE in_case = ?)",
    [PURGE_BODIES] = "DELETE FROM bodies WHERE report IN"
                     " (SELECT number FROM reports WHERE in_case = ?)",
    [PURGE_REPORTS] = "DELETE FROM reports WHERE in_case = ?",
    [PURGE_CASE] =
        "UPDATE cases SET name = zeroblob(16), sender = zeroblob(0),"
        " room = zeroblob(0), rank = 0, priority = 0, first = 0, last = 0,"
        " reports = 0, copies = 0, messages = 0, reporters = 0,"
        " first_contact = 0, reasons = 0, reason = 0, claimant = NULL,"
        " claimed_until = 0, held = 0, decider = NULL, reviewer = NULL,"
        " decision = NULL, due = NULL, flood = NULL, withheld = 0"
        " WHERE number = ?",

    /* queue */
    [CASES_OF_SENDER] = "SELECT " CASE_COLUMNS " WHERE c.sender = ?"
                        " AND c.number < ? ORDER BY c.number DESC",
    [OPEN_OF_SENDER] = "SELECT " CASE_COLUMNS " WHERE c.sender = ?"
                       " AND c.number < ? AND c.state <= 3"
                       " ORDER BY c.number DESC",
    [OPEN_IN_ROOM] = "SELECT " CASE_COLUMNS " WHERE c.room = ?"
                     " AND c.number < ? AND c.state <= 3"
                     " ORDER BY c.number DESC",
    [CASES_IN_ROOM] = "SELECT " CASE_COLUMNS " WHERE c.room = ?"
                      " AND c.number < ? ORDER BY c.number DESC",
    [CASES_MINE] = "SELECT " CASE_COLUMNS " WHERE c.claimant = ?"
                   " AND c.number < ? ORDER BY c.number DESC",
    [CASES_IN_STATE] = "SELECT " CASE_COLUMNS " WHERE c.state = ?"
                       " AND c.number < ? ORDER BY c.number DESC",
    [CASES_OF_QUEUE] = "SELECT " CASE_COLUMNS " WHERE c.queue = ?"
                       " AND c.state <= 3 AND (c.rank, c.number) > (?, ?)"
                       " ORDER BY c.rank, c.number",
    [KEYS_OF_QUEUE] = "SELECT rank, number FROM cases WHERE queue = ?"
                      " AND state <= 3 AND (rank, number) > (?, ?)"
                      " ORDER BY rank, number LIMIT ?",
    [CASES_TO_DO] = "SELECT " CASE_COLUMNS " WHERE c.state <= 3"
                    " AND (c.rank, c.number) > (?, ?)"
                    " ORDER BY c.rank, c.number",
    [ONE_CASE] = "SELECT " CASE_COLUMNS " WHERE c.number = ?",
    [REPORTS_OF_CASE] =
        "SELECT number, report_id, received, created, reporter, source,"
        " reason, priority, messages, first_sent, last_sent, copy_of, quorum,"
        " verdict_holds, opened, disclosed, withheld, parts_withheld,"
        " not_proven, reporter_key, log_name,"
        " opened IS NOT NULL AND kept IS NULL FROM reports"
        " WHERE in_case = ? AND number > ? ORDER BY number",
    [TIMELINE_OF_CASE] =
        "SELECT t.entry, t.time, t.account, a.shown, t.type, t.detail"
        " FROM timeline t LEFT JOIN accounts a ON a.number = t.account"
        " WHERE t.in_case = ? ORDER BY t.entry",
    [NOTES_OF_CASE] = "SELECT n.number, n.made, n.account, a.shown, '', n.text"
                      " FROM notes n JOIN accounts a ON a.number = n.account"
                      " WHERE n.in_case = ? ORDER BY n.number",
    [DECISIONS_OF_CASE] =
        "SELECT " DECISION_COLUMNS " WHERE d.in_case = ? ORDER BY d.number",
    [DECISION_BY_ID] = "SELECT " DECISION_COLUMNS " WHERE d.id = ?",
    [PENDING_REQUESTS] =
        "SELECT q.number, q.in_case, c.queue, q.asker, a.shown, q.why,"
        " q.asked, q.until, q.state, c.reason, c.priority, c.reporters,"
        " (SELECT count(*) FROM requested t WHERE t.request = q.number),"
        " (SELECT count(*) FROM refusals f WHERE f.request = q.number)"
        " FROM requests q JOIN cases c ON c.number = q.in_case"
        " JOIN accounts a ON a.number = q.asker"
        " WHERE q.state = 0 AND q.until > ?1 AND (?2 = 0 OR q.in_case = ?2)"
        " ORDER BY q.asked",
    [REPORTS_OF_REQUEST] =
        "SELECT t.report, r.quorum, r.digest, r.opened,"
        " (SELECT count(*) FROM consents c WHERE c.report = t.report),"
        " EXISTS (SELECT 1 FROM consents c WHERE c.report = t.report"
        " AND c.account = ?2) FROM requested t"
        " JOIN reports r ON r.number = t.report WHERE t.request = ?1"
        " ORDER BY t.report",
    [APPEALS_OF_CASE] =
        "SELECT p.number, p.decision, p.received, p.by_reporter, p.text,"
        " p.answered, a.shown, p.upheld, p.answer FROM appeals p"
        " LEFT JOIN accounts a ON a.number = p.account"
        " WHERE p.in_case = ? ORDER BY p.number",
    /* Of the newest alone: ?2 at most. */
    [SENDER_HISTORY] =
        "SELECT count(*), coalesce(sum(d.state = 1), 0),"
        " coalesce(sum(d.state = 1 AND d.outcome > 0), 0),"
        " count(DISTINCT o.room) FROM"
        " (SELECT o.room, o.decision FROM cases c"
        " JOIN cases o ON o.sender = c.sender AND o.number <> c.number"
        " WHERE c.number = ?1 AND c.state < 8"
        " ORDER BY o.number DESC LIMIT ?2) o"
        " LEFT JOIN decisions d ON d.number = o.decision",
    [REPORTER_HISTORY] =
        "SELECT count(*), coalesce(sum(d.state = 1 AND d.outcome > 0), 0)"
        " FROM (SELECT r.in_case FROM"
        " (SELECT DISTINCT reporter_key AS k FROM reports"
        " WHERE in_case = ?1 AND reporter_key IS NOT NULL LIMIT 64) w"
        " JOIN reports r ON r.reporter_key = w.k"
        " WHERE r.in_case <> ?1 LIMIT ?2) r"
        " JOIN cases c ON c.number = r.in_case"
        " LEFT JOIN decisions d ON d.number = c.decision",

    /* accounts */
    [SECRETS_BY_NAME] = "SELECT " SECRET_COLUMNS " WHERE name = ?",
    [SECRETS_BY_NUMBER] = "SELECT " SECRET_COLUMNS " WHERE number = ?",
    [SECRETS_BY_INVITATION] =
        "SELECT " SECRET_COLUMNS " WHERE invitation = ? AND invited_until > ?",
    [ACTOR_BY_NUMBER] = "SELECT " ACTOR_COLUMNS " FROM accounts a"
                        " WHERE a.number = ? AND a.state = 1",
    [ACTOR_BY_NAME] = "SELECT " ACTOR_COLUMNS " FROM accounts a"
                      " WHERE a.name = ? AND a.state = 1",
    [ACCOUNT_BY_NUMBER] = "SELECT " ACTOR_COLUMNS ", a.state FROM accounts a"
                          " WHERE a.number = ?",
    [ACTOR_BY_SESSION] = "SELECT " ACTOR_COLUMNS ", s.made, s.used"
                         " FROM sessions s JOIN accounts a"
                         " ON a.number = s.account AND a.state = 1"
                         " WHERE s.hash = ?",
    [ADD_SESSION] = "INSERT INTO sessions (hash, account, made, used)"
                    " VALUES (?1, ?2, ?3, ?3)",
    [USE_SESSION] = "UPDATE sessions SET used = max(used, ?2) WHERE hash = ?1",
    [END_SESSION] = "DELETE FROM sessions WHERE hash = ?",
    [END_SESSIONS] = "DELETE FROM sessions WHERE account = ?",
    [END_OTHER_SESSIONS] =
        "DELETE FROM sessions WHERE account = ? AND hash <> ?",
    [EXPIRE_SESSIONS] = "DELETE FROM sessions WHERE made < ? OR used < ?",
    [USE_STEP] = "UPDATE accounts SET factor_step = ?2"
                 " WHERE number = ?1 AND factor_step < ?2 AND state = 1",
    [USE_RECOVERY] = "DELETE FROM recovery WHERE account = ? AND hash = ?",
    [SET_LAST_LOGIN] = "UPDATE accounts SET last_login = ?2 WHERE number = ?1",
    [FIND_NAME] = "SELECT 1 FROM accounts WHERE name = ?",
    [ADD_ACCOUNT] =
        "INSERT INTO accounts (name, shown, pseudonym, roles, queues, state,"
        " factor_step, invitation, invited_until, made, last_login)"
        " VALUES (?, ?, ?, ?, ?, 0, 0, ?, ?, ?, 0) RETURNING number",
    [SET_ACCOUNT] = "UPDATE accounts SET shown = ?2, roles = ?3, queues = ?4"
                    " WHERE number = ?1",
    [END_ACCOUNT] = "UPDATE accounts SET state = 2, password = NULL,"
                    " factor = NULL, pending_factor = NULL, invitation = NULL"
                    " WHERE number = ?",
    [RESET_ACCOUNT] = "UPDATE accounts SET state = 0, password = NULL,"
                      " factor = NULL, pending_factor = NULL,"
                      " invitation = ?2, invited_until = ?3 WHERE number = ?1",
    [SET_PENDING] = "UPDATE accounts SET password = ?2, pending_factor = ?3"
                    " WHERE number = ?1 AND state = 0",
    [SET_ENROLLED] = "UPDATE accounts SET state = 1, factor = pending_factor,"
                     " pending_factor = NULL, invitation = NULL,"
                     " factor_step = ?2 WHERE number = ?1 AND state = 0"
                     " AND pending_factor IS NOT NULL",
    [SET_PASSWORD] = "UPDATE accounts SET password = ?2 WHERE number = ?1",
    [DROP_RECOVERY] = "DELETE FROM recovery WHERE account = ?",
    [ADD_RECOVERY] = "INSERT INTO recovery (account, hash) VALUES (?, ?)",
    [DROP_HOLDINGS] = "DELETE FROM holders WHERE account = ?",
    [DROP_WRAPPED] = "UPDATE holders SET wrapped = NULL WHERE account = ?",
    [DROP_HOLDER] = "DELETE FROM holders WHERE quorum = ? AND holder = ?",
    [DROP_CONSENTS_OF_HOLDER] =
        "DELETE FROM consents WHERE holder = ?2 AND EXISTS (SELECT 1 FROM"
        " reports r WHERE r.number = consents.report AND r.quorum = ?1)",
    [DROP_CONSENTS_BY] = "DELETE FROM consents WHERE account = ?",
    [HOLDER_OF_ACCOUNT] = "SELECT 1 FROM holders WHERE account = ?"
                          " AND quorum = ?",
    [SET_HOLDER] =
        "INSERT INTO holders (account, quorum, holder) VALUES (?, ?, ?)"
        " ON CONFLICT (quorum, holder) DO UPDATE SET"
        " account = excluded.account, wrapped = NULL",
    [WRAP_SHARE] = "UPDATE holders SET wrapped = ?4 WHERE account = ?1"
                   " AND quorum = ?2 AND holder = ?3",
    [READ_HOLDERS] = "SELECT account, quorum, holder, wrapped FROM holders"
                     " WHERE ?1 = 0 OR account = ?1 ORDER BY quorum, holder",
    [READ_ACCOUNTS] =
        "SELECT number, name, shown, pseudonym, roles, queues, state, made,"
        " last_login, factor FROM accounts ORDER BY number",
    [READ_SEARCHES] = "SELECT number, name, query FROM searches"
                      " WHERE account = ? ORDER BY name",
    [COUNT_SEARCHES] = "SELECT count(*) FROM searches WHERE account = ?",
    [SET_SEARCH] = "INSERT INTO searches (account, name, query)"
                   " VALUES (?, ?, ?) ON CONFLICT (account, name)"
                   " DO UPDATE SET query = excluded.query",
    [DROP_SEARCH] = "DELETE FROM searches WHERE account = ? AND name = ?",

    /* desk */
    [READ_PREFERENCES] = "SELECT theme, quiet, blur_text, break_minutes, avoid"
                         " FROM preferences WHERE account = ?",
    [SET_PREFERENCES] = "INSERT OR REPLACE INTO preferences (account, theme,"
                        " quiet, blur_text, break_minutes, avoid)"
                        " VALUES (?, ?, ?, ?, ?, ?)",
    [ADD_EXPOSURE] =
        "INSERT INTO exposure (account, day, seconds, images)"
        " VALUES (?, ?, ?, ?) ON CONFLICT (account, day) DO UPDATE"
        " SET seconds = seconds + excluded.seconds,"
        " images = images + excluded.images RETURNING seconds, images",
    [DROP_EXPOSURE] = "DELETE FROM exposure WHERE account = ? AND day < ?",
    [READ_DRAFT] = "SELECT text, kept FROM drafts WHERE in_case = ?"
                   " AND account = ?",
    [SET_DRAFT] = "INSERT OR REPLACE INTO drafts (in_case, account, kept, text)"
                  " VALUES (?, ?, ?, ?)",
    [DROP_DRAFT] = "DELETE FROM drafts WHERE in_case = ? AND account = ?",

    /* exporting */
    [FIND_CASE_NAME] = "SELECT number FROM cases WHERE name = ? AND state < 8",
    [EXPORT_SIZE] =
        "SELECT count(*), coalesce(sum(length(b.sealed)), 0) FROM reports r"
        " JOIN bodies b ON b.report = r.number WHERE r.in_case = ?1"
        " AND (?2 <> 0 OR r.opened IS NOT NULL)",
    [EXPORT_REPORTS] =
        "SELECT r.number, r.received, r.created, r.reason, r.opened,"
        " r.hub_index, b.salt FROM reports r"
        " JOIN bodies b ON b.report = r.number WHERE r.in_case = ?1"
        " AND (?2 <> 0 OR r.opened IS NOT NULL) ORDER BY r.number",
    [EXPORT_DECISIONS] =
        "SELECT d.id, d.made, a.pseudonym, d.state, d.appeal, d.book,"
        " d.policy, d.outcome, d.grave, d.explanation, d.in_force, d.reviewed,"
        " b.pseudonym, d.review FROM decisions d"
        " JOIN accounts a ON a.number = d.account"
        " LEFT JOIN accounts b ON b.number = d.reviewer"
        " WHERE d.in_case = ? ORDER BY d.number",
    [EXPORT_APPEALS] =
        "SELECT d.id, p.received, p.by_reporter, p.text, p.answered,"
        " a.pseudonym, p.upheld, p.answer FROM appeals p"
        " JOIN decisions d ON d.number = p.decision"
        " LEFT JOIN accounts a ON a.number = p.account"
        " WHERE p.in_case = ? ORDER BY p.number",
    [EXPORT_ENTRIES] = "SELECT entry FROM timeline WHERE in_case = ?"
                       " ORDER BY entry",
    [FIND_QUORUM_ENTRY] = "SELECT number FROM log_entries"
                          " WHERE instr(entry, ?) > 0 ORDER BY number LIMIT 1",

    /* books */
    [NEWEST_BOOK] =
        "SELECT version, text FROM books ORDER BY version DESC LIMIT 1",
    [READ_BOOK] = "SELECT text FROM books WHERE version = ?",
    [ADD_BOOK] = "INSERT INTO books (made, account, text) VALUES (?, ?, ?)"
                 " RETURNING version",
};
const size_t cases_statement_count =
    sizeof cases_statements / sizeof cases_statements[0];
