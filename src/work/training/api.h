/* api.h: the routes of this workspace; training.c plugs them in. */
#ifndef TRAINING_API_H
#define TRAINING_API_H

#include "web/api.h"

extern const struct api_route training_routes[];

#endif
