/*
 * pattern_parse.c: from tokens to a tree; see pattern.h.
 *
 * The grammar's left recursion becomes lists, so a pattern of ten thousand alternatives is one node with ten thousand parts; only parentheses
 * recurse, and are counted. FOLLOWEDBY binds loosest, then OR, then AND; qualifiers tightest.
 */
#include "work/cyber/pattern_int.h"

int pattern_fail(struct parser *ps, int code, const char *text)
{
	return pattern_lex_fail(&ps->x, code, ps->x.now.at, ps->why, "%s", text);
}

/* Memory of the pattern; what a bounded text can ask for stays below the ceiling only if we look. */
void *pattern_room(struct parser *ps, size_t n)
{
	void *p = arena_try(&ps->p->arena, n ? n : 1);

	if (!p)
		pattern_fail(ps, E_LIMIT, "the pattern is too large");
	return p;
}

int pattern_next(struct parser *ps)
{
	return pattern_lex_next(&ps->x, ps->why);
}

int pattern_expect(struct parser *ps, enum token_kind kind, const char *what)
{
	char text[96];

	if (ps->x.now.kind == kind)
		return pattern_next(ps);
	snprintf(text, sizeof(text), "expected %s%s", what,
		ps->x.now.kind == TOKEN_END ? ", but the pattern ends" : "");
	return pattern_fail(ps, E_SYNTAX, text);
}

int pattern_expect_word(struct parser *ps, const char *word)
{
	char text[64];

	if (pattern_lex_is_word(&ps->x, word))
		return pattern_next(ps);
	snprintf(text, sizeof(text), "expected %s", word);
	return pattern_fail(ps, E_SYNTAX, text);
}

/* True and the word taken, false, or a failure. */
int pattern_take_word(struct parser *ps, const char *word)
{
	int rc;

	if (!pattern_lex_is_word(&ps->x, word))
		return 0;
	rc = pattern_next(ps);
	return rc < 0 ? rc : 1;
}

int pattern_deeper(struct parser *ps)
{
	if (++ps->depth > LIMIT_PATTERN_DEPTH)
		return pattern_fail(ps, E_LIMIT, "too many parentheses in each other");
	return 0;
}

/* Moves a list into the pattern's memory. */
int pattern_keep(struct parser *ps, pattern_list *l, void *ret_array)
{
	void **array = pattern_room(ps, l->n * sizeof(*array));

	if (!array)
		return E_LIMIT;
	memcpy(array, l->p, l->n * sizeof(*array));
	memcpy(ret_array, &array, sizeof(array));
	return 0;
}

/* ---- object paths ---- */

static enum step_suffix suffix_of(struct slice key)
{
	return slice_ends(key, "_ref")	  ? SUFFIX_REF
	       : slice_ends(key, "_refs") ? SUFFIX_REFS
	       : slice_ends(key, "_hex")  ? SUFFIX_HEX
	       : slice_ends(key, "_bin")  ? SUFFIX_BIN
					  : SUFFIX_NONE;
}

static int key_step(struct parser *ps, struct step *s)
{
	int rc = 0;

	if (ps->x.now.kind == TOKEN_HYPHEN)
		return pattern_fail(
			ps, E_SYNTAX, "a property name with a hyphen must be in quotes");
	if (ps->x.now.kind != TOKEN_IDENT && ps->x.now.kind != TOKEN_STRING)
		return pattern_fail(ps, E_SYNTAX, "expected a property name");
	s->kind = STEP_KEY;
	s->key = ps->x.now.text;
	if (ps->x.now.kind == TOKEN_STRING)
		rc = pattern_unescape(ps, ps->x.now.text, &s->key);
	if (rc < 0)
		return rc;
	/* '' is in the grammar, but no object has such a property: STIX 2.1 §2.6 and §3.1. */
	if (s->key.n == 0)
		return pattern_fail(ps, E_INVALID, "a property name has no characters");
	s->suffix = suffix_of(s->key);
	return pattern_next(ps);
}

static int index_step(struct parser *ps, struct step *s)
{
	struct slice text;
	int rc = pattern_next(ps); /* the bracket */

	if (rc < 0)
		return rc;
	text = ps->x.now.text;
	if (ps->x.now.kind == TOKEN_STAR) {
		s->kind = STEP_ALL;
	} else if (ps->x.now.kind == TOKEN_INT) {
		s->kind = STEP_INDEX;
		if (text.p[0] == '+')
			text = slice_sub(text, 1, text.n);
		/* A negative or absurd index is in the grammar and leads nowhere. */
		if (slice_u64(text, &s->index) < 0)
			s->index = UINT64_MAX;
	} else {
		return pattern_fail(ps, E_SYNTAX, "expected a number or * between [ and ]");
	}
	rc = pattern_next(ps);
	return rc < 0 ? rc : pattern_expect(ps, TOKEN_RBRACK, "]");
}

static int object_path(struct parser *ps, struct test *t)
{
	struct step step[LIMIT_PATTERN_PATH];
	size_t n = 0;
	int rc;

	if (ps->x.now.kind != TOKEN_IDENT && ps->x.now.kind != TOKEN_HYPHEN)
		return pattern_fail(ps, E_SYNTAX, "expected an object path (type:property)");
	t->type = ps->x.now.text;
	rc = pattern_next(ps);
	if (rc == 0)
		rc = pattern_expect(ps, TOKEN_COLON, ": behind the object type");
	memset(&step[0], 0, sizeof(step[0]));
	if (rc == 0)
		rc = key_step(ps, &step[n++]);
	while (rc == 0 && (ps->x.now.kind == TOKEN_DOT || ps->x.now.kind == TOKEN_LBRACK)) {
		if (n == LIMIT_PATTERN_PATH)
			return pattern_fail(ps, E_LIMIT, "object path of too many steps");
		memset(&step[n], 0, sizeof(step[n]));
		if (ps->x.now.kind == TOKEN_LBRACK)
			rc = index_step(ps, &step[n++]);
		else if ((rc = pattern_next(ps)) == 0)
			rc = key_step(ps, &step[n++]);
	}
	if (rc < 0)
		return rc;
	t->step = pattern_room(ps, n * sizeof(*t->step));
	if (!t->step)
		return E_LIMIT;
	memcpy(t->step, step, n * sizeof(*t->step));
	t->n_step = n;
	return 0;
}

