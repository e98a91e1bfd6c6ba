/* SPDX-License-Identifier: Apache-2.0 */
/* Logs that keep the rules, and for each rule logs that break it and it alone.
 */
#include "story.h"

#include "key_json.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void begin(void)
{
    story_begin();
    (void)story_life(100);
}

static void good_logs_give_no_finding(void **state)
{
    (void)state;
    story_begin();
    story_holds();
    begin();
    story_holds();
    story_settings.threads = 3;
    story_holds();
}

/* ---- Reports ---------------------------------------------------------------
 */

static void what_was_not_taken_over_in_time_is_found(void **state)
{
    size_t i;

    (void)state;
    begin();
    (void)story_received(1);
    story_now += 23 * STORY_HOUR;
    (void)story_hub("padding", "%s", "");
    story_holds();
    story_now += STORY_HOUR;
    (void)story_hub("padding", "%s", "");
    story_breaks("taken-over-in-time", RULES_HUB, story_size(RULES_HUB) - 3);
    (void)story_taken(1);
    story_breaks("taken-over-in-time", RULES_HUB, story_size(RULES_HUB) - 1);
    story_begin(); /* where the hub says that it was in time */
    (void)story_received(1);
    (void)story_hub("report_taken_over", ",\"report\":\"%s\"",
                    story_report_name(1));
    story_now += 25 * STORY_HOUR;
    i = story_case(service, 1, "report_taken_over", "new", NULL, NULL,
                   ",\"report\":\"%s\"", story_report_name(1));
    story_breaks("taken-over-in-time", RULES_MOD, i);
}

static void both_logs_say_that_it_was_taken_over(void **state)
{
    size_t i;

    (void)state;
    begin();
    i = story_received(1);
    (void)story_case(service, 1, "report_taken_over", "new", NULL, NULL,
                     ",\"report\":\"%s\"", story_report_name(1));
    story_now += 25 * STORY_HOUR;
    (void)story_hub("padding", "%s", "");
    story_breaks("taken-over-in-time", RULES_HUB, i);

    begin();
    i = story_received(1);
    (void)story_hub("report_taken_over", ",\"report\":\"%s\"",
                    story_report_name(1));
    story_now += 25 * STORY_HOUR;
    (void)story_hub("padding", "%s", "");
    story_breaks("taken-over-in-time", RULES_HUB, i);
}

static void what_the_hub_did_not_receive_is_found(void **state)
{
    size_t i;

    (void)state;
    begin();
    i = story_case(service, 1, "report_taken_over", "new", NULL, NULL,
                   ",\"report\":\"%s\"", story_report_name(1));
    story_holds(); /* the hub's log may not be read so far */
    story_now += STORY_HOUR;
    (void)story_hub("padding", "%s", "");
    story_breaks("known-report", RULES_MOD, i);
}

static void what_is_taken_over_twice_is_found(void **state)
{
    size_t i;

    (void)state;
    begin();
    (void)story_arrives(1);
    i = story_case(service, 2, "report_taken_over", "new", NULL, NULL,
                   ",\"report\":\"%s\"", story_report_name(1));
    story_breaks("known-report", RULES_MOD, i);
    begin();
    (void)story_arrives(1);
    i = story_hub("report_taken_over", ",\"report\":\"%s\"",
                  story_report_name(1));
    story_breaks("known-report", RULES_HUB, i);
    begin();
    (void)story_arrives(1);
    i = story_received(1);
    story_breaks("known-report", RULES_HUB, i);
}

static void a_notice_tells_what_was(void **state)
{
    static const char *const states[] = {"", "in_review", "decided", "closed"};
    size_t i;

    (void)state;
    for (size_t j = 0; j < SUPPORT_COUNT(states); j++) {
        begin();
        (void)story_arrives(1);
        i = story_mod(service, "notice",
                      ",\"to\":\"hub\",\"report\":\"%s\",\"state\":\"%s\"",
                      story_report_name(1), states[j]);
        story_breaks("notice-true", RULES_MOD, i);
    }
    begin();
    (void)story_arrives(1);
    i = story_case(service, 1, "notice", "statement", NULL, NULL,
                   ",\"to\":\"accused\"");
    story_breaks("notice-true", RULES_MOD, i);
}

/* ---- Opening ---------------------------------------------------------------
 */

static void asked(unsigned number)
{
    begin();
    (void)story_arrives(number);
    (void)story_claims(ann, number, "waiting", "claimed");
    (void)story_asks(ann, number);
}

static void too_few_holders_are_found(void **state)
{
    static const struct {
        const char *holders;
    } cases[] = {{"1"}, {"1,3"}, {"2,2"}, {"1,1,2"}, {"3"}};
    size_t i;

    (void)state;
    for (size_t j = 0; j < SUPPORT_COUNT(cases); j++) {
        asked(1);
        (void)story_gives(1, 1);
        (void)story_gives(2, 1);
        i = story_opened(1, cases[j].holders);
        story_breaks("opened-by-quorum", RULES_MOD, i);
    }
    asked(1);
    i = story_opened(1, "");
    story_breaks("opened-by-quorum", RULES_MOD, i);
}

static void a_receipt_that_was_made_up_is_found(void **state)
{
    static const char *const changes[][2] = {
        {"\"receipt\":\"01", "\"receipt\":\"03"}, /* another's name */
        {"\"receipt\":\"01", "\"receipt\":\"21"}, /* no holder */
        {"\"receipt\":\"01", "\"receipt\":\"04"},
    };

    (void)state;
    for (size_t j = 0; j < SUPPORT_COUNT(changes); j++) {
        size_t i;

        asked(1);
        i = story_gives(1, 1);
        story_replace(RULES_MOD, i, changes[j][0], changes[j][1]);
        story_breaks("opened-by-quorum", RULES_MOD, i);
    }
}

