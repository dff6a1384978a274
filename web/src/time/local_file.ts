import type { Check } from "../api/types";

/** Files that the reader checked in this tab: the server never gives media back, so only these can be played. */
const files = new Map<string, File>();
const kMost = 200;

export function keepFile(check: Check, file: File): void {
    files.set(check.id, file);
    const oldest = files.keys().next().value;
    if (files.size > kMost && oldest !== undefined) files.delete(oldest);
}

export function keptFile(id: string): File | null {
    return files.get(id) ?? null;
}

const kMostHashed = 500e6;

/**
 * Whether `file` is what was checked: by its size, and by its SHA-256 where the browser computes one (over TLS or on loopback) and it
 * is not too large. "unknown" where only the size could be compared.
 */
export async function compareFile(file: File, check: Check): Promise<"same" | "other" | "unknown"> {
    if (file.size !== check.size_bytes) return "other";
    if (!check.sha256 || !globalThis.crypto.subtle || file.size > kMostHashed) return "unknown";
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("") === check.sha256 ? "same" : "other";
}
