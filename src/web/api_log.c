/* api_log.c: members' logs: heads, entries, proofs. What a partner may see of an entry, a person here may see; of open headers what the clearance covers. */
#include "web/api_int.h"

#include "base/limits.h"
#include "log/proof.h"
#include "node/status.h"
#include "web/job.h"

int api_logs(struct call *c)
{
	page_open(c);
	TRY(status_part_json(&c->world, c->db, &c->reader, STATUS_LOGS, NULL, &c->o, &c->why));
	page_close(c, SLICE_NONE);
	return 0;
}

int log_of_path(struct call *c, struct slice text, struct log *ret)
{
	struct slice member;
	struct log_id id = {.coalition = c->world.coalition.id};
	uint64_t epoch;

	if (!slice_cut_exact(&text, '.', &member) || id_parse(member, &id.member) < 0 ||
		slice_u64(text, &epoch) < 0 || epoch > UINT32_MAX)
		return why_set(&c->why, E_MISSING, "", "there is no such log here");
	id.epoch = (uint32_t)epoch;
	int rc = log_load(c->db, &id, ret, &c->why);
	return rc == E_MISSING ? why_set(&c->why, E_MISSING, "", "there is no such log here") : rc;
}

/* The newest signed head that is here. For the own log it is made now. */
static int head_note(struct call *c, const struct log *log, struct buf *ret, uint64_t *ret_size)
{
	struct slice note;

	if (id_eq(&log->id.member, &c->node->self)) {
		*ret_size = log->size;
		return node_head(c->node, c->db, log, ret, &c->why);
	}
	TRY(head_get(c->db, log->row, c->arena, ret_size, &note, &c->why));
	buf_slice_add(ret, note);
	return 0;
}

static void put_cosigned(struct call *c, const struct cosigned *list, size_t n)
{
	json_open_at(&c->o, "cosigned", '[');
	for (size_t i = 0; i < n; i++) {
		json_open(&c->o, '{');
		put_id(&c->o, "witness", &list[i].witness);
		json_put_cstr(
			&c->o, "label", world_party_label(&c->world, &list[i].witness, c->arena));
		json_put_u64(&c->o, "size", list[i].size);
		put_time(&c->o, "time", list[i].time_s * 1000);
		json_close(&c->o);
	}
	json_close(&c->o);
}

int api_log(struct call *c)
{
	struct buf note CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES);
	struct cosigned *cosigned;
	struct log log;
	uint64_t size;
	size_t n;

	TRY(log_of_path(c, c->param[1], &log));
	TRY(cosign_list(c->db, log.row, c->arena, &cosigned, &n, &c->why));
	bool head = head_note(c, &log, &note, &size) == 0;
	c->why = (struct why){0};
	json_open(&c->o, '{');
	put_id(&c->o, "member", &log.id.member);
	json_put_cstr(&c->o, "label", world_party_label(&c->world, &log.id.member, c->arena));
	json_put_u64(&c->o, "epoch", log.id.epoch);
	json_put_u64(&c->o, "size", log.size);
	put_hash(&c->o, "root", &log.root);
	put_time(&c->o, "time", log.time_ms);
	if (log.frozen)
		json_put_u64(&c->o, "frozen_at", log.frozen_at);
	else
		json_put_null(&c->o, "frozen_at");
	put_cosigned(c, cosigned, n);
	if (head)
		json_put_string(&c->o, "head", buf_slice(&note));
	else
		json_put_null(&c->o, "head");
	json_close(&c->o);
	return 0;
}

/* ---- entries ---- */

struct shown {
	const char *shape;
	bool parsed; /* `e` may be shown */
	bool time;
	struct entry e;
	struct slice bytes;
	struct hash leaf;
};

static int look(
	struct call *c, const struct log *log, uint64_t seq, struct arena *arena, struct shown *ret)
{
	struct shown s = {.shape = "withheld"};
	int rc;

	TRY(log_leaf(c->db, log->row, seq, &s.leaf, &c->why));
	rc = log_entry(c->db, log->row, seq, arena, &s.bytes, &c->why);
	if (rc == E_MISSING) {
		c->why = (struct why){0};
		*ret = s;
		return 0;
	}
	TRY(rc);
	/* Out of grammar: it is in the tree, and that is all. */
	if (entry_parse(&s.e, arena, s.bytes, NULL) == 0 &&
		release_header_user(&c->reader, &s.e, c->world.standing.charter)) {
		s.parsed = true;
		s.shape = s.e.audience == AUDIENCE_VEILED ? "veiled" : "open";
	}
	*ret = s;
	return 0;
}

