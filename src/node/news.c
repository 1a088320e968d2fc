/*
 * news.c: see news.h.
 *
 *	items    by row, which the fold counts up
 *	acts     per log: how many; if there are more, which ones are not in the list of those that are known
 *	grants   the same
 *	logs     sizes; and what else of an act is shown: by how many witnesses it has been seen
 *	standing computed anew when acts, cosignatures or forks have changed
 *
 * If a look fails halfway, the next one tells that there is much: whoever watches loads everything again.
 */
#include "node/news.h"

#include "base/enc.h"
#include "base/limits.h"
#include "base/report.h"
#include "base/vec.h"
#include "node/grant.h"
#include "node/record.h"

#include <inttypes.h>

/* A partner's health is news when it has changed, or is older than this. */
#define HEALTH_MS     30000
#define LOGS_MAX      (LIMIT_COALITIONS * LIMIT_MEMBERS)
#define POSITION_TEXT 32

/* Where something stands: log row and seq. */
struct spot {
	int64_t log, seq;
};
struct spots {
	VEC(struct spot) list; /* in order */
};

/* Up to where a witness has cosigned a log. */
struct sight {
	int64_t log, size;
	struct id witness;
};
struct sights {
	VEC(struct sight) list; /* by log and witness */
};

struct log_state {
	int64_t row, size, frozen_at; /* frozen_at -1: not */
	struct log_id id;
};

struct coalition_state {
	int64_t row;
	struct id id;
	struct hash digest, charter_hash;
	const struct charter *charter; /* in the arena of `standing` */
};

struct standing_state {
	struct arena arena;
	VEC(struct coalition_state) list;
	int64_t acts, cosigns, cosigned, forks, coalitions; /* when it was computed */
};

struct news {
	const struct node *node;
	bool known;  /* the first look has been */
	int64_t row; /* of the newest item */
	struct spots acts, grants;
	VEC(struct log_state) log;
	struct sights sights;
	struct standing_state standing;
	VEC(struct peer_health) health; /* texts are not kept: their hash is in `told` */
	VEC(struct hash) told;
	uint64_t charters;
	char position[POSITION_TEXT + 1];
};

/* One look: what it finds, and what takes the place of the old when it is through. */
struct look {
	struct news *n;
	struct db *db;
	struct arena *arena;
	struct news_item *out;
	size_t n_out;
	bool much, cosigned;	/* cosigned: there are other cosignatures than before */
	VEC(int64_t) seen_more; /* logs with an act that a witness more has seen */
	struct why *why;
};

struct news *news_new(const struct node *node)
{
	struct news *n = mem_new(struct news);

	n->node = node;
	n->standing.arena = ARENA(256 * MIB);
	return n;
}

static void standing_free(struct standing_state *s)
{
	vec_free(&s->list);
	arena_free(&s->arena);
}

void news_free(struct news **np)
{
	struct news *n = *np;

	*np = NULL;
	if (!n)
		return;
	vec_free(&n->acts.list);
	vec_free(&n->grants.list);
	vec_free(&n->log);
	vec_free(&n->sights.list);
	vec_free(&n->health);
	vec_free(&n->told);
	standing_free(&n->standing);
	mem_free(n);
}

const char *news_position(const struct news *n)
{
	return n->position;
}

bool news_for(const struct news_item *i, const struct news_reader *r, size_t n, bool *ret_other)
{
	for (size_t k = 0; k < n; k++) {
		if (r[k].coalition != i->coalition)
			continue;
		if (hash_eq(&r[k].charter, &i->charter))
			return r[k].level >= i->level;
		if (ret_other)
			*ret_other = true;
	}
	return false;
}

uint64_t news_charters(const struct news *n)
{
	return n->charters;
}

/* Room for one more; NULL when it is too much, or when nothing is told yet. */
static struct news_item *item_new(struct look *l, enum news_kind kind)
{
	if (!l->n->known)
		return NULL;
	if (l->n_out == NEWS_MAX) {
		l->much = true;
		return NULL;
	}
	struct news_item *i = &l->out[l->n_out++];
	*i = (struct news_item){.kind = kind, .level = NEWS_PUBLIC};
	return i;
}

static int number(struct look *l, struct stmt *s, int64_t *ret)
{
	int rc = db_step(s, l->why);

	if (rc == DB_ROW)
		*ret = db_i64(s, 0);
	db_reset(s);
	return rc < 0 ? rc : 0;
}

