/* msel_refs.c: what a row names: audiences, objectives, storylines. In a sheet they have numbers and titles, here they are records. */
#include "work/training/msel_int.h"

#define RECIPIENTS_MAX 32

static bool same_name(struct slice a, struct slice b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++) {
		uint8_t x = a.p[i], y = b.p[i];

		x = (uint8_t)(x >= 'A' && x <= 'Z' ? x - 'A' + 'a' : x);
		y = (uint8_t)(y >= 'A' && y <= 'Z' ? y - 'A' + 'a' : y);
		if (x != y)
			return false;
	}
	return true;
}

static size_t parts_numbered(const struct view *v, enum part_type type, struct slice number)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n_part; i++)
		n += v->part[i].type == type && slice_eq(v->part[i].number, number);
	return n;
}

struct slice ref_name(const struct view *v, const struct object_id *o, struct arena *arena)
{
	const struct part *p = view_part(v, o);
	const struct script *s = view_script(v, o);
	char text[OBJECT_TEXT + 1];
	struct object_id other;
	size_t same = 0;

	if (p && p->number.n && slice_find(p->number, ';') < 0 &&
		slice_eq(slice_trim(p->number), p->number) && object_parse(p->number, &other) < 0 &&
		parts_numbered(v, p->type, p->number) == 1)
		return p->number;
	for (size_t i = 0; s && i < v->n_script; i++)
		same += slice_eq(v->script[i].j.number, s->j.number);
	if (same == 1 && slice_find(s->j.number, ';') < 0 && object_parse(s->j.number, &other) < 0)
		return s->j.number;
	object_format(o, text);
	return arena_copy(arena, slice_str(text));
}

bool ref_find(const struct view *v, enum part_type type, struct slice name, struct object_id *ret)
{
	const struct part *by_number = NULL, *by_title = NULL;

	if (object_parse(name, ret) == 0)
		return true;
	for (size_t i = 0; v && i < v->n_part; i++) {
		const struct part *p = &v->part[i];

		if (p->type != type || p->withdrawn)
			continue;
		if (slice_eq(p->number, name))
			by_number = by_number ? by_number : p;
		else if (same_name(p->title, name))
			by_title = by_title ? by_title : p;
	}
	if (!by_number)
		by_number = by_title;
	if (by_number)
		*ret = by_number->row->object;
	return by_number != NULL;
}

bool ref_find_inject(const struct view *v, struct slice name, struct object_id *ret)
{
	if (object_parse(name, ret) == 0)
		return true;
	for (size_t i = 0; v && i < v->n_script; i++)
		if (slice_eq(v->script[i].j.number, name)) {
			*ret = v->script[i].row->object;
			return true;
		}
	return false;
}

/* ---- our own sheets: exact ---- */

static void put_one(struct row_in *r, const char *field, enum part_type type)
{
	size_t col;
	struct slice name = row_text(r, field, &col);
	struct object_id o;

	if (!name.n)
		return;
	if (ref_find(r->parts, type, name, &o))
		put_record_id(&r->o, field, &o);
	else
		row_note(r, col, MSEL_ERROR, "there is no %s %.*s", part_types[type],
			SLICE_FMT(slice_sub(name, 0, 60)));
}

static void put_many(struct row_in *r, const char *field, enum part_type type)
{
	size_t col;
	struct slice all = row_text(r, field, &col), one;
	struct object_id o;

	if (!all.n)
		return;
	json_open_at(&r->o, field, '[');
	while (slice_cut(&all, ';', &one)) {
		one = slice_trim(one);
		if (ref_find(r->parts, type, one, &o) ||
			(type == PART_AUDIENCE && ref_find(r->parts, PART_CELL, one, &o)))
			put_record_id(&r->o, NULL, &o);
		else
			row_note(r, col, MSEL_ERROR, "there is no %s %.*s", part_types[type],
				SLICE_FMT(slice_sub(one, 0, 60)));
	}
	json_close(&r->o);
}

