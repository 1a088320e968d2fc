/* need.c: see need.h. */
#include "work/training/need.h"

#include "work/training/limits.h"
#include "work/training/machine.h"
#include "work/training/plan.h"
#include "work/training/programme.h"

/* What is due now is late a minute later. */
#define LATE_MS	   60000
#define ASKED_EACH 100 /* entries and actions of each member */
#define VIEW_ARENA GIB

struct looking {
	struct needs *n;
	struct desk desk; /* its arena is for one exercise */
	enum mode mode;
	enum need_level act;	    /* for who may not act it is a look */
	const struct row *exercise; /* whose code name is told; NULL: none */
	char coalition[COAL_TEXT + 1];
};

static bool is_own(const struct looking *l, const struct row *r)
{
	return id_eq(&r->author, &l->desk.node->self);
}

static void say(struct looking *l, enum need_level level, const struct row *of, const char *text,
	const char *words, const char *place, struct slice what, struct slice where)
{
	need_about(l->n, &of->object,
		&(struct need){.level = level,
			.area = AREA_TRAINING,
			.mode = l->mode,
			.label = of->label,
			.leaf = of->leaf,
			.named = {l->exercise ? l->exercise->label : SLICE_NONE,
				l->exercise ? l->exercise->leaf : (struct hash){{0}}},
			.text = text,
			.words = words,
			.place = arena_printf(
				l->desk.arena, "work/training/%s/%s", l->coalition, place),
			.value = {{"what", what}, {"where", where}}});
}

/* ---- an exercise that runs ---- */

static void due_say(struct looking *l, const struct view *v, const struct agenda_item *item,
	const char *place, bool late)
{
	const struct script *s = item->script;
	struct slice what = slice_str(arena_printf(l->desk.arena, "%.*s %.*s",
		SLICE_FMT(slice_sub(s->j.number, 0, s->j.number.n < 60 ? s->j.number.n : 60)),
		SLICE_FMT(s->j.title)));

	if (late)
		say(l, NEED_ALARM, s->row, "need.training.late",
			"{where}: an inject is late and has not gone out: {what}", place, what,
			v->ex.code_name);
	else
		say(l, l->act, s->row, "need.training.release",
			"{where}: an inject waits to be released: {what}", place, what,
			v->ex.code_name);
}

/* What goes out by itself is nobody's to do until it is late. */
static void agenda_say(struct looking *l, const struct view *v, const char *place)
{
	struct agenda a;

	agenda_build(&a, l->desk.arena, v, l->desk.now, LATE_MS, 0);
	for (size_t i = 0; i < a.n_overdue; i++)
		if (a.overdue[i].script && is_own(l, a.overdue[i].script->row))
			due_say(l, v, &a.overdue[i], place, true);
	for (size_t i = 0; i < a.n_now; i++)
		if (a.now[i].script && is_own(l, a.now[i].script->row) && !a.now[i].due.automatic &&
			a.now[i].real <= l->desk.now)
			due_say(l, v, &a.now[i], place, false);
}

static void deliveries_say(struct looking *l, const struct view *v)
{
	const struct id *self = &l->desk.node->self;

	for (size_t i = 0; i < v->n_delivery; i++) {
		const struct delivery *d = &v->delivery[i];
		const struct receipt *r = view_receipt_of(v, &d->row->object, self);

		if (!ids_have(d->party, d->n_party, self) || d->recalled.n ||
			(r && r->state >= RECEIPT_SEEN))
			continue;
		say(l, l->act, d->row, "need.training.delivery",
			"{where}: something has been played to us, not seen yet: {what}", "inbox",
			d->title, v->ex.code_name);
	}
}

static bool runs(const struct view *v, int64_t now)
{
	return v->clock.started && v->clock.startex <= now && !v->clock.ended &&
	       !v->clock.stopped && !v->clock.paused;
}

/* Whether it is made ready and not over: only then anything of it is due, and only then is all of it read. */
static int is_ready(struct looking *l, const struct object_id *exercise, bool *ret, struct why *why)
{
	struct json_doc doc;
	struct id *party;
	struct row head;
	size_t n;
	int rc = store_head(l->desk.world, l->desk.db, &l->desk.reader, l->mode, exercise,
		l->desk.arena, &head, &party, &n, why);

	*ret = false;
	if (rc < 0 || (!is_own(l, &head) && !ids_have(party, n, &l->desk.node->self)))
		return rc;
	rc = json_read(&doc, l->desk.arena, head.body, &json_limits_partner, why);
	if (rc == 0)
		*ret = strcmp(machine_state(&machine_exercise, &doc,
				      json_get(&doc, json_root(&doc), "steps")),
			       "ready") == 0;
	return rc;
}

static int exercise_look(struct looking *l, const struct object_id *exercise, struct why *why)
{
	char object[OBJECT_TEXT + 1];
	bool ready;
	struct view v;
	int rc = is_ready(l, exercise, &ready, why);

	if (rc < 0 || !ready)
		return rc;
	rc = store_view(l->desk.world, l->desk.db, &l->desk.reader, l->mode, exercise,
		l->desk.arena, &v, why);
	if (rc < 0)
		return rc;
	object_format(exercise, object);
	l->exercise = v.ex.row;
	if (runs(&v, l->desk.now))
		agenda_say(l, &v, arena_printf(l->desk.arena, "exercise/%s/excon", object));
	if (!v.clock.ended)
		deliveries_say(l, &v);
	l->exercise = NULL; /* it lies in memory that is used again */
	return 0;
}

