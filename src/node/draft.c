/* draft.c: a draft at its place becomes bytes. What may be written at all is draft_check.c's to say. */
#include "base/limits.h"
#include "log/batch.h"
#include "node/draft_int.h"

bool draft_open(const struct draft *d)
{
	return act_kind_of(d->kind) != ACT_NONE || (d->all && !d->veil_all);
}

bool draft_on_roll(const struct draft *d, const struct world *w)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);
	const struct id *present;
	size_t n;

	if (!d->all || !draft_open(d))
		return false;
	world_present(w, &arena, &present, &n);
	return ids_have(present, n, &w->node->self);
}

void draft_readers(const struct draft *d, const struct world *w, struct arena *arena,
	const struct id **ret, size_t *ret_n)
{
	const struct id *from = d->member;
	size_t n_from = d->n_member, n = 0;

	if (d->all)
		world_present(w, arena, &from, &n_from);
	struct id *id = arena_array(arena, struct id, n_from + 1);
	for (size_t i = 0; i < n_from; i++)
		id[i] = from[i];
	if (d->all)
		id[n_from++] = w->node->self;
	qsort(id, n_from, sizeof(*id), id_cmp);
	for (size_t i = 0; i < n_from; i++)
		if (n == 0 || !id_eq(&id[n - 1], &id[i]))
			id[n++] = id[i];
	*ret = id;
	*ret_n = n;
}

/* What the entry says of the payload; the commitment binds the plaintext. */
static void payload_set(struct entry *e, struct slice plain, struct slice media, struct made *made)
{
	e->has_payload = true;
	e->commit = payload_commit(made->salt, plain);
	e->bucket = payload_bucket(plain.n);
	e->media = media;
	made->plain = plain;
}

static void open_set(const struct draft *d, const struct world *w, const struct hash *roll,
	struct arena *arena, struct entry *e, struct made *made)
{
	e->mode = d->mode;
	e->kind = d->kind;
	e->has_object = made->has_object;
	e->object = made->object;
	e->ref = d->ref;
	e->n_ref = d->n_ref;
	e->label = d->label;
	e->until_ms = d->until_ms;
	if (roll && draft_on_roll(d, w)) {
		e->audience = AUDIENCE_ALL;
		e->roll = *roll;
	} else {
		e->audience = AUDIENCE_LIST;
		draft_readers(d, w, arena, &e->member, &e->n_member);
	}
	if (d->media.n)
		payload_set(e, d->content, d->media, made);
}

static int veiled_set(const struct draft *d, const struct world *w, struct arena *arena,
	struct entry *e, struct made *made, struct why *why)
{
	struct inner in = {.mode = d->mode,
		.kind = d->kind,
		.has_object = made->has_object,
		.object = made->object,
		.ref = d->ref,
		.n_ref = d->n_ref,
		.label = d->label,
		.until_ms = d->until_ms,
		.media = d->media,
		.content = d->content};
	struct buf plain CLEANUP_BUF = BUF(LIMIT_PAYLOAD_BYTES);

	draft_readers(d, w, arena, &in.member, &in.n_member);
	inner_print(&in, &plain);
	if (buf_over(&plain))
		return why_set(why, E_LIMIT, "/content", "header and content are over %zu bytes",
			LIMIT_PAYLOAD_BYTES);
	e->audience = AUDIENCE_VEILED;
	payload_set(e, arena_copy(arena, buf_slice(&plain)), SLICE_NONE, made);
	return 0;
}

static void act_set(const struct draft *d, struct entry *e)
{
	struct buf message CLEANUP_BUF = BUF(2 * LIMIT_ENTRY_BYTES);

	e->seen = d->act_seen;
	e->n_seen = d->n_act_seen;
	if (!d->has_act && !d->officer_key)
		return;
	e->has_act = true;
	e->officer = d->officer;
	if (d->has_act) {
		e->act = d->act;
		return;
	}
	entry_act_message(e, &message);
	e->act = sign_bytes(d->officer_key, buf_slice(&message));
}

int draft_make(const struct draft *d, const struct world *w, const struct log_id *log, uint64_t seq,
	int64_t time_ms, uint32_t counter, const struct hash *roll, struct arena *arena,
	struct made *ret, struct why *why)
{
	struct entry e = {.log = *log, .seq = seq, .time_ms = time_ms, .time_counter = counter};
	struct made made = {.has_object = !slice_is(d->media, BATCH_MEDIA)};
	struct buf bytes CLEANUP_BUF = BUF(LIMIT_ENTRY_BYTES);
	int rc = 0;

	if (d->has_log && memcmp(&d->log, log, sizeof(*log)) != 0)
		return why_set(why, E_INVALID, "/log", "the act was prepared for another log");
	made.object = d->object;
	if (made.has_object && !d->has_object) {
		made.object.owner = log->member;
		env_random(&w->node->env, &made.object.name, sizeof(made.object.name));
	}
	if (d->has_act)
		memcpy(made.salt, d->act_salt, sizeof(made.salt));
	else
		env_random(&w->node->env, made.salt, sizeof(made.salt));
	if (draft_open(d))
		open_set(d, w, roll, arena, &e, &made);
	else
		rc = veiled_set(d, w, arena, &e, &made, why);
	if (rc < 0)
		return rc;
	act_set(d, &e);
	entry_print(&e, &bytes);
	if (buf_over(&bytes))
		return why_set(why, E_LIMIT, "/ref",
			"refs and audience do not fit into an entry of %zu bytes",
			LIMIT_ENTRY_BYTES);
	made.entry = arena_copy(arena, buf_slice(&bytes));
	made.leaf = hash_leaf(made.entry);
	*ret = made;
	return 0;
}
