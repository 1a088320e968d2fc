/*
 * bundle.h: the same exchange in a file (sneakernet): what peer_serve would answer to one reader, written down; import runs pull_step over it, with
 * the same checks. Format (docs/format.md §8):
 *
 *	"entente-bundle/1\n", then sections: be32 path length, path, be64 length, be64 deflated length, deflated bytes (equal lengths: not deflated);
 *	then be32 0 and the SHA-256 of all before.
 *
 *	manifest                                            text: coalition, from, to, time
 *	/f/1/<coal>/heads, /roots, /root/<M26>, /proofs, /charter   as served
 *	/f/1/<coal>/<log>/tile/…                            as served, all levels, and entry bundles
 *	/f/1/<coal>/<log>/payloads?from=<seq>&to=<seq>      frames (payload.h), sealed to the reader
 *	/f/1/<coal>/<log>/file/<seq>/<sha256>?from=<n>      1 MiB of a file from byte n on, sealed to the reader
 *
 * Ratio ≤ 20 per section beyond 64 KiB, absolute caps. Paths are only ever compared, never opened.
 */
#ifndef PEER_BUNDLE_H
#define PEER_BUNDLE_H

#include "peer/pull.h"

typedef void (*bundle_progress)(void *ctx, uint64_t done, uint64_t all, const char *what);

/* For `reader`, everything it may have in a coalition (own log and those mirrored), streamed to `fd`. */
MUST_USE int bundle_export(const struct node *node, struct db *db, const struct id *coalition,
	const struct id *reader, int fd, bundle_progress progress, void *ctx, struct why *why);
/*
 * Imports until nothing is learned any more. `fd` must be a file (it is read more than once). E_VERIFY/E_SYNTAX/E_LIMIT before anything is applied if the file is
 * torn or altered; E_DENIED if it is for another reader; E_MISSING if its coalition or its writer is not known here.
 */
struct bundle_result {
	struct id coalition, from;
	uint64_t entries, payloads, files;
};
MUST_USE int bundle_import(const struct node *node, struct db *db, int fd, bundle_progress progress,
	void *ctx, struct bundle_result *ret, struct why *why);

#endif
