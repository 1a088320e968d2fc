/* planning_tell.c: a plan as JSON, for API, pages and --json alike; and such a text checked against the records that are here. */
#include "base/enc.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "node/content.h"
#include "work/response/planning_int.h"

#include <inttypes.h>

#define WHY_NOT_MAX 200 /* refusals told of one line */

/* ---- the problem's name ---- */

static void number_add(struct hasher *h, const char *what, const int64_t *v, size_t n)
{
	struct buf b CLEANUP_BUF = BUF(4 * KIB);

	buf_addf(&b, "%s", what);
	for (size_t i = 0; i < n; i++)
		buf_addf(&b, " %" PRId64, v[i]);
	buf_byte(&b, '\n');
	hash_add(h, buf_slice(&b));
}

static void text_add(struct hasher *h, struct slice s)
{
	number_add(h, "text", (int64_t[]){(int64_t)s.n}, 1);
	hash_add(h, s);
}

void planning_canonical(const struct planning *p, struct hasher *h)
{
	const struct plan_problem *q = &p->problem;
	const struct plan_policy *w = &q->policy;

	number_add(h, "entente-plan/1",
		(int64_t[]){q->grace_minutes, w->unmet, w->late, w->cost, w->burden}, 5);
	text_add(h, q->currency);
	for (size_t i = 0; i < q->n_member; i++) {
		text_add(h, q->member[i].label);
		number_add(h, "member", &q->member[i].share, 1);
		for (size_t k = 0; k < q->member[i].n_not_with; k++)
			text_add(h, q->member[i].not_with[k]);
	}
	for (size_t i = 0; i < q->n_line; i++) {
		const struct plan_line *l = &q->line[i];
		number_add(h, "line",
			(int64_t[]){l->line, l->quantity, l->min_useful, l->weight,
				l->max_contributors, l->needed_by_ms},
			6);
		text_add(h, l->type);
	}
	for (size_t i = 0; i < q->n_lot; i++) {
		const struct plan_lot *k = &q->lot[i];
		text_add(h, k->id);
		number_add(h, "lot",
			(int64_t[]){(int64_t)k->member, k->quantity, k->min_lot, k->group,
				k->mobilisation},
			5);
	}
	/* What depends on places, ways, caveats and windows is in the arcs; when they arrive moves with the clock, and is not. */
	for (size_t i = 0; i < p->arcs.n; i++) {
		const struct plan_arc *a = &p->arcs.arc[i];
		number_add(h, "arc",
			(int64_t[]){a->lot, a->line, a->way, a->effect, a->unit_cost, a->lift_kg,
				a->approval},
			7);
	}
}

/* ---- what is shown ---- */

static void put_name(struct json_out *o, const char *key, struct slice name)
{
	if (name.n)
		json_put_string(o, key, name);
	else
		json_put_null(o, key);
}

/* The table that a candidate has given out, by its hash: what it would bring is its word, and no record. */
static void put_stated(const struct planning *p, struct json_out *o)
{
	struct hash h = hash_bytes(p->options.stated);
	char hex[65];

	if (p->options.stated.n == 0) {
		json_put_null(o, "stated");
		return;
	}
	hex_encode(h.b, 32, hex);
	json_put_cstr(o, "stated", hex);
}

/* Points with three places; a point is a whole. */
#define POINT 100000000
#define PLACE (POINT / 1000)
static void put_points(struct json_out *o, const char *key, int64_t points)
{
	char text[40];

	snprintf(text, sizeof(text), "%" PRId64 ".%03" PRId64, points / POINT,
		points % POINT / PLACE);
	json_put_raw(o, key, slice_str(text));
}

static void put_take(const struct planning *p, size_t arc, struct json_out *o)
{
	const struct plan_arc *a = &p->arcs.arc[arc];
	const struct plan_lot *k = &p->problem.lot[a->lot];

	json_open(o, '{');
	json_put_string(o, "lot", k->id);
	json_put_string(o, "name", k->name);
	json_put_string(o, "type", k->type);
	json_put_string(o, "member", p->problem.member[k->member].label);
	json_put_i64(o, "quantity", p->package.take[arc]);
	json_put_i64(o, "effect_percent", a->effect * 100 / PLAN_EFFECT);
	if (k->n_way)
		json_put_string(o, "mode", k->way[a->way].mode);
	else
		json_put_null(o, "mode");
	put_time_or_null(o, "arrives", a->arrives_ms);
	json_put_i64(o, "late_minutes", a->late_minutes);
	json_put_i64(o, "cost", k->mobilisation + a->unit_cost * p->package.take[arc]);
	json_put_bool(o, "approval_needed", a->approval);
	json_close(o);
}

