/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of a case, as the services log them. */
#include "story.h"

#include <inttypes.h>
#include <string.h>

size_t story_received(unsigned number)
{
    return story_hub("report_received", ",\"report\":\"%s\"",
                     story_report_name(number));
}

size_t story_taken(unsigned number)
{
    size_t i =
        story_case(service, number, "report_taken_over", "new", NULL, NULL,
                   ",\"report\":\"%s\"", story_report_name(number));

    (void)story_hub("report_taken_over", ",\"report\":\"%s\"",
                    story_report_name(number));
    return i;
}

size_t story_arrives(unsigned number)
{
    (void)story_received(number);
    return story_taken(number);
}

size_t story_claims(const char *who, unsigned number, const char *from,
                    const char *to)
{
    bool same = strcmp(from, to) == 0;

    return story_case(who, number, "case_claimed", "claimed",
                      same ? NULL : from, to, "%s", "");
}

size_t story_asks(const char *who, unsigned number)
{
    return story_case(who, number, "consent", "asked", "claimed",
                      "consent_asked", ",\"reports\":1");
}

size_t story_gives(unsigned holder, unsigned number)
{
    const char *const holders[] = {ann, ben, cat};

    return story_case(holders[holder - 1], number, "consent", "given", NULL,
                      NULL, ",\"report\":\"%s\",\"receipt\":\"%s\"",
                      story_report_name(number),
                      story_receipt(number, holder, story_now));
}

size_t story_opened(unsigned number, const char *holders)
{
    return story_case(service, number, "report_opened", "opened",
                      "consent_asked", "open",
                      ",\"report\":\"%s\",\"holders\":[%s]",
                      story_report_name(number), holders);
}

size_t story_checked(unsigned number)
{
    return story_case(service, number, "opening_checked", "checked", NULL, NULL,
                      ",\"report\":\"%s\",\"verdicts\":{\"matches\":1,"
                      "\"withheld\":0}",
                      story_report_name(number));
}

static size_t look(const char *who, unsigned number, const char *action)
{
    return story_case(who, number, "look", action, NULL, NULL,
                      ",\"report\":\"%s\"", story_report_name(number));
}

size_t story_opens(const char *who, unsigned number)
{
    (void)story_claims(who, number, "waiting", "claimed");
    (void)story_asks(who, number);
    (void)story_gives(1, number);
    (void)story_gives(2, number);
    (void)story_opened(number, "1,2");
    (void)story_checked(number);
    return look(who, number, "looked");
}

static size_t decision(const char *who, unsigned number, const char *action,
                       const char *to, const char *outcome, bool grave)
{
    return story_case(who, number, "decision", action, "open", to,
                      ",\"policy\":\"fraud\",\"outcome\":\"%s\",\"grave\":%s,"
                      "\"book\":1,\"withheld\":0",
                      outcome, grave ? "true" : "false");
}

size_t story_decides(const char *who, unsigned number, const char *outcome)
{
    return decision(who, number, "decided", "decided", outcome, false);
}

size_t story_proposes(const char *who, unsigned number, const char *outcome)
{
    return decision(who, number, "proposed", "in_review", outcome, true);
}

size_t story_settles(unsigned number)
{
    return story_case(service, number, "decision", "settled", "decided",
                      "closed", "%s", "");
}

size_t story_closes(unsigned number, const char *outcome)
{
    (void)story_arrives(number);
    (void)story_opens(ann, number);
    (void)story_decides(ann, number, outcome);
    story_now += STORY_HOUR;
    return story_settles(number);
}

size_t story_purges(unsigned number)
{
    (void)story_mod(service, "purge", ",\"report\":\"%s\"",
                    story_report_name(number));
    return story_case(service, number, "purge", "purged", "closed", "purged",
                      "%s", "");
}

static void told(unsigned number, const char *state)
{
    (void)story_mod(service, "notice",
                    ",\"to\":\"hub\",\"report\":\"%s\",\"state\":\"%s\"",
                    story_report_name(number), state);
}

