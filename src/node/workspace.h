/*
 * workspace.h: what a workspace plugs into the node: one table each. Who has read one has read all.
 */
#ifndef NODE_WORKSPACE_H
#define NODE_WORKSPACE_H

#include "node/draft.h"
#include "node/fold.h"

struct note_file; /* note.h */

/* One object as it is folded. Borrowed for the call. */
struct folding {
	struct fold *fold;
	const struct log *log;
	uint64_t seq, at;
	struct hash leaf;
	struct object_id object;
	struct id author;
	struct slice kind, label, media;
	enum mode mode;
	int64_t time_ms;
	int64_t audience; /* interned */
	struct slice content;
	const struct entry_ref *ref;
	size_t n_ref;
	/* draft.known, and which place is this object's; NULL: `content` is to be read. */
	const void *known;
	size_t ord;
	int64_t *
		memory; /* of the kind, from one object of an entry to the next; 0 before the first */
};

/* A draft of our own that is about to be written. Borrowed for the call. */
struct admitting {
	const struct world *world;
	struct db *db;
	const struct draft *draft;
	const struct draft *const
		*before; /* of the same transaction, in front of it: not in any table yet */
	size_t n_before;
	struct arena *arena;
};

/* An entry of our own that is about to be released to others. Borrowed for the call. */
struct releasing {
	const struct world *world;
	struct db *db;
	int64_t log_row;
	uint64_t seq;
	enum mode mode;
	struct slice label;
	const struct id *member; /* who gets it now */
	size_t n_member;
	struct arena *arena;
};

/* An own record that is about to be recalled or erased, all its versions. Borrowed for the call; in a read transaction. */
struct taking_back {
	const struct world *world;
	struct db *db;
	struct slice kind, content; /* of the newest version that is here */
	struct arena *arena;
};

struct workspace_kind {
	const char *kind; /* "note/1" */
	/* Model check of one object, pure; E_* with a JSON pointer. Asked at write and at receipt. */
	int (*check)(
		struct slice content, struct slice media, struct arena *arena, struct why *why);
	/*
	 * What `check` cannot see, asked of our own drafts only and inside the transaction that writes them, so that nobody can write in between: may it be said now,
	 * given what is held? May be NULL. Negative: nothing of the unit is written.
	 */
	int (*admit)(const struct admitting *a, struct why *why);
	/* Into the workspace's own tables (after item and record are written); may be NULL. Order-independent (fold.h invariant 1). */
	int (*fold)(const struct folding *f, struct why *why);
	/* The item's content must go (recall, erasure): takes rows of (log, seq, at) out of the workspace's own tables; needed if `fold` is there. */
	int (*drop)(struct db *db, int64_t log_row, uint64_t seq, uint64_t at, struct why *why);
	/*
	 * Readers or label of an entry have changed: once for the entry, with its whole content, instead of `drop` and `fold` for each object; for kinds whose batches
	 * are large. May be NULL.
	 */
	int (*again)(const struct folding *f, struct why *why);
	/*
	 * What has been said since about a part of the entry, and did not go to those who get it now: drafts for them, which are written in front of the release, in
	 * its transaction. In a transaction. May be NULL.
	 */
	int (*along)(const struct releasing *r, struct draft **ret, size_t *ret_n, struct why *why);
	/*
	 * May its author recall or erase it now? For what others have built on: E_STATE, with what can be done instead. NULL: at any time. A node asks itself only: a partner's recalls and erasures are
	 * done as they come.
	 */
	int (*take_back)(const struct taking_back *t, struct why *why);
	/* Appends the words for full-text search; may be NULL. */
	void (*words)(struct slice content, struct arena *arena, struct buf *ret);
	/* What it is called, in lists that show all kinds: one line (content.h get_title); may be NULL, and empty: then it is its kind. */
	struct slice (*title)(struct slice content, struct arena *arena);
	/* Files that belong to the content, in the arena; may be NULL. */
	int (*files)(struct slice content, struct arena *arena, struct note_file **ret,
		size_t *ret_n, struct why *why);
	const char *help;
	/* Its content is shown by the routes of its workspace alone, by their rules; routes for all kinds say only that it is there. */
	bool kept_close;
};

/* Of the layers above, which include this: what they find here they know, this layer only hands it on. */
struct api_route;	   /* web/api.h */
struct web_door;	   /* web/work.h */
struct web_task;	   /* web/work.h */
struct command;		   /* cli/cli.h */
struct demo;		   /* cli/demo.h */
struct needs;		   /* node/needs.h */
struct roles;		   /* node/account.h */
struct certificate_ask;	   /* node/certificate.h */
struct certificate_holder; /* node/certificate.h */

struct workspace {
	const char *name;
	const struct workspace_kind *kind; /* ends with kind == NULL */
	const struct migration *schema;	   /* ends with NULL */
	const char *const *
		table; /* fold tables with the ORDER BY of their key, for rebuild and digest: "SELECT … ORDER BY …"; NULL ends */
	const char *const *drop; /* DELETE statements that empty them; NULL ends */
	/* All that follows may be NULL. */
	const char *const *
		scrub; /* tables that hold content, or words of it: db_scrub() after an erasure; NULL ends */
	const struct api_route *route; /* below /api/v1; ends with method NULL */
	const uint8_t *schemas,
		*schemas_end; /* a JSON object of the schemas that `route` names; work/embed.py */
	const struct web_door *door; /* HTTP outside /api/v1; ends with prefix NULL */
	const struct web_task
		*task; /* what runs by itself in `entente serve`; ends with name NULL */
	const struct command *const *command; /* ends with NULL */
	int (*demo)(struct demo *d);	      /* a scene of `entente demo`, on its four nodes */
	/* What of this area needs somebody now (node/needs.h), for Home, the tray, mails: need_add() each that `who` may know of; in a read transaction. */
	int (*needs)(struct needs *n, const struct world *w, struct db *db,
		const struct reader *who, const struct roles *roles, struct why *why);
	/* Who holds a certificate (node/certificate.h): one row for each member, in the arena. */
	int (*certificates)(const struct certificate_ask *ask, struct arena *arena,
		struct certificate_holder **ret, size_t *ret_n, struct why *why);
};

/* All workspaces of this program, NULL-terminated. Set by main before anything else (work/all.h); until then there are notes only. */
extern const struct workspace *const *workspaces;
const struct workspace_kind *workspace_kind_find(struct slice kind);

#endif
