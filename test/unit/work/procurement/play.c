/* play.c: see play.h. */
#include "play.h"

#include "work/procurement/procurement.h"

#define PATIENCE 400 /* random acts until something must have happened */

void play_begin(struct play *y, uint64_t seed)
{
	y->chance = env_of_fake(&y->seed);
	env_fake_init(&y->seed, seed, 0);
	hour(y, LEAGUE_NOW);
	for (size_t b = 0; b < 2; b++) {
		y->bidder[b] = seckey_new(&y->chance);
		env_random(&y->chance, y->bid[b].b, 16);
	}
}

/* ---- one node looks, and does something ---- */

static int write_now(void *ctx, const struct draft *d, struct written *ret, struct why *why)
{
	struct seen *s = ctx;

	return node_write(s->m->node, s->m->db, &s->l->id, d, 1, ret, why);
}

/* False: the procurement is not here yet. */
bool look(struct play *y, size_t i, struct seen *s)
{
	struct why said = {0};
	struct reader who;
	int rc;

	*s = (struct seen){.arena = ARENA(1 * GIB), .m = &y->l->m[i], .l = y->l};
	assert_ok(world_load(&s->world, s->m->node, s->m->db, &y->l->id, &s->arena, &why));
	who = world_reader(&s->world, &s->m->id);
	rc = procure_store_process(
		&s->world, s->m->db, &who, &y->procurement, ROWS_ALL, &s->arena, &s->rows, &said);
	if (rc == 0)
		rc = process_read(&s->rows, env_now_ms(&s->m->node->env), &s->arena, &s->p, &said);
	s->seat = (struct seat){
		.node = s->m->node, .db = s->m->db, .w = &s->world, .write = write_now, .ctx = s};
	if (rc < 0 && rc != E_MISSING)
		fail_msg("node %zu: %d %s %s", i, rc, said.where, said.text);
	return rc == 0;
}

void leave(struct seen *s)
{
	arena_free(&s->arena);
}

void tick(struct play *y, size_t i)
{
	struct step_did did;
	struct seen s;

	if (look(y, i, &s))
		assert_ok(
			step_run(&s.seat, &s.p, env_now_ms(&s.m->node->env), &s.arena, &did, &why));
	leave(&s);
}

/* Somebody's records travel to somebody, or somebody acts. */
void anything(struct play *y)
{
	size_t a = env_below(&y->chance, N), b = env_below(&y->chance, N);

	if (a == b)
		tick(y, a);
	else
		league_carry(y->l, a, b, true);
}

void hour(struct play *y, int64_t now_ms)
{
	for (size_t i = 0; i < N; i++)
		y->l->m[i].clock.now_ms = now_ms + (int64_t)i;
}

/* For `n` members from `first` on. */
static struct written put_for(struct play *y, enum mode mode, size_t i, size_t first, size_t n,
	const char *kind, const char *json, const struct object_id *object, int want)
{
	struct id member[N];
	struct draft d = {.mode = mode,
		.kind = slice_str(kind),
		.label = SLICE("league RESTRICTED"),
		.member = member + first,
		.n_member = n,
		.media = SLICE("application/json"),
		.content = slice_str(json)};
	struct written w = {0};
	struct why why = {0};

	for (size_t k = 0; k < N; k++)
		member[k] = y->l->m[k].id;
	if (object) {
		d.has_object = true;
		d.object = *object;
	}
	int rc = node_write(y->l->m[i].node, y->l->m[i].db, &y->l->id, &d, 1, &w, &why);
	if (rc != want)
		fail_msg("%s by %zu: %d, not %d: %s %s", kind, i, rc, want, why.where, why.text);
	return w;
}

struct written put_in(struct play *y, enum mode mode, size_t i, const char *kind, const char *json,
	const struct object_id *object, int want)
{
	return put_for(y, mode, i, 0, N, kind, json, object, want);
}

struct written put(struct play *y, size_t i, const char *kind, const char *json,
	const struct object_id *object, int want)
{
	return put_in(y, MODE_REAL, i, kind, json, object, want);
}

void lax_begin(struct lax *x)
{
	x->open = workspace_procurement;
	memcpy(x->kind, x->open.kind, sizeof(x->kind));
	for (size_t k = 0; k < P_KINDS; k++) {
		x->kind[k].admit = NULL;
		x->kind[k].take_back = NULL;
	}
	x->open.kind = x->kind;
	x->bare[0] = &x->open;
	x->bare[1] = NULL;
	x->before = workspaces;
	workspaces = x->bare;
}

void lax_end(struct lax *x)
{
	workspaces = x->before;
}

struct written by_hand(
	struct play *y, const char *what, const char *json, const struct object_id *object)
{
	struct written w;
	struct lax x;

	lax_begin(&x);
	w = put(y, 0, what, json, object, 0);
	lax_end(&x);
	return w;
}

