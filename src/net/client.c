#include "net/client.h"

#include "base/enc.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/report.h"
#include "net/guard.h"

#include <curl/curl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENT_MAGIC = 0x434c4e54, CLIENT_POLL_MS = 100, PIN_TEXT = 8 + BASE64_LEN(32) + 1 };

struct client {
	uint32_t magic;
	CURLM *multi;	     /* owned; keeps the connection between calls */
	CURL *easy;	     /* owned */
	char *pins;	     /* owned: "sha256//…;sha256//…", or NULL */
	int cert_fd, key_fd; /* owned: memory files with the PEM texts; -1: none */
	char **allow;	     /* owned, each string too */
	size_t n_allow;
	bool allow_plain_http, anybody;

	/* The call that is running. */
	const struct client_call *call;
	struct client_answer *answer;
	struct buf *body;
	uint64_t received, heard; /* bytes of the body; as many as there were at heard_ms */
	int64_t heard_ms;	  /* since the call began */
	size_t head_bytes;
	struct why failed; /* why we broke it off ourselves */
};

static void curl_once(void)
{
	MUST(curl_global_init(CURL_GLOBAL_DEFAULT) == 0);
}

/*
 * libcurl's GnuTLS flavour reads certificates from files only, so the texts live in files that
 * exist in memory and have no name outside this process.
 */
static int memory_file(const char *name, struct slice text)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	MUST(fd >= 0);
	MUST(fd_write_all(fd, text.p, text.n) == 0);
	return fd;
}

static char *pins_text(const struct hash *pins, size_t n)
{
	struct buf b CLEANUP_BUF = BUF((n + 1) * PIN_TEXT);

	for (size_t i = 0; i < n; i++) {
		buf_str(&b, i == 0 ? "sha256//" : ";sha256//");
		buf_base64(&b, pins[i].b, sizeof(pins[i].b));
	}
	MUST(!buf_over(&b));
	return mem_string(b.p, b.n);
}

struct client *client_new(const struct client_options *o)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct client *c = mem_new(struct client);

	pthread_once(&once, curl_once);
	MUST((o->cert_pem.n == 0) == (o->key_pem.n == 0));
	c->magic = CLIENT_MAGIC;
	c->cert_fd = c->key_fd = -1;
	if (o->n_pins > 0)
		c->pins = pins_text(o->pins, o->n_pins);
	if (o->cert_pem.n > 0) {
		c->cert_fd = memory_file("certificate", o->cert_pem);
		c->key_fd = memory_file("key", o->key_pem);
	}
	c->allow = mem_zero_alloc(o->n_allow + 1, sizeof(*c->allow));
	for (; c->n_allow < o->n_allow; c->n_allow++)
		c->allow[c->n_allow] =
			mem_string(o->allow[c->n_allow], strlen(o->allow[c->n_allow]));
	c->allow_plain_http = o->allow_plain_http;
	c->anybody = o->anybody;
	c->multi = curl_multi_init();
	c->easy = curl_easy_init();
	MUST(c->multi != NULL && c->easy != NULL);
	return c;
}

void client_free(struct client **p)
{
	struct client *c = *p;

	*p = NULL;
	if (c == NULL)
		return;
	MUST(c->magic == CLIENT_MAGIC);
	curl_easy_cleanup(c->easy);
	curl_multi_cleanup(c->multi);
	if (c->cert_fd >= 0)
		close(c->cert_fd);
	if (c->key_fd >= 0)
		close(c->key_fd);
	for (size_t i = 0; i < c->n_allow; i++)
		mem_free(c->allow[i]);
	mem_free(c->allow);
	mem_free(c->pins);
	c->magic = 0;
	mem_free(c);
}

/* Called with the very address that is about to be connected to: nothing can change in between. */
static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct client *c = ctx;

	(void)purpose;
	if (!address_allowed(&a->addr, (const char *const *)c->allow, c->n_allow)) {
		(void)why_set(&c->failed, E_DENIED, "address",
			"the partner's name leads to an address that is not public: if it is meant, entente.conf needs a line: allow RANGE");
		return CURL_SOCKET_BAD;
	}
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

