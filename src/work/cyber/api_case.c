/* api_case.c: cases and what belongs to them, with the clock from the first sighting to coverage by everybody. */
#include "work/cyber/api_case.h"

#include "work/cyber/cover.h"
#include "work/cyber/csaf.h"
#include "work/cyber/index.h"

#include "base/enc.h"
#include "base/report.h"
#include "node/readings.h"
#include "node/record.h"

/* ---- printing ---- */

static void put_head(struct call *c, const struct record *r, enum coord_kind kind)
{
	put_object(&c->o, "object", &r->object);
	json_put_cstr(&c->o, "kind", coord_word(kind));
	json_put_cstr(&c->o, "mode", mode_name(r->mode));
	put_party(c, "owner", &r->object.owner);
	json_put_bool(&c->o, "own", id_eq(&r->object.owner, &c->node->self));
	json_put_string(&c->o, "label", r->label);
	put_time(&c->o, "time", r->time_ms);
	put_hash(&c->o, "leaf", &r->leaf);
	json_put_u64(&c->o, "seq", r->seq);
	json_open_at(&c->o, "audience", '[');
	for (size_t i = 0; i < r->n_audience; i++)
		put_party(c, NULL, &r->audience[i]);
	json_close(&c->o);
}

static void put_item(
	struct call *c, const struct record *r, enum coord_kind kind, const struct coord *x)
{
	json_open(&c->o, '{');
	put_head(c, r, kind);
	json_put_string(&c->o, "title", x->title);
	put_text(&c->o, "status", x->status.n ? x->status : SLICE_NONE);
	put_text(&c->o, "severity", x->severity.n ? x->severity : SLICE_NONE);
	put_text(&c->o, "type", x->type.n ? x->type : SLICE_NONE);
	put_text(&c->o, "answer", x->answer.n ? x->answer : SLICE_NONE);
	put_time(&c->o, "due", x->due_ms);
	if (x->has_for)
		put_party(c, "for", &x->member);
	else
		json_put_null(&c->o, "for");
	if (x->has_about)
		put_object(&c->o, "about", &x->about);
	else
		json_put_null(&c->o, "about");
	json_put_raw(&c->o, "content", json_raw(&x->doc, x->root));
	json_close(&c->o);
}

/* ---- lists ---- */

static struct slice after_make(struct call *c, const struct record *r)
{
	uint8_t object[32];

	memcpy(object, r->object.owner.b, 16);
	memcpy(object + 16, r->object.name.b, 16);
	return cursor_make(c, &r->time_ms, 1, slice_of(object, sizeof(object)));
}

static int query_read(struct call *c, const struct api_page *p, struct record_query *q)
{
	struct slice kind = request_query(c->req, "kind"), rest;
	enum coord_kind k = COORD_CASE;

	TRY(call_query_mode(c, &q->mode));
	if (kind.n && coord_word_parse(kind, &k) < 0)
		return why_set(&c->why, E_INVALID, "kind", "is case, task, rfi, notice or answer");
	q->kind = slice_str(coord_kind_name(k));
	q->text = request_query(c->req, "text");
	q->limit = p->limit;
	if (!p->after.p)
		return 0;
	q->has_after = true;
	TRY(cursor_read(c, p->after, &q->after_ms, 1, &rest));
	if (rest.n != 32)
		return why_set(&c->why, E_INVALID, "after", "is no `next` of a page of this list");
	memcpy(q->after.owner.b, rest.p, 16);
	memcpy(q->after.name.b, rest.p + 16, 16);
	return 0;
}

/* In memory that is given back: what a record says may be sixteen times as large when it is read. */
static int item_look(struct call *c, const struct record *r)
{
	struct arena scratch CLEANUP_ARENA = ARENA(COVER_ITEM);
	struct record whole = *r;
	enum coord_kind kind;
	struct coord x;

	if (r->cut)
		TRY(record_get(
			&c->world, c->db, &c->reader, &r->object, &scratch, &whole, &c->why));
	if (cover_parse(&whole, &scratch, &kind, &x) == 0)
		put_item(c, &whole, kind, &x);
	return 0;
}

int api_cyber_cases(struct call *c)
{
	struct record_query q = {0};
	struct api_page p;
	struct record *r;
	size_t n;

	TRY(call_page(c, &p));
	TRY(query_read(c, &p, &q));
	TRY(record_list(&c->world, c->db, &c->reader, &q, c->arena, &r, &n, &c->why));
	page_open(c);
	for (size_t i = 0; i < n; i++)
		TRY(item_look(c, &r[i]));
	page_close(c, n == p.limit ? after_make(c, &r[n - 1]) : SLICE_NONE);
	return 0;
}

