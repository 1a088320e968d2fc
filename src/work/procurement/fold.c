/* fold.c: a record into the table of this workspace: one row each, keyed by its place, so no order of arrival shows. */
#include "work/procurement/fold.h"

#include "node/content.h"
#include "work/procurement/admit.h"
#include "work/procurement/store.h"

static int check(enum pkind k, struct slice content, struct slice media, struct arena *arena,
	struct why *why)
{
	struct json_doc doc;
	struct object_id of;

	if (!slice_is(media, "application/json"))
		return why_set(why, E_INVALID, "/media", "this record is application/json");
	return procure_read(k, content, arena, &doc, &of, why);
}

static int fold(const struct folding *f, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	enum pkind k = pkind_find(f->kind);
	struct object_id of = f->object;
	struct json_doc doc;
	int rc = procure_read(k, f->content, &arena, &doc, &of, why);

	return rc < 0 ? rc : procure_store_put(f, k, &of, why);
}

static void words(struct slice content, struct arena *arena, struct buf *ret)
{
	static const char *const keys[] = {"title", "text", "description", "supplier"};
	struct json_doc doc;

	if (json_read(&doc, arena, content, &json_limits_partner, NULL) < 0)
		return;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		buf_slice_add(ret, get_text(&doc, json_root(&doc), keys[i], arena));
		buf_byte(ret, ' ');
	}
}

static struct slice title(struct slice content, struct arena *arena)
{
	return content_title(content, procure_titles, arena);
}

/* The kind is not handed to a check, so each has its own. */
#define CHECK(name, k)                                                                             \
	static int name(                                                                           \
		struct slice content, struct slice media, struct arena *arena, struct why *why)    \
	{                                                                                          \
		return check(k, content, media, arena, why);                                       \
	}
CHECK(check_need, P_NEED)
CHECK(check_pool, P_POOL)
CHECK(check_participation, P_PARTICIPATION)
CHECK(check_vote, P_VOTE)
CHECK(check_agreement, P_AGREEMENT)
CHECK(check_consent, P_CONSENT)
CHECK(check_tender, P_TENDER)
CHECK(check_question, P_QUESTION)
CHECK(check_answer, P_ANSWER)
CHECK(check_seal, P_SEAL)
CHECK(check_confirm, P_CONFIRM)
CHECK(check_conflict, P_CONFLICT)
CHECK(check_score, P_SCORE)
CHECK(check_award, P_AWARD)
CHECK(check_award_consent, P_AWARD_CONSENT)
CHECK(check_complaint, P_COMPLAINT)
CHECK(check_ruling, P_RULING)
CHECK(check_share, P_SHARE)
CHECK(check_contract, P_CONTRACT)
CHECK(check_delivery, P_DELIVERY)
CHECK(check_transaction, P_TRANSACTION)

#define KIND_OF(text, fn, say, close)                                                              \
	{                                                                                          \
		.kind = "procurement/" text "/1", .check = fn, .admit = procure_admit,             \
		.take_back = procure_take_back, .fold = fold, .drop = procure_store_drop,          \
		.words = words, .title = title, .help = say, .kept_close = close                   \
	}
#define KIND(text, fn, say) KIND_OF(text, fn, say, false)
/* Shares would show prices before quality is closed: `…/transcript` has the rule. */
#define KIND_CLOSE(text, fn, say) KIND_OF(text, fn, say, true)
const struct workspace_kind procurement_kinds[] = {
	KIND("need", check_need, "what a member needs"),
	KIND("pool", check_pool, "needs that may be bought together"),
	KIND("participation", check_participation, "a member's interest, commitment or refusal"),
	KIND("vote", check_vote, "whom a member would have lead"),
	KIND("agreement", check_agreement, "a joint procurement"),
	KIND("consent", check_consent, "a participant signs the agreement"),
	KIND("tender", check_tender, "the tender and its amendments"),
	KIND("question", check_question, "a supplier's question"),
	KIND("answer", check_answer, "the lead's answer"),
	KIND_CLOSE("seal", check_seal, "messages of E-SEAL/1"),
	KIND_CLOSE("confirm", check_confirm, "an officer confirms the opening"),
	KIND("conflict", check_conflict, "a declaration of interests"),
	KIND("score", check_score, "an evaluator's sheet"),
	KIND("award", check_award, "the award as computed"),
	KIND("award-consent", check_award_consent, "a member has solved it again"),
	KIND("complaint", check_complaint, "a complaint"),
	KIND("ruling", check_ruling, "what became of a complaint"),
	KIND("share", check_share, "who pays how much"),
	KIND("contract", check_contract, "a member's contract"),
	KIND("delivery", check_delivery, "what was delivered"),
	KIND("transaction", check_transaction, "what was paid"),
	{.kind = NULL},
};
