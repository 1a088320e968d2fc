/*
 * api.h: routes of this workspace (web/api.h).
 */
#ifndef PROCUREMENT_API_H
#define PROCUREMENT_API_H

#include "web/api.h"

extern const struct api_route procurement_routes[];

#endif
