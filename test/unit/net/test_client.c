#include "net/client.h"

#include "base/enc.h"
#include "base/report.h"
#include "net/app.h"

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>

static struct app app;
static struct client *client;
static struct why why;

static int setup(void **state)
{
	(void)state;
	app_init(&app);
	why = (struct why){0};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	client_free(&client);
	app_finish(&app);
	return 0;
}

static const char *const loopback[] = {"127.0.0.0/8"};

/* ---- trust ---- */

static void test_pins(void **state)
{
	struct hash pins[3] = {{{1}}, {{2}}, {{3}}};
	struct client_options o = {.pins = pins, .n_pins = 3, .allow = loopback, .n_allow = 1};

	(void)state;
	app_tls(&app);
	app_start(&app);
	client = app_client(&app, &app.pin);
	assert_int_equal(app_get(&app, client, "/ok", &why), 200);
	assert_string_equal(app_body(), "ok");
	client_free(&client);

	client = client_new(&o);
	assert_int_equal(app_get(&app, client, "/ok", &why), E_DENIED);
	assert_string_equal(why.where, "tls");
	client_free(&client);

	/* A partner publishes its next key ahead: any of several will do. */
	pins[1] = app.pin;
	client = client_new(&o);
	assert_int_equal(app_get(&app, client, "/ok", &why), 200);
	client_free(&client);

	/* One bit off is another key. */
	pins[1].b[31] ^= 1;
	client = client_new(&o);
	assert_int_equal(app_get(&app, client, "/ok", &why), E_DENIED);
	client_free(&client);

	/* Without pins the system's authorities decide, and they do not know us. */
	o.n_pins = 0;
	client = client_new(&o);
	assert_int_equal(app_get(&app, client, "/ok", &why), E_NET);
}

static void test_client_certificate(void **state)
{
	struct buf cert CLEANUP_BUF = BUF(16 * KIB), key CLEANUP_BUF = BUF(16 * KIB);
	struct hash mine;
	char hex[HEX_LEN(32) + 1];

	(void)state;
	app_tls(&app);
	app.options.client_cert = true;
	app_start(&app);
	for (enum cert_algorithm a = CERT_ED25519; a <= CERT_P256; a++) {
		buf_clear(&cert);
		buf_clear(&key);
		assert_int_equal(
			cert_make(a, "partner", NULL, 0, 30, &app.env, &cert, &key, &mine, &why),
			0);
		client = client_new(&(struct client_options){.pins = &app.pin,
			.n_pins = 1,
			.cert_pem = buf_slice(&cert),
			.key_pem = buf_slice(&key),
			.allow = loopback,
			.n_allow = 1});
		hex_encode(mine.b, sizeof(mine.b), hex);
		for (int i = 0; i < 3; i++) { /* also on the kept connection */
			assert_int_equal(app_get(&app, client, "/pin", &why), 200);
			assert_string_equal(app_body(), hex);
		}
		client_free(&client);
	}
	/* Without one the handler is reached and sees none. */
	client = app_client(&app, &app.pin);
	assert_int_equal(app_get(&app, client, "/pin", &why), 200);
	assert_string_equal(app_body(), "none");
}

/* A certificate is not asked for where it is not wanted. */
static void test_certificate_not_asked(void **state)
{
	(void)state;
	app_tls(&app);
	app_start(&app);
	client = client_new(&(struct client_options){.pins = &app.pin,
		.n_pins = 1,
		.cert_pem = buf_slice(&app.cert),
		.key_pem = buf_slice(&app.key),
		.allow = loopback,
		.n_allow = 1});
	assert_int_equal(app_get(&app, client, "/pin", &why), 200);
	assert_string_equal(app_body(), "none");
}

/* ---- TLS versions ---- */

