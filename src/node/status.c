/* status.c: gathering the one look. It computes nothing about standing: that is pact/standing.h; it only puts it into words. */
#include "node/head.h"
#include "node/record.h"
#include "node/status_int.h"

#include "base/limits.h"
#include "base/report.h"

#include <inttypes.h>
#include <limits.h>

#define SHOWN_MAX    200 /* flags, refusals, acts of a party */
#define WARNINGS_MAX 256

/* ---- words ---- */

static int text_order(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

const char *status_names(const struct world *w, const struct id *id, size_t n, struct arena *arena)
{
	struct buf b CLEANUP_BUF = BUF(16 * KIB);
	const char **label = arena_array(arena, const char *, n + 1);

	for (size_t i = 0; i < n; i++)
		label[i] = world_party_label(w, &id[i], arena);
	qsort(label, n, sizeof(*label), text_order);
	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%s%s", i ? ", " : "", label[i]);
	return arena_string(arena, buf_slice(&b));
}

static const char *day(struct arena *arena, int64_t ms)
{
	char text[UTC_TEXT_LEN + 1];

	utc_format(ms, text);
	return arena_string(arena, slice_of(text, 10));
}

/* In `from` and not in `done`; both sorted. */
static void missing_of(struct arena *arena, const struct id *from, size_t n, const struct id *done,
	size_t n_done, const struct id **ret, size_t *ret_n)
{
	struct id *id = arena_array(arena, struct id, n + 1);
	size_t at = 0;

	for (size_t i = 0; i < n; i++)
		if (n_done == 0 || !bsearch(&from[i], done, n_done, sizeof(*done), id_cmp))
			id[at++] = from[i];
	*ret = id;
	*ret_n = at;
}

static const char *accession_words(const struct status_all *s, const struct status_party *p,
	const char *what, struct arena *arena)
{
	const struct standing_party *q = p->standing;

	if (q->n_ratified >= q->need)
		return arena_printf(arena, "%s", what);
	return arena_printf(arena, "%s; ratified %zu of %zu, missing %s", what, q->n_ratified,
		q->need, status_names(s->w, p->missing, p->n_missing, arena));
}

static const char *signed_words(const struct status_all *s, struct arena *arena)
{
	const struct standing *st = &s->w->standing;

	if (st->in_force)
		return "founder; has signed the charter";
	return arena_printf(arena, "founder; has signed; not in force until %s",
		st->n_signed + s->n_unsigned == st->need
			? arena_printf(arena, "%s has",
				  status_names(s->w, s->unsigned_founder, s->n_unsigned, arena))
			: arena_printf(arena, "%zu more have", st->need - st->n_signed));
}

static const char *leaving_words(
	const struct status_all *s, const struct standing_party *q, struct arena *arena)
{
	if (q->withdraw_ms <= s->now_ms)
		return arena_printf(
			arena, "former member since %s: has withdrawn", day(arena, q->withdraw_ms));
	return arena_printf(arena, "member until %s: has withdrawn", day(arena, q->withdraw_ms));
}

static const char *party_words(
	const struct status_all *s, const struct status_party *p, struct arena *arena)
{
	const struct standing_party *q = p->standing;

	/* What it may have signed cannot be judged here, and so is not here. */
	if (!p->has_root)
		return q && q->founder
			       ? "named as a founder; not known here: without its root document nothing that it signs can be seen (entente join … --party FILE)"
			       : "not known here: without its root document nothing that it signs can be seen (entente join … --party FILE)";
	if (!q)
		return "not a member; has signed nothing";
	switch (q->status) {
	case STATUS_MENTIONED:
		return "not a member; has signed nothing";
	case STATUS_DECLARED:
		return q->unwitnessed ? "named as a founder; what it has signed waits for witnesses"
				      : "named as a founder; has signed nothing";
	case STATUS_SIGNED:
		return signed_words(s, arena);
	case STATUS_INTERESTED:
		return "not a member; has declared interest, which binds it to nothing";
	case STATUS_APPLIED:
		return accession_words(s, p, "not a member yet; has signed its accession", arena);
	case STATUS_OBSERVER:
		return "observer";
	case STATUS_MEMBER:
		return q->founder ? "member; founder" : "member; by accession";
	case STATUS_WITHDRAWING:
		return leaving_words(s, q, arena);
	case STATUS_SUSPENDED:
		return arena_printf(arena, "not in standing: relations suspended by %s",
			status_names(s->w, q->suspended_by, q->n_suspended_by, arena));
	}
	return "";
}

/* ---- parties ---- */

static int party_order(const void *a, const void *b)
{
	const struct status_party *x = a, *y = b;
	int c = strcmp(x->label, y->label);

	return c ? c : id_cmp(&x->id, &y->id);
}

static int party_root(struct status_party *p, struct db *db, struct arena *arena, struct why *why)
{
	struct arena scratch CLEANUP_ARENA = ARENA(160 * MIB);
	struct root_chain chain;
	int rc = root_chain_load(db, &p->id, &scratch, &chain, why);

	(void)arena;
	if (rc == E_MISSING)
		return 0;
	if (rc < 0)
		return rc;
	const struct root *r = root_latest(&chain);
	p->has_root = true;
	p->root_version = r->version;
	p->root_twin = chain.n_twin ? chain.twin[0].version : 0;
	p->threshold = r->threshold;
	p->n_root_key = r->n_key;
	p->trial = r->n_key == 1;
	return 0;
}

static void party_add(struct status_all *s, const struct id *id, struct arena *arena)
{
	const struct standing_party *q = standing_find(&s->w->standing, id);
	struct status_party *p;

	for (size_t i = 0; i < s->n_party; i++)
		if (id_eq(&s->party[i].id, id))
			return;
	p = &s->party[s->n_party++];
	p->id = *id;
	p->standing = q;
	p->label = world_party_label(s->w, id, arena);
	if (q && (q->status == STATUS_APPLIED || q->n_ratified < q->need))
		missing_of(arena, q->required, q->n_required, q->ratified, q->n_ratified,
			&p->missing, &p->n_missing);
}

static int parties_load(struct status_all *s, struct db *db, struct arena *arena, struct why *why)
{
	const struct world *w = s->w;
	int rc = 0;

	s->party = arena_array(arena, struct status_party, w->standing.n_party + w->n_party + 1);
	for (size_t i = 0; i < w->standing.n_party; i++)
		party_add(s, &w->standing.party[i].id, arena);
	for (size_t i = 0; i < w->n_party; i++)
		party_add(s, &w->party[i].id, arena);
	qsort(s->party, s->n_party, sizeof(*s->party), party_order);
	for (size_t i = 0; rc == 0 && i < s->n_party; i++) {
		rc = party_root(&s->party[i], db, arena, why);
		s->party[i].words = party_words(s, &s->party[i], arena);
	}
	return rc;
}

static void founders_load(struct status_all *s, struct arena *arena)
{
	const struct charter *c = &s->w->coalition.founding;
	struct id *id = arena_array(arena, struct id, c->n_member + 1);

	for (size_t i = 0; i < c->n_member; i++)
		id[i] = c->member[i].id;
	missing_of(arena, id, c->n_member, s->w->standing.signed_by, s->w->standing.n_signed,
		&s->unsigned_founder, &s->n_unsigned);
}

/* ---- acts ---- */

static const struct status_log *log_of(
	const struct status_all *s, const struct id *member, uint32_t epoch)
{
	for (size_t i = 0; i < s->n_log; i++)
		if (id_eq(&s->log[i].log.id.member, member) && s->log[i].log.id.epoch == epoch)
			return &s->log[i];
	return NULL;
}

static bool is_home(const struct status_all *s, const struct status_party *p, const struct id *who)
{
	if (id_eq(who, &p->id))
		return false;
	/* Who has asked nobody for a ratification yet has no roll: whoever holds the log has seen it. */
	if (p->standing && !p->standing->founder)
		return !p->standing->n_required ||
		       bsearch(who, p->standing->required, p->standing->n_required, sizeof(*who),
			       id_cmp) != NULL;
	return charter_has_member(&s->w->coalition.founding, who);
}

/* How many of its home roll have seen the log beyond the act, and how many must. */
static void act_witnesses(
	const struct status_all *s, const struct status_party *p, struct status_act *a)
{
	const struct status_log *l = log_of(s, &p->id, a->epoch);
	enum act_kind kind = act_kind_of(a->kind);
	size_t home = p->standing && !p->standing->founder ? p->standing->n_required + 1
							   : s->w->coalition.founding.n_member;

	for (size_t i = 0; l && i < l->n_cosigned; i++)
		if (l->cosigned[i].size > a->seq && is_home(s, p, &l->cosigned[i].witness))
			a->witnessed++;
	if (kind != ACT_NONE && act_rules[kind].constitutional)
		a->need = witness_quorum((unsigned)home);
}

/* What the act says, with the party that it is about. */
static const char *act_words(const struct status_all *s, struct slice kind, struct slice body,
	struct arena *scratch, struct arena *arena)
{
	static const char *const words[ACT_KINDS] = {
		[ACT_ROOT] = "published a root document",
		[ACT_INTRODUCTION] = "introduced",
		[ACT_SIGN] = "signed the charter",
		[ACT_INTEREST] = "declared its interest",
		[ACT_ACCEDE] = "signed its accession",
		[ACT_RATIFY] = "ratified the accession of",
		[ACT_WITHDRAW] = "withdrew",
		[ACT_SUSPEND] = "suspended relations with",
		[ACT_RESUME] = "resumed relations with",
	};
	enum act_kind k = act_kind_of(kind);
	struct act_body *b = arena_new(scratch, struct act_body);

	if (!words[k])
		return arena_string(arena, kind);
	if (act_body_parse(b, scratch, k, body, NULL) < 0)
		return arena_printf(arena, "%s (out of form)", words[k]);
	if (b->has_member)
		return arena_printf(
			arena, "%s %s", words[k], world_party_label(s->w, &b->member, arena));
	return arena_printf(
		arena, "%s%s", words[k], k == ACT_ACCEDE && b->observer ? " as an observer" : "");
}

/* Of a party what settles standing and what it has shown; saying that something is public is not news of it, and comes by the hundred. */
#define ACTS_SHOWN                                                                                 \
	"FROM act a JOIN log l ON l.id = a.log WHERE l.coalition = $1 AND l.member = $2 "          \
	"AND a.kind NOT IN ('statement/1', 'state-digest/1', 'publish/1') "

/* The newest have been read: how many there are besides. */
static int acts_count(
	const struct status_all *s, struct status_party *p, struct db *db, struct why *why)
{
	struct stmt *st = db_stmt(db, "SELECT count(*) " ACTS_SHOWN);
	int rc;

	db_bind_blob(st, 1, id_slice(&s->w->coalition.id));
	db_bind_blob(st, 2, id_slice(&p->id));
	if ((rc = db_step(st, why)) == DB_ROW && db_i64(st, 0) > SHOWN_MAX)
		p->more_acts = (size_t)db_i64(st, 0) - SHOWN_MAX;
	db_reset(st);
	return rc < 0 ? rc : 0;
}

/* From the newest first to the oldest first. */
static void acts_turn(struct status_act *act, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		struct status_act a = act[i];

		act[i] = act[n - 1 - i];
		act[n - 1 - i] = a;
	}
}

