/*
 * process.h: one joint procurement as its records show it: a pure function of the records that are here and of the hour. Who may say what is decided here: what
 * a member says that it has no right to say is not looked at.
 *
 *	rc = procure_store_process(…, &rows, why);
 *	rc = process_read(&rows, now_ms, &arena, &p, why);          -- E_MISSING: the agreement is not among them
 *
 *	An award is final by one version of the lead's that is called active, if, when it was written: the standstill was over, in which it had been pending for all the tender's days; all participants had
 *	agreed to it, and none objected; and no complaint that had been filed was unanswered, or admitted and open. What is written afterwards, a ruling too, neither makes that good nor takes it back.
 *
 *	proposed → agreed (all participants have signed this very version) → keyed (all have certified one key) → open → closed (T + G) → opened →
 *	evaluating → awardProposed → standstill → awarded → contracted → implementing → complete; cancelled, unsuccessful
 */
#ifndef PROCUREMENT_PROCESS_H
#define PROCUREMENT_PROCESS_H

#include "base/map.h"
#include "work/procurement/seal/replay.h"
#include "work/procurement/store.h"

enum process_state {
	PROCESS_PROPOSED,
	PROCESS_AGREED,
	PROCESS_KEYED,
	PROCESS_OPEN,
	PROCESS_CLOSED,
	PROCESS_OPENED,
	PROCESS_EVALUATING,
	PROCESS_AWARD_PROPOSED,
	PROCESS_STANDSTILL,
	PROCESS_AWARDED,
	PROCESS_CONTRACTED,
	PROCESS_IMPLEMENTING,
	PROCESS_COMPLETE,
	PROCESS_CANCELLED,
	PROCESS_UNSUCCESSFUL,
	PROCESS_STATES
};
const char *process_state_name(enum process_state s);

struct consent {
	bool signed_; /* this very version */
	bool refused;
	bool ever; /* some version */
	bool has_box;
	struct point box;
};

/* A complaint, with the lead's last ruling on it. */
struct complaint {
	const struct row *row, *ruling; /* newest version; NULL: it is unanswered */
	int64_t filed_ms;		/* the hour of its first version */
};

struct process {
	const struct rows *rows;
	const struct row *agreement, *tender, *award, *share,
		*scores; /* the newest that counts; NULL. scores: the lead's first reconciled sheet */
	const struct row *
		agreement_last; /* its newest version: of one that is not `agreement` its status counts, and it waits for signatures */
	uint64_t last_signed, last_refused; /* bits of participants, on that version */
	const struct row *
		tender_last; /* its newest version. Once it is closed `tender` is the one that it was closed with (NULL: that one is not here, or taken back): of this one status, label and what is withheld count */
	const struct row *award_last; /* also when it is cancelled, and so is no `award` */
	struct object_id id;
	struct id lead;
	struct id *participant;
	size_t n_participant;
	struct consent consent[LIMIT_MEMBERS];
	size_t n_consent;
	bool stands; /* all have signed this version; or the key is made, after which no refusal and no new version undoes what suppliers rely on */
	size_t n_award_agrees, n_award_objects; /* participants on this very award */
	const struct row
		*award_final;	     /* the version with which it became final; NULL: it has not */
	struct complaint *complaint; /* in the order in which they were filed */
	size_t n_complaint;
	size_t n_complaints_open, n_complaints_unanswered; /* admitted; without a ruling */
	const bool *
		stood_against; /* of each row that is a version of an award: a complaint that had been filed by then was unanswered, or admitted and open, by the rulings before it */
	/* E-SEAL/1 */
	struct slice *message; /* of the policy that counts */
	size_t n_message;
	struct slice *mine; /* those of them that the reader's own log has */
	size_t n_mine;
	struct seal_replay *replay; /* NULL: no policy yet */
	uint64_t
		held_elsewhere; /* bits of holders who have taken bids under another key of this tender that was made too */
	enum process_state state;
	int64_t next_ms; /* when it changes by itself; 0 */
};

MUST_USE int process_read(const struct rows *rows, int64_t now_ms, struct arena *arena,
	struct process *ret, struct why *why);
/* The same without the messages: for lists. Sealing is then judged by the hour alone. */
MUST_USE int process_read_brief(const struct rows *rows, int64_t now_ms, struct arena *arena,
	struct process *ret, struct why *why);

bool process_has(const struct process *p, const struct id *member);
/* i-th participant's consent. */
size_t process_index(const struct process *p, const struct id *member); /* SIZE_MAX: none */
/*
 * The version with which the award, as it is now, was proposed with the standstill that the tender asks for, counted from that version's hour: one that is pending, or any where the tender asks
 * for none. NULL: it never was. MUST: there is an award.
 */
const struct row *process_proposal(const struct process *p);
/* Awards that have become final, each with the version by which it did: of all that the lead has ever proposed, as `award_final` is of the one that stands; at this hour. */
struct final {
	struct hash digest;
	const struct row *by;
};
struct finals {
	struct final *of;
	size_t n;
};
void process_finals(
	const struct process *p, int64_t now_ms, struct arena *arena, struct finals *ret);
/* Is this version, which is called active, of an award that was final by then? */
bool finals_has(const struct finals *f, const struct row *version);
/* The next row of a kind behind `after` (NULL: the first), that its author may write. */
const struct row *process_next(const struct process *p, enum pkind k, const struct row *after);
/* Of a kind those that process_next() gives, by their objects, and which of them a record names in this member; NULL: none. map_free() it. */
struct map process_by_object(const struct process *p, enum pkind k);
const struct row *process_named(const struct map *objects, const struct row *r, const char *member);
/* The same with versions that are superseded: of agreements, tenders, sheets, awards, questions, complaints and rulings. */
const struct row *process_version(const struct process *p, enum pkind k, const struct row *after);
/* May its author say this in this process? */
bool process_may_write(const struct process *p, const struct row *r);
/* Has its buyer signed this contract? Also one that has ended since. */
bool contract_is_signed(const struct row *contract);
/* What a consent to an award names: model, root, price, lines and the end of the standstill. */
struct hash award_digest(const struct row *award);
/* A message of E-SEAL/1 and the record that it came in: whose it is, where in his log, and of what hour he says it is. */
struct said {
	struct slice text;
	const struct row *in;
};
/* All that the rows hold, pieces put together, each participant's (and what it holds of others' alike) apart from the others'; in order of record time. */
void process_messages(
	const struct rows *rows, struct arena *arena, struct said **ret, size_t *ret_n);
/* The round of making the key that stands: replay, messages, held_elsewhere. round.c has the rule. */
void process_rounds(struct process *p, struct arena *arena);

/*
 * As things stand by the version of the agreement that counts; agreement.c has the rule. NULL: there is none. Agreement, consents, tender, rounds and `stands` are read, nothing else.
 */
struct process *process_agreed(const struct rows *rows, bool brief, struct arena *arena);
/* The same, if it is this version. */
struct process *process_under(
	const struct rows *rows, const struct row *version, bool brief, struct arena *arena);

#endif
