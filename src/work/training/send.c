/* send.c: what is to be delivered beside the inbox; see send.h. */
#include "work/training/send.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/report.h"
#include "net/mail.h"
#include "node/hook.h"
#include "web/notifier.h"
#include "work/training/limits.h"

#include <inttypes.h>

/* Older ones are over: a node that was away, or has just learnt to mail, does not send what nobody waits for. */
#define FRESH_MS    DAY_MS
#define MESSAGE_MAX (128 * KIB)
#define ADDRESS_MAX 32

/* ---- mail ---- */

static bool domain_ok(const struct conf *c, struct slice address)
{
	ptrdiff_t at = slice_find(address, '@');

	for (size_t i = 0; at >= 0 && i < c->n_mail_domain; i++)
		if (slice_is(slice_sub(address, (size_t)at + 1, address.n), c->mail_domain[i]))
			return true;
	return c->n_mail_domain == 0;
}

/* Contacts of the audiences, and of the actors and roles that stand for them. */
static size_t addresses(
	struct desk *d, const struct view *v, const struct delivery *x, struct slice *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n_part; i++) {
		const struct part *p = &v->part[i];
		struct json_doc doc;
		struct slice contact;
		bool meant = false;

		for (size_t k = 0; k < x->n_audience; k++)
			meant = meant || object_id_eq(&p->row->object, &x->audience[k]) ||
				(p->audience.set && object_id_eq(&p->audience.id, &x->audience[k]));
		if (!meant || p->withdrawn || n == ADDRESS_MAX ||
			json_read(&doc, d->arena, p->row->body, &json_limits_partner, NULL) < 0)
			continue;
		contact = slice_trim(get_text(&doc, json_root(&doc), "contact", d->arena));
		for (size_t k = 0; k < n; k++)
			if (slice_eq(ret[k], contact))
				contact = SLICE_NONE;
		if (mail_address_valid(contact))
			ret[n++] = contact;
	}
	return n;
}

static struct slice subject_of(struct desk *d, const struct view *v, const struct delivery *x)
{
	struct slice mark = view_mark(v);

	return slice_str(arena_printf(d->arena, "%.*s %.*s: %.*s", SLICE_FMT(mark),
		SLICE_FMT(v->ex.code_name), SLICE_FMT(x->title)));
}

static struct slice text_of(struct desk *d, const struct view *v, const struct delivery *x)
{
	const char *link = d->node->conf.link;
	struct slice mark = view_mark(v);
	struct buf b CLEANUP_BUF = BUF(MESSAGE_MAX);

	buf_addf(&b, "%.*s %.*s. Nothing of this is real.\n\n", SLICE_FMT(mark),
		SLICE_FMT(v->ex.code_name));
	if (x->from_sim.n)
		buf_addf(&b, "From: %.*s\n", SLICE_FMT(x->from_sim));
	buf_addf(&b, "%.*s\n\n%.*s\n\n", SLICE_FMT(x->title), SLICE_FMT(x->body));
	if (link)
		buf_addf(&b, "%s/#/\n", link);
	buf_addf(&b, "%.*s %.*s: end of the exercise message %.*s\n", SLICE_FMT(mark),
		SLICE_FMT(v->ex.code_name), SLICE_FMT(x->number));
	return arena_copy(d->arena, buf_slice(&b));
}

static struct slice message_of(struct desk *d, const struct view *v, const struct delivery *x,
	struct slice to, const char *id)
{
	struct buf b CLEANUP_BUF = BUF(2 * MESSAGE_MAX);
	char member[ID_TEXT + 1];

	id_format(&d->node->self, member);
	mail_print(&(struct mail_text){.from = slice_str(d->node->conf.mail_from),
			   .to = to,
			   .subject = subject_of(d, v, x),
			   .body = text_of(d, v, x),
			   .message_id = arena_printf(d->arena, "%.32s@%s.entente", id, member),
			   .time_ms = x->released,
			   .mode = mode_name(v->ex.row->mode)},
		&b);
	return arena_copy(d->arena, buf_slice(&b));
}

