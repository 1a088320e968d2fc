/* shape_compose.c: JSON from "field.path=value", so that the command line can write any record without a file. */
#include "work/response/shape.h"

#include "base/clock.h"

#include <inttypes.h>

struct assignment {
	struct slice path, value; /* what is left of the path */
};
struct composing {
	struct arena *arena;
	struct json_out *o;
	int64_t now_ms;
	struct why *why;
};

static int wrong(struct composing *c, struct slice path, const char *what)
{
	char where[100];

	snprintf(where, sizeof(where), "%.*s", (int)(path.n > 90 ? 90 : path.n),
		(const char *)path.p);
	return why_set(c->why, E_USAGE, where, "%s", what);
}

/* "+12h", "-30m", "+2d"; else as it stands. */
static int time_put(struct composing *c, const char *key, const struct assignment *a)
{
	char text[UTC_TEXT_LEN + 1];
	struct slice s = a->value;
	int64_t n, unit;

	if (s.n < 3 || (s.p[0] != '+' && s.p[0] != '-')) {
		json_put_string(c->o, key, s);
		return 0;
	}
	unit = s.p[s.n - 1] == 'm'   ? MINUTE_MS
	       : s.p[s.n - 1] == 'h' ? HOUR_MS
	       : s.p[s.n - 1] == 'd' ? DAY_MS
				     : 0;
	if (!unit || slice_i64(slice_sub(s, 1, s.n - 1), &n) < 0 || n < 0 || n > 100000)
		return wrong(c, a->path, "is no time like +12h, +2d or 2026-05-24T16:49:00Z");
	utc_format(c->now_ms + (s.p[0] == '-' ? -n : n) * unit, text);
	json_put_cstr(c->o, key, text);
	return 0;
}

static int number_put(struct composing *c, const char *key, const struct assignment *a)
{
	struct slice s = a->value;

	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '.' ||
			    (s.p[i] == '-' && i == 0)))
			return wrong(c, a->path, "is no number");
	if (s.n == 0)
		return wrong(c, a->path, "is no number");
	json_put_raw(c->o, key, s);
	return 0;
}

static int scalar_put(
	struct composing *c, const char *key, enum shape_form form, const struct assignment *a)
{
	if (form == FORM_TIME)
		return time_put(c, key, a);
	if (form == FORM_INT || form == FORM_INTS || form == FORM_DEGREES)
		return number_put(c, key, a);
	if (form == FORM_BOOL) {
		if (!slice_is(a->value, "true") && !slice_is(a->value, "false"))
			return wrong(c, a->path, "is true or false");
		json_put_bool(c->o, key, slice_is(a->value, "true"));
		return 0;
	}
	json_put_string(c->o, key, a->value);
	return 0;
}

/* Those whose path begins with `head`, with it taken off. */
static size_t below(const struct composing *c, const struct assignment *a, size_t n,
	struct slice head, struct assignment **ret)
{
	struct assignment *out = arena_array(c->arena, struct assignment, n + 1);
	size_t m = 0;

	for (size_t i = 0; i < n; i++) {
		struct slice rest = a[i].path, first;

		if (!slice_cut(&rest, '.', &first) || !slice_eq(first, head))
			continue;
		out[m++] = (struct assignment){rest, a[i].value};
	}
	*ret = out;
	return m;
}

static int members_put(
	struct composing *c, const struct shape *s, const struct assignment *a, size_t n);

static int list_put(
	struct composing *c, const struct shape_field *f, const struct assignment *a, size_t n)
{
	struct assignment *in;
	char index[24];
	int rc = 0;

	json_open_at(c->o, f->key, '[');
	if (f->form != FORM_SHAPES && n == 1 && a[0].path.n == 0) {
		struct slice rest = a[0].value, one;

		while (rc == 0 && slice_cut(&rest, ',', &one)) {
			struct assignment e = {a[0].path, one};
			rc = scalar_put(c, NULL, f->form, &e);
		}
		json_close(c->o);
		return rc;
	}
	for (size_t i = 0, done = 0; rc == 0 && done < n; i++) {
		snprintf(index, sizeof(index), "%zu", i);
		size_t m = below(c, a, n, slice_str(index), &in);
		if (m == 0)
			return wrong(
				c, a[0].path, "counts the elements of a list from 0, without gaps");
		done += m;
		if (f->form != FORM_SHAPES) {
			rc = scalar_put(c, NULL, f->form, &in[0]);
			continue;
		}
		json_open(c->o, '{');
		rc = members_put(c, f->shape, in, m);
		json_close(c->o);
	}
	json_close(c->o);
	return rc;
}

static int members_put(
	struct composing *c, const struct shape *s, const struct assignment *a, size_t n)
{
	struct assignment *in;
	size_t done = 0;
	int rc = 0;

	for (const struct shape_field *f = s->field; rc == 0 && f->key; f++) {
		size_t m = below(c, a, n, slice_str(f->key), &in);

		if (m == 0)
			continue;
		done += m;
		if (f->form >= FORM_TEXTS) {
			rc = list_put(c, f, in, m);
		} else if (f->form == FORM_SHAPE) {
			json_open_at(c->o, f->key, '{');
			rc = members_put(c, f->shape, in, m);
			json_close(c->o);
		} else if (m > 1 || in[0].path.n) {
			rc = wrong(c, slice_str(f->key), "is one value");
		} else {
			in[0].path = slice_str(f->key);
			rc = scalar_put(c, f->key, f->form, &in[0]);
		}
	}
	for (size_t i = 0; rc == 0 && done < n && i < n; i++) {
		struct slice rest = a[i].path, first = SLICE_NONE;
		const struct shape_field *f = s->field;

		(void)!slice_cut(&rest, '.', &first);
		while (f->key && !slice_is(first, f->key))
			f++;
		if (!f->key)
			rc = wrong(c, a[i].path, "is no field of such a record");
	}
	return rc;
}

int shape_compose(const struct shape *s, const struct slice *assignment, size_t n, int64_t now_ms,
	struct arena *arena, struct buf *ret, struct why *why)
{
	struct assignment *a = arena_array(arena, struct assignment, n + 1);
	struct json_out o = json_out(ret);
	struct composing c = {.arena = arena, .o = &o, .now_ms = now_ms, .why = why};

	for (size_t i = 0; i < n; i++) {
		a[i].value = assignment[i];
		if (!slice_cut_exact(&a[i].value, '=', &a[i].path) || a[i].path.n == 0)
			return wrong(&c, assignment[i], "is no field=value");
	}
	json_open(&o, '{');
	int rc = members_put(&c, s, a, n);
	json_close(&o);
	return rc;
}
