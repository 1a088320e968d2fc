#include "sample.h"

#include "crypt/sign.h"

static const char sample_text[] =
	"entente-entry/1\n"
	"coalition c800000000000000000000000000006d\n"
	"log aeaaaaaaaaaaaaaaaaaaaaaauq.1\n"
	"seq 41\n"
	"time 1773826200000.3\n"
	"mode exercise\n"
	"kind rfa/offer/1\n"
	"object aeaaaaaaaaaaaaaaaaaaaaaauq.juaaaaaaaaaaaaaaaaaaaaaa5a\n"
	"ref aiaaaaaaaaaaaaaaaaaaaaaau4.1.9 13a6cf4e9efc5f3d9b7d2f6b8d3ad0a1fd2a5d2a1fdb5ed9f3f1f0f5a4b7c3d1\n"
	"ref aiaaaaaaaaaaaaaaaaaaaaaau4.1.10 23a6cf4e9efc5f3d9b7d2f6b8d3ad0a1fd2a5d2a1fdb5ed9f3f1f0f5a4b7c3d1\n"
	"seen aiaaaaaaaaaaaaaaaaaaaaaau4.1 17\n"
	"seen amaaaaaaaaaaaaaaaaaaaaaauy.1 17\n"
	"label pact RESTRICTED topic=cyber,relief tlp=AMBER+STRICT\n"
	"audience aiaaaaaaaaaaaaaaaaaaaaaau4,amaaaaaaaaaaaaaaaaaaaaaauy\n"
	"payload 33a6cf4e9efc5f3d9b7d2f6b8d3ad0a1fd2a5d2a1fdb5ed9f3f1f0f5a4b7c3d1 1024 text/plain;charset=utf-8\n"
	"until 1805362200000\n"
	"act beaaaaaaaaaaaaaaaaaaaaaavq "
	"XFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXA==\n";

static const char veiled_text[] =
	"entente-entry/1\n"
	"coalition c800000000000000000000000000006d\n"
	"log aeaaaaaaaaaaaaaaaaaaaaaauq.1\n"
	"seq 0\n"
	"time 0.0\n"
	"mode -\n"
	"kind -\n"
	"object -\n"
	"label -\n"
	"audience veiled\n"
	"payload 33a6cf4e9efc5f3d9b7d2f6b8d3ad0a1fd2a5d2a1fdb5ed9f3f1f0f5a4b7c3d1 256 -\n"
	"until -\n"
	"act -\n";

static struct arena arena = {.max = 64 * KIB};

static int parse(struct slice text, struct entry *e, struct why *why)
{
	arena_reset(&arena);
	return entry_parse(e, &arena, text, why);
}

static int parse_code(struct slice text)
{
	struct entry e;
	struct why why = {0};
	int rc = parse(text, &e, &why);

	assert_int_equal(rc, why.code);
	return rc;
}

/* What can be read prints as the same bytes. */
static void assert_canonical(struct slice text)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_ENTRY_BYTES);
	struct entry e;

	assert_int_equal(parse(text, &e, NULL), 0);
	entry_print(&e, &b);
	assert_true(slice_eq(buf_slice(&b), text));
}

static void golden(void **state)
{
	struct entry e;
	struct why why = {0};
	char hex[HEX_LEN(32) + 1];

	(void)state;
	assert_canonical(SLICE(sample_text));
	assert_int_equal(parse(SLICE(sample_text), &e, &why), 0);
	assert_int_equal(e.log.epoch, 1);
	assert_int_equal(e.log.coalition.b[0], 0xc8);
	assert_int_equal(e.log.member.b[0], 1);
	assert_int_equal(e.seq, 41);
	assert_true(e.time_ms == 1773826200000 && e.time_counter == 3);
	assert_int_equal(e.mode, MODE_EXERCISE);
	assert_slice(e.kind, "rfa/offer/1");
	assert_true(e.has_object && e.object.owner.b[0] == 1 && e.object.name.b[0] == 77);
	assert_int_equal(e.n_ref, 2);
	assert_true(e.ref[1].member.b[0] == 2 && e.ref[1].epoch == 1 && e.ref[1].seq == 10 &&
		    e.ref[1].leaf.b[0] == 0x23);
	assert_int_equal(e.n_seen, 2);
	assert_true(e.seen[1].member.b[0] == 3 && e.seen[1].epoch == 1 && e.seen[1].size == 17);
	assert_slice(e.label, "pact RESTRICTED topic=cyber,relief tlp=AMBER+STRICT");
	assert_true(e.audience == AUDIENCE_LIST && e.n_member == 2 && e.member[1].b[0] == 3);
	hex_encode(e.commit.b, sizeof(e.commit.b), hex);
	assert_true(e.has_payload && memcmp(hex, "33a6", 4) == 0 && e.bucket == 1024);
	assert_slice(e.media, "text/plain;charset=utf-8");
	assert_true(e.until_ms == 1805362200000);
	assert_true(e.has_act && e.officer.b[0] == 9 && e.act.b[63] == 0x5c);
}

