/* SPDX-License-Identifier: Apache-2.0 */
#include "kept_argument.h"

#include "describe.h"

#include <string.h>

/* The words behind colons, from the last on. */
struct words {
    char *content;
    char *frank;
    char *time;
    char *seq; /* NULL without a transcript stamp */
    char *seen;
    char *transcript;
};

/* Cuts the last word off. */
static char *cut(char *text)
{
    char *colon = strrchr(text, ':');

    if (colon == NULL) {
        return NULL;
    }
    *colon = '\0';
    return colon + 1;
}

static bool is_number(const char *text)
{
    return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* CONTENT:FRANK:MS[:SEQ:SEEN:TRANSCRIPTFRANK]. Which of the two it is shows in
 * its last word: a time is a number. A content's name may hold colons. */
static bool split(struct words *out, char *argument)
{
    char *last = cut(argument);

    *out = (struct words){.content = argument};
    if (last != NULL && !is_number(last)) {
        out->transcript = last;
        out->seen = cut(argument);
        out->seq = cut(argument);
        last = cut(argument);
        if (out->seen == NULL || out->seq == NULL) {
            return false;
        }
    }
    out->time = last;
    out->frank = cut(argument);
    return out->time != NULL && out->frank != NULL;
}

/* Sender and room are taken from the content. Of one with several readings, the
 * hub's signature tells which it is; without its keys, the first. */
static int find_context(struct frank_kept *kept, struct kept_message *message,
                        const struct hub_public *hub, const char *file)
{
    struct frank_content *located = &message->located;
    struct frank_fault fault;
    unsigned reading = 0;
    int error;

    do {
        error = frank_locate_reading(located, kept->content.data,
                                     kept->content.len, reading++, &fault);
        kept->context.sender = describe_uri(&located->sender);
        kept->context.room = describe_uri(&located->room);
        if (error == FRANK_OK && hub != NULL) {
            error = hub_public_check(hub, &kept->frank, &kept->context, &fault);
        }
    } while (error != FRANK_OK && reading < located->readings);
    return error == FRANK_OK ? EXIT_DONE : io_fault(file, &fault);
}

static int read_frank(struct frank_frank *out, const char *file)
{
    uint8_t bytes[FRANK_FRANK_BYTES];
    struct frank_fault fault;
    int code = io_read_exactly(bytes, sizeof bytes, file, "a frank");

    if (code == EXIT_DONE &&
        frank_frank_decode(out, bytes, sizeof bytes, &fault) != FRANK_OK) {
        code = io_fault(file, &fault);
    }
    return code;
}

static int read_place(struct frank_kept *kept, const struct words *words)
{
    struct frank_transcript *place = &kept->transcript;

    if (words->transcript == NULL) {
        return EXIT_DONE;
    }
    kept->ordered = true;
    if (!io_number(&place->room_seq, words->seq, UINT64_MAX, "SEQ") ||
        !io_number(&place->seen_seq, words->seen, UINT64_MAX, "SEEN")) {
        return EXIT_USAGE;
    }
    if (place->seen_seq >= place->room_seq) {
        return io_say(EXIT_REFUSED, "SEEN must be below SEQ");
    }
    return io_read_exactly(place->transcript_frank,
                           sizeof place->transcript_frank, words->transcript,
                           "a transcript frank");
}

int kept_argument(struct frank_kept *out, struct kept_message *message,
                  const struct command *self, const struct hub_public *hub,
                  char *argument)
{
    struct words words;
    int code;

    if (!split(&words, argument)) {
        return command_usage(self, "a message is CONTENT:FRANK:MS or "
                                   "CONTENT:FRANK:MS:SEQ:SEEN:TRANSCRIPTFRANK");
    }
    if (!io_number(&out->context.accepted_timestamp, words.time, UINT64_MAX,
                   "MS")) {
        return EXIT_USAGE;
    }
    code = io_read(&message->content, words.content, FRANK_CONTENT_MAX_BYTES);
    out->content = io_blob_span(&message->content);
    if (code == EXIT_DONE) {
        code = read_frank(&out->frank, words.frank);
    }
    if (code == EXIT_DONE) {
        code = read_place(out, &words);
    }
    return code == EXIT_DONE ? find_context(out, message, hub, words.content)
                             : code;
}
