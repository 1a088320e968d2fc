/* api_bundle.c: bundles in, objects taken back, collections of TAXII. */
#include "work/cyber/api.h"

#include "work/cyber/collection.h"
#include "work/cyber/misp_node.h"
#include "work/cyber/withdraw.h"

#include "node/fold.h"

/* ---- bundles ---- */

/* ?to=all or ids with ',' between them; nobody but this node if it is left out. */
static int query_members(struct call *c, struct ingest *in)
{
	struct slice text = request_query(c->req, "to"), one;
	struct id *id = arena_array(c->arena, struct id, LIMIT_MEMBERS + 1);

	in->all = slice_is(text, "all");
	while (!in->all && slice_cut(&text, ',', &one)) {
		if (in->n_member == LIMIT_MEMBERS || id_parse(one, &id[in->n_member]) < 0 ||
			!standing_find(&c->world.standing, &id[in->n_member]))
			return why_set(&c->why, E_INVALID, "to", "is \"all\" or ids of members");
		in->n_member++;
	}
	if (!in->all && in->n_member == 0)
		id[in->n_member++] = c->node->self;
	in->member = id;
	return 0;
}

static int write_drafts(void *ctx, const struct id *coalition, const struct draft *d, size_t n,
	struct written *ret, struct why *why)
{
	struct call *c = ctx;

	return queue_write(c->api->queue, coalition, d, n, ret, why);
}

static void result_put(struct call *c, const struct ingest_result *r)
{
	struct json_out *o = &c->o;

	json_open(o, '{');
	json_put_u64(o, "objects", r->objects);
	for (int v = 0; v < VERDICTS; v++)
		json_put_u64(o, ingest_verdict_name((enum verdict)v), r->n[v]);
	json_put_u64(o, "entries", r->entries);
	json_open_at(o, "told", '[');
	for (size_t i = 0; i < r->n_told; i++) {
		const struct ingest_told *t = &r->told[i];

		json_open(o, '{');
		json_put_cstr(o, "verdict", ingest_verdict_name(t->verdict));
		json_put_u64(o, "index", t->index);
		put_text(o, "id", t->id.n ? t->id : SLICE_NONE);
		json_put_cstr(o, "where", t->where);
		json_put_cstr(o, "text", t->text);
		json_close(o);
	}
	json_close(o);
	json_close(o);
}

/* What is no bundle at all leaves no trace. */
static int bundle_audit(struct call *c, const struct ingest *in)
{
	TRY(call_begin(c));
	return call_commit(c, call_audit(c, "cyber bundle", mode_name(in->mode)));
}

static int take_stix(struct call *c, const struct ingest *in, struct ingest_result *ret)
{
	struct source from;
	int rc;

	TRY(stix_source_open(&from, c->req->body_fd, c->req->body, &c->why));
	rc = bundle_audit(c, in);
	if (rc == 0)
		rc = ingest_run(in, &from, c->arena, ret, &c->why);
	stix_source_close(&from);
	return rc;
}

static int take_misp(struct call *c, const struct ingest *in, struct ingest_result *ret)
{
	struct buf text CLEANUP_BUF = BUF(LIMIT_MISP_BYTES + 64 * KIB);
	struct arena scratch CLEANUP_ARENA = ARENA(MISP_ARENA);
	struct slice json = c->req->body;
	struct misp_in events = {0};
	int rc;

	if (c->req->body_fd >= 0) {
		TRY(misp_file_read(c->req->body_fd, &text, &c->why));
		json = buf_slice(&text);
	}
	TRY(misp_read(json, in->mode, &scratch, &events, &c->why));
	rc = bundle_audit(c, in);
	if (rc == 0)
		rc = misp_take(in, &events, c->arena, ret, &c->why);
	misp_in_free(&events);
	return rc;
}

