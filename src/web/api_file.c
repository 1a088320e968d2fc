/*
 * api_file.c: files in and out. In: spooled by the server, then kept by hash; whoever sent one may put it into a record. Out: by a ticket, good for a minute,
 * from a path that looks at no cookie, so that what a stranger's file could do in a browser it does as nobody.
 *
 *	ticket = base32(account ‖ expiry ‖ coalition ‖ object ‖ sha256 ‖ MAC), MAC under a key of this node
 */
#include "web/api_int.h"

#include "base/enc.h"
#include "base/limits.h"
#include "base/report.h"
#include "base/utf8.h"
#include "node/note.h"
#include "node/record.h"

#define TICKET_MS     60000
#define UPLOAD_MS     DAY_MS
#define TICKET_FIELDS (8 + 8 + 16 + 32 + 32)
#define TICKET_BYTES  (TICKET_FIELDS + 32)
#define TICKET_TEXT   BASE32_LEN(TICKET_BYTES)

/* ---- in ---- */

static int upload_put(struct call *c, const struct hash *sha256, uint64_t size)
{
	struct stmt *s = db_stmt(c->db,
		"INSERT INTO upload (account, sha256, size, made_ms) VALUES ($1, $2, $3, $4) "
		"ON CONFLICT (account, sha256) DO UPDATE SET made_ms = excluded.made_ms");

	db_bind_i64(s, 1, caller_account(&c->caller));
	db_bind_blob(s, 2, slice_of(sha256->b, 32));
	db_bind_i64(s, 3, (int64_t)size);
	db_bind_i64(s, 4, env_now_ms(&c->node->env));
	return db_run(s, &c->why);
}

/*
 * What the caller has sent besides this file, which may be there already, in records or not: who were told that a file counts no more would know that somebody has a
 * record with it. In the transaction that notes it.
 */
static int uploads_room(struct call *c, const struct hash *sha256, uint64_t size)
{
	struct stmt *s = db_stmt(c->db,
		"SELECT count(*), coalesce(CAST(sum(size) AS BIGINT), 0) FROM upload "
		"WHERE account = $1 AND sha256 <> $2");
	int64_t n = 0, bytes = 0;
	int rc;

	db_bind_i64(s, 1, caller_account(&c->caller));
	db_bind_blob(s, 2, slice_of(sha256->b, 32));
	rc = db_step(s, &c->why);
	if (rc == DB_ROW) {
		n = db_i64(s, 0);
		bytes = db_i64(s, 1);
	}
	db_reset(s);
	if (rc < 0)
		return rc;
	if (n >= LIMIT_UPLOADS)
		return why_set(&c->why, E_BUSY, "",
			"you have sent %d files in the last 24 hours: wait", LIMIT_UPLOADS);
	if ((uint64_t)bytes + size > LIMIT_UPLOAD_BYTES)
		return why_set(&c->why, E_LIMIT, "",
			"the files that you send in 24 hours would be more than %zu GiB together: wait",
			LIMIT_UPLOAD_BYTES / GIB);
	return 0;
}

int api_file_new(struct call *c)
{
	struct slice name = request_query(c->req, "name");
	struct hash sha256;
	uint64_t size;
	int hold = -1;

	if (name.n > 255 || utf8_bad_at(name) >= 0)
		return why_set(&c->why, E_INVALID, "name", "is at most 255 bytes of UTF-8");
	if (c->req->body_fd < 0)
		return why_set(&c->why, E_INVALID, "", "the body is empty");
	TRY(files_add(c->node, c->req->body_fd, NULL, NULL, &sha256, &size, &hold, &c->why));
	int rc = call_begin(c);
	if (rc == 0) {
		rc = uploads_room(c, &sha256, size);
		if (rc == 0)
			rc = upload_put(c, &sha256, size);
		rc = call_commit(c, rc);
	}
	files_let(&hold);
	if (rc < 0) {
		struct why later = {0};
		if (files_drop_unnamed(c->node, c->db, &sha256, &later) < 0)
			report(REPORT_WARN, "uploads: %s", later.text);
		return rc;
	}
	json_open(&c->o, '{');
	put_hash(&c->o, "sha256", &sha256);
	json_put_u64(&c->o, "size", size);
	json_put_string(&c->o, "name", name);
	json_close(&c->o);
	return 0;
}

static int uploaded(struct call *c, const struct hash *sha256, uint64_t *ret_size, bool *ret)
{
	struct stmt *s =
		db_stmt(c->db, "SELECT size FROM upload WHERE account = $1 AND sha256 = $2");
	int rc;

	db_bind_i64(s, 1, caller_account(&c->caller));
	db_bind_blob(s, 2, slice_of(sha256->b, 32));
	rc = db_step(s, &c->why);
	*ret = rc == DB_ROW;
	if (*ret)
		*ret_size = (uint64_t)db_i64(s, 0);
	db_reset(s);
	return rc < 0 ? rc : 0;
}