/* ---- the story ---- */

bool waits(struct play *y, size_t i, const char *what)
{
	struct arena arena CLEANUP_ARENA = ARENA(KIB);
	const char *text = arena_printf(&arena, "need.procurement.%s", what);
	enum need_level level;
	size_t n = league_needs(y->l, i, ROLE_OFFICER, "*", text, &level);

	assert_true(n <= 1);
	assert_int_equal(league_needs(y->l, i, ROLE_OFFICER, "OPEN", text, &level), 0);
	return n == 1;
}

void agreement(struct play *y)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	char id[N][ID_TEXT + 1];

	for (size_t i = 0; i < N; i++)
		id_format(&y->l->m[i].id, id[i]);
	y->procurement = put(y, 0, "procurement/agreement/1",
		arena_printf(&arena,
			"{\"title\":\"x\",\"ocid\":\"ocds-b5fd17-x\",\"participants\":[\"%s\",\"%s\",\"%s\"],\"nations\":[\"AL\",\"HR\",\"XK\"],\"lead\":\"%s\",\"shareRule\":\"prorata\",\"status\":\"proposed\"}",
			id[0], id[1], id[2], id[0]),
		NULL, 0)
				 .object;
	for (size_t i = 0; i < N; i++) {
		struct written w;
		struct seen s;

		league_carry(y->l, 0, i == 0 ? 1 : i, true);
		assert_true(waits(y, i, "sign"));
		assert_true(look(y, i, &s));
		assert_ok(lab_agree(&s.seat, &s.p, true, &w, &why));
		leave(&s);
		assert_false(waits(y, i, "sign"));
	}
}

/* A tender over these lots and items, with its hours. */
const char *tender_of(struct play *y, struct arena *arena, int64_t deadline_ms, unsigned k,
	const char *lots, const char *items)
{
	char object[OBJECT_TEXT + 1], t[3][UTC_TEXT_LEN + 1];

	object_format(&y->procurement, object);
	utc_format(deadline_ms, t[0]);
	utc_format(deadline_ms + 600000, t[1]);
	utc_format(deadline_ms + 86400000, t[2]);
	return arena_printf(arena,
		"{\"procurement\":\"%s\",\"title\":\"x\",\"currency\":\"EUR\",\"estimate\":{\"amount\":100,\"currency\":\"EUR\"},\"lots\":[%s],\"items\":[%s],"
		"\"deadline\":\"%s\",\"graceMinutes\":5,\"openAt\":\"%s\",\"fallbackAt\":\"%s\",\"standstillDays\":0,\"threshold\":%u,\"padding\":[4096],\"award\":{},\"status\":\"open\"}",
		object, lots, items, t[0], t[1], t[2], k);
}

const char *item_of(
	struct play *y, struct arena *arena, const char *lot, size_t member, unsigned quantity)
{
	char id[ID_TEXT + 1];

	id_format(&y->l->m[member].id, id);
	return arena_printf(arena,
		"{\"id\":\"%s-%zu\",\"relatedLot\":\"%s\",\"description\":\"x\",\"quantity\":%u,\"unit\":\"H87\",\"relatedBuyer\":\"%s\"}",
		lot, member, lot, quantity, id);
}

static const char *tender_text(struct play *y, struct arena *arena, int64_t deadline_ms, unsigned k)
{
	return tender_of(y, arena, deadline_ms, k,
		"{\"id\":\"1\",\"title\":\"x\",\"reserve\":{\"amount\":9,\"currency\":\"EUR\"}}",
		item_of(y, arena, "1", 1, 5));
}

void tender(struct play *y, int64_t deadline_ms, unsigned k, bool again, int want)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct written w = put(y, 0, "procurement/tender/1", tender_text(y, &arena, deadline_ms, k),
		again ? &y->tender : NULL, want);

	if (want == 0)
		y->tender = w.object;
}

/* True once `what` holds at every node. */
bool everywhere(struct play *y, bool (*what)(const struct process *p))
{
	bool all = true;

	for (size_t i = 0; all && i < N; i++) {
		struct seen s;

		all = look(y, i, &s) && what(&s.p);
		leave(&s);
	}
	return all;
}

void until(struct play *y, bool (*what)(const struct process *p), const char *say)
{
	for (unsigned n = 0; n < PATIENCE; n++) {
		if (n % 8 == 0 && everywhere(y, what))
			return;
		anything(y);
	}
	fail_msg("not everywhere: %s", say);
}

