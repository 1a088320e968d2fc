// Where a time axis has its marks: whole minutes, hours, days, months or years, at most `n` of them.

const M = 60_000;
const H = 60 * M;
const D = 24 * H;
const STEPS = [M, 5 * M, 15 * M, H, 3 * H, 6 * H, 12 * H, D, 2 * D, 7 * D, 14 * D];

export type Tick = { at: number; unit: "minute" | "day" | "month" | "year" };

export function ticks(from: number, to: number, n: number): Tick[] {
	const span = Math.max(to - from, 1);
	const out: Tick[] = [];
	const step = STEPS.find((s) => span / s <= n);
	if (step) {
		const shift = new Date(from).getTimezoneOffset() * M;
		for (let at = Math.ceil((from - shift) / step) * step + shift; at <= to; at += step) out.push({ at, unit: step < D ? "minute" : "day" });
		return out;
	}
	const months = [1, 3, 6, 12, 24, 60, 120].find((m) => span / (m * 30.44 * D) <= n) ?? 240;
	const first = new Date(from);
	for (let m = Math.ceil((first.getFullYear() * 12 + first.getMonth()) / months) * months; ; m += months) {
		const at = new Date(Math.floor(m / 12), m % 12, 1).getTime();
		if (at > to) return out;
		if (at >= from) out.push({ at, unit: months < 12 ? "month" : "year" });
	}
}

export function tick_text(tick: Tick, lang: string): string {
	const at = new Date(tick.at);
	if (tick.unit === "minute") {
		const midnight = at.getHours() === 0 && at.getMinutes() === 0;
		return at.toLocaleString(lang, midnight ? { day: "numeric", month: "short" } : { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
	}
	if (tick.unit === "day") return at.toLocaleDateString(lang, { day: "numeric", month: "short" });
	return at.toLocaleDateString(lang, tick.unit === "month" ? { month: "short", year: "2-digit" } : { year: "numeric" });
}
