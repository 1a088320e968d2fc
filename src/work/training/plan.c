/* plan.c: saving and stepping; see plan.h. */
#include "work/training/plan.h"

#include "base/enc.h"
#include "base/report.h"
#include "work/training/limits.h"
#include "work/training/machine.h"
#include "work/training/plan_int.h"

#define DRAFTS_MAX 65536

/* ---- drafts ---- */

struct object_id plan_object(const struct desk *d)
{
	struct object_id o = {.owner = d->node->self};

	env_random(&d->node->env, o.name.b, sizeof(o.name.b));
	return o;
}

struct draft *plan_add(struct desk *d, struct plan *p, enum mode mode, const struct kind *k,
	const struct object_id *object, struct slice label, const struct id *member, size_t n,
	struct slice content)
{
	struct id *m = arena_array(d->arena, struct id, n + 1);
	struct draft *x;

	if (p->n == p->max) {
		size_t max = p->max ? p->max * 2 : 8;
		struct draft *more = arena_array(d->arena, struct draft, max);

		MUST(max <= DRAFTS_MAX);
		if (p->n)
			memcpy(more, p->draft, p->n * sizeof(*more));
		p->draft = more;
		p->max = max;
	}
	if (n)
		memcpy(m, member, n * sizeof(*m));
	x = &p->draft[p->n++];
	*x = (struct draft){.mode = mode,
		.kind = slice_str(k->kind),
		.has_object = true,
		.object = *object,
		.label = arena_copy(d->arena, label),
		.member = m,
		.n_member = n,
		.media = SLICE("application/json"),
		.content = arena_copy(d->arena, content)};
	return x;
}

void members_union(struct arena *arena, const struct id *a, size_t n_a, const struct id *b,
	size_t n_b, const struct id *self, struct id **ret, size_t *ret_n)
{
	struct id *out = arena_array(arena, struct id, n_a + n_b + 1);
	size_t n = 0;

	for (size_t i = 0; i < n_a; i++)
		if (!ids_have(out, n, &a[i]))
			out[n++] = a[i];
	for (size_t i = 0; i < n_b; i++)
		if (!ids_have(out, n, &b[i]))
			out[n++] = b[i];
	if (!ids_have(out, n, self))
		out[n++] = *self;
	qsort(out, n, sizeof(*out), id_cmp);
	*ret = out;
	*ret_n = n;
}

static bool admitted(const struct desk *d, const struct label *l, const struct id *who)
{
	const struct standing *st = &d->world->standing;

	return id_eq(who, &d->node->self) ||
	       release_audience_check(l, st->charter, st, who, 1, false, NULL) == 0;
}

void members_admitted(const struct desk *d, struct slice label, struct id *m, size_t *n)
{
	struct label l;
	size_t kept = 0;

	if (label_parse(&l, label, NULL) < 0)
		return;
	for (size_t i = 0; i < *n; i++)
		if (admitted(d, &l, &m[i]))
			m[kept++] = m[i];
	*n = kept;
}

struct slice lowest_label(const struct desk *d)
{
	const struct charter *c = d->world->standing.charter;

	return slice_str(
		arena_printf(d->arena, "%.*s %.*s", SLICE_FMT(c->policy), SLICE_FMT(c->ladder[0])));
}

/* ---- contents ---- */

/* The content with the steps of the version before: whoever edits does not write its way. */
static struct slice content_with_steps(struct desk *d, const struct kind *k,
	const struct json_doc *doc, json_ref root, const struct json_doc *old, json_ref old_root)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct json_out o = json_out(&b);
	json_ref steps = old ? json_get(old, old_root, "steps") : JSON_ABSENT;

	json_open(&o, '{');
	for (json_ref v = json_first(doc, root); v; v = json_next(doc, v)) {
		struct slice key = json_key(doc, v, d->arena);

		if (!slice_is(key, "steps"))
			json_put_raw(&o, arena_string(d->arena, key), json_raw(doc, v));
	}
	if (k->machine && json_count(old, steps))
		json_put_raw(&o, "steps", json_raw(old, steps));
	json_close(&o);
	return arena_copy(d->arena, buf_slice(&b));
}

