/*
 * answer.h: the frame of a solver program: its options, the model from standard input, the answer to standard output. Stands alone: nothing of the node is
 * linked in here, and this header is all that the programs share.
 *
 *	struct solve_options o = solve_options(argc, argv);
 *	FILE *model = solve_model();                 -- standard input as a file that can be sought
 *	...
 *	answer_begin("glpk", version);
 *	answer_status("optimal");
 *	answer_number("objective", z);
 *	answer_value(name, value);                   -- for each column that is not zero
 *	return answer_end();
 */
#ifndef SOLVE_ANSWER_H
#define SOLVE_ANSWER_H

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SOLVE_BAD_MODEL 65
#define SOLVE_BAD_USE	64
#define SOLVE_TINY	1e-9

struct solve_options {
	int time_ms; /* wall clock */
	int cpu_ms;  /* of the search; 0: no ceiling. An engine that cannot count it lets it be. */
	int steps; /* of the simplex, in the search; 0: no ceiling. An engine that cannot count them lets it be. */
	double gap; /* relative; 0: to the optimum */
	bool relax; /* whole numbers need not be whole; prices of rows are told */
};

static inline long solve_number(const char *text)
{
	char *end = NULL;
	long v = text ? strtol(text, &end, 10) : -1;

	if (v < 0 || !end || *end || v > 1000000000) {
		fprintf(stderr, "not a number: %s\n", text ? text : "(nothing)");
		exit(SOLVE_BAD_USE);
	}
	return v;
}

static inline struct solve_options solve_options(int argc, char **argv)
{
	struct solve_options o = {.time_ms = 60000};

	int i = 1;
	while (i < argc) {
		const char *value = i + 1 < argc ? argv[i + 1] : NULL;

		if (strcmp(argv[i], "--relax") == 0) {
			o.relax = true;
			i++;
			continue;
		}
		if (strcmp(argv[i], "--time-ms") == 0) {
			o.time_ms = (int)solve_number(value);
		} else if (strcmp(argv[i], "--cpu-ms") == 0) {
			o.cpu_ms = (int)solve_number(value);
		} else if (strcmp(argv[i], "--steps") == 0) {
			o.steps = (int)solve_number(value);
		} else if (strcmp(argv[i], "--gap-ppm") == 0) {
			o.gap = (double)solve_number(value) / 1e6;
		} else {
			fprintf(stderr,
				"usage: %s [--relax] [--time-ms N] [--steps N] [--cpu-ms N] [--gap-ppm N] < MODEL.lp\n",
				argv[0]);
			exit(SOLVE_BAD_USE);
		}
		i += 2;
	}
	return o;
}

/* The engines read files by name and seek in them, and standard input is a pipe: a file without a name in memory. Its path is in `path`. */
static inline FILE *solve_model(char path[64])
{
	int fd = memfd_create("model", 0);
	char piece[8192];
	ssize_t n;

	while ((n = read(0, piece, sizeof(piece))) > 0)
		if (write(fd, piece, (size_t)n) != n)
			exit(SOLVE_BAD_MODEL);
	if (fd < 0 || n < 0 || lseek(fd, 0, SEEK_SET) != 0)
		exit(SOLVE_BAD_MODEL);
	snprintf(path, 64, "/proc/self/fd/%d", fd);
	return fdopen(fd, "r");
}

static inline void answer_begin(const char *engine, const char *version)
{
	printf("entente-answer/1\nengine %s %s\n", engine, version);
}

static inline void answer_status(const char *status)
{
	printf("status %s\n", status);
}

/* Left out where the engine says that it does not know. */
static inline void answer_number(const char *name, double v)
{
	if (isfinite(v) && fabs(v) < 1e40)
		printf("%s %.17g\n", name, v);
}

static inline void answer_value(const char *name, double v)
{
	if (fabs(v) > SOLVE_TINY)
		printf("value %s %.17g\n", name, v);
}

/* What one unit more on a row's right side changes in the objective. */
static inline void answer_price(const char *row, double v)
{
	if (fabs(v) > SOLVE_TINY)
		printf("price %s %.17g\n", row, v);
}

/* What one unit of a column that is at its bound would cost: of the relaxation. */
static inline void answer_cost(const char *column, double v)
{
	if (fabs(v) > SOLVE_TINY)
		printf("cost %s %.17g\n", column, v);
}

static inline int answer_end(void)
{
	puts("end");
	return fflush(stdout) == 0 ? 0 : 1;
}

#endif
