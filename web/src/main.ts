import "./styles/index.css";
import { applyLanguage, applyTheme } from "./settings";
import { Router } from "./router";
import { useRouter } from "./navigation";
import { buildShell, showPage } from "./shell";
import { batchPage } from "./pages/batch";
import { comparePage } from "./pages/compare";
import { historyPage } from "./pages/history";
import { homePage } from "./pages/home";
import { missingPage } from "./pages/missing";
import { reportPage } from "./pages/report";
import { settingsPage } from "./pages/settings";

applyTheme();
applyLanguage();
buildShell();
const router = new Router(
    [
        { pattern: /^\/$/, make: homePage },
        { pattern: /^\/checks\/([^/]+)\/?$/, make: reportPage },
        { pattern: /^\/batch\/?$/, make: batchPage },
        { pattern: /^\/history\/?$/, make: historyPage },
        { pattern: /^\/compare\/?$/, make: comparePage },
        { pattern: /^\/settings\/?$/, make: settingsPage },
    ],
    missingPage,
    showPage,
);
useRouter(router);
router.render(false);
// A file dropped beside the place made for it must not replace the page.
for (const kind of ["dragover", "drop"]) {
    window.addEventListener(kind, (event) => event.preventDefault());
}
