import type { Analyzer, Finding, Report } from "../api/types";
import { append, engineText, h, type Child } from "../dom";
import { significant, span } from "../format";
import { icon, type IconName } from "../icons";
import { plural, t } from "../i18n";
import { pointsSomewhere, type AnalyzerView, type FindingsView, type Numbered } from "./grouping";
import type { Selection } from "./selection";
import { weightInWords } from "./words";

type Analyzers = ReadonlyMap<string, Analyzer>;

/** Places listed in the open; the rest folds away. */
const kFewPlaces = 6;
/** Further ones at a time: a film of two hours may have thousands, and a page must not stand still for them. */
const kMorePlaces = 100;

function whereInWords(finding: Finding): string {
    const { box_px, start_s, end_s } = finding.where;
    const words: string[] = [];
    if (start_s !== null) words.push(span(start_s, end_s ?? start_s));
    if (box_px) words.push(t("finding.box", { width: box_px[2], height: box_px[3], x: box_px[0], y: box_px[1] }));
    return words.join(", ");
}

function measurementTable(finding: Finding, analyzer: Analyzer | undefined): Child {
    if (finding.measurements.length === 0) return null;
    const rows = finding.measurements.map(({ name, value, unit }) => h("tr", {},
        h("th", { scope: "row" }, h("code", {}, name)),
        h("td", { class: "value" }, significant(value, 5), unit === "" || unit === "1" ? "" : ` ${unit}`),
        h("td", {}, engineText(analyzer?.emits.find((emitted) => emitted.name === name)?.meaning ?? ""))));
    return h("details", {}, h("summary", {}, plural("finding.measurements", rows.length)),
        h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": t("finding.measured") },
            h("table", { class: "stacked" },
                h("thead", {}, h("tr", {}, [t("finding.name"), t("finding.value"), t("finding.meaning")].map((head) => h("th", { scope: "col" }, head)))),
                h("tbody", {}, rows))));
}

