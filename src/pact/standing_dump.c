/* standing_dump.c: names, look-ups and the canonical text of standing. */
#include "base/enc.h"
#include "base/limits.h"
#include "base/report.h"
#include "pact/standing.h"

const char *status_name(enum status s)
{
	static const char *const names[] = {
		[STATUS_MENTIONED] = "mentioned",
		[STATUS_DECLARED] = "declared",
		[STATUS_SIGNED] = "signed",
		[STATUS_INTERESTED] = "interested",
		[STATUS_APPLIED] = "applied",
		[STATUS_OBSERVER] = "observer",
		[STATUS_MEMBER] = "member",
		[STATUS_WITHDRAWING] = "withdrawing",
		[STATUS_SUSPENDED] = "suspended",
	};
	return names[s];
}

unsigned witness_quorum(unsigned n_members)
{
	if (n_members < 2)
		return 0;
	unsigned m = n_members - 1, liars = (m - 1) / 3;
	return (m + liars) / 2 + 1;
}

const struct standing_party *standing_find(const struct standing *s, const struct id *party)
{
	size_t low = 0, high = s->n_party;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = id_cmp(&s->party[mid].id, party);
		if (order == 0)
			return &s->party[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

bool standing_is_member(const struct standing *s, const struct id *party)
{
	return s->n_member > 0 &&
	       bsearch(party, s->member, s->n_member, sizeof(s->member[0]), id_cmp) != NULL;
}

static void id_add(struct buf *b, const char *before, const struct id *id)
{
	char text[ID_TEXT + 1];
	id_format(id, text);
	buf_addf(b, "%s%s", before, text);
}

static void party_dump(const struct standing_party *p, struct buf *b)
{
	id_add(b, "party ", &p->id);
	buf_addf(b, " %s %s %u.%llu ", status_name(p->status), p->founder ? "founder" : "-",
		p->epoch, (unsigned long long)p->seq);
	buf_hex(b, p->leaf.b, sizeof(p->leaf.b));
	buf_addf(b, " need %zu withdraw %lld unwitnessed %u %s\n", p->need,
		(long long)p->withdraw_ms, p->unwitnessed, p->forked ? "forked" : "-");
	for (size_t i = 0, r = 0; i < p->n_required; i++) {
		bool done = r < p->n_ratified && id_eq(&p->ratified[r], &p->required[i]);
		id_add(b, "ratifier ", &p->id);
		id_add(b, " ", &p->required[i]);
		buf_str(b, done ? " ratified\n" : " -\n");
		r += done;
	}
	for (size_t i = 0; i < p->n_suspended_by; i++) {
		id_add(b, "suspended-by ", &p->id);
		id_add(b, " ", &p->suspended_by[i]);
		buf_byte(b, '\n');
	}
	if (p->clearance.n > 0) {
		id_add(b, "clearance ", &p->id);
		buf_addf(b, " %.*s\n", SLICE_FMT(p->clearance));
	}
	if (p->label.n > 0) {
		id_add(b, "label ", &p->id);
		buf_addf(b, " %.*s\n", SLICE_FMT(p->label));
	}
}

void standing_dump(const struct standing *s, struct buf *b)
{
	buf_addf(b, "entente-standing/1\nfold %u\ncharter ", s->charter->fold);
	buf_hex(b, s->charter->hash.b, sizeof(s->charter->hash.b));
	buf_addf(b, " %u\nforce %s %zu %u\n", s->charter->version, s->in_force ? "yes" : "no",
		s->n_signed, s->need);
	for (size_t i = 0; i < s->n_signed; i++) {
		id_add(b, "signed ", &s->signed_by[i]);
		buf_byte(b, '\n');
	}
	for (size_t i = 0; i < s->n_party; i++)
		party_dump(&s->party[i], b);
	for (size_t i = 0; i < s->n_member; i++) {
		id_add(b, "member ", &s->member[i]);
		buf_byte(b, '\n');
	}
}

struct hash roll_hash(const struct id *coalition, const struct id *member, size_t n)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_ROOT_BYTES);
	char text[COAL_TEXT + 1];

	coalition_format(coalition, text);
	buf_addf(&b, "entente-roll/1\n%s\n", text);
	for (size_t i = 0; i < n; i++) {
		MUST(i == 0 || id_cmp(&member[i - 1], &member[i]) < 0);
		id_add(&b, "", &member[i]);
		buf_byte(&b, '\n');
	}
	MUST(!buf_over(&b));
	return hash_bytes(buf_slice(&b));
}
