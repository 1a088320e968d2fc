/* The writer that escapes by construction. */
#include "web/html.h"

#include "unit.h"

static void escapes(void **state)
{
	(void)state;
	struct buf b CLEANUP_BUF = BUF(4096);
	struct html h = html_piece(&b);
	html_open(&h, "p");
	html_attr(&h, "title", SLICE("\"><script>alert('1')</script>&"));
	html_text(&h, SLICE("<b>&amp; \"quoted\" 'single'</b>\n\ttab"));
	html_close(&h, "p");
	assert_slice(buf_slice(&b),
		"<p title=\"&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;\">&lt;b&gt;&amp;amp; "
		"&quot;quoted&quot; &#39;single&#39;&lt;/b&gt;\n\ttab</p>");
}

/* Controls, changes of direction, surrogates, cut and overlong sequences. */
static void cleans(void **state)
{
	(void)state;
	static const struct {
		const char *in, *out;
	} row[] = {
		{"a\001b", "a\xef\xbf\xbd"
			   "b"},
		{"a\r\nb", "a\xef\xbf\xbd\nb"},
		{"\xe2\x80\xae"
		 "evil",
			"\xef\xbf\xbd"
			"evil"},
		{"\xe2\x81\xa6x", "\xef\xbf\xbdx"},
		{"\xc2\x85", "\xef\xbf\xbd"},
		{"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
		{"\xc0\xbcscript", "\xef\xbf\xbd\xef\xbf\xbdscript"},
		{"caf\xc3", "caf\xef\xbf\xbd"},
		{"\xd0\xa1\xd0\xbe\xd1\x84\xd0\xb8\xd1\x8f \xf0\x9f\x87\xa7",
			"\xd0\xa1\xd0\xbe\xd1\x84\xd0\xb8\xd1\x8f \xf0\x9f\x87\xa7"},
	};
	for (size_t i = 0; i < COUNT_OF(row); i++) {
		struct buf b CLEANUP_BUF = BUF(4096);
		struct html h = html_piece(&b);
		html_text(&h, slice_str(row[i].in));
		assert_slice(buf_slice(&b), row[i].out);
	}
}

static void nul_in_text(void **state)
{
	(void)state;
	struct buf b CLEANUP_BUF = BUF(4096);
	struct html h = html_piece(&b);
	html_text(&h, SLICE("a\0<b"));
	assert_slice(buf_slice(&b), "a\xef\xbf\xbd&lt;b");
}

static void joins_pieces(void **state)
{
	(void)state;
	struct buf inner CLEANUP_BUF = BUF(4096), outer CLEANUP_BUF = BUF(4096);
	struct html piece = html_piece(&inner);
	html_void(&piece, "br");
	struct html h = html_begin(&outer);
	html_open(&h, "p");
	html_join(&h, &piece);
	html_theirs(&h, SLICE("<"));
	html_close(&h, "p");
	html_finish(&h);
	assert_slice(buf_slice(&outer), "<!doctype html>\n<p><br><bdi>&lt;</bdi></p>\n");
}

static void long_formats(void **state)
{
	(void)state;
	struct buf b CLEANUP_BUF = BUF(64 * 1024);
	struct html h = html_piece(&b);
	html_textf(&h, "%03000d<", 7);
	assert_int_equal(b.n, 3004);
	assert_slice(slice_sub(buf_slice(&b), 2998, 3004), "07&lt;");
}

static void wrong_close(void)
{
	struct buf b CLEANUP_BUF = BUF(4096);
	struct html h = html_piece(&b);
	html_open(&h, "p");
	html_close(&h, "div");
}

static void attribute_too_late(void)
{
	struct buf b CLEANUP_BUF = BUF(4096);
	struct html h = html_piece(&b);
	html_open(&h, "p");
	html_str(&h, "x");
	html_attr(&h, "class", SLICE("y"));
}

static void left_open(void)
{
	struct buf b CLEANUP_BUF = BUF(4096);
	struct html h = html_begin(&b);
	html_open(&h, "p");
	html_finish(&h);
}

static void link_outside(void)
{
	struct buf b CLEANUP_BUF = BUF(4096);
	struct html h = html_piece(&b);
	html_open(&h, "a");
	html_link(&h, "href", "//example.org/");
}

static void link_script(void)
{
	struct buf b CLEANUP_BUF = BUF(4096);
	struct html h = html_piece(&b);
	html_open(&h, "a");
	html_link(&h, "href", "javascript:alert(1)");
}

static void misuse_stops(void **state)
{
	(void)state;
	assert_dies(wrong_close);
	assert_dies(attribute_too_late);
	assert_dies(left_open);
	assert_dies(link_outside);
	assert_dies(link_script);
}

static void over_is_seen(void **state)
{
	(void)state;
	struct buf b CLEANUP_BUF = BUF(8);
	struct html h = html_piece(&b);
	html_open(&h, "p");
	html_str(&h, "far too much for eight bytes");
	html_close(&h, "p");
	assert_true(buf_over(&b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes),
		cmocka_unit_test(cleans),
		cmocka_unit_test(nul_in_text),
		cmocka_unit_test(joins_pieces),
		cmocka_unit_test(long_formats),
		cmocka_unit_test(misuse_stops),
		cmocka_unit_test(over_is_seen),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
