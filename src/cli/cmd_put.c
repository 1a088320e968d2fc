/* cmd_put.c: `entente put`: writes a note, with files, for whom it is for. */
#include "base/enc.h"
#include "base/limits.h"
#include "base/report.h"
#include "base/utf8.h"
#include "cli/cli.h"
#include "log/batch.h"
#include "node/note.h"
#include "node/record.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct cli_option options[] = {
	{"to", 't', "WHO", false, "all, or members: ALB,KOS (default: nobody but this node)"},
	{"label", 'l', "LABEL", false,
		"class and categories: \"RESTRICTED TLP=AMBER\" (default: the lowest class)"},
	{"mode", 'm', "MODE", false, "real, exercise or test (default real)"},
	{"title", 0, "TEXT", false, "title (default: the first line of the text)"},
	{"file", 'f', "FILE", true, "attach a file, up to 1 GiB"},
	{"object", 0, "OBJECT", false,
		"a new version of this record: label, readers and files stay unless said"},
	{"until", 0, "TIME", false, "content is to be erased after this time, RFC 3339"},
	{"batch", 0, "FILE", false,
		"many notes at once: one JSON object a line, one label, few entries"},
	{NULL, 0, NULL, false, NULL},
};

static void show_progress(void *ctx, uint64_t done)
{
	progress_show(ctx, done, 0);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static int attach(struct cli *cli, const char *path, struct note_file *ret, int *ret_hold)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return why_set(&cli->why, E_MISSING, path, "%s", strerror(errno));
	struct progress p = progress_start(cli, path, true);
	int rc = files_add(
		cli->node, fd, show_progress, &p, &ret->sha256, &ret->size, ret_hold, &cli->why);
	progress_end(&p);
	close(fd);
	ret->name = slice_str(base_name(path));
	ret->media = SLICE("application/octet-stream");
	return rc;
}

static int read_text(struct cli *cli, struct note_record *note)
{
	if (cli->n_arg == 1 && strcmp(cli->arg[0], "-") == 0)
		TRY(cli_read(cli, "-", 512 * KIB, &note->text));
	else if (cli->n_arg == 1)
		note->text = slice_str(cli->arg[0]);
	if (cli_option(cli, "title")) {
		note->title = slice_str(cli_option(cli, "title"));
		return 0;
	}
	struct slice rest = note->text;
	if (!slice_cut(&rest, '\n', &note->title) || slice_trim(note->title).n == 0)
		note->title = note->n_file ? note->file[0].name : SLICE("note");
	note->title = slice_sub(slice_trim(note->title), 0, 120);
	while (note->title.n && utf8_bad_at(note->title) >= 0)
		note->title.n--;
	return 0;
}

/* Is everybody who is a member now among its readers? */
static bool is_for_all(const struct cli *cli, const struct record *r)
{
	const struct standing *s = &cli->world.standing;
	for (size_t i = 0; i < s->n_member; i++)
		if (!bsearch(&s->member[i], r->audience, r->n_audience, sizeof(*r->audience),
			    id_cmp))
			return false;
	return s->n_member > 0;
}

/* Who had the version before and is not told of this one goes on showing that one. */
static void tell_left_out(struct cli *cli, const struct draft *d, const struct record *r)
{
	for (size_t i = 0; !d->all && i < r->n_audience; i++) {
		bool in = id_eq(&r->audience[i], &cli->node->self);
		for (size_t k = 0; !in && k < d->n_member; k++)
			in = id_eq(&r->audience[i], &d->member[k]);
		if (!in)
			cli_say(cli, "%s keeps the version before: entente recall takes it away",
				world_party_label(&cli->world, &r->audience[i], &cli->arena));
	}
}

