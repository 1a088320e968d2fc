/*
 * act.h: what sign, accede, ratify, withdraw, suspend and resume share: an act's body becomes an
 * entry that an officer has signed, here or elsewhere.
 */
#ifndef CLI_ACT_H
#define CLI_ACT_H

#include "cli/cli.h"

/* Options that every act takes; put them at the end of a command's list. */
#define ACT_OPTIONS                                                                                \
	{"officer", 0, "FILE", false, "officer key (default: DIR/keys/officer.key)"},              \
		{"pass-file", 0, "FILE", false, "passphrase of a sealed key"},                     \
		{"prepare", 0, "FILE", false,                                                      \
			"do not sign here: write what is to be signed to FILE"},                   \
		{"mode", 0, "MODE", false,                                                         \
			"real, exercise or test (default real; only real acts settle standing)"},  \
		{"force", 'f', NULL, false, "overwrite the output"},                               \
	{                                                                                          \
		NULL, 0, NULL, false, NULL                                                         \
	}

/* The world must be loaded. `ref` may be NULL. Prints what was done. */
MUST_USE int act_write(struct cli *cli, const struct act_body *body, const struct entry_ref *ref);

#endif
