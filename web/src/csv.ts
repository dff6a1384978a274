/** A cell of RFC 4180. Text that a spreadsheet would take for a formula is disarmed with an apostrophe, for file names are foreign. */
function cell(value: string | number | null): string {
    if (value === null) return "";
    if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
    const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return /[",\r\n;]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

/** Numbers in the notation of programs, whatever the language of the page. */
export function csv(rows: readonly (readonly (string | number | null)[])[]): string {
    return rows.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}
