/*
 * plan_demo.c: the scene of `entente demo` in which an accession changes what the coalition can do, and by when. What is claimed is reckoned here from the table below, by
 * other code than the planner's: what is there, up to what is asked; and how long the way takes.
 */
#include "base/file.h"
#include "cli/demo.h"
#include "work/response/plan/plan.h"
#include "work/response/response_int.h"

#include <inttypes.h>

#define MODE  "--mode", "exercise"
#define CODE  "4711"
#define E7(x) ((int64_t)((x)*1e7))

/* Where it floods. */
#define AT_LAT 42.07
#define AT_LON 19.51

struct have {
	const char *member, *type, *name;
	int64_t quantity, notice_minutes, per_day;
	double lat, lon;
};
static const struct have have[] = {
	{"HRV", "FLOOD.HCP", "Pumps at Zagreb", 3, 120, 50000, 45.81, 15.98},
	{"KOS", "WATER.PURE", "Water treatment at Prishtina", 1, 720, 40000, 42.66, 21.16},
	{"BGR", "FLOOD.HCP", "Pumps at Sofia", 2, 180, 60000, 42.70, 23.32},
	{"BGR", "WATER.PURE", "Water treatment at Sofia", 2, 60, 30000, 42.70, 23.32},
};
#define N_HAVE	  (sizeof(have) / sizeof(*have))
#define CANDIDATE "BGR"
#define SPEED_KMH 60
#define LOAD_MIN  60

static const struct want {
	const char *type;
	int64_t quantity;
} want[] = {{"FLOOD.HCP", 6}, {"WATER.PURE", 2}, {"FLOOD.FRB", 4}};
#define N_WANT (sizeof(want) / sizeof(*want))

/* ---- what must come out ---- */

struct side {
	int64_t units, permille, last_minutes; /* -1: nothing comes */
};

static int64_t minutes_of(const struct have *h)
{
	int64_t km = plan_distance_km((struct plan_point){E7(h->lat), E7(h->lon)},
		(struct plan_point){E7(AT_LAT), E7(AT_LON)});

	return h->notice_minutes + LOAD_MIN + km * 60 / SPEED_KMH;
}

/* All of it is in time here, so whoever is cheaper goes first, until it is enough. */
static struct side reckon(const struct want *w, bool with)
{
	struct side s = {.last_minutes = -1};
	bool used[N_HAVE] = {false};
	int64_t left = w->quantity;

	while (left > 0) {
		size_t best = N_HAVE;
		for (size_t i = 0; i < N_HAVE; i++)
			if (!used[i] && strcmp(have[i].type, w->type) == 0 &&
				(with || strcmp(have[i].member, CANDIDATE) != 0) &&
				(best == N_HAVE || have[i].per_day < have[best].per_day))
				best = i;
		if (best == N_HAVE)
			break;
		used[best] = true;
		left -= have[best].quantity < left ? have[best].quantity : left;
		if (minutes_of(&have[best]) > s.last_minutes)
			s.last_minutes = minutes_of(&have[best]);
	}
	s.units = w->quantity - left;
	s.permille = s.units * 1000 / w->quantity;
	return s;
}

/* ---- what comes out ---- */

static struct side side_read(const struct json_doc *doc, json_ref v)
{
	struct side s = {.permille = -1, .last_minutes = -1};

	(void)!json_i64(doc, json_get(doc, v, "covered_permille"), &s.permille);
	if (json_type(doc, json_get(doc, v, "last_minutes")) == JSON_NUMBER)
		(void)!json_i64(doc, json_get(doc, v, "last_minutes"), &s.last_minutes);
	return s;
}

static bool side_is(const struct side *a, const struct side *b)
{
	return a->permille == b->permille && a->last_minutes == b->last_minutes;
}

