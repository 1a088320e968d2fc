/* demo.h: the scene of `entente demo` (cli/demo.h): an exercise of two injects, and what follows from it. */
#ifndef TRAINING_DEMO_H
#define TRAINING_DEMO_H

#include "base/why.h"

struct demo;
MUST_USE int training_demo(struct demo *d);

#endif