/* ---- standing and charters ---- */

static const struct coalition_state *coalition_of(const struct news *n, int64_t row)
{
	for (size_t i = 0; i < n->standing.list.n; i++)
		if (n->standing.list.p[i].row == row)
			return &n->standing.list.p[i];
	return NULL;
}

static const struct coalition_state *coalition_by_id(const struct news *n, const struct id *id)
{
	for (size_t i = 0; i < n->standing.list.n; i++)
		if (id_eq(&n->standing.list.p[i].id, id))
			return &n->standing.list.p[i];
	return NULL;
}

static int standing_ask(struct look *l, struct standing_state *s)
{
	int rc = number(l, db_stmt(l->db, "SELECT count(*) FROM act"), &s->acts);

	if (rc == 0)
		rc = number(l, db_stmt(l->db, "SELECT count(*) FROM cosign"), &s->cosigns);
	if (rc == 0)
		rc = number(l,
			db_stmt(l->db, "SELECT CAST(coalesce(sum(size), 0) AS BIGINT) FROM cosign"),
			&s->cosigned);
	if (rc == 0)
		rc = number(l, db_stmt(l->db, "SELECT count(*) FROM fork"), &s->forks);
	if (rc == 0)
		rc = number(l, db_stmt(l->db, "SELECT count(*) FROM coalition"), &s->coalitions);
	return rc;
}

static int standing_fill(struct look *l, struct standing_state *s)
{
	struct coalition *list;
	size_t n;
	int rc = coalition_list(l->db, &s->arena, &list, &n, l->why);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		struct world w;

		rc = world_try(&w, l->n->node, l->db, &list[i].id, &s->arena, l->why);
		if (rc < 0)
			return rc;
		if (rc == 1) {
			rc = 0;
			continue;
		}
		vec_push(&s->list, ((struct coalition_state){.row = w.coalition.row,
					   .id = w.coalition.id,
					   .digest = w.standing.digest,
					   .charter_hash = w.standing.charter->hash,
					   .charter = w.standing.charter}));
	}
	return rc;
}

static void standing_tell(struct look *l, const struct standing_state *s)
{
	for (size_t i = 0; i < s->list.n; i++) {
		const struct coalition_state *now = &s->list.p[i],
					     *before = coalition_of(l->n, now->row);
		struct news_item *item;

		if (before && !hash_eq(&before->charter_hash, &now->charter_hash))
			l->n->charters++;
		if (before && hash_eq(&before->digest, &now->digest))
			continue;
		if ((item = item_new(l, NEWS_STANDING)) == NULL)
			continue;
		item->coalition = now->row;
		item->coalition_id = now->id;
		item->leaf = now->digest;
		/* It may come back to what it was; what has been said never becomes less. */
		item->mark[0] = (uint64_t)s->acts;
		item->mark[1] = (uint64_t)s->forks;
	}
}

static int standing_look(struct look *l)
{
	struct standing_state s = {.arena = ARENA(256 * MIB)};
	const struct standing_state *old = &l->n->standing;
	int rc = standing_ask(l, &s);

	if (rc == 0 && l->n->known && s.acts == old->acts && s.cosigns == old->cosigns &&
		s.cosigned == old->cosigned && s.forks == old->forks &&
		s.coalitions == old->coalitions) {
		standing_free(&s);
		return 0;
	}
	l->cosigned = s.cosigns != old->cosigns || s.cosigned != old->cosigned;
	if (rc == 0)
		rc = standing_fill(l, &s);
	if (rc < 0) {
		standing_free(&s);
		return rc;
	}
	standing_tell(l, &s);
	standing_free(&l->n->standing);
	l->n->standing = s; /* moved */
	return 0;
}

/* ---- records ---- */

static int64_t level_of(const struct coalition_state *c, struct slice text)
{
	struct label label;

	if (!c || label_parse(&label, text, NULL) < 0 ||
		!slice_eq(label.policy, c->charter->policy))
		return NEWS_SECRET;
	int level = charter_level(c->charter, label.class_name);
	return level < 0 ? NEWS_SECRET : level;
}