static void put_entry(struct call *c, uint64_t seq, const struct shown *s, bool text)
{
	bool open = s->parsed && s->e.audience != AUDIENCE_VEILED;

	json_open(&c->o, '{');
	json_put_u64(&c->o, "seq", seq);
	put_hash(&c->o, "leaf", &s->leaf);
	json_put_cstr(&c->o, "shape", s->shape);
	put_time(&c->o, "time", s->parsed ? s->e.time_ms : 0);
	put_text(&c->o, "kind", open ? s->e.kind : SLICE_NONE);
	json_put_cstr(&c->o, "mode", open ? mode_name(s->e.mode) : NULL);
	put_text(&c->o, "label", open && s->e.label.n ? s->e.label : SLICE_NONE);
	if (s->parsed && s->e.has_payload)
		json_put_u64(&c->o, "bucket", s->e.bucket);
	else
		json_put_null(&c->o, "bucket");
	if (open && s->e.has_act)
		put_id(&c->o, "officer", &s->e.officer);
	else
		json_put_null(&c->o, "officer");
	if (text && s->parsed)
		json_put_string(&c->o, "text", s->bytes);
	json_close(&c->o);
}

static int order_of(struct call *c, bool *ret_up)
{
	struct slice order = request_query(c->req, "order");

	*ret_up = slice_is(order, "up");
	if (order.n && !*ret_up && !slice_is(order, "down"))
		return why_set(&c->why, E_INVALID, "order", "is up or down");
	return 0;
}

int api_entries(struct call *c)
{
	struct arena scratch CLEANUP_ARENA = ARENA(MIB);
	struct api_page p;
	struct slice rest;
	struct log log;
	int64_t at;
	bool up;

	TRY(call_page(c, &p));
	TRY(order_of(c, &up));
	TRY(log_of_path(c, c->param[1], &log));
	at = up ? 0 : (int64_t)log.size - 1;
	if (p.after.p) {
		TRY(cursor_read(c, p.after, &at, 1, &rest));
		at += up ? 1 : -1;
	}
	page_open(c);
	size_t n = 0;
	for (; n < p.limit && at >= 0 && at < (int64_t)log.size; n++, at += up ? 1 : -1) {
		struct shown s;

		arena_reset(&scratch);
		TRY(look(c, &log, (uint64_t)at, &scratch, &s));
		put_entry(c, (uint64_t)at, &s, false);
	}
	int64_t last = at + (up ? -1 : 1);
	bool more = n == p.limit && at >= 0 && at < (int64_t)log.size;
	page_close(c, more ? cursor_make(c, &last, 1, SLICE_NONE) : SLICE_NONE);
	return 0;
}

static int entry_of_path(struct call *c, struct log *ret_log, uint64_t *ret_seq)
{
	TRY(log_of_path(c, c->param[1], ret_log));
	if (slice_u64(c->param[2], ret_seq) < 0 || *ret_seq >= ret_log->size)
		return why_set(&c->why, E_MISSING, "", "the log has no such entry");
	return 0;
}

int api_entry(struct call *c)
{
	struct log log;
	struct shown s;
	uint64_t seq;

	TRY(entry_of_path(c, &log, &seq));
	TRY(look(c, &log, seq, c->arena, &s));
	put_entry(c, seq, &s, true);
	return 0;
}

int api_proof(struct call *c)
{
	struct log_proof proof = {0};
	struct log_reader *reader = arena_new(c->arena, struct log_reader);
	struct buf note CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES);
	struct log log;
	uint64_t seq, size;

	TRY(entry_of_path(c, &log, &seq));
	TRY(head_note(c, &log, &note, &size));
	if (size != log.size)
		return why_set(
			&c->why, E_STATE, "", "the newest signed head does not fit what is stored");
	struct tree_reader tree = log_reader(reader, c->db, &log);
	TRY(tree_inclusion(&tree, seq, log.size, &proof.proof, &c->why));
	proof.index = seq;
	proof.note = buf_slice(&note);
	log_proof_print(&proof, &c->out);
	call_attach(c, "text/plain; charset=utf-8",
		arena_printf(c->arena, "entry-%llu.proof", (unsigned long long)seq));
	return 0;
}

int api_verify(struct call *c)
{
	struct log log;

	TRY(call_only(c, (const char *const[]){NULL}));
	TRY(log_of_path(c, c->param[1], &log));
	return job_start(c, JOB_VERIFY, log.row, log.size);
}
