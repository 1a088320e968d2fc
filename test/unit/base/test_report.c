/* test_report.c: src/base/report.c, read back from the standard error of a child. */
#include "unit.h"

#include "base/clock.h"
#include "base/report.h"

static char caught[8192];

/* What `fn` writes to standard error, in `caught`; its wait status. */
static int catch (void (*fn)(void))
{
	size_t n = 0;
	int fds[2], status = 0;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		dup2(fds[1], STDERR_FILENO);
		signal(SIGABRT, SIG_DFL);
		fn();
		_exit(0);
	}
	close(fds[1]);
	for (ssize_t k; (k = read(fds[0], caught + n, sizeof(caught) - 1 - n)) > 0;)
		n += (size_t)k;
	caught[n] = '\0';
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void hostile(void)
{
	report(REPORT_WARN, "peer %s", "A\n2030-01-01T00:00:00.000Z error\x1b[2J\xe2\x80\xae\xff");
	report(REPORT_DEBUG, "not shown");
}

static void one_line_whatever_the_text(void **state)
{
	int64_t ms;

	(void)state;
	assert_int_equal(catch (hostile), 0);
	assert_string_equal(
		caught + UTC_TEXT_LEN, " warn peer A?2030-01-01T00:00:00.000Z error?[2J??\n");
	assert_int_equal(utc_parse(slice_of(caught, UTC_TEXT_LEN), &ms, NULL), 0);
}

static void levels(void)
{
	report_set_level(REPORT_WARN);
	report(REPORT_INFO, "hidden");
	report(REPORT_ERROR, "shown");
	report_set_level(REPORT_DEBUG);
	report(REPORT_DEBUG, "shown too");
}

static void lower_levels_are_dropped(void **state)
{
	(void)state;
	assert_int_equal(catch (levels), 0);
	assert_null(strstr(caught, "hidden"));
	assert_non_null(strstr(caught, " error shown\n"));
	assert_non_null(strstr(caught, " debug shown too\n"));
}

static void too_long(void)
{
	report(REPORT_INFO, "%7000d", 1);
}

static void long_lines_are_cut(void **state)
{
	(void)state;
	assert_int_equal(catch (too_long), 0);
	assert_in_range(strlen(caught), 1000, 2048);
	assert_int_equal(caught[strlen(caught) - 1], '\n');
}

static void broken(void)
{
	int one = 1;

	MUST(one == 2);
}

static void must_says_where(void **state)
{
	int status = catch (broken);

	(void)state;
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	assert_non_null(strstr(caught, "one == 2"));
	assert_non_null(strstr(caught, "test_report.c:"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_line_whatever_the_text),
		cmocka_unit_test(lower_levels_are_dropped),
		cmocka_unit_test(long_lines_are_cut),
		cmocka_unit_test(must_says_where),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
