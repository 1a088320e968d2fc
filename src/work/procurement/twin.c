/* twin.c: see twin.h. */
#include "work/procurement/twin.h"

#include "base/report.h"

struct seeking {
	const struct world *w;
	struct db *db;
	const struct reader *who;
	const struct id *owner;
	struct slice ocid;
	enum mode mode;
	/* True: enough is found. */
	bool (*each)(struct seeking *s, const struct row *r);
	const struct object_id *except;
	struct object_id found;
	bool has;
	/* Of the one that is asked about, and of the earliest so far. */
	struct arena *arena;
	struct row first;
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
	int rc = procure_store_of(s->w, s->db, s->who, s->owner, P_AGREEMENT, s->mode,
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
		.who = who,
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

/* An amendment is later than both, so it is the first versions that say which was there first. */
static int first_version(const struct seeking *s, const struct object_id *of, struct row *ret)
{
	struct rows history;
	const struct row *first = NULL;
	int rc = procure_store_history(s->w, s->db, s->who, of, s->arena, &history, s->why);

	for (size_t i = 0; rc == 0 && i < history.n; i++) {
		const struct row *r = &history.row[i];

		if (r->kind == P_AGREEMENT &&
			(!first || r->epoch < first->epoch ||
				(r->epoch == first->epoch && r->seq < first->seq)))
			first = r;
	}
	if (rc == 0 && !first)
		rc = why_set(s->why, E_MISSING, "", "no such procurement");
	if (rc == 0)
		*ret = *first;
	return rc;
}

static bool take_earlier(struct seeking *s, const struct row *r)
{
	struct row other;

	s->rc = first_version(s, &r->object, &other);
	if (s->rc < 0)
		return true;
	if (other.epoch < s->first.epoch ||
		(other.epoch == s->first.epoch && other.seq < s->first.seq)) {
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
		.who = who,
		.owner = &p->id.owner,
		.ocid = ocid_of(p->agreement, arena),
		.mode = p->agreement->mode,
		.each = take_earlier,
		.except = &p->id,
		.arena = arena,
		.why = why};
	int rc = first_version(&s, &p->id, &s.first);

	if (rc == 0)
		rc = seek(&s);
	*ret = s.found;
	*ret_has = s.has;
	return rc;
}
