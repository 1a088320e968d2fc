"""Just enough of JSON Schema 2020-12 and OpenAPI 3.1 to check what entente says of itself."""

import re

KNOWN = {"type", "properties", "required", "additionalProperties", "items", "enum", "anyOf", "allOf", "$ref", "pattern",
         "description", "format", "minLength", "maxLength", "minimum", "maximum", "maxItems"}
TYPES = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict, "null": type(None),
         "number": (int, float)}


def complaints(document, schema, value, at=""):
    """What is wrong with the value, as lines."""
    unknown = set(schema) - KNOWN
    assert not unknown, f"the checker does not know {unknown}"
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/components/schemas/")
        return complaints(document, document["components"]["schemas"][name], value, at)
    found = []
    if "anyOf" in schema:
        tries = [complaints(document, s, value, at) for s in schema["anyOf"]]
        if all(tries):
            found += min(tries, key=len)
    for s in schema.get("allOf", []):
        found += complaints(document, s, value, at)
    types = schema.get("type", [])
    types = types if isinstance(types, list) else [types]
    if types and not any(type(value) in (TYPES[t] if isinstance(TYPES[t], tuple) else (TYPES[t],)) for t in types):
        return found + [f"{at}: {value!r} is not {types}"]
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{at}: {value!r} is not one of {schema['enum']}")
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        found.append(f"{at}: {value!r} does not fit {schema['pattern']}")
    if isinstance(value, dict) and "properties" in schema:
        found += [f"{at}: no {k}" for k in schema.get("required", []) if k not in value]
        for k, v in value.items():
            if k in schema["properties"]:
                found += complaints(document, schema["properties"][k], v, f"{at}/{k}")
            elif schema.get("additionalProperties") is False:
                found.append(f"{at}: {k} is not in the schema")
    if isinstance(value, list) and "items" in schema:
        for i, v in enumerate(value):
            found += complaints(document, schema["items"], v, f"{at}/{i}")
    return found


def operations(document):
    """(METHOD, path, operation) of each route."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def check_document(document):
    """Complaints about the document itself."""
    found, ids, used = [], set(), set()
    schemas = document["components"]["schemas"]

    def refs(x):
        if isinstance(x, dict):
            for k, v in x.items():
                if k == "$ref":
                    used.add(v)
                refs(v)
        elif isinstance(x, list):
            for v in x:
                refs(v)

    refs(document)
    found += [f"{r} leads nowhere" for r in used if r.removeprefix("#/components/schemas/") not in schemas]
    found += [f"schema {n} is used by nothing" for n in schemas if f"#/components/schemas/{n}" not in used]
    if not document["openapi"].startswith("3.1."):
        found.append("not OpenAPI 3.1")
    for method, path, o in operations(document):
        where = f"{method} {path}"
        if o["operationId"] in ids:
            found.append(f"{where}: {o['operationId']} twice")
        ids.add(o["operationId"])
        named = {p["name"] for p in o["parameters"] if p["in"] == "path"}
        if named != set(re.findall(r"{(\w+)}", path)):
            found.append(f"{where}: parameters of the path are {named}")
        if "default" not in o["responses"] or len(o["responses"]) != 2:
            found.append(f"{where}: one success and one problem")
        if (method in ("POST", "PUT")) != ("requestBody" in o):
            found.append(f"{where}: body")
        if not o["summary"] or not o["tags"]:
            found.append(f"{where}: says nothing")
    return found