/* 0 and the version agreed on, or an error of GnuTLS. */
static int handshake(unsigned role, gnutls_certificate_credentials_t cred, int fd,
	const char *priority, gnutls_protocol_t *ret)
{
	gnutls_session_t session;
	int rc;

	assert_int_equal(gnutls_init(&session, role), 0);
	assert_int_equal(gnutls_priority_set_direct(session, priority, NULL), 0);
	assert_int_equal(gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, cred), 0);
	gnutls_transport_set_int(session, fd);
	gnutls_handshake_set_timeout(session, 3000);
	do
		rc = gnutls_handshake(session);
	while (rc < 0 && !gnutls_error_is_fatal(rc));
	*ret = gnutls_protocol_get_version(session);
	gnutls_deinit(session);
	return rc;
}

static int version_of_server(const char *priority, gnutls_protocol_t *ret)
{
	gnutls_certificate_credentials_t cred;
	int fd = raw_connect(&app), rc;

	assert_int_equal(gnutls_certificate_allocate_credentials(&cred), 0);
	rc = handshake(GNUTLS_CLIENT, cred, fd, priority, ret);
	gnutls_certificate_free_credentials(cred);
	close(fd);
	return rc;
}

static void test_server_versions(void **state)
{
	gnutls_protocol_t version;

	(void)state;
	app_tls(&app);
	app_start(&app);
	assert_int_equal(version_of_server("NORMAL", &version), 0);
	assert_int_equal(version, GNUTLS_TLS1_3);
	assert_int_equal(version_of_server("NORMAL:-VERS-ALL:+VERS-TLS1.2", &version), 0);
	assert_int_equal(version, GNUTLS_TLS1_2);
	assert_true(version_of_server("NORMAL:-VERS-ALL:+VERS-TLS1.1", &version) < 0);
	server_stop(&app.server, 1000);
	/* Where client certificates count: 1.3 and nothing else. */
	app.options.client_cert = true;
	app_start(&app);
	assert_int_equal(version_of_server("NORMAL", &version), 0);
	assert_int_equal(version, GNUTLS_TLS1_3);
	assert_true(version_of_server("NORMAL:-VERS-ALL:+VERS-TLS1.2", &version) < 0);
}

/* A server of a few lines: one connection, which gets `canned` or a TLS handshake of one version.
 */
struct fake {
	int fd;
	uint16_t port;
	const char *canned;
	size_t canned_n, canned_times;
	int pause_ms; /* before each time but the first */
	const char *priority;
	int result;
	pthread_t thread;
};

static void fake_tls(struct fake *f, int fd)
{
	gnutls_certificate_credentials_t cred;
	gnutls_datum_t cert = {app.cert.p, (unsigned)app.cert.n},
		       key = {app.key.p, (unsigned)app.key.n};
	gnutls_protocol_t version;

	MUST(gnutls_certificate_allocate_credentials(&cred) == 0);
	MUST(gnutls_certificate_set_x509_key_mem(cred, &cert, &key, GNUTLS_X509_FMT_PEM) == 0);
	f->result = handshake(GNUTLS_SERVER, cred, fd, f->priority, &version);
	gnutls_certificate_free_credentials(cred);
}

static void *fake_run(void *arg)
{
	struct fake *f = arg;
	int fd = accept(f->fd, NULL, NULL);
	char head[4096];

	if (fd < 0)
		return NULL;
	if (f->priority != NULL) {
		fake_tls(f, fd);
	} else if (recv(fd, head, sizeof(head), 0) > 0) {
		for (size_t i = 0; i < f->canned_times; i++) {
			if (i > 0 && f->pause_ms > 0)
				(void)poll(NULL, 0, f->pause_ms);
			if (send(fd, f->canned, f->canned_n, MSG_NOSIGNAL) < 0)
				break;
		}
	}
	(void)shutdown(fd, SHUT_WR);
	while (recv(fd, head, sizeof(head), 0) > 0)
		;
	close(fd);
	return NULL;
}

static void fake_start(struct fake *f)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t len = sizeof(at);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	f->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(f->fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(f->fd, 4), 0);
	assert_int_equal(getsockname(f->fd, (struct sockaddr *)&at, &len), 0);
	f->port = ntohs(at.sin_port);
	if (f->canned_times == 0)
		f->canned_times = 1;
	assert_int_equal(pthread_create(&f->thread, NULL, fake_run, f), 0);
}

