// The opening: who has signed which closing, which officers have confirmed, and the matrix of bids and members filling with shares; then what was read out.
import type { VNode } from "preact";
import { Command, Empty, Hash, Section, Theirs, Time } from "../../parts/text.js";
import { BASE } from "../../api.js";
import { Cash, Countdown, Tick } from "./bits.js";
import { t, word } from "./msg.js";
import type { Bid, Process, Seal } from "./types.js";

const label_of = (s: Seal, holder: number): string => s.holders.find((h) => h.holder === holder)?.label ?? String(holder);

function Closings({ s }: { s: Seal }): VNode {
	return (
		<Section title={t("closings")} remark={t("closings.remark", { k: s.k })}>
			{s.closings.length === 0 && <p class="remark">{t("closings.none")} <Countdown to={s.grace_until} /></p>}
			<ul class="plain">
				{s.closings.map((x) => (
					<li class={x.stands ? "closing stands" : "closing"}>
						<Hash hash={x.root} n={24} /> {t("closings.by", { who: label_of(s, x.by), n: x.commits })} · {t("closings.signed", { who: x.signed_by.map((h) => label_of(s, h)).join(", ") })}
						{x.dissent.length > 0 && <> · <span class="badge bad">{t("closings.dissent", { who: x.dissent.map((h) => label_of(s, h)).join(", ") })}</span></>}
						{x.dropped > 0 && <> · <span class="badge bad">{t("closings.dropped", { n: x.dropped })}</span></>}
						{x.stands && <> · <span class="badge good">{t("closings.stands")}</span></>}
					</li>
				))}
			</ul>
		</Section>
	);
}

function Matrix({ s, bids }: { s: Seal; bids: readonly Bid[] }): VNode {
	return (
		<div class="scroll">
			<table class="matrix">
				<thead><tr><th scope="col">{t("bid")}</th>{s.holders.map((h) => <th scope="col"><Theirs text={h.label} /></th>)}<th scope="col">{t("bid.state")}</th></tr></thead>
				<tbody>
					{bids.map((b) => (
						<tr class={b.state === "opened" || b.state === "self-opened" ? "lit" : ""}>
							<th scope="row">{b.supplier ? <Theirs text={b.supplier} /> : <Hash hash={b.bid} n={8} />}</th>
							{s.holders.map((h) => <td><Tick on={b.shares.includes(h.holder)} label={h.label} /></td>)}
							<td><span class={`badge ${b.state === "opened" || b.state === "self-opened" ? "good" : b.state === "sealed" ? "wait" : "bad"}`}>{word("bid_state", b.state)}</span> {b.shares.length}/{s.k}</td>
						</tr>
					))}
				</tbody>
			</table>
		</div>
	);
}

// A bundle's price is for the whole of its lots, a tier's for one unit: side by side they would look alike.
export function Offers({ b }: { b: Bid }): VNode {
	return (
		<>
			{b.content?.bundles?.map((x) => <div class="offer">{t(x.lots.length > 1 ? "lots" : "lot")} {x.lots.join(", ")}: <Cash of={x.price} /> <span class="badge info">{t("offer.whole")}</span></div>)}
			{b.content?.tiers?.map((x) => <div class="offer">{t("lot")} {x.lot}, {x.from}–{x.to}: <Cash of={x.unitPrice} /> <span class="badge none">{t("offer.each")}</span></div>)}
		</>
	);
}

export function Opening({ c, p }: { c: string; p: Process }): VNode {
	const s = p.seal;
	if (!s) return <Empty title={t("supplier.not_yet")} />;
	return (
		<>
			<Closings s={s} />
			{s.root && (
				<Section title={t("officers")} remark={t("of", { n: s.confirmed, all: s.confirmations_needed })}>
					<p>{t("officers.remark")}</p>
					{s.confirmed < s.confirmations_needed && <Command text={`entente procure open ${p.object} --officer KEY`} />}
				</Section>
			)}
			{p.bids.length > 0 && <Section title={t("shares.matrix")} remark={t("shares.matrix_remark", { k: s.k })}><Matrix s={s} bids={p.bids} /></Section>}
			{p.bids.some((b) => b.supplier) && (
				<Section title={t("read_out")} remark={p.prices_hidden ? t("prices_hidden") : undefined}>
					<table class="fold">
						<thead><tr><th scope="col">{t("supplier")}</th><th scope="col">{t("nation")}</th><th scope="col">{t("received")}</th><th scope="col">{t("offers")}</th></tr></thead>
						<tbody>{p.bids.map((b) => <tr><td data-label={t("supplier")}><Theirs text={b.supplier ?? "–"} /></td><td data-label={t("nation")}>{b.nation}</td><td data-label={t("received")}><Time at={b.received} /></td><td data-label={t("offers")}>{p.prices_hidden ? "●●●" : <Offers b={b} />}</td></tr>)}</tbody>
					</table>
				</Section>
			)}
			{s.findings.length > 0 && (
				<Section title={t("findings")}>
					<ul class="plain">{s.findings.map((f) => <li><span class={`badge ${f.offence ? "bad" : "wait"}`}>{word("finding", f.finding)}</span> {f.member_label && <strong><Theirs text={f.member_label} /></strong>} {f.text}</li>)}</ul>
				</Section>
			)}
			<p><a class="button" href={`${BASE}/coalitions/${c}/procurement/processes/${p.object}/transcript`} download>{t("transcript")}</a> <Command text="entente procure verify transcript.eseal" /></p>
		</>
	);
}
