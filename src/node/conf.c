/* conf.c: see conf.h. */
#include "node/conf.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/report.h"

#include <arpa/inet.h>

#define CONF_POLL_MS_MIN 100
#define CONF_LABEL_MAX	 64

struct conf_line {
	struct conf *conf;
	struct slice value;
	unsigned no;
};

static int line_bad(const struct conf_line *l, struct why *why, const char *text)
{
	char where[32];

	snprintf(where, sizeof(where), "line %u", l->no);
	return why_set(why, E_SYNTAX, where, "%s", text);
}

/* Each setting once: of two values for one key, one is a mistake. */
static int take_string(const struct conf_line *l, const char **ret, struct why *why)
{
	if (*ret)
		return line_bad(l, why, "this setting is here for the second time");
	*ret = arena_string(&l->conf->arena, l->value);
	return 0;
}

static int take_label(const struct conf_line *l, struct why *why)
{
	if (l->value.n > CONF_LABEL_MAX)
		return line_bad(l, why, "a label is at most 64 bytes");
	return take_string(l, &l->conf->label, why);
}

static int take_database(const struct conf_line *l, struct why *why)
{
	if (!slice_starts(l->value, "sqlite:") && !slice_starts(l->value, "postgres://") &&
		!slice_starts(l->value, "postgresql://"))
		return line_bad(l, why, "database must be sqlite:PATH or postgres://…");
	return take_string(l, &l->conf->database, why);
}

static int take_address(const struct conf_line *l, const char **ret, struct why *why)
{
	char host[64];
	uint16_t port;
	int rc = take_string(l, ret, why);

	if (rc < 0)
		return rc;
	if (listen_parse(*ret, host, &port, NULL) < 0)
		return line_bad(l, why, "expected address:port, like 127.0.0.1:8470 or [::1]:8470");
	return 0;
}

static int take_listen(const struct conf_line *l, struct why *why)
{
	return take_address(l, &l->conf->listen, why);
}

static int take_peer_listen(const struct conf_line *l, struct why *why)
{
	return take_address(l, &l->conf->peer_listen, why);
}

/* Kept as the system writes it: it is compared with what comes. */
static int take_peer_front(const struct conf_line *l, struct why *why)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr a;

	if (l->conf->peer_front)
		return line_bad(l, why, "this setting stands twice");
	if (l->value.n >= sizeof(text))
		return line_bad(l, why, "peer-front is the address of a front, like 127.0.0.1");
	snprintf(text, sizeof(text), "%.*s", SLICE_FMT(l->value));
	int family = inet_pton(AF_INET, text, &a) == 1 ? AF_INET : AF_INET6;
	if (inet_pton(family, text, &a) != 1)
		return line_bad(l, why, "peer-front is the address of a front, like 127.0.0.1");
	MUST(inet_ntop(family, &a, text, sizeof(text)));
	l->conf->peer_front = arena_string(&l->conf->arena, slice_str(text));
	return 0;
}

static int take_allow(const struct conf_line *l, struct why *why)
{
	struct conf *c = l->conf;

	if (c->n_allow == CONF_ALLOW_MAX)
		return line_bad(l, why, "too many allowed ranges");
	c->allow[c->n_allow++] = arena_string(&c->arena, l->value);
	return 0;
}

static int take_number(
	const struct conf_line *l, uint64_t min, uint64_t max, uint64_t *ret, struct why *why)
{
	uint64_t v;

	if (slice_u64(l->value, &v) < 0 || v < min || v > max)
		return line_bad(l, why, "the number is out of its range");
	*ret = v;
	return 0;
}

static int take_poll(const struct conf_line *l, struct why *why)
{
	uint64_t v = 0;
	int rc = take_number(l, CONF_POLL_MS_MIN, LIMIT_LONG_POLL_MS, &v, why);

	if (rc == 0)
		l->conf->poll_ms = (int64_t)v;
	return rc;
}

static int take_connections(const struct conf_line *l, struct why *why)
{
	uint64_t v = 0;
	int rc = take_number(l, 1, LIMIT_CONNECTIONS, &v, why);

	if (rc == 0)
		l->conf->connections = (unsigned)v;
	return rc;
}

static int take_file_day(const struct conf_line *l, struct why *why)
{
	return take_number(l, 0, INT64_MAX / 2, &l->conf->file_day_bytes, why);
}

static int take_disk_reserve(const struct conf_line *l, struct why *why)
{
	return take_number(l, 0, INT64_MAX / 2, &l->conf->disk_reserve_bytes, why);
}

static const char *const tls_names[] = {"no", "yes", "client-cert", "front"};

const char *conf_tls_name(enum conf_tls t)
{
	return tls_names[t];
}

