/* msel_out.c: the script as a sheet. Every cell is exact: msel_rows() makes the same script of it again (but for files, native content and comments, which a sheet does not hold). */
#include "work/training/msel_int.h"

#include "base/enc.h"
#include "work/training/limits.h"

const struct own_column msel_own[] = {{"Number", "number"}, {"Kind", "kind"}, {"Weight", "weight"},
	{"Title", "title"}, {"Time", "time"}, {"Basis", "basis"}, {"Relative to", "of"},
	{"On", "on"}, {"After (s)", "after_s"}, {"Tolerance (s)", "tolerance_s"}, {"Fire", "fire"},
	{"On a jump", "jump"}, {"Storyline", "storyline"}, {"Event", "event"},
	{"Incident", "incident"}, {"Phase", "phase"}, {"Track", "track"}, {"Send from", "from_sim"},
	{"Cell", "from_cell"}, {"Send to", "to"}, {"Send to (as written)", "to_text"},
	{"Copy to", "cc"}, {"Method", "method"}, {"Method (as written)", "method_text"},
	{"Narrative", "body"}, {"Expected actions", "expected"}, {"Objectives", "objectives"},
	{"Capability", "capability"}, {"Notes", "notes"}, {"Background", "background"},
	{"Location", "location"}, {"Units", "units"}, {"Author", "author"},
	{"Controller", "controller"}, {"Controller's member", "controller_party"},
	{"Play label", "play_label"}, {"Play to", "play_to"}, {"Shadow", "shadow"},
	{"Sealed", "sealed"}, {"Retests", "retests"}, {"Condition", "condition"},
	{"Address", "url"}, {"Time (as written)", "time_text"}, {"Status", ""},
	{"Script", "digest"}, {NULL, NULL}};

int number_order(struct slice a, struct slice b)
{
	size_t i = 0, k = 0;

	while (i < a.n && k < b.n) {
		size_t x = i, y = k;

		while (x < a.n && a.p[x] >= '0' && a.p[x] <= '9')
			x++;
		while (y < b.n && b.p[y] >= '0' && b.p[y] <= '9')
			y++;
		if (x > i && y > k) {
			while (i + 1 < x && a.p[i] == '0')
				i++;
			while (k + 1 < y && b.p[k] == '0')
				k++;
			if (x - i != y - k)
				return x - i < y - k ? -1 : 1;
			int c = memcmp(a.p + i, b.p + k, x - i);
			if (c)
				return c;
			i = x;
			k = y;
		} else {
			if (a.p[i] != b.p[k])
				return a.p[i] < b.p[k] ? -1 : 1;
			i++;
			k++;
		}
	}
	return i < a.n ? 1 : k < b.n ? -1 : slice_cmp(a, b);
}

static int by_number(const void *a, const void *b)
{
	const struct script *x = *(const struct script *const *)a,
			    *y = *(const struct script *const *)b;
	int c = number_order(x->j.number, y->j.number);

	return c ? c : object_id_order(&x->row->object, &y->row->object);
}

/* ---- cells ---- */

static struct slice list_text(
	const struct view *v, const struct inject *j, const char *key, struct arena *arena)
{
	struct object_id *o;
	const char *all = "";
	size_t n;

	get_objects(&j->doc, j->root, key, arena, &o, &n);
	for (size_t i = 0; i < n; i++)
		all = arena_printf(arena, "%s%s%.*s", all, i ? "; " : "",
			SLICE_FMT(ref_name(v, &o[i], arena)));
	return slice_str(all);
}

static struct slice members_text(const struct inject *j, const char *key, struct arena *arena)
{
	struct id *id;
	const char *all = "";
	char text[ID_TEXT + 1];
	size_t n;

	get_ids(&j->doc, j->root, key, arena, &id, &n);
	for (size_t i = 0; i < n; i++) {
		id_format(&id[i], text);
		all = arena_printf(arena, "%s%s%s", all, i ? "; " : "", text);
	}
	return slice_str(all);
}

