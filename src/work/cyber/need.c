/* need.c: see need.h. */
#include "work/cyber/need.h"

#include "work/cyber/coord.h"
#include "work/cyber/index.h"
#include "work/cyber/store.h"

#include "node/record.h"

/* Of each member the newest, so that nobody's many hide another's one; and own answers to one of them. */
#define ASKED_EACH  50
#define ANSWERS_MAX 50
/* One record with all that is read of it. */
#define ITEM_ARENA (64 * MIB)

struct looking {
	struct needs *n;
	const struct world *w;
	struct db *db;
	const struct reader *who;
	enum mode mode;
	enum need_level act; /* for who may not act it is a look */
	int64_t now_ms;
	char coalition[COAL_TEXT + 1];
};

/* What this member has said last to it. */
struct answered {
	int64_t at_ms;
	bool taken, over; /* accepted; done, declined or answered */
};

static int answer_look(const struct looking *l, const struct object_id *about,
	const struct object_id *answer, struct answered *ret, struct why *why)
{
	struct arena one CLEANUP_ARENA = ARENA(ITEM_ARENA);
	struct record r;
	struct coord x;
	int rc = record_get(l->w, l->db, l->who, answer, &one, &r, why);

	if (rc < 0)
		return rc == E_MISSING ? 0 : rc;
	if (r.state != ITEM_LIVE || r.mode != l->mode || r.time_ms < ret->at_ms ||
		!slice_is(r.kind, coord_kind_name(COORD_ANSWER)) ||
		coord_parse(&x, COORD_ANSWER, r.content, &one, NULL) < 0 || !x.has_about ||
		!object_id_eq(&x.about, about))
		return 0;
	*ret = (struct answered){.at_ms = r.time_ms,
		.taken = slice_is(x.answer, "accepted"),
		.over = slice_is(x.answer, "done") || slice_is(x.answer, "declined") ||
			slice_is(x.answer, "answered") || slice_is(x.answer, "covered")};
	return 0;
}

static int answered_look(const struct looking *l, const struct record *r, struct arena *arena,
	struct answered *ret, struct why *why)
{
	const struct index_view view = {l->w, l->db, l->who, cyber_root(&l->w->coalition, l->mode)};
	struct object_id *answer;
	size_t n;
	int rc = coord_links_by(
		&view, &r->object, &l->w->node->self, ANSWERS_MAX, arena, &answer, &n, why);

	*ret = (struct answered){0};
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = answer_look(l, &r->object, &answer[i], ret, why);
	return rc;
}

static void say(const struct looking *l, const struct record *r, const struct coord *x,
	const char *text, const char *words)
{
	char object[OBJECT_TEXT + 1];

	object_format(&r->object, object);
	need_about(l->n, &r->object,
		&(struct need){.level = l->act,
			.area = AREA_CYBER,
			.mode = l->mode,
			.label = r->label,
			.leaf = r->leaf,
			.text = text,
			.words = words,
			.place = arena_printf(
				l->n->arena, "work/cyber/%s/cases/%s", l->coalition, object),
			.value = {{"who", slice_str(world_party_label(
						  l->w, &r->author, l->n->arena))},
				{"what", x->title}}});
}

static void asked_say(const struct looking *l, enum coord_kind kind, const struct record *r,
	const struct coord *x, const struct answered *a)
{
	bool late = x->due_ms && x->due_ms < l->now_ms;

	if (kind == COORD_TASK && late)
		say(l, r, x, "need.cyber.task_late", "A task of {who} is overdue here: {what}");
	else if (kind == COORD_TASK && !a->taken)
		say(l, r, x, "need.cyber.task", "{who} offers a task, not answered yet: {what}");
	else if (kind == COORD_RFI && late)
		say(l, r, x, "need.cyber.rfi_late",
			"A question of {who} is not answered, and overdue: {what}");
	else if (kind == COORD_RFI)
		say(l, r, x, "need.cyber.rfi", "{who} asks, and nothing has been answered: {what}");
}

/* A task for nobody in particular is for everybody who reads it. */
static bool for_us(const struct looking *l, const struct coord *x)
{
	return slice_is(x->status, "open") && (!x->has_for || id_eq(&x->member, &l->w->node->self));
}

static int asked_look(
	const struct looking *l, enum coord_kind kind, const struct record *listed, struct why *why)
{
	struct arena one CLEANUP_ARENA = ARENA(ITEM_ARENA);
	struct record r = *listed;
	struct answered a;
	struct coord x;
	int rc = listed->cut ? record_get(l->w, l->db, l->who, &listed->object, &one, &r, why) : 0;

	if (rc < 0)
		return rc == E_MISSING || rc == E_VERIFY ? 0 : rc;
	if (r.state != ITEM_LIVE || coord_parse(&x, kind, r.content, &one, NULL) < 0 ||
		!for_us(l, &x))
		return 0;
	rc = answered_look(l, &r, &one, &a, why);
	if (rc == 0 && !a.over)
		asked_say(l, kind, &r, &x, &a);
	return rc;
}

static int asked_by(
	const struct looking *l, enum coord_kind kind, const struct id *owner, struct why *why)
{
	struct arena list CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct record_query q = {.mode = l->mode,
		.kind = slice_str(coord_kind_name(kind)),
		.has_owner = true,
		.owner = *owner,
		.limit = ASKED_EACH};
	struct record *r;
	size_t n;
	int rc = record_list(l->w, l->db, l->who, &q, &list, &r, &n, why);

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = asked_look(l, kind, &r[i], why);
	return rc;
}

int cyber_needs(struct needs *n, const struct world *w, struct db *db, const struct reader *who,
	const struct roles *roles, struct why *why)
{
	struct reader reader = needs_reader(w, who);
	struct looking l = {.n = n,
		.w = w,
		.db = db,
		.who = &reader,
		.act = roles->of[AREA_CYBER] >= ROLE_CONTRIBUTOR ? NEED_ACT : NEED_LOOK,
		.now_ms = env_now_ms(&w->node->env)};
	int rc = 0;

	if (roles->of[AREA_CYBER] < ROLE_READER)
		return 0;
	coalition_format(&w->coalition.id, l.coalition);
	for (l.mode = MODE_REAL; rc == 0 && l.mode <= MODE_TEST; l.mode++)
		for (size_t i = 0; rc == 0 && i < w->n_party; i++) {
			if (id_eq(&w->party[i].id, &w->node->self))
				continue;
			rc = asked_by(&l, COORD_TASK, &w->party[i].id, why);
			if (rc == 0)
				rc = asked_by(&l, COORD_RFI, &w->party[i].id, why);
		}
	return rc;
}
