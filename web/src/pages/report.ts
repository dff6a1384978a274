import { deleteCheck, getAnalyzers, getBlob, getCheck, getMaps, getPreview, getReport, reportPath, type ReportForm } from "../api/client";
import { follow, isFinal } from "../api/events";
import type { Analyzer, Check, MapEntry, Report } from "../api/types";
import { engineText, foreign, h, replace, type Child } from "../dom";
import { duration, moment, size } from "../format";
import { icon, iconOfKind } from "../icons";
import { t, type Key } from "../i18n";
import { go } from "../navigation";
import { confirmed } from "../parts";
import { pictureExhibit } from "../picture/section";
import { findingsSection } from "../report/findings";
import { groupFindings } from "../report/grouping";
import { provenanceSection } from "../report/provenance";
import { Selection } from "../report/selection";
import { inputInWords, limitsSection, technicalSection } from "../report/technical";
import { verdictSection } from "../report/verdict";
import type { Page, Visit } from "../router";
import { copyText, saveAs } from "../save";
import { announce, pageHead, problemBox, spinner } from "../shell";
import { timeExhibit } from "../time/section";

function actions(check: Check, place: HTMLElement): HTMLElement[] {
    const act = (name: Parameters<typeof icon>[0], key: Key, action: () => void | Promise<void>): HTMLElement => h("button", {
        type: "button", class: "button",
        click: () => void Promise.resolve(action()).catch((error: unknown) => place.prepend(problemBox(error))),
    }, icon(name), t(key));
    const base = check.file_name.replace(/[^\p{L}\p{N}._-]+/gu, "_") || check.id;
    const save = (form: ReportForm) => async (): Promise<void> => saveAs(await getBlob(reportPath(check.id, form)), `${base}.report.${form}`);
    const copy = async (): Promise<void> => announce(t((await copyText(`${location.origin}/checks/${encodeURIComponent(check.id)}`)) ? "copied_link" : "copy_failed"));
    const remove = async (): Promise<void> => {
        if (!(await confirmed([t("report.delete_question"), " ", foreign(check.file_name)], t("report.delete")))) return;
        await deleteCheck(check.id);
        announce(t("report.deleted"));
        go("/history");
    };
    const copyButton = act("link", "report.copy_link", async () => {
        await copy();
        replace(copyButton, icon("check"), t("copied_link"));
        setTimeout(() => replace(copyButton, icon("link"), t("report.copy_link")), 2500);
    });
    return [copyButton, ...(check.state === "done" ? [act("download", "report.pdf", save("pdf")), act("download", "report.signature", save("pdf.sig")), act("download", "report.json", save("json")), act("download", "report.html", save("html"))] : []),
        h("a", { class: "button", href: `/compare?a=${encodeURIComponent(check.id)}` }, icon("compare"), t("report.compare")), act("trash", "report.delete", remove)];
}

/** Waiting, then at work: what happens, and since when. */
function progress(check: Check, signal: AbortSignal): { element: HTMLElement; show: (check: Check) => void } {
    const steps = (["queued", "running", "done"] as const).map((state) => ({ state, element: h("li", {}, t(`progress.${state}`)) }));
    const said = h("p", { role: "status", class: "lead" });
    const elapsed = h("p", { class: "quiet value" });
    let current = check;
    const tick = (): void => {
        const since = Date.parse(current.started_at ?? current.created_at);
        elapsed.textContent = t("progress.elapsed", { time: duration(Math.max((Date.now() - since) / 1000, 0)) });
    };
    const timer = setInterval(tick, 1000);
    signal.addEventListener("abort", () => clearInterval(timer));
    const show = (now: Check): void => {
        current = now;
        const place = steps.findIndex(({ state }) => state === now.state);
        steps.forEach(({ element }, index) => {
            element.className = index < place ? "past" : index === place ? "now" : "";
            if (index === place) element.setAttribute("aria-current", "step");
            else element.removeAttribute("aria-current");
        });
        said.textContent = now.attempts > 1 ? t("progress.again", { attempt: now.attempts }) : t(`progress.${now.state === "failed" ? "done" : now.state}_text`);
        tick();
    };
    show(check);
    return {
        element: h("section", { class: "card progress", "aria-label": t("progress.label") }, said, h("div", { class: "bar", "aria-hidden": "true" }, h("span", {})), h("ol", { class: "stages" }, steps.map(({ element }) => element)), elapsed),
        show,
    };
}

