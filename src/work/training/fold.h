/* fold.h: what the node's fold calls for records of this workspace (node/workspace.h). */
#ifndef TRAINING_FOLD_H
#define TRAINING_FOLD_H

#include "node/workspace.h"

extern const struct workspace_kind training_workspace_kinds[];

#endif
