/*
 * ingest.h: STIX objects into this member's own log: from a bundle, an envelope or a single object, of any size, in batches under one label each.
 *
 * Each object has its own verdict (partial success, TAXII 2.1 §4.4): what breaks a rule is refused with the rule and a JSON pointer, the others
 * go in. Text that is no JSON at all is refused as a whole.
 *
 * Markings narrow: an object marked tighter than the label of the wish gets a label with its own TLP; what may then not go to the audience, and
 * what bears a marking that nobody has told the meaning of, is held back: written for this member alone.
 *
 * What is here already, but for fewer readers or under a tighter label than is wished for now (wish.h), is written anew for those: also what was held back,
 * once it may go.
 *
 *	struct ingest in = {.node = node, .db = db, .coalition = id, .mode = mode, .label = label, .all = true, .write = write, .ctx = q};
 *	rc = ingest_run(&in, &source, arena, &result, why);
 */
#ifndef WORK_CYBER_INGEST_H
#define WORK_CYBER_INGEST_H

#include "work/cyber/source.h"
#include "work/cyber/store.h"

#include "node/write.h"

/* Verdicts that are told one by one, of those with a reason and of those without; above, only the counts go on. */
#define INGEST_TOLD 1000

enum verdict {
	VERDICT_WRITTEN,
	VERDICT_ALREADY, /* the very object is here, for all who are to read it */
	VERDICT_HELD,	 /* for this member alone: written, or here already */
	VERDICT_REFUSED,
	VERDICTS
};
const char *ingest_verdict_name(enum verdict v);

struct ingest_told {
	enum verdict verdict;
	size_t index;		  /* in the bundle */
	struct slice id, version; /* empty if it could not be read */
	const char *where, *text; /* of what was refused or held */
};

struct ingest_result {
	uint64_t n[VERDICTS];
	uint64_t objects, entries, bytes;
	uint64_t held_again;	  /* of those held: not written, they were here */
	struct ingest_told *told; /* in the order of the input */
	size_t n_told;
};

struct ingest {
	const struct node *node;
	struct db *db; /* for reading; not in a transaction */
	struct id coalition;
	enum mode mode;
	struct slice label; /* with its policy */
	bool all;
	const struct id *member; /* else these */
	size_t n_member;
	const struct stix_uuid *
		source; /* the inbox, which is noted with each entry; NULL: none. What came in elsewhere is not looked at. */
	bool tell_all;	/* also those that went well are told */
	/* queue_write or node_write. */
	int (*write)(void *ctx, const struct id *coalition, const struct draft *d, size_t n,
		struct written *ret, struct why *why);
	void *ctx;
	void (*progress)(void *ctx, uint64_t done, uint64_t all); /* may be NULL */
	void *progress_ctx;
};

/*
 * E_* only if nothing more can be done (disk, not a member any more); then `ret` says how far it went. Everything told lies in the arena.
 */
MUST_USE int ingest_run(const struct ingest *in, struct source *from, struct arena *arena,
	struct ingest_result *ret, struct why *why);

/* In a transaction, or not: has this member itself published what the marking `id` means, and is it a statement (marking.h)? */
MUST_USE int ingest_marking_known(const struct world *w, const struct node *node, struct db *db,
	int64_t root, struct slice id, bool *ret, struct why *why);

#endif
