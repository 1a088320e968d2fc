/* test_read.c: src/xml/read.c */
#include "unit.h"

#include "base/limits.h"
#include "xml/xml.h"

static struct arena arena = {.max = 64 * MIB};

static int free_arena(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static struct xml_node *tree_of(struct slice text)
{
	struct xml_node *root = NULL;
	struct why why = {0};

	if (xml_read(&root, &arena, text, &why) < 0)
		fail_msg("%.*s: %s: %s", SLICE_FMT(text), why.where, why.text);
	return root;
}

static void builds_the_tree(void **state)
{
	struct xml_node *root =
		tree_of(SLICE("<?xml version='1.0'?>\n<!-- c -->\n"
			      "<a:r xmlns:a='urn:a' xmlns='urn:d' k='v' a:k='w'>\n"
			      " one<b>x</b> two<a:b/>\n<b z='1'><![CDATA[<&>]]>&amp;&#235;</b>"
			      "<?pi data?></a:r>\n"));
	const struct xml_node *b = xml_child(root, "urn:d", "b"), *second = xml_again(b);

	(void)state;
	assert_slice(root->ns, "urn:a");
	assert_slice(root->name, "r");
	assert_slice(root->text, "\n one two\n");
	assert_int_equal(root->line, 3);
	assert_null(root->parent);
	assert_null(root->next);
	assert_slice(xml_attr(root, "k"), "v"); /* not the one in urn:a */
	assert_slice(root->attrs->next->ns, "urn:a");
	assert_slice(root->attrs->next->value, "w");
	assert_slice(b->text, "x");
	assert_ptr_equal(b->parent, root);
	assert_ptr_equal(b, root->first);
	assert_slice(second->text, "<&>&\xc3\xab");
	assert_int_equal(second->line, 5);
	assert_slice(xml_attr(second, "z"), "1");
	assert_int_equal(xml_attr(second, "y").n, 0);
	assert_null(xml_again(second));
	assert_non_null(xml_child(root, "urn:a", "b"));
	assert_null(xml_child(root, NULL, "b"));
	assert_null(xml_child(root, "urn:d", "c"));
	assert_ptr_equal(root->last, second);
}

static void nothing_in_nothing(void **state)
{
	const struct xml_node *root = tree_of(SLICE("<r><x/></r>"));

	(void)state;
	assert_non_null(xml_child(root, NULL, "x"));
	assert_non_null(xml_child(root, "", "x"));
	assert_null(xml_child(xml_child(xml_child(root, "", "q"), "", "q"), "", "q"));
	assert_null(xml_again(NULL));
	assert_int_equal(xml_attr(NULL, "k").n, 0);
	assert_int_equal(root->text.n, 0);
}

static void encodings_come_out_as_utf8(void **state)
{
	(void)state;
	assert_slice(tree_of(SLICE("<?xml version='1.0' encoding='ISO-8859-1'?><r>\xeb</r>"))->text,
		"\xc3\xab");
	assert_slice(
		tree_of(slice_of("\xfe\xff\0<\0r\0>\x01\x61\0<\0/\0r\0>", 18))->text, "\xc5\xa1");
	assert_slice(tree_of(SLICE("\xef\xbb\xbf<r>\xc3\xab</r>"))->text, "\xc3\xab");
}

static void check_refused(struct slice text, int code, const char *where, const char *what)
{
	struct xml_node *root = NULL;
	struct why why = {0};
	int rc = xml_read(&root, &arena, text, &why);

	if (rc != code || why.code != code || (where && strcmp(why.where, where) != 0) ||
		!strstr(why.text, what))
		fail_msg("%.*s: %d %s: %s", SLICE_FMT(slice_sub(text, 0, 200)), rc, why.where,
			why.text);
	assert_null(root);
}

static void doctypes_are_refused(void **state)
{
	static const char *const rows[] = {
		"<!DOCTYPE r><r/>",
		"<!DOCTYPE r []><r/>",
		"<!DOCTYPE r SYSTEM 'file:///etc/hostname'><r/>",
		"<!DOCTYPE r PUBLIC 'p' 'http://x.invalid/d.dtd'><r/>",
		"<!DOCTYPE r [<!ENTITY e 'x'>]><r>&e;</r>",
		"<!DOCTYPE r [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;&a;'>]><r>&b;</r>",
		"<!DOCTYPE r [<!ENTITY e SYSTEM 'file:///etc/hostname'>]><r>&e;</r>",
		"<!DOCTYPE r [<!ENTITY % p SYSTEM 'http://x.invalid/'> %p;]><r/>",
		"<!DOCTYPE r [<!ATTLIST r k CDATA 'v'>]><r/>",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		check_refused(slice_str(rows[i]), E_SYNTAX, "line 1", "DOCTYPE");
	check_refused(SLICE("<?xml version='1.0'?>\n\n<!DOCTYPE r [<!ENTITY e 'x'>]><r/>"),
		E_SYNTAX, "line 3", "DOCTYPE");
}

static void broken_texts_are_refused(void **state)
{
	static const char *const rows[] = {
		"<r>",
		"<r></q>",
		"<r/><r/>",
		"<r/>x",
		"x<r/>",
		"<r>&e;</r>",
		"<r>&#0;</r>",
		"<r>&#xd800;</r>",
		"<r>\x01</r>",
		"<r>\xff</r>",
		"<r>\xed\xa0\x80</r>",
		"<r k='1' k='2'/>",
		"<r k=1/>",
		"<r k='<'/>",
		"<a:r/>",
		"<r xmlns:a='u' xmlns:b='u' a:k='1' b:k='2'/>",
		"<r>]]></r>",
		"<!-- -- --><r/>",
		"<?xml version='1.0' encoding='x-unknown'?><r/>",
		"<?xml version='1.0' encoding='UTF-16'?><r/>",
		"<r xmlns:a=''/>",
		"<r xmlns='u&#10;u'/>",
		"<1/>",
		" <?xml version='1.0'?><r/>",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		check_refused(slice_str(rows[i]), E_SYNTAX, NULL, "");
	check_refused(SLICE_NONE, E_SYNTAX, NULL, "empty");
	check_refused(slice_of("\0<\0r\0 \0\xaa\0=\0'\0'\0/\0>", 18), E_SYNTAX, "line 1", "name");
	check_refused(SLICE("<?xml version='1.0' encoding='ISO-8859-1'?><a\xb5/>"), E_SYNTAX,
		"line 1", "name");
	assert_slice(tree_of(SLICE("<l\xc2\xb7l/>"))->name, "l\xc2\xb7l");
	check_refused(slice_of("<r>\0</r>", 8), E_SYNTAX, "line 1", "");
	check_refused(SLICE("<r>\n\n<a>\n</r>"), E_SYNTAX, "line 4", "mismatched tag");
	assert_int_equal(
		xml_read(&(struct xml_node *){NULL}, &arena, SLICE("<r>"), NULL), E_SYNTAX);
}

static void add_times(struct buf *b, const char *s, size_t n)
{
	while (n--)
		buf_str(b, s);
}

static void depth_is_exact(void **state)
{
	struct buf b CLEANUP_BUF = BUF(1 * MIB);

	(void)state;
	add_times(&b, "<d>", LIMIT_XML_DEPTH);
	add_times(&b, "</d>", LIMIT_XML_DEPTH);
	tree_of(buf_slice(&b));
	buf_clear(&b);
	add_times(&b, "<d>\n", LIMIT_XML_DEPTH + 1);
	add_times(&b, "</d>", LIMIT_XML_DEPTH + 1);
	check_refused(buf_slice(&b), E_LIMIT, "line 65", "nested too deeply");
	buf_clear(&b);
	add_times(&b, "<d>", LIMIT_XML_DEPTH);
	buf_str(&b, "<d/>"); /* start and end come in one step; the stop must hold between them */
	check_refused(buf_slice(&b), E_LIMIT, NULL, "nested too deeply");
}

static void counts_are_bounded(void **state)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_XML_BYTES + 100);

	(void)state;
	buf_str(&b, "<r>");
	add_times(&b, "<d/>", LIMIT_XML_NODES - 1);
	buf_str(&b, "</r>");
	tree_of(buf_slice(&b));
	arena_reset(&arena);
	buf_cut(&b, b.n - 4);
	buf_str(&b, "<d/></r>");
	check_refused(buf_slice(&b), E_LIMIT, NULL, "too many elements");
	arena_reset(&arena);
	/* Attributes count too. */
	buf_clear(&b);
	buf_str(&b, "<r>");
	add_times(&b, "<d a='' b='' c=''/>", LIMIT_XML_NODES / 4);
	buf_str(&b, "</r>");
	check_refused(buf_slice(&b), E_LIMIT, NULL, "too many elements");
	arena_reset(&arena);
	for (unsigned extra = 0; extra < 2; extra++) {
		buf_clear(&b);
		buf_str(&b, "<r");
		for (unsigned i = 0; i < LIMIT_XML_ATTRIBUTES + extra; i++)
			buf_addf(&b, " a%u=''", i);
		buf_str(&b, "/>");
		if (extra)
			check_refused(buf_slice(&b), E_LIMIT, NULL, "too many attributes");
		else
			tree_of(buf_slice(&b));
	}
}

static void sizes_are_bounded(void **state)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_XML_BYTES + 100);
	struct arena small CLEANUP_ARENA = ARENA(10000);
	struct xml_node *root = NULL;
	struct why why = {0};

	(void)state;
	buf_str(&b, "<r>");
	memset(buf_room(&b, LIMIT_XML_BYTES - 7), 't', LIMIT_XML_BYTES - 7);
	buf_str(&b, "</r>");
	assert_int_equal(b.n, LIMIT_XML_BYTES);
	assert_int_equal(tree_of(buf_slice(&b))->text.n, LIMIT_XML_BYTES - 7);
	arena_reset(&arena);
	assert_int_equal(xml_read(&root, &small, buf_slice(&b), &why), E_LIMIT);
	assert_null(root);
	buf_byte(&b, '\n');
	check_refused(buf_slice(&b), E_LIMIT, NULL, "larger than");
	/* A namespace is repeated by every name in it, so it may not be long. */
	buf_clear(&b);
	buf_str(&b, "<r xmlns='");
	memset(buf_room(&b, 1 * MIB), 'n', 1 * MIB);
	buf_str(&b, "'>");
	add_times(&b, "<d/>", 1000);
	buf_str(&b, "</r>");
	check_refused(buf_slice(&b), E_LIMIT, "line 1", "a namespace is too long");
	buf_clear(&b);
	buf_byte(&b, '<');
	memset(buf_room(&b, LIMIT_XML_NAME_BYTES + 1), 'n', LIMIT_XML_NAME_BYTES + 1);
	buf_str(&b, "/>");
	check_refused(buf_slice(&b), E_LIMIT, "line 1", "a name is too long");
}

/* ISO-8859-1 doubles in UTF-8: the largest document of it still fits. */
static void latin_may_grow(void **state)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_XML_BYTES);
	size_t n;

	(void)state;
	buf_str(&b, "<?xml version='1.0' encoding='ISO-8859-1'?><r>");
	n = LIMIT_XML_BYTES - b.n - 4;
	memset(buf_room(&b, n), 0xeb, n);
	buf_str(&b, "</r>");
	assert_int_equal(tree_of(buf_slice(&b))->text.n, 2 * n);
	arena_reset(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(builds_the_tree),
		cmocka_unit_test(nothing_in_nothing),
		cmocka_unit_test(encodings_come_out_as_utf8),
		cmocka_unit_test(doctypes_are_refused),
		cmocka_unit_test(broken_texts_are_refused),
		cmocka_unit_test(depth_is_exact),
		cmocka_unit_test(counts_are_bounded),
		cmocka_unit_test(sizes_are_bounded),
		cmocka_unit_test(latin_may_grow),
	};

	return cmocka_run_group_tests(tests, NULL, free_arena);
}
