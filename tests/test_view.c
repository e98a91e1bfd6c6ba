/* SPDX-License-Identifier: Apache-2.0 */
/* Views of an evidence bundle: each as its format asks, and nothing in them
 * that the bundle's texts could make of them. */
#include "bundles.h"
#include "mimi_report.h"
#include "view.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define assert_ok(result) assert_int_equal(result, FRANK_OK)

static struct bundle_file *file;
static struct bundle_check *c;
static struct view view;
static struct frank_fault fault;

static long allocations_left = -1; /* -1: no limit */

static bool runs_out(void)
{
    return allocations_left >= 0 && allocations_left-- == 0;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);

void *__wrap_malloc(size_t size)
{
    return runs_out() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return runs_out() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return runs_out() ? NULL : __real_realloc(old, size);
}

static int forget(void **state)
{
    (void)state;
    view_free(&view);
    bundle_check_free(c);
    bundle_free(file);
    c = NULL;
    file = NULL;
    return 0;
}

static void take(struct bundles *b)
{
    const struct bundle_pins none = {.hub = NULL};
    struct frank_span bytes = bundles_sign(b);

    (void)forget(NULL);
    assert_ok(bundle_decode(&file, bytes.data, bytes.len, NULL));
    assert_ok(bundle_check(&c, file, &none));
}

static bool has(const char *text)
{
    return memmem(view.text, view.len, text, strlen(text)) != NULL;
}

static size_t count(const char *text)
{
    size_t n = 0;

    for (const char *at = view.text; (at = strstr(at, text)) != NULL; at++) {
        n++;
    }
    return n;
}

static bool is_to_fill(const char *member)
{
    for (size_t i = 0; i < view.to_fill_count; i++) {
        if (strncmp(view.to_fill[i], member, strlen(member)) == 0) {
            return true;
        }
    }
    return false;
}

/* The hub's verdict on the messages of report 0, of which there are so many. */
static void judge(struct bundles *b, size_t count)
{
    struct hub_verdict verdict = {.checked = REPORTS_NOW, .count = count};
    uint8_t *out = support_zeros(HUB_VERDICT_SIGNED_MAX_BYTES);
    size_t len = 0;

    b->reports[0].count = count;
    memset(verdict.report_digest, 1, sizeof verdict.report_digest);
    for (size_t m = 0; m < count; m++) {
        report_evidence_digest(verdict.items[m].evidence_digest,
                               &b->messages[0][m].evidence);
        verdict.items[m].verdict = EVIDENCE_VALID;
    }
    assert_ok(hub_verdict_sign(out, &len, &verdict, reports_stamper(), NULL));
    b->reports[0].verdict = (struct frank_span){out, len};
}

/* A content of some parts as message m, that the hub stamps. */
static void stamp_parts(struct bundles *b, size_t m, const char *media_type,
                        struct frank_span body, unsigned parts)
{
    struct bundle_message *message = &b->messages[0][m];
    struct frank_part part[3] = {{.withheld = false}};
    struct stamp_request request = {.context = message->evidence.context,
                                    .suite = FRANK_SUITE_X25519_AES128GCM};
    const uint8_t salt[32] = {7};
    struct stamp stamp;
    uint8_t *out = support_zeros(body.len + 2048);
    size_t len = 0;

    for (unsigned i = 0; i < 3; i++) {
        part[i].name = support_text("holiday <1>.png");
        part[i].media_type = support_text(media_type);
        part[i].body = body;
    }
    assert_ok(frank_parted_build(out, body.len + 2048, &len, salt,
                                 request.context.sender, request.context.room,
                                 part, parts, NULL));
    assert_ok(frank_tag(request.tag, out, len, NULL));
    assert_ok(stamper_stamp(reports_stamper(), &stamp, &request, NULL));
    message->evidence = (struct frank_evidence){.context = request.context,
                                                .frank = stamp.frank};
    memcpy(message->evidence.tag, request.tag, sizeof request.tag);
    message->content = (struct frank_span){out, len};
    message->disclosed = true;
}

/* The one message of report 0, by who sent its first. */
static void send_part(struct bundles *b, const char *media_type,
                      struct frank_span body, unsigned parts)
{
    stamp_parts(b, 0, media_type, body, parts);
    judge(b, 1);
}

/* Report 0 is a conversation: message 1 is a picture, by another sender, and
 * message 2 the accused one's, which says nothing here. */
static void send_answer(struct bundles *b)
{
    b->messages[0][1].evidence.context.sender =
        support_text("mimi://hub.example/u/ines");
    stamp_parts(b, 1, "image/png", support_text("PNG"), 1);
    b->messages[0][2].disclosed = false;
    b->messages[0][2].content.len = 0;
    judge(b, 3);
}

