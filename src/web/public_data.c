/* public_data.c: the register for programs: JSON and an Atom feed (RFC 4287), and what pages and feeds share. */
#include "web/public_text.h"

#include "base/clock.h"
#include "base/enc.h"
#include "base/utf8.h"
#include "node/content.h"
#include "xml/xml.h"
#include "json/json.h"

#include <inttypes.h>

/* Entries of a feed: the newest; the whole stands in the file. */
#define FEED_MAX 200

struct slice public_label(const struct public_view *v, const struct id *id, char ret[PUBLIC_LABEL])
{
	const struct standing_party *p =
		v->c.has_standing ? standing_find(&v->c.standing, id) : NULL;
	const struct public_party *party = publicfile_party(&v->f, id);
	struct slice label = p && p->label.n ? p->label
			     : party	     ? root_latest(&party->chain)->label
					     : SLICE_NONE;
	if (label.n == 0 || label.n >= PUBLIC_LABEL) {
		char text[ID_TEXT + 1];
		id_format(id, text);
		label = slice_of(text, 8);
		memcpy(ret, label.p, label.n);
		return slice_of(ret, label.n);
	}
	memcpy(ret, label.p, label.n);
	return slice_of(ret, label.n);
}

struct slice public_name(const struct public_view *v)
{
	return v->c.has_standing ? v->c.standing.charter->name : slice_of(v->coalition, 12);
}

static int newest_first(const void *a, const void *b)
{
	const struct public_shown *x = a, *y = b;
	if (x->e->entry.time_ms != y->e->entry.time_ms)
		return x->e->entry.time_ms > y->e->entry.time_ms ? -1 : 1;
	int order = id_cmp(&x->log->id.member, &y->log->id.member);
	if (order)
		return order;
	return (x->e->entry.seq < y->e->entry.seq) - (x->e->entry.seq > y->e->entry.seq);
}

/* Digests are for the check, and what no officer of its author has signed is no act. */
size_t public_shown(const struct public_view *v, struct public_shown *ret, size_t max)
{
	size_t n = 0;
	for (size_t i = 0; i < v->f.n_log; i++)
		for (size_t j = 0; j < v->f.log[i].n_entry && n < max; j++) {
			const struct public_entry *e = &v->f.log[i].entry[j];
			if (e->kind != ACT_DIGEST && e->signature_ok)
				ret[n++] = (struct public_shown){&v->f.log[i], e};
		}
	qsort(ret, n, sizeof(*ret), newest_first);
	return n;
}

unsigned public_need(const struct public_view *v, const struct public_shown *s)
{
	const struct standing_party *p =
		v->c.has_standing ? standing_find(&v->c.standing, &s->log->id.member) : NULL;
	if (!v->c.has_standing || !act_rules[s->e->kind].constitutional)
		return 0;
	return witness_quorum(
		(unsigned)(p && !p->founder && p->n_required ? p->n_required + 1
							     : v->c.charter[0].n_member));
}

/* ---- JSON ---- */

static void put_hash(struct json_out *o, const char *key, const struct hash *h)
{
	char hex[65];
	hex_encode(h->b, 32, hex);
	if (hash_is_zero(h))
		json_put_null(o, key);
	else
		json_put_cstr(o, key, hex);
}

static void put_id(struct json_out *o, const char *key, const struct id *id)
{
	char text[ID_TEXT + 1];
	id_format(id, text);
	json_put_cstr(o, key, text);
}

static void put_ids(struct json_out *o, const char *key, const struct id *id, size_t n)
{
	json_open_at(o, key, '[');
	for (size_t i = 0; i < n; i++)
		put_id(o, NULL, &id[i]);
	json_close(o);
}

static void put_party(
	struct json_out *o, const struct public_view *v, const struct standing_party *p)
{
	char label[PUBLIC_LABEL];
	json_open(o, '{');
	put_id(o, "id", &p->id);
	json_put_string(o, "label", public_label(v, &p->id, label));
	json_put_cstr(o, "status", status_name(p->status));
	json_put_bool(o, "member", standing_is_member(&v->c.standing, &p->id));
	json_put_bool(o, "founder", p->founder);
	json_put_bool(o, "forked", p->forked);
	put_hash(o, "leaf", &p->leaf);
	put_ids(o, "required", p->required, p->n_required);
	put_ids(o, "ratified", p->ratified, p->n_ratified);
	json_put_u64(o, "ratifications_needed", p->need);
	put_time_or_null(o, "withdraws", p->withdraw_ms);
	put_ids(o, "suspended_by", p->suspended_by, p->n_suspended_by);
	json_close(o);
}

