/*
 * test_seal_vectors.c: others' vectors of the key generation (C2SP COCKTAIL over ristretto255: keys, shares, proofs; FROST: polynomials over the same field), and our own
 * under test/vectors, which test/interop/eseal.py makes by another implementation. The former lie in the folder that ENTENTE_DATA names; without it: skipped, which is said.
 */
#include "ceremony.h"

#include "base/enc.h"
#include "base/file.h"
#include "json/json.h"

#include <sodium.h>

#define VECTORS_BYTES (16 * MIB)

struct vectors {
	struct buf text;
	struct arena arena;
	struct json_doc doc;
};

static void vectors_close(struct vectors *v)
{
	arena_free(&v->arena);
	buf_free(&v->text);
}

static bool vectors_open(struct vectors *v, const char *name)
{
	const char *folder = getenv("ENTENTE_DATA");
	struct why why = {0};

	buf_init(&v->text, VECTORS_BYTES);
	v->arena = ARENA(LIMIT_REQUEST_ARENA);
	const char *path = arena_printf(&v->arena, "%s/procurement/threshold-vectors/%s",
		folder && folder[0] ? folder : ENTENTE_DATA_DEFAULT, name);
	if (!file_exists(path)) {
		printf("SKIPPED: no %s (set ENTENTE_DATA)\n", path);
		vectors_close(v);
		return false;
	}
	int rc = file_read(path, &v->text, &why);
	if (rc == 0)
		rc = json_read(&v->doc, &v->arena, buf_slice(&v->text), &json_limits_local, &why);
	if (rc < 0)
		fail_msg("%s: %s %s", path, why.where, why.text);
	return true;
}

static struct slice bytes_of(struct vectors *v, json_ref at)
{
	struct slice hex = json_string(&v->doc, at, &v->arena);
	uint8_t *p = arena_alloc(&v->arena, hex.n / 2 + 1);

	assert_int_equal(hex_decode(hex, p, hex.n / 2), 0);
	return slice_of(p, hex.n / 2);
}

static struct point point_at(struct vectors *v, json_ref object, const char *key)
{
	struct point p;

	assert_int_equal(
		point_decode(bytes_of(v, json_get(&v->doc, object, key)), &p, key, NULL), 0);
	return p;
}

static struct scalar scalar_at(struct vectors *v, json_ref object, const char *key)
{
	struct scalar s;

	assert_int_equal(
		scalar_decode(bytes_of(v, json_get(&v->doc, object, key)), &s, key, NULL), 0);
	return s;
}

/* z·B = R + c·C_0, with c from the published input of the hash. */
static void proof_check(struct vectors *v, json_ref part, const struct point *c0)
{
	json_ref middle = json_get(&v->doc, part, "pop_intermediate");
	struct slice input = bytes_of(v, json_get(&v->doc, middle, "challenge_input"));
	struct slice pop = bytes_of(v, json_get(&v->doc, part, "pop"));
	struct scalar c, z, want = scalar_at(v, middle, "challenge");
	struct point r, left, right;
	uint8_t wide[64];

	crypto_hash_sha512(wide, input.p, input.n);
	c = scalar_wide(wide);
	assert_true(scalar_eq(&c, &want));
	assert_int_equal(pop.n, 64);
	assert_int_equal(point_decode(slice_sub(pop, 0, 32), &r, "", NULL), 0);
	assert_int_equal(scalar_decode(slice_sub(pop, 32, 64), &z, "", NULL), 0);
	left = point_base(&z);
	right = point_mul(&c, c0);
	right = point_add(&right, &r);
	assert_true(point_eq(&left, &right));
}

/* One vector: the commitments of all give the group key and everybody's part, by the code that a tender's key is made with. */
static void cocktail_one(struct vectors *v, json_ref one)
{
	struct seal_policy *p = arena_new(&v->arena, struct seal_policy);
	struct dkg_deal *deal = arena_array(&v->arena, struct dkg_deal, LIMIT_SEAL_HOLDERS);
	struct dkg_key *key = arena_new(&v->arena, struct dkg_key);
	json_ref round1 = json_get(&v->doc, one, "round1");
	json_ref round2 = json_get(&v->doc, one, "round2");
	struct scalar x[LIMIT_SEAL_HOLDERS], secret = scalar_of(0);
	struct point group = point_at(v, one, "group_public_key");
	uint32_t at[LIMIT_SEAL_HOLDERS];
	int64_t number;
	uint32_t i = 0;

	assert_int_equal(json_i64(&v->doc, json_get(&v->doc, one, "n"), &number), 0);
	p->n = (uint32_t)number;
	assert_int_equal(json_i64(&v->doc, json_get(&v->doc, one, "t"), &number), 0);
	p->k = (uint32_t)number;
	for (json_ref part = json_first(&v->doc, round1); part; part = json_next(&v->doc, part)) {
		json_ref commitment = json_get(&v->doc, part, "vss_commitment");
		uint32_t m = 0;

		deal[i].i = i + 1;
		deal[i].c = arena_array(&v->arena, struct point, p->k);
		assert_int_equal(json_count(&v->doc, commitment), p->k);
		for (json_ref c = json_first(&v->doc, commitment); c; c = json_next(&v->doc, c))
			assert_int_equal(
				point_decode(bytes_of(v, c), &deal[i].c[m++], "", NULL), 0);
		proof_check(v, part, &deal[i].c[0]);
		i++;
	}
	assert_int_equal(i, p->n);
	dkg_public(p, deal, key);
	assert_true(point_eq(&key->y, &group));
	i = 0;
	for (json_ref part = json_first(&v->doc, round2); part; part = json_next(&v->doc, part)) {
		struct point want = point_at(v, part, "verification_share"), own;

		x[i] = scalar_at(v, part, "secret_share");
		own = point_base(&x[i]);
		assert_true(point_eq(&own, &want));
		assert_true(point_eq(&key->part[i], &want));
		i++;
	}
	/* The last k shares interpolate to the logarithm of the group key. */
	for (uint32_t k = 0; k < p->k; k++)
		at[k] = p->n - k;
	for (uint32_t k = 0; k < p->k; k++) {
		struct scalar l = dkg_lagrange(at, p->k, at[k]);

		secret = scalar_muladd(&secret, &l, &x[at[k] - 1]);
	}
	struct point own = point_base(&secret);
	assert_true(point_eq(&own, &group));
}