/* ---- one ---- */

static int record_of_path(
	struct call *c, struct record *ret, enum coord_kind *ret_kind, struct coord *ret_coord)
{
	struct object_id object;

	if (object_parse(c->param[1], &object) < 0)
		return why_set(&c->why, E_MISSING, "", "no such record");
	TRY(record_get(&c->world, c->db, &c->reader, &object, c->arena, ret, &c->why));
	if (cover_parse(ret, c->arena, ret_kind, ret_coord) < 0)
		return why_set(&c->why, E_MISSING, "", "no such record");
	return 0;
}

static struct cover_view cover_view(struct call *c, const struct reader *who)
{
	return (struct cover_view){.world = &c->world, .db = c->db, .who = who};
}

/* One record that refers to it. */
static int link_look(
	struct call *c, const struct record *of, const struct object_id *object, struct cover *k)
{
	struct arena scratch CLEANUP_ARENA = ARENA(COVER_ITEM);
	struct cover_view v = cover_view(c, &c->reader);
	enum coord_kind kind;
	struct record r;
	struct coord x;
	int rc = cover_link(&v, of, object, &scratch, &r, &kind, &x, k, &c->why);

	if (rc == 1)
		put_item(c, &r, kind, &x);
	return rc < 0 ? rc : 0;
}

static int put_links(struct call *c, const struct record *of, struct cover *k)
{
	const struct index_view view = {
		&c->world, c->db, &c->reader, cyber_root(&c->world.coalition, of->mode)};
	struct object_id *o;
	size_t n;

	TRY(coord_links(&view, &of->object, COVER_LINKS, c->arena, &o, &n, &c->why));
	*k = cover_begin(n, c->arena);
	json_open_at(&c->o, "linked", '[');
	for (size_t i = 0; i < n; i++)
		TRY(link_look(c, of, &o[i], k));
	json_close(&c->o);
	return 0;
}

static int put_clock(struct call *c, const struct record *r, const struct coord *x, struct cover *k)
{
	/* Of sightings and earlier versions nothing is told but when. */
	struct reader looking = reader_unnoted(&c->reader);
	struct cover_view v = cover_view(c, &looking);

	TRY(cover_read(&v, r, x, k, &c->why));
	json_open_at(&c->o, "clock", '{');
	put_time(&c->o, "first_sighted", k->first_ms);
	put_time(&c->o, "opened", k->opened_ms);
	json_open_at(&c->o, "members", '[');
	for (size_t i = 0; i < r->n_audience; i++) {
		json_open(&c->o, '{');
		put_party(c, "member", &r->audience[i]);
		put_time(&c->o, "covered", cover_at(k, &r->audience[i]));
		json_close(&c->o);
	}
	json_close(&c->o);
	put_time(&c->o, "covered", k->covered_ms);
	json_close(&c->o);
	return 0;
}

static int put_objects(struct call *c, const struct record *r, const struct coord *x)
{
	struct list_query q = {.root = cyber_root(&c->world.coalition, r->mode),
		.id = x->object,
		.n_id = x->n_object < LIST_IDS ? x->n_object : LIST_IDS,
		.limit = LIST_IDS};
	struct list_row *row;
	bool more;
	size_t n = 0;

	json_open_at(&c->o, "objects", '[');
	if (q.n_id) {
		TRY(stix_list_page(
			&c->world, c->db, &c->reader, &q, c->arena, &row, &n, &more, &c->why));
		TRY(api_objects_put(c, q.root, row, n));
	}
	json_close(&c->o);
	return 0;
}

static int put_whole(
	struct call *c, const struct record *r, enum coord_kind kind, const struct coord *x)
{
	struct cover k;

	json_open(&c->o, '{');
	put_head(c, r, kind);
	if (x->has_about)
		put_object(&c->o, "about", &x->about);
	else
		json_put_null(&c->o, "about");
	json_put_raw(&c->o, "content", json_raw(&x->doc, x->root));
	TRY(put_links(c, r, &k));
	TRY(put_objects(c, r, x));
	if (kind == COORD_CASE)
		TRY(put_clock(c, r, x, &k));
	else
		json_put_null(&c->o, "clock");
	json_close(&c->o);
	return 0;
}

int api_cyber_case(struct call *c)
{
	struct record r;
	enum coord_kind kind;
	struct coord x;

	TRY(record_of_path(c, &r, &kind, &x));
	return put_whole(c, &r, kind, &x);
}

/* ---- writing ---- */

