// One process and one browser for all of it: node --test would start each file on its own, and beside each other.
import { useBrowser } from "./support.mjs";

useBrowser();
await import("./check.mjs");
await import("./forms.mjs");
await import("./report.mjs");
await import("./lists.mjs");
await import("./access.mjs");
