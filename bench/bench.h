/*
 * bench.h: what the measures of bench_core share. Each measure is a subcommand that does one thing
 * in one process and prints one line of JSON; core.py runs them and makes the table.
 *
 *	struct spent from = spent_now();
 *	... work ...
 *	struct spent s = spent_since(from);
 *	out_num(&out, "cpu_s", s.cpu_s);
 *
 * A measure that fails says why and ends the process: there is nothing to clean up that the driver
 * does not remove.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include "node/write.h"
#include "peer/pull.h"
#include "json/json.h"

/* ---- time ---- */

/* Wall clock and CPU time (user and system) of this thread or process. */
struct spent {
	double wall_s, cpu_s;
};
struct spent spent_now(void);	     /* of the whole process */
struct spent spent_thread_now(void); /* of the calling thread */
struct spent spent_minus(struct spent a, struct spent b);
struct spent spent_plus(struct spent a, struct spent b);
double mono_s(void);

/* Times that came one by one. The holder frees it with times_free. */
struct times {
	double *s; /* owned */
	size_t n, max;
};
struct times times_new(size_t max);
void times_free(struct times *t);
/* Sorts. `q` from 0 to 1; 0 if there are none. */
double times_quantile(struct times *t, double q);

/* ---- output and failure ---- */

struct out {
	struct buf b;
	struct json_out o;
};
void out_begin(struct out *out, const char *measure);
void out_num(struct out *out, const char *name, double v);
void out_count(struct out *out, const char *name, uint64_t v);
void out_text(struct out *out, const char *name, const char *v);
/* One line to standard output. */
void out_end(struct out *out);

/* Says what failed and exits with 1. */
void die(const char *what, const struct why *why) __attribute__((noreturn));
#define TRY_OR_DIE(call, why)                                                                      \
	do {                                                                                       \
		if ((call) < 0)                                                                    \
			die(#call, (why));                                                         \
	} while (0)
uint64_t number_of_text(const char *text);

/* ---- notes.c: what is written ---- */

/*
 * The i-th note as JSON, always the same for the same i: a title, and words of a vocabulary in
 * which few are frequent, about `bytes` long.
 */
void note_json(uint64_t i, size_t bytes, struct buf *ret);
/* As many notes as fit, from *i on (which is moved), at most `max`: the content of a batch payload.
 */
void note_batch(uint64_t *i, size_t bytes, size_t max, struct buf *ret);

/* ---- couple.c: two nodes, A and B, in one coalition ---- */

struct couple {
	char *dir[2]; /* owned */
	struct node *node[2];
	struct db *db[2];
	struct id coalition;
};
struct couple_options {
	const char *dir;	 /* becomes DIR/a and DIR/b */
	const char *database[2]; /* NULL: SQLite */
	const char *listen[2],
		*peer_listen[2]; /* "127.0.0.1:8470"; NULL: defaults, never listened on */
};
/* Makes the nodes, founds and signs, and exchanges until the coalition is in force on both. */
void couple_found(const struct couple_options *o);
/* Those wanted; the other's places stay NULL. */
void couple_open(struct couple *c, const char *dir, bool a, bool b);
void couple_close(struct couple *c);
/* The two members, sorted. */
void couple_members(struct couple *c, struct id ret[2]);
/* A draft of a note, or of a batch of them, for both members: veiled. Everything is borrowed. */
struct draft couple_draft(const struct id member[2], bool batch, struct slice content);
/* Row of an author's log at A (0) or B (1), and its size. */
int64_t couple_log(struct couple *c, int of, const struct id *author, uint64_t *ret_size);
/* Objects of that log in the tables. */
uint64_t couple_items(struct couple *c, int of, int64_t log_row);

/* ---- link.c: a transport that calls peer_serve() of the other node in this process ---- */

enum link_phase { LINK_HEADS, LINK_ENTRIES, LINK_PAYLOADS, LINK_PHASES };
struct link {
	const struct node *node; /* who answers */
	struct db *db;
	struct id caller;
	struct spent serving;		     /* spent in peer_serve */
	struct spent receiving[LINK_PHASES]; /* spent by the caller after an answer of that kind */
	enum link_phase phase;
	struct spent left;
	uint64_t calls, bytes;
};
struct link link_new(const struct node *node, struct db *db, const struct id *caller);
struct transport link_transport(struct link *l);
/* Attributes what has been spent since the last answer. */
void link_settle(struct link *l);
/* Pulls everything that `from` has for `to`. */
void couple_pull(struct couple *c, int to, struct link *l, struct pull_result *ret);

/* ---- the measures ---- */

int bench_found(int argc, char **argv);
int bench_append(int argc, char **argv);
int bench_fill(int argc, char **argv);
int bench_apply(int argc, char **argv);
int bench_words(int argc, char **argv);
int bench_rebuild(int argc, char **argv);
int bench_visible(int argc, char **argv);
int bench_floor(int argc, char **argv);

/* ---- raw.c: the same rows without us ---- */

/*
 * Inserts the rows that entries [from, to) of A's own log left in `entry`, `payload`, `item` and
 * `search` into tables of the same making in an otherwise empty database, in `commits`
 * transactions. One of these per engine; the database is kept between calls.
 */
struct raw;
struct raw *raw_sqlite_open(const char *source, const char *path) __attribute__((returns_nonnull));
struct raw *raw_postgres_open(const char *url) __attribute__((returns_nonnull));
struct spent raw_insert(
	struct raw *r, int64_t log_row, uint64_t from, uint64_t to, uint64_t commits);
void raw_close(struct raw **r);

#endif
