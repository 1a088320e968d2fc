// The pipeline: every joint procurement as a card in the column of its state; what waits for me can be shown alone.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { PageFrame } from "../../parts/page.js";
import { useCell } from "../../cell.js";
import { Busy, Empty, LabelBadge, Name, Section, Theirs, Time, Trouble } from "../../parts/text.js";
import { link } from "../../route.js";
import { may, mode } from "../../state.js";
import { Cash, Drill, State, Waits, useProcure, useProcureList } from "./bits.js";
import { t, word } from "./msg.js";
import type { Balance, Card } from "./types.js";

const COLUMNS: readonly (readonly [string, readonly string[]])[] = [
	["agreeing", ["proposed", "agreed"]], ["tendering", ["keyed", "open"]], ["opening", ["closed", "opened"]], ["evaluating", ["evaluating", "awardProposed"]],
	["standstill", ["standstill"]], ["contracting", ["awarded", "contracted"]], ["delivering", ["implementing"]], ["ended", ["complete", "cancelled", "unsuccessful"]],
];

function CardBox({ c, card }: { c: string; card: Card }): VNode {
	return (
		<li class={card.waits_for_me ? "pipe-card mine" : "pipe-card"}>
			<h3><a href={link("work", "procurement", c, "process", card.object)}><Theirs text={card.title} /></a></h3>
			<p><State state={card.state} /> <LabelBadge label={card.label} /></p>
			<p><Cash of={card.value} /> · {t("members", { n: card.members })} · {t("lead")} <Name id={card.lead.id} label={card.lead.label} /></p>
			{card.next && <p>{t("next")} <Time at={card.next} /></p>}
			<Waits of={card} />
			{card.complaints > 0 && <p class="badge bad">{t("complaints", { n: card.complaints })}</p>}
		</li>
	);
}

// Over all procurements: shown, never a rule.
function GlobalBalance({ c }: { c: string }): VNode | null {
	const now = useCell(mode);
	const of = useProcure<Balance>(c, `balance?mode=${now}`);
	if (!of.data?.lines.length) return null;
	return (
		<Section title={t("balance.global")} remark={t("balance.remark")}>
			<table class="fold">
				<thead><tr><th scope="col">{t("member")}</th><th scope="col">{t("pays")}</th><th scope="col">{t("contracted")}</th><th scope="col">{t("paid_out")}</th><th scope="col">{t("balance.national")}</th></tr></thead>
				<tbody>{of.data.lines.map((l) => <tr><td data-label={t("member")}><Name id={l.member} label={l.label} /></td><td data-label={t("pays")}><Cash of={l.share} /></td><td data-label={t("contracted")}><Cash of={l.contracted} /></td><td data-label={t("paid_out")}><Cash of={l.paid} /></td><td data-label={t("balance.national")}><Cash of={l.national} /></td></tr>)}</tbody>
			</table>
		</Section>
	);
}

export function Board({ c }: { c: string }): VNode {
	const list = useProcureList<Card>(c, "board");
	const [mine, set_mine] = useState(false);
	const shown = list.items.filter((x) => !mine || x.waits_for_me);
	const fresh = may("procurement", "contributor") && <a class="main" href={link("work", "procurement", c, "needs")}>{t("needs")}</a>;
	return (
		<PageFrame title={t("board")} side={fresh}>
			<Drill />
			<Trouble problem={list.problem} reload={list.reload} />
			<p><label class="check"><input type="checkbox" checked={mine} onChange={(e) => set_mine(e.currentTarget.checked)} /> {t("board.mine")}</label></p>
			{list.busy && <Busy />}
			{!list.busy && !list.problem && list.items.length === 0 && <Empty title={t("board.none")}><p>{t("board.none_next")}</p>{fresh}</Empty>}
			{list.items.length > 0 && (
				<div class="pipeline">
					{COLUMNS.map(([name, states]) => {
						const cards = shown.filter((x) => states.includes(x.state));
						return (
							<section class={cards.length ? "pipe-column" : "pipe-column bare"}>
								<h2>{word("column", name)} <span class="count">{cards.length}</span></h2>
								<ul>{cards.map((x) => <CardBox key={x.object} c={c} card={x} />)}</ul>
							</section>
						);
					})}
				</div>
			)}
			{list.items.length > 0 && <GlobalBalance c={c} />}
			{list.more && <button type="button" onClick={list.more}>…</button>}
		</PageFrame>
	);
}
