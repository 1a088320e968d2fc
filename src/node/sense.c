/* sense.c: see sense.h. */
#include "node/sense.h"

#include "base/enc.h"
#include "base/limits.h"
#include "node/browse.h"

#include <inttypes.h>

#define OWN_ACTS_MAX 4096

struct own_act {
	enum act_kind kind;  /* ACT_NONE: not asked about, or it has settled nothing */
	enum act_kind named; /* whatever it is worth */
	uint64_t seq;
	struct hash leaf;
	enum mode mode;
	struct object_id object;
	struct slice text;     /* of the body */
	struct act_body *body; /* NULL for kinds that are not asked about */
};

struct sensing {
	const struct draft *d;
	const struct world *w;
	struct db *db;
	struct arena arena;
	enum act_kind kind;
	const struct act_body *body; /* of the draft */
	struct own_act *own;	     /* oldest first */
	size_t n_own;
	const char *self; /* label */
};

static bool asked(enum act_kind kind)
{
	return kind == ACT_INTRODUCTION || kind == ACT_SIGN || kind == ACT_INTEREST ||
	       kind == ACT_ACCEDE || kind == ACT_RATIFY || kind == ACT_WITHDRAW ||
	       kind == ACT_SUSPEND || kind == ACT_RESUME || kind == ACT_PUBLISH;
}

/* Acts without a good signature have settled nothing, so they may be made again: only their object is remembered. */
static void own_add(struct sensing *s, const struct root_chain *chain, struct stmt *st)
{
	struct own_act *a = &s->own[s->n_own];
	struct entry e;
	struct slice bytes = arena_copy(&s->arena, db_blob(st, 2));

	*a = (struct own_act){.seq = (uint64_t)db_i64(st, 0)};
	if (db_blob(st, 1).n != 32 || entry_parse(&e, &s->arena, bytes, NULL) < 0)
		return;
	memcpy(a->leaf.b, db_blob(st, 1).p, 32);
	a->mode = e.mode;
	a->object = e.object;
	s->n_own++;
	enum act_kind kind = act_kind_of(e.kind);
	a->named = kind;
	if (!asked(kind) || act_signature_check(&e, kind, chain, NULL) < 0)
		return;
	a->text = arena_copy(&s->arena, db_blob(st, 3));
	a->body = arena_new(&s->arena, struct act_body);
	if (act_body_parse(a->body, &s->arena, kind, a->text, NULL) == 0)
		a->kind = kind;
}

static int own_load(struct sensing *s, struct why *why)
{
	struct root_chain chain;
	const struct id *self = &s->w->node->self;
	int rc = root_chain_in_log(s->db, &s->w->coalition, self, &s->arena, &chain, why);

	if (rc < 0)
		return rc;
	struct stmt *st = db_stmt(s->db,
		"SELECT a.seq, a.leaf, a.entry, a.body FROM act a JOIN log l ON l.id = a.log "
		"WHERE l.coalition = $1 AND l.member = $2 ORDER BY l.epoch, a.seq LIMIT $3");
	db_bind_blob(st, 1, id_slice(&s->w->coalition.id));
	db_bind_blob(st, 2, id_slice(self));
	db_bind_i64(st, 3, OWN_ACTS_MAX);
	s->own = arena_array(&s->arena, struct own_act, OWN_ACTS_MAX);
	while ((rc = db_step(st, why)) == DB_ROW)
		own_add(s, &chain, st);
	db_reset(st);
	return rc;
}

/* The newest real act of a kind, about `member` unless that is NULL. */
static const struct own_act *newest(
	const struct sensing *s, enum act_kind kind, const struct id *member)
{
	for (size_t i = s->n_own; i-- > 0;) {
		const struct own_act *a = &s->own[i];

		if (a->kind == kind && a->mode == MODE_REAL &&
			(!member || (a->body->has_member && id_eq(&a->body->member, member))))
			return a;
	}
	return NULL;
}

