#include "net/server.h"

#include "base/file.h"
#include "net/app.h"

#include <dirent.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>

static struct app app;

static void begin(void)
{
	app_init(&app);
}

static int finish(void **state)
{
	(void)state;
	app_finish(&app);
	return 0;
}

#define assert_has(text, part)                                                                     \
	do {                                                                                       \
		const char *text_ = (text);                                                        \
		if (strstr(text_, (part)) == NULL)                                                 \
			fail_msg("no \"%s\" in \"%.300s\"", (part), text_);                        \
	} while (0)

static struct server_stats stats(void)
{
	struct server_stats s;

	server_stats(app.server, &s);
	return s;
}

/* Waits up to 3 s for a count. */
#define assert_soon(expression)                                                                    \
	do {                                                                                       \
		for (int wait_ = 0; wait_ < 300 && !(expression); wait_++)                         \
			sleep_ms(10);                                                              \
		assert_true(expression);                                                           \
	} while (0)

/* ---- requests ---- */

static void test_simple(void **state)
{
	(void)state;
	begin();
	app_start(&app);
	assert_has(raw_get(&app, "/ok"), "HTTP/1.1 200 OK\r\n");
	assert_has(raw_get(&app, "/ok"), "\r\n\r\nok");
	assert_has(raw_get(&app, "/nothing"), "HTTP/1.1 500 ");
	assert_has(raw_get(&app, "/shared"), "\r\n\r\nshared");

	const char *answer = raw_get(&app, "/fd");
	assert_has(answer, "Content-Length: 100001\r\n");
	assert_has(answer, "\r\n\r\ncfff");
	assert_int_equal(strlen(strstr(answer, "\r\n\r\n") + 4), 100001);

	answer = raw_get(&app, "/absent");
	assert_has(answer, "HTTP/1.1 404 ");
	assert_has(answer, "Content-Type: application/problem+json\r\n");
	assert_has(answer,
		"\"title\":\"missing\",\"status\":404,\"detail\":\"no such page\",\"pointer\":\"/x\\\"y\"");
	assert_soon(stats().open == 0);
	assert_int_equal(stats().requests, 6);
	assert_int_equal(stats().connections, 6);
}

static void test_query(void **state)
{
	(void)state;
	begin();
	app_start(&app);
	assert_has(raw_get(&app, "/query?a=1"), "\r\n\r\n1");
	assert_has(raw_get(&app, "/query?b=2&a=x%20%26y%3D+z&a=3"), "\r\n\r\nx &y=+z");
	assert_has(raw_get(&app, "/query?%61=b=c"), "\r\n\r\nb=c");
	assert_has(raw_get(&app, "/query?a"), "HTTP/1.1 200 ");
	assert_has(raw_get(&app, "/query?a="), "HTTP/1.1 200 ");
	assert_has(raw_get(&app, "/query?&&=&a=7"), "\r\n\r\n7");
	assert_has(raw_get(&app, "/query?b=a"), "HTTP/1.1 404 ");
	assert_has(raw_get(&app, "/query?"), "HTTP/1.1 404 ");
	assert_has(raw_get(&app, "/query"), "HTTP/1.1 404 ");
	assert_has(raw_get(&app, "/query?a?=1"), "HTTP/1.1 404 ");
}

