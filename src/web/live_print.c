/* live_print.c: the words of an event: its topic and its JSON, in the stream and in what is sent to webhooks alike. */
#include "web/live.h"

#include "node/news.h"

static void print_record(const struct news_item *i, struct json_out *o)
{
	static const char *const changes[] = {"written", "released", "recalled", "erased"};

	put_coalition(o, "coalition", &i->coalition_id);
	put_object(o, "object", &i->object);
	json_put_string(o, "kind", i->text);
	json_put_cstr(o, "mode", mode_name(i->mode));
	json_put_cstr(o, "change", changes[i->change]);
	put_id(o, "author", &i->object.owner);
	json_put_u64(o, "seq", i->seq);
}

static void print_act(const struct news_item *i, struct json_out *o)
{
	put_coalition(o, "coalition", &i->coalition_id);
	put_id(o, "member", &i->log.member);
	json_put_u64(o, "epoch", i->log.epoch);
	json_put_u64(o, "seq", i->seq);
	put_hash(o, "leaf", &i->leaf);
	json_put_string(o, "kind", i->text);
	json_put_cstr(o, "mode", mode_name(i->mode));
}

static void print_log(const struct news_item *i, struct json_out *o)
{
	put_coalition(o, "coalition", &i->coalition_id);
	put_id(o, "member", &i->log.member);
	json_put_u64(o, "epoch", i->log.epoch);
	json_put_u64(o, "size", i->size);
	json_put_bool(o, "frozen", i->frozen);
}

static void print_peer(const struct news_item *i, struct json_out *o)
{
	put_id(o, "id", &i->health.peer);
	put_time(o, "last_ok", i->health.last_ok_ms);
	json_put_i64(o, "failures", i->health.failures);
	json_put_string(o, "error", i->health.text);
}

static void print_standing(const struct news_item *i, struct json_out *o)
{
	put_coalition(o, "coalition", &i->coalition_id);
	put_hash(o, "digest", &i->leaf);
}

static void print_nothing(const struct news_item *i, struct json_out *o)
{
	(void)i;
	(void)o;
}

static const struct {
	const char *type;
	void (*print)(const struct news_item *i, struct json_out *o);
} kinds[] = {
	[NEWS_RECORD] = {"record", print_record},
	[NEWS_ACT] = {"act", print_act},
	[NEWS_STANDING] = {"standing", print_standing},
	[NEWS_LOG] = {"log", print_log},
	[NEWS_PEER] = {"peer", print_peer},
	[NEWS_MUCH] = {"reset", print_nothing},
};

const char *live_topic(const struct news_item *i)
{
	return kinds[i->kind].type;
}

void live_print(const struct news_item *i, struct json_out *o)
{
	json_open(o, '{');
	kinds[i->kind].print(i, o);
	json_close(o);
}
