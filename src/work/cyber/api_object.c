/* api_object.c: the feed, and one object with where it comes from. */
#include "work/cyber/api.h"

#include "work/cyber/index.h"

#include "base/enc.h"
#include "base/report.h"
#include "base/utf8.h"
#include "log/batch.h"
#include "log/store.h"

#define NAME_CHARS 160

int api_root(struct call *c, enum mode mode, int64_t *ret)
{
	*ret = cyber_root(&c->world.coalition, mode);
	return 0;
}

int api_stix_id(struct call *c, struct slice *ret)
{
	struct stix_uuid uuid;
	struct slice type, id = c->param[1];

	if (stix_id_parse(id, &type, &uuid) < 0)
		return why_set(&c->why, E_MISSING, "", "no such object");
	*ret = id;
	return 0;
}

/* ---- what it is called ---- */

static struct slice cut(struct slice s, struct arena *arena)
{
	struct slice rest = s;
	size_t chars = 0;
	uint32_t cp;

	while (chars < NAME_CHARS && utf8_next(&rest, &cp))
		chars++;
	return rest.n ? slice_str(arena_printf(
				arena, "%.*s…", (int)(s.n - rest.n), (const char *)s.p))
		      : s;
}

struct slice api_object_name(const struct stix *s, struct arena *arena)
{
	static const char *const keys[] = {"name", "value", "path", "key", "subject", "abstract",
		"pattern", "display_name", "user_id", "account_login", "opinion", "content",
		"command_line", "serial_number"};
	struct slice text;

	if (slice_is(s->type, "relationship"))
		return cut(stix_text(s, "relationship_type", arena), arena);
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		text = stix_text(s, keys[i], arena);
		if (text.n)
			return cut(text, arena);
	}
	if (slice_is(s->type, "sighting")) { /* how often, and when last */
		struct slice count = json_number(&s->doc, stix_get(s, "count"));
		struct slice last = stix_text(s, "last_seen", arena);

		return slice_str(
			arena_printf(arena, "%.*s× %.*s", SLICE_FMT(count.n ? count : SLICE("1")),
				SLICE_FMT(slice_sub(last.n ? last : s->created, 0, 10))));
	}
	if (slice_is(s->type, "autonomous-system"))
		return slice_str(arena_printf(
			arena, "AS%.*s", SLICE_FMT(json_number(&s->doc, stix_get(s, "number")))));
	json_ref hashes = stix_get(s, "hashes"), first = json_first(&s->doc, hashes);
	text = json_string(&s->doc, first, arena);
	return text.n ? cut(text, arena) : s->id;
}

/* The number that others know it by. */
static struct slice external_id(const struct stix *s, struct arena *arena)
{
	json_ref list = stix_get(s, "external_references");

	for (json_ref v = json_first(&s->doc, list); v; v = json_next(&s->doc, v)) {
		struct slice source =
			json_string(&s->doc, json_get(&s->doc, v, "source_name"), arena);

		if (slice_starts(source, "mitre") || slice_is(source, "cve") ||
			slice_is(source, "capec"))
			return json_string(&s->doc, json_get(&s->doc, v, "external_id"), arena);
	}
	return SLICE_NONE;
}

/* ---- what relationships and sightings name ---- */

void api_names_want(struct api_names *names, struct slice id)
{
	if (!id.n || names->n == LIST_IDS)
		return;
	for (size_t i = 0; i < names->n; i++)
		if (slice_eq(names->of[i].id, id))
			return;
	names->of[names->n++].id = id;
}

/* Names of all in one query; what the caller may not see keeps its id, which stands in what he may. */
int api_names_find(struct call *c, int64_t root, struct api_names *names)
{
	struct arena rows CLEANUP_ARENA = ARENA(64 * MIB);
	struct slice *id = arena_array(&rows, struct slice, names->n + 1);
	struct list_query q = {.root = root, .id = id, .n_id = names->n, .limit = LIST_LIMIT};
	struct list_row *row;
	bool more;
	size_t n;
	int rc;

	if (names->n == 0)
		return 0;
	for (size_t i = 0; i < names->n; i++) {
		id[i] = names->of[i].id;
		names->of[i].name = SLICE_NONE;
	}
	TRY(stix_list_page(&c->world, c->db, &c->reader, &q, &rows, &row, &n, &more, &c->why));
	struct list_walk k CLEANUP_WALK = stix_walk(c->db, row, n);
	while ((rc = stix_walk_next(&k, &c->why)) > 0)
		for (size_t i = 0; i < names->n; i++)
			if (!names->of[i].name.p && slice_eq(names->of[i].id, k.s.id))
				names->of[i].name =
					arena_copy(c->arena, api_object_name(&k.s, &k.arena));
	for (size_t i = 0; i < names->n; i++)
		if (!names->of[i].name.p)
			names->of[i].name = names->of[i].id;
	return rc;
}

