/*
 * demo.h: `entente demo`: a coalition of four nodes on this machine, brought up with the commands
 * that anybody types, in processes of this very program. It tells what it does, checks each thing
 * that it says, and counts.
 *
 *	demo_run.c       running a command, its answer as JSON
 *	demo_node.c      nodes: made, served, stopped, copied
 *	demo_postgres.c  a private server, databases
 *	demo_state.c     asking nodes, and waiting until something is so
 *	demo_tell.c      the telling, and claims
 *	demo_found.c, demo_join.c, demo_records.c, demo_cut.c, demo_second.c, demo_fork.c      the
 * scenes
 *
 * A claim that does not hold is counted and told, and the demo goes on; what keeps it from going on
 * (a command fails) is a negative return with cli->why.
 */
#ifndef CLI_DEMO_H
#define CLI_DEMO_H

#include "cli/cli.h"

#include <sys/types.h>

#define DEMO_NODES_MAX 10
/* What must happen happens within this time, on a loaded machine too. */
#define DEMO_PATIENCE_MS 60000

struct demo_node {
	const char *label;
	const char *dir, *root_file;
	unsigned page_port, peer_port;
	const char *database;  /* NULL: SQLite in dir */
	const char *coalition; /* id, once it has joined one */
	char member[ID_TEXT + 1];
	pid_t serving; /* 0: not */
};

struct demo_postgres {
	char *url; /* of the server; NULL: SQLite */
	char *dir; /* of our own server */
	pid_t pid; /* of our own server; 0: somebody else's */
	unsigned databases;
};

struct demo {
	struct cli *cli;
	const char *dir; /* everything lies in here */
	struct demo_postgres postgres;
	struct demo_node node[DEMO_NODES_MAX];
	size_t n_node;
	unsigned claims, failed, scene;
	struct why *why; /* &cli->why */
};

/* Ctrl-C or SIGTERM has come: loops end, commands fail. */
bool demo_interrupted(void);
/* From now on these signals only set the mark above. */
void demo_catch_signals(void);

