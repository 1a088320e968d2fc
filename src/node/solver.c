/* solver.c: see solver.h. */
#include "node/solver.h"

#include "base/clock.h"
#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Told to stop by its own clock first; killed when it does not. */
#define GRACE_MS       1000
#define PATH_MAX_BYTES 512

#ifndef ENTENTE_LIBEXEC
#	define ENTENTE_LIBEXEC "/usr/local/libexec/entente"
#endif

/* ---- where it is ---- */

static bool program_at(const char *dir, const char *engine, char ret[PATH_MAX_BYTES])
{
	int n = snprintf(ret, PATH_MAX_BYTES, "%s/entente-solve-%s", dir, engine);

	return n > 0 && n < PATH_MAX_BYTES && access(ret, X_OK) == 0;
}

/* $ENTENTE_SOLVERS; beside the program that runs, as in a build directory; where they are installed. */
static bool program_find(const char *engine, char ret[PATH_MAX_BYTES])
{
	const char *given = getenv("ENTENTE_SOLVERS");
	char own[PATH_MAX_BYTES];
	ssize_t n = readlink("/proc/self/exe", own, sizeof(own) - sizeof("/solve"));
	char *slash;

	if (given && *given)
		return program_at(given, engine, ret);
	if (n > 0) {
		own[n] = '\0';
		slash = strrchr(own, '/');
		memcpy(slash ? slash : own, "/solve", sizeof("/solve"));
		if (program_at(own, engine, ret))
			return true;
	}
	return program_at(ENTENTE_LIBEXEC, engine, ret);
}

bool solver_there(const char *engine)
{
	char path[PATH_MAX_BYTES];

	return program_find(engine, path);
}

/* ---- its process ---- */

struct child {
	pid_t pid;
	int in, out; /* our ends; -1: closed */
};

static void limit(__rlimit_resource_t what, rlim_t max)
{
	struct rlimit r = {max, max};

	(void)setrlimit(what, &r);
}

/* Between fork and exec in a process with threads: nothing that allocates or locks. */
static void become(const char *path, char *const argv[], int in, int out, int64_t wall_ms,
	pid_t parent) __attribute__((noreturn));
static void become(
	const char *path, char *const argv[], int in, int out, int64_t wall_ms, pid_t parent)
{
	char *const nothing[] = {NULL};

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	limit(RLIMIT_AS, LIMIT_SOLVER_MEMORY);
	limit(RLIMIT_CPU, (rlim_t)(wall_ms / 1000 + 2));
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, LIMIT_SOLVER_MODEL);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || chdir("/") < 0)
		_exit(1);
	(void)close_range(3, ~0U, 0);
	(void)execve(path, argv, nothing);
	_exit(1);
}

static int child_start(
	const struct solver_options *o, const char *path, struct child *ret, struct why *why)
{
	char program[PATH_MAX_BYTES], time_text[24], gap_text[24], steps_text[24], cpu_text[24];
	char time_name[] = "--time-ms", gap_name[] = "--gap-ppm", steps_name[] = "--steps",
	     cpu_name[] = "--cpu-ms";
	char relax_name[] = "--relax";
	char *argv[] = {program, time_name, time_text, gap_name, gap_text, steps_name, steps_text,
		cpu_name, cpu_text, o->relax ? relax_name : NULL, NULL};
	int to[2], from[2];
	pid_t parent = getpid();

	snprintf(program, sizeof(program), "%s", path);
	snprintf(time_text, sizeof(time_text), "%lld", (long long)o->wall_ms);
	snprintf(gap_text, sizeof(gap_text), "%u", o->gap_ppm);
	snprintf(cpu_text, sizeof(cpu_text), "%lld", (long long)o->cpu_ms);
	snprintf(steps_text, sizeof(steps_text), "%lld", (long long)o->steps);
	if (pipe2(to, O_CLOEXEC) < 0)
		return why_set(why, E_IO, "solver", "%s", strerror(errno));
	if (pipe2(from, O_CLOEXEC) < 0) {
		close(to[0]);
		close(to[1]);
		return why_set(why, E_IO, "solver", "%s", strerror(errno));
	}
	ret->pid = fork();
	if (ret->pid == 0)
		become(path, argv, to[0], from[1], o->wall_ms, parent);
	close(to[0]);
	close(from[1]);
	ret->in = to[1];
	ret->out = from[0];
	if (ret->pid < 0) {
		close(ret->in);
		close(ret->out);
		return why_set(why, E_IO, "solver", "%s", strerror(errno));
	}
	(void)fcntl(ret->in, F_SETFL, O_NONBLOCK);
	return 0;
}

