/* SPDX-License-Identifier: Apache-2.0 */
/* A message on the page. Where any report is about a child, pictures and films
 * are not shown: whoever opens the page would see them unasked. */
#include "view_html_inside.h"

#include "bundle_inner.h"
#include "utf8.h"

#include <string.h>

static void put_media(struct view_writer *w, const struct part *part,
                      const char *type)
{
    bool image = strncmp(type, "image", 5) == 0;
    bool audio = strncmp(type, "audio", 5) == 0;

    view_printf(w,
                image   ? "<img alt=\"\" src=\"data:%s;base64,"
                : audio ? "<audio controls src=\"data:%s;base64,"
                        : "<video controls src=\"data:%s;base64,",
                type);
    view_put_base64(w, part->body);
    view_put(w, image ? "\">\n" : audio ? "\"></audio>\n" : "\"></video>\n");
}

/* Name, type, size and digest of what is no text. */
static void put_file(struct view_writer *w, const struct part *part)
{
    char hash[65];

    view_sha256(hash, part->body);
    view_put(w, "<p>File ");
    view_put_escaped(w, part->name);
    view_put(w, " <span class=\"soft\">(");
    view_put_escaped(w, part->media_type);
    view_printf(w, ", %zu bytes)</span><br><code>SHA-256 %s</code></p>\n",
                part->body.len, hash);
}

static void put_external(struct view_writer *w, const struct part *part)
{
    view_put(w, "<p>A file elsewhere: <code>");
    view_put_escaped(w, part->url);
    view_put(w, "</code> ");
    view_put_escaped(w, part->name);
    view_put(w, " <span class=\"soft\">");
    view_put_escaped(w, part->media_type);
    view_put(w, "</span></p>\n");
}

static void put_part(struct view_writer *w, const struct part *part,
                     bool hidden)
{
    const char *type = part_shown_type(part->media_type);

    switch (part->state) {
    case PART_WITHHELD:
        view_put(w, "<p class=\"hm\">[a part that was left out]</p>\n");
        break;
    case PART_EMPTY:
        view_put(w, "<p class=\"soft\">[empty: a deletion, or the like]</p>\n");
        break;
    case PART_EXTERNAL:
        put_external(w, part);
        break;
    case PART_UNREADABLE:
        view_put(w, "<p class=\"hm\">[a part that cannot be read]</p>\n");
        put_file(w, part);
        break;
    case PART_THERE:
        if (part_is_text(part->media_type) ||
            (type == NULL && !hidden && utf8_is_valid(part->body))) {
            view_put(w, "<pre>");
            view_put_escaped(w, part->body);
            view_put(w, "</pre>\n");
            break;
        }
        put_file(w, part);
        if (type != NULL && !hidden) {
            put_media(w, part, type);
        } else if (type != NULL) {
            view_put(w, "<p class=\"hm\">Not shown on this page, as a report "
                        "of the case is about a child.</p>\n");
        }
        break;
    }
}

static void put_content(struct view_writer *w, struct parts *parts,
                        struct frank_span content, bool hidden)
{
    if (parts_read(parts, content.data, content.len, NULL) != FRANK_OK) {
        view_put(w, "<p class=\"hm\">[cannot be read]</p>\n");
        return;
    }
    for (size_t i = 0; i < parts->count; i++) {
        put_part(w, &parts->items[i], hidden);
    }
    if (parts->more > 0) {
        view_printf(w, "<p class=\"hm\">[%s]</p>\n",
                    COUNT(parts->more, "more part"));
    }
    parts_free(parts);
}

static void put_state(struct view_writer *w, enum opening_state state)
{
    static const char *const words[OPENING_STATES] = {
        [OPENING_MATCHES] = "ok\">signed by the hub",
        [OPENING_MALFORMED] = "ok\">signed by the hub, malformed",
        [OPENING_MISMATCH] = "no\">refused: not what was sent",
        [OPENING_WITHHELD] = "ok\">signed by the hub, not shown",
        [OPENING_EXPIRED] = "hm\">cannot be proven any more",
        [OPENING_NOT_STAMPED] = "no\">refused: not proven by the hub"};

    view_printf(w, "<span class=\"tag %s</span>", words[state]);
}

/* "The hub signed that X sent this at T", or what is said of it alone. */
static void put_sender(struct view_writer *w,
                       const struct frank_context *context,
                       enum opening_state state)
{
    bool is_signed = state == OPENING_MATCHES || state == OPENING_MALFORMED ||
                     state == OPENING_WITHHELD;

    view_put(w, is_signed ? "<br>The hub signed that <span class=\"who\">"
                          : "<br>Said to be of <span class=\"who\">");
    view_put_escaped(w, context->sender);
    view_printf(w, "</span>%s <span class=\"soft\">at ",
                is_signed ? " sent this" : "");
    view_html_time(w, context->accepted_timestamp);
    view_put(w, "</span>");
}

void view_html_message(struct view_writer *w, struct parts *parts,
                       const struct bundle_check *c, size_t r, size_t m)
{
    const struct bundle_report *report = &c->bundle->reports[r];
    const struct bundle_message *message = &report->messages[m];
    bool accused = message->index == report->accused;

    view_printf(w,
                "<section class=\"message%s\"><header><span class=\"soft\">"
                "Message %u</span> ",
                accused ? " accused" : "", message->index);
    put_state(w, c->reports[r].verdicts[m].state);
    view_put(w, accused ? " <span class=\"tag\">accused</span>" : "");
    put_sender(w, &message->evidence.context, c->reports[r].verdicts[m].state);
    view_put(w, "</header><div>\n");
    if (message->disclosed) {
        put_content(w, parts, message->content, view_withholds(c->bundle));
    } else {
        view_put(w, "<p class=\"hm\">[what it says is not in the "
                    "bundle]</p>\n");
    }
    view_put(w, "</div></section>\n");
}
