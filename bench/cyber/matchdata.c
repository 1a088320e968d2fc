/*
 * matchdata.c: indicators and logs to measure matching with, the same from the same numbers.
 *
 *	matchdata stix N                 a STIX bundle of N indicators: a quarter each of domains, IPv4 addresses, SHA-256 and URLs
 *	matchdata list N                 their values, one a line, for tools that take such
 *	matchdata log BYTES N EVERY TRUTH   a proxy and DNS log with one of the N planted in every EVERY-th line; TRUTH gets "line value"
 *
 * Nothing else in the log is an indicator: addresses that are not planted are even and the others odd, names and paths come from other words.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

static uint64_t state = 42;

static uint64_t draw(uint64_t below)
{
	state++;
	return mix(state) % below;
}

static const char *const tlds[] = {
	"com", "net", "org", "info", "biz", "io", "co", "ru", "top", "xyz"};

/* The i-th indicator's value. */
static void value_of(uint64_t i, char *ret, size_t size)
{
	uint64_t a = mix(i * 4 + 1), b = mix(i * 4 + 2);

	switch (i % 4) {
	case 0:
		snprintf(ret, size, "%c%" PRIx64 "%s.%s", (char)('g' + a % 16), i,
			a % 3 ? "-mail" : "cdn", tlds[b % 10]);
		break;
	case 1:
		/* i/4 spread over 2^23 odd addresses without meeting itself. */
		a = (i / 4 * 2654435761u) % (1u << 27);
		snprintf(ret, size, "%u.%u.%u.%u", (unsigned)(100 + (a >> 21 & 63)),
			(unsigned)(a >> 13 & 255), (unsigned)(a >> 5 & 255),
			(unsigned)((a & 31) * 8 + 1));
		break;
	case 2:
		snprintf(ret, size, "%016" PRIx64 "%016" PRIx64 "%016" PRIx64 "%016" PRIx64, a, b,
			mix(a), mix(b));
		break;
	default:
		snprintf(ret, size, "http://w%" PRIx64 ".%s/%" PRIx64 "/index.php?id=%u", a % 9973,
			tlds[b % 10], i, (unsigned)(b % 1000));
		break;
	}
}

static void stix(uint64_t n)
{
	static const char *const path[] = {
		"domain-name:value", "ipv4-addr:value", "file:hashes.'SHA-256'", "url:value"};
	char value[256];

	printf("{\"type\":\"bundle\",\"id\":\"bundle--00000000-0000-4000-8000-000000000000\",\"objects\":[\n");
	for (uint64_t i = 0; i < n; i++) {
		value_of(i, value, sizeof(value));
		printf("%s{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--00000000-0000-4000-8000-%012" PRIx64
		       "\",\"created\":\"2025-01-01T00:00:00.000Z\",\"modified\":\"2025-01-01T00:00:00.000Z\",\"pattern_type\":\"stix\","
		       "\"valid_from\":\"2025-01-01T00:00:00Z\",\"pattern\":\"[%s = '%s']\"}\n",
			i ? "," : "", i, path[i % 4], value);
	}
	printf("]}\n");
}

/* ---- the log ---- */

static const char *const words[] = {"alpha", "news", "shop", "static", "images", "api", "cloud",
	"video", "mail", "portal", "docs", "media", "assets", "login", "search", "update", "cdn",
	"edge", "data", "www"};
static const char *const agents[] = {
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
	"curl/8.5.0",
	"Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0",
	"python-requests/2.31.0",
	"-",
};

static const char *word(void)
{
	return words[draw(20)];
}

static void host(char *ret, size_t size)
{
	snprintf(ret, size, "%s%u.%s-%s.%s", word(), (unsigned)draw(100), word(), word(),
		tlds[draw(3)]);
}

static int line(char *b, size_t size, uint64_t clock, const char *planted, uint64_t kind)
{
	unsigned h = (unsigned)(clock / 3600000 % 24), m = (unsigned)(clock / 60000 % 60),
		 s = (unsigned)(clock / 1000 % 60), ms = (unsigned)(clock % 1000);
	char name[256], address[64];

	host(name, sizeof(name));
	snprintf(address, sizeof(address), "%u.%u.%u.%u", (unsigned)(20 + draw(180)),
		(unsigned)draw(256), (unsigned)draw(256), (unsigned)draw(128) * 2);
	if (planted && kind == 2)
		return snprintf(b, size,
			"2025-03-18T%02u:%02u:%02u.%03uZ av host=ws%04u file=\"C:\\Users\\x\\a.bin\" sha256=%s verdict=unknown\n",
			h, m, s, ms, (unsigned)draw(9999), planted);
	if ((planted && kind == 0) || (!planted && draw(10) < 4))
		return snprintf(b, size,
			"2025-03-18T%02u:%02u:%02u.%03uZ client 10.%u.%u.%u#%u: query: %s%s IN A + (10.0.0.2)\n",
			h, m, s, ms, (unsigned)draw(256), (unsigned)draw(256),
			(unsigned)draw(127) * 2, (unsigned)(1024 + draw(60000)),
			planted ? "ns1." : "", planted ? planted : name);
	return snprintf(b, size,
		"2025-03-18T%02u:%02u:%02u.%03uZ %u 10.%u.%u.%u TCP_MISS/200 %u GET %s%s%s%s HIER_DIRECT/%s text/html \"%s\"\n",
		h, m, s, ms, (unsigned)draw(900), (unsigned)draw(256), (unsigned)draw(256),
		(unsigned)draw(127) * 2, (unsigned)draw(90000),
		planted && kind == 3 ? "" : "http://", planted && kind == 3 ? planted : name,
		planted && kind == 3 ? "" : "/",
		planted && kind == 3 ? ""
		: draw(2)	     ? "images/logo.png"
				     : "path/page.html?session=8123&lang=en",
		planted && kind == 1 ? planted : address, agents[draw(5)]);
}

static int log_file(uint64_t bytes, uint64_t n, uint64_t every, const char *truth_path)
{
	static char out[1 << 20];
	FILE *truth = fopen(truth_path, "w");
	uint64_t clock = 0, number = 0, done = 0, which = 1;
	char value[256], text[1024];

	if (!truth)
		return 1;
	setvbuf(stdout, out, _IOFBF, sizeof(out));
	while (done < bytes) {
		bool plant = ++number % every == 0;

		if (plant) {
			which = mix(which) % n;
			value_of(which, value, sizeof(value));
			fprintf(truth, "%" PRIu64 " %s\n", number, value);
		}
		clock += draw(20);
		int length = line(text, sizeof(text), clock, plant ? value : NULL, which % 4);

		fwrite(text, 1, (size_t)length, stdout);
		done += (uint64_t)length;
	}
	return fclose(truth) || fflush(stdout);
}

int main(int argc, char **argv)
{
	char value[256];

	if (argc == 3 && strcmp(argv[1], "stix") == 0) {
		stix(strtoull(argv[2], NULL, 10));
		return 0;
	}
	if (argc == 3 && strcmp(argv[1], "list") == 0) {
		for (uint64_t i = 0; i < strtoull(argv[2], NULL, 10); i++) {
			value_of(i, value, sizeof(value));
			puts(value);
		}
		return 0;
	}
	if (argc == 6 && strcmp(argv[1], "log") == 0)
		return log_file(strtoull(argv[2], NULL, 10), strtoull(argv[3], NULL, 10),
			strtoull(argv[4], NULL, 10), argv[5]);
	fprintf(stderr, "usage: matchdata stix N | list N | log BYTES N EVERY TRUTH\n");
	return 64;
}
