/* postpone.c: see postpone.h. */
#include "work/procurement/seal/postpone.h"

#include "base/report.h"

struct seal_hours seal_policy_hours(const struct seal_policy *p)
{
	return (struct seal_hours){p->deadline_ms, p->open_ms, p->fallback_ms};
}

int seal_hours_check(const struct seal_hours *h, const struct seal_policy *p, struct why *why)
{
	struct seal_policy later = *p;

	later.deadline_ms = h->deadline_ms;
	later.open_ms = h->open_ms;
	later.fallback_ms = h->fallback_ms;
	return seal_policy_check(&later, why);
}

int seal_postpone_parse(
	struct seal_postpone *ret, const struct seal_policy *p, struct slice text, struct why *why)
{
	struct seal_postpone x = {.text = text};
	struct msg m = msg_open(text, "policy.postpone", why);
	int rc;

	seal_head(&m, p, &x.i);
	msg_u64(&m, "deadline", UINT64_MAX, &x.hours.deadline_ms);
	msg_u64(&m, "open", UINT64_MAX, &x.hours.open_ms);
	msg_u64(&m, "fallback", UINT64_MAX, &x.hours.fallback_ms);
	msg_u64(&m, "time", UINT64_MAX, &x.time_ms);
	rc = seal_end(&m, p, x.i);
	if (rc == 0)
		rc = seal_hours_check(&x.hours, p, why);
	if (rc < 0)
		return rc;
	*ret = x;
	return 0;
}

void seal_postpone_print(const struct seal_policy *p, uint32_t i, const struct seal_hours *hours,
	uint64_t time_ms, const struct seckey *key, struct buf *ret)
{
	size_t from = ret->n;

	MUST(seal_hours_check(hours, p, NULL) == 0);
	seal_head_print(ret, "policy.postpone", p, i);
	msg_put_u64(ret, "deadline", hours->deadline_ms);
	msg_put_u64(ret, "open", hours->open_ms);
	msg_put_u64(ret, "fallback", hours->fallback_ms);
	msg_put_u64(ret, "time", time_ms);
	msg_sign(ret, from, key);
}

/* ---- which stand ---- */

static int by_hours(const void *a, const void *b)
{
	const struct seal_hours *x = &((const struct seal_postpone *)a)->hours,
				*y = &((const struct seal_postpone *)b)->hours;

	if (x->deadline_ms != y->deadline_ms)
		return x->deadline_ms < y->deadline_ms ? -1 : 1;
	if (x->open_ms != y->open_ms)
		return x->open_ms < y->open_ms ? -1 : 1;
	return x->fallback_ms < y->fallback_ms ? -1 : x->fallback_ms > y->fallback_ms;
}

static size_t postpones_read(const struct seal_policy *p, const struct slice *message, size_t n,
	struct arena *arena, struct seal_postpone **ret)
{
	size_t max = 0, m = 0;
	struct seal_postpone *list;

	for (size_t i = 0; i < n; i++)
		max += slice_is(msg_type(message[i]), "policy.postpone");
	list = arena_array(arena, struct seal_postpone, max + 1);
	for (size_t i = 0; i < n; i++)
		if (slice_is(msg_type(message[i]), "policy.postpone") &&
			seal_postpone_parse(&list[m], p, message[i], NULL) == 0)
			m++;
	qsort(list, m, sizeof(*list), by_hours);
	*ret = list;
	return m;
}

/* The holders that a postponement which stands now has been signed by know of it. `said` are the m signatures that were looked at. */
static void stand(struct seal_told *t, const struct seal_postponement *x, uint32_t n,
	struct seal_postpone *said, size_t m)
{
	uint64_t borne = 0;

	for (size_t i = 0; i < m; i++) {
		uint64_t bit = 1ULL << (said[i].i - 1);

		said[i].bears = said[i].time_ms <= t->hours.deadline_ms && !(borne & bit);
		borne |= said[i].bears ? bit : 0;
	}
	t->hours = x->hours;
	for (uint32_t i = 0; i < n; i++)
		if (x->signed_by & 1ULL << i)
			t->known_ms[i] = x->hours.deadline_ms;
}

void seal_postponed(const struct seal_policy *p, const struct slice *message, size_t n,
	struct arena *arena, struct seal_told *ret)
{
	struct seal_postpone *list;
	size_t m = postpones_read(p, message, n, arena, &list), next;
	struct seal_told t = {.hours = seal_policy_hours(p)};

	t.of = arena_array(arena, struct seal_postponement, m + 1);
	t.said = list;
	t.n_said = m;
	for (uint32_t i = 0; i < p->n; i++)
		t.known_ms[i] = p->deadline_ms;
	for (size_t i = 0; i < m; i = next) {
		struct seal_postponement *x = &t.of[t.n++];

		x->hours = list[i].hours;
		for (next = i; next < m && by_hours(&list[i], &list[next]) == 0; next++)
			if (list[next].time_ms <= t.hours.deadline_ms)
				x->signed_by |= 1ULL << (list[next].i - 1);
		x->stands = x->hours.deadline_ms > t.hours.deadline_ms &&
			    (unsigned)__builtin_popcountll(x->signed_by) >= p->k;
		if (x->stands)
			stand(&t, x, p->n, &list[i], next - i);
	}
	*ret = t;
}