static const char *leaf_of(struct sensing *s, const struct own_act *a)
{
	char hex[65];

	hex_encode(a->leaf.b, 32, hex);
	return arena_printf(&s->arena, "entry %" PRIu64 ", leaf %.16s", a->seq, hex);
}

static int once(struct sensing *s, struct why *why)
{
	for (size_t i = 0; s->d->has_object && i < s->n_own; i++)
		if (memcmp(&s->own[i].object, &s->d->object, sizeof(s->d->object)) == 0)
			return why_set(why, E_STATE, "", "this very act is in the log already (%s)",
				leaf_of(s, &s->own[i]));
	return 0;
}

/* The newest real signature of this charter. */
static const struct own_act *signature(const struct sensing *s, const struct hash *charter)
{
	for (size_t i = s->n_own; i-- > 0;) {
		const struct own_act *a = &s->own[i];

		if (a->kind == ACT_SIGN && a->mode == MODE_REAL &&
			hash_eq(&a->body->charter, charter))
			return a;
	}
	return NULL;
}

/* Whom it names, and whom the charter before names (docs/standing.md §5). */
static int members_sense(
	const struct charter *c, const struct world *w, struct arena *arena, struct why *why)
{
	const struct charter *present = w->standing.charter;

	for (size_t i = 0; i < present->n_member; i++) {
		const struct id *m = &present->member[i].id;
		const struct standing_party *p = standing_find(&w->standing, m);

		if (!charter_has_member(c, m) && !(p && p->status == STATUS_WITHDRAWING))
			return why_set(why, E_INVALID, "member",
				"%s is left out and has not withdrawn",
				world_party_label(w, m, arena));
	}
	for (size_t i = 0; i < c->n_member; i++)
		if (!standing_is_member(&w->standing, &c->member[i].id))
			return why_set(why, E_INVALID, "member",
				"%s is named and is no member: its signature would not count",
				world_party_label(w, &c->member[i].id, arena));
	return 0;
}

int charter_sense(
	const struct charter *c, const struct world *w, struct arena *arena, struct why *why)
{
	const struct charter *present = w->standing.charter;

	if (!w->standing.in_force)
		return why_set(why, E_STATE, "",
			"the founding charter is not in force yet: there is nothing to amend");
	if (hash_eq(&c->hash, &present->hash))
		return why_set(why, E_STATE, "", "this is the charter that stands");
	if (c->version != present->version + 1)
		return why_set(why, E_STATE, "version",
			"is %u; the charter that stands is version %u, so the next is %u",
			c->version, present->version, present->version + 1);
	if (!charter_follows(c, present))
		return why_set(why, E_STATE, "prev", "is not the hash of the charter that stands");
	return members_sense(c, w, arena, why);
}

static int sign_founding_sense(struct sensing *s, struct why *why)
{
	const struct own_act *before = signature(s, &s->body->charter);

	if (!charter_has_member(&s->w->coalition.founding, &s->w->node->self))
		return why_set(why, E_STATE, "",
			"%s is not named as a founder in the charter: entente accede", s->self);
	if (before)
		return why_set(why, E_STATE, "", "%s has signed already (%s)", s->self,
			leaf_of(s, before));
	return 0;
}

static int sign_sense(struct sensing *s, struct why *why)
{
	const struct own_act *before = signature(s, &s->body->charter);
	struct charter c;
	struct slice text;
	int rc;

	if (hash_eq(&s->body->charter, &s->w->coalition.founding.hash))
		return sign_founding_sense(s, why);
	if (before)
		return why_set(why, E_STATE, "", "%s has signed this charter already (%s)", s->self,
			leaf_of(s, before));
	rc = charter_text(s->db, s->w->coalition.row, &s->body->charter, &s->arena, &text, why);
	if (rc < 0 || (rc = charter_parse(&c, &s->arena, text, why)) < 0 ||
		(rc = charter_sense(&c, s->w, &s->arena, why)) < 0)
		return rc;
	if (!charter_has_member(&c, &s->w->node->self))
		return why_set(why, E_STATE, "", "%s is not named in this charter", s->self);
	return 0;
}

