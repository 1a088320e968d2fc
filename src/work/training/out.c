/* out.c: see out.h. */
#include "work/training/out.h"

#include "base/enc.h"
#include "base/limits.h"
#include "base/report.h"
#include "crypt/seal.h"
#include "node/hook.h"

const char *const out_channels[] = {"mail", "webhook", "xapi", NULL};
const char *const out_states[] = {"waiting", "sent", "dead", NULL};

const char out_schema[] =
	"CREATE TABLE training_out (\n"
	"	row ROWKEY,\n"
	"	id TEXT NOT NULL,\n"
	"	channel INTEGER NOT NULL,\n"
	"	coalition INTEGER NOT NULL,\n"
	"	about_owner BLOB NOT NULL,\n"
	"	about_name BLOB NOT NULL,\n"
	"	target TEXT NOT NULL,\n"
	"	body TEXT NOT NULL,\n"
	"	state INTEGER NOT NULL,\n"
	"	tries INTEGER NOT NULL,\n"
	"	made_ms INTEGER NOT NULL,\n"
	"	next_ms INTEGER NOT NULL,\n"
	"	done_ms INTEGER NOT NULL,\n"
	"	error TEXT NOT NULL,\n"
	"	UNIQUE (id)\n"
	");\n"
	"CREATE INDEX training_out_due ON training_out (state, channel, next_ms);\n"
	"CREATE TABLE training_lrs (\n"
	"	row INTEGER NOT NULL PRIMARY KEY,\n" /* 1 */
	"	endpoint TEXT NOT NULL,\n"
	"	secret BLOB NOT NULL,\n" /* the Authorization header, sealed; empty: none */
	"	clearance TEXT NOT NULL,\n"
	"	pin BLOB NOT NULL,\n"
	"	made_ms INTEGER NOT NULL\n"
	");\n";

void out_id(enum out_channel channel, const struct object_id *about, struct slice word,
	char ret[OUT_ID + 1])
{
	const struct slice pieces[] = {slice_str(out_channels[channel]), SLICE("\n"),
		id_slice(&about->owner), id_slice(&about->name), word};
	struct hash h = hash_of(pieces, sizeof(pieces) / sizeof(pieces[0]));

	hex_encode(h.b, sizeof(h.b), ret);
}

int out_known(struct db *db, const char *id, bool *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT 1 FROM training_out WHERE id = $1");
	int rc;

	db_bind_text(s, 1, slice_str(id));
	rc = db_step(s, why);
	db_reset(s);
	if (rc < 0)
		return rc;
	*ret = rc == DB_ROW;
	return 0;
}

int out_want(struct db *db, const struct out_item *item, int64_t now_ms, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"INSERT INTO training_out (id, channel, coalition, about_owner, about_name, target, body, state, tries, made_ms, next_ms, done_ms, error) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $9, $10, $11) ON CONFLICT (id) DO NOTHING");

	db_bind_text(s, 1, slice_str(item->id));
	db_bind_i64(s, 2, item->channel);
	db_bind_i64(s, 3, item->coalition);
	db_bind_blob(s, 4, id_slice(&item->about.owner));
	db_bind_blob(s, 5, id_slice(&item->about.name));
	db_bind_text(s, 6, item->target.n ? item->target : SLICE(""));
	db_bind_text(s, 7, item->body.n ? item->body : SLICE(""));
	db_bind_i64(s, 8, item->state);
	db_bind_i64(s, 9, now_ms);
	db_bind_i64(s, 10, item->state == OUT_WAITING ? 0 : now_ms);
	db_bind_text(s, 11, item->error.n ? item->error : SLICE(""));
	return db_run(s, why);
}

#define COLUMNS                                                                                    \
	"o.row, o.id, o.channel, o.coalition, o.about_owner, o.about_name, o.target, o.body, "     \
	"o.tries, o.made_ms, o.next_ms"

