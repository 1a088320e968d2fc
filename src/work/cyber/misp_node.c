/* misp_node.c: see misp_node.h. */
#include "work/cyber/misp_node.h"

#include "work/cyber/index.h"
#include "work/cyber/sco.h"

#include "base/map.h"
#include "base/report.h"
#include "base/vec.h"

#include <errno.h>
#include <unistd.h>

/* ---- in ---- */

int misp_file_read(int fd, struct buf *ret, struct why *why)
{
	ssize_t n = 1;

	while (n > 0 && !buf_over(ret)) {
		uint8_t *room = buf_room(ret, 64 * KIB);

		if (!room)
			break;
		do
			n = read(fd, room, 64 * KIB);
		while (n < 0 && errno == EINTR);
		buf_cut(ret, ret->n - 64 * KIB + (n > 0 ? (size_t)n : 0));
	}
	if (n < 0)
		return why_set(why, E_IO, "", "cannot read: %s", strerror(errno));
	return buf_over(ret) || ret->n > LIMIT_MISP_BYTES
		       ? why_set(why, E_LIMIT, "", "events of MISP are at most %zu bytes a file",
				 (size_t)LIMIT_MISP_BYTES)
		       : 0;
}

/* What was refused before it became an object stands first. */
static void refusals_tell(struct ingest_result *r, const struct misp_in *in, struct arena *arena)
{
	struct ingest_told *told =
		arena_array(arena, struct ingest_told, in->n_refusal + r->n_told + 1);

	for (size_t i = 0; i < in->n_refusal; i++)
		told[i] = (struct ingest_told){.verdict = VERDICT_REFUSED,
			.index = i,
			.where = arena_string(arena, slice_str(in->refusal[i].where)),
			.text = arena_string(arena, slice_str(in->refusal[i].text))};
	if (r->n_told)
		memcpy(told + in->n_refusal, r->told, r->n_told * sizeof(*told));
	r->told = told;
	r->n_told += in->n_refusal;
	r->n[VERDICT_REFUSED] += in->refused;
	r->objects += in->refused;
}

int misp_take(const struct ingest *in, const struct misp_in *events, struct arena *arena,
	struct ingest_result *ret, struct why *why)
{
	struct source source;
	int rc = stix_source_open(&source, -1, buf_slice(&events->bundle), why);

	if (rc < 0)
		return rc;
	rc = ingest_run(in, &source, arena, ret, why);
	stix_source_close(&source);
	if (rc == 0)
		refusals_tell(ret, events, arena);
	return rc;
}

/* ---- out: what belongs together ---- */

/*
 * What is gathered lies in memory, and when it is written as it is read: text and 16 bytes for each value of it. Ten times the largest event that
 * misp_read() takes in.
 */
#define GATHERED_MAX (192 * MIB)
#define WRITE_ARENA  (1 * GIB)

struct gathering {
	const struct misp_view *v;
	struct arena *arena;   /* of what is kept */
	size_t cost;	       /* of all objects */
	size_t left;	       /* sightings and notes for which there is no room */
	struct map seen;       /* ids that are or were in `due` */
	VEC(struct slice) due; /* ids to get */
	size_t at;	       /* of these, got */
	VEC(struct misp_object) object;
	VEC(struct stix_uuid) about; /* what may have been sighted */
	struct slice report;
	/* Who has published it: of whom the event is, if no identity says so. */
	struct id author;
	bool has_author;
	struct why *why;
};

static void gathering_end(struct gathering *g)
{
	map_free(&g->seen);
	vec_free(&g->due);
	vec_free(&g->object);
	vec_free(&g->about);
}
#define CLEANUP_GATHERING __attribute__((cleanup(gathering_end)))

/* The id is copied. */
static void want(struct gathering *g, struct slice id)
{
	if (!id.n || map_has(&g->seen, id))
		return;
	id = arena_copy(g->arena, id);
	(void)map_put(&g->seen, id, g);
	vec_push(&g->due, id);
}

static void want_list(
	struct gathering *g, const struct stix *s, const char *key, struct arena *scratch)
{
	json_ref list = stix_get(s, key);

