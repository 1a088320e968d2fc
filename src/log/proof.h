/*
 * proof.h: C2SP tlog-proof: that an entry is in a log, as one text for carrying around:
 *
 *	c2sp.org/tlog-proof@v1
 *	extra <base64>                       optional; read over, never written
 *	index <n>
 *	<base64 hash>...
 *	(empty line)
 *	<checkpoint note with cosignatures>
 */
#ifndef LOG_PROOF_H
#define LOG_PROOF_H

#include "log/note.h"
#include "log/tree.h"

struct log_proof {
	uint64_t index;
	struct tree_proof proof;
	struct slice note; /* borrowed */
};
MUST_USE int log_proof_parse(struct log_proof *ret, struct slice bytes, struct why *why);
void log_proof_print(const struct log_proof *p, struct buf *b);
/* Checks grammar of the note, the log key's signature and inclusion of `leaf`. */
MUST_USE int log_proof_check(const struct log_proof *p, const struct hash *leaf,
	const struct pubkey *log_key, struct checkpoint *ret, struct why *why);

#endif
