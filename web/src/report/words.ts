import type { Verdict } from "../api/types";
import type { IconName } from "../icons";
import { signed } from "../format";
import { t, type Key } from "../i18n";

/** Names a colour and nothing more: words and icon carry the same meaning. */
export type Tone = "authentic" | "open" | "suspicious" | "unknown" | "failed";

const kTones: Record<Verdict, Tone> = {
    likely_authentic: "authentic",
    inconclusive: "open",
    likely_manipulated: "suspicious",
    likely_synthetic: "suspicious",
    not_applicable: "unknown",
    failed: "failed",
};
const kIcons: Record<Verdict, IconName> = {
    likely_authentic: "authentic",
    inconclusive: "open",
    likely_manipulated: "manipulated",
    likely_synthetic: "synthetic",
    not_applicable: "unknown",
    failed: "failed",
};

/** A verdict that these pages do not know counts as failed, never as clean. */
export const toneOf = (verdict: Verdict): Tone => kTones[verdict] ?? "failed";
export const iconOf = (verdict: Verdict): IconName => kIcons[verdict] ?? "failed";
export const titleOf = (verdict: Verdict): string => t(`verdict.${verdict in kTones ? verdict : "failed"}.title` as Key);
export const meaningOf = (verdict: Verdict): string => t(`verdict.${verdict in kTones ? verdict : "failed"}.meaning` as Key);
export const cautionOf = (verdict: Verdict): string => t(`verdict.${verdict in kTones ? verdict : "failed"}.caution` as Key);

/** The steps of the verbal scale, as the engine's own reports use it: from that likelihood ratio on. */
const kScale: readonly { from: number; key: Key }[] = [
    { from: 10_000, key: "support.very_strong" },
    { from: 1000, key: "support.strong" },
    { from: 100, key: "support.moderately_strong" },
    { from: 10, key: "support.moderate" },
    { from: 2, key: "support.weak" },
];

export function supportsASide(llr: number): boolean {
    return Math.abs(llr) >= Math.log10(2);
}

/** How strongly `llr` (base 10) speaks, and for which side. */
export function supportInWords(llr: number): string {
    const step = kScale.find(({ from }) => Math.abs(llr) >= Math.log10(from));
    if (!step) return t("support.none");
    return t(step.key, { side: t(llr > 0 ? "support.side.h1" : "support.side.h0") });
}

export function weightInWords(llr: number | null): string {
    return llr === null ? t("finding.no_ratio") : `${signed(llr)} · ${supportInWords(llr)}`;
}
