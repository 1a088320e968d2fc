// The addresses of all pages, from the tables themselves (pages() of route.ts), as JSON: {"": [those of the shell], "cyber": […], …}. node dev/addresses.mjs [MODULES]
// Everything that a table's file takes from elsewhere is left out, so that nothing of the pages runs.
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ui = join(dirname(fileURLToPath(import.meta.url)), "..");
const require = createRequire(join(resolve(process.argv[2] ?? ui), "package.json"));
const { build } = require("esbuild");
const only_tables = {
	name: "only-tables",
	setup(b) {
		b.onResolve({ filter: /.*/ }, (a) => (a.kind === "entry-point" || /\/route\.js$/.test(a.path) ? undefined : { path: a.path, namespace: "nothing" }));
		b.onLoad({ filter: /.*/, namespace: "nothing" }, (a) => ({ contents: /\/cell\.js$/.test(a.path) ? "module.exports = { cell: () => ({}) };" : "module.exports = {};" }));
	},
};

async function table(file, exported) {
	const out = mkdtempSync(join(tmpdir(), "entente-addresses-"));
	try {
		await build({ entryPoints: [file], bundle: true, platform: "node", format: "cjs", jsx: "automatic", jsxImportSource: "preact", outfile: join(out, "table.cjs"), plugins: [only_tables], logLevel: "error" });
		return Object.keys(exported(require(join(out, "table.cjs"))));
	} finally {
		rmSync(out, { recursive: true });
	}
}

const work = join(ui, "src", "work");
const areas = readdirSync(work).filter((a) => existsSync(join(work, a, "index.tsx")));
const found = { "": await table(join(ui, "src", "app.tsx"), (m) => m.PAGES) };
for (const a of areas) found[a] = await table(join(work, a, "index.tsx"), (m) => m.work.pages);
console.log(JSON.stringify(found));