static void golden_veiled(void **state)
{
	struct entry e;

	(void)state;
	assert_canonical(SLICE(veiled_text));
	assert_int_equal(parse(SLICE(veiled_text), &e, NULL), 0);
	assert_true(e.audience == AUDIENCE_VEILED && e.mode == MODE_NONE && e.kind.n == 0 &&
		    !e.has_object);
	assert_true(
		e.has_payload && e.media.n == 0 && e.label.n == 0 && e.until_ms == 0 && !e.has_act);
}

/* The printer makes what the golden text is, from fields. */
static void printed(void **state)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_ENTRY_BYTES);
	struct entry e, back;

	(void)state;
	sample_entry(&e);
	entry_print(&e, &b);
	assert_int_equal(parse(buf_slice(&b), &back, NULL), 0);
	assert_true(log_id_eq(&e.log, &back.log) && e.seq == back.seq && e.bucket == back.bucket);
	assert_true(back.n_ref == 2 && id_eq(&e.ref->member, &back.ref->member) &&
		    e.ref->seq == back.ref->seq);
	assert_true(hash_eq(&e.ref->leaf, &back.ref->leaf));
	assert_true(slice_eq(e.label, back.label) && slice_eq(e.media, back.media));
	assert_memory_equal(e.act.b, back.act.b, sizeof(e.act.b));
}

static void lines_missing_doubled_swapped(void **state)
{
	static const char *const texts[] = {sample_text, veiled_text};
	struct buf b CLEANUP_BUF = BUF(LIMIT_ENTRY_BYTES);

	(void)state;
	for (size_t k = 0; k < COUNT_OF(texts); k++) {
		struct text_lines t = text_lines(slice_str(texts[k]));

		for (size_t i = 0; i < t.n; i++) {
			bool many =
				slice_starts(t.line[i], "ref ") || slice_starts(t.line[i], "seen ");

			text_replace(&t, i, NULL, &b);
			assert_int_equal(parse_code(buf_slice(&b)), many ? 0 : E_SYNTAX);
			text_double(&t, i, &b);
			assert_int_equal(parse_code(buf_slice(&b)), E_SYNTAX);
			text_replace(&t, i, "\n", &b);
			assert_int_equal(parse_code(buf_slice(&b)), E_SYNTAX);
			text_replace(&t, i, "extra line\n", &b);
			assert_int_equal(parse_code(buf_slice(&b)), E_SYNTAX);
			for (size_t j = i + 1; j < t.n; j++) {
				text_swap(&t, i, j, &b);
				assert_int_equal(parse_code(buf_slice(&b)), E_SYNTAX);
			}
		}
	}
}

static void cut_and_trailing(void **state)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_ENTRY_BYTES);
	struct slice text = SLICE(sample_text);

	(void)state;
	for (size_t n = 0; n < text.n; n++)
		assert_int_equal(parse_code(slice_sub(text, 0, n)), E_SYNTAX);
	for (unsigned c = 0; c < 256; c++) {
		buf_clear(&b);
		buf_slice_add(&b, text);
		buf_byte(&b, (uint8_t)c);
		assert_int_equal(parse_code(buf_slice(&b)), E_SYNTAX);
	}
}

/*
 * A byte that is not printable ASCII is refused wherever it stands, CR at a line's end among them.
 */
