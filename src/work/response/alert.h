/*
 * alert.h: alerts of one's own: written as a form, kept as a draft, approved by a second person, and issued as CAP 1.2 with the time of that moment.
 *
 *	rc = alert_draft_put(db, &draft, &number, why);            -- in a write transaction of the caller
 *	rc = alert_make(&view, form_json, &draft_entry, why);      -- CAP, checked as it will be when issued; E_INVALID names the element
 *
 * Drafts are this node's own and in no log.
 */
#ifndef WORK_RESPONSE_ALERT_H
#define WORK_RESPONSE_ALERT_H

#include "work/response/store.h"

struct alert_area {
	struct slice areaDesc, altitude, ceiling;
	struct shape_list polygon, circle; /* as CAP has them: "41.0,20.0 41.0,20.5 …" */
};
struct alert_info {
	struct slice language, event, urgency, severity, certainty, audience, senderName, headline,
		description, instruction, web, contact;
	struct shape_list category, responseType, area;
	int64_t onset, effective, expires;
};
struct alert_form {
	struct object_id update, cancel; /* an alert of one's own that is changed or called off */
	struct slice note, scope, incidents;
	struct shape_list info;
};
extern const struct shape alert_form_shape;

/*
 * CAP bytes and the draft of their entry: kind, media, content; mode, readers and label are those of `d` already, and decide status, scope and code. E_INVALID if it could not
 * be issued: schema or lint.
 */
MUST_USE int alert_make(
	const struct aid_view *v, struct slice form, struct draft *d, struct why *why);

/* ---- drafts ---- */

struct alert_draft {
	int64_t number;
	enum mode mode;
	struct slice form, label, audience; /* audience: "all" or ids with commas */
	struct slice written_by, approved_by;
	int64_t written_ms, approved_ms;
};
MUST_USE int alert_draft_put(struct db *db, int64_t coalition, const struct alert_draft *d,
	int64_t *ret, struct why *why);
MUST_USE int alert_draft_list(struct db *db, int64_t coalition, enum mode mode, struct arena *arena,
	struct alert_draft **ret, size_t *ret_n, struct why *why);
MUST_USE int alert_draft_get(struct db *db, int64_t coalition, int64_t number, struct arena *arena,
	struct alert_draft *ret, struct why *why);
/*
 * `who` approves: marks it, once. What is real is approved by somebody else than who wrote it: E_DENIED. E_CONFLICT if it was approved before.
 */
MUST_USE int alert_draft_approve(struct db *db, const struct alert_draft *d, struct slice who,
	int64_t now_ms, struct why *why);
/* The readers of a draft, into that of an entry. */
MUST_USE int alert_draft_readers(
	const struct alert_draft *a, struct arena *arena, struct draft *d, struct why *why);

#endif
