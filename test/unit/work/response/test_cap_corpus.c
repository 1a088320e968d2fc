/*
 * test_cap_corpus.c: real CAP files of others: each gets the verdict that the schema gives it (validity.csv), is found in its feed, and comes out of our writer as a
 * valid CAP 1.2 with the same content. The files lie outside the repository: in the folder that ENTENTE_DATA names; without it this is skipped.
 */
#include "unit.h"

#include "base/file.h"
#include "base/limits.h"
#include "work/response/cap_feed.h"

#include <stdlib.h>
#include <string.h>

static char data[512];

static struct slice load(struct arena *arena, const char *folder, struct slice name)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_XML_BYTES);
	char path[1024];
	struct why why = {0};

	snprintf(path, sizeof(path), "%s/%s/%.*s", data, folder, SLICE_FMT(name));
	if (file_read(path, &b, &why) < 0)
		fail_msg("%s: %s", path, why.text);
	return arena_copy(arena, buf_slice(&b));
}

/* Read, schema verdict, why. */
static bool verdict(struct arena *arena, struct slice bytes, struct cap_alert *ret, int *ret_rc,
	struct why *why)
{
	struct cap_notes *notes = arena_new(arena, struct cap_notes);

	*ret_rc = cap_read(ret, arena, bytes, notes, why);
	if (*ret_rc < 0)
		return false;
	cap_lint(ret, arena, notes);
	return cap_valid(notes, why) == 0;
}

/* What a reader of 1.2 must find again. */
static void same(const struct cap_alert *a, const struct cap_alert *b, struct slice file)
{
	if (!slice_eq(a->identifier.text, b->identifier.text) ||
		!slice_eq(a->sender.text, b->sender.text) || a->sent.ms != b->sent.ms ||
		a->n_info != b->n_info || a->code.n != b->code.n ||
		!slice_eq(a->references.text, b->references.text))
		fail_msg("%.*s: differs after writing", SLICE_FMT(file));
	for (size_t i = 0; i < a->n_info; i++) {
		const struct cap_info *x = &a->info[i], *y = &b->info[i];

		if (!slice_eq(x->event.text, y->event.text) ||
			!slice_eq(x->description.text, y->description.text) ||
			x->parameter.n != y->parameter.n || x->n_area != y->n_area ||
			x->n_resource != y->n_resource || x->expires.ms != y->expires.ms)
			fail_msg("%.*s: info %zu differs after writing", SLICE_FMT(file), i);
		for (size_t k = 0; k < x->n_area; k++)
			if (x->area[k].polygon.n != y->area[k].polygon.n ||
				x->area[k].geocode.n != y->area[k].geocode.n)
				fail_msg(
					"%.*s: area %zu differs after writing", SLICE_FMT(file), k);
	}
}

static void writes_again(struct arena *arena, const struct cap_alert *a, struct slice file)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_XML_BYTES);
	struct cap_alert again;
	struct why why = {0};
	int rc;

	if (a->version == CAP_10)
		return;
	assert_int_equal(cap_write(a, &b, &why), 0);
	if (!verdict(arena, buf_slice(&b), &again, &rc, &why))
		fail_msg("%.*s: written again: %s: %s", SLICE_FMT(file), why.where, why.text);
	same(a, &again, file);
}

static void every_file_gets_its_verdict(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(256 * MIB);
	struct slice list = load(&arena, "cap", SLICE("validity.csv")), line;
	size_t valid = 0, invalid = 0;

	(void)state;
	assert_true(slice_cut(&list, '\n', &line));
	while (slice_cut(&list, '\n', &line)) {
		struct slice rest = slice_trim(line), file, version;
		struct cap_alert a = {0};
		struct why why = {0};
		int rc;

		assert_true(slice_cut_exact(&rest, ',', &file) &&
			    slice_cut_exact(&rest, ',', &version));
		bool ok = verdict(&arena, load(&arena, "cap", file), &a, &rc, &why);
		if (ok != slice_is(rest, "valid"))
			fail_msg("%.*s is said to be %.*s: %s: %s", SLICE_FMT(file),
				SLICE_FMT(rest), why.where, why.text);
		if (rc == 0 && !slice_is(version, a.version == CAP_12	? "cap:1.2"
						  : a.version == CAP_11 ? "cap:1.1"
									: "cap:1.0"))
			fail_msg("%.*s: another version", SLICE_FMT(file));
		if (!ok && !why.where[0])
			fail_msg("%.*s: refused without a place", SLICE_FMT(file));
		if (ok)
			writes_again(&arena, &a, file);
		valid += ok;
		invalid += !ok;
	}
	assert_true(valid > 30 && invalid >= 5);
}