static void fake_stop(struct fake *f)
{
	(void)shutdown(f->fd, SHUT_RDWR);
	pthread_join(f->thread, NULL);
	close(f->fd);
}

static void test_client_refuses_old_tls(void **state)
{
	struct fake f = {.priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2"};
	struct client_answer answer;
	struct buf got CLEANUP_BUF = BUF(100);
	char url[64];

	(void)state;
	app_tls(&app);
	fake_start(&f);
	snprintf(url, sizeof(url), "https://127.0.0.1:%u/", f.port);
	client = app_client(&app, &app.pin);
	struct client_call call = {
		.method = "GET", .url = url, .answer_max = 10, .deadline_ms = 3000};
	assert_int_equal(client_request(client, &call, &answer, &got, &why), E_NET);
	fake_stop(&f);
	assert_true(f.result < 0);
}

/* ---- answers ---- */

static int canned(
	const char *text, size_t n, size_t times, struct client_answer *answer, struct buf *got)
{
	struct fake f = {.canned = text, .canned_n = n, .canned_times = times};
	struct client_call call = {.method = "GET", .answer_max = 1000, .deadline_ms = 3000};
	char url[64];
	int rc;

	fake_start(&f);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/", f.port);
	call.url = url;
	client = app_client(&app, NULL);
	buf_clear(got);
	why = (struct why){0};
	rc = client_request(client, &call, answer, got, &why);
	client_free(&client);
	fake_stop(&f);
	return rc;
}

#define CANNED(text) canned(text, sizeof(text) - 1, 1, &answer, &got)

static void test_odd_answers(void **state)
{
	struct client_answer answer = {.status = 7};
	struct buf got CLEANUP_BUF = BUF(10000);

	(void)state;
	assert_int_equal(
		CANNED("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nETag: \"x\"\r\n\r\nhi"), 0);
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.etag, "\"x\"");
	assert_string_equal(answer.content_type, "");
	answer = (struct client_answer){.status = 7};
	/* Not HTTP; cut short; a length that lies; a NUL; only a head that never ends. */
	assert_int_equal(CANNED("hello\n"), E_NET);
	assert_int_equal(CANNED(""), E_NET);
	assert_int_equal(CANNED("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhi"), E_NET);
	assert_int_equal(
		CANNED("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhi"), E_NET);
	assert_int_equal(CANNED("HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\nhi"), E_LIMIT);
	assert_int_equal(CANNED("HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n"), E_NET);
	/* What is kept of an answer may be sent with the next question. */
	assert_int_equal(
		CANNED("HTTP/1.1 200 OK\r\nETag: \"a\rb\"\r\nContent-Length: 0\r\n\r\n"), E_NET);
	assert_int_equal(
		CANNED("HTTP/1.1 200 OK\r\nETag: \"a\x01\"\r\nContent-Length: 0\r\n\r\n"), E_NET);
	assert_int_equal(answer.status, 7); /* untouched on failure */
	/* More than announced is not read; a head of another message before the answer is dropped.
	 */
	assert_int_equal(
		CANNED("HTTP/1.1 100 Continue\r\nETag: a\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"),
		0);
	assert_int_equal(answer.status, 204);
	assert_string_equal(answer.etag, "");
	assert_int_equal(
		CANNED("HTTP/1.1 429 Slow\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n"), 0);
	assert_int_equal(answer.status, 429);
	/* Without a length, to the end of the connection: bounded all the same. */
	assert_int_equal(CANNED("HTTP/1.0 200 OK\r\n\r\nhi"), 0);
	assert_string_equal(buf_cstr(&got), "hi");
}

static void test_head_without_end(void **state)
{
	struct client_answer answer;
	struct buf got CLEANUP_BUF = BUF(100);
	struct buf text CLEANUP_BUF = BUF(1 * MIB);

	(void)state;
	buf_str(&text, "HTTP/1.1 200 OK\r\n");
	for (int i = 0; i < 10000; i++)
		buf_str(&text, "X-Long: aaaaaaaaaaaa\r\n");
	buf_str(&text, "Content-Length: 0\r\n\r\n");
	assert_int_equal(canned(buf_cstr(&text), text.n, 1, &answer, &got), E_LIMIT);
	assert_string_equal(why.where, "header");
}

