/* couple.c: two nodes, A and B, founders of one coalition, as their people would set them up. */
#include "bench.h"

#include "base/limits.h"
#include "base/report.h"
#include "log/batch.h"
#include "node/rootdoc.h"

#define ROUNDS_MAX 50

static char *path_of(const char *dir, const char *name)
{
	struct buf b = BUF(8 * KIB);
	size_t n;

	buf_addf(&b, "%s/%s", dir, name);
	MUST(!buf_over(&b));
	return (char *)buf_take(&b, &n);
}

static void node_make(const struct couple_options *o, int which, const char *dir)
{
	struct env env = env_system();
	struct seckey root = seckey_new(&env), next = seckey_new(&env), officer = seckey_new(&env);
	struct root_officer who = {.key = officer.pub, .scopes = SCOPE_ALL};
	struct buf endpoint CLEANUP_BUF = BUF(256);
	char *key CLEANUP_FREE = path_of(dir, "keys/officer.key");
	const char *const allow[] = {"127.0.0.0/8"};
	struct why why = {0};
	struct id self;

	buf_addf(&endpoint, "https://%s",
		o->peer_listen[which] ? o->peer_listen[which] : CONF_PEER_LISTEN);
	const char *const endpoints[] = {buf_cstr(&endpoint)};
	env_random(&env, &who.id, sizeof(who.id));
	TRY_OR_DIE(node_create(&(struct node_init){.dir = dir,
				       .label = which == 0 ? "AAA" : "BBB",
				       .database = o->database[which],
				       .listen = o->listen[which],
				       .peer_listen = o->peer_listen[which],
				       .endpoint = endpoints,
				       .n_endpoint = 1,
				       .root_key = &root,
				       .n_root_key = 1,
				       .threshold = 1,
				       .next = root_set_hash(1, &next.pub, 1),
				       .officer = &who,
				       .n_officer = 1,
				       .env = env,
				       .allow = allow,
				       .n_allow = 1},
			   &self, &why),
		&why);
	TRY_OR_DIE(keyfile_write(key, "officer", &officer, SLICE_NONE, &env, &why), &why);
}

/* Quotas far above what is measured: they are another matter. */
static void charter_make(const struct couple *c, struct buf *ret)
{
	const struct slice labels[] = {SLICE("AAA"), SLICE("BBB")};
	struct charter_member member[2];
	struct charter_clearance any = {.any = true, .level = 1};
	int first = id_cmp(&c->node[0]->self, &c->node[1]->self) < 0 ? 0 : 1;
	struct charter *charter = mem_new(struct charter);

	for (int i = 0; i < 2; i++)
		member[i] = (struct charter_member){c->node[i ^ first]->self, labels[i ^ first]};
	*charter = (struct charter){.name = SLICE("measured"),
		.version = 1,
		.fold = 1,
		.field = {SLICE("joint-training")},
		.n_field = 1,
		.member = member,
		.n_member = 2,
		.suspension = 1,
		.policy = SLICE("measured"),
		.ladder = {SLICE("UNCLASSIFIED"), SLICE("RESTRICTED")},
		.n_ladder = 2,
		.clearance = &any,
		.n_clearance = 1,
		.quota_entries = 1000000000,
		.quota_payload_bytes = 1024 * GIB};
	charter_print(charter, ret);
	MUST(!buf_over(ret));
	mem_free(charter);
}

static void join(struct couple *c, int which, struct slice charter)
{
	struct db *db = c->db[which];
	struct buf root CLEANUP_BUF = BUF(LIMIT_ROOT_BYTES);
	struct why why = {0};
	struct id member;
	int64_t row, now_ms = env_now_ms(&c->node[which]->env);

	TRY_OR_DIE(root_notes(c->db[!which], &c->node[!which]->self, &root, &why), &why);
	TRY_OR_DIE(db_begin(db, &why), &why);
	TRY_OR_DIE(coalition_add(db, charter, &row, &why), &why);
	TRY_OR_DIE(root_put(db, buf_slice(&root), &member, &why), &why);
	for (int i = 0; i < 2; i++)
		TRY_OR_DIE(party_put(db, row, &c->node[i]->self, slice_str(c->node[i]->conf.label),
				   now_ms, &why),
			&why);
	TRY_OR_DIE(db_commit(db, &why), &why);
}

static void act_write(struct couple *c, int which, const struct act_body *body)
{
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	char *path CLEANUP_FREE = path_of(c->dir[which], "keys/officer.key");
	struct buf text CLEANUP_BUF = BUF(64 * KIB);
	struct root_chain chain;
	struct seckey key;
	struct written written;
	struct why why = {0};

	TRY_OR_DIE(keyfile_read(path, "officer", SLICE_NONE, &key, &why), &why);
	TRY_OR_DIE(
		root_chain_load(c->db[which], &c->node[which]->self, &arena, &chain, &why), &why);
	act_body_print(body, &text);
	struct draft d = {.mode = MODE_REAL,
		.kind = slice_str(act_rules[body->kind].kind),
		.all = true,
		.media = SLICE(ACT_MEDIA),
		.content = buf_slice(&text)};
	if (act_rules[body->kind].scope) {
		d.officer_key = &key;
		d.officer = root_latest(&chain)->officer[0].id;
	}
	TRY_OR_DIE(node_write(c->node[which], c->db[which], &c->coalition, &d, 1, &written, &why),
		&why);
}

