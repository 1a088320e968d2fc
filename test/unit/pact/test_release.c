/*
 * The two deciders, over every combination of what they look at, against a second statement of the
 * rules; and the audience check.
 */
#include "world.h"

#include "pact/release.h"

#include <limits.h>

static const struct terms plain = {.suspension = 2};

static struct charter charter_two_classes(struct arena *arena)
{
	struct charter c;
	charter_make(&c, arena, &plain, 7); /* OPEN CLOSED; everybody is cleared for CLOSED */
	return c;
}

static void headers(void **state)
{
	static const char *const kinds[] = {
		"note/1", "sign/1", "statement/1", "rfa/offer/1", "", "recall/1", "erase/1"};
	struct id me = world_id(1), other = world_id(2), audience[2] = {world_id(3), world_id(4)};
	unsigned cases = 0, released = 0;

	(void)state;
	for (unsigned bits = 0; bits < 64; bits++) {
		for (size_t k = 0; k < COUNT_OF(kinds); k++) {
			for (int shape = AUDIENCE_ALL; shape <= AUDIENCE_VEILED; shape++) {
				bool self = bits & 1, party = bits & 2, member = bits & 4,
				     in = bits & 8, own = bits & 16;
				bool empty = bits & 32;
				struct reader who = {.member = me,
					.self = self,
					.is_party = party,
					.is_member = member};
				struct entry e = {.kind = slice_str(kinds[k]),
					.audience = (enum audience_kind)shape};
				e.log.member = own ? me : other;
				audience[1] = in ? me : world_id(4);
				bool got = release_header(&who, &e, audience, empty ? 0 : 2);
				bool open_to_parties = shape == AUDIENCE_VEILED || k == 1 || k == 2;
				/* What takes back goes to whoever has what it takes back. */
				bool reads = member || (k >= 5 && party);
				bool expected = self || own || (open_to_parties && party) ||
						(!open_to_parties && reads && in && !empty);
				if (got != expected)
					fail_msg("%s, shape %d, bits %u: %d", kinds[k], shape, bits,
						got);
				cases++;
				released += got;
			}
		}
	}
	assert_int_equal(cases, 1344);
	assert_true(released > 100 && released < cases);
}

static void contents(void **state)
{
	static const char *const kinds[] = {"note/1", "ratify/1", ""};
	static const char *const labels[] = {NULL, "test OPEN", "test CLOSED",
		"test CLOSED TLP=RED", "test SECRET", "other OPEN"};
	static const int class_of[] = {-1, 0, 1, 1, -1, 0};
	static const unsigned levels[] = {0, 1, UINT_MAX};
	static const char *const extras[] = {"", "OPEN", "SECRET"};
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct charter c = charter_two_classes(&arena);
	struct id me = world_id(1), other = world_id(2), audience[1];
	unsigned cases = 0, released = 0;

	(void)state;
	for (unsigned bits = 0; bits < 64; bits++) {
		for (size_t i = 0; i < COUNT_OF(kinds) * COUNT_OF(labels) * COUNT_OF(levels) *
					       COUNT_OF(extras);
			i++) {
			size_t k = i % COUNT_OF(kinds),
			       lab = i / COUNT_OF(kinds) % COUNT_OF(labels);
			size_t lev = i / (COUNT_OF(kinds) * COUNT_OF(labels)) % COUNT_OF(levels);
			size_t ex = i / (COUNT_OF(kinds) * COUNT_OF(labels) * COUNT_OF(levels));
			bool self = bits & 1, party = bits & 2, member = bits & 4, in = bits & 8,
			     own = bits & 16, no_charter = bits & 32;
			struct reader who = {me, self, party, member, levels[lev], false};
			struct label l = {0};
			if (labels[lab])
				assert_int_equal(label_parse(&l, slice_str(labels[lab]), NULL), 0);
			audience[0] = in ? me : world_id(4);
			bool got = release_content(&who, slice_str(kinds[k]), own ? &me : &other,
				audience, 1, labels[lab] ? &l : NULL, no_charter ? NULL : &c,
				slice_str(extras[ex]));
			/* Cleared as a user; and as a member: its class at most what the accession
			 * said, under the charter's policy. */
			bool user = levels[lev] == UINT_MAX ||
				    (class_of[lab] >= 0 && (unsigned)class_of[lab] <= levels[lev]);
			bool known = class_of[lab] >= 0 && lab != 5;
			bool cleared = known && (ex == 0 || (ex == 1 && class_of[lab] == 0));
			bool expected;
			if (k == 1)
				expected = self || party || own;
			else if (!labels[lab] || no_charter || !user)
				expected = false;
			else
				expected = self || own || (member && in && cleared);
			if (got != expected)
				fail_msg("kind %s label %s level %zu extra %s bits %u: %d",
					kinds[k], labels[lab] ? labels[lab] : "none", lev,
					extras[ex], bits, got);
			cases++;
			released += got;
		}
	}
	assert_int_equal(cases, 64 * 3 * 6 * 3 * 3);
	assert_true(released > 100 && released < cases / 2);
}