/* Gives what is left of the model; closes when it is all there, or nobody reads any more. */
static void feed(struct child *c, struct slice *lp)
{
	ssize_t n = lp->n ? write(c->in, lp->p, lp->n) : 0;

	if (n > 0)
		*lp = slice_sub(*lp, (size_t)n, lp->n);
	if (lp->n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		close(c->in);
		c->in = -1;
	}
}

/* Both ways at once, until it has said all or the time is over. */
static int talk(
	struct child *c, struct slice lp, int64_t until_ms, struct buf *ret, struct why *why)
{
	char piece[8192];
	struct env env = env_system();

	for (;;) {
		struct pollfd p[2] = {{c->out, POLLIN, 0}, {c->in, POLLOUT, 0}};
		int64_t left = until_ms - env_mono_ms(&env);

		if (left <= 0)
			return why_set(why, E_BUSY, "solver", "it did not end in its time");
		if (poll(p, 2, (int)(left > 1000 ? 1000 : left)) < 0 && errno != EINTR)
			return why_set(why, E_IO, "solver", "%s", strerror(errno));
		if (c->in >= 0 && p[1].revents)
			feed(c, &lp);
		if (!p[0].revents)
			continue;
		ssize_t n = read(c->out, piece, sizeof(piece));
		if (n == 0)
			return 0;
		if (n > 0)
			buf_add(ret, piece, (size_t)n);
		if (buf_over(ret))
			return why_set(why, E_NET, "solver", "its answer is too long");
	}
}