static void strange_bytes(void **state)
{
	static const uint8_t strange[] = {0, '\t', '\r', 0x1b, 0x7f, 0x80, 0xff};
	struct buf b CLEANUP_BUF = BUF(LIMIT_ENTRY_BYTES);
	struct slice text = SLICE(sample_text);

	(void)state;
	for (size_t i = 0; i < text.n; i++)
		for (size_t k = 0; k < COUNT_OF(strange); k++) {
			buf_clear(&b);
			buf_slice_add(&b, slice_sub(text, 0, i));
			buf_byte(&b, strange[k]);
			buf_slice_add(&b, slice_sub(text, i, text.n));
			assert_int_equal(parse_code(buf_slice(&b)), E_SYNTAX);
		}
}

/* Whatever one byte is changed to: refused, or another entry in its only spelling. */
static void one_byte_changed(void **state)
{
	uint8_t copy[sizeof(sample_text) - 1];
	struct slice text = slice_of(copy, sizeof(copy));

	(void)state;
	memcpy(copy, sample_text, sizeof(copy));
	for (size_t i = 0; i < sizeof(copy); i++) {
		for (unsigned c = ' '; c < 0x7f; c += 3) {
			copy[i] = (uint8_t)c;
			if (parse_code(text) == 0)
				assert_canonical(text);
		}
		copy[i] = (uint8_t)sample_text[i];
	}
}

struct bad_line {
	const char *key, *with;
};

static void assert_bad(const char *text, const struct bad_line *bad, int code)
{
	struct buf b CLEANUP_BUF = BUF(2 * LIMIT_ENTRY_BYTES);
	struct text_lines t = text_lines(slice_str(text));
	struct why why = {0};
	struct entry e;
	int rc;

	text_replace(&t, text_find(&t, bad->key), bad->with, &b);
	rc = parse(buf_slice(&b), &e, &why);
	if (rc != code)
		fail_msg("%d for %s", rc, bad->with);
	if (code == E_SYNTAX)
		assert_memory_equal(why.where, "line ", 5);
}

#define H64  "33a6cf4e9efc5f3d9b7d2f6b8d3ad0a1fd2a5d2a1fdb5ed9f3f1f0f5a4b7c3d1"
#define H64U "33A6cf4e9efc5f3d9b7d2f6b8d3ad0a1fd2a5d2a1fdb5ed9f3f1f0f5a4b7c3d1"
#define M1   "aeaaaaaaaaaaaaaaaaaaaaaauq"
#define M2   "aiaaaaaaaaaaaaaaaaaaaaaau4"
#define M3   "amaaaaaaaaaaaaaaaaaaaaaauy"

