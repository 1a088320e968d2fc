/* withdraw.c: see withdraw.h. */
#include "work/cyber/withdraw.h"

#include "work/cyber/fold.h"

#include "base/limits.h"

/* Those who may have it, whatever has been released since, and the label that it has now. */
static int withdraw_draft(const struct world *w, struct db *db, enum mode mode,
	const struct list_row *row, size_t n, struct slice reason, struct arena *arena,
	struct draft *ret, struct why *why)
{
	struct withdrawal *x = arena_array(arena, struct withdrawal, n);
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct id *member, *kept;
	struct slice kind, label;
	size_t n_member, k = 0;
	int rc =
		fold_readers(db, row->log, row->seq, arena, &member, &n_member, &kind, &label, why);

	if (rc < 0)
		return rc;
	kept = arena_array(arena, struct id, n_member + 1);
	for (size_t i = 0; i < n_member; i++)
		if (standing_is_member(&w->standing, &member[i]))
			kept[k++] = member[i];
	for (size_t i = 0; i < n; i++) /* what has no versions goes as a whole */
		x[i] = (struct withdrawal){
			.type = row[i].type, .uuid = row[i].uuid, .version = row[i].version};
	withdraw_print(x, n, reason, &b);
	if (buf_over(&b))
		return why_set(why, E_LIMIT, "", "too many versions at once");
	*ret = (struct draft){.mode = mode,
		.kind = SLICE(KIND_WITHDRAW),
		.label = label,
		.member = kept,
		.n_member = k,
		.media = SLICE("application/json"),
		.content = arena_copy(arena, buf_slice(&b))};
	return 0;
}

int withdraw_order_make(const struct world *w, struct db *db, enum mode mode,
	const struct list_row *row, size_t n, struct slice reason, struct arena *arena,
	struct withdraw_order *ret, struct why *why)
{
	struct withdraw_order order = {.draft = arena_array(arena, struct draft, n + 1)};
	int rc = 0;

	for (size_t i = 0, k; rc == 0 && i < n; i = k) {
		for (k = i + 1; k < n && row[k].log == row[i].log && row[k].seq == row[i].seq; k++)
			;
		rc = withdraw_draft(
			w, db, mode, &row[i], k - i, reason, arena, &order.draft[order.n++], why);
	}
	if (rc == 0)
		*ret = order;
	return rc;
}
