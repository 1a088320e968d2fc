/* calendar.c: see calendar.h. */
#include "work/training/calendar.h"

#include "base/enc.h"
#include "base/limits.h"
#include "base/report.h"
#include "base/utf8.h"
#include "work/training/programme_show.h"

const char calendar_schema[] = "CREATE TABLE training_calendar (\n"
			       "	id TEXT NOT NULL PRIMARY KEY,\n"
			       "	digest BLOB NOT NULL,\n"
			       "	coalition INTEGER NOT NULL,\n"
			       "	account INTEGER NOT NULL,\n"
			       "	name TEXT NOT NULL,\n"
			       "	clearance TEXT NOT NULL,\n"
			       "	mode INTEGER NOT NULL,\n"
			       "	busy INTEGER NOT NULL,\n"
			       "	made_ms INTEGER NOT NULL,\n"
			       "	UNIQUE (digest)\n"
			       ");\n";

static int room_check(struct db *db, int64_t account, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"SELECT count(*), coalesce(sum(CASE WHEN account = $1 THEN 1 ELSE 0 END), 0) FROM training_calendar");
	int64_t n = 0, own = 0;
	int rc;

	db_bind_i64(s, 1, account);
	rc = db_step(s, why);
	if (rc == DB_ROW) {
		n = db_i64(s, 0);
		own = db_i64(s, 1);
	}
	db_reset(s);
	if (rc < 0)
		return rc;
	if (own >= CALENDARS_EACH)
		return why_set(why, E_LIMIT, "", "you have %d addresses already: drop one first",
			CALENDARS_EACH);
	return n < CALENDARS_MAX
		       ? 0
		       : why_set(why, E_LIMIT, "", "there are %d addresses already", CALENDARS_MAX);
}

