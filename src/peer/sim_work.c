/* sim_work.c: what members do: sign, join, ratify, speak, write, share, take back. Each deed is one
 * that this node may do by what it knows. */
#include "base/limits.h"
#include "base/report.h"
#include "node/record.h"
#include "peer/sim_int.h"

#include <inttypes.h>

#define LABEL "sim UNCLASSIFIED"

/* What a node knows while it acts. */
struct deed {
	struct sim_node *n;
	struct sim *s;
	struct arena arena;
	struct world w;
	const struct standing_party *me; /* NULL: nothing is known of me */
};

static int deed_begin(struct deed *d, struct sim_node *n, struct why *why)
{
	int rc = db_begin_read(n->db, why);

	*d = (struct deed){.n = n, .s = n->sim, .arena = ARENA(LIMIT_REQUEST_ARENA)};
	if (rc < 0)
		return rc;
	rc = world_load(&d->w, n->node, n->db, &n->sim->coalition, &d->arena, why);
	db_rollback(n->db);
	if (rc == 0)
		d->me = standing_find(&d->w.standing, &n->node->self);
	return rc;
}

static void deed_end(struct deed *d)
{
	arena_free(&d->arena);
}
#define CLEANUP_DEED __attribute__((cleanup(deed_end)))

/* ---- coming in ---- */

static int take_up(struct sim_node *n, struct why *why)
{
	int64_t row;
	int rc = coalition_add(n->db, buf_slice(&n->sim->charter), &row, why);

	return rc < 0 ? rc
		      : party_put(n->db, row, &n->node->self, slice_str(n->node->conf.label),
				n->clock.now_ms, why);
}

static int introduce(struct sim_node *to, const struct sim_node *who, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct coalition c;
	struct id member;
	int rc = coalition_load(to->db, &to->sim->coalition, &arena, &c, why);

	if (rc < 0 || (rc = root_put(to->db, buf_slice(&who->roots), &member, why)) < 0)
		return rc;
	return party_put(
		to->db, c.row, &member, slice_str(who->node->conf.label), to->clock.now_ms, why);
}

static int in_transaction(struct sim_node *n, const struct sim_node *who, struct why *why)
{
	int rc = db_begin(n->db, why);

	if (rc < 0)
		return rc;
	rc = who == NULL ? take_up(n, why) : introduce(n, who, why);
	if (rc < 0) {
		db_rollback(n->db);
		return rc;
	}
	return db_commit(n->db, why);
}

void sim_meet(struct sim_node *n)
{
	struct sim *s = n->sim;
	struct why why = {0};
	struct hash known;
	int rc = 0;

	for (unsigned i = 0; rc == 0 && i < s->o.nodes; i++)
		if (&s->node[i] != n && s->node[i].party &&
			root_first(n->db, &s->node[i].node->self, &known, NULL) == E_MISSING)
			rc = in_transaction(n, &s->node[i], &why);
	if (rc < 0)
		sim_break(s, "meet", "node %u: %s %s", n->at, why.where, why.text);
}

/* By note verbale: it takes up the coalition, and everybody and it are introduced to each other. */
void sim_join(struct sim *s, unsigned at)
{
	struct sim_node *n = &s->node[at];
	struct why why = {0};
	int rc = in_transaction(n, NULL, &why);

	for (unsigned i = 0; rc == 0 && i < s->o.nodes; i++) {
		if (i == at || !s->node[i].party)
			continue;
		rc = in_transaction(n, &s->node[i], &why);
		if (rc == 0)
			rc = in_transaction(&s->node[i], n, &why);
		if (rc == 0 && s->twin != NULL && i == s->equivocator)
			rc = in_transaction(s->twin, n, &why);
	}
	if (rc < 0)
		sim_break(s, "join", "node %u: %s %s", at, why.where, why.text);
	n->party = true;
}

/* ---- acts ---- */

