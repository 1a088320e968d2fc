/* taxii.c: see taxii.h: which request is it, in which words may it be answered, and what is told of a failure. */
#include "work/cyber/taxii.h"

#include "base/enc.h"
#include "base/report.h"

/* ---- answers ---- */

void taxii_answer(struct taxii *t, unsigned status, struct buf *b)
{
	MUST(!buf_over(b));
	t->req->response.status = status;
	t->req->response.type = TAXII_TYPE;
	t->req->response.shared = shared_new(b);
	response_header(t->req, "Cache-Control", "no-store");
}

static const char *title_of(unsigned status)
{
	switch (status) {
	case 400:
		return "Bad Request";
	case 401:
		return "Unauthorized";
	case 403:
		return "Forbidden";
	case 404:
		return "Not Found";
	case 405:
		return "Method Not Allowed";
	case 406:
		return "Not Acceptable";
	case 409:
		return "Conflict";
	case 413:
		return "Request Entity Too Large";
	case 415:
		return "Unsupported Media Type";
	case 422:
		return "Unprocessable Entity";
	case 429:
		return "Too Many Requests";
	default:
		return "Internal Server Error";
	}
}

static unsigned status_of(const struct taxii *t)
{
	if (t->status)
		return t->status;
	if (t->why.code == E_BUSY)
		return 429;
	return why_http(t->why.code);
}

static void error_answer(struct taxii *t)
{
	struct buf b CLEANUP_BUF = BUF(8 * KIB);
	struct json_out o = json_out(&b);
	unsigned status = status_of(t);
	char text[8];

	snprintf(text, sizeof(text), "%u", status);
	json_open(&o, '{');
	json_put_cstr(&o, "title", title_of(status));
	if (t->why.text[0])
		json_put_cstr(&o, "description", t->why.text);
	json_put_cstr(&o, "error_code", why_name(t->why.code));
	json_put_cstr(&o, "http_status", text);
	if (t->why.where[0]) {
		json_open_at(&o, "details", '{');
		json_put_cstr(&o, "where", t->why.where);
		json_close(&o);
	}
	json_close(&o);
	taxii_answer(t, status, &b);
	if (status == 401)
		response_header(t->req, "WWW-Authenticate",
			"Basic realm=\"TAXII\", charset=\"UTF-8\", Bearer realm=\"TAXII\"");
	if (status == 429)
		response_header(t->req, "Retry-After",
			arena_printf(t->arena, "%lld", (long long)(t->retry_ms / 1000 + 1)));
	if (status == 405)
		response_header(t->req, "Allow", t->allow ? t->allow : "GET, HEAD");
}

/* ---- negotiation (§1.6.8, §3.1) ---- */

static bool is(struct slice s, const char *word)
{
	return s.n == strlen(word) && strncasecmp((const char *)s.p, word, s.n) == 0;
}

struct media {
	struct slice range; /* "application/taxii+json" */
	struct slice version;
	bool zero; /* q=0 */
};

static struct media media_read(struct slice one)
{
	struct media m = {0};
	struct slice param, name;

	if (!slice_cut(&one, ';', &m.range))
		return m;
	m.range = slice_trim(m.range);
	while (slice_cut(&one, ';', &param)) {
		struct slice value = param;

		if (!slice_cut_exact(&value, '=', &name))
			continue;
		name = slice_trim(name);
		value = slice_trim(value);
		if (value.n >= 2 && value.p[0] == '"')
			value = slice_sub(value, 1, value.n - 1);
		if (is(name, "version"))
			m.version = value;
		if (is(name, "q"))
			m.zero = slice_is(value, "0") || slice_is(value, "0.0") ||
				 slice_is(value, "0.00") || slice_is(value, "0.000");
	}
	return m;
}

static bool media_is_ours(const struct media *m)
{
	return !m->version.n || slice_is(m->version, "2.1");
}

static bool accepted(struct slice list)
{
	struct slice one;

	if (!slice_trim(list).n)
		return true;
	while (slice_cut(&list, ',', &one)) {
		struct media m = media_read(one);

		if (m.zero)
			continue;
		if (slice_is(m.range, "*/*") || slice_is(m.range, "application/*"))
			return true;
		/* The standard's own example asks for a manifest with the second. */
		if ((is(m.range, "application/taxii+json") ||
			    is(m.range, "application/stix+json")) &&
			media_is_ours(&m))
			return true;
	}
	return false;
}

