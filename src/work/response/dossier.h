/*
 * dossier.h: one request and everything that answers it, and what follows from it: how far each line is covered, where each offer, acceptance and deployment stands.
 * Nobody keeps a status; it is folded at every look from records of several owners, each of which only its owner can change. Two nodes with the same records see the same, in
 * whatever order they came; a member who may read fewer records sees what follows from those.
 *
 *	struct dossier d;
 *	rc = dossier_load(&d, &view, &request_id, now_ms, why);           -- E_MISSING
 *	d.line[i].committed …
 *
 *	rules (what breaks one counts for nothing, and is listed as void)
 *	1. An acceptance is the requester's, takes a version of an offer to this request that was there, and no more of an item than it offered.
 *	2. A commit is by who made the offer, answers a version of the acceptance that was there, binds no more of an item than that takes, and its entry is not later than commit_by. The
 *	   first in the provider's log counts.
 *	3. A deployment is by who committed; legs, check-ins, returns and claims by who deployed; shortfalls, claim decisions and settlements by who asked;
 *	   a stand-down by either.
 *	4. Time makes offers expire and acceptances lapse. Nothing of it is stored.
 */
#ifndef WORK_RESPONSE_DOSSIER_H
#define WORK_RESPONSE_DOSSIER_H

#include "node/certificate.h"
#include "work/response/store.h"

enum line_state {
	LINE_OPEN,
	LINE_OFFERED,
	LINE_ACCEPTED,
	LINE_COMMITTED,
	LINE_ARRIVED,
	LINE_DONE,
	LINE_SHORTFALL_ACCEPTED,
	LINE_UNABLE_TO_FILL,
	LINE_WITHDRAWN
};
struct line_certificate {
	struct slice code;
	struct certificate_holder *holder;
	size_t n_holder;
};
struct line_view {
	const struct aid_line *line;
	enum line_state state;
	/* Quantities. accepted: taken and not answered yet. */
	int64_t offered, provisional, accepted, committed, in_transit, on_site, done;
	int64_t arrives_ms;		    /* the latest of what is committed; 0: nothing is */
	const struct aid_record *shortfall; /* the newest decision; NULL */
	/* Each certificate that the line asks for, and who holds it when it is needed; dossier_load only. */
	struct line_certificate *certificate;
	size_t n_certificate;
};

enum offer_state {
	OFFER_IS_FIRM,
	OFFER_IS_PROVISIONAL,
	OFFER_IS_DECLINED,
	OFFER_IS_DEFERRED,
	OFFER_IS_WITHDRAWN,
	OFFER_IS_EXPIRED,
	OFFER_IS_ACCEPTED,
	OFFER_IS_COMMITTED,
	OFFER_IS_REFUSED
};
struct offer_view {
	const struct aid_record *record;
	enum offer_state state;
};

enum acceptance_state {
	ACCEPTANCE_OPEN,
	ACCEPTANCE_COMMITTED,
	ACCEPTANCE_PARTLY,
	ACCEPTANCE_REFUSED,
	ACCEPTANCE_LAPSED,
	ACCEPTANCE_WITHDRAWN,
	ACCEPTANCE_VOID
};
struct acceptance_view {
	const struct aid_record *record, *offer, *commit; /* NULL: not here, or none */
	enum acceptance_state state;
	const char *void_because;
	bool withdrawn_late; /* after it was committed: a stand-down is due */
};

struct leg_view {
	const struct aid_record *record;
	int64_t departs_ms, arrives_ms; /* actual, else estimated, else requested; 0 */
	bool departed, arrived, late;
};
struct claim_view {
	const struct aid_record *record, *decision, *settlement; /* the newest; NULL */
	int64_t claimed, accepted;
	bool queried;
};
struct deployment_view {
	const struct aid_record *record, *commit, *check_in, *stand_down, *returned, *extension,
		*extension_answer;
	int status; /* of the record, or further on as legs, stand-down and return say */
	struct leg_view *leg;
	size_t n_leg;
	int64_t arrives_ms;
	struct claim_view *claim;
	size_t n_claim;
};

enum request_state {
	REQUEST_PUBLISHED,
	REQUEST_DUE,
	REQUEST_PARTIALLY_COVERED,
	REQUEST_COVERED,
	REQUEST_EXECUTING,
	REQUEST_IS_CLOSED,
	REQUEST_IS_CANCELLED
};
struct dossier {
	struct aid_record request;
	enum request_state state;
	struct line_view *line;
	size_t n_line;
	struct offer_view *offer;
	size_t n_offer;
	struct acceptance_view *acceptance;
	size_t n_acceptance;
	struct deployment_view *deployment;
	size_t n_deployment;
	const struct aid_record *record; /* all of the thread */
	size_t n_record;
};
extern const char *const line_states[],
	*const offer_states[], *const acceptance_states[], *const request_states_shown[];

MUST_USE int dossier_load(struct dossier *ret, const struct aid_view *v,
	const struct object_id *request, int64_t now_ms, struct why *why);

/*
 * The fold itself, pure. `version_known` answers whether a leaf was a version of an object; it is asked about what the records name by hash.
 */
struct dossier_input {
	const struct aid_record *request, *record; /* the latter in any order */
	size_t n_record;
	int64_t now_ms;
	bool (*version_known)(void *ctx, const struct object_id *object, const struct hash *leaf);
	void *ctx;
};
void dossier_fold(struct dossier *ret, const struct dossier_input *in, struct arena *arena);

/* Of the item that item i of a commit is of: how much its acceptance takes for that line, and how much the whole commit gives. */
struct answered {
	int64_t asked, given;
};
struct answered commit_answers(
	const struct aid_commit *c, size_t i, const struct aid_acceptance *a);

#endif