/* May it leave under this class? Asked of the rule of release, as a reader of that class. */
static bool covered(struct desk *d, const struct delivery *x, const struct reader *who)
{
	struct row row;

	return store_get(d->world, d->db, who, &x->row->object, d->arena, &row, NULL) == 0;
}

static struct send_item *item_add(struct send_list *l, struct desk *d, const struct view *v,
	const struct delivery *x, enum out_channel channel, struct slice target)
{
	struct send_item *s = &l->p[l->n++];

	MUST(l->n <= l->max);
	*s = (struct send_item){.mode = v->ex.row->mode,
		.item = {.channel = channel,
			.coalition = d->world->coalition.row,
			.about = x->row->object,
			.target = target}};
	out_id(channel, &x->row->object, target, s->item.id);
	return s;
}

static void item_dead(struct send_item *s, const char *reason)
{
	s->item.state = OUT_DEAD;
	s->item.error = slice_str(reason);
}

static void mail_wanted(
	struct desk *d, const struct view *v, const struct delivery *x, struct send_list *l)
{
	const struct conf *c = &d->node->conf;
	struct slice to[ADDRESS_MAX];
	bool says = c->mail_ceiling && strcmp(c->mail_ceiling, "none") != 0;
	struct reader most = account_reader(d->world, slice_str(says ? c->mail_ceiling : ""));
	size_t n = addresses(d, v, x, to);

	if (n == 0)
		item_dead(item_add(l, d, v, x, OUT_MAIL, SLICE_NONE),
			"no audience of it has an address as contact");
	for (size_t i = 0; i < n && l->n < l->max; i++) {
		struct send_item *s = item_add(l, d, v, x, OUT_MAIL, to[i]);

		if (!c->mail)
			item_dead(s, "this node's settings name no mail relay");
		else if (!domain_ok(c, to[i]))
			item_dead(s, "the address is in no mail-domain of the settings");
		else if (!says || !covered(d, x, &most))
			item_dead(s, "its label is above the mail-ceiling of the settings");
		else
			s->item.body = message_of(d, v, x, to[i], s->item.id);
	}
}

/* ---- webhooks ---- */

static struct slice letter_of(struct desk *d, const struct view *v, const struct delivery *x)
{
	struct buf b CLEANUP_BUF = BUF(MESSAGE_MAX);
	struct json_out o = json_out(&b);
	struct slice mark = view_mark(v);

	json_open(&o, '{');
	json_put_string(&o, "mark", mark);
	put_record_id(&o, "exercise", &v->ex.row->object);
	json_put_string(&o, "code_name", v->ex.code_name);
	put_record_id(&o, "delivery", &x->row->object);
	json_put_string(&o, "label", x->row->label);
	json_put_string(&o, "number", x->number);
	json_put_string(&o, "title", x->title);
	json_put_string(&o, "body", x->body);
	json_put_string(&o, "from", x->from_sim);
	put_when(&o, "released", x->released);
	json_close(&o);
	return arena_copy(d->arena, buf_slice(&b));
}

/* As the hook may know: its class and its maker's. */
static int hook_may(
	struct desk *d, const struct hook *h, const struct delivery *x, bool *ret, struct why *why)
{
	struct account maker;
	struct reader own, asked;
	struct roles roles;
	int rc = account_get_row(d->db, h->account, d->arena, &maker, why);

	if (rc < 0)
		return rc;
	roles = roles_both(&h->roles, &maker.roles);
	own = account_reader(d->world, maker.clearance);
	asked = h->clearance.n ? account_reader(d->world, h->clearance) : own;
	asked = reader_both(&own, &asked);
	*ret = !maker.disabled && roles.of[AREA_RECORDS] >= ROLE_READER && covered(d, x, &asked);
	return 0;
}

