/* table.c: see table.h. */
#include "work/response/table.h"

#include "base/limits.h"
#include "base/vec.h"

#include <inttypes.h>

#define PATH_MAX_BYTES 160

const char *const table_restricted_default[] = {"quantity", "reserve", "home", "unit_name", "crew",
	"cost_rate", "footprint", "support_needed", "limitations", "external_ids", NULL};

struct table_cell {
	const char *path, *order; /* order: places of the fields in the shape, for sorting */
	struct slice value;
};
struct cells {
	struct table_cell *p;
	size_t n;
	struct arena *arena;
};
typedef VEC(struct table_cell) table_header;

/* ---- out ---- */

static void cell_add(struct cells *c, const char *path, const char *order, struct slice value)
{
	if (c->n < CSV_CELLS_MAX)
		c->p[c->n++] = (struct table_cell){arena_printf(c->arena, "%s", path),
			arena_printf(c->arena, "%s", order), value};
}

static struct slice scalar_text(const struct json_doc *doc, json_ref v, struct arena *arena)
{
	return json_type(doc, v) == JSON_STRING ? json_string(doc, v, arena) : json_raw(doc, v);
}

static void flatten(struct cells *c, const struct shape *s, const struct json_doc *doc,
	json_ref obj, const char *path, const char *order)
{
	char p[PATH_MAX_BYTES], q[PATH_MAX_BYTES];

	for (const struct shape_field *f = s->field; f->key; f++) {
		json_ref v = json_get(doc, obj, f->key);
		int place = (int)(f - s->field);

		if (v == JSON_ABSENT)
			continue;
		snprintf(p, sizeof(p), "%s%s%s", path, *path ? "." : "", f->key);
		snprintf(q, sizeof(q), "%s%02d", order, place);
		if (f->form == FORM_SHAPE) {
			flatten(c, f->shape, doc, v, p, q);
		} else if (f->form == FORM_SHAPES) {
			int i = 0;

			for (json_ref e = json_first(doc, v); e; e = json_next(doc, e), i++) {
				snprintf(p, sizeof(p), "%s%s%s.%d", path, *path ? "." : "", f->key,
					i);
				snprintf(q, sizeof(q), "%s%02d%04d", order, place, i);
				flatten(c, f->shape, doc, e, p, q);
			}
		} else if (json_type(doc, v) == JSON_ARRAY) {
			struct buf b CLEANUP_BUF = BUF(CSV_CELL_BYTES);

			for (json_ref e = json_first(doc, v); e; e = json_next(doc, e)) {
				if (b.n)
					buf_byte(&b, ',');
				buf_slice_add(&b, scalar_text(doc, e, c->arena));
			}
			cell_add(c, p, q, arena_copy(c->arena, buf_slice(&b)));
		} else {
			cell_add(c, p, q, scalar_text(doc, v, c->arena));
		}
	}
}

static void row_cells(const struct shape *s, const void *p, struct cells *c)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct json_doc doc;

	shape_text(s, p, &b);
	if (json_read(&doc, c->arena, arena_copy(c->arena, buf_slice(&b)), &json_limits_local,
		    NULL) == 0)
		flatten(c, s, &doc, json_root(&doc), "", "");
}

static int by_order(const void *a, const void *b)
{
	return strcmp(((const struct table_cell *)a)->order, ((const struct table_cell *)b)->order);
}

static struct slice cell_find(const struct cells *c, const char *path)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->p[i].path, path) == 0)
			return c->p[i].value;
	return SLICE("");
}

/* Of the columns that a row has those that are not in the heading yet. */
static void header_add(table_header *header, const struct cells *row, struct arena *arena)
{
	for (size_t k = 0; k < row->n; k++) {
		bool known = false;

		for (size_t m = 0; !known && m < header->n; m++)
			known = strcmp(header->p[m].order, row->p[k].order) == 0;
		if (!known)
			vec_push(header,
				((struct table_cell){arena_printf(arena, "%s", row->p[k].path),
					arena_printf(arena, "%s", row->p[k].order), SLICE_NONE}));
	}
}

