// What the public sees: the open contracting record, what is withheld and why, and how anybody verifies the opening.
import type { VNode } from "preact";
import { BASE } from "../../api.js";
import { Command, Section, Theirs, Time } from "../../parts/text.js";
import { t, word } from "./msg.js";
import type { Process } from "./types.js";

export function PublicPage({ c, p }: { c: string; p: Process }): VNode {
	const ocds = (circle: string): string => `${BASE}/coalitions/${c}/procurement/processes/${p.object}/ocds?circle=${circle}`;
	const withheld = p.tender?.content.withheld ?? [];
	return (
		<>
			<Section title={t("public.record")} remark={p.agreement.content.ocid}>
				<p>{t("public.remark")}</p>
				<p class="buttons">{["public", "third", "member"].map((x) => <a class="button" href={ocds(x)} download={`${p.agreement.content.ocid}-${x}.json`}>{word("circle", x)}</a>)}</p>
				<p class="buttons">{["tender/items", "awards", "contracts", "contracts/implementation/transactions"].map((x) => <a class="button" href={`${ocds("member")}&table=${x}`} download={`${p.agreement.content.ocid}-${x.replaceAll("/", "-")}.csv`}>CSV: <code>{x}</code></a>)}</p>
				<p>{t("public.door")} <Command text={`${location.origin}/procure/${c}/${p.object}/ocds`} /></p>
			</Section>
			<Section title={t("withheld")}>
				{withheld.length === 0 && <p class="remark">{t("withheld.none")}</p>}
				<ul class="plain">{withheld.map((x) => <li><code><Theirs text={x.field} /></code>: <Theirs text={x.rationale} /> {x.availabilityDate && <>· {t("until")} <Time at={x.availabilityDate} /></>}</li>)}</ul>
			</Section>
			<Section title={t("public.verify")}><p>{t("public.verify_remark")}</p><Command text="entente procure verify transcript.eseal" /></Section>
		</>
	);
}