static void put_statement(struct json_out *o, const struct act_body *b)
{
	json_open_at(o, "statement", '{');
	json_put_string(o, "about", b->about_label);
	json_put_string(o, "speaker", b->speaker);
	json_put_string(o, "said", b->said);
	json_put_string(o, "where", b->where);
	json_put_cstr(o, "claim", claim_name(b->claim));
	json_put_string(o, "quote", b->prose);
	if (b->source.n)
		json_put_string(o, "source", b->source);
	if (b->lang.n)
		json_put_string(o, "lang", b->lang);
	json_close(o);
}

static void put_act(struct json_out *o, const struct public_view *v, const struct public_shown *s)
{
	char label[PUBLIC_LABEL], hex[65], path[160];
	json_open(o, '{');
	json_put_string(o, "kind", s->e->entry.kind);
	put_id(o, "member", &s->log->id.member);
	json_put_string(o, "label", public_label(v, &s->log->id.member, label));
	json_put_u64(o, "epoch", s->log->id.epoch);
	json_put_u64(o, "seq", s->e->entry.seq);
	put_hash(o, "leaf", &s->e->leaf);
	put_time_or_null(o, "time", s->e->entry.time_ms);
	if (s->e->body->has_member)
		put_id(o, "about", &s->e->body->member);
	json_put_u64(o, "witnessed", s->e->witnessed);
	json_put_u64(o, "witnesses_needed", public_need(v, s));
	if (s->e->kind == ACT_STATEMENT)
		put_statement(o, s->e->body);
	hex_encode(s->e->leaf.b, 32, hex);
	snprintf(path, sizeof(path), "/public/%s/%s.proof", v->coalition, hex);
	json_put_cstr(o, "proof", path);
	json_close(o);
}

void public_json(struct buf *b, const struct public_view *v)
{
	struct public_shown *list = mem_zero_alloc(LIMIT_PUBLIC_ENTRIES, sizeof(*list));
	size_t n = public_shown(v, list, LIMIT_PUBLIC_ENTRIES);
	struct json_out o = json_out(b);
	char path[80];
	json_open(&o, '{');
	json_put_cstr(&o, "coalition", v->coalition);
	json_put_bool(&o, "acts_public", v->c.has_standing);
	if (v->c.has_standing) {
		json_put_string(&o, "name", v->c.standing.charter->name);
		put_hash(&o, "charter", &v->c.standing.charter->hash);
		json_put_bool(&o, "in_force", v->c.standing.in_force);
		put_hash(&o, "standing_digest", &v->c.standing.digest);
		put_ids(&o, "members", v->c.standing.member, v->c.standing.n_member);
		json_open_at(&o, "parties", '[');
		for (size_t i = 0; i < v->c.standing.n_party; i++)
			put_party(&o, v, &v->c.standing.party[i]);
		json_close(&o);
	}
	put_time_or_null(&o, "newest_cosignature", v->c.newest_s * 1000);
	json_open_at(&o, "acts", '[');
	for (size_t i = 0; i < n; i++)
		put_act(&o, v, &list[i]);
	json_close(&o);
	snprintf(path, sizeof(path), "/public/%s.public", v->coalition);
	json_put_cstr(&o, "file", path);
	json_close(&o);
	buf_byte(b, '\n');
	mem_free(list);
}

/* ---- Atom ---- */

static void atom_time(struct xml_out *o, const char *tag, int64_t ms)
{
	char text[UTC_TEXT_LEN + 1];
	utc_format(ms, text);
	xml_leaf(o, tag, slice_str(text));
}

static void atom_link(struct xml_out *o, const char *rel, const char *type, const char *path)
{
	xml_open(o, "link");
	xml_put_attr(o, "rel", slice_str(rel));
	xml_put_attr(o, "type", slice_str(type));
	xml_put_attr(o, "href", slice_str(path));
	xml_close(o);
}

static void atom_text(struct xml_out *o, const char *tag, struct slice text)
{
	xml_open(o, tag);
	xml_put_attr(o, "type", SLICE("text"));
	xml_text(o, text);
	xml_close(o);
}

static void statement_text(struct buf *b, const struct act_body *a)
{
	buf_slice_add(b, a->speaker);
	buf_str(b, ", ");
	buf_slice_add(b, a->said);
	buf_str(b, ", ");
	buf_slice_add(b, a->where);
	buf_str(b, ": \xe2\x80\x9c");
	buf_slice_add(b, slice_trim(a->prose));
	buf_str(b, "\xe2\x80\x9d");
}

