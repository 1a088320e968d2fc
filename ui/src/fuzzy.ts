// How well what is typed fits a command: null not at all, larger is better.
const fold = (s: string): string => s.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

// What is called by the words that were typed comes before what only has them somewhere in its text; else as it was.
export function titles_first<T>(rows: readonly T[], title: (row: T) => string, typed: string): T[] {
	const words = fold(typed).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
	const called = (row: T): boolean => {
		const have = ` ${fold(title(row)).replace(/[^\p{L}\p{N}]+/gu, " ")} `;
		return words.every((w, i) => have.includes(i === words.length - 1 ? ` ${w}` : ` ${w} `));
	};
	return [...rows.filter(called), ...rows.filter((r) => !called(r))];
}

export function fuzzy(typed: string, text: string): number | null {
	const want = fold(typed).replace(/\s+/g, " ").trim();
	const have = fold(text);
	if (!want) return 0;
	const whole = have.indexOf(want);
	if (whole >= 0) return 1000 - whole - have.length / 100 + (whole === 0 || have[whole - 1] === " " ? 500 : 0);
	let at = 0;
	let score = 0;
	for (const c of want) {
		if (c === " ") continue;
		const next = have.indexOf(c, at);
		if (next < 0) return null;
		score += next === at ? 8 : have[next - 1] === " " ? 6 : 1;
		at = next + 1;
	}
	return score - have.length / 100;
}
