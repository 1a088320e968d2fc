/* after.c: see after.h. */
#include "work/training/after.h"

#include "node/files.h"
#include "work/training/cover.h"
#include "work/training/limits.h"
#include "work/training/lint.h"
#include "work/training/replay.h"
#include "work/training/report.h"

/* ---- lint ---- */

static bool admits(void *ctx, struct slice label, const struct id *member)
{
	struct desk *d = ctx;
	const struct standing *st = &d->world->standing;
	struct slice text = label, first, rest = label;
	struct label l;

	if (slice_cut(&rest, ' ', &first) && charter_level(st->charter, first) >= 0)
		text = slice_str(arena_printf(
			d->arena, "%.*s %.*s", SLICE_FMT(st->charter->policy), SLICE_FMT(label)));
	return id_eq(member, &d->node->self) ||
	       (label_parse(&l, text, NULL) == 0 &&
		       release_audience_check(&l, st->charter, st, member, 1, false, NULL) == 0);
}

static bool reads(void *ctx, const struct row *row, const struct id *member)
{
	struct desk *d = ctx;
	struct id *m;
	size_t n;

	return store_readers(d->db, row, d->arena, &m, &n, NULL) == 0 && ids_have(m, n, member);
}

static bool has_file(void *ctx, const struct hash *sha256)
{
	return files_has(((struct desk *)ctx)->node, sha256);
}

void print_lint(struct printer *p, struct desk *d, const struct view *v)
{
	struct lint_ask ask = {d, admits, reads, has_file};
	struct finding *f;
	size_t n, blocking = 0;

	lint_run(v, &ask, p->arena, &f, &n);
	json_open(p->o, '{');
	json_open_at(p->o, "findings", '[');
	for (size_t i = 0; i < n; i++) {
		json_open(p->o, '{');
		json_put_cstr(p->o, "rule", f[i].rule);
		json_put_bool(p->o, "blocks", f[i].blocks);
		print_record(p, "object", &f[i].object);
		json_put_string(p->o, "number", f[i].number);
		json_put_cstr(p->o, "text", f[i].text);
		json_close(p->o);
		blocking += f[i].blocks;
	}
	json_close(p->o);
	json_put_u64(p->o, "blocking", blocking);
	json_close(p->o);
}

/* ---- coverage ---- */

static void print_objective(struct printer *p, const struct view *v, const struct cover *c,
	const struct cover_objective *o)
{
	json_open(p->o, '{');
	print_record(p, "object", &o->part->row->object);
	json_put_string(p->o, "number", o->part->number);
	json_put_string(p->o, "title", o->part->title);
	json_put_bool(p->o, "core", o->part->core);
	json_put_bool(p->o, "designed", o->designed);
	json_put_bool(p->o, "delivered", o->delivered);
	json_put_bool(p->o, "evaluated", o->evaluated);
	json_put_u64(p->o, "injects", o->injects);
	json_put_u64(p->o, "played", o->played);
	json_put_u64(p->o, "observations", o->observations);
	json_put_u64(p->o, "not_observed", o->not_observed);
	json_put_u64(p->o, "withheld", o->withheld);
	json_open_at(p->o, "ratings", '[');
	for (size_t i = 0; i < v->ex.n_level; i++) {
		json_open(p->o, '{');
		json_put_string(p->o, "code", v->ex.level[i].code);
		json_put_u64(p->o, "n", o->rated[i]);
		json_close(p->o);
	}
	json_close(p->o);
	json_open_at(p->o, "phases", '[');
	for (size_t i = 0; i <= c->n_phase; i++)
		json_put_u64(p->o, NULL, o->phase[i]);
	json_close(p->o);
	json_close(p->o);
}

void print_cover(struct printer *p, const struct view *v)
{
	struct cover c;

	cover_build(&c, p->arena, v);
	json_open(p->o, '{');
	json_put_u64(p->o, "objectives", c.n);
	json_put_u64(p->o, "designed", c.designed);
	json_put_u64(p->o, "delivered", c.delivered);
	json_put_u64(p->o, "evaluated", c.evaluated);
	json_open_at(p->o, "phases", '[');
	for (size_t i = 0; i < c.n_phase; i++) {
		json_open(p->o, '{');
		print_record(p, "object", &c.phase[i]->row->object);
		json_put_string(p->o, "title", c.phase[i]->title);
		json_close(p->o);
	}
	json_close(p->o);
	json_open_at(p->o, "rows", '[');
	for (size_t i = 0; i < c.n; i++)
		print_objective(p, v, &c, &c.objective[i]);
	json_close(p->o);
	json_close(p->o);
}

/* ---- report and replay ---- */

/* Lessons and actions name the exercise, or its code name where that is all that may be said. */
static int of_exercise(
	struct desk *d, const struct view *v, enum kind_id kind, struct rows *ret, struct why *why)
{
	enum mode mode = v->ex.row->mode == MODE_TEST ? MODE_TEST : MODE_REAL;
	struct rows all;
	size_t n = 0;
	int rc = store_kind(
		d->world, d->db, &d->reader, mode, kind, LIMIT_KIND_EACH, d->arena, &all, why);

	for (size_t i = 0; rc == 0 && i < all.n; i++) {
		struct json_doc doc;
		struct object_id o;

		if (json_read(&doc, d->arena, all.p[i].body, &json_limits_partner, NULL) == 0 &&
			((get_object(&doc, json_root(&doc), "exercise", &o) &&
				 object_id_eq(&o, &v->ex.row->object)) ||
				slice_eq(get_text(&doc, json_root(&doc), "exercise_name", d->arena),
					v->ex.code_name)))
			all.p[n++] = all.p[i];
	}
	*ret = (struct rows){all.p, n};
	return rc;
}

int report_make(struct desk *d, const struct view *v, struct buf *b, struct why *why)
{
	enum mode mode = v->ex.row->mode == MODE_TEST ? MODE_TEST : MODE_REAL;
	struct rows lessons, actions, acceptances;
	int rc = of_exercise(d, v, KIND_LESSON, &lessons, why);

	if (rc == 0)
		rc = of_exercise(d, v, KIND_ACTION, &actions, why);
	if (rc == 0)
		rc = store_kind(d->world, d->db, &d->reader, mode, KIND_ACCEPTANCE, LIMIT_KIND_EACH,
			d->arena, &acceptances, why);
	if (rc == 0)
		report_print(v, d->world, &lessons, &actions, &acceptances, d->arena, b);
	if (rc == 0 && buf_over(b))
		rc = why_set(why, E_LIMIT, "", "the report would be too long");
	return rc;
}

int replay_make(struct desk *d, const struct view *v, const struct id *member, int64_t until,
	struct buf *b, struct why *why)
{
	/* Up to two views beside the one that is asked about. */
	struct arena scratch CLEANUP_ARENA = ARENA(2 * GIB);
	struct reader reader;
	struct view other, cut;
	int rc = 0;

	if (member) {
		reader = world_reader(d->world, member);
		/* Never more than whoever asks may see himself. */
		reader.clearance_level = d->reader.clearance_level;
		reader.no_clearance = d->reader.no_clearance;
		rc = store_view(d->world, d->db, &reader, v->ex.row->mode, &v->ex.row->object,
			&scratch, &other, why);
		v = &other;
	}
	if (rc == 0 && until) {
		rc = view_until(&cut, &scratch, v, until, why);
		v = &cut;
	}
	if (rc < 0)
		return rc;
	replay_print(v, d->arena, b);
	return buf_over(b) ? why_set(why, E_LIMIT, "", "the replay would be too long") : 0;
}
