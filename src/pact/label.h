/*
 * label.h: confidentiality labels, shaped after STANAG 4774 (ADatP-4774): policy, classification, categories; TLP 2.0 rides along as the
 * category "TLP". Text in an entry: "<policy> <class>[ <TAG>=<v>[,<v>]...]...", tags sorted, values sorted.
 */
#ifndef PACT_LABEL_H
#define PACT_LABEL_H

#include "pact/charter.h"
#include "xml/xml.h"

enum tlp { TLP_NONE, TLP_CLEAR, TLP_GREEN, TLP_AMBER, TLP_AMBER_STRICT, TLP_RED };
const char *tlp_name(enum tlp t); /* "TLP:AMBER+STRICT" */
/* Accepts "AMBER+STRICT" and "TLP:AMBER+STRICT"; "WHITE" of TLP 1 reads as CLEAR. -EINVAL. */
MUST_USE int tlp_parse(struct slice text, enum tlp *ret);

/* An entry's own is at most ENTRY_LABEL_MAX; a release may say a longer one. */
#define LABEL_BYTES_MAX 2048
#define LABEL_TAGS_MAX	16
struct label_tag {
	struct slice tag;
	struct slice
		values; /* "v,v,v", sorted and distinct: take them off with slice_cut(&rest, ',', &v) */
	size_t n;	/* how many */
};
struct label {
	struct slice policy, class_name;
	struct label_tag tag[LABEL_TAGS_MAX];
	size_t n_tag;
	enum tlp tlp;
};

/* Grammar only. Points into `text`. */
MUST_USE int label_parse(struct label *ret, struct slice text, struct why *why);
void label_print(const struct label *l, struct buf *b);
/* Policy, class and categories known to the charter, values from its lists. E_INVALID. */
MUST_USE int label_check(const struct label *l, const struct charter *c, struct why *why);
/*
 * May this member hold it? Clearance ≥ class; RESTRICTIVE categories: all values held; PERMISSIVE: at least one; INFORMATIVE: no matter. `extra` is
 * the clearance line of an accession for members that joined later (empty: charter's "*").
 */
bool label_admits(const struct label *l, const struct charter *c, const struct id *member,
	struct slice extra);
/* True if `b` is at least as tight as `a` in class, categories and TLP: nobody admitted by b is refused by a. */
bool label_tighter(const struct label *a, const struct label *b, const struct charter *c);
/* TLP limits onward sharing: RED needs an explicit audience. E_INVALID. */
MUST_USE int label_fits_audience(const struct label *l, bool all_members, struct why *why);

/* originatorConfidentialityLabel of STANAG 4774, namespace urn:nato:stanag:4774:confidentialitymetadatalabel:1:0. */
void label_to_4774(
	const struct label *l, const struct charter *c, int64_t created_ms, struct buf *b);
/* Reads one (root spelt originator… or Originator…); values point into the arena. Unknown policy or class: E_INVALID. */
MUST_USE int label_from_4774(struct label *ret, struct arena *arena, const struct charter *c,
	struct slice xml, struct why *why);

#endif
