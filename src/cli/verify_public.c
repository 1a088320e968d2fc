/* verify_public.c: a register that somebody shows: is it true, who stands behind it, and what could still be missing? */
#include "cli/verify_public.h"

#include "base/enc.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "cli/rootfile.h"
#include "net/client.h"
#include "pact/vouch.h"

#include <inttypes.h>

struct showing {
	struct cli *cli;
	struct publicfile f;
	struct public_checked c;
	struct vouch *vouch;
	size_t differs, agrees;
};

int verify_fetch(struct cli *cli, const char *url, struct slice *ret)
{
	static const char *const everywhere[] = {"0.0.0.0/0", "::/0"};
	struct buf body CLEANUP_BUF = BUF(LIMIT_PUBLIC_BYTES);
	struct client_answer answer;
	struct client *c = client_new(&(struct client_options){
		.allow = everywhere, .n_allow = 2, .allow_plain_http = true, .anybody = true});
	int rc = client_request(c,
		&(struct client_call){
			.method = "GET", .url = url, .answer_max = LIMIT_PUBLIC_BYTES},
		&answer, &body, &cli->why);
	client_free(&c);
	if (rc < 0)
		return why_prefix(&cli->why, "%s", url);
	if (answer.status != 200)
		return why_set(&cli->why, E_NET, url, "answered with status %u", answer.status);
	*ret = arena_copy(&cli->arena, buf_slice(&body));
	return 0;
}

/* ---- whom to trust ---- */

static const char *label_of(const struct showing *s, const struct id *id)
{
	const struct standing_party *p =
		s->c.has_standing ? standing_find(&s->c.standing, id) : NULL;
	const struct public_party *party = publicfile_party(&s->f, id);
	struct slice label = p && p->label.n ? p->label
			     : party	     ? root_latest(&party->chain)->label
					     : SLICE_NONE;
	struct buf b CLEANUP_BUF = BUF(1 * KIB);
	char text[ID_TEXT + 1];
	id_format(id, text);
	if (label.n == 0)
		return arena_printf(&s->cli->arena, "%.8s", text);
	utf8_show(&b, label, 64);
	return arena_string(&s->cli->arena, buf_slice(&b));
}

static int no_fingerprint(struct showing *s)
{
	struct cli *cli = s->cli;
	for (size_t i = 0; i < s->f.n_party; i++) {
		struct buf words CLEANUP_BUF = BUF(1 * KIB);
		char hex[65];
		const struct hash *h = &s->f.party[i].chain.version[0].hash;
		hex_encode(h->b, 32, hex);
		root_fingerprint_words(h, &words);
		cli_say(cli, "%s claims the fingerprint %s\n  %s",
			label_of(s, &s->f.party[i].member), hex, buf_cstr(&words));
	}
	return why_set(&cli->why, E_USAGE, "--fingerprint",
		"is needed: of at least one party, compared with that party itself and not with this file");
}

static int trust(struct showing *s)
{
	struct cli *cli = s->cli;
	size_t n = cli_option_count(cli, "fingerprint"), roots = cli_option_count(cli, "root");
	s->vouch = vouch_start(&s->f, &cli->arena);
	if (n + roots == 0)
		return no_fingerprint(s);
	for (size_t i = 0; i < n; i++) {
		const char *text = cli_option_at(cli, "fingerprint", i);
		struct hash h;
		size_t found = hex_decode(slice_str(text), h.b, sizeof(h.b)) == 0
				       ? vouch_fingerprint(&s->f, s->vouch, &h)
				       : vouch_words(&s->f, s->vouch, slice_str(text));
		if (!found)
			return why_set(&cli->why, E_VERIFY, "--fingerprint",
				"no party of this register has the fingerprint %.80s", text);
	}
	for (size_t i = 0; i < roots; i++) {
		struct root_chain chain;
		struct slice text;
		TRY(rootfile_read(cli, cli_option_at(cli, "root", i), &text, &chain));
		if (!vouch_fingerprint(&s->f, s->vouch, &chain.version[0].hash))
			return why_set(&cli->why, E_VERIFY, "--root",
				"%s is of no party of this register",
				cli_option_at(cli, "root", i));
	}
	vouch_follow(&s->f, s->vouch, &s->c);
	if (s->f.n_charter && !vouch_coalition(&s->f, s->vouch, &s->c))
		return why_set(&cli->why, E_VERIFY, "--fingerprint",
			"nobody whose fingerprint you gave has signed this charter: the coalition may be invented");
	return 0;
}

