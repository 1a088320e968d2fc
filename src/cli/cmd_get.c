/* cmd_get.c: `entente get` and `entente list`: reading records. */
#include "base/enc.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "cli/show.h"
#include "node/note.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <unistd.h>

static const struct cli_option get_options[] = {
	{"file", 0, "NAME", false, "the attached file of that name instead of the text"},
	{"raw", 0, NULL, false, "the stored bytes, exactly"},
	{"output", 'o', "FILE", false, "write here instead of to the terminal"},
	{"force", 'f', NULL, false, "overwrite the output"},
	{NULL, 0, NULL, false, NULL},
};

static struct reader own_staff(const struct cli *cli)
{
	return (struct reader){.self = true,
		.member = cli->node->self,
		.is_party = true,
		.is_member = true,
		.clearance_level = UINT_MAX};
}

static int copy_out(struct cli *cli, int from, uint64_t size, const char *path)
{
	static uint8_t piece[256 * 1024];
	bool terminal = !path || strcmp(path, "-") == 0;
	int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (cli_switch(cli, "force") ? O_TRUNC : O_EXCL);
	int to = terminal ? STDOUT_FILENO : open(path, flags, 0644);
	if (to < 0)
		return why_set(&cli->why, errno == EEXIST ? E_CONFLICT : E_IO, path, "%s",
			strerror(errno));
	struct progress p = progress_start(cli, terminal ? "file" : path, true);
	uint64_t done = 0;
	int rc = 0;
	while (rc == 0 && done < size) {
		ssize_t n = read(from, piece, sizeof(piece));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			rc = why_set(&cli->why, E_IO, "", "the stored file ends early");
		else if (fd_write_all(to, piece, (size_t)n) < 0)
			rc = why_set(&cli->why, E_IO, terminal ? "standard output" : path, "%s",
				strerror(errno));
		else
			progress_show(&p, done += (uint64_t)n, size);
	}
	progress_end(&p);
	if (!terminal && close(to) < 0 && rc == 0)
		rc = why_set(&cli->why, E_IO, path, "%s", strerror(errno));
	return rc;
}

static int get_file(struct cli *cli, const struct record *r, const char *name)
{
	struct note_record note;
	TRY(note_record_parse(&note, &cli->arena, r->content, &cli->why));
	for (size_t i = 0; i < note.n_file; i++) {
		if (!slice_is(note.file[i].name, name))
			continue;
		int fd;
		uint64_t size;
		if (files_open(cli->node, &note.file[i].sha256, &fd, &size, &cli->why) < 0)
			return why_set(&cli->why, E_MISSING, name, "the file has not arrived yet");
		/* Before the first byte goes out: what is damaged is not given to anybody. */
		int rc = files_verify(cli->node, &note.file[i].sha256, &cli->why);
		if (rc == 0)
			rc = copy_out(cli, fd, size, cli_option(cli, "output"));
		close(fd);
		return rc;
	}
	return why_set(&cli->why, E_MISSING, "--file", "this note has no file %s", name);
}

static void print_head(struct cli *cli, const struct record *r)
{
	char object[OBJECT_TEXT + 1], leaf[65], time[UTC_TEXT_LEN + 1];
	object_format(&r->object, object);
	hex_encode(r->leaf.b, 32, leaf);
	utc_format(r->time_ms, time);
	if (r->mode != MODE_REAL)
		cli_print(cli, "%s*** %s ***%s\n", cli_colour(cli, COLOUR_YELLOW),
			r->mode == MODE_EXERCISE ? "EXERCISE EXERCISE EXERCISE" : "TEST",
			cli_colour(cli, COLOUR_NONE));
	cli_print(cli, "%s%s%s\n", cli_colour(cli, COLOUR_BOLD), show_title(cli, r, 200),
		cli_colour(cli, COLOUR_NONE));
	cli_print(cli, "from     %s, %s (%s)\n",
		world_party_label(&cli->world, &r->author, &cli->arena), time,
		show_age(cli, r->time_ms));
	cli_print(cli, "to       %s\nlabel    %.*s\n", show_audience(cli, r), SLICE_FMT(r->label));
	cli_print(cli, "object   %s\nleaf     %s (entry %" PRIu64 ")\n", object, leaf, r->seq);
}

static void print_note(struct cli *cli, const struct record *r)
{
	struct note_record note;
	struct buf b CLEANUP_BUF = BUF(2 * MIB);
	if (note_record_parse(&note, &cli->arena, r->content, NULL) < 0)
		return;
	for (size_t i = 0; i < note.n_file; i++) {
		struct buf name CLEANUP_BUF = BUF(4 * KIB);
		char hex[65];
		hex_encode(note.file[i].sha256.b, 32, hex);
		utf8_show(&name, note.file[i].name, 120);
		cli_print(cli, "file     %s  %" PRIu64 " bytes  %.16s%s\n", buf_cstr(&name),
			note.file[i].size, hex,
			files_has(cli->node, &note.file[i].sha256) ? "" : "  (on its way)");
	}
	struct slice rest = note.text, line;
	cli_print(cli, "\n");
	while (slice_cut(&rest, '\n', &line)) {
		buf_clear(&b);
		utf8_show(&b, line, SIZE_MAX);
		cli_print(cli, "%s\n", buf_cstr(&b));
	}
}