static void test_headers(void **state)
{
	int fd;
	const char *answer;

	(void)state;
	begin();
	app_start(&app);
	fd = raw_connect(&app);
	raw_send(fd,
		"GET /header HTTP/1.1\r\nHost: a\r\nX-Test:  one \r\nx-test: two\r\nX-TEST:\tthree\r\n\r\n");
	answer = raw_read(fd, "three");
	assert_has(answer, "\r\n\r\none, two, three");
	assert_true(strstr(answer, "ETag:") < strstr(answer, "X-Two: 2\r\n"));
	/* The connection is kept, and HEAD has no body. */
	raw_send(fd,
		"HEAD /ok HTTP/1.1\r\nHost: a\r\n\r\nGET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
	answer = raw_read(fd, NULL);
	assert_has(answer, "Content-Length: 2\r\n\r\nHTTP/1.1 200 OK\r\n");
	assert_has(answer, "Content-Length: 0\r\n");
	close(fd);
	assert_int_equal(stats().connections, 1);
	assert_int_equal(stats().requests, 3);
}

/*
 * libmicrohttpd before 1.0 drops a request without a word when the parameters of its query do not
 * fit its memory; ours never get there, and a request that is broken off in any phase leaves
 * nothing behind (the sanitizers watch).
 */
static void test_broken_off(void **state)
{
	static const char *const parts[] = {"GET /", "GET / HTTP/1.1\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\n", "GET /ok HTTP/1.1\r\nHost: a\r\nX\r\n\r\n",
		"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab",
		"PUT /file HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab",
		"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n", "GET /big HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /fd HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /shared HTTP/1.1\r\nHost: a\r\n\r\nGET /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 7\r\n\r\n"};
	struct buf query CLEANUP_BUF = BUF(64 * KIB);
	int fd;

	(void)state;
	begin();
	app_start(&app);
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		fd = raw_connect(&app);
		raw_send(fd, parts[i]);
		sleep_ms(20);
		close(fd);
	}
	buf_str(&query, "GET /query?");
	for (int i = 0; i < 5000; i++)
		buf_str(&query, "b&");
	buf_str(&query, "a=last HTTP/1.1\r\nHost: a\r\n");
	fd = raw_connect(&app);
	raw_send(fd, buf_cstr(&query));
	sleep_ms(50);
	raw_send(fd, "Connection: close\r\n\r\n");
	assert_has(raw_read(fd, NULL), "\r\n\r\nlast");
	close(fd);
	assert_soon(stats().open == 0);
}