static void put_why_not(const struct planning *p, size_t line, struct json_out *o)
{
	size_t told = 0;

	json_open_at(o, "why_not", '[');
	for (size_t i = 0; i < p->arcs.n_refusal && told < WHY_NOT_MAX; i++) {
		const struct plan_refusal *r = &p->arcs.refusal[i];
		const struct plan_lot *k = &p->problem.lot[r->lot];
		if (r->line != line)
			continue;
		told++;
		json_open(o, '{');
		json_put_string(o, "lot", k->id);
		json_put_string(o, "name", k->name);
		json_put_string(o, "member", p->problem.member[k->member].label);
		json_put_cstr(o, "rule", plan_rules[r->rule]);
		json_put_string(o, "detail", r->detail);
		json_close(o);
	}
	json_close(o);
}

static void put_line(const struct planning *p, size_t i, struct json_out *o)
{
	const struct plan_line *l = &p->problem.line[i];
	struct planning_line r = planning_line_of(p, i);

	json_open(o, '{');
	json_put_i64(o, "line", l->line);
	json_put_string(o, "type", l->type);
	json_put_i64(o, "quantity", l->quantity);
	json_put_i64(o, "weight", l->weight);
	put_time_or_null(o, "needed_by", l->needed_by_ms);
	json_put_i64(o, "covered_permille", r.covered_permille);
	put_time_or_null(o, "arrives", r.arrives_ms);
	json_open_at(o, "from", '[');
	for (size_t k = 0; k < p->arcs.n; k++)
		if (p->package.take[k] && p->arcs.arc[k].line == i)
			put_take(p, k, o);
	json_close(o);
	put_why_not(p, i, o);
	json_close(o);
}

static void put_members(const struct planning *p, struct json_out *o)
{
	json_open_at(o, "members", '[');
	for (size_t i = 0; i < p->problem.n_member; i++) {
		json_open(o, '{');
		json_put_string(o, "member", p->problem.member[i].label);
		json_put_i64(o, "share_ppm", p->problem.member[i].share);
		json_put_i64(o, "cost", p->package.value.member_cost[i]);
		json_close(o);
	}
	json_close(o);
}

static void put_package(const struct planning *p, struct json_out *o)
{
	const struct plan_value *v = &p->package.value;

	json_put_cstr(o, "how", p->package.how == PLAN_DRAFT ? "draft" : "solved");
	json_put_string(o, "engine", p->package.engine);
	put_points(o, "points", v->points);
	put_points(o, "unmet_points", v->unmet_points);
	put_points(o, "late_points", v->late_points);
	put_points(o, "cost_points", v->cost_points);
	put_points(o, "burden_points", v->burden_points);
	put_points(o, "bound", p->package.bound);
	json_put_i64(o, "gap_ppm", plan_gap_ppm(&p->package));
	json_put_string(o, "currency", p->problem.currency);
	json_put_i64(o, "cost", v->cost);
	json_put_i64(o, "burden", v->burden);
}

void planning_tell(const struct planning *p, const char *key, struct json_out *o)
{
	char text[OBJECT_TEXT + 1], hex[65];

	object_format(&p->dossier.request.r.object, text);
	hex_encode(p->problem_hash.b, 32, hex);
	json_open_at(o, key, '{');
	json_put_cstr(o, "request", text);
	json_put_cstr(o, "problem", hex);
	put_time_or_null(o, "at", p->problem.now_ms);
	json_put_cstr(o, "of", p->options.from == PLAN_FROM_OFFERS ? "offers" : "capabilities");
	put_name(o, "without", p->options.without);
	put_name(o, "with", p->options.with);
	put_stated(p, o);
	put_package(p, o);
	put_members(p, o);
	json_put_u64(o, "left_out", p->left_out);
	json_open_at(o, "lines", '[');
	for (size_t i = 0; i < p->problem.n_line; i++)
		put_line(p, i, o);
	json_close(o);
	json_close(o);
}

