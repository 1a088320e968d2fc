/* cap_feed.c: see cap_feed.h. */
#include "work/response/cap_feed.h"

#include "base/limits.h"

#define ATOM	   "http://www.w3.org/2005/Atom"
#define XML	   "http://www.w3.org/XML/1998/namespace"
#define DE_1	   "urn:oasis:names:tc:emergency:EDXL:DE:1.0"
#define DE_2	   "urn:oasis:names:tc:emergency:EDXL:DE:2.0"
#define COPY_DEPTH 24 /* alert, info, area, geocode, value are five; a signature has some more */

struct reading {
	struct arena *arena;
	struct slice bytes;
	struct cap_feed *feed;
	struct why *why;
	size_t room;
};

const char *cap_feed_kind_name(enum cap_feed_kind k)
{
	static const char *const names[] = {
		"alert", "alerts", "Atom", "RSS", "EDXL-DE 1.0", "EDXL-DE 2.0"};

	return names[k];
}

/* ---- cutting out ---- */

static void copy(struct xml_out *o, struct arena *arena, const struct xml_node *node,
	struct slice outer_ns, unsigned depth)
{
	if (depth > COPY_DEPTH)
		return;
	xml_open(o, arena_string(arena, node->name));
	if (!slice_eq(node->ns, outer_ns))
		xml_put_attr(o, "xmlns", node->ns);
	for (const struct xml_attr *a = node->attrs; a; a = a->next)
		if (a->ns.n == 0)
			xml_put_attr(o, arena_string(arena, a->name), a->value);
	if (node->text.n && (!node->first || slice_trim(node->text).n))
		xml_text(o, node->text);
	for (const struct xml_node *c = node->first; c; c = c->next)
		copy(o, arena, c, node->ns, depth + 1);
	xml_close(o);
}

/* Verbatim if it can stand alone; else written again with the namespace it had from outside. */
static int alert_cut(struct reading *r, const struct xml_node *node, struct slice *ret)
{
	struct slice cut = slice_sub(r->bytes, node->from, node->to);
	struct buf b CLEANUP_BUF = BUF(LIMIT_XML_BYTES);
	struct arena scratch CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct xml_node *alone;
	struct xml_out o;

	if (xml_read(&alone, &scratch, cut, NULL) == 0 && slice_eq(alone->ns, node->ns) &&
		slice_eq(alone->name, node->name)) {
		*ret = cut;
		return 0;
	}
	o = xml_out(&b, false);
	copy(&o, r->arena, node, SLICE_NONE, 0);
	if (buf_over(&b) || b.n > (r->arena->max - r->arena->used) / 2)
		return why_set(r->why, E_LIMIT, "alert", "larger than %zu bytes", LIMIT_XML_BYTES);
	*ret = arena_copy(r->arena, buf_slice(&b));
	return 0;
}

static int item_add(struct reading *r, const struct cap_feed_item *item)
{
	if (r->feed->n == r->room)
		return why_set(r->why, E_LIMIT, "", "more than %zu items", r->room);
	r->feed->item[r->feed->n++] = *item;
	return 0;
}

/* What one entry is does not keep the others from us. */
static void passed_over(struct reading *r)
{
	if (r->feed->odd++ == 0)
		r->feed->odd_why = *r->why;
	*r->why = (struct why){0};
}

/* The first alert at or below `node`. */
static const struct xml_node *alert_find(const struct xml_node *node, unsigned depth)
{
	const struct xml_node *found = NULL;

	if (cap_is_alert(node) || depth > 8)
		return cap_is_alert(node) ? node : NULL;
	for (const struct xml_node *c = node->first; c && !found; c = c->next)
		found = alert_find(c, depth + 1);
	return found;
}

/* ---- Atom and RSS ---- */

static struct slice text_of(const struct xml_node *node, const char *ns, const char *name)
{
	const struct xml_node *c = xml_child(node, ns, name);

	return c ? slice_trim(c->text) : SLICE_NONE;
}

static struct slice base_of(const struct xml_node *node)
{
	for (const struct xml_attr *a = node->attrs; a; a = a->next)
		if (slice_is(a->name, "base") && slice_is(a->ns, XML))
			return slice_trim(a->value);
	return SLICE_NONE;
}

/* Of several links the one that says it is CAP, else the first that is no other form of the page. */
static struct slice link_of(const struct xml_node *entry)
{
	struct slice best = SLICE_NONE;

