/*
 * test_match.c: streams: whatever a log comes through (a file, a pipe that gives a few bytes at a time, gzip, zstd) and however long its lines are, the
 * hits are those of the bytes as a whole; and what is told of a hit.
 */
#include "sample_pack.h"

#include "work/cyber/match.h"

#include <fcntl.h>
#include <pthread.h>
#include <zlib.h>
#include <zstd.h>

static const struct listed list[] = {
	{PACK_IPV4, "203.0.113.77"},
	{PACK_DOMAIN, "evil.example"},
	{PACK_URL, "http://evil.example/a"},
	{PACK_MD5, "d41d8cd98f00b204e9800998ecf8427e"},
	{PACK_FILE, "dropper.exe"},
};

struct got {
	struct buf text;
	uint64_t sum, n;
};

static void tell(void *ctx, const struct match_hit *h)
{
	struct got *g = ctx;

	g->n++;
	g->sum += h->offset * 31 + h->line * 7 + h->scan->entry;
	buf_addf(&g->text, "%llu@%llu %s%.*s ", (unsigned long long)h->line,
		(unsigned long long)h->offset, h->field.n ? "in " : "", SLICE_FMT(h->field));
}

static struct match_run run_of(struct pack *p, struct got *g, int64_t now)
{
	*g = (struct got){.text = BUF(4 * MIB)};
	return (struct match_run){.pack = p, .now_ms = now, .tell = tell, .ctx = g};
}

static int temporary(char path[64], const void *p, size_t n)
{
	int fd;

	snprintf(path, 64, "/tmp/test_match_XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	for (size_t at = 0; at < n;) {
		ssize_t put = write(fd, (const uint8_t *)p + at, n - at);

		assert_true(put > 0);
		at += (size_t)put;
	}
	lseek(fd, 0, SEEK_SET);
	return fd;
}

/* Lines of all lengths, some longer than a piece, with keys here and there. */
static void log_make(struct buf *b, struct env *env, size_t bytes)
{
	while (b->n < bytes) {
		uint64_t words = env_below(env, 100) ? env_below(env, 30) : env_below(env, 60000);

		for (uint64_t i = 0; i < words; i++) {
			if (env_below(env, 400) == 0)
				buf_str(b, list[env_below(env, COUNT_OF(list))].value);
			else
				buf_addf(b, "w%llu.x", (unsigned long long)env_below(env, 100000));
			buf_byte(b, (uint8_t) " \t\"<|"[env_below(env, 5)]);
		}
		buf_byte(b, '\n');
	}
}

struct feed {
	int fd;
	const struct buf *b;
};

static void *feeder(void *ctx)
{
	struct feed *f = ctx;
	size_t at = 0, step = 1;

	while (at < f->b->n) {
		size_t n = f->b->n - at < step ? f->b->n - at : step;
		ssize_t put = write(f->fd, f->b->p + at, n);

		if (put <= 0)
			break;
		at += (size_t)put;
		step = step * 7 % 9973 + 1;
	}
	close(f->fd);
	return NULL;
}

static void through_pipe(struct match_run *run, const struct buf *b)
{
	struct feed f = {.b = b};
	struct stream *s;
	pthread_t thread;
	struct why why = {0};
	int fd[2];

	assert_int_equal(pipe(fd), 0);
	f.fd = fd[1];
	assert_int_equal(pthread_create(&thread, NULL, feeder, &f), 0);
	s = match_stream_of(fd[0], "pipe");
	if (match_stream(run, s, "pipe", &why) < 0)
		fail_msg("%s: %s", why.where, why.text);
	match_stream_close(&s);
	close(fd[0]);
	pthread_join(thread, NULL);
}

static void through_file(struct match_run *run, const void *p, size_t n)
{
	char path[64];
	struct why why = {0};
	int fd = temporary(path, p, n);

	close(fd);
	if (match_file(run, path, &why) < 0)
		fail_msg("%s: %s", why.where, why.text);
	unlink(path);
}