/* The cells of a row in an arena that is there for one row only: nobody's many rows are in memory at once. */
static struct cells cells_of(const struct shape *s, const struct table_row *row, struct arena *each)
{
	arena_reset(each);
	struct cells c = {arena_array(each, struct table_cell, CSV_CELLS_MAX), 0, each};
	row_cells(s, row->p, &c);
	return c;
}

void table_print(const struct shape *s, const struct table_row *row, size_t n, struct arena *arena,
	struct buf *ret)
{
	struct arena each CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	table_header header = {0};
	char id[OBJECT_TEXT + 1];
	bool objects = false;

	for (size_t i = 0; i < n; i++) {
		struct cells c = cells_of(s, &row[i], &each);

		objects = objects || row[i].object;
		header_add(&header, &c, arena);
	}
	vec_sort(&header, by_order);
	if (objects)
		aid_csv_put(ret, SLICE("object"), true);
	for (size_t k = 0; k < header.n; k++)
		aid_csv_put(ret, slice_str(header.p[k].path), !objects && k == 0);
	aid_csv_end(ret);
	for (size_t i = 0; i < n && !buf_over(ret); i++) {
		struct cells c = cells_of(s, &row[i], &each);

		if (objects) {
			if (row[i].object)
				object_format(row[i].object, id);
			aid_csv_put(ret, row[i].object ? slice_str(id) : SLICE(""), true);
		}
		for (size_t k = 0; k < header.n; k++)
			aid_csv_put(ret, cell_find(&c, header.p[k].path), !objects && k == 0);
		aid_csv_end(ret);
	}
	vec_free(&header);
}

/* ---- in ---- */

struct importing {
	struct table_import *t;
	const struct aid_view *v;
	const struct csv *csv;
	size_t object_column; /* SIZE_MAX: none */
	int64_t now_ms;
	struct why *why;
};

static void problem(
	struct importing *m, const struct csv_row *row, const char *column, const char *text)
{
	if (m->t->n_problem < TABLE_PROBLEMS_MAX)
		m->t->problem[m->t->n_problem++] =
			(struct table_problem){row->line, arena_printf(m->v->arena, "%s", column),
				arena_printf(m->v->arena, "%s", text)};
}

/* The record that a row is a new version of, as it is now. */
struct was {
	const struct aid_record *detail; /* NULL: there is none */
	size_t n_detail;
	struct aid_capability joined;
};

/* What fewer know stays with them, whatever column it is. */
static bool is_restricted(const struct importing *m, const struct was *was, struct slice column)
{
	const struct shape *s = aid_kinds[AID_CAPABILITY_DETAIL].shape;
	struct slice rest = column, field;

	if (m->t->kind != AID_CAPABILITY || !slice_cut(&rest, '.', &field))
		return false;
	if (was->detail && shape_has(s, was->detail->a, field))
		return true;
	for (const char *const *c = m->t->restricted_column; *c; c++)
		if (slice_is(column, *c) ||
			(slice_starts(column, *c) && column.p[strlen(*c)] == '.'))
			return true;
	return false;
}

/* JSON of the open or the restricted part of a row; *ret empty if it has no cells there. */
static int part_compose(struct importing *m, const struct csv_row *row, const struct was *was,
	bool restricted, struct slice *ret)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	/* Of its own: a long heading is said again for each row. */
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	const struct csv_row *head = &m->csv->row[0];
	struct slice *field = arena_array(&arena, struct slice, head->n + 1);
	struct why why = {0};
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < head->n && i < row->n; i++)
		if (i != m->object_column && row->cell[i].n &&
			is_restricted(m, was, head->cell[i]) == restricted)
			field[n++] = slice_str(arena_printf(&arena, "%.*s=%.*s",
				SLICE_FMT(head->cell[i]), SLICE_FMT(row->cell[i])));
	*ret = SLICE_NONE;
	if (n == 0)
		return 0;
	rc = shape_compose(aid_kinds[m->t->kind].shape, field, n, m->now_ms, &arena, &b, &why);
	if (rc < 0) {
		problem(m, row, why.where, why.text);
		return 1;
	}
	*ret = arena_copy(m->v->arena, buf_slice(&b));
	return 0;
}

