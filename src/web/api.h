/*
 * api.h: the API: one table of routes (api_routes.c) from which requests are dispatched, roles checked and the OpenAPI document printed. docs/api.md
 * has the rules; this header is how a route is written.
 *
 *	static int get_peers(struct call *c)              -- the row: {"GET", "/peers", PACT(READER), .answer = "[Peer]", .run = get_peers, …}
 *	{
 *		struct api_page p;
 *		TRY(call_page(c, &p));                    -- ?limit= and ?after=
 *		...
 *		json_open(&c->o, '{'); …                  -- into c->o: becomes the answer, with an ETag if it is a GET
 *		return 0;                                 -- or negative, with c->why
 *	}
 *
 * For a GET the dispatcher has opened one read transaction, so what is shown belongs together. A path with {coalition} has its world loaded (c->world) and the
 * caller as a reader (c->reader): every query of records takes that reader, nothing is filtered afterwards, and what it brings is in the audit of what was read before
 * the answer is given (reads.h). Whatever changes something opens its own transactions, after the dispatcher has closed its.
 */
#ifndef WEB_API_H
#define WEB_API_H

#include "node/write.h"
#include "web/caller.h"
#include "web/rate.h"
#include "json/json.h"

#define API_BASE "/api/v1"

struct call;
struct live;
struct jobs;
struct reads;
struct known;
struct issuer;
struct answers;

/* What all requests share. Borrowed, but for what api_start makes. */
struct api {
	struct caller_place place;
	const struct node *node;
	struct queue *queue;	 /* group commit */
	struct rate *rate;	 /* owned */
	struct reads *reads;	 /* owned; which reads are in the audit already */
	struct known *known;	 /* owned; who has been here lately */
	struct answers *answers; /* owned; callers and answers while the store stays as it is */
	struct live *live;	 /* NULL: no events */
	struct jobs *jobs;	 /* NULL: no jobs */
	struct issuer *issuer;	 /* owned; NULL: no provider of identities */
	uint8_t ticket_key[32];
	int64_t started_ms;
	bool client_cert;	  /* certificates are asked for */
	void (*wrote)(void *ctx); /* something new is in the store */
	void *ctx;
};
void api_start(struct api *a, const struct node *node);
void api_stop(struct api *a);

/* ---- routes ---- */

enum api_who { WHO_ROLE, WHO_SELF, WHO_OPEN };
enum api_flags {
	API_CONFIRM = 1 << 0,  /* the password again, lately; no tokens */
	API_SIGNS_IN = 1 << 1, /* no session yet: no CSRF token */
	API_NO_KEY =
		1
		<< 2, /* takes no Idempotency-Key: the answer holds a secret, or nothing is made */
	API_TEXT = 1 << 3, /* the body is text, not JSON */
	API_FILE = 1 << 4, /* the body is spooled to a file */
	API_AGAIN =
		1
		<< 5, /* what is kept for an Idempotency-Key is where the thing is, not the thing: it may be recalled or erased meanwhile */
	API_MATCH = 1 << 6,   /* needs If-Match */
	API_PAGE = 1 << 7,    /* a list: ?limit= and ?after= */
	API_NO_READ = 1 << 8, /* opens its own transactions; c->world and c->reader are of before */
	API_STILL =
		1
		<< 9, /* a GET that follows from path, query, clearance, roles and the store alone, not from the clock or the person: kept (answers.h) */
};

struct api_query {
	const char *name, *help;
};

struct api_route {
	const char *method, *path; /* below API_BASE; {name} is one segment */
	enum api_who who;
	enum area area;
	enum role role;
	unsigned flags;
	uint64_t body_max;	       /* 0: LIMIT_API_BODY for POST and PUT */
	const struct api_query *query; /* ends with name NULL; may be NULL */
	/* Schemas (schema.json): "Name"; "[Name]": a page of them; "text", "bytes"; NULL: nothing. */
	const char *request, *answer;
	unsigned status; /* of success; 0: 200 */
	const char *tag, *help;
	int (*run)(struct call *c);
};
extern const struct api_route api_routes[]; /* ends with method NULL */
/* The i-th table: 0 is api_routes, then those of the workspaces; NULL behind the last. */
const struct api_route *api_table(size_t i);

/* ---- one request ---- */

#define API_PARAMS 4
/* One parameter of a path, decoded: no name of ours is longer. */
#define API_PARAM_BYTES (4 * KIB)
/* What api_find() takes of its arena at most: the parameters, and the methods of a path. */
#define API_FIND_BYTES (API_PARAMS * (API_PARAM_BYTES + 64) + 4 * KIB)

struct call {
	struct api *api;
	const struct node *node;
	struct db *db;
	struct request *req;
	struct arena *arena; /* ends with the call */
	const struct api_route *route;
	struct slice param[API_PARAMS]; /* of the path, decoded, in order */
	size_t n_param;
	struct caller caller;
	bool has_world;
	struct world world;
	struct reader reader;
	struct shown_to *
		shown; /* borrowed; what `reader` was brought, written down before the answer is given (reads.h) */
	struct json_doc doc; /* of a JSON body */
	json_ref body;
	struct buf out; /* owned by the dispatcher */
	struct json_out o;
	unsigned status;      /* of success; 0: the route's */
	const char *title;    /* word of the problem, instead of the code's */
	unsigned problem;     /* its status, instead of the code's; 0: the code's */
	int64_t retry_ms;     /* Retry-After; 0: none */
	const char *location; /* of what was made; NULL */
	bool raw;	      /* the handler has set the response itself */
	bool passing; /* of API_STILL: this answer is not to be kept after all: something was noted of who read it, or it shows what is beside the store */
	int64_t version;  /* of the store, from before anything was read */
	struct slice key; /* of API_STILL, in answers.h */
	const char *type,
		*attachment; /* of `out` if it is no JSON; and the name to save it under */
	struct why why;
};

