/* test_write.c: src/xml/write.c */
#include "unit.h"

#include "base/limits.h"
#include "xml/xml.h"

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

static void writes(void **state)
{
	struct buf b CLEANUP_BUF = BUF(1000);
	struct xml_out o = xml_out(&b, false);

	(void)state;
	xml_open(&o, "c:r");
	xml_put_attr(&o, "xmlns:c", SLICE("urn:c"));
	xml_put_attr(&o, "k", SLICE("a\"'<>&\t\r\n"));
	xml_leaf(&o, "c:e", SLICE_NONE);
	xml_leaf(&o, "c:l", SLICE("a\"'<>&\t\r\n"));
	xml_text(&o, SLICE("]]>"));
	xml_close(&o);
	assert_string_equal(buf_cstr(&b),
		HEAD "<c:r xmlns:c=\"urn:c\" k=\"a&quot;'&lt;&gt;&amp;&#9;&#13;&#10;\"><c:e/>"
		     "<c:l>a\"'&lt;&gt;&amp;\t&#13;\n</c:l>]]&gt;</c:r>\n");
}

static void pretty(void **state)
{
	struct buf b CLEANUP_BUF = BUF(1000);
	struct xml_out o = xml_out(&b, true);

	(void)state;
	xml_open(&o, "r");
	xml_leaf(&o, "a", SLICE("x"));
	xml_open(&o, "m");
	xml_text(&o, SLICE("mixed "));
	xml_open(&o, "i");
	xml_leaf(&o, "j", SLICE("y"));
	xml_close(&o);
	xml_text(&o, SLICE(" text"));
	xml_leaf(&o, "k", SLICE_NONE);
	xml_close(&o);
	xml_open(&o, "e");
	xml_close(&o);
	xml_close(&o);
	assert_string_equal(buf_cstr(&b), HEAD "<r>\n"
					       "  <a>x</a>\n"
					       "  <m>mixed <i>\n"
					       "      <j>y</j>\n"
					       "    </i> text<k/></m>\n"
					       "  <e/>\n"
					       "</r>\n");
}

static void what_xml_cannot_carry_is_replaced(void **state)
{
	struct buf b CLEANUP_BUF = BUF(1000);
	struct xml_out o = xml_out(&b, false);
	struct arena a CLEANUP_ARENA = ARENA(1 * MIB);
	struct xml_node *root;

	(void)state;
	xml_open(&o, "r");
	xml_put_attr(&o, "k", SLICE("\x01\xff\xef\xbf\xbe"));
	xml_text(&o, slice_of("a\0b\xed\xa0\x80\xc3\xab\xf0\x9f\x98\x80\x7f", 13));
	xml_close(&o);
	assert_false(buf_over(&b));
	assert_int_equal(xml_read(&root, &a, buf_slice(&b), NULL), 0);
	assert_slice(xml_attr(root, "k"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	assert_slice(root->text,
		"a\xef\xbf\xbd"
		"b\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xc3\xab\xf0\x9f\x98\x80\x7f");
}

/* Every ASCII character that XML has comes back, in text and in an attribute. */
static void reads_back(void **state)
{
	struct buf b CLEANUP_BUF = BUF(10000), text CLEANUP_BUF = BUF(1000);
	struct arena a CLEANUP_ARENA = ARENA(1 * MIB);
	struct xml_node *root;

	(void)state;
	buf_str(&text, "\t\n\r \r\n");
	for (unsigned c = 0x20; c < 0x80; c++)
		buf_byte(&text, (uint8_t)c);
	for (unsigned layout = 0; layout < 2; layout++) {
		struct xml_out o;

		buf_clear(&b);
		o = xml_out(&b, layout == 1);
		xml_open(&o, "r");
		xml_open(&o, "t");
		xml_put_attr(&o, "k", buf_slice(&text));
		xml_text(&o, buf_slice(&text));
		xml_close(&o);
		xml_close(&o);
		assert_int_equal(xml_read(&root, &a, buf_slice(&b), NULL), 0);
		assert_true(slice_eq(root->first->text, buf_slice(&text)));
		assert_true(slice_eq(xml_attr(root->first, "k"), buf_slice(&text)));
	}
}

static struct buf spare = {.max = 10000};

static void attr_after_text(void)
{
	struct xml_out o = xml_out(&spare, false);

	xml_open(&o, "r");
	xml_text(&o, SLICE("x"));
	xml_put_attr(&o, "k", SLICE("v"));
}

static void second_root(void)
{
	struct xml_out o = xml_out(&spare, false);

	xml_leaf(&o, "r", SLICE_NONE);
	xml_open(&o, "r");
}

static void close_too_many(void)
{
	struct xml_out o = xml_out(&spare, false);

	xml_close(&o);
}

static void too_deep(void)
{
	struct xml_out o = xml_out(&spare, false);

	for (int i = 0; i <= LIMIT_XML_DEPTH_OUT; i++)
		xml_open(&o, "d");
}

static void misuse_dies(void **state)
{
	(void)state;
	assert_dies(attr_after_text);
	assert_dies(second_root);
	assert_dies(close_too_many);
	assert_dies(too_deep);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes),
		cmocka_unit_test(pretty),
		cmocka_unit_test(what_xml_cannot_carry_is_replaced),
		cmocka_unit_test(reads_back),
		cmocka_unit_test(misuse_dies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
