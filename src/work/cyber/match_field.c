/*
 * match_field.c: where on its line a hit stands: the key of a JSON object, a column of a Zeek log or a CSV file; see match.h.
 *
 * Only lines with a hit are looked at, so this may read them byte by byte.
 */
#include "work/cyber/match.h"

#include "base/utf8.h"

void match_columns_free(struct match_columns *c)
{
	buf_free(&c->text);
}

enum match_format match_format_of(struct slice head, const char *path)
{
	struct slice name = slice_str(path), first = slice_trim(slice_sub(head, 0, 64));

	while (slice_ends(name, ".gz") || slice_ends(name, ".zst"))
		name.n -= slice_ends(name, ".gz") ? 3 : 4;
	if (slice_starts(first, "{"))
		return FORMAT_JSON;
	if (slice_starts(first, "#separator"))
		return FORMAT_ZEEK;
	return slice_ends(name, ".csv") ? FORMAT_CSV : FORMAT_LINES;
}

static void keep(struct match_columns *c, struct slice line)
{
	buf_free(&c->text);
	c->text = BUF(LIMIT_MATCH_HEADER);
	buf_slice_add(&c->text, line);
}

void match_columns_header(struct match_columns *c, enum match_format format, struct slice line)
{
	if (format == FORMAT_CSV) {
		if (c->text.n == 0)
			keep(c, line);
		return;
	}
	if (format != FORMAT_ZEEK || !slice_starts(line, "#"))
		return;
	if (slice_take(&line, "#separator ")) {
		c->separator = '\t';
		if (line.n == 1)
			c->separator = (char)line.p[0];
		else if (slice_starts(line, "\\x2c"))
			c->separator = ',';
	} else if (slice_take(&line, "#fields")) {
		keep(c, slice_sub(line, 1, line.n));
	}
}

/* The i-th field of a line. */
static struct slice nth(struct slice line, char separator, size_t i, bool quotes)
{
	size_t from = 0, field = 0;
	bool inside = false;

	for (size_t k = 0; k <= line.n; k++) {
		if (k < line.n && quotes && line.p[k] == '"')
			inside = !inside;
		if (k < line.n && (inside || line.p[k] != (uint8_t)separator))
			continue;
		if (field++ == i)
			return slice_sub(line, from, k);
		from = k + 1;
	}
	return SLICE_NONE;
}

static bool column(const struct match_columns *c, char separator, bool quotes, struct slice line,
	size_t at, struct buf *ret)
{
	size_t field = 0;
	bool inside = false;
	struct slice name;

	for (size_t i = 0; i < at && i < line.n; i++) {
		if (quotes && line.p[i] == '"')
			inside = !inside;
		field += !inside && line.p[i] == (uint8_t)separator;
	}
	name = slice_trim(nth(buf_slice(&c->text), separator, field, quotes));
	if (quotes && name.n >= 2 && name.p[0] == '"' && name.p[name.n - 1] == '"')
		name = slice_sub(name, 1, name.n - 1);
	if (name.n == 0)
		return false;
	buf_slice_add(ret, name);
	return true;
}

/* ---- JSON ---- */

#define DEEPEST 32

/* Keys that lead to byte `at`: the last key read at each depth. Escapes in keys stay as they are written. */
struct trail {
	struct slice key[DEEPEST];
	bool array[DEEPEST];
	size_t index[DEEPEST];
	size_t depth;
	struct slice text; /* the string read last */
};

static size_t string_end(struct slice line, size_t at)
{
	for (at++; at < line.n && line.p[at] != '"'; at++)
		at += line.p[at] == '\\';
	return at;
}

/* One byte outside of strings. */
static bool step(struct trail *t, uint8_t c)
{
	if (c == '{' || c == '[') {
		if (++t->depth >= DEEPEST)
			return false;
		t->key[t->depth] = SLICE_NONE;
		t->array[t->depth] = c == '[';
		t->index[t->depth] = 0;
	} else if (c == '}' || c == ']') {
		if (t->depth == 0)
			return false;
		t->depth--;
	} else if (c == ':') {
		t->key[t->depth] = t->text;
	} else if (c == ',') {
		t->index[t->depth]++;
		if (!t->array[t->depth])
			t->key[t->depth] = SLICE_NONE;
	}
	return true;
}

static bool json_path(struct slice line, size_t at, struct buf *ret)
{
	struct trail t = {0};

	for (size_t i = 0; i < at && i < line.n; i++) {
		if (line.p[i] == '"') {
			size_t end = string_end(line, i);

			if (end >= at)
				break;
			t.text = slice_sub(line, i + 1, end);
			i = end;
		} else if (!step(&t, line.p[i])) {
			return false;
		}
	}
	for (size_t d = 1; d <= t.depth; d++) {
		if (t.array[d])
			buf_addf(ret, "[%zu]", t.index[d]);
		else if (t.key[d].n)
			buf_addf(ret, "%s%.*s", ret->n ? "." : "",
				SLICE_FMT(slice_sub(t.key[d], 0, 200)));
	}
	return ret->n > 0;
}

bool match_field(enum match_format format, const struct match_columns *c, struct slice line,
	size_t at, struct buf *ret)
{
	if (format == FORMAT_JSON)
		return json_path(line, at, ret);
	if (c->text.n == 0)
		return false;
	if (format == FORMAT_ZEEK)
		return !slice_starts(line, "#") &&
		       column(c, c->separator ? c->separator : '\t', false, line, at, ret);
	return format == FORMAT_CSV && column(c, ',', true, line, at, ret);
}
