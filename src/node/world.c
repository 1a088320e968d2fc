/* world.c: see world.h. */
#include "node/world.h"

#include "base/limits.h"
#include "base/report.h"
#include "base/vec.h"
#include "node/worlds.h"

#include <limits.h>

static bool has_left(const struct standing *s, const struct id *member, int64_t now_ms)
{
	const struct standing_party *p = standing_find(s, member);

	return p && p->status == STATUS_WITHDRAWING && p->withdraw_ms <= now_ms;
}

/*
 * Standing knows no clock; here one looks at it. Whose withdrawal has taken effect is a former member: not in the roll of this moment, at no door.
 * What is shared stays as it is: the roll of this moment is a copy.
 */
static void leave_out_former(struct standing *s, int64_t now_ms, struct arena *arena)
{
	struct id *roll = arena_array(arena, struct id, s->n_member);
	size_t n = 0;

	for (size_t i = 0; i < s->n_member; i++)
		if (!has_left(s, &s->member[i], now_ms))
			roll[n++] = s->member[i];
	s->member = roll;
	s->n_member = n;
}

static int compute(struct worlds_one *one, struct db *db, struct why *why)
{
	int rc = coalition_load(db, &one->coalition_id, &one->arena, &one->coalition, why);

	if (rc == 0)
		rc = standing_load(db, &one->coalition, &one->arena, &one->standing, why);
	if (rc == 0)
		rc = party_list(
			db, one->coalition.row, &one->arena, &one->party, &one->n_party, why);
	return rc;
}

/* What is kept for the stamp that the store has in this transaction, computed if need be. */
static int find(const struct node *node, struct db *db, const struct id *coalition,
	struct worlds_one **ret, struct why *why)
{
	struct worlds_one *one;
	int64_t stamp;
	int rc = coalition_stamp(db, coalition, &stamp, why);

	if (rc < 0)
		return rc;
	*ret = worlds_find(node->worlds, coalition, stamp);
	if (*ret)
		return 0;
	one = worlds_one_new(coalition, stamp);
	if ((rc = compute(one, db, why)) < 0) {
		worlds_drop(one);
		return rc;
	}
	worlds_put(node->worlds, one);
	*ret = one;
	return 0;
}

/* Stamp and all that it stands for are read in one transaction. */
static int find_in_transaction(const struct node *node, struct db *db, const struct id *coalition,
	struct worlds_one **ret, struct why *why)
{
	int rc;

	if (db_in_transaction(db))
		return find(node, db, coalition, ret, why);
	if ((rc = db_begin_read(db, why)) < 0)
		return rc;
	rc = find(node, db, coalition, ret, why);
	db_rollback(db);
	return rc;
}

static void drop(void *one)
{
	worlds_drop(one);
}

int world_load(struct world *ret, const struct node *node, struct db *db,
	const struct id *coalition, struct arena *arena, struct why *why)
{
	struct worlds_one *one;
	int rc = find_in_transaction(node, db, coalition, &one, why);

	if (rc < 0)
		return rc;
	arena_defer(arena, drop, one);
	*ret = (struct world){.node = node,
		.coalition = one->coalition,
		.standing = one->standing,
		.party = one->party,
		.n_party = one->n_party};
	leave_out_former(&ret->standing, env_now_ms(&node->env), arena);
	ret->self_is_member = standing_is_member(&ret->standing, &node->self);
	return 0;
}

int world_try(struct world *ret, const struct node *node, struct db *db, const struct id *coalition,
	struct arena *arena, struct why *why)
{
	char text[COAL_TEXT + 1];
	struct why own = {0};
	int rc = world_load(ret, node, db, coalition, arena, &own);

	if (rc >= 0)
		return 0;
	if (rc == E_IO || rc == E_BUSY) {
		if (why)
			*why = own;
		return rc;
	}
	coalition_format(coalition, text);
	report(REPORT_WARN, "coalition %s is passed over: %s%s%s", text, own.where,
		own.where[0] ? ": " : "", own.text);
	return 1;
}

int world_again(struct world *w, struct db *db, struct arena *arena, struct why *why)
{
	struct id coalition = w->coalition.id;

	return world_load(w, w->node, db, &coalition, arena, why);
}

static bool world_is_party(const struct world *w, const struct id *member)
{
	for (size_t i = 0; i < w->n_party; i++)
		if (id_eq(&w->party[i].id, member))
			return true;
	return false;
}

struct reader world_reader(const struct world *w, const struct id *member)
{
	return (struct reader){.member = *member,
		.self = id_eq(member, &w->node->self),
		.is_party = world_is_party(w, member),
		.is_member = standing_is_member(&w->standing, member),
		.clearance_level = UINT_MAX};
}

struct slice world_clearance(const struct world *w, const struct id *member)
{
	const struct standing_party *p = standing_find(&w->standing, member);

	return p ? p->clearance : SLICE_NONE;
}

int world_own_log(const struct world *w, struct db *db, struct log *ret, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	struct log_id id = {.coalition = w->coalition.id, .member = w->node->self};
	struct root_chain chain;
	int rc = root_chain_load(db, &id.member, &arena, &chain, why);

	if (rc < 0)
		return rc;
	id.epoch = root_latest(&chain)->log_epoch;
	/* Made only where something may be written. */
	return db_in_write(db) ? log_open(db, &id, ret, why) : log_load(db, &id, ret, why);
}