static int write_act(struct sim_node *n, const struct act_body *body, const struct entry_ref *ref,
	struct why *why)
{
	struct buf content CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct draft d = {.mode = MODE_REAL,
		.kind = slice_str(act_rules[body->kind].kind),
		.all = true,
		.media = SLICE(ACT_MEDIA),
		.ref = ref,
		.n_ref = ref != NULL};
	struct written written;
	int rc;

	act_body_print(body, &content);
	d.content = buf_slice(&content);
	if (act_rules[body->kind].scope != 0) {
		d.officer = n->officer_id;
		d.officer_key = &n->officer;
	}
	rc = node_write(n->node, n->db, &n->sim->coalition, &d, 1, &written, why);
	if (rc == 0) {
		n->sim->n.acts++;
		n->sim->n.entries++;
	}
	return rc;
}

static struct hash founding_hash(const struct sim *s)
{
	return hash_bytes(buf_slice(&s->charter));
}

int sim_sign(struct sim_node *n, struct why *why)
{
	struct act_body body = {.kind = ACT_SIGN, .charter = founding_hash(n->sim)};

	return write_act(n, &body, NULL, why);
}

int sim_say(struct sim_node *n, struct why *why)
{
	static const char *const labels[] = {"Northland", "Southland", "Eastland"};
	struct sim *s = n->sim;
	struct act_body body = {.kind = ACT_STATEMENT,
		.about_label = slice_str(labels[sim_pick(s, 3)]),
		.speaker = SLICE("A minister"),
		.said = SLICE("2025-03-18"),
		.where = SLICE("press conference"),
		.claim = (enum claim)sim_pick(s, CLAIM_LEFT + 1),
		.prose = SLICE("They have told us that they will join.\n")};

	if (sim_chance(s, 700)) {
		body.has_about = true;
		body.about = s->node[sim_pick(s, s->o.nodes)].node->self;
	}
	return write_act(n, &body, NULL, why);
}

static int accede(struct deed *d, struct why *why)
{
	struct act_body body = {.kind = ACT_ACCEDE,
		.charter = founding_hash(d->s),
		.observer = sim_chance(d->s, 200),
		.ratifier = d->w.standing.member,
		.n_ratifier = d->w.standing.n_member,
		.clearance = SLICE("RESTRICTED"),
		.label = slice_str(d->n->node->conf.label)};

	return write_act(d->n, &body, NULL, why);
}

/* An accession that waits for me; NULL if there is none. */
static const struct standing_party *waiting_for(const struct deed *d)
{
	const struct standing *st = &d->w.standing;

	for (size_t i = 0; i < st->n_party; i++) {
		const struct standing_party *p = &st->party[i];
		bool asked = false;

		if (p->founder || hash_is_zero(&p->leaf) || p->status != STATUS_APPLIED)
			continue;
		for (size_t k = 0; k < p->n_required; k++)
			asked = asked || id_eq(&p->required[k], &d->n->node->self);
		for (size_t k = 0; k < p->n_ratified; k++)
			asked = asked && !id_eq(&p->ratified[k], &d->n->node->self);
		if (asked)
			return p;
	}
	return NULL;
}

static int ratify(struct deed *d, const struct standing_party *p, struct why *why)
{
	struct entry_ref ref = {.member = p->id, .epoch = p->epoch, .seq = p->seq, .leaf = p->leaf};
	struct act_body body = {.kind = ACT_RATIFY,
		.charter = founding_hash(d->s),
		.has_member = true,
		.member = p->id,
		.accession = p->leaf};

	return write_act(d->n, &body, &ref, why);
}

static int withdraw(struct deed *d, struct why *why)
{
	struct act_body body = {.kind = ACT_WITHDRAW,
		.effective_ms = d->n->clock.now_ms + (int64_t)sim_pick(d->s, 1000) * 1000};

	return write_act(d->n, &body, NULL, why);
}

