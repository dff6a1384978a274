const kSteps_s = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];

/** The smallest round step that puts at most `most` ticks on `length_s`. */
export function stepFor(length_s: number, most: number): number {
    return kSteps_s.find((step) => length_s / step <= most) ?? 14_400;
}

export function ticksOf(start_s: number, end_s: number, step_s: number): number[] {
    const ticks: number[] = [];
    for (let n = Math.ceil(start_s / step_s - 1e-9); n * step_s <= end_s + 1e-9; ++n) ticks.push(n * step_s);
    return ticks;
}

/** The part of `total_s` seconds that is in view. */
export class TimeWindow {
    start_s = 0;
    end_s: number;
    readonly total_s: number;

    constructor(total_s: number) {
        this.total_s = Math.max(total_s, 0.001);
        this.end_s = this.total_s;
    }

    get length_s(): number {
        return this.end_s - this.start_s;
    }

    get isWhole(): boolean {
        return this.length_s >= this.total_s * 0.999;
    }

    /** The moment `at_s` keeps its place. */
    zoomAt(at_s: number, factor: number): void {
        const length_s = Math.min(Math.max(this.length_s / factor, Math.min(0.05, this.total_s)), this.total_s);
        const share = (at_s - this.start_s) / this.length_s;
        this.place(at_s - share * length_s, length_s);
    }

    panBy(seconds: number): void {
        this.place(this.start_s + seconds, this.length_s);
    }

    whole(): void {
        this.place(0, this.total_s);
    }

    /** Brings a span into view, if it is not there, without changing how much is. */
    show(start_s: number, end_s: number): void {
        if (start_s >= this.start_s && end_s <= this.end_s) return;
        this.place((start_s + end_s - this.length_s) / 2, this.length_s);
    }

    private place(start_s: number, length_s: number): void {
        this.start_s = Math.min(Math.max(start_s, 0), this.total_s - length_s);
        this.end_s = this.start_s + length_s;
    }
}

export interface Span {
    readonly start_s: number;
    readonly end_s: number;
}

/** Spans in the order of their starts, found quickly: a film of two hours may have thousands. */
export class Lane<S extends Span> {
    readonly spans: readonly S[];
    private readonly longest_s: number;

    constructor(spans: readonly S[]) {
        this.spans = [...spans].sort((a, b) => a.start_s - b.start_s);
        this.longest_s = this.spans.reduce((longest, { start_s, end_s }) => Math.max(longest, end_s - start_s), 0);
    }

    /** Those that touch the window, at most one for each `grain_s` so that drawing never costs more than there are pixels. */
    *within(start_s: number, end_s: number, grain_s: number): Generator<S> {
        let drawn_s = -Infinity;
        for (let i = this.firstFrom(start_s - this.longest_s); i < this.spans.length; ++i) {
            const span = this.spans[i]!;
            if (span.start_s > end_s) return;
            if (span.end_s < start_s || span.end_s < drawn_s + grain_s) continue;
            drawn_s = span.end_s;
            yield span;
        }
    }

    /** The span at `at_s`, else the nearest no further than `slack_s`; the shorter of two. */
    nearest(at_s: number, slack_s: number): S | null {
        let best: S | null = null;
        let bestDistance = Infinity;
        for (let i = this.firstFrom(at_s - this.longest_s - slack_s); i < this.spans.length; ++i) {
            const span = this.spans[i]!;
            if (span.start_s > at_s + slack_s) break;
            const distance = Math.max(span.start_s - at_s, at_s - span.end_s, 0);
            const closer = distance < bestDistance || (distance === bestDistance && best !== null && span.end_s - span.start_s < best.end_s - best.start_s);
            if (distance <= slack_s && closer) {
                best = span;
                bestDistance = distance;
            }
        }
        return best;
    }

    private firstFrom(start_s: number): number {
        let low = 0;
        for (let high = this.spans.length; low < high;) {
            const middle = (low + high) >> 1;
            if (this.spans[middle]!.start_s < start_s) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
