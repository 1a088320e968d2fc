/* api_coalition.c: coalitions, their standing, charters and parties. */
#include "web/api_int.h"

#include "base/enc.h"
#include "base/limits.h"
#include "base/report.h"
#include "node/browse.h"
#include "node/status.h"

#include <limits.h>

/* ---- coalitions ---- */

/* The class that this caller is cleared for here. */
static void put_clearance(struct call *c, const struct reader *r, const struct charter *charter)
{
	if (r->no_clearance)
		json_put_null(&c->o, "clearance");
	else if (r->clearance_level == UINT_MAX)
		json_put_cstr(&c->o, "clearance", CLEARANCE_ALL);
	else
		json_put_string(&c->o, "clearance", charter->ladder[r->clearance_level]);
}

static int put_one(struct call *c, const struct id *id)
{
	struct arena scratch CLEANUP_ARENA = ARENA(LIMIT_API_ARENA);
	struct world w;

	TRY(world_load(&w, c->node, c->db, id, &scratch, &c->why));
	struct reader r = caller_reader(&c->caller, &w);
	json_open(&c->o, '{');
	put_coalition(&c->o, "id", id);
	json_put_string(&c->o, "name", w.coalition.founding.name);
	json_put_bool(&c->o, "in_force", w.standing.in_force);
	json_put_bool(&c->o, "self_is_member", w.self_is_member);
	json_put_u64(&c->o, "members", w.standing.n_member);
	json_put_u64(&c->o, "parties", w.n_party);
	json_open_at(&c->o, "charter", '{');
	json_put_u64(&c->o, "version", w.standing.charter->version);
	put_hash(&c->o, "hash", &w.standing.charter->hash);
	json_close(&c->o);
	put_clearance(c, &r, w.standing.charter);
	json_close(&c->o);
	return 0;
}

int api_coalitions(struct call *c)
{
	struct coalition *list;
	size_t n;

	TRY(coalition_list(c->db, c->arena, &list, &n, &c->why));
	page_open(c);
	for (size_t i = 0; i < n; i++)
		TRY(put_one(c, &list[i].id));
	page_close(c, SLICE_NONE);
	return 0;
}

int api_status(struct call *c)
{
	struct coalition *list;
	size_t n;

	TRY(coalition_list(c->db, c->arena, &list, &n, &c->why));
	json_open(&c->o, '{');
	put_id(&c->o, "member", &c->node->self);
	json_put_cstr(&c->o, "label", c->node->conf.label);
	json_open_at(&c->o, "coalitions", '[');
	for (size_t i = 0; i < n; i++) {
		struct arena scratch CLEANUP_ARENA = ARENA(LIMIT_API_ARENA);
		struct world w;

		TRY(world_load(&w, c->node, c->db, &list[i].id, &scratch, &c->why));
		struct reader r = caller_reader(&c->caller, &w);
		TRY(status_json_for(&w, c->db, &r, &c->o, &c->why));
	}
	json_close(&c->o);
	json_close(&c->o);
	return 0;
}

int api_coalition(struct call *c)
{
	return status_json_for(&c->world, c->db, &c->reader, &c->o, &c->why);
}

/* ---- charters ---- */

static void put_count(struct call *c, const char *key, unsigned n)
{
	if (n)
		json_put_u64(&c->o, key, n);
	else
		json_put_cstr(&c->o, key, "all");
}

static void put_words(struct call *c, const char *key, const struct slice *word, size_t n)
{
	json_open_at(&c->o, key, '[');
	for (size_t i = 0; i < n; i++)
		json_put_string(&c->o, NULL, word[i]);
	json_close(&c->o);
}

static void put_categories(struct call *c, const struct charter *ch)
{
	static const char *const types[] = {"restrictive", "permissive", "informative"};

	json_open_at(&c->o, "categories", '[');
	for (size_t i = 0; i < ch->n_category; i++) {
		json_open(&c->o, '{');
		json_put_string(&c->o, "tag", ch->category[i].tag);
		json_put_cstr(&c->o, "type", types[ch->category[i].type]);
		put_words(c, "values", ch->category[i].value, ch->category[i].n);
		json_close(&c->o);
	}
	json_close(&c->o);
}

static void put_clearances(struct call *c, const struct charter *ch)
{
	json_open_at(&c->o, "clearances", '[');
	for (size_t i = 0; i < ch->n_clearance; i++) {
		const struct charter_clearance *k = &ch->clearance[i];

		json_open(&c->o, '{');
		if (k->any)
			json_put_null(&c->o, "member");
		else
			put_id(&c->o, "member", &k->member);
		json_put_string(&c->o, "class", ch->ladder[k->level]);
		json_put_string(&c->o, "tags", k->tags);
		json_close(&c->o);
	}
	json_close(&c->o);
}

