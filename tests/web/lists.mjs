// Looking back, comparing, setting up, and what goes wrong.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { address, checked, media, openReport, shown, withPage } from "./support.mjs";

const rows = (page) => page.locator("tbody tr");
const settled = (page) => page.waitForFunction(() => !document.querySelector(".loading"));

test("the history is searched, filtered, turned over and kept in the address", () => withPage(async (page) => {
    const camera = await checked("camera.jpg");
    await checked("edited.wav");
    await page.goto(`${address}/history`);
    await rows(page).first().waitFor();
    await page.getByLabel("Search").fill("edited");
    await page.waitForURL(/q=edited/);
    await settled(page);
    for (const name of await rows(page).locator(".file-link").allInnerTexts()) assert.match(name, /edited/);
    await page.getByLabel("Search").fill(camera.sha256.slice(0, 12));
    await page.waitForURL(new RegExp(camera.sha256.slice(0, 12)));
    await settled(page);
    assert.ok((await rows(page).locator(".file-link").allInnerTexts()).includes("camera.jpg"));
    await page.getByLabel("Search").fill("no such file anywhere");
    await page.getByText("No check fits these filters.").waitFor();
    await page.getByLabel("Search").fill("");
    await page.getByLabel("Verdict").selectOption("failed");
    await page.waitForURL(/verdict=failed/);
    await settled(page);
    for (const text of await rows(page).allInnerTexts()) assert.match(text, /Analysis failed/);
    await page.getByLabel("State").selectOption("queued");
    await page.waitForURL(/state=queued/);
    await settled(page);
    await page.goto(`${address}/history?q=camera&verdict=${camera.verdict}`);
    await settled(page);
    assert.equal(await page.getByLabel("Search").inputValue(), "camera");
    assert.equal(await page.getByLabel("Verdict").inputValue(), camera.verdict);
    assert.ok(await rows(page).count() > 0);
}));

test("further checks are fetched by pages", () => withPage(async (page) => {
    for (const name of ["camera.jpg", "edited.wav", "spliced.jpg"]) await checked(name);
    await page.route("**/v1/checks?limit=50*", (route) => route.continue({ url: route.request().url().replace("limit=50", "limit=2") }));
    await page.goto(`${address}/history`);
    await rows(page).first().waitFor();
    assert.equal(await rows(page).count(), 2);
    await page.getByRole("button", { name: "Show more" }).click();
    await page.waitForFunction(() => document.querySelectorAll("tbody tr").length > 2);
    const names = await rows(page).locator("a").evaluateAll((links) => links.map(({ href }) => href));
    assert.equal(new Set(names).size, names.length, "no check comes twice");
}));

test("two checks are chosen and set side by side", () => withPage(async (page) => {
    await checked("camera.jpg");
    await checked("spliced.jpg");
    await page.goto(`${address}/history`);
    await rows(page).first().waitFor();
    const compare = page.getByRole("button", { name: "Compare two" });
    assert.ok(await compare.isDisabled());
    await page.getByLabel("Choose camera.jpg").first().check();
    await page.getByLabel("Choose spliced.jpg").first().check();
    await compare.click();
    await page.waitForURL(/compare\?a=[\w-]+&b=[\w-]+/);
    await page.locator(".side").nth(1).waitFor();
    assert.match(await page.locator(".note").first().innerText(), /files differ/);
    assert.match(await page.locator(".compared").innerText(), /image\.noise\.level/);
    const second = await shown(page, ".stage:nth-child(2) canvas");
    await page.locator(".stage").first().focus();
    await page.keyboard.press("+");
    const enlarged = await shown(page, ".stage:nth-child(2) canvas");
    assert.notEqual(enlarged, second, "both pictures move together");
    await page.getByLabel("Fused maps").check();
    const chosen = page.url();
    const same = new URL(chosen);
    same.searchParams.set("b", same.searchParams.get("a"));
    await page.goto(same.href);
    await page.getByText("byte for byte").waitFor();
    await page.getByLabel("B", { exact: true }).selectOption(new URL(chosen).searchParams.get("b"));
    await page.waitForURL(chosen);
    await page.getByText("The files differ").waitFor();
}));

