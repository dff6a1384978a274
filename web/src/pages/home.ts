import { getServer, listChecks } from "../api/client";
import { submitAddress, uploadPatiently } from "../api/upload";
import { batch } from "../batch";
import { foreign, h, replace } from "../dom";
import { dropzone } from "../dropzone";
import { moment, size } from "../format";
import { t } from "../i18n";
import { go } from "../navigation";
import { badgeOf, linkTo } from "../parts";
import type { Page, Visit } from "../router";
import { caseRecord, setCaseRecord } from "../settings";
import { announce, pageHead, problemBox, spinner } from "../shell";
import { keepFile } from "../time/local_file";

/** One file goes to its report, several to the table of the batch. */
function taker(place: HTMLElement, visit: Visit): (files: readonly File[]) => void {
    let sending: AbortController | null = null;
    visit.signal.addEventListener("abort", () => sending?.abort());
    const send = async (file: File): Promise<void> => {
        sending?.abort();
        const own = (sending = new AbortController());
        const bar = h("progress", { max: 100, value: 0, "aria-label": t("upload.progress") });
        const said = h("p", { role: "status" }, t("upload.sending"));
        replace(place, h("div", { class: "card sending" }, h("p", {}, h("strong", {}, foreign(file.name || t("upload.unnamed"))), " ", h("span", { class: "quiet" }, size(file.size))),
            bar, said, h("p", {}, h("button", { type: "button", class: "button", click: () => { own.abort(); replace(place); } }, t("cancel")))));
        try {
            const check = await uploadPatiently(file,
                (share) => {
                    bar.value = share * 100;
                    said.textContent = share < 1 ? t("upload.sent", { share: `${Math.round(share * 100)} %` }) : t("upload.accepted");
                },
                (seconds) => { said.textContent = t("upload.waiting", { seconds: Math.ceil(seconds) }); },
                own.signal);
            keepFile(check, file);
            announce(t("upload.accepted"));
            go(`/checks/${encodeURIComponent(check.id)}`);
        } catch (error) {
            if (!own.signal.aborted) replace(place, problemBox(error, () => void send(file)));
        }
    };
    return (files) => {
        const [only] = files;
        if (!only) return;
        if (files.length > 1) {
            batch.add(files);
            go("/batch");
        } else {
            void send(only);
        }
    };
}

/** Number and examiner, which go into the reports of all that is given from now on. */
function caseSection(): HTMLElement {
    const known = caseRecord();
    const field = (id: string, label: string, value: string): [HTMLElement, HTMLInputElement] => {
        const input = h("input", { type: "text", id, value, maxlength: 200, autocomplete: "off", input: () => keep() });
        return [h("label", { class: "field", for: id }, h("span", {}, label), input), input];
    };
    const [number, numberInput] = field("case-number", t("case.number"), known.number);
    const [examiner, examinerInput] = field("case-examiner", t("case.examiner"), known.examiner);
    const keep = (): void => setCaseRecord({ number: numberInput.value.trim(), examiner: examinerInput.value.trim() });
    // What is given stays in sight: it must not slip into the report of another case.
    return h("details", { class: "card case", open: known.number !== "" || known.examiner !== "" }, h("summary", {}, t("case.title")),
        h("div", { class: "filters two" }, number, examiner), h("p", { class: "quiet small" }, t("case.note")));
}

/** An address in place of a file, where the server fetches files. */
async function offerAddress(place: HTMLElement, sending: HTMLElement, visit: Visit): Promise<void> {
    const facts = await getServer(visit.signal).catch(() => null);
    if (!facts?.fetches_files || visit.signal.aborted) return;
    const input = h("input", { type: "url", id: "address", required: true, maxlength: 2000, autocomplete: "off", spellcheck: "false", placeholder: "https://" });
    const send = async (event?: Event): Promise<void> => {
        event?.preventDefault();
        replace(sending, h("div", { class: "card sending" }, spinner(t("address.fetching"))));
        try {
            const check = await submitAddress(input.value.trim(), visit.signal);
            announce(t("upload.accepted"));
            go(`/checks/${encodeURIComponent(check.id)}`);
        } catch (error) {
            if (!visit.signal.aborted) replace(sending, problemBox(error, () => void send()));
        }
    };
    replace(place, h("form", { class: "card filters address", submit: (event: Event) => void send(event) },
        h("label", { class: "field field-wide", for: "address" }, h("span", {}, t("address.field")), input),
        h("button", { class: "button", type: "submit" }, t("address.send"))));
}

async function recent(place: HTMLElement, visit: Visit): Promise<void> {
    try {
        const { checks } = await listChecks({ limit: 5 }, visit.signal);
        if (checks.length === 0) return;
        replace(place, h("section", { class: "card", "aria-labelledby": "recent-title" },
            h("div", { class: "section-head" }, h("h2", { id: "recent-title" }, t("home.recent")), h("a", { href: "/history" }, t("home.all"))),
            h("ul", { class: "recent" }, checks.map((check) => h("li", {}, linkTo(check), badgeOf(check), h("span", { class: "quiet small" }, moment(check.created_at)))))));
    } catch (error) {
        if (!visit.signal.aborted) replace(place, problemBox(error));
    }
}

export function homePage(visit: Visit): Page {
    const sending = h("div", { class: "sending-place" });
    const latest = h("div", {});
    const address = h("div", {});
    void offerAddress(address, sending, visit);
    void recent(latest, visit);
    const column = (title: string, text: string): HTMLElement => h("div", {}, h("h2", {}, title), h("p", {}, text));
    return {
        title: t("home.title"),
        content: h("div", { class: "width home" },
            pageHead(t("home.heading"), t("home.lead")),
            dropzone(taker(sending, visit), visit.signal), sending, address, caseSection(), latest,
            h("div", { class: "columns" }, column(t("home.gives"), t("home.gives_text")), column(t("home.not"), t("home.not_text")), column(t("home.files"), t("home.files_text")))),
    };
}
