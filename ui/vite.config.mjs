// Names hold the hash of the content, in the place where the node's other assets have it: /a/HASH/NAME.
import { defineConfig } from "vite";

// The style of a work area holds on its own pages only (work/work.tsx), whatever names it has in common with another one or with the shell.
const areas = {
	postcssPlugin: "areas",
	Once(root) {
		const area = /[\\/]work[\\/](\w+)[\\/]style\.css$/.exec(root.source?.input.file ?? "")?.[1];
		if (!area) return;
		const inside = `:where(.area-${area})`;
		root.walkRules((rule) => {
			if (rule.parent.type === "atrule" && rule.parent.name.endsWith("keyframes")) return;
			rule.selectors = rule.selectors.map((s) => (s.startsWith(":root") ? s.replace(/\s/, ` ${inside} `) : `${inside} ${s}`));
		});
	},
};

export default defineConfig({
	base: "/",
	css: { postcss: { plugins: [areas] } },
	publicDir: false,
	esbuild: { jsx: "automatic", jsxImportSource: "preact", legalComments: "none" },
	build: {
		target: "es2022",
		outDir: process.env.ENTENTE_UI_OUT ?? "dist",
		emptyOutDir: true,
		// A data: address would need a hole in the content security policy.
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
		reportCompressedSize: false,
		rollupOptions: {
			output: {
				entryFileNames: "a/[hash]/[name].js",
				chunkFileNames: "a/[hash]/[name].js",
				assetFileNames: "a/[hash]/[name][extname]",
			},
		},
	},
});
