// Joint procurement: pipeline, needs and pools, one procurement with its parts.
import type { VNode } from "preact";
import type { Work } from "../work.js";
import { Board } from "./board.js";
import { load, t } from "./msg.js";
import { Needs, PoolPage } from "./needs.js";
import { ProcessPage } from "./process.js";
import "./style.css";

export const work: Work = {
	load,
	tabs: () => [{ path: "", title: t("board") }, { path: "needs", title: t("needs") }],
	page(c, path): VNode | null {
		const [first, second, third] = path;
		if (first === undefined) return <Board c={c} />;
		if (first === "needs" && second === undefined) return <Needs c={c} />;
		if (first === "pool" && second && third === undefined) return <PoolPage c={c} id={second} />;
		if (first === "process" && second) return <ProcessPage c={c} id={second} part={third ?? ""} />;
		return null;
	},
};
