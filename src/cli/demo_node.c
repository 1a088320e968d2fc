/* demo_node.c: the demo's nodes. */
#include "base/file.h"
#include "base/limits.h"
#include "base/report.h"
#include "cli/demo.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Below the range from which the kernel gives ports to outgoing connections
 * (net.ipv4.ip_local_port_range). */
#define PORT_FIRST 20000
#define PORT_COUNT 12000
#define READY_MS   60000
#define STOP_MS	   8000

static bool port_free(unsigned port)
{
	struct sockaddr_in addr = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok;
	if (fd < 0)
		return false;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	ok = bind(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0;
	close(fd);
	return ok;
}

static unsigned choose_port(struct demo *d)
{
	for (;;) {
		unsigned port = PORT_FIRST + (unsigned)env_below(&d->cli->env, PORT_COUNT);
		bool taken = !port_free(port);
		for (size_t i = 0; i < d->n_node; i++)
			taken = taken || d->node[i].page_port == port ||
				d->node[i].peer_port == port;
		if (!taken)
			return port;
	}
}

static struct demo_node *add_node(struct demo *d, const char *label)
{
	struct arena *a = &d->cli->arena;
	MUST(d->n_node < DEMO_NODES_MAX);
	struct demo_node n = {.label = label,
		.dir = arena_printf(a, "%s/%s", d->dir, label),
		.root_file = arena_printf(a, "%s/%s.root", d->dir, label)};
	d->node[d->n_node] = n;
	return &d->node[d->n_node++];
}

/* KOS shows the public register, for whoever looks after the demo has run. */
static int set_public(struct demo *d, const struct demo_node *n)
{
	struct buf conf CLEANUP_BUF = BUF(MIB);
	const char *path = arena_printf(&d->cli->arena, "%s/entente.conf", n->dir);

	if (strcmp(n->label, "KOS") != 0)
		return 0;
	TRY(file_read(path, &conf, d->why));
	buf_str(&conf, "public on\n");
	return file_replace(path, buf_slice(&conf), 0600, d->why);
}

int demo_node_make(struct demo *d, const char *label, struct demo_node **ret)
{
	struct arena *a = &d->cli->arena;
	struct answer made CLEANUP_ANSWER = {.status = 0};
	struct demo_node *n = add_node(d, label);
	n->page_port = choose_port(d);
	do
		n->peer_port = choose_port(d);
	while (n->peer_port == n->page_port);
	if (d->postgres.url)
		TRY(demo_postgres_database(d, NULL, &n->database));
	TRY(demo_ask(d, n, &made, "init", "--label", label, "--listen",
		arena_printf(a, "127.0.0.1:%u", n->page_port), "--peer-listen",
		arena_printf(a, "127.0.0.1:%u", n->peer_port), "--endpoint",
		arena_printf(a, "https://127.0.0.1:%u", n->peer_port), "--allow", "127.0.0.0/8",
		"--quiet", n->database ? "--database" : NULL, n->database, NULL));
	snprintf(n->member, sizeof(n->member), "%s", answer_text(d, &made, "member"));
	TRY(demo_do(d, n, "key", "root", "-o", n->root_file, "--quiet", NULL));
	TRY(set_public(d, n));
	*ret = n;
	return 0;
}

/* One line on its standard output says that it is ready. */
static int wait_ready(struct demo *d, struct demo_node *n, int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char line[512];
	struct env env = env_system();
	int64_t until = env_mono_ms(&env) + READY_MS;
	while (!demo_interrupted() && env_mono_ms(&env) < until) {
		if (poll(&p, 1, 200) <= 0)
			continue;
		if (read(fd, line, sizeof(line)) > 0)
			return 0;
		break;
	}
	demo_end_process(&n->serving, SIGKILL, 0);
	return why_set(d->why, E_STATE, n->label,
		demo_interrupted() ? "interrupted"
				   : "entente serve does not come up; see %s/serve.log",
		n->dir);
}

int demo_node_serve(struct demo *d, struct demo_node *n)
{
	const char *argv[] = {demo_program(d), "serve", "--dir", n->dir, "--json", NULL};
	int out[2];
	MUST(n->serving == 0);
	int log = open(arena_printf(&d->cli->arena, "%s/serve.log", n->dir),
		O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (log < 0)
		return why_set(d->why, E_IO, n->dir, "no log: %s", strerror(errno));
	if (pipe2(out, O_CLOEXEC) < 0) {
		close(log);
		return why_set(d->why, E_IO, "", "no pipe: %s", strerror(errno));
	}
	int rc = demo_spawn(d, argv, out[1], log, 0, 0, &n->serving);
	close(out[1]);
	close(log);
	if (rc == 0)
		rc = wait_ready(d, n, out[0]);
	close(out[0]);
	return rc;
}

void demo_node_stop(struct demo_node *n)
{
	demo_end_process(&n->serving, SIGTERM, STOP_MS);
}

void demo_node_kill(struct demo_node *n)
{
	demo_end_process(&n->serving, SIGKILL, 0);
}

void demo_nodes_end(struct demo *d)
{
	for (size_t i = 0; i < d->n_node; i++) {
		if (d->node[i].serving > 0)
			kill(d->node[i].serving, SIGTERM);
	}
	for (size_t i = 0; i < d->n_node; i++)
		demo_node_stop(&d->node[i]);
}

struct demo_node *demo_node(struct demo *d, const char *label)
{
	for (size_t i = 0; i < d->n_node; i++) {
		if (strcmp(d->node[i].label, label) == 0)
			return &d->node[i];
	}
	must_fail("a node of that label", __FILE__, __LINE__);
}

/* ---- copying ---- */

static int copy_file(struct demo *d, const char *from, const char *to, mode_t mode)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_FILE_BYTES);
	TRY(file_read(from, &b, d->why));
	return file_create(to, buf_slice(&b), mode & 0777, d->why);
}

