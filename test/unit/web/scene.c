/* scene.c: see scene.h. */
#include "scene.h"

#include "base/limits.h"
#include "node/note.h"

#define MINUTE 60000LL

static struct id named_id(unsigned n)
{
	struct id id = {{0}};
	memset(id.b, (int)(n + 1), sizeof(id.b));
	return id;
}

static struct hash named_hash(const char *text)
{
	return hash_bytes(slice_str(text));
}

static void add_charter(struct view *v)
{
	struct charter *c = arena_new(v->arena, struct charter);
	static const char *const field[] = {
		"joint-training", "cyber-security", "rapid-response", "joint-procurement"};
	static const char *const label[] = {"ALB", "HRV", "KOS"};
	*c = (struct charter){.name = SLICE("Declaration on cooperation"),
		.version = 1,
		.fold = 1,
		.policy = SLICE("EX")};
	c->hash = named_hash("charter");
	for (c->n_field = 0; c->n_field < 4; c->n_field++)
		c->field[c->n_field] = slice_str(field[c->n_field]);
	c->ladder[0] = SLICE("UNCLASSIFIED");
	c->ladder[1] = SLICE("RESTRICTED");
	c->ladder[2] = SLICE("CONFIDENTIAL");
	c->n_ladder = 3;
	c->member = arena_array(v->arena, struct charter_member, 3);
	for (unsigned i = 0; i < 3; i++)
		c->member[i] = (struct charter_member){named_id(i), slice_str(label[i])};
	c->n_member = 3;
	v->world.coalition.founding = *c;
	v->world.standing.charter = c;
}

static void add_parties(struct view *v)
{
	static const char *const label[] = {"ALB", "HRV", "KOS", "BGR"};
	struct standing *s = &v->world.standing;
	struct party *party = arena_array(v->arena, struct party, 4);
	v->world.party = party;
	s->party = arena_array(v->arena, struct standing_party, 4);
	s->member = arena_array(v->arena, struct id, 4);
	s->signed_by = arena_array(v->arena, struct id, 4);
	v->acted_ms = arena_array(v->arena, int64_t, 4);
	for (unsigned i = 0; i < 4; i++) {
		party[i] = (struct party){named_id(i), slice_str(label[i])};
		s->party[i] =
			(struct standing_party){.id = named_id(i), .label = slice_str(label[i])};
		s->party[i].founder = i < 3;
		s->party[i].status = i < 3 ? STATUS_DECLARED : STATUS_MENTIONED;
	}
	v->world.n_party = s->n_party = 4;
	s->need = 3;
}

struct view *scene_fresh(struct arena *arena)
{
	struct view *v = arena_new(arena, struct view);
	struct node *node = arena_new(arena, struct node);
	node->self = named_id(0);
	*v = (struct view){.now_ms = SCENE_NOW, .arena = arena, .reads_records = true};
	v->world.node = node;
	add_charter(v);
	add_parties(v);
	return v;
}

static void sign_all(struct view *v)
{
	struct standing *s = &v->world.standing;
	for (unsigned i = 0; i < 3; i++) {
		s->party[i].status = STATUS_SIGNED;
		s->party[i].seq = 3 + i;
		s->party[i].leaf = named_hash(arena_printf(v->arena, "sign %u", i));
		s->member[i] = s->signed_by[i] = named_id(i);
		v->acted_ms[i] = SCENE_NOW - (40 + i) * MINUTE;
	}
	s->n_member = s->n_signed = 3;
	s->in_force = true;
}

static void apply(struct view *v)
{
	struct standing_party *p = &v->world.standing.party[3];
	p->status = STATUS_APPLIED;
	p->leaf = named_hash("accede");
	p->seq = 5;
	p->required = v->world.standing.member;
	p->n_required = p->need = 3;
	p->ratified = v->world.standing.member;
	p->n_ratified = 2;
	v->acted_ms[3] = SCENE_NOW - 12 * MINUTE;
}

static void add_statements(struct view *v)
{
	v->statement = arena_array(v->arena, struct statement, 2);
	v->n_statement = 2;
	v->statement[0] = (struct statement){.author = named_id(2),
		.seq = 7,
		.leaf = named_hash("said 1"),
		.mode = MODE_REAL,
		.time_ms = SCENE_NOW - 30 * MINUTE,
		.body = {.kind = ACT_STATEMENT,
			.about_label = SLICE("BGR"),
			.has_about = true,
			.about = named_id(3),
			.speaker = SLICE("Minister of Defence of Kosovo"),
			.said = SLICE("2025-03-20"),
			.where = SLICE("Pristina"),
			.claim = CLAIM_WILL_JOIN,
			.source = SLICE("https://example.org/news/1"),
			.prose = SLICE(
				"Bulgaria has confirmed that it will join the declaration.")}};
	v->statement[1] = v->statement[0];
	v->statement[1].author = named_id(3);
	v->statement[1].body.speaker = SLICE("Minister of Foreign Affairs of Bulgaria");
	v->statement[1].body.where = SLICE("Sofia");
	v->statement[1].body.claim = CLAIM_NOT_DECIDED;
	v->statement[1].body.prose = SLICE("No decision has been made.");
}

