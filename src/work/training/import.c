/* import.c: see import.h. */
#include "work/training/import.h"

#include "base/enc.h"
#include "base/map.h"
#include "work/training/limits.h"
#include "work/training/plan_int.h"

#define VERSIONS_MAX 200
#define SAMPLES	     3

/* ---- which sheet, which row, which columns ---- */

static int sheet_pick(struct import *im, struct slice wanted, struct arena *arena, struct why *why)
{
	uint64_t number;

	if (!wanted.n) {
		for (size_t i = 0; i < im->book.n; i++)
			if (!im->book.sheet[i].hidden &&
				msel_header_find(&im->book.sheet[i], &im->map, arena, NULL) == 0) {
				im->sheet = i;
				return 0;
			}
		im->sheet = 0;
		return 0;
	}
	for (size_t i = 0; i < im->book.n; i++)
		if (slice_eq(im->book.sheet[i].name, wanted)) {
			im->sheet = i;
			return 0;
		}
	if (slice_u64(wanted, &number) == 0 && number >= 1 && number <= im->book.n) {
		im->sheet = (size_t)number - 1;
		return 0;
	}
	return why_set(why, E_INVALID, "sheet", "there is no such sheet");
}

static int columns_pick(
	struct import *im, const struct import_wish *w, struct arena *arena, struct why *why)
{
	const struct sheet *s = &im->book.sheet[im->sheet];
	uint64_t row;
	int rc = 0;

	if (slice_is(w->header, "none"))
		msel_header_at(s, SIZE_MAX, &im->map, arena);
	else if (w->header.n && (slice_u64(w->header, &row) < 0 || row < 1 || row > s->rows))
		return why_set(why, E_INVALID, "header", "is a row of the sheet, or none");
	else if (w->header.n)
		msel_header_at(s, (size_t)row - 1, &im->map, arena);
	else
		rc = msel_header_find(s, &im->map, arena, why);
	return rc < 0 ? rc : msel_map_by_hand(&im->map, w->map, arena, why);
}

/* ---- what a row becomes ---- */

/* The version whose digest the sheet names; else, of a sheet of others, the one that was imported last: it is marked so. */
static struct slice base_of(
	struct desk *d, const struct import *im, const struct import_row *r, struct why *why)
{
	struct slice said = SLICE_NONE;
	struct rows versions;

	for (size_t c = 0; c < im->map.n; c++)
		if (im->map.own && strcmp(im->map.column[c].field, "digest") == 0)
			said = slice_trim(
				sheet_cell(&im->book.sheet[im->sheet], r->row->row, c)->text);
	if (store_versions(d->world, d->db, &d->reader, &r->script->row->object, VERSIONS_MAX,
		    d->arena, &versions, why) < 0)
		return SLICE_NONE;
	for (size_t i = 0; i < versions.n; i++) {
		struct inject j;
		char hex[65];

		if (inject_parse(&j, d->arena, versions.p[i].body, NULL) < 0)
			continue;
		hex_encode(j.digest.b, sizeof(j.digest.b), hex);
		if (said.n ? slice_is(said, hex) : get_bool(&j.doc, j.root, "imported"))
			return versions.p[i].body;
	}
	return SLICE_NONE;
}

static int row_decide(struct desk *d, struct import *im, const struct import_wish *w,
	struct import_row *r, struct why *why)
{
	int rc;

	r->action = IMPORT_ERROR;
	if (r->row->severity == MSEL_ERROR)
		return 0;
	r->action = IMPORT_NEW;
	if (!r->script)
		return 0;
	if (!id_eq(&r->script->row->author, &d->node->self)) {
		r->action = IMPORT_DENIED;
		return 0;
	}
	rc = msel_merge(&r->merge, base_of(d, im, r, why), r->script->row->body, r->row->content,
		&im->map, w->theirs_wins, d->arena, why);
	if (rc < 0)
		return rc;
	r->action = r->merge.conflict && !w->theirs_wins ? IMPORT_CONFLICT : IMPORT_SAME;
	for (size_t i = 0; i < r->merge.n; i++)
		if (r->merge.change[i].side == MSEL_THEIRS ||
			(r->merge.change[i].side == MSEL_CONFLICT && w->theirs_wins))
			r->action = IMPORT_CHANGED;
	return 0;
}

int import_read(struct desk *d, const struct view *v, const struct import_wish *w,
	struct import *ret, struct why *why)
{
	struct msel_options options = w->options;
	struct import im = {0};
	struct msel_row *row;
	struct map numbers = {0};
	int rc = book_read(&im.book, d->arena, w->bytes, why);