static int acts_load(struct status_all *s, struct status_party *p, struct db *db,
	struct arena *arena, struct why *why)
{
	struct arena scratch CLEANUP_ARENA = ARENA(16 * MIB),
			     roots CLEANUP_ARENA = ARENA(160 * MIB);
	struct root_chain chain = {0};
	int rc = root_chain_in_log(db, &s->w->coalition, &p->id, &roots, &chain, why);

	if (rc < 0)
		return rc;
	struct stmt *st = db_stmt(db,
		"SELECT l.epoch, a.seq, a.kind, a.leaf, a.time_ms, a.entry, a.body " ACTS_SHOWN
		"ORDER BY l.epoch DESC, a.seq DESC LIMIT $3");

	db_bind_blob(st, 1, id_slice(&s->w->coalition.id));
	db_bind_blob(st, 2, id_slice(&p->id));
	db_bind_i64(st, 3, SHOWN_MAX);
	p->act = arena_array(arena, struct status_act, SHOWN_MAX);
	while ((rc = db_step(st, why)) == DB_ROW) {
		struct status_act *a = &p->act[p->n_act];
		enum act_kind kind = act_kind_of(db_text(st, 2));
		struct entry e;

		arena_reset(&scratch);
		MUST(db_blob(st, 3).n == 32);
		if (entry_parse(&e, &scratch, db_blob(st, 5), NULL) < 0)
			continue;
		/* What no officer of the party has signed, the party has not signed: flag_list tells of it. */
		if (kind != ACT_NONE && act_signature_check(&e, kind, &chain, NULL) < 0)
			continue;
		a->epoch = (uint32_t)db_i64(st, 0);
		a->seq = (uint64_t)db_i64(st, 1);
		a->kind = arena_copy(arena, db_text(st, 2));
		a->words = act_words(s, a->kind, db_blob(st, 6), &scratch, arena);
		memcpy(a->leaf.b, db_blob(st, 3).p, 32);
		a->time_ms = db_i64(st, 4);
		a->mode = e.mode;
		p->n_act++;
	}
	db_reset(st);
	acts_turn(p->act, p->n_act);
	for (size_t i = 0; rc == 0 && i < p->n_act; i++)
		act_witnesses(s, p, &p->act[i]);
	return rc < 0 ? rc : acts_count(s, p, db, why);
}

