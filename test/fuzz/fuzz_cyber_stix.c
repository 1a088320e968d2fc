/*
 * fuzz_cyber_stix.c: whatever bytes come as an object of STIX, a withdrawal or a record of coordination are refused with a reason, or are what they say: their canonical
 * form is stable, their version has a key, their markings can be told.
 */
#include "base/report.h"
#include "crypt/sign.h"
#include "work/cyber/canon.h"
#include "work/cyber/coord.h"
#include "work/cyber/fold.h"
#include "work/cyber/sco.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	crypt_init();
	return 0;
}

static void refused(int rc, const struct why *why)
{
	MUST(rc == E_SYNTAX || rc == E_INVALID || rc == E_LIMIT);
	MUST(why->code == rc && why->text[0]);
}

static void canonical(const struct stix *s, struct arena *arena)
{
	struct buf once CLEANUP_BUF = BUF(8 * MIB), twice CLEANUP_BUF = BUF(8 * MIB);
	struct json_doc doc;

	jcs_value(&s->doc, s->root, arena, &once);
	MUST(!buf_over(&once));
	MUST(json_read(&doc, arena, buf_slice(&once), &stix_json_limits, NULL) == 0);
	jcs_value(&doc, json_root(&doc), arena, &twice);
	MUST(slice_eq(buf_slice(&once), buf_slice(&twice)));
}

static void accepted(const struct stix *s, struct arena *arena)
{
	struct buf id CLEANUP_BUF = BUF(1 * KIB);
	struct marking m;
	struct stix_uuid uuid, again;
	struct slice type;

	MUST(stix_id_parse(s->id, &type, &uuid) == 0 && slice_eq(type, s->type));
	stix_id_print(&id, type, &uuid);
	MUST(stix_id_parse(buf_slice(&id), &type, &again) == 0);
	MUST(memcmp(&uuid, &again, sizeof(uuid)) == 0);
	MUST((s->version.n == 0) == (s->version_key.n == 0));
	marking_read(s, arena, &m);
	MUST(m.tlp >= TLP_NONE && m.tlp <= TLP_RED);
	(void)!sco_uuid(&s->doc, s->root, s->type, arena, &uuid);
	canonical(s, arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena CLEANUP_ARENA = ARENA(256 * MIB);
	struct slice bytes = slice_of(data, size);
	struct why why = {0};
	struct withdrawal *w;
	struct coord c;
	struct stix s;
	size_t n;
	int rc = stix_read(&s, &arena, bytes, &why);

	if (rc == 0)
		accepted(&s, &arena);
	else
		refused(rc, &why);
	rc = withdraw_parse(bytes, &arena, &w, &n, &why);
	if (rc < 0)
		refused(rc, &why);
	for (int k = 0; k < COORD_KINDS; k++) {
		rc = coord_parse(&c, (enum coord_kind)k, bytes, &arena, &why);
		if (rc < 0)
			refused(rc, &why);
	}
	return 0;
}
