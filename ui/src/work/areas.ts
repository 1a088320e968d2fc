// The four work areas. Each appears when the node has routes for it: what the API does not have, the shell does not show.
import { get } from "../api.js";
import { areas } from "../state.js";

export const AREAS = ["cyber", "training", "response", "procurement"] as const;
export type Area = (typeof AREAS)[number];

export function areas_in(paths: readonly string[]): Set<string> {
	return new Set(AREAS.filter((a) => paths.some((p) => p.split("/").includes(a))));
}

export async function areas_load(): Promise<void> {
	try {
		const doc = await get<{ paths?: Record<string, unknown> }>("/openapi.json");
		areas.set(areas_in(Object.keys(doc.paths ?? {})));
	} catch {
		// Without the document there are the pages of the shell itself.
	}
}
