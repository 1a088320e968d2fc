// People and keys: the keys of every party of a coalition, and the people who may use this node.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { call, Problem } from "../api.js";
import { useCell } from "../cell.js";
import { t, word, type Key } from "../i18n.js";
import { useList, useLoad } from "../load.js";
import { class_field, useClasses } from "../parts/classes.js";
import { Dialog } from "../parts/dialog.js";
import { Form, RolesInput, WORKSPACES } from "../parts/form.js";
import { Loading, PageFrame, Rest } from "../parts/page.js";
import { PasskeyState } from "../parts/passkeys.js";
import { Table } from "../parts/table.js";
import { Command, Empty, Facts, Name, Section, Theirs, Time, Trouble } from "../parts/text.js";
import { link } from "../route.js";
import type { Field, Schema, Value } from "../schema.js";
import { hello, may } from "../state.js";
import type { Party, PartyPage, Roles, User } from "../types.js";
import { KeysView } from "./party.js";

export function roles_text(roles: Roles): string {
	const all = [...new Set(Object.values(roles))];
	// One role in every workspace is said once.
	if (all.length === 1 && WORKSPACES.every((w) => roles[w] === all[0])) return t("role.everywhere", { role: t(`role.${all[0]!}`) });
	return Object.entries(roles).map(([w, r]) => `${word("workspace", w)}: ${t(`role.${r}`)}`).join(", ") || "—";
}

export function People({ c }: { c: string }): VNode {
	return (
		<PageFrame title={t("people.title")}>
			{may("node", "administrator") && <Users />}
			{may("pact", "reader") && c && <PartyKeys c={c} />}
			<Rest workspace="pact" role="reader" />
			<Rest workspace="node" role="administrator" />
		</PageFrame>
	);
}

function PartyKeys({ c }: { c: string }): VNode {
	const parties = useList<Party>(`/coalitions/${c}/parties`, {}, (p) => p.id, ["standing", "act"]);
	const [open, set] = useState("");
	return (
		<Section title={t("people.keys")} remark={t("people.keys_about")}>
			<Trouble problem={parties.problem} reload={parties.reload} />
			{parties.items.map((p) => (
				<details onToggle={(e) => e.currentTarget.open && set(p.id)}>
					<summary><Name id={p.id} label={p.label} full /> {p.root ? t("party.root_is", { version: String(p.root.version), k: String(p.root.threshold), n: p.root.keys }) : t("party.no_keys")} {p.root?.trial && <span class="badge wait">{t("party.trial")}</span>}</summary>
					{open === p.id && <OneParty c={c} id={p.id} />}
				</details>
			))}
		</Section>
	);
}

function OneParty({ c, id }: { c: string; id: string }): VNode {
	const party = useLoad<PartyPage>(`/coalitions/${c}/parties/${id}`);
	return <Loading of={party}>{(p) => <>{p.keys ? <KeysView keys={p.keys} /> : <Empty title={t("party.no_keys")} />}<a href={link("pact", c, "party", id)}>{t("people.see_party")}</a></>}</Loading>;
}

// A new password is typed twice: nobody sees what was typed, and whoever mistyped it is locked out.
export const AGAIN: Field = { type: "string", title: "user.password_again", format: "password", complete: "new-password", same: "password" };

const USER: Schema = {
	type: "object",
	properties: {
		name: { type: "string", title: "user.name", description: "user.name_help", maxLength: 64 },
		display: { type: "string", title: "user.display", maxLength: 100 },
		password: { type: "string", title: "user.password", format: "password", description: "user.password_or_none", minLength: 12, complete: "new-password" },
		again: AGAIN,
		clearance: { type: "string", title: "user.clearance", description: "user.clearance_help", maxLength: 64 },
		roles: { type: "object", title: "user.roles", default: {} },
	},
	required: ["name"],
};

export function cleared(s: Schema, ...how: [classes: readonly string[], now?: string | null, none?: Key]): Schema {
	return { ...s, properties: { ...s.properties, clearance: class_field(s.properties["clearance"]!, ...how) } };
}

function Users(): VNode {
	const users = useList<User>("/users", {}, (u) => u.name);
	const classes = useClasses();
	const [fresh, set] = useState(false);
	const make = async (v: Value): Promise<void> => {
		await call("POST", "/users", { ...v, roles: v["roles"] ?? {} });
		users.reload();
		set(false);
	};
	return (
		<Section title={t("people.users")} side={<button type="button" class="main" onClick={() => set(true)}>{t("user.new")}</button>}>
			<Trouble problem={users.problem} reload={users.reload} />
			<Table name="users" plain rows={users.items} id={(u) => u.name} open={(u) => link("people", "user", u.name)} more={users.more}
				empty={users.busy ? undefined : <Empty title={t("people.no_users")}><Command text="entente user add NAME" /></Empty>}
				columns={[
					{ key: "name", title: t("user.name"), text: (u) => u.name, show: (u) => <><Theirs text={u.name} /> <span class="remark"><Theirs text={u.display ?? ""} /></span></> },
					{ key: "roles", title: t("user.roles"), text: (u) => roles_text(u.roles) },
					{ key: "clearance", title: t("user.clearance"), text: (u) => (u.clearance === "*" ? t("user.all") : (u.clearance ?? "—")) },
					{ key: "totp", title: t("user.totp"), text: (u) => (u.totp ? t("yes") : t("no")) },
					{ key: "state", title: t("log.state"), text: (u) => (u.disabled ? 2 : u.locked_until ? 1 : 0), show: (u) => <span class={`badge ${u.disabled ? "bad" : u.locked_until ? "wait" : "good"}`}>{u.disabled ? t("user.disabled") : u.locked_until ? t("user.locked") : t("user.active")}</span> },
					{ key: "in", title: t("user.signed_in"), text: (u) => u.signed_in ?? "", show: (u) => <Time at={u.signed_in} /> },
				]} />
			{fresh && (
				<Dialog title={t("user.new")} close={() => set(false)}>
					<Form schema={cleared(USER, classes, undefined, "user.lowest")} submit={t("user.make")} send={make} cancel={() => set(false)} extra={{ roles: RolesInput }} focus />
				</Dialog>
			)}
		</Section>
	);
}

