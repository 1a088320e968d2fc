/* public.c: see public.h. */
#include "node/public_int.h"

#include "base/enc.h"
#include "base/limits.h"
#include "base/report.h"
#include "base/vec.h"
#include "node/browse.h"
#include "node/rootdoc.h"

/* ---- what could be shown ---- */

struct candidate {
	int64_t log_row;
	uint64_t seq;
	size_t bytes; /* about what it takes in the file */
	bool settles; /* shown by the charter; else by the author's word */
	bool left_out;
};

/* Those of one author. */
struct share {
	size_t from, to, bytes;
};

struct gathering {
	const struct world *w;
	struct db *db;
	struct arena *arena;
	bool all; /* by the charter */
	struct words words;
	VEC(struct candidate) candidate; /* in the order of authors and logs */
	VEC(struct share) share;
	struct publicfile f;
	struct id *fork_of; /* whose f.fork[i] is */
	struct id *party;   /* whose root documents are needed */
	size_t n_party;
	struct log_reader *reader; /* large, and used for one log after the other */
};

/* While candidates are looked at. */
struct looking {
	struct author author;
	struct arena scratch;	  /* of one row */
	struct id member;	  /* whose rows come */
	unsigned left[ACT_KINDS]; /* how many more of its acts standing looks at */
};

/* Lines around an entry, its proof (a path of 40 hashes goes into any log) and the payload's own head. */
#define AROUND_BYTES 2048

enum shown { SHOWN_NOT, SHOWN_WORD, SHOWN_CHARTER };

static enum shown shown_as(const struct gathering *g, struct stmt *s, enum act_kind kind)
{
	struct hash leaf;
	struct id author;

	MUST(db_blob(s, 3).n == 32 && db_blob(s, 5).n == 16);
	memcpy(leaf.b, db_blob(s, 3).p, 32);
	memcpy(author.b, db_blob(s, 5).p, 16);
	if (kind == ACT_NONE || kind == ACT_ROLL)
		return SHOWN_NOT;
	if (kind == ACT_PUBLISH)
		return public_has(g->words.act, g->words.n_act, &leaf) ? SHOWN_WORD : SHOWN_NOT;
	if (g->all && act_settles(kind))
		return SHOWN_CHARTER;
	if (g->all && kind == ACT_DIGEST && db_i64(s, 6) == 0)
		return SHOWN_CHARTER;
	return word_released(&g->words, &leaf, &author) ? SHOWN_WORD : SHOWN_NOT;
}

/* Does standing look at it? The first of each author and kind (docs/standing.md §2), as an officer signed them; a root document that follows the one before. */
static bool settles(
	struct gathering *g, struct looking *l, const struct entry *e, enum act_kind kind)
{
	const struct root_chain *chain;

	if (kind != ACT_ROOT && act_rules[kind].scope == 0)
		return true;
	chain = author_chain(&l->author, g->w, g->db, &l->member);
	if (!chain)
		return false;
	if (kind != ACT_ROOT)
		return act_signature_check(e, kind, chain, NULL) == 0;
	for (size_t i = 0; chain->spot && i < chain->n; i++)
		if (chain->spot[i].restricted && chain->spot[i].epoch == e->log.epoch &&
			chain->spot[i].seq == e->seq)
			return true;
	return false;
}

static void author_begin(struct gathering *g, struct looking *l, const struct id *member)
{
	l->member = *member;
	for (int k = 0; k < ACT_KINDS; k++)
		l->left[k] = k == ACT_ROOT ? LIMIT_STANDING_ROOT : act_rules[k].looked_at;
	vec_push(&g->share,
		((struct share){.from = g->candidate.n, .to = g->candidate.n, .bytes = 0}));
}

