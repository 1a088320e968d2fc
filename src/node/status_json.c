/* status_json.c: the one look for programs (docs/api.md describes the members). */
#include "base/enc.h"
#include "base/limits.h"
#include "node/content.h"
#include "node/status_int.h"

static void put_id(struct json_out *o, const char *key, const struct id *id)
{
	char text[ID_TEXT + 1];

	id_format(id, text);
	json_put_cstr(o, key, text);
}

static void put_hash(struct json_out *o, const char *key, const struct hash *h)
{
	char hex[65];

	hex_encode(h->b, 32, hex);
	json_put_cstr(o, key, hex);
}

static void put_parties(struct json_out *o, const char *key, const struct status_all *s,
	const struct id *id, size_t n, struct arena *arena)
{
	json_open_at(o, key, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(o, '{');
		put_id(o, "id", &id[i]);
		json_put_cstr(o, "label", world_party_label(s->w, &id[i], arena));
		json_close(o);
	}
	json_close(o);
}

static void put_proposals(struct json_out *o, const struct status_all *s, struct arena *arena)
{
	const struct standing *st = &s->w->standing;

	json_open_at(o, "proposals", '[');
	for (size_t i = 0; i < st->n_proposal; i++) {
		const struct standing_proposal *p = &st->proposal[i];
		size_t n;
		const struct id *missing = proposal_missing(p, arena, &n);

		json_open(o, '{');
		put_hash(o, "hash", &p->hash);
		json_put_u64(o, "version", p->version);
		put_parties(o, "signed_by", s, p->signed_by, p->n_signed, arena);
		put_parties(o, "not_signed_by", s, missing, n, arena);
		json_close(o);
	}
	json_close(o);
}

static void put_coalition(struct json_out *o, const struct status_all *s, struct arena *arena)
{
	const struct world *w = s->w;
	char hex[COAL_TEXT + 1];

	coalition_format(&w->coalition.id, hex);
	json_put_cstr(o, "coalition", hex);
	json_put_string(o, "name", w->coalition.founding.name);
	put_time_or_null(o, "now", s->now_ms);
	put_id(o, "self", &w->node->self);
	json_put_bool(o, "in_force", w->standing.in_force);
	json_put_bool(o, "self_is_member", w->self_is_member);
	json_open_at(o, "charter", '{');
	json_put_u64(o, "version", w->standing.charter->version);
	put_hash(o, "hash", &w->standing.charter->hash);
	put_hash(o, "founding", &w->coalition.founding.hash);
	json_put_u64(o, "signatures", w->standing.n_signed);
	json_put_u64(o, "signatures_needed", w->standing.need);
	put_parties(o, "signed_by", s, w->standing.signed_by, w->standing.n_signed, arena);
	put_parties(o, "not_signed_by", s, s->unsigned_founder, s->n_unsigned, arena);
	put_proposals(o, s, arena);
	json_close(o);
	put_parties(o, "members", s, w->standing.member, w->standing.n_member, arena);
	put_hash(o, "standing_digest", &w->standing.digest);
}

static void put_act(struct json_out *o, const struct status_act *a)
{
	json_open(o, '{');
	json_put_string(o, "kind", a->kind);
	json_put_cstr(o, "words", a->words);
	json_put_cstr(o, "mode", mode_name(a->mode));
	json_put_u64(o, "epoch", a->epoch);
	json_put_u64(o, "seq", a->seq);
	put_hash(o, "leaf", &a->leaf);
	put_time_or_null(o, "time", a->time_ms);
	json_put_u64(o, "witnessed", a->witnessed);
	json_put_u64(o, "witnesses_needed", a->need);
	json_close(o);
}

static void put_statement(struct json_out *o, const struct status_all *s,
	const struct statement *st, struct arena *arena)
{
	const struct act_body *b = &st->body;

	json_open(o, '{');
	json_put_string(o, "about", b->about_label);
	json_put_string(o, "speaker", b->speaker);
	json_put_string(o, "said", b->said);
	json_put_string(o, "where", b->where);
	json_put_cstr(o, "claim", claim_name(b->claim));
	json_put_string(o, "quote", b->prose);
	if (b->source.n)
		json_put_string(o, "source", b->source);
	if (b->file.n)
		json_put_string(o, "file", b->file);
	if (b->lang.n)
		json_put_string(o, "lang", b->lang);
	put_id(o, "recorded_by", &st->author);
	json_put_cstr(o, "recorded_by_label", world_party_label(s->w, &st->author, arena));
	json_put_cstr(o, "mode", mode_name(st->mode));
	json_put_u64(o, "seq", st->seq);
	put_hash(o, "leaf", &st->leaf);
	put_time_or_null(o, "recorded", st->time_ms);
	json_close(o);
}

