/* pull_known.c: what partners know of keys and of forks: asked for when the heads answer says that it is not what is known here. */
#include "base/limits.h"
#include "peer/pull_int.h"

/* What does not hold is noted, and does not stand in the way of the others. Broken framing does: then nothing in the answer is what it seems. */
static bool may_go_on(int rc)
{
	return rc == E_VERIFY || rc == E_SYNTAX || rc == E_INVALID || rc == E_LIMIT ||
	       rc == E_MISSING;
}

/* Scratch for one document or proof of a partner: the whole chain of its member. */
#define KNOWN_ARENA (128 * MIB)

/* Only chains whose first document is known here: parties come by introduction, never by hearsay. */
static int root_is_wanted(
	struct round *r, struct arena *scratch, struct slice note, bool *ret, struct why *why)
{
	struct note *parsed = arena_new(scratch, struct note);
	struct root *root = arena_new(scratch, struct root);
	bool held = false;
	struct hash first;
	int rc;

	*ret = false;
	if ((rc = note_parse(parsed, scratch, note, why)) < 0 ||
		(rc = root_parse(root, parsed->text, why)) < 0)
		return rc;
	rc = root_first(r->db, &root->member, &first, NULL);
	if (rc == E_MISSING)
		return 0;
	if (rc == 0)
		rc = root_is_held(r->db, &root->member, note, &held, why);
	*ret = rc == 0 && !held;
	return rc;
}

static int root_take(struct round *r, struct slice note, struct why *why)
{
	struct arena scratch CLEANUP_ARENA = ARENA(KNOWN_ARENA);
	struct id member;
	bool wanted;
	int rc = root_is_wanted(r, &scratch, note, &wanted, why);

	if (rc < 0 || !wanted)
		return rc;
	if ((rc = db_begin(r->db, why)) < 0)
		return rc;
	rc = root_put(r->db, note, &member, why);
	if (rc < 0 && !may_go_on(rc)) {
		db_rollback(r->db);
		return rc;
	}
	/* A second document of one version is refused, and kept: it is the proof. */
	int done = db_commit(r->db, rc < 0 ? NULL : why);
	return rc < 0 ? rc : done;
}

/* Each in a transaction of its own: whoever else writes need not wait for all of a long answer. */
static int roots_take(struct round *r, struct slice answer, bool *ret_refused, struct why *why)
{
	struct slice note;
	int rc;

	*ret_refused = false;
	while ((rc = frame32_next(&answer, LIMIT_ROOT_BYTES, &note, why)) == 1) {
		struct why refused = {0};

		rc = root_take(r, note, &refused);
		if (rc < 0 && !may_go_on(rc)) {
			*why = refused;
			return rc;
		}
		if (rc == 0)
			continue;
		*ret_refused = true;
		round_refuse(r, RECEIPT_SIGNATURE, &refused);
		if ((rc = round_enough(r, why)) < 0)
			return rc;
	}
	return rc;
}

/* What the partner has of one member. *ret_refused is set if some of it is refused. */
static int root_pull(struct round *r, const struct id *member, bool *ret_refused, struct why *why)
{
	struct buf path CLEANUP_BUF = BUF(PEER_PATH_MAX),
			answer CLEANUP_BUF = BUF(LIMIT_ROOT_ANSWER);
	bool refused = false;
	int rc;

	peer_path_print(&path, &(struct peer_path){.resource = PEER_ROOT,
				       .coalition = r->p->o.coalition,
				       .log.member = *member});
	rc = pull_get(r, buf_cstr(&path), LIMIT_ROOT_ANSWER, &answer, why);
	/* Gone again: what the partner lacks is no news. */
	if (rc == E_MISSING)
		return 0;
	if (rc == 0)
		rc = roots_take(r, buf_slice(&answer), &refused, why);
	*ret_refused = *ret_refused || refused;
	return rc;
}

static int root_digest_order(const void *a, const void *b)
{
	const struct root_digest *x = a, *y = b;

	return id_cmp(&x->member, &y->member);
}

/* Of those that are parties here too, and of which the partner holds something else: each at most once, whatever stands in its answer. */
static int roots_pull(struct round *r, struct slice theirs, const root_digests *mine,
	bool *ret_refused, struct why *why)
{
	bool *asked CLEANUP_FREE = mem_zero_alloc(mine->n + 1, sizeof(*asked));
	const struct root_digest *held;
	struct root_digest d;
	int rc;

	while ((rc = root_digest_next(&theirs, &d, why)) == 1) {
		held = mine->n == 0 ? NULL
				    : bsearch(&d, mine->p, mine->n, sizeof(d), root_digest_order);
		if (held == NULL || hash_eq(&held->digest, &d.digest) || asked[held - mine->p])
			continue;
		asked[held - mine->p] = true;
		if ((rc = root_pull(r, &d.member, ret_refused, why)) < 0)
			return rc;
	}
	return rc;
}

