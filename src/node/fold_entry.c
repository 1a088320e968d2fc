/* fold_entry.c: one entry, its header and its content: what is it, is it for this node, and whose rules apply to it. */
#include "base/limits.h"
#include "node/fold_int.h"
#include "node/want.h"

#include <inttypes.h>

/* ---- headers ---- */

/* The clock of the entry before; *ret_has false if there is none to compare with (withheld, or out of grammar). */
static int time_before(
	struct fold *f, const struct log *log, uint64_t seq, bool *ret_has, struct why *why)
{
	struct arena scratch CLEANUP_ARENA = ARENA(1 * MIB);
	struct slice bytes;
	struct entry e;
	int rc;

	*ret_has = f->time_log == log->row && f->time_seq + 1 == seq;
	if (*ret_has || seq == 0)
		return 0;
	rc = log_entry(f->db, log->row, seq - 1, &scratch, &bytes, why);
	if (rc == 0 && entry_parse(&e, &scratch, bytes, NULL) == 0) {
		f->time_ms = e.time_ms;
		f->time_counter = e.time_counter;
		*ret_has = true;
	}
	return rc == E_MISSING ? 0 : rc;
}

static int check_time(
	struct fold *f, const struct log *log, uint64_t seq, const struct entry *e, struct why *why)
{
	bool has;
	int rc = time_before(f, log, seq, &has, why);

	if (rc < 0)
		return rc;
	bool later = !has || e->time_ms > f->time_ms ||
		     (e->time_ms == f->time_ms && e->time_counter > f->time_counter);
	f->time_log = log->row;
	f->time_seq = seq;
	f->time_ms = e->time_ms;
	f->time_counter = e->time_counter;
	if (later)
		return 0;
	struct why rule = {0};
	(void)!why_set(&rule, E_INVALID, "", "the clock of the log goes back");
	return fold_flag(f, log, seq, 0, "time", &rule, why);
}

/* Rules of the place and of the kind, for headers that can be read. */
static int check_header(const struct entry *e, const struct log *log, uint64_t seq, struct why *why)
{
	enum act_kind act = act_kind_of(e->kind);

	if (!id_eq(&e->log.coalition, &log->id.coalition))
		return why_set(why, E_INVALID, "coalition", "the entry is of another coalition");
	if (!id_eq(&e->log.member, &log->id.member) || e->log.epoch != log->id.epoch)
		return why_set(why, E_INVALID, "log", "the entry is of another log");
	if (e->seq != seq)
		return why_set(
			why, E_INVALID, "seq", "the entry names %" PRIu64 " as its place", e->seq);
	if (act != ACT_NONE)
		return act_entry_check(e, act, why);
	if (e->audience == AUDIENCE_VEILED)
		return e->has_payload ? 0
				      : why_set(why, E_INVALID, "payload",
						"a veiled entry without a payload says nothing");
	if (grant_kind_of(e->kind) != GRANT_NONE)
		return why_set(why, E_INVALID, "kind", "this kind travels veiled");
	if (e->has_object && !id_eq(&e->object.owner, &log->id.member))
		return why_set(why, E_INVALID, "object", "the object belongs to another member");
	return 0;
}

/* An open entry that is no act: is it for this node? */
static int open_mine(struct fold_at *at, bool *ret, struct why *why)
{
	struct why rule = {0};
	int rc = fold_at_readers(at, &rule);

	*ret = rc == 0 && fold_set_has(&at->readers, &at->f->world->node->self) && !at->erased;
	if (rc == E_MISSING)
		return fold_flag(at->f, at->log, at->seq, 0, "audience", &rule, why);
	if (rc < 0 && why)
		*why = rule;
	return rc;
}

static void open_content(struct fold_at *at)
{
	const struct entry *e = &at->e;

	at->mode = e->mode;
	at->kind = e->kind;
	at->label = e->label;
	at->media = e->media;
	at->has_object = e->has_object;
	at->object = e->object;
	at->ref = e->ref;
	at->n_ref = e->n_ref;
	at->until_ms = e->until_ms;
}

static int check_label_text(struct slice text, struct why *why)
{
	struct label label;

	if (!text.n)
		return why_set(why, E_INVALID, "label", "a record without a label");
	return label_parse(&label, text, why);
}

/* A record that is all in its header. */
static int header_only(struct fold_at *at, struct why *why)
{
	struct why rule = {0};
	/* Its own: one that a release gave it may have come before this or after. */
	int rc = check_label_text(at->e.label, &rule);

	return rc < 0 ? fold_flag(at->f, at->log, at->seq, 0, "label", &rule, why)
		      : fold_items(at, why);
}

