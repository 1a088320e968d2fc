/*
 * ingest.c: what taking in STIX costs, until it is on disk and in the log; and stores that are full of it.
 *
 *	bench_core found DIR
 *	bench_ingest bundle DIR FILE TIMES    a bundle again and again, each time under other ids; beside it the very rows by SQLite alone, by turns
 *	bench_ingest fill DIR INDICATORS      so many small indicators, in bundles
 *
 * One line of JSON for each time: what was there before, and processor and wall seconds of both. What is done a moment later, full text and references, is counted
 * apart.
 */
#include "bench.h"
#include "ingest_raw.h"

#include "node/record.h"
#include "work/all.h"
#include "work/cyber/index.h"
#include "work/cyber/ingest.h"

#include <stdio.h>

#define FILL_BUNDLE 50000

struct taking {
	struct couple c;
	uint64_t commits, stored;
	int64_t log_row;
};

static int write_drafts(void *ctx, const struct id *coalition, const struct draft *d, size_t n,
	struct written *ret, struct why *why)
{
	struct taking *t = ctx;

	t->commits++;
	return node_write(t->c.node[0], t->c.db[0], coalition, d, n, ret, why);
}

static void file_read(const char *path, struct buf *ret)
{
	FILE *f = fopen(path, "rb");
	uint8_t piece[8192];
	size_t n;

	if (!f)
		die(path, &(struct why){.text = "cannot be opened"});
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_add(ret, piece, n);
	fclose(f);
	if (buf_over(ret))
		die(path, &(struct why){.text = "is too large"});
}

/* ---- other ids ---- */

static bool hex8(const uint8_t *p)
{
	for (int i = 0; i < 8; i++)
		if (!(p[i] >= '0' && p[i] <= '9') && !(p[i] >= 'a' && p[i] <= 'f'))
			return false;
	return p[8] == '-';
}

/* Adds `by` to the first group of every UUID behind "--", so that references still hold; markings keep theirs, else nobody knew what they mean. */
static void ids_shift(struct buf *text, uint32_t by)
{
	static const char marking[] = "marking-definition";
	size_t n = sizeof(marking) - 1;

	for (size_t i = n; i + 11 < text->n; i++) {
		uint8_t *p = text->p + i;
		char group[9];

		if (p[0] != '-' || p[1] != '-' || !hex8(p + 2) || memcmp(p - n, marking, n) == 0)
			continue;
		memcpy(group, p + 2, 8);
		group[8] = '\0';
		/* Spread as random ones are. */
		snprintf(group, sizeof(group), "%08x",
			(uint32_t)strtoul(group, NULL, 16) + by * 0x9e3779b1U);
		memcpy(p + 2, group, 8);
	}
}

/* ---- taking in ---- */

static void take(struct taking *t, struct slice text, struct ingest_result *ret)
{
	struct arena arena CLEANUP_ARENA = ARENA(256 * 1024 * 1024);
	struct ingest in = {.node = t->c.node[0],
		.db = t->c.db[0],
		.coalition = t->c.coalition,
		.mode = MODE_REAL,
		.label = SLICE("measured UNCLASSIFIED"),
		.all = true,
		.write = write_drafts,
		.ctx = t};
	struct source source;
	struct why why = {0};

	TRY_OR_DIE(stix_source_open(&source, -1, text, &why), &why);
	TRY_OR_DIE(ingest_run(&in, &source, &arena, ret, &why), &why);
	stix_source_close(&source);
	if (ret->n[VERDICT_WRITTEN] == 0)
		die("ingest", &(struct why){.text = "nothing was written"});
	t->stored += ret->n[VERDICT_WRITTEN];
}

/* What `entente serve` does a moment later. */
static struct spent later(struct taking *t)
{
	struct spent began = spent_now();
	struct why why = {0};
	bool more;
	int rc = node_todo(t->c.node[0], t->c.db[0], &more, &why);

	while (rc == 0 && stix_index_run(t->c.db[0], &why) == 1)
		continue;
	if (rc < 0)
		die("later", &why);
	return spent_minus(spent_now(), began);
}

static uint64_t log_size(struct taking *t)
{
	uint64_t size;

	t->log_row = couple_log(&t->c, 0, &t->c.node[0]->self, &size);
	return size;
}

