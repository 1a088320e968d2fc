/* issuer.c: see issuer.h. */
#include "web/issuer.h"

#include "base/enc.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/report.h"
#include "crypt/jose.h"
#include "net/client.h"

#include <pthread.h>
#include <stdatomic.h>

#define KEEP_MS	    (60LL * 60 * 1000)
#define AGAIN_MS    (10LL * 1000)
#define DEADLINE_MS 8000
#define WAITING_MAX 2
#define ERROR_SHOWN 200

enum { ISSUER_MAGIC = 0x49535355 };

/* Bytes as they came, and when. */
struct kept {
	struct buf bytes;
	int64_t at_ms; /* monotonic; 0: never */
};

struct issuer {
	uint32_t magic;
	const struct node *node;
	atomic_int waiting;
	pthread_mutex_t lock; /* guards what is below; nobody waits for the network under it */
	struct kept description, keys;
};

struct issuer *issuer_new(const struct node *node)
{
	if (!node->conf.oidc.issuer)
		return NULL;
	struct issuer *i = mem_new(struct issuer);
	i->magic = ISSUER_MAGIC;
	i->node = node;
	i->description.bytes = i->keys.bytes = BUF(LIMIT_OIDC_ANSWER);
	MUST(pthread_mutex_init(&i->lock, NULL) == 0);
	return i;
}

void issuer_free(struct issuer **p)
{
	struct issuer *i = *p;

	*p = NULL;
	if (!i)
		return;
	MUST(i->magic == ISSUER_MAGIC);
	buf_free(&i->description.bytes);
	buf_free(&i->keys.bytes);
	pthread_mutex_destroy(&i->lock);
	i->magic = 0;
	mem_free(i);
}

int issuer_enter(struct issuer *i, struct why *why)
{
	MUST(i->magic == ISSUER_MAGIC);
	if (atomic_fetch_add(&i->waiting, 1) < WAITING_MAX)
		return 0;
	atomic_fetch_sub(&i->waiting, 1);
	return why_set(why, E_BUSY, "", "others are signing in at this moment");
}

void issuer_leave(struct issuer *i)
{
	atomic_fetch_sub(&i->waiting, 1);
}

/* ---- asking ---- */

static int ask(struct issuer *i, const struct client_call *call, struct client_answer *ret,
	struct buf *body, struct why *why)
{
	const struct conf *c = &i->node->conf;
	struct client *client = client_new(&(struct client_options){.pins = c->oidc.pin,
		.n_pins = c->oidc.n_pin,
		.allow = c->allow,
		.n_allow = c->n_allow});
	int rc = client_request(client, call, ret, body, why);

	client_free(&client);
	if (rc < 0 && why) {
		/* Whatever it was, to the person it is a provider that cannot be reached. */
		why_prefix(why, "the provider of identities");
		rc = why->code = E_NET;
	}
	return rc < 0 ? E_NET : 0;
}

static int fetch(struct issuer *i, const char *url, struct buf *body, struct why *why)
{
	static const char *const headers[] = {"Accept: application/json", NULL};
	struct client_answer answer = {0};
	int rc = ask(i,
		&(struct client_call){.method = "GET",
			.url = url,
			.headers = headers,
			.deadline_ms = DEADLINE_MS,
			.answer_max = LIMIT_OIDC_ANSWER},
		&answer, body, why);

	if (rc == 0 && answer.status != 200)
		rc = why_set(why, E_NET, "", "the provider of identities answers %u at %.200s",
			answer.status, url);
	return rc;
}

/* The kept bytes if they are younger than `age_ms`, else fetched and kept. Copied into the arena. */
static int kept_get(struct issuer *i, struct kept *k, const char *url, int64_t age_ms,
	struct arena *arena, struct slice *ret, struct why *why)
{
	struct buf fresh = BUF(LIMIT_OIDC_ANSWER);
	int64_t now_ms = env_mono_ms(&i->node->env) + 1;
	bool young;
	int rc;

	pthread_mutex_lock(&i->lock);
	young = k->at_ms && now_ms - k->at_ms < age_ms;
	if (young)
		*ret = arena_copy(arena, buf_slice(&k->bytes));
	pthread_mutex_unlock(&i->lock);
	if (young)
		return 0;
	rc = fetch(i, url, &fresh, why);
	if (rc == 0) {
		*ret = arena_copy(arena, buf_slice(&fresh));
		pthread_mutex_lock(&i->lock);
		struct buf old = k->bytes;
		k->bytes = fresh;
		k->at_ms = now_ms;
		fresh = old;
		pthread_mutex_unlock(&i->lock);
	}
	buf_free(&fresh);
	return rc;
}

static void kept_forget(struct issuer *i, struct kept *k)
{
	pthread_mutex_lock(&i->lock);
	k->at_ms = 0;
	pthread_mutex_unlock(&i->lock);
}

int issuer_provider(
	struct issuer *i, struct arena *arena, struct oidc_provider *ret, struct why *why)
{
	const struct conf_oidc *conf = &i->node->conf.oidc;
	size_t n = strlen(conf->issuer);
	struct slice bytes;
	/* Discovery §4.1: a slash at the issuer's end is not doubled. */
	const char *url = arena_printf(arena, "%.*s/.well-known/openid-configuration",
		(int)(n - (conf->issuer[n - 1] == '/')), conf->issuer);
	int rc = kept_get(i, &i->description, url, KEEP_MS, arena, &bytes, why);

	if (rc < 0)
		return rc;
	rc = oidc_provider_read(bytes, conf, arena, ret, why);
	if (rc < 0) {
		kept_forget(i, &i->description);
		if (why)
			why->code = E_NET;
		return E_NET;
	}
	return 0;
}

