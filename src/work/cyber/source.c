/* source.c: see source.h. */
#include "work/cyber/source.h"

#include "base/report.h"

#include <errno.h>
#include <unistd.h>

#define WINDOW (4 * MIB)

static int read_at(int fd, uint8_t *p, size_t n, uint64_t at, size_t *ret, struct why *why)
{
	ssize_t got;

	do
		got = pread(fd, p, n, (off_t)at);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return why_set(why, E_IO, "", "cannot read: %s", strerror(errno));
	*ret = (size_t)got;
	return 0;
}

static int split_file(struct source *s, struct why *why)
{
	uint64_t at = 0;
	size_t n = 1;
	int rc = 0;

	uint8_t *room = buf_room(&s->window, WINDOW);
	while (rc == 0 && n > 0) {
		rc = read_at(s->fd, room, WINDOW, at, &n, why);
		if (rc == 0)
			rc = stix_split_feed(s->split, slice_of(room, n), why);
		at += n;
		if (rc == 0 && at > LIMIT_STIX_BUNDLE)
			rc = why_set(why, E_LIMIT, "", "larger than %zu bytes", LIMIT_STIX_BUNDLE);
	}
	buf_clear(&s->window);
	return rc;
}

int stix_source_open(struct source *ret, int fd, struct slice memory, struct why *why)
{
	struct source s = {
		.fd = fd, .memory = memory, .split = stix_split_new(), .window = BUF(WINDOW)};
	int rc = fd < 0 ? stix_split_feed(s.split, memory, why) : split_file(&s, why);

	if (rc == 0)
		rc = stix_split_end(s.split, &s.in, why);
	if (rc < 0)
		stix_source_close(&s);
	else
		*ret = s;
	return rc;
}

static int window_fill(struct source *s, uint64_t from, struct why *why)
{
	size_t n = 0, got = 1;
	int rc = 0;

	buf_clear(&s->window);
	uint8_t *room = buf_room(&s->window, WINDOW);
	while (rc == 0 && got > 0 && n < WINDOW) {
		rc = read_at(s->fd, room + n, WINDOW - n, from + n, &got, why);
		n += rc == 0 ? got : 0;
	}
	buf_cut(&s->window, n);
	s->window_at = from;
	return rc;
}

int stix_source_get(struct source *s, size_t i, struct slice *ret, struct why *why)
{
	const struct span *x = &s->in.at[i];
	int rc = 0;

	MUST(i < s->in.n);
	if (!x->object)
		return why_set(why, E_INVALID, "", "not an object");
	if (x->n > LIMIT_STIX_BYTES)
		return why_set(
			why, E_LIMIT, "", "an object is at most %zu bytes", LIMIT_STIX_BYTES);
	if (s->fd < 0) {
		*ret = slice_sub(s->memory, x->from, x->from + x->n);
		return 0;
	}
	if (x->from < s->window_at || x->from + x->n > s->window_at + s->window.n)
		rc = window_fill(s, x->from, why);
	if (rc < 0)
		return rc;
	/* The file was longer a moment ago. */
	if (x->n > s->window.n)
		return why_set(why, E_IO, "", "the file changes while it is read");
	*ret = slice_sub(
		buf_slice(&s->window), x->from - s->window_at, x->from - s->window_at + x->n);
	return 0;
}

void stix_source_close(struct source *s)
{
	stix_split_free(&s->split);
	buf_free(&s->window);
}