	for (json_ref v = json_first(&s->doc, list); v; v = json_next(&s->doc, v))
		want(g, json_string(&s->doc, v, scratch));
}

static bool is_one_of(struct slice type, const char *words)
{
	struct slice rest = slice_str(words), one;

	while (slice_cut(&rest, ' ', &one))
		if (slice_eq(one, type))
			return true;
	return false;
}

/* E_LIMIT, or (what is said about others) left out: there is no room for it. */
static int take(struct gathering *g, struct list_walk *k, bool about)
{
	const struct stix *s = &k->s;
	size_t cost = k->bytes.n + sizeof(struct misp_object) + 16UL * s->doc.n;

	if (g->object.n == 4 * LIMIT_MISP_ATTRIBUTES || cost > GATHERED_MAX - g->cost) {
		g->left += about;
		return about ? 0
			     : why_set(g->why, E_LIMIT, "",
				       "more than %d objects or %zu MiB hang together",
				       4 * LIMIT_MISP_ATTRIBUTES, GATHERED_MAX / MIB);
	}
	g->cost += cost;
	if (!map_has(&g->seen, s->id))
		(void)map_put(&g->seen, s->id, g);
	if (slice_eq(s->id, g->report) && !g->has_author) {
		g->author = k->row[k->at].author;
		g->has_author = true;
	}
	vec_push(&g->object,
		((struct misp_object){arena_copy(g->arena, k->bytes), k->row[k->at].tlp}));
	want(g, s->created_by);
	want_list(g, s, "object_marking_refs", &k->arena);
	if (is_one_of(s->type, "grouping observed-data") || slice_eq(s->id, g->report))
		want_list(g, s, "object_refs", &k->arena);
	if (slice_is(s->type, "sighting"))
		want_list(g, s, "where_sighted_refs", &k->arena);
	if (slice_is(s->type, "relationship"))
		want(g, stix_text(s, "target_ref", &k->arena));
	if (is_one_of(s->type,
		    "report grouping indicator observed-data vulnerability x-misp-attribute"))
		vec_push(&g->about, s->uuid);
	return 0;
}

static int take_rows(struct gathering *g, const struct list_row *row, size_t n, bool about)
{
	struct list_walk k CLEANUP_WALK = stix_walk(g->v->db, row, n);
	int rc;

	while ((rc = stix_walk_next(&k, g->why)) > 0) {
		rc = take(g, &k, about);
		if (rc < 0)
			break;
	}
	return rc;
}

/* All that is due, and what that makes due. */
static int get_due(struct gathering *g)
{
	int rc = 0;

	while (rc == 0 && g->at < g->due.n) {
		struct arena rows CLEANUP_ARENA = ARENA(64 * MIB);
		struct list_query q = g->v->query;
		struct list_row *row;
		bool more;
		size_t n;

		q.id = g->due.p + g->at;
		q.n_id = g->due.n - g->at < LIST_IDS ? g->due.n - g->at : LIST_IDS;
		q.limit = LIST_LIMIT;
		q.has_author = false;
		g->at += q.n_id;
		rc = stix_list_page(
			g->v->world, g->v->db, g->v->who, &q, &rows, &row, &n, &more, g->why);
		if (rc == 0)
			rc = take_rows(g, row, n, false);
	}
	return rc;
}

/* Sightings, opinions and notes of one. */
static int get_about(struct gathering *g, const struct stix_uuid *of)
{
	struct arena rows CLEANUP_ARENA = ARENA(16 * MIB);
	int64_t root = g->v->query.root, added[LIST_LIMIT];
	const struct index_view view = {g->v->world, g->v->db, g->v->who, root};
	struct index_ref *ref;
	struct list_row *row;
	size_t n, n_added = 0, n_row, kept = 0;
	int rc = stix_index_refs(&view, of, LIST_LIMIT, &rows, &ref, &n, g->why);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < n; i++)
		if (is_one_of(ref[i].name, "sighting_of_ref object_refs"))
			added[n_added++] = ref[i].added;
	rc = n_added ? stix_list_added(g->v->world, g->v->db, g->v->who, root, added, n_added,
			       &rows, &row, &n_row, g->why)
		     : 0;
	if (rc < 0 || n_added == 0)
		return rc;
	for (size_t i = 0; i < n_row; i++)
		if (is_one_of(row[i].type, "sighting opinion note") &&
			(!g->v->query.tlp_most || row[i].tlp <= g->v->query.tlp_most))
			row[kept++] = row[i];
	return take_rows(g, row, kept, true);
}

