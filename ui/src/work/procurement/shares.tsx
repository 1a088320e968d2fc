// Who pays how much: alone, pro rata, Shapley, as agreed; and whether any group would rather leave.
import type { VNode } from "preact";
import { Loading } from "../../parts/page.js";
import { Empty, Section, Theirs } from "../../parts/text.js";
import { may } from "../../state.js";
import { Act, Cash, number, useProcure } from "./bits.js";
import { t, word } from "./msg.js";
import type { Process, Shares, ShareLine } from "./types.js";

function saving(l: ShareLine): number {
	return l.alone.amount > 0 ? Math.round((1000 * (l.alone.amount - l.pays.amount)) / l.alone.amount) / 10 : 0;
}

function Bars({ s, label }: { s: Shares; label: (l: ShareLine) => string }): VNode {
	const most = Math.max(1, ...s.lines.map((l) => Math.max(l.alone.amount, l.pays.amount)));
	return (
		<ul class="share-bars" aria-label={t("shares.chart")}>
			{s.lines.map((l) => (
				<li>
					<span><Theirs text={label(l)} /></span>
					<svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="alone" x="0" y="0" width={(100 * l.alone.amount) / most} height="3" /><rect class="pays" x="0" y="3" width={(100 * l.pays.amount) / most} height="3" /></svg>
				</li>
			))}
		</ul>
	);
}

export function ShareTable({ s, p }: { s: Shares; p: Process }): VNode {
	// By a key of its own, beside the share; where nothing was agreed, nothing is said.
	const admin = s.lines.some((l) => l.admin && l.admin.amount !== 0);
	const label = (l: ShareLine): string => l.label ?? p.participants.find((x) => x.id === l.member)?.label ?? l.member.slice(0, 8);
	return (
		<>
			<table class="fold">
				<thead><tr><th scope="col">{t("member")}</th><th scope="col">{t("need.quantity")}</th><th scope="col">{t("alone")}</th><th scope="col">{word("rule", "prorata")}</th><th scope="col">{word("rule", "shapley")}</th><th scope="col">{t("pays")}</th>{admin && <th scope="col">{t("admin")}</th>}<th scope="col">{t("saving")}</th></tr></thead>
				<tbody>
					{s.lines.map((l) => (
						<tr>
							<td data-label={t("member")}><Theirs text={label(l)} /></td><td data-label={t("need.quantity")}>{number(l.quantity)}</td><td data-label={t("alone")}><Cash of={l.alone} /></td><td data-label={word("rule", "prorata")}><Cash of={l.prorata} /></td>
							<td data-label={word("rule", "shapley")}><Cash of={l.shapley} /></td><td data-label={t("pays")}><strong><Cash of={l.pays} /></strong></td>{admin && <td data-label={t("admin")}><Cash of={l.admin} /></td>}<td data-label={t("saving")}>{saving(l)} %</td>
						</tr>
					))}
				</tbody>
			</table>
			<p class="legend"><span class="swatch alone" /> {t("alone")} <span class="swatch pays" /> {t("pays")}</p>
			<Bars s={s} label={label} />
			<p><span class={`badge ${s.core.startsWith("of ") ? "good" : "wait"}`}>{t("core")}</span> <Theirs text={s.core} /></p>
		</>
	);
}

export function SharesPage({ c, p, after }: { c: string; p: Process; after: () => void }): VNode {
	const ready = p.bids.some((b) => b.supplier) && !p.prices_hidden;
	const of = useProcure<Shares>(c, ready ? `processes/${p.object}/shares` : null);
	if (!ready) return <Empty title={t("shares.not_yet")}><p>{t("shares.not_yet_next")}</p></Empty>;
	return (
		<>
			{p.share && <Section title={t("shares.settled")} remark={word("rule", p.share.content.rule)}><ShareTable s={p.share.content} p={p} /></Section>}
			{p.is_lead && p.award && p.contracts.length === 0 && may("procurement", "officer") && <p class="buttons"><Act path={`/coalitions/${c}/procurement/processes/${p.object}/shares`} label={t("shares.settle")} after={after} /></p>}
			<Section title={t("shares.computed")} remark={t("shares.computed_remark")}><Loading of={of}>{(s) => <ShareTable s={s} p={p} />}</Loading></Section>
		</>
	);
}
