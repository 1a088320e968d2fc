/* charter_amend.c: see charter_amend.h. */
#include "cli/charter_amend.h"

#include "base/enc.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "node/browse.h"
#include "node/sense.h"

#include <inttypes.h>
#include <unistd.h>

/* More than a coalition ever has. */
#define LISTED_MAX	256
#define HASH_DIGITS_MIN 8

/* ---- amend ---- */

/* All members of now: §5 wants each that has not withdrawn, and the signature of whoever is named. */
static void members_set(struct cli *cli, struct charter *c)
{
	const struct standing *s = &cli->world.standing;

	c->n_member = s->n_member;
	c->member = arena_array(&cli->arena, struct charter_member, s->n_member);
	for (size_t i = 0; i < s->n_member; i++)
		c->member[i] = (struct charter_member){.id = s->member[i],
			.label = slice_str(
				world_party_label(&cli->world, &s->member[i], &cli->arena))};
}

static struct charter_clearance *clearance_line(
	struct charter *c, bool any, const struct id *member)
{
	for (size_t i = 0; i < c->n_clearance; i++)
		if (c->clearance[i].any == any && (any || id_eq(&c->clearance[i].member, member)))
			return &c->clearance[i];
	struct charter_clearance *k = &c->clearance[c->n_clearance++];
	*k = (struct charter_clearance){.any = any};
	if (!any)
		k->member = *member;
	return k;
}

/* "CLASS", or "PARTY=CLASS". */
static int clearance_set(struct cli *cli, struct charter *c, const char *text)
{
	struct slice rest = slice_str(text), party = SLICE_NONE;
	struct id member = {0};
	bool any = !memchr(rest.p, '=', rest.n);

	if (!any) {
		slice_cut(&rest, '=', &party);
		TRY(cli_party(cli, arena_string(&cli->arena, party), &member));
		if (!charter_has_member(c, &member))
			return why_set(&cli->why, E_USAGE, "--clearance", "%.*s is no member",
				SLICE_FMT(party));
	}
	unsigned level;
	TRY(charter_level_need(c, rest, "--clearance", &level, &cli->why));
	clearance_line(c, any, &member)->level = level;
	return 0;
}

/* Lines of parties that are named no more are dropped. */
static int clearances_set(struct cli *cli, struct charter *c)
{
	const struct charter *present = cli->world.standing.charter;
	size_t n = cli_option_count(cli, "clearance");

	c->clearance = arena_array(&cli->arena, struct charter_clearance, present->n_clearance + n);
	c->n_clearance = 0;
	for (size_t i = 0; i < present->n_clearance; i++)
		if (present->clearance[i].any ||
			charter_has_member(c, &present->clearance[i].member))
			c->clearance[c->n_clearance++] = present->clearance[i];
	for (size_t i = 0; i < n; i++)
		TRY(clearance_set(cli, c, cli_option_at(cli, "clearance", i)));
	return 0;
}

static int rules_set(struct cli *cli, struct charter *c)
{
	const char *observers = cli_option(cli, "observers");

	if (cli_option(cli, "name"))
		c->name = slice_str(cli_option(cli, "name"));
	if (cli_option_count(cli, "field") > 0)
		charter_fields(cli, c);
	TRY(charter_number(cli, "accession", c->accession, &c->accession));
	TRY(charter_number(cli, "suspension", c->suspension, &c->suspension));
	if (observers) {
		c->observers = strcmp(observers, "no") != 0;
		TRY(charter_number(cli, "observers", 0, &c->observers_need));
	}
	c->public_acts = c->public_acts || cli_switch(cli, "public");
	if (cli_option(cli, "text"))
		TRY(cli_read(cli, cli_option(cli, "text"), LIMIT_CHARTER_BYTES, &c->prose));
	return clearances_set(cli, c);
}

static bool has_line(struct slice text, struct slice line)
{
	struct slice one;

	while (slice_cut(&text, '\n', &one))
		if (slice_eq(one, line))
			return true;
	return false;
}

static void lines_missing(char sign, struct slice text, struct slice other, struct buf *b)
{
	struct slice line;

	while (slice_cut(&text, '\n', &line)) {
		if (line.n == 0 || has_line(other, line))
			continue;
		buf_addf(b, "  %c ", sign);
		utf8_show(b, line, line.n);
		buf_byte(b, '\n');
	}
}

/* What the one says and the other does not, line by line. */
static void say_changes(struct cli *cli, const struct charter *c)
{
	const struct charter *present = cli->world.standing.charter;
	struct buf b CLEANUP_BUF = BUF(4 * LIMIT_CHARTER_BYTES);

	lines_missing('-', present->text, c->text, &b);
	lines_missing('+', c->text, present->text, &b);
	fprintf(stderr, "version %u against version %u, which stands:\n%.*s", c->version,
		present->version, SLICE_FMT(buf_slice(&b)));
}

int charter_amend(struct cli *cli)
{
	struct charter *c = arena_new(&cli->arena, struct charter);
	const struct charter *next;

	TRY(cli_world(cli));
	if (cli_option_count(cli, "member") + cli_option_count(cli, "class") > 0 ||
		cli_option(cli, "policy"))
		return why_set(&cli->why, E_USAGE, "",
			"--member, --class and --policy are for a new charter: who is a member follows from acts, and labels in use need their policy and classes");
	*c = *cli->world.standing.charter;
	c->hash = (struct hash){0};
	c->text = SLICE_NONE;
	c->version++;
	c->has_prev = true;
	c->prev = cli->world.standing.charter->hash;
	members_set(cli, c);
	TRY(rules_set(cli, c));
	TRY(charter_sense(c, &cli->world, &cli->arena, &cli->why));
	TRY(charter_out(cli, c, &next));
	say_changes(cli, next);
	return 0;
}

