#include "base/enc.h"
#include "db/engine.h"
#include "db/migrate.h"

/* Text is handed on in pieces of about this size, and of rows this large at most: an entry with its body in hex. */
#define DUMP_PIECE   (64 * KIB)
#define DUMP_ROW_MAX (16 * MIB)

static void text_escape(struct buf *ret, struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		switch (s.p[i]) {
		case '\t':
			buf_str(ret, "\\t");
			break;
		case '\n':
			buf_str(ret, "\\n");
			break;
		case '\r':
			buf_str(ret, "\\r");
			break;
		case '\\':
			buf_str(ret, "\\\\");
			break;
		default:
			buf_byte(ret, s.p[i]);
		}
	}
}

static void cell_add(struct buf *ret, const struct cell *c)
{
	switch (c->kind) {
	case CELL_NULL:
		buf_str(ret, "\\N");
		break;
	case CELL_I64:
		buf_addf(ret, "%lld", (long long)c->i);
		break;
	case CELL_TEXT:
		text_escape(ret, c->s);
		break;
	case CELL_BLOB:
		buf_hex(ret, c->s.p, c->s.n);
		break;
	}
}

static void row_add(struct stmt *s, struct buf *ret)
{
	for (int i = 0; i < s->cols; i++) {
		struct cell c = {.kind = CELL_NULL};
		s->db->engine->column(s, i, &c);
		if (i)
			buf_byte(ret, '\t');
		cell_add(ret, &c);
	}
	buf_byte(ret, '\n');
}

int db_dump(struct db *db, const char *sql, struct buf *ret, struct why *why)
{
	struct stmt *s CLEANUP_STMT = stmt_once(db, sql);
	size_t start = ret->n;
	int rc;
	while ((rc = db_step(s, why)) == DB_ROW) {
		row_add(s, ret);
		if (buf_over(ret)) {
			rc = why_set(why, E_LIMIT, "", "the rows are more than %zu bytes of text",
				ret->max);
			break;
		}
	}
	if (rc < 0)
		buf_cut(ret, start);
	return rc;
}

int db_dump_each(struct db *db, const char *sql, void (*each)(void *ctx, struct slice text),
	void *ctx, struct why *why)
{
	struct stmt *s CLEANUP_STMT = stmt_once(db, sql);
	struct buf text CLEANUP_BUF = BUF(DUMP_ROW_MAX);
	int rc;
	while ((rc = db_step(s, why)) == DB_ROW) {
		row_add(s, &text);
		if (buf_over(&text))
			return why_set(why, E_LIMIT, "", "a row is more than %zu bytes of text",
				DUMP_ROW_MAX);
		if (text.n < DUMP_PIECE)
			continue;
		each(ctx, buf_slice(&text));
		buf_clear(&text);
	}
	if (rc == 0 && text.n)
		each(ctx, buf_slice(&text));
	return rc;
}
