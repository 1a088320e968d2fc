/*
 * sight_cmd.c: `entente cyber sight`: sightings into this member's log.
 *
 * A sighting tells more than its indicator did: who was hit. So it goes to the indicator's author alone and does not say where, unless the user asks for
 * more (--share); and never further, or under a lower label, than its indicator: label and readers are those of the entry that the indicator is in.
 */
#include "work/cyber/cmd.h"
#include "work/cyber/list.h"
#include "work/cyber/match_cmd.h"
#include "work/cyber/sco.h"

#include <inttypes.h>

/* How one indicator's sighting is to go out. */
struct way {
	struct slice label;
	int64_t audience;
	struct id author;
	size_t at; /* in the set */
};

static int cmp_way(const void *a, const void *b)
{
	const struct way *x = a, *y = b;
	int order = slice_cmp(x->label, y->label);

	if (order == 0)
		order = (x->audience > y->audience) - (x->audience < y->audience);
	if (order == 0)
		order = id_cmp(&x->author, &y->author);
	return order ? order : (x->at > y->at) - (x->at < y->at);
}

static bool same_way(const struct way *x, const struct way *y, bool share)
{
	return slice_eq(x->label, y->label) &&
	       (share ? x->audience == y->audience : id_eq(&x->author, &y->author));
}

static int audience_of(struct cli *cli, const struct list_row *row, int64_t *ret)
{
	struct stmt *s =
		db_stmt(cli->db, "SELECT audience FROM item WHERE log = $1 AND seq = $2 LIMIT 1");
	int rc;

	db_bind_i64(s, 1, row->log);
	db_bind_i64(s, 2, (int64_t)row->seq);
	rc = db_step(s, &cli->why);
	if (rc == 1)
		*ret = db_i64(s, 0);
	db_reset(s);
	return rc == 0	? why_set(&cli->why, E_MISSING, "",
				  "the indicator's entry is not here any more")
	       : rc < 0 ? rc
			: 0;
}

static bool is_author(struct cli *cli, const struct sighted *s, const struct id *member)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);
	struct slice label = slice_str(world_party_label(&cli->world, member, &arena));

	return !s->author[0] || slice_is(slice_sub(label, 0, SIGHT_AUTHOR), s->author);
}

/* Whose indicator has fired. Nobody else who has published under its id hears of it; if the line does not say whose, and it could be several, none does. */
static const struct list_row *row_of(
	struct cli *cli, const struct sighted *s, const struct list_row *row, size_t n)
{
	const struct list_row *found = NULL;

	for (size_t r = 0; r < n; r++) {
		struct buf id CLEANUP_BUF = BUF(KIB);

		stix_id_print(&id, row[r].type, &row[r].uuid);
		if (row[r].revoked || !slice_is(buf_slice(&id), s->id) ||
			!is_author(cli, s, &row[r].author))
			continue;
		if (found)
			return NULL;
		found = &row[r];
	}
	return found;
}

/* The ways of up to LIST_IDS indicators; those that this node does not hold are left out and counted. */
static int ways_of(struct cli *cli, struct arena *arena, enum mode mode,
	const struct sight_set *set, size_t from, size_t to, struct way *way, size_t *n)
{
	struct reader self = world_reader(&cli->world, &cli->node->self);
	struct slice id[LIST_IDS];
	struct list_query q = {.root = cyber_root(&cli->world.coalition, mode),
		.id = id,
		.versions = VERSION_LAST,
		.limit = LIST_LIMIT};
	struct list_row *row;
	size_t rows;
	bool more;

	for (size_t i = from; i < to; i++)
		id[q.n_id++] = slice_str(set->indicator.p[i].id);
	TRY(stix_list_page(&cli->world, cli->db, &self, &q, arena, &row, &rows, &more, &cli->why));
	for (size_t i = from; i < to; i++) {
		const struct list_row *of = row_of(cli, &set->indicator.p[i], row, rows);

		if (!of)
			continue;
		way[*n] = (struct way){.label = of->label, .author = of->author, .at = i};
		TRY(audience_of(cli, of, &way[*n].audience));
		++*n;
	}
	return 0;
}

/* One batch of sightings with one label and the same readers. */
static int write_way(struct cli *cli, struct arena *arena, enum mode mode, bool share,
	const struct sight_set *set, const struct way *way, size_t n, struct slice where,
	struct ingest_result *ret)
{
	struct ingest in = {.node = cli->node,
		.db = cli->db,
		.coalition = cli->world.coalition.id,
		.mode = mode,
		.label = way->label,
		.write = cyber_cmd_write,
		.ctx = cli};
	struct buf bundle CLEANUP_BUF = BUF(LIMIT_STIX_BUNDLE);
	struct sight_set some = {0};
	struct source source;
	struct id *member;
	int rc;

	for (size_t i = 0; i < n; i++)
		vec_push(&some.indicator, set->indicator.p[way[i].at]);
	sight_print(&some, 0, n, &cli->env, share ? where : SLICE_NONE, &bundle);
	vec_free(&some.indicator);
	if (share) {
		TRY(audience_members(
			cli->db, way->audience, arena, &member, &in.n_member, &cli->why));
		in.member = member;
	} else {
		in.member = &way->author;
		in.n_member = 1;
	}
	TRY(stix_source_open(&source, -1, buf_slice(&bundle), &cli->why));
	rc = ingest_run(&in, &source, arena, ret, &cli->why);
	stix_source_close(&source);
	return rc;
}