static void round_run(struct taking *t, struct slice text, struct ingest_raw *raw)
{
	uint64_t from = log_size(t), before = t->stored, commits = t->commits, rows;
	struct ingest_result result = {0};
	struct spent began = spent_now(), ours, theirs, after;
	struct out out;

	take(t, text, &result);
	ours = spent_minus(spent_now(), began);
	theirs = ingest_raw_insert(raw, t->log_row, from, log_size(t), t->commits - commits, &rows);
	after = later(t);
	out_begin(&out, "ingest");
	out_count(&out, "stored_before", before);
	out_count(&out, "objects", result.n[VERDICT_WRITTEN]);
	out_count(&out, "bytes", text.n);
	out_count(&out, "commits", t->commits - commits);
	out_num(&out, "wall_s", ours.wall_s);
	out_num(&out, "cpu_s", ours.cpu_s);
	out_count(&out, "raw_rows", rows);
	out_num(&out, "raw_wall_s", theirs.wall_s);
	out_num(&out, "raw_cpu_s", theirs.cpu_s);
	out_num(&out, "later_cpu_s", after.cpu_s);
	out_end(&out);
}

static int bundle_run(struct taking *t, const char *dir, char **argv)
{
	struct buf text CLEANUP_BUF = BUF((size_t)2 << 30);
	uint64_t times = number_of_text(argv[1]);
	char path[4096];

	file_read(argv[0], &text);
	snprintf(path, sizeof(path), "%s/raw.db", dir);
	const char *source = t->c.node[0]->database;
	if (strncmp(source, "sqlite:", 7) != 0)
		die("bundle", &(struct why){.text = "the node is not on SQLite"});
	struct ingest_raw *raw = ingest_raw_open(source + 7, path);
	for (uint64_t i = 0; i < times; i++) {
		if (i)
			ids_shift(&text, 1);
		round_run(t, buf_slice(&text), raw);
	}
	ingest_raw_close(&raw);
	return 0;
}

/* ---- small indicators ---- */

static void indicator_add(struct buf *b, uint64_t i)
{
	uint64_t x = (i + 1) * 0x9e3779b97f4a7c15ULL, y = x ^ x >> 29;

	buf_addf(b,
		"{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--%08x-%04x-4%03x-8%03x-%012llx\","
		"\"created\":\"2026-01-01T00:00:00.000Z\",\"modified\":\"2026-01-01T00:00:00.000Z\","
		"\"pattern\":\"[domain-name:value = 'c%llx.example']\",\"pattern_type\":\"stix\","
		"\"valid_from\":\"2026-01-01T00:00:00Z\",\"indicator_types\":[\"malicious-activity\"]}",
		(unsigned)(y & 0xffffffff), (unsigned)(y >> 32 & 0xffff),
		(unsigned)(y >> 48 & 0xfff), (unsigned)(x >> 20 & 0xfff), (unsigned long long)i,
		(unsigned long long)y);
}

static int fill_run(struct taking *t, const char *dir, char **argv)
{
	uint64_t n = number_of_text(argv[0]);
	struct spent began = spent_now(), s;
	struct ingest_result result;
	struct out out;

	(void)dir;
	for (uint64_t i = 0; i < n;) {
		struct buf b CLEANUP_BUF = BUF((size_t)256 << 20);

		buf_str(&b, "{\"objects\":[");
		for (uint64_t k = 0; k < FILL_BUNDLE && i < n; k++, i++) {
			if (k)
				buf_byte(&b, ',');
			indicator_add(&b, i);
		}
		buf_str(&b, "]}");
		result = (struct ingest_result){0};
		take(t, buf_slice(&b), &result);
	}
	s = spent_minus(spent_now(), began);
	out_begin(&out, "fill");
	out_count(&out, "objects", t->stored);
	out_num(&out, "wall_s", s.wall_s);
	out_num(&out, "cpu_s", s.cpu_s);
	out_num(&out, "later_cpu_s", later(t).cpu_s);
	out_end(&out);
	return 0;
}

static const struct {
	const char *name, *args;
	int n;
	int (*run)(struct taking *t, const char *dir, char **argv);
} commands[] = {
	{"bundle", "DIR FILE TIMES", 3, bundle_run},
	{"fill", "DIR INDICATORS", 2, fill_run},
};

int main(int argc, char **argv)
{
	struct taking t = {0};

	crypt_init();
	work_register();
	for (size_t i = 0; argc > 1 && i < sizeof(commands) / sizeof(*commands); i++) {
		if (strcmp(argv[1], commands[i].name) != 0 || argc - 2 != commands[i].n)
			continue;
		couple_open(&t.c, argv[2], true, false);
		commands[i].run(&t, argv[2], argv + 3);
		couple_close(&t.c);
		return 0;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		fprintf(stderr, "bench_ingest %s %s\n", commands[i].name, commands[i].args);
	return 64;
}
