// Names hold the hash of the content, in the place where the node's other assets have it: /a/HASH/NAME.
import { defineConfig } from "vite";

export default defineConfig({
	base: "/",
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
