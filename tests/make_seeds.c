/* SPDX-License-Identifier: Apache-2.0 */
/* make_seeds FOLDER: writes seeds for the fuzz targets, made from the vectors,
 * into a folder for each target. */
#include "book.h"
#include "bundles.h"
#include "disclosures.h"
#include "examples.h"
#include "externals.h"
#include "hub_public.h"
#include "hub_verdict.h"
#include "policy.h"
#include "quorum.h"
#include "quorum_public.h"
#include "reports.h"
#include "rings.h"
#include "sealed_files.h"
#include "story.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Seeds are small, so that thousands of runs a second stay possible. */
#define SEED_MAX_BYTES 8192

static const char *folder;

static void make_folder(const char *path)
{
    if (mkdir(path, 0777) != 0 && errno != EEXIST) {
        perror(path);
        exit(3);
    }
}

static void put(const char *target, const char *name, size_t index,
                struct frank_span bytes)
{
    char path[4096];
    size_t len = bytes.len < SEED_MAX_BYTES ? bytes.len : SEED_MAX_BYTES;
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/%s", folder, target);
    make_folder(path);
    (void)snprintf(path, sizeof path, "%s/%s/%s-%zu", folder, target, name,
                   index);
    file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes.data, 1, len, file) != len ||
        fclose(file) != 0) {
        perror(path);
        exit(3);
    }
}

static void put_messages(void)
{
    size_t index;
    json_t *v;
    char path[256];

    json_array_foreach(support_vectors("mimi"), index, v)
    {
        struct frank_span message;

        (void)snprintf(path, sizeof path, "tests/vectors/messages/%s",
                       support_member_text(v, "file"));
        message = support_file(path);
        put("fuzz_content", "mimi", index, message);
        put("fuzz_cbor", "mimi", index, message);
        put("fuzz_external", "mimi", index, message);
        put("fuzz_stamp", "context", index, support_member(v, "context"));
        put("fuzz_stamp", "frank", index, support_member(v, "frank"));
        if (message.len < SEED_MAX_BYTES / 2) {
            put("fuzz_content", "framed", index,
                support_framed("18'application/mimi-content'", message));
        }
    }
    json_array_foreach(support_vectors("parted"), index, v)
    {
        put("fuzz_content", "parted", index, support_member(v, "content"));
        put("fuzz_content", "redacted", index, support_member(v, "redacted"));
    }
    json_array_foreach(support_vectors("abuse_report"), index, v)
    {
        put("fuzz_report", "report", index, support_member(v, "abuse_report"));
    }
}

/* Files that fuzz_external has, not encrypted, and one that it has not. */
static void put_externals(void)
{
    const struct frank_span file =
        support_text("the file that a message commits to");
    const struct frank_span none = {NULL, 0};
    uint8_t hash[32];
    struct frank_external external =
        external_of(hash, FRANK_AEAD_NONE, none, none, none, file);

    put("fuzz_external", "as it lies", 0, external_message(&external));
    external =
        external_of(hash, FRANK_AEAD_AES_256_GCM, support_bytes("(11)*32"),
                    support_bytes("(22)*12"), support_bytes("33"), file);
    put("fuzz_external", "sealed", 0, external_message(&external));
    put("fuzz_external", "framed", 0,
        support_framed("00", external_message(&external)));
    put("fuzz_external", "chunks", 0,
        support_mimi(
            &(struct support_mimi){
                .part = "9f 06 60 02 7f 61'a' ff 7f 63'u:x' ff 00 00 02"
                        " 5f 50 (11)*16 50 (11)*16 ff 5f 4c (22)*12 ff 40 01"
                        " 5f 5820 (44)*32 ff 60 60 ff"},
            NULL));
}

static void put_plain(void)
{
    static uint8_t out[SEED_MAX_BYTES];
    size_t index;
    size_t len = 0;
    json_t *v;

    json_array_foreach(support_vectors("plain"), index, v)
    {
        if (frank_plain_build(
                out, sizeof out, &len, support_member(v, "salt").data,
                support_text(support_member_text(v, "sender")),
                support_text(support_member_text(v, "room")),
                support_text(support_member_text(v, "media_type")),
                support_member(v, "body"), NULL) == FRANK_OK) {
            put("fuzz_content", "plain", index, (struct frank_span){out, len});
        }
    }
}