const CHANGE: Schema = {
	type: "object",
	properties: {
		display: USER.properties["display"]!,
		clearance: USER.properties["clearance"]!,
		roles: USER.properties["roles"]!,
		disabled: { type: "boolean", title: "user.disabled" },
	},
};
const PASSWORD: Schema = { type: "object", properties: { password: { ...USER.properties["password"]!, description: "user.password_help" }, again: AGAIN }, required: ["password"] };
const SUBJECT: Schema = {
	type: "object",
	properties: { subject: { type: "string", title: "user.subject", description: "user.subject_help", maxLength: 255 } },
	required: ["subject"],
};

// Who the provider of identities knows as this person. Without a provider, only what is left of an earlier one.
function Subjects({ u, path, run, changed }: { u: User; path: string; run: (method: string, at: string) => void; changed: () => void }): VNode | null {
	const provider = useCell(hello)?.provider;
	if (!provider && u.subjects.length === 0) return null;
	return (
		<Section title={t("user.subjects")}>
			<ul class="plain-list">
				{u.subjects.map((s) => <li><Theirs text={s.subject} /> <span class="remark"><Theirs text={s.issuer} /></span> <Time at={s.made} /> <button type="button" class="small" onClick={() => run("DELETE", `${path}/subjects/${encodeURIComponent(s.subject)}?issuer=${encodeURIComponent(s.issuer)}`)}>{t("remove")}</button></li>)}
			</ul>
			{provider && <Form schema={SUBJECT} submit={t("user.add_subject")} clear send={async (v) => { await call("POST", `${path}/subjects`, v); changed(); }} />}
		</Section>
	);
}

const CERTIFICATE: Schema = {
	type: "object",
	properties: { name: { type: "string", title: "user.certificate_name", maxLength: 100 }, pem: { type: "string", format: "code", title: "user.certificate_pem" } },
	required: ["name", "pem"],
};

export function UserView({ name }: { name: string }): VNode {
	const path = `/users/${encodeURIComponent(name)}`;
	const user = useLoad<User>(path);
	const classes = useClasses();
	const [said, say] = useState("");
	const [problem, set] = useState<Problem>();
	const run = (method: string, at: string): void => void call(method, at).then(() => user.reload(), (e: unknown) => set(e as Problem));
	return (
		<PageFrame title={name} shown={<Theirs text={name} />} up={[link("people"), t("people.title")]}>
			<Loading of={user}>
				{(u) => (
					<>
						<Facts rows={[
							[t("user.made"), <Time at={u.made} />],
							[t("user.signed_in"), <Time at={u.signed_in} />],
							u.locked_until && [t("user.locked"), <Time at={u.locked_until} />],
							[t("user.totp"), <>{u.totp ? t("yes") : t("no")} {u.totp && <button type="button" class="small" onClick={() => run("DELETE", `${path}/totp`)}>{t("user.totp_off")}</button>}</>],
						]} />
						<Trouble problem={problem} />
						{said && <p class="notice good" role="status">{said}</p>}
						<Section title={t("user.change")}>
							<Form key={`${u.name}${u.clearance}${JSON.stringify(u.roles)}`} schema={cleared(CHANGE, classes, u.clearance)} value={{ display: u.display, clearance: u.clearance ?? "", roles: u.roles, disabled: u.disabled }} submit={t("save")} extra={{ roles: RolesInput }}
								send={async (v) => { await call("PUT", path, v); say(t("saved")); user.reload(); }} />
						</Section>
						<Section title={t("user.new_password")}>
							<Form schema={PASSWORD} submit={t("user.set_password")} clear send={async (v) => { await call("POST", `${path}/password`, v); say(t("saved")); }} />
						</Section>
						{u.passkeys.length > 0 && (
							<Section title={t("passkey.title")}>
								<ul class="plain-list">
									{u.passkeys.map((k) => <li><Theirs text={k.name} /> <PasskeyState k={k} /> <Time at={k.made} /> <button type="button" class="small" onClick={() => run("DELETE", `${path}/passkeys/${k.id}`)}>{t("remove")}</button></li>)}
								</ul>
							</Section>
						)}
						<Subjects u={u} path={path} run={run} changed={() => user.reload()} />
						<Section title={t("user.certificates")}>
							<ul class="plain-list">
								{u.certificates.map((k) => <li><Theirs text={k.name} /> <code title={k.pin}>{k.pin.slice(0, 12)}</code> <Time at={k.made} /> <button type="button" class="small" onClick={() => run("DELETE", `${path}/certificates/${k.pin}`)}>{t("remove")}</button></li>)}
							</ul>
							<Form schema={CERTIFICATE} submit={t("user.add_certificate")} clear send={async (v) => { await call("POST", `${path}/certificates`, v); user.reload(); }} />
						</Section>
					</>
				)}
			</Loading>
		</PageFrame>
	);
}
