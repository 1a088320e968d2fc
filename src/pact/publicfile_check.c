/*
 * publicfile_check.c: is it true, and is it meant for the public?
 *
 *	invariants
 *	1. Nothing is believed because it stands in the file: a root document counts for the member whose id is its hash, a head by its member's log key, an
 *	   entry by its place in a head, a payload by the entry's commitment, an act by its officer's signature, a cosignature by its witness's key.
 *	2. What is there without its author's release, and not by the charter, makes the whole file false: a server shows only what it may.
 */
#include "pact/publicfile_int.h"

#include "base/enc.h"
#include "base/limits.h"
#include "base/report.h"

#define ROOT_FIRST_LINE "entente-root/1\n"

const char *checking_where(struct checking *c, const struct public_log *log)
{
	char id[ID_TEXT + 1];
	id_format(&log->id.member, id);
	return arena_printf(c->arena, "log %s.%u", id, log->id.epoch);
}

/* ---- parties ---- */

bool root_notes_next(struct slice *rest, struct slice *ret_note)
{
	if (rest->n == 0)
		return false;
	ptrdiff_t at = slice_search(slice_sub(*rest, 1, rest->n), SLICE("\n" ROOT_FIRST_LINE));
	size_t n = at < 0 ? rest->n : (size_t)at + 2;
	*ret_note = slice_sub(*rest, 0, n);
	*rest = slice_sub(*rest, n, rest->n);
	return true;
}

int root_notes_check(
	struct root_chain *ret, struct arena *arena, struct slice notes, struct why *why)
{
	struct root_chain chain = {0};
	struct slice note, rest = notes;
	size_t n = 0;

	/* No room is made for more than there may be. */
	while (n <= LIMIT_ROOT_VERSIONS && root_notes_next(&rest, &note))
		n++;
	if (n > LIMIT_ROOT_VERSIONS)
		return why_set(why, E_LIMIT, "", "more than %d versions", LIMIT_ROOT_VERSIONS);
	chain.version = arena_array(arena, struct root, n + 1);
	while (root_notes_next(&notes, &note)) {
		const struct root *before = chain.n ? &chain.version[chain.n - 1] : NULL;
		if (root_check(&chain.version[chain.n], arena, note, before, why) < 0)
			return why_prefix(why, "version %zu", chain.n + 1);
		chain.n++;
	}
	if (chain.n == 0)
		return why_set(why, E_SYNTAX, "", "no root document");
	chain.member = chain.version[0].member;
	*ret = chain;
	return 0;
}

static bool revokes_here(const struct root_chain *chain, const struct id *coalition)
{
	const struct root *r = root_latest(chain);
	for (size_t i = 0; i < r->n_revoke; i++)
		if (id_eq(&r->revoke[i].coalition, coalition))
			return true;
	return false;
}

static int parties_check(struct checking *c, struct why *why)
{
	for (size_t i = 0; i < c->f->n_party; i++) {
		struct public_party *p = &c->f->party[i];
		char id[ID_TEXT + 1];
		id_format(&p->member, id);
		if (root_notes_check(&p->chain, c->arena, p->notes, why) < 0)
			return why_prefix(why, "root document of %s", id);
		if (!id_eq(&p->chain.member, &p->member))
			return why_set(why, E_VERIFY, "party",
				"the root document is not that of member %s", id);
		c->revoked |= revokes_here(&p->chain, &c->f->coalition);
	}
	return 0;
}

int checking_chain(
	struct checking *c, const struct id *member, const struct root_chain **ret, struct why *why)
{
	const struct public_party *p = publicfile_party(c->f, member);
	char id[ID_TEXT + 1];
	id_format(member, id);
	if (!p)
		return why_set(
			why, E_VERIFY, "party", "the root document of member %s is missing", id);
	*ret = &p->chain;
	return 0;
}

/* ---- heads and witnesses ---- */

/* Exactly `lines` signatures: none that nobody looks at. */
static int head_read(struct checking *c, const struct public_log *log, struct slice bytes,
	size_t lines, struct note **ret, struct checkpoint *ret_at, struct why *why)
{
	struct note *note = arena_new(c->arena, struct note);
	int rc = note_parse(note, c->arena, bytes, why);
	if (rc == 0)
		rc = checkpoint_parse(ret_at, note->text, why);
	if (rc < 0)
		return rc;
	if (note->n != lines)
		return why_set(why, E_SYNTAX, checking_where(c, log),
			"a head bears %zu signatures, not %zu", note->n, lines);
	if (!log_id_eq(&ret_at->log, &log->id))
		return why_set(why, E_VERIFY, checking_where(c, log), "the head is of another log");
	*ret = note;
	return 0;
}