struct slice api_names_in(const struct api_names *names, struct slice id)
{
	for (size_t i = 0; names && i < names->n; i++)
		if (slice_eq(names->of[i].id, id))
			return names->of[i].name;
	return id;
}

/* What a row says of its object; in the arena of the call, and small, whatever the object is. */
struct shown {
	struct slice id, name, number;
	struct slice from, to; /* of a relationship; `from` alone: of a sighting */
};

static struct shown shown_of(
	const struct stix *s, struct arena *scratch, struct arena *arena, struct api_names *names)
{
	struct shown x = {.id = arena_copy(arena, s->id),
		.name = arena_copy(arena, api_object_name(s, scratch)),
		.number = arena_copy(arena, cut(external_id(s, scratch), scratch))};

	if (slice_is(s->type, "relationship")) {
		x.from = arena_copy(arena, stix_text(s, "source_ref", scratch));
		x.to = arena_copy(arena, stix_text(s, "target_ref", scratch));
	}
	if (slice_is(s->type, "sighting"))
		x.from = arena_copy(arena, stix_text(s, "sighting_of_ref", scratch));
	api_names_want(names, x.from);
	api_names_want(names, x.to);
	return x;
}

static struct slice full_name(
	const struct shown *x, const struct api_names *names, struct arena *arena)
{
	if (!x->from.n)
		return x->name;
	if (!x->to.n)
		return api_names_in(names, x->from);
	return slice_str(
		arena_printf(arena, "%.*s %.*s %.*s", SLICE_FMT(api_names_in(names, x->from)),
			SLICE_FMT(x->name), SLICE_FMT(api_names_in(names, x->to))));
}

static void put_row(struct call *c, const struct list_row *row, const struct shown *x,
	const struct api_names *names)
{
	json_put_string(&c->o, "id", x->id);
	json_put_string(&c->o, "type", row->type);
	json_put_string(&c->o, "name", full_name(x, names, c->arena));
	put_text(&c->o, "number", x->number.n ? x->number : SLICE_NONE);
	put_text(&c->o, "version", row->version.n ? row->version : SLICE_NONE);
	put_time(&c->o, "added", row->added / 1000);
	put_party(c, "author", &row->author);
	json_put_string(&c->o, "label", row->label);
	put_text(&c->o, "tlp", row->tlp ? slice_str(tlp_name(row->tlp)) : SLICE_NONE);
	json_put_bool(&c->o, "revoked", row->revoked);
	json_put_bool(&c->o, "own", id_eq(&row->author, &c->node->self));
}

int api_objects_put(struct call *c, int64_t root, const struct list_row *row, size_t n)
{
	struct api_names names = {.of = arena_array(c->arena, struct api_named, LIST_IDS)};
	struct shown *x = arena_array(c->arena, struct shown, n + 1);
	struct list_walk k CLEANUP_WALK = stix_walk(c->db, row, n);
	int rc;

	while ((rc = stix_walk_next(&k, &c->why)) > 0)
		x[k.at] = shown_of(&k.s, &k.arena, c->arena, &names);
	TRY(rc);
	TRY(api_names_find(c, root, &names));
	for (size_t i = 0; i < n; i++) {
		if (!x[i].id.n)
			continue;
		json_open(&c->o, '{');
		put_row(c, &row[i], &x[i], &names);
		json_close(&c->o);
	}
	return 0;
}

/* ---- the feed ---- */

#define TYPES_MAX 32

static int query_types(struct call *c, struct list_query *q)
{
	struct slice text = request_query(c->req, "type"), one;
	struct slice *type = arena_array(c->arena, struct slice, TYPES_MAX);

	while (q->n_type < TYPES_MAX && slice_cut(&text, ',', &one)) {
		if (!stix_type_valid(one))
			return why_set(&c->why, E_INVALID, "type", "is no type of STIX");
		type[q->n_type++] = one;
	}
	q->type = type;
	return 0;
}

/* A page of a search by a number of ATT&CK or a CVE goes on as that, and not by words. */
#define BY_NAME "n"

