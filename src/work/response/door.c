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
#include "web/rate.h"
#include "work/response/store.h"

#define FEED_MAX (16 * MIB)
/* What of one alert stands in the feed; the rest is behind its link. */
#define TITLE_MAX   600
#define SUMMARY_MAX 2048
/* Nobody's alerts crowd out the others': of each author the newest, up to these. A national service has some hundreds at once, of 20 KiB. */
#define AUTHOR_MANY  1000
#define AUTHOR_BYTES (16 * MIB)

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
	struct slice title = cap_title(cap);
	const char *mark = a->v.mode == MODE_REAL	? ""
			   : a->v.mode == MODE_EXERCISE ? "EXERCISE EXERCISE EXERCISE: "
							: "TEST: ";

	return slice_str(arena_printf(
		a->v.arena, "%s%.*s", mark, SLICE_FMT(title.n ? title : SLICE("Alert"))));
}

/* The beginning of a text, in whole characters. */
static struct slice beginning(struct slice text, size_t most)
{
	if (text.n <= most)
		return text;
	while (most > 0 && (text.p[most] & 0xC0) == 0x80)
		most--;
	return slice_sub(text, 0, most);
}

static void entry_put(const struct asking *a, const struct aid_alert *alert,
	const struct aid_record *record, struct xml_out *o)
{
	char object[OBJECT_TEXT + 1];
	struct aid_record r = *record;

	object_format(&alert->object, object);
	xml_open(o, "entry");
	xml_leaf(o, "id", slice_str(arena_printf(a->v.arena, "urn:entente:%s", object)));
	xml_leaf(o, "title", beginning(title_of(a, r.alert), TITLE_MAX));
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
		xml_leaf(o, "summary", beginning(r.alert->info[0].description.text, SUMMARY_MAX));
	xml_close(o);
}

/* What one author has in the feed already. */
struct author {
	struct id id;
	size_t n, bytes;
};

static struct author *author_of(struct author *list, size_t *n, const struct id *id)
{
	for (size_t i = 0; i < *n; i++)
		if (id_eq(&list[i].id, id))
			return &list[i];
	list[*n] = (struct author){.id = *id};
	return &list[(*n)++];
}

/* Newest first, until it is as large as a feed may be. What has been changed into something else meanwhile, or cannot be read, is passed over: it silences no other. */
static int entries_put(const struct asking *a, const struct aid_alert *list, size_t n,
	struct buf *out, struct xml_out *o, struct why *why)
{
	struct author *author = arena_array(a->v.arena, struct author, n + 1);
	struct arena each CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct asking of = *a;
	size_t n_author = 0;
	int rc = 0;

	of.v.arena = &each;
	for (size_t i = 0; rc == 0 && i < n && out->n < FEED_MAX - 64 * KIB; i++) {
		struct author *by = author_of(author, &n_author, &list[i].object.owner);
		struct aid_record r;

		if (by->n >= AUTHOR_MANY || by->bytes >= AUTHOR_BYTES)
			continue;
		rc = aid_get(&of.v, AID_ALERT, &list[i].object, &r, why);
		if (rc == 0) {
			by->n++;
			by->bytes += r.r.content.n;
			entry_put(&of, &list[i], &r, o);
		} else if (rc == E_MISSING) {
			rc = 0;
		}
		arena_reset(&each);
	}
	return rc;
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
	rc = entries_put(a, list, n, ret, &o, why);
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
	if (request_has(req, etag))
		response_text(req, 304, type, SLICE(""));
	else
		response_text(req, 200, type, body);
}

static int asking_load(struct api *api, struct db *db, const struct caller *caller,
	struct shown_to *shown, const struct id *coalition, struct arena *arena, struct asking *a,
	struct why *why)
{
	int rc = world_load(&a->world, api->node, db, coalition, arena, why);

	if (rc == E_MISSING)
		return why_set(why, E_MISSING, "", "there is nothing at this address");
	if (rc < 0)
		return rc;
	a->reader = caller_reader(caller, &a->world, shown);
	a->v.world = &a->world;
	a->v.db = db;
	a->v.who = &a->reader;
	a->v.arena = arena;
	return 0;
}

static int answer(struct api *api, struct db *db, struct request *req, struct slice rest,
	struct shown_to *shown, struct why *why)
{
	struct buf body CLEANUP_BUF = BUF(FEED_MAX);
	struct asking a = {0};
	struct caller caller;
	struct id coalition;
	bool feed;
	int64_t wait_ms;
	int rc = caller_find(&api->place, db, req, &req->arena, &caller, why);

	rc = api_rate(api, req, &caller, rc, &wait_ms, why);
	if (rc == 0)
		rc = caller_may(&caller, AREA_RESPONSE, ROLE_READER, why);
	if (rc < 0)
		return rc;
	if (path_read(&rest, &coalition, &a) < 0)
		return why_set(why, E_MISSING, "", "there is nothing at this address");
	feed = slice_is(rest, ".atom");
	shown->how = feed ? "list" : "read";
	rc = db_begin_read(db, why);
	if (rc < 0)
		return rc;
	rc = asking_load(api, db, &caller, shown, &coalition, &req->arena, &a, why);
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
