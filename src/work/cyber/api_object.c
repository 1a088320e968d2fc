/* api_object.c: the feed, one object with where it comes from, and what hangs together with it. */
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
		return stix_text(s, "relationship_type", arena);
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
	struct slice *id = arena_array(c->arena, struct slice, names->n + 1);
	struct list_query q = {.root = root, .id = id, .n_id = names->n, .limit = LIST_LIMIT};
	struct list_row *row;
	bool more;
	size_t n;

	if (names->n == 0)
		return 0;
	for (size_t i = 0; i < names->n; i++) {
		id[i] = names->of[i].id;
		names->of[i].name = names->of[i].id;
	}
	TRY(stix_list_page(&c->world, c->db, &c->reader, &q, c->arena, &row, &n, &more, &c->why));
	struct slice *bytes = arena_array(c->arena, struct slice, n + 1);
	TRY(stix_list_bytes(c->db, row, n, c->arena, bytes, &c->why));
	for (size_t k = 0; k < n; k++) {
		struct stix s;

		if (stix_read(&s, c->arena, bytes[k], NULL) < 0)
			continue;
		for (size_t i = 0; i < names->n; i++)
			if (slice_eq(names->of[i].id, s.id))
				names->of[i].name = api_object_name(&s, c->arena);
	}
	return 0;
}

struct slice api_names_in(const struct api_names *names, struct slice id)
{
	for (size_t i = 0; names && i < names->n; i++)
		if (slice_eq(names->of[i].id, id))
			return names->of[i].name;
	return id;
}

static void want_names(const struct stix *s, struct arena *arena, struct api_names *names)
{
	if (slice_is(s->type, "relationship")) {
		api_names_want(names, stix_text(s, "source_ref", arena));
		api_names_want(names, stix_text(s, "target_ref", arena));
	}
	if (slice_is(s->type, "sighting"))
		api_names_want(names, stix_text(s, "sighting_of_ref", arena));
}

static struct slice full_name(
	const struct stix *s, const struct api_names *names, struct arena *arena)
{
	struct slice from, to;

	if (slice_is(s->type, "relationship")) {
		from = api_names_in(names, stix_text(s, "source_ref", arena));
		to = api_names_in(names, stix_text(s, "target_ref", arena));
		return slice_str(arena_printf(arena, "%.*s %.*s %.*s", SLICE_FMT(from),
			SLICE_FMT(stix_text(s, "relationship_type", arena)), SLICE_FMT(to)));
	}
	if (slice_is(s->type, "sighting"))
		return api_names_in(names, stix_text(s, "sighting_of_ref", arena));
	return api_object_name(s, arena);
}

