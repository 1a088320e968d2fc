/* api_record.c: records: found, read, written. Every query has the caller's reader in it (record.h); nothing is filtered afterwards. */
#include "web/api_int.h"

#include "base/enc.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "node/note.h"
#include "node/record.h"
#include "node/workspace.h"
#include "pact/label.h"

/* ---- printing ---- */

static struct slice title_of(struct call *c, const struct record *r, struct note_record *ret_note)
{
	*ret_note = (struct note_record){0};
	if (r->state == ITEM_RECALLED)
		return SLICE("(recalled by its owner)");
	if (r->state == ITEM_ERASED)
		return SLICE("(erased)");
	if (slice_is(r->kind, "note/1") &&
		note_record_parse(ret_note, c->arena, r->content, NULL) == 0)
		return ret_note->title;
	return record_title(r, c->arena);
}

static void put_files(struct call *c, const struct note_record *n)
{
	/* Whether a file is here is not in the store. */
	c->passing = c->passing || n->n_file > 0;
	json_open_at(&c->o, "files", '[');
	for (size_t i = 0; i < n->n_file; i++) {
		json_open(&c->o, '{');
		json_put_string(&c->o, "name", n->file[i].name);
		json_put_u64(&c->o, "size", n->file[i].size);
		put_hash(&c->o, "sha256", &n->file[i].sha256);
		json_put_string(&c->o, "media",
			n->file[i].media.n ? n->file[i].media : SLICE("application/octet-stream"));
		json_put_bool(&c->o, "here", files_has(c->node, &n->file[i].sha256));
		json_close(&c->o);
	}
	json_close(&c->o);
}

static void put_content(struct call *c, const struct record *r)
{
	const struct workspace_kind *kind = workspace_kind_find(r->kind);
	struct json_doc doc;
	bool shown = r->state == ITEM_LIVE && r->content.n && !(kind && kind->kept_close);

	if (shown && json_read(&doc, c->arena, r->content, &json_limits_partner, NULL) == 0)
		json_put_raw(&c->o, "content", json_raw(&doc, json_root(&doc)));
	else if (shown && utf8_bad_at(r->content) < 0)
		json_put_string(&c->o, "content", r->content);
	else
		json_put_null(&c->o, "content");
}

void put_record(struct call *c, const char *key, const struct record *r, bool content)
{
	static const char *const states[] = {"live", "recalled", "erased"};
	struct note_record note;
	struct slice title = title_of(c, r, &note);

	json_open_at(&c->o, key, '{');
	put_object(&c->o, "object", &r->object);
	put_id(&c->o, "author", &r->author);
	json_put_cstr(&c->o, "author_label", world_party_label(&c->world, &r->author, c->arena));
	json_put_string(&c->o, "kind", r->kind);
	json_put_cstr(&c->o, "mode", mode_name(r->mode));
	json_put_string(&c->o, "label", r->label);
	put_time(&c->o, "time", r->time_ms);
	put_time(&c->o, "until", r->until_ms);
	json_put_u64(&c->o, "epoch", r->epoch);
	json_put_u64(&c->o, "seq", r->seq);
	put_hash(&c->o, "leaf", &r->leaf);
	json_put_cstr(&c->o, "state", states[r->state]);
	json_put_bool(&c->o, "frozen", r->frozen);
	json_put_string(&c->o, "title", title);
	json_open_at(&c->o, "audience", '[');
	for (size_t i = 0; i < r->n_audience; i++)
		put_party(c, NULL, &r->audience[i]);
	json_close(&c->o);
	json_put_bool(&c->o, "own", id_eq(&r->author, &c->node->self));
	put_files(c, &note);
	if (content)
		put_content(c, r);
	json_close(&c->o);
}

/* ---- lists ---- */

static int after_read(struct call *c, const struct api_page *p, struct record_query *q)
{
	struct slice rest;

	q->has_after = p->after.p != NULL;
	if (!q->has_after)
		return 0;
	TRY(cursor_read(c, p->after, &q->after_ms, 1, &rest));
	if (rest.n != 32)
		return why_set(&c->why, E_INVALID, "after", "is no `next` of a page of this list");
	memcpy(q->after.owner.b, rest.p, 16);
	memcpy(q->after.name.b, rest.p + 16, 16);
	return 0;
}

