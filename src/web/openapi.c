/* openapi.c: the table as an OpenAPI 3.1 document. Schemas are in schema.json, beside the sources. */
#include "web/api_int.h"

#include "base/limits.h"
#include "base/report.h"
#include "node/workspace.h"
#include "web/asset.h"

static void put_ref(struct json_out *o, const char *name)
{
	char ref[128];

	snprintf(ref, sizeof(ref), "#/components/schemas/%s", name);
	json_put_cstr(o, "$ref", ref);
}

/* "Name", "[Name]", "text", "bytes". */
static void put_content(struct json_out *o, const char *schema)
{
	char name[64] = "";
	const char *media = "application/json";
	bool page = schema[0] == '[', text = strcmp(schema, "text") == 0,
	     bytes = strcmp(schema, "bytes") == 0;

	if (text)
		media = "text/plain";
	if (bytes)
		media = "application/octet-stream";
	snprintf(name, sizeof(name), "%.*s", (int)(strlen(schema) - (page ? 2 : 0)), schema + page);
	json_open_at(o, "content", '{');
	json_open_at(o, media, '{');
	json_open_at(o, "schema", '{');
	if (text || bytes) {
		json_put_cstr(o, "type", "string");
	} else if (page) {
		json_put_cstr(o, "type", "object");
		json_put_raw(o, "required", SLICE("[\"items\",\"next\"]"));
		json_open_at(o, "properties", '{');
		json_open_at(o, "items", '{');
		json_put_cstr(o, "type", "array");
		json_open_at(o, "items", '{');
		put_ref(o, name);
		json_close(o);
		json_close(o);
		json_put_raw(o, "next", SLICE("{\"type\":[\"string\",\"null\"]}"));
		json_close(o);
	} else {
		put_ref(o, name);
	}
	json_close(o);
	json_close(o);
	json_close(o);
}

static void put_parameter(
	struct json_out *o, const char *in, struct slice name, const char *help, bool required)
{
	json_open(o, '{');
	json_put_string(o, "name", name);
	json_put_cstr(o, "in", in);
	json_put_bool(o, "required", required);
	if (help)
		json_put_cstr(o, "description", help);
	json_put_raw(o, "schema", SLICE("{\"type\":\"string\"}"));
	json_close(o);
}

static void put_parameters(struct json_out *o, const struct api_route *r)
{
	struct slice rest = slice_str(r->path), part;
	bool post = strcmp(r->method, "POST") == 0;

	json_open_at(o, "parameters", '[');
	while (slice_cut(&rest, '/', &part))
		if (part.n && part.p[0] == '{')
			put_parameter(o, "path", slice_sub(part, 1, part.n - 1), NULL, true);
	for (const struct api_query *q = r->query; q && q->name; q++)
		put_parameter(o, "query", slice_str(q->name), q->help, false);
	if (r->flags & API_PAGE) {
		put_parameter(o, "query", SLICE("limit"), "1 to 200; default 50", false);
		put_parameter(o, "query", SLICE("after"), "`next` of the page before", false);
	}
	if (post && !(r->flags & (API_NO_KEY | API_FILE)))
		put_parameter(o, "header", SLICE("Idempotency-Key"),
			"the same key and request: the same answer again, for a day", false);
	if (r->flags & API_MATCH)
		put_parameter(o, "header", SLICE("If-Match"), "the ETag that was seen", true);
	if (strcmp(r->method, "GET") != 0 && !(r->flags & API_SIGNS_IN))
		put_parameter(o, "header", SLICE("X-CSRF-Token"),
			"with a session: from GET /session", false);
	json_close(o);
}

static void put_responses(struct json_out *o, const struct api_route *r)
{
	char status[16];

	snprintf(status, sizeof(status), "%u", r->status ? r->status : 200);
	json_open_at(o, "responses", '{');
	json_open_at(o, status, '{');
	json_put_cstr(o, "description", r->help);
	if (r->answer)
		put_content(o, r->answer);
	json_close(o);
	json_put_raw(o, "default",
		SLICE("{\"description\":\"a problem\",\"content\":{\"application/problem+json\":"
		      "{\"schema\":{\"$ref\":\"#/components/schemas/Problem\"}}}}"));
	json_close(o);
}

/* Who may, for the tests' matrix and for whoever writes a page. */
static void put_rights(struct json_out *o, const struct api_route *r)
{
	static const char *const who[] = {"role", "self", "open"};

	json_open_at(o, "x-entente", '{');
	json_put_cstr(o, "who", who[r->who]);
	if (r->who == WHO_ROLE) {
		json_put_cstr(o, "workspace", area_name(r->area));
		json_put_cstr(o, "role", role_name(r->role));
	}
	json_put_bool(o, "confirm", r->flags & API_CONFIRM);
	json_close(o);
	if (r->who == WHO_OPEN)
		json_put_raw(o, "security", SLICE("[]"));
}