static void every_byte_of_a_receipt_counts(void **state)
{
    (void)state;
    for (size_t byte = 0; byte < RECEIPT_BYTES; byte += 8) {
        char *at;
        size_t i;

        asked(1);
        i = story_gives(1, 1);
        at = strstr(story_text(RULES_MOD, i), "\"receipt\":\"") + 11 + 2 * byte;
        *at = *at == '0' ? '1' : '0';
        story_breaks("opened-by-quorum", RULES_MOD, i);
    }
}

static void a_receipt_for_another_report_is_found(void **state)
{
    size_t i;

    (void)state;
    asked(1);
    (void)story_gives(1, 1);
    i = story_case(ben, 1, "consent", "given", NULL, NULL,
                   ",\"report\":\"%s\",\"receipt\":\"%s\"",
                   story_report_name(1), story_receipt(2, 2, story_now));
    story_breaks("opened-by-quorum", RULES_MOD, i);
}

static void opened_when_nobody_asked_is_found(void **state)
{
    size_t i;

    (void)state;
    /* again, in a case that is open */
    begin();
    (void)story_arrives(1);
    (void)story_opens(ann, 1);
    i = story_case(service, 1, "report_opened", "opened", NULL, NULL,
                   ",\"report\":\"%s\",\"holders\":[1,2]",
                   story_report_name(1));
    story_breaks("opened-when-asked", RULES_MOD, i);
    /* consents of a request that was withdrawn */
    asked(1);
    (void)story_gives(1, 1);
    (void)story_gives(2, 1);
    (void)story_case(ann, 1, "consent", "withdrawn", "consent_asked", "claimed",
                     "%s", "");
    (void)story_asks(ann, 1);
    (void)story_gives(3, 1);
    i = story_opened(1, "1,3");
    story_breaks("opened-when-asked", RULES_MOD, i);
    /* a consent, when all was opened */
    begin();
    (void)story_arrives(1);
    (void)story_opens(ann, 1);
    i = story_gives(3, 1);
    story_breaks("opened-when-asked", RULES_MOD, i);
    /* two requests at once */
    begin();
    (void)story_arrives(1);
    (void)story_opens(ann, 1);
    (void)story_case(ann, 1, "consent", "asked", NULL, NULL, ",\"reports\":1");
    i = story_case(ann, 1, "consent", "asked", NULL, NULL, ",\"reports\":1");
    story_breaks("opened-when-asked", RULES_MOD, i);
}

/* A second report of a case, which is open already. */
static void second_is_asked(void)
{
    begin();
    (void)story_arrives(1);
    (void)story_received(2);
    (void)story_case(service, 1, "report_taken_over", "folded", NULL, NULL,
                     ",\"report\":\"%s\"", story_report_name(2));
    (void)story_hub("report_taken_over", ",\"report\":\"%s\"",
                    story_report_name(2));
    (void)story_opens(ann, 1);
    (void)story_case(ann, 1, "consent", "asked", NULL, NULL, ",\"reports\":1");
    for (unsigned holder = 1; holder <= 2; holder++) {
        (void)story_case(holder == 1 ? ann : ben, 1, "consent", "given", NULL,
                         NULL, ",\"report\":\"%s\",\"receipt\":\"%s\"",
                         story_report_name(2),
                         story_receipt(2, holder, story_now));
    }
}

static size_t second_is_opened(void)
{
    return story_case(service, 1, "report_opened", "opened", NULL, NULL,
                      ",\"report\":\"%s\",\"holders\":[1,2]",
                      story_report_name(2));
}

static void opened_after_a_refusal_is_found(void **state)
{
    size_t i;

    (void)state;
    second_is_asked();
    (void)second_is_opened();
    story_holds();
    second_is_asked();
    (void)story_case(cat, 1, "consent_refused", "refused_for_good", NULL, NULL,
                     "%s", "");
    i = second_is_opened();
    story_breaks("consent-refused", RULES_MOD, i);
    second_is_asked();
    (void)story_case(ben, 1, "consent_refused", "refused", NULL, NULL, "%s",
                     "");
    i = second_is_opened();
    story_breaks("consent-refused", RULES_MOD, i);
}

static void share_goes(const char *to, unsigned holder)
{
    (void)story_mod(ada, "account",
                    ",\"action\":\"%s\",\"account\":\"%s\",\"quorum\":"
                    "\"%s\",\"holder\":%u",
                    to[0] != '\0' ? "holder" : "holder_removed", to,
                    story_quorum(), holder);
}

/* Consents go with the share, by whom it is taken or whoever has it now. */
static void a_consent_of_no_holder_is_found(void **state)
{
    static const char *const next[] = {"", "a000000000000004"};
    size_t i;

    (void)state;
    for (size_t j = 0; j < SUPPORT_COUNT(next); j++) {
        asked(1);
        (void)story_gives(1, 1);
        (void)story_gives(2, 1);
        share_goes(next[j], 1);
        i = story_opened(1, "1,2");
        story_breaks("opened-by-quorum", RULES_MOD, i);
    }
    /* opened by others, or by him who has it now */
    asked(1);
    (void)story_gives(1, 1);
    (void)story_gives(2, 1);
    share_goes("", 1);
    (void)story_gives(3, 1);
    (void)story_opened(1, "2,3");
    story_holds();
    asked(1);
    (void)story_gives(1, 1);
    (void)story_gives(2, 1);
    share_goes(lea, 1);
    (void)story_case(lea, 1, "consent", "given", NULL, NULL,
                     ",\"report\":\"%s\",\"receipt\":\"%s\"",
                     story_report_name(1), story_receipt(1, 1, story_now));
    (void)story_opened(1, "1,2");
    story_holds();
}

/* A copy for a holder, who is asked; it names the reporter. */
static size_t sealed_given(const char *who)
{
    return story_case(who, 1, "identity_revealed", "sealed_given", NULL, NULL,
                      ",\"report\":\"%s\"", story_report_name(1));
}

static void a_sealed_report_goes_to_holders_who_are_asked(void **state)
{
    size_t i;

    (void)state;
    asked(1);
    (void)sealed_given(cat);
    (void)story_gives(1, 1);
    (void)sealed_given(ben);
    (void)sealed_given(ben);
    (void)story_gives(2, 1);
    (void)story_opened(1, "1,2");
    story_holds();
    i = sealed_given(cat);
    story_breaks("opened-when-asked", RULES_MOD, i);
    asked(1);
    i = sealed_given(lea);
    story_breaks("consent-by-holder", RULES_MOD, i);
}

