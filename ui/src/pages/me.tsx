// One's own account: password, second factor, sessions, tokens for programs.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { call, get, post, Problem } from "../api.js";
import { useCell } from "../cell.js";
import { t, tx } from "../i18n.js";
import { useList } from "../load.js";
import { useClasses } from "../parts/classes.js";
import { Dialog } from "../parts/dialog.js";
import { Form, RolesInput } from "../parts/form.js";
import { Passkeys } from "../parts/passkeys.js";
import { PageFrame } from "../parts/page.js";
import { Table } from "../parts/table.js";
import { Command, Empty, Facts, Section, Theirs, Time, Trouble } from "../parts/text.js";
import type { Schema, Value } from "../schema.js";
import { roles_of, session, session_take } from "../state.js";
import type { Session, SessionRow, Token } from "../types.js";
import { AGAIN, cleared, roles_text } from "./people.js";

export function Me(): VNode {
	const s = useCell(session)!;
	if (!s.user) return <PageFrame title={t("nav.me")}><Empty title={t("first.local")}>{t("first.about")}</Empty></PageFrame>;
	return (
		<PageFrame title={t("nav.me")}>
			<Facts rows={[
				[t("user.name"), <Theirs text={s.user.name} />],
				[t("user.display"), <Theirs text={s.user.display} />],
				[t("user.clearance"), s.user.clearance === "*" ? t("user.all") : (s.user.clearance ?? "—")],
				[t("user.roles"), roles_text(roles_of(s))],
				[t("me.until"), <Time at={s.expires} />],
			]} />
			<Password />
			<Totp on={s.user.totp} />
			<Passkeys />
			<Sessions />
			<Tokens />
		</PageFrame>
	);
}

const PASSWORD: Schema = {
	type: "object",
	properties: {
		password: { type: "string", title: "user.new_password", format: "password", minLength: 12, description: "user.password_help", complete: "new-password" },
		again: AGAIN,
	},
	required: ["password"],
};

function Password(): VNode {
	const [done, set] = useState(false);
	return (
		<Section title={t("sign.password")}>
			<Form schema={PASSWORD} submit={t("user.set_password")} clear send={async (v) => { session_take(await post<Session>("/session/password", v)); set(true); }} />
			{done && <p class="notice good" role="status">{t("me.password_done")}</p>}
		</Section>
	);
}

const CODE: Schema = { type: "object", properties: { code: { type: "string", title: "sign.code", complete: "one-time-code", maxLength: 10 } }, required: ["code"] };

function Totp({ on }: { on: boolean }): VNode {
	const [secret, set] = useState<{ secret: string; uri: string } | null>(null);
	const [problem, set_problem] = useState<Problem>();
	const fresh = async (): Promise<void> => session.set(await get<Session>("/session"));
	const begin = (): void => void post<{ secret: string; uri: string }>("/session/totp").then(set, set_problem);
	const end = (): void => void call("DELETE", "/session/totp").then(fresh, set_problem);
	return (
		<Section title={t("user.totp")}>
			<p>{on ? t("me.totp_on") : t("me.totp_off")}</p>
			<Trouble problem={problem} />
			{on ? <button type="button" onClick={end}>{t("user.totp_off")}</button> : !secret && <button type="button" onClick={begin}>{t("me.totp_begin")}</button>}
			{secret && !on && (
				<div class="card">
					<p>{t("me.totp_scan")}</p>
					<p><strong class="words">{secret.secret.replace(/(.{4})/g, "$1 ").trim()}</strong></p>
					<Command text={secret.uri} />
					<Form schema={CODE} submit={t("me.totp_enable")} send={async (v) => { await call("POST", "/session/totp/enable", v); set(null); await fresh(); }} focus />
				</div>
			)}
		</Section>
	);
}

