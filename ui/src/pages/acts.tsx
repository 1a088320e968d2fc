// Acts: what parties have signed. Prepared in the browser, downloaded, signed off the node, uploaded.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { call, fresh_key, Problem, save } from "../api.js";
import { useCell } from "../cell.js";
import { t, tx, word } from "../i18n.js";
import { useList, useLoad } from "../load.js";
import { TextDrop } from "../parts/drop.js";
import { Form } from "../parts/form.js";
import { Loading, PageFrame } from "../parts/page.js";
import { Table } from "../parts/table.js";
import { Command, Empty, Facts, Hash, ModeBadge, Name, Proof, Section, Theirs, Time, Trouble } from "../parts/text.js";
import { go, link, place } from "../route.js";
import type { Field, Schema, Value } from "../schema.js";
import { may, mode } from "../state.js";
import type { Act, Pending, Status } from "../types.js";
import { act_kind } from "./pact.js";
import { ProofButton } from "./log.js";

export function Acts({ c }: { c: string }): VNode {
	const now = useCell(mode);
	const list = useList<Act>(`/coalitions/${c}/acts`, {}, (a) => a.leaf, ["act"]);
	const shown = list.items.filter((a) => a.mode === now);
	return (
		<PageFrame title={t("acts.title")} up={[link("pact", c), t("nav.pact")]} side={may("pact", "officer") && <a class="main" href={link("pact", c, "prepare")}>{t("act.prepare")}</a>}>
			<Trouble problem={list.problem} reload={list.reload} />
			<Table name="acts" rows={shown} id={(a) => a.leaf} more={list.more} open={(a) => link("pact", c, "acts", a.leaf)}
				empty={list.busy ? undefined : <Empty title={t("acts.none")}>{t("acts.none_next")}</Empty>}
				columns={[
					{ key: "what", title: t("acts.kind"), text: (a) => word("did", act_kind(a.kind)) },
					{ key: "who", title: t("party"), text: (a) => a.label, show: (a) => <Name id={a.member} label={a.label} /> },
					{ key: "about", title: t("acts.about"), text: (a) => a.about?.label ?? "", show: (a) => a.about && <Name id={a.about.id} label={a.about.label} /> },
					{ key: "time", title: t("time"), text: (a) => a.time, show: (a) => <Time at={a.time} /> },
					{ key: "proof", title: t("proof.title"), text: (a) => a.leaf, show: (a) => <Proof leaf={a.leaf} seq={a.seq} witnessed={a.witnessed} needed={a.witnesses_needed} /> },
				]} />
		</PageFrame>
	);
}

export function ActView({ c, leaf }: { c: string; leaf: string }): VNode {
	const act = useLoad<Act>(`/coalitions/${c}/acts/${leaf}`, ["act"]);
	return (
		<PageFrame title={act.data ? `${act.data.label}: ${word("did", act_kind(act.data.kind))}` : t("acts.one")}
			shown={act.data && <><Name id={act.data.member} label={act.data.label} full /> {word("did", act_kind(act.data.kind))}</>} up={[link("pact", c, "acts"), t("acts.title")]}>
			<Loading of={act}>
				{(a) => (
					<>
						{a.mode !== "real" && <p class="lead"><ModeBadge mode={a.mode} /></p>}
						<Facts rows={[
							a.about && [t("acts.about"), <a href={link("pact", c, "party", a.about.id)}><Name id={a.about.id} label={a.about.label} full /></a>],
							[t("time"), <Time at={a.time} />],
							a.officer && [t("acts.officer"), <Theirs text={a.officer} />],
							[t("proof.title"), <Proof leaf={a.leaf} seq={a.seq} witnessed={a.witnessed} needed={a.witnesses_needed} href={link("log", c, `${a.member}.${a.epoch}`, a.seq)} />],
							["", <ProofButton c={c} log={`${a.member}.${a.epoch}`} seq={a.seq} />],
						]} />
						{a.body && <Section title={t("acts.body")}><pre class="signed" tabIndex={0}><Theirs text={a.body} prose /></pre></Section>}
					</>
				)}
			</Loading>
		</PageFrame>
	);
}

const KINDS = ["sign", "interest", "accede", "ratify", "withdraw", "suspend", "resume", "publish"] as const;