struct feed_case {
	const char *file;
	int kind; /* -1: refused */
	size_t items, inside;
};

static void feeds(void **state)
{
	static const struct feed_case cases[] = {
		{"cap/feeds/IBM__cap/resources_nws_atom_feed_example.xml", FEED_ATOM, 163, 0},
		{"cap/feeds/google__cap-library/testdata_amber.atom", FEED_ATOM, 1, 1},
		{"cap/feeds/google__cap-library/testdata_weather_index.atom", FEED_ATOM, 2, 0},
		{"cap/feeds/google__cap-library/testdata_ny_index.rss", FEED_RSS, 2, 0},
		{"cap/feeds/google__cap-library/testdata_empty_weather_index.atom", FEED_ATOM, 0,
			0},
		{"cap/feeds/google__cap-library/testdata_canada_signed.atom", FEED_ATOM, 1, 1},
		{"cap/feeds/google__cap-library/testdata_weather.atom", FEED_ATOM, 1, 1},
		{"cap/feeds/google__cap-library/testdata_no_id.atom", -1, 0, 0},
		{"cap/feeds/google__cap-library/testdata_xee.atom", -1, 0, 0},
		{"cap/feeds/farrel__RCAP/spec_assets_weather.atom", FEED_ATOM, 1, 1},
		{"edxl/google__cap-library/testdata_bushfire_valid.edxlde", FEED_EDXL_DE_1, 7, 7},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
		struct slice bytes = load(&arena, "", slice_str(cases[i].file));
		struct cap_feed feed = {0};
		struct why why = {0};
		size_t inside = 0;
		int rc = cap_feed_read(&feed, &arena, bytes, &why);

		if (cases[i].kind < 0) {
			assert_int_equal(rc, E_SYNTAX);
			continue;
		}
		if (rc < 0)
			fail_msg("%s: %s: %s", cases[i].file, why.where, why.text);
		for (size_t k = 0; k < feed.n; k++) {
			struct cap_alert a;
			struct cap_notes notes = {0};

			if (!feed.item[k].bytes.n)
				continue;
			inside++;
			rc = cap_read(&a, &arena, feed.item[k].bytes, &notes, &why);
			if (rc < 0 || cap_valid(&notes, &why) < 0)
				fail_msg("%s: item %zu: %s: %s", cases[i].file, k, why.where,
					why.text);
			/* Cut out, not written anew. */
			assert_true(slice_search(bytes, feed.item[k].bytes) >= 0 ||
				    slice_starts(feed.item[k].bytes, "<?xml"));
		}
		if ((int)feed.kind != cases[i].kind || feed.n != cases[i].items ||
			inside != cases[i].inside)
			fail_msg("%s: kind %d, %zu items, %zu inside", cases[i].file, feed.kind,
				feed.n, inside);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_file_gets_its_verdict),
		cmocka_unit_test(feeds),
	};
	const char *named = getenv("ENTENTE_DATA");
	char probe[1024];

	snprintf(data, sizeof(data), "%s", named ? named : ENTENTE_DATA_DEFAULT);
	snprintf(probe, sizeof(probe), "%s/cap/validity.csv", data);
	if (!file_exists(probe)) {
		fprintf(stderr, "SKIPPED: no %s (set ENTENTE_DATA)\n", probe);
		return 77;
	}
	return cmocka_run_group_tests_name("cap corpus", tests, NULL, NULL);
}