static int gather(struct gathering *g)
{
	int rc = get_due(g);

	/* Notes of notes nobody writes. */
	for (size_t i = 0, n = g->about.n; rc == 0 && i < n; i++)
		rc = get_about(g, &g->about.p[i]);
	return rc == 0 ? get_due(g) : rc;
}

static int write_gathered(struct gathering *g, struct misp_wish *wish, struct buf *ret,
	size_t *ret_left, struct why *why)
{
	const struct misp_view *v = g->v;
	int rc;

	/* Not of whoever takes it out: each member's export says the same. */
	MUST(g->has_author);
	wish->now_ms = v->now_ms;
	wish->org_uuid = uuid_v5(g->author.b, SLICE("organisation"));
	wish->org = slice_str(world_party_label(v->world, &g->author, g->arena));
	rc = misp_write(wish, g->object.p, g->object.n, g->arena, ret, ret_left, why);
	if (rc == 0)
		*ret_left += g->left;
	return rc;
}

int misp_export_report(const struct misp_view *v, struct slice report, struct buf *ret,
	size_t *ret_left, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(WRITE_ARENA);
	struct gathering g CLEANUP_GATHERING = {
		.v = v, .arena = &arena, .report = report, .why = why};
	struct misp_wish wish = {.report = report};
	int rc;

	want(&g, report);
	rc = gather(&g);
	if (rc == 0 && !g.has_author)
		rc = why_set(why, E_MISSING, "", "no such report");
	return rc == 0 ? write_gathered(&g, &wish, ret, ret_left, why) : rc;
}

/* ---- everything ---- */

struct all {
	const struct misp_view *v;
	int (*put)(void *ctx, struct slice text, struct why *why);
	void *ctx;
	struct map said; /* ids that are in some event */
	struct misp_exported out;
	struct why *why;
};

static void all_end(struct all *a)
{
	map_free(&a->said);
}

/* An event that cannot be: the others go on. */
static int put_nothing(struct all *a, size_t n)
{
	a->out.left += n;
	if (a->why)
		*a->why = (struct why){0};
	return 0;
}

static int put_event(struct all *a, struct gathering *g, struct misp_wish *wish)
{
	struct buf text CLEANUP_BUF = BUF(LIMIT_MISP_BUNDLE);
	size_t left = 0, at = 0;
	struct slice id;
	void *value;
	int rc;

	if (a->out.events)
		buf_byte(&text, ',');
	rc = write_gathered(g, wish, &text, &left, a->why);
	/* A report under a marking that MISP cannot say, or one that is too large: the others go out all the same. */
	if (rc == E_DENIED || rc == E_LIMIT)
		return put_nothing(a, g->object.n);
	if (rc == 0)
		rc = a->put(a->ctx, buf_slice(&text), a->why);
	if (rc < 0)
		return rc;
	while (map_each(&g->seen, &at, &id, &value))
		(void)map_put(&a->said, id, a);
	a->out.events++;
	a->out.left += left;
	return 0;
}

static int put_report(struct all *a, struct slice id)
{
	struct arena arena CLEANUP_ARENA = ARENA(WRITE_ARENA);
	struct gathering g CLEANUP_GATHERING = {
		.v = a->v, .arena = &arena, .report = id, .why = a->why};
	struct misp_wish wish = {.report = id};
	int rc;

	want(&g, id);
	rc = gather(&g);
	if (rc == E_LIMIT)
		return put_nothing(a, 1);
	return rc == 0 && g.has_author ? put_event(a, &g, &wish) : rc;
}

