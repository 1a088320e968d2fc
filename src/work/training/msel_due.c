/* msel_due.c: when a row is due: its time, its day, or what our own sheets say more exactly. */
#include "base/clock.h"
#include "work/training/msel_int.h"

static void put_own(struct row_in *r)
{
	size_t col;
	struct slice basis = row_text(r, "basis", &col), time = row_text(r, "time", &col);
	const struct {
		const char *column, *field;
	} number[] = {{"after_s", "after_s"}, {"tolerance_s", "tolerance_s"}};
	struct object_id of;

	if (!basis.n)
		return;
	json_open_at(&r->o, "due", '{');
	json_put_string(&r->o, "basis", basis);
	if (time.n)
		json_put_string(&r->o, "at", time);
	struct slice name = row_text(r, "of", &col), on = row_text(r, "on", &col);
	if (name.n && ref_find_inject(r->parts, name, &of))
		put_record_id(&r->o, "of", &of);
	else if (name.n)
		row_note(r, col, MSEL_ERROR, "there is no inject %.*s",
			SLICE_FMT(slice_sub(name, 0, 60)));
	if (on.n)
		json_put_string(&r->o, "on", on);
	for (size_t i = 0; i < 2; i++) {
		struct slice s = row_text(r, number[i].column, &col);
		int64_t v;

		if (s.n && slice_i64(s, &v) == 0)
			json_put_i64(&r->o, number[i].field, v);
		else if (s.n)
			row_note(r, col, MSEL_ERROR, "is no number of seconds");
	}
	json_close(&r->o);
}

static void put_scenario(struct row_in *r, size_t col, int64_t ms)
{
	if (ms < -(1LL << 53) || ms > (1LL << 53))
		return;
	if (ms < *r->before)
		row_note(r, col, MSEL_WARNING, "is before the row above");
	*r->before = ms;
	json_open_at(&r->o, "due", '{');
	json_put_cstr(&r->o, "basis", "scenario");
	put_when(&r->o, "at", ms);
	json_close(&r->o);
}

/* The day on which a bare time of day is: that of its own column, that of the row above, or that of STARTEX. */
static int64_t day_of(struct row_in *r, bool *ret_said)
{
	int64_t zone = r->options->zone_minutes * 60000LL, base = r->options->epoch + zone;
	size_t col;
	const struct sheetcell *c = row_cell(r, "day", &col);
	struct msel_time t = c ? msel_time_cell(c, r->options) : (struct msel_time){0};
	int64_t v;

	*ret_said = true;
	if (t.kind == MSEL_DAY)
		return t.ms;
	if (t.kind == MSEL_ABSOLUTE || t.kind == MSEL_OFFSET) {
		v = t.kind == MSEL_OFFSET ? base + t.ms : t.ms + zone;
		return v - ((v % DAY_MS) + DAY_MS) % DAY_MS;
	}
	if (c && c->type != SHEET_EMPTY && slice_i64(slice_trim(c->text), &v) == 0 && v >= 1 &&
		v <= 400)
		return base - ((base % DAY_MS) + DAY_MS) % DAY_MS + (v - 1) * DAY_MS;
	if (t.kind == MSEL_BAD)
		row_note(r, col, MSEL_WARNING, "is no day: that of STARTEX is taken");
	*ret_said = false;
	return base - ((base % DAY_MS) + DAY_MS) % DAY_MS;
}

static void put_found(struct row_in *r, size_t col, const struct sheetcell *c, struct msel_time t)
{
	int64_t zone = r->options->zone_minutes * 60000LL;
	bool said;

	switch (t.kind) {
	case MSEL_ABSOLUTE:
		put_scenario(r, col, t.ms);
		break;
	case MSEL_OFFSET:
		put_scenario(r, col, r->options->epoch + t.ms);
		break;
	case MSEL_CLOCK:
		put_scenario(r, col, day_of(r, &said) + t.ms - zone);
		if (!said && !r->options->epoch)
			row_note(r, col, MSEL_WARNING, "has no day");
		break;
	case MSEL_DAY:
		put_scenario(r, col, t.ms - zone);
		row_note(r, col, MSEL_WARNING, "is a day without a time: midnight is taken");
		break;
	case MSEL_BAD:
		row_note(r, col, MSEL_WARNING,
			"\"%.*s\" is no time: it will have to be released by hand",
			SLICE_FMT(slice_sub(c->text, 0, 60)));
		row_keep(r, col, slice_trim(c->text));
		break;
	case MSEL_NONE:
		break;
	}
}

void row_due(struct row_in *r)
{
	static const char *const column[] = {"time", "story", "day"};
	size_t col;

	if (r->map->own) {
		put_own(r);
		return;
	}
	for (size_t i = 0; i < 3; i++) {
		const struct sheetcell *c = row_cell(r, column[i], &col);

		if (!c || c->type == SHEET_EMPTY || !slice_trim(c->text).n)
			continue;
		put_found(r, col, c, msel_time_cell(c, r->options));
		return;
	}
}
