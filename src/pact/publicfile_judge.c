/*
 * publicfile_judge.c: what follows from all that stands in the file together: who may have signed what where, who is a member, what was released to the
 * public, and whether a digest says that something is missing.
 */
#include "pact/publicfile_int.h"

#include "base/limits.h"
#include "base/report.h"
#include "pact/forkcut.h"
#include "pact/root_reading.h"

/* ---- forks ---- */

static int forks_check(struct checking *c, struct why *why)
{
	for (size_t i = 0; i < c->f->n_fork; i++) {
		struct fork *fork = arena_new(c->arena, struct fork);
		const struct root_chain *chain;
		int rc = fork_parse(fork, c->arena, c->f->fork[i], why);
		if (rc == 0)
			rc = checking_chain(c, &fork->a.log.member, &chain, why);
		if (rc < 0)
			return rc;
		uint64_t cut = fork_cut_by(fork, chain);
		if (cut == UINT64_MAX || !id_eq(&fork->a.log.coalition, &c->f->coalition))
			return why_set(why, E_VERIFY, "fork", "a fork proof proves nothing");
		c->fork[c->in.n_fork++] = (struct standing_fork){
			.author = fork->a.log.member, .epoch = fork->a.log.epoch, .cut = cut};
	}
	return 0;
}

/* ---- which officers could sign at a place ---- */

/*
 * By the documents as they stand in the author's log. A file without a charter shows single acts that their authors have released, and not the log's
 * documents: there all that the party has handed over count, as nothing follows from it.
 */
static int officers_read(
	struct checking *c, size_t from, size_t to, struct root_chain *ret, struct why *why)
{
	const struct id *member = &c->f->log[from].id.member;
	const struct root_chain *known;
	struct root_reading r = {.arena = c->arena};
	size_t left = LIMIT_STANDING_ROOT;
	size_t n = 0;
	int rc = checking_chain(c, member, &known, why);

	if (rc < 0)
		return rc;
	*ret = *known;
	if (c->f->n_charter == 0)
		return 0;
	for (size_t i = from; i < to; i++)
		for (size_t j = 0; j < c->f->log[i].n_entry; j++)
			n += c->f->log[i].entry[j].kind == ACT_ROOT;
	struct slice notes = publicfile_party(c->f, member)->notes, first;
	MUST(root_notes_next(&notes, &first));
	rc = root_reading_begin(&r, member, first, n < left ? n : left, c->fork, c->in.n_fork, why);
	if (rc < 0)
		return rc;
	for (size_t i = from; i < to; i++)
		for (size_t j = 0; j < c->f->log[i].n_entry && left > 0; j++) {
			const struct public_entry *e = &c->f->log[i].entry[j];
			if (e->kind != ACT_ROOT)
				continue;
			left--;
			root_reading_take(&r, &e->entry, e->payload);
		}
	*ret = r.chain;
	return 0;
}

static int signatures_check(struct checking *c, struct why *why)
{
	for (size_t from = 0, to; from < c->f->n_log; from = to) {
		struct root_chain chain;
		for (to = from + 1; to < c->f->n_log; to++)
			if (!id_eq(&c->f->log[to].id.member, &c->f->log[from].id.member))
				break;
		int rc = officers_read(c, from, to, &chain, why);
		if (rc < 0)
			return rc;
		for (size_t i = from; i < to; i++)
			for (size_t j = 0; j < c->f->log[i].n_entry; j++) {
				struct public_entry *e = &c->f->log[i].entry[j];
				e->signature_ok =
					act_signature_check(&e->entry, e->kind, &chain, NULL) == 0;
			}
	}
	return 0;
}

/* ---- standing ---- */

/* Of each author and kind the first only (docs/standing.md §2); the file is in order of author, epoch and seq. */
static void acts_take(struct checking *c)
{
	const struct id *author = NULL;
	unsigned left[ACT_KINDS] = {0};
	for (size_t i = 0; i < c->f->n_log; i++) {
		struct public_log *log = &c->f->log[i];
		for (int k = 0; (!author || !id_eq(author, &log->id.member)) && k < ACT_KINDS; k++)
			left[k] = act_rules[k].looked_at;
		author = &log->id.member;
		for (size_t j = 0; j < log->n_entry; j++) {
			struct public_entry *e = &log->entry[j];
			if (left[e->kind] == 0)
				continue;
			left[e->kind]--;
			c->act[c->in.n_act++] = (struct standing_act){.author = log->id.member,
				.epoch = log->id.epoch,
				.seq = e->entry.seq,
				.leaf = e->leaf,
				.time_ms = e->entry.time_ms,
				.object = e->entry.object,
				.mode = e->entry.mode,
				.body = *e->body,
				.signature_ok = e->signature_ok,
				.seen = e->entry.seen,
				.n_seen = e->entry.n_seen};
		}
	}
}

