/* scene.c: see scene.h. */
#include "scene.h"

struct sim *scene_new(unsigned nodes, unsigned founders)
{
	struct sim_options o = {.seed = 7, .nodes = nodes, .founders = founders};
	struct why why = {0};
	struct sim *s = NULL;

	crypt_init();
	must_be_0(sim_new(&s, &o, &why), why);
	s->faults = false;
	for (unsigned i = founders; i < nodes; i++)
		sim_join(s, i);
	for (unsigned i = 0; i < founders; i++)
		must_be_0(sim_sign(&s->node[i], &why), why);
	scene_settle(s);
	return s;
}

void scene_wait(struct sim *s, int64_t ms)
{
	for (unsigned i = 0; i < s->o.nodes; i++) {
		s->node[i].clock.now_ms += ms;
		s->node[i].clock.mono_ms += ms;
	}
}

void scene_settle(struct sim *s)
{
	struct why why = {0};

	must_be_0(sim_heal(s, 60, &why), why);
}

struct written scene_note(
	struct sim *s, unsigned from, unsigned readers, bool all, const char *text)
{
	struct sim_node *n = &s->node[from];
	struct id member[SIM_NODES_MAX];
	struct buf json CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct draft d = {.mode = MODE_REAL,
		.kind = SLICE("note/1"),
		.label = SLICE("sim UNCLASSIFIED"),
		.all = all,
		.member = member,
		.media = SLICE("application/json")};
	struct written w;
	struct why why = {0};

	for (unsigned i = 0; !all && i < s->o.nodes; i++)
		if ((readers >> i & 1) != 0)
			member[d.n_member++] = s->node[i].node->self;
	buf_addf(&json, "{\"title\":\"a note\",\"text\":\"%s\"}", text);
	d.content = buf_slice(&json);
	must_be_0(node_write(n->node, n->db, &s->coalition, &d, 1, &w, &why), why);
	return w;
}

void scene_many(struct sim *s, unsigned from, size_t n)
{
	enum { AT_ONCE = 1000 };
	struct sim_node *node = &s->node[from];
	struct draft *d = mem_zero_alloc(AT_ONCE, sizeof(*d));
	struct written *w = mem_zero_alloc(AT_ONCE, sizeof(*w));
	struct why why = {0};

	for (size_t i = 0; i < AT_ONCE; i++)
		d[i] = (struct draft){.mode = MODE_TEST,
			.kind = SLICE("note/1"),
			.label = SLICE("sim UNCLASSIFIED"),
			.member = &node->node->self,
			.n_member = 1,
			.media = SLICE("application/json"),
			.content = SLICE("{\"title\":\"one of many\",\"text\":\"of many\"}")};
	for (size_t done = 0; done < n; done += AT_ONCE)
		must_be_0(node_write(node->node, node->db, &s->coalition, d,
				  n - done < AT_ONCE ? n - done : AT_ONCE, w, &why),
			why);
	mem_free(d);
	mem_free(w);
}

struct log scene_log(struct sim *s, unsigned at, unsigned author)
{
	struct log_id id = {
		.coalition = s->coalition, .member = s->node[author].node->self, .epoch = 1};
	struct why why = {0};
	struct log log;

	must_be_0(log_load(s->node[at].db, &id, &log, &why), why);
	return log;
}

struct peer_answer scene_ask(struct sim *s, unsigned at, unsigned caller, const char *method,
	const char *path, struct slice body)
{
	struct slice all = slice_str(path);
	ptrdiff_t mark = slice_find(all, '?');
	struct peer_request req = {.method = method,
		.path = mark < 0 ? all : slice_sub(all, 0, (size_t)mark),
		.query = mark < 0 ? SLICE_NONE : slice_sub(all, (size_t)mark + 1, all.n),
		.body = body,
		.known = true,
		.caller = s->node[caller].node->self,
		.expired = true};
	struct peer_answer a;

	assert_int_equal(peer_serve(s->node[at].node, s->node[at].db, &req, &a), PEER_ANSWER);
	return a;
}

const char *scene_path(struct sim *s, const char *rest)
{
	static char path[512];
	char coalition[COAL_TEXT + 1];

	coalition_format(&s->coalition, coalition);
	snprintf(path, sizeof(path), "/f/1/%s/%s", coalition, rest);
	return path;
}

const char *scene_root_path(struct sim *s, unsigned of)
{
	char member[ID_TEXT + 1], tail[64];

	id_format(&s->node[of].node->self, member);
	snprintf(tail, sizeof(tail), "root/%s", member);
	return scene_path(s, tail);
}

const char *scene_log_path(struct sim *s, unsigned author, const char *rest)
{
	char member[ID_TEXT + 1], tail[400];

	id_format(&s->node[author].node->self, member);
	snprintf(tail, sizeof(tail), "%s.1/%s", member, rest);
	return scene_path(s, tail);
}

int scene_pull(struct sim *s, unsigned at, unsigned from, struct pull_result *ret, struct why *why)
{
	struct sim_node *n = &s->node[at];

	if (n->pull[from] == NULL)
		n->pull[from] = pull_new(&(struct pull_options){.node = n->node,
			.coalition = s->coalition,
			.peer = s->node[from].node->self,
			.transport = sim_transport(n)});
	*ret = (struct pull_result){0};
	return pull_step(n->pull[from], n->db, ret, why);
}

int64_t scene_refusals(struct sim *s, unsigned at, const char *step)
{
	struct stmt *st = db_stmt(s->node[at].db,
		"SELECT CAST(coalesce(sum(times), 0) AS BIGINT) FROM refusal WHERE step = $1");
	struct why why = {0};
	int64_t n;

	db_bind_text(st, 1, slice_str(step));
	assert_int_equal(db_step(st, &why), DB_ROW);
	n = db_i64(st, 0);
	db_reset(st);
	return n;
}

int64_t scene_number(struct sim *s, unsigned at, const char *sql)
{
	struct stmt *st = db_stmt(s->node[at].db, sql);
	struct why why = {0};
	int64_t n;

	assert_int_equal(db_step(st, &why), DB_ROW);
	n = db_i64(st, 0);
	db_reset(st);
	return n;
}
