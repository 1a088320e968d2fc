// Comma-separated values as spreadsheets read them (RFC 4180, with a byte order mark). A cell that a spreadsheet would run is made text.
//
// A spreadsheet opens a file by the customs of its country: where a comma parts a number from its fraction, a semicolon parts the cells, and 1.5 would be the first of May.
// So a table on a page follows the language of the page. Files that programs read (API and commands) have commas and points, whoever asks.

export type Custom = { cell: "," | ";"; fraction: "." | "," };

export function csv_custom(language: string): Custom {
	const comma = new Intl.NumberFormat(language).format(1.5).includes(",");
	return comma ? { cell: ";", fraction: "," } : { cell: ",", fraction: "." };
}

const NUMBER = /^-?\d+(\.\d+)?$/;

export function csv_cell(value: unknown, custom: Custom = { cell: ",", fraction: "." }): string {
	let s = value === null || value === undefined ? "" : String(value);
	if (typeof value === "number" && NUMBER.test(s)) s = s.replace(".", custom.fraction);
	else if (/^[=+\-@\t\r]/.test(s) && !NUMBER.test(s)) s = `'${s}`;
	return /["\r\n]/.test(s) || s.includes(custom.cell) ? `"${s.replaceAll('"', '""')}"` : s;
}

export function csv_text(rows: readonly (readonly unknown[])[], custom?: Custom): string {
	const cell = custom?.cell ?? ",";
	return `\ufeff${rows.map((r) => r.map((v) => csv_cell(v, custom)).join(cell)).join("\r\n")}\r\n`;
}
