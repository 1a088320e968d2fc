/* vouch.c: the least set that follows from the fingerprints. */
#include "pact/vouch.h"

#include "base/limits.h"

struct vouch *vouch_start(const struct publicfile *f, struct arena *arena)
{
	struct vouch *v = arena_array(arena, struct vouch, f->n_party + 1);
	for (size_t i = 0; i < f->n_party; i++)
		v[i].party = &f->party[i];
	return v;
}

size_t vouch_fingerprint(const struct publicfile *f, struct vouch *v, const struct hash *root)
{
	for (size_t i = 0; i < f->n_party; i++) {
		if (!hash_eq(&f->party[i].chain.version[0].hash, root))
			continue;
		v[i].how = VOUCH_FINGERPRINT;
		return 1;
	}
	return 0;
}

size_t vouch_words(const struct publicfile *f, struct vouch *v, struct slice words)
{
	for (size_t i = 0; i < f->n_party; i++) {
		if (!root_fingerprint_is(&f->party[i].chain.version[0].hash, words))
			continue;
		v[i].how = VOUCH_FINGERPRINT;
		return 1;
	}
	return 0;
}

static struct vouch *vouch_of(const struct publicfile *f, struct vouch *v, const struct id *member)
{
	const struct public_party *p = publicfile_party(f, member);
	return p ? &v[p - f->party] : NULL;
}

static bool name(struct vouch *to, enum vouched how, const struct vouch *by)
{
	if (!to || to->how != VOUCH_NOBODY)
		return false;
	to->how = how;
	to->by = by->party;
	return true;
}

static const struct charter *charter_of(const struct public_checked *c, const struct hash *hash)
{
	for (size_t i = 0; i < c->n_charter; i++)
		if (hash_eq(&c->charter[i].hash, hash))
			return &c->charter[i];
	return NULL;
}

static bool by_charter(const struct publicfile *f, struct vouch *v, const struct public_checked *c,
	const struct hash *hash, const struct vouch *by)
{
	const struct charter *charter = charter_of(c, hash);
	bool moved = false;
	for (size_t i = 0; charter && i < charter->n_member; i++)
		moved |= name(vouch_of(f, v, &charter->member[i].id), VOUCH_CHARTER, by);
	return moved;
}

/* What one act of a trusted party says of others. */
static bool by_act(const struct publicfile *f, struct vouch *v, const struct public_checked *c,
	const struct public_entry *e, const struct vouch *by, bool introductions)
{
	struct vouch *about = e->body->has_member ? vouch_of(f, v, &e->body->member) : NULL;
	bool moved = false;

	if (!e->signature_ok)
		return false;
	if (e->kind == ACT_SIGN || e->kind == ACT_ACCEDE)
		moved = by_charter(f, v, c, &e->body->charter, by);
	for (size_t i = 0; e->kind == ACT_ACCEDE && i < e->body->n_ratifier; i++)
		moved |= name(vouch_of(f, v, &e->body->ratifier[i]), VOUCH_ACCESSION, by);
	if (e->kind == ACT_RATIFY)
		moved |= name(about, VOUCH_ACCESSION, by);
	if (introductions && e->kind == ACT_INTRODUCTION && about &&
		hash_eq(&about->party->chain.version[0].hash, &e->body->root))
		moved |= name(about, VOUCH_INTRODUCTION, by);
	return moved;
}

static void follow(const struct publicfile *f, struct vouch *v, const struct public_checked *c,
	bool introductions)
{
	bool moved = true;
	while (moved) {
		moved = false;
		for (size_t i = 0; i < f->n_log; i++) {
			const struct public_log *log = &f->log[i];
			const struct vouch *by = vouch_of(f, v, &log->id.member);
			for (size_t j = 0; by && by->how != VOUCH_NOBODY && j < log->n_entry; j++)
				moved |= by_act(f, v, c, &log->entry[j], by, introductions);
		}
	}
}

/* What binds is worth more than an introduction: as far as it leads, first. */
void vouch_follow(const struct publicfile *f, struct vouch *v, const struct public_checked *c)
{
	follow(f, v, c, false);
	follow(f, v, c, true);
}

bool vouch_coalition(
	const struct publicfile *f, const struct vouch *v, const struct public_checked *c)
{
	for (size_t i = 0; i < f->n_log; i++) {
		const struct public_log *log = &f->log[i];
		const struct public_party *p = publicfile_party(f, &log->id.member);
		if (!p || v[p - f->party].how != VOUCH_FINGERPRINT)
			continue;
		for (size_t j = 0; j < log->n_entry; j++) {
			const struct public_entry *e = &log->entry[j];
			if (e->signature_ok && (e->kind == ACT_SIGN || e->kind == ACT_ACCEDE) &&
				charter_of(c, &e->body->charter))
				return true;
		}
	}
	return false;
}
