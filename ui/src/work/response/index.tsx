// Rapid response: board, one request, readiness, alerts and their editor, map.
import { pages } from "../../route.js";
import type { Work } from "../work.js";
import { AlertEdit, AlertUpdate } from "./alert-edit.js";
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
	pages: pages({
		"": (_, { c }) => <Board c={c} />,
		"request/new": (_, { c }) => <RequestNew c={c} />,
		"request/:id": ({ id }, { c }) => <RequestPage c={c} id={id} />,
		"request/:id/plan": ({ id }, { c }) => <PlanPage c={c} id={id} />,
		"alerts": (_, { c }) => <Alerts c={c} />,
		"alerts/new": (_, { c }) => <AlertEdit c={c} />,
		"alerts/:id/update": ({ id }, { c }) => <AlertUpdate c={c} id={id} />,
		"map": (_, { c }) => <MapPage c={c} />,
		"readiness": (_, { c }) => <ReadinessPage c={c} />,
		"capabilities": (_, { c }) => <Capabilities c={c} />,
	}),
};
