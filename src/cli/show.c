/* show.c: records for eyes and scripts. */
#include "cli/show.h"

#include "base/enc.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "node/tell.h"

#include <inttypes.h>

static const char *const state_names[] = {"live", "recalled", "erased"};

static void put_members(struct cli *cli, const struct record *r, struct json_out *o)
{
	(void)cli;
	json_open_at(o, "audience", '[');
	for (size_t i = 0; i < r->n_audience; i++) {
		char id[ID_TEXT + 1];
		id_format(&r->audience[i], id);
		json_put_cstr(o, NULL, id);
	}
	json_close(o);
}

static void put_content(struct cli *cli, const struct record *r, struct json_out *o)
{
	struct json_doc doc;
	if (slice_is(r->media, "application/json") &&
		json_read(&doc, &cli->arena, r->content, &json_limits_local, NULL) == 0)
		json_put_raw(o, "content", json_raw(&doc, json_root(&doc)));
	else if (utf8_bad_at(r->content) < 0)
		json_put_string(o, "content", r->content);
}

void show_record_json(struct cli *cli, const struct record *r, bool content, struct json_out *o)
{
	char object[OBJECT_TEXT + 1], author[ID_TEXT + 1], leaf[65], time[UTC_TEXT_LEN + 1];
	object_format(&r->object, object);
	id_format(&r->author, author);
	hex_encode(r->leaf.b, 32, leaf);
	utc_format(r->time_ms, time);
	json_open(o, '{');
	json_put_cstr(o, "object", object);
	json_put_cstr(o, "author", author);
	json_put_cstr(o, "author_label", world_party_label(&cli->world, &r->author, &cli->arena));
	json_put_string(o, "kind", r->kind);
	json_put_cstr(o, "mode", mode_name(r->mode));
	json_put_string(o, "label", r->label);
	json_put_cstr(o, "time", time);
	json_put_u64(o, "epoch", r->epoch);
	json_put_u64(o, "seq", r->seq);
	json_put_cstr(o, "leaf", leaf);
	json_put_cstr(o, "state", state_names[r->state]);
	json_put_bool(o, "frozen", r->frozen);
	json_put_cstr(o, "title", show_title(cli, r, 200));
	put_members(cli, r, o);
	if (content)
		put_content(cli, r, o);
	json_close(o);
}

/* Both lists are sorted. */
static bool audience_is_everybody(const struct cli *cli, const struct record *r)
{
	const struct standing *s = &cli->world.standing;

	if (r->n_audience != s->n_member || s->n_member < 2)
		return false;
	for (size_t i = 0; i < s->n_member; i++)
		if (!id_eq(&r->audience[i], &s->member[i]))
			return false;
	return true;
}

const char *show_audience(struct cli *cli, const struct record *r)
{
	struct buf b CLEANUP_BUF = BUF(8 * KIB);
	if (audience_is_everybody(cli, r))
		return "all members";
	for (size_t i = 0; i < r->n_audience; i++) {
		if (b.n)
			buf_str(&b, ", ");
		buf_str(&b, world_party_label(&cli->world, &r->audience[i], &cli->arena));
	}
	return arena_string(&cli->arena, buf_slice(&b));
}

const char *show_title(struct cli *cli, const struct record *r, size_t max_chars)
{
	struct buf b CLEANUP_BUF = BUF(4 * KIB);
	if (r->state != 0)
		return arena_printf(&cli->arena, "(%s)", state_names[r->state]);
	utf8_show(&b, record_title(r, &cli->arena), max_chars);
	return arena_string(&cli->arena, buf_slice(&b));
}

const char *show_age(struct cli *cli, int64_t since_ms)
{
	int64_t s = (env_now_ms(&cli->env) - since_ms) / 1000;
	if (s < 0)
		return "ahead";
	if (s < 60)
		return arena_printf(&cli->arena, "%" PRId64 " s", s);
	if (s < 3600)
		return arena_printf(&cli->arena, "%" PRId64 " min", s / 60);
	if (s < 48 * 3600)
		return arena_printf(&cli->arena, "%" PRId64 " h", s / 3600);
	return arena_printf(&cli->arena, "%" PRId64 " d", s / 86400);
}

int show_act(struct cli *cli, const struct log *log, uint64_t seq, struct buf *ret)
{
	struct slice bytes, plain;
	struct entry e;
	uint8_t salt[32];
	struct act_body *body = arena_new(&cli->arena, struct act_body);
	TRY(log_entry(cli->db, log->row, seq, &cli->arena, &bytes, &cli->why));
	TRY(entry_parse(&e, &cli->arena, bytes, &cli->why));
	if (!slice_is(e.media, ACT_MEDIA))
		return why_set(&cli->why, E_MISSING, "", "the entry is no act");
	TRY(payload_get(cli->db, log->row, seq, &cli->arena, salt, &plain, &cli->why));
	TRY(act_body_parse(body, &cli->arena, act_kind_of(e.kind), plain, &cli->why));
	struct party *name = arena_array(&cli->arena, struct party, cli->world.n_party + 1);
	for (size_t i = 0; i < cli->world.n_party; i++)
		name[i] = (struct party){
			cli->world.party[i].id, slice_str(world_party_label(&cli->world,
							&cli->world.party[i].id, &cli->arena))};
	act_tell(&(struct telling){.entry = &e,
			 .body = body,
			 .coalition = cli->world.coalition.founding.name,
			 .party = name,
			 .n_party = cli->world.n_party},
		ret);
	return 0;
}