static int header_fold(struct fold_at *at, bool *ret_wanted, struct why *why)
{
	const struct entry *e = &at->e;
	bool mine = true;
	int rc;

	if (e->audience == AUDIENCE_VEILED) {
		*ret_wanted = true;
		return 0;
	}
	open_content(at);
	if (act_kind_of(e->kind) == ACT_ROLL)
		return fold_roll_put(at->f, at->log, at->seq, e, why);
	if (act_kind_of(e->kind) == ACT_NONE) {
		rc = open_mine(at, &mine, why);
		if (rc < 0)
			return rc;
		if (mine && !e->has_payload)
			return header_only(at, why);
	}
	*ret_wanted = mine && e->has_payload;
	return 0;
}

int fold_header(struct fold *f, const struct log *log, uint64_t seq, struct slice entry_bytes,
	bool *ret_wanted, struct why *why)
{
	struct arena scratch CLEANUP_ARENA = ARENA(FOLD_SCRATCH);
	struct fold_at at = {
		.f = f, .log = log, .seq = seq, .bytes = entry_bytes, .scratch = &scratch};
	struct why rule = {0};
	bool wanted = false, own = id_eq(&log->id.member, &f->world->node->self);
	int rc = entry_parse(&at.e, &scratch, entry_bytes, &rule);

	if (rc < 0) {
		*ret_wanted = false;
		return fold_flag(f, log, seq, 0, "grammar", &rule, why);
	}
	rc = check_time(f, log, seq, &at.e, why);
	if (rc < 0)
		return rc;
	rc = check_header(&at.e, log, seq, &rule);
	if (rc < 0) {
		*ret_wanted = false;
		return fold_flag(f, log, seq, 0, "header", &rule, why);
	}
	rc = header_fold(&at, &wanted, why);
	wanted = wanted && !own && !f->rebuilding;
	if (rc == 0 && wanted) {
		rc = want_put(f->db, log->row, seq, why);
		f->wants_changed = true;
	}
	if (rc == 0)
		*ret_wanted = wanted;
	return rc;
}

int fold_header_late(struct fold *f, const struct log *log, uint64_t seq, struct slice entry_bytes,
	bool *ret_wanted, struct why *why)
{
	struct arena scratch CLEANUP_ARENA = ARENA(1 * MIB);
	struct slice next;
	struct entry e;
	int rc = fold_header(f, log, seq, entry_bytes, ret_wanted, why);

	if (rc < 0 || seq + 1 >= log->size)
		return rc;
	rc = log_entry(f->db, log->row, seq + 1, &scratch, &next, why);
	if (rc == E_MISSING) /* a hole as well: it will look back at this one */
		return 0;
	if (rc < 0 || entry_parse(&e, &scratch, next, NULL) < 0)
		return rc;
	return check_time(f, log, seq + 1, &e, why);
}

/* ---- contents ---- */

int fold_content(struct fold_at *at, struct slice plain, struct why *why)
{
	struct inner in;
	int rc;

	if (at->e.audience != AUDIENCE_VEILED) {
		open_content(at);
		at->content = plain;
		return 0;
	}
	rc = inner_parse(&in, at->scratch, plain, why);
	if (rc < 0)
		return rc;
	if (act_kind_of(in.kind) != ACT_NONE)
		return why_set(why, E_INVALID, "kind", "acts are never veiled");
	if (in.has_object && !id_eq(&in.object.owner, &at->log->id.member))
		return why_set(why, E_INVALID, "object", "the object belongs to another member");
	at->mode = in.mode;
	at->kind = in.kind;
	at->label = in.label;
	at->media = in.media;
	at->content = in.content;
	at->has_object = in.has_object;
	at->object = in.object;
	at->ref = in.ref;
	at->n_ref = in.n_ref;
	at->until_ms = in.until_ms;
	at->base.member = in.member;
	at->base.n = in.n_member;
	return 0;
}

/* The fold's own copy does not last until the next set is looked for. */
static void set_keep(struct fold_at *at, struct fold_set *set)
{
	struct id *member = arena_array(at->scratch, struct id, set->n + 1);

	memcpy(member, set->member, set->n * sizeof(*member));
	set->member = member;
}

