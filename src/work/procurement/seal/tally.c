/* tally.c: which commits count, and which are in force; see close.h. */
#include "base/map.h"
#include "base/report.h"
#include "work/procurement/seal/close.h"

struct stamp {
	uint64_t time_ms;
	uint32_t i;
};

static int stamp_cmp(const void *a, const void *b)
{
	const struct stamp *x = a, *y = b;

	if (x->time_ms != y->time_ms)
		return x->time_ms < y->time_ms ? -1 : 1;
	return x->i < y->i ? -1 : x->i > y->i;
}

/* Receipts of one commit: of two by one holder the earlier. */
struct stamps {
	struct stamp at[LIMIT_SEAL_HOLDERS];
	size_t n;
};

static void stamp_add(struct stamps *s, const struct bid_receipt *r)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->at[i].i == r->i) {
			if (r->time_ms < s->at[i].time_ms)
				s->at[i].time_ms = r->time_ms;
			return;
		}
	s->at[s->n++] = (struct stamp){r->time_ms, r->i};
}

struct counting {
	struct tally_line line;
	struct stamps stamps;
	uint64_t first_ms;
};

static int by_time(const void *a, const void *b)
{
	const struct counting *x = a, *y = b;

	if (x->first_ms != y->first_ms)
		return x->first_ms < y->first_ms ? -1 : 1;
	return hash_cmp(&x->line.commit->leaf, &y->line.commit->leaf);
}

/* What counts first, by when it counts; then the rest, by the earliest receipt. */
static int by_worth(const void *a, const void *b)
{
	const struct counting *x = a, *y = b;

	if (x->line.counted != y->line.counted)
		return x->line.counted ? -1 : 1;
	if (x->line.counted && x->line.time_ms != y->line.time_ms)
		return x->line.time_ms < y->line.time_ms ? -1 : 1;
	return by_time(a, b);
}

static void count(const struct seal_policy *p, struct counting *c)
{
	struct stamps *s = &c->stamps;

	qsort(s->at, s->n, sizeof(s->at[0]), stamp_cmp);
	c->line.receipts = (uint32_t)s->n;
	for (size_t i = 0; i < s->n; i++)
		c->line.held |= 1ULL << (s->at[i].i - 1);
	c->first_ms = s->n ? s->at[0].time_ms : UINT64_MAX;
	if (s->n < p->r)
		return;
	c->line.time_ms = s->at[(p->r - 1) / 2].time_ms;
	c->line.held_ms = s->at[p->r - 1].time_ms;
	c->line.counted = c->line.time_ms <= p->deadline_ms;
}

bool seal_counts(const struct tally_line *line, const struct seal_policy *p, uint64_t deadline_ms)
{
	return line->receipts >= p->r && line->time_ms <= deadline_ms;
}

struct version {
	struct tally_line *line;
	size_t at;
};

static int same_bid(const struct bid_name *a, const struct bid_name *b)
{
	int rc = memcmp(a->bidder.b, b->bidder.b, sizeof(a->bidder.b));

	return rc ? rc : memcmp(a->bid.b, b->bid.b, sizeof(a->bid.b));
}

/* Versions of a bid together, the highest first, of twins the earlier. */
static int by_version(const void *a, const void *b)
{
	const struct version *x = a, *y = b;
	const struct bid_name *p = &x->line->commit->name, *q = &y->line->commit->name;
	int rc = same_bid(p, q);

	if (rc)
		return rc;
	if (p->seq != q->seq)
		return p->seq > q->seq ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

void seal_settle(struct tally_line *line, size_t n)
{
	struct version *v = mem_zero_alloc(n + 1, sizeof(*v));
	bool taken = false;

	for (size_t i = 0; i < n; i++) {
		v[i] = (struct version){&line[i], i};
		line[i].active = line[i].twin = false;
	}
	if (n)
		qsort(v, n, sizeof(*v), by_version);
	for (size_t i = 0; i < n; i++) {
		const struct bid_name *name = &v[i].line->commit->name;
		bool same = i > 0 && same_bid(name, &v[i - 1].line->commit->name) == 0;

		if (same && name->seq == v[i - 1].line->commit->name.seq)
			v[i].line->twin = v[i - 1].line->twin = true;
		taken &= same;
		if (!v[i].line->counted || taken)
			continue;
		taken = true;
		v[i].line->active = v[i].line->commit->op != BID_WITHDRAW;
	}
	mem_free(v);
}

void seal_tally(const struct seal_policy *p, const struct bid_commit *commit, size_t n,
	const struct bid_receipt *receipt, size_t m, struct arena *arena, struct tally_line **ret,
	size_t *ret_n)
{
	struct map at = {0};
	struct counting *c;
	struct tally_line *line;
	size_t out = 0;

	c = mem_zero_alloc(n + 1, sizeof(*c));
	for (size_t i = 0; i < n; i++) {
		c[i].line.commit = &commit[i];
		if (!map_has(&at, PART(commit[i].leaf)))
			map_put(&at, PART(commit[i].leaf), &c[i]);
	}
	for (size_t i = 0; i < m; i++) {
		struct counting *of = map_get(&at, PART(receipt[i].leaf));

		if (of)
			stamp_add(&of->stamps, &receipt[i]);
	}
	map_free(&at);
	for (size_t i = 0; i < n; i++)
		count(p, &c[i]);
	/* So many are a tender, whoever sends more: those that count are not pushed out by those that do not, nor by later ones. */
	if (n > LIMIT_SEAL_COMMITS) {
		qsort(c, n, sizeof(*c), by_worth);
		n = LIMIT_SEAL_COMMITS;
	}
	if (n)
		qsort(c, n, sizeof(*c), by_time);
	line = arena_array(arena, struct tally_line, n + 1);
	for (size_t i = 0; i < n; i++)
		if (c[i].line.receipts)
			line[out++] = c[i].line;
	mem_free(c);
	seal_settle(line, out);
	*ret = line;
	*ret_n = out;
}