static struct slice raw_text(const struct inject *j, const char *key, struct arena *arena)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct json_out o = json_out(&b);

	field_print(field_of(training_kinds[KIND_INJECT].field, key), &j->doc,
		json_get(&j->doc, j->root, key), NULL, &o, arena);
	return arena_copy(arena, buf_slice(&b));
}

/* One line each, as long as lines say it all; else as JSON. */
static struct slice expected_text(const struct inject *j, struct arena *arena)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	json_ref list = json_get(&j->doc, j->root, "expect");
	bool plain = j->n_expect > 0 && j->expect[0].text.n && j->expect[0].text.p[0] != '[';

	for (json_ref e = json_first(&j->doc, list); plain && e; e = json_next(&j->doc, e)) {
		struct slice s = get_text(&j->doc, e, "text", arena);

		plain = json_count(&j->doc, e) == 1 && slice_find(s, '\n') < 0;
		if (b.n)
			buf_byte(&b, '\n');
		buf_slice_add(&b, s);
	}
	return plain ? arena_copy(arena, buf_slice(&b)) : raw_text(j, "expect", arena);
}

static struct slice due_text(
	const struct view *v, const struct inject *j, const char *field, struct arena *arena)
{
	json_ref d = json_get(&j->doc, j->root, "due");
	struct object_id of;

	if (strcmp(field, "time") == 0)
		return get_text(&j->doc, d, "at", arena);
	if (strcmp(field, "of") == 0)
		return get_object(&j->doc, d, "of", &of) ? ref_name(v, &of, arena) : SLICE_NONE;
	if (strcmp(field, "basis") == 0 || strcmp(field, "on") == 0)
		return get_text(&j->doc, d, field, arena);
	return json_number(&j->doc, json_get(&j->doc, d, field));
}

static bool is_one_of(const char *field, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(field, *list) == 0)
			return true;
	return false;
}

static struct slice cell_text(
	const struct view *v, const struct script *s, size_t column, struct arena *arena)
{
	static const char *const due[] = {"time", "basis", "of", "on", "after_s", "tolerance_s",
		NULL},
				 *const one[] = {"storyline", "event", "incident", "phase",
					 "from_cell", NULL},
				 *const many[] = {"to", "cc", "objectives", NULL};
	const char *field = msel_own[column].field;
	const struct inject *j = &s->j;
	struct object_id o;
	char hex[65];

	if (is_one_of(field, due))
		return due_text(v, j, field, arena);
	if (is_one_of(field, one))
		return get_object(&j->doc, j->root, field, &o) ? ref_name(v, &o, arena)
							       : SLICE_NONE;
	if (is_one_of(field, many))
		return list_text(v, j, field, arena);
	if (strcmp(field, "play_to") == 0)
		return members_text(j, field, arena);
	if (strcmp(field, "expected") == 0)
		return expected_text(j, arena);
	if (strcmp(field, "condition") == 0)
		return raw_text(j, field, arena);
	if (strcmp(field, "sealed") == 0)
		return j->sealed ? SLICE("yes") : SLICE_NONE;
	if (strcmp(field, "digest") == 0) {
		hex_encode(j->digest.b, 32, hex);
		return arena_copy(arena, slice_str(hex));
	}
	return field[0] ? get_text(&j->doc, j->root, field, arena) : slice_str(j->status);
}

/* ---- the table ---- */

static size_t own_columns(void)
{
	size_t n = 0;

	while (msel_own[n].field)
		n++;
	return n;
}