bool has_policy(const struct process *p)
{
	return p->replay != NULL;
}
bool is_open(const struct process *p)
{
	return p->state == PROCESS_OPEN;
}
/* At one door: the commitment, then the sealed bid. */
static void hand_in(struct play *y, size_t i, struct slice commit, struct slice sealed)
{
	struct slice receipt;
	struct seen s;

	assert_true(look(y, i, &s));
	assert_ok(step_commit(
		&s.seat, &s.p, commit, env_now_ms(&s.m->node->env), &s.arena, &receipt, &why));
	leave(&s);
	assert_true(look(y, i, &s));
	assert_ok(step_sealed(&s.seat, &s.p, sealed, env_now_ms(&s.m->node->env), &s.arena, &why));
	leave(&s);
}

/* As the supplier's program does from what node i tells. */
static void bid_make(struct play *y, size_t i, size_t b, uint32_t seq, const char *text,
	struct buf *commit, struct buf *sealed)
{
	struct bid_name name = {y->bid[b], y->bidder[b].pub, seq};
	struct scalar r;
	struct seen s;

	assert_true(look(y, i, &s));
	assert_ok(bid_seal(&s.p.replay->policy, &s.p.replay->key.y, &name, slice_str(text),
		&y->bidder[b], &y->chance, sealed, &r, &why));
	bid_commit_print(&s.p.replay->policy, &name, seq == 1 ? BID_PUT : BID_REPLACE,
		buf_slice(sealed), &y->bidder[b], commit);
	leave(&s);
}

void supply(struct play *y, size_t b, uint32_t seq, const char *text, size_t doors)
{
	struct buf sealed CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE), commit CLEANUP_BUF = BUF(64 * KIB);
	size_t first = env_below(&y->chance, N);

	bid_make(y, first, b, seq, text, &commit, &sealed);
	for (size_t k = 0; k < doors; k++) {
		hand_in(y, (first + k) % N, buf_slice(&commit), buf_slice(&sealed));
		anything(y);
	}
}

void supply_at(
	struct play *y, size_t b, uint32_t seq, const char *text, const size_t *door, size_t n)
{
	struct buf sealed CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE), commit CLEANUP_BUF = BUF(64 * KIB);

	bid_make(y, door[0], b, seq, text, &commit, &sealed);
	for (size_t k = 0; k < n; k++)
		hand_in(y, door[k], buf_slice(&commit), buf_slice(&sealed));
}

void confirm(struct play *y, size_t i)
{
	struct seen s;

	assert_true(look(y, i, &s));
	assert_ok(step_confirm(&s.seat, &s.p, &y->l->m[i].officer, &s.arena, &why));
	leave(&s);
}

/* What node i tells members of the procurement now, release by release. leave() in any case. */
static size_t told(struct play *y, size_t i, struct seen *s, const struct tree ***ret)
{
	struct tree *package;
	struct rows history;
	struct reader who;
	size_t n;

	assert_true(look(y, i, s));
	who = world_reader(&s->world, &s->m->id);
	assert_ok(procure_store_history(
		&s->world, s->m->db, &who, &y->procurement, &s->arena, &history, &why));
	assert_ok(release_package(&s->p, &history, CIRCLE_MEMBER, &s->world,
		env_now_ms(&s->m->node->env), &s->arena, &package, &why));
	assert_ok(ocds_releases(package, &s->arena, ret, &n, &why));
	return n;
}

size_t awards_told(struct play *y, size_t i, const char *status)
{
	const struct tree **list;
	struct tree *now;
	struct seen s;
	size_t n = told(y, i, &s, &list), found = 0;

	assert_ok(ocds_compile(list, n, &s.arena, &now, &why));
	for (const struct tree *a = tree_get(now, "awards")->first; a; a = a->next)
		found += slice_is(tree_text(a, "status"), status);
	leave(&s);
	return found;
}

size_t releases_told(struct play *y, size_t i, const char *tag)
{
	const struct tree **list;
	struct seen s;
	size_t n = told(y, i, &s, &list), found = 0;

	for (size_t r = 0; r < n; r++)
		for (const struct tree *t = tree_get(list[r], "tag")->first; t; t = t->next)
			found += slice_is(t->text, tag);
	leave(&s);
	return found;
}

static const char *seal_text(struct play *y, const struct buf *b, struct arena *arena)
{
	struct buf json CLEANUP_BUF = BUF(1 * MIB);
	struct json_out o = json_out(&json);
	char object[OBJECT_TEXT + 1];

	object_format(&y->procurement, object);
	json_open(&o, '{');
	json_put_cstr(&o, "procurement", object);
	json_open_at(&o, "messages", '[');
	json_put_string(&o, NULL, buf_slice(b));
	json_close(&o);
	json_close(&o);
	return arena_string(arena, buf_slice(&json));
}

struct written write_seal(struct play *y, size_t i, const struct buf *b)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);

	return put(y, i, "procurement/seal/1", seal_text(y, b, &arena), NULL, 0);
}

void whisper_seal(struct play *y, size_t i, size_t to, const struct buf *b)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);

	put_for(y, MODE_REAL, i, to, 1, "procurement/seal/1", seal_text(y, b, &arena), NULL, 0);
}
