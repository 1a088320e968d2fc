// The charter that stands, its versions and what has changed between two of them; what is proposed as the next, and who has signed it.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { call, fresh_key, Problem, save } from "../api.js";
import { language, t, tx, word } from "../i18n.js";
import { useList, useLoad } from "../load.js";
import { Diff } from "../parts/diff.js";
import { TextDrop } from "../parts/drop.js";
import { Loading, PageFrame } from "../parts/page.js";
import { Command, Facts, Hash, LabelBadge, Names, Section, Theirs, Trouble } from "../parts/text.js";
import { link } from "../route.js";
import { may } from "../state.js";
import { bytes_text } from "../time.js";
import type { Charter, Quorum, Status } from "../types.js";

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
							<strong><Theirs text={x.name} /></strong> · {t("pact.charter_version", { version: String(x.version) })} <State of={x} />
						</p>
						{x.proposed && <Signatures c={c} x={x} />}
						<Rules x={x} />
						{x.prose && <Section title={t("charter.prose")}><div class="prose" dir="auto"><Theirs text={x.prose} prose /></div></Section>}
						<Versions c={c} all={versions} now={x} />
						{may("pact", "officer") && <Propose c={c} />}
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

function State({ of: x }: { of: Charter }): VNode {
	if (x.current) return <span class="badge good">{t("charter.current")}</span>;
	return <span class={`badge ${x.proposed ? "wait" : "none"}`}>{x.proposed ? t("charter.proposed") : t("charter.not_current")}</span>;
}

// Who has put his name to what would be the next, and the way to do so.
function Signatures({ c, x }: { c: string; x: Charter }): VNode {
	const self = useLoad<Status>(`/coalitions/${c}`, ["standing"]).data?.self;
	const signed = x.signed_by ?? [], missing = x.not_signed_by ?? [];
	return (
		<Section title={t("charter.signatures")}>
			<Facts rows={[
				[t("charter.signed_by"), signed.length > 0 ? <Names list={signed} /> : t("charter.nobody")],
				missing.length > 0 && [t("charter.not_signed_by"), <Names list={missing} />],
			]} />
			<p class="remark">{t("charter.signatures_about")}</p>
			{may("pact", "officer") && missing.some((m) => m.id === self) && <div class="buttons"><a class="main" href={link("pact", c, "prepare", { kind: "sign", charter: x.hash })}>{t("charter.sign")}</a></div>}
		</Section>
	);
}

function Propose({ c }: { c: string }): VNode {
	const [file, set_file] = useState<{ name: string; text: string; key: string } | null>(null);
	const [problem, set_problem] = useState<Problem>();
	const [done, set_done] = useState(false);
	const send = (): void => {
		set_problem(undefined);
		void call("POST", `/coalitions/${c}/charters`, file!.text, { type: "text/plain", key: file!.key })
			.then(() => { set_file(null); set_done(true); }, (e: unknown) => set_problem(e instanceof Problem ? e : new Problem("io", 0, String(e))));
	};
	return (
		<Section title={t("charter.propose")}>
			<p class="remark">{t("charter.propose_about")}</p>
			<Command text="entente charter amend -o next.txt" />
			<TextDrop title={t("charter.propose_drop")} max={256 * 1024} take={(text, name) => { set_problem(undefined); set_done(false); set_file({ name, text, key: fresh_key() }); }} />
			{file && (
				<>
					<p><strong><Theirs text={file.name} /></strong></p>
					<pre class="signed" tabIndex={0}><Theirs text={file.text.slice(0, 4000)} prose /></pre>
					<Trouble problem={problem} />
					<div class="buttons"><button type="button" class="main" onClick={send}>{t("charter.propose_send")}</button></div>
				</>
			)}
			{done && <p class="notice good" role="status">{t("charter.propose_done")}</p>}
		</Section>
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
						<Hash hash={v.hash} /> {(v.current || v.proposed) && <State of={v} />}{" "}
						{v.hash !== now.hash && <button type="button" class="small" onClick={() => set(v.hash)}>{t("diff.with")}</button>}
					</li>
				))}
			</ul>
			{all.length === 1 && <p class="nothing">{t("charter.one")}</p>}
			{before.data?.text && now.text && <Diff from={before.data.text} to={now.text} from_name={t("pact.charter_version", { version: String(before.data.version) })} to_name={t("pact.charter_version", { version: String(now.version) })} />}
		</Section>
	);
}
