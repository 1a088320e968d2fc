/*
 * agreement.c: which version of an agreement counts; see process.h.
 *
 *	1. One that all its participants have signed replaces the one before it. Suppliers rely on a tender's key: once that is made, only a version which all have signed who made it replaces theirs; so neither
 *	   the lead alone nor it and some others take a tender with bids from the rest by agreeing on something else.
 *	2. A version whose key is made had been signed by all: no signature that is taken back, and no refusal, undoes that, whatever else is proposed.
 *	3. A newer version that is not signed by all is a proposal: it counts, as one, where none is signed, or no key is made yet.
 *
 * In brief nobody sees keys: there a tender that is open is taken to have one.
 */
#include "base/map.h"
#include "base/report.h"
#include "work/procurement/process.h"

/* Who has signed what: version ‖ member → the last that he has said of it. */
struct signatures {
	struct map said;
};

struct signature_key {
	struct hash version;
	struct id member;
};

static void signatures_read(const struct rows *rows, struct signatures *ret)
{
	for (size_t i = 0; i < rows->n; i++) {
		struct row *r = &rows->row[i];
		struct signature_key key = {.member = r->object.owner};

		if (r->kind == P_CONSENT && get_bytes(&r->doc, json_root(&r->doc), "leaf",
						    key.version.b, sizeof(key.version.b)))
			(void)map_put(&ret->said, slice_of(&key, sizeof(key)), r);
	}
}

static bool has_signed(
	const struct signatures *s, const struct row *version, const struct id *member)
{
	struct signature_key key = {version->leaf, *member};
	const struct row *r = map_get(&s->said, slice_of(&key, sizeof(key)));

	return r && get_bool(&r->doc, json_root(&r->doc), "agrees");
}

/* Have all participants that `whose` names signed `version`? */
static bool all_signed(
	const struct signatures *s, const struct row *version, const struct row *whose)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);
	bool all = true;

	for
		EACH(&whose->doc, v, json_get(&whose->doc, json_root(&whose->doc), "participants"))
		{
			struct id member;

			MUST(id_parse(json_string(&whose->doc, v, &arena), &member) == 0);
			all = all && has_signed(s, version, &member);
		}
	return all;
}

static bool has_key(const struct process *p, bool brief)
{
	if (!brief)
		return p->replay && p->replay->has_key;
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);
	return p->tender &&
	       slice_is(get_text(&p->tender->doc, json_root(&p->tender->doc), "status", &arena),
		       "open");
}

/* Under which versions a key is made. */
struct keys {
	const struct rows *rows;
	bool brief;
	struct map known; /* lead, ocid and participants → yes or no */
};

/* What alone of a version bears on whether there is a key: the records are the same for all. */
static struct hash parties_of(const struct row *version)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);
	const struct json_doc *d = &version->doc;
	struct id member[LIMIT_MEMBERS], lead;
	struct slice piece[3];
	size_t n = 0;

	MUST(get_id(d, json_root(d), "lead", &lead));
	for
		EACH(d, v, json_get(d, json_root(d), "participants"))
		{
			MUST(n < LIMIT_MEMBERS);
			MUST(id_parse(json_string(d, v, &arena), &member[n++]) == 0);
		}
	qsort(member, n, sizeof(*member), id_cmp);
	piece[0] = id_slice(&lead);
	piece[1] = slice_of(member, n * sizeof(*member));
	piece[2] = get_text(d, json_root(d), "ocid", &arena);
	return hash_of(piece, 3);
}

/*
 * Members who sign one version after another without one another would have everybody compute as many procurements: each that could differ is computed once, in memory that ends with it.
 */
static bool key_under(struct keys *k, const struct row *version)
{
	static char no, yes;
	struct arena arena CLEANUP_ARENA = ARENA(1 * GIB);
	struct hash parties = parties_of(version);
	void *is = map_get(&k->known, slice_of(parties.b, sizeof(parties.b)));

	if (!is) {
		is = has_key(process_under(k->rows, version, k->brief, &arena), k->brief) ? &yes
											  : &no;
		(void)map_put(&k->known, slice_of(parties.b, sizeof(parties.b)), is);
	}
	return is == &yes;
}

/* ---- which stands ---- */

/* Versions that not all have signed of which it is asked whether a key was made for them: a lead that heaps up more of them harms its own procurement. */
#define UNSIGNED_MAX 16

struct choice {
	struct signatures said;
	struct keys keys;
	const struct row *of; /* that which counts so far; NULL */
	bool by_key;	      /* not all have signed it any more: its key alone speaks for it */
	size_t asked;	      /* of UNSIGNED_MAX */
};

/* How many of its participants have signed a version, and how many have said anything of it. */
struct hands {
	size_t of, sign, said;
};

static struct hands hands_of(const struct choice *c, const struct row *version)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);
	const struct json_doc *d = &version->doc;
	struct hands h = {0};

	for
		EACH(d, v, json_get(d, json_root(d), "participants"))
		{
			struct signature_key key = {.version = version->leaf};

			MUST(id_parse(json_string(d, v, &arena), &key.member) == 0);
			h.of++;
			h.sign += has_signed(&c->said, version, &key.member);
			h.said += map_has(&c->said.said, slice_of(&key, sizeof(key)));
		}
	return h;
}

/* Of several versions that one key was made for that one which the most still stand by. In brief it counts if all have said something of it. */
static bool stands_by_key(struct choice *c, const struct row *version)
{
	struct hands h = hands_of(c, version);

	if (c->of && c->by_key ? h.sign <= hands_of(c, c->of).sign
			       : c->of && key_under(&c->keys, c->of))
		return false;
	if (c->keys.brief && h.said < h.of)
		return false;
	return c->asked++ < UNSIGNED_MAX && key_under(&c->keys, version);
}

static bool stands_signed(struct choice *c, const struct row *version)
{
	return !c->of || all_signed(&c->said, version, c->of) || !key_under(&c->keys, c->of);
}

static void weigh(struct choice *c, const struct row *version)
{
	bool is_signed = all_signed(&c->said, version, version);

	if (!(is_signed ? stands_signed(c, version) : stands_by_key(c, version)))
		return;
	c->of = version;
	c->by_key = !is_signed;
}

/* What each has said of the newest version. */
static void last_read(struct process *p, const struct signatures *s, const struct row *last)
{
	p->agreement_last = last;
	for (size_t i = 0; i < p->n_participant; i++) {
		struct signature_key key = {last->leaf, p->participant[i]};

		if (!map_get(&s->said, slice_of(&key, sizeof(key))))
			continue;
		*(has_signed(s, last, &key.member) ? &p->last_signed : &p->last_refused) |= 1ULL
											    << i;
	}
}

struct process *process_agreed(const struct rows *rows, bool brief, struct arena *arena)
{
	struct choice c = {.keys = {.rows = rows, .brief = brief}};
	const struct row *last = NULL; /* newest */
	struct process *p = NULL;

	signatures_read(rows, &c.said);
	for (size_t i = 0; i < rows->n; i++) {
		const struct row *r = &rows->row[i];

		if (r->kind != P_AGREEMENT)
			continue;
		last = r->old ? last : r;
		weigh(&c, r);
	}
	/* Read once into the caller's memory, whatever else had to be looked at. */
	if (last && last != c.of && !(c.of && key_under(&c.keys, c.of)))
		c.of = last;
	if (c.of) {
		p = process_under(rows, c.of, brief, arena);
		last_read(p, &c.said, last);
	}
	map_free(&c.keys.known);
	map_free(&c.said.said);
	return p;
}