static struct slice after_make(struct call *c, const struct record *r)
{
	uint8_t object[32];

	memcpy(object, r->object.owner.b, 16);
	memcpy(object + 16, r->object.name.b, 16);
	return cursor_make(c, &r->time_ms, 1, slice_of(object, sizeof(object)));
}

static int query_read(struct call *c, struct record_query *q)
{
	struct slice owner = request_query(c->req, "owner");

	q->kind = request_query(c->req, "kind");
	q->text = request_query(c->req, "text");
	q->has_owner = owner.n > 0;
	if (q->has_owner && id_parse(owner, &q->owner) < 0)
		return why_set(&c->why, E_INVALID, "owner", "is no id of a member");
	if (q->kind.n > ENTRY_KIND_MAX || utf8_bad_at(q->kind) >= 0 || slice_find(q->kind, 0) >= 0)
		return why_set(&c->why, E_INVALID, "kind", "is no kind of record");
	if (q->text.n > 512 || utf8_bad_at(q->text) >= 0 || slice_find(q->text, 0) >= 0)
		return why_set(&c->why, E_INVALID, "text", "is at most 512 bytes of UTF-8");
	return call_query_mode(c, &q->mode);
}

int api_records(struct call *c)
{
	struct api_page p;
	struct record_query q = {0};
	struct record *list;
	size_t n;

	TRY(call_page(c, &p));
	TRY(query_read(c, &q));
	TRY(after_read(c, &p, &q));
	q.limit = p.limit + 1;
	/* One more than is shown says whether there are others. */
	struct reader looking = reader_unnoted(&c->reader);
	TRY(record_list(&c->world, c->db, &looking, &q, c->arena, &list, &n, &c->why));
	size_t shown = n < p.limit ? n : p.limit;
	readings_records(&c->reader, &c->world, list, shown);
	page_open(c);
	for (size_t i = 0; i < shown; i++)
		put_record(c, NULL, &list[i], false);
	page_close(c, n > p.limit ? after_make(c, &list[shown - 1]) : SLICE_NONE);
	return 0;
}

/* ---- one ---- */

int record_of_path(struct call *c, struct slice text, struct record *ret)
{
	struct object_id object;

	if (object_parse(text, &object) < 0)
		return why_set(&c->why, E_MISSING, "", "no such record");
	return record_get(&c->world, c->db, &c->reader, &object, c->arena, ret, &c->why);
}

int api_record(struct call *c)
{
	struct record r;

	TRY(record_of_path(c, c->param[1], &r));
	put_record(c, NULL, &r, true);
	return 0;
}

int api_record_versions(struct call *c)
{
	struct api_page p;
	struct record_after after = {0};
	struct record *list;
	int64_t number[3];
	struct slice rest;
	size_t n;
	bool more;

	TRY(call_page(c, &p));
	if (object_parse(c->param[1], &after.object) < 0)
		return why_set(&c->why, E_MISSING, "", "no such record");
	after.set = p.after.p != NULL;
	if (after.set) {
		TRY(cursor_read(c, p.after, number, 3, &rest));
		after.epoch = (uint32_t)number[0];
		after.seq = (uint64_t)number[1];
		after.at = (uint64_t)number[2];
	}
	TRY(record_history(&c->world, c->db, &c->reader, &after, p.limit, c->arena, &list, &n,
		&more, &c->why));
	if (n == 0 && !after.set)
		return why_set(&c->why, E_MISSING, "", "no such record");
	c->shown->how = "read"; /* in full */
	page_open(c);
	for (size_t i = 0; i < n; i++)
		put_record(c, NULL, &list[i], true);
	if (more) {
		number[0] = list[n - 1].epoch;
		number[1] = (int64_t)list[n - 1].seq;
		number[2] = (int64_t)list[n - 1].at;
	}
	page_close(c, more ? cursor_make(c, number, 3, SLICE_NONE) : SLICE_NONE);
	return 0;
}

/* ---- writing ---- */

