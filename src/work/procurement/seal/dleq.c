/* dleq.c: equal logarithms, and the coefficients of interpolation; see dkg.h. */
#include "work/procurement/seal/dkg.h"

#include "base/report.h"
#include "work/procurement/seal/proven.h"

#define MORE_MAX 4

static struct scalar challenge(const char *domain, const struct point *g, const struct point *x_g,
	const struct point *x_base, const struct point *a, const struct point *a_base,
	const struct slice *more, size_t n)
{
	struct slice part[5 + MORE_MAX] = {
		PART(*g), PART(*x_g), PART(*x_base), PART(*a), PART(*a_base)};

	MUST(n <= MORE_MAX);
	for (size_t i = 0; i < n; i++)
		part[5 + i] = more[i];
	return group_challenge(domain, part, 5 + n);
}

struct dleq dleq_make(const char *domain, const struct scalar *x, const struct point *g,
	const struct point *x_g, const struct point *x_base, const struct slice *more, size_t n,
	const struct env *env)
{
	struct scalar t = scalar_random(env);
	struct point a = point_mul(&t, g), a_base = point_base(&t);
	struct dleq proof;

	proof.e = challenge(domain, g, x_g, x_base, &a, &a_base, more, n);
	proof.f = scalar_muladd(&t, x, &proof.e);
	scalar_wipe(&t);
	return proof;
}

bool dleq_check(const char *domain, const struct dleq *proof, const struct point *g,
	const struct point *x_g, const struct point *x_base, const struct slice *more, size_t n)
{
	struct slice part[6 + MORE_MAX] = {slice_str(domain), PART(proof->e), PART(proof->f),
		PART(*g), PART(*x_g), PART(*x_base)};

	MUST(n <= MORE_MAX);
	for (size_t i = 0; i < n; i++)
		part[6 + i] = more[i];
	struct hash name = proven_name("dleq", part, 6 + n);
	if (proven(&name))
		return true;
	struct point fg = point_mul(&proof->f, g), ex = point_mul(&proof->e, x_g);
	struct point fb = point_base(&proof->f), eb = point_mul(&proof->e, x_base);
	struct point a = point_sub(&fg, &ex), a_base = point_sub(&fb, &eb);
	struct scalar e = challenge(domain, g, x_g, x_base, &a, &a_base, more, n);

	if (!scalar_eq(&e, &proof->e))
		return false;
	proven_add(&name);
	return true;
}

struct scalar dkg_lagrange(const uint32_t *at, size_t n, uint32_t i)
{
	struct scalar top = scalar_of(1), bottom = scalar_of(1), self = scalar_of(i);
	bool found = false;

	for (size_t k = 0; k < n; k++) {
		struct scalar other = scalar_of(at[k]);

		if (at[k] == i) {
			MUST(!found);
			found = true;
			continue;
		}
		struct scalar gap = scalar_sub(&other, &self);
		top = scalar_mul(&top, &other);
		bottom = scalar_mul(&bottom, &gap);
	}
	MUST(found);
	bottom = scalar_invert(&bottom);
	return scalar_mul(&top, &bottom);
}
