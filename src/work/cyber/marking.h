/*
 * marking.h: data markings of STIX (§7.2) and our labels, both ways. A marking may only narrow a release: TLP 1 and TLP 2 become the
 * category TLP of the label; a statement (a copyright, terms of use) says nothing about who may read; any other marking is unknown, and what
 * bears an unknown one is held back. Of several the tightest counts, those of parts of the object (granular) too.
 */
#ifndef WORK_CYBER_MARKING_H
#define WORK_CYBER_MARKING_H

#include "work/cyber/model.h"

#include "pact/label.h"

struct marking {
	enum tlp tlp;
	/* Ids of markings that are no TLP: whether they are known only their definitions can tell. */
	struct slice *other;
	size_t n_other;
};
void marking_read(const struct stix *s, struct arena *arena, struct marking *ret);

/* TLP of one of the nine ids; TLP_NONE for others. */
enum tlp marking_tlp(struct slice id);
/* The id in TLP 2; NULL for TLP_NONE. */
const char *marking_id(enum tlp tlp);

enum marking_kind { MARKING_TLP, MARKING_STATEMENT, MARKING_UNKNOWN };
/* Of a marking-definition. */
enum marking_kind marking_kind_of(const struct stix *s, struct arena *arena);
/* Rules of §7.2.1.4 and TLP 2: there are these nine instances and no others. E_INVALID. */
MUST_USE int marking_definition_check(const struct stix *s, struct arena *arena, struct why *why);

/* Appends `label` with its TLP raised to `tlp` if it is below. E_* if `label` is none. */
MUST_USE int marking_narrow(struct slice label, enum tlp tlp, struct buf *ret, struct why *why);

#endif
