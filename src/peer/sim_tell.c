/* sim_tell.c: what every node knows at the end, for whoever has to find out why a run did not hold. */
#include "base/limits.h"
#include "base/report.h"
#include "node/want.h"
#include "peer/sim_int.h"

#include <inttypes.h>

static int tell_cosigned(
	struct sim *s, struct db *db, const struct log *log, struct buf *b, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct cosigned *list;
	size_t n;
	int rc = cosign_list(db, log->row, &arena, &list, &n, why);

	for (size_t i = 0; rc == 0 && i < n; i++)
		buf_addf(b, " %u:%" PRIu64, sim_index(s, &list[i].witness), list[i].size);
	return rc;
}

/* Contents that are still asked for, and those that are given up ("never"). */
static int tell_wanted(struct sim_node *n, const struct log *log, struct buf *b, struct why *why)
{
	struct stmt *st = db_stmt(
		n->db, "SELECT seq, next_ms FROM want WHERE log = $1 ORDER BY seq LIMIT 20");
	const char *before = "; wants";
	int rc;

	db_bind_i64(st, 1, log->row);
	while ((rc = db_step(st, why)) == DB_ROW) {
		buf_addf(b, "%s %" PRId64 "%s", before, db_i64(st, 0),
			db_i64(st, 1) == WANT_NEVER ? " never" : "");
		before = ",";
	}
	db_reset(st);
	return rc;
}

static int tell_logs(struct sim *s, struct sim_node *n, struct buf *b, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct world w = {.node = n->node, .coalition.id = s->coalition};
	struct log *log;
	size_t count;
	int rc = world_logs(&w, n->db, &arena, &log, &count, why);

	for (size_t i = 0; rc == 0 && i < count; i++) {
		buf_addf(b, "\tlog of %u: size %" PRIu64, sim_index(s, &log[i].id.member),
			log[i].size);
		if (log[i].frozen)
			buf_addf(b, ", frozen at %" PRIu64, log[i].frozen_at);
		buf_str(b, "; cosigned");
		rc = tell_cosigned(s, n->db, &log[i], b, why);
		if (rc == 0)
			rc = tell_wanted(n, &log[i], b, why);
		buf_byte(b, '\n');
	}
	return rc;
}

static int tell_standing(struct sim *s, struct sim_node *n, struct buf *b, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct world w;
	int rc = world_load(&w, n->node, n->db, &s->coalition, &arena, why);

	if (rc < 0)
		return rc;
	buf_addf(b, "\t%s\n", w.standing.in_force ? "in force" : "not in force");
	for (size_t i = 0; i < w.standing.n_party; i++) {
		const struct standing_party *p = &w.standing.party[i];

		buf_addf(b, "\t%u is %s (seq %" PRIu64 "), %u acts unwitnessed%s\n",
			sim_index(s, &p->id), status_name(p->status), p->seq, p->unwitnessed,
			p->forked ? ", forked" : "");
	}
	return 0;
}

int sim_tell(struct sim *s, struct buf *b, struct why *why)
{
	int rc = 0;

	MUST(s->magic == SIM_MAGIC);
	for (unsigned i = 0; rc == 0 && i < s->o.nodes + (s->twin != NULL); i++) {
		struct sim_node *n = &s->node[i];

		buf_addf(b, "node %u%s%s\n", n->at, n == s->twin ? " (the other story)" : "",
			s->twin != NULL && n != s->twin && (s->twin_side >> i & 1) != 0
				? ", is told the other story"
				: "");
		if (!n->party)
			continue;
		rc = tell_standing(s, n, b, why);
		if (rc == 0)
			rc = tell_logs(s, n, b, why);
	}
	return rc;
}
