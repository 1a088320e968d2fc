/* sim_net.c: the network of the simulator: calls go straight to peer_serve(), unless chance has it
 * otherwise. */
#include "base/limits.h"
#include "base/report.h"
#include "peer/payload.h"
#include "peer/sim_int.h"

struct sim_answer {
	unsigned status;
	struct buf body;
};

void sim_old_free(struct sim *s)
{
	struct slice key;
	void *value;
	size_t at = 0;

	while (map_each(&s->old, &at, &key, &value)) {
		struct sim_answer *a = value;

		buf_free(&a->body);
		mem_free(a);
	}
	map_free(&s->old);
	at = 0;
	while (map_each(&s->signed_heads, &at, &key, &value))
		mem_free(value);
	map_free(&s->signed_heads);
}

/* ---- what must hold of all that is said ---- */

#define CANARY "CANARY-"

void sim_watch(struct sim *s, unsigned reader, struct slice bytes, const char *what)
{
	ptrdiff_t at;

	while ((at = slice_search(bytes, SLICE(CANARY))) >= 0) {
		struct slice number;
		uint64_t i;

		bytes = slice_sub(bytes, (size_t)at + strlen(CANARY), bytes.n);
		number = slice_sub(bytes, 0, 6);
		while (number.n > 1 && number.p[0] == '0')
			number = slice_sub(number, 1, number.n);
		if (slice_u64(number, &i) < 0 || i >= s->canary.n)
			continue; /* torn on the way */
		if ((s->canary.p[i].allowed & 1u << reader) == 0)
			sim_break(s, what, "content %u of node %u has reached node %u", (unsigned)i,
				s->canary.p[i].author, reader);
	}
}

/* One root for each size, for ever. */
static void watch_root(
	struct sim *s, const char *key, const struct checkpoint *cp, unsigned by, const char *verb)
{
	char root[65], *before;

	for (size_t i = 0; i < sizeof(cp->root.b); i++)
		snprintf(root + 2 * i, 3, "%02x", cp->root.b[i]);
	before = map_get(&s->signed_heads, slice_str(key));
	if (before == NULL)
		map_put(&s->signed_heads, slice_str(key), mem_string(root, 64));
	else if (strcmp(before, root) != 0)
		sim_break(s, "head", "node %u has %s two roots of size %llu", by, verb,
			(unsigned long long)cp->size);
}

/* Whose cosignatures are in a note that an honest node gives: it has checked them. */
static void watch_witnesses(
	struct sim *s, unsigned author, const struct note *note, const struct checkpoint *cp)
{
	for (unsigned i = 0; i < s->o.nodes; i++) {
		char name[ORIGIN_MAX], key[80];

		witness_name_format(&s->coalition, &s->node[i].node->self, name);
		snprintf(key, sizeof(key), "%u %u %llu", i, author, (unsigned long long)cp->size);
		for (size_t k = 0; sim_honest(s, i) && k < note->n; k++)
			if (slice_is(note->signature[k].name, name))
				watch_root(s, key, cp, i, "cosigned");
	}
}

/* A head that an honest author gives of its own log, and what its server tells of witnesses. */
static void watch_note(struct sim *s, unsigned server, struct slice bytes)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct checkpoint cp;
	struct note note;
	char key[64];
	unsigned author;

	if (note_parse(&note, &arena, bytes, NULL) < 0 ||
		checkpoint_parse(&cp, note.text, NULL) < 0)
		return;
	author = sim_index(s, &cp.log.member);
	watch_witnesses(s, author, &note, &cp);
	if (author != server)
		return;
	snprintf(key, sizeof(key), "%u %llu", author, (unsigned long long)cp.size);
	watch_root(s, key, &cp, author, "signed");
}

static void watch_heads(struct sim *s, unsigned server, struct slice body)
{
	struct slice frame;

	if (!sim_honest(s, server) || frame32_next(&body, 1024, &frame, NULL) != 1)
		return;
	while (frame32_next(&body, LIMIT_NOTE_BYTES, &frame, NULL) == 1)
		watch_note(s, server, frame);
}

/* ---- the way of one call ---- */

static struct sim_node *server_of(struct sim *s, unsigned at, unsigned caller)
{
	bool twin = s->twin != NULL && at == s->equivocator && (s->twin_side & 1u << caller) != 0;

	return twin ? s->twin : &s->node[at];
}

static void serve(struct sim *s, unsigned at, unsigned caller, const struct peer_call *call,
	struct peer_answer *ret)
{
	struct sim_node *server = server_of(s, at, caller);
	struct slice path = slice_str(call->path), query = SLICE_NONE;
	ptrdiff_t mark = slice_find(path, '?');
	struct peer_request req = {.method = call->method,
		.body = call->body,
		.known = true,
		.caller = s->node[caller].node->self,
		.expired = true};

