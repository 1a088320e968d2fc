/* store.c: rows of objects, written by the fold; see store.h. */
#include "work/cyber/store.h"

#include "work/cyber/index.h"

#include "base/report.h"
#include "crypt/hash.h"
#include "log/batch.h"

int64_t cyber_root(const struct coalition *c, enum mode mode)
{
	_Static_assert(MODE_TEST <= 3, "two bits for the mode");
	return c->row * 4 + (int64_t)mode;
}

int64_t stix_digest(struct slice bytes)
{
	struct hash h = hash_bytes(bytes);
	int64_t v;

	/* Read in one order on every machine. */
	v = 0;
	for (int i = 0; i < 8; i++)
		v = (int64_t)((uint64_t)v << 8 | h.b[i]);
	return v;
}

static int64_t root_of(const struct folding *f)
{
	return cyber_root(&f->fold->world->coalition, f->mode);
}

int stix_store_turn_on(struct db *db, int64_t root, struct why *why)
{
	struct stmt *s = db_stmt(db, "INSERT INTO cyber_turn (root, n) VALUES ($1, 1) "
				     "ON CONFLICT (root) DO UPDATE SET n = cyber_turn.n + 1");

	db_bind_i64(s, 1, root);
	return db_run(s, why);
}

static int number_of(struct stmt *s, int64_t *ret, struct why *why)
{
	int rc = db_step(s, why);

	*ret = rc == DB_ROW ? db_i64(s, 0) : 0;
	db_reset(s);
	return rc < 0 ? rc : 0;
}

int stix_store_turn(struct db *db, int64_t root, int64_t *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT n FROM cyber_turn WHERE root = $1");

	db_bind_i64(s, 1, root);
	return number_of(s, ret, why);
}

int stix_store_newest(struct db *db, int64_t root, int64_t *ret, struct why *why)
{
	struct stmt *s = db_stmt(
		db, "SELECT added FROM cyber_object WHERE root = $1 ORDER BY added DESC LIMIT 1");

	db_bind_i64(s, 1, root);
	return number_of(s, ret, why);
}

/* ---- when it came ---- */

/* The first of `n` moments that nothing else has had or will have: now, or behind the last one. */
static int moments_take(const struct folding *f, int64_t n, int64_t *ret, struct why *why)
{
	struct stmt *s = db_stmt(f->fold->db, "SELECT next FROM cyber_moment WHERE one = 1");
	int64_t after, now = env_now_ms(&f->fold->world->node->env) * 1000;
	int rc = number_of(s, &after, why);

	if (rc < 0)
		return rc;
	*ret = after > now ? after : now;
	s = db_stmt(f->fold->db, "UPDATE cyber_moment SET next = $1 WHERE one = 1");
	db_bind_i64(s, 1, *ret + n);
	return db_run(s, why);
}

static int arrival_find(
	struct db *db, int64_t log_row, uint64_t seq, int64_t *ret_first, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT first FROM cyber_arrival WHERE log = $1 AND seq = $2");

	db_bind_i64(s, 1, log_row);
	db_bind_i64(s, 2, (int64_t)seq);
	return number_of(s, ret_first, why);
}

static int64_t objects_most(const struct folding *f)
{
	return slice_is(f->media, BATCH_MEDIA) ? LIMIT_BATCH_OBJECTS : 1;
}

static int arrival_put(const struct folding *f, int64_t *ret_first, struct why *why)
{
	struct stmt *s;
	int rc = moments_take(f, objects_most(f), ret_first, why);

	if (rc < 0)
		return rc;
	s = db_stmt(f->fold->db,
		"INSERT INTO cyber_arrival (log, seq, first, n) VALUES ($1, $2, $3, $4) "
		"ON CONFLICT (log, seq) DO UPDATE SET first = excluded.first, n = excluded.n");
	db_bind_i64(s, 1, f->log->row);
	db_bind_i64(s, 2, (int64_t)f->seq);
	db_bind_i64(s, 3, *ret_first);
	db_bind_i64(s, 4, objects_most(f));
	return db_run(s, why);
}

/* ---- batches ---- */

/* What a label says of it; one that this node cannot read says the most. */
static enum tlp label_tlp(struct slice text)
{
	struct label l;

	return label_parse(&l, text, NULL) == 0 ? l.tlp : TLP_RED;
}

