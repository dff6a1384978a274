import { expect, test, vi } from "vitest";

vi.stubGlobal("document", { documentElement: {} });
vi.stubGlobal("navigator", { languages: ["en"] });
const { problemFrom, retryAfter } = await import("../src/api/client");
const { EventStreamParser } = await import("../src/api/events");
const { newIdempotencyKey } = await import("../src/api/upload");

test("events come out whole, however they are cut", () => {
    const text = ": keep alive\n\nevent: state\r\ndata: {\"a\":1}\r\n\r\ndata: one\ndata:two\n\nevent: state\ndata: never finished";
    const whole = new EventStreamParser().push(text);
    expect(whole).toEqual([{ event: "state", data: '{"a":1}' }, { event: "message", data: "one\ntwo" }]);
    const parser = new EventStreamParser();
    expect([...text].flatMap((letter) => parser.push(letter))).toEqual(whole);
});
test("a line that ends in a lone carriage return waits for what follows", () => {
    const parser = new EventStreamParser();
    expect(parser.push("data: x\r")).toEqual([]);
    expect(parser.push("\n\r\n")).toEqual([{ event: "message", data: "x" }]);
});
test("the server's own words reach the reader", () => {
    const problem = problemFrom(422, '{"title":"Other body","detail":"the key was used for another file","request_id":"r1"}', null, null);
    expect([problem.status, problem.message, problem.requestId]).toEqual([422, "the key was used for another file", "r1"]);
});
test("an answer that is no problem document still makes sense", () => {
    expect(problemFrom(502, "<html>bad gateway</html>", "r2", null).message).toBe("The server answered with status 502.");
    expect(problemFrom(500, "null", null, null).message).toBe("The server answered with status 500.");
    expect(problemFrom(429, "", null, "7").retryAfter_s).toBe(7);
});
test("Retry-After in both of its forms", () => {
    expect(retryAfter("12")).toBe(12);
    expect(retryAfter("Thu, 01 Jan 1970 00:01:00 GMT", 0)).toBe(60);
    expect(retryAfter("Thu, 01 Jan 1970 00:00:00 GMT", 5000)).toBe(0);
    expect(retryAfter("soon")).toBeNull();
    expect(retryAfter(null)).toBeNull();
});
test("idempotency keys differ", () => {
    expect(newIdempotencyKey()).toMatch(/^[0-9a-f]{32}$/);
    expect(newIdempotencyKey()).not.toBe(newIdempotencyKey());
});