static void copy_value(char *ret, size_t size, struct slice value)
{
	if (value.n < size)
		snprintf(ret, size, "%.*s", SLICE_FMT(value));
}

/* RFC 9110 §5.5: no CR, LF or NUL within a field, and nothing else that is only there to be taken for a line's end further on. */
static bool is_clean(struct slice line)
{
	for (size_t i = 0; i < line.n; i++)
		if ((line.p[i] < 0x20 && line.p[i] != '\t') || line.p[i] == 0x7f)
			return false;
	return true;
}

static size_t take_header(char *p, size_t one, size_t n, void *ctx)
{
	struct client *c = ctx;
	struct slice value = slice_of(p, n * one), name;

	c->head_bytes += value.n;
	if (c->head_bytes > LIMIT_CLIENT_HEAD) {
		(void)why_set(&c->failed, E_LIMIT, "header", "the answer's head is too large");
		return 0;
	}
	if (!is_clean(slice_trim(value))) {
		(void)why_set(
			&c->failed, E_NET, "header", "a control character in the answer's head");
		return 0;
	}
	if (slice_starts(value, "HTTP/")) { /* a new head: forget a 100 before it */
		*c->answer = (struct client_answer){0};
	} else if (slice_cut_exact(&value, ':', &name)) {
		value = slice_trim(value);
		if (guard_name_is(name, "ETag"))
			copy_value(c->answer->etag, sizeof(c->answer->etag), value);
		else if (guard_name_is(name, "Content-Type"))
			copy_value(c->answer->content_type, sizeof(c->answer->content_type), value);
		if (c->call->want && guard_name_is(name, c->call->want))
			copy_value(c->answer->wanted, sizeof(c->answer->wanted), value);
	}
	return n * one;
}

static bool is_success(const struct client *c)
{
	long status = 0;

	MUST(curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK);
	return status / 100 == 2;
}

static size_t take_body(char *p, size_t one, size_t n, void *ctx)
{
	struct client *c = ctx;
	struct slice piece = slice_of(p, n * one);

	c->received += piece.n;
	if (c->received > c->call->answer_max) {
		(void)why_set(&c->failed, E_LIMIT, "body", "the answer is larger than %zu bytes",
			c->call->answer_max);
		return 0;
	}
	/* What is said with a refusal is no part of what was asked for. */
	if (c->call->sink != NULL && !is_success(c))
		return piece.n;
	if (c->call->sink != NULL) {
		if (c->call->sink(c->call->sink_ctx, piece) == 0)
			return piece.n;
		(void)why_set(&c->failed, E_NET, "body", "the answer was not wanted any more");
		return 0;
	}
	buf_slice_add(c->body, piece);
	if (!buf_over(c->body))
		return piece.n;
	(void)why_set(&c->failed, E_LIMIT, "body", "the answer does not fit");
	return 0;
}

#define SET(option, value) MUST(curl_easy_setopt(c->easy, (option), (value)) == CURLE_OK)

/* Who the partner is: the pinned key and nothing else, or, without pins, what the system's CAs say.
 */
static void set_trust(struct client *c)
{
	char path[32];

	if (c->pins != NULL) {
		SET(CURLOPT_PINNEDPUBLICKEY, c->pins);
		SET(CURLOPT_SSL_VERIFYPEER, 0L);
		SET(CURLOPT_SSL_VERIFYHOST, 0L);
		SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_3);
	} else {
		SET(CURLOPT_SSL_VERIFYPEER, c->anybody ? 0L : 1L);
		SET(CURLOPT_SSL_VERIFYHOST, c->anybody ? 0L : 2L);
		SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	}
	SET(CURLOPT_SSL_SESSIONID_CACHE, 0L);
	if (c->cert_fd < 0)
		return;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", c->cert_fd);
	SET(CURLOPT_SSLCERT, path);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", c->key_fd);
	SET(CURLOPT_SSLKEY, path);
}