	if (mark >= 0) {
		query = slice_sub(path, (size_t)mark + 1, path.n);
		path = slice_sub(path, 0, (size_t)mark);
	}
	req.path = path;
	req.query = query;
	MUST(peer_serve(server->node, server->db, &req, ret) == PEER_ANSWER);
	MUST(ret->fd < 0);
	/* A full disk is the partner's own trouble; anything else in the serving is a bug. */
	if (ret->status >= 500 && ret->status != 503)
		sim_break(s, "serve", "%s %s answers %u", call->method, call->path, ret->status);
	if (ret->status == 200 && slice_ends(path, "/heads"))
		watch_heads(s, at, buf_slice(&ret->body));
	sim_watch(s, caller, buf_slice(&ret->body), "traffic");
}

/*
 * An answer of an earlier moment, for what stands still or may be cached on the way; contents are
 * asked for by POST and are always fresh. The new answer takes its place now and then, so the old
 * ones are of all ages.
 */
static void make_stale(struct sim *s, unsigned at, unsigned caller, const struct peer_call *call,
	struct peer_answer *answer)
{
	struct slice path = slice_str(call->path), plain = path;
	char key[PEER_PATH_MAX + 256];
	struct sim_answer *old;

	if (s->o.stale == 0 || strcmp(call->method, "GET") != 0 || answer->status != 200)
		return;
	if (slice_find(path, '?') >= 0 && slice_search(path, SLICE("/heads?")) >= 0)
		plain = slice_sub(path, 0, (size_t)slice_find(path, '?'));
	snprintf(key, sizeof(key), "%u %u %.*s", at, caller, SLICE_FMT(plain));
	old = map_get(&s->old, slice_str(key));
	if (old != NULL && sim_chance(s, s->o.stale)) {
		s->n.stale++;
		answer->status = old->status;
		buf_clear(&answer->body);
		buf_slice_add(&answer->body, buf_slice(&old->body));
		return;
	}
	if (old == NULL) {
		old = mem_new(struct sim_answer);
		old->body = BUF(LIMIT_PEER_ANSWER);
		map_put(&s->old, slice_str(key), old);
	} else if (!sim_chance(s, 300)) {
		return;
	}
	old->status = answer->status;
	buf_clear(&old->body);
	buf_slice_add(&old->body, buf_slice(&answer->body));
}

/*
 * The head of an answer with contents stays whole: what stands in it is the author's word that
 * there is no more, and an author may withhold what it likes. TLS is there so that nobody else can.
 */
static void make_corrupt(struct sim *s, const struct peer_call *call, struct peer_answer *answer)
{
	size_t head = strcmp(call->method, "POST") == 0 ? PAYLOAD_ANSWER_HEAD : 0;
	size_t n = answer->body.n;

	if (n <= head || !sim_chance(s, s->o.corrupt))
		return;
	s->n.corrupted++;
	if (sim_chance(s, 300))
		buf_cut(&answer->body, head + (size_t)env_below(&s->chance, n - head));
	else
		answer->body.p[head + env_below(&s->chance, n - head)] ^=
			(uint8_t)(1u << sim_pick(s, 8));
}

static bool is_cut(const struct sim *s, unsigned a, unsigned b)
{
	return ((s->cut_off >> a) & 1) != ((s->cut_off >> b) & 1);
}

/* What may go wrong before the partner hears anything. */
static int way_there(struct sim_node *from, unsigned at, struct why *why)
{
	struct sim *s = from->sim;

	s->n.calls++;
	if (from->died)
		return why_set(why, E_NET, "", "this node is down");
	if (from->death == SIM_DIE_CALLING && sim_chance(s, 300)) {
		from->died = true;
		return why_set(why, E_NET, "", "this node has crashed");
	}
	if (at == SIM_NODES_MAX || !s->node[at].party || is_cut(s, from->at, at)) {
		s->n.lost++;
		return why_set(why, E_NET, "", "no way there");
	}
	if (s->faults && sim_chance(s, s->o.loss)) {
		s->n.lost++;
		return why_set(why, E_NET, "", "the question was lost");
	}
	return 0;
}

static int call(void *ctx, const struct id *peer, const struct peer_call *c, unsigned *ret_status,
	struct buf *ret_body, struct why *why)
{
	struct sim_node *from = ctx;
	struct sim *s = from->sim;
	unsigned at = sim_index(s, peer);
	struct peer_answer answer;
	int rc = way_there(from, at, why);

	if (rc < 0)
		return rc;
	serve(s, at, from->at, c, &answer);
	if (s->faults) {
		make_stale(s, at, from->at, c, &answer);
		make_corrupt(s, c, &answer);
	}
	if (s->faults && sim_chance(s, s->o.loss)) {
		s->n.lost++;
		rc = why_set(why, E_NET, "", "the answer was lost");
	} else if (answer.body.n > c->answer_max) {
		rc = why_set(why, E_LIMIT, "", "the answer is too long");
	} else {
		*ret_status = answer.status;
		buf_slice_add(ret_body, buf_slice(&answer.body));
	}
	buf_free(&answer.body);
	return rc;
}

struct transport sim_transport(struct sim_node *from)
{
	return (struct transport){.ctx = from, .call = call};
}
