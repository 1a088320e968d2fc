/*
 * One request and its answer. Its life, all on the connection's own thread but for the work:
 *
 * - begin: the request line is there (MHD_OPTION_URI_LOG_CALLBACK); the raw target is copied.
 *
 * - HEAD: the head is complete: guard, then the rule for the body; a refusal answers and closes.
 *
 * - BODY: pieces arrive.
 *
 * - WORK: complete: answered at once (`quick`), or suspended: in the queue, with a worker, or parked.
 *
 * - ANSWER: resumed: the response is queued.
 *
 * - SENT: libmicrohttpd sends, or pulls a stream.
 *
 * - end: sent or broken off, in any phase: everything is released.
 */
#include "base/enc.h"
#include "net/server_int.h"

#include <unistd.h>

/*
 * libmicrohttpd is about to parse the query in place, into memory of the connection; before 1.0 it
 * forgets to refuse when that runs out, and hangs. We have our own copy, so its query ends here.
 * The text is its own buffer, which it writes to next: const only in the prototype.
 */
static void arguments_hide(const char *target)
{
#if MHD_VERSION < 0x01000000
	const char *mark = strchr(target, '?');

	if (mark != NULL && mark[1] != '\0')
		*(char *)(uintptr_t)(mark + 1) = '\0';
#else
	(void)target;
#endif
}

void *exchange_begin(void *cls, const char *target, struct MHD_Connection *mhd)
{
	struct exchange *x = mem_new(struct exchange);
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct slice line = slice_str(target), path = line;

	MUST(info != NULL);
	x->magic = EXCHANGE_MAGIC;
	x->server = cls;
	x->conn = info->socket_context;
	x->mhd = mhd;
	conn_check(x->conn);
	if (x->conn->exchange != NULL) /* as in conn_notify: ended without a word */
		exchange_free(x->conn->exchange);
	x->conn->exchange = x;
	if (x->conn->state == CONN_IDLE)
		conn_enter(x->conn, CONN_HEAD);
	x->req.magic = EXCHANGE_MAGIC;
	x->req.arena = ARENA(LIMIT_REQUEST_ARENA);
	x->req.body_fd = -1;
	x->req.response.fd = -1;
	/* libmicrohttpd cuts the target at '?' in place, so it is kept as it came. */
	line = arena_copy(&x->req.arena, line);
	path = line;
	ptrdiff_t mark = slice_find(line, '?');
	if (mark >= 0) {
		path = slice_sub(line, 0, (size_t)mark);
		x->req.query = slice_sub(line, (size_t)mark + 1, line.n);
	}
	x->head.target = line;
	x->req.path = path;
	arguments_hide(target);
	x->server->n_exchanges++;
	x->server->n_requests++;
	return x;
}

struct gather {
	struct guard_header *header;
	size_t n, max;
};

static enum MHD_Result gather_one(void *cls, enum MHD_ValueKind kind, const char *name,
	size_t name_n, const char *value, size_t value_n)
{
	struct gather *g = cls;

	(void)kind;
	if (g->n == g->max)
		return MHD_NO;
	g->header[g->n].name = slice_of(name, name_n);
	g->header[g->n++].value = slice_of(value, value_n);
	return MHD_YES;
}

/* One more than the limit is enough for the guard to see. */
static void head_gather(struct exchange *x, const char *method, const char *version)
{
	struct gather g = {.max = LIMIT_HEADERS + 1};

	g.header = arena_array(&x->req.arena, struct guard_header, g.max);
	(void)MHD_get_connection_values_n(x->mhd, MHD_HEADER_KIND, gather_one, &g);
	x->head.method = slice_str(method);
	x->head.version = slice_str(version);
	x->head.header = g.header;
	x->head.n = g.n;
}

static size_t head_size(const struct exchange *x)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(x->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

	MUST(info != NULL);
	return info->header_size;
}

/*
 * The whole head lies in libmicrohttpd's buffer from the method on, with NULs where separators
 * were. 1.0 and later judge the raw bytes themselves when asked to be strict.
 */
static unsigned head_judge(struct exchange *x, struct why *why)
{
	size_t n = head_size(x);
	unsigned status = 0;

	if (n > LIMIT_HEAD_BYTES || x->head.n > LIMIT_HEADERS) {
		(void)why_set(why, E_LIMIT, "header", "the head is too large");
		return 431;
	}
#if MHD_VERSION < 0x01000000
	status = guard_seams(slice_of(x->head.method.p, n), &x->head, why);
#endif
	return status != 0 ? status : guard_judge(&x->head, why);
}

struct slice request_header(struct request *req, const char *name)
{
	struct exchange *x = exchange_of(req);
	struct buf all CLEANUP_BUF = BUF(LIMIT_HEAD_BYTES);
	struct slice found = SLICE_NONE;

	for (size_t i = 0; i < x->head.n; i++) {
		const struct guard_header *h = &x->head.header[i];

		if (!guard_name_is(h->name, name))
			continue;
		if (found.p == NULL) {
			found = guard_trim(h->value);
			continue;
		}
		/* A list over several lines (RFC 9110 §5.3); the guard let no other field repeat.
		 */
		buf_clear(&all);
		buf_slice_add(&all, found);
		buf_str(&all, ", ");
		buf_slice_add(&all, guard_trim(h->value));
		found = arena_copy(&req->arena, buf_slice(&all));
	}
	return found;
}

