/* SPDX-License-Identifier: Apache-2.0 */
/* Writes evidence bundles, and the keys to check them with, into a folder: for
 * tests of the command. */
#include "bundles.h"
#include "note.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *folder;

static void put(const char *name, struct frank_span bytes)
{
    char path[512];
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes.data, 1, bytes.len, file) != bytes.len ||
        fclose(file) != 0) {
        fail_msg("%s", path);
    }
}

static void put_vkey(const char *name, const struct bundles_log *log)
{
    struct note_key key = bundles_key(log);
    char vkey[NOTE_VKEY_MAX_BYTES];

    note_vkey(vkey, key.name, key.public_key);
    put(name, support_text(vkey));
}

/* A folder with what a log serves. */
static void put_log(const char *name, struct bundles_log *log)
{
    static uint8_t bytes[65536];
    char files[3][64];

    (void)snprintf(files[0], sizeof files[0], "checkpoint");
    (void)snprintf(files[1], sizeof files[1], "tile/0/000.p/%zu", log->count);
    (void)snprintf(files[2], sizeof files[2], "tile/entries/000.p/%zu",
                   log->count);
    for (size_t i = 0; i < 3; i++) {
        char path[512];
        size_t len = sizeof bytes;

        assert_int_equal(bundles_read(log, files[i], bytes, &len), 0);
        (void)snprintf(path, sizeof path, "mkdir -p %s/%s/$(dirname %s)",
                       folder, name, files[i]);
        assert_int_equal(system(path), 0);
        (void)snprintf(path, sizeof path, "%s/%s", name, files[i]);
        put(path, (struct frank_span){bytes, len});
    }
}

/* With "strict.policy", each log's checkpoint is cosigned by its witness. */
static void put_cosigned(void)
{
    struct bundles *b = bundles_new();

    b->moderation.witnesses[0] = 1;
    put("mod-cosigned.bundle", bundles_sign(b));
    b->hub.witnesses[0] = 1;
    b->hub.cosigned = b->hub.count;
    put("cosigned.bundle", bundles_sign(b));
}

static void put_policies(const struct bundles *b)
{
    struct note_key mod = bundles_key(&b->moderation);
    struct note_key hub = bundles_key(&b->hub);
    struct cosigner who = bundles_witness(1);
    char vkeys[3][NOTE_VKEY_MAX_BYTES];
    char text[1024];

    note_vkey(vkeys[0], mod.name, mod.public_key);
    note_vkey(vkeys[1], hub.name, hub.public_key);
    cosigner_vkey(vkeys[2], &who);
    (void)snprintf(text, sizeof text, "log %s\nlog %s\nquorum none\n", vkeys[0],
                   vkeys[1]);
    put("policy", support_text(text));
    (void)snprintf(text, sizeof text,
                   "log %s\nlog %s\nwitness w %s\nquorum w\n", vkeys[0],
                   vkeys[1], vkeys[2]);
    put("strict.policy", support_text(text));
    (void)snprintf(text, sizeof text, "log %s\nwitness w %s\nquorum w\n",
                   vkeys[0], vkeys[2]);
    put("mod.policy", support_text(text));
}

/* Texts that try to be more. */
static void put_strange(void)
{
    struct bundles *b = bundles_new();
    static const char text[] = "</pre><script>alert(1)</script>\x1b[31m"
                               "\xe2\x80\xae"
                               "drow &lt;b&gt; \"quoted\" 'too'";

    b->decisions[0].explanation = support_text(text);
    b->decisions[1].title = support_text("<img src=x onerror=alert(1)>");
    b->reports[0].note = support_text(text);
    put("strange.bundle", bundles_sign(b));
}

static void put_all(void)
{
    struct bundles *b = bundles_new();

    put("case.bundle", bundles_sign(b));
    put("hub.json", b->bundle.hub_public);
    put("quorum.pub", b->quorums[0].key);
    put_vkey("mod.vkey", &b->moderation);
    put_vkey("hub.vkey", &b->hub);
    put_policies(b);
    put_log("live", &b->moderation);
    put_cosigned();
    b->reports[0].reporter.salt = NULL;
    b->reports[0].note.len = 0;
    put("unnamed.bundle", bundles_sign(b));
    b = bundles_new();
    b->decisions[1].explanation = support_text("Another one.");
    put("other.bundle", bundles_sign(b));
    b->decisions[1].outcome = 0;
    put("lie.bundle", bundles_sign(b));
    b = bundles_new();
    b->reports[0].reason = 2; /* fraud */
    put("fraud.bundle", bundles_sign(b));
    bundles_replace(bundles_line(&b->moderation, "overturned", 0), "\"warn\"",
                    "\"restrict\"");
    b->decisions[1].outcome = 2;
    put("restrict.bundle", bundles_sign(b));
    /* The code of child safety on the harmless messages of the vectors. */
    b = bundles_new();
    b->reports[0].reason = 9;
    b->reports[1].sealed = reports_sealed(1);
    put("reason-9.bundle", bundles_sign(b));
    put_strange();
    b = bundles_new();
    bundles_replace(bundles_line(&b->moderation, "looked", 0), "looked",
                    "Looked");
    put_log("forked", &b->moderation);
    /* A share that was stolen, and hidden. */
    b = bundles_new();
    bundles_replace(bundles_line(&b->moderation, "\"receipt\"", 1),
                    "\"receipt\"", "\"\\u0072eceipt\"");
    put_log("escaped", &b->moderation);
}

int main(int argc, char **argv)
{
    if (argc != 2 || sodium_init() < 0) {
        (void)fprintf(stderr, "usage: make_bundle FOLDER\n");
        return 2;
    }
    folder = argv[1];
    put_all();
    return 0;
}
