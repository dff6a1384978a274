import { Problem } from "../api/client";
import type { Check, MapEntry, Report } from "../api/types";
import { h, replace, type Child } from "../dom";
import { probability } from "../format";
import { icon } from "../icons";
import { t } from "../i18n";
import { chosenPanel } from "../report/chosen";
import { boxesOf } from "../report/grouping";
import type { Selection } from "../report/selection";
import { HeatMaps } from "./heat_maps";
import { PictureViewer } from "./viewer";

const nameOf = (map: MapEntry): string => (map.analyzer === null ? t("picture.fused") : map.analyzer);

/** The fused map first, the analyzers' own after it. */
export function sortedMaps(maps: readonly MapEntry[]): readonly MapEntry[] {
    return [...maps].sort((a, b) => Number(a.analyzer !== null) - Number(b.analyzer !== null) || a.name.localeCompare(b.name));
}

function button(name: Parameters<typeof icon>[0], label: string, action: () => void): HTMLElement {
    return h("button", { type: "button", class: "button button-icon", "aria-label": label, title: label, click: action }, icon(name));
}

/** The picture with its maps, or null where there is neither. */
export function pictureExhibit(
    report: Report, check: Check, picture: ImageBitmap | null, unsorted: readonly MapEntry[], selection: Selection, signal: AbortSignal,
): HTMLElement | null {
    const maps = sortedMaps(unsorted);
    if (!picture && maps.length === 0) return null;
    const boxes = boxesOf(report).map(({ index, finding }) => ({ index, box: finding.where.box_px! }));
    const viewer = new PictureViewer({
        picture, boxes, selection, signal,
        width: report.input.width_px ?? picture?.width ?? 4, height: report.input.height_px ?? picture?.height ?? 3,
        label: t("picture.label", { name: check.file_name }),
    });
    const hint = h("p", { class: "quiet small", id: "picture-hint" }, t("picture.hint"));
    viewer.stage.setAttribute("aria-describedby", "picture-hint");
    const bar = h("div", { class: "row viewer-bar" },
        button("minus", t("picture.smaller"), () => viewer.zoom(1 / 1.5)),
        button("plus", t("picture.larger"), () => viewer.zoom(1.5)),
        button("fit", t("picture.fit"), () => viewer.fit()),
        boxes.length > 0 ? switchOf(t("picture.boxes"), true, (on) => viewer.showBoxes(on)) : null);
    return h("div", { class: "viewer" }, viewer.stage, bar, chosenPanel(report, selection), hint, picture ? null : h("p", { class: "quiet" }, t("picture.no_preview")),
        maps.length > 0 ? mapControls(viewer, maps, signal) : h("p", { class: "quiet" }, t("picture.no_maps")));
}

function switchOf(label: string, on: boolean, changed: (on: boolean) => void): HTMLElement {
    const box = h("input", { type: "checkbox", checked: on, change: () => changed(box.checked) });
    return h("label", { class: "check" }, box, label);
}

function mapControls(viewer: PictureViewer, maps: readonly MapEntry[], signal: AbortSignal): Child {
    const heat = new HeatMaps(signal);
    const status = h("p", { class: "quiet small", role: "status" });
    let wanted = "";
    const show = async (url: string): Promise<void> => {
        wanted = url;
        if (url === "") {
            viewer.setOverlay(null);
            status.textContent = "";
            return;
        }
        status.textContent = t("picture.loading_map");
        try {
            const map = await heat.get(url);
            if (wanted !== url || signal.aborted) return;
            viewer.setOverlay(map.bitmap);
            status.textContent = map.marked > 0 ? t("picture.marked", { share: probability(map.marked) }) : t("picture.nothing_marked");
        } catch (error) {
            if (wanted !== url || signal.aborted) return;
            viewer.setOverlay(null);
            status.textContent = t("picture.map_failed", { why: error instanceof Problem || error instanceof Error ? error.message : String(error) });
        }
    };
    const choice = (url: string, label: string, chosen: boolean): HTMLElement => h("label", { class: "chip" },
        h("input", { type: "radio", name: "map", value: url, checked: chosen, change: () => void show(url) }), h("span", {}, label));
    const first = maps[0]!;
    void show(first.url);

    const opacity = h("input", { type: "range", min: 0, max: 100, step: 5, value: 70, input: () => viewer.setOpacity(Number(opacity.value) / 100) });
    const share = h("input", { type: "range", min: 0, max: 100, value: 50, disabled: true, "aria-label": t("picture.split_at"),
        input: () => viewer.setSplit(Number(share.value) / 100) });
    viewer.splitMoved = (at) => { share.value = String(Math.round(at * 100)); };
    const split = switchOf(t("picture.split"), false, (on) => {
        share.disabled = !on;
        viewer.setSplit(on ? Number(share.value) / 100 : null);
    });
    const panel = h("div", { class: "map-panel" });
    replace(panel,
        h("fieldset", { class: "chips" }, h("legend", {}, t("picture.map")),
            maps.map((map) => choice(map.url, nameOf(map), map === first)), choice("", t("picture.no_map"), false)),
        h("div", { class: "row sliders" }, h("label", { class: "slider" }, h("span", {}, t("picture.opacity")), opacity), h("div", { class: "slider" }, split, share)),
        h("div", { class: "legend", "aria-hidden": "true" }, h("span", {}, t("picture.threshold")), h("span", { class: "legend-bar" }), h("span", {}, t("picture.strongest"))),
        status, h("p", { class: "quiet small" }, t("picture.map_note")));
    return panel;
}
