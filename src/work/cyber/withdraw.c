/* withdraw.c: see withdraw.h. */
#include "work/cyber/withdraw.h"

#include "work/cyber/fold.h"

#include "base/limits.h"

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

int withdraw_order_make(const struct world *w, struct db *db, enum mode mode,
	const struct list_row *row, size_t n, struct slice reason, struct arena *arena,
	struct withdraw_order *ret, struct why *why)
{
	struct withdraw_order order = {.draft = arena_array(arena, struct draft, n + 1),
		.from = arena_array(arena, struct withdraw_from, n + 1)};
	struct withdrawal *x = arena_array(arena, struct withdrawal, n + 1);
	int rc = 0;

	for (size_t i = 0, k; rc == 0 && i < n; i = k) {
		struct draft *d = &order.draft[order.n];
		struct withdraw_from *from = &order.from[order.n++];

		*d = (struct draft){.mode = mode};
		*from = (struct withdraw_from){row[i].log, row[i].seq};
		/* What has no versions goes as a whole. */
		for (k = i; k < n && row[k].log == from->log && row[k].seq == from->seq; k++)
			x[k] = (struct withdrawal){.type = row[k].type,
				.uuid = row[k].uuid,
				.version = row[k].version};
		rc = content_make(x + i, k - i, reason, arena, d, why);
		if (rc == 0)
			rc = readers_now(w, db, from, arena, d, why);
	}
	if (rc == 0)
		*ret = order;
	return rc;
}

/* ---- written ---- */

static bool has_others(const struct draft *now, const struct draft *before)
{
	for (size_t i = 0; i < now->n_member; i++) {
		bool had = false;

		for (size_t k = 0; !had && k < before->n_member; k++)
			had = id_eq(&now->member[i], &before->member[k]);
		if (!had)
			return true;
	}
	return false;
}

/* Of the order those that have other readers by now, with these. */
static int order_grown(const struct node *node, struct db *db, const struct id *coalition,
	const struct withdraw_order *order, struct arena *arena, struct withdraw_order *ret,
	struct why *why)
{
	struct withdraw_order grown = {.draft = arena_array(arena, struct draft, order->n + 1),
		.from = arena_array(arena, struct withdraw_from, order->n + 1)};
	struct world w;
	int rc = db_begin_read(db, why);

	if (rc < 0)
		return rc;
	rc = world_load(&w, node, db, coalition, arena, why);
	for (size_t i = 0; rc == 0 && i < order->n; i++) {
		struct draft now = order->draft[i];

		rc = readers_now(&w, db, &order->from[i], arena, &now, why);
		if (rc == E_MISSING) { /* erased */
			rc = 0;
		} else if (rc == 0 && has_others(&now, &order->draft[i])) {
			grown.from[grown.n] = order->from[i];
			grown.draft[grown.n++] = now;
		}
	}
	db_rollback(db);
	*ret = grown;
	return rc;
}

int withdraw_order_write(int (*write)(void *ctx, const struct id *coalition, const struct draft *d,
				 size_t n, struct written *ret, struct why *why),
	void *ctx, const struct node *node, struct db *db, const struct id *coalition,
	const struct withdraw_order *order, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(256 * MIB);
	struct withdraw_order due = *order;
	int rc = 0;

	/* A release looks for withdrawals inside of its own transaction: each has one chance to come between, and there are so many members. */
	for (int i = 0; rc == 0 && due.n && i <= LIMIT_MEMBERS; i++) {
		struct written *w = arena_array(&arena, struct written, due.n);

		rc = write(ctx, coalition, due.draft, due.n, w, why);
		if (rc == 0)
			rc = order_grown(node, db, coalition, &due, &arena, &due, why);
	}
	return rc;
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