/* The row that `s` stands on. */
static void candidate_take(struct gathering *g, struct looking *l, struct stmt *s)
{
	enum act_kind kind = act_kind_of(db_text(s, 2));
	enum shown how = shown_as(g, s, kind);
	struct entry e;
	struct id member;

	memcpy(member.b, db_blob(s, 5).p, 16);
	if (g->share.n == 0 || !id_eq(&member, &l->member))
		author_begin(g, l, &member);
	if (how == SHOWN_CHARTER && kind != ACT_DIGEST && l->left[kind]-- == 0) {
		l->left[kind] = 0;
		return;
	}
	arena_reset(&l->scratch);
	if (how == SHOWN_NOT || entry_parse(&e, &l->scratch, db_blob(s, 4), NULL) < 0 ||
		e.mode != MODE_REAL || act_entry_check(&e, kind, NULL) < 0)
		return;
	if (how == SHOWN_CHARTER && kind != ACT_DIGEST && !settles(g, l, &e, kind))
		return;
	struct candidate c = {.log_row = db_i64(s, 0),
		.seq = (uint64_t)db_i64(s, 1),
		.bytes = db_blob(s, 4).n + (size_t)db_i64(s, 7) + AROUND_BYTES,
		.settles = how == SHOWN_CHARTER};
	vec_push(&g->candidate, c);
	struct share *share = &g->share.p[g->share.n - 1];
	share->to = g->candidate.n;
	share->bytes += c.bytes;
}

/* Column 6: 0 for the newest digest of a log, 7: bytes of the payload. */
static int candidates_load(struct gathering *g, struct why *why)
{
	struct looking l = {.author.arena = ARENA(CHAIN_ARENA), .scratch = ARENA(ROW_ARENA)};
	struct stmt *s = db_stmt(g->db,
		"SELECT a.log, a.seq, a.kind, a.leaf, a.entry, l.member, "
		"CASE WHEN d.log IS NULL THEN 1 ELSE 0 END, CAST(length(a.body) AS BIGINT) "
		"FROM act a JOIN log l ON l.id = a.log LEFT JOIN (SELECT log, max(seq) AS seq FROM act "
		"WHERE kind = 'state-digest/1' GROUP BY log) d ON d.log = a.log AND d.seq = a.seq "
		"WHERE l.coalition = $1 "
		"ORDER BY l.member, l.epoch, a.seq");
	int rc;

	db_bind_blob(s, 1, id_slice(&g->w->coalition.id));
	while ((rc = db_step(s, why)) == DB_ROW)
		candidate_take(g, &l, s);
	db_reset(s);
	arena_free(&l.scratch);
	arena_free(&l.author.arena);
	return rc < 0 ? rc : 0;
}

/* ---- sharing the room ---- */

static int size_cmp(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	return (x > y) - (x < y);
}

/* The most that one may have, so that all together have no more than `room`: who wants less leaves the rest to the others. */
static size_t share_most(size_t *want, size_t n, size_t room)
{
	qsort(want, n, sizeof(*want), size_cmp);
	for (size_t i = 0; i < n; i++) {
		if (want[i] > room / (n - i))
			return room / (n - i);
		room -= want[i];
	}
	return SIZE_MAX;
}

static bool share_keep(struct candidate *c, size_t *n, size_t *bytes)
{
	c->left_out = *n == 0 || *bytes < c->bytes;
	if (c->left_out)
		return false;
	*n -= 1;
	*bytes -= c->bytes;
	return true;
}

/*
 * Of an author who has more: first what its standing rests on, from the first act on; then what it has released, from the newest back, so that what stays has its
 * author's word beside it, which is always newer. Where the first is cut, root documents may be missing by which the second would be judged: then nothing of it.
 */
static void share_cut(struct gathering *g, const struct share *s, size_t n, size_t bytes)
{
	struct candidate *c = g->candidate.p;
	bool room = true;

	for (size_t i = s->from; i < s->to; i++) {
		if (!c[i].settles)
			continue;
		c[i].left_out = !room;
		room = room && share_keep(&c[i], &n, &bytes);
	}
	for (size_t i = s->to; i-- > s->from;) {
		if (c[i].settles)
			continue;
		c[i].left_out = !room;
		room = room && share_keep(&c[i], &n, &bytes);
	}
}

/* Nobody's acts take the room of anybody else's. */
static void shares_cut(struct gathering *g)
{
	size_t n = g->share.n;
	size_t *want = arena_array(g->arena, size_t, n + 1);
	for (size_t i = 0; i < n; i++)
		want[i] = g->share.p[i].to - g->share.p[i].from;
	size_t most = share_most(want, n, LIMIT_PUBLIC_ENTRIES);
	for (size_t i = 0; i < n; i++)
		want[i] = g->share.p[i].bytes;
	size_t most_bytes = share_most(want, n, LIMIT_PUBLIC_ENTRY_BYTES);
	for (size_t i = 0; i < n; i++) {
		const struct share *s = &g->share.p[i];
		if (s->to - s->from > most || s->bytes > most_bytes)
			share_cut(g, s, most, most_bytes);
	}
}

