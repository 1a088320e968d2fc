// Comma-separated values as spreadsheets read them (RFC 4180). A cell that a spreadsheet would run is made text.

export function csv_cell(value: unknown): string {
	let s = value === null || value === undefined ? "" : String(value);
	if (/^[=+\-@\t\r]/.test(s) && !/^-?\d+(\.\d+)?$/.test(s)) s = `'${s}`;
	return /[",\r\n]/.test(s) ? `"${s.replaceAll('"', '""')}"` : s;
}

export function csv_text(rows: readonly (readonly unknown[])[]): string {
	return `\ufeff${rows.map((r) => r.map(csv_cell).join(",")).join("\r\n")}\r\n`;
}
