/* Two nodes on disk, over HTTPS on loopback: the transport, and the threads that follow partners. */
#include "../unit.h"
#include "base/file.h"
#include "base/limits.h"
#include "net/server.h"
#include "node/files.h"
#include "node/rootdoc.h"
#include "node/write.h"
#include "peer/pull.h"
#include "peer/serve.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ftw.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/socket.h>

#define NODES	2
#define WAIT_MS 20000

struct member {
	char dir[64];
	int listening;
	uint16_t port;
	struct node *node;
	struct db *db, *serving[2];
	struct server *server;
	struct seckey root, officer;
	struct id officer_id;
	struct buf roots;
	atomic_uint asked;
	bool refuse; /* answers 503 */
};

static struct member members[NODES];
static struct id coalition;
static const char *const loopback[] = {"127.0.0.0/8"};

/* ---- a partner's listener ---- */

static int body_rule(void *ctx, const struct request *req, struct body_rule *ret, struct why *why)
{
	(void)ctx;
	(void)req;
	(void)why;
	*ret = (struct body_rule){.kind = BODY_MEMORY, .max = LIMIT_FORK_BYTES};
	return 0;
}

static void respond(struct request *req, struct peer_answer *a)
{
	req->response.status = a->status;
	req->response.type = a->type;
	req->response.body = arena_copy(&req->arena, buf_slice(&a->body));
	req->response.fd = a->fd;
	req->response.fd_from = a->fd_from;
	req->response.fd_size = a->fd_size;
	buf_free(&a->body);
}

static int handle(void *ctx, struct request *req, unsigned worker)
{
	struct member *m = ctx;
	struct peer_request pr = {.method = req->method,
		.path = req->path,
		.query = req->query,
		.body = req->body,
		.expired = req->expired || req->round > 20};
	struct peer_answer a;

	atomic_fetch_add(&m->asked, 1);
	if (m->refuse) {
		response_text(req, 503, "text/plain", SLICE("busy"));
		return SERVER_ANSWER;
	}
	pr.known =
		req->has_pin && party_by_pin(m->serving[worker], &req->pin, &pr.caller, NULL) == 0;
	if (peer_serve(m->node, m->serving[worker], &pr, &a) == PEER_PARK) {
		struct env env = env_system();

		buf_free(&a.body);
		req->park_until_mono_ms = env_mono_ms(&env) + 100;
		return SERVER_PARK;
	}
	respond(req, &a);
	return SERVER_ANSWER;
}

/* ---- making them ---- */

static void listen_somewhere(struct member *m)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(at);

	m->listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(m->listening >= 0);
	assert_int_equal(bind(m->listening, (struct sockaddr *)&at, n), 0);
	assert_int_equal(listen(m->listening, 64), 0);
	assert_int_equal(getsockname(m->listening, (struct sockaddr *)&at, &n), 0);
	m->port = ntohs(at.sin_port);
}

static void check(int rc, const struct why *why)
{
	if (rc < 0)
		fail_msg("%d: %s %s", rc, why->where, why->text);
}

