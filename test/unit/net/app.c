#include "net/app.h"

#include "base/enc.h"
#include "base/file.h"
#include "base/report.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>

static int body_rule(void *ctx, const struct request *req, struct body_rule *ret, struct why *why)
{
	(void)ctx;
	if (slice_is(req->path, "/echo"))
		*ret = (struct body_rule){.kind = BODY_MEMORY, .max = 1000};
	else if (slice_is(req->path, "/file"))
		*ret = (struct body_rule){.kind = BODY_FILE, .max = 8 * MIB};
	else if (slice_is(req->path, "/denied"))
		return why_set(why, E_DENIED, "", "not for you");
	else
		*ret = (struct body_rule){.kind = BODY_NONE};
	return 0;
}

static void text(struct request *req, const char *s)
{
	response_text(req, 200, "text/plain", slice_str(s));
}

static void on_ok(struct app *app, struct request *req)
{
	(void)app;
	text(req, "ok");
}

static void on_echo(struct app *app, struct request *req)
{
	(void)app;
	response_text(req, 200, "application/octet-stream", req->body);
}

static void on_file(struct app *app, struct request *req)
{
	struct hasher *h = hash_start();
	uint8_t chunk[4096];
	char hex[HEX_LEN(32) + 1];
	ssize_t n;

	(void)app;
	while (req->body_fd >= 0 && (n = read(req->body_fd, chunk, sizeof(chunk))) > 0)
		hash_add(h, slice_of(chunk, (size_t)n));
	struct hash hash = hash_end(&h);
	hex_encode(hash.b, sizeof(hash.b), hex);
	text(req, arena_printf(&req->arena, "%" PRIu64 " %s", req->body_size, hex));
}

static void on_pin(struct app *app, struct request *req)
{
	char hex[HEX_LEN(32) + 1] = "none";

	(void)app;
	if (req->has_pin)
		hex_encode(req->pin.b, sizeof(req->pin.b), hex);
	text(req, hex);
}

static void on_query(struct app *app, struct request *req)
{
	struct slice a = request_query(req, "a");

	(void)app;
	response_text(req, a.p != NULL ? 200 : 404, "text/plain", a);
}

static void on_header(struct app *app, struct request *req)
{
	(void)app;
	response_text(req, 200, "text/plain", request_header(req, "x-tEST"));
	response_header(req, "ETag", "\"one\"");
	response_header(req, "Retry-After", "7");
	response_header(req, "X-Two", "2");
}

static void on_redirect(struct app *app, struct request *req)
{
	(void)app;
	req->response.status = 302;
	response_header(req, "Location", "/ok");
}

static void on_remote(struct app *app, struct request *req)
{
	(void)app;
	response_text(req, 200, "text/plain", slice_str(req->remote));
}

static void on_nothing(struct app *app, struct request *req)
{
	(void)app;
	(void)req;
}

/* 100,000 bytes in a file, from the third on. */
static void on_fd(struct app *app, struct request *req)
{
	char bytes[1000];
	int fd = memfd_create("answer", MFD_CLOEXEC);

	(void)app;
	memset(bytes, 'f', sizeof(bytes));
	MUST(fd >= 0 && fd_write_all(fd, "abc", 3) == 0);
	for (int i = 0; i < 100; i++)
		MUST(fd_write_all(fd, bytes, sizeof(bytes)) == 0);
	req->response.status = 200;
	req->response.fd = fd;
	req->response.fd_from = 2;
	req->response.fd_size = 100001;
}

static void on_shared(struct app *app, struct request *req)
{
	struct buf b = BUF(100);

	(void)app;
	buf_str(&b, "shared");
	req->response.status = 200;
	req->response.shared = shared_new(&b);
	/* One more reference than the server takes over: dropped here, so the bytes must outlive
	 * it. */
	struct shared *mine = shared_ref(req->response.shared);
	shared_drop(&mine);
}

static void on_big(struct app *app, struct request *req)
{
	char *p = arena_alloc(&req->arena, 1 * MIB);

	(void)app;
	memset(p, 'b', 1 * MIB);
	response_text(req, 200, "text/plain", slice_of(p, 1 * MIB));
}

static void on_slow(struct app *app, struct request *req)
{
	app->running++;
	sleep_ms(400);
	text(req, "slow");
	app->running--;
}

/* ---- parked ---- */

static int on_park(struct app *app, struct request *req)
{
	unsigned *seen = req->user;
	uint64_t ms = 0;

	app->rounds++;
	if (req->round == 0) {
		seen = req->user = arena_new(&req->arena, unsigned);
		*seen = app->wakes;
		if (slice_u64(request_query(req, "ms"), &ms) < 0)
			ms = 300;
		req->park_until_mono_ms = env_mono_ms(&app->env) + (int64_t)ms;
	}
	if (*seen == app->wakes && !req->expired)
		return SERVER_PARK;
	app->handled++;
	text(req, arena_printf(&req->arena, "%s after %u", req->expired ? "expired" : "woken",
			  req->round));
	return SERVER_ANSWER;
}

/* ---- streams ---- */

struct events {
	struct app *app;
	unsigned seen, sent;
	bool endless;
};

static int events_next(void *ctx, struct buf *b)
{
	struct events *e = ctx;

	if (e->endless) { /* as fast as it goes */
		memset(buf_room(b, 64 * KIB), 'e', 64 * KIB);
		return 1;
	}
	if (e->seen == e->app->wakes)
		return 1;
	e->seen = e->app->wakes;
	buf_addf(b, "data: %u\n\n", ++e->sent);
	return e->sent < 3;
}

