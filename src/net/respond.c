#include "net/server_int.h"

#include "json/json.h"

#include <unistd.h>

void response_header(struct request *req, const char *name, const char *value)
{
	struct exchange *x = exchange_of(req);
	struct header_out *h = arena_new(&req->arena, struct header_out);

	MUST(name != NULL && value != NULL);
	for (const char *p = value; *p != '\0'; p++)
		MUST((uint8_t)*p >= ' ' || *p == '\t');
	h->name = name;
	h->value = arena_string(&req->arena, slice_str(value));
	h->next = x->headers;
	x->headers = h;
}

void response_undo(struct request *req)
{
	struct response *r = &req->response;

	shared_drop(&r->shared);
	if (r->fd >= 0)
		close(r->fd);
	if (r->stream_end)
		r->stream_end(r->stream_ctx);
	*r = (struct response){.fd = -1};
	exchange_of(req)->headers = NULL;
}

void response_text(struct request *req, unsigned status, const char *type, struct slice body)
{
	req->response.status = status;
	req->response.type = type;
	req->response.body = arena_copy(&req->arena, body);
}

static void problem(struct request *req, unsigned status, const struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(8 * KIB);
	struct json_out o = json_out(&b);

	json_open(&o, '{');
	json_put_cstr(&o, "type", "about:blank");
	json_put_cstr(&o, "title", why_name(why->code));
	json_put_i64(&o, "status", status);
	json_put_cstr(&o, "detail", why->text);
	if (why->where[0] != '\0')
		json_put_cstr(&o, "pointer", why->where);
	json_close(&o);
	MUST(!buf_over(&b));
	response_text(req, status, "application/problem+json", buf_slice(&b));
}

void response_problem(struct request *req, const struct why *why)
{
	MUST(why->code < 0);
	problem(req, why_http(why->code), why);
}

void respond_refusal(struct exchange *x, unsigned status, const struct why *why)
{
	x->close = true;
	problem(&x->req, status, why);
}

/* libmicrohttpd does not touch bytes given as persistent, whatever its prototype says. */
static void *unconst(const void *p)
{
	return (void *)(uintptr_t)p;
}

static struct MHD_Response *from_slice(struct exchange *x, struct slice s)
{
	x->server->bytes_out += s.n;
	return MHD_create_response_from_buffer(
		s.n, s.n > 0 ? unconst(s.p) : unconst(""), MHD_RESPMEM_PERSISTENT);
}

static struct MHD_Response *from_file(struct exchange *x, struct response *r)
{
	struct MHD_Response *m =
		MHD_create_response_from_fd_at_offset64(r->fd_size, r->fd, r->fd_from);

	if (m != NULL)
		r->fd = -1; /* libmicrohttpd closes it */
	x->server->bytes_out += r->fd_size;
	return m;
}

static struct MHD_Response *make(struct exchange *x)
{
	struct response *r = &x->req.response;

	if (r->stream != NULL) {
		buf_init(&x->piece, LIMIT_STREAM_PIECE);
		/* A chunked answer goes out from the connection's own pool; this buffer is only held. */
		return MHD_create_response_from_callback(
			MHD_SIZE_UNKNOWN, 2 * KIB, stream_read, x, NULL);
	}
	if (r->fd >= 0 && r->fd_size > 0)
		return from_file(x, r);
	if (r->shared != NULL)
		return from_slice(x, shared_bytes(r->shared));
	return from_slice(x, r->body);
}

/* In the order in which they were set. */
static bool add_headers(struct MHD_Response *m, const struct header_out *h)
{
	if (h == NULL)
		return true;
	if (!add_headers(m, h->next))
		return false;
	return h->value[0] == '\0' || MHD_add_response_header(m, h->name, h->value) == MHD_YES;
}

enum MHD_Result respond_queue(struct exchange *x)
{
	struct response *r = &x->req.response;
	struct MHD_Response *m;
	enum MHD_Result queued = MHD_NO;
	bool ok;

	if (r->status == 0)
		r->status = 500;
	MUST(r->status >= 200 && r->status <= 599);
	m = make(x);
	if (m == NULL)
		return MHD_NO;
	ok = r->type == NULL || MHD_add_response_header(m, "Content-Type", r->type) == MHD_YES;
	ok = ok && add_headers(m, x->headers);
	if (x->close || x->server->stopping)
		ok = ok && MHD_add_response_header(m, "Connection", "close") == MHD_YES;
	if (ok)
		queued = MHD_queue_response(x->mhd, r->status, m);
	MHD_destroy_response(m);
	/* A stream may live for hours: what the handler needed to make it goes now. */
	if (queued == MHD_YES && r->stream != NULL) {
		x->headers = NULL;
		arena_free(&x->req.arena);
	}
	x->phase = EXCHANGE_SENT;
	conn_enter(x->conn, CONN_SEND);
	return queued;
}
