/* cacao.c: see cacao.h; section numbers are those of CACAO Security Playbooks 2.0. */
#include "work/training/cacao.h"

#include "base/map.h"
#include "work/training/limits.h"

#define TEXT_MAX (64 * KIB)

/* §4: each step is one of these. */
static const struct {
	const char *name;
	enum cacao_type type;
} types[] = {{"start", CACAO_START}, {"end", CACAO_END}, {"action", CACAO_ACTION},
	{"playbook-action", CACAO_PLAYBOOK}, {"parallel", CACAO_PARALLEL},
	{"if-condition", CACAO_IF}, {"while-condition", CACAO_WHILE},
	{"switch-condition", CACAO_SWITCH}};

struct reading {
	const struct json_doc *doc;
	json_ref workflow;
	struct arena *arena;
	struct cacao *out;
	struct map seen;
	json_ref *queue;
	size_t head, tail;
	struct why *why;
};

static struct slice text_of(const struct reading *r, json_ref obj, const char *key)
{
	struct slice s = json_string(r->doc, json_get(r->doc, obj, key), r->arena);

	return slice_sub(s, 0, TEXT_MAX);
}

/* A manual command is what people do; else the first that says something. §5. */
static struct slice command_of(const struct reading *r, json_ref step)
{
	json_ref list = json_get(r->doc, step, "commands");
	struct slice first = SLICE_NONE;

	for (json_ref c = json_first(r->doc, list); c; c = json_next(r->doc, c)) {
		struct slice text = text_of(r, c, "command");

		if (text.n && slice_is(text_of(r, c, "type"), "manual"))
			return text;
		if (!first.n)
			first = text;
	}
	return first;
}

static const char *pointer(const struct reading *r, json_ref step, const char *member)
{
	return arena_printf(r->arena, "/workflow/%.*s%s%s",
		SLICE_FMT(json_key(r->doc, step, r->arena)), *member ? "/" : "", member);
}

static int step_read(struct reading *r, json_ref step)
{
	struct cacao_step *s = &r->out->step[r->out->n];
	struct slice type = text_of(r, step, "type");
	size_t i = 0;

	if (json_type(r->doc, step) != JSON_OBJECT)
		return why_set(r->why, E_INVALID, pointer(r, step, ""), "a step is an object");
	while (i < sizeof(types) / sizeof(types[0]) && !slice_is(type, types[i].name))
		i++;
	if (i == sizeof(types) / sizeof(types[0]))
		return why_set(r->why, E_INVALID, pointer(r, step, "type"),
			"there is no such type of step");
	*s = (struct cacao_step){.id = json_key(r->doc, step, r->arena),
		.name = text_of(r, step, "name"),
		.description = text_of(r, step, "description"),
		.condition =
			text_of(r, step, types[i].type == CACAO_SWITCH ? "switch" : "condition"),
		.command = command_of(r, step),
		.type = types[i].type};
	r->out->n++;
	return 0;
}

static int next_add(struct reading *r, json_ref step, const char *member, struct slice id)
{
	json_ref next = json_get_slice(r->doc, r->workflow, id);

	if (next == JSON_ABSENT)
		return why_set(r->why, E_INVALID, pointer(r, step, member),
			"names a step that there is not");
	if (map_has(&r->seen, id))
		return 0;
	map_put(&r->seen, id, r);
	r->queue[r->tail++] = next;
	return 0;
}

/* A member that names a step, a list of steps, or (cases) steps by value. */
static int member_follow(struct reading *r, json_ref step, const char *member)
{
	json_ref v = json_get(r->doc, step, member);
	int rc = 0;

	if (json_type(r->doc, v) == JSON_STRING)
		return next_add(r, step, member, json_string(r->doc, v, r->arena));
	for (json_ref e = json_first(r->doc, v); rc == 0 && e; e = json_next(r->doc, e)) {
		if (json_type(r->doc, e) == JSON_STRING)
			rc = next_add(r, step, member, json_string(r->doc, e, r->arena));
		for (json_ref k = json_first(r->doc, e); rc == 0 && k; k = json_next(r->doc, k))
			if (json_type(r->doc, k) == JSON_STRING)
				rc = next_add(r, step, member, json_string(r->doc, k, r->arena));
	}
	return rc;
}

