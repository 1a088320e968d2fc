/* training.h: joint training: the programme, the exercise, the clock, the evaluation, the lesson. */
#ifndef TRAINING_TRAINING_H
#define TRAINING_TRAINING_H

#include "node/workspace.h"

extern const struct workspace workspace_training;

#endif
