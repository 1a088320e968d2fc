/* view.c: see view.h. */
#include "work/training/view.h"

#include "base/report.h"
#include "work/training/machine.h"

#define UNCONFIRMED_DEFAULT_MS 60000

int object_id_order(const void *a, const void *b)
{
	const struct object_id *x = a, *y = b;
	int c = id_cmp(&x->owner, &y->owner);

	return c ? c : id_cmp(&x->name, &y->name);
}

struct object_id shadow_object(const struct object_id *inject)
{
	struct slice piece[3] = {SLICE("entente training shadow"), id_slice(&inject->owner),
		id_slice(&inject->name)};
	struct hash h = hash_of(piece, 3);
	struct object_id o = {.owner = inject->owner};

	memcpy(o.name.b, h.b, sizeof(o.name.b));
	return o;
}

bool view_is_host(const struct view *v, const struct id *member)
{
	return id_eq(&v->ex.row->object.owner, member);
}

bool view_takes_part(const struct view *v, const struct id *member)
{
	bool found = view_is_host(v, member);

	for (size_t i = 0; !found && i < v->ex.n_party; i++)
		found = id_eq(&v->ex.party[i], member);
	return found;
}

/* ---- parsing rows ---- */

static void optional(
	const struct json_doc *doc, json_ref root, const char *key, struct optional_object *ret)
{
	ret->set = get_object(doc, root, key, &ret->id);
}

static void levels_parse(struct exercise *e, struct arena *a)
{
	const struct level hseep[] = {{SLICE("P"), SLICE("Performed without challenges"), true},
		{SLICE("S"), SLICE("Performed with some challenges"), true},
		{SLICE("M"), SLICE("Performed with major challenges"), true},
		{SLICE("U"), SLICE("Unable to be performed"), true}};
	json_ref list = json_get(&e->doc, e->root, "rating_scale");

	e->n_level = json_count(&e->doc, list);
	if (!e->n_level) {
		e->n_level = sizeof(hseep) / sizeof(hseep[0]);
		e->level = arena_array(a, struct level, e->n_level);
		memcpy(e->level, hseep, sizeof(hseep));
		return;
	}
	e->level = arena_array(a, struct level, e->n_level);
	e->n_level = 0;
	for (json_ref l = json_first(&e->doc, list); l; l = json_next(&e->doc, l)) {
		json_ref rating = json_get(&e->doc, l, "rating");

		e->level[e->n_level++] = (struct level){get_text(&e->doc, l, "code", a),
			get_text(&e->doc, l, "text", a),
			rating == JSON_ABSENT || json_true(&e->doc, rating)};
	}
}

static void parties_parse(const struct json_doc *doc, json_ref root, struct arena *arena,
	struct id **ret, size_t *ret_n)
{
	json_ref list = json_get(doc, root, "participants");
	size_t n = 0;

	*ret = arena_array(arena, struct id, json_count(doc, list) + 1);
	for (json_ref p = json_first(doc, list); p; p = json_next(doc, p)) {
		bool again = !get_id(doc, p, "party", &(*ret)[n]);

		for (size_t i = 0; i < n && !again; i++)
			again = id_eq(&(*ret)[i], &(*ret)[n]);
		n += !again;
	}
	*ret_n = n;
}

int exercise_parties(const struct row *exercise, struct arena *arena, struct id **ret,
	size_t *ret_n, struct why *why)
{
	struct json_doc doc;
	int rc = json_read(&doc, arena, exercise->body, &json_limits_partner, why);

	if (rc < 0)
		return rc;
	parties_parse(&doc, json_root(&doc), arena, ret, ret_n);
	return 0;
}

