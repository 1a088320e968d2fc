/* note.c: see note.h. */
#include "node/note.h"

#include "base/enc.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "json/json.h"

#define TITLE_BYTES_MAX 800 /* 200 characters */
#define TITLE_CHARS_MAX 200
#define TEXT_MAX	(512 * KIB)
#define NAME_MAX_BYTES	255
#define MEDIA_MAX	128

/* A name is shown and offered for saving: never a path, never something that looks like another name. */
static int name_check(struct slice name, const char *where, struct why *why)
{
	if (slice_is(name, ".") || slice_is(name, ".."))
		return why_set(why, E_INVALID, where, "this is no file name");
	if (slice_find(name, '/') >= 0 || slice_find(name, '\\') >= 0 || !utf8_is_line(name))
		return why_set(why, E_INVALID, where,
			"a file name has no slashes and no control characters");
	return 0;
}

static int file_parse(const struct json_doc *doc, json_ref v, size_t i, struct arena *arena,
	struct note_file *ret, struct why *why)
{
	struct slice sha256;
	int64_t size;
	char where[64];
	int rc;

	snprintf(where, sizeof(where), "/files/%zu", i);
	if (json_type(doc, v) != JSON_OBJECT)
		return why_set(why, E_INVALID, where, "a file is an object");
	rc = json_need_string(doc, v, "name", NAME_MAX_BYTES, arena, &ret->name, why);
	if (rc == 0)
		rc = name_check(ret->name, where, why);
	if (rc == 0)
		rc = json_want_string(doc, v, "media", MEDIA_MAX, arena, &ret->media, why);
	if (rc == 0)
		rc = json_need_string(doc, v, "sha256", 64, arena, &sha256, why);
	if (rc < 0)
		return rc;
	if (hex_decode(sha256, ret->sha256.b, sizeof(ret->sha256.b)) < 0)
		return why_set(why, E_INVALID, where, "sha256 is not 64 hex digits in lower case");
	if (ret->media.n && !media_valid(ret->media))
		return why_set(why, E_INVALID, where, "media is no media type");
	if (json_i64(doc, json_get(doc, v, "size"), &size) < 0 || size < 0)
		return why_set(why, E_INVALID, where, "size is a number of bytes");
	if ((uint64_t)size > LIMIT_FILE_BYTES)
		return why_set(
			why, E_LIMIT, where, "a file is at most %zu bytes", LIMIT_FILE_BYTES);
	ret->size = (uint64_t)size;
	return 0;
}

static int files_parse(const struct json_doc *doc, json_ref files, struct arena *arena,
	struct note_record *n, struct why *why)
{
	int rc = 0;

	if (json_type(doc, files) == JSON_NONE)
		return 0;
	if (json_type(doc, files) != JSON_ARRAY)
		return why_set(why, E_INVALID, "/files", "files is an array");
	if (json_count(doc, files) > LIMIT_FILES_PER_NOTE)
		return why_set(
			why, E_LIMIT, "/files", "at most %d files in a note", LIMIT_FILES_PER_NOTE);
	n->file = arena_array(arena, struct note_file, json_count(doc, files) + 1);
	for (json_ref v = json_first(doc, files); rc == 0 && v; v = json_next(doc, v)) {
		rc = file_parse(doc, v, n->n_file, arena, &n->file[n->n_file], why);
		n->n_file++;
	}
	return rc;
}

int note_record_parse(
	struct note_record *ret, struct arena *arena, struct slice json, struct why *why)
{
	struct note_record n = {0};
	struct json_doc doc;
	json_ref root;
	int rc = json_read(&doc, arena, json, &json_limits_partner, why);

	if (rc < 0)
		return rc;
	root = json_root(&doc);
	if (json_type(&doc, root) != JSON_OBJECT)
		return why_set(why, E_INVALID, "", "a note is an object");
	rc = json_need_string(&doc, root, "title", TITLE_BYTES_MAX, arena, &n.title, why);
	if (rc == 0 && utf8_count(n.title) > TITLE_CHARS_MAX)
		rc = why_set(why, E_LIMIT, "/title", "a title is at most %d characters",
			TITLE_CHARS_MAX);
	if (rc == 0)
		rc = json_want_string(&doc, root, "text", TEXT_MAX, arena, &n.text, why);
	if (rc == 0)
		rc = files_parse(&doc, json_get(&doc, root, "files"), arena, &n, why);
	if (rc < 0)
		return rc;
	*ret = n;
	return 0;
}

void note_record_print(const struct note_record *n, struct buf *b)
{
	struct json_out o = json_out(b);
	char hex[65];

	json_open(&o, '{');
	json_put_string(&o, "title", n->title);
	if (n->text.n)
		json_put_string(&o, "text", n->text);
	if (n->n_file) {
		json_open_at(&o, "files", '[');
		for (size_t i = 0; i < n->n_file; i++) {
			json_open(&o, '{');
			json_put_string(&o, "name", n->file[i].name);
			json_put_u64(&o, "size", n->file[i].size);
			hex_encode(n->file[i].sha256.b, 32, hex);
			json_put_cstr(&o, "sha256", hex);
			if (n->file[i].media.n)
				json_put_string(&o, "media", n->file[i].media);
			json_close(&o);
		}
		json_close(&o);
	}
	json_close(&o);
}

/* ---- the workspace ---- */

static int note_check(
	struct slice content, struct slice media, struct arena *arena, struct why *why)
{
	struct note_record n;

	if (!slice_is(media, "application/json") &&
		!slice_is(media, "application/vnd.entente.batch"))
		return why_set(why, E_INVALID, "/media", "a note is application/json");
	return note_record_parse(&n, arena, content, why);
}

static void note_words(struct slice content, struct arena *arena, struct buf *ret)
{
	struct note_record n;

	if (note_record_parse(&n, arena, content, NULL) < 0)
		return;
	buf_slice_add(ret, n.title);
	buf_byte(ret, ' ');
	buf_slice_add(ret, n.text);
	for (size_t i = 0; i < n.n_file; i++) {
		buf_byte(ret, ' ');
		buf_slice_add(ret, n.file[i].name);
	}
}

static struct slice note_title(struct slice content, struct arena *arena)
{
	struct note_record n;

	return note_record_parse(&n, arena, content, NULL) == 0 ? n.title : SLICE_NONE;
}

static int note_files(struct slice content, struct arena *arena, struct note_file **ret,
	size_t *ret_n, struct why *why)
{
	struct note_record n;
	int rc;

	/* Most have none, and need not be parsed to know: the key stands there, or is spelt with escapes. */
	*ret_n = 0;
	if (slice_search(content, SLICE("files")) < 0 && slice_search(content, SLICE("\\u")) < 0)
		return 0;
	rc = note_record_parse(&n, arena, content, why);
	if (rc < 0)
		return rc;
	*ret = n.file;
	*ret_n = n.n_file;
	return 0;
}

static const struct workspace_kind note_kinds[] = {
	{.kind = "note/1",
		.check = note_check,
		.words = note_words,
		.title = note_title,
		.files = note_files,
		.help = "a note: title, text, files"},
	{.kind = NULL},
};
static const char *const nothing[] = {NULL};

const struct workspace workspace_note = {
	.name = "note", .kind = note_kinds, .schema = NULL, .table = nothing, .drop = nothing};
