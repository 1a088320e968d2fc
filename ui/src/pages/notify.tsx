// How a person is told of what needs him, and the programs that are told of what happens.
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { call, get, post, Problem } from "../api.js";
import { t, tx, word } from "../i18n.js";
import { useList, useLoad } from "../load.js";
import { useClasses } from "../parts/classes.js";
import { Dialog } from "../parts/dialog.js";
import { Form, RolesInput, WORKSPACES } from "../parts/form.js";
import { PageFrame } from "../parts/page.js";
import { Table } from "../parts/table.js";
import { Command, Empty, Section, Theirs, Time, Trouble } from "../parts/text.js";
import { link } from "../route.js";
import { rules_take } from "../shell/tray.js";
import type { Schema, Value } from "../schema.js";
import { may } from "../state.js";
import type { Letter, Notify, NotifyRule, Webhook } from "../types.js";
import { cleared, roles_text } from "./people.js";

// ---- a person ----

function minutes(text: string): number | null {
	return /^\d{1,5}$/.test(text.trim()) ? Number(text) : null;
}

function RuleRow({ r, set }: { r: NotifyRule; set: (r: NotifyRule) => void }): VNode {
	const name = word("workspace", r.area);
	return (
		<tr>
			<th scope="row">{name}</th>
			<td data-label={t("told.browser")}><input type="checkbox" aria-label={`${name}: ${t("told.browser")}`} checked={r.browser ?? true} onChange={(e) => set({ ...r, browser: e.currentTarget.checked })} /></td>
			<td data-label={t("told.after")}><input type="text" inputMode="numeric" size={5} placeholder={t("told.never")} aria-label={`${name}: ${t("told.after")}`} value={r.mail_after ?? ""} onInput={(e) => set({ ...r, mail_after: minutes(e.currentTarget.value) })} /></td>
			<td data-label={t("told.deputy")}><input type="text" size={12} aria-label={`${name}: ${t("told.deputy")}`} value={r.deputy ?? ""} onInput={(e) => set({ ...r, deputy: e.currentTarget.value.trim() || null })} /></td>
			<td data-label={t("told.deputy_after")}><input type="text" inputMode="numeric" size={5} disabled={!r.deputy} aria-label={`${name}: ${t("told.deputy_after")}`} value={r.deputy ? (r.deputy_after ?? 60) : ""} onInput={(e) => set({ ...r, deputy_after: minutes(e.currentTarget.value) })} /></td>
			<td data-label={t("told.play")}><input type="checkbox" aria-label={`${name}: ${t("told.play")}`} checked={r.play ?? false} onChange={(e) => set({ ...r, play: e.currentTarget.checked })} /></td>
		</tr>
	);
}

export function Told(): VNode {
	const [value, set] = useState<Notify | null>(null);
	const [problem, set_problem] = useState<Problem>();
	const [said, say] = useState("");
	useEffect(() => void get<Notify>("/notify").then(set, set_problem), []);
	const areas = WORKSPACES.filter((w) => may(w, "reader"));
	const rule = (w: string): NotifyRule => value?.rules.find((r) => r.area === w) ?? { area: w, browser: true };
	const change = (r: NotifyRule): void => void (value && set({ ...value, rules: [...value.rules.filter((x) => x.area !== r.area), r] }));
	const run = (method: string, path: string, body: unknown, done: string, then?: () => void): void => {
		say("");
		set_problem(undefined);
		void call(method, path, body).then(() => {
			say(done);
			then?.();
		}, (e: unknown) => set_problem(e as Problem));
	};
	return (
		<Section title={t("told.title")} remark={t("told.about")}>
			<Trouble problem={problem} />
			{said && <p class="notice good" role="status">{said}</p>}
			{value && (
				<form class="form wide" onSubmit={(e) => { e.preventDefault(); run("PUT", "/notify", { mail: value.mail, rules: value.rules }, t("saved"), () => rules_take(value.rules)); }}>
					{!value.mail_on && <p class="remark">{t("told.mail_off")}</p>}
					<label class="field-row"><span class="field-title">{t("told.mail")}</span>
						<input type="email" autocomplete="email" value={value.mail} onInput={(e) => set({ ...value, mail: e.currentTarget.value.trim() })} />
					</label>
					<table class="fold rules">
						<thead><tr><th scope="col">{t("told.area")}</th><th scope="col">{t("told.browser")}</th><th scope="col">{t("told.after")}</th><th scope="col">{t("told.deputy")}</th><th scope="col">{t("told.deputy_after")}</th><th scope="col">{t("told.play")}</th></tr></thead>
						<tbody>{areas.map((w) => <RuleRow key={w} r={rule(w)} set={change} />)}</tbody>
					</table>
					<p class="remark">{t("told.help")}</p>
					<div class="buttons">
						<button type="submit" class="main">{t("save")}</button>
						{value.mail_on && value.mail && <button type="button" onClick={() => run("POST", "/notify/test", {}, t("told.sent"))}>{t("told.test")}</button>}
					</div>
				</form>
			)}
		</Section>
	);
}

