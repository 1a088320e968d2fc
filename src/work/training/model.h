/*
 * model.h: the kinds of records of joint training: what each consists of, what it is about, in which modes it is written. Pure.
 *
 *	const struct kind *k = kind_find(SLICE("training/inject/1"));
 *	rc = kind_check(k, content, arena, why);
 *
 * What is designed, played and judged is mode exercise (or test); what changes the life of the members (the programme, lessons, corrective actions,
 * qualifications) is real. A record in a mode that its kind does not have is flagged and not folded.
 */
#ifndef TRAINING_MODEL_H
#define TRAINING_MODEL_H

#include "log/entry.h"
#include "work/training/field.h"

enum kind_id {
	KIND_ENTRY,  /* of the programme */
	KIND_ANSWER, /* a member's to an entry */
	KIND_MASK,   /* when something of a member's is not to be had, without reasons */
	KIND_EXERCISE,
	KIND_PART,     /* objective, task, phase, storyline, … */
	KIND_INJECT,   /* the script */
	KIND_SHADOW,   /* what others may know of it before it is delivered */
	KIND_CONTROL,  /* the clock, releases, the stop */
	KIND_DELIVERY, /* what is played */
	KIND_SEALED,   /* delivered before it is due, closed */
	KIND_KEY,      /* what opens it */
	KIND_RECEIPT,
	KIND_RESPONSE,
	KIND_OBSERVATION,
	KIND_RATING,
	KIND_LESSON,
	KIND_ACTION,	 /* corrective action, as proposed */
	KIND_ACCEPTANCE, /* what its owner makes of it */
	KIND_QUALIFICATION,
	KINDS,
};

struct kind {
	const char *kind; /* "training/inject/1" */
	const char *noun; /* "inject": for commands and addresses */
	const struct field *field;
	const struct machine *machine; /* of its "steps"; NULL */
	const char *about;	       /* the field with the record that it belongs to; NULL */
	bool real;		       /* real and test, else exercise and test */
	/* Rules that a table cannot say; may be NULL. */
	int (*rule)(
		const struct json_doc *doc, json_ref root, struct arena *arena, struct why *why);
	const char *help;
};
extern const struct kind training_kinds[KINDS];

const struct kind *kind_find(struct slice kind); /* NULL */
const struct kind *kind_noun(struct slice noun); /* NULL */
enum kind_id kind_id(const struct kind *k);
bool kind_mode(const struct kind *k, enum mode mode);

/* Content of a record. E_SYNTAX, E_INVALID, E_LIMIT with a JSON pointer. */
MUST_USE int kind_check(
	const struct kind *k, struct slice content, struct arena *arena, struct why *why);
/* The same for what people send: nothing unknown in it. */
MUST_USE int kind_check_strict(const struct kind *k, const struct json_doc *doc, json_ref root,
	struct arena *arena, struct why *why);
/* The record that it belongs to; false if it belongs to none. */
bool kind_about(
	const struct kind *k, const struct json_doc *doc, json_ref root, struct object_id *ret);
/* The members that may hold what a record is called (node/content.h get_title). */
extern const char *const kind_titles[];
/* A title to list it by: one of them, else what its kind is called; in the arena. */
struct slice kind_title(
	const struct kind *k, const struct json_doc *doc, json_ref root, struct arena *arena);

/* Words of the standards, NULL at the end; their order is that of the enums beside them. */
extern const char *const entry_kinds[], *const firmness[], *const answers[], *const busy_kinds[];
extern const char *const exercise_types[],
	*const exercise_levels[], *const exercise_forms[], *const clock_modes[],
								   *const gate_names[],
									   *const gate_states[];
extern const char *const part_types[],
	*const inject_kinds[],
		*const inject_weights[],
			*const methods[], *const bases[], *const fires[],
								  *const jumps[],
									  *const shadows[],
										  *const triggers[];
extern const char *const controls[], *const receipts[], *const response_kinds[];
extern const char *const observation_kinds[], *const elements[], *const priorities[];

enum part_type {
	PART_OBJECTIVE,
	PART_TASK, /* critical task, an EEG line */
	PART_PHASE,
	PART_STORYLINE,
	PART_EVENT,
	PART_INCIDENT,
	PART_AUDIENCE,
	PART_CELL,
	PART_ACTOR,
	PART_ROLE,
	PART_VARIABLE,
};
enum inject_kind {
	INJECT_INJECT,
	INJECT_CONTINGENCY,
	INJECT_EXPECTED,
	INJECT_INFORMATION,
	INJECT_ADMINISTRATIVE,
	INJECT_CONTROL
};
enum inject_weight { WEIGHT_KEY, WEIGHT_ENABLING, WEIGHT_SUPPORTING };
enum method {
	METHOD_PORTAL,
	METHOD_EMAIL,
	METHOD_PHONE,
	METHOD_RADIO,
	METHOD_IN_PERSON,
	METHOD_DOCUMENT,
	METHOD_MEDIA,
	METHOD_ALERT,
	METHOD_CYBER,
	METHOD_PROCUREMENT,
	METHOD_REQUEST,
	METHOD_WEBHOOK,
	METHOD_EXTERNAL,
};
enum inject_basis { DUE_SCENARIO, DUE_ELAPSED, DUE_REAL, DUE_RELATIVE, DUE_MANUAL };
enum inject_fire { FIRE_AUTO, FIRE_CONFIRM, FIRE_MANUAL };
enum shadow { SHADOW_BAND, SHADOW_NONE };
enum trigger { ON_DELIVERED, ON_ACKED, ON_RESPONDED, ON_SILENCE, ON_RATING };
enum control_kind {
	CONTROL_STARTEX,
	CONTROL_PAUSE,
	CONTROL_RESUME,
	CONTROL_RATE,
	CONTROL_JUMP,
	CONTROL_STOP,
	CONTROL_CLEAR,
	CONTROL_ENDEX,
	CONTROL_RELEASE,
	CONTROL_HOLD,
	CONTROL_DEFER,
	CONTROL_DROP,
	CONTROL_RECALL,
	CONTROL_COMMCHECK,
	CONTROL_NOTE,
};
enum receipt_state { RECEIPT_RECEIVED, RECEIPT_SEEN, RECEIPT_ACKED };

#endif