bool status_about(const struct status_party *p, const struct statement *s)
{
	if (s->body.has_about)
		return id_eq(&s->body.about, &p->id);
	return slice_is(s->body.about_label, p->label);
}

/* ---- logs ---- */

static int count_of(struct db *db, struct stmt *s, int64_t log_row, int64_t *ret, struct why *why)
{
	int rc;

	(void)db;
	db_bind_i64(s, 1, log_row);
	rc = db_step(s, why);
	*ret = rc == DB_ROW ? db_i64(s, 0) : 0;
	db_reset(s);
	return rc < 0 ? rc : 0;
}

static int logs_load(struct status_all *s, struct db *db, struct arena *arena, struct why *why)
{
	struct log *log;
	int rc = world_logs(s->w, db, arena, &log, &s->n_log, why);

	if (rc < 0)
		return rc;
	s->log = arena_array(arena, struct status_log, s->n_log + 1);
	for (size_t i = 0; rc == 0 && i < s->n_log; i++) {
		struct status_log *l = &s->log[i];

		l->log = log[i];
		if (id_eq(&log[i].id.member, &s->w->node->self)) {
			struct why look = {0};

			if (head_look(s->w->node, db, &log[i], &look) < 0)
				l->refused = arena_printf(arena, "%s", look.text);
		}
		rc = cosign_list(db, log[i].row, arena, &l->cosigned, &l->n_cosigned, why);
		/* The literal is WANT_NEVER: what is for somebody else is not missed here. */
		if (rc == 0)
			rc = count_of(db,
				db_stmt(db,
					"SELECT count(*) FROM want WHERE log = $1 AND next_ms < 9223372036854775807"),
				log[i].row, &l->wanted, why);
		if (rc == 0)
			rc = count_of(db, db_stmt(db, "SELECT count(*) FROM flag WHERE log = $1"),
				log[i].row, &l->flags, why);
	}
	return rc;
}