/* From RFC 8949 appendix A, and what an abuser may put into a message. */
static void put_items(void)
{
    static const char *const items[] = {
        "00",
        "1bffffffffffffffff",
        "c249010000000000000000",
        "3bffffffffffffffff",
        "f90000",
        "f93c00",
        "fa47c35000",
        "fb3ff199999999999a",
        "f97e00",
        "fb7ff8000000000000",
        "f4f5f6f7",
        "f0",
        "f8ff",
        "c11a514b67b0",
        "d818456449455446",
        "62c3bc",
        "98190102030405060708090a0b0c0d0e0f101112131415161718181819",
        "a26161016162820203",
        "5f42010243030405ff",
        "7f657374726561646d696e67ff",
        "9f018202039f0405ffff",
        "bf61610161629f0203ffff",
        "bf6346756ef563416d7421ff",
    };

    for (size_t i = 0; i < SUPPORT_COUNT(items); i++) {
        put("fuzz_cbor", "item", i, support_bytes(items[i]));
    }
}

static void put_keys(struct keyring *ring, size_t index)
{
    static uint8_t bytes[KEYRING_MAX_BYTES];
    static struct hub_public hub;
    char *text;

    put("fuzz_keyring", "keyring", index,
        (struct frank_span){bytes, keyring_encode(bytes, ring)});
    hub_public_from(&hub, ring);
    text = hub_public_encode(&hub);
    if (text != NULL) {
        put("fuzz_hub_public", "public", index, support_text(text));
    }
    free(text);
    keyring_free(ring);
}

static void put_reports(void)
{
    static struct sealed_check check;
    static struct hub_verdict verdict;
    uint8_t bytes[HUB_VERDICT_SIGNED_MAX_BYTES];
    size_t len = 0;

    for (size_t i = 0; i < REPORTS_COUNT; i++) {
        struct frank_report report = reports_report(i);
        struct frank_span sealed = reports_sealed(i);

        put("fuzz_sealed", "sealed", i, sealed);
        put("fuzz_unsealed", "unsealed", i,
            reports_build(&report, reports_random(i)));
        if (sealed_check(&check, reports_stamper(), NULL, sealed.data,
                         sealed.len, REPORTS_NOW, NULL) == FRANK_OK) {
            hub_verdict_from(&verdict, &check, REPORTS_NOW);
            if (hub_verdict_sign(bytes, &len, &verdict, reports_stamper(),
                                 NULL) == FRANK_OK) {
                put("fuzz_verdict", "verdict", i,
                    (struct frank_span){bytes, len});
            }
        }
    }
}

/* All of a file by the key in the message, two runs of another without it, and
 * one that is elsewhere. */
static void put_attachments(void)
{
    struct sealed_file small =
        sealed_file_make(20, 12, FRANK_AEAD_CHACHA20_POLY1305, 8);
    struct sealed_file film =
        sealed_file_make(9000, 12, FRANK_AEAD_CHACHA20_POLY1305, 2);
    struct frank_kept kept[3] = {disclosures_kept(disclosures_plain(&small)),
                                 disclosures_kept(disclosures_parted(&film)),
                                 disclosures_kept(disclosures_plain(&film))};
    struct frank_disclosure list[4] = {
        disclosures_whole(&small, 0), disclosures_range(&film, 1, 0, 1),
        disclosures_range(&film, 1, 2, 1), disclosures_whole(&film, 0)};
    struct frank_report report = {.messages = kept,
                                  .count = SUPPORT_COUNT(kept),
                                  .disclosures = list,
                                  .disclosure_count = SUPPORT_COUNT(list)};

    kept[1].withhold_parts = 1U << 2;
    list[1].message = list[2].message = 1;
    list[3].message = 2;
    list[3].enclosed = false;
    list[3].url = support_text("https://media.example/f/1");
    put("fuzz_unsealed", "attachments", 0,
        reports_build(&report, reports_random(0)));
}

static void put_bundles(void)
{
    struct bundles *b = bundles_new();

    put("fuzz_bundle", "bundle", 0, bundles_sign(bundles_small()));
    for (size_t i = 4; i < b->moderation.count; i++) {
        b->moderation.shown[i] = false;
    }
    b->bundle.report_count = 1;
    put("fuzz_bundle", "bundle", 1, bundles_sign(b));
}

