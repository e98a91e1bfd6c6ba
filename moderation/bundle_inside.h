/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the bundle's format share. */
#ifndef MODERATION_BUNDLE_INSIDE_H
#define MODERATION_BUNDLE_INSIDE_H

#include "bundle.h"

/* A list that grows while it is read. */
struct bundle_list {
    void *items;
    size_t count;
    size_t room;
    size_t size; /* of an item */
    size_t max;
};

/* Room for one more, zero; NULL after an error of r: LIMIT, MEMORY. */
void *bundle_list_add(struct bundle_list *list, struct wire_reader *r,
                      const char *field);

/* An octet that is 0 or 1. */
bool bundle_read_flag(struct wire_reader *r, const char *field);
/* opaque<V> that is UTF-8. */
struct frank_span bundle_read_text(struct wire_reader *r, size_t max,
                                   const char *field);
/* opaque<V> of whole hashes. */
struct frank_span bundle_read_proof(struct wire_reader *r, const char *field);

/* A vector of what write() writes. */
typedef void bundle_write_items(struct wire_writer *w, const void *context);
void bundle_write_list(struct wire_writer *w, bundle_write_items *write,
                       const void *context, const char *field);

/* The lists that each gives are the caller's to free, also after an error. */
void bundle_log_read(struct bundle_log *out, struct bundle_list *entries,
                     struct wire_reader *r);
void bundle_log_write(struct wire_writer *w, const struct bundle_log *log);

void bundle_report_read(struct bundle_report *out, struct bundle_list *messages,
                        struct wire_reader *r);
void bundle_report_write(struct wire_writer *w,
                         const struct bundle_report *report);

void bundle_decision_read(struct bundle_decision *out, struct wire_reader *r);
void bundle_decision_write(struct wire_writer *w,
                           const struct bundle_decision *decision);
void bundle_appeal_read(struct bundle_appeal *out, struct wire_reader *r);
void bundle_appeal_write(struct wire_writer *w,
                         const struct bundle_appeal *appeal);

#endif
