/*
 * scene.h: views made by hand, for tests of the page: nothing at all, the ordinary, and everything
 * at once.
 */
#ifndef TEST_WEB_SCENE_H
#define TEST_WEB_SCENE_H

#include "web/page.h"

#define SCENE_NOW 1774000000000LL

/* Three founders in force, a fourth that has applied (2 of 3), statements, logs, records, partners.
 * Lives in the arena. */
struct view *scene_ordinary(struct arena *arena);
/* The same with a fork, refusals, flags, silent partners, records of exercise and test, hostile
 * text everywhere. */
struct view *scene_hostile(struct arena *arena, const char *text);
/* A coalition whose charter has just been taken up: nobody has signed anything. */
struct view *scene_fresh(struct arena *arena);

/* The whole page of one view. */
void scene_page(struct view *v, struct arena *arena, struct buf *ret);

#endif
