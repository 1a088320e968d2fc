/*
 * visible.c: from the acknowledgement of a write on A to its row in B's tables, while both nodes
 * are served by processes of their own. This process is a third one: it writes as the command line
 * does, rings A's bell, and looks into B's database.
 */
#include "bench.h"

#include "node/bell.h"

#include <unistd.h>

#define LOOK_US	   250
#define GIVE_UP_S  30
#define PAUSE_MS   40 /* before each put, and up to as much again by chance */
#define NOTE_BYTES 600

static bool is_there(struct db *db, const struct object_id *object)
{
	struct stmt *s = db_stmt(db,
		"SELECT 1 FROM item WHERE coalition = (SELECT max(coalition) FROM item) "
		"AND object_owner = $1 AND object_name = $2");
	int rc;

	db_bind_blob(s, 1, id_slice(&object->owner));
	db_bind_blob(s, 2, id_slice(&object->name));
	rc = db_step(s, NULL);
	db_reset(s);
	return rc == DB_ROW;
}

static double seen_after(struct db *db, const struct object_id *object, double since)
{
	double now;

	do {
		if (is_there(db, object))
			return mono_s() - since;
		usleep(LOOK_US);
		now = mono_s();
	} while (now - since < GIVE_UP_S);
	die("visible", &(struct why){.text = "B does not get what A has written"});
}

int bench_visible(int argc, char **argv)
{
	uint64_t puts = number_of_text(argv[1]);
	struct times seen = times_new(puts), acked = times_new(puts);
	struct why why = {0};
	struct id member[2];
	struct couple c;
	struct out out;

	(void)argc;
	couple_open(&c, argv[0], true, true);
	couple_members(&c, member);
	for (uint64_t i = 0; i < puts; i++) {
		struct buf text CLEANUP_BUF = BUF(64 * 1024);
		struct written written;
		double began, ack;

		usleep((useconds_t)(PAUSE_MS + env_below(&c.node[0]->env, PAUSE_MS)) * 1000);
		note_json(i, NOTE_BYTES, &text);
		struct draft d = couple_draft(member, false, buf_slice(&text));
		began = mono_s();
		TRY_OR_DIE(
			node_write(c.node[0], c.db[0], &c.coalition, &d, 1, &written, &why), &why);
		ack = mono_s();
		bell_ring(c.node[0]);
		acked.s[acked.n++] = ack - began;
		seen.s[seen.n++] = seen_after(c.db[1], &written.object, ack);
	}
	out_begin(&out, "visible");
	out_count(&out, "puts", puts);
	out_num(&out, "p50_ms", 1e3 * times_quantile(&seen, 0.5));
	out_num(&out, "p90_ms", 1e3 * times_quantile(&seen, 0.9));
	out_num(&out, "p99_ms", 1e3 * times_quantile(&seen, 0.99));
	out_num(&out, "max_ms", 1e3 * times_quantile(&seen, 1));
	out_num(&out, "write_p50_ms", 1e3 * times_quantile(&acked, 0.5));
	out_num(&out, "write_p99_ms", 1e3 * times_quantile(&acked, 0.99));
	out_end(&out);
	times_free(&seen);
	times_free(&acked);
	couple_close(&c);
	return 0;
}
