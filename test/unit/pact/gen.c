#include "gen.h"

/* splitmix64 */
uint64_t dice_u64(struct dice *d)
{
	uint64_t z = d->state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

uint32_t dice_below(struct dice *d, uint32_t n)
{
	return (uint32_t)(dice_u64(d) % n);
}

bool dice_percent(struct dice *d, uint32_t percent)
{
	return dice_below(d, 100) < percent;
}

static const struct charter *any_charter(struct dice *d, const struct world *w)
{
	if (w->amended.n == 0 || dice_percent(d, 50))
		return &w->founding;
	return &w->amended.p[dice_below(d, (uint32_t)w->amended.n)];
}

static unsigned any_party(struct dice *d)
{
	return dice_below(d, WORLD_PARTIES);
}

/* Bits of who stands on the roll, so that accessions and amendments are often right. */
static unsigned roll_bits(struct world *w)
{
	struct standing s = world_standing(w);
	unsigned bits = 0;

	for (size_t i = 0; i < s.n_member; i++)
		bits |= 1u << s.member[i].b[0];
	return bits;
}

static void gen_accession(struct dice *d, struct world *w, unsigned author)
{
	const struct charter *c = any_charter(d, w);
	unsigned bits = dice_percent(d, 80) ? roll_bits(w) | ((1u << w->n_founders) - 1)
					    : (unsigned)dice_u64(d) & 0xfff;

	if (dice_percent(d, 20))
		bits &= ~(1u << any_party(d));
	if (dice_percent(d, 90))
		bits &= ~(1u << author);
	struct hash leaf = world_accede(w, author, c, bits, dice_percent(d, 20));
	struct standing_act *a = &w->act.p[w->act.n - 1];
	if (dice_percent(d, 15))
		a->n_seen = dice_below(d, WORLD_PARTIES);
	/* Often everybody ratifies at once, or nearly. */
	for (unsigned i = 0; i < WORLD_PARTIES; i++)
		if ((bits >> i & 1) && dice_percent(d, 75))
			world_ratify(w, i, author, &leaf, c);
}

static void gen_ratification(struct dice *d, struct world *w, unsigned author)
{
	const struct standing_act *of =
		w->act.n ? &w->act.p[dice_below(d, (uint32_t)w->act.n)] : NULL;
	unsigned member = any_party(d);
	struct hash leaf = world_hash(1000000 + dice_below(d, 50));
	const struct charter *c = any_charter(d, w);

	for (size_t i = w->act.n; i-- > 0 && dice_percent(d, 97);) {
		of = &w->act.p[i];
		if (of->body.kind != ACT_ACCEDE || !dice_percent(d, 50))
			continue;
		if (dice_percent(d, 90))
			member = of->author.b[0];
		leaf = of->leaf;
		for (size_t k = 0; k < w->amended.n && dice_percent(d, 90); k++)
			if (hash_eq(&w->amended.p[k].hash, &of->body.charter))
				c = &w->amended.p[k];
		break;
	}
	world_ratify(w, author, member, &leaf, c);
}

static void gen_suspension(struct dice *d, struct world *w, unsigned author)
{
	/* A few targets, so that numbers are reached. */
	unsigned member = dice_percent(d, 60) ? dice_below(d, 3) : any_party(d);

	if (dice_percent(d, 25)) {
		world_resume(w, author, member);
		return;
	}
	world_suspend(w, author, member,
		dice_percent(d, 60) ? w->size[member]
				    : dice_below(d, (uint32_t)w->size[member] + 2));
	if (dice_percent(d, 5))
		w->act.p[w->act.n - 1].body.log_epoch = dice_below(d, 2);
}

static void gen_introduction(struct dice *d, struct world *w, unsigned author)
{
	struct act_body *b = &world_act(w, author, ACT_INTRODUCTION)->body;

	b->has_member = true;
	b->member = world_id(dice_below(d, WORLD_PARTIES + 4));
	b->label = dice_percent(d, 50) ? SLICE("Introduced") : SLICE("Known");
}

static void spoil(struct dice *d, struct world *w)
{
	struct standing_act *a = &w->act.p[w->act.n - 1];

	switch (dice_below(d, 6)) {
	case 0:
		a->signature_ok = false;
		break;
	case 1:
		a->mode = dice_percent(d, 50) ? MODE_EXERCISE : MODE_TEST;
		break;
	case 2:
		a->object.owner = world_id(any_party(d));
		break;
	case 3: /* an object id used before */
		a->object = w->act.p[dice_below(d, (uint32_t)w->act.n)].object;
		break;
	case 4:
		a->body.charter = world_hash(5000000);
		break;
	default: /* replay of an earlier act of the same author at a new place */
		for (size_t i = w->act.n - 1; i-- > 0;) {
			if (!id_eq(&w->act.p[i].author, &a->author))
				continue;
			struct standing_act copy = w->act.p[i];
			copy.epoch = a->epoch;
			copy.seq = a->seq;
			copy.leaf = a->leaf;
			*a = copy;
			break;
		}
	}
}

void gen_act(struct dice *d, struct world *w, unsigned author)
{
	uint32_t roll = dice_below(d, 100);

	if (roll < 18)
		world_sign(w, author, any_charter(d, w));
	else if (roll < 24)
		world_act(w, author, ACT_INTEREST)->body.charter = any_charter(d, w)->hash;
	else if (roll < 44)
		gen_accession(d, w, author);
	else if (roll < 62)
		gen_ratification(d, w, author);
	else if (roll < 68)
		world_withdraw(w, author, 1 + (int64_t)dice_below(d, 10000));
	else if (roll < 86)
		gen_suspension(d, w, author);
	else if (roll < 91)
		gen_introduction(d, w, author);
	else if (roll < 96)
		world_act(w, author, ACT_STATEMENT)->body.about = world_id(any_party(d));
	else
		world_act(w, author, ACT_DIGEST)->body.fold = 1;
	if (dice_percent(d, 8))
		spoil(d, w);
}

static void gen_amendment(struct dice *d, struct world *w)
{
	const struct charter *prev = any_charter(d, w);
	struct charter c;
	char name[16];

	if (w->amended.n == 4)
		return;
	snprintf(name, sizeof(name), "Amended %zu", w->amended.n);
	unsigned bits = roll_bits(w) | ((1u << w->n_founders) - 1);
	if (dice_percent(d, 20))
		bits &= ~(1u << any_party(d));
	if (bits == 0)
		return;
	charter_make(&c, &w->arena,
		&(struct terms){.version = prev->version + 1 + (dice_percent(d, 5)),
			.prev = &prev->hash,
			.name = name,
			.accession = dice_percent(d, 50) ? 0 : 2,
			.suspension = 1 + dice_below(d, 3)},
		bits);
	/* The array may move; acts keep hashes, not pointers. */
	vec_push(&w->amended, c);
	for (unsigned i = 0; i < WORLD_PARTIES; i++)
		if ((bits >> i & 1) && dice_percent(d, 92))
			world_sign(w, i, &c);
}

static void gen_cosigns(struct dice *d, struct world *w, uint32_t percent)
{
	for (unsigned author = 0; author < WORLD_PARTIES; author++) {
		for (uint32_t epoch = 0; epoch <= w->epoch[author]; epoch++) {
			for (unsigned witness = 0; witness < WORLD_PARTIES; witness++) {
				uint64_t size = w->size[author];
				if (!dice_percent(d, percent))
					size = dice_below(d, (uint32_t)size + 2);
				struct standing_cosign c = {
					world_id(author), epoch, world_id(witness), size};
				if (size > 0)
					vec_push(&w->cosign, c);
			}
		}
	}
}

struct world *gen_world(struct dice *d, unsigned steps)
{
	unsigned n = 1 + dice_below(d, 5);
	struct terms t = {.force = dice_percent(d, 70) ? 0 : 1 + dice_below(d, n),
		.accession = dice_percent(d, 60) ? 0 : 1 + dice_below(d, 4),
		.observers = dice_below(d, 3),
		.no_observers = dice_percent(d, 20),
		.suspension = 1 + dice_below(d, 3)};
	struct world *w = world_new(n, &t);

	for (unsigned i = 0; i < n; i++)
		if (dice_percent(d, 90))
			world_sign(w, i, &w->founding);
	if (dice_percent(d, 80))
		gen_cosigns(d, w, 95);
	while (w->act.n < steps) {
		unsigned author = dice_percent(d, 60) ? dice_below(d, n) : any_party(d);
		if (dice_percent(d, 5))
			gen_amendment(d, w);
		else if (dice_percent(d, 3))
			w->epoch[author]++;
		else
			gen_act(d, w, author);
	}
	gen_cosigns(d, w, dice_percent(d, 70) ? 98 : 60);
	if (dice_percent(d, 15)) {
		unsigned author = any_party(d);
		struct standing_fork f = {world_id(author), dice_below(d, w->epoch[author] + 1),
			dice_below(d, (uint32_t)w->size[author] + 1)};
		vec_push(&w->fork, f);
	}
	return w;
}
