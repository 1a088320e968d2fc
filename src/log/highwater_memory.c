/* highwater_memory.c: high-water records that end with the process, for the simulator and tests. */
#include "base/map.h"
#include "base/report.h"
#include "log/highwater.h"

struct highwater_memory {
	struct map map;	      /* name of the log → struct highwater *, owned */
	struct map witnessed; /* name of the author's logs → struct witnessed *, owned */
};

struct highwater_memory *highwater_memory_new(void)
{
	return mem_new(struct highwater_memory);
}

static void values_free(struct map *map)
{
	struct slice key;
	size_t at = 0;
	void *value;

	while (map_each(map, &at, &key, &value))
		mem_free(value);
	map_free(map);
}

void highwater_memory_free(struct highwater_memory **m)
{
	if (m == NULL || *m == NULL)
		return;
	values_free(&(*m)->map);
	values_free(&(*m)->witnessed);
	mem_free(*m);
	*m = NULL;
}

static int memory_load(void *ctx, const struct log_id *log, struct highwater *ret, struct why *why)
{
	struct highwater_memory *m = ctx;
	char name[ORIGIN_MAX];
	struct highwater *h;

	origin_format(log, name);
	h = map_get(&m->map, slice_str(name));
	if (h == NULL)
		return why_set(why, E_MISSING, name, "no high-water record");
	*ret = *h;
	return 0;
}

static int memory_save(
	void *ctx, const struct log_id *log, const struct highwater *h, struct why *why)
{
	struct highwater_memory *m = ctx;
	char name[ORIGIN_MAX];
	struct highwater *copy = mem_new(struct highwater);

	(void)why; /* memory cannot fail */
	origin_format(log, name);
	*copy = *h;
	mem_free(map_put(&m->map, slice_str(name), copy));
	return 0;
}

/* Of epoch 0, which no log has: all of them. */
static void author_name(const struct id *coalition, const struct id *author, char ret[ORIGIN_MAX])
{
	origin_format(&(struct log_id){.coalition = *coalition, .member = *author}, ret);
}

static int memory_load_witnessed(void *ctx, const struct id *coalition, const struct id *author,
	struct witnessed *ret, struct why *why)
{
	struct highwater_memory *m = ctx;
	char name[ORIGIN_MAX];
	struct witnessed *w;

	author_name(coalition, author, name);
	w = map_get(&m->witnessed, slice_str(name));
	if (w == NULL)
		return why_set(why, E_MISSING, name, "no record of what was cosigned");
	*ret = *w;
	return 0;
}

static int memory_save_witnessed(void *ctx, const struct id *coalition, const struct id *author,
	const struct witnessed *w, struct why *why)
{
	struct highwater_memory *m = ctx;
	struct witnessed *copy = mem_new(struct witnessed);
	char name[ORIGIN_MAX];

	(void)why; /* memory cannot fail */
	author_name(coalition, author, name);
	*copy = *w;
	mem_free(map_put(&m->witnessed, slice_str(name), copy));
	return 0;
}

struct highwater_store highwater_in_memory(struct highwater_memory *m)
{
	MUST(m != NULL);
	return (struct highwater_store){.ctx = m,
		.load = memory_load,
		.save = memory_save,
		.load_witnessed = memory_load_witnessed,
		.save_witnessed = memory_save_witnessed};
}
