/*
 * serve_heads.c: the long poll. Nothing is kept per partner: the token says what the partner was
 * told last.
 *
 *	token = <own>.<gossip>.<ms>      own: this node's logs, root documents and proofs; gossip: everybody else's logs, cosignatures and acts;
 *	                                 ms: when it was given
 *
 * What this node itself has to say goes at once. Gossip alone goes at once while some act waits for
 * its witnesses, else a second after the last answer: so cosignatures of busy logs do not chase each
 * other round the coalition.
 */
#include "base/enc.h"
#include "base/limits.h"
#include "peer/heads.h"
#include "peer/serve_int.h"

#include <inttypes.h>
#include <pthread.h>

#define GOSSIP_MS   1000
#define DIGEST_TEXT 16 /* characters of each digest in a token */

struct heads_now {
	char own[DIGEST_TEXT + 1], gossip[DIGEST_TEXT + 1];
	struct hash roots, proofs;
};

static void short_digest(struct slice a, struct slice b, char ret[DIGEST_TEXT + 1])
{
	struct hash h = hash_of((struct slice[]){a, b}, 2);

	hex_encode(h.b, DIGEST_TEXT / 2, ret);
}

/* Numbers of one row, as they stand in a digest. */
static int row_numbers(struct stmt *st, struct buf *ret, int cols, struct why *why)
{
	int rc = db_step(st, why);

	for (int i = 0; rc == DB_ROW && i < cols; i++)
		buf_addf(ret, "%" PRId64 " ", db_i64(st, i));
	db_reset(st);
	return rc < 0 ? rc : 0;
}

/* Where the logs stand. With their roots: a node that was restored from a backup has grown to the same size before. */
static int logs_digest(struct serving *s, struct stmt *st, struct buf *ret, struct why *why)
{
	struct hasher *h = hash_start();
	struct hash digest;
	int rc;

	db_bind_blob(st, 1, id_slice(&s->path.coalition));
	db_bind_blob(st, 2, id_slice(&s->node->self));
	while ((rc = db_step(st, why)) == DB_ROW) {
		int64_t size = db_i64(st, 0);

		hash_add(h, slice_of(&size, sizeof(size)));
		hash_add(h, db_blob(st, 1));
	}
	db_reset(st);
	digest = hash_end(&h);
	buf_add(ret, digest.b, sizeof(digest.b));
	return rc < 0 ? rc : 0;
}

/* Cosignatures and acts only grow, so a sum stays the same only if nothing has changed. */
static int gossip_numbers(struct serving *s, struct buf *own, struct buf *gossip, struct why *why)
{
	struct slice coalition = id_slice(&s->path.coalition);
	struct stmt *st = db_stmt(s->db,
		"SELECT size, root FROM log WHERE coalition = $1 AND member = $2 ORDER BY epoch");
	int rc = logs_digest(s, st, own, why);

	if (rc < 0)
		return rc;
	st = db_stmt(s->db,
		"SELECT size, root FROM log WHERE coalition = $1 AND member <> $2 ORDER BY member, epoch");
	if ((rc = logs_digest(s, st, gossip, why)) < 0)
		return rc;
	st = db_stmt(s->db,
		"SELECT count(*), CAST(coalesce(sum(c.size), 0) AS BIGINT) FROM cosign c JOIN log l ON l.id = c.log "
		"WHERE l.coalition = $1");
	db_bind_blob(st, 1, coalition);
	if ((rc = row_numbers(st, gossip, 2, why)) < 0)
		return rc;
	st = db_stmt(s->db,
		"SELECT count(*) FROM act a JOIN log l ON l.id = a.log WHERE l.coalition = $1");
	db_bind_blob(st, 1, coalition);
	return row_numbers(st, gossip, 1, why);
}

static int heads_now(struct serving *s, struct heads_now *ret, struct why *why)
{
	struct buf own CLEANUP_BUF = BUF(1024), gossip CLEANUP_BUF = BUF(1024);
	int rc;

	if ((rc = heads_roots_digest(s->db, s->world.coalition.row, &ret->roots, why)) < 0 ||
		(rc = heads_proofs_digest(s->db, s->world.coalition.row, &ret->proofs, why)) < 0 ||
		(rc = gossip_numbers(s, &own, &gossip, why)) < 0)
		return rc;
	buf_add(&own, ret->roots.b, sizeof(ret->roots.b));
	buf_add(&own, ret->proofs.b, sizeof(ret->proofs.b));
	short_digest(SLICE("own "), buf_slice(&own), ret->own);
	short_digest(SLICE("gossip "), buf_slice(&gossip), ret->gossip);
	return 0;
}

/* ---- kept ---- */

struct kept_one {
	struct id coalition;
	uint64_t change;
	bool has;
	struct heads_now now;
};