static int exercise_parse(struct exercise *e, struct arena *a, struct why *why)
{
	int rc = json_read(&e->doc, a, e->row->body, &json_limits_partner, why);
	json_ref list;

	if (rc < 0)
		return rc;
	e->root = json_root(&e->doc);
	e->code_name = get_text(&e->doc, e->root, "code_name", a);
	e->mark = get_text(&e->doc, e->root, "mark", a);
	parties_parse(&e->doc, e->root, a, &e->party, &e->n_party);
	levels_parse(e, a);
	e->epoch = get_time(&e->doc, e->root, "scenario_epoch", 0);
	e->start = get_time(&e->doc, e->root, "start", 0);
	e->end = get_time(&e->doc, e->root, "end", 0);
	e->facilitator = get_word(&e->doc, e->root, "clock_mode", clock_modes, 0) == 1;
	e->unconfirmed_ms =
		get_int(&e->doc, e->root, "unconfirmed_after_s", UNCONFIRMED_DEFAULT_MS / 1000) *
		1000;
	e->stop_unconfirmed = get_bool(&e->doc, e->root, "stop_when_unconfirmed");
	list = json_get(&e->doc, e->root, "planned_jumps");
	e->jump = arena_alloc_n(a, json_count(&e->doc, list) + 1, sizeof(*e->jump));
	for (json_ref p = json_first(&e->doc, list); p; p = json_next(&e->doc, p)) {
		e->jump[e->n_jump].at = get_time(&e->doc, p, "at", 0);
		e->jump[e->n_jump++].to = get_time(&e->doc, p, "to", 0);
	}
	e->state = machine_state(&machine_exercise, &e->doc, json_get(&e->doc, e->root, "steps"));
	return 0;
}

static void part_parse(struct part *p, const struct json_doc *d, json_ref r, struct arena *a)
{
	p->type = (enum part_type)get_word(d, r, "type", part_types, PART_VARIABLE);
	p->number = get_text(d, r, "number", a);
	p->title = get_text(d, r, "title", a);
	p->text = get_text(d, r, "text", a);
	p->person = get_text(d, r, "person", a);
	p->role = get_text(d, r, "role", a);
	optional(d, r, "parent", &p->parent);
	optional(d, r, "objective", &p->objective);
	optional(d, r, "audience", &p->audience);
	p->has_party = get_id(d, r, "party", &p->party);
	p->core = get_word(d, r, "priority", priorities, 0) == 0;
	p->ends = get_bool(d, r, "ends");
	p->withdrawn = get_bool(d, r, "withdrawn");
	p->n_evaluator = json_count(d, json_get(d, r, "evaluators"));
	p->from = get_time(d, r, "from", INT64_MIN);
	p->to = get_time(d, r, "to", INT64_MAX);
	p->capacity = get_int(d, r, "capacity", 0);
}

static void shade_parse(struct shade *s, const struct json_doc *d, json_ref r, struct arena *a)
{
	s->from = get_time(d, r, "from", INT64_MIN);
	s->timed = s->from != INT64_MIN;
	s->gone = get_bool(d, r, "gone");
	s->storyline = get_text(d, r, "storyline", a);
	get_objects(d, r, "audiences", a, &s->audience, &s->n_audience);
	s->weight = get_int(d, r, "weight", 1);
}

static void control_parse(struct control *c, const struct json_doc *d, json_ref r, struct arena *a)
{
	c->kind = (enum control_kind)get_word(d, r, "kind", controls, CONTROL_NOTE);
	c->at = get_time(d, r, "at", 0);
	c->scenario = get_time(d, r, "scenario", 0);
	c->until = get_time(d, r, "until", 0);
	c->num = (int32_t)get_int(d, r, "num", 0);
	c->den = (int32_t)get_int(d, r, "den", 0);
	optional(d, r, "inject", &c->inject);
	c->by = get_text(d, r, "by", a);
	c->reason = get_text(d, r, "reason", a);
}

static void delivery_parse(
	struct delivery *x, const struct json_doc *d, json_ref r, struct arena *a)
{
	(void)get_object(d, r, "inject", &x->inject);
	x->number = get_text(d, r, "number", a);
	x->title = get_text(d, r, "title", a);
	x->body = get_text(d, r, "body", a);
	x->from_sim = get_text(d, r, "from_sim", a);
	x->mark = get_text(d, r, "mark", a);
	x->by = get_text(d, r, "by", a);
	x->error = get_text(d, r, "error", a);
	x->recalled = get_text(d, r, "recalled", a);
	x->method = (enum method)get_word(d, r, "method", methods, METHOD_PORTAL);
	get_objects(d, r, "audiences", a, &x->audience, &x->n_audience);
	get_ids(d, r, "parties", a, &x->party, &x->n_party);
	x->weight = get_int(d, r, "weight", 1);
	x->due = get_time(d, r, "due", 0);
	x->due_scenario = get_time(d, r, "due_scenario", 0);
	x->released = get_time(d, r, "released", 0);
	x->has_record = get_object(d, r, "record", &x->record);
}

