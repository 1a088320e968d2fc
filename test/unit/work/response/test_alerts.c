/*
 * test_alerts.c: alerts from the draft to the list: two people and not two doors, nothing lost between two transactions, nothing above the reader; and feeds of which everything is
 * taken, in the end.
 */
#include "scene.h"

#include "work/response/alert.h"
#include "work/response/feed.h"

#define INFO                                                                                                       \
	"\"info\":[{\"category\":[\"Met\"],\"event\":\"Flood\",\"urgency\":\"Immediate\",\"severity\":\"Severe\"," \
	"\"certainty\":\"Observed\",\"expires\":\"%s\",\"headline\":\"Water\",\"description\":\"It rises.\","      \
	"\"area\":[{\"areaDesc\":\"Valley\",\"circle\":[\"41.2,20.1 5\"]}]}]"

struct desk {
	struct league *l;
	struct reading *r;
	struct aid_view v;
};

static struct desk desk_open(struct league *l, size_t i, enum mode mode)
{
	struct desk d = {.l = l, .r = reading_start(l, i)};

	d.v = (struct aid_view){.world = &d.r->world,
		.db = d.r->db,
		.who = &d.r->self,
		.arena = &d.r->arena,
		.mode = mode};
	return d;
}

static void desk_close(struct desk *d)
{
	reading_end(&d->r);
}

static int64_t put_draft(struct league *l, const char *label, const char *by, int64_t account)
{
	struct league_member *m = &l->m[0];
	char form[1000], until[UTC_TEXT_LEN + 1];
	struct alert_draft a = {.mode = MODE_REAL,
		.label = slice_str(label),
		.audience = SLICE("all"),
		.written_by = slice_str(by),
		.written_account = account,
		.written_ms = env_now_ms(&m->node->env)};
	int64_t number = 0;
	struct desk d = desk_open(l, 0, MODE_REAL);
	int64_t coalition = d.v.world->coalition.row;

	desk_close(&d);
	utc_format(a.written_ms + 3600000, until);
	snprintf(form, sizeof(form), "{" INFO "}", until);
	a.form = slice_str(form);
	assert_ok(db_begin(m->db, &why));
	assert_ok(alert_draft_put(m->db, coalition, &a, &number, &why));
	assert_ok(db_commit(m->db, &why));
	return number;
}

static void one_person_is_not_two(void **state)
{
	struct league *l = *state;
	int64_t n = put_draft(l, "league RESTRICTED", "user:edi", 7);
	struct desk d = desk_open(l, 0, MODE_REAL);
	struct alert_draft a;
	struct why said = {0};

	assert_ok(alert_draft_get(&d.v, n, &a, &why));
	assert_int_equal(a.written_account, 7);
	assert_int_equal(
		alert_draft_may(&a, &(struct approver){SLICE("user:edi"), 7}, &said), E_DENIED);
	assert_int_equal(
		alert_draft_may(&a, &(struct approver){SLICE("token:edi/phone"), 7}, &said),
		E_DENIED);
	assert_int_equal(alert_draft_may(&a, &(struct approver){SLICE("user:ana"), 8}, &said), 0);
	desk_close(&d);
}

static void what_is_above_a_reader_is_not_there(void **state)
{
	struct league *l = *state;
	int64_t open = put_draft(l, "league RESTRICTED", "user:edi", 7);
	int64_t secret = put_draft(l, "league SECRET", "user:edi", 7);
	struct desk d = desk_open(l, 0, MODE_REAL);
	struct reader low = account_reader(d.v.world, SLICE("RESTRICTED"));
	struct alert_draft *list, a;
	struct why said = {0};
	size_t n;

	d.v.who = &low;
	assert_ok(alert_draft_list(&d.v, &list, &n, &why));
	assert_int_equal(n, 1);
	assert_int_equal(list[0].number, open);
	assert_ok(alert_draft_get(&d.v, open, &a, &why));
	assert_int_equal(alert_draft_get(&d.v, secret, &a, &said), E_MISSING);
	d.v.who = &d.r->self;
	assert_ok(alert_draft_list(&d.v, &list, &n, &why));
	assert_int_equal(n, 2);
	desk_close(&d);
}

