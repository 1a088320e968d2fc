/* book.c: see book.h. */
#include "work/response/book.h"

#include "base/limits.h"
#include "base/vec.h"
#include "node/readings.h"

/* ---- capabilities ---- */

bool readiness_stale(const struct aid_readiness *r, int64_t now_ms)
{
	return r->valid_until <= now_ms;
}

static void detail_join(
	struct joined_capability *j, const struct aid_record *detail, struct arena *arena)
{
	struct joined_detail *d = arena_new(arena, struct joined_detail);
	const struct shape *s = aid_kinds[AID_CAPABILITY_DETAIL].shape;

	/* A member adds to what is its own, never to what is another's. */
	if (!id_eq(&detail->r.author, &j->record.r.author))
		return;
	shape_overlay(s, &j->c, &detail->a->capability);
	j->c.of = (struct object_id){0};
	*d = (struct joined_detail){detail, j->of};
	j->of = d;
	j->details++;
}

static void readiness_join(struct joined_capability *j, const struct aid_record *r)
{
	const struct aid_readiness *new = &r->a->readiness;
	const struct aid_readiness *old = j->readiness ? &j->readiness->a->readiness : NULL;

	if (!id_eq(&r->r.author, &j->record.r.author))
		return;
	/* Of two reports of one moment the later entry counts: there is one log. */
	if (!old || new->reported_at > old->reported_at ||
		(new->reported_at == old->reported_at && r->r.seq > j->readiness->r.seq))
		j->readiness = r;
}

void capability_shown(
	const struct world *w, const struct reader *who, const struct joined_capability *j)
{
	readings_records(who, w, &j->record.r, 1);
	for (const struct joined_detail *d = j->of; d; d = d->next)
		readings_records(who, w, &d->r->r, 1);
	if (j->readiness)
		readings_records(who, w, &j->readiness->r, 1);
}

int capability_cmp(const struct joined_capability *x, const struct joined_capability *y)
{
	int c = id_cmp(&x->record.r.author, &y->record.r.author);

	if (c == 0)
		c = slice_cmp(x->c.type, y->c.type);
	if (c == 0)
		c = slice_cmp(x->c.name, y->c.name);
	return c ? c : id_cmp(&x->record.r.object.name, &y->record.r.object.name);
}

static int by_place(const void *a, const void *b)
{
	return capability_cmp(a, b);
}

static int by_object(const void *a, const void *b)
{
	const struct joined_capability *x = a, *y = b;
	int c = id_cmp(&x->record.r.object.owner, &y->record.r.object.owner);

	return c ? c : id_cmp(&x->record.r.object.name, &y->record.r.object.name);
}

static struct joined_capability *find(
	struct joined_capability *list, size_t n, const struct object_id *object)
{
	struct joined_capability key = {.record.r.object = *object};

	return n ? bsearch(&key, list, n, sizeof(*list), by_object) : NULL;
}

static struct joined_capability start(const struct aid_record *r)
{
	return (struct joined_capability){.record = *r, .c = r->a->capability};
}

int capability_list(const struct aid_view *v, const struct id *owner,
	struct joined_capability **ret, size_t *ret_n, struct why *why)
{
	struct aid_record *cap, *detail, *report;
	size_t n_cap, n_detail, n_report, n = 0;
	struct joined_capability *out, *j;
	int rc = aid_list(v, AID_CAPABILITY, owner, &cap, &n_cap, why);

	if (rc == 0)
		rc = aid_list(v, AID_CAPABILITY_DETAIL, owner, &detail, &n_detail, why);
	if (rc == 0)
		rc = aid_list(v, AID_READINESS, owner, &report, &n_report, why);
	if (rc < 0)
		return rc;
	out = arena_array(v->arena, struct joined_capability, n_cap + 1);
	for (size_t i = 0; i < n_cap; i++)
		out[n++] = start(&cap[i]);
	if (n > 1)
		qsort(out, n, sizeof(*out), by_object);
	for (size_t i = 0; i < n_detail; i++)
		if ((j = find(out, n, &detail[i].a->capability.of)))
			detail_join(j, &detail[i], v->arena);
	for (size_t i = 0; i < n_report; i++)
		if ((j = find(out, n, &report[i].a->readiness.capability)))
			readiness_join(j, &report[i]);
	if (n > 1)
		qsort(out, n, sizeof(*out), by_place);
	*ret = out;
	*ret_n = n;
	return 0;
}

