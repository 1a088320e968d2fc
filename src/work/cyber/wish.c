/* wish.c: see wish.h. */
#include "work/cyber/wish.h"

void wish_of(struct wish *ret, const struct ingest *in, const struct world *w, struct arena *arena)
{
	*ret = (struct wish){.self = in->node->self,
		.charter = w->standing.charter,
		.reader = in->member,
		.n = in->n_member,
		.room = ARENA(MIB)};
	if (in->all)
		world_present(w, arena, &ret->reader, &ret->n);
}

void wish_again(struct wish *w)
{
	w->log = 0;
}

void wish_end(struct wish *w)
{
	arena_free(&w->room);
}

static int entry_read(struct wish *w, struct db *db, int64_t log, uint64_t seq, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "SELECT audience, label FROM cyber_batch WHERE log = $1 AND seq = $2");
	int64_t audience = 0;
	struct id *have;
	size_t n;
	int rc;

	arena_reset(&w->room);
	w->log = 0;
	db_bind_i64(s, 1, log);
	db_bind_i64(s, 2, (int64_t)seq);
	rc = db_step(s, why);
	if (rc == DB_ROW) {
		audience = db_i64(s, 0);
		w->label = arena_copy(&w->room, db_text(s, 1));
	}
	db_reset(s);
	w->readers_met = rc == DB_ROW;
	if (rc == DB_ROW)
		rc = audience_members(db, audience, &w->room, &have, &n, why);
	if (rc < 0)
		return rc;
	for (size_t i = 0; w->readers_met && i < w->n; i++)
		w->readers_met = id_eq(&w->reader[i], &w->self) || ids_have(have, n, &w->reader[i]);
	w->log = log;
	w->seq = seq;
	return 0;
}

int wish_met(struct wish *w, struct db *db, struct slice label, int64_t log, uint64_t seq,
	bool *ret, struct why *why)
{
	struct label here, wished;
	int rc = w->log == log && w->seq == seq ? 0 : entry_read(w, db, log, seq, why);

	if (rc < 0)
		return rc;
	*ret = w->readers_met &&
	       (slice_eq(w->label, label) || (label_parse(&here, w->label, NULL) == 0 &&
						     label_parse(&wished, label, NULL) == 0 &&
						     label_tighter(&here, &wished, w->charter)));
	return 0;
}
