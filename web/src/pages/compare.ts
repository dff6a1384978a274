import { getCheck, getMaps, getPreview, getReport, listChecks } from "../api/client";
import type { Check, Finding, MapEntry, Report } from "../api/types";
import { dotted, h, replace, type Child } from "../dom";
import { moment, signed } from "../format";
import { icon } from "../icons";
import { t } from "../i18n";
import { go } from "../navigation";
import { badgeOf, linkTo, probabilityOf, selectOf } from "../parts";
import { HeatMaps } from "../picture/heat_maps";
import { sortedMaps } from "../picture/section";
import { PictureViewer } from "../picture/viewer";
import { inputInWords } from "../report/technical";
import type { Page, Visit } from "../router";
import { pageHead, problemBox, spinner } from "../shell";

interface Side {
    readonly check: Check;
    readonly report: Report | null;
    readonly maps: readonly MapEntry[];
    readonly picture: ImageBitmap | null;
}

async function load(id: string, signal: AbortSignal): Promise<Side> {
    const check = await getCheck(id, signal);
    if (check.state !== "done") return { check, report: null, maps: [], picture: null };
    const [report, maps, picture] = await Promise.all([getReport(id, signal), getMaps(id, signal).catch(() => []), getPreview(check, signal).catch(() => null)]);
    return { check, report, maps, picture };
}

/** What an analyzer says about the whole input, by its id. */
function wholes(report: Report | null): ReadonlyMap<string, Finding> {
    const found = new Map<string, Finding>();
    for (const finding of report?.findings ?? []) if (!found.has(finding.analyzer)) found.set(finding.analyzer, finding);
    return found;
}

function weight(finding: Finding | undefined): string {
    if (!finding) return t("compare.not_in_report");
    if (finding.outcome !== "ran") return t(finding.outcome === "failed" ? "finding.failed" : "finding.not_applicable");
    return finding.llr === null ? t("compare.ran") : signed(finding.llr);
}

/** The measurements that both have, and differ in; their number only, the reports hold the rest. */
function differences(a: Finding | undefined, b: Finding | undefined): string {
    if (a?.outcome !== "ran" || b?.outcome !== "ran") return "";
    const other = new Map(b.measurements.map(({ name, value }) => [name, value]));
    const shared = a.measurements.filter(({ name }) => other.has(name));
    const unlike = shared.filter(({ name, value }) => other.get(name) !== value);
    return unlike.length === 0 ? t("compare.same_measurements") : t("compare.unlike_measurements", { unlike: unlike.length, shared: shared.length });
}

function table(a: Side, b: Side): HTMLElement {
    const [left, right] = [wholes(a.report), wholes(b.report)];
    const ids = [...new Set([...left.keys(), ...right.keys()])].sort();
    return h("table", { class: "stacked compared" },
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("finding.analyzer")), h("th", { scope: "col" }, "A"), h("th", { scope: "col" }, "B"), h("th", { scope: "col" }, t("compare.measurements")))),
        h("tbody", {}, ids.map((id) => {
            const [own, other] = [left.get(id), right.get(id)];
            const unlike = weight(own) !== weight(other);
            return h("tr", { class: unlike ? "unlike" : null }, h("th", { scope: "row" }, dotted(id), unlike ? h("span", { class: "tag" }, t("compare.differs")) : null),
                h("td", { class: "value", "data-label": "A" }, weight(own)), h("td", { class: "value", "data-label": "B" }, weight(other)), h("td", { class: "small quiet" }, differences(own, other)));
        })));
}

function head(letter: string, side: Side): HTMLElement {
    const { check, report } = side;
    return h("div", { class: "card side", "data-side": letter },
        h("h2", {}, h("span", { class: "letter", "aria-hidden": "true" }, letter), linkTo(check)),
        h("p", {}, badgeOf(check)),
        h("dl", { class: "facts" },
            h("div", {}, h("dt", {}, t("batch.probability")), h("dd", { class: "value" }, probabilityOf(check))),
            h("div", {}, h("dt", {}, t("technical.type")), h("dd", {}, report ? inputInWords(report) : "–")),
            h("div", {}, h("dt", {}, "SHA-256"), h("dd", {}, h("code", { class: "hash" }, check.sha256 ?? "–")))),
        check.summary ? h("p", { lang: "en" }, check.summary) : null);
}

