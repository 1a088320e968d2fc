// Contracts, deliveries, payments; and the balance of each member: its share against what it has contracted and paid.
import type { VNode } from "preact";
import { Empty, Section, Theirs, Time } from "../../parts/text.js";
import { may } from "../../state.js";
import { Act, Cash, money, number } from "./bits.js";
import { Fold, RecordForm, utc, local, yes_no } from "./forms.js";
import { t, word } from "./msg.js";
import type { Contract, Fulfilment, Money, Process, Rec } from "./types.js";

function Balance({ p }: { p: Process }): VNode | null {
	const rows = p.participants.map((m) => {
		const share = p.share?.content.lines.find((l) => l.member === m.id)?.pays;
		const contracts = p.contracts.filter((x) => x.author === m.id);
		const ids = new Set(contracts.map((x) => x.object));
		return { label: m.label, share, contracted: contracts.reduce((a, x) => a + x.content.value.amount, 0), paid: p.fulfilment.filter((x) => ids.has(x.contract)).reduce((a, x) => a + x.paid.amount, 0) };
	});
	const currency = p.share?.content.lines[0]?.pays.currency;
	if (!currency) return null;
	const cash = (amount: number): Money => ({ amount, currency });
	const most = Math.max(1, ...rows.map((r) => Math.max(r.share?.amount ?? 0, r.contracted, r.paid)));
	return (
		<Section title={t("balance")}>
			<p class="legend"><span class="swatch alone" /> {t("pays")} <span class="swatch info" /> {t("contracted")} <span class="swatch pays" /> {t("paid_out")}</p>
			{rows.map((r) => (
				<figure class="balance">
					<figcaption><Theirs text={r.label} /> <small>{money(r.share)} · {money(cash(r.contracted))} · {money(cash(r.paid))}</small></figcaption>
					<svg viewBox="0 0 100 12" preserveAspectRatio="none" role="img" aria-label={`${r.label}: ${money(r.share)}, ${money(cash(r.contracted))}, ${money(cash(r.paid))}`}>
						<rect class="alone" y="0" width={(100 * (r.share?.amount ?? 0)) / most} height="3.5" /><rect class="info" y="4" width={(100 * r.contracted) / most} height="3.5" /><rect class="pays" y="8" width={(100 * r.paid) / most} height="3.5" />
					</svg>
				</figure>
			))}
		</Section>
	);
}

// What is written of an own contract: signed or ended, delivered, paid.
function Own({ c, p, contract: x, after }: { c: string; p: Process; contract: Rec<Contract>; after: () => void }): VNode {
	const now = local(Date.now());
	const done = (close: () => void) => (): void => { close(); after(); };
	const refers = { procurement: p.object, contract: x.object };
	return (
		<Section title={t("contract.own", { who: x.content.supplier })}>
			<Fold label={t("contract.change")}>{(close) => <RecordForm c={c} kind="contract" of={x} label={t("contract.change")} after={done(close)} fields={[{ key: "status", label: t("tender.status"), type: "choice", value: x.content.status, options: ["pending", "active", "terminated", "cancelled"].map((s) => [s, word("contract", s)] as const) }, { key: "signed", label: t("contract.signed"), type: "time", optional: true, value: x.content.dateSigned ? local(x.content.dateSigned) : now }, { key: "why", label: t("form.why"), optional: true, max: 4000 }]} make={(v) => ({ ...x.content, status: v["status"], ...(v["signed"] ? { dateSigned: utc(v["signed"]) } : {}), ...(v["why"] ? { rationale: v["why"] } : {}) })} />}</Fold>
			<Fold label={t("delivery.write")}>{(close) => <RecordForm c={c} kind="delivery" label={t("delivery.write")} after={done(close)} fields={[...(x.content.items.length > 1 ? [{ key: "item", label: t("delivery.item"), type: "choice" as const, options: x.content.items.map((i) => [i.id, i.description] as const) }] : []), { key: "quantity", label: t("need.quantity"), type: "number", step: "0.001" }, { key: "date", label: t("received"), type: "time", value: now }, { key: "accepted", label: t("delivery.accepted"), type: "choice", options: yes_no() }, { key: "text", label: t("form.text"), optional: true, max: 4000 }]} make={(v) => ({ ...refers, quantity: Number(v["quantity"]), date: utc(v["date"] ?? ""), accepted: v["accepted"] === "true", ...(v["item"] ? { item: v["item"] } : {}), ...(v["text"] ? { text: v["text"] } : {}) })} />}</Fold>
			<Fold label={t("payment.write")}>{(close) => <RecordForm c={c} kind="transaction" label={t("payment.write")} after={done(close)} fields={[{ key: "value", label: t("price"), type: "money" }, { key: "date", label: t("payment.date"), type: "time", value: now }, { key: "status", label: t("tender.status"), type: "choice", options: ["paid", "requested", "approved", "reconciled"].map((s) => [s, word("payment", s)] as const) }]} make={(v) => ({ ...refers, value: { amount: Number(v["value"]), currency: x.content.value.currency }, date: utc(v["date"] ?? ""), status: v["status"] })} />}</Fold>
			<p class="remark">{t("delivery.capability")}</p>
		</Section>
	);
}

