// Rapid response: board, one request, readiness, alerts and their editor, map.
import type { VNode } from "preact";
import type { Work } from "../work.js";
import { AlertEdit } from "./alert-edit.js";
import { Alerts } from "./alerts.js";
import { Board } from "./board.js";
import { MapPage } from "./map-page.js";
import { load, t } from "./msg.js";
import { PlanPage } from "./plan.js";
import { Capabilities, ReadinessPage } from "./readiness.js";
import { RequestNew } from "./request-new.js";
import { RequestPage } from "./request.js";
import "./style.css";

export const work: Work = {
	load,
	tabs: () => [
		{ path: "", title: t("board") }, { path: "alerts", title: t("alerts") }, { path: "map", title: t("map") },
		{ path: "readiness", title: t("readiness") }, { path: "capabilities", title: t("capabilities") },
	],
	page(c, path): VNode | null {
		const [first, second] = path;
		if (first === undefined) return <Board c={c} />;
		if (first === "request" && second === "new") return <RequestNew c={c} />;
		if (first === "request" && second && path[2] === "plan") return <PlanPage c={c} id={second} />;
		if (first === "request" && second && path[2] === undefined) return <RequestPage c={c} id={second} />;
		if (first === "alerts" && second === "new") return <AlertEdit c={c} />;
		if (first === "alerts" && second === undefined) return <Alerts c={c} />;
		if (first === "map" && second === undefined) return <MapPage c={c} />;
		if (first === "readiness" && second === undefined) return <ReadinessPage c={c} />;
		if (first === "capabilities" && second === undefined) return <Capabilities c={c} />;
		return null;
	},
};
