/* heads.c: see heads.h. */
#include "peer/heads.h"

#include "base/enc.h"
#include "base/limits.h"
#include "base/report.h"
#include "node/write.h"

#include <inttypes.h>

void frame32_add(struct buf *b, struct slice bytes)
{
	MUST(bytes.n <= UINT32_MAX);
	buf_be32(b, (uint32_t)bytes.n);
	buf_slice_add(b, bytes);
}

int frame32_next(struct slice *rest, size_t max, struct slice *ret, struct why *why)
{
	uint32_t n;

	if (rest->n == 0)
		return 0;
	if (rest->n < 4)
		return why_set(why, E_SYNTAX, "frame", "the length of a frame is cut off");
	n = (uint32_t)rest->p[0] << 24 | (uint32_t)rest->p[1] << 16 | (uint32_t)rest->p[2] << 8 |
	    rest->p[3];
	if (n > max)
		return why_set(
			why, E_LIMIT, "frame", "%" PRIu32 " bytes where at most %zu go", n, max);
	if (n > rest->n - 4)
		return why_set(why, E_SYNTAX, "frame", "a frame is cut off");
	*ret = slice_sub(*rest, 4, 4 + (size_t)n);
	*rest = slice_sub(*rest, 4 + (size_t)n, rest->n);
	return 1;
}

void heads_state_print(struct buf *b, const struct heads_state *s)
{
	buf_str(b, "entente-heads/1\ntoken ");
	buf_slice_add(b, s->token);
	buf_str(b, "\nroots ");
	buf_hex(b, s->roots.b, sizeof(s->roots.b));
	buf_str(b, "\nproofs ");
	buf_hex(b, s->proofs.b, sizeof(s->proofs.b));
	buf_byte(b, '\n');
}

static bool take_line(struct slice *text, const char *key, struct slice *ret)
{
	return slice_take(text, key) && slice_take(text, " ") && slice_cut_exact(text, '\n', ret);
}

int heads_state_parse(struct slice text, struct heads_state *ret, struct why *why)
{
	struct heads_state s;
	struct slice roots, proofs;

	if (!slice_take(&text, "entente-heads/1\n") || !take_line(&text, "token", &s.token) ||
		!take_line(&text, "roots", &roots) || !take_line(&text, "proofs", &proofs) ||
		text.n > 0)
		return why_set(why, E_SYNTAX, "heads", "the state in front of the heads is broken");
	if (s.token.n == 0 || s.token.n > HEADS_TOKEN_MAX)
		return why_set(
			why, E_SYNTAX, "token", "a token is 1 to %d characters", HEADS_TOKEN_MAX);
	for (size_t i = 0; i < s.token.n; i++)
		if (s.token.p[i] <= ' ' || s.token.p[i] > '~' ||
			strchr("&=?#%+", s.token.p[i]) != NULL)
			return why_set(
				why, E_SYNTAX, "token", "a token stands in a query as it is");
	if (hex_decode(roots, s.roots.b, sizeof(s.roots.b)) < 0 ||
		hex_decode(proofs, s.proofs.b, sizeof(s.proofs.b)) < 0)
		return why_set(why, E_SYNTAX, "heads", "a digest is 64 hex digits");
	*ret = s;
	return 0;
}

/* Digest over the rows of a statement: blob column 0 and number column 1. */
static int rows_digest(struct stmt *s, struct hash *ret, struct why *why)
{
	struct hasher *h = hash_start();
	int rc;

	while ((rc = db_step(s, why)) == DB_ROW) {
		uint64_t v = (uint64_t)db_i64(s, 1);
		uint8_t be[8];

		for (int i = 0; i < 8; i++)
			be[i] = (uint8_t)(v >> (56 - 8 * i));
		hash_add(h, db_blob(s, 0));
		hash_add(h, slice_of(be, sizeof(be)));
	}
	db_reset(s);
	if (rc < 0) {
		hash_drop(&h);
		return rc;
	}
	*ret = hash_end(&h);
	return 0;
}