/* Every line of the report is as it must be, and it has no other. */
static bool report_is_right(const struct answer *a)
{
	json_ref line = json_first(&a->doc, json_get(&a->doc, json_root(&a->doc), "lines"));
	size_t i = 0;

	for (; line && i < N_WANT; line = json_next(&a->doc, line), i++) {
		for (int with = 0; with < 2; with++) {
			struct side must = reckon(&want[i], with),
				    is = side_read(&a->doc,
					    json_get(&a->doc, line, with ? "with" : "without"));
			if (!side_is(&must, &is))
				return false;
		}
	}
	return i == N_WANT && !line;
}

static const char *hours(struct demo *d, int64_t minutes)
{
	return minutes < 0 ? "never"
			   : arena_printf(&d->cli->arena, "in %" PRId64 " h %02" PRId64 " min",
				     minutes / 60, minutes % 60);
}

static void report_tell(struct demo *d)
{
	for (size_t i = 0; i < N_WANT; i++) {
		struct side before = reckon(&want[i], false), after = reckon(&want[i], true);
		demo_tell(d,
			"%s: without it %" PRId64 " of %" PRId64 ", the last %s; with it %" PRId64
			" of %" PRId64 ", the last %s",
			want[i].type, before.units, want[i].quantity, hours(d, before.last_minutes),
			after.units, want[i].quantity, hours(d, after.last_minutes));
	}
}

/* ---- the scene ---- */

static const char *number(struct demo *d, const char *key, int64_t v)
{
	return arena_printf(&d->cli->arena, "%s=%" PRId64, key, v);
}

static int have_put(struct demo *d, const struct have *h, const char **ret_report)
{
	struct demo_node *n = demo_node(d, h->member);
	struct arena *a = &d->cli->arena;
	struct answer made CLEANUP_ANSWER = {.status = 0}, report CLEANUP_ANSWER = {.status = 0};

	TRY(demo_ask(d, n, &made, "response", "put", "capabilities", MODE, "--to", "all",
		arena_printf(a, "type=%s", h->type), arena_printf(a, "name=%s", h->name),
		"kind=module", number(d, "quantity", h->quantity),
		number(d, "notice_minutes", h->notice_minutes),
		arena_printf(a, "home.lat=%.2f", h->lat), arena_printf(a, "home.lon=%.2f", h->lon),
		"transport_modes.0.mode=road",
		arena_printf(a, "transport_modes.0.speed_kmh=%d", SPEED_KMH),
		arena_printf(a, "transport_modes.0.load_hours=%d", LOAD_MIN / 60),
		number(d, "cost_rate.per_day", h->per_day), "cost_rate.currency=EUR", "--quiet",
		NULL));
	TRY(demo_ask(d, n, &report, "response", "put", "readiness", MODE, "--to", "all",
		arena_printf(a, "capability=%s", answer_text(d, &made, "object")), "state=READY",
		"valid_until=+24h", "--quiet", NULL));
	*ret_report = answer_text(d, &report, "object");
	return 0;
}

/* What the members have, or what the candidate has; on the requester's node when this returns. */
static int have_put_all(struct demo *d, struct demo_node *asks, bool candidate)
{
	for (size_t i = 0; i < N_HAVE; i++) {
		const char *report;
		if ((strcmp(have[i].member, CANDIDATE) == 0) != candidate)
			continue;
		TRY(have_put(d, &have[i], &report));
		demo_tell(d, "%s declares %" PRId64 " × %s, and reports them ready", have[i].member,
			have[i].quantity, have[i].name);
		if (!demo_has_record(d, asks, report))
			demo_claim(d, false, "%s has what %s has released", asks->label,
				have[i].member);
	}
	return 0;
}