function schema_of(kind: string, s: Status): Schema {
	const others = s.parties.filter((p) => !p.self);
	const name = (id: string): string => {
		const p = others.find((x) => x.id === id);
		return p ? `${p.label} (${id.slice(0, 8)})` : id;
	};
	const member = (which: typeof others): Field => ({ type: "string", title: "act.member", enum: which.map((p) => p.id), names: name });
	const properties: Record<string, Field> = {};
	const required: string[] = [];
	if (kind === "ratify") properties["member"] = member(others.filter((p) => p.status === "applied"));
	if (kind === "suspend") properties["member"] = member(others.filter((p) => p.member));
	if (kind === "resume") properties["member"] = member(others.filter((p) => p.suspended_by.some((b) => b.id === s.self)));
	if (properties["member"]) required.push("member");
	if (kind === "accede") {
		properties["observer"] = { type: "boolean", title: "act.observer" };
		properties["text"] = { type: "string", format: "prose", title: "act.text" };
	}
	if (kind === "withdraw") {
		properties["effective"] = { type: "string", format: "date-time", title: "act.effective" };
		properties["text"] = { type: "string", format: "prose", title: "act.text" };
	}
	if (kind === "publish") {
		properties["leaf"] = { type: "string", title: "act.leaf", minLength: 64, maxLength: 64 };
		properties["withdraw"] = { type: "boolean", title: "act.take_back" };
		required.push("leaf");
	}
	if (kind === "suspend") properties["reason"] = { type: "string", format: "prose", title: "act.reason" };
	return { type: "object", properties, required };
}

type Made = { name: string; two: boolean };

// Three steps on one page: what is wanted, where it is signed, and the signed file back.
export function Prepare({ c }: { c: string }): VNode {
	const status = useLoad<Status>(`/coalitions/${c}`, ["standing"]);
	const at = useCell(place).query;
	const asked = at.get("kind") ?? "";
	const kind = (KINDS as readonly string[]).includes(asked) ? asked : "";
	// A charter that is proposed; without it the founding one is signed.
	const charter = kind === "sign" ? at.get("charter") : null;
	const now = useCell(mode);
	const [made, set_made] = useState<Made | null>(null);
	const wish = async ({ leaf, ...v }: Value): Promise<void> => {
		const what = { ...(leaf === undefined ? v : { ...v, leaves: [leaf] }), ...(charter && { charter }) };
		const a = await call<string>("POST", `/coalitions/${c}/acts/prepare`, { kind, mode: now, ...what }, { text: true });
		const name = /filename="?([\w.-]+)"?/.exec(a.headers.get("Content-Disposition") ?? "")?.[1] ?? `${kind}.prepared`;
		save(name, a.data);
		set_made({ name, two: a.headers.get("X-Entente-Two-Person") === "true" });
	};
	return (
		<PageFrame title={t("act.prepare")} up={[link("pact", c), t("nav.pact")]}>
			<p class="remark">{t("act.about")}</p>
			{now !== "real" && <p class="notice">{t("mode.writes", { mode: t(`mode.${now}`) })}</p>}
			<ol class="steps">
				<li class={`step ${made ? "done" : "now"}`}>
					<h2>{t("act.step_wish")}</h2>
					<label class="field-row">
						<span class="field-title">{t("acts.kind")}</span>
						<select value={kind} onChange={(e) => { set_made(null); go(link("pact", c, "prepare", { kind: e.currentTarget.value })); }}>
							{!kind && <option value="">{t("form.choose")}</option>}
							{KINDS.map((k) => <option value={k}>{word("act", k)}</option>)}
						</select>
					</label>
					{kind && <p class="remark">{word("act_about", kind)}</p>}
					{charter && <p class="notice">{tx("charter.signing", { hash: <a href={link("pact", c, "charter", charter)}><Hash hash={charter} /></a> })}</p>}
					{kind && <Loading of={status}>{(s) => <Form key={kind} schema={schema_of(kind, s)} value={kind === "publish" ? { leaf: at.get("leaf") ?? "", withdraw: at.get("withdraw") === "yes" } : { member: at.get("member") ?? "" }} submit={t("act.download")} send={wish} />}</Loading>}
				</li>
				<li class={`step ${made ? "now" : "later"}`}>
					<h2>{t("act.step_sign")}</h2>
					<p>{t("act.sign_about")}</p>
					<Command text={`entente sign ${made?.name ?? `${kind || "KIND"}.prepared`} --officer KEY`} />
					{made?.two && <p class="notice">{t("act.two")}</p>}
				</li>
				<li class={`step ${made ? "now" : "later"}`}>
					<h2>{t("act.step_submit")}</h2>
					<Submit c={c} />
				</li>
			</ol>
		</PageFrame>
	);
}

