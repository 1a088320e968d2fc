/*
 * pull_heads.c: from a heads answer to logs that have grown: steps 3 to 11.
 *
 * Each note is judged by itself; then, log by log, the largest head leads to entries, and all heads
 * of the log to cosignatures. What a hostile author makes fail ends its own log only.
 */
#include "base/limits.h"
#include "base/report.h"
#include "base/vec.h"
#include "node/write.h"
#include "peer/pull_int.h"

/* A head of a frozen log is only of use for what its witnesses have seen below the cut: what leads nowhere so often in a row is put off. */
#define FROZEN_TRIES 5

/* What becomes of a head, besides 0 (dealt with), PULL_LAGGING and errors: there is more to it in the next round. */
enum { TAKE_AGAIN = PULL_LAGGING + 1 };

/* A note of the answer, before anything but its grammar has been looked at. */
struct heard {
	struct slice note; /* in the answer */
	struct hash digest;
	struct log_id log;
	uint64_t size;
	bool witnessed; /* somebody besides its author seems to have signed */
};
typedef VEC(struct heard) heard_list;

/* What one log is told of: a note of the author, and one or two for each size that a witness stands at. */
#define NOTES_OF_LOG (2 * LIMIT_MEMBERS)

struct judged {
	struct receipt_head head;
	struct hash digest;
	bool open; /* to be looked at again in the next round, until it has been dealt with */
};
struct judged_log {
	struct judged note[NOTES_OF_LOG];
	size_t n;
};

/* The value in the map of seen notes does not matter, only that there is one. */
static void mark_seen(struct pull *p, const struct hash *digest)
{
	map_put(&p->seen, slice_of(digest->b, sizeof(digest->b)), p);
}

static int refuse(struct round *r, const struct hash *digest, enum receipt_step step,
	const struct why *refused, struct why *why)
{
	mark_seen(r->p, digest);
	round_fail(r, step, refused);
	return round_enough(r, why);
}

/* Which log a note is of and how far it goes. */
static int hear(struct round *r, struct slice bytes, struct arena *scratch, heard_list *list,
	struct why *why)
{
	struct heard h = {.note = bytes, .digest = hash_bytes(bytes)};
	struct note *note = arena_new(scratch, struct note);
	struct checkpoint cp;
	struct why refused = {0};

	if (map_has(&r->p->seen, slice_of(h.digest.b, sizeof(h.digest.b))))
		return 0;
	if (note_parse(note, scratch, bytes, &refused) < 0 ||
		checkpoint_parse(&cp, note->text, &refused) < 0)
		return refuse(r, &h.digest, RECEIPT_NOTE, &refused, why);
	h.log = cp.log;
	h.size = cp.size;
	h.witnessed = note->n > 1;
	vec_push(list, h);
	return 0;
}

static int hear_all(struct round *r, struct slice answer, heard_list *list, struct why *why)
{
	struct arena scratch CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct slice note;
	int rc;

	while ((rc = frame32_next(&answer, LIMIT_NOTE_BYTES, &note, why)) == 1) {
		arena_reset(&scratch);
		if ((rc = hear(r, note, &scratch, list, why)) < 0)
			return rc;
	}
	return rc;
}

static int heard_of(const struct heard *x, const struct heard *y)
{
	int c = id_cmp(&x->log.coalition, &y->log.coalition);

	if (c == 0)
		c = id_cmp(&x->log.member, &y->log.member);
	return c != 0 ? c : (x->log.epoch > y->log.epoch) - (x->log.epoch < y->log.epoch);
}

/* An author's together, so that its chain is read once; of a log the largest head first. */
static int heard_order(const void *a, const void *b)
{
	const struct heard *x = a, *y = b;
	int c = heard_of(x, y);

	return c != 0 ? c : (x->size < y->size) - (x->size > y->size);
}

static int judge(struct round *r, struct receipt_keys *keys, const struct heard *h,
	struct arena *arena, struct judged_log *ret, struct why *why)
{
	struct judged j = {.digest = h->digest, .open = true};
	enum receipt_step step;
	struct why refused = {0};
	int rc = receipt_note(&r->w, r->db, keys, h->note, arena, &j.head, &step, &refused);

	if (rc == 0) {
		ret->note[ret->n++] = j;
		return 0;
	}
	/* The partner knows somebody whom nobody has introduced here. */
	if (rc == E_MISSING && step == RECEIPT_ORIGIN) {
		mark_seen(r->p, &j.digest);
		return 0;
	}
	if (!pull_is_refusal(rc) && rc != E_MISSING) {
		*why = refused;
		return rc;
	}
	return refuse(r, &j.digest, step, &refused, why);
}

/*
 * Of one log. Whoever holds a log tells its largest head and what witnesses have signed: a smaller one that nobody has witnessed says nothing, and more than
 * there can be of witnesses nobody has to tell.
 */
static int judge_log(struct round *r, struct receipt_keys *keys, const struct heard *h, size_t n,
	struct arena *arena, struct judged_log *ret, struct why *why)
{
	int rc = 0;

