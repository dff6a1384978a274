import { h } from "./dom";

/** Lets the browser save `blob` as a file of this name. */
export function saveAs(blob: Blob, name: string): void {
    const address = URL.createObjectURL(blob);
    const link = h("a", { href: address, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    // The browser has taken hold of the blob by the time that this runs.
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Whether `text` is on the clipboard now. Without TLS browsers offer only the old way. */
export async function copyText(text: string): Promise<boolean> {
    try {
        await navigator.clipboard.writeText(text);
        return true;
    } catch {
        const field = h("textarea", { class: "unseen", readonly: true, "aria-hidden": "true" });
        field.value = text;
        document.body.append(field);
        field.select();
        const copied = document.execCommand("copy");
        field.remove();
        return copied;
    }
}