static void put_quorum(void)
{
    struct quorum_record record = {.quorum = *reports_quorum(),
                                   .not_after = UINT64_MAX,
                                   .suite = FRANK_SUITE_X25519_AES128GCM};
    struct share share = reports_share(1);
    char text[SHARE_TEXT_MAX_BYTES];
    uint8_t bytes[QUORUM_RECORD_MAX_BYTES];
    char *json = quorum_public_encode(reports_quorum());
    struct wire_writer w;

    share_encode(text, &share);
    put("fuzz_consent", "share", 0, support_text(text));
    for (size_t i = 0; i < REPORTS_COUNT; i++) {
        const json_t *v = reports_vector(i);

        put("fuzz_consent", "consent", i,
            support_member(json_object_get(v, "consents"), "1"));
        put("fuzz_consent", "receipt", i,
            support_member(json_object_get(v, "receipts"), "1"));
    }
    if (json != NULL) {
        put("fuzz_quorum", "public", 0, support_text(json));
    }
    free(json);
    wire_write_init(&w, bytes, sizeof bytes);
    quorum_key_write(&w, &record);
    wire_write_opaque(&w, support_text(SUPPORT_SENDER), 64, "signature");
    put("fuzz_quorum", "record", 0, (struct frank_span){bytes, w.len});
}

/* What the moderation side sends. */
static void put_seen(void)
{
    static const char *const bodies[] = {
        "{\"seen\":[{\"room\":\"mimi://h.example/r/a\",\"device\":\"d\","
        "\"seq\":7},{\"room\":\"r\",\"device\":\"e\",\"seq\":0}]}",
        "{\"seen\":[],\"left\":[{\"room\":\"r\",\"device\":\"d\"}]}"};

    for (size_t i = 0; i < SUPPORT_COUNT(bodies); i++) {
        put("fuzz_seen", "body", i, support_text(bodies[i]));
    }
}

static void put_notices(void)
{
    static const char *const bodies[] = {
        "{\"through\":5}",
        "17",
        "{\"notices\":[{\"report_id\":\"00112233445566778899aabbccddeeff\","
        "\"state\":\"decided\",\"outcome\":\"warned\"},"
        "{\"report_id\":\"00112233445566778899aabbccddee00\","
        "\"discloses_nothing\":true}]}",
    };

    for (size_t i = 0; i < SUPPORT_COUNT(bodies); i++) {
        put("fuzz_notices", "body", i, support_text(bodies[i]));
    }
}

/* The target reads the first byte as what the rest is. */
static void put_outside(void)
{
    static const char *const texts[] = {
        "p{\"items\":[{\"number\":7,\"report_id\":"
        "\"00112233445566778899aabbccddeeff\",\"received\":1795435834905,"
        "\"reporter\":\"named\",\"source\":\"sealed\",\"priority\":30,"
        "\"distinct_reporters\":1,\"first_contact\":false,\"folds_into\":7,"
        "\"report_salt\":\"0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"
        "0f0f0f0f0f0f0f0f\",\"verdict\":\"AQID\",\"report\":\"BAUGBw==\","
        "\"log_index\":12}],\"next\":7,\"last\":7,\"more\":false}",
        "p{\"items\":[],\"next\":5,\"last\":5,\"more\":false}",
        "a{\"taken\":0,\"unknown\":[\"00112233445566778899aabbccddeeff\"]}",
        "a{\"taken_over\":3}",
        "a{\"type\":\"urn:frank:problem:value\",\"title\":\"no\\u0020\"}",
        "j[1.5e-7,{\"a\":[true,false,null,\"\\n\"]},-0]",
        "swhsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n",
        "swhsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\nwhsec_"
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "n127.0.0.0/8, fd00::/8, 10.0.0.1",
    };

    for (size_t i = 0; i < SUPPORT_COUNT(texts); i++) {
        put("fuzz_feed_client", "text", i, support_text(texts[i]));
    }
}

static void put_settings(void)
{
    static const char *const files[] = {
        "# comment\nlisten = 127.0.0.1:1, [::1]:2\nthreads = 4\n",
        "data = \"/a b\\\"c\" # here\nrate-reporter = 20/h\nsandbox = off\n",
        "body-memory = 64MiB\nheader-timeout = 10s\npriority-reasons = "
        "spam:1, fraud:2\n",
    };

    for (size_t i = 0; i < SUPPORT_COUNT(files); i++) {
        put("fuzz_options", "file", i, support_text(files[i]));
    }
}

