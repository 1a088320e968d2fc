/*
 * msel_in.c: rows of a sheet become contents of injects. Each row stands alone: what is wrong with one is told with its cell, and the others go on.
 */
#include "base/utf8.h"
#include "work/training/limits.h"
#include "work/training/msel_int.h"

#include <stdarg.h>

#define NOTES_MAX 16

void row_note(struct row_in *r, size_t col, enum msel_severity severity, const char *fmt, ...)
{
	struct msel_row *out = r->out;
	char text[300];
	va_list ap;

	if (out->n_note == NOTES_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	utf8_tame(text);
	out->note[out->n_note++] = (struct msel_note){
		severity, cell_name(r->row, col, r->arena), arena_printf(r->arena, "%s", text)};
	if (severity > out->severity)
		out->severity = severity;
}

const struct sheetcell *row_cell(const struct row_in *r, const char *field, size_t *ret_col)
{
	for (size_t c = 0; c < r->map->n; c++)
		if (strcmp(r->map->column[c].field, field) == 0) {
			*ret_col = c;
			return sheet_cell(r->sheet, r->row, c);
		}
	*ret_col = 0;
	return NULL;
}

/* What a cell says, ready for a text of ours; an error of the spreadsheet is nothing, and is told. */
struct slice row_text(struct row_in *r, const char *field, size_t *ret_col)
{
	const struct sheetcell *c = row_cell(r, field, ret_col);
	struct slice s;

	if (!c || c->type == SHEET_EMPTY)
		return SLICE_NONE;
	if (c->type == SHEET_ERROR) {
		row_note(r, *ret_col, MSEL_WARNING, "a formula gives %.*s: left out",
			SLICE_FMT(slice_sub(c->text, 0, 20)));
		return SLICE_NONE;
	}
	s = cell_unguard(c->text);
	return r->map->own ? s : slice_trim(s);
}

/* On one line, at most `max` bytes, without what cannot be shown. */
static struct slice line_of(struct row_in *r, struct slice s, size_t max, size_t col)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_CELL_BYTES);
	struct slice rest = s;
	uint32_t cp;
	bool gap = false;

	while (utf8_next(&rest, &cp)) {
		if (utf8_unsafe(cp)) {
			gap = b.n > 0;
			continue;
		}
		if (gap)
			buf_byte(&b, ' ');
		gap = false;
		utf8_put(&b, cp);
	}
	struct slice out = buf_slice(&b);
	if (out.n > max) {
		out = slice_sub(out, 0, max);
		while (out.n && utf8_bad_at(out) >= 0)
			out.n--;
		row_note(r, col, MSEL_WARNING, "is longer than %zu bytes: cut", max);
	}
	return arena_copy(r->arena, out);
}

static void put_plain(struct row_in *r, const char *field)
{
	const struct field *f = field_of(training_kinds[KIND_INJECT].field, field);
	size_t col;
	struct slice s = row_text(r, field, &col);

	if (!s.n || !f)
		return;
	if (f->type == FIELD_LINE && !r->map->own)
		s = line_of(r, s, (size_t)f->max, col);
	if (s.n)
		json_put_string(&r->o, field, s);
}

/* ---- words ---- */

struct meaning {
	const char *text, *word;
};

static bool meaning_find(const struct meaning *m, struct slice s, const char **ret)
{
	for (; m->text; m++) {
		size_t n = strlen(m->text);
		bool same = s.n >= n;

		for (size_t i = 0; same && i < n; i++) {
			uint8_t c = s.p[i];

			same = (c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) == (uint8_t)m->text[i];
		}
		if (same) {
			*ret = m->word;
			return true;
		}
	}
	return false;
}