type Done = { waits: boolean; kind: string; leaf?: string };

function Submitted({ c, done }: { c: string; done: Done }): VNode {
	return (
		<p class="notice good" role="status">
			{done.waits ? t("act.waits") : t("act.written", { kind: word("act", act_kind(done.kind)) })}{" "}
			{done.leaf && <a href={link("pact", c, "acts", done.leaf)}>{t("act.see")}</a>} {done.waits && <a href={link("pact", c, "pending")}>{t("act.pending")}</a>}
		</p>
	);
}

// `told`: who shows what came of it, if this part of the page may be gone by then.
function Submit({ c, told }: { c: string; told?: (d: Done) => void }): VNode {
	const [file, set_file] = useState<{ name: string; text: string; key: string } | null>(null);
	const [problem, set_problem] = useState<Problem>();
	const [done, set_done] = useState<Done | null>(null);
	const [busy, set_busy] = useState(false);
	const send = async (): Promise<void> => {
		set_busy(true);
		set_problem(undefined);
		try {
			const a = await call<{ kind: string; leaf?: string }>("POST", `/coalitions/${c}/acts`, file!.text, { type: "text/plain", key: file!.key });
			(told ?? set_done)({ waits: a.status === 202, kind: a.data.kind, leaf: a.data.leaf });
		} catch (e) {
			set_problem(e instanceof Problem ? e : new Problem("io", 0, String(e)));
		} finally {
			set_busy(false);
		}
	};
	if (done) return <Submitted c={c} done={done} />;
	return (
		<>
			<TextDrop title={t("act.drop")} max={2 * 1024 * 1024} take={(text, name) => { set_problem(undefined); set_file({ name, text, key: fresh_key() }); }} />
			{file && (
				<>
					<p><strong><Theirs text={file.name} /></strong></p>
					<pre class="signed" tabIndex={0}><Theirs text={file.text.slice(0, 4000)} prose /></pre>
					<Trouble problem={problem} />
					<div class="buttons"><button type="button" class="main" disabled={busy} onClick={() => void send()}>{busy ? t("sending") : t("act.submit")}</button></div>
				</>
			)}
		</>
	);
}

export function PendingActs({ c }: { c: string }): VNode {
	const list = useList<Pending>(`/coalitions/${c}/acts/pending`, {}, (p) => p.id, ["act"]);
	const [problem, set] = useState<Problem>();
	const [done, set_done] = useState<Done | null>(null);
	const drop = (id: string): void => void call("DELETE", `/coalitions/${c}/acts/pending/${id}`).then(list.reload, (e: unknown) => set(e as Problem));
	// With the names of those who may sign it, as this node knows them; what was signed first has none.
	const fetch_again = (p: Pending): void => void call<string>("GET", `/coalitions/${c}/acts/pending/${p.id}`, undefined, { text: true })
		.then((a) => save(`${act_kind(p.kind)}-second.prepared`, a.data), (e: unknown) => set(e as Problem));
	return (
		<PageFrame title={t("act.pending")} up={[link("pact", c), t("nav.pact")]}>
			<p class="remark">{t("act.pending_about")}</p>
			{done && <Submitted c={c} done={done} />}
			<Trouble problem={list.problem ?? problem} reload={list.reload} />
			{!list.busy && list.items.length === 0 && !list.problem && <Empty title={t("act.pending_none")} />}
			{list.items.map((p) => (
				<section class="card">
					<h2>{word("act", act_kind(p.kind))}</h2>
					<p>{tx("act.first_by", { who: <Theirs text={p.by} />, officer: <Theirs text={p.officer} /> })} <Time at={p.made} /></p>
					<pre class="signed" tabIndex={0}><Theirs text={p.text} prose /></pre>
					<div class="buttons">
						<button type="button" onClick={() => fetch_again(p)}>{t("act.download")}</button>
						<button type="button" class="danger" onClick={() => drop(p.id)}>{t("act.drop_pending")}</button>
					</div>
					<p>{t("act.sign_about")}</p>
					<Command text={`entente sign ${act_kind(p.kind)}-second.prepared --officer KEY`} />
					<Submit c={c} told={(d) => { set_done(d); list.reload(); }} />
				</section>
			))}
		</PageFrame>
	);
}
