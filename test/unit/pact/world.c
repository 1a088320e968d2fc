#include "world.h"

#include "base/enc.h"

struct id world_id(unsigned n)
{
	struct id id = {{0}};

	id.b[0] = (uint8_t)n;
	id.b[15] = (uint8_t)(n ^ 0xa5);
	return id;
}

struct hash world_hash(unsigned n)
{
	char text[32];

	snprintf(text, sizeof(text), "hash %u", n);
	return hash_bytes(slice_str(text));
}

static void count_line(struct buf *b, const char *field, unsigned n)
{
	if (n == 0)
		buf_addf(b, "%s all\n", field);
	else
		buf_addf(b, "%s %u\n", field, n);
}

void charter_make(struct charter *ret, struct arena *arena, const struct terms *t, unsigned members)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_CHARTER_BYTES);
	struct why why = {0};

	buf_addf(&b, "entente-charter/1\nname %s\nversion %u\nprev ", t->name ? t->name : "Test",
		t->version ? t->version : 1);
	if (t->prev)
		buf_hex(&b, t->prev->b, sizeof(t->prev->b));
	else
		buf_byte(&b, '-');
	buf_str(&b, "\nfold 1\nfield cyber-security\n");
	for (unsigned i = 0; i < 32; i++) {
		struct id id = world_id(i);
		char text[ID_TEXT + 1];
		if (!(members >> i & 1))
			continue;
		id_format(&id, text);
		buf_addf(&b, "member %s Party %u\n", text, i);
	}
	count_line(&b, "force", t->force);
	count_line(&b, "accession", t->accession);
	if (t->no_observers)
		buf_str(&b, "observers no\n");
	else
		count_line(&b, "observers", t->observers);
	buf_addf(&b, "suspension %u\n", t->suspension ? t->suspension : 1);
	buf_str(&b,
		"policy test\nladder OPEN CLOSED\nclearance * CLOSED\nquota entries 1000 payload-bytes 1000000\n"
		"two-person -\n\nWe agree.\n");
	struct slice text = arena_copy(arena, buf_slice(&b));
	if (charter_parse(ret, arena, text, &why) < 0)
		fail_msg("%s: %s", why.where, why.text);
}

struct world *world_new(unsigned n_founders, const struct terms *t)
{
	struct world *w = mem_new(struct world);

	w->arena = ARENA(WORLD_ARENA);
	w->n_founders = n_founders;
	charter_make(&w->founding, &w->arena, t, (1u << n_founders) - 1);
	return w;
}

void world_free(struct world **w)
{
	if (!*w)
		return;
	vec_free(&(*w)->amended);
	vec_free(&(*w)->act);
	vec_free(&(*w)->cosign);
	vec_free(&(*w)->fork);
	arena_free(&(*w)->arena);
	mem_free(*w);
	*w = NULL;
}

struct standing_act *world_act(struct world *w, unsigned author, enum act_kind kind)
{
	struct standing_act a = {.author = world_id(author),
		.epoch = w->epoch[author],
		.seq = w->size[author]++,
		.leaf = world_hash(w->made),
		.time_ms = 1000 + w->made,
		.mode = MODE_REAL,
		.signature_ok = true};

	a.object.owner = a.author;
	memcpy(a.object.name.b, world_hash(w->made++).b, sizeof(a.object.name.b));
	a.body.kind = kind;
	vec_push(&w->act, a);
	return &w->act.p[w->act.n - 1];
}

void world_sign(struct world *w, unsigned author, const struct charter *c)
{
	world_act(w, author, ACT_SIGN)->body.charter = c->hash;
}

void world_seen(struct world *w, struct standing_act *a)
{
	struct entry_seen *seen = arena_array(&w->arena, struct entry_seen, WORLD_PARTIES);

	for (unsigned i = 0; i < WORLD_PARTIES; i++)
		seen[i] = (struct entry_seen){world_id(i), w->epoch[i], w->size[i]};
	a->seen = seen;
	a->n_seen = WORLD_PARTIES;
}

struct hash world_accede(struct world *w, unsigned author, const struct charter *c,
	unsigned ratifiers, bool observer)
{
	struct standing_act *a = world_act(w, author, ACT_ACCEDE);
	struct act_body *b = &a->body;

	b->charter = c->hash;
	b->observer = observer;
	b->ratifier = arena_array(&w->arena, struct id, 32);
	for (unsigned i = 0; i < 32; i++)
		if (ratifiers >> i & 1)
			b->ratifier[b->n_ratifier++] = world_id(i);
	b->clearance = SLICE("OPEN");
	b->label = SLICE("Joiner");
	world_seen(w, a);
	return a->leaf;
}

void world_ratify(struct world *w, unsigned author, unsigned member, const struct hash *accession,
	const struct charter *c)
{
	struct act_body *b = &world_act(w, author, ACT_RATIFY)->body;

	b->has_member = true;
	b->member = world_id(member);
	b->accession = *accession;
	b->charter = c->hash;
}

void world_withdraw(struct world *w, unsigned author, int64_t effective_ms)
{
	world_act(w, author, ACT_WITHDRAW)->body.effective_ms = effective_ms;
}

void world_suspend(struct world *w, unsigned author, unsigned member, uint64_t cut)
{
	struct act_body *b = &world_act(w, author, ACT_SUSPEND)->body;

	b->has_member = true;
	b->member = world_id(member);
	b->log_epoch = w->epoch[member];
	b->cut = cut;
}

void world_resume(struct world *w, unsigned author, unsigned member)
{
	struct act_body *b = &world_act(w, author, ACT_RESUME)->body;

	b->has_member = true;
	b->member = world_id(member);
}

void world_witness(struct world *w)
{
	for (unsigned author = 0; author < WORLD_PARTIES; author++) {
		for (unsigned witness = 0; witness < WORLD_PARTIES; witness++) {
			struct standing_cosign c = {world_id(author), w->epoch[author],
				world_id(witness), w->size[author]};
			if (author != witness && w->size[author] > 0)
				vec_push(&w->cosign, c);
		}
	}
}

struct standing_input world_input(const struct world *w)
{
	return (struct standing_input){.founding = &w->founding,
		.amended = w->amended.p,
		.n_amended = w->amended.n,
		.act = w->act.p,
		.n_act = w->act.n,
		.cosign = w->cosign.p,
		.n_cosign = w->cosign.n,
		.fork = w->fork.p,
		.n_fork = w->fork.n};
}

struct standing world_standing(struct world *w)
{
	struct standing_input in = world_input(w);
	struct standing s;
	struct why why = {0};

	if (standing_compute(&s, &w->arena, &in, &why) < 0)
		fail_msg("%s: %s", why.where, why.text);
	return s;
}

enum status world_status(struct world *w, unsigned party)
{
	struct standing s = world_standing(w);
	struct id id = world_id(party);
	const struct standing_party *p = standing_find(&s, &id);

	return p ? p->status : STATUS_MENTIONED;
}

struct world *world_in_force(unsigned n_founders, const struct terms *t)
{
	struct world *w = world_new(n_founders, t);

	for (unsigned i = 0; i < n_founders; i++)
		world_sign(w, i, &w->founding);
	world_witness(w);
	return w;
}
