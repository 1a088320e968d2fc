/* zip.c: see zip.h. */
#include "work/training/zip.h"

#include "base/report.h"
#include "work/training/limits.h"

#include <zip.h>

struct zip_in {
	zip_t *zip;
	size_t all; /* unpacked so far */
};

static int fail(struct why *why, int code, const char *where, const char *what)
{
	return why_set(why, code, where, "%s", what);
}

int zip_in_open(struct zip_in **ret, struct slice bytes, struct why *why)
{
	zip_error_t error;
	zip_source_t *source;
	zip_t *zip;
	struct zip_in *z;

	zip_error_init(&error);
	source = zip_source_buffer_create(bytes.p, bytes.n, 0, &error);
	MUST(source != NULL);
	zip = zip_open_from_source(source, ZIP_RDONLY, &error);
	if (!zip) {
		int rc = fail(why, E_SYNTAX, "", zip_error_strerror(&error));

		zip_source_free(source);
		zip_error_fini(&error);
		return why_prefix(why, "is no workbook"), rc;
	}
	zip_error_fini(&error);
	if (zip_get_num_entries(zip, 0) > LIMIT_ZIP_MEMBERS) {
		zip_discard(zip);
		return fail(why, E_LIMIT, "", "more members than a workbook may have");
	}
	z = mem_new(struct zip_in);
	z->zip = zip;
	*ret = z;
	return 0;
}

void zip_in_close(struct zip_in **zp)
{
	struct zip_in *z = *zp;

	*zp = NULL;
	if (!z)
		return;
	zip_discard(z->zip);
	mem_free(z);
}

size_t zip_in_count(struct zip_in *z, const char *prefix)
{
	zip_int64_t n = zip_get_num_entries(z->zip, 0);
	size_t found = 0;

	for (zip_int64_t i = 0; i < n; i++) {
		const char *name = zip_get_name(z->zip, (zip_uint64_t)i, ZIP_FL_ENC_RAW);

		found += name && slice_starts(slice_str(name), prefix);
	}
	return found;
}

/* The sizes in the directory are the sender's word: reading stops at the ceilings whatever they say. */
static int member_read(struct zip_in *z, zip_file_t *f, const char *name, uint64_t packed,
	struct buf *ret, struct why *why)
{
	uint8_t piece[8192];
	zip_int64_t got;

	while ((got = zip_fread(f, piece, sizeof(piece))) > 0) {
		buf_add(ret, piece, (size_t)got);
		z->all += (size_t)got;
		if (buf_over(ret) || z->all > LIMIT_ZIP_ALL ||
			(ret->n > MIB && ret->n / LIMIT_ZIP_RATIO > packed))
			return fail(why, E_LIMIT, name, "unpacks to more than a workbook may hold");
	}
	return got < 0 ? fail(why, E_SYNTAX, name, "is broken in the archive") : 0;
}

int zip_in_read(struct zip_in *z, const char *name, struct buf *ret, struct why *why)
{
	zip_stat_t st;
	zip_file_t *f;
	int rc;

	zip_stat_init(&st);
	if (zip_stat(z->zip, name, ZIP_FL_ENC_RAW, &st) < 0)
		return fail(why, E_MISSING, name, "is not in the archive");
	if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) && st.encryption_method != ZIP_EM_NONE)
		return fail(why, E_SYNTAX, name, "has a password");
	f = zip_fopen(z->zip, name, ZIP_FL_ENC_RAW);
	if (!f)
		return fail(why, E_SYNTAX, name, "cannot be unpacked");
	rc = member_read(z, f, name, (st.valid & ZIP_STAT_COMP_SIZE) ? st.comp_size : 0, ret, why);
	(void)zip_fclose(f);
	return rc;
}

static int members_add(zip_t *zip, const struct zip_member *m, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		zip_source_t *s = zip_source_buffer(zip, m[i].bytes.p, m[i].bytes.n, 0);
		zip_int64_t at = s ? zip_file_add(zip, m[i].name, s, ZIP_FL_ENC_UTF_8) : -1;

		if (at < 0) {
			zip_source_free(s);
			return -1;
		}
		/* One time for all: an export says nothing of when it was made. */
		if (zip_file_set_mtime(zip, (zip_uint64_t)at, 315532800, 0) < 0)
			return -1;
	}
	return 0;
}

static int source_take(zip_source_t *source, struct buf *b)
{
	zip_int64_t size;
	uint8_t *room;

	if (zip_source_open(source) < 0)
		return -1;
	if (zip_source_seek(source, 0, SEEK_END) < 0 || (size = zip_source_tell(source)) < 0 ||
		zip_source_seek(source, 0, SEEK_SET) < 0) {
		zip_source_close(source);
		return -1;
	}
	room = buf_room(b, (size_t)size);
	if (room && zip_source_read(source, room, (zip_uint64_t)size) != size)
		room = NULL;
	zip_source_close(source);
	return room ? 0 : -1;
}

int zip_write(struct buf *b, const struct zip_member *m, size_t n, struct why *why)
{
	zip_error_t error;
	zip_source_t *source;
	zip_t *zip;
	bool ok = false;

	zip_error_init(&error);
	source = zip_source_buffer_create(NULL, 0, 0, &error);
	MUST(source != NULL);
	zip = zip_open_from_source(source, ZIP_TRUNCATE, &error);
	zip_error_fini(&error);
	MUST(zip != NULL);
	zip_source_keep(source);
	if (members_add(zip, m, n) < 0)
		zip_discard(zip);
	else if (zip_close(zip) < 0)
		zip_discard(zip);
	else
		ok = source_take(source, b) == 0;
	zip_source_free(source);
	return ok ? 0 : fail(why, E_LIMIT, "", "the workbook could not be written");
}