enum public_word public_act_word(const struct public_entry *e)
{
	switch (e->kind) {
	case ACT_INTRODUCTION:
		return W_ACT_INTRODUCTION;
	case ACT_SIGN:
		return W_ACT_SIGN;
	case ACT_INTEREST:
		return W_ACT_INTEREST;
	case ACT_ACCEDE:
		return W_ACT_ACCEDE;
	case ACT_RATIFY:
		return W_ACT_RATIFY;
	case ACT_WITHDRAW:
		return W_ACT_WITHDRAW;
	case ACT_SUSPEND:
		return W_ACT_SUSPEND;
	case ACT_RESUME:
		return W_ACT_RESUME;
	case ACT_STATEMENT:
		return W_ACT_STATEMENT;
	case ACT_PUBLISH:
		return e->body->withdrawn ? W_ACT_UNPUBLISH : W_ACT_PUBLISH;
	case ACT_NONE:
	case ACT_ROOT:
	case ACT_CHARTER:
	case ACT_ROLL:
	case ACT_DIGEST:
	case ACT_KINDS:
		break;
	}
	return W_ACT_OTHER;
}

static void atom_entry(struct xml_out *o, const struct public_view *v, const struct public_shown *s,
	enum public_lang lang)
{
	struct buf text CLEANUP_BUF = BUF(64 * KIB);
	char label[PUBLIC_LABEL], hex[65], path[160];
	struct slice author = public_label(v, &s->log->id.member, label);
	hex_encode(s->e->leaf.b, 32, hex);
	xml_open(o, "entry");
	snprintf(path, sizeof(path), "urn:entente:leaf:%s", hex);
	xml_leaf(o, "id", slice_str(path));
	buf_slice_add(&text, author);
	buf_addf(&text, ": %s ", public_word(lang, public_act_word(s->e)));
	char about[PUBLIC_LABEL];
	if (s->e->body->has_member)
		buf_slice_add(&text, public_label(v, &s->e->body->member, about));
	else if (s->e->kind == ACT_STATEMENT)
		buf_slice_add(&text, s->e->body->about_label);
	atom_text(o, "title", slice_trim(buf_slice(&text)));
	atom_time(o, "updated", s->e->entry.time_ms);
	atom_time(o, "published", s->e->entry.time_ms);
	xml_open(o, "author");
	xml_leaf(o, "name", author);
	xml_close(o);
	xml_open(o, "category");
	xml_put_attr(o, "term", s->e->entry.kind);
	xml_close(o);
	snprintf(path, sizeof(path), "/public/%s/%s", public_lang_name[lang], v->coalition);
	atom_link(o, "alternate", "text/html", path);
	snprintf(path, sizeof(path), "/public/%s/%s.proof", v->coalition, hex);
	atom_link(o, "related", "text/plain", path);
	buf_clear(&text);
	if (s->e->kind == ACT_STATEMENT)
		statement_text(&text, s->e->body);
	else
		buf_slice_add(&text, s->e->payload);
	atom_text(o, "content", buf_slice(&text));
	xml_close(o);
}

void public_atom(struct buf *b, const struct public_view *v, enum public_lang lang)
{
	struct public_shown *list = mem_zero_alloc(LIMIT_PUBLIC_ENTRIES, sizeof(*list));
	size_t n = public_shown(v, list, LIMIT_PUBLIC_ENTRIES);
	struct xml_out o = xml_out(b, true);
	char text[160];
	xml_open(&o, "feed");
	xml_put_attr(&o, "xmlns", SLICE("http://www.w3.org/2005/Atom"));
	xml_put_attr(&o, "xml:lang", slice_str(public_lang_name[lang]));
	snprintf(text, sizeof(text), "urn:entente:public:%s", v->coalition);
	xml_leaf(&o, "id", slice_str(text));
	atom_text(&o, "title", public_name(v));
	atom_text(&o, "subtitle", slice_str(public_word(lang, W_REGISTER)));
	atom_time(&o, "updated", n ? list[0].e->entry.time_ms : 0);
	snprintf(text, sizeof(text), "/public/%s/%s.atom", public_lang_name[lang], v->coalition);
	atom_link(&o, "self", "application/atom+xml", text);
	snprintf(text, sizeof(text), "/public/%s/%s", public_lang_name[lang], v->coalition);
	atom_link(&o, "alternate", "text/html", text);
	for (size_t i = 0; i < n && i < FEED_MAX; i++)
		atom_entry(&o, v, &list[i], lang);
	xml_close(&o);
	mem_free(list);
}
