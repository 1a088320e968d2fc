#include "league.h"

#include "base/enc.h"
#include "base/file.h"
#include "log/batch.h"
#include "json/json.h"

#include <dirent.h>
#include <inttypes.h>
#include <sys/stat.h>

bool league_postgres;
static const char *const labels[] = {"ALB", "HRV", "KOS", "BGR"};

int league_start(int argc, char **argv)
{
	if (argc != 2 || (strcmp(argv[1], "sqlite") != 0 && strcmp(argv[1], "postgres") != 0)) {
		fprintf(stderr, "usage: %s sqlite|postgres\n", argv[0]);
		return 64;
	}
	league_postgres = strcmp(argv[1], "postgres") == 0;
	if (league_postgres && !getenv("ENTENTE_TEST_POSTGRES")) {
		fprintf(stderr, "%s: SKIPPED on PostgreSQL: ENTENTE_TEST_POSTGRES is not set\n",
			argv[0]);
		return 77;
	}
	crypt_init();
	return 0;
}

/* ---- stores ---- */

static void schema_script(const char *verb, const char *name, const char *tail)
{
	struct db *admin = NULL;
	char sql[160];

	snprintf(sql, sizeof(sql), "%s SCHEMA %s %s", verb, name, tail);
	assert_ok(db_open(&admin, getenv("ENTENTE_TEST_POSTGRES"), &why));
	assert_ok(db_script(admin, sql, &why));
	db_close(&admin);
}

static const char *schema_of(const struct league_member *m)
{
	return strrchr(m->dir, '/') + 1;
}

static void store_make(struct league_member *m)
{
	struct env env = env_system();

	snprintf(m->dir, sizeof(m->dir), "/tmp/entente_node_%016" PRIx64, env_u64(&env));
	snprintf(m->url, sizeof(m->url), "sqlite:node.db");
	if (!league_postgres)
		return;
	schema_script("CREATE", schema_of(m), "");
	snprintf(m->url, sizeof(m->url), "%s?options=-csearch_path%%3D%s",
		getenv("ENTENTE_TEST_POSTGRES"), schema_of(m));
}

static void tree_remove(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		char name[512];
		struct stat st;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, e->d_name);
		if (lstat(name, &st) == 0 && S_ISDIR(st.st_mode))
			tree_remove(name);
		else
			unlink(name);
	}
	if (dir)
		closedir(dir);
	rmdir(path);
}

/* ---- members ---- */

static void member_open(struct league_member *m)
{
	struct node_options o = {.dir = m->dir, .env = env_of_fake(&m->clock)};

	assert_ok(node_open(&m->node, &o, &why));
	assert_ok(node_db(m->node, &m->db, &why));
}

static void member_make(struct league_member *m, size_t i)
{
	struct env env = env_of_fake(&m->clock);
	struct seckey next;
	struct root_officer officer = {.scopes = 0xff};
	static const char *const allow[] = {"127.0.0.0/8"};
	static const char *const endpoint[] = {"https://127.0.0.1:8471"};

	store_make(m);
	env_fake_init(&m->clock, 1000 + i, LEAGUE_NOW);
	m->root = seckey_new(&env);
	m->officer = seckey_new(&env);
	next = seckey_new(&env);
	env_random(&env, &m->officer_id, sizeof(m->officer_id));
	officer.id = m->officer_id;
	officer.key = m->officer.pub;
	struct node_init init = {.dir = m->dir,
		.label = labels[i],
		.database = m->url,
		.root_key = &m->root,
		.n_root_key = 1,
		.threshold = 1,
		.next = root_set_hash(1, &next.pub, 1),
		.officer = &officer,
		.n_officer = 1,
		.endpoint = endpoint,
		.n_endpoint = 1,
		.allow = allow,
		.n_allow = 1,
		.env = env};
	assert_ok(node_create(&init, &m->id, &why));
	member_open(m);
}

