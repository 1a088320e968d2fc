/* notify_mail.c: who is mailed about what, and what the mail says: never more than its reader may see, nor than the settings let out. */
#include "web/notifier.h"

#include "base/enc.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/report.h"
#include "net/mail.h"
#include "node/record.h"

#include <inttypes.h>

#define MATTERS_MAX 500
#define MESSAGE	    (64 * KIB)
#define SHORTLY_MS  30000
#define LONGEST_MS  HOUR_MS

/* ---- who ---- */

/* Found in a read transaction, written after it. */
struct wants {
	struct mail_out out[MATTERS_MAX];
	size_t n;
};

/* The next mail about this matter to this person, if it is time. */
static int want_one(struct wants *wants, struct db *db, const struct matter *m, int64_t account,
	int64_t after_ms, bool deputy, int64_t now_ms, struct why *why)
{
	int64_t n = 0, last = 0;
	if (now_ms < m->first_ms + after_ms || wants->n == MATTERS_MAX)
		return 0;
	int rc = mail_count(db, m->id, account, &n, &last, why);
	if (rc < 0 || n >= MAIL_TIMES || (n > 0 && now_ms < last + MAIL_AGAIN_MS))
		return rc;
	struct mail_out *out = &wants->out[wants->n++];
	*out = (struct mail_out){.account = account, .deputy = deputy, .n = n};
	memcpy(out->matter, m->id, sizeof(out->matter));
	return 0;
}

static int wants_write(
	const struct node *node, struct db *db, const struct wants *wants, struct why *why)
{
	int rc = wants->n ? db_begin(db, why) : 0;
	if (rc < 0 || wants->n == 0)
		return rc;
	for (size_t i = 0; rc == 0 && i < wants->n; i++)
		rc = mail_want(db, &wants->out[i], env_now_ms(&node->env), why);
	if (rc < 0) {
		db_rollback(db);
		return rc;
	}
	return db_commit(db, why);
}

static bool of_interest(const struct matter *m, const struct notify_rule *r)
{
	/* "May want a look" is for the page; a record that has come is news to who asked for the area. */
	bool worth = m->level > NEED_LOOK || m->has_object;
	return worth && (m->mode <= MODE_REAL || r->play);
}

/* Is it for this person to know, and has nobody acknowledged it? */
static int is_open(struct db *db, const struct world *w, const struct reader *who,
	const struct roles *roles, const char *id, bool *ret, struct why *why)
{
	struct why hidden = {0};
	bool acked = true;
	int rc = matter_seen(db, w, who, roles, slice_str(id), &acked, &hidden);
	*ret = rc == 0 && !acked;
	return rc < 0 && rc != E_MISSING ? why_set(why, rc, "", "%s", hidden.text) : 0;
}

static int deputy_may(struct db *db, const struct world *w, int64_t deputy, const struct matter *m,
	bool *ret, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);
	struct account a;
	*ret = false;
	int rc = account_get_row(db, deputy, &arena, &a, why);
	if (rc < 0 || a.disabled)
		return rc == E_MISSING ? 0 : rc;
	struct reader who = account_reader(w, a.clearance);
	return is_open(db, w, &who, &a.roles, m->id, ret, why);
}

/* The age of a matter at which the first is mailed; negative: nobody is. */
static int64_t first_after_ms(const struct notify_rule *r)
{
	if (r->deputy && (r->mail_min < 0 || r->deputy_min < r->mail_min))
		return r->deputy_min * 60000;
	return r->mail_min < 0 ? -1 : r->mail_min * 60000;
}