static void put_root(struct json_out *o, const struct status_party *p)
{
	if (!p->has_root) {
		json_put_null(o, "root");
		return;
	}
	json_open_at(o, "root", '{');
	json_put_u64(o, "version", p->root_version);
	json_put_u64(o, "threshold", p->threshold);
	json_put_u64(o, "keys", p->n_root_key);
	json_put_bool(o, "trial", p->trial);
	if (p->root_twin)
		json_put_u64(o, "signed_twice", p->root_twin);
	json_close(o);
}

static void put_party(struct json_out *o, const struct status_all *s, const struct status_party *p,
	struct arena *arena)
{
	const struct standing_party *q = p->standing;

	json_open(o, '{');
	put_id(o, "id", &p->id);
	json_put_cstr(o, "label", p->label);
	json_put_bool(o, "self", id_eq(&p->id, &s->w->node->self));
	json_put_bool(o, "founder", q && q->founder);
	json_put_bool(o, "member", standing_is_member(&s->w->standing, &p->id));
	json_put_cstr(o, "status", status_name(q ? q->status : STATUS_MENTIONED));
	json_put_cstr(o, "words", p->words);
	json_put_bool(o, "forked", q && q->forked);
	json_open_at(o, "signed", '[');
	for (size_t i = 0; i < p->n_act; i++)
		put_act(o, &p->act[i]);
	json_close(o);
	json_put_u64(o, "signed_not_shown", p->more_acts); /* older ones */
	if (q && q->need) {
		json_put_u64(o, "ratified", q->n_ratified);
		json_put_u64(o, "ratifications_needed", q->need);
		put_parties(o, "ratified_by", s, q->ratified, q->n_ratified, arena);
	}
	put_parties(o, "missing", s, p->missing, p->n_missing, arena);
	if (q) {
		json_put_u64(o, "unwitnessed", q->unwitnessed);
		put_time_or_null(o, "withdraws", q->withdraw_ms);
		put_parties(o, "suspended_by", s, q->suspended_by, q->n_suspended_by, arena);
	}
	put_root(o, p);
	json_open_at(o, "statements", '[');
	for (size_t i = 0; i < s->n_statement; i++)
		if (status_about(p, &s->statement[i]))
			put_statement(o, s, &s->statement[i], arena);
	json_close(o);
	json_close(o);
}

/* Statements about somebody who is no party here. */
static void put_strangers(struct json_out *o, const struct status_all *s, struct arena *arena)
{
	json_open_at(o, "statements_about_others", '[');
	for (size_t i = 0; i < s->n_statement; i++) {
		bool party = false;

		for (size_t k = 0; k < s->n_party; k++)
			party = party || status_about(&s->party[k], &s->statement[i]);
		if (!party)
			put_statement(o, s, &s->statement[i], arena);
	}
	json_close(o);
}

static void put_log(struct json_out *o, const struct status_all *s, const struct status_log *l,
	struct arena *arena)
{
	json_open(o, '{');
	put_id(o, "member", &l->log.id.member);
	json_put_cstr(o, "label", world_party_label(s->w, &l->log.id.member, arena));
	json_put_u64(o, "epoch", l->log.id.epoch);
	json_put_u64(o, "size", l->log.size);
	put_hash(o, "root", &l->log.root);
	put_time_or_null(o, "time", l->log.time_ms);
	if (l->log.frozen)
		json_put_u64(o, "frozen_at", l->log.frozen_at);
	else
		json_put_null(o, "frozen_at");
	if (l->refused)
		json_put_cstr(o, "not_signed", l->refused);
	if (s->limited) {
		json_put_null(o, "contents_wanted");
		json_put_null(o, "flags");
	} else {
		json_put_i64(o, "contents_wanted", l->wanted);
		json_put_i64(o, "flags", l->flags);
	}
	json_open_at(o, "cosigned", '[');
	for (size_t i = 0; i < l->n_cosigned; i++) {
		json_open(o, '{');
		put_id(o, "witness", &l->cosigned[i].witness);
		json_put_cstr(o, "label", world_party_label(s->w, &l->cosigned[i].witness, arena));
		json_put_u64(o, "size", l->cosigned[i].size);
		put_time_or_null(o, "time", l->cosigned[i].time_s * 1000);
		json_close(o);
	}
	json_close(o);
	json_close(o);
}

static void put_flags(struct json_out *o, const struct status_all *s)
{
	for (size_t i = 0; i < s->n_flag; i++) {
		json_open(o, '{');
		put_id(o, "member", &s->flag[i].log.member);
		json_put_u64(o, "epoch", s->flag[i].log.epoch);
		json_put_u64(o, "seq", s->flag[i].seq);
		json_put_u64(o, "at", s->flag[i].at);
		json_put_string(o, "step", s->flag[i].step);
		json_put_string(o, "text", s->flag[i].text);
		json_close(o);
	}
}