void league_reopen(struct league *l, size_t i)
{
	db_close(&l->m[i].db);
	node_close(&l->m[i].node);
	member_open(&l->m[i]);
}

static int member_order(const void *a, const void *b)
{
	const struct league_member *const *x = a, *const *y = b;

	return id_cmp(&(*x)->id, &(*y)->id);
}

bool league_public;

static void charter_make(struct league *l, size_t founders)
{
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	const struct league_member *sorted[LEAGUE_MAX];
	size_t n;

	for (size_t i = 0; i < founders; i++)
		sorted[i] = &l->m[i];
	qsort(sorted, founders, sizeof(*sorted), member_order);
	buf_str(&b,
		"entente-charter/1\nname Declaration on Cooperation\nversion 1\nprev -\nfold 1\n"
		"field cyber-security\nfield rapid-response\n");
	for (size_t i = 0; i < founders; i++) {
		char id[ID_TEXT + 1];

		id_format(&sorted[i]->id, id);
		buf_addf(&b, "member %s %s\n", id, labels[sorted[i] - l->m]);
	}
	buf_str(&b,
		"force all\naccession all\nobservers all\nsuspension 2\npolicy league\n"
		"ladder OPEN RESTRICTED SECRET\n"
		"clearance * RESTRICTED\nquota entries 100000 payload-bytes 1000000000\ntwo-person -\n");
	buf_str(&b, league_public ? "public acts\n" : "");
	buf_str(&b, "\nThe parties will work together.\n");
	l->charter_hash = hash_bytes(buf_slice(&b));
	memcpy(l->id.b, l->charter_hash.b, sizeof(l->id.b));
	l->charter = (char *)buf_take(&b, &n);
}

static void root_note(struct league *l, size_t i, struct arena *arena, struct slice *ret)
{
	struct stmt *s = db_stmt(l->m[i].db,
		"SELECT note FROM root WHERE member = $1 ORDER BY version DESC LIMIT 1");

	db_bind_blob(s, 1, id_slice(&l->m[i].id));
	assert_int_equal(db_step(s, NULL), DB_ROW);
	*ret = arena_copy(arena, db_blob(s, 0));
	db_reset(s);
}

/* Everybody knows the charter and everybody's root document. */
static void member_join(struct league *l, size_t i)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct db *db = l->m[i].db;
	struct slice note[LEAGUE_MAX];
	int64_t row;

	for (size_t k = 0; k < l->n; k++)
		root_note(l, k, &arena, &note[k]);
	assert_ok(db_begin(db, &why));
	assert_ok(coalition_add(db, slice_str(l->charter), &row, &why));
	for (size_t k = 0; k < l->n; k++) {
		struct id id;

		assert_ok(root_put(db, note[k], &id, &why));
		assert_true(id_eq(&id, &l->m[k].id));
		assert_ok(party_put(db, row, &id, slice_str(labels[k]), LEAGUE_NOW, &why));
	}
	assert_ok(db_commit(db, &why));
}

struct league *league_new(size_t n, size_t founders)
{
	struct league *l = mem_new(struct league);

	l->n = n;
	for (size_t i = 0; i < n; i++)
		member_make(&l->m[i], i);
	charter_make(l, founders);
	for (size_t i = 0; i < n; i++)
		member_join(l, i);
	return l;
}

void league_free(struct league **lp)
{
	struct league *l = *lp;

	for (size_t i = 0; i < l->n; i++) {
		db_close(&l->m[i].db);
		node_close(&l->m[i].node);
		if (league_postgres)
			schema_script("DROP", schema_of(&l->m[i]), "CASCADE");
		tree_remove(l->m[i].dir);
	}
	mem_free(l->charter);
	mem_free(l);
	*lp = NULL;
}

int league_setup_signed(void **state)
{
	struct league *l = league_new(3, 3);

	*state = l;
	league_sign(l, 3);
	return 0;
}

int league_setup_plain(void **state)
{
	*state = league_new(4, 3);
	return 0;
}

