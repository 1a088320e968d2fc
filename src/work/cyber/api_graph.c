/* api_graph.c: what hangs together with an object: who points at it, what it points at, some steps away. */
#include "work/cyber/api.h"

#include "work/cyber/index.h"

#include "base/report.h"

#define NODES_MAX    120
#define POINTERS_MAX 400
/* A property or a relationship_type; what is longer is shown by its beginning. */
#define EDGE_NAME_MAX 100

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

/* Ids and names lie in the arena of the call, but only those that are kept: what is looked at for them does not. */
static size_t node_add(struct graph *g, struct slice id, unsigned depth)
{
	for (size_t i = 0; i < g->n_node; i++)
		if (slice_eq(g->node[i].id, id))
			return i;
	if (g->n_node == NODES_MAX) {
		g->cut = true;
		return NODES_MAX;
	}
	g->node[g->n_node] = (struct graph_node){.id = arena_copy(g->c->arena, id), .depth = depth};
	return g->n_node++;
}

static void edge_add(struct graph *g, size_t from, size_t to, struct slice name, struct slice id)
{
	name = slice_sub(name, 0, EDGE_NAME_MAX);
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
	g->edge[g->n_edge++] = (struct graph_edge){
		from, to, arena_copy(g->c->arena, name), arena_copy(g->c->arena, id)};
}

/* A relationship is an edge; anything else that points is a node. */
static void pointer_take(struct graph *g, const struct stix *s, struct arena *scratch,
	size_t target, struct slice property, unsigned depth)
{
	if (slice_is(s->type, "relationship")) {
		struct slice from = stix_text(s, "source_ref", scratch),
			     to = stix_text(s, "target_ref", scratch);
		size_t a = node_add(g, from, depth + 1), b = node_add(g, to, depth + 1);

		edge_add(g, a, b, stix_text(s, "relationship_type", scratch), s->id);
		return;
	}
	edge_add(g, node_add(g, s->id, depth + 1), target, property, SLICE_NONE);
}

static int pointers_of(struct graph *g, size_t i)
{
	struct arena rows CLEANUP_ARENA = ARENA(16 * MIB);
	struct call *c = g->c;
	const struct index_view view = {&c->world, c->db, &c->reader, g->root};
	struct slice type;
	struct stix_uuid uuid;
	struct index_ref *ref;
	struct list_row *row;
	int64_t *added;
	size_t n, n_row;
	int rc;

	if (stix_id_parse(g->node[i].id, &type, &uuid) < 0)
		return 0;
	TRY(stix_index_refs(&view, &uuid, POINTERS_MAX, &rows, &ref, &n, &c->why));
	g->cut |= n == POINTERS_MAX;
	added = arena_array(&rows, int64_t, n + 1);
	for (size_t k = 0; k < n; k++)
		added[k] = ref[k].added;
	TRY(stix_list_added(
		&c->world, c->db, &c->reader, g->root, added, n, &rows, &row, &n_row, &c->why));
	struct list_walk k CLEANUP_WALK = stix_walk(c->db, row, n_row);
	while ((rc = stix_walk_next(&k, &c->why)) > 0) {
		struct slice property = SLICE("");

		for (size_t m = 0; m < n; m++)
			if (ref[m].added == row[k.at].added)
				property = ref[m].name;
		pointer_take(g, &k.s, &k.arena, i, property, g->node[i].depth);
	}
	return rc;
}

static void target_of(struct graph *g, size_t i, const struct stix *s, struct arena *scratch,
	struct slice key, json_ref v)
{
	struct slice id = json_string(&s->doc, v, scratch), type;
	struct stix_uuid uuid;

	if (stix_id_parse(id, &type, &uuid) == 0)
		edge_add(g, i, node_add(g, id, g->node[i].depth + 1), key, SLICE_NONE);
}

/* What it points at itself. */
static void targets_of(struct graph *g, size_t i, const struct stix *s, struct arena *scratch)
{
	for (json_ref v = json_first(&s->doc, s->root); v; v = json_next(&s->doc, v)) {
		struct slice key = json_key(&s->doc, v, scratch);

		if (slice_is(key, "object_marking_refs"))
			continue;
		if (slice_ends(key, "_ref"))
			target_of(g, i, s, scratch, key, v);
		if (!slice_ends(key, "_refs"))
			continue;
		for (json_ref e = json_first(&s->doc, v); e; e = json_next(&s->doc, e))
			target_of(g, i, s, scratch, key, e);
	}
}

/* One node in memory that is given back: a hundred of a MiB hang together. */
static int node_look(struct graph *g, size_t i, bool further)
{
	struct list_query q = {.root = g->root, .id = &g->node[i].id, .n_id = 1, .limit = 1};
	struct arena rows CLEANUP_ARENA = ARENA(1 * MIB);
	struct graph_node *node = &g->node[i];
	struct call *c = g->c;
	struct stix_uuid uuid;
	struct list_row *row;
	bool more;
	size_t n;
	int rc;

	TRY(stix_list_page(&c->world, c->db, &c->reader, &q, &rows, &row, &n, &more, &c->why));
	struct list_walk k CLEANUP_WALK = stix_walk(c->db, row, n);
	rc = stix_walk_next(&k, &c->why);
	if (rc == 0) {
		/* Pointed at, and not here (or not for this caller): its id was in what could be read. */
		(void)!stix_id_parse(node->id, &node->type, &uuid);
		node->name = node->id;
	}
	if (rc <= 0)
		return rc;
	node->known = true;
	node->type = arena_copy(c->arena, k.s.type);
	node->name = arena_copy(c->arena, api_object_name(&k.s, &k.arena));
	if (!further)
		return 0;
	targets_of(g, i, &k.s, &k.arena);
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
	uint64_t most = 1;
	enum mode mode;

	g->c = c;
	if (depth.n && (slice_u64(depth, &most) < 0 || most < 1 || most > 3))
		return why_set(&c->why, E_INVALID, "depth", "is 1, 2 or 3");
	TRY(call_query_mode(c, &mode));
	TRY(api_root(c, mode, &g->root));
	TRY(api_stix_id(c, &id));
	(void)node_add(g, id, 0);
	for (size_t i = 0; i < g->n_node; i++) {
		TRY(node_look(g, i, g->node[i].depth < most));
		if (!g->node[0].known)
			return why_set(&c->why, E_MISSING, "", "no such object");
	}
	graph_put(g);
	return 0;
}
