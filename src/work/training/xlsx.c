/*
 * xlsx.c: workbooks (ECMA-376, transitional): what a script is kept in, and what comes with it. A zip archive of XML: workbook, shared strings, styles
 * (which number is a date), and the sheets, which are walked, not built as trees.
 */
#include "base/clock.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "work/training/limits.h"
#include "work/training/sheet.h"
#include "work/training/zip.h"
#include "xml/xml.h"

#include <errno.h>
#include <math.h>

#define STYLES_MAX  65536
#define DAYS_1904   1462
#define STRINGS_MAX (LIMIT_SHEET_CELLS)

struct workbook {
	struct arena *arena;
	struct zip_in *zip;
	struct book *book;
	VEC(struct slice) string;
	VEC(unsigned) custom_date; /* numFmtIds that show a date */
	VEC(bool) date;		   /* by style */
	VEC(struct slice) part;	   /* path of each sheet's part, by relationship id in turn */
	VEC(struct slice) relation;
	VEC(struct slice) sheet_relation;
	size_t text;
};

static int text_room(struct workbook *w, size_t n, struct why *why)
{
	w->text += n;
	return w->text > LIMIT_SHEET_TEXT
		       ? why_set(why, E_LIMIT, "", "more text than a workbook may have")
		       : 0;
}

static uint64_t number_of(const char *s, uint64_t otherwise)
{
	uint64_t n;

	return s && slice_u64(slice_str(s), &n) == 0 ? n : otherwise;
}

static bool yes(const char *s)
{
	return s && (strcmp(s, "1") == 0 || strcmp(s, "true") == 0);
}

/* ---- the workbook: its sheets, its way of counting days ---- */

static int workbook_start(void *ctx, const char *name, const char *const *attrs, struct why *why)
{
	struct workbook *w = ctx;

	if (strcmp(name, "workbookPr") == 0) {
		w->book->date1904 = yes(xml_walk_attr(attrs, "date1904"));
	} else if (strcmp(name, "sheet") == 0) {
		const char *title = xml_walk_attr(attrs, "name"), *id = NULL,
			   *state = xml_walk_attr(attrs, "state");
		struct sheet *s;

		for (const char *const *a = attrs; a[0]; a += 2)
			if (slice_ends(slice_str(a[0]), ":id") || strcmp(a[0], "id") == 0)
				id = a[1];
		if (w->book->n == LIMIT_SHEETS)
			return why_set(why, E_LIMIT, "", "more than %d sheets", LIMIT_SHEETS);
		s = &w->book->sheet[w->book->n++];
		s->name = arena_copy(w->arena, slice_str(title ? title : ""));
		s->hidden = state && strcmp(state, "visible") != 0;
		vec_push(&w->sheet_relation, arena_copy(w->arena, slice_str(id ? id : "")));
	}
	return 0;
}

static int relation_start(void *ctx, const char *name, const char *const *attrs, struct why *why)
{
	struct workbook *w = ctx;
	const char *id = xml_walk_attr(attrs, "Id"), *target = xml_walk_attr(attrs, "Target");

	if (strcmp(name, "Relationship") != 0 || !id || !target)
		return 0;
	if (w->relation.n == LIMIT_ZIP_MEMBERS)
		return why_set(why, E_LIMIT, "", "more relationships than a workbook may have");
	vec_push(&w->relation, arena_copy(w->arena, slice_str(id)));
	vec_push(&w->part, slice_str(target[0] == '/' ? arena_printf(w->arena, "%s", target + 1)
						      : arena_printf(w->arena, "xl/%s", target)));
	return 0;
}

static struct slice part_of(const struct workbook *w, size_t sheet)
{
	for (size_t i = 0; i < w->relation.n; i++)
		if (slice_eq(w->relation.p[i], w->sheet_relation.p[sheet]))
			return w->part.p[i];
	return SLICE_NONE;
}

/* ---- styles: which numbers are dates ---- */

/* "[h]", "[mm]": elapsed time; "[Magenta]" is a colour. */
static bool bracket_is_time(const char *f)
{
	const char *p = f;

	while (*p == *f && strchr("hHmMsS", *p) && *p)
		p++;
	return p > f && *p == ']';
}