/* The candidate's own word, outside any log: a table, as it would hand it over. */
static int table_write(struct demo *d, const char **ret)
{
	struct buf b CLEANUP_BUF = BUF(16 * 1024);

	buf_addf(&b,
		"type,name,kind,quantity,notice_minutes,home.lat,home.lon,"
		"transport_modes.0.mode,transport_modes.0.speed_kmh,transport_modes.0.load_hours,"
		"cost_rate.per_day,cost_rate.currency\r\n");
	for (size_t i = 0; i < N_HAVE; i++)
		if (strcmp(have[i].member, CANDIDATE) == 0)
			buf_addf(&b,
				"%s,%s,module,%" PRId64 ",%" PRId64 ",%.2f,%.2f,road,%d,%d,%" PRId64
				",EUR\r\n",
				have[i].type, have[i].name, have[i].quantity,
				have[i].notice_minutes, have[i].lat, have[i].lon, SPEED_KMH,
				LOAD_MIN / 60, have[i].per_day);
	*ret = arena_printf(&d->cli->arena, "%s/brings.csv", d->dir);
	return file_create(*ret, buf_slice(&b), 0600, d->why);
}

static int request_put(struct demo *d, struct demo_node *asks)
{
	struct answer incident CLEANUP_ANSWER = {.status = 0};
	struct arena *a = &d->cli->arena;
	const char *line[N_WANT][4];

	TRY(demo_ask(d, asks, &incident, "response", "put", "incidents", MODE, "--to", "all",
		"name=Floods on the Drin", "event_type=flood", "--quiet", NULL));
	for (size_t i = 0; i < N_WANT; i++) {
		line[i][0] = arena_printf(a, "lines.%zu.line=%zu", i, i + 1);
		line[i][1] = arena_printf(a, "lines.%zu.type=%s", i, want[i].type);
		line[i][2] = arena_printf(a, "lines.%zu.quantity=%" PRId64, i, want[i].quantity);
		line[i][3] = arena_printf(a, "lines.%zu.needed_by=+30h", i);
	}
	TRY(demo_do(d, asks, "response", "put", "requests", MODE, "--to", "all",
		arena_printf(a, "incident=%s", answer_text(d, &incident, "object")), "code=" CODE,
		"title=Floods on the Drin", "situation=Water over the banks", "offers_due=+4h",
		"location.name=Shkodra", arena_printf(a, "location.lat=%.2f", AT_LAT),
		arena_printf(a, "location.lon=%.2f", AT_LON), line[0][0], line[0][1], line[0][2],
		line[0][3], line[1][0], line[1][1], line[1][2], line[1][3], line[2][0], line[2][1],
		line[2][2], line[2][3], "--quiet", NULL));
	demo_tell(d, "%s asks for 6 pumps, 2 water treatment plants and 4 rescue boats within 30 h",
		asks->label);
	return 0;
}

int response_demo(struct demo *d)
{
	struct answer word CLEANUP_ANSWER = {.status = 0}, records CLEANUP_ANSWER = {.status = 0};
	struct demo_node *asks = demo_node(d, "ALB");
	const char *table;
	bool holds = true;

	demo_scene(d, "What an accession changes");
	demo_fiction(d, "The flood and what members have are made up, and marked as exercise.");
	TRY(have_put_all(d, asks, false));
	TRY(request_put(d, asks));
	TRY(table_write(d, &table));
	TRY(demo_ask(d, asks, &word, "response", "plan", CODE, MODE, "--effect", CANDIDATE,
		"--brings", table, NULL));
	report_tell(d);
	demo_claim(d, report_is_right(&word),
		"the plan's report says the same, of a table that " CANDIDATE
		" has given out and that is in nobody's log");
	TRY(demo_holds(d, asks, SLICE("Pumps at Sofia"), &holds));
	demo_claim(d, !holds, "of the table nothing is on the disk of %s", asks->label);
	TRY(have_put_all(d, asks, true));
	TRY(demo_ask(
		d, asks, &records, "response", "plan", CODE, MODE, "--effect", CANDIDATE, NULL));
	demo_claim(d, report_is_right(&records),
		"once it has declared that as a member, the report from records has the same numbers");
	return 0;
}
