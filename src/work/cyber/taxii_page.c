/*
 * taxii_page.c: objects, object, manifest and versions: envelopes laid together from stored bytes, kept as pages (page.h). What a page says follows from
 * its key and the store alone; so a page that is there and has not changed is given out without looking at a single object.
 */
#include "work/cyber/taxii.h"

#include "base/report.h"
#include "web/answers.h"
#include "web/reads.h"

enum resource { OBJECTS, OBJECT, MANIFEST, VERSIONS };

struct making {
	struct taxii *t;
	enum resource what;
	struct list_row *row;
	size_t n;
	bool more;
	struct page page;
};

/* ---- the query ---- */

/* The collection's types and those asked for. */
static bool types_both(struct taxii *t, struct list_query *q)
{
	struct slice *both;
	size_t n = 0;

	if (!t->query.n_type)
		return true;
	if (!q->n_type) {
		q->type = t->query.type;
		q->n_type = t->query.n_type;
		return true;
	}
	both = arena_array(t->arena, struct slice, q->n_type);
	for (size_t i = 0; i < q->n_type; i++)
		for (size_t k = 0; k < t->query.n_type; k++)
			if (slice_eq(q->type[i], t->query.type[k])) {
				both[n++] = q->type[i];
				break;
			}
	q->type = both;
	q->n_type = n;
	return n > 0;
}

static void versions_set(const struct taxii_query *from, struct list_query *q)
{
	q->versions = VERSION_LAST;
	if (from->all)
		q->versions = VERSION_ALL;
	else if (from->n_version || (from->last && from->first)) {
		q->versions = VERSION_EXACT;
		q->exact = from->version;
		q->n_exact = from->n_version;
		q->exact_last = from->last;
		q->exact_first = from->first;
	} else if (from->first)
		q->versions = VERSION_FIRST;
}

static int rows_find(struct making *m)
{
	struct taxii *t = m->t;
	struct list_query q = {.after = t->query.after,
		.id = t->query.id,
		.n_id = t->query.n_id,
		.limit = t->query.limit ? t->query.limit : LIMIT_TAXII_PAGE,
		.bytes = LIMIT_TAXII_PAGE_BYTES};

	collection_query(&t->collection, cyber_root(&t->world.coalition, t->mode), &q);
	versions_set(&t->query, &q);
	if (m->what == VERSIONS)
		q.versions = VERSION_ALL;
	if (t->query.none || !types_both(t, &q))
		return 0;
	return stix_list_page(
		&t->world, t->db, &t->reader, &q, t->arena, &m->row, &m->n, &m->more, &t->why);
}

/* ---- what is said of them ---- */

static int objects_put(struct making *m, struct buf *b)
{
	struct taxii *t = m->t;
	struct slice *bytes = arena_array(t->arena, struct slice, m->n + 1);
	int rc = stix_list_bytes(t->db, m->row, m->n, t->arena, bytes, &t->why);

	if (rc < 0)
		return rc;
	if (m->n == 0) {
		buf_str(b, "{}");
		return 0;
	}
	buf_addf(b, "{\"more\":%s,", m->more ? "true" : "false");
	if (m->more)
		buf_addf(b, "\"next\":\"n%lld\",", (long long)m->row[m->n - 1].added);
	buf_str(b, "\"objects\":[");
	for (size_t i = 0; i < m->n; i++) {
		if (i)
			buf_byte(b, ',');
		buf_slice_add(b, bytes[i]);
	}
	buf_str(b, "]}");
	return 0;
}

static void manifest_put(struct making *m, struct buf *b)
{
	struct json_out o = json_out(b);

	json_open(&o, '{');
	if (m->n) {
		json_put_bool(&o, "more", m->more);
		json_open_at(&o, "objects", '[');
	}
	for (size_t i = 0; i < m->n; i++) {
		struct buf id CLEANUP_BUF = BUF(LIMIT_STIX_ID + 1);
		char added[WHEN_US_TEXT + 1];

		stix_id_print(&id, m->row[i].type, &m->row[i].uuid);
		when_us_format(m->row[i].added, added);
		json_open(&o, '{');
		json_put_string(&o, "id", buf_slice(&id));
		json_put_cstr(&o, "date_added", added);
		json_put_string(&o, "version", stix_list_version(&m->row[i], m->t->arena));
		json_put_cstr(&o, "media_type", STIX_MEDIA);
		json_close(&o);
	}
	if (m->n)
		json_close(&o);
	json_close(&o);
}