/* The target reads texts on both sides of a zero as statement and message. */
static void put_books(void)
{
    static const char book[] =
        "{\"version\":1,\"queues\":[{\"id\":\"a\",\"title\":\"A\",\"reasons\":"
        "[\"threat\"],\"source\":\"mimi\",\"reporter\":\"named\","
        "\"min_priority\":5,\"min_reporters\":2,\"first_contact\":true},"
        "{\"id\":\"z\",\"title\":\"Z\"}],\"policies\":[{\"id\":\"p\",\"title\":"
        "\"P\",\"text\":\"No.\",\"severity\":\"grave\",\"retired\":true,"
        "\"children\":[{\"id\":\"p.q\",\"title\":\"Q\",\"text\":\"No.\","
        "\"severity\":\"low\"}]}],\"grave\":[\"suspend\"],\"templates\":"
        "[{\"id\":\"t\",\"title\":\"T\",\"policy\":\"p.q\",\"outcome\":"
        "\"warn\",\"language\":\"pt-BR\",\"text\":\"{{ {a} }}\",\"blanks\":"
        "{\"a\":\"what\"}}],\"second_look_share\":0.05}";
    static const char texts[] = "By Alice: you  sent TODAY, and more than\0"
                                "a:alice\nYou sent\ttoday, and more than";

    put("fuzz_book", "book", 0, support_text(book));
    put("fuzz_book", "standard", 0,
        (struct frank_span){book_standard, book_standard_bytes});
    put("fuzz_book", "texts", 0,
        (struct frank_span){(const uint8_t *)texts, sizeof texts - 1});
}

/* The worked examples of docs/WIRE.md, and what lies under a token's MAC. */
static void put_service(void)
{
    char *text = examples_reporter_token();
    size_t i;

    put("fuzz_reporter_token", "text", 0, support_text(text));
    free(text);
    for (i = 0; examples_service[i].name != NULL; i++) {
        const char *name = examples_service[i].name;
        struct bytes bytes = {.len = 0};

        examples_service[i].make(&bytes);
        if (strcmp(name, "reporter-token") == 0) {
            put("fuzz_reporter_token", "fields", i,
                (struct frank_span){bytes.data, bytes.len - FRANK_MAC_BYTES});
        } else if (strcmp(name, "receipt") == 0) {
            put("fuzz_receipt", "receipt", i,
                (struct frank_span){bytes.data, bytes.len});
        } else if (strcmp(name, "stamp-requests") == 0) {
            put("fuzz_stamp_batch", "signed", i,
                (struct frank_span){bytes.data, bytes.len});
            bytes.data[1] = 1;
            put("fuzz_stamp_batch", "mac-only", i,
                (struct frank_span){bytes.data, bytes.len});
        } else if (strcmp(name, "stamp-requests-counted") == 0) {
            bytes.data[5] |= 1; /* the fuzz target's: the hub counts */
            put("fuzz_stamp_batch", "counted", i,
                (struct frank_span){bytes.data, bytes.len});
        }
    }
}

static void put_addresses(void)
{
    static const char *const texts[] = {
        "\x01https://media.example:8443/files/a",
        "\x02https://MEDIA.example:8443/files/a/%C3%A4?x=/../y",
        "\x03https://media.example:8443/files/../a",
        "\x04https://media.example:8443/files/%2e%2e/a",
        "\x05https://me@media.example:8443/files/a",
        "\x40"
        "bytes=0-15",
        "\x40"
        "bytes=-7",
        "\x40"
        "bytes 3-7/64"};

    for (size_t i = 0; i < SUPPORT_COUNT(texts); i++) {
        put("fuzz_store_url", "address", i, support_text(texts[i]));
    }
}

static void put_cookies(void)
{
    static const char *const cookies[] = {"session=abc", "a=b; session=; c=d",
                                          "session=a; session=b",
                                          " xsession=1;session =2"};

    for (size_t i = 0; i < SUPPORT_COUNT(cookies); i++) {
        put("fuzz_cookie", "cookie", i, support_text(cookies[i]));
    }
}

static void put_heads(void)
{
    static const char *const heads[] = {
        "GET /v1/keys?epoch=1 HTTP/1.1\r\nHost: hub.example:8443\r\n\r\n",
        "POST /v1/reports HTTP/1.1\r\nHost: [::1]\r\nContent-Length: 12\r\n"
        "Content-Type: application/octet-stream\r\n"
        "Expect: 100-continue\r\n\r\n",
        "HEAD /%7euser HTTP/1.0\r\nhost:\ta\r\nX-Empty:\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
        "Transfer-Encoding: chunked\r\nUpgrade: h2c\r\n\r\n",
    };

    for (size_t i = 0; i < SUPPORT_COUNT(heads); i++) {
        put("fuzz_head", "head", i, support_text(heads[i]));
    }
}