/* The draft as an entry, under the name that follows from it. */
static void issue(struct desk *d, const struct alert_draft *a, struct draft *ret)
{
	*ret = (struct draft){.has_object = true};
	assert_ok(alert_draft_readers(a, d->v.arena, ret, &why));
	assert_ok(alert_make(&d->v, a->form, ret, &why));
	ret->object = alert_draft_object(&d->v, a);
}

/* Between the alert and the mark on its draft anything may fail: the draft waits, and cannot be issued twice. */
static void an_alert_is_neither_lost_nor_issued_twice(void **state)
{
	struct league *l = *state;
	struct approver ana = {SLICE("user:ana"), 8};
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	int64_t number = put_draft(l, "league RESTRICTED", "user:edi", 7);
	struct desk desk = desk_open(l, 0, MODE_REAL);
	struct alert_draft a, *list;
	struct written w[2];
	struct why said = {0};
	struct draft d[2];
	bool issued;
	size_t n;

	desk.v.arena = &arena;
	assert_ok(alert_draft_get(&desk.v, number, &a, &why));
	issue(&desk, &a, &d[0]);
	d[1] = d[0];
	assert_ok(alert_draft_issued(&desk.v, &a, &issued, &why));
	assert_false(issued);
	desk_close(&desk);
	/* Two at once: neither is in a table yet. */
	assert_int_equal(node_write(l->m[0].node, l->m[0].db, &l->id, d, 2, w, &said), E_CONFLICT);
	assert_ok(node_write(l->m[0].node, l->m[0].db, &l->id, d, 1, w, &why));
	desk = desk_open(l, 0, MODE_REAL);
	assert_ok(alert_draft_list(&desk.v, &list, &n, &why));
	assert_int_equal(n, 1);
	assert_ok(alert_draft_issued(&desk.v, &a, &issued, &why));
	assert_true(issued);
	desk_close(&desk);
	assert_int_equal(node_write(l->m[0].node, l->m[0].db, &l->id, d, 1, w, &said), E_CONFLICT);
	assert_ok(db_begin(l->m[0].db, &why));
	assert_ok(alert_draft_mark(l->m[0].db, &a, &ana, 1, &why));
	assert_ok(db_commit(l->m[0].db, &why));
	desk = desk_open(l, 0, MODE_REAL);
	assert_ok(alert_draft_list(&desk.v, &list, &n, &why));
	assert_int_equal(n, 0);
	struct aid_alert *alert;
	assert_ok(alert_list(&desk.v, env_now_ms(&l->m[0].node->env), true, &alert, &n, &why));
	assert_int_equal(n, 1);
	desk_close(&desk);
}

/* ---- what others make of their alerts ---- */

static void alert_text(struct buf *b, const char *name, const char *status, int64_t now_ms)
{
	char sent[UTC_TEXT_LEN + 1], ends[UTC_TEXT_LEN + 1];

	utc_format(now_ms / 1000 * 1000, sent);
	utc_format(now_ms / 1000 * 1000 + 3600000, ends);
	buf_addf(b,
		"<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"><identifier>%s</identifier><sender>x@y</sender>"
		"<sent>%.19s-00:00</sent><status>%s</status><msgType>Alert</msgType><scope>Public</scope><info>"
		"<category>Met</category><event>Flood</event><urgency>Immediate</urgency><severity>Severe</severity>"
		"<certainty>Observed</certainty><expires>%.19s-00:00</expires>"
		"<area><areaDesc>Valley</areaDesc></area></info></alert>",
		name, sent, status, ends);
}

static struct object_id put_alert(struct league *l, size_t i, const char *name)
{
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct league_member *m = &l->m[i];
	const struct id member[] = {l->m[0].id, l->m[1].id, l->m[2].id};
	struct draft d = {.mode = MODE_REAL,
		.kind = SLICE("response/alert/1"),
		.label = SLICE("league RESTRICTED"),
		.media = SLICE(CAP_MEDIA),
		.member = member,
		.n_member = 3};

	alert_text(&b, name, "Actual", env_now_ms(&m->node->env));
	d.content = buf_slice(&b);
	return league_write(l, i, &d).object;
}