static void receipt_parse(struct receipt *x, const struct json_doc *d, json_ref r)
{
	(void)get_object(d, r, "delivery", &x->delivery);
	x->state = (enum receipt_state)get_word(d, r, "state", receipts, RECEIPT_RECEIVED);
	x->received = get_time(d, r, "received", 0);
	x->seen = get_time(d, r, "seen", 0);
	x->acked = get_time(d, r, "acked", 0);
}

static void response_parse(
	struct player_response *x, const struct json_doc *d, json_ref r, struct arena *a)
{
	(void)get_object(d, r, "delivery", &x->delivery);
	x->kind = get_word(d, r, "kind", response_kinds, 0);
	x->at = get_time(d, r, "at", 0);
	x->text = get_text(d, r, "text", a);
	x->by = get_text(d, r, "by", a);
}

static void observation_parse(
	struct observation *x, const struct json_doc *d, json_ref r, struct arena *a)
{
	optional(d, r, "delivery", &x->delivery);
	optional(d, r, "inject", &x->inject);
	optional(d, r, "task", &x->task);
	optional(d, r, "objective", &x->objective);
	optional(d, r, "audience", &x->audience);
	x->at = get_time(d, r, "at", 0);
	x->kind = get_word(d, r, "kind", observation_kinds, 2);
	x->what = get_text(d, r, "what", a);
	x->evaluator = get_text(d, r, "evaluator", a);
	x->state = machine_state(&machine_observation, d, json_get(d, r, "steps"));
}

static void rating_parse(struct rating *x, const struct json_doc *d, json_ref r, struct arena *a)
{
	optional(d, r, "objective", &x->objective);
	optional(d, r, "task", &x->task);
	optional(d, r, "audience", &x->audience);
	x->rating = get_text(d, r, "rating", a);
	x->by = get_text(d, r, "by", a);
	x->rationale = get_text(d, r, "rationale", a);
	x->not_observed = get_bool(d, r, "not_observed");
	x->withheld = get_bool(d, r, "withheld");
	x->state = machine_state(&machine_rating, d, json_get(d, r, "steps"));
	x->at = get_time(d, r, "at", 0);
}

#define ADD(v, what, r) ((v)->what[(v)->n_##what].row = (r), &(v)->what[(v)->n_##what++])

static int row_add(struct view *v, const struct row *r, struct why *why)
{
	struct arena *a = v->arena;
	struct json_doc d;
	int rc;

	/* Who takes no part has nothing to say in it, whatever he writes about it. */
	if (!view_takes_part(v, &r->author))
		return 0;
	if (r->kind == KIND_INJECT) {
		v->script[v->n_script].row = r;
		return inject_parse(&v->script[v->n_script++].j, a, r->body, why);
	}
	rc = json_read(&d, a, r->body, &json_limits_partner, why);
	if (rc < 0)
		return rc;
	json_ref root = json_root(&d);
	if (r->kind == KIND_PART) {
		part_parse(ADD(v, part, r), &d, root, a);
	} else if (r->kind == KIND_SHADOW) {
		shade_parse(ADD(v, shade, r), &d, root, a);
	} else if (r->kind == KIND_CONTROL) {
		struct control c = {.row = r};

		control_parse(&c, &d, root, a);
		if (view_is_host(v, &r->author) || c.kind == CONTROL_STOP || c.kind == CONTROL_NOTE)
			v->control[v->n_control++] = c;
	} else if (r->kind == KIND_DELIVERY) {
		struct delivery x = {.row = r};

		delivery_parse(&x, &d, root, a);
		if (id_eq(&x.inject.owner, &r->author))
			v->delivery[v->n_delivery++] = x;
	} else if (r->kind == KIND_RECEIPT) {
		receipt_parse(ADD(v, receipt, r), &d, root);
	} else if (r->kind == KIND_RESPONSE) {
		response_parse(ADD(v, response, r), &d, root, a);
	} else if (r->kind == KIND_OBSERVATION) {
		observation_parse(ADD(v, observation, r), &d, root, a);
	} else if (r->kind == KIND_RATING) {
		rating_parse(ADD(v, rating, r), &d, root, a);
	}
	return 0;
}

