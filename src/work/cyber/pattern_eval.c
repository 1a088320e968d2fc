/*
 * pattern_eval.c: comparison expressions against the objects of one observation.
 *
 * A path leads to any number of values ([*] to many, a missing property to none); a test is true if one of them fulfils it, NOT and != included: no
 * value, no truth. Both sides of an AND must hold for one and the same object (§9.5).
 */
#include "work/cyber/pattern_int.h"

#include "base/enc.h"

/* Where a path has come to. */
struct spot {
	const struct json_doc *doc;
	json_ref ref;
	enum step_suffix suffix; /* of the last property */
};

static int count_step(struct evaluation *e)
{
	if (++e->steps <= LIMIT_PATTERN_STEPS)
		return 0;
	return why_set(e->why, E_LIMIT, "", "the pattern looks at more than %d values",
		LIMIT_PATTERN_STEPS);
}

/* ---- comparing ---- */

static int timed(struct evaluation *e, struct value *v)
{
	if (v->kind != VALUE_STRING)
		return 0;
	if (pattern_moment_parse(v->text, &v->time) < 0)
		return why_set(e->why, E_INVALID, "",
			"\"%.*s\" is compared with a timestamp and is none",
			SLICE_FMT(slice_sub(v->text, 0, 80)));
	v->kind = VALUE_TIME;
	return 0;
}

static int order_of(long double a, long double b)
{
	return (a > b) - (a < b);
}

static long double number_of(const struct value *v)
{
	return v->kind == VALUE_INT ? (long double)v->i : (long double)v->f;
}

static bool is_number(const struct value *v)
{
	return v->kind == VALUE_INT || v->kind == VALUE_FLOAT;
}

/* False if the two cannot be compared. */
static bool compare(const struct value *a, const struct value *b, int *ret)
{
	if (is_number(a) && is_number(b)) {
		*ret = order_of(number_of(a), number_of(b));
		return true;
	}
	if (a->kind == VALUE_STRING && b->kind == VALUE_BYTES)
		return pattern_text_cmp_bytes(a->text, b->text, ret);
	if (a->kind == VALUE_BYTES && b->kind == VALUE_STRING) {
		bool can = pattern_text_cmp_bytes(b->text, a->text, ret);

		*ret = -*ret;
		return can;
	}
	if (a->kind != b->kind)
		return false;
	if (a->kind == VALUE_STRING || a->kind == VALUE_BYTES)
		*ret = slice_cmp(a->text, b->text);
	else if (a->kind == VALUE_TIME)
		*ret = pattern_moment_cmp(&a->time, &b->time);
	else if (a->kind == VALUE_BOOL)
		*ret = a->yes - b->yes;
	else
		return false;
	return true;
}

static bool order_fits(enum test_op op, int order)
{
	return op == TEST_LT   ? order < 0
	       : op == TEST_LE ? order <= 0
	       : op == TEST_GT ? order > 0
			       : order >= 0;
}

static int text_spent(struct evaluation *e)
{
	return why_set(e->why, E_LIMIT, "",
		"LIKE and MATCHES of the pattern take more steps together than %d and %d for each byte of what was seen",
		LIMIT_PATTERN_TEXT_STEPS, LIMIT_PATTERN_TEXT_PER_BYTE);
}

static int test_text(struct evaluation *e, const struct test *t, const struct value *v, bool *ret)
{
	bool bytes = v->kind == VALUE_BYTES;
	struct slice text = v->text;

	*ret = false;
	if ((v->kind != VALUE_STRING && !bytes) || (bytes && !t->narrow))
		return 0;
	/* It is read through at least once. */
	if (text.n >= e->text_left)
		return text_spent(e);
	e->text_left -= text.n;
	if (!bytes && pattern_text_nfc(e->arena, text, &text) < 0)
		return why_set(e->why, E_LIMIT, "", "a value is too long to be normalised");
	if (t->op == TEST_LIKE)
		return pattern_text_like(t->like, text, bytes, &e->text_left, ret) ? 0
										   : text_spent(e);
	int rc = pattern_regex_search(t->regex, text, bytes, &e->text_left, ret, e->why);
	return rc < 0 && e->text_left == 0 ? text_spent(e) : rc;
}

