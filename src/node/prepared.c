/*
 * prepared.c: acts that are signed away from the node. The file, LF, lengths in bytes:
 *
 *	entente-prepared/1
 *	coalition <name>                           until it is signed: what the officer is shown, and whose keys may sign;
 *	party <M26> <label>                        the signature is not over these three, so ids are always shown beside names,
 *	officer <M26> <base64 key>                 and an officer line that lies makes a signature that the node refuses
 *	about <bytes>                              an act that this one names by its leaf, whole: its leaf is that of these bytes and its words are
 *	<entry>                                    those that it commits to, or they are not shown
 *	salt <base64>
 *	payload <bytes>
 *	<payload>\n
 *	entry <bytes>
 *	<entry, with seq 0, time 0.0 and no act>
 *	salt <base64>
 *	payload <bytes>
 *	<payload>\n
 *	signature <officer M26> <base64>           once signed
 *
 * The signature is over entry_act_message, so the place in the log is still the node's to give. The audience is a list, never all@roll: the
 * roll may have changed when the file comes back.
 */
#include "base/enc.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "node/draft_int.h"
#include "node/sense.h"
#include "node/tell.h"

#include <inttypes.h>

/* What it is about: so many acts, and so much of them; of others the leaf has to do. */
#define ABOUT_MAX     16
#define ABOUT_BYTES   (256 * KIB)
#define PREPARED_MAX  (LIMIT_PAYLOAD_CONTENT + ABOUT_BYTES + 64 * KIB)
#define PREPARED_HEAD "entente-prepared/1\n"

static void line_add(struct buf *b, struct slice text)
{
	utf8_show(b, text, 200);
	buf_byte(b, '\n');
}

static void names_add(const struct world *w, struct arena *arena, struct buf *b)
{
	char id[ID_TEXT + 1];

	buf_str(b, "coalition ");
	line_add(b, w->coalition.founding.name);
	for (size_t i = 0; i < w->n_party; i++) {
		id_format(&w->party[i].id, id);
		buf_addf(b, "party %s ", id);
		line_add(b, slice_str(world_party_label(w, &w->party[i].id, arena)));
	}
}

/* Officers of the newest root document who may do this; scope 0: all. */
static int officers_add(const struct world *w, struct db *db, unsigned scope, struct arena *arena,
	struct buf *b, struct why *why)
{
	struct root_chain chain;
	char id[ID_TEXT + 1];
	size_t n = 0;
	int rc = root_chain_load(db, &w->node->self, arena, &chain, why);

	if (rc < 0)
		return rc;
	const struct root *root = root_latest(&chain);
	for (size_t i = 0; i < root->n_officer; i++) {
		const struct root_officer *o = &root->officer[i];

		if ((scope && !(o->scopes & scope)) ||
			(o->until_ms && o->until_ms <= env_now_ms(&w->node->env)))
			continue;
		id_format(&o->id, id);
		buf_addf(b, "officer %s ", id);
		buf_base64(b, o->key.b, sizeof(o->key.b));
		buf_byte(b, '\n');
		n++;
	}
	return n ? 0
		 : why_set(why, E_DENIED, "officer",
			   "the root document of this member names no officer who may do this");
}

/* The place of an act by its leaf, and its entry; E_MISSING. */
static int act_find(const struct world *w, struct db *db, const struct hash *leaf,
	struct arena *arena, int64_t *ret_log, uint64_t *ret_seq, struct slice *ret_entry,
	struct why *why)
{
	struct stmt *s =
		db_stmt(db, "SELECT l.id, a.seq, a.entry FROM act a JOIN log l ON l.id = a.log "
			    "WHERE l.coalition = $1 AND a.leaf = $2 LIMIT 1");
	int rc;

	db_bind_blob(s, 1, id_slice(&w->coalition.id));
	db_bind_blob(s, 2, slice_of(leaf->b, sizeof(leaf->b)));
	rc = db_step(s, why);
	if (rc == DB_ROW) {
		*ret_log = db_i64(s, 0);
		*ret_seq = (uint64_t)db_i64(s, 1);
		*ret_entry = arena_copy(arena, db_blob(s, 2));
	}
	db_reset(s);
	return rc == DB_ROW ? 0 : rc < 0 ? rc : E_MISSING;
}

