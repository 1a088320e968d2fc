/*
 * door.c: alerts as others read them: an Atom feed with one entry per active alert, and the alerts byte for byte.
 *
 *	/cap/COALITION/real.atom           exercise.atom and test.atom are feeds of their own and say so in every title
 *	/cap/COALITION/real/OBJECT.cap
 *
 * For whoever may read the area: sirens, signage and hubs get a token with the role of a reader and a clearance; the feed holds what that token may see.
 */
#include "work/response/door.h"

#include "base/enc.h"
#include "base/limits.h"
#include "work/response/store.h"

#define FEED_MAX (16 * MIB)

struct asking {
	struct aid_view v;
	struct world world;
	struct reader reader;
	struct slice coalition, mode_text;
};

/* "COALITION/MODE" off the front; what is left is ".atom" or "/OBJECT.cap". */
static int path_read(struct slice *rest, struct id *ret_coalition, struct asking *ret)
{
	static const char *const modes[] = {"real", "exercise", "test"};

	if (!slice_cut_exact(rest, '/', &ret->coalition) ||
		coalition_parse(ret->coalition, ret_coalition) < 0)
		return E_MISSING;
	for (size_t i = 0; i < 3; i++) {
		size_t n = strlen(modes[i]);

		if (slice_starts(*rest, modes[i]) && rest->n > n &&
			(rest->p[n] == '.' || rest->p[n] == '/')) {
			(void)!mode_parse(slice_str(modes[i]), &ret->v.mode);
			ret->mode_text = slice_str(modes[i]);
			*rest = slice_sub(*rest, n, rest->n);
			return 0;
		}
	}
	return E_MISSING;
}

static void time_put(struct xml_out *o, const char *tag, int64_t ms)
{
	char text[UTC_TEXT_LEN + 1];

	utc_format(ms, text);
	xml_leaf(o, tag, slice_str(text));
}

/* What is not real says so in every title, wherever it is shown. */
static struct slice title_of(const struct asking *a, const struct cap_alert *cap)
{
	struct slice title = SLICE("Alert");
	const char *mark = a->v.mode == MODE_REAL	? ""
			   : a->v.mode == MODE_EXERCISE ? "EXERCISE EXERCISE EXERCISE: "
							: "TEST: ";

	if (cap->n_info)
		title = cap->info[0].headline.text.n ? cap->info[0].headline.text
						     : cap->info[0].event.text;
	return slice_str(arena_printf(a->v.arena, "%s%.*s", mark, SLICE_FMT(title)));
}

static int entry_put(
	const struct asking *a, const struct aid_alert *alert, struct xml_out *o, struct why *why)
{
	char object[OBJECT_TEXT + 1];
	struct aid_record r;
	int rc = aid_get(&a->v, AID_ALERT, &alert->object, &r, why);

	if (rc < 0)
		return rc;
	object_format(&alert->object, object);
	xml_open(o, "entry");
	xml_leaf(o, "id", slice_str(arena_printf(a->v.arena, "urn:entente:%s", object)));
	xml_leaf(o, "title", title_of(a, r.alert));
	time_put(o, "updated", alert->sent_ms);
	xml_open(o, "author");
	xml_leaf(o, "name", alert->sender);
	xml_close(o);
	xml_open(o, "link");
	xml_put_attr(o, "rel", SLICE("alternate"));
	xml_put_attr(o, "type", SLICE(CAP_MEDIA));
	xml_put_attr(o, "href",
		slice_str(arena_printf(a->v.arena, "/cap/%.*s/%.*s/%s.cap", SLICE_FMT(a->coalition),
			SLICE_FMT(a->mode_text), object)));
	xml_close(o);
	if (r.alert->n_info && r.alert->info[0].description.text.n)
		xml_leaf(o, "summary", r.alert->info[0].description.text);
	xml_close(o);
	return 0;
}