/* Objects of this coalition that have the file; what the caller may see of them is asked one by one. */
#define HOLDERS_MAX 16

static int holders(struct call *c, const struct hash *sha256, struct object_id *ret, size_t *ret_n)
{
	struct stmt *s = db_stmt(c->db,
		"SELECT DISTINCT item.object_owner, item.object_name FROM item_file f "
		"JOIN item ON item.log = f.log AND item.seq = f.seq AND item.at = f.at "
		"WHERE f.sha256 = $1 AND item.coalition = $2 AND item.state = 0 LIMIT $3");
	size_t n = 0;
	int rc;

	db_bind_blob(s, 1, slice_of(sha256->b, 32));
	db_bind_i64(s, 2, c->world.coalition.row);
	db_bind_i64(s, 3, HOLDERS_MAX);
	while ((rc = db_step(s, &c->why)) == DB_ROW && n < HOLDERS_MAX) {
		MUST(db_blob(s, 0).n == 16 && db_blob(s, 1).n == 16);
		memcpy(ret[n].owner.b, db_blob(s, 0).p, 16);
		memcpy(ret[n++].name.b, db_blob(s, 1).p, 16);
	}
	db_reset(s);
	*ret_n = n;
	return rc < 0 ? rc : 0;
}

/* The file of that hash in a record; false if it has none such. */
static bool file_in(struct arena *arena, const struct record *r, const struct hash *sha256,
	struct note_file *ret)
{
	struct note_record note;

	if (r->state != ITEM_LIVE || !slice_is(r->kind, "note/1") ||
		note_record_parse(&note, arena, r->content, NULL) < 0)
		return false;
	for (size_t i = 0; i < note.n_file; i++)
		if (hash_eq(&note.file[i].sha256, sha256)) {
			*ret = note.file[i];
			return true;
		}
	return false;
}

int upload_known(struct call *c, const struct hash *sha256, uint64_t *ret_size, bool *ret)
{
	struct object_id object[HOLDERS_MAX];
	/* Nothing is told of what is found there. */
	struct reader looking = reader_unnoted(&c->reader);
	struct note_file file;
	size_t n;

	TRY(uploaded(c, sha256, ret_size, ret));
	if (*ret)
		return 0;
	TRY(call_read(c));
	int rc = holders(c, sha256, object, &n);
	for (size_t i = 0; rc == 0 && i < n && !*ret; i++) {
		/* A note may name many files, each with many holders of long contents. */
		struct arena scratch CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
		struct record r;

		rc = record_get(&c->world, c->db, &looking, &object[i], &scratch, &r, &c->why);
		if (rc == 0 && file_in(&scratch, &r, sha256, &file)) {
			*ret = true;
			*ret_size = file.size;
		}
		if (rc == E_MISSING) {
			c->why = (struct why){0};
			rc = 0;
		}
	}
	call_read_end(c);
	return rc;
}

/* ---- sweeping ---- */

/* One that is old. */
static int sweep_one(
	struct db *db, int64_t before_ms, struct hash *ret, bool *ret_any, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT sha256 FROM upload WHERE made_ms < $1 LIMIT 1");
	int rc;

	db_bind_i64(s, 1, before_ms);
	rc = db_step(s, why);
	*ret_any = rc == DB_ROW && db_blob(s, 0).n == 32;
	if (*ret_any)
		memcpy(ret->b, db_blob(s, 0).p, 32);
	db_reset(s);
	return rc < 0 ? rc : 0;
}

static int used_anywhere(
	struct db *db, const struct hash *sha256, int64_t before_ms, bool *ret, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "SELECT 1 FROM item_file WHERE sha256 = $1 UNION ALL "
			    "SELECT 1 FROM upload WHERE sha256 = $1 AND made_ms >= $2 LIMIT 1");
	int rc;

	db_bind_blob(s, 1, slice_of(sha256->b, 32));
	db_bind_i64(s, 2, before_ms);
	rc = db_step(s, why);
	*ret = rc == DB_ROW;
	db_reset(s);
	return rc < 0 ? rc : 0;
}

static int upload_drop(struct db *db, const struct hash *sha256, int64_t before_ms, struct why *why)
{
	struct stmt *s = db_stmt(db, "DELETE FROM upload WHERE sha256 = $1 AND made_ms < $2");

	db_bind_blob(s, 1, slice_of(sha256->b, 32));
	db_bind_i64(s, 2, before_ms);
	return db_run(s, why);
}