/* The text that was signed, without the lines of those who did: of one document there may be several selections. */
static struct hash signed_text(struct slice note)
{
	ptrdiff_t end = slice_search(note, SLICE("\n\n"));

	return hash_bytes(end < 0 ? note : slice_sub(note, 0, (size_t)end + 1));
}

void root_digest_print(struct buf *b, const struct root_digest *d)
{
	char member[ID_TEXT + 1];

	id_format(&d->member, member);
	buf_addf(b, "%s ", member);
	buf_hex(b, d->digest.b, sizeof(d->digest.b));
	buf_byte(b, '\n');
}

int root_digest_next(struct slice *text, struct root_digest *ret, struct why *why)
{
	struct slice line, member;

	if (text->n == 0)
		return 0;
	if (!slice_cut_exact(text, '\n', &line) || !slice_cut_exact(&line, ' ', &member) ||
		id_parse(member, &ret->member) < 0 ||
		hex_decode(line, ret->digest.b, sizeof(ret->digest.b)) < 0)
		return why_set(why, E_SYNTAX, "roots", "a line is a member and 64 hex digits");
	return 1;
}

/* The row that `s` stands on: member, note. Rows of one member stand together. */
static void root_digest_add(root_digests *list, struct stmt *s)
{
	struct root_digest d;
	struct hash text = signed_text(db_blob(s, 1));
	struct hasher *h = hash_start();

	MUST(db_blob(s, 0).n == sizeof(d.member.b));
	memcpy(d.member.b, db_blob(s, 0).p, sizeof(d.member.b));
	if (list->n == 0 || !id_eq(&list->p[list->n - 1].member, &d.member))
		vec_push(list, d);
	else
		hash_add(h, slice_of(list->p[list->n - 1].digest.b, 32));
	hash_add(h, slice_of(text.b, 32));
	list->p[list->n - 1].digest = hash_end(&h);
}

int heads_roots(struct db *db, int64_t coalition_row, root_digests *ret, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"SELECT p.member, r.note, 0 AS twin, NULL AS hash FROM party p "
		"JOIN root r ON r.member = p.member WHERE p.coalition = $1 AND r.version = "
		"(SELECT max(x.version) FROM root x WHERE x.member = p.member) UNION ALL "
		"SELECT p.member, t.note, 1, t.hash FROM party p "
		"JOIN root_twin t ON t.member = p.member WHERE p.coalition = $1 "
		"ORDER BY 1, 3, 4");
	int rc;

	db_bind_i64(s, 1, coalition_row);
	while ((rc = db_step(s, why)) == DB_ROW)
		root_digest_add(ret, s);
	db_reset(s);
	return rc;
}

int heads_roots_digest(struct db *db, int64_t coalition_row, struct hash *ret, struct why *why)
{
	root_digests list = {0};
	int rc = heads_roots(db, coalition_row, &list, why);

	if (rc == 0) {
		struct hasher *h = hash_start();

		for (size_t i = 0; i < list.n; i++) {
			hash_add(h, id_slice(&list.p[i].member));
			hash_add(h, slice_of(list.p[i].digest.b, 32));
		}
		*ret = hash_end(&h);
	}
	vec_free(&list);
	return rc;
}

/*
 * Which logs are void from where, with all that may come to count after a revocation (pact/forkkeep.h): two nodes that agree on that have nothing to
 * tell each other.
 */
int heads_proofs_digest(struct db *db, int64_t coalition_row, struct hash *ret, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "SELECT l.member, f.cut FROM fork f JOIN log l ON l.id = f.log "
			    "JOIN coalition c ON c.coalition = l.coalition "
			    "WHERE c.id = $1 ORDER BY l.member, l.epoch, f.cut");

	db_bind_i64(s, 1, coalition_row);
	return rows_digest(s, ret, why);
}

/* Notes of one log while they are put together: all of one text are one group. */
#define LINES_MAX (LIMIT_MEMBERS + 4)
struct group {
	struct slice text;
	struct slice author; /* the log's own signature line */
	struct slice line[LINES_MAX];
	size_t n;
};
struct groups {
	struct group *group; /* in the arena */
	size_t n, cap;
	struct slice origin;
};