static void bad_position(void **state)
{
	static const struct bad_line bad[] = {{"entente", "entente-entry/2\n"},
		{"entente", "entente-entry/1 \n"}, {"entente", "Entente-entry/1\n"},
		{"coalition", "coalition C800000000000000000000000000006D\n"},
		{"coalition", "coalition c800\n"},
		{"coalition", "coalition  c800000000000000000000000000006d\n"},
		{"coalition", "coalition c800000000000000000000000000006d \n"},
		{"coalition", "coalition -\n"}, {"log", "log " M1 "\n"}, {"log", "log " M1 ".\n"},
		{"log", "log " M1 ".01\n"}, {"log", "log " M1 ".-1\n"},
		{"log", "log " M1 ".4294967296\n"}, {"log", "log " M1 ".1.1\n"},
		{"log", "log AEAAAAAAAAAAAAAAAAAAAAAAUQ.1\n"},
		{"log", "log aeaaaaaaaaaaaaaaaaaaaaaaur.1\n"}, {"seq", "seq 041\n"},
		{"seq", "seq\n"}, {"seq", "seq \n"}, {"seq", "seq -1\n"}, {"seq", "seq +1\n"},
		{"seq", "seq 0x1\n"}, {"seq", "seq 1 \n"}, {"seq", "seq 9223372036854775808\n"},
		{"seq", "seq 18446744073709551616\n"}, {"time", "time 1773826200000\n"},
		{"time", "time .3\n"}, {"time", "time 1773826200000.\n"},
		{"time", "time 01773826200000.3\n"}, {"time", "time 1773826200000.03\n"},
		{"time", "time -1.0\n"}, {"time", "time 9223372036854775808.0\n"},
		{"time", "time 1.4294967296\n"}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_bad(sample_text, &bad[i], E_SYNTAX);
}

static void bad_subject(void **state)
{
	static const struct bad_line bad[] = {{"mode", "mode Real\n"}, {"mode", "mode -\n"},
		{"mode", "mode drill\n"}, {"kind", "kind -\n"}, {"kind", "kind note\n"},
		{"kind", "kind note/\n"}, {"kind", "kind note/0\n"}, {"kind", "kind Note/1\n"},
		{"kind", "kind note//1\n"}, {"kind", "kind note/01\n"},
		{"object", "object " M1 "\n"}, {"object", "object " M1 "." M2 "." M3 "\n"},
		{"object", "object " M1 "-" M2 "\n"}, {"ref", "ref " M2 ".1.9 " H64U "\n"},
		{"ref", "ref " M2 ".1.09 " H64 "\n"}, {"ref", "ref " M2 ".1 " H64 "\n"},
		{"ref", "ref " M2 ".1.9\n"}, {"ref", "ref " M2 ".1.9 " H64 " \n"},
		{"ref", "ref " M2 ".1.9  " H64 "\n"},
		{"ref", "ref " M2 ".1.10 " H64 "\n"}, /* same place as the next */
		{"ref", "ref " M2 ".1.11 " H64 "\n"}, /* behind the next */
		{"ref", "ref " M2 ".2.1 " H64 "\n"},  /* epoch counts before seq */
		{"ref", "ref " M3 ".1.1 " H64 "\n"},  /* member counts before both */
		{"ref", "ref " M2 ".1.9223372036854775808 " H64 "\n"}, {"seen", "seen " M2 ".1\n"},
		{"seen", "seen " M2 ".1 017\n"}, {"seen", "seen " M2 ".1  17\n"},
		{"seen", "seen " M3 ".1 16\n"}, {"seen", "seen " M3 ".2 17\n"},
		{"seen", "seen " M2 " 17\n"}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_bad(sample_text, &bad[i], E_SYNTAX);
}

static void bad_rest(void **state)
{
	static const struct bad_line bad[] = {{"label", "label pact\n"}, {"label", "label pact \n"},
		{"label", "label pact  RESTRICTED\n"}, {"label", "label pact RESTRICTED topic\n"},
		{"label", "label pact RESTRICTED topic=\n"},
		{"label", "label pact RESTRICTED topic=a,\n"},
		{"label", "label pact RESTRICTED topic=,a\n"},
		{"label", "label pact RESTRICTED =a\n"},
		{"label", "label pact RESTRICTED topic=a=b\n"},
		{"label", "label pact RESTRICTED topic=a  tlp=RED\n"},
		{"label", "label pa,ct RESTRICTED\n"}, {"label", "label pact RE=STRICTED\n"},
		{"label", "label pact RESTRICTED topic=a \n"}, {"audience", "audience -\n"},
		{"audience", "audience " M2 ",\n"}, {"audience", "audience ," M2 "\n"},
		{"audience", "audience " M3 "," M2 "\n"}, {"audience", "audience " M2 "," M2 "\n"},
		{"audience", "audience " M2 ", " M3 "\n"}, {"audience", "audience " M2 ";" M3 "\n"},
		{"audience", "audience all\n"}, {"audience", "audience all@\n"},
		{"audience", "audience all@" H64U "\n"},
		{"audience", "audience all@" H64 "," M2 "\n"}, {"audience", "audience veiled\n"},
		{"payload", "payload " H64 "\n"}, {"payload", "payload " H64 " 1024\n"},
		{"payload", "payload " H64 " 1024 \n"}, {"payload", "payload " H64 " 1024 -\n"},
		{"payload", "payload " H64 " 1025 text/plain\n"},
		{"payload", "payload " H64 " 255 text/plain\n"},
		{"payload", "payload " H64 " 0 text/plain\n"},
		{"payload", "payload " H64 " 01024 text/plain\n"},
		{"payload", "payload " H64U " 1024 text/plain\n"},
		{"payload", "payload " H64 " 1024 text\n"},
		{"payload", "payload " H64 " 1024 text/plain x\n"}, {"until", "until 0\n"},
		{"until", "until 01\n"}, {"until", "until -1\n"},
		{"until", "until 9223372036854775808\n"},
		{"act", "act beaaaaaaaaaaaaaaaaaaaaaavq\n"},
		{"act", "act beaaaaaaaaaaaaaaaaaaaaaavq XFxc\n"},
		{"act", "act beaaaaaaaaaaaaaaaaaaaaaavq "
			"XFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXB==\n"},
		{"act", "act - -\n"}};
	static const struct bad_line large = {"payload", "payload " H64 " 2097152 text/plain\n"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_bad(sample_text, &bad[i], E_SYNTAX);
	assert_bad(sample_text, &large, E_LIMIT);
}

/* A veiled entry shows nothing, and an open one cannot hide behind "-". */
static void veiled_shows_nothing(void **state)
{
	static const struct bad_line bad[] = {{"mode", "mode real\n"}, {"kind", "kind note/1\n"},
		{"object", "object " M1 "." M2 "\n"}, {"label", "label pact RESTRICTED\n"},
		{"until", "until 5\n"}, {"payload", "payload -\n"},
		{"payload", "payload " H64 " 256 text/plain\n"},
		{"object", "object -\nref " M2 ".1.9 " H64 "\n"}, {"audience", "audience " M2 "\n"},
		{"audience", "audience all@" H64 "\n"}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_bad(veiled_text, &bad[i], E_SYNTAX);
}

static void good_variants(void **state)
{
	static const struct bad_line good[] = {{"object", "object -\n"}, {"label", "label -\n"},
		{"label", "label a b\n"}, {"audience", "audience all@" H64 "\n"},
		{"audience", "audience " M1 "\n"}, {"payload", "payload -\n"},
		{"payload", "payload " H64 " 1114112 application/vnd.entente.batch\n"},
		{"until", "until -\n"}, {"act", "act -\n"}, {"seq", "seq 9223372036854775807\n"},
		{"time", "time 9223372036854775807.4294967295\n"},
		{"log", "log " M1 ".4294967295\n"}, {"log", "log " M1 ".0\n"},
		{"mode", "mode real\n"}, {"mode", "mode test\n"}};
	struct buf b CLEANUP_BUF = BUF(LIMIT_ENTRY_BYTES);
	struct text_lines t = text_lines(SLICE(sample_text));

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		text_replace(&t, text_find(&t, good[i].key), good[i].with, &b);
		assert_canonical(buf_slice(&b));
	}
}

/* The longest entry of each list fits; one more is refused. */
static void ceilings(void **state)
{
	static struct entry_ref ref[LIMIT_ENTRY_REFS + 1];
	static struct entry_seen seen[LIMIT_MEMBERS + 1];
	static struct id member[LIMIT_MEMBERS + 1];
	struct buf b CLEANUP_BUF = BUF(LIMIT_ENTRY_BYTES),
		     more CLEANUP_BUF = BUF(2 * LIMIT_ENTRY_BYTES);
	char label[ENTRY_LABEL_MAX + 8];
	struct text_lines t;
	struct entry e;

	(void)state;
	sample_entry(&e);
	for (unsigned i = 0; i < COUNT_OF(ref); i++) {
		ref[i] = (struct entry_ref){
			.member = sample_id(i), .epoch = UINT32_MAX, .seq = INT64_MAX};
		seen[i] = (struct entry_seen){
			.member = sample_id(i), .epoch = UINT32_MAX, .size = INT64_MAX};
		member[i] = sample_id(i);
	}
	memset(label, 'x', sizeof(label));
	label[3] = ' ';
	e.seq = INT64_MAX;
	e.ref = ref;
	e.seen = seen;
	e.member = member;
	e.n_ref = e.n_seen = e.n_member = 64;
	e.label = slice_of(label, ENTRY_LABEL_MAX);
	entry_print(&e, &b);
	assert_false(buf_over(&b));
	assert_canonical(buf_slice(&b));

	t = text_lines(buf_slice(&b));
	text_double(&t, text_find(&t, "ref "), &more);
	assert_int_equal(
		parse_code(buf_slice(&more)), E_SYNTAX); /* not distinct comes before too many */
	buf_clear(&more);
	for (size_t i = 0; i < t.n; i++) {
		buf_slice_add(&more, t.line[i]);
		if (i + 1 < t.n && slice_starts(t.line[i], "ref ") &&
			!slice_starts(t.line[i + 1], "ref "))
			buf_str(&more, "ref 7777777777777777777777777a.1.1 " H64 "\n");
	}
	assert_int_equal(parse_code(buf_slice(&more)), E_LIMIT);
	buf_clear(&more);
	for (size_t i = 0; i < t.n; i++) {
		buf_slice_add(&more, t.line[i]);
		if (i + 1 < t.n && slice_starts(t.line[i], "seen ") &&
			!slice_starts(t.line[i + 1], "seen "))
			buf_str(&more, "seen 7777777777777777777777777a.1 1\n");
	}
	assert_int_equal(parse_code(buf_slice(&more)), E_LIMIT);
}

static void too_long(void **state)
{
	struct buf b CLEANUP_BUF = BUF(2 * LIMIT_ENTRY_BYTES);

	(void)state;
	memset(buf_room(&b, LIMIT_ENTRY_BYTES + 1), '\n', LIMIT_ENTRY_BYTES + 1);
	assert_int_equal(parse_code(buf_slice(&b)), E_LIMIT);
	assert_int_equal(parse_code(slice_sub(buf_slice(&b), 0, LIMIT_ENTRY_BYTES)), E_SYNTAX);
}

/* No arena left for the lists: an error, not a crash. */
static void arena_full(void **state)
{
	struct arena small CLEANUP_ARENA = ARENA(16);
	struct why why = {0};
	struct entry e = {.seq = 999};

	(void)state;
	assert_int_equal(entry_parse(&e, &small, SLICE(sample_text), &why), E_LIMIT);
	assert_int_equal(e.seq, 999);
}

/* Which line is wrong. */
static void where(void **state)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_ENTRY_BYTES);
	struct text_lines t = text_lines(SLICE(sample_text));
	struct entry e;

	(void)state;
	for (size_t i = 0; i < t.n; i++) {
		struct why why = {0};
		char want[32];

		snprintf(want, sizeof(want), "line %zu", i + 1);
		text_replace(&t, i, "?\n", &b);
		assert_int_equal(parse(buf_slice(&b), &e, &why), E_SYNTAX);
		assert_string_equal(why.where, want);
	}
}

static void act_message(void **state)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_ENTRY_BYTES),
		     want CLEANUP_BUF = BUF(LIMIT_ENTRY_BYTES);
	struct text_lines t = text_lines(SLICE(sample_text));
	struct entry e;

	(void)state;
	buf_str(&want, "entente-act/1\n");
	for (size_t i = 0; i < t.n; i++)
		if (!slice_starts(t.line[i], "seq ") && !slice_starts(t.line[i], "time ") &&
			!slice_starts(t.line[i], "act "))
			buf_slice_add(&want, t.line[i]);
	assert_int_equal(parse(SLICE(sample_text), &e, NULL), 0);
	entry_act_message(&e, &b);
	assert_true(slice_eq(buf_slice(&b), buf_slice(&want)));

	/* Position and signature change nothing, anything else does. */
	e.seq++;
	e.time_ms++;
	e.has_act = false;
	buf_clear(&b);
	entry_act_message(&e, &b);
	assert_true(slice_eq(buf_slice(&b), buf_slice(&want)));
	e.log.epoch++;
	buf_clear(&b);
	entry_act_message(&e, &b);
	assert_false(slice_eq(buf_slice(&b), buf_slice(&want)));
}