/* The class of the newest version decides whether an object is there for somebody (record.c). */
static int newest_level(struct look *l, const struct coalition_state *c, int64_t coalition_row,
	const struct object_id *o, int64_t *ret, bool *ret_live)
{
	struct stmt *s = db_stmt(l->db,
		"SELECT label, state FROM item WHERE coalition = $1 AND object_owner = $2 AND object_name = $3 "
		"ORDER BY epoch DESC, seq DESC, at DESC LIMIT 1");
	int rc;

	db_bind_i64(s, 1, coalition_row);
	db_bind_blob(s, 2, id_slice(&o->owner));
	db_bind_blob(s, 3, id_slice(&o->name));
	rc = db_step(s, l->why);
	*ret_live = rc == DB_ROW && db_i64(s, 1) == 0;
	*ret = *ret_live ? level_of(c, db_text(s, 0)) : NEWS_SECRET;
	db_reset(s);
	return rc < 0 ? rc : 0;
}

static int items_read(struct look *l, int64_t from)
{
	struct stmt *s = db_stmt(l->db,
		"SELECT row, coalition, object_owner, object_name, kind, mode, seq, epoch FROM item WHERE row > $1 "
		"ORDER BY row LIMIT $2");
	int rc;

	db_bind_i64(s, 1, from);
	db_bind_i64(s, 2, NEWS_MAX + 1);
	while ((rc = db_step(s, l->why)) == DB_ROW) {
		struct news_item *i = item_new(l, NEWS_RECORD);

		if (!i)
			break;
		MUST(db_blob(s, 2).n == 16 && db_blob(s, 3).n == 16);
		i->coalition = db_i64(s, 1);
		memcpy(i->object.owner.b, db_blob(s, 2).p, 16);
		memcpy(i->object.name.b, db_blob(s, 3).p, 16);
		i->text = arena_copy(l->arena, db_text(s, 4));
		i->mode = (enum mode)db_i64(s, 5);
		i->seq = (uint64_t)db_i64(s, 6);
		i->change = NEWS_WRITTEN;
		i->mark[0] = (uint64_t)db_i64(s, 0);
		i->mark[1] = (uint64_t)db_i64(s, 7);
	}
	db_reset(s);
	return rc < 0 ? rc : 0;
}

static int items_look(struct look *l)
{
	int64_t row = 0;
	size_t from = l->n_out;
	int rc = number(l, db_stmt(l->db, "SELECT coalesce(max(row), 0) FROM item"), &row);

	/* Made anew by a rebuild: nothing can be told one by one. */
	l->much = l->much || row < l->n->row;
	if (rc == 0 && l->n->known && row > l->n->row)
		rc = items_read(l, l->n->row);
	for (size_t i = from; rc == 0 && i < l->n_out; i++) {
		struct news_item *item = &l->out[i];
		const struct coalition_state *c = coalition_of(l->n, item->coalition);
		bool live;

		if (c) {
			item->coalition_id = c->id;
			item->charter = c->charter_hash;
		}
		rc = newest_level(l, c, item->coalition, &item->object, &item->level, &live);
	}
	if (rc == 0)
		l->n->row = row;
	return rc;
}

/* ---- what is not in order of arrival ---- */

static int spots_read(struct look *l, struct stmt *s, struct spots *ret)
{
	int rc;

	while ((rc = db_step(s, l->why)) == DB_ROW)
		vec_push(&ret->list, ((struct spot){db_i64(s, 0), db_i64(s, 1)}));
	db_reset(s);
	return rc < 0 ? rc : 0;
}

static int spot_order(const struct spot *a, const struct spot *b)
{
	if (a->log != b->log)
		return a->log < b->log ? -1 : 1;
	return (a->seq > b->seq) - (a->seq < b->seq);
}

/* Calls `each` for those in `now` that are not in `before`; both in order. */
static int spots_new(struct look *l, const struct spots *before, const struct spots *now,
	int (*each)(struct look *l, const struct spot *s))
{
	size_t b = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && l->n->known && i < now->list.n; i++) {
		const struct spot *s = &now->list.p[i];

		while (b < before->list.n && spot_order(&before->list.p[b], s) < 0)
			b++;
		if (b < before->list.n && spot_order(&before->list.p[b], s) == 0)
			continue;
		if (l->n_out == NEWS_MAX) {
			l->much = true;
			break;
		}
		rc = each(l, s);
	}
	return rc;
}

static const struct log_state *log_of(const struct look *l, int64_t row)
{
	for (size_t i = 0; i < l->n->log.n; i++)
		if (l->n->log.p[i].row == row)
			return &l->n->log.p[i];
	return NULL;
}

/* ---- acts ---- */

