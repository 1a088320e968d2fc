/* cmd_import.c: `entente cyber import`, `entente cyber export`: bundles and events of MISP to and from files. */
#include "work/cyber/cmd.h"

#include "work/cyber/index.h"
#include "work/cyber/misp_node.h"
#include "work/cyber/sco.h"
#include "work/cyber/unpack.h"

#include "node/bell.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

/* ---- import ---- */

#define FORMAT_OPTION                                                                              \
	{                                                                                          \
		"format", 0, "FORMAT", false,                                                      \
			"stix (default) or misp: events in MISP's core format"                     \
	}

static const struct cli_option import_options[] = {
	CMD_ADDRESS_OPTIONS,
	FORMAT_OPTION,
	{NULL, 0, NULL, false, NULL},
};

/* What comes out of `u`, into `to`. */
static int spool_fill(struct unpack *u, FILE *to, uint64_t most, struct why *why)
{
	uint8_t *piece CLEANUP_FREE = mem_resize(NULL, MIB, 1);
	uint64_t all = 0;
	ssize_t n;

	while ((n = unpack_read(u, piece, MIB, why)) > 0) {
		all += (uint64_t)n;
		if (all > most)
			return why_set(why, E_LIMIT, "", "larger than %llu bytes",
				(unsigned long long)most);
		if (fwrite(piece, 1, (size_t)n, to) != (size_t)n)
			return why_set(why, E_IO, "", "no room for it: %s", strerror(errno));
	}
	if (n == 0 && fflush(to) != 0)
		return why_set(why, E_IO, "", "no room for it: %s", strerror(errno));
	return (int)n;
}

/* Standard input may be a pipe, and a file packed: what it brings is laid into a file without a name. */
static int spool(int from, const char *path, uint64_t most, int *ret, struct why *why)
{
	struct unpack *u = unpack_new(from, path);
	FILE *to = tmpfile();
	int rc, fd = -1;

	if (!to) {
		unpack_free(&u);
		return why_set(why, E_IO, "", "no temporary file: %s", strerror(errno));
	}
	rc = spool_fill(u, to, most, why);
	unpack_free(&u);
	if (rc == 0) {
		fd = fcntl(fileno(to), F_DUPFD_CLOEXEC, 3);
		if (fd < 0 || lseek(fd, 0, SEEK_SET) != 0)
			rc = why_set(why, E_IO, "", "%s", strerror(errno));
	}
	fclose(to);
	if (rc < 0 && fd >= 0)
		close(fd);
	if (rc == 0)
		*ret = fd;
	return rc;
}

/* A descriptor that can be read from any place, at its beginning. */
static int input_open(struct cli *cli, const char *path, uint64_t most, int *ret)
{
	int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	uint8_t head[4];
	ssize_t n;
	int rc;

	if (fd < 0)
		return why_set(&cli->why, E_MISSING, path, "%s", strerror(errno));
	n = lseek(fd, 0, SEEK_SET) == 0 ? pread(fd, head, sizeof(head), 0) : -1;
	if (n >= 0 && !unpack_packed(slice_of(head, (size_t)n))) {
		*ret = fd;
		return 0;
	}
	rc = spool(fd, path, most, ret, &cli->why);
	close(fd);
	return rc;
}

static void show_progress(void *ctx, uint64_t done, uint64_t all)
{
	progress_show(ctx, done, all);
}

/* --format */
static int format_of(struct cli *cli, bool *ret_misp)
{
	const char *format = cli_option(cli, "format");

	*ret_misp = format && strcmp(format, "misp") == 0;
	if (format && !*ret_misp && strcmp(format, "stix") != 0)
		return why_set(&cli->why, E_USAGE, "--format", "is stix or misp");
	return 0;
}

static int import_stix(struct cli *cli, struct ingest *in, int fd, struct ingest_result *ret)
{
	struct source source;
	int rc = stix_source_open(&source, fd, SLICE_NONE, &cli->why);

	if (rc < 0)
		return rc;
	rc = ingest_run(in, &source, &cli->arena, ret, &cli->why);
	stix_source_close(&source);
	return rc;
}

static int import_misp(struct cli *cli, struct ingest *in, int fd, struct ingest_result *ret)
{
	struct buf text CLEANUP_BUF = BUF(LIMIT_MISP_BYTES + 64 * KIB);
	struct arena scratch CLEANUP_ARENA = ARENA(MISP_ARENA);
	struct misp_in events = {0};
	int rc;

	TRY(misp_file_read(fd, &text, &cli->why));
	TRY(misp_read(buf_slice(&text), in->mode, &scratch, &events, &cli->why));
	rc = misp_take(in, &events, &cli->arena, ret, &cli->why);
	misp_in_free(&events);
	return rc;
}

static bool has_any(const struct ingest_result *r)
{
	for (size_t v = 0; v < VERDICTS; v++)
		if (r->n[v])
			return true;
	return false;
}

