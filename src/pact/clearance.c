#include "pact/clearance.h"

#include "pact/lines.h"

#define TOKEN_MAX 64

const struct charter_category *category_find(const struct charter *c, struct slice tag)
{
	for (size_t i = 0; i < c->n_category; i++)
		if (slice_eq(c->category[i].tag, tag))
			return &c->category[i];
	return NULL;
}

bool category_has(const struct charter_category *k, struct slice value)
{
	for (size_t i = 0; i < k->n; i++)
		if (slice_eq(k->value[i], value))
			return true;
	return false;
}

bool values_have(struct slice list, struct slice value)
{
	struct slice one;

	while (slice_cut(&list, ',', &one))
		if (slice_eq(one, value))
			return true;
	return false;
}

struct slice tags_find(struct slice tags, struct slice tag)
{
	struct slice one, name;

	while (slice_cut(&tags, ' ', &one))
		if (slice_cut_exact(&one, '=', &name) && slice_eq(name, tag))
			return one;
	return SLICE_NONE;
}

/* One "TAG=v,v"; with a charter, from its lists. */
static bool tag_ok(const struct charter *c, struct slice text)
{
	struct slice tag, one;

	if (!slice_cut_exact(&text, '=', &tag) || !value_token(tag, TOKEN_MAX) || text.n == 0 ||
		text.p[text.n - 1] == ',')
		return false;
	const struct charter_category *k = c ? category_find(c, tag) : NULL;
	if (c && !k)
		return false;
	while (slice_cut(&text, ',', &one))
		if (!value_token(one, TOKEN_MAX) || (k && !category_has(k, one)))
			return false;
	return true;
}

static bool tags_ok(const struct charter *c, struct slice tags)
{
	struct slice rest = tags, one, tag;

	if (tags.n > 0 && tags.p[tags.n - 1] == ' ')
		return false;
	while (slice_cut(&rest, ' ', &one)) {
		if (!tag_ok(c, one) || !slice_cut_exact(&one, '=', &tag))
			return false;
		/* A tag twice: the first that is found must be the only one. */
		if (tags_find(tags, tag).p != one.p)
			return false;
	}
	return true;
}

/* Cuts the class off; false if it is the end of the text after a space. */
static bool class_take(struct slice text, struct slice *ret_class, struct slice *ret_tags)
{
	struct slice rest = text;

	if (!slice_cut_exact(&rest, ' ', ret_class)) {
		*ret_class = text;
		*ret_tags = SLICE_NONE;
	} else if (rest.n > 0) {
		*ret_tags = rest;
	} else {
		return false;
	}
	return value_token(*ret_class, TOKEN_MAX);
}

int clearance_parse(
	const struct charter *c, struct slice text, unsigned *ret_level, struct slice *ret_tags)
{
	struct slice class_name, tags;

	if (!class_take(text, &class_name, &tags) || !tags_ok(c, tags))
		return E_INVALID;
	int level = charter_level(c, class_name);
	if (level < 0)
		return E_INVALID;
	*ret_level = (unsigned)level;
	*ret_tags = tags;
	return 0;
}

bool clearance_form_ok(struct slice text)
{
	struct slice class_name, tags;
	return class_take(text, &class_name, &tags) && tags_ok(NULL, tags);
}