static int copy_tree(struct demo *d, const char *from, const char *to)
{
	struct arena *a = &d->cli->arena;
	struct dirent *e;
	int rc = dir_make(to, 0700, d->why);
	DIR *dir = rc == 0 ? opendir(from) : NULL;
	if (rc == 0 && !dir)
		return why_set(d->why, E_IO, from, "%s", strerror(errno));
	while (rc == 0 && (e = readdir(dir)) != NULL) {
		struct stat st;
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		const char *x = arena_printf(a, "%s/%s", from, e->d_name),
			   *y = arena_printf(a, "%s/%s", to, e->d_name);
		if (lstat(x, &st) < 0)
			rc = why_set(d->why, E_IO, x, "%s", strerror(errno));
		else if (S_ISDIR(st.st_mode))
			rc = copy_tree(d, x, y);
		else if (S_ISREG(st.st_mode))
			rc = copy_file(d, x, y, st.st_mode);
	}
	if (dir)
		closedir(dir);
	return rc;
}

/* The copy's conf names its own database; everything else is the same. */
static int point_to_database(struct demo *d, const struct demo_node *n)
{
	struct buf old CLEANUP_BUF = BUF(MIB), new CLEANUP_BUF = BUF(MIB);
	const char *path = arena_printf(&d->cli->arena, "%s/entente.conf", n->dir);
	struct slice rest, line;
	TRY(file_read(path, &old, d->why));
	rest = buf_slice(&old);
	while (slice_cut(&rest, '\n', &line)) {
		if (slice_starts(line, "database "))
			buf_addf(&new, "database %s\n", n->database);
		else
			buf_addf(&new, "%.*s\n", SLICE_FMT(line));
	}
	return file_replace(path, buf_slice(&new), 0600, d->why);
}

int demo_node_copy(
	struct demo *d, const struct demo_node *n, const char *label, struct demo_node **ret)
{
	MUST(n->serving == 0);
	struct demo_node *copy = add_node(d, label);
	copy->page_port = n->page_port;
	copy->peer_port = n->peer_port;
	copy->coalition = n->coalition;
	copy->root_file = n->root_file;
	memcpy(copy->member, n->member, sizeof(copy->member));
	TRY(copy_tree(d, n->dir, copy->dir));
	if (d->postgres.url) {
		TRY(demo_postgres_database(d, n->database, &copy->database));
		TRY(point_to_database(d, copy));
	}
	*ret = copy;
	return 0;
}

/* ---- a coalition ---- */

static int write_charter(struct demo *d, const char *name, const char *path, const char *prose,
	struct demo_node *const *all, size_t n_founder)
{
	const char *m[6] = {NULL};
	MUST(n_founder >= 2 && n_founder <= 3);
	for (size_t i = 0; i < n_founder; i++) {
		m[2 * i] = "--member";
		m[2 * i + 1] = all[i]->root_file;
	}
	return demo_do(d, NULL, "charter", "new", "--public", "--name", name, "--text", prose, "-o",
		path, "--quiet", m[0], m[1], m[2], m[3], m[4], m[5], NULL);
}

static int join(struct demo *d, struct demo_node *n, const char *charter,
	struct demo_node *const *all, size_t n_all)
{
	struct answer a CLEANUP_ANSWER = {.status = 0};
	const char *p[8] = {NULL};
	size_t at = 0;
	MUST(n_all <= 5);
	for (size_t i = 0; i < n_all; i++) {
		if (all[i] != n) {
			p[at++] = "--party";
			p[at++] = all[i]->root_file;
		}
	}
	TRY(demo_ask(d, n, &a, "join", charter, "--quiet", p[0], p[1], p[2], p[3], p[4], p[5], p[6],
		p[7], NULL));
	n->coalition = answer_text(d, &a, "coalition");
	return 0;
}

int demo_coalition(struct demo *d, const char *name, const char *prose,
	struct demo_node *const *all, size_t n_founder, size_t n_all)
{
	struct arena *a = &d->cli->arena;
	const char *charter = arena_printf(a, "%s/%s.charter", d->dir, all[0]->label);
	const char *text = arena_printf(a, "%s/%s.prose", d->dir, all[0]->label);
	TRY(file_create(text, slice_str(prose), 0600, d->why));
	TRY(write_charter(d, name, charter, text, all, n_founder));
	for (size_t i = 0; i < n_all; i++)
		TRY(join(d, all[i], charter, all, n_all));
	return 0;
}
