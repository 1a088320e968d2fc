/* pagecert.c: see pagecert.h. */
#include "web/pagecert.h"

#include "base/file.h"
#include "base/limits.h"

#define NAMES_MAX 32
#define DAYS	  825 /* what browsers still accept of a certificate they were told to trust */

static char *path_of(const struct node *node, const char *name)
{
	struct buf b = BUF(8 * KIB);
	size_t n;

	buf_addf(&b, "%s/keys/%s", node->dir, name);
	return (char *)buf_take(&b, &n);
}

static int make(const struct node *node, const char *host, const char *const *name, size_t n,
	const char *cert_path, const char *key_path, struct buf *cert, struct buf *key,
	struct why *why)
{
	const char *names[NAMES_MAX] = {"localhost", "127.0.0.1", "::1"};
	size_t count = 3;
	struct hash pin;
	int rc;

	if (strcmp(host, "0.0.0.0") != 0 && strcmp(host, "::") != 0 &&
		strcmp(host, "127.0.0.1") != 0 && strcmp(host, "::1") != 0 &&
		strcmp(host, "localhost") != 0)
		names[count++] = host;
	for (size_t i = 0; i < n && count < NAMES_MAX; i++)
		names[count++] = name[i];
	rc = cert_make(CERT_P256, "entente", names, count, DAYS, &node->env, cert, key, &pin, why);
	/* The key first: a certificate without one is of no use, and the other way round is made again. */
	if (rc == 0)
		rc = file_replace(key_path, buf_slice(key), 0600, why);
	if (rc == 0)
		rc = file_create(cert_path, buf_slice(cert), 0644, why);
	return rc;
}

int pagecert_load(const struct node *node, const char *host, const char *const *name, size_t n,
	struct buf *ret_cert, struct buf *ret_key, struct why *why)
{
	char *cert_path CLEANUP_FREE = path_of(node, "web.crt");
	char *key_path CLEANUP_FREE = path_of(node, "web.key");
	struct buf cert = BUF(LIMIT_CERT_PEM_BYTES), key = BUF(LIMIT_CERT_PEM_BYTES);
	int rc;

	if (file_exists(cert_path)) {
		rc = file_read(cert_path, &cert, why);
		if (rc == 0)
			rc = file_read(key_path, &key, why);
	} else {
		rc = make(node, host, name, n, cert_path, key_path, &cert, &key, why);
	}
	if (rc < 0) {
		buf_free(&cert);
		buf_wipe(&key);
		return why_prefix(why, "certificate of the pages");
	}
	*ret_cert = cert;
	*ret_key = key;
	return 0;
}
