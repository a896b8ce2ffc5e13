/* Ties the page's elements to the viewer. */

const data = JSON.parse(document.getElementById("case").textContent);
const state = {
  on: new Set(Object.entries(data.structures).filter(([, s]) => s.on).map(([key]) => key)),
  lit: new Set(),
  target: null,
  strength: 0.55,
};
const HINT = "Hover or focus a sentence or finding to light up its voxels; click, or press Enter, to go there.";
let viewer = null;
let pending = 0;

/** Repaint once, soon: quick movements over the text do not queue up. */
function repaint() {
  clearTimeout(pending);
  pending = setTimeout(() => { if (viewer) paint(viewer, data.structures, state); }, 40);
}

function light(key) {
  if (key === state.target) return;
  for (const element of document.querySelectorAll(".lit")) element.classList.remove("lit");
  state.target = key;
  const target = key === null ? null : data.targets[key];
  state.lit = new Set(target ? target.structures : []);
  if (target) {
    for (const element of document.querySelectorAll(`[data-target="${CSS.escape(key)}"]`)) {
      element.classList.add("lit");
    }
  }
  document.getElementById("note").textContent = target ? target.note : HINT;
  repaint();
}

function targetOf(event) {
  const element = event.target.closest("[data-target]");
  return element ? element.dataset.target : null;
}

function go(key) {
  const target = data.targets[key];
  if (viewer && target && target.focus) goTo(viewer, target.focus);
}

function wireTargets() {
  const text = document.querySelector(".text");
  text.addEventListener("mouseover", (event) => light(targetOf(event)));
  text.addEventListener("mouseleave", () => light(null));
  text.addEventListener("focusin", (event) => light(targetOf(event)));
  text.addEventListener("click", (event) => {
    const key = targetOf(event);
    if (key) { light(key); go(key); }
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.tagName !== "BUTTON") go(targetOf(event));
  });
}

function wireSwitches() {
  const boxes = [...document.querySelectorAll("input[data-structure]")];
  const apply = (box) => state.on[box.checked ? "add" : "delete"](box.dataset.structure);
  for (const box of boxes) {
    apply(box);
    box.addEventListener("change", () => { apply(box); repaint(); });
    const label = box.parentElement;
    label.addEventListener("mouseenter", () => { state.lit = new Set([box.dataset.structure]); repaint(); });
    label.addEventListener("mouseleave", () => { state.lit = new Set(); repaint(); });
  }
  for (const button of document.querySelectorAll("button[data-group]")) {
    button.addEventListener("click", () => {
      for (const box of boxes) {
        if (data.structures[box.dataset.structure].group !== button.dataset.group) continue;
        box.checked = button.dataset.all === "all";
        apply(box);
      }
      repaint();
    });
  }
  for (const chip of document.querySelectorAll("[data-chip]")) {
    const structure = data.structures[chip.dataset.chip];
    if (structure) chip.style.backgroundColor = `rgb(${structure.color.join(",")})`;
  }
}

function wireToolbar() {
  const windows = [...document.querySelectorAll("button[data-window]")];
  const crosshair = document.getElementById("crosshair");
  const strength = document.getElementById("strength");
  for (const button of windows) {
    button.addEventListener("click", () => {
      for (const other of windows) other.setAttribute("aria-pressed", String(other === button));
      if (viewer) setWindow(viewer, button.dataset.window);
    });
  }
  crosshair.addEventListener("click", () => {
    const shown = crosshair.getAttribute("aria-pressed") !== "true";
    crosshair.setAttribute("aria-pressed", String(shown));
    if (viewer) viewer.planes.setCrosshairWidth(shown ? CROSSHAIR_PERCENT : 0);
  });
  strength.addEventListener("input", () => { state.strength = strength.value / 100; repaint(); });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if ("123".includes(event.key)) windows[Number(event.key) - 1].click();
    if (event.key === "c" || event.key === "C") crosshair.click();
    if (event.key === "Escape") light(null);
  });
}

function wireTabs() {
  const tabs = [...document.querySelectorAll("[role=tab]")];
  const select = (tab) => {
    for (const other of tabs) {
      const chosen = other === tab;
      other.setAttribute("aria-selected", String(chosen));
      other.tabIndex = chosen ? 0 : -1;
      document.getElementById(other.getAttribute("aria-controls")).hidden = !chosen;
    }
    light(null);
  };
  tabs.forEach((tab, n) => {
    tab.addEventListener("click", () => select(tab));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = tabs[(n + step + tabs.length) % tabs.length];
      next.focus();
      select(next);
    });
  });
}

function showPlace(location) {
  const [x, y, z] = location.mm;
  const side = (value, positive, negative) =>
    `${value < 0 ? negative : positive} ${Math.abs(value).toFixed(1)}`;
  const hu = location.values && location.values[0] ? Math.round(location.values[0].value) : null;
  document.getElementById("place").textContent =
    `${side(x, "R", "L")}  ${side(y, "A", "P")}  ${side(z, "S", "I")} mm` +
    (hu === null ? "" : `  ·  ${hu} HU`);
}

async function start() {
  wireTargets();
  wireSwitches();
  wireToolbar();
  wireTabs();
  document.getElementById("note").textContent = HINT;
  const wait = document.getElementById("wait");
  try {
    const canvases = {
      planes: document.getElementById("planes"), render: document.getElementById("render"),
    };
    viewer = await openViewer(data, canvases);
  } catch (error) {
    wait.textContent = `The viewer needs WebGL 2, which this browser did not give (${error.message}). The report and the record are complete.`;
    return;
  }
  viewer.planes.onLocationChange = showPlace;
  paint(viewer, data.structures, state);
  if (data.focus) goTo(viewer, data.focus);
  wait.hidden = true;
  window.groundct = { viewer, state, crosshairMm: () => crosshairMm(viewer) };
  document.body.dataset.ready = "yes";
}

start();
