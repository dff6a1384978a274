import { getCheck, Problem } from "./api/client";
import { isFinal } from "./api/events";
import type { Check } from "./api/types";
import { uploadPatiently, wait } from "./api/upload";
import { csv } from "./csv";
import { t } from "./i18n";
import { remember, remembered } from "./settings";
import { keepFile } from "./time/local_file";

export interface Entry {
    readonly name: string;
    readonly size: number;
    file: File | null;
    /** Share of the file that was sent, 0 to 1. */
    sent: number;
    /** Seconds until the next attempt, while the server asks for patience. */
    waits_s: number | null;
    check: Check | null;
    problem: string | null;
}

const kSending = 2;
const kAsked = 5;
const kPause_s = 2;

/**
 * Several files on their way. Lives as long as the tab, whatever page is shown; what was accepted outlives a reload. States are asked
 * for, a few at a time: a stream for each check would use up the connections that a browser allows.
 */
export class Batch {
    entries: Entry[] = [];
    private readonly listeners = new Set<() => void>();
    private sending = 0;
    private asking = false;
    private life = new AbortController();

    constructor() {
        const stored = remembered("batch");
        if (!Array.isArray(stored)) return;
        for (const item of stored as unknown[]) {
            if (typeof item !== "object" || item === null || !("id" in item)) continue;
            const check = item as Check;
            this.entries.push({ name: check.file_name, size: check.size_bytes, file: null, sent: 1, waits_s: null, check, problem: null });
        }
        if (this.entries.length > 0) void this.ask();
    }

    add(files: readonly File[]): void {
        for (const file of files) this.entries.push({ name: file.name, size: file.size, file, sent: 0, waits_s: null, check: null, problem: null });
        this.changed();
        this.send();
    }

    /** Forgets the list; the checks stay on the server, uploads under way end. */
    clear(): void {
        this.life.abort();
        this.life = new AbortController();
        this.sending = 0;
        this.asking = false;
        this.entries = [];
        this.changed();
    }

    retry(entry: Entry): void {
        entry.problem = null;
        entry.sent = 0;
        this.changed();
        if (entry.check) void this.ask();
        else this.send();
    }

    onChange(listener: () => void, signal: AbortSignal): void {
        this.listeners.add(listener);
        signal.addEventListener("abort", () => this.listeners.delete(listener));
    }

    get finished(): number {
        return this.entries.filter(({ check, problem }) => problem !== null || (check !== null && isFinal(check))).length;
    }

    csv(origin: string): string {
        const head = ["file_name", "size_bytes", "state", "verdict", "llr", "probability", "summary", "sha256", "check", "link", "problem"];
        return csv([head, ...this.entries.map(({ name, size, check, problem }) => [
            name, size, check?.state ?? (problem ? "refused" : "waiting"), check?.verdict ?? null, check?.llr ?? null, check?.probability ?? null,
            check?.summary ?? null, check?.sha256 ?? null, check?.id ?? null, check ? `${origin}/checks/${encodeURIComponent(check.id)}` : null,
            problem ?? check?.error?.detail ?? check?.error?.title ?? null,
        ])]);
    }

    private changed(): void {
        remember("batch", this.entries.flatMap(({ check }) => (check ? [check] : [])));
        for (const listener of this.listeners) listener();
    }

    private send(): void {
        const { signal } = this.life;
        for (const entry of this.entries) {
            if (this.sending >= kSending) return;
            if (entry.check || entry.problem !== null || entry.sent > 0 || !entry.file) continue;
            ++this.sending;
            entry.sent = Number.MIN_VALUE;
            void this.sendOne(entry, entry.file, signal);
        }
    }

    private async sendOne(entry: Entry, file: File, signal: AbortSignal): Promise<void> {
        const tell = (): void => { for (const listener of this.listeners) listener(); };
        try {
            const check = await uploadPatiently(file,
                (share) => { entry.sent = Math.max(share, Number.MIN_VALUE); entry.waits_s = null; tell(); },
                (seconds) => { entry.waits_s = seconds; tell(); },
                signal);
            entry.check = check;
            entry.sent = 1;
            keepFile(check, file);
        } catch (error) {
            if (signal.aborted) return;
            entry.problem = error instanceof Error ? error.message : String(error);
        }
        entry.waits_s = null;
        --this.sending;
        this.changed();
        this.send();
        void this.ask();
    }

    private async ask(): Promise<void> {
        if (this.asking) return;
        this.asking = true;
        const { signal } = this.life;
        try {
            for (;;) {
                const open = this.entries.filter(({ check, problem }) => check !== null && problem === null && !isFinal(check)).slice(0, kAsked);
                if (open.length === 0) break;
                await Promise.all(open.map((entry) => this.askOne(entry, signal)));
                this.changed();
                await wait(kPause_s, signal);
            }
        } catch {
            // Only an abort gets here: the batch was cleared, and clear() has set everything.
            return;
        }
        this.asking = false;
    }

    private async askOne(entry: Entry, signal: AbortSignal): Promise<void> {
        try {
            entry.check = await getCheck(entry.check!.id, signal);
        } catch (error) {
            if (signal.aborted) throw error;
            // Busy or out of reach: asked again at the next turn. Gone or forbidden: told.
            const passing = error instanceof Problem && (error.status === 0 || error.status === 429 || error.status >= 500);
            if (!passing) entry.problem = error instanceof Error ? error.message : t("problem.network");
        }
    }
}

export const batch = new Batch();
