/*
 * test_round.c: which making of a tender's key stands, when somebody has kept back a certificate and shows it later, or takes his part back; and what a door takes when strangers fill it.
 */
#include "play.h"

#include "node/record.h"
#include "work/procurement/procurement.h"

/* Two rounds: of the first all certificates but the lead's are shown, of the second all. */
struct two {
	struct play y;
	struct hash first, second; /* sid */
	struct buf kept;	   /* the lead's certificate of the first round */
};

static struct hash sid_at(struct play *y, size_t i)
{
	struct hash sid;
	struct seen s;

	assert_true(look(y, i, &s));
	assert_non_null(s.p.replay);
	sid = s.p.replay->policy.sid;
	leave(&s);
	return sid;
}

static void stands(struct two *t, size_t i, const struct hash *sid)
{
	struct hash have = sid_at(&t->y, i);

	assert_true(hash_eq(&have, sid));
}

static void stands_everywhere(struct two *t, const struct hash *sid)
{
	league_settle(t->y.l);
	for (size_t i = 0; i < N; i++)
		stands(t, i, sid);
}

/* The certificate that the lead would send, from the deals that it has. */
static void certificate_keep(struct two *t)
{
	struct dkg_key *key = mem_new(struct dkg_key);
	struct seen s;

	assert_true(look(&t->y, 0, &s));
	assert_int_equal(bits_count(s.p.replay->dealt), N);
	assert_int_equal(bits_count(s.p.replay->certified), N - 1);
	dkg_public(&s.p.replay->policy, s.p.replay->deal, key);
	dkg_cert_print(&s.p.replay->policy, s.p.replay->policy.lead, key,
		&t->y.l->m[0].node->log_key, &t->kept);
	mem_free(key);
	leave(&s);
}

static void two_begin(struct two *t, struct league *l)
{
	*t = (struct two){.y = {.l = l}, .kept = BUF(64 * KIB)};
	play_begin(&t->y, 11);
	agreement(&t->y);
	league_settle(l);
	tender(&t->y, DEADLINE, 2, false, 0);
	tick(&t->y, 0); /* the policy */
	league_settle(l);
	for (size_t i = 0; i < N; i++)
		tick(&t->y, i); /* deals */
	league_settle(l);
	tick(&t->y, 1); /* certificates of all but the lead */
	tick(&t->y, 2);
	league_settle(l);
	certificate_keep(t);
	t->first = sid_at(&t->y, 0);
	/* The lead has another hour in mind, and says so: a second policy. */
	tender(&t->y, LATER, 2, true, 0);
	{
		struct seal_policy *p = mem_new(struct seal_policy);
		struct buf b CLEANUP_BUF = BUF(64 * KIB);
		struct seen s;

		assert_true(look(&t->y, 0, &s));
		*p = s.p.replay->policy;
		p->deadline_ms = LATER;
		p->open_ms = LATER + 600000;
		p->fallback_ms = LATER + 86400000;
		seal_policy_print(p, &t->y.l->m[0].node->log_key, &b);
		write_seal(&t->y, 0, &b);
		leave(&s);
		mem_free(p);
	}
	until(&t->y, is_open, "open under the second key");
	league_settle(l);
	t->second = sid_at(&t->y, 0);
	assert_false(hash_eq(&t->first, &t->second));
	stands_everywhere(t, &t->second);
}

static void show(struct two *t)
{
	write_seal(&t->y, 0, &t->kept);
}

static void refused_at(struct two *t, size_t i, size_t b)
{
	struct buf sealed CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE), commit CLEANUP_BUF = BUF(64 * KIB);
	struct bid_name name = {t->y.bid[b], t->y.bidder[b].pub, 7};
	struct slice receipt;
	struct scalar r;
	struct why said = {0};
	struct seen s;

	assert_true(look(&t->y, i, &s));
	assert_ok(bid_seal(&s.p.replay->policy, &s.p.replay->key.y, &name, SLICE(TEXT_PUT),
		&t->y.bidder[b], &t->y.chance, &sealed, &r, &why));
	bid_commit_print(&s.p.replay->policy, &name, BID_REPLACE, buf_slice(&sealed),
		&t->y.bidder[b], &commit);
	assert_int_equal(step_commit(&s.seat, &s.p, buf_slice(&commit), env_now_ms(&s.m->node->env),
				 &s.arena, &receipt, &said),
		E_STATE);
	assert_non_null(strstr(said.text, "another key"));
	leave(&s);
}

