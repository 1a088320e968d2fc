/*
 * pactdb_acts.c: which acts standing looks at (docs/standing.md §2).
 *
 * What a party may publish is bounded by the charter's quota alone. So of each author and kind only the first acts by place count, whatever has come when: otherwise
 * one party could make every request of every node as dear as it likes.
 */
#include "base/limits.h"
#include "base/report.h"
#include "base/vec.h"
#include "pact/pactdb_int.h"

/* One entry and its body, parsed: LIMIT_ENTRY_BYTES and LIMIT_STATEMENT_BYTES several times over. */
#define ROW_ARENA (1 * MIB)

struct log_row {
	int64_t row;
	struct id member;
	uint32_t epoch;
};

struct loading {
	struct db *db;
	const struct coalition *c;
	const struct standing_input *in; /* its forks */
	struct arena *arena;		 /* of the result */
	struct arena scratch;		 /* of one row */
	struct arena roots;		 /* of one author */
	struct id author;
	struct root_chain chain; /* n == 0: none is known */
	bool chain_read;
	VEC(struct standing_act) act;
	size_t bytes; /* in the result's arena, `act` not yet in it */
};

static void loading_end(struct loading *l)
{
	arena_free(&l->scratch);
	arena_free(&l->roots);
	vec_free(&l->act);
}

int act_read(struct slice entry, struct slice body, struct arena *arena, struct entry *ret_entry,
	struct act_body *ret_body, enum act_kind *ret_kind, struct why *why)
{
	int rc = entry_parse(ret_entry, arena, entry, why);
	if (rc < 0)
		return rc;
	enum act_kind kind = act_kind_of(ret_entry->kind);
	*ret_kind = ACT_NONE;
	if (kind == ACT_NONE || act_entry_check(ret_entry, kind, NULL) < 0)
		return 0;
	if (act_body_parse(ret_body, arena, kind, body, NULL) < 0)
		return 0;
	*ret_kind = kind;
	return 0;
}

/* Root chains are large and read once per author, if at all. */
static int signature_ok(
	struct loading *l, const struct entry *e, enum act_kind kind, bool *ret, struct why *why)
{
	*ret = true;
	if (act_rules[kind].scope == 0)
		return 0;
	if (!l->chain_read) {
		int rc = chain_read(l->db, &l->c->id, &l->author, l->in->fork, l->in->n_fork,
			&l->roots, &l->chain, why);
		if (rc < 0)
			return rc;
		l->chain_read = true;
	}
	*ret = l->chain.n > 0 && act_signature_check(e, kind, &l->chain, NULL) == 0;
	return 0;
}

/* What standing needs of an act, out of the scratch: no prose, and a `seen` only where it is read. */
static int act_keep(struct loading *l, const struct standing_act *from, struct standing_act *ret,
	struct why *why)
{
	const struct act_body *b = &from->body;
	size_t n_seen = b->kind == ACT_ACCEDE ? from->n_seen : 0;
	size_t bytes = sizeof(*from) + b->n_ratifier * sizeof(*b->ratifier) + b->clearance.n +
		       b->label.n + n_seen * sizeof(*from->seen) + 4 * sizeof(max_align_t);

	l->bytes += bytes;
	if (l->bytes > LIMIT_STANDING_BYTES || l->bytes > l->arena->max - l->arena->used)
		return why_set(why, E_LIMIT, "standing",
			"the acts of this coalition need over %zu bytes", l->bytes);
	*ret = *from;
	ret->body = (struct act_body){.kind = b->kind,
		.charter = b->charter,
		.observer = b->observer,
		.n_ratifier = b->n_ratifier,
		.clearance = b->clearance.n ? arena_copy(l->arena, b->clearance) : SLICE_NONE,
		.label = b->label.n ? arena_copy(l->arena, b->label) : SLICE_NONE,
		.has_member = b->has_member,
		.member = b->member,
		.accession = b->accession,
		.root = b->root,
		.effective_ms = b->effective_ms,
		.log_epoch = b->log_epoch,
		.cut = b->cut};
	if (b->n_ratifier > 0) {
		ret->body.ratifier = arena_array(l->arena, struct id, b->n_ratifier);
		memcpy(ret->body.ratifier, b->ratifier, b->n_ratifier * sizeof(*b->ratifier));
	}
	ret->seen = NULL;
	ret->n_seen = n_seen;
	if (n_seen > 0) {
		struct entry_seen *seen = arena_array(l->arena, struct entry_seen, n_seen);
		memcpy(seen, from->seen, n_seen * sizeof(*seen));
		ret->seen = seen;
	}
	return 0;
}

