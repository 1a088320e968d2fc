/*
 * native.h: an inject in the words of the workspace that it is played through: a CAP 1.2 alert, STIX 2.1 objects, a request for assistance, a tender. Made from the
 * inject, or taken from its `native`. It says of itself that it is an exercise, beside the mode of its record: what somebody copies out of the program still says so.
 *
 *	struct native n;
 *	rc = native_build(&d, &view, &inject, party, n_party, &n, why);          -- 0 and n.n == 0: played in the inbox only
 *	for each piece: a record of piece.kind, checked already by that kind's own check
 *
 * Only the names of kinds are known here, and their checks as node/workspace.h hands them on; which workspaces a program has is not.
 *
 * `native` of an alert is kept byte for byte and has the status Exercise (Test in mode test); of STIX it is one object or a bundle, each of them with the label
 * `exercise`; of a request or a tender it is an object in which "+4h" (m, h, d) is a time so long after the release, and whose title gets the mark if it has none.
 * A tender that names no procurement gets an agreement between the recipients and this member in front of it.
 */
#ifndef TRAINING_NATIVE_H
#define TRAINING_NATIVE_H

#include "work/training/plan.h"

#define NATIVE_MAX 64

struct native_piece {
	const char *kind, *media;
	struct object_id object;
	struct slice content;
};
struct native {
	struct native_piece piece[NATIVE_MAX];
	size_t n;
	size_t main; /* the one that the delivery names */
};
/*
 * E_INVALID at /native: what the kind refuses, and why; a mark that is missing; `native` of a method that has none. E_STATE: this program has no such workspace, or a
 * request or tender has not been written out.
 */
MUST_USE int native_build(struct desk *d, const struct view *v, const struct inject *j,
	const struct id *party, size_t n_party, struct native *ret, struct why *why);

#endif