static int content_read(struct call *c, enum coord_kind kind, struct draft *d)
{
	json_ref content = json_get(&c->doc, c->body, "content");
	struct why why = {0};
	struct csaf csaf;
	struct coord x;

	if (json_type(&c->doc, content) != JSON_OBJECT)
		return why_set(&c->why, E_INVALID, "/content", "is missing, or no object");
	d->kind = slice_str(coord_kind_name(kind));
	d->media = SLICE("application/json");
	d->content = json_raw(&c->doc, content);
	if (coord_parse(&x, kind, d->content, c->arena, &why) < 0)
		return why_set(&c->why, E_INVALID, arena_printf(c->arena, "/content%s", why.where),
			"%s", why.text);
	/* Here, not in the check of the kind: what has been written stays readable when the rules get better. */
	if (x.csaf != JSON_ABSENT && csaf_read_at(&csaf, c->arena, &x.doc, x.csaf, &why) < 0)
		return why_set(&c->why, E_INVALID,
			arena_printf(c->arena, "/content/csaf%s", why.where), "%s", why.text);
	return 0;
}

static int address_read(struct call *c, struct draft *d)
{
	struct slice label;
	struct id *member;

	TRY(call_want(c, "label", ENTRY_LABEL_MAX, &label));
	TRY(call_label(c, label, &d->label));
	TRY(call_members(c, "audience", &d->all, &member, &d->n_member));
	/* Whoever has it has it because he was named: outsiders see that there is an entry, and no more. */
	d->veil_all = d->all;
	d->member = member;
	if (!d->all && d->n_member == 0) {
		d->member = &c->node->self;
		d->n_member = 1;
	}
	return 0;
}

static int answer_with(struct call *c, const struct object_id *object)
{
	char coalition[COAL_TEXT + 1], text[OBJECT_TEXT + 1];
	enum coord_kind kind;
	struct record r;
	struct coord x;
	int rc;

	coalition_format(&c->world.coalition.id, coalition);
	object_format(object, text);
	c->location =
		arena_printf(c->arena, API_BASE "/coalitions/%s/cyber/cases/%s", coalition, text);
	c->param[1] = slice_str(text);
	TRY(call_read(c));
	rc = record_of_path(c, &r, &kind, &x);
	if (rc == 0)
		rc = put_whole(c, &r, kind, &x);
	call_read_end(c);
	return rc;
}

int api_cyber_case_new(struct call *c)
{
	static const char *const known[] = {"kind", "mode", "label", "audience", "content", NULL};
	struct draft d = {0};
	struct written w;
	enum coord_kind kind;
	struct slice word;

	TRY(call_only(c, known));
	TRY(call_need(c, "kind", 16, &word));
	if (coord_word_parse(word, &kind) < 0)
		return why_set(&c->why, E_INVALID, "/kind", "is case, task, rfi, notice or answer");
	TRY(call_mode(c, &d.mode));
	TRY(address_read(c, &d));
	TRY(content_read(c, kind, &d));
	TRY(call_write(c, &d, "cyber new", coord_word(kind), &w));
	return answer_with(c, &w.object);
}

int api_cyber_case_put(struct call *c)
{
	static const char *const known[] = {"label", "audience", "content", NULL};
	struct draft d = {.has_object = true};
	enum coord_kind kind;
	struct written w;
	struct record r;
	struct coord x;
	int rc;

	TRY(call_read(c));
	rc = record_of_path(c, &r, &kind, &x);
	if (rc == 0 && !id_eq(&r.object.owner, &c->node->self))
		rc = why_set(&c->why, E_DENIED, "",
			"only its owner changes it: answer with a record of your own");
	if (rc == 0)
		rc = call_match(c, &r.object, &r.leaf, &d);
	call_read_end(c);
	TRY(rc);
	TRY(call_only(c, known));
	TRY(address_read(c, &d));
	TRY(content_read(c, kind, &d));
	d.object = r.object;
	d.mode = r.mode;
	TRY(call_write(c, &d, "cyber version", coord_word(kind), &w));
	return answer_with(c, &d.object);
}

/* The document of an advisory, as it came. */
int api_cyber_csaf(struct call *c)
{
	enum coord_kind kind;
	struct record r;
	struct coord x;

	TRY(record_of_path(c, &r, &kind, &x));
	if (x.csaf == JSON_ABSENT)
		return why_set(&c->why, E_MISSING, "", "this notice has no CSAF document");
	buf_slice_add(&c->out, json_raw(&x.doc, x.csaf));
	call_attach(c, "application/json", "advisory.json");
	return 0;
}
