/*
 * door.h: the public door of this workspace (web/work.h).
 */
#ifndef PROCUREMENT_DOOR_H
#define PROCUREMENT_DOOR_H

#include "web/work.h"

extern const struct web_door procurement_doors[];

#endif
