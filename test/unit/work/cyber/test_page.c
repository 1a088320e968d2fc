/* Pages that are kept: which of two stays, and what counts as looked at. */
#include "unit.h"

#include "work/cyber/page.h"

static const struct hash key = {{1, 2, 3}};

static struct page page(const char *text, int64_t turn, int64_t newest)
{
	struct buf b CLEANUP_BUF = BUF(100);
	struct page p = {.turn = turn, .newest = newest};

	snprintf(p.etag, sizeof(p.etag), "\"%s\"", text);
	buf_str(&b, text);
	p.form[PAGE_PLAIN] = shared_new(&b);
	return p;
}

static void put(int64_t version, const char *text, int64_t turn, int64_t newest)
{
	struct page p = page(text, turn, newest);

	pages_put(&key, version, &p);
	page_free(&p);
}

/* What is kept; "" if nothing. */
static const char *kept(int64_t version, bool *ret_checked)
{
	static char text[100];
	struct page p;

	text[0] = '\0';
	if (pages_look(&key, version, &p, ret_checked)) {
		struct slice s = shared_bytes(p.form[PAGE_PLAIN]);

		snprintf(text, sizeof(text), "%.*s", SLICE_FMT(s));
		page_free(&p);
	}
	return text;
}

/* Two make it at once, and the one who began before the other's commit is done last. */
static void newer_stays(void **state)
{
	bool checked;

	(void)state;
	put(5, "first", 1, 10);
	put(7, "new", 2, 20);
	put(5, "late", 1, 10);
	assert_string_equal(kept(7, &checked), "new");
	assert_true(checked);
	/* Both asked for the version before anything was written, and one read after it. */
	put(7, "late", 2, 19);
	assert_string_equal(kept(7, &checked), "new");
	put(7, "newer", 2, 30);
	assert_string_equal(kept(7, &checked), "newer");
	/* What has gone makes the newest one older. Versions are in no order. */
	put(3, "newest", 3, 9);
	assert_string_equal(kept(3, &checked), "newest");
	assert_true(checked);
	assert_string_equal(kept(7, &checked), "newest");
	assert_false(checked);
	pages_clear();
	assert_string_equal(kept(3, &checked), "");
}

/* After a rebuild the store counts from the beginning: what has been found wrong keeps nothing out. */
static void wrong_goes(void **state)
{
	struct page p = page("old", 9, 90);
	bool checked;

	(void)state;
	put(5, "old", 9, 90);
	pages_wrong(&key, &p);
	put(6, "new", 1, 10);
	assert_string_equal(kept(6, &checked), "new");
	/* Another that has come in its place is not meant. */
	pages_wrong(&key, &p);
	assert_string_equal(kept(6, &checked), "new");
	page_free(&p);
	pages_clear();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(newer_stays), cmocka_unit_test(wrong_goes)};

	return cmocka_run_group_tests_name("cyber page", tests, NULL, NULL);
}
