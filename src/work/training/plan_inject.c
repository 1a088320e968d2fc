/* plan_inject.c: what holds for an inject beyond its fields, and its shadow. */
#include "base/report.h"
#include "work/training/plan_int.h"

#define HALF_HOUR_MS 1800000LL

void inject_parties(const struct view *v, const struct inject *j, struct arena *arena,
	struct id **ret, size_t *ret_n)
{
	struct id *out = arena_array(arena, struct id, j->n_to + j->n_play_to + 1);
	size_t n = 0;

	for (size_t i = 0; i < j->n_play_to; i++)
		if (!ids_have(out, n, &j->play_to[i]))
			out[n++] = j->play_to[i];
	for (size_t i = 0; i < j->n_to; i++) {
		const struct part *p = view_part(v, &j->to[i]);

		if (p && p->has_party && !ids_have(out, n, &p->party))
			out[n++] = p->party;
	}
	*ret = out;
	*ret_n = n;
}

/* ---- rules that block ---- */

static const char *name_of(const struct desk *d, const struct id *m)
{
	return world_party_label(d->world, m, d->arena);
}

static int recipients_check(struct desk *d, const struct view *v, const struct inject *j,
	struct slice label, struct why *why)
{
	const struct standing *st = &d->world->standing;
	struct id *party;
	struct label l;
	size_t n;
	int rc;

	for (size_t i = 0; i < j->n_to; i++) {
		const struct part *p = view_part(v, &j->to[i]);

		if (!p || (p->type != PART_AUDIENCE && p->type != PART_CELL))
			return why_set(why, E_INVALID, arena_printf(d->arena, "/to/%zu", i),
				"is no training audience or cell of the exercise");
	}
	inject_parties(v, j, d->arena, &party, &n);
	rc = label_parse(&l, label, why);
	if (rc == 0)
		rc = label_check(&l, st->charter, why);
	if (rc < 0)
		return why_set(why, E_INVALID, "/play_label", "is no label of this coalition");
	for (size_t i = 0; i < n; i++) {
		if (!view_takes_part(v, &party[i]))
			return why_set(why, E_INVALID, "/to", "%s takes no part in the exercise",
				name_of(d, &party[i]));
		if (!id_eq(&party[i], &d->node->self) &&
			release_audience_check(&l, st->charter, st, &party[i], 1, false, NULL) < 0)
			return why_set(why, E_INVALID, "/play_label",
				"%s could not read it: outside the play label",
				name_of(d, &party[i]));
	}
	return 0;
}

static int controller_check(
	struct desk *d, const struct inject *j, const struct id *member, size_t n, struct why *why)
{
	if (j->has_controller_party && !ids_have(member, n, &j->controller_party))
		return why_set(why, E_INVALID, "/controller_party",
			"%s plays it and may not read it: outside the control label",
			name_of(d, &j->controller_party));
	return 0;
}

/* Whoever waits for `self` among those that ours would wait for, by due time or condition; NULL: nobody. */
static const struct script *waits_for_self(struct desk *d, const struct view *v,
	const struct object_id *self, const struct object_id *from)
{
	const struct script **stack = arena_array(d->arena, const struct script *, v->n_script + 1);
	bool *seen = arena_array(d->arena, bool, v->n_script + 1);
	const struct script *s = view_script(v, from);
	size_t n = 0;

	if (s) /* somebody else's may be unknown, and cannot wait for one that it does not know */
		stack[n++] = s;
	while (n) {
		const struct script *of[2];
		size_t m;

		s = stack[--n];
		m = inject_waits_for(v, s, of);
		for (size_t i = 0; i < m; i++) {
			if (object_id_eq(&of[i]->row->object, self))
				return s;
			if (!seen[of[i] - v->script])
				stack[n++] = of[i];
			seen[of[i] - v->script] = true;
		}
	}
	return NULL;
}

/* Ours is not in the view yet as it will be: what the view has of it is not asked. */
static int cycle_check(struct desk *d, const struct view *v, const struct object_id *self,
	const struct inject *j, struct why *why)
{
	const struct {
		const struct optional_object *of;
		const char *where;
	} edge[2] = {{j->due.basis == DUE_RELATIVE ? &j->due.of : NULL, "/due/of"},
		{j->kind == INJECT_CONTINGENCY ? &j->condition.inject : NULL, "/condition/inject"}};

	for (size_t i = 0; i < 2; i++) {
		const struct script *by;

		if (!edge[i].of || !edge[i].of->set)
			continue;
		if (object_id_eq(&edge[i].of->id, self))
			return why_set(why, E_INVALID, edge[i].where, "it would wait for itself");
		by = waits_for_self(d, v, self, &edge[i].of->id);
		if (by)
			return why_set(why, E_INVALID, edge[i].where,
				"it would wait for itself, by way of %.*s",
				SLICE_FMT(slice_sub(by->j.number, 0, 60)));
	}
	return 0;
}

/* ---- the shadow ---- */