int league_teardown(void **state)
{
	struct league *l = *state;

	league_free(&l);
	return 0;
}

/* ---- writing ---- */

struct draft league_act(struct league *l, size_t i, const char *kind, struct slice body)
{
	return (struct draft){.mode = MODE_REAL,
		.kind = slice_str(kind),
		.all = true,
		.media = SLICE(ACT_MEDIA),
		.content = body,
		.officer_key = &l->m[i].officer,
		.officer = l->m[i].officer_id};
}

struct written league_write(struct league *l, size_t i, const struct draft *d)
{
	struct written w;

	assert_ok(node_write(l->m[i].node, l->m[i].db, &l->id, d, 1, &w, &why));
	return w;
}

void league_sign(struct league *l, size_t founders)
{
	struct buf body CLEANUP_BUF = BUF(4 * KIB);
	struct act_body a = {.kind = ACT_SIGN, .charter = l->charter_hash};

	act_body_print(&a, &body);
	for (size_t i = 0; i < founders; i++) {
		struct draft d = league_act(l, i, "sign/1", buf_slice(&body));

		(void)league_write(l, i, &d);
	}
	league_settle(l);
}

struct draft league_draft(struct league *l, struct arena *arena, const int *to, size_t n,
	const char *title, const char *text)
{
	struct buf b CLEANUP_BUF = BUF(1 * MIB);
	struct note_record note = {.title = slice_str(title), .text = slice_str(text)};
	struct id *member = arena_array(arena, struct id, n + 1);

	note_record_print(&note, &b);
	for (size_t i = 0; i < n; i++)
		member[i] = l->m[to[i]].id;
	return (struct draft){.mode = MODE_REAL,
		.kind = SLICE("note/1"),
		.label = SLICE("league RESTRICTED"),
		.all = to == NULL,
		.member = member,
		.n_member = n,
		.media = SLICE("application/json"),
		.content = arena_copy(arena, buf_slice(&b))};
}

struct written league_note(struct league *l, size_t i, enum mode mode, const int *to, size_t n,
	const char *title, const char *text)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct draft d = league_draft(l, &arena, to, n, title, text);

	d.mode = mode;
	return league_write(l, i, &d);
}

struct written league_note_again(struct league *l, size_t i, const struct object_id *object,
	const int *to, size_t n, const char *title, const char *text)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct draft d = league_draft(l, &arena, to, n, title, text);

	d.has_object = true;
	d.object = *object;
	return league_write(l, i, &d);
}

/* ---- the wire ---- */

static bool header_goes(struct league *l, size_t from, size_t to, const struct log *log,
	const struct entry *e, struct arena *arena)
{
	struct reader who = {.member = l->m[to].id, .is_party = true, .is_member = true};
	struct id *roll = NULL;
	size_t n = 0;

	if (e->audience == AUDIENCE_ALL &&
		fold_roll(l->m[from].db, log->row, &e->roll, arena, &roll, &n, NULL) < 0)
		return false;
	return release_header(&who, e, roll, n);
}

static void carry_headers(struct league *l, size_t from, size_t to, const struct log *src,
	struct log *dst, struct fold *f)
{
	for (uint64_t seq = dst->size; seq < src->size; seq++) {
		struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
		struct slice bytes;
		struct hash leaf;
		struct entry e;
		bool wanted;

		assert_ok(log_entry(l->m[from].db, src->row, seq, &arena, &bytes, &why));
		leaf = hash_leaf(bytes);
		bool parsed = entry_parse(&e, &arena, bytes, NULL) == 0;
		bool goes = !parsed || header_goes(l, from, to, src, &e, &arena);
		struct slice given = goes ? bytes : SLICE_NONE;
		assert_ok(log_append(l->m[to].db, dst, &given, &leaf, 1, parsed ? e.time_ms : 0,
			parsed ? e.time_counter : 0, &why));
		if (goes)
			assert_ok(fold_header(f, dst, seq, bytes, &wanted, &why));
	}
	assert_true(hash_eq(&src->root, &dst->root));
}