void uploads_sweep(const struct node *node, struct db *db)
{
	int64_t before_ms = env_now_ms(&node->env) - UPLOAD_MS;
	struct why why = {0};
	struct hash sha256;
	bool any = true, used;

	for (unsigned i = 0; i < LIMIT_UPLOADS && any; i++) {
		int rc = db_begin(db, &why);

		if (rc == 0)
			rc = sweep_one(db, before_ms, &sha256, &any, &why);
		if (rc == 0 && any)
			rc = used_anywhere(db, &sha256, before_ms, &used, &why);
		if (rc == 0 && any)
			rc = upload_drop(db, &sha256, before_ms, &why);
		/* Inside: nobody puts it into a record meanwhile. */
		if (rc == 0 && any && !used)
			rc = files_drop(node, &sha256, &why);
		if (rc == 0)
			rc = db_commit(db, &why);
		db_rollback(db);
		if (rc < 0) {
			report(REPORT_WARN, "uploads: %s", why.text);
			return;
		}
	}
}

/* ---- out: the ticket ---- */

struct ticket {
	int64_t account, until_ms;
	struct id coalition;
	struct object_id object;
	struct hash sha256;
};

static struct hash ticket_mac(const struct api *a, struct slice fields)
{
	const struct slice inner[] = {slice_of(a->ticket_key, 32), SLICE("inner"), fields};
	struct hash h = hash_of(inner, 3);
	const struct slice outer[] = {
		slice_of(a->ticket_key, 32), SLICE("outer"), slice_of(h.b, 32)};

	return hash_of(outer, 3);
}

static const char *ticket_make(struct call *c, const struct ticket *t)
{
	struct buf b CLEANUP_BUF = BUF(TICKET_BYTES);
	char *text = arena_alloc(c->arena, TICKET_TEXT + 1);

	buf_be64(&b, (uint64_t)t->account);
	buf_be64(&b, (uint64_t)t->until_ms);
	buf_add(&b, t->coalition.b, 16);
	buf_add(&b, t->object.owner.b, 16);
	buf_add(&b, t->object.name.b, 16);
	buf_add(&b, t->sha256.b, 32);
	MUST(b.n == TICKET_FIELDS);
	struct hash mac = ticket_mac(c->api, buf_slice(&b));
	buf_add(&b, mac.b, 32);
	base32_encode(b.p, b.n, text);
	return text;
}

static int64_t be64_at(const uint8_t *p)
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return (int64_t)v;
}

static bool ticket_read(const struct api *a, struct slice text, struct ticket *ret)
{
	uint8_t b[TICKET_BYTES], diff = 0;

	if (text.n != TICKET_TEXT || base32_decode(text, b, sizeof(b)) < 0)
		return false;
	struct hash mac = ticket_mac(a, slice_of(b, TICKET_FIELDS));
	for (size_t i = 0; i < 32; i++)
		diff |= (uint8_t)(mac.b[i] ^ b[TICKET_FIELDS + i]);
	if (diff)
		return false;
	ret->account = be64_at(b);
	ret->until_ms = be64_at(b + 8);
	memcpy(ret->coalition.b, b + 16, 16);
	memcpy(ret->object.owner.b, b + 32, 16);
	memcpy(ret->object.name.b, b + 48, 16);
	memcpy(ret->sha256.b, b + 64, 32);
	return env_now_ms(&a->node->env) < ret->until_ms;
}

static int file_of_path(struct call *c, struct record *ret_record, struct note_file *ret)
{
	struct hash sha256;

	TRY(record_of_path(c, c->param[1], ret_record));
	if (hex_decode(c->param[2], sha256.b, sizeof(sha256.b)) < 0 ||
		!file_in(c->arena, ret_record, &sha256, ret))
		return why_set(&c->why, E_MISSING, "", "the record has no such file");
	return 0;
}

int api_file_ticket(struct call *c)
{
	static const char *const known[] = {NULL};
	struct ticket t = {
		.account = caller_account(&c->caller), .coalition = c->world.coalition.id};
	struct buf url CLEANUP_BUF = BUF(4 * KIB);
	struct note_file file;
	struct record r;

	TRY(call_only(c, known));
	TRY(call_read(c));
	int rc = file_of_path(c, &r, &file);
	call_read_end(c);
	TRY(rc);
	if (!files_has(c->node, &file.sha256))
		return why_set(&c->why, E_STATE, "", "the file has not arrived here yet");
	c->shown->how = "file";
	t.until_ms = env_now_ms(&c->node->env) + TICKET_MS;
	t.object = r.object;
	t.sha256 = file.sha256;
	buf_addf(&url, "/f/%s/", ticket_make(c, &t));
	buf_percent(&url, file.name);
	json_open(&c->o, '{');
	json_put_string(&c->o, "url", buf_slice(&url));
	json_put_string(&c->o, "name", file.name);
	json_put_u64(&c->o, "size", file.size);
	json_put_string(
		&c->o, "media", file.media.n ? file.media : SLICE("application/octet-stream"));
	put_time(&c->o, "expires", t.until_ms);
	json_close(&c->o);
	return 0;
}