static void about_read(struct stmt *s, int column, struct object_id *ret)
{
	struct slice owner = db_blob(s, column), name = db_blob(s, column + 1);

	MUST(owner.n == sizeof(ret->owner.b) && name.n == sizeof(ret->name.b));
	memcpy(ret->owner.b, owner.p, sizeof(ret->owner.b));
	memcpy(ret->name.b, name.p, sizeof(ret->name.b));
}

static void item_read(struct stmt *s, struct arena *arena, struct out_item *ret)
{
	*ret = (struct out_item){.row = db_i64(s, 0),
		.channel = (enum out_channel)db_i64(s, 2),
		.coalition = db_i64(s, 3),
		.target = arena_copy(arena, db_text(s, 6)),
		.body = arena_copy(arena, db_text(s, 7)),
		.tries = db_i64(s, 8),
		.made_ms = db_i64(s, 9),
		.next_ms = db_i64(s, 10)};
	snprintf(ret->id, sizeof(ret->id), "%.*s", SLICE_FMT(db_text(s, 1)));
	about_read(s, 4, &ret->about);
}

/* Ends the transaction that was begun: with what was done in it, or without. */
static int ended(struct db *db, int rc, struct why *why)
{
	if (rc < 0) {
		db_rollback(db);
		return rc;
	}
	return db_commit(db, why);
}

static int first_due(struct db *db, enum out_channel channel, int64_t now_ms, struct arena *arena,
	struct out_item *ret, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"SELECT " COLUMNS
		" FROM training_out o WHERE o.state = 0 AND o.channel = $1 AND o.next_ms <= $2 "
		"ORDER BY o.next_ms, o.row LIMIT 1");
	int rc;

	db_bind_i64(s, 1, channel);
	db_bind_i64(s, 2, now_ms);
	rc = db_step(s, why);
	if (rc == DB_ROW)
		item_read(s, arena, ret);
	db_reset(s);
	return rc == DB_DONE ? why_set(why, E_MISSING, "", "nothing is due") : rc < 0 ? rc : 0;
}

int out_take(struct db *db, enum out_channel channel, int64_t now_ms, int64_t lease_ms,
	struct arena *arena, struct out_item *ret, struct why *why)
{
	struct stmt *s;
	int rc = db_begin(db, why);

	if (rc < 0)
		return rc;
	rc = first_due(db, channel, now_ms, arena, ret, why);
	if (rc == 0) {
		s = db_stmt(db,
			"UPDATE training_out SET tries = tries + 1, next_ms = $2 WHERE row = $1");
		db_bind_i64(s, 1, ret->row);
		db_bind_i64(s, 2, now_ms + lease_ms);
		rc = db_run(s, why);
		ret->tries++;
	}
	return ended(db, rc, why);
}

int out_done(struct db *db, int64_t row, enum out_state state, int64_t next_ms, int64_t now_ms,
	const char *error, struct why *why)
{
	struct stmt *s;
	int rc = db_begin(db, why);

	if (rc < 0)
		return rc;
	/* What has gone is not kept longer than needed: a mail has the inject in it. */
	s = db_stmt(db,
		"UPDATE training_out SET state = $2, next_ms = $3, done_ms = $4, error = $5, "
		"body = CASE WHEN $2 = 1 THEN '' ELSE body END WHERE row = $1");
	db_bind_i64(s, 1, row);
	db_bind_i64(s, 2, state);
	db_bind_i64(s, 3, next_ms);
	db_bind_i64(s, 4, state == OUT_WAITING ? 0 : now_ms);
	db_bind_text(s, 5, slice_str(error));
	return ended(db, db_run(s, why), why);
}

int out_hold(struct db *db, enum out_channel channel, int64_t until_ms, struct why *why)
{
	struct stmt *s;
	int rc = db_begin(db, why);

	if (rc < 0)
		return rc;
	s = db_stmt(db,
		"UPDATE training_out SET next_ms = $2 WHERE state = 0 AND channel = $1 AND next_ms < $2");
	db_bind_i64(s, 1, channel);
	db_bind_i64(s, 2, until_ms);
	return ended(db, db_run(s, why), why);
}

