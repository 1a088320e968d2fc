// Pact: the coalition at a glance. Who has signed, who must still, what is only said; each with its proof.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { useCell } from "../cell.js";
import { language, t, tx, word } from "../i18n.js";
import { useLoad } from "../load.js";
import { lookalikes } from "../names.js";
import { useStatus } from "../overview.js";
import { Gantt, type Lane } from "../parts/gantt.js";
import { Lazy } from "../parts/lazy.js";
import { Loading, PageFrame } from "../parts/page.js";
import { Empty, Hash, Name, Names, Proof, Section, StandingBadge, Theirs, Time } from "../parts/text.js";
import { link } from "../route.js";
import { hello, may, mode } from "../state.js";
import type { Party, SignedAct, Standing, Status } from "../types.js";
import type { Spot } from "../parts/map.js";
import { StatementCards } from "./statements.js";

export const RANK: readonly Standing[] = ["member", "signed", "withdrawing", "suspended", "declared", "applied", "observer", "interested", "mentioned"];

export function act_kind(kind: string): string {
	return kind.replace(/\/\d+$/, "");
}

// The act that gives a party its standing: its own signature or accession, else its interest.
export function decisive(p: Party): SignedAct | undefined {
	for (const kind of ["withdraw", "sign", "accede", "interest"]) {
		const act = p.signed.filter((a) => act_kind(a.kind) === kind && a.mode === "real").at(-1);
		if (act) return act;
	}
	return undefined;
}

export function Pact({ c }: { c: string }): VNode {
	const status = useLoad<Status>(`/coalitions/${c}`, ["act", "standing", "log"]);
	const name = status.data?.name ?? t("nav.pact");
	return (
		<PageFrame title={name} shown={<Theirs text={name} />} side={<PactLinks c={c} />}>
			<Loading of={status}>{(s) => <Standings s={s} />}</Loading>
		</PageFrame>
	);
}

function PactLinks({ c }: { c: string }): VNode {
	return (
		<div class="tabs">
			<a href={link("pact", c, "charter")}>{t("charter.title")}</a>
			<a href={link("pact", c, "accession")}>{t("accession.title")}</a>
			<a href={link("pact", c, "acts")}>{t("acts.title")}</a>
			<a href={link("pact", c, "statements")}>{t("statements.title")}</a>
			{hello.get()?.public && <a href={`/public/${language.get()}/${c}`}>{t("pact.public")}</a>}
			{may("pact", "officer") && <a class="main" href={link("pact", c, "prepare")}>{t("act.prepare")}</a>}
		</div>
	);
}

function Standings({ s }: { s: Status }): VNode {
	const now = useCell(mode);
	const [map, show_map] = useState(false);
	const parties = [...s.parties].sort((a, b) => RANK.indexOf(a.status) - RANK.indexOf(b.status));
	const alike = lookalikes(s.parties);
	const said = [...s.parties.flatMap((p) => p.statements), ...s.statements_about_others].filter((x) => x.mode === now);
	return (
		<>
			<p class="lead">
				<span class={`badge ${s.in_force ? "good" : "wait"}`}>{s.in_force ? t("pact.in_force") : t("pact.not_in_force")}</span>{" "}
				{t("pact.signatures", { n: s.charter.signatures, all: s.charter.signatures_needed })}
				{s.charter.not_signed_by.length > 0 && <> · {tx("pact.missing", { who: <Names list={s.charter.not_signed_by} /> })}</>}
				{" · "}<a href={link("pact", s.coalition, "charter")}>{t("pact.charter_version", { version: String(s.charter.version) })}</a> <Hash hash={s.charter.hash} />
			</p>
			{now !== "real" && <p class="notice">{t("pact.play")}</p>}
			{s.warnings.length > 0 && <ul class="warnings">{s.warnings.map((w) => <li><Theirs text={w} prose /></li>)}</ul>}
			<Section title={t("pact.signed_title")} remark={t("pact.signed_remark")}>
				<table class="fold standing">
					<thead><tr><th scope="col">{t("party")}</th><th scope="col">{t("pact.standing")}</th><th scope="col">{t("pact.has_signed")}</th><th scope="col">{t("pact.to_come")}</th></tr></thead>
					<tbody>
						{parties.map((p) => <PartyRow s={s} p={p} alike={alike.has(p.id)} />)}
						{strangers(s).map((label) => <StrangerRow label={label} />)}
					</tbody>
				</table>
			</Section>
			<Section title={t("pact.said_title")} remark={t("pact.said_remark")} side={may("pact", "contributor") && <a href={link("pact", s.coalition, "say")}>{t("say.title")}</a>}>
				{said.length ? <StatementCards c={s.coalition} list={said} /> : <Empty title={t("statements.none")}>{t("statements.none_next")}</Empty>}
			</Section>
			<Section title={t("pact.timeline")}>
				<Gantt lanes={lanes(s)} title={t("pact.timeline")} />
			</Section>
			<Section title={t("map.title")}>
				{map ? <Lazy from={() => import("../parts/map.js")} spots={spots(s)} /> : <button type="button" onClick={() => show_map(true)}>{t("map.show")}</button>}
			</Section>
			<p class="remark">{tx("pact.digest", { digest: <Hash hash={s.standing_digest} n={16} /> })}</p>
		</>
	);
}