/* A file that the caller has sent, or has in a record that he may read. */
static int file_allowed(struct call *c, struct note_file *f, const char *where)
{
	bool known;

	TRY(upload_known(c, &f->sha256, &f->size, &known));
	if (!known || !files_has(c->node, &f->sha256))
		return why_set(
			&c->why, E_INVALID, where, "send the file first: POST " API_BASE "/files");
	return 0;
}

static int files_read(struct call *c, json_ref files, struct note_record *n)
{
	if (files == JSON_ABSENT)
		return 0;
	if (json_type(&c->doc, files) != JSON_ARRAY ||
		json_count(&c->doc, files) > LIMIT_FILES_PER_NOTE)
		return why_set(&c->why, E_INVALID, "/content/files",
			"is a list of at most %d files", LIMIT_FILES_PER_NOTE);
	n->file = arena_array(c->arena, struct note_file, json_count(&c->doc, files) + 1);
	for (json_ref v = json_first(&c->doc, files); v; v = json_next(&c->doc, v)) {
		struct note_file *f = &n->file[n->n_file];
		const char *where = arena_printf(c->arena, "/content/files/%zu", n->n_file);

		f->name = json_string(&c->doc, json_get(&c->doc, v, "name"), c->arena);
		f->media = json_string(&c->doc, json_get(&c->doc, v, "media"), c->arena);
		if (hex_decode(json_string(&c->doc, json_get(&c->doc, v, "sha256"), c->arena),
			    f->sha256.b, sizeof(f->sha256.b)) < 0)
			return why_set(&c->why, E_INVALID, where, "sha256 is not 64 hex digits");
		TRY(file_allowed(c, f, where));
		n->n_file++;
	}
	return 0;
}

/* What the model complains of, below /content. */
static int content_read(struct call *c, struct draft *d)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct note_record note = {0}, again;
	json_ref content = json_get(&c->doc, c->body, "content");
	struct why why = {0};

	if (json_type(&c->doc, content) != JSON_OBJECT)
		return why_set(&c->why, E_INVALID, "/content", "is missing, or no object");
	for (json_ref v = json_first(&c->doc, content); v; v = json_next(&c->doc, v)) {
		struct slice key = json_key(&c->doc, v, c->arena);

		if (!slice_is(key, "title") && !slice_is(key, "text") && !slice_is(key, "files"))
			return why_set(
				&c->why, E_INVALID, "/content", "there is title, text and files");
	}
	note.title = json_string(&c->doc, json_get(&c->doc, content, "title"), c->arena);
	note.text = json_string(&c->doc, json_get(&c->doc, content, "text"), c->arena);
	if (!note.title.n)
		return why_set(&c->why, E_INVALID, "/content/title", "is missing");
	TRY(files_read(c, json_get(&c->doc, content, "files"), &note));
	note_record_print(&note, &b);
	if (buf_over(&b))
		return why_set(&c->why, E_LIMIT, "/content", "is larger than %zu bytes",
			(size_t)LIMIT_PAYLOAD_CONTENT);
	d->media = SLICE("application/json");
	d->content = arena_copy(c->arena, buf_slice(&b));
	if (note_record_parse(&again, c->arena, d->content, &why) < 0)
		return why_set(&c->why, E_INVALID, arena_printf(c->arena, "/content%s", why.where),
			"%s", why.text);
	return 0;
}

static int wish_read_record(struct call *c, struct draft *d, bool is_new)
{
	static const char *const known[] = {
		"kind", "mode", "label", "audience", "veil", "until", "content", NULL};
	static const char *const known_put[] = {
		"label", "audience", "veil", "until", "content", NULL};
	struct slice kind, label;
	struct id *member;

	TRY(call_only(c, is_new ? known : known_put));
	TRY(call_want(c, "kind", ENTRY_KIND_MAX, &kind));
	if (kind.n && !slice_is(kind, "note/1"))
		return why_set(&c->why, E_INVALID, "/kind", "only note/1 is written here");
	d->kind = SLICE("note/1");
	if (is_new)
		TRY(call_mode(c, &d->mode));
	TRY(call_want(c, "label", ENTRY_LABEL_MAX, &label));
	TRY(call_label(c, label, &d->label));
	TRY(call_members(c, "audience", &d->all, &member, &d->n_member));
	d->member = member;
	if (!d->all && d->n_member == 0) {
		d->member = &c->node->self;
		d->n_member = 1;
	}
	TRY(call_want_bool(c, "veil", &d->veil_all));
	TRY(call_want_time(c, "until", &d->until_ms));
	return content_read(c, d);
}