/* Of needs all that are old enough; of records, of which others may send any number, the newest of these. */
static int rule_want(struct wants *wants, const struct node *node, struct db *db,
	const struct world *w, const struct reader *who, const struct roles *roles,
	const struct notify_person *p, const struct notify_rule *r, enum matter_what what,
	struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	int64_t now = env_now_ms(&node->env), after_ms = first_after_ms(r);
	struct matter_query q = {.unacked = true,
		.area = r->area,
		.what = what,
		.newest = what == MATTER_RECORDS,
		.before_ms = now - after_ms,
		.limit = what == MATTER_RECORDS ? MATTERS_MAX : NEEDS_MAX};
	struct matter *m;
	size_t n = 0;
	if (after_ms < 0)
		return 0;
	int rc = matter_list(db, w, who, roles, &q, &arena, &m, &n, why);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		bool may = false;
		if (!of_interest(&m[i], r))
			continue;
		if (r->mail_min >= 0)
			rc = want_one(
				wants, db, &m[i], p->account, r->mail_min * 60000, false, now, why);
		if (rc == 0 && r->deputy)
			rc = deputy_may(db, w, r->deputy, &m[i], &may, why);
		if (rc == 0 && may)
			rc = want_one(
				wants, db, &m[i], r->deputy, r->deputy_min * 60000, true, now, why);
	}
	return rc;
}

static int person_want(struct wants *wants, const struct node *node, struct db *db,
	const struct notify_person *p, const struct id *coalition, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct account a;
	struct world w;
	int rc = account_get_row(db, p->account, &arena, &a, why);
	if (rc == 0)
		rc = world_load(&w, node, db, coalition, &arena, why);
	if (rc < 0)
		return rc;
	struct reader who = account_reader(&w, a.clearance);
	/* However much has come, what needs somebody has its place. */
	for (int what = MATTER_NEEDS; what <= MATTER_RECORDS; what++)
		for (size_t k = 0; rc == 0 && k < p->n_rule; k++)
			rc = rule_want(wants, node, db, &w, &who, &a.roles, p, &p->rule[k],
				(enum matter_what)what, why);
	return rc;
}

static int person_mails(const struct node *node, struct db *db, const struct notify_person *p,
	const struct coalition *c, size_t n, struct why *why)
{
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < n; i++) {
		struct wants *wants = mem_new(struct wants);
		rc = db_begin_read(db, why);
		if (rc == 0) {
			rc = person_want(wants, node, db, p, &c[i].id, why);
			db_rollback(db);
		}
		if (rc == 0)
			rc = wants_write(node, db, wants, why);
		mem_free(wants);
	}
	return rc;
}

int mails_want(const struct node *node, struct db *db, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct notify_person *p;
	struct coalition *c;
	size_t n, n_coalition;
	int rc = notify_people(db, &arena, &p, &n, why);
	if (rc < 0 || n == 0)
		return rc;
	rc = coalition_list(db, &arena, &c, &n_coalition, why);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = person_mails(node, db, &p[i], c, n_coalition, why);
	return rc;
}

/* ---- what ---- */

struct telling {
	const struct node *node;
	struct db *db;
	struct arena *arena;
	const struct mail_out *out;
	struct matter matter;
	struct account account;
	struct notify_person person;
	struct world world;
	struct reader reader;  /* the person's clearance */
	struct reader ceiling; /* and not above what mails may say */
	bool says;	       /* anything at all */
	const char *title;     /* NULL: not to be said */
};

/* Is it still the person's to know, and nobody's to have seen? Then what may be said of it. */
static int telling_load(struct telling *t, struct why *why)
{
	const char *ceiling = t->node->conf.mail_ceiling;
	int rc = matter_get(t->db, t->out->matter, t->arena, &t->matter, why);
	if (rc == 0)
		rc = account_get_row(t->db, t->out->account, t->arena, &t->account, why);
	if (rc == 0)
		rc = notify_get(t->db, t->out->account, t->arena, &t->person, why);
	if (rc == 0)
		rc = world_load(&t->world, t->node, t->db, &t->matter.coalition_id, t->arena, why);
	if (rc < 0)
		return rc;
	t->reader = account_reader(&t->world, t->account.clearance);
	t->says = ceiling && strcmp(ceiling, "none") != 0;
	struct reader most = account_reader(&t->world, slice_str(t->says ? ceiling : ""));
	t->ceiling = reader_both(&t->reader, &most);
	return 0;
}

static int still_wanted(struct telling *t, bool *ret, struct why *why)
{
	*ret = false;
	if (t->account.disabled || t->person.mail.n == 0)
		return 0;
	return is_open(t->db, &t->world, &t->reader, &t->account.roles, t->matter.id, ret, why);
}

