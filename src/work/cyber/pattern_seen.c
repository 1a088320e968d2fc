/* pattern_seen.c: the part of the grammar that stands outside of [ ]: what was observed, in which order and when; see pattern_int.h. */
#include "work/cyber/pattern_int.h"

static int time_literal(struct parser *ps, struct pattern_time *ret)
{
	enum token_kind kind = ps->p->version == PATTERN_2_0 ? TOKEN_STRING : TOKEN_TIME;
	struct moment m;

	if (ps->x.now.kind != kind)
		return pattern_fail(ps, E_SYNTAX,
			kind == TOKEN_TIME ? "expected a timestamp, t''"
					   : "expected a timestamp in quotes");
	if (pattern_moment_parse(ps->x.now.text, &m) < 0)
		return pattern_fail(ps, E_SYNTAX, "not a timestamp");
	*ret = pattern_moment_time(&m);
	return pattern_next(ps);
}

/* Seconds, with a fraction that nanoseconds can hold. */
static int duration(struct parser *ps, struct pattern_time *ret)
{
	struct slice text = ps->x.now.text, whole;
	struct moment m = {0};
	uint64_t s = 0;

	if ((ps->x.now.kind != TOKEN_INT && ps->x.now.kind != TOKEN_FLOAT) || text.p[0] == '-')
		return pattern_fail(ps, E_SYNTAX, "expected a positive number of seconds");
	slice_take(&text, "+");
	whole = text;
	if (slice_cut_exact(&text, '.', &whole))
		m.fraction = text;
	while (whole.n > 1 && whole.p[0] == '0')
		whole = slice_sub(whole, 1, whole.n);
	if (whole.n && (slice_u64(whole, &s) < 0 || s > INT32_MAX))
		return pattern_fail(ps, E_LIMIT, "more seconds than can be counted");
	m.s = (int64_t)s;
	*ret = pattern_moment_time(&m);
	if (ret->s == 0 && ret->ns == 0)
		return pattern_fail(ps, E_INVALID, "WITHIN must be longer than nothing");
	return pattern_next(ps);
}

static int repeats(struct parser *ps, uint64_t *ret)
{
	struct slice text = ps->x.now.text;

	if (ps->x.now.kind != TOKEN_INT || text.p[0] == '-')
		return pattern_fail(ps, E_SYNTAX, "expected a positive whole number");
	slice_take(&text, "+");
	if (slice_u64(text, ret) < 0 || *ret > INT64_MAX)
		return pattern_fail(ps, E_LIMIT, "more repetitions than can be counted");
	if (*ret == 0)
		return pattern_fail(ps, E_INVALID, "REPEATS must be at least once");
	return pattern_next(ps);
}

/* One qualifier's rest, behind its first word. */
static int qualifier(struct parser *ps, struct seen *q)
{
	int rc;

	if (q->kind == SEEN_WITHIN) {
		rc = duration(ps, &q->a);
		return rc < 0 ? rc : pattern_expect_word(ps, "SECONDS");
	}
	if (q->kind == SEEN_REPEATS) {
		rc = repeats(ps, &q->times);
		return rc < 0 ? rc : pattern_expect_word(ps, "TIMES");
	}
	rc = time_literal(ps, &q->a);
	if (rc == 0)
		rc = pattern_expect_word(ps, "STOP");
	return rc < 0 ? rc : time_literal(ps, &q->b);
}

static int qualifiers(struct parser *ps, bool simple, struct seen **x)
{
	static const struct {
		const char *word;
		enum seen_kind kind;
	} words[] = {{"WITHIN", SEEN_WITHIN}, {"REPEATS", SEEN_REPEATS}, {"START", SEEN_STARTSTOP}};
	unsigned had = 0;

	for (size_t i = 0; i < 3;) {
		struct seen *q;
		int rc;

		if (!pattern_lex_is_word(&ps->x, words[i].word)) {
			i++;
			continue;
		}
		if (simple && had & 1u << i && ps->p->version != PATTERN_2_0)
			return pattern_fail(
				ps, E_INVALID, "a qualifier of this kind is there already");
		had |= 1u << i;
		q = pattern_room(ps, sizeof(*q));
		if (!q || !(q->part = pattern_room(ps, sizeof(struct seen *))))
			return E_LIMIT;
		q->kind = words[i].kind;
		q->part[0] = *x;
		q->n = 1;
		rc = pattern_next(ps);
		if (rc == 0)
			rc = qualifier(ps, q);
		if (rc < 0)
			return rc;
		*x = q;
		i = 0;
	}
	return 0;
}

static int observation(struct parser *ps, struct seen **ret)
{
	bool simple = ps->x.now.kind == TOKEN_LBRACK;
	struct seen *x;
	int rc;

	if (!simple && ps->x.now.kind != TOKEN_LPAREN)
		return pattern_fail(ps, E_SYNTAX, "expected [ or (");
	rc = pattern_deeper(ps);
	if (rc == 0)
		rc = pattern_next(ps);
	if (rc < 0)
		return rc;
	if (simple) {
		x = pattern_room(ps, sizeof(*x));
		if (!x)
			return E_LIMIT;
		x->kind = SEEN_ONE;
		rc = pattern_comparison(ps, &x->expr);
		x->leaf = ps->p->leaf.n;
		if (rc == 0)
			vec_push(&ps->p->leaf, x->expr);
	} else {
		rc = pattern_observations(ps, &x);
	}
	ps->depth--;
	if (rc == 0)
		rc = pattern_expect(ps, simple ? TOKEN_RBRACK : TOKEN_RPAREN, simple ? "]" : ")");
	if (rc == 0)
		rc = qualifiers(ps, simple, &x);
	if (rc == 0)
		*ret = x;
	return rc;
}

static int observation_list(struct parser *ps, const char *word, enum seen_kind kind,
	int (*one)(struct parser *, struct seen **), struct seen **ret)
{
	pattern_list parts = {0};
	struct seen *x = NULL;
	int rc;

	do {
		rc = one(ps, &x);
		if (rc == 0)
			vec_push(&parts, (void *)x);
		if (rc == 0)
			rc = pattern_take_word(ps, word);
	} while (rc == 1);
	if (rc == 0 && parts.n > 1) {
		x = pattern_room(ps, sizeof(*x));
		rc = x ? pattern_keep(ps, &parts, &x->part) : E_LIMIT;
		if (rc == 0) {
			x->kind = kind;
			x->n = parts.n;
		}
	}
	vec_free(&parts);
	if (rc == 0)
		*ret = x;
	return rc;
}

static int observation_and(struct parser *ps, struct seen **ret)
{
	return observation_list(ps, "AND", SEEN_AND, observation, ret);
}

static int observation_or(struct parser *ps, struct seen **ret)
{
	return observation_list(ps, "OR", SEEN_OR, observation_and, ret);
}

int pattern_observations(struct parser *ps, struct seen **ret)
{
	return observation_list(ps, "FOLLOWEDBY", SEEN_THEN, observation_or, ret);
}