/* Letters of a date or time outside of quotes, escapes and brackets (colours, currencies). Excel takes no code of more than 255 signs. */
static bool format_is_date(const char *f)
{
	const char *digits = strrchr(f, '#');

	if (strlen(f) > 1024)
		return false;
	for (; *f; f++) {
		if (*f == '"') {
			f = strchr(f + 1, '"');
			if (!f)
				return false;
		} else if (*f == '\\') {
			if (!*++f)
				return false;
		} else if (*f == '[') {
			if (bracket_is_time(f + 1))
				return true;
			f = strchr(f, ']');
			if (!f)
				return false;
		} else if (strchr("yYdDhH", *f) ||
			   ((*f == 'm' || *f == 'M' || *f == 's') && !(digits && digits > f))) {
			return true;
		}
	}
	return false;
}

static int by_number(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return x < y ? -1 : x > y;
}

static bool number_format_is_date(const struct workbook *w, uint64_t id)
{
	if ((id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) ||
		(id >= 50 && id <= 58))
		return true;
	return id <= UINT32_MAX && w->custom_date.n &&
	       bsearch(&(unsigned){(unsigned)id}, w->custom_date.p, w->custom_date.n,
		       sizeof(*w->custom_date.p), by_number);
}

struct styles {
	struct workbook *w;
	bool in_cell_xfs, sorted;
};

static int style_start(void *ctx, const char *name, const char *const *attrs, struct why *why)
{
	struct styles *s = ctx;

	if (s->w->date.n >= STYLES_MAX || s->w->custom_date.n >= STYLES_MAX)
		return why_set(why, E_LIMIT, "", "more styles than a workbook may have");
	if (strcmp(name, "numFmt") == 0) {
		const char *code = xml_walk_attr(attrs, "formatCode");

		if (code && !s->sorted && format_is_date(code))
			vec_push(&s->w->custom_date,
				(unsigned)number_of(xml_walk_attr(attrs, "numFmtId"), 0));
	} else if (strcmp(name, "cellXfs") == 0) {
		s->in_cell_xfs = true;
		if (!s->sorted)
			vec_sort(&s->w->custom_date,
				by_number); /* the formats stand before the cells' */
		s->sorted = true;
	} else if (strcmp(name, "xf") == 0 && s->in_cell_xfs) {
		vec_push(&s->w->date, number_format_is_date(s->w,
					      number_of(xml_walk_attr(attrs, "numFmtId"), 0)));
	}
	return 0;
}

static int style_end(void *ctx, const char *name, struct why *why)
{
	struct styles *s = ctx;

	(void)why;
	if (strcmp(name, "cellXfs") == 0)
		s->in_cell_xfs = false;
	return 0;
}

/* ---- shared strings ---- */

struct strings {
	struct workbook *w;
	struct buf text;
	bool in_text, in_phonetic;
};

static int string_start(void *ctx, const char *name, const char *const *attrs, struct why *why)
{
	struct strings *s = ctx;

	(void)attrs;
	if (strcmp(name, "si") == 0) {
		if (s->w->string.n == STRINGS_MAX)
			return why_set(why, E_LIMIT, "", "more texts than a workbook may have");
		buf_clear(&s->text);
	} else if (strcmp(name, "rPh") == 0) {
		s->in_phonetic = true;
	}
	s->in_text = strcmp(name, "t") == 0 && !s->in_phonetic;
	return 0;
}

static int string_text(void *ctx, struct slice text, struct why *why)
{
	struct strings *s = ctx;

	(void)why;
	if (s->in_text)
		buf_slice_add(&s->text, text);
	return 0;
}

static int string_end(void *ctx, const char *name, struct why *why)
{
	struct strings *s = ctx;

	s->in_text = false;
	if (strcmp(name, "rPh") == 0)
		s->in_phonetic = false;
	if (strcmp(name, "si") != 0)
		return 0;
	if (buf_over(&s->text))
		return why_set(
			why, E_LIMIT, "", "a cell is longer than %zu bytes", LIMIT_CELL_BYTES);
	vec_push(&s->w->string, arena_copy(s->w->arena, buf_slice(&s->text)));
	return text_room(s->w, s->text.n, why);
}

/* ---- a sheet ---- */

struct place {
	size_t row, col;
};
struct merge {
	struct place from, to;
};
struct raw_cell {
	struct place at;
	struct sheetcell cell;
};
struct walked {
	struct workbook *w;
	struct sheet *sheet;
	VEC(struct raw_cell) cell;
	VEC(struct merge) merge;
	struct buf text;
	struct place at, next; /* of this cell; where one without a reference would be */
	char type[12];
	uint64_t style;
	bool in_value, in_inline, formula;
};

