// Times as people on duty read them: local with its zone, and Zulu beside.

// Making a formatter costs a thousand times what using it does.
const made = new Map<string, Intl.DateTimeFormat | Intl.RelativeTimeFormat>();
function once<T extends Intl.DateTimeFormat | Intl.RelativeTimeFormat>(key: string, make: () => T): T {
	let f = made.get(key) as T | undefined;
	if (!f) made.set(key, (f = make()));
	return f;
}

// CET, EET: the same letters in every language here; many catalogues of browsers have only "GMT+1" in theirs.
export function zone_name(at: Date, zone?: string): string {
	const parts = once(`zone ${zone}`, () => new Intl.DateTimeFormat("en-GB", { timeZoneName: "short", timeZone: zone })).formatToParts(at);
	return parts.find((p) => p.type === "timeZoneName")?.value ?? "";
}

type Fields = { date: string; clock: string };

function fields(at: Date, zone: string | undefined): Fields {
	const parts = once(`clock ${zone}`, () => new Intl.DateTimeFormat("en-GB", {
		timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
	})).formatToParts(at);
	const of = (type: string): string => parts.find((p) => p.type === type)?.value ?? "";
	return { date: `${of("year")}-${of("month")}-${of("day")}`, clock: `${of("hour")}:${of("minute")}` };
}

export type Shown = { date: string; clock: string; zone: string; zulu: string };

// { date: "2025-03-18", clock: "10:30", zone: "CET", zulu: "09:30Z" }; zulu has the day too where it differs.
export function time_parts(iso: string, zone?: string): Shown | null {
	const at = new Date(iso);
	if (Number.isNaN(at.getTime())) return null;
	const local = fields(at, zone);
	const utc = fields(at, "UTC");
	const zulu = `${utc.date === local.date ? "" : `${utc.date.slice(8)}T`}${utc.clock}Z`;
	return { ...local, zone: zone_name(at, zone), zulu };
}

// "2 hours ago", "in 3 days", in the reader's language.
export function age(iso: string, now_ms: number, lang = "en"): string {
	const s = (new Date(iso).getTime() - now_ms) / 1000;
	const form = once(`age ${lang}`, () => new Intl.RelativeTimeFormat(lang, { numeric: "auto", style: "short" }));
	const a = Math.abs(s);
	if (a < 60) return form.format(Math.round(s), "second");
	if (a < 3600) return form.format(Math.round(s / 60), "minute");
	if (a < 86_400) return form.format(Math.round(s / 3600), "hour");
	if (a < 86_400 * 60) return form.format(Math.round(s / 86_400), "day");
	return form.format(Math.round(s / (86_400 * 30.44)), "month");
}

// The military date-time group: 180930Z MAR 25.
export function dtg(iso: string): string {
	const at = new Date(iso);
	if (Number.isNaN(at.getTime())) return "";
	const two = (n: number): string => String(n).padStart(2, "0");
	const month = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"][at.getUTCMonth()]!;
	return `${two(at.getUTCDate())}${two(at.getUTCHours())}${two(at.getUTCMinutes())}Z ${month} ${two(at.getUTCFullYear() % 100)}`;
}

// What <input type="datetime-local"> holds, from and to UTC text.
export function local_to_utc(text: string): string | null {
	const at = new Date(text);
	return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

export function utc_to_local(iso: string): string {
	const at = new Date(iso);
	if (Number.isNaN(at.getTime())) return "";
	const here = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
	return here.toISOString().slice(0, 16);
}

export function bytes_text(n: number, lang = "en"): string {
	const unit = n < 1024 ? 0 : n < 1024 ** 2 ? 1 : n < 1024 ** 3 ? 2 : 3;
	const value = n / 1024 ** unit;
	return `${value.toLocaleString(lang, { maximumFractionDigits: unit && value < 100 ? 1 : 0 })} ${["B", "KiB", "MiB", "GiB"][unit]}`;
}
