import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import de from "../src/messages/de.json";
import en from "../src/messages/en.json";

const sources = (folder: string): string[] => readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? sources(path) : path.endsWith(".ts") ? [readFileSync(path, "utf8")] : [];
});
const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]!).sort();

describe("messages", () => {
    test("both languages have the same keys, in the same order", () => {
        expect(Object.keys(de)).toEqual(Object.keys(en));
    });
    test("none is empty, and both languages fill in the same values", () => {
        for (const [key, text] of Object.entries(en)) {
            expect(text.trim(), key).not.toBe("");
            expect(de[key as keyof typeof de].trim(), key).not.toBe("");
            expect(placeholders(de[key as keyof typeof de]), key).toEqual(placeholders(text));
        }
    });
    test("every form of one has a form of others", () => {
        for (const key of Object.keys(en).filter((name) => name.endsWith(".one"))) expect(Object.keys(en)).toContain(key.replace(/one$/, "other"));
    });
    test("no message is left that nothing uses", () => {
        const code = sources(new URL("../src", import.meta.url).pathname).join("\n");
        // Keys put together at run time: their stems stand in the code.
        const stems = [/^verdict\.\w+\.(title|meaning|caution)$/, /^state\./, /^progress\.(queued|running|done)(_text)?$/, /^provenance\.\w+\.(title|meaning)$/];
        const unused = Object.keys(en).filter((key) => !stems.some((stem) => stem.test(key)) && !code.includes(`"${key.replace(/\.(one|other)$/, "")}"`));
        expect(unused).toEqual([]);
    });
});