static int import_from(struct cli *cli, struct ingest *in, int fd, const char *path, bool misp)
{
	struct progress p = progress_start(cli, path, false);
	struct ingest_result result = {0};
	int rc;

	in->progress = show_progress;
	in->progress_ctx = &p;
	rc = (misp ? import_misp : import_stix)(cli, in, fd, &result);
	progress_end(&p);
	if (rc < 0 && result.entries == 0)
		return rc;
	if (rc == 0 && !has_any(&result))
		return why_set(&cli->why, E_INVALID, path,
			misp ? "has no event of MISP"
			     : "has no STIX object; events of MISP are read with --format misp");
	cyber_cmd_result(cli, &result);
	TRY(rc);
	if (result.entries)
		cli_chores(cli);
	/* A script that looks at the exit status alone must not take a part for the whole. */
	return result.n[VERDICT_REFUSED] ? why_set(&cli->why, E_INVALID, path,
						   "%" PRIu64 " of %" PRIu64 " objects refused",
						   result.n[VERDICT_REFUSED], result.objects)
					 : 0;
}

static int import_run(struct cli *cli)
{
	struct ingest in;
	int fd = -1, rc;
	bool misp;

	TRY(format_of(cli, &misp));
	TRY(cyber_cmd_address(cli, &in));
	TRY(input_open(cli, cli->arg[0], misp ? LIMIT_MISP_BYTES : LIMIT_STIX_BUNDLE, &fd));
	rc = import_from(cli, &in, fd, cli->arg[0], misp);
	close(fd);
	return rc;
}

const struct command command_cyber_import = {
	.name = "import",
	.args = "FILE|-",
	.args_min = 1,
	.args_max = 1,
	.summary = "Take in a STIX 2.1 bundle or object, or events of MISP",
	.help = "Each object is checked on its own: what breaks a rule is refused with its reason, the others go in. Markings narrow: what is marked\n"
		"TLP:RED, or bears a marking that nobody has told the meaning of, is held back: kept here, released to nobody. Of MISP that is\n"
		"distribution 0, a sharing group, and a tlp: tag that is no TLP. A file or a pipe may be packed with gzip or zstd. If any object was\n"
		"refused the exit status says so (bad input), and the others are taken in all the same.",
	.option = import_options,
	.run = import_run,
};

/* ---- export ---- */

static const struct cli_option export_options[] = {
	{"mode", 'm', "MODE", false, "real, exercise or test (default real)"},
	{"from", 0, "MEMBER", false, "only what this member has published"},
	{"type", 0, "TYPE", true, "only objects of this type; may be given several times"},
	{"tlp", 0, "TLP", false,
		"nothing marked or labelled tighter: CLEAR, GREEN, AMBER, AMBER+STRICT"},
	{"versions", 0, NULL, false, "all versions, not the latest only"},
	FORMAT_OPTION,
	{"report", 0, "ID", false, "with --format misp: the event of this report or grouping only"},
	{"output", 'o', "FILE", false, "to this file (default: standard output)"},
	{NULL, 0, NULL, false, NULL},
};

#define EXPORT_TYPES 64

static int export_query(struct cli *cli, struct list_query *q)
{
	const char *from = cli_option(cli, "from"), *tlp = cli_option(cli, "tlp");
	struct slice *type = arena_array(&cli->arena, struct slice, EXPORT_TYPES);
	enum mode mode;

	TRY(cli_mode(cli, &mode));
	*q = (struct list_query){.root = cyber_root(&cli->world.coalition, mode),
		.limit = LIST_LIMIT,
		.bytes = 8 * MIB,
		.type = type,
		.versions = cli_switch(cli, "versions") ? VERSION_ALL : VERSION_LAST};
	if (from) {
		q->has_author = true;
		TRY(cli_party(cli, from, &q->author));
	}
	if (tlp && tlp_parse(slice_str(tlp), &q->tlp_most) < 0)
		return why_set(&cli->why, E_USAGE, "--tlp", "'%s' is no TLP", tlp);
	for (; q->n_type < cli_option_count(cli, "type") && q->n_type < EXPORT_TYPES; q->n_type++) {
		type[q->n_type] = slice_str(cli_option_at(cli, "type", q->n_type));
		if (!stix_type_valid(type[q->n_type]))
			return why_set(&cli->why, E_USAGE, "--type", "no type of STIX");
	}
	return 0;
}

static int put(struct cli *cli, FILE *to, const void *p, size_t n)
{
	return fwrite(p, 1, n, to) == n
		       ? 0
		       : why_set(&cli->why, E_IO, "", "cannot write: %s", strerror(errno));
}

static int export_page(struct cli *cli, FILE *to, const struct list_row *row, size_t n, bool first)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	struct slice *bytes = arena_array(&arena, struct slice, n + 1);

	TRY(stix_list_bytes(cli->db, row, n, &arena, bytes, &cli->why));
	for (size_t i = 0; i < n; i++) {
		if (!first || i > 0)
			TRY(put(cli, to, ",", 1));
		TRY(put(cli, to, bytes[i].p, bytes[i].n));
	}
	return 0;
}

