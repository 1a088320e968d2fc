/* sim_check.c: what must hold when everything has been said to everybody. */
#include "base/limits.h"
#include "base/report.h"
#include "peer/sim_int.h"

/* ---- standing ---- */

static int standing_of(struct sim_node *n, struct hash *ret, struct buf *ret_dump, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct standing anew;
	struct world w;
	int rc = db_begin_read(n->db, why);

	if (rc < 0)
		return rc;
	rc = world_load(&w, n->node, n->db, &n->sim->coalition, &arena, why);
	if (rc == 0)
		rc = standing_load(n->db, &w.coalition, &arena, &anew, why);
	db_rollback(n->db);
	if (rc < 0)
		return rc;
	if (!hash_eq(&w.standing.digest, &anew.digest))
		sim_break(n->sim, "standing", "node %u goes by a standing that has passed", n->at);
	*ret = w.standing.digest;
	buf_clear(ret_dump);
	standing_dump(&w.standing, ret_dump);
	return 0;
}

/* The first line in which two dumps differ, for whoever has to find out why. */
static void tell_difference(struct sim *s, unsigned a, unsigned b, struct slice x, struct slice y)
{
	struct slice p = SLICE_NONE, q = SLICE_NONE;

	for (;;) {
		bool more_x = slice_cut(&x, '\n', &p), more_y = slice_cut(&y, '\n', &q);

		if (!more_x && !more_y)
			break;
		if (!slice_eq(p, q)) {
			sim_break(s, "standing", "node %u has \"%.90s\", node %u \"%.90s\"", a,
				p.p ? (const char *)p.p : "", b, q.p ? (const char *)q.p : "");
			return;
		}
		p = q = SLICE_NONE;
	}
	sim_break(s, "standing", "nodes %u and %u differ", a, b);
}

static int check_standing(struct sim *s, struct why *why)
{
	struct buf first CLEANUP_BUF = BUF(MIB), dump CLEANUP_BUF = BUF(MIB);
	struct hash want = {0}, got;
	unsigned of = SIM_NODES_MAX;

	for (unsigned i = 0; i < s->o.nodes; i++) {
		int rc;

		if (!s->node[i].party || !sim_sound(s, i))
			continue;
		rc = standing_of(&s->node[i], &got, &dump, why);
		if (rc < 0)
			return rc;
		if (of == SIM_NODES_MAX) {
			of = i;
			want = got;
			buf_slice_add(&first, buf_slice(&dump));
		} else if (!hash_eq(&want, &got)) {
			tell_difference(s, of, i, buf_slice(&first), buf_slice(&dump));
		}
	}
	return 0;
}

/* ---- logs ---- */

static int check_logs_of(struct sim_node *n, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct world w = {.node = n->node, .coalition.id = n->sim->coalition};
	struct log *log;
	size_t count;
	int rc = db_begin_read(n->db, why);

	if (rc < 0)
		return rc;
	rc = world_logs(&w, n->db, &arena, &log, &count, why);
	for (size_t i = 0; rc >= 0 && i < count; i++) {
		unsigned author = sim_index(n->sim, &log[i].id.member);
		struct log own;

		rc = log_verify(n->db, &log[i], NULL, NULL, why);
		if (rc < 0 || author == SIM_NODES_MAX || !sim_honest(n->sim, author))
			continue;
		/* Everybody has all of every honest log; its author may have lost the end of it. */
		if (sim_sound(n->sim, author)) {
			rc = log_load(n->sim->node[author].db, &log[i].id, &own, why);
			if (rc == 0 &&
				(own.size != log[i].size || !hash_eq(&own.root, &log[i].root)))
				sim_break(n->sim, "log",
					"node %u has %llu entries of node %u, which has %llu",
					n->at, (unsigned long long)log[i].size, author,
					(unsigned long long)own.size);
		}
		if (rc == 0 && log[i].frozen)
			sim_break(n->sim, "log", "node %u has frozen the log of honest node %u",
				n->at, author);
	}
	db_rollback(n->db);
	return rc < 0 ? rc : 0;
}

/* Both stories have been told to somebody honest. */
static bool both_told(const struct sim *s)
{
	bool one = false, other = false;

	for (unsigned i = 0; i < s->o.nodes; i++) {
		if (i == s->equivocator || !s->node[i].party)
			continue;
		one = one || (s->twin_side >> i & 1) == 0;
		other = other || (s->twin_side >> i & 1) != 0;
	}
	return one && other;
}

static int check_forks_of(struct sim_node *n, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct coalition c;
	struct fork_row *fork;
	size_t count;
	int rc = coalition_load(n->db, &n->sim->coalition, &arena, &c, why);

	if (rc < 0 || (rc = fork_list(n->db, c.row, &arena, &fork, &count, why)) < 0)
		return rc;
	if (n->sim->twin != NULL && both_told(n->sim) && count == 0)
		sim_break(n->sim, "fork", "node %u has no proof of the fork", n->at);
	return 0;
}

/* ---- contents ---- */

static int payloads_held(struct sim_node *n, bool *held, struct why *why)
{
	struct stmt *st = db_stmt(n->db, "SELECT plain FROM payload");
	int rc;

	while ((rc = db_step(st, why)) == DB_ROW) {
		struct slice plain = db_blob(st, 0), number;
		ptrdiff_t at = slice_search(plain, SLICE("CANARY-"));
		uint64_t i = 0;

		sim_watch(n->sim, n->at, plain, "store");
		if (at < 0)
			continue;
		number = slice_sub(plain, (size_t)at + 7, (size_t)at + 13);
		for (size_t k = 0; k < number.n; k++)
			i = i * 10 + number.p[k] - '0';
		MUST(i < n->sim->canary.n);
		held[i] = true;
	}
	db_reset(st);
	return rc;
}