/* ---- The page --------------------------------------------------------------
 */

static void the_page_stands_alone(void **state)
{
    (void)state;
    take(bundles_new());
    assert_ok(view_html(&view, c, &fault));
    assert_true(has("<!DOCTYPE html>"));
    assert_true(has("This bundle holds."));
    assert_true(has("Keys to compare"));
    assert_true(has("mimi://c.example/u/keys-today"));
    assert_true(has("Can I see it first?"));
    assert_true(has("[what it says is not in the bundle]"));
    assert_true(has("[2 more]"));
    assert_true(has("More: stamped, perhaps never delivered."));
    assert_true(
        has("(no. 103; its author's device had acknowledged up to no. 100)"));
    assert_true(has("overturned on appeal"));
    assert_true(has("He asked for a deposit, three times."));
    assert_true(has("Content-Security-Policy"));
    /* Nothing is fetched or run. */
    assert_false(has("<script"));
    assert_false(has("http://"));
    assert_false(has("https://"));
    assert_false(has("@import"));
    assert_false(has(" href"));
    assert_int_equal(view.to_fill_count, 0);
    /* Who stands for what. */
    assert_true(
        has("The hub signed that <span class=\"who\">mimi://c.example/u/"
            "keys-today</span> sent this "));
    assert_true(has("signed by the hub, not shown"));
    assert_false(has("\">proven"));
    assert_true(has("Hub and reporter together can lie"));
    assert_true(has("An account is not the person"));
    assert_true(has("It brings 4 keys of its own"));
    assert_int_equal(count("<table"), count("</table>"));
    assert_int_equal(count("<section"), count("</section>"));
}

static bool is_marked(const char *what)
{
    const char *at = strstr(view.text, what);

    assert_non_null(at);
    return strncmp(at + strlen(what),
                   " <span class=\"tag hm\">moderation side's word</span>",
                   30) == 0;
}

static void the_page_marks_the_moderation_sides_word(void **state)
{
    struct bundles *b = bundles_new();

    (void)state;
    b->bundle.report_count = 1;
    take(b);
    assert_ok(view_html(&view, c, &fault));
    assert_true(is_marked("mimi://hub.example/u/ines"));
    assert_true(is_marked(frank_reason(b->reports[0].reason)->plain));
    assert_true(is_marked("The reporter's note"));
    assert_true(is_marked("<h3>Explanation"));
    assert_true(is_marked("<h3>The policy"));
    assert_true(is_marked("<h3>Appeal"));
    assert_true(is_marked("<h3>Answer"));
    assert_false(is_marked("Received by the hub</th><td>2023-11-14 22:15:00 "
                           "UTC"));
    /* The sealed report proves its header; the note lies within. */
    b->reports[0].sealed = reports_sealed(0);
    b->bundle.has_hub = false;
    take(b);
    assert_ok(view_html(&view, c, &fault));
    assert_false(is_marked("mimi://hub.example/u/ines"));
    assert_false(is_marked(frank_reason(b->reports[0].reason)->plain));
    assert_true(is_marked("The reporter's note"));
    assert_true(is_marked("Received by the hub</th><td>2023-11-14 22:15:00 "
                          "UTC"));
}

static void the_page_says_what_is_refused(void **state)
{
    struct bundles *b = bundles_new();
    uint8_t *content = support_copy(b->messages[0][0].content.data,
                                    b->messages[0][0].content.len);

    (void)state;
    content[20] ^= 1;
    b->messages[0][0].content.data = content;
    b->messages[0][1].evidence.tag[0] ^= 1;
    b->reports[0].count = 2;
    b->decisions[1].policy.len = 0;
    take(b);
    assert_ok(view_html(&view, c, &fault));
    assert_true(has("This bundle does not hold."));
    assert_true(has("refused: not what was sent"));
    assert_true(has("refused: not proven by the hub"));
    assert_true(has("Not in this bundle: 1 of its 3 messages."));
    assert_true(has("Said to be of <span class=\"who\">"));
    assert_false(has("keyboard"));
    assert_true(has("none was broken"));
}

