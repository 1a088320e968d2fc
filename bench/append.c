/*
 * append.c: notes written on A through the queue by some writers at once, and then the very rows
 * that this left behind inserted once more without us, in as many transactions: by turns, so that
 * both meet the same disk.
 */
#include "bench.h"

#include "base/report.h"

#include <pthread.h>
#include <unistd.h>

#define NOTE_BYTES 600

struct appending {
	struct queue *queue;
	struct couple *couple;
	struct id member[2];
	atomic_ullong commits;
};

struct writer {
	pthread_t thread;
	struct appending *a;
	uint64_t from, to;
	struct times took;
};

static void committed(void *ctx)
{
	struct appending *a = ctx;

	atomic_fetch_add(&a->commits, 1);
}

static void *writer_run(void *arg)
{
	struct writer *w = arg;
	struct buf text CLEANUP_BUF = BUF(64 * 1024);

	for (uint64_t i = w->from; i < w->to; i++) {
		struct why why = {0};
		struct written written;
		struct draft d;
		double began;

		buf_clear(&text);
		note_json(i, NOTE_BYTES, &text);
		d = couple_draft(w->a->member, false, buf_slice(&text));
		began = mono_s();
		TRY_OR_DIE(
			queue_write(w->a->queue, &w->a->couple->coalition, &d, 1, &written, &why),
			&why);
		w->took.s[w->took.n++] = mono_s() - began;
	}
	return NULL;
}

/* One round: `n` entries by all writers together. Their times are added to `took`. */
static struct spent round_run(
	struct appending *a, size_t writers, uint64_t first, uint64_t n, struct times *took)
{
	struct writer *w = mem_zero_alloc(writers, sizeof(*w));
	struct spent from = spent_now(), s;

	for (size_t i = 0; i < writers; i++) {
		w[i].a = a;
		w[i].from = first + n * i / writers;
		w[i].to = first + n * (i + 1) / writers;
		w[i].took = times_new(w[i].to - w[i].from + 1);
		if (pthread_create(&w[i].thread, NULL, writer_run, &w[i]) != 0)
			die("append", &(struct why){.text = "no thread"});
	}
	for (size_t i = 0; i < writers; i++)
		pthread_join(w[i].thread, NULL);
	s = spent_minus(spent_now(), from);
	for (size_t i = 0; i < writers; i++) {
		memcpy(took->s + took->n, w[i].took.s, w[i].took.n * sizeof(*took->s));
		took->n += w[i].took.n;
		times_free(&w[i].took);
	}
	mem_free(w);
	return s;
}

static struct raw *raw_open(const struct couple *c, char *path, size_t path_n)
{
	struct slice url = slice_str(c->node[0]->database);

	if (!slice_take(&url, "sqlite:"))
		return raw_postgres_open(c->node[0]->database);
	snprintf(path, path_n, "%s/raw.db", c->dir[0]);
	return raw_sqlite_open((const char *)url.p, path);
}

static void raw_remove(const char *path)
{
	char name[4200];

	snprintf(name, sizeof(name), "%s-wal", path);
	unlink(name);
	snprintf(name, sizeof(name), "%s-shm", path);
	unlink(name);
	unlink(path);
}

static void report_append(struct appending *a, size_t writers, uint64_t entries, struct spent ours,
	struct spent raw, struct times *took)
{
	struct out out;

	out_begin(&out, "append");
	out_text(&out, "store", db_is_postgres(a->couple->db[0]) ? "PostgreSQL" : "SQLite");
	out_count(&out, "writers", writers);
	out_count(&out, "entries", entries);
	out_count(&out, "commits", atomic_load(&a->commits));
	out_num(&out, "wall_s", ours.wall_s);
	out_num(&out, "cpu_s", ours.cpu_s);
	out_num(&out, "raw_wall_s", raw.wall_s);
	out_num(&out, "raw_cpu_s", raw.cpu_s);
	out_num(&out, "write_p50_ms", 1e3 * times_quantile(took, 0.5));
	out_num(&out, "write_p99_ms", 1e3 * times_quantile(took, 0.99));
	out_end(&out);
}

int bench_append(int argc, char **argv)
{
	size_t writers = number_of_text(argv[1]);
	uint64_t entries = number_of_text(argv[2]), rounds = number_of_text(argv[3]), size, after;
	struct spent ours = {0}, raw_spent = {0};
	struct times took = times_new(entries + 1);
	struct appending a = {0};
	struct why why = {0};
	struct couple c;
	char path[4096] = "";

	(void)argc;
	couple_open(&c, argv[0], true, false);
	a.couple = &c;
	couple_members(&c, a.member);
	int64_t row = couple_log(&c, 0, &c.node[0]->self, &size);
	struct raw *raw = raw_open(&c, path, sizeof(path));
	TRY_OR_DIE(queue_start(&a.queue, c.node[0], committed, &a, &why), &why);
	for (uint64_t r = 0; r < rounds; r++) {
		uint64_t from = entries * r / rounds, n = entries * (r + 1) / rounds - from;
		uint64_t commits = atomic_load(&a.commits);

		ours = spent_plus(ours, round_run(&a, writers, from, n, &took));
		commits = atomic_load(&a.commits) - commits;
		couple_log(&c, 0, &c.node[0]->self, &after);
		if (after != size + n)
			die("append",
				&(struct why){.text = "the log has not grown by what was written"});
		raw_spent = spent_plus(raw_spent, raw_insert(raw, row, size, after, commits));
		size = after;
	}
	queue_stop(&a.queue);
	report_append(&a, writers, entries, ours, raw_spent, &took);
	raw_close(&raw);
	if (path[0])
		raw_remove(path);
	times_free(&took);
	couple_close(&c);
	return 0;
}
