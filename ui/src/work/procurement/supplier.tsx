// The supplier's desk: what a supplier types on its own machine, without an account here; and what this node has receipted.
import type { VNode } from "preact";
import { Command, Empty, Facts, Section } from "../../parts/text.js";
import { t } from "./msg.js";
import type { Process } from "./types.js";

export function Supplier({ c, p }: { c: string; p: Process }): VNode {
	const url = `${location.origin}/procure/${c}/${p.object}`;
	if (!p.seal?.keyed) return <Empty title={t("supplier.not_yet")}><p>{t("supplier.not_yet_next")}</p></Empty>;
	return (
		<>
			<p>{t("supplier.intro")}</p>
			<ol class="steps">
				<li>{t("supplier.fetch")}<br /><Command text={`entente bid fetch ${url} --trust members.txt`} /></li>
				<li>{t("supplier.seal")}<br /><Command text="entente bid seal tender.json bid.json" /></li>
				<li>{t("supplier.submit", { n: p.seal.receipts })}<br /><Command text={`entente bid submit tender.json ${url}`} /></li>
				<li>{t("supplier.receipts")}<br /><Command text="entente bid receipts tender.json" /></li>
				<li>{t("supplier.withdraw")}<br /><Command text="entente bid withdraw tender.json" /></li>
			</ol>
			<Section title={t("supplier.here")}>
				<Facts rows={[[t("bids.commits"), String(p.seal.commits)], [t("bids.in_force"), String(p.seal.in_force)], [t("bids.arrived"), String(p.seal.sealed)]]} />
				<p class="remark">{t("supplier.no_names")}</p>
			</Section>
		</>
	);
}