/* What a need says, if its label is within the ceiling; or the title of a record, asked for as a reader whose clearance is the lower of the person's and the ceiling. */
static int title_load(struct telling *t, struct why *why)
{
	struct why hidden = {0};
	struct record r;
	t->title = NULL;
	if (!t->says)
		return 0;
	if (!t->matter.has_object) {
		bool cleared =
			t->matter.label.n == 0 || release_user_cleared(&t->ceiling, t->matter.label,
							  t->world.standing.charter);
		/* None: something has just been erased (matter_hush). */
		if (cleared && t->matter.words.n > 0)
			t->title = arena_string(t->arena, t->matter.words);
		return 0;
	}
	int rc =
		record_get(&t->world, t->db, &t->ceiling, &t->matter.object, t->arena, &r, &hidden);
	if (rc == E_MISSING)
		return 0;
	if (rc < 0)
		return why_set(why, rc, "", "%s", hidden.text);
	t->title = arena_string(t->arena, record_title(&r, t->arena));
	return 0;
}

static const char *mode_word(enum mode m)
{
	return m == MODE_EXERCISE ? "EXERCISE" : m == MODE_TEST ? "TEST" : NULL;
}

static void subject_print(const struct telling *t, struct buf *b)
{
	const char *play = mode_word(t->matter.mode);
	if (play)
		buf_addf(b, "[%s] ", play);
	if (t->matter.level == NEED_ALARM)
		buf_str(b, "ALARM: ");
	buf_addf(b, "%s: ", t->node->conf.label);
	buf_str(b, t->title ? t->title : "something needs you");
}

static void body_print(const struct telling *t, struct buf *b)
{
	const char *play = mode_word(t->matter.mode);
	const char *link = t->node->conf.link ? t->node->conf.link : "";
	if (play)
		buf_addf(b, "%s - %s - %s. Nothing of this is real.\n\n", play, play, play);
	if (t->title)
		buf_addf(b, "%s\n\n", t->title);
	else
		buf_str(b,
			"Something needs you. What it is is shown on the node, after you have signed in.\n\n");
	if (t->out->deputy)
		buf_str(b, "You are asked as a deputy: nobody has acknowledged it so far.\n\n");
	if (t->title)
		buf_addf(b, "%s/#/%.*s\n", link, SLICE_FMT(t->matter.place));
	else
		buf_addf(b, "%s/#/\n", link);
	buf_str(b, "\nIt is reminded of until somebody acknowledges it there (Home).\n");
	if (play)
		buf_addf(b, "\n%s - end of %s - %s\n", play, play, play);
}

static void message_print(const struct telling *t, struct buf *b)
{
	struct buf subject CLEANUP_BUF = BUF(8 * KIB), body CLEANUP_BUF = BUF(32 * KIB);
	char member[ID_TEXT + 1];
	id_format(&t->node->self, member);
	subject_print(t, &subject);
	body_print(t, &body);
	const char *first = arena_printf(
		t->arena, "%s.%" PRId64 "@%s.entente", t->out->matter, t->out->account, member);
	const char *own = t->out->n == 0
				  ? first
				  : arena_printf(t->arena, "%s.%" PRId64 ".%" PRId64 "@%s.entente",
					    t->out->matter, t->out->account, t->out->n, member);
	mail_print(&(struct mail_text){.from = slice_str(t->node->conf.mail_from),
			   .to = t->person.mail,
			   .subject = buf_slice(&subject),
			   .body = buf_slice(&body),
			   .message_id = own,
			   .thread_id = t->out->n ? first : NULL,
			   .time_ms = t->out->made_ms,
			   .mode = mode_name(t->matter.mode)},
		b);
}

/* ---- sending ---- */

int mail_relay_of(
	const struct node *node, struct arena *arena, struct mail_relay *ret, struct why *why)
{
	const struct conf *c = &node->conf;
	*ret = (struct mail_relay){.url = c->mail,
		.clear = c->mail_clear,
		.user = c->mail_user,
		.deadline_ms = NOTIFY_DEADLINE_MS};
	if (c->mail_ca)
		ret->ca_file = c->mail_ca[0] == '/'
				       ? c->mail_ca
				       : arena_printf(arena, "%s/%s", node->dir, c->mail_ca);
	if (!c->mail_password_file)
		return 0;
	struct buf b CLEANUP_BUF = BUF(4 * KIB);
	const char *path = c->mail_password_file[0] == '/'
				   ? c->mail_password_file
				   : arena_printf(arena, "%s/%s", node->dir, c->mail_password_file);
	int rc = file_read(path, &b, why);
	if (rc == 0)
		ret->password = arena_string(arena, slice_trim(buf_slice(&b)));
	buf_wipe(&b);
	return rc;
}

