/* xapi.c: see xapi.h. Clauses are those of IEEE 9274.1.1-2023 (xAPI 2.0), part two. */
#include "work/training/xapi.h"

#include "base/enc.h"
#include "base/limits.h"
#include "work/training/machine.h"

#define VERB		"http://adlnet.gov/expapi/verbs/"
#define VERB_RECEIVED	"http://activitystrea.ms/schema/1.0/receive"
#define VERB_ASSERTED	"https://w3id.org/xapi/tla/verbs/asserted"
#define ACTIVITY	"http://adlnet.gov/expapi/activities/"
#define EXTENSION	"urn:entente:xapi:"
#define STATEMENT_BYTES (64 * KIB)

/* A UUID whose bits are pseudo-random (RFC 4122 §4.4) and the same each time: keyed, so that nobody outside can tell what it is made of. */
static const char *statement_id(const struct xapi *x, const struct row *r, struct slice word)
{
	const struct slice pieces[] = {SLICE("xapi statement\n"), id_slice(&r->object.owner),
		id_slice(&r->object.name), word};
	struct hash h = hash_mac(slice_of(x->node->seal_key.sec, sizeof(x->node->seal_key.sec)),
		pieces, sizeof(pieces) / sizeof(pieces[0]));
	char hex[33];

	h.b[6] = (uint8_t)((h.b[6] & 0x0f) | 0x40);
	h.b[8] = (uint8_t)((h.b[8] & 0x3f) | 0x80);
	hex_encode(h.b, 16, hex);
	return arena_printf(
		x->arena, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

static const char *pseudonym(const struct xapi *x, struct slice name)
{
	const struct slice pieces[] = {SLICE("xapi person\n"), name};
	struct hash h =
		hash_mac(slice_of(x->node->seal_key.sec, sizeof(x->node->seal_key.sec)), pieces, 2);
	char hex[33];

	hex_encode(h.b, 16, hex);
	return arena_printf(x->arena, "%s", hex);
}

struct telling {
	const struct xapi *x;
	const struct row *row;
	struct slice word; /* of this version */
	struct buf b;
	struct json_out o;
};

/* §4.2.2: who. `name` empty: the member as such. */
static void actor_put(struct telling *s, struct slice name)
{
	const struct node *node = s->x->node;
	char member[ID_TEXT + 1];

	id_format(&node->self, member);
	json_open_at(&s->o, "actor", '{');
	json_put_cstr(&s->o, "objectType", "Agent");
	json_open_at(&s->o, "account", '{');
	json_put_cstr(&s->o, "homePage",
		node->conf.link ? node->conf.link
				: arena_printf(s->x->arena, "urn:entente:%s", member));
	json_put_cstr(&s->o, "name", name.n ? pseudonym(s->x, name) : member);
	json_close(&s->o);
	json_close(&s->o);
}

static void words_put(struct json_out *o, const char *key, struct slice text)
{
	json_open_at(o, key, '{');
	json_put_string(o, "und", text);
	json_close(o);
}

static void verb_put(struct telling *s, const char *iri, const char *display)
{
	json_open_at(&s->o, "verb", '{');
	json_put_cstr(&s->o, "id", iri);
	json_open_at(&s->o, "display", '{');
	json_put_cstr(&s->o, "en", display);
	json_close(&s->o);
	json_close(&s->o);
}

static void activity_put(
	struct telling *s, const struct object_id *object, const char *type, struct slice name)
{
	char id[OBJECT_TEXT + 1];

	object_format(object, id);
	json_open_at(&s->o, "object", '{');
	json_put_cstr(&s->o, "objectType", "Activity");
	json_put_cstr(&s->o, "id", arena_printf(s->x->arena, "urn:entente:%s", id));
	json_open_at(&s->o, "definition", '{');
	json_put_cstr(&s->o, "type", type);
	words_put(&s->o, "name", name);
	json_close(&s->o);
	json_close(&s->o);
}

static void context_put(struct telling *s, const struct view *v, int64_t real)
{
	json_open_at(&s->o, "context", '{');
	json_open_at(&s->o, "extensions", '{');
	json_put_cstr(&s->o, EXTENSION "mode", mode_name(s->row->mode));
	json_put_string(&s->o, EXTENSION "label", s->row->label);
	if (v) {
		put_record_id(&s->o, EXTENSION "exercise", &v->ex.row->object);
		if (v->clock.started)
			put_when(&s->o, EXTENSION "scenario-time", clock_scenario(&v->clock, real));
	}
	json_close(&s->o);
	json_close(&s->o);
}

static void begin(struct telling *s, const struct xapi *x, const struct row *r, struct slice word,
	struct slice who, const char *verb, const char *display)
{
	*s = (struct telling){.x = x, .row = r, .word = word, .b = BUF(STATEMENT_BYTES)};
	s->o = json_out(&s->b);
	json_open(&s->o, '{');
	json_put_cstr(&s->o, "id", statement_id(x, r, word));
	actor_put(s, who);
	verb_put(s, verb, display);
}

static int end(struct telling *s, const struct view *v, int64_t at, struct why *why)
{
	int rc;

	context_put(s, v, at);
	put_when(&s->o, "timestamp", at);
	json_close(&s->o);
	rc = s->x->tell(s->x->ctx, s->row, s->word, buf_slice(&s->b), why);
	buf_free(&s->b);
	return rc;
}

static bool ours(const struct xapi *x, const struct row *r)
{
	return id_eq(&r->author, &x->node->self) && r->time_ms >= x->since_ms;
}

static struct slice exercise_name(const struct xapi *x, const struct view *v)
{
	struct slice mark = view_mark(v);

	return slice_str(
		arena_printf(x->arena, "%.*s %.*s", SLICE_FMT(mark), SLICE_FMT(v->ex.code_name)));
}

static struct slice delivery_name(
	const struct xapi *x, const struct view *v, const struct delivery *d)
{
	struct slice mark = view_mark(v);

	return slice_str(arena_printf(x->arena, "%.*s %.*s: %.*s", SLICE_FMT(mark),
		SLICE_FMT(v->ex.code_name), SLICE_FMT(d->title)));
}

/* STARTEX and ENDEX: of the host's clock, told by each who took part for itself. */
static int bounds_tell(const struct xapi *x, const struct view *v, struct why *why)
{
	int rc = 0;

	if (!view_takes_part(v, &x->node->self))
		return 0;
	for (size_t i = 0; rc == 0 && i < v->n_control; i++) {
		const struct control *c = &v->control[i];
		bool start = c->kind == CONTROL_STARTEX;
		struct telling s;

		if ((!start && c->kind != CONTROL_ENDEX) || c->row->time_ms < x->since_ms)
			continue;
		begin(&s, x, c->row, SLICE_NONE, SLICE_NONE,
			start ? VERB "initialized" : VERB "terminated",
			start ? "initialized" : "terminated");
		activity_put(&s, &v->ex.row->object, ACTIVITY "simulation", exercise_name(x, v));
		rc = end(&s, v, c->at, why);
	}
	return rc;
}

static int receipts_tell(const struct xapi *x, const struct view *v, struct why *why)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < v->n_receipt; i++) {
		const struct receipt *r = &v->receipt[i];
		const struct delivery *d = view_delivery(v, &r->delivery);
		struct telling s;

		if (!d || !ours(x, r->row))
			continue;
		begin(&s, x, r->row, SLICE_NONE, SLICE_NONE, VERB_RECEIVED, "received");
		activity_put(&s, &d->inject, ACTIVITY "interaction", delivery_name(x, v, d));
		rc = end(&s, v, r->received, why);
	}
	return rc;
}

