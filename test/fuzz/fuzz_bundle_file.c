/*
 * A carried file. The input is what stands between the first line and the end, so that the fuzzer need not find SHA-256; an input that begins with the first
 * line is a whole file. Every section that the walk has let in is read.
 */
#include "base/file.h"
#include "base/limits.h"
#include "base/report.h"
#include "peer/bundle_int.h"

#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void file_make(struct slice input, struct buf *ret)
{
	struct hash h;

	if (slice_starts(input, BUNDLE_MAGIC)) {
		buf_slice_add(ret, input);
		return;
	}
	buf_str(ret, BUNDLE_MAGIC);
	buf_slice_add(ret, input);
	buf_be32(ret, 0);
	h = hash_bytes(buf_slice(ret));
	buf_add(ret, h.b, sizeof(h.b));
}

static void sections_read(const struct bundle_file *f)
{
	const struct bundle_section *manifest = bundle_file_find(f, SLICE(BUNDLE_MANIFEST));
	struct bundle_manifest m;

	for (size_t i = 0; i < f->section.n; i++) {
		const struct bundle_section *s = &f->section.p[i];
		struct buf bytes CLEANUP_BUF = BUF(LIMIT_PEER_ANSWER);
		int rc = bundle_section_read(f, s, &bytes, NULL);

		MUST(rc == 0 || rc == E_SYNTAX);
		MUST(bytes.n == (rc == 0 ? s->length : 0));
		if (rc == 0 && s == manifest)
			(void)!bundle_manifest_parse(buf_slice(&bytes), &m, NULL);
	}
	for (size_t i = 0; i < f->payloads.n; i++)
		MUST(f->payloads.p[i] < f->section.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf bytes CLEANUP_BUF = BUF(16 * MIB);
	struct bundle_file f;
	int fd = memfd_create("bundle", MFD_CLOEXEC);

	file_make(slice_of(data, size), &bytes);
	if (fd < 0 || buf_over(&bytes) || fd_write_all(fd, bytes.p, bytes.n) < 0)
		return 0;
	if (bundle_file_open(&f, fd, NULL, NULL, NULL) == 0) {
		sections_read(&f);
		bundle_file_close(&f);
	}
	close(fd);
	return 0;
}
