/* bring.c: see bring.h. */
#include "work/training/bring.h"

#include "base/utf8.h"
#include "work/training/ics.h"
#include "work/training/limits.h"
#include "work/training/plan_int.h"

static struct slice line_of(struct slice s, size_t max)
{
	struct slice line;

	s = slice_trim(s);
	if (!slice_cut(&s, '\n', &line))
		return SLICE_NONE;
	line = slice_sub(slice_trim(line), 0, max);
	while (line.n && utf8_bad_at(line) >= 0)
		line.n--;
	return line;
}

static struct slice text_of(struct slice s)
{
	s = slice_sub(s, 0, 30 * KIB);
	while (s.n && utf8_bad_at(s) >= 0)
		s.n--;
	return s;
}

static int save(struct desk *d, const struct view *v, enum kind_id id, struct buf *b,
	struct plan *all, struct why *why)
{
	struct plan p;
	int rc = plan_save(
		d, &training_kinds[id], v->ex.row->mode, NULL, buf_slice(b), NULL, &p, why);

	for (size_t i = 0; rc == 0 && i < p.n; i++) {
		const struct draft *x = &p.draft[i];

		*plan_add(d, all, x->mode, kind_find(x->kind), &x->object, x->label, x->member,
			x->n_member, x->content) = *x;
	}
	all->object = p.object;
	return rc;
}

/* ---- playbooks ---- */

static bool task_here(const struct view *v, const struct cacao *c, const struct cacao_step *s,
	struct arena *arena)
{
	for (size_t i = 0; i < v->n_part; i++) {
		struct json_doc doc;
		json_ref p;

		if (v->part[i].type != PART_TASK || json_read(&doc, arena, v->part[i].row->body,
							    &json_limits_partner, NULL) < 0)
			continue;
		p = json_get(&doc, json_root(&doc), "playbook");
		if (slice_eq(get_text(&doc, p, "id", arena), c->id) &&
			slice_eq(get_text(&doc, p, "step", arena), s->id))
			return true;
	}
	return false;
}

static bool number_here(const struct view *v, struct slice number)
{
	for (size_t i = 0; i < v->n_script; i++)
		if (slice_eq(v->script[i].j.number, number))
			return true;
	return false;
}

static void task_print(struct desk *d, const struct view *v, const struct cacao *c,
	const struct cacao_step *s, size_t number, struct buf *b)
{
	struct json_out o = json_out(b);
	struct slice title = line_of(s->name.n ? s->name : s->description, 280);

	json_open(&o, '{');
	put_record_id(&o, "exercise", &v->ex.row->object);
	json_put_cstr(&o, "type", "task");
	json_put_cstr(&o, "number", arena_printf(d->arena, "P%zu", number));
	json_put_string(&o, "title", title.n ? title : SLICE("Step of the playbook"));
	if (s->description.n)
		json_put_string(&o, "text", text_of(s->description));
	if (s->command.n)
		json_put_string(&o, "standard", text_of(s->command));
	json_open_at(&o, "playbook", '{');
	json_put_string(&o, "id", line_of(c->id, 280));
	json_put_string(&o, "step", line_of(s->id, 280));
	json_close(&o);
	json_close(&o);
}

static void branch_print(struct desk *d, const struct view *v, const struct cacao *c,
	const struct cacao_step *s, struct slice number, struct buf *b)
{
	struct json_out o = json_out(b);
	struct slice title = line_of(s->name.n ? s->name : s->condition, 250);

	json_open(&o, '{');
	put_record_id(&o, "exercise", &v->ex.row->object);
	json_put_string(&o, "number", number);
	json_put_cstr(&o, "kind", "contingency");
	json_put_string(&o, "title",
		slice_str(arena_printf(
			d->arena, "If: %.*s", SLICE_FMT(title.n ? title : SLICE("branch")))));
	if (s->description.n)
		json_put_string(&o, "background", text_of(s->description));
	json_put_string(&o, "notes",
		slice_str(arena_printf(d->arena, "Branch of the playbook %.*s: %.*s",
			SLICE_FMT(line_of(c->name, 200)), SLICE_FMT(line_of(s->condition, 500)))));
	json_put_cstr(&o, "fire", "manual");
	json_close(&o);
}

int plan_playbook(struct desk *d, const struct view *v, const struct cacao *c, struct plan *ret,
	struct why *why)
{
	struct plan all = {0};
	size_t task = 0, branch = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < c->n; i++) {
		const struct cacao_step *s = &c->step[i];
		struct buf b CLEANUP_BUF = BUF(256 * KIB);

		if (s->type == CACAO_ACTION || s->type == CACAO_PLAYBOOK) {
			task++;
			if (task_here(v, c, s, d->arena))
				continue;
			task_print(d, v, c, s, task, &b);
			rc = save(d, v, KIND_PART, &b, &all, why);
		} else if (s->type == CACAO_IF || s->type == CACAO_WHILE ||
			   s->type == CACAO_SWITCH) {
			struct slice number = slice_str(arena_printf(d->arena, "B%zu", ++branch));

			if (number_here(v, number))
				continue;
			branch_print(d, v, c, s, number, &b);
			rc = save(d, v, KIND_INJECT, &b, &all, why);
		}
	}
	if (rc == 0 && all.n == 0)
		rc = why_set(
			why, E_STATE, "", "the playbook has no action that is not here already");
	if (rc == 0)
		*ret = all;
	return rc;
}