int api_cyber_bundle(struct call *c)
{
	struct ingest in = {.node = c->node,
		.db = c->db,
		.coalition = c->world.coalition.id,
		.write = write_drafts,
		.ctx = c};
	struct slice format = request_query(c->req, "format");
	struct ingest_result result = {0};
	bool misp = slice_is(format, "misp");
	int rc;

	if (format.n && !misp && !slice_is(format, "stix"))
		return why_set(&c->why, E_INVALID, "format", "is stix or misp");
	TRY(call_query_mode(c, &in.mode));
	TRY(call_label(c, request_query(c->req, "label"), &in.label));
	TRY(query_members(c, &in));
	rc = (misp ? take_misp : take_stix)(c, &in, &result);
	if (result.entries)
		call_wrote(c);
	TRY(rc);
	result_put(c, &result);
	return 0;
}

/* ---- out to MISP ---- */

int api_cyber_misp(struct call *c)
{
	struct misp_view view = {.world = &c->world,
		.db = c->db,
		.who = &c->reader,
		.now_ms = env_now_ms(&c->node->env)};
	struct slice id;
	enum mode mode;
	size_t left;

	TRY(call_query_mode(c, &mode));
	TRY(api_stix_id(c, &id));
	TRY(api_root(c, mode, &view.query.root));
	TRY(misp_export_report(&view, id, &c->out, &left, &c->why));
	call_attach(c, "application/json", "event.json");
	return 0;
}

/* ---- taking back ---- */

static int audit_withdrawal(void *ctx, struct why *why)
{
	struct call *c = ctx;
	int rc = call_begin(c);

	if (rc == 0)
		rc = call_commit(
			c, call_audit(c, "cyber withdraw", arena_string(c->arena, c->param[1])));
	if (rc < 0)
		*why = c->why;
	return rc;
}

int api_cyber_withdraw(struct call *c)
{
	static const char *const known[] = {"mode", "reason", NULL};
	struct list_query q = {.limit = LIST_LIMIT,
		.n_id = 1,
		.versions = VERSION_ALL,
		.has_author = true,
		.author = c->node->self};
	struct withdrawing x = {.node = c->node,
		.db = c->db,
		.world = &c->world,
		.reader = &c->reader,
		.audit = audit_withdrawal,
		.write = write_drafts,
		.ctx = c};
	struct slice id;
	size_t all;
	int rc;

	TRY(call_only(c, known));
	TRY(call_mode(c, &x.mode));
	TRY(call_want(c, "reason", 500, &x.reason));
	TRY(api_stix_id(c, &id));
	TRY(api_root(c, x.mode, &q.root));
	q.id = &id;
	rc = withdraw_found(&x, &q, &all, &c->why);
	if (all)
		call_wrote(c);
	TRY(rc);
	if (all == 0)
		return why_set(&c->why, E_MISSING, "", "no such object of this member");
	json_open(&c->o, '{');
	json_put_u64(&c->o, "versions", all);
	json_close(&c->o);
	return 0;
}

/* ---- collections ---- */

static void collection_put(struct call *c, const struct collection *x)
{
	struct json_out *o = &c->o;
	char id[37];

	collection_id_print(x, id);
	json_open(o, '{');
	json_put_cstr(o, "id", id);
	json_put_string(o, "alias", x->alias);
	json_put_string(o, "title", x->title);
	json_put_string(o, "description", x->description);
	json_put_bool(o, "builtin", x->builtin);
	json_put_bool(o, "inbox", x->inbox);
	if (x->has_author)
		put_party(c, "author", &x->author);
	else
		json_put_null(o, "author");
	put_text(o, "tlp", x->tlp_most ? slice_str(tlp_name(x->tlp_most)) : SLICE_NONE);
	json_open_at(o, "types", '[');
	for (size_t i = 0; i < x->n_type; i++)
		json_put_string(o, NULL, x->type[i]);
	json_close(o);
	put_text(o, "label", x->inbox ? x->label : SLICE_NONE);
	if (x->inbox && x->all) {
		json_put_cstr(o, "audience", "all");
	} else {
		json_open_at(o, "audience", '[');
		for (size_t i = 0; i < x->n_member; i++)
			put_party(c, NULL, &x->member[i]);
		json_close(o);
	}
	json_put_string(o, "accounts", x->accounts);
	json_close(o);
}

