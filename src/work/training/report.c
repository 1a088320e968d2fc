/* report.c: see report.h. */
#include "work/training/report.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "work/training/cover.h"
#include "work/training/machine.h"
#include "work/training/replay.h"

/* ---- HTML ---- */

static void text(struct buf *b, struct slice s)
{
	uint32_t cp;

	while (utf8_next(&s, &cp))
		switch (cp) {
		case '<':
			buf_str(b, "&lt;");
			break;
		case '>':
			buf_str(b, "&gt;");
			break;
		case '&':
			buf_str(b, "&amp;");
			break;
		case '"':
			buf_str(b, "&quot;");
			break;
		case '\n':
			buf_str(b, "<br>");
			break;
		default:
			utf8_put(b, cp != '\t' && (cp < 0x20 || utf8_unsafe(cp)) ? 0xfffd : cp);
		}
}

static void cell(struct buf *b, struct slice s)
{
	buf_str(b, "<td>");
	text(b, s);
	buf_str(b, "</td>");
}

static void cell_n(struct buf *b, size_t n)
{
	buf_addf(b, "<td class=n>%zu</td>", n);
}

static void when(struct buf *b, int64_t ms)
{
	char utc[UTC_TEXT_LEN + 1];

	if (!ms)
		return;
	utc_format(ms, utc);
	buf_addf(b, "%.10s %.5sZ", utc, utc + 11);
}

static const char style[] =
	"body{font:11pt/1.45 system-ui,sans-serif;max-width:52em;margin:2em auto;padding:0 1em;color:#111}"
	"h1{font-size:1.6em;margin:.2em 0}h2{font-size:1.15em;margin:1.6em 0 .4em;border-bottom:2px solid #111}"
	".mark{background:#111;color:#fff;text-align:center;font-weight:700;letter-spacing:.08em;padding:.35em}"
	"table{border-collapse:collapse;width:100%;font-size:.92em}th,td{border:1px solid #999;padding:.25em .45em;text-align:left;vertical-align:top}"
	"th{background:#eee}.n{text-align:right}.big{font-size:2em;font-weight:700}.three{display:flex;gap:2em}.gap{background:#fde8e8}"
	"@media print{body{margin:0;max-width:none}h2{break-after:avoid}tr{break-inside:avoid}.mark{position:fixed;top:0;left:0;right:0}body{padding-top:2em}}";

static void head(struct buf *b, struct slice mark, struct slice title)
{
	buf_addf(b, "<!doctype html><html lang=en><meta charset=utf-8><title>");
	text(b, title);
	buf_addf(b, "</title><style>%s</style><div class=mark>", style);
	text(b, mark);
	buf_str(b, "</div>");
}

/* ---- parts of the report ---- */

static const char *label_of(const struct world *w, const struct id *m, struct arena *arena)
{
	return world_party_label(w, m, arena);
}

static void summary(const struct view *v, const struct world *w, struct arena *arena, struct buf *b)
{
	buf_str(b, "<h1>After-action report: ");
	text(b, v->ex.code_name);
	buf_str(b, "</h1><p>");
	text(b, get_text(&v->ex.doc, v->ex.root, "aim", arena));
	buf_str(b, "</p><table><tr><th>Host<td>");
	text(b, slice_str(label_of(w, &v->ex.row->object.owner, arena)));
	buf_str(b, "<tr><th>Participants<td>");
	for (size_t i = 0; i < v->ex.n_party; i++) {
		buf_str(b, i ? ", " : "");
		text(b, slice_str(label_of(w, &v->ex.party[i], arena)));
	}
	buf_str(b, "<tr><th>STARTEX<td>");
	when(b, v->clock.started ? v->clock.startex : 0);
	buf_str(b, "<tr><th>ENDEX<td>");
	when(b, v->clock.ended ? v->clock.endex : 0);
	buf_str(b, "</table>");
}