/* ---- warnings ---- */

static void warn(struct status_all *s, const char *text)
{
	if (s->n_warning < WARNINGS_MAX)
		s->warning[s->n_warning++] = text;
}

/* Live items by mode; and labels that do not admit all of their readers as charter and clearances are now. */
static int items_load(struct status_all *s, struct db *db, struct arena *arena, struct why *why)
{
	enum { ROWS = 1000 };
	struct label_use {
		int64_t audience, n;
		struct slice label;
		struct id author;
	} *use = arena_alloc_n(arena, ROWS, sizeof(*use));
	size_t n = 0;
	struct stmt *st = db_stmt(db,
		"SELECT mode, owner, label, audience, n FROM item_use WHERE coalition = $1 AND n > 0 "
		"ORDER BY mode, owner, label, audience");
	int rc;

	db_bind_i64(st, 1, s->w->coalition.row);
	while ((rc = db_step(st, why)) == DB_ROW) {
		int64_t mode = db_i64(st, 0);

		MUST(mode >= MODE_REAL && mode <= MODE_TEST && db_blob(st, 1).n == 16);
		s->count[mode] += db_i64(st, 4);
		if (n == ROWS)
			continue;
		memcpy(use[n].author.b, db_blob(st, 1).p, 16);
		use[n].label = arena_copy(arena, db_text(st, 2));
		use[n].audience = db_i64(st, 3);
		use[n++].n = db_i64(st, 4);
	}
	db_reset(st);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		const struct charter *c = s->w->standing.charter;
		struct label label;
		struct id *member;
		size_t n_member;

		if (label_parse(&label, use[i].label, NULL) < 0 ||
			label_check(&label, c, NULL) < 0) {
			warn(s, arena_printf(arena,
					"%" PRId64
					" records of %s have a label that the charter does not know: %.*s",
					use[i].n, world_party_label(s->w, &use[i].author, arena),
					SLICE_FMT(use[i].label)));
			continue;
		}
		rc = audience_members(db, use[i].audience, arena, &member, &n_member, why);
		for (size_t k = 0; rc == 0 && k < n_member; k++)
			if (!id_eq(&member[k], &use[i].author) &&
				!label_admits(
					&label, c, &member[k], world_clearance(s->w, &member[k])))
				warn(s, arena_printf(arena,
						"%" PRId64
						" records of %s labelled %.*s have %s among their readers, whose clearance is lower",
						use[i].n,
						world_party_label(s->w, &use[i].author, arena),
						SLICE_FMT(use[i].label),
						world_party_label(s->w, &member[k], arena)));
	}
	return rc;
}

