import { locale, t } from "./i18n";

const number = (value: number, options: Intl.NumberFormatOptions): string => new Intl.NumberFormat(locale(), options).format(value);

/** Up to `digits` significant digits, as this language writes them; a minus sign, not a hyphen. */
export function significant(value: number, digits = 4): string {
    if (value !== 0 && (Math.abs(value) >= 1e9 || Math.abs(value) < 1e-4)) return value.toExponential(Math.max(digits - 1, 0)).replace(/-/g, "−");
    return number(value, { maximumSignificantDigits: Math.abs(value) >= 10 ** digits ? 21 : digits, maximumFractionDigits: 6 }).replace("-", "−");
}

export function signed(value: number): string {
    const text = number(Math.abs(value), { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    return (value < 0 ? "−" : "+") + text;
}

/** Never 0 % or 100 %: nothing is that sure. */
export function probability(value: number): string {
    const percent = value * 100;
    if (percent > 99.9) return t("format.over", { value: number(99.9, {}) + " %" });
    if (percent < 0.1) return t("format.under", { value: number(0.1, {}) + " %" });
    return number(percent, { maximumSignificantDigits: percent > 99 || percent < 1 ? 3 : 2 }) + " %";
}

export function size(bytes: number): string {
    const units = ["B", "kB", "MB", "GB", "TB"];
    let value = bytes;
    let unit = 0;
    while (value >= 999.5 && unit < units.length - 1) {
        value /= 1000;
        ++unit;
    }
    return `${number(value, { maximumSignificantDigits: unit === 0 ? 4 : 3 })} ${units[unit]}`;
}

/** "1:02:03", "0:04.25": a place in time, with as many digits of the second as `step_s` asks for. */
export function clock(seconds: number, step_s = 0.01): string {
    const digits = step_s >= 1 ? 0 : step_s >= 0.1 ? 1 : step_s >= 0.01 ? 2 : 3;
    const rounded = Math.round(Math.max(seconds, 0) * 10 ** digits) / 10 ** digits;
    const hours = Math.floor(rounded / 3600);
    const minutes = Math.floor(rounded / 60) % 60;
    const rest = (rounded % 60).toFixed(digits).padStart(digits > 0 ? digits + 3 : 2, "0");
    return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/** How long something takes: "4.8 s", "12 min 5 s", "1 h 2 min". */
export function duration(seconds: number): string {
    if (seconds < 60) return `${number(seconds, { maximumFractionDigits: seconds < 10 ? 1 : 0 })} s`;
    const whole = Math.round(seconds);
    if (whole < 3600) return `${Math.floor(whole / 60)} min${whole % 60 ? ` ${whole % 60} s` : ""}`;
    return `${Math.floor(whole / 3600)} h${Math.floor(whole / 60) % 60 ? ` ${Math.floor(whole / 60) % 60} min` : ""}`;
}

export function span(start_s: number, end_s: number): string {
    return end_s > start_s ? `${clock(start_s)} – ${clock(end_s)}` : clock(start_s);
}

/** A point in time as the reader's clock shows it. */
export function moment(iso: string): string {
    const date = new Date(iso);
    return Number.isNaN(date.getTime()) ? iso : new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(date);
}
