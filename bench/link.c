/* link.c: the simulator's idea of a transport without its faults: a call is peer_serve() of the
 * other node in this process. */
#include "bench.h"

#include "base/report.h"
#include "peer/serve.h"

static enum link_phase phase_of(struct slice path)
{
	if (slice_ends(path, "/payloads"))
		return LINK_PAYLOADS;
	return slice_search(path, SLICE("/tile/")) >= 0 ? LINK_ENTRIES : LINK_HEADS;
}

void link_settle(struct link *l)
{
	struct spent now = spent_thread_now();

	l->receiving[l->phase] = spent_plus(l->receiving[l->phase], spent_minus(now, l->left));
	l->left = now;
}

static int answer_take(const struct peer_call *call, const struct peer_answer *answer,
	struct buf *ret_body, struct why *why)
{
	if (answer->fd >= 0)
		return why_set(why, E_NET, "", "no files are measured");
	if (answer->body.n > call->answer_max)
		return why_set(why, E_LIMIT, "", "the answer is too long");
	buf_slice_add(ret_body, buf_slice(&answer->body));
	return 0;
}

static int link_call(void *ctx, const struct id *peer, const struct peer_call *call,
	unsigned *ret_status, struct buf *ret_body, struct why *why)
{
	struct link *l = ctx;
	struct slice rest = slice_str(call->path), path;
	struct peer_answer answer;
	struct spent began;
	int rc;

	link_settle(l);
	began = l->left;
	MUST(id_eq(peer, &l->node->self) && slice_cut(&rest, '?', &path));
	struct peer_request req = {.method = call->method,
		.path = path,
		.query = rest,
		.body = call->body,
		.known = true,
		.caller = l->caller,
		.expired = true};
	rc = peer_serve(l->node, l->db, &req, &answer);
	MUST(rc == PEER_ANSWER);
	l->calls++;
	l->bytes += answer.body.n;
	rc = answer_take(call, &answer, ret_body, why);
	if (rc == 0)
		*ret_status = answer.status;
	buf_free(&answer.body);
	l->phase = phase_of(path);
	l->left = spent_thread_now();
	l->serving = spent_plus(l->serving, spent_minus(l->left, began));
	return rc;
}

struct link link_new(const struct node *node, struct db *db, const struct id *caller)
{
	return (struct link){.node = node, .db = db, .caller = *caller, .left = spent_thread_now()};
}

struct transport link_transport(struct link *l)
{
	return (struct transport){.ctx = l, .call = link_call};
}

void couple_pull(struct couple *c, int to, struct link *l, struct pull_result *ret)
{
	struct pull_result sum = {0}, r;
	struct why why = {0};
	struct pull *p = pull_new(&(struct pull_options){.node = c->node[to],
		.coalition = c->coalition,
		.peer = l->node->self,
		.transport = link_transport(l)});
	double said = mono_s();

	do {
		TRY_OR_DIE(pull_step(p, c->db[to], &r, &why), &why);
		sum.entries += r.entries;
		sum.payloads += r.payloads;
		if (mono_s() - said > 10) {
			said = mono_s();
			fprintf(stderr, "pulled %llu entries, %llu payloads\n",
				(unsigned long long)sum.entries, (unsigned long long)sum.payloads);
		}
	} while (r.progress);
	link_settle(l);
	pull_free(&p);
	*ret = sum;
}