static void carry_payload(struct league *l, size_t from, size_t to, const struct log *src,
	const struct log *dst, uint64_t seq, struct fold *f)
{
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	struct slice kind, label, plain, bytes;
	struct id *reader;
	uint8_t salt[32];
	size_t n;
	int rc = fold_readers(
		l->m[from].db, src->row, seq, &arena, &reader, &n, &kind, &label, NULL);

	if (rc < 0)
		return;
	if (act_kind_of(kind) == ACT_NONE &&
		!bsearch(&l->m[to].id, reader, n, sizeof(*reader), id_cmp)) {
		if (seq < COUNT_OF(l->refused[from][to].seq))
			l->refused[from][to].seq[seq] = true;
		return;
	}
	if (payload_get(l->m[from].db, src->row, seq, &arena, salt, &plain, NULL) < 0)
		return;
	assert_ok(log_entry(l->m[from].db, src->row, seq, &arena, &bytes, &why));
	if (log_entry(l->m[to].db, dst->row, seq, &arena, &bytes, NULL) < 0)
		assert_ok(log_fill(l->m[to].db, dst->row, seq, bytes, &why));
	struct why why = {0};
	int rc2 = fold_payload(f, dst, seq, bytes, salt, plain, &why);
	/* Released to it, and it has not heard of that yet. */
	if (rc2 == E_DENIED)
		rc2 = want_later(l->m[to].db, dst->row, seq, WANT_NEVER, &why);
	if (rc2 < 0)
		fail_msg("%s: %s", why.where, why.text);
}

/* Whether there is no need to ask again: that takes three statements for each entry, and every carriage would ask for all that went before. */
static bool is_refused(struct league *l, size_t from, size_t to, uint64_t seq)
{
	return seq < COUNT_OF(l->refused[from][to].seq) && l->refused[from][to].seq[seq];
}

static void refused_check(struct league *l, size_t from, size_t to)
{
	struct league_refused *r = &l->refused[from][to];
	struct stmt *s = db_stmt(l->m[from].db, "SELECT COUNT(*) FROM grants");

	assert_int_equal(db_step(s, NULL), DB_ROW);
	if (r->grants != db_i64(s, 0))
		*r = (struct league_refused){.grants = db_i64(s, 0)};
	db_reset(s);
}

void league_carry(struct league *l, size_t from, size_t to, bool contents)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	struct db *db = l->m[to].db;
	struct world w;
	struct fold f;
	struct log src, dst;
	struct log_id id = {.coalition = l->id, .member = l->m[from].id, .epoch = 1};
	uint64_t *seq = NULL;
	size_t n = 0;

	if (log_load(l->m[from].db, &id, &src, NULL) < 0)
		return;
	assert_ok(db_begin(db, &why));
	assert_ok(world_load(&w, l->m[to].node, db, &l->id, &arena, &why));
	assert_ok(log_open(db, &id, &dst, &why));
	assert_ok(fold_begin(&f, &w, db, &arena, &why));
	carry_headers(l, from, to, &src, &dst, &f);
	if (contents)
		assert_ok(want_list(db, dst.row, 0, LEAGUE_NOW, 10000, &arena, &seq, &n, &why));
	refused_check(l, from, to);
	for (size_t i = 0; i < n; i++)
		if (!is_refused(l, from, to, seq[i]))
			carry_payload(l, from, to, &src, &dst, seq[i], &f);
	assert_ok(fold_end(&f, &why));
	assert_ok(db_commit(db, &why));
}