/* By the log key that the member had for this size; an old head may be by an older key. */
static int head_signed(struct checking *c, const struct public_log *log, const struct note *note,
	const struct checkpoint *at, struct why *why)
{
	const struct pubkey *key[LIMIT_ROOT_VERSIONS];
	const struct root_chain *chain;
	char origin[ORIGIN_MAX];
	int rc = checking_chain(c, &log->id.member, &chain, why);
	if (rc < 0)
		return rc;
	size_t n = root_log_keys(
		chain, &c->f->coalition, log->id.epoch, at->size, key, LIMIT_ROOT_VERSIONS);
	origin_format(&log->id, origin);
	for (size_t i = 0; i < n; i++) {
		rc = note_verify(note, slice_str(origin), NOTE_ED25519, key[i], NULL, why);
		if (rc < 0)
			return rc;
		if (rc == 1)
			return 0;
	}
	return why_set(why, E_VERIFY, checking_where(c, log),
		"the head is signed by no log key of its member");
}

static int hashes_read(struct slice lines, struct tree_proof *ret)
{
	struct slice line;
	ret->n = 0;
	while (slice_cut_exact(&lines, '\n', &line)) {
		MUST(ret->n < TREE_DEPTH);
		if (base64_decode_exact(line, ret->node[ret->n].b, sizeof(struct hash)) < 0)
			return E_SYNTAX;
		ret->n++;
	}
	return 0;
}

/* 1 = cosigned by a witness key that the member has or had. */
static int cosigned(
	struct checking *c, const struct note *note, struct public_witness *w, struct why *why)
{
	const struct root_chain *chain;
	char name[ORIGIN_MAX];
	uint64_t time_s = 0;
	int rc = checking_chain(c, &w->member, &chain, why);
	if (rc < 0)
		return rc;
	witness_name_format(&c->f->coalition, &w->member, name);
	for (size_t v = chain->n; v-- > 0;) {
		const struct pubkey *key = &chain->version[v].witness;
		if (v + 1 < chain->n && pubkey_eq(key, &chain->version[v + 1].witness))
			continue;
		rc = note_verify(note, slice_str(name), NOTE_COSIGNATURE, key, &time_s, why);
		if (rc != 0) {
			w->time_s = time_s > INT64_MAX ? 0 : (int64_t)time_s;
			return rc;
		}
	}
	return 0;
}

static int witness_check(
	struct checking *c, struct public_log *log, struct public_witness *w, struct why *why)
{
	struct tree_proof proof;
	struct checkpoint at;
	struct note *note;
	int rc = head_read(c, log, w->note, 2, &note, &at, why);
	if (rc == 0)
		rc = head_signed(c, log, note, &at, why);
	if (rc == 0)
		rc = cosigned(c, note, w, why);
	if (rc < 0)
		return rc;
	if (rc == 0 || id_eq(&w->member, &log->id.member))
		return why_set(
			why, E_VERIFY, checking_where(c, log), "a witness has not signed this");
	if (at.size == 0 || at.size > log->at.size)
		return why_set(why, E_VERIFY, checking_where(c, log),
			"a witness has seen more than the head shows");
	rc = hashes_read(w->hashes, &proof);
	if (rc < 0)
		return why_set(why, rc, checking_where(c, log), "the proof of a witness is broken");
	if (at.size == log->at.size ? !hash_eq(&at.root, &log->at.root) || proof.n > 0
				    : tree_check_consistency(at.size, log->at.size, &at.root,
					      &log->at.root, proof.node, proof.n, why) < 0)
		return why_set(why, E_VERIFY, checking_where(c, log),
			"what a witness has seen is not what the head shows");
	w->size = at.size;
	c->cosign[c->in.n_cosign++] = (struct standing_cosign){.author = log->id.member,
		.epoch = log->id.epoch,
		.witness = w->member,
		.size = w->size};
	if (w->time_s > c->ret->newest_s)
		c->ret->newest_s = w->time_s;
	return 0;
}

/* ---- entries ---- */

static bool may_stand_here(enum act_kind k)
{
	return k != ACT_NONE && k != ACT_ROLL;
}