/* Who makes something else of his alert takes it away, and nothing of anybody else's. */
static void a_changed_alert_hides_no_other(void **state)
{
	struct league *l = *state;
	struct object_id first = put_alert(l, 1, "one"), second = put_alert(l, 2, "two");
	struct aid_alert *list;
	struct aid_record r;
	struct why said = {0};
	size_t n;

	/* By a node that does not look at what its own record was. */
	struct stmt *s = db_stmt(l->m[1].db,
		"UPDATE item SET kind = 'note/1' WHERE object_owner = $1 AND object_name = $2");
	db_bind_blob(s, 1, slice_of(first.owner.b, sizeof(first.owner.b)));
	db_bind_blob(s, 2, slice_of(first.name.b, sizeof(first.name.b)));
	assert_ok(db_begin(l->m[1].db, &why));
	assert_ok(db_run(s, &why));
	assert_ok(db_commit(l->m[1].db, &why));
	league_note_again(l, 1, &first, (int[]){0, 2}, 2, "no alert", "any more");
	league_settle(l);
	struct desk d = desk_open(l, 0, MODE_REAL);
	assert_ok(alert_list(&d.v, env_now_ms(&l->m[0].node->env), true, &list, &n, &why));
	assert_int_equal(n, 1);
	assert_true(object_id_eq(&list[0].object, &second));
	assert_ok(aid_get(&d.v, AID_ALERT, &second, &r, &why));
	assert_int_equal(aid_get(&d.v, AID_ALERT, &first, &r, &said), E_MISSING);
	desk_close(&d);
}

static void put_about(
	struct league *l, size_t i, const char *name, const char *type, const char *refs)
{
	struct buf b CLEANUP_BUF = BUF(MIB);
	struct league_member *m = &l->m[i];
	const struct id member[] = {l->m[0].id, l->m[1].id, l->m[2].id};
	char sent[UTC_TEXT_LEN + 1];
	struct draft d = {.mode = MODE_REAL,
		.kind = SLICE("response/alert/1"),
		.label = SLICE("league RESTRICTED"),
		.media = SLICE(CAP_MEDIA),
		.member = member,
		.n_member = 3};

	utc_format(env_now_ms(&m->node->env) / 1000 * 1000 + 1000, sent);
	buf_addf(&b,
		"<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"><identifier>%s</identifier><sender>x@y</sender>"
		"<sent>%.19s-00:00</sent><status>Actual</status><msgType>%s</msgType><scope>Public</scope>"
		"<references>%s</references></alert>",
		name, sent, type, refs);
	d.content = buf_slice(&b);
	league_write(l, i, &d);
}

/* Of what an alert refers to only that is looked at which it can take the place of, each once: nobody makes lists long for the others with what it names. */
static void references_are_few(void **state)
{
	struct league *l = *state;
	char sent[UTC_TEXT_LEN + 1], refs[1000];
	struct aid_alert *list;
	size_t n;

	utc_format(env_now_ms(&l->m[1].node->env) / 1000 * 1000, sent);
	put_alert(l, 1, "one");
	snprintf(refs, sizeof(refs), "z@y,one,%.19s-00:00 x@y,one,%.19s-00:00 x@y,one,%.19s-00:00",
		sent, sent, sent);
	put_about(l, 1, "ack", "Ack", refs);
	league_settle(l);
	for (size_t k = 0; k < 2; k++) {
		struct desk d = desk_open(l, 0, MODE_REAL);

		assert_int_equal(league_number(l, 0, "SELECT count(*) FROM response_alert_ref"), k);
		assert_ok(alert_list(&d.v, env_now_ms(&l->m[0].node->env), true, &list, &n, &why));
		assert_int_equal(n, 1);
		assert_true(slice_is(list[0].identifier, k ? "two" : "one"));
		desk_close(&d);
		put_about(l, 1, "two", "Update", refs);
		league_settle(l);
	}
	for (size_t i = 0; i < 3; i++)
		league_rebuilds(l, i);
}

/* ---- feeds ---- */

#define LINKS (FEED_TAKE_MAX + 100)
struct server {
	int64_t now_ms;
	size_t asked, kept, broken; /* broken: this link answers nothing */
	bool refuse;		    /* whatever is to be kept */
};

static int serve(
	void *ctx, struct slice url, struct arena *arena, struct slice *ret, struct why *said)
{
	struct server *s = ctx;
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	char name[40];
	int64_t n;

	s->asked++;
	assert_int_equal(slice_i64(slice_sub(url, strlen("https://a/"), url.n), &n), 0);
	if ((size_t)n == s->broken)
		return why_set(said, E_NET, "", "answers with status 500");
	snprintf(name, sizeof(name), "a%lld", (long long)n);
	alert_text(&b, name, "Actual", s->now_ms);
	*ret = arena_copy(arena, buf_slice(&b));
	return 0;
}

