/*
 * vouch.h: from the fingerprints that somebody has compared to the parties of a public file: whom a trusted party has itself put its name to. It signed or acceded to a
 * charter, which names members by the hashes of their root documents; it ratified an accession; it introduced a party by its root document's hash.
 *
 *	struct vouch *v = vouch_start(&f, &arena);
 *	n = vouch_fingerprint(v, &hash);            -- 0: no party of the file has that fingerprint
 *	vouch_follow(v, &checked);
 *	v[i].how, v[i].by                           -- of f.party[i]
 */
#ifndef PACT_VOUCH_H
#define PACT_VOUCH_H

#include "pact/publicfile.h"

enum vouched {
	VOUCH_NOBODY,
	VOUCH_FINGERPRINT,
	VOUCH_CHARTER,
	VOUCH_ACCESSION,
	VOUCH_INTRODUCTION
};

struct vouch {
	const struct public_party *party;
	enum vouched how;
	const struct public_party *by; /* whose act it is; NULL: the fingerprint */
};

/* One for each party of a checked file. */
struct vouch *vouch_start(const struct publicfile *f, struct arena *arena);
/* How many parties (0 or 1) have this hash of their first root document. */
size_t vouch_fingerprint(const struct publicfile *f, struct vouch *v, const struct hash *root);
/* The same by its twelve words. */
size_t vouch_words(const struct publicfile *f, struct vouch *v, struct slice words);
void vouch_follow(const struct publicfile *f, struct vouch *v, const struct public_checked *c);
/* Has a party with a compared fingerprint itself signed or acceded to a charter that is in the file? Else nothing there speaks for the coalition. */
bool vouch_coalition(
	const struct publicfile *f, const struct vouch *v, const struct public_checked *c);

#endif
