/*
 * msel_words.c: the vocabulary of MSELs: headings that were met in real workbooks, and the field that each means. A heading is compared in small letters, with
 * words only: "SEND TO (Recipient Players)" is "send to recipient players".
 */
#include "base/enc.h"
#include "base/utf8.h"
#include "work/training/limits.h"
#include "work/training/msel_int.h"

#define HEADER_ROWS 20
#define HEADER_MIN  3

struct word {
	const char *heading, *field;
};

static const struct word words[] = {
	{"msel number", "number"},
	{"msel #", "number"},
	{"event #", "number"},
	{"#", "number"},
	{"control number", "number"},
	{"id", "number"},
	{"injectnumber", "number"},
	{"inject number", "number"},
	{"inject #", "number"},
	{"event number", "number"},
	{"number", "number"},
	{"no", "number"},
	{"sourcereference", "number"},
	{"msel", "number"},
	{"serial", "number"},
	{"status", "status"},
	{"done to do", "status"},
	{"state", "status"},
	{"inject dtg", "time"},
	{"dtg", "time"},
	{"time", "time"},
	{"time 0600 1800", "time"},
	{"event time", "time"},
	{"scheduledtime", "time"},
	{"scheduled time", "time"},
	{"delivery time", "time"},
	{"designated scenario time", "time"},
	{"timeline", "time"},
	{"real time", "time"},
	{"local time", "time"},
	{"planned time", "time"},
	{"inject time", "time"},
	{"start time", "time"},
	{"h", "time"},
	{"date", "day"},
	{"day", "day"},
	{"scenario day", "day"},
	{"inject date", "day"},
	{"simulated time", "story"},
	{"story time", "story"},
	{"scenario time", "story"},
	{"subject", "title"},
	{"title", "title"},
	{"inject title", "title"},
	{"inject subject", "title"},
	{"name", "title"},
	{"event name", "title"},
	{"action to be taken", "method_text"},
	{"inject mode", "method"},
	{"inject method", "method"},
	{"method", "method"},
	{"delivery method", "method"},
	{"deliverymethod", "method"},
	{"means", "method"},
	{"mode of delivery", "method"},
	{"delivery", "method"},
	{"send from simulated", "from_sim"},
	{"send from", "from_sim"},
	{"sent from", "from_sim"},
	{"from org", "from_sim"},
	{"source", "from_sim"},
	{"from", "from_sim"},
	{"initiated by", "from_sim"},
	{"sender", "from_sim"},
	{"send to", "to_text"},
	{"sent to", "to_text"},
	{"target", "to_text"},
	{"player", "to_text"},
	{"teams", "to_text"},
	{"send to recipient players", "to_text"},
	{"to", "to_text"},
	{"to org", "to_text"},
	{"recipient", "to_text"},
	{"recipients", "to_text"},
	{"training audience", "to_text"},
	{"audience", "to_text"},
	{"injected by", "controller"},
	{"inject implementer", "controller"},
	{"controller", "controller"},
	{"responsible controller", "controller"},
	{"responsiblecontroller", "controller"},
	{"injected by responsible controller", "controller"},
	{"assigned to", "controller"},
	{"inject mode send from injected by send to", "controller"},
	{"controller evaluator", "controller"},
	{"implementer", "controller"},
	{"storyline thread", "track"},
	{"storyline", "track"},
	{"track", "track"},
	{"move", "track"},
	{"group", "track"},
	{"phase", "track"},
	{"thread", "track"},
	{"esf", "capability"},
	{"1st objective supported ujtl metl cfetp", "capability"},
	{"2nd objective supported ujtl metl cfetp", "custom"},
	{"exercise objective", "capability"},
	{"obj", "capability"},
	{"objective", "capability"},
	{"objectives", "capability"},
	{"core capability", "capability"},
	{"capability", "capability"},
	{"obj sa rfa rfi nga action that generates planning or activit", "capability"},
	{"implementer actual narrative", "body"},
	{"implementer narrative", "body"},
	{"description", "body"},
	{"description script", "body"},
	{"event description", "body"},
	{"event summary", "body"},
	{"message", "body"},
	{"script", "body"},
	{"content", "body"},
	{"narrative", "body"},
	{"details", "body"},
	{"inject", "body"},
	{"body", "body"},
	{"expected action", "expected"},
	{"expected actions", "expected"},
	{"expected action s", "expected"},
	{"expected outcome", "expected"},
	{"expected outcomes", "expected"},
	{"expectedaction", "expected"},
	{"expectedoutcomes", "expected"},
	{"expected reaction to inject", "expected"},
	{"expected participant response", "expected"},
	{"expected response", "expected"},
	{"expectation description", "expected"},
	{"measure of performance", "custom"},
	{"expectation name", "custom"},
	{"expectation score", "custom"},
	{"notes", "notes"},
	{"notes remarks", "notes"},
	{"questions notes", "notes"},
	{"questions comments", "notes"},
	{"comments notes", "notes"},
	{"comments", "notes"},
	{"remarks", "notes"},
	{"note", "notes"},
	{"storyline description notes remarks background info", "background"},
	{"background information", "background"},
	{"background", "background"},
	{"assumptions", "background"},
	{"inject author", "author"},
	{"author", "author"},
	{"inject poc", "author"},
	{"created by", "author"},
	{"poc", "author"},
	{"locationname", "location"},
	{"location", "location"},
	{"venue", "location"},
	{"impacted event location venue", "location"},
	{"secondary location venue affected", "custom"},
	{"locationtype", "custom"},
	{"unit 1 affected", "units"},
	{"unit organization", "units"},
	{"units", "units"},
	{"unit 2 affected", "custom"},
	{"unit 3 affected", "custom"},
	{"priority", "weight"},
	{"weight", "weight"},
	{"event type", "kind"},
	{"type", "kind"},
	{"inject type", "kind"},
	{"triggertype", "custom"},
	{"photo", "custom"},
	{"picture name", "custom"},
	{"profile", "custom"},
	{"poll", "custom"},
	{NULL, NULL},
};