static void coverage(const struct view *v, const struct cover *c, struct buf *b)
{
	buf_addf(b,
		"<h2>Objectives</h2><div class=three><p><span class=big>%zu of %zu</span><br>designed</p><p><span class=big>%zu of %zu</span><br>delivered</p>"
		"<p><span class=big>%zu of %zu</span><br>evaluated</p></div><table><tr><th>No.<th>Objective<th>Injects<th>Played<th>Observations",
		c->designed, c->n, c->delivered, c->n, c->evaluated, c->n);
	for (size_t i = 0; i < v->ex.n_level; i++) {
		buf_str(b, "<th>");
		text(b, v->ex.level[i].code);
	}
	buf_str(b, "<th>Not observed<th>Not released</tr>");
	for (size_t i = 0; i < c->n; i++) {
		const struct cover_objective *o = &c->objective[i];

		buf_str(b, o->evaluated ? "<tr>" : "<tr class=gap>");
		cell(b, o->part->number);
		cell(b, o->part->title);
		cell_n(b, o->injects);
		cell_n(b, o->played);
		cell_n(b, o->observations);
		for (size_t k = 0; k < v->ex.n_level; k++)
			cell_n(b, o->rated[k]);
		cell_n(b, o->not_observed);
		cell_n(b, o->withheld);
		buf_str(b, "</tr>");
	}
	buf_str(b, "</table><p>Shaded: not evaluated. ");
	for (size_t i = 0; i < v->ex.n_level; i++) {
		text(b, v->ex.level[i].code);
		buf_str(b, ": ");
		text(b, v->ex.level[i].text);
		buf_str(b, i + 1 < v->ex.n_level ? "; " : ".</p>");
	}
}

static void conduct(const struct view *v, struct arena *arena, struct buf *b)
{
	struct replay_measures m = replay_measure(v, arena);

	buf_addf(b,
		"<h2>Conduct</h2><p>%zu injects in the script, %zu delivered (%zu at the time that the clock gave), %zu answered",
		m.planned, m.delivered, m.automatic, m.responded);
	if (m.in_time + m.late)
		buf_addf(b, ", %zu of them within the time limit and %zu after it", m.in_time,
			m.late);
	buf_str(b, ".</p><table><tr><th>Time<th>Control<th>By<th>Reason</tr>");
	for (size_t i = 0; i < v->n_control; i++) {
		const struct control *c = &v->control[i];

		buf_str(b, "<tr><td>");
		when(b, c->at);
		buf_str(b, "</td>");
		cell(b, slice_str(controls[c->kind]));
		cell(b, c->by);
		cell(b, c->reason);
		buf_str(b, "</tr>");
	}
	buf_str(b, "</table>");
}

static void observations(
	const struct view *v, const struct world *w, struct arena *arena, struct buf *b)
{
	buf_str(b, "<h2>Observations</h2><table><tr><th>Time<th>Member<th>What<th>Kind</tr>");
	for (size_t i = 0; i < v->n_observation; i++) {
		const struct observation *o = &v->observation[i];

		if (strcmp(o->state, "rejected") == 0)
			continue;
		buf_str(b, "<tr><td>");
		when(b, o->at);
		buf_str(b, "</td>");
		cell(b, slice_str(label_of(w, &o->row->author, arena)));
		cell(b, o->what);
		cell(b, slice_str(observation_kinds[o->kind]));
		buf_str(b, "</tr>");
	}
	buf_str(b, "</table>");
}

/* What somebody makes of an action. */
struct said {
	struct object_id action;
	const struct row *row;
};

static int by_action(const void *a, const void *b)
{
	const struct said *x = a, *y = b;
	int c = object_id_order(&x->action, &y->action);

	return c ? c : id_cmp(&x->row->author, &y->row->author);
}

static struct said *said_of(const struct rows *acceptances, struct arena *arena, size_t *ret_n)
{
	struct said *said = arena_array(arena, struct said, acceptances->n + 1);
	size_t n = 0;

	for (size_t i = 0; i < acceptances->n; i++) {
		struct arena scratch CLEANUP_ARENA = ARENA(4 * MIB);
		struct json_doc doc;

		said[n].row = &acceptances->p[i];
		n += json_read(&doc, &scratch, acceptances->p[i].body, &json_limits_partner,
			     NULL) == 0 &&
		     get_object(&doc, json_root(&doc), "action", &said[n].action);
	}
	qsort(said, n, sizeof(*said), by_action);
	*ret_n = n;
	return said;
}

/* Only its owner says what becomes of an action. */
static const struct row *acceptance_of(
	const struct said *said, size_t n, const struct object_id *action, const struct id *owner)
{
	const struct row key = {.author = *owner};
	const struct said *found =
		bsearch(&(struct said){*action, &key}, said, n, sizeof(*said), by_action);

	return found ? found->row : NULL;
}