	options.epoch = v->ex.epoch;
	if (rc == 0)
		rc = sheet_pick(&im, w->sheet, d->arena, why);
	if (rc == 0)
		rc = columns_pick(&im, w, d->arena, why);
	if (rc < 0)
		return rc;
	msel_rows(&im.book.sheet[im.sheet], &im.map, &options, v, d->arena, &row, &im.n);
	im.row = arena_array(d->arena, struct import_row, im.n + 1);
	for (size_t i = 0; i < v->n_script; i++)
		if (strcmp(v->script[i].j.status, "obsolete") != 0)
			map_put(&numbers, v->script[i].j.number, (void *)(uintptr_t)&v->script[i]);
	for (size_t i = 0; rc == 0 && i < im.n; i++) {
		im.row[i].row = &row[i];
		im.row[i].script = map_get(&numbers, row[i].number);
		rc = row_decide(d, &im, w, &im.row[i], why);
		im.count[im.row[i].action]++;
	}
	map_free(&numbers);
	if (rc == 0)
		*ret = im;
	return rc;
}

/* ---- writing ---- */

static struct slice content_with_exercise(
	struct desk *d, const struct view *v, struct slice content)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct json_out o = json_out(&b);
	struct json_doc doc;
	json_ref root;

	if (content_read(d, content, &doc, &root, NULL) < 0)
		return content;
	json_open(&o, '{');
	put_record_id(&o, "exercise", &v->ex.row->object);
	for (json_ref m = json_first(&doc, root); m; m = json_next(&doc, m)) {
		struct slice key = json_key(&doc, m, d->arena);

		if (!slice_is(key, "exercise") && !slice_is(key, "imported"))
			json_put_raw(&o, arena_string(d->arena, key), json_raw(&doc, m));
	}
	json_put_bool(&o, "imported", true);
	json_close(&o);
	return arena_copy(d->arena, buf_slice(&b));
}

int plan_import(struct desk *d, const struct view *v, const struct import *im,
	const struct audience *a, struct plan *ret, struct why *why)
{
	const struct kind *k = &training_kinds[KIND_INJECT];
	struct plan all = {0};
	struct id *fresh;
	size_t n_fresh;
	int rc = 0;

	if (v->clock.ended)
		return why_set(why, E_STATE, "",
			"the exercise has ended: its script stays as it was played");
	if (a->given && !a->all)
		members_union(d->arena, a->member, a->n, NULL, 0, &d->node->self, &fresh, &n_fresh);
	else
		members_union(d->arena, a->given ? v->ex.party : &v->ex.row->object.owner,
			a->given ? v->ex.n_party : 1, NULL, 0, &d->node->self, &fresh, &n_fresh);
	for (size_t i = 0; rc == 0 && i < im->n; i++) {
		const struct import_row *r = &im->row[i];
		struct id *member = fresh;
		size_t n = n_fresh;
		struct slice body, label = a->label.n ? a->label : v->ex.row->label;

		if (r->action != IMPORT_NEW && r->action != IMPORT_CHANGED)
			continue;
		body = content_with_exercise(
			d, v, r->action == IMPORT_NEW ? r->row->content : r->merge.content);
		all.object = r->script ? r->script->row->object : plan_object(d);
		if (r->script) {
			label = r->script->row->label;
			rc = store_readers(d->db, r->script->row, d->arena, &member, &n, why);
		}
		if (rc == 0)
			rc = kind_check(k, body, d->arena, why);
		if (rc == 0) {
			plan_add(d, &all, v->ex.row->mode, k, &all.object, label, member, n, body);
			rc = plan_inject(d, v, &all, member, n, label, body, why);
		}
		if (rc < 0)
			why_prefix(why, "row %zu", r->row->row + 1);
	}
	if (rc == 0 && all.n == 0)
		rc = why_set(why, E_STATE, "", "there is no row that is new or changed");
	all.object = v->ex.row->object;
	if (rc == 0)
		*ret = all;
	return rc;
}

/* ---- showing ---- */

static const char *action_name(enum import_action a)
{
	static const char *const name[] = {"new", "changed", "same", "conflict", "error", "denied"};

	return name[a];
}

