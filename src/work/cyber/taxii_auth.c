/*
 * taxii_auth.c: who is it? HTTP Basic with name and password, Bearer with a token, a client certificate. A password is hashed once and then known by the hash of the
 * header for a while; whatever is known is looked at again in the store every two seconds, so that what is taken from somebody is gone at once.
 */
#include "work/cyber/taxii.h"

#include "base/enc.h"
#include "base/map.h"
#include "base/report.h"
#include "node/signin.h"
#include "web/hashing.h"

#include <pthread.h>

struct credential {
	struct hash key;
	struct arena arena; /* owns what `client` points at */
	struct taxii_client client;
	int64_t looked_ms, verified_ms; /* monotonic */
};

static struct {
	pthread_mutex_t lock;
	struct map by_key; /* → struct credential, owned */
} credentials = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* ---- what is kept ---- */

static void credential_free(struct credential *c)
{
	arena_free(&c->arena);
	mem_free(c);
}

/* Lock held. */
static void credential_drop(struct credential *c)
{
	(void)map_del(&credentials.by_key, slice_of(c->key.b, 32));
	credential_free(c);
}

static void copy_account(struct arena *a, struct account *to, const struct account *from)
{
	*to = *from;
	to->name = arena_copy(a, from->name);
	to->shown = arena_copy(a, from->shown);
	to->clearance = arena_copy(a, from->clearance);
	to->password = SLICE_NONE;
}

static void copy_client(struct arena *a, struct taxii_client *to, const struct caller *from)
{
	struct caller *c = &to->caller;

	*to = (struct taxii_client){.caller = {.kind = from->kind, .roles = from->roles}};
	copy_account(a, &c->account, &from->account);
	c->token = from->token;
	c->token.id = arena_copy(a, from->token.id);
	c->token.name = arena_copy(a, from->token.name);
	c->token.owner = arena_copy(a, from->token.owner);
	c->token.clearance = arena_copy(a, from->token.clearance);
	to->account = c->account.name;
	/* No clearance has a space in it. */
	to->release = slice_str(arena_printf(a, "%.*s %.*s", SLICE_FMT(from->account.clearance),
		SLICE_FMT(from->token.clearance)));
}

static struct credential *credential_new(
	const struct hash *key, const struct caller *caller, int64_t now_ms)
{
	struct credential *c = mem_new(struct credential);

	c->key = *key;
	c->arena = ARENA(64 * KIB);
	copy_client(&c->arena, &c->client, caller);
	c->looked_ms = c->verified_ms = now_ms;
	return c;
}

static void credential_keep(struct credential *c)
{
	struct credential *before;

	pthread_mutex_lock(&credentials.lock);
	before = map_get(&credentials.by_key, slice_of(c->key.b, 32));
	if (before)
		credential_drop(before);
	if (credentials.by_key.n >= LIMIT_TAXII_CREDENTIALS) {
		size_t at = 0;
		struct slice key;
		void *any;

		/* Any of them: who is still there is known again after one password. */
		if (map_each(&credentials.by_key, &at, &key, &any))
			credential_drop(any);
	}
	(void)map_put(&credentials.by_key, slice_of(c->key.b, 32), c);
	pthread_mutex_unlock(&credentials.lock);
}

/* Copied into the request: the entry may go at any time. */
static bool credential_get(const struct hash *key, struct arena *arena, struct taxii_client *ret,
	int64_t *ret_looked, int64_t *ret_verified)
{
	struct credential *c;

	pthread_mutex_lock(&credentials.lock);
	c = map_get(&credentials.by_key, slice_of(key->b, 32));
	if (c) {
		copy_client(arena, ret, &c->client.caller);
		*ret_looked = c->looked_ms;
		*ret_verified = c->verified_ms;
	}
	pthread_mutex_unlock(&credentials.lock);
	return c != NULL;
}

static void credential_looked(const struct hash *key, int64_t now_ms)
{
	struct credential *c;

	pthread_mutex_lock(&credentials.lock);
	c = map_get(&credentials.by_key, slice_of(key->b, 32));
	if (c)
		c->looked_ms = now_ms;
	pthread_mutex_unlock(&credentials.lock);
}

static void credential_forget(const struct hash *key)
{
	struct credential *c;

	pthread_mutex_lock(&credentials.lock);
	c = map_get(&credentials.by_key, slice_of(key->b, 32));
	if (c)
		credential_drop(c);
	pthread_mutex_unlock(&credentials.lock);
}

/* ---- is it still so? ---- */

static bool account_same(const struct account *a, const struct account *b)
{
	return !b->disabled && a->generation == b->generation && roles_eq(&a->roles, &b->roles) &&
	       slice_eq(a->clearance, b->clearance);
}