static int feed_make(const struct asking *a, int64_t now_ms, struct buf *ret, struct why *why)
{
	struct xml_out o = xml_out(ret, true);
	struct aid_alert *list;
	int64_t updated = 0;
	size_t n;
	int rc = alert_list(&a->v, now_ms, true, &list, &n, why);

	for (size_t i = 0; rc == 0 && i < n; i++)
		updated = list[i].sent_ms > updated ? list[i].sent_ms : updated;
	if (rc < 0)
		return rc;
	xml_open(&o, "feed");
	xml_put_attr(&o, "xmlns", SLICE("http://www.w3.org/2005/Atom"));
	xml_leaf(&o, "id",
		slice_str(arena_printf(a->v.arena, "urn:entente:cap:%.*s:%.*s",
			SLICE_FMT(a->coalition), SLICE_FMT(a->mode_text))));
	xml_leaf(&o, "title",
		slice_str(arena_printf(a->v.arena, "%sAlerts of %.*s",
			a->v.mode == MODE_REAL	     ? ""
			: a->v.mode == MODE_EXERCISE ? "EXERCISE EXERCISE EXERCISE: "
						     : "TEST: ",
			SLICE_FMT(a->world.standing.charter->name))));
	time_put(&o, "updated", updated);
	xml_leaf(&o, "generator", SLICE("entente"));
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = entry_put(a, &list[i], &o, why);
	xml_close(&o);
	if (rc == 0 && buf_over(ret))
		rc = why_set(why, E_LIMIT, "", "the feed is larger than %zu bytes", FEED_MAX);
	return rc;
}

static int alert_get(const struct asking *a, struct slice rest, struct buf *ret, struct why *why)
{
	struct object_id object;
	struct aid_record r;
	int rc;

	if (!slice_take(&rest, "/") || !slice_ends(rest, ".cap") ||
		object_parse(slice_sub(rest, 0, rest.n - 4), &object) < 0)
		return why_set(why, E_MISSING, "", "there is nothing at this address");
	rc = aid_get(&a->v, AID_ALERT, &object, &r, why);
	if (rc == 0)
		buf_slice_add(ret, r.r.content);
	return rc;
}

/* The body with its hash as a tag; nothing but 304 to who has it. */
static void body_answer(struct request *req, const char *type, struct slice body)
{
	struct hash h = hash_bytes(body);
	char hex[65], etag[40];

	hex_encode(h.b, 32, hex);
	snprintf(etag, sizeof(etag), "\"%.32s\"", hex);
	response_header(req, "ETag", etag);
	response_header(req, "Cache-Control", "private, no-cache");
	if (slice_search(request_header(req, "If-None-Match"), slice_str(etag)) >= 0)
		response_text(req, 304, type, SLICE(""));
	else
		response_text(req, 200, type, body);
}

static int asking_load(struct api *api, struct db *db, const struct caller *caller,
	const struct id *coalition, struct arena *arena, struct asking *a, struct why *why)
{
	int rc = world_load(&a->world, api->node, db, coalition, arena, why);

	if (rc == E_MISSING)
		return why_set(why, E_MISSING, "", "there is nothing at this address");
	if (rc < 0)
		return rc;
	a->reader = caller_reader(caller, &a->world);
	a->v.world = &a->world;
	a->v.db = db;
	a->v.who = &a->reader;
	a->v.arena = arena;
	return 0;
}

static int answer(
	struct api *api, struct db *db, struct request *req, struct slice rest, struct why *why)
{
	struct buf body CLEANUP_BUF = BUF(FEED_MAX);
	struct asking a = {0};
	struct caller caller;
	struct id coalition;
	bool feed;
	int rc = caller_find(&api->place, db, req, &req->arena, &caller, why);

	if (rc == 0)
		rc = caller_may(&caller, AREA_RESPONSE, ROLE_READER, why);
	if (rc < 0)
		return rc;
	if (path_read(&rest, &coalition, &a) < 0)
		return why_set(why, E_MISSING, "", "there is nothing at this address");
	feed = slice_is(rest, ".atom");
	rc = db_begin_read(db, why);
	if (rc < 0)
		return rc;
	rc = asking_load(api, db, &caller, &coalition, &req->arena, &a, why);
	if (rc == 0)
		rc = feed ? feed_make(&a, env_now_ms(&api->node->env), &body, why)
			  : alert_get(&a, rest, &body, why);
	db_rollback(db);
	if (rc == 0)
		body_answer(req, feed ? "application/atom+xml; charset=utf-8" : CAP_MEDIA,
			buf_slice(&body));
	return rc;
}

const struct web_door response_doors[] = {
	{"/cap/", NULL, answer,
		"CAP alerts: /cap/COALITION/real.atom, an Atom feed of what is active"},
	{NULL, NULL, NULL, NULL}};