static int batch_insert(const struct folding *f, int64_t first, struct why *why)
{
	struct stmt *s = db_stmt(f->fold->db,
		"INSERT INTO cyber_batch (first, last, root, log, epoch, seq, author, audience, label, tlp) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");

	db_bind_i64(s, 1, first);
	db_bind_i64(s, 2, first + objects_most(f) - 1);
	db_bind_i64(s, 3, root_of(f));
	db_bind_i64(s, 4, f->log->row);
	db_bind_i64(s, 5, f->log->id.epoch);
	db_bind_i64(s, 6, (int64_t)f->seq);
	db_bind_blob(s, 7, id_slice(&f->author));
	db_bind_i64(s, 8, f->audience);
	db_bind_text(s, 9, f->label);
	db_bind_i64(s, 10, label_tlp(f->label));
	int rc = db_run(s, why);

	return rc < 0 ? rc : stix_index_due(f->fold->db, root_of(f), first, why);
}

static int batch_find(
	struct db *db, int64_t log_row, uint64_t seq, int64_t *ret_first, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT first FROM cyber_batch WHERE log = $1 AND seq = $2");

	db_bind_i64(s, 1, log_row);
	db_bind_i64(s, 2, (int64_t)seq);
	return number_of(s, ret_first, why);
}

/* The batch of an entry; made with its first object. */
static int batch_open(const struct folding *f, int64_t *ret_first, struct why *why)
{
	int rc = batch_find(f->fold->db, f->log->row, f->seq, ret_first, why);

	if (rc < 0 || *ret_first)
		return rc;
	rc = arrival_find(f->fold->db, f->log->row, f->seq, ret_first, why);
	if (rc == 0 && !*ret_first)
		rc = arrival_put(f, ret_first, why);
	return rc < 0 ? rc : batch_insert(f, *ret_first, why);
}

/* Place in the batch: the last four bytes of the name (batch_object_id). */
static int64_t place_of(const struct folding *f)
{
	const uint8_t *p = f->object.name.b + sizeof(f->object.name.b) - 4;

	if (!slice_is(f->media, BATCH_MEDIA))
		return 0;
	return (int64_t)((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]);
}

/* ---- objects ---- */

/* An id that is here already: a new version changes what pages of old objects show. */
static int turn_if_known(const struct folding *f, const struct stix_row *s, struct why *why)
{
	struct stmt *q = db_stmt(f->fold->db,
		"SELECT 1 FROM cyber_object WHERE root + 0 = $1 AND uuid = $2 LIMIT 1");
	int64_t known;
	int rc;

	db_bind_i64(q, 1, root_of(f));
	db_bind_blob(q, 2, slice_of(s->uuid.b, 16));
	rc = number_of(q, &known, why);
	return rc == 0 && known ? stix_store_turn_on(f->fold->db, root_of(f), why) : rc;
}

int stix_store_put(const struct folding *f, const struct stix_row *s, struct why *why)
{
	/* Looked for once for all objects of the entry. */
	int64_t *first = f->memory;
	struct stmt *q;
	int rc = *first ? 0 : batch_open(f, first, why);

	if (rc == 0)
		rc = turn_if_known(f, s, why);
	if (rc < 0)
		return rc;
	q = db_stmt(f->fold->db,
		"INSERT INTO cyber_object (root, added, batch, at, n, type, uuid, version, vkey, digest, tlp, revoked) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)");
	db_bind_i64(q, 1, root_of(f));
	db_bind_i64(q, 2, *first + place_of(f));
	db_bind_i64(q, 3, *first);
	db_bind_i64(q, 4, (int64_t)f->at);
	db_bind_i64(q, 5, (int64_t)f->content.n);
	db_bind_text(q, 6, s->type);
	db_bind_blob(q, 7, slice_of(s->uuid.b, 16));
	db_bind_text(q, 8, s->version);
	db_bind_text(q, 9, slice_of(s->version_key->text, s->version_key->n));
	db_bind_i64(q, 10, s->digest);
	db_bind_i64(q, 11, s->tlp);
	db_bind_i64(q, 12, s->revoked);
	return db_run(q, why);
}

static int run_range(struct stmt *s, int64_t root, int64_t first, struct why *why)
{
	db_bind_i64(s, 1, root);
	db_bind_i64(s, 2, first);
	db_bind_i64(s, 3, first + LIMIT_BATCH_OBJECTS);
	return db_run(s, why);
}

int stix_store_again(const struct folding *f, struct why *why)
{
	struct db *db = f->fold->db;
	int64_t before, now;
	struct stmt *s;
	int rc = batch_find(db, f->log->row, f->seq, &before, why);

	if (rc < 0 || !before)
		return rc;
	rc = arrival_put(f, &now, why);
	if (rc < 0)
		return rc;
	s = db_stmt(db, "UPDATE cyber_object SET added = added + $4, batch = $5 "
			"WHERE root = $1 AND added >= $2 AND added < $3 AND batch = $2");
	db_bind_i64(s, 4, now - before);
	db_bind_i64(s, 5, now);
	rc = run_range(s, root_of(f), before, why);
	if (rc < 0)
		return rc;
	s = db_stmt(db, "DELETE FROM cyber_batch WHERE first = $1");
	db_bind_i64(s, 1, before);
	rc = db_run(s, why);
	if (rc == 0)
		rc = stix_index_drop(db, root_of(f), before, why);
	if (rc == 0)
		rc = batch_insert(f, now, why);
	return rc < 0 ? rc : stix_store_turn_on(db, root_of(f), why);
}