static int fail_sink(void *ctx, struct slice piece)
{
	size_t *n = ctx;

	*n += piece.n;
	return *n > 100000 ? -1 : 0;
}

static int count_sink(void *ctx, struct slice piece)
{
	*(size_t *)ctx += piece.n;
	return 0;
}

static void test_limits(void **state)
{
	struct client_answer answer;
	struct buf got CLEANUP_BUF = BUF(2 * MIB), small CLEANUP_BUF = BUF(1000);
	struct client_call call = {.method = "GET", .deadline_ms = 3000};
	size_t n = 0;

	(void)state;
	app_start(&app);
	client = app_client(&app, NULL);
	call.url = app_url(&app, "/big"); /* announces its length */
	call.answer_max = 1 * MIB - 1;
	assert_int_equal(client_request(client, &call, &answer, &got, &why), E_LIMIT);
	call.answer_max = 1 * MIB;
	buf_clear(&got);
	assert_int_equal(client_request(client, &call, &answer, &got, &why), 0);
	assert_int_equal(got.n, 1 * MIB);
	assert_int_equal(client_request(client, &call, &answer, &small, &why), E_LIMIT);
	/* Piece by piece. */
	call.sink = count_sink;
	call.sink_ctx = &n;
	assert_int_equal(client_request(client, &call, &answer, NULL, &why), 0);
	assert_int_equal(n, 1 * MIB);
	/* What comes with a refusal is no part of the file. */
	n = 0;
	call.url = app_url(&app, "/not-there");
	assert_int_equal(client_request(client, &call, &answer, NULL, &why), 0);
	assert_int_equal(answer.status, 404);
	assert_int_equal(n, 0);
	call.url = app_url(&app, "/big");
	call.sink = fail_sink;
	assert_int_equal(client_request(client, &call, &answer, NULL, &why), E_NET);
	assert_in_range(n, 100001, 300000);
	/* Announces none and never ends. */
	call.sink = NULL;
	call.url = app_url(&app, "/stream?endless");
	buf_clear(&got);
	assert_int_equal(client_request(client, &call, &answer, &got, &why), E_LIMIT);
}

static void test_answer_fields(void **state)
{
	static const char *const lines[] = {"X-Test: from us", NULL};
	struct client_answer answer;
	struct buf got CLEANUP_BUF = BUF(1000);
	struct client_call call = {.method = "GET", .answer_max = 1000, .headers = lines};

	(void)state;
	app_start(&app);
	client = app_client(&app, NULL);
	call.url = app_url(&app, "/header");
	call.headers = (const char *const[]){"X-Test: a\rb", NULL};
	assert_int_equal(client_request(client, &call, &answer, &got, &why), E_INVALID);
	assert_string_equal(why.where, "header");
	call.headers = lines;
	assert_int_equal(client_request(client, &call, &answer, &got, &why), 0);
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.content_type, "text/plain");
	assert_string_equal(answer.etag, "\"one\"");
	assert_string_equal(buf_cstr(&got), "from us");
}

/* Methods follow each other on one handle without leaving anything behind, over one connection. */
static void test_methods(void **state)
{
	static const struct {
		const char *method, *body, *expect;
	} calls[] = {
		{"POST", "one", "one"},
		{"GET", "", ""},
		{"PUT", "three", "three"},
		{"DELETE", "", ""},
		{"POST", "", ""},
		{"DELETE", "six", "six"},
		{"GET", "", ""},
	};
	struct client_answer answer;
	struct server_stats stats;

	(void)state;
	app_start(&app);
	client = app_client(&app, NULL);
	for (size_t i = 0; i < COUNT_OF(calls); i++) {
		struct buf got CLEANUP_BUF = BUF(1000);
		struct client_call call = {.method = calls[i].method,
			.url = app_url(&app, "/echo"),
			.body = slice_str(calls[i].body),
			.content_type = "application/json",
			.answer_max = 1000};

		assert_int_equal(client_request(client, &call, &answer, &got, &why), 0);
		assert_int_equal(answer.status, 200);
		assert_string_equal(buf_cstr(&got), calls[i].expect);
	}
	server_stats(app.server, &stats);
	assert_int_equal(stats.connections, 1);
	assert_int_equal(stats.requests, COUNT_OF(calls));
}

