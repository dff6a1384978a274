import { readFileSync } from "node:fs";
import { defineConfig } from "vite";

/** The typeface travels with its licence, as the licence asks. */
const fontLicence = {
    name: "font-licence",
    generateBundle() {
        const source = readFileSync(new URL("node_modules/@fontsource-variable/inter/LICENSE", import.meta.url));
        this.emitFile({ type: "asset", fileName: "assets/inter-licence.txt", source });
    },
};

export default defineConfig({
    plugins: [fontLicence],
    build: {
        target: "es2022",
        // The policy of the pages allows files of this server alone: nothing inlined as data:, no inline script.
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        // Named here so that nobody wonders: a page is loaded when it is first opened, the first one comes in one piece.
        cssCodeSplit: false,
    },
    worker: { format: "es" },
    server: { proxy: { "/v1": process.env.BONAFIDE_URL ?? "http://127.0.0.1:8080" } },
    test: { include: ["test/**/*.test.ts"] },
});
