/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reasons for a report, and what other taxonomies call them. docs/REASONS.md
 * holds the same table, says where each value was read and why it was chosen;
 * a test compares the two. Codes go over the wire and never change. Nothing
 * but child_safety and grooming may name a child: such a value sets off duties
 * to report, and a wrong one harms people.
 */
#include "frank.h"

#include <string.h>

/* Bluesky's tokens up to the part that differs. */
#define NEW "tools.ozone.report.defs#reason"
#define OLD "com.atproto.moderation.defs#reason"

/* In the order to show. */
static const struct frank_reason reasons[] = {
    {
        .code = 1,
        .name = "spam",
        .plain = "It is advertising or a mass message nobody asked for",
        .bluesky = NEW "MisleadingSpam " OLD "Spam",
        .dsa_category = "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
        .dsa_keywords = "KEYWORD_OTHER",
        .xarf = "messaging/spam",
        .marf = "abuse",
    },
    {
        .code = 2,
        .name = "fraud",
        .plain = "It tries to cheat people out of money or passwords",
        .bluesky = NEW "MisleadingScam " OLD "Misleading",
        .dsa_category = "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
        .dsa_keywords = "KEYWORD_PHISHING KEYWORD_PYRAMID_SCHEMES",
        .xarf = "content/fraud content/phishing",
        .marf = "fraud",
    },
    {
        .code = 3,
        .name = "harassment",
        .plain = "It insults, bullies or will not leave someone alone",
        .bluesky = NEW "HarassmentTargeted " NEW "HarassmentOther " OLD "Rude",
        .dsa_category = "STATEMENT_CATEGORY_CYBER_VIOLENCE",
        .dsa_keywords = "KEYWORD_CYBER_HARASSMENT "
                        "KEYWORD_CYBER_BULLYING_INTIMIDATION "
                        "KEYWORD_CYBER_STALKING",
        .marf = "abuse",
    },
    {
        .code = 4,
        .name = "hate",
        .plain = "It attacks people for who they are or what they believe",
        .bluesky = NEW "HarassmentHateSpeech " OLD "Rude",
        .dsa_category = "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH",
        .dsa_keywords = "KEYWORD_HATE_SPEECH KEYWORD_DISCRIMINATION",
        .marf = "abuse",
    },
    {
        .code = 5,
        .name = "threat",
        .plain = "It threatens to hurt someone",
        .bluesky = NEW "ViolenceThreats " OLD "Violation",
        .dsa_category = "STATEMENT_CATEGORY_VIOLENCE",
        .dsa_keywords = "KEYWORD_CYBER_BULLYING_INTIMIDATION KEYWORD_OTHER",
        .marf = "abuse",
    },
    {
        .code = 6,
        .name = "self_harm",
        .plain = "Someone may harm themselves, or is being urged to",
        .bluesky = NEW "SelfHarmContent " OLD "Violation",
        .dsa_category = "STATEMENT_CATEGORY_SELF_HARM",
        .dsa_keywords = "KEYWORD_SUICIDE KEYWORD_SELF_MUTILATION "
                        "KEYWORD_CONTENT_PROMOTING_EATING_DISORDERS",
    },
    {
        .code = 7,
        .name = "unsolicited_sexual",
        .plain = "It is sexual and was not wanted",
        .bluesky = NEW "SexualUnlabeled " OLD "Sexual",
        .dsa_category = "STATEMENT_CATEGORY_CYBER_VIOLENCE",
        .dsa_keywords = "KEYWORD_CYBER_HARASSMENT "
                        "KEYWORD_ADULT_SEXUAL_MATERIAL KEYWORD_NUDITY",
        .marf = "abuse",
    },
    {
        .code = 8,
        .name = "intimate_image",
        .plain = "It shows or threatens to share intimate pictures without "
                 "consent",
        .bluesky = NEW "SexualNCII " NEW "SexualDeepfake " OLD "Sexual",
        .dsa_category = "STATEMENT_CATEGORY_CYBER_VIOLENCE",
        .dsa_keywords = "KEYWORD_NON_CONSENSUAL_IMAGE_SHARING "
                        "KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE",
    },
    {
        .code = 9,
        .name = "child_safety",
        .plain = "It shows or sexualises a child",
        .bluesky =
            NEW "ChildSafetyCSAM " NEW "ChildSafetyOther " OLD "Violation",
        .dsa_category = "STATEMENT_CATEGORY_PROTECTION_OF_MINORS",
        .dsa_keywords = "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL "
                        "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE",
        .xarf = "content/csam",
        .cybertipline = "Child Pornography (possession, manufacture, and "
                        "distribution)",
    },
    {
        .code = 10,
        .name = "grooming",
        .plain = "Someone seeks sexual contact with a child",
        .bluesky = NEW "ChildSafetyGroom " OLD "Violation",
        .dsa_category = "STATEMENT_CATEGORY_PROTECTION_OF_MINORS",
        .dsa_keywords = "KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS",
        .xarf = "content/csem",
        .cybertipline = "Online Enticement of Children for Sexual Acts",
    },
    {
        .code = 11,
        .name = "extremism",
        .plain = "It promotes terrorism or a violent group",
        .bluesky = NEW "ViolenceExtremistContent " OLD "Violation",
        .dsa_category = "STATEMENT_CATEGORY_RISK_FOR_PUBLIC_SECURITY",
        .dsa_keywords = "KEYWORD_TERRORIST_CONTENT "
                        "KEYWORD_ILLEGAL_ORGANIZATIONS",
        .marf = "abuse",
    },
    {
        .code = 12,
        .name = "illegal_goods",
        .plain = "It offers drugs, weapons or other illegal goods",
        .bluesky = NEW "RuleProhibitedSales " OLD "Violation",
        .dsa_category = "STATEMENT_CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS",
        .dsa_keywords = "KEYWORD_PROHIBITED_PRODUCTS KEYWORD_UNSAFE_PRODUCTS",
        .marf = "abuse",
    },
    {
        .code = 13,
        .name = "impersonation",
        .plain = "It pretends to be another person or organisation",
        .bluesky = NEW "MisleadingImpersonation " OLD "Misleading",
        .dsa_category = "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
        .dsa_keywords = "KEYWORD_IMPERSONATION_ACCOUNT_HIJACKING",
        .marf = "abuse",
    },
    {
        .code = 14,
        .name = "private_information",
        .plain = "It reveals private details, such as an address or number",
        .bluesky = NEW "HarassmentDoxxing " OLD "Rude",
        .dsa_category =
            "STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS",
        .dsa_keywords = "KEYWORD_OTHER",
        .xarf = "content/exposed_data",
    },
    {
        .code = 15,
        .name = "malware",
        .plain = "It carries a virus or leads to one",
        .bluesky = NEW "RuleSiteSecurity " OLD "Violation",
        .dsa_category = "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
        .dsa_keywords = "KEYWORD_OTHER",
        .xarf = "content/malware",
        .marf = "virus",
    },
    {
        .code = 0,
        .name = "unspecified",
        .plain = "Prefer not to say",
        .dsa_category = "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE",
        .marf = "abuse",
    },
    {
        .code = 255,
        .name = "other",
        .plain = "Something else",
        .bluesky = NEW "Other " OLD "Other",
        .marf = "other",
    },
};

#define REASON_COUNT (sizeof reasons / sizeof reasons[0])

const struct frank_reason *frank_reason(uint8_t code)
{
    for (size_t i = 0; i < REASON_COUNT; i++) {
        if (reasons[i].code == code) {
            return &reasons[i];
        }
    }
    return NULL;
}

const struct frank_reason *frank_reason_named(const char *name)
{
    for (size_t i = 0; i < REASON_COUNT; i++) {
        if (strcmp(reasons[i].name, name) == 0) {
            return &reasons[i];
        }
    }
    return NULL;
}

const struct frank_reason *frank_reason_at(size_t index)
{
    return index < REASON_COUNT ? &reasons[index] : NULL;
}