/* Two members, as if appended to. */
static void gzip_of(const struct buf *b, struct buf *ret)
{
	for (int half = 0; half < 2; half++) {
		size_t from = half ? b->n / 2 : 0, n = half ? b->n - from : b->n / 2,
		       bound = compressBound(n) + 64;
		z_stream z = {0};
		uint8_t *out = buf_room(ret, bound);

		assert_int_equal(
			deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
		z.next_in = b->p + from;
		z.avail_in = (unsigned)n;
		z.next_out = out;
		z.avail_out = (unsigned)bound;
		assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
		buf_cut(ret, ret->n - z.avail_out);
		deflateEnd(&z);
	}
}

static void test_same_hits(void **state)
{
	struct buf bytes CLEANUP_BUF = BUF(LIMIT_PACK_BYTES), text CLEANUP_BUF = BUF(64 * MIB),
			 packed CLEANUP_BUF = BUF(64 * MIB);
	struct pack *p CLEANUP_PACK = sample_pack(list, COUNT_OF(list), &bytes);
	struct env_fake fake;
	struct env env;
	struct got want, got;
	struct match_run run;
	uint64_t lines = 0;

	(void)state;
	env_fake_init(&fake, 11, SAMPLE_NOW);
	env = env_of_fake(&fake);
	log_make(&text, &env, 3 * MIB);
	buf_str(&text, "and the last line ends without evil.example");
	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n';
	run = run_of(p, &want, SAMPLE_NOW);
	through_file(&run, text.p, text.n);
	assert_true(want.n > 500);
	assert_int_equal(run.lines, lines + 1);
	assert_int_equal(run.bytes, text.n);
	assert_int_equal(run.skipped, 0);

	run = run_of(p, &got, SAMPLE_NOW);
	through_pipe(&run, &text);
	assert_true(slice_eq(buf_slice(&got.text), buf_slice(&want.text)));
	buf_free(&got.text);

	gzip_of(&text, &packed);
	run = run_of(p, &got, SAMPLE_NOW);
	through_file(&run, packed.p, packed.n);
	assert_true(slice_eq(buf_slice(&got.text), buf_slice(&want.text)));
	buf_free(&got.text);

	buf_clear(&packed);
	{
		uint8_t *out = buf_room(&packed, ZSTD_compressBound(text.n));
		size_t n = ZSTD_compress(out, ZSTD_compressBound(text.n), text.p, text.n, 1);

		assert_false(ZSTD_isError(n));
		buf_cut(&packed, n);
	}
	run = run_of(p, &got, SAMPLE_NOW);
	through_pipe(&run, &packed);
	assert_true(slice_eq(buf_slice(&got.text), buf_slice(&want.text)));
	buf_free(&got.text);
	buf_free(&want.text);
}

/* Counted slowly: what stands between separators is one of the values, or contains it as it may. */
static void test_right_hits(void **state)
{
	struct buf bytes CLEANUP_BUF = BUF(LIMIT_PACK_BYTES), text CLEANUP_BUF = BUF(64 * MIB);
	struct pack *p CLEANUP_PACK = sample_pack(list, COUNT_OF(list), &bytes);
	struct env_fake fake;
	struct env env;
	struct got got;
	struct match_run run;
	uint64_t sum = 0, n = 0, line = 1;

	(void)state;
	env_fake_init(&fake, 12, SAMPLE_NOW);
	env = env_of_fake(&fake);
	log_make(&text, &env, MIB);
	for (size_t i = 0; i < text.n; i++) {
		line += i && text.p[i - 1] == '\n';
		for (size_t k = 0; k < COUNT_OF(list); k++) {
			size_t length = strlen(list[k].value);

			if (i + length <= text.n &&
				memcmp(text.p + i, list[k].value, length) == 0 &&
				(i == 0 || strchr(" \t\"<|\n/", text.p[i - 1])) &&
				(i + length == text.n ||
					strchr(" \t\"<|\n/", text.p[i + length]))) {
				sum += i * 31 + line * 7;
				n++;
			}
		}
	}
	run = run_of(p, &got, SAMPLE_NOW);
	through_file(&run, text.p, text.n);
	assert_int_equal(got.n, n);
	{
		struct slice rest = buf_slice(&got.text), one;
		uint64_t told = 0;

		while (slice_cut(&rest, ' ', &one)) {
			struct slice head;
			uint64_t a, b;

			if (!slice_cut_exact(&one, '@', &head))
				continue;
			assert_int_equal(slice_u64(head, &a), 0);
			assert_int_equal(slice_u64(one, &b), 0);
			told += b * 31 + a * 7;
		}
		assert_int_equal(told, sum);
	}
	buf_free(&got.text);
}

/* A token longer than a piece is passed over; what stands around it is not. */
static void test_endless_token(void **state)
{
	struct buf bytes CLEANUP_BUF = BUF(LIMIT_PACK_BYTES), text CLEANUP_BUF = BUF(64 * MIB);
	struct pack *p CLEANUP_PACK = sample_pack(list, COUNT_OF(list), &bytes);
	struct got got;
	struct match_run run;

	(void)state;
	buf_str(&text, "evil.example ");
	for (size_t i = 0; i < 5 * MIB; i++)
		buf_byte(&text, i % 20 ? 'a' : '.');
	buf_str(&text, " 203.0.113.77\nevil.example\n");
	run = run_of(p, &got, SAMPLE_NOW);
	through_file(&run, text.p, text.n);
	assert_int_equal(got.n, 3);
	assert_int_equal(run.lines, 2);
	assert_true(run.skipped > 4 * MIB);
	buf_free(&got.text);
}

static void test_broken(void **state)
{
	static const char *const heads[] = {"\x1f\x8b\x08", "\x1f\x8b\xff\xff\xff\xff",
		"\x28\xb5\x2f\xfd", "\x28\xb5\x2f\xfd\xff\xff\xff"};
	struct buf bytes CLEANUP_BUF = BUF(LIMIT_PACK_BYTES);
	struct pack *p CLEANUP_PACK = sample_pack(list, COUNT_OF(list), &bytes);
	struct got got;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(heads); i++) {
		struct match_run run = run_of(p, &got, SAMPLE_NOW);
		struct why why = {0};
		char path[64];
		int fd = temporary(path, heads[i], strlen(heads[i]));

		close(fd);
		assert_int_equal(match_file(&run, path, &why), E_SYNTAX);
		assert_true(why.where[0] && why.text[0]);
		unlink(path);
		buf_free(&got.text);
	}
	{
		struct match_run run = run_of(p, &got, SAMPLE_NOW);

		assert_int_equal(match_file(&run, "/nonexistent/log", NULL), E_MISSING);
		through_file(&run, "", 0);
		assert_int_equal(run.lines, 0);
		assert_int_equal(got.n, 0);
		buf_free(&got.text);
	}
}

