/* waiting.c: see waiting.h. */
#include "work/response/waiting.h"

#include "base/enc.h"
#include "base/limits.h"
#include "base/vec.h"
#include "web/api.h"
#include "work/response/alert.h"
#include "work/response/response_int.h"

#define COLUMNS "hash, mode, content, label, audience, proposed_by, account, made_ms, until_ms"
/* $1 coalition, $2 now, $3 to $15 classes, $16 what else is asked for. */
#define HELD                                                                                       \
	"coalition = $1 AND until_ms > $2 AND " RELEASE_CLASSES_SQL("label", "$3", "$4", "$5",     \
		"$6", "$7", "$8", "$9", "$10", "$11", "$12", "$13", "$14", "$15")
#define PREFIX_MIN 8

/* Everything that is agreed to: nobody can confirm one thing and have another written. */
static struct hash draft_hash(const struct draft *d, struct arena *arena)
{
	struct slice audience = alert_draft_audience(d, arena);

	return hash_bytes(slice_str(
		arena_printf(arena, "response acceptance\n%s\n%.*s\n%.*s\n%.*s", mode_name(d->mode),
			SLICE_FMT(d->label), SLICE_FMT(audience), SLICE_FMT(d->content))));
}

static int acceptance_read(
	const struct aid_view *v, struct slice content, union aid_any *ret, struct why *why)
{
	return aid_read(AID_ACCEPTANCE, ret, v->arena, content, SHAPE_STRICT, why);
}

int waiting_wanted(const struct aid_view *v, const struct draft *d, bool *ret, struct why *why)
{
	struct aid_record request;
	union aid_any a;
	int rc;

	*ret = false;
	if (!slice_is(d->kind, aid_kinds[AID_ACCEPTANCE].kind))
		return 0;
	rc = acceptance_read(v, d->content, &a, why);
	if (rc < 0 || a.acceptance.withdrawn)
		return rc;
	rc = aid_get(v, AID_REQUEST, &a.acceptance.request, &request, why);
	if (rc == 0)
		*ret = id_eq(&request.r.author, &v->world->node->self) &&
		       request.a->request.four_eyes;
	return rc == E_MISSING ? 0 : rc; /* admit.c says what is wrong with it */
}

/* ---- who ---- */

static int officer_check(const struct account *who, struct why *why)
{
	if (who->row == 0)
		return why_set(why, E_DENIED, "",
			"this request is accepted by two people: each signs in, or brings a token of an account of this node");
	if (who->disabled || who->roles.of[AREA_RESPONSE] < ROLE_OFFICER)
		return why_set(why, E_DENIED, "", "%.*s is no officer for responses",
			SLICE_FMT(who->name));
	return 0;
}

/* The first may have lost the role since, or the account. */
static int first_check(const struct aid_view *v, const struct waiting *w, struct why *why)
{
	struct account first;
	int rc = account_get_row(v->db, w->account, v->arena, &first, why);

	return rc < 0 ? rc : officer_check(&first, why);
}

/* ---- proposing ---- */

static int names_check(const struct aid_acceptance *a, const struct account *first, struct why *why)
{
	if (a->second_authorisation.n)
		return why_set(why, E_INVALID, "/second_authorisation",
			"is not for the first to say: a second person confirms it");
	if (!slice_eq(a->authorised_by, first->name))
		return why_set(why, E_INVALID, "/authorised_by",
			"is the name of who is signed in, %.*s, or left out",
			SLICE_FMT(first->name));
	return 0;
}

static int sweep(struct db *db, int64_t coalition, int64_t now_ms, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "DELETE FROM response_waiting WHERE coalition = $1 AND until_ms <= $2");

	db_bind_i64(s, 1, coalition);
	db_bind_i64(s, 2, now_ms);
	return db_run(s, why);
}

static int room_check(struct db *db, int64_t coalition, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT count(*) FROM response_waiting WHERE coalition = $1");
	int rc;

	db_bind_i64(s, 1, coalition);
	rc = db_step(s, why);
	if (rc == DB_ROW && db_i64(s, 0) >= WAITING_MANY)
		rc = why_set(why, E_LIMIT, "", "%d acceptances wait for a second person already",
			WAITING_MANY);
	db_reset(s);
	return rc < 0 ? rc : 0;
}

