/* SPDX-License-Identifier: Apache-2.0 */
#include "attach_arguments.h"

#include "size.h"

#include <string.h>

static const struct {
    uint16_t number;
    const char *name;
} aeads[] = {{FRANK_AEAD_AES_256_GCM, "aes-256-gcm"},
             {FRANK_AEAD_CHACHA20_POLY1305, "chacha20-poly1305"}};
#define AEADS (sizeof aeads / sizeof aeads[0])

const char *attach_aead_name(uint16_t aead)
{
    for (size_t i = 0; i < AEADS; i++) {
        if (aeads[i].number == aead) {
            return aeads[i].name;
        }
    }
    return "unknown";
}

static bool take_aead(struct attach_arguments *out, const char *text)
{
    for (size_t i = 0; i < AEADS; i++) {
        if (strcmp(aeads[i].name, text) == 0) {
            out->aead = aeads[i].number;
            return true;
        }
    }
    (void)io_say(EXIT_USAGE, "--aead: aes-256-gcm or chacha20-poly1305");
    return false;
}

static bool take_chunk(struct attach_arguments *out, const char *text)
{
    uint64_t size;

    if (!size_read(&size, text, UINT64_C(1) << FRANK_CHUNK_LOG2_MAX,
                   "--chunk")) {
        return false;
    }
    for (uint8_t i = FRANK_CHUNK_LOG2_MIN; i <= FRANK_CHUNK_LOG2_MAX; i++) {
        if (size == UINT64_C(1) << i) {
            out->chunk_log2 = i;
            return true;
        }
    }
    (void)io_say(EXIT_USAGE, "--chunk: a power of two from 4KiB to 1MiB");
    return false;
}

/* BEGIN-END, or BEGIN- for the rest of the file. */
static bool take_range(struct attach_arguments *out, char *text)
{
    struct attach_bytes *range = &out->ranges[out->range_count];
    char *end = strchr(text, '-');

    if (end == NULL) {
        (void)io_say(EXIT_USAGE, "--range: not BEGIN-END");
        return false;
    }
    if (out->range_count == FRANK_DISCLOSURES_MAX) {
        (void)io_say(EXIT_USAGE, "--range: at most %d of them",
                     FRANK_DISCLOSURES_MAX);
        return false;
    }
    *end++ = '\0';
    range->end = UINT64_MAX;
    if (!size_read(&range->begin, text, FRANK_FILE_MAX_BYTES,
                   "--range BEGIN") ||
        (*end != '\0' &&
         !size_read(&range->end, end, FRANK_FILE_MAX_BYTES, "--range END"))) {
        return false;
    }
    if (range->end <= range->begin) {
        (void)io_say(EXIT_USAGE,
                     "--range: END is the byte behind the last, above BEGIN");
        return false;
    }
    out->range_count++;
    return true;
}

static bool take_number_option(struct attach_arguments *out, int option)
{
    uint64_t number = 0;

    switch (option) {
    case ATTACH_THREADS:
        if (!io_number(&number, optarg, FRANK_THREADS_MAX, "--threads")) {
            return false;
        }
        out->threads = (unsigned)number;
        return true;
    case ATTACH_PART:
        out->has_part = true;
        if (!io_number(&number, optarg, UINT16_MAX, "--part")) {
            return false;
        }
        out->part = (unsigned)number;
        return true;
    case ATTACH_AEAD:
        return take_aead(out, optarg);
    case ATTACH_CHUNK:
        return take_chunk(out, optarg);
    case ATTACH_RANGE:
        return take_range(out, optarg);
    default:
        return false;
    }
}

/* Where an option's word is kept; NULL: it is no word. */
static const char **word_of(struct attach_arguments *out, int option)
{
    switch (option) {
    case ATTACH_TYPE:
        return &out->type;
    case ATTACH_NAME:
        return &out->name;
    case ATTACH_KEY_OUT:
        return &out->key_out;
    case ATTACH_DESCRIPTOR_OUT:
        return &out->descriptor_out;
    case ATTACH_OUT:
        return &out->out;
    case ATTACH_DESCRIPTOR:
        return &out->descriptor;
    case ATTACH_KEY:
        return &out->key;
    case ATTACH_CONTENT:
        return &out->content;
    case ATTACH_URL:
        return &out->url;
    case ATTACH_DISCLOSURE:
        return &out->disclosure;
    default:
        return NULL;
    }
}

static bool take_option(struct attach_arguments *out, int option)
{
    const char **word = word_of(out, option);

    if (word != NULL) {
        *word = optarg;
        return true;
    }
    switch (option) {
    case ATTACH_ALL:
        out->all = true;
        return true;
    case ATTACH_ENCLOSE:
        out->enclose = true;
        return true;
    case ATTACH_QUIET:
        out->quiet = true;
        return true;
    case ATTACH_JSON:
        out->json = true;
        return true;
    default:
        return take_number_option(out, option);
    }
}

int attach_arguments_parse(struct attach_arguments *out,
                           const struct command *self, int argc, char **argv,
                           const struct option *options)
{
    int option;

    *out = (struct attach_arguments){.aead = FRANK_AEAD_AES_256_GCM,
                                     .chunk_log2 = FRANK_CHUNK_LOG2_DEFAULT};
    while ((option = command_option(self, argc, argv, options)) != -1) {
        if (!take_option(out, option)) {
            return EXIT_USAGE;
        }
    }
    if (argc - optind > 1) {
        return command_usage(self, "one file at most");
    }
    out->file = optind < argc ? argv[optind] : NULL;
    return EXIT_DONE;
}

int attach_arguments_name(const struct attach_arguments *arguments,
                          const struct command *self)
{
    if ((arguments->descriptor == NULL) == (arguments->content == NULL)) {
        return command_usage(self,
                             "one of --descriptor and --content is needed");
    }
    if (arguments->content != NULL && arguments->key != NULL) {
        return command_usage(self, "--key goes with --descriptor");
    }
    if (arguments->has_part && arguments->content == NULL) {
        return command_usage(self, "--part is a part of --content");
    }
    return EXIT_DONE;
}