static void print_broken(void)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_ENTRY_BYTES);
	struct entry e;

	sample_entry(&e);
	e.kind = SLICE("no kind");
	entry_print(&e, &b);
}

static void printing_a_broken_entry_stops(void **state)
{
	(void)state;
	assert_dies(print_broken);
}

static void kinds(void **state)
{
	static const char *const good[] = {
		"note/1", "rfa/offer/1", "a/65535", "a-b/c9/2", "state-digest/1"};
	static const char *const bad[] = {"", "/", "/1", "note", "note/", "note/a", "note/0",
		"note/-1", "note/01", "note/65536", "1note/1", "-note/1", "note/1/", "no te/1",
		"note//1", "Note/1", "note/9x/1/", "n\xc3\xb6te/1",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/1"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++)
		assert_true(kind_valid(slice_str(good[i])));
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		if (kind_valid(slice_str(bad[i])))
			fail_msg("%s", bad[i]);
}

static void medias(void **state)
{
	static const char *const good[] = {"text/plain", "application/vnd.entente.batch",
		"application/stix+json;version=2.1", "text/plain;charset=\"utf-8\"", "a/b;c=\"\"",
		"image/svg+xml;a=b;c=d"};
	static const char *const bad[] = {"", "-", "text", "text/", "/plain", "text/plain;",
		"text/plain;charset", "text/plain;charset=", "text/plain; charset=x",
		"text/plain;=x", "te xt/plain", "text/pl\xc3\xa4in", "text/plain;a=b c",
		"text/plain;a=\"b", "text/plain;a=b\"", "text/plain/x", "text/plain\n",
		"text/plain;;a=b", "text/plain;a=\"\\\""};
	char longest[ENTRY_MEDIA_MAX + 2];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++)
		if (!media_valid(slice_str(good[i])))
			fail_msg("%s", good[i]);
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		if (media_valid(slice_str(bad[i])))
			fail_msg("%s", bad[i]);
	memset(longest, 'a', sizeof(longest));
	longest[1] = '/';
	assert_true(media_valid(slice_of(longest, ENTRY_MEDIA_MAX)));
	assert_false(media_valid(slice_of(longest, ENTRY_MEDIA_MAX + 1)));
}