/* ---- gathering ---- */

static void party_need(struct gathering *g, const struct id *member)
{
	for (size_t i = 0; i < g->n_party; i++)
		if (id_eq(&g->party[i], member))
			return;
	if (g->n_party < LIMIT_PUBLIC_PARTIES)
		g->party[g->n_party++] = *member;
}

static struct slice proof_text(const struct tree_proof *p, struct arena *arena)
{
	struct buf b CLEANUP_BUF = BUF(8 * KIB);
	for (size_t i = 0; i < p->n; i++) {
		buf_base64(&b, p->node[i].b, sizeof(struct hash));
		buf_byte(&b, '\n');
	}
	return arena_copy(arena, buf_slice(&b));
}

static int size_of(struct gathering *g, struct slice bytes, uint64_t *ret, struct why *why)
{
	struct note *note = arena_new(g->arena, struct note);
	struct checkpoint at;
	int rc = note_parse(note, g->arena, bytes, why);
	if (rc == 0)
		rc = checkpoint_parse(&at, note->text, why);
	if (rc == 0)
		*ret = at.size;
	return rc;
}

/* The note with nothing but the author's signature, and that of `witness` unless it is NULL. SLICE_NONE if one is not there. */
static struct slice note_only(
	struct gathering *g, const struct log *log, struct slice bytes, const struct id *witness)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES);
	struct note *note = arena_new(g->arena, struct note);
	char origin[ORIGIN_MAX], name[ORIGIN_MAX] = "";
	size_t lines = 0;

	if (note_parse(note, g->arena, bytes, NULL) < 0)
		return SLICE_NONE;
	origin_format(&log->id, origin);
	if (witness)
		witness_name_format(&log->id.coalition, witness, name);
	buf_slice_add(&b, note->text);
	buf_byte(&b, '\n');
	for (int second = 0; second <= (witness != NULL); second++)
		for (size_t i = 0, before = lines; i < note->n && lines == before; i++) {
			if (!slice_is(note->signature[i].name, second ? name : origin))
				continue;
			buf_slice_add(&b, note->signature[i].line);
			lines++;
		}
	return lines == 1u + (witness != NULL) ? arena_copy(g->arena, buf_slice(&b)) : SLICE_NONE;
}

/* The largest head that its author has signed and whose entries are all here. 0: none. */
static int head_find(struct gathering *g, const struct log *log, const struct cosigned *cosigned,
	size_t n, struct public_log *ret, uint64_t *ret_size, struct why *why)
{
	struct buf own CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES);
	struct why missing = {0};
	struct slice note = SLICE_NONE;
	uint64_t size = 0;
	int rc = E_STATE;

	if (id_eq(&log->id.member, &g->w->node->self))
		rc = node_head(g->w->node, g->db, log, &own, &missing);
	if (rc == 0) {
		note = arena_copy(g->arena, buf_slice(&own));
		rc = size_of(g, note, &size, why);
	} else if (rc == E_STATE) {
		rc = head_get(g->db, log->row, g->arena, &size, &note, &missing);
		rc = rc == E_MISSING ? 0 : rc;
	}
	if (rc < 0)
		return why_set(why, rc, "head", "a signed head cannot be had: %s", missing.text);
	for (size_t i = 0; i < n; i++) {
		if (cosigned[i].size <= size || cosigned[i].size > log->size)
			continue;
		size = cosigned[i].size;
		note = cosigned[i].note;
	}
	ret->head = note_only(g, log, note, NULL);
	*ret_size = ret->head.n && size <= log->size ? size : 0;
	return 0;
}

static int witnesses_gather(struct gathering *g, const struct log *log,
	const struct cosigned *cosigned, size_t n, uint64_t size, struct public_log *ret,
	struct why *why)
{
	struct tree_reader tree = log_reader(g->reader, g->db, log);