	for (const struct xml_node *l = xml_child(entry, ATOM, "link"); l; l = xml_again(l)) {
		struct slice rel = xml_attr(l, "rel");

		if (slice_is(xml_attr(l, "type"), CAP_MEDIA))
			return slice_trim(xml_attr(l, "href"));
		if (!best.n && (!rel.n || slice_is(rel, "alternate")))
			best = slice_trim(xml_attr(l, "href"));
	}
	return best;
}

/* Some put the alert into <content> as escaped text. */
static int escaped(struct reading *r, const struct xml_node *entry, struct slice *ret)
{
	struct slice text = text_of(entry, ATOM, "content");
	struct xml_node *root;

	if (!slice_starts(text, "<") || xml_read(&root, r->arena, text, NULL) < 0 ||
		!cap_is_alert(root))
		return 0;
	*ret = text;
	return 0;
}

static int entry_read(struct reading *r, const struct xml_node *entry)
{
	struct cap_feed_item item = {.id = text_of(entry, ATOM, "id"),
		.title = text_of(entry, ATOM, "title"),
		.link = link_of(entry),
		.base = base_of(entry)};
	const struct xml_node *alert = alert_find(entry, 0);
	struct slice updated = text_of(entry, ATOM, "updated");
	char where[32];
	int rc;

	snprintf(where, sizeof(where), "line %u", entry->line);
	if (utc_parse(updated, &item.updated_ms, NULL) < 0)
		item.updated_ms = 0;
	rc = alert ? alert_cut(r, alert, &item.bytes) : escaped(r, entry, &item.bytes);
	if (rc < 0)
		return rc;
	if (!item.id.n)
		return why_set(r->why, E_SYNTAX, where, "an entry without an id");
	if (!item.bytes.n && !item.link.n)
		return why_set(r->why, E_SYNTAX, where,
			"an entry with neither an alert nor a link to one");
	return item_add(r, &item);
}

static int atom_read(struct reading *r, const struct xml_node *root)
{
	r->feed->kind = FEED_ATOM;
	r->feed->id = text_of(root, ATOM, "id");
	r->feed->title = text_of(root, ATOM, "title");
	r->feed->base = base_of(root);
	for (const struct xml_node *e = xml_child(root, ATOM, "entry"); e; e = xml_again(e))
		if (entry_read(r, e) < 0)
			passed_over(r);
	return 0;
}

static int rss_item_read(struct reading *r, const struct xml_node *i)
{
	const struct xml_node *alert = alert_find(i, 0);
	struct cap_feed_item item = {.id = text_of(i, "", "guid"),
		.title = text_of(i, "", "title"),
		.link = text_of(i, "", "link"),
		.base = base_of(i)};
	char where[32];
	int rc = alert ? alert_cut(r, alert, &item.bytes) : 0;

	snprintf(where, sizeof(where), "line %u", i->line);
	if (!item.id.n)
		item.id = item.link;
	if (rc == 0 && !item.bytes.n && !item.link.n)
		rc = why_set(
			r->why, E_SYNTAX, where, "an item with neither an alert nor a link to one");
	return rc < 0 ? rc : item_add(r, &item);
}

static int rss_read(struct reading *r, const struct xml_node *root)
{
	const struct xml_node *channel = xml_child(root, "", "channel");

	r->feed->kind = FEED_RSS;
	if (!channel)
		return why_set(r->why, E_SYNTAX, "rss", "there is no channel in it");
	r->feed->id = text_of(channel, "", "link");
	r->feed->title = text_of(channel, "", "title");
	r->feed->base = base_of(root);
	for (const struct xml_node *i = xml_child(channel, "", "item"); i; i = xml_again(i))
		if (rss_item_read(r, i) < 0)
			passed_over(r);
	return 0;
}

/* ---- EDXL-DE ---- */

static int needs(struct reading *r, const struct xml_node *root, const char *ns, const char *name,
	struct slice *ret)
{
	const struct xml_node *c = xml_child(root, ns, name);

	if (!c || slice_trim(c->text).n == 0)
		return why_set(r->why, E_INVALID, name, "is missing in the envelope");
	*ret = slice_trim(c->text);
	return 0;
}

static bool is_one_of(struct slice s, const char *const *words)
{
	for (; *words; words++)
		if (slice_is(s, *words))
			return true;
	return false;
}

