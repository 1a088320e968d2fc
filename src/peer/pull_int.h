/* pull_int.h: what the files of pull share. Private to src/peer. */
#ifndef PEER_PULL_INT_H
#define PEER_PULL_INT_H

#include "base/map.h"
#include "peer/forkfind.h"
#include "peer/heads.h"
#include "peer/path.h"
#include "peer/pull.h"

#define PULL_MAGIC 0x70756c6cu

/*
 * How much of a log has come today, by the day that its entries name, but never a day that is not yet or one before the last: so a catch-up over years
 * is not held back, and neither false times nor a new start make room. A day that was too full is gone on with on later days, a quota each.
 */
#define INTAKE_LOGS 64
struct intake {
	int64_t row;   /* of the log; 0: free */
	uint64_t size; /* counted up to here */
	int64_t day;
	uint64_t entries, bytes;
	uint64_t saved; /* `size` as it was last written down */
};
/* Counts what the log holds already. In a transaction. */
MUST_USE int intake_load(struct intake *in, struct db *db, const struct log *log,
	const struct charter *charter, int64_t now_ms, struct why *why);
/* Writes it down, now and then only, in a transaction of its own: a process that starts need not count a busy day again. */
MUST_USE int intake_save(struct intake *in, struct db *db, struct why *why);
/* How many of the next n entries the quota lets in; they are counted. */
size_t intake_admit(struct intake *in, const struct charter *charter, int64_t now_ms,
	const struct slice *bytes, size_t n);

struct pull {
	uint32_t magic;
	struct pull_options o;
	char token[HEADS_TOKEN_MAX + 1]; /* of the last heads that were wholly dealt with */
	struct map seen;		 /* digests of notes that need no further thought */
	struct map
		wants; /* row of a log → up to where a mirror has been asked for what its author may have for this node; none: from its beginning on */
	size_t ask_max; /* contents asked for at once, since the last question that broke off; 0: as many as may be */
	struct map tried; /* digest → how often a head of a frozen log led nowhere */
	int64_t retry_ms; /* when (env_mono_ms) everything is asked for again; 0: nothing was put off */
	struct hash roots_seen, proofs_seen; /* the partner's, asked for already */
	struct hash proofs_keys;	     /* what was known of keys when the proofs were */
	int64_t parties;		     /* number of them when notes were judged */
	struct hash
		own_standing; /* as it was when the author was last asked for everything again */
	bool idle;	      /* the last poll brought nothing: time for what mirrors may have */
	unsigned failures;
	int64_t backoff_ms;
	struct intake intake[INTAKE_LOGS];
	/* peer_health as last written */
	int64_t health_ms;
	bool health_ok;
	bool mended; /* of what it brought before nothing is shown as refused still */
};

/* One pull_step. */
struct round {
	struct pull *p;
	const struct node *node;
	struct db *db;
	struct arena arena; /* until the end of the round */
	struct world
		w; /* as it was when it was asked for (round_world); before, only which coalition */
	bool knows;		   /* it was */
	struct receipt_keys *keys; /* while heads are judged */
	struct pull_result res;
	bool incomplete;  /* something is left for the next round: the token stays */
	unsigned refused; /* how much of what the partner brought */
	/* The first refusal; the round goes on with what does not depend on it. */
	int rc;
	struct why why;
};

/* Something was refused that may have been spoilt on the way, or made sense of only later: the partner is asked for everything again after a while. */
void pull_later(struct round *r);
/* What was thought of notes no longer holds: keys, proofs or the log have changed. */
void pull_forget(struct pull *p);

/* Loads r->w, once a round: a round in which the partner has nothing new does without. */
MUST_USE int round_world(struct round *r, struct why *why);

/* Path of something that is not of one log. */
void pull_path(struct round *r, enum peer_resource resource, struct buf *ret);
/* Asks the partner. `path` with query. E_MISSING for 404, E_BUSY for 429 and 503, E_NET for other statuses than 200 and 204. */
MUST_USE int pull_get(
	struct round *r, const char *path, size_t answer_max, struct buf *ret, struct why *why);
MUST_USE int pull_post(struct round *r, const char *path, struct slice body, size_t answer_max,
	struct buf *ret, struct why *why);
/*
 * Is a failure a verdict on what the partner brought? What failed here (a disk, a lock) or on the way says nothing about it, and it is looked at again.
 */
bool pull_is_refusal(int code);
/* Notes a failure: a refusal is recorded with its step, what the network does is not. */
void round_refuse(
	struct round *r, enum receipt_step step, const struct why *what); /* only recorded */
void round_fail(struct round *r, enum receipt_step step, const struct why *why);
/* Has the partner brought so much that is wrong that the rest of its answer is not worth the work? E_LIMIT then. */
MUST_USE int round_enough(const struct round *r, struct why *why);

/* Tiles of one log as the partner has them. */
struct pull_tiles {
	struct round *r;
	struct log_id log;
};
struct tile_source pull_tiles(struct pull_tiles *ctx, struct round *r, const struct log_id *log);

/*
 * Steps 7 to 10 for one log: everything up to the head, as far as freezing lets it. PULL_LAGGING: the charter's quota held it back (recorded). E_VERIFY with *ret_step RECEIPT_TREE: what the
 * partner gives does not lead to the signed root: it lies, or the author forked.
 */
enum { PULL_LAGGING = 1 };
MUST_USE int pull_entries(struct round *r, const struct log *log, const struct receipt_head *head,
	enum receipt_step *ret_step, struct why *why);
/*
 * Entries withheld until now, from `seq` to the end of its bundle, fetched again: a release names this node, or they came from somebody who knew less, or from an
 * author who tells others more. 0 also if nothing came of it.
 */
MUST_USE int pull_withheld(struct round *r, const struct log *log, uint64_t seq, struct why *why);

/* Heads answer: steps 3 to 11. */
MUST_USE int pull_heads(struct round *r, struct slice answer, struct why *why);
MUST_USE int pull_payloads(struct round *r, struct why *why);
MUST_USE int pull_files(struct round *r, struct why *why);
MUST_USE int pull_roots(struct round *r, const struct hash *theirs, struct why *why);
MUST_USE int pull_proofs(struct round *r, const struct hash *theirs, struct why *why);

#endif
