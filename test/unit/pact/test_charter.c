/* The text of charters. */
#include "world.h"

#include "../log/sample.h"

static const char full[] = "entente-charter/1\n"
			   "name Declaration on Cooperation – Tirana\n"
			   "version 1\n"
			   "prev -\n"
			   "fold 1\n"
			   "field joint-training\n"
			   "field rapid-response\n"
			   "member aaaaaaaaaaaaaaaaaaaaaaaauu First\n"
			   "member aeaaaaaaaaaaaaaaaaaaaaaauq Second Land\n"
			   "member aiaaaaaaaaaaaaaaaaaaaaaau4 Third\n"
			   "force 2\n"
			   "accession all\n"
			   "observers 1\n"
			   "suspension 2\n"
			   "policy urn:test:policy\n"
			   "ladder UNCLASSIFIED RESTRICTED SECRET\n"
			   "category COI restrictive CYBER,AIR\n"
			   "category REL permissive ALB,HRV,KOS\n"
			   "category TOPIC informative X\n"
			   "clearance aaaaaaaaaaaaaaaaaaaaaaaauu SECRET COI=CYBER,AIR REL=ALB\n"
			   "clearance * RESTRICTED\n"
			   "quota entries 20000 payload-bytes 1073741824\n"
			   "two-person ratify,suspend\n"
			   "\n"
			   "The parties,\n\thaving met, declare: ✓\n";

static void everything_comes_back(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct buf b CLEANUP_BUF = BUF(LIMIT_CHARTER_BYTES);
	struct charter c;
	struct why why = {0};

	(void)state;
	if (charter_parse(&c, &arena, slice_str(full), &why) < 0)
		fail_msg("%s: %s", why.where, why.text);
	assert_slice(c.name, "Declaration on Cooperation – Tirana");
	assert_int_equal(c.n_field, 2);
	assert_int_equal(c.n_member, 3);
	assert_slice(c.member[1].label, "Second Land");
	assert_int_equal(c.force, 2);
	assert_int_equal(c.accession, 0);
	assert_true(c.observers && c.observers_need == 1);
	assert_int_equal(charter_level(&c, SLICE("SECRET")), 2);
	assert_int_equal(charter_level(&c, SLICE("secret")), -1);
	assert_int_equal(c.n_category, 3);
	assert_int_equal(c.category[1].type, CATEGORY_PERMISSIVE);
	assert_int_equal(c.category[1].n, 3);
	assert_int_equal(c.clearance[0].level, 2);
	assert_slice(c.clearance[0].tags, "COI=CYBER,AIR REL=ALB");
	assert_true(c.clearance[1].any);
	assert_int_equal(c.two_person, SCOPE_RATIFY | SCOPE_SUSPEND);
	assert_true(c.quota_payload_bytes == 1073741824);
	assert_memory_equal(c.coalition.b, c.hash.b, sizeof(c.coalition));
	struct hash h = hash_bytes(slice_str(full));
	assert_true(hash_eq(&h, &c.hash));
	struct id first = c.member[0].id, none = world_id(77);
	assert_true(charter_has_member(&c, &first));
	assert_false(charter_has_member(&c, &none));
	charter_print(&c, &b);
	assert_string_equal(buf_cstr(&b), full);
}

static void a_broken_line_is_refused_by_its_number(void **state)
{
	struct text_lines t = text_lines(slice_str(full));
	unsigned refused = 0;

	(void)state;
	for (size_t i = 0; i < t.n; i++) {
		for (unsigned how = 0; how < 3; how++) {
			struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
			struct buf b CLEANUP_BUF = BUF(LIMIT_CHARTER_BYTES),
				     again CLEANUP_BUF = BUF(LIMIT_CHARTER_BYTES);
			struct charter c;
			struct why why = {0};
			if (how == 0)
				text_replace(&t, i, NULL, &b);
			else if (how == 1)
				text_double(&t, i, &b);
			else if (i + 1 < t.n)
				text_swap(&t, i, i + 1, &b);
			else
				break;
			int rc = charter_parse(&c, &arena, buf_slice(&b), &why);
			if (rc == 0) {
				charter_print(&c, &again);
				assert_true(slice_eq(buf_slice(&b), buf_slice(&again)));
				continue;
			}
			unsigned line = 0;
			assert_int_equal(sscanf(why.where, "line %u", &line), 1);
			/* A doubled or missing line shows where it stands or where the next was
			 * expected. */
			if (line < i + 1 || line > t.n + 1)
				fail_msg("line %zu broken, but %s: %s", i + 1, why.where, why.text);
			refused++;
		}
	}
	assert_true(refused > 45);
}

static void refuses(const char *field, const char *with, int code)
{
	struct text_lines t = text_lines(slice_str(full));
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct buf b CLEANUP_BUF = BUF(2 * LIMIT_CHARTER_BYTES);
	struct charter c = {.version = 77};
	struct why why = {0};

	text_replace(&t, text_find(&t, field), with, &b);
	int rc = charter_parse(&c, &arena, buf_slice(&b), &why);
	if (rc != code)
		fail_msg("%s -> %s: %d %s %s", field, with, rc, why.where, why.text);
	assert_int_equal(c.version, 77);
}