/* ---- somebody else's plan ---- */

static size_t arc_of(const struct planning *p, int64_t line, struct slice lot, struct slice mode)
{
	for (size_t i = 0; i < p->arcs.n; i++) {
		const struct plan_arc *a = &p->arcs.arc[i];
		const struct plan_lot *k = &p->problem.lot[a->lot];
		if (p->problem.line[a->line].line == line && slice_eq(k->id, lot) &&
			slice_eq(k->n_way ? k->way[a->way].mode : SLICE_NONE, mode))
			return i;
	}
	return p->arcs.n;
}

static int take_read(const struct planning *p, const struct json_doc *doc, json_ref v, int64_t line,
	struct arena *arena, int64_t *take, struct why *why)
{
	struct slice lot, mode = SLICE_NONE;
	int64_t units;
	int rc = json_need_string(doc, v, "lot", 200, arena, &lot, why);

	if (rc == 0 && json_type(doc, json_get(doc, v, "mode")) == JSON_STRING)
		rc = json_need_string(doc, v, "mode", 40, arena, &mode, why);
	if (rc < 0)
		return rc;
	if (json_i64(doc, json_get(doc, v, "quantity"), &units) < 0 || units < 0 ||
		units > PLAN_AMOUNT_MAX)
		return why_set(why, E_INVALID, "quantity", "a number of units");
	size_t arc = arc_of(p, line, lot, mode);
	if (arc == p->arcs.n)
		return why_set(why, E_VERIFY, "package", "line %" PRId64 ": %.*s cannot serve it",
			line, SLICE_FMT(lot));
	take[arc] += units;
	return 0;
}

static int takes_read(const struct planning *p, const struct json_doc *doc, struct arena *arena,
	int64_t *take, struct why *why)
{
	json_ref lines = json_get(doc, json_root(doc), "lines");
	int rc = 0;

	for (json_ref l = json_first(doc, lines); rc == 0 && l; l = json_next(doc, l)) {
		json_ref from = json_get(doc, l, "from");
		int64_t line;
		if (json_i64(doc, json_get(doc, l, "line"), &line) < 0)
			return why_set(why, E_INVALID, "/lines", "a line has a number");
		for (json_ref t = json_first(doc, from); rc == 0 && t; t = json_next(doc, t))
			rc = take_read(p, doc, t, line, arena, take, why);
	}
	return rc;
}

/* "12.5" to thousandths. */
static bool thousandths_of(struct slice text, int64_t *ret)
{
	struct slice part = text, whole = text;
	int64_t n, scale = 100;

	if (!slice_cut_exact(&part, '.', &whole))
		part = SLICE_NONE;
	if (slice_i64(whole, &n) < 0 || n < 0 || n > INT64_MAX / PLACE / 1000)
		return false;
	n *= 1000;
	for (size_t i = 0; i < part.n; i++, scale /= 10) {
		if (part.p[i] < '0' || part.p[i] > '9' || (scale == 0 && part.p[i] != '0'))
			return false;
		n += (part.p[i] - '0') * scale;
	}
	*ret = n;
	return true;
}

struct verifying {
	const struct planning *p; /* with the package that was told, its value computed here */
	const struct json_doc *doc;
	struct why *why;
};

static int number_told(
	const struct verifying *v, json_ref of, const char *key, int64_t is, const char *what)
{
	int64_t n;

	return json_i64(v->doc, json_get(v->doc, of, key), &n) == 0 && n == is
		       ? 0
		       : why_set(v->why, E_VERIFY, key, "%s %" PRId64, what, is);
}

static int points_read(const struct verifying *v, const char *key, int64_t *ret)
{
	json_ref told = json_get(v->doc, json_root(v->doc), key);

	return json_type(v->doc, told) == JSON_NUMBER &&
			       thousandths_of(json_number(v->doc, told), ret)
		       ? 0
		       : why_set(v->why, E_INVALID, key, "is no number of points");
}

