/* limits.h: the ceilings of this workspace, each with its reason; the node's own are in base/limits.h. */
#ifndef TRAINING_LIMITS_H
#define TRAINING_LIMITS_H

#include "base/limits.h"

/* A workbook or sheet as somebody sends it: real ones are below 1 MiB. */
#define LIMIT_SHEET_FILE (16 * MIB)
/* Members of a workbook's archive, one of them unpacked, and all that are read together: what is more is no MSEL but a bomb. */
#define LIMIT_ZIP_MEMBERS 2000
#define LIMIT_ZIP_MEMBER  (64 * MIB)
#define LIMIT_ZIP_ALL	  (128 * MIB)
/* Unpacked bytes for each packed one, of members above 1 MiB: sheets deflate twentyfold, bombs a thousandfold. */
#define LIMIT_ZIP_RATIO 200
/* Sheets of a workbook, rows and columns of a sheet, cells and bytes of text in one: 10,000 injects of 40 columns. */
#define LIMIT_SHEETS	  100
#define LIMIT_SHEET_ROWS  20000
#define LIMIT_SHEET_COLS  256
#define LIMIT_SHEET_CELLS 500000
#define LIMIT_CELL_BYTES  (32 * KIB)
#define LIMIT_SHEET_TEXT  (64 * MIB)
#define LIMIT_SHEET_ARENA (256 * MIB)
/* Merged ranges of a sheet: one a row. */
#define LIMIT_SHEET_MERGES 20000
/* Records of one exercise in memory: 10,000 injects with all that follows from them. */
#define LIMIT_EXERCISE_RECORDS 200000
/* Their contents. Parsed they take some six times as much (LIMIT_DENSE), and are parsed up to twice in one arena of 1 GiB. */
#define LIMIT_EXERCISE_BYTES (48 * MIB)
/* Contents of all records of one kind that are looked at together: three kinds make up a programme or a report. */
#define LIMIT_KIND_BYTES (32 * MIB)
/* Records of one kind of one member: thirty years of a programme of a hundred entries a year; persons with their qualifications. */
#define LIMIT_KIND_EACH		 3000
#define LIMIT_QUALIFICATION_EACH 20000
/* Exercises of one member, the newest; members that have some. */
#define LIMIT_EXERCISES_EACH   50
#define LIMIT_EXERCISES_OWNERS 100
/* Bytes for each value and key of a record, above the first sixty-four: written out they have more than ten; what is denser is made to fill memory. */
#define LIMIT_DENSE 4
/* Clashes that are told; what is more says nothing new. */
#define LIMIT_CLASHES 1000
/* Calendar file: a nation's year. Days of it that are looked at: a programme of fifty years. */
#define LIMIT_ICS_BYTES (4 * MIB)
#define LIMIT_ICS_DAYS	18300
/* Its lines; and its rules and single dates, each of which libical looks for among the lines. */
#define LIMIT_ICS_LINES	  200000
#define LIMIT_ICS_REPEATS 5000
/* The last year of a rule that is told for itself: what is not by then is never. */
#define LIMIT_ICS_YEARS 500
/* Steps of one CACAO playbook. */
#define LIMIT_CACAO_STEPS 500

#endif