static int suspend(struct deed *d, unsigned at, struct why *why)
{
	struct log_id id = {
		.coalition = d->s->coalition, .member = d->s->node[at].node->self, .epoch = 1};
	struct act_body body = {.has_member = true, .member = id.member};
	bool resume = (d->s->suspended[d->n->at] & 1u << at) != 0 && sim_chance(d->s, 600);
	struct log log;

	if (at == d->n->at || log_load(d->n->db, &id, &log, why) < 0)
		return 0;
	body.kind = resume ? ACT_RESUME : ACT_SUSPEND;
	body.log_epoch = 1;
	body.cut = log.size;
	body.root = log.root;
	d->s->suspended[d->n->at] |= 1u << at;
	return write_act(d->n, &body, NULL, why);
}

/* ---- records ---- */

/* Members among `mask`, as ids; the number of them. */
static size_t mask_ids(const struct sim *s, unsigned mask, struct id *ret)
{
	size_t n = 0;

	for (unsigned i = 0; i < s->o.nodes; i++)
		if ((mask >> i & 1) != 0)
			ret[n++] = s->node[i].node->self;
	return n;
}

static unsigned members_mask(const struct deed *d)
{
	unsigned mask = 0;

	for (size_t i = 0; i < d->w.standing.n_member; i++) {
		unsigned at = sim_index(d->s, &d->w.standing.member[i]);

		if (at < SIM_NODES_MAX)
			mask |= 1u << at;
	}
	return mask;
}

/* Whether something was written when its writer died is not known to anybody: then only leaks are
 * looked for. */
static bool is_unsure(const struct sim_node *n, int rc)
{
	return rc < 0 && n->death != SIM_ALIVE;
}

static int note(struct deed *d, struct why *why)
{
	struct sim *s = d->s;
	unsigned all = members_mask(d), mask = all & sim_pick(s, 1u << s->o.nodes);
	struct sim_canary c = {.author = d->n->at, .by_twin = d->n == s->twin};
	struct id member[SIM_NODES_MAX];
	char json[160];
	struct draft draft = {.mode = (enum mode)(MODE_REAL + sim_pick(s, 3)),
		.kind = SLICE("note/1"),
		.label = SLICE(LABEL),
		.member = member,
		.media = SLICE("application/json")};
	struct written written;
	int rc;

	if (s->canary.n == SIM_CANARIES_MAX)
		return 0;
	if (sim_chance(s, 250)) {
		mask = all;
		draft.all = true;
		draft.veil_all = sim_chance(s, 300);
	}
	c.allowed = c.readers = mask | 1u << d->n->at;
	draft.n_member = draft.all ? 0 : mask_ids(s, c.readers & all, member);
	snprintf(json, sizeof(json), "{\"title\":\"note\",\"text\":\"CANARY-%06zu\"}", s->canary.n);
	draft.content = slice_str(json);
	vec_push(&s->canary, c);
	rc = node_write(d->n->node, d->n->db, &s->coalition, &draft, 1, &written, why);
	if (rc == 0) {
		s->canary.p[s->canary.n - 1].object = written.object;
		s->n.entries++;
	} else if (is_unsure(d->n, rc)) {
		s->canary.p[s->canary.n - 1].unsure = true;
	} else {
		s->canary.p[s->canary.n - 1].readers = 0;
	}
	return rc;
}

/* One of my own notes that is still there; NULL if chance finds none. */
static struct sim_canary *own_note(struct deed *d)
{
	struct sim *s = d->s;

	for (unsigned tries = 0; s->canary.n > 0 && tries < 8; tries++) {
		struct sim_canary *c = &s->canary.p[sim_pick(s, (unsigned)s->canary.n)];

		if (c->author == d->n->at && c->by_twin == (d->n == s->twin) && !c->erased &&
			c->readers != 0 && !c->unsure)
			return c;
	}
	return NULL;
}