static void signed_add(struct buf *b, const char *what, struct slice entry, const uint8_t salt[32],
	struct slice payload)
{
	buf_addf(b, "%s %zu\n", what, entry.n);
	buf_slice_add(b, entry);
	buf_str(b, "salt ");
	buf_base64(b, salt, 32);
	buf_addf(b, "\npayload %zu\n", payload.n);
	buf_slice_add(b, payload);
	buf_byte(b, '\n');
}

/* The act of this leaf, if it is here and there is room for it. */
static int about_add(const struct world *w, struct db *db, const struct hash *leaf,
	struct arena *arena, size_t *left, struct buf *ret, struct why *why)
{
	struct slice entry, payload;
	uint8_t salt[32];
	int64_t log_row;
	uint64_t seq;
	int rc = act_find(w, db, leaf, arena, &log_row, &seq, &entry, why);

	if (rc == 0)
		rc = payload_get(db, log_row, seq, arena, salt, &payload, why);
	if (rc < 0)
		return rc == E_MISSING ? 0 : rc;
	if (entry.n + payload.n > *left)
		return 0;
	*left -= entry.n + payload.n;
	signed_add(ret, "about", entry, salt, payload);
	return 0;
}

/* Leaves of other acts that an act names; at most ABOUT_MAX. */
static size_t about_leaves(const struct act_body *body, const struct hash *ret[ABOUT_MAX])
{
	size_t n = 0;

	if (!hash_is_zero(&body->accession))
		ret[n++] = &body->accession;
	for (size_t i = 0; i < body->n_leaves && n < ABOUT_MAX; i++)
		ret[n++] = &body->leaves[i];
	return n;
}

static int head_add(const struct world *w, struct db *db, enum act_kind kind, struct slice payload,
	struct arena *arena, struct buf *ret, struct why *why)
{
	struct act_body *body = arena_new(arena, struct act_body);
	const struct hash *leaf[ABOUT_MAX];
	size_t n, left = ABOUT_BYTES;
	int rc = act_body_parse(body, arena, kind, payload, why);

	if (rc < 0)
		return rc;
	buf_str(ret, PREPARED_HEAD);
	names_add(w, arena, ret);
	rc = officers_add(w, db, act_rules[kind].scope, arena, ret, why);
	n = about_leaves(body, leaf);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = about_add(w, db, leaf[i], arena, &left, ret, why);
	return rc;
}

static int prepare(struct draft *d, const struct world *w, struct db *db, const struct log_id *log,
	struct arena *arena, struct buf *ret, struct why *why)
{
	struct made made;
	int rc = draft_sense(d, w, db, why);

	if (rc < 0)
		return rc;
	draft_readers(d, w, arena, &d->member, &d->n_member);
	d->all = false;
	d->officer_key = NULL;
	d->has_act = false;
	rc = draft_make(d, w, log, 0, 0, 0, NULL, arena, &made, why);
	if (rc < 0)
		return rc;
	rc = head_add(w, db, act_kind_of(d->kind), made.plain, arena, ret, why);
	if (rc < 0)
		return rc;
	signed_add(ret, "entry", made.entry, made.salt, made.plain);
	return buf_over(ret) ? why_set(why, E_LIMIT, "", "the file would be too large") : 0;
}

int draft_prepare(const struct draft *given, const struct world *w, const struct log_id *log,
	struct arena *arena, struct buf *ret, struct why *why)
{
	struct draft d = *given;
	struct db *db;

	if (act_kind_of(d.kind) == ACT_NONE)
		return why_set(why, E_INVALID, "/kind", "only acts are signed away from the node");
	/* A handle of its own: whoever prepares may hold a transaction or none. */
	int rc = node_db(w->node, &db, why);
	if (rc < 0)
		return rc;
	rc = prepare(&d, w, db, log, arena, ret, why);
	db_close(&db);
	return rc;
}

/* ---- reading ---- */

