/*
 * highwater.c: the last head about to be signed, in files.
 *
 * A file is two slots, each in a block of its own, so that a write torn by a power cut spoils one
 * at most. A record goes to the slot that does not hold the latest one, and counts one higher; the
 * file is made whole, with its first record, by file_create.
 *
 *	"EHIGHWM1", be64 count, be64 size, root, coalition, member, be32 epoch, SHA-256 of all that
 */
#include "log/highwater.h"

#include "base/file.h"
#include "base/report.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#define SLOTS	    2
#define SLOT_BYTES  4096 /* block of file systems and of disks with large sectors */
#define SLOT_MAGIC  "EHIGHWM1"
#define RECORD_PART (8 + 8 + 8 + 32 + 16 + 16 + 4)
#define RECORD	    (RECORD_PART + 32)

#define CLEANUP_FD __attribute__((cleanup(fd_end)))

static void fd_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static void record_print(
	const struct log_id *log, const struct highwater *h, uint64_t count, uint8_t ret[RECORD])
{
	struct buf b CLEANUP_BUF = BUF(RECORD);
	struct hash sum;

	buf_str(&b, SLOT_MAGIC);
	buf_be64(&b, count);
	buf_be64(&b, h->size);
	buf_add(&b, h->root.b, sizeof(h->root.b));
	buf_slice_add(&b, id_slice(&log->coalition));
	buf_slice_add(&b, id_slice(&log->member));
	buf_be32(&b, log->epoch);
	MUST(b.n == RECORD_PART);
	sum = hash_bytes(buf_slice(&b));
	buf_add(&b, sum.b, sizeof(sum.b));
	MUST(b.n == RECORD && !buf_over(&b));
	memcpy(ret, b.p, RECORD);
}

static uint64_t be64(const uint8_t *p)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

/*
 * A slot is good if printing what it says gives its bytes again: magic, log and checksum at once.
 */
static bool record_parse(
	const uint8_t *slot, const struct log_id *log, struct highwater *ret, uint64_t *ret_count)
{
	struct highwater h = {.size = be64(slot + 16)};
	uint64_t count = be64(slot + 8);
	uint8_t again[RECORD];

	memcpy(h.root.b, slot + 24, sizeof(h.root.b));
	record_print(log, &h, count, again);
	if (memcmp(slot, again, RECORD) != 0)
		return false;
	*ret = h;
	*ret_count = count;
	return true;
}

static char *file_path(const struct highwater_files *f, const struct log_id *log)
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

/* *ret_slot is where the latest record is. */
static int slots_read(const char *path, const struct log_id *log, struct highwater *ret,
	uint64_t *ret_count, unsigned *ret_slot, struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(SLOTS * SLOT_BYTES);
	bool found = false;
	int rc = file_read(path, &b, why);

	if (rc < 0)
		return rc;
	if (b.n != SLOTS * SLOT_BYTES)
		return why_set(
			why, E_VERIFY, path, "a high-water file is %d bytes", SLOTS * SLOT_BYTES);
	for (unsigned i = 0; i < SLOTS; i++) {
		struct highwater h;
		uint64_t count;

		if (!record_parse(b.p + i * SLOT_BYTES, log, &h, &count) ||
			(found && count <= *ret_count))
			continue;
		*ret = h;
		*ret_count = count;
		*ret_slot = i;
		found = true;
	}
	if (!found)
		return why_set(why, E_VERIFY, path, "no record of the high-water file is whole");
	return 0;
}

static int files_load(void *ctx, const struct log_id *log, struct highwater *ret, struct why *why)
{
	char *path CLEANUP_FREE = file_path(ctx, log);
	uint64_t count;
	unsigned slot;

	return slots_read(path, log, ret, &count, &slot, why);
}

static int first_save(const char *path, const uint8_t record[RECORD], struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(SLOTS * SLOT_BYTES);
	uint8_t *slots = buf_room(&b, SLOTS * SLOT_BYTES);

	MUST(slots != NULL);
	memset(slots, 0, SLOTS * SLOT_BYTES);
	memcpy(slots, record, RECORD);
	return file_create(path, buf_slice(&b), 0600, why);
}

static int slot_write(
	const char *path, unsigned slot, const uint8_t record[RECORD], struct why *why)
{
	int fd CLEANUP_FD = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n;

	if (fd < 0)
		return why_set(why, E_IO, path, "cannot open: %s", strerrordesc_np(errno));
	do
		n = pwrite(fd, record, RECORD, (off_t)slot * SLOT_BYTES);
	while (n < 0 && errno == EINTR);
	if (n != RECORD)
		return why_set(why, E_IO, path, "cannot write: %s",
			n < 0 ? strerrordesc_np(errno) : "disk full");
	/* After a failed sync the page cache may pretend: the caller must not sign, and not try
	 * again either. */
	if (fdatasync(fd) < 0)
		return why_set(why, E_IO, path, "cannot sync: %s", strerrordesc_np(errno));
	return 0;
}

static int files_save(
	void *ctx, const struct log_id *log, const struct highwater *h, struct why *why)
{
	char *path CLEANUP_FREE = file_path(ctx, log);
	struct highwater old;
	uint8_t record[RECORD];
	uint64_t count = 0;
	unsigned slot = 0;
	int rc = slots_read(path, log, &old, &count, &slot, why);

	if (rc < 0 && rc != E_MISSING)
		return rc;
	record_print(log, h, count + 1, record);
	if (rc == E_MISSING)
		return first_save(path, record, why);
	return slot_write(path, (slot + 1) % SLOTS, record, why);
}

struct highwater_store highwater_in_files(struct highwater_files *f)
{
	return (struct highwater_store){.ctx = f, .load = files_load, .save = files_save};
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