static void add_logs(struct view *v)
{
	v->log = arena_array(v->arena, struct view_log, 4);
	v->n_log = 4;
	for (unsigned i = 0; i < 4; i++) {
		struct view_log *l = &v->log[i];
		*l = (struct view_log){
			.need = 2, .at_head = i == 3 ? 1 : 3, .head = 40 + i, .witnessed = 40};
		l->log = (struct log){.row = i + 1,
			.size = 40 + i,
			.root = named_hash("root"),
			.time_ms = SCENE_NOW - MINUTE};
		l->log.id.member = named_id(i);
		l->cosign = arena_array(v->arena, struct cosigned, 4);
		for (unsigned j = 0; j < 4; j++)
			l->cosign[l->n_cosign++] = (struct cosigned){
				.witness = named_id(j), .size = i == 3 ? 38 + j : 43};
	}
	v->health = arena_array(v->arena, struct peer_health, 4);
	v->n_health = 3;
	for (unsigned i = 0; i < 3; i++)
		v->health[i] = (struct peer_health){.peer = named_id(i + 1),
			.last_ok_ms = SCENE_NOW - 4000,
			.last_try_ms = SCENE_NOW - 4000};
}

static void add_records(struct view *v, enum mode mode, unsigned n, const char *title)
{
	static const char *const label[] = {
		"EX UNCLASSIFIED", "EX RESTRICTED TLP=AMBER", "EX CONFIDENTIAL"};
	struct view_records *r = &v->records[mode];
	r->record = arena_array(v->arena, struct record, n);
	r->n = n;
	for (unsigned i = 0; i < n; i++) {
		struct buf b CLEANUP_BUF = BUF(4 * KIB);
		struct note_record note = {
			.title = slice_str(arena_printf(v->arena, "%s %u", title, i + 1))};
		note_record_print(&note, &b);
		r->record[i] = (struct record){.object = {named_id(i % 3), named_id(50 + i)},
			.author = named_id(i % 3),
			.seq = i,
			.kind = SLICE("note/1"),
			.media = SLICE("application/json"),
			.label = slice_str(label[i % 3]),
			.mode = mode,
			.time_ms = SCENE_NOW - (int64_t)(i * i) * MINUTE,
			.audience = v->world.standing.member,
			.n_audience = i % 3 == 0 ? 3 : 2,
			.content = arena_copy(v->arena, buf_slice(&b))};
	}
}

struct view *scene_ordinary(struct arena *arena)
{
	struct view *v = scene_fresh(arena);
	sign_all(v);
	apply(v);
	add_statements(v);
	add_logs(v);
	add_records(v, MODE_REAL, 7, "Situation report");
	return v;
}

static void add_troubles(struct view *v, struct slice text)
{
	v->fork = arena_array(v->arena, struct fork_row, 1);
	v->n_fork = 1;
	v->fork[0] = (struct fork_row){.log_row = 2, .cut = 31, .proof = text};
	v->log[1].log.frozen = true;
	v->world.standing.party[1].forked = true;
	v->refusal = arena_array(v->arena, struct refusal, 2);
	v->n_refusal = 2;
	v->refusal[0] = (struct refusal){.peer = named_id(1),
		.step = SLICE("signature"),
		.text = text,
		.first_ms = SCENE_NOW - 90000,
		.last_ms = SCENE_NOW - 60000,
		.times = 12};
	v->refusal[1] = (struct refusal){.peer = named_id(2),
		.step = text,
		.text = text,
		.first_ms = SCENE_NOW - 2100 * MINUTE,
		.last_ms = SCENE_NOW - 2000 * MINUTE,
		.times = 1};
	v->flag = arena_array(v->arena, struct flag, 1);
	v->n_flag = 1;
	v->flag[0] = (struct flag){.log.member = named_id(2), .seq = 9, .step = text, .text = text};
	v->health[1].failures = 9;
	v->health[1].last_ok_ms = SCENE_NOW - 11 * MINUTE;
	v->health[1].text = text;
	v->n_health = 2;
}

struct view *scene_hostile(struct arena *arena, const char *text)
{
	struct view *v = scene_ordinary(arena);
	struct slice s = slice_str(text);
	add_troubles(v, s);
	add_records(v, MODE_REAL, 9, text);
	add_records(v, MODE_EXERCISE, 4, text);
	add_records(v, MODE_TEST, 1, text);
	v->records[MODE_REAL].more = true;
	v->world.coalition.founding.name = s;
	for (size_t i = 0; i < v->world.standing.n_party; i++)
		v->world.standing.party[i].label = s;
	for (size_t i = 0; i < v->n_statement; i++) {
		struct act_body *b = &v->statement[i].body;
		b->about_label = b->speaker = b->said = b->where = b->source = b->file = b->lang =
			b->prose = s;
		b->has_about = i > 0;
	}
	v->statement[1].mode = MODE_EXERCISE;
	return v;
}

void scene_page(struct view *v, struct arena *arena, struct buf *ret)
{
	struct concerns *c = arena_new(arena, struct concerns);
	struct html h = html_begin(ret);
	view_sort(v);
	concerns_add(c, v);
	concerns_sort(c);
	page_begin(&h, &(struct page_top){.label = "ALB",
			       .self = v->world.node->self,
			       .now_ms = v->now_ms,
			       .worst = c->worst});
	page_concerns(&h, c);
	page_coalition(&h, v);
	page_end(&h);
	html_finish(&h);
}