static int act_tell(struct look *l, const struct spot *spot)
{
	struct stmt *s =
		db_stmt(l->db, "SELECT kind, leaf, entry FROM act WHERE log = $1 AND seq = $2");
	const struct log_state *log = log_of(l, spot->log);
	struct arena scratch CLEANUP_ARENA = ARENA(MIB);
	struct news_item *i = log ? item_new(l, NEWS_ACT) : NULL;
	struct entry e;
	int rc;

	if (!i)
		return 0;
	const struct coalition_state *c = coalition_by_id(l->n, &log->id.coalition);
	i->coalition = c ? c->row : 0;
	i->coalition_id = log->id.coalition;
	i->log = log->id;
	i->seq = (uint64_t)spot->seq;
	db_bind_i64(s, 1, spot->log);
	db_bind_i64(s, 2, spot->seq);
	rc = db_step(s, l->why);
	if (rc == DB_ROW && db_blob(s, 1).n == 32) {
		i->text = arena_copy(l->arena, db_text(s, 0));
		memcpy(i->leaf.b, db_blob(s, 1).p, 32);
		if (entry_parse(&e, &scratch, db_blob(s, 2), NULL) == 0)
			i->mode = e.mode;
	}
	db_reset(s);
	return rc < 0 ? rc : 0;
}

static int acts_look(struct look *l)
{
	struct spots now = {0};
	int rc = 0;

	if (l->n->known && (int64_t)l->n->acts.list.n == l->n->standing.acts)
		return 0;
	rc = spots_read(l, db_stmt(l->db, "SELECT log, seq FROM act ORDER BY log, seq"), &now);
	if (rc == 0)
		rc = spots_new(l, &l->n->acts, &now, act_tell);
	if (rc < 0) {
		vec_free(&now.list);
		return rc;
	}
	vec_free(&l->n->acts.list);
	l->n->acts = now; /* moved */
	return 0;
}

/* ---- releases, recalls, erasures ---- */

/* The label that the entry itself bears: of the record as it was. For what is gone. */
static int64_t label_of_entry(
	struct look *l, const struct coalition_state *c, const struct spot *spot)
{
	struct arena scratch CLEANUP_ARENA = ARENA(4 * MIB);
	uint8_t salt[32];
	struct slice plain;
	struct inner in;

	if (payload_get(l->db, spot->log, (uint64_t)spot->seq, &scratch, salt, &plain, NULL) < 0 ||
		inner_parse(&in, &scratch, plain, NULL) < 0)
		return NEWS_SECRET;
	return level_of(c, in.label);
}

static int grant_tell(struct look *l, const struct spot *spot)
{
	struct stmt *s = db_stmt(l->db,
		"SELECT coalition, owner, object_name, kind, mode FROM grants WHERE log = $1 AND seq = $2 LIMIT 1");
	static const enum news_change changes[] = {[GRANT_RELEASE] = NEWS_RELEASED,
		[GRANT_RECALL] = NEWS_RECALLED,
		[GRANT_ERASE] = NEWS_ERASED};
	struct news_item *i = item_new(l, NEWS_RECORD);
	bool live = false;
	int rc;

	if (!i)
		return 0;
	i->seq = (uint64_t)spot->seq;
	i->mark[0] = (uint64_t)spot->log; /* one for each epoch */
	db_bind_i64(s, 1, spot->log);
	db_bind_i64(s, 2, spot->seq);
	rc = db_step(s, l->why);
	if (rc == DB_ROW && db_blob(s, 1).n == 16 && db_blob(s, 2).n == 16) {
		int64_t kind = db_i64(s, 3);

		i->coalition = db_i64(s, 0);
		memcpy(i->object.owner.b, db_blob(s, 1).p, 16);
		memcpy(i->object.name.b, db_blob(s, 2).p, 16);
		i->change = kind >= GRANT_RELEASE && kind <= GRANT_ERASE ? changes[kind]
									 : NEWS_RELEASED;
		i->mode = (enum mode)db_i64(s, 4);
	}
	db_reset(s);
	if (rc < 0)
		return rc;
	const struct coalition_state *c = coalition_of(l->n, i->coalition);
	if (c) {
		i->coalition_id = c->id;
		i->charter = c->charter_hash;
	}
	rc = newest_level(l, c, i->coalition, &i->object, &i->level, &live);
	if (rc == 0 && !live)
		i->level = label_of_entry(l, c, spot);
	return rc;
}