/* ---- order ---- */

static int by_object(const void *a, const void *b)
{
	return object_id_order(&((const struct row *)a)->object, &((const struct row *)b)->object);
}

/* By author, then as he wrote it. */
static int by_place(const void *a, const void *b)
{
	const struct row *x = ((const struct control *)a)->row,
			 *y = ((const struct control *)b)->row;
	int c = id_cmp(&x->author, &y->author);

	if (c)
		return c;
	if (x->epoch != y->epoch)
		return x->epoch < y->epoch ? -1 : 1;
	if (x->seq != y->seq)
		return x->seq < y->seq ? -1 : 1;
	return object_id_order(&x->object, &y->object);
}

/* By time; at one time as in by_place, which is the same at every node. */
static int by_time(const void *a, const void *b)
{
	const struct control *x = a, *y = b;

	return x->at != y->at ? (x->at < y->at ? -1 : 1) : by_place(a, b);
}

/*
 * What one author wrote later counts later, whatever his clock said: then all of it is merged by time. So a member that is cut off puts the same
 * list together as soon as it has the same records.
 */
static void control_order(struct view *v)
{
	struct control *c = v->control;

	qsort(c, v->n_control, sizeof(*c), by_place);
	for (size_t i = 1; i < v->n_control; i++)
		if (id_eq(&c[i].row->author, &c[i - 1].row->author) && c[i].at < c[i - 1].at)
			c[i].at = c[i - 1].at;
	qsort(c, v->n_control, sizeof(*c), by_time);
}

static void clock_of_control(struct view *v)
{
	struct clock_event *e = arena_array(v->arena, struct clock_event, v->n_control + 1);
	size_t n = 0;

	for (size_t i = 0; i < v->n_control; i++) {
		const struct control *c = &v->control[i];

		if (c->kind > CONTROL_ENDEX)
			continue;
		e[n++] = (struct clock_event){.kind = (enum clock_kind)c->kind,
			.real = c->at,
			.scenario = c->scenario,
			.num = c->num,
			.den = c->den};
	}
	clock_build(&v->clock, v->arena, e, n);
}

_Static_assert((int)CONTROL_STARTEX == (int)CLOCK_STARTEX && (int)CONTROL_STOP == (int)CLOCK_STOP &&
		       (int)CONTROL_ENDEX == (int)CLOCK_ENDEX,
	"control kinds begin with those of the clock");

/* By inject, and the first that went out before any other. */
static int by_inject(const void *a, const void *b)
{
	const struct delivery *x = *(const struct delivery *const *)a;
	const struct delivery *y = *(const struct delivery *const *)b;
	int c = object_id_order(&x->inject, &y->inject);

	if (c)
		return c;
	if (x->released != y->released)
		return x->released < y->released ? -1 : 1;
	return object_id_order(&x->row->object, &y->row->object);
}

static void deliveries_order(struct view *v)
{
	v->by_inject = arena_array(v->arena, const struct delivery *, v->n_delivery + 1);
	for (size_t i = 0; i < v->n_delivery; i++)
		v->by_inject[i] = &v->delivery[i];
	qsort(v->by_inject, v->n_delivery, sizeof(const struct delivery *), by_inject);
}

static int by_word(const void *a, const void *b)
{
	const struct control *x = *(const struct control *const *)a;
	const struct control *y = *(const struct control *const *)b;
	int c = object_id_order(&x->inject.id, &y->inject.id);

	return c ? c : x < y ? -1 : x > y;
}

/* What EXCON has said of single injects, so that each finds its own. */
static void words_order(struct view *v)
{
	v->word = arena_array(v->arena, const struct control *, v->n_control + 1);
	for (size_t i = 0; i < v->n_control; i++)
		if (v->control[i].inject.set && v->control[i].kind >= CONTROL_RELEASE &&
			v->control[i].kind <= CONTROL_DROP)
			v->word[v->n_word++] = &v->control[i];
	qsort(v->word, v->n_word, sizeof(const struct control *), by_word);
}