struct slice content_step(struct desk *d, const struct json_doc *doc, json_ref root, const char *to,
	struct slice reason, const struct hash *script)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct json_out o = json_out(&b);
	json_ref steps = json_get(doc, root, "steps");
	char hex[65];

	json_open(&o, '{');
	for (json_ref v = json_first(doc, root); v; v = json_next(doc, v)) {
		struct slice key = json_key(doc, v, d->arena);

		if (!slice_is(key, "steps"))
			json_put_raw(&o, arena_string(d->arena, key), json_raw(doc, v));
	}
	json_open_at(&o, "steps", '[');
	for (json_ref s = json_first(doc, steps); s; s = json_next(doc, s))
		json_put_raw(&o, NULL, json_raw(doc, s));
	json_open(&o, '{');
	json_put_cstr(&o, "to", to);
	put_when(&o, "at", d->now);
	json_put_string(&o, "by", d->who);
	if (reason.n)
		json_put_string(&o, "why", reason);
	if (script) {
		hex_encode(script->b, sizeof(script->b), hex);
		json_put_cstr(&o, "script", hex);
	}
	json_close(&o);
	json_close(&o);
	json_close(&o);
	return arena_copy(d->arena, buf_slice(&b));
}

int content_read(struct desk *d, struct slice content, struct json_doc *ret, json_ref *ret_root,
	struct why *why)
{
	int rc = json_read(ret, d->arena, content, &json_limits_partner, why);

	if (rc == 0)
		*ret_root = json_root(ret);
	return rc;
}

/* ---- whom it is for ---- */

static int audience_default(struct desk *d, const struct kind *k, const struct view *v,
	const struct json_doc *doc, json_ref root, struct id **ret, size_t *ret_n, struct why *why)
{
	struct id *list = NULL;
	struct object_id about;
	struct row row;
	size_t n = 0;
	int rc;

	switch (kind_id(k)) {
	case KIND_EXERCISE: {
		json_ref p = json_get(doc, root, "participants");

		list = arena_array(d->arena, struct id, json_count(doc, p) + 1);
		for (json_ref e = json_first(doc, p); e; e = json_next(doc, e))
			n += get_id(doc, e, "party", &list[n]);
		break;
	}
	case KIND_PART:
	case KIND_CONTROL:
	case KIND_SHADOW:
	case KIND_SEALED:
	case KIND_DELIVERY:
	case KIND_KEY:
		list = v->ex.party;
		n = v->ex.n_party;
		break;
	case KIND_INJECT:
	case KIND_RECEIPT:
	case KIND_RESPONSE:
		list = arena_array(d->arena, struct id, 2);
		list[n++] = v->ex.row->object.owner;
		if (kind_id(k) != KIND_INJECT && get_object(doc, root, "delivery", &about))
			list[n++] = about.owner;
		break;
	case KIND_ENTRY:
		get_ids(doc, root, "parties", d->arena, &list, &n);
		break;
	case KIND_ACTION:
		list = arena_array(d->arena, struct id, 1);
		n = get_id(doc, root, "owner", &list[0]);
		break;
	case KIND_ANSWER:
	case KIND_ACCEPTANCE:
		/* Whoever reads the question reads the answer. */
		if (!kind_about(k, doc, root, &about))
			break;
		rc = store_get(d->world, d->db, &d->reader, &about, d->arena, &row, why);
		if (rc == 0)
			rc = store_readers(d->db, &row, d->arena, &list, &n, why);
		if (rc < 0)
			return rc;
		break;
	case KIND_OBSERVATION:
	case KIND_RATING:
	case KIND_MASK:
	case KIND_LESSON:
	case KIND_QUALIFICATION:
	case KINDS:
		break; /* one's own until one says otherwise */
	}
	members_union(d->arena, list, n, NULL, 0, &d->node->self, ret, ret_n);
	return 0;
}

/* Readers and label of a draft: as asked; else as the version before; else as the kind has it. */
static int audience_of(struct desk *d, const struct kind *k, const struct view *v,
	const struct row *old, const struct audience *a, const struct json_doc *doc, json_ref root,
	struct id **ret, size_t *ret_n, struct slice *ret_label, struct why *why)
{
	int rc = 0;

