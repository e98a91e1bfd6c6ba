/* SPDX-License-Identifier: Apache-2.0 */
/* Writes evidence bundles, and the keys to check them with, into a folder: for
 * tests of the command. */
#include "bundles.h"
#include "note.h"

#include <sodium.h>
#include <stdio.h>
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

/* A text that tries to be more, a picture of one dot, and a file. */
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
