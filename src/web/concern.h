/*
 * concern.h: what somebody on duty should know first, in one list, the worst on top. Computed from
 * a view, so page and alarm say the same.
 */
#ifndef WEB_CONCERN_H
#define WEB_CONCERN_H

#include "web/view.h"

/* A partner silent for so long is worth a line. */
#define CONCERN_SILENT_MS (2 * 60 * 1000)
/* A refusal is news for a day; after that it is only in the list. */
#define CONCERN_REFUSAL_MS DAY_MS
/* Witnesses answer within a poll; an act that is still alone after so long is worth a line. */
#define CONCERN_UNWITNESSED_MS (5 * 60 * 1000)

enum concern_level { CONCERN_CALM, CONCERN_ATTENTION, CONCERN_ALARM };

struct concern {
	enum concern_level level;
	const char *text; /* one sentence, safe only after escaping */
};
#define CONCERNS_MAX 64
struct concerns {
	struct concern list[CONCERNS_MAX];
	size_t n;
	size_t dropped; /* did not fit */
	enum concern_level worst;
};

/* Those of one coalition, added to the list; texts in the view's arena. */
void concerns_add(struct concerns *c, const struct view *v);
/* Those of the node itself. */
void concerns_of_node(struct concerns *c, const struct node *node);
/* Worst first, else in the order added. */
void concerns_sort(struct concerns *c);

/* For people: "12 s", "3 min", "5 h", "9 days"; "0 s" if it lies ahead. */
#define AGE_TEXT 32
void age_format(int64_t ms, char ret[AGE_TEXT]);

#endif
