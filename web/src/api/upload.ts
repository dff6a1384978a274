import { t } from "../i18n";
import { caseRecord } from "../settings";
import { authorisation, Problem, problemFrom, request } from "./client";
import type { Check } from "./types";

/** Made by hand: crypto.randomUUID is missing where the page was not loaded over TLS. */
export function newIdempotencyKey(): string {
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What goes along with a file: its name, and the case that is being worked on. */
export function checksPath(fileName: string | null): string {
    const { number, examiner } = caseRecord();
    const given = Object.entries({ file_name: fileName ?? "", case: number, examiner }).filter(([, value]) => value !== "");
    return `/v1/checks?${new URLSearchParams(given)}`;
}

/** Has the server fetch the file at `url`, and gives the check made for it. */
export async function submitAddress(url: string, signal: AbortSignal): Promise<Check> {
    const headers = { "Content-Type": "application/json", "Idempotency-Key": newIdempotencyKey() };
    return (await (await request(checksPath(null), { method: "POST", headers, body: JSON.stringify({ url }), signal })).json()) as Check;
}

/**
 * Sends a file and gives the check made for it. XMLHttpRequest, for fetch does not tell how much was sent.
 * `idempotencyKey` stays the same over all attempts for one file, so that an attempt whose answer was lost makes no second check.
 */
export function upload(file: File, idempotencyKey: string, progress: (sent: number) => void, signal: AbortSignal): Promise<Check> {
    return new Promise((resolve, reject) => {
        const aborted = (): DOMException => new DOMException("aborted", "AbortError");
        if (signal.aborted) {
            reject(aborted());
            return;
        }
        const call = new XMLHttpRequest();
        call.open("POST", checksPath(file.name || t("upload.unnamed")));
        call.setRequestHeader("Content-Type", file.type || "application/octet-stream");
        call.setRequestHeader("Idempotency-Key", idempotencyKey);
        for (const [name, value] of Object.entries(authorisation())) call.setRequestHeader(name, value);
        call.upload.addEventListener("progress", (event) => {
            if (event.lengthComputable && event.total > 0) progress(event.loaded / event.total);
        });
        call.addEventListener("load", () => {
            if (call.status >= 200 && call.status < 300) {
                try {
                    resolve(JSON.parse(call.responseText) as Check);
                } catch {
                    reject(new Problem(call.status, t("problem.status", { status: call.status })));
                }
            } else {
                reject(problemFrom(call.status, call.responseText, call.getResponseHeader("X-Request-Id"), call.getResponseHeader("Retry-After")));
            }
        });
        call.addEventListener("error", () => reject(new Problem(0, t("problem.network"))));
        call.addEventListener("abort", () => reject(aborted()));
        signal.addEventListener("abort", () => call.abort(), { once: true });
        call.send(file);
    });
}

export function wait(seconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, seconds * 1000);
        signal.addEventListener("abort", () => {
            clearTimeout(timer);
            reject(new DOMException("aborted", "AbortError"));
        }, { once: true });
    });
}

const kMostAttempts = 20;

/** As upload(), but waits and tries again while the queue is full or the line is down; `waiting` tells for how many seconds. */
export async function uploadPatiently(
    file: File, progress: (sent: number) => void, waiting: (seconds: number) => void, signal: AbortSignal,
): Promise<Check> {
    const key = newIdempotencyKey();
    for (let attempt = 1; ; ++attempt) {
        try {
            return await upload(file, key, progress, signal);
        } catch (error) {
            const passing = error instanceof Problem && (error.status === 429 || error.status === 503 || (error.status === 0 && attempt < 4));
            if (!passing || attempt >= kMostAttempts) throw error;
            const seconds = error.retryAfter_s ?? Math.min(2 ** attempt, 30);
            waiting(seconds);
            await wait(seconds, signal);
        }
    }
}
