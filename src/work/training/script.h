/*
 * script.h: an inject as it is written: the fields that somebody works with, its digest, and what state it is in. Pure.
 *
 * Approved is the script that was approved: the step to "approved" names its digest, and as soon as a field of it differs the inject is a draft again,
 * whoever changed it and in whatever order versions arrive.
 */
#ifndef TRAINING_SCRIPT_H
#define TRAINING_SCRIPT_H

#include "crypt/hash.h"
#include "work/training/clock.h"
#include "work/training/model.h"

struct expect {
	struct slice text;
	int64_t within_ms; /* 0: no limit */
	bool has_task;
	struct object_id task;
};

struct optional_object {
	bool set;
	struct object_id id;
};

struct inject {
	struct slice number, title, body, to_text, controller, from_sim, track, play_label, url,
		native, capability, notes, background, location, units, author, method_text,
		time_text;
	enum inject_kind kind;
	enum inject_weight weight;
	enum method method;
	enum inject_fire fire;
	enum jump_policy jump;
	enum shadow shadow;
	struct optional_object storyline, event, incident, phase, from_cell, retests;
	struct object_id *to, *objective;
	size_t n_to, n_objective;
	struct id *play_to;
	size_t n_play_to;
	bool has_controller_party;
	struct id controller_party;
	struct {
		enum inject_basis basis;
		int64_t at;	  /* scenario, real */
		int64_t after_ms; /* elapsed, relative */
		struct optional_object of;
		enum trigger on;
		int64_t tolerance_ms;
	} due;
	struct {
		struct optional_object inject;
		enum trigger on;
		struct slice rating;
	} condition;
	struct expect *expect;
	size_t n_expect;
	bool sealed;
	size_t open_comments, n_files;
	const char *status; /* of machine_inject, after the look at the approval */
	bool edited;	    /* was approved, and is not any more because the script has changed */
	struct hash digest;
	struct json_doc doc; /* all of it, for who wants more */
	json_ref root;
};

/* `content` has been checked (kind_check) and outlives the result. */
MUST_USE int inject_parse(
	struct inject *ret, struct arena *arena, struct slice content, struct why *why);
/* SHA-256 over the one spelling (fields_print) without what is apart: steps, comments. */
struct hash fields_digest(
	const struct field *f, const struct json_doc *doc, json_ref root, struct arena *arena);
/* May it be played: approved or synchronized? */
bool inject_ready(const struct inject *j);
unsigned weight_load(enum inject_weight w); /* 3, 2, 1 */

#endif
