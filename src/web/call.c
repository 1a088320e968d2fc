/* call.c: what handlers of the API use: members of the body, pages, transactions, the audit. */
#include "web/api.h"

#include "base/enc.h"
#include "base/limits.h"
#include "base/report.h"
#include "node/audit.h"
#include "node/bell.h"
#include "web/live.h"

/* ---- the body ---- */

int call_only(struct call *c, const char *const *known)
{
	for (json_ref v = json_first(&c->doc, c->body); v; v = json_next(&c->doc, v)) {
		struct slice key = json_key(&c->doc, v, c->arena);
		bool found = false;

		for (size_t i = 0; known[i] && !found; i++)
			found = slice_is(key, known[i]);
		if (!found)
			return why_set(&c->why, E_INVALID,
				arena_printf(c->arena, "/%.*s", key.n < 64 ? (int)key.n : 64,
					(const char *)key.p),
				"there is no such member here");
	}
	return 0;
}

int call_need(struct call *c, const char *key, size_t max, struct slice *ret)
{
	return json_need_string(&c->doc, c->body, key, max, c->arena, ret, &c->why);
}

static bool is_absent(struct call *c, const char *key)
{
	enum json_type t = json_type(&c->doc, json_get(&c->doc, c->body, key));

	return t == JSON_NONE || t == JSON_NULL;
}

int call_want(struct call *c, const char *key, size_t max, struct slice *ret)
{
	struct slice s;

	*ret = SLICE_NONE;
	if (is_absent(c, key))
		return 0;
	/* "" is a wish as well: nothing there. */
	json_ref v = json_get(&c->doc, c->body, key);
	s = json_string(&c->doc, v, c->arena);
	if (json_type(&c->doc, v) == JSON_STRING && s.n == 0) {
		*ret = SLICE("");
		return 0;
	}
	return call_need(c, key, max, ret);
}

int call_want_bool(struct call *c, const char *key, bool *ret)
{
	enum json_type t = json_type(&c->doc, json_get(&c->doc, c->body, key));

	if (t != JSON_NONE && t != JSON_NULL && t != JSON_TRUE && t != JSON_FALSE)
		return why_set(
			&c->why, E_INVALID, arena_printf(c->arena, "/%s", key), "is true or false");
	*ret = t == JSON_TRUE;
	return 0;
}

int call_want_time(struct call *c, const char *key, int64_t *ret)
{
	struct slice text;

	*ret = 0;
	TRY(call_want(c, key, 64, &text));
	if (!text.n)
		return 0;
	if (utc_parse(text, ret, NULL) < 0 || *ret <= 0)
		return why_set(&c->why, E_INVALID, arena_printf(c->arena, "/%s", key),
			"is no time like 2025-03-18T09:30:00Z");
	return 0;
}

static int mode_of(struct call *c, struct slice text, const char *where, enum mode *ret)
{
	*ret = MODE_REAL;
	if (text.n && (mode_parse(text, ret) < 0 || *ret == MODE_NONE))
		return why_set(&c->why, E_INVALID, where, "a mode is real, exercise or test");
	return 0;
}

int call_mode(struct call *c, enum mode *ret)
{
	struct slice text;

	TRY(call_want(c, "mode", 16, &text));
	return mode_of(c, text, "/mode", ret);
}

int call_query_mode(struct call *c, enum mode *ret)
{
	return mode_of(c, request_query(c->req, "mode"), "mode", ret);
}

static bool party_known(struct call *c, const struct id *id)
{
	for (size_t i = 0; i < c->world.n_party; i++)
		if (id_eq(&c->world.party[i].id, id))
			return true;
	return standing_find(&c->world.standing, id) != NULL;
}

