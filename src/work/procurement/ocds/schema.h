/*
 * schema.h: OCDS 1.1.5 and the extensions that we write, as a table (schema.c): which objects there are, their fields, types, codelists. Checking and
 * merging read it; nothing else knows the names.
 */
#ifndef OCDS_SCHEMA_H
#define OCDS_SCHEMA_H

#include "base/slice.h"

enum ocds_type {
	OCDS_STRING = 1 << 0,
	OCDS_INTEGER = 1 << 1,
	OCDS_NUMBER = 1 << 2,
	OCDS_BOOLEAN = 1 << 3,
	OCDS_NULL = 1 << 4,
	OCDS_OBJECT = 1 << 5,
	OCDS_ARRAY = 1 << 6,
};

struct ocds_codelist {
	const char *name;
	bool open;
	const char *codes; /* " a b c ": each between blanks */
};

struct ocds_def;
struct ocds_field {
	struct slice name;
	const char *extension; /* part of its repository's name; NULL: core */
	unsigned type;	       /* of the value; bits of ocds_type */
	unsigned item;	       /* of an array's elements */
	bool required, not_empty, unique, at_least_one, date, uri;
	const struct ocds_def *object; /* of the value or of the elements; NULL */
	const struct ocds_codelist *codelist;
};
struct ocds_def {
	const char *name;
	struct ocds_field *field;
	size_t n_field;
	struct slice translated[6]; /* fields that may bear a language: title_es */
	size_t n_translated;
	bool has_id; /* its elements in an array are told apart by `id` */
};

const struct ocds_def *ocds_def(const char *name); /* "Release" … */
const struct ocds_field *ocds_field(const struct ocds_def *d, struct slice name);
/* Is this name a translation of a field of `d`? */
bool ocds_translated(const struct ocds_def *d, struct slice name);
bool ocds_code_known(const struct ocds_codelist *c, struct slice code);

#endif
