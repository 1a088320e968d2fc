/* scene.h: a small coalition without faults, out of the simulator, for the unit tests of the peer. */
#ifndef TEST_PEER_SCENE_H
#define TEST_PEER_SCENE_H

#include "../unit.h"
#include "base/limits.h"
#include "node/write.h"
#include "peer/sim_int.h"

/* `nodes` parties of which `founders` have signed, everything told to everybody. Time stands still but for scene_wait. */
struct sim *scene_new(unsigned nodes, unsigned founders);
void scene_wait(struct sim *s, int64_t ms);
/* Everybody pulls everybody until nothing moves. */
void scene_settle(struct sim *s);
/* A note of `from` to the nodes in the mask; its place. `all`: open, to all members, and the mask does not matter. */
struct written scene_note(
	struct sim *s, unsigned from, unsigned readers, bool all, const char *text);
struct log scene_log(struct sim *s, unsigned at, unsigned author);
/* n notes of a node to itself, written in few transactions. */
void scene_many(struct sim *s, unsigned from, size_t n);

/* Asks `at` as `caller`, as a partner would. The answer's body is the caller's to free. */
struct peer_answer scene_ask(struct sim *s, unsigned at, unsigned caller, const char *method,
	const char *path, struct slice body);
/* "/f/1/<coalition>/<rest>", or of the log of `author`. In a static buffer. */
const char *scene_path(struct sim *s, const char *rest);
const char *scene_root_path(struct sim *s, unsigned of);
const char *scene_log_path(struct sim *s, unsigned author, const char *rest);
/* One pull of `at` from `from`, over another transport if it has a call. */
int scene_pull(struct sim *s, unsigned at, unsigned from, struct pull_result *ret, struct why *why);

/* How often `step` stands in the refusals of a node. */
int64_t scene_refusals(struct sim *s, unsigned at, const char *step);
int64_t scene_number(struct sim *s, unsigned at, const char *sql);

#define must_be_0(rc, why) assert_int_equal_msg((rc), 0, (why).text)
#define assert_int_equal_msg(a, b, text)                                                           \
	do {                                                                                       \
		int got_ = (a);                                                                    \
		if (got_ != (b))                                                                   \
			fail_msg("%d, not %d: %s", got_, (b), (text));                             \
	} while (0)

#endif