int mail_try(const struct node *node, struct slice to, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct buf text CLEANUP_BUF = BUF(MESSAGE);
	struct mail_relay relay;
	uint8_t random[8];
	char hex[17], member[ID_TEXT + 1];
	long code;
	if (!node->conf.mail)
		return why_set(why, E_STATE, "mail", "this node's settings name no mail relay");
	int rc = mail_relay_of(node, &arena, &relay, why);
	if (rc < 0)
		return rc;
	env_random(&node->env, random, sizeof(random));
	hex_encode(random, sizeof(random), hex);
	id_format(&node->self, member);
	mail_print(&(struct mail_text){.from = slice_str(node->conf.mail_from),
			   .to = to,
			   .subject = slice_str(arena_printf(
				   &arena, "[TEST] %s: mail arrives", node->conf.label)),
			   .body = SLICE(
				   "TEST. This mail only shows that mail of this node arrives.\n"),
			   .message_id = arena_printf(&arena, "try.%s@%s.entente", hex, member),
			   .time_ms = env_now_ms(&node->env),
			   .mode = "test"},
		&text);
	return mail_send(&relay, slice_str(node->conf.mail_from), to, buf_slice(&text), &code, why);
}

static int64_t backoff_ms(const struct node *node, int64_t tries)
{
	int64_t wait = hook_backoff_ms(&node->env, tries) * 2;
	return wait < SHORTLY_MS ? SHORTLY_MS : wait > LONGEST_MS ? LONGEST_MS : wait;
}

static int send_one(const struct node *node, struct db *db, const struct mail_relay *relay,
	const struct mail_out *out, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_API_ARENA);
	struct buf text CLEANUP_BUF = BUF(MESSAGE);
	struct telling t = {.node = node, .db = db, .arena = &arena, .out = out};
	struct why failed = {0};
	bool wanted = false;
	long code = 0;
	int rc = db_begin_read(db, why);
	if (rc < 0)
		return rc;
	rc = telling_load(&t, &failed);
	if (rc == 0)
		rc = still_wanted(&t, &wanted, &failed);
	if (rc == 0 && wanted)
		rc = title_load(&t, &failed);
	db_rollback(db);
	if (rc < 0 && rc != E_MISSING)
		return why_set(why, rc, "mail", "%s", failed.text);
	if (rc == E_MISSING || !wanted)
		return mail_done(db, out->row, OUT_SENT, 0, "over before it was sent", why);
	message_print(&t, &text);
	rc = mail_send(relay, slice_str(node->conf.mail_from), t.person.mail, buf_slice(&text),
		&code, &failed);
	if (rc == 0)
		return mail_done(db, out->row, OUT_SENT, 0, "", why);
	bool dead = out->tries >= MAIL_TRIES || code / 100 == 5;
	report(REPORT_WARN, "mail to %.*s: %s", SLICE_FMT(t.account.name), failed.text);
	return mail_done(db, out->row, dead ? OUT_DEAD : OUT_WAITING,
		env_now_ms(&node->env) + backoff_ms(node, out->tries), failed.text, why);
}

int mails_send(
	const struct node *node, struct db *db, bool (*stop)(void *ctx), void *ctx, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct mail_relay relay;
	int rc = mail_relay_of(node, &arena, &relay, why);
	for (int i = 0; rc == 0 && i < NOTIFY_ROUND && !stop(ctx); i++) {
		struct why none = {0};
		struct mail_out out;
		rc = mail_take(db, env_now_ms(&node->env), NOTIFY_LEASE_MS, &arena, &out, &none);
		if (rc == E_MISSING)
			return 0;
		if (rc < 0)
			return why_set(why, rc, "mail", "%s", none.text);
		rc = send_one(node, db, &relay, &out, why);
	}
	return rc;
}
