/* put.c: the small pieces of which answers are made. */
#include "web/api.h"

#include "base/enc.h"

void put_id(struct json_out *o, const char *key, const struct id *id)
{
	char text[ID_TEXT + 1];

	id_format(id, text);
	json_put_cstr(o, key, text);
}

void put_hash(struct json_out *o, const char *key, const struct hash *h)
{
	char hex[65];

	hex_encode(h->b, 32, hex);
	json_put_cstr(o, key, hex);
}

void put_time(struct json_out *o, const char *key, int64_t ms)
{
	char text[UTC_TEXT_LEN + 1];

	if (!ms) {
		json_put_null(o, key);
		return;
	}
	utc_format(ms, text);
	json_put_cstr(o, key, text);
}

void put_coalition(struct json_out *o, const char *key, const struct id *id)
{
	char text[COAL_TEXT + 1];

	coalition_format(id, text);
	json_put_cstr(o, key, text);
}

void put_object(struct json_out *o, const char *key, const struct object_id *id)
{
	char text[OBJECT_TEXT + 1];

	object_format(id, text);
	json_put_cstr(o, key, text);
}

void put_party(struct call *c, const char *key, const struct id *id)
{
	json_open_at(&c->o, key, '{');
	put_id(&c->o, "id", id);
	json_put_cstr(&c->o, "label", world_party_label(&c->world, id, c->arena));
	json_close(&c->o);
}

void put_text(struct json_out *o, const char *key, struct slice s)
{
	if (s.p)
		json_put_string(o, key, s);
	else
		json_put_null(o, key);
}