/* A bid is in: the older key comes too late, before the deadline and after it. */
static void bid_holds(void **state)
{
	struct two t;

	two_begin(&t, *state);
	supply_at(&t.y, 0, 1, TEXT_PUT, (size_t[]){1, 2}, 2);
	league_settle(t.y.l);
	show(&t);
	stands_everywhere(&t, &t.second);
	hour(&t.y, LATER + 1000);
	stands_everywhere(&t, &t.second);
	buf_free(&t.kept);
}

/* One receipt of r: the bid does not count yet, but the holder's word does. */
static void receipt_holds(void **state)
{
	struct two t;

	two_begin(&t, *state);
	supply_at(&t.y, 0, 1, TEXT_PUT, (size_t[]){1}, 1);
	league_settle(t.y.l);
	show(&t);
	stands_everywhere(&t, &t.second);
	buf_free(&t.kept);
}

/* Nobody has bid: the lead's first stands, as everybody sees alike. */
static void none_bid(void **state)
{
	struct two t;

	two_begin(&t, *state);
	show(&t);
	stands_everywhere(&t, &t.first);
	supply_at(&t.y, 0, 1, TEXT_PUT, (size_t[]){2, 0}, 2);
	stands_everywhere(&t, &t.first);
	buf_free(&t.kept);
}

/* Holders do not hear of each other: one takes a bid under the one key, two under the other. What counts stands, and who has given its word under another gives no second. */
static void apart(void **state)
{
	struct two t;

	two_begin(&t, *state);
	supply_at(&t.y, 0, 1, TEXT_PUT, (size_t[]){1}, 1);
	show(&t);
	league_carry(t.y.l, 0, 2, true);
	stands(&t, 0, &t.first);
	stands(&t, 2, &t.first);
	stands(&t, 1, &t.second);
	hour(&t.y, LEAGUE_NOW + 60000);
	supply_at(&t.y, 1, 1, TEXT_PUT, (size_t[]){2, 0}, 2);
	stands_everywhere(&t, &t.first);
	refused_at(&t, 1, 0);
	buf_free(&t.kept);
}

/* The lead writes its policy once more, when somebody has bid: that is no other key, and every door takes bids as before. */
static void told_twice(void **state)
{
	struct play y = {.l = *state};
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct seen s;

	play_begin(&y, 13);
	agreement(&y);
	league_settle(y.l);
	tender(&y, DEADLINE, 2, false, 0);
	until(&y, is_open, "open");
	supply_at(&y, 0, 1, TEXT_PUT, (size_t[]){0, 1, 2}, 3);
	league_settle(y.l);
	assert_true(look(&y, 0, &s));
	buf_slice_add(&b, s.p.replay->policy.text);
	leave(&s);
	write_seal(&y, 0, &b);
	league_settle(y.l);
	supply_at(&y, 1, 1, TEXT_PUT, (size_t[]){2, 1}, 2);
}

/* A commitment by bidder b at node 0, when that door holds one act each of `n` bidders, of whom b is one if `known`. */
static int commit_at_full(struct play *y, size_t n, bool known, size_t b, struct why *said)
{
	struct buf commit CLEANUP_BUF = BUF(64 * KIB);
	struct bid_name name = {y->bid[b], y->bidder[b].pub, known ? 2 : 1};
	struct bid_commit *c;
	struct slice receipt;
	struct door_room room;
	struct seen s;
	int rc;

	assert_true(look(y, 0, &s));
	c = arena_array(&s.arena, struct bid_commit, n);
	s.p.replay->line = arena_array(&s.arena, struct tally_line, n);
	s.p.replay->n_line = n;
	for (size_t i = 0; i < n; i++) {
		env_random(&y->chance, c[i].name.bidder.b, sizeof(c[i].name.bidder.b));
		s.p.replay->line[i] = (struct tally_line){
			.commit = &c[i], .held = 1ULL << process_index(&s.p, &y->l->m[0].id)};
	}
	if (known)
		c[0].name.bidder = y->bidder[b].pub;
	step_door_room(&s.p, &y->l->m[0].id, &room);
	assert_int_equal(room.taken, n);
	assert_int_equal(room.commits, LIMIT_SEAL_COMMITS / 2 - n);
	assert_int_equal(step_door_acts(&s.p, &y->l->m[0].id, &y->bidder[b].pub), known);
	bid_commit_print(&s.p.replay->policy, &name, known ? BID_WITHDRAW : BID_PUT,
		known ? SLICE_NONE : SLICE("sealed"), &y->bidder[b], &commit);
	rc = step_commit(&s.seat, &s.p, buf_slice(&commit), env_now_ms(&s.m->node->env), &s.arena,
		&receipt, said);
	leave(&s);
	return rc;
}