	if (a && a->given && a->all && v)
		members_union(
			d->arena, v->ex.party, v->ex.n_party, NULL, 0, &d->node->self, ret, ret_n);
	else if (a && a->given && a->all) {
		const struct id *all;
		size_t n;

		world_present(d->world, d->arena, &all, &n);
		members_union(d->arena, all, n, NULL, 0, &d->node->self, ret, ret_n);
	} else if (a && a->given)
		members_union(d->arena, a->member, a->n, NULL, 0, &d->node->self, ret, ret_n);
	else if (old)
		rc = store_readers(d->db, old, d->arena, ret, ret_n, why);
	else
		rc = audience_default(d, k, v, doc, root, ret, ret_n, why);
	*ret_label = a && a->label.n ? a->label
		     : old	     ? old->label
		     : v	     ? v->ex.row->label
				     : lowest_label(d);
	return rc;
}

/* ---- saving ---- */

struct saving {
	const struct kind *k;
	enum mode mode;
	bool has_old, has_view;
	struct row old;
	struct json_doc old_doc;
	json_ref old_root;
	struct view view;
	struct json_doc doc;
	json_ref root;
};

static int saving_begin(struct desk *d, struct saving *s, const struct object_id *object,
	struct slice content, struct why *why)
{
	struct object_id about;
	int rc = content_read(d, content, &s->doc, &s->root, why);

	if (rc == 0)
		rc = kind_check_strict(s->k, &s->doc, s->root, d->arena, why);
	if (rc < 0)
		return rc;
	if (object) {
		if (!id_eq(&object->owner, &d->node->self))
			return why_set(why, E_DENIED, "", "only its owner changes a record");
		rc = store_get(d->world, d->db, &d->reader, object, d->arena, &s->old, why);
		if (rc == 0 && s->old.kind != kind_id(s->k))
			rc = why_set(why, E_INVALID, "/kind", "the record is a %s",
				training_kinds[s->old.kind].noun);
		if (rc == 0)
			rc = content_read(d, s->old.body, &s->old_doc, &s->old_root, why);
		if (rc < 0)
			return rc;
		s->has_old = true;
		s->mode = s->old.mode;
	}
	if (!kind_mode(s->k, s->mode))
		return why_set(why, E_INVALID, "/mode", "a record of this kind is %s or test",
			s->k->real ? "real" : "exercise");
	if (!s->k->about || strcmp(s->k->about, "exercise") != 0)
		return 0;
	(void)kind_about(s->k, &s->doc, s->root, &about);
	rc = store_view(d->world, d->db, &d->reader, s->mode, &about, d->arena, &s->view, why);
	if (rc == E_MISSING)
		return why_set(why, E_INVALID, "/exercise", "there is no such exercise here");
	s->has_view = rc == 0;
	return rc;
}

/* These are written by what happens, never by hand. */
static int by_hand_check(const struct kind *k, struct why *why)
{
	switch (kind_id(k)) {
	case KIND_SHADOW:
	case KIND_CONTROL:
	case KIND_DELIVERY:
	case KIND_SEALED:
	case KIND_KEY:
	case KIND_RECEIPT:
		return why_set(why, E_INVALID, "/kind", "a %s is not written by hand", k->noun);
	case KIND_ENTRY:
	case KIND_ANSWER:
	case KIND_MASK:
	case KIND_EXERCISE:
	case KIND_PART:
	case KIND_INJECT:
	case KIND_RESPONSE:
	case KIND_OBSERVATION:
	case KIND_RATING:
	case KIND_LESSON:
	case KIND_ACTION:
	case KIND_ACCEPTANCE:
	case KIND_QUALIFICATION:
	case KINDS:
		break;
	}
	return 0;
}

/* An exercise that has ended is history; evaluation goes on. */
static int open_check(const struct desk *d, const struct saving *s, struct why *why)
{
	enum kind_id id = kind_id(s->k);
	bool design = id == KIND_PART || id == KIND_INJECT;

	if (!s->has_view)
		return 0;
	if (!view_takes_part(&s->view, &d->node->self))
		return why_set(
			why, E_DENIED, "/exercise", "this node takes no part in the exercise");
	if (design && s->view.clock.ended)
		return why_set(why, E_STATE, "/exercise",
			"the exercise has ended: its script stays as it was played");
	if (id == KIND_INJECT && s->has_old && view_delivery_of(&s->view, &s->old.object))
		return why_set(why, E_STATE, "", "the inject has been delivered");
	return 0;
}

