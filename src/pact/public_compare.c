/* public_compare.c: two public files of one coalition: what does the one prove that the other has not? */
#include "pact/publicfile.h"

#include <inttypes.h>

static const struct public_entry *entry_at(const struct public_log *log, uint64_t seq)
{
	for (size_t i = 0; log && i < log->n_entry; i++)
		if (log->entry[i].entry.seq == seq)
			return &log->entry[i];
	return NULL;
}

/* Taken back by its author, as the file itself shows? */
static bool taken_back(const struct publicfile *f, const struct id *author, const struct hash *leaf)
{
	for (size_t i = f->n_log; i-- > 0;) {
		if (!id_eq(&f->log[i].id.member, author))
			continue;
		for (size_t j = f->log[i].n_entry; j-- > 0;) {
			const struct public_entry *e = &f->log[i].entry[j];
			for (size_t k = 0;
				e->kind == ACT_PUBLISH && e->signature_ok && k < e->body->n_leaves;
				k++)
				if (hash_eq(&e->body->leaves[k], leaf))
					return e->body->withdrawn;
		}
	}
	return false;
}

/* Where its author released it, as this file shows; UINT64_MAX: nowhere, or in a later epoch. */
static uint64_t released_at(const struct public_log *log, const struct hash *leaf)
{
	for (size_t j = log->n_entry; j-- > 0;) {
		const struct public_entry *e = &log->entry[j];
		for (size_t k = 0;
			e->kind == ACT_PUBLISH && e->signature_ok && k < e->body->n_leaves; k++)
			if (hash_eq(&e->body->leaves[k], leaf))
				return e->entry.seq;
	}
	return UINT64_MAX;
}

/* Must a file whose head of this log has `size` entries show it? */
static bool is_due(const struct public_log *other, const struct public_entry *e, uint64_t size,
	bool by_charter)
{
	if (e->entry.seq >= size || e->kind == ACT_DIGEST)
		return false;
	return e->kind == ACT_PUBLISH || (by_charter && act_rules[e->kind].looked_at) ||
	       released_at(other, &e->leaf) < size;
}

static int log_compare(const struct publicfile *f, const struct public_log *log,
	const struct public_log *other, bool earlier, struct why *why)
{
	char id[ID_TEXT + 1];
	id_format(&other->id.member, id);
	if (!log || log->at.size < other->at.size) {
		if (earlier)
			return why_set(why, E_VERIFY, "",
				"goes back: the log of %s was shown with %" PRIu64
				" entries before, now with %" PRIu64,
				id, other->at.size, log ? log->at.size : 0);
		if (!log)
			return why_set(why, E_VERIFY, "", "the log of %s is left out", id);
	}
	if (log->at.size == other->at.size && !hash_eq(&log->at.root, &other->at.root))
		return why_set(why, E_VERIFY, "",
			"member %s has signed two stories of its log: both files together prove it",
			id);
	for (size_t i = 0; i < other->n_entry; i++) {
		const struct public_entry *theirs = &other->entry[i];
		const struct public_entry *ours = entry_at(log, theirs->entry.seq);
		if (!is_due(other, theirs, log->at.size, f->n_charter > 0) ||
			(ours && hash_eq(&ours->leaf, &theirs->leaf)))
			continue;
		if (ours)
			return why_set(why, E_VERIFY, "",
				"member %s has signed two stories of its log: both files together prove it",
				id);
		if (!taken_back(f, &other->id.member, &theirs->leaf))
			return why_set(why, E_VERIFY, "",
				"entry %" PRIu64
				" of %s (%s) is left out: the other file proves it",
				theirs->entry.seq, id, act_rules[theirs->kind].kind);
	}
	return 0;
}

int publicfile_compare(
	const struct publicfile *f, const struct publicfile *other, bool earlier, struct why *why)
{
	if (!id_eq(&f->coalition, &other->coalition))
		return why_set(why, E_INVALID, "", "the other file is of another coalition");
	for (size_t i = 0; i < other->n_log; i++) {
		int rc = log_compare(
			f, publicfile_log(f, &other->log[i].id), &other->log[i], earlier, why);
		if (rc < 0)
			return rc;
	}
	return 0;
}