/* ---- comparisons ---- */

/* The operator at hand, or -1. */
static int operator_of(struct parser *ps)
{
	static const struct {
		const char *word;
		enum test_op op;
	} words[] = {{"IN", TEST_IN}, {"LIKE", TEST_LIKE}, {"MATCHES", TEST_MATCHES},
		{"ISSUBSET", TEST_SUBSET}, {"ISSUPERSET", TEST_SUPERSET}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (pattern_lex_is_word(&ps->x, words[i].word))
			return (int)words[i].op;
	if (ps->x.now.kind >= TOKEN_EQ && ps->x.now.kind <= TOKEN_GE)
		return TEST_EQ + (int)(ps->x.now.kind - TOKEN_EQ);
	return -1;
}

static int prop_test(struct parser *ps, struct test *t)
{
	int rc, op;

	rc = ps->p->version == PATTERN_2_0 ? 0 : pattern_take_word(ps, "EXISTS");
	if (rc < 0)
		return rc;
	/* EXISTS:x is a path, EXISTS a:x is a test. */
	if (rc == 1 && ps->x.now.kind != TOKEN_COLON) {
		t->op = TEST_EXISTS;
		return object_path(ps, t);
	}
	if (rc == 1)
		return pattern_fail(ps, E_SYNTAX, "expected an object path behind EXISTS");
	rc = object_path(ps, t);
	if (rc < 0)
		return rc;
	rc = pattern_take_word(ps, "NOT");
	if (rc < 0)
		return rc;
	t->not = rc == 1;
	op = operator_of(ps);
	if (op < 0)
		return pattern_fail(ps, E_SYNTAX, "expected a comparison operator");
	t->op = (enum test_op)op;
	rc = pattern_next(ps);
	return rc < 0 ? rc : pattern_operand(ps, t);
}

static int comparison_one(struct parser *ps, struct expr **ret)
{
	struct expr *x;
	int rc;

	if (ps->x.now.kind == TOKEN_LPAREN) {
		rc = pattern_deeper(ps);
		if (rc == 0)
			rc = pattern_next(ps);
		if (rc == 0)
			rc = pattern_comparison(ps, ret);
		ps->depth--;
		return rc < 0 ? rc : pattern_expect(ps, TOKEN_RPAREN, ")");
	}
	x = pattern_room(ps, sizeof(*x));
	if (!x)
		return E_LIMIT;
	x->kind = EXPR_TEST;
	*ret = x;
	return prop_test(ps, &x->test);
}

/* A list of `one` joined by `word`; a single one stands for itself. */
static int comparison_list(struct parser *ps, const char *word, enum expr_kind kind,
	int (*one)(struct parser *, struct expr **), struct expr **ret)
{
	pattern_list parts = {0};
	struct expr *x;
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

static int comparison_and(struct parser *ps, struct expr **ret)
{
	return comparison_list(ps, "AND", EXPR_AND, comparison_one, ret);
}

int pattern_comparison(struct parser *ps, struct expr **ret)
{
	return comparison_list(ps, "OR", EXPR_OR, comparison_and, ret);
}

/* ---- the whole ---- */

static int parse(struct parser *ps, struct slice text)
{
	uint8_t *copy;
	int rc;

	if (text.n > LIMIT_PATTERN_BYTES)
		return why_set(
			ps->why, E_LIMIT, "", "pattern longer than %zu bytes", LIMIT_PATTERN_BYTES);
	copy = pattern_room(ps, text.n);
	if (!copy)
		return E_LIMIT;
	if (text.n)
		memcpy(copy, text.p, text.n);
	rc = pattern_lex_start(&ps->x, slice_of(copy, text.n), ps->why);
	if (rc == 0)
		rc = pattern_observations(ps, &ps->p->root);
	if (rc == 0 && ps->x.now.kind != TOKEN_END)
		rc = pattern_fail(ps, E_SYNTAX,
			"expected the end of the pattern, AND, OR, FOLLOWEDBY or a qualifier");
	return rc < 0 ? rc : pattern_plan(ps->p, ps->why);
}

int pattern_parse(
	struct pattern **ret, struct slice text, enum pattern_version version, struct why *why)
{
	struct pattern *p = mem_new(struct pattern);
	struct why mine = {0};
	struct parser ps = {.p = p, .why = &mine};
	int rc;

	p->arena = ARENA(LIMIT_PATTERN_ARENA);
	p->version = version;
	rc = parse(&ps, text);
	if (rc < 0) {
		pattern_free(&p);
		if (why)
			*why = mine;
		return rc;
	}
	*ret = p;
	return 0;
}

void pattern_free(struct pattern **p)
{
	if (!*p)
		return;
	for (size_t i = 0; i < (*p)->regex.n; i++)
		pattern_regex_free(&(*p)->regex.p[i]);
	vec_free(&(*p)->regex);
	vec_free(&(*p)->leaf);
	vec_free(&(*p)->op);
	vec_free(&(*p)->scope);
	mem_free((*p)->at);
	arena_free(&(*p)->arena);
	mem_free(*p);
	*p = NULL;
}