static void versions_put(struct making *m, struct buf *b)
{
	struct json_out o = json_out(b);

	json_open(&o, '{');
	if (m->n) {
		json_put_bool(&o, "more", m->more);
		json_open_at(&o, "versions", '[');
		for (size_t i = 0; i < m->n; i++)
			json_put_string(&o, NULL, stix_list_version(&m->row[i], m->t->arena));
		json_close(&o);
	}
	json_close(&o);
}

/* ---- what has to be written down of who gets it ---- */

/* A page is given to others than for whom it was made: what it shows is kept with it. */
static void shown_keep(struct making *m)
{
	const struct readings *r = &m->t->shown->readings;
	struct buf b CLEANUP_BUF = BUF(LIST_LIMIT * sizeof(struct noted));

	if (r->n == 0)
		return;
	buf_add(&b, r->p, r->n * sizeof(*r->p));
	MUST(!buf_over(&b));
	m->page.shown = shared_new(&b);
}

/* In the page's own memory: it has no alignment to ask for. */
static const struct noted *shown_of(const struct page *p, size_t *ret_n)
{
	struct slice b = p->shown ? shared_bytes(p->shown) : SLICE_NONE;

	_Static_assert(_Alignof(struct noted) == 1, "bytes only");
	*ret_n = b.n / sizeof(struct noted);
	return (const struct noted *)b.p;
}

static void shown_note(struct taxii *t, const struct page *p)
{
	size_t n;
	const struct noted *one = shown_of(p, &n);

	/* Of one that was just made it is noted already. */
	t->shown->caller = t->client->caller;
	for (size_t i = 0; t->shown->readings.n < n && i < n; i++)
		readings_again(&t->shown->readings, &one[i]);
}

/* ---- pages ---- */

/* All that the answer depends on, apart from the store. */
static struct hash key_of(const struct taxii *t, enum resource what)
{
	const uint8_t head[] = {(uint8_t)what, (uint8_t)t->mode};
	const struct slice pieces[] = {SLICE("entente-page/1\n"), id_slice(&t->api->node->self),
		id_slice(&t->coalition), slice_of(head, sizeof(head)),
		slice_of(t->collection.id.b, 16), t->client->release, SLICE("\n"), t->part[3],
		SLICE("\n"), t->req->query};

	return hash_of(pieces, sizeof(pieces) / sizeof(*pieces));
}

static int world_now(struct taxii *t, int64_t *ret_turn, int64_t *ret_newest)
{
	int64_t root;
	int rc = taxii_world(t);

	if (rc < 0)
		return rc;
	root = cyber_root(&t->world.coalition, t->mode);
	rc = stix_store_turn(t->db, root, ret_turn, &t->why);
	return rc < 0 ? rc : stix_store_newest(t->db, root, ret_newest, &t->why);
}

/* Is a page that was made before still right? The handle is in a read transaction. */
static int page_still(struct taxii *t, const struct page *p, bool *ret)
{
	int64_t turn, newest;
	int rc = world_now(t, &turn, &newest);

	*ret = rc == 0 && p->turn == turn && (p->full || p->newest == newest) &&
	       hash_eq(&p->charter, &t->world.standing.charter->hash);
	return rc;
}

static int object_there(struct taxii *t)
{
	struct list_query q = {.id = &t->part[3], .n_id = 1, .limit = 1, .versions = VERSION_ALL};
	struct list_row *row;
	bool more;
	size_t n;
	int rc;

	struct reader looking = reader_unnoted(&t->reader);

	collection_query(&t->collection, cyber_root(&t->world.coalition, t->mode), &q);
	rc = stix_list_page(&t->world, t->db, &looking, &q, t->arena, &row, &n, &more, &t->why);
	return rc == 0 && n == 0 ? why_set(&t->why, E_MISSING, "", "no such object") : rc;
}

