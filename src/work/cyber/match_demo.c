/* match_demo.c: the scene of `entente demo` in which one member's intrusion becomes another's alarm, and the author hears of it. */
#include "work/cyber/match_cmd.h"

#include "base/file.h"
#include "base/limits.h"
#include "cli/demo.h"

#include <inttypes.h>

#define INDICATOR "indicator--5f0c1d2e-3b4a-4c5d-8e6f-708192a3b4c5"

static int write_file(struct demo *d, const char *name, const char *text, const char **ret)
{
	*ret = arena_printf(&d->cli->arena, "%s/%s", d->dir, name);
	return file_replace(*ret, slice_str(text), 0600, d->why);
}

/* An indicator of a host that nobody has. */
static int write_indicator(struct demo *d, const char *host, const char **ret)
{
	char now[UTC_TEXT_LEN + 1];

	utc_format(env_now_ms(&d->cli->env), now);
	return write_file(d, "indicator.json",
		arena_printf(&d->cli->arena,
			"{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"" INDICATOR
			"\",\"created\":\"%s\",\"modified\":\"%s\",\"name\":\"Beacon of a "
			"made-up intrusion\",\"pattern_type\":\"stix\",\"valid_from\":\"2025-01-01T00:00:00Z\",\"pattern\":\"[domain-name:value = '%s']\"}",
			now, now, host),
		ret);
}

/* Does a node hold an object of this type that speaks of the indicator? */
static int speaks_of_it(struct demo *d, const struct demo_node *n, const char *type, bool *ret)
{
	struct answer a CLEANUP_ANSWER = {.status = 0};

	TRY(demo_run(d, n, &a, "cyber", "export", "--mode", "exercise", "--type", type, "--quiet",
		NULL));
	*ret = a.status == 0 && slice_search(buf_slice(&a.out), SLICE(INDICATOR)) >= 0;
	return 0;
}

static int wait_for(struct demo *d, const struct demo_node *n, const char *type, bool *ret)
{
	struct patience p = patience_start();

	do
		TRY(speaks_of_it(d, n, type, ret));
	while (!*ret && patience_left(&p));
	return 0;
}

static int hits_in(
	struct demo *d, const struct demo_node *n, const char *log, const char *sight, size_t *ret)
{
	struct answer a CLEANUP_ANSWER = {.status = 0};
	struct slice rest, line;

	TRY(demo_run(
		d, n, &a, "cyber", "match", "--mode", "exercise", "--quiet", log, sight, NULL));
	*ret = 0;
	for (rest = buf_slice(&a.out); slice_cut(&rest, '\n', &line);)
		*ret += slice_search(line, SLICE(INDICATOR)) >= 0;
	return 0;
}

/* The match, the sighting, the author: within two seconds on a machine that has nothing else to do. */
static int sighted(
	struct demo *d, struct demo_node *author, struct demo_node *sensor, const char *log)
{
	int64_t began = env_mono_ms(&d->cli->env);
	size_t hits;
	bool there;

	TRY(hits_in(d, sensor, log, "--sight", &hits));
	demo_claim(d, hits == 2,
		"%s finds it twice in a log of four lines, once spelt as nobody can click on it",
		sensor->label);
	TRY(wait_for(d, author, "sighting", &there));
	demo_claim(d, there,
		"%s, its author, has the sighting %" PRId64 " ms after the match began",
		author->label, env_mono_ms(&d->cli->env) - began);
	return 0;
}

static int unseen(struct demo *d, struct demo_node *other, const char *host, const char *log)
{
	bool holds = true, sighting = true;
	size_t hits;

	TRY(demo_holds(d, other, slice_str(host), &holds));
	TRY(speaks_of_it(d, other, "sighting", &sighting));
	TRY(hits_in(d, other, log, NULL, &hits));
	demo_claim(d, !holds && !sighting && hits == 0,
		"%s, for whom it was not, has neither indicator nor sighting, and finds nothing",
		other->label);
	return 0;
}

int match_demo(struct demo *d)
{
	struct demo_node *author = &d->node[0], *sensor = &d->node[1], *other = &d->node[3];
	const char *word = demo_canary(d), *host, *indicator, *log;
	bool there;

	demo_scene(d, "One member's intrusion is another's alarm");
	demo_fiction(d, "The intrusion and its traces are made up, and marked as exercise.");
	host = arena_printf(&d->cli->arena, "%s.example", word);
	TRY(write_indicator(d, host, &indicator));
	TRY(write_file(d, "proxy.log",
		arena_printf(&d->cli->arena,
			"GET http://www.example/ 200\nGET http://cdn.%s/x 200\nnot%s\nsee %s[.]example\n",
			host, host, word),
		&log));
	TRY(demo_do(d, author, "cyber", "import", indicator, "--to", sensor->label, "--mode",
		"exercise", NULL));
	demo_tell(d, "%s publishes an indicator for %s: a domain", author->label, sensor->label);
	TRY(wait_for(d, sensor, "indicator", &there));
	demo_claim(d, there, "it is at %s", sensor->label);
	TRY(sighted(d, author, sensor, log));
	return unseen(d, other, host, log);
}
