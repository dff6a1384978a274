import type { Report } from "../api/types";
import { engineText, foreign, h, svg, type Child } from "../dom";
import { probability, signed } from "../format";
import { icon } from "../icons";
import { plural, t } from "../i18n";
import type { FindingsView } from "./grouping";
import { cautionOf, iconOf, meaningOf, supportInWords, titleOf, toneOf } from "./words";

/** From 0 to 1 on a line, with what was assumed before looking as a thin mark. */
function scale(report: Report, value: number): Element {
    const x = (share: number): string => `${(share * 100).toFixed(2)}%`;
    return h("div", { class: "scale", "aria-hidden": "true" },
        svg("svg", { width: "100%", height: "28", focusable: "false" },
            svg("rect", { class: "scale-track", x: 0, y: 11, width: "100%", height: 6, rx: 3 }),
            svg("line", { class: "scale-prior", x1: x(report.prior), x2: x(report.prior), y1: 5, y2: 23 }),
            svg("circle", { class: "scale-mark", cx: x(value), cy: 14, r: 9 })),
        h("div", { class: "ends" }, h("span", {}, t("support.side.h0")), h("span", {}, t("support.side.h1"))));
}

function howSure(report: Report): Child {
    if (report.probability === null) return h("p", { class: "number" }, t("verdict.not_judged"));
    return [
        h("p", { class: "number" }, t("verdict.probability"), " ", h("strong", {}, probability(report.probability)),
            report.llr === null ? null : h("span", { class: "number-words" }, `llr ${signed(report.llr)}, ${supportInWords(report.llr)}`)),
        scale(report, report.probability),
        h("p", { class: "quiet small" }, t("verdict.prior", { prior: probability(report.prior) })),
    ];
}

/** What the reader must know beside the verdict. */
function warnings(report: Report, view: FindingsView): Child[] {
    const { input } = report;
    const notes: Child[] = [];
    if (input.sha256_after !== "" && input.sha256 !== input.sha256_after) notes.push(t("warning.changed"));
    if (input.extension_agrees === false) notes.push([t("warning.extension"), " ", engineText(input.description || input.media_type), "."]);
    if (input.damage !== "") notes.push([t("warning.damaged"), " ", engineText(input.damage), "."]);
    if (input.decoded_fraction !== null && input.decoded_fraction < 1) notes.push(t("warning.part", { share: probability(input.decoded_fraction) }));
    if (view.failed.length > 0) notes.push(plural("warning.failed", view.failed.length));
    return notes.map((note) => h("p", { class: "note" }, icon("manipulated"), h("span", {}, note)));
}

export function verdictSection(report: Report, view: FindingsView): HTMLElement {
    return h("section", { id: "verdict", class: `card verdict tone-${toneOf(report.verdict)}`, "aria-labelledby": "verdict-title" },
        h("p", { class: "kicker" }, t("verdict.kicker")),
        h("h2", { id: "verdict-title" }, icon(iconOf(report.verdict), "icon icon-large"), titleOf(report.verdict)),
        report.failure ? h("p", { class: "lead" }, t("verdict.why"), " ", foreign(report.failure)) : null,
        report.summary ? h("p", { class: "lead" }, engineText(report.summary)) : null,
        howSure(report),
        h("div", { class: "pair" },
            h("div", {}, h("h3", {}, t("verdict.means")), h("p", {}, meaningOf(report.verdict))),
            h("div", {}, h("h3", {}, t("verdict.means_not")), h("p", {}, cautionOf(report.verdict)))),
        warnings(report, view));
}
