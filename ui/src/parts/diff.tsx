// What has changed between two texts. Signs and words say it, colour only repeats it.
import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import { diff_lines, diff_short } from "../diff.js";
import { t } from "../i18n.js";
import { Theirs } from "./text.js";

export function Diff({ from, to, from_name, to_name }: { from: string; to: string; from_name: string; to_name: string }): VNode {
	const lines = useMemo(() => diff_short(diff_lines(from, to)), [from, to]);
	if (lines.every((l) => !l || l.side === "same")) return <p class="nothing">{t("diff.same")}</p>;
	const sign = { same: " ", in: "+", out: "−" } as const;
	return (
		<figure class="diff">
			<figcaption><span class="out">− {from_name}</span> <span class="in">+ {to_name}</span></figcaption>
			<div class="diff-lines" tabIndex={0} role="group" aria-label={t("diff.title")}>
				{lines.map((l) => l
					? <div class={`diff-line ${l.side}`}><span class="sign">{sign[l.side]}</span><Theirs text={l.text || " "} prose /></div>
					: <div class="diff-gap">…</div>)}
			</div>
		</figure>
	);
}