static int take_tls(const struct conf_line *l, struct why *why)
{
	for (unsigned i = 0; i < sizeof(tls_names) / sizeof(*tls_names); i++)
		if (slice_is(l->value, tls_names[i])) {
			l->conf->tls = (enum conf_tls)i;
			return 0;
		}
	return line_bad(l, why, "tls is no, yes, client-cert or front");
}

static int take_public(const struct conf_line *l, struct why *why)
{
	if (!slice_is(l->value, "on") && !slice_is(l->value, "off"))
		return line_bad(l, why, "public is on or off");
	l->conf->is_public = slice_is(l->value, "on");
	return 0;
}

static int take_text(const struct conf_line *l, const char **ret, struct why *why)
{
	if (*ret)
		return line_bad(l, why, "this setting stands twice");
	for (size_t i = 0; i < l->value.n; i++)
		if (l->value.p[i] < ' ' || l->value.p[i] == 0x7f)
			return line_bad(l, why, "a control character");
	*ret = arena_string(&l->conf->arena, l->value);
	return 0;
}

static bool is_local(struct slice url)
{
	return slice_starts(url, "smtp://127.") || slice_starts(url, "smtp://localhost:") ||
	       slice_starts(url, "smtp://[::1]");
}

static int take_mail(const struct conf_line *l, struct why *why)
{
	if (!slice_starts(l->value, "smtp://") && !slice_starts(l->value, "smtps://"))
		return line_bad(l, why, "mail is smtp://host:port or smtps://host:port");
	return take_text(l, &l->conf->mail, why);
}

static int take_starttls(const struct conf_line *l, struct why *why)
{
	if (!slice_is(l->value, "yes") && !slice_is(l->value, "no"))
		return line_bad(l, why, "mail-starttls is yes or no");
	l->conf->mail_clear = slice_is(l->value, "no");
	return 0;
}

#define TEXT_TAKER(name)                                                                           \
	static int take_##name(const struct conf_line *l, struct why *why)                         \
	{                                                                                          \
		return take_text(l, &l->conf->name, why);                                          \
	}
TEXT_TAKER(mail_from)
TEXT_TAKER(mail_user)
TEXT_TAKER(mail_password_file)
TEXT_TAKER(mail_ca)
TEXT_TAKER(mail_ceiling)

static int take_link(const struct conf_line *l, struct why *why)
{
	if ((!slice_starts(l->value, "https://") && !slice_starts(l->value, "http://")) ||
		slice_ends(l->value, "/"))
		return line_bad(l, why, "link is https://host, without a slash at its end");
	return take_text(l, &l->conf->link, why);
}

static int take_domain(const struct conf_line *l, struct why *why)
{
	struct conf *c = l->conf;
	if (c->n_mail_domain == CONF_DOMAINS_MAX)
		return line_bad(l, why, "too many mail-domain lines");
	c->mail_domain[c->n_mail_domain] = NULL;
	return take_text(l, &c->mail_domain[c->n_mail_domain++], why);
}

/* What one line alone does not show. */
static int mail_check(const struct conf *c, struct why *why)
{
	if (c->mail && !c->mail_from)
		return why_set(why, E_SYNTAX, "mail-from", "is needed with mail");
	if (c->mail && c->mail_clear && !is_local(slice_str(c->mail)))
		return why_set(why, E_SYNTAX, "mail-starttls",
			"mail goes unprotected to this machine only");
	return 0;
}

static const struct {
	const char *key;
	int (*take)(const struct conf_line *l, struct why *why);
} settings[] = {
	{"label", take_label},
	{"database", take_database},
	{"listen", take_listen},
	{"peer-listen", take_peer_listen},
	{"peer-front", take_peer_front},
	{"allow", take_allow},
	{"poll-ms", take_poll},
	{"connections", take_connections},
	{"file-bytes-per-day", take_file_day},
	{"disk-reserve-bytes", take_disk_reserve},
	{"tls", take_tls},
	{"public", take_public},
	{"mail", take_mail},
	{"mail-from", take_mail_from},
	{"mail-starttls", take_starttls},
	{"mail-user", take_mail_user},
	{"mail-password-file", take_mail_password_file},
	{"mail-ca", take_mail_ca},
	{"mail-domain", take_domain},
	{"mail-ceiling", take_mail_ceiling},
	{"link", take_link},
};

