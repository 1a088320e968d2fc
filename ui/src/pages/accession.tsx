// An accession, step by step: what has been done by whom, with the proof; what is next, and who does it.
import type { VNode } from "preact";
import { t, tx, word } from "../i18n.js";
import { useList, useLoad } from "../load.js";
import { Loading, PageFrame } from "../parts/page.js";
import { Command, Empty, Name, Names, Proof, StandingBadge, Theirs, Time } from "../parts/text.js";
import { link } from "../route.js";
import { may } from "../state.js";
import type { Act, Party, PartyRef, SignedAct, Status } from "../types.js";
import { act_kind } from "./pact.js";

const COMES_SO = new Set(["interested", "applied", "observer", "member", "mentioned"]);

export function comes_by_accession(p: Party): boolean {
	return !p.founder && COMES_SO.has(p.status);
}

export function Accessions({ c }: { c: string }): VNode {
	const status = useLoad<Status>(`/coalitions/${c}`, ["act", "standing"]);
	return (
		<PageFrame title={t("accession.title")} up={[link("pact", c), t("nav.pact")]}>
			<Loading of={status}>
				{(s) => {
					const list = s.parties.filter(comes_by_accession);
					if (list.length === 0) return <Empty title={t("accession.none")}><p>{t("accession.none_next")}</p><Command text="entente join CHARTER --introduce PARTY.root" /></Empty>;
					return (
						<ul class="plain-list big">
							{list.map((p) => (
								<li>
									<a href={link("pact", c, "accession", p.id)}><Name id={p.id} label={p.label} full /></a> <StandingBadge status={p.status} />{" "}
									{p.ratifications_needed ? t("pact.ratified", { n: p.ratified ?? 0, all: p.ratifications_needed }) : null}
								</li>
							))}
						</ul>
					);
				}}
			</Loading>
		</PageFrame>
	);
}

export function Accession({ c, id }: { c: string; id: string }): VNode {
	const status = useLoad<Status>(`/coalitions/${c}`, ["act", "standing"]);
	const label = status.data?.parties.find((x) => x.id === id)?.label;
	return (
		<PageFrame title={label ? t("accession.of", { who: label }) : t("accession.title")} shown={label && tx("accession.of", { who: <Name id={id} label={label} full /> })}
			up={[link("pact", c, "accession"), t("accession.title")]}>
			<Loading of={status}>
				{(s) => {
					const p = s.parties.find((x) => x.id === id);
					return p ? p.founder ? <Founder s={s} p={p} /> : <Steps s={s} p={p} /> : <Empty title={t("problem.missing")} />;
				}}
			</Loading>
		</PageFrame>
	);
}

type StepState = "done" | "now" | "later" | "skipped";

function Step({ state, title, children }: { state: StepState; title: string; children?: preact.ComponentChildren }): VNode {
	return (
		<li class={`step ${state}`} aria-current={state === "now" ? "step" : undefined}>
			<h3>{title} <span class={`badge ${state === "done" ? "good" : state === "now" ? "wait" : "none"}`}>{t(`step.${state}`)}</span></h3>
			{children}
		</li>
	);
}

function Signed({ c, id, act }: { c: string; id: string; act: SignedAct | Act }): VNode {
	return <p><Time at={act.time} /> <Proof leaf={act.leaf} seq={act.seq} witnessed={act.witnessed} needed={act.witnesses_needed} href={link("log", c, `${id}.${act.epoch}`, act.seq)} /></p>;
}

// Who has founded the coalition comes by its own signature under the charter.
function Founder({ s, p }: { s: Status; p: Party }): VNode {
	const signed = p.signed.filter((a) => act_kind(a.kind) === "sign" && a.mode === "real").at(-1);
	return (
		<>
			<p class="lead"><StandingBadge status={p.status} in_force={s.in_force} /> {t("accession.founder")}</p>
			<ol class="steps">
				<Step state={signed ? "done" : "now"} title={word("act", "sign")}>
					{signed && <Signed c={s.coalition} id={p.id} act={signed} />}
					{!signed && p.self && may("pact", "officer") && <a class="button main" href={link("pact", s.coalition, "prepare", { kind: "sign" })}>{word("act", "sign")}</a>}
				</Step>
			</ol>
		</>
	);
}

function Steps({ s, p }: { s: Status; p: Party }): VNode {
	const of = (kind: string): SignedAct | undefined => p.signed.filter((a) => act_kind(a.kind) === kind && a.mode === "real").at(-1);
	const interest = of("interest");
	const accede = of("accede");
	const officer = may("pact", "officer");
	const needed = p.ratifications_needed ?? 0;
	return (
		<>
			<p class="lead"><StandingBadge status={p.status} /> <Theirs text={p.words} /></p>
			<ol class="steps">
				<Step state="done" title={t("step.introduced")}><p>{t("step.introduced_about")}</p></Step>
				<Step state={interest ? "done" : accede ? "skipped" : "now"} title={t("step.interest")}>
					<p>{t("step.interest_about")}</p>
					{interest && <Signed c={s.coalition} id={p.id} act={interest} />}
					{!interest && !accede && p.self && officer && <a class="button" href={link("pact", s.coalition, "prepare", { kind: "interest" })}>{word("act", "interest")}</a>}
				</Step>
				<Step state={accede ? "done" : interest ? "now" : "later"} title={t("step.accede")}>
					<p>{tx("step.accede_about", { who: <Name label={p.label} /> })}</p>
					{accede && <Signed c={s.coalition} id={p.id} act={accede} />}
					{!accede && p.self && officer && <a class="button main" href={link("pact", s.coalition, "prepare", { kind: "accede" })}>{word("act", "accede")}</a>}
				</Step>
				<Step state={p.member ? "done" : accede ? "now" : "later"} title={t("step.ratify")}>
					{accede && <p><strong>{t("pact.ratified", { n: p.ratified ?? 0, all: needed })}</strong></p>}
					<p class="remark">{t("step.ratify_about")}</p>
					<Ratifications s={s} p={p} />
				</Step>
				<Step state={p.member ? "done" : "later"} title={t("step.member")}>
					<p>{p.member ? tx("step.member_done", { who: <Name label={p.label} /> }) : p.missing.length ? tx("step.member_missing", { who: <Names list={p.missing} /> }) : t("step.member_later")}</p>
				</Step>
			</ol>
		</>
	);
}

function Ratifications({ s, p }: { s: Status; p: Party }): VNode {
	const acts = useList<Act>(`/coalitions/${s.coalition}/acts`, { kind: "ratify/1" }, (a) => a.leaf, ["act"]).items;
	const row = (m: PartyRef, done: boolean): VNode => {
		const act = done ? acts.find((a) => a.member === m.id && a.about?.id === p.id) : undefined;
		return (
			<li>
				<span class={`badge ${done ? "good" : "none"}`}>{done ? t("step.ratified") : t("step.not_yet")}</span> <Name id={m.id} label={m.label} />
				{act && <Signed c={s.coalition} id={m.id} act={act} />}
				{!done && m.id === s.self && may("pact", "officer") && <> <a class="button main" href={link("pact", s.coalition, "prepare", { kind: "ratify", member: p.id })}>{word("act", "ratify")}</a></>}
			</li>
		);
	};
	return <ul class="plain-list">{(p.ratified_by ?? []).map((m) => row(m, true))}{p.missing.map((m) => row(m, false))}</ul>;
}