// ---- programs ----

const HOOK: Schema = {
	type: "object",
	properties: {
		name: { type: "string", title: "hook.name", maxLength: 64 },
		url: { type: "string", title: "hook.url", maxLength: 2048 },
		roles: { type: "object", title: "user.roles", description: "token.roles_help", default: {} },
		clearance: { type: "string", title: "user.clearance", description: "token.clearance_help", maxLength: 64 },
		pin: { type: "string", title: "hook.pin", description: "hook.pin_help", maxLength: 64 },
		play: { type: "boolean", title: "hook.play" },
	},
	required: ["name", "url"],
};
const HOOK_CHANGE: Schema = { ...HOOK, properties: { ...HOOK.properties, disabled: { type: "boolean", title: "user.disabled" } } };

export function Webhooks(): VNode {
	const list = useList<Webhook>("/webhooks", {}, (h) => h.id);
	const [fresh, set_fresh] = useState(false);
	const [secret, show] = useState("");
	const classes = useClasses();
	const make = async (v: Value): Promise<void> => {
		const made = await post<Webhook>("/webhooks", { ...v, roles: v["roles"] ?? {} });
		set_fresh(false);
		show(made.secret ?? "");
		list.reload();
	};
	return (
		<PageFrame title={t("hook.title")} up={[link("settings"), t("nav.settings")]} side={<button type="button" class="main" onClick={() => set_fresh(true)}>{t("hook.new")}</button>}>
			<p class="remark">{t("hook.about")}</p>
			<Trouble problem={list.problem} reload={list.reload} />
			<Table name="webhooks" plain rows={list.items} id={(h) => h.id} open={(h) => link("webhooks", h.id)}
				empty={list.busy ? undefined : <Empty title={t("hook.none")}>{t("hook.none_next")}</Empty>}
				columns={[
					{ key: "name", title: t("hook.name"), text: (h) => h.name, show: (h) => <Theirs text={h.name} /> },
					{ key: "url", title: t("hook.url"), text: (h) => h.url, show: (h) => <Theirs text={h.url} /> },
					{ key: "roles", title: t("user.roles"), text: (h) => roles_text(h.roles) },
					{ key: "by", title: t("audit.who"), text: (h) => h.made_by, show: (h) => <><Theirs text={h.made_by} /> <Time at={h.made} bare /></> },
					{ key: "state", title: t("log.state"), text: (h) => (h.disabled ? 1 : 0), show: (h) => <span class={`badge ${h.disabled ? "none" : "good"}`}>{h.disabled ? t("user.disabled") : t("user.active")}</span> },
				]} />
			{fresh && <Dialog title={t("hook.new")} close={() => set_fresh(false)}><Form schema={cleared(HOOK, classes, undefined, "user.own")} submit={t("hook.make")} send={make} cancel={() => set_fresh(false)} extra={{ roles: RolesInput }} focus /></Dialog>}
			{secret && (
				<Dialog title={t("hook.once")} close={() => show("")}>
					<p>{tx("hook.once_about", { header: <code>Entente-Signature</code> })}</p>
					<Command text={secret} />
				</Dialog>
			)}
		</PageFrame>
	);
}

