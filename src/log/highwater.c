/*
 * highwater.c: the last heads about to be signed and cosigned, in files of two slots (slots.h).
 *
 *	own log        "EHIGHWM1": be64 size, root, coalition, member, be32 epoch
 *	logs witnessed "EHIGHWT1": coalition, author, be32 n, 16 times: be32 epoch, be64 size, root
 */
#include "log/highwater.h"

#include "base/report.h"
#include "log/slots.h"

#include <inttypes.h>

#define HEAD_BYTES	(8 + 32)
#define OWN_BYTES	(HEAD_BYTES + 16 + 16 + 4)
#define WITNESSED_BYTES (16 + 16 + 4 + LIMIT_LOGS_OF_MEMBER * (4 + HEAD_BYTES))

/* ---- one head ---- */

static uint64_t be(const uint8_t *p, unsigned bytes)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < bytes; i++)
		v = v << 8 | p[i];
	return v;
}

static void head_print(struct buf *b, const struct highwater *h)
{
	buf_be64(b, h->size);
	buf_add(b, h->root.b, sizeof(h->root.b));
}

static struct highwater head_read(const uint8_t *p)
{
	struct highwater h = {.size = be(p, 8)};

	memcpy(h.root.b, p + 8, sizeof(h.root.b));
	return h;
}

/* ---- own logs ---- */

static void log_print(struct buf *b, const struct log_id *log)
{
	buf_slice_add(b, id_slice(&log->coalition));
	buf_slice_add(b, id_slice(&log->member));
	buf_be32(b, log->epoch);
}

static char *own_path(const struct highwater_files *f, const struct log_id *log)
{
	char coalition[COAL_TEXT + 1], member[ID_TEXT + 1];
	struct buf b = BUF(8 * KIB);
	size_t n;

	coalition_format(&log->coalition, coalition);
	id_format(&log->member, member);
	buf_addf(&b, "%s/%s.%s.%" PRIu32, f->dir, coalition, member, log->epoch);
	MUST(!buf_over(&b));
	return (char *)buf_take(&b, &n);
}

static struct slot_file own_file(const char *path)
{
	return (struct slot_file){.path = path, .magic = "EHIGHWM1", .body = OWN_BYTES};
}

static int files_load(void *ctx, const struct log_id *log, struct highwater *ret, struct why *why)
{
	char *path CLEANUP_FREE = own_path(ctx, log);
	struct slot_file file = own_file(path);
	struct buf name CLEANUP_BUF = BUF(OWN_BYTES);
	uint8_t body[SLOT_BODY_MAX];
	int rc = slots_read(&file, body, why);

	if (rc < 0)
		return rc;
	log_print(&name, log);
	if (memcmp(body + HEAD_BYTES, name.p, name.n) != 0)
		return why_set(why, E_VERIFY, path, "the record is of another log");
	*ret = head_read(body);
	return 0;
}

static int files_save(
	void *ctx, const struct log_id *log, const struct highwater *h, struct why *why)
{
	char *path CLEANUP_FREE = own_path(ctx, log);
	struct slot_file file = own_file(path);
	struct buf body CLEANUP_BUF = BUF(OWN_BYTES);

	head_print(&body, h);
	log_print(&body, log);
	MUST(body.n == OWN_BYTES && !buf_over(&body));
	return slots_write(&file, body.p, why);
}

/* ---- logs of others ---- */

const struct highwater *witnessed_find(const struct witnessed *w, uint32_t epoch)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->log[i].epoch == epoch)
			return &w->log[i].head;
	return NULL;
}

bool witnessed_put(struct witnessed *w, uint32_t epoch, const struct highwater *h)
{
	struct witnessed_log new = {.epoch = epoch, .head = *h};
	size_t at = 0;

	while (at < w->n && w->log[at].epoch < epoch)
		at++;
	if (at < w->n && w->log[at].epoch == epoch) {
		w->log[at] = new;
		return true;
	}
	if (w->n < LIMIT_LOGS_OF_MEMBER) {
		memmove(&w->log[at + 1], &w->log[at], (w->n - at) * sizeof(w->log[0]));
		w->log[at] = new;
		w->n++;
		return true;
	}
	if (at == 0)
		return false;
	memmove(&w->log[0], &w->log[1], (at - 1) * sizeof(w->log[0]));
	w->log[at - 1] = new;
	return true;
}