// Whom somebody has spoken of, but who is not even introduced here.
function strangers(s: Status): string[] {
	const known = new Set(s.parties.flatMap((p) => [p.label, p.id]));
	return [...new Set(s.statements_about_others.filter((x) => x.mode === "real" && !known.has(x.about)).map((x) => x.about))];
}

function StrangerRow({ label }: { label: string }): VNode {
	return (
		<tr>
			<td data-label={t("party")}><strong class="party"><Name label={label} /></strong><span class="self">{t("pact.stranger")}</span></td>
			<td data-label={t("pact.standing")}><StandingBadge status="mentioned" /></td>
			<td data-label={t("pact.has_signed")}>{t("pact.nothing_signed")}</td>
			<td data-label={t("pact.to_come")}>{t("pact.everything")}</td>
		</tr>
	);
}

function PartyRow({ s, p, alike }: { s: Status; p: Party; alike: boolean }): VNode {
	const act = decisive(p);
	const log = s.logs.find((l) => l.member === p.id);
	return (
		<tr>
			<td data-label={t("party")}>
				<a class="party" href={link("pact", s.coalition, "party", p.id)}><Name id={p.id} label={p.label} full alike={alike} /></a>
				{p.self && <span class="self">{t("pact.self")}</span>}
			</td>
			<td data-label={t("pact.standing")}>
				<StandingBadge status={p.status} in_force={s.in_force} /> {p.forked && <span class="badge bad">{t("pact.forked")}</span>}
				<Twice p={p} />
			</td>
			<td data-label={t("pact.has_signed")}>
				{act ? (
					<>
						<span>{word("did", act_kind(act.kind))}</span><br />
						<Time at={act.time} /><br />
						<Proof leaf={act.leaf} seq={act.seq} witnessed={act.witnessed} needed={act.witnesses_needed} href={link("log", s.coalition, `${p.id}.${act.epoch}`, act.seq)} />
					</>
				) : <span>{log && log.size > 0 && p.signed.length > 0 ? t("pact.no_act") : t("pact.nothing_signed")}</span>}
			</td>
			<td data-label={t("pact.to_come")}><ToCome s={s} p={p} /></td>
		</tr>
	);
}

// Its root keys have signed two documents of one version: both are kept, and somebody has to ask it why.
export function Twice({ p }: { p: Party }): VNode | null {
	const version = p.root?.signed_twice;
	return version ? <span class="badge bad" title={t("pact.twice_about", { version: String(version) })}>{t("pact.twice", { version: String(version) })}</span> : null;
}

