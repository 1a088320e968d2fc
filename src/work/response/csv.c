/* csv.c: see csv.h. */
#include "work/response/csv.h"

#include "base/utf8.h"
#include "base/vec.h"

struct reading {
	struct slice s;
	size_t at;
	unsigned line;
	uint8_t separator;
	struct arena *arena;
	struct why *why;
};

static int fail(struct reading *r, int code, const char *text)
{
	char where[32];

	snprintf(where, sizeof(where), "line %u", r->line);
	return why_set(r->why, code, where, "%s", text);
}

/* Of the first line; what stands in quotes separates nothing. */
static uint8_t separator_of(struct slice s)
{
	size_t n[3] = {0};
	static const char marks[] = ",;\t";
	bool quoted = false;

	for (size_t i = 0; i < s.n && (quoted || s.p[i] != '\n'); i++) {
		quoted = quoted != (s.p[i] == '"');
		if (quoted)
			continue;
		for (size_t k = 0; k < 3; k++)
			n[k] += s.p[i] == (uint8_t)marks[k];
	}
	return n[1] > n[0] && n[1] >= n[2] ? ';' : n[2] > n[0] ? '\t' : ',';
}

static bool at_end_of_cell(const struct reading *r)
{
	return r->at == r->s.n || r->s.p[r->at] == r->separator || r->s.p[r->at] == '\n' ||
	       (r->s.p[r->at] == '\r' && (r->at + 1 == r->s.n || r->s.p[r->at + 1] == '\n'));
}

static bool formula(uint8_t c)
{
	return c == '=' || c == '+' || c == '-' || c == '@' || c == '\t' || c == '\r' || c == '\'';
}

static struct slice unguard(struct slice s)
{
	return s.n > 1 && s.p[0] == '\'' && formula(s.p[1]) ? slice_sub(s, 1, s.n) : s;
}

static int quoted(struct reading *r, struct slice *ret)
{
	struct buf b CLEANUP_BUF = BUF(CSV_CELL_BYTES);

	for (r->at++;; r->at++) {
		if (r->at == r->s.n)
			return fail(r, E_SYNTAX, "a quoted cell does not end");
		if (r->s.p[r->at] == '\n')
			r->line++;
		if (r->s.p[r->at] != '"') {
			buf_byte(&b, r->s.p[r->at]);
		} else if (r->at + 1 < r->s.n && r->s.p[r->at + 1] == '"') {
			buf_byte(&b, '"');
			r->at++;
		} else {
			break;
		}
	}
	r->at++;
	if (buf_over(&b))
		return fail(r, E_LIMIT, "a cell is too long");
	if (!at_end_of_cell(r))
		return fail(r, E_SYNTAX, "something stands behind a quoted cell");
	*ret = arena_copy(r->arena, buf_slice(&b));
	return 0;
}

static int cell_read(struct reading *r, struct slice *ret)
{
	size_t from = r->at;
	int rc;

	if (r->at < r->s.n && r->s.p[r->at] == '"') {
		rc = quoted(r, ret);
		if (rc < 0)
			return rc;
	} else {
		while (!at_end_of_cell(r)) {
			if (r->s.p[r->at] == '"')
				return fail(
					r, E_SYNTAX, "a quote inside a cell that is not quoted");
			r->at++;
		}
		*ret = slice_sub(r->s, from, r->at);
	}
	if (ret->n > CSV_CELL_BYTES)
		return fail(r, E_LIMIT, "a cell is too long");
	*ret = unguard(*ret);
	return 0;
}

static int row_read(struct reading *r, struct csv_row *ret)
{
	struct slice *cell = arena_array(r->arena, struct slice, CSV_CELLS_MAX);
	struct csv_row row = {.line = r->line};
	int rc;

	for (;;) {
		if (row.n == CSV_CELLS_MAX)
			return fail(r, E_LIMIT, "too many cells in a row");
		rc = cell_read(r, &cell[row.n]);
		if (rc < 0)
			return rc;
		row.n++;
		if (r->at == r->s.n || r->s.p[r->at] != r->separator)
			break;
		r->at++;
	}
	if (r->at < r->s.n && r->s.p[r->at] == '\r')
		r->at++;
	if (r->at < r->s.n) {
		r->at++;
		r->line++;
	}
	row.cell = arena_array(r->arena, struct slice, row.n);
	memcpy(row.cell, cell, row.n * sizeof(*cell));
	*ret = row;
	return 0;
}

int aid_csv_read(struct csv *ret, struct arena *arena, struct slice bytes, struct why *why)
{
	struct reading r = {.s = bytes, .line = 1, .arena = arena, .why = why};
	VEC(struct csv_row) rows = {0};
	struct arena scratch CLEANUP_ARENA = ARENA(64 * CSV_BYTES_MAX);
	int rc = 0;

	slice_take(&r.s, "\xef\xbb\xbf");
	if (r.s.n > CSV_BYTES_MAX)
		return why_set(why, E_LIMIT, "", "larger than %zu bytes", CSV_BYTES_MAX);
	if (utf8_bad_at(r.s) >= 0 || slice_find(r.s, 0) >= 0)
		return why_set(why, E_SYNTAX, "", "is no UTF-8 text: save it as CSV UTF-8");
	r.separator = separator_of(r.s);
	r.arena = &scratch;
	while (rc == 0 && r.at < r.s.n) {
		struct csv_row row;

		arena_reset(&scratch);
		rc = row_read(&r, &row);
		if (rc < 0 || (row.n == 1 && row.cell[0].n == 0))
			continue;
		struct slice *kept = arena_array(arena, struct slice, row.n);
		for (size_t i = 0; i < row.n; i++)
			kept[i] = arena_copy(arena, row.cell[i]);
		row.cell = kept;
		if (rows.n == CSV_ROWS_MAX)
			rc = fail(&r, E_LIMIT, "too many rows");
		else
			vec_push(&rows, row);
	}
	if (rc == 0) {
		ret->row = arena_array(arena, struct csv_row, rows.n + 1);
		if (rows.n)
			memcpy(ret->row, rows.p, rows.n * sizeof(*rows.p));
		ret->n = rows.n;
	}
	vec_free(&rows);
	return rc;
}

static bool is_number(struct slice s)
{
	size_t digits = 0, points = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.')
			points++;
		else if (s.p[i] >= '0' && s.p[i] <= '9')
			digits++;
		else if (s.p[i] != '-' || i > 0)
			return false;
	}
	return digits > 0 && points < 2;
}

void aid_csv_put(struct buf *b, struct slice cell, bool first)
{
	bool guard = cell.n && formula(cell.p[0]) && !is_number(cell), quote = guard;

	if (!first)
		buf_byte(b, ',');
	for (size_t i = 0; i < cell.n; i++)
		quote = quote || cell.p[i] == ',' || cell.p[i] == '"' || cell.p[i] == '\n' ||
			cell.p[i] == '\r' || cell.p[i] == ';' || cell.p[i] == '\t';
	if (!quote) {
		buf_slice_add(b, cell);
		return;
	}
	buf_byte(b, '"');
	if (guard)
		buf_byte(b, '\'');
	for (size_t i = 0; i < cell.n; i++) {
		if (cell.p[i] == '"')
			buf_byte(b, '"');
		buf_byte(b, cell.p[i]);
	}
	buf_byte(b, '"');
}

void aid_csv_end(struct buf *b)
{
	buf_str(b, "\r\n");
}
