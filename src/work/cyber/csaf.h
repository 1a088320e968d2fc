/*
 * csaf.h: security advisories in CSAF 2.0 (OASIS Standard, 2022-11-18): whether a document keeps the schema and the mandatory tests (§6.1), what it says of
 * itself, and as what record of coordination it goes into the log. The document's bytes are kept as they came. Pure.
 *
 *	rc = csaf_read(&c, arena, bytes, why);            -- E_SYNTAX, E_LIMIT; E_INVALID: the first of c.fault
 *	rc = csaf_notice(&c, arena, &content, why);
 *
 * Of the mandatory tests those are made that need no list from elsewhere: not 6.1.11 (names of CWE), and of 6.1.12 only languages of two letters. Of CVSS
 * (6.1.8 to 6.1.10) the metrics, the scores of the base metrics, and that properties say what the vector says.
 */
#ifndef WORK_CYBER_CSAF_H
#define WORK_CYBER_CSAF_H

#include "work/cyber/limits.h"
#include "json/json.h"

#include "pact/label.h"

struct csaf_fault {
	const char *where; /* JSON pointer */
	const char *text;  /* begins with the number of the test, if one has failed */
};
#define CSAF_FAULTS 50 /* that are told */

struct csaf {
	struct json_doc doc;
	json_ref root, document, tracking;
	struct slice title, id, version, status, category, publisher; /* publisher: its namespace */
	struct slice cve;					      /* the first; empty */
	enum tlp tlp;
	struct csaf_fault *fault; /* in the arena */
	size_t n_fault;
};
MUST_USE int csaf_read(struct csaf *ret, struct arena *arena, struct slice bytes, struct why *why);
/* A document within another text, at `root`; pointers of faults begin at the document. */
MUST_USE int csaf_read_at(struct csaf *ret, struct arena *arena, const struct json_doc *doc,
	json_ref root, struct why *why);
/* What a document says of itself, without a look at whether it keeps the rules. E_INVALID: it is none. */
MUST_USE int csaf_about(struct csaf *ret, struct arena *arena, const struct json_doc *doc,
	json_ref root, struct why *why);
/* Appends the content of a cyber/notice/1: an advisory, published unless its status is draft. */
void csaf_notice(const struct csaf *c, struct buf *ret);
/* Name of its file (§5.1). */
void csaf_file_name(const struct csaf *c, struct buf *ret);

/* ---- inside: csaf_schema.c, csaf_test.c, csaf_cvss.c ---- */

/* A pointer has a name or number for each level, of which the reader allows 128; the longest name has 29 letters. */
#define CSAF_WHERE 4096

struct csaf_checking {
	struct csaf *c;
	struct arena *arena;
	char where
		[CSAF_WHERE]; /* of what is looked at now: a pointer for each value would be document × depth of memory */
	size_t n_where;
};
/* Down to a member or an element; csaf_up() with what is returned goes back to where it was. */
MUST_USE size_t csaf_down(struct csaf_checking *k, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void csaf_up(struct csaf_checking *k, size_t n);
void csaf_fault(struct csaf_checking *k, const char *where, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Against the schema; the tests are made only of what keeps it. */
void csaf_schema_check(struct csaf_checking *k);
void csaf_test_check(struct csaf_checking *k);
/* One object of `scores`, which k->where leads to: 6.1.8, 6.1.9, 6.1.10. */
void csaf_cvss_check(struct csaf_checking *k, json_ref score);

/* A version (§3.1.11). */
struct csaf_version {
	bool semantic;
	uint64_t major, minor, patch;
	struct slice pre; /* of a pre-release; empty */
};
MUST_USE int csaf_version_parse(struct slice text, struct csaf_version *ret);
/* -1, 0, 1; build metadata does not count. */
int csaf_version_cmp(const struct csaf_version *a, const struct csaf_version *b);

#endif
