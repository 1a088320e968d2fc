// What Excel and LibreOffice put on the clipboard: rows of cells with tabs between, quotes where a cell holds a tab, a line or a quote.
export function paste_cells(text: string): string[][] {
	const rows: string[][] = [];
	let row: string[] = [];
	let cell = "";
	let quoted = false;
	let fresh = true;
	const end_cell = (): void => {
		row.push(cell);
		cell = "";
		fresh = true;
	};
	const end_row = (): void => {
		end_cell();
		rows.push(row);
		row = [];
	};
	for (let i = 0; i < text.length; i++) {
		const ch = text[i]!;
		if (quoted) {
			if (ch === '"' && text[i + 1] === '"') cell += text[++i]!;
			else if (ch === '"') quoted = false;
			else cell += ch;
		} else if (ch === '"' && fresh) {
			quoted = true;
			fresh = false;
		} else if (ch === "\t") end_cell();
		else if (ch === "\r" && text[i + 1] === "\n") continue;
		else if (ch === "\n" || ch === "\r") end_row();
		else {
			cell += ch;
			fresh = false;
		}
	}
	if (cell || row.length) end_row();
	return rows;
}

export const csv_of = (rows: readonly string[][]): string => rows.map((r) => r.map((c) => `"${c.replaceAll('"', '""')}"`).join(",")).join("\r\n") + "\r\n";

// "2026-01-01 09:30", "09:30" on the day of the story's beginning, "+00:30" from it; null: no time.
export function story_parse(text: string, epoch: string): string | null {
	const s = text.trim();
	const rel = /^\+(\d{1,3}):(\d\d)(?::(\d\d))?$/.exec(s);
	if (rel) return new Date(Date.parse(epoch) + (Number(rel[1]) * 3600 + Number(rel[2]) * 60 + Number(rel[3] ?? 0)) * 1000).toISOString();
	const clock = /^(\d{1,2}):?(\d\d)(?::(\d\d))?Z?$/.exec(s);
	const whole = clock ? `${epoch.slice(0, 10)}T${clock[1]!.padStart(2, "0")}:${clock[2]}:${clock[3] ?? "00"}Z` : s.replace(" ", "T").replace(/(T\d\d:\d\d)$/, "$1:00").replace(/([^Z])$/, "$1Z");
	const at = new Date(whole);
	return /^\d{4}-\d\d-\d\dT/.test(whole) && !Number.isNaN(at.getTime()) ? at.toISOString() : null;
}
