import { t } from "../i18n";
import { apiKey } from "../settings";
import type { Analyzer, Check, CheckList, MapEntry, ProblemDocument, Report, ServerFacts } from "./types";

/** What went wrong with a request, in words for the reader. `status` is 0 where no answer came. */
export class Problem extends Error {
    readonly status: number;
    readonly requestId: string | null;
    /** Seconds the server asks to wait; null where it does not say. */
    readonly retryAfter_s: number | null;

    constructor(status: number, message: string, requestId: string | null = null, retryAfter_s: number | null = null) {
        super(message);
        this.status = status;
        this.requestId = requestId;
        this.retryAfter_s = retryAfter_s;
    }
}

/** Retry-After in seconds or as a date; null where absent or senseless. */
export function retryAfter(value: string | null, now_ms = Date.now()): number | null {
    if (value === null || value.trim() === "") return null;
    const seconds = /^\d+$/.test(value.trim()) ? Number(value) : (Date.parse(value) - now_ms) / 1000;
    return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), 3600) : null;
}

/** The problem that an answer tells of, whatever its body is. */
export function problemFrom(status: number, body: string, requestId: string | null, retry: string | null): Problem {
    let document: ProblemDocument = {};
    try {
        const parsed: unknown = JSON.parse(body);
        if (typeof parsed === "object" && parsed !== null) document = parsed as ProblemDocument;
    } catch {
        // A proxy in between answers in its own way; the status says enough.
    }
    const known = status === 401 || status === 403 ? t("problem.key")
        : status === 413 ? t("problem.too_large")
        : status === 429 ? t("problem.busy")
        : status === 404 ? t("problem.gone")
        : "";
    const told = document.detail ?? document.title ?? "";
    const message = known || told || t("problem.status", { status });
    return new Problem(status, known && told && status !== 404 ? `${known} (${told})` : message, document.request_id ?? requestId, retryAfter(retry));
}

export function authorisation(): Record<string, string> {
    const key = apiKey();
    return key === "" ? {} : { Authorization: `Bearer ${key}` };
}

/** Any answer that is not a success becomes a Problem; an abort stays an abort. */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
    let response: Response;
    try {
        response = await fetch(path, { ...init, headers: { ...authorisation(), ...(init.headers as Record<string, string> | undefined) } });
    } catch (error) {
        if (error instanceof DOMException && error.name === "AbortError") throw error;
        throw new Problem(0, t("problem.network"));
    }
    if (!response.ok) {
        throw problemFrom(response.status, await response.text().catch(() => ""), response.headers.get("X-Request-Id"), response.headers.get("Retry-After"));
    }
    return response;
}

async function json<T>(path: string, signal?: AbortSignal): Promise<T> {
    const response = await request(path, { headers: { Accept: "application/json" }, ...(signal ? { signal } : {}) });
    return (await response.json()) as T;
}

const checkPath = (id: string): string => `/v1/checks/${encodeURIComponent(id)}`;

export interface ListQuery {
    readonly limit?: number;
    readonly cursor?: string;
    readonly state?: string;
    readonly verdict?: string;
    readonly q?: string;
}

export function listChecks(query: ListQuery, signal?: AbortSignal): Promise<CheckList> {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
        if (value !== undefined && value !== "") parameters.set(name, String(value));
    }
    return json<CheckList>(`/v1/checks?${parameters}`, signal);
}

export const getCheck = (id: string, signal?: AbortSignal): Promise<Check> => json<Check>(checkPath(id), signal);
export const getReport = (id: string, signal?: AbortSignal): Promise<Report> => json<Report>(`${checkPath(id)}/report`, signal);

export async function getMaps(id: string, signal?: AbortSignal): Promise<readonly MapEntry[]> {
    return (await json<{ maps: readonly MapEntry[] }>(`${checkPath(id)}/maps`, signal)).maps;
}

export async function deleteCheck(id: string): Promise<void> {
    await request(checkPath(id), { method: "DELETE" });
}

export async function getBlob(path: string, signal?: AbortSignal): Promise<Blob> {
    return (await request(path, signal ? { signal } : {})).blob();
}

/** The picture for people to look at; null where the check has none. */
export async function getPreview(check: Check, signal?: AbortSignal): Promise<ImageBitmap | null> {
    if (check.links.preview === null) return null;
    try {
        return await createImageBitmap(await getBlob(`${checkPath(check.id)}/preview.png`, signal));
    } catch (error) {
        if (error instanceof Problem && error.status === 404) return null;
        throw error;
    }
}

/** What this server does besides taking files in. */
export const getServer = (signal?: AbortSignal): Promise<ServerFacts> => json<ServerFacts>("/v1/server", signal);

let analyzers: Promise<ReadonlyMap<string, Analyzer>> | null = null;

/** What there is to know about each analyzer, asked for once. */
export function getAnalyzers(): Promise<ReadonlyMap<string, Analyzer>> {
    analyzers ??= json<{ analyzers: readonly Analyzer[] }>("/v1/analyzers").then(
        (answer) => new Map(answer.analyzers.map((analyzer) => [analyzer.id, analyzer])),
        (error: unknown) => {
            analyzers = null;  // so that another key can try again
            throw error;
        },
    );
    return analyzers;
}

/** What a report can be saved as; "pdf.sig" is the signature of the PDF. */
export type ReportForm = "json" | "html" | "pdf" | "pdf.sig";
export const reportPath = (id: string, form: ReportForm): string => `${checkPath(id)}/${form === "json" ? "report" : `report.${form}`}`;
export const eventsPath = (id: string): string => `${checkPath(id)}/events`;
