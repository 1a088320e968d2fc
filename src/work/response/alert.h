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

/* Of what updates or cancels another alert: who has that one and under which label, where `d` does not say yet; E_MISSING if it is not here. Of others: nothing. */
MUST_USE int alert_readers_of(
	const struct aid_view *v, struct slice form, struct draft *d, struct why *why);

/* ---- drafts ---- */

struct alert_draft {
	int64_t number;
	enum mode mode;
	struct slice form, label, audience; /* audience: "all" or ids with commas */
	struct slice written_by, approved_by;
	int64_t written_account; /* caller_account(); 0: at this machine */
	int64_t written_ms, approved_ms;
};
MUST_USE int alert_draft_put(struct db *db, int64_t coalition, const struct alert_draft *d,
	int64_t *ret, struct why *why);
/* Those of the view's mode that wait; one by its number, of any mode. What is above the reader's clearance is not there. */
MUST_USE int alert_draft_list(
	const struct aid_view *v, struct alert_draft **ret, size_t *ret_n, struct why *why);
MUST_USE int alert_draft_get(
	const struct aid_view *v, int64_t number, struct alert_draft *ret, struct why *why);
/*
 * Issuing: may `who` approve it, write, mark.
 *
 *	rc = alert_draft_may(&a, &who, why);             -- E_DENIED: a real one by its writer; E_CONFLICT: approved before
 *	d.object = alert_draft_object(&v, &a);           -- the record's name follows from the draft: written twice it is E_CONFLICT (admit.c)
 *	rc = write(&d);                                  -- whatever fails here: the draft waits as before
 *	rc = alert_draft_mark(db, &a, &who, now, why);   -- in a write transaction of its own
 *
 * If the mark fails, the next approval finds the alert issued (alert_draft_issued) and sets it.
 */
struct approver {
	struct slice name;
	int64_t account;
};
MUST_USE int alert_draft_may(
	const struct alert_draft *d, const struct approver *who, struct why *why);
struct object_id alert_draft_object(const struct aid_view *v, const struct alert_draft *d);
MUST_USE int alert_draft_issued(
	const struct aid_view *v, const struct alert_draft *d, bool *ret, struct why *why);
MUST_USE int alert_draft_mark(struct db *db, const struct alert_draft *d,
	const struct approver *who, int64_t now_ms, struct why *why);
/* It is never issued. In a write transaction; E_CONFLICT: it has been. */
MUST_USE int alert_draft_drop(struct db *db, const struct alert_draft *d, struct why *why);
/* Is this the name of a sender of this member's own alerts (alert_make)? */
bool alert_sender_own(const struct node *node, struct slice sender);
/* The readers of an entry's draft as text: "all", or ids with commas. In the arena. */
struct slice alert_draft_audience(const struct draft *d, struct arena *arena);
/* The readers of a draft, into that of an entry. */
MUST_USE int alert_draft_readers(
	const struct alert_draft *a, struct arena *arena, struct draft *d, struct why *why);

#endif