struct heads_kept {
	pthread_mutex_t lock;
	struct kept_one one[LIMIT_COALITIONS];
	size_t next; /* whose place is taken when there is none */
};

struct heads_kept *heads_kept_new(void)
{
	struct heads_kept *k = mem_new(struct heads_kept);

	pthread_mutex_init(&k->lock, NULL);
	return k;
}

void heads_kept_free(struct heads_kept **kp)
{
	struct heads_kept *k = *kp;

	*kp = NULL;
	if (k == NULL)
		return;
	pthread_mutex_destroy(&k->lock);
	mem_free(k);
}

/* The lock is held. */
static struct kept_one *kept_of(struct heads_kept *k, const struct id *coalition)
{
	for (size_t i = 0; i < LIMIT_COALITIONS; i++)
		if (k->one[i].has && id_eq(&k->one[i].coalition, coalition))
			return &k->one[i];
	struct kept_one *one = &k->one[k->next++ % LIMIT_COALITIONS];
	*one = (struct kept_one){.coalition = *coalition};
	return one;
}

/* Whoever comes while it is looked looks as well; what was found last for a number is as good as what was found first. */
static int heads_since(struct serving *s, struct heads_now *ret, struct why *why)
{
	struct heads_kept *k = s->req->kept;
	bool found;

	if (k == NULL)
		return heads_now(s, ret, why);
	pthread_mutex_lock(&k->lock);
	struct kept_one *one = kept_of(k, &s->path.coalition);
	found = one->has && one->change == s->req->change;
	if (found)
		*ret = one->now;
	pthread_mutex_unlock(&k->lock);
	if (found)
		return 0;
	int rc = heads_now(s, ret, why);
	if (rc < 0)
		return rc;
	pthread_mutex_lock(&k->lock);
	*kept_of(k, &s->path.coalition) = (struct kept_one){
		.coalition = s->path.coalition, .change = s->req->change, .has = true, .now = *ret};
	pthread_mutex_unlock(&k->lock);
	return 0;
}

/* 1 if so. Only here standing is looked at. */
static int act_waits(struct serving *s, struct why *why)
{
	int rc = world_load(&s->world, s->node, s->db, &s->path.coalition, s->arena, why);

	for (size_t i = 0; rc == 0 && i < s->world.standing.n_party; i++)
		if (s->world.standing.party[i].unwitnessed > 0)
			return 1;
	return rc;
}

enum news { NEWS_NONE, NEWS_LATER, NEWS_NOW };

/* A token that is not ours is as good as none. */
static int news_since(struct serving *s, const struct heads_now *now, struct slice token,
	enum news *ret, struct why *why)
{
	struct slice own, gossip;
	int64_t age_ms, then_ms;
	int waits;

	*ret = NEWS_NOW;
	if (!slice_cut_exact(&token, '.', &own) || !slice_cut_exact(&token, '.', &gossip) ||
		slice_i64(token, &then_ms) < 0 || !slice_is(own, now->own))
		return 0;
	if (slice_is(gossip, now->gossip)) {
		*ret = NEWS_NONE;
		return 0;
	}
	age_ms = env_now_ms(&s->node->env) - then_ms;
	if (age_ms < 0 || age_ms >= GOSSIP_MS)
		return 0;
	waits = act_waits(s, why);
	if (waits == 0) {
		*ret = NEWS_LATER;
		s->answer->park_ms = GOSSIP_MS - age_ms;
	}
	return waits < 0 ? waits : 0;
}

static int64_t wait_ms(const struct serving *s)
{
	struct slice text = peer_query(s->req->query, "wait");
	int64_t ms;

	if (slice_i64(text, &ms) < 0 || ms < 0)
		return 0;
	return ms < LIMIT_LONG_POLL_MS ? ms : LIMIT_LONG_POLL_MS;
}

int serve_heads(struct serving *s, struct why *why)
{
	char token[HEADS_TOKEN_MAX + 1];
	struct buf state CLEANUP_BUF = BUF(1024);
	struct heads_now now;
	enum news news;
	int rc = heads_since(s, &now, why);

	if (rc < 0)
		return rc;
	rc = news_since(s, &now, peer_query(s->req->query, "after"), &news, why);
	if (rc < 0)
		return rc;
	if (news != NEWS_NOW && !s->req->expired && wait_ms(s) > 0)
		return PEER_PARK;
	s->answer->park_ms = 0;
	if (news == NEWS_NONE) {
		s->answer->status = 204;
		return 0;
	}
	snprintf(token, sizeof(token), "%s.%s.%" PRId64, now.own, now.gossip,
		env_now_ms(&s->node->env));
	heads_state_print(&state,
		&(struct heads_state){
			.token = slice_str(token), .roots = now.roots, .proofs = now.proofs});
	frame32_add(&s->answer->body, buf_slice(&state));
	return heads_notes(&s->world, s->db, s->arena, &s->answer->body, why);
}