static void member_make(struct member *m, unsigned i)
{
	struct env env = env_system();
	struct seckey next = seckey_new(&env);
	struct root_officer officer = {.scopes = SCOPE_ALL};
	char endpoint[64], label[8];
	const char *endpoints[] = {endpoint};
	struct why why = {0};
	struct id self;

	m->root = seckey_new(&env);
	m->officer = seckey_new(&env);
	env_random(&env, m->officer_id.b, sizeof(m->officer_id.b));
	officer.id = m->officer_id;
	officer.key = m->officer.pub;
	snprintf(m->dir, sizeof(m->dir), "%s", "/var/tmp/entente-test-XXXXXX");
	assert_non_null(mkdtemp(m->dir));
	listen_somewhere(m);
	snprintf(endpoint, sizeof(endpoint), "https://127.0.0.1:%u/", m->port);
	snprintf(label, sizeof(label), "N%u", i);
	check(node_create(&(struct node_init){.dir = m->dir,
				  .label = label,
				  .endpoint = endpoints,
				  .n_endpoint = 1,
				  .root_key = &m->root,
				  .n_root_key = 1,
				  .threshold = 1,
				  .next = root_set_hash(1, &next.pub, 1),
				  .officer = &officer,
				  .n_officer = 1,
				  .allow = loopback,
				  .n_allow = 1},
		      &self, &why),
		&why);
	check(node_open(&m->node, &(struct node_options){.dir = m->dir}, &why), &why);
	check(node_db(m->node, &m->db, &why), &why);
	for (int k = 0; k < 2; k++)
		check(node_db(m->node, &m->serving[k], &why), &why);
	m->roots = BUF(LIMIT_ROOT_BYTES);
	check(root_notes(m->db, &self, &m->roots, &why), &why);
	check(server_start(&m->server,
		      &(struct server_options){.fd = m->listening,
			      .cert_pem = buf_slice(&m->node->tls_cert),
			      .key_pem = buf_slice(&m->node->tls_key),
			      .client_cert = true,
			      .workers = 2,
			      .body_rule = body_rule,
			      .handle = handle,
			      .ctx = m,
			      .env = env},
		      &why),
		&why);
}

static void charter_text(struct buf *ret)
{
	struct charter_member list[NODES];
	struct charter_clearance any = {.any = true};
	struct charter c = {.name = SLICE("Two"),
		.version = 1,
		.fold = 1,
		.n_field = 1,
		.n_member = NODES,
		.member = list,
		.observers = true,
		.observers_need = 1,
		.suspension = 2,
		.policy = SLICE("two"),
		.n_ladder = 1,
		.clearance = &any,
		.n_clearance = 1,
		.quota_entries = 100000,
		.quota_payload_bytes = 1ull << 32,
		.prose = SLICE("We cooperate.\n")};

	c.field[0] = SLICE("rapid-response");
	c.ladder[0] = SLICE("UNCLASSIFIED");
	for (unsigned i = 0; i < NODES; i++)
		list[i] = (struct charter_member){members[i].node->self, SLICE("a member")};
	qsort(list, NODES, sizeof(list[0]), id_cmp);
	charter_print(&c, ret);
	memcpy(coalition.b, hash_bytes(buf_slice(ret)).b, sizeof(coalition.b));
}

static void join(struct member *m, struct slice charter)
{
	struct why why = {0};
	struct id member;
	int64_t row;

	check(db_begin(m->db, &why), &why);
	check(coalition_add(m->db, charter, &row, &why), &why);
	for (unsigned i = 0; i < NODES; i++) {
		check(root_put(m->db, buf_slice(&members[i].roots), &member, &why), &why);
		check(party_put(m->db, row, &member, SLICE("a member"), 1, &why), &why);
	}
	check(db_commit(m->db, &why), &why);
}

static void write_act(struct member *m, const struct act_body *body)
{
	struct buf content CLEANUP_BUF = BUF(64 * KIB);
	struct draft d = {.mode = MODE_REAL,
		.kind = slice_str(act_rules[body->kind].kind),
		.all = true,
		.media = SLICE(ACT_MEDIA),
		.officer = m->officer_id,
		.officer_key = &m->officer};
	struct written w;
	struct why why = {0};

	act_body_print(body, &content);
	d.content = buf_slice(&content);
	check(node_write(m->node, m->db, &coalition, &d, 1, &w, &why), &why);
}

static int setup(void **state)
{
	struct buf charter CLEANUP_BUF = BUF(LIMIT_CHARTER_BYTES);

	(void)state;
	crypt_init();
	memset(members, 0, sizeof(members));
	for (unsigned i = 0; i < NODES; i++)
		member_make(&members[i], i);
	charter_text(&charter);
	for (unsigned i = 0; i < NODES; i++)
		join(&members[i], buf_slice(&charter));
	for (unsigned i = 0; i < NODES; i++)
		write_act(&members[i], &(struct act_body){.kind = ACT_SIGN,
					       .charter = hash_bytes(buf_slice(&charter))});
	return 0;
}

