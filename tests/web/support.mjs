// What the suites of the pages share: Chromium, the server's address, example media, and the modules of web/. tests/web/test_pages.py
// starts the server and names all of them.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import assert from "node:assert/strict";
import { after, before } from "node:test";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const { chromium } = require("playwright-core");

export const address = process.env.BONAFIDE_URL ?? "http://127.0.0.1:8080";
export const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
export const media = (name) => join(process.env.BONAFIDE_EXAMPLES ?? ".", name);

export function launch() {
    const executablePath = process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) => existsSync(path));
    if (!executablePath) throw new Error("no Chromium: install Debian's chromium or name one in CHROMIUM");
    // As root, as in most containers, Chromium starts only without its own sandbox; it opens nothing but this server.
    return chromium.launch({ executablePath, args: process.getuid() === 0 ? ["--no-sandbox"] : [] });
}

let browser;
/** To be called once in each suite. */
export function useBrowser() {
    before(async () => { browser = await launch(); });
    after(() => browser?.close());
}

/**
 * Runs `work` with a fresh page. Whatever the test is about: no script may fail, nothing may be refused by the content security policy,
 * and nothing may be asked of another server. `expected` holds patterns of messages that belong to the test.
 */
export async function withPage(work, { expected = [], ...options } = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-GB", permissions: ["clipboard-read", "clipboard-write"], reducedMotion: "reduce", ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const complaints = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => { if (message.type() === "error" && !expected.some((pattern) => pattern.test(message.text()))) complaints.push(message.text()); });
    page.on("request", (request) => { if (!request.url().startsWith(address) && !request.url().startsWith("blob:")) complaints.push(`asked ${request.url()}`); });
    try {
        await work(page, context);
        assert.deepEqual(complaints, []);
    } finally {
        await context.close();
    }
}

const checks = new Map();
/** The finished check of an example, made once by way of the HTTP interface. */
export async function checked(name) {
    if (!checks.has(name)) {
        const made = await fetch(`${address}/v1/checks?file_name=${encodeURIComponent(name)}`, { method: "POST", body: readFileSync(media(name)) });
        assert.equal(made.status, 202, await made.clone().text());
        let check = await made.json();
        for (let tries = 0; check.state !== "done" && tries < 600; ++tries) {
            await new Promise((resolve) => setTimeout(resolve, 100));
            check = await (await fetch(`${address}/v1/checks/${check.id}`)).json();
        }
        assert.equal(check.state, "done");
        checks.set(name, check);
    }
    return checks.get(name);
}

export async function openReport(page, name) {
    const check = await checked(name);
    await page.goto(`${address}/checks/${check.id}`);
    await page.waitForSelector("#verdict");
    return check;
}

/** Where an element is in the window, after it was brought to its middle. */
export async function placeOf(page, selector) {
    await page.locator(selector).first().evaluate((element) => element.scrollIntoView({ block: "center", behavior: "instant" }));
    return page.locator(selector).first().boundingBox();
}

/** What a canvas shows, reduced, once nothing changes it any more. */
export async function shown(page, selector) {
    let last = "";
    for (;;) {
        await page.waitForTimeout(80);
        const now = await page.locator(selector).first().evaluate((canvas) => {
            const small = document.createElement("canvas");
            [small.width, small.height] = [480, 240];
            small.getContext("2d").drawImage(canvas, 0, 0, 480, 240);
            return small.toDataURL();
        });
        // A digest: two pictures in full would bury what a failed test says.
        if (now === last) return createHash("sha256").update(now).digest("hex");
        last = now;
    }
}