static int grants_look(struct look *l)
{
	struct spots now = {0};
	int rc = spots_read(
		l, db_stmt(l->db, "SELECT DISTINCT log, seq FROM grants ORDER BY log, seq"), &now);

	if (rc == 0 && now.list.n != l->n->grants.list.n)
		rc = spots_new(l, &l->n->grants, &now, grant_tell);
	if (rc < 0) {
		vec_free(&now.list);
		return rc;
	}
	vec_free(&l->n->grants.list);
	l->n->grants = now; /* moved */
	return 0;
}

/* ---- witnesses ---- */

static int act_between(struct look *l, int64_t log, int64_t from, int64_t to, bool *ret)
{
	struct stmt *s = db_stmt(
		l->db, "SELECT 1 FROM act WHERE log = $1 AND seq >= $2 AND seq < $3 LIMIT 1");

	db_bind_i64(s, 1, log);
	db_bind_i64(s, 2, from);
	db_bind_i64(s, 3, to);
	int rc = db_step(s, l->why);
	*ret = rc == DB_ROW;
	db_reset(s);
	return rc < 0 ? rc : 0;
}

static int sight_order(const struct sight *a, const struct sight *b)
{
	if (a->log != b->log)
		return a->log < b->log ? -1 : 1;
	return memcmp(a->witness.b, b->witness.b, sizeof(a->witness.b));
}

static int sights_compare(struct look *l, const struct sights *before, const struct sights *now)
{
	size_t b = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && l->n->known && i < now->list.n; i++) {
		const struct sight *s = &now->list.p[i];
		int64_t from = 0;
		bool any = false;

		while (b < before->list.n && sight_order(&before->list.p[b], s) < 0)
			b++;
		if (b < before->list.n && sight_order(&before->list.p[b], s) == 0)
			from = before->list.p[b].size;
		if (from < s->size)
			rc = act_between(l, s->log, from, s->size, &any);
		if (any)
			vec_push(&l->seen_more, s->log);
	}
	return rc;
}

static int sights_look(struct look *l)
{
	struct sights now = {0};
	int rc;

	if (!l->cosigned)
		return 0;
	struct stmt *s =
		db_stmt(l->db, "SELECT log, witness, size FROM cosign ORDER BY log, witness");
	while ((rc = db_step(s, l->why)) == DB_ROW) {
		struct sight one = {.log = db_i64(s, 0), .size = db_i64(s, 2)};

		MUST(db_blob(s, 1).n == sizeof(one.witness.b));
		memcpy(one.witness.b, db_blob(s, 1).p, sizeof(one.witness.b));
		vec_push(&now.list, one);
	}
	db_reset(s);
	rc = rc < 0 ? rc : sights_compare(l, &l->n->sights, &now);
	if (rc < 0) {
		vec_free(&now.list);
		return rc;
	}
	vec_free(&l->n->sights.list);
	l->n->sights = now; /* moved */
	return 0;
}

/* ---- logs ---- */

static bool is_seen_more(const struct look *l, int64_t log)
{
	for (size_t i = 0; i < l->seen_more.n; i++)
		if (l->seen_more.p[i] == log)
			return true;
	return false;
}

/* What all witnesses together have seen of a log: it only grows. */
static uint64_t seen_of(const struct sights *s, int64_t log)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < s->list.n; i++)
		if (s->list.p[i].log == log)
			sum += (uint64_t)s->list.p[i].size;
	return sum;
}

static void log_tell(struct look *l, const struct log_state *now)
{
	const struct log_state *before = log_of(l, now->row);
	struct news_item *i;

	if (before && before->size == now->size && before->frozen_at == now->frozen_at &&
		!is_seen_more(l, now->row))
		return;
	if ((i = item_new(l, NEWS_LOG)) == NULL)
		return;
	i->log = now->id;
	i->coalition_id = now->id.coalition;
	i->size = (uint64_t)now->size;
	i->frozen = now->frozen_at >= 0;
	i->mark[0] = seen_of(&l->n->sights, now->row);
}

