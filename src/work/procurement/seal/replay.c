/* replay.c: policy, findings, transcript; see replay.h. */
#include "work/procurement/seal/replay.h"

#include "base/enc.h"
#include "base/report.h"

#include <stdarg.h>

static const char *const names[] = {"malformed", "bad-deal", "false-complaint", "two-deals",
	"bad-certificate", "dropped-bid", "missed-bid", "cosigned-lie", "two-roots", "two-receipts",
	"wrong-active-set", "bad-share", "share-not-due", "early-share", "twin-bid", "missing-bid",
	"unreadable-bid", "absent"};

const char *finding_name(enum finding_kind k)
{
	return names[k];
}

bool finding_is_offence(enum finding_kind k)
{
	return k != FINDING_ABSENT && k != FINDING_MALFORMED && k != FINDING_MISSED_BID &&
	       k != FINDING_WRONG_ACTIVE && k != FINDING_SHARE_EARLY;
}

const char *bid_state_name(enum bid_state s)
{
	static const char *const states[] = {
		"sealed", "missing", "opened", "self-opened", "unreadable"};

	return states[s];
}

unsigned bits_count(uint64_t bits)
{
	return (unsigned)__builtin_popcountll(bits);
}

/* The list doubles in the arena; findings are few. */
void replay_find(struct seal_replay *r, struct arena *arena, enum finding_kind kind,
	uint32_t holder, const struct bid_commit *bid, const char *fmt, ...)
{
	struct finding *f;
	va_list ap;

	if ((r->n_finding & (r->n_finding - 1)) == 0) {
		f = arena_array(arena, struct finding, r->n_finding ? 2 * r->n_finding : 1);
		if (r->n_finding)
			memcpy(f, r->finding, r->n_finding * sizeof(*f));
		r->finding = f;
	}
	f = &r->finding[r->n_finding++];
	*f = (struct finding){.kind = kind, .holder = holder, .has_bidder = bid != NULL};
	if (bid) {
		f->bidder = bid->name.bidder;
		f->bid = bid->name.bid;
	}
	va_start(ap, fmt);
	vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
}

const struct bid_sealed *replay_sealed(const struct seal_replay *r, const struct bid_commit *c)
{
	for (size_t i = 0; i < r->n_sealed; i++)
		if (bid_fits(&r->sealed[i], c, NULL) == 0)
			return &r->sealed[i];
	return NULL;
}

bool replay_open(const struct seal_replay *r)
{
	if (!r->closed || r->n_unknown)
		return false;
	for (size_t i = 0; i < r->n_bid; i++)
		if (r->bid[i].state == BID_SEALED)
			return false;
	return true;
}

static int slice_order(const void *a, const void *b)
{
	const struct slice *x = a, *y = b;

	return slice_cmp(*x, *y);
}

/* Sorted and distinct: then no order of arrival shows in anything. */
static size_t message_sort(const struct slice *message, size_t n, struct slice *ret)
{
	size_t m = 0;

	for (size_t i = 0; i < n; i++)
		ret[i] = message[i];
	qsort(ret, n, sizeof(*ret), slice_order);
	for (size_t i = 0; i < n; i++)
		if (m == 0 || !slice_eq(ret[m - 1], ret[i]))
			ret[m++] = ret[i];
	return m;
}

static int policy_find(
	struct seal_replay *r, const struct slice *message, size_t n, struct why *why)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++) {
		if (!slice_is(msg_type(message[i]), "policy"))
			continue;
		int rc = seal_policy_parse(&r->policy, message[i], why);
		if (rc < 0)
			return rc;
		found++;
	}
	if (found != 1)
		return why_set(why, E_INVALID, "policy",
			"a transcript has one policy, this one has %zu", found);
	return 0;
}

/* What is of no known type, and countersignatures. */
static void first_look(
	struct seal_replay *r, const struct slice *message, size_t n, struct arena *arena)
{
	static const char *const known[] = {"policy", "policy.postpone", "countersign", "dkg.r1",
		"dkg.cmp", "dkg.cert", "bid.commit", "bid.receipt", "bid.sealed", "bid.selfopen",
		"close.view", "seal.close", "close.cosig", "close.dissent", "open.share", NULL};

