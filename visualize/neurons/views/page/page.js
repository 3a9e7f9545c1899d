// The view (which neuron is picked), the text in its colors, and the ways of picking a neuron.

const data = JSON.parse(element("data").textContent);
const characters = Array.from(data.text);  // code points, as Python counts them
let view = {};  // layer, neuron, state, scale and character, which is null if none is picked

// -- data ---------------------------------------------------------------------------------------

function bytes(base64) {
  const binary = atob(base64);
  const found = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) found[i] = binary.charCodeAt(i);
  return found;
}

// A row of a block. Every row is encoded on its own, and all are equally long: only the row of the
// neuron that is picked is decoded, and a large page opens at once.
const blocks = new Map();
function row(name, number, length) {
  if (!blocks.has(name)) blocks.set(name, element(name).textContent);
  const width = 4 * Math.ceil(length / 3);
  return bytes(blocks.get(name).slice(number * width, (number + 1) * width));
}

// One shade for each character of the text.
function shades({layer, state, neuron}) {
  return row(`layer${layer}-${state}-shades`, neuron, characters.length);
}

// For each neuron: minimum, mean and maximum of the activation, standard deviation of the shade.
function statistics({layer, state}) {
  return new Float32Array(bytes(element(`layer${layer}-${state}-statistics`).textContent).buffer);
}

function value(shade, state) {
  const {low, high} = data.states[state];
  return low + (high - low) * shade / 255;
}

// -- the text -----------------------------------------------------------------------------------

const marks = [];  // the element of each character; that of a newline stays white

// Each line is a block of its own, so that the browser can skip lines that are out of sight.
function writeText() {
  const fragment = document.createDocumentFragment();
  let line = null;
  characters.forEach((character, place) => {
    if (line === null) {
      line = document.createElement("div");
      fragment.append(line);
    }
    const mark = document.createElement(character === "\n" ? "i" : "span");
    mark.textContent = character;
    mark.place = place;
    marks.push(mark);
    line.append(mark);
    if (character === "\n") line = null;
  });
  element("text").append(fragment);
}

const painted = [];  // the color that each character has now

function paint() {
  const found = shades(view);
  const table = colors(view);
  for (let place = 0; place < marks.length; place++) {
    const color = table[found[place]];
    if (painted[place] !== color && characters[place] !== "\n") {
      marks[place].style.backgroundColor = color;
      painted[place] = color;
    }
  }
  view.shades = found;
}

// -- picking ------------------------------------------------------------------------------------

// Show a layer, neuron, state, scale and character. Those not named stay as they are; values that do
// not exist are replaced by ones that do.
function show(choice) {
  const wanted = {...view, ...choice};
  const {layers, states, first} = data;
  if (!Object.hasOwn(layers, wanted.layer)) wanted.layer = first.layer;
  if (!Object.hasOwn(states, wanted.state)) wanted.state = first.state;
  if (!Object.hasOwn(palettes, wanted.scale)) wanted.scale = "red";
  const neuron = Math.min(Math.max(Math.trunc(wanted.neuron) || 0, 0), layers[wanted.layer] - 1);
  const place = Number.parseInt(wanted.character);
  const character = marks[place] ? place : null;
  const elsewhere = view.layer !== String(wanted.layer) || view.state !== wanted.state;
  view = {layer: String(wanted.layer), neuron, state: wanted.state, scale: wanted.scale, character};
  if (elsewhere) offerMostVarying();
  paint();
  label();
  describeNeuron();
  point(character ?? pointed);
  writeAddress();
}

function label() {
  const {layer, neuron, state} = view;
  const {name} = data.states[state];
  const [min, mean, max] = statistics(view).subarray(4 * neuron);
  labelChoice(view);
  element("numbers").textContent = `min ${format(min)} · mean ${format(mean)} · ` +
    `max ${format(max)} on this text${state === "cell" ? "; drawn: its tanh" : ""}`;
  document.title = `${layer}:${neuron} ${name}`;
  for (const choice of document.querySelectorAll("#varying button")) {
    choice.setAttribute("aria-pressed", Number(choice.value) === neuron);
  }
}

// Browsers refuse to change the address hundreds of times in a few seconds: wait 0.1 s.
let waiting;
function writeAddress() {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const {layer, neuron, state, scale, character} = view;
    const parts = new URLSearchParams({layer, neuron, state, scale});
    if (character !== null) parts.set("character", character);
    history.replaceState(null, "", `#${parts}`);
    element("link").href = `#${parts}`;
  }, 100);
}

function showAddress() {
  const address = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  point(null);
  show({...data.first, scale: "red", character: undefined, ...address});
  if (view.character !== null) marks[view.character].scrollIntoView({block: "center"});
  if (view.character !== null) placePredictions();
}