static void print_columns(struct printer *p, const struct import *im)
{
	const struct sheet *s = &im->book.sheet[im->sheet];
	size_t first = im->map.header_row == SIZE_MAX ? 0 : im->map.header_row + 1;

	json_open_at(p->o, "columns", '[');
	for (size_t c = 0; c < im->map.n; c++) {
		size_t shown = 0;

		json_open(p->o, '{');
		json_put_cstr(p->o, "column",
			arena_printf(p->arena, "%.*s",
				(int)strspn(
					cell_name(0, c, p->arena), "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
				cell_name(0, c, p->arena)));
		json_put_string(p->o, "heading", im->map.column[c].heading);
		json_put_cstr(p->o, "field", im->map.column[c].field);
		json_open_at(p->o, "samples", '[');
		for (size_t r = first; r < s->rows && shown < SAMPLES; r++) {
			struct slice text = sheet_cell(s, r, c)->text;

			if (text.n && ++shown)
				json_put_string(p->o, NULL, slice_sub(text, 0, 120));
		}
		json_close(p->o);
		json_close(p->o);
	}
	json_close(p->o);
}

static void print_row_of(struct printer *p, const struct import_row *r)
{
	json_open(p->o, '{');
	json_put_u64(p->o, "row", r->row->row + 1);
	json_put_string(p->o, "number", r->row->number);
	json_put_cstr(p->o, "action", action_name(r->action));
	if (r->row->content.n)
		json_put_raw(p->o, "content", r->row->content);
	json_open_at(p->o, "notes", '[');
	for (size_t i = 0; i < r->row->n_note; i++) {
		json_open(p->o, '{');
		json_put_cstr(p->o, "cell", r->row->note[i].cell);
		json_put_cstr(p->o, "severity",
			r->row->note[i].severity == MSEL_ERROR ? "error" : "warning");
		json_put_cstr(p->o, "text", r->row->note[i].text);
		json_close(p->o);
	}
	json_close(p->o);
	json_open_at(p->o, "changes", '[');
	for (size_t i = 0; i < r->merge.n; i++) {
		static const char *const side[] = {"same", "sheet", "here", "both"};
		const struct msel_change *c = &r->merge.change[i];

		json_open(p->o, '{');
		json_put_cstr(p->o, "field", c->field);
		json_put_cstr(p->o, "side", side[c->side]);
		if (c->base.n)
			json_put_raw(p->o, "base", c->base);
		if (c->mine.n)
			json_put_raw(p->o, "here", c->mine);
		if (c->theirs.n)
			json_put_raw(p->o, "sheet", c->theirs);
		json_close(p->o);
	}
	json_close(p->o);
	json_close(p->o);
}

void print_import(struct printer *p, const struct import *im, bool written)
{
	char hex[65];

	json_open(p->o, '{');
	json_put_bool(p->o, "written", written);
	json_open_at(p->o, "sheets", '[');
	for (size_t i = 0; i < im->book.n; i++) {
		json_open(p->o, '{');
		json_put_string(p->o, "name", im->book.sheet[i].name);
		json_put_bool(p->o, "hidden", im->book.sheet[i].hidden);
		json_put_u64(p->o, "rows", im->book.sheet[i].rows);
		json_put_u64(p->o, "formulas", im->book.sheet[i].formulas);
		json_put_u64(p->o, "errors", im->book.sheet[i].errors);
		json_put_bool(p->o, "chosen", i == im->sheet);
		json_close(p->o);
	}
	json_close(p->o);
	json_put_string(p->o, "author", im->book.author);
	json_put_u64(p->o, "comments", im->book.comments);
	json_put_u64(p->o, "hidden_columns", im->book.hidden_columns);
	json_put_bool(p->o, "date1904", im->book.date1904);
	if (im->map.header_row == SIZE_MAX)
		json_put_null(p->o, "header");
	else
		json_put_u64(p->o, "header", im->map.header_row + 1);
	hex_encode(im->map.fingerprint.b, 32, hex);
	json_put_cstr(p->o, "fingerprint", hex);
	print_columns(p, im);
	json_open_at(p->o, "count", '{');
	for (size_t i = 0; i <= IMPORT_DENIED; i++)
		json_put_u64(p->o, action_name((enum import_action)i), im->count[i]);
	json_close(p->o);
	json_open_at(p->o, "rows", '[');
	for (size_t i = 0; i < im->n; i++)
		print_row_of(p, &im->row[i]);
	json_close(p->o);
	json_close(p->o);
}

int import_options(struct slice order, struct slice zone, struct msel_options *ret, struct why *why)
{
	struct slice hours;
	uint64_t h, m;
	int sign = 1;

	if (order.n && !slice_is(order, "dmy") && !slice_is(order, "mdy"))
		return why_set(why, E_INVALID, "order", "is dmy or mdy");
	ret->month_first = slice_is(order, "mdy");
	if (!zone.n || slice_is(zone, "Z"))
		return 0;
	if (slice_take(&zone, "-"))
		sign = -1;
	else
		(void)slice_take(&zone, "+");
	if (!slice_cut_exact(&zone, ':', &hours) || hours.n != 2 || zone.n != 2 ||
		slice_u64(hours.p[0] == '0' ? slice_sub(hours, 1, 2) : hours, &h) < 0 ||
		slice_u64(zone.p[0] == '0' ? slice_sub(zone, 1, 2) : zone, &m) < 0 || h > 14 ||
		m > 59)
		return why_set(why, E_INVALID, "zone", "is an offset like +02:00");
	ret->zone_minutes = sign * (int)(h * 60 + m);
	return 0;
}