/* Strangers with keys of a minute ago fill a door: who has bid there can still withdraw, and who is new is told so. */
static void full_door(void **state)
{
	struct play y = {.l = *state};
	struct why said = {0};

	play_begin(&y, 12);
	agreement(&y);
	league_settle(y.l);
	tender(&y, DEADLINE, 2, false, 0);
	until(&y, is_open, "open");
	assert_ok(commit_at_full(&y, LIMIT_SEAL_COMMITS / 2 - 1, false, 0, &why));
	assert_int_equal(commit_at_full(&y, LIMIT_SEAL_COMMITS / 2, false, 1, &said), E_LIMIT);
	assert_non_null(strstr(said.text, "no new bids"));
	assert_ok(commit_at_full(&y, LIMIT_SEAL_COMMITS / 2, true, 1, &why));
}

/* ---- what makes a key is taken back ---- */

static void open_with_one(struct play *y, struct league *l, uint64_t seed)
{
	*y = (struct play){.l = l};
	play_begin(y, seed);
	agreement(y);
	league_settle(l);
	tender(y, DEADLINE, 2, false, 0);
	until(y, is_open, "open");
	for (size_t i = 0; i < N; i++)
		tick(y, i); /* each hands on what the key is made of */
	league_settle(l);
}

/* Member i takes back from all others whatever it has said of the sealing, and that it has signed: its node says `want` to each. */
static void take_back(struct play *y, size_t i, int want)
{
	struct id others[N - 1];
	struct seen s;
	size_t n = 0;

	for (size_t m = 0; m < N; m++)
		if (m != i)
			others[n++] = y->l->m[m].id;
	assert_true(look(y, i, &s));
	for (size_t r = 0; r < s.rows.n; r++) {
		const struct row *row = &s.rows.row[r];
		struct why said = {0};
		struct written w;

		if (!row->mine || (row->kind != P_SEAL && row->kind != P_CONSENT))
			continue;
		assert_int_equal(record_recall(s.m->node, s.m->db, &y->l->id, &row->object, others,
					 n, &w, &said),
			want);
		if (want < 0)
			assert_int_equal(record_erase(s.m->node, s.m->db, &y->l->id, &row->object,
						 &w, &said),
				want);
	}
	leave(&s);
	league_settle(y->l);
}

static bool is_closed(const struct process *p)
{
	return p->replay && p->replay->closed;
}
static bool is_opened(const struct process *p)
{
	return p->state == PROCESS_OPENED;
}

static bool two_see(struct play *y, const size_t who[2], bool (*what)(const struct process *p))
{
	bool all = true;

	for (size_t i = 0; all && i < 2; i++) {
		struct seen s;

		all = look(y, who[i], &s) && what(&s.p);
		leave(&s);
	}
	return all;
}

/* What the two of them do, without the third. */
static void two_until(struct play *y, const size_t who[2], bool (*what)(const struct process *p))
{
	for (unsigned n = 0; n < 24 && !two_see(y, who, what); n++) {
		tick(y, who[0]);
		tick(y, who[1]);
		league_carry(y->l, who[0], who[1], true);
		league_carry(y->l, who[1], who[0], true);
	}
	assert_true(two_see(y, who, what));
}

/* Once a key is made no holder ends the tender by taking its part of it back, the lead neither: k others close and open. */
static void taken_back(void **state)
{
	for (size_t i = 0; i < N; i++) {
		const size_t who[2] = {i == 0, i == 2 ? 1 : 2};
		struct play y;
		struct hash sid;
		struct lax x;

		if (i) {
			league_teardown(state);
			league_setup_signed(state);
		}
		open_with_one(&y, *state, 14 + i);
		sid = sid_at(&y, who[0]);
		take_back(&y, i, E_STATE);
		lax_begin(&x);
		take_back(&y, i, 0);
		lax_end(&x);
		assert_true(two_see(&y, who, is_open));
		supply_at(&y, 0, 1, TEXT_PUT, who, 2);
		league_settle(y.l);
		hour(&y, DEADLINE + 370000);
		two_until(&y, who, is_closed);
		hour(&y, DEADLINE + 600000);
		confirm(&y, who[0]);
		confirm(&y, who[1]);
		two_until(&y, who, is_opened);
		for (size_t k = 0; k < 2; k++) {
			struct hash now = sid_at(&y, who[k]);

			assert_true(hash_eq(&sid, &now));
		}
	}
}

