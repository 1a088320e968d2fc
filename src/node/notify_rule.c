/* notify_rule.c: what each person wants to be told, and where. */
#include "node/notify.h"

#include "base/limits.h"
#include "base/report.h"

#include <ctype.h>
#include <strings.h>

#define ADDRESS_MAX 254 /* RFC 5321 §4.5.3.1.3 */
#define LOCAL_MAX   64

/* A dot-atom at a host name: what is mailed to is a person at an organisation, not a route or a quoted string. */
bool mail_address_valid(struct slice a)
{
	ptrdiff_t at = slice_find(a, '@');
	if (a.n > ADDRESS_MAX || at < 1 || at > LOCAL_MAX)
		return false;
	struct slice host = slice_sub(a, (size_t)at + 1, a.n);
	for (size_t i = 0; i < (size_t)at; i++)
		if (!isalnum(a.p[i]) && !(a.p[i] && strchr("!#$%&'*+-/=?^_`{|}~.", a.p[i])))
			return false;
	for (size_t i = 0; i < host.n; i++)
		if (!isalnum(host.p[i]) && host.p[i] != '-' && host.p[i] != '.')
			return false;
	return host.n > 0 && host.p[0] != '-' && host.p[0] != '.' && host.p[host.n - 1] != '.' &&
	       a.p[0] != '.' && a.p[0] != '-' && a.p[at - 1] != '.' &&
	       slice_search(a, SLICE("..")) < 0;
}

static int mail_get(
	struct db *db, int64_t account, struct arena *arena, struct slice *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT mail FROM notify_person WHERE account = $1");
	db_bind_i64(s, 1, account);
	int rc = db_step(s, why);
	*ret = rc == DB_ROW ? arena_copy(arena, db_text(s, 0)) : SLICE("");
	db_reset(s);
	return rc < 0 ? rc : 0;
}

int notify_get(struct db *db, int64_t account, struct arena *arena, struct notify_person *ret,
	struct why *why)
{
	struct stmt *s;
	*ret = (struct notify_person){.account = account};
	int rc = mail_get(db, account, arena, &ret->mail, why);
	if (rc < 0)
		return rc;
	s = db_stmt(db,
		"SELECT area, browser, play, mail_min, deputy, deputy_min FROM notify_rule WHERE account = $1 ORDER BY area");
	db_bind_i64(s, 1, account);
	while ((rc = db_step(s, why)) == DB_ROW && ret->n_rule < AREAS) {
		struct notify_rule *r = &ret->rule[ret->n_rule];
		if (area_parse(db_text(s, 0), &r->area) < 0)
			continue;
		r->browser = db_i64(s, 1) != 0;
		r->play = db_i64(s, 2) != 0;
		r->mail_min = db_i64(s, 3);
		r->deputy = db_i64(s, 4);
		r->deputy_min = db_i64(s, 5);
		ret->n_rule++;
	}
	db_reset(s);
	return rc < 0 ? rc : 0;
}

static bool domain_allowed(struct slice mail, const char *const *domain, size_t n)
{
	struct slice host = slice_sub(mail, (size_t)slice_find(mail, '@') + 1, mail.n);
	for (size_t i = 0; i < n; i++)
		if (host.n == strlen(domain[i]) &&
			strncasecmp((const char *)host.p, domain[i], host.n) == 0)
			return true;
	return n == 0;
}

static int person_check(
	const struct notify_person *p, const char *const *domain, size_t n_domain, struct why *why)
{
	if (p->mail.n && !mail_address_valid(p->mail))
		return why_set(why, E_INVALID, "/mail", "is no address like name@example.org");
	if (p->mail.n && !domain_allowed(p->mail, domain, n_domain))
		return why_set(why, E_INVALID, "/mail",
			"this node sends mail only to the domains that its settings name");
	for (size_t i = 0; i < p->n_rule; i++) {
		const struct notify_rule *r = &p->rule[i];
		char where[64];
		snprintf(where, sizeof(where), "/rules/%zu", i);
		if (r->mail_min < NOTIFY_NEVER || r->mail_min > NOTIFY_MINUTES_MAX ||
			r->deputy_min < 0 || r->deputy_min > NOTIFY_MINUTES_MAX)
			return why_set(
				why, E_INVALID, where, "minutes are 0 to %d", NOTIFY_MINUTES_MAX);
		if (r->deputy == p->account)
			return why_set(why, E_INVALID, where, "a deputy is somebody else");
		for (size_t k = 0; k < i; k++)
			if (p->rule[k].area == r->area)
				return why_set(why, E_INVALID, where, "the same area twice");
	}
	return 0;
}

static int rule_put(struct db *db, int64_t account, const struct notify_rule *r, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"INSERT INTO notify_rule (account, area, browser, play, mail_min, deputy, deputy_min) VALUES ($1, $2, $3, $4, $5, $6, $7)");
	db_bind_i64(s, 1, account);
	db_bind_text(s, 2, slice_str(area_name(r->area)));
	db_bind_i64(s, 3, r->browser);
	db_bind_i64(s, 4, r->play);
	db_bind_i64(s, 5, r->mail_min);
	db_bind_i64(s, 6, r->deputy);
	db_bind_i64(s, 7, r->deputy_min);
	return db_run(s, why);
}

int notify_put(struct db *db, const struct notify_person *p, const char *const *domain,
	size_t n_domain, struct why *why)
{
	int rc = person_check(p, domain, n_domain, why);
	if (rc < 0)
		return rc;
	struct stmt *s = db_stmt(db,
		"INSERT INTO notify_person (account, mail) VALUES ($1, $2) ON CONFLICT (account) DO UPDATE SET mail = excluded.mail");
	db_bind_i64(s, 1, p->account);
	db_bind_text(s, 2, p->mail);
	if ((rc = db_run(s, why)) < 0)
		return rc;
	s = db_stmt(db, "DELETE FROM notify_rule WHERE account = $1");
	db_bind_i64(s, 1, p->account);
	rc = db_run(s, why);
	for (size_t i = 0; rc == 0 && i < p->n_rule; i++)
		rc = rule_put(db, p->account, &p->rule[i], why);
	return rc;
}

int notify_people(struct db *db, struct arena *arena, struct notify_person **ret, size_t *ret_n,
	struct why *why)
{
	struct stmt *s = db_stmt(db,
		"SELECT DISTINCT r.account FROM notify_rule r JOIN account a ON a.row = r.account "
		"WHERE a.disabled = 0 AND (r.mail_min >= 0 OR r.deputy > 0) ORDER BY r.account LIMIT 10000");
	int64_t *account = arena_array(arena, int64_t, 10000);
	size_t n = 0;
	int rc;
	while ((rc = db_step(s, why)) == DB_ROW && n < 10000)
		account[n++] = db_i64(s, 0);
	db_reset(s);
	*ret = arena_array(arena, struct notify_person, n + 1);
	for (size_t i = 0; rc >= 0 && i < n; i++)
		rc = notify_get(db, account[i], arena, &(*ret)[i], why);
	*ret_n = n;
	return rc < 0 ? rc : 0;
}
