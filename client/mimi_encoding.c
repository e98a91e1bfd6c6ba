/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of encoding of draft-ietf-mimi-content-08 section 4
 * ("deterministic" CBOR, RFC 8949 section 4.2.1), but for the order of map
 * keys: one pass over all heads in a row, which needs no nesting.
 */
#include "content.h"
#include "utf8.h"

/* Low five bits of a float's first byte (RFC 8949 section 3.3). */
enum { FLOAT_HALF = 25, FLOAT_SINGLE = 26, FLOAT_DOUBLE = 27 };
#define NAN_HALF 0x7e00

enum { TAG_BIGNUM = 2, TAG_BIGNUM_NEGATIVE = 3 };
/* Typed arrays of RFC 8746. */
enum { TAG_ARRAY = 80, TAG_ARRAY_LAST = 87 };

struct pass {
    struct frank_findings *findings;
    struct wire_reader r;
};

static void broke(struct pass *p, enum frank_rule rule, size_t pos)
{
    content_broke(p->findings, rule, p->r.base + pos);
}

static bool is_shortest(const struct cbor_head *head)
{
    static const uint64_t least[] = {24, 0x100, 0x10000, 0x100000000};

    return head->info < 24 || head->info > 27 ||
           head->value >= least[head->info - 24];
}

/* A width of IEEE 754 floats: bits of the fraction, least and largest exponent
 * of a normal number. */
struct width {
    unsigned fraction;
    int least;
    int most;
};
static const struct width half = {10, -14, 15};
static const struct width single = {23, -126, 127};
static const struct width binary64 = {52, -1022, 1023};

/* Whether a number of one width that is neither zero, infinite nor NaN can be
 * written in a narrower one without loss. */
static bool fits(uint64_t magnitude, const struct width *from,
                 const struct width *to)
{
    int exponent = (int)(magnitude >> from->fraction) - from->most;
    unsigned dropped = from->fraction - to->fraction;
    uint64_t one = (uint64_t)1 << from->fraction;

    if (exponent < to->least) {
        dropped += (unsigned)(to->least - exponent);
    }
    return exponent <= to->most && dropped <= from->fraction &&
           ((magnitude | one) & (((uint64_t)1 << dropped) - 1)) == 0;
}

static void check_float(struct pass *p, const struct cbor_head *head,
                        bool typed_array)
{
    const struct width *width = head->info == FLOAT_HALF     ? &half
                                : head->info == FLOAT_SINGLE ? &single
                                                             : &binary64;
    uint64_t infinity = (uint64_t)(2 * width->most + 1) << width->fraction;
    uint64_t sign = (infinity + ((uint64_t)1 << width->fraction));
    uint64_t magnitude = head->value & (sign - 1);

    if (magnitude > infinity) {
        if (!typed_array && (width != &half || head->value != NAN_HALF)) {
            broke(p, FRANK_RULE_NAN, head->pos);
        }
    } else if (width != &half &&
               (magnitude == 0 || magnitude == infinity ||
                fits(magnitude, width, width == &single ? &half : &single))) {
        broke(p, FRANK_RULE_FLOAT_SHORTEST, head->pos);
    }
}

static void check_string(struct pass *p, const struct cbor_head *head,
                         bool bignum)
{
    struct frank_span bytes =
        wire_read_span(&p->r, (size_t)head->value, "string");

    if (head->major == CBOR_TEXT && !utf8_is_valid(bytes)) {
        broke(p, FRANK_RULE_UTF8, head->pos);
    }
    if (bignum && (bytes.len <= sizeof(uint64_t) || bytes.data[0] == 0)) {
        broke(p, FRANK_RULE_BIGNUM, head->pos);
    }
}

static void check_head(struct pass *p, const struct cbor_head *head,
                       const struct cbor_head *before)
{
    bool tagged = before->major == CBOR_TAG;

    if (head->major == CBOR_SIMPLE) {
        if (head->info >= FLOAT_HALF && head->info <= FLOAT_DOUBLE) {
            check_float(p, head,
                        tagged && before->value >= TAG_ARRAY &&
                            before->value <= TAG_ARRAY_LAST);
        }
        return; /* a break is its container's matter */
    }
    if (head->indefinite) {
        broke(p, FRANK_RULE_DEFINITE, head->pos);
        return;
    }
    if (!is_shortest(head)) {
        broke(p, FRANK_RULE_SHORTEST, head->pos);
    }
    if (head->major == CBOR_BYTES || head->major == CBOR_TEXT) {
        check_string(p, head,
                     head->major == CBOR_BYTES && tagged &&
                         (before->value == TAG_BIGNUM ||
                          before->value == TAG_BIGNUM_NEGATIVE));
    }
}

void mimi_validate_encoding(struct frank_findings *out,
                            struct frank_span message, size_t base)
{
    struct pass p = {.findings = out};
    struct cbor_head head = {0};

    wire_read_init(&p.r, message, base);
    while (wire_read_ok(&p.r) && p.r.pos < p.r.len) {
        struct cbor_head before = head;

        head = cbor_read_head(&p.r, "message");
        check_head(&p, &head, &before);
    }
}