static int page_of(struct all *a, struct list_query *q, struct arena *arena, struct list_row **ret,
	size_t *ret_n, bool *ret_more)
{
	int rc = stix_list_page(
		a->v->world, a->v->db, a->v->who, q, arena, ret, ret_n, ret_more, a->why);

	if (rc == 0 && *ret_n)
		q->after = (*ret)[*ret_n - 1].added;
	return rc;
}

static int put_reports(struct all *a)
{
	static const struct slice types[] = {{(const uint8_t *)"report", 6}};
	struct list_query q = a->v->query;
	bool more = true;
	int rc = 0;

	q.type = types;
	q.n_type = 1;
	q.limit = 200;
	while (rc == 0 && more) {
		struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
		struct list_row *row;
		size_t n;

		rc = page_of(a, &q, &arena, &row, &n, &more);
		for (size_t i = 0; rc == 0 && i < n; i++) {
			struct buf id CLEANUP_BUF = BUF(LIMIT_STIX_ID);

			stix_id_print(&id, row[i].type, &row[i].uuid);
			rc = put_report(a, buf_slice(&id));
		}
	}
	return rc;
}

/* What a member has published and no report names: an event for each thousand, or for less that is large. */
#define LOOSE_BYTES (8 * MIB)

static int put_loose_page(struct all *a, const struct id *author, const struct list_row *row,
	size_t n, struct stix_uuid uuid)
{
	struct arena arena CLEANUP_ARENA = ARENA(WRITE_ARENA);
	struct gathering g CLEANUP_GATHERING = {
		.v = a->v, .arena = &arena, .author = *author, .has_author = true, .why = a->why};
	struct misp_wish wish = {.name = slice_str(arena_printf(&arena, "STIX objects of %s",
					 world_party_label(a->v->world, author, &arena))),
		.uuid = uuid};
	int rc;

	for (size_t i = 0; i < n; i++) {
		struct buf id CLEANUP_BUF = BUF(LIMIT_STIX_ID);

		stix_id_print(&id, row[i].type, &row[i].uuid);
		if (!map_has(&a->said, buf_slice(&id)))
			want(&g, buf_slice(&id));
	}
	rc = gather(&g);
	if (rc == E_LIMIT)
		return put_nothing(a, n);
	return rc == 0 && g.object.n ? put_event(a, &g, &wish) : rc;
}

static int put_loose(struct all *a, const struct id *author)
{
	static const struct slice types[] = {{(const uint8_t *)"indicator", 9},
		{(const uint8_t *)"observed-data", 13}, {(const uint8_t *)"vulnerability", 13},
		{(const uint8_t *)"x-misp-attribute", 16}};
	struct list_query q = a->v->query;
	bool more = true;
	uint64_t page = 0;
	int rc = 0;

	q.type = types;
	q.n_type = 4;
	q.limit = 1000;
	q.bytes = LOOSE_BYTES;
	q.has_author = true;
	q.author = *author;
	while (rc == 0 && more) {
		struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
		struct list_row *row;
		char name[32];
		size_t n;

		snprintf(name, sizeof(name), "page %llu", (unsigned long long)page++);
		rc = page_of(a, &q, &arena, &row, &n, &more);
		if (rc == 0 && n)
			rc = put_loose_page(a, author, row, n, uuid_v5(author->b, slice_str(name)));
	}
	return rc;
}

int misp_export_all(const struct misp_view *v,
	int (*put)(void *ctx, struct slice text, struct why *why), void *ctx,
	struct misp_exported *ret, struct why *why)
{
	struct all a
		__attribute__((cleanup(all_end))) = {.v = v, .put = put, .ctx = ctx, .why = why};
	int rc = put(ctx, SLICE("{\"response\":["), why);

	if (rc == 0)
		rc = put_reports(&a);
	for (size_t i = 0; rc == 0 && i < v->world->n_party; i++)
		if (!v->query.has_author || id_eq(&v->query.author, &v->world->party[i].id))
			rc = put_loose(&a, &v->world->party[i].id);
	if (rc == 0)
		rc = put(ctx, SLICE("]}\n"), why);
	*ret = a.out;
	return rc;
}
