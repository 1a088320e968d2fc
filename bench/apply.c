/* apply.c: a long log, made by A, taken over by B through the checks of receipt, and folded again.
 */
#include "bench.h"

#include "base/limits.h"
#include "base/report.h"
#include "node/record.h"

#include <sys/resource.h>

int bench_found(int argc, char **argv)
{
	struct couple_options o = {.dir = argv[0]};
	struct out out;

	if (argc > 1 && argv[1][0])
		o.database[0] = argv[1];
	if (argc == 6) {
		for (int i = 0; i < 2; i++) {
			o.listen[i] = argv[2 + 2 * i];
			o.peer_listen[i] = argv[3 + 2 * i];
		}
	}
	couple_found(&o);
	out_begin(&out, "found");
	out_end(&out);
	return 0;
}

/* ---- fill ---- */

#define FILL_SINGLE 1000 /* drafts in one transaction */
#define FILL_BATCH  4

static size_t fill_contents(uint64_t *i, uint64_t to, bool batch, size_t bytes, struct buf *content)
{
	size_t n = 0;

	for (; *i < to && n < (batch ? FILL_BATCH : FILL_SINGLE); n++) {
		buf_clear(&content[n]);
		if (batch) {
			uint64_t left = to - *i;

			note_batch(i, bytes,
				left < LIMIT_BATCH_OBJECTS ? (size_t)left : LIMIT_BATCH_OBJECTS,
				&content[n]);
		} else {
			note_json((*i)++, bytes, &content[n]);
		}
	}
	return n;
}

int bench_fill(int argc, char **argv)
{
	uint64_t objects = number_of_text(argv[1]), i = 0, entries = 0;
	bool batch = strcmp(argv[2], "batch") == 0;
	size_t bytes = number_of_text(argv[3]);
	struct buf *content = mem_zero_alloc(FILL_SINGLE, sizeof(*content));
	struct written *written = mem_zero_alloc(FILL_SINGLE, sizeof(*written));
	struct draft *draft = mem_zero_alloc(FILL_SINGLE, sizeof(*draft));
	struct why why = {0};
	struct id member[2];
	struct couple c;
	struct out out;

	(void)argc;
	couple_open(&c, argv[0], true, false);
	couple_members(&c, member);
	for (size_t n = 0; n < FILL_SINGLE; n++)
		buf_init(&content[n], batch ? LIMIT_PAYLOAD_CONTENT : 64 * KIB);
	struct spent from = spent_now();
	while (i < objects) {
		size_t n = fill_contents(&i, objects, batch, bytes, content);

		for (size_t k = 0; k < n; k++)
			draft[k] = couple_draft(member, batch, buf_slice(&content[k]));
		TRY_OR_DIE(node_write(c.node[0], c.db[0], &c.coalition, draft, n, written, &why),
			&why);
		entries += n;
	}
	struct spent s = spent_minus(spent_now(), from);
	out_begin(&out, "fill");
	out_count(&out, "objects", i);
	out_count(&out, "entries", entries);
	out_num(&out, "wall_s", s.wall_s);
	out_num(&out, "cpu_s", s.cpu_s);
	out_end(&out);
	for (size_t n = 0; n < FILL_SINGLE; n++)
		buf_free(&content[n]);
	mem_free(content);
	mem_free(written);
	mem_free(draft);
	couple_close(&c);
	return 0;
}

/* ---- apply ---- */

static uint64_t rss_peak(void)
{
	struct rusage u;

	MUST(getrusage(RUSAGE_SELF, &u) == 0);
	return (uint64_t)u.ru_maxrss * KIB;
}

int bench_apply(int argc, char **argv)
{
	struct pull_result r;
	struct couple c;
	struct out out;
	uint64_t size, size_a;

	(void)argc;
	couple_open(&c, argv[0], true, true);
	struct id author = c.node[0]->self;
	struct link l = link_new(c.node[0], c.db[0], &c.node[1]->self);
	struct spent from = spent_now();
	couple_pull(&c, 1, &l, &r);
	struct spent s = spent_minus(spent_now(), from);
	int64_t row_a = couple_log(&c, 0, &author, &size_a);
	int64_t row = couple_log(&c, 1, &author, &size);
	uint64_t objects = couple_items(&c, 1, row);

	if (size != size_a || objects != couple_items(&c, 0, row_a))
		die("apply", &(struct why){.text = "B has not got what A has"});
	out_begin(&out, "apply");
	out_count(&out, "entries", r.entries);
	out_count(&out, "payloads", r.payloads);
	out_count(&out, "objects", objects);
	out_count(&out, "calls", l.calls);
	out_count(&out, "bytes", l.bytes);
	out_num(&out, "wall_s", s.wall_s);
	out_num(&out, "cpu_s", s.cpu_s - l.serving.cpu_s);
	out_num(&out, "serving_cpu_s", l.serving.cpu_s);
	out_num(&out, "heads_cpu_s", l.receiving[LINK_HEADS].cpu_s);
	out_num(&out, "entries_cpu_s", l.receiving[LINK_ENTRIES].cpu_s);
	out_num(&out, "payloads_cpu_s", l.receiving[LINK_PAYLOADS].cpu_s);
	out_count(&out, "rss_peak", rss_peak());
	out_end(&out);
	couple_close(&c);
	return 0;
}

/* ---- words ---- */

/* What is left after batches have been applied: their full text. */
int bench_words(int argc, char **argv)
{
	bool a = strcmp(argv[1], "a") == 0, more;
	struct why why = {0};
	struct couple c;
	struct out out;

	(void)argc;
	couple_open(&c, argv[0], a, !a);
	struct spent from = spent_now();
	TRY_OR_DIE(node_todo(c.node[a ? 0 : 1], c.db[a ? 0 : 1], &more, &why), &why);
	struct spent s = spent_minus(spent_now(), from);
	out_begin(&out, "words");
	out_num(&out, "wall_s", s.wall_s);
	out_num(&out, "cpu_s", s.cpu_s);
	out_end(&out);
	couple_close(&c);
	return 0;
}

/* ---- rebuild ---- */

int bench_rebuild(int argc, char **argv)
{
	bool a = strcmp(argv[1], "a") == 0;
	struct hash before, after;
	struct why why = {0};
	struct couple c;
	struct out out;
	uint64_t objects = 0, entries = 0;

	(void)argc;
	couple_open(&c, argv[0], a, !a);
	struct db *db = c.db[a ? 0 : 1];
	TRY_OR_DIE(fold_digest(db, &before, &why), &why);
	struct spent from = spent_now();
	TRY_OR_DIE(fold_rebuild(c.node[a ? 0 : 1], db, NULL, NULL, &why), &why);
	struct spent s = spent_minus(spent_now(), from);
	TRY_OR_DIE(fold_digest(db, &after, &why), &why);
	if (!hash_eq(&before, &after))
		die("rebuild", &(struct why){.text = "the tables are not the same as before"});
	struct stmt *st =
		db_stmt(db, "SELECT (SELECT count(*) FROM item), (SELECT count(*) FROM entry)");
	if (db_step(st, &why) != DB_ROW)
		die("rebuild", &why);
	objects = (uint64_t)db_i64(st, 0);
	entries = (uint64_t)db_i64(st, 1);
	db_reset(st);
	out_begin(&out, "rebuild");
	out_count(&out, "objects", objects);
	out_count(&out, "entries", entries);
	out_num(&out, "wall_s", s.wall_s);
	out_num(&out, "cpu_s", s.cpu_s);
	out_count(&out, "rss_peak", rss_peak());
	out_end(&out);
	couple_close(&c);
	return 0;
}
