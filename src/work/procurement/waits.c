/* waits.c: see waits.h. */
#include "work/procurement/waits.h"

#include "base/report.h"
#include "work/procurement/offer.h"

static const struct {
	const char *name, *words;
} table[WAITS_COUNT] = {
	[WAITS_CONSENT] = {"consent", "signature under the agreement"},
	[WAITS_AGREEMENT] = {"agreement",
		"new version of the agreement, which somebody has refused"},
	[WAITS_TENDER] = {"tender", "tender"},
	[WAITS_POLICY] = {"policy", "beginning of the key"},
	[WAITS_COUNTERSIGNATURE] = {"countersignature", "countersignature of the key's policy"},
	[WAITS_DEAL] = {"deal", "shares of the key"},
	[WAITS_CERTIFICATE] = {"certificate", "certificate of the key"},
	[WAITS_PUBLICATION] = {"publication", "word that the drafted tender is open"},
	[WAITS_BIDS] = {"bids", "bids"},
	[WAITS_GRACE] = {"grace", "sealed bids of those who have committed"},
	[WAITS_CLOSING] = {"closing", "signature under the closing"},
	[WAITS_HOUR] = {"hour", "the hour of the opening"},
	[WAITS_OPENING] = {"opening", "officers' confirmation of the opening"},
	[WAITS_EVALUATION] = {"evaluation", "reconciled sheet"},
	[WAITS_AWARD] = {"award", "proposal of an award"},
	[WAITS_AWARD_CONSENT] = {"agreement to the award", "answer to the award"},
	[WAITS_STANDSTILL] = {"standstill", "the end of the standstill"},
	[WAITS_RULING] = {"ruling", "ruling on a complaint"},
	[WAITS_FINISH] = {"finish", "word that the award is final"},
	[WAITS_SHARES] = {"shares", "shares: who pays how much"},
	[WAITS_CONTRACT] = {"contract", "signed contracts"},
	[WAITS_DELIVERY] = {"delivery", "deliveries and payments"},
};

const char *waits_name(enum waits what)
{
	return table[what].name;
}

/* ---- who ---- */

static uint64_t everybody(const struct process *p)
{
	return p->n_participant >= 64 ? UINT64_MAX : (1ULL << p->n_participant) - 1;
}

static uint64_t lead(const struct process *p)
{
	return 1ULL << process_index(p, &p->lead);
}

/* Bits of holders as bits of participants: a key may be older than the agreement's newest version. */
static uint64_t holders(const struct process *p, uint64_t bits)
{
	uint64_t out = 0;

	for (uint32_t i = 0; i < p->replay->policy.n; i++) {
		size_t at = process_index(p, &p->replay->policy.holder[i].member);

		if ((bits & 1ULL << i) && at != SIZE_MAX)
			out |= 1ULL << at;
	}
	return out;
}

/* ---- each state ---- */

static struct wait consents(const struct process *p)
{
	uint64_t missing = 0;
	bool refused = false;

	for (size_t i = 0; i < p->n_participant; i++) {
		refused |= p->consent[i].refused;
		if (!p->consent[i].signed_ && !p->consent[i].refused)
			missing |= 1ULL << i;
	}
	return refused && !missing ? (struct wait){WAITS_AGREEMENT, lead(p), 0}
				   : (struct wait){WAITS_CONSENT, missing, 0};
}

static struct wait key(const struct process *p)
{
	const struct seal_replay *r = p->replay;

	if (!p->tender)
		return (struct wait){WAITS_TENDER, lead(p), 0};
	if (!r || (r->dealt_badly | r->dealt_twice))
		return (struct wait){WAITS_POLICY, lead(p), 0};
	if (bits_count(r->countersigned) < r->policy.n)
		return (struct wait){WAITS_COUNTERSIGNATURE, holders(p, ~r->countersigned), 0};
	if (bits_count(r->dealt) < r->policy.n)
		return (struct wait){WAITS_DEAL, holders(p, ~r->dealt), 0};
	return (struct wait){WAITS_CERTIFICATE, holders(p, ~r->certified), 0};
}

/* Any k suffice, so nobody in particular is behind; but who has done nothing yet can. */
static struct wait opening(const struct process *p, int64_t now_ms)
{
	const struct seal_replay *r = p->replay;
	uint64_t shared = UINT64_MAX;

	if (!r || !r->has_key)
		return p->next_ms ? (struct wait){WAITS_HOUR, 0, p->next_ms}
				  : (struct wait){WAITS_OPENING, everybody(p), 0};
	if (now_ms <= (int64_t)(r->policy.deadline_ms + r->policy.grace_ms))
		return (struct wait){
			WAITS_GRACE, 0, (int64_t)(r->policy.deadline_ms + r->policy.grace_ms)};
	if (!r->closed)
		return (struct wait){WAITS_CLOSING,
			holders(p, r->n_close ? ~r->close[0].signed_by : UINT64_MAX), 0};
	if (now_ms < (int64_t)r->policy.open_ms)
		return (struct wait){WAITS_HOUR, 0, (int64_t)r->policy.open_ms};
	for (size_t i = 0; i < r->n_bid; i++)
		if (r->bid[i].state == BID_SEALED)
			shared &= r->bid[i].shares;
	return (struct wait){WAITS_OPENING, holders(p, ~shared), 0};
}

