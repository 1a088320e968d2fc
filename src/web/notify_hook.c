/* notify_hook.c: letters of webhooks: written for those that may know of an event, and sent. */
#include "web/notifier.h"

#include "base/enc.h"
#include "base/limits.h"
#include "net/client.h"
#include "web/live.h"

#include <inttypes.h>
#include <limits.h>

/* A receiver's answer is not read beyond this. */
#define ANSWER_BYTES (16 * KIB)

/* Of what says itself which it is. */
static const uint64_t no_mark[2];

/* A hook, what it may know of each coalition: as a token with its roles and clearance, capped by its maker. */
struct listener {
	struct hook hook;
	struct roles roles;
	bool alive; /* neither it nor its maker is disabled */
	struct news_reader at[LIMIT_COALITIONS];
	size_t n;
};

static int64_t level_of(const struct reader *r)
{
	if (r->no_clearance)
		return NEWS_PUBLIC;
	return r->clearance_level == UINT_MAX ? NEWS_SECRET : (int64_t)r->clearance_level;
}

static int levels_load(struct listener *l, const struct node *node, struct db *db,
	const struct account *maker, struct arena *arena, struct why *why)
{
	struct coalition *c;
	size_t n;
	int rc = coalition_list(db, arena, &c, &n, why);
	for (size_t i = 0; rc == 0 && i < n && i < LIMIT_COALITIONS; i++) {
		struct world w;
		rc = world_try(&w, node, db, &c[i].id, arena, why);
		if (rc < 0)
			return rc;
		if (rc == 1) {
			rc = 0;
			continue;
		}
		struct reader own = account_reader(&w, maker->clearance);
		struct reader r = own;
		if (l->hook.clearance.n) {
			struct reader asked = account_reader(&w, l->hook.clearance);
			r = reader_both(&own, &asked);
		}
		l->at[l->n++] = (struct news_reader){.coalition = w.coalition.row,
			.level = level_of(&r),
			.charter = w.standing.charter->hash};
	}
	return rc;
}

static int listeners_load(const struct node *node, struct db *db, struct arena *arena,
	struct listener **ret, size_t *ret_n, struct why *why)
{
	struct hook *hook;
	size_t n;
	int rc = hook_list(node, db, arena, &hook, &n, why);
	if (rc < 0)
		return rc;
	struct listener *out = arena_array(arena, struct listener, n + 1);
	for (size_t i = 0; i < n; i++) {
		struct account maker;
		rc = account_get_row(db, hook[i].account, arena, &maker, why);
		if (rc < 0)
			return rc;
		out[i].hook = hook[i];
		out[i].alive = !hook[i].disabled && !maker.disabled;
		out[i].roles = roles_both(&hook[i].roles, &maker.roles);
		if (out[i].alive && (rc = levels_load(&out[i], node, db, &maker, arena, why)) < 0)
			return rc;
	}
	*ret = out;
	*ret_n = n;
	return 0;
}

/* The rule of the live events (live.c). *ret_other: of another charter than that in force. */
static bool may_know(const struct listener *l, const struct news_item *i, bool *ret_other)
{
	if (!l->alive || (i->mode > MODE_REAL && !l->hook.play))
		return false;
	if (i->kind == NEWS_MUCH)
		return l->roles.of[AREA_PACT] >= ROLE_READER ||
		       l->roles.of[AREA_RECORDS] >= ROLE_READER;
	if (i->kind != NEWS_RECORD)
		return l->roles.of[AREA_PACT] >= ROLE_READER;
	return l->roles.of[AREA_RECORDS] >= ROLE_READER && news_for(i, l->at, l->n, ret_other);
}

/*
 * Of what happened, not of when it is told: several processes over one store tell of it, and it is one letter. `mark` is what tells it from another that reads the same.
 */
static void event_id(
	const char *topic, struct slice data, const uint64_t mark[2], char ret[HOOK_EVENT + 1])
{
	char text[64];
	snprintf(text, sizeof(text), "\n%" PRIu64 ".%" PRIu64 "\n", mark[0], mark[1]);
	const struct slice pieces[] = {slice_str(topic), slice_str(text), data};
	struct hash h = hash_of(pieces, 3);
	hex_encode(h.b, HOOK_EVENT / 2, ret);
}

