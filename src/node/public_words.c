/* public_words.c: what authors have released, and by whose root documents that is judged. */
#include "base/limits.h"
#include "base/report.h"
#include "base/vec.h"
#include "node/public_int.h"

/* ---- an author's root documents ---- */

const struct root_chain *author_chain(
	struct author *a, const struct world *w, struct db *db, const struct id *member)
{
	if (!a->known || !id_eq(&a->id, member)) {
		arena_reset(&a->arena);
		a->has = root_chain_in_log(db, &w->coalition, member, &a->arena, &a->chain, NULL) ==
			 0;
		a->id = *member;
		a->known = true;
	}
	return a->has ? &a->chain : NULL;
}

/* ---- what authors have released ---- */

static int word_cmp(const void *a, const void *b)
{
	const struct word *x = a, *y = b;
	int order = hash_cmp(&x->leaf, &y->leaf);
	order = order ? order : id_cmp(&x->author, &y->author);
	return order ? order : (x->order > y->order) - (x->order < y->order);
}

struct listening {
	const struct world *w;
	struct db *db;
	struct author author;
	struct arena scratch; /* of one row */
	VEC(struct word) word;
	VEC(struct hash) act;
	struct id member; /* whose rows come, and how many have come, counted and brought words */
	size_t looks, acts, words;
};

/* Signed by an officer, and no more of one author than the limits: what is older than that has no effect, which only ever hides. */
static bool publish_read(struct listening *l, struct stmt *s, struct act_body *ret)
{
	struct entry e;
	if (l->looks++ >= LIMIT_PUBLISH_LOOKS || l->acts >= LIMIT_PUBLISH_AUTHOR)
		return false;
	if (entry_parse(&e, &l->scratch, db_blob(s, 1), NULL) < 0 || e.mode != MODE_REAL ||
		act_entry_check(&e, ACT_PUBLISH, NULL) < 0 ||
		act_body_parse(ret, &l->scratch, ACT_PUBLISH, db_blob(s, 2), NULL) < 0)
		return false;
	const struct root_chain *chain = author_chain(&l->author, l->w, l->db, &l->member);
	if (!chain || act_signature_check(&e, ACT_PUBLISH, chain, NULL) < 0)
		return false;
	if (l->words + ret->n_leaves > LIMIT_PUBLISH_WORDS) {
		l->acts = LIMIT_PUBLISH_AUTHOR;
		return false;
	}
	return true;
}

/* The row that `s` stands on: member, entry, body, leaf. */
static void publish_take(struct listening *l, struct stmt *s)
{
	struct act_body body = {0};
	struct id member;
	struct hash leaf;
	MUST(db_blob(s, 0).n == 16 && db_blob(s, 3).n == 32);
	memcpy(member.b, db_blob(s, 0).p, 16);
	memcpy(leaf.b, db_blob(s, 3).p, 32);
	if (!id_eq(&member, &l->member)) {
		l->member = member;
		l->looks = l->acts = l->words = 0;
	}
	arena_reset(&l->scratch);
	if (!publish_read(l, s, &body))
		return;
	for (size_t i = 0; i < body.n_leaves; i++) {
		/* The newest comes first. */
		struct word word = {.leaf = body.leaves[i],
			.author = member,
			.order = SIZE_MAX - 1 - l->acts,
			.withdrawn = body.withdrawn};
		vec_push(&l->word, word);
	}
	l->acts++;
	l->words += body.n_leaves;
	vec_push(&l->act, leaf);
}

int words_load(const struct world *w, struct db *db, struct arena *arena, struct words *ret,
	struct why *why)
{
	struct listening l = {
		.w = w, .db = db, .author.arena = ARENA(CHAIN_ARENA), .scratch = ARENA(ROW_ARENA)};
	struct stmt *s = db_stmt(db,
		"SELECT l.member, a.entry, a.body, a.leaf FROM act a JOIN log l ON l.id = a.log "
		"WHERE l.coalition = $1 AND a.kind = 'publish/1' "
		"ORDER BY l.member, l.epoch DESC, a.seq DESC");
	int rc;

	db_bind_blob(s, 1, id_slice(&w->coalition.id));
	while ((rc = db_step(s, why)) == DB_ROW)
		publish_take(&l, s);
	db_reset(s);
	vec_sort(&l.word, word_cmp);
	vec_sort(&l.act, hash_cmp);
	*ret = (struct words){.n = l.word.n, .n_act = l.act.n};
	ret->word = arena_array(arena, struct word, l.word.n + 1);
	ret->act = arena_array(arena, struct hash, l.act.n + 1);
	if (l.word.n)
		memcpy(ret->word, l.word.p, l.word.n * sizeof(*l.word.p));
	if (l.act.n)
		memcpy(ret->act, l.act.p, l.act.n * sizeof(*l.act.p));
	vec_free(&l.word);
	vec_free(&l.act);
	arena_free(&l.scratch);
	arena_free(&l.author.arena);
	return rc < 0 ? rc : 0;
}

bool word_released(const struct words *w, const struct hash *leaf, const struct id *author)
{
	const struct word *word = w->word;
	size_t n = w->n;
	struct word after = {.leaf = *leaf, .author = *author, .order = SIZE_MAX};
	size_t low = 0, high = n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (word_cmp(&word[mid], &after) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low > 0 && hash_eq(&word[low - 1].leaf, leaf) &&
	       id_eq(&word[low - 1].author, author) && !word[low - 1].withdrawn;
}
