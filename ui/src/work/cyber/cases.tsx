// The cases board: by state, and beside it tasks, questions and notices.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { PageFrame } from "../../parts/page.js";
import { Busy, Empty, LabelBadge, Name, Theirs, Time, Trouble } from "../../parts/text.js";
import { link } from "../../route.js";
import { may } from "../../state.js";
import { Drill, useCyberList } from "./bits.js";
import { t, word } from "./msg.js";
import type { Kind, Rec } from "./types.js";

const TONE: Record<string, string> = { critical: "bad", high: "bad", medium: "wait", low: "info" };
export function Severity({ s }: { s: string | null | undefined }): VNode | null {
	return s ? <span class={`badge ${TONE[s] ?? "none"}`}>{word("severity", s)}</span> : null;
}
export function StatusBadge({ s }: { s: string | null | undefined }): VNode | null {
	return s ? <span class={`badge ${s === "open" || s === "published" ? "wait" : s === "contained" ? "info" : s === "draft" ? "none" : "good"}`}>{word("status", s)}</span> : null;
}
export const case_link = (c: string, object: string): string => link("work", "cyber", c, "cases", object);

export function Card({ c, r, state }: { c: string; r: Rec; state?: boolean }): VNode {
	const late = r.due !== null && r.status === "open" && r.due < new Date().toISOString();
	return (
		<li class={`case-card ${r.severity ?? ""}`}>
			<a class="case-title" href={case_link(c, r.object)}><Theirs text={r.title || r.answer || r.kind} /></a>
			<p class="case-facts">{state && <StatusBadge s={r.status} />}<Severity s={r.severity} />{r.type && <span class="badge info">{word("notice", r.type)}</span>} {r.for && <>{t("case.for")} <Name id={r.for.id} label={r.for.label} /></>} {r.due && <span class={late ? "late" : ""}>{t("case.due")} <Time at={r.due} /></span>}</p>
			<p class="case-facts"><Name id={r.owner.id} label={r.owner.label} /> <Time at={r.time} /> <LabelBadge label={r.label} /></p>
		</li>
	);
}

const STATES: Record<Exclude<Kind, "answer">, string[]> = { case: ["open", "contained", "closed"], task: ["open", "done", "withdrawn"], rfi: ["open", "closed"], notice: ["draft", "published", "done"] };
const KINDS = Object.keys(STATES) as Exclude<Kind, "answer">[];

export function CasesPage({ c }: { c: string }): VNode {
	const [kind, set] = useState<Exclude<Kind, "answer">>("case");
	const list = useCyberList<Rec>(c, "cases", { kind, limit: "200" }, (r) => `${r.object} ${r.leaf}`);
	const fresh = may("cyber", "contributor") && <a class="main" href={link("work", "cyber", c, "cases", "new", { kind })}>{t(`new.${kind}`)}</a>;
	return (
		<PageFrame title={t("cases")} side={fresh}>
			<Drill />
			<div class="chips" role="group" aria-label={t("cases")}>{KINDS.map((k) => <button type="button" aria-pressed={kind === k} onClick={() => set(k)}>{t(`kind.${k}`)}</button>)}</div>
			<Trouble problem={list.problem} reload={list.reload} />
			{list.busy && <Busy />}
			{!list.busy && !list.problem && list.items.length === 0 && <Empty title={t(`none.${kind}`)}><p>{t("none.next")}</p>{fresh}</Empty>}
			{list.items.length > 0 && (
				<div class="board">
					{STATES[kind].map((s) => {
						const mine = list.items.filter((r) => r.status === s);
						return <section class="lane"><h2>{word("status", s)} <small>{mine.length}</small></h2><ul class="plain">{mine.map((r) => <Card key={r.object} c={c} r={r} />)}</ul></section>;
					})}
				</div>
			)}
			{list.more && <button type="button" onClick={list.more}>{t("more")}</button>}
		</PageFrame>
	);
}