static void cocktail(void **state)
{
	struct vectors v;
	size_t n = 0;

	(void)state;
	if (!vectors_open(&v, "cocktail-dkg-ristretto255-sha512.json"))
		skip();
	json_ref list = json_get(&v.doc, json_root(&v.doc), "vectors");
	for (json_ref one = json_first(&v.doc, list); one; one = json_next(&v.doc, one)) {
		cocktail_one(&v, one);
		n++;
	}
	assert_int_equal(n, 4);
	vectors_close(&v);
}

/* f_i(j) and the sums, over the field that both groups have. */
static void frost(void **state)
{
	struct vectors v;
	struct scalar sum[3] = {{{0}}, {{0}}, {{0}}};

	(void)state;
	if (!vectors_open(&v, "frost-ristretto255-vectors_dkg.json"))
		skip();
	json_ref inputs = json_get(&v.doc, json_root(&v.doc), "inputs");
	for (uint32_t i = 1; i <= 3; i++) {
		char name[2] = {(char)('0' + i), 0};
		json_ref part = json_get(&v.doc, inputs, name);
		struct scalar a0 = scalar_at(&v, part, "signing_key"),
			      a1 = scalar_at(&v, part, "coefficient");

		for (uint32_t j = 1; j <= 3; j++) {
			char other[2] = {(char)('0' + j), 0};
			struct scalar at = scalar_of(j), s = scalar_muladd(&a0, &a1, &at);

			sum[j - 1] = scalar_add(&sum[j - 1], &s);
			if (j == i)
				continue;
			/* j's list names whom each share is from. */
			json_ref to = json_get(&v.doc, inputs, other);
			struct scalar got =
				scalar_at(&v, json_get(&v.doc, to, "signing_shares"), name);

			assert_true(scalar_eq(&s, &got));
		}
	}
	for (uint32_t j = 1; j <= 3; j++) {
		char name[2] = {(char)('0' + j), 0};
		struct scalar want = scalar_at(&v, json_get(&v.doc, inputs, name), "signing_share");

		assert_true(scalar_eq(&sum[j - 1], &want));
	}
	vectors_close(&v);
}

/* Our own: the file is what the ceremony of its seed gives, byte for byte; and it opens to what it says. */
static void own(void **state)
{
	static const struct {
		const char *name;
		uint32_t n, k;
		bool later, copied;
	} list[] = {{"eseal-2-of-3", 3, 2, false, false}, {"eseal-3-of-5", 5, 3, false, false},
		{"eseal-2-of-3-postponed", 3, 2, true, false},
		{"eseal-2-of-3-copied", 3, 2, false, true}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(list); i++) {
		struct ceremony *c = mem_new(struct ceremony);
		struct buf file CLEANUP_BUF = BUF(VECTORS_BYTES),
				b CLEANUP_BUF = BUF(VECTORS_BYTES);
		struct why why = {0};
		char path[512];

		ceremony_whole(c, list[i].name, list[i].n, list[i].k);
		for (size_t m = 0; m < c->n; m++)
			transcript_add(&b, c->message[m]);
		snprintf(path, sizeof(path), "%s/%s.transcript", VECTORS, list[i].name);
		if (file_read(path, &file, &why) < 0)
			fail_msg("%s: %s", path, why.text);
		assert_int_equal(file.n, b.n);
		assert_memory_equal(file.p, b.p, b.n);
		struct seal_replay *r = ceremony_replay(c);
		assert_true(replay_open(r));
		/* Of a copied commitment only its author hears: it stands first, and nothing comes to it. */
		bool later = r->told.n > 0, copied = list[i].copied;
		assert_int_equal(later, list[i].later);
		assert_int_equal(r->n_finding, copied);
		if (copied) {
			assert_int_equal(r->finding[0].kind, FINDING_MISSING_BID);
			assert_int_equal(r->bid[0].state, BID_MISSING);
		}
		assert_slice(r->bid[copied + later].text,
			later ? ceremony_text_later : ceremony_text[0]);
		assert_slice(r->bid[copied + !later].text, ceremony_text[1]);
		ceremony_end(c);
		mem_free(c);
	}
}

/* `--print NAME N K`: the transcript of a seed, for comparing with the other implementation. */
static int print(char **argv)
{
	struct ceremony *c = mem_new(struct ceremony);
	struct buf b CLEANUP_BUF = BUF(VECTORS_BYTES);
	uint64_t n, k;

	if (slice_u64(slice_str(argv[1]), &n) < 0 || slice_u64(slice_str(argv[2]), &k) < 0)
		return 64;
	ceremony_whole(c, argv[0], (uint32_t)n, (uint32_t)k);
	for (size_t m = 0; m < c->n; m++)
		transcript_add(&b, c->message[m]);
	fwrite(b.p, 1, b.n, stdout);
	ceremony_end(c);
	mem_free(c);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cocktail),
		cmocka_unit_test(frost),
		cmocka_unit_test(own),
	};

	if (argc == 5 && strcmp(argv[1], "--print") == 0)
		return print(argv + 2);
	return cmocka_run_group_tests_name("seal vectors", tests, NULL, NULL);
}
