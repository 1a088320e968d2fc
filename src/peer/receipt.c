/* receipt.c: judging heads: steps 3 to 6 and the witnesses. Entries are stored in receipt_store.c.
 */
#include "peer/receipt_int.h"

#include "base/limits.h"
#include "base/report.h"

static const char *const step_names[] = {
	[RECEIPT_NONE] = "none",
	[RECEIPT_CALLER] = "caller",
	[RECEIPT_FRAMING] = "framing",
	[RECEIPT_NOTE] = "note",
	[RECEIPT_ORIGIN] = "origin",
	[RECEIPT_SIGNATURE] = "signature",
	[RECEIPT_HEAD] = "head",
	[RECEIPT_QUOTA] = "quota",
	[RECEIPT_TREE] = "tree",
	[RECEIPT_ENTRY] = "entry",
	[RECEIPT_STORE] = "store",
	[RECEIPT_COSIGN] = "cosign",
	[RECEIPT_PAYLOAD] = "payload",
	[RECEIPT_FOLD] = "fold",
	[RECEIPT_GOSSIP] = "gossip",
};

const char *receipt_step_name(enum receipt_step s)
{
	MUST((size_t)s < sizeof(step_names) / sizeof(step_names[0]));
	return step_names[s];
}

static bool follows(const struct world *w, const struct log_id *log)
{
	for (size_t i = 0; i < w->n_party; i++)
		if (id_eq(&w->party[i].id, &log->member))
			return true;
	return id_eq(&w->node->self, &log->member);
}

void receipt_keys_free(struct receipt_keys *k)
{
	arena_free(&k->chain_arena);
	arena_free(&k->arena);
	*k = (struct receipt_keys){0};
}

/* The author's, kept while notes of one author come. */
static int author_chain(struct receipt_keys *k, struct db *db, const struct id *author,
	const struct root_chain **ret, struct why *why)
{
	int rc;

	if (!k->knows || !id_eq(&k->author, author)) {
		k->knows = false;
		k->chain_arena.max = LIMIT_REQUEST_ARENA;
		arena_reset(&k->chain_arena);
		if ((rc = root_chain_load(db, author, &k->chain_arena, &k->chain, why)) < 0)
			return rc;
		k->author = *author;
		k->knows = true;
	}
	*ret = &k->chain;
	return 0;
}

/* Of party n. None if no root document of it is here. */
static int witness_keys(struct receipt_keys *k, const struct world *w, struct db *db, size_t n,
	const struct receipt_witness **ret, struct why *why)
{
	struct arena roots CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	const struct pubkey *key[ROOT_SPEAKERS_MAX];
	struct receipt_witness *of;
	struct root_chain chain;
	int rc;

	k->arena.max = LIMIT_REQUEST_ARENA;
	if (k->witness == NULL)
		k->witness = arena_array(&k->arena, struct receipt_witness *, w->n_party);
	if (k->witness[n] == NULL) {
		rc = root_chain_load(db, &w->party[n].id, &roots, &chain, why);
		if (rc < 0 && rc != E_MISSING)
			return rc;
		of = arena_new(&k->arena, struct receipt_witness);
		if (rc == 0)
			of->n = root_witness_keys(&chain, key, ROOT_SPEAKERS_MAX);
		of->key = arena_array(&k->arena, struct pubkey, of->n + 1);
		for (size_t i = 0; i < of->n; i++)
			of->key[i] = *key[i];
		k->witness[n] = of;
	}
	*ret = k->witness[n];
	return 0;
}

static int check_signature(struct receipt_keys *keys, struct db *db, const struct checkpoint *cp,
	const struct note *note, struct why *why)
{
	const struct pubkey *key[ROOT_SPEAKERS_MAX];
	const struct root_chain *chain;
	char origin[ORIGIN_MAX];
	size_t n;
	int rc = author_chain(keys, db, &cp->log.member, &chain, why);

	if (rc < 0)
		return rc == E_IO ? rc
				  : why_set(why, E_VERIFY, "", "no root document of the author");
	origin_format(&cp->log, origin);
	n = root_log_keys(
		chain, &cp->log.coalition, cp->log.epoch, cp->size, key, ROOT_SPEAKERS_MAX);
	for (size_t i = 0; i < n; i++) {
		rc = note_verify(note, slice_str(origin), NOTE_ED25519, key[i], NULL, why);
		if (rc != 0)
			return rc < 0 ? rc : 0;
	}
	return why_set(why, E_VERIFY, "", "no signature by a key that the author's root names");
}

