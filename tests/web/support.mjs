// What the suites of the pages share: Chromium, the server's address, and the modules of web/.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const { chromium } = require("playwright-core");

export const address = process.env.BONAFIDE_URL ?? "http://127.0.0.1:8017";
export const axeSource = require.resolve("axe-core/axe.min.js");

export function launch() {
    const executablePath = process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) => existsSync(path));
    if (!executablePath) throw new Error("no Chromium: install Debian's chromium or name one in CHROMIUM");
    // As root, as in most containers, Chromium starts only without its own sandbox; it opens nothing but this server.
    return chromium.launch({ executablePath, args: process.getuid() === 0 ? ["--no-sandbox"] : [] });
}