static void values_are_checked(void **state)
{
	static const struct {
		const char *field, *with;
		int code;
	} t[] = {
		{"entente-charter", "entente-charter/2\n", E_SYNTAX},
		{"name", "name  two\n", E_SYNTAX},
		{"version", "version 2\n", E_INVALID},
		{"version", "version 0\n", E_INVALID},
		{"prev", "prev 0000000000000000000000000000000000000000000000000000000000000000\n",
			E_INVALID},
		{"fold", "fold 2\n", E_STATE},
		{"fold", "fold 01\n", E_SYNTAX},
		{"field", "field Joint-training\n", E_SYNTAX},
		{"field", "field rapid-response\n", E_INVALID},
		{"member", "member aiaaaaaaaaaaaaaaaaaaaaaau4 First\n", E_INVALID}, /* not sorted */
		{"member", "member aaaaaaaaaaaaaaaaaaaaaaaauu\n", E_SYNTAX},
		{"member", "member aaaaaaaaaaaaaaaaaaaaaaaaub First\n", E_SYNTAX}, /* unused bits */
		{"force", "force 4\n", E_INVALID},
		{"force", "force 0\n", E_INVALID},
		{"force", "force no\n", E_INVALID},
		{"accession", "accession 65\n", E_INVALID},
		{"observers", "observers 0\n", E_INVALID},
		{"suspension", "suspension 0\n", E_INVALID},
		{"suspension", "suspension all\n", E_SYNTAX},
		{"policy", "policy two words\n", E_SYNTAX},
		{"ladder", "ladder A B A\n", E_INVALID},
		{"ladder", "ladder A  B\n", E_SYNTAX},
		{"ladder", "ladder A B \n", E_SYNTAX},
		{"ladder", "ladder A B C D E F G H I J K L M\n", E_LIMIT},
		{"category COI", "category COI forbidden X\n", E_SYNTAX},
		{"category COI", "category COI restrictive X,\n", E_SYNTAX},
		{"category COI", "category COI restrictive X,X\n", E_SYNTAX},
		{"category COI", "category REL restrictive CYBER,AIR\n", E_INVALID},
		{"category COI", "category TLP restrictive RED\n", E_INVALID},
		{"clearance a", "clearance aaaaaaaaaaaaaaaaaaaaaaaauu TOP\n", E_INVALID},
		{"clearance a", "clearance aaaaaaaaaaaaaaaaaaaaaaaauu SECRET COI=SEA\n", E_INVALID},
		{"clearance a", "clearance aaaaaaaaaaaaaaaaaaaaaaaauu SECRET NONE=X\n", E_INVALID},
		{"clearance a", "clearance aaaaaaaaaaaaaaaaaaaaaaaauu SECRET COI=AIR COI=CYBER\n",
			E_INVALID},
		{"clearance a", "clearance * SECRET\n", E_INVALID},
		{"quota", "quota entries 0 payload-bytes 1\n", E_INVALID},
		{"quota", "quota entries 5\n", E_SYNTAX},
		{"two-person", "two-person everything\n", E_SYNTAX},
		{"two-person", "two-person ratify\npublic everything\n", E_SYNTAX},
		{"The parties", "a bell \a\n", E_SYNTAX},
		{"The parties", "not UTF-8 \xc0\x80\n", E_SYNTAX},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(t); i++)
		refuses(t[i].field, t[i].with, t[i].code);
}

static void ceilings_hold(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct buf b CLEANUP_BUF = BUF(4 * LIMIT_CHARTER_BYTES);
	struct text_lines t = text_lines(slice_str(full));
	struct charter c;
	struct why why = {0};
	size_t first = text_find(&t, "member");

	(void)state;
	/* One member too many. */
	for (size_t i = 0; i < t.n; i++) {
		if (i < first || i > first + 2)
			buf_slice_add(&b, t.line[i]);
		for (unsigned k = 0; i == first && k <= LIMIT_MEMBERS; k++) {
			struct id id = world_id(k);
			char text[ID_TEXT + 1];
			id_format(&id, text);
			buf_addf(&b, "member %s M\n", text);
		}
	}
	assert_int_equal(charter_parse(&c, &arena, buf_slice(&b), &why), E_LIMIT);
	buf_clear(&b);
	buf_str(&b, full);
	while (b.n < LIMIT_CHARTER_BYTES)
		buf_str(&b, "x");
	assert_int_equal(charter_parse(&c, &arena, buf_slice(&b), &why), 0);
	buf_str(&b, "x");
	assert_int_equal(charter_parse(&c, &arena, buf_slice(&b), &why), E_LIMIT);
	assert_int_equal(charter_parse(&c, &arena, SLICE_NONE, &why), E_SYNTAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_comes_back),
		cmocka_unit_test(a_broken_line_is_refused_by_its_number),
		cmocka_unit_test(values_are_checked),
		cmocka_unit_test(ceilings_hold),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