/* What must be there after all has been said; what must not be anywhere is watched all the time. */
static void check_canary(struct sim *s, size_t i, bool *const *held, unsigned members)
{
	const struct sim_canary *c = &s->canary.p[i];

	if (c->unsure || !sim_sound(s, c->author) || c->by_twin)
		return;
	for (unsigned k = 0; k < s->o.nodes; k++) {
		bool has = s->node[k].party && held[k][i];
		bool reads = (c->readers >> k & 1) != 0 && !c->erased;

		/* To whom relations were suspended, something may have been held back, or the other
		 * way round. */
		if (!sim_sound(s, k) || (s->suspended[c->author] >> k & 1) != 0 ||
			(s->suspended[k] >> c->author & 1) != 0)
			continue;
		/* Who is no member at the end gets nothing any more; before, it may have been quick enough. */
		if (reads && !has && (members >> k & 1) != 0)
			sim_break(s, "content", "content %zu of node %u is not at its reader %u", i,
				c->author, k);
		if (!reads && has)
			sim_break(s, "content", "content %zu of node %u, %s, is still at node %u",
				i, c->author, c->erased ? "erased" : "taken back", k);
	}
}

static int members_now(struct sim *s, unsigned *ret, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct sim_node *n = NULL;
	struct world w;
	int rc;

	*ret = 0;
	for (unsigned i = 0; n == NULL && i < s->o.nodes; i++)
		if (s->node[i].party && sim_sound(s, i))
			n = &s->node[i];
	if (n == NULL)
		return 0;
	rc = world_load(&w, n->node, n->db, &s->coalition, &arena, why);
	for (unsigned i = 0; rc >= 0 && i < s->o.nodes; i++) {
		const struct id *id = &s->node[i].node->self;
		const struct standing_party *p = standing_find(&w.standing, id);

		/* When a withdrawal takes effect is a matter of each author's clock. */
		if (standing_is_member(&w.standing, id) && p->status != STATUS_WITHDRAWING)
			*ret |= 1u << i;
	}
	return rc;
}

static int check_contents(struct sim *s, struct why *why)
{
	bool *held[SIM_NODES_MAX] = {0};
	unsigned members = 0;
	int rc = members_now(s, &members, why);

	for (unsigned i = 0; rc >= 0 && i < s->o.nodes; i++) {
		held[i] = mem_zero_alloc(s->canary.n + 1, sizeof(bool));
		if (s->node[i].party)
			rc = payloads_held(&s->node[i], held[i], why);
	}
	for (size_t i = 0; rc >= 0 && i < s->canary.n; i++)
		check_canary(s, i, held, members);
	for (unsigned i = 0; i < s->o.nodes; i++)
		mem_free(held[i]);
	return rc < 0 ? rc : 0;
}

/* Every table, whatever it is for: indexes, flags, drafts. */
static int check_tables(struct sim_node *n, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct buf dump CLEANUP_BUF = BUF(64 * MIB);
	VEC(const char *) sql = {0};
	struct stmt *st = db_stmt(n->db, "SELECT name FROM sqlite_master WHERE type = 'table'");
	int rc;

	while ((rc = db_step(st, why)) == DB_ROW)
		vec_push(&sql,
			arena_printf(&arena, "SELECT * FROM \"%.*s\"", SLICE_FMT(db_text(st, 0))));
	db_reset(st);
	for (size_t i = 0; rc >= 0 && i < sql.n; i++) {
		/* Blobs come out in hex, so payloads are looked at elsewhere; text as it is. */
		buf_clear(&dump);
		rc = db_dump(n->db, sql.p[i], &dump, why);
		sim_watch(n->sim, n->at, buf_slice(&dump), "table");
	}
	vec_free(&sql);
	return rc < 0 ? rc : 0;
}

/* State is a fold: the tables made anew are the same. */
static int check_rebuild(struct sim_node *n, struct why *why)
{
	struct hash before, after;
	int rc = fold_digest(n->db, &before, why);

	if (rc < 0 || (rc = fold_rebuild(n->node, n->db, NULL, NULL, why)) < 0 ||
		(rc = fold_digest(n->db, &after, why)) < 0)
		return rc;
	if (!hash_eq(&before, &after))
		sim_break(n->sim, "rebuild", "the tables of node %u are not what its entries say",
			n->at);
	return 0;
}

int sim_agree(struct sim *s, struct why *why)
{
	int rc;

	MUST(s->magic == SIM_MAGIC);
	if ((rc = check_standing(s, why)) < 0 || (rc = check_contents(s, why)) < 0)
		return rc;
	for (unsigned i = 0; i < s->o.nodes; i++) {
		struct sim_node *n = &s->node[i];

		if (!n->party || !sim_sound(s, i))
			continue;
		if ((rc = check_logs_of(n, why)) < 0 || (rc = check_forks_of(n, why)) < 0)
			return why_prefix(why, "node %u", i);
		/* Dear, so not always. */
		if (s->o.seed % 8 == i &&
			((rc = check_tables(n, why)) < 0 || (rc = check_rebuild(n, why)) < 0))
			return why_prefix(why, "node %u", i);
	}
	if (s->broken.code != 0) {
		*why = s->broken;
		return s->broken.code;
	}
	return 0;
}