static void put_scopes(struct call *c, const char *key, unsigned scopes)
{
	json_open_at(&c->o, key, '[');
	for (unsigned bit = 1; bit <= SCOPE_ALL; bit <<= 1)
		if (scopes & bit)
			json_put_cstr(&c->o, NULL, scope_name((enum scope)bit));
	json_close(&c->o);
}

static void put_rules(struct call *c, const struct charter *ch)
{
	put_words(c, "fields", ch->field, ch->n_field);
	json_open_at(&c->o, "members", '[');
	for (size_t i = 0; i < ch->n_member; i++) {
		json_open(&c->o, '{');
		put_id(&c->o, "id", &ch->member[i].id);
		json_put_string(&c->o, "label", ch->member[i].label);
		json_close(&c->o);
	}
	json_close(&c->o);
	put_count(c, "force", ch->force);
	put_count(c, "accession", ch->accession);
	if (ch->observers)
		put_count(c, "observers", ch->observers_need);
	else
		json_put_cstr(&c->o, "observers", "no");
	json_put_u64(&c->o, "suspension", ch->suspension);
	json_put_string(&c->o, "policy", ch->policy);
	put_words(c, "ladder", ch->ladder, ch->n_ladder);
	put_categories(c, ch);
	put_clearances(c, ch);
	put_scopes(c, "two_person", ch->two_person);
	json_put_bool(&c->o, "public_acts", ch->public_acts);
	json_put_u64(&c->o, "quota_entries", ch->quota_entries);
	json_put_u64(&c->o, "quota_payload_bytes", ch->quota_payload_bytes);
}

static void put_charter(struct call *c, const struct charter *ch, bool text)
{
	json_open(&c->o, '{');
	put_hash(&c->o, "hash", &ch->hash);
	json_put_u64(&c->o, "version", ch->version);
	json_put_bool(&c->o, "current", hash_eq(&ch->hash, &c->world.standing.charter->hash));
	json_put_bool(&c->o, "founding", hash_eq(&ch->hash, &c->world.coalition.founding.hash));
	if (ch->has_prev)
		put_hash(&c->o, "prev", &ch->prev);
	else
		json_put_null(&c->o, "prev");
	json_put_string(&c->o, "name", ch->name);
	put_rules(c, ch);
	if (text) {
		json_put_string(&c->o, "prose", ch->prose);
		json_put_string(&c->o, "text", ch->text);
	}
	json_close(&c->o);
}

/* More versions than a coalition ever has. */
#define CHARTERS_MAX 256

/* Of a full list: however many texts somebody has brought, this one is in it, at place `at`. */
static void charter_listed(struct hash *list, size_t n, size_t at, const struct hash *one)
{
	if (n < CHARTERS_MAX)
		return;
	for (size_t i = 0; i < n; i++)
		if (hash_eq(&list[i], one))
			list[i] = list[at];
	list[at] = *one;
}

int api_charters(struct call *c)
{
	struct arena scratch CLEANUP_ARENA = ARENA(16 * MIB);
	struct hash *hash = arena_array(c->arena, struct hash, CHARTERS_MAX);
	size_t n;

	TRY(charter_browse(c->db, c->world.coalition.row, hash, CHARTERS_MAX, &n, &c->why));
	charter_listed(hash, n, CHARTERS_MAX - 1, &c->world.standing.charter->hash);
	charter_listed(hash, n, CHARTERS_MAX - 2, &c->world.coalition.founding.hash);
	page_open(c);
	for (size_t i = 0; i < n; i++) {
		struct slice text;
		struct charter ch;

		arena_reset(&scratch);
		TRY(charter_text(
			c->db, c->world.coalition.row, &hash[i], &scratch, &text, &c->why));
		if (charter_parse(&ch, &scratch, text, NULL) == 0)
			put_charter(c, &ch, false);
	}
	page_close(c, SLICE_NONE);
	return 0;
}

static int charter_of_path(struct call *c, const struct charter **ret)
{
	struct charter *ch = arena_new(c->arena, struct charter);
	struct slice text;
	struct hash hash;

	if (slice_is(c->param[1], "current")) {
		*ret = c->world.standing.charter;
		return 0;
	}
	if (hex_decode(c->param[1], hash.b, sizeof(hash.b)) < 0)
		return why_set(&c->why, E_MISSING, "", "there is no such charter here");
	TRY(charter_text(c->db, c->world.coalition.row, &hash, c->arena, &text, &c->why));
	TRY(charter_parse(ch, c->arena, text, &c->why));
	*ret = ch;
	return 0;
}