static int by_receipt(const void *a, const void *b)
{
	const struct receipt *x = a, *y = b;
	int c = object_id_order(&x->delivery, &y->delivery);

	return c ? c : object_id_order(&x->row->object, &y->row->object);
}

static int by_response(const void *a, const void *b)
{
	const struct player_response *x = a, *y = b;
	int c = object_id_order(&x->delivery, &y->delivery);

	return c ? c : object_id_order(&x->row->object, &y->row->object);
}

/* ---- building ---- */

static void room_make(struct view *v, const struct row *row, size_t n)
{
	size_t count[KINDS] = {0};
	struct arena *a = v->arena;

	for (size_t i = 0; i < n; i++)
		count[row[i].kind]++;
	v->part = arena_array(a, struct part, count[KIND_PART] + 1);
	v->script = arena_array(a, struct script, count[KIND_INJECT] + 1);
	v->shade = arena_array(a, struct shade, count[KIND_SHADOW] + 1);
	v->control = arena_array(a, struct control, count[KIND_CONTROL] + 1);
	v->delivery = arena_array(a, struct delivery, count[KIND_DELIVERY] + 1);
	v->receipt = arena_array(a, struct receipt, count[KIND_RECEIPT] + 1);
	v->response = arena_array(a, struct player_response, count[KIND_RESPONSE] + 1);
	v->observation = arena_array(a, struct observation, count[KIND_OBSERVATION] + 1);
	v->rating = arena_array(a, struct rating, count[KIND_RATING] + 1);
}

static bool is_party(
	const struct view *v, const struct object_id *delivery, const struct id *member)
{
	const struct delivery *d = view_delivery(v, delivery);

	for (size_t k = 0; d && k < d->n_party; k++)
		if (id_eq(&d->party[k], member))
			return true;
	return false;
}

/* A receipt or an answer of somebody to whom nothing was delivered says nothing. */
static void answers_keep(struct view *v)
{
	size_t receipts_n = 0, responses_n = 0;

	for (size_t i = 0; i < v->n_receipt; i++)
		if (is_party(v, &v->receipt[i].delivery, &v->receipt[i].row->author))
			v->receipt[receipts_n++] = v->receipt[i];
	for (size_t i = 0; i < v->n_response; i++)
		if (is_party(v, &v->response[i].delivery, &v->response[i].row->author))
			v->response[responses_n++] = v->response[i];
	v->n_receipt = receipts_n;
	v->n_response = responses_n;
	qsort(v->receipt, v->n_receipt, sizeof(*v->receipt), by_receipt);
	qsort(v->response, v->n_response, sizeof(*v->response), by_response);
}

int view_build(struct view *ret, struct arena *arena, struct row *row, size_t n,
	const struct object_id *exercise, struct why *why)
{
	struct view v = {.row = row, .n_row = n, .arena = arena};
	int rc = 0;

	qsort(row, n, sizeof(*row), by_object);
	for (size_t i = 0; i < n; i++)
		if (row[i].kind == KIND_EXERCISE && object_id_eq(&row[i].object, exercise))
			v.ex.row = &row[i];
	if (!v.ex.row)
		return why_set(why, E_MISSING, "", "no such exercise");
	rc = exercise_parse(&v.ex, arena, why);
	room_make(&v, row, n);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = row_add(&v, &row[i], why);
	if (rc < 0)
		return rc;
	deliveries_order(&v);
	answers_keep(&v);
	control_order(&v);
	words_order(&v);
	clock_of_control(&v);
	v.went = arena_array(arena, struct went, v.n_script + 1);
	v.walk = arena_array(arena, uint32_t, v.n_script + 1);
	*ret = v;
	return 0;
}

int view_until(struct view *to, struct arena *arena, const struct view *from, int64_t real,
	struct why *why)
{
	struct row *row = arena_array(arena, struct row, from->n_row + 1);
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < from->n_row; i++) {
		const struct row *r = &from->row[i];
		bool played = r->kind >= KIND_CONTROL && r->kind <= KIND_RATING;

		if (!played || r->time_ms <= real)
			row[n++] = *r;
	}
	rc = view_build(to, arena, row, n, &from->ex.row->object, why);
	if (rc == 0)
		to->cut = from->cut;
	return rc;
}

