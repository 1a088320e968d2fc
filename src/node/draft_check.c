/* draft_check.c: may this be written? The same rules that partners will hold it against, asked before anything is on disk. */
#include "base/limits.h"
#include "base/report.h"
#include "log/batch.h"
#include "node/draft_int.h"
#include "node/grant.h"
#include "node/workspace.h"

static int check_form(const struct draft *d, const struct world *w, struct why *why)
{
	if (d->mode != MODE_REAL && d->mode != MODE_EXERCISE && d->mode != MODE_TEST)
		return why_set(why, E_INVALID, "/mode", "mode is none of real, exercise and test");
	if (!kind_valid(d->kind))
		return why_set(why, E_INVALID, "/kind", "no kind: expected name/version");
	if (d->has_object && !id_eq(&d->object.owner, &w->node->self))
		return why_set(why, E_DENIED, "/object",
			"only its owner changes an object: refer to it from one of your own");
	if (d->n_ref > LIMIT_ENTRY_REFS)
		return why_set(why, E_LIMIT, "/ref", "at most %d refs", LIMIT_ENTRY_REFS);
	for (size_t i = 1; i < d->n_ref; i++)
		if (memcmp(&d->ref[i - 1].member, &d->ref[i].member, sizeof(struct id)) > 0)
			return why_set(why, E_INVALID, "/ref", "refs are not sorted");
	if (d->content.n > LIMIT_PAYLOAD_CONTENT)
		return why_set(why, E_LIMIT, "/content", "a content is at most %zu bytes",
			LIMIT_PAYLOAD_CONTENT);
	if (d->until_ms < 0)
		return why_set(why, E_INVALID, "/until", "the time is before 1970");
	if (d->media.n ? !media_valid(d->media) : d->content.n > 0 || !draft_open(d))
		return why_set(why, E_INVALID, "/media", "a content needs a media type");
	return 0;
}

static int check_act_content(const struct draft *d, enum act_kind kind, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	const char *media = kind == ACT_ROOT	  ? ROOT_MEDIA
			    : kind == ACT_CHARTER ? CHARTER_MEDIA
						  : ACT_MEDIA;

	if (!slice_is(d->media, media))
		return why_set(why, E_INVALID, "/media", "the content of this act is %s", media);
	if (kind == ACT_ROOT)
		return 0; /* root_put judges it against the chain */
	if (kind == ACT_CHARTER)
		return charter_parse(arena_new(&arena, struct charter), &arena, d->content, why);
	return act_body_parse(arena_new(&arena, struct act_body), &arena, kind, d->content, why);
}

static int check_officer(const struct draft *d, const struct world *w, const struct root_chain *own,
	unsigned scope, struct why *why)
{
	const struct root_officer *o;
	char name[ID_TEXT + 1];

	if (!d->officer_key && !d->has_act)
		return why_set(why, E_DENIED, "/officer",
			"this act binds the member: it needs the key of an officer");
	id_format(&d->officer, name);
	/* Revoked at whatever size: it has no business signing anything new. */
	o = root_officer_for(own, &d->officer, (enum scope)scope, &w->coalition.id, UINT32_MAX,
		UINT64_MAX, env_now_ms(&w->node->env));
	if (!o)
		return why_set(why, E_DENIED, "/officer",
			"officer %s has no scope '%s' at this time", name,
			scope_name((enum scope)scope));
	if (d->officer_key && !pubkey_eq(&o->key, &d->officer_key->pub))
		return why_set(
			why, E_DENIED, "/officer", "the key is not that of officer %s", name);
	return 0;
}

static int check_act(const struct draft *d, const struct world *w, const struct root_chain *own,
	enum act_kind kind, struct why *why)
{
	int rc;

	if (kind == ACT_ROLL)
		return why_set(why, E_INVALID, "/kind", "the node writes rolls by itself");
	if (d->label.n)
		return why_set(why, E_INVALID, "/label", "acts are public to all parties");
	if (d->until_ms)
		return why_set(why, E_INVALID, "/until", "acts are kept for ever");
	if (d->veil_all)
		return why_set(why, E_INVALID, "/audience", "acts are never veiled");
	if (!d->all && d->n_member == 0)
		return why_set(why, E_INVALID, "/audience", "nobody would read this");
	rc = check_act_content(d, kind, why);
	if (rc == 0 && act_rules[kind].scope)
		rc = check_officer(d, w, own, act_rules[kind].scope, why);
	return rc;
}