int capability_get(const struct aid_view *v, const struct object_id *object,
	struct joined_capability *ret, struct why *why)
{
	struct joined_capability j;
	struct aid_record r, *detail, *report;
	size_t n_detail, n_report;
	int rc = aid_get(v, AID_CAPABILITY, object, &r, why);

	if (rc == 0)
		rc = aid_about(
			v, object, AID_CAPABILITY_DETAIL, &object->owner, &detail, &n_detail, why);
	if (rc == 0)
		rc = aid_about(v, object, AID_READINESS, &object->owner, &report, &n_report, why);
	if (rc < 0)
		return rc;
	j = start(&r);
	for (size_t i = 0; i < n_detail; i++)
		detail_join(&j, &detail[i], v->arena);
	for (size_t i = 0; i < n_report; i++)
		readiness_join(&j, &report[i]);
	*ret = j;
	return 0;
}

/* ---- the book ---- */

#define YEAR_MS (366 * DAY_MS)

static bool alone_on_line(const struct aid_commit *c, size_t i)
{
	const struct aid_committed_item *item = c->items.p;

	for (size_t k = 0; k < c->items.n; k++)
		if (item[k].line == item[i].line &&
			!object_id_eq(&item[k].capability, &item[i].capability))
			return false;
	return true;
}

typedef VEC(struct promise) promise_vec;

static void commit_note(const struct aid_record *r, int64_t since_ms, promise_vec *found)
{
	const struct aid_commit *c = &r->a->commit;
	const struct aid_committed_item *item = c->items.p;

	for (size_t i = 0; c->decision != COMMIT_REFUSE && i < c->items.n; i++) {
		struct promise p = {.commit = r->r.object,
			.capability = item[i].capability,
			.offer = c->offer,
			.request = c->request,
			.asks = c->request.owner,
			.item = item[i].item,
			.line = item[i].line,
			.from = item[i].from,
			.until = item[i].until,
			.quantity = item[i].quantity,
			.alone = alone_on_line(c, i)};

		if (p.until > since_ms)
			vec_push(found, p);
	}
}

static int commits_load(
	struct promises *ret, const struct aid_view *v, int64_t since_ms, struct why *why)
{
	struct aid_page page CLEANUP_AID_PAGE = {0};
	promise_vec found = {0};
	int rc;

	do {
		rc = aid_page(v, AID_COMMIT, &v->world->node->self, 500, &page, why);
		for (size_t i = 0; rc == 0 && i < page.n; i++)
			commit_note(&page.p[i], since_ms, &found);
	} while (rc == 0 && page.more);
	if (rc == 0) {
		ret->p = arena_array(v->arena, struct promise, found.n + 1);
		ret->n = found.n;
		if (found.n)
			memcpy(ret->p, found.p, found.n * sizeof(*ret->p));
	}
	vec_free(&found);
	return rc;
}

typedef VEC(struct stay) stay_vec;

static int stay_note(const struct aid_view *v, const struct aid_extension_answer *a,
	int64_t since_ms, stay_vec *found, struct why *why)
{
	struct arena each CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct stay stay = {
		.request = a->request, .asked_by = a->extension.owner, .until = a->until};
	struct aid_view inside = *v;
	struct aid_record asked;
	struct why none = {0};
	int rc;

	if (a->answer != EXTENSION_GRANTED || (a->until && a->until <= since_ms))
		return 0;
	inside.arena = &each;
	rc = aid_version(&inside, AID_EXTENSION, &a->extension, &a->extension_leaf, &asked, &none);
	if (rc == 0) {
		stay.deployment = asked.a->extension.deployment;
		stay.until = extension_until(&asked.a->extension, a);
	} else if (rc != E_MISSING) {
		return why_set(why, rc, none.where, "%s", none.text);
	}
	if (stay.until > since_ms)
		vec_push(found, stay);
	return 0;
}

static int stays_load(
	struct promises *ret, const struct aid_view *v, int64_t since_ms, struct why *why)
{
	struct aid_page page CLEANUP_AID_PAGE = {0};
	stay_vec found = {0};
	int rc;

	do {
		rc = aid_page(v, AID_EXTENSION_ANSWER, &v->world->node->self, 500, &page, why);
		for (size_t i = 0; rc == 0 && i < page.n; i++)
			rc = stay_note(v, &page.p[i].a->extension_answer, since_ms, &found, why);
	} while (rc == 0 && page.more);
	if (rc == 0) {
		ret->stay = arena_array(v->arena, struct stay, found.n + 1);
		ret->n_stay = found.n;
		if (found.n)
			memcpy(ret->stay, found.p, found.n * sizeof(*ret->stay));
	}
	vec_free(&found);
	return rc;
}