static int place_check(struct checking *c, struct public_log *log, struct public_entry *e,
	uint64_t least_seq, struct why *why)
{
	struct tree_proof proof;
	int rc = entry_parse(&e->entry, c->arena, e->bytes, why);
	if (rc < 0)
		return why_prefix(why, "%s", checking_where(c, log));
	if (!log_id_eq(&e->entry.log, &log->id))
		return why_set(why, E_VERIFY, checking_where(c, log), "an entry is of another log");
	if (e->entry.seq < least_seq)
		return why_set(
			why, E_SYNTAX, checking_where(c, log), "entries are in order of seq");
	e->leaf = hash_leaf(e->bytes);
	if (hashes_read(e->hashes, &proof) < 0 ||
		tree_check_inclusion(e->entry.seq, log->at.size, &e->leaf, proof.node, proof.n,
			&log->at.root, why) < 0)
		return why_set(why, E_VERIFY, checking_where(c, log),
			"entry %llu is not in the signed log", (unsigned long long)e->entry.seq);
	struct hash commit = payload_commit(e->salt, e->payload);
	if (!e->entry.has_payload || !hash_eq(&commit, &e->entry.commit))
		return why_set(why, E_VERIFY, checking_where(c, log),
			"the content of entry %llu is not what was signed",
			(unsigned long long)e->entry.seq);
	return 0;
}

static int entry_check(struct checking *c, struct public_log *log, struct public_entry *e,
	uint64_t least_seq, struct why *why)
{
	int rc = place_check(c, log, e, least_seq, why);
	if (rc < 0)
		return rc;
	e->kind = act_kind_of(e->entry.kind);
	if (!may_stand_here(e->kind) || act_entry_check(&e->entry, e->kind, why) < 0)
		return why_set(why, E_VERIFY, checking_where(c, log),
			"entry %llu is no act that could be public",
			(unsigned long long)e->entry.seq);
	if (e->entry.mode != MODE_REAL)
		return why_set(why, E_VERIFY, checking_where(c, log), "entry %llu is not real",
			(unsigned long long)e->entry.seq);
	struct act_body *body = arena_new(c->arena, struct act_body);
	rc = act_body_parse(body, c->arena, e->kind, e->payload, why);
	if (rc < 0)
		return rc;
	e->body = body;
	for (size_t i = 0; i < log->n_witness; i++)
		e->witnessed += log->witness[i].size > e->entry.seq;
	return 0;
}

static int log_check(struct checking *c, struct public_log *log, struct why *why)
{
	struct note *note;
	int rc = head_read(c, log, log->head, 1, &note, &log->at, why);
	if (rc == 0)
		rc = head_signed(c, log, note, &log->at, why);
	for (size_t i = 0; rc == 0 && i < log->n_witness; i++)
		rc = witness_check(c, log, &log->witness[i], why);
	uint64_t least = 0;
	for (size_t i = 0; rc == 0 && i < log->n_entry; i++) {
		rc = entry_check(c, log, &log->entry[i], least, why);
		least = log->entry[i].entry.seq + 1;
	}
	return rc;
}

/* ---- charters ---- */

static int charters_check(struct checking *c, struct why *why)
{
	struct publicfile *f = c->f;
	struct charter *list = arena_array(c->arena, struct charter, f->n_charter + 1);
	for (size_t i = 0; i < f->n_charter; i++) {
		int rc = charter_parse(&list[i], c->arena, f->charter[i], why);
		if (rc < 0)
			return why_prefix(why, "charter");
		if (i == 0 && (list[0].has_prev || !id_eq(&list[0].coalition, &f->coalition)))
			return why_set(why, E_VERIFY, "charter",
				"the first charter is not the one that founded this coalition");
		if (i > 0 && !list[i].has_prev)
			return why_set(
				why, E_VERIFY, "charter", "a coalition has one founding charter");
		list[i].coalition = f->coalition;
	}
	c->ret->charter = list;
	c->ret->n_charter = f->n_charter;
	return 0;
}

int publicfile_check(
	struct publicfile *f, struct arena *arena, struct public_checked *ret, struct why *why)
{
	struct public_checked out = {0};
	struct checking c = {.f = f, .arena = arena, .ret = &out};
	size_t n_entry = 0, n_witness = 0;
	int rc;

	for (size_t i = 0; i < f->n_log; i++) {
		n_entry += f->log[i].n_entry;
		n_witness += f->log[i].n_witness;
	}
	c.act = arena_array(arena, struct standing_act, n_entry + 1);
	c.cosign = arena_array(arena, struct standing_cosign, n_witness + 1);
	c.fork = arena_array(arena, struct standing_fork, f->n_fork + 1);
	c.in = (struct standing_input){.act = c.act, .cosign = c.cosign, .fork = c.fork};
	if ((rc = parties_check(&c, why)) < 0 || (rc = charters_check(&c, why)) < 0)
		return rc;
	for (size_t i = 0; i < f->n_log; i++)
		if ((rc = log_check(&c, &f->log[i], why)) < 0)
			return rc;
	if ((rc = checking_judge(&c, why)) < 0)
		return rc;
	*ret = out;
	return 0;
}