/* "AB12"; false if it is none, or beyond what a sheet may have. */
static bool place_parse(const char **text, struct place *ret)
{
	size_t col = 0, row = 0;
	const char *s = *text;

	for (; *s >= 'A' && *s <= 'Z' && col <= LIMIT_SHEET_COLS; s++)
		col = col * 26 + (size_t)(*s - 'A' + 1);
	if (col == 0 || col > 20000)
		return false;
	for (; *s >= '0' && *s <= '9' && row <= 10 * LIMIT_SHEET_ROWS; s++)
		row = row * 10 + (size_t)(*s - '0');
	if (row == 0)
		return false;
	*ret = (struct place){row - 1, col - 1};
	*text = s;
	return true;
}

static int place_check(const struct walked *x, struct place p, struct why *why)
{
	char where[80];

	if (p.row < LIMIT_SHEET_ROWS && p.col < LIMIT_SHEET_COLS)
		return 0;
	snprintf(where, sizeof(where), "%.*s row %zu", SLICE_FMT(slice_sub(x->sheet->name, 0, 40)),
		p.row + 1);
	return why_set(why, E_LIMIT, where, "a sheet has at most %d rows and %d columns",
		LIMIT_SHEET_ROWS, LIMIT_SHEET_COLS);
}

static int merge_add(struct walked *x, const char *ref, struct why *why)
{
	struct merge m;

	if (!ref || !place_parse(&ref, &m.from) || *ref++ != ':' || !place_parse(&ref, &m.to) ||
		m.to.row < m.from.row || m.to.col < m.from.col)
		return why_set(why, E_SYNTAX, "", "a merged range that is none");
	if (x->merge.n == LIMIT_SHEET_MERGES)
		return why_set(why, E_LIMIT, "", "more than %d merged ranges", LIMIT_SHEET_MERGES);
	vec_push(&x->merge, m);
	return 0;
}

static int sheet_start(void *ctx, const char *name, const char *const *attrs, struct why *why)
{
	struct walked *x = ctx;

	if (strcmp(name, "row") == 0) {
		uint64_t r = number_of(xml_walk_attr(attrs, "r"), x->next.row + 1);

		x->next = (struct place){(size_t)(r ? r - 1 : 0), 0};
	} else if (strcmp(name, "c") == 0) {
		const char *ref = xml_walk_attr(attrs, "r"), *type = xml_walk_attr(attrs, "t");

		x->at = x->next;
		if (ref && !place_parse(&ref, &x->at))
			return why_set(why, E_SYNTAX, "", "a cell whose place is none");
		x->next = (struct place){x->at.row, x->at.col + 1};
		snprintf(x->type, sizeof(x->type), "%s", type ? type : "n");
		x->style = number_of(xml_walk_attr(attrs, "s"), 0);
		x->formula = false;
		buf_clear(&x->text);
	} else if (strcmp(name, "v") == 0 || (strcmp(name, "t") == 0 && x->in_inline)) {
		x->in_value = true;
	} else if (strcmp(name, "is") == 0) {
		x->in_inline = true;
	} else if (strcmp(name, "f") == 0) {
		x->formula = true;
	} else if (strcmp(name, "col") == 0 && yes(xml_walk_attr(attrs, "hidden"))) {
		x->w->book->hidden_columns++;
	} else if (strcmp(name, "mergeCell") == 0) {
		return merge_add(x, xml_walk_attr(attrs, "ref"), why);
	}
	return 0;
}

static int sheet_text(void *ctx, struct slice text, struct why *why)
{
	struct walked *x = ctx;

	(void)why;
	if (x->in_value)
		buf_slice_add(&x->text, text);
	return 0;
}

static void number_cell(const struct walked *x, struct sheetcell *c)
{
	char *end;
	bool date = x->style < x->w->date.n && x->w->date.p[x->style];

	errno = 0;
	c->number = strtod((const char *)c->text.p, &end);
	if (errno || end != (const char *)c->text.p + c->text.n || !isfinite(c->number)) {
		c->type = SHEET_TEXT;
		return;
	}
	c->type = date ? SHEET_DATE : SHEET_NUMBER;
	if (date && x->w->book->date1904 && c->number >= 1)
		c->number += DAYS_1904;
	/* Excel believes that 1900 was a leap year; until its 29 February its days are one late. */
	else if (date && !x->w->book->date1904 && c->number >= 1 && c->number < 60)
		c->number += 1;
}