/* ---- what it says ---- */

static const char *status_words(const struct showing *s, const struct standing_party *p)
{
	static const char *const words[] = {
		[STATUS_MENTIONED] = "has signed nothing",
		[STATUS_DECLARED] = "named as founder, has not signed",
		[STATUS_SIGNED] = "has signed",
		[STATUS_INTERESTED] = "interested, not a member",
		[STATUS_APPLIED] = "has applied, not a member",
		[STATUS_OBSERVER] = "observer",
		[STATUS_MEMBER] = "member",
		[STATUS_WITHDRAWING] = "withdrawing",
		[STATUS_SUSPENDED] = "suspended",
	};
	if (p->status == STATUS_WITHDRAWING && env_now_ms(&s->cli->env) >= p->withdraw_ms)
		return "has left";
	if (p->status == STATUS_SIGNED && s->c.standing.in_force)
		return "member";
	return words[p->status];
}

static const char *vouch_text(const struct showing *s, const struct id *id)
{
	const struct public_party *p = publicfile_party(&s->f, id);
	if (!p)
		return "no document of it is needed here";
	const struct vouch *v = &s->vouch[p - s->f.party];
	const char *by = v->by ? label_of(s, &v->by->member) : "";
	switch (v->how) {
	case VOUCH_FINGERPRINT:
		return "by your fingerprint";
	case VOUCH_CHARTER:
		return arena_printf(
			&s->cli->arena, "named by the charter that %s put its name to", by);
	case VOUCH_ACCESSION:
		return arena_printf(&s->cli->arena, "named in an accession by %s", by);
	case VOUCH_INTRODUCTION:
		return arena_printf(&s->cli->arena, "introduced by %s", by);
	case VOUCH_NOBODY:
		break;
	}
	return "nobody whom you trust knows it: its name is its own word";
}

static void ids_print(const struct showing *s, const char *what, const struct id *id, size_t n)
{
	for (size_t i = 0; i < n; i++)
		cli_print(s->cli, "%s%s", i ? ", " : what, label_of(s, &id[i]));
}

static void party_print(const struct showing *s, const struct standing_party *p)
{
	struct id missing[LIMIT_MEMBERS];
	size_t n = 0;
	cli_print(s->cli, "  %-8s %s", label_of(s, &p->id), status_words(s, p));
	if (p->status == STATUS_APPLIED) {
		cli_print(s->cli, ": ratified %zu of %zu", p->n_ratified, p->need);
		for (size_t i = 0; i < p->n_required; i++)
			if (!bsearch(&p->required[i], p->ratified, p->n_ratified, sizeof(struct id),
				    id_cmp))
				missing[n++] = p->required[i];
		ids_print(s, "; still to ratify: ", missing, n);
	}
	cli_print(s->cli, "\n           %s\n", vouch_text(s, &p->id));
}

static void statement_print(const struct showing *s, const struct public_entry *e)
{
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	const struct act_body *a = e->body;
	utf8_show(&b, a->about_label, 64);
	buf_str(&b, ": ");
	utf8_show(&b, a->speaker, 200);
	buf_addf(&b, ", %.*s (%s): \"", SLICE_FMT(a->said), claim_name(a->claim));
	utf8_show(&b, slice_trim(a->prose), 300);
	cli_print(s->cli, "  about %s\"\n           recorded and released by %s\n", buf_cstr(&b),
		label_of(s, &e->entry.log.member));
}

static size_t statements_print(const struct showing *s, bool print)
{
	size_t n = 0;
	for (size_t i = 0; i < s->f.n_log; i++)
		for (size_t j = 0; j < s->f.log[i].n_entry; j++) {
			const struct public_entry *e = &s->f.log[i].entry[j];
			if (e->kind != ACT_STATEMENT)
				continue;
			if (print && n == 0)
				cli_print(s->cli,
					"only said, and without effect on who is a member:\n");
			if (print)
				statement_print(s, e);
			n++;
		}
	return n;
}

