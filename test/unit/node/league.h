/*
 * league.h: a coalition of real nodes on disk (SQLite, or a PostgreSQL schema each) in one process, and a wire between them that
 * does what src/peer does over a network, without its protocol: headers, what is released of the contents, cosignatures.
 *
 *	struct league *l = *state;            -- LEAGUE(test, 3): three founders, all have signed
 *	struct written w = league_note(l, 0, MODE_REAL, (int[]){1}, 1, "title", "text");
 *	league_settle(l);
 */
#ifndef TEST_LEAGUE_H
#define TEST_LEAGUE_H

#include "unit.h"

#include "base/limits.h"
#include "base/report.h"
#include "node/needs.h"
#include "node/note.h"
#include "node/record.h"
#include "node/status.h"
#include "node/want.h"

#define LEAGUE_MAX 4
#define LEAGUE_NOW 1742290200000LL /* 2025-03-18T09:30:00Z */

struct league_member {
	char dir[64];
	char url[512];
	struct env_fake clock;
	struct seckey root, officer;
	struct id officer_id, id;
	struct node *node;
	struct db *db;
};

struct league {
	struct league_member m[LEAGUE_MAX];
	size_t n;
	char *charter; /* owned */
	struct hash charter_hash;
	struct id id;
	/* What of the log of the first is not for the second, as far as that was asked; while the first holds no more grants it stays so. */
	struct league_refused {
		int64_t grants;
		bool seq[4096];
	} refused[LEAGUE_MAX][LEAGUE_MAX];
};

extern bool league_postgres;
extern bool league_public; /* charters made from now on say `public acts` */

/* n members, of whom `founders` are in the charter; nothing is signed. */
struct league *league_new(size_t n, size_t founders);
void league_free(struct league **l);
/* Founders sign, everybody learns it. */
void league_sign(struct league *l, size_t founders);
int league_setup_signed(void **state); /* three founders */
int league_setup_plain(void **state);  /* three founders and one more, nothing signed */
int league_teardown(void **state);

/* Closes and opens a member's node again. */
void league_reopen(struct league *l, size_t i);

struct draft league_act(struct league *l, size_t i, const char *kind, struct slice body);
/* Writes one draft that must succeed. */
struct written league_write(struct league *l, size_t i, const struct draft *d);
/* A note of member i to others; to == NULL: to all. */
struct written league_note(struct league *l, size_t i, enum mode mode, const int *to, size_t n,
	const char *title, const char *text);
struct written league_note_again(struct league *l, size_t i, const struct object_id *object,
	const int *to, size_t n, const char *title, const char *text);
struct draft league_draft(struct league *l, struct arena *arena, const int *to, size_t n,
	const char *title, const char *text);

/* Carries what `from` has written itself, and may give, to `to`. `contents` false: headers only. */
void league_carry(struct league *l, size_t from, size_t to, bool contents);
/* Everybody to everybody, and cosignatures. */
void league_settle(struct league *l);

/* Reading, in a transaction of its own. */
struct reading {
	struct arena arena;
	struct world world;
	struct db *db;
	struct reader self;
};
struct reading *reading_start(struct league *l, size_t i);
void reading_end(struct reading **r);
/* 0 or the error, as member `who` at node i. */
int league_get(struct league *l, size_t i, size_t who, const struct object_id *object,
	struct record *ret, struct arena *arena);
/* Number of records that `who` sees at node i. */
size_t league_count(struct league *l, size_t i, size_t who, enum mode mode, const char *text);
/* What needs somebody at node i with this role everywhere and this clearance: how many of this key, and the level of the last. */
size_t league_needs(struct league *l, size_t i, enum role role, const char *clearance,
	const char *text, enum need_level *ret_level);
/* After a rebuild the digest is the same; and how many flags there are. */
void league_rebuilds(struct league *l, size_t i);
int64_t league_number(struct league *l, size_t i, const char *sql);
/* Is the text anywhere in the directory of member i, or in its PostgreSQL schema? */
bool league_holds(struct league *l, size_t i, const char *text);

int league_start(int argc, char **argv);
#define LEAGUE_MAIN(name, tests)                                                                   \
	int main(int argc, char **argv)                                                            \
	{                                                                                          \
		int skip = league_start(argc, argv);                                               \
		return skip ? skip : cmocka_run_group_tests_name(name, tests, NULL, NULL);         \
	}
#define SIGNED(fn) cmocka_unit_test_setup_teardown(fn, league_setup_signed, league_teardown)
#define PLAIN(fn)  cmocka_unit_test_setup_teardown(fn, league_setup_plain, league_teardown)

#define assert_ok(call)                                                                            \
	do {                                                                                       \
		struct why why = {0};                                                              \
		int rc_ = (call);                                                                  \
		if (rc_ < 0)                                                                       \
			fail_msg("%s: %d %s: %s", #call, rc_, why.where, why.text);                \
	} while (0)
#define assert_fails(code, call)                                                                   \
	do {                                                                                       \
		struct why why = {0};                                                              \
		int rc_ = (call);                                                                  \
		if (rc_ != (code) || !why.text[0])                                                 \
			fail_msg("%s: %d %s: %s", #call, rc_, why.where, why.text);                \
	} while (0)

#endif
