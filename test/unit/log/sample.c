#include "sample.h"

struct id sample_id(unsigned n)
{
	struct id id = {{0}};

	id.b[0] = (uint8_t)n;
	id.b[15] = (uint8_t)(n ^ 0xa5);
	return id;
}

struct hash sample_hash(unsigned n)
{
	char text[32];

	snprintf(text, sizeof(text), "hash %u", n);
	return hash_bytes(slice_str(text));
}

struct log_id sample_log(void)
{
	return (struct log_id){.coalition = sample_id(200), .member = sample_id(1), .epoch = 1};
}

void sample_entry(struct entry *e)
{
	static struct entry_ref ref[2];
	static struct entry_seen seen[2];
	static struct id member[2];

	for (unsigned i = 0; i < 2; i++) {
		ref[i] = (struct entry_ref){
			.member = sample_id(2), .epoch = 1, .seq = 9 + i, .leaf = sample_hash(i)};
		seen[i] = (struct entry_seen){.member = sample_id(2 + i), .epoch = 1, .size = 17};
		member[i] = sample_id(2 + i);
	}
	*e = (struct entry){.log = sample_log(),
		.seq = 41,
		.time_ms = 1773826200000,
		.time_counter = 3,
		.mode = MODE_EXERCISE,
		.kind = SLICE("rfa/offer/1"),
		.has_object = true,
		.object = {.owner = sample_id(1), .name = sample_id(77)},
		.ref = ref,
		.n_ref = 2,
		.seen = seen,
		.n_seen = 2,
		.label = SLICE("pact RESTRICTED topic=cyber,relief tlp=AMBER+STRICT"),
		.audience = AUDIENCE_LIST,
		.member = member,
		.n_member = 2,
		.has_payload = true,
		.commit = sample_hash(5),
		.bucket = 1024,
		.media = SLICE("text/plain;charset=utf-8"),
		.until_ms = 1805362200000,
		.has_act = true,
		.officer = sample_id(9)};
	memset(e->act.b, 0x5c, sizeof(e->act.b));
}

void sample_print(const struct log_id *log, uint64_t seq, struct buf *b)
{
	struct entry e = {.log = *log,
		.seq = seq,
		.time_ms = 1773826200000 + (int64_t)seq,
		.mode = MODE_REAL,
		.kind = SLICE("note/1"),
		.audience = AUDIENCE_ALL,
		.roll = sample_hash(1)};

	entry_print(&e, b);
}

void sample_note(const struct checkpoint *c, const struct seckey *key, struct buf *b)
{
	struct buf text CLEANUP_BUF = BUF(KIB);
	char origin[ORIGIN_MAX];

	checkpoint_print(&text, c);
	origin_format(&c->log, origin);
	buf_slice_add(b, buf_slice(&text));
	buf_byte(b, '\n');
	note_sign(b, buf_slice(&text), slice_str(origin), key);
}

struct text_lines text_lines(struct slice text)
{
	struct text_lines t = {.n = 0};
	struct slice line;

	while (slice_cut_exact(&text, '\n', &line)) {
		assert_true(t.n < COUNT_OF(t.line));
		line.n++;
		t.line[t.n++] = line;
	}
	assert_int_equal(text.n, 0);
	return t;
}

void text_replace(const struct text_lines *t, size_t at, const char *with, struct buf *b)
{
	assert_true(at < t->n);
	buf_clear(b);
	for (size_t i = 0; i < t->n; i++)
		if (i != at)
			buf_slice_add(b, t->line[i]);
		else if (with != NULL)
			buf_str(b, with);
}

void text_swap(const struct text_lines *t, size_t a, size_t c, struct buf *b)
{
	buf_clear(b);
	for (size_t i = 0; i < t->n; i++)
		buf_slice_add(b, t->line[i == a ? c : i == c ? a : i]);
}

void text_double(const struct text_lines *t, size_t at, struct buf *b)
{
	buf_clear(b);
	for (size_t i = 0; i < t->n; i++) {
		buf_slice_add(b, t->line[i]);
		if (i == at)
			buf_slice_add(b, t->line[i]);
	}
}

size_t text_find(const struct text_lines *t, const char *prefix)
{
	for (size_t i = 0; i < t->n; i++)
		if (slice_starts(t->line[i], prefix))
			return i;
	fail_msg("no line starts with \"%s\"", prefix);
	return 0;
}
