/*
 * pull.c: one round with one partner: ask for heads, then whatever they lead to. Judging heads is
 * pull_heads.c, entries pull_fetch.c, contents pull_payload.c, files pull_file.c.
 *
 *	invariants
 *	1. No transaction is open while the partner is asked.
 *	2. The token moves on only when everything it stood for has been dealt with, so nothing is lost by a failure half-way.
 *	3. What is kept between rounds only saves work: a pull made anew from the database does the same.
 */
#include "peer/pull_int.h"

#include "base/limits.h"
#include "base/report.h"
#include "node/status.h"

#include <inttypes.h>

/* Deadline of an ordinary question, and longest silence in its answer; a long poll gets its waiting time on top. */
#define CALL_MS 30000
/* Health is written when it changes, and so often in between. */
#define HEALTH_MS 60000
/* Notes remembered as seen; then all are forgotten, which only costs checking them again. */
#define SEEN_MAX 8192

struct pull *pull_new(const struct pull_options *o)
{
	struct pull *p = mem_new(struct pull);

	MUST(o->node != NULL && o->transport.call != NULL);
	p->magic = PULL_MAGIC;
	p->o = *o;
	return p;
}

void pull_free(struct pull **pp)
{
	struct pull *p = *pp;

	if (p == NULL)
		return;
	MUST(p->magic == PULL_MAGIC);
	pull_forget(p);
	map_free(&p->wants);
	p->magic = 0;
	mem_free(p);
	*pp = NULL;
}

void pull_forget(struct pull *p)
{
	map_free(&p->seen);
	map_free(&p->tried);
}

int64_t pull_backoff_ms(const struct pull *p)
{
	return p->backoff_ms;
}

static void pull_check(const struct pull *p)
{
	MUST(p->magic == PULL_MAGIC && strlen(p->token) <= HEADS_TOKEN_MAX);
	MUST(p->failures > 0 || p->backoff_ms == 0);
}

static int call(struct round *r, struct peer_call *c, struct buf *ret, struct why *why)
{
	const struct transport *t = &r->p->o.transport;
	unsigned status = 0;
	int rc;

	MUST(!db_in_transaction(r->db));
	if (t->stop != NULL && t->stop(t->ctx))
		return why_set(why, E_NET, "", "stopped");
	if (c->deadline_ms == 0)
		c->deadline_ms = CALL_MS;
	rc = t->call(t->ctx, &r->p->o.peer, c, &status, ret, why);
	if (rc < 0)
		return rc;
	switch (status) {
	case 200:
	case 204:
		return 0;
	case 404:
		return why_set(why, E_MISSING, "", "the partner does not have it");
	case 429:
	case 503:
		return why_set(why, E_BUSY, "", "the partner is busy");
	default:
		return why_set(why, E_NET, "", "the partner answers %u", status);
	}
}

int pull_get(struct round *r, const char *path, size_t answer_max, struct buf *ret, struct why *why)
{
	return call(r, &(struct peer_call){.method = "GET", .path = path, .answer_max = answer_max},
		ret, why);
}

int pull_post(struct round *r, const char *path, struct slice body, size_t answer_max,
	struct buf *ret, struct why *why)
{
	return call(r,
		&(struct peer_call){
			.method = "POST", .path = path, .body = body, .answer_max = answer_max},
		ret, why);
}

/* The network failing, or two pullers meeting, is nobody's misdeed. */
bool pull_is_refusal(int code)
{
	switch (code) {
	case E_SYNTAX:
	case E_INVALID:
	case E_LIMIT:
	case E_DENIED:
	case E_VERIFY:
	case E_STATE:
		return true;
	default:
		return false;
	}
}

void round_refuse(struct round *r, enum receipt_step step, const struct why *what)
{
	struct why why = {0};
	int rc = round_world(r, &why);

	/* Each is a commit, which whoever sends it must not be able to order by the thousand. */
	r->p->mended = false;
	if (r->refused++ >= LIMIT_ROUND_REFUSALS)
		return;
	if (rc < 0 || (rc = db_begin(r->db, &why)) < 0)
		return;
	rc = refusal_put(r->db, r->w.coalition.row, &r->p->o.peer, receipt_step_name(step), what,
		env_now_ms(&r->node->env), &why);
	if (rc < 0)
		db_rollback(r->db);
	else
		rc = db_commit(r->db, &why);
	if (rc < 0 && r->rc == 0) {
		r->rc = rc;
		r->why = why;
	}
}

