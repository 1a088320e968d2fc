/*
 * Properties of standing over random coalitions (docs/standing.md):
 *
 *	orders     any order, with duplicates, whole or in pieces, gives the same digest
 *	outsiders  what anybody but X does, short of ratifying X's very accession, does not change X's standing
 *	noise      statements, exercises and acts without a valid signature change nothing at all
 *
 *	test_pact_standing_random [orders [seed]]        how many random orders; 5,000 if not given
 *	test_pact_standing_random emit <cases> <seed>    prints inputs and results as JSON lines, for reference_fold.py
 */
#include "gen.h"

#include "base/enc.h"

#include <inttypes.h>

#define STEPS_MAX 90

static uint64_t orders_wanted = 5000, first_seed = 1;

static void shuffle(struct dice *d, void *array, size_t n, size_t size)
{
	uint8_t *p = array, tmp[4096];

	assert_true(size <= sizeof(tmp));
	for (size_t i = n; i > 1; i--) {
		size_t j = dice_below(d, (uint32_t)i);
		memcpy(tmp, p + (i - 1) * size, size);
		memcpy(p + (i - 1) * size, p + j * size, size);
		memcpy(p + j * size, tmp, size);
	}
}

/* The same set in another order, some of it twice. */
static void stir(struct dice *d, struct world *w)
{
	if (w->act.n > 0 && w->act.n < 2 * STEPS_MAX && dice_percent(d, 50))
		for (unsigned i = 0; i < 5; i++) {
			struct standing_act a = w->act.p[dice_below(d, (uint32_t)w->act.n)];
			vec_push(&w->act, a);
		}
	if (w->cosign.n > 0 && dice_percent(d, 10)) {
		struct standing_cosign c = w->cosign.p[dice_below(d, (uint32_t)w->cosign.n)];
		c.size = dice_below(d, (uint32_t)c.size + 1); /* an older one */
		vec_push(&w->cosign, c);
	}
	shuffle(d, w->act.p, w->act.n, sizeof(*w->act.p));
	shuffle(d, w->cosign.p, w->cosign.n, sizeof(*w->cosign.p));
	shuffle(d, w->fork.p, w->fork.n, sizeof(*w->fork.p));
	shuffle(d, w->amended.p, w->amended.n, sizeof(*w->amended.p));
}

/* Delivery in pieces: standing is computed at every stop, and must come out the same at the end. */
static struct hash deliver(struct dice *d, struct world *w, struct arena *scratch)
{
	struct standing_input in = world_input(w);
	struct standing s;
	size_t acts = 0, cosigns = 0;

	do {
		acts += dice_below(d, (uint32_t)in.n_act + 1);
		cosigns += dice_below(d, (uint32_t)in.n_cosign + 1);
		struct standing_input part = in;
		part.n_act = acts < in.n_act ? acts : in.n_act;
		part.n_cosign = cosigns < in.n_cosign ? cosigns : in.n_cosign;
		arena_reset(scratch);
		assert_int_equal(standing_compute(&s, scratch, &part, NULL), 0);
	} while (acts < in.n_act || cosigns < in.n_cosign);
	return s.digest;
}

static void orders(void **state)
{
	struct arena scratch CLEANUP_ARENA = ARENA(WORLD_ARENA);
	uint64_t done = 0, in_force = 0, joined = 0, suspended = 0, amended = 0, withdrawing = 0;

	(void)state;
	for (uint64_t seed = first_seed; done < orders_wanted; seed++) {
		struct dice d = {seed};
		struct world *w __attribute__((cleanup(world_free))) =
			gen_world(&d, 10 + dice_below(&d, STEPS_MAX - 10));
		struct standing s = world_standing(w);
		in_force += s.in_force;
		amended += s.charter->version > 1;
		for (size_t i = 0; i < s.n_party; i++) {
			joined += s.party[i].status == STATUS_MEMBER && !s.party[i].founder;
			suspended += s.party[i].status == STATUS_SUSPENDED;
			withdrawing += s.party[i].status == STATUS_WITHDRAWING;
		}
		for (unsigned i = 0; i < 20 && done < orders_wanted; i++, done++) {
			stir(&d, w);
			struct hash digest = deliver(&d, w, &scratch);
			if (!hash_eq(&digest, &s.digest))
				fail_msg("seed %" PRIu64 ", order %u: another digest", seed, i);
		}
	}
	print_message("%" PRIu64 " orders; in force %" PRIu64 ", amended %" PRIu64
		      ", joined %" PRIu64 ", suspended %" PRIu64 ", withdrawing %" PRIu64 "\n",
		done, in_force, amended, joined, suspended, withdrawing);
	/* A generator that never gets anywhere would prove nothing. */
	if (orders_wanted >= 5000)
		assert_true(in_force > 20 && amended > 5 && joined > 20 && suspended > 20 &&
			    withdrawing > 20);
}