static int waiting_insert(
	struct db *db, int64_t coalition, const struct waiting *w, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"INSERT INTO response_waiting (coalition, hash, mode, content, label, audience, proposed_by, account, made_ms, until_ms, "
		"final) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");

	db_bind_i64(s, 1, coalition);
	db_bind_blob(s, 2, slice_of(w->hash.b, 32));
	db_bind_i64(s, 3, w->mode);
	db_bind_text(s, 4, w->content);
	db_bind_text(s, 5, w->label);
	db_bind_text(s, 6, w->audience);
	db_bind_text(s, 7, w->proposed_by);
	db_bind_i64(s, 8, w->account);
	db_bind_i64(s, 9, w->made_ms);
	db_bind_i64(s, 10, w->until_ms);
	db_bind_blob(s, 11, SLICE("")); /* nobody has confirmed it */
	return db_run(s, why);
}

/* Would it be admitted, but for the second person? So that nobody is asked to confirm what cannot be. */
static int admissible(const struct aid_view *v, const struct draft *d, struct why *why)
{
	struct admitting a = {.world = v->world, .db = v->db, .draft = d, .arena = v->arena};

	return response_admit_proposed(&a, why);
}

int waiting_propose(const struct aid_view *v, const struct draft *d, const struct account *first,
	struct waiting *ret, struct why *why)
{
	int64_t now = env_now_ms(&v->world->node->env), row = v->world->coalition.row;
	struct waiting w = {.hash = draft_hash(d, v->arena),
		.mode = d->mode,
		.content = d->content,
		.label = d->label,
		.audience = alert_draft_audience(d, v->arena),
		.proposed_by = first->name,
		.account = first->row,
		.made_ms = now,
		.until_ms = now + WAITING_LIFE_MS};
	union aid_any a;
	int rc = officer_check(first, why);

	if (rc == 0)
		rc = acceptance_read(v, d->content, &a, why);
	if (rc == 0)
		rc = names_check(&a.acceptance, first, why);
	if (rc == 0)
		rc = admissible(v, d, why);
	if (rc < 0)
		return rc;
	if (a.acceptance.commit_by < w.until_ms)
		w.until_ms = a.acceptance.commit_by;
	rc = sweep(v->db, row, now, why);
	if (rc == 0)
		rc = room_check(v->db, row, why);
	if (rc == 0)
		rc = waiting_insert(v->db, row, &w, why);
	if (rc == 0)
		*ret = w;
	return rc;
}

/* ---- what waits ---- */

static void held_bind(struct stmt *s, const struct aid_view *v)
{
	db_bind_i64(s, 1, v->world->coalition.row);
	db_bind_i64(s, 2, env_now_ms(&v->world->node->env));
	release_classes_bind(s, 3, v->who, v->world->standing.charter, v->arena);
}

static struct waiting waiting_row(struct stmt *s, struct arena *arena)
{
	struct waiting w = {.mode = (enum mode)db_i64(s, 1),
		.content = arena_copy(arena, db_text(s, 2)),
		.label = arena_copy(arena, db_text(s, 3)),
		.audience = arena_copy(arena, db_text(s, 4)),
		.proposed_by = arena_copy(arena, db_text(s, 5)),
		.account = db_i64(s, 6),
		.made_ms = db_i64(s, 7),
		.until_ms = db_i64(s, 8)};

	if (db_blob(s, 0).n == sizeof(w.hash.b))
		memcpy(w.hash.b, db_blob(s, 0).p, sizeof(w.hash.b));
	return w;
}

int waiting_list(const struct aid_view *v, struct waiting **ret, size_t *ret_n, struct why *why)
{
	struct stmt *s = db_stmt(v->db, "SELECT " COLUMNS " FROM response_waiting WHERE " HELD
					" AND mode = $16 ORDER BY made_ms DESC, row DESC");
	VEC(struct waiting) found = {0};
	int rc;

	held_bind(s, v);
	db_bind_i64(s, 16, v->mode);
	while ((rc = db_step(s, why)) == DB_ROW)
		vec_push(&found, waiting_row(s, v->arena));
	db_reset(s);
	*ret = arena_array(v->arena, struct waiting, found.n + 1);
	if (found.n)
		memcpy(*ret, found.p, found.n * sizeof(*found.p));
	*ret_n = found.n;
	vec_free(&found);
	return rc;
}

int waiting_find(const struct aid_view *v, struct slice hash, struct waiting *ret, struct why *why)
{
	struct stmt *s = db_stmt(
		v->db, "SELECT " COLUMNS " FROM response_waiting WHERE " HELD " ORDER BY row");
	const char *prefix = arena_string(v->arena, hash);
	char hex[65];
	size_t n = 0;
	int rc;

	held_bind(s, v);
	while ((rc = db_step(s, why)) == DB_ROW) {
		hex_encode(db_blob(s, 0).p, db_blob(s, 0).n < 32 ? db_blob(s, 0).n : 32, hex);
		if (hash.n < PREFIX_MIN || !slice_starts(slice_str(hex), prefix))
			continue;
		if (n++ == 0)
			*ret = waiting_row(s, v->arena);
	}
	db_reset(s);
	if (rc < 0)
		return rc;
	return n == 1 ? 0
		      : why_set(why, E_MISSING, "",
				n ? "more than one hash begins so"
				  : "no acceptance of this hash waits for a second person");
}

