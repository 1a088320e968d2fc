/* pattern_literal.c: what stands right of an operator: literals, sets, LIKE's and MATCHES' texts, networks; see pattern_int.h. */
#include "work/cyber/pattern_int.h"

/* \' and \\ undone. */
int pattern_unescape(struct parser *ps, struct slice raw, struct slice *ret)
{
	uint8_t *out;
	size_t n = 0;

	if (slice_find(raw, '\\') < 0) {
		*ret = raw;
		return 0;
	}
	out = pattern_room(ps, raw.n);
	if (!out)
		return E_LIMIT;
	for (size_t i = 0; i < raw.n; i++) {
		if (raw.p[i] == '\\')
			i++;
		out[n++] = raw.p[i];
	}
	*ret = slice_of(out, n);
	return 0;
}

static void number_of(struct slice text, bool whole, struct value *v)
{
	char copy[64];
	struct slice digits = text;

	if (text.n && text.p[0] == '+')
		digits = slice_sub(text, 1, text.n);
	v->kind = VALUE_INT;
	if (whole && slice_i64(digits, &v->i) == 0)
		return;
	/* More than an int64, or a fraction; more than 63 characters say nothing to a double. */
	snprintf(copy, sizeof(copy), "%.*s", SLICE_FMT(digits));
	v->kind = VALUE_FLOAT;
	v->f = strtod(copy, NULL);
	if (whole && v->f == 0.0)
		*v = (struct value){.kind = VALUE_INT}; /* -0 */
}

