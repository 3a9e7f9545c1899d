// The view: which neuron is shown, what is held, how it writes. It can be opened again from the
// address of the page, and the browser keeps the last one.

const data = JSON.parse(element("data").textContent);
const known = new Map(Array.from(data.network.characters).map((character, id) => [character, id]));
const letters = Array.from(data.network.characters);
let view = {}; // layer, neuron, state, scale; see `opened` for the others

/** Return a number that is surely within bounds; the fallback if it is none. */
function within(value, low, high, fallback) {
  const number = Number.parseFloat(value);
  return Number.isFinite(number) ? Math.min(Math.max(number, low), high) : fallback;
}

/** Return the held neurons of `1:411=0.5,2:3=-1`, a Map from `1:411` to the value. */
function heldOf(text) {
  const held = new Map();
  for (const part of text.split(",")) {
    const match = /^(\d+):(\d+)=(-?\d*\.?\d+)$/.exec(part);
    if (match && Number(match[2]) < (data.layers[Number(match[1])] ?? 0)) {
      held.set(`${Number(match[1])}:${Number(match[2])}`, within(match[3], -1, 1, 0));
    }
  }
  return held;
}

const heldText = (held) => Array.from(held, ([name, value]) => `${name}=${value}`).join(",");

/** Return the held neurons as the engine takes them. */
function clamped() {
  return Array.from(view.held, ([name, value]) => {
    const [layer, unit] = name.split(":").map(Number);
    return { layer, unit, value };
  });
}

/** Return the view that an address stands for; what it lacks is as the page opens. */
function opened(address) {
  const given = new URLSearchParams(address.replace(/^#/, ""));
  const { first } = data;
  const layer = data.layers[given.get("layer")] ? given.get("layer") : String(first.layer);
  const own = given.has("start");
  return {
    layer,
    neuron: Math.trunc(within(given.get("neuron"), 0, data.layers[layer] - 1, first.neuron)),
    state: data.states[given.get("state")] ? given.get("state") : first.state,
    scale: given.get("scale") === "red" ? "red" : "diverging",
    held: heldOf(given.get("held") ?? ""),
    start: own ? given.get("start") : data.text,
    written: Math.trunc(within(given.get("written"), 0, data.longest, own ? 0 : data.written)),
    seed: /^\d{1,30}$/.test(given.get("seed")) ? given.get("seed") : "1",
    temperature: within(given.get("temperature"), 0, 10, 0.5),
    topK: Math.trunc(within(given.get("topk"), 1, letters.length, letters.length)),
    topP: within(given.get("topp"), 0.01, 1, 1),
    length: Math.trunc(within(given.get("length"), 1, data.longest, 500)),
    compare: given.get("compare") === "1",
  };
}

/** Return the address of the view. */
function address() {
  const { layer, neuron, state, scale, held, seed, temperature, topK, topP, length } = view;
  const exact = mainSheet.start !== null && mainSheet.exact;
  const all = mainSheet.text.join("");
  const values = {
    layer, neuron, state, scale,
    held: heldText(held),
    start: exact ? mainSheet.text.slice(0, mainSheet.start).join("") : all,
    written: exact ? mainSheet.text.length - mainSheet.start : 0,
    seed, temperature, topk: topK, topp: topP, length,
    compare: view.compare ? 1 : 0,
  };
  return `#${new URLSearchParams(values)}`;
}

const STORED = `glassnet live ${location.pathname}`;

/** Return what the browser kept of the last visit, or nothing where it keeps nothing. */
function kept() {
  try {
    return localStorage.getItem(STORED) ?? "";
  } catch {
    return "";
  }
}

let waiting;
/** Write the view into the address and keep it, 0.2 s after the last change. */
function remember() {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const now = address();
    element("link").href = now;
    try {
      history.replaceState(null, "", now);
      localStorage.setItem(STORED, now);
    } catch {
      // A browser may forbid both to a page from the disk.
    }
  }, 200);
}

/** Return the palette of the state that is shown: a color for each shade. */
function value(shade) {
  const { low, high } = data.states[view.state];
  return low + ((high - low) * shade) / 255;
}
