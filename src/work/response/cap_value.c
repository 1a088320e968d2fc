/* cap_value.c: numbers, points, areas and references inside the text of CAP elements. */
#include "work/response/cap.h"

#include <errno.h>

int decimal_parse(struct slice text, int64_t scale, int64_t *ret)
{
	struct slice s = text;
	bool minus = slice_take(&s, "-");
	int64_t whole = 0, part = 0, unit = scale;
	size_t i = 0, digits = 0;

	if (!minus)
		slice_take(&s, "+");
	for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++, digits++) {
		if (digits == 9)
			return -EINVAL;
		whole = whole * 10 + (s.p[i] - '0');
	}
	if (i < s.n && s.p[i] == '.') {
		for (i++; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++, digits++) {
			unit /= 10;
			part += unit * (s.p[i] - '0');
		}
	}
	if (i != s.n || digits == 0)
		return -EINVAL;
	*ret = (whole * scale + part) * (minus ? -1 : 1);
	return 0;
}

int cap_point_parse(struct slice text, struct cap_point *ret)
{
	struct slice lon = text, lat;
	struct cap_point p;

	if (!slice_cut_exact(&lon, ',', &lat) || decimal_parse(lat, CAP_DEGREE, &p.lat) < 0 ||
		decimal_parse(lon, CAP_DEGREE, &p.lon) < 0)
		return -EINVAL;
	*ret = p;
	return 0;
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The next run of what is no white space; false at the end. */
static bool word_next(struct slice *rest, struct slice *ret)
{
	size_t from = 0, to;

	while (from < rest->n && is_space(rest->p[from]))
		from++;
	for (to = from; to < rest->n && !is_space(rest->p[to]);)
		to++;
	*ret = slice_sub(*rest, from, to);
	*rest = slice_sub(*rest, to, rest->n);
	return ret->n > 0;
}

int cap_polygon_parse(struct slice text, struct arena *arena, struct cap_point **ret, size_t *ret_n)
{
	struct slice rest = text, word;
	struct cap_point *p;
	size_t n = 0;

	while (word_next(&rest, &word))
		n++;
	if (n == 0 || n > CAP_POLYGON_MAX)
		return -EINVAL;
	p = arena_array(arena, struct cap_point, n);
	rest = text;
	for (n = 0; word_next(&rest, &word); n++)
		if (cap_point_parse(word, &p[n]) < 0)
			return -EINVAL;
	*ret = p;
	*ret_n = n;
	return 0;
}

int cap_circle_parse(struct slice text, struct cap_point *ret, int64_t *ret_m)
{
	struct slice rest = text, point, radius, more;
	struct cap_point p;
	int64_t m;

	if (!word_next(&rest, &point) || !word_next(&rest, &radius) || word_next(&rest, &more) ||
		cap_point_parse(point, &p) < 0 || decimal_parse(radius, 1000, &m) < 0 || m < 0)
		return -EINVAL;
	*ret = p;
	*ret_m = m;
	return 0;
}

int cap_ref_next(struct slice *rest, struct cap_ref *ret)
{
	struct slice word;
	struct cap_ref r;

	if (!word_next(rest, &word))
		return 0;
	if (!slice_cut_exact(&word, ',', &r.sender) ||
		!slice_cut_exact(&word, ',', &r.identifier) || r.sender.n == 0 ||
		r.identifier.n == 0 || utc_parse(word, &r.sent_ms, NULL) < 0)
		return E_SYNTAX;
	r.sent_text = word;
	*ret = r;
	return 1;
}

int64_t cap_expires_ms(const struct cap_alert *a)
{
	int64_t last = 0;

	for (size_t i = 0; i < a->n_info; i++) {
		int64_t ms = a->info[i].expires.ms;

		if (!ms)
			ms = a->sent.ms + DAY_MS;
		last = ms > last ? ms : last;
	}
	return last ? last : a->sent.ms + DAY_MS;
}