static void nobody_in_an_empty_audience(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct charter c = charter_two_classes(&arena);
	struct id me = world_id(1), other = world_id(2);
	struct reader who = {me, false, true, true, UINT_MAX, false};
	struct label l;

	(void)state;
	assert_int_equal(label_parse(&l, SLICE("test OPEN"), NULL), 0);
	assert_false(release_content(&who, SLICE("note/1"), &other, NULL, 0, &l, &c, SLICE_NONE));
	assert_true(release_content(&who, SLICE("note/1"), &me, NULL, 0, &l, &c, SLICE_NONE));
}

static void audiences(void **state)
{
	struct world *w __attribute__((cleanup(world_free))) = world_in_force(3, &plain);
	struct hash leaf = world_accede(w, 5, &w->founding, 7, false); /* cleared for OPEN */
	struct why why = {0};
	struct label open_label, closed, red, foreign;
	char id_text[ID_TEXT + 1];

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		world_ratify(w, i, 5, &leaf, &w->founding);
	world_witness(w);
	struct standing s = world_standing(w);
	assert_int_equal(label_parse(&open_label, SLICE("test OPEN"), NULL), 0);
	assert_int_equal(label_parse(&closed, SLICE("test CLOSED"), NULL), 0);
	assert_int_equal(label_parse(&red, SLICE("test OPEN TLP=RED"), NULL), 0);
	assert_int_equal(label_parse(&foreign, SLICE("other OPEN"), NULL), 0);
	struct id founders[3] = {world_id(0), world_id(1), world_id(2)},
		  with[2] = {world_id(0), world_id(5)};
	struct id outside[2] = {world_id(0), world_id(7)};
	const struct charter *c = s.charter;
	assert_int_equal(release_audience_check(&closed, c, &s, founders, 3, false, &why), 0);
	assert_int_equal(release_audience_check(&open_label, c, &s, with, 2, false, &why), 0);
	assert_int_equal(
		release_audience_check(&open_label, c, &s, founders, 0, false, &why), E_INVALID);
	assert_non_null(strstr(why.text, "nobody"));
	assert_int_equal(release_audience_check(&closed, c, &s, with, 2, false, &why), E_INVALID);
	id_format(&with[1], id_text);
	assert_non_null(strstr(why.text, id_text));
	assert_int_equal(
		release_audience_check(&open_label, c, &s, outside, 2, false, &why), E_INVALID);
	id_format(&outside[1], id_text);
	assert_non_null(strstr(why.text, id_text));
	assert_int_equal(release_audience_check(&red, c, &s, founders, 3, true, &why), E_INVALID);
	assert_int_equal(release_audience_check(&red, c, &s, founders, 3, false, &why), 0);
	assert_int_equal(
		release_audience_check(&foreign, c, &s, founders, 3, false, &why), E_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers),
		cmocka_unit_test(contents),
		cmocka_unit_test(nobody_in_an_empty_audience),
		cmocka_unit_test(audiences),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
