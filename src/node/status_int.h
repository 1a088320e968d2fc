/*
 * status_int.h: what status.c gathers and status_json.c and status_text.c show. Private to src/node.
 */
#ifndef NODE_STATUS_INT_H
#define NODE_STATUS_INT_H

#include "node/fold.h"
#include "node/status.h"

/* Something a party has signed itself. */
struct status_act {
	struct slice kind;
	const char *words; /* "ratified the accession of BGR" */
	uint32_t epoch;
	uint64_t seq;
	struct hash leaf;
	int64_t time_ms;
	enum mode mode;
	unsigned witnessed,
		need; /* of the author's home roll; need 0: the kind does not need any */
};

struct status_party {
	struct id id;
	const char *label;
	const struct standing_party *standing; /* NULL: known here, and nothing is known of it */
	const char *words;		       /* its status in plain words */
	struct status_act *act;		       /* oldest first */
	size_t n_act, more_acts;	       /* more: older ones */
	const struct id *missing;	       /* who still has to ratify */
	size_t n_missing;
	bool has_root, trial;
	uint32_t root_version;
	uint32_t
		root_twin; /* lowest version of which its root keys have signed two documents; 0: none */
	unsigned threshold;
	size_t n_root_key;
};

struct status_log {
	struct log log;
	struct cosigned *cosigned;
	size_t n_cosigned;
	int64_t wanted, flags;
	const char *refused; /* of the own log: why this node signs no heads of it; NULL: it does */
};

struct status_all {
	const struct world *w;
	const struct reader *who; /* NULL: all that the node holds */
	bool limited; /* `who` is not cleared for all of it: nothing is said of contents */
	int64_t now_ms;
	struct status_party *party; /* by label, then id */
	size_t n_party;
	struct statement *statement;	     /* newest first */
	size_t n_statement, more_statements; /* more: beyond those that are shown */
	struct status_log *log;
	size_t n_log;
	struct flag *flag;
	size_t n_flag;
	struct refusal *refusal;
	size_t n_refusal, more_refusals;
	struct fork_row *fork;
	size_t n_fork;
	struct peer_health *health;
	size_t n_health;
	int64_t count[MODE_TEST + 1]; /* live items by mode */
	const char **warning;
	size_t n_warning;
	const struct id *unsigned_founder; /* who has not signed the founding charter */
	size_t n_unsigned;
};
/* In the caller's read transaction; everything lies in the arena. */
MUST_USE int status_load(struct status_all *ret, const struct world *w, struct db *db,
	const struct reader *who, struct arena *arena, struct why *why);
/* Is the statement about this party? By id; by label where it names none. */
bool status_about(const struct status_party *p, const struct statement *s);
/* "ALB, HRV" in the arena. */
const char *status_names(const struct world *w, const struct id *id, size_t n, struct arena *arena);

#endif