static int negotiate(struct taxii *t)
{
	if (!accepted(request_header(t->req, "Accept"))) {
		t->status = 406;
		return why_set(&t->why, E_INVALID, "Accept", "answers are %s", TAXII_TYPE);
	}
	if (strcmp(t->req->method, "POST") == 0) {
		struct media m = media_read(request_header(t->req, "Content-Type"));

		if (!is(m.range, "application/taxii+json") || !media_is_ours(&m)) {
			t->status = 415;
			return why_set(
				&t->why, E_INVALID, "Content-Type", "expected %s", TAXII_TYPE);
		}
	}
	return 0;
}

/* ---- the path ---- */

static int no_such(struct taxii *t)
{
	return why_set(&t->why, E_MISSING, "", "nothing is here");
}

/* COALITION/MODE/… into t; every path ends in '/'. */
static int path_read(struct taxii *t, struct slice rest)
{
	struct slice one;
	size_t n = 0;

	if (rest.n && rest.p[rest.n - 1] != '/')
		return why_set(&t->why, E_MISSING, "", "every path of TAXII ends in '/'");
	if (!rest.n)
		return 0;
	if (!slice_cut(&rest, '/', &one) || one.n != COAL_TEXT ||
		coalition_parse(one, &t->coalition) < 0)
		return no_such(t);
	if (!slice_cut(&rest, '/', &one) || mode_parse(one, &t->mode) < 0 || t->mode == MODE_NONE)
		return no_such(t);
	while (slice_cut(&rest, '/', &one)) {
		struct buf text CLEANUP_BUF = BUF(1 * KIB);

		if (n == sizeof(t->part) / sizeof(*t->part) || one.n == 0 ||
			percent_decode(one, &text) < 0 || buf_over(&text))
			return no_such(t);
		t->part[n++] = arena_copy(t->arena, buf_slice(&text));
	}
	t->n_part = n;
	return 0;
}

int taxii_world(struct taxii *t)
{
	int rc;

	if (t->has_world)
		return 0;
	rc = world_load(&t->world, t->api->node, t->db, &t->coalition, t->arena, &t->why);
	if (rc < 0)
		return rc;
	t->has_world = true;
	t->reader = caller_reader(&t->client->caller, &t->world, t->shown);
	return 0;
}

int taxii_collection(struct taxii *t)
{
	int rc = taxii_world(t);

	if (rc == 0)
		rc = collection_find(
			&t->world, t->db, t->mode, t->part[1], t->arena, &t->collection, &t->why);
	if (rc == 0 && !collection_open_to(&t->collection, t->client->account))
		rc = why_set(&t->why, E_MISSING, "", "no such collection");
	return rc;
}

bool taxii_may_read(const struct taxii *t, const struct collection *c)
{
	(void)c;
	return t->client->caller.roles.of[AREA_CYBER] >= ROLE_READER;
}

bool taxii_may_write(const struct taxii *t, const struct collection *c)
{
	return c->inbox && t->client->caller.roles.of[AREA_CYBER] >= ROLE_CONTRIBUTOR;
}

/* ---- dispatch ---- */

static const struct row {
	const char *method;
	size_t n;
	const char *part[4]; /* NULL: any */
	int (*run)(struct taxii *t);
} rows[] = {
	{"GET", 0, {NULL}, taxii_root},
	{"GET", 2, {"status", NULL}, taxii_status},
	{"GET", 1, {"collections"}, taxii_collections},
	{"GET", 2, {"collections", NULL}, taxii_collection_get},
	{"GET", 3, {"collections", NULL, "manifest"}, taxii_manifest},
	{"GET", 3, {"collections", NULL, "objects"}, taxii_objects},
	{"POST", 3, {"collections", NULL, "objects"}, taxii_post},
	{"GET", 4, {"collections", NULL, "objects", NULL}, taxii_object},
	{"DELETE", 4, {"collections", NULL, "objects", NULL}, taxii_delete},
	{"GET", 5, {"collections", NULL, "objects", NULL}, taxii_versions},
	{NULL, 0, {NULL}, NULL},
};

static bool row_fits(const struct row *r, const struct taxii *t)
{
	if (r->n != t->n_part)
		return false;
	for (size_t i = 0; i < r->n && i < 4; i++)
		if (r->part[i] && !slice_is(t->part[i], r->part[i]))
			return false;
	return r->n < 5 || slice_is(t->part[4], "versions");
}