static int look_again(struct taxii *t, const struct taxii_client *c, bool *ret)
{
	struct account now;
	struct stmt *s;
	int rc = account_get_row(t->db, c->caller.account.row, t->arena, &now, &t->why);

	*ret = rc == 0 && account_same(&c->caller.account, &now);
	if (rc < 0 || !*ret || c->caller.kind != CALLER_TOKEN)
		return rc == E_MISSING ? 0 : rc;
	s = db_stmt(t->db, "SELECT 1 FROM token WHERE id = $1 AND revoked = 0 AND until_ms > $2");
	db_bind_text(s, 1, c->caller.token.id);
	db_bind_i64(s, 2, env_now_ms(&t->api->node->env));
	rc = db_step(s, &t->why);
	*ret = rc == DB_ROW;
	db_reset(s);
	return rc < 0 ? rc : 0;
}

/* ---- for the first time ---- */

static int who_basic(struct taxii *t, struct slice coded, struct caller *ret)
{
	struct buf text CLEANUP_BUF = BUF(2 * KIB);
	struct signin in = {.address = caller_address(&t->api->place, t->req), .purpose = "TAXII"};
	const char *network = caller_network(&t->api->place, t->req);
	struct slice rest;
	int rc;

	if (base64_decode(slice_trim(coded), &text) < 0 || buf_over(&text))
		return why_set(&t->why, E_AUTH, "Authorization", "no name and password in base64");
	rest = buf_slice(&text);
	if (!slice_cut_exact(&rest, ':', &in.name))
		return why_set(&t->why, E_AUTH, "Authorization", "no name and password in it");
	in.password = rest;
	*ret = (struct caller){.kind = CALLER_SESSION};
	if (hashing_enter(network)) {
		rc = signin_password(
			t->api->node, t->db, &in, t->arena, &ret->account, &t->retry_ms, &t->why);
		hashing_leave(network);
	} else {
		rc = why_set(&t->why, E_BUSY, "", "others are signing in at this moment");
	}
	explicit_bzero(text.p, text.n);
	if (rc == E_AUTH && strcmp(t->why.where, "code") == 0)
		return why_set(&t->why, E_AUTH, "",
			"this account has a second factor: give the program a token (entente token new)");
	ret->roles = ret->account.roles;
	return rc;
}

static int who_bearer(struct taxii *t, struct slice text, struct caller *ret)
{
	int rc;

	*ret = (struct caller){.kind = CALLER_TOKEN};
	rc = token_check(t->db, slice_trim(text), env_now_ms(&t->api->node->env), t->arena,
		&ret->token, &ret->account, &t->why);
	if (rc == 0)
		ret->roles = roles_both(&ret->token.roles, &ret->account.roles);
	return rc;
}

static int who_certificate(struct taxii *t, struct caller *ret)
{
	int rc;

	*ret = (struct caller){.kind = CALLER_SESSION};
	rc = signin_certificate(t->api->node, t->db, &t->req->pin,
		caller_address(&t->api->place, t->req), "TAXII", t->arena, &ret->account, &t->why);
	ret->roles = ret->account.roles;
	return rc;
}

static bool scheme(struct slice *header, const char *name)
{
	size_t n = strlen(name);

	if (header->n <= n || strncasecmp((const char *)header->p, name, n) != 0 ||
		header->p[n] != ' ')
		return false;
	*header = slice_sub(*header, n + 1, header->n);
	return true;
}

static int who_is_it(struct taxii *t, struct slice header, struct caller *ret)
{
	if (header.n && scheme(&header, "Basic"))
		return who_basic(t, header, ret);
	if (header.n && scheme(&header, "Bearer"))
		return who_bearer(t, header, ret);
	if (header.n)
		return why_set(&t->why, E_AUTH, "Authorization", "expected Basic or Bearer");
	return who_certificate(t, ret);
}

/* A node without a single user shows itself to its own machine, to read. */
static int who_nobody(struct taxii *t, struct taxii_client *c)
{
	int rc = caller_find(&t->api->place, t->db, t->req, t->arena, &c->caller, &t->why);

	if (rc == 0 && c->caller.kind != CALLER_LOCAL)
		rc = why_set(
			&t->why, E_AUTH, "", "name and password, a token or a certificate, please");
	c->release = SLICE("local");
	return rc;
}

/* Guessing costs: so many a minute from one address. */
static int stranger(struct taxii *t, int rc)
{
	if (rc == E_AUTH &&
		!rate_take(t->api->rate, slice_str(caller_network(&t->api->place, t->req)),
			LIMIT_STRANGER_REQUESTS_MINUTE, &t->retry_ms))
		return why_set(&t->why, E_BUSY, "", "too many requests that nobody signed");
	return rc;
}