static int count(void *ctx, const struct draft *d, struct why *said)
{
	struct server *s = ctx;

	(void)d;
	if (s->refuse)
		return why_set(said, E_INVALID, "/field", "not here");
	s->kept++;
	return 0;
}

static bool never(void *ctx)
{
	(void)ctx;
	return false;
}

static struct feed_taken reading_of(struct league *l, struct server *s, struct slice document)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct league_member *m = &l->m[0];
	struct reader self;
	struct world w;
	struct feed feed = {.row = 1,
		.url = SLICE("https://a/feeds/index.atom"),
		.label = SLICE("league RESTRICTED"),
		.audience = SLICE("all"),
		.every_ms = 300000};
	struct feed_taken taken = {0};

	assert_ok(world_load(&w, m->node, m->db, &l->id, &arena, &why));
	self = world_reader(&w, &m->id);
	self.self = true;
	struct aid_view v = {.world = &w, .db = m->db, .who = &self, .arena = &arena};
	struct feed_taking t = {.view = &v,
		.feed = &feed,
		.now_ms = s->now_ms,
		.fetch = serve,
		.keep = count,
		.enough = never,
		.ctx = s};
	s->asked = s->kept = 0;
	assert_ok(feed_take(&t, document, &taken, &why));
	return taken;
}

static void what_is_not_taken_at_once_is_taken_later(void **state)
{
	struct league *l = *state;
	struct server s = {.now_ms = env_now_ms(&l->m[0].node->env), .broken = 3};
	struct buf b CLEANUP_BUF = BUF(MIB);
	size_t kept = 0;

	buf_addf(&b, "<feed xmlns=\"http://www.w3.org/2005/Atom\">");
	for (size_t i = 0; i < LINKS; i++)
		buf_addf(&b,
			"<entry><id>%zu</id><updated>2025-03-18T09:00:00Z</updated><link href=\"https://a/%zu\"/></entry>",
			i, i);
	buf_addf(&b, "</feed>");
	/* Whatever place it begins from: in two readings all of them have been asked for, but for the one that does not answer. */
	for (size_t k = 0; k < 2; k++) {
		struct feed_taken taken = reading_of(l, &s, buf_slice(&b));

		assert_int_equal(taken.kept, s.kept);
		assert_true(s.asked <= FEED_TAKE_MAX);
		assert_int_equal(taken.cut, k == 0);
		kept += s.kept;
	}
	assert_int_equal(kept, LINKS - 1);
	struct feed_taken taken = reading_of(l, &s, buf_slice(&b));
	assert_int_equal(taken.failed, 1);
	assert_int_equal(s.asked, 1);
	s.broken = SIZE_MAX;
	taken = reading_of(l, &s, buf_slice(&b));
	assert_int_equal(taken.failed, 0);
	assert_int_equal(taken.kept, 1);
	assert_false(taken.cut);
	taken = reading_of(l, &s, buf_slice(&b));
	assert_int_equal(s.asked, 0);
}

/* Links are relative to the feed, or to what it or the entry says; an entry that is nothing keeps no other from us. */
static void odd_entries_and_relative_links(void **state)
{
	struct league *l = *state;
	struct server s = {.now_ms = env_now_ms(&l->m[0].node->env), .broken = SIZE_MAX};
	struct feed_taken taken = reading_of(l, &s,
		SLICE("<feed xmlns=\"http://www.w3.org/2005/Atom\">"
		      "<entry><link href=\"https://a/1\"/></entry>"
		      "<entry><id>2</id></entry>"
		      "<entry><id>3</id><link href=\"/3\"/></entry>"
		      "<entry><id>4</id><link href=\"../4\"/></entry>"
		      "<entry xml:base=\"https://a/x/y\"><id>5</id><link href=\"//a/5\"/></entry>"
		      "<entry xml:base=\"/\"><id>6</id><link href=\"6\"/></entry></feed>"));

	assert_int_equal(taken.refused, 2);
	assert_string_equal(taken.refused_why, "line 1: an entry without an id");
	assert_int_equal(s.asked, 4);
	assert_int_equal(taken.kept, 4);
	taken = reading_of(l, &s,
		SLICE("<rss xml:base=\"https://a/\"><channel><item><title>x</title></item>"
		      "<item><link>7</link></item></channel></rss>"));
	assert_int_equal(taken.refused, 1);
	assert_int_equal(taken.kept, 1);
}

