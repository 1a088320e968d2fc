/* bench.c: the table of measures. */
#include "bench.h"

static const struct measure {
	const char *name, *args, *help;
	int args_min, args_max;
	int (*run)(int argc, char **argv);
} measures[] = {
	{"found", "DIR [DATABASE-A [LISTEN-A PEER-A LISTEN-B PEER-B]]",
		"make two nodes in one coalition: DIR/a, DIR/b", 1, 6, bench_found},
	{"append", "DIR WRITERS ENTRIES ROUNDS",
		"write notes on A through the queue, and the same rows raw", 4, 4, bench_append},
	{"fill", "DIR OBJECTS single|batch BYTES", "write many notes on A", 4, 4, bench_fill},
	{"apply", "DIR", "B fetches and applies everything that A has", 1, 1, bench_apply},
	{"words", "DIR a|b", "put the words of batches into the full text", 2, 2, bench_words},
	{"rebuild", "DIR a|b", "drop the fold's tables and make them again", 2, 2, bench_rebuild},
	{"visible", "DIR PUTS", "put on A until seen in B's tables; both are being served", 2, 2,
		bench_visible},
	{"floor", "DIR", "what the disk takes for a write that is durable", 1, 1, bench_floor},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(measures) / sizeof(*measures); i++) {
		const struct measure *m = &measures[i];

		if (strcmp(argv[1], m->name) != 0)
			continue;
		if (argc - 2 < m->args_min || argc - 2 > m->args_max)
			break;
		crypt_init();
		return m->run(argc - 2, argv + 2);
	}
	for (size_t i = 0; i < sizeof(measures) / sizeof(*measures); i++)
		fprintf(stderr, "bench_core %s %s\n\t%s\n", measures[i].name, measures[i].args,
			measures[i].help);
	return 64;
}
