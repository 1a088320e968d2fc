// One procurement: who has signed, and its parts as pages of their own below one head.
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { PageFrame } from "../../parts/page.js";
import { Busy, LabelBadge, ModeBadge, Name, Section, Theirs, Time, Trouble } from "../../parts/text.js";
import { link } from "../../route.js";
import { may } from "../../state.js";
import { Act, Cash, Drill, State, Tick, Waits, useProcure } from "./bits.js";
import { Contracts } from "./contracts.js";
import { Evaluation } from "./evaluation.js";
import { Fold, RecordForm } from "./forms.js";
import { Lab } from "./lab.js";
import { t, word } from "./msg.js";
import { Opening } from "./opening.js";
import { PublicPage } from "./public.js";
import { SharesPage } from "./shares.js";
import { Supplier } from "./supplier.js";
import { TenderPart } from "./tender.js";
import type { Process } from "./types.js";

const PARTS = ["", "tender", "supplier", "opening", "evaluation", "lab", "shares", "contracts", "public"] as const;
export type Part = (typeof PARTS)[number];

const RULINGS = ["admitted", "upheld", "rejected", "withdrawn"];

// A complaint holds the award back until it is decided.
function Complaints({ c, p, after }: { c: string; p: Process; after: () => void }): VNode | null {
	const write = may("procurement", "contributor") && p.is_participant;
	const file = write && p.bids.length > 0 && !["complete", "cancelled", "unsuccessful"].includes(p.state);
	if (p.complaints.length === 0 && !file) return null;
	return (
		<Section title={t("complaints.title")} remark={t("complaints.remark")}>
			<ul class="plain">
				{p.complaints.map((x) => {
					const r = p.rulings.filter((y) => y.content.complaint === x.object).pop()?.content.ruling;
					return (
						<li>
							<strong><Theirs text={x.content.from} /></strong>: <Theirs text={x.content.text} prose /> <span class={`badge ${r === "admitted" ? "bad" : "none"}`}>{word("ruling", r ?? "filed")}</span>
							{write && p.is_lead && (!r || r === "admitted") && <Fold label={t("ruling")}>{(close) => <RecordForm c={c} kind="ruling" label={t("ruling")} after={() => { close(); after(); }} fields={[{ key: "ruling", label: t("ruling"), type: "choice", options: RULINGS.map((y) => [y, word("ruling", y)] as const) }, { key: "text", label: t("form.why"), type: "long", optional: true }]} make={(v) => ({ procurement: p.object, complaint: x.object, ruling: v["ruling"], ...(v["text"] ? { text: v["text"] } : {}) })} />}</Fold>}
						</li>
					);
				})}
			</ul>
			{file && <Fold label={t("complaint.file")}>{(close) => <RecordForm c={c} kind="complaint" label={t("complaint.file")} after={() => { close(); after(); }} fields={[{ key: "from", label: t("complaint.from") }, { key: "text", label: t("form.text"), type: "long", max: 20000 }]} make={(v) => ({ procurement: p.object, from: v["from"], text: v["text"] })} />}</Fold>}
		</Section>
	);
}