static void page_seal(struct making *m, struct buf *b)
{
	struct page *p = &m->page;
	struct hash h = hash_bytes(buf_slice(b));

	p->etag[0] = '"';
	for (int i = 0; i < 16; i++)
		snprintf(p->etag + 1 + 2 * i, 3, "%02x", h.b[i]);
	p->etag[33] = '"';
	p->etag[34] = '\0';
	p->full = m->more;
	if (m->n) {
		when_us_format(m->row[0].added, p->first);
		when_us_format(m->row[m->n - 1].added, p->last);
	}
	p->form[PAGE_PLAIN] = shared_new(b);
}

static int collection_readable(struct taxii *t)
{
	int rc = taxii_collection(t);

	if (rc == 0 && !taxii_may_read(t, &t->collection))
		rc = why_set(&t->why, E_DENIED, "", "this collection is not to be read");
	return rc;
}

static int page_make(struct making *m)
{
	struct taxii *t = m->t;
	struct buf b CLEANUP_BUF = BUF(LIMIT_TAXII_PAGE_BYTES + 4 * LIMIT_STIX_BYTES);
	int rc = collection_readable(t);

	if (rc == 0)
		rc = world_now(t, &m->page.turn, &m->page.newest);
	if (rc < 0)
		return rc;
	m->page.charter = t->world.standing.charter->hash;
	if (m->what == OBJECT || m->what == VERSIONS) {
		rc = object_there(t);
		t->query.id = &t->part[3];
		t->query.n_id = 1;
	}
	if (rc == 0)
		rc = rows_find(m);
	if (rc < 0)
		return rc;
	if (m->what == MANIFEST)
		manifest_put(m, &b);
	else if (m->what == VERSIONS)
		versions_put(m, &b);
	else
		rc = objects_put(m, &b);
	if (rc < 0)
		return rc;
	MUST(!buf_over(&b));
	page_seal(m, &b);
	shown_keep(m);
	return 0;
}

/* ---- answering ---- */

static bool takes(struct slice accepted, const char *coding)
{
	struct slice one, name;

	while (slice_cut(&accepted, ',', &one)) {
		struct slice rest = one;

		if (!slice_cut(&rest, ';', &name) || !slice_is(slice_trim(name), coding))
			continue;
		rest = slice_trim(rest);
		return !slice_is(rest, "q=0") && !slice_is(rest, "q=0.0");
	}
	return false;
}

/* Small ones are not worth it. */
#define PACK_LEAST 1024

static enum page_form form_wanted(struct taxii *t, const struct page *p)
{
	struct slice accepted = request_header(t->req, "Accept-Encoding");

	if (shared_bytes(p->form[PAGE_PLAIN]).n < PACK_LEAST || !accepted.n)
		return PAGE_PLAIN;
	if (takes(accepted, "zstd"))
		return PAGE_ZSTD;
	return takes(accepted, "gzip") ? PAGE_GZIP : PAGE_PLAIN;
}

static enum page_form form_of(struct taxii *t, const struct hash *key, struct page *p)
{
	enum page_form form = form_wanted(t, p);

	if (form == PAGE_PLAIN || p->form[form])
		return form;
	p->form[form] = page_pack(p, form);
	if (!p->form[form])
		return PAGE_PLAIN;
	pages_form(key, p, form);
	return form;
}

static void page_answer(struct taxii *t, const struct page *p, enum page_form form)
{
	struct request *req = t->req;

	response_header(req, "ETag", p->etag);
	response_header(req, "Vary", "Accept-Encoding, Authorization");
	response_header(req, "Cache-Control", "private, no-cache");
	response_header(req, "X-TAXII-Date-Added-First", p->first);
	response_header(req, "X-TAXII-Date-Added-Last", p->last);
	req->response.type = TAXII_TYPE;
	if (request_has(req, p->etag)) {
		req->response.status = 304;
		req->response.type = NULL;
		return;
	}
	req->response.status = 200;
	if (form != PAGE_PLAIN)
		response_header(req, "Content-Encoding", form == PAGE_GZIP ? "gzip" : "zstd");
	req->response.shared = shared_ref(p->form[form]);
}

