// Points and rings: CAP has "latitude,longitude", GeoJSON and d3 longitude first.
export type Point = [lon: number, lat: number];

export function polygon_of(text: string): Point[] {
	return text.trim().split(/\s+/).map((p) => p.split(",").map(Number)).filter((p) => p.length === 2 && p.every(Number.isFinite)).map(([lat, lon]) => [lon!, lat!]);
}

export function polygon_text(points: readonly Point[]): string {
	if (points.length === 0) return "";
	const all = [...points, points[0]!];
	return all.map(([lon, lat]) => `${lat.toFixed(4)},${lon.toFixed(4)}`).join(" ");
}

// A circle of CAP, "lat,lon radius" in km, as a ring of 48 points: near enough to be drawn.
export function circle_of(text: string): Point[] {
	const m = /^\s*(-?[\d.]+),(-?[\d.]+)\s+([\d.]+)\s*$/.exec(text);
	if (!m) return [];
	const [lat, lon, km] = [Number(m[1]), Number(m[2]), Number(m[3])];
	const dy = km / 111.2;
	const dx = dy / Math.max(0.05, Math.cos((lat * Math.PI) / 180));
	return Array.from({ length: 49 }, (_, i) => [lon + dx * Math.cos((i * Math.PI) / 24), lat + dy * Math.sin((i * Math.PI) / 24)]);
}
