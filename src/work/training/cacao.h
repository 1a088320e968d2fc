/*
 * cacao.h: CACAO 2.0 playbooks in: a nation's own way to respond is where expected actions come from. An action becomes a critical task, a branch (if, while,
 * switch) a contingency. What the tasks cover of a playbook is then known by step. Pure; the playbook is hostile until read.
 */
#ifndef TRAINING_CACAO_H
#define TRAINING_CACAO_H

#include "json/json.h"

enum cacao_type {
	CACAO_START,
	CACAO_END,
	CACAO_ACTION,
	CACAO_PLAYBOOK,
	CACAO_PARALLEL,
	CACAO_IF,
	CACAO_WHILE,
	CACAO_SWITCH
};
struct cacao_step {
	struct slice id, name, description, condition;
	struct slice
		command; /* of an action: the manual one if there is one, else the first that is text */
	enum cacao_type type;
};
struct cacao {
	struct slice id, name, description;
	struct cacao_step *
		step; /* in the order in which they are reached; what is never reached comes last */
	size_t n, unreached;
};
/* E_SYNTAX, E_INVALID with a JSON pointer: no playbook, another version, a step that names one that there is not. */
MUST_USE int cacao_parse(
	struct cacao *ret, struct arena *arena, struct slice bytes, struct why *why);

#endif