static int batch_root(struct db *db, int64_t first, int64_t *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT root FROM cyber_batch WHERE first = $1");

	db_bind_i64(s, 1, first);
	return number_of(s, ret, why);
}

int stix_store_drop(struct db *db, int64_t log_row, uint64_t seq, struct why *why)
{
	int64_t first, root;
	struct stmt *s;
	int rc = batch_find(db, log_row, seq, &first, why);

	if (rc < 0 || !first)
		return rc;
	rc = batch_root(db, first, &root, why);
	if (rc < 0)
		return rc;
	s = db_stmt(db,
		"DELETE FROM cyber_object WHERE root = $1 AND added >= $2 AND added < $3 AND batch = $2");
	rc = run_range(s, root, first, why);
	if (rc < 0)
		return rc;
	s = db_stmt(db, "DELETE FROM cyber_batch WHERE first = $1");
	db_bind_i64(s, 1, first);
	rc = db_run(s, why);
	if (rc < 0)
		return rc;
	rc = stix_index_drop(db, root, first, why);
	if (rc < 0)
		return rc;
	/* Should it ever come back, it is new. */
	s = db_stmt(db, "DELETE FROM cyber_arrival WHERE log = $1 AND seq = $2");
	db_bind_i64(s, 1, log_row);
	db_bind_i64(s, 2, (int64_t)seq);
	rc = db_run(s, why);
	return rc < 0 ? rc : stix_store_turn_on(db, root, why);
}

/* ---- withdrawals ---- */

int stix_store_withdraw(
	const struct folding *f, const struct withdrawal *w, size_t n, struct why *why)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		struct when_key key = {.text = "*", .n = 1};
		struct stmt *s = db_stmt(f->fold->db,
			"INSERT INTO cyber_withdrawn (log, seq, ord, epoch, root, author, type, uuid, vkey) "
			"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");

		if (w[i].version.n)
			MUST(when_key(w[i].version, &key) == 0); /* the model has checked it */
		db_bind_i64(s, 1, f->log->row);
		db_bind_i64(s, 2, (int64_t)f->seq);
		db_bind_i64(s, 3, (int64_t)i);
		db_bind_i64(s, 4, f->log->id.epoch);
		db_bind_i64(s, 5, root_of(f));
		db_bind_blob(s, 6, id_slice(&f->author));
		db_bind_text(s, 7, w[i].type);
		db_bind_blob(s, 8, slice_of(w[i].uuid.b, 16));
		db_bind_text(s, 9, slice_of(key.text, key.n));
		rc = db_run(s, why);
	}
	return rc < 0 ? rc : stix_store_turn_on(f->fold->db, root_of(f), why);
}

int stix_store_withdraw_drop(struct db *db, int64_t log_row, uint64_t seq, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "SELECT root FROM cyber_withdrawn WHERE log = $1 AND seq = $2 LIMIT 1");
	int64_t root;
	int rc;

	db_bind_i64(s, 1, log_row);
	db_bind_i64(s, 2, (int64_t)seq);
	rc = number_of(s, &root, why);
	if (rc < 0 || !root)
		return rc;
	s = db_stmt(db, "DELETE FROM cyber_withdrawn WHERE log = $1 AND seq = $2");
	db_bind_i64(s, 1, log_row);
	db_bind_i64(s, 2, (int64_t)seq);
	rc = db_run(s, why);
	return rc < 0 ? rc : stix_store_turn_on(db, root, why);
}

/* ---- own versions ---- */

/* An own object x of batch xb has been taken back since. $3 is this member. */
#define TAKEN(x, xb)                                                                               \
	"(" STIX_WITHDRAWN(x, "$3", xb ".epoch", xb ".seq", "'*'") " OR " STIX_WITHDRAWN(          \
		x, "$3", xb ".epoch", xb ".seq", x ".vkey") ")"

static void own_read(struct stmt *s, struct arena *arena, struct own_version *ret)
{
	*ret = (struct own_version){.version_key = arena_copy(arena, db_text(s, 0)),
		.digest = db_i64(s, 1),
		.revoked = db_i64(s, 2) != 0,
		.log = db_i64(s, 3),
		.seq = (uint64_t)db_i64(s, 4),
		.at = (uint64_t)db_i64(s, 5),
		.n = (uint32_t)db_i64(s, 6)};
}

