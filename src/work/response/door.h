/*
 * door.h: what the workspace answers outside the API (door.c).
 */
#ifndef WORK_RESPONSE_DOOR_H
#define WORK_RESPONSE_DOOR_H

#include "web/work.h"

extern const struct web_door response_doors[];

#endif