int api_cyber_collections(struct call *c)
{
	struct collection *x;
	enum mode mode;
	size_t n;

	TRY(call_query_mode(c, &mode));
	TRY(collection_list(&c->world, c->db, mode, c->arena, &x, &n, &c->why));
	json_open(&c->o, '{');
	json_put_string(&c->o, "root",
		slice_str(arena_printf(
			c->arena, "/taxii2/%.*s/%s/", SLICE_FMT(c->param[0]), mode_name(mode))));
	json_open_at(&c->o, "collections", '[');
	for (size_t i = 0; i < n; i++)
		if (collection_open_to(&x[i], c->caller.account.name))
			collection_put(c, &x[i]);
	json_close(&c->o);
	json_close(&c->o);
	return 0;
}

static int wish_types(struct call *c, struct collection *x)
{
	json_ref list = json_get(&c->doc, c->body, "types");

	if (json_type(&c->doc, list) == JSON_NONE)
		return 0;
	if (json_type(&c->doc, list) != JSON_ARRAY ||
		json_count(&c->doc, list) > COLLECTION_TYPES_MAX)
		return why_set(&c->why, E_INVALID, "/types", "is a list of at most %d types",
			COLLECTION_TYPES_MAX);
	x->type = arena_array(c->arena, struct slice, COLLECTION_TYPES_MAX);
	for (json_ref v = json_first(&c->doc, list); v; v = json_next(&c->doc, v))
		x->type[x->n_type++] = json_string(&c->doc, v, c->arena);
	return 0;
}

static int wish_read(struct call *c, struct collection *x)
{
	static const char *const known[] = {"mode", "alias", "title", "description", "inbox",
		"author", "tlp", "types", "label", "audience", "accounts", NULL};
	struct slice tlp, label;

	TRY(call_only(c, known));
	TRY(call_need(c, "alias", COLLECTION_ALIAS_MAX, &x->alias));
	TRY(call_need(c, "title", COLLECTION_TEXT_MAX, &x->title));
	TRY(call_want(c, "description", COLLECTION_TEXT_MAX, &x->description));
	TRY(call_want_bool(c, "inbox", &x->inbox));
	TRY(call_want(c, "tlp", 32, &tlp));
	if (tlp.n && tlp_parse(tlp, &x->tlp_most) < 0)
		return why_set(&c->why, E_INVALID, "/tlp", "is no TLP");
	TRY(wish_types(c, x));
	TRY(call_want(c, "accounts", 4000, &x->accounts));
	if (json_type(&c->doc, json_get(&c->doc, c->body, "author")) != JSON_NONE) {
		x->has_author = true;
		TRY(call_party(c, "author", &x->author));
	}
	if (!x->inbox)
		return 0;
	TRY(call_want(c, "label", 1000, &label));
	TRY(call_label(c, label, &x->label));
	return call_members(c, "audience", &x->all, &x->member, &x->n_member);
}

int api_cyber_collection_add(struct call *c)
{
	struct collection x = {0};
	enum mode mode;
	int rc;

	TRY(call_mode(c, &mode));
	TRY(wish_read(c, &x));
	TRY(call_begin(c));
	rc = collection_add(&c->world, c->db, mode, &x, &c->why);
	if (rc == 0)
		rc = call_audit(c, "collection add", arena_string(c->arena, x.alias));
	TRY(call_commit(c, rc));
	call_wrote(c);
	collection_put(c, &x);
	return 0;
}

int api_cyber_collection_drop(struct call *c)
{
	enum mode mode;
	int rc;

	TRY(call_query_mode(c, &mode));
	TRY(call_begin(c));
	rc = collection_remove(&c->world, c->db, mode, c->param[1], c->arena, &c->why);
	if (rc == 0)
		rc = call_audit(c, "collection remove", arena_string(c->arena, c->param[1]));
	TRY(call_commit(c, rc));
	call_wrote(c);
	return 0;
}
