/* withdraw.c: see withdraw.h. */
#include "work/cyber/withdraw.h"

#include "work/cyber/fold.h"

#include "base/limits.h"

/* Looks at one page until nobody has come between: each costs another who got something done. */
#define TRIES_MAX 16

/* One draft for each entry that the objects came in, and what it takes back of it. */
struct withdraw_order {
	struct draft *draft;
	struct withdraw_from {
		int64_t log;
		uint64_t seq;
		const struct list_row *row;
		size_t n;
	} * from;
	size_t n;
};

/* Those members who may have it, whatever has been released since, and the label that it has now. */
static int readers_now(const struct world *w, struct db *db, const struct withdraw_from *from,
	struct arena *arena, struct draft *ret, struct why *why)
{
	struct id *member, *kept;
	struct slice kind, label;
	size_t n, k = 0;
	int rc = fold_readers(db, from->log, from->seq, arena, &member, &n, &kind, &label, why);

	if (rc < 0)
		return rc;
	kept = arena_array(arena, struct id, n + 1);
	for (size_t i = 0; i < n; i++)
		if (standing_is_member(&w->standing, &member[i]))
			kept[k++] = member[i];
	ret->member = kept;
	ret->n_member = k;
	ret->label = label;
	return 0;
}

static int content_make(const struct withdrawal *x, size_t n, struct slice reason,
	struct arena *arena, struct draft *ret, struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);

	withdraw_print(x, n, reason, &b);
	if (buf_over(&b))
		return why_set(why, E_LIMIT, "", "too many versions at once");
	ret->kind = SLICE(KIND_WITHDRAW);
	ret->media = SLICE("application/json");
	ret->content = arena_copy(arena, buf_slice(&b));
	return 0;
}

/* ---- judged where it is written ---- */

/* Another withdrawal in front of it, in no table yet, takes one of the same. */
static bool taken_before(const struct admitting *a, const struct withdraw_from *from)
{
	for (size_t i = 0; i < a->n_before; i++) {
		const struct withdraw_from *other = a->before[i]->still_ctx;

		if (a->before[i]->still != a->draft->still || other->log != from->log ||
			other->seq != from->seq)
			continue;
		for (size_t k = 0; k < from->n; k++)
			for (size_t m = 0; m < other->n; m++)
				if (from->row[k].added == other->row[m].added)
					return true;
	}
	return false;
}

static int still_stands(const void *ctx, const struct admitting *a, struct why *why)
{
	const struct withdraw_from *from = ctx;
	int64_t root = cyber_root(&a->world->coalition, a->draft->mode);
	bool stands = !taken_before(a, from);
	int rc = 0;

	for (size_t i = 0; rc == 0 && stands && i < from->n; i++)
		rc = stix_store_stands(
			a->db, root, from->row[i].added, &a->world->node->self, &stands, why);
	return rc == 0 && !stands ? why_set(why, E_CONFLICT, "/objects",
					    "somebody has taken one of them back since")
				  : rc;
}

/* Rows of this member, those of one entry one after the other; in a read transaction. */
static int order_make(const struct withdrawing *how, const struct list_row *row, size_t n,
	struct arena *arena, struct withdraw_order *ret, struct why *why)
{
	struct withdraw_order order = {.draft = arena_array(arena, struct draft, n + 1),
		.from = arena_array(arena, struct withdraw_from, n + 1)};
	struct withdrawal *x = arena_array(arena, struct withdrawal, n + 1);
	int rc = 0;

	for (size_t i = 0, k; rc == 0 && i < n; i = k) {
		struct draft *d = &order.draft[order.n];
		struct withdraw_from *from = &order.from[order.n++];

		*d = (struct draft){.mode = how->mode, .still = still_stands, .still_ctx = from};
		/* What has no versions goes as a whole. */
		for (k = i; k < n && row[k].log == row[i].log && row[k].seq == row[i].seq; k++)
			x[k] = (struct withdrawal){.type = row[k].type,
				.uuid = row[k].uuid,
				.version = row[k].version};
		*from = (struct withdraw_from){row[i].log, row[i].seq, row + i, k - i};
		rc = content_make(x + i, k - i, how->reason, arena, d, why);
		if (rc == 0)
			rc = readers_now(how->world, how->db, from, arena, d, why);
	}
	if (rc == 0)
		*ret = order;
	return rc;
}

/* ---- written ---- */

static bool has_others(const struct draft *now, const struct draft *before)
{
	for (size_t i = 0; i < now->n_member; i++)
		if (!ids_have(before->member, before->n_member, &now->member[i]))
			return true;
	return false;
}

/* Of the order those that have other readers by now, with these. */
static int order_grown(const struct withdrawing *x, const struct withdraw_order *order,
	struct arena *arena, struct withdraw_order *ret, struct why *why)
{
	struct withdraw_order grown = {.draft = arena_array(arena, struct draft, order->n + 1),
		.from = arena_array(arena, struct withdraw_from, order->n + 1)};
	struct world w;
	int rc = db_begin_read(x->db, why);