/* The target reads the first byte as what the rest is, and has this key. */
static void put_log(void)
{
    static const char *const paths[] = {"p0/000", "p0/x001/067.p/12",
                                        "pentries/x001/x234/067.p/255"};
    static const uint8_t seed[32];
    struct note_checkpoint checkpoint = {.size = 20852163};
    struct merkle_range range = {0};
    uint8_t public_key[FRANK_PUBLIC_KEY_BYTES];
    uint8_t secret[64];
    char note[1 + NOTE_MAX_BYTES] = "n";
    uint8_t bytes[1 + MERKLE_RANGE_MAX_BYTES] = "r";
    size_t len;

    (void)crypto_sign_seed_keypair(public_key, secret, seed);
    len = note_sign(note + 1, "log.example", &checkpoint, secret);
    put("fuzz_note", "note", 0,
        (struct frank_span){(const uint8_t *)note, 1 + len});
    for (size_t i = 0; i < SUPPORT_COUNT(paths); i++) {
        put("fuzz_note", "path", i, support_text(paths[i]));
    }
    for (size_t i = 0; i < 8; i++) {
        len = merkle_range_encode(bytes + 1, &range);
        put("fuzz_note", "range", i, (struct frank_span){bytes, 1 + len});
        merkle_append(&range, checkpoint.root);
    }
    sodium_memzero(secret, sizeof secret);
}

/* The same key and checkpoint: what is asked of a witness (r), and what it
 * says (a). */