/* Beginnings of the delivery methods that were met, the longer ones first. */
static const struct meaning method_words[] = {{"portal", "portal"}, {"webeoc", "portal"},
	{"emits", "portal"}, {"jiee", "portal"}, {"e-mail", "email"}, {"email", "email"},
	{"mail", "email"}, {"send a mail", "email"}, {"send another mail", "email"},
	{"sipr", "email"}, {"phone", "phone"}, {"telephone", "phone"}, {"landline", "phone"},
	{"land line", "phone"}, {"sat phone", "phone"}, {"satcom", "phone"}, {"cell", "phone"},
	{"call", "phone"}, {"vtc", "phone"}, {"send an sms", "phone"}, {"sms", "phone"},
	{"hf radio", "radio"}, {"radio", "radio"}, {"lmr", "radio"}, {"in person", "in-person"},
	{"in-person", "in-person"}, {"verbal", "in-person"}, {"runner", "in-person"},
	{"face to face", "in-person"}, {"fax", "document"}, {"handout", "document"},
	{"document", "document"}, {"letter", "document"}, {"message", "document"},
	{"report", "document"}, {"tv", "media"}, {"media", "media"}, {"social media", "media"},
	{"soc media", "media"}, {"news", "media"}, {"press", "media"}, {"alert", "alert"},
	{"cyber", "cyber"}, {"procurement", "procurement"}, {"request", "request"},
	{"rfa", "request"}, {"webhook", "webhook"}, {"external", "external"}, {NULL, NULL}};

static void put_method(struct row_in *r)
{
	size_t col, text_col;
	struct slice s = row_text(r, "method", &col), text = row_text(r, "method_text", &text_col);
	const char *word = NULL;

	if (r->map->own) {
		if (s.n)
			json_put_string(&r->o, "method", s);
		if (text.n)
			json_put_string(&r->o, "method_text", text);
		return;
	}
	if (!s.n) {
		s = text;
		col = text_col;
	}
	if (!s.n)
		return;
	if (meaning_find(method_words, s, &word))
		json_put_cstr(&r->o, "method", word);
	else
		row_note(r, col, MSEL_WARNING, "no known way to deliver: kept as text");
	/* Beside a method the details are what is worth keeping; a method that is not known goes with them. */
	if (text.n && !word && !slice_eq(s, text))
		s = slice_str(arena_printf(r->arena, "%.*s: %.*s", SLICE_FMT(s), SLICE_FMT(text)));
	else if (text.n)
		s = text;
	json_put_string(&r->o, "method_text", line_of(r, s, 300, text.n ? text_col : col));
}

static void put_word(struct row_in *r, const char *field, const struct meaning *m)
{
	const struct field *f = field_of(training_kinds[KIND_INJECT].field, field);
	size_t col;
	struct slice s = row_text(r, field, &col);
	const char *word;

	if (!s.n)
		return;
	if (r->map->own || word_find(f->word, s) >= 0)
		json_put_string(&r->o, field, s);
	else if (m && meaning_find(m, s, &word))
		json_put_cstr(&r->o, field, word);
	else
		row_keep(r, col, s);
}

void row_keep(struct row_in *r, size_t col, struct slice s)
{
	struct slice heading = r->map->column[col].heading;

	if (r->n_custom == ROW_CUSTOM_MAX || !s.n)
		return;
	heading = line_of(r, heading.n ? heading : SLICE("column"), 190, col);
	for (size_t i = 0; i < r->n_custom; i++)
		if (slice_eq(r->custom[i].key, heading))
			heading = slice_str(arena_printf(
				r->arena, "%.*s %zu", SLICE_FMT(heading), r->n_custom));
	r->custom[r->n_custom++] = (struct row_custom){heading, s};
}

static const struct meaning kind_words[] = {{"contingen", "contingency"},
	{"expected", "expected-action"}, {"info", "information"}, {"admin", "administrative"},
	{"inject", "inject"}, {"injection", "inject"}, {"control", "control"}, {NULL, NULL}};
static const struct meaning weight_words[] = {{"key", "key"}, {"high", "key"}, {"critical", "key"},
	{"1", "key"}, {"enabling", "enabling"}, {"medium", "enabling"}, {"2", "enabling"},
	{"3", "enabling"}, {"low", "supporting"}, {"support", "supporting"}, {"4", "supporting"},
	{"5", "supporting"}, {NULL, NULL}};