/* What may not change in X: everything but what others call it. */
static void standing_line(const struct standing *s, const struct id *id, struct buf *b)
{
	const struct standing_party *p = standing_find(s, id);

	buf_clear(b);
	if (!p || p->status == STATUS_MENTIONED) {
		buf_str(b, "mentioned");
		return;
	}
	buf_addf(b, "%s %u.%" PRIu64 " ", status_name(p->status), p->epoch, p->seq);
	buf_hex(b, p->leaf.b, sizeof(p->leaf.b));
	buf_addf(b, " %" PRId64 " %zu %zu %d", p->withdraw_ms, p->need, p->n_ratified,
		standing_is_member(s, id));
}

static bool ratifies(const struct standing_act *a, const struct id *x)
{
	return a->body.kind == ACT_RATIFY && id_eq(&a->body.member, x);
}

/* Hostile acts of `author`, as many as it likes, that neither ratify X nor sign a charter. */
static void attack(struct dice *d, struct world *w, unsigned author, const struct id *x)
{
	size_t from = w->act.n;

	for (unsigned i = 0; i < 12; i++)
		gen_act(d, w, author);
	size_t kept = from;
	for (size_t i = from; i < w->act.n; i++) {
		struct standing_act *a = &w->act.p[i];
		if (id_eq(&a->author, x) || ratifies(a, x) || a->body.kind == ACT_SIGN ||
			a->author.b[0] != author)
			continue;
		w->act.p[kept++] = *a;
	}
	w->act.n = kept;
}

static void outsiders(void **state)
{
	struct buf before CLEANUP_BUF = BUF(1 * MIB), after CLEANUP_BUF = BUF(1 * MIB);
	unsigned tried = 0, members = 0;

	(void)state;
	for (uint64_t seed = first_seed; tried < 400; seed++) {
		struct dice d = {seed * 31 + 7};
		struct world *w __attribute__((cleanup(world_free))) =
			gen_world(&d, 10 + dice_below(&d, 60));
		unsigned hostile = dice_below(&d, WORLD_PARTIES),
			 target = dice_below(&d, WORLD_PARTIES);
		struct id x = world_id(target);
		struct standing s = world_standing(w);
		bool met = false;
		if (hostile == target)
			continue;
		standing_line(&s, &x, &before);
		members += standing_is_member(&s, &x);
		/* Hostile has a vote like everybody else: suspensions that reach the number are the
		 * charter's rule, not an attack. */
		for (size_t i = 0; i < s.n_party; i++)
			met |= s.party[i].n_suspended_by > 0;
		if (met || s.charter->suspension < 2 || w->founding.suspension < 2)
			continue;
		size_t n = w->act.n;
		attack(&d, w, hostile, &x);
		/* Witnesses of new entries also make old ones count, which is no attack: both sides
		 * are computed with all of them. */
		world_witness(w);
		struct standing_input in = world_input(w), without = in;
		without.n_act = n;
		struct standing s0, s1;
		assert_int_equal(standing_compute(&s0, &w->arena, &without, NULL), 0);
		assert_int_equal(standing_compute(&s1, &w->arena, &in, NULL), 0);
		met = false;
		for (size_t i = 0; i < s0.n_party; i++)
			met |= s0.party[i].n_suspended_by > 0;
		if (met || s0.charter->suspension < 2)
			continue;
		standing_line(&s0, &x, &before);
		standing_line(&s1, &x, &after);
		if (!slice_eq(buf_slice(&before), buf_slice(&after)))
			fail_msg("seed %" PRIu64 ": %u changed %u: %s -> %s", seed, hostile, target,
				buf_cstr(&before), buf_cstr(&after));
		tried++;
	}
	assert_true(members > 50);
}