const TONE = { waiting: "wait", sent: "good", dead: "bad" } as const;

function Letters({ id, turn }: { id: string; turn: number }): VNode {
	const list = useList<Letter>(`/webhooks/${id}/letters`, { turn: turn ? String(turn) : undefined }, (l) => String(l.row), ["record", "act", "standing"]);
	const again = (row: number): void => void call("POST", `/webhooks/${id}/letters/${row}/again`, {}).then(list.reload, list.reload);
	return (
		<Section title={t("hook.letters")}>
			<Trouble problem={list.problem} reload={list.reload} />
			<Table name="letters" plain rows={list.items} id={(l) => String(l.row)} more={list.more}
				empty={list.busy ? undefined : <Empty title={t("hook.no_letters")} />}
				columns={[
					{ key: "made", title: t("time"), text: (l) => l.made, show: (l) => <Time at={l.made} bare /> },
					{ key: "topic", title: t("hook.topic"), text: (l) => l.topic },
					{ key: "state", title: t("log.state"), text: (l) => l.state, show: (l) => <span class={`badge ${TONE[l.state]}`}>{t(`letter.${l.state}`)}</span> },
					{ key: "tries", title: t("hook.tries"), text: (l) => l.tries },
					{ key: "answer", title: t("hook.answer"), text: (l) => l.error || (l.status ?? ""), show: (l) => <Theirs text={l.error || String(l.status ?? "—")} /> },
					{ key: "next", title: t("hook.next"), text: (l) => l.next ?? "", show: (l) => (l.next ? <Time at={l.next} bare /> : l.state === "dead" ? <button type="button" class="small" onClick={() => again(l.row)}>{t("hook.again")}</button> : null) },
				]} />
		</Section>
	);
}

export function WebhookView({ id }: { id: string }): VNode {
	const hook = useLoad<Webhook>(`/webhooks/${id}`);
	const [said, say] = useState("");
	const [turn, next] = useState(0);
	const classes = useClasses();
	const [problem, set] = useState<Problem>();
	const h = hook.data;
	const attempt = (): void => void call("POST", `/webhooks/${id}/test`, {}).then(() => { say(t("hook.test_sent")); setTimeout(() => next((n) => n + 1), 700); }, (e: unknown) => set(e as Problem));
	const remove = (): void => void call("DELETE", `/webhooks/${id}`).then(() => (location.hash = link("webhooks").slice(1)), (e: unknown) => set(e as Problem));
	return (
		<PageFrame title={h?.name ?? t("hook.title")} shown={<Theirs text={h?.name ?? t("hook.title")} />} up={[link("webhooks"), t("hook.title")]}
			side={<><button type="button" class="main" onClick={attempt}>{t("hook.test")}</button> <button type="button" class="danger" onClick={remove}>{t("remove")}</button></>}>
			<Trouble problem={hook.problem ?? problem} />
			{said && <p class="notice good" role="status">{said}</p>}
			<Letters id={id} turn={turn} />
			{h && (
				<Section title={t("hook.change")}>
					<Form key={JSON.stringify(h)} schema={cleared(HOOK_CHANGE, classes, h.clearance, "user.own")} value={{ ...h, clearance: h.clearance ?? "", pin: h.pin ?? "" }} submit={t("save")} extra={{ roles: RolesInput }}
						send={async ({ name, url, roles, clearance, pin, play, disabled }) => { await call("PUT", `/webhooks/${id}`, { name, url, roles, clearance: clearance ?? "", pin: pin ?? "", play, disabled }); say(t("saved")); hook.reload(); }} />
				</Section>
			)}
		</PageFrame>
	);
}