/* A new version is like the one before in everything that is not said: label, readers, mode, end, title, files. */
static int inherit(struct cli *cli, struct draft *d, struct note_record *note)
{
	struct reader me = world_reader(&cli->world, &cli->node->self);
	struct note_record before = {0};
	struct record r;
	TRY(record_get(&cli->world, cli->db, &me, &d->object, &cli->arena, &r, &cli->why));
	if (!cli_option(cli, "mode"))
		d->mode = r.mode;
	if (!cli_option(cli, "label"))
		d->label = r.label;
	if (!cli_option(cli, "until"))
		d->until_ms = r.until_ms;
	if (!cli_option(cli, "to")) {
		struct version now = {0};
		d->all = is_for_all(cli, &r);
		TRY(version_now(cli->db, cli->world.coalition.row, &d->object, &now, &cli->why));
		TRY(version_veiled(cli->db, &now, &d->veil_all, &cli->why));
		d->member = r.audience;
		d->n_member = d->all ? 0 : r.n_audience;
	}
	tell_left_out(cli, d, &r);
	if (!slice_is(r.kind, "note/1"))
		return why_set(&cli->why, E_INVALID, "--object",
			"this record is no note: it is %.*s", SLICE_FMT(r.kind));
	TRY(note_record_parse(&before, &cli->arena, r.content, &cli->why));
	if (note->n_file == 0) {
		note->file = before.file;
		note->n_file = before.n_file;
	}
	return 0;
}

/* Who and how: what every draft of this command shares. */
static int address(struct cli *cli, struct draft *d)
{
	struct id *member;
	const char *to = cli_option(cli, "to"), *until = cli_option(cli, "until");
	TRY(cli_mode(cli, &d->mode));
	TRY(cli_label(cli, cli_option(cli, "label") ? cli_option(cli, "label") : "", &d->label));
	if (to) {
		TRY(cli_audience(cli, to, &d->all, &member, &d->n_member));
		d->member = member;
	} else {
		d->member = &cli->node->self;
		d->n_member = 1;
	}
	if (until && utc_parse(slice_str(until), &d->until_ms, &cli->why) < 0)
		return why_prefix(&cli->why, "--until");
	d->kind = SLICE("note/1");
	if (cli_option(cli, "object")) {
		TRY(cli_object(cli, cli_option(cli, "object"), &d->object));
		d->has_object = true;
	}
	return 0;
}

static void print_written(struct cli *cli, const struct written *w)
{
	char object[OBJECT_TEXT + 1], leaf[65];
	object_format(&w->object, object);
	hex_encode(w->leaf.b, 32, leaf);
	if (cli->json)
		cli_print(cli, "{\"object\":\"%s\",\"seq\":%" PRIu64 ",\"leaf\":\"%s\"}\n", object,
			w->seq, leaf);
	else
		cli_print(cli, "%s\n", object);
}

/* Each line of a file, with its number; blank ones are passed over. */
static bool line_next(struct slice *text, struct slice *ret, size_t *number)
{
	while (text->n > 0 && slice_cut(text, '\n', ret)) {
		++*number;
		if (slice_trim(*ret).n > 0)
			return true;
	}
	return false;
}

/* Before anything of it is written: what is wrong with line 1500 must not leave 1000 behind. */
static int check_lines(struct cli *cli, struct slice text, const char *path)
{
	struct slice line;
	size_t number = 0;

	while (line_next(&text, &line, &number)) {
		struct arena arena CLEANUP_ARENA = ARENA(4 * LIMIT_PAYLOAD_CONTENT);
		struct note_record note;

		if (line.n + BATCH_FRAME > LIMIT_PAYLOAD_CONTENT)
			return why_set(&cli->why, E_LIMIT, path,
				"line %zu is larger than %zu bytes; nothing is written", number,
				LIMIT_PAYLOAD_CONTENT - BATCH_FRAME);
		if (note_record_parse(&note, &arena, line, &cli->why) < 0)
			return why_prefix(
				&cli->why, "%s: line %zu, nothing is written", path, number);
	}
	return 0;
}

struct batch_put {
	struct buf b;		       /* owned */
	size_t objects, entries, in_b; /* written; in `b` */
};

static int batch_write(struct cli *cli, struct draft *d, struct batch_put *p)
{
	struct written written;

	if (p->in_b == 0)
		return 0;
	d->content = buf_slice(&p->b);
	/* What is written stays written: so that the rest can be put again, and not all. */
	if (cli_write_draft(cli, d, &written) < 0)
		return p->objects == 0
			       ? cli->why.code
			       : why_prefix(&cli->why,
					 "%zu objects in %zu entries are written, the rest is not",
					 p->objects, p->entries);
	p->objects += p->in_b;
	p->entries++;
	p->in_b = 0;
	buf_clear(&p->b);
	return 0;
}

