/*
 * collection.h: collections of TAXII: standing queries over what a reader may see, and inboxes into which programs of this member put objects.
 *
 * Built in, for every coalition and mode, with ids that follow from their names: everything (`all`), indicators (`indicators`), what may be passed on
 * (`tlp-clear`, `tlp-green`), and what each member has published (`from-alb`). An administrator adds others (table cyber_collection, this node's own
 * business, in no log).
 */
#ifndef WORK_CYBER_COLLECTION_H
#define WORK_CYBER_COLLECTION_H

#include "work/cyber/list.h"

#include "node/write.h"

#define COLLECTION_ALIAS_MAX 64
#define COLLECTION_TEXT_MAX  2000
#define COLLECTION_TYPES_MAX 32

struct collection {
	struct stix_uuid id;
	struct slice alias, title, description;
	bool builtin;
	/* What is in it. */
	bool has_author;
	struct id author;
	enum tlp tlp_most;
	struct slice *type;
	size_t n_type;
	/* An inbox: what was put in here and nothing else; and where that goes. */
	bool inbox;
	struct slice label; /* with its policy */
	bool all;
	struct id *member;
	size_t n_member;
	/* Names of accounts that may use it, ',' between them; empty: all whose role allows. */
	struct slice accounts;
};

extern const char collection_schema[];

/* All of a coalition and mode, in one order for ever: built-in ones, then by id. */
MUST_USE int collection_list(const struct world *w, struct db *db, enum mode mode,
	struct arena *arena, struct collection **ret, size_t *ret_n, struct why *why);
/* By id or alias; E_MISSING. */
MUST_USE int collection_find(const struct world *w, struct db *db, enum mode mode,
	struct slice name, struct arena *arena, struct collection *ret, struct why *why);
/* May this account use it? Empty name: this node itself. */
bool collection_open_to(const struct collection *c, struct slice account);
/* The part of a query that is the collection's. */
void collection_query(const struct collection *c, int64_t root, struct list_query *q);
/* "xxxxxxxx-…", without a type. */
void collection_id_print(const struct collection *c, char ret[37]);

/* In a write transaction. E_CONFLICT: the alias is taken; E_INVALID with a pointer. Makes the id. */
MUST_USE int collection_add(const struct world *w, struct db *db, enum mode mode,
	struct collection *c, struct why *why);
/* E_MISSING; E_DENIED for built-in ones. What was put in stays in the log. */
MUST_USE int collection_remove(const struct world *w, struct db *db, enum mode mode,
	struct slice name, struct arena *arena, struct why *why);

/*
 * An entry that comes in through the inbox `source` (a struct stix_uuid); kept over a rebuild. For draft.beside: in the transaction that writes the entry, so that
 * nothing shows in an inbox behind what was written later, whoever else writes there.
 */
MUST_USE int inbox_note(
	const void *source, struct db *db, const struct written *w, struct why *why);

#endif
