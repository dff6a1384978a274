import { afterEach, expect, test, vi } from "vitest";

vi.stubGlobal("document", { documentElement: {} });
vi.stubGlobal("navigator", { languages: ["en-GB", "de-DE"] });
const { csv } = await import("../src/csv");
const { clock, duration, probability, signed, significant, size, span } = await import("../src/format");
const { plural, preferredLanguage, setLanguage, t } = await import("../src/i18n");

afterEach(() => setLanguage("en"));

test("a probability is never certain", () => {
    expect(probability(1)).toBe("over 99.9 %");
    expect(probability(0)).toBe("under 0.1 %");
    expect(probability(0.9234)).toBe("92 %");
    expect(probability(0.9951)).toBe("99.5 %");
});
test("numbers follow the language", () => {
    expect(significant(1234.5678)).toBe("1,235");
    expect(signed(-1.5)).toBe("−1.50");
    setLanguage("de");
    expect(significant(0.12345)).toBe("0,1235");
    expect(signed(1.5)).toBe("+1,50");
});
test("numbers too large or small to be written out", () => {
    expect(significant(0)).toBe("0");
    expect(significant(-0.0000123)).toBe("−1.230e−5");
    expect(significant(22.6409)).toBe("22.64");
});
test("sizes are decimal", () => {
    expect(size(0)).toBe("0 B");
    expect(size(999)).toBe("999 B");
    expect(size(109_949)).toBe("110 kB");
    expect(size(2_000_000_000)).toBe("2 GB");
});
test("times", () => {
    expect(clock(3723, 1)).toBe("1:02:03");
    expect(clock(59.999, 0.1)).toBe("1:00.0");
    expect(clock(4.25)).toBe("0:04.25");
    expect(span(2, 2)).toBe("0:02.00");
    expect(span(2, 2.6)).toBe("0:02.00 – 0:02.60");
    expect(duration(4.83)).toBe("4.8 s");
    expect(duration(725)).toBe("12 min 5 s");
    expect(duration(7320)).toBe("2 h 2 min");
});
test("messages take values and plural forms, and leave foreign braces alone", () => {
    expect(t("missing.lead", { path: "/{x}" })).toBe("There is nothing at /{x}.");
    expect(plural("time.moments", 1)).toBe("1 moment");
    expect(plural("time.moments", 1200)).toBe("1,200 moments");
    setLanguage("de");
    expect(plural("time.moments", 2)).toBe("2 Zeitpunkte");
});
test("the reader's first known language wins", () => {
    expect(preferredLanguage(["fr-FR", "de-AT", "en"])).toBe("de");
    expect(preferredLanguage(["fr"])).toBe("en");
});
test("a table for spreadsheets quotes, and disarms what would run as a formula", () => {
    expect(csv([["a", 1.5, null], ['say "hi", you', -2, "x\ny"]])).toBe('a,1.5,\r\n"say ""hi"", you",-2,"x\ny"\r\n');
    expect(csv([["=HYPERLINK(1)", "@x", "+1", "-1"]])).toBe("'=HYPERLINK(1),'@x,'+1,'-1\r\n");
    expect(csv([["=1;2"]])).toBe("\"'=1;2\"\r\n");
});
