/*
 * waits.h: what a procurement waits for now, of whom, and until when: from its state and who has done its part, nothing else.
 *
 *	process_waits(&p, now_ms, &arena, &wait);
 *	if (wait.what) … waits_name(wait.what), wait.who, wait.until_ms …
 *
 * Of a brief reading (process_read_brief) the messages are not there: who has done its part of the sealing is then not known, and all holders are named.
 */
#ifndef PROCUREMENT_WAITS_H
#define PROCUREMENT_WAITS_H

#include "work/procurement/process.h"

enum waits {
	WAITS_NOTHING,
	WAITS_CONSENT,
	WAITS_AGREEMENT, /* somebody has refused: another version, or none */
	WAITS_TENDER,
	WAITS_POLICY, /* the lead begins the key, or begins it again */
	WAITS_COUNTERSIGNATURE,
	WAITS_DEAL,
	WAITS_CERTIFICATE,
	WAITS_PUBLICATION, /* a draft whose key is made */
	WAITS_BIDS,
	WAITS_GRACE,
	WAITS_CLOSING,
	WAITS_HOUR, /* of the opening */
	WAITS_OPENING,
	WAITS_EVALUATION,
	WAITS_AWARD,
	WAITS_AWARD_CONSENT,
	WAITS_STANDSTILL,
	WAITS_RULING,
	WAITS_FINISH,
	WAITS_SHARES,
	WAITS_CONTRACT,
	WAITS_DELIVERY,
	WAITS_COUNT
};

struct wait {
	enum waits what;
	uint64_t who;	  /* bit i: of participant i; 0: of nobody in particular */
	int64_t until_ms; /* 0: of no hour */
};
void process_waits(const struct process *p, int64_t now_ms, struct arena *arena, struct wait *ret);
/* As the API calls it: "countersignature"; NULL: nothing. */
const char *waits_name(enum waits what);
/* "KOS's countersignature of the key", "signature under the agreement of ALB, KOS", "bids, until …Z"; empty: nothing. */
const char *waits_words(const struct wait *wait, const struct process *p, const struct world *w,
	struct arena *arena);

#endif
