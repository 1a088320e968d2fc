/* cmd_serve.c: `entente serve`: runs the node until it is told to stop. */
#include "base/report.h"
#include "cli/cli.h"
#include "web/service.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* What runs when the signal comes may take so long. */
#define SERVE_GRACE_MS 5000
/* First descriptor that systemd passes (sd_listen_fds(3)). */
#define LISTEN_FDS_START 3

static const struct cli_option options[] = {
	{"listen", 0, "ADDRESS", false,
		"pages and API, instead of the conf's `listen`; port 0: any free one"},
	{"peer-listen", 0, "ADDRESS", false, "partners, instead of the conf's `peer-listen`"},
	{"host", 0, "NAME", true,
		"a name by which browsers may ask for the pages, beside localhost and addresses"},
	{"open", 0, NULL, false, "serve the pages beyond this machine although there is no TLS"},
	{"no-pull", 0, NULL, false, "serve only: do not follow partners"},
	{NULL, 0, NULL, false, NULL},
};

/* Sockets passed by a supervisor: named "pages" and "partners", else the first and the second. */
static void take_sockets(struct service_options *o)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS"),
		   *names = getenv("LISTEN_FDNAMES");
	uint64_t p, n;
	if (!pid || !count || slice_u64(slice_str(pid), &p) < 0 ||
		slice_u64(slice_str(count), &n) < 0 || p != (uint64_t)getpid() || n > 2)
		return;
	struct slice rest = slice_str(names), name;
	for (int i = 0; i < (int)n; i++) {
		bool partners = i == 1;
		if (slice_cut(&rest, ':', &name))
			partners = slice_is(name, "partners") ||
				   (partners && !slice_is(name, "pages"));
		*(partners ? &o->peer_listen_fd : &o->listen_fd) = LISTEN_FDS_START + i;
	}
}

/* sd_notify(3), which is one datagram. */
static void notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	if (!path || (path[0] != '/' && path[0] != '@') || strlen(path) >= sizeof(to.sun_path))
		return;
	memcpy(to.sun_path, path, strlen(path));
	if (path[0] == '@')
		to.sun_path[0] = '\0';
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	socklen_t n = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
	if (sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&to, n) < 0)
		report(REPORT_WARN, "no word to the supervisor: %s", strerror(errno));
	close(fd);
}

static void say_ready(struct cli *cli, const struct service *s)
{
	if (cli->json) {
		cli_print(cli, "{\"pages\":\"%s://%s/\",\"partners\":\"https://%s/\",\"pid\":%d}\n",
			service_page_tls(s) ? "https" : "http", service_page_address(s),
			service_peer_address(s), (int)getpid());
	} else {
		cli_print(cli, "%s: pages    %s://%s/\n", cli->node->conf.label,
			service_page_tls(s) ? "https" : "http", service_page_address(s));
		cli_print(cli, "%s: partners https://%s/\n", cli->node->conf.label,
			service_peer_address(s));
	}
	fflush(stdout);
}

static int run(struct cli *cli)
{
	struct service_options o = {
		.listen = cli_option(cli, "listen"),
		.peer_listen = cli_option(cli, "peer-listen"),
		.n_host = cli_option_count(cli, "host"),
		.open = cli_switch(cli, "open"),
		.no_pull = cli_switch(cli, "no-pull"),
	};
	const char *host[128];
	struct service *service;
	sigset_t stop;
	int got;

	for (size_t i = 0; i < o.n_host; i++)
		host[i] = cli_option_at(cli, "host", i);
	o.host = host;
	/* Before any thread starts, so that all of them leave these signals to the wait below. */
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	pthread_sigmask(SIG_BLOCK, &stop, NULL);
	signal(SIGPIPE, SIG_IGN);
	mem_few_heaps();
	take_sockets(&o);
	TRY(cli_open(cli));
	o.node = cli->node;
	TRY(service_start(&service, &o, &cli->why));
	say_ready(cli, service);
	notify("READY=1\nSTATUS=following partners");
	while (sigwait(&stop, &got) != 0)
		;
	notify("STOPPING=1");
	/* A second signal ends it at once. */
	pthread_sigmask(SIG_UNBLOCK, &stop, NULL);
	service_stop(&service, SERVE_GRACE_MS);
	return 0;
}

const struct command command_serve = {
	.name = "serve",
	.group = "Run",
	.args = "",
	.summary = "Run the node: follow partners, serve them, show the pages",
	.help = "Runs until SIGTERM or Ctrl-C. Until there is a user (entente user add) whoever is at this machine may read the pages; without `tls yes` in\n"
		"entente.conf they are served on loopback only.\n"
		"Takes sockets from systemd (FileDescriptorName=pages, partners) and tells it when it is ready (Type=notify).",
	.option = options,
	.run = run,
};
