// A controller's card: only what this member plays, in order, with what to say and to whom; one key says that it is out.
import type { VNode } from "preact";
import { Loading, PageFrame } from "../../parts/page.js";
import { Empty, Theirs } from "../../parts/text.js";
import { Clocks, Gate, Mark, part_name, State, story, Unconfirmed, useTraining } from "./bits.js";
import { Ways } from "./exercise.js";
import { t, word } from "./msg.js";
import type { Exercise } from "./types.js";
import { list, str } from "./types.js";

export function CellPage({ c, id }: { c: string; id: string }): VNode {
	const x = useTraining<Exercise>(c, `/exercises/${id}`);
	return (
		<PageFrame title={t("way.cell")}>
			<Gate want="play">
				<Ways c={c} id={id} here="cell" />
				<Loading of={x}>
					{(d) => {
						const mine = d.injects.filter((i) => i.own && i.status !== "obsolete").sort((a, b) => (a.due.real ?? "9").localeCompare(b.due.real ?? "9") || str(a.content, "number").localeCompare(str(b.content, "number"), undefined, { numeric: true }));
						return (
							<>
								<Mark text={d.mark} /><Clocks k={d.clock} /><Unconfirmed k={d.clock} />
								{!mine.length && <Empty title={t("cell.none")}><p>{t("cell.none_next")}</p></Empty>}
								<div class="tr-cards">
									{mine.map((i) => (
										<section class={`card tr-card ${i.delivery ? "out" : ""}`}>
											<header><code>{str(i.content, "number")}</code> <strong><Theirs text={str(i.content, "title")} /></strong> <State of={i.delivery ? "released" : i.status} /></header>
											<p class="tr-card-when">{i.due.scenario ? story(i.due.scenario) : t("cell.by_hand")} · {word("word", str(i.content, "method") || "portal")} · {list(i.content, "to").map((o) => part_name(d.parts.find((p) => p.object === o))).join(", ") || str(i.content, "to_text") || "—"}</p>
											{str(i.content, "from_sim") && <p class="remark">{t("cell.as")} <Theirs text={str(i.content, "from_sim")} /></p>}
											<p class="prose"><Theirs text={str(i.content, "body")} prose /></p>
											{((i.content["expect"] ?? []) as { text: string; within_s?: number }[]).map((e) => <p class="tr-expect">→ <Theirs text={e.text} />{e.within_s ? <span class="remark"> {Math.round(e.within_s / 60)}′</span> : null}</p>)}
											{str(i.content, "notes") && <p class="remark"><Theirs text={str(i.content, "notes")} prose /></p>}
											{i.delivery && <p><a href={`/api/v1/coalitions/${c}/training/deliveries/${i.delivery}/card`} download>{t("cell.print")}</a></p>}
										</section>
									))}
								</div>
							</>
						);
					}}
				</Loading>
			</Gate>
		</PageFrame>
	);
}