/* Witness w has seen the log of `owner`; `at` learns it. */
static void cosign_tell(struct league *l, size_t owner, size_t w, size_t at, struct slice head)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct log_id id = {.coalition = l->id, .member = l->m[owner].id, .epoch = 1};
	struct buf b CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES);
	struct note *note = arena_new(&arena, struct note);
	struct checkpoint c;
	struct log log;
	char name[ORIGIN_MAX];

	assert_ok(note_parse(note, &arena, head, &why));
	assert_ok(checkpoint_parse(&c, note->text, &why));
	buf_slice_add(&b, head);
	witness_name_format(&l->id, &l->m[w].id, name);
	note_cosign(&b, note->text, slice_str(name), &l->m[w].node->witness_key, LEAGUE_NOW / 1000);
	assert_ok(db_begin(l->m[at].db, &why));
	if (log_load(l->m[at].db, &id, &log, NULL) == 0)
		assert_ok(cosign_put(l->m[at].db, log.row, &l->m[w].id, c.size, LEAGUE_NOW / 1000,
			buf_slice(&b), &why));
	assert_ok(db_commit(l->m[at].db, &why));
}

static void league_cosign(struct league *l, size_t owner)
{
	struct log_id id = {.coalition = l->id, .member = l->m[owner].id, .epoch = 1};
	struct buf head CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES);
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct log log;

	if (log_load(l->m[owner].db, &id, &log, NULL) < 0)
		return;
	assert_ok(node_head(l->m[owner].node, l->m[owner].db, &log, &head, &why));
	struct note *note = arena_new(&arena, struct note);
	assert_ok(note_parse(note, &arena, buf_slice(&head), &why));
	/* Only the log's own line: the others are told one by one. */
	struct buf bare CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES);
	buf_slice_add(&bare, note->text);
	buf_byte(&bare, '\n');
	buf_slice_add(&bare, note->signature[0].line);
	for (size_t w = 0; w < l->n; w++)
		for (size_t at = 0; w != owner && at < l->n; at++)
			cosign_tell(l, owner, w, at, buf_slice(&bare));
}

void league_settle(struct league *l)
{
	for (size_t from = 0; from < l->n; from++)
		for (size_t to = 0; to < l->n; to++)
			if (from != to)
				league_carry(l, from, to, true);
	for (size_t i = 0; i < l->n; i++)
		league_cosign(l, i);
}

/* ---- reading ---- */

struct reading *reading_start(struct league *l, size_t i)
{
	struct reading *r = mem_new(struct reading);

	r->arena = ARENA(64 * MIB);
	r->db = l->m[i].db;
	assert_ok(db_begin_read(r->db, &why));
	assert_ok(world_load(&r->world, l->m[i].node, r->db, &l->id, &r->arena, &why));
	r->self = world_reader(&r->world, &l->m[i].id);
	return r;
}

void reading_end(struct reading **rp)
{
	struct reading *r = *rp;

	db_rollback(r->db);
	arena_free(&r->arena);
	mem_free(r);
	*rp = NULL;
}

int league_get(struct league *l, size_t i, size_t who, const struct object_id *object,
	struct record *ret, struct arena *arena)
{
	struct reading *r = reading_start(l, i);
	struct reader reader = world_reader(&r->world, &l->m[who].id);
	int rc = record_get(&r->world, r->db, &reader, object, arena, ret, NULL);

	reading_end(&r);
	return rc;
}

size_t league_count(struct league *l, size_t i, size_t who, enum mode mode, const char *text)
{
	struct reading *r = reading_start(l, i);
	struct reader reader = world_reader(&r->world, &l->m[who].id);
	struct record_query q = {.mode = mode, .text = slice_str(text), .limit = 1000};
	struct record *record;
	size_t n = 0;

	assert_ok(record_list(&r->world, r->db, &reader, &q, &r->arena, &record, &n, &why));
	reading_end(&r);
	return n;
}

/* What status counts by is what there is. */
static void uses_agree(struct league *l, size_t i)
{
	assert_int_equal(
		league_number(l, i,
			"SELECT count(*) FROM (SELECT coalition, mode, object_owner, label, audience, count(*) FROM item "
			"WHERE state = 0 GROUP BY coalition, mode, object_owner, label, audience "
			"EXCEPT SELECT coalition, mode, owner, label, audience, n FROM item_use) x"),
		0);
	assert_int_equal(
		league_number(l, i,
			"SELECT CAST(coalesce(sum(n), 0) AS BIGINT) FROM item_use WHERE n > 0"),
		league_number(l, i, "SELECT count(*) FROM item WHERE state = 0"));
}

