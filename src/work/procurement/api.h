/*
 * api.h: routes of this workspace (web/api.h).
 */
#ifndef PROCUREMENT_API_H
#define PROCUREMENT_API_H

#include "web/api.h"

extern const struct api_route procurement_routes[];

/* A pool: who takes part, with how much, and the votes. Needs of several members that could be one. */
int procure_api_pool(struct call *c);
int procure_api_suggestions(struct call *c);

#endif