function Sessions(): VNode {
	const list = useList<SessionRow>("/session/all", {}, (r) => r.id);
	return (
		<Section title={t("me.sessions")}>
			<Trouble problem={list.problem} reload={list.reload} />
			<Table name="sessions" plain rows={list.items} id={(r) => r.id} columns={[
				{ key: "agent", title: t("me.agent"), text: (r) => r.agent, show: (r) => <><Theirs text={r.agent} /> {r.this && <span class="badge good">{t("me.this")}</span>}</> },
				{ key: "address", title: t("me.address"), text: (r) => r.address },
				{ key: "made", title: t("me.since"), text: (r) => r.made, show: (r) => <Time at={r.made} /> },
				{ key: "seen", title: t("me.seen"), text: (r) => r.seen, show: (r) => <Time at={r.seen} /> },
				{ key: "end", title: "", text: () => "", show: (r) => !r.this && <button type="button" class="small" onClick={() => void call("DELETE", `/session/all/${r.id}`).then(list.reload, list.reload)}>{t("me.end")}</button> },
			]} />
		</Section>
	);
}

const TOKEN: Schema = {
	type: "object",
	properties: {
		name: { type: "string", title: "token.name", maxLength: 100 },
		roles: { type: "object", title: "user.roles", description: "token.roles_help", default: {} },
		clearance: { type: "string", title: "user.clearance", description: "token.clearance_help", maxLength: 64 },
		until: { type: "string", title: "token.until", format: "date-time" },
	},
	required: ["name", "until"],
};

function Tokens(): VNode {
	const list = useList<Token>("/tokens", {}, (k) => k.id);
	const [fresh, set_fresh] = useState(false);
	const [shown, show] = useState("");
	const classes = useClasses();
	const month = new Date(Date.now() + 30 * 86_400_000).toISOString();
	// As the command makes one: it reads what its owner may read, and changes nothing.
	const reads = Object.fromEntries(Object.keys(roles_of(session.get())).map((area) => [area, "reader"]));
	const make = async (v: Value): Promise<void> => {
		const made = await post<{ token: string }>("/tokens", v);
		set_fresh(false);
		show(made.token);
		list.reload();
	};
	return (
		<Section title={t("token.title")} side={<button type="button" onClick={() => set_fresh(true)}>{t("token.new")}</button>}>
			<Trouble problem={list.problem} reload={list.reload} />
			<Table name="tokens" plain rows={list.items} id={(k) => k.id} empty={list.busy ? undefined : <Empty title={t("token.none")}>{t("token.none_next")}</Empty>} columns={[
				{ key: "name", title: t("token.name"), text: (k) => k.name, show: (k) => <Theirs text={k.name} /> },
				{ key: "roles", title: t("user.roles"), text: (k) => roles_text(k.roles) },
				{ key: "until", title: t("token.until"), text: (k) => k.until, show: (k) => <Time at={k.until} /> },
				{ key: "used", title: t("token.used"), text: (k) => k.used ?? "", show: (k) => <Time at={k.used} /> },
				{ key: "state", title: t("log.state"), text: (k) => k.state, show: (k) => <span class={`badge ${k.state === "live" ? "good" : "none"}`}>{t(`token.${k.state}`)}</span> },
				{ key: "end", title: "", text: () => "", show: (k) => k.state === "live" && <button type="button" class="small" onClick={() => void call("DELETE", `/tokens/${k.id}`).then(list.reload, list.reload)}>{t("token.revoke")}</button> },
			]} />
			{fresh && <Dialog title={t("token.new")} close={() => set_fresh(false)}><Form schema={cleared(TOKEN, classes, undefined, "user.own")} value={{ until: month, roles: reads }} submit={t("token.make")} send={make} cancel={() => set_fresh(false)} extra={{ roles: RolesInput }} focus /></Dialog>}
			{shown && (
				<Dialog title={t("token.once")} close={() => show("")}>
					<p>{tx("token.once_about", { header: <code>Authorization: Bearer …</code> })}</p>
					<Command text={shown} />
				</Dialog>
			)}
		</Section>
	);
}