static bool test_subnet(const struct test *t, const struct value *v)
{
	struct subnet net;

	if (v->kind != VALUE_STRING || pattern_subnet_parse(v->text, &net) < 0)
		return false;
	return t->op == TEST_SUBSET ? pattern_subnet_holds(&t->subnet, &net)
				    : pattern_subnet_holds(&net, &t->subnet);
}

static int test_equal(struct evaluation *e, const struct test *t, struct value v, bool *ret)
{
	*ret = false;
	for (size_t i = 0; i < t->n_value && !*ret; i++) {
		int order = 1;

		if (t->value[i].kind == VALUE_TIME) {
			int rc = timed(e, &v);

			if (rc < 0)
				return rc;
		}
		*ret = compare(&v, &t->value[i], &order) && order == 0;
	}
	if (t->op == TEST_NE)
		*ret = !*ret;
	return 0;
}

/* One value, put to the test: 1, 0 or a failure. */
static int test_value(struct evaluation *e, const struct test *t, struct value *v)
{
	bool yes = false;
	int rc = 0, order;

	if (t->op <= TEST_NE || t->op == TEST_IN) {
		rc = test_equal(e, t, *v, &yes);
	} else if (t->op <= TEST_GE) {
		if (t->value[0].kind == VALUE_TIME)
			rc = timed(e, v);
		/* What has no order is neither below nor not below (§9.6.1). */
		if (rc == 0 && (v->kind == VALUE_BOOL || !compare(v, &t->value[0], &order)))
			return 0;
		yes = rc == 0 && order_fits(t->op, order);
	} else if (t->op == TEST_LIKE || t->op == TEST_MATCHES) {
		rc = test_text(e, t, v, &yes);
	} else {
		yes = test_subnet(t, v);
	}
	return rc < 0 ? rc : yes != t->not ;
}

/* ---- values of JSON ---- */

static bool is_hex(struct slice s, uint8_t *out)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i] | 0x20;
		bool digit = s.p[i] >= '0' && s.p[i] <= '9';
		unsigned v = digit ? s.p[i] - 48u : c - 'a' + 10u;

		if (!digit && (c < 'a' || c > 'f'))
			return false;
		out[i / 2] = (uint8_t)(i % 2 ? out[i / 2] | v : v << 4);
	}
	return s.n % 2 == 0;
}

/* Properties named …_hex and …_bin hold bytes (§3.1, §9.6.1); one that is neither is the text it is. */
static void decode(struct evaluation *e, enum step_suffix suffix, struct value *v)
{
	uint8_t *out;

	if (suffix == SUFFIX_HEX) {
		out = arena_try(e->arena, v->text.n + 1);
		if (!out || !is_hex(v->text, out))
			return;
		v->text = slice_of(out, v->text.n / 2);
		v->kind = VALUE_BYTES;
	} else if (suffix == SUFFIX_BIN) {
		struct buf b CLEANUP_BUF = BUF(v->text.n + 4);

		if (base64_decode(v->text, &b) < 0 || buf_over(&b))
			return;
		out = arena_try(e->arena, b.n + 1);
		if (!out)
			return;
		if (b.n)
			memcpy(out, b.p, b.n);
		v->text = slice_of(out, b.n);
		v->kind = VALUE_BYTES;
	}
}

static void number_read(struct slice text, struct value *v)
{
	char copy[64];

	v->kind = VALUE_INT;
	if (slice_i64(text, &v->i) == 0)
		return;
	snprintf(copy, sizeof(copy), "%.*s", SLICE_FMT(text));
	v->kind = VALUE_FLOAT;
	v->f = strtod(copy, NULL);
}

