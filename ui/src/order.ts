// Which rows a table shows, in which order: numbers into the rows, so that sorting moves no row.

export type Sorting = { key: string; down: boolean };
const PLAIN = /^\d{4}-\d\d-\d\dT|^[0-9a-f]{64}$/;
type Col<T> = { key: string; text: (row: T) => string | number | null };

export function rows_in_order<T>(rows: readonly T[], columns: readonly Col<T>[], sorting: Sorting | null, filter: string): Uint32Array {
	const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
	let n = 0;
	const order = new Uint32Array(rows.length);
	for (let i = 0; i < rows.length; i++) {
		if (words.length === 0 || fits(rows[i]!, columns, words)) order[n++] = i;
	}
	const found = order.subarray(0, n);
	const column = sorting && columns.find((c) => c.key === sorting.key);
	if (!sorting || !column) return found;
	const value = new Array<string | number>(rows.length);
	for (const i of found) value[i] = column.text(rows[i]!) ?? "";
	const collate = new Intl.Collator(undefined, { numeric: true }).compare;
	// Times and hashes need no alphabet.
	const compare = (a: string, b: string): number => (a === b ? 0 : PLAIN.test(a) && PLAIN.test(b) ? (a < b ? -1 : 1) : collate(a, b));
	const sign = sorting.down ? -1 : 1;
	return found.sort((a, b) => {
		const x = value[a]!;
		const y = value[b]!;
		const c = typeof x === "number" && typeof y === "number" ? x - y : compare(String(x), String(y));
		return c ? sign * c : a - b;
	});
}

function fits<T>(row: T, columns: readonly Col<T>[], words: readonly string[]): boolean {
	let all = "";
	for (const c of columns) all += ` ${c.text(row) ?? ""}`;
	all = all.toLowerCase();
	return words.every((w) => all.includes(w));
}
