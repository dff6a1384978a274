// Switches maps over the picture and opens what is folded before printing. The page says everything without it.
"use strict";
(() => {
    const controls = document.getElementById("map-controls");
    const overlay = document.getElementById("overlay");
    if (controls) {
        controls.hidden = false;
        const show = () => {
            const chosen = controls.querySelector("input[name=map]:checked");
            const source = chosen && chosen.value ? document.getElementById(chosen.value) : null;
            if (overlay) {
                if (source) overlay.src = source.src;
                overlay.hidden = !source;
                overlay.alt = source ? source.alt + ", over the picture" : "";
            }
        };
        const opacity = document.getElementById("map-opacity");
        const fade = () => {
            if (overlay) overlay.style.opacity = String(Number(opacity.value) / 100);
        };
        const boxes = document.querySelector(".boxes");
        const frames = document.getElementById("show-boxes");
        controls.querySelectorAll("input[name=map]").forEach((input) => input.addEventListener("change", show));
        if (opacity) opacity.addEventListener("input", fade);
        if (frames && boxes) frames.addEventListener("change", () => boxes.classList.toggle("off", !frames.checked));
        show();
        if (opacity) fade();
    }
    let opened = [];
    window.addEventListener("beforeprint", () => {
        opened = [...document.querySelectorAll("details:not([open])")];
        opened.forEach((details) => { details.open = true; });
    });
    window.addEventListener("afterprint", () => {
        opened.forEach((details) => { details.open = false; });
    });
})();