static const struct {
	const char *text, *want;
} fields[] = {
	{"{\"a\":1,\"net\":{\"ips\":[\"x\",\"203.0.113.77\"]},\"u\":\"q evil.example\"}\n",
		"1@26 in net.ips[1] 1@49 in u "},
	{"#separator \\x09\n#fields\tts\tid.orig_h\tid.resp_h\nx\ty\t203.0.113.77\n",
		"3@51 in id.resp_h "},
	{"plain 203.0.113.77\n", "1@6  "},
};

static void test_fields(void **state)
{
	struct buf bytes CLEANUP_BUF = BUF(LIMIT_PACK_BYTES), line CLEANUP_BUF = BUF(KIB);
	struct pack *p CLEANUP_PACK = sample_pack(list, COUNT_OF(list), &bytes);
	struct match_columns c = {0};
	struct got got;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		struct match_run run = run_of(p, &got, SAMPLE_NOW);

		through_file(&run, fields[i].text, strlen(fields[i].text));
		assert_string_equal(buf_cstr(&got.text), fields[i].want);
		buf_free(&got.text);
	}
	assert_int_equal(match_format_of(SLICE("a,b\n"), "x.csv.gz"), FORMAT_CSV);
	match_columns_header(&c, FORMAT_CSV, SLICE("time,\"the host\",note"));
	assert_true(match_field(FORMAT_CSV, &c, SLICE("1,evil.example,x"), 2, &line));
	assert_string_equal(buf_cstr(&line), "the host");
	buf_clear(&line);
	assert_true(match_field(FORMAT_CSV, &c, SLICE("1,\"a,b\",evil.example"), 9, &line));
	assert_string_equal(buf_cstr(&line), "note");
	match_columns_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_hits),
		cmocka_unit_test(test_right_hits),
		cmocka_unit_test(test_endless_token),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_fields),
	};

	crypt_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