/* "contingency" is a kind; what was deleted is left to who imports; the rest is told by the states here, and kept as it was. */
static void put_status(struct row_in *r, bool *ret_contingency)
{
	size_t col;
	struct slice s = row_text(r, "status", &col);
	const char *word;
	static const struct meaning gone[] = {
		{"omit", ""}, {"delet", ""}, {"cancel", ""}, {"contingen", "c"}, {NULL, NULL}};

	*ret_contingency = false;
	if (!s.n || r->map->own)
		return;
	if (meaning_find(gone, s, &word)) {
		*ret_contingency = word[0] == 'c';
		if (word[0] == '\0')
			row_note(r, col, MSEL_WARNING, "was %.*s: imported as a draft",
				SLICE_FMT(slice_sub(s, 0, 40)));
	}
	row_keep(r, col, s);
}

/* ---- expected actions ---- */

static void put_expected(struct row_in *r)
{
	size_t col;
	struct slice s = row_text(r, "expected", &col), line;

	if (!s.n)
		return;
	if (r->map->own && s.p[0] == '[') {
		json_put_raw(&r->o, "expect", s);
		return;
	}
	json_open_at(&r->o, "expect", '[');
	for (size_t n = 0; n < 20 && slice_cut(&s, '\n', &line);) {
		if (!r->map->own)
			line = slice_trim(line);
		if (!line.n)
			continue;
		if (n == 19 && s.n) { /* the rest in one */
			line = slice_of(line.p, (size_t)(s.p + s.n - line.p));
			s.n = 0;
		}
		json_open(&r->o, '{');
		json_put_string(&r->o, "text", line);
		json_close(&r->o);
		n++;
	}
	json_close(&r->o);
}

/* ---- a row ---- */

static void put_custom(struct row_in *r)
{
	for (size_t c = 0; c < r->map->n; c++) {
		const struct sheetcell *cell = sheet_cell(r->sheet, r->row, c);
		struct slice s;

		if (strcmp(r->map->column[c].field, "custom") != 0 || cell->type == SHEET_EMPTY)
			continue;
		if (cell->type == SHEET_ERROR) {
			row_note(r, c, MSEL_WARNING, "a formula gives %.*s: left out",
				SLICE_FMT(slice_sub(cell->text, 0, 20)));
			continue;
		}
		s = cell_unguard(cell->text);
		if (r->map->own)
			r->custom[r->n_custom++] = (struct row_custom){
				slice_sub(r->map->column[c].heading, strlen(MSEL_CUSTOM), SIZE_MAX),
				s};
		else
			row_keep(r, c, slice_trim(s));
		if (r->n_custom == ROW_CUSTOM_MAX)
			break;
	}
	if (!r->n_custom)
		return;
	json_open_at(&r->o, "custom", '{');
	for (size_t i = 0; i < r->n_custom; i++)
		json_put_string(
			&r->o, arena_string(r->arena, r->custom[i].key), r->custom[i].value);
	json_close(&r->o);
}

static const char *const plain_fields[] = {"body", "track", "capability", "from_sim", "notes",
	"background", "location", "units", "author", "controller", NULL};

/* A sheet's number may be 12.0 where it means 12. */
static struct slice number_of(struct row_in *r)
{
	size_t col;
	const struct sheetcell *c = row_cell(r, "number", &col);
	struct slice s = row_text(r, "number", &col);

	if (!r->map->own && c && c->type == SHEET_NUMBER && slice_ends(s, ".0"))
		s.n -= 2;
	if (!r->map->own)
		s = line_of(r, s, 60, col);
	/* A sheet without numbers has its rows: the same sheet gives the same. */
	if (!c)
		s = slice_str(arena_printf(r->arena, "R%zu", r->row + 1));
	return s;
}

static void row_write(struct row_in *r)
{
	size_t col;
	struct slice title = row_text(r, "title", &col), body;
	bool contingency;

	r->out->number = number_of(r);
	if (!r->map->own)
		title = line_of(r, title, 300, col);
	if (!title.n && !r->map->own) { /* the first line of the narrative serves */
		body = row_text(r, "body", &col);
		if (!body.n)
			body = row_text(r, "method_text", &col);
		if (slice_cut(&body, '\n', &title))
			title = line_of(r, slice_trim(title), 120, col);
	}
	json_open(&r->o, '{');
	if (r->out->number.n)
		json_put_string(&r->o, "number", r->out->number);
	else
		row_note(r, 0, MSEL_ERROR, "has no number");
	if (title.n)
		json_put_string(&r->o, "title", title);
	else
		row_note(r, 0, MSEL_ERROR, "has no title and no text");
	put_status(r, &contingency);
	if (contingency)
		json_put_cstr(&r->o, "kind", "contingency");
	else
		put_word(r, "kind", kind_words);
	put_word(r, "weight", weight_words);
	for (size_t i = 0; plain_fields[i]; i++)
		put_plain(r, plain_fields[i]);
	row_due(r);
	row_refs(r);
	put_method(r);
	put_expected(r);
	put_custom(r);
	json_close(&r->o);
}