const Over = (): VNode => <span class="badge bad">{t("over.more")}</span>;

// Of several items each, so that more of one does not hide less of another.
function Delivered({ of: f }: { of: Fulfilment }): VNode {
	return (
		<>
			<span>{number(f.delivered)} / {number(f.ordered)} {f.over_delivered && <Over />}</span>
			{f.items.length > 1 && <ul class="plain parts">{f.items.map((i) => <li><Theirs text={i.description} />: {number(i.delivered)} / {number(i.ordered)} {i.delivered > i.ordered && <Over />}</li>)}</ul>}
		</>
	);
}
function Paid({ of: f }: { of: Fulfilment }): VNode {
	return (
		<>
			<span><Cash of={f.paid} /> / <Cash of={f.value} /> {f.over_paid && <Over />}</span>
			<small class="parts">{t("owed")} <Cash of={f.owed} />{f.requested.amount !== 0 && <> · {word("payment", "requested")} <Cash of={f.requested} /></>}</small>
		</>
	);
}

export function Contracts({ c, p, after }: { c: string; p: Process; after: () => void }): VNode {
	const label = (id: string): string => p.participants.find((x) => x.id === id)?.label ?? id.slice(0, 8);
	const write = may("procurement", "officer") && p.is_participant && p.share && ["awarded", "contracted", "implementing"].includes(p.state) && !p.contracts.some((x) => x.own);
	return (
		<>
			{write && <p class="buttons"><Act path={`/coalitions/${c}/procurement/processes/${p.object}/contracts`} label={t("contracts.write")} after={after} /></p>}
			{p.contracts.length === 0 && <Empty title={t("contracts.none")}><p>{t("contracts.none_next")}</p></Empty>}
			{p.contracts.length > 0 && (
				<Section title={t("contracts")}>
					<table class="fold">
						<thead><tr><th scope="col">{t("member")}</th><th scope="col">{t("supplier")}</th><th scope="col">{t("price")}</th><th scope="col">{t("tender.status")}</th><th scope="col">{t("delivered")}</th><th scope="col">{t("paid_out")}</th></tr></thead>
						<tbody>
							{p.contracts.map((x) => {
								const f = p.fulfilment.find((y) => y.contract === x.object);
								return (
									<tr>
										<td data-label={t("member")}><Theirs text={label(x.content.buyer)} /></td><td data-label={t("supplier")}><Theirs text={x.content.supplier} /></td><td data-label={t("price")}><Cash of={x.content.value} /></td>
										<td data-label={t("tender.status")}><span class={`badge ${x.content.status === "active" ? "good" : "wait"}`}>{word("contract", x.content.status)}</span> {x.content.dateSigned && <Time at={x.content.dateSigned} bare />}</td>
										<td data-label={t("delivered")}>{f && <Delivered of={f} />}</td><td data-label={t("paid_out")}>{f && <Paid of={f} />}</td>
									</tr>
								);
							})}
						</tbody>
					</table>
				</Section>
			)}
			<Balance p={p} />
			{may("procurement", "contributor") && p.contracts.filter((x) => x.own).map((x) => <Own key={x.object} c={c} p={p} contract={x} after={after} />)}
		</>
	);
}