static int64_t deadline_of(const struct client_call *call)
{
	return call->deadline_ms > 0 ? call->deadline_ms : 30000;
}

static void set_manners(struct client *c, int64_t deadline_ms)
{
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_PROTOCOLS_STR, c->allow_plain_http ? "https,http" : "https");
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_NOPROXY, "*");
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	SET(CURLOPT_HTTP09_ALLOWED, 0L);
	SET(CURLOPT_USERAGENT, "entente");
	SET(CURLOPT_TIMEOUT_MS, c->call->patient ? 0L : (long)deadline_ms);
	SET(CURLOPT_CONNECTTIMEOUT_MS,
		(long)(deadline_ms < LIMIT_CONNECT_MS ? deadline_ms : LIMIT_CONNECT_MS));
	SET(CURLOPT_EXPECT_100_TIMEOUT_MS, 0L);
	SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
	SET(CURLOPT_OPENSOCKETDATA, c);
	SET(CURLOPT_HEADERFUNCTION, take_header);
	SET(CURLOPT_HEADERDATA, c);
	SET(CURLOPT_WRITEFUNCTION, take_body);
	SET(CURLOPT_WRITEDATA, c);
}

static struct curl_slist *add(struct curl_slist *list, const char *line)
{
	struct curl_slist *more = curl_slist_append(list, line);

	MUST(more != NULL);
	return more;
}

static struct curl_slist *headers(const struct client_call *call)
{
	struct curl_slist *list = add(NULL, "Expect:");

	if (call->content_type != NULL) {
		struct buf line CLEANUP_BUF = BUF(1 * KIB);

		buf_addf(&line, "Content-Type: %s", call->content_type);
		MUST(!buf_over(&line));
		list = add(list, buf_cstr(&line));
	}
	for (size_t i = 0; call->headers != NULL && call->headers[i] != NULL; i++) {
		MUST(is_clean(slice_str(call->headers[i]))); /* client_request asked */
		list = add(list, call->headers[i]);
	}
	return list;
}

static void set_call(struct client *c, const struct client_call *call)
{
	bool has_body = strcmp(call->method, "POST") == 0 || strcmp(call->method, "PUT") == 0 ||
			call->body.n > 0;

	if (strcmp(call->method, "HEAD") == 0) {
		SET(CURLOPT_NOBODY, 1L);
	} else if (has_body) {
		SET(CURLOPT_POST, 1L);
		SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.n);
		SET(CURLOPT_POSTFIELDS, call->body.n > 0 ? (const char *)call->body.p : "");
	}
	SET(CURLOPT_CUSTOMREQUEST, call->method);
	if (call->answer_max < INT64_MAX)
		SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)call->answer_max);
}

/* Silence, or a trickle: each byte buys its share of time at the slowest rate we put up with. */
static bool out_of_patience(struct client *c)
{
	int64_t deadline = deadline_of(c->call), now;
	curl_off_t us = 0;

	MUST(curl_easy_getinfo(c->easy, CURLINFO_TOTAL_TIME_T, &us) == CURLE_OK);
	now = us / 1000;
	if (c->received != c->heard) {
		c->heard = c->received;
		c->heard_ms = now;
	}
	return now - c->heard_ms > deadline ||
	       now > deadline + (int64_t)(c->received / LIMIT_BODY_RATE * 1000);
}

