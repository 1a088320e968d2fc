/* api_case.h: handlers of api_case.c. */
#ifndef WORK_CYBER_API_CASE_H
#define WORK_CYBER_API_CASE_H

#include "work/cyber/api.h"

int api_cyber_cases(struct call *c);
int api_cyber_case(struct call *c);
int api_cyber_case_new(struct call *c);
int api_cyber_case_put(struct call *c);
int api_cyber_csaf(struct call *c);

#endif