static void modes(void **state)
{
	enum mode m = MODE_TEST;

	(void)state;
	for (unsigned i = MODE_NONE; i <= MODE_TEST; i++) {
		assert_int_equal(mode_parse(slice_str(mode_name((enum mode)i)), &m), 0);
		assert_int_equal(m, i);
	}
	assert_true(mode_parse(SLICE(""), &m) < 0);
	assert_true(mode_parse(SLICE("REAL"), &m) < 0);
	assert_int_equal(m, MODE_TEST);
}

/* Padmé: the classes of a paper's example size and the bounds of the format. */
static void buckets(void **state)
{
	uint64_t before = 0;

	(void)state;
	assert_int_equal(payload_bucket(0), 256);
	assert_int_equal(payload_bucket(256), 256);
	assert_int_equal(payload_bucket(257), 272);
	assert_int_equal(payload_bucket(1000), 1024);
	assert_int_equal(payload_bucket(1025), 1088);
	assert_int_equal(payload_bucket(1000000), 1015808);
	assert_int_equal(payload_bucket(LIMIT_PAYLOAD_BYTES), LIMIT_PAYLOAD_BYTES);
	for (uint64_t n = 256; n < 300000; n += 1 + n / 977) {
		uint64_t bucket = payload_bucket(n);

		assert_true(bucket >= n && (bucket - n) * 100 <= n * 12);
		assert_true(bucket >= before && payload_bucket(bucket) == bucket);
		before = bucket;
	}
	assert_true(payload_bucket(UINT64_MAX) == UINT64_MAX);
}

