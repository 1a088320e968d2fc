#include "sample.h"

#include "log/id.h"

#include <errno.h>

static void text_and_back(void **state)
{
	char text[ID_TEXT + 1], coalition[COAL_TEXT + 1];
	struct env_fake fake;
	struct env env;

	(void)state;
	env_fake_init(&fake, 7, 0);
	env = env_of_fake(&fake);
	for (unsigned i = 0; i < 200; i++) {
		struct id id, back = {{0}};

		env_random(&env, id.b, sizeof(id.b));
		id_format(&id, text);
		assert_int_equal(strlen(text), ID_TEXT);
		assert_int_equal(id_parse(slice_str(text), &back), 0);
		assert_true(id_eq(&id, &back));
		coalition_format(&id, coalition);
		assert_int_equal(strlen(coalition), COAL_TEXT);
		back = (struct id){{0}};
		assert_int_equal(coalition_parse(slice_str(coalition), &back), 0);
		assert_true(id_eq(&id, &back));
	}
}

/* Known answers: RFC 4648 base32 in lower case without padding. */
static void known(void **state)
{
	struct id id;
	char text[ID_TEXT + 1];

	(void)state;
	for (unsigned i = 0; i < sizeof(id.b); i++)
		id.b[i] = (uint8_t)i;
	id_format(&id, text);
	assert_string_equal(text, "aaaqeayeaudaocajbifqydiob4");
	memset(id.b, 0xff, sizeof(id.b));
	id_format(&id, text);
	assert_string_equal(text, "77777777777777777777777774");
}

static void refused(void **state)
{
	static const char *const bad[] = {"", "a", "aaaqeayeaudaocajbifqydiob",
		"aaaqeayeaudaocajbifqydiob4a", "AAAQEAYEAUDAOCAJBIFQYDIOB4",
		"aaaqeayeaudaocajbifqydiob5", "aaaqeayeaudaocajbifqydiob1",
		"aaaqeayeaudaocajbifqydio 4"};
	static const char *const bad_coalition[] = {"", "00", "000102030405060708090a0b0c0d0e0",
		"000102030405060708090a0b0c0d0e0f0", "000102030405060708090A0B0C0D0E0F",
		"000102030405060708090a0b0c0d0e0g"};
	struct id id = sample_id(3), before = id;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(id_parse(slice_str(bad[i]), &id), -EINVAL);
	for (size_t i = 0; i < COUNT_OF(bad_coalition); i++)
		assert_int_equal(coalition_parse(slice_str(bad_coalition[i]), &id), -EINVAL);
	assert_true(id_eq(&id, &before));
}

static void objects(void **state)
{
	struct object_id o = {.owner = sample_id(1), .name = sample_id(2)}, back, other = o;
	char text[OBJECT_TEXT + 1];

	(void)state;
	object_format(&o, text);
	assert_int_equal(strlen(text), OBJECT_TEXT);
	assert_int_equal(object_parse(slice_str(text), &back), 0);
	assert_true(object_id_eq(&o, &back));
	other.name.b[15] ^= 1;
	assert_false(object_id_eq(&o, &other));
	other = o;
	other.owner.b[0] ^= 1;
	assert_false(object_id_eq(&o, &other));
	text[ID_TEXT] = '-';
	assert_int_equal(object_parse(slice_str(text), &back), -EINVAL);
	text[ID_TEXT] = '.';
	text[0] = '1';
	assert_int_equal(object_parse(slice_str(text), &back), -EINVAL);
	assert_int_equal(object_parse(SLICE("-"), &back), -EINVAL);
}

/* Byte order and text order part where a byte's base32 digit is a number. */
static void order(void **state)
{
	struct id a = {{0}}, b = {{0}};
	char text_a[ID_TEXT + 1], text_b[ID_TEXT + 1];

	(void)state;
	b.b[0] = 0xff;
	id_format(&a, text_a);
	id_format(&b, text_b);
	assert_true(id_cmp(&a, &b) < 0);
	assert_true(strcmp(text_a, text_b) > 0);
	assert_int_equal(id_cmp(&a, &a), 0);
	assert_true(id_is_zero(&a));
	assert_false(id_is_zero(&b));
}

static void logs(void **state)
{
	struct log_id a = sample_log(), b = a;

	(void)state;
	assert_true(log_id_eq(&a, &b));
	b.epoch++;
	assert_false(log_id_eq(&a, &b));
	b = a;
	b.member.b[3]++;
	assert_false(log_id_eq(&a, &b));
	b = a;
	b.coalition.b[3]++;
	assert_false(log_id_eq(&a, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(text_and_back), cmocka_unit_test(known),
		cmocka_unit_test(refused), cmocka_unit_test(objects), cmocka_unit_test(order),
		cmocka_unit_test(logs)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