int fold_at_readers(struct fold_at *at, struct why *why)
{
	const struct id *author = &at->log->id.member;
	struct grant_result result;
	struct granted *row;
	size_t n = 0;
	int rc = 0;

	if (at->e.audience == AUDIENCE_ALL)
		rc = fold_roll_get(at->f, at->log, at->seq, &at->e.roll, &at->base, why);
	else if (at->e.audience == AUDIENCE_LIST)
		rc = fold_set_of(at->f, author, at->e.member, at->e.n_member, &at->base, why);
	else
		rc = fold_set_of(at->f, author, at->base.member, at->base.n, &at->base, why);
	if (rc == 0)
		set_keep(at, &at->base);
	at->readers = at->base;
	/* Grants are never taken back themselves: else a rebuild could not see what they did. */
	if (rc < 0 || !at->f->grants_any || grant_kind_of(at->kind) != GRANT_NONE)
		return rc;
	rc = fold_granted(at->f->db, &at->log->id.coalition, author, at->log->id.epoch, at->seq,
		at->scratch, &row, &n, why);
	if (rc < 0 || n == 0)
		return rc;
	grant_apply(row, n, at->base.member, at->base.n, author, &at->f->world->node->self,
		at->scratch, &result);
	at->erased = result.erased;
	at->recalled = result.recalled;
	at->label = result.label.n ? result.label : at->label;
	rc = fold_set_of(at->f, author, result.member, result.n, &at->readers, why);
	if (rc == 0)
		set_keep(at, &at->readers);
	return rc;
}

/* Does the content belong to the leaf? */
static int check_commit(
	const struct entry *e, const uint8_t salt[32], struct slice plain, struct why *why)
{
	struct hash commit;

	if (!e->has_payload)
		return why_set(why, E_VERIFY, "payload", "the entry has none");
	if (plain.n > e->bucket)
		return why_set(why, E_VERIFY, "payload", "longer than the size class of the entry");
	commit = payload_commit(salt, plain);
	if (!hash_eq(&commit, &e->commit))
		return why_set(why, E_VERIFY, "payload", "the content is not that of the leaf");
	return 0;
}

/* Is it held already? Then it has been folded. */
static int payload_held(struct db *db, int64_t log_row, uint64_t seq, bool *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT 1 FROM payload WHERE log = $1 AND seq = $2");
	int rc;

	db_bind_i64(s, 1, log_row);
	db_bind_i64(s, 2, (int64_t)seq);
	rc = db_step(s, why);
	*ret = rc == DB_ROW;
	db_reset(s);
	return rc < 0 ? rc : 0;
}

/* Into the store, and off the list of what is missing. */
static int payload_keep(
	struct fold_at *at, const uint8_t salt[32], struct slice plain, struct why *why)
{
	int rc;

	if (at->f->rebuilding)
		return 0;
	rc = payload_put(at->f->db, at->log->row, at->seq, salt, plain, why);
	if (rc == 0 && !id_eq(&at->log->id.member, &at->f->world->node->self))
		rc = want_drop(at->f->db, at->log->row, at->seq, why);
	return rc;
}

/* Has its author erased or recalled it? For contents that break rules, of which the readers are not known. */
static int taken_away(struct fold_at *at, bool *ret, struct why *why)
{
	const struct id *author = &at->log->id.member;
	struct grant_result result;
	struct granted *row;
	size_t n;
	int rc;

	*ret = false;
	if (at->f->rebuilding || !at->f->grants_any)
		return 0;
	rc = fold_granted(at->f->db, &at->log->id.coalition, author, at->log->id.epoch, at->seq,
		at->scratch, &row, &n, why);
	if (rc < 0)
		return rc;
	grant_apply(row, n, NULL, 0, author, &at->f->world->node->self, at->scratch, &result);
	*ret = result.erased || result.recalled;
	return 0;
}

/* Evidence of a broken rule is kept, unless it has been taken away: then nothing is, and nothing is said that quotes it. `step` NULL: flagged already. */
static int flag_kept(struct fold_at *at, const char *step, const struct why *rule,
	const uint8_t salt[32], struct slice plain, struct why *why)
{
	bool gone;
	int rc = taken_away(at, &gone, why);

	if (rc < 0)
		return rc;
	if (gone)
		return want_drop(at->f->db, at->log->row, at->seq, why);
	rc = payload_keep(at, salt, plain, why);
	return rc < 0 || !step ? rc : fold_flag(at->f, at->log, at->seq, 0, step, rule, why);
}

static int record_fold(
	struct fold_at *at, const uint8_t salt[32], struct slice plain, struct why *why)
{
	struct fold *f = at->f;
	/* Its own: one that a release gave it may have come before this or after. */
	struct slice label = at->label;
	struct why rule = {0};
	int rc = fold_at_readers(at, &rule);