static void noise(void **state)
{
	(void)state;
	for (uint64_t seed = first_seed; seed < first_seed + 150; seed++) {
		struct dice d = {seed * 77 + 3};
		struct world *w __attribute__((cleanup(world_free))) =
			gen_world(&d, 10 + dice_below(&d, 60));
		size_t from = w->act.n;
		for (unsigned i = 0; i < 30; i++) {
			gen_act(&d, w, dice_below(&d, WORLD_PARTIES));
			for (; from < w->act.n; from++) {
				struct standing_act *a = &w->act.p[from];
				switch (dice_below(&d, 4)) {
				case 0:
					a->mode = MODE_EXERCISE;
					break;
				case 1:
					a->signature_ok = false;
					break;
				case 2:
					a->object.owner = world_id(200);
					break;
				default:
					a->body.kind =
						dice_percent(&d, 50) ? ACT_STATEMENT : ACT_DIGEST;
				}
			}
		}
		struct standing_input in = world_input(w), without = in;
		struct standing s0, s1;
		size_t kept = 0;
		VEC(struct standing_act) honest = {0};
		for (size_t i = 0; i < w->act.n; i++)
			if (w->act.p[i].mode == MODE_REAL && w->act.p[i].signature_ok &&
				id_eq(&w->act.p[i].object.owner, &w->act.p[i].author) &&
				w->act.p[i].body.kind != ACT_STATEMENT &&
				w->act.p[i].body.kind != ACT_DIGEST)
				vec_push(&honest, w->act.p[i]);
		kept = honest.n;
		without.act = honest.p;
		without.n_act = kept;
		assert_true(kept < in.n_act);
		assert_int_equal(standing_compute(&s0, &w->arena, &without, NULL), 0);
		assert_int_equal(standing_compute(&s1, &w->arena, &in, NULL), 0);
		vec_free(&honest);
		assert_memory_equal(&s0.digest, &s1.digest, sizeof(s0.digest));
	}
}

/* ---- for the reference ---- */

static void id_json(struct buf *b, const char *name, const struct id *id)
{
	/* In hex, whose text sorts as the bytes do; base32 does not. */
	buf_addf(b, "\"%s\":\"", name);
	buf_hex(b, id->b, sizeof(id->b));
	buf_byte(b, '"');
}

static void hash_json(struct buf *b, const char *name, const struct hash *h)
{
	buf_addf(b, ",\"%s\":\"", name);
	buf_hex(b, h->b, sizeof(h->b));
	buf_byte(b, '"');
}

static void charter_json(struct buf *b, const struct charter *c)
{
	buf_addf(b,
		"{\"version\":%u,\"force\":%u,\"accession\":%u,\"observers\":%d,\"suspension\":%u",
		c->version, c->force, c->accession, c->observers ? (int)c->observers_need : -1,
		c->suspension);
	hash_json(b, "hash", &c->hash);
	hash_json(b, "prev", &c->prev);
	buf_str(b, ",\"members\":[");
	for (size_t i = 0; i < c->n_member; i++) {
		buf_str(b, i ? ",{" : "{");
		id_json(b, "id", &c->member[i].id);
		buf_addf(b, ",\"label\":\"%.*s\"}", SLICE_FMT(c->member[i].label));
	}
	buf_str(b, "]}");
}

