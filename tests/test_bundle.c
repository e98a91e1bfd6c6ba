/* SPDX-License-Identifier: Apache-2.0 */
/* What an evidence bundle proves, and how whoever lies in one is found. */
#include "bundle_check.h"
#include "bundles.h"
#include "key_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define assert_ok(result) assert_int_equal(result, FRANK_OK)

static const struct bundle_pins no_pins;

static struct bundle_check *check(struct frank_span bytes,
                                  const struct bundle_pins *pins)
{
    struct bundle_file *file = NULL;
    struct bundle_check *c = NULL;

    assert_ok(bundle_decode(&file, bytes.data, bytes.len, NULL));
    assert_ok(bundle_check(&c, file, pins));
    return c;
}

static void show(const struct bundle_check *c)
{
    for (size_t i = 0; i < c->count; i++) {
        (void)printf("%-9s %-11s %-26s %s\n",
                     bundle_standing_text(c->findings[i].standing),
                     c->findings[i].check, c->findings[i].by,
                     c->findings[i].text);
    }
}

static void a_bundle_holds(void **state)
{
    struct bundle_check *c = check(bundles_sign(bundles_new()), &no_pins);

    (void)state;
    show(c);
    assert_int_equal(c->totals[BUNDLE_REFUSED], 0);
    bundle_check_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bundle_holds),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