/* The row that `s` stands on: seq, leaf, entry, body. */
static int act_take(struct loading *l, const struct log_row *log, struct stmt *s, struct why *why)
{
	struct standing_act a = {.author = log->member, .epoch = log->epoch}, kept;
	enum act_kind kind;
	struct entry e;
	int rc;

	arena_reset(&l->scratch);
	a.seq = (uint64_t)db_i64(s, 0);
	if ((rc = column_hash(s, 1, &a.leaf, why)) < 0 ||
		(rc = act_read(
			 db_blob(s, 2), db_blob(s, 3), &l->scratch, &e, &a.body, &kind, why)) < 0)
		return rc;
	if (kind == ACT_NONE)
		return 0;
	a.time_ms = e.time_ms;
	a.object = e.object;
	a.mode = e.mode;
	a.seen = e.seen;
	a.n_seen = e.n_seen;
	/* What is not `real` settles nothing, whoever signed it. */
	if (e.mode == MODE_REAL && (rc = signature_ok(l, &e, kind, &a.signature_ok, why)) < 0)
		return rc;
	if ((rc = act_keep(l, &a, &kept, why)) < 0)
		return rc;
	vec_push(&l->act, kept);
	return 0;
}

/* The first `max` acts of a kind in one log; *ret: how many there were. An act that breaks its rules is no act, but takes its place. */
static int acts_of_kind(struct loading *l, const struct log_row *log, enum act_kind kind,
	unsigned max, unsigned *ret, struct why *why)
{
	struct stmt *s = db_stmt(l->db, "SELECT seq, leaf, entry, body FROM act"
					" WHERE log = $1 AND kind = $2 ORDER BY seq LIMIT $3");
	unsigned n = 0;
	int rc;

	db_bind_i64(s, 1, log->row);
	db_bind_text(s, 2, slice_str(act_rules[kind].kind));
	db_bind_i64(s, 3, max);
	while ((rc = db_step(s, why)) == DB_ROW) {
		n++;
		if ((rc = act_take(l, log, s, why)) < 0)
			break;
	}
	db_reset(s);
	*ret = n;
	return rc < 0 ? rc : 0;
}

static int logs_of(struct loading *l, struct arena *arena, struct log_row **ret, size_t *ret_n,
	struct why *why)
{
	struct stmt *s = db_stmt(l->db,
		"SELECT id, member, epoch FROM log WHERE coalition = $1 ORDER BY member, epoch");
	size_t n = 0, max = 0;
	struct log_row *out = NULL;
	int rc;

	db_bind_blob(s, 1, id_slice(&l->c->id));
	while ((rc = db_step(s, why)) == DB_ROW) {
		if (n == max)
			out = array_grow(arena, out, n, &max, sizeof(*out));
		out[n].row = db_i64(s, 0);
		out[n].epoch = (uint32_t)db_i64(s, 2);
		if ((rc = column_id(s, 1, &out[n].member, why)) < 0)
			break;
		n++;
	}
	db_reset(s);
	*ret = out;
	*ret_n = n;
	return rc < 0 ? rc : 0;
}

static int logs_read(struct loading *l, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	unsigned left[ACT_KINDS] = {0};
	struct log_row *log;
	size_t n;
	int rc = logs_of(l, &arena, &log, &n, why);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (i == 0 || !id_eq(&log[i].member, &l->author)) {
			l->author = log[i].member;
			l->chain_read = false;
			arena_reset(&l->roots);
			for (int k = 0; k < ACT_KINDS; k++)
				left[k] = act_rules[k].looked_at;
		}
		for (int k = 0; rc == 0 && k < ACT_KINDS; k++) {
			unsigned taken = 0;
			if (left[k] == 0)
				continue;
			rc = acts_of_kind(l, &log[i], (enum act_kind)k, left[k], &taken, why);
			left[k] -= taken;
		}
	}
	return rc;
}

int acts_load(struct db *db, const struct coalition *c, struct arena *arena,
	struct standing_input *in, struct why *why)
{
	struct loading l = {.db = db,
		.c = c,
		.in = in,
		.arena = arena,
		.scratch = ARENA(ROW_ARENA),
		.roots = ARENA(PACTDB_ROOT_ARENA)};
	int rc = logs_read(&l, why);

	if (rc == 0) {
		struct standing_act *act = arena_array(arena, struct standing_act, l.act.n);
		if (l.act.n > 0)
			memcpy(act, l.act.p, l.act.n * sizeof(*act));
		in->act = act;
		in->n_act = l.act.n;
	}
	loading_end(&l);
	return rc;
}