function ToCome({ s, p }: { s: Status; p: Party }): VNode | null {
	if (p.status === "applied") {
		return (
			<>
				<strong>{t("pact.ratified", { n: p.ratified ?? 0, all: p.ratifications_needed ?? 0 })}</strong>
				{p.missing.length > 0 && <>: {tx("pact.still", { who: <Names list={p.missing} /> })}</>}
				{" "}<a href={link("pact", s.coalition, "accession", p.id)}>{t("accession.steps")}</a>
			</>
		);
	}
	if (p.status === "declared") return <>{t("pact.its_signature")}</>;
	if (p.status === "interested") return <>{t("pact.interest_next")}</>;
	if (p.status === "mentioned") return <>{t("pact.everything")}</>;
	if (p.status === "withdrawing") return <>{tx("pact.leaves", { when: <Time at={p.withdraws} bare /> })}</>;
	if (p.status === "suspended") return <>{tx("pact.suspended", { who: <Names list={p.suspended_by} /> })}</>;
	if (p.unwitnessed > 0) return <>{t("pact.unwitnessed", { n: p.unwitnessed })}</>;
	if (p.status === "signed" && !s.in_force) return <>{tx("pact.missing", { who: <Names list={s.charter.not_signed_by} /> })}</>;
	return <span class="none">—</span>;
}

function lanes(s: Status): Lane[] {
	const tone = (kind: string): "good" | "wait" | "bad" | "info" => kind === "withdraw" || kind === "suspend-relations" ? "bad" : kind === "interest" ? "wait" : kind === "sign" || kind === "accede" || kind === "ratify" ? "good" : "info";
	return s.parties.filter((p) => p.signed.length || p.statements.length).map((p) => ({
		id: p.id,
		title: p.label,
		bars: p.signed.filter((a) => a.mode === "real" && act_kind(a.kind) !== "introduction").map((a) => {
			const k = act_kind(a.kind);
			return { from: a.time, text: word("did", k), tone: tone(k), href: link("log", s.coalition, `${p.id}.${a.epoch}`, a.seq) };
		}),
	}));
}

function spots(s: Status): Spot[] {
	return s.parties.map((p) => ({
		name: p.label, words: word("standing", p.status === "signed" && s.in_force ? "member" : p.status),
		tone: p.member || p.status === "signed" ? "good" : p.status === "suspended" ? "bad" : p.status === "mentioned" ? "none" : p.status === "observer" ? "info" : "wait",
	}));
}

// Several coalitions side by side.
export function Pacts(): VNode {
	const status = useStatus();
	return (
		<PageFrame title={t("pact.side_by_side")}>
			<Loading of={status}>
				{(all) => {
					const ids = new Map(all.coalitions.flatMap((s) => s.parties.map((p) => [p.id, p.label] as const)));
					return (
						<div class="scroll-x" tabIndex={0} role="region" aria-label={t("pact.side_by_side")}>
							<table class="side-by-side">
								<thead>
									<tr><th scope="col">{t("party")}</th>{all.coalitions.map((s) => <th scope="col"><a href={link("pact", s.coalition)}><Theirs text={s.name} /></a></th>)}</tr>
								</thead>
								<tbody>
									<tr>
										<th scope="row">{t("pact.in_force_short")}</th>
										{all.coalitions.map((s) => <td><span class={`badge ${s.in_force ? "good" : "wait"}`}>{s.in_force ? t("pact.in_force") : t("pact.not_in_force")}</span><br /><span class="remark">{t("pact.signatures", { n: s.charter.signatures, all: s.charter.signatures_needed })}</span></td>)}
									</tr>
									{[...ids].map(([id, label]) => (
										<tr>
											<th scope="row"><Name id={id} label={label} full /></th>
											{all.coalitions.map((s) => {
												const p = s.parties.find((x) => x.id === id);
												return <td>{p ? <a class="bare" href={link("pact", s.coalition, "party", id)}><StandingBadge status={p.status} in_force={s.in_force} /></a> : <span class="none">—</span>}</td>;
											})}
										</tr>
									))}
								</tbody>
							</table>
						</div>
					);
				}}
			</Loading>
		</PageFrame>
	);
}
