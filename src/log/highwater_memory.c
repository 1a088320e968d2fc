/* highwater_memory.c: high-water records that end with the process, for the simulator and tests. */
#include "base/map.h"
#include "base/report.h"
#include "log/highwater.h"

struct highwater_memory {
	struct map map; /* name of the log → struct highwater *, owned */
};

struct highwater_memory *highwater_memory_new(void)
{
	return mem_new(struct highwater_memory);
}

void highwater_memory_free(struct highwater_memory **m)
{
	struct slice key;
	size_t at = 0;
	void *value;

	if (m == NULL || *m == NULL)
		return;
	while (map_each(&(*m)->map, &at, &key, &value))
		mem_free(value);
	map_free(&(*m)->map);
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

struct highwater_store highwater_in_memory(struct highwater_memory *m)
{
	MUST(m != NULL);
	return (struct highwater_store){.ctx = m, .load = memory_load, .save = memory_save};
}
