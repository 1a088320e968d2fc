/* feed.c: the open contracting feed of the public door, page by page; see visit.h. */
#include "base/report.h"
#include "work/procurement/lab.h"
#include "work/procurement/visit.h"

#define FEED_PAGE  20
#define FEED_LOOK  100
#define FEED_BYTES (32 * MIB) /* a page that is so long ends */

static void feed_open(struct visit *v, struct json_out *o)
{
	json_open(o, '{');
	json_put_cstr(o, "uri", "urn:entente:ocds:feed");
	json_put_cstr(o, "version", "1.1");
	view_time(o, "publishedDate", env_now_ms(&v->api->node->env));
	json_open_at(o, "publisher", '{');
	json_put_cstr(o, "name", world_party_label(&v->world, &v->api->node->self, &v->arena));
	json_close(o);
	json_open_at(o, "releases", '[');
}

/* The releases of the process of a tender, if it is public. */
static bool feed_process(struct visit *v, const struct row *tender, struct json_out *o)
{
	struct tree *package;
	char text[OBJECT_TEXT + 1];

	if (!release_label_public(&v->world, tender->label))
		return false;
	object_format(&tender->of, text);
	if (visit_find(v, slice_str(text)) < 0 ||
		!object_id_eq(&v->p.tender->object, &tender->object) ||
		visit_package(v, &package, NULL) < 0)
		return false;
	for (struct tree *r = tree_get(package, "releases")->first; r; r = r->next) {
		struct buf one CLEANUP_BUF = BUF(LIMIT_API_ANSWER);

		tree_print(r, &one);
		json_put_raw(o, NULL, buf_slice(&one));
	}
	return true;
}

/* A page is full when it has so many public processes, however many others lie between them: neither its length nor its `next` says that there are any. */
static int feed_fill(
	struct visit *v, struct row_place *at, bool from_there, struct json_out *o, bool *ret_full)
{
	struct reader who = world_reader(&v->world, &v->api->node->self);
	bool more = from_there;
	size_t n = 0;

	*ret_full = false;
	do {
		struct arena arena CLEANUP_ARENA = ARENA(2 * LIMIT_PAGE_BYTES);
		struct rows list;

		TRY(procure_store_list(&v->world, v->db, &who, P_TENDER, MODE_REAL,
			more ? at : NULL, FEED_LOOK, &arena, &list, v->why));
		for (size_t i = 0; i < list.n && !*ret_full; i++) {
			n += feed_process(v, &list.row[i], o);
			*ret_full = n == FEED_PAGE || o->b->n > FEED_BYTES;
			*at = row_place(&list.row[i]);
			/* What was made of it is printed. */
			arena_reset(&v->process);
		}
		more = list.more;
	} while (!*ret_full && more);
	return 0;
}

/* "?after=MS.OBJECT": where the last page ended. */
static bool place_read(struct slice text, struct row_place *ret)
{
	struct slice ms;

	return slice_cut_exact(&text, '.', &ms) && slice_i64(ms, &ret->time_ms) == 0 &&
	       object_parse(text, &ret->object) == 0;
}

static const char *place_print(struct visit *v, const struct row_place *at)
{
	char object[OBJECT_TEXT + 1];

	object_format(&at->object, object);
	return arena_printf(&v->arena, "?after=%lld.%s", (long long)at->time_ms, object);
}

int visit_feed(struct visit *v)
{
	struct slice after = request_query(v->req, "after");
	struct buf b CLEANUP_BUF = BUF(LIMIT_API_ANSWER);
	struct json_out o = json_out(&b);
	struct row_place at;
	bool full;

	if (after.p && !place_read(after, &at))
		return why_set(v->why, E_INVALID, "after", "is no `next` of a page of this feed");
	feed_open(v, &o);
	TRY(feed_fill(v, &at, after.p != NULL, &o, &full));
	json_close(&o);
	if (full) {
		json_open_at(&o, "links", '{');
		json_put_cstr(&o, "next", place_print(v, &at));
		json_close(&o);
	}
	json_close(&o);
	*v->why = (struct why){0};
	visit_json(v, &b);
	return 0;
}