/* What the write path complains of, in the words of the request. */
static int write_record(struct call *c, const struct draft *d, const char *what, struct written *w)
{
	char object[OBJECT_TEXT + 1] = "";

	if (d->has_object)
		object_format(&d->object, object);
	return call_write(c, d, what, object, w);
}

static int answer_with(struct call *c, const struct object_id *object)
{
	char coalition[COAL_TEXT + 1], text[OBJECT_TEXT + 1];
	struct record r;

	coalition_format(&c->world.coalition.id, coalition);
	object_format(object, text);
	c->location = arena_printf(c->arena, API_BASE "/coalitions/%s/records/%s", coalition, text);
	TRY(call_read(c));
	int rc = record_get(&c->world, c->db, &c->reader, object, c->arena, &r, &c->why);
	call_read_end(c);
	TRY(rc);
	put_record(c, NULL, &r, true);
	return 0;
}

int api_record_new(struct call *c)
{
	struct draft d = {0};
	struct written w;

	TRY(wish_read_record(c, &d, true));
	TRY(write_record(c, &d, "record new", &w));
	return answer_with(c, &w.object);
}

/* The ETag of the record as this caller is shown it now. */
static int etag_check(struct call *c, const struct record *r)
{
	struct slice match = request_header(c->req, "If-Match");
	char hex[65];

	if (!match.n)
		return call_match_none(c);
	put_record(c, NULL, r, true);
	buf_byte(&c->out, '\n');
	struct hash h = hash_bytes(buf_slice(&c->out));
	buf_clear(&c->out);
	c->o = json_out(&c->out);
	hex_encode(h.b, 32, hex);
	if (slice_is(match, arena_printf(c->arena, "\"%.32s\"", hex)))
		return 0;
	return call_match_other(c);
}

/* What is not said stays: a class, a category, a veil is not lost because somebody corrects a word. What lets more through is an officer's to give. */
static int wish_like(struct call *c, const struct record *before, bool veiled, struct draft *d)
{
	struct label was, is;

	if (!json_get(&c->doc, c->body, "veil"))
		d->veil_all = veiled;
	if (!json_get(&c->doc, c->body, "label")) {
		d->label = before->label;
		return 0;
	}
	TRY(label_parse(&was, before->label, &c->why));
	TRY(label_parse(&is, d->label, &c->why));
	if (!label_tighter(&was, &is, c->world.standing.charter))
		return why_set(&c->why, E_DENIED, "/label",
			"is looser than '%.*s': an officer gives it further by releasing the record",
			SLICE_FMT(before->label));
	return 0;
}

/* The version that the caller has seen, if he may change it. In a read transaction. */
static int own_before(struct call *c, struct record *r, struct version *follows, bool *ret_veiled)
{
	TRY(record_of_path(c, c->param[1], r));
	if (!id_eq(&r->object.owner, &c->node->self))
		return why_set(&c->why, E_DENIED, "", "only its owner changes a record");
	TRY(version_now(c->db, c->world.coalition.row, &r->object, follows, &c->why));
	return version_veiled(c->db, follows, ret_veiled, &c->why);
}

int api_record_put(struct call *c)
{
	struct draft d = {.has_object = true};
	struct written w;
	struct record r;
	bool veiled;

	TRY(call_read(c));
	int rc = own_before(c, &r, &d.follows, &veiled);
	call_read_end(c);
	TRY(rc);
	if (r.state != ITEM_LIVE)
		return why_set(&c->why, E_STATE, "", "the record is no longer there");
	TRY(etag_check(c, &r));
	TRY(wish_read_record(c, &d, false));
	TRY(wish_like(c, &r, veiled, &d));
	d.object = r.object;
	d.mode = r.mode;
	TRY(write_record(c, &d, "record version", &w));
	return answer_with(c, &d.object);
}