static int follow(struct reading *r)
{
	static const char *const members[] = {"on_completion", "on_success", "on_failure",
		"on_true", "on_false", "cases", "next_steps"};
	int rc = 0;

	while (rc == 0 && r->head < r->tail) {
		json_ref step = r->queue[r->head++];

		rc = step_read(r, step);
		for (size_t i = 0; rc == 0 && i < sizeof(members) / sizeof(members[0]); i++)
			rc = member_follow(r, step, members[i]);
	}
	return rc;
}

static int workflow_read(struct reading *r, json_ref root)
{
	struct slice start = text_of(r, root, "workflow_start");
	json_ref first = json_get_slice(r->doc, r->workflow, start);
	int rc;

	if (json_type(r->doc, r->workflow) != JSON_OBJECT || json_count(r->doc, r->workflow) == 0)
		return why_set(r->why, E_INVALID, "/workflow", "is missing");
	if (json_count(r->doc, r->workflow) > LIMIT_CACAO_STEPS)
		return why_set(
			r->why, E_LIMIT, "/workflow", "has more than %d steps", LIMIT_CACAO_STEPS);
	if (first == JSON_ABSENT)
		return why_set(
			r->why, E_INVALID, "/workflow_start", "names a step that there is not");
	/* §3.1 wants a step of type start there; playbooks in use begin with an action. */
	r->out->step =
		arena_array(r->arena, struct cacao_step, json_count(r->doc, r->workflow) + 1);
	r->queue = arena_array(r->arena, json_ref, json_count(r->doc, r->workflow) + 1);
	map_put(&r->seen, start, r);
	r->queue[r->tail++] = first;
	rc = follow(r);
	/* What is never reached may be meant for an exception (§3.1 workflow_exception), or forgotten. */
	for (json_ref s = json_first(r->doc, r->workflow); rc == 0 && s; s = json_next(r->doc, s)) {
		struct slice id = json_key(r->doc, s, r->arena);
		size_t before = r->out->n;

		if (map_has(&r->seen, id))
			continue;
		map_put(&r->seen, id, r);
		r->queue[r->tail++] = s;
		rc = follow(r);
		r->out->unreached += r->out->n - before;
	}
	return rc;
}

int cacao_parse(struct cacao *ret, struct arena *arena, struct slice bytes, struct why *why)
{
	struct cacao out = {0};
	struct json_doc doc;
	struct reading r = {.doc = &doc, .arena = arena, .out = &out, .why = why};
	json_ref root;
	int rc;

	(void)slice_take(&bytes, "\xef\xbb\xbf");
	rc = json_read(&doc, arena, bytes, &json_limits_partner, why);
	if (rc < 0)
		return rc;
	root = json_root(&doc);
	if (!slice_is(text_of(&r, root, "type"), "playbook") &&
		!slice_is(text_of(&r, root, "type"), "playbook-template"))
		return why_set(why, E_INVALID, "/type", "is no playbook");
	if (!slice_is(text_of(&r, root, "spec_version"), "cacao-2.0"))
		return why_set(why, E_INVALID, "/spec_version", "is not cacao-2.0");
	out.id = text_of(&r, root, "id");
	out.name = text_of(&r, root, "name");
	out.description = text_of(&r, root, "description");
	if (!slice_starts(out.id, "playbook") || !out.name.n)
		return why_set(why, E_INVALID, out.name.n ? "/id" : "/name",
			"is missing, or no playbook's");
	r.workflow = json_get(&doc, root, "workflow");
	rc = workflow_read(&r, root);
	map_free(&r.seen);
	if (rc == 0)
		*ret = out;
	return rc;
}