/* The identity that stands for this member in what it shares: of its own id, so always the same. */
static struct slice own_identity(struct cli *cli, struct arena *arena)
{
	struct buf b CLEANUP_BUF = BUF(KIB);
	struct stix_uuid uuid;

	memcpy(uuid.b, cli->node->self.b, sizeof(uuid.b));
	uuid = uuid_v4(uuid.b);
	stix_id_print(&b, SLICE("identity"), &uuid);
	return arena_copy(arena, buf_slice(&b));
}

int cmd_sight_write(struct cli *cli, enum mode mode, bool share, struct sight_set *set)
{
	/* Its own: a stream that does not end writes every minute. */
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_API_ARENA);
	struct way *way;
	size_t n = 0, end, written = 0;
	struct slice where;
	int rc = 0;

	TRY(cli_world(cli));
	where = own_identity(cli, &arena);
	way = arena_array(&arena, struct way, set->indicator.n + 1);
	for (size_t from = 0; from < set->indicator.n && rc == 0; from += LIST_IDS) {
		size_t to = from + LIST_IDS < set->indicator.n ? from + LIST_IDS : set->indicator.n;

		TRY(db_begin_read(cli->db, &cli->why));
		rc = ways_of(cli, &arena, mode, set, from, to, way, &n);
		db_rollback(cli->db);
	}
	if (n > 1)
		qsort(way, n, sizeof(*way), cmp_way);
	for (size_t i = 0; i < n && rc == 0; i = end) {
		struct ingest_result result = {0};

		for (end = i + 1; end < n && end - i < LIMIT_SIGHT_BATCH &&
				  same_way(&way[i], &way[end], share);
			end++)
			;
		rc = write_way(cli, &arena, mode, share, set, way + i, end - i, where, &result);
		written += result.n[VERDICT_WRITTEN] + result.n[VERDICT_HELD];
		for (size_t j = i; j < end && rc == 0; j++)
			set->indicator.p[way[j].at].told = true;
	}
	if (rc < 0) {
		sight_keep(set);
		return rc;
	}
	cli_say(cli, "%zu sightings of %" PRIu64 " hits written, %s; %zu indicators are not here",
		written, set->hits,
		share ? "for all who may read the indicators" : "for the indicators' authors alone",
		set->indicator.n - n);
	sight_clear(set);
	return 0;
}

/* ---- entente cyber sight ---- */

static int read_lines(struct cli *cli, const char *path, struct sight_set *set, uint64_t *refused)
{
	struct slice rest, line;
	uint64_t number = 0;

	TRY(cli_read(cli, path, 64 * MIB, &rest));
	while (slice_cut(&rest, '\n', &line)) {
		struct why why = {0};

		number++;
		if (slice_trim(line).n == 0 ||
			sight_line(set, slice_trim(line), env_now_ms(&cli->env), &why) == 0)
			continue;
		if (++*refused <= 10)
			cli_say(cli, "%s, line %" PRIu64 ": %s%s%s", path, number, why.where,
				why.where[0] ? ": " : "", why.text);
	}
	return 0;
}

static int run(struct cli *cli)
{
	struct sight_set set = {0};
	uint64_t refused = 0;
	enum mode mode;
	int rc = 0;

	TRY(cli_mode(cli, &mode));
	for (size_t i = 0; i < (cli->n_arg ? cli->n_arg : 1) && rc == 0; i++)
		rc = read_lines(cli, cli->n_arg ? cli->arg[i] : "-", &set, &refused);
	if (rc == 0 && set.other)
		cli_say(cli, "%" PRIu64 " hits are of observables, which are not sighted",
			set.other);
	if (rc == 0 && cli_switch(cli, "dry-run")) {
		struct buf b CLEANUP_BUF = BUF(LIMIT_STIX_BUNDLE);

		sight_print(&set, 0, set.indicator.n, &cli->env, SLICE_NONE, &b);
		buf_byte(&b, '\n');
		cli_out(cli, buf_slice(&b));
	} else if (rc == 0) {
		rc = cmd_sight_write(cli, mode, cli_switch(cli, "share"), &set);
	}
	sight_free(&set);
	if (rc == 0 && refused)
		return why_set(
			&cli->why, E_INVALID, "", "%" PRIu64 " lines could not be read", refused);
	return rc;
}

static const struct cli_option options[] = {
	CMD_SIGHT_OPTIONS,
	{"mode", 'm', "MODE", false, "real, exercise or test (default real)"},
	{"dry-run", 0, NULL, false, "print the sightings and write nothing"},
	{NULL, 0, NULL, false, NULL},
};

const struct command command_cyber_sight = {
	.name = "sight",
	.args = "[FILE...]",
	.args_max = 128,
	.summary = "Report what a sensor has found",
	.help = "Files are what `entente cyber match` printed on a sensor that has no node. Hits are counted for each indicator and written as STIX sightings into\n"
		"this member's log, under the label of the indicator, for its author alone or (--share) for all who may read it.",
	.option = options,
	.run = run,
};