static int standing_check(struct checking *c, struct why *why)
{
	int rc;

	acts_take(c);
	if (c->f->n_charter == 0)
		return 0;
	c->in.founding = &c->ret->charter[0];
	c->in.amended = c->ret->charter + 1;
	c->in.n_amended = c->ret->n_charter - 1;
	rc = standing_compute(&c->ret->standing, c->arena, &c->in, why);
	if (rc < 0)
		return rc;
	c->ret->has_standing = true;
	c->ret->acts_public = c->ret->standing.charter->public_acts;
	return 0;
}

/* ---- released to the public? ---- */

static bool names(const struct act_body *b, const struct hash *leaf)
{
	for (size_t i = 0; i < b->n_leaves; i++)
		if (hash_eq(&b->leaves[i], leaf))
			return true;
	return false;
}

/* The author's last word about it; its logs stand in order of epoch. */
static bool is_released(
	const struct publicfile *f, const struct id *author, const struct hash *leaf)
{
	for (size_t i = f->n_log; i-- > 0;) {
		const struct public_log *log = &f->log[i];
		if (!id_eq(&log->id.member, author))
			continue;
		for (size_t j = log->n_entry; j-- > 0;) {
			const struct public_entry *e = &log->entry[j];
			if (e->kind == ACT_PUBLISH && e->signature_ok && names(e->body, leaf))
				return !e->body->withdrawn;
		}
	}
	return false;
}

static int release_check(struct checking *c, struct why *why)
{
	for (size_t i = 0; i < c->f->n_log; i++) {
		struct public_log *log = &c->f->log[i];
		for (size_t j = 0; j < log->n_entry; j++) {
			struct public_entry *e = &log->entry[j];
			bool by_charter = c->ret->acts_public &&
					  (act_settles(e->kind) || e->kind == ACT_DIGEST);
			e->released = is_released(c->f, &log->id.member, &e->leaf);
			if (e->kind == ACT_PUBLISH || by_charter || e->released)
				continue;
			return why_set(why, E_VERIFY, checking_where(c, log),
				"entry %llu is shown, but neither its author nor the charter has released it to the public",
				(unsigned long long)e->entry.seq);
		}
	}
	if (c->f->n_charter && !c->ret->acts_public)
		return why_set(
			why, E_VERIFY, "charter", "this charter does not make the acts public");
	return 0;
}

/* ---- was something left out? ---- */

static bool below_cut(const struct act_body *digest, const struct standing_act *a)
{
	for (size_t i = 0; i < digest->n_cuts; i++) {
		const struct act_cut *cut = &digest->cuts[i];
		if (id_eq(&cut->member, &a->author) && cut->epoch == a->epoch)
			return a->seq < cut->size;
	}
	return false;
}

static int digest_check(struct checking *c, const struct public_entry *e, struct why *why)
{
	struct standing_input in = c->in;
	struct standing_act *act = arena_array(c->arena, struct standing_act, in.n_act + 1);
	struct standing then;
	in.n_act = 0;
	for (size_t i = 0; i < c->in.n_act; i++)
		if (below_cut(e->body, &c->in.act[i]))
			act[in.n_act++] = c->in.act[i];
	in.act = act;
	int rc = standing_compute(&then, c->arena, &in, why);
	if (rc < 0)
		return rc;
	bool same = e->body->fold == then.charter->fold && hash_eq(&then.digest, &e->body->digest);
	c->ret->digest[c->ret->n_digest++] = (struct public_digest){.entry = e,
		.agrees = same			       ? PUBLIC_AGREES
			  : c->revoked || c->in.n_fork ? PUBLIC_UNSURE
						       : PUBLIC_DIFFERS};
	return 0;
}

static int digests_check(struct checking *c, struct why *why)
{
	c->ret->digest = arena_array(c->arena, struct public_digest, c->f->n_log + 1);
	for (size_t i = c->f->n_log; c->ret->has_standing && i-- > 0;) {
		const struct public_log *log = &c->f->log[i];
		/* An older epoch of the same member has nothing newer to say. */
		if (i + 1 < c->f->n_log && id_eq(&log->id.member, &log[1].id.member))
			continue;
		for (size_t j = log->n_entry; j-- > 0;) {
			if (log->entry[j].kind != ACT_DIGEST)
				continue;
			int rc = digest_check(c, &log->entry[j], why);
			if (rc < 0)
				return rc;
			break;
		}
	}
	return 0;
}

int checking_judge(struct checking *c, struct why *why)
{
	int rc;

	if ((rc = forks_check(c, why)) < 0 || (rc = signatures_check(c, why)) < 0 ||
		(rc = standing_check(c, why)) < 0 || (rc = release_check(c, why)) < 0)
		return rc;
	return digests_check(c, why);
}
