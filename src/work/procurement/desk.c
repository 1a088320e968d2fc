/* desk.c: what suppliers bring to the public door, and how much of it one network may; see visit.h. */
#include "base/map.h"
#include "base/report.h"
#include "work/procurement/lab.h"
#include "work/procurement/visit.h"

#include <pthread.h>

static int write_queued(void *ctx, const struct draft *d, struct written *ret, struct why *why)
{
	struct visit *v = ctx;

	return queue_write(v->api->queue, &v->world.coalition.id, d, 1, ret, why);
}

/* What each network has brought for each tender, as long as this process runs: keys of bidders cost nothing, networks do. */
struct brought {
	uint32_t commits, kib;
};
_Static_assert(sizeof(struct brought) == sizeof(void *), "it stands in the map itself");
static pthread_mutex_t brought_lock = PTHREAD_MUTEX_INITIALIZER;
static struct map brought;
#define BROUGHT_MAX 65536 /* pairs that are remembered; then all are forgotten */

static struct brought brought_add(const struct visit *v, uint32_t commits, uint32_t kib)
{
	char object[OBJECT_TEXT + 1], key[OBJECT_TEXT + 128];
	struct brought n;

	object_format(&v->p.id, object);
	snprintf(key, sizeof(key), "%s %s", object, caller_network(&v->api->place, v->req));
	MUST(pthread_mutex_lock(&brought_lock) == 0);
	void *value = map_get(&brought, slice_str(key));
	memcpy(&n, &value, sizeof(n));
	if (commits || kib) {
		n.commits += commits;
		n.kib += kib;
		memcpy(&value, &n, sizeof(n));
		if (brought.n >= BROUGHT_MAX)
			map_free(&brought);
		map_put(&brought, slice_str(key), value);
	}
	MUST(pthread_mutex_unlock(&brought_lock) == 0);
	return n;
}

static int network_may(const struct visit *v, bool commit)
{
	struct brought n = brought_add(v, 0, 0);
	struct door_room room;
	uint64_t commits, kib, more = v->req->body.n / KIB + 1;

	step_door_room(&v->p, &v->api->node->self, &room);
	commits = room.commits / NETWORK_PART_COMMITS;
	commits = commits > LIMIT_NETWORK_COMMITS ? LIMIT_NETWORK_COMMITS : commits ? commits : 1;
	kib = room.bytes / NETWORK_PART_BYTES / KIB;
	if (commit ? n.commits < commits : n.kib == 0 || n.kib + more <= kib)
		return 0;
	/* Of what others have brought, and how much room there is, nobody here is told anything. */
	return why_set(v->why, E_LIMIT, "",
		"this network has brought as much of this tender to this door as one may: others take more");
}

/* One that is here already is answered again, whoever brings it. */
static bool commit_known(const struct visit *v)
{
	struct hash leaf = hash_leaf(v->req->body);

	for (size_t i = 0; i < v->p.replay->n_commit; i++)
		if (hash_eq(&v->p.replay->commit[i].leaf, &leaf))
			return true;
	return false;
}

/* The one act more that a bidder has who is known here (supply.c) is its own, whatever its network has brought. */
static bool bidder_known(const struct visit *v)
{
	struct bid_commit c;

	if (bid_commit_parse(&c, &v->p.replay->policy, v->req->body, NULL) < 0)
		return false;
	return step_door_acts(&v->p, &v->api->node->self, &c.name.bidder) == 1;
}

static int commit_post(struct visit *v, struct seat *seat, int64_t now_ms, struct slice *receipt)
{
	bool known = commit_known(v);

	if (!known && !bidder_known(v))
		TRY(network_may(v, true));
	TRY(step_commit(seat, &v->p, v->req->body, now_ms, &v->process, receipt, v->why));
	if (!known)
		(void)brought_add(v, 1, 0);
	return 0;
}

static int sealed_post(struct visit *v, struct seat *seat, int64_t now_ms)
{
	struct hash h = hash_bytes(v->req->body);

	for (size_t i = 0; i < v->p.replay->n_sealed; i++)
		if (hash_eq(&v->p.replay->sealed[i].hash, &h))
			return 0;
	TRY(network_may(v, false));
	TRY(step_sealed(seat, &v->p, v->req->body, now_ms, &v->process, v->why));
	(void)brought_add(v, 0, (uint32_t)(v->req->body.n / KIB) + 1);
	return 0;
}

int visit_bid(struct visit *v)
{
	struct seat seat = {
		.node = v->api->node, .db = v->db, .w = &v->world, .write = write_queued, .ctx = v};
	struct slice type = msg_type(v->req->body), receipt;
	int64_t now_ms = env_now_ms(&v->api->node->env);
	int rc;

	if (slice_is(type, "bid.commit"))
		rc = commit_post(v, &seat, now_ms, &receipt);
	else if (slice_is(type, "bid.sealed"))
		rc = sealed_post(v, &seat, now_ms);
	else if (slice_is(type, "bid.selfopen"))
		rc = step_selfopen(&seat, &v->p, v->req->body, now_ms, &v->process, v->why);
	else
		return why_set(v->why, E_SYNTAX, "",
			"this is no message bid.commit, bid.sealed or bid.selfopen");
	if (rc < 0)
		return rc;
	if (v->api->wrote)
		v->api->wrote(v->api->ctx);
	if (slice_is(type, "bid.commit"))
		response_text(v->req, 200, "text/plain; charset=utf-8", receipt);
	else
		response_text(v->req, 204, NULL, SLICE_NONE);
	return 0;
}