static int clearance_sense(struct sensing *s, struct why *why)
{
	struct slice rest = s->body->clearance, class_name = SLICE_NONE;
	unsigned level;

	slice_cut(&rest, ' ', &class_name);
	return charter_level_need(s->w->standing.charter, class_name, "clearance", &level, why);
}

static int accede_sense(struct sensing *s, struct why *why)
{
	const struct standing_party *p = standing_find(&s->w->standing, &s->w->node->self);
	const struct own_act *before = newest(s, ACT_ACCEDE, NULL);
	const struct own_act *left = newest(s, ACT_WITHDRAW, NULL);

	if (s->w->self_is_member)
		return why_set(why, E_STATE, "", "%s is a member already", s->self);
	if (p && p->status == STATUS_OBSERVER && s->body->observer)
		return why_set(why, E_STATE, "", "%s is an observer already", s->self);
	if (p && p->founder && (p->status == STATUS_DECLARED || p->status == STATUS_SIGNED))
		return why_set(why, E_STATE, "",
			"%s is named as a founder: it signs the charter itself (entente sign)",
			s->self);
	if (before && (!left || left->seq < before->seq) && slice_eq(before->text, s->d->content))
		return why_set(why, E_STATE, "",
			"%s has made this accession already (%s): it waits for its ratifications",
			s->self, leaf_of(s, before));
	return clearance_sense(s, why);
}

static int ratify_sense(struct sensing *s, struct why *why)
{
	for (size_t i = 0; i < s->n_own; i++) {
		const struct own_act *a = &s->own[i];

		if (a->kind == ACT_RATIFY && a->mode == MODE_REAL &&
			id_eq(&a->body->member, &s->body->member) &&
			hash_eq(&a->body->accession, &s->body->accession))
			return why_set(why, E_STATE, "",
				"%s has ratified this accession already (%s)", s->self,
				leaf_of(s, a));
	}
	return 0;
}

static int introduction_sense(struct sensing *s, struct why *why)
{
	const struct own_act *before = newest(s, ACT_INTRODUCTION, &s->body->member);

	if (before && slice_eq(before->text, s->d->content))
		return why_set(why, E_STATE, "", "%s has introduced this party already (%s)",
			s->self, leaf_of(s, before));
	return 0;
}

static int suspend_sense(struct sensing *s, struct why *why)
{
	const struct id *about = &s->body->member;

	if (id_eq(about, &s->w->node->self))
		return why_set(why, E_STATE, "",
			"%s has no relations with itself that could be suspended", s->self);
	if (s->kind == ACT_SUSPEND)
		return 0;
	const struct own_act *cut = newest(s, ACT_SUSPEND, about),
			     *back = newest(s, ACT_RESUME, about);
	if (!cut || (back && back > cut))
		return why_set(why, E_STATE, "",
			"%s has not suspended its relations with %s: there is nothing to resume",
			s->self, world_party_label(s->w, about, &s->arena));
	return 0;
}

/* Is this leaf public by what has been published so far? The last word about it counts. */
static bool is_public(const struct sensing *s, const struct hash *leaf)
{
	for (size_t i = s->n_own; i-- > 0;) {
		const struct own_act *a = &s->own[i];

		for (size_t k = 0; a->kind == ACT_PUBLISH && k < a->body->n_leaves; k++)
			if (hash_eq(&a->body->leaves[k], leaf))
				return !a->body->withdrawn;
	}
	return false;
}