static bool row_empty(const struct sheet *s, const struct msel_map *m, size_t row)
{
	size_t filled = 0, wanted = 0;

	for (size_t c = 0; c < m->n; c++) {
		const struct sheetcell *cell = sheet_cell(s, row, c);

		if (cell->type == SHEET_EMPTY || cell->merged || !m->column[c].field[0])
			continue;
		filled += slice_trim(cell->text).n > 0;
		wanted += slice_trim(cell->text).n > 0 && strcmp(m->column[c].field, "custom") != 0;
	}
	/* One cell alone is a heading of a section, or a mark that somebody left. */
	return wanted == 0 || (filled == 1 && m->n > 3);
}

static void row_finish(struct row_in *r, struct buf *b)
{
	struct why rule = {0};
	struct arena scratch CLEANUP_ARENA = ARENA(16 * MIB);
	struct json_doc doc;
	int rc;

	if (buf_over(b)) {
		row_note(r, 0, MSEL_ERROR, "the row is longer than an inject may be");
		return;
	}
	r->out->content = arena_copy(r->arena, buf_slice(b));
	/* The exercise is added when it is written; all else must hold now. */
	struct slice with = slice_str(arena_printf(&scratch, "{\"exercise\":\"%s\"%s%.*s",
		ROW_ANY_EXERCISE, r->out->content.n > 2 ? "," : "",
		SLICE_FMT(slice_sub(r->out->content, 1, SIZE_MAX))));
	rc = json_read(&doc, &scratch, with, &json_limits_partner, &rule);
	if (rc == 0)
		rc = kind_check_strict(
			&training_kinds[KIND_INJECT], &doc, json_root(&doc), &scratch, &rule);
	if (rc < 0 && r->out->severity < MSEL_ERROR)
		row_note(r, 0, MSEL_ERROR, "%s %s", rule.where, rule.text);
	if (r->out->severity == MSEL_ERROR)
		r->out->content = SLICE_NONE;
}

/* A number that stood above is a different inject all the same: the second one waits for somebody to decide. */
static void repeated(struct row_in *r, const struct msel_row *before, size_t n)
{
	size_t col;

	(void)row_cell(r, "number", &col);
	for (size_t i = 0; r->out->number.n && i < n; i++)
		if (slice_eq(before[i].number, r->out->number)) {
			row_note(r, col, MSEL_ERROR, "number %.*s is in row %zu already",
				SLICE_FMT(slice_sub(r->out->number, 0, 40)), before[i].row + 1);
			return;
		}
}

void msel_rows(const struct sheet *s, const struct msel_map *m, const struct msel_options *o,
	const struct view *parts, struct arena *arena, struct msel_row **ret, size_t *ret_n)
{
	size_t first = m->header_row == SIZE_MAX ? 0 : m->header_row + 1, n = 0;
	struct msel_row *out = arena_array(arena, struct msel_row, s->rows + 1);
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct map numbers = {0};
	int64_t before = INT64_MIN;

	for (size_t row = first; row < s->rows; row++) {
		struct row_in r = {.sheet = s,
			.map = m,
			.options = o,
			.parts = parts,
			.row = row,
			.arena = arena,
			.out = &out[n],
			.before = &before};

		if (row_empty(s, m, row))
			continue;
		out[n] = (struct msel_row){
			.row = row, .note = arena_array(arena, struct msel_note, NOTES_MAX)};
		buf_clear(&b);
		r.o = json_out(&b);
		row_write(&r);
		if (out[n].number.n && map_put(&numbers, out[n].number, out))
			repeated(&r, out, n);
		row_finish(&r, &b);
		n++;
	}
	map_free(&numbers);
	*ret = out;
	*ret_n = n;
}
