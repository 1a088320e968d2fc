/* Labels: grammar, what the charter knows, who may hold what. */
#include "pact/label.h"

#include "pact/clearance.h"
#include "pact/lines.h"

#include <errno.h>

#define TOKEN_MAX 128

static const char *const tlp_names[] = {
	[TLP_NONE] = "",
	[TLP_CLEAR] = "TLP:CLEAR",
	[TLP_GREEN] = "TLP:GREEN",
	[TLP_AMBER] = "TLP:AMBER",
	[TLP_AMBER_STRICT] = "TLP:AMBER+STRICT",
	[TLP_RED] = "TLP:RED",
};

const char *tlp_name(enum tlp t)
{
	return tlp_names[t];
}

int tlp_parse(struct slice text, enum tlp *ret)
{
	slice_take(&text, "TLP:");
	if (slice_is(text, "WHITE")) {
		*ret = TLP_CLEAR;
		return 0;
	}
	for (int t = TLP_CLEAR; t <= TLP_RED; t++) {
		if (slice_is(text, tlp_names[t] + strlen("TLP:"))) {
			*ret = (enum tlp)t;
			return 0;
		}
	}
	return -EINVAL;
}

/* Reads "TAG=v[,v]..." behind the tags so far. */
static int tag_parse(struct label *l, struct slice text, struct why *why)
{
	struct slice tag, rest, one, last = SLICE_NONE;

	if (l->n_tag == LABEL_TAGS_MAX)
		return why_set(why, E_LIMIT, "label", "more than %d categories", LABEL_TAGS_MAX);
	struct label_tag *t = &l->tag[l->n_tag];
	if (!slice_cut_exact(&text, '=', &tag) || !value_token(tag, TOKEN_MAX) || text.n == 0 ||
		text.p[text.n - 1] == ',')
		return why_set(why, E_SYNTAX, "label", "a category is <tag>=<value>[,<value>]");
	if (l->n_tag > 0 && slice_cmp(t[-1].tag, tag) >= 0)
		return why_set(why, E_SYNTAX, "label", "categories are sorted and distinct");
	*t = (struct label_tag){.tag = tag, .values = text};
	for (rest = text; slice_cut(&rest, ',', &one); last = one) {
		if (!value_token(one, TOKEN_MAX))
			return why_set(why, E_SYNTAX, "label", "a value is one word");
		if (t->n > 0 && slice_cmp(last, one) >= 0)
			return why_set(why, E_SYNTAX, "label", "values are sorted and distinct");
		if (++t->n > CHARTER_VALUES_MAX)
			return why_set(
				why, E_LIMIT, "label", "more than %d values", CHARTER_VALUES_MAX);
	}
	if (slice_is(tag, "TLP") && (t->n != 1 || tlp_parse(text, &l->tlp) < 0))
		return why_set(
			why, E_SYNTAX, "label", "TLP is CLEAR, GREEN, AMBER, AMBER+STRICT or RED");
	l->n_tag++;
	return 0;
}

int label_parse(struct label *ret, struct slice text, struct why *why)
{
	struct label l = {0};
	struct slice one;

	if (text.n > LABEL_BYTES_MAX)
		return why_set(why, E_LIMIT, "label", "over %d bytes", LABEL_BYTES_MAX);
	if (text.n == 0 || text.p[text.n - 1] == ' ')
		return why_set(why, E_SYNTAX, "label", "expected a policy and a class");
	if (!slice_cut_exact(&text, ' ', &l.policy) || !slice_cut(&text, ' ', &l.class_name) ||
		!value_token(l.policy, TOKEN_MAX) || !value_token(l.class_name, TOKEN_MAX))
		return why_set(why, E_SYNTAX, "label", "expected a policy and a class");
	while (slice_cut(&text, ' ', &one)) {
		int rc = tag_parse(&l, one, why);
		if (rc < 0)
			return rc;
	}
	*ret = l;
	return 0;
}

void label_print(const struct label *l, struct buf *b)
{
	buf_addf(b, "%.*s %.*s", SLICE_FMT(l->policy), SLICE_FMT(l->class_name));
	for (size_t i = 0; i < l->n_tag; i++)
		buf_addf(b, " %.*s=%.*s", SLICE_FMT(l->tag[i].tag), SLICE_FMT(l->tag[i].values));
}