int stix_store_any(struct db *db, const struct stix_uuid *uuid, bool *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT 1 FROM cyber_object WHERE uuid = $1 LIMIT 1");
	int64_t one;
	int rc;

	db_bind_blob(s, 1, slice_of(uuid->b, 16));
	rc = number_of(s, &one, why);
	*ret = one != 0;
	return rc;
}

/* More versions of one object than anybody makes; those behind are not looked at. */
#define OWN_MAX 256

int stix_store_own(struct db *db, int64_t root, const struct id *self,
	const struct stix_uuid *source, struct slice type, const struct stix_uuid *uuid,
	struct arena *arena, struct own_version **ret, size_t *ret_n, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"SELECT o.vkey, o.digest, o.revoked, b.log, b.seq, o.at, o.n "
		"FROM cyber_object o JOIN cyber_batch b ON b.first = o.batch "
		"WHERE o.root + 0 = $1 AND o.uuid = $2 AND o.type = $4 AND b.author = $3 AND NOT " TAKEN(
			"o",
			"b") " "
			     "AND ($6 = 0 OR EXISTS (SELECT 1 FROM cyber_source cs WHERE cs.log = b.log AND cs.seq = b.seq AND cs.source = $7)) "
			     "ORDER BY o.added DESC LIMIT $5");
	struct own_version *v = NULL;
	size_t n = 0;
	int rc;

	db_bind_i64(s, 1, root);
	db_bind_blob(s, 2, slice_of(uuid->b, 16));
	db_bind_blob(s, 3, id_slice(self));
	db_bind_text(s, 4, type);
	db_bind_i64(s, 5, OWN_MAX);
	db_bind_i64(s, 6, source != NULL);
	db_bind_blob(s, 7, source ? slice_of(source->b, 16) : SLICE_NONE);
	while ((rc = db_step(s, why)) == DB_ROW) {
		if (!v)
			v = arena_array(arena, struct own_version, OWN_MAX);
		own_read(s, arena, &v[n++]);
	}
	db_reset(s);
	if (rc < 0)
		return rc;
	*ret = v;
	*ret_n = n;
	return 0;
}

/* Another of this member's under the same id, which counts. */
#define OWN_LIVE(which)                                                                            \
	"EXISTS (SELECT 1 FROM cyber_object x JOIN cyber_batch xb ON xb.first = x.batch "          \
	"WHERE x.root + 0 = o.root AND x.uuid = o.uuid AND x.type = o.type AND xb.author = $3 "    \
	"AND " which " AND NOT " TAKEN("x", "xb") ")"

int stix_store_stands(struct db *db, int64_t root, int64_t added, const struct id *self, bool *ret,
	struct why *why)
{
	struct stmt *s = db_stmt(db,
		"SELECT 1 FROM cyber_object o JOIN cyber_batch b ON b.first = o.batch "
		"WHERE o.root = $1 AND o.added = $2 AND b.author = $3 AND NOT " TAKEN("o", "b"));
	int64_t one;
	int rc;

	db_bind_i64(s, 1, root);
	db_bind_i64(s, 2, added);
	db_bind_blob(s, 3, id_slice(self));
	rc = number_of(s, &one, why);
	*ret = one != 0;
	return rc;
}

int stix_store_taken_back(struct db *db, int64_t log_row, uint64_t seq, const struct id *self,
	struct arena *arena, struct withdrawal **ret, size_t *ret_n, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"SELECT o.type, o.uuid, o.version FROM cyber_batch b JOIN cyber_object o "
		"ON o.root = b.root AND o.added >= b.first AND o.added <= b.last "
		"WHERE b.log = $1 AND b.seq = $2 AND ((" TAKEN("o", "b") " AND NOT " OWN_LIVE(
			"x.vkey = o.vkey") ") OR " OWN_LIVE("x.vkey > o.vkey AND x.revoked = 1") ") ORDER BY o.added LIMIT $4");
	struct withdrawal *x = arena_array(arena, struct withdrawal, LIMIT_BATCH_OBJECTS);
	size_t n = 0;
	int rc;

	db_bind_i64(s, 1, log_row);
	db_bind_i64(s, 2, (int64_t)seq);
	db_bind_blob(s, 3, id_slice(self));
	db_bind_i64(s, 4, LIMIT_BATCH_OBJECTS);
	while ((rc = db_step(s, why)) == DB_ROW) {
		struct slice uuid = db_blob(s, 1);

		x[n] = (struct withdrawal){.type = arena_copy(arena, db_text(s, 0)),
			.version = arena_copy(arena, db_text(s, 2))};
		MUST(uuid.n == sizeof(x[n].uuid.b));
		memcpy(x[n++].uuid.b, uuid.p, uuid.n);
	}
	db_reset(s);
	*ret = x;
	*ret_n = n;
	return rc;
}