/* ---- other versions of the agreement ---- */

/* A version of the agreement by the lead, that names these members and is signed by the first `n_sign` of them. */
static void agree_on(struct play *y, const size_t *names, size_t n, size_t n_sign)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);
	const char *list = "";
	char id[ID_TEXT + 1], lead[ID_TEXT + 1];
	struct lax x;

	for (size_t i = 0; i < n; i++) {
		id_format(&y->l->m[names[i]].id, id);
		list = arena_printf(&arena, "%s%s\"%s\"", list, i ? "," : "", id);
	}
	id_format(&y->l->m[0].id, lead);
	lax_begin(&x);
	put(y, 0, "procurement/agreement/1",
		arena_printf(&arena,
			"{\"title\":\"y\",\"ocid\":\"ocds-b5fd17-x\",\"participants\":[%s],\"lead\":\"%s\",\"shareRule\":\"prorata\",\"status\":\"proposed\"}",
			list, lead),
		&y->procurement, 0);
	league_settle(y->l);
	for (size_t i = 0; i < n_sign; i++) {
		struct written w;
		struct seen s;

		assert_true(look(y, names[i], &s));
		assert_ok(lab_agree(&s.seat, &s.p, true, &w, &why));
		leave(&s);
		league_settle(y->l);
	}
	lax_end(&x);
}

static bool of_three(const struct process *p)
{
	return p->n_participant == N;
}
static bool of_two(const struct process *p)
{
	return p->n_participant == 2;
}

/* A tender has its key, and a bid: a version that only the lead has signed, or one for two of the three which both have signed, with a key of their own, changes nothing for anybody. */
static void others_agree(void **state)
{
	struct play y;
	struct hash sid;
	struct seen s;

	open_with_one(&y, *state, 19);
	sid = sid_at(&y, 1);
	supply_at(&y, 0, 1, TEXT_PUT, (size_t[]){0, 1, 2}, 3);
	league_settle(y.l);
	assert_false(waits(&y, 1, "sign"));
	agree_on(&y, (size_t[]){0, 1}, 2, 1);
	assert_true(everywhere(&y, is_open));
	/* Who has made the key is asked for its signature under the new version too. */
	assert_true(waits(&y, 1, "sign") && waits(&y, 2, "sign") && !waits(&y, 0, "sign"));
	agree_on(&y, (size_t[]){0, 1}, 2, 2);
	for (size_t i = 0; i < N; i++)
		tick(&y, i);
	league_settle(y.l);
	for (size_t i = 0; i < N; i++) {
		struct hash now = sid_at(&y, i);

		assert_true(hash_eq(&sid, &now));
		assert_true(look(&y, i, &s));
		assert_true(of_three(&s.p));
		assert_true(s.p.agreement != s.p.agreement_last);
		assert_int_equal(s.p.state, PROCESS_OPEN);
		/* The list, which sees no keys, says the same. */
		assert_ok(process_read_brief(
			&s.rows, env_now_ms(&s.m->node->env), &s.arena, &s.p, &why));
		assert_true(of_three(&s.p));
		leave(&s);
		/* And nobody else is told of what is no more than proposed. */
		assert_int_equal(releases_told(&y, i, "planning"), 1);
		assert_int_equal(releases_told(&y, i, "planningUpdate"), 0);
	}
}

/* Member i says no to the version that all have signed. */
static void refuse_first(struct play *y, size_t i, const struct hash *version)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);
	char object[OBJECT_TEXT + 1], leaf[65];

	object_format(&y->procurement, object);
	hex_encode(version->b, 32, leaf);
	put(y, i, "procurement/consent/1",
		arena_printf(&arena, "{\"procurement\":\"%s\",\"leaf\":\"%s\",\"agrees\":false}",
			object, leaf),
		NULL, 0);
	league_settle(y->l);
}