static int de_head(struct reading *r, const struct xml_node *root, const char *ns, bool two)
{
	static const char *const status[] = {"Actual", "Exercise", "System", "Test", NULL};
	static const char *const kind[] = {"Report", "Update", "Cancel", "Request", "Response",
		"Dispatch", "Ack", "Error", "SensorConfiguration", "SensorControl", "SensorStatus",
		"SensorDetection", "Unknown", "NoAppropriateDefault", NULL};
	struct slice sent;
	int64_t ms;
	int rc = needs(r, root, ns, "distributionID", &r->feed->distributionID);

	if (rc == 0)
		rc = needs(r, root, ns, "senderID", &r->feed->senderID);
	if (rc == 0)
		rc = needs(r, root, ns, "dateTimeSent", &sent);
	if (rc == 0 && utc_parse(sent, &ms, NULL) < 0)
		rc = why_set(r->why, E_INVALID, "dateTimeSent", "is no time with a zone");
	if (rc == 0)
		rc = needs(r, root, ns, "distributionStatus", &r->feed->distributionStatus);
	/* 2.0 wraps what is in a list of values of others. */
	if (rc == 0 && !is_one_of(r->feed->distributionStatus, status) && !two)
		rc = why_set(r->why, E_INVALID, "distributionStatus",
			"is none of Actual, Exercise, System and Test");
	if (rc == 0)
		rc = needs(r, root, ns, two ? "distributionKind" : "distributionType",
			&r->feed->distributionKind);
	if (rc == 0 && !is_one_of(r->feed->distributionKind, kind) && !two)
		rc = why_set(r->why, E_INVALID, "distributionType",
			"is not one of the words of the standard");
	return rc;
}

static void alerts_below(struct reading *r, const struct xml_node *node, unsigned depth)
{
	struct cap_feed_item item = {0};

	if (cap_is_alert(node)) {
		if (alert_cut(r, node, &item.bytes) < 0 || item_add(r, &item) < 0)
			passed_over(r);
		return;
	}
	for (const struct xml_node *c = node->first; depth < 10 && c; c = c->next)
		alerts_below(r, c, depth + 1);
}

static int root_read(struct reading *r, const struct xml_node *root)
{
	bool de = slice_is(root->name, "EDXLDistribution") ||
		  slice_is(root->name, "edxlDistribution");
	struct cap_feed_item item = {.bytes = r->bytes};
	int rc;

	if (cap_is_alert(root)) {
		r->feed->kind = FEED_ALERT;
		return item_add(r, &item);
	}
	if (slice_is(root->ns, ATOM) && slice_is(root->name, "feed"))
		return atom_read(r, root);
	if (slice_is(root->ns, ATOM) && slice_is(root->name, "entry")) {
		r->feed->kind = FEED_ATOM;
		return entry_read(r, root);
	}
	if (root->ns.n == 0 && slice_is(root->name, "rss"))
		return rss_read(r, root);
	if (de && (slice_is(root->ns, DE_1) || slice_is(root->ns, DE_2))) {
		bool two = slice_is(root->ns, DE_2);

		r->feed->kind = two ? FEED_EDXL_DE_2 : FEED_EDXL_DE_1;
		rc = de_head(r, root, two ? DE_2 : DE_1, two);
		if (rc == 0)
			alerts_below(r, root, 0);
		return rc;
	}
	if (slice_is(root->name, "alerts")) {
		r->feed->kind = FEED_ALERTS;
		alerts_below(r, root, 0);
		return 0;
	}
	return why_set(r->why, E_SYNTAX, "line 1",
		"<%.*s> is no alert, feed or envelope that alerts come in",
		(int)(root->name.n > 40 ? 40 : root->name.n), (const char *)root->name.p);
}

int cap_feed_read(struct cap_feed *ret, struct arena *arena, struct slice bytes, struct why *why)
{
	struct cap_feed feed = {0};
	struct why each = {0};
	struct reading r = {.arena = arena,
		.bytes = bytes,
		.feed = &feed,
		.why = &each,
		.room = CAP_FEED_ITEMS_MAX};
	struct xml_node *root;
	int rc = xml_read(&root, arena, bytes, why);

	if (rc < 0)
		return rc;
	feed.item = arena_array(arena, struct cap_feed_item, r.room);
	rc = root_read(&r, root);
	if (rc == 0 && feed.odd && feed.n == 0) {
		each = feed.odd_why;
		rc = each.code;
	}
	if (rc < 0 && why)
		*why = each;
	if (rc == 0)
		*ret = feed;
	return rc;
}
