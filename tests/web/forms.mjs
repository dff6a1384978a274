// What is given besides a file: the case it belongs to, and an address in its place.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { test } from "node:test";
import { address, media, withPage } from "./support.mjs";

const reportOf = async (page) => (await fetch(`${address}/v1${new URL(page.url()).pathname}/report`)).json();

test("a case's number and its examiner stand in the reports of what is given next", () => withPage(async (page, context) => {
    await page.goto(address);
    await page.getByText("For a case file").click();
    await page.getByLabel("Case number").fill(" 17 Js 4/26 ");
    await page.getByLabel("Examiner").fill("Ä. Prüfer");
    await page.locator("#files").setInputFiles(media("says-generated.png"));
    await page.waitForSelector("#verdict");
    const { case: record } = await reportOf(page);
    assert.equal(record.number, "17 Js 4/26");
    assert.equal(record.examiner, "Ä. Prüfer");
    await page.goto(address);
    assert.equal(await page.getByLabel("Case number").inputValue(), "17 Js 4/26", "what is given stays in sight");
    await page.getByLabel("Case number").fill("");
    await page.getByLabel("Examiner").fill("");
    await page.locator("#files").setInputFiles(media("camera.jpg"));
    await page.waitForSelector("#verdict");
    const { case: none } = await reportOf(page);
    assert.deepEqual([none.number, none.examiner], [null, null]);
    const other = await context.newPage();
    await other.goto(address);
    assert.equal(await other.getByLabel("Case number").inputValue(), "", "another tab is another case");
}));

/** A server of somebody else, which has one picture. */
async function withSite(work) {
    const site = createServer((request, response) => {
        if (request.url !== "/says-generated.png") return response.writeHead(404).end();
        return response.writeHead(200, { "content-type": "image/png" }).end(readFileSync(media("says-generated.png")));
    });
    await new Promise((resolve) => site.listen(0, "127.0.0.1", resolve));
    try {
        await work(`http://127.0.0.1:${site.address().port}`);
    } finally {
        site.closeAllConnections();
        await new Promise((resolve) => site.close(resolve));
    }
}

test("an address is fetched by the server and reported", () => withSite((site) => withPage(async (page) => {
    await page.goto(address);
    const field = page.getByLabel(/address of a file/);
    await field.fill("no address");
    await field.press("Enter");
    assert.equal(await field.evaluate((input) => input.validity.typeMismatch), true, "nothing is sent of what is no address");
    await field.fill(`${site}/says-generated.png`);
    await page.getByRole("button", { name: "Fetch and check" }).click();
    await page.waitForSelector("#verdict");
    assert.equal(await page.locator("h1").innerText(), "says-generated.png");
})));

test("an address without a file is told in words", () => withSite((site) => withPage(async (page) => {
    await page.goto(address);
    await page.getByLabel(/address of a file/).fill(`${site}/nothing.png`);
    await page.getByRole("button", { name: "Fetch and check" }).click();
    assert.match(await page.locator(".note[role=alert]").innerText(), /\w+ \w+/);
    assert.equal(new URL(page.url()).pathname, "/");
}, { expected: [/502/] })));

test("where the server fetches nothing no address is asked for", () => withPage(async (page) => {
    await page.route("**/v1/server", async (route) => {
        const answer = await route.fetch();
        await route.fulfill({ response: answer, json: { ...await answer.json(), fetches_files: false } });
    });
    await Promise.all([page.waitForResponse("**/v1/server"), page.goto(address)]);
    await page.getByText("For a case file").waitFor();
    await page.waitForTimeout(200);
    assert.equal(await page.getByLabel(/address of a file/).count(), 0);
}));
