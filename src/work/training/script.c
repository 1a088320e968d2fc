/* script.c: see script.h. */
#include "work/training/script.h"

#include "base/enc.h"
#include "base/limits.h"
#include "base/report.h"
#include "work/training/machine.h"

struct hash fields_digest(
	const struct field *f, const struct json_doc *doc, json_ref root, struct arena *arena)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_BYTES);
	struct json_out o = json_out(&b);

	json_open(&o, '{');
	fields_print(f, doc, root, false, &o, arena);
	json_close(&o);
	return hash_bytes(buf_slice(&b));
}

static void due_parse(struct inject *j)
{
	json_ref d = json_get(&j->doc, j->root, "due");

	j->due.basis = (enum inject_basis)get_word(&j->doc, d, "basis", bases, DUE_MANUAL);
	j->due.at = get_time(&j->doc, d, "at", 0);
	j->due.after_ms = get_int(&j->doc, d, "after_s", 0) * 1000;
	j->due.of.set = get_object(&j->doc, d, "of", &j->due.of.id);
	j->due.on = (enum trigger)get_word(&j->doc, d, "on", triggers, ON_DELIVERED);
	j->due.tolerance_ms = get_int(&j->doc, d, "tolerance_s", 0) * 1000;
}

static void expect_parse(struct inject *j, struct arena *arena)
{
	json_ref list = json_get(&j->doc, j->root, "expect");

	j->expect = arena_array(arena, struct expect, json_count(&j->doc, list) + 1);
	for (json_ref e = json_first(&j->doc, list); e; e = json_next(&j->doc, e)) {
		struct expect *x = &j->expect[j->n_expect++];

		x->text = get_text(&j->doc, e, "text", arena);
		x->within_ms = get_int(&j->doc, e, "within_s", 0) * 1000;
		x->has_task = get_object(&j->doc, e, "task", &x->task);
	}
}

static void texts_parse(struct inject *j, struct arena *arena)
{
	const struct {
		const char *key;
		struct slice *ret;
	} text[] = {{"number", &j->number}, {"title", &j->title}, {"body", &j->body},
		{"to_text", &j->to_text}, {"controller", &j->controller},
		{"from_sim", &j->from_sim}, {"track", &j->track}, {"play_label", &j->play_label},
		{"url", &j->url}, {"native", &j->native}, {"capability", &j->capability},
		{"notes", &j->notes}, {"background", &j->background}, {"location", &j->location},
		{"units", &j->units}, {"author", &j->author}, {"method_text", &j->method_text},
		{"time_text", &j->time_text}};

	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++)
		*text[i].ret = get_text(&j->doc, j->root, text[i].key, arena);
}

static void refs_parse(struct inject *j, struct arena *arena)
{
	const struct {
		const char *key;
		struct optional_object *ret;
	} ref[] = {{"storyline", &j->storyline}, {"event", &j->event}, {"incident", &j->incident},
		{"phase", &j->phase}, {"from_cell", &j->from_cell}, {"retests", &j->retests}};
	json_ref c = json_get(&j->doc, j->root, "condition");

	for (size_t i = 0; i < sizeof(ref) / sizeof(ref[0]); i++)
		ref[i].ret->set = get_object(&j->doc, j->root, ref[i].key, &ref[i].ret->id);
	get_objects(&j->doc, j->root, "to", arena, &j->to, &j->n_to);
	get_objects(&j->doc, j->root, "objectives", arena, &j->objective, &j->n_objective);
	get_ids(&j->doc, j->root, "play_to", arena, &j->play_to, &j->n_play_to);
	j->has_controller_party =
		get_id(&j->doc, j->root, "controller_party", &j->controller_party);
	j->condition.inject.set = get_object(&j->doc, c, "inject", &j->condition.inject.id);
	j->condition.on = (enum trigger)get_word(&j->doc, c, "on", triggers, ON_DELIVERED);
	j->condition.rating = get_text(&j->doc, c, "rating", arena);
}

static bool same_script(const struct json_doc *doc, json_ref step, const struct hash *digest)
{
	struct slice raw = json_raw(doc, json_get(doc, step, "script"));
	struct hash h;

	return raw.n == 66 && hex_decode(slice_sub(raw, 1, 65), h.b, sizeof(h.b)) == 0 &&
	       hash_eq(&h, digest);
}

/* Approved and what comes after it stand and fall with the script that was approved last. */
static void status_parse(struct inject *j)
{
	json_ref steps = json_get(&j->doc, j->root, "steps");
	json_ref approved = machine_last(&j->doc, steps, "approved");

	j->status = machine_state(&machine_inject, &j->doc, steps);
	if (strcmp(j->status, "draft") == 0 || strcmp(j->status, "submitted") == 0 ||
		strcmp(j->status, "obsolete") == 0)
		return;
	if (approved == JSON_ABSENT || !same_script(&j->doc, approved, &j->digest)) {
		j->status = "draft";
		j->edited = true;
	}
}

int inject_parse(struct inject *ret, struct arena *arena, struct slice content, struct why *why)
{
	struct inject j = {0};
	int rc = json_read(&j.doc, arena, content, &json_limits_partner, why);

	if (rc < 0)
		return rc;
	j.root = json_root(&j.doc);
	texts_parse(&j, arena);
	refs_parse(&j, arena);
	due_parse(&j);
	expect_parse(&j, arena);
	j.kind = (enum inject_kind)get_word(&j.doc, j.root, "kind", inject_kinds, INJECT_INJECT);
	j.weight = (enum inject_weight)get_word(
		&j.doc, j.root, "weight", inject_weights, WEIGHT_ENABLING);
	j.method = (enum method)get_word(&j.doc, j.root, "method", methods, METHOD_PORTAL);
	j.fire = (enum inject_fire)get_word(&j.doc, j.root, "fire", fires, FIRE_CONFIRM);
	j.jump = (enum jump_policy)get_word(&j.doc, j.root, "jump", jumps, JUMP_HOLD);
	j.shadow = (enum shadow)get_word(&j.doc, j.root, "shadow", shadows, SHADOW_BAND);
	j.sealed = get_bool(&j.doc, j.root, "sealed");
	j.n_files = json_count(&j.doc, json_get(&j.doc, j.root, "files"));
	json_ref comments = json_get(&j.doc, j.root, "comments");
	for (json_ref c = json_first(&j.doc, comments); c; c = json_next(&j.doc, c))
		j.open_comments += get_bool(&j.doc, c, "open");
	j.digest = fields_digest(training_kinds[KIND_INJECT].field, &j.doc, j.root, arena);
	status_parse(&j);
	*ret = j;
	return 0;
}

bool inject_ready(const struct inject *j)
{
	return strcmp(j->status, "approved") == 0 || strcmp(j->status, "synchronized") == 0;
}

unsigned weight_load(enum inject_weight w)
{
	MUST((unsigned)w <= WEIGHT_SUPPORTING);
	return 3 - (unsigned)w;
}
