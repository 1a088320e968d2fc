/* budget.c: what one partner may ask of this node in a sliding minute: so a hostile or broken one
 * cannot slow down the others. */
#include "base/limits.h"
#include "base/map.h"
#include "base/report.h"
#include "peer/serve.h"

#include <pthread.h>

#define BUDGET_MAGIC  0x62756467u
#define WINDOW_MS     60000
#define WINDOW_SLICES 6

/* The minute in slices; slice k counts what came in its ten seconds. */
struct spent {
	int64_t slice[WINDOW_SLICES]; /* number of the slice since the clock's origin */
	uint64_t requests[WINDOW_SLICES], bytes[WINDOW_SLICES];
	unsigned polls; /* parked */
};

struct budget {
	uint32_t magic;
	const struct env *env;
	pthread_mutex_t lock;
	struct map members; /* struct spent *, owned */
};

struct budget *budget_new(const struct env *env)
{
	struct budget *b = mem_new(struct budget);

	b->magic = BUDGET_MAGIC;
	b->env = env;
	pthread_mutex_init(&b->lock, NULL);
	return b;
}

void budget_free(struct budget **bp)
{
	struct budget *b = *bp;
	struct slice key;
	void *value;
	size_t at = 0;

	if (b == NULL)
		return;
	MUST(b->magic == BUDGET_MAGIC);
	while (map_each(&b->members, &at, &key, &value))
		mem_free(value);
	map_free(&b->members);
	pthread_mutex_destroy(&b->lock);
	b->magic = 0;
	mem_free(b);
	*bp = NULL;
}

static struct spent *spent_of(struct budget *b, const struct id *member)
{
	struct spent *s = map_get(&b->members, id_slice(member));

	if (s == NULL) {
		s = mem_new(struct spent);
		for (size_t i = 0; i < WINDOW_SLICES; i++)
			s->slice[i] = -1;
		map_put(&b->members, id_slice(member), s);
	}
	return s;
}

/* The counters of this moment; the lock is held. */
static struct spent *spent_now(
	struct budget *b, const struct id *member, int64_t *ret_now, size_t *ret_k)
{
	struct spent *s = spent_of(b, member);

	*ret_now = env_mono_ms(b->env) / (WINDOW_MS / WINDOW_SLICES);
	*ret_k = (size_t)(*ret_now % WINDOW_SLICES);
	if (s->slice[*ret_k] != *ret_now) {
		s->slice[*ret_k] = *ret_now;
		s->requests[*ret_k] = s->bytes[*ret_k] = 0;
	}
	return s;
}

void budget_charge(struct budget *b, const struct id *member, uint64_t bytes)
{
	int64_t now;
	size_t k;

	MUST(b->magic == BUDGET_MAGIC);
	pthread_mutex_lock(&b->lock);
	spent_now(b, member, &now, &k)->bytes[k] += bytes;
	pthread_mutex_unlock(&b->lock);
}

bool budget_poll_begin(struct budget *b, const struct id *member)
{
	struct spent *s;
	bool room;

	MUST(b->magic == BUDGET_MAGIC);
	pthread_mutex_lock(&b->lock);
	s = spent_of(b, member);
	room = s->polls < LIMIT_PEER_POLLS;
	s->polls += room;
	pthread_mutex_unlock(&b->lock);
	return room;
}

void budget_poll_end(struct budget *b, const struct id *member)
{
	struct spent *s;

	MUST(b->magic == BUDGET_MAGIC);
	pthread_mutex_lock(&b->lock);
	s = spent_of(b, member);
	MUST(s->polls > 0);
	s->polls--;
	pthread_mutex_unlock(&b->lock);
}

int budget_take(struct budget *b, const struct id *member, uint64_t bytes, struct why *why)
{
	uint64_t requests = 1, total = bytes;
	struct spent *s;
	int64_t now;
	size_t k;
	bool over;

	MUST(b->magic == BUDGET_MAGIC);
	pthread_mutex_lock(&b->lock);
	s = spent_now(b, member, &now, &k);
	for (size_t i = 0; i < WINDOW_SLICES; i++) {
		if (s->slice[i] > now - WINDOW_SLICES && s->slice[i] >= 0) {
			requests += s->requests[i];
			total += s->bytes[i];
		}
	}
	/* A request larger than the whole budget passes if nothing else has: it would never
	 * otherwise. */
	over = requests > LIMIT_PEER_REQUESTS_MINUTE ||
	       (total > LIMIT_PEER_BYTES_MINUTE && total > bytes);
	if (!over) {
		s->requests[k]++;
		s->bytes[k] += bytes;
	}
	pthread_mutex_unlock(&b->lock);
	return over ? why_set(why, E_BUSY, "", "over this partner's budget; try later") : 0;
}