static void value_read(struct evaluation *e, const struct spot *s, struct value *v)
{
	*v = (struct value){.kind = VALUE_NONE};
	switch (json_type(s->doc, s->ref)) {
	case JSON_FALSE:
	case JSON_TRUE:
		v->kind = VALUE_BOOL;
		v->yes = json_true(s->doc, s->ref);
		break;
	case JSON_NUMBER:
		number_read(json_number(s->doc, s->ref), v);
		break;
	case JSON_STRING:
		v->kind = VALUE_STRING;
		v->text = json_string(s->doc, s->ref, e->arena);
		decode(e, s->suffix, v);
		break;
	case JSON_NONE:
	case JSON_NULL:
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
}

/* ---- walking a path ---- */

/* The object that a reference names: a key of the observation's own, or an id of the bundle. */
static bool refer(struct evaluation *e, const struct spot *from, struct spot *ret)
{
	struct slice id = json_string(from->doc, from->ref, e->arena);
	const struct observed *seen = e->seen;
	size_t at;

	for (size_t i = 0; e->in->embedded && i < e->in->n; i++) {
		const struct observed_object *o = &seen->object.p[e->in->object + i];

		if (slice_eq(o->id, id)) {
			*ret = (struct spot){o->doc, o->ref, SUFFIX_NONE};
			return true;
		}
	}
	at = (size_t)map_get(&seen->by_id, id);
	if (at)
		*ret = (struct spot){
			seen->shared.p[at - 1].doc, seen->shared.p[at - 1].ref, SUFFIX_NONE};
	return at != 0;
}

static int walk(struct evaluation *e, const struct test *t, size_t step, struct spot at);

/* A list's elements, each on its own way. */
static int walk_all(struct evaluation *e, const struct test *t, size_t step, struct spot at)
{
	int rc = 0;

	if (json_type(at.doc, at.ref) != JSON_ARRAY && json_type(at.doc, at.ref) != JSON_OBJECT)
		return 0;
	for (json_ref v = json_first(at.doc, at.ref); v && rc == 0; v = json_next(at.doc, v))
		rc = walk(e, t, step + 1, (struct spot){at.doc, v, at.suffix});
	return rc;
}

static int walk_end(struct evaluation *e, const struct test *t, const struct spot *at)
{
	struct value v;

	if (t->op == TEST_EXISTS)
		return 1;
	value_read(e, at, &v);
	return test_value(e, t, &v);
}

/* From `at` along the steps from `step` on: 1 as soon as a value fulfils the test. */
static int walk(struct evaluation *e, const struct test *t, size_t step, struct spot at)
{
	for (; step < t->n_step; step++) {
		const struct step *s = &t->step[step];
		int rc = count_step(e);

		if (rc < 0)
			return rc;
		if (s->kind == STEP_ALL)
			return walk_all(e, t, step, at);
		/* A reference that the path goes on from stands for what it refers to. */
		if (s->kind == STEP_KEY && (at.suffix == SUFFIX_REF || at.suffix == SUFFIX_REFS) &&
			!refer(e, &at, &at))
			return 0;
		if (s->kind == STEP_KEY) {
			at.ref = json_get_slice(at.doc, at.ref, s->key);
			at.suffix = s->suffix;
		} else {
			json_ref v = json_type(at.doc, at.ref) == JSON_ARRAY
					     ? json_first(at.doc, at.ref)
					     : JSON_ABSENT;

			if (s->index >= json_count(at.doc, at.ref))
				return 0;
			for (uint64_t i = 0; i < s->index && v; i++)
				v = json_next(at.doc, v);
			at.ref = v;
		}
		if (at.ref == JSON_ABSENT)
			return 0;
	}
	return count_step(e) < 0 ? E_LIMIT : walk_end(e, t, &at);
}

static int holds_for(struct evaluation *e, const struct expr *x, const struct observed_object *o)
{
	int rc = 0;

	if (x->kind == EXPR_TEST) {
		if (!slice_eq(o->type, x->test.type))
			return 0;
		return walk(e, &x->test, 0, (struct spot){o->doc, o->ref, SUFFIX_NONE});
	}
	for (size_t i = 0; i < x->n; i++) {
		rc = holds_for(e, x->part[i], o);
		if (rc < 0 || rc == (x->kind == EXPR_OR))
			return rc;
	}
	return rc;
}

int pattern_holds(struct evaluation *e, const struct expr *x)
{
	int rc = 0;

	for (size_t i = 0; i < e->in->n && rc == 0; i++)
		rc = holds_for(e, x, &e->seen->object.p[e->in->object + i]);
	return rc;
}