int out_due(struct db *db, enum out_channel channel, int64_t *ret_ms, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"SELECT coalesce(min(next_ms), 0) FROM training_out WHERE state = 0 AND channel = $1");
	int rc;

	db_bind_i64(s, 1, channel);
	rc = db_step(s, why);
	if (rc == DB_ROW)
		*ret_ms = db_i64(s, 0);
	db_reset(s);
	return rc < 0 ? rc : 0;
}

int out_about(struct db *db, int64_t coalition, int64_t row, struct object_id *ret, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"SELECT about_owner, about_name FROM training_out WHERE coalition = $1 AND row = $2");
	int rc;

	db_bind_i64(s, 1, coalition);
	db_bind_i64(s, 2, row);
	rc = db_step(s, why);
	if (rc == DB_ROW)
		about_read(s, 0, ret);
	db_reset(s);
	return rc == DB_DONE ? why_set(why, E_MISSING, "", "there is no such thing to be sent")
	       : rc < 0	     ? rc
			     : 0;
}

int out_list(struct db *db, int64_t coalition, size_t limit, struct arena *arena,
	struct out_item **ret, size_t *ret_n, struct why *why)
{
	/* A letter's own state is in the table of letters: its event is the beginning of our id. */
	struct stmt *s = db_stmt(db,
		"SELECT " COLUMNS
		", coalesce(l.state, o.state), coalesce(l.error, o.error), coalesce(l.done_ms, o.done_ms) "
		"FROM training_out o LEFT JOIN letter l ON o.channel = 1 AND l.topic = 'inject' AND l.event = substr(o.id, 1, 32) "
		"WHERE o.coalition = $1 ORDER BY o.row DESC LIMIT $2");
	struct out_item *out = arena_array(arena, struct out_item, limit + 1);
	size_t n = 0;
	int rc;

	db_bind_i64(s, 1, coalition);
	db_bind_i64(s, 2, (int64_t)limit);
	while ((rc = db_step(s, why)) == DB_ROW && n < limit) {
		item_read(s, arena, &out[n]);
		out[n].state = (enum out_state)db_i64(s, 11);
		out[n].error = arena_copy(arena, db_text(s, 12));
		out[n++].done_ms = db_i64(s, 13);
	}
	db_reset(s);
	*ret = out;
	*ret_n = n;
	return rc < 0 ? rc : 0;
}

bool out_can_again(enum out_state state, enum out_channel channel, struct slice body)
{
	return state == OUT_DEAD && channel != OUT_HOOK && body.n > 0;
}

int out_again(struct db *db, int64_t row, int64_t now_ms, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "SELECT state, channel, body FROM training_out WHERE row = $1");
	bool can = false;
	int rc;

	db_bind_i64(s, 1, row);
	rc = db_step(s, why);
	if (rc == DB_ROW)
		can = out_can_again((enum out_state)db_i64(s, 0), (enum out_channel)db_i64(s, 1),
			db_text(s, 2));
	db_reset(s);
	if (rc < 0)
		return rc;
	if (rc == DB_DONE)
		return why_set(why, E_MISSING, "", "there is no such thing to be sent");
	if (!can)
		return why_set(why, E_STATE, "", "only what has failed can be sent again");
	s = db_stmt(db,
		"UPDATE training_out SET state = 0, tries = 0, next_ms = $2, done_ms = 0, error = '' WHERE row = $1");
	db_bind_i64(s, 1, row);
	db_bind_i64(s, 2, now_ms);
	return db_run(s, why);
}

int out_sweep(struct db *db, int64_t before_ms, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"UPDATE training_out SET body = '' WHERE state <> 0 AND done_ms < $1 AND body <> ''");

	db_bind_i64(s, 1, before_ms);
	return db_run(s, why);
}

/* ---- the learning record store ---- */

static int lrs_forget(struct db *db, struct why *why)
{
	return db_run(db_stmt(db, "DELETE FROM training_lrs"), why);
}