static void test_bodies(void **state)
{
	int fd;

	(void)state;
	begin();
	app_start(&app);
	fd = raw_connect(&app);
	raw_send(fd, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe");
	sleep_ms(50);
	raw_send(fd, "llo");
	assert_has(raw_read(fd, "hello"), "\r\n\r\nhello");
	raw_send(fd, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
	assert_has(raw_read(fd, "\r\n\r\n"), "Content-Length: 0\r\n");
	/* Over the rule: refused before a byte of it is read. */
	raw_send(fd, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n");
	assert_has(raw_read(fd, NULL), "HTTP/1.1 413 ");
	close(fd);
	fd = raw_connect(&app);
	raw_send(fd, "POST /ok HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
	assert_has(raw_read(fd, NULL), "HTTP/1.1 413 ");
	close(fd);
	/* The rule itself refuses; without a body the connection may stay. */
	fd = raw_connect(&app);
	raw_send(fd, "GET /denied HTTP/1.1\r\nHost: a\r\n\r\nGET /ok HTTP/1.1\r\nHost: a\r\n\r\n");
	assert_has(raw_read(fd, "\r\n\r\nok"), "HTTP/1.1 403 ");
	close(fd);
}

static size_t entries(const char *dir)
{
	DIR *d = opendir(dir);
	size_t n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

static void test_spool(void **state)
{
	char dir[] = "/tmp/net-spool-XXXXXX";
	struct client *c;
	struct client_call call = {.method = "PUT", .deadline_ms = 5000, .answer_max = 1000};
	struct client_answer answer;
	struct buf got CLEANUP_BUF = BUF(1000);
	uint8_t *bytes CLEANUP_FREE = mem_zero_alloc(3, MIB);

	(void)state;
	begin();
	assert_non_null(mkdtemp(dir));
	app.options.spool_dir = dir;
	app_start(&app);
	c = app_client(&app, NULL);
	call.url = app_url(&app, "/file");
	call.body = slice_of(bytes, 3 * MIB);
	assert_int_equal(client_request(c, &call, &answer, &got, NULL), 0);
	assert_string_equal(buf_cstr(&got),
		"3145728 bbd05cf6097ac9b1f89ea29d2542c1b7b67ee46848393895f5a9e43fa1f621e5");
	assert_int_equal(entries(dir), 2); /* "." and "..": it never had a name */
	/* Empty: no file is made. */
	call.body = SLICE_NONE;
	buf_clear(&got);
	assert_int_equal(client_request(c, &call, &answer, &got, NULL), 0);
	assert_string_equal(buf_cstr(&got),
		"0 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	/* A spool directory that has gone is an answer, not a crash. */
	assert_int_equal(rmdir(dir), 0);
	call.body = slice_of(bytes, 10);
	buf_clear(&got);
	assert_int_equal(client_request(c, &call, &answer, &got, NULL), 0);
	assert_int_equal(answer.status, 500);
	client_free(&c);
}

/* More than the disk has beside what is to stay free: nothing of it is kept, and nobody reads it. */
static void test_spool_reserve(void **state)
{
	struct client *c;
	struct client_call call = {.method = "PUT", .deadline_ms = 5000, .answer_max = 1000};
	struct client_answer answer;
	struct buf got CLEANUP_BUF = BUF(1000);
	uint8_t *bytes CLEANUP_FREE = mem_zero_alloc(1, MIB);

	(void)state;
	begin();
	app.options.spool_reserve = INT64_MAX / 2;
	app_start(&app);
	c = app_client(&app, NULL);
	call.url = app_url(&app, "/file");
	call.body = slice_of(bytes, MIB);
	assert_int_equal(client_request(c, &call, &answer, &got, NULL), 0);
	assert_int_equal(answer.status, 413);
	assert_has(buf_cstr(&got), "disk-reserve-bytes");
	/* What brings nothing needs no room. */
	call.body = SLICE_NONE;
	buf_clear(&got);
	assert_int_equal(client_request(c, &call, &answer, &got, NULL), 0);
	assert_int_equal(answer.status, 200);
	client_free(&c);
}

/* ---- parking ---- */

static void test_park_expires(void **state)
{
	int64_t began = mono_ms();

	(void)state;
	begin();
	app_start(&app);
	assert_has(raw_get(&app, "/park?ms=300"), "\r\n\r\nexpired after 1");
	assert_in_range(mono_ms() - began, 290, 2000);
	assert_int_equal(stats().parked, 0);
	assert_has(raw_get(&app, "/park?ms=0"), "\r\n\r\nexpired after 1");
	/* A handler that parks on and on is cut short. */
	assert_has(raw_get(&app, "/stubborn"), "HTTP/1.1 503 ");
}

static void test_park_wakes(void **state)
{
	int fd[20];

	(void)state;
	begin();
	app.options.workers = 1;
	app.options.threads = 1;
	app_start(&app);
	for (size_t i = 0; i < COUNT_OF(fd); i++) {
		fd[i] = raw_connect(&app);
		raw_send(fd[i], "GET /park?ms=5000 HTTP/1.1\r\nHost: a\r\n\r\n");
	}
	/* Parked requests hold no worker: the only one still answers. */
	assert_soon(stats().parked == COUNT_OF(fd));
	assert_has(raw_get(&app, "/ok"), "\r\n\r\nok");
	server_wake(app.server); /* nothing has changed: they park again */
	assert_soon(stats().parked == COUNT_OF(fd));
	app_wake(&app);
	for (size_t i = 0; i < COUNT_OF(fd); i++) {
		assert_has(raw_read(fd[i], "woken"), "\r\n\r\nwoken");
		close(fd[i]);
	}
	assert_int_equal(stats().parked, 0);
}

static void test_park_client_gone(void **state)
{
	int fd;

	(void)state;
	begin();
	app_start(&app);
	fd = raw_connect(&app);
	raw_send(fd, "GET /park?ms=60000 HTTP/1.1\r\nHost: a\r\n\r\n");
	assert_soon(stats().parked == 1);
	close(fd);
	assert_soon(app.handled == 1);
	assert_soon(stats().open == 0);
}

struct storm {
	atomic_bool over;
	atomic_uint woken;
};

static void *storm_poll(void *arg)
{
	struct storm *s = arg;
	struct client *c = app_client(&app, NULL);
	char url[128];

	snprintf(url, sizeof(url), "http://127.0.0.1:%u/park?ms=4000", server_port(app.server));
	struct client_call call = {.method = "GET", .url = url, .answer_max = 1000};
	for (int i = 0; i < 30; i++) {
		struct buf got CLEANUP_BUF = BUF(1000);
		struct client_answer answer;

		if (client_request(c, &call, &answer, &got, NULL) == 0 &&
			strncmp(buf_cstr(&got), "woken", 5) == 0)
			s->woken++;
	}
	client_free(&c);
	return NULL;
}

static void *storm_wake(void *arg)
{
	struct storm *s = arg;

	while (!s->over) {
		app_wake(&app);
		sleep_ms(1);
	}
	return NULL;
}

/* Wakes race with parking from several threads; none is lost, or a poll would expire. */
static void test_park_storm(void **state)
{
	struct storm storm = {0};
	pthread_t poller[4], waker;

	(void)state;
	begin();
	app.options.threads = 3;
	app_start(&app);
	assert_int_equal(pthread_create(&waker, NULL, storm_wake, &storm), 0);
	for (size_t i = 0; i < COUNT_OF(poller); i++)
		assert_int_equal(pthread_create(&poller[i], NULL, storm_poll, &storm), 0);
	for (size_t i = 0; i < COUNT_OF(poller); i++)
		pthread_join(poller[i], NULL);
	storm.over = true;
	pthread_join(waker, NULL);
	assert_int_equal(storm.woken, 120);
}

/* ---- streams ---- */

static void test_stream(void **state)
{
	int fd;

	(void)state;
	begin();
	app_start(&app);
	fd = raw_connect(&app);
	raw_send(fd, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
	assert_has(raw_read(fd, "\r\n\r\n"), "Content-Type: text/event-stream\r\n");
	assert_soon(stats().parked == 1);
	app_wake(&app);
	assert_has(raw_read(fd, "data: 1\n\n"), "data: 1\n\n");
	assert_int_equal(app.ended, 0);
	app_wake(&app);
	assert_has(raw_read(fd, "data: 2\n\n"), "data: 2\n\n");
	app_wake(&app);
	assert_has(raw_read(fd, "\r\n0\r\n\r\n"), "data: 3\n\n");
	assert_soon(app.ended == 1);
	/* The connection goes on. */
	raw_send(fd, "GET /ok HTTP/1.1\r\nHost: a\r\n\r\n");
	assert_has(raw_read(fd, "\r\n\r\nok"), "200 OK");
	close(fd);
}

static void test_stream_client_gone(void **state)
{
	int fd;

	(void)state;
	begin();
	app_start(&app);
	fd = raw_connect(&app);
	raw_send(fd, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
	(void)raw_read(fd, "\r\n\r\n");
	close(fd);
	assert_soon(app.ended == 1);
	/* While it pours, too. */
	fd = raw_connect(&app);
	raw_send(fd, "GET /stream?endless HTTP/1.1\r\nHost: a\r\n\r\n");
	(void)raw_read(fd, "eeee");
	close(fd);
	assert_soon(app.ended == 2);
	assert_soon(stats().open == 0);
}

/* ---- deadlines and caps ---- */

static void test_deadlines(void **state)
{
	int64_t began;
	int fd;

	(void)state;
	begin();
	app.options.head_ms = 300;
	app.options.body_stall_ms = 600;
	app_start(&app);
	began = mono_ms();
	fd = raw_connect(&app);
	raw_send(fd, "GET /ok HTTP/1.1\r\nHos");
	assert_string_equal(raw_read(fd, NULL), "");
	assert_in_range(mono_ms() - began, 290, 2000);
	close(fd);
	began = mono_ms();
	fd = raw_connect(&app);
	raw_send(fd, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
	assert_string_equal(raw_read(fd, NULL), "");
	assert_in_range(mono_ms() - began, 590, 2500);
	close(fd);
	assert_int_equal(stats().timed_out, 2);
	/* Work is not on the clock of the connection. */
	assert_has(raw_get(&app, "/slow"), "\r\n\r\nslow");
	assert_has(raw_get(&app, "/park?ms=1200"), "\r\n\r\nexpired");
	assert_int_equal(stats().timed_out, 2);
}

static void test_caps(void **state)
{
	int fd[4];

	(void)state;
	begin();
	app.options.connections_per_address = 3;
	app_start(&app);
	for (size_t i = 0; i < 3; i++)
		fd[i] = raw_connect(&app);
	fd[3] = raw_connect(&app);
	assert_string_equal(raw_read(fd[3], NULL), "");
	close(fd[3]);
	raw_send(fd[0], "GET /ok HTTP/1.1\r\nHost: a\r\n\r\n");
	assert_has(raw_read(fd[0], "\r\n\r\nok"), "200 OK");
	assert_soon(stats().open == 3);
	close(fd[1]);
	assert_soon(stats().open == 2);
	assert_has(raw_get(&app, "/ok"), "\r\n\r\nok");
	close(fd[0]);
	close(fd[2]);
}

#define GET_REMOTE "GET /remote HTTP/1.1\r\nHost: a\r\n\r\n"

static int front_connect(const char *line)
{
	int fd = raw_connect(&app);

	raw_send(fd, line);
	return fd;
}

/* Clients of one front are counted by the addresses that it names; what comes from it without a name is nobody. */
static void test_front(void **state)
{
	static const char *const bad[] = {"GET /ok HTTP/1.1\r\nHost: a\r\n\r\n",
		"PROXY TCP4 192.0.2.1\r\n", "PROXY TCP4 192.0.2.300 192.0.2.2 1 2\r\n",
		"PROXY TCP4 192.0.2.1 192.0.2.2 1 70000\r\n",
		"PROXY TCP6 192.0.2.1 192.0.2.2 1 2\r\n", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\n",
		"PROXY UDP4 192.0.2.1 192.0.2.2 1 2\r\n", "\r\n"};
	char endless[200];
	int one, again, other, net, next;

	(void)state;
	begin();
	app.options.connections_per_address = 1;
	app.options.front = "127.0.0.1";
	app_start(&app);
	one = front_connect("PROXY TCP4 192.0.2.1 198.51.100.1 51234 443\r\n" GET_REMOTE);
	assert_has(raw_read(one, "192.0.2.1"), "\r\n\r\n192.0.2.1");
	again = front_connect("PROXY TCP4 192.0.2.1 198.51.100.1 51235 443\r\n" GET_REMOTE);
	assert_string_equal(raw_read(again, NULL), "");
	other = front_connect("PROXY TCP4 192.0.2.2 198.51.100.1 51236 443\r\n" GET_REMOTE);
	assert_has(raw_read(other, "192.0.2.2"), "\r\n\r\n192.0.2.2");
	net = front_connect("PROXY TCP6 2001:db8::1 2001:db8::ff 51237 443\r\n" GET_REMOTE);
	assert_has(raw_read(net, "2001:db8::1"), "\r\n\r\n2001:db8::1");
	next = front_connect("PROXY TCP6 2001:db8::2 2001:db8::ff 51238 443\r\n" GET_REMOTE);
	assert_string_equal(raw_read(next, NULL), "");
	close(next);
	/* In pieces, and for the front itself. */
	next = front_connect("PRO");
	sleep_ms(30);
	raw_send(next, "XY UNKNOWN\r");
	sleep_ms(30);
	raw_send(next, "\n" GET_REMOTE);
	assert_has(raw_read(next, "127.0.0.1"), "\r\n\r\n127.0.0.1");
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		int fd = front_connect(bad[i]);
		assert_string_equal(raw_read(fd, NULL), "");
		close(fd);
	}
	memset(endless, 'P', sizeof(endless) - 1);
	endless[sizeof(endless) - 1] = '\0';
	int fd = front_connect(endless);
	assert_string_equal(raw_read(fd, NULL), "");
	close(fd);
	/* More that say nothing than there is room for keep nobody out. */
	int silent[LIMIT_PROXY_PENDING + 20];
	for (size_t i = 0; i < COUNT_OF(silent); i++)
		silent[i] = raw_connect(&app);
	fd = front_connect("PROXY TCP4 192.0.2.9 198.51.100.1 51234 443\r\n" GET_REMOTE);
	assert_has(raw_read(fd, "192.0.2.9"), "\r\n\r\n192.0.2.9");
	close(fd);
	for (size_t i = 0; i < COUNT_OF(silent); i++)
		close(silent[i]);
	close(one);
	close(again);
	close(other);
	close(net);
	close(next);
}

/* ---- stopping ---- */

static void *stop(void *arg)
{
	int64_t *grace = arg;

	server_stop(&app.server, *grace);
	return NULL;
}

static void test_stop_finishes_work(void **state)
{
	int slow, parked, idle, streaming;
	int64_t grace = 3000, began;
	pthread_t t;

	(void)state;
	begin();
	app_start(&app);
	idle = raw_connect(&app);
	raw_send(idle, "GET /ok HTTP/1.1\r\nHost: a\r\n\r\n");
	(void)raw_read(idle, "\r\n\r\nok");
	slow = raw_connect(&app);
	raw_send(slow, "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
	parked = raw_connect(&app);
	raw_send(parked, "GET /park?ms=60000 HTTP/1.1\r\nHost: a\r\n\r\n");
	streaming = raw_connect(&app);
	raw_send(streaming, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
	assert_soon(app.running == 1 && stats().parked == 2);
	began = mono_ms();
	assert_int_equal(pthread_create(&t, NULL, stop, &grace), 0);
	assert_has(raw_read(parked, NULL), "\r\n\r\nexpired after 1");
	assert_has(raw_read(slow, NULL), "\r\n\r\nslow");
	assert_has(raw_read(streaming, NULL), "\r\n\r\n0\r\n\r\n");
	assert_string_equal(raw_read(idle, NULL), "");
	pthread_join(t, NULL);
	assert_true(mono_ms() - began < 2000);
	assert_null(app.server);
	close(slow);
	close(parked);
	close(idle);
	close(streaming);
}

/* Without grace the sockets go at once; a running handler is still waited for. */
static void test_stop_without_grace(void **state)
{
	int slow, pouring, half;
	int64_t began;

	(void)state;
	begin();
	app_start(&app);
	slow = raw_connect(&app);
	raw_send(slow, "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
	pouring = raw_connect(&app); /* its client reads nothing */
	raw_send(pouring, "GET /stream?endless HTTP/1.1\r\nHost: a\r\n\r\n");
	half = raw_connect(&app);
	raw_send(half, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
	assert_soon(app.running == 1 && stats().requests == 3);
	began = mono_ms();
	server_stop(&app.server, 0);
	assert_true(mono_ms() - began < 2000);
	assert_int_equal(app.running, 0);
	assert_int_equal(app.ended, 1);
	assert_string_equal(raw_read(half, NULL), "");
	close(slow);
	close(pouring);
	close(half);
}

struct hammer {
	uint16_t port;
	atomic_bool over;
	atomic_uint sent;
};

/* Two requests at once, then away; refused connections are expected in the end. No asserts off the
 * main thread. */
static void *hammer(void *arg)
{
	struct hammer *h = arg;
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(h->port)};
	const char two[] = "GET /ok HTTP/1.1\r\nHost: a\r\n\r\n"
			   "GET /park?ms=9000 HTTP/1.1\r\nHost: a\r\n\r\n";
	char some[256];

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	while (!h->over) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

		if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0) {
			(void)send(fd, two, sizeof(two) - 1, MSG_NOSIGNAL);
			(void)recv(fd, some, sizeof(some), 0);
			h->sent++;
		}
		close(fd);
	}
	return NULL;
}

/* Stopping while requests keep coming: nothing stays suspended, or libmicrohttpd would abort. */
static void test_stop_under_load(void **state)
{
	(void)state;
	for (int round = 0; round < 6; round++) {
		struct hammer h = {0};
		pthread_t t[4];

		begin();
		app_start(&app);
		h.port = server_port(app.server);
		for (size_t i = 0; i < COUNT_OF(t); i++)
			assert_int_equal(pthread_create(&t[i], NULL, hammer, &h), 0);
		assert_soon(h.sent > 50);
		server_stop(&app.server, round % 2 == 0 ? 0 : 1000);
		h.over = true;
		for (size_t i = 0; i < COUNT_OF(t); i++)
			pthread_join(t[i], NULL);
	}
}

static void test_stop_null(void **state)
{
	struct server *none = NULL;

	(void)state;
	begin();
	server_stop(&none, 10);
	assert_null(none);
}

/* ---- starting ---- */

static void test_start_fails(void **state)
{
	struct server *second = (struct server *)&app;
	struct server_options o;
	struct why why = {0};

	(void)state;
	begin();
	app_start(&app);
	o = app.options;
	o.port = server_port(app.server);
	assert_int_equal(server_start(&second, &o, &why), E_NET);
	assert_has(why.text, "in use");
	o.port = 0;
	o.address = "not an address";
	assert_int_equal(server_start(&second, &o, &why), E_USAGE);
	o.address = NULL;
	o.cert_pem = SLICE("x");
	assert_int_equal(server_start(&second, &o, &why), E_USAGE);
	o.key_pem = SLICE("y");
	assert_int_equal(server_start(&second, &o, &why), E_NET);
	o.cert_pem = o.key_pem = SLICE_NONE;
	o.client_cert = true;
	assert_int_equal(server_start(&second, &o, &why), E_USAGE);
	assert_ptr_equal(second, &app); /* untouched on failure */
}

static void test_given_socket(void **state)
{
	struct app inner;
	struct sockaddr_in to = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	begin();
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (const struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(listen(fd, 8), 0);
	app_init(&inner);
	inner.options.fd = fd;
	app_start(&inner);
	assert_has(raw_get(&inner, "/ok"), "\r\n\r\nok");
	app_finish(&inner);
}

static void test_v6(void **state)
{
	struct client *c;
	static const char *const six[] = {"::1"};
	struct client_answer answer;
	struct buf got CLEANUP_BUF = BUF(1000);
	char url[64];

	(void)state;
	begin();
	app.options.address = "::1";
	struct why why = {0};
	if (server_start(&app.server, &app.options, &why) < 0) {
		print_message("[  SKIPPED ] no IPv6 loopback here: %s\n", why.text);
		skip();
	}
	snprintf(url, sizeof(url), "http://[::1]:%u/ok", server_port(app.server));
	c = client_new(
		&(struct client_options){.allow = six, .n_allow = 1, .allow_plain_http = true});
	struct client_call call = {.method = "GET", .url = url, .answer_max = 10};
	assert_int_equal(client_request(c, &call, &answer, &got, NULL), 0);
	assert_string_equal(buf_cstr(&got), "ok");
	client_free(&c);
}

/* ---- shared bytes ---- */

static void test_shared(void **state)
{
	struct buf b = BUF(10);
	struct shared *s, *t;

	(void)state;
	begin();
	buf_str(&b, "abc");
	s = shared_new(&b);
	assert_int_equal(b.n, 0);
	assert_null(b.p);
	t = shared_ref(s);
	shared_drop(&s);
	assert_null(s);
	assert_slice(shared_bytes(t), "abc");
	shared_drop(&t);
	shared_drop(&t); /* NULL is fine */
}

#define unit(name) cmocka_unit_test_teardown(name, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		unit(test_simple),
		unit(test_query),
		unit(test_headers),
		unit(test_broken_off),
		unit(test_bodies),
		unit(test_spool),
		unit(test_spool_reserve),
		unit(test_park_expires),
		unit(test_park_wakes),
		unit(test_park_client_gone),
		unit(test_park_storm),
		unit(test_stream),
		unit(test_stream_client_gone),
		unit(test_deadlines),
		unit(test_caps),
		unit(test_front),
		unit(test_stop_finishes_work),
		unit(test_stop_without_grace),
		unit(test_stop_under_load),
		unit(test_stop_null),
		unit(test_start_fails),
		unit(test_given_socket),
		unit(test_v6),
		unit(test_shared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
