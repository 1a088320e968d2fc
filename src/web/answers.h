/*
 * answers.h: who calls and what was answered, kept for as long as nothing in the store changes: a page that many look at, or that a program asks for again and again, is
 * made once.
 *
 *	struct answers *a = answers_new(node);
 *	rc = answers_version(a, db, &version, why);                          -- first of all, then everything else
 *	rc = answers_caller(a, version, &place, db, req, arena, &caller, why); -- caller_find(), or what it has found
 *	if (answers_take(a, version, key, req))                             -- the answer of the same key and version
 *		return 0;
 *	...
 *	answers_keep(a, version, key, bytes, etag);
 *
 *	invariants
 *	1. What is kept under a version was read after that version had been asked for; it is given out only while the version is the same, that is: while no handle and
 *	   no process has committed anything at all. So nobody meets an answer that is older than the last commit before his request.
 *	2. The key of an answer (answers_key) holds all that its route may look at beside the store: the path, the query, and of the caller the clearances and roles
 *	   that release and rights are decided by. Whoever meets a kept answer would be released the same bytes if he were asked about anew.
 *	3. A caller is found by the hash of what opens the door; whether a session or token has run out is looked at each time.
 *
 * Any thread; short locks.
 */
#ifndef WEB_ANSWERS_H
#define WEB_ANSWERS_H

#include "web/caller.h"

struct answers;

struct answers *answers_new(const struct node *node)
	__attribute__((returns_nonnull, warn_unused_result));
void answers_free(struct answers **a);

/* Of the store as it is now; `db` is asked where all handles say the same. */
MUST_USE int answers_version(struct answers *a, struct db *db, int64_t *ret, struct why *why);

/* The same where it is a look at shared memory, and waits for nobody; false elsewhere. */
bool answers_version_quick(struct answers *a, int64_t *ret) MUST_USE;

/* Only what is kept. */
bool answers_caller_quick(struct answers *a, int64_t version, const struct caller_place *p,
	struct request *req, struct arena *arena, struct caller *ret) MUST_USE;
/* As caller_find(); what the caller points to lives until `arena` ends. */
MUST_USE int answers_caller(struct answers *a, int64_t version, const struct caller_place *p,
	struct db *db, struct request *req, struct arena *arena, struct caller *ret,
	struct why *why);

/* In the arena. */
struct slice answers_key(
	const struct request *req, const struct caller *c, struct arena *arena) MUST_USE;
/* One reference for the caller, and the ETag with its quotes; NULL if it is not here. */
#define ANSWERS_ETAG 34
struct shared *answers_take(struct answers *a, int64_t version, struct slice key,
	char ret_etag[ANSWERS_ETAG + 1]) MUST_USE;
/* Takes a reference of its own; what is too large is left out. */
void answers_keep(struct answers *a, int64_t version, struct slice key, struct shared *bytes,
	const char *etag);

#endif
