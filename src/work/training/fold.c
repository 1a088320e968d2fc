/* fold.c: contents of this workspace become rows of its table; law 3. A row is the version itself: nothing is computed that order of arrival could change. */
#include "work/training/fold.h"

#include "base/enc.h"
#include "log/batch.h"
#include "node/content.h"
#include "node/note.h"
#include "work/training/limits.h"
#include "work/training/store.h"

#define SCRATCH (16 * MIB)

static int check_as(enum kind_id id, struct slice content, struct slice media, struct arena *arena,
	struct why *why)
{
	if (!slice_is(media, "application/json") && !slice_is(media, BATCH_MEDIA))
		return why_set(why, E_INVALID, "/media", "is application/json");
	return kind_check(&training_kinds[id], content, arena, why);
}

/*
 * A record of a mode that its kind does not have is kept as it came, and is in no view: an exercise's records never come up among real ones because somebody says
 * that they are real.
 */
static int fold(const struct folding *f, struct why *why)
{
	struct arena scratch CLEANUP_ARENA = ARENA(SCRATCH);
	const struct kind *k = kind_find(f->kind);
	struct object_id about = f->object;
	struct json_doc doc;
	int rc;

	if (!k || !kind_mode(k, f->mode))
		return 0;
	rc = json_read(&doc, &scratch, f->content, &json_limits_partner, why);
	if (rc < 0)
		return rc;
	(void)kind_about(k, &doc, json_root(&doc), &about);
	return store_put(f, &about, why);
}

static void words(struct slice content, struct arena *arena, struct buf *ret)
{
	static const char *const key[] = {"number", "title", "code_name", "body", "text", "what",
		"aim", "notes", "discussion", "conclusion", "recommendation", "reason", "person",
		"code"};
	struct json_doc doc;

	if (json_read(&doc, arena, content, &json_limits_partner, NULL) < 0)
		return;
	for (size_t i = 0; i < sizeof(key) / sizeof(key[0]); i++) {
		struct slice s = get_text(&doc, json_root(&doc), key[i], arena);

		if (s.n) {
			buf_slice_add(ret, s);
			buf_byte(ret, ' ');
		}
	}
}

static struct slice title(struct slice content, struct arena *arena)
{
	return content_title(content, kind_titles, arena);
}

static int files(struct slice content, struct arena *arena, struct note_file **ret, size_t *ret_n,
	struct why *why)
{
	struct json_doc doc;
	json_ref list;
	int rc;

	*ret_n = 0;
	if (slice_search(content, SLICE("files")) < 0)
		return 0;
	rc = json_read(&doc, arena, content, &json_limits_partner, why);
	if (rc < 0)
		return rc;
	list = json_get(&doc, json_root(&doc), "files");
	*ret = arena_array(arena, struct note_file, json_count(&doc, list) + 1);
	for (json_ref v = json_first(&doc, list); v; v = json_next(&doc, v)) {
		struct note_file *f = &(*ret)[*ret_n];

		f->name = get_text(&doc, v, "name", arena);
		f->media = get_text(&doc, v, "media", arena);
		f->size = (uint64_t)get_int(&doc, v, "size", 0);
		if (hex_decode(get_text(&doc, v, "sha256", arena), f->sha256.b, 32) == 0)
			++*ret_n;
	}
	return 0;
}

/* One function each, since the check is not told the kind. */
#define CHECK(id)                                                                                  \
	static int check_##id(                                                                     \
		struct slice c, struct slice media, struct arena *arena, struct why *why)          \
	{                                                                                          \
		return check_as(id, c, media, arena, why);                                         \
	}
CHECK(KIND_ENTRY)
CHECK(KIND_ANSWER)
CHECK(KIND_MASK)
CHECK(KIND_EXERCISE)
CHECK(KIND_PART)
CHECK(KIND_INJECT)
CHECK(KIND_SHADOW)
CHECK(KIND_CONTROL)
CHECK(KIND_DELIVERY)
CHECK(KIND_SEALED)
CHECK(KIND_KEY)
CHECK(KIND_RECEIPT)
CHECK(KIND_RESPONSE)
CHECK(KIND_OBSERVATION)
CHECK(KIND_RATING)
CHECK(KIND_LESSON)
CHECK(KIND_ACTION)
CHECK(KIND_ACCEPTANCE)
CHECK(KIND_QUALIFICATION)

#define ROW(id, name, text)                                                                        \
	{                                                                                          \
		.kind = name, .check = check_##id, .fold = fold, .drop = store_drop,               \
		.words = words, .title = title, .files = files, .help = text                       \
	}

const struct workspace_kind training_workspace_kinds[] = {
	ROW(KIND_ENTRY, "training/entry/1", "an entry of the training programme"),
	ROW(KIND_ANSWER, "training/answer/1", "a member's answer to an entry of the programme"),
	ROW(KIND_MASK, "training/mask/1", "when something is not available, without reasons"),
	ROW(KIND_EXERCISE, "training/exercise/1", "an exercise"),
	ROW(KIND_PART, "training/part/1",
		"an objective, phase, storyline, audience … of an exercise"),
	ROW(KIND_INJECT, "training/inject/1", "the script of an inject"),
	ROW(KIND_SHADOW, "training/shadow/1", "time band and load of an inject"),
	ROW(KIND_CONTROL, "training/control/1", "exercise control"),
	ROW(KIND_DELIVERY, "training/delivery/1", "an inject as played"),
	ROW(KIND_SEALED, "training/sealed/1", "a sealed inject"),
	ROW(KIND_KEY, "training/key/1", "the key of a sealed inject"),
	ROW(KIND_RECEIPT, "training/receipt/1", "receipt of an inject"),
	ROW(KIND_RESPONSE, "training/response/1", "response of a training audience"),
	ROW(KIND_OBSERVATION, "training/observation/1", "an evaluator's observation"),
	ROW(KIND_RATING, "training/rating/1", "a rating"),
	ROW(KIND_LESSON, "training/lesson/1", "a lesson"),
	ROW(KIND_ACTION, "training/action/1", "a corrective action"),
	ROW(KIND_ACCEPTANCE, "training/acceptance/1",
		"what its owner makes of a corrective action"),
	ROW(KIND_QUALIFICATION, "training/qualification/1", "a qualification"),
	{.kind = NULL},
};
_Static_assert(sizeof(training_workspace_kinds) / sizeof(training_workspace_kinds[0]) == KINDS + 1,
	"every kind of model.c is one of the workspace");
