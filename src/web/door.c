/*
 * door.c: what a partner's request becomes.
 *
 *	invariants
 *	1. The caller is decided anew each time the request runs: a key revoked during a long poll
 * is not answered.
 *	2. A request parks at most until its own `wait`, bounded by LIMIT_LONG_POLL_MS, and no more of
 * one partner than LIMIT_PEER_POLLS.
 */
#include "web/door.h"

#include "base/limits.h"
#include "peer/path.h"

/* Kept while a request is parked. */
struct waiting {
	int64_t until_mono_ms;
	struct budget *budget; /* borrowed */
	struct id member;
	bool parked; /* counted with the member's */
};

static void waiting_end(void *what)
{
	struct waiting *w = what;

	if (w->parked)
		budget_poll_end(w->budget, &w->member);
}

int door_body_rule(void *ctx, const struct request *req, struct body_rule *ret, struct why *why)
{
	(void)ctx;
	(void)why;
	/* Fork proofs are the largest thing that is posted; requests for payloads are smaller. */
	if (strcmp(req->method, "POST") == 0)
		*ret = (struct body_rule){BODY_MEMORY, LIMIT_FORK_BYTES};
	else
		*ret = (struct body_rule){BODY_NONE, 0};
	return 0;
}

static int find_caller(struct door *d, struct db *db, struct request *req, struct peer_request *ret,
	struct why *why)
{
	struct slice name = request_header(req, PEER_MEMBER_HEADER);
	int rc;

	if (!req->has_pin)
		return 0;
	if (name.n > 0) {
		if (id_parse(name, &ret->caller) < 0)
			return why_set(why, E_SYNTAX, PEER_MEMBER_HEADER, "this is no member id");
		rc = party_has_pin(db, &ret->caller, &req->pin, &ret->known, why);
	} else {
		rc = party_by_pin(db, &req->pin, &ret->caller, why);
		ret->known = rc == 0;
		rc = rc == E_MISSING ? 0 : rc;
	}
	if (rc < 0 || !ret->known)
		return rc;
	return req->round == 0 ? budget_take(d->budget, &ret->caller, req->body.n, why) : 0;
}

static struct waiting *waiting_of(struct door *d, struct request *req)
{
	if (!req->user) {
		struct waiting *w = arena_new(&req->arena, struct waiting);
		uint64_t wait = 0;
		if (slice_u64(peer_query(req->query, "wait"), &wait) < 0)
			wait = 0;
		if (wait > LIMIT_LONG_POLL_MS)
			wait = LIMIT_LONG_POLL_MS;
		w->until_mono_ms = env_mono_ms(&d->node->env) + (int64_t)wait;
		w->budget = d->budget;
		arena_defer(&req->arena, waiting_end, w);
		req->user = w;
	}
	return req->user;
}

static int park(struct door *d, struct request *req, int64_t until_mono_ms, int64_t park_ms)
{
	int64_t now = env_mono_ms(&d->node->env);
	req->park_until_mono_ms = until_mono_ms;
	if (park_ms > 0 && now + park_ms < until_mono_ms)
		req->park_until_mono_ms = now + park_ms;
	return SERVER_PARK;
}

/* Room among those of the member that wait; it has it until it is answered. */
static bool may_wait(struct waiting *w, const struct peer_request *pr)
{
	if (!w->parked && budget_poll_begin(w->budget, &pr->caller)) {
		w->member = pr->caller;
		w->parked = true;
	}
	return w->parked;
}

static void respond(struct request *req, struct peer_answer *a)
{
	req->response.status = a->status;
	response_header(req, "Cache-Control", "no-store");
	if (a->fd >= 0) {
		req->response.type = a->type;
		req->response.fd = a->fd;
		req->response.fd_from = a->fd_from;
		req->response.fd_size = a->fd_size;
		buf_free(&a->body);
		return;
	}
	if (a->status == 204) {
		buf_free(&a->body);
		return;
	}
	req->response.type = a->type;
	req->response.shared = shared_new(&a->body);
}

int door_handle(void *ctx, struct request *req, unsigned worker)
{
	struct door *d = ctx;
	struct db *db = d->db[worker];
	struct waiting *w = waiting_of(d, req);
	struct peer_request pr = {
		.method = req->method,
		.path = req->path,
		.query = req->query,
		.body = req->body,
		.expired = d->stopping || env_mono_ms(&d->node->env) >= w->until_mono_ms,
	};
	if (req->round > 0 && !pr.expired) {
		pr.change = d->changes;
		pr.kept = d->kept;
	}
	struct peer_answer answer = {.body = BUF(LIMIT_PEER_ANSWER), .fd = -1};
	struct why why = {0};

	if (find_caller(d, db, req, &pr, &why) < 0) {
		response_problem(req, &why);
		return SERVER_ANSWER;
	}
	if (pr.known && req->round == 0)
		d->called(d->ctx, &pr.caller);
	int rc = peer_serve(d->node, db, &pr, &answer);
	if (rc == PEER_PARK && !may_wait(w, &pr)) {
		pr.expired = true;
		rc = peer_serve(d->node, db, &pr, &answer);
	}
	if (rc == PEER_PARK) {
		buf_free(&answer.body);
		return park(d, req, w->until_mono_ms, answer.park_ms);
	}
	if (pr.known)
		budget_charge(d->budget, &pr.caller,
			(answer.fd >= 0 ? answer.fd_size : answer.body.n) +
				answer.decided * LIMIT_PEER_DECISION_BYTES);
	if (answer.wrote)
		d->wrote(d->ctx);
	respond(req, &answer);
	return SERVER_ANSWER;
}
