/*
 * pactdb_charters.c: which charters standing looks at (docs/standing.md §2).
 *
 * Anybody may publish texts. A charter is read only if all its members have put their name to it: otherwise one party could make every request of every node as dear as it
 * likes.
 */
#include "base/limits.h"
#include "pact/pactdb_int.h"

/* A charter that could be in force: somebody has signed it. */
struct candidate {
	struct hash hash, prev;
	uint32_t version;
	struct id *member;
	size_t n_member;
	bool possible; /* all that §5 asks of names is there, whatever the witnesses say */
};

static bool has_done(const struct standing_input *in, const struct id *author, enum act_kind kind,
	const struct hash *charter)
{
	for (size_t i = 0; i < in->n_act; i++) {
		const struct standing_act *a = &in->act[i];
		if (a->body.kind == kind && a->signature_ok && id_eq(&a->author, author) &&
			(!charter || hash_eq(&a->body.charter, charter)))
			return true;
	}
	return false;
}

static bool all_signed(const struct standing_input *in, const struct charter *c)
{
	for (size_t i = 0; i < c->n_member; i++)
		if (!has_done(in, &c->member[i].id, ACT_SIGN, &c->hash))
			return false;
	return c->n_member > 0;
}

/* 1: its text in `arena`; 0: not here. */
static int charter_text(struct db *db, const struct coalition *c, const struct hash *hash,
	struct arena *arena, struct slice *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT text FROM charter WHERE hash = $1 AND coalition = $2");
	int rc;

	db_bind_blob(s, 1, hash_slice(hash));
	db_bind_i64(s, 2, c->row);
	if ((rc = db_step(s, why)) == DB_ROW)
		*ret = arena_copy(arena, db_blob(s, 0));
	db_reset(s);
	return rc < 0 ? rc : rc == DB_ROW;
}

static int by_hash(const void *a, const void *b)
{
	return hash_cmp(a, b);
}

/* Hashes that acts of one kind name, other than the founding charter's: sorted, distinct. */
static struct hash *hashes_named(
	const struct standing_input *in, enum act_kind kind, struct arena *arena, size_t *ret_n)
{
	struct hash *h = arena_array(arena, struct hash, in->n_act);
	size_t n = 0, kept = 0;

	for (size_t i = 0; i < in->n_act; i++)
		if (in->act[i].body.kind == kind && in->act[i].signature_ok &&
			!hash_eq(&in->act[i].body.charter, &in->founding->hash))
			h[n++] = in->act[i].body.charter;
	if (n > 1)
		qsort(h, n, sizeof(*h), by_hash);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || !hash_eq(&h[kept - 1], &h[i]))
			h[kept++] = h[i];
	*ret_n = kept;
	return h;
}

static int candidates_read(struct db *db, const struct coalition *c,
	const struct standing_input *in, struct arena *arena, struct candidate **ret, size_t *ret_n,
	struct why *why)
{
	struct arena scratch CLEANUP_ARENA = ARENA(PACTDB_CHARTER_ARENA);
	size_t n_hash, n = 0;
	const struct hash *hash = hashes_named(in, ACT_SIGN, arena, &n_hash);
	struct candidate *out = arena_array(arena, struct candidate, n_hash);

	for (size_t i = 0; i < n_hash; i++) {
		struct charter x;
		struct slice text;
		int rc = charter_text(db, c, &hash[i], &scratch, &text, why);
		bool here = rc > 0;
		if (here)
			rc = charter_parse(&x, &scratch, text, why);
		if (rc < 0)
			return rc;
		if (here && x.has_prev && all_signed(in, &x)) {
			struct candidate *k = &out[n++];
			*k = (struct candidate){.hash = hash[i],
				.prev = x.prev,
				.version = x.version,
				.n_member = x.n_member,
				.member = arena_array(arena, struct id, x.n_member)};
			for (size_t m = 0; m < x.n_member; m++)
				k->member[m] = x.member[m].id;
		}
		arena_reset(&scratch);
	}
	*ret = out;
	*ret_n = n;
	return 0;
}

/* Does it keep this member of the charter before, or has that one withdrawn? */
static bool keeps(const struct standing_input *in, const struct candidate *k, const struct id *m)
{
	for (size_t i = 0; i < k->n_member; i++)
		if (id_eq(&k->member[i], m))
			return true;
	return has_done(in, m, ACT_WITHDRAW, NULL);
}

static bool follows(const struct standing_input *in, const struct candidate *all, size_t n,
	const struct candidate *k)
{
	const struct charter *f = in->founding;

	if (hash_eq(&k->prev, &f->hash)) {
		for (size_t i = 0; i < f->n_member; i++)
			if (!keeps(in, k, &f->member[i].id))
				return false;
		return true;
	}
	for (size_t i = 0; i < n; i++) {
		const struct candidate *p = &all[i];
		if (!p->possible || !hash_eq(&p->hash, &k->prev) || p->version + 1 != k->version)
			continue;
		for (size_t m = 0; m < p->n_member; m++)
			if (!keeps(in, k, &p->member[m]))
				return false;
		return true;
	}
	return false;
}

/* One pass; true if another became possible. */
static bool candidates_step(const struct standing_input *in, struct candidate *all, size_t n)
{
	bool moved = false;

	for (size_t i = 0; i < n; i++) {
		if (all[i].possible || !follows(in, all, n, &all[i]))
			continue;
		all[i].possible = moved = true;
	}
	return moved;
}