/* ---- Lives -----------------------------------------------------------------
 */

/* Decided, taken back, decided again, told, looked at again. */
static void a_warning(unsigned number)
{
    (void)story_arrives(number);
    (void)story_opens(ann, number);
    told(number, "in_review");
    (void)story_case(ann, number, "identity_revealed", "revealed", NULL, NULL,
                     ",\"report\":\"%s\"", story_report_name(number));
    (void)story_decides(ann, number, "restrict");
    told(number, "decided");
    (void)story_case(ann, number, "decision", "retracted", "decided", "open",
                     "%s", "");
    (void)story_decides(ann, number, "warn");
    story_now += STORY_HOUR;
    (void)story_settles(number);
    told(number, "closed");
    (void)story_case(service, number, "notice", "statement", NULL, NULL,
                     ",\"to\":\"accused\"");
    (void)look(cat, number, "second_look");
    (void)story_case(cat, number, "review", "second_look", NULL, NULL,
                     ",\"agrees\":true");
}

/* Proposed, returned, proposed by another, confirmed, appealed twice. */
static void a_suspension(unsigned number)
{
    (void)story_arrives(number);
    (void)story_opens(ann, number);
    (void)story_proposes(ann, number, "suspend");
    (void)story_claims(ben, number, "in_review", "in_review");
    (void)look(ben, number, "looked");
    (void)story_case(ben, number, "review", "returned", "in_review", "open",
                     "%s", "");
    (void)story_claims(ben, number, "open", "open");
    (void)story_proposes(ben, number, "escalate");
    (void)story_claims(ann, number, "in_review", "in_review");
    (void)story_case(ann, number, "review", "confirmed", "in_review", "decided",
                     "%s", "");
    (void)story_case(service, number, "appeal", "by_accused", "decided",
                     "appealed", "%s", "");
    (void)story_claims(cat, number, "appealed", "appealed");
    (void)story_case(cat, number, "appeal", "upheld", "appealed", "closed",
                     "%s", "");
    (void)story_case(service, number, "appeal", "by_reporter", "closed",
                     "appealed", "%s", "");
    (void)story_claims(lea, number, "appealed", "appealed");
    (void)story_case(lea, number, "appeal", "overturned", "appealed", "closed",
                     ",\"policy\":\"fraud\",\"outcome\":\"warn\"");
    (void)story_case(lea, number, "export", "bundle", NULL, NULL,
                     ",\"bundle\":\"%032x\",\"reporter\":false,"
                     "\"withheld\":false,\"sealed\":false",
                     number);
}

/* Two floods: one undone, one that stays. */
static void a_flood(unsigned number)
{
    for (unsigned i = number; i < number + 2; i++) {
        (void)story_arrives(i);
        (void)story_case(ann, i, "decision", "dismissed", "waiting", "closed",
                         ",\"unopened\":true");
    }
    (void)story_case(lea, number, "decision", "reinstated", "closed", "waiting",
                     "%s", "");
    told(number + 1, "closed");
    (void)story_opens(ben, number);
    (void)story_decides(ben, number, "no_action");
    story_now += STORY_HOUR;
    (void)story_settles(number);
}

