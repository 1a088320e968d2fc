/* page.c: the frame of the page, and the small pieces that all parts use. */
#include "web/page.h"

#include "base/enc.h"
#include "web/asset.h"

#include <inttypes.h>

#define MONTH_MS (31LL * 24 * 3600 * 1000)

static void stamp(int64_t unix_ms, char ret[UTC_TEXT_LEN + 1])
{
	utc_format(unix_ms, ret);
	ret[10] = ' ';
	ret[16] = '\0';
}

void page_time(struct html *h, int64_t unix_ms, int64_t now_ms)
{
	char text[UTC_TEXT_LEN + 1], age[AGE_TEXT];
	if (unix_ms == 0) {
		html_str(h, "\xe2\x80\x94");
		return;
	}
	stamp(unix_ms, text);
	html_open(h, "time");
	html_textf(h, "%s UTC", text);
	html_close(h, "time");
	if (now_ms - unix_ms > MONTH_MS)
		return;
	age_format(now_ms - unix_ms, age);
	html_str(h, " ");
	html_box(h, "span", "age");
	html_textf(h, unix_ms > now_ms + 60000 ? "(ahead)" : "%s ago", age);
	html_close(h, "span");
}

void page_hash(struct html *h, const struct hash *hash)
{
	char hex[65];
	hex_encode(hash->b, 32, hex);
	html_box(h, "code", "hash");
	html_attr(h, "title", slice_of(hex, 64));
	html_text(h, slice_of(hex, 12));
	html_close(h, "code");
}

void page_id(struct html *h, const struct id *id)
{
	char text[ID_TEXT + 1];
	id_format(id, text);
	html_box(h, "code", "id");
	html_attr(h, "title", slice_of(text, ID_TEXT));
	html_text(h, slice_of(text, 8));
	html_close(h, "code");
}

void page_parties(struct html *h, const struct view *v, const struct id *id, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i)
			html_str(h, ", ");
		html_theirs(h, slice_str(view_label(v, &id[i])));
	}
}

void page_heading(struct html *h, const char *title, const char *remark)
{
	html_open(h, "h3");
	html_str(h, title);
	if (remark) {
		html_str(h, " ");
		html_bit(h, "small", "remark", slice_str(remark));
	}
	html_close(h, "h3");
}

void page_cell(struct html *h, const char *label)
{
	html_open(h, "td");
	html_attr(h, "data-label", slice_str(label));
}

void page_table(struct html *h, const char *class_name, const char *const *title)
{
	html_open(h, "table");
	html_attr(h, "class", slice_str(class_name));
	html_open(h, "thead");
	html_open(h, "tr");
	for (; *title; title++) {
		html_open(h, "th");
		html_attr(h, "scope", SLICE("col"));
		html_str(h, *title);
		html_close(h, "th");
	}
	html_close(h, "tr");
	html_close(h, "thead");
	html_open(h, "tbody");
}

static void meta(struct html *h, const char *name, const char *content)
{
	html_void(h, "meta");
	html_attr(h, "name", slice_str(name));
	html_attr(h, "content", slice_str(content));
}

static void page_title(struct html *h, const struct page_top *top)
{
	html_open(h, "title");
	/* Where many tabs are open, the alarm must show in the tab. */
	if (top->worst == CONCERN_ALARM)
		html_str(h, "ALARM \xc2\xb7 ");
	else if (top->worst == CONCERN_ATTENTION)
		html_str(h, "! \xc2\xb7 ");
	html_textf(h, "%s \xc2\xb7 entente", top->label);
	html_close(h, "title");
}

static void page_head(struct html *h, const struct page_top *top)
{
	char refresh[16];
	snprintf(refresh, sizeof(refresh), "%d", PAGE_REFRESH_S);
	html_open(h, "head");
	html_void(h, "meta");
	html_attr(h, "charset", SLICE("utf-8"));
	if (top->renew) {
		html_void(h, "meta");
		html_attr(h, "http-equiv", SLICE("refresh"));
		html_attr(h, "content", slice_str(refresh));
	}
	meta(h, "viewport", "width=device-width, initial-scale=1");
	meta(h, "color-scheme", "light dark");
	page_title(h, top);
	html_void(h, "link");
	html_attr(h, "rel", SLICE("stylesheet"));
	html_link(h, "href", asset_named("style.css")->path);
	html_void(h, "link");
	html_attr(h, "rel", SLICE("icon"));
	html_attr(h, "type", SLICE("image/svg+xml"));
	html_link(h, "href", asset_named("icon.svg")->path);
	html_close(h, "head");
}

