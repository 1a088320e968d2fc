/* spent.c: clocks and output. */
#include "bench.h"

#include "base/report.h"

#include <math.h>
#include <sys/resource.h>

/* ---- time ---- */

double mono_s(void)
{
	struct timespec t;

	MUST(clock_gettime(CLOCK_MONOTONIC, &t) == 0);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct spent spent_of(int who)
{
	struct rusage u;

	MUST(getrusage(who, &u) == 0);
	return (struct spent){.wall_s = mono_s(),
		.cpu_s = (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
			 (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6};
}

struct spent spent_now(void)
{
	return spent_of(RUSAGE_SELF);
}

struct spent spent_thread_now(void)
{
	return spent_of(RUSAGE_THREAD);
}

struct spent spent_minus(struct spent a, struct spent b)
{
	return (struct spent){a.wall_s - b.wall_s, a.cpu_s - b.cpu_s};
}

struct spent spent_plus(struct spent a, struct spent b)
{
	return (struct spent){a.wall_s + b.wall_s, a.cpu_s + b.cpu_s};
}

struct times times_new(size_t max)
{
	return (struct times){.s = mem_zero_alloc(max, sizeof(double)), .max = max};
}

void times_free(struct times *t)
{
	mem_free(t->s);
	*t = (struct times){0};
}

static int double_cmp(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double times_quantile(struct times *t, double q)
{
	size_t at;

	if (t->n == 0)
		return 0;
	qsort(t->s, t->n, sizeof(*t->s), double_cmp);
	at = (size_t)ceil(q * (double)t->n);
	return t->s[at > 0 ? at - 1 : 0];
}

/* ---- output and failure ---- */

void out_begin(struct out *out, const char *measure)
{
	out->b = BUF(64 * 1024);
	out->o = json_out(&out->b);
	json_open(&out->o, '{');
	json_put_cstr(&out->o, "measure", measure);
}

void out_num(struct out *out, const char *name, double v)
{
	char text[64];

	snprintf(text, sizeof(text), "%.9g", v);
	json_put_raw(&out->o, name, slice_str(text));
}

void out_count(struct out *out, const char *name, uint64_t v)
{
	json_put_u64(&out->o, name, v);
}

void out_text(struct out *out, const char *name, const char *v)
{
	json_put_cstr(&out->o, name, v);
}

void out_end(struct out *out)
{
	json_close(&out->o);
	buf_byte(&out->b, '\n');
	MUST(!buf_over(&out->b));
	fputs(buf_cstr(&out->b), stdout);
	fflush(stdout);
	buf_free(&out->b);
}

void die(const char *what, const struct why *why)
{
	fprintf(stderr, "bench_core: %s: %s%s%s\n", what, why ? why->where : "",
		why && why->where[0] ? ": " : "", why ? why->text : "failed");
	exit(1);
}

uint64_t number_of_text(const char *text)
{
	uint64_t n;

	if (slice_u64(slice_str(text), &n) < 0)
		die(text, &(struct why){.text = "is not a number"});
	return n;
}