/* ---- confirming ---- */

static int draft_of(const struct aid_view *v, const struct waiting *w, const struct slice content,
	struct draft *ret, struct why *why)
{
	struct alert_draft readers = {.mode = w->mode, .label = w->label, .audience = w->audience};
	struct draft d = {.kind = slice_str(aid_kinds[AID_ACCEPTANCE].kind),
		.media = SLICE("application/json"),
		.content = content};
	int rc = alert_draft_readers(&readers, v->arena, &d, why);

	if (rc == 0)
		*ret = d;
	return rc;
}

static int final_set(
	const struct aid_view *v, const struct waiting *w, const struct draft *d, struct why *why)
{
	struct stmt *s = db_stmt(
		v->db, "UPDATE response_waiting SET final = $3 WHERE coalition = $1 AND hash = $2");
	struct hash final = draft_hash(d, v->arena);
	int rc;

	db_bind_i64(s, 1, v->world->coalition.row);
	db_bind_blob(s, 2, slice_of(w->hash.b, 32));
	db_bind_blob(s, 3, slice_of(final.b, 32));
	rc = db_run(s, why);
	if (rc == 0 && db_changes(v->db) == 0)
		rc = why_set(why, E_CONFLICT, "", "somebody else was first");
	return rc;
}

int waiting_confirm(const struct aid_view *v, const struct waiting *w, const struct account *second,
	struct draft *ret, struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct draft d;
	union aid_any a;
	int rc = officer_check(second, why);

	if (rc == 0 && second->row == w->account)
		rc = why_set(why, E_DENIED, "",
			"a second person confirms it: you have proposed it yourself");
	if (rc == 0)
		rc = first_check(v, w, why);
	if (rc == 0)
		rc = acceptance_read(v, w->content, &a, why);
	if (rc < 0)
		return rc;
	a.acceptance.second_authorisation = second->name;
	shape_text(aid_kinds[AID_ACCEPTANCE].shape, &a, &b);
	rc = draft_of(v, w, arena_copy(v->arena, buf_slice(&b)), &d, why);
	if (rc == 0)
		rc = final_set(v, w, &d, why);
	if (rc == 0)
		*ret = d;
	return rc;
}

int waiting_drop(struct db *db, int64_t coalition, const struct waiting *w, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "DELETE FROM response_waiting WHERE coalition = $1 AND hash = $2");
	int rc;

	db_bind_i64(s, 1, coalition);
	db_bind_blob(s, 2, slice_of(w->hash.b, 32));
	rc = db_run(s, why);
	if (rc == 0 && db_changes(db) == 0)
		rc = why_set(why, E_MISSING, "", "it waits no longer");
	return rc;
}

int waiting_take(const struct aid_view *v, const struct draft *d, struct why *why)
{
	struct stmt *s = db_stmt(v->db, "DELETE FROM response_waiting WHERE coalition = $1 AND "
					"final = $2 AND until_ms > $3");
	struct hash final = draft_hash(d, v->arena);
	int rc;

	db_bind_i64(s, 1, v->world->coalition.row);
	db_bind_blob(s, 2, slice_of(final.b, 32));
	db_bind_i64(s, 3, env_now_ms(&v->world->node->env));
	rc = db_run(s, why);
	if (rc == 0 && db_changes(v->db) == 0)
		rc = why_set(why, E_DENIED, "/second_authorisation",
			"this request is accepted by two people: one proposes, the other confirms exactly that");
	return rc;
}

void waiting_tell(const struct waiting *w, const char *key, struct json_out *o)
{
	char hex[65];

	hex_encode(w->hash.b, 32, hex);
	json_open_at(o, key, '{');
	json_put_cstr(o, "hash", hex);
	json_put_cstr(o, "mode", mode_name(w->mode));
	json_put_string(o, "label", w->label);
	json_put_string(o, "audience", w->audience);
	json_put_string(o, "proposed_by", w->proposed_by);
	put_time(o, "made", w->made_ms);
	put_time(o, "until", w->until_ms);
	json_put_raw(o, "content", w->content);
	json_close(o);
}