static int leaf_sense(struct sensing *s, const struct hash *leaf, struct why *why)
{
	const struct own_act *a = NULL;
	char hex[65];

	hex_encode(leaf->b, 32, hex);
	for (size_t i = 0; i < s->n_own; i++)
		if (hash_eq(&s->own[i].leaf, leaf))
			a = &s->own[i];
	if (!a)
		return why_set(why, E_INVALID, "leaf",
			"%s has no act or statement with leaf %.16s in its own log", s->self, hex);
	if (a->mode != MODE_REAL)
		return why_set(why, E_INVALID, "leaf",
			"leaf %.16s is %s: only what is real is published", hex,
			mode_name(a->mode));
	if (a->named == ACT_PUBLISH || a->named == ACT_DIGEST || a->named == ACT_ROLL)
		return why_set(why, E_INVALID, "leaf",
			"leaf %.16s is a %s: that is nothing to publish", hex,
			act_rules[a->named].kind);
	if (is_public(s, leaf) != s->body->withdrawn)
		return why_set(why, E_STATE, "leaf",
			s->body->withdrawn ? "leaf %.16s is not public"
					   : "leaf %.16s is public already",
			hex);
	return 0;
}

static int publish_sense(struct sensing *s, struct why *why)
{
	if (s->d->mode != MODE_REAL)
		return why_set(why, E_INVALID, "mode", "only what is real is published");
	for (size_t i = 0; i < s->body->n_leaves; i++) {
		int rc = leaf_sense(s, &s->body->leaves[i], why);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int real_sense(struct sensing *s, struct why *why)
{
	switch (s->kind) {
	case ACT_INTRODUCTION:
		return introduction_sense(s, why);
	case ACT_SIGN:
		return sign_sense(s, why);
	case ACT_INTEREST:
		return s->w->self_is_member
			       ? why_set(why, E_STATE, "", "%s is a member already", s->self)
			       : 0;
	case ACT_ACCEDE:
		return accede_sense(s, why);
	case ACT_RATIFY:
		return ratify_sense(s, why);
	case ACT_SUSPEND:
	case ACT_RESUME:
		return suspend_sense(s, why);
	case ACT_PUBLISH: /* whatever the mode */
	case ACT_NONE:
	case ACT_ROOT:
	case ACT_CHARTER:
	case ACT_ROLL:
	case ACT_WITHDRAW:
	case ACT_STATEMENT:
	case ACT_DIGEST:
	case ACT_KINDS:
		break;
	}
	return 0;
}

/* The text of a charter, for all to read. */
static int propose_sense(struct sensing *s, struct why *why)
{
	struct charter c;
	struct slice text;
	int rc = charter_parse(&c, &s->arena, s->d->content, why);

	if (rc < 0 || (rc = charter_sense(&c, s->w, &s->arena, why)) < 0)
		return rc;
	rc = charter_text(s->db, s->w->coalition.row, &c.hash, &s->arena, &text, NULL);
	if (rc == E_MISSING)
		return 0;
	return rc < 0 ? rc : why_set(why, E_STATE, "", "this charter has been proposed already");
}

int draft_sense(const struct draft *d, const struct world *w, struct db *db, struct why *why)
{
	struct sensing s = {
		.d = d, .w = w, .db = db, .arena = ARENA(256 * MIB), .kind = act_kind_of(d->kind)};
	struct act_body *body = arena_new(&s.arena, struct act_body);
	int rc = 0;

	if (s.kind == ACT_CHARTER && d->mode == MODE_REAL) {
		rc = propose_sense(&s, why);
	} else if (asked(s.kind)) {
		s.body = body;
		s.self = world_party_label(w, &w->node->self, &s.arena);
		rc = act_body_parse(body, &s.arena, s.kind, d->content, why);
		if (rc == 0)
			rc = own_load(&s, why);
		if (rc == 0)
			rc = once(&s, why);
		if (rc == 0 && s.kind == ACT_PUBLISH)
			rc = publish_sense(&s, why);
		else if (rc == 0 && d->mode == MODE_REAL)
			rc = real_sense(&s, why);
	}
	arena_free(&s.arena);
	return rc;
}