/* It is open, as empty, and the case goes on. */
static void what_cannot_be_read_is_checked_too(void **state)
{
    (void)state;
    asked(1);
    (void)story_gives(1, 1);
    (void)story_gives(2, 1);
    (void)story_opened(1, "1,2");
    (void)story_case(service, 1, "opening_checked", "checked", NULL, NULL,
                     ",\"report\":\"%s\",\"verdicts\":{\"unreadable\":1}",
                     story_report_name(1));
    (void)story_decides(ann, 1, "no_action");
    story_holds();
}

static void an_old_or_a_future_receipt_is_found(void **state)
{
    static const int64_t hours[] = {-2, 2};
    size_t i;

    (void)state;
    for (size_t j = 0; j < SUPPORT_COUNT(hours); j++) {
        uint64_t time;

        asked(1);
        time = (uint64_t)((int64_t)story_now + hours[j] * (int64_t)STORY_HOUR);
        i = story_case(ann, 1, "consent", "given", NULL, NULL,
                       ",\"report\":\"%s\",\"receipt\":\"%s\"",
                       story_report_name(1), story_receipt(1, 1, time));
        story_breaks("consent-fresh", RULES_MOD, i);
    }
}

static void a_consent_by_another_account_is_found(void **state)
{
    size_t i;

    (void)state;
    asked(1);
    i = story_case(lea, 1, "consent", "given", NULL, NULL,
                   ",\"report\":\"%s\",\"receipt\":\"%s\"",
                   story_report_name(1), story_receipt(1, 1, story_now));
    story_breaks("consent-by-holder", RULES_MOD, i);
    asked(1);
    i = story_case(lea, 1, "consent_refused", "refused", NULL, NULL, "%s", "");
    story_breaks("consent-by-holder", RULES_MOD, i);
}

static void a_look_at_what_is_sealed_is_found(void **state)
{
    size_t i;

    (void)state;
    asked(1);
    i = story_case(ann, 1, "look", "looked", NULL, NULL, ",\"report\":\"%s\"",
                   story_report_name(1));
    story_breaks("look-when-open", RULES_MOD, i);
    asked(1);
    i = story_case(lea, 1, "export", "spot_check", NULL, NULL,
                   ",\"bundle\":\"%032x\",\"reporter\":false,"
                   "\"withheld\":true,\"sealed\":true",
                   7);
    story_breaks("look-when-open", RULES_MOD, i);
}

/* ---- Deciding --------------------------------------------------------------
 */

static void opened(unsigned number)
{
    begin();
    (void)story_arrives(number);
    (void)story_opens(ann, number);
}

static void decided_without_a_check_is_found(void **state)
{
    size_t i;

    (void)state;
    asked(1);
    (void)story_gives(1, 1);
    (void)story_gives(2, 1);
    (void)story_opened(1, "1,2");
    i = story_decides(ann, 1, "warn");
    story_breaks("checked-before-decision", RULES_MOD, i);
    second_is_asked();
    (void)second_is_opened();
    i = story_proposes(ann, 1, "suspend");
    story_breaks("checked-before-decision", RULES_MOD, i);
    opened(1);
    i = story_checked(1);
    story_breaks("checked-before-decision", RULES_MOD, i);
}

static void a_grave_outcome_of_one_person_is_found(void **state)
{
    struct book *book;
    size_t i;

    (void)state;
    opened(1);
    i = story_decides(ann, 1, "suspend");
    story_breaks("second-reviewer", RULES_MOD, i);
    /* by the log's own word */
    opened(1);
    i = story_decides(ann, 1, "warn");
    story_replace(RULES_MOD, i, "\"grave\":false", "\"grave\":true");
    story_breaks("second-reviewer", RULES_MOD, i);
    /* by the auditor's list, and by his book */
    story_begin();
    (void)story_arrives(1);
    (void)story_opens(ann, 1);
    story_settings.limits.grave = 1u << OUTCOME_WARN;
    (void)story_decides(ann, 1, "suspend");
    story_holds();
    opened(1);
    i = story_decides(ann, 1, "warn");
    story_holds();
    assert_int_equal(book_read(&book, (const char *)book_standard,
                               book_standard_bytes, NULL, NULL),
                     FRANK_OK);
    story_settings.book = book;
    story_holds();
    for (size_t j = 0; j < book_policy_count(book); j++) {
        if (book_policy_at(book, j)->severity == SEVERITY_GRAVE) {
            char policy[128];

            (void)snprintf(policy, sizeof policy, "\"policy\":\"%s\"",
                           book_policy_at(book, j)->id);
            story_replace(RULES_MOD, i, "\"policy\":\"fraud\"", policy);
            break;
        }
    }
    story_breaks("second-reviewer", RULES_MOD, i);
    book_free(book);
}

static void ones_own_review_is_found(void **state)
{
    static const char *const actions[] = {"confirmed", "returned"};
    size_t i;

    (void)state;
    for (size_t j = 0; j < SUPPORT_COUNT(actions); j++) {
        opened(1);
        (void)story_proposes(ann, 1, "suspend");
        (void)story_claims(ann, 1, "in_review", "in_review");
        i = story_case(ann, 1, "review", actions[j], "in_review",
                       j == 0 ? "decided" : "open", "%s", "");
        story_breaks("own-review", RULES_MOD, i);
    }
    begin();
    (void)story_closes(1, "warn");
    i = story_case(ann, 1, "review", "second_look", NULL, NULL,
                   ",\"agrees\":true");
    story_breaks("own-review", RULES_MOD, i);
}

