/*
 * unit.h: what cmocka wants included first, and two shorthands of the crypt tests.
 */
#ifndef TEST_UNIT_CRYPT_UNIT_H
#define TEST_UNIT_CRYPT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/enc.h"
#include "base/report.h"

/* Bytes of a hex literal of exactly `n` bytes, into `ret`. */
static inline void unhex(const char *text, void *ret, size_t n)
{
	MUST(hex_decode(slice_str(text), ret, n) == 0);
}

#endif