/* One that cannot be read, or is more than fits, hides no other. */
static int passed_over(int rc)
{
	return rc == E_IO || rc >= 0 ? rc : 0;
}

static int exercises_look(struct looking *l, struct why *why)
{
	struct arena list CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct object_id *exercise;
	size_t n;
	int rc = store_exercises(
		l->desk.world, l->desk.db, &l->desk.reader, l->mode, &list, &exercise, &n, why);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		rc = passed_over(exercise_look(l, &exercise[i], why));
		arena_reset(l->desk.arena);
	}
	return rc;
}

/* ---- the programme ---- */

static bool replied(const struct programme_entry *e, const struct id *self)
{
	for (size_t i = 0; i < e->n_reply; i++)
		if (id_eq(&e->reply[i].member, self) && e->reply[i].current)
			return true;
	return false;
}

static int entries_look(struct looking *l, struct why *why)
{
	const struct id *self = &l->desk.node->self;
	struct rows entries, replies, masks = {0};
	struct programme p;
	int rc = store_kind(l->desk.world, l->desk.db, &l->desk.reader, l->mode, KIND_ENTRY,
		ASKED_EACH, l->desk.arena, &entries, why);

	if (rc == 0)
		rc = store_kind(l->desk.world, l->desk.db, &l->desk.reader, l->mode, KIND_ANSWER,
			LIMIT_KIND_EACH, l->desk.arena, &replies, why);
	if (rc == 0)
		rc = programme_build(&p, l->desk.arena, &entries, &replies, &masks, why);
	for (size_t i = 0; rc == 0 && i < p.n; i++) {
		const struct programme_entry *e = &p.entry[i];
		bool asked =
			strcmp(e->state, "proposed") == 0 || strcmp(e->state, "tentative") == 0;

		if (asked && !is_own(l, e->row) && ids_have(e->party, e->n_party, self) &&
			!replied(e, self))
			say(l, l->act, e->row, "need.training.entry",
				"{where} has put something into the programme and asks for our answer: {what}",
				"programme", e->title,
				slice_str(world_party_label(
					l->desk.world, &e->row->author, l->desk.arena)));
	}
	return rc;
}

/* ---- corrective actions ---- */

/* Where our own answer to it stands; "proposed" without one. */
static int acceptance_of(
	struct looking *l, const struct row *action, const char **ret, struct why *why)
{
	struct json_doc doc;
	struct rows rows;
	int rc = store_about_by(l->desk.world, l->desk.db, &l->desk.reader, l->mode,
		&action->object, &l->desk.node->self, l->desk.arena, &rows, why);

	*ret = machine_acceptance.start;
	for (size_t i = 0; rc == 0 && i < rows.n; i++)
		if (rows.p[i].kind == KIND_ACCEPTANCE && is_own(l, &rows.p[i]) &&
			json_read(&doc, l->desk.arena, rows.p[i].body, &json_limits_partner,
				NULL) == 0)
			*ret = machine_state(&machine_acceptance, &doc,
				json_get(&doc, json_root(&doc), "steps"));
	return rc;
}

static int action_look(struct looking *l, const struct row *r, struct why *why)
{
	struct json_doc doc;
	const char *state;
	struct id owner;
	json_ref root;
	int rc = json_read(&doc, l->desk.arena, r->body, &json_limits_partner, why);

	if (rc < 0)
		return rc;
	root = json_root(&doc);
	if (!get_id(&doc, root, "owner", &owner) || !id_eq(&owner, &l->desk.node->self) ||
		get_bool(&doc, root, "withdrawn"))
		return 0;
	rc = acceptance_of(l, r, &state, why);
	if (rc == 0 && strcmp(state, machine_acceptance.start) == 0)
		say(l, l->act, r, "need.training.action",
			"A corrective action names us as its owner and is not answered: {what}",
			"lessons", get_text(&doc, root, "text", l->desk.arena), SLICE(""));
	return rc;
}

static int actions_look(struct looking *l, struct why *why)
{
	struct rows rows;
	int rc = store_kind(l->desk.world, l->desk.db, &l->desk.reader, l->mode, KIND_ACTION,
		ASKED_EACH, l->desk.arena, &rows, why);

	for (size_t i = 0; rc == 0 && i < rows.n; i++)
		rc = passed_over(action_look(l, &rows.p[i], why));
	return rc;
}

static int mode_look(struct looking *l, struct why *why)
{
	int rc = exercises_look(l, why);

	if (rc == 0)
		rc = passed_over(entries_look(l, why));
	arena_reset(l->desk.arena);
	if (rc == 0)
		rc = passed_over(actions_look(l, why));
	arena_reset(l->desk.arena);
	return rc;
}

int training_needs(struct needs *n, const struct world *w, struct db *db, const struct reader *who,
	const struct roles *roles, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(VIEW_ARENA);
	struct looking l = {.n = n,
		.desk = {.node = w->node,
			.db = db,
			.world = w,
			.reader = needs_reader(w, who),
			.arena = &arena,
			.now = env_now_ms(&w->node->env)},
		.act = roles->of[AREA_TRAINING] >= ROLE_CONTRIBUTOR ? NEED_ACT : NEED_LOOK};
	int rc = 0;

	if (roles->of[AREA_TRAINING] < ROLE_READER)
		return 0;
	coalition_format(&w->coalition.id, l.coalition);
	for (l.mode = MODE_REAL; rc == 0 && l.mode <= MODE_TEST; l.mode++)
		rc = mode_look(&l, why);
	return rc;
}