static void lessons_print(const struct rows *lessons, struct arena *arena, struct buf *b)
{
	buf_str(b,
		"<h2>Lessons</h2><table><tr><th>Lesson<th>State<th>Conclusion<th>Recommendation</tr>");
	for (size_t i = 0; i < lessons->n; i++) {
		struct json_doc doc;
		json_ref r;

		if (json_read(&doc, arena, lessons->p[i].body, &json_limits_partner, NULL) < 0)
			continue;
		r = json_root(&doc);
		buf_str(b, "<tr>");
		cell(b, get_text(&doc, r, "title", arena));
		cell(b, slice_str(
				machine_state(&machine_lesson, &doc, json_get(&doc, r, "steps"))));
		cell(b, get_text(&doc, r, "conclusion", arena));
		cell(b, get_text(&doc, r, "recommendation", arena));
		buf_str(b, "</tr>");
	}
	buf_str(b, "</table>");
}

static void actions_print(const struct world *w, const struct rows *actions,
	const struct rows *acceptances, struct arena *arena, struct buf *b)
{
	size_t n;
	const struct said *said = said_of(acceptances, arena, &n);

	buf_str(b,
		"<h2>Corrective actions</h2><table><tr><th>Action<th>Owner<th>State, as the owner has it<th>Due</tr>");
	for (size_t i = 0; i < actions->n; i++) {
		struct json_doc doc, accepted = {0};
		json_ref r, s = JSON_ABSENT;
		const struct row *a = NULL;
		struct id owner;

		if (json_read(&doc, arena, actions->p[i].body, &json_limits_partner, NULL) < 0)
			continue;
		r = json_root(&doc);
		bool owned = get_id(&doc, r, "owner", &owner);
		if (owned)
			a = acceptance_of(said, n, &actions->p[i].object, &owner);
		if (a && json_read(&accepted, arena, a->body, &json_limits_partner, NULL) == 0)
			s = json_root(&accepted);
		buf_str(b, "<tr>");
		cell(b, get_text(&doc, r, "text", arena));
		cell(b, owned ? slice_str(label_of(w, &owner, arena)) : SLICE_NONE);
		cell(b, slice_str(s ? machine_state(&machine_acceptance, &accepted,
					      json_get(&accepted, s, "steps"))
				    : "proposed"));
		cell(b, s ? get_text(&accepted, s, "due", arena) : get_text(&doc, r, "due", arena));
		buf_str(b, "</tr>");
	}
	buf_str(b, "</table>");
}

void report_print(const struct view *v, const struct world *w, const struct rows *lessons,
	const struct rows *actions, const struct rows *acceptances, struct arena *arena,
	struct buf *b)
{
	struct cover c;

	cover_build(&c, arena, v);
	head(b, view_mark(v), v->ex.code_name);
	summary(v, w, arena, b);
	coverage(v, &c, b);
	conduct(v, arena, b);
	observations(v, w, arena, b);
	lessons_print(lessons, arena, b);
	actions_print(w, actions, acceptances, arena, b);
	buf_str(b, "<div class=mark>");
	text(b, view_mark(v));
	buf_str(b, "</div></html>\n");
}

void card_print(const struct view *v, const struct world *w, const struct delivery *d,
	struct arena *arena, struct buf *b)
{
	head(b, d->mark, d->title);
	buf_str(b, "<h1>");
	text(b, d->number);
	buf_str(b, " ");
	text(b, d->title);
	buf_str(b, "</h1><table><tr><th>Exercise<td>");
	text(b, v->ex.code_name);
	buf_str(b, "<tr><th>From (simulated)<td>");
	text(b, d->from_sim);
	buf_str(b, "<tr><th>For<td>");
	for (size_t i = 0; i < d->n_party; i++) {
		buf_str(b, i ? ", " : "");
		text(b, slice_str(label_of(w, &d->party[i], arena)));
	}
	buf_str(b, "<tr><th>Time<td>");
	when(b, d->released);
	buf_str(b, ", in the story ");
	when(b, clock_scenario(&v->clock, d->released));
	buf_str(b, "</table><p>");
	text(b, d->body);
	buf_str(b, "</p><div class=mark>");
	text(b, d->mark);
	buf_str(b, "</div></html>\n");
}