static int query_read(
	struct call *c, const struct api_page *p, struct list_query *q, bool *ret_by_name)
{
	struct slice author = request_query(c->req, "author"), rest = SLICE_NONE;
	enum mode mode;

	TRY(call_query_mode(c, &mode));
	TRY(api_root(c, mode, &q->root));
	TRY(query_types(c, q));
	q->limit = p->limit;
	q->down = true;
	if (author.n) {
		q->has_author = true;
		if (id_parse(author, &q->author) < 0)
			return why_set(&c->why, E_INVALID, "author", "is no id of a member");
	}
	if (p->after.p)
		TRY(cursor_read(c, p->after, &q->after, 1, &rest));
	if (q->after < 0)
		return why_set(&c->why, E_INVALID, "after", "is no `next` of a page of this list");
	*ret_by_name = slice_is(rest, BY_NAME);
	return 0;
}

static int query_page(struct call *c, struct list_query *q, struct list_row **row, size_t *n,
	struct slice *ret_next)
{
	bool more;

	TRY(stix_list_page(&c->world, c->db, &c->reader, q, c->arena, row, n, &more, &c->why));
	if (more)
		*ret_next = cursor_make(c, &(*row)[*n - 1].added, 1, SLICE_NONE);
	return 0;
}

/* What somebody types: an id, a number of ATT&CK or a CVE, or words. */
static int find_rows(struct call *c, struct list_query *q, bool by_name, struct list_row **row,
	size_t *n, struct slice *ret_next)
{
	struct slice text = slice_trim(request_query(c->req, "text"));
	struct stix_uuid uuid;
	struct slice type, *id;
	int64_t next = 0;

	if (!text.n)
		return query_page(c, q, row, n, ret_next);
	if (stix_id_parse(text, &type, &uuid) == 0) {
		id = arena_array(c->arena, struct slice, 1);
		id[0] = text;
		q->id = id;
		q->n_id = 1;
		return query_page(c, q, row, n, ret_next);
	}
	*n = 0;
	if (by_name || !q->after)
		TRY(stix_list_named(
			&c->world, c->db, &c->reader, q, text, c->arena, row, n, &next, &c->why));
	by_name = by_name || *n || next;
	if (!by_name)
		TRY(stix_list_words(
			&c->world, c->db, &c->reader, q, text, c->arena, row, n, &next, &c->why));
	if (next)
		*ret_next = cursor_make(c, &next, 1, by_name ? SLICE(BY_NAME) : SLICE_NONE);
	return 0;
}

int api_cyber_objects(struct call *c)
{
	struct slice next = SLICE_NONE;
	struct list_query q = {0};
	struct list_row *row;
	struct api_page p;
	bool by_name;
	size_t n = 0;

	TRY(call_page(c, &p));
	TRY(query_read(c, &p, &q, &by_name));
	TRY(find_rows(c, &q, by_name, &row, &n, &next));
	page_open(c);
	TRY(api_objects_put(c, q.root, row, n));
	page_close(c, next);
	return 0;
}

/* ---- one object ---- */

/* The latest version that the caller may see, of this author or (NULL) of whom this node had one first, with its bytes: E_MISSING. */
static int object_find(struct call *c, int64_t root, const struct id *author, struct slice id,
	struct list_row *ret, struct slice *ret_bytes)
{
	struct list_query q = {
		.root = root, .id = &id, .n_id = 1, .limit = 1, .has_author = author != NULL};
	struct list_row *row;
	bool more;
	size_t n;

	if (author)
		q.author = *author;
	TRY(stix_list_page(&c->world, c->db, &c->reader, &q, c->arena, &row, &n, &more, &c->why));
	if (n == 0)
		return why_set(&c->why, E_MISSING, "", "no such object");
	TRY(stix_list_bytes(c->db, row, 1, c->arena, ret_bytes, &c->why));
	*ret = row[0];
	return 0;
}

/* Whose of those that have published under this id; NULL if nobody is named. */
static int query_author(struct call *c, struct id *room, const struct id **ret)
{
	struct slice text = request_query(c->req, "author");

	*ret = NULL;
	if (!text.n)
		return 0;
	if (id_parse(text, room) < 0)
		return why_set(&c->why, E_INVALID, "author", "is no id of a member");
	*ret = room;
	return 0;
}