static int statements_give_up(struct db *db, int64_t now_ms, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"UPDATE training_out SET state = 2, done_ms = $2, body = '', error = 'the learning record store that it was for is no longer set' "
		"WHERE state = 0 AND channel = $1");

	db_bind_i64(s, 1, OUT_XAPI);
	db_bind_i64(s, 2, now_ms);
	return db_run(s, why);
}

/* Since when the store that is set is told, if it is this one; else what waits is given up. */
static int lrs_before(struct db *db, const struct lrs *l, int64_t *ret_since, struct why *why)
{
	struct stmt *s = db_stmt(
		db, "SELECT made_ms FROM training_lrs WHERE endpoint = $1 AND clearance = $2");
	int rc;

	*ret_since = l->made_ms;
	db_bind_text(s, 1, l->endpoint);
	db_bind_text(s, 2, l->clearance);
	rc = db_step(s, why);
	if (rc == DB_ROW)
		*ret_since = db_i64(s, 0);
	db_reset(s);
	if (rc == DB_DONE)
		rc = statements_give_up(db, l->made_ms, why);
	return rc < 0 ? rc : 0;
}

int lrs_set(const struct node *node, struct db *db, const struct lrs *l, struct why *why)
{
	struct buf sealed CLEANUP_BUF = BUF(16 * KIB);
	struct stmt *s;
	int64_t since;
	int rc = hook_url_check(l->endpoint, "/endpoint", why);

	if (rc == 0)
		rc = clearance_word_check(l->clearance, why) < 0
			     ? why_set(why, E_INVALID, "/clearance", "is a class, or *")
			     : 0;
	if (rc == 0 && l->authorization.n)
		rc = seal_to(node->seal_key.pub, l->authorization, &sealed, why);
	if (rc == 0)
		rc = lrs_before(db, l, &since, why);
	if (rc == 0)
		rc = lrs_forget(db, why);
	if (rc < 0)
		return rc;
	s = db_stmt(db,
		"INSERT INTO training_lrs (row, endpoint, secret, clearance, pin, made_ms) VALUES (1, $1, $2, $3, $4, $5)");
	db_bind_text(s, 1, l->endpoint);
	db_bind_blob(s, 2, sealed.n ? buf_slice(&sealed) : SLICE(""));
	db_bind_text(s, 3, l->clearance);
	db_bind_blob(s, 4, l->has_pin ? slice_of(l->pin.b, sizeof(l->pin.b)) : SLICE(""));
	db_bind_i64(s, 5, since);
	return db_run(s, why);
}

int lrs_drop(struct db *db, int64_t now_ms, struct why *why)
{
	int rc = lrs_forget(db, why);

	return rc < 0 ? rc : statements_give_up(db, now_ms, why);
}

int lrs_get(const struct node *node, struct db *db, struct arena *arena, struct lrs *ret,
	struct why *why)
{
	struct buf plain CLEANUP_BUF = BUF(16 * KIB);
	struct stmt *s =
		db_stmt(db, "SELECT endpoint, secret, clearance, pin, made_ms FROM training_lrs");
	struct slice secret = SLICE_NONE;
	int rc = db_step(s, why);

	if (rc == DB_ROW) {
		*ret = (struct lrs){.endpoint = arena_copy(arena, db_text(s, 0)),
			.clearance = arena_copy(arena, db_text(s, 2)),
			.has_pin = db_blob(s, 3).n == sizeof(ret->pin.b),
			.made_ms = db_i64(s, 4)};
		if (ret->has_pin)
			memcpy(ret->pin.b, db_blob(s, 3).p, sizeof(ret->pin.b));
		secret = arena_copy(arena, db_blob(s, 1));
	}
	db_reset(s);
	if (rc == DB_DONE)
		return why_set(why, E_MISSING, "", "no learning record store is set");
	if (rc < 0 || secret.n == 0)
		return rc < 0 ? rc : 0;
	rc = seal_open(&node->seal_key, secret, &plain, why);
	if (rc == 0)
		ret->authorization = arena_copy(arena, buf_slice(&plain));
	buf_wipe(&plain);
	return rc;
}