static bool band_of(const struct view *v, const struct inject *j, int64_t *ret)
{
	int64_t at;

	if (j->due.basis == DUE_SCENARIO)
		at = j->due.at;
	else if (j->due.basis == DUE_ELAPSED)
		at = v->ex.epoch + j->due.after_ms;
	else
		return false;
	*ret = at - ((at % HALF_HOUR_MS) + HALF_HOUR_MS) % HALF_HOUR_MS;
	return true;
}

static struct slice shadow_print(
	struct desk *d, const struct view *v, const struct inject *j, bool gone)
{
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct json_out o = json_out(&b);
	const struct part *line = j->storyline.set ? view_part(v, &j->storyline.id) : NULL;
	int64_t from;

	json_open(&o, '{');
	put_record_id(&o, "exercise", &v->ex.row->object);
	if (!gone && band_of(v, j, &from))
		put_when(&o, "from", from);
	if (!gone && line && line->number.n)
		json_put_string(&o, "storyline", line->number);
	if (!gone && j->n_to) {
		json_open_at(&o, "audiences", '[');
		for (size_t i = 0; i < j->n_to; i++)
			put_record_id(&o, NULL, &j->to[i]);
		json_close(&o);
	}
	json_put_i64(&o, "weight", weight_load(j->weight));
	if (gone)
		json_put_bool(&o, "gone", true);
	json_close(&o);
	return arena_copy(d->arena, buf_slice(&b));
}

static const struct shade *shade_find(const struct view *v, const struct object_id *o)
{
	for (size_t i = 0; i < v->n_shade; i++)
		if (object_id_eq(&v->shade[i].row->object, o))
			return &v->shade[i];
	return NULL;
}

static int shadow_plan(struct desk *d, const struct view *v, struct plan *p, const struct inject *j,
	const struct object_id *inject, const struct id *member, size_t n, struct why *why)
{
	struct object_id o = shadow_object(inject);
	const struct shade *before = shade_find(v, &o);
	bool obsolete = strcmp(j->status, "obsolete") == 0;
	struct id *reader = arena_array(d->arena, struct id, v->ex.n_party + 2);
	size_t n_reader = 0;
	struct slice body;
	int rc;

	for (size_t i = 0; i < v->ex.n_party; i++)
		if (!ids_have(member, n, &v->ex.party[i]) &&
			!id_eq(&v->ex.party[i], &d->node->self))
			reader[n_reader++] = v->ex.party[i];
	if (j->shadow == SHADOW_BAND && n_reader && !obsolete) {
		reader[n_reader++] = d->node->self;
		body = shadow_print(d, v, j, false);
		if (before && slice_eq(before->row->body, body)) {
			struct id *old;
			size_t n_old;

			rc = store_readers(d->db, before->row, d->arena, &old, &n_old, why);
			qsort(reader, n_reader, sizeof(*reader), id_cmp);
			if (rc < 0 || (n_old == n_reader &&
					      memcmp(old, reader, n_old * sizeof(*old)) == 0))
				return rc;
		}
		plan_add(d, p, v->ex.row->mode, &training_kinds[KIND_SHADOW], &o, v->ex.row->label,
			reader, n_reader, body);
		return 0;
	}
	if (!before || before->gone)
		return 0;
	/* Who knew of it learns that it is gone. */
	rc = store_readers(d->db, before->row, d->arena, &reader, &n_reader, why);
	if (rc == 0)
		plan_add(d, p, v->ex.row->mode, &training_kinds[KIND_SHADOW], &o,
			before->row->label, reader, n_reader, shadow_print(d, v, j, true));
	return rc;
}

int plan_shadow_end(struct desk *d, const struct view *v, const struct script *s, struct plan *p,
	struct why *why)
{
	struct object_id o = shadow_object(&s->row->object);
	const struct shade *before = shade_find(v, &o);
	struct id *reader;
	size_t n;
	int rc;

	if (!before || before->gone)
		return 0;
	rc = store_readers(d->db, before->row, d->arena, &reader, &n, why);
	if (rc == 0)
		plan_add(d, p, v->ex.row->mode, &training_kinds[KIND_SHADOW], &o,
			before->row->label, reader, n, shadow_print(d, v, &s->j, true));
	return rc;
}

int plan_inject(struct desk *d, const struct view *v, struct plan *p, const struct id *member,
	size_t n, struct slice label, struct slice body, struct why *why)
{
	struct inject j;
	int rc = inject_parse(&j, d->arena, body, why);

	if (rc == 0)
		rc = recipients_check(d, v, &j, j.play_label.n ? play_label(d, v, &j) : label, why);
	if (rc == 0)
		rc = controller_check(d, &j, member, n, why);
	if (rc == 0)
		rc = cycle_check(d, v, &p->object, &j, why);
	if (rc == 0)
		rc = plan_other_check(d, v, &j, why);
	if (rc == 0)
		rc = shadow_plan(d, v, p, &j, &p->object, member, n, why);
	return rc;
}