void round_fail(struct round *r, enum receipt_step step, const struct why *why)
{
	MUST(why->code < 0);
	if (r->rc == 0) {
		r->rc = why->code;
		r->why = *why;
		if (step != RECEIPT_NONE)
			why_prefix(&r->why, "step %s", receipt_step_name(step));
	}
	r->incomplete = true;
	if (pull_is_refusal(why->code))
		round_refuse(r, step, why);
}

int round_enough(const struct round *r, struct why *why)
{
	if (r->refused < LIMIT_ROUND_REFUSALS)
		return 0;
	return why_set(why, E_LIMIT, "",
		"%u things in one answer are wrong: the rest is not looked at", r->refused);
}

int round_world(struct round *r, struct why *why)
{
	int rc;

	if (r->knows)
		return 0;
	if ((rc = db_begin_read(r->db, why)) < 0)
		return rc;
	rc = world_load(&r->w, r->node, r->db, &r->p->o.coalition, &r->arena, why);
	db_rollback(r->db);
	r->knows = rc == 0;
	return rc;
}

void pull_path(struct round *r, enum peer_resource resource, struct buf *ret)
{
	peer_path_print(
		ret, &(struct peer_path){.resource = resource, .coalition = r->p->o.coalition});
}

/* ---- the round ---- */

static int ask_heads(struct round *r, struct buf *ret, struct why *why)
{
	struct buf path CLEANUP_BUF = BUF(PEER_PATH_MAX);
	const struct pull *p = r->p;
	/* While something is left over there is nothing to wait for. */
	int64_t wait = p->token[0] != '\0' ? p->o.wait_ms : 0;
	struct peer_call c = {
		.method = "GET", .answer_max = LIMIT_PEER_ANSWER, .deadline_ms = CALL_MS + wait};

	pull_path(r, PEER_HEADS, &path);
	buf_addf(&path, "?wait=%" PRId64, wait);
	if (p->token[0] != '\0')
		buf_addf(&path, "&after=%s", p->token);
	MUST(!buf_over(&path));
	c.path = buf_cstr(&path);
	return call(r, &c, ret, why);
}

static void step_roots(struct round *r, const struct heads_state *state)
{
	struct why why = {0};

	if (pull_roots(r, &state->roots, &why) < 0)
		round_fail(r, RECEIPT_SIGNATURE, &why);
}

static void step_proofs(struct round *r, const struct heads_state *state)
{
	struct why why = {0};

	if (pull_proofs(r, &state->proofs, &why) < 0)
		round_fail(r, RECEIPT_HEAD, &why);
}

static int take_heads(struct round *r, struct slice answer, struct why *why)
{
	struct heads_state state;
	struct slice text;
	int rc = frame32_next(&answer, 1024, &text, why);

	if (rc == 0)
		rc = why_set(why, E_SYNTAX, "heads", "the answer is empty");
	if (rc < 0 || (rc = round_world(r, why)) < 0 ||
		(rc = heads_state_parse(text, &state, why)) < 0)
		return rc;
	step_roots(r, &state);
	step_proofs(r, &state);
	if ((rc = pull_heads(r, answer, why)) < 0)
		return rc;
	if (!r->incomplete) {
		memcpy(r->p->token, state.token.p, state.token.n);
		r->p->token[state.token.n] = '\0';
	}
	return 0;
}

/* A party that has been introduced since: what was passed over before may be of it. */
static int notice_parties(struct round *r, struct why *why)
{
	struct stmt *s = db_stmt(r->db,
		"SELECT count(*) FROM party p JOIN coalition c ON c.id = p.coalition "
		"WHERE c.coalition = $1");
	int64_t n = 0;
	int rc;

	db_bind_blob(s, 1, id_slice(&r->p->o.coalition));
	if ((rc = db_step(s, why)) == DB_ROW)
		n = db_i64(s, 0);
	db_reset(s);
	if (rc >= 0 && n != r->p->parties) {
		pull_forget(r->p);
		r->p->token[0] = '\0';
		r->p->parties = n;
	}
	return rc < 0 ? rc : 0;
}

#define LATER_MS (10 * 60 * 1000)

void pull_later(struct round *r)
{
	if (r->p->retry_ms == 0)
		r->p->retry_ms = env_mono_ms(&r->node->env) + LATER_MS;
}

/* What was put off is due. */
static void notice_time(struct round *r)
{
	struct pull *p = r->p;

	if (p->retry_ms == 0 || env_mono_ms(&r->node->env) < p->retry_ms)
		return;
	p->retry_ms = 0;
	p->roots_seen = p->proofs_seen = (struct hash){{0}};
	map_free(&p->tried);
	p->token[0] = '\0';
}