bool request_has(struct request *req, const char *etag)
{
	struct slice one, list = request_header(req, "If-None-Match");

	while (slice_cut(&list, ',', &one)) {
		one = slice_trim(one);
		(void)slice_take(&one, "W/");
		if (slice_is(one, "*") || slice_is(one, etag))
			return true;
	}
	return false;
}

struct slice request_query(struct request *req, const char *name)
{
	struct slice rest = req->query, pair, key;
	struct buf text CLEANUP_BUF = BUF(LIMIT_HEAD_BYTES);

	while (slice_cut(&rest, '&', &pair)) {
		struct slice value = pair;

		if (!slice_cut_exact(&value, '=', &key)) {
			key = pair;
			value = SLICE("");
		}
		buf_clear(&text);
		if (percent_decode(key, &text) < 0 || !slice_eq(buf_slice(&text), slice_str(name)))
			continue;
		buf_clear(&text);
		if (percent_decode(value, &text) < 0)
			return SLICE_NONE;
		value = arena_copy(&req->arena, buf_slice(&text));
		return value.p != NULL ? value : SLICE("");
	}
	return SLICE_NONE;
}

/* What the guard passed is unambiguous; what it did not pass is answered and the connection closed.
 */
static enum MHD_Result head_done(struct exchange *x, const char *method, const char *version)
{
	struct server *s = x->server;
	struct why why = {0};
	unsigned status;

	head_gather(x, method, version);
	if ((status = head_judge(x, &why)) != 0) {
		s->n_guarded++;
		respond_refusal(x, status, &why);
		return respond_queue(x);
	}
	conn_ask_pin(x->conn);
	x->req.method = method;
	x->req.tls = s->tls;
	x->req.has_pin = x->conn->has_pin;
	x->req.pin = x->conn->pin;
	snprintf(x->req.remote, sizeof(x->req.remote), "%s", x->conn->remote);
	struct slice length = request_header(&x->req, "Content-Length");
	if (length.n > 0)
		MUST(slice_u64(length, &x->announced) == 0);
	int rc = s->o.body_rule(s->o.ctx, &x->req, &x->rule, &why);
	if (rc == 0 && x->announced > 0 &&
		(x->rule.kind == BODY_NONE || x->announced > x->rule.max))
		rc = why_set(
			&why, E_LIMIT, "Content-Length", "the body is larger than allowed here");
	if (rc < 0) {
		MUST(why.code < 0);
		x->close = x->announced > 0;
		if (x->req.response.status == 0) /* the rule may have said it in its own words */
			response_problem(&x->req, &why);
		return respond_queue(x);
	}
	x->phase = EXCHANGE_BODY;
	conn_enter(x->conn, CONN_BODY);
	body_begin(x);
	return MHD_YES;
}

static enum MHD_Result body_done(struct exchange *x)
{
	struct server *s = x->server;

	if (x->failed.code == 0)
		body_end(x);
	if (x->failed.code != 0) {
		x->close = true;
		response_problem(&x->req, &x->failed);
		return respond_queue(x);
	}
	x->phase = EXCHANGE_WORK;
	conn_enter(x->conn, CONN_WORK);
	if (x->rule.kind == BODY_NONE && s->o.quick && !s->stopping &&
		s->o.quick(s->o.ctx, &x->req))
		return respond_queue(x);
	if (workers_submit(x->server, x))
		return MHD_YES;
	workers_decline(x);
	return respond_queue(x);
}

enum MHD_Result exchange_handle(void *cls, struct MHD_Connection *mhd, const char *url,
	const char *method, const char *version, const char *data, size_t *n, void **context)
{
	struct exchange *x = *context;

	(void)cls;
	(void)mhd;
	(void)url;
	MUST(x != NULL && x->magic == EXCHANGE_MAGIC);
	switch (x->phase) {
	case EXCHANGE_HEAD:
		return head_done(x, method, version);
	case EXCHANGE_BODY:
		if (*n == 0)
			return body_done(x);
		body_add(x, data, *n);
		*n = 0;
		return MHD_YES;
	case EXCHANGE_ANSWER:
		return respond_queue(x);
	case EXCHANGE_SENT: /* what is left of a refused body */
		*n = 0;
		return MHD_YES;
	case EXCHANGE_WORK:
		break;
	}
	must_fail("a suspended exchange is not called", __FILE__, __LINE__);
}

void exchange_end(
	void *cls, struct MHD_Connection *mhd, void **context, enum MHD_RequestTerminationCode code)
{
	struct exchange *x = *context;

	(void)cls;
	(void)mhd;
	(void)code;
	*context = NULL;
	if (x != NULL)
		exchange_free(x);
}

void exchange_free(struct exchange *x)
{
	struct response *r = &x->req.response;

	MUST(x->magic == EXCHANGE_MAGIC && x->list == ON_NONE && x->conn->exchange == x);
	x->conn->exchange = NULL;
	/* Refused by us, or by libmicrohttpd before it asked us. */
	if (x->close || x->phase == EXCHANGE_HEAD || x->phase == EXCHANGE_BODY)
		x->conn->refused = true;
	if (r->stream_end != NULL)
		r->stream_end(r->stream_ctx);
	if (r->fd >= 0)
		close(r->fd);
	shared_drop(&r->shared);
	if (x->req.body_fd >= 0)
		close(x->req.body_fd);
	body_free(x);
	buf_free(&x->piece);
	arena_free(&x->req.arena);
	conn_enter(x->conn, CONN_IDLE);
	x->server->n_exchanges--;
	x->magic = 0;
	x->req.magic = 0;
	mem_free(x);
}