function showPane(pane) {
  document.body.dataset.pane = pane;
  for (const choice of document.querySelectorAll("#panes button")) {
    choice.setAttribute("aria-pressed", choice.value === pane);
  }
}

function stepLayer(step) {
  const layers = Object.keys(data.layers);
  show({layer: layers[layers.indexOf(view.layer) + step] ?? view.layer});
}

const lineStart = (place) => place > 0 ? characters.lastIndexOf("\n", place - 1) + 1 : 0;

// The next or previous character, or the one in the line above or below at the same column.
function stepCharacter(key) {
  const from = view.character;  // not `pointed`, which changes when the page scrolls under the mouse
  const step = {ArrowLeft: -1, ArrowRight: 1}[key];
  if (step) return Math.min(Math.max(from + step, 0), marks.length - 1);
  const start = lineStart(from);
  const end = characters.indexOf("\n", from);
  if (key === "ArrowUp" && start === 0 || key === "ArrowDown" && end < 0) return from;
  const other = key === "ArrowDown" ? end + 1 : lineStart(start - 1);
  const last = characters.indexOf("\n", other);
  return Math.min(other + from - start, last < 0 ? marks.length - 1 : last);
}

let reading = false;  // whether the arrows move in the text, which was entered by Tab
let tabbed = false;

function press(event) {
  tabbed = event.key === "Tab";
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "Escape" && event.target !== element("search")) {
    reading = false;
    point(null);
    show({character: null});
  }
  if (!event.key.startsWith("Arrow") || ["INPUT", "SELECT"].includes(event.target.tagName)) return;
  event.preventDefault();
  const step = {ArrowLeft: -1, ArrowRight: 1}[event.key];
  if (reading) {
    show({character: stepCharacter(event.key)});
    marks[view.character].scrollIntoView({block: "nearest"});
    placePredictions();
  } else if (step) {
    show({neuron: view.neuron + step * (event.shiftKey ? 10 : 1)});
  } else {
    stepLayer(event.key === "ArrowUp" ? 1 : -1);
  }
}

function measure() {
  document.documentElement.style.setProperty("--bar", `${element("bar").offsetHeight}px`);
  if (pointed !== null) placePredictions();
}

// -- start --------------------------------------------------------------------------------------

// Write what does not depend on the blocks, which the browser has not read yet.
function write() {
  const sizes = Object.values(data.layers);
  const {contexts, predictions} = data;
  element("about").textContent = [
    count(characters.length, "character"),
    new Set(sizes).size === 1 && `${count(sizes.length, "layer")} of ${count(sizes[0], "neuron")}`,
    predictions && `${format(predictions.surprise)} bits of surprise per character`,
  ].filter(Boolean).join(" · ");
  for (const layer of Object.keys(data.layers)) {
    element("layers").append(button(layer, layer, () => show({layer})));
  }
  for (const [state, {name}] of Object.entries(data.states)) {
    element("state").append(new Option(name, state));
  }
  element("state-group").hidden = Object.keys(data.states).length === 1;
  if (contexts) {
    for (const id of ["strongest", "weakest"]) element(id).hidden = false;
    element("saturation").hidden = contexts.gates.length === 0;
    element("contexts-note").textContent =
      `Hidden state, over ${count(contexts.characters, "character")}.`;
  }
  writeLists();
  if (!items.length) element("search").placeholder = "2:345";
  writeText();
  showPane("text");
  measure();
}

function listen() {
  const on = (id, event, action) => element(id).addEventListener(event, action);
  on("state", "change", (event) => show({state: event.target.value}));
  on("scale", "change", (event) => show({scale: event.target.value}));
  on("neuron", "input", (event) => {
    if (event.target.value !== "") show({neuron: event.target.value});
  });
  on("slider", "input", (event) => show({neuron: event.target.value}));
  on("previous", "click", () => show({neuron: view.neuron - 1}));
  on("next", "click", () => show({neuron: view.neuron + 1}));
  on("search", "input", (event) => search(event.target.value));
  for (const choice of document.querySelectorAll("#panes button")) {
    choice.addEventListener("click", () => showPane(choice.value));
  }
  on("text", "focus", () => {
    reading = tabbed;
    if (reading) show({character: pointed ?? 0});
  });
  on("text", "blur", () => { reading = false; });
  on("text", "pointerover", ({target, pointerType}) => {
    if (target.place !== undefined && pointerType !== "touch") point(target.place);
  });
  on("text", "pointerleave", () => point(view.character));
  on("text", "click", ({target: {place}}) => {
    const character = place === undefined || place === view.character ? null : place;
    point(character);
    show({character});
  });
  document.addEventListener("keydown", press);
  document.addEventListener("pointerdown", () => { tabbed = reading = false; });
  window.addEventListener("hashchange", showAddress);
  window.addEventListener("resize", measure);
}

write();
document.addEventListener("DOMContentLoaded", () => {
  listen();
  showAddress();
});