/* One of each kind in a feed: none is passed over in silence. */
static void what_is_passed_over_is_counted(void **state)
{
#define ALERT(name, expires)                                                                           \
	"<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"><identifier>" name                      \
	"</identifier><sender>s</sender><sent>2025-03-18T09:00:00+01:00</sent><status>Actual</status>" \
	"<msgType>Alert</msgType><scope>Public</scope><info><category>Met</category><event>x</event>"  \
	"<urgency>Immediate</urgency><severity>Severe</severity><certainty>Likely</certainty>"         \
	"<expires>" expires "</expires></info></alert>"
#define LATER "2099-03-18T09:00:00+01:00"
	struct league *l = *state;
	struct server s = {.now_ms = env_now_ms(&l->m[0].node->env), .broken = SIZE_MAX};
	struct feed_taken taken = reading_of(l, &s,
		SLICE("<alerts>" ALERT("a", LATER) ALERT("b", LATER) ALERT(
			"old", "2025-03-18T09:00:01+01:00") ALERT("", LATER) "</alerts>"));

	assert_int_equal(taken.kept, 2);
	assert_int_equal(taken.over, 1);
	assert_int_equal(taken.refused, 1);
	assert_non_null(strstr(taken.refused_why, "unreadable, identifier: is missing"));
	assert_int_equal(taken.known + taken.failed + taken.left, 0);
	/* Refused by the node: the others go on. */
	s.refuse = true;
	taken = reading_of(
		l, &s, SLICE("<alerts>" ALERT("c\xC2\x9B", LATER) ALERT("d", LATER) "</alerts>"));
	assert_int_equal(taken.kept, 0);
	assert_int_equal(taken.refused, 2);
	assert_string_equal(taken.refused_why, "c\xEF\xBF\xBD, refused, /field: not here");
}

/* It has expired by its own words, and what it calls off has not. */
static void a_cancellation_is_taken_late(void **state)
{
	struct league *l = *state;
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct server s = {.now_ms = env_now_ms(&l->m[0].node->env), .broken = SIZE_MAX};
	char sent[UTC_TEXT_LEN + 1];

	put_alert(l, 0, "one");
	utc_format(s.now_ms / 1000 * 1000, sent);
	/* Of another alert, no cancellation, of another sender; and at last the one that is meant. */
	static const struct {
		const char *sender, *type, *name;
	} late[] = {{"x@y", "Cancel", "other"}, {"x@y", "Ack", "one"}, {"z@y", "Cancel", "one"},
		{"x@y", "Cancel", "one"}};
	for (size_t i = 0; i < 4; i++) {
		buf_clear(&b);
		buf_addf(&b,
			"<alerts><alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"><identifier>end</identifier><sender>%s</sender>"
			"<sent>2025-03-01T09:00:00-00:00</sent><status>Actual</status><msgType>%s</msgType><scope>Public</scope>"
			"<references>nobody x@y,%s,%.19s-00:00</references></alert></alerts>",
			late[i].sender, late[i].type, late[i].name, sent);
		struct feed_taken taken = reading_of(l, &s, buf_slice(&b));
		assert_int_equal(taken.over, i < 3);
		assert_int_equal(taken.kept, i == 3);
	}
}

