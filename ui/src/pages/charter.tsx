// The charter that stands, its versions, and what has changed between two of them.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { call, save } from "../api.js";
import { language, t, tx, word } from "../i18n.js";
import { useList, useLoad } from "../load.js";
import { Diff } from "../parts/diff.js";
import { Loading, PageFrame } from "../parts/page.js";
import { Command, Facts, Hash, LabelBadge, Names, Section, Theirs } from "../parts/text.js";
import { link } from "../route.js";
import { bytes_text } from "../time.js";
import type { Charter, Quorum } from "../types.js";

function quorum(q: Quorum | string): string {
	return q === "all" ? t("charter.all") : q === "no" ? t("charter.no") : String(q);
}

function list(v: string[] | string | undefined): string[] {
	return Array.isArray(v) ? v : v ? v.split(" ") : [];
}

export function CharterView({ c, hash }: { c: string; hash?: string }): VNode {
	const charter = useLoad<Charter>(`/coalitions/${c}/charters/${hash ?? "current"}`, ["standing"]);
	const versions = useList<Charter>(`/coalitions/${c}/charters`, {}, (x) => x.hash, ["standing"]).items;
	return (
		<PageFrame title={t("charter.title")} up={[link("pact", c), t("nav.pact")]}>
			<Loading of={charter}>
				{(x) => (
					<>
						<p class="lead">
							<strong><Theirs text={x.name} /></strong> · {t("pact.charter_version", { version: String(x.version) })} <span class={`badge ${x.current ? "good" : "none"}`}>{x.current ? t("charter.current") : t("charter.not_current")}</span>
						</p>
						<Rules x={x} />
						{x.prose && <Section title={t("charter.prose")}><div class="prose" dir="auto"><Theirs text={x.prose} prose /></div></Section>}
						<Versions c={c} all={versions} now={x} />
						<Section title={t("proof.title")}>
							<p>{tx("charter.hash", { hash: <code>{x.hash}</code> })}</p>
							<div class="buttons"><button type="button" onClick={() => void call<string>("GET", `/coalitions/${c}/charters/${x.hash}/text`, undefined, { text: true }).then((a) => save(`charter-${x.version}.txt`, a.data))}>{t("charter.text")}</button></div>
							<p><Command text={`entente charter hash charter-${x.version}.txt`} /></p>
						</Section>
					</>
				)}
			</Loading>
		</PageFrame>
	);
}

function Rules({ x }: { x: Charter }): VNode {
	const clearances = x.clearances.map((k) => ({ who: k.member === null ? t("charter.others") : (x.members.find((m) => m.id === k.member)?.label ?? k.member), is: k.class }));
	return (
		<Facts rows={[
			[t("charter.fields"), list(x.fields).map((f) => <span class="badge field">{word("field", f)}</span>)],
			[t("charter.members"), <Names list={x.members} />],
			[t("charter.force"), quorum(x.force)],
			[t("charter.accession"), quorum(x.accession)],
			[t("charter.observers"), quorum(x.observers)],
			[t("charter.suspension"), quorum(x.suspension)],
			[t("charter.ladder"), <>{x.ladder.map((l) => <><LabelBadge label={l} ladder={x.ladder} /> </>)}<span class="remark"><Theirs text={x.policy} /></span></>],
			clearances.length > 0 && [t("charter.clearances"), clearances.map((k) => <div><Theirs text={k.who} />: <LabelBadge label={k.is} ladder={x.ladder} /></div>)],
			x.two_person.length > 0 && [t("charter.two_person"), x.two_person.map((s) => word("act", s)).join(", ")],
			x.public_acts && [t("charter.public"), t("charter.public_acts")],
			[t("charter.quota"), t("charter.quota_is", { n: x.quota_entries, bytes: bytes_text(x.quota_payload_bytes, language.get()) })],
		]} />
	);
}

function Versions({ c, all, now }: { c: string; all: readonly Charter[]; now: Charter }): VNode | null {
	const [other, set] = useState("");
	const before = useLoad<Charter>(other ? `/coalitions/${c}/charters/${other}` : null);
	if (all.length === 0) return null;
	return (
		<Section title={t("charter.versions")}>
			<ul class="plain-list">
				{all.map((v) => (
					<li>
						<a href={link("pact", c, "charter", v.hash)} aria-current={v.hash === now.hash ? "true" : undefined}>{t("pact.charter_version", { version: String(v.version) })}</a>{" "}
						<Hash hash={v.hash} /> {v.current && <span class="badge good">{t("charter.current")}</span>}{" "}
						{v.hash !== now.hash && <button type="button" class="small" onClick={() => set(v.hash)}>{t("diff.with")}</button>}
					</li>
				))}
			</ul>
			{all.length === 1 && <p class="nothing">{t("charter.one")}</p>}
			{before.data?.text && now.text && <Diff from={before.data.text} to={now.text} from_name={t("pact.charter_version", { version: String(before.data.version) })} to_name={t("pact.charter_version", { version: String(now.version) })} />}
		</Section>
	);
}