/* The lead proposes to go on without member 2, which then takes its signature under the version before back, with a refusal as its own node takes it: the key stands all the same, and what it was made for. */
static void refused_beside(void **state)
{
	struct play y;
	struct hash sid, version;
	struct seen s;

	open_with_one(&y, *state, 21);
	sid = sid_at(&y, 1);
	supply_at(&y, 0, 1, TEXT_PUT, (size_t[]){0, 1, 2}, 3);
	assert_true(look(&y, 1, &s));
	version = s.p.agreement->leaf;
	leave(&s);
	league_settle(y.l);
	agree_on(&y, (size_t[]){0, 1}, 2, 1);
	refuse_first(&y, 2, &version);
	for (size_t i = 0; i < N; i++) {
		assert_true(look(&y, i, &s));
		assert_true(of_three(&s.p));
		assert_int_equal(s.p.state, PROCESS_OPEN);
		assert_true(hash_eq(&s.p.replay->policy.sid, &sid));
		assert_ok(process_read_brief(
			&s.rows, env_now_ms(&s.m->node->env), &s.arena, &s.p, &why));
		assert_true(of_three(&s.p));
		assert_int_equal(s.p.state, PROCESS_OPEN);
		leave(&s);
	}
}

/* The lead proposes that another leads: until all have signed that, the door is where it was. */
static void other_lead(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);
	char id[N][ID_TEXT + 1];
	struct play y;
	struct seen s;
	struct lax x;

	open_with_one(&y, *state, 22);
	for (size_t i = 0; i < N; i++)
		id_format(&y.l->m[i].id, id[i]);
	lax_begin(&x);
	put(&y, 0, "procurement/agreement/1",
		arena_printf(&arena,
			"{\"title\":\"y\",\"ocid\":\"ocds-b5fd17-x\",\"participants\":[\"%s\",\"%s\",\"%s\"],\"lead\":\"%s\",\"shareRule\":\"prorata\",\"status\":\"proposed\"}",
			id[0], id[1], id[2], id[1]),
		&y.procurement, 0);
	lax_end(&x);
	league_settle(y.l);
	for (size_t i = 0; i < N; i++) {
		struct reader who;

		assert_true(look(&y, i, &s));
		who = world_reader(&s.world, &s.m->id);
		assert_ok(procure_store_process(&s.world, s.m->db, &who, &y.procurement, ROWS_HEAD,
			&s.arena, &s.rows, &why));
		assert_ok(process_read_brief(
			&s.rows, env_now_ms(&s.m->node->env), &s.arena, &s.p, &why));
		assert_true(id_eq(&s.p.lead, &y.l->m[0].id));
		assert_non_null(s.p.tender);
		leave(&s);
	}
}

/* The lead names as many as a coalition may have in a version that nobody else signs: the records of those who have signed are read as before, and as many of them. */
static void many_named(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);
	const char *list = "";
	char id[ID_TEXT + 1];
	struct play y;
	struct seen s;
	struct lax x;

	open_with_one(&y, *state, 24);
	id_format(&y.l->m[0].id, id);
	for (size_t i = 1; i < LIMIT_MEMBERS; i++) {
		char other[ID_TEXT + 1];
		struct id made;

		env_random(&y.chance, made.b, sizeof(made.b));
		id_format(&made, other);
		list = arena_printf(&arena, "%s,\"%s\"", list, other);
	}
	lax_begin(&x);
	put(&y, 0, "procurement/agreement/1",
		arena_printf(&arena,
			"{\"title\":\"y\",\"ocid\":\"ocds-b5fd17-x\",\"participants\":[\"%s\"%s],\"lead\":\"%s\",\"shareRule\":\"prorata\",\"status\":\"proposed\"}",
			id, list, id),
		&y.procurement, 0);
	lax_end(&x);
	league_settle(y.l);
	for (size_t i = 0; i < N; i++) {
		assert_true(look(&y, i, &s));
		assert_int_equal(s.p.state, PROCESS_OPEN);
		assert_int_equal(s.rows.own_bytes, LIMIT_PROCESS_BYTES / N);
		assert_int_equal(s.rows.own_rows, LIMIT_PROCESS_ROWS / N);
		leave(&s);
	}
}

/* Before there is a key two may go on without the third: what those have signed whom it names counts. */
static void without_one(void **state)
{
	struct play y = {.l = *state};

	play_begin(&y, 20);
	agreement(&y);
	league_settle(y.l);
	assert_true(everywhere(&y, of_three));
	agree_on(&y, (size_t[]){0, 1}, 2, 2);
	assert_true(everywhere(&y, of_two));
}