static void put_row(struct call *c, const struct list_row *row, const struct stix *s,
	const struct api_names *names)
{
	struct slice number = external_id(s, c->arena);

	json_put_string(&c->o, "id", s->id);
	json_put_string(&c->o, "type", s->type);
	json_put_string(&c->o, "name", full_name(s, names, c->arena));
	put_text(&c->o, "number", number.n ? number : SLICE_NONE);
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
	struct slice *bytes = arena_array(c->arena, struct slice, n + 1);
	struct stix *s = arena_array(c->arena, struct stix, n + 1);

	TRY(stix_list_bytes(c->db, row, n, c->arena, bytes, &c->why));
	for (size_t i = 0; i < n; i++) {
		TRY(stix_read(&s[i], c->arena, bytes[i], &c->why));
		want_names(&s[i], c->arena, &names);
	}
	TRY(api_names_find(c, root, &names));
	for (size_t i = 0; i < n; i++) {
		json_open(&c->o, '{');
		put_row(c, &row[i], &s[i], &names);
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

static int query_read(struct call *c, const struct api_page *p, struct list_query *q)
{
	struct slice author = request_query(c->req, "author"), rest;
	enum mode mode;

	TRY(call_query_mode(c, &mode));
	TRY(api_root(c, mode, &q->root));
	TRY(query_types(c, q));
	q->limit = p->limit;
	q->bytes = 16 * MIB;
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
	return 0;
}

/* What somebody types: an id, a number of ATT&CK or a CVE, or words. */
static int find_rows(
	struct call *c, struct list_query *q, struct list_row **row, size_t *n, bool *more)
{
	struct slice text = slice_trim(request_query(c->req, "text"));
	struct stix_uuid uuid;
	struct slice type, *id;
	int64_t *added;
	size_t n_added;

	if (!text.n)
		return stix_list_page(
			&c->world, c->db, &c->reader, q, c->arena, row, n, more, &c->why);
	if (stix_id_parse(text, &type, &uuid) == 0) {
		id = arena_array(c->arena, struct slice, 1);
		id[0] = text;
		q->id = id;
		q->n_id = 1;
		return stix_list_page(
			&c->world, c->db, &c->reader, q, c->arena, row, n, more, &c->why);
	}
	TRY(stix_index_names(c->db, q->root, text, q->limit, c->arena, &added, &n_added, &c->why));
	if (n_added && !q->after) {
		*more = false;
		TRY(stix_list_added(&c->world, c->db, &c->reader, q->root, added, n_added, c->arena,
			row, n, &c->why));
		if (*n)
			return 0;
	}
	return stix_list_words(
		&c->world, c->db, &c->reader, q, text, c->arena, row, n, more, &c->why);
}

int api_cyber_objects(struct call *c)
{
	struct list_query q = {0};
	struct list_row *row;
	struct api_page p;
	bool more = false;
	size_t n = 0;

	TRY(call_page(c, &p));
	TRY(query_read(c, &p, &q));
	TRY(find_rows(c, &q, &row, &n, &more));
	page_open(c);
	TRY(api_objects_put(c, q.root, row, n));
	page_close(c, more ? cursor_make(c, &row[n - 1].added, 1, SLICE_NONE) : SLICE_NONE);
	return 0;
}

/* ---- one object ---- */

int api_object_find(struct call *c, int64_t root, struct slice id, struct list_row *ret,
	struct slice *ret_bytes)
{
	struct list_query q = {.root = root, .id = &id, .n_id = 1, .limit = 1};
	struct list_row *row;
	bool more;
	size_t n;

	TRY(stix_list_page(&c->world, c->db, &c->reader, &q, c->arena, &row, &n, &more, &c->why));
	if (n == 0)
		return why_set(&c->why, E_MISSING, "", "no such object");
	TRY(stix_list_bytes(c->db, row, 1, c->arena, ret_bytes, &c->why));
	*ret = row[0];
	return 0;
}

static int put_versions(struct call *c, int64_t root, struct slice id)
{
	struct list_query q = {.root = root,
		.id = &id,
		.n_id = 1,
		.limit = 100,
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

int api_cyber_object(struct call *c)
{
	struct api_names names = {.of = arena_array(c->arena, struct api_named, LIST_IDS)};
	struct list_row row;
	struct slice id, bytes;
	struct stix s;
	enum mode mode;
	int64_t root;

	TRY(call_query_mode(c, &mode));
	TRY(api_root(c, mode, &root));
	TRY(api_stix_id(c, &id));
	TRY(api_object_find(c, root, id, &row, &bytes));
	TRY(stix_read(&s, c->arena, bytes, &c->why));
	want_names(&s, c->arena, &names);
	TRY(api_names_find(c, root, &names));
	json_open(&c->o, '{');
	put_row(c, &row, &s, &names);
	/* The very bytes, as text: nothing is spelt anew. */
	json_put_string(&c->o, "raw", bytes);
	TRY(put_versions(c, root, id));
	TRY(put_origin(c, &row));
	json_close(&c->o);
	return 0;
}

/* ---- the graph ---- */

#define NODES_MAX    120
#define POINTERS_MAX 400

struct graph_node {
	struct slice id, type, name;
	bool known; /* it is here, and may be seen */
	unsigned depth;
};

struct graph_edge {
	size_t from, to;
	struct slice name, id; /* id of the relationship, if it is one */
};

struct graph {
	struct call *c;
	int64_t root;
	struct graph_node node[NODES_MAX];
	size_t n_node;
	struct graph_edge edge[4 * NODES_MAX];
	size_t n_edge;
	bool cut;
};

static size_t node_add(struct graph *g, struct slice id, unsigned depth)
{
	for (size_t i = 0; i < g->n_node; i++)
		if (slice_eq(g->node[i].id, id))
			return i;
	if (g->n_node == NODES_MAX) {
		g->cut = true;
		return NODES_MAX;
	}
	g->node[g->n_node] = (struct graph_node){.id = id, .depth = depth};
	return g->n_node++;
}

static void edge_add(struct graph *g, size_t from, size_t to, struct slice name, struct slice id)
{
	if (from >= NODES_MAX || to >= NODES_MAX || from == to)
		return;
	for (size_t i = 0; i < g->n_edge; i++)
		if (g->edge[i].from == from && g->edge[i].to == to &&
			slice_eq(g->edge[i].name, name))
			return;
	if (g->n_edge == sizeof(g->edge) / sizeof(*g->edge)) {
		g->cut = true;
		return;
	}
	g->edge[g->n_edge++] = (struct graph_edge){from, to, name, id};
}

/* A relationship is an edge; anything else that points is a node. */
static void pointer_take(
	struct graph *g, const struct stix *s, size_t target, struct slice property, unsigned depth)
{
	struct arena *arena = g->c->arena;

	if (slice_is(s->type, "relationship")) {
		struct slice from = stix_text(s, "source_ref", arena),
			     to = stix_text(s, "target_ref", arena);
		size_t a = node_add(g, from, depth + 1), b = node_add(g, to, depth + 1);

		edge_add(g, a, b, stix_text(s, "relationship_type", arena), s->id);
		return;
	}
	edge_add(g, node_add(g, s->id, depth + 1), target, property, SLICE_NONE);
}

static int pointers_of(struct graph *g, size_t i)
{
	struct call *c = g->c;
	struct slice type;
	struct stix_uuid uuid;
	struct index_ref *ref;
	struct list_row *row;
	int64_t *added;
	size_t n, n_row;

	if (stix_id_parse(g->node[i].id, &type, &uuid) < 0)
		return 0;
	TRY(stix_index_refs(c->db, g->root, &uuid, POINTERS_MAX, c->arena, &ref, &n, &c->why));
	g->cut |= n == POINTERS_MAX;
	added = arena_array(c->arena, int64_t, n + 1);
	for (size_t k = 0; k < n; k++)
		added[k] = ref[k].added;
	TRY(stix_list_added(
		&c->world, c->db, &c->reader, g->root, added, n, c->arena, &row, &n_row, &c->why));
	struct slice *bytes = arena_array(c->arena, struct slice, n_row + 1);
	TRY(stix_list_bytes(c->db, row, n_row, c->arena, bytes, &c->why));
	for (size_t k = 0; k < n_row; k++) {
		struct stix s;
		struct slice property = SLICE("");

		if (stix_read(&s, c->arena, bytes[k], NULL) < 0)
			continue;
		for (size_t m = 0; m < n; m++)
			if (ref[m].added == row[k].added)
				property = ref[m].name;
		pointer_take(g, &s, i, property, g->node[i].depth);
	}
	return 0;
}

/* What it points at itself. */
static void targets_of(struct graph *g, size_t i, const struct stix *s)
{
	struct arena *arena = g->c->arena;

	for (json_ref v = json_first(&s->doc, s->root); v; v = json_next(&s->doc, v)) {
		struct slice key = json_key(&s->doc, v, arena), type;
		struct stix_uuid uuid;

		if (slice_is(key, "object_marking_refs"))
			continue;
		if (slice_ends(key, "_ref")) {
			struct slice id = json_string(&s->doc, v, arena);

			if (stix_id_parse(id, &type, &uuid) == 0)
				edge_add(g, i, node_add(g, id, g->node[i].depth + 1), key,
					SLICE_NONE);
		}
		if (!slice_ends(key, "_refs"))
			continue;
		for (json_ref e = json_first(&s->doc, v); e; e = json_next(&s->doc, e)) {
			struct slice id = json_string(&s->doc, e, arena);

			if (stix_id_parse(id, &type, &uuid) == 0)
				edge_add(g, i, node_add(g, id, g->node[i].depth + 1), key,
					SLICE_NONE);
		}
	}
}

static int node_look(struct graph *g, size_t i, bool further)
{
	struct graph_node *node = &g->node[i];
	struct stix_uuid uuid;
	struct list_row row;
	struct slice bytes;
	struct stix s;
	int rc = api_object_find(g->c, g->root, node->id, &row, &bytes);

	if (rc == E_MISSING) {
		/* Pointed at, and not here (or not for this caller): its id was in what could be read. */
		(void)!stix_id_parse(node->id, &node->type, &uuid);
		node->name = node->id;
		g->c->why = (struct why){0};
		return 0;
	}
	if (rc < 0)
		return rc;
	TRY(stix_read(&s, g->c->arena, bytes, &g->c->why));
	node->known = true;
	node->type = s.type;
	node->name = api_object_name(&s, g->c->arena);
	if (!further)
		return 0;
	targets_of(g, i, &s);
	return pointers_of(g, i);
}

static void graph_put(struct graph *g)
{
	struct json_out *o = &g->c->o;

	json_open(o, '{');
	json_open_at(o, "nodes", '[');
	for (size_t i = 0; i < g->n_node; i++) {
		json_open(o, '{');
		json_put_string(o, "id", g->node[i].id);
		json_put_string(o, "type", g->node[i].type);
		json_put_string(o, "name", g->node[i].name);
		json_put_bool(o, "known", g->node[i].known);
		json_put_u64(o, "depth", g->node[i].depth);
		json_close(o);
	}
	json_close(o);
	json_open_at(o, "edges", '[');
	for (size_t i = 0; i < g->n_edge; i++) {
		json_open(o, '{');
		json_put_string(o, "from", g->node[g->edge[i].from].id);
		json_put_string(o, "to", g->node[g->edge[i].to].id);
		json_put_string(o, "name", g->edge[i].name);
		put_text(o, "id", g->edge[i].id);
		json_close(o);
	}
	json_close(o);
	json_put_bool(o, "cut", g->cut);
	json_close(o);
}

int api_cyber_graph(struct call *c)
{
	struct graph *g = arena_new(c->arena, struct graph);
	struct slice id, depth = request_query(c->req, "depth");
	struct list_row row;
	struct slice bytes;
	uint64_t most = 1;
	enum mode mode;

	g->c = c;
	if (depth.n && (slice_u64(depth, &most) < 0 || most < 1 || most > 3))
		return why_set(&c->why, E_INVALID, "depth", "is 1, 2 or 3");
	TRY(call_query_mode(c, &mode));
	TRY(api_root(c, mode, &g->root));
	TRY(api_stix_id(c, &id));
	TRY(api_object_find(c, g->root, id, &row, &bytes));
	(void)node_add(g, id, 0);
	for (size_t i = 0; i < g->n_node; i++)
		TRY(node_look(g, i, g->node[i].depth < most));
	graph_put(g);
	return 0;
}
