/* public_int.h: what the files of the public register share. Private to src/node. */
#ifndef NODE_PUBLIC_INT_H
#define NODE_PUBLIC_INT_H

#include "node/public.h"

/* Root documents of one author, as the own log has them; kept while rows of one author come, which is how rows are sorted everywhere here. */
struct author {
	struct id id;
	bool known, has;
	struct root_chain chain;
	struct arena arena; /* of the chain; owned */
};
/* One root chain, see pactdb; and one entry and its body. */
#define CHAIN_ARENA (128 * MIB)
#define ROW_ARENA   (4 * MIB)
/* NULL: it has none that holds. */
const struct root_chain *author_chain(
	struct author *a, const struct world *w, struct db *db, const struct id *member);

/* What authors have released. */
struct word {
	struct hash leaf;
	struct id author;
	size_t order; /* later counts */
	bool withdrawn;
};
struct words {
	struct word
		*word; /* sorted by leaf, author and time of saying; in the arena, as all of it */
	size_t n;
	struct hash *act; /* leaves of the acts that say so, sorted */
	size_t n_act;
};
MUST_USE int words_load(const struct world *w, struct db *db, struct arena *arena,
	struct words *ret, struct why *why);
/* The last of the words about (leaf, author). */
bool word_released(const struct words *w, const struct hash *leaf, const struct id *author);

#endif
