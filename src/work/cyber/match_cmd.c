/* match_cmd.c: `entente cyber match`: logs against indicators, observations against a pattern. */
#include "work/cyber/match_cmd.h"

#include "work/cyber/list.h"
#include "work/cyber/match.h"
#include "work/cyber/pattern.h"

#include "base/report.h"

#include <inttypes.h>
#include <sys/stat.h>

/* ---- a pattern ---- */

static int add_observed(struct cli *cli, struct observed *seen)
{
	for (size_t i = 0; i < (cli->n_arg ? cli->n_arg : 1); i++) {
		const char *path = cli->n_arg ? cli->arg[i] : "-";
		struct slice json;

		TRY(cli_read(cli, path, 64 * MIB, &json));
		if (observed_add(seen, &cli->arena, json, &cli->why) < 0)
			return why_prefix(&cli->why, "%s", path);
	}
	return 0;
}

static void print_verdict(
	struct cli *cli, const struct observed *seen, const struct pattern_verdict *v)
{
	struct buf b CLEANUP_BUF = BUF(64 * MIB);
	struct json_out o = json_out(&b);

	json_open(&o, '{');
	json_put_bool(&o, "matched", v->matched);
	json_put_u64(&o, "observations", seen->observation.n);
	json_open_at(&o, "by", '[');
	for (size_t i = 0; i < v->n; i++) {
		struct slice id = seen->observation.p[v->at[i]].id;

		if (id.n)
			json_put_string(&o, NULL, id);
		else
			json_put_u64(&o, NULL, v->at[i]);
	}
	json_close(&o);
	json_close(&o);
	buf_byte(&b, '\n');
	cli_out(cli, buf_slice(&b));
}

static int match_pattern(struct cli *cli, const char *text)
{
	struct pattern *p CLEANUP_PATTERN = NULL;
	struct observed seen = {0};
	struct pattern_verdict verdict = {0};
	int rc = pattern_parse(&p, slice_str(text),
		cli_switch(cli, "stix-2.0") ? PATTERN_2_0 : PATTERN_2_1, &cli->why);

	if (rc < 0)
		return rc;
	rc = add_observed(cli, &seen);
	if (rc == 0)
		rc = pattern_match(p, &seen, &verdict, &cli->why);
	if (rc == 0)
		print_verdict(cli, &seen, &verdict);
	observed_free(&seen);
	return rc;
}

/* ---- logs ---- */

struct matching {
	struct cli *cli;
	struct match_run run;
	struct progress progress;
	struct sight_set set;
	char time[UTC_TEXT_LEN + 1];
	bool sight, share;
	enum mode mode;
	int64_t window_ms, window_began_ms;
	int rc; /* of writing sightings, the last time */
	/* The pack, and by what it is seen that there is a newer one. */
	const char *path;  /* NULL: what this node holds */
	struct buf bytes;  /* owned */
	struct pack *pack; /* owned */
	int64_t looked_ms;
	struct pack_mark mark;
	struct stat st;
};

static void print_hit(void *ctx, const struct match_hit *h)
{
	struct matching *m = ctx;
	struct buf b CLEANUP_BUF = BUF(MIB), key CLEANUP_BUF = BUF(LIMIT_PACK_KEY);
	struct json_out o = json_out(&b);

	pack_key_print(&key, h->scan->kind, h->scan->key);
	json_open(&o, '{');
	json_put_cstr(&o, "time", m->time);
	json_put_cstr(&o, "file", h->file);
	json_put_u64(&o, "line", h->line);
	json_put_u64(&o, "offset", h->offset);
	json_put_u64(&o, "length", h->scan->length);
	json_put_cstr(&o, "kind", pack_kind_name(h->scan->kind));
	json_put_string(&o, "value", buf_slice(&key));
	json_put_string(&o, "text", slice_sub(h->scan->text, 0, 4 * KIB));
	if (h->scan->defanged)
		json_put_bool(&o, "defanged", true);
	if (h->field.n)
		json_put_string(&o, "field", h->field);
	json_open_at(&o, "indicators", '[');
	for (size_t i = 0; i < h->n; i++)
		json_put_cstr(&o, NULL, h->object[i].id);
	json_close(&o);
	json_open_at(&o, "authors", '[');
	for (size_t i = 0; i < h->n; i++)
		json_put_cstr(&o, NULL, h->object[i].author);
	json_close(&o);
	json_close(&o);
	buf_byte(&b, '\n');
	cli_out(m->cli, buf_slice(&b));
	for (size_t i = 0; i < h->n && m->sight; i++)
		sight_hit(&m->set, slice_str(h->object[i].id), slice_str(h->object[i].author),
			env_now_ms(&m->cli->env), 1);
}

/* What the command has, put aside while something is done that is done again and again; what that needs is forgotten behind it. */
struct room {
	struct arena arena; /* owned */
	struct world world;
};

static struct room room_begin(struct cli *cli)
{
	struct room r = {cli->arena, cli->world};

	cli->arena = ARENA(r.arena.max);
	return r;
}