/* Claims that end, requests that come to nothing, refusals, a second report. */
static void a_long_way(unsigned number)
{
    unsigned other = number + 1;

    (void)story_arrives(number);
    (void)story_received(other);
    (void)story_case(service, number, "report_taken_over", "folded", NULL, NULL,
                     ",\"report\":\"%s\"", story_report_name(other));
    (void)story_hub("report_taken_over", ",\"report\":\"%s\"",
                    story_report_name(other));
    (void)story_claims(cat, number, "waiting", "claimed");
    (void)story_case(cat, number, "case_claimed", "held", NULL, NULL, "%s", "");
    (void)story_case(service, number, "case_claimed", "lapsed", "claimed",
                     "waiting", "%s", "");
    (void)story_claims(cat, number, "waiting", "claimed");
    (void)story_case(lea, number, "case_claimed", "released", "claimed",
                     "waiting", "%s", "");
    (void)story_claims(ann, number, "waiting", "claimed");
    (void)story_asks(ann, number);
    (void)story_gives(3, number);
    (void)story_case(ann, number, "consent", "withdrawn", "consent_asked",
                     "claimed", "%s", "");
    (void)story_asks(ann, number);
    (void)story_case(service, number, "case_claimed", "lapsed", NULL, NULL,
                     "%s", "");
    (void)story_case(service, number, "consent", "expired", "consent_asked",
                     "waiting", "%s", "");
    (void)story_claims(ben, number, "waiting", "claimed");
    (void)story_asks(ben, number);
    (void)story_case(ann, number, "consent_refused", "refused", NULL, NULL,
                     "%s", "");
    (void)story_case(cat, number, "consent_refused", "refused_for_good",
                     "consent_asked", "claimed", "%s", "");
    (void)story_case(ben, number, "consent", "asked", "claimed",
                     "consent_asked", ",\"reports\":2");
    (void)story_gives(1, number);
    (void)story_case(ann, number, "consent_refused", "refused", NULL, NULL,
                     "%s", "");
    (void)story_gives(2, number);
    (void)story_gives(3, number);
    (void)story_opened(number, "2,3");
    (void)story_checked(number);
    told(number, "");
    for (unsigned holder = 1; holder <= 2; holder++) {
        (void)story_case(holder == 1 ? ann : ben, number, "consent", "given",
                         NULL, NULL, ",\"report\":\"%s\",\"receipt\":\"%s\"",
                         story_report_name(other),
                         story_receipt(other, holder, story_now));
    }
    (void)story_case(service, number, "report_opened", "opened", NULL, NULL,
                     ",\"report\":\"%s\",\"holders\":[1,2]",
                     story_report_name(other));
    (void)story_case(service, number, "opening_checked", "checked", NULL, NULL,
                     ",\"report\":\"%s\",\"verdicts\":{\"matches\":1}",
                     story_report_name(other));
    (void)story_case(ben, number, "case_claimed", "handed_over", NULL, NULL,
                     ",\"handed_to\":\"%s\"", cat);
    (void)story_decides(cat, number, "restrict");
    (void)story_case(lea, number, "legal_hold", "asked", NULL, NULL,
                     ",\"until\":%" PRIu64, story_now + 300 * STORY_DAY);
    (void)story_case(ann, number, "legal_hold", "confirmed", NULL, NULL,
                     ",\"until\":%" PRIu64, story_now + 300 * STORY_DAY - 1000);
    (void)story_settles(number);
}

unsigned story_life(unsigned first)
{
    uint64_t begun = story_now;

    (void)story_hub("reports_refused",
                    ",\"from\":%" PRIu64 ",\"until\":%" PRIu64
                    ",\"counts\":{\"mac\":3,\"too-old\":1}",
                    story_now - STORY_HOUR, story_now);
    (void)story_hub("padding", "%s", "");
    (void)story_mod(ada, "account",
                    ",\"action\":\"changed\",\"account\":\"%s\",\"roles\":"
                    "[\"reviewer\"]",
                    cat);
    a_warning(first);
    a_suspension(first + 1);
    a_flood(first + 2);
    a_long_way(first + 4);
    story_now = begun + 184 * STORY_DAY;
    for (unsigned i = 0; i < 4; i++) {
        (void)story_purges(first + i);
    }
    story_now = begun + 201 * STORY_DAY;
    for (unsigned i = 0; i < 6; i++) {
        (void)story_hub("purge", ",\"report\":\"%s\"",
                        story_report_name(first + i));
    }
    story_now = begun + 301 * STORY_DAY;
    (void)story_mod(service, "purge", ",\"report\":\"%s\"",
                    story_report_name(first + 5));
    (void)story_purges(first + 4);
    (void)story_mod(service, "padding", "%s", "");
    story_replace(RULES_MOD, story_size(RULES_MOD) - 1, ",\"by\":\"service\"",
                  "");
    return first + 6;
}
