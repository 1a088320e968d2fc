/* table.c: see table.h. */
#include "work/procurement/ocds/table.h"

#include "base/map.h"
#include "base/report.h"

#define DEPTH_MAX      16 /* of lists in lists, and of objects in a row */
#define NAME_MAX_BYTES 1024

/* Twice over the same data: first the columns, then the rows. */
struct table {
	struct arena *arena;
	struct map column; /* name → its number + 1 */
	const char **name;
	size_t n_name, room;
	bool naming;
	const struct tree **cell; /* of the row at hand, by column */
	const struct tree *parent[DEPTH_MAX];
	const char *parent_path[DEPTH_MAX]; /* "", "contracts/0/", … */
	size_t n_parent, rows;
	struct buf *out;
	struct why *why;
	int rc;
};

static void fail(struct table *t, int code, const char *text)
{
	if (t->rc == 0)
		t->rc = why_set(t->why, code, "", "%s", text);
}

static void name_add(struct table *t, const char *name)
{
	if (t->n_name == OCDS_TABLE_COLUMNS) {
		fail(t, E_LIMIT, "there are too many different values for one table");
		return;
	}
	if (t->n_name == t->room) {
		const char **more = arena_array(t->arena, const char *, 2 * t->room + 32);

		if (t->n_name)
			memcpy(more, t->name, t->n_name * sizeof(*more));
		t->name = more;
		t->room = 2 * t->room + 32;
	}
	t->name[t->n_name++] = name;
	map_put(&t->column, slice_str(name), (void *)(uintptr_t)t->n_name);
}

/* One value: a new name while names are gathered, a cell of the row afterwards. */
static void value(struct table *t, const char *path, struct slice key, const struct tree *v)
{
	char name[NAME_MAX_BYTES];
	int len = snprintf(name, sizeof(name), "%s%.*s", path, SLICE_FMT(key));
	uintptr_t at;

	if (len < 0 || (size_t)len >= sizeof(name)) {
		fail(t, E_LIMIT, "a path is too long for the name of a column");
		return;
	}
	at = (uintptr_t)map_get(&t->column, slice_str(name));
	if (t->naming && at == 0)
		name_add(t, arena_string(t->arena, slice_str(name)));
	else if (!t->naming && at)
		t->cell[at - 1] = v;
}

static bool is_plain_list(const struct tree *t)
{
	for (const struct tree *c = t->first; c; c = c->next)
		if (c->type == JSON_OBJECT || c->type == JSON_ARRAY)
			return false;
	return true;
}

static void object(struct table *t, const char *path, const struct tree *o, unsigned depth)
{
	for (const struct tree *m = o->first; m && t->rc == 0; m = m->next) {
		if (m->type == JSON_OBJECT && depth < DEPTH_MAX)
			object(t, arena_printf(t->arena, "%s%.*s/", path, SLICE_FMT(m->key)), m,
				depth + 1);
		else if (m->type == JSON_ARRAY ? is_plain_list(m)
					       : m->type != JSON_OBJECT && m->type != JSON_NULL)
			value(t, path, m->key, m);
	}
}

/* ---- a row ---- */

static bool formula(struct slice s)
{
	return s.n && (s.p[0] < 0x20 || memchr("=+-@", s.p[0], 4) != NULL);
}

static void text_put(struct buf *b, struct slice s)
{
	if (formula(s))
		buf_byte(b, '\'');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			buf_byte(b, '"');
		buf_byte(b, s.p[i]);
	}
}

static void cell_put(struct buf *b, const struct tree *v)
{
	if (!v)
		return;
	if (v->type != JSON_ARRAY && v->type != JSON_STRING) {
		buf_slice_add(b, v->raw);
		return;
	}
	buf_byte(b, '"');
	if (v->type == JSON_STRING)
		text_put(b, v->text);
	for (const struct tree *c = v->type == JSON_ARRAY ? v->first : NULL; c; c = c->next) {
		text_put(b, c->type == JSON_STRING ? c->text : c->raw);
		if (c->next)
			buf_byte(b, ';');
	}
	buf_byte(b, '"');
}

static void row(struct table *t, const char *path, const struct tree *o)
{
	static const char *const ids[] = {"ocid", "id"};

	t->rows++;
	if (!t->naming)
		memset(t->cell, 0, t->n_name * sizeof(*t->cell));
	for (size_t p = 0; p < t->n_parent; p++)
		for (size_t k = p ? 1 : 0; k < 2; k++) {
			const struct tree *id = tree_get(t->parent[p], ids[k]);

			if (id && id->type != JSON_OBJECT && id->type != JSON_ARRAY)
				value(t, t->parent_path[p], slice_str(ids[k]), id);
		}
	object(t, path, o, 0);
	if (t->naming || t->rc < 0)
		return;
	for (size_t c = 0; c < t->n_name; c++) {
		if (c)
			buf_byte(t->out, ',');
		cell_put(t->out, t->cell[c]);
	}
	buf_str(t->out, "\r\n");
	if (buf_over(t->out))
		fail(t, E_LIMIT, "the table is too large");
}

/* ---- the way to the rows ---- */

/* `at` is at the end of `path`; what is left of the way is `rest`. */
static void walk(struct table *t, const struct tree *at, struct slice rest, const char *path)
{
	struct slice word = rest;
	const struct tree *next;

	if (at->type == JSON_ARRAY) {
		for (const struct tree *e = at->first; e && t->rc == 0; e = e->next)
			if (e->type == JSON_OBJECT)
				walk(t, e, rest, arena_printf(t->arena, "%s0/", path));
		return;
	}
	if (rest.n == 0) {
		row(t, path, at);
		return;
	}
	if (!slice_cut(&rest, '/', &word) || !(next = tree_get_slice(at, word)) ||
		(next->type != JSON_ARRAY && next->type != JSON_OBJECT) || t->n_parent == DEPTH_MAX)
		return;
	t->parent[t->n_parent] = at;
	t->parent_path[t->n_parent++] = path;
	walk(t, next, rest, arena_printf(t->arena, "%s%.*s/", path, SLICE_FMT(word)));
	t->n_parent--;
}

static void header(struct table *t)
{
	for (size_t c = 0; c < t->n_name; c++) {
		if (c)
			buf_byte(t->out, ',');
		buf_byte(t->out, '"');
		text_put(t->out, slice_str(t->name[c]));
		buf_byte(t->out, '"');
	}
	buf_str(t->out, "\r\n");
}

int ocds_table(const struct tree *const *release, size_t n, struct slice path, struct arena *arena,
	struct buf *ret, struct why *why)
{
	struct table t = {.arena = arena, .naming = true, .out = ret, .why = why};

	for (size_t i = 0; i < n && t.rc == 0; i++)
		walk(&t, release[i], path, "");
	if (t.rc == 0 && t.rows == 0)
		t.rc = why_set(why, E_INVALID, "", "there is no list %.*s in these releases",
			SLICE_FMT(path));
	if (t.rc == 0) {
		header(&t);
		t.naming = false;
		t.cell = arena_array(arena, const struct tree *, t.n_name + 1);
		for (size_t i = 0; i < n && t.rc == 0; i++)
			walk(&t, release[i], path, "");
	}
	map_free(&t.column);
	return t.rc;
}
