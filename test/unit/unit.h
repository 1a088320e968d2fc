/*
 * unit.h: cmocka with what it needs, and asserts for our own types.
 */
#ifndef TEST_UNIT_H
#define TEST_UNIT_H

#include "base/buf.h"
#include "base/why.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* The bytes of a slice are exactly those of the string. */
#define assert_slice(s, str)                                                                       \
	do {                                                                                       \
		struct slice got_ = (s);                                                           \
		if (!slice_is(got_, (str)))                                                        \
			fail_msg("got \"%.*s\", expected \"%s\"", SLICE_FMT(got_), (str));         \
	} while (0)

/* The function stops the process by a failed MUST(). */
#define assert_dies(fn) assert_true(unit_dies(fn))
static inline bool unit_dies(void (*fn)(void))
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		/* cmocka catches the signal to report it; here it must end the process. */
		signal(SIGABRT, SIG_DFL);
		if (!freopen("/dev/null", "w", stderr))
			_exit(1);
		close(STDERR_FILENO);
		fn();
		_exit(0);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
	       WTERMSIG(status) == SIGABRT;
}

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