int call_party(struct call *c, const char *key, struct id *ret)
{
	struct slice text;
	size_t found = 0;

	TRY(call_need(c, key, 128, &text));
	if (id_parse(text, ret) == 0 && party_known(c, ret))
		return 0;
	for (size_t i = 0; i < c->world.n_party; i++)
		if (slice_is(text, world_party_label(&c->world, &c->world.party[i].id, c->arena))) {
			*ret = c->world.party[i].id;
			found++;
		}
	if (found == 1)
		return 0;
	return why_set(&c->why, E_INVALID, arena_printf(c->arena, "/%s", key),
		found ? "several parties have that label: use the id"
		      : "there is no such party here");
}

int call_members(struct call *c, const char *key, bool *ret_all, struct id **ret, size_t *ret_n)
{
	json_ref list = json_get(&c->doc, c->body, key);
	const char *where = arena_printf(c->arena, "/%s", key);
	size_t n = 0;

	*ret_all = slice_is(json_string(&c->doc, list, c->arena), "all");
	*ret = NULL;
	*ret_n = 0;
	if (*ret_all)
		return 0;
	if (json_type(&c->doc, list) != JSON_ARRAY)
		return why_set(&c->why, E_INVALID, where, "is \"all\" or a list of member ids");
	if (json_count(&c->doc, list) > LIMIT_MEMBERS)
		return why_set(
			&c->why, E_INVALID, where, "has more than %d members", LIMIT_MEMBERS);
	struct id *id = arena_array(c->arena, struct id, json_count(&c->doc, list) + 1);
	for (json_ref v = json_first(&c->doc, list); v; v = json_next(&c->doc, v)) {
		if (id_parse(json_string(&c->doc, v, c->arena), &id[n]) < 0 ||
			!party_known(c, &id[n]))
			return why_set(&c->why, E_INVALID,
				arena_printf(c->arena, "%s/%zu", where, n),
				"is no id of a party here");
		n++;
	}
	*ret = id;
	*ret_n = n;
	return 0;
}

int call_label(struct call *c, struct slice text, struct slice *ret)
{
	const struct charter *charter = c->world.standing.charter;
	struct label l;

	text = slice_trim(text);
	if (!text.n)
		text = charter->ladder[0];
	struct slice first, rest = text;
	if (!slice_cut(&rest, ' ', &first) || charter_level(charter, first) >= 0)
		text = slice_str(arena_printf(
			c->arena, "%.*s %.*s", SLICE_FMT(charter->policy), SLICE_FMT(text)));
	struct why why = {0};
	if (label_parse(&l, text, &why) < 0 || label_check(&l, charter, &why) < 0)
		return why_set(&c->why, E_INVALID, "/label", "%s", why.text);
	if (!release_user_cleared(&c->reader, text, charter))
		return why_set(&c->why, E_INVALID, "/label", "the class is above your clearance");
	*ret = text;
	return 0;
}

/* ---- pages ---- */

static int cursor_bad(struct call *c)
{
	return why_set(&c->why, E_INVALID, "after", "is no `next` of a page of this list");
}

int call_page(struct call *c, struct api_page *ret)
{
	struct slice limit = request_query(c->req, "limit"), after = request_query(c->req, "after");
	uint64_t n = 50;

	if (limit.n && (slice_u64(limit, &n) < 0 || n < 1 || n > LIMIT_API_PAGE))
		return why_set(
			&c->why, E_INVALID, "limit", "is a number from 1 to %d", LIMIT_API_PAGE);
	*ret = (struct api_page){.limit = (size_t)n};
	if (!after.n)
		return 0;
	/* Whatever base32 decodes to; what it means is the list's. */
	size_t bytes = after.n * 5 / 8;
	if (after.n > 1024)
		return cursor_bad(c);
	uint8_t *p = arena_alloc(c->arena, bytes + 1);
	if (bytes == 0 || base32_decode(after, p, bytes) < 0)
		return cursor_bad(c);
	ret->after = slice_of(p, bytes);
	return 0;
}

void page_open(struct call *c)
{
	json_open(&c->o, '{');
	json_open_at(&c->o, "items", '[');
}

void page_close(struct call *c, struct slice next)
{
	json_close(&c->o);
	if (next.p) {
		char *text = arena_alloc(c->arena, BASE32_LEN(next.n) + 1);

		base32_encode(next.p, next.n, text);
		json_put_cstr(&c->o, "next", text);
	} else {
		json_put_null(&c->o, "next");
	}
	json_close(&c->o);
}

