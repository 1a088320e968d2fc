/* certificate.c: see certificate.h. */
#include "node/certificate.h"

#include "base/vec.h"
#include "node/workspace.h"

static int by_member(const void *a, const void *b)
{
	const struct certificate_holder *x = a, *y = b;

	return id_cmp(&x->member, &y->member);
}

/* Two areas that know of the same member: both count. */
static void merge(struct certificate_holder *p, size_t *n)
{
	size_t k = 0;

	for (size_t i = 1; i < *n; i++) {
		if (!id_eq(&p[k].member, &p[i].member)) {
			p[++k] = p[i];
			continue;
		}
		p[k].persons += p[i].persons;
		if (p[i].until_ms && (!p[k].until_ms || p[i].until_ms < p[k].until_ms))
			p[k].until_ms = p[i].until_ms;
	}
	*n = *n ? k + 1 : 0;
}

int certificates_find(const struct certificate_ask *ask, struct arena *arena,
	struct certificate_holder **ret, size_t *ret_n, struct why *why)
{
	VEC(struct certificate_holder) all = {0};
	int rc = 0;

	for (size_t i = 0; rc == 0 && workspaces[i]; i++) {
		struct certificate_holder *some;
		size_t n = 0;

		if (!workspaces[i]->certificates)
			continue;
		rc = workspaces[i]->certificates(ask, arena, &some, &n, why);
		for (size_t k = 0; rc == 0 && k < n; k++)
			vec_push(&all, some[k]);
	}
	if (rc == 0) {
		if (all.n > 1)
			qsort(all.p, all.n, sizeof(*all.p), by_member);
		merge(all.p, &all.n);
		*ret = arena_array(arena, struct certificate_holder, all.n + 1);
		if (all.n)
			memcpy(*ret, all.p, all.n * sizeof(*all.p));
		*ret_n = all.n;
	}
	vec_free(&all);
	return rc;
}