/* Runs until libcurl is done; asks `stop` in between. */
static CURLcode perform(struct client *c)
{
	CURLcode result = CURLE_OK;
	int running = 1, left;
	CURLMsg *m;

	while (running > 0) {
		if (c->call->stop != NULL && c->call->stop(c->call->stop_ctx)) {
			(void)why_set(&c->failed, E_NET, "", "stopped");
			return CURLE_ABORTED_BY_CALLBACK;
		}
		MUST(curl_multi_perform(c->multi, &running) == CURLM_OK);
		if (running > 0 && c->call->patient && out_of_patience(c))
			return CURLE_OPERATION_TIMEDOUT;
		if (running > 0)
			MUST(curl_multi_poll(c->multi, NULL, 0, CLIENT_POLL_MS, NULL) == CURLM_OK);
	}
	while ((m = curl_multi_info_read(c->multi, &left)) != NULL)
		if (m->msg == CURLMSG_DONE)
			result = m->data.result;
	return result;
}

/* Refused by libcurl before anything was sent: then it was the URL. The same codes are used for odd
 * answers. */
static bool url_refused(struct client *c, CURLcode code)
{
	curl_off_t sent_at = 0;

	if (code != CURLE_UNSUPPORTED_PROTOCOL && code != CURLE_URL_MALFORMAT &&
		code != CURLE_LOGIN_DENIED)
		return false;
	return curl_easy_getinfo(c->easy, CURLINFO_PRETRANSFER_TIME_T, &sent_at) == CURLE_OK &&
	       sent_at == 0;
}

static int explain(struct client *c, CURLcode code, const char *detail, struct why *why)
{
	if (c->failed.code != 0)
		return why_set(why, c->failed.code, c->failed.where, "%s", c->failed.text);
	if (code == CURLE_SSL_PINNEDPUBKEYNOTMATCH)
		return why_set(
			why, E_DENIED, "tls", "the partner shows a key that is not the pinned one");
	if (code == CURLE_FILESIZE_EXCEEDED)
		return why_set(why, E_LIMIT, "body", "the answer is larger than %zu bytes",
			c->call->answer_max);
	if (code == CURLE_OPERATION_TIMEDOUT)
		return why_set(why, E_NET, "", "no answer within the deadline");
	if (url_refused(c, code))
		return why_set(
			why, E_DENIED, "url", "not an https URL that may be called: %s", detail);
	return why_set(why, E_NET, "", "%s", detail[0] != '\0' ? detail : curl_easy_strerror(code));
}

static void finish(struct client *c, struct client_answer *ret)
{
	long status = 0;

	*ret = *c->answer;
	if (curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK)
		ret->status = (unsigned)status;
}

int client_request(struct client *c, const struct client_call *call, struct client_answer *ret,
	struct buf *body, struct why *why)
{
	char detail[CURL_ERROR_SIZE] = "";
	struct client_answer answer = {0};
	struct curl_slist *list;
	CURLcode code;
	int rc = 0;

	MUST(c != NULL && c->magic == CLIENT_MAGIC && call->answer_max > 0);
	MUST(call->sink != NULL || body != NULL);
	for (size_t i = 0; call->headers != NULL && call->headers[i] != NULL; i++)
		if (!is_clean(slice_str(call->headers[i])))
			return why_set(why, E_INVALID, "header",
				"a control character in a header to be sent");
	c->call = call;
	c->answer = &answer;
	c->body = body;
	c->received = c->heard = 0;
	c->heard_ms = 0;
	c->head_bytes = 0;
	c->failed = (struct why){0};
	curl_easy_reset(c->easy); /* keeps connections */
	list = headers(call);
	set_trust(c);
	set_manners(c, deadline_of(call));
	set_call(c, call);
	SET(CURLOPT_URL, call->url);
	SET(CURLOPT_HTTPHEADER, list);
	SET(CURLOPT_ERRORBUFFER, detail);
	MUST(curl_multi_add_handle(c->multi, c->easy) == CURLM_OK);
	code = perform(c);
	if (code == CURLE_OK)
		finish(c, ret);
	else
		rc = explain(c, code, detail, why);
	MUST(curl_multi_remove_handle(c->multi, c->easy) == CURLM_OK);
	SET(CURLOPT_ERRORBUFFER, NULL);
	curl_slist_free_all(list);
	c->call = NULL;
	c->answer = NULL;
	c->body = NULL;
	return rc;
}
