/* SPDX-License-Identifier: Apache-2.0 */
/* Reports before they are sealed, and bodies as they come out of a seal: each
 * opening stands in the input, and there is one for each evidence; what is
 * disclosed of files is in order, and of messages that are disclosed. Each is
 * held against its message, and opened. */
#include "disclosure.h"
#include "fuzz.h"
#include "report.h"

static bool is_within(struct frank_span span, const uint8_t *data, size_t size)
{
    return span.len == 0 || (span.data >= data && span.len <= size &&
                             span.data - data <= (ptrdiff_t)(size - span.len));
}

/* Whatever it says, only what is enclosed is read, and no more is written than
 * was told. */
static void holds_file(const struct frank_disclosure *d,
                       struct frank_span content)
{
    static uint8_t out[1 << 16];
    struct disclosed_file file;

    if (disclosure_read(&file, d, content, NULL) == FRANK_OK && d->enclosed &&
        file.bytes <= sizeof out &&
        disclosure_open(out, &file, d, NULL) == FRANK_OK) {
        HOLDS(file.begin + file.bytes <= file.attachment.size);
        HOLDS(file.bytes < d->ciphertext.len || file.bytes == 0);
    }
}

static void holds_files(const struct frank_report_body *body,
                        const uint8_t *data, size_t size)
{
    size_t enclosed = 0;

    HOLDS(body->disclosure_count <= FRANK_DISCLOSURES_MAX);
    for (size_t i = 0; i < body->disclosure_count; i++) {
        const struct frank_disclosure *d = &body->disclosures[i];

        HOLDS(d->message < body->count);
        HOLDS(body->openings[d->message].disclosed);
        HOLDS(i == 0 || d->message >= d[-1].message);
        HOLDS(d->keys.len % 32 == 0 && d->proof.len % 32 == 0);
        HOLDS(is_within(d->keys, data, size));
        HOLDS(is_within(d->proof, data, size));
        HOLDS(is_within(d->ciphertext, data, size));
        HOLDS(is_within(d->url, data, size));
        enclosed += d->ciphertext.len;
        holds_file(d, body->openings[d->message].content);
    }
    HOLDS(enclosed <= FRANK_ENCLOSED_MAX_BYTES);
}

static void holds_body(const struct frank_report_body *body, size_t count,
                       const uint8_t *data, size_t size)
{
    HOLDS(body->count == count);
    HOLDS(is_within(body->note, data, size));
    for (size_t i = 0; i < count; i++) {
        HOLDS(is_within(body->openings[i].content, data, size));
        HOLDS(body->openings[i].disclosed ||
              body->openings[i].content.len == 0);
    }
    holds_files(body, data, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct frank_unsealed report;
    static struct frank_report_body body;
    struct frank_fault fault;
    size_t count = size > 0 ? data[0] % (FRANK_MESSAGES_MAX + 1) : 0;
    int error = frank_report_read(&report, data, size, &fault);

    if (error == FRANK_OK) {
        HOLDS(report.header.count >= 1);
        HOLDS(report.header.accused < report.header.count);
        HOLDS(is_within(report.reporter, data, size));
        holds_body(&report.body, report.header.count, data, size);
    } else {
        holds_fault(error, &fault, size);
    }
    if (size > 0) { /* the first byte says how many openings there are */
        error = report_body_decode(
            &body, (struct frank_span){data + 1, size - 1}, 1, count, &fault);
        if (error == FRANK_OK) {
            holds_body(&body, count, data, size);
        } else {
            holds_fault(error, &fault, size);
        }
    }
    return 0;
}