	ret->n = 0;
	for (size_t i = 0, looks = 0; rc == 0 && i < n && looks < NOTES_OF_LOG; i++) {
		if (ret->n > 0 && !h[i].witnessed && h[i].size < ret->note[0].head.cp.size)
			continue;
		looks++;
		rc = judge(r, keys, &h[i], arena, ret, why);
	}
	return rc;
}

/* The log of a head, made if nothing of it is here yet. */
static int open_log(struct round *r, const struct log_id *id, struct log *ret, struct why *why)
{
	struct why missing = {0};
	int rc = log_load(r->db, id, ret, &missing);

	if (rc != E_MISSING) {
		if (rc < 0)
			*why = missing;
		return rc;
	}
	if ((rc = db_begin(r->db, why)) < 0)
		return rc;
	if ((rc = log_open(r->db, id, ret, why)) < 0) {
		db_rollback(r->db);
		return rc;
	}
	return node_commit(r->node, r->db, why);
}

static int compare(
	struct round *r, const struct log *log, const struct receipt_head *head, struct why *why)
{
	int rc = db_begin_read(r->db, why);

	if (rc < 0)
		return rc;
	rc = receipt_compare(r->db, log, head, why);
	db_rollback(r->db);
	return rc;
}

static int witnesses_look(struct round *r, const struct log *log, const struct receipt_head *head,
	struct arena *scratch, struct receipt_news *ret, struct why *why)
{
	int rc = db_begin_read(r->db, why);

	if (rc < 0)
		return rc;
	rc = receipt_witnesses(&r->w, r->db, r->keys, log, head, scratch, ret, why);
	db_rollback(r->db);
	return rc;
}

static int witnesses(
	struct round *r, const struct log *log, const struct receipt_head *head, struct why *why)
{
	struct arena scratch CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct receipt_news news;
	int rc = witnesses_look(r, log, head, &scratch, &news, why);

	if (rc <= 0)
		return rc;
	if ((rc = db_begin(r->db, why)) < 0)
		return rc;
	rc = receipt_news_keep(r->db, log, head, &news, &scratch, why);
	if (rc < 0) {
		db_rollback(r->db);
		return rc;
	}
	if ((rc = node_commit(r->node, r->db, why)) < 0)
		return rc;
	r->res.progress = true;
	return 0;
}

/* ---- forks ---- */

static int store_proof(struct round *r, struct slice proof, bool *ret_news, struct why *why)
{
	struct arena scratch CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	int rc = db_begin(r->db, why);

	if (rc < 0)
		return rc;
	rc = fork_receive(&r->w, r->db, proof, &scratch, ret_news, why);
	if (rc < 0) {
		db_rollback(r->db);
		return rc;
	}
	return node_commit(r->node, r->db, why);
}

/*
 * 0: there is a fork, and the log is frozen; *ret_news: lower than was known. E_VERIFY: there is no fork to be shown.
 */
static int prove(struct round *r, struct log *log, const struct receipt_head *head, bool *ret_news,
	struct why *why)
{
	struct pull_tiles tiles;
	struct tile_source source = pull_tiles(&tiles, r, &log->id);
	struct buf proof CLEANUP_BUF = BUF(LIMIT_FORK_BYTES);
	int rc = fork_find(r->db, log, head, &source, &proof, why);

	*ret_news = false;
	if (rc < 0 || (rc = store_proof(r, buf_slice(&proof), ret_news, why)) < 0)
		return rc;
	if (*ret_news) {
		r->res.forks++;
		pull_forget(r->p);
	}
	return log_load_row(r->db, log->row, log, why);
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * A head of a frozen log that is not on my branch, or beyond what I keep: its witnesses have seen the part below the cut, if that part is the same. If not,
 * the fork is lower than was known. While entries of that part are still to come, nothing can be said of it and nothing is kept: `without` is the answer, what
 * became of getting them.
 */
static int frozen_head(struct round *r, struct log *log, const struct receipt_head *head,
	int without, struct why *why)
{
	struct pull_tiles tiles;
	struct tile_source source = pull_tiles(&tiles, r, &log->id);
	uint64_t counts = smaller(log->frozen_at, head->cp.size),
		 common = smaller(counts, log->size);
	struct why here = {0}, deeper = {0};
	bool news;
	int rc = fork_prefix(r->db, log, head, common, &source, &here);

	if (rc == E_VERIFY && prove(r, log, head, &news, &deeper) == 0 && news)
		return TAKE_AGAIN; /* the cut is lower now */
	if (rc < 0) {
		*why = here;
		return rc;
	}
	return common < counts ? without : witnesses(r, log, head, why);
}

static int own_head(
	struct round *r, const struct log *log, const struct receipt_head *head, struct why *why)
{
	if (head->cp.size > log->size)
		return node_head_seen(r->node, r->db, &log->id, head->cp.size, &head->cp.root, why);
	return why_set(why, E_STATE, "own log",
		"a partner holds another story of this node's log: its key signs elsewhere too");
}

/* ---- one log ---- */

/* Everything one head leads to: 0, TAKE_AGAIN in the next round, PULL_LAGGING. *log is as it is
 * afterwards. */
static int take_head(struct round *r, struct log *log, struct judged *j, enum receipt_step *step,
	struct why *why)
{
	const struct receipt_head *head = &j->head;
	bool own = id_eq(&log->id.member, &r->node->self), news;
	int rc, without = TAKE_AGAIN;

