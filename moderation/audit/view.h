/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Views of an evidence bundle, for people and for other systems. Each is a pure
 * function of a bundle that was checked, and sends nothing anywhere. What the
 * bundle cannot know is marked in the draft as TO FILL IN and listed.
 *
 * Sources: XARF 4.2.0 (xarf/xarf-spec, schemas/v4);
 * draft-ietf-mimi-protocol-06, "Report abuse"; the DSA Transparency Database's
 * API and its rules (digital-services-act/transparency-database,
 * resources/markdown, app/Http/Requests/StatementStoreRequest.php); NCMEC's
 * schema of CyberTipline reports (a copy of it in usips/xf2-ncmec,
 * "_material"). docs/AUDIT.md says which versions, and what was not compared.
 */
#ifndef MODERATION_AUDIT_VIEW_H
#define MODERATION_AUDIT_VIEW_H

#include "bundle_check.h"

#define VIEW_TO_FILL "TO FILL IN"

struct view {
    char *text; /* of len bytes, and a zero behind */
    size_t len;
    char **to_fill; /* "member: what belongs there" */
    size_t to_fill_count;
};
void view_free(struct view *view);

/* Each is given a bundle that holds. MEMORY. MISSING: the bundle does not have
 * what such a document is about; fault->field says what in words. */

/* A page that stands alone and can be printed: no script, no address that is
 * fetched; every text is escaped. */
FRANK_MUST_CHECK int view_html(struct view *out, const struct bundle_check *c,
                               struct frank_fault *fault);

/* XARF v4 of one report. MISSING: its reason has no XARF type. */
FRANK_MUST_CHECK int view_xarf(struct view *out, const struct bundle_check *c,
                               size_t report, struct frank_fault *fault);

/* AbuseReport of one report, in bytes, of the messages whose content is shown.
 * MISSING: the message of the accused is not in the bundle; LIMIT. */
FRANK_MUST_CHECK int view_mimi(struct view *out, const struct bundle_check *c,
                               size_t report, struct frank_fault *fault);

/* A statement of reasons for the decision in force, without personal data.
 * MISSING: there is none, or it restricts nothing. */
FRANK_MUST_CHECK int view_dsa(struct view *out, const struct bundle_check *c,
                              struct frank_fault *fault);
/* Whether a statement is as the database takes it: names, allowed values,
 * lengths, what must be there. NULL: it is; else the member that is not, static
 * text. Marked members are passed over where `draft`. */
const char *view_dsa_fault(const json_t *statement, bool draft);

/* A CyberTipline report, and the details of each file that is handed over with
 * it. MISSING: no report's reason has a type there. */
FRANK_MUST_CHECK int view_cybertip(struct view *out,
                                   const struct bundle_check *c,
                                   struct frank_fault *fault);

#endif
