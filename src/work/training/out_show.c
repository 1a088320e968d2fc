/* out_show.c: see out_show.h. */
#include "work/training/out_show.h"

#include "base/limits.h"
#include "work/training/field.h"

void print_out(struct json_out *o, const char *key, const struct out_item *x)
{
	char object[OBJECT_TEXT + 1];

	object_format(&x->about, object);
	json_open_at(o, key, '{');
	json_put_i64(o, "row", x->row);
	json_put_cstr(o, "channel", out_channels[x->channel]);
	json_put_cstr(o, "about", object);
	json_put_string(o, "target", x->target);
	json_put_cstr(o, "state", out_states[x->state]);
	json_put_i64(o, "tries", x->tries);
	put_when(o, "made", x->made_ms);
	if (x->done_ms)
		put_when(o, "done", x->done_ms);
	else
		json_put_null(o, "done");
	json_put_string(o, "error", x->error);
	json_put_bool(o, "again", out_can_again(x->state, x->channel, x->body));
	json_close(o);
}

void print_calendar(struct json_out *o, const char *key, const struct calendar *c,
	const char *secret, const char *link)
{
	json_open_at(o, key, '{');
	json_put_cstr(o, "id", c->id);
	json_put_string(o, "name", c->name);
	json_put_string(o, "owner", c->owner);
	json_put_string(o, "clearance", c->clearance);
	json_put_cstr(o, "mode", mode_name(c->mode));
	json_put_bool(o, "busy", c->busy);
	put_when(o, "made", c->made_ms);
	if (secret) {
		struct buf path CLEANUP_BUF = BUF(4 * KIB);

		buf_addf(&path, "%s/calendar/%s.ics", link ? link : "", secret);
		json_put_string(o, "address", buf_slice(&path));
	}
	json_close(o);
}