/* Whoever writes a feed does not speak in this member's own voice, and calls none of its alerts off. */
static void nobody_else_speaks_in_ones_own_name(void **state)
{
	struct league *l = *state;
	struct server s = {.now_ms = env_now_ms(&l->m[0].node->env), .broken = SIZE_MAX};
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct alert_draft a;
	struct aid_record r;
	struct draft issued;
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	int64_t number = put_draft(l, "league RESTRICTED", "user:edi", 7);
	struct desk d = desk_open(l, 0, MODE_REAL);

	d.v.arena = &arena;
	assert_ok(alert_draft_get(&d.v, number, &a, &why));
	issue(&d, &a, &issued);
	desk_close(&d);
	struct object_id own = league_write(l, 0, &issued).object;
	d = desk_open(l, 0, MODE_REAL);
	assert_ok(aid_get(&d.v, AID_ALERT, &own, &r, &why));
	buf_addf(&b,
		"<alerts><alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"><identifier>end</identifier><sender>%.*s</sender>"
		"<sent>2025-03-01T09:00:00-00:00</sent><status>Actual</status><msgType>Cancel</msgType><scope>Public</scope>"
		"<references>%.*s,%.*s,%.*s</references></alert></alerts>",
		SLICE_FMT(r.alert->sender.text), SLICE_FMT(r.alert->sender.text),
		SLICE_FMT(r.alert->identifier.text), SLICE_FMT(r.alert->sent.text));
	desk_close(&d);
	struct feed_taken taken = reading_of(l, &s, buf_slice(&b));
	assert_int_equal(taken.kept, 0);
	assert_int_equal(taken.refused, 1);
	assert_non_null(strstr(taken.refused_why, "end, refused, sender: is this member's own"));
	/* What was issued here and comes back is known. */
	buf_clear(&b);
	buf_addf(&b, "<alerts>%.*s</alerts>",
		SLICE_FMT(slice_sub(issued.content,
			(size_t)slice_search(issued.content, SLICE("<alert ")), issued.content.n)));
	taken = reading_of(l, &s, buf_slice(&b));
	assert_int_equal(taken.known, 1);
}

/* What comes in the envelope of a drill is no real alert, whatever it says of itself. */
static void a_drill_stays_one(void **state)
{
#define ENVELOPE(status)                                                                                          \
	"<EDXLDistribution xmlns=\"urn:oasis:names:tc:emergency:EDXL:DE:1.0\"><distributionID>1</distributionID>" \
	"<senderID>s</senderID><dateTimeSent>2011-10-17T11:18:00-00:00</dateTimeSent><distributionStatus>" status \
	"</distributionStatus><distributionType>Report</distributionType><contentObject><xmlContent>"             \
	"<embeddedXMLContent>" ALERT("a",                                                                         \
		LATER) "</embeddedXMLContent></xmlContent></contentObject></EDXLDistribution>"
	struct league *l = *state;
	struct server s = {.now_ms = env_now_ms(&l->m[0].node->env), .broken = SIZE_MAX};
	struct feed_taken taken = reading_of(l, &s, SLICE(ENVELOPE("Exercise")));

	assert_int_equal(taken.kept, 0);
	assert_string_equal(taken.refused_why,
		"a, refused, status: is Actual, in an envelope that is Exercise");
	taken = reading_of(l, &s, SLICE(ENVELOPE("Actual")));
	assert_int_equal(taken.kept, 1);
}

static void links_lead_no_less_safely(void **state)
{
	(void)state;
	assert_true(feed_link_ok(SLICE("https://a/feed"), SLICE("https://b/1.cap")));
	assert_false(feed_link_ok(SLICE("https://a/feed"), SLICE("http://127.0.0.1:8471/x")));
	assert_false(feed_link_ok(SLICE("https://a/feed"), SLICE("http://[::1]/x")));
	assert_false(feed_link_ok(SLICE("https://a/feed"), SLICE("file:///etc/passwd")));
	assert_true(feed_link_ok(SLICE("http://127.0.0.1:1/feed"), SLICE("http://127.0.0.1:1/x")));
	assert_true(feed_link_ok(SLICE("http://127.0.0.1:1/feed"), SLICE("https://b/1.cap")));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		SIGNED(one_person_is_not_two),
		SIGNED(what_is_above_a_reader_is_not_there),
		SIGNED(an_alert_is_neither_lost_nor_issued_twice),
		SIGNED(a_changed_alert_hides_no_other),
		SIGNED(references_are_few),
		SIGNED(what_is_not_taken_at_once_is_taken_later),
		SIGNED(odd_entries_and_relative_links),
		SIGNED(what_is_passed_over_is_counted),
		SIGNED(a_cancellation_is_taken_late),
		SIGNED(nobody_else_speaks_in_ones_own_name),
		SIGNED(a_drill_stays_one),
		SIGNED(links_lead_no_less_safely),
	};
	int skip;

	scene_register();
	skip = league_start(argc, argv);
	return skip ? skip : cmocka_run_group_tests_name("alerts", tests, NULL, NULL);
}