static void texts_are_escaped_on_the_page(void **state)
{
    static const uint8_t bytes[] = {'a', 0xff, 'b'};
    struct bundles *b = bundles_new();

    (void)state;
    b->decisions[0].explanation =
        support_text("</pre><script>alert('1')</script>&\"\x1b[0m\n\tx\xe2\x80"
                     "\xae"
                     "\xef\xbb\xbf");
    b->decisions[1].title = support_text("<img src=x onerror=alert(1)>");
    send_part(b, "text/plain", (struct frank_span){bytes, sizeof bytes}, 1);
    take(b);
    assert_ok(view_html(&view, c, &fault));
    assert_false(has("<script"));
    assert_false(has("<img"));
    assert_true(has("&lt;/pre&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script"
                    "&gt;&amp;&quot;[U+001B][0m\n\tx[U+202E][U+FEFF]"));
    assert_true(has("a[FF]b"));
}

static void pictures_of_the_types_allowed_are_shown(void **state)
{
    static const uint8_t dot[] = {0x89, 'P', 'N', 'G'};
    const struct frank_span body = {dot, sizeof dot};
    struct bundles *b = bundles_new();

    (void)state;
    send_part(b, "image/png; name=x", body, 1);
    take(b);
    assert_ok(view_html(&view, c, &fault));
    assert_true(has("<img alt=\"\" src=\"data:image/png;base64,iVBORw==\">"));
    assert_true(has("holiday &lt;1&gt;.png"));
    assert_true(has("SHA-256 0f4636c78f65d3639ece5a064b5ae753e3408614a14fb18ab4"
                    "d7540d2c248543"));
    send_part(b, "audio/ogg", body, 1);
    take(b);
    assert_ok(view_html(&view, c, &fault));
    assert_true(has("<audio controls src=\"data:audio/ogg"));
    send_part(b, "video/webm", body, 2);
    take(b);
    assert_ok(view_html(&view, c, &fault));
    assert_int_equal(count("<video controls src=\"data:video/webm"), 2);
    send_part(b, "image/svg+xml", body, 1);
    take(b);
    assert_ok(view_html(&view, c, &fault));
    assert_false(has("data:image"));
    assert_true(has("image/svg+xml, 4 bytes"));
    send_part(b, "application/json", support_text("{\"a\": 1}"), 1);
    take(b);
    assert_ok(view_html(&view, c, &fault));
    assert_true(has("{&quot;a&quot;: 1}"));
}

/* Nobody is shown such a picture unasked. The picture is a dot. */
static void pictures_of_child_safety_are_not_shown(void **state)
{
    static const uint8_t dot[] = {0x89, 'P', 'N', 'G'};
    struct bundles *b = bundles_new();

    (void)state;
    send_part(b, "image/png", (struct frank_span){dot, sizeof dot}, 1);
    b->reports[0].reason = 9;
    take(b);
    assert_ok(view_html(&view, c, &fault));
    assert_false(has("data:image"));
    assert_true(has("Not shown on this page"));
    assert_true(has("SHA-256 0f46"));
    /* The other report of the case can have the same picture. */
    b->reports[0].reason = 2;
    b->reports[1].reason = 9;
    take(b);
    assert_ok(view_html(&view, c, &fault));
    assert_false(has("data:image"));
    assert_true(has("as a report of the case is about a child"));
}

static void parts_that_are_not_there_are_named(void **state)
{
    struct bundles *b = bundles_new();
    struct bundle_message *message = &b->messages[0][0];
    uint8_t *out = support_zeros(4096);
    size_t len;

    (void)state;
    send_part(b, "text/plain", support_text("shown"), 2);
    assert_ok(frank_parted_withhold(out, 4096, &len, message->content.data,
                                    message->content.len, 2, NULL));
    message->content = (struct frank_span){out, len};
    take(b);
    assert_ok(view_html(&view, c, &fault));
    assert_true(has("shown"));
    assert_true(has("[a part that was left out]"));
    /* The picture of the sample conversation is elsewhere. */
    b = bundles_new();
    b->messages[0][0].content = reports_kept("07-picture.cbor", false).content;
    take(b);
    assert_ok(view_html(&view, c, &fault));
    assert_true(has("A file elsewhere: <code>"));
    /* A content that is none at all. */
    b->messages[0][0].content = support_text("\xff\xff");
    take(b);
    assert_ok(view_html(&view, c, &fault));
    assert_true(has("[cannot be read]"));
}

/* ---- XARF ------------------------------------------------------------------
 */

static const char *member(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text != NULL ? text : "";
}

static bool is_contact(const json_t *contact)
{
    return json_object_size(contact) == 3 &&
           strlen(member(contact, "org")) > 0 &&
           strchr(member(contact, "contact"), '@') != NULL &&
           strlen(member(contact, "domain")) > 0;
}

