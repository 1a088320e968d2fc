/* sms.c: see sms.h. */
#include "work/response/sms.h"

#include "work/response/types.h"

#include <string.h>
#include <strings.h>

static bool word_next(struct slice *rest, struct slice *ret)
{
	*rest = slice_trim(*rest);
	return slice_cut(rest, ' ', ret);
}

static bool is(struct slice word, const char *text)
{
	return word.n == strlen(text) && strncasecmp((const char *)word.p, text, word.n) == 0;
}

static int say(struct why *why, const char *text)
{
	return why_set(why, E_SYNTAX, "sms", "%s", text);
}

/* "12H", "30M", "2D" */
static bool span_parse(struct slice word, int64_t *ret)
{
	uint64_t n;
	uint8_t unit;

	if (word.n < 2 || slice_u64(slice_sub(word, 0, word.n - 1), &n) < 0 || n == 0 || n > 10000)
		return false;
	unit = (uint8_t)(word.p[word.n - 1] | 32);
	*ret = (int64_t)n * (unit == 'm' ? 1 : unit == 'h' ? 60 : unit == 'd' ? 1440 : 0);
	return *ret > 0;
}

static int offer_parse(struct slice rest, struct sms *s, struct why *why)
{
	const struct type_code *t;
	struct slice word;
	uint64_t n;

	if (!word_next(&rest, &word) || slice_u64(word, &n) < 0 || n == 0 || n > 1000000)
		return say(why, "how many? write: CODE OFFER 2 HCP 12H");
	s->quantity = (int64_t)n;
	if (!word_next(&rest, &word) || !(t = type_find(word)))
		return say(why, "no such type; write: CODE OFFER 2 HCP 12H");
	s->type = t->code;
	if (!word_next(&rest, &word) || !span_parse(word, &s->minutes))
		return say(why, "when? write 30M, 12H or 2D at the end");
	return slice_trim(rest).n ? say(why, "too many words; write: CODE OFFER 2 HCP 12H") : 0;
}

int sms_parse(struct slice text, struct sms *ret, struct why *why)
{
	struct slice rest = text, word;
	struct sms s = {0};
	int rc = 0;

	if (text.n > SMS_MAX)
		return say(why, "longer than 160 characters");
	if (!word_next(&rest, &s.code) || s.code.n > 8)
		return say(why, "write the code of the request first");
	for (size_t i = 0; i < s.code.n; i++)
		if (s.code.p[i] < '0' || s.code.p[i] > '9')
			return say(why, "write the code of the request first: digits");
	if (!word_next(&rest, &word))
		return say(why, "write CODE and ACK, OFFER, MAYBE, NO or LATER");
	if (is(word, "ACK")) {
		s.verb = SMS_ACK;
		if (slice_trim(rest).n)
			rc = say(why, "ACK stands alone");
	} else if (is(word, "OFFER") || is(word, "MAYBE")) {
		s.verb = is(word, "OFFER") ? SMS_OFFER : SMS_MAYBE;
		rc = offer_parse(rest, &s, why);
	} else if (is(word, "NO")) {
		s.verb = SMS_NO;
		s.reason = slice_trim(rest);
		if (!s.reason.n)
			rc = say(why, "say why: CODE NO all away");
	} else if (is(word, "LATER")) {
		s.verb = SMS_LATER;
		if (!word_next(&rest, &word) || !span_parse(word, &s.minutes))
			rc = say(why, "by when? CODE LATER 6H");
	} else {
		rc = say(why, "write CODE and ACK, OFFER, MAYBE, NO or LATER");
	}
	if (rc == 0)
		*ret = s;
	return rc;
}
