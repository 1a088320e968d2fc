// Joint procurement: pipeline, needs and pools, one procurement with its parts.
import { pages, type Here } from "../../route.js";
import type { Work } from "../work.js";
import { Board } from "./board.js";
import { load, t } from "./msg.js";
import { Needs, PoolPage } from "./needs.js";
import { ProcessPage, type Part } from "./process.js";
import "./style.css";

const part = (name: Part) => ({ id }: { id: string }, { c }: Here) => <ProcessPage c={c} id={id} part={name} />;

export const work: Work = {
	load,
	tabs: () => [{ path: "", title: t("board") }, { path: "needs", title: t("needs") }],
	pages: pages({
		"": (_, { c }) => <Board c={c} />,
		"needs": (_, { c }) => <Needs c={c} />,
		"pool/:id": ({ id }, { c }) => <PoolPage c={c} id={id} />,
		"process/:id": part(""),
		"process/:id/tender": part("tender"),
		"process/:id/supplier": part("supplier"),
		"process/:id/opening": part("opening"),
		"process/:id/evaluation": part("evaluation"),
		"process/:id/lab": part("lab"),
		"process/:id/shares": part("shares"),
		"process/:id/contracts": part("contracts"),
		"process/:id/public": part("public"),
	}),
};
