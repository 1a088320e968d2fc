/*
 * procurement.h: joint procurement, a workspace (README.md).
 */
#ifndef PROCUREMENT_PROCUREMENT_H
#define PROCUREMENT_PROCUREMENT_H

#include "node/workspace.h"

extern const struct workspace workspace_procurement;

/* demo.c: the scene of `entente demo`. */
struct demo;
MUST_USE int procurement_demo(struct demo *d);

#endif
