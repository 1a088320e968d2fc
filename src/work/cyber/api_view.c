/* api_view.c: see api_view.h. */
#include "work/cyber/api_view.h"

#include "base/report.h"
#include "node/readings.h"

#define VIEW_BYTES	(64 * MIB)
#define VIEW_PAGE	500
#define VIEW_NAME_BYTES 640

void view_end(struct view *v)
{
	map_free(&v->seen);
}

static char seen_mark; /* its address is the value in the map */

static bool view_new(struct view *v, const struct list_walk *k)
{
	int64_t digest = stix_digest(k->bytes);
	struct slice key = slice_of(&digest, sizeof(digest));

	if (map_has(&v->seen, key))
		return false;
	(void)map_put(&v->seen, key, &seen_mark);
	return true;
}

static int page_walk(struct view *v, const struct list_query *q, view_take *take, void *ctx,
	int64_t *ret_last, size_t *ret_bytes, bool *ret_more)
{
	struct arena rows CLEANUP_ARENA = ARENA(16 * MIB);
	struct call *c = v->c;
	struct reader looking = reader_unnoted(&c->reader);
	struct list_row *row;
	size_t n;
	int rc;

	TRY(stix_list_page(&c->world, c->db, &looking, q, &rows, &row, &n, ret_more, &c->why));
	struct list_walk k CLEANUP_WALK = stix_walk(c->db, row, n);
	while ((rc = stix_walk_next(&k, &c->why)) > 0) {
		*ret_bytes += k.bytes.n;
		if (view_new(v, &k))
			TRY(take(ctx, &k));
	}
	*ret_last = n ? row[n - 1].added : 0;
	*ret_more = *ret_more && n > 0;
	return rc;
}

/* Objects of one type and author, the newest first. */
static int author_walk(
	struct view *v, const char *type, const struct id *author, view_take *take, void *ctx)
{
	struct slice one = slice_str(type);
	struct list_query q = {.root = v->root,
		.type = &one,
		.n_type = 1,
		.limit = VIEW_PAGE,
		.has_author = true,
		.author = *author,
		.down = true};
	size_t n = 0, bytes = 0;
	bool more = true;

	for (; more && n < VIEW_OBJECTS && bytes < VIEW_BYTES; n += VIEW_PAGE)
		TRY(page_walk(v, &q, take, ctx, &q.after, &bytes, &more));
	v->cut |= more;
	return 0;
}

int view_type(struct view *v, const char *type, view_take *take, void *ctx)
{
	const struct world *w = &v->c->world;

	for (size_t i = 0; i < w->n_party; i++)
		TRY(author_walk(v, type, &w->party[i].id, take, ctx));
	return 0;
}

int view_added(struct view *v, const int64_t *added, size_t n_added, view_take *take, void *ctx)
{
	struct call *c = v->c;
	struct reader looking = reader_unnoted(&c->reader);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n_added; i += VIEW_PAGE) {
		size_t part = n_added - i < VIEW_PAGE ? n_added - i : VIEW_PAGE, n;
		struct arena rows CLEANUP_ARENA = ARENA(16 * MIB);
		struct list_row *row;

		TRY(stix_list_added(&c->world, c->db, &looking, v->root, added + i, part, &rows,
			&row, &n, &c->why));
		struct list_walk k CLEANUP_WALK = stix_walk(c->db, row, n);
		while ((rc = stix_walk_next(&k, &c->why)) > 0)
			if (view_new(v, &k))
				TRY(take(ctx, &k));
	}
	return rc;
}

int view_show(struct view *v, const struct list_row *row)
{
	struct call *c = v->c;

	return stix_list_note(&c->world, c->db, &c->reader, row, 1, &c->why);
}

int64_t view_ms(const struct stix *s, const char *key, struct arena *arena)
{
	int64_t ms;

	return when_ms(stix_text(s, key, arena), &ms) == 0 ? ms : 0;
}

struct slice view_keep(const struct view *v, struct slice text)
{
	struct slice part = slice_sub(text, 0, VIEW_NAME_BYTES);

	while (part.n < text.n && part.n && (text.p[part.n] & 0xc0) == 0x80)
		part.n--;
	return arena_copy(v->c->arena, part);
}

unsigned view_count(const struct stix *s)
{
	int64_t n;

	if (json_i64(&s->doc, stix_get(s, "count"), &n) < 0 || n < 1)
		return 1;
	return n < 1000000 ? (unsigned)n : 1000000;
}