/* An act in full, as it stands in the file. */
struct in_full {
	struct slice entry, payload;
	uint8_t salt[32];
};

struct prepared {
	struct slice coalition;
	struct party *party;
	size_t n_party;
	struct root_officer *officers;
	size_t n_officers;
	struct in_full *about;
	size_t n_about;
	struct slice body; /* from "entry" to before the signature */
	struct in_full act_of;
	bool is_signed;
	struct id officer;
	struct signature act;
};

static int bad(struct why *why, const char *text)
{
	return why_set(why, E_SYNTAX, "prepared", "%s", text);
}

/* "key <bytes>\n" and so many bytes. */
static bool block_take(struct slice *rest, const char *key, struct slice *ret)
{
	struct slice line = SLICE_NONE;
	uint64_t n;

	if (!slice_cut_exact(rest, '\n', &line) || !slice_take(&line, key) ||
		slice_u64(line, &n) < 0 || n > rest->n)
		return false;
	*ret = slice_sub(*rest, 0, (size_t)n);
	*rest = slice_sub(*rest, (size_t)n, rest->n);
	return true;
}

static bool signature_take(struct slice *rest, struct prepared *p)
{
	struct slice line = SLICE_NONE, officer = SLICE_NONE;

	if (!slice_cut_exact(rest, '\n', &line) || !slice_take(&line, "signature ") ||
		!slice_cut_exact(&line, ' ', &officer))
		return false;
	p->is_signed = true;
	return id_parse(officer, &p->officer) == 0 &&
	       base64_decode_exact(line, p->act.b, sizeof(p->act.b)) == 0;
}

static bool party_take(struct prepared *p, struct slice line)
{
	struct slice id = SLICE_NONE;

	if (p->n_party == LIMIT_MEMBERS || !slice_cut_exact(&line, ' ', &id) ||
		id_parse(id, &p->party[p->n_party].id) < 0)
		return false;
	p->party[p->n_party++].label = line;
	return true;
}

static bool officer_take(struct prepared *p, struct slice line)
{
	struct slice id = SLICE_NONE;
	struct root_officer *o = &p->officers[p->n_officers];

	if (p->n_officers == ROOT_OFFICERS_MAX || !slice_cut_exact(&line, ' ', &id) ||
		id_parse(id, &o->id) < 0 ||
		base64_decode_exact(line, o->key.b, sizeof(o->key.b)) < 0)
		return false;
	p->n_officers++;
	return true;
}

/* As signed_add() writes it. */
static int full_take(struct slice *rest, const char *key, struct in_full *ret, struct why *why)
{
	struct slice line = SLICE_NONE;

	if (!block_take(rest, key, &ret->entry))
		return bad(why, "the entry is missing or cut");
	if (!slice_cut_exact(rest, '\n', &line) || !slice_take(&line, "salt ") ||
		base64_decode_exact(line, ret->salt, sizeof(ret->salt)) < 0)
		return bad(why, "expected \"salt <base64>\"");
	if (!block_take(rest, "payload ", &ret->payload) || !slice_take(rest, "\n"))
		return bad(why, "the payload is missing or cut");
	return 0;
}

static int about_take(struct slice *rest, struct prepared *p, struct why *why)
{
	if (p->n_about == ABOUT_MAX)
		return bad(why, "it is about too many acts");
	return full_take(rest, "about ", &p->about[p->n_about++], why);
}

/* The lines before the entry; none are there once it is signed. */
static int names_take(struct slice *rest, struct arena *arena, struct prepared *p, struct why *why)
{
	p->party = arena_array(arena, struct party, LIMIT_MEMBERS);
	p->officers = arena_array(arena, struct root_officer, ROOT_OFFICERS_MAX);
	p->about = arena_array(arena, struct in_full, ABOUT_MAX);
	while (!slice_starts(*rest, "entry ")) {
		struct slice line = SLICE_NONE;

		if (slice_starts(*rest, "about ")) {
			int rc = about_take(rest, p, why);
			if (rc < 0)
				return rc;
			continue;
		}
		if (!slice_cut_exact(rest, '\n', &line))
			return bad(why, "the entry is missing");
		if (slice_take(&line, "coalition "))
			p->coalition = line;
		else if (slice_take(&line, "party ")
				 ? !party_take(p, line)
				 : !slice_take(&line, "officer ") || !officer_take(p, line))
			return bad(why, "expected coalition, party, officer and entry lines");
	}
	p->body = *rest;
	return 0;
}