static int dispatch(struct taxii *t, const char *method)
{
	bool there = false;

	t->allow = "GET, HEAD";
	for (const struct row *r = rows; r->method; r++) {
		if (!row_fits(r, t))
			continue;
		if (strcmp(r->method, method) == 0)
			return r->run(t);
		there = true;
		if (strcmp(r->method, "POST") == 0)
			t->allow = "GET, HEAD, POST";
		if (strcmp(r->method, "DELETE") == 0)
			t->allow = "GET, HEAD, DELETE";
	}
	if (!there)
		return no_such(t);
	t->status = 405;
	return why_set(&t->why, E_INVALID, "", "%s is not for this", method);
}

static int serve(struct taxii *t, struct slice rest)
{
	const char *method = strcmp(t->req->method, "HEAD") == 0 ? "GET" : t->req->method;
	int rc = taxii_client_find(t);

	if (rc == 0)
		rc = negotiate(t);
	if (rc == 0)
		rc = path_read(t, rest);
	if (rc < 0)
		return rc;
	if (rest.n)
		return dispatch(t, method);
	t->allow = "GET, HEAD";
	if (strcmp(method, "GET") == 0)
		return taxii_discovery(t);
	t->status = 405;
	return why_set(&t->why, E_INVALID, "", "%s is not for this", method);
}

static int answer(struct api *a, struct db *db, struct request *req, struct slice rest,
	struct shown_to *shown, struct why *why)
{
	struct taxii *t = arena_new(&req->arena, struct taxii);

	(void)why;
	*t = (struct taxii){.api = a, .db = db, .req = req, .arena = &req->arena, .shown = shown};
	shown->how = "list";
	if (serve(t, rest) < 0)
		error_answer(t);
	if (db_in_transaction(db))
		db_rollback(db);
	return 0;
}

static bool quick(struct api *a, struct request *req, struct slice rest)
{
	struct taxii t = {.api = a, .req = req, .arena = &req->arena};

	if (strcmp(req->method, "GET") != 0 && strcmp(req->method, "HEAD") != 0)
		return false;
	return taxii_client_quick(&t) && negotiate(&t) == 0 && path_read(&t, rest) == 0 &&
	       taxii_page_quick(&t);
}

/* An answer before anything has been read. */
static int refuse(struct taxii *t, struct why *why)
{
	error_answer(t);
	*why = t->why;
	return why->code;
}

/*
 * Sizes are judged before anything is read: whoever is not known yet, by his credentials, sends little, and does not come near the disk. Bodies without
 * Content-Length are laid into a file, too: they may be as long.
 */
static int body(struct api *a, struct request *req, struct body_rule *ret, struct why *why)
{
	struct slice length = request_header(req, "Content-Length");
	struct taxii t = {.api = a, .req = req, .arena = &req->arena};
	uint64_t n = 0;
	bool small;

	if (length.n && slice_u64(length, &n) < 0)
		n = UINT64_MAX;
	if (strcmp(req->method, "POST") != 0) {
		/* Nothing here takes one; that is the dispatcher's to say. */
		*ret = n || request_header(req, "Transfer-Encoding").n
			       ? (struct body_rule){BODY_MEMORY, LIMIT_TAXII_NO_BODY}
			       : (struct body_rule){BODY_NONE, 0};
		return 0;
	}
	if (n > LIMIT_TAXII_BODY) {
		(void)!why_set(&t.why, E_LIMIT, "Content-Length", "a body is at most %zu bytes",
			LIMIT_TAXII_BODY);
		return refuse(&t, why);
	}
	if (!taxii_client_known(&t)) {
		if (n > LIMIT_TAXII_STRANGER) {
			(void)!why_set(&t.why, E_AUTH, "",
				"sign in before you send so much: get the collection, then again");
			return refuse(&t, why);
		}
		*ret = (struct body_rule){BODY_MEMORY, LIMIT_TAXII_STRANGER};
		return 0;
	}
	small = length.n && n <= LIMIT_TAXII_MEMORY;
	ret->kind = small ? BODY_MEMORY : BODY_FILE;
	ret->max = small ? LIMIT_TAXII_MEMORY : LIMIT_TAXII_BODY;
	return 0;
}

const struct web_door taxii_doors[] = {
	{"/taxii2/", body, answer, "TAXII 2.1", quick},
	{NULL, NULL, NULL, NULL, NULL},
};