static int run_round(struct round *r, struct why *why)
{
	struct buf answer CLEANUP_BUF = BUF(LIMIT_PEER_ANSWER);
	int rc = notice_parties(r, why);

	if (rc < 0)
		return rc;
	notice_time(r);
	if ((rc = ask_heads(r, &answer, why)) < 0) {
		/* Another key at the address, or an answer without an end. */
		if (pull_is_refusal(rc))
			round_fail(r, rc == E_DENIED ? RECEIPT_CALLER : RECEIPT_FRAMING, why);
		return rc;
	}
	r->p->idle = answer.n == 0;
	if (r->p->seen.n + r->p->tried.n > SEEN_MAX)
		pull_forget(r->p);
	if (answer.n > 0 && (rc = take_heads(r, buf_slice(&answer), why)) < 0) {
		round_fail(r, RECEIPT_FRAMING, why);
		return 0;
	}
	if ((rc = pull_payloads(r, why)) < 0) {
		round_fail(r, RECEIPT_PAYLOAD, why);
		return 0;
	}
	if ((rc = pull_files(r, why)) < 0)
		round_fail(r, RECEIPT_PAYLOAD, why);
	return 0;
}

static void health_write(struct round *r, bool ok, const struct why *what)
{
	struct pull *p = r->p;
	int64_t now = env_now_ms(&r->node->env);
	struct peer_health h = {.peer = p->o.peer,
		.last_ok_ms = ok ? now : 0,
		.last_try_ms = now,
		.failures = p->failures,
		.text = ok ? SLICE_NONE : slice_str(what->text)};
	struct why why = {0};

	if (p->o.transport.carried)
		return; /* how a carried file reads says nothing about the partner */
	if (p->health_ms != 0 && p->health_ok == ok && now - p->health_ms < HEALTH_MS &&
		now >= p->health_ms)
		return;
	/* A failure to note how a partner is must not pass for the partner's. */
	if (db_begin(r->db, &why) < 0)
		return;
	if (peer_health_put(r->db, &h, &why) < 0) {
		db_rollback(r->db);
		return;
	}
	if (db_commit(r->db, &why) == 0) {
		p->health_ms = now;
		p->health_ok = ok;
	}
}

static void count_failure(struct pull *p, const struct env *env)
{
	int64_t base = LIMIT_BACKOFF_FIRST_MS;

	for (unsigned i = 0; i < p->failures && base < LIMIT_BACKOFF_MAX_MS; i++)
		base *= 2;
	if (base > LIMIT_BACKOFF_MAX_MS)
		base = LIMIT_BACKOFF_MAX_MS;
	p->failures++;
	/* Half fixed, half chance: nodes that lost one partner together do not come back together.
	 */
	p->backoff_ms = base / 2 + (int64_t)env_below(env, (uint64_t)base / 2 + 1);
}

static bool learned(const struct pull_result *r)
{
	return r->progress || r->entries > 0 || r->payloads > 0 || r->files > 0 ||
	       r->cosigned > 0 || r->forks > 0 || r->file_bytes > 0;
}

/* Something has come, and nothing of it was refused: what was before is past. */
static void mend(struct round *r)
{
	struct pull *p = r->p;
	struct why why = {0};

	if (p->mended || p->o.transport.carried || r->refused || !r->res.progress ||
		round_world(r, &why) < 0 || db_begin(r->db, &why) < 0)
		return;
	if (refusals_mended(
		    r->db, r->w.coalition.row, &p->o.peer, env_now_ms(&r->node->env), &why) < 0)
		db_rollback(r->db);
	else
		p->mended = db_commit(r->db, &why) == 0;
}

int pull_step(struct pull *p, struct db *db, struct pull_result *ret, struct why *why)
{
	struct round r = {.p = p,
		.node = p->o.node,
		.db = db,
		.arena = ARENA(LIMIT_REQUEST_ARENA),
		.w = {.node = p->o.node, .coalition = {.id = p->o.coalition}}};
	struct why failure = {0};
	int rc;

	pull_check(p);
	rc = run_round(&r, &failure);
	if (rc < 0 && r.rc == 0) {
		r.rc = rc;
		r.why = failure;
	}
	r.res.progress = learned(&r.res);
	if (r.rc == 0)
		mend(&r);
	arena_free(&r.arena);
	MUST(!db_in_transaction(db));
	if (r.rc < 0) {
		p->token[0] = '\0';
		count_failure(p, &p->o.node->env);
		health_write(&r, false, &r.why);
		if (why != NULL)
			*why = r.why;
		return r.rc;
	}
	p->failures = 0;
	p->backoff_ms = 0;
	health_write(&r, true, NULL);
	*ret = r.res;
	return 0;
}