static void witnessed_print(struct buf *b, const struct id *coalition, const struct id *author,
	const struct witnessed *w)
{
	static const struct witnessed_log none;

	buf_slice_add(b, id_slice(coalition));
	buf_slice_add(b, id_slice(author));
	buf_be32(b, (uint32_t)w->n);
	for (size_t i = 0; i < LIMIT_LOGS_OF_MEMBER; i++) {
		const struct witnessed_log *l = i < w->n ? &w->log[i] : &none;

		buf_be32(b, l->epoch);
		head_print(b, &l->head);
	}
	MUST(b->n == WITNESSED_BYTES && !buf_over(b));
}

static char *witnessed_path(
	const struct highwater_files *f, const struct id *coalition, const struct id *author)
{
	char c[COAL_TEXT + 1], a[ID_TEXT + 1];
	struct buf b = BUF(8 * KIB);
	size_t n;

	coalition_format(coalition, c);
	id_format(author, a);
	buf_addf(&b, "%s/%s.%s.cosigned", f->dir, c, a);
	MUST(!buf_over(&b));
	return (char *)buf_take(&b, &n);
}

static struct slot_file witnessed_file(const char *path)
{
	return (struct slot_file){.path = path, .magic = "EHIGHWT1", .body = WITNESSED_BYTES};
}

static int files_load_witnessed(void *ctx, const struct id *coalition, const struct id *author,
	struct witnessed *ret, struct why *why)
{
	char *path CLEANUP_FREE = witnessed_path(ctx, coalition, author);
	struct slot_file file = witnessed_file(path);
	struct buf again CLEANUP_BUF = BUF(WITNESSED_BYTES);
	uint8_t body[SLOT_BODY_MAX];
	struct witnessed w = {0};
	int rc = slots_read(&file, body, why);

	if (rc < 0)
		return rc;
	w.n = (size_t)be(body + 32, 4);
	if (w.n > LIMIT_LOGS_OF_MEMBER)
		return why_set(why, E_VERIFY, path, "the record holds too many logs");
	for (size_t i = 0; i < w.n; i++) {
		const uint8_t *p = body + 36 + i * (4 + HEAD_BYTES);

		w.log[i] = (struct witnessed_log){(uint32_t)be(p, 4), head_read(p + 4)};
	}
	witnessed_print(&again, coalition, author, &w);
	if (memcmp(again.p, body, WITNESSED_BYTES) != 0)
		return why_set(why, E_VERIFY, path, "the record is of another author");
	*ret = w;
	return 0;
}

static int files_save_witnessed(void *ctx, const struct id *coalition, const struct id *author,
	const struct witnessed *w, struct why *why)
{
	char *path CLEANUP_FREE = witnessed_path(ctx, coalition, author);
	struct slot_file file = witnessed_file(path);
	struct buf body CLEANUP_BUF = BUF(WITNESSED_BYTES);

	witnessed_print(&body, coalition, author, w);
	return slots_write(&file, body.p, why);
}

struct highwater_store highwater_in_files(struct highwater_files *f)
{
	return (struct highwater_store){.ctx = f,
		.load = files_load,
		.save = files_save,
		.load_witnessed = files_load_witnessed,
		.save_witnessed = files_save_witnessed};
}

int highwater_raise(const struct highwater_store *s, const struct log_id *log,
	const struct highwater *h, struct why *why)
{
	struct why missing = {0};
	struct highwater old;
	int rc = s->load(s->ctx, log, &old, &missing);

	if (rc == E_MISSING)
		return s->save(s->ctx, log, h, why);
	if (rc < 0) {
		if (why != NULL)
			*why = missing;
		return rc;
	}
	if (h->size < old.size)
		return why_set(why, E_STATE, "high water",
			"a head of size %" PRIu64
			" was about to be signed before, this one has %" PRIu64,
			old.size, h->size);
	if (h->size > old.size)
		return s->save(s->ctx, log, h, why);
	if (!hash_eq(&h->root, &old.root))
		return why_set(why, E_STATE, "high water",
			"another head of size %" PRIu64 " was about to be signed before", old.size);
	return 0;
}