static int drop(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int teardown(void **state)
{
	(void)state;
	for (unsigned i = 0; i < NODES; i++) {
		struct member *m = &members[i];

		server_stop(&m->server, 1000);
		for (int k = 0; k < 2; k++)
			db_close(&m->serving[k]);
		db_close(&m->db);
		node_close(&m->node);
		buf_free(&m->roots);
		nftw(m->dir, drop, 16, FTW_DEPTH | FTW_PHYS);
	}
	return 0;
}

/* ---- */

static uint64_t size_at(unsigned at, unsigned author)
{
	struct log_id id = {
		.coalition = coalition, .member = members[author].node->self, .epoch = 1};
	struct log log;

	return log_load(members[at].db, &id, &log, NULL) == 0 ? log.size : 0;
}

static bool in_force(unsigned at)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct world w;

	return world_load(&w, members[at].node, members[at].db, &coalition, &arena, NULL) == 0 &&
	       w.standing.in_force;
}

static int step(unsigned at, struct https *https, struct pull_result *ret, struct why *why)
{
	struct pull *p = pull_new(&(struct pull_options){.node = members[at].node,
		.coalition = coalition,
		.peer = members[1 - at].node->self,
		.transport = https_transport(https)});
	int rc = pull_step(p, members[at].db, ret, why);

	pull_free(&p);
	return rc;
}

static void test_a_pull_over_https(void **state)
{
	struct https *h = https_new(members[0].node, NULL, NULL);
	struct pull_result r = {0};
	struct why why = {0};

	(void)state;
	check(step(0, h, &r, &why), &why);
	assert_true(r.entries >= 1 && r.payloads >= 1 && r.cosigned == 1);
	assert_int_equal(size_at(0, 1), size_at(1, 1));
	https_free(&h);
	assert_null(h);
}

static void test_a_partner_with_another_key_is_refused(void **state)
{
	struct https *h = https_new(members[0].node, NULL, NULL);
	struct pull_result r;
	struct why why = {0};

	(void)state;
	/* Whoever listens there now has another certificate than the root document names. */
	server_stop(&members[1].server, 1000);
	struct buf cert CLEANUP_BUF = BUF(LIMIT_CERT_PEM_BYTES),
			key CLEANUP_BUF = BUF(LIMIT_CERT_PEM_BYTES);
	struct env env = env_system();
	struct hash pin;
	check(cert_make(CERT_ED25519, "thief", NULL, 0, 1, &env, &cert, &key, &pin, &why), &why);
	check(server_start(&members[1].server,
		      &(struct server_options){.address = "127.0.0.1",
			      .port = members[1].port,
			      .cert_pem = buf_slice(&cert),
			      .key_pem = buf_slice(&key),
			      .client_cert = true,
			      .workers = 2,
			      .body_rule = body_rule,
			      .handle = handle,
			      .ctx = &members[1],
			      .env = env},
		      &why),
		&why);
	assert_int_equal(step(0, h, &r, &why), E_DENIED);
	assert_int_equal(atomic_load(&members[1].asked), 0);
	assert_int_equal(size_at(0, 1), 0);
	https_free(&h);
}

static void test_nobody_there_and_nobody_willing(void **state)
{
	struct https *h = https_new(members[0].node, NULL, NULL);
	struct pull_result r;
	struct why why = {0};

	(void)state;
	members[1].refuse = true;
	assert_int_equal(step(0, h, &r, &why), E_BUSY);
	server_stop(&members[1].server, 1000);
	assert_int_equal(step(0, h, &r, &why), E_NET);
	https_free(&h);
}