/* xarf-core.json of XARF 4.2.0, and content-base.json. */
static void assert_xarf(const json_t *x, const char *category, const char *type)
{
    const json_t *evidence = json_object_get(x, "evidence");
    const char *id = member(x, "report_id");

    assert_string_equal(member(x, "xarf_version"), "4.2.0");
    assert_int_equal(strlen(id), 36);
    assert_int_equal(id[14], '4');
    assert_non_null(strchr("89ab", id[19]));
    assert_int_equal(strlen(member(x, "timestamp")), 24);
    assert_true(is_contact(json_object_get(x, "reporter")));
    assert_true(is_contact(json_object_get(x, "sender")));
    assert_true(strlen(member(x, "source_identifier")) > 0);
    assert_string_equal(member(x, "category"), category);
    assert_string_equal(member(x, "type"), type);
    assert_true(strlen(member(x, "description")) <= 1000);
    assert_true(json_array_size(evidence) <= 50);
    for (size_t i = 0; i < json_array_size(evidence); i++) {
        const json_t *item = json_array_get(evidence, i);

        assert_int_equal(json_object_size(item), 5);
        assert_int_equal(strlen(member(item, "hash")), 7 + 64);
        assert_true(strlen(member(item, "payload")) > 0);
        assert_true(json_integer_value(json_object_get(item, "size")) <=
                    5242880);
    }
    if (strcmp(category, "content") == 0) {
        assert_memory_equal(member(x, "url"), "https://", 8);
    }
}