static int hook_wanted(struct desk *d, const struct view *v, const struct delivery *x,
	struct slice url, struct send_list *l, struct why *why)
{
	struct send_item *s = item_add(l, d, v, x, OUT_HOOK, url);
	const struct hook *found = NULL;
	struct hook *hook;
	bool may = false;
	size_t n;
	int rc = hook_list(d->node, d->db, d->arena, &hook, &n, why);

	for (size_t i = 0; rc == 0 && i < n; i++)
		if (slice_eq(hook[i].url, url) || slice_eq(hook[i].name, url))
			found = &hook[i];
	if (rc == 0 && found)
		rc = hook_may(d, found, x, &may, why);
	if (rc < 0)
		return rc;
	s->data = letter_of(d, v, x);
	if (!found)
		item_dead(s, "this node has no webhook of that name or address");
	else if (found->disabled || !found->play)
		item_dead(s, "the webhook is disabled, or not for exercises");
	else if (!may)
		item_dead(s, "its label is above what the webhook may know");
	else if (s->data.n > HOOK_BODY - KIB)
		item_dead(s, "is larger than a letter may be");
	else
		s->hook = found->id;
	/* The letter's own state is told from there. */
	if (s->hook)
		s->item.state = OUT_SENT;
	return 0;
}

/* ---- both ---- */

static int known(struct desk *d, const struct delivery *x, enum method m, struct slice url,
	bool *ret, struct why *why)
{
	struct stmt *s;
	char id[OUT_ID + 1];
	int rc;

	if (m == METHOD_WEBHOOK) {
		out_id(OUT_HOOK, &x->row->object, url, id);
		return out_known(d->db, id, ret, why);
	}
	/* Whoever got it: an address that is added later is for later injects. */
	s = db_stmt(d->db,
		"SELECT 1 FROM training_out WHERE channel = $1 AND about_owner = $2 AND about_name = $3 LIMIT 1");
	db_bind_i64(s, 1, OUT_MAIL);
	db_bind_blob(s, 2, id_slice(&x->row->object.owner));
	db_bind_blob(s, 3, id_slice(&x->row->object.name));
	rc = db_step(s, why);
	db_reset(s);
	*ret = rc == DB_ROW;
	return rc < 0 ? rc : 0;
}

int send_wanted(struct desk *d, const struct view *v, struct send_list *ret, struct why *why)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < v->n_delivery && ret->n + ADDRESS_MAX < ret->max; i++) {
		const struct delivery *x = &v->delivery[i];
		const struct script *s;
		bool there = true;

		if ((x->method != METHOD_EMAIL && x->method != METHOD_WEBHOOK) || x->recalled.n ||
			!id_eq(&x->row->author, &d->node->self) || d->now - x->released > FRESH_MS)
			continue;
		s = view_script(v, &x->inject);
		struct slice url = s ? s->j.url : SLICE_NONE;
		rc = known(d, x, x->method, url, &there, why);
		if (rc == 0 && !there && x->method == METHOD_EMAIL)
			mail_wanted(d, v, x, ret);
		else if (rc == 0 && !there)
			rc = hook_wanted(d, v, x, url, ret, why);
	}
	return rc;
}

int send_write(const struct node *node, struct db *db, const struct send_list *l, struct why *why)
{
	int rc = l->n ? db_begin(db, why) : 0;

	if (rc < 0 || l->n == 0)
		return rc;
	for (size_t i = 0; rc == 0 && i < l->n; i++) {
		const struct send_item *s = &l->p[i];

		rc = out_want(db, &s->item, env_now_ms(&node->env), why);
		if (rc == 0 && s->hook)
			rc = hook_letter(
				node, db, s->hook, s->item.id, "inject", s->mode, s->data, why);
	}
	if (rc < 0) {
		db_rollback(db);
		return rc;
	}
	return db_commit(db, why);
}