/* ---- what it proves, and what not ---- */

static void limits_print(const struct showing *s)
{
	struct cli *cli = s->cli;
	char text[UTC_TEXT_LEN + 1];
	cli_print(cli,
		"proved: each of these was signed by its author and stands in that author's log as here.\n");
	for (size_t i = 0; i < s->c.n_digest; i++) {
		const struct public_digest *d = &s->c.digest[i];
		if (d->agrees != PUBLIC_AGREES)
			continue;
		cli_print(cli, "proved: nothing that settles standing is left out up to");
		for (size_t k = 0; k < d->entry->body->n_cuts; k++)
			cli_print(cli, " %s:%" PRIu64, label_of(s, &d->entry->body->cuts[k].member),
				d->entry->body->cuts[k].size);
		cli_print(cli, ", or %s has helped to hide it.\n",
			label_of(s, &d->entry->entry.log.member));
	}
	if (s->c.has_standing && s->agrees == 0)
		cli_print(cli,
			"not proved: that no act is left out; no member's own word for the standing fits this file.\n");
	cli_print(cli,
		"not proved: that every statement that was ever released is here; compare another member's register (--against).\n");
	if (s->c.newest_s) {
		utc_format(s->c.newest_s * 1000, text);
		cli_print(cli,
			"not proved: anything after %s, the newest cosignature of a witness.\n",
			text);
	} else {
		cli_print(cli, "not proved: when; no witness has signed.\n");
	}
}

static void text_print(const struct showing *s)
{
	struct cli *cli = s->cli;
	char id[COAL_TEXT + 1];
	coalition_format(&s->f.coalition, id);
	cli_print(cli, "%sverifies%s: public register of coalition %s\n",
		cli_colour(cli, COLOUR_GREEN), cli_colour(cli, COLOUR_NONE), id);
	if (s->c.has_standing) {
		struct buf b CLEANUP_BUF = BUF(1 * KIB);
		utf8_show(&b, s->c.standing.charter->name, 128);
		cli_print(cli, "  %s: %s\n", buf_cstr(&b),
			s->c.standing.in_force ? "in force" : "not in force");
		for (size_t i = 0; i < s->c.standing.n_party; i++)
			party_print(s, &s->c.standing.party[i]);
	} else {
		cli_print(cli,
			"  its charter does not make its acts public: only what their authors have released is here\n");
		for (size_t i = 0; i < s->f.n_party; i++)
			cli_print(cli, "  %-8s %s\n", label_of(s, &s->f.party[i].member),
				vouch_text(s, &s->f.party[i].member));
	}
	(void)statements_print(s, true);
	limits_print(s);
}

static void party_json(
	const struct showing *s, struct json_out *o, const struct id *id, const char *status)
{
	static const char *const how[] = {
		[VOUCH_NOBODY] = NULL,
		[VOUCH_FINGERPRINT] = "fingerprint",
		[VOUCH_CHARTER] = "charter",
		[VOUCH_ACCESSION] = "accession",
		[VOUCH_INTRODUCTION] = "introduction",
	};
	const struct public_party *p = publicfile_party(&s->f, id);
	char text[ID_TEXT + 1];
	id_format(id, text);
	json_open(o, '{');
	json_put_cstr(o, "id", text);
	json_put_cstr(o, "label", label_of(s, id));
	json_put_cstr(o, "status", status);
	const char *by = p ? how[s->vouch[p - s->f.party].how] : NULL;
	if (by)
		json_put_cstr(o, "vouched", by);
	else
		json_put_null(o, "vouched");
	json_close(o);
}