	ret->witness = arena_array(g->arena, struct public_witness, n + 1);
	for (size_t i = 0; i < n && ret->n_witness < LIMIT_MEMBERS; i++) {
		struct public_witness *w = &ret->witness[ret->n_witness];
		struct tree_proof proof = {.n = 0};
		if (cosigned[i].size == 0 || cosigned[i].size > size ||
			id_eq(&cosigned[i].witness, &log->id.member))
			continue;
		struct slice note = note_only(g, log, cosigned[i].note, &cosigned[i].witness);
		if (note.n == 0)
			continue;
		int rc = cosigned[i].size == size
				 ? 0
				 : tree_consistency(&tree, cosigned[i].size, size, &proof, why);
		if (rc < 0)
			return rc;
		*w = (struct public_witness){.member = cosigned[i].witness,
			.note = note,
			.hashes = proof_text(&proof, g->arena),
			.n_hash = proof.n};
		ret->n_witness++;
		party_need(g, &w->member);
	}
	return 0;
}

static int entry_gather(struct gathering *g, const struct tree_reader *tree,
	const struct candidate *c, uint64_t size, struct public_entry *ret, struct why *why)
{
	struct tree_proof proof = {.n = 0};
	*ret = (struct public_entry){0};
	int rc = log_entry(g->db, c->log_row, c->seq, g->arena, &ret->bytes, why);
	if (rc == 0)
		rc = payload_get(
			g->db, c->log_row, c->seq, g->arena, ret->salt, &ret->payload, why);
	if (rc == 0)
		rc = tree_inclusion(tree, c->seq, size, &proof, why);
	ret->hashes = proof_text(&proof, g->arena);
	ret->n_hash = proof.n;
	return rc;
}

/* How many candidates of one log are shown; all of it stand together, from *ret_first to before *ret_to. */
static size_t candidates_of(
	const struct gathering *g, const struct log *log, size_t *ret_first, size_t *ret_to)
{
	size_t from = 0, to, kept = 0;

	while (from < g->candidate.n && g->candidate.p[from].log_row != log->row)
		from++;
	for (to = from; to < g->candidate.n && g->candidate.p[to].log_row == log->row; to++)
		kept += !g->candidate.p[to].left_out;
	*ret_first = from;
	*ret_to = to;
	return kept;
}

static int log_gather(struct gathering *g, const struct log *log, struct why *why)
{
	struct public_log *out = &g->f.log[g->f.n_log];
	struct tree_reader tree = log_reader(g->reader, g->db, log);
	struct cosigned *cosigned = NULL;
	size_t first, to, n = 0, kept = candidates_of(g, log, &first, &to);
	uint64_t size = 0;

	if (kept == 0)
		return 0;
	*out = (struct public_log){.id = log->id};
	int rc = cosign_list(g->db, log->row, g->arena, &cosigned, &n, why);
	if (rc == 0)
		rc = head_find(g, log, cosigned, n, out, &size, why);
	if (rc == 0 && g->all)
		rc = witnesses_gather(g, log, cosigned, n, size, out, why);
	out->entry = arena_array(g->arena, struct public_entry, kept);
	for (size_t i = first; rc == 0 && i < to; i++) {
		const struct candidate *c = &g->candidate.p[i];
		if (c->left_out)
			continue;
		if (c->seq >= size)
			break;
		rc = entry_gather(g, &tree, c, size, &out->entry[out->n_entry], why);
		out->n_entry += rc == 0;
	}
	if (rc < 0 || out->n_entry == 0)
		return rc;
	party_need(g, &log->id.member);
	g->f.n_log++;
	return 0;
}

/* Logs that have something public; if there are too many for a file, those of them that are told at all. */
static int logs_choose(
	struct gathering *g, struct log **ret, size_t *ret_n, size_t *ret_used, struct why *why)
{
	size_t first, to;
	int rc = world_all_logs(g->w, g->db, g->arena, ret, ret_n, why);

	for (int told = 0; rc == 0 && told <= 1; told++) {
		*ret_used = 0;
		for (size_t i = 0; i < *ret_n; i++)
			*ret_used += candidates_of(g, &(*ret)[i], &first, &to) > 0;
		if (*ret_used <= LIMIT_PUBLIC_PARTIES)
			return 0;
		if (!told)
			rc = world_logs(g->w, g->db, g->arena, ret, ret_n, why);
	}
	return rc;
}