/* ---- finding ---- */

/* All arrays but control are in order of object, since the rows are. */
#define FIND(v, what, o)                                                                           \
	do {                                                                                       \
		size_t lo = 0, hi = (v)->n_##what;                                                 \
		while (lo < hi) {                                                                  \
			size_t mid = lo + (hi - lo) / 2;                                           \
			int c = object_id_order(&(v)->what[mid].row->object, (o));                 \
			if (c == 0)                                                                \
				return &(v)->what[mid];                                            \
			if (c < 0)                                                                 \
				lo = mid + 1;                                                      \
			else                                                                       \
				hi = mid;                                                          \
		}                                                                                  \
		return NULL;                                                                       \
	} while (0)

const struct part *view_part(const struct view *v, const struct object_id *o)
{
	FIND(v, part, o);
}

const struct script *view_script(const struct view *v, const struct object_id *o)
{
	FIND(v, script, o);
}

const struct delivery *view_delivery(const struct view *v, const struct object_id *o)
{
	FIND(v, delivery, o);
}

const struct delivery *view_delivery_of(const struct view *v, const struct object_id *inject)
{
	size_t lo = 0, hi = v->n_delivery;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (object_id_order(&v->by_inject[mid]->inject, inject) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < v->n_delivery && object_id_eq(&v->by_inject[lo]->inject, inject)
		       ? v->by_inject[lo]
		       : NULL;
}

/* The stretch of an array that is in order of delivery. */
#define STRETCH(v, what, o, ret_n)                                                                 \
	do {                                                                                       \
		size_t lo = 0, hi = (v)->n_##what, end;                                            \
		while (lo < hi) {                                                                  \
			size_t mid = lo + (hi - lo) / 2;                                           \
			if (object_id_order(&(v)->what[mid].delivery, (o)) < 0)                    \
				lo = mid + 1;                                                      \
			else                                                                       \
				hi = mid;                                                          \
		}                                                                                  \
		for (end = lo; end < (v)->n_##what && object_id_eq(&(v)->what[end].delivery, (o)); \
			end++)                                                                     \
			;                                                                          \
		*(ret_n) = end - lo;                                                               \
		return end > lo ? &(v)->what[lo] : NULL;                                           \
	} while (0)

const struct receipt *view_receipts(
	const struct view *v, const struct object_id *delivery, size_t *ret_n)
{
	STRETCH(v, receipt, delivery, ret_n);
}

const struct player_response *view_responses(
	const struct view *v, const struct object_id *delivery, size_t *ret_n)
{
	STRETCH(v, response, delivery, ret_n);
}

const struct receipt *view_receipt_of(
	const struct view *v, const struct object_id *delivery, const struct id *party)
{
	size_t n;
	const struct receipt *r = view_receipts(v, delivery, &n), *last = NULL;

	for (size_t i = 0; i < n; i++)
		if (id_eq(&r[i].row->author, party))
			last = &r[i];
	return last;
}

int view_level(const struct view *v, struct slice code)
{
	for (size_t i = 0; i < v->ex.n_level; i++)
		if (slice_eq(v->ex.level[i].code, code))
			return (int)i;
	return -1;
}

struct slice view_mark(const struct view *v)
{
	return v->ex.mark.n ? v->ex.mark : SLICE("EXERCISE EXERCISE EXERCISE");
}

const char *view_state(const struct view *v, int64_t now)
{
	const char *s = v->ex.state;

	if (!v->clock.started || v->clock.startex > now || strcmp(s, "evaluating") == 0 ||
		strcmp(s, "reported") == 0 || strcmp(s, "closed") == 0 ||
		strcmp(s, "cancelled") == 0)
		return s;
	if (v->clock.endex <= now)
		return "ended";
	return clock_runs(&v->clock, now) ? "running" : "suspended";
}

void rate_text(const struct control *c, char ret[RATE_TEXT + 1])
{
	ret[0] = 0;
	if (c->num && c->den == 1)
		snprintf(ret, RATE_TEXT + 1, "%d", c->num);
	else if (c->num && c->den)
		snprintf(ret, RATE_TEXT + 1, "%d/%d", c->num, c->den);
}