static int prepared_parse(
	struct slice file, struct arena *arena, struct prepared *ret, struct why *why)
{
	struct prepared p = {0};
	struct slice rest = file;

	if (file.n > PREPARED_MAX)
		return why_set(why, E_LIMIT, "prepared", "the file is too large");
	if (!slice_take(&rest, PREPARED_HEAD))
		return bad(why, "the file does not begin with \"entente-prepared/1\"");
	int rc = names_take(&rest, arena, &p, why);
	if (rc < 0)
		return rc;
	rc = full_take(&rest, "entry ", &p.act_of, why);
	if (rc < 0)
		return rc;
	p.body.n = (size_t)(rest.p - p.body.p);
	if (rest.n && !signature_take(&rest, &p))
		return bad(why, "expected \"signature <officer> <base64>\"");
	if (rest.n)
		return bad(why, "something follows the signature");
	*ret = p;
	return 0;
}

/* The entry, which must be an act whose commitment is to this payload. */
static int prepared_entry(
	const struct prepared *p, struct arena *arena, struct entry *ret, struct why *why)
{
	struct hash commit = payload_commit(p->act_of.salt, p->act_of.payload);
	int rc = entry_parse(ret, arena, p->act_of.entry, why);

	if (rc < 0)
		return rc;
	if (ret->seq || ret->time_ms || ret->time_counter)
		return why_set(why, E_VERIFY, "prepared", "the entry has a place already");
	if (act_kind_of(ret->kind) == ACT_NONE || ret->audience != AUDIENCE_LIST || ret->has_act)
		return why_set(why, E_INVALID, "prepared", "the entry is no act to be signed");
	if (!ret->has_payload || !hash_eq(&commit, &ret->commit) ||
		ret->bucket != payload_bucket(p->act_of.payload.n))
		return why_set(why, E_VERIFY, "prepared",
			"the payload is not the one that the entry commits to: the file was altered");
	return 0;
}

static int unsigned_open(struct slice file, struct arena *arena, struct prepared *p,
	struct entry *e, struct why *why)
{
	int rc = prepared_parse(file, arena, p, why);

	if (rc == 0 && p->is_signed)
		rc = why_set(why, E_CONFLICT, "prepared", "the file is signed already");
	return rc < 0 ? rc : prepared_entry(p, arena, e, why);
}

/* Is this the act of that leaf, with the words that it commits to? */
static bool is_in_full(const struct in_full *f, const struct hash *leaf, struct arena *arena,
	struct entry *e, struct act_body *body)
{
	struct hash is = hash_leaf(f->entry), commit = payload_commit(f->salt, f->payload);

	return hash_eq(&is, leaf) && entry_parse(e, arena, f->entry, NULL) == 0 && e->has_payload &&
	       hash_eq(&e->commit, &commit) && act_kind_of(e->kind) != ACT_NONE &&
	       act_body_parse(body, arena, act_kind_of(e->kind), f->payload, NULL) == 0;
}

/* The words of an act that is named, set off; or that they are not here. */
static void about_tell(
	const struct prepared *p, const struct hash *leaf, struct arena *arena, struct buf *ret)
{
	struct act_body *body = arena_new(arena, struct act_body);
	struct buf words CLEANUP_BUF = BUF(MIB);
	struct slice rest, line;
	struct entry e;
	char hex[65];
	size_t i = 0;

	while (i < p->n_about && !is_in_full(&p->about[i], leaf, arena, &e, body))
		i++;
	hex_encode(leaf->b, 32, hex);
	buf_addf(ret, "%-10s %s%s\n", "about", hex,
		i < p->n_about ? ":" : ", whose words are not in this file");
	if (i == p->n_about)
		return;
	act_tell(&(struct telling){.entry = &e,
			 .body = body,
			 .coalition = p->coalition,
			 .party = p->party,
			 .n_party = p->n_party},
		&words);
	rest = buf_slice(&words);
	while (slice_cut(&rest, '\n', &line)) {
		buf_str(ret, "  > ");
		buf_slice_add(ret, line);
		buf_byte(ret, '\n');
	}
}