static void ones_own_hold_is_found(void **state)
{
    uint64_t until;
    size_t i;

    (void)state;
    begin();
    (void)story_closes(1, "warn");
    until = story_now + 90 * STORY_DAY;
    (void)story_case(lea, 1, "legal_hold", "asked", NULL, NULL,
                     ",\"until\":%" PRIu64, until);
    i = story_case(lea, 1, "legal_hold", "confirmed", NULL, NULL,
                   ",\"until\":%" PRIu64, until);
    story_breaks("own-review", RULES_MOD, i);
    begin();
    (void)story_closes(1, "warn");
    i = story_case(ann, 1, "legal_hold", "confirmed", NULL, NULL,
                   ",\"until\":%" PRIu64, until);
    story_breaks("own-review", RULES_MOD, i);
}

static void appealed(unsigned number, const char *outcome)
{
    begin();
    (void)story_closes(number, outcome);
    (void)story_case(service, number, "appeal", "by_accused", "closed",
                     "appealed", "%s", "");
}

static void an_appeal_to_the_same_person_is_found(void **state)
{
    size_t i;

    (void)state;
    appealed(1, "restrict");
    (void)story_claims(ann, 1, "appealed", "appealed");
    i = story_case(ann, 1, "appeal", "upheld", "appealed", "closed", "%s", "");
    story_breaks("appeal-elsewhere", RULES_MOD, i);
    /* who answered the first is no stranger to the second */
    appealed(1, "restrict");
    (void)story_claims(ben, 1, "appealed", "appealed");
    (void)story_case(ben, 1, "appeal", "upheld", "appealed", "closed", "%s",
                     "");
    (void)story_case(service, 1, "appeal", "by_reporter", "closed", "appealed",
                     "%s", "");
    (void)story_claims(ben, 1, "appealed", "appealed");
    i = story_case(ben, 1, "appeal", "upheld", "appealed", "closed", "%s", "");
    story_breaks("appeal-elsewhere", RULES_MOD, i);
}

static void an_appeal_that_makes_it_worse_is_found(void **state)
{
    size_t i;

    (void)state;
    appealed(1, "warn");
    (void)story_claims(ben, 1, "appealed", "appealed");
    i = story_case(ben, 1, "appeal", "overturned", "appealed", "closed",
                   ",\"policy\":\"fraud\",\"outcome\":\"restrict\"");
    story_breaks("appeal-elsewhere", RULES_MOD, i);
}

/* ann warned, a reporter objects, and ben answers. */
static size_t reporters_appeal(const char *outcome, bool proposed)
{
    begin();
    (void)story_closes(1, "warn");
    (void)story_case(service, 1, "appeal", "by_reporter", "closed", "appealed",
                     "%s", "");
    (void)story_claims(ben, 1, "appealed", "appealed");
    return proposed ? story_case(ben, 1, "decision", "proposed", "appealed",
                                 "in_review",
                                 ",\"policy\":\"fraud\",\"outcome\":\"%s\","
                                 "\"grave\":true,\"book\":1,\"withheld\":0",
                                 outcome)
                    : story_case(
                          ben, 1, "appeal", "overturned", "appealed", "closed",
                          ",\"policy\":\"fraud\",\"outcome\":\"%s\"", outcome);
}

static void a_reporters_appeal_can_make_it_worse(void **state)
{
    size_t i;

    (void)state;
    (void)reporters_appeal("restrict", false);
    story_holds();
    i = reporters_appeal("suspend", false); /* which takes two */
    story_breaks("second-reviewer", RULES_MOD, i);
    (void)reporters_appeal("suspend", true);
    (void)story_claims(cat, 1, "in_review", "in_review");
    (void)story_case(cat, 1, "review", "confirmed", "in_review", "decided",
                     "%s", "");
    /* and the accused may object to that */
    (void)story_case(service, 1, "appeal", "by_accused", "decided", "appealed",
                     "%s", "");
    (void)story_claims(lea, 1, "appealed", "appealed");
    (void)story_case(lea, 1, "appeal", "overturned", "appealed", "closed",
                     ",\"policy\":\"fraud\",\"outcome\":\"warn\"");
    story_holds();
    /* not what the accused objects to */
    appealed(1, "warn");
    (void)story_claims(ben, 1, "appealed", "appealed");
    i = story_case(ben, 1, "decision", "proposed", "appealed", "in_review",
                   ",\"policy\":\"fraud\",\"outcome\":\"suspend\","
                   "\"grave\":true,\"book\":1,\"withheld\":0");
    story_breaks("appeal-elsewhere", RULES_MOD, i);
}

/* Those whose decision is in force until then have no say in it. */
static void what_is_proposed_on_appeal_is_for_others(void **state)
{
    size_t i;

    (void)state;
    (void)reporters_appeal("suspend", true);
    (void)story_claims(ann, 1, "in_review", "in_review");
    i = story_case(ann, 1, "review", "confirmed", "in_review", "decided", "%s",
                   "");
    story_breaks("appeal-elsewhere", RULES_MOD, i);
    for (size_t j = 0; j < 2; j++) {
        (void)reporters_appeal("suspend", true);
        (void)story_claims(cat, 1, "in_review", "in_review");
        (void)story_case(cat, 1, "review", "returned", "in_review", "open",
                         "%s", "");
        (void)story_claims(j == 0 ? ben : ann, 1, "open", "open");
        i = story_decides(j == 0 ? ben : ann, 1, "restrict");
        if (j == 0) {
            story_holds();
        } else {
            story_breaks("appeal-elsewhere", RULES_MOD, i);
        }
    }
    /* but what was taken back is in force no more */
    opened(1);
    (void)story_decides(ann, 1, "warn");
    (void)story_case(ann, 1, "decision", "retracted", "decided", "open", "%s",
                     "");
    (void)story_decides(ann, 1, "restrict");
    story_holds();
}

/* ---- Order -----------------------------------------------------------------
 */