/* ---- out: the bytes ---- */

/* RFC 6266: a plain name for old programs, the real one encoded. */
static void disposition(struct request *req, struct slice name)
{
	struct buf b CLEANUP_BUF = BUF(4 * KIB);

	buf_str(&b, "attachment; filename=\"");
	for (size_t i = 0; i < name.n; i++) {
		uint8_t ch = name.p[i];
		bool plain = (ch >= '0' && ch <= '9') || (ch >= 'A' && ch <= 'Z') ||
			     (ch >= 'a' && ch <= 'z') || ch == '.' || ch == '-' || ch == '_';

		buf_byte(&b, plain ? ch : '_');
	}
	buf_str(&b, "\"; filename*=UTF-8''");
	buf_percent(&b, name);
	response_header(req, "Content-Disposition", buf_cstr(&b));
}

/* "bytes=FROM-[TO]", one range; what cannot be read is as if it were not there (RFC 9110 §14.2). */
static bool range_read(struct slice text, uint64_t size, uint64_t *ret_from, uint64_t *ret_to)
{
	struct slice from;
	uint64_t a, b = size ? size - 1 : 0;

	if (!slice_take(&text, "bytes=") || !slice_cut_exact(&text, '-', &from) ||
		slice_u64(from, &a) < 0 || (text.n && slice_u64(text, &b) < 0) || a > b ||
		a >= size)
		return false;
	*ret_from = a;
	*ret_to = b < size ? b : size - 1;
	return true;
}

static int send_file(struct api *a, struct request *req, const struct note_file *f, struct why *why)
{
	uint64_t size, from = 0, to;
	int fd, rc = files_open(a->node, &f->sha256, &fd, &size, why);

	if (rc < 0)
		return rc;
	to = size ? size - 1 : 0;
	bool part = range_read(request_header(req, "Range"), size, &from, &to);
	req->response.status = part ? 206 : 200;
	req->response.type = "application/octet-stream";
	req->response.fd = fd;
	req->response.fd_from = from;
	req->response.fd_size = size ? to - from + 1 : 0;
	if (part)
		response_header(req, "Content-Range",
			arena_printf(&req->arena, "bytes %llu-%llu/%llu", (unsigned long long)from,
				(unsigned long long)to, (unsigned long long)size));
	response_header(req, "Accept-Ranges", "bytes");
	return 0;
}

/* The ticket says who asked; whether he still may is asked again. */
static int ticket_use(struct call *c, const struct ticket *t, struct note_file *ret)
{
	struct record r;

	TRY(account_get_row(c->db, t->account, c->arena, &c->caller.account, &c->why));
	if (c->caller.account.disabled || c->caller.account.roles.of[AREA_RECORDS] < ROLE_READER)
		return why_set(&c->why, E_MISSING, "", "no such file");
	c->caller.kind = CALLER_SESSION;
	TRY(world_load(&c->world, c->node, c->db, &t->coalition, c->arena, &c->why));
	/* It was written down when the ticket was given. */
	c->reader = caller_reader(&c->caller, &c->world, NULL);
	TRY(record_get(&c->world, c->db, &c->reader, &t->object, c->arena, &r, &c->why));
	if (!file_in(c->arena, &r, &t->sha256, ret))
		return why_set(&c->why, E_MISSING, "", "no such file");
	return 0;
}

void file_download(struct api *a, struct db *db, struct request *req, struct slice rest)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_API_ARENA);
	struct call c = {.api = a, .node = a->node, .db = db, .req = req, .arena = &arena};
	struct slice text;
	struct ticket t;
	struct note_file file;
	int rc = 0;

	if (!slice_cut(&rest, '/', &text) || !ticket_read(a, text, &t))
		rc = why_set(&c.why, E_MISSING, "", "the ticket is over: ask for the file again");
	if (rc == 0)
		rc = db_begin_read(db, &c.why);
	if (rc == 0)
		rc = ticket_use(&c, &t, &file);
	db_rollback(db);
	if (rc == 0)
		rc = send_file(a, req, &file, &c.why);
	if (rc < 0) {
		api_problem(req, &c.why, NULL, 0, 0);
		return;
	}
	disposition(req, file.name);
	response_header(req, "Cache-Control", "no-store");
}