int promises_load(struct promises *ret, const struct aid_view *v, struct why *why)
{
	int64_t since = env_now_ms(&v->world->node->env) - YEAR_MS;
	int rc = commits_load(ret, v, since, why);

	return rc < 0 ? rc : stays_load(ret, v, since, why);
}

void book_add(struct book *b, int64_t from, int64_t until, int64_t quantity)
{
	if (b->n == b->room) {
		struct booking *p = arena_array(b->arena, struct booking, 2 * b->room + 16);

		if (b->n)
			memcpy(p, b->p, b->n * sizeof(*p));
		b->p = p;
		b->room = 2 * b->room + 16;
	}
	b->p[b->n++] = (struct booking){from, until, quantity};
}

/* A part of a commit that has gone out. */
struct part {
	struct object_id object;
	const struct aid_deployment *deployment;
	int64_t home;  /* 0: still away */
	int64_t until; /* of granted extensions; 0: none */
};

/* Of several reports of one return the latest counts: what is away is never free. */
static int home_of(
	const struct aid_view *v, const struct object_id *deployment, int64_t *ret, struct why *why)
{
	struct aid_record *back;
	size_t n;
	int rc = aid_about(v, deployment, AID_RETURN, &v->world->node->self, &back, &n, why);

	*ret = 0;
	for (size_t i = 0; rc == 0 && i < n; i++) {
		const struct aid_return *r = &back[i].a->returned;
		int64_t home = r->ready_again_at ? r->ready_again_at : r->returned_at;

		*ret = home > *ret ? home : *ret;
	}
	return rc;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

int64_t extension_until(const struct aid_extension *e, const struct aid_extension_answer *a)
{
	return a->until && a->until < e->requested_until ? a->until : e->requested_until;
}

/* What one has asked for oneself is promised while the other side has not answered, and then as far as it has granted it. */
static int asked_until(const struct aid_view *v, const struct promise *p,
	const struct aid_record *extension, int64_t *ret, struct why *why)
{
	const struct aid_extension *e = &extension->a->extension;
	struct aid_record *answer;
	size_t n;
	int rc = aid_about(
		v, &extension->r.object, AID_EXTENSION_ANSWER, &p->asks, &answer, &n, why);

	if (rc == 0 && n == 0)
		*ret = later(*ret, e->requested_until);
	for (size_t i = 0; rc == 0 && i < n; i++)
		if (answer[i].a->extension_answer.answer == EXTENSION_GRANTED)
			*ret = later(*ret, extension_until(e, &answer[i].a->extension_answer));
	return rc;
}

static bool is_stay(
	const struct stay *s, const struct promise *p, const struct object_id *deployment)
{
	if (!id_eq(&s->asked_by, &p->asks))
		return false;
	return id_is_zero(&s->deployment.owner) ? object_id_eq(&s->request, &p->request)
						: object_id_eq(&s->deployment, deployment);
}

/*
 * One side asks for it, the other grants it, for no longer than was asked. Both are looked for by what this node has written itself: others may write about a deployment what they
 * like and as much as they like.
 */
static int extended_to(const struct aid_view *v, const struct promises *own,
	const struct promise *p, const struct object_id *deployment, int64_t *ret, struct why *why)
{
	const struct id *self = &v->world->node->self;
	struct arena each CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct aid_view inside = *v;
	struct aid_record *extension;
	size_t n = 0;
	int rc = 0;

	*ret = 0;
	for (size_t i = 0; i < own->n_stay; i++)
		if (is_stay(&own->stay[i], p, deployment))
			*ret = later(*ret, own->stay[i].until);
	if (id_eq(&p->asks, self))
		return 0;
	inside.arena = &each;
	rc = aid_about(&inside, deployment, AID_EXTENSION, self, &extension, &n, why);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = asked_until(&inside, p, &extension[i], ret, why);
	return rc;
}

static int parts_of(const struct aid_view *v, const struct promises *own, const struct promise *p,
	struct part **ret, size_t *ret_n, struct why *why)
{
	struct aid_record *out;
	size_t n;
	int rc = aid_about(v, &p->commit, AID_DEPLOYMENT, &v->world->node->self, &out, &n, why);

	if (rc < 0)
		return rc;
	*ret = arena_array(v->arena, struct part, n + 1);
	*ret_n = n;
	for (size_t i = 0; rc == 0 && i < n; i++) {
		struct part *part = &(*ret)[i];

		part->object = out[i].r.object;
		part->deployment = &out[i].a->deployment;
		rc = home_of(v, &out[i].r.object, &part->home, why);
		if (rc == 0 && !part->home)
			rc = extended_to(v, own, p, &out[i].r.object, &part->until, why);
	}
	return rc;
}

/* How much of the promise this deployment has taken along. */
static int64_t gone(const struct promise *p, const struct aid_deployment *d)
{
	const struct aid_deployed_item *item = d->items.p;
	int64_t sum = 0;

	for (size_t i = 0; i < d->items.n; i++) {
		bool named = !id_is_zero(&item[i].capability.owner);

		if (item[i].line == p->line &&
			(named ? object_id_eq(&item[i].capability, &p->capability) : p->alone))
			sum += item[i].quantity;
	}
	return sum;
}

/* Of what is out and has not come home: its end, and once that has passed nobody knows when. */
static int64_t out_until(const struct promise *p, const struct part *part, int64_t now_ms)
{
	int64_t end = later(part->until, p->until);

	return end > now_ms ? end : INT64_MAX;
}

static void leave_away(struct book *b, int64_t quantity, int64_t until)
{
	b->away_until = b->away && b->away_until < until ? b->away_until : until;
	b->away += quantity;
}

/*
 * Items of one commit for one line and capability are one lot, which its deployments take from the first on: `before` of them have been booked already and are passed over.
 */
static void promise_book(struct book *b, const struct promise *p, const struct part *part,
	size_t n_part, int64_t before, const struct object_id *without, int64_t now_ms)
{
	int64_t left = p->quantity;

	for (size_t i = 0; i < n_part && left > 0; i++) {
		int64_t out = gone(p, part[i].deployment), end = part[i].home;
		int64_t passed = out < before ? out : before;

		before -= passed;
		out = out - passed < left ? out - passed : left;
		if (!end)
			end = out_until(p, &part[i], now_ms);
		if (out > 0 && !part[i].home && object_id_eq(&part[i].object, without))
			leave_away(b, out, later(part[i].until, p->until));
		else if (out > 0 && end > p->from)
			book_add(b, p->from, end, out);
		left -= out;
	}
	if (left > 0 && p->until > p->from)
		book_add(b, p->from, p->until, left);
}

static int promises_book(
	struct book *b, const struct aid_view *v, const struct promises *own, struct why *why)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < own->n; i++) {
		const struct promise *p = &own->p[i];
		int64_t before = 0;
		struct part *part;
		size_t n;

		if (!object_id_eq(&p->capability, &b->capability))
			continue;
		for (size_t k = i; k-- > 0 && object_id_eq(&own->p[k].commit, &p->commit);)
			if (own->p[k].line == p->line &&
				object_id_eq(&own->p[k].capability, &p->capability))
				before += own->p[k].quantity;
		rc = parts_of(v, own, p, &part, &n, why);
		if (rc == 0)
			promise_book(b, p, part, n, before, &own->without,
				env_now_ms(&v->world->node->env));
	}
	return rc;
}