/* Own erasures that a reader has not answered. */
static int erasures_load(struct status_all *s, struct db *db, struct arena *arena, struct why *why)
{
	struct stmt *st = db_stmt(db,
		"SELECT am.member, count(*) FROM grants g JOIN audience_member am ON am.audience = g.audience "
		"WHERE g.coalition = $1 AND g.kind = 3 AND g.owner = $2 AND am.member <> $2 AND NOT EXISTS ("
		"SELECT 1 FROM answer a JOIN log l ON l.id = a.log WHERE l.member = am.member AND a.owner = $2 "
		"AND a.target_epoch = g.epoch AND a.target_seq = g.seq) GROUP BY am.member ORDER BY am.member");
	int rc;

	db_bind_i64(st, 1, s->w->coalition.row);
	db_bind_blob(st, 2, id_slice(&s->w->node->self));
	while ((rc = db_step(st, why)) == DB_ROW) {
		struct id who;

		MUST(db_blob(st, 0).n == 16);
		memcpy(who.b, db_blob(st, 0).p, 16);
		warn(s, arena_printf(arena, "%s has not confirmed %" PRId64 " of our erasures",
				world_party_label(s->w, &who, arena), db_i64(st, 1)));
	}
	db_reset(st);
	return rc;
}

static void logs_warn(struct status_all *s, struct arena *arena)
{
	for (size_t i = 0; i < s->n_log; i++) {
		const struct status_log *l = &s->log[i];
		const char *label = world_party_label(s->w, &l->log.id.member, arena);

		if (l->refused)
			warn(s, arena_printf(arena, "this node signs and writes nothing: %s",
					l->refused));
		if (l->log.frozen)
			warn(s, arena_printf(arena,
					"%s has told two stories: its log is frozen at entry %" PRIu64,
					label, l->log.frozen_at));
		if (l->log.time_ms > s->now_ms + LIMIT_CLOCK_AHEAD_MS)
			warn(s, arena_printf(arena,
					"the clock of %s is more than a day ahead of ours", label));
		if (l->flags && !s->limited)
			warn(s, arena_printf(arena,
					"%" PRId64 " entries of %s break rules and do not count",
					l->flags, label));
	}
	if (atomic_load(s->w->node->unfit))
		warn(s, "a disk has failed under this process: it writes and signs nothing");
}