static void test_a_file_follows_its_note(void **state)
{
	struct https *a = https_new(members[0].node, NULL, NULL),
		     *b = https_new(members[1].node, NULL, NULL);
	struct pull_result r;
	struct why why = {0};
	struct hash sha256;
	struct written w;
	uint64_t size;
	char json[512], hex[65];
	int fd;

	(void)state;
	for (int i = 0; i < 3; i++) {
		check(step(0, a, &r, &why), &why);
		check(step(1, b, &r, &why), &why);
	}
	assert_true(in_force(0) && in_force(1));
	fd = memfd_create("file", MFD_CLOEXEC);
	assert_int_equal(ftruncate(fd, 3 << 20), 0);
	assert_int_equal(pwrite(fd, "not only zeros", 14, 2 << 20), 14);
	check(files_add(members[0].node, fd, NULL, NULL, &sha256, &size, NULL, &why), &why);
	close(fd);
	for (int i = 0; i < 32; i++)
		snprintf(hex + 2 * i, 3, "%02x", sha256.b[i]);
	snprintf(json, sizeof(json),
		"{\"title\":\"with a file\",\"text\":\"see there\",\"files\":[{\"name\":\"big.bin\",\"size\":%llu,"
		"\"sha256\":\"%s\",\"media\":\"application/octet-stream\"}]}",
		(unsigned long long)size, hex);
	struct draft d = {.mode = MODE_TEST,
		.kind = SLICE("note/1"),
		.label = SLICE("two UNCLASSIFIED"),
		.member = &members[1].node->self,
		.n_member = 1,
		.media = SLICE("application/json"),
		.content = slice_str(json)};
	check(node_write(members[0].node, members[0].db, &coalition, &d, 1, &w, &why), &why);
	/* Part of it is there from an earlier try. */
	uint8_t *zeros = mem_zero_alloc(1, 1 << 20);
	check(files_part_add(members[1].node, &members[0].node->self, &sha256,
		      slice_of(zeros, 1 << 20), &why),
		&why);
	mem_free(zeros);
	check(step(1, b, &r, &why), &why);
	assert_int_equal(r.files, 1);
	assert_int_equal(r.file_bytes, 2 << 20);
	assert_true(files_has(members[1].node, &sha256));
	https_free(&a);
	https_free(&b);
}

/* ---- the threads ---- */

static void learned(void *ctx)
{
	atomic_fetch_add((atomic_uint *)ctx, 1);
}

static bool wait_for(bool (*is)(void))
{
	for (int ms = 0; ms < WAIT_MS; ms += 20) {
		if (is())
			return true;
		usleep(20000);
	}
	return false;
}

static bool both_in_force(void)
{
	return in_force(0) && in_force(1);
}

static uint64_t wanted_size;
static bool grown(void)
{
	return size_at(0, 1) == wanted_size;
}

static void test_threads_follow_and_stop(void **state)
{
	struct puller *p[NODES];
	atomic_uint news[NODES];
	struct why why = {0};

	(void)state;
	for (unsigned i = 0; i < NODES; i++) {
		atomic_init(&news[i], 0);
		check(puller_start(&p[i], members[i].node, learned, &news[i], &why), &why);
	}
	assert_true(wait_for(both_in_force));
	assert_true(atomic_load(&news[0]) > 0 && atomic_load(&news[1]) > 0);
	/* A long poll is open now: what is written there comes here at once. */
	write_act(&members[1], &(struct act_body){.kind = ACT_STATEMENT,
				       .about_label = SLICE("Somewhere"),
				       .speaker = SLICE("Somebody"),
				       .said = SLICE("2025-03-18"),
				       .where = SLICE("somewhere"),
				       .claim = CLAIM_OTHER,
				       .prose = SLICE("Something.\n")});
	wanted_size = size_at(1, 1);
	server_wake(members[1].server);
	assert_true(wait_for(grown));
	puller_kick(p[0]);
	for (unsigned i = 0; i < NODES; i++) {
		puller_free(&p[i]);
		assert_null(p[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_pull_over_https, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_a_partner_with_another_key_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_nobody_there_and_nobody_willing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_file_follows_its_note, setup, teardown),
		cmocka_unit_test_setup_teardown(test_threads_follow_and_stop, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
