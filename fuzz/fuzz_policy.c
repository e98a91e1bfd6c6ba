/* SPDX-License-Identifier: Apache-2.0 */
/* Policies. What is read is as the format says: members stand before their
 * group, no name is a member twice, and all witnesses together make any
 * quorum. */
#include "fuzz.h"
#include "policy.h"

static void holds_policy(const struct policy *policy)
{
    bool all[POLICY_WITNESSES_MAX];
    static const bool none[POLICY_WITNESSES_MAX];
    unsigned members[POLICY_NAMES_MAX] = {0};

    memset(all, true, sizeof all);
    for (size_t i = 0; i < policy->name_count; i++) {
        const struct policy_name *name = &policy->names[i];

        HOLDS(name->group == SIZE_MAX ||
              (name->group > i && name->group < policy->name_count));
        HOLDS(name->witness == SIZE_MAX ||
              name->witness < policy->witness_count);
        if (name->group != SIZE_MAX) {
            members[name->group]++;
        }
        HOLDS(name->witness != SIZE_MAX ||
              (name->needed >= 1 && name->needed <= members[i]));
        for (size_t j = 0; j < i; j++) {
            HOLDS(strcmp(policy->names[j].name, name->name) != 0);
        }
    }
    HOLDS(policy_quorum_met(policy, all));
    HOLDS(policy_quorum_met(policy, none) == !policy_needs_witnesses(policy));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct policy policy;
    struct frank_fault fault;
    char words[256];
    int error = policy_parse(&policy, (const char *)data, size, &fault);

    if (error == FRANK_OK) {
        holds_policy(&policy);
    } else {
        holds_fault(error, &fault, size);
        policy_fault_text(words, sizeof words, (const char *)data, size,
                          &fault);
        HOLDS(strncmp(words, "line ", 5) == 0);
    }
    policy_free(&policy);
    return 0;
}
