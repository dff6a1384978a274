/** What the service answers: docs/report.schema.json and /v1/openapi.json are the definitions, these are the parts that the pages read. */
export type State = "queued" | "running" | "done" | "failed";
export type Verdict = "likely_authentic" | "inconclusive" | "likely_manipulated" | "likely_synthetic" | "not_applicable" | "failed";
export const kStates: readonly State[] = ["queued", "running", "done", "failed"];
export const kVerdicts: readonly Verdict[] = [
    "likely_authentic", "inconclusive", "likely_manipulated", "likely_synthetic", "not_applicable", "failed",
];

export interface ProblemDocument {
    readonly type?: string;
    readonly title?: string;
    readonly status?: number;
    readonly detail?: string;
    readonly request_id?: string;
}

export interface Check {
    readonly id: string;
    readonly state: State;
    readonly file_name: string;
    readonly size_bytes: number;
    readonly sha256: string | null;
    readonly media_type: string | null;
    readonly kind: string | null;
    readonly created_at: string;
    readonly started_at: string | null;
    readonly finished_at: string | null;
    readonly attempts: number;
    readonly verdict: Verdict | null;
    readonly llr: number | null;
    readonly probability: number | null;
    readonly summary: string | null;
    readonly error: ProblemDocument | null;
    readonly links: { readonly preview: string | null };
}

export interface ServerFacts {
    readonly max_upload_bytes: number;
    readonly fetches_files: boolean;
}

export interface CheckList {
    readonly checks: readonly Check[];
    readonly next_cursor: string | null;
}

export interface MapEntry {
    readonly name: string;
    readonly analyzer: string | null;
    readonly url: string;
}

export interface Measurement {
    readonly name: string;
    readonly value: number;
    readonly unit: string;
}

/** x, y, width, height in pixels of the upright picture. */
export type Box = readonly [number, number, number, number];

export interface Finding {
    readonly analyzer: string;
    readonly version: number;
    readonly outcome: "ran" | "not_applicable" | "failed";
    readonly reason: string | null;
    readonly measurements: readonly Measurement[];
    readonly llr: number | null;
    readonly part: string | null;
    readonly where: {
        readonly box_px: Box | null;
        readonly start_s: number | null;
        readonly end_s: number | null;
        readonly map: string | null;
    };
    readonly model_sha256: string | null;
    readonly explanation: string;
}

export interface Part {
    readonly id: string;
    readonly kind: "image" | "video" | "audio" | "face" | "segment";
    readonly start_s: number | null;
    readonly end_s: number | null;
    readonly box_px: Box | null;
    readonly llr: number | null;
}

export interface Stream {
    readonly index: number;
    readonly kind: string;
    readonly codec: string;
    readonly duration_s: number;
    readonly width_px: number | null;
    readonly height_px: number | null;
    readonly frame_rate_hz: number | null;
    readonly sample_rate_hz: number | null;
    readonly channels: number | null;
}

export interface Input {
    readonly path: string;
    readonly sha256: string;
    readonly sha256_after: string;
    readonly size_bytes: number;
    readonly media_type: string;
    readonly kind: string;
    readonly description: string;
    readonly extension_agrees: boolean | null;
    readonly width_px: number | null;
    readonly height_px: number | null;
    readonly duration_s: number | null;
    readonly decoded_fraction: number | null;
    readonly damage: string;
    readonly streams: readonly Stream[];
}

export interface Mark {
    readonly source: string;
    readonly claim: string;
    readonly tool: string;
    readonly detail: string;
    readonly forgeable: boolean;
}

export type ProvenanceState = "absent" | "invalid" | "valid" | "trusted";

export interface Report {
    readonly schema: string;
    readonly tool: { readonly name: string; readonly version: string; readonly revision: string };
    readonly input: Input;
    readonly verdict: Verdict;
    readonly llr: number | null;
    readonly probability: number | null;
    readonly prior: number;
    readonly propositions: { readonly h1: string; readonly h0: string };
    readonly summary: string;
    readonly failure: string | null;
    readonly parts: readonly Part[];
    readonly findings: readonly Finding[];
    readonly provenance: { readonly state: ProvenanceState; readonly marks: readonly Mark[]; readonly credentials: unknown };
    readonly limits: readonly string[];
    readonly replay: Readonly<Record<string, unknown>>;
    readonly timing_s: { readonly total: number; readonly analyzers: Readonly<Record<string, number>> };
}

export interface Analyzer {
    readonly id: string;
    readonly version: number;
    readonly summary: string;
    readonly inputs: readonly string[];
    readonly limits: string;
    readonly known_false_alarms: string;
    readonly reference: string;
    readonly emits_map: boolean;
    readonly emits: readonly { readonly name: string; readonly unit: string; readonly meaning: string }[];
}