size_t league_needs(struct league *l, size_t i, enum role role, const char *clearance,
	const char *text, enum need_level *ret_level)
{
	struct reading *r = reading_start(l, i);
	struct reader who = account_reader(&r->world, slice_str(clearance));
	struct needs *needs = needs_new(&r->arena);
	struct roles roles;
	size_t n = 0;
	for (int a = 0; a < AREAS; a++)
		roles.of[a] = (uint8_t)role;
	assert_ok(needs_load(needs, &r->world, r->db, &who, &roles, &why));
	for (size_t k = 0; k < needs->n; k++) {
		if (strcmp(needs->need[k].text, text) != 0)
			continue;
		*ret_level = needs->need[k].level;
		n++;
	}
	reading_end(&r);
	return n;
}

void league_rebuilds(struct league *l, size_t i)
{
	struct hash before, after;

	uses_agree(l, i);
	assert_ok(fold_digest(l->m[i].db, &before, &why));
	assert_ok(fold_rebuild(l->m[i].node, l->m[i].db, NULL, NULL, &why));
	assert_ok(fold_digest(l->m[i].db, &after, &why));
	assert_true(hash_eq(&before, &after));
	uses_agree(l, i);
}

int64_t league_number(struct league *l, size_t i, const char *sql)
{
	struct buf b CLEANUP_BUF = BUF(1 * KIB);
	int64_t n;

	assert_ok(db_dump(l->m[i].db, sql, &b, &why));
	assert_int_equal(slice_i64(slice_trim(buf_slice(&b)), &n), 0);
	return n;
}

/* ---- looking for traces ---- */

static bool file_has(const char *path, const char *text)
{
	struct buf b CLEANUP_BUF = BUF(256 * MIB);

	assert_ok(file_read(path, &b, &why));
	return slice_search(buf_slice(&b), slice_str(text)) >= 0;
}

static bool tree_has(const char *path, const char *text)
{
	DIR *dir = opendir(path);
	struct dirent *e;
	bool found = false;

	assert_non_null(dir);
	while (!found && (e = readdir(dir))) {
		char name[512];
		struct stat st;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, e->d_name);
		assert_int_equal(lstat(name, &st), 0);
		if (S_ISDIR(st.st_mode))
			found = tree_has(name, text);
		else if (S_ISREG(st.st_mode))
			found = file_has(name, text);
	}
	closedir(dir);
	return found;
}

/* All rows of all tables, as text and with blobs as they are. */
static bool postgres_has(struct db *db, const char *text)
{
	struct buf tables CLEANUP_BUF = BUF(64 * KIB), hex CLEANUP_BUF = BUF(1 * KIB);
	struct slice rest, table;
	bool found = false;

	buf_hex(&hex, text, strlen(text));
	assert_ok(db_dump(db,
		"SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1",
		&tables, &why));
	rest = buf_slice(&tables);
	assert_true(rest.n > 0);
	while (!found && slice_cut(&rest, '\n', &table)) {
		struct buf rows CLEANUP_BUF = BUF(256 * MIB);
		char sql[256];

		snprintf(
			sql, sizeof(sql), "SELECT CAST(t.* AS TEXT) FROM %.*s t", SLICE_FMT(table));
		assert_ok(db_dump(db, sql, &rows, &why));
		found = slice_search(buf_slice(&rows), slice_str(text)) >= 0 ||
			slice_search(buf_slice(&rows), buf_slice(&hex)) >= 0;
	}
	return found;
}

bool league_holds(struct league *l, size_t i, const char *text)
{
	return tree_has(l->m[i].dir, text) || (league_postgres && postgres_has(l->m[i].db, text));
}
