/* api_job.c: work that takes longer than a request. */
#include "web/api_int.h"

#include "web/job.h"

int api_doctor(struct call *c)
{
	static const char *const known[] = {NULL};

	TRY(call_only(c, known));
	return job_start(c, JOB_DOCTOR, 0, 0);
}

int api_jobs(struct call *c)
{
	page_open(c);
	jobs_put(c);
	page_close(c, SLICE_NONE);
	return 0;
}

int api_job(struct call *c)
{
	return job_put(c, c->param[0]);
}
