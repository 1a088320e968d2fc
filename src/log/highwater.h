/*
 * highwater.h: the last head about to be signed, kept apart from the database, so that a restored
 * backup is noticed before it signs a second story (§2.3, §2.7). Order of an append: build → COMMIT
 * → highwater_raise → sign → publish. And the last heads of others about to be cosigned, so that a
 * witness that has written nothing since its backup does not cosign a second story either: what was
 * cosigned is in a table that the backup rolls back with the logs.
 *
 * Storage stands behind a table so that the simulator can lose it.
 */
#ifndef LOG_HIGHWATER_H
#define LOG_HIGHWATER_H

#include "base/limits.h"
#include "log/note.h"

struct highwater {
	uint64_t size;
	struct hash root;
};

/*
 * What was cosigned of the logs of one author: the newest head of each of the newest epochs, in order of epoch. Older epochs than LIMIT_LOGS_OF_MEMBER newer ones are
 * cosigned by nobody, so whoever begins epoch after epoch fills no disk.
 */
struct witnessed_log {
	uint32_t epoch;
	struct highwater head;
};
struct witnessed {
	size_t n;
	struct witnessed_log log[LIMIT_LOGS_OF_MEMBER];
};
/* NULL: nothing of that epoch. */
const struct highwater *witnessed_find(const struct witnessed *w, uint32_t epoch);
/* Takes the head in place of what is there of its epoch; a new epoch pushes out the oldest. False: it is older than all, and there is no room. */
bool witnessed_put(struct witnessed *w, uint32_t epoch, const struct highwater *h);

struct highwater_store {
	void *ctx;
	/* E_MISSING if there is no record for this log. */
	int (*load)(void *ctx, const struct log_id *log, struct highwater *ret, struct why *why);
	/* Returns 0 only when it is durable. */
	int (*save)(
		void *ctx, const struct log_id *log, const struct highwater *h, struct why *why);
	/* The same for the logs of another member. */
	int (*load_witnessed)(void *ctx, const struct id *coalition, const struct id *author,
		struct witnessed *ret, struct why *why);
	int (*save_witnessed)(void *ctx, const struct id *coalition, const struct id *author,
		const struct witnessed *w, struct why *why);
};

/*
 * What an append calls: keeps `h` unless it would be a step back. E_STATE if a larger head, or
 * another one of the same size, was about to be signed before: then this node must not sign but
 * rejoin. On E_IO the node must stop signing too.
 */
MUST_USE int highwater_raise(const struct highwater_store *s, const struct log_id *log,
	const struct highwater *h, struct why *why);

/*
 * Files `<dir>/<coalition>.<member>.<epoch>` and `<dir>/<coalition>.<author>.cosigned`, 0600, written in place with a checksum over two
 * alternating slots, fdatasync. `dir` is borrowed. E_VERIFY if there is a file but no whole record
 * in it.
 */
struct highwater_files {
	const char *dir;
};
struct highwater_store highwater_in_files(struct highwater_files *f);
/* In memory (simulator, tests); `*ctx` owned by the caller, freed with highwater_memory_free. */
struct highwater_memory;
struct highwater_memory *highwater_memory_new(void);
void highwater_memory_free(struct highwater_memory **m);
struct highwater_store highwater_in_memory(struct highwater_memory *m);

#endif