/* Three go on by turns without one of them, again and again: what is read for it is no more for everybody. */
static void by_turns(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * GIB);
	struct play y = {.l = *state};
	struct process *p;
	struct seen s;

	play_begin(&y, 23);
	agreement(&y);
	league_settle(y.l);
	for (size_t i = 0; i < 6; i++)
		agree_on(&y, (size_t[]){0, 1 + i % 2}, 2, 2);
	/* And a last one that nobody has signed. */
	agree_on(&y, (size_t[]){0, 2}, 2, 0);
	assert_true(look(&y, 2, &s));
	for (size_t brief = 0; brief < 2; brief++) {
		arena_reset(&arena);
		p = process_agreed(&s.rows, brief, &arena);
		assert_true(of_two(p) && process_has(p, &y.l->m[2].id));
		assert_true(arena.used < 2 * sizeof(*p));
	}
	leave(&s);
}

static void tender_is(struct play *y, const char *status)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);
	const char *text;
	ptrdiff_t at;
	struct seen s;

	assert_true(look(y, 0, &s));
	text = arena_string(&arena, s.p.tender->body);
	at = slice_search(slice_str(text), SLICE("\"status\":\"open\""));
	assert_true(at > 0);
	put(y, 0, "procurement/tender/1",
		arena_printf(&arena, "%.*s\"status\":\"%s\"}", (int)at, text, status), &y->tender,
		0);
	leave(&s);
	league_settle(y->l);
}

/* When the procurement has ended, whoever wrote something may erase it; nothing that others rely on expires by itself. */
static void ended(void **state)
{
	struct play y;
	struct draft d;
	struct written w;
	struct seen s;
	struct why said = {0};

	open_with_one(&y, *state, 18);
	tender_is(&y, "cancelled");
	assert_true(look(&y, 0, &s));
	d = (struct draft){.mode = MODE_REAL,
		.kind = SLICE("procurement/seal/1"),
		.label = s.p.tender_last->label,
		.member = s.p.participant,
		.n_member = N,
		.until_ms = DEADLINE,
		.media = SLICE("application/json")};
	for (size_t r = 0; r < s.rows.n; r++)
		if (s.rows.row[r].kind == P_SEAL)
			d.content = s.rows.row[r].body;
	assert_true(d.content.n > 0);
	assert_int_equal(node_write(s.m->node, s.m->db, &y.l->id, &d, 1, &w, &said), E_INVALID);
	assert_string_equal(said.where, "/until");
	leave(&s);
	league_settle(y.l);
	take_back(&y, 2, 0);
}

/* Member 0 makes up a signing key for `victim`, and says all that a key takes under it, in the logs of `n` members. */
static void make_up(struct play *y, struct arena *made, size_t victim, const size_t *log, size_t n)
{
	struct seal_policy *p = mem_new(struct seal_policy);
	struct dkg_deal *deal = arena_array(made, struct dkg_deal, N);
	struct dkg_key *key = mem_new(struct dkg_key);
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct seckey false_key = seckey_new(&y->chance);
	const struct seckey *sign[N];
	struct slice said[1 + 3 * N];
	size_t m = 0;
	struct seen s;

	assert_true(look(y, 0, &s));
	*p = s.p.replay->policy;
	p->open_ms += 1000; /* another one */
	p->k = 2;
	p->r = N - p->k + 1;
	for (uint32_t i = 0; i < N; i++) {
		size_t of = 0;

		while (!id_eq(&y->l->m[of].id, &p->holder[i].member))
			of++;
		sign[i] = of == victim ? &false_key : &y->l->m[of].node->log_key;
		p->holder[i].key = sign[i]->pub;
	}
	seal_policy_print(p, &y->l->m[0].node->log_key, &b);
	said[m++] = arena_copy(made, buf_slice(&b));
	assert_ok(seal_policy_parse(p, said[0], &why));
	for (uint32_t i = 1; i <= N; i++) {
		buf_clear(&b);
		seal_countersign_print(p, i, sign[i - 1], &b);
		said[m++] = arena_copy(made, buf_slice(&b));
		buf_clear(&b);
		assert_ok(dkg_deal(p, i, sign[i - 1], &y->chance, &b, &why));
		said[m++] = arena_copy(made, buf_slice(&b));
		assert_ok(dkg_deal_parse(&deal[i - 1], p, made, said[m - 1], &why));
	}
	dkg_public(p, deal, key);
	for (uint32_t i = 1; i <= N; i++) {
		buf_clear(&b);
		dkg_cert_print(p, i, key, sign[i - 1], &b);
		said[m++] = arena_copy(made, buf_slice(&b));
	}
	leave(&s);
	for (size_t k = 0; k < n; k++)
		for (size_t i = 0; i < m; i++) {
			buf_clear(&b);
			buf_slice_add(&b, said[i]);
			write_seal(y, log[k], &b);
		}
	league_settle(y->l);
	mem_free(p);
	mem_free(key);
}

