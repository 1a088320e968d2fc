// The lines that differ between two texts (Myers' greedy algorithm, with a ceiling on the work).

export type DiffLine = { side: "same" | "out" | "in"; text: string };
const WORK_MAX = 4000;

export function diff_lines(a: string, b: string): DiffLine[] {
	const x = a.split("\n");
	const y = b.split("\n");
	let head = 0;
	while (head < x.length && head < y.length && x[head] === y[head]) head++;
	let tail = 0;
	while (tail < x.length - head && tail < y.length - head && x[x.length - 1 - tail] === y[y.length - 1 - tail]) tail++;
	const same = (text: string): DiffLine => ({ side: "same", text });
	const middle = myers(x.slice(head, x.length - tail), y.slice(head, y.length - tail));
	return [...x.slice(0, head).map(same), ...middle, ...x.slice(x.length - tail).map(same)];
}

function myers(x: string[], y: string[]): DiffLine[] {
	const max = Math.min(x.length + y.length, WORK_MAX);
	const trace: Map<number, number>[] = [];
	let v = new Map<number, number>([[1, 0]]);
	for (let d = 0; d <= max; d++) {
		trace.push(new Map(v));
		for (let k = -d; k <= d; k += 2) {
			const down = k === -d || (k !== d && (v.get(k - 1) ?? -1) < (v.get(k + 1) ?? -1));
			let i = down ? (v.get(k + 1) ?? 0) : (v.get(k - 1) ?? 0) + 1;
			while (i < x.length && i - k < y.length && i - k >= 0 && x[i] === y[i - k]) i++;
			v.set(k, i);
			if (i >= x.length && i - k >= y.length) return walk(trace, x, y);
		}
		v = new Map(v);
	}
	// Too different to be worth it: all out, all in.
	return [...x.map((text): DiffLine => ({ side: "out", text })), ...y.map((text): DiffLine => ({ side: "in", text }))];
}

function walk(trace: Map<number, number>[], x: string[], y: string[]): DiffLine[] {
	const out: DiffLine[] = [];
	let i = x.length;
	let j = y.length;
	for (let d = trace.length - 1; d >= 0; d--) {
		const v = trace[d]!;
		const k = i - j;
		const down = k === -d || (k !== d && (v.get(k - 1) ?? -1) < (v.get(k + 1) ?? -1));
		const before = down ? k + 1 : k - 1;
		const bi = v.get(before) ?? 0;
		const bj = bi - before;
		while (i > bi && j > bj && i > 0 && j > 0) {
			out.push({ side: "same", text: x[--i]! });
			j--;
		}
		if (d === 0) break;
		if (down) out.push({ side: "in", text: y[--j]! });
		else out.push({ side: "out", text: x[--i]! });
	}
	return out.reverse();
}

// Runs of the same shortened to `context` lines about each change; null stands for what is left out.
export function diff_short(lines: readonly DiffLine[], context = 3): (DiffLine | null)[] {
	const near = lines.map((_, i) => {
		for (let j = Math.max(0, i - context); j <= Math.min(lines.length - 1, i + context); j++) if (lines[j]!.side !== "same") return true;
		return false;
	});
	const out: (DiffLine | null)[] = [];
	lines.forEach((l, i) => {
		if (near[i]) out.push(l);
		else if (out.length === 0 || out[out.length - 1] !== null) out.push(null);
	});
	return out;
}
