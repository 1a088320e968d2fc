// The standing of all coalitions and what needs somebody, for Home and the tray alike.
import { useEffect, useMemo } from "preact/hooks";
import { useCell } from "./cell.js";
import { useLoad, type Loaded } from "./load.js";
import { needs, type Need } from "./needs.js";
import { may, mode } from "./state.js";
import type { AllStatus, NeedRow, Page } from "./types.js";

export function useStatus(): Loaded<AllStatus> {
	return useLoad<AllStatus>(may("pact", "reader") ? "/status" : null, ["act", "standing", "log", "peer", "record"]);
}

// What has not been done in time becomes urgent without an event.
const LOOK_MS = 30000;

// `data` is not there until the node has said what needs somebody; with a `problem` beside it, it is from before.
export function useNeeds(): Loaded<Need[]> {
	const of = useLoad<Page<NeedRow>>("/needs", ["act", "standing", "log", "peer", "record"]);
	const { data, reload } = of;
	const now = useCell(mode);
	useEffect(() => {
		const timer = setInterval(reload, LOOK_MS);
		return () => clearInterval(timer);
	}, [reload]);
	const list = useMemo(() => data && needs(data.items, now), [data, now]);
	return { ...of, data: list };
}