/* Those that may be in force are parsed for good. */
static int candidates_keep(struct db *db, const struct coalition *c, const struct candidate *all,
	size_t n, struct arena *arena, struct standing_input *in, struct why *why)
{
	struct charter *out;
	size_t possible = 0, kept = 0;

	for (size_t i = 0; i < n; i++)
		possible += all[i].possible;
	out = arena_array(arena, struct charter, possible);
	for (size_t i = 0; i < n; i++) {
		struct slice text;
		int rc;
		if (!all[i].possible)
			continue;
		if (arena->max - arena->used < PACTDB_CHARTER_ARENA)
			return why_set(
				why, E_LIMIT, "standing", "too many charters that all have signed");
		if ((rc = charter_text(db, c, &all[i].hash, arena, &text, why)) < 0 ||
			(rc = charter_parse(&out[kept], arena, text, why)) < 0)
			return rc;
		out[kept++].coalition = c->id;
	}
	in->amended = out;
	in->n_amended = kept;
	return 0;
}

/* Charters that somebody is interested in and that are here: known, and no more than that. */
static int known_load(struct db *db, const struct coalition *c, struct arena *arena,
	struct standing_input *in, struct why *why)
{
	size_t n, kept = 0;
	struct hash *hash = hashes_named(in, ACT_INTEREST, arena, &n);

	for (size_t i = 0; i < n; i++) {
		struct stmt *s =
			db_stmt(db, "SELECT 1 FROM charter WHERE hash = $1 AND coalition = $2");
		db_bind_blob(s, 1, hash_slice(&hash[i]));
		db_bind_i64(s, 2, c->row);
		int rc = db_step(s, why);
		db_reset(s);
		if (rc < 0)
			return rc;
		if (rc == DB_ROW)
			hash[kept++] = hash[i];
	}
	in->known = hash;
	in->n_known = kept;
	return 0;
}

int amended_load(struct db *db, const struct coalition *c, struct arena *arena,
	struct standing_input *in, struct why *why)
{
	struct arena scratch CLEANUP_ARENA = ARENA(LIMIT_STANDING_BYTES);
	struct candidate *all;
	size_t n;
	int rc = candidates_read(db, c, in, &scratch, &all, &n, why);

	if (rc < 0)
		return rc;
	while (candidates_step(in, all, n))
		continue;
	if ((rc = candidates_keep(db, c, all, n, arena, in, why)) < 0)
		return rc;
	return known_load(db, c, arena, in, why);
}

/* ---- proposals ---- */

/* Of one party's signatures the newest that propose something are looked at, so nobody crowds out another's. */
#define PROPOSALS_OF_ONE 4

static bool proposed_already(const struct standing *s, const struct hash *hash)
{
	for (size_t i = 0; i < s->n_proposal; i++)
		if (hash_eq(&s->proposal[i].hash, hash))
			return true;
	return false;
}

static void proposal_add(const struct standing_input *in, const struct charter *c,
	struct arena *arena, struct standing *ret)
{
	struct standing_proposal *p = &ret->proposal[ret->n_proposal++];

	*p = (struct standing_proposal){.hash = c->hash,
		.version = c->version,
		.member = arena_array(arena, struct id, c->n_member),
		.n_member = c->n_member,
		.signed_by = arena_array(arena, struct id, c->n_member)};
	for (size_t i = 0; i < c->n_member; i++) {
		p->member[i] = c->member[i].id;
		if (has_done(in, &p->member[i], ACT_SIGN, &c->hash))
			p->signed_by[p->n_signed++] = p->member[i];
	}
}

/* 1: the act signs a charter that is here and follows the present one; *ret lies in `scratch`. */
static int proposal_read(struct db *db, const struct coalition *c, const struct standing *s,
	const struct standing_act *a, struct arena *scratch, struct charter *ret, struct why *why)
{
	struct slice text;
	int rc;

	if (a->body.kind != ACT_SIGN || !a->signature_ok || a->mode != MODE_REAL)
		return 0;
	if ((rc = charter_text(db, c, &a->body.charter, scratch, &text, why)) <= 0 ||
		(rc = charter_parse(ret, scratch, text, why)) < 0)
		return rc;
	return charter_follows(ret, s->charter) && charter_has_member(ret, &a->author);
}

static int proposal_cmp(const void *a, const void *b)
{
	return hash_cmp(&((const struct standing_proposal *)a)->hash,
		&((const struct standing_proposal *)b)->hash);
}

/* Acts are sorted by author; of each on the roll from its newest on. */
int proposals_load(struct db *db, const struct coalition *c, const struct standing_input *in,
	struct arena *arena, struct standing *ret, struct why *why)
{
	struct arena scratch CLEANUP_ARENA = ARENA(PACTDB_CHARTER_ARENA);
	size_t taken = 0;

	ret->proposal =
		arena_array(arena, struct standing_proposal, ret->n_member * PROPOSALS_OF_ONE);
	for (size_t i = in->n_act; i-- > 0;) {
		const struct standing_act *a = &in->act[i];
		struct charter x;
		int rc;
		if (i + 1 < in->n_act && !id_eq(&a->author, &in->act[i + 1].author))
			taken = 0;
		if (taken == PROPOSALS_OF_ONE || !standing_is_member(ret, &a->author))
			continue;
		if ((rc = proposal_read(db, c, ret, a, &scratch, &x, why)) < 0)
			return rc;
		taken += rc > 0;
		if (rc > 0 && !proposed_already(ret, &x.hash))
			proposal_add(in, &x, arena, ret);
		arena_reset(&scratch);
	}
	qsort(ret->proposal, ret->n_proposal, sizeof(*ret->proposal), proposal_cmp);
	return 0;
}