int receipt_note(const struct world *w, struct db *db, struct receipt_keys *keys, struct slice note,
	struct arena *arena, struct receipt_head *ret, enum receipt_step *ret_step, struct why *why)
{
	struct receipt_head h = {.note = note};
	struct note *parsed;
	int rc;

	*ret_step = RECEIPT_NOTE;
	if (note.n > LIMIT_NOTE_BYTES)
		return why_set(why, E_LIMIT, "", "a note is at most %zu bytes", LIMIT_NOTE_BYTES);
	parsed = arena_new(arena, struct note);
	if ((rc = note_parse(parsed, arena, note, why)) < 0 ||
		(rc = checkpoint_parse(&h.cp, parsed->text, why)) < 0)
		return rc;
	*ret_step = RECEIPT_ORIGIN;
	if (!id_eq(&h.cp.log.coalition, &w->coalition.id))
		return why_set(why, E_VERIFY, "", "a log of another coalition");
	if (!follows(w, &h.cp.log))
		return why_set(why, E_MISSING, "", "a log that is not followed here");
	*ret_step = RECEIPT_SIGNATURE;
	if ((rc = check_signature(keys, db, &h.cp, parsed, why)) < 0)
		return rc;
	*ret_step = RECEIPT_NONE;
	h.parsed = parsed;
	*ret = h;
	return 0;
}

int receipt_compare(
	struct db *db, const struct log *log, const struct receipt_head *head, struct why *why)
{
	struct log_reader *ctx CLEANUP_FREE = NULL;
	struct tree_reader reader;
	struct hash root = log->root;
	int rc;

	if (head->cp.size > log->size)
		return 1;
	if (head->cp.size < log->size) {
		ctx = mem_new(struct log_reader);
		reader = log_reader(ctx, db, log);
		if ((rc = tree_root_at(&reader, head->cp.size, &root, why)) < 0)
			return rc;
	}
	if (hash_eq(&root, &head->cp.root))
		return 0;
	return why_set(why, E_VERIFY, "head", "the head contradicts what its author signed before");
}

/* The note with the author's signature and at most one more line. */
static int note_with(const struct receipt_head *head, const struct note_signature *cosignature,
	struct buf *ret, struct why *why)
{
	char origin[ORIGIN_MAX];

	origin_format(&head->cp.log, origin);
	buf_slice_add(ret, head->parsed->text);
	buf_byte(ret, '\n');
	for (size_t i = 0; i < head->parsed->n; i++)
		if (slice_is(head->parsed->signature[i].name, origin))
			buf_slice_add(ret, head->parsed->signature[i].line);
	if (cosignature != NULL)
		buf_slice_add(ret, cosignature->line);
	return buf_over(ret) ? why_set(why, E_LIMIT, "", "the note is too long") : 0;
}

int receipt_author_note(
	struct db *db, int64_t log_row, const struct receipt_head *head, struct why *why)
{
	struct buf note CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES);
	int rc = note_with(head, NULL, &note, why);

	return rc < 0 ? rc : head_put(db, log_row, head->cp.size, buf_slice(&note), why);
}

/*
 * 1: larger than the one held, and of the branch that is held here. Of a forked log a head of another branch is of use for its witnesses, but kept as
 * the author's it would stand for a tree that is not here, and no deeper fork could be proved with it.
 */
static int author_note_is_new(struct db *db, const struct log *log, const struct receipt_head *head,
	struct arena *arena, struct why *why)
{
	struct slice note;
	uint64_t size;
	int rc;

	if (head->cp.size > log->size ||
		(head_get(db, log->row, arena, &size, &note, NULL) == 0 && size >= head->cp.size))
		return 0;
	if (!log->frozen)
		return 1;
	rc = receipt_compare(db, log, head, why);
	return rc == E_VERIFY ? 0 : rc < 0 ? rc : 1;
}

