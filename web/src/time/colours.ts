import { h } from "../dom";

export interface Colours {
    readonly ink: string;
    readonly quiet: string;
    readonly line: string;
    readonly band: string;
    readonly mark: string;
    readonly chosen: string;
    readonly sound: string;
}

/** The page's colours as a canvas takes them, in the theme that holds now. */
export function coloursOf(parent: HTMLElement): Colours {
    const probe = h("span", { hidden: true });
    parent.append(probe);
    const colour = (name: string): string => {
        probe.style.color = `var(--${name})`;
        return getComputedStyle(probe).color;
    };
    const colours = {
        ink: colour("ink"), quiet: colour("quiet"), line: colour("line"), band: colour("sunken"),
        mark: colour("mark"), chosen: colour("accent"), sound: colour("sound"),
    };
    probe.remove();
    return colours;
}