int book_load(struct book *ret, const struct aid_view *v, const struct promises *own,
	const struct object_id *capability, struct why *why)
{
	struct book b = {.arena = v->arena, .capability = *capability};
	struct joined_capability j;
	int rc = capability_get(v, capability, &j, why);

	if (rc < 0)
		return rc;
	b.joined = j.c;
	b.quantity = j.c.quantity;
	b.reserve = j.c.reserve;
	b.not_ready =
		j.readiness && j.readiness->a->readiness.state == NOT_READY &&
		!readiness_stale(&j.readiness->a->readiness, env_now_ms(&v->world->node->env));
	rc = promises_book(&b, v, own, why);
	if (rc == 0)
		*ret = b;
	return rc;
}

/* The busiest moment in [from, until) is where one of the bookings begins, or `from`. */
static int64_t busiest(const struct book *b, int64_t from, int64_t until)
{
	int64_t most = 0;

	for (size_t i = 0; i <= b->n; i++) {
		int64_t at = i == b->n ? from : b->p[i].from, sum = 0;

		if (at < from || at >= until)
			continue;
		for (size_t k = 0; k < b->n; k++)
			if (b->p[k].from <= at && at < b->p[k].until)
				sum += b->p[k].quantity;
		most = sum > most ? sum : most;
	}
	return most;
}

int64_t book_left(const struct book *b, int64_t from, int64_t until)
{
	int64_t left = b->quantity - b->reserve - busiest(b, from, until);

	return b->not_ready || left < 0 ? 0 : left;
}