static void put_own(struct row_in *r)
{
	static const char *const text[] = {"to_text", "time_text", "controller_party", "play_label",
		"shadow", "retests", "url", "fire", "jump", NULL};
	size_t col;
	struct slice s, one;

	put_one(r, "storyline", PART_STORYLINE);
	put_one(r, "event", PART_EVENT);
	put_one(r, "incident", PART_INCIDENT);
	put_one(r, "phase", PART_PHASE);
	put_one(r, "from_cell", PART_CELL);
	put_many(r, "to", PART_AUDIENCE);
	put_many(r, "cc", PART_AUDIENCE);
	put_many(r, "objectives", PART_OBJECTIVE);
	for (size_t i = 0; text[i]; i++)
		if ((s = row_text(r, text[i], &col)).n)
			json_put_string(&r->o, text[i], s);
	s = row_text(r, "play_to", &col);
	if (s.n) {
		json_open_at(&r->o, "play_to", '[');
		while (slice_cut(&s, ';', &one))
			json_put_string(&r->o, NULL, slice_trim(one));
		json_close(&r->o);
	}
	s = row_text(r, "condition", &col);
	if (s.n)
		json_put_raw(&r->o, "condition", s);
	if (slice_is(row_text(r, "sealed", &col), "yes"))
		json_put_bool(&r->o, "sealed", true);
}

/* ---- other people's ---- */

/* Takes one name off the front: up to , ; / & or "and". */
static bool recipient_cut(struct slice *rest, struct slice *ret)
{
	size_t i = 0;

	if (!rest->n)
		return false;
	for (; i < rest->n; i++) {
		uint8_t c = rest->p[i];

		if (c == ',' || c == ';' || c == '/' || c == '&' || c == '\n')
			break;
		if (i + 5 <= rest->n && memcmp(rest->p + i, " and ", 5) == 0)
			break;
	}
	*ret = slice_trim(slice_sub(*rest, 0, i));
	size_t skip = i < rest->n && rest->p[i] == ' ' ? 5 : 1;
	*rest = slice_sub(*rest, i + skip, rest->n);
	return true;
}

static void put_recipients(struct row_in *r)
{
	struct object_id found[RECIPIENTS_MAX], o;
	size_t col, n = 0, names = 0;
	struct slice all = row_text(r, "to_text", &col), rest = all, one;

	if (!all.n) {
		if (row_cell(r, "to_text", &col))
			row_note(r, col, MSEL_WARNING, "has no recipient");
		return;
	}
	if (ref_find(r->parts, PART_AUDIENCE, all, &o))
		found[n++] = o;
	while (n == 0 && names < RECIPIENTS_MAX && recipient_cut(&rest, &one))
		names += one.n > 0;
	if (names > 1 && !r->options->split)
		row_note(r, col, MSEL_WARNING, "looks like %zu recipients: confirm to split them",
			names);
	rest = all;
	while (n == 0 && names > 0 && r->options->split && recipient_cut(&rest, &one))
		if (one.n && n < RECIPIENTS_MAX && ref_find(r->parts, PART_AUDIENCE, one, &o))
			found[n++] = o;
		else if (one.n)
			row_note(r, col, MSEL_WARNING,
				"%.*s is no training audience of the exercise",
				SLICE_FMT(slice_sub(one, 0, 60)));
	if (n) {
		json_open_at(&r->o, "to", '[');
		for (size_t i = 0; i < n; i++)
			put_record_id(&r->o, NULL, &found[i]);
		json_close(&r->o);
	}
	all = slice_sub(all, 0, 900);
	rest = all;
	while (slice_cut(&rest, '\n', &one)) {
		if (one.n != all.n)
			all = slice_trim(one); /* the first line is the name */
		break;
	}
	if (all.n)
		json_put_string(&r->o, "to_text", all);
}

void row_refs(struct row_in *r)
{
	if (r->map->own)
		put_own(r);
	else
		put_recipients(r);
}