struct slice cursor_make(struct call *c, const int64_t *number, size_t n, struct slice text)
{
	struct buf b CLEANUP_BUF = BUF(512);

	for (size_t i = 0; i < n; i++)
		buf_be64(&b, (uint64_t)number[i]);
	buf_slice_add(&b, text);
	MUST(!buf_over(&b) && b.n > 0);
	return arena_copy(c->arena, buf_slice(&b));
}

int cursor_read(
	struct call *c, struct slice cursor, int64_t *ret_number, size_t n, struct slice *ret_text)
{
	if (cursor.n < 8 * n)
		return cursor_bad(c);
	for (size_t i = 0; i < n; i++) {
		uint64_t v = 0;

		for (size_t k = 0; k < 8; k++)
			v = v << 8 | cursor.p[8 * i + k];
		ret_number[i] = (int64_t)v;
	}
	*ret_text = slice_sub(cursor, 8 * n, cursor.n);
	return 0;
}

/* ---- changing ---- */

int call_begin(struct call *c)
{
	return db_begin(c->db, &c->why);
}

int call_commit(struct call *c, int rc)
{
	if (rc < 0) {
		db_rollback(c->db);
		return rc;
	}
	return db_commit(c->db, &c->why);
}

int call_read(struct call *c)
{
	struct id id = c->world.coalition.id;

	TRY(db_begin_read(c->db, &c->why));
	int rc = world_load(&c->world, c->node, c->db, &id, c->arena, &c->why);
	if (rc < 0)
		db_rollback(c->db);
	return rc;
}

void call_read_end(struct call *c)
{
	db_rollback(c->db);
}

int call_audit(struct call *c, const char *what, const char *about)
{
	return audit_add(c->db, env_now_ms(&c->node->env), caller_who(&c->caller, c->arena), what,
		slice_str(about), &c->why);
}

int call_match_none(struct call *c)
{
	c->problem = 428;
	c->title = "match";
	return why_set(&c->why, E_STATE, "If-Match",
		"is needed: the ETag, or the leaf in quotes, of the version that you have seen");
}

int call_match_other(struct call *c)
{
	c->problem = 412;
	c->title = "precondition";
	return why_set(
		&c->why, E_CONFLICT, "If-Match", "somebody has changed it since: get it again");
}

int call_match(
	struct call *c, const struct object_id *object, const struct hash *leaf, struct draft *d)
{
	struct slice match = request_header(c->req, "If-Match");
	char hex[65];

	if (!match.n)
		return call_match_none(c);
	hex_encode(leaf->b, sizeof(leaf->b), hex);
	if (!slice_is(match, arena_printf(c->arena, "\"%s\"", hex)))
		return call_match_other(c);
	return version_now(c->db, c->world.coalition.row, object, &d->follows, &c->why);
}

/* A version that came in between. */
int call_written(struct call *c, int rc)
{
	return rc == E_CONFLICT && strstr(c->why.where, "If-Match") ? call_match_other(c) : rc;
}

int call_write(struct call *c, const struct draft *d, const char *what, const char *about,
	struct written *ret)
{
	struct id id = c->world.coalition.id;

	/* Who asked for it is on disk before it is done. */
	TRY(call_begin(c));
	TRY(call_commit(c, call_audit(c, what, about)));
	TRY(call_written(c, queue_write(c->api->queue, &id, d, 1, ret, &c->why)));
	call_wrote(c);
	return 0;
}

void call_wrote(struct call *c)
{
	if (c->api->wrote)
		c->api->wrote(c->api->ctx);
	/* Other processes over the same store. */
	bell_ring(c->node);
}

void call_ended(struct call *c)
{
	live_recheck(c->api->live);
	call_wrote(c);
}

void call_attach(struct call *c, const char *type, const char *name)
{
	c->type = type;
	c->attachment = name;
}