	*step = RECEIPT_HEAD;
	rc = compare(r, log, head, why);
	if (rc == 0) {
		*step = RECEIPT_SIGNATURE;
		return witnesses(r, log, head, why);
	}
	if (own && (rc == 1 || rc == E_VERIFY))
		return own_head(r, log, head, why);
	if (rc == 1 && !(log->frozen && log->size >= log->frozen_at)) {
		rc = pull_entries(r, log, head, step, why);
		if (rc < 0 && !(rc == E_VERIFY && *step == RECEIPT_TREE))
			return rc;
		if (rc != 0)
			without = rc;
		if (rc >= 0 && (rc = log_load_row(r->db, log->row, log, why)) < 0)
			return rc;
		if (without >= 0) {
			*step = RECEIPT_SIGNATURE;
			if (log->size >= head->cp.size)
				return witnesses(r, log, head, why);
			if (!log->frozen)
				return without;
		}
	}
	if (log->frozen)
		return frozen_head(r, log, head, without, why);
	/* Mine and the partner's do not fit: either its author forked, or the partner lies. */
	if (log->size == 0)
		return rc;
	rc = prove(r, log, head, &news, why);
	return rc < 0 ? rc : frozen_head(r, log, head, without, why);
}

/*
 * The partner may only pass on a head of a branch that it does not hold, or have been disturbed. A few rounds in a row, then after a while: what such a
 * head says of its witnesses nobody else may be there to say.
 */
static void try_again(struct round *r, struct judged *j)
{
	struct pull *p = r->p;
	struct slice key = slice_of(j->digest.b, sizeof(j->digest.b));
	uintptr_t n = (uintptr_t)map_get(&p->tried, key) + 1;

	map_put(&p->tried, key, (void *)n);
	if (n < FROZEN_TRIES)
		r->incomplete = true;
	else
		pull_later(r);
}

static void take_log(struct round *r, struct judged *j, size_t n)
{
	struct log log;
	struct why why = {0};
	int rc;

	/* The largest of them: of a log with nothing in it there is nothing to keep, and of such there could be any number. */
	if (j->head.cp.size == 0)
		return;
	rc = open_log(r, &j->head.cp.log, &log, &why);

	if (rc < 0) {
		round_fail(r, RECEIPT_HEAD, &why);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		enum receipt_step step;

		why = (struct why){0};
		rc = take_head(r, &log, &j[i], &step, &why);
		if (rc == E_CONFLICT) {
			/* Another partner was quicker. */
			r->incomplete = r->res.progress = true;
			if (log_load_row(r->db, log.row, &log, &why) < 0)
				return;
		} else if (rc < 0 && log.frozen && (rc == E_VERIFY || rc == E_MISSING)) {
			try_again(r, &j[i]);
		} else if (rc < 0) {
			round_fail(r, step, &why);
		} else if (rc == TAKE_AGAIN) {
			r->incomplete = true;
		} else if (rc == PULL_LAGGING) {
			/* Dealt with as far as may be; the author's new day is not announced by anything. */
			pull_later(r);
		} else {
			j[i].open = false;
		}
	}
}

static int hear_log(
	struct round *r, const struct heard *h, size_t n, struct judged_log *log, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	int rc = judge_log(r, r->keys, h, n, &arena, log, why);

	if (rc < 0)
		return rc;
	if (log->n > 0)
		take_log(r, log->note, log->n);
	for (size_t i = 0; i < log->n; i++)
		if (!log->note[i].open)
			mark_seen(r->p, &log->note[i].digest);
	return 0;
}

static int hear_logs(struct round *r, const heard_list *list, struct why *why)
{
	struct judged_log *log CLEANUP_FREE = mem_new(struct judged_log);
	int rc = 0;

	for (size_t from = 0, to; rc == 0 && from < list->n; from = to) {
		for (to = from + 1; to < list->n; to++)
			if (heard_of(&list->p[to], &list->p[from]) != 0)
				break;
		rc = hear_log(r, &list->p[from], to - from, log, why);
	}
	return rc;
}

int pull_heads(struct round *r, struct slice answer, struct why *why)
{
	struct receipt_keys keys CLEANUP_RECEIPT_KEYS = {0};
	heard_list list = {0};
	struct why refused = {0};
	uint64_t cosigned = 0;
	int rc = hear_all(r, answer, &list, why);

	r->keys = &keys;
	vec_sort(&list, heard_order);
	if (rc == 0)
		rc = hear_logs(r, &list, why);
	if (rc == 0 && list.n > 0) {
		rc = cosign_heads(r->node, r->db, &r->p->o.coalition, &cosigned, &refused, why);
		r->res.cosigned += cosigned;
		if (refused.code < 0)
			round_refuse(r, RECEIPT_COSIGN, &refused);
	}
	r->keys = NULL;
	vec_free(&list);
	return rc;
}
