/*
 * app.h: a server with a handler for each thing that the tests of net/ want to see, and raw
 * sockets.
 */
#ifndef TEST_NET_APP_H
#define TEST_NET_APP_H

#include "base/limits.h"
#include "crypt/cert.h"
#include "net/client.h"
#include "net/server.h"
#include "unit.h"

#include <stdatomic.h>

struct app {
	struct env env;
	struct server_options options;
	struct server *server;
	atomic_uint wakes;	     /* parked handlers and streams wait for it to change */
	atomic_uint ended;	     /* streams that ended */
	atomic_uint running;	     /* handlers of /slow */
	atomic_uint handled, rounds; /* calls that answered; calls in all */
	struct buf cert, key;
	struct hash pin;
};

/* Plain HTTP with short deadlines; change app->options before app_start. */
void app_init(struct app *app);
/* TLS with a fresh certificate. */
void app_tls(struct app *app);
void app_start(struct app *app);
void app_wake(struct app *app);
/* Stops the server if it still runs. */
void app_finish(struct app *app);

/* A TCP connection to the server, with a receive timeout of 5 s. */
int raw_connect(const struct app *app);
void raw_send(int fd, const char *text);
/* Reads until `until` has come (NULL: until the other side closes). What came, as text, in a static
 * buffer. */
const char *raw_read(int fd, const char *until);
/* Sends a GET for `path` and reads to the end. */
const char *raw_get(const struct app *app, const char *path);

/* A client that may talk to loopback; `pin` NULL: plain HTTP. */
struct client *app_client(const struct app *app, const struct hash *pin);
/* GET of `path`; the status, or the negative code. The body in a static buffer. */
int app_get(const struct app *app, struct client *c, const char *path, struct why *why);
const char *app_body(void);
const char *app_url(const struct app *app, const char *path);

void sleep_ms(int ms);
int64_t mono_ms(void);

#endif
