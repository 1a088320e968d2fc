// How an inject arrives in another workspace: an alert and a report are made of its text, or given here in full; a request and a tender always are.
// The node asks that workspace at once, and says what is wrong with it.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { Dialog } from "../../parts/dialog.js";
import { Theirs } from "../../parts/text.js";
import { t, word } from "./msg.js";
import type { Content, Exercise } from "./types.js";
import { str } from "./types.js";

export const NATIVE = ["alert", "cyber", "request", "procurement"];

// The least that each workspace takes; "+4h" is a time after the release.
function first(method: string, x: Exercise, c: Content): string {
	const title = str(c, "title");
	const situation = str(c, "body") || title;
	if (method === "request") return JSON.stringify({ code: str(c, "number"), title, situation, location: { name: str(c, "location") || "…" }, offers_due: "+4h", lines: [{ line: 1, type: "HCP", quantity: 1, needed_by: "+24h" }] }, null, 2);
	if (method !== "procurement") return "";
	return JSON.stringify({
		title, currency: "EUR", estimate: { amount: 1000, currency: "EUR" }, lots: [{ id: "1", title, reserve: { amount: 1000, currency: "EUR" } }],
		items: [{ id: "1", relatedLot: "1", description: title, quantity: 1, unit: "H87", relatedBuyer: x.participants[0]?.id ?? "" }],
		questionsUntil: "+30m", deadline: "+4h", openAt: "+6h", fallbackAt: "+2d", graceMinutes: 10, standstillDays: 0, threshold: 2, padding: [4096], award: {}, status: "draft",
	}, null, 2);
}

export function NativeDialog({ x, content, can, save, close }: { x: Exercise; content: Content; can: boolean; save: (native: string) => Promise<string | null>; close: () => void }): VNode {
	const method = str(content, "method");
	const [text, set] = useState(str(content, "native") || first(method, x, content));
	const [bad, say] = useState("");
	const [busy, wait] = useState(false);
	const go = async (e: Event): Promise<void> => {
		e.preventDefault();
		try {
			if (text.trim()) JSON.parse(text);
		} catch (error) {
			return say(String(error instanceof Error ? error.message : error));
		}
		wait(true);
		const problem = await save(text.trim());
		wait(false);
		if (problem === null) close();
		else say(problem);
	};
	return (
		<Dialog title={t("native.title", { as: word("word", method) })} close={close} wide>
			<form class="form" onSubmit={(e) => void go(e)}>
				<p class="remark">{t(method === "alert" || method === "cyber" ? "native.made" : "native.given")} {t("native.times")}</p>
				<label class="field-title">{t("native.json")}<textarea class="tr-native" rows={18} spellcheck={false} readOnly={!can} value={text} onInput={(e) => set(e.currentTarget.value)} /></label>
				{bad && <p class="field-bad" role="alert"><Theirs text={bad} prose /></p>}
				<div class="buttons">{can && <button type="submit" class="main" disabled={busy}>{t("save")}</button>}<button type="button" onClick={close}>{t("cancel")}</button></div>
			</form>
		</Dialog>
	);
}
