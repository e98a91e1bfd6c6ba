/* SPDX-License-Identifier: Apache-2.0 */
/* The evidence bundle of docs/WIRE.md, and what stands in others. */
#include "bundle_inside.h"
#include "bundles.h"
#include "examples.h"

static void make_bundle(struct bytes *out)
{
    struct frank_span bundle = bundles_sign(bundles_small());

    examples_put(out, bundle.data, bundle.len);
}

static void make_digest(struct bytes *out)
{
    struct frank_span bundle = bundles_sign(bundles_small());
    struct bundle_file *file = NULL;

    assert_int_equal(bundle_decode(&file, bundle.data, bundle.len, NULL),
                     FRANK_OK);
    bundle_digest(out->data, file);
    out->len = FRANK_DIGEST_BYTES;
    bundle_free(file);
}

static void make_decision(struct bytes *out)
{
    struct wire_writer w;

    wire_write_init(&w, out->data, sizeof out->data);
    bundle_decision_write(&w, &bundles_new()->decisions[0]);
    out->len = w.len;
}

static void make_appeal(struct bytes *out)
{
    struct wire_writer w;

    wire_write_init(&w, out->data, sizeof out->data);
    bundle_appeal_write(&w, &bundles_new()->appeals[0]);
    out->len = w.len;
}

const struct example examples_bundle[] = {
    {"bundle", make_bundle},
    {"bundle-digest", make_digest},
    {"bundle-decision", make_decision},
    {"bundle-appeal", make_appeal},
    {NULL, NULL},
};