int plan_save(struct desk *d, const struct kind *k, enum mode mode, const struct object_id *object,
	struct slice content, const struct audience *a, struct plan *ret, struct why *why)
{
	struct saving s = {.k = k, .mode = mode};
	struct plan p = {0};
	struct slice label, body;
	struct id *member;
	size_t n;
	int rc = by_hand_check(k, why);

	if (rc == 0)
		rc = saving_begin(d, &s, object, content, why);
	if (rc == 0)
		rc = open_check(d, &s, why);
	if (rc == 0)
		rc = audience_of(d, k, s.has_view ? &s.view : NULL, s.has_old ? &s.old : NULL, a,
			&s.doc, s.root, &member, &n, &label, why);
	if (rc == 0 && (kind_id(k) == KIND_RESPONSE || kind_id(k) == KIND_ANSWER ||
			       kind_id(k) == KIND_ACCEPTANCE))
		rc = plan_answers(d, k, s.has_view ? &s.view : NULL, &s.doc, s.root, why);
	if (rc < 0)
		return rc;
	body = content_with_steps(d, k, &s.doc, s.root, s.has_old ? &s.old_doc : NULL, s.old_root);
	p.object = object ? *object : plan_object(d);
	plan_add(d, &p, s.mode, k, &p.object, label, member, n, body);
	if (kind_id(k) == KIND_INJECT)
		rc = plan_inject(d, &s.view, &p, member, n, label, body, why);
	if (rc == 0)
		*ret = p;
	return rc;
}

/* ---- stepping ---- */

static int step_inject(struct desk *d, const struct row *row, struct slice body,
	const struct id *member, size_t n, struct plan *p, struct why *why)
{
	struct json_doc doc;
	json_ref root;
	struct object_id exercise;
	struct view v;
	int rc = content_read(d, body, &doc, &root, why);

	if (rc == 0 && !get_object(&doc, root, "exercise", &exercise))
		rc = why_set(why, E_INVALID, "/exercise", "is missing");
	if (rc == 0)
		rc = store_view(
			d->world, d->db, &d->reader, row->mode, &exercise, d->arena, &v, why);
	return rc < 0 ? rc : plan_inject(d, &v, p, member, n, row->label, body, why);
}

int plan_step(struct desk *d, const struct object_id *object, struct slice to, struct slice reason,
	struct plan *ret, struct why *why)
{
	struct plan p = {.object = *object};
	const struct machine_move *move;
	const struct kind *k;
	struct json_doc doc;
	struct hash script;
	struct slice body;
	struct id *member;
	const char *state;
	struct row row;
	json_ref root;
	size_t n;
	int rc = store_get(d->world, d->db, &d->reader, object, d->arena, &row, why);

	if (rc == 0 && !id_eq(&object->owner, &d->node->self))
		rc = why_set(why, E_DENIED, "", "only its owner changes a record");
	if (rc == 0)
		rc = content_read(d, row.body, &doc, &root, why);
	if (rc < 0)
		return rc;
	k = &training_kinds[row.kind];
	if (!k->machine)
		return why_set(why, E_INVALID, "", "a %s has no states", k->noun);
	state = machine_state(k->machine, &doc, json_get(&doc, root, "steps"));
	move = machine_find(k->machine, state, to);
	if (!move)
		return why_set(why, E_STATE, "/to", "from %s it goes to %s", state,
			machine_ways(k->machine, state, d->arena));
	if (move->reason && !slice_trim(reason).n)
		return why_set(why, E_INVALID, "/why", "%s needs a reason", move->to);
	script = fields_digest(k->field, &doc, root, d->arena);
	body = content_step(d, &doc, root, move->to, reason,
		strcmp(move->to, "approved") == 0 ? &script : NULL);
	rc = kind_check(k, body, d->arena, why);
	if (rc == 0)
		rc = store_readers(d->db, &row, d->arena, &member, &n, why);
	if (rc < 0)
		return rc;
	plan_add(d, &p, row.mode, k, object, row.label, member, n, body);
	if (row.kind == KIND_INJECT)
		rc = step_inject(d, &row, body, member, n, &p, why);
	if (rc == 0)
		*ret = p;
	return rc;
}
