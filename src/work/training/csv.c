/* csv.c: comma-separated values, RFC 4180, read and written. */
#include "base/utf8.h"
#include "base/vec.h"
#include "work/training/limits.h"
#include "work/training/sheet.h"

struct csv {
	struct slice rest;
	uint8_t separator;
	size_t line;
	struct arena *arena;
	VEC(struct slice) field; /* all, row after row */
	VEC(size_t) end;	 /* of each row, in `field` */
	size_t cols;
};

static int fail(const struct csv *c, struct why *why, int code, const char *what)
{
	char where[32];

	snprintf(where, sizeof(where), "line %zu", c->line);
	return why_set(why, code, where, "%s", what);
}

static uint8_t separator_of(struct slice text)
{
	static const uint8_t known[] = {',', ';', '\t'};
	size_t count[3] = {0};
	bool quoted = false;
	size_t best = 0;

	for (size_t i = 0; i < text.n && (quoted || text.p[i] != '\n'); i++) {
		quoted ^= text.p[i] == '"';
		for (size_t k = 0; !quoted && k < 3; k++)
			count[k] += text.p[i] == known[k];
	}
	for (size_t k = 1; k < 3; k++)
		if (count[k] > count[best])
			best = k;
	return known[best];
}

/* A field in quotes: everything up to the next single quote, two of them being one. */
static int quoted_read(struct csv *c, struct slice *ret, struct why *why)
{
	size_t i = 1, n = 0;
	uint8_t *out = NULL;

	for (; i < c->rest.n; i++, n++)
		if (c->rest.p[i] == '"' && (i + 1 == c->rest.n || c->rest.p[i + 1] != '"'))
			break;
		else
			i += c->rest.p[i] == '"';
	if (i >= c->rest.n)
		return fail(c, why, E_SYNTAX, "a quote is not closed");
	if (n > LIMIT_CELL_BYTES)
		return fail(c, why, E_LIMIT, "a cell is too long");
	out = arena_alloc(c->arena, n + 1);
	for (size_t k = 1, at = 0; at < n; k++, at++) {
		out[at] = c->rest.p[k];
		c->line += out[at] == '\n';
		k += out[at] == '"';
	}
	*ret = slice_of(out, n);
	c->rest = slice_sub(c->rest, i + 1, c->rest.n);
	return 0;
}

static int field_read(struct csv *c, struct slice *ret, struct why *why)
{
	size_t i = 0;

	if (c->rest.n && c->rest.p[0] == '"') {
		int rc = quoted_read(c, ret, why);

		if (rc < 0)
			return rc;
		if (c->rest.n && c->rest.p[0] != c->separator && c->rest.p[0] != '\n' &&
			c->rest.p[0] != '\r')
			return fail(c, why, E_SYNTAX, "text behind a closing quote");
		return 0;
	}
	while (i < c->rest.n && c->rest.p[i] != c->separator && c->rest.p[i] != '\n' &&
		c->rest.p[i] != '\r')
		i++;
	if (i > LIMIT_CELL_BYTES)
		return fail(c, why, E_LIMIT, "a cell is too long");
	*ret = slice_sub(c->rest, 0, i);
	c->rest = slice_sub(c->rest, i, c->rest.n);
	return 0;
}

/* Takes the line's end, or the separator; false at the end of the row. */
static bool more_in_row(struct csv *c)
{
	if (c->rest.n && c->rest.p[0] == c->separator) {
		c->rest = slice_sub(c->rest, 1, c->rest.n);
		return true;
	}
	(void)(slice_take(&c->rest, "\r\n") || slice_take(&c->rest, "\n") ||
		slice_take(&c->rest, "\r"));
	c->line++;
	return false;
}

static int rows_read(struct csv *c, struct why *why)
{
	while (c->rest.n) {
		size_t cols = 0;
		bool more = true;

		if (c->end.n == LIMIT_SHEET_ROWS)
			return fail(c, why, E_LIMIT, "more rows than a sheet may have");
		while (more) {
			struct slice s;
			int rc = field_read(c, &s, why);

			if (rc < 0)
				return rc;
			if (++cols > LIMIT_SHEET_COLS || c->field.n >= LIMIT_SHEET_CELLS)
				return fail(c, why, E_LIMIT, "more cells than a sheet may have");
			vec_push(&c->field, s);
			more = more_in_row(c);
		}
		vec_push(&c->end, c->field.n);
		c->cols = cols > c->cols ? cols : c->cols;
	}
	return 0;
}

static int sheet_make(const struct csv *c, struct sheet *ret, struct why *why)
{
	size_t at = 0;

	if (c->end.n * c->cols > LIMIT_SHEET_CELLS)
		return why_set(why, E_LIMIT, "", "more cells than a sheet may have");
	*ret = (struct sheet){.name = SLICE("CSV"), .rows = c->end.n, .cols = c->cols};
	ret->cell = arena_array(c->arena, struct sheetcell, ret->rows * ret->cols + 1);
	for (size_t r = 0; r < ret->rows; r++)
		for (size_t col = 0; at < c->end.p[r]; col++, at++)
			if (c->field.p[at].n)
				ret->cell[r * ret->cols + col] = (struct sheetcell){
					.type = SHEET_TEXT, .text = c->field.p[at]};
	return 0;
}

int csv_read(struct book *ret, struct arena *arena, struct slice bytes, struct why *why)
{
	struct csv c = {.rest = bytes, .line = 1, .arena = arena};
	ptrdiff_t bad;
	int rc;

	(void)slice_take(&c.rest, "\xef\xbb\xbf");
	bad = utf8_bad_at(c.rest);
	if (bad >= 0 || slice_find(c.rest, 0) >= 0) {
		for (ptrdiff_t i = 0; bad >= 0 && i < bad; i++)
			c.line += c.rest.p[i] == '\n';
		return fail(&c, why, E_SYNTAX, "is no workbook, and no text in UTF-8");
	}
	c.separator = separator_of(c.rest);
	rc = rows_read(&c, why);
	if (rc == 0) {
		struct sheet *sheet = arena_new(arena, struct sheet);

		rc = sheet_make(&c, sheet, why);
		if (rc == 0)
			*ret = (struct book){.sheet = sheet, .n = 1};
	}
	vec_free(&c.field);
	vec_free(&c.end);
	return rc;
}

void csv_write(struct buf *b, const struct grid *g)
{
	for (size_t r = 0; r < g->rows; r++) {
		for (size_t col = 0; col < g->cols; col++) {
			struct slice s = g->cell[r * g->cols + col];

			if (col)
				buf_byte(b, ',');
			buf_byte(b, '"');
			for (size_t i = 0; i < s.n; i++) {
				if (s.p[i] == '"')
					buf_byte(b, '"');
				buf_byte(b, s.p[i]);
			}
			buf_byte(b, '"');
		}
		buf_str(b, "\r\n");
	}
}
