/*
 * split.h: a head split as a tolerant parser does it in place: what guard_seams() gets to judge.
 * Shared by the unit tests and the fuzz target.
 */
#ifndef TEST_NET_SPLIT_H
#define TEST_NET_SPLIT_H

#include "net/guard.h"

#define SPLIT_HEADERS 200

struct split {
	struct guard_head head;
	struct guard_header header[SPLIT_HEADERS];
	struct slice raw;   /* up to the end of the head */
	char target[65536]; /* a copy, as exchange.c keeps one */
	char folded[1024];  /* where a folded name went */
};

/* The line at *at, ended in place by NULs where CRLF or LF stood; NULL if there is no whole line.
 */
static inline char *split_line(char *raw, size_t n, size_t *at)
{
	char *line = raw + *at;

	for (size_t i = *at; i < n; i++) {
		if (raw[i] == '\r' && i + 1 < n && raw[i + 1] == '\n') {
			raw[i] = raw[i + 1] = '\0';
			*at = i + 2;
			return line;
		}
		if (raw[i] == '\n') {
			raw[i] = '\0';
			*at = i + 1;
			return line;
		}
	}
	return NULL;
}

static inline bool split_request_line(struct split *s, char *line, size_t n)
{
	char *target = memchr(line, ' ', n), *version;

	if (target == NULL || n == 0)
		return false;
	*target++ = '\0';
	while (*target == ' ')
		target++;
	version = strrchr(target, ' ');
	if (version == NULL)
		return false;
	*version++ = '\0';
	if (strlen(target) >= sizeof(s->target))
		return false;
	snprintf(s->target, sizeof(s->target), "%s", target);
	s->head.method = slice_str(line);
	s->head.target = slice_str(s->target);
	s->head.version = slice_str(version);
	return true;
}

static inline bool split_field(struct split *s, char *line)
{
	char *colon = strchr(line, ':');
	struct guard_header *h;

	if ((line[0] == ' ' || line[0] == '\t') &&
		s->head.n > 0) { /* a fold: joined somewhere else */
		h = &s->header[s->head.n - 1];
		snprintf(s->folded, sizeof(s->folded), "%.*s%s", SLICE_FMT(h->name), line);
		h->name = slice_str(s->folded);
		return true;
	}
	if (colon == NULL || s->head.n == SPLIT_HEADERS)
		return false;
	*colon++ = '\0';
	while (*colon == ' ' || *colon == '\t')
		colon++;
	h = &s->header[s->head.n++];
	h->name = slice_str(line);
	h->value = slice_str(colon);
	return true;
}

/* Splits `raw`, which is changed and must end in a NUL behind its `n` bytes. False if it is no head
 * at all. */
static inline bool split_head(struct split *s, char *raw, size_t n)
{
	size_t at = 0;
	char *line = split_line(raw, n, &at);

	*s = (struct split){.head.header = s->header};
	s->head.header = s->header;
	if (line == NULL || !split_request_line(s, line, strlen(line)))
		return false;
	while ((line = split_line(raw, n, &at)) != NULL) {
		if (line[0] == '\0') {
			s->raw = slice_of(raw, at);
			return true;
		}
		if (!split_field(s, line))
			return false;
	}
	return false;
}

#endif
