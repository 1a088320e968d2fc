/* xlsx_write.c: one sheet of texts as a workbook: the least that Excel and LibreOffice open without a word. Every cell is text, so "007" stays what it is. */
#include "work/training/limits.h"
#include "work/training/sheet.h"
#include "work/training/zip.h"
#include "xml/xml.h"

#define SHEET_NS "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define REL_NS	 "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

static const char types[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
	"<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
	"<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
	"<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
	"<Override PartName=\"/xl/workbook.xml\" "
	"ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>"
	"<Override PartName=\"/xl/worksheets/sheet1.xml\" "
	"ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>"
	"<Override PartName=\"/xl/styles.xml\" "
	"ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml\"/></Types>";
static const char root_rels[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
	"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
	"<Relationship Id=\"rId1\" Type=\"" REL_NS
	"/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";
static const char book_rels[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
	"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
	"<Relationship Id=\"rId1\" Type=\"" REL_NS "/worksheet\" Target=\"worksheets/sheet1.xml\"/>"
	"<Relationship Id=\"rId2\" Type=\"" REL_NS
	"/styles\" Target=\"styles.xml\"/></Relationships>";
/* Style 1: bold, for the heading; both are text (format 49). */
static const char styles[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
	"<styleSheet xmlns=\"" SHEET_NS
	"\"><fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font>"
	"<font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts>"
	"<fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill></fills>"
	"<borders count=\"1\"><border/></borders><cellStyleXfs count=\"1\"><xf/></cellStyleXfs>"
	"<cellXfs count=\"2\"><xf numFmtId=\"49\" applyNumberFormat=\"1\" applyAlignment=\"1\"><alignment vertical=\"top\" wrapText=\"1\"/></xf>"
	"<xf numFmtId=\"49\" fontId=\"1\" applyNumberFormat=\"1\" applyFont=\"1\"/></cellXfs></styleSheet>";

static void workbook_print(struct buf *b, const char *name)
{
	struct xml_out o = xml_out(b, false);

	xml_open(&o, "workbook");
	xml_put_attr(&o, "xmlns", SLICE(SHEET_NS));
	xml_put_attr(&o, "xmlns:r", SLICE(REL_NS));
	xml_open(&o, "sheets");
	xml_open(&o, "sheet");
	xml_put_attr(&o, "name", slice_str(name));
	xml_put_attr(&o, "sheetId", SLICE("1"));
	xml_put_attr(&o, "r:id", SLICE("rId1"));
	xml_close(&o);
	xml_close(&o);
	xml_close(&o);
}

static void sheet_print(struct buf *b, const struct grid *g, struct arena *arena)
{
	struct xml_out o = xml_out(b, false);

	xml_open(&o, "worksheet");
	xml_put_attr(&o, "xmlns", SLICE(SHEET_NS));
	xml_open(&o, "sheetViews");
	xml_open(&o, "sheetView");
	xml_put_attr(&o, "workbookViewId", SLICE("0"));
	xml_open(&o, "pane");
	xml_put_attr(&o, "ySplit", SLICE("1"));
	xml_put_attr(&o, "topLeftCell", SLICE("A2"));
	xml_put_attr(&o, "state", SLICE("frozen"));
	xml_close(&o);
	xml_close(&o);
	xml_close(&o);
	xml_open(&o, "sheetData");
	for (size_t r = 0; r < g->rows; r++) {
		xml_open(&o, "row");
		xml_put_attr(&o, "r", slice_str(arena_printf(arena, "%zu", r + 1)));
		for (size_t c = 0; c < g->cols; c++) {
			struct slice s = g->cell[r * g->cols + c];

			if (!s.n)
				continue;
			xml_open(&o, "c");
			xml_put_attr(&o, "r", slice_str(cell_name(r, c, arena)));
			xml_put_attr(&o, "t", SLICE("inlineStr"));
			xml_put_attr(&o, "s", r ? SLICE("0") : SLICE("1"));
			xml_open(&o, "is");
			xml_open(&o, "t");
			xml_put_attr(&o, "xml:space", SLICE("preserve"));
			xml_text(&o, s);
			xml_close(&o);
			xml_close(&o);
			xml_close(&o);
		}
		xml_close(&o);
	}
	xml_close(&o);
	xml_close(&o);
}

int xlsx_write(struct buf *b, const struct grid *g, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_SHEET_ARENA);
	struct buf book CLEANUP_BUF = BUF(64 * KIB), sheet CLEANUP_BUF = BUF(LIMIT_ZIP_MEMBER);

	workbook_print(&book, g->name);
	sheet_print(&sheet, g, &arena);
	if (buf_over(&book) || buf_over(&sheet))
		return why_set(why, E_LIMIT, "", "too much for one sheet");
	const struct zip_member m[] = {{"[Content_Types].xml", SLICE(types)},
		{"_rels/.rels", SLICE(root_rels)}, {"xl/workbook.xml", buf_slice(&book)},
		{"xl/_rels/workbook.xml.rels", SLICE(book_rels)}, {"xl/styles.xml", SLICE(styles)},
		{"xl/worksheets/sheet1.xml", buf_slice(&sheet)}};

	return zip_write(b, m, sizeof(m) / sizeof(m[0]), why);
}
