// Serves the built pages with a made-up node behind them, to look at them without a coalition: npm run build && npm run dev
//   SCENE=full|empty|first|canary PORT=8090 npm run dev
import { build } from "esbuild";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(mkdtempSync(join(tmpdir(), "entente-ui-")), "mock.mjs");
await build({ entryPoints: [join(here, "mock.ts")], bundle: true, platform: "node", format: "esm", outfile: out, loader: { ".json": "json" }, logLevel: "warning" });
const { serve } = await import(pathToFileURL(out).href);
const port = Number(process.env.PORT ?? 8090);
serve(join(here, "..", "dist"), port, process.env.SCENE ?? "full");
console.log(`http://127.0.0.1:${port}/`);