function Agreement({ c, p, after }: { c: string; p: Process; after: () => void }): VNode {
	const base = `/coalitions/${c}/procurement/processes/${p.object}`;
	const next = p.agreement_next;
	const me = p.participants.find((x) => x.own)?.id ?? "";
	const mine = (p.waits_for === "consent" && p.waits_for_me) || (next && me && !next.signed.includes(me) && !next.refused.includes(me));
	return (
		<>
			<Section title={t("agreement")} remark={p.agreement.content.ocid}>
				{p.agreement.content.text && <p class="prose"><Theirs text={p.agreement.content.text} prose /></p>}
				<p>{t("share_rule")}: {word("rule", p.agreement.content.shareRule)} · {t("budget")} <Cash of={p.agreement.content.budget} /></p>
				<table class="fold">
					<thead><tr><th scope="col">{t("member")}</th><th scope="col">{t("signed")}</th></tr></thead>
					<tbody>{p.participants.map((x) => <tr><td data-label={t("member")}><Name id={x.id} label={x.label} /> {x.id === p.lead.id && <span class="badge info">{t("lead")}</span>}</td><td data-label={t("signed")}>{x.refused ? <span class="badge bad">{t("refused")}</span> : <Tick on={x.signed} label={t("signed")} />}</td></tr>)}</tbody>
				</table>
				{next && <p class="remark">{t("agreement.next", { n: next.signed.length, all: p.participants.length })} <a href={link("records", c, next.agreement.object)}>{next.agreement.content.title}</a></p>}
				{mine && may("procurement", "officer") && <p class="buttons"><Act path={`${base}/agree`} body={{ agrees: true }} label={t("agree")} after={after} /> <Act path={`${base}/agree`} body={{ agrees: false }} label={t("refuse")} after={after} /></p>}
			</Section>
			<Complaints c={c} p={p} after={after} />
		</>
	);
}

function PartPage({ part, c, p, after }: { part: Part; c: string; p: Process; after: () => void }): VNode {
	if (part === "tender") return <TenderPart c={c} p={p} after={after} />;
	if (part === "supplier") return <Supplier c={c} p={p} />;
	if (part === "opening") return <Opening c={c} p={p} />;
	if (part === "evaluation") return <Evaluation c={c} p={p} after={after} />;
	if (part === "lab") return <Lab c={c} p={p} after={after} />;
	if (part === "shares") return <SharesPage c={c} p={p} after={after} />;
	if (part === "contracts") return <Contracts c={c} p={p} after={after} />;
	if (part === "public") return <PublicPage c={c} p={p} />;
	return <Agreement c={c} p={p} after={after} />;
}

// On a narrow screen the strip moves to the part that is shown.
function Tabs({ c, id, part, title }: { c: string; id: string; part: string; title: string }): VNode {
	const strip = useRef<HTMLElement>(null);
	useEffect(() => {
		const here = strip.current?.querySelector("[aria-current]");
		if (strip.current && here) strip.current.scrollLeft += here.getBoundingClientRect().left - strip.current.getBoundingClientRect().left - 24;
	}, [part]);
	return (
		<nav ref={strip} class="work-tabs process-tabs" aria-label={title}>
			{PARTS.map((x) => <a href={link("work", "procurement", c, "process", id, ...(x ? [x] : []))} aria-current={x === part ? "page" : undefined}>{word("part_tab", x || "agreement")}</a>)}
		</nav>
	);
}

export function ProcessPage({ c, id, part }: { c: string; id: string; part: Part }): VNode {
	const of = useProcure<Process>(c, `processes/${id}`);
	const p = of.data;
	const title = p?.agreement.content.title ?? t("board");
	return (
		<PageFrame title={title} shown={<Theirs text={title} />} up={[link("work", "procurement", c), t("board")]}>
			<Drill />
			<Trouble problem={of.problem} reload={of.reload} />
			{of.busy && !p && <Busy />}
			{p && (
				<>
					<p class="process-facts"><State state={p.state} /> <ModeBadge mode={p.agreement.mode} /> <LabelBadge label={p.agreement.label} /> {t("lead")} <Name id={p.lead.id} label={p.lead.label} /> {p.next && <>· {t("next")} <Time at={p.next} /></>}</p>
					<Waits of={p} />
					{p.ocid_of && <p class="note" role="status"><span class="badge bad">{t("ocid.twice")}</span> <a href={link("work", "procurement", c, "process", p.ocid_of)}>{p.agreement.content.ocid}</a></p>}
					<Tabs c={c} id={id} part={part} title={title} />
					<PartPage part={part} c={c} p={p} after={of.reload} />
				</>
			)}
		</PageFrame>
	);
}