/* ---- propose ---- */

static int charter_file(struct cli *cli, const char *path, struct charter *ret)
{
	struct slice text;

	TRY(cli_read(cli, path, LIMIT_CHARTER_BYTES, &text));
	return charter_parse(ret, &cli->arena, text, &cli->why);
}

static void say_written(struct cli *cli, const struct charter *c, const struct written *w)
{
	char hex[65];

	hex_encode(c->hash.b, 32, hex);
	if (cli->json)
		cli_print(cli, "{\"charter\":\"%s\",\"version\":%u,\"seq\":%" PRIu64 "}\n", hex,
			c->version, w->seq);
	else
		cli_print(cli, "charter %s\n", hex);
	cli_say(cli,
		"version %u is proposed; nothing is signed by this: entente sign --charter %.8s",
		c->version, hex);
}

int charter_propose(struct cli *cli)
{
	struct charter *c = arena_new(&cli->arena, struct charter);
	struct written written;

	if (cli->n_arg != 2)
		return why_set(&cli->why, E_USAGE, "", "usage: entente charter propose FILE");
	TRY(cli_world(cli));
	TRY(charter_file(cli, cli->arg[1], c));
	struct draft d = {.mode = MODE_REAL,
		.kind = SLICE("charter/1"),
		.all = true,
		.media = SLICE(CHARTER_MEDIA),
		.content = c->text};
	TRY(draft_sense(&d, &cli->world, cli->db, &cli->why));
	TRY(cli_write_draft(cli, &d, &written));
	say_written(cli, c, &written);
	return 0;
}

/* ---- what is here ---- */

/* The one whose hash begins so. */
static int hash_find(struct cli *cli, const char *digits, struct hash *ret)
{
	struct hash *all;
	size_t n, found = 0, len = strlen(digits);
	char hex[65];

	TRY(charter_browse(&cli->world, cli->db, LISTED_MAX, &cli->arena, &all, &n, &cli->why));
	for (size_t i = 0; i < n; i++) {
		hex_encode(all[i].b, 32, hex);
		if (len < HASH_DIGITS_MIN || len > 64 || strncasecmp(hex, digits, len) != 0)
			continue;
		*ret = all[i];
		found++;
	}
	if (found != 1)
		return why_set(&cli->why, found ? E_USAGE : E_MISSING, "--charter",
			found ? "%s begins the hash of several charters"
			      : "%s is no file and begins the hash of no charter that is here (entente charter list)",
			digits);
	return 0;
}

static const char *names_of(struct cli *cli, const struct id *list, size_t n)
{
	struct buf b CLEANUP_BUF = BUF(8 * KIB);

	for (size_t i = 0; i < n; i++) {
		buf_str(&b, i ? ", " : "");
		buf_str(&b, world_party_label(&cli->world, &list[i], &cli->arena));
	}
	return n ? arena_string(&cli->arena, buf_slice(&b)) : "nobody";
}

/* "proposed, signed by ALB; still to sign: HRV, KOS" */
static const char *words_of(struct cli *cli, const struct charter *c)
{
	const struct world *w = &cli->world;
	const struct standing_proposal *p = proposal_of(&w->standing, c, &cli->arena);

	if (hash_eq(&c->hash, &w->standing.charter->hash))
		return w->standing.in_force ? "stands" : "the founding charter, not in force yet";
	if (!p)
		return c->version <= w->standing.charter->version
			       ? "does not stand (any more)"
			       : "does not follow the one that stands";
	size_t n;
	const struct id *missing = proposal_missing(p, &cli->arena, &n);
	return arena_printf(&cli->arena, "proposed; signed by %s; still to sign: %s",
		names_of(cli, p->signed_by, p->n_signed), names_of(cli, missing, n));
}

static void list_line(struct cli *cli, const struct charter *c)
{
	char hex[65];

	hex_encode(c->hash.b, 32, hex);
	if (cli->json)
		cli_print(cli,
			"{\"charter\":\"%s\",\"version\":%u,\"current\":%s,\"proposed\":%s}\n", hex,
			c->version,
			hash_eq(&c->hash, &cli->world.standing.charter->hash) ? "true" : "false",
			charter_follows(c, cli->world.standing.charter) ? "true" : "false");
	else
		cli_print(cli, "version %u  %.16s  %s\n", c->version, hex, words_of(cli, c));
}

int charter_list(struct cli *cli)
{
	struct arena scratch CLEANUP_ARENA = ARENA(16 * MIB);
	struct hash *all;
	size_t n;

	TRY(cli_world(cli));
	TRY(charter_browse(&cli->world, cli->db, LISTED_MAX, &cli->arena, &all, &n, &cli->why));
	for (size_t i = 0; i < n; i++) {
		struct slice text;
		struct charter c;

		arena_reset(&scratch);
		TRY(charter_text(
			cli->db, cli->world.coalition.row, &all[i], &scratch, &text, &cli->why));
		if (charter_parse(&c, &scratch, text, NULL) == 0)
			list_line(cli, &c);
	}
	return 0;
}

int charter_proposed(struct cli *cli, const char *what, struct hash *ret)
{
	struct charter *c = arena_new(&cli->arena, struct charter);
	struct slice text;

	if (access(what, R_OK) == 0) {
		TRY(charter_file(cli, what, c));
		*ret = c->hash;
	} else {
		TRY(hash_find(cli, what, ret));
	}
	TRY(charter_text(cli->db, cli->world.coalition.row, ret, &cli->arena, &text, &cli->why));
	TRY(charter_parse(c, &cli->arena, text, &cli->why));
	if (!hash_eq(ret, &cli->world.standing.charter->hash))
		say_changes(cli, c);
	return 0;
}
