/* demo_run.c: the demo types commands like anybody: each is a process of this program. */
#include "base/limits.h"
#include "base/report.h"
#include "cli/demo.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGS_MAX   48
#define COMMAND_MS 120000

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
	(void)number;
	interrupted = 1;
}

bool demo_interrupted(void)
{
	return interrupted != 0;
}

void demo_catch_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal};
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

void answer_free(struct answer *a)
{
	buf_free(&a->out);
	buf_free(&a->err);
	arena_free(&a->arena);
	a->json = false;
}

const char *demo_program(struct demo *d)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	return n > 0 ? arena_string(&d->cli->arena, slice_of(path, (size_t)n)) : "entente";
}

/* In the child: nothing of the parent's signals or descriptors, and no life after it. */
static void become(
	const char *const *argv, int out_fd, int err_fd, uid_t uid, gid_t gid, pid_t parent)
{
	char *args[ARGS_MAX + 1];
	size_t n = 0;
	sigset_t none;
	int null = open("/dev/null", O_RDONLY);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(out_fd, STDOUT_FILENO) < 0 ||
		dup2(err_fd, STDERR_FILENO) < 0)
		_exit(126);
	if (gid && (setgroups(0, NULL) < 0 || setgid(gid) < 0 || setuid(uid) < 0))
		_exit(126);
	/* A session of its own, so that Ctrl-C is the demo's alone; and the kernel ends it when the
	 * demo ends. */
	setsid();
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(126);
	for (; argv[n] && n < ARGS_MAX; n++)
		args[n] = mem_string(argv[n], strlen(argv[n]));
	args[n] = NULL;
	execv(args[0], args);
	_exit(127);
}

int demo_spawn(struct demo *d, const char *const *argv, int out_fd, int err_fd, uid_t uid,
	gid_t gid, pid_t *ret)
{
	pid_t parent = getpid(), pid;
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		return why_set(
			d->why, E_IO, argv[0], "no process could be started: %s", strerror(errno));
	if (pid == 0)
		become(argv, out_fd, err_fd, uid, gid, parent);
	*ret = pid;
	return 0;
}

void demo_end_process(pid_t *pid, int signal_number, int ms)
{
	int status;
	if (*pid <= 0)
		return;
	kill(*pid, signal_number);
	for (int waited = 0; waitpid(*pid, &status, WNOHANG) == 0; waited += 10) {
		if (waited >= ms)
			kill(*pid, SIGKILL);
		(void)poll(NULL, 0, 10);
	}
	*pid = 0;
}

/* Drains both pipes until their end; false if it takes too long or somebody wants us to stop. */
static bool drain(struct answer *a, int out, int err)
{
	struct pollfd fd[2] = {{.fd = out, .events = POLLIN}, {.fd = err, .events = POLLIN}};
	struct env env = env_system();
	int64_t until = env_mono_ms(&env) + COMMAND_MS;
	uint8_t piece[8 * 1024];
	while (fd[0].fd >= 0 || fd[1].fd >= 0) {
		if (demo_interrupted() || env_mono_ms(&env) > until)
			return false;
		if (poll(fd, 2, 500) <= 0)
			continue;
		for (int i = 0; i < 2; i++) {
			if (fd[i].fd < 0 || !fd[i].revents)
				continue;
			ssize_t n = read(fd[i].fd, piece, sizeof(piece));
			if (n > 0)
				buf_add(i == 0 ? &a->out : &a->err, piece, (size_t)n);
			else if (n == 0 || errno != EINTR)
				fd[i].fd = -1;
		}
	}
	return true;
}

static int run_argv(struct demo *d, const char *const *argv, struct answer *a)
{
	int out[2], err[2], status = 0;
	pid_t pid = 0;
	if (pipe2(out, O_CLOEXEC) < 0)
		return why_set(d->why, E_IO, "", "no pipe: %s", strerror(errno));
	if (pipe2(err, O_CLOEXEC) < 0) {
		close(out[0]);
		close(out[1]);
		return why_set(d->why, E_IO, "", "no pipe: %s", strerror(errno));
	}
	int rc = demo_spawn(d, argv, out[1], err[1], 0, 0, &pid);
	close(out[1]);
	close(err[1]);
	if (rc == 0 && !drain(a, out[0], err[0]))
		rc = why_set(d->why, E_BUSY, argv[1],
			demo_interrupted() ? "interrupted" : "did not end in time");
	close(out[0]);
	close(err[0]);
	if (rc < 0) {
		demo_end_process(&pid, SIGKILL, 0);
		return rc;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	a->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	a->json = json_read(&a->doc, &a->arena, slice_trim(buf_slice(&a->out)), &json_limits_local,
			  NULL) == 0;
	return 0;
}

static int run_list(
	struct demo *d, const struct demo_node *n, struct answer *a, bool json, va_list ap)
{
	const char *argv[ARGS_MAX + 1] = {demo_program(d)};
	size_t at = 1;
	const char *word;
	*a = (struct answer){.out = BUF(64 * MIB), .err = BUF(MIB), .arena = ARENA(256 * MIB)};
	while ((word = va_arg(ap, const char *)) != NULL) {
		MUST(at + 6 < ARGS_MAX);
		argv[at++] = word;
		if (at == 2 && n) {
			argv[at++] = "--dir";
			argv[at++] = n->dir;
		}
	}
	if (json)
		argv[at++] = "--json";
	if (demo_interrupted())
		return why_set(d->why, E_BUSY, "", "interrupted");
	return run_argv(d, argv, a);
}

int demo_run(struct demo *d, const struct demo_node *n, struct answer *ret, ...)
{
	va_list ap;
	va_start(ap, ret);
	int rc = run_list(d, n, ret, false, ap);
	va_end(ap);
	return rc;
}

static int must_succeed(
	struct demo *d, const struct demo_node *n, struct answer *a, const char *command)
{
	if (a->status == 0)
		return 0;
	struct slice said = slice_trim(buf_slice(&a->err));
	said = slice_sub(said, said.n > 240 ? said.n - 240 : 0, said.n);
	return why_set(d->why, E_STATE, n ? n->label : "", "entente %s ended with %d: %.*s",
		command, a->status, SLICE_FMT(said));
}

int demo_ask(struct demo *d, const struct demo_node *n, struct answer *ret, ...)
{
	va_list ap;
	va_start(ap, ret);
	int rc = run_list(d, n, ret, true, ap);
	va_end(ap);
	va_start(ap, ret);
	const char *command = va_arg(ap, const char *);
	va_end(ap);
	if (rc == 0)
		rc = must_succeed(d, n, ret, command);
	if (rc == 0 && !ret->json)
		rc = why_set(d->why, E_STATE, n ? n->label : "",
			"entente %s --json answered no JSON", command);
	return rc;
}

int demo_do(struct demo *d, const struct demo_node *n, ...)
{
	struct answer a CLEANUP_ANSWER;
	va_list ap;
	va_start(ap, n);
	int rc = run_list(d, n, &a, false, ap);
	va_end(ap);
	va_start(ap, n);
	const char *command = va_arg(ap, const char *);
	va_end(ap);
	return rc == 0 ? must_succeed(d, n, &a, command) : rc;
}

const char *answer_text(struct demo *d, const struct answer *a, const char *key)
{
	struct slice s =
		json_string(&a->doc, json_get(&a->doc, json_root(&a->doc), key), &d->cli->arena);
	return arena_string(&d->cli->arena, s);
}