static int run_get(struct cli *cli)
{
	struct object_id object;
	struct record r;
	struct reader me;
	TRY(cli_world(cli));
	TRY(cli_object(cli, cli->arg[0], &object));
	me = own_staff(cli);
	TRY(record_get(&cli->world, cli->db, &me, &object, &cli->arena, &r, &cli->why));
	if (cli_option(cli, "file"))
		return get_file(cli, &r, cli_option(cli, "file"));
	if (cli_switch(cli, "raw"))
		return cli_write(cli, cli_option(cli, "output") ? cli_option(cli, "output") : "-",
			r.content);
	if (cli->json) {
		struct buf b CLEANUP_BUF = BUF(8 * MIB);
		struct json_out o = json_out(&b);
		show_record_json(cli, &r, true, &o);
		buf_byte(&b, '\n');
		return cli_write(cli, cli_option(cli, "output") ? cli_option(cli, "output") : "-",
			buf_slice(&b));
	}
	print_head(cli, &r);
	if (r.state == 0)
		print_note(cli, &r);
	return 0;
}

const struct command command_get = {
	.name = "get",
	.group = "Records",
	.args = "OBJECT",
	.args_min = 1,
	.args_max = 1,
	.summary = "Show a record, or fetch a file attached to it",
	.help = "OBJECT is an id as put and list print it; the start of its second half is enough.",
	.option = get_options,
	.run = run_get,
};

static const struct cli_option list_options[] = {
	{"mode", 'm', "MODE", false, "real, exercise or test (default real); they are never mixed"},
	{"kind", 'k', "KIND", false, "only this kind, or kinds that start with it"},
	{"owner", 0, "PARTY", false, "only what this party owns"},
	{"search", 's', "WORDS", false, "only what contains all these words"},
	{"limit", 'n', "N", false, "at most N (default 50)"},
	{NULL, 0, NULL, false, NULL},
};

static int list_query(struct cli *cli, struct record_query *q)
{
	uint64_t limit = 50;
	const char *text = cli_option(cli, "limit");
	TRY(cli_mode(cli, &q->mode));
	if (text && (slice_u64(slice_str(text), &limit) < 0 || limit == 0 || limit > 1000))
		return why_set(&cli->why, E_USAGE, "--limit", "1 to 1000, not %s", text);
	q->limit = (size_t)limit;
	q->kind = slice_str(cli_option(cli, "kind"));
	q->text = slice_str(cli_option(cli, "search"));
	if (cli_option(cli, "owner")) {
		TRY(cli_party(cli, cli_option(cli, "owner"), &q->owner));
		q->has_owner = true;
	}
	return 0;
}

static void list_json(struct cli *cli, const struct record *r, size_t n)
{
	struct buf b CLEANUP_BUF = BUF(64 * MIB);
	struct json_out o = json_out(&b);
	json_open(&o, '{');
	json_open_at(&o, "records", '[');
	for (size_t i = 0; i < n; i++)
		show_record_json(cli, &r[i], false, &o);
	json_close(&o);
	json_close(&o);
	buf_byte(&b, '\n');
	cli_out(cli, buf_slice(&b));
}

static void list_text(struct cli *cli, const struct record *r, size_t n, enum mode mode)
{
	if (mode != MODE_REAL)
		cli_print(cli, "%s*** %s ***%s\n", cli_colour(cli, COLOUR_YELLOW),
			mode == MODE_EXERCISE ? "EXERCISE EXERCISE EXERCISE" : "TEST",
			cli_colour(cli, COLOUR_NONE));
	for (size_t i = 0; i < n; i++) {
		char name[ID_TEXT + 1];
		id_format(&r[i].object.name, name);
		struct label label = {0};
		struct slice class_name =
			label_parse(&label, r[i].label, NULL) == 0 ? label.class_name : r[i].label;
		cli_print(cli, "%.8s  %6s  %-5s %s%-12.*s%s %s  %s-> %s%s\n", name,
			show_age(cli, r[i].time_ms),
			world_party_label(&cli->world, &r[i].author, &cli->arena),
			cli_colour(cli, COLOUR_YELLOW), SLICE_FMT(class_name),
			cli_colour(cli, COLOUR_NONE), show_title(cli, &r[i], 60),
			cli_colour(cli, COLOUR_DIM), show_audience(cli, &r[i]),
			cli_colour(cli, COLOUR_NONE));
	}
	if (n == 0)
		cli_say(cli, "no %s records here yet: entente put", mode_name(mode));
}

static int run_list(struct cli *cli)
{
	struct record_query q = {0};
	struct record *r;
	size_t n;
	TRY(cli_world(cli));
	TRY(list_query(cli, &q));
	struct reader me = own_staff(cli);
	TRY(record_list(&cli->world, cli->db, &me, &q, &cli->arena, &r, &n, &cli->why));
	if (cli->json)
		list_json(cli, r, n);
	else
		list_text(cli, r, n, q.mode);
	return 0;
}

const struct command command_list = {
	.name = "list",
	.group = "Records",
	.args = "",
	.summary = "List records, newest first",
	.option = list_options,
	.run = run_list,
};