static int logs_look(struct look *l)
{
	struct stmt *s =
		db_stmt(l->db, "SELECT id, size, coalesce(frozen_at, -1), coalition, member, epoch "
			       "FROM log ORDER BY id LIMIT $1");
	size_t from = l->n_out, n = 0;
	struct log_state *now = arena_array(l->arena, struct log_state, LOGS_MAX);
	int rc;

	db_bind_i64(s, 1, LOGS_MAX);
	while ((rc = db_step(s, l->why)) == DB_ROW && n < LOGS_MAX) {
		MUST(db_blob(s, 3).n == 16 && db_blob(s, 4).n == 16);
		now[n].row = db_i64(s, 0);
		now[n].size = db_i64(s, 1);
		now[n].frozen_at = db_i64(s, 2);
		memcpy(now[n].id.coalition.b, db_blob(s, 3).p, 16);
		memcpy(now[n].id.member.b, db_blob(s, 4).p, 16);
		now[n++].id.epoch = (uint32_t)db_i64(s, 5);
	}
	db_reset(s);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < n; i++)
		log_tell(l, &now[i]);
	l->n->log.n = 0;
	for (size_t i = 0; i < n; i++)
		vec_push(&l->n->log, now[i]);
	for (size_t i = from; i < l->n_out; i++) {
		const struct coalition_state *c = coalition_by_id(l->n, &l->out[i].coalition_id);

		l->out[i].coalition = c ? c->row : 0;
	}
	return 0;
}

/* ---- partners ---- */

static int health_look(struct look *l)
{
	struct peer_health *list;
	size_t n;
	int rc = peer_health_list(l->db, l->arena, &list, &n, l->why);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < n; i++) {
		struct hash told = hash_bytes(list[i].text);
		struct news_item *item;
		size_t k = 0;

		while (k < l->n->health.n && !id_eq(&l->n->health.p[k].peer, &list[i].peer))
			k++;
		if (k < l->n->health.n && l->n->health.p[k].failures == list[i].failures &&
			hash_eq(&l->n->told.p[k], &told) &&
			list[i].last_ok_ms < l->n->health.p[k].last_ok_ms + HEALTH_MS)
			continue;
		if (k == l->n->health.n) {
			vec_push(&l->n->health, list[i]);
			vec_push(&l->n->told, told);
		}
		l->n->health.p[k] = list[i];
		l->n->health.p[k].text = SLICE_NONE;
		l->n->told.p[k] = told;
		if ((item = item_new(l, NEWS_PEER)) != NULL) {
			item->health = list[i];
			item->mark[0] = (uint64_t)list[i].last_try_ms;
		}
	}
	return 0;
}

/* ---- a look ---- */

/* Whatever is told of the pact and of records, hashed: the numbers of what a reader may not see are not for him. */
static void position_make(struct news *n)
{
	struct buf text CLEANUP_BUF = BUF(LOGS_MAX * 64 + LIMIT_COALITIONS * 64 + 256);
	char hex[65];

	buf_addf(&text, "%" PRId64 ".%zu.%zu\n", n->row, n->acts.list.n, n->grants.list.n);
	for (size_t i = 0; i < n->log.n; i++)
		buf_addf(&text, "%" PRId64 ":%" PRId64 ":%" PRId64 "\n", n->log.p[i].row,
			n->log.p[i].size, n->log.p[i].frozen_at);
	for (size_t i = 0; i < n->standing.list.n; i++)
		buf_slice_add(&text, slice_of(n->standing.list.p[i].digest.b, 32));
	MUST(!buf_over(&text));
	hex_encode(hash_bytes(buf_slice(&text)).b, 32, hex);
	memcpy(n->position, hex, POSITION_TEXT);
}

static int look_all(struct look *l)
{
	int rc = standing_look(l);

	if (rc == 0)
		rc = sights_look(l);
	if (rc == 0)
		rc = logs_look(l);
	if (rc == 0)
		rc = acts_look(l);
	if (rc == 0)
		rc = items_look(l);
	if (rc == 0)
		rc = grants_look(l);
	if (rc == 0)
		rc = health_look(l);
	return rc;
}

int news_look(struct news *n, struct db *db, struct arena *arena, struct news_item **ret,
	size_t *ret_n, struct why *why)
{
	struct look l = {.n = n, .db = db, .arena = arena, .why = why};
	int rc;

	l.out = arena_array(arena, struct news_item, NEWS_MAX + 1);
	rc = db_begin_read(db, why);
	if (rc < 0)
		return rc;
	rc = look_all(&l);
	db_rollback(db);
	vec_free(&l.seen_more);
	if (rc < 0) {
		/* Some of it is known now and was not told: whoever watches loads everything again. */
		n->row = INT64_MAX;
		return rc;
	}
	position_make(n);
	n->known = true;
	if (l.much)
		l.out[l.n_out++] = (struct news_item){.kind = NEWS_MUCH, .level = NEWS_PUBLIC};
	*ret = l.out;
	*ret_n = l.n_out;
	return 0;
}
