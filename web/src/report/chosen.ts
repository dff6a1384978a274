import type { Report } from "../api/types";
import { engineText, h, replace } from "../dom";
import { span } from "../format";
import { t } from "../i18n";
import { kList } from "./findings";
import type { Selection } from "./selection";
import { weightInWords } from "./words";

/** What was chosen in picture or timeline, in words beside it. */
export function chosenPanel(report: Report, selection: Selection): HTMLElement {
    const panel = h("div", { class: "chosen", role: "status" });
    selection.follow((index, by) => {
        const finding = index === null ? undefined : report.findings[index];
        if (!finding || index === null) {
            replace(panel);
            return;
        }
        const { start_s, end_s } = finding.where;
        replace(panel, h("div", { class: "chosen-card" },
            h("p", { class: "finding-meta" }, h("code", {}, finding.analyzer), start_s !== null ? h("span", { class: "value" }, span(start_s, end_s ?? start_s)) : null,
                finding.llr !== null ? h("span", { class: "weight" }, weightInWords(finding.llr)) : null),
            h("p", {}, engineText(finding.explanation)),
            h("p", { class: "row" }, h("button", { type: "button", class: "button button-small", click: () => document.querySelector("#findings .selected")?.scrollIntoView({ block: "center" }) }, t("finding.more")),
                h("button", { type: "button", class: "button button-small", click: () => selection.set(null) }, t("finding.unselect")))));
        if (by === kList) document.getElementById("where")?.scrollIntoView({ block: "start" });
    });
    return panel;
}
