/*
 * pattern.h: STIX patterns (STIX 2.1 §9): parsed once, then asked of many observations.
 *
 *	struct pattern *p CLEANUP_PATTERN = NULL;
 *	int rc = pattern_parse(&p, text, PATTERN_2_1, why);        -- why.where "line 1, column 14"
 *	struct observed seen = {0};
 *	rc = observed_add(&seen, &arena, json, why);               -- observed-data, bundles, arrays
 *	rc = pattern_match(p, &seen, &verdict, why);
 *	if (rc == 0 && verdict.matched) ... verdict.at[0 … verdict.n)
 *
 * What a pattern may cost is bounded in every direction: its length, nesting and repetitions when it is parsed; values looked at,
 * bindings tried, the steps and memory of a regular expression, and the steps of all LIKE and MATCHES together when it is asked. Over a bound is E_LIMIT, never a wrong answer.
 *
 * A pattern owns its memory; it may be asked by one thread at a time. `observed` borrows the JSON and the arena.
 */
#ifndef CYBER_PATTERN_H
#define CYBER_PATTERN_H

#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"
#include "json/json.h"

/* STIX 2.0 has strings behind START and STOP, and lets a qualifier stand twice. */
enum pattern_version { PATTERN_2_1, PATTERN_2_0 };

struct pattern;

#define CLEANUP_PATTERN __attribute__((cleanup(pattern_free)))
/* E_SYNTAX, E_INVALID (a literal that cannot be: set of mixed types, hash of a wrong length …) or E_LIMIT. */
MUST_USE int pattern_parse(
	struct pattern **ret, struct slice text, enum pattern_version version, struct why *why);
/* The pattern that an indicator carries (STIX 2.1 §4.7); `a` is for what is on the way. Also E_MISSING: none, or of another language (pattern_type). */
MUST_USE int pattern_of_indicator(struct pattern **ret, const struct json_doc *doc,
	json_ref indicator, struct arena *a, struct why *why);
void pattern_free(struct pattern **p);

/* ---- what was seen ---- */

/* A moment to the nanosecond; what is finer is cut off. */
struct pattern_time {
	int64_t s;
	int32_t ns;
};

struct observed_object {
	const struct json_doc *doc;
	json_ref ref;
	struct slice id, type;
};

/* One observed-data object: `number` instances between `first` and `last`. */
struct observation {
	struct slice id;
	struct pattern_time first, last;
	uint64_t number;
	size_t object, n; /* its objects in observed.object */
	bool embedded;	  /* STIX 2.0: references are keys of its own "objects" */
};

struct observed {
	VEC(struct observation) observation;
	VEC(struct observed_object) object;
	struct map by_id; /* id -> index + 1 in `shared` */
	VEC(struct observed_object) shared;
	uint64_t bytes; /* of JSON */
};

/*
 * Adds the observed-data of a JSON text: one such object, an array of them, or a bundle, in which object_refs lead to the observables beside it.
 * E_INVALID names the object and what it lacks; nothing of the text is added then. The doc and copies lie in `arena`; `json` must
 * outlive `seen`.
 */
MUST_USE int observed_add(
	struct observed *seen, struct arena *arena, struct slice json, struct why *why);
void observed_free(struct observed *seen);

/* ---- the question ---- */

struct pattern_verdict {
	bool matched;
	const size_t *
		at; /* observations of one binding, ascending, each once; owned by the pattern, until it is asked again */
	size_t n;
};
/*
 * E_LIMIT, or E_INVALID where a value is compared with a timestamp and is none (what STIX leaves open, and the reference
 * implementation answers with an error too).
 */
MUST_USE int pattern_match(struct pattern *p, const struct observed *seen,
	struct pattern_verdict *ret, struct why *why);

/*
 * What a pattern means to a list: it is one that fires iff one of the values is seen iff all there is are comparisons for equality (or IN) of strings,
 * joined by OR, within one observation expression or several joined by OR, without qualifiers. Calls `each` for every one, path as "hashes.SHA-256" or
 * "value". Returns the number of values, or 0 if the pattern says more than a list can.
 */
typedef void (*pattern_value_fn)(
	void *ctx, struct slice type, struct slice path, struct slice value);
size_t pattern_values(const struct pattern *p, pattern_value_fn each, void *ctx);

#endif
