/* book.c: see book.h. */
#include "work/response/book.h"

#include "base/report.h"

/* ---- capabilities ---- */

bool readiness_stale(const struct aid_readiness *r, int64_t now_ms)
{
	return r->valid_until <= now_ms;
}

static void detail_join(struct joined_capability *j, const struct aid_record *detail)
{
	const struct shape *s = aid_kinds[AID_CAPABILITY_DETAIL].shape;

	/* A member adds to what is its own, never to what is another's. */
	if (!id_eq(&detail->r.author, &j->record.r.author))
		return;
	shape_overlay(s, &j->c, &detail->a->capability);
	j->c.of = (struct object_id){0};
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

static int by_place(const void *a, const void *b)
{
	const struct joined_capability *x = a, *y = b;
	int c = id_cmp(&x->record.r.author, &y->record.r.author);

	if (c == 0)
		c = slice_cmp(x->c.type, y->c.type);
	if (c == 0)
		c = slice_cmp(x->c.name, y->c.name);
	return c ? c : id_cmp(&x->record.r.object.name, &y->record.r.object.name);
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
	int rc = aid_list(v, AID_CAPABILITY, &cap, &n_cap, why);

	if (rc == 0)
		rc = aid_list(v, AID_CAPABILITY_DETAIL, &detail, &n_detail, why);
	if (rc == 0)
		rc = aid_list(v, AID_READINESS, &report, &n_report, why);
	if (rc < 0)
		return rc;
	out = arena_array(v->arena, struct joined_capability, n_cap + 1);
	for (size_t i = 0; i < n_cap; i++)
		if (!owner || id_eq(&cap[i].r.author, owner))
			out[n++] = start(&cap[i]);
	if (n > 1)
		qsort(out, n, sizeof(*out), by_object);
	for (size_t i = 0; i < n_detail; i++)
		if ((j = find(out, n, &detail[i].a->capability.of)))
			detail_join(j, &detail[i]);
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
	struct aid_record r, *about;
	size_t n;
	int rc = aid_get(v, AID_CAPABILITY, object, &r, why);

	if (rc == 0)
		rc = aid_about(v, object, &about, &n, why);
	if (rc < 0)
		return rc;
	j = start(&r);
	for (size_t i = 0; i < n; i++) {
		if (about[i].kind == AID_CAPABILITY_DETAIL &&
			object_id_eq(&about[i].a->capability.of, object))
			detail_join(&j, &about[i]);
		if (about[i].kind == AID_READINESS &&
			object_id_eq(&about[i].a->readiness.capability, object))
			readiness_join(&j, &about[i]);
	}
	*ret = j;
	return 0;
}

/* ---- the book ---- */

void book_add(struct book *b, int64_t from, int64_t until, int64_t quantity)
{
	MUST(b->n < b->room);
	b->p[b->n++] = (struct booking){from, until, quantity};
}

/* When what a commit has bound is free again: as it says, or earlier if it has come home. */
static int freed_at(const struct aid_view *v, const struct aid_record *commit, int64_t until,
	int64_t *ret, struct why *why)
{
	struct aid_record *about, *back;
	size_t n, n_back;
	int rc = aid_about(v, &commit->r.object, &about, &n, why);

	*ret = until;
	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (about[i].kind != AID_DEPLOYMENT ||
			!id_eq(&about[i].r.author, &commit->r.author))
			continue;
		rc = aid_about(v, &about[i].r.object, &back, &n_back, why);
		for (size_t k = 0; rc == 0 && k < n_back; k++) {
			const struct aid_return *r = &back[k].a->returned;
			int64_t free = 0;

			if (back[k].kind == AID_RETURN &&
				id_eq(&back[k].r.author, &commit->r.author))
				free = r->ready_again_at ? r->ready_again_at : r->returned_at;
			if (free && free < *ret)
				*ret = free;
		}
	}
	return rc;
}

static int commits_add(struct book *b, const struct aid_view *v, struct why *why)
{
	struct aid_record *list;
	size_t n;
	int rc = aid_list(v, AID_COMMIT, &list, &n, why);

	b->room = 64;
	for (size_t i = 0; rc == 0 && i < n; i++)
		b->room += list[i].a->commit.items.n;
	b->p = arena_array(v->arena, struct booking, b->room);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		const struct aid_commit *c = &list[i].a->commit;
		const struct aid_committed_item *item = c->items.p;

		if (!id_eq(&list[i].r.author, &v->world->node->self) ||
			c->decision == COMMIT_REFUSE)
			continue;
		for (size_t k = 0; rc == 0 && k < c->items.n; k++) {
			int64_t until;

			if (!object_id_eq(&item[k].capability, &b->capability))
				continue;
			rc = freed_at(v, &list[i], item[k].until, &until, why);
			if (rc == 0 && until > item[k].from)
				book_add(b, item[k].from, until, item[k].quantity);
		}
	}
	return rc;
}

int book_load(struct book *ret, const struct aid_view *v, const struct object_id *capability,
	struct why *why)
{
	struct book b = {.capability = *capability};
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
	rc = commits_add(&b, v, why);
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