static int logs_gather(struct gathering *g, struct why *why)
{
	struct log *log;
	size_t n, used = 0;
	int rc = logs_choose(g, &log, &n, &used, why);

	if (rc < 0)
		return rc;
	if (used > LIMIT_PUBLIC_PARTIES)
		return why_set(why, E_LIMIT, "", "more than %d logs", LIMIT_PUBLIC_PARTIES);
	g->f.log = arena_array(g->arena, struct public_log, used + 1);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = log_gather(g, &log[i], why);
	return rc;
}

static bool charter_has(const struct gathering *g, const struct hash *hash)
{
	for (size_t i = 0; i < g->f.n_charter; i++) {
		struct hash h = hash_bytes(g->f.charter[i]);
		if (hash_eq(&h, hash))
			return true;
	}
	return false;
}

/*
 * What standing rests on: the charter in force, and those that it came after, one by one. A text that merely lies here, whoever has brought it, is nobody's
 * charter.
 */
static int charters_gather(struct gathering *g, struct why *why)
{
	const struct charter *founding = &g->w->coalition.founding, *at = g->w->standing.charter;
	int rc = 0;

	g->f.charter = arena_array(g->arena, struct slice, LIMIT_PUBLIC_CHARTERS + 1);
	g->f.charter[g->f.n_charter++] = founding->text;
	while (at->has_prev && !charter_has(g, &at->hash)) {
		struct charter *before = arena_new(g->arena, struct charter);
		struct slice text = SLICE_NONE;
		if (g->f.n_charter == LIMIT_PUBLIC_CHARTERS)
			return why_set(why, E_LIMIT, "", "more than %d versions of the charter",
				LIMIT_PUBLIC_CHARTERS);
		g->f.charter[g->f.n_charter++] = at->text;
		if (hash_eq(&at->prev, &founding->hash))
			break;
		rc = charter_text(g->db, g->w->coalition.row, &at->prev, g->arena, &text, why);
		if (rc == 0)
			rc = charter_parse(before, g->arena, text, why);
		if (rc < 0)
			break;
		at = before;
	}
	return rc;
}

static int forks_gather(struct gathering *g, struct why *why)
{
	struct fork_row *row;
	size_t n;
	int rc = fork_list(g->db, g->w->coalition.row, g->arena, &row, &n, why);

	if (rc < 0)
		return rc;
	n = n < LIMIT_PUBLIC_PARTIES ? n : LIMIT_PUBLIC_PARTIES;
	g->f.fork = arena_array(g->arena, struct slice, n + 1);
	g->fork_of = arena_array(g->arena, struct id, n + 1);
	for (size_t i = 0; i < n; i++) {
		struct log log;
		if ((rc = log_load_row(g->db, row[i].log_row, &log, why)) < 0)
			return rc;
		party_need(g, &log.id.member);
		g->fork_of[g->f.n_fork] = log.id.member;
		g->f.fork[g->f.n_fork++] = row[i].proof;
	}
	return 0;
}

/* ---- root documents ---- */

/* "party <M26> <bytes>\n" and the LF behind it. */
#define PARTY_LINE 64

static int notes_cmp(const void *a, const void *b)
{
	const struct public_party *x = a, *y = b;
	int order = (x->notes.n > y->notes.n) - (x->notes.n < y->notes.n);
	return order ? order : id_cmp(&x->member, &y->member);
}

static int party_cmp(const void *a, const void *b)
{
	const struct public_party *x = a, *y = b;
	return id_cmp(&x->member, &y->member);
}

static bool party_in(const struct gathering *g, const struct id *member)
{
	struct public_party key = {.member = *member};
	return bsearch(&key, g->f.party, g->f.n_party, sizeof(key), party_cmp) != NULL;
}

/* What a member that is not in the file has signed could not be judged. */
static void strangers_drop(struct gathering *g)
{
	size_t logs = 0, forks = 0;

	for (size_t i = 0; i < g->f.n_log; i++) {
		struct public_log *log = &g->f.log[i];
		size_t n = 0;
		if (!party_in(g, &log->id.member))
			continue;
		for (size_t j = 0; j < log->n_witness; j++)
			if (party_in(g, &log->witness[j].member))
				log->witness[n++] = log->witness[j];
		log->n_witness = n;
		g->f.log[logs++] = *log;
	}
	g->f.n_log = logs;
	for (size_t i = 0; i < g->f.n_fork; i++)
		if (party_in(g, &g->fork_of[i]))
			g->f.fork[forks++] = g->f.fork[i];
	g->f.n_fork = forks;
}