static void an_entry_that_names_no_other_is_found(void **state)
{
    char previous[48];
    char wrong[48];
    size_t i;

    (void)state;
    /* none where one is due */
    opened(1);
    i = story_decides(ann, 1, "warn");
    (void)snprintf(previous, sizeof previous, ",\"previous\":%zu,", i - 1);
    story_replace(RULES_MOD, i, previous, ",");
    story_breaks("case-chain", RULES_MOD, i);
    /* an older one: what lies between could be left out */
    for (size_t j = 2; j < 5; j++) {
        opened(1);
        i = story_decides(ann, 1, "warn");
        (void)snprintf(wrong, sizeof wrong, ",\"previous\":%zu,", i - j);
        story_replace(RULES_MOD, i, previous, wrong);
        story_breaks("case-chain", RULES_MOD, i);
    }
    /* itself, and one that is to come */
    for (size_t j = 0; j < 2; j++) {
        opened(1);
        i = story_decides(ann, 1, "warn");
        (void)snprintf(wrong, sizeof wrong, ",\"previous\":%zu,", i + j);
        story_replace(RULES_MOD, i, previous, wrong);
        story_breaks("case-chain", RULES_MOD, i);
    }
    /* one where there is none */
    begin();
    i = story_arrives(1);
    story_replace(RULES_MOD, i, "\",\"action\"",
                  "\",\"previous\":0,\"action\"");
    story_breaks("case-chain", RULES_MOD, i);
}

/* It is told once, and what comes after it goes on from it. */
static void what_cannot_be_read_is_a_link_of_its_case(void **state)
{
    static const char *const changes[][2] = {
        {"\"type\":\"look\"", "\"type\":\"glance\""},
        {"\"report\":\"", "\"report\":\"0"},
        {"\"previous\":", "\"previous\":-"}};

    (void)state;
    for (size_t j = 0; j < SUPPORT_COUNT(changes); j++) {
        size_t i;

        begin();
        (void)story_arrives(1);
        i = story_opens(ann, 1);
        story_replace(RULES_MOD, i, changes[j][0], changes[j][1]);
        (void)story_decides(ann, 1, "warn");
        story_breaks("known-format", RULES_MOD, i);
    }
}

static void a_step_out_of_order_is_found(void **state)
{
    size_t i;

    (void)state;
    /* from another state than the log left it in */
    begin();
    (void)story_arrives(1);
    i = story_claims(ann, 1, "open", "open");
    story_replace(RULES_MOD, i, "\"action\":\"claimed\"",
                  "\"action\":\"claimed\",\"from\":\"open\",\"to\":\"open\"");
    story_breaks("state-order", RULES_MOD, i);
    /* that the table does not have */
    opened(1);
    i = story_case(ann, 1, "decision", "decided", "open", "closed",
                   ",\"policy\":\"fraud\",\"outcome\":\"warn\",\"grave\":"
                   "false,\"book\":1,\"withheld\":0");
    story_breaks("state-order", RULES_MOD, i);
    /* a change that is not said */
    begin();
    (void)story_arrives(1);
    i = story_claims(ann, 1, "waiting", "waiting");
    story_breaks("state-order", RULES_MOD, i);
    /* of a case that is not there */
    begin();
    i = story_claims(ann, 1, "waiting", "claimed");
    story_breaks("state-order", RULES_MOD, i);
    /* a second beginning */
    begin();
    (void)story_arrives(1);
    (void)story_received(2);
    i = story_case(service, 1, "report_taken_over", "new", NULL, NULL,
                   ",\"report\":\"%s\"", story_report_name(2));
    story_breaks("state-order", RULES_MOD, i);
    /* after the end: case 100 is purged */
    begin();
    i = story_case(lea, 100, "legal_hold", "asked", NULL, NULL,
                   ",\"until\":%" PRIu64, story_now + STORY_DAY);
    story_breaks("state-order", RULES_MOD, i);
}

static void whoever_had_no_claim_is_found(void **state)
{
    size_t i;

    (void)state;
    opened(1);
    i = story_decides(ben, 1, "warn");
    story_breaks("claim-held", RULES_MOD, i);
    opened(1);
    i = story_claims(ben, 1, "open", "open");
    story_breaks("claim-held", RULES_MOD, i);
    opened(1);
    i = story_case(ben, 1, "case_claimed", "released", NULL, NULL, "%s", "");
    story_breaks("claim-held", RULES_MOD, i);
    opened(1);
    (void)story_case(ann, 1, "case_claimed", "released", NULL, NULL, "%s", "");
    i = story_case(service, 1, "case_claimed", "lapsed", NULL, NULL, "%s", "");
    story_breaks("claim-held", RULES_MOD, i);
    begin();
    (void)story_arrives(1);
    (void)story_claims(ann, 1, "waiting", "claimed");
    i = story_case(ben, 1, "decision", "dismissed", "claimed", "closed",
                   ",\"unopened\":true");
    story_breaks("claim-held", RULES_MOD, i);
    opened(1);
    (void)story_decides(ann, 1, "warn");
    i = story_case(ben, 1, "decision", "retracted", "decided", "open", "%s",
                   "");
    story_breaks("claim-held", RULES_MOD, i);
}

/* ---- Ends ------------------------------------------------------------------
 */

static void a_late_purge_is_found(void **state)
{
    size_t i;

    (void)state;
    begin();
    i = story_closes(1, "warn");
    story_now += 184 * STORY_DAY;
    (void)story_mod(ada, "account", ",\"action\":\"book\",\"version\":2");
    story_holds();
    story_now += 2 * STORY_DAY;
    (void)story_mod(ada, "account", ",\"action\":\"book\",\"version\":3");
    story_breaks("purged-in-time", RULES_MOD, i);
    i = story_purges(1);
    story_breaks("purged-in-time", RULES_MOD, i);
}

static void a_hub_that_does_not_forget_is_found(void **state)
{
    size_t i;

    (void)state;
    begin();
    (void)story_closes(1, "warn");
    i = story_size(RULES_HUB) - 2;
    story_now += 184 * STORY_DAY;
    (void)story_purges(1);
    story_now += 19 * STORY_DAY;
    (void)story_hub("padding", "%s", "");
    story_breaks("purged-in-time", RULES_HUB, i);
    i = story_hub("purge", ",\"report\":\"%s\"", story_report_name(1));
    story_breaks("purged-in-time", RULES_HUB, i);
}

