// A member's page: its standing, each act of its own with the proof, its keys, what is said about it.
import type { VNode } from "preact";
import { t, tx, word } from "../i18n.js";
import { useLoad } from "../load.js";
import { useCell } from "../cell.js";
import { Loading, PageFrame } from "../parts/page.js";
import { Table } from "../parts/table.js";
import { Empty, Facts, Id, Name, Names, Proof, Section, StandingBadge, Theirs, Time } from "../parts/text.js";
import { link } from "../route.js";
import { may, mode } from "../state.js";
import type { Keys, PartyPage } from "../types.js";
import { act_kind, Twice } from "./pact.js";
import { StatementCards } from "./statements.js";

export function PartyView({ c, id }: { c: string; id: string }): VNode {
	const party = useLoad<PartyPage>(`/coalitions/${c}/parties/${id}`, ["act", "standing", "log"]);
	const now = useCell(mode);
	const label = party.data?.label ?? t("party");
	return (
		<PageFrame title={label} shown={party.data ? <Name id={id} label={label} full /> : label} up={[link("pact", c), t("nav.pact")]}>
			<Loading of={party}>
				{(p) => (
					<>
						<p class="lead"><StandingBadge status={p.status} /> <Theirs text={p.words} /> {p.forked && <a class="badge bad" href={link("log", c)}>{t("pact.forked")}</a>}</p>
						<Facts rows={[
							[t("party.id"), <code>{p.id}</code>],
							p.ratifications_needed !== undefined && p.ratifications_needed > 0 && [t("accession.ratifications"), <>{t("pact.ratified", { n: p.ratified ?? 0, all: p.ratifications_needed })}{p.ratified_by?.length ? <>: <Names list={p.ratified_by} /></> : null} · <a href={link("pact", c, "accession", p.id)}>{t("accession.steps")}</a></>],
							p.missing.length > 0 && [t("pact.to_come"), <Names list={p.missing} />],
							p.withdraws && [t("party.withdraws"), <Time at={p.withdraws} />],
							p.suspended_by.length > 0 && [t("party.suspended_by"), <Names list={p.suspended_by} />],
							p.root && [t("party.root"), <>{t("party.root_is", { version: String(p.root.version), k: String(p.root.threshold), n: p.root.keys })} {p.root.trial && <span class="badge wait">{t("party.trial")}</span>} <Twice p={p} />{p.root.signed_twice && <span class="remark"> {t("pact.twice_about", { version: String(p.root.signed_twice) })}</span>}</>],
						]} />
						{!p.self && may("pact", "officer") && (
							<div class="buttons">
								{p.status === "applied" && <a class="button main" href={link("pact", c, "prepare", { kind: "ratify", member: p.id })}>{word("act", "ratify")}</a>}
								{p.member && <a class="button" href={link("pact", c, "prepare", { kind: "suspend", member: p.id })}>{word("act", "suspend")}</a>}
								{p.suspended_by.length > 0 && <a class="button" href={link("pact", c, "prepare", { kind: "resume", member: p.id })}>{word("act", "resume")}</a>}
							</div>
						)}
						<Section title={t("party.acts")} remark={t("pact.signed_remark")}>
							<Table name={`acts-${p.label}`} plain rows={p.signed.filter((a) => a.mode === now)} id={(a) => a.leaf} empty={<Empty title={t("pact.nothing_signed")}>{t("pact.everything")}</Empty>}
								columns={[
									{ key: "what", title: t("acts.kind"), text: (a) => word("did", act_kind(a.kind)), show: (a) => a.words ? <Theirs text={act_kind(a.kind) === "introduction" ? a.words : word("did", act_kind(a.kind))} /> : word("did", act_kind(a.kind)) },
									{ key: "time", title: t("time"), text: (a) => a.time, show: (a) => <Time at={a.time} /> },
									{ key: "proof", title: t("proof.title"), text: (a) => a.leaf, show: (a) => <Proof leaf={a.leaf} seq={a.seq} witnessed={a.witnessed} needed={a.witnesses_needed} href={link("log", c, `${p.id}.${a.epoch}`, a.seq)} /> },
								]} />
						</Section>
						<Section title={t("pact.said_title")} remark={t("pact.said_remark")}>
							{p.statements.some((s) => s.mode === now) ? <StatementCards c={c} list={p.statements.filter((s) => s.mode === now)} /> : <Empty title={t("statements.none_about")} />}
						</Section>
						<Section title={t("party.keys")}>{p.keys ? <KeysView keys={p.keys} /> : <Empty title={t("party.no_keys")} />}</Section>
					</>
				)}
			</Loading>
		</PageFrame>
	);
}

export function KeysView({ keys }: { keys: Keys }): VNode {
	const roots = typeof keys.root_keys === "number" ? keys.root_keys : keys.root_keys.length;
	return (
		<Facts rows={[
			[t("keys.words"), <><strong class="words">{keys.words}</strong><br /><span class="remark">{t("keys.words_help")}</span></>],
			[t("keys.fingerprint"), <code>{keys.fingerprint}</code>],
			[t("party.root"), t("party.root_is", { version: String(keys.version), k: String(keys.threshold), n: roots })],
			[t("keys.officers"), keys.officers.length
				? <ul class="plain-list">{keys.officers.map((o) => <li><Theirs text={o.id} /> <span class="remark">{Array.isArray(o.scopes) ? o.scopes.join(", ") : o.scopes}</span>{o.until && <> · {tx("keys.until", { when: <Time at={o.until} bare /> })}</>}</li>)}</ul>
				: "—"],
			[t("keys.endpoints"), keys.endpoints.map((e) => <div><Theirs text={e} /></div>)],
			keys.tls.length > 0 && [t("keys.tls"), keys.tls.map((p) => <div><Id id={p} /></div>)],
		]} />
	);
}
