/* cmd.h: `entente training …`; training.c plugs it in. */
#ifndef TRAINING_CMD_H
#define TRAINING_CMD_H

#include "cli/cli.h"

extern const struct command *const training_commands[];

#endif
