import type { Check, Report, Stream } from "../api/types";
import { engineText, foreign, h, type Child } from "../dom";
import { duration, moment, significant, size } from "../format";
import { icon } from "../icons";
import { locale, t } from "../i18n";
import { copyText } from "../save";
import { announce } from "../shell";

function fact(name: string, value: Child): HTMLElement | null {
    return value === "" || value === null ? null : h("div", {}, h("dt", {}, name), h("dd", {}, value));
}

function hash(value: string): Child {
    if (value === "") return null;
    const copy = async (): Promise<void> => announce(t((await copyText(value)) ? "copied" : "copy_failed"));
    return [h("code", { class: "hash", "data-testid": "sha256" }, value),
        h("button", { type: "button", class: "button button-small", click: () => void copy() }, icon("copy"), t("copy"))];
}

function streamInWords(stream: Stream): string {
    const words = [stream.kind, stream.codec];
    if (stream.width_px && stream.height_px) words.push(`${stream.width_px} × ${stream.height_px} px`);
    if (stream.frame_rate_hz) words.push(`${significant(stream.frame_rate_hz)} Hz`);
    if (stream.sample_rate_hz) words.push(`${significant(stream.sample_rate_hz / 1000)} kHz`);
    if (stream.channels) words.push(`${stream.channels} ch`);
    if (stream.duration_s > 0) words.push(duration(stream.duration_s));
    return words.filter((word) => word !== "").join(", ");
}

/** "JPEG picture, 1024 × 768 px, 110 kB". */
export function inputInWords(report: Report): Child {
    const { input } = report;
    const words = [input.width_px && input.height_px ? `${input.width_px} × ${input.height_px} px` : "",
        input.duration_s !== null ? duration(input.duration_s) : "", size(input.size_bytes)].filter((word) => word !== "");
    return [engineText(input.description || input.media_type), ", ", words.join(", ")];
}

export function limitsSection(report: Report): HTMLElement {
    return h("section", { id: "limits", class: "card", "aria-labelledby": "limits-title" },
        h("h2", { id: "limits-title" }, t("limits.title")),
        h("ul", {}, report.limits.map((limit) => h("li", {}, engineText(limit))), h("li", {}, t("limits.no_proof"))));
}

export function technicalSection(report: Report, check: Check): HTMLElement {
    const { input, tool, timing_s } = report;
    const slowest = Object.entries(timing_s?.analyzers ?? {}).sort((a, b) => b[1] - a[1]);
    return h("section", { id: "technical", class: "card", "aria-labelledby": "technical-title" },
        h("h2", { id: "technical-title" }, t("technical.title")),
        h("dl", { class: "facts" },
            fact("SHA-256", hash(input.sha256)),
            input.sha256_after !== input.sha256 ? fact(t("technical.sha256_after"), hash(input.sha256_after)) : null,
            fact(t("technical.file"), foreign(check.file_name)),
            fact(t("technical.size"), `${size(input.size_bytes)} (${new Intl.NumberFormat(locale()).format(input.size_bytes)} B)`),
            fact(t("technical.type"), input.media_type),
            input.streams.map((stream) => fact(t("technical.stream", { index: stream.index }), streamInWords(stream))),
            fact(t("technical.h1"), engineText(report.propositions.h1)),
            fact(t("technical.h0"), engineText(report.propositions.h0)),
            fact(t("technical.checked"), check.finished_at ? moment(check.finished_at) : null),
            fact(t("technical.time"), timing_s ? duration(timing_s.total) : null),
            fact(t("technical.program"), `${tool.name} ${tool.version} (${tool.revision})`)),
        h("details", {}, h("summary", {}, t("technical.replay")), h("p", { class: "quiet" }, t("technical.replay_note")),
            h("pre", { class: "detail", tabindex: "0" }, JSON.stringify(report.replay, null, 2))),
        slowest.length > 0
            ? h("details", {}, h("summary", {}, t("technical.timing")), h("table", { class: "stacked" },
                h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("finding.analyzer")), h("th", { scope: "col" }, t("technical.seconds")))),
                h("tbody", {}, slowest.map(([id, seconds]) => h("tr", {}, h("th", { scope: "row" }, h("code", {}, id)), h("td", { class: "value" }, `${significant(seconds, 3)} s`))))))
            : null);
}
