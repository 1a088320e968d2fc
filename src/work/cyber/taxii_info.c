/* taxii_info.c: discovery, API roots, collections, status. */
#include "work/cyber/taxii.h"

#include "base/report.h"

static const enum mode modes[] = {MODE_REAL, MODE_EXERCISE, MODE_TEST};

static const char *root_path(const struct id *coalition, enum mode mode, struct arena *arena)
{
	char id[COAL_TEXT + 1];

	coalition_format(coalition, id);
	return arena_printf(arena, "/taxii2/%s/%s/", id, mode_name(mode));
}

int taxii_discovery(struct taxii *t)
{
	struct buf b CLEANUP_BUF = BUF(256 * KIB);
	struct json_out o = json_out(&b);
	struct coalition *c;
	size_t n;
	int rc = coalition_list(t->db, t->arena, &c, &n, &t->why);

	if (rc < 0)
		return rc;
	json_open(&o, '{');
	json_put_string(&o, "title",
		slice_str(arena_printf(t->arena, "entente node of %s", t->api->node->conf.label)));
	json_put_cstr(&o, "description",
		"An API root for each coalition and mode: real, exercise and test never mix.");
	if (n) {
		json_put_cstr(&o, "default", root_path(&c[0].id, MODE_REAL, t->arena));
		json_open_at(&o, "api_roots", '[');
		for (size_t i = 0; i < n; i++)
			for (size_t m = 0; m < 3; m++)
				json_put_cstr(&o, NULL, root_path(&c[i].id, modes[m], t->arena));
		json_close(&o);
	}
	json_close(&o);
	taxii_answer(t, 200, &b);
	return 0;
}

int taxii_root(struct taxii *t)
{
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct json_out o = json_out(&b);
	int rc = taxii_world(t);

	if (rc < 0)
		return rc;
	json_open(&o, '{');
	json_put_string(&o, "title",
		slice_str(arena_printf(t->arena, "%.*s (%s)",
			SLICE_FMT(t->world.coalition.founding.name), mode_name(t->mode))));
	if (t->mode != MODE_REAL)
		json_put_string(&o, "description",
			slice_str(arena_printf(t->arena, "Not real: everything here is for an %s.",
				mode_name(t->mode))));
	json_open_at(&o, "versions", '[');
	json_put_cstr(&o, NULL, TAXII_TYPE);
	json_close(&o);
	json_put_u64(&o, "max_content_length", LIMIT_TAXII_BODY);
	json_close(&o);
	taxii_answer(t, 200, &b);
	return 0;
}

static void collection_put(const struct taxii *t, struct json_out *o, const struct collection *c)
{
	char id[37];

	collection_id_print(c, id);
	json_open(o, '{');
	json_put_cstr(o, "id", id);
	json_put_string(o, "title", c->title);
	if (c->description.n)
		json_put_string(o, "description", c->description);
	json_put_string(o, "alias", c->alias);
	json_put_bool(o, "can_read", taxii_may_read(t, c));
	json_put_bool(o, "can_write", taxii_may_write(t, c));
	json_open_at(o, "media_types", '[');
	json_put_cstr(o, NULL, STIX_MEDIA);
	json_close(o);
	json_close(o);
}

int taxii_collections(struct taxii *t)
{
	struct buf b CLEANUP_BUF = BUF(4 * MIB);
	struct json_out o = json_out(&b);
	struct collection *c;
	bool any = false;
	size_t n;
	int rc = taxii_world(t);

	if (rc == 0)
		rc = collection_list(&t->world, t->db, t->mode, t->arena, &c, &n, &t->why);
	if (rc < 0)
		return rc;
	json_open(&o, '{');
	for (size_t i = 0; i < n; i++) {
		if (!collection_open_to(&c[i], t->client->account))
			continue;
		if (!any)
			json_open_at(&o, "collections", '[');
		any = true;
		collection_put(t, &o, &c[i]);
	}
	if (any)
		json_close(&o);
	json_close(&o);
	if (buf_over(&b))
		return why_set(&t->why, E_LIMIT, "", "too many collections");
	taxii_answer(t, 200, &b);
	return 0;
}

int taxii_collection_get(struct taxii *t)
{
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct json_out o = json_out(&b);
	int rc = taxii_collection(t);

	if (rc < 0)
		return rc;
	collection_put(t, &o, &t->collection);
	taxii_answer(t, 200, &b);
	return 0;
}

/* A status is for whoever sent the objects. */
int taxii_status(struct taxii *t)
{
	struct buf id CLEANUP_BUF = BUF(256), b CLEANUP_BUF = BUF(4 * MIB);
	struct stix_uuid uuid;
	struct slice type;
	struct stmt *s;
	int rc = taxii_world(t);

	if (rc < 0)
		return rc;
	buf_str(&id, "status--");
	buf_slice_add(&id, t->part[1]);
	if (stix_id_parse(buf_slice(&id), &type, &uuid) < 0)
		return why_set(&t->why, E_MISSING, "", "no such status");
	s = db_stmt(t->db,
		"SELECT body FROM cyber_status WHERE id = $1 AND root = $2 AND account = $3 AND made_ms > $4");
	db_bind_blob(s, 1, slice_of(uuid.b, 16));
	db_bind_i64(s, 2, cyber_root(&t->world.coalition, t->mode));
	db_bind_i64(s, 3, caller_account(&t->client->caller));
	db_bind_i64(s, 4, env_now_ms(&t->api->node->env) - LIMIT_TAXII_STATUS_MS);
	rc = db_step(s, &t->why);
	if (rc == DB_ROW)
		buf_slice_add(&b, db_text(s, 0));
	db_reset(s);
	if (rc < 0)
		return rc;
	if (rc == DB_DONE)
		return why_set(&t->why, E_MISSING, "", "no such status");
	taxii_answer(t, 200, &b);
	return 0;
}