int calendar_new(const struct node *node, struct db *db, struct calendar *c,
	char ret_secret[CALENDAR_SECRET + 1], struct why *why)
{
	uint8_t secret[32], id[CALENDAR_ID / 2];
	struct hash digest;
	struct stmt *s;

	if (c->name.n == 0 || c->name.n > CALENDAR_NAME || utf8_bad_at(c->name) >= 0)
		return why_set(why, E_INVALID, "/name", "a name has 1 to %d bytes", CALENDAR_NAME);
	if (room_check(db, c->account, why) < 0)
		return why->code;
	env_random(&node->env, secret, sizeof(secret));
	env_random(&node->env, id, sizeof(id));
	base32_encode(secret, sizeof(secret), ret_secret);
	explicit_bzero(secret, sizeof(secret));
	hex_encode(id, sizeof(id), c->id);
	c->made_ms = env_now_ms(&node->env);
	digest = hash_bytes(slice_of(ret_secret, CALENDAR_SECRET));
	s = db_stmt(db,
		"INSERT INTO training_calendar (id, digest, coalition, account, name, clearance, mode, busy, made_ms) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
	db_bind_text(s, 1, slice_str(c->id));
	db_bind_blob(s, 2, slice_of(digest.b, sizeof(digest.b)));
	db_bind_i64(s, 3, c->coalition);
	db_bind_i64(s, 4, c->account);
	db_bind_text(s, 5, c->name);
	db_bind_text(s, 6, c->clearance.n ? c->clearance : SLICE(""));
	db_bind_i64(s, 7, c->mode);
	db_bind_i64(s, 8, c->busy);
	db_bind_i64(s, 9, c->made_ms);
	return db_run(s, why);
}

#define COLUMNS                                                                                    \
	"SELECT t.id, t.coalition, t.account, a.name, t.name, t.clearance, t.mode, t.busy, "       \
	"t.made_ms, c.coalition FROM training_calendar t JOIN account a ON a.row = t.account "     \
	"JOIN coalition c ON c.id = t.coalition "

static void calendar_read(struct stmt *s, struct arena *arena, struct calendar *ret)
{
	*ret = (struct calendar){.coalition = db_i64(s, 1),
		.account = db_i64(s, 2),
		.owner = arena_copy(arena, db_text(s, 3)),
		.name = arena_copy(arena, db_text(s, 4)),
		.clearance = arena_copy(arena, db_text(s, 5)),
		.mode = (enum mode)db_i64(s, 6),
		.busy = db_i64(s, 7) != 0,
		.made_ms = db_i64(s, 8)};
	snprintf(ret->id, sizeof(ret->id), "%.*s", SLICE_FMT(db_text(s, 0)));
	MUST(db_blob(s, 9).n == sizeof(ret->coalition_id.b));
	memcpy(ret->coalition_id.b, db_blob(s, 9).p, sizeof(ret->coalition_id.b));
}

int calendar_list(struct db *db, int64_t coalition, int64_t account, struct arena *arena,
	struct calendar **ret, size_t *ret_n, struct why *why)
{
	struct stmt *s = db_stmt(db, COLUMNS
		"WHERE t.coalition = $1 AND ($2 = 0 OR t.account = $2) ORDER BY t.made_ms, t.id LIMIT $3");
	struct calendar *out = arena_array(arena, struct calendar, CALENDARS_MAX + 1);
	size_t n = 0;
	int rc;

	db_bind_i64(s, 1, coalition);
	db_bind_i64(s, 2, account);
	db_bind_i64(s, 3, CALENDARS_MAX);
	while ((rc = db_step(s, why)) == DB_ROW && n < CALENDARS_MAX)
		calendar_read(s, arena, &out[n++]);
	db_reset(s);
	*ret = out;
	*ret_n = n;
	return rc < 0 ? rc : 0;
}

int calendar_drop(struct db *db, struct slice id, int64_t account, struct why *why)
{
	struct stmt *s = db_stmt(
		db, "DELETE FROM training_calendar WHERE id = $1 AND ($2 = 0 OR account = $2)");
	int rc;

	db_bind_text(s, 1, id);
	db_bind_i64(s, 2, account);
	rc = db_run(s, why);
	if (rc == 0 && db_changes(db) == 0)
		rc = why_set(why, E_MISSING, "", "there is no such address");
	return rc;
}

int calendar_find(struct db *db, struct slice secret, struct arena *arena, struct calendar *ret,
	struct why *why)
{
	struct stmt *s = db_stmt(db, COLUMNS "WHERE t.digest = $1");
	struct hash digest = hash_bytes(secret);
	int rc;

	db_bind_blob(s, 1, slice_of(digest.b, sizeof(digest.b)));
	rc = db_step(s, why);
	if (rc == DB_ROW)
		calendar_read(s, arena, ret);
	db_reset(s);
	return rc == DB_DONE ? why_set(why, E_MISSING, "", "there is nothing at this address")
	       : rc < 0	     ? rc
			     : 0;
}

/* ---- the door ---- */

/* An address is a token of its owner's. In `arena`. */
static struct caller caller_of(
	const struct calendar *c, const struct account *who, struct arena *arena)
{
	struct caller caller = {.kind = CALLER_TOKEN};

	caller.account.row = who->row;
	caller.account.name = arena_copy(arena, who->name);
	caller.token.name = slice_str(arena_printf(arena, "calendar %s", c->id));
	return caller;
}

/* In a read transaction. */
static int feed_make(struct api *api, struct db *db, struct slice secret, struct request *req,
	struct shown_to *shown, struct arena *arena, struct buf *ret, struct why *why)
{
	struct desk d = {
		.node = api->node, .db = db, .arena = arena, .now = env_now_ms(&api->node->env)};
	struct account who;
	struct programme g;
	struct calendar c;
	struct world w;
	int rc = calendar_find(db, secret, arena, &c, why);

	if (rc == 0)
		rc = account_get_row(db, c.account, arena, &who, why);
	if (rc == 0 && (who.disabled || who.roles.of[AREA_TRAINING] < ROLE_READER))
		rc = why_set(why, E_MISSING, "", "there is nothing at this address");
	if (rc == 0)
		rc = world_load(&w, api->node, db, &c.coalition_id, arena, why);
	if (rc < 0)
		return rc;
	struct reader own = account_reader(&w, who.clearance),
		      asked = account_reader(&w, c.clearance);
	d.world = &w;
	d.reader = reader_both(&own, &asked);
	d.reader.readings = &shown->readings;
	shown->caller = caller_of(&c, &who, &req->arena);
	shown->how = "list";
	rc = programme_load(&d, c.mode, &g, why);
	if (rc == 0)
		programme_ics(&d, &g, c.busy, ret);
	return rc;
}

/* An address is guessed no faster than anything else, and a programme is a computation. */
static int rate_check(struct api *api, struct request *req, struct why *why)
{
	const char *key =
		arena_printf(&req->arena, "calendar %s", caller_network(&api->place, req));
	int64_t wait_ms;

	if (rate_take(api->rate, slice_str(key), LIMIT_STRANGER_REQUESTS_MINUTE, &wait_ms))
		return 0;
	return why_set(
		why, E_BUSY, "", "more than %d requests a minute", LIMIT_STRANGER_REQUESTS_MINUTE);
}

static int answer(struct api *api, struct db *db, struct request *req, struct slice rest,
	struct shown_to *shown, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(GIB); /* a programme is more than a request's */
	struct buf body CLEANUP_BUF = BUF(16 * MIB);
	struct slice secret = slice_sub(rest, 0, CALENDAR_SECRET);
	struct hash h;
	char hex[65], etag[40];
	int rc = rate_check(api, req, why);

	if (rc < 0)
		return rc;
	if (rest.n != CALENDAR_SECRET + 4 || !slice_ends(rest, ".ics"))
		return why_set(why, E_MISSING, "", "there is nothing at this address");
	rc = db_begin_read(db, why);
	if (rc == 0) {
		rc = feed_make(api, db, secret, req, shown, &arena, &body, why);
		db_rollback(db);
	}
	if (rc < 0)
		return rc;
	h = hash_bytes(buf_slice(&body));
	hex_encode(h.b, sizeof(h.b), hex);
	snprintf(etag, sizeof(etag), "\"%.32s\"", hex);
	response_header(req, "ETag", etag);
	response_header(req, "Cache-Control", "private, no-cache");
	if (request_has(req, etag))
		response_text(req, 304, "text/calendar; charset=utf-8", SLICE(""));
	else
		response_text(req, 200, "text/calendar; charset=utf-8", buf_slice(&body));
	return 0;
}

const struct web_door calendar_doors[] = {
	{"/calendar/", NULL, answer, "the training programme as iCalendar, by secret address"},
	{NULL, NULL, NULL, NULL}};
