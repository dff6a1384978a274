import { eventsPath, getCheck, Problem, request } from "./client";
import type { Check } from "./types";
import { wait } from "./upload";

export interface ServerEvent {
    readonly event: string;
    readonly data: string;
}

/** Takes a text/event-stream apart as it arrives (HTML standard, 9.2.6); comments and fields not used here are passed over. */
export class EventStreamParser {
    private rest = "";
    private event = "";
    private data: string[] = [];

    /** The events that are complete with `text`; a line ending cut in two is waited for. */
    push(text: string): ServerEvent[] {
        this.rest += text;
        const events: ServerEvent[] = [];
        for (;;) {
            const end = /\r\n|\n|\r(?!$)/.exec(this.rest);
            if (!end) return events;
            const line = this.rest.slice(0, end.index);
            this.rest = this.rest.slice(end.index + end[0].length);
            const complete = this.take(line);
            if (complete) events.push(complete);
        }
    }

    private take(line: string): ServerEvent | null {
        if (line === "") {
            const complete = this.data.length > 0 ? { event: this.event || "message", data: this.data.join("\n") } : null;
            this.event = "";
            this.data = [];
            return complete;
        }
        const colon = line.indexOf(":");
        const field = colon < 0 ? line : line.slice(0, colon);
        const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
        if (field === "event") this.event = value;
        else if (field === "data") this.data.push(value);
        return null;
    }
}

async function* statesOf(id: string, signal: AbortSignal): AsyncGenerator<Check> {
    // fetch, not EventSource, which cannot send a key.
    const response = await request(eventsPath(id), { signal, headers: { Accept: "text/event-stream" } });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    if (!reader) return;
    const parser = new EventStreamParser();
    for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        for (const event of parser.push(value)) {
            if (event.event === "state") yield JSON.parse(event.data) as Check;
        }
    }
}

export const isFinal = (check: Check): boolean => check.state === "done" || check.state === "failed";

/**
 * Tells every state of the check until it is final, and gives the last. A stream that breaks off is opened again, and between two
 * streams the check is asked for once, so that no end is missed. Throws a Problem where the server refuses, an AbortError with `signal`.
 */
export async function follow(id: string, changed: (check: Check) => void, signal: AbortSignal): Promise<Check> {
    for (let pause_s = 1; ; pause_s = Math.min(pause_s * 2, 15)) {
        try {
            for await (const check of statesOf(id, signal)) {
                pause_s = 1;
                changed(check);
                if (isFinal(check)) return check;
            }
        } catch (error) {
            const refused = error instanceof Problem && error.status >= 400 && error.status < 500 && error.status !== 429;
            if (signal.aborted || refused) throw error;
        }
        await wait(pause_s, signal);
        try {
            const check = await getCheck(id, signal);
            changed(check);
            if (isFinal(check)) return check;
        } catch (error) {
            const lost = error instanceof Problem && (error.status === 0 || error.status === 429 || error.status >= 500);
            if (!lost) throw error;
        }
    }
}