int pull_roots(struct round *r, const struct hash *theirs, struct why *why)
{
	struct buf path CLEANUP_BUF = BUF(PEER_PATH_MAX),
			answer CLEANUP_BUF = BUF(LIMIT_PEER_ANSWER);
	root_digests list = {0};
	struct hash mine;
	bool refused = false;
	int rc = heads_roots_digest(r->db, r->w.coalition.row, &mine, why);

	if (rc < 0 || hash_eq(&mine, theirs) || hash_eq(&r->p->roots_seen, theirs))
		return rc;
	pull_path(r, PEER_ROOTS, &path);
	rc = pull_get(r, buf_cstr(&path), LIMIT_PEER_ANSWER, &answer, why);
	if (rc == 0)
		rc = heads_roots(r->db, r->w.coalition.row, &list, why);
	if (rc == 0)
		rc = roots_pull(r, buf_slice(&answer), &list, &refused, why);
	vec_free(&list);
	if (rc < 0)
		return rc;
	if (refused)
		pull_later(r);
	r->p->roots_seen = *theirs;
	/* New keys may make sense of what was refused or passed over before. */
	pull_forget(r->p);
	return 0;
}

static int proof_take(struct round *r, struct slice proof, struct why *why)
{
	struct arena scratch CLEANUP_ARENA = ARENA(KNOWN_ARENA);
	bool news = false;
	int rc = db_begin(r->db, why);

	if (rc < 0)
		return rc;
	rc = fork_receive(&r->w, r->db, proof, &scratch, &news, why);
	if (rc < 0) {
		db_rollback(r->db);
		return rc;
	}
	if ((rc = db_commit(r->db, why)) < 0)
		return rc;
	if (news) {
		r->res.forks++;
		pull_forget(r->p); /* heads of a frozen log are judged otherwise */
	}
	return 0;
}

/* Those that the partner seems to lack. It judges them like anybody's; what it makes of them is its own affair. */
static int proofs_give(struct round *r, struct why *why)
{
	struct buf path CLEANUP_BUF = BUF(PEER_PATH_MAX);
	struct fork_row *fork;
	size_t n;
	int rc;

	if (r->p->o.transport.carried)
		return 0;
	if ((rc = db_begin_read(r->db, why)) < 0)
		return rc;
	rc = fork_list(r->db, r->w.coalition.row, &r->arena, &fork, &n, why);
	db_rollback(r->db);
	pull_path(r, PEER_PROOF, &path);
	for (size_t i = 0; rc >= 0 && i < n; i++) {
		struct buf answer CLEANUP_BUF = BUF(4 * KIB);

		(void)!pull_post(r, buf_cstr(&path), fork[i].proof, 4 * KIB, &answer, NULL);
	}
	return rc < 0 ? rc : 0;
}

static int proofs_take(struct round *r, struct slice answer, struct why *why)
{
	struct slice proof;
	int rc;

	while ((rc = frame32_next(&answer, LIMIT_FORK_BYTES, &proof, why)) == 1) {
		struct why refused = {0};

		rc = proof_take(r, proof, &refused);
		if (rc < 0 && !may_go_on(rc)) {
			*why = refused;
			return rc;
		}
		/* About somebody who is not known here: no matter. */
		if (rc < 0 && rc != E_MISSING) {
			round_refuse(r, RECEIPT_HEAD, &refused);
			pull_later(r);
			if ((rc = round_enough(r, why)) < 0)
				return rc;
		}
	}
	return rc;
}

int pull_proofs(struct round *r, const struct hash *theirs, struct why *why)
{
	struct buf path CLEANUP_BUF = BUF(PEER_PATH_MAX),
			answer CLEANUP_BUF = BUF(LIMIT_PEER_ANSWER);
	struct hash mine, keys;
	int rc = heads_proofs_digest(r->db, r->w.coalition.row, &mine, why);

	if (rc == 0)
		rc = heads_roots_digest(r->db, r->w.coalition.row, &keys, why);
	/* A proof that was refused may hold by a key that has come since, from whomever. */
	if (rc < 0 || hash_eq(&mine, theirs) ||
		(hash_eq(&r->p->proofs_seen, theirs) && hash_eq(&r->p->proofs_keys, &keys)))
		return rc;
	pull_path(r, PEER_PROOFS, &path);
	rc = pull_get(r, buf_cstr(&path), LIMIT_PEER_ANSWER, &answer, why);
	if (rc < 0)
		return rc;
	rc = proofs_take(r, buf_slice(&answer), why);
	if (rc < 0 || (rc = heads_proofs_digest(r->db, r->w.coalition.row, &mine, why)) < 0)
		return rc;
	if (!hash_eq(&mine, theirs) && (rc = proofs_give(r, why)) < 0)
		return rc;
	r->p->proofs_seen = *theirs;
	r->p->proofs_keys = keys;
	return 0;
}