static struct group *group_of(struct groups *g, struct slice text)
{
	for (size_t i = 0; i < g->n; i++)
		if (slice_eq(g->group[i].text, text))
			return &g->group[i];
	if (g->n == g->cap)
		return NULL;
	g->group[g->n] = (struct group){.text = text};
	return &g->group[g->n++];
}

static void group_line(struct group *group, struct slice line)
{
	for (size_t i = 0; i < group->n; i++)
		if (slice_eq(group->line[i], line))
			return;
	if (group->n < LINES_MAX)
		group->line[group->n++] = line;
}

static int groups_add(struct groups *g, struct slice bytes, struct arena *arena, struct why *why)
{
	struct note *note = arena_new(arena, struct note);
	struct group *group;
	int rc = note_parse(note, arena, bytes, why);

	if (rc < 0)
		return rc;
	group = group_of(g, note->text);
	for (size_t i = 0; group != NULL && i < note->n; i++) {
		if (slice_eq(note->signature[i].name, g->origin))
			group->author = note->signature[i].line;
		else
			group_line(group, note->signature[i].line);
	}
	return 0;
}

static void group_print(const struct group *group, struct buf *ret)
{
	size_t at = 0;

	do {
		struct buf note CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES);
		size_t lines = 1;

		buf_slice_add(&note, group->text);
		buf_byte(&note, '\n');
		buf_slice_add(&note, group->author);
		while (at < group->n && lines < LIMIT_NOTE_SIGNATURES &&
			note.n + group->line[at].n <= LIMIT_NOTE_BYTES) {
			buf_slice_add(&note, group->line[at++]);
			lines++;
		}
		MUST(!buf_over(&note) && (lines > 1 || group->n == 0));
		frame32_add(ret, buf_slice(&note));
	} while (at < group->n);
}

static int log_notes(const struct world *w, struct db *db, const struct log *log, struct buf *ret,
	struct why *why)
{
	/* Each log has notes of as many witnesses as there are parties. */
	struct arena scratch CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA), *arena = &scratch;
	struct buf own CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES);
	struct why missing = {0};
	struct groups g = {0};
	char origin[ORIGIN_MAX];
	struct cosigned *cosigned;
	struct slice note;
	uint64_t size;
	size_t n;
	int rc;

	if (id_eq(&log->id.member, &w->node->self)) {
		/* An unfit or restored node signs nothing, but goes on serving what others wrote.
		 */
		rc = atomic_load(w->node->unfit) ? E_STATE
						 : node_head(w->node, db, log, &own, &missing);
		note = buf_slice(&own);
		if (rc == E_STATE)
			rc = head_get(db, log->row, arena, &size, &note, &missing);
	} else {
		rc = head_get(db, log->row, arena, &size, &note, &missing);
	}
	/* Of a forked log the part below the cut may be here, and of the heads that led to it none: what its witnesses have signed is told all the same. */
	bool headless = rc == E_MISSING;
	if (rc < 0 && !headless) {
		if (why != NULL)
			*why = missing;
		return rc;
	}
	if ((rc = cosign_list(db, log->row, arena, &cosigned, &n, why)) < 0)
		return rc;
	origin_format(&log->id, origin);
	g.origin = slice_str(origin);
	g.cap = n + 1;
	g.group = arena_array(arena, struct group, g.cap);
	rc = headless ? 0 : groups_add(&g, arena_copy(arena, note), arena, why);
	for (size_t i = 0; rc >= 0 && i < n; i++)
		rc = groups_add(&g, cosigned[i].note, arena, why);
	for (size_t i = 0; rc >= 0 && i < g.n; i++)
		group_print(&g.group[i], ret);
	return rc < 0 ? rc : 0;
}

int heads_notes(
	const struct world *w, struct db *db, struct arena *arena, struct buf *ret, struct why *why)
{
	struct log *log;
	size_t n;
	int rc = world_logs(w, db, arena, &log, &n, why);

	for (size_t i = 0; rc >= 0 && i < n; i++)
		rc = log_notes(w, db, &log[i], ret, why);
	return rc < 0 ? rc : 0;
}
