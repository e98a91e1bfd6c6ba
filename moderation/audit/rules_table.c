/* SPDX-License-Identifier: Apache-2.0 */
/* The rules. docs/AUDIT.md, section 4, says of each what a finding means. */
#include "rules_inside.h"

#define EVERYTHING (SAYS(COUNT) - 1)
#define OF_CASES                                                               \
    ((SAYS(PURGED_REPORT) - SAYS(TAKEN_NEW) - SAYS(TOLD_HUB)) | SAYS(PURGED))
#define DECISIONS (SAYS(PROPOSED) | SAYS(DECIDED))
#define LOOKS (SAYS(LOOKED) | SAYS(LOOKED_AGAIN))

const struct rules_rule rules_table[RULE_COUNT] = {
    [RULE_TAKEN_OVER_IN_TIME] =
        {"taken-over-in-time",
         "Each report that the hub received was taken over by the moderation "
         "side in time, and both logs say so.",
         SAYS(RECEIVED) | SAYS(HUB_TAKEN) | SAYS(TAKEN_NEW) |
             SAYS(TAKEN_FOLDED),
         rule_taken_over_in_time},
    [RULE_KNOWN_REPORT] =
        {"known-report",
         "Nothing was taken over that the hub did not receive, nothing twice, "
         "and what is done to a report is done in its own case.",
         SAYS(RECEIVED) | SAYS(HUB_TAKEN) | SAYS(TAKEN_NEW) |
             SAYS(TAKEN_FOLDED) | SAYS(GIVEN) | SAYS(OPENED) | SAYS(CHECKED) |
             LOOKS | SAYS(REVEALED) | SAYS(SEALED_GIVEN) | SAYS(TOLD_HUB),
         rule_known_report},
    [RULE_OPENED_BY_QUORUM] =
        {"opened-by-quorum",
         "A report was opened only after enough different holders of the "
         "quorum's shares agreed, each with a receipt that verifies.",
         SAYS(GIVEN) | SAYS(OPENED), rule_opened_by_quorum},
    [RULE_OPENED_WHEN_ASKED] =
        {"opened-when-asked",
         "Holders agreed and reports were opened only while somebody who works "
         "on the case asked for it.",
         SAYS(ASKED) | SAYS(GIVEN) | SAYS(WITHDRAWN) | SAYS(EXPIRED) |
             SAYS(REFUSED) | SAYS(REFUSED_FOR_GOOD) | SAYS(OPENED) |
             SAYS(SEALED_GIVEN),
         rule_opened_when_asked},
    [RULE_CONSENT_REFUSED] =
        {"consent-refused",
         "A refusal holds: nothing was opened by the consent of somebody who "
         "refused, or after a refusal for good, unless it was asked again.",
         SAYS(GIVEN) | SAYS(OPENED), rule_consent_refused},
    [RULE_CONSENT_FRESH] =
        {"consent-fresh",
         "A receipt is not older than the request that it answers, and not "
         "younger than its entry.",
         SAYS(GIVEN), rule_consent_fresh},
    [RULE_CONSENT_BY_HOLDER] =
        {"consent-by-holder",
         "Whoever agreed or refused, or was given a sealed report, was a "
         "holder then, and of that share.",
         SAYS(GIVEN) | SAYS(REFUSED) | SAYS(REFUSED_FOR_GOOD) |
             SAYS(SEALED_GIVEN),
         rule_consent_by_holder},
    [RULE_CHECKED_BEFORE_DECISION] =
        {"checked-before-decision",
         "Nothing was decided before each report that was opened was checked "
         "against its franking tags.",
         DECISIONS | SAYS(CHECKED), rule_checked_before_decision},
    [RULE_SECOND_REVIEWER] =
        {"second-reviewer",
         "A grave outcome took effect only when a second person confirmed it.",
         DECISIONS | SAYS(OVERTURNED), rule_second_reviewer},
    [RULE_OWN_REVIEW] =
        {"own-review",
         "Nobody reviewed a decision of his own, or confirmed a legal hold of "
         "his own.",
         SAYS(CONFIRMED) | SAYS(RETURNED) | SAYS(SECOND_LOOK) |
             SAYS(HOLD_CONFIRMED),
         rule_own_review},
    [RULE_APPEAL_ELSEWHERE] =
        {"appeal-elsewhere",
         "An appeal was answered by somebody who had no part in the decision, "
         "and one of the accused made nothing worse.",
         DECISIONS | SAYS(CONFIRMED) | SAYS(RETURNED) | SAYS(UPHELD) |
             SAYS(OVERTURNED),
         rule_appeal_elsewhere},
    [RULE_PURGED_IN_TIME] =
        {"purged-in-time",
         "What was decided was purged when the time for an appeal was over, "
         "and the hub forgot its part.",
         SAYS(PURGED) | SAYS(HUB_PURGED), rule_purged_in_time},
    [RULE_NOT_PURGED_EARLY] =
        {"not-purged-early",
         "Nothing was purged before that time, under a legal hold, or before "
         "it was taken over.",
         SAYS(PURGED) | SAYS(HUB_PURGED), rule_not_purged_early},
    [RULE_PURGED_WHOLE] =
        {"purged-whole",
         "A case was purged with all of its reports, and each report once.",
         SAYS(PURGED) | SAYS(PURGED_REPORT) | SAYS(HUB_PURGED),
         rule_purged_whole},
    [RULE_CASE_CHAIN] =
        {"case-chain",
         "Each entry of a case names the one before it, so that none can be "
         "left out where a case is shown.",
         OF_CASES, rule_case_chain},
    [RULE_STATE_ORDER] =
        {"state-order",
         "Cases went from state to state as the table of states allows.",
         OF_CASES, rule_state_order},
    [RULE_CLAIM_HELD] =
        {"claim-held",
         "Whoever worked on a case had claimed it, and nobody else had.",
         OF_CASES, rule_claim_held},
    [RULE_LOOK_WHEN_OPEN] =
        {"look-when-open",
         "Content was shown, or handed out, of what had been opened alone.",
         LOOKS | SAYS(BUNDLE) | SAYS(SPOT_CHECK), rule_look_when_open},
    [RULE_NOTICE_TRUE] =
        {"notice-true",
         "Hub and accused were told what had happened, and nothing else.",
         SAYS(TOLD_HUB) | SAYS(STATEMENT), rule_notice_true},
    [RULE_KNOWN_PEOPLE] =
        {"known-people",
         "Whoever did something had an account then, with a role that may.",
         EVERYTHING & ~(SAYS(PADDING) | SAYS(RECEIVED) | SAYS(HUB_TAKEN) |
                        SAYS(HUB_PURGED) | SAYS(EPOCH) | SAYS(REFUSALS)),
         rule_known_people},
    [RULE_QUORUM_KEY] =
        {"quorum-key",
         "The quorum's key in the log is the auditor's, with its threshold, "
         "and stands there before it is used.",
         SAYS(QUORUM) | SAYS(HOLDER) | SAYS(GIVEN), rule_quorum_key},
    [RULE_KEY_EPOCHS] =
        {"key-epochs",
         "The hub's key epochs follow one another, and what was destroyed "
         "stays so.",
         SAYS(EPOCH), rule_key_epochs},
    [RULE_REFUSALS_PLAUSIBLE] =
        {"refusals-plausible",
         "The hub's counts of refused reports follow one another, and are "
         "possible.",
         SAYS(REFUSALS), rule_refusals_plausible},
    [RULE_TIME_ORDER] = {"time-order",
                         "Times do not run back, nor ahead of the auditor's.",
                         EVERYTHING, rule_time_order},
    [RULE_KNOWN_FORMAT] =
        {"known-format",
         "Each entry is one line of JSON of a known kind, with the members of "
         "that kind and no others.",
         EVERYTHING, rule_known_format},
};