static void test_redirect_stays(void **state)
{
	struct server_stats stats;

	(void)state;
	app_start(&app);
	client = app_client(&app, NULL);
	assert_int_equal(app_get(&app, client, "/redirect", &why), 302);
	server_stats(app.server, &stats);
	assert_int_equal(stats.requests, 1);
}

/* ---- time ---- */

static void test_deadline(void **state)
{
	struct client_answer answer;
	struct buf got CLEANUP_BUF = BUF(1000);
	struct client_call call = {.method = "GET", .answer_max = 1000, .deadline_ms = 300};
	int64_t began = mono_ms();

	(void)state;
	app_start(&app);
	client = app_client(&app, NULL);
	call.url = app_url(&app, "/park?ms=60000");
	assert_int_equal(client_request(client, &call, &answer, &got, &why), E_NET);
	assert_in_range(mono_ms() - began, 290, 2000);
	assert_string_equal(why.text, "no answer within the deadline");
}

/* Pieces that come one after the other, the first of them the head. */
static int in_pieces(size_t times, int pause_ms, bool patient, struct buf *got)
{
	char piece[400];
	struct fake f = {.canned = piece,
		.canned_n = sizeof(piece),
		.canned_times = times,
		.pause_ms = pause_ms};
	struct client_call call = {
		.method = "GET", .answer_max = 100000, .deadline_ms = 400, .patient = patient};
	struct client_answer answer;
	char url[64];
	int n = snprintf(piece, sizeof(piece), "HTTP/1.1 200 OK\r\n\r\n"), rc;

	/* The head again and again, as a body: what it says does not matter. */
	memset(piece + n, 'x', sizeof(piece) - (size_t)n);
	fake_start(&f);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/", f.port);
	call.url = url;
	client = app_client(&app, NULL);
	buf_clear(got);
	why = (struct why){0};
	rc = client_request(client, &call, &answer, got, &why);
	client_free(&client);
	fake_stop(&f);
	return rc;
}

/* A thin line: an answer may take as long as it keeps coming. */
static void test_patience(void **state)
{
	struct buf got CLEANUP_BUF = BUF(100000);

	(void)state;
	assert_int_equal(in_pieces(8, 100, true, &got), 0);
	assert_in_range(got.n, 7 * 400, 8 * 400);
	/* Without it, the deadline is for all. */
	assert_int_equal(in_pieces(8, 100, false, &got), E_NET);
	assert_string_equal(why.text, "no answer within the deadline");
	/* A silence is none the better for what came before. */
	assert_int_equal(in_pieces(2, 1500, true, &got), E_NET);
	assert_string_equal(why.text, "no answer within the deadline");
}

static bool stop_at(void *ctx)
{
	return mono_ms() >= *(int64_t *)ctx;
}

static void test_stop(void **state)
{
	int64_t began = mono_ms(), at = began + 250;
	struct client_answer answer;
	struct buf got CLEANUP_BUF = BUF(1000);
	struct client_call call = {.method = "GET",
		.answer_max = 1000,
		.deadline_ms = 60000,
		.stop = stop_at,
		.stop_ctx = &at};

	(void)state;
	app_start(&app);
	client = app_client(&app, NULL);
	call.url = app_url(&app, "/park?ms=60000");
	assert_int_equal(client_request(client, &call, &answer, &got, &why), E_NET);
	assert_string_equal(why.text, "stopped");
	assert_in_range(mono_ms() - began, 240, 1000);
	/* The handle is whole afterwards. */
	assert_int_equal(app_get(&app, client, "/ok", &why), 200);
}

