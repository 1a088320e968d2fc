/* The kinds of acts, and what an entry that carries one must look like. */
#include "pact/acts.h"

#include "base/limits.h"
#include "base/report.h"

const struct act_rule act_rules[ACT_KINDS] = {
	[ACT_NONE] = {"", false, 0, 0, ""},
	[ACT_ROOT] = {"root/1", false, 0, 0, "publishes a root document of the author"},
	[ACT_CHARTER] = {"charter/1", false, 0, 0, "publishes the text of a charter"},
	[ACT_INTRODUCTION] = {"introduction/1", false, 0, LIMIT_STANDING_INTRODUCTION,
		"records the root document that the author holds of a party"},
	[ACT_ROLL] = {"roll/1", false, 0, 0, "names once the members that all@ means"},
	[ACT_SIGN] = {"sign/1", true, SCOPE_SIGN, LIMIT_STANDING_SIGN, "signs a charter"},
	[ACT_INTEREST] = {"interest/1", false, 0, LIMIT_STANDING_INTEREST,
		"says that the author is interested in joining"},
	[ACT_ACCEDE] = {"accede/1", true, SCOPE_ACCEDE, LIMIT_STANDING_ACCEDE,
		"accedes to a charter"},
	[ACT_RATIFY] = {"ratify/1", true, SCOPE_RATIFY, LIMIT_STANDING_RATIFY,
		"ratifies one accession"},
	[ACT_WITHDRAW] = {"withdraw/1", true, SCOPE_WITHDRAW, LIMIT_STANDING_WITHDRAW,
		"withdraws from the coalition"},
	[ACT_SUSPEND] = {"suspend-relations/1", true, SCOPE_SUSPEND, LIMIT_STANDING_SUSPEND,
		"suspends the author's relations with a party"},
	[ACT_RESUME] = {"resume-relations/1", true, SCOPE_SUSPEND, LIMIT_STANDING_RESUME,
		"resumes them"},
	[ACT_STATEMENT] = {"statement/1", false, 0, 0,
		"records what somebody has said about a party"},
	[ACT_DIGEST] = {"state-digest/1", false, 0, 0,
		"publishes the digest of the author's view of standing"},
	[ACT_PUBLISH] = {"publish/1", false, SCOPE_RELEASE, 0,
		"releases acts or statements of the author to the public"},
};

enum act_kind act_kind_of(struct slice kind)
{
	for (int k = ACT_NONE + 1; k < ACT_KINDS; k++)
		if (slice_is(kind, act_rules[k].kind))
			return (enum act_kind)k;
	return ACT_NONE;
}

bool act_settles(enum act_kind k)
{
	return act_rules[k].looked_at > 0 || k == ACT_ROOT;
}

bool act_is_public_to_parties(struct slice kind)
{
	return act_kind_of(kind) != ACT_NONE;
}

static const char *media_of(enum act_kind kind)
{
	if (kind == ACT_ROOT)
		return ROOT_MEDIA;
	return kind == ACT_CHARTER ? CHARTER_MEDIA : ACT_MEDIA;
}

static int payload_check(const struct entry *e, enum act_kind kind, struct why *why)
{
	if (kind == ACT_ROLL) {
		if (e->has_payload)
			return why_set(why, E_INVALID, "payload", "a roll has no payload");
		if (e->audience != AUDIENCE_LIST)
			return why_set(why, E_INVALID, "audience", "a roll names its members");
		return 0;
	}
	if (!e->has_payload)
		return why_set(why, E_INVALID, "payload", "the act has no payload");
	if (!slice_is(e->media, media_of(kind)))
		return why_set(
			why, E_INVALID, "payload", "the media of this act is %s", media_of(kind));
	return 0;
}

int act_entry_check(const struct entry *e, enum act_kind kind, struct why *why)
{
	MUST(kind > ACT_NONE && kind < ACT_KINDS);
	const struct act_rule *rule = &act_rules[kind];

	if (e->audience == AUDIENCE_VEILED)
		return why_set(why, E_INVALID, "audience", "an act is never veiled");
	if (!slice_is(e->kind, rule->kind))
		return why_set(why, E_INVALID, "kind", "is not %s", rule->kind);
	if (e->mode == MODE_NONE)
		return why_set(why, E_INVALID, "mode", "an act is real, exercise or test");
	if (!e->has_object || !id_eq(&e->object.owner, &e->log.member))
		return why_set(why, E_INVALID, "object", "an act has an object id of its author");
	if (e->until_ms != 0)
		return why_set(why, E_INVALID, "until", "an act is never erased");
	if (rule->constitutional && e->seq > 0 && e->n_seen == 0)
		return why_set(
			why, E_INVALID, "seen", "%s must say what its author has seen", rule->kind);
	if (kind == ACT_RATIFY && e->n_ref == 0)
		return why_set(why, E_INVALID, "ref", "a ratification refers to the accession");
	if (rule->scope != 0 && !e->has_act)
		return why_set(
			why, E_INVALID, "act", "%s needs the signature of an officer", rule->kind);
	return payload_check(e, kind, why);
}

int act_signature_check(
	const struct entry *e, enum act_kind kind, const struct root_chain *chain, struct why *why)
{
	MUST(kind > ACT_NONE && kind < ACT_KINDS);
	unsigned scope = act_rules[kind].scope;

	if (scope == 0)
		return 0;
	if (!e->has_act)
		return why_set(why, E_VERIFY, "act", "not signed by an officer");
	struct root_place at = {&e->officer, (enum scope)scope, &e->log.coalition, e->log.epoch,
		e->seq, e->time_ms};
	const struct root_officer *o = root_officer_next(chain, NULL, &at);
	if (!o)
		return why_set(why, E_DENIED, "act", "the officer had no scope \"%s\" there",
			scope_name((enum scope)scope));
	struct buf message CLEANUP_BUF = BUF(LIMIT_ENTRY_BYTES + 64);
	entry_act_message(e, &message);
	MUST(!buf_over(&message));
	for (; o; o = root_officer_next(chain, o, &at))
		if (sign_check(&o->key, buf_slice(&message), &e->act))
			return 0;
	return why_set(why, E_VERIFY, "act", "the officer's signature does not hold");
}