int prepared_tell(struct slice file, struct buf *ret, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	struct prepared p;
	struct entry e;
	struct act_body *body = arena_new(&arena, struct act_body);
	const struct hash *leaf[ABOUT_MAX];
	size_t n;
	int rc = unsigned_open(file, &arena, &p, &e, why);

	if (rc == 0)
		rc = act_body_parse(body, &arena, act_kind_of(e.kind), p.act_of.payload, why);
	if (rc < 0)
		return rc;
	act_tell(&(struct telling){.entry = &e,
			 .body = body,
			 .coalition = p.coalition,
			 .party = p.party,
			 .n_party = p.n_party},
		ret);
	n = about_leaves(body, leaf);
	for (size_t i = 0; i < n; i++)
		about_tell(&p, leaf[i], &arena, ret);
	return 0;
}

int prepared_sign(struct slice file, const struct seckey *key, struct buf *ret, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct buf message CLEANUP_BUF = BUF(2 * LIMIT_ENTRY_BYTES);
	struct prepared p;
	struct entry e;
	const struct root_officer *officer = NULL;
	char name[ID_TEXT + 1];
	int rc = unsigned_open(file, &arena, &p, &e, why);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < p.n_officers; i++)
		if (pubkey_eq(&p.officers[i].key, &key->pub))
			officer = &p.officers[i];
	if (!officer)
		return why_set(why, E_DENIED, "officer",
			"this key is none of the %zu that may sign this act for the member",
			p.n_officers);
	entry_act_message(&e, &message);
	struct signature sig = sign_bytes(key, buf_slice(&message));
	buf_str(ret, PREPARED_HEAD);
	buf_slice_add(ret, p.body);
	id_format(&officer->id, name);
	buf_addf(ret, "signature %s ", name);
	buf_base64(ret, sig.b, sizeof(sig.b));
	buf_byte(ret, '\n');
	return buf_over(ret) ? why_set(why, E_LIMIT, "", "the file would be too large") : 0;
}

int prepared_again(struct slice file, const struct world *w, struct db *db, struct arena *arena,
	struct buf *ret, struct why *why)
{
	struct prepared p;
	struct entry e;
	int rc = prepared_parse(file, arena, &p, why);

	if (rc == 0)
		rc = prepared_entry(&p, arena, &e, why);
	if (rc == 0)
		rc = head_add(w, db, act_kind_of(e.kind), p.act_of.payload, arena, ret, why);
	if (rc < 0)
		return rc;
	buf_slice_add(ret, p.body);
	return buf_over(ret) ? why_set(why, E_LIMIT, "", "the file would be too large") : 0;
}

int prepared_read(struct slice file, struct arena *arena, struct draft *ret,
	struct id *ret_coalition, struct why *why)
{
	struct prepared p;
	struct entry e;
	int rc = prepared_parse(file, arena, &p, why);

	if (rc == 0)
		rc = prepared_entry(&p, arena, &e, why);
	if (rc < 0)
		return rc;
	if (!p.is_signed)
		return why_set(why, E_STATE, "prepared", "no officer has signed the file yet");
	*ret = (struct draft){.mode = e.mode,
		.kind = e.kind,
		.has_object = e.has_object,
		.object = e.object,
		.ref = e.ref,
		.n_ref = e.n_ref,
		.label = e.label,
		.member = e.member,
		.n_member = e.n_member,
		.media = e.media,
		.content = p.act_of.payload,
		.until_ms = e.until_ms,
		.officer = p.officer,
		.has_act = true,
		.has_log = true,
		.log = e.log,
		.act = p.act,
		.act_seen = e.seen,
		.n_act_seen = e.n_seen};
	memcpy(ret->act_salt, p.act_of.salt, sizeof(p.act_of.salt));
	*ret_coalition = e.log.coalition;
	return 0;
}
