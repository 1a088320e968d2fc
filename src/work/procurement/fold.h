/*
 * fold.h: the kinds of record of this workspace, for the node (node/workspace.h).
 */
#ifndef PROCUREMENT_FOLD_H
#define PROCUREMENT_FOLD_H

#include "work/procurement/model.h"

extern const struct workspace_kind procurement_kinds[]; /* ends with kind NULL */

#endif