function gaveUp(check: Check): HTMLElement {
    return h("section", { class: "card verdict tone-failed", "aria-labelledby": "verdict-title" }, h("p", { class: "kicker" }, t("verdict.kicker")),
        h("h2", { id: "verdict-title" }, icon("failed", "icon icon-large"), t("verdict.failed.title")), h("p", { class: "lead" }, t("report.gave_up")),
        check.error ? h("p", {}, engineText(check.error.detail ?? check.error.title ?? "")) : null, h("p", {}, t("verdict.failed.caution")));
}

interface Loaded {
    readonly report: Report;
    readonly maps: readonly MapEntry[];
    readonly picture: ImageBitmap | null;
    readonly analyzers: ReadonlyMap<string, Analyzer>;
    readonly troubles: readonly unknown[];
}

/** The report is needed; a picture or a map that cannot be had is said, and the rest shown. */
async function load(check: Check, signal: AbortSignal): Promise<Loaded> {
    const troubles: unknown[] = [];
    const excused = async <T>(promise: Promise<T>, instead: T): Promise<T> => promise.catch((error: unknown) => {
        if (signal.aborted) throw error;
        troubles.push(error);
        return instead;
    });
    const [report, maps, picture, analyzers] = await Promise.all([
        getReport(check.id, signal), excused(getMaps(check.id, signal), []), excused(getPreview(check, signal), null),
        excused<ReadonlyMap<string, Analyzer>>(getAnalyzers(), new Map()),
    ]);
    return { report, maps, picture, analyzers, troubles };
}

async function showReport(place: HTMLElement, check: Check, visit: Visit): Promise<void> {
    replace(place, spinner(t("report.loading")));
    const { report, maps, picture, analyzers, troubles } = await load(check, visit.signal);
    if (visit.signal.aborted) return;
    const view = groupFindings(report);
    const selection = new Selection();
    const exhibits = [pictureExhibit(report, check, picture, maps, selection, visit.signal), timeExhibit(report, check, selection, visit.signal)].filter((exhibit) => exhibit !== null);
    const where: Child = exhibits.length === 0 ? null : h("section", { id: "where", class: "card", "aria-labelledby": "where-title" },
        h("h2", { id: "where-title" }, t("where.title")), exhibits);
    const sections: [string, Key, boolean][] = [["verdict", "verdict.kicker", true], ["where", "where.title", exhibits.length > 0], ["findings", "finding.title", true],
        ["provenance", "provenance.title", true], ["limits", "limits.title", true], ["technical", "technical.title", true]];
    replace(place, h("div", { class: "report" },
        h("nav", { class: "contents", "aria-label": t("report.contents") }, h("ul", {}, sections.filter(([, , there]) => there).map(([id, key]) => h("li", {}, h("a", { href: `#${id}` }, t(key)))))),
        h("div", { class: "report-body" },
            troubles.map((trouble) => problemBox(trouble)),
            verdictSection(report, view), where, findingsSection(report, view, analyzers, selection), provenanceSection(report), limitsSection(report), technicalSection(report, check))));
    const about = document.querySelector(".page-title .lead");
    if (about) replace(about, inputInWords(report));
}

export function reportPage(visit: Visit): Page {
    const content = h("div", { class: "width" }, spinner(t("report.loading")));
    const start = async (): Promise<void> => {
        try {
            let check = await getCheck(visit.id, visit.signal);
            const place = h("div", {});
            const shell = (now: Check): void => {
                const title = h("span", {}, iconOfKind(now.kind), foreign(now.file_name || t("upload.unnamed")));
                replace(content, pageHead(title, `${size(now.size_bytes)} · ${moment(now.created_at)}`, ...actions(now, content)), place);
                document.title = `${now.file_name} · Bonafide`;
            };
            shell(check);
            if (!isFinal(check)) {
                const shown = progress(check, visit.signal);
                replace(place, shown.element);
                check = await follow(visit.id, shown.show, visit.signal);
                announce(t("progress.done_text"));
                shell(check);
            }
            if (check.state === "failed") replace(place, gaveUp(check));
            else await showReport(place, check, visit);
        } catch (error) {
            if (!visit.signal.aborted) replace(content, pageHead(t("report.title"), null), problemBox(error, () => void start()));
        }
    };
    void start();
    return { title: t("report.title"), content };
}