static int meet(struct taxii *t, const struct hash *key, struct slice header, int64_t now_ms,
	struct taxii_client *client)
{
	struct caller caller = {0};
	int rc = stranger(t, who_is_it(t, header, &caller));

	if (rc < 0)
		return rc;
	struct credential *c = credential_new(key, &caller, now_ms);
	copy_client(t->arena, client, &caller);
	credential_keep(c);
	if (caller.kind == CALLER_TOKEN && db_begin(t->db, NULL) == 0) {
		/* When it was last used, now and then. */
		if (token_used(t->db, caller.token.id, env_now_ms(&t->api->node->env), NULL) < 0 ||
			db_commit(t->db, NULL) < 0)
			db_rollback(t->db);
	}
	return 0;
}

/* What was shown: a header, or else the key of the connection. */
static struct hash key_of(const struct taxii *t, struct slice header)
{
	const struct slice pieces[] = {SLICE("entente-credential/1\n"),
		id_slice(&t->api->node->self), header,
		t->req->has_pin && !header.n ? slice_of(t->req->pin.b, 32) : SLICE_NONE};

	return hash_of(pieces, sizeof(pieces) / sizeof(*pieces));
}

bool taxii_client_known(const struct taxii *t)
{
	struct slice header = request_header(t->req, "Authorization");
	struct hash key = key_of(t, header);
	int64_t now_ms = env_mono_ms(&t->api->node->env);
	const struct credential *c;
	bool known;

	if (!header.n && !t->req->has_pin)
		return false;
	pthread_mutex_lock(&credentials.lock);
	c = map_get(&credentials.by_key, slice_of(key.b, 32));
	known = c && now_ms - c->verified_ms <= LIMIT_TAXII_PASSWORD_MS;
	pthread_mutex_unlock(&credentials.lock);
	return known;
}

bool taxii_client_quick(struct taxii *t)
{
	struct slice header = request_header(t->req, "Authorization");
	struct taxii_client *client = arena_new(t->arena, struct taxii_client);
	int64_t now_ms = env_mono_ms(&t->api->node->env), looked, verified;
	struct hash key = key_of(t, header);

	t->client = client;
	return (header.n || t->req->has_pin) &&
	       credential_get(&key, t->arena, client, &looked, &verified) &&
	       now_ms - verified <= LIMIT_TAXII_PASSWORD_MS &&
	       now_ms - looked <= LIMIT_TAXII_FRESH_MS &&
	       caller_may(&client->caller, AREA_CYBER, ROLE_READER, &t->why) == 0;
}

/* Whoever is known asks a lot, but not without end; who is not has paid as a stranger. */
static int rate_check(struct taxii *t, const struct caller *caller)
{
	int64_t account = caller_account(caller);
	const char *key = arena_printf(t->arena, "taxii %lld", (long long)account);

	if (!account)
		return api_rate(t->api, t->req, caller, 0, &t->retry_ms, &t->why);
	if (rate_take(t->api->rate, slice_str(key), LIMIT_TAXII_REQUESTS_MINUTE, &t->retry_ms))
		return 0;
	return why_set(
		&t->why, E_BUSY, "", "more than %d requests a minute", LIMIT_TAXII_REQUESTS_MINUTE);
}

static int client_find(struct taxii *t, struct taxii_client *client)
{
	struct slice header = request_header(t->req, "Authorization");
	int64_t now_ms = env_mono_ms(&t->api->node->env), looked, verified;
	struct hash key = key_of(t, header);
	bool same = true;
	int rc;

	if (!header.n && !t->req->has_pin)
		return stranger(t, who_nobody(t, client));
	if (!credential_get(&key, t->arena, client, &looked, &verified) ||
		now_ms - verified > LIMIT_TAXII_PASSWORD_MS)
		rc = meet(t, &key, header, now_ms, client);
	else {
		rc = now_ms - looked > LIMIT_TAXII_FRESH_MS ? look_again(t, client, &same) : 0;
		if (rc == 0 && !same) {
			credential_forget(&key);
			rc = meet(t, &key, header, now_ms, client);
		} else if (rc == 0 && now_ms - looked > LIMIT_TAXII_FRESH_MS) {
			credential_looked(&key, now_ms);
		}
	}
	return rc;
}

int taxii_client_find(struct taxii *t)
{
	struct taxii_client *client = arena_new(t->arena, struct taxii_client);

	t->client = client;
	TRY(client_find(t, client));
	TRY(rate_check(t, &client->caller));
	return caller_may(&client->caller, AREA_CYBER, ROLE_READER, &t->why);
}
