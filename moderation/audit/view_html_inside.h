/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODERATION_AUDIT_VIEW_HTML_INSIDE_H
#define MODERATION_AUDIT_VIEW_HTML_INSIDE_H

#include "parts.h"
#include "view_write.h"

void view_html_time(struct view_writer *w, uint64_t ms);

/* Message m of report r; parts is room to work in. */
void view_html_message(struct view_writer *w, struct parts *parts,
                       const struct bundle_check *c, size_t r, size_t m);

#endif
