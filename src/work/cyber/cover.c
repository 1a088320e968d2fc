/* cover.c: see cover.h. */
#include "work/cyber/cover.h"

#include "base/report.h"

int cover_parse(
	const struct record *r, struct arena *arena, enum coord_kind *ret_kind, struct coord *ret)
{
	if (r->state != ITEM_LIVE || coord_kind_parse(r->kind, ret_kind) < 0 ||
		coord_parse(ret, *ret_kind, r->content, arena, NULL) < 0)
		return E_MISSING;
	return 0;
}

/* ---- who is covered ---- */

struct cover cover_begin(size_t links, struct arena *arena)
{
	return (struct cover){.by = arena_array(arena, struct covered, links + 2)};
}

void cover_note(struct cover *k, const struct id *member, int64_t at_ms)
{
	size_t i = 0;

	while (i < k->n && !id_eq(&k->by[i].member, member))
		i++;
	if (i == k->n)
		k->by[k->n++] = (struct covered){*member, at_ms};
	else if (at_ms < k->by[i].at_ms)
		k->by[i].at_ms = at_ms;
}

int64_t cover_at(const struct cover *k, const struct id *member)
{
	for (size_t i = 0; i < k->n; i++)
		if (id_eq(&k->by[i].member, member))
			return k->by[i].at_ms;
	return 0;
}

/* A newer version may be about something else, and another mode is another world. */
int cover_link(const struct cover_view *v, const struct record *of, const struct object_id *object,
	struct arena *scratch, struct record *ret, enum coord_kind *ret_kind,
	struct coord *ret_coord, struct cover *k, struct why *why)
{
	struct why own = {0};
	int rc = record_get(v->world, v->db, v->who, object, scratch, ret, &own);

	if (rc == E_MISSING)
		return 0;
	if (rc < 0) {
		if (why)
			*why = own;
		return rc;
	}
	if (ret->mode != of->mode || cover_parse(ret, scratch, ret_kind, ret_coord) < 0 ||
		!ret_coord->has_about ||
		memcmp(&ret_coord->about, &of->object, sizeof(of->object)) != 0)
		return 0;
	if (*ret_kind == COORD_ANSWER && slice_is(ret_coord->answer, "covered"))
		cover_note(k, &ret->object.owner, ret->time_ms);
	return 1;
}

/* ---- since when ---- */

/* Of a case: when it was opened, and since when its owner has said that it is contained; from all its versions, the newest first. */
struct course {
	int64_t opened_ms, contained_ms;
};

/* Versions read at once, and pages of them: an older beginning is not looked for. */
#define COURSE_PAGE  20
#define COURSE_PAGES 50

static int course_page(const struct cover_view *v, struct record_after *after, struct course *ret,
	bool *ret_open, bool *ret_more, struct why *why)
{
	struct arena scratch CLEANUP_ARENA = ARENA(COURSE_PAGE * COVER_ITEM);
	struct record *r;
	size_t n;

	int rc = record_history(
		v->world, v->db, v->who, after, COURSE_PAGE, &scratch, &r, &n, ret_more, why);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		enum coord_kind kind;
		struct coord x;

		ret->opened_ms = r[i].time_ms;
		*after = (struct record_after){r[i].object, true, r[i].epoch, r[i].seq, r[i].at};
		if (cover_parse(&r[i], &scratch, &kind, &x) < 0)
			continue;
		*ret_open = *ret_open || slice_is(x.status, "open");
		if (!*ret_open)
			ret->contained_ms = r[i].time_ms;
	}
	return rc;
}

static int course_of(
	const struct cover_view *v, const struct record *r, struct course *ret, struct why *why)
{
	struct record_after after = {.object = r->object};
	bool open = false, more = true;
	int rc = 0;

	*ret = (struct course){.opened_ms = r->time_ms};
	for (int page = 0; rc == 0 && page < COURSE_PAGES && more; page++)
		rc = course_page(v, &after, ret, &open, &more, why);
	return rc;
}

/*
 * Sightings looked at for one case, and at once. The oldest to arrive come first, and each object has its share: what comes later makes nobody's beginning a
 * later one.
 */
#define SIGHTED_MAX  10000
#define SIGHTED_PAGE 200
#define OBJECTS_MAX  50

/* One page of an object's sightings: the earliest, if it is before *ret. */
static int sighted_page(const struct cover_view *v, int64_t root, const struct stix_uuid *uuid,
	int64_t *after, bool *ret_more, int64_t *ret, struct why *why)
{
	struct arena rows CLEANUP_ARENA = ARENA(16 * MIB);
	struct list_row *row;
	size_t n_row;
	int rc = stix_list_pointing(v->world, v->db, v->who, root, uuid, "sighting_of_ref",
		SIGHTED_PAGE, after, &rows, &row, &n_row, ret_more, why);

	if (rc < 0)
		return rc;
	struct list_walk k CLEANUP_WALK = stix_walk(v->db, row, n_row);
	while ((rc = stix_walk_next(&k, why)) > 0) {
		int64_t ms;

		if (when_ms(stix_text(&k.s, "first_seen", &k.arena), &ms) < 0 &&
			when_ms(k.s.created, &ms) < 0)
			continue;
		if (*ret == 0 || ms < *ret)
			*ret = ms;
	}
	return rc;
}

static int object_sighted(const struct cover_view *v, int64_t root, const struct stix_uuid *uuid,
	size_t pages, int64_t *ret, struct why *why)
{
	int64_t after = 0;
	bool more = true;
	int rc = 0;

	for (size_t page = 0; rc == 0 && page < pages && more; page++)
		rc = sighted_page(v, root, uuid, &after, &more, ret, why);
	return rc;
}

/* The earliest time at which one of the case's objects has been sighted, by whomever. */
static int first_sighted(const struct cover_view *v, int64_t root, const struct coord *x,
	int64_t *ret, struct why *why)
{
	size_t n = x->n_object < OBJECTS_MAX ? x->n_object : OBJECTS_MAX;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		struct stix_uuid uuid;
		struct slice type;

		if (stix_id_parse(x->object[i], &type, &uuid) == 0)
			rc = object_sighted(
				v, root, &uuid, SIGHTED_MAX / SIGHTED_PAGE / n, ret, why);
	}
	return rc;
}

/* ---- the whole ---- */

int cover_read(const struct cover_view *v, const struct record *r, const struct coord *x,
	struct cover *k, struct why *why)
{
	int64_t root = cyber_root(&v->world->coalition, r->mode), last = 0;
	struct course course;
	bool all = true;
	int rc = 0;

	k->first_ms = x->first_ms;
	if (!k->first_ms)
		rc = first_sighted(v, root, x, &k->first_ms, why);
	if (rc == 0)
		rc = course_of(v, r, &course, why);
	if (rc < 0)
		return rc;
	k->opened_ms = course.opened_ms;
	if (course.contained_ms)
		cover_note(k, &r->object.owner, course.contained_ms);
	for (size_t i = 0; i < r->n_audience; i++) {
		int64_t at = cover_at(k, &r->audience[i]);

		all = all && at;
		if (at > last)
			last = at;
	}
	k->covered_ms = all ? last : 0;
	return 0;
}