/* ---- CEXF ---- */

int plan_cexf(struct desk *d, const struct view *v, const struct cexf *c, struct plan *ret,
	struct why *why)
{
	const struct kind *k = &training_kinds[KIND_INJECT];
	struct object_id *o = arena_array(d->arena, struct object_id, c->n + 1);
	struct plan all = {0};
	struct id *member;
	size_t n_member;
	int rc = 0;

	if (v->clock.ended)
		return why_set(why, E_STATE, "",
			"the exercise has ended: its script stays as it was played");
	members_union(
		d->arena, &v->ex.row->object.owner, 1, NULL, 0, &d->node->self, &member, &n_member);
	for (size_t i = 0; i < c->n; i++)
		o[i] = plan_object(d);
	for (size_t i = 0; rc == 0 && i < c->n; i++) {
		const struct cexf_inject *j = &c->inject[i];
		struct buf b CLEANUP_BUF = BUF(256 * KIB);
		struct json_out out = json_out(&b);
		struct slice number = slice_str(arena_printf(d->arena, "C%zu", i + 1)), body;

		if (number_here(v, number))
			continue;
		json_open(&out, '{');
		put_record_id(&out, "exercise", &v->ex.row->object);
		json_put_string(&out, "number", number);
		json_put_string(&out, "title", line_of(j->name, 280));
		if (j->description.n)
			json_put_string(&out, "body", text_of(j->description));
		if (j->action.n)
			json_put_string(&out, "method_text", line_of(j->action, 280));
		if (j->at_s >= 0) {
			json_open_at(&out, "due", '{');
			json_put_cstr(&out, "basis", "scenario");
			put_when(&out, "at", v->ex.epoch + j->at_s * 1000);
			json_close(&out);
		} else if (j->requires.n) {
			for (size_t r = 0; r < c->n; r++)
				if (slice_eq(c->inject[r].uuid, j->requires) && r != i) {
					json_open_at(&out, "due", '{');
					json_put_cstr(&out, "basis", "relative");
					put_record_id(&out, "of", &o[r]);
					json_put_cstr(&out, "on", "responded");
					json_close(&out);
					break;
				}
		}
		json_close(&out);
		body = arena_copy(d->arena, buf_slice(&b));
		rc = kind_check(k, body, d->arena, why);
		if (rc == 0) {
			all.object = o[i];
			plan_add(d, &all, v->ex.row->mode, k, &o[i], v->ex.row->label, member,
				n_member, body);
			rc = plan_inject(d, v, &all, member, n_member, v->ex.row->label, body, why);
		}
	}
	if (rc == 0 && all.n == 0)
		rc = why_set(why, E_STATE, "", "there is no inject that is not here already");
	if (rc == 0)
		*ret = all;
	return rc;
}

/* ---- calendars ---- */

int plan_busy(struct desk *d, enum mode mode, const char *what, struct slice name, struct slice ics,
	int64_t from, int64_t to, const struct audience *a, struct plan *ret, struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct json_out o = json_out(&b);
	const struct object_id *before = NULL;
	struct ics_block *block;
	struct object_id own;
	struct rows rows;
	size_t n, events;
	int rc = ics_busy(ics, from, to, d->arena, &block, &n, &events, why);

	if (rc == 0)
		rc = store_kind(d->world, d->db, &d->reader, mode, KIND_MASK, LIMIT_KIND_EACH,
			d->arena, &rows, why);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < rows.n; i++) {
		struct json_doc doc;

		if (!id_eq(&rows.p[i].author, &d->node->self) ||
			json_read(&doc, d->arena, rows.p[i].body, &json_limits_partner, NULL) < 0 ||
			!slice_is(get_text(&doc, json_root(&doc), "what", d->arena), what) ||
			!slice_eq(get_text(&doc, json_root(&doc), "name", d->arena), name))
			continue;
		own = rows.p[i].object;
		before = &own;
	}
	json_open(&o, '{');
	json_put_cstr(&o, "what", what);
	json_put_string(&o, "name", name);
	json_open_at(&o, "busy", '[');
	for (size_t i = 0; i < n; i++) {
		json_open(&o, '{');
		put_day(&o, "from", block[i].from);
		put_day(&o, "to", block[i].to);
		json_close(&o);
	}
	json_close(&o);
	json_put_cstr(&o, "source", "calendar");
	json_close(&o);
	return plan_save(d, &training_kinds[KIND_MASK], mode, before, buf_slice(&b), a, ret, why);
}
