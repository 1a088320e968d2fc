/*
 * charter.h: the charter of a coalition: what the founders sign. SHA-256 of its bytes is its hash, the first 16 bytes of the founding charter's
 * hash are the coalition's id. UTF-8 text, LF, ≤ LIMIT_CHARTER_BYTES:
 *
 *	entente-charter/1
 *	name <text>
 *	version <n>
 *	prev <64 hex> | -
 *	fold 1                                       rules by which standing is computed (docs/format.md §5)
 *	field joint-training | cyber-security | rapid-response | joint-procurement | <own token>   1..16 lines
 *	member <M26> <text>                          founders, sorted by the bytes of the id; in version n>1 all members at that time
 *	force all | <k>                              signatures after which it is in force
 *	accession all | <k>                          ratifications that an accession needs, of the members it names
 *	observers all | <k> | no
 *	suspension <k>                               members whose suspension of relations puts one out of standing
 *	policy <policy-id>                           of labels (token; a URI or OID for STANAG 4774)
 *	ladder <class> <class>...                    lowest first, ≥ 1, e.g. UNCLASSIFIED RESTRICTED CONFIDENTIAL SECRET
 *	category <TAG> restrictive|permissive|informative <value>[,<value>]...   0..32 lines
 *	clearance <M26>|* <class> [<TAG>=<v>,<v>]... "*" is for members without a line
 *	quota entries <n> payload-bytes <n>          per member and day
 *	two-person <scope>...|-                      acts that need two officers (checked at the node)
 *	public acts                                  may be there: what settles standing may be shown to anybody (docs/public.md)
 *	(empty line)
 *	prose of the declaration
 */
#ifndef PACT_CHARTER_H
#define PACT_CHARTER_H

#include "base/arena.h"
#include "crypt/hash.h"
#include "log/id.h"
#include "pact/root.h"

#define CHARTER_FIELDS_MAX     16
#define CHARTER_LADDER_MAX     12
#define CHARTER_CATEGORIES_MAX 32
#define CHARTER_VALUES_MAX     64

enum category_type { CATEGORY_RESTRICTIVE, CATEGORY_PERMISSIVE, CATEGORY_INFORMATIVE };

struct charter_category {
	struct slice tag;
	enum category_type type;
	struct slice value[CHARTER_VALUES_MAX];
	size_t n;
};
struct charter_member {
	struct id id;
	struct slice label;
};
struct charter_clearance {
	bool any; /* "*" */
	struct id member;
	unsigned level;	   /* index into the ladder */
	struct slice tags; /* "TAG=v,v TAG=v", checked */
};

struct charter {
	struct slice text; /* all of it, borrowed */
	struct hash hash;
	struct id
		coalition; /* of the founding charter; for version n>1 set by the caller from its prev chain */
	struct slice name;
	uint32_t version;
	bool has_prev;
	struct hash prev;
	uint32_t fold;
	struct slice field[CHARTER_FIELDS_MAX];
	size_t n_field;
	struct charter_member *member; /* in the arena */
	size_t n_member;
	unsigned force, accession; /* number; 0 = all */
	bool observers;
	unsigned observers_need;
	unsigned suspension;
	struct slice policy;
	struct slice ladder[CHARTER_LADDER_MAX];
	size_t n_ladder;
	struct charter_category *category;
	size_t n_category;
	struct charter_clearance *clearance;
	size_t n_clearance;
	uint64_t quota_entries, quota_payload_bytes;
	unsigned two_person; /* scopes */
	bool public_acts;
	struct slice prose;
};

/* E_SYNTAX, E_INVALID ("line N"). E_STATE if `fold` is not known to this program: it stops, it does not guess. */
MUST_USE int charter_parse(
	struct charter *ret, struct arena *arena, struct slice text, struct why *why);
void charter_print(const struct charter *c, struct buf *b);
/* Is it the next version of `present`, by number and hash? Whom it names is another matter (docs/standing.md §5). */
bool charter_follows(const struct charter *c, const struct charter *present);
bool charter_has_member(const struct charter *c, const struct id *m);
/* Index of a class in the ladder, or -1. */
int charter_level(const struct charter *c, struct slice class_name);
/* The class as charter_level() finds it; else E_INVALID at `where`, and which classes there are. */
MUST_USE int charter_level_need(const struct charter *c, struct slice class_name, const char *where,
	unsigned *ret, struct why *why);

#endif