static uint8_t hex_digit(uint8_t c)
{
	return (uint8_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

static uint32_t base64_digit(uint8_t c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = strchr(digits, c);

	return at && c ? (uint32_t)(at - digits) : 0;
}

static int bytes_of(struct parser *ps, const struct token *t, struct value *v)
{
	struct slice s = t->text;
	uint8_t *out = pattern_room(ps, s.n);
	size_t n = 0;

	if (!out)
		return E_LIMIT;
	if (t->kind == TOKEN_HEX) {
		for (size_t i = 0; i < s.n; i += 2)
			out[n++] = (uint8_t)(hex_digit(s.p[i]) << 4 | hex_digit(s.p[i + 1]));
	} else {
		for (size_t i = 0; i < s.n; i += 4) {
			uint32_t group = base64_digit(s.p[i]) << 18 |
					 base64_digit(s.p[i + 1]) << 12 |
					 base64_digit(s.p[i + 2]) << 6 | base64_digit(s.p[i + 3]);

			out[n++] = (uint8_t)(group >> 16);
			if (s.p[i + 2] != '=')
				out[n++] = (uint8_t)(group >> 8 & 255);
			if (s.p[i + 3] != '=')
				out[n++] = (uint8_t)(group & 255);
		}
	}
	v->kind = VALUE_BYTES;
	v->text = slice_of(out, n);
	return 0;
}

static int literal(struct parser *ps, bool ordered, struct value *v)
{
	struct token t = ps->x.now;
	int rc = 0;

	*v = (struct value){.text = t.text};
	if (t.kind == TOKEN_INT || t.kind == TOKEN_FLOAT) {
		number_of(t.text, t.kind == TOKEN_INT, v);
	} else if (t.kind == TOKEN_STRING) {
		v->kind = VALUE_STRING;
		rc = pattern_unescape(ps, t.text, &v->text);
	} else if (t.kind == TOKEN_HEX || t.kind == TOKEN_BINARY) {
		rc = bytes_of(ps, &t, v);
	} else if (t.kind == TOKEN_TIME) {
		v->kind = VALUE_TIME;
		rc = pattern_moment_parse(t.text, &v->time);
	} else if (!ordered &&
		   (pattern_lex_is_word(&ps->x, "true") || pattern_lex_is_word(&ps->x, "false"))) {
		v->kind = VALUE_BOOL;
		v->yes = t.text.n == 4;
	} else {
		return pattern_fail(ps, E_SYNTAX,
			ordered ? "expected a number, string, h'', b'' or t''"
				: "expected a literal");
	}
	return rc < 0 ? rc : pattern_next(ps);
}

static bool same_type(const struct value *a, const struct value *b)
{
	bool number_a = a->kind == VALUE_INT || a->kind == VALUE_FLOAT;
	bool number_b = b->kind == VALUE_INT || b->kind == VALUE_FLOAT;

	return a->kind == b->kind || (number_a && number_b);
}

static int set_of(struct parser *ps, struct test *t)
{
	VEC(struct value) values = {0};
	int rc = pattern_expect(ps, TOKEN_LPAREN, "( behind IN");

	while (rc == 0 && ps->x.now.kind != TOKEN_RPAREN) {
		struct value v;
		size_t at;

		if (values.n && (rc = pattern_expect(ps, TOKEN_COMMA, ", or )")) < 0)
			break;
		at = ps->x.now.at;
		rc = literal(ps, false, &v);
		if (rc == 0 && values.n && !same_type(&values.p[0], &v))
			rc = pattern_lex_fail(&ps->x, E_INVALID, at, ps->why,
				"the values of a set must be of one type");
		if (rc == 0)
			vec_push(&values, v);
	}
	if (rc == 0)
		rc = pattern_next(ps);
	if (rc == 0) {
		t->value = pattern_room(ps, values.n * sizeof(*t->value));
		if (t->value && values.n)
			memcpy(t->value, values.p, values.n * sizeof(*t->value));
		t->n_value = values.n;
		rc = t->value ? 0 : E_LIMIT;
	}
	vec_free(&values);
	return rc;
}

/* ---- operands ---- */

/* A hash that is compared for equality has the length of its algorithm, in hex. */
static int hash_check(struct parser *ps, const struct test *t, size_t at)
{
	static const struct {
		const char *name;
		size_t digits;
	} algorithms[] = {{"MD5", 32}, {"SHA-1", 40}, {"SHA1", 40}, {"RIPEMD-160", 40},
		{"SHA-224", 56}, {"SHA3-224", 56}, {"SHA-256", 64}, {"SHA256", 64},
		{"SHA3-256", 64}, {"SHA-384", 96}, {"SHA3-384", 96}, {"SHA-512", 128},
		{"SHA512", 128}, {"SHA3-512", 128}, {"WHIRLPOOL", 128}};
	size_t digits = 0;

	if (t->n_step < 2 || !slice_is(t->step[t->n_step - 2].key, "hashes") ||
		t->step[t->n_step - 1].kind != STEP_KEY)
		return 0;
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
		if (slice_is(t->step[t->n_step - 1].key, algorithms[i].name))
			digits = algorithms[i].digits;
	for (size_t i = 0; i < t->n_value && digits; i++) {
		struct slice s = t->value[i].text;
		bool good = t->value[i].kind == VALUE_STRING && s.n == digits;

		for (size_t k = 0; good && k < s.n; k++)
			good = strchr("0123456789abcdefABCDEF", s.p[k]) != NULL;
		if (!good && t->value[i].kind == VALUE_STRING)
			return pattern_lex_fail(&ps->x, E_INVALID, at, ps->why,
				"\"%.*s\" is not a %.*s of %zu hex digits",
				SLICE_FMT(slice_sub(s, 0, 80)),
				SLICE_FMT(t->step[t->n_step - 1].key), digits);
	}
	return 0;
}

static int like_or_regex(struct parser *ps, struct test *t, size_t at)
{
	struct slice source = t->value[0].text;
	struct regex *r;
	int rc;

	if (pattern_text_nfc(&ps->p->arena, source, &t->like) < 0)
		return pattern_lex_fail(
			&ps->x, E_LIMIT, at, ps->why, "no normal form of this text");
	t->narrow = pattern_text_narrow(t->like);
	if (t->op == TEST_LIKE)
		return 0;
	rc = pattern_regex_new(&r, t->like, t->narrow, ps->why);
	if (rc < 0) {
		struct why told = *ps->why;

		return pattern_lex_fail(&ps->x, rc, at, ps->why, "%s", told.text);
	}
	vec_push(&ps->p->regex, r);
	t->regex = r;
	return 0;
}

int pattern_operand(struct parser *ps, struct test *t)
{
	size_t at = ps->x.now.at;
	int rc;

	if (t->op == TEST_IN) {
		rc = set_of(ps, t);
		return rc < 0 ? rc : hash_check(ps, t, at);
	}
	if (t->op > TEST_IN && ps->x.now.kind != TOKEN_STRING)
		return pattern_fail(ps, E_SYNTAX, "expected a string");
	t->value = pattern_room(ps, sizeof(*t->value));
	if (!t->value)
		return E_LIMIT;
	t->n_value = 1;
	rc = literal(ps, t->op >= TEST_LT && t->op <= TEST_GE, t->value);
	if (rc < 0)
		return rc;
	if (t->op == TEST_LIKE || t->op == TEST_MATCHES)
		return like_or_regex(ps, t, at);
	if ((t->op == TEST_SUBSET || t->op == TEST_SUPERSET) &&
		pattern_subnet_parse(t->value->text, &t->subnet) < 0)
		return pattern_lex_fail(
			&ps->x, E_INVALID, at, ps->why, "neither an address nor a CIDR block");
	return t->op <= TEST_NE ? hash_check(ps, t, at) : 0;
}