static void body_print(const struct node *node, const char event[HOOK_EVENT + 1], const char *topic,
	enum mode mode, struct slice data, struct buf *b)
{
	struct json_out o = json_out(b);
	char id[ID_TEXT + 1], time[UTC_TEXT_LEN + 1];
	json_open(&o, '{');
	json_put_cstr(&o, "id", event);
	json_put_cstr(&o, "topic", topic);
	json_put_cstr(&o, "mode", mode_name(mode > MODE_REAL ? mode : MODE_REAL));
	utc_format(env_now_ms(&node->env), time);
	json_put_cstr(&o, "time", time);
	json_open_at(&o, "node", '{');
	id_format(&node->self, id);
	json_put_cstr(&o, "member", id);
	json_put_cstr(&o, "label", node->conf.label);
	json_close(&o);
	json_put_raw(&o, "data", data);
	json_close(&o);
}

int hook_letter(const struct node *node, struct db *db, const char *hook, const char *event_text,
	const char *topic, enum mode mode, struct slice data, struct why *why)
{
	struct buf body CLEANUP_BUF = BUF(HOOK_BODY);
	char event[HOOK_EVENT + 1];
	snprintf(event, sizeof(event), "%.32s", event_text);
	body_print(node, event, topic, mode, data, &body);
	if (buf_over(&body))
		return why_set(why, E_LIMIT, "", "an event is larger than a letter may be");
	return letter_add(
		db, hook, event, slice_str(topic), buf_slice(&body), env_now_ms(&node->env), why);
}

static int letter_write(const struct node *node, struct db *db, const char *hook, const char *topic,
	enum mode mode, struct slice data, const uint64_t mark[2], struct why *why)
{
	char event[HOOK_EVENT + 1];
	event_id(topic, data, mark, event);
	return hook_letter(node, db, hook, event, topic, mode, data, why);
}

/* The position in other words: two gaps are two events. */
static void reset_print(struct slice position, struct json_out *o)
{
	struct hash h = hash_bytes(position);
	char hex[65];
	hex_encode(h.b, 32, hex);
	json_open(o, '{');
	json_put_cstr(o, "since", hex);
	json_close(o);
}

static int tell_one(const struct node *node, struct db *db, const struct listener *l,
	const struct news_item *item, struct slice data, struct slice reset, struct why *why)
{
	bool other = false;
	if (may_know(l, item, &other))
		return letter_write(node, db, l->hook.id, live_topic(item), item->mode,
			item->kind == NEWS_MUCH ? reset : data, item->mark, why);
	return other ? letter_write(node, db, l->hook.id, "reset", MODE_REAL, reset, no_mark, why)
		     : 0;
}

int hooks_tell(const struct node *node, struct db *db, const struct news_item *item, size_t n,
	struct slice position, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_API_ARENA);
	struct buf reset CLEANUP_BUF = BUF(KIB);
	struct json_out reset_out = json_out(&reset);
	struct listener *l;
	size_t n_listener;
	int rc = listeners_load(node, db, &arena, &l, &n_listener, why);
	reset_print(position, &reset_out);
	for (size_t i = 0; rc == 0 && n_listener > 0 && i < n; i++) {
		struct buf data CLEANUP_BUF = BUF(HOOK_BODY);
		struct json_out o = json_out(&data);
		live_print(&item[i], &o);
		for (size_t k = 0; rc == 0 && k < n_listener; k++)
			rc = tell_one(node, db, &l[k], &item[i], buf_slice(&data),
				buf_slice(&reset), why);
	}
	return rc;
}

int hooks_reset(const struct node *node, struct db *db, struct slice position, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_API_ARENA);
	struct buf data CLEANUP_BUF = BUF(KIB);
	struct json_out o = json_out(&data);
	struct listener *l;
	size_t n;
	int rc = listeners_load(node, db, &arena, &l, &n, why);
	reset_print(position, &o);
	for (size_t k = 0; rc == 0 && k < n; k++)
		if (l[k].alive)
			rc = letter_write(node, db, l[k].hook.id, "reset", MODE_REAL,
				buf_slice(&data), no_mark, why);
	return rc;
}

int hook_test(const struct node *node, struct db *db, const struct hook *h, struct why *why)
{
	struct buf data CLEANUP_BUF = BUF(KIB);
	struct json_out o = json_out(&data);
	uint8_t random[16];
	char hex[33];
	env_random(&node->env, random, sizeof(random));
	hex_encode(random, sizeof(random), hex);
	json_open(&o, '{');
	json_put_cstr(&o, "try", hex);
	json_close(&o);
	return letter_write(node, db, h->id, "test", MODE_TEST, buf_slice(&data), no_mark, why);
}