static void room_end(struct cli *cli, struct room *r)
{
	arena_free(&cli->arena);
	cli->arena = r->arena;
	cli->world = r->world;
}

/* Sightings of a stream that does not end are said once in a window. */
static void sight_now(struct matching *m, bool all)
{
	int64_t now = env_mono_ms(&m->cli->env);
	struct room room;

	if (!m->sight || m->set.indicator.n == 0 ||
		(!all && now - m->window_began_ms < m->window_ms))
		return;
	m->window_began_ms = now;
	room = room_begin(m->cli);
	m->rc = cmd_sight_write(m->cli, m->mode, m->share, &m->set);
	room_end(m->cli, &room);
	if (m->rc < 0 && !all)
		report(REPORT_ERROR,
			"%zu sightings are not written, and tried again in the next window: %s%s%s",
			m->set.indicator.n, m->cli->why.where, m->cli->why.where[0] ? ": " : "",
			m->cli->why.text);
}

/* After a failure not at once again, however short the window. */
#define RETRY_MS 1000

/* No bytes are here: what was found is told when its window ends, whether more comes or not. */
static int idle(void *ctx)
{
	struct matching *m = ctx;
	int64_t left;

	sight_now(m, false);
	if (!m->sight || m->set.indicator.n == 0)
		return -1;
	left = m->window_began_ms + m->window_ms - env_mono_ms(&m->cli->env);
	if (m->rc < 0 && left < RETRY_MS)
		return RETRY_MS;
	return left > 0 ? (int)left : 0;
}

static void each_piece(void *ctx, uint64_t done, uint64_t all)
{
	struct matching *m = ctx;

	progress_show(&m->progress, done, all);
	fflush(stdout);
	m->run.now_ms = cli_option(m->cli, "at") ? m->run.now_ms : env_now_ms(&m->cli->env);
	utc_format(env_now_ms(&m->cli->env), m->time);
	sight_now(m, false);
}

static int format_of(struct cli *cli, enum match_format *ret)
{
	static const char *const names[] = {"auto", "lines", "json", "zeek", "csv"};
	const char *text = cli_option(cli, "format");

	*ret = FORMAT_AUTO;
	for (size_t i = 0; text && i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(text, names[i]) == 0) {
			*ret = (enum match_format)i;
			return 0;
		}
	return text ? why_set(&cli->why, E_USAGE, "--format",
			      "auto, lines, json, zeek or csv, not %s", text)
		    : 0;
}

static int prepare(struct cli *cli, struct matching *m)
{
	const char *at = cli_option(cli, "at"), *window = cli_option(cli, "window");
	uint64_t seconds = 60;

	TRY(cli_mode(cli, &m->mode));
	TRY(format_of(cli, &m->run.format));
	m->cli = cli;
	m->sight = cli_switch(cli, "sight");
	m->share = cli_switch(cli, "share");
	m->run.tell = print_hit;
	m->run.progress = each_piece;
	m->run.idle = idle;
	m->run.ctx = m;
	m->run.now_ms = env_now_ms(&cli->env);
	m->window_began_ms = env_mono_ms(&cli->env);
	utc_format(m->run.now_ms, m->time);
	if (at && utc_parse(slice_str(at), &m->run.now_ms, NULL) < 0)
		return why_set(&cli->why, E_USAGE, "--at",
			"a time with a zone is needed, as 2026-03-18T09:30:00Z");
	if (window && (slice_u64(slice_str(window), &seconds) < 0 || seconds > 86400))
		return why_set(&cli->why, E_USAGE, "--window", "seconds, up to a day");
	m->window_ms = (int64_t)seconds * 1000;
	return 0;
}

static void say_summary(const struct matching *m, int64_t took_ms)
{
	const struct match_run *r = &m->run;

	cli_say(m->cli, "%" PRIu64 " lines, %.1f MB in %.2f s (%.0f MB/s): %" PRIu64 " hit%s",
		r->lines, (double)r->bytes / 1e6, (double)took_ms / 1e3,
		took_ms ? (double)r->bytes / 1e3 / (double)took_ms : 0.0, r->hits,
		r->hits == 1 ? "" : "s");
	if (r->stale)
		cli_say(m->cli, "%" PRIu64 " more are of indicators that are not valid now",
			r->stale);
	if (r->skipped)
		cli_say(m->cli,
			"%" PRIu64
			" bytes are tokens too long to be anything, and were passed over",
			r->skipped);
}

static int match_logs(struct cli *cli, struct matching *m)
{
	int64_t began = env_mono_ms(&cli->env);
	int rc = 0;

	for (size_t i = 0; i < (cli->n_arg ? cli->n_arg : 1) && rc == 0; i++) {
		const char *path = cli->n_arg ? cli->arg[i] : "-";

		m->progress = progress_start(cli, path, true);
		rc = match_file(&m->run, path, &cli->why);
		progress_end(&m->progress);
		if (rc == 0)
			rc = m->rc;
	}
	fflush(stdout);
	sight_now(m, true);
	say_summary(m, env_mono_ms(&cli->env) - began);
	return rc < 0 ? rc : m->rc;
}