/* Who has not said yet whether it agrees; where all have and somebody objects, the lead has to propose another. */
static struct wait award_consents(const struct process *p)
{
	struct hash digest = award_digest(p->award), named;
	uint64_t missing = everybody(p);

	for (const struct row *r = process_next(p, P_AWARD_CONSENT, NULL); r;
		r = process_next(p, P_AWARD_CONSENT, r))
		if (get_bytes(&r->doc, json_root(&r->doc), "award", named.b, 32) &&
			hash_eq(&named, &digest))
			missing &= ~(1ULL << process_index(p, &r->object.owner));
	return missing ? (struct wait){WAITS_AWARD_CONSENT, missing, 0}
		       : (struct wait){WAITS_AWARD, lead(p), 0};
}

static struct wait standstill(const struct process *p, int64_t now_ms)
{
	int64_t until = get_time(&p->award->doc, json_root(&p->award->doc), "standstillUntil", 0);

	if (p->n_complaints_open + p->n_complaints_unanswered)
		return (struct wait){WAITS_RULING, lead(p), 0};
	if (now_ms < until)
		return (struct wait){WAITS_STANDSTILL, 0, until};
	return (struct wait){WAITS_FINISH, lead(p), 0};
}

/* Whoever pays for a part and has not signed all its contracts, or has none. */
static struct wait contracts(const struct process *p, struct arena *arena)
{
	uint64_t missing = 0, has = 0, pending = 0;
	struct id member;

	if (!p->share)
		return (struct wait){WAITS_SHARES, lead(p), 0};
	for
		EACH(&p->share->doc, line,
			json_get(&p->share->doc, json_root(&p->share->doc), "lines"))
		{
			size_t at = get_id(&p->share->doc, line, "member", &member)
					    ? process_index(p, &member)
					    : SIZE_MAX;

			if (at != SIZE_MAX && rec_quantity(&p->share->doc, line, "quantity") > 0)
				missing |= 1ULL << at;
		}
	for (const struct row *r = process_next(p, P_CONTRACT, NULL); r;
		r = process_next(p, P_CONTRACT, r)) {
		uint64_t bit = 1ULL << process_index(p, &r->object.owner);

		has |= bit;
		if (slice_is(get_text(&r->doc, json_root(&r->doc), "status", arena), "pending"))
			pending |= bit;
	}
	return (struct wait){WAITS_CONTRACT, (missing & ~has) | pending, 0};
}

void process_waits(const struct process *p, int64_t now_ms, struct arena *arena, struct wait *ret)
{
	*ret = (struct wait){WAITS_NOTHING, 0, 0};
	switch (p->state) {
	case PROCESS_PROPOSED:
		*ret = consents(p);
		break;
	case PROCESS_AGREED:
		*ret = key(p);
		break;
	case PROCESS_KEYED:
		*ret = (struct wait){WAITS_PUBLICATION, lead(p), 0};
		break;
	case PROCESS_OPEN:
		*ret = (struct wait){WAITS_BIDS, 0, p->next_ms};
		break;
	case PROCESS_CLOSED:
		*ret = opening(p, now_ms);
		break;
	case PROCESS_OPENED:
	case PROCESS_EVALUATING:
		*ret = (struct wait){
			offers_prices_hidden(p) ? WAITS_EVALUATION : WAITS_AWARD, lead(p), 0};
		break;
	case PROCESS_AWARD_PROPOSED:
		*ret = award_consents(p);
		break;
	case PROCESS_STANDSTILL:
		*ret = standstill(p, now_ms);
		break;
	case PROCESS_AWARDED:
		*ret = contracts(p, arena);
		break;
	case PROCESS_CONTRACTED:
	case PROCESS_IMPLEMENTING:
		/* One member's deliveries do not sign another's contract. */
		*ret = contracts(p, arena);
		if (!ret->who)
			*ret = (struct wait){WAITS_DELIVERY, 0, 0};
		break;
	case PROCESS_COMPLETE:
	case PROCESS_CANCELLED:
	case PROCESS_UNSUCCESSFUL:
	case PROCESS_STATES:
		break;
	}
}

/* ---- in words ---- */

const char *waits_words(const struct wait *wait, const struct process *p, const struct world *w,
	struct arena *arena)
{
	struct buf b CLEANUP_BUF = BUF(16 * KIB);
	unsigned n = bits_count(wait->who);
	char until[UTC_TEXT_LEN + 1];

	if (wait->what == WAITS_NOTHING)
		return "";
	if (n != 1)
		buf_str(&b, table[wait->what].words);
	for (size_t i = 0, at = 0; i < p->n_participant; i++) {
		if (!(wait->who & 1ULL << i))
			continue;
		if (n > 1)
			buf_str(&b, at++ ? ", " : " of ");
		buf_str(&b, world_party_label(w, &p->participant[i], arena));
	}
	if (n == 1)
		buf_addf(&b, "'s %s", table[wait->what].words);
	if (wait->until_ms) {
		utc_format(wait->until_ms, until);
		buf_addf(&b, ", until %s", until);
	}
	return arena_string(arena, buf_slice(&b));
}
