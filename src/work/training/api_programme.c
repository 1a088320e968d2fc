/* api_programme.c: the programme: shown with its clashes, where one fits, a proposal, the calendar feed. */
#include "work/training/programme_show.h"

#include "base/limits.h"
#include "work/training/api_int.h"

static enum mode mode_of(struct call *c, enum mode asked)
{
	return request_query(c->req, "mode").n ? asked : MODE_REAL;
}

int api_training_programme(struct call *c)
{
	struct printer p = call_printer(c);
	struct programme g;
	struct desk d;
	enum mode mode;

	TRY(call_query_mode(c, &mode));
	d = call_desk(c);
	TRY(programme_load(&d, mode_of(c, mode), &g, &c->why));
	print_programme(&p, &g);
	return 0;
}

int api_training_fit(struct call *c)
{
	struct printer p = call_printer(c);
	const struct programme_entry *e;
	struct programme g;
	struct object_id o;
	struct desk d;
	struct row row;

	TRY(call_object(c, 1, &o));
	TRY(store_get(&c->world, c->db, &c->reader, &o, c->arena, &row, &c->why));
	d = call_desk(c);
	TRY(programme_load(&d, row.mode, &g, &c->why));
	e = programme_find(&g, &o);
	if (!e)
		return why_set(&c->why, E_MISSING, "", "no such record");
	print_fit(&p, &g, e);
	return 0;
}

int api_training_propose(struct call *c)
{
	static const char *const known[] = {"mode", "seed", "rounds", "keep_firm", NULL};
	struct search_wish w = {.seed = 1, .keep_firm = true};
	struct search_found f;
	struct programme g;
	struct printer p;
	struct desk d;
	enum mode mode;
	int64_t seed = 1, rounds = 0;
	bool keep = true;
	int rc;

	TRY(call_only(c, known));
	TRY(call_mode(c, &mode));
	if (json_get(&c->doc, c->body, "seed") != JSON_ABSENT &&
		(json_i64(&c->doc, json_get(&c->doc, c->body, "seed"), &seed) < 0 || seed < 0))
		return why_set(&c->why, E_INVALID, "/seed", "is a whole number");
	if (json_get(&c->doc, c->body, "rounds") != JSON_ABSENT &&
		(json_i64(&c->doc, json_get(&c->doc, c->body, "rounds"), &rounds) < 0 ||
			rounds < 0 || rounds > 200000))
		return why_set(&c->why, E_INVALID, "/rounds", "is a whole number up to 200000");
	if (json_get(&c->doc, c->body, "keep_firm") != JSON_ABSENT)
		TRY(call_want_bool(c, "keep_firm", &keep));
	w.seed = (uint64_t)seed;
	w.rounds = (size_t)rounds;
	w.keep_firm = keep;
	TRY(call_read(c));
	d = call_desk(c);
	rc = programme_load(&d, mode, &g, &c->why);
	call_read_end(c);
	TRY(rc);
	search_run(&g, &w, c->arena, &f);
	p = call_printer(c);
	print_proposal(&p, &f);
	return 0;
}