	if (rc == E_MISSING)
		return flag_kept(at, "audience", &rule, salt, plain, why);
	if (rc < 0) {
		if (why)
			*why = rule;
		return rc;
	}
	/* Asked at the door only: what is in the store came through it. */
	if (!f->rebuilding && (at->erased || at->recalled))
		return want_drop(f->db, at->log->row, at->seq, why);
	if (!f->rebuilding && !fold_set_has(&at->readers, &f->world->node->self))
		return why_set(why, E_DENIED, "audience", "the content is not for this node");
	rc = check_label_text(label, &rule);
	if (rc < 0)
		return flag_kept(at, "label", &rule, salt, plain, why);
	rc = payload_keep(at, salt, plain, why);
	if (rc < 0)
		return rc;
	return grant_kind_of(at->kind) != GRANT_NONE ? fold_grant(at, why) : fold_items(at, why);
}

int fold_payload(struct fold *f, const struct log *log, uint64_t seq, struct slice entry_bytes,
	const uint8_t salt[32], struct slice plain, struct why *why)
{
	struct arena scratch CLEANUP_ARENA = ARENA(FOLD_SCRATCH);
	struct fold_at at = {
		.f = f, .log = log, .seq = seq, .bytes = entry_bytes, .scratch = &scratch};
	struct why rule = {0};
	bool held = false;
	int rc = entry_parse(&at.e, &scratch, entry_bytes, NULL);

	if (rc < 0)
		return why_set(why, E_VERIFY, "payload", "the entry is out of grammar");
	rc = check_commit(&at.e, salt, plain, why);
	if (rc == 0 && !f->rebuilding)
		rc = payload_held(f->db, log->row, seq, &held, why);
	if (rc < 0)
		return rc;
	if (held) /* then nothing is to be asked for any more */
		return want_drop(f->db, log->row, seq, why);
	rc = check_header(&at.e, log, seq, NULL);
	if (rc < 0) /* flagged with the header */
		return flag_kept(&at, NULL, &rule, salt, plain, why);
	rc = fold_content(&at, plain, &rule);
	if (rc < 0)
		return flag_kept(&at, "content", &rule, salt, plain, why);
	if (act_kind_of(at.kind) == ACT_NONE)
		return record_fold(&at, salt, plain, why);
	rc = payload_keep(&at, salt, plain, why);
	return rc < 0 ? rc : fold_act(&at, plain, why);
}

int fold_readers(struct db *db, int64_t log_row, uint64_t seq, struct arena *arena,
	struct id **ret_member, size_t *ret_n, struct slice *ret_kind, struct slice *ret_label,
	struct why *why)
{
	struct log log;
	struct fold_at at = {.log = &log, .seq = seq, .scratch = arena};
	struct granted *row;
	struct grant_result result;
	struct slice plain = SLICE_NONE;
	uint8_t salt[32];
	struct id nobody = {0};
	size_t n;
	int rc = log_load_row(db, log_row, &log, why);

	if (rc == 0)
		rc = log_entry(db, log_row, seq, arena, &at.bytes, why);
	if (rc == 0)
		rc = entry_parse(&at.e, arena, at.bytes, why);
	if (rc == 0 && at.e.has_payload)
		rc = payload_get(db, log_row, seq, arena, salt, &plain, why);
	if (rc == 0)
		rc = fold_content(&at, plain, why);
	if (rc < 0)
		return rc == E_IO || rc == E_BUSY
			       ? rc
			       : why_set(why, E_MISSING, "payload", "no content of it is here");
	if (at.e.audience == AUDIENCE_LIST) {
		at.base.member = at.e.member;
		at.base.n = at.e.n_member;
	} else if (at.e.audience == AUDIENCE_ALL) {
		struct id *member;

		rc = fold_roll(db, log_row, &at.e.roll, arena, &member, &at.base.n, why);
		if (rc < 0)
			return rc;
		at.base.member = member;
	}
	rc = fold_granted(
		db, &log.id.coalition, &log.id.member, log.id.epoch, seq, arena, &row, &n, why);
	if (rc < 0)
		return rc;
	if (grant_kind_of(at.kind) != GRANT_NONE)
		n = 0;
	grant_apply(row, n, at.base.member, at.base.n, &log.id.member, &nobody, arena, &result);
	*ret_member = result.member;
	*ret_n = result.n;
	*ret_kind = at.kind;
	*ret_label = result.label.n ? result.label : at.label;
	return 0;
}