/* Known answer, computed apart with another SHA-256. */
static void commitment(void **state)
{
	uint8_t salt[32];
	struct hash h;
	char hex[HEX_LEN(32) + 1];

	(void)state;
	for (unsigned i = 0; i < sizeof(salt); i++)
		salt[i] = (uint8_t)i;
	h = payload_commit(salt, SLICE("hello"));
	hex_encode(h.b, sizeof(h.b), hex);
	assert_string_equal(
		hex, "c76bf40914bfce81fa9e6156ac74c176671c670653950361455fa6d4a1b76a6b");
}

static int arena_drop(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(golden),
		cmocka_unit_test(golden_veiled), cmocka_unit_test(printed),
		cmocka_unit_test(lines_missing_doubled_swapped), cmocka_unit_test(cut_and_trailing),
		cmocka_unit_test(strange_bytes), cmocka_unit_test(one_byte_changed),
		cmocka_unit_test(bad_position), cmocka_unit_test(bad_subject),
		cmocka_unit_test(bad_rest), cmocka_unit_test(veiled_shows_nothing),
		cmocka_unit_test(good_variants), cmocka_unit_test(ceilings),
		cmocka_unit_test(too_long), cmocka_unit_test(arena_full), cmocka_unit_test(where),
		cmocka_unit_test(act_message), cmocka_unit_test(printing_a_broken_entry_stops),
		cmocka_unit_test(kinds), cmocka_unit_test(medias), cmocka_unit_test(modes),
		cmocka_unit_test(buckets), cmocka_unit_test(commitment)};

	crypt_init();
	return cmocka_run_group_tests(tests, NULL, arena_drop);
}
