/*
 * clock.h: the exercise clock: an append-only list of segments in integers, and when things are due on it. Pure.
 *
 * Real time r is UTC in ms. Scenario time s is the story's. In a segment (r0, s0, num/den): s = s0 + floor((r - r0) * num / den); a pause
 * is 0/1, a jump or a new rate is a new segment. Elapsed time is real time while the clock runs.
 *
 *	struct clock_event e[] = {{CLOCK_STARTEX, r, .scenario = s}, {CLOCK_RATE, r2, .num = 60, .den = 1}, …};
 *	clock_build(&c, &arena, e, n);
 *	struct clock_due due = clock_due(&c, &(struct clock_item){.basis = BASIS_SCENARIO, .at = s + 600000});
 *	if (due.state == DUE_AT && due.real <= now) …
 *
 *	invariants
 *	1. When something is due is computed from the segments alone, never sampled: at whatever interval somebody looks, he finds the same.
 *	2. An event at r changes nothing before r. So what was due before it stays due at that very time.
 *	3. What is due in a stretch that is jumped over follows its jump policy; what was passed is not due again when the clock jumps back.
 */
#ifndef TRAINING_CLOCK_H
#define TRAINING_CLOCK_H

#include "base/arena.h"

/* Times that somebody gives are within ±2^53 ms, rates within these; so no product here overflows 128 bits, and no sum 64. */
#define CLOCK_TIME_MAX (1LL << 53)
#define CLOCK_RATE_MAX 86400

enum clock_kind {
	CLOCK_STARTEX,
	CLOCK_PAUSE,
	CLOCK_RESUME,
	CLOCK_RATE,
	CLOCK_JUMP,
	CLOCK_STOP,  /* NO DUFF: everything stands still until it is cleared */
	CLOCK_CLEAR, /* as it was before the stop */
	CLOCK_ENDEX,
};

struct clock_event {
	enum clock_kind kind;
	int64_t real;
	int64_t scenario; /* STARTEX, JUMP */
	int32_t num, den; /* RATE; STARTEX: 0/0 is 1/1 */
};

struct clock_segment {
	int64_t r0, s0;	  /* holds from r0 to the next segment's */
	int32_t num, den; /* 0/1: stands */
	bool jump;	  /* s0 is not where the segment before had come to */
	bool stopped;	  /* NO DUFF */
	int64_t elapsed0; /* running time before it */
};

struct exclock {
	struct clock_segment *segment; /* in the arena of clock_build */
	size_t n;
	bool started, ended;
	int64_t startex, endex; /* real; endex INT64_MAX while it is not there */
	/* As they are at the end of the list. */
	int32_t num, den; /* rate when it runs */
	bool paused, stopped;
	size_t ignored; /* events that made no sense where they stood */
};

/*
 * Events in the order in which they count; one whose real time is before its predecessor's counts at the predecessor's. What makes no sense
 * where it stands (a pause before STARTEX, a second STARTEX, a rate of nothing, whatever comes after ENDEX) is counted in `ignored` and changes nothing:
 * every node that holds the same list has the same clock.
 */
void clock_build(struct exclock *ret, struct arena *arena, const struct clock_event *e, size_t n);

/* Scenario time at real time r: before STARTEX that of STARTEX, after ENDEX that of ENDEX; 0 if it never started. */
int64_t clock_scenario(const struct exclock *c, int64_t r);
int64_t clock_elapsed(const struct exclock *c, int64_t r);
/* The segment that holds at r; NULL before STARTEX. */
const struct clock_segment *clock_at(const struct exclock *c, int64_t r);
/* Does it run at r (started, not paused, not stopped, not ended)? */
bool clock_runs(const struct exclock *c, int64_t r);

enum clock_basis { BASIS_SCENARIO, BASIS_ELAPSED, BASIS_REAL, BASIS_MANUAL };
enum jump_policy { JUMP_HOLD, JUMP_DELIVER, JUMP_DROP };

struct clock_item {
	enum clock_basis basis;
	int64_t at;   /* scenario or real time, or elapsed ms */
	int64_t from; /* real: not before this; 0 for most, what it waited for otherwise */
	enum jump_policy jump;
};

enum due_state {
	DUE_NEVER,   /* manual */
	DUE_PENDING, /* not on the segments that there are; if the last one runs on, see `real` */
	DUE_AT,
	DUE_HELD,    /* jumped over at `real`: EXCON decides */
	DUE_DROPPED, /* jumped over at `real` */
	DUE_ENDED,   /* ENDEX came first */
};

struct clock_due {
	enum due_state state;
	int64_t real;	  /* AT, HELD, DROPPED: when */
	int64_t scenario; /* at that moment */
};

/* Looks at the segments that are there; the last one runs on for ever. So AT may lie in the future. */
struct clock_due clock_due(const struct exclock *c, const struct clock_item *item);

const char *clock_kind_name(enum clock_kind k);

#endif