static void an_early_purge_is_found(void **state)
{
    size_t i;

    (void)state;
    begin();
    (void)story_closes(1, "warn");
    story_now += 182 * STORY_DAY;
    i = story_purges(1);
    story_breaks("not-purged-early", RULES_MOD, i);
    begin();
    (void)story_received(1);
    i = story_hub("purge", ",\"report\":\"%s\"", story_report_name(1));
    story_breaks("not-purged-early", RULES_HUB, i);
}

static void held(unsigned number)
{
    begin();
    (void)story_closes(number, "warn");
    for (unsigned i = 0; i < 2; i++) {
        (void)story_case(i == 0 ? lea : ann, number, "legal_hold",
                         i == 0 ? "asked" : "confirmed", NULL, NULL,
                         ",\"until\":%" PRIu64,
                         story_now / STORY_DAY * STORY_DAY + 300 * STORY_DAY);
    }
}

static void a_purge_under_a_hold_is_found(void **state)
{
    size_t i;

    (void)state;
    held(1);
    story_now += 184 * STORY_DAY;
    i = story_purges(1);
    story_breaks("not-purged-early", RULES_MOD, i);
    held(1);
    (void)story_case(lea, 1, "legal_hold", "ended", NULL, NULL,
                     ",\"until\":%" PRIu64, story_now);
    story_now += 184 * STORY_DAY;
    (void)story_purges(1);
    story_holds();
    held(1);
    story_now += 299 * STORY_DAY;
    (void)story_mod(ada, "account", ",\"action\":\"book\",\"version\":2");
    (void)story_hub("purge", ",\"report\":\"%s\"", story_report_name(1));
    story_replace(RULES_HUB, story_size(RULES_HUB) - 1, story_report_name(1),
                  story_report_name(1));
    story_settings.limits.hub_retain = 300 * STORY_DAY;
    story_holds();
}

static void a_purge_of_half_a_case_is_found(void **state)
{
    size_t i;

    (void)state;
    begin();
    (void)story_closes(1, "warn");
    story_now += 184 * STORY_DAY;
    i = story_case(service, 1, "purge", "purged", "closed", "purged", "%s", "");
    story_breaks("purged-whole", RULES_MOD, i);
    begin();
    i = story_mod(service, "purge", ",\"report\":\"%s\"", story_report_name(9));
    story_breaks("purged-whole", RULES_MOD, i);
    begin();
    i = story_mod(service, "purge", ",\"report\":\"%s\"",
                  story_report_name(100));
    story_breaks("purged-whole", RULES_MOD, i);
    begin();
    i = story_hub("purge", ",\"report\":\"%s\"", story_report_name(100));
    story_breaks("purged-whole", RULES_HUB, i);
    begin();
    i = story_hub("purge", ",\"report\":\"%s\"", story_report_name(9));
    story_breaks("purged-whole", RULES_HUB, i);
}

/* ---- People and keys -------------------------------------------------------
 */

static void people_who_may_not_are_found(void **state)
{
    size_t i;

    (void)state;
    /* a stranger */
    begin();
    i = story_mod("b000000000000000", "account",
                  ",\"action\":\"book\",\"version\":2");
    story_breaks("known-people", RULES_MOD, i);
    /* without the role */
    begin();
    (void)story_arrives(1);
    i = story_claims(aud, 1, "waiting", "claimed");
    story_breaks("known-people", RULES_MOD, i);
    /* whose account has ended */
    begin();
    (void)story_mod(ada, "account",
                    ",\"action\":\"ended\",\"account\":\"%s\",\"roles\":"
                    "[\"reviewer\"]",
                    cat);
    story_now += STORY_MINUTE;
    (void)story_arrives(1);
    i = story_claims(cat, 1, "waiting", "claimed");
    story_breaks("known-people", RULES_MOD, i);
    /* the service in a person's place */
    begin();
    (void)story_arrives(1);
    i = story_claims(service, 1, "waiting", "claimed");
    story_breaks("known-people", RULES_MOD, i);
    /* his own account; both sides of the wall; an account twice */
    begin();
    i = story_mod(ada, "account",
                  ",\"action\":\"changed\",\"account\":\"%s\",\"roles\":"
                  "[\"admin\"]",
                  ada);
    story_breaks("known-people", RULES_MOD, i);
    begin();
    i = story_mod(ada, "account",
                  ",\"action\":\"changed\",\"account\":\"%s\",\"roles\":"
                  "[\"lead\",\"admin\"]",
                  lea);
    story_breaks("known-people", RULES_MOD, i);
    begin();
    i = story_mod(ada, "account",
                  ",\"action\":\"added\",\"account\":\"%s\",\"roles\":"
                  "[\"lead\"]",
                  lea);
    story_breaks("known-people", RULES_MOD, i);
    /* a case for somebody who sees none */
    begin();
    (void)story_arrives(1);
    (void)story_claims(ann, 1, "waiting", "claimed");
    i = story_case(ann, 1, "case_claimed", "handed_over", NULL, NULL,
                   ",\"handed_to\":\"%s\"", aud);
    story_breaks("known-people", RULES_MOD, i);
    /* without an invitation */
    begin();
    i = story_mod(ada, "account",
                  ",\"action\":\"enrolled\",\"account\":\"%s\",\"roles\":"
                  "[\"admin\"]",
                  ada);
    story_breaks("known-people", RULES_MOD, i);
}

/* k of n are k people. */
static void two_shares_of_one_person_are_found(void **state)
{
    size_t i;

    (void)state;
    asked(1);
    share_goes(ann, 2);
    i = story_size(RULES_MOD) - 1;
    (void)story_gives(1, 1);
    (void)story_case(ann, 1, "consent", "given", NULL, NULL,
                     ",\"report\":\"%s\",\"receipt\":\"%s\"",
                     story_report_name(1), story_receipt(1, 2, story_now));
    (void)story_opened(1, "1,2");
    story_breaks("known-people", RULES_MOD, i);
    /* the same once more, or another in its place */
    begin();
    share_goes(ann, 1);
    share_goes("", 1);
    share_goes("", 2);
    share_goes(ann, 2);
    story_holds();
}

