/*
 * check.h: is this OCDS 1.1.5? A release, a record, a release package or a record package, against the structure and codelists of the standard and the
 * additional checks that publishers are asked to pass.
 *
 *	struct ocds_report r = ocds_check(root, &arena);
 *	for (i < r.n) printf("%s %s: %s\n", r.finding[i].path, …);
 *	valid = r.errors == 0;
 *
 * Errors: what the schemas forbid: a missing or misshapen field, a code outside a closed list, two equal elements, a date or URI that is none.
 * Warnings: what the schemas let pass: an ocid without a registered kind of prefix, releases or records that are there twice, ids that are there twice in an array, linked and
 * embedded releases mixed, codes outside an open list, fields that nobody knows, empty fields, parties that are referred to and not there.
 */
#ifndef OCDS_CHECK_H
#define OCDS_CHECK_H

#include "work/procurement/ocds/tree.h"

enum ocds_kind {
	OCDS_NOTHING,
	OCDS_RELEASE,
	OCDS_RECORD,
	OCDS_RELEASE_PACKAGE,
	OCDS_RECORD_PACKAGE
};
const char *ocds_kind_name(enum ocds_kind k);
/* By its fields. */
enum ocds_kind ocds_kind_of(const struct tree *root);

struct ocds_finding {
	bool error;
	const char *rule; /* "required", "type", "codelist" … */
	const char *path; /* JSON pointer, in the arena */
	const char *text; /* in the arena */
};
struct ocds_report {
	enum ocds_kind kind;
	struct ocds_finding *finding;
	size_t n, max;
	size_t errors,
		warnings; /* all, also those beyond LIMIT_OCDS_FINDINGS that are not listed */
};
struct ocds_report ocds_check(const struct tree *root, struct arena *arena);

#endif