/* ---- where it may go ---- */

static void test_addresses(void **state)
{
	static const char *const hosts[] = {"127.0.0.1", "localhost", "0x7f.1", "2130706433",
		"127.1", "0", "[::ffff:127.0.0.1]", "[::1]", "0177.0.0.1"};
	struct client_answer answer;
	struct buf got CLEANUP_BUF = BUF(1000);
	struct server_stats stats;
	char url[128];

	(void)state;
	app_start(&app);
	client = client_new(&(struct client_options){.allow_plain_http = true});
	for (size_t i = 0; i < COUNT_OF(hosts); i++) {
		snprintf(url, sizeof(url), "http://%s:%u/ok", hosts[i], server_port(app.server));
		struct client_call call = {
			.method = "GET", .url = url, .answer_max = 1000, .deadline_ms = 3000};
		if (client_request(client, &call, &answer, &got, &why) != E_DENIED)
			fail_msg("%s: %s", hosts[i], why.text);
	}
	server_stats(app.server, &stats);
	assert_int_equal(stats.connections, 0);
}

static void test_urls(void **state)
{
	static const char *const bad[] = {"http://127.0.0.1:%u/", "ftp://127.0.0.1:%u/",
		"file:///etc/passwd", "gopher://127.0.0.1:%u/x", "https://u:p@127.0.0.1:%u/",
		"https://u@127.0.0.1:%u/", "dict://127.0.0.1:%u/", "https:///", "", "://"};
	struct client_answer answer;
	struct buf got CLEANUP_BUF = BUF(1000);
	char url[128];

	(void)state;
	app_tls(&app);
	app_start(&app);
	client = app_client(&app, &app.pin);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(url, sizeof(url), bad[i], server_port(app.server));
#pragma GCC diagnostic pop
		struct client_call call = {
			.method = "GET", .url = url, .answer_max = 1000, .deadline_ms = 3000};
		if (client_request(client, &call, &answer, &got, &why) != E_DENIED)
			fail_msg("%s: %s", url, why.text);
	}
}

static void test_proxy_of_the_environment(void **state)
{
	(void)state;
	app_start(&app);
	assert_int_equal(setenv("http_proxy", "http://127.0.0.1:9", 1), 0);
	assert_int_equal(setenv("ALL_PROXY", "socks5://127.0.0.1:9", 1), 0);
	client = app_client(&app, NULL);
	assert_int_equal(app_get(&app, client, "/ok", &why), 200);
	unsetenv("http_proxy");
	unsetenv("ALL_PROXY");
}

static void test_nobody_there(void **state)
{
	(void)state;
	app_start(&app);
	client = app_client(&app, NULL);
	char *url CLEANUP_FREE = mem_string(app_url(&app, "/ok"), strlen(app_url(&app, "/ok")));
	server_stop(&app.server, 100);
	struct client_answer answer;
	struct buf got CLEANUP_BUF = BUF(1000);
	struct client_call call = {
		.method = "GET", .url = url, .answer_max = 1000, .deadline_ms = 3000};
	assert_int_equal(client_request(client, &call, &answer, &got, &why), E_NET);
	assert_int_equal(client_request(client, &call, &answer, &got, NULL), E_NET);
}

static void test_free_null(void **state)
{
	struct client *none = NULL;

	(void)state;
	client_free(&none);
	assert_null(none);
}

#define unit(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		unit(test_pins),
		unit(test_client_certificate),
		unit(test_certificate_not_asked),
		unit(test_server_versions),
		unit(test_client_refuses_old_tls),
		unit(test_odd_answers),
		unit(test_head_without_end),
		unit(test_limits),
		unit(test_answer_fields),
		unit(test_methods),
		unit(test_redirect_stays),
		unit(test_deadline),
		unit(test_patience),
		unit(test_stop),
		unit(test_addresses),
		unit(test_urls),
		unit(test_proxy_of_the_environment),
		unit(test_nobody_there),
		unit(test_free_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