static int cell_end(struct walked *x, struct why *why)
{
	struct sheetcell c = {.type = SHEET_TEXT, .formula = x->formula};
	uint64_t index;

	if (buf_over(&x->text))
		return why_set(why, E_LIMIT, cell_name(x->at.row, x->at.col, x->w->arena),
			"a cell is longer than %zu bytes", LIMIT_CELL_BYTES);
	if (x->text.n == 0)
		return 0;
	if (strcmp(x->type, "s") == 0) {
		index = number_of(buf_cstr(&x->text), UINT64_MAX);
		if (index >= x->w->string.n)
			return why_set(why, E_SYNTAX, cell_name(x->at.row, x->at.col, x->w->arena),
				"names a text that there is not");
		c.text = x->w->string.p[index];
	} else {
		c.text = slice_str(arena_string(x->w->arena, buf_slice(&x->text)));
		if (text_room(x->w, c.text.n, why) < 0)
			return E_LIMIT;
	}
	if (strcmp(x->type, "n") == 0)
		number_cell(x, &c);
	else if (strcmp(x->type, "b") == 0)
		c.type = SHEET_BOOL;
	else if (strcmp(x->type, "e") == 0)
		c.type = SHEET_ERROR;
	if (c.text.n == 0)
		return 0;
	if (place_check(x, x->at, why) < 0)
		return E_LIMIT;
	if (x->cell.n == LIMIT_SHEET_CELLS)
		return why_set(why, E_LIMIT, "", "more than %d cells", LIMIT_SHEET_CELLS);
	vec_push(&x->cell, ((struct raw_cell){x->at, c}));
	return 0;
}

static int sheet_end(void *ctx, const char *name, struct why *why)
{
	struct walked *x = ctx;

	if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0)
		x->in_value = false;
	else if (strcmp(name, "is") == 0)
		x->in_inline = false;
	else if (strcmp(name, "c") == 0)
		return cell_end(x, why);
	else if (strcmp(name, "row") == 0)
		x->next = (struct place){x->next.row + 1, 0};
	return 0;
}

/* The value of a merged range stands in each of its cells: a date that is merged down a day's rows is the date of each. */
static void merges_fill(const struct walked *x, struct sheet *s)
{
	size_t budget = LIMIT_SHEET_CELLS;

	for (size_t i = 0; i < x->merge.n; i++) {
		const struct merge *m = &x->merge.p[i];
		const struct sheetcell *from = sheet_cell(s, m->from.row, m->from.col);

		for (size_t r = m->from.row; r <= m->to.row && r < s->rows; r++)
			for (size_t c = m->from.col; c <= m->to.col && c < s->cols; c++) {
				struct sheetcell *to = &s->cell[r * s->cols + c];

				if (budget-- == 0)
					return;
				if (to->type == SHEET_EMPTY) {
					*to = *from;
					to->merged = true;
				}
			}
	}
}

static int sheet_fill(const struct walked *x, struct sheet *s, struct why *why)
{
	for (size_t i = 0; i < x->cell.n; i++) {
		struct place p = x->cell.p[i].at;

		s->rows = p.row + 1 > s->rows ? p.row + 1 : s->rows;
		s->cols = p.col + 1 > s->cols ? p.col + 1 : s->cols;
	}
	if (s->rows * s->cols > LIMIT_SHEET_CELLS)
		return why_set(
			why, E_LIMIT, "", "the sheet is larger than %d cells", LIMIT_SHEET_CELLS);
	s->cell = arena_array(x->w->arena, struct sheetcell, s->rows * s->cols + 1);
	for (size_t i = 0; i < x->cell.n; i++) {
		const struct raw_cell *c = &x->cell.p[i];

		s->cell[c->at.row * s->cols + c->at.col] = c->cell;
		s->formulas += c->cell.formula;
		s->errors += c->cell.type == SHEET_ERROR;
	}
	merges_fill(x, s);
	return 0;
}

/* ---- all of it ---- */

