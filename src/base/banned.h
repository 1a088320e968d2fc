/*
 * banned.h: forced into every file by the build. A function named here does not compile.
 * Each has a safe counterpart in base/: the comment behind the line names it.
 */
#ifndef ENTENTE_BANNED_H
#define ENTENTE_BANNED_H

/* System headers that declare the banned names come first, so that only our uses are caught. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BANNED(name) this_function_is_banned_##name

#undef strcpy
#define strcpy(a, b) BANNED(strcpy) /* buf.h or snprintf */
#undef strncpy
#define strncpy(a, b, n) BANNED(strncpy)
#undef strcat
#define strcat(a, b) BANNED(strcat)
#undef strncat
#define strncat(a, b, n) BANNED(strncat)
#undef sprintf
#define sprintf(...) BANNED(sprintf)
#undef vsprintf
#define vsprintf(...) BANNED(vsprintf)
#undef strtok
#define strtok(a, b) BANNED(strtok) /* slice_cut */
#undef gmtime
#define gmtime(t) BANNED(gmtime) /* time.h: utc_* */
#undef localtime
#define localtime(t) BANNED(localtime)
#undef ctime
#define ctime(t) BANNED(ctime)
#undef atoi
#define atoi(s) BANNED(atoi) /* slice_u64, slice_i64 */
#undef atol
#define atol(s) BANNED(atol)
#undef system
#define system(s) BANNED(system)
#undef rand
#define rand() BANNED(rand) /* env.h */

/* base/mem.c defines this before including anything. */
#ifndef ENTENTE_MAY_MALLOC
#	undef malloc
#	define malloc(n) BANNED(malloc) /* mem.h */
#	undef calloc
#	define calloc(n, m) BANNED(calloc)
#	undef realloc
#	define realloc(p, n) BANNED(realloc)
#	undef strdup
#	define strdup(s) BANNED(strdup)
#	undef strndup
#	define strndup(s, n) BANNED(strndup)
#endif

#endif