static int responses_tell(const struct xapi *x, const struct view *v, struct why *why)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < v->n_response; i++) {
		const struct player_response *r = &v->response[i];
		const struct delivery *d = view_delivery(v, &r->delivery);
		struct telling s;

		if (!d || !ours(x, r->row))
			continue;
		begin(&s, x, r->row, SLICE_NONE, r->by, VERB "responded", "responded");
		activity_put(&s, &d->inject, ACTIVITY "interaction", delivery_name(x, v, d));
		json_open_at(&s.o, "result", '{');
		json_put_string(&s.o, "response", r->text);
		json_close(&s.o);
		rc = end(&s, v, r->at, why);
	}
	return rc;
}

/* Ratings that are final, and say something: what is withheld or was not observed is no score. */
static int ratings_tell(const struct xapi *x, const struct view *v, struct why *why)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < v->n_rating; i++) {
		const struct rating *r = &v->rating[i];
		const struct optional_object *of = r->task.set ? &r->task : &r->objective;
		const struct part *p = of->set ? view_part(v, &of->id) : NULL;
		struct telling s;

		if (!p || !ours(x, r->row) || !r->rating.n || r->withheld || r->not_observed ||
			strcmp(r->state, "draft") == 0)
			continue;
		begin(&s, x, r->row, r->rating, r->by, VERB "scored", "scored");
		activity_put(&s, &p->row->object, ACTIVITY "objective", p->title);
		json_open_at(&s.o, "result", '{');
		json_put_string(&s.o, "response", r->rating);
		json_close(&s.o);
		rc = end(&s, v, r->at, why);
	}
	return rc;
}

int xapi_exercise(const struct xapi *x, const struct view *v, struct why *why)
{
	int rc = bounds_tell(x, v, why);

	if (rc == 0)
		rc = receipts_tell(x, v, why);
	if (rc == 0)
		rc = responses_tell(x, v, why);
	return rc == 0 ? ratings_tell(x, v, why) : rc;
}

static int qualification_tell(
	const struct xapi *x, const struct row *r, const struct json_doc *doc, struct why *why)
{
	json_ref root = json_root(doc);
	struct slice title = get_text(doc, root, "title", x->arena),
		     person = get_text(doc, root, "person", x->arena),
		     code = get_text(doc, root, "code", x->arena);
	bool revoked = strcmp(machine_state(training_kinds[KIND_QUALIFICATION].machine, doc,
				      json_get(doc, root, "steps")),
			       "revoked") == 0;
	struct telling s;

	/* §4.1.4: what has been asserted and does not hold any more is voided, not told again. */
	begin(&s, x, r, revoked ? SLICE("revoked") : SLICE_NONE, person,
		revoked ? VERB "voided" : VERB_ASSERTED, revoked ? "voided" : "asserted");
	if (revoked) {
		json_open_at(&s.o, "object", '{');
		json_put_cstr(&s.o, "objectType", "StatementRef");
		json_put_cstr(&s.o, "id", statement_id(x, r, SLICE_NONE));
		json_close(&s.o);
	} else {
		activity_put(&s, &r->object, ACTIVITY "course", title);
		json_open_at(&s.o, "result", '{');
		json_put_bool(&s.o, "success", true);
		json_open_at(&s.o, "extensions", '{');
		json_put_string(&s.o, EXTENSION "code", code);
		json_close(&s.o);
		json_close(&s.o);
	}
	return end(&s, NULL, r->time_ms, why);
}

int xapi_qualifications(const struct xapi *x, const struct rows *rows, struct why *why)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < rows->n; i++) {
		struct json_doc doc;

		if (ours(x, &rows->p[i]) &&
			json_read(&doc, x->arena, rows->p[i].body, &json_limits_partner, NULL) == 0)
			rc = qualification_tell(x, &rows->p[i], &doc, why);
	}
	return rc;
}