/* Has ended by itself, or is ended. */
static int child_end(struct child *c, int rc, struct why *why)
{
	int status = 0;

	if (rc < 0)
		(void)kill(c->pid, SIGKILL);
	if (c->in >= 0)
		close(c->in);
	close(c->out);
	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (rc < 0)
		return rc;
	if (WIFSIGNALED(status))
		return why_set(why, E_NET, "solver", "it was ended by signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status) == 65)
		return why_set(why, E_INVALID, "solver", "it cannot read the model");
	if (WEXITSTATUS(status) != 0)
		return why_set(why, E_NET, "solver", "it ended with %d", WEXITSTATUS(status));
	return 0;
}

int solver_run(const struct solver_options *o, struct slice lp, struct arena *arena,
	struct solver_answer *ret, struct why *why)
{
	struct buf text CLEANUP_BUF = BUF(LIMIT_SOLVER_MODEL);
	struct env env = env_system();
	struct child c = {0};
	char path[PATH_MAX_BYTES];

	if (lp.n > LIMIT_SOLVER_MODEL)
		return why_set(why, E_LIMIT, "solver", "the model is larger than %zu bytes",
			(size_t)LIMIT_SOLVER_MODEL);
	if (!program_find(o->engine, path))
		return why_set(why, E_MISSING, "solver", "entente-solve-%s is not here", o->engine);
	int rc = child_start(o, path, &c, why);
	if (rc < 0)
		return rc;
	rc = talk(&c, lp, env_mono_ms(&env) + o->wall_ms + GRACE_MS, &text, why);
	rc = child_end(&c, rc, why);
	if (rc < 0)
		return rc;
	rc = solver_answer_parse(buf_slice(&text), arena, ret, why);
	return rc < 0 ? why_set(why, E_NET, "solver", "what it said is no answer") : 0;
}

/* ---- its answer ---- */

static int number(struct slice text, double *ret)
{
	char copy[64];
	char *end;

	if (text.n == 0 || text.n >= sizeof(copy))
		return E_SYNTAX;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	double v = strtod(copy, &end);
	if (end != copy + text.n || !isfinite(v))
		return E_SYNTAX;
	*ret = v;
	return 0;
}

static int by_column(const void *a, const void *b)
{
	const struct solver_value *x = a, *y = b;

	return slice_cmp(x->column, y->column);
}

static int status_set(struct solver_answer *a, struct slice word)
{
	a->optimal = slice_is(word, "optimal");
	a->solved = a->optimal || slice_is(word, "feasible");
	a->infeasible = slice_is(word, "infeasible");
	return a->solved || a->infeasible || slice_is(word, "nothing") ? 0 : E_SYNTAX;
}

static int value_add(struct slice rest, struct solver_value *list, size_t *n)
{
	struct slice column;

	if (!slice_cut(&rest, ' ', &column) || column.n == 0)
		return E_SYNTAX;
	list[*n].column = column;
	return number(rest, &list[(*n)++].value);
}

static int line_take(struct solver_answer *a, struct slice line)
{
	if (slice_take(&line, "engine ")) {
		a->engine = line;
		return 0;
	}
	if (slice_take(&line, "status "))
		return status_set(a, line);
	if (slice_take(&line, "objective "))
		return number(line, &a->objective);
	if (slice_take(&line, "bound ")) {
		a->bounded = true;
		return number(line, &a->bound);
	}
	if (slice_take(&line, "price "))
		return value_add(line, a->price, &a->n_price);
	if (slice_take(&line, "cost "))
		return value_add(line, a->cost, &a->n_cost);
	return slice_take(&line, "value ") ? value_add(line, a->value, &a->n_value) : E_SYNTAX;
}

int solver_answer_parse(
	struct slice text, struct arena *arena, struct solver_answer *ret, struct why *why)
{
	struct slice rest = arena_copy(arena, text), line;
	struct solver_answer a = {0};
	size_t lines = 0, at = 1;

	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n';
	a.value = arena_array(arena, struct solver_value, lines + 1);
	a.price = arena_array(arena, struct solver_value, lines + 1);
	a.cost = arena_array(arena, struct solver_value, lines + 1);
	if (!slice_cut(&rest, '\n', &line) || !slice_is(line, "entente-answer/1"))
		return why_set(why, E_SYNTAX, "line 1", "no answer of a solver");
	while (slice_cut(&rest, '\n', &line)) {
		char where[32];

		if (slice_is(line, "end") && rest.n == 0) {
			qsort(a.value, a.n_value, sizeof(*a.value), by_column);
			qsort(a.price, a.n_price, sizeof(*a.price), by_column);
			qsort(a.cost, a.n_cost, sizeof(*a.cost), by_column);
			*ret = a;
			return 0;
		}
		snprintf(where, sizeof(where), "line %zu", ++at);
		if (line_take(&a, line) < 0)
			return why_set(why, E_SYNTAX, where, "not in the grammar of an answer");
	}
	return why_set(why, E_SYNTAX, "", "the answer breaks off");
}

static double find(const struct solver_value *list, size_t n, const char *name)
{
	struct solver_value key = {.column = slice_str(name)};
	const struct solver_value *v = n ? bsearch(&key, list, n, sizeof(*list), by_column) : NULL;

	return v ? v->value : 0;
}

double solver_value(const struct solver_answer *a, const char *column)
{
	return find(a->value, a->n_value, column);
}

double solver_price(const struct solver_answer *a, const char *row)
{
	return find(a->price, a->n_price, row);
}

double solver_cost(const struct solver_answer *a, const char *column)
{
	return find(a->cost, a->n_cost, column);
}
