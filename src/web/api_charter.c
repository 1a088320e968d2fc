/* api_charter.c: charters: those that stand or stood, those that are proposed, and the labels that follow from the one that stands. */
#include "web/api_int.h"

#include "base/enc.h"
#include "base/limits.h"
#include "node/browse.h"
#include "node/sense.h"

static void put_count(struct call *c, const char *key, unsigned n)
{
	if (n)
		json_put_u64(&c->o, key, n);
	else
		json_put_cstr(&c->o, key, "all");
}

void put_words(struct call *c, const char *key, const struct slice *word, size_t n)
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

void put_scopes(struct call *c, const char *key, unsigned scopes)
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

static void put_parties(struct call *c, const char *key, const struct id *id, size_t n)
{
	json_open_at(&c->o, key, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(&c->o, '{');
		put_id(&c->o, "id", &id[i]);
		json_put_cstr(&c->o, "label", world_party_label(&c->world, &id[i], c->arena));
		json_close(&c->o);
	}
	json_close(&c->o);
}

/* Of one that would be the next: who has put his name to it. */
static void put_signatures(struct call *c, const struct charter *ch)
{
	const struct standing_proposal *p = proposal_of(&c->world.standing, ch, c->arena);
	size_t n;

	json_put_bool(&c->o, "proposed", p);
	if (!p)
		return;
	const struct id *missing = proposal_missing(p, c->arena, &n);
	put_parties(c, "signed_by", p->signed_by, p->n_signed);
	put_parties(c, "not_signed_by", missing, n);
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
	put_signatures(c, ch);
	put_rules(c, ch);
	if (text) {
		json_put_string(&c->o, "prose", ch->prose);
		json_put_string(&c->o, "text", ch->text);
	}
	json_close(&c->o);
}

/* More versions than a coalition ever has. */
#define CHARTERS_MAX 256

int api_charters(struct call *c)
{
	struct arena scratch CLEANUP_ARENA = ARENA(16 * MIB);
	struct hash *hash;
	size_t n;

	TRY(charter_browse(&c->world, c->db, CHARTERS_MAX, c->arena, &hash, &n, &c->why));
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

/* The text of what would be the next; nobody is bound by it. */
int api_charter_new(struct call *c)
{
	struct charter *ch = arena_new(c->arena, struct charter);
	struct draft d = {.mode = MODE_REAL,
		.kind = SLICE("charter/1"),
		.all = true,
		.media = SLICE(CHARTER_MEDIA),
		.content = c->req->body};
	char hex[65];
	struct written w;
	int rc;

	TRY(charter_parse(ch, c->arena, c->req->body, &c->why));
	TRY(call_read(c));
	rc = draft_sense(&d, &c->world, c->db, &c->why);
	call_read_end(c);
	TRY(rc);
	hex_encode(ch->hash.b, 32, hex);
	TRY(call_write(c, &d, "propose charter", hex, &w));
	put_written(c, "charter/1", &w);
	return 0;
}