int api_charter(struct call *c)
{
	const struct charter *ch;

	TRY(charter_of_path(c, &ch));
	put_charter(c, ch, true);
	return 0;
}

int api_charter_text(struct call *c)
{
	const struct charter *ch;

	TRY(charter_of_path(c, &ch));
	buf_slice_add(&c->out, ch->text);
	call_attach(c, "text/plain; charset=utf-8",
		arena_printf(c->arena, "charter-%u.txt", ch->version));
	return 0;
}

int api_labels(struct call *c)
{
	static const char *const tlp[] = {"CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"};
	const struct charter *ch = c->world.standing.charter;
	size_t n = ch->n_ladder;

	if (c->reader.no_clearance)
		n = 0;
	else if (c->reader.clearance_level < n)
		n = c->reader.clearance_level + 1;
	json_open(&c->o, '{');
	json_put_string(&c->o, "policy", ch->policy);
	put_words(c, "ladder", ch->ladder, n);
	put_categories(c, ch);
	json_open_at(&c->o, "tlp", '[');
	for (size_t i = 0; i < sizeof(tlp) / sizeof(*tlp); i++)
		json_put_cstr(&c->o, NULL, tlp[i]);
	json_close(&c->o);
	json_close(&c->o);
	return 0;
}

/* ---- parties ---- */

int api_parties(struct call *c)
{
	page_open(c);
	TRY(status_part_json(&c->world, c->db, &c->reader, STATUS_PARTIES, NULL, &c->o, &c->why));
	page_close(c, SLICE_NONE);
	return 0;
}

static void put_officers(struct call *c, const struct root *r)
{
	json_open_at(&c->o, "officers", '[');
	for (size_t i = 0; i < r->n_officer; i++) {
		json_open(&c->o, '{');
		put_id(&c->o, "id", &r->officer[i].id);
		put_scopes(c, "scopes", r->officer[i].scopes);
		put_time(&c->o, "until", r->officer[i].until_ms);
		json_close(&c->o);
	}
	json_close(&c->o);
}

static int put_keys(struct call *c, const struct id *member)
{
	struct root_chain chain;
	struct buf words CLEANUP_BUF = BUF(KIB);
	int rc = root_chain_load(c->db, member, c->arena, &chain, &c->why);

	if (rc == E_MISSING || (rc == 0 && chain.n == 0)) {
		json_put_null(&c->o, "keys");
		return 0;
	}
	TRY(rc);
	const struct root *r = root_latest(&chain);
	root_fingerprint_words(&chain.version[0].hash, &words);
	json_open_at(&c->o, "keys", '{');
	json_put_u64(&c->o, "version", r->version);
	put_hash(&c->o, "fingerprint", &chain.version[0].hash);
	json_put_string(&c->o, "words", buf_slice(&words));
	json_put_u64(&c->o, "threshold", r->threshold);
	json_put_u64(&c->o, "root_keys", r->n_key);
	put_officers(c, r);
	put_words(c, "endpoints", r->endpoint, r->n_endpoint);
	json_open_at(&c->o, "tls", '[');
	for (size_t i = 0; i < r->n_tls; i++)
		put_hash(&c->o, NULL, &r->tls[i]);
	json_close(&c->o);
	json_close(&c->o);
	return 0;
}

int api_party(struct call *c)
{
	struct id member;

	if (id_parse(c->param[1], &member) < 0)
		return why_set(&c->why, E_MISSING, "", "there is no such party here");
	TRY(status_part_json(
		&c->world, c->db, &c->reader, STATUS_PARTIES, &member, &c->o, &c->why));
	/* The object goes on. */
	MUST(c->out.n > 0 && c->out.p[c->out.n - 1] == '}');
	buf_cut(&c->out, c->out.n - 1);
	c->o.closer[c->o.depth++] = '}';
	c->o.comma = true;
	TRY(put_keys(c, &member));
	json_close(&c->o);
	return 0;
}

int api_fork(struct call *c)
{
	struct fork_row *fork;
	struct hash digest;
	size_t n;

	TRY(fork_list(c->db, c->world.coalition.row, c->arena, &fork, &n, &c->why));
	if (hex_decode(c->param[1], digest.b, sizeof(digest.b)) < 0)
		n = 0;
	for (size_t i = 0; i < n; i++) {
		struct hash h = hash_bytes(fork[i].proof);

		if (!hash_eq(&h, &digest))
			continue;
		buf_slice_add(&c->out, fork[i].proof);
		call_attach(c, "text/plain; charset=utf-8", "fork.txt");
		return 0;
	}
	return why_set(&c->why, E_MISSING, "", "there is no such proof");
}
