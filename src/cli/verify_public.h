/*
 * verify_public.h: `entente verify` of a public register: a file or a URL, trusting root fingerprints and nothing else.
 */
#ifndef CLI_VERIFY_PUBLIC_H
#define CLI_VERIFY_PUBLIC_H

#include "cli/cli.h"

MUST_USE int verify_public(struct cli *cli, struct slice file);
/* What a URL answers, at most LIMIT_PUBLIC_BYTES. Whoever answers: what comes proves itself. */
MUST_USE int verify_fetch(struct cli *cli, const char *url, struct slice *ret);

#endif
