/* Sheets: headings, times, rows, what is wrong with them; out and in again is the same; real workbooks, if they are here. */
#include "unit.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "work/training/limits.h"
#include "work/training/msel.h"
#include "work/training/zip.h"

#include <dirent.h>

#define EPOCH 1767258000000LL /* 2026-01-01T09:00Z */

static const struct msel_options plain = {.epoch = EPOCH};

static void times(void **state)
{
	static const struct {
		const char *text;
		enum msel_time_kind kind;
		const char *want; /* RFC 3339, or milliseconds */
	} row[] = {
		{"", MSEL_NONE, "0"},
		{"2026-01-01T10:00:00Z", MSEL_ABSOLUTE, "2026-01-01T10:00:00.000Z"},
		{"26/06/2024 09h00", MSEL_ABSOLUTE, "2024-06-26T09:00:00.000Z"},
		{"26/06/2024", MSEL_DAY, "2024-06-26T00:00:00.000Z"},
		{"2024-06-26 09:05:30", MSEL_ABSOLUTE, "2024-06-26T09:05:30.000Z"},
		{"26 Jun 2024 0905", MSEL_ABSOLUTE, "2024-06-26T09:05:00.000Z"},
		{"Jun 26, 2024", MSEL_DAY, "2024-06-26T00:00:00.000Z"},
		{"210912AUG2011", MSEL_ABSOLUTE, "2011-08-21T09:12:00.000Z"},
		{"210912ZAUG11", MSEL_ABSOLUTE, "2011-08-21T09:12:00.000Z"},
		{"21 0912B Aug 11", MSEL_ABSOLUTE, "2011-08-21T07:12:00.000Z"},
		{"J-60", MSEL_OFFSET, "-5184000000"},
		{"J+1 H+2 M-5", MSEL_OFFSET, "93300000"},
		{"J 09h00", MSEL_ABSOLUTE, "2026-01-01T09:00:00.000Z"},
		{"J+1 09h00", MSEL_ABSOLUTE, "2026-01-02T09:00:00.000Z"},
		{"D-1 0930", MSEL_ABSOLUTE, "2025-12-31T09:30:00.000Z"},
		{"J", MSEL_OFFSET, "0"},
		{"T+2", MSEL_OFFSET, "7200000"},
		{"M-5", MSEL_OFFSET, "-300000"},
		{"+01:30", MSEL_OFFSET, "5400000"},
		{"-00:05:00", MSEL_OFFSET, "-300000"},
		{"0700L", MSEL_CLOCK, "25200000"},
		{"600", MSEL_CLOCK, "21600000"},
		{"00900", MSEL_CLOCK, "32400000"},
		{"09:05", MSEL_CLOCK, "32700000"},
		{"9:30 PM", MSEL_CLOCK, "77400000"},
		{"12:10 AM", MSEL_CLOCK, "600000"},
		{"Monday 9:30 AM", MSEL_ABSOLUTE, "2026-01-05T09:30:00.000Z"},
		{"Day 2", MSEL_DAY, "2026-01-02T00:00:00.000Z"},
		{"Day 2 1400", MSEL_ABSOLUTE, "2026-01-02T14:00:00.000Z"},
		{"0/1/2020 08:00:00", MSEL_BAD, "0"},
		{"1/0/2020 08:00:00", MSEL_BAD, "0"},
		{"31/02/2024", MSEL_BAD, "0"},
		{"4- Mar", MSEL_BAD, "0"},
		{"#REF!", MSEL_BAD, "0"},
		{"Post earthquake", MSEL_BAD, "0"},
		{"0", MSEL_BAD, "0"},
		{"2560", MSEL_BAD, "0"},
		{"25:00", MSEL_BAD, "0"},
		{"99999999999999999999", MSEL_BAD, "0"},
		{"J+99999999999", MSEL_BAD, "0"},
		{"Monday", MSEL_DAY, "2026-01-05T00:00:00.000Z"},
		{"Major flood", MSEL_BAD, "0"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(row); i++) {
		struct msel_time t = msel_time_text(slice_str(row[i].text), &plain);
		int64_t want;

		if (slice_i64(slice_str(row[i].want), &want) < 0)
			assert_int_equal(utc_parse(slice_str(row[i].want), &want, NULL), 0);
		if (t.kind != row[i].kind || t.ms != want)
			fail_msg("%s: kind %d, %lld", row[i].text, t.kind, (long long)t.ms);
	}
	struct msel_options us = {.month_first = true, .epoch = EPOCH, .zone_minutes = 120};
	struct msel_time t = msel_time_text(SLICE("6/26/2024 9:00"), &us);
	assert_int_equal(t.kind, MSEL_ABSOLUTE);
	assert_true(t.ms == 1719385200000LL); /* 07:00Z */
}

/* What Excel holds is a number: days, or a part of one. */
static void numbers(void **state)
{
	struct sheetcell day = {
		.type = SHEET_DATE, .number = 45469.375, .text = SLICE("45469.375")};
	struct sheetcell part = {.type = SHEET_NUMBER, .number = 0.375, .text = SLICE("0.375")};
	struct sheetcell hhmm = {.type = SHEET_NUMBER, .number = 930, .text = SLICE("930")};
	struct msel_time t = msel_time_cell(&day, &plain);

	(void)state;
	assert_int_equal(t.kind, MSEL_ABSOLUTE);
	assert_true(t.ms == 1719392400000LL); /* 2024-06-26T09:00Z */
	t = msel_time_cell(&part, &plain);
	assert_true(t.kind == MSEL_CLOCK && t.ms == 9 * 3600000LL);
	t = msel_time_cell(&hhmm, &plain);
	assert_true(t.kind == MSEL_CLOCK && t.ms == 34200000LL);
	day.number = 45469;
	assert_int_equal(msel_time_cell(&day, &plain).kind, MSEL_DAY);
}

static int book_of(struct book *b, struct arena *arena, const char *csv, struct why *why)
{
	return book_read(b, arena, slice_str(csv), why);
}

static void rows_of(const char *csv, struct arena *arena, struct msel_row **ret, size_t *ret_n)
{
	struct book b;
	struct msel_map m;
	struct why why = {0};

	if (book_of(&b, arena, csv, &why) < 0 || msel_header_find(&b.sheet[0], &m, arena, &why) < 0)
		fail_msg("%s: %s", why.where, why.text);
	msel_rows(&b.sheet[0], &m, &plain, NULL, arena, ret, ret_n);
}

static void rows(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	struct msel_row *r;
	size_t n;

	(void)state;
	rows_of("Exercise BRIGHT HORIZON,,,,\n"
		"MSEL #,Inject DTG,Subject,Send To,Implementer (Actual Narrative),Expected Action(s),ESF,Weather\n"
		"1,0905,Power cut,\"Ops, Plans and Media\",\"Say: \"\"the grid is down\"\"\",Set up a cell,8,fair\n"
		",,Section two,,,,,\n"
		"2,0/1/2020 08:00:00,Flood,,Water rises,#REF!,,\n"
		"2,1000,Twice the same number,Ops,x,,,\n"
		",1100,No number,Ops,x,,,\n"
		"4,0800,,Ops,\"First line\nsecond\",,,\n",
		&arena, &r, &n);
	assert_int_equal(n, 5);
	assert_int_equal(r[0].severity, MSEL_WARNING); /* several recipients: confirm */
	assert_slice(r[0].content,
		"{\"number\":\"1\",\"title\":\"Power cut\",\"body\":\"Say: \\\"the grid is down\\\"\",\"capability\":\"8\","
		"\"due\":{\"basis\":\"scenario\",\"at\":\"2026-01-01T09:05:00.000Z\"},\"to_text\":\"Ops, Plans and Media\","
		"\"expect\":[{\"text\":\"Set up a cell\"}],\"custom\":{\"Weather\":\"fair\"}}");
	assert_int_equal(r[1].severity, MSEL_WARNING);
	assert_string_equal(r[1].note[0].cell, "B5");
	assert_int_equal(r[2].severity, MSEL_ERROR);
	assert_string_equal(r[2].note[r[2].n_note - 1].cell, "A6");
	assert_int_equal(r[2].content.n, 0);
	assert_int_equal(r[3].severity, MSEL_ERROR);
	assert_true(slice_search(r[4].content, SLICE("\"title\":\"First line\"")) > 0);
}

/* A method and its details are two cells of one thing; a note names the cell that it is about. */
static void methods_with_details(void **state)
{
	static const struct {
		const char *cells, *method, *text, *cell;
	} row[] = {
		{"Phone,+355 4 222", "phone", "+355 4 222", NULL},
		{"Phone,", "phone", "Phone", NULL},
		{",sat phone no. 3", "phone", "sat phone no. 3", NULL},
		{"Pigeon,grey one", NULL, "Pigeon: grey one", "C2"},
		{",Pigeon", NULL, "Pigeon", "D2"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(row); i++) {
		struct arena arena CLEANUP_ARENA = ARENA(MIB);
		struct msel_row *r;
		struct inject j;
		size_t n;

		rows_of(arena_printf(&arena, "MSEL #,Subject,Method,Action to be taken\n1,x,%s\n",
				row[i].cells),
			&arena, &r, &n);
		assert_int_equal(n, 1);
		assert_int_equal(inject_parse(&j, &arena, r[0].content, NULL), 0);
		assert_slice(j.method_text, row[i].text);
		assert_int_equal(slice_search(r[0].content, SLICE("\"method\":")) >= 0,
			row[i].method != NULL);
		if (row[i].method)
			assert_string_equal(methods[j.method], row[i].method);
		assert_int_equal(r[0].n_note, row[i].cell ? 1 : 0);
		if (row[i].cell)
			assert_string_equal(r[0].note[0].cell, row[i].cell);
	}
}

/* One row that is too long for an inject; the others are taken. */
static void one_long_row(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	struct buf b CLEANUP_BUF = BUF(4 * MIB);
	struct msel_row *r;
	size_t n;

	(void)state;
	buf_str(&b, "MSEL #,Subject,Send To");
	for (int i = 0; i < 60; i++)
		buf_addf(&b, ",Colour %d", i);
	buf_str(&b, "\n1,x,Ops\n2,long,Ops");
	for (int i = 0; i < 60; i++) {
		buf_byte(&b, ',');
		for (int k = 0; k < 30000; k++)
			buf_byte(&b, 'x');
	}
	buf_str(&b, "\n3,y,Ops\n");
	rows_of(buf_cstr(&b), &arena, &r, &n);
	assert_int_equal(n, 3);
	assert_true(r[0].severity != MSEL_ERROR && r[2].severity != MSEL_ERROR);
	assert_int_equal(r[1].severity, MSEL_ERROR);
	assert_int_equal(r[1].content.n, 0);
	assert_int_equal(r[1].n_note, 1);
}

static const char *data_dir(void)
{
	const char *dir = getenv("ENTENTE_DATA");

	return dir ? dir : "../shared/data";
}

/* Headings of real workbooks and of the published templates: each means something here. */
static void vocabulary(void **state)
{
	static const struct {
		const char *file;
		size_t column, rows;
	} list[] = {{"msel_header_vocabulary.csv", 1, 75}, {"msel_template_columns.csv", 2, 75}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(list); i++) {
		struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
		struct buf bytes CLEANUP_BUF = BUF(MIB);
		struct why why = {0};
		struct book b;
		size_t known = 0;

		if (file_read(arena_printf(&arena, "%s/training/msel/%s", data_dir(), list[i].file),
			    &bytes, &why) < 0) {
			print_message("skipped: no %s/training/msel\n", data_dir());
			buf_free(&bytes);
			arena_free(&arena);
			skip();
		}
		assert_int_equal(book_read(&b, &arena, buf_slice(&bytes), &why), 0);
		for (size_t row = 1; row < b.sheet[0].rows; row++) {
			struct slice heading = sheet_cell(&b.sheet[0], row, list[i].column)->text;

			/* "?": nobody knows what it was for. */
			if (slice_is(sheet_cell(&b.sheet[0], row, 0)->text, "?"))
				continue;
			if (!msel_word(heading))
				fail_msg("%s: %.*s", list[i].file, SLICE_FMT(heading));
			known++;
		}
		assert_int_equal(known, list[i].rows);
	}
}

/* ---- styles ---- */

/* A sheet with one number, 45469, in a cell whose format is this. */
static bool shown_as_date(const char *format, struct arena *arena)
{
	struct buf styles CLEANUP_BUF = BUF(16 * MIB), whole CLEANUP_BUF = BUF(MIB),
			  b CLEANUP_BUF = BUF(16 * MIB);
	static const char *const part[] = {"xl/workbook.xml", "xl/_rels/workbook.xml.rels",
		"[Content_Types].xml", "_rels/.rels"};
	struct zip_member m[COUNT_OF(part) + 2];
	struct buf text[COUNT_OF(part)];
	struct grid g = {0};
	struct why why = {0};
	struct zip_in *z;
	struct book book;

	assert_int_equal(xlsx_write(&whole, &g, &why), 0);
	assert_int_equal(zip_in_open(&z, buf_slice(&whole), &why), 0);
	for (size_t i = 0; i < COUNT_OF(part); i++) {
		text[i] = BUF(MIB);
		assert_int_equal(zip_in_read(z, part[i], &text[i], &why), 0);
		m[i] = (struct zip_member){part[i], buf_slice(&text[i])};
	}
	zip_in_close(&z);
	buf_addf(&styles,
		"<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><numFmts count=\"1\"><numFmt numFmtId=\"200\" formatCode=\"%s\"/></numFmts>"
		"<cellXfs count=\"1\"><xf numFmtId=\"200\"/></cellXfs></styleSheet>",
		format);
	m[COUNT_OF(part)] = (struct zip_member){"xl/styles.xml", buf_slice(&styles)};
	m[COUNT_OF(part) + 1] = (struct zip_member){"xl/worksheets/sheet1.xml",
		SLICE("<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData><row r=\"1\"><c r=\"A1\" s=\"0\"><v>45469</v></c></row></sheetData></worksheet>")};
	assert_int_equal(zip_write(&b, m, COUNT_OF(m), &why), 0);
	if (book_read(&book, arena, buf_slice(&b), &why) < 0)
		fail_msg("%s %s", why.where, why.text);
	for (size_t i = 0; i < COUNT_OF(part); i++)
		buf_free(&text[i]);
	return book.sheet[0].cell[0].type == SHEET_DATE;
}

static void formats(void **state)
{
	static const struct {
		const char *format;
		bool date;
	} row[] = {{"yyyy-mm-dd", true}, {"[h]:mm", true}, {"[mm]", true}, {"[$-409]d-mmm", true},
		{"[Magenta]0", false}, {"[Red]0.00", false}, {"[Hotpink]0", false}, {"0.0", false},
		{"m #", false}, {"# m", true}, {"&quot;day&quot;0", false}};
	struct buf many CLEANUP_BUF = BUF(8 * MIB);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(row); i++) {
		struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);

		if (shown_as_date(row[i].format, &arena) != row[i].date)
			fail_msg("%s", row[i].format);
	}
	/* A million letters with a digit behind them all: looked at once, and no format. */
	for (int i = 0; i < 1000000; i++)
		buf_byte(&many, 'm');
	buf_byte(&many, '#');
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	assert_false(shown_as_date(buf_cstr(&many), &arena));
}