static void another_quorum_is_found(void **state)
{
    size_t i = 0;

    (void)state;
    story_begin();
    while (strstr(story_text(RULES_MOD, i), "quorum_key") == NULL) {
        i++;
    }
    story_replace(RULES_MOD, i, "\"threshold\":2", "\"threshold\":1");
    story_breaks("quorum-key", RULES_MOD, i);
    /* used before it is there: the holder's entry and the key's change places
     */
    story_begin();
    (void)story_raw(RULES_MOD, story_text(RULES_MOD, i),
                    strlen(story_text(RULES_MOD, i)));
    story_replace(RULES_MOD, i, story_text(RULES_MOD, i),
                  story_text(RULES_MOD, 0));
    story_run(NULL, 0);
    assert_int_equal(story_count,
                     3); /* holders of a quorum that is not there */
    for (size_t j = 0; j < story_count; j++) {
        assert_string_equal(story_findings[j].rule, "quorum-key");
        assert_int_equal(story_findings[j].index, i + 1 + j);
    }
    story_begin();
    (void)story_raw(RULES_MOD, story_text(RULES_MOD, i),
                    strlen(story_text(RULES_MOD, i)));
    story_breaks("quorum-key", RULES_MOD, story_size(RULES_MOD) - 1);
}

static void a_quorum_that_the_auditor_has_not_is_found(void **state)
{
    size_t i = 0;

    (void)state;
    story_begin();
    while (strstr(story_text(RULES_MOD, i), "quorum_key") == NULL) {
        i++;
    }
    story_settings.quorums.count = 0;
    story_breaks("quorum-key", RULES_MOD, i);
}

/* ---- How the logs are kept -------------------------------------------------
 */

static size_t epoch(unsigned number, uint64_t from, const char *state)
{
    return story_hub("key_epoch",
                     ",\"epoch\":%u,\"not_before\":%" PRIu64
                     ",\"state\":\"%s\"",
                     number, from, state);
}

static void epochs_out_of_order_are_found(void **state)
{
    static const struct {
        unsigned number;
        uint64_t from;
        const char *state;
    } wrong[] = {{1, 0, "live"},
                 {2, 500, "live"},
                 {1, 5, "destroyed"},
                 {3, 1000, "destroyed"},
                 {2, 1000, "live"}};
    size_t i;

    (void)state;
    for (size_t j = 0; j < SUPPORT_COUNT(wrong); j++) {
        begin();
        (void)epoch(2, 1000, "live");
        (void)epoch(3, 2000, "live");
        (void)epoch(4, 3000, "live");
        (void)epoch(3, 2000, "destroyed");
        i = epoch(wrong[j].number, wrong[j].from, wrong[j].state);
        story_breaks("key-epochs", RULES_HUB, i);
    }
    begin();
    (void)epoch(1, 0, "destroyed");
    i = epoch(1, 0, "live");
    story_breaks("key-epochs", RULES_HUB, i);
}

static size_t refusals(uint64_t from, uint64_t until, uint64_t count)
{
    return story_hub("reports_refused",
                     ",\"from\":%" PRIu64 ",\"until\":%" PRIu64
                     ",\"counts\":{\"mac\":%" PRIu64 "}",
                     from, until, count);
}

static void counts_that_cannot_be_are_found(void **state)
{
    uint64_t now;
    size_t i;

    (void)state;
    story_begin();
    story_settings.limits.refusal_gap = 26 * STORY_HOUR;
    now = story_now;
    story_now += 3 * STORY_HOUR;
    (void)refusals(now, now + STORY_HOUR, 5);
    (void)refusals(now + STORY_HOUR, now + 2 * STORY_HOUR, 5);
    story_holds();
    i = refusals(now + STORY_HOUR, now + 3 * STORY_HOUR, 5);
    story_breaks("refusals-plausible", RULES_HUB, i);
    story_begin();
    story_settings.limits.refusal_gap = 26 * STORY_HOUR;
    story_now += STORY_HOUR;
    (void)refusals(now, now + STORY_HOUR, 5);
    story_now = now + 31 * STORY_HOUR;
    i = refusals(now + 30 * STORY_HOUR, now + 31 * STORY_HOUR, 5);
    story_breaks("refusals-plausible", RULES_HUB, i);
    story_begin();
    story_now += STORY_HOUR;
    i = refusals(now, now + STORY_HOUR, UINT64_C(1000000000));
    story_breaks("refusals-plausible", RULES_HUB, i);
    story_begin();
    i = refusals(now + 1, now, 1);
    story_breaks("refusals-plausible", RULES_HUB, i);
    story_begin(); /* what is to come is not counted before */
    i = refusals(now, now + STORY_DAY, 1);
    story_breaks("refusals-plausible", RULES_HUB, i);
}

/* Also when nothing of the hub's comes behind it; and told once. */
static void counts_that_end_are_found(void **state)
{
    uint64_t now;
    size_t i;

    (void)state;
    story_begin();
    story_settings.limits.refusal_gap = 26 * STORY_HOUR;
    now = story_now;
    story_now += STORY_HOUR;
    i = refusals(now, now + STORY_HOUR, 5);
    story_now += 26 * STORY_HOUR;
    (void)story_mod(ada, "account", ",\"action\":\"book\",\"version\":2");
    story_holds();
    story_now += 300 * STORY_DAY;
    (void)story_mod(ada, "account", ",\"action\":\"book\",\"version\":3");
    story_breaks("refusals-plausible", RULES_HUB, i);
    /* and when there was never one: from the first epoch on */
    story_begin();
    story_settings.limits.refusal_gap = 26 * STORY_HOUR;
    story_now += 300 * STORY_DAY;
    (void)story_mod(ada, "account", ",\"action\":\"book\",\"version\":2");
    story_breaks("refusals-plausible", RULES_HUB, 0);
    i = refusals(story_now - STORY_HOUR, story_now, 5);
    story_breaks("refusals-plausible", RULES_HUB, i);
}