static int page_find(struct making *m, const struct hash *key, int64_t version)
{
	bool checked = false;
	int found = pages_look(key, version, &m->page, &checked), rc;

	if (found && checked)
		return 0;
	rc = db_begin_read(m->t->db, &m->t->why);
	if (rc == 0 && found) {
		rc = page_still(m->t, &m->page, &checked);
		if (rc == 0 && checked)
			pages_checked(key, version, &m->page);
		else if (rc == 0)
			pages_wrong(key, &m->page);
	}
	if (rc == 0 && !checked) {
		page_free(&m->page);
		m->page = (struct page){0};
		rc = page_make(m);
		if (rc == 0)
			pages_put(key, version, &m->page);
	}
	db_rollback(m->t->db);
	return rc;
}

/* The id of the collection that the path names, without asking the store again while nothing has been written. */
static struct hash name_key(const struct taxii *t)
{
	const uint8_t mode = (uint8_t)t->mode;
	const struct slice pieces[] = {SLICE("entente-name/1\n"), id_slice(&t->api->node->self),
		id_slice(&t->coalition), slice_of(&mode, 1), t->client->account, SLICE("\n"),
		t->part[1]};

	return hash_of(pieces, sizeof(pieces) / sizeof(*pieces));
}

static int collection_known(struct taxii *t, int64_t version)
{
	struct hash key = name_key(t);
	int rc;

	if (names_look(&key, version, t->collection.id.b))
		return 0;
	rc = collection_readable(t);
	if (rc == 0)
		names_put(&key, version, t->collection.id.b);
	return rc;
}

/* What may stand in the query. */
static const char *const allowed[] = {
	[OBJECTS] = "page id type version spec_version",
	[OBJECT] = "page version spec_version",
	[MANIFEST] = "page id type version spec_version",
	[VERSIONS] = "page spec_version",
};

static int page_serve(struct taxii *t, enum resource what)
{
	struct making m = {.t = t, .what = what};
	struct hash key;
	int64_t version;
	int rc = answers_version(t->api->answers, t->db, &version, &t->why);

	if (rc == 0)
		rc = taxii_query_read(t, allowed[what]);
	if (rc == 0)
		rc = collection_known(t, version);
	if (rc < 0)
		return rc;
	key = key_of(t, what);
	rc = page_find(&m, &key, version);
	if (rc == 0) {
		shown_note(t, &m.page);
		page_answer(t, &m.page, form_of(t, &key, &m.page));
	}
	page_free(&m.page);
	return rc;
}

int taxii_objects(struct taxii *t)
{
	return page_serve(t, OBJECTS);
}

int taxii_manifest(struct taxii *t)
{
	return page_serve(t, MANIFEST);
}

int taxii_object(struct taxii *t)
{
	return page_serve(t, OBJECT);
}

int taxii_versions(struct taxii *t)
{
	return page_serve(t, VERSIONS);
}

/* ---- from memory alone ---- */

static bool resource_of(const struct taxii *t, enum resource *ret)
{
	if (t->n_part < 3 || !slice_is(t->part[0], "collections"))
		return false;
	if (t->n_part == 3 && slice_is(t->part[2], "manifest"))
		*ret = MANIFEST;
	else if (!slice_is(t->part[2], "objects"))
		return false;
	else if (t->n_part == 3)
		*ret = OBJECTS;
	else if (t->n_part == 4)
		*ret = OBJECT;
	else if (t->n_part == 5 && slice_is(t->part[4], "versions"))
		*ret = VERSIONS;
	else
		return false;
	return true;
}

bool taxii_page_quick(struct taxii *t)
{
	enum page_form form;
	enum resource what;
	struct hash key;
	struct page page;
	int64_t version;
	bool checked = false, done;
	size_t n_shown;

	if (!resource_of(t, &what) || !answers_version_quick(t->api->answers, &version) ||
		taxii_query_read(t, allowed[what]) < 0)
		return false;
	key = name_key(t);
	if (!names_look(&key, version, t->collection.id.b))
		return false;
	key = key_of(t, what);
	if (!pages_look(&key, version, &page, &checked))
		return false;
	form = form_wanted(t, &page);
	const struct noted *shown = shown_of(&page, &n_shown);
	/* Compressing takes its time, and so does the audit. */
	done = checked && page.form[form] &&
	       reads_written(t->api, &t->client->caller, shown, n_shown);
	if (done)
		page_answer(t, &page, form);
	page_free(&page);
	return done;
}