/* ---- telling, demo_tell.c ---- */
void demo_scene(struct demo *d, const char *title);
void demo_tell(struct demo *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Told as fact if it holds, as a failure if not; counted. */
void demo_claim(struct demo *d, bool holds, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* From here on it is invented: said in so many words. */
void demo_fiction(struct demo *d, const char *text);

/* ---- running, demo_run.c ---- */
struct answer {
	int status; /* exit status */
	struct buf out, err;
	struct arena arena;
	struct json_doc doc; /* of `out`, if it is JSON */
	bool json;
};
#define CLEANUP_ANSWER __attribute__((cleanup(answer_free)))
void answer_free(struct answer *a);
/* Runs `entente ARGUMENT...` (ends with NULL), with --dir of `n` unless that is NULL. Whatever its
 * status. */
MUST_USE int demo_run(struct demo *d, const struct demo_node *n, struct answer *ret, ...)
	__attribute__((sentinel));
/* As above, with --json, and it must succeed and answer JSON. */
MUST_USE int demo_ask(struct demo *d, const struct demo_node *n, struct answer *ret, ...)
	__attribute__((sentinel));
/* It must succeed; the answer is of no interest. */
MUST_USE int demo_do(struct demo *d, const struct demo_node *n, ...) __attribute__((sentinel));
/* Text of a member of the answer's root object, copied into the demo's memory; "" if there is none.
 */
const char *answer_text(struct demo *d, const struct answer *a, const char *key);
/* Starts a program with standard output in `out_fd` and standard error in `err_fd`; it ends when we
 * do. */
MUST_USE int demo_spawn(struct demo *d, const char *const *argv, int out_fd, int err_fd, uid_t uid,
	gid_t gid, pid_t *ret);
/* Path of this program. */
const char *demo_program(struct demo *d);
/* SIGTERM, then SIGKILL after `ms`; waits. 0 afterwards in *pid. */
void demo_end_process(pid_t *pid, int signal, int ms);

/* ---- nodes, demo_node.c ---- */
MUST_USE int demo_node_make(struct demo *d, const char *label, struct demo_node **ret);
MUST_USE int demo_node_serve(struct demo *d, struct demo_node *n);
void demo_node_stop(struct demo_node *n);
void demo_node_kill(struct demo_node *n); /* kill -9 */
/* A copy of a node that is not served, as a thief of its disk would have it: same keys, same ports.
 */
MUST_USE int demo_node_copy(
	struct demo *d, const struct demo_node *n, const char *label, struct demo_node **ret);
void demo_nodes_end(struct demo *d);
struct demo_node *demo_node(struct demo *d, const char *label);
/* Charter by `n` founders with the four fields; joined by `all` nodes. */
MUST_USE int demo_coalition(struct demo *d, const char *name, const char *prose,
	struct demo_node *const *all, size_t n_founder, size_t n_all);

/* ---- the store, demo_postgres.c ---- */
/* A server: ENTENTE_TEST_POSTGRES, else one of our own. */
MUST_USE int demo_postgres_start(struct demo *d);
/* An empty database, or a copy of another (`from` not NULL). */
MUST_USE int demo_postgres_database(struct demo *d, const char *from, const char **ret);
void demo_postgres_end(struct demo *d);
/* Does a text occur in any row of any table? */
MUST_USE int demo_postgres_holds(struct demo *d, const char *url, struct slice needle, bool *ret);

/* ---- asking, demo_state.c ---- */
struct view_of { /* one coalition as `entente status --json` shows it */
	struct answer answer;
	json_ref coalition;
};
MUST_USE int demo_view(struct demo *d, const struct demo_node *n, struct view_of *ret);
void view_of_free(struct view_of *v);
#define CLEANUP_VIEW __attribute__((cleanup(view_of_free)))

/* Each asks again and again until it is so, or patience ends. */
bool demo_standing_is(
	struct demo *d, const struct demo_node *at, const char *label, const char *status);
bool demo_standing_everywhere(struct demo *d, struct demo_node *const *at, size_t n,
	const char *label, const char *status);
bool demo_ratified_is(
	struct demo *d, const struct demo_node *at, const char *label, int64_t have, int64_t need);
bool demo_in_force(struct demo *d, struct demo_node *const *at, size_t n);
/* Same logs, same standing, on all of them. */
bool demo_agree(struct demo *d, struct demo_node *const *at, size_t n);
bool demo_has_record(struct demo *d, const struct demo_node *at, const char *object);
bool demo_forked(struct demo *d, const struct demo_node *at, const char *label);
/* At this moment. */
bool demo_lists(struct demo *d, const struct demo_node *at, const char *object, const char *mode);
unsigned demo_said(
	struct demo *d, const struct demo_node *at, const char *about, const char *claim);
const char *demo_digest(struct demo *d, const struct demo_node *at);
/* "witnessed by 2 (needs 2)": the act of this kind by `label`, once enough have witnessed it. */
const char *demo_witnessed(
	struct demo *d, const struct demo_node *at, const char *label, const char *kind);
/* Do these bytes stand in any file of the node, or in its database? */
MUST_USE int demo_holds(struct demo *d, const struct demo_node *n, struct slice needle, bool *ret);
bool demo_gone(struct demo *d, const struct demo_node *n, struct slice needle);
/* A word that occurs nowhere else: 24 small letters. */
const char *demo_canary(struct demo *d);

struct patience {
	int64_t until_ms, pause_ms;
};
struct patience patience_start(void);
/* Waits a moment; false when it is over. */
bool patience_left(struct patience *p);

/* ---- scenes ---- */
MUST_USE int demo_found(struct demo *d);
MUST_USE int demo_say(struct demo *d);
MUST_USE int demo_join(struct demo *d);
MUST_USE int demo_public(struct demo *d);
MUST_USE int demo_records(struct demo *d);
MUST_USE int demo_cut(struct demo *d);
MUST_USE int demo_second(struct demo *d);
MUST_USE int demo_fork(struct demo *d);
MUST_USE int demo_verify_all(struct demo *d);

#endif