/* Small letters, digits and '#'; whatever else is between words. */
static void normal(struct buf *b, struct slice s)
{
	bool gap = false;
	uint32_t cp;

	while (utf8_next(&s, &cp)) {
		bool letter = (cp >= 'a' && cp <= 'z') || (cp >= '0' && cp <= '9') || cp == '#' ||
			      cp >= 0xaa;

		if (cp >= 'A' && cp <= 'Z') {
			cp += 'a' - 'A';
			letter = true;
		}
		if (!letter || utf8_unsafe(cp) || cp == 0xfeff) {
			gap = b->n > 0;
			continue;
		}
		if (gap)
			buf_byte(b, ' ');
		gap = false;
		utf8_put(b, cp);
	}
}

const char *msel_word(struct slice heading)
{
	struct buf b CLEANUP_BUF = BUF(400);

	normal(&b, heading);
	for (const struct word *w = words; w->heading; w++)
		if (slice_is(buf_slice(&b), w->heading))
			return w->field;
	return NULL;
}

/* ---- our own headings ---- */

static bool is_own(const struct sheet *s, size_t row)
{
	size_t i = 0;

	for (; msel_own[i].field; i++)
		if (!slice_is(sheet_cell(s, row, i)->text, msel_own[i].heading))
			return false;
	return i > 0;
}

static void own_map(const struct sheet *s, struct msel_map *m)
{
	size_t i = 0;

	for (; msel_own[i].field; i++)
		m->column[i].field = msel_own[i].field;
	for (; i < s->cols; i++)
		m->column[i].field = m->column[i].heading.n ? "custom" : "";
	m->known = i;
	m->own = true;
}

/* ---- the header ---- */