static void times_that_run_back_are_found(void **state)
{
    size_t i;

    (void)state;
    begin();
    story_now -= STORY_HOUR;
    (void)story_hub("padding", "%s", "");
    story_holds(); /* the hub's last entry is months older */
    i = story_raw(RULES_MOD, story_text(RULES_MOD, 0),
                  strlen(story_text(RULES_MOD, 0)));
    story_breaks("time-order", RULES_MOD, i);
    story_begin();
    story_settings.now = story_now - STORY_MINUTE;
    story_now += STORY_HOUR;
    i = story_hub("padding", "%s", "");
    story_breaks("time-order", RULES_HUB, i);
}

static void a_strange_entry_is_found(void **state)
{
    static const char *const texts[] = {
        "",
        "{}",
        "[]",
        "{\"type\":\"padding\"}",
        " {\"type\":\"padding\",\"time\":1,\"nonce\":"
        "\"00000000000000000000000000000000\"}",
        "{\"type\":\"padding\",\"time\":1700000000000,\"nonce\":"
        "\"00000000000000000000000000000000\"}\n",
        "{\"type\":\"padding\",\"time\":1700000000000,\"nonce\":\"0\"}",
        "{\"type\":\"paddin\\u0067\",\"time\":1700000000000,\"nonce\":"
        "\"00000000000000000000000000000000\"}",
        "{\"type\":\"padding\",\"time\":1700000000000,\"nonce\":"
        "\"0000000000000000000000000000000A\"}",
        "{\"type\":\"padding\",\"time\":1700000000000,\"nonce\":"
        "\"00000000000000000000000000000000\",\"more\":1}",
        "{\"type\":\"padding\",\"time\":1700000000000,\"time\":1700000000000,"
        "\"nonce\":\"00000000000000000000000000000000\"}",
        "{\"type\":\"news\",\"time\":1700000000000,\"nonce\":"
        "\"00000000000000000000000000000000\"}",
        "{\"type\":\"padding\",\"time\":-1,\"nonce\":"
        "\"00000000000000000000000000000000\"}",
        "{\"type\":\"padding\",\"time\":9007199254740993,\"nonce\":"
        "\"00000000000000000000000000000000\"}",
        "{\"type\":\"report_received\",\"time\":1700000000000,\"nonce\":"
        "\"00000000000000000000000000000000\",\"report\":\"00\"}",
    };
    size_t i;

    (void)state;
    for (size_t j = 0; j < SUPPORT_COUNT(texts); j++) {
        story_begin();
        i = story_raw(RULES_HUB, texts[j], strlen(texts[j]));
        story_breaks("known-format", RULES_HUB, i);
    }
    story_begin();
    i = story_mod(ada, "account", ",\"action\":\"promoted\"");
    story_breaks("known-format", RULES_MOD, i);
    story_begin();
    i = story_raw(RULES_HUB, "{\0}", 3);
    story_breaks("known-format", RULES_HUB, i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_logs_give_no_finding),
        cmocka_unit_test(what_was_not_taken_over_in_time_is_found),
        cmocka_unit_test(both_logs_say_that_it_was_taken_over),
        cmocka_unit_test(what_the_hub_did_not_receive_is_found),
        cmocka_unit_test(what_is_taken_over_twice_is_found),
        cmocka_unit_test(a_notice_tells_what_was),
        cmocka_unit_test(too_few_holders_are_found),
        cmocka_unit_test(a_receipt_that_was_made_up_is_found),
        cmocka_unit_test(every_byte_of_a_receipt_counts),
        cmocka_unit_test(a_receipt_for_another_report_is_found),
        cmocka_unit_test(opened_when_nobody_asked_is_found),
        cmocka_unit_test(opened_after_a_refusal_is_found),
        cmocka_unit_test(a_consent_of_no_holder_is_found),
        cmocka_unit_test(a_sealed_report_goes_to_holders_who_are_asked),
        cmocka_unit_test(what_cannot_be_read_is_checked_too),
        cmocka_unit_test(an_old_or_a_future_receipt_is_found),
        cmocka_unit_test(a_consent_by_another_account_is_found),
        cmocka_unit_test(a_look_at_what_is_sealed_is_found),
        cmocka_unit_test(decided_without_a_check_is_found),
        cmocka_unit_test(a_grave_outcome_of_one_person_is_found),
        cmocka_unit_test(ones_own_review_is_found),
        cmocka_unit_test(ones_own_hold_is_found),
        cmocka_unit_test(an_appeal_to_the_same_person_is_found),
        cmocka_unit_test(an_appeal_that_makes_it_worse_is_found),
        cmocka_unit_test(a_reporters_appeal_can_make_it_worse),
        cmocka_unit_test(what_is_proposed_on_appeal_is_for_others),
        cmocka_unit_test(an_entry_that_names_no_other_is_found),
        cmocka_unit_test(what_cannot_be_read_is_a_link_of_its_case),
        cmocka_unit_test(a_step_out_of_order_is_found),
        cmocka_unit_test(whoever_had_no_claim_is_found),
        cmocka_unit_test(a_late_purge_is_found),
        cmocka_unit_test(a_hub_that_does_not_forget_is_found),
        cmocka_unit_test(an_early_purge_is_found),
        cmocka_unit_test(a_purge_under_a_hold_is_found),
        cmocka_unit_test(a_purge_of_half_a_case_is_found),
        cmocka_unit_test(people_who_may_not_are_found),
        cmocka_unit_test(two_shares_of_one_person_are_found),
        cmocka_unit_test(another_quorum_is_found),
        cmocka_unit_test(a_quorum_that_the_auditor_has_not_is_found),
        cmocka_unit_test(epochs_out_of_order_are_found),
        cmocka_unit_test(counts_that_cannot_be_are_found),
        cmocka_unit_test(counts_that_end_are_found),
        cmocka_unit_test(times_that_run_back_are_found),
        cmocka_unit_test(a_strange_entry_is_found),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    key_json_start(abort);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