/* ---- the pack, and a newer one ---- */

static bool file_changed(struct matching *m)
{
	struct stat st;

	if (stat(m->path, &st) < 0)
		return false;
	if (st.st_ino == m->st.st_ino && st.st_size == m->st.st_size &&
		st.st_mtim.tv_sec == m->st.st_mtim.tv_sec &&
		st.st_mtim.tv_nsec == m->st.st_mtim.tv_nsec)
		return false;
	m->st = st;
	return true;
}

static bool store_changed(struct matching *m)
{
	int64_t root = cyber_root(&m->cli->world.coalition, m->mode);
	struct why why = {0};
	bool changed = false;
	int rc = db_begin_read(m->cli->db, &why);

	if (rc == 0)
		rc = pack_node_changed(m->cli->db, root, &m->mark, &changed, &why);
	db_rollback(m->cli->db);
	return rc == 0 && changed;
}

static int open_pack(struct matching *m)
{
	struct buf bytes CLEANUP_BUF = BUF(LIMIT_PACK_BYTES), old;
	struct pack *p CLEANUP_PACK = NULL, *was;

	if (m->path)
		TRY(cmd_pack_open(m->cli, m->path, &p));
	else
		TRY(cmd_pack_own(m->cli, m->mode, m->pack, &bytes, &p));
	if (!slice_is(pack_about(p).mode, mode_name(m->mode)))
		return why_set(&m->cli->why, E_USAGE, "--mode",
			"this is a pack of mode %.*s: say --mode %.*s",
			SLICE_FMT(pack_about(p).mode), SLICE_FMT(pack_about(p).mode));
	was = m->pack;
	m->run.pack = m->pack = p;
	p = was;
	old = m->bytes;
	m->bytes = bytes;
	bytes = old;
	return 0;
}

/* Once a second: a stream that does not end is matched with what is known now. What cannot be opened leaves the old one. */
static int renew(void *ctx, struct why *why)
{
	struct matching *m = ctx;
	int64_t now = env_mono_ms(&m->cli->env);
	struct room room;
	int rc;

	(void)why;
	if (now - m->looked_ms < 1000)
		return 0;
	m->looked_ms = now;
	if (m->path ? !file_changed(m) : !store_changed(m))
		return 0;
	room = room_begin(m->cli);
	rc = open_pack(m);
	room_end(m->cli, &room);
	if (rc == 0)
		cli_say(m->cli, "%" PRIu64 " objects are looked for from now on",
			pack_about(m->pack).objects);
	else
		cli_say(m->cli, "the newer pack is not taken: %s%s%s", m->cli->why.where,
			m->cli->why.where[0] ? ": " : "", m->cli->why.text);
	return rc == 0;
}

static int match_run_logs(struct cli *cli)
{
	struct matching *m = arena_new(&cli->arena, struct matching);
	int rc;

	TRY(prepare(cli, m));
	m->path = cli_option(cli, "pack");
	m->looked_ms = env_mono_ms(&cli->env);
	m->run.renew = renew;
	if (m->path)
		(void)file_changed(m);
	/* Here, and not when the first window ends, it is seen that there is no node; and what is open stays open. */
	if (!m->path || m->sight)
		TRY(cli_world(cli));
	if (!m->path)
		(void)store_changed(m);
	rc = open_pack(m);
	if (rc == 0)
		rc = match_logs(cli, m);
	sight_free(&m->set);
	pack_close(&m->pack);
	buf_free(&m->bytes);
	return rc;
}

static int run(struct cli *cli)
{
	const char *pattern = cli_option(cli, "pattern");

	return pattern ? match_pattern(cli, pattern) : match_run_logs(cli);
}

static const struct cli_option options[] = {
	{"pack", 'p', "FILE", false, "against this pack (default: what this node holds)"},
	CMD_TRUST_OPTIONS,
	{"format", 0, "FORMAT", false, "auto, lines, json, zeek or csv (default auto)"},
	{"at", 0, "TIME", false, "indicators that are valid then (default: now)"},
	{"mode", 'm', "MODE", false, "real, exercise or test (default real)"},
	{"sight", 0, NULL, false, "write sightings into this node's log"},
	CMD_SIGHT_OPTIONS,
	{"window", 0, "SECONDS", false, "sightings of a stream are said so often (default 60)"},
	{"pattern", 0, "PATTERN", false,
		"a STIX pattern; the files are observed-data, or bundles with it"},
	{"stix-2.0", 0, NULL, false, "the pattern is of STIX 2.0"},
	{NULL, 0, NULL, false, NULL},
};

const struct command command_cyber_match = {
	.name = "match",
	.args = "[FILE...]",
	.args_max = 128,
	.summary = "Find the coalition's indicators in logs",
	.help = "Logs of any kind: lines, NDJSON, Zeek, CSV; files, pipes and standard input, gzip and zstd. Prints one JSON object a hit: where it stands, what was\n"
		"found, which indicators say so. Nothing that is expired, not yet valid, or revoked is told.",
	.option = options,
	.run = run,
};