static int line_take(struct conf *c, struct slice line, unsigned no, struct why *why)
{
	struct conf_line l = {.conf = c, .no = no};
	struct slice key = SLICE_NONE, rest = line;

	if (!slice_cut_exact(&rest, ' ', &key))
		return line_bad(&l, why, "expected \"key value\"");
	l.value = slice_trim(rest);
	if (l.value.n == 0 || memchr(l.value.p, 0, l.value.n))
		return line_bad(&l, why, "the value is empty or has a NUL in it");
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		if (slice_is(key, settings[i].key))
			return settings[i].take(&l, why);
	if (slice_starts(key, "oidc")) {
		struct why told = {0};
		int rc = conf_oidc_take(c, key, l.value, &told);

		if (rc != E_MISSING)
			return rc < 0 ? line_bad(&l, why, told.text) : 0;
	}
	return line_bad(&l, why, "no such setting");
}

int conf_parse(struct conf *ret, struct slice text, struct why *why)
{
	struct conf c = {.arena = ARENA(256 * KIB),
		.file_day_bytes = LIMIT_FILE_DAY_BYTES,
		.disk_reserve_bytes = LIMIT_DISK_RESERVE};
	struct slice rest = text, line;
	int rc = 0;

	for (unsigned no = 1; rc == 0 && slice_cut(&rest, '\n', &line); no++) {
		line = slice_trim(line);
		if (line.n > 0 && line.p[0] != '#')
			rc = line_take(&c, line, no, why);
	}
	if (rc == 0 && !c.label)
		rc = why_set(why, E_SYNTAX, "label", "the settings name no label");
	if (rc == 0)
		rc = conf_oidc_check(&c.oidc, why);
	if (rc == 0)
		rc = mail_check(&c, why);
	if (rc < 0) {
		conf_free(&c);
		return rc;
	}
	c.database = c.database ? c.database : "sqlite:node.db";
	c.listen = c.listen ? c.listen : CONF_LISTEN;
	c.peer_listen = c.peer_listen ? c.peer_listen : CONF_PEER_LISTEN;
	c.poll_ms = c.poll_ms ? c.poll_ms : LIMIT_LONG_POLL_MS;
	c.connections = c.connections ? c.connections : 1024;
	*ret = c;
	return 0;
}

void conf_print(const struct conf *c, struct buf *b)
{
	buf_addf(b, "label %s\ndatabase %s\nlisten %s\npeer-listen %s\n", c->label, c->database,
		c->listen, c->peer_listen);
	if (c->peer_front)
		buf_addf(b, "peer-front %s\n", c->peer_front);
	for (size_t i = 0; i < c->n_allow; i++)
		buf_addf(b, "allow %s\n", c->allow[i]);
	buf_addf(b, "poll-ms %lld\nconnections %u\n", (long long)c->poll_ms, c->connections);
	if (c->file_day_bytes != LIMIT_FILE_DAY_BYTES)
		buf_addf(b, "file-bytes-per-day %llu\n", (unsigned long long)c->file_day_bytes);
	if (c->disk_reserve_bytes != LIMIT_DISK_RESERVE)
		buf_addf(b, "disk-reserve-bytes %llu\n", (unsigned long long)c->disk_reserve_bytes);
	if (c->tls != CONF_TLS_NO)
		buf_addf(b, "tls %s\n", tls_names[c->tls]);
	conf_oidc_print(&c->oidc, b);
	if (c->is_public)
		buf_str(b, "public on\n");
	const struct {
		const char *key, *value;
	} text[] = {{"mail", c->mail}, {"mail-from", c->mail_from}, {"mail-user", c->mail_user},
		{"mail-password-file", c->mail_password_file}, {"mail-ca", c->mail_ca},
		{"mail-ceiling", c->mail_ceiling}, {"link", c->link},
		{"mail-starttls", c->mail_clear ? "no" : NULL}};
	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++)
		if (text[i].value)
			buf_addf(b, "%s %s\n", text[i].key, text[i].value);
	for (size_t i = 0; i < c->n_mail_domain; i++)
		buf_addf(b, "mail-domain %s\n", c->mail_domain[i]);
}

void conf_free(struct conf *c)
{
	arena_free(&c->arena);
	*c = (struct conf){0};
}

int listen_parse(const char *text, char ret_host[64], uint16_t *ret_port, struct why *why)
{
	struct slice rest = slice_str(text), host = SLICE_NONE;
	uint64_t port;
	bool ok;

	if (slice_take(&rest, "["))
		ok = slice_cut_exact(&rest, ']', &host) && slice_take(&rest, ":");
	else
		ok = slice_cut_exact(&rest, ':', &host);
	if (!ok || host.n == 0 || host.n > 63 || slice_u64(rest, &port) < 0 || port > 65535)
		return why_set(why, E_SYNTAX, text,
			"expected address:port, like 127.0.0.1:8470 or [::1]:8470");
	memcpy(ret_host, host.p, host.n);
	ret_host[host.n] = '\0';
	*ret_port = (uint16_t)port;
	return 0;
}