/** Both pictures, moved and enlarged together, with the fused map of each. */
function pictures(a: Side, b: Side, signal: AbortSignal): Child {
    if (!a.picture && !b.picture) return null;
    const heat = new HeatMaps(signal);
    const viewers = [a, b].map(({ check, report, picture, maps }, place) => {
        const viewer = new PictureViewer({
            picture, boxes: [], selection: null, signal, label: t("picture.label", { name: `${"AB"[place]}: ${check.file_name}` }),
            width: report?.input.width_px ?? picture?.width ?? 4, height: report?.input.height_px ?? picture?.height ?? 3,
        });
        return { viewer, map: sortedMaps(maps)[0] };
    });
    viewers.forEach(({ viewer }, place) => {
        const other = viewers[1 - place]!.viewer;
        viewer.moved = () => {
            other.viewport.mirror(viewer.viewport);
            other.draw();
        };
    });
    const show = async (on: boolean): Promise<void> => {
        for (const { viewer, map } of viewers) viewer.setOverlay(on && map ? (await heat.get(map.url)).bitmap : null);
    };
    const box = h("input", { type: "checkbox", change: () => void show(box.checked).catch((error: unknown) => { box.closest(".card")?.append(problemBox(error)); }) });
    const hasMaps = viewers.some(({ map }) => map !== undefined);
    return h("section", { class: "card", "aria-labelledby": "pictures-title" }, h("h2", { id: "pictures-title" }, t("compare.pictures")),
        h("div", { class: "sides" }, viewers.map(({ viewer }) => viewer.stage)),
        h("div", { class: "row viewer-bar" },
            h("button", { type: "button", class: "button button-icon", "aria-label": t("picture.smaller"), click: () => viewers[0]!.viewer.zoom(1 / 1.5) }, icon("minus")),
            h("button", { type: "button", class: "button button-icon", "aria-label": t("picture.larger"), click: () => viewers[0]!.viewer.zoom(1.5) }, icon("plus")),
            h("button", { type: "button", class: "button button-icon", "aria-label": t("picture.fit"), click: () => viewers[0]!.viewer.fit() }, icon("fit")),
            hasMaps ? h("label", { class: "check" }, box, t("compare.maps")) : null),
        h("p", { class: "quiet small" }, t("compare.together")));
}

function sameness(a: Side, b: Side): HTMLElement {
    const same = a.check.sha256 !== null && a.check.sha256 === b.check.sha256;
    return h("p", { class: `note ${same ? "note-good" : ""}` }, icon(same ? "check" : "compare"), h("span", {}, t(same ? "compare.same_bytes" : "compare.other_bytes")));
}

async function picker(place: HTMLElement, chosen: { a: string; b: string }, visit: Visit): Promise<void> {
    const { checks } = await listChecks({ limit: 100, state: "done" }, visit.signal);
    const ids = new Set(checks.map(({ id }) => id));
    const options = (value: string): (readonly [string, string])[] => [["", t("compare.choose")],
        ...(value !== "" && !ids.has(value) ? [[value, value] as const] : []), ...checks.map((check) => [check.id, `${check.file_name}, ${moment(check.created_at)}`] as const)];
    const change = (side: "a" | "b") => (value: string): void => go(`/compare?${new URLSearchParams({ ...chosen, [side]: value })}`);
    replace(place, h("div", { class: "filters two" }, selectOf("A", options(chosen.a), chosen.a, change("a")), selectOf("B", options(chosen.b), chosen.b, change("b"))));
}

export function comparePage(visit: Visit): Page {
    const chosen = { a: visit.url.searchParams.get("a") ?? "", b: visit.url.searchParams.get("b") ?? "" };
    const choice = h("div", { class: "card" }, spinner(t("history.loading")));
    const place = h("div", {});
    const show = async (): Promise<void> => {
        try {
            await picker(choice, chosen, visit);
            if (chosen.a === "" || chosen.b === "") {
                replace(place, h("p", { class: "empty" }, t("compare.choose_two")));
                return;
            }
            replace(place, spinner(t("report.loading")));
            const [a, b] = await Promise.all([load(chosen.a, visit.signal), load(chosen.b, visit.signal)]);
            if (visit.signal.aborted) return;
            replace(place, sameness(a, b), h("div", { class: "sides" }, head("A", a), head("B", b)), pictures(a, b, visit.signal),
                h("section", { class: "card", "aria-labelledby": "compared-title" }, h("h2", { id: "compared-title" }, t("compare.analyzers")), h("p", { class: "quiet" }, t("compare.analyzers_note")), table(a, b)));
        } catch (error) {
            if (!visit.signal.aborted) replace(place, problemBox(error, () => void show()));
        }
    };
    void show();
    return { title: t("nav.compare"), content: h("div", { class: "width" }, pageHead(t("compare.heading"), t("compare.lead")), choice, place) };
}
