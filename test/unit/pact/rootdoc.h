/* rootdoc.h: members with keys, for tests: documents, chains, notes. */
#ifndef TEST_PACT_ROOTDOC_H
#define TEST_PACT_ROOTDOC_H

#include "unit.h"

#include "base/enc.h"
#include "base/limits.h"
#include "pact/root.h"

struct seckey test_key(unsigned n);

/* A member whose root keys of version v are test_key(base + 10 v + 0..2), threshold 2, next
 * announced. */
struct custody {
	unsigned base;
	struct root doc;       /* of the newest version */
	struct hash hash;      /* of its text */
	struct buf text, note; /* owned; as published */
};
/* Version 1: one officer (id rootdoc_officer, key base + 100, all scopes), log key base + 101,
 * witness base + 102, one pin. */
void custody_init(struct custody *c, unsigned base);
void custody_free(struct custody *c);
/* Prepares version n+1 in c->doc; the caller may change fields and then calls custody_publish. */
void custody_next(struct custody *c);
/* Prints c->doc and signs it with two keys of its own and two of the version before. */
void custody_publish(struct custody *c);
struct id rootdoc_officer(void);

#endif