static int by_text(const void *a, const void *b)
{
	return slice_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

/* Headings of what people keep beside our fields, each once, in order. */
static struct slice *custom_keys(
	const struct script *const *s, size_t n, struct arena *arena, size_t *ret_n)
{
	struct slice *key = arena_array(arena, struct slice, n * ROW_CUSTOM_MAX + 1);
	size_t all = 0, kept = 0;

	for (size_t i = 0; i < n; i++) {
		const struct inject *j = &s[i]->j;
		json_ref m = json_get(&j->doc, j->root, "custom");

		for (json_ref e = json_first(&j->doc, m); e; e = json_next(&j->doc, e))
			key[all++] = json_key(&j->doc, e, arena);
	}
	qsort(key, all, sizeof(*key), by_text);
	for (size_t i = 0; i < all; i++)
		if (kept == 0 || !slice_eq(key[kept - 1], key[i]))
			key[kept++] = key[i];
	*ret_n = kept < LIMIT_SHEET_COLS - own_columns() ? kept : LIMIT_SHEET_COLS - own_columns();
	return key;
}

static void control_grid(
	struct grid *g, const struct view *v, const struct script **s, struct arena *arena)
{
	size_t own = own_columns(), n_key, n = v->n_script;
	struct slice *key = custom_keys(s, n, arena, &n_key), *cell;

	g->cols = own + n_key;
	g->rows = n + 1;
	cell = arena_array(arena, struct slice, g->rows * g->cols);
	for (size_t c = 0; c < own; c++)
		cell[c] = slice_str(msel_own[c].heading);
	for (size_t k = 0; k < n_key; k++)
		cell[own + k] =
			slice_str(arena_printf(arena, MSEL_CUSTOM "%.*s", SLICE_FMT(key[k])));
	for (size_t r = 0; r < n; r++) {
		struct slice *row = &cell[(r + 1) * g->cols];
		json_ref m = json_get(&s[r]->j.doc, s[r]->j.root, "custom");

		for (size_t c = 0; c < own; c++)
			row[c] = cell_guard(cell_text(v, s[r], c, arena), arena);
		for (size_t k = 0; k < n_key; k++)
			row[own + k] =
				cell_guard(json_string(&s[r]->j.doc,
						   json_get_slice(&s[r]->j.doc, m, key[k]), arena),
					arena);
	}
	g->cell = cell;
}

/* ---- for players: what has been delivered, as it was delivered ---- */

static int by_release(const void *a, const void *b)
{
	const struct delivery *x = *(const struct delivery *const *)a,
			      *y = *(const struct delivery *const *)b;

	return x->released != y->released ? (x->released < y->released ? -1 : 1)
					  : object_id_order(&x->row->object, &y->row->object);
}

static struct slice time_text(int64_t ms, struct arena *arena)
{
	char text[UTC_TEXT_LEN + 1];

	utc_format(ms, text);
	return arena_copy(arena, slice_str(text));
}

static void player_grid(struct grid *g, const struct view *v, struct arena *arena)
{
	static const char *const heading[] = {
		"Number", "Released", "Title", "From", "Method", "Text", "Exercise"};
	size_t cols = sizeof(heading) / sizeof(heading[0]), n = v->n_delivery;
	const struct delivery **d = arena_array(arena, const struct delivery *, n + 1);
	struct slice *cell = arena_array(arena, struct slice, (n + 1) * cols);

	for (size_t i = 0; i < n; i++)
		d[i] = &v->delivery[i];
	qsort(d, n, sizeof(const struct delivery *), by_release);
	for (size_t c = 0; c < cols; c++)
		cell[c] = slice_str(heading[c]);
	for (size_t r = 0; r < n; r++) {
		const struct slice text[] = {d[r]->number, time_text(d[r]->released, arena),
			d[r]->title, d[r]->from_sim, slice_str(methods[d[r]->method]), d[r]->body,
			d[r]->mark};

		for (size_t c = 0; c < cols; c++)
			cell[(r + 1) * cols + c] = cell_guard(text[c], arena);
	}
	g->rows = n + 1;
	g->cols = cols;
	g->cell = cell;
}

void msel_grid(struct grid *ret, const struct view *v, bool player, struct arena *arena)
{
	const struct script **s = arena_array(arena, const struct script *, v->n_script + 1);

	*ret = (struct grid){.name = "MSEL"};
	if (player) {
		player_grid(ret, v, arena);
		return;
	}
	for (size_t i = 0; i < v->n_script; i++)
		s[i] = &v->script[i];
	qsort(s, v->n_script, sizeof(const struct script *), by_number);
	control_grid(ret, v, s, arena);
}
