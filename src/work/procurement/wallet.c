/* wallet.c: see wallet.h. */
#include "work/procurement/wallet.h"

#include "base/enc.h"
#include "base/file.h"
#include "base/report.h"

#include <dirent.h>
#include <errno.h>

/* ---- the tender ---- */

int trust_check(struct cli *cli, const struct seal_policy *p, const char *path)
{
	struct slice text, line, member, key;
	bool known[LIMIT_SEAL_HOLDERS] = {false};

	TRY(cli_read(cli, path, 64 * KIB, &text));
	while (slice_cut(&text, '\n', &line)) {
		struct pubkey pub;
		struct id id;

		if (!slice_cut(&line, ' ', &member) || !slice_cut(&line, ' ', &key))
			continue;
		if (id_parse(member, &id) < 0 || hex_decode(key, pub.b, 32) < 0)
			return why_set(&cli->why, E_SYNTAX, path, "a line is not `member key`");
		uint32_t i = seal_policy_number(p, &id);
		if (!i)
			continue;
		if (!pubkey_eq(&p->holder[i - 1].key, &pub))
			return why_set(&cli->why, E_VERIFY, path,
				"the policy names another key of holder %u", i);
		known[i - 1] = true;
	}
	for (uint32_t i = 0; i < p->n; i++)
		if (!known[i])
			return why_set(
				&cli->why, E_VERIFY, path, "holder %u is not in the list", i + 1);
	return 0;
}

int tender_file_read(struct cli *cli, struct slice text, const char *trust, struct arena *arena,
	struct tender_file *ret)
{
	struct json_doc doc;
	struct slice *message;
	size_t n = 0;
	json_ref list;

	TRY(json_read(&doc, arena, text, &json_limits_local, &cli->why));
	list = json_get(&doc, json_root(&doc), "messages");
	message = arena_array(arena, struct slice, json_count(&doc, list) + 1);
	for
		EACH(&doc, v, list)
	message[n++] = json_string(&doc, v, arena);
	*ret = (struct tender_file){.r = arena_new(arena, struct seal_replay)};
	ret->told = doc;
	ret->tender.kind = P_TENDER;
	ret->tender.body = json_raw(&doc, json_get(&doc, json_root(&doc), "tender"));
	TRY(procure_read_told(ret->tender.body, arena, &ret->tender.doc, &cli->why));
	ret->state = get_text(&doc, json_root(&doc), "state", arena);
	/* The lead's own word, also in a file whose node has said nothing of it. */
	if (slice_is(get_text(&ret->tender.doc, json_root(&ret->tender.doc), "status", arena),
		    "cancelled"))
		ret->state = SLICE("cancelled");
	TRY(seal_replay(message, n, arena, ret->r, &cli->why));
	if (!ret->r->has_key)
		return why_set(&cli->why, E_VERIFY, "",
			"the key is not certified by all %u holders", ret->r->policy.n);
	return trust ? trust_check(cli, &ret->r->policy, trust) : 0;
}

/* ---- the folder ---- */

static const char *path_of(struct cli *cli, const char *dir, const char *name, const char *what)
{
	return arena_printf(&cli->arena, "%s/%s.%s", dir, name, what);
}

int wallet_key(struct cli *cli, const char *dir, struct seckey *ret)
{
	const char *path = arena_printf(&cli->arena, "%s/supplier.key", dir);
	struct buf text = BUF(1 * KIB);
	uint8_t seed[32];
	char hex[66];
	int rc;

	TRY(dir_make(dir, 0700, &cli->why));
	if (!file_exists(path)) {
		env_random(&cli->env, seed, sizeof(seed));
		hex_encode(seed, sizeof(seed), hex);
		rc = file_create(
			path, slice_str(arena_printf(&cli->arena, "%s\n", hex)), 0600, &cli->why);
		if (rc < 0)
			return rc;
	}
	rc = file_read(path, &text, &cli->why);
	if (rc == 0 && hex_decode(slice_trim(buf_slice(&text)), seed, sizeof(seed)) < 0)
		rc = why_set(&cli->why, E_SYNTAX, path, "is no key: 64 hex digits");
	if (rc == 0)
		*ret = seckey_from_seed(seed);
	buf_wipe(&text);
	secret_wipe(seed, sizeof(seed));
	return rc;
}

int wallet_put(struct cli *cli, const char *dir, const char *name, const char *what,
	struct slice bytes, bool replace)
{
	const char *path = path_of(cli, dir, name, what);

	return replace ? file_replace(path, bytes, 0600, &cli->why)
		       : file_create(path, bytes, 0600, &cli->why);
}

static int part_read(struct cli *cli, const char *dir, const char *name, const char *what,
	struct arena *arena, struct slice *ret)
{
	const char *path = path_of(cli, dir, name, what);
	struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);

	*ret = SLICE_NONE;
	if (!file_exists(path))
		return 0;
	TRY(file_read(path, &b, &cli->why));
	*ret = arena_copy(arena, buf_slice(&b));
	return 0;
}

/* Receipts that hold and are for this commitment. */
static int receipts_read(struct cli *cli, const char *dir, const struct seal_policy *p,
	struct arena *arena, struct wallet_bid *b)
{
	struct slice text, *message;
	size_t n = 0;

	TRY(part_read(cli, dir, b->name, "receipts", arena, &text));
	if (text.n)
		TRY(transcript_split(text, arena, &message, &n, &cli->why));
	b->receipt = arena_array(arena, struct bid_receipt, n + 1);
	for (size_t i = 0; i < n; i++)
		if (bid_receipt_parse(&b->receipt[b->n_receipt], p, message[i], NULL) == 0 &&
			hash_eq(&b->receipt[b->n_receipt].leaf, &b->commit.leaf))
			b->n_receipt++;
	return 0;
}

static int bid_cmp(const void *a, const void *b)
{
	const struct wallet_bid *x = a, *y = b;
	int order = id_cmp(&x->commit.name.bid, &y->commit.name.bid);

	return order ? order : x->commit.name.seq < y->commit.name.seq ? -1 : 1;
}

int wallet_bids(struct cli *cli, const char *dir, const struct seal_policy *p, struct arena *arena,
	struct wallet_bid **ret, size_t *ret_n)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	size_t n = 0, max = 1024;
	struct wallet_bid *list = arena_array(arena, struct wallet_bid, max);
	int rc = 0;

	if (!d)
		return why_set(&cli->why, E_MISSING, dir, "%s", strerror(errno));
	while (rc == 0 && n < max && (entry = readdir(d)) != NULL) {
		struct slice name = slice_str(entry->d_name);
		struct wallet_bid *b = &list[n];

		if (!slice_ends(name, ".commit") || name.n - 7 >= sizeof(b->name))
			continue;
		memcpy(b->name, name.p, name.n - 7);
		b->name[name.n - 7] = 0;
		rc = part_read(cli, dir, b->name, "commit", arena, &b->text);
		if (rc < 0 || bid_commit_parse(&b->commit, p, b->text, NULL) < 0)
			continue; /* of another tender */
		rc = part_read(cli, dir, b->name, "sealed", arena, &b->sealed);
		if (rc == 0)
			rc = part_read(cli, dir, b->name, "secret", arena, &b->secret);
		if (rc == 0)
			rc = receipts_read(cli, dir, p, arena, b);
		n++;
	}
	closedir(d);
	qsort(list, n, sizeof(*list), bid_cmp);
	*ret = list;
	*ret_n = n;
	return rc;
}
