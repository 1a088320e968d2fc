// Where a request is accepted by two people: what one of them has accepted and another has still to confirm, exactly as it stands there.
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { call, Problem } from "../../api.js";
import { cell, useCell } from "../../cell.js";
import { LabelBadge, Section, Theirs, Time, Trouble } from "../../parts/text.js";
import { may, session } from "../../state.js";
import { useResponse } from "./bits.js";
import { t } from "./msg.js";
import type { Dossier, Waiting } from "./types.js";

// Counted up when this page has proposed something.
export const proposed = cell(0);

export function Second({ c, d }: { c: string; d: Dossier }): VNode | null {
	const all = useResponse<{ waiting: Waiting[] }>(c, d.own && d.content.four_eyes ? "acceptances-waiting" : null);
	const [problem, set] = useState<Problem>();
	const n = useCell(proposed);
	// They are in no log, so no event tells of them.
	useEffect(() => {
		all.reload();
		const timer = setInterval(all.reload, 10_000);
		return () => clearInterval(timer);
	}, [all.reload, n]);
	const act = async (method: "POST" | "DELETE", path: string): Promise<void> => {
		set(undefined);
		try {
			await call(method, `/coalitions/${c}/response/acceptances-waiting/${path}`, method === "POST" ? {} : undefined);
		} catch (e) {
			set(e instanceof Problem ? e : new Problem("io", 0, String(e)));
		}
		all.reload();
	};
	const here = all.data?.waiting.filter((w) => w.content.request === d.object) ?? [];
	if (here.length === 0) return null;
	return (
		<Section title={t("second.title")}>
			<Trouble problem={problem} />
			<div class="offers">
				{here.map((w) => {
					const offer = d.offers.find((o) => o.object === w.content.offer);
					const own = w.proposed_by === session.get()?.user?.name;
					return (
						<div class="offer-card second" key={w.hash}>
							<p class="offer-head"><Theirs text={offer?.author_label ?? "?"} /> <LabelBadge label={w.label} /></p>
							<ul>{w.content.items.map((i) => <li>{t("second.item", { quantity: i.quantity, line: i.line })}</li>)}</ul>
							<p class="remark">{t("accept.waiting")}<Time at={w.content.commit_by} /></p>
							{offer && offer.leaf !== w.content.offer_leaf && <p class="problem">{t("second.old")}</p>}
							<p>{own ? t("second.own") : t("second.by", { who: w.proposed_by })} <Time at={w.made} /></p>
							{may("response", "officer") && (
								<div class="buttons">
									{!own && <button type="button" class="main" onClick={() => void act("POST", `${w.hash}/confirm`)}>{t("second.confirm")}</button>}
									<button type="button" onClick={() => void act("DELETE", w.hash)}>{t("second.drop")}</button>
								</div>
							)}
						</div>
					);
				})}
			</div>
		</Section>
	);
}
