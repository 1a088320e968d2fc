/*
 * tell.h: what is shown, as JSON, for the API, the pages and --json alike. Everything that is about a moment (age, staleness, lateness) is computed here from `now`, and stands in no
 * table.
 */
#ifndef WORK_RESPONSE_TELL_H
#define WORK_RESPONSE_TELL_H

#include "work/response/book.h"
#include "work/response/dossier.h"

/* Members object, author, author_label, kind, mode, label, time, leaf, own of the object that is open. */
void tell_head(const struct aid_view *v, const struct aid_record *r, struct json_out *o);
/* One record: its head and "content". */
void tell_record(
	const struct aid_view *v, const struct aid_record *r, const char *key, struct json_out *o);
/* A request with lines, offers, acceptances, deployments and claims; without them as a row of a board. */
void tell_dossier(const struct aid_view *v, const struct dossier *d, int64_t now_ms, bool whole,
	const char *key, struct json_out *o);
/* A capability joined, with the newest readiness and its age. */
void tell_capability(const struct aid_view *v, const struct joined_capability *j, int64_t now_ms,
	const char *key, struct json_out *o);
/*
 * The readiness matrix: rows are types, columns members; in a cell what that member has of the type: quantity if it is said, best notice, state, age of the
 * oldest report, whether any is stale.
 */
MUST_USE int tell_matrix(const struct aid_view *v, int64_t now_ms, const char *key,
	struct json_out *o, struct why *why);
/* An alert: what CAP says, who has acknowledged and who is late. E_MISSING. */
MUST_USE int tell_alert(const struct aid_view *v, const struct aid_alert *a, int64_t now_ms,
	const char *key, struct json_out *o, struct why *why);
/* What an addressee of an alert has answered, and how late. Times are 0 where there is none. */
struct alert_ack {
	struct id member;
	int64_t received_ms, read_ms, accepted_ms;
	int64_t late_ms; /* behind the time in which it was to be read; 0: in time, or there is time still */
	int64_t escalation; /* of one that has not been read: how often that time has passed */
};
/* All addressees but the author, in the arena of the view. E_MISSING. */
MUST_USE int alert_acks(const struct aid_view *v, const struct object_id *alert, int64_t now_ms,
	struct alert_ack **ret, size_t *ret_n, struct why *why);
/* Services owed between members, netted per pair and unit. */
MUST_USE int tell_ledger(
	const struct aid_view *v, const char *key, struct json_out *o, struct why *why);

/*
 * The acknowledgement clock: how long an addressee may take, by what the alert says: 5 minutes for Immediate and Extreme, else 15. Escalation counts how often that time has
 * passed since.
 */
int64_t ack_due_ms(const struct cap_alert *a);

/* What reading and lint say of an alert: [{"level", "rule", "element", "line", "text"}]. */
void tell_notes(const struct cap_notes *notes, const char *key, struct json_out *o);

#endif
