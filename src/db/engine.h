/*
 * engine.h: what db.c and the two engines share. Private to src/db.
 *
 * An engine is a table of functions. db.c owns everything that must be the same on both: the cache
 * of statements, parameters, the state of statement and transaction, and the rule that a
 * transaction in which something failed can only be rolled back. An engine only talks to its
 * library.
 */
#ifndef DB_ENGINE_H
#define DB_ENGINE_H

#include "base/limits.h"
#include "base/map.h"
#include "base/report.h"
#include "db/db.h"

enum db_txn { TXN_NONE, TXN_READ, TXN_WRITE };

struct db {
	uint32_t magic;
	const struct db_engine *engine;
	void *own; /* the engine's part, owned by it */
	enum db_txn txn;
	bool failed;	     /* something failed in this transaction: only rollback is left */
	int64_t changes;     /* of the last INSERT, UPDATE or DELETE */
	struct stmt **slots; /* owned; open addressing by the address of the caller's text */
	size_t slots_n, slots_cap;
	struct map
		built; /* text → struct stmt *, owned: statements whose text db_insert_many made */
};

enum stmt_state {
	STMT_FRESH,
	STMT_ROW,
	STMT_DONE,
	STMT_ENDED /* failed, or cut off by the start or end of a transaction: only a reset is left
		    */
};

struct stmt {
	uint32_t magic;
	struct db *db;	 /* the handle that owns this */
	const char *key; /* the caller's literal; only its address is used */
	char *sql;	 /* owned copy */
	bool once;	 /* not in the cache: run once and dropped */
	enum stmt_state state;
	bool bad_text;	     /* a text that is not UTF-8, or has a NUL, was bound */
	size_t params_n;     /* highest $n in the text */
	struct cell *params; /* owned */
	int cols;	     /* columns in the row, set by the engine */
	void *own;	     /* the engine's part; NULL until first run */
};

#define DB_MAGIC   0x64622f31u
#define STMT_MAGIC 0x73746d74u

/*
 * Every function that can fail returns 0 or a negative E_*. Nothing here needs to look at db->txn
 * or stmt->state first: db.c has checked that the call makes sense.
 */
struct db_engine {
	int (*open)(
		struct db *db, const char *url, struct why *why); /* sets db->own also on failure */
	void (*close)(struct db *db);				  /* db->own may be NULL */
	int (*begin)(struct db *db, bool write, struct why *why);
	int (*commit)(
		struct db *db, struct why *why); /* on failure the transaction is over as well */
	void (*rollback)(struct db *db);
	/* DB_ROW or DB_DONE. In state FRESH it prepares if need be, takes over params, and runs. */
	int (*step)(struct stmt *s, struct why *why);
	void (*reset)(struct stmt *s);
	void (*finish)(struct stmt *s); /* frees stmt->own */
	void (*column)(struct stmt *s, int col, struct cell *ret);
	int (*insert_many)(struct db *db, const char *head, size_t cols, const char *tail,
		const struct cell *cells, size_t rows, struct why *why);
	int (*script)(struct db *db, const char *sql, struct why *why);
	int (*scrub)(struct db *db, const char *const *tables, struct why *why);
	int (*version)(struct db *db, int64_t *ret, struct why *why);
};

extern const struct db_engine engine_sqlite, engine_pg;

/* A statement outside the cache, for text that is not a literal. The caller ends it with
 * stmt_free(). */
struct stmt *stmt_once(struct db *db, const char *sql);
void stmt_free(struct stmt **s);
#define CLEANUP_STMT __attribute__((cleanup(stmt_free)))

/* The statement of a text that an engine made; cached by content, so the number of texts must be
 * bounded. */
struct stmt *stmt_built(struct db *db, const char *sql);

/* For errors that only a wrong program can cause: reports and aborts. */
void stmt_bug(const struct stmt *s, const char *text) __attribute__((noreturn));

#endif
