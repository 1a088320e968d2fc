/* msel_merge.c: a sheet comes back: what has changed in it, what has changed here, and what in both. */
#include "work/training/msel_int.h"

#include "work/training/limits.h"

struct side {
	struct json_doc doc;
	json_ref root;
};

static int side_read(struct side *s, struct slice json, struct arena *arena, struct why *why)
{
	int rc;

	*s = (struct side){0};
	if (!json.n)
		return 0;
	rc = json_read(&s->doc, arena, json, &json_limits_partner, why);
	if (rc == 0)
		s->root = json_root(&s->doc);
	return rc;
}

static struct slice side_text(const struct side *s, const struct field *f, struct arena *arena)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct json_out o = json_out(&b);

	if (!s->root)
		return SLICE_NONE;
	field_print(f, &s->doc, json_get(&s->doc, s->root, f->name), NULL, &o, arena);
	return arena_copy(arena, buf_slice(&b));
}

/* The fields that a sheet with these columns can say something about. */
static bool said_by_sheet(const struct msel_map *m, const struct field *f)
{
	static const struct {
		const char *column, *field;
	} also[] = {{"time", "due"}, {"day", "due"}, {"story", "due"}, {"basis", "due"},
		{"expected", "expect"}, {"to_text", "to"}, {"method", "method_text"},
		{"method_text", "method"}, {"status", "custom"}, {"status", "kind"},
		{"time", "custom"}, {"kind", "custom"}, {"weight", "custom"}};

	for (size_t c = 0; c < m->n; c++) {
		if (strcmp(m->column[c].field, f->name) == 0)
			return true;
		for (size_t i = 0; i < sizeof(also) / sizeof(also[0]); i++)
			if (strcmp(m->column[c].field, also[i].column) == 0 &&
				strcmp(f->name, also[i].field) == 0)
				return true;
	}
	return false;
}

static enum msel_side decide(
	bool has_base, struct slice base, struct slice mine, struct slice theirs)
{
	if (slice_eq(mine, theirs))
		return MSEL_SAME;
	if (has_base && slice_eq(base, mine))
		return MSEL_THEIRS;
	if (has_base && slice_eq(base, theirs))
		return MSEL_MINE;
	if (!has_base && !mine.n)
		return MSEL_THEIRS;
	if (!has_base && !theirs.n)
		return MSEL_MINE;
	return MSEL_CONFLICT;
}

int msel_merge(struct msel_merge *ret, struct slice base, struct slice mine, struct slice theirs,
	const struct msel_map *m, bool theirs_wins, struct arena *arena, struct why *why)
{
	const struct field *f = training_kinds[KIND_INJECT].field;
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct json_out o = json_out(&b);
	struct msel_merge out = {0};
	struct side s[3];
	int rc = side_read(&s[0], base, arena, why);

	if (rc == 0)
		rc = side_read(&s[1], mine, arena, why);
	if (rc == 0)
		rc = side_read(&s[2], theirs, arena, why);
	if (rc < 0)
		return rc;
	for (size_t i = 0; f[i].name; i++)
		out.n++;
	out.change = arena_array(arena, struct msel_change, out.n + 1);
	out.n = 0;
	json_open(&o, '{');
	for (; f->name; f++) {
		struct msel_change c = {.field = f->name,
			.base = side_text(&s[0], f, arena),
			.mine = side_text(&s[1], f, arena),
			.theirs = side_text(&s[2], f, arena)};
		bool take_theirs;

		c.side = said_by_sheet(m, f) && !(f->flags & APART)
				 ? decide(base.n > 0, c.base, c.mine, c.theirs)
				 : MSEL_SAME;
		take_theirs = c.side == MSEL_THEIRS || (c.side == MSEL_CONFLICT && theirs_wins);
		out.conflict = out.conflict || c.side == MSEL_CONFLICT;
		if (c.side != MSEL_SAME)
			out.change[out.n++] = c;
		if ((take_theirs ? c.theirs : c.mine).n)
			json_put_raw(&o, f->name, take_theirs ? c.theirs : c.mine);
	}
	json_close(&o);
	if (buf_over(&b))
		return why_set(why, E_LIMIT, "", "the inject would be too long");
	out.content = arena_copy(arena, buf_slice(&b));
	*ret = out;
	return 0;
}