static int points_told(const struct verifying *v, const char *key, int64_t is)
{
	int64_t n = 0;
	int rc = points_read(v, key, &n);

	return rc < 0 || n == is / PLACE
		       ? rc
		       : why_set(v->why, E_VERIFY, key, "is not what follows from the package");
}

/* How good any package can be at most is the word of who had a solver; but nothing is better than the best, and the gap is what lies between the two. */
static int gap_told(const struct verifying *v)
{
	int64_t points = v->p->package.value.points / PLACE, bound = 0, gap, is, off;
	int rc = points_read(v, "bound", &bound);

	if (rc < 0)
		return rc;
	if (json_i64(v->doc, json_get(v->doc, json_root(v->doc), "gap_ppm"), &gap) < 0)
		return why_set(v->why, E_INVALID, "gap_ppm", "is no number");
	if (points == 0)
		return gap == 0 ? 0 : why_set(v->why, E_VERIFY, "gap_ppm", "is 0");
	is = bound < points ? (int64_t)((double)(points - bound) * 1e6 / (double)points) : 0;
	/* Both were told in thousandths, and the gap computed before that. */
	off = 2 + 2000000 / points;
	return gap >= is - off && gap <= is + off
		       ? 0
		       : why_set(v->why, E_VERIFY, "gap_ppm", "is not between points and bound");
}

static int lines_told(const struct verifying *v)
{
	json_ref lines = json_get(v->doc, json_root(v->doc), "lines");
	int rc = 0;

	for (json_ref l = json_first(v->doc, lines); rc == 0 && l; l = json_next(v->doc, l)) {
		size_t i = 0;
		int64_t line;

		if (json_i64(v->doc, json_get(v->doc, l, "line"), &line) < 0)
			return why_set(v->why, E_INVALID, "/lines", "a line has a number");
		while (i < v->p->problem.n_line && v->p->problem.line[i].line != line)
			i++;
		if (i == v->p->problem.n_line)
			return why_set(v->why, E_VERIFY, "/lines",
				"line %" PRId64 " is not open in that request", line);
		rc = number_told(v, l, "covered_permille",
			planning_line_of(v->p, i).covered_permille, "thousandths that come:");
	}
	return rc;
}

static int value_told(const struct verifying *v)
{
	const struct plan_value *is = &v->p->package.value;
	json_ref root = json_root(v->doc);
	int rc = number_told(v, root, "cost", is->cost, "it costs");

	if (rc == 0)
		rc = number_told(v, root, "burden", is->burden, "the worst burden per share is");
	if (rc == 0)
		rc = points_told(v, "points", is->points);
	if (rc == 0)
		rc = points_told(v, "unmet_points", is->unmet_points);
	if (rc == 0)
		rc = points_told(v, "late_points", is->late_points);
	if (rc == 0)
		rc = points_told(v, "cost_points", is->cost_points);
	if (rc == 0)
		rc = points_told(v, "burden_points", is->burden_points);
	if (rc == 0)
		rc = gap_told(v);
	return rc < 0 ? rc : lines_told(v);
}

int planning_verify(
	const struct planning *p, struct slice json, struct arena *arena, struct why *why)
{
	struct planning told = *p;
	struct json_doc doc;
	struct verifying v = {.p = &told, .doc = &doc, .why = why};
	struct slice problem;
	char hex[65];
	int rc = json_read(&doc, arena, json, &json_limits_partner, why);

	if (rc == 0)
		rc = json_need_string(&doc, json_root(&doc), "problem", 64, arena, &problem, why);
	if (rc < 0)
		return rc;
	hex_encode(p->problem_hash.b, 32, hex);
	if (!slice_is(problem, hex))
		return why_set(why, E_STATE, "problem",
			"it is of another problem: records have come since, or other ones are seen here");
	told.package = (struct plan_package){
		.take = arena_array(arena, int64_t, p->arcs.n + 1), .n_arc = p->arcs.n};
	rc = takes_read(p, &doc, arena, told.package.take, why);
	if (rc == 0)
		rc = plan_check(
			&p->problem, &p->arcs, told.package.take, arena, &told.package.value, why);
	return rc < 0 ? rc : value_told(&v);
}
