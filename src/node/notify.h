/*
 * notify.h: who is told of what, and how it went. Local to this node, like accounts: in no log, sent to nobody, untouched by a rebuild.
 *
 *	matter     something that somebody may have to look at: a need (needs.h) as long as it is one, or a record that has come; acknowledged by a person once
 *	rule       of a person and area: mail after so many minutes, and a deputy after so many more, until somebody acknowledges
 *	mail_out   what is to be mailed: one row for each matter, person and reminder
 *
 * A matter of a record that has come holds no content: what a mail may say is read when it is sent, as its reader may see it then. What a need says bears the label of its record.
 * Who may know of a matter is decided in the query: its label against the classes of the reader (pact/release.h), its area against the roles.
 */
#ifndef NODE_NOTIFY_H
#define NODE_NOTIFY_H

#include "node/needs.h"

extern const char notify_schema_1[], notify_schema_2[];

struct matter {
	char id[NEED_ID + 1];
	int64_t coalition; /* row */
	struct id coalition_id;
	enum area area;
	enum mode mode;
	enum need_level level;
	struct slice kind;  /* key of a need's message, or "record" */
	struct slice label; /* of the record that it tells of; empty: of none */
	struct slice words, place;
	bool has_object;
	struct object_id object;
	int64_t first_ms, acked_ms;
	struct slice acked_by; /* name of the account */
};

/* ---- matters; inside a write transaction ---- */

/* The needs of a coalition as they are now: new ones begin, those that are no more are gone. */
MUST_USE int matter_needs(
	struct db *db, int64_t coalition, const struct needs *n, int64_t now_ms, struct why *why);
/* A record has come or was released to us: its matter begins (again, if it was acknowledged: something is new). */
MUST_USE int matter_record(struct db *db, int64_t coalition, enum area area, enum mode mode,
	const struct object_id *object, struct slice label, const char *place, int64_t now_ms,
	struct why *why);
/* Taken back, or older than `before_ms` and acknowledged. */
MUST_USE int matter_gone(struct db *db, const struct object_id *object, struct why *why);
/* Something has been erased: no need says any more what it has read, until it is looked for again. */
MUST_USE int matter_hush(struct db *db, struct why *why);
/* How often that was; needs that were read before the last time are not to be kept. */
MUST_USE int matter_hushed(struct db *db, int64_t *ret, struct why *why);
MUST_USE int matter_sweep(struct db *db, int64_t before_ms, struct why *why);
/* E_MISSING if there is none that `who` may know of. Again is fine. */
MUST_USE int matter_ack(struct db *db, const struct world *w, const struct reader *who,
	const struct roles *roles, struct slice id, struct slice by, int64_t now_ms,
	struct why *why);

/* May `who` know of it, and has somebody acknowledged it? E_MISSING. */
MUST_USE int matter_seen(struct db *db, const struct world *w, const struct reader *who,
	const struct roles *roles, struct slice id, bool *ret_acked, struct why *why);

enum matter_what { MATTER_ANY, MATTER_NEEDS, MATTER_RECORDS };
struct matter_query {
	bool unacked;
	bool newest; /* the newest first, instead of the oldest */
	enum matter_what what;
	enum area area;	   /* AREAS: all */
	int64_t before_ms; /* begun at or before; 0: all */
	size_t limit;
};
/* Of one coalition; those that `who` may know of. */
MUST_USE int matter_list(struct db *db, const struct world *w, const struct reader *who,
	const struct roles *roles, const struct matter_query *q, struct arena *arena,
	struct matter **ret, size_t *ret_n, struct why *why);
/* How many there are, whatever the limit. */
MUST_USE int matter_count(struct db *db, const struct world *w, const struct reader *who,
	const struct roles *roles, const struct matter_query *q, struct arena *arena, uint64_t *ret,
	struct why *why);

/* Up to where what is new has been taken up; "" at first. The latter in a write transaction. */
MUST_USE int notify_position(
	struct db *db, struct arena *arena, struct slice *ret, struct why *why);
MUST_USE int notify_position_set(struct db *db, struct slice position, struct why *why);

/* ---- rules ---- */

#define NOTIFY_NEVER	   (-1)
#define NOTIFY_MINUTES_MAX (7 * 24 * 60)
struct notify_rule {
	enum area area;
	bool browser;
	bool play;	    /* of exercises and tests too */
	int64_t mail_min;   /* after so many minutes; NOTIFY_NEVER */
	int64_t deputy;	    /* account; 0: none */
	int64_t deputy_min; /* after the matter began */
};
struct notify_person {
	int64_t account;
	struct slice mail; /* address; empty: none */
	struct notify_rule rule[AREAS];
	size_t n_rule;
};
/* Without rows: no mail, browser for all. */
MUST_USE int notify_get(struct db *db, int64_t account, struct arena *arena,
	struct notify_person *ret, struct why *why);
/* E_INVALID with a pointer. `domain`: the address must be in one of these, if there are any. */
MUST_USE int notify_put(struct db *db, const struct notify_person *p, const char *const *domain,
	size_t n_domain, struct why *why);
/* Everybody with an address and a rule that mails. */
MUST_USE int notify_people(struct db *db, struct arena *arena, struct notify_person **ret,
	size_t *ret_n, struct why *why);
bool mail_address_valid(struct slice address);

/* ---- mails to be sent ---- */

/* A reminder so long after the last, as long as nobody acknowledges; and no more than so many. */
#define MAIL_AGAIN_MS (60LL * 60 * 1000)
#define MAIL_TIMES    5
#define MAIL_TRIES    10
enum out_state { OUT_WAITING, OUT_SENT, OUT_DEAD };

struct mail_out {
	int64_t row, account, made_ms;
	char matter[NEED_ID + 1];
	int64_t n; /* 0: the first of its thread */
	int64_t tries;
	bool deputy; /* for somebody who did not answer */
};
/* Once for (matter, account, n). In a write transaction. */
MUST_USE int mail_want(struct db *db, const struct mail_out *m, int64_t now_ms, struct why *why);
/* How many there are for this matter and account, and when the last was made. */
MUST_USE int mail_count(struct db *db, const char *matter, int64_t account, int64_t *ret_n,
	int64_t *ret_last_ms, struct why *why);
/* Takes the next that is due, the most urgent first, for `lease_ms`: nobody else takes it meanwhile. Own transaction. E_MISSING. */
MUST_USE int mail_take(struct db *db, int64_t now_ms, int64_t lease_ms, struct arena *arena,
	struct mail_out *ret, struct why *why);
/* How it went. next_ms 0: no more. Own transaction. */
MUST_USE int mail_done(struct db *db, int64_t row, enum out_state state, int64_t next_ms,
	const char *error, struct why *why);
/* The matter that it is about, whoever reads. */
MUST_USE int matter_get(
	struct db *db, const char *id, struct arena *arena, struct matter *ret, struct why *why);

#endif