/* 1 = signed by this witness, 0 = by no key of it. */
static int witness_check(const struct receipt_head *head, const struct receipt_witness *witness,
	const struct note_signature *line, int64_t *ret_time_s, struct why *why)
{
	uint64_t time_s;
	int rc;

	for (size_t i = 0; i < witness->n; i++) {
		rc = note_verify(
			head->parsed, line->name, NOTE_COSIGNATURE, &witness->key[i], &time_s, why);
		if (rc == 0)
			continue;
		if (rc < 0)
			return rc;
		if (time_s > INT64_MAX / 1000)
			return why_set(why, E_VERIFY, "", "a cosignature from the end of time");
		*ret_time_s = (int64_t)time_s;
		return 1;
	}
	return 0;
}

static bool witness_is_behind(const struct cosigned *list, size_t n, const struct id *witness,
	const struct receipt_head *head)
{
	for (size_t i = 0; i < n; i++)
		if (id_eq(&list[i].witness, witness))
			return list[i].size < head->cp.size;
	return true;
}

/* What party n has signed of this head. */
static int witness_look(const struct world *w, struct db *db, struct receipt_keys *keys, size_t n,
	const struct receipt_head *head, struct receipt_news *news, struct why *why)
{
	const struct receipt_witness *witness;
	char name[ORIGIN_MAX];
	int rc;

	witness_name_format(&w->coalition.id, &w->party[n].id, name);
	for (size_t i = 0; i < head->parsed->n; i++) {
		const struct note_signature *line = &head->parsed->signature[i];
		int64_t time_s;

		if (!slice_is(line->name, name))
			continue;
		if ((rc = witness_keys(keys, w, db, n, &witness, why)) < 0 ||
			(rc = witness_check(head, witness, line, &time_s, why)) < 0)
			return rc;
		if (rc == 1)
			news->cosigned[news->n++] = (struct receipt_cosigned){
				.witness = &w->party[n].id, .line = line, .time_s = time_s};
	}
	return 0;
}

int receipt_witnesses(const struct world *w, struct db *db, struct receipt_keys *keys,
	const struct log *log, const struct receipt_head *head, struct arena *arena,
	struct receipt_news *ret, struct why *why)
{
	struct receipt_news news = {0};
	struct cosigned *held;
	size_t n;
	int rc = 0;

	if (head->cp.size > 0 && !id_eq(&log->id.member, &w->node->self))
		rc = author_note_is_new(db, log, head, arena, why);
	if (rc < 0)
		return rc;
	news.author = rc == 1;
	if (head->cp.size > 0 && head->parsed->n > 1) {
		if ((rc = cosign_list(db, log->row, arena, &held, &n, why)) < 0)
			return rc;
		news.cosigned = arena_array(arena, struct receipt_cosigned, head->parsed->n);
		for (size_t i = 0; i < w->n_party; i++) {
			const struct id *witness = &w->party[i].id;

			/* A member does not witness itself. What this node has witnessed it may have forgotten, in a store that was put back. */
			if (id_eq(witness, &log->id.member) ||
				!witness_is_behind(held, n, witness, head))
				continue;
			if ((rc = witness_look(w, db, keys, i, head, &news, why)) < 0)
				return rc;
		}
	}
	*ret = news;
	return news.author || news.n > 0;
}

int receipt_news_keep(struct db *db, const struct log *log, const struct receipt_head *head,
	const struct receipt_news *news, struct arena *arena, struct why *why)
{
	int rc = news->author ? author_note_is_new(db, log, head, arena, why) : 0;

	if (rc == 1)
		rc = receipt_author_note(db, log->row, head, why);
	for (size_t i = 0; rc >= 0 && i < news->n; i++) {
		const struct receipt_cosigned *c = &news->cosigned[i];
		struct buf note CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES);

		if ((rc = note_with(head, c->line, &note, why)) == 0)
			rc = cosign_put(db, log->row, c->witness, head->cp.size, c->time_s,
				buf_slice(&note), why);
	}
	return rc < 0 ? rc : 0;
}