/* The record as a draft, if it is new or says something else than the one that is there. */
static int part_draft(struct importing *m, const struct csv_row *row, enum aid_kind kind,
	const union aid_any *a, const struct aid_record *old, const struct object_id *object,
	const struct draft *like)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT),
		     was CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct draft d = *like;
	union aid_any again;
	struct why why = {0};

	shape_text(aid_kinds[kind].shape, a, &b);
	if (aid_read(kind, &again, m->v->arena, buf_slice(&b), SHAPE_STRICT, &why) < 0) {
		const char *where = why.where[0] == '/' ? why.where + 1 : why.where;

		problem(m, row, where, why.text);
		return 1;
	}
	if (old) {
		shape_text(aid_kinds[kind].shape, old->a, &was);
		if (slice_eq(buf_slice(&b), buf_slice(&was)))
			return 0;
		d.label = old->r.label;
		d.member = old->r.audience;
		d.n_member = old->r.n_audience;
		d.all = false;
	}
	d.kind = slice_str(aid_kinds[kind].kind);
	d.media = SLICE("application/json");
	d.content = arena_copy(m->v->arena, buf_slice(&b));
	d.has_object = true;
	d.object = *object;
	m->t->draft[m->t->n_draft++] = d;
	return 2;
}

static struct object_id new_object(const struct aid_view *v)
{
	struct object_id id = {.owner = v->world->node->self};

	env_random(&v->world->node->env, id.name.b, sizeof(id.name.b));
	return id;
}

/* The own records that hold what fewer know. */
static int detail_of(struct importing *m, const struct object_id *capability, struct was *was)
{
	struct joined_capability j;
	struct aid_record *about;
	int rc = aid_about(m->v, capability, AID_CAPABILITY_DETAIL, &m->v->world->node->self,
		&about, &was->n_detail, m->why);

	if (rc == 0)
		rc = capability_get(m->v, capability, &j, m->why);
	if (rc < 0)
		return rc;
	was->detail = was->n_detail ? about : NULL;
	was->joined = j.c;
	return 0;
}

/* Does the row say what the capability says now, with all that is known of it? */
static bool is_same(const struct was *was, const struct aid_capability *open,
	const struct aid_capability *restricted)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT),
		     now CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct aid_capability said = *open;

	if (restricted)
		shape_overlay(aid_kinds[AID_CAPABILITY_DETAIL].shape, &said, restricted);
	shape_text(aid_kinds[AID_CAPABILITY].shape, &said, &b);
	shape_text(aid_kinds[AID_CAPABILITY].shape, &was->joined, &now);
	return slice_eq(buf_slice(&b), buf_slice(&now));
}

/* Its two parts; `d` is empty if there is nothing that fewer know. */
static int capability_read(struct importing *m, const struct csv_row *row, const struct was *was,
	union aid_any *a, union aid_any *d, bool *ret_detail)
{
	struct slice open, restricted;
	int rc;

	if (part_compose(m, row, was, false, &open) || part_compose(m, row, was, true, &restricted))
		return 1;
	rc = aid_read(
		AID_CAPABILITY, a, m->v->arena, open.n ? open : SLICE("{}"), SHAPE_PARTIAL, m->why);
	if (rc == 0)
		rc = aid_read(AID_CAPABILITY_DETAIL, d, m->v->arena,
			restricted.n ? restricted : SLICE("{}"), SHAPE_PARTIAL, m->why);
	*ret_detail = restricted.n || was->detail;
	return rc;
}

