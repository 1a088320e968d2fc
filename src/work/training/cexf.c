/* cexf.c: see cexf.h. */
#include "work/training/cexf.h"

#include "work/training/limits.h"
#include "work/training/msel.h"

static const struct json_limits limits = {32, 100000};

struct reading {
	const struct json_doc *doc;
	struct arena *arena;
	struct cexf *out;
	struct why *why;
};

static struct slice text_of(const struct reading *r, json_ref obj, const char *key)
{
	return slice_sub(json_string(r->doc, json_get(r->doc, obj, key), r->arena), 0, 32 * KIB);
}

/* "00:10:00", seconds as a number or in a text, "10m", null. */
static int64_t duration_of(const struct reading *r, json_ref v)
{
	struct slice s, part;
	int64_t n, all = 0;

	if (json_i64(r->doc, v, &n) == 0)
		return n >= 0 && n < 366 * 86400 ? n : -1;
	s = json_string(r->doc, v, r->arena);
	if (!s.n)
		return -1;
	if (slice_i64(s, &n) == 0)
		return n >= 0 && n < 366 * 86400 ? n : -1;
	while (slice_cut(&s, ':', &part)) {
		while (part.n > 1 && part.p[0] == '0')
			part = slice_sub(part, 1, part.n);
		if (slice_i64(part, &n) < 0 || n < 0 || n > 100000)
			return -1;
		all = all * 60 + n;
	}
	return all;
}

static struct cexf_inject *inject_find(struct cexf *c, struct slice uuid)
{
	for (size_t i = 0; i < c->n; i++)
		if (slice_eq(c->inject[i].uuid, uuid))
			return &c->inject[i];
	return NULL;
}

static int injects_read(struct reading *r, json_ref list)
{
	size_t at = 0;

	if (json_type(r->doc, list) != JSON_ARRAY || json_count(r->doc, list) > LIMIT_SHEET_ROWS)
		return why_set(r->why, E_INVALID, "/injects", "is missing, or too long");
	r->out->inject = arena_array(r->arena, struct cexf_inject, json_count(r->doc, list) + 1);
	for (json_ref v = json_first(r->doc, list); v; v = json_next(r->doc, v), at++) {
		struct cexf_inject *i = &r->out->inject[r->out->n];

		*i = (struct cexf_inject){.uuid = text_of(r, v, "uuid"),
			.name = text_of(r, v, "name"),
			.action = text_of(r, v, "action"),
			.description = text_of(r, v, "description"),
			.tool = text_of(r, v, "target_tool"),
			.at_s = -1};
		if (!i->uuid.n || !i->name.n)
			return why_set(r->why, E_INVALID,
				arena_printf(r->arena, "/injects/%zu", at), "has no %s",
				i->uuid.n ? "name" : "uuid");
		if (inject_find(r->out, i->uuid))
			return why_set(r->why, E_INVALID,
				arena_printf(r->arena, "/injects/%zu/uuid", at),
				"is there already");
		r->out->n++;
	}
	return 0;
}

static int flow_read(struct reading *r, json_ref list)
{
	size_t at = 0;

	for (json_ref v = json_first(r->doc, list); v; v = json_next(r->doc, v), at++) {
		struct cexf_inject *i = inject_find(r->out, text_of(r, v, "inject_uuid"));
		json_ref timing = json_get(r->doc, v, "timing");

		if (!i)
			return why_set(r->why, E_INVALID,
				arena_printf(r->arena, "/inject_flow/%zu/inject_uuid", at),
				"names an inject that there is not");
		if (!i->description.n)
			i->description = text_of(r, v, "description");
		i->requires = text_of(r, json_get(r->doc, v, "requirements"), "inject_uuid");
		i->at_s = duration_of(r, json_get(r->doc, timing, "triggered_at"));
		if (i->requires.n && !inject_find(r->out, i->requires))
			return why_set(r->why, E_INVALID,
				arena_printf(r->arena, "/inject_flow/%zu/requirements", at),
				"names an inject that there is not");
	}
	return 0;
}