static json_t *xarf_of(uint8_t reason)
{
    struct bundles *b = bundles_new();
    json_t *x;

    b->reports[0].reason = reason;
    take(b);
    assert_ok(view_xarf(&view, c, 0, &fault));
    x = json_loadb(view.text, view.len, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(x);
    return x;
}

static void an_xarf_report_is_as_its_schema_asks(void **state)
{
    json_t *x = xarf_of(1);

    (void)state;
    assert_xarf(x, "messaging", "spam");
    assert_string_equal(member(x, "protocol"), "chat");
    assert_string_equal(member(x, "evidence_source"), "user_complaint");
    assert_string_equal(member(x, "source_identifier"),
                        "mimi://c.example/u/keys-today");
    /* of its three messages, as the recipient wrote one */
    assert_int_equal(json_array_size(json_object_get(x, "evidence")), 2);
    assert_true(is_to_fill("reporter: "));
    assert_false(is_to_fill("url: "));
    json_decref(x);
    x = xarf_of(2);
    assert_xarf(x, "content", "fraud");
    assert_string_equal(member(x, "fraud_type"), "TO FILL IN");
    assert_true(is_to_fill("fraud_type: "));
    assert_true(is_to_fill("url: "));
    json_decref(x);
    x = xarf_of(14);
    assert_xarf(x, "content", "exposed_data");
    assert_true(is_to_fill("data_types: "));
    json_decref(x);
    x = xarf_of(15);
    assert_xarf(x, "content", "malware");
    json_decref(x);
}

/* What the recipient wrote is not what the account did. */
static void xarf_holds_the_messages_of_the_accused_alone(void **state)
{
    struct bundles *b = bundles_new();
    const json_t *list;
    json_t *x;
    char hash[80] = "sha256:";

    (void)state;
    b->reports[0].reason = 1;
    send_answer(b);
    take(b);
    assert_ok(view_xarf(&view, c, 0, &fault));
    x = json_loadb(view.text, view.len, JSON_REJECT_DUPLICATES, NULL);
    assert_xarf(x, "messaging", "spam");
    list = json_object_get(x, "evidence");
    assert_int_equal(json_array_size(list), 1);
    for (size_t i = 0; i < 32; i++) {
        uint8_t digest[32];

        (void)crypto_hash_sha256(digest, b->messages[0][0].content.data,
                                 b->messages[0][0].content.len);
        (void)snprintf(hash + 7 + 2 * i, 3, "%02x", digest[i]);
    }
    assert_string_equal(member(json_array_get(list, 0), "hash"), hash);
    assert_non_null(strstr(member(x, "description"),
                           "signed, by message franking, that this account "
                           "sent 2 messages of it"));
    json_decref(x);
}

/* Such a report goes by mail: material never does. */
static void xarf_never_holds_material_of_child_safety(void **state)
{
    json_t *x = xarf_of(9);

    (void)state;
    assert_xarf(x, "content", "csam");
    assert_null(json_object_get(x, "evidence"));
    assert_true(is_to_fill("classification: "));
    json_decref(x);
    x = xarf_of(10);
    assert_xarf(x, "content", "csem");
    assert_null(json_object_get(x, "evidence"));
    json_decref(x);
}

/* Nor when another report of the case says what it is. */
static void xarf_holds_none_beside_child_safety(void **state)
{
    struct bundles *b = bundles_new();
    json_t *x;

    (void)state;
    b->reports[0].reason = 2;
    b->reports[1].reason = 9;
    take(b);
    assert_ok(view_xarf(&view, c, 0, &fault));
    x = json_loads(view.text, 0, NULL);
    assert_non_null(x);
    assert_null(json_object_get(x, "evidence"));
    json_decref(x);
}

static void what_xarf_has_no_type_for_is_refused(void **state)
{
    struct bundles *b = bundles_new();

    (void)state;
    take(b); /* harassment */
    assert_int_equal(view_xarf(&view, c, 0, &fault), FRANK_ERR_MISSING);
    assert_string_equal(fault.field, "an XARF type for the reason of the "
                                     "report");
    assert_null(view.text);
    b->reports[0].reason = 1;
    b->reports[0].accused = 2;
    b->reports[0].count = 2;
    take(b);
    assert_int_equal(view_xarf(&view, c, 0, &fault), FRANK_ERR_MISSING);
}

/* ---- AbuseReport -----------------------------------------------------------
 */

static void an_abuse_report_is_read_back(void **state)
{
    static struct mimi_report read;
    struct mimi_report_verdict verdict;

    (void)state;
    take(bundles_new());
    assert_ok(view_mimi(&view, c, 0, &fault));
    assert_ok(
        mimi_report_decode(&read, (const uint8_t *)view.text, view.len, NULL));
    support_assert_span(read.alleged_abuser,
                        support_text("mimi://c.example/u/keys-today"));
    support_assert_span(read.reporting_user,
                        support_text("mimi://hub.example/u/ines"));
    assert_int_equal(read.reason, 3);
    assert_int_equal(read.count, 3);
    for (size_t i = 0; i < read.count; i++) {
        mimi_report_check(&verdict, reports_stamper(), &read, i);
        assert_ok(verdict.error);
    }
    /* Of the anonymous one, what is shown. */
    view_free(&view);
    assert_ok(view_mimi(&view, c, 1, &fault));
    assert_ok(
        mimi_report_decode(&read, (const uint8_t *)view.text, view.len, NULL));
    assert_int_equal(read.count, 2);
    assert_int_equal(read.reporting_user.len, 0);
}

static void an_abuse_report_needs_its_accused(void **state)
{
    struct bundles *b = bundles_new();

    (void)state;
    b->reports[0].accused = 2;
    b->reports[0].count = 2;
    take(b);
    assert_int_equal(view_mimi(&view, c, 0, &fault), FRANK_ERR_MISSING);
    assert_null(view.text);
}

/* ---- Statement of reasons ---------------------------------------------------
 */

static json_t *statement_of(struct bundles *b)
{
    json_t *s;

    take(b);
    assert_ok(view_dsa(&view, c, &fault));
    s = json_loadb(view.text, view.len, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(s);
    return s;
}

static void decide(struct bundles *b, uint8_t outcome)
{
    b->decisions[1].outcome = outcome;
}

static void a_statement_is_as_the_database_takes_it(void **state)
{
    struct bundles *b = bundles_new();
    json_t *s;

    (void)state;
    b->reports[0].reason = 2;
    decide(b, 2);
    s = statement_of(b);
    assert_null(view_dsa_fault(s, true));
    /* Not while it is a draft. */
    assert_string_equal(view_dsa_fault(s, false),
                        "incompatible_content_explanation");
    (void)json_object_set_new(s, "incompatible_content_explanation",
                              json_string("It asks for money."));
    assert_null(view_dsa_fault(s, false));
    assert_string_equal(member(s, "decision_provision"),
                        "DECISION_PROVISION_PARTIAL_SUSPENSION");
    assert_string_equal(member(s, "category"),
                        "STATEMENT_CATEGORY_SCAMS_AND_FRAUD");
    assert_string_equal(member(s, "application_date"), "2023-11-14");
    assert_string_equal(member(s, "content_date"), "2022-02-09");
    assert_string_equal(member(s, "puid"), "d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1");
    assert_true(is_to_fill("incompatible_content_explanation: "));
    assert_true(is_to_fill("category_specification: KEYWORD_PHISHING"));
    json_decref(s);
    decide(b, 3);
    s = statement_of(b);
    assert_string_equal(member(s, "decision_account"),
                        "DECISION_ACCOUNT_SUSPENDED");
    json_decref(s);
}

static void a_statement_counts_the_messages_of_the_accused(void **state)
{
    struct bundles *b = bundles_new();
    const char *facts;
    json_t *types;
    json_t *s;

    (void)state;
    send_answer(b);
    b->bundle.report_count = 1;
    decide(b, 2);
    s = statement_of(b);
    assert_null(view_dsa_fault(s, true));
    facts = member(s, "decision_facts");
    assert_non_null(strstr(facts, "made 1 report. "));
    assert_non_null(strstr(facts, "the account sent 2 messages that they "
                                  "name"));
    types = json_object_get(s, "content_type"); /* not the answer's picture */
    assert_int_equal(json_array_size(types), 1);
    assert_string_equal(json_string_value(json_array_get(types, 0)),
                        "CONTENT_TYPE_TEXT");
    json_decref(s);
    /* Two reports that name one message of his. */
    b = bundles_new();
    b->reports[1].accused = 1;
    decide(b, 2);
    s = statement_of(b);
    assert_non_null(strstr(member(s, "decision_facts"), "sent 2 messages"));
    json_decref(s);
}

/* The database is public. */
static void a_statement_holds_no_personal_data(void **state)
{
    struct bundles *b = bundles_new();

    (void)state;
    decide(b, 3);
    json_decref(statement_of(b));
    assert_false(has("mimi://"));
    assert_false(has("keys-today"));
    assert_false(has("ines"));
    assert_false(has("first time"));
    assert_false(has("deposit"));
    assert_false(has("ca70000000000003"));
}

static void what_a_statement_cannot_know_is_marked(void **state)
{
    struct bundles *b = bundles_new();
    json_t *s;

    (void)state;
    b->bundle.report_count = 0;
    b->decisions[1].policy.len = 0;
    decide(b, 2);
    s = statement_of(b);
    assert_null(view_dsa_fault(s, true));
    assert_true(is_to_fill("category: "));
    assert_true(is_to_fill("content_type: "));
    assert_true(is_to_fill("content_date: "));
    assert_true(is_to_fill("incompatible_content_ground: "));
    json_decref(s);
    b = bundles_new();
    decide(b, 2);
    b->reports[0].reason = 1;
    send_part(b, "application/zip", support_text("\xff\xfe"), 1);
    b->bundle.report_count = 1;
    s = statement_of(b);
    assert_null(view_dsa_fault(s, true));
    assert_true(is_to_fill("content_type_other: "));
    json_decref(s);
    send_part(b, "image/gif", support_text("GIF"), 1);
    s = statement_of(b);
    assert_string_equal(json_string_value(json_array_get(
                            json_object_get(s, "content_type"), 0)),
                        "CONTENT_TYPE_IMAGE");
    json_decref(s);
}

static void what_restricts_nothing_has_no_statement(void **state)
{
    struct bundles *b = bundles_new();

    (void)state;
    take(b); /* a warning */
    assert_int_equal(view_dsa(&view, c, &fault), FRANK_ERR_MISSING);
    b->bundle.decision_count = 0;
    take(b);
    assert_int_equal(view_dsa(&view, c, &fault), FRANK_ERR_MISSING);
    assert_null(view.text);
}

/* Each member with a value that the database refuses. */
static void wrong_statements_are_refused(void **state)
{
    static const char *const wrong[][2] = {
        {"decision_provision", "DECISION_PROVISION_NONE"},
        {"decision_ground", "DECISION_GROUND_OTHER"},
        {"category", "STATEMENT_CATEGORY_OTHER"},
        {"content_date", "1999-12-31"},
        {"content_date", "2022-2-9"},
        {"content_date", "2022-02-09T00:00"},
        {"application_date", "2039-01-01"},
        {"source_type", "SOURCE_USER"},
        {"automated_detection", "no"},
        {"automated_decision", "No"},
        {"puid", "with space"},
        {"puid", ""},
        {"account_type", "ACCOUNT_TYPE_OTHER"},
        {"content_language", "English"},
    };
    struct bundles *b = bundles_new();
    json_t *s;
    char *big;

    (void)state;
    decide(b, 2);
    s = statement_of(b);
    for (size_t i = 0; i < SUPPORT_COUNT(wrong); i++) {
        json_t *changed = json_deep_copy(s);

        (void)json_object_set_new(changed, wrong[i][0],
                                  json_string(wrong[i][1]));
        assert_string_equal(view_dsa_fault(changed, true), wrong[i][0]);
        json_decref(changed);
    }
    (void)json_object_set_new(s, "content_type", json_array());
    assert_string_equal(view_dsa_fault(s, true), "content_type");
    (void)json_object_set_new(s, "content_type",
                              json_pack("[s]", "CONTENT_TYPE_LETTER"));
    assert_string_equal(view_dsa_fault(s, true), "content_type");
    (void)json_object_set_new(s, "content_type", json_pack("[i]", 1));
    assert_string_equal(view_dsa_fault(s, true), "content_type");
    (void)json_object_set_new(s, "content_type",
                              json_pack("[s]", "CONTENT_TYPE_TEXT"));
    big = (char *)support_zeros(5002);
    memset(big, 'x', 5001);
    (void)json_object_set_new(s, "decision_facts", json_string(big));
    assert_string_equal(view_dsa_fault(s, true), "decision_facts");
    (void)json_object_set_new(s, "decision_facts", json_string("\xc3\xbc"));
    assert_null(view_dsa_fault(s, true));
    (void)json_object_set_new(s, "more", json_string(""));
    assert_string_equal(view_dsa_fault(s, true),
                        "a member that the database does not know");
    (void)json_object_del(s, "more");
    (void)json_object_del(s, "incompatible_content_explanation");
    assert_string_equal(view_dsa_fault(s, true),
                        "incompatible_content_explanation");
    (void)json_object_del(s, "incompatible_content_ground");
    assert_string_equal(view_dsa_fault(s, true), "incompatible_content_ground");
    (void)json_object_set_new(s, "decision_ground",
                              json_string("DECISION_GROUND_ILLEGAL_CONTENT"));
    assert_string_equal(view_dsa_fault(s, true),
                        "illegal_content_legal_ground");
    (void)json_object_set_new(s, "illegal_content_legal_ground",
                              json_string("Section 263"));
    assert_string_equal(view_dsa_fault(s, true), "illegal_content_explanation");
    (void)json_object_set_new(s, "illegal_content_explanation",
                              json_string("It is fraud."));
    assert_null(view_dsa_fault(s, true));
    (void)json_object_del(s, "decision_provision");
    assert_string_equal(view_dsa_fault(s, true), "decision_visibility");
    (void)json_object_del(s, "puid");
    assert_string_equal(view_dsa_fault(s, true), "puid");
    json_decref(s);
}

/* ---- CyberTipline
 * ------------------------------------------------------------ */

/* Elements in the order of NCMEC's schema; those with a "/" end one. */
static void assert_order(const char *const *elements)
{
    const char *at = view.text;

    for (; *elements != NULL; elements++) {
        char tag[64];

        (void)snprintf(tag, sizeof tag, "<%s>", *elements);
        at = strstr(at, tag);
        if (at == NULL) {
            fail_msg("%s", *elements);
        }
        at++;
    }
}

/* The messages are those of the vectors, about a flat; the reason alone is
 * another. */
static void a_draft_has_its_elements_in_order(void **state)
{
    static const char *const order[] = {"report",
                                        "incidentSummary",
                                        "incidentType",
                                        "platform",
                                        "incidentDateTime",
                                        "incidentDateTimeDescription",
                                        "/incidentSummary",
                                        "internetDetails",
                                        "chatImIncident",
                                        "chatClient",
                                        "chatRoomName",
                                        "content",
                                        "additionalInfo",
                                        "/internetDetails",
                                        "reporter",
                                        "reportingPerson",
                                        "firstName",
                                        "lastName",
                                        "email",
                                        "/reporter",
                                        "personOrUserReported",
                                        "espIdentifier",
                                        "espService",
                                        "/personOrUserReported",
                                        "intendedRecipient",
                                        "espIdentifier",
                                        "/intendedRecipient",
                                        "additionalInfo",
                                        "/report",
                                        "fileDetails",
                                        "reportId",
                                        "fileId",
                                        "fileName",
                                        "uploadedToEspTimestamp",
                                        "publiclyAvailable",
                                        "fileRelevance",
                                        "additionalInfo",
                                        "/fileDetails",
                                        NULL};
    struct bundles *b = bundles_new();

    (void)state;
    b->reports[0].reason = 10;
    take(b);
    assert_ok(view_cybertip(&view, c, &fault));
    assert_order(order);
    assert_int_equal(count("<report>"), 1);
    assert_int_equal(count("<fileDetails>"), 3);
    assert_true(has("<incidentType>Online Enticement of Children for Sexual "
                    "Acts</incidentType>"));
    /* They were looked at: whether to the end, only who looked can tell. */
    assert_false(has("fileViewedByEsp"));
    assert_true(is_to_fill("fileViewedByEsp: "));
    assert_true(is_to_fill("reportId: "));
    assert_true(is_to_fill("platform: "));
}

static void what_nobody_viewed_is_handed_over_sealed(void **state)
{
    static const char *const order[] = {"fileDetails",
                                        "fileName",
                                        "uploadedToEspTimestamp",
                                        "fileViewedByEsp",
                                        "exifViewedByEsp",
                                        "publiclyAvailable",
                                        "fileRelevance",
                                        NULL};
    struct bundles *b = bundles_new();

    (void)state;
    b->reports[0] = b->reports[1];
    b->reports[0].reason = 9;
    b->reports[0].count = 0;
    b->reports[0].sealed = reports_sealed(1);
    b->bundle.report_count = 1;
    bundles_drop(&b->moderation, bundles_line(&b->moderation, "looked", 1));
    take(b);
    assert_ok(view_cybertip(&view, c, &fault));
    assert_order(order);
    assert_true(has("<fileName>report-0.sealed</fileName>"));
    assert_true(has("<fileViewedByEsp>false</fileViewedByEsp>"));
    assert_true(has("says that its content was shown to anybody"));
    assert_true(has("When the hub took in the report<"));
    assert_false(has("personOrUserReported"));
    assert_int_equal(count("<fileDetails>"), 1);
}

static void texts_are_escaped_in_a_draft(void **state)
{
    struct bundles *b = bundles_new();

    (void)state;
    send_part(b, "", support_text("</content><x/> & \x01"), 1);
    b->reports[0].reason = 10;
    take(b);
    assert_ok(view_cybertip(&view, c, &fault));
    assert_true(has("&lt;/content&gt;&lt;x/&gt; &amp; [U+0001]"));
    b->messages[0][0].content = support_text("\xff");
    take(b);
    assert_ok(view_cybertip(&view, c, &fault));
}

static void other_reasons_have_no_draft(void **state)
{
    (void)state;
    take(bundles_new());
    assert_int_equal(view_cybertip(&view, c, &fault), FRANK_ERR_MISSING);
    assert_null(view.text);
}

/* ---- Memory ----------------------------------------------------------------
 */

static int make(unsigned which)
{
    switch (which) {
    case 0:
        return view_html(&view, c, &fault);
    case 1:
        return view_xarf(&view, c, 0, &fault);
    case 2:
        return view_mimi(&view, c, 0, &fault);
    case 3:
        return view_dsa(&view, c, &fault);
    default:
        return view_cybertip(&view, c, &fault);
    }
}

static void failing_memory_is_an_error(void **state)
{
    struct bundles *b = bundles_new();

    (void)state;
    b->reports[0].reason = 9;
    b->reports[1].reason = 1;
    decide(b, 2);
    take(b);
    for (unsigned which = 0; which < 5; which++) {
        int error = FRANK_ERR_MEMORY;

        for (long i = 0; error != FRANK_OK; i++) {
            allocations_left = i;
            error = make(which);
            allocations_left = -1;
            if (error != FRANK_OK) {
                assert_int_equal(error, FRANK_ERR_MEMORY);
                assert_null(view.text);
            }
        }
        view_free(&view);
    }
}

#define TEST(name) cmocka_unit_test_teardown(name, forget)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_page_stands_alone),
        TEST(the_page_marks_the_moderation_sides_word),
        TEST(the_page_says_what_is_refused),
        TEST(texts_are_escaped_on_the_page),
        TEST(pictures_of_the_types_allowed_are_shown),
        TEST(pictures_of_child_safety_are_not_shown),
        TEST(parts_that_are_not_there_are_named),
        TEST(an_xarf_report_is_as_its_schema_asks),
        TEST(xarf_holds_the_messages_of_the_accused_alone),
        TEST(xarf_never_holds_material_of_child_safety),
        TEST(xarf_holds_none_beside_child_safety),
        TEST(what_xarf_has_no_type_for_is_refused),
        TEST(an_abuse_report_is_read_back),
        TEST(an_abuse_report_needs_its_accused),
        TEST(a_statement_is_as_the_database_takes_it),
        TEST(a_statement_counts_the_messages_of_the_accused),
        TEST(a_statement_holds_no_personal_data),
        TEST(what_a_statement_cannot_know_is_marked),
        TEST(what_restricts_nothing_has_no_statement),
        TEST(wrong_statements_are_refused),
        TEST(a_draft_has_its_elements_in_order),
        TEST(what_nobody_viewed_is_handed_over_sealed),
        TEST(texts_are_escaped_in_a_draft),
        TEST(other_reasons_have_no_draft),
        TEST(failing_memory_is_an_error),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    /* Where memory runs out in the JSON library, a program ends. */
    json_set_alloc_funcs(__real_malloc, free);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
