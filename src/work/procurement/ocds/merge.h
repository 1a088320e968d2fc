/*
 * merge.h: all releases of one contracting process made into one: compiled (how things stand) or versioned (how they came to stand so). The rules are those of
 * OCDS 1.1: in order of date; null takes away; objects member by member; arrays of objects by their ids; other arrays, additionalIdentifiers and additionalClassifications
 * as a whole.
 */
#ifndef OCDS_MERGE_H
#define OCDS_MERGE_H

#include "work/procurement/ocds/tree.h"

/* `release`: n objects with ocid and date, in any order. E_INVALID: none, no date, or more than one ocid. */
MUST_USE int ocds_compile(const struct tree *const *release, size_t n, struct arena *arena,
	struct tree **ret, struct why *why);
MUST_USE int ocds_versioned(const struct tree *const *release, size_t n, struct arena *arena,
	struct tree **ret, struct why *why);

/*
 * Whatever it is (a release, an array of releases, packages, records with embedded releases): the releases in it, in order of ocid and date. E_INVALID if
 * there are none.
 */
MUST_USE int ocds_releases(const struct tree *root, struct arena *arena, const struct tree ***ret,
	size_t *ret_n, struct why *why);
/* A record package of what is in `releases` (as ocds_releases gives them): compiled, and versioned if asked for. */
MUST_USE int ocds_record_package(const struct tree *const *releases, size_t n, bool versioned,
	struct slice uri, struct slice publisher, struct slice published, struct arena *arena,
	struct tree **ret, struct why *why);

#endif
