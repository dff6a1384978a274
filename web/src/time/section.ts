import type { Check, Report } from "../api/types";
import { append, dotted, engineText, h, type Child } from "../dom";
import { clock, span } from "../format";
import { icon } from "../icons";
import { plural, t } from "../i18n";
import { chosenPanel } from "../report/chosen";
import { momentsOf, type Moment } from "../report/grouping";
import type { Selection } from "../report/selection";
import { Lane } from "./axis";
import { Player } from "./player";
import { pictureSound } from "./sound";
import { Timeline, type LaneOf } from "./timeline";

const kFew = 12;
const kMore = 200;

function lanesOf(moments: readonly Moment[]): LaneOf[] {
    const lanes = new Map<string, Moment[]>();
    for (const moment of moments) {
        const own = lanes.get(moment.finding.analyzer);
        if (own) own.push(moment);
        else lanes.set(moment.finding.analyzer, [moment]);
    }
    return [...lanes].map(([analyzer, own]) => ({ label: `${analyzer} · ${plural("time.moments", own.length)}`, lane: new Lane(own) }));
}

/** The moments as a list: what the timeline shows, for keyboard and screen reader. */
function momentList(moments: readonly Moment[], choose: (moment: Moment) => void, selection: Selection): HTMLElement {
    const body = h("tbody", {});
    const table = h("table", { class: "stacked moments" },
        h("thead", {}, h("tr", {}, [t("time.when"), t("time.what"), t("finding.analyzer")].map((head) => h("th", { scope: "col" }, head)))), body);
    const more = h("button", { type: "button", class: "button", click: () => add(kMore) });
    let shown = 0;
    const add = (count: number): void => {
        append(body, moments.slice(shown, shown + count).map((moment) => h("tr", { "data-moment": moment.index },
            h("th", { scope: "row" }, h("button", { type: "button", class: "place-button", "aria-pressed": "false", click: () => choose(moment) },
                icon("time"), span(moment.start_s, moment.end_s))),
            h("td", {}, engineText(moment.finding.explanation)), h("td", {}, dotted(moment.finding.analyzer)))));
        shown = Math.min(shown + count, moments.length);
        more.hidden = shown >= moments.length;
        more.textContent = plural("time.more", moments.length - shown);
    };
    add(kFew);
    selection.follow((index) => {
        for (const row of body.querySelectorAll("tr")) {
            const chosen = row.dataset["moment"] === String(index);
            row.classList.toggle("selected", chosen);
            row.querySelector("button")?.setAttribute("aria-pressed", String(chosen));
        }
    });
    return h("div", {}, table, more);
}

/** Timeline, player and moments of a film or recording; null where there is no time in it. */
export function timeExhibit(report: Report, check: Check, selection: Selection, signal: AbortSignal): HTMLElement | null {
    const { kind, duration_s } = report.input;
    const moments = momentsOf(report);
    if ((kind !== "video" && kind !== "audio") && moments.length === 0) return null;
    const total_s = moments.reduce((last, { end_s }) => Math.max(last, end_s), duration_s ?? 0);
    if (total_s <= 0) return null;

    const timeline = new Timeline(lanesOf(moments), moments, total_s, selection, signal);
    const player = new Player(check, kind === "video", signal);
    const view = h("p", { class: "quiet small value" });
    timeline.moved = () => { view.textContent = t("time.view", { from: clock(timeline.window.start_s), to: clock(timeline.window.end_s) }); };
    timeline.moved();
    timeline.seek = (at_s) => player.seek(at_s);
    player.played = (at_s) => timeline.setPlayhead(at_s);
    const sound = h("p", { class: "quiet small", role: "status" });
    player.opened = (file) => {
        sound.textContent = t("time.drawing_sound");
        void pictureSound(file, total_s, signal).then((picture) => {
            if (signal.aborted) return;
            sound.textContent = picture ? "" : t("time.no_sound");
            timeline.setSound(picture);
        });
    };
    player.start();
    const button = (name: "plus" | "minus" | "fit", label: string, action: () => void): Child =>
        h("button", { type: "button", class: "button button-icon", "aria-label": label, title: label, click: action }, icon(name));
    return h("div", { class: "time" }, player.element, sound, timeline.canvas,
        h("div", { class: "row viewer-bar" }, button("minus", t("time.less"), () => timeline.zoom(0.5)), button("plus", t("time.closer"), () => timeline.zoom(2)),
            button("fit", t("time.whole"), () => timeline.whole()), view),
        chosenPanel(report, selection),
        h("p", { class: "quiet small" }, t("time.hint")),
        h("h3", {}, t("time.title")),
        moments.length === 0
            ? h("p", { class: "quiet" }, t("time.no_moments"))
            : momentList(moments, (moment) => {
                selection.set(moment.index, timeline);
                player.seek(moment.start_s);
            }, selection));
}