/* ---- the token ---- */

static int secret_read(struct issuer *i, struct arena *arena, struct slice *ret, struct why *why)
{
	const char *name = i->node->conf.oidc.secret;
	struct buf b = BUF(4 * KIB);
	int rc = 0;

	*ret = SLICE_NONE;
	if (name) {
		rc = file_read(
			name[0] == '/' ? name : arena_printf(arena, "%s/%s", i->node->dir, name),
			&b, why);
		if (rc == 0)
			*ret = arena_copy(arena, slice_trim(buf_slice(&b)));
		else
			rc = why_set(why, E_STATE, "oidc-secret",
				"the file with the client's secret cannot be read");
	}
	buf_wipe(&b);
	return rc;
}

static void form(struct buf *b, const char *name, struct slice value)
{
	buf_addf(b, "%s%s=", b->n ? "&" : "", name);
	buf_percent(b, value);
}

/* RFC 6749 §2.3.1: both parts are form-encoded before they are joined. */
static const char *basic(const char *client, struct slice secret, struct arena *arena)
{
	struct buf plain = BUF(16 * KIB), text CLEANUP_BUF = BUF(32 * KIB);

	buf_percent(&plain, slice_str(client));
	buf_byte(&plain, ':');
	buf_percent(&plain, secret);
	buf_base64(&text, plain.p, plain.n);
	buf_wipe(&plain);
	return arena_printf(arena, "Authorization: Basic %s", buf_cstr(&text));
}

/* What a provider says went wrong (RFC 6749 §5.2), as far as it can be shown. */
static int said_no(struct slice body, unsigned status, struct arena *arena, struct why *why)
{
	struct json_doc doc;
	struct slice error = SLICE_NONE;

	if (json_read(&doc, arena, body, &json_limits_partner, NULL) == 0)
		error = json_string(&doc, json_get(&doc, json_root(&doc), "error"), arena);
	if (error.n > ERROR_SHOWN)
		error.n = ERROR_SHOWN;
	return why_set(why, E_AUTH, "", "the provider of identities refuses the sign-in: %u %.*s",
		status, (int)error.n, error.p ? (const char *)error.p : "");
}

static int exchange(struct issuer *i, const struct oidc_provider *p, const struct issuer_grant *g,
	struct arena *arena, struct slice *ret_token, struct why *why)
{
	const char *client = i->node->conf.oidc.client;
	const char *headers[] = {"Accept: application/json", NULL, NULL};
	struct buf body = BUF(16 * KIB), answer_body CLEANUP_BUF = BUF(LIMIT_OIDC_ANSWER);
	struct client_answer answer = {0};
	struct json_doc doc;
	struct slice secret;
	int rc = secret_read(i, arena, &secret, why);

	if (rc < 0)
		return rc;
	form(&body, "grant_type", SLICE("authorization_code"));
	form(&body, "code", g->code);
	form(&body, "redirect_uri", slice_str(g->redirect));
	form(&body, "code_verifier", g->verifier);
	if (!secret.n || p->post)
		form(&body, "client_id", slice_str(client));
	if (secret.n && p->post)
		form(&body, "client_secret", secret);
	else if (secret.n)
		headers[1] = basic(client, secret, arena);
	rc = ask(i,
		&(struct client_call){.method = "POST",
			.url = p->token,
			.body = buf_slice(&body),
			.content_type = "application/x-www-form-urlencoded",
			.headers = headers,
			.deadline_ms = DEADLINE_MS,
			.answer_max = LIMIT_OIDC_ANSWER},
		&answer, &answer_body, why);
	buf_wipe(&body);
	if (rc < 0)
		return rc;
	struct slice bytes = arena_copy(arena, buf_slice(&answer_body));
	if (answer.status != 200)
		return said_no(bytes, answer.status, arena, why);
	if (json_read(&doc, arena, bytes, &json_limits_partner, NULL) < 0)
		return why_set(why, E_NET, "",
			"the provider of identities answers something else than JSON");
	*ret_token = json_string(&doc, json_get(&doc, json_root(&doc), "id_token"), arena);
	return ret_token->n
		       ? 0
		       : why_set(why, E_NET, "", "the provider of identities gives no ID token");
}

static int check(struct issuer *i, const struct oidc_provider *p, struct slice token,
	int64_t age_ms, struct arena *arena, struct slice *ret, struct why *why)
{
	struct jwks *keys = arena_new(arena, struct jwks);
	struct slice bytes;
	int rc = kept_get(i, &i->keys, p->keys, age_ms, arena, &bytes, why);

	if (rc < 0)
		return rc;
	rc = jwks_read(bytes, arena, keys, why);
	if (rc < 0) {
		kept_forget(i, &i->keys);
		if (why)
			why->code = E_NET;
		return E_NET;
	}
	return jws_check(token, keys, arena, ret, why);
}

int issuer_token(struct issuer *i, const struct oidc_provider *p, const struct issuer_grant *grant,
	struct arena *arena, struct slice *ret_payload, struct why *why)
{
	struct slice token = SLICE_NONE;
	int rc = exchange(i, p, grant, arena, &token, why);

	if (rc < 0)
		return rc;
	rc = check(i, p, token, KEEP_MS, arena, ret_payload, why);
	if (rc == E_MISSING)
		rc = check(i, p, token, AGAIN_MS, arena, ret_payload, why);
	if (rc == E_NET || rc == 0)
		return rc;
	if (why)
		why->code = E_AUTH;
	return E_AUTH;
}
