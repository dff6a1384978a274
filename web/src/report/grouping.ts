import type { Finding, Report } from "../api/types";
import { supportsASide } from "./words";

/** A finding with its place in the report's list, by which the page names it. */
export interface Numbered {
    readonly index: number;
    readonly finding: Finding;
}

/** What one analyzer says: its first finding is about the whole input, the further ones point at single places. */
export interface AnalyzerView {
    readonly analyzer: string;
    readonly whole: Numbered;
    readonly places: readonly Numbered[];
}

/** In the order a reader needs them; the same grouping as the engine's HTML report. */
export interface FindingsView {
    readonly speaksFor: readonly AnalyzerView[];
    readonly speaksAgainst: readonly AnalyzerView[];
    readonly neutral: readonly AnalyzerView[];
    readonly notApplicable: readonly AnalyzerView[];
    readonly failed: readonly AnalyzerView[];
}

export function groupFindings(report: Report): FindingsView {
    const views = new Map<string, { analyzer: string; whole: Numbered; places: Numbered[] }>();
    report.findings.forEach((finding, index) => {
        const known = views.get(finding.analyzer);
        if (known) known.places.push({ index, finding });
        else views.set(finding.analyzer, { analyzer: finding.analyzer, whole: { index, finding }, places: [] });
    });
    const view = { speaksFor: [], speaksAgainst: [], neutral: [], notApplicable: [], failed: [] } as Record<keyof FindingsView, AnalyzerView[]>;
    for (const analyzer of views.values()) {
        const { outcome, llr } = analyzer.whole.finding;
        const group = outcome === "failed" ? view.failed
            : outcome === "not_applicable" ? view.notApplicable
            : llr === null || !supportsASide(llr) ? view.neutral
            : llr > 0 ? view.speaksFor
            : view.speaksAgainst;
        group.push(analyzer);
    }
    const stronger = (a: AnalyzerView, b: AnalyzerView): number => Math.abs(b.whole.finding.llr ?? 0) - Math.abs(a.whole.finding.llr ?? 0);
    view.speaksFor.sort(stronger);
    view.speaksAgainst.sort(stronger);
    // Of what takes no side, what points somewhere comes first.
    view.neutral.sort((a, b) => Number(b.places.some(pointsSomewhere)) - Number(a.places.some(pointsSomewhere)));
    return view;
}

export function pointsSomewhere({ finding }: Numbered): boolean {
    return finding.where.box_px !== null || finding.where.start_s !== null;
}

/** A finding with a time. */
export interface Moment extends Numbered {
    readonly start_s: number;
    readonly end_s: number;
}

/** Every finding with a time, in the order of time. */
export function momentsOf(report: Report): Moment[] {
    const moments: Moment[] = [];
    report.findings.forEach((finding, index) => {
        const { start_s, end_s } = finding.where;
        if (finding.outcome === "ran" && start_s !== null) moments.push({ index, finding, start_s, end_s: Math.max(start_s, end_s ?? start_s) });
    });
    return moments.sort((a, b) => a.start_s - b.start_s || a.end_s - b.end_s);
}

/** Every finding with a place in the picture. */
export function boxesOf(report: Report): Numbered[] {
    return report.findings.flatMap((finding, index) => (finding.outcome === "ran" && finding.where.box_px ? [{ index, finding }] : []));
}