static int put_versions(struct call *c, int64_t root, const struct id *author, struct slice id)
{
	struct list_query q = {.root = root,
		.id = &id,
		.n_id = 1,
		.limit = 100,
		.has_author = true,
		.author = *author,
		.versions = VERSION_ALL,
		.down = true};
	struct list_row *row;
	bool more;
	size_t n;

	TRY(stix_list_page(&c->world, c->db, &c->reader, &q, c->arena, &row, &n, &more, &c->why));
	json_open_at(&c->o, "versions", '[');
	for (size_t i = 0; i < n; i++) {
		json_open(&c->o, '{');
		json_put_string(&c->o, "version", stix_list_version(&row[i], c->arena));
		put_time(&c->o, "added", row[i].added / 1000);
		json_put_bool(&c->o, "revoked", row[i].revoked);
		json_close(&c->o);
	}
	json_close(&c->o);
	return 0;
}

/* Everybody who has published something of his own under this id. */
static int put_authors(struct call *c, int64_t root, struct slice id)
{
	struct list_query q = {.root = root, .id = &id, .n_id = 1, .limit = LIMIT_MEMBERS};
	struct list_row *row;
	bool more;
	size_t n;

	TRY(stix_list_page(&c->world, c->db, &c->reader, &q, c->arena, &row, &n, &more, &c->why));
	json_open_at(&c->o, "authors", '[');
	for (size_t i = 0; i < n; i++)
		put_party(c, NULL, &row[i].author);
	json_close(&c->o);
	return 0;
}

/* Which log, which leaf: anybody can ask the log page to verify it. */
static int put_origin(struct call *c, const struct list_row *row)
{
	struct log log;
	struct hash leaf;
	char member[ID_TEXT + 1];

	TRY(log_load_row(c->db, row->log, &log, &c->why));
	TRY(log_leaf(c->db, row->log, row->seq, &leaf, &c->why));
	id_format(&log.id.member, member);
	json_open_at(&c->o, "origin", '{');
	json_put_string(
		&c->o, "log", slice_str(arena_printf(c->arena, "%s.%u", member, log.id.epoch)));
	json_put_u64(&c->o, "seq", row->seq);
	json_put_u64(&c->o, "offset", row->at);
	put_hash(&c->o, "leaf", &leaf);
	json_put_bool(&c->o, "frozen", log.frozen && row->seq >= log.frozen_at);
	json_close(&c->o);
	return 0;
}

/* Who has it in this version: the author alone, if its marking or whoever brought it keeps it at home. */
static int put_audience(struct call *c, const struct list_row *row)
{
	struct stmt *s =
		db_stmt(c->db, "SELECT audience FROM item WHERE log = $1 AND seq = $2 AND at = $3");
	struct id *member = NULL;
	int64_t audience = 0;
	size_t n = 0;

	db_bind_i64(s, 1, row->log);
	db_bind_i64(s, 2, (int64_t)row->seq);
	db_bind_i64(s, 3, (int64_t)row->at);
	int rc = db_step(s, &c->why);
	if (rc == DB_ROW)
		audience = db_i64(s, 0);
	db_reset(s);
	if (rc == DB_ROW)
		rc = audience_members(c->db, audience, c->arena, &member, &n, &c->why);
	if (rc < 0)
		return rc;
	json_open_at(&c->o, "audience", '[');
	for (size_t i = 0; i < n; i++)
		put_party(c, NULL, &member[i]);
	json_close(&c->o);
	return 0;
}

int api_cyber_object(struct call *c)
{
	struct api_names names = {.of = arena_array(c->arena, struct api_named, LIST_IDS)};
	const struct id *author;
	struct list_row row;
	struct slice id, bytes;
	struct id room;
	struct shown x;
	struct stix s;
	enum mode mode;
	int64_t root;

	TRY(call_query_mode(c, &mode));
	TRY(query_author(c, &room, &author));
	TRY(api_root(c, mode, &root));
	TRY(api_stix_id(c, &id));
	TRY(object_find(c, root, author, id, &row, &bytes));
	TRY(stix_read(&s, c->arena, bytes, &c->why));
	x = shown_of(&s, c->arena, c->arena, &names);
	TRY(api_names_find(c, root, &names));
	json_open(&c->o, '{');
	put_row(c, &row, &x, &names);
	/* The very bytes, as text: nothing is spelt anew. */
	json_put_string(&c->o, "raw", bytes);
	TRY(put_versions(c, root, &row.author, id));
	TRY(put_authors(c, root, id));
	TRY(put_audience(c, &row));
	TRY(put_origin(c, &row));
	json_close(&c->o);
	return 0;
}
