// Bundles each test with the compiler that Vite brings, and runs them with Node's own runner.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = mkdtempSync(join(tmpdir(), "entente-ui-test-"));
const tests = readdirSync(here).filter((f) => f.endsWith(".test.ts"));
// The catalogues of the work areas, whichever there are.
const areas = readdirSync(join(here, "..", "src", "work")).filter((a) => existsSync(join(here, "..", "src", "work", a, "lang", "en.ts")));
const CODES = ["en", "sq", "bg", "hr"];
const catalogues = {
	name: "work-catalogues",
	setup(b) {
		b.onResolve({ filter: /^work-catalogues$/ }, (a) => ({ path: a.path, namespace: "areas" }));
		b.onLoad({ filter: /.*/, namespace: "areas" }, () => ({
			resolveDir: here,
			contents: areas.flatMap((a) => CODES.map((c) => `import { ${c} as ${a}_${c} } from "../src/work/${a}/lang/${c}.ts";`)).join("\n")
				+ `\nexport const WORK = {${areas.map((a) => `${a}: {${CODES.map((c) => `${c}: ${a}_${c}`)}}`)}};`,
		}));
	},
};
await build({
	plugins: [catalogues],
	entryPoints: tests.map((f) => join(here, f)), outdir: out, outExtension: { ".js": ".mjs" }, bundle: true, platform: "node", format: "esm",
	jsx: "automatic", jsxImportSource: "preact", logLevel: "warning", define: { "process.env.UI": JSON.stringify(dirname(here)) },
});
const done = spawnSync(process.execPath, ["--test", ...tests.map((f) => join(out, f.replace(".ts", ".mjs")))], { stdio: "inherit" });
process.exit(done.status ?? 1);