/* Lines of JSON become batch payloads of at most LIMIT_PAYLOAD_CONTENT each. */
static int put_lines(struct cli *cli, struct draft *d, struct slice text, struct batch_put *p)
{
	struct slice line;
	size_t number = 0;

	while (line_next(&text, &line, &number)) {
		if (p->b.n + BATCH_FRAME + line.n > LIMIT_PAYLOAD_CONTENT ||
			p->in_b == LIMIT_BATCH_OBJECTS)
			TRY(batch_write(cli, d, p));
		batch_add(&p->b, line);
		MUST(!buf_over(&p->b));
		p->in_b++;
	}
	return batch_write(cli, d, p);
}

static int put_batch(struct cli *cli, struct draft *d, const char *path)
{
	struct batch_put p = {.b = BUF(LIMIT_PAYLOAD_CONTENT)};
	struct slice text;
	int rc;

	TRY(cli_read(cli, path, GIB, &text));
	TRY(check_lines(cli, text, path));
	d->media = SLICE(BATCH_MEDIA);
	rc = put_lines(cli, d, text, &p);
	buf_free(&p.b);
	if (rc < 0)
		return rc;
	if (cli->json)
		cli_print(cli, "{\"objects\":%zu,\"entries\":%zu}\n", p.objects, p.entries);
	else
		cli_print(cli, "%s in %s\n",
			arena_count(&cli->arena, p.objects, "object", "objects"),
			arena_count(&cli->arena, p.entries, "entry", "entries"));
	return 0;
}

static int put_note(struct cli *cli, struct note_record *note, struct draft *d, int *hold)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct written written;

	for (size_t i = 0; i < note->n_file; i++)
		TRY(attach(cli, cli_option_at(cli, "file", i), &note->file[i], &hold[i]));
	if (d->has_object)
		TRY(inherit(cli, d, note));
	TRY(read_text(cli, note));
	note_record_print(note, &b);
	d->media = SLICE("application/json");
	d->content = buf_slice(&b);
	TRY(cli_write_draft(cli, d, &written));
	print_written(cli, &written);
	return 0;
}

/* Held until a record names them; of what is refused nothing is kept. */
static int put_with_files(struct cli *cli, struct note_record *note, struct draft *d)
{
	int hold[LIMIT_FILES_PER_NOTE];
	struct note_file *file = note->file; /* a new version may have those of the one before */
	size_t n = note->n_file;

	for (size_t i = 0; i < n; i++)
		hold[i] = -1;
	int rc = put_note(cli, note, d, hold);
	for (size_t i = 0; i < n; i++) {
		struct why why = {0};
		bool added = hold[i] >= 0;
		files_let(&hold[i]);
		if (rc < 0 && added &&
			files_drop_unnamed(cli->node, cli->db, &file[i].sha256, &why) < 0)
			cli_say(cli, "warning: %s: %s", why.where, why.text);
	}
	return rc;
}

static int run(struct cli *cli)
{
	struct note_record note = {.n_file = cli_option_count(cli, "file")};
	struct draft d = {0};

	TRY(cli_world(cli));
	TRY(address(cli, &d));
	if (cli_option(cli, "batch"))
		return put_batch(cli, &d, cli_option(cli, "batch"));
	if (cli->n_arg == 0 && note.n_file == 0)
		return why_set(&cli->why, E_USAGE, "",
			"nothing to put: a text, - for standard input, --file or --batch");
	if (note.n_file > LIMIT_FILES_PER_NOTE)
		return why_set(
			&cli->why, E_LIMIT, "--file", "more than %d files", LIMIT_FILES_PER_NOTE);
	note.file = arena_array(&cli->arena, struct note_file, note.n_file + 1);
	TRY(put_with_files(cli, &note, &d));
	if (!cli_option(cli, "to") && !d.has_object)
		cli_say(cli,
			"kept here only: --to names who else gets it (entente release, later)");
	return 0;
}

const struct command command_put = {
	.name = "put",
	.group = "Records",
	.args = "[TEXT|-]",
	.args_max = 1,
	.summary = "Write a note, with files, for all or for some",
	.help = "The record is on disk and signed when the command returns; partners fetch it within moments.\n"
		"Whatever is not for all is veiled: others see that there is an entry and how large, nothing else.",
	.option = options,
	.run = run,
};