test("a check is deleted only after a question", () => withPage(async (page) => {
    const made = await (await fetch(`${address}/v1/checks?file_name=to-delete.png`, { method: "POST", body: readFileSync(media("says-generated.png")) })).json();
    await page.goto(`${address}/history?q=to-delete`);
    await page.getByRole("button", { name: "Delete to-delete.png" }).first().click();
    await page.getByRole("button", { name: "Cancel" }).click();
    assert.equal((await fetch(`${address}/v1/checks/${made.id}`)).status, 200);
    await page.getByRole("button", { name: "Delete to-delete.png" }).first().click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("No check fits these filters.").waitFor();
    assert.equal((await fetch(`${address}/v1/checks/${made.id}`)).status, 404);
}));

test("theme and language are chosen, and stay", () => withPage(async (page) => {
    await page.goto(`${address}/settings`);
    await page.getByLabel("Dark").check({ force: true });
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await ground();
    await page.getByLabel("Light").check({ force: true });
    assert.notEqual(await ground(), dark);
    await page.getByLabel("Deutsch").check({ force: true });
    assert.equal(await page.locator("h1").innerText(), "Einstellungen");
    assert.equal(await page.locator("html").getAttribute("lang"), "de");
    assert.equal(await page.evaluate(() => document.activeElement.value), "de", "the focus stays where it was");
    await page.reload();
    assert.equal(await page.locator("h1").innerText(), "Einstellungen");
    assert.equal(await page.locator("html").getAttribute("data-theme"), "light");
    await openReport(page, "camera.jpg");
    assert.match(await page.locator("#verdict").innerText(), /Was das nicht heißt/);
    assert.equal(await page.locator("#verdict .lead [lang]").getAttribute("lang"), "en", "the engine's sentences are marked as English");
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
}));

test("a key is kept for the tab, sent with every request, and forgotten", () => withPage(async (page, context) => {
    const sent = [];
    page.on("request", (request) => { if (request.url().includes("/v1/")) sent.push([new URL(request.url()).pathname, request.headers()["authorization"]]); });
    await page.goto(`${address}/settings`);
    await page.getByLabel("Key", { exact: true }).fill("secret-key");
    // A server on loopback asks for none, and knows none: here one is pretended that does, and the key goes no further.
    await page.route("**/v1/**", (route) => {
        const { authorization, ...headers } = route.request().headers();
        return authorization === "Bearer secret-key" ? route.continue({ headers }) : route.fulfill({ status: 401, contentType: "application/problem+json", body: '{"title":"Unauthorized","status":401}' });
    });
    await page.getByRole("button", { name: "Save and try" }).click();
    await page.getByText("The server takes this key.").waitFor();
    const check = await checked("camera.jpg");
    sent.length = 0;
    await page.goto(`${address}/checks/${check.id}`);
    await page.waitForFunction(() => /threshold/.test(document.querySelector(".map-panel [role=status]")?.textContent ?? ""));
    assert.ok(sent.length >= 5);
    for (const [path, header] of sent) assert.equal(header, "Bearer secret-key", path);
    assert.equal(await page.evaluate(() => localStorage.length), 0, "nothing of it is written to disk");
    await page.goto(`${address}/settings`);
    await page.getByRole("button", { name: "Forget" }).click();
    await page.goto(`${address}/history`);
    await page.getByRole("link", { name: "Enter a key" }).click();
    await page.waitForURL("**/settings");
    assert.equal((await context.cookies()).length, 0);
}, { expected: [/401/] }));

test("what is not there, and a server that is gone, are told", () => withPage(async (page) => {
    await page.goto(`${address}/checks/nothing-under-this-name`);
    await page.getByText("There is no such check on this server").waitFor();
    await page.goto(`${address}/somewhere/else`);
    assert.equal(await page.locator("h1").innerText(), "No such page");
    await page.route("**/v1/**", (route) => route.abort());
    await page.goto(`${address}/history`);
    await page.getByText("The server cannot be reached.").waitFor();
    await page.unroute("**/v1/**");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.locator("tbody tr").first().waitFor();
}, { expected: [/404/, /ERR_FAILED/, /400/] }));