static void refused(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	struct why why = {0};
	struct book b;
	struct msel_map m;

	(void)state;
	assert_int_equal(book_of(&b, &arena, "", &why), E_SYNTAX);
	assert_int_equal(book_of(&b, &arena, "a,\"b\nc", &why), E_SYNTAX);
	assert_string_equal(why.where, "line 1");
	assert_int_equal(book_of(&b, &arena, "PK\3\4 this is none", &why), E_SYNTAX);
	assert_int_equal(
		book_of(&b, &arena, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", &why), E_SYNTAX);
	assert_int_equal(book_of(&b, &arena, "a,b\nc,\xff\xfe\n", &why), E_SYNTAX);
	assert_string_equal(why.where, "line 2");
	assert_int_equal(book_of(&b, &arena, "a,b\n1,2\n", &why), 0);
	assert_int_equal(msel_header_find(&b.sheet[0], &m, &arena, &why), E_INVALID);
	msel_header_at(&b.sheet[0], 0, &m, &arena);
	assert_int_equal(msel_map_by_hand(&m, SLICE("A=number,B=title"), &arena, &why), 0);
	assert_int_equal(msel_map_by_hand(&m, SLICE("C=number"), &arena, &why), E_INVALID);
	assert_int_equal(msel_map_by_hand(&m, SLICE("A=nonsense"), &arena, &why), E_INVALID);
}

/* ---- out and in again ---- */

#define SELF "aaaaaaaaaaaaaaaaaaaaaaaaaa"

static struct object_id object_of(unsigned i)
{
	struct object_id o;

	memset(&o, 0, sizeof(o));
	assert_int_equal(id_parse(SLICE(SELF), &o.owner), 0);
	o.name.b[0] = (uint8_t)(i >> 8);
	o.name.b[1] = (uint8_t)i;
	o.name.b[15] = 1;
	return o;
}

static void text_make(struct buf *b, const struct env *env, bool lines)
{
	static const char *const piece[] = {"a", " ", "=1+1", "+", "-", "@x", "'", "\"", ",", ";",
		"é", "ж", "\xf0\x9f\x94\xa5", "<&>", "0", "07", "[", "{", "|", "]]>", "x y"};

	if (env_below(env, 3) == 0)
		buf_str(b, "'=");
	for (size_t n = 1 + env_below(env, 8); n; n--)
		buf_str(b, lines && env_below(env, 5) == 0
				   ? (env_below(env, 2) ? "\n" : "\r\n\t")
				   : piece[env_below(env, COUNT_OF(piece))]);
	buf_byte(b, 'z'); /* not only spaces */
}

static void put_random(struct json_out *o, const char *key, const struct env *env, bool lines)
{
	struct buf b CLEANUP_BUF = BUF(KIB);

	text_make(&b, env, lines);
	json_put_string(o, key, buf_slice(&b));
}

static void put_ref(struct json_out *o, const char *key, unsigned i)
{
	struct object_id id = object_of(i);

	put_record_id(o, key, &id);
}

static struct slice inject_make(struct arena *arena, const struct env *env, unsigned i, unsigned n)
{
	static const char *const line[] = {"to_text", "track", "capability", "from_sim", "location",
		"units", "author", "controller", "method_text", "time_text", "url"};
	static const char *const text[] = {"body", "notes", "background"};
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct json_out o = json_out(&b);

	json_open(&o, '{');
	put_ref(&o, "exercise", 0);
	json_put_cstr(&o, "number", arena_printf(arena, "%u.%u", i, (unsigned)env_below(env, 3)));
	put_random(&o, "title", env, false);
	for (size_t k = 0; k < COUNT_OF(line); k++)
		if (env_below(env, 2))
			put_random(&o, line[k], env, false);
	for (size_t k = 0; k < COUNT_OF(text); k++)
		if (env_below(env, 2))
			put_random(&o, text[k], env, true);
	json_put_cstr(&o, "kind", inject_kinds[env_below(env, 6)]);
	json_put_cstr(&o, "weight", inject_weights[env_below(env, 3)]);
	json_put_cstr(&o, "method", methods[env_below(env, 13)]);
	json_put_cstr(&o, "fire", fires[env_below(env, 3)]);
	json_put_cstr(&o, "jump", jumps[env_below(env, 3)]);
	json_put_cstr(&o, "shadow", shadows[env_below(env, 2)]);
	if (env_below(env, 2))
		put_ref(&o, "storyline", 1000);
	json_open_at(&o, "to", '[');
	put_ref(&o, NULL, 1001);
	put_ref(&o, NULL, 1002);
	json_close(&o);
	json_open_at(&o, "due", '{');
	switch (env_below(env, 3)) {
	case 0:
		json_put_cstr(&o, "basis", "scenario");
		put_when(&o, "at", EPOCH + (int64_t)env_below(env, 1000000000));
		break;
	case 1:
		json_put_cstr(&o, "basis", "relative");
		put_ref(&o, "of", 1 + (unsigned)env_below(env, n));
		json_put_cstr(&o, "on", triggers[env_below(env, 4)]);
		json_put_i64(&o, "after_s", (int64_t)env_below(env, 5000));
		break;
	default:
		json_put_cstr(&o, "basis", "manual");
	}
	json_close(&o);
	json_open_at(&o, "expect", '[');
	for (size_t k = env_below(env, 4); k; k--) {
		json_open(&o, '{');
		put_random(&o, "text", env, env_below(env, 2));
		if (env_below(env, 2))
			json_put_i64(&o, "within_s", 60);
		json_close(&o);
	}
	json_close(&o);
	json_open_at(&o, "custom", '{');
	for (size_t k = env_below(env, 3); k; k--)
		put_random(&o, k == 1 ? "Weather" : "=Colour, or so", env, true);
	json_close(&o);
	if (env_below(env, 2))
		json_put_bool(&o, "sealed", true);
	json_close(&o);
	return arena_copy(arena, buf_slice(&b));
}

static struct slice part_make(struct arena *arena, unsigned i, const char *type, const char *number)
{
	struct buf b CLEANUP_BUF = BUF(KIB);
	struct json_out o = json_out(&b);

	(void)i;
	json_open(&o, '{');
	put_ref(&o, "exercise", 0);
	json_put_cstr(&o, "type", type);
	json_put_cstr(&o, "number", number);
	json_put_cstr(&o, "title", "Part");
	json_put_cstr(&o, "party", SELF);
	json_close(&o);
	return arena_copy(arena, buf_slice(&b));
}

#define INJECTS 60

static void view_make(struct view *v, struct arena *arena, const struct env *env)
{
	struct row *row = arena_array(arena, struct row, INJECTS + 4);
	struct object_id exercise = object_of(0);
	struct why why = {0};
	size_t n = 0;

	row[n++] = (struct row){.object = exercise,
		.kind = KIND_EXERCISE,
		.body = SLICE(
			"{\"code_name\":\"X\",\"type\":\"CPX\",\"participants\":[{\"party\":\"" SELF
			"\"}],\"scenario_epoch\":\"2026-01-01T09:00:00Z\"}")};
	row[n++] = (struct row){.object = object_of(1000),
		.kind = KIND_PART,
		.body = part_make(arena, 1000, "storyline", "S1")};
	row[n++] = (struct row){.object = object_of(1001),
		.kind = KIND_PART,
		.body = part_make(arena, 1001, "audience", "A1")};
	row[n++] = (struct row){.object = object_of(1002),
		.kind = KIND_PART,
		.body = part_make(arena, 1002, "audience", "")};
	for (unsigned i = 1; i <= INJECTS; i++)
		row[n++] = (struct row){.object = object_of(i),
			.kind = KIND_INJECT,
			.body = inject_make(arena, env, i, INJECTS)};
	for (size_t i = 0; i < n; i++) {
		row[i].author = row[i].object.owner;
		if (kind_check(&training_kinds[row[i].kind], row[i].body, arena, &why) < 0)
			fail_msg("%s %s in %.*s", why.where, why.text, SLICE_FMT(row[i].body));
	}
	assert_int_equal(view_build(v, arena, row, n, &exercise, &why), 0);
}

static void identity(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(256 * MIB);
	struct env_fake fake;
	struct env env;

	(void)state;
	env_fake_init(&fake, 7, EPOCH);
	env = env_of_fake(&fake);
	for (int round = 0; round < 20; round++) {
		struct buf b CLEANUP_BUF = BUF(16 * MIB);
		struct why why = {0};
		struct book book;
		struct msel_map m;
		struct msel_row *r;
		struct grid g;
		struct view v;
		size_t n;

		view_make(&v, &arena, &env);
		msel_grid(&g, &v, false, &arena);
		if (round % 2)
			csv_write(&b, &g);
		else
			assert_int_equal(xlsx_write(&b, &g, &why), 0);
		assert_false(buf_over(&b));
		if (book_read(&book, &arena, buf_slice(&b), &why) < 0)
			fail_msg("%s: %s", why.where, why.text);
		assert_int_equal(msel_header_find(&book.sheet[0], &m, &arena, &why), 0);
		assert_true(m.own);
		msel_rows(&book.sheet[0], &m, &plain, &v, &arena, &r, &n);
		assert_int_equal(n, INJECTS);
		for (size_t i = 0; i < n; i++) {
			const struct script *s = NULL;
			struct inject j;
			char *whole;

			for (size_t k = 0; k < v.n_script; k++)
				if (slice_eq(v.script[k].j.number, r[i].number))
					s = &v.script[k];
			assert_non_null(s);
			if (r[i].severity == MSEL_ERROR)
				fail_msg("%s: %s", r[i].note[0].cell, r[i].note[0].text);
			whole = arena_printf(&arena, "{\"exercise\":\"" SELF ".%s\",%.*s",
				"aaaaaaaaaaaaaaaaaaaaaaaaae",
				SLICE_FMT(slice_sub(r[i].content, 1, SIZE_MAX)));
			assert_int_equal(inject_parse(&j, &arena, slice_str(whole), &why), 0);
			if (!hash_eq(&j.digest, &s->j.digest))
				fail_msg("not the same:\n%.*s\n%s", SLICE_FMT(s->row->body), whole);
		}
		arena_reset(&arena);
	}
}

/* A spreadsheet runs what begins with = + - @: not what we give it. */
static void guarded(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(MIB);
	static const char *const text[] = {"=1+1", "+49 30", "-5", "@SUM(A1)", "\tx", "\rx", "'",
		"'=x", "plain", "", "=", "''"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(text); i++) {
		struct slice g = cell_guard(slice_str(text[i]), &arena);

		assert_true(g.n == 0 || !strchr("=+-@\t\r", g.p[0]));
		assert_slice(cell_unguard(g), text[i]);
	}
	assert_slice(cell_unguard(SLICE("'tis")), "'tis");
}

static void merge(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	struct msel_column column[] = {{SLICE("Title"), "title"}, {SLICE("Body"), "body"},
		{SLICE("Notes"), "notes"}, {SLICE("Where"), "location"}};
	struct msel_map m = {.column = column, .n = 4};
	struct msel_merge out;
	struct why why = {0};
	struct slice base = SLICE(
		"{\"number\":\"1\",\"title\":\"t\",\"body\":\"b\",\"notes\":\"n\",\"location\":\"l\",\"units\":\"u\"}");
	struct slice mine = SLICE(
		"{\"number\":\"1\",\"title\":\"t\",\"body\":\"mine\",\"notes\":\"mine\",\"location\":\"l\",\"units\":\"u2\"}");
	struct slice theirs =
		SLICE("{\"number\":\"1\",\"title\":\"new\",\"body\":\"b\",\"notes\":\"theirs\"}");

	(void)state;
	assert_int_equal(msel_merge(&out, base, mine, theirs, &m, false, &arena, &why), 0);
	assert_true(out.conflict && out.n == 4);
	assert_slice(out.content,
		"{\"number\":\"1\",\"title\":\"new\",\"body\":\"mine\",\"notes\":\"mine\",\"units\":\"u2\"}");
	assert_int_equal(msel_merge(&out, base, mine, theirs, &m, true, &arena, &why), 0);
	assert_slice(out.content,
		"{\"number\":\"1\",\"title\":\"new\",\"body\":\"mine\",\"notes\":\"theirs\",\"units\":\"u2\"}");
	/* Nobody knows where the sheet came from: nothing of what is here is lost. */
	assert_int_equal(msel_merge(&out, SLICE_NONE, mine, theirs, &m, false, &arena, &why), 0);
	assert_slice(out.content,
		"{\"number\":\"1\",\"title\":\"t\",\"body\":\"mine\",\"notes\":\"mine\",\"location\":\"l\",\"units\":\"u2\"}");
}

/* ---- real files ---- */

static void real_files(void **state)
{
	static const struct {
		const char *file, *map;
		size_t rows, good, timed;
		bool header;
	} book[] = {
		{"IMT_Trailer_MSEL_Cadence_Import.xlsx", "", 49, 49, 49, true},
		{"model_inject_xlsx.xlsx", "", 14, 14, 14, true},
		{"test_file_1.xlsx", "B=title,C=time,D=to_text,F=body,G=notes,H=expected", 3, 3, 3,
			false},
		{"test_file_2.xlsx", "B=title,C=time,D=to_text,F=body,H=expected", 4, 4, 4, false},
		{"test_file_3.xlsx", "B=title,C=time,D=to_text,F=body,H=expected", 5, 5, 5, false},
		{"test_file_4.xlsx", "B=title,C=time,D=to_text,F=body,H=expected", 5, 5, 5, false},
		{"test_file_5.xlsx", "B=title,C=time,D=to_text,F=body,H=expected", 5, 5, 5, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(book); i++) {
		struct arena arena CLEANUP_ARENA = ARENA(LIMIT_SHEET_ARENA);
		struct buf bytes CLEANUP_BUF = BUF(LIMIT_SHEET_FILE);
		struct why why = {0};
		struct book b;
		struct msel_map m;
		struct msel_row *r;
		size_t n, good = 0, timed = 0;

		if (file_read(arena_printf(&arena, "%s/training/msel/%s", data_dir(), book[i].file),
			    &bytes, &why) < 0) {
			print_message("skipped: no %s/training/msel\n", data_dir());
			buf_free(&bytes);
			arena_free(&arena);
			skip();
		}
		if (book_read(&b, &arena, buf_slice(&bytes), &why) < 0)
			fail_msg("%s: %s: %s", book[i].file, why.where, why.text);
		if (book[i].header)
			assert_int_equal(msel_header_find(&b.sheet[0], &m, &arena, &why), 0);
		else
			msel_header_at(&b.sheet[0], SIZE_MAX, &m, &arena);
		if (msel_map_by_hand(&m, slice_str(book[i].map), &arena, &why) < 0)
			fail_msg("%s: %s", book[i].file, why.text);
		msel_rows(&b.sheet[0], &m, &plain, NULL, &arena, &r, &n);
		for (size_t k = 0; k < n; k++) {
			good += r[k].severity != MSEL_ERROR;
			timed += slice_search(r[k].content, SLICE("\"scenario\"")) > 0;
		}
		if (n != book[i].rows || good != book[i].good || timed != book[i].timed)
			fail_msg("%s: %zu rows, %zu good, %zu with a time", book[i].file, n, good,
				timed);
	}
}

/* Every part of a workbook spoilt in turn: read all the same, or refused with its name, and never the end of the program. */
static void spoilt_parts(void **state)
{
	static const char *const part[] = {"xl/workbook.xml", "xl/_rels/workbook.xml.rels",
		"xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/sharedStrings.xml",
		"docProps/core.xml", "[Content_Types].xml"};
	static const char *const bad[] = {
		"", "<", "<a><b></a>", "\xff\xfe", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"};
	struct grid g = {0};
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	struct buf whole CLEANUP_BUF = BUF(MIB);
	struct why why = {0};

	(void)state;
	assert_int_equal(xlsx_write(&whole, &g, &why), 0);
	for (size_t i = 0; i < COUNT_OF(part); i++)
		for (size_t k = 0; k < COUNT_OF(bad); k++) {
			struct zip_member m[COUNT_OF(part)];
			struct buf text[COUNT_OF(part)] = {0}, b CLEANUP_BUF = BUF(MIB);
			struct book book;
			struct zip_in *z;
			size_t n = 0;

			assert_int_equal(zip_in_open(&z, buf_slice(&whole), &why), 0);
			for (size_t j = 0; j < COUNT_OF(part); j++) {
				text[j] = BUF(MIB);
				if (j != i && zip_in_read(z, part[j], &text[j], &why) < 0)
					continue;
				m[n++] = (struct zip_member){
					part[j], j == i ? slice_str(bad[k]) : buf_slice(&text[j])};
			}
			zip_in_close(&z);
			assert_int_equal(zip_write(&b, m, n, &why), 0);
			why = (struct why){0};
			if (book_read(&book, &arena, buf_slice(&b), &why) < 0)
				assert_true(why.text[0]);
			for (size_t j = 0; j < COUNT_OF(part); j++)
				buf_free(&text[j]);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(spoilt_parts),
		cmocka_unit_test(methods_with_details), cmocka_unit_test(one_long_row),
		cmocka_unit_test(vocabulary), cmocka_unit_test(formats), cmocka_unit_test(times),
		cmocka_unit_test(numbers), cmocka_unit_test(rows), cmocka_unit_test(refused),
		cmocka_unit_test(identity), cmocka_unit_test(guarded), cmocka_unit_test(merge),
		cmocka_unit_test(real_files)};

	crypt_init();
	return cmocka_run_group_tests_name("work/training/msel", tests, NULL, NULL);
}