int cexf_parse(struct cexf *ret, struct arena *arena, struct slice bytes, struct why *why)
{
	struct cexf out = {0};
	struct json_doc doc;
	struct reading r = {&doc, arena, &out, why};
	json_ref root, exercise;
	int rc = json_read(&doc, arena, bytes, &limits, why);

	if (rc < 0)
		return rc;
	root = json_root(&doc);
	exercise = json_get(&doc, root, "exercise");
	if (json_type(&doc, exercise) != JSON_OBJECT)
		return why_set(
			why, E_INVALID, "/exercise", "is missing: this is no exercise in CEXF");
	out.uuid = text_of(&r, exercise, "uuid");
	out.name = text_of(&r, exercise, "name");
	out.description = text_of(&r, exercise, "description");
	rc = injects_read(&r, json_get(&doc, root, "injects"));
	if (rc == 0)
		rc = flow_read(&r, json_get(&doc, root, "inject_flow"));
	if (rc == 0)
		*ret = out;
	return rc;
}

/* ---- out ---- */

static const char *uuid_of(const struct object_id *o, struct arena *arena)
{
	struct slice piece[2] = {id_slice(&o->owner), id_slice(&o->name)};
	struct hash h = hash_of(piece, 2);
	const uint8_t *b = h.b;

	/* RFC 9562 version 8: our own way to make it. */
	return arena_printf(arena,
		"%02x%02x%02x%02x-%02x%02x-8%01x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
		b[2], b[3], b[4], b[5], b[6] & 15, b[7], (b[8] & 0x3f) | 0x80, b[9], b[10], b[11],
		b[12], b[13], b[14], b[15]);
}

static int by_number(const void *a, const void *b)
{
	const struct script *x = *(const struct script *const *)a,
			    *y = *(const struct script *const *)b;
	int c = number_order(x->j.number, y->j.number);

	return c ? c : object_id_order(&x->row->object, &y->row->object);
}

static void flow_put(
	struct json_out *o, const struct view *v, const struct script *s, struct arena *arena)
{
	json_open(o, '{');
	json_put_cstr(o, "inject_uuid", uuid_of(&s->row->object, arena));
	json_put_string(o, "description", s->j.title);
	json_open_at(o, "requirements", '{');
	if (s->j.due.basis == DUE_RELATIVE && s->j.due.of.set && view_script(v, &s->j.due.of.id)) {
		json_put_cstr(o, "inject_uuid", uuid_of(&s->j.due.of.id, arena));
		json_put_cstr(o, "resolution_requirement", "completed");
	}
	json_close(o);
	json_open_at(o, "sequence", '{');
	json_open_at(o, "trigger", '[');
	json_put_cstr(o, NULL, s->j.fire == FIRE_AUTO ? "periodic" : "manual");
	json_close(o);
	json_close(o);
	json_open_at(o, "timing", '{');
	if (s->j.due.basis == DUE_SCENARIO && s->j.due.at >= v->ex.epoch)
		json_put_i64(o, "triggered_at", (s->j.due.at - v->ex.epoch) / 1000);
	else
		json_put_null(o, "triggered_at");
	json_close(o);
	json_close(o);
}

void cexf_write(struct buf *b, const struct view *v, struct arena *arena)
{
	const struct script **s = arena_array(arena, const struct script *, v->n_script + 1);
	struct json_out o = json_out(b);

	for (size_t i = 0; i < v->n_script; i++)
		s[i] = &v->script[i];
	qsort(s, v->n_script, sizeof(const struct script *), by_number);
	json_open(&o, '{');
	json_open_at(&o, "exercise", '{');
	json_put_cstr(&o, "uuid", uuid_of(&v->ex.row->object, arena));
	json_put_string(&o, "name", v->ex.code_name);
	json_put_string(&o, "description", view_mark(v));
	json_put_cstr(&o, "namespace", "entente");
	json_open_at(&o, "tags", '[');
	json_put_cstr(&o, NULL, "exercise");
	json_close(&o);
	json_close(&o);
	json_open_at(&o, "inject_flow", '[');
	for (size_t i = 0; i < v->n_script; i++)
		flow_put(&o, v, s[i], arena);
	json_close(&o);
	json_open_at(&o, "inject_payloads", '[');
	json_close(&o);
	json_open_at(&o, "injects", '[');
	for (size_t i = 0; i < v->n_script; i++) {
		json_open(&o, '{');
		json_put_cstr(&o, "uuid", uuid_of(&s[i]->row->object, arena));
		json_put_string(&o, "name", s[i]->j.title);
		json_put_string(&o, "description", s[i]->j.body);
		json_put_cstr(&o, "action", methods[s[i]->j.method]);
		json_put_cstr(&o, "target_tool", "entente");
		json_open_at(&o, "inject_evaluation", '[');
		json_close(&o);
		json_close(&o);
	}
	json_close(&o);
	json_close(&o);
	buf_byte(b, '\n');
}