static int share(struct deed *d, struct sim_canary *c, struct why *why)
{
	unsigned add = members_mask(d) & ~c->readers & sim_pick(d->s, 1u << d->s->o.nodes);
	struct id member[SIM_NODES_MAX];
	struct written written;
	int rc;

	if (add == 0)
		return 0;
	c->allowed |= add;
	rc = record_release(d->n->node, d->n->db, &d->s->coalition, &c->object, member,
		mask_ids(d->s, add, member), SLICE_NONE, &d->n->officer, &d->n->officer_id,
		&written, why);
	if (rc == 0)
		c->readers |= add;
	c->unsure = c->unsure || is_unsure(d->n, rc);
	return rc;
}

static int take_back(struct deed *d, struct sim_canary *c, struct why *why)
{
	unsigned away = c->readers & ~(1u << d->n->at) & sim_pick(d->s, 1u << d->s->o.nodes);
	struct id member[SIM_NODES_MAX];
	struct written written;
	int rc;

	if (away == 0)
		return 0;
	rc = record_recall(d->n->node, d->n->db, &d->s->coalition, &c->object, member,
		mask_ids(d->s, away, member), &written, why);
	if (rc == 0)
		c->readers &= ~away;
	c->unsure = c->unsure || is_unsure(d->n, rc);
	return rc;
}

static int erase(struct deed *d, struct sim_canary *c, struct why *why)
{
	struct written written;
	int rc = record_erase(d->n->node, d->n->db, &d->s->coalition, &c->object, &written, why);

	c->erased = rc == 0;
	c->unsure = c->unsure || is_unsure(d->n, rc);
	return rc;
}

/* ---- which deed ---- */

static int member_deed(struct deed *d, struct why *why)
{
	const struct standing_party *p = waiting_for(d);
	struct sim_canary *c = own_note(d);
	unsigned dice = sim_pick(d->s, 1000);

	if (p != NULL && dice < 500)
		return ratify(d, p, why);
	if (dice < 600)
		return note(d, why);
	if (c != NULL && dice < 720)
		return share(d, c, why);
	if (c != NULL && dice < 800)
		return take_back(d, c, why);
	if (c != NULL && dice < 850)
		return erase(d, c, why);
	if (dice < 870)
		return suspend(d, sim_pick(d->s, d->s->o.nodes), why);
	if (dice < 880)
		return withdraw(d, why);
	return sim_say(d->n, why);
}

static int other_deed(struct deed *d, struct why *why)
{
	struct act_body interest = {.kind = ACT_INTEREST, .charter = founding_hash(d->s)};
	bool founder = d->me != NULL && d->me->founder,
	     waits = d->me != NULL && d->me->unwitnessed > 0;

	if (founder && d->me->status == STATUS_DECLARED && !waits && sim_chance(d->s, 800))
		return sim_sign(d->n, why);
	if (!founder && d->w.standing.n_member > 0 && !waits && sim_chance(d->s, 400))
		return accede(d, why);
	if (!founder && sim_chance(d->s, 200))
		return write_act(d->n, &interest, NULL, why);
	return sim_say(d->n, why);
}

/* A refusal by a rule is part of the game; what a rule does not explain is a bug, unless the node
 * is dying, its log is frozen or its store an older one. */
static bool explained(const struct sim_node *n, int rc)
{
	if (rc >= 0 || rc == E_DENIED || rc == E_INVALID || rc == E_MISSING)
		return true;
	return n->death != SIM_ALIVE || !sim_sound(n->sim, n->at);
}

void sim_deed(struct sim_node *n)
{
	struct deed d CLEANUP_DEED = {0};
	struct why why = {0};
	int rc = deed_begin(&d, n, &why);

	if (rc >= 0)
		rc = d.w.self_is_member && d.w.standing.in_force ? member_deed(&d, &why)
								 : other_deed(&d, &why);
	if (!explained(n, rc))
		sim_break(n->sim, "deed", "node %u: %s %s", n->at, why.where, why.text);
}
