/*
 * vec.h: a growing array of one type.
 *
 *	VEC(struct ref) refs = {0};
 *	vec_push(&refs, r);
 *	for (size_t i = 0; i < refs.n; i++) use(&refs.p[i]);
 *	vec_free(&refs);
 */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include "base/mem.h"

#define VEC(T)                                                                                     \
	struct {                                                                                   \
		T *p; /* owned */                                                                  \
		size_t n, cap;                                                                     \
	}

#define vec_push(v, x)                                                                             \
	do {                                                                                       \
		if ((v)->n == (v)->cap) {                                                          \
			(v)->cap = (v)->cap ? (v)->cap * 2 : 8;                                    \
			(v)->p = mem_resize((v)->p, (v)->cap, sizeof(*(v)->p));                    \
		}                                                                                  \
		(v)->p[(v)->n++] = (x);                                                            \
	} while (0)

#define vec_free(v)                                                                                \
	do {                                                                                       \
		mem_free((v)->p);                                                                  \
		(v)->p = NULL;                                                                     \
		(v)->n = (v)->cap = 0;                                                             \
	} while (0)

#define vec_sort(v, cmp)                                                                           \
	do {                                                                                       \
		if ((v)->n > 1)                                                                    \
			qsort((v)->p, (v)->n, sizeof(*(v)->p), (cmp));                             \
	} while (0)

#endif