	if (rc < 0)
		return rc;
	rc = world_load(&w, x->node, x->db, &x->world->coalition.id, arena, why);
	for (size_t i = 0; rc == 0 && i < order->n; i++) {
		struct draft now = order->draft[i];

		/* It has been taken back by now; only its readers are more. */
		now.still = NULL;
		rc = readers_now(&w, x->db, &order->from[i], arena, &now, why);
		if (rc == E_MISSING) { /* erased */
			rc = 0;
		} else if (rc == 0 && has_others(&now, &order->draft[i])) {
			grown.from[grown.n] = order->from[i];
			grown.draft[grown.n++] = now;
		}
	}
	db_rollback(x->db);
	*ret = grown;
	return rc;
}

/* *ret_wrote, also on failure: the order stands in the log, whoever is still to be told. */
static int order_write(const struct withdrawing *x, const struct withdraw_order *order,
	bool *ret_wrote, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(256 * MIB);
	struct withdraw_order due = *order;
	int rc = 0;

	/* A release looks for withdrawals inside of its own transaction: each has one chance to come between, and there are so many members. */
	for (int i = 0; rc == 0 && due.n && i <= LIMIT_MEMBERS; i++) {
		struct written *w = arena_array(&arena, struct written, due.n);

		rc = x->write(x->ctx, &x->world->coalition.id, due.draft, due.n, w, why);
		*ret_wrote = *ret_wrote || rc == 0;
		if (rc == 0)
			rc = order_grown(x, &due, &arena, &due, why);
	}
	return rc;
}

/* ---- page after page ---- */

/* The last or the first version, which is another one once this one has been taken back. */
static bool by_place(const struct list_query *q)
{
	return q->versions == VERSION_LAST || q->versions == VERSION_FIRST ||
	       (q->versions == VERSION_EXACT && (q->exact_last || q->exact_first));
}

/* *ret_versions: taken back by this call. Nothing, if something under the id is hidden from the caller: what goes as a whole would take that with it. */
static int page_take_back(const struct withdrawing *x, const struct list_query *q, bool *audited,
	size_t *ret_versions, bool *ret_more, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(256 * MIB);
	struct list_query own = *q;
	struct withdraw_order order = {0};
	struct list_row *row;
	bool hidden, wrote = false;
	size_t n = 0, versions = 0;
	int rc = db_begin_read(x->db, why);

	*ret_versions = 0;
	*ret_more = false;
	if (rc < 0)
		return rc;
	own.has_author = true;
	own.author = x->node->self;
	rc = stix_list_hidden(
		x->world, x->db, x->reader, q->root, &x->node->self, q->id[0], &hidden, why);
	/* What is taken back is shown nowhere from then on: so all who have it are told at once, through whatever entry they have it. */
	if (rc == 0 && !hidden)
		rc = stix_list_entries(x->world, x->db, x->reader, &own, &arena, &row, &n,
			&versions, ret_more, why);
	if (rc == 0 && *ret_more && by_place(q))
		rc = why_set(why, E_LIMIT, "", "it stands in too many entries: name its versions");
	if (rc == 0 && n > 0)
		rc = order_make(x, row, n, &arena, &order, why);
	db_rollback(x->db);
	if (rc < 0 || n == 0)
		return rc;
	rc = x->audit && !*audited ? x->audit(x->ctx, why) : 0;
	*audited = *audited || rc == 0;
	if (rc == 0)
		rc = order_write(x, &order, &wrote, why);
	*ret_versions = wrote ? versions : 0;
	return rc;
}

int withdraw_found(
	const struct withdrawing *x, const struct list_query *q, size_t *ret_n, struct why *why)
{
	bool more = true, audited = false;
	int tries = 0, rc = 0;

	*ret_n = 0;
	/* What has been taken back is not found again: the next page is the first one. */
	while (rc == 0 && more) {
		size_t n = 0;

		rc = page_take_back(x, q, &audited, &n, &more, why);
		*ret_n += n;
		if (rc == E_CONFLICT && tries++ < TRIES_MAX) {
			more = true;
			rc = 0;
		}
	}
	return rc == E_CONFLICT
		       ? why_set(why, E_BUSY, "", "others change the same objects: do it again")
		       : rc;
}

/* ---- along with a release ---- */

int withdraw_along(const struct releasing *r, struct draft **ret, size_t *ret_n, struct why *why)
{
	struct draft *d = arena_array(r->arena, struct draft, 1);
	struct withdrawal *x;
	size_t n;
	int rc = stix_store_taken_back(
		r->db, r->log_row, r->seq, &r->world->node->self, r->arena, &x, &n, why);

	*ret_n = 0;
	if (rc < 0 || n == 0)
		return rc;
	*d = (struct draft){
		.mode = r->mode, .label = r->label, .member = r->member, .n_member = r->n_member};
	rc = content_make(x, n, SLICE_NONE, r->arena, d, why);
	if (rc < 0)
		return rc;
	*ret = d;
	*ret_n = 1;
	return 0;
}