static int part_walk(struct workbook *w, const char *path, const struct xml_walk *h, void *ctx,
	bool needed, struct why *why)
{
	struct buf bytes CLEANUP_BUF = BUF(LIMIT_ZIP_MEMBER);
	int rc = zip_in_read(w->zip, path, &bytes, why);

	if (rc == E_MISSING && !needed)
		return 0;
	if (rc == 0)
		rc = xml_walk(h, ctx, buf_slice(&bytes), LIMIT_ZIP_MEMBER, why);
	return rc < 0 ? (why_prefix(why, "%s", path), rc) : 0;
}

static int sheet_walk(struct workbook *w, size_t i, struct why *why)
{
	static const struct xml_walk h = {sheet_start, sheet_end, sheet_text};
	struct walked x = {.w = w, .sheet = &w->book->sheet[i], .text = BUF(LIMIT_CELL_BYTES)};
	char *path = arena_string(w->arena, part_of(w, i));
	int rc = part_walk(w, path, &h, &x, true, why);

	if (rc == 0)
		rc = sheet_fill(&x, x.sheet, why);
	if (rc < 0)
		why_prefix(why, "sheet %.*s", SLICE_FMT(slice_sub(x.sheet->name, 0, 60)));
	vec_free(&x.cell);
	vec_free(&x.merge);
	buf_free(&x.text);
	return rc;
}

static int core_text(void *ctx, struct slice text, struct why *why)
{
	(void)why;
	buf_slice_add(ctx, text);
	return 0;
}
static int core_start(void *ctx, const char *name, const char *const *attrs, struct why *why)
{
	(void)attrs;
	(void)why;
	if (strcmp(name, "creator") != 0 && strcmp(name, "lastModifiedBy") != 0)
		((struct buf *)ctx)->over = true; /* only these two are of interest */
	return 0;
}
static int core_end(void *ctx, const char *name, struct why *why)
{
	struct buf *b = ctx;

	(void)why;
	(void)name;
	b->over = false;
	return 0;
}

/* Who made it, and what does not show: names travel with a file unseen. */
static void metadata(struct workbook *w)
{
	static const struct xml_walk h = {core_start, core_end, core_text};
	struct buf author CLEANUP_BUF = BUF(400);
	struct why none = {0}; /* a workbook is read although nobody can tell who made it */

	if (part_walk(w, "docProps/core.xml", &h, &author, false, &none) == 0 && author.n &&
		utf8_bad_at(buf_slice(&author)) < 0)
		w->book->author = arena_copy(w->arena, slice_trim(buf_slice(&author)));
	w->book->comments =
		zip_in_count(w->zip, "xl/comments") + zip_in_count(w->zip, "xl/threadedComments/");
}

static int workbook_walk(struct workbook *w, struct why *why)
{
	static const struct xml_walk book = {workbook_start, NULL, NULL},
				     relation = {relation_start, NULL, NULL},
				     style = {style_start, style_end, NULL},
				     string = {string_start, string_end, string_text};
	struct styles styles = {.w = w};
	struct strings strings = {.w = w, .text = BUF(LIMIT_CELL_BYTES)};
	int rc = part_walk(w, "xl/workbook.xml", &book, w, true, why);

	if (rc == 0 && w->book->n == 0)
		rc = why_set(why, E_SYNTAX, "xl/workbook.xml", "is a workbook without sheets");
	if (rc == 0)
		rc = part_walk(w, "xl/_rels/workbook.xml.rels", &relation, w, true, why);
	if (rc == 0)
		rc = part_walk(w, "xl/styles.xml", &style, &styles, false, why);
	if (rc == 0)
		rc = part_walk(w, "xl/sharedStrings.xml", &string, &strings, false, why);
	for (size_t i = 0; rc == 0 && i < w->book->n; i++)
		rc = sheet_walk(w, i, why);
	buf_free(&strings.text);
	return rc;
}

int xlsx_read(struct book *ret, struct arena *arena, struct slice bytes, struct why *why)
{
	struct book book = {.xlsx = true, .sheet = arena_array(arena, struct sheet, LIMIT_SHEETS)};
	struct workbook w = {.arena = arena, .book = &book};
	int rc = zip_in_open(&w.zip, bytes, why);

	if (rc == 0)
		rc = workbook_walk(&w, why);
	if (rc == 0)
		metadata(&w);
	zip_in_close(&w.zip);
	vec_free(&w.string);
	vec_free(&w.custom_date);
	vec_free(&w.date);
	vec_free(&w.part);
	vec_free(&w.relation);
	vec_free(&w.sheet_relation);
	if (rc == 0)
		*ret = book;
	return rc;
}