/* ---- sending ---- */

struct posting {
	const struct node *node;
	const struct hook *hook;
	struct client *client;
	bool (*stop)(void *ctx);
	void *ctx;
};

/* The status of the answer, or negative. */
static int post(struct posting *p, const struct letter *l, struct why *why)
{
	struct buf answer CLEANUP_BUF = BUF(ANSWER_BYTES);
	char signature[HOOK_SIGNATURE], event_line[64], signature_line[HOOK_SIGNATURE + 32];
	const char *headers[] = {event_line, signature_line, NULL};
	struct client_answer ret;
	hook_sign(p->hook->secret, env_now_ms(&p->node->env) / 1000, l->body, signature);
	snprintf(event_line, sizeof(event_line), "Entente-Event: %s", l->event);
	snprintf(signature_line, sizeof(signature_line), "Entente-Signature: %s", signature);
	struct buf url CLEANUP_BUF = BUF(HOOK_URL + 1);
	buf_slice_add(&url, p->hook->url);
	struct client_call call = {.method = "POST",
		.url = buf_cstr(&url),
		.body = l->body,
		.content_type = "application/json",
		.headers = headers,
		.deadline_ms = NOTIFY_DEADLINE_MS,
		.answer_max = ANSWER_BYTES,
		.stop = p->stop,
		.stop_ctx = p->ctx};
	int rc = client_request(p->client, &call, &ret, &answer, why);
	/* It has answered, at whatever length. */
	if (rc == E_LIMIT && ret.status)
		rc = 0;
	return rc < 0 ? rc : (int)ret.status;
}

static int settle(struct posting *p, struct db *db, const struct letter *l, int status,
	const struct why *failed, bool *ret_went, struct why *why)
{
	int64_t now = env_now_ms(&p->node->env);
	char text[200] = "";
	*ret_went = status >= 200 && status < 300;
	if (*ret_went)
		return letter_done(db, l, OUT_SENT, 0, now, status, "", why);
	if (status < 0)
		snprintf(text, sizeof(text), "%.180s", failed->text);
	else
		snprintf(text, sizeof(text), "answered with status %d", status);
	bool dead = l->tries >= HOOK_TRIES || status == 410;
	return letter_done(db, l, dead ? OUT_DEAD : OUT_WAITING,
		now + hook_backoff_ms(&p->node->env, l->tries), now, status > 0 ? status : 0, text,
		why);
}

/* One after the other, in order; what fails holds back what is behind it. A receiver that takes its time has no more of a round than one answer may take. */
static int hook_send(struct posting *p, struct db *db, struct why *why)
{
	int64_t until = env_mono_ms(&p->node->env) + NOTIFY_DEADLINE_MS;
	bool went = true;
	int rc = 0;
	for (int i = 0; rc == 0 && went && i < NOTIFY_ROUND && !p->stop(p->ctx) &&
			env_mono_ms(&p->node->env) < until;
		i++) {
		struct arena arena CLEANUP_ARENA = ARENA(256 * KIB);
		struct why failed = {0};
		struct letter l = {0};
		rc = letter_take(db, p->hook->id, env_now_ms(&p->node->env), NOTIFY_LEASE_MS,
			&arena, &l, &failed);
		if (rc == E_MISSING)
			return 0;
		if (rc < 0)
			return why_set(why, rc, "webhook", "%s", failed.text);
		int status = post(p, &l, &failed);
		if (p->stop(p->ctx) && status < 0) /* it was broken off, and is due again */
			return letter_done(db, &l, OUT_WAITING, l.next_ms, 0, 0, "", why);
		rc = settle(p, db, &l, status, &failed, &went, why);
	}
	return rc;
}

int hooks_send(
	const struct node *node, struct db *db, bool (*stop)(void *ctx), void *ctx, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct hook *hook;
	size_t n;
	int rc = hook_list(node, db, &arena, &hook, &n, why);
	for (size_t i = 0; rc == 0 && i < n && !stop(ctx); i++) {
		if (hook[i].disabled)
			continue;
		struct client *client = client_new(&(struct client_options){.pins = &hook[i].pin,
			.n_pins = hook[i].has_pin,
			.allow = node->conf.allow,
			.n_allow = node->conf.n_allow});
		struct posting p = {node, &hook[i], client, stop, ctx};
		rc = hook_send(&p, db, why);
		client_free(&client);
	}
	return rc;
}