	for (size_t i = 0; i < n; i++) {
		struct slice type = msg_type(message[i]);
		struct seal_countersign c;
		struct why why = {0};
		size_t k = 0;

		while (known[k] && !slice_is(type, known[k]))
			k++;
		if (!known[k])
			replay_find(r, arena, FINDING_MALFORMED, 0, NULL,
				"a message is of no type of e-seal/1");
		struct seal_postpone later;
		if (slice_is(type, "policy.postpone") &&
			seal_postpone_parse(&later, &r->policy, message[i], &why) < 0)
			replay_find(r, arena, FINDING_MALFORMED, 0, NULL, "policy.postpone: %s: %s",
				why.where, why.text);
		if (!slice_is(type, "countersign"))
			continue;
		if (seal_countersign_parse(&c, &r->policy, message[i], &why) < 0)
			replay_find(
				r, arena, FINDING_MALFORMED, 0, NULL, "countersign: %s", why.text);
		else
			r->countersigned |= 1ULL << (c.i - 1);
	}
}

/* From here on the policy has the hours that stand: whoever asks it for one gets the right one. */
static void hours(struct seal_replay *r, const struct slice *message, size_t n, struct arena *arena)
{
	r->first = seal_policy_hours(&r->policy);
	seal_postponed(&r->policy, message, n, arena, &r->told);
	r->policy.deadline_ms = r->told.hours.deadline_ms;
	r->policy.open_ms = r->told.hours.open_ms;
	r->policy.fallback_ms = r->told.hours.fallback_ms;
}

int seal_replay(const struct slice *message, size_t n, struct arena *arena, struct seal_replay *ret,
	struct why *why)
{
	struct seal_replay *r = arena_new(arena, struct seal_replay);
	struct slice *sorted = arena_array(arena, struct slice, n + 1);
	size_t m = message_sort(message, n, sorted);
	int rc = policy_find(r, sorted, m, why);

	if (rc < 0)
		return rc;
	first_look(r, sorted, m, arena);
	hours(r, sorted, m, arena);
	replay_key(r, sorted, m, arena);
	replay_bids(r, sorted, m, arena);
	replay_closings(r, sorted, m, arena);
	replay_close(r, arena);
	replay_opening(r, sorted, m, arena);
	*ret = *r;
	return 0;
}

bool replay_closed_hours(const struct seal_policy *p, const struct slice *message, size_t n,
	struct arena *arena, struct seal_hours *ret)
{
	struct seal_replay *r = arena_new(arena, struct seal_replay);
	struct slice *sorted = arena_array(arena, struct slice, n + 1);

	r->policy = *p;
	replay_closings(r, sorted, message_sort(message, n, sorted), arena);
	if (r->closed)
		*ret = r->closed->close.hours;
	return r->closed != NULL;
}

/* ---- the file ---- */

int transcript_split(
	struct slice bytes, struct arena *arena, struct slice **ret, size_t *ret_n, struct why *why)
{
	size_t n = 0, max = 1;
	struct slice *list;

	for (size_t i = 1; i < bytes.n; i++)
		max += bytes.p[i] == '\n' && bytes.p[i - 1] == '\n';
	if (max > LIMIT_TRANSCRIPT_MESSAGES)
		return why_set(
			why, E_LIMIT, "", "more than %d messages", LIMIT_TRANSCRIPT_MESSAGES);
	list = arena_array(arena, struct slice, max);
	while (bytes.n) {
		ptrdiff_t end = slice_search(bytes, SLICE("\n\n"));
		size_t len = end < 0 ? bytes.n : (size_t)end + 1;

		if (bytes.p[0] == '\n')
			return why_set(why, E_SYNTAX, "", "message %zu is empty", n + 1);
		list[n++] = slice_sub(bytes, 0, len);
		bytes = slice_sub(bytes, end < 0 ? len : len + 1, bytes.n);
	}
	if (n == 0)
		return why_set(why, E_SYNTAX, "", "the transcript is empty");
	*ret = list;
	*ret_n = n;
	return 0;
}

void transcript_add(struct buf *b, struct slice message)
{
	if (b->n)
		buf_byte(b, '\n');
	buf_slice_add(b, message);
}