static void act_json(struct buf *b, const struct standing_act *a)
{
	const struct act_body *k = &a->body;

	buf_byte(b, '{');
	id_json(b, "author", &a->author);
	buf_addf(b,
		",\"epoch\":%u,\"seq\":%" PRIu64 ",\"mode\":\"%s\",\"kind\":\"%s\",\"signed\":%s,",
		a->epoch, a->seq, mode_name(a->mode), act_rules[k->kind].kind,
		a->signature_ok ? "true" : "false");
	id_json(b, "owner", &a->object.owner);
	buf_byte(b, ',');
	id_json(b, "object", &a->object.name);
	buf_byte(b, ',');
	id_json(b, "member", &k->member);
	hash_json(b, "leaf", &a->leaf);
	hash_json(b, "charter", &k->charter);
	hash_json(b, "accession", &k->accession);
	buf_addf(b, ",\"observer\":%s,\"effective\":%" PRId64 ",\"log_epoch\":%u,\"cut\":%" PRIu64,
		k->observer ? "true" : "false", k->effective_ms, k->log_epoch, k->cut);
	buf_addf(b, ",\"clearance\":\"%.*s\",\"label\":\"%.*s\",\"ratifiers\":[",
		SLICE_FMT(k->clearance), SLICE_FMT(k->label));
	for (size_t i = 0; i < k->n_ratifier; i++) {
		buf_str(b, i ? ",\"" : "\"");
		buf_hex(b, k->ratifier[i].b, sizeof(k->ratifier[i].b));
		buf_byte(b, '"');
	}
	buf_str(b, "],\"seen\":[");
	for (size_t i = 0; i < a->n_seen; i++) {
		buf_str(b, i ? ",{" : "{");
		id_json(b, "member", &a->seen[i].member);
		buf_addf(b, ",\"epoch\":%u,\"size\":%" PRIu64 "}", a->seen[i].epoch,
			a->seen[i].size);
	}
	buf_str(b, "]}");
}

static void case_json(struct buf *b, const struct world *w, const struct standing *s)
{
	buf_str(b, "{\"founding\":");
	charter_json(b, &w->founding);
	buf_str(b, ",\"amended\":[");
	for (size_t i = 0; i < w->amended.n; i++) {
		buf_str(b, i ? "," : "");
		charter_json(b, &w->amended.p[i]);
	}
	buf_str(b, "],\"acts\":[");
	for (size_t i = 0; i < w->act.n; i++) {
		buf_str(b, i ? "," : "");
		act_json(b, &w->act.p[i]);
	}
	buf_str(b, "],\"cosigns\":[");
	for (size_t i = 0; i < w->cosign.n; i++) {
		buf_str(b, i ? ",{" : "{");
		id_json(b, "author", &w->cosign.p[i].author);
		buf_byte(b, ',');
		id_json(b, "witness", &w->cosign.p[i].witness);
		buf_addf(b, ",\"epoch\":%u,\"size\":%" PRIu64 "}", w->cosign.p[i].epoch,
			w->cosign.p[i].size);
	}
	buf_str(b, "],\"forks\":[");
	for (size_t i = 0; i < w->fork.n; i++) {
		buf_str(b, i ? ",{" : "{");
		id_json(b, "author", &w->fork.p[i].author);
		buf_addf(b, ",\"epoch\":%u,\"cut\":%" PRIu64 "}", w->fork.p[i].epoch,
			w->fork.p[i].cut);
	}
	buf_str(b, "],\"dump\":\"");
	struct buf dump CLEANUP_BUF = BUF(1 * MIB);
	standing_dump(s, &dump);
	for (size_t i = 0; i < dump.n; i++) {
		if (dump.p[i] == '\n')
			buf_str(b, "\\n");
		else
			buf_byte(b, dump.p[i]);
	}
	buf_str(b, "\"}\n");
}

static int emit(uint64_t cases, uint64_t seed)
{
	for (uint64_t i = 0; i < cases; i++) {
		struct dice d = {seed + i};
		struct world *w __attribute__((cleanup(world_free))) =
			gen_world(&d, 10 + dice_below(&d, STEPS_MAX - 10));
		struct standing s = world_standing(w);
		struct buf b CLEANUP_BUF = BUF(16 * MIB);
		case_json(&b, w, &s);
		if (buf_over(&b) || fwrite(b.p, 1, b.n, stdout) != b.n)
			return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders), cmocka_unit_test(outsiders), cmocka_unit_test(noise)};
	uint64_t number[2] = {orders_wanted, first_seed};
	int at = argc > 1 && strcmp(argv[1], "emit") == 0 ? 2 : 1;

	for (int i = 0; i < 2 && at + i < argc; i++)
		if (slice_u64(slice_str(argv[at + i]), &number[i]) < 0)
			return 64;
	if (at == 2)
		return emit(number[0], number[1]);
	orders_wanted = number[0];
	first_seed = number[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