void msel_header_at(const struct sheet *s, size_t row, struct msel_map *ret, struct arena *arena)
{
	struct msel_map m = {.header_row = row,
		.column = arena_array(arena, struct msel_column, s->cols + 1),
		.n = s->cols};
	struct hasher *h = hash_start();

	for (size_t c = 0; c < s->cols; c++) {
		const struct sheetcell *cell = sheet_cell(s, row, c);
		struct buf b CLEANUP_BUF = BUF(LIMIT_CELL_BYTES);
		const char *field;

		m.column[c].heading =
			row == SIZE_MAX ||
					(cell->merged && c &&
						cell->text.p == sheet_cell(s, row, c - 1)->text.p)
				? SLICE_NONE
				: slice_trim(cell->text);
		field = msel_word(m.column[c].heading);
		m.known += field != NULL;
		/* The first column that means a field has it; a second one with that meaning is kept as it is. */
		for (size_t k = 0; field && k < c; k++)
			if (strcmp(m.column[k].field, field) == 0)
				field = "custom";
		m.column[c].field = field ? field : m.column[c].heading.n ? "custom" : "";
		normal(&b, m.column[c].heading);
		buf_byte(&b, '\n');
		hash_add(h, buf_slice(&b));
	}
	m.fingerprint = hash_end(&h);
	if (row != SIZE_MAX && is_own(s, row))
		own_map(s, &m);
	*ret = m;
}

int msel_header_find(
	const struct sheet *s, struct msel_map *ret, struct arena *arena, struct why *why)
{
	struct msel_map best = {0};

	for (size_t row = 0; row < HEADER_ROWS && row < s->rows; row++) {
		struct msel_map m;

		msel_header_at(s, row, &m, arena);
		if (m.known > best.known)
			best = m;
	}
	if (best.known < HEADER_MIN)
		return why_set(why, E_INVALID,
			arena_printf(arena, "sheet %.*s", SLICE_FMT(slice_sub(s->name, 0, 60))),
			"no row of the first %d has %d headings that an MSEL has: say which row it is, or map the columns",
			HEADER_ROWS, HEADER_MIN);
	*ret = best;
	return 0;
}

/* ---- by hand ---- */

static const char *field_known(struct slice name, struct arena *arena)
{
	static const char *const more[] = {
		"time", "day", "story", "expected", "status", "custom", ""};

	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		if (slice_is(name, more[i]))
			return more[i];
	for (const struct field *f = training_kinds[KIND_INJECT].field; f->name; f++)
		if (slice_is(name, f->name) &&
			(f->type == FIELD_LINE || f->type == FIELD_TEXT || f->type == FIELD_WORD))
			return f->name;
	(void)arena;
	return NULL;
}

static bool column_parse(struct slice s, size_t *ret)
{
	size_t col = 0;

	if (s.n < 1 || s.n > 3)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < 'A' || s.p[i] > 'Z')
			return false;
		col = col * 26 + (size_t)(s.p[i] - 'A' + 1);
	}
	*ret = col - 1;
	return true;
}

int msel_map_by_hand(struct msel_map *m, struct slice text, struct arena *arena, struct why *why)
{
	struct slice one;

	while (slice_cut(&text, ',', &one)) {
		struct slice name = slice_trim(one), column;
		const char *field;
		size_t col;

		if (!slice_cut_exact(&name, '=', &column) || !column_parse(column, &col) ||
			col >= m->n)
			return why_set(why, E_INVALID, "map",
				"is a list like A=number,C=time with columns of the sheet");
		field = field_known(name, arena);
		if (!field)
			return why_set(why, E_INVALID, "map", "there is no field %.*s",
				SLICE_FMT(slice_sub(name, 0, 60)));
		m->column[col].field = field;
		if (strcmp(field, "custom") == 0 && !m->column[col].heading.n)
			m->column[col].heading = slice_of(column.p, column.n);
		m->own = false;
	}
	return 0;
}
