/*
 * transport.h: how a request reaches a partner: a table of functions, so that HTTPS, a carried file and the simulator drive the same code.
 *
 * A call is synchronous; the puller of each partner has a thread of its own (or a step of the simulator).
 */
#ifndef PEER_TRANSPORT_H
#define PEER_TRANSPORT_H

#include "base/buf.h"
#include "base/why.h"
#include "log/id.h"

struct peer_call {
	const char *method; /* "GET" or "POST" */
	const char *path;   /* "/f/1/<coalition>/heads?after=…&wait=25000" */
	struct slice body;  /* POST */
	size_t answer_max;  /* bytes; more is E_LIMIT */
	int64_t deadline_ms; /* for the first byte and each silence; with a sink, for the whole call */
	/* If set, a successful answer goes here in pieces (files). */
	int (*sink)(void *ctx, struct slice piece);
	void *sink_ctx;
};

struct transport {
	void *ctx;
	/* 0 with the HTTP status and body, whatever the status; E_NET, E_LIMIT, E_DENIED (wrong key, refused address). */
	int (*call)(void *ctx, const struct id *peer, const struct peer_call *call,
		unsigned *ret_status, struct buf *ret_body, struct why *why);
	/* True: give up waiting (stopping). May be NULL. */
	bool (*stop)(void *ctx);
	/* Answers of an earlier moment (a carried file): what is absent in them may be there by now. */
	bool carried;
};

#endif
