/* mail.c: see mail.h. */
#include "net/mail.h"

#include "base/enc.h"
#include "base/limits.h"
#include "base/report.h"

#include <curl/curl.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#define LINE_BYTES 57 /* make 76 characters of base64 (RFC 2045 §6.8) */
#define WORD_BYTES 42 /* of one encoded-word, at most 75 characters (RFC 2047 §2) */

/* ---- the text ---- */

static bool plain(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] >= 0x7f)
			return false;
	return slice_search(s, SLICE("=?")) < 0;
}

/* A character is not cut in two. */
static size_t word_end(struct slice s)
{
	size_t n = s.n < WORD_BYTES ? s.n : WORD_BYTES;
	while (n < s.n && n > 1 && (s.p[n] & 0xc0) == 0x80)
		n--;
	return n;
}

static void header_text(struct buf *b, const char *name, struct slice value)
{
	buf_addf(b, "%s: ", name);
	if (plain(value) && value.n < 900) {
		buf_slice_add(b, value);
		buf_str(b, "\r\n");
		return;
	}
	for (bool first = true; value.n > 0; first = false) {
		size_t n = word_end(value);
		buf_str(b, first ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?");
		buf_base64(b, value.p, n);
		buf_str(b, "?=");
		value = slice_sub(value, n, value.n);
	}
	buf_str(b, "\r\n");
}

static void header_date(struct buf *b, int64_t ms)
{
	static const char *const day[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char *const month[] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t t = (time_t)(ms / 1000);
	struct tm tm;
	if (!gmtime_r(&t, &tm))
		return;
	buf_addf(b, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", day[tm.tm_wday], tm.tm_mday,
		month[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

void mail_print(const struct mail_text *m, struct buf *b)
{
	struct slice rest = m->body;
	header_text(b, "From", m->from);
	header_text(b, "To", m->to);
	header_text(b, "Subject", m->subject);
	header_date(b, m->time_ms);
	buf_addf(b, "Message-ID: <%s>\r\n", m->message_id);
	if (m->thread_id)
		buf_addf(
			b, "In-Reply-To: <%s>\r\nReferences: <%s>\r\n", m->thread_id, m->thread_id);
	buf_addf(b, "Entente-Mode: %s\r\nAuto-Submitted: auto-generated\r\n", m->mode);
	buf_str(b, "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
		   "Content-Transfer-Encoding: base64\r\n\r\n");
	while (rest.n > 0) {
		size_t n = rest.n < LINE_BYTES ? rest.n : LINE_BYTES;
		buf_base64(b, rest.p, n);
		buf_str(b, "\r\n");
		rest = slice_sub(rest, n, rest.n);
	}
}

/* ---- handing it in ---- */

static void curl_once(void)
{
	MUST(curl_global_init(CURL_GLOBAL_DEFAULT) == 0);
}

struct reading {
	struct slice rest;
};

static size_t give(char *to, size_t one, size_t n, void *ctx)
{
	struct reading *r = ctx;
	size_t take = one * n < r->rest.n ? one * n : r->rest.n;
	if (take)
		memcpy(to, r->rest.p, take);
	r->rest = slice_sub(r->rest, take, r->rest.n);
	return take;
}

#define SET(option, value) MUST(curl_easy_setopt(easy, (option), (value)) == CURLE_OK)

static void set_relay(CURL *easy, const struct mail_relay *r)
{
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_URL, r->url);
	SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_TIMEOUT_MS, (long)r->deadline_ms);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)LIMIT_CONNECT_MS);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_USE_SSL, (long)(r->clear ? CURLUSESSL_NONE : CURLUSESSL_ALL));
	if (r->ca_file)
		SET(CURLOPT_CAINFO, r->ca_file);
	if (r->user)
		SET(CURLOPT_USERNAME, r->user);
	if (r->password)
		SET(CURLOPT_PASSWORD, r->password);
}

int mail_send(const struct mail_relay *r, struct slice from, struct slice to, struct slice text,
	long *ret_code, struct why *why)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	char detail[CURL_ERROR_SIZE] = "", sender[300], reader[300];
	struct reading reading = {text};
	MUST(from.n < 290 && to.n < 290);
	snprintf(sender, sizeof(sender), "<%.*s>", SLICE_FMT(from));
	snprintf(reader, sizeof(reader), "<%.*s>", SLICE_FMT(to));
	pthread_once(&once, curl_once);
	CURL *easy = curl_easy_init();
	struct curl_slist *list = curl_slist_append(NULL, reader);
	MUST(easy && list);
	set_relay(easy, r);
	SET(CURLOPT_MAIL_FROM, sender);
	SET(CURLOPT_MAIL_RCPT, list);
	SET(CURLOPT_READFUNCTION, give);
	SET(CURLOPT_READDATA, &reading);
	SET(CURLOPT_UPLOAD, 1L);
	SET(CURLOPT_ERRORBUFFER, detail);
	CURLcode code = curl_easy_perform(easy);
	*ret_code = 0;
	(void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, ret_code);
	curl_slist_free_all(list);
	curl_easy_cleanup(easy);
	if (code == CURLE_OK)
		return 0;
	return why_set(why, E_NET, "mail", "%s", detail[0] ? detail : curl_easy_strerror(code));
}