static int capability_row(struct importing *m, const struct csv_row *row,
	const struct aid_record *old, const struct object_id *object)
{
	const struct shape *shape = aid_kinds[AID_CAPABILITY_DETAIL].shape;
	struct was was = {0};
	struct object_id detail_id;
	union aid_any a, d;
	bool has_detail;
	int first = 0, second = 0, rc = old ? detail_of(m, object, &was) : 0;

	if (rc == 0)
		rc = capability_read(m, row, &was, &a, &d, &has_detail);
	if (rc)
		return rc < 0 ? rc : 0;
	if (old && is_same(&was, &a.capability, has_detail ? &d.capability : NULL)) {
		m->t->same++;
		return 0;
	}
	if (was.n_detail > 1) {
		problem(m, row, "object",
			"has details in several records: which of them is meant cannot be said here");
		return 0;
	}
	/* What the open part says for all the others, where fewer know better. */
	if (was.detail)
		shape_retain(shape, &a, old->a, was.detail->a);
	first = part_draft(m, row, AID_CAPABILITY, &a, old, object, m->t->open);
	if (has_detail) {
		d.capability.of = *object;
		detail_id = was.detail ? was.detail->r.object : new_object(m->v);
		second = part_draft(m, row, AID_CAPABILITY_DETAIL, &d, was.detail, &detail_id,
			m->t->restricted);
	}
	if (first == 1 || second == 1)
		return 0;
	m->t->created += !old;
	m->t->changed += old && (first || second);
	m->t->same += old && !first && !second;
	return 0;
}

static int readiness_row(struct importing *m, const struct csv_row *row,
	const struct aid_record *old, const struct object_id *object)
{
	const struct was was = {0};
	struct slice open;
	union aid_any a;
	int made;

	if (part_compose(m, row, &was, false, &open))
		return 0;
	if (aid_read(AID_READINESS, &a, m->v->arena, open.n ? open : SLICE("{}"), SHAPE_PARTIAL,
		    m->why) < 0)
		return E_SYNTAX;
	if (!a.readiness.reported_at)
		a.readiness.reported_at = m->now_ms;
	made = part_draft(m, row, AID_READINESS, &a, old, object, m->t->open);
	m->t->created += made == 2 && !old;
	m->t->changed += made == 2 && old;
	m->t->same += made == 0;
	return 0;
}

static int row_import(struct importing *m, const struct csv_row *row)
{
	struct slice text =
		m->object_column < row->n ? slice_trim(row->cell[m->object_column]) : SLICE("");
	struct object_id object;
	struct aid_record old;
	struct why why = {0};
	int rc;

	if (row->n > m->csv->row[0].n) {
		problem(m, row, "", "has more cells than the header");
		return 0;
	}
	if (text.n && object_parse(text, &object) < 0) {
		problem(m, row, "object", "is no id of a record");
		return 0;
	}
	rc = text.n ? aid_get(m->v, m->t->kind, &object, &old, &why) : 0;
	if (rc == E_MISSING || (text.n && !id_eq(&object.owner, &m->v->world->node->self))) {
		problem(m, row, "object", "is no record of this node's own, of this kind");
		return 0;
	}
	if (rc < 0)
		return rc;
	if (!text.n)
		object = new_object(m->v);
	why = (struct why){0};
	m->why = &why;
	rc = m->t->kind == AID_CAPABILITY ? capability_row(m, row, text.n ? &old : NULL, &object)
					  : readiness_row(m, row, text.n ? &old : NULL, &object);
	if (rc == E_SYNTAX || rc == E_INVALID || rc == E_LIMIT) {
		problem(m, row, why.where[0] == '/' ? why.where + 1 : why.where, why.text);
		rc = 0;
	}
	return rc;
}

int table_import(
	struct table_import *t, const struct aid_view *v, struct slice bytes, struct why *why)
{
	struct importing m = {.t = t,
		.v = v,
		.object_column = SIZE_MAX,
		.now_ms = env_now_ms(&v->world->node->env),
		.why = why};
	struct csv csv;
	int rc = aid_csv_read(&csv, v->arena, bytes, why);

	if (rc < 0)
		return rc;
	if (csv.n < 1)
		return why_set(why, E_SYNTAX, "line 1", "there is no header");
	m.csv = &csv;
	for (size_t i = 0; i < csv.row[0].n; i++)
		if (slice_is(csv.row[0].cell[i], "object"))
			m.object_column = i;
	t->draft = arena_array(v->arena, struct draft, 2 * csv.n + 1);
	for (size_t i = 1; rc == 0 && i < csv.n && t->n_problem < TABLE_PROBLEMS_MAX; i++) {
		m.why = why;
		rc = row_import(&m, &csv.row[i]);
		t->rows++;
	}
	return rc;
}