/* Root documents have the room that the rest leaves, the shortest first: whoever has many takes nobody else's place, and what does not fit is left out with its logs. */
static int parties_gather(struct gathering *g, struct why *why)
{
	struct buf rest CLEANUP_BUF = BUF(LIMIT_PUBLIC_BYTES);
	struct public_party *party = arena_array(g->arena, struct public_party, g->n_party + 1);
	size_t room, n = 0;

	for (size_t i = 0; i < g->n_party; i++) {
		struct buf notes CLEANUP_BUF = BUF(LIMIT_ROOT_CHAIN_BYTES);
		int rc = root_notes(g->db, &g->party[i], &notes, why);
		if (rc < 0)
			return rc;
		party[i] = (struct public_party){
			.member = g->party[i], .notes = arena_copy(g->arena, buf_slice(&notes))};
	}
	qsort(party, g->n_party, sizeof(*party), notes_cmp);
	publicfile_print(&g->f, &rest);
	room = buf_over(&rest) ? 0 : LIMIT_PUBLIC_BYTES - rest.n;
	for (; n < g->n_party && party[n].notes.n + PARTY_LINE <= room; n++)
		room -= party[n].notes.n + PARTY_LINE;
	g->f.party = party;
	g->f.n_party = n;
	qsort(party, n, sizeof(*party), party_cmp);
	if (n < g->n_party)
		strangers_drop(g);
	return 0;
}

int public_gather(
	const struct world *w, struct db *db, struct arena *arena, struct buf *ret, struct why *why)
{
	struct gathering g = {.w = w,
		.db = db,
		.arena = arena,
		.all = w->standing.charter->public_acts && w->standing.n_signed > 0,
		.f.coalition = w->coalition.id,
		.party = arena_array(arena, struct id, LIMIT_PUBLIC_PARTIES),
		.reader = arena_new(arena, struct log_reader)};
	int rc = words_load(w, db, arena, &g.words, why);

	if (rc == 0)
		rc = candidates_load(&g, why);
	if (rc == 0)
		shares_cut(&g);
	if (rc == 0 && g.candidate.n == 0)
		rc = why_set(why, E_MISSING, "", "nothing of this coalition is public");
	if (rc == 0)
		rc = logs_gather(&g, why);
	vec_free(&g.candidate);
	vec_free(&g.share);
	if (rc == 0 && g.all)
		rc = charters_gather(&g, why);
	if (rc == 0 && g.all)
		rc = forks_gather(&g, why);
	if (rc == 0)
		rc = parties_gather(&g, why);
	if (rc < 0)
		return rc;
	if (g.f.n_log == 0)
		return why_set(why, E_MISSING, "", "nothing of this coalition is public yet");
	publicfile_print(&g.f, ret);
	return buf_over(ret) ? why_set(why, E_LIMIT, "", "what is public is larger than %zu bytes",
				       (size_t)LIMIT_PUBLIC_BYTES)
			     : 0;
}

int public_leaves(const struct world *w, struct db *db, struct arena *arena, struct hash **ret,
	size_t *ret_n, struct why *why)
{
	struct words words;
	size_t kept = 0;
	int rc = words_load(w, db, arena, &words, why);

	if (rc < 0)
		return rc;
	struct hash *out = arena_array(arena, struct hash, words.n + 1);
	for (size_t i = 0; i < words.n; i++)
		if (word_released(&words, &words.word[i].leaf, &words.word[i].author) &&
			(kept == 0 || !hash_eq(&out[kept - 1], &words.word[i].leaf)))
			out[kept++] = words.word[i].leaf;
	*ret = out;
	*ret_n = kept;
	return 0;
}

bool public_has(const struct hash *leaf, size_t n, const struct hash *which)
{
	return n > 0 && bsearch(which, leaf, n, sizeof(*leaf), hash_cmp) != NULL;
}