static int export_all(struct cli *cli, FILE *to, struct list_query *q)
{
	struct reader self = world_reader(&cli->world, &cli->node->self);
	struct buf head CLEANUP_BUF = BUF(256);
	uint8_t random[16];
	bool more = true, first = true;
	uint64_t all = 0;

	env_random(&cli->env, random, sizeof(random));
	struct stix_uuid id = uuid_v4(random);
	buf_str(&head, "{\"type\":\"bundle\",\"id\":\"");
	stix_id_print(&head, SLICE("bundle"), &id);
	buf_str(&head, "\",\"objects\":[");
	TRY(put(cli, to, head.p, head.n));
	while (more) {
		struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
		struct list_row *row;
		size_t n;

		TRY(stix_list_page(
			&cli->world, cli->db, &self, q, &arena, &row, &n, &more, &cli->why));
		TRY(export_page(cli, to, row, n, first));
		if (n == 0)
			break;
		q->after = row[n - 1].added;
		first = false;
		all += n;
	}
	TRY(put(cli, to, "]}\n", 3));
	if (fflush(to) != 0)
		return why_set(&cli->why, E_IO, "", "cannot write: %s", strerror(errno));
	cli_say(cli, "%llu objects", (unsigned long long)all);
	return 0;
}

/* ---- as events of MISP ---- */

struct misp_to {
	struct cli *cli;
	FILE *to;
};

static int put_text(void *ctx, struct slice text, struct why *why)
{
	struct misp_to *m = ctx;

	(void)why; /* the command's own */
	return put(m->cli, m->to, text.p, text.n);
}

static int export_misp(struct cli *cli, FILE *to, const struct list_query *q)
{
	struct reader self = world_reader(&cli->world, &cli->node->self);
	const struct misp_view view = {.world = &cli->world,
		.db = cli->db,
		.who = &self,
		.query = *q,
		.now_ms = env_now_ms(&cli->env)};
	const char *report = cli_option(cli, "report");
	struct buf text CLEANUP_BUF = BUF(LIMIT_MISP_BUNDLE);
	struct misp_to m = {cli, to};
	struct misp_exported out = {.events = 1};

	if (report) {
		TRY(misp_export_report(&view, slice_str(report), &text, &out.left, &cli->why));
		buf_byte(&text, '\n');
		TRY(put(cli, to, text.p, text.n));
	} else {
		TRY(misp_export_all(&view, put_text, &m, &out, &cli->why));
	}
	if (fflush(to) != 0)
		return why_set(&cli->why, E_IO, "", "cannot write: %s", strerror(errno));
	cli_say(cli, "%zu events; %zu objects that MISP has no place for", out.events, out.left);
	return 0;
}

/* Sightings are found by an index that is made a moment after they have come. */
static int index_all(struct cli *cli)
{
	int rc;

	do
		rc = stix_index_run(cli->db, &cli->why);
	while (rc == 1);
	return rc;
}

static int export_to(struct cli *cli, FILE *to, struct list_query *q, bool misp)
{
	int rc = misp ? index_all(cli) : 0;

	if (rc == 0)
		rc = db_begin_read(cli->db, &cli->why);
	if (rc == 0)
		rc = misp ? export_misp(cli, to, q) : export_all(cli, to, q);
	db_rollback(cli->db);
	return rc;
}

static int export_run(struct cli *cli)
{
	const char *path = cli_option(cli, "output");
	struct list_query q;
	FILE *to = stdout;
	bool misp;
	int rc;

	TRY(format_of(cli, &misp));
	TRY(cli_world(cli));
	TRY(export_query(cli, &q));
	if (!misp && cli_option(cli, "report"))
		return why_set(&cli->why, E_USAGE, "--report", "goes with --format misp");
	if (misp && (q.n_type || q.versions != VERSION_LAST))
		return why_set(&cli->why, E_USAGE, "--format",
			"misp has no --type and no --versions: an event has what belongs to it");
	if (path && strcmp(path, "-") != 0) {
		to = fopen(path, "wxe");
		if (!to)
			return why_set(&cli->why, errno == EEXIST ? E_CONFLICT : E_IO, path, "%s",
				strerror(errno));
	}
	rc = export_to(cli, to, &q, misp);
	if (to != stdout && fclose(to) != 0 && rc == 0)
		rc = why_set(&cli->why, E_IO, path, "%s", strerror(errno));
	return rc;
}

const struct command command_cyber_export = {
	.name = "export",
	.args = "",
	.summary = "Write what this node holds as a STIX 2.1 bundle, or as events of MISP",
	.help = "Objects as they came, byte for byte, in the order in which they came. As MISP: an event for each report, and events of what no report names;\n"
		"distribution is 0 (your organisation only): who takes them in says how far they go on from there. TLP is in the tags.",
	.option = export_options,
	.run = export_run,
};
