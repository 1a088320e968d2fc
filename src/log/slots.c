#include "log/slots.h"

#include "base/file.h"
#include "base/report.h"
#include "crypt/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define SLOTS	   2
#define SLOT_BYTES 4096 /* block of file systems and of disks with large sectors */

#define CLEANUP_FD __attribute__((cleanup(fd_end)))

static void fd_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static void record_print(const struct slot_file *f, const uint8_t *body, uint64_t count,
	uint8_t ret[SLOT_RECORD(SLOT_BODY_MAX)])
{
	struct buf b CLEANUP_BUF = BUF(SLOT_RECORD(SLOT_BODY_MAX));
	struct hash sum;

	MUST(f->body <= SLOT_BODY_MAX && strlen(f->magic) == SLOT_MAGIC);
	buf_str(&b, f->magic);
	buf_be64(&b, count);
	buf_add(&b, body, f->body);
	sum = hash_bytes(buf_slice(&b));
	buf_add(&b, sum.b, sizeof(sum.b));
	MUST(b.n == SLOT_RECORD(f->body) && !buf_over(&b));
	memcpy(ret, b.p, b.n);
}

static uint64_t be64(const uint8_t *p)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

/* A slot is good if printing what it says gives its bytes again: magic and checksum at once. */
static bool is_whole(const struct slot_file *f, const uint8_t *slot, uint64_t *ret_count)
{
	uint8_t again[SLOT_RECORD(SLOT_BODY_MAX)];

	*ret_count = be64(slot + SLOT_MAGIC);
	record_print(f, slot + SLOT_MAGIC + 8, *ret_count, again);
	return memcmp(slot, again, SLOT_RECORD(f->body)) == 0;
}

/* *ret_slot is where the latest record is. */
static int latest(const struct slot_file *f, uint8_t *ret_body, uint64_t *ret_count,
	unsigned *ret_slot, struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(SLOTS * SLOT_BYTES);
	bool found = false;
	int rc = file_read(f->path, &b, why);

	if (rc < 0)
		return rc;
	if (b.n != SLOTS * SLOT_BYTES)
		return why_set(why, E_VERIFY, f->path, "a high-water file is %d bytes",
			SLOTS * SLOT_BYTES);
	for (unsigned i = 0; i < SLOTS; i++) {
		const uint8_t *slot = b.p + i * SLOT_BYTES;
		uint64_t count;

		if (!is_whole(f, slot, &count) || (found && count <= *ret_count))
			continue;
		memcpy(ret_body, slot + SLOT_MAGIC + 8, f->body);
		*ret_count = count;
		*ret_slot = i;
		found = true;
	}
	if (!found)
		return why_set(why, E_VERIFY, f->path, "no record of the high-water file is whole");
	return 0;
}

int slots_read(const struct slot_file *f, uint8_t *ret_body, struct why *why)
{
	uint64_t count;
	unsigned slot;

	return latest(f, ret_body, &count, &slot, why);
}

static int first_write(const struct slot_file *f, const uint8_t *record, struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(SLOTS * SLOT_BYTES);
	uint8_t *slots = buf_room(&b, SLOTS * SLOT_BYTES);

	MUST(slots != NULL);
	memset(slots, 0, SLOTS * SLOT_BYTES);
	memcpy(slots, record, SLOT_RECORD(f->body));
	return file_create(f->path, buf_slice(&b), 0600, why);
}

static int slot_write(
	const struct slot_file *f, unsigned slot, const uint8_t *record, struct why *why)
{
	int fd CLEANUP_FD = open(f->path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n, want = (ssize_t)SLOT_RECORD(f->body);

	if (fd < 0)
		return why_set(why, E_IO, f->path, "cannot open: %s", strerrordesc_np(errno));
	do
		n = pwrite(fd, record, (size_t)want, (off_t)slot * SLOT_BYTES);
	while (n < 0 && errno == EINTR);
	if (n != want)
		return why_set(why, E_IO, f->path, "cannot write: %s",
			n < 0 ? strerrordesc_np(errno) : "disk full");
	/* After a failed sync the page cache may pretend: the caller must not sign, and not try
	 * again either. */
	if (fdatasync(fd) < 0)
		return why_set(why, E_IO, f->path, "cannot sync: %s", strerrordesc_np(errno));
	return 0;
}

int slots_write(const struct slot_file *f, const uint8_t *body, struct why *why)
{
	uint8_t old[SLOT_BODY_MAX], record[SLOT_RECORD(SLOT_BODY_MAX)];
	uint64_t count = 0;
	unsigned slot = 0;
	int rc = latest(f, old, &count, &slot, why);

	if (rc < 0 && rc != E_MISSING)
		return rc;
	record_print(f, body, count + 1, record);
	if (rc == E_MISSING)
		return first_write(f, record, why);
	return slot_write(f, (slot + 1) % SLOTS, record, why);
}