static void put_id_of(struct json_out *o, const struct api_route *r)
{
	char id[128];
	size_t n = 0;

	for (const char *p = r->method; *p; p++)
		id[n++] = (char)(*p - 'A' + 'a');
	for (const char *p = r->path; *p && n + 1 < sizeof(id); p++)
		if (*p == '/')
			id[n++] = '_';
		else if (*p != '{' && *p != '}')
			id[n++] = *p == '.' ? '_' : *p;
	id[n] = '\0';
	json_put_cstr(o, "operationId", id);
}

static void put_operation(struct json_out *o, const struct api_route *r)
{
	char method[8];

	snprintf(method, sizeof(method), "%s", r->method);
	for (char *p = method; *p; p++)
		*p = (char)(*p - 'A' + 'a');
	json_open_at(o, method, '{');
	put_id_of(o, r);
	json_put_cstr(o, "summary", r->help);
	json_open_at(o, "tags", '[');
	json_put_cstr(o, NULL, r->tag);
	json_close(o);
	put_rights(o, r);
	put_parameters(o, r);
	if (r->request) {
		json_open_at(o, "requestBody", '{');
		json_put_bool(o, "required", true);
		put_content(o, r->request);
		json_close(o);
	}
	put_responses(o, r);
	json_close(o);
}

/* All methods of one path stand together, at the first place where it is in its table. */
static bool is_first(const struct api_route *table, const struct api_route *r)
{
	for (const struct api_route *b = table; b < r; b++)
		if (strcmp(b->path, r->path) == 0)
			return false;
	return true;
}

static void put_table(struct json_out *o, const struct api_route *table)
{
	for (const struct api_route *r = table; r->method; r++) {
		if (!is_first(table, r))
			continue;
		json_open_at(o, r->path, '{');
		for (const struct api_route *s = r; s->method; s++)
			if (strcmp(s->path, r->path) == 0)
				put_operation(o, s);
		json_close(o);
	}
}

static void put_paths(struct json_out *o)
{
	const struct api_route *table;

	json_open_at(o, "paths", '{');
	for (size_t i = 0; (table = api_table(i)); i++)
		put_table(o, table);
	json_close(o);
}

/* A file of schemas without the braces round it. */
static struct slice inside(struct slice object)
{
	object = slice_trim(object);
	MUST(object.n >= 2 && object.p[0] == '{' && object.p[object.n - 1] == '}');
	return slice_trim(slice_sub(object, 1, object.n - 1));
}

/* The node's own schemas, then those of the workspaces. */
static void put_schemas(struct call *c)
{
	struct buf all = BUF(LIMIT_API_ANSWER);

	buf_byte(&all, '{');
	buf_slice_add(&all, inside(asset_bytes(asset_named("schema.json"))));
	for (size_t i = 0; workspaces[i]; i++) {
		const uint8_t *begin = workspaces[i]->schemas, *end = workspaces[i]->schemas_end;
		struct slice more =
			begin ? inside(slice_of(begin, (size_t)(end - begin))) : SLICE_NONE;

		if (more.n) {
			buf_byte(&all, ',');
			buf_slice_add(&all, more);
		}
	}
	buf_byte(&all, '}');
	json_put_raw(&c->o, "schemas", buf_slice(&all));
	buf_free(&all);
}

int api_openapi(struct call *c)
{
	struct json_out *o = &c->o;

	json_open(o, '{');
	json_put_cstr(o, "openapi", "3.1.0");
	json_open_at(o, "info", '{');
	json_put_cstr(o, "title", "entente");
	json_put_cstr(o, "version", ENTENTE_VERSION);
	json_put_cstr(o, "description",
		"A node of a coalition: who has signed what, records and their release, members' logs. "
		"Rules that hold for all routes are in docs/api.md.");
	json_close(o);
	json_put_raw(o, "servers", SLICE("[{\"url\":\"" API_BASE "\"}]"));
	json_put_raw(o, "security", SLICE("[{\"session\":[]},{\"token\":[]}]"));
	put_paths(o);
	json_open_at(o, "components", '{');
	json_put_raw(o, "securitySchemes",
		SLICE("{\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"__Host-entente\"},"
		      "\"token\":{\"type\":\"http\",\"scheme\":\"bearer\"}}"));
	put_schemas(c);
	json_close(o);
	json_close(o);
	return 0;
}