static void put_submissions(void)
{
    static const char hash[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    static const uint8_t seed[32];
    struct note_checkpoint checkpoint = {.size = 20852163};
    struct cosigner witness = {.name = "witness.example"};
    uint8_t secret[64];
    char note[NOTE_MAX_BYTES];
    char line[COSIGNATURE_LINE_MAX_BYTES];
    char text[2048];

    (void)crypto_sign_seed_keypair(witness.public_key, secret, seed);
    (void)note_sign(note, "log.example", &checkpoint, secret);
    (void)cosignature_sign(line, &witness, secret, note,
                           (size_t)(strstr(note, "\n\n") - note) + 1,
                           1679315147);
    (void)snprintf(text, sizeof text, "rold 0\n\n%s", note);
    put("fuzz_witness", "request", 0, support_text(text));
    (void)snprintf(text, sizeof text, "rold 20852014\n%s%s\n%s%s", hash, hash,
                   note, line);
    put("fuzz_witness", "request", 1, support_text(text));
    (void)snprintf(text, sizeof text, "a%s", line);
    put("fuzz_witness", "answer", 0, support_text(text));
    put("fuzz_witness", "answer", 1, support_text("a20852014\n"));
    sodium_memzero(secret, sizeof secret);
}

/* The key of fuzz_cosignature, which is its log's too. */
static void put_witness(void)
{
    static const uint8_t seed[32];
    struct note_checkpoint checkpoint = {.size = 20852163};
    struct cosigner witness = {.name = "witness.example"};
    uint8_t secret[64];
    char vkeys[2][NOTE_VKEY_MAX_BYTES];
    char note[NOTE_MAX_BYTES + COSIGNATURE_LINE_MAX_BYTES];
    char text[2048];
    size_t len;

    (void)crypto_sign_seed_keypair(witness.public_key, secret, seed);
    len = note_sign(note, "log.example", &checkpoint, secret);
    put("fuzz_cosignature", "note", 0, support_text(note));
    (void)cosignature_sign(note + len, &witness, secret, note,
                           (size_t)(strstr(note, "\n\n") - note) + 1,
                           1679315147);
    put("fuzz_cosignature", "note", 1, support_text(note));
    note_vkey(vkeys[0], "log.example", witness.public_key);
    cosigner_vkey(vkeys[1], &witness);
    (void)snprintf(text, sizeof text,
                   "# a policy\nlog %s https://log.example/\n"
                   "witness a %s https://witness.example/\n"
                   "group b any a\ngroup c 1 b\nquorum c\n",
                   vkeys[0], vkeys[1]);
    put("fuzz_policy", "policy", 0, support_text(text));
    put("fuzz_policy", "policy", 1, support_text("quorum none\n"));
    put("fuzz_log_client", "bundle", 0, support_bytes("0002'{}' 0000 0001'x'"));
    put("fuzz_log_client", "hashes", 0, support_bytes("03 (5a)*96"));
    sodium_memzero(secret, sizeof secret);
}

/* A run of chunks that is enclosed; two to be fetched; a whole file. */
static void put_disclosure_files(void)
{
    put("fuzz_disclosure_file", "file", 0,
        support_bytes("0000000000000001 20 (11)*32 20 (22)*32 01 14 (33)*20"
                      " 00"));
    put("fuzz_disclosure_file", "file", 1,
        support_bytes("0000000000000001 20 (11)*32 00 00 13"
                      "'https://a.example/f'"
                      "0000000000000005 4040 (44)*64 00 00 13"
                      "'https://a.example/f'"));
    put("fuzz_disclosure_file", "file", 2,
        support_bytes("0000000000000000 00 00 00 00"));
}

/* Pieces of an answer to a spot check: tag, length, bytes. */
static void put_spot_answer(void)
{
    put("fuzz_spot_answer", "answer", 0,
        support_bytes("01 0041 (00)*65"
                      "01 0015 (01)*16 00 00000003 00 0003 'abc'"
                      "01 0015 (02)*16 01 00000000"
                      "03 0000"));
}

/* One of each kind that happens in a life, behind the byte of its log. */
static void put_entries(void)
{
    story_begin();
    (void)story_life(1);
    for (unsigned log = 0; log < RULES_LOGS; log++) {
        for (size_t i = 0; i < story_size(log); i++) {
            const char *text = story_text(log, i);
            uint8_t bytes[1024] = {(uint8_t)log};
            size_t len = strlen(text);

            if (len < sizeof bytes) {
                memcpy(bytes + 1, text, len);
                put("fuzz_rules_entry", log == RULES_HUB ? "hub" : "mod", i,
                    (struct frank_span){bytes, 1 + len});
            }
        }
    }
}

/* Descriptors, each in a plain content too, and the file that the target
 * knows: key and proof of its first chunk, and all of it sealed. */
static void put_files(void)
{
    struct sealed_file file = {.attachment = {.chunk_log2 = 12, .aead = 29}};
    static const uint8_t salt[FRANK_PLAIN_SALT_BYTES];
    uint8_t room[64];
    uint8_t content[2048];
    size_t len = 0;

    for (size_t i = 0; i < sealed_file_vectors(); i++) {
        struct frank_span descriptor =
            support_member(sealed_file_vector(i), "descriptor");
        uint8_t body[FRANK_ATTACHMENT_MAX_BYTES + FRANK_FILE_KEY_BYTES] = {0};

        put("fuzz_attachment", "descriptor", i, descriptor);
        memcpy(body, descriptor.data, descriptor.len);
        if (frank_plain_build(content, sizeof content, &len, salt,
                              support_text(SUPPORT_SENDER),
                              support_text(SUPPORT_ROOM),
                              support_text(FRANK_ATTACHMENT_TYPE),
                              (struct frank_span){
                                  body, descriptor.len + FRANK_FILE_KEY_BYTES},
                              NULL) == FRANK_OK) {
            put("fuzz_attachment", "content", i,
                (struct frank_span){content, len});
        }
    }
    file.plain = (struct frank_span){support_zeros(4196), 4196};
    sealed_file_seal(&file);
    put("fuzz_attachment", "sealed", 0, file.sealed);
    frank_chunk_key(room, file.key, 0);
    (void)sealed_file_leaf(&file, 1, room + 32);
    put("fuzz_attachment", "range", 0, (struct frank_span){room, sizeof room});
    put("fuzz_attachment", "state", 0, support_bytes("(00)*7 05 (5a)*64"));
}

int main(int argc, char **argv)
{
    if (argc != 2 || sodium_init() < 0) {
        (void)fputs("usage: make_seeds FOLDER\n", stderr);
        return 2;
    }
    folder = argv[1];
    make_folder(folder);
    put_messages();
    put_externals();
    put_plain();
    put_items();
    put_keys(rings_new(0), 0);
    put_keys(rings_worn(), 1);
    put_reports();
    put_attachments();
    put_bundles();
    put_quorum();
    put_service();
    put_addresses();
    put_cookies();
    put_heads();
    put_log();
    put_submissions();
    put_entries();
    put_witness();
    put_notices();
    put_seen();
    put_outside();
    put_settings();
    put_books();
    put_spot_answer();
    put_files();
    put_disclosure_files();
    return 0;
}
