/*
 * model.h: the records of joint procurement: their kinds, shapes, and what must fit together inside one. Pure.
 *
 * Every record but needs and pools belongs to one process: the pool (participation, vote) or the procurement (all others), whose object id stands in it.
 * A member writes only its own: who may say what is the fold's business (process.h), not the shape's.
 */
#ifndef PROCUREMENT_MODEL_H
#define PROCUREMENT_MODEL_H

#include "node/workspace.h"
#include "work/procurement/limits.h"
#include "work/procurement/shape.h"

#define KIND_PREFIX "procurement/"

enum pkind {
	P_NEED,
	P_POOL,
	P_PARTICIPATION,
	P_VOTE,
	P_AGREEMENT, /* the procurement itself: who buys together, who leads, how costs are shared */
	P_CONSENT,
	P_TENDER,
	P_QUESTION,
	P_ANSWER,
	P_SEAL,	   /* a message of E-SEAL/1, or a piece of one */
	P_CONFIRM, /* an officer's consent to give shares; stays at its node */
	P_CONFLICT,
	P_SCORE,
	P_AWARD,
	P_AWARD_CONSENT,
	P_COMPLAINT,
	P_RULING,
	P_SHARE,
	P_CONTRACT,
	P_DELIVERY,
	P_TRANSACTION,
	P_KINDS
};

struct pkind_row {
	const char *kind;  /* "procurement/need/1" */
	const char *shape; /* name of its line */
	const char *of;	   /* member that names the process; NULL: it is one itself */
	const char *help;
};
extern const struct pkind_row pkind_table[P_KINDS];
extern const char *const procurement_shapes[];

/* P_KINDS if it is none of ours. */
enum pkind pkind_find(struct slice kind);

/* Parses and checks the content of one record. *ret_of: the process that it names; untouched for those that are one. */
MUST_USE int procure_read(enum pkind k, struct slice content, struct arena *arena,
	struct json_doc *ret, struct object_id *ret_of, struct why *why);

/* A tender as suppliers are told it: what it withholds is missing; what a bid is written by is there, and whatever is there has its shape. */
MUST_USE int procure_read_told(
	struct slice content, struct arena *arena, struct json_doc *ret, struct why *why);

/* A code fits its scheme, as far as that can be told without the list: CPV 8 digits (check digit by list only, so not looked at), UNSPSC 8, NSN 13, GTIN 14. */
MUST_USE int classification_check(
	struct slice scheme, struct slice id, const char *where, struct why *why);
/* What makes two needs the same thing: NIIN of an NSN, else scheme and code. In the arena. */
struct slice classification_key(const struct json_doc *doc, json_ref list, struct arena *arena);

/* The class of a CPV code: its first four digits ("CPV 3952"); empty if the list has none. */
struct slice classification_class(const struct json_doc *doc, json_ref list, struct arena *arena);

/* The members that may hold what a record is called (node/content.h get_title). */
extern const char *const procure_titles[];
/* One of them, else what its kind is; for lists. In the arena. */
struct slice procure_title(enum pkind k, const struct json_doc *doc, struct arena *arena);

#endif