static void events_end(void *ctx)
{
	struct events *e = ctx;

	e->app->ended++;
	mem_free(e);
}

static void on_stream(struct app *app, struct request *req)
{
	struct events *e = mem_new(struct events);

	e->app = app;
	e->seen = app->wakes;
	e->endless = request_query(req, "endless").p != NULL;
	req->response.status = 200;
	req->response.type = "text/event-stream";
	req->response.stream = events_next;
	req->response.stream_end = events_end;
	req->response.stream_ctx = e;
}

/* ---- the table ---- */

static const struct {
	const char *path;
	void (*handle)(struct app *, struct request *);
} routes[] = {
	{"/ok", on_ok},
	{"/remote", on_remote},
	{"/echo", on_echo},
	{"/file", on_file},
	{"/pin", on_pin},
	{"/query", on_query},
	{"/header", on_header},
	{"/redirect", on_redirect},
	{"/nothing", on_nothing},
	{"/fd", on_fd},
	{"/shared", on_shared},
	{"/big", on_big},
	{"/slow", on_slow},
	{"/stream", on_stream},
};

static int handle(void *ctx, struct request *req, unsigned worker)
{
	struct app *app = ctx;
	struct why why = {0};

	MUST(worker < 16);
	if (slice_is(req->path, "/park"))
		return on_park(app, req);
	if (slice_is(req->path, "/stubborn")) { /* never has anything to say */
		req->park_until_mono_ms = env_mono_ms(&app->env) + 100;
		return SERVER_PARK;
	}
	for (size_t i = 0; i < COUNT_OF(routes); i++)
		if (slice_is(req->path, routes[i].path)) {
			routes[i].handle(app, req);
			return SERVER_ANSWER;
		}
	(void)why_set(&why, E_MISSING, "/x\"y", "no such page");
	response_problem(req, &why);
	return SERVER_ANSWER;
}

void app_init(struct app *app)
{
	*app = (struct app){.env = env_system(), .cert = BUF(16 * KIB), .key = BUF(16 * KIB)};
	app->options = (struct server_options){.body_rule = body_rule,
		.handle = handle,
		.ctx = app,
		.env = app->env,
		.spool_dir = "/tmp"};
}

void app_tls(struct app *app)
{
	static const char *const names[] = {"localhost", "127.0.0.1"};
	struct why why = {0};

	if (cert_make(CERT_P256, "node", names, 2, 30, &app->env, &app->cert, &app->key, &app->pin,
		    &why) < 0)
		fail_msg("%s", why.text);
	app->options.cert_pem = buf_slice(&app->cert);
	app->options.key_pem = buf_slice(&app->key);
}

void app_start(struct app *app)
{
	struct why why = {0};

	if (server_start(&app->server, &app->options, &why) < 0)
		fail_msg("%s", why.text);
}

void app_wake(struct app *app)
{
	app->wakes++;
	server_wake(app->server);
}

void app_finish(struct app *app)
{
	server_stop(&app->server, 2000);
	buf_free(&app->cert);
	buf_wipe(&app->key);
}

/* ---- raw sockets ---- */

int raw_connect(const struct app *app)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(server_port(app->server))};
	struct timeval patience = {.tv_sec = 5};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

void raw_send(int fd, const char *s)
{
	assert_int_equal(send(fd, s, strlen(s), MSG_NOSIGNAL), strlen(s));
}

const char *raw_read(int fd, const char *until)
{
	static char got[2 * 1024 * 1024];
	size_t n = 0;
	ssize_t more;

	got[0] = '\0';
	while (n < sizeof(got) - 1 && (until == NULL || strstr(got, until) == NULL)) {
		more = recv(fd, got + n, sizeof(got) - 1 - n, 0);
		if (more <= 0)
			break;
		n += (size_t)more;
		got[n] = '\0';
	}
	return got;
}

const char *raw_get(const struct app *app, const char *path)
{
	char head[1024];
	int fd = raw_connect(app);
	const char *answer;

	snprintf(head, sizeof(head), "GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
		path);
	raw_send(fd, head);
	answer = raw_read(fd, NULL);
	close(fd);
	return answer;
}

/* ---- our own client ---- */

static const char *const loopback[] = {"127.0.0.0/8"};
static struct buf body = {.max = 8 * MIB};

struct client *app_client(const struct app *app, const struct hash *pin)
{
	(void)app;
	return client_new(&(struct client_options){.pins = pin,
		.n_pins = pin != NULL,
		.allow = loopback,
		.n_allow = 1,
		.allow_plain_http = pin == NULL});
}

const char *app_url(const struct app *app, const char *path)
{
	static char url[256];

	snprintf(url, sizeof(url), "%s://127.0.0.1:%u%s", app->cert.n > 0 ? "https" : "http",
		server_port(app->server), path);
	return url;
}

int app_get(const struct app *app, struct client *c, const char *path, struct why *why)
{
	struct client_call call = {.method = "GET",
		.url = app_url(app, path),
		.deadline_ms = 5000,
		.answer_max = 4 * MIB};
	struct client_answer answer;
	int rc;

	buf_clear(&body);
	rc = client_request(c, &call, &answer, &body, why);
	return rc < 0 ? rc : (int)answer.status;
}

const char *app_body(void)
{
	return buf_cstr(&body);
}

void sleep_ms(int ms)
{
	(void)poll(NULL, 0, ms);
}

int64_t mono_ms(void)
{
	struct env env = env_system();

	return env_mono_ms(&env);
}
