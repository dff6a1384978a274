import type { Report } from "../api/types";
import { engineText, foreign, h, type Child } from "../dom";
import { moment } from "../format";
import { icon } from "../icons";
import { t, type Key } from "../i18n";

const kMostEntries = 200;
const kMostLetters = 600;

const kLabels: Readonly<Record<string, Key>> = {
    claim_generator: "provenance.claim_generator",
    when: "provenance.when",
    software_agent: "provenance.program",
    issuer: "provenance.issuer",
    signer: "provenance.signer",
    time: "provenance.signed_at",
    description: "provenance.description",
    changes: "provenance.changes",
    digital_source_type: "provenance.source_type",
    relationship: "provenance.relationship",
    state: "provenance.its_state",
    meaning: "finding.meaning",
    trusted: "provenance.trusted",
};

type Free = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Free => typeof value === "object" && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value.slice(0, kMostEntries) : []);

/** Whatever it is, as text of bounded length. */
export function textOf(value: unknown): string {
    if (value === null || value === undefined) return "";
    const text = typeof value === "string" ? value
        : typeof value === "boolean" ? t(value ? "yes" : "no")
        : Array.isArray(value) && value.every((item) => typeof item === "string") ? value.join(", ")
        : JSON.stringify(value);
    return text.length > kMostLetters ? `${text.slice(0, kMostLetters)} …` : text;
}

function labelOf(key: string): string {
    const known = kLabels[key];
    return known ? t(known) : key.replace(/_/g, " ");
}

function facts(object: Free, without: readonly string[]): Child {
    const rows = Object.entries(object).slice(0, kMostEntries)
        .filter(([key, value]) => !without.includes(key) && textOf(value) !== "")
        .map(([key, value]) => h("div", {}, h("dt", {}, labelOf(key)), h("dd", {}, foreign(textOf(value)))));
    return rows.length > 0 ? h("dl", { class: "facts" }, rows) : null;
}

function step(kind: string, title: string, details: Child, when = ""): HTMLElement {
    return h("li", { class: "step" }, h("p", { class: "kicker" }, kind, when ? ` · ${moment(when)}` : ""), h("p", { class: "step-title" }, foreign(title)), details);
}

/** The credentials as a history: what went in, what was done, who signed it. */
function historyOf(credentials: Free): HTMLElement {
    const signature = isObject(credentials["signature"]) ? credentials["signature"] : {};
    const steps = [
        ...listOf(credentials["ingredients"]).map((item) => (isObject(item)
            ? step(t("provenance.ingredient"), textOf(item["title"]) || t("provenance.unnamed"), facts(item, ["title"]))
            : step(t("provenance.ingredient"), textOf(item), null))),
        ...listOf(credentials["actions"]).map((item) => (isObject(item)
            ? step(t("provenance.action"), textOf(item["action"]) || t("provenance.unnamed"), facts(item, ["action", "when"]), textOf(item["when"]))
            : step(t("provenance.action"), textOf(item), null))),
        step(t("provenance.signature"), textOf(signature["issuer"]) || textOf(signature["signer"]) || t("provenance.unnamed"),
            facts(signature, ["issuer", "time"]), textOf(signature["time"])),
    ];
    return h("ol", { class: "steps" }, steps);
}

function checks(title: string, list: unknown): Child {
    const items = listOf(list);
    if (items.length === 0) return null;
    return h("details", {}, h("summary", {}, `${title} (${items.length})`), h("ul", {}, items.map((item) => h("li", {},
        isObject(item) ? [h("code", {}, textOf(item["code"])), facts(item, ["code"])] : textOf(item)))));
}

function credentialsOf(report: Report): Child {
    const { credentials } = report.provenance;
    if (credentials === null || credentials === undefined) return null;
    if (!isObject(credentials)) return h("p", {}, foreign(textOf(credentials)));
    return [historyOf(credentials), checks(t("provenance.failing"), credentials["failing_checks"]), checks(t("provenance.notes"), credentials["notes"]),
        h("details", {}, h("summary", {}, t("provenance.more")), facts(credentials, ["signature", "actions", "ingredients", "failing_checks", "notes"]))];
}

const kStateTone = { absent: "unknown", invalid: "failed", valid: "open", trusted: "authentic" } as const;
const kStateIcon = { absent: "unknown", invalid: "failed", valid: "open", trusted: "authentic" } as const;

export function provenanceSection(report: Report): HTMLElement {
    const { state, marks } = report.provenance;
    const examined = state !== "absent" || report.findings.some((finding) => finding.outcome === "ran" && finding.analyzer === "provenance.credentials");
    return h("section", { id: "provenance", class: "card", "aria-labelledby": "provenance-title" },
        h("h2", { id: "provenance-title" }, t("provenance.title")),
        examined
            ? [h("p", {}, h("span", { class: `badge tone-${kStateTone[state]}` }, icon(kStateIcon[state]), t("provenance.credentials"), ": ", t(`provenance.${state}.title`))),
                h("p", {}, t(`provenance.${state}.meaning`))]
            : h("p", {}, t("provenance.not_examined")),
        credentialsOf(report),
        h("h3", {}, t("provenance.marks")),
        marks.length === 0
            ? h("p", { class: "quiet" }, t("provenance.no_marks"))
            : h("ul", { class: "marks" }, marks.map((mark) => h("li", {},
                h("p", {}, h("strong", {}, foreign(mark.tool || mark.source)), " ", engineText(mark.claim)),
                h("p", { class: "quiet small" }, foreign(mark.source), " · ", t(mark.forgeable ? "provenance.forgeable" : "provenance.not_forgeable")),
                mark.detail ? h("details", {}, h("summary", {}, t("provenance.detail")), h("pre", { class: "detail" }, mark.detail)) : null))));
}