/* For struct server_options, by way of routes.c. */
bool api_owns(struct slice path);
/* Large bodies are taken from those only who have lately been known: E_AUTH. */
MUST_USE int api_body_rule(
	struct api *a, struct request *req, struct body_rule *ret, struct why *why);
/* For struct server_options: a read whose answer is kept and whose caller is known. */
bool api_quick(struct api *a, struct request *req);
void api_handle(struct api *a, struct db *db, struct request *req);
/* The route of a path and method; NULL, and then *ret_allow (if not NULL) names the methods that there are (may be ""). */
const struct api_route *api_find(const char *method, struct slice path, struct arena *arena,
	struct slice *ret_param, size_t *ret_n, const char **ret_allow);
/* problem+json and its headers. */
void api_problem(struct request *req, const struct why *why, const char *title, unsigned status,
	int64_t retry_ms);
/*
 * So many requests a minute: of an account, or of the network of who is nobody; guessing costs as well. `rc` is what looking for the caller came to, and is returned if
 * there is room; else E_BUSY, and *ret_wait_ms.
 */
MUST_USE int api_rate(struct api *a, struct request *req, const struct caller *caller, int rc,
	int64_t *ret_wait_ms, struct why *why);

#define TRY(call)                                                                                  \
	do {                                                                                       \
		int try_rc = (call);                                                               \
		if (try_rc < 0)                                                                    \
			return try_rc;                                                             \
	} while (0)

/* ---- what handlers use, call.c ---- */

/* E_INVALID for members that are not in the list (which ends with NULL). */
MUST_USE int call_only(struct call *c, const char *const *known);
/* Members of the body: required, optional (absent: p == NULL). E_INVALID with the pointer. */
MUST_USE int call_need(struct call *c, const char *key, size_t max, struct slice *ret);
MUST_USE int call_want(struct call *c, const char *key, size_t max, struct slice *ret);
MUST_USE int call_want_bool(struct call *c, const char *key, bool *ret);
MUST_USE int call_want_time(struct call *c, const char *key, int64_t *ret); /* 0 if absent */
/* "real" if absent, from body or query. */
MUST_USE int call_mode(struct call *c, enum mode *ret);
MUST_USE int call_query_mode(struct call *c, enum mode *ret);
/* A member by id or label, which must be a party here. */
MUST_USE int call_party(struct call *c, const char *key, struct id *ret);
/* "all" or an array of member ids. */
MUST_USE int call_members(
	struct call *c, const char *key, bool *ret_all, struct id **ret, size_t *ret_n);
/* Adds the policy if it was left out; not above the caller's clearance. Empty text: the lowest class. */
MUST_USE int call_label(struct call *c, struct slice text, struct slice *ret);

struct api_page {
	size_t limit;
	struct slice after; /* decoded; p == NULL: from the beginning */
};
/* The cursor is opaque outside and any bytes inside. */
MUST_USE int call_page(struct call *c, struct api_page *ret);
/* {"items": [ … is open */
void page_open(struct call *c);
/* … ], "next": …}: `next` p == NULL at the end. */
void page_close(struct call *c, struct slice next);
/* A cursor of up to four numbers and one text. */
struct slice cursor_make(struct call *c, const int64_t *number, size_t n, struct slice text);
/* E_INVALID ("after") if it is none of these. */
MUST_USE int cursor_read(
	struct call *c, struct slice cursor, int64_t *ret_number, size_t n, struct slice *ret_text);

/* A write transaction for the handler; call_commit ends it with `rc`. */
MUST_USE int call_begin(struct call *c);
MUST_USE int call_commit(struct call *c, int rc);
/* A read transaction with c->world anew, for handlers that are not GET. */
MUST_USE int call_read(struct call *c);
void call_read_end(struct call *c);
/* Into the audit, inside a write transaction. */
MUST_USE int call_audit(struct call *c, const char *what, const char *about);
/*
 * If-Match against the leaf of the version that stands, in quotes: 428 without it, 412 if it is another. Then `d` follows that version: who writes one in between is
 * answered in the same way. In a read transaction.
 */
MUST_USE int call_match(
	struct call *c, const struct object_id *object, const struct hash *leaf, struct draft *d);
/* E_CONFLICT, 412; E_STATE, 428: for what has another ETag than its leaf. */
MUST_USE int call_match_none(struct call *c);
MUST_USE int call_match_other(struct call *c);
/* What came of writing to the queue, for call_match's sake. */
MUST_USE int call_written(struct call *c, int rc);
/* One draft through the queue, with a line in the audit before it. */
MUST_USE int call_write(struct call *c, const struct draft *d, const char *what, const char *about,
	struct written *ret);
/* Sessions or tokens may have ended: streams of theirs end as well. */
void call_ended(struct call *c);
/* After whatever has changed the store: wakes pages, partners' polls, chores. */
void call_wrote(struct call *c);
/* Answers with `out` as a file to be saved. */
void call_attach(struct call *c, const char *type, const char *name);

/* ---- printing, put.c ---- */

void put_id(struct json_out *o, const char *key, const struct id *id);
void put_hash(struct json_out *o, const char *key, const struct hash *h);
void put_time(struct json_out *o, const char *key, int64_t ms); /* 0: null */
void put_coalition(struct json_out *o, const char *key, const struct id *id);
void put_object(struct json_out *o, const char *key, const struct object_id *id);
/* {"id", "label"} */
void put_party(struct call *c, const char *key, const struct id *id);
/* A slice, null if p == NULL. */
void put_text(struct json_out *o, const char *key, struct slice s);

#endif