static void parties_warn(struct status_all *s, struct arena *arena)
{
	struct buf trial CLEANUP_BUF = BUF(16 * KIB);
	size_t n = 0;

	for (size_t i = 0; i < s->n_party; i++) {
		const struct status_party *p = &s->party[i];

		if (p->trial)
			buf_addf(&trial, "%s%s", n++ ? ", " : "", p->label);
		if (p->standing && p->standing->unwitnessed)
			warn(s, arena_printf(arena,
					"%s of %s %s not count yet: witnessed by too few",
					arena_count(arena, p->standing->unwitnessed, "act", "acts"),
					p->label, p->standing->unwitnessed == 1 ? "does" : "do"));
	}
	if (n)
		warn(s, arena_printf(arena,
				"trial keys: %s %s one root key each; for real use there are several, held by different people",
				arena_string(arena, buf_slice(&trial)), n == 1 ? "has" : "have"));
}

int status_load(struct status_all *ret, const struct world *w, struct db *db,
	const struct reader *who, struct arena *arena, struct why *why)
{
	struct status_all s = {.w = w,
		.who = who,
		.limited = who && (who->no_clearance || who->clearance_level != UINT_MAX),
		.now_ms = env_now_ms(&w->node->env)};
	int rc;

	s.warning = arena_array(arena, const char *, WARNINGS_MAX);
	founders_load(&s, arena);
	rc = logs_load(&s, db, arena, why);
	if (rc == 0)
		rc = parties_load(&s, db, arena, why);
	for (size_t i = 0; rc == 0 && i < s.n_party; i++)
		rc = acts_load(&s, &s.party[i], db, arena, why);
	if (rc == 0)
		rc = statement_list(db, &w->coalition, LIMIT_SHOWN, arena, &s.statement,
			&s.n_statement, &s.more_statements, why);
	if (rc == 0 && !s.limited)
		rc = flag_list(db, &w->coalition.id, SHOWN_MAX, arena, &s.flag, &s.n_flag, why);
	if (rc == 0)
		rc = refusal_list(db, w->coalition.row, LIMIT_SHOWN, arena, &s.refusal,
			&s.n_refusal, &s.more_refusals, why);
	if (rc == 0)
		rc = fork_list(db, w->coalition.row, arena, &s.fork, &s.n_fork, why);
	if (rc == 0)
		rc = peer_health_list(db, arena, &s.health, &s.n_health, why);
	parties_warn(&s, arena);
	logs_warn(&s, arena);
	for (enum mode m = MODE_REAL; rc == 0 && s.limited && m <= MODE_TEST; m++)
		rc = record_count(w, db, who, m, &s.count[m], why);
	if (rc == 0 && !s.limited)
		rc = items_load(&s, db, arena, why);
	if (rc == 0 && !s.limited)
		rc = erasures_load(&s, db, arena, why);
	if (rc == 0)
		*ret = s;
	return rc;
}