static bool is_made(const struct process *p)
{
	return p->replay && p->replay->has_key;
}

/* Handing on makes nobody's key for him: not where fewer than k bear it, and at his own node not even then. */
static void made_up(void **state)
{
	struct play y = {.l = *state};
	struct arena made CLEANUP_ARENA = ARENA(1 * MIB);
	struct seen s;

	play_begin(&y, 17);
	agreement(&y);
	league_settle(y.l);
	tender(&y, DEADLINE, 2, false, 0);
	tick(&y, 0);
	league_settle(y.l);
	make_up(&y, &made, 2, (size_t[]){0}, 1);
	for (size_t i = 0; i < N; i++) {
		assert_true(look(&y, i, &s));
		assert_false(is_made(&s.p));
		leave(&s);
	}
	make_up(&y, &made, 2, (size_t[]){0, 1}, 2);
	for (size_t i = 0; i < N; i++) {
		assert_true(look(&y, i, &s));
		assert_int_equal(
			is_made(&s.p), i != 2); /* those two are k: they need no false key */
		leave(&s);
	}
}

/* Where three have to open, two hand on nothing by writing that two would do. */
static void too_few(void **state)
{
	struct play y = {.l = *state};
	struct arena made CLEANUP_ARENA = ARENA(1 * MIB);
	struct seen s;

	play_begin(&y, 25);
	agreement(&y);
	league_settle(y.l);
	tender(&y, DEADLINE, 3, false, 0);
	tick(&y, 0);
	league_settle(y.l);
	make_up(&y, &made, 2, (size_t[]){0, 1}, 2);
	for (size_t i = 0; i < N; i++) {
		assert_true(look(&y, i, &s));
		assert_false(is_made(&s.p));
		leave(&s);
	}
}

/* ---- the door ---- */

/* A tender that has ended takes no bids that nobody will open, though its deadline is to come. */
static void door_shut(void **state)
{
	static const char *const ends[] = {"unsuccessful", "cancelled"};

	for (size_t e = 0; e < COUNT_OF(ends); e++) {
		struct buf commit CLEANUP_BUF = BUF(64 * KIB);
		struct bid_name name = {.seq = 1};
		struct why said = {0};
		struct slice receipt;
		struct play y;
		struct seen s;

		if (e) {
			league_teardown(state);
			league_setup_signed(state);
		}
		open_with_one(&y, *state, 26 + e);
		name.bidder = y.bidder[0].pub;
		name.bid = y.bid[0];
		tender_is(&y, ends[e]);
		assert_true(look(&y, 1, &s));
		bid_commit_print(&s.p.replay->policy, &name, BID_PUT, SLICE("sealed"), &y.bidder[0],
			&commit);
		assert_int_equal(step_commit(&s.seat, &s.p, buf_slice(&commit),
					 env_now_ms(&s.m->node->env), &s.arena, &receipt, &said),
			E_STATE);
		leave(&s);
	}
}

int main(int argc, char **argv)
{
	static const struct workspace *const both[] = {
		&workspace_note, &workspace_procurement, NULL};
	const struct CMUnitTest tests[] = {SIGNED(bid_holds), SIGNED(receipt_holds),
		SIGNED(none_bid), SIGNED(apart), SIGNED(told_twice), SIGNED(full_door),
		SIGNED(taken_back), SIGNED(others_agree), SIGNED(refused_beside),
		SIGNED(other_lead), SIGNED(many_named), SIGNED(without_one), SIGNED(by_turns),
		SIGNED(ended), SIGNED(made_up), SIGNED(too_few), SIGNED(door_shut)};
	int skip = league_start(argc, argv);

	workspaces = both;
	return skip ? skip : cmocka_run_group_tests_name("round", tests, NULL, NULL);
}
