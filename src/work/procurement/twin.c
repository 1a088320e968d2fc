/* twin.c: see twin.h. */
#include "work/procurement/twin.h"

#include "base/report.h"
#include "node/readings.h"

/* Where an agreement's first version stands in its author's log. */
struct begun {
	uint32_t epoch;
	uint64_t seq;
};

struct seeking {
	const struct world *w;
	struct db *db;
	struct reader who; /* more is looked at than is shown: nothing of it is noted */
	const struct id *owner;
	struct slice ocid;
	enum mode mode;
	/* True: enough is found. */
	bool (*each)(struct seeking *s, const struct row *r);
	const struct object_id *except;
	struct object_id found;
	bool has;
	struct begun first; /* of the earliest so far, from the one that is asked about on */
	struct why *why;
	int rc;
};

static struct slice ocid_of(const struct row *r, struct arena *arena)
{
	return get_text(&r->doc, json_root(&r->doc), "ocid", arena);
}

static int seek(struct seeking *s)
{
	struct arena arena CLEANUP_ARENA = ARENA(2 * LIMIT_PAGE_BYTES);
	struct rows list;
	bool done = false;
	int rc = procure_store_of(s->w, s->db, &s->who, s->owner, P_AGREEMENT, s->mode,
		LIMIT_PROCESSES, &arena, &list, s->why);

	for (size_t i = 0; rc == 0 && i < list.n && !done; i++)
		if (!object_id_eq(&list.row[i].object, s->except) &&
			slice_eq(ocid_of(&list.row[i], &arena), s->ocid))
			done = s->each(s, &list.row[i]);
	return rc < 0 ? rc : s->rc;
}

static bool take(struct seeking *s, const struct row *r)
{
	s->found = r->object;
	return s->has = true;
}

int twin_find(const struct world *w, struct db *db, const struct reader *who,
	const struct id *owner, struct slice ocid, enum mode mode, const struct object_id *except,
	struct object_id *ret, bool *ret_has, struct why *why)
{
	struct seeking s = {.w = w,
		.db = db,
		.who = reader_unnoted(who),
		.owner = owner,
		.ocid = ocid,
		.mode = mode,
		.each = take,
		.except = except,
		.why = why};
	int rc = seek(&s);

	*ret = s.found;
	*ret_has = s.has;
	return rc;
}

static bool before(const struct begun *a, const struct begun *b)
{
	return a->epoch != b->epoch ? a->epoch < b->epoch : a->seq < b->seq;
}

/* An amendment is later than both, so it is the first versions that say which was there first. In memory of its own: a partner writes as many as it likes. */
static int begun_at(const struct seeking *s, const struct object_id *of, struct begun *ret)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_PAGE_BYTES);
	struct row r;
	int rc = procure_store_first(s->w, s->db, &s->who, of, &arena, &r, s->why);

	if (rc == 0)
		*ret = (struct begun){r.epoch, r.seq};
	return rc;
}

static bool take_earlier(struct seeking *s, const struct row *r)
{
	struct begun other;

	s->rc = begun_at(s, &r->object, &other);
	if (s->rc < 0)
		return true;
	if (before(&other, &s->first)) {
		s->first = other;
		s->found = r->object;
		s->has = true;
	}
	return false;
}

int twin_before(const struct world *w, struct db *db, const struct reader *who,
	const struct process *p, struct arena *arena, struct object_id *ret, bool *ret_has,
	struct why *why)
{
	struct seeking s = {.w = w,
		.db = db,
		.who = reader_unnoted(who),
		.owner = &p->id.owner,
		.ocid = ocid_of(p->agreement, arena),
		.mode = p->agreement->mode,
		.each = take_earlier,
		.except = &p->id,
		.why = why};
	int rc = begun_at(&s, &p->id, &s.first);

	if (rc == 0)
		rc = seek(&s);
	*ret = s.found;
	*ret_has = s.has;
	return rc;
}