static int check_label(
	const struct draft *d, const struct world *w, enum grant_kind grant, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);
	const struct id *reader;
	size_t n;
	struct label label;
	int rc;

	if (!d->label.n)
		return why_set(why, E_INVALID, "/label", "a record needs a label");
	if (!d->all && d->n_member == 0)
		return why_set(why, E_INVALID, "/audience", "nobody would read this");
	rc = label_parse(&label, d->label, why);
	if (rc == 0)
		rc = label_check(&label, w->standing.charter, why);
	if (rc < 0) {
		if (why)
			snprintf(why->where, sizeof(why->where), "/label");
		return rc;
	}
	/* Taking back must reach everybody who has a copy, whatever has become of them since; a release is asked about those it adds. */
	if (grant != GRANT_NONE && grant != GRANT_RELEASE)
		return 0;
	if (grant == GRANT_RELEASE) {
		struct grant g;

		rc = grant_parse(&g, &arena, grant, d->content, why);
		if (rc < 0)
			return rc;
		reader = g.member;
		n = g.n_member;
	} else {
		draft_readers(d, w, &arena, &reader, &n);
	}
	rc = release_audience_check(
		&label, w->standing.charter, &w->standing, reader, n, d->all, why);
	if (rc < 0 && why && !why->where[0])
		snprintf(why->where, sizeof(why->where), "/audience");
	return rc;
}

static int check_batch(
	const struct draft *d, const struct workspace_kind *k, struct arena *arena, struct why *why)
{
	struct slice rest = d->content, object;
	uint64_t at;
	size_t n = 0;
	int rc;

	while ((rc = batch_next(d->content, &rest, &object, &at, why)) == 1) {
		if (++n > LIMIT_BATCH_OBJECTS)
			return why_set(why, E_LIMIT, "/content", "at most %d objects in a batch",
				LIMIT_BATCH_OBJECTS);
		arena_reset(arena);
		rc = k->check && !d->known ? k->check(object, d->media, arena, why) : 0;
		if (rc < 0)
			return why ? why_prefix(why, "object %zu", n) : rc;
	}
	if (rc == 0 && n == 0)
		return why_set(why, E_INVALID, "/content", "the batch is empty");
	MUST(rc < 0 || !d->known || n == d->n_known);
	return rc;
}

static int check_model(const struct draft *d, enum grant_kind grant, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct grant g;

	if (grant != GRANT_NONE)
		return grant_parse(&g, &arena, grant, d->content, why);
	const struct workspace_kind *k = workspace_kind_find(d->kind);
	if (!k)
		return why_set(why, E_INVALID, "/kind", "no workspace of this node knows '%.*s'",
			SLICE_FMT(d->kind));
	if (slice_is(d->media, BATCH_MEDIA))
		return d->has_object ? why_set(why, E_INVALID, "/object",
					       "objects in a batch get their ids from the entry")
				     : check_batch(d, k, &arena, why);
	return k->check ? k->check(d->content, d->media, &arena, why) : 0;
}

int draft_check(
	const struct draft *d, const struct world *w, const struct root_chain *own, struct why *why)
{
	enum act_kind act = act_kind_of(d->kind);
	enum grant_kind grant = grant_kind_of(d->kind);
	int rc = check_form(d, w, why);

	if (rc < 0)
		return rc;
	if (act != ACT_NONE)
		return check_act(d, w, own, act, why);
	/* A party that has left still answers for what it wrote and for what it holds. */
	if (!w->self_is_member && (grant == GRANT_NONE || grant == GRANT_RELEASE))
		return why_set(why, E_DENIED, "",
			w->standing.in_force
				? "this node's member is not a member of the coalition now"
				: "the coalition is not in force yet: only acts can be written");
	rc = check_label(d, w, grant, why);
	return rc < 0 ? rc : check_model(d, grant, why);
}
