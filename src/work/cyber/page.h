/*
 * page.h: answers that many ask for, kept as bytes: one memory for all readers with the same release set, each compressed form made once.
 *
 *	invariants
 *	1. A page is found by all that it depends on: coalition, mode, what the reader is cleared for, collection, filters. Two readers share one
 *	   only if these are the same.
 *	2. A page counts only while nothing that it shows can have changed: after any commit of anybody it is looked at again (cyber_turn, charter)
 *	   before it is given out; one that is not full also when something new has come.
 *
 *	rc = answers_version(answers, db, &version, why);  -- before anything is read (web/answers.h)
 *	pages_look(key, version, &page, &checked)          -- 1 and checked: nothing has been written since it was looked at
 *	...else build, pages_put(key, version, &page)
 */
#ifndef WORK_CYBER_PAGE_H
#define WORK_CYBER_PAGE_H

#include "work/cyber/limits.h"

#include "crypt/hash.h"
#include "db/db.h"
#include "net/server.h"

enum page_form { PAGE_PLAIN, PAGE_GZIP, PAGE_ZSTD, PAGE_FORMS };

struct page {
	struct shared *form[PAGE_FORMS]; /* owned; NULL: not made */
	char etag[36];			 /* with its quotes */
	char first[32], last[32];	 /* X-TAXII-Date-Added; empty: no objects */
	bool full; /* more objects than it shows: what is new does not touch it */
	struct shared *
		shown; /* owned; of node/readings.h: what has to be written down of whoever gets it; NULL: nothing */
	int64_t turn, newest; /* of the store when it was made */
	struct hash charter;
};

/* 1 and a copy of the page (references taken; page_free), *ret_checked if it has been found good at this version; 0: make it. */
MUST_USE int pages_look(
	const struct hash *key, int64_t version, struct page *ret, bool *ret_checked);
/* This very page has been found to be still right at this version; another that is kept by now has not. */
void pages_checked(const struct hash *key, int64_t version, const struct page *p);
/* This very page is not right any more. */
void pages_wrong(const struct hash *key, const struct page *p);
/*
 * Keeps it; takes references of its own. One that is kept and was made of a newer state of the store (turn, newest) stays: of two who make a page at once the
 * slower one does not undo the other's.
 */
void pages_put(const struct hash *key, int64_t version, const struct page *p);
/* Keeps a compressed form of a page that is there. */
void pages_form(const struct hash *key, const struct page *p, enum page_form form);
void page_free(struct page *p);
/* Makes a compressed form of the plain one; NULL if it does not get smaller. */
struct shared *page_pack(const struct page *p, enum page_form form);
/*
 * Which collection somebody means by a name, as long as nothing has been written since: the id by a key of coalition, name and account. false: look it up, and
 * names_put it.
 */
bool names_look(const struct hash *key, int64_t version, uint8_t ret_id[16]);
void names_put(const struct hash *key, int64_t version, const uint8_t id[16]);
/* Forgets all; for tests. */
void pages_clear(void);

#endif
