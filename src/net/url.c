/* url.c: references resolved; see client.h. */
#include "net/client.h"

#include <curl/urlapi.h>

static void handle_free(CURLU **u)
{
	curl_url_cleanup(*u);
}

int url_join(struct slice base, struct slice ref, struct arena *arena, struct slice *ret,
	struct why *why)
{
	__attribute__((cleanup(handle_free))) CURLU *u = curl_url();
	const unsigned flags = CURLU_URLENCODE | CURLU_ALLOW_SPACE | CURLU_NON_SUPPORT_SCHEME;
	char *text = NULL;
	CURLUcode code = u ? curl_url_set(u, CURLUPART_URL, arena_string(arena, base), flags)
			   : CURLUE_OUT_OF_MEMORY;

	if (code == CURLUE_OK && ref.n)
		code = curl_url_set(u, CURLUPART_URL, arena_string(arena, ref), flags);
	if (code == CURLUE_OK)
		code = curl_url_get(u, CURLUPART_URL, &text, 0);
	if (code != CURLUE_OK)
		return why_set(why, E_INVALID, "url", "%s", curl_url_strerror(code));
	*ret = arena_copy(arena, slice_str(text));
	curl_free(text);
	return 0;
}