/** What makes the finding checkable: method, paper, what it gets wrong. */
function background(analyzer: Analyzer | undefined, finding: Finding): Child {
    const facts: [string, Child][] = [];
    if (analyzer?.known_false_alarms) facts.push([t("finding.false_alarms"), engineText(analyzer.known_false_alarms)]);
    if (analyzer?.limits) facts.push([t("finding.limits"), engineText(analyzer.limits)]);
    if (analyzer?.reference) facts.push([t("finding.paper"), engineText(analyzer.reference)]);
    if (finding.model_sha256) facts.push([t("finding.model"), h("code", { class: "hash" }, finding.model_sha256)]);
    if (facts.length === 0) return null;
    return h("dl", { class: "facts" }, facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

function place(numbered: Numbered, selection: Selection): HTMLElement {
    const { finding, index } = numbered;
    const where = whereInWords(finding);
    const name: IconName = finding.where.start_s !== null ? "time" : "place";
    return h("li", { id: `finding-${index}`, class: "place", "data-finding": index },
        pointsSomewhere(numbered)
            ? h("button", { type: "button", class: "place-button", "aria-pressed": "false", click: () => selection.set(index, kList) }, icon(name), where)
            : null,
        h("p", {}, engineText(finding.explanation)),
        finding.measurements.length > 0
            ? h("p", { class: "quiet small" }, finding.measurements.map(({ name: measured, value, unit }) => `${measured} ${significant(value)}${unit === "1" ? "" : ` ${unit}`}`).join(", "))
            : null);
}

function placeList(places: readonly Numbered[], selection: Selection): Child {
    if (places.length === 0) return null;
    const list = h("ul", { class: "places" });
    const more = h("button", { type: "button", class: "button button-small", click: () => add(kMorePlaces) });
    let listed = 0;
    const add = (count: number): void => {
        append(list, places.slice(listed, listed + count).map((numbered) => place(numbered, selection)));
        listed = Math.min(listed + count, places.length);
        more.hidden = listed >= places.length;
        more.textContent = plural("finding.more_places", places.length - listed);
    };
    add(kFewPlaces);
    return [list, more];
}

function card(view: AnalyzerView, analyzers: Analyzers, selection: Selection): HTMLElement {
    const { finding, index } = view.whole;
    const analyzer = analyzers.get(view.analyzer);
    return h("article", { class: "finding", id: `finding-${index}`, "data-finding": index, "data-analyzer": view.analyzer },
        h("h4", {}, titleOf(view.analyzer, analyzers)),
        h("p", { class: "finding-meta" }, h("code", {}, view.analyzer), h("span", { class: "weight" }, weightInWords(finding.llr))),
        pointsSomewhere(view.whole)
            ? h("button", { type: "button", class: "place-button", "aria-pressed": "false", click: () => selection.set(index, kList) },
                icon(finding.where.start_s !== null ? "time" : "place"), whereInWords(finding))
            : null,
        h("p", { class: "explanation" }, engineText(finding.explanation || finding.reason || "")),
        placeList(view.places, selection),
        measurementTable(finding, analyzer),
        h("details", { class: "background" }, h("summary", {}, t("finding.background")), background(analyzer, finding) ?? h("p", { class: "quiet" }, t(view.analyzer.startsWith("fusion.") ? "finding.joint_background" : "finding.no_background"))));
}

/** An analyzer's own words for what it looks for; findings that join several analyzers come from none. */
function titleOf(id: string, analyzers: Analyzers): Child {
    const analyzer = analyzers.get(id);
    return analyzer ? engineText(upper(analyzer.summary)) : id.startsWith("fusion.") ? t("finding.joint") : h("code", {}, id);
}

const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1).replace(/\.$/, "");

/** Marks a choice made in this list: then the picture or the timeline is brought into view. */
export const kList = {};

function group(id: string, title: string, note: string, views: readonly AnalyzerView[], analyzers: Analyzers, selection: Selection): Child {
    if (views.length === 0) return null;
    // What takes no side and points nowhere is folded away, not left out.
    const folded = id === "neutral" ? views.filter((view) => ![view.whole, ...view.places].some(pointsSomewhere)) : [];
    const open = views.filter((view) => !folded.includes(view));
    return h("div", { class: "finding-group", id }, h("h3", {}, title, h("span", { class: "count" }, String(views.length))), h("p", { class: "quiet" }, note),
        h("div", { class: "cards" }, open.map((view) => card(view, analyzers, selection))),
        folded.length > 0
            ? h("details", {}, h("summary", {}, plural("finding.folded", folded.length)), h("div", { class: "cards" }, folded.map((view) => card(view, analyzers, selection))))
            : null);
}

function notExamined(view: FindingsView, analyzers: Analyzers): Child {
    const rows = [...view.failed, ...view.notApplicable].map(({ analyzer, whole }) => h("tr", {},
        h("th", { scope: "row" }, titleOf(analyzer, analyzers), h("code", { class: "under" }, analyzer)),
        h("td", {}, whole.finding.outcome === "failed" ? h("strong", {}, t("finding.failed")) : t("finding.not_applicable")),
        h("td", {}, engineText(whole.finding.reason ?? ""))));
    if (rows.length === 0) return null;
    return h("details", { class: "finding-group", id: "unexamined", open: view.failed.length > 0 },
        h("summary", {}, h("h3", {}, t("finding.unexamined"), h("span", { class: "count" }, String(rows.length)))),
        h("p", { class: "quiet" }, t("finding.unexamined_note")),
        h("table", { class: "stacked" },
            h("thead", {}, h("tr", {}, [t("finding.analyzer"), t("finding.outcome"), t("finding.why")].map((head) => h("th", { scope: "col" }, head)))),
            h("tbody", {}, rows)));
}

export function findingsSection(report: Report, view: FindingsView, analyzers: Analyzers, selection: Selection): HTMLElement {
    const section = h("section", { id: "findings", class: "card", "aria-labelledby": "findings-title" },
        h("h2", { id: "findings-title" }, t("finding.title")),
        report.findings.length === 0 ? h("p", {}, t("finding.none")) : null,
        group("speaks-for", t("finding.for"), t("finding.for_note"), view.speaksFor, analyzers, selection),
        group("speaks-against", t("finding.against"), t("finding.against_note"), view.speaksAgainst, analyzers, selection),
        group("neutral", t("finding.neutral"), t("finding.neutral_note"), view.neutral, analyzers, selection),
        notExamined(view, analyzers));
    selection.follow((index) => {
        for (const old of section.querySelectorAll(".selected")) old.classList.remove("selected");
        for (const button of section.querySelectorAll("[aria-pressed=true]")) button.setAttribute("aria-pressed", "false");
        if (index === null) return;
        // A place that is not listed yet is shown by its analyzer.
        const chosen = section.querySelector(`[data-finding="${index}"]`) ?? section.querySelector(`[data-analyzer="${report.findings[index]?.analyzer ?? ""}"]`);
        if (!chosen) return;
        for (let around = chosen.closest("details"); around; around = around.parentElement?.closest("details") ?? null) around.open = true;
        chosen.classList.add("selected");
        chosen.querySelector(":scope > .place-button")?.setAttribute("aria-pressed", "true");
    });
    return section;
}