int label_check(const struct label *l, const struct charter *c, struct why *why)
{
	unsigned level;

	if (!slice_eq(l->policy, c->policy))
		return why_set(why, E_INVALID, "label", "the policy %.*s is not the charter's",
			SLICE_FMT(l->policy));
	int rc = charter_level_need(c, l->class_name, "label", &level, why);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < l->n_tag; i++) {
		struct slice rest = l->tag[i].values, one;
		if (slice_is(l->tag[i].tag, "TLP"))
			continue;
		const struct charter_category *k = category_find(c, l->tag[i].tag);
		if (!k)
			return why_set(why, E_INVALID, "label",
				"the category %.*s is not in the charter",
				SLICE_FMT(l->tag[i].tag));
		while (slice_cut(&rest, ',', &one))
			if (!category_has(k, one))
				return why_set(why, E_INVALID, "label",
					"%.*s is not a value of %.*s in the charter",
					SLICE_FMT(one), SLICE_FMT(k->tag));
	}
	return 0;
}

/* What a member may hold. */
struct clearance {
	unsigned level;
	struct slice tags;
};

/* The charter's line for it, else its accession's, else the charter's "*", else the lowest class.
 * False: none that can be read. */
static bool clearance_of(
	const struct charter *c, const struct id *member, struct slice extra, struct clearance *ret)
{
	const struct charter_clearance *any = NULL;

	for (size_t i = 0; i < c->n_clearance; i++) {
		const struct charter_clearance *k = &c->clearance[i];
		if (k->any) {
			any = k;
		} else if (id_eq(&k->member, member)) {
			*ret = (struct clearance){k->level, k->tags};
			return true;
		}
	}
	if (extra.n > 0)
		return clearance_parse(c, extra, &ret->level, &ret->tags) == 0;
	*ret = any ? (struct clearance){any->level, any->tags} : (struct clearance){0, SLICE_NONE};
	return true;
}

static bool tag_admits(const struct label_tag *t, const struct charter *c, struct slice held_tags)
{
	if (slice_is(t->tag, "TLP"))
		return true;
	const struct charter_category *k = category_find(c, t->tag);
	if (!k)
		return false;
	if (k->type == CATEGORY_INFORMATIVE)
		return true;
	struct slice held = tags_find(held_tags, t->tag), rest = t->values, one;
	size_t have = 0;
	while (slice_cut(&rest, ',', &one))
		have += values_have(held, one);
	return k->type == CATEGORY_RESTRICTIVE ? have == t->n : have > 0;
}

bool label_admits(
	const struct label *l, const struct charter *c, const struct id *member, struct slice extra)
{
	struct clearance held;
	int level = charter_level(c, l->class_name);

	if (level < 0 || !slice_eq(l->policy, c->policy) || !clearance_of(c, member, extra, &held))
		return false;
	if (held.level < (unsigned)level)
		return false;
	for (size_t i = 0; i < l->n_tag; i++)
		if (!tag_admits(&l->tag[i], c, held.tags))
			return false;
	return true;
}

static const struct label_tag *tag_of(const struct label *l, struct slice tag)
{
	for (size_t i = 0; i < l->n_tag; i++)
		if (slice_eq(l->tag[i].tag, tag))
			return &l->tag[i];
	return NULL;
}

/* Every value of `a` is in `b`. */
static bool values_within(struct slice a, struct slice b)
{
	struct slice one;

	while (slice_cut(&a, ',', &one))
		if (!values_have(b, one))
			return false;
	return true;
}

bool label_tighter(const struct label *a, const struct label *b, const struct charter *c)
{
	int from = charter_level(c, a->class_name), to = charter_level(c, b->class_name);

	if (from < 0 || to < from || !slice_eq(a->policy, b->policy) || b->tlp < a->tlp)
		return false;
	for (size_t i = 0; i < a->n_tag; i++) {
		const struct label_tag *ta = &a->tag[i], *tb = tag_of(b, ta->tag);
		if (slice_is(ta->tag, "TLP"))
			continue;
		const struct charter_category *k = category_find(c, ta->tag);
		if (!k)
			return false;
		if (k->type == CATEGORY_INFORMATIVE)
			continue;
		if (!tb)
			return false;
		if (k->type == CATEGORY_RESTRICTIVE ? !values_within(ta->values, tb->values)
						    : !values_within(tb->values, ta->values))
			return false;
	}
	return true;
}

int label_fits_audience(const struct label *l, bool all_members, struct why *why)
{
	if (l->tlp == TLP_RED && all_members)
		return why_set(why, E_INVALID, "audience",
			"TLP:RED is for named recipients, not for all members");
	return 0;
}
