/*
 * view.h: one exercise as one reader may see it, in memory: everything that is shown, computed or decided about an exercise is a pure function of this.
 * It is loaded whole (store.h) with the reader in the query, so what he may not see is not in it: not in a list, a count or a time.
 *
 *	struct view v;
 *	rc = view_build(&v, arena, row, n, &exercise, why);
 *	struct inject_due d = inject_due(&v, &v.script[i], now);     -- due.h
 */
#ifndef TRAINING_VIEW_H
#define TRAINING_VIEW_H

#include "work/training/script.h"

/* The newest version of a record that the reader may see. */
struct row {
	struct object_id object;
	struct id author;
	enum kind_id kind;
	uint32_t epoch;
	uint64_t seq, at;
	int64_t time_ms;
	struct slice label;
	int64_t audience; /* interned; for who is asked about readers */
	struct slice body;
	enum mode mode;
	struct hash leaf;
};

struct level {
	struct slice code, text;
	bool rating; /* counts as evaluated; "not observed" does not */
};
struct exercise {
	const struct row *row;
	struct slice code_name, mark;
	struct id *party;
	size_t n_party;
	struct level *level; /* the rating scale */
	size_t n_level;
	int64_t epoch, start, end; /* scenario time of STARTEX; planned real times, 0: none */
	bool facilitator;	   /* paced by moves, no running clock */
	int64_t unconfirmed_ms;
	bool stop_unconfirmed;
	struct {
		int64_t at, to;
	} * jump; /* planned */
	size_t n_jump;
	const char *state; /* of machine_exercise */
	struct json_doc doc;
	json_ref root;
};
struct part {
	const struct row *row;
	enum part_type type;
	struct slice number, title, text, person, role;
	struct optional_object parent, objective, audience;
	bool has_party, core, ends, withdrawn;
	struct id party;
	size_t n_evaluator;
	int64_t from, to; /* story; INT64_MIN, INT64_MAX: open */
	int64_t capacity; /* weighted injects an hour; 0: not said */
};
struct script {
	const struct row *row;
	struct inject j;
};
struct shade {
	const struct row *row;
	bool timed, gone;
	int64_t from;
	struct slice storyline;
	struct object_id *audience;
	size_t n_audience;
	int64_t weight;
};
struct control {
	const struct row *row;
	enum control_kind kind;
	int64_t at; /* as it counts: never before its predecessor of the same author */
	int64_t scenario, until;
	int32_t num, den;
	struct optional_object inject;
	struct slice by, reason;
};
struct delivery {
	const struct row *row;
	struct object_id inject;
	struct slice number, title, by, error, recalled, mark, body, from_sim;
	enum method method;
	struct object_id *audience;
	size_t n_audience;
	struct id *party;
	size_t n_party;
	int64_t weight, due, due_scenario, released; /* due 0: released by hand */
	bool has_record;
	struct object_id record;
};
struct receipt {
	const struct row *row;
	struct object_id delivery;
	enum receipt_state state;
	int64_t received, seen, acked;
};
struct player_response {
	const struct row *row;
	struct object_id delivery;
	int kind;
	int64_t at;
	struct slice text, by;
};
struct observation {
	const struct row *row;
	struct optional_object delivery, inject, task, objective, audience;
	int64_t at;
	int kind;
	struct slice what, evaluator;
	const char *state;
};
struct rating {
	const struct row *row;
	struct optional_object objective, task, audience;
	struct slice rating, by, rationale;
	bool not_observed, withheld;
	const char *state;
	int64_t at;
};

/* What due.c works out once for each script: when it has gone out, or goes out by itself. */
struct went {
	enum { WENT_NEW, WENT_ASKED, WENT_KNOWN, WENT_CIRCLE } state;
	bool set;
	int64_t real;
};

struct view {
	struct exercise ex;
	struct row *row;
	size_t n_row;
	/* Each in order of object id, but control: in the order in which it counts; receipt and response: by delivery, then object. */
	struct part *part;
	struct script *script;
	struct shade *shade;
	struct control *control;
	struct delivery *delivery;
	const struct delivery **by_inject;
	const struct control **word; /* release to drop: by inject, then as it counts */
	struct receipt *receipt;
	struct player_response *response;
	struct observation *observation;
	struct rating *rating;
	size_t n_part, n_script, n_shade, n_control, n_delivery, n_receipt, n_response,
		n_observation, n_rating;
	size_t n_word;
	size_t cut; /* records of participants who have written more than their share: not among these */
	struct went *went; /* of each script */
	uint32_t *walk;	   /* as many: due.c's way along what waits for what */
	struct exclock clock;
	struct arena *arena;
};

/*
 * From rows in any order, of which one is the exercise (E_MISSING). Only what the host and the participants have written is of the exercise. Control counts if it is the
 * host's; of others a NO DUFF stop and notes. Deliveries count if their author is the inject's owner, receipts and responses if their author is one of the delivery's
 * parties. Rows point into `row`, which the view keeps.
 */
MUST_USE int view_build(struct view *ret, struct arena *arena, struct row *row, size_t n,
	const struct object_id *exercise, struct why *why);
/*
 * The same of what had been written until `real` (by the records' own times): what this reader saw then. For replay; `to` uses the rows of `from`.
 */
MUST_USE int view_until(struct view *to, struct arena *arena, const struct view *from, int64_t real,
	struct why *why);

/* Who takes part beside the host, of the exercise's own record. */
MUST_USE int exercise_parties(const struct row *exercise, struct arena *arena, struct id **ret,
	size_t *ret_n, struct why *why);

const struct part *view_part(const struct view *v, const struct object_id *o);
const struct script *view_script(const struct view *v, const struct object_id *o);
/* By object of the inject. NULL if it has not been delivered (as far as this reader may see). */
const struct delivery *view_delivery_of(const struct view *v, const struct object_id *inject);
const struct delivery *view_delivery(const struct view *v, const struct object_id *o);
/* Those of one delivery; NULL and 0 if there is none. */
const struct receipt *view_receipts(
	const struct view *v, const struct object_id *delivery, size_t *ret_n);
const struct player_response *view_responses(
	const struct view *v, const struct object_id *delivery, size_t *ret_n);
/* A party's receipt of it; NULL. */
const struct receipt *view_receipt_of(
	const struct view *v, const struct object_id *delivery, const struct id *party);
/* "planned", "ready" … from the steps; "running", "suspended" or "ended" from the clock, as long as evaluation has not begun. */
const char *view_state(const struct view *v, int64_t now);
bool view_is_host(const struct view *v, const struct id *member);
bool view_takes_part(const struct view *v, const struct id *member); /* the host does */
/* The name of its shadow, which says nothing to who does not know the inject. */
struct object_id shadow_object(const struct object_id *inject);
/* The index of a rating in the scale, or -1. */
int view_level(const struct view *v, struct slice code);
/* The mark that everything of it bears. */
struct slice view_mark(const struct view *v);

/* "60", "1/2"; empty where a control says nothing of a rate. */
#define RATE_TEXT 24
void rate_text(const struct control *c, char ret[RATE_TEXT + 1]);

int object_id_order(const void *a, const void *b);

#endif
