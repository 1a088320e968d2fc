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

static int check_signature(
	struct db *db, const struct checkpoint *cp, const struct note *note, struct why *why)
{
	/* Not the round's: there are many notes in one, and a chain is large. */
	struct arena roots CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	const struct pubkey *key[ROOT_SPEAKERS_MAX];
	struct root_chain chain;
	char origin[ORIGIN_MAX];
	size_t n;
	int rc = root_chain_load(db, &cp->log.member, &roots, &chain, why);

	if (rc < 0)
		return rc == E_IO ? rc
				  : why_set(why, E_VERIFY, "", "no root document of the author");
	origin_format(&cp->log, origin);
	n = root_log_keys(
		&chain, &cp->log.coalition, cp->log.epoch, cp->size, key, ROOT_SPEAKERS_MAX);
	for (size_t i = 0; i < n; i++) {
		rc = note_verify(note, slice_str(origin), NOTE_ED25519, key[i], NULL, why);
		if (rc != 0)
			return rc < 0 ? rc : 0;
	}
	return why_set(why, E_VERIFY, "", "no signature by a key that the author's root names");
}

int receipt_note(const struct world *w, struct db *db, struct slice note, struct arena *arena,
	struct receipt_head *ret, enum receipt_step *ret_step, struct why *why)
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
	if ((rc = check_signature(db, &h.cp, parsed, why)) < 0)
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

/* 1 = stored, 0 = no key of this witness has signed. */
static int witness_store(struct db *db, const struct log *log, const struct receipt_head *head,
	const struct id *witness, const struct note_signature *line, struct why *why)
{
	struct arena roots CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct buf note CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES);
	const struct pubkey *key[ROOT_SPEAKERS_MAX];
	struct root_chain chain;
	uint64_t time_s;
	size_t n;
	int rc = root_chain_load(db, witness, &roots, &chain, why);

	if (rc < 0)
		return rc == E_MISSING ? 0 : rc;
	n = root_witness_keys(&chain, key, ROOT_SPEAKERS_MAX);
	for (size_t i = 0; i < n; i++) {
		rc = note_verify(head->parsed, line->name, NOTE_COSIGNATURE, key[i], &time_s, why);
		if (rc == 0)
			continue;
		if (rc < 0 || (rc = note_with(head, line, &note, why)) < 0)
			return rc;
		if (time_s > INT64_MAX / 1000)
			return why_set(why, E_VERIFY, "", "a cosignature from the end of time");
		rc = cosign_put(db, log->row, witness, head->cp.size, (int64_t)time_s,
			buf_slice(&note), why);
		return rc < 0 ? rc : 1;
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

int receipt_witnesses(const struct world *w, struct db *db, const struct log *log,
	const struct receipt_head *head, struct arena *arena, bool *ret_news, struct why *why)
{
	struct cosigned *held;
	size_t n;
	int rc;

	if (head->cp.size == 0)
		return 0;
	if (!id_eq(&log->id.member, &w->node->self)) {
		if ((rc = author_note_is_new(db, log, head, arena, why)) < 0)
			return rc;
		if (rc == 1 && (rc = receipt_author_note(db, log->row, head, why)) < 0)
			return rc;
		*ret_news = *ret_news || rc == 1;
	}
	if (head->parsed->n < 2)
		return 0;
	if ((rc = cosign_list(db, log->row, arena, &held, &n, why)) < 0)
		return rc;
	for (size_t i = 0; i < w->n_party; i++) {
		const struct id *witness = &w->party[i].id;
		char name[ORIGIN_MAX];

		/* A member does not witness itself, and what I have witnessed I know. */
		if (id_eq(witness, &log->id.member) || id_eq(witness, &w->node->self) ||
			!witness_is_behind(held, n, witness, head))
			continue;
		witness_name_format(&w->coalition.id, witness, name);
		for (size_t k = 0; k < head->parsed->n; k++) {
			const struct note_signature *line = &head->parsed->signature[k];

			if (!slice_is(line->name, name))
				continue;
			rc = witness_store(db, log, head, witness, line, why);
			if (rc < 0)
				return rc;
			*ret_news = *ret_news || rc == 1;
		}
	}
	return 0;
}