/* Whom this node takes the other for. */
static void introduce(struct couple *c, int which)
{
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	struct root_chain chain;
	struct why why = {0};

	TRY_OR_DIE(
		root_chain_load(c->db[which], &c->node[!which]->self, &arena, &chain, &why), &why);
	act_write(c, which,
		&(struct act_body){.kind = ACT_INTRODUCTION,
			.has_member = true,
			.member = chain.member,
			.root = chain.version[0].hash,
			.label = root_latest(&chain)->label});
}

static bool in_force(struct couple *c, int which)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	struct world w;
	struct why why = {0};

	TRY_OR_DIE(world_load(&w, c->node[which], c->db[which], &c->coalition, &arena, &why), &why);
	return w.standing.in_force && w.self_is_member;
}

static void exchange(struct couple *c)
{
	struct pull_result r;

	for (int round = 0; round < ROUNDS_MAX; round++) {
		if (in_force(c, 0) && in_force(c, 1))
			return;
		for (int to = 0; to < 2; to++) {
			struct link l = link_new(c->node[!to], c->db[!to], &c->node[to]->self);

			couple_pull(c, to, &l, &r);
		}
	}
	die("found", &(struct why){.text = "the coalition does not come into force"});
}

void couple_found(const struct couple_options *o)
{
	struct buf charter CLEANUP_BUF = BUF(LIMIT_CHARTER_BYTES);
	struct couple c = {.dir = {path_of(o->dir, "a"), path_of(o->dir, "b")}};
	struct why why = {0};
	struct hash hash;

	for (int i = 0; i < 2; i++) {
		node_make(o, i, c.dir[i]);
		TRY_OR_DIE(
			node_open(&c.node[i], &(struct node_options){.dir = c.dir[i]}, &why), &why);
		TRY_OR_DIE(node_db(c.node[i], &c.db[i], &why), &why);
	}
	charter_make(&c, &charter);
	hash = hash_bytes(buf_slice(&charter));
	memcpy(c.coalition.b, hash.b, sizeof(c.coalition.b));
	for (int i = 0; i < 2; i++)
		join(&c, i, buf_slice(&charter));
	for (int i = 0; i < 2; i++) {
		introduce(&c, i);
		act_write(&c, i, &(struct act_body){.kind = ACT_SIGN, .charter = hash});
	}
	exchange(&c);
	couple_close(&c);
}

void couple_open(struct couple *c, const char *dir, bool a, bool b)
{
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	const bool wanted[2] = {a, b};
	struct coalition *list;
	struct why why = {0};
	size_t n;

	*c = (struct couple){.dir = {path_of(dir, "a"), path_of(dir, "b")}};
	for (int i = 0; i < 2; i++) {
		if (!wanted[i])
			continue;
		TRY_OR_DIE(node_open(&c->node[i], &(struct node_options){.dir = c->dir[i]}, &why),
			&why);
		TRY_OR_DIE(node_db(c->node[i], &c->db[i], &why), &why);
		TRY_OR_DIE(coalition_list(c->db[i], &arena, &list, &n, &why), &why);
		if (n != 1)
			die(c->dir[i],
				&(struct why){
					.text = "is party to more or less than one coalition"});
		c->coalition = list[0].id;
	}
}

void couple_close(struct couple *c)
{
	for (int i = 0; i < 2; i++) {
		db_close(&c->db[i]);
		node_close(&c->node[i]);
		mem_free(c->dir[i]);
	}
	*c = (struct couple){0};
}

struct draft couple_draft(const struct id member[2], bool batch, struct slice content)
{
	return (struct draft){.mode = MODE_REAL,
		.kind = SLICE("note/1"),
		.label = SLICE("measured UNCLASSIFIED"),
		.member = member,
		.n_member = 2,
		.media = batch ? SLICE(BATCH_MEDIA) : SLICE("application/json"),
		.content = content};
}

void couple_members(struct couple *c, struct id ret[2])
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	int of = c->node[0] ? 0 : 1;
	struct world w;
	struct why why = {0};

	TRY_OR_DIE(world_load(&w, c->node[of], c->db[of], &c->coalition, &arena, &why), &why);
	if (w.standing.n_member != 2)
		die("members", &(struct why){.text = "the coalition has not two members"});
	memcpy(ret, w.standing.member, 2 * sizeof(*ret));
}

int64_t couple_log(struct couple *c, int of, const struct id *author, uint64_t *ret_size)
{
	struct stmt *s = db_stmt(c->db[of],
		"SELECT id, size FROM log WHERE coalition = $1 AND member = $2 ORDER BY epoch DESC LIMIT 1");
	int64_t row = 0;

	db_bind_blob(s, 1, id_slice(&c->coalition));
	db_bind_blob(s, 2, id_slice(author));
	if (db_step(s, NULL) != DB_ROW)
		die("log", &(struct why){.text = "is not there"});
	row = db_i64(s, 0);
	*ret_size = (uint64_t)db_i64(s, 1);
	db_reset(s);
	return row;
}

uint64_t couple_items(struct couple *c, int of, int64_t log_row)
{
	struct stmt *s = db_stmt(c->db[of], "SELECT count(*) FROM item WHERE log = $1");
	uint64_t n;

	db_bind_i64(s, 1, log_row);
	if (db_step(s, NULL) != DB_ROW)
		die("item", &(struct why){.text = "cannot be counted"});
	n = (uint64_t)db_i64(s, 0);
	db_reset(s);
	return n;
}