static void json_print(const struct showing *s)
{
	struct buf b CLEANUP_BUF = BUF(MIB);
	struct json_out o = json_out(&b);
	char text[UTC_TEXT_LEN + COAL_TEXT + 1];
	size_t acts = 0;
	for (size_t i = 0; i < s->f.n_log; i++)
		acts += s->f.log[i].n_entry;
	json_open(&o, '{');
	json_put_cstr(&o, "what", "public");
	coalition_format(&s->f.coalition, text);
	json_put_cstr(&o, "coalition", text);
	json_put_bool(&o, "acts_public", s->c.has_standing);
	json_put_bool(&o, "in_force", s->c.has_standing && s->c.standing.in_force);
	json_open_at(&o, "parties", '[');
	for (size_t i = 0; s->c.has_standing && i < s->c.standing.n_party; i++)
		party_json(s, &o, &s->c.standing.party[i].id,
			status_name(s->c.standing.party[i].status));
	json_close(&o);
	json_put_u64(&o, "entries", acts);
	json_put_u64(&o, "statements", statements_print(s, false));
	json_put_u64(&o, "complete_by", s->agrees);
	if (s->c.newest_s) {
		utc_format(s->c.newest_s * 1000, text);
		json_put_cstr(&o, "newest", text);
	} else {
		json_put_null(&o, "newest");
	}
	json_put_bool(&o, "ok", true);
	json_close(&o);
	buf_byte(&b, '\n');
	cli_out(s->cli, buf_slice(&b));
}

/* ---- against what else is known ---- */

static int other_read(struct cli *cli, const char *path, struct publicfile *ret)
{
	struct public_checked checked;
	struct slice bytes;
	if (strstr(path, "://"))
		TRY(verify_fetch(cli, path, &bytes));
	else
		TRY(cli_read(cli, path, LIMIT_PUBLIC_BYTES, &bytes));
	if (publicfile_parse(ret, &cli->arena, bytes, &cli->why) < 0 ||
		publicfile_check(ret, &cli->arena, &checked, &cli->why) < 0)
		return why_prefix(&cli->why, "%s", path);
	return 0;
}

static int compare(struct showing *s, const char *option, bool earlier)
{
	struct cli *cli = s->cli;
	for (size_t i = 0; i < cli_option_count(cli, option); i++) {
		struct publicfile other;
		const char *path = cli_option_at(cli, option, i);
		TRY(other_read(cli, path, &other));
		if (publicfile_compare(&s->f, &other, earlier, &cli->why) < 0)
			return why_prefix(&cli->why, "beside %s", path);
	}
	return 0;
}

static int age_check(struct showing *s)
{
	const char *text = cli_option(s->cli, "within");
	uint64_t hours;
	if (!text)
		return 0;
	if (slice_u64(slice_str(text), &hours) < 0 || hours == 0 || hours > 1000000)
		return why_set(
			&s->cli->why, E_USAGE, "--within", "a number of hours, not %s", text);
	int64_t age_s = env_now_ms(&s->cli->env) / 1000 - s->c.newest_s;
	if (s->c.newest_s == 0 || age_s > (int64_t)hours * 3600)
		return why_set(&s->cli->why, E_VERIFY, "--within",
			"no witness has signed within %" PRIu64 " hours: this may be an old copy",
			hours);
	return 0;
}

static int omission_check(struct showing *s)
{
	for (size_t i = 0; i < s->c.n_digest; i++) {
		s->agrees += s->c.digest[i].agrees == PUBLIC_AGREES;
		s->differs += s->c.digest[i].agrees == PUBLIC_DIFFERS;
		if (s->c.digest[i].agrees == PUBLIC_DIFFERS)
			return why_set(&s->cli->why, E_VERIFY, "",
				"an act is left out: the standing that %s has signed does not follow from what is here",
				label_of(s, &s->c.digest[i].entry->entry.log.member));
	}
	return 0;
}

int verify_public(struct cli *cli, struct slice file)
{
	struct showing *s = arena_new(&cli->arena, struct showing);
	s->cli = cli;
	TRY(publicfile_parse(&s->f, &cli->arena, file, &cli->why));
	TRY(publicfile_check(&s->f, &cli->arena, &s->c, &cli->why));
	TRY(trust(s));
	TRY(omission_check(s));
	TRY(compare(s, "against", false));
	TRY(compare(s, "since", true));
	TRY(age_check(s));
	if (cli->json)
		json_print(s);
	else
		text_print(s);
	return 0;
}