static void page_age(struct html *h, bool renew)
{
	html_box(h, "span", "age");
	if (renew)
		html_textf(h, "as of loading; renews itself every %d s: ", PAGE_REFRESH_S);
	else
		html_str(h, "as of loading: ");
	html_open(h, "a");
	html_link(h, "href", renew ? "/status" : "/status/renewed");
	html_str(h, renew ? "no longer" : "renew by itself");
	html_close(h, "a");
	html_close(h, "span");
}

void page_begin(struct html *h, const struct page_top *top)
{
	char text[UTC_TEXT_LEN + 1];
	stamp(top->now_ms, text);
	html_open(h, "html");
	html_attr(h, "lang", SLICE("en"));
	page_head(h, top);
	html_open(h, "body");
	html_box(h, "header", "top");
	html_box(h, "div", "who");
	html_void(h, "img");
	html_attr(h, "alt", SLICE("entente"));
	html_attr(h, "width", SLICE("28"));
	html_attr(h, "height", SLICE("28"));
	html_link(h, "src", asset_named("icon.svg")->path);
	html_open(h, "h1");
	html_theirs(h, slice_str(top->label));
	html_close(h, "h1");
	page_id(h, &top->self);
	html_close(h, "div");
	html_box(h, "div", "clock");
	html_bit(h, "time", "now", slice_str(text));
	html_str(h, " UTC ");
	page_age(h, top->renew);
	html_close(h, "div");
	html_close(h, "header");
	html_open(h, "main");
	if (top->open)
		html_bit(h, "p", "warning",
			SLICE("These pages have no login yet and are served beyond this machine: whoever reaches this "
			      "address reads all that this node holds."));
}

void page_end(struct html *h)
{
	html_close(h, "main");
	html_box(h, "footer", "foot");
	html_str(h, "Computed from signed entries that this node holds. The same as data: ");
	html_open(h, "a");
	html_link(h, "href", "/api/v1/status");
	html_str(h, "/api/v1/status");
	html_close(h, "a");
	html_close(h, "footer");
	html_close(h, "body");
	html_close(h, "html");
}

void page_nothing(struct html *h)
{
	html_box(h, "section", "card empty");
	html_open(h, "h2");
	html_str(h, "Party to no coalition yet");
	html_close(h, "h2");
	html_open(h, "p");
	html_str(h, "The node is up. Next, on this machine:");
	html_close(h, "p");
	html_open(h, "pre");
	html_str(h,
		"entente key root -o OURS.root      hand this to the partners, compare fingerprints\n"
		"entente join CHARTER --party FILE  take up a coalition and introduce its parties");
	html_close(h, "pre");
	html_close(h, "section");
}

static const char *headline(const struct concerns *c)
{
	switch (c->worst) {
	case CONCERN_ALARM:
		return "Alarm";
	case CONCERN_ATTENTION:
		return "Needs attention";
	case CONCERN_CALM:
		break;
	}
	return "Nothing needs attention";
}

static const char *level_class(enum concern_level level)
{
	switch (level) {
	case CONCERN_ALARM:
		return "alarm";
	case CONCERN_ATTENTION:
		return "attention";
	case CONCERN_CALM:
		break;
	}
	return "calm";
}

void page_concerns(struct html *h, const struct concerns *c)
{
	html_open(h, "section");
	html_attr(h, "class",
		slice_str(c->worst == CONCERN_ALARM	  ? "concerns alarm"
			  : c->worst == CONCERN_ATTENTION ? "concerns attention"
							  : "concerns calm"));
	html_attr(h, "role", SLICE("status"));
	html_open(h, "h2");
	html_str(h, headline(c));
	html_close(h, "h2");
	if (c->n > 0) {
		html_open(h, "ul");
		for (size_t i = 0; i < c->n; i++) {
			html_open(h, "li");
			html_attr(h, "class", slice_str(level_class(c->list[i].level)));
			html_str(h, c->list[i].text);
			html_close(h, "li");
		}
		if (c->dropped > 0) {
			html_open(h, "li");
			html_textf(h, "and %zu more", c->dropped);
			html_close(h, "li");
		}
		html_close(h, "ul");
	}
	html_close(h, "section");
}
