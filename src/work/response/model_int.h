/*
 * model_int.h: rows of the field tables, shared by model*.c. Each is a macro with the struct and the member, whose name is the JSON key.
 */
#ifndef WORK_RESPONSE_MODEL_INT_H
#define WORK_RESPONSE_MODEL_INT_H

#include "work/response/model.h"

extern const struct shape capability_shape, capability_detail_shape, readiness_shape,
	incident_shape, ack_shape, request_shape, offer_shape, acceptance_shape, commit_shape,
	shortfall_shape, deployment_shape, leg_shape, check_in_shape, sitrep_shape, extension_shape,
	extension_answer_shape, stand_down_shape, return_shape, claim_shape, claim_decision_shape,
	settlement_shape, exchange_shape, place_shape, contact_shape, caveat_shape, external_shape,
	substitute_shape;

/* Most rows say nothing beyond their form: a macro's "..." may stay empty. */
#ifdef __clang__
#	pragma clang diagnostic ignored "-Wgnu-zero-variadic-macro-arguments"
#endif

#define F(T, m, f, ...)                                                                            \
	{                                                                                          \
		.key = #m, .form = f, .at = offsetof(struct T, m), __VA_ARGS__                     \
	}
#define TEXT(T, m, ...)		  F(T, m, FORM_TEXT, __VA_ARGS__)
#define WORD(T, m, w, ...)	  F(T, m, FORM_WORD, .words = w, __VA_ARGS__)
#define NUMBER(T, m, lo, hi, ...) F(T, m, FORM_INT, .min = lo, .max = hi, __VA_ARGS__)
#define BOOL(T, m, ...)		  F(T, m, FORM_BOOL, __VA_ARGS__)
#define TIME(T, m, ...)		  F(T, m, FORM_TIME, __VA_ARGS__)
#define OBJECT(T, m, ...)	  F(T, m, FORM_OBJECT, __VA_ARGS__)
#define HASH(T, m, ...)		  F(T, m, FORM_HASH, __VA_ARGS__)
#define MEMBER(T, m, ...)	  F(T, m, FORM_MEMBER, __VA_ARGS__)
#define TYPE(T, m, ...)		  F(T, m, FORM_TYPE, __VA_ARGS__)
#define CURRENCY(T, m, ...)	  F(T, m, FORM_CURRENCY, __VA_ARGS__)
#define INNER(T, m, s, ...)	  F(T, m, FORM_SHAPE, .shape = &s, __VA_ARGS__)
#define LIST(T, m, s, ...)	  F(T, m, FORM_SHAPES, .shape = &s, __VA_ARGS__)
#define TEXTS(T, m, ...)	  F(T, m, FORM_TEXTS, __VA_ARGS__)
#define NEED			  .need = true
#define HELP(t)			  .help = t
#define MONEY_MAX		  INT64_C(100000000000000) /* a million million of any currency, in cents */

/* "at/key" for a message. */
int at_fail(struct why *why, const char *at, const char *key, const char *text);

#endif
