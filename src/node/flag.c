/*
 * flag.c: broken rules as they are shown: those that the fold has flagged, and acts without a valid signature of an officer.
 *
 * The latter are not in the fold's tables: which officers a party has follows from its root documents, and one that comes later may make an act valid.
 */
#include "base/limits.h"
#include "base/report.h"
#include "base/vec.h"
#include "node/fold.h"

/* Nobody's flags hide anybody else's: the newest of each member, then the next. */
static int flags_folded(struct db *db, const struct id *coalition, size_t limit,
	struct arena *arena, struct flag **ret, size_t *ret_n, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"SELECT member, epoch, seq, at, step, text FROM ("
		"SELECT l.member, l.epoch, f.seq, f.at, f.step, f.text, row_number() OVER "
		"(PARTITION BY l.member ORDER BY l.epoch DESC, f.seq DESC, f.at, f.step) AS nth "
		"FROM flag f JOIN log l ON l.id = f.log "
		"WHERE l.coalition = $1 ORDER BY nth, l.member LIMIT $2) AS shown "
		"ORDER BY member, epoch, seq DESC, at, step");
	struct flag *flag = arena_array(arena, struct flag, 2 * limit + 1);
	size_t n = 0;
	int rc;

	db_bind_blob(s, 1, id_slice(coalition));
	db_bind_i64(s, 2, (int64_t)limit);
	while ((rc = db_step(s, why)) == DB_ROW && n < limit) {
		struct flag *x = &flag[n++];

		x->log.coalition = *coalition;
		MUST(db_blob(s, 0).n == sizeof(x->log.member));
		memcpy(&x->log.member, db_blob(s, 0).p, sizeof(x->log.member));
		x->log.epoch = (uint32_t)db_i64(s, 1);
		x->seq = (uint64_t)db_i64(s, 2);
		x->at = (uint64_t)db_i64(s, 3);
		x->step = arena_copy(arena, db_text(s, 4));
		x->text = arena_copy(arena, db_text(s, 5));
	}
	db_reset(s);
	if (rc < 0)
		return rc;
	*ret = flag;
	*ret_n = n;
	return 0;
}

/* Logs with acts in them. */
struct log_row {
	int64_t row;
	struct log_id id;
};
typedef VEC(struct log_row) log_rows;

static int logs_with_acts(struct db *db, const struct id *coalition, log_rows *ret, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "SELECT id, member, epoch FROM log l WHERE coalition = $1 AND EXISTS"
			    " (SELECT 1 FROM act a WHERE a.log = l.id) ORDER BY member, epoch");
	int rc;

	db_bind_blob(s, 1, id_slice(coalition));
	while ((rc = db_step(s, why)) == DB_ROW) {
		struct log_row row = {.row = db_i64(s, 0),
			.id = {.coalition = *coalition, .epoch = (uint32_t)db_i64(s, 2)}};

		MUST(db_blob(s, 1).n == sizeof(row.id.member));
		memcpy(&row.id.member, db_blob(s, 1).p, sizeof(row.id.member));
		vec_push(ret, row);
	}
	db_reset(s);
	return rc;
}

static int act_check(
	struct slice entry, enum act_kind kind, const struct root_chain *chain, struct why *why)
{
	struct arena scratch CLEANUP_ARENA = ARENA(1 * MIB);
	struct entry e;

	if (entry_parse(&e, &scratch, entry, NULL) < 0)
		return 0; /* flagged by the fold */
	if (chain->n == 0)
		return why_set(why, E_VERIFY, "act", "no root document of its author is known");
	return act_signature_check(&e, kind, chain, why);
}

/* The newest acts of one log; how many there are is its author's to say, so not all of them. */
static int flags_of_log(struct db *db, const struct log_row *log, const struct root_chain *chain,
	size_t limit, struct arena *arena, struct flag *flag, size_t *n, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT seq, kind, entry FROM act WHERE log = $1"
				     " AND kind <> 'statement/1' AND kind <> 'introduction/1'"
				     " AND kind <> 'state-digest/1' ORDER BY seq DESC LIMIT $2");
	int rc;

	db_bind_i64(s, 1, log->row);
	db_bind_i64(s, 2, LIMIT_FLAG_ACTS);
	while ((rc = db_step(s, why)) == DB_ROW && *n < limit) {
		enum act_kind kind = act_kind_of(db_text(s, 1));
		struct why rule = {0};

		if (kind == ACT_NONE || act_rules[kind].scope == 0 ||
			act_check(db_blob(s, 2), kind, chain, &rule) == 0)
			continue;
		flag[(*n)++] = (struct flag){.log = log->id,
			.seq = (uint64_t)db_i64(s, 0),
			.step = SLICE("signature"),
			.text = slice_str(
				arena_printf(arena, "%s: %s", act_rules[kind].kind, rule.text))};
	}
	db_reset(s);
	return rc < 0 ? rc : 0;
}

static int flags_of_acts(struct db *db, const struct coalition *c, const log_rows *logs,
	size_t limit, struct arena *arena, struct flag *flag, size_t *n, struct why *why)
{
	size_t end = *n + limit;
	int rc = 0;

	for (size_t i = 0; rc >= 0 && i < logs->n && *n < end; i++) {
		struct arena roots CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
		struct root_chain chain;

		rc = root_chain_in_log(db, c, &logs->p[i].id.member, &roots, &chain, why);
		if (rc < 0)
			return rc;
		/* A share for each log; what one leaves the later ones may have. */
		size_t share = (end - *n) / (logs->n - i);
		rc = flags_of_log(
			db, &logs->p[i], &chain, *n + (share > 0 ? share : 1), arena, flag, n, why);
	}
	return rc < 0 ? rc : 0;
}

int flag_list(struct db *db, const struct id *coalition, size_t limit, struct arena *arena,
	struct flag **ret, size_t *ret_n, struct why *why)
{
	struct arena scratch CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	log_rows logs = {0};
	struct coalition c;
	struct flag *flag;
	size_t n;
	int rc = flags_folded(db, coalition, limit, arena, &flag, &n, why);

	if (rc == 0)
		rc = logs_with_acts(db, coalition, &logs, why);
	if (rc == 0)
		rc = coalition_load(db, coalition, &scratch, &c, why);
	if (rc == 0)
		rc = flags_of_acts(db, &c, &logs, limit, arena, flag, &n, why);
	vec_free(&logs);
	if (rc < 0)
		return rc;
	*ret = flag;
	*ret_n = n;
	return 0;
}