static void put_refusals(struct json_out *o, const struct status_all *s, struct arena *arena)
{
	for (size_t i = 0; i < s->n_refusal; i++) {
		json_open(o, '{');
		put_id(o, "peer", &s->refusal[i].peer);
		json_put_cstr(o, "label", world_party_label(s->w, &s->refusal[i].peer, arena));
		json_put_string(o, "step", s->refusal[i].step);
		/* What was refused may have been about contents. */
		json_put_string(o, "text", s->limited ? SLICE("") : s->refusal[i].text);
		json_put_i64(o, "times", s->refusal[i].times);
		put_time_or_null(o, "first", s->refusal[i].first_ms);
		put_time_or_null(o, "last", s->refusal[i].last_ms);
		put_time_or_null(o, "mended", s->refusal[i].mended_ms);
		json_close(o);
	}
}

static void put_troubles(struct json_out *o, const struct status_all *s, struct arena *arena)
{
	json_open_at(o, "flags", '[');
	put_flags(o, s);
	json_close(o);
	json_open_at(o, "refusals", '[');
	put_refusals(o, s, arena);
	json_close(o);
	json_open_at(o, "forks", '[');
	for (size_t i = 0; i < s->n_fork; i++) {
		struct hash proof = hash_bytes(s->fork[i].proof);

		json_open(o, '{');
		for (size_t k = 0; k < s->n_log; k++)
			if (s->log[k].log.row == s->fork[i].log_row) {
				put_id(o, "member", &s->log[k].log.id.member);
				json_put_u64(o, "epoch", s->log[k].log.id.epoch);
			}
		json_put_u64(o, "cut", s->fork[i].cut);
		put_hash(o, "proof", &proof);
		json_put_u64(o, "proof_bytes", s->fork[i].proof.n);
		json_close(o);
	}
	json_close(o);
}

static void put_peers(struct json_out *o, const struct status_all *s, struct arena *arena)
{
	json_open_at(o, "peers", '[');
	for (size_t i = 0; i < s->n_health; i++) {
		const struct peer_health *h = &s->health[i];

		json_open(o, '{');
		put_id(o, "id", &h->peer);
		json_put_cstr(o, "label", world_party_label(s->w, &h->peer, arena));
		put_time_or_null(o, "last_ok", h->last_ok_ms);
		put_time_or_null(o, "last_try", h->last_try_ms);
		json_put_i64(o, "failures", h->failures);
		json_put_string(o, "error", h->text);
		json_close(o);
	}
	json_close(o);
}

int status_json(const struct world *w, struct db *db, struct json_out *o, struct why *why)
{
	return status_json_for(w, db, NULL, o, why);
}

int status_part_json(const struct world *w, struct db *db, const struct reader *who,
	enum status_part part, const struct id *member, struct json_out *o, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(256 * MIB);
	struct status_all s;
	bool found = member == NULL;
	int rc = status_load(&s, w, db, who, &arena, why);

	if (rc < 0)
		return rc;
	if (part == STATUS_PARTIES)
		for (size_t i = 0; i < s.n_party; i++)
			if (!member || id_eq(member, &s.party[i].id)) {
				put_party(o, &s, &s.party[i], &arena);
				found = true;
			}
	if (part == STATUS_LOGS)
		for (size_t i = 0; i < s.n_log; i++)
			if (!member || id_eq(member, &s.log[i].log.id.member)) {
				put_log(o, &s, &s.log[i], &arena);
				found = true;
			}
	if (part == STATUS_FLAGS)
		put_flags(o, &s);
	if (part == STATUS_REFUSALS)
		put_refusals(o, &s, &arena);
	return found ? 0 : why_set(why, E_MISSING, "", "there is no such party here");
}

int status_json_for(const struct world *w, struct db *db, const struct reader *who,
	struct json_out *o, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(256 * MIB);
	struct status_all s;
	int rc = status_load(&s, w, db, who, &arena, why);

	if (rc < 0)
		return rc;
	json_open(o, '{');
	put_coalition(o, &s, &arena);
	json_open_at(o, "parties", '[');
	for (size_t i = 0; i < s.n_party; i++)
		put_party(o, &s, &s.party[i], &arena);
	json_close(o);
	put_strangers(o, &s, &arena);
	json_open_at(o, "not_shown", '{'); /* older ones */
	json_put_u64(o, "statements", s.more_statements);
	json_put_u64(o, "refusals", s.more_refusals);
	json_close(o);
	json_open_at(o, "logs", '[');
	for (size_t i = 0; i < s.n_log; i++)
		put_log(o, &s, &s.log[i], &arena);
	json_close(o);
	put_peers(o, &s, &arena);
	json_open_at(o, "records", '{');
	for (int mode = MODE_REAL; mode <= MODE_TEST; mode++)
		json_put_i64(o, mode_name((enum mode)mode), s.count[mode]);
	json_close(o);
	put_troubles(o, &s, &arena);
	json_open_at(o, "warnings", '[');
	for (size_t i = 0; i < s.n_warning; i++)
		json_put_cstr(o, NULL, s.warning[i]);
	json_close(o);
	json_close(o);
	return 0;
}
