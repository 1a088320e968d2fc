// Shortcuts: what they are, and listening for them.
import type { VNode } from "preact";
import { cell, useCell } from "../cell.js";
import { t, type Key } from "../i18n.js";
import { Dialog } from "../parts/dialog.js";
import { go, link } from "../route.js";
import { coalition, letters, may } from "../state.js";
import { nav_items } from "./frame.js";
import { palette_open } from "./palette.js";

export const help_open = cell(false);

export function Help(): VNode | null {
	const open = useCell(help_open);
	const on = useCell(letters) === "on";
	if (!open) return null;
	const rows: [string, Key][] = [["Ctrl K", "help.palette"], ["/", "help.search"], ["?", "help.this"], ["n", "help.new"], ["↑ ↓", "help.rows"], ["Esc", "help.close"]];
	return (
		<Dialog title={t("help.title")} close={() => help_open.set(false)}>
			<dl class="shortcuts">
				{rows.map(([k, text]) => <div><dt><kbd>{k}</kbd></dt><dd>{t(text)}</dd></div>)}
				{nav_items(coalition.get()).filter((i) => i.keys).map((i) => <div><dt><kbd>{i.keys}</kbd></dt><dd>{t(i.key)}</dd></div>)}
			</dl>
			<label class="check"><input type="checkbox" checked={on} onChange={(e) => letters.set(e.currentTarget.checked ? "on" : "off")} /> {t("help.letters")}</label>
		</Dialog>
	);
}

function typing(e: KeyboardEvent): boolean {
	const el = e.target as HTMLElement;
	return el.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(el.tagName) || document.querySelector("dialog[open]") !== null;
}

// Fields that are not written in: what is lost with them is chosen again at once.
const CHOSEN: ReadonlySet<string> = new Set(["search", "checkbox", "radio", "select-one", "select-multiple", "range", "file"]);

// A field in which somebody has written, and which has not been sent: no letter leads away from it. What only looks for something is none.
function written(): boolean {
	return [...document.querySelectorAll<HTMLInputElement>("main [data-written]")].some((field) => field.value !== "");
}

function mark(e: Event): void {
	const at = e.target as HTMLInputElement;
	if (e.type === "submit") at.querySelectorAll<HTMLElement>("[data-written]").forEach((field) => delete field.dataset["written"]);
	else if (!CHOSEN.has(at.type) && at.closest("main") && !at.closest(".find")) at.dataset["written"] = "";
}

export function keys_start(): () => void {
	let before = "";
	let since = 0;
	const down = (e: KeyboardEvent): void => {
		if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "k") {
			e.preventDefault();
			palette_open.set(!palette_open.get());
			return;
		}
		if (e.ctrlKey || e.metaKey || e.altKey || letters.get() === "off" || typing(e)) return;
		const two = before && Date.now() - since < 1200 ? `${before} ${e.key}` : "";
		const item = two ? nav_items(coalition.get()).find((i) => i.keys === two) : undefined;
		before = e.key;
		since = Date.now();
		if (e.key === "?") help_open.set(true);
		else if (e.key === "/") palette_open.set(true);
		else if (written()) return;
		else if (item) go(item.href);
		else if (e.key === "n" && coalition.get() && may("records", "contributor")) go(link("records", coalition.get(), "new"));
		else return;
		e.preventDefault();
	};
	addEventListener("keydown", down);
	for (const kind of ["input", "submit"]) addEventListener(kind, mark, { capture: true });
	return () => {
		removeEventListener("keydown", down);
		for (const kind of ["input", "submit"]) removeEventListener(kind, mark, { capture: true });
	};
}
