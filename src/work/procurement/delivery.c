/*
 * delivery.c: what has been delivered and accepted becomes a capability in rapid response: a draft that nobody but its owner sees, for it to complete (type, place, notice) and to
 * declare. The two areas know nothing of one another: this one writes a record of a kind by its name, and that kind's own check says whether it will do. A program without that
 * kind writes none.
 */
#include "work/procurement/lab.h"

#include "base/report.h"
#include "node/record.h"

#define CAPABILITY "response/capability/1"

/* The contract that a delivery belongs to, if it is this node's own. */
static const struct row *own_contract(
	const struct seat *s, const struct process *p, const struct row *delivery)
{
	struct object_id object;

	if (!get_object(&delivery->doc, json_root(&delivery->doc), "contract", &object) ||
		!id_eq(&object.owner, &s->node->self))
		return NULL;
	for (const struct row *c = process_next(p, P_CONTRACT, NULL); c;
		c = process_next(p, P_CONTRACT, c))
		if (object_id_eq(&c->object, &object))
			return c;
	return NULL;
}

/* The item that the delivery names; else the contract's only one. */
static json_ref item_of(const struct row *contract, struct slice item, struct arena *arena)
{
	json_ref items = json_get(&contract->doc, json_root(&contract->doc), "items");

	for
		EACH(&contract->doc, v, items)
	if (slice_eq(get_text(&contract->doc, v, "id", arena), item))
		return v;
	return item.n == 0 && json_count(&contract->doc, items) == 1
		       ? json_first(&contract->doc, items)
		       : JSON_ABSENT;
}

/* CPV, NSN, …: of the tender's item of the same id. */
static void classification_put(
	struct json_out *o, const struct process *p, struct slice item, struct arena *arena)
{
	const struct json_doc *d = &p->tender->doc;

	for
		EACH(d, v, json_get(d, json_root(d), "items"))
		{
			json_ref class = json_get(d, v, "classification");

			if (!class || !slice_eq(get_text(d, v, "id", arena), item))
				continue;
			json_open(o, '{');
			json_put_string(o, "scheme", get_text(d, class, "scheme", arena));
			json_put_string(o, "value", get_text(d, class, "id", arena));
			json_close(o);
		}
}

static void capability_put(struct json_out *o, const struct process *p, const struct row *contract,
	const struct row *delivery, json_ref item, struct arena *arena)
{
	const struct json_doc *c = &contract->doc;
	struct slice name = item ? get_text(c, item, "description", arena)
				 : get_text(c, json_root(c), "title", arena);
	int64_t quantity = rec_quantity(&delivery->doc, json_root(&delivery->doc), "quantity");

	json_open(o, '{');
	json_put_cstr(o, "type", "LOG");
	json_put_string(o, "name", slice_sub(name, 0, name.n < 200 ? name.n : 200));
	json_put_cstr(o, "kind", "equipment");
	json_put_cstr(o, "state", "draft");
	if (item)
		json_put_string(o, "uom", get_text(c, item, "unit", arena));
	json_put_i64(o, "quantity", quantity / QUANTITY_ONE);
	json_open_at(o, "external_ids", '[');
	json_open(o, '{');
	json_put_cstr(o, "scheme", "ocid");
	json_put_string(o, "value",
		get_text(&p->agreement->doc, json_root(&p->agreement->doc), "ocid", arena));
	json_close(o);
	if (item && p->tender)
		classification_put(o, p, get_text(c, item, "id", arena), arena);
	json_close(o);
	json_close(o);
}

/* One capability for one delivery, whoever asks how often. */
static struct object_id capability_name(const struct seat *s, const struct object_id *delivery)
{
	struct slice part[3] = {SLICE("entente/delivery-capability/v1"), id_slice(&delivery->owner),
		id_slice(&delivery->name)};
	struct hash h = hash_of(part, 3);
	struct object_id object = {.owner = s->node->self};

	memcpy(object.name.b, h.b, sizeof(object.name.b));
	return object;
}

static const struct row *delivery_of(const struct process *p, const struct object_id *object)
{
	for (const struct row *r = process_next(p, P_DELIVERY, NULL); r;
		r = process_next(p, P_DELIVERY, r))
		if (object_id_eq(&r->object, object))
			return r;
	return NULL;
}

/* May it become one, and is it none yet? */
static int capability_check(const struct seat *s, const struct row *contract,
	const struct row *delivery, const struct object_id *object, struct arena *arena,
	struct why *why)
{
	struct reader who = world_reader(s->w, &s->node->self);
	struct record r;

	if (!workspace_kind_find(SLICE(CAPABILITY)))
		return why_set(why, E_STATE, "", "this program has no rapid response");
	if (!contract || !get_bool(&delivery->doc, json_root(&delivery->doc), "accepted"))
		return why_set(why, E_STATE, "",
			"only an accepted delivery of an own contract becomes a capability");
	if (rec_quantity(&delivery->doc, json_root(&delivery->doc), "quantity") < QUANTITY_ONE)
		return why_set(why, E_STATE, "/quantity", "less than one piece is no capability");
	if (record_get(s->w, s->db, &who, object, arena, &r, NULL) == 0)
		return why_set(why, E_CONFLICT, "", "this delivery is a capability already");
	return 0;
}

int delivery_capability(const struct seat *s, const struct process *p,
	const struct object_id *delivery, struct arena *arena, struct written *ret, struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct json_out o = json_out(&b);
	struct object_id object = capability_name(s, delivery);
	const struct row *r = delivery_of(p, delivery),
			 *contract = r ? own_contract(s, p, r) : NULL;

	if (!r)
		return why_set(why, E_MISSING, "", "no such delivery");
	int rc = capability_check(s, contract, r, &object, arena, why);
	if (rc < 0)
		return rc;
	capability_put(&o, p, contract, r,
		item_of(contract, get_text(&r->doc, json_root(&r->doc), "item", arena), arena),
		arena);
	struct draft d = {.mode = p->agreement->mode,
		.kind = SLICE(CAPABILITY),
		.has_object = true,
		.object = object,
		.label = p->agreement->label,
		.member = &s->node->self,
		.n_member = 1,
		.media = SLICE("application/json"),
		.content = buf_slice(&b)};
	return s->write(s->ctx, &d, ret, why);
}