/* The logs whose rows `s` selects, in that order; ends it. */
static int logs_of(struct db *db, struct stmt *s, struct arena *arena, struct log **ret,
	size_t *ret_n, struct why *why)
{
	VEC(int64_t) row = {0};
	int rc;

	while ((rc = db_step(s, why)) == DB_ROW)
		vec_push(&row, db_i64(s, 0));
	db_reset(s);
	struct log *log = arena_array(arena, struct log, row.n + 1);
	for (size_t i = 0; rc == 0 && i < row.n; i++)
		rc = log_load_row(db, row.p[i], &log[i], why);
	if (rc == 0) {
		*ret = log;
		*ret_n = row.n;
	}
	vec_free(&row);
	return rc;
}

/*
 * Own logs first, then each member's newest, then each one's second: whoever has begun epoch after epoch takes nobody's place.
 */
int world_logs(const struct world *w, struct db *db, struct arena *arena, struct log **ret,
	size_t *ret_n, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"SELECT t.id FROM (SELECT n.id, n.member, n.epoch FROM"
		" (SELECT id, member, epoch, row_number() OVER (PARTITION BY member ORDER BY epoch DESC) AS nth"
		" FROM log WHERE coalition = $1) n WHERE n.nth <= $2"
		" ORDER BY CASE WHEN n.member = $3 THEN 0 ELSE n.nth END, n.member, n.nth LIMIT $4) t"
		" ORDER BY t.member, t.epoch");

	db_bind_blob(s, 1, id_slice(&w->coalition.id));
	db_bind_i64(s, 2, LIMIT_LOGS_OF_MEMBER);
	db_bind_blob(s, 3, id_slice(&w->node->self));
	db_bind_i64(s, 4, LIMIT_LOGS_TOLD);
	return logs_of(db, s, arena, ret, ret_n, why);
}

int world_all_logs(const struct world *w, struct db *db, struct arena *arena, struct log **ret,
	size_t *ret_n, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "SELECT id FROM log WHERE coalition = $1 ORDER BY member, epoch");

	db_bind_blob(s, 1, id_slice(&w->coalition.id));
	return logs_of(db, s, arena, ret, ret_n, why);
}

static struct slice party_label(const struct world *w, const struct id *party)
{
	const struct standing_party *p = standing_find(&w->standing, party);

	if (p && p->label.n)
		return p->label;
	for (size_t i = 0; i < w->n_party; i++)
		if (id_eq(&w->party[i].id, party))
			return w->party[i].label;
	return SLICE_NONE;
}

const char *world_party_label(const struct world *w, const struct id *party, struct arena *arena)
{
	struct slice label = party_label(w, party);
	char text[ID_TEXT + 1];

	if (label.n)
		return arena_string(arena, label);
	id_format(party, text);
	return arena_string(arena, slice_of(text, 8));
}

void world_present(const struct world *w, struct arena *arena, const struct id **ret, size_t *ret_n)
{
	const struct charter *c = &w->coalition.founding;

	if (w->standing.in_force) {
		*ret = w->standing.member;
		*ret_n = w->standing.n_member;
		return;
	}
	struct id *founder = arena_array(arena, struct id, c->n_member + 1);
	for (size_t i = 0; i < c->n_member; i++)
		founder[i] = c->member[i].id;
	*ret = founder;
	*ret_n = c->n_member;
}

/* Marks of each member the log before which `nth` newer ones are not empty, at most `room` in all; gives how many. */
static size_t seen_choose(const struct log *log, size_t n_log, size_t nth, size_t room, bool *take)
{
	size_t newer = 0, n = 0;

	for (size_t i = n_log; i-- > 0 && n < room;) {
		if (i + 1 < n_log && !id_eq(&log[i].id.member, &log[i + 1].id.member))
			newer = 0;
		if (log[i].size == 0)
			continue;
		if (newer++ == nth) {
			take[i] = true;
			n++;
		}
	}
	return n;
}

int world_seen(const struct world *w, struct db *db, struct arena *arena,
	const struct entry_seen **ret, size_t *ret_n, struct why *why)
{
	struct log *log = NULL;
	size_t n_log = 0, n = 0;
	int rc = world_logs(w, db, arena, &log, &n_log, why);

	if (rc < 0)
		return rc;
	bool *take = arena_array(arena, bool, n_log + 1);
	memset(take, 0, n_log * sizeof(*take));
	/* If there is no room for all, then for the newest log of each member, then for the second of each. */
	for (size_t round = 0; round < n_log && n < LIMIT_MEMBERS; round++)
		n += seen_choose(log, n_log, round, LIMIT_MEMBERS - n, take);
	struct entry_seen *seen = arena_array(arena, struct entry_seen, n + 1);
	n = 0;
	for (size_t i = 0; i < n_log; i++)
		if (take[i])
			seen[n++] = (struct entry_seen){.member = log[i].id.member,
				.epoch = log[i].id.epoch,
				.size = log[i].size};
	*ret = seen;
	*ret_n = n;
	return 0;
}
