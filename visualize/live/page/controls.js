// Picking a neuron, holding neurons, and how the network writes: what the controls do.

// -- picking ------------------------------------------------------------------------------------

/** Show a layer, neuron, state and scale. Those not named stay as they are. */
function show(choice) {
  const wanted = { ...view, ...choice };
  const layer = data.layers[wanted.layer] ? String(wanted.layer) : view.layer;
  const last = data.layers[layer] - 1;
  const neuron = Math.trunc(within(wanted.neuron, 0, last, view.neuron));
  const state = data.states[wanted.state] ? wanted.state : view.state;
  Object.assign(view, { layer, neuron, state, scale: wanted.scale });
  label();
  worker.postMessage({ type: "neuron", shown: { layer: Number(layer), neuron, state } });
  remember();
}

function label() {
  const { layer, neuron, state } = view;
  const { name } = data.states[state];
  labelChoice(view);
  element("plot").setAttribute("aria-label", `The ${name} of neuron ${layer}:${neuron} along the text`);
  element("meanings").replaceChildren(...items
    .filter((item) => item.layer === layer && item.neuron === neuron)
    .map(({ meaning, explanation }) =>
      make("p", "", meaning, make("span", "note", explanation))));
  labelHeld();
}

function showPane(pane) {
  document.body.dataset.pane = pane;
  for (const choice of document.querySelectorAll("#panes button")) {
    choice.setAttribute("aria-pressed", choice.value === pane);
  }
  drawPlot();
}

// -- holding and writing ------------------------------------------------------------------------

let rewriting = null; // the timer of a change that is soon followed

/** Hold a neuron at a value, or release it with null. */
function hold(name, number) {
  if (number === null) view.held.delete(name);
  else view.held.set(name, number);
  labelHeld();
  changed(() => worker.postMessage({ type: "clamp", lane: view.compare ? 1 : 0, clamped: clamped() }));
}

/**
 * Follow a change of what is held or how characters are drawn: what streams in goes on with it, and
 * what stands there is read and written again.
 */
function changed(goOn) {
  remember();
  if (writing === "on") {
    for (const sheet of sheets) sheet.exact = false;
    goOn();
    return;
  }
  clearTimeout(rewriting);
  rewriting = setTimeout(again, 60); // a slider that is dragged changes often
}

function setDrawing(choice) {
  Object.assign(view, choice);
  labelDrawing();
  changed(sendDrawing);
}

function sendDrawing() {
  const { temperature, topK, topP } = view;
  worker.postMessage({ type: "options", options: { temperature, topK, topP } });
}

function labelDrawing() {
  const { temperature, seed, topK, topP, length, compare } = view;
  const values = {
    temperature, seed, length, "top-p": topP, "top-k": topK >= letters.length ? "" : topK,
  };
  for (const [id, number] of Object.entries(values)) {
    if (element(id) !== document.activeElement) element(id).value = number;
  }
  element("temperature-value").textContent = format(temperature);
  element("compare").checked = compare;
  element("papers").classList.toggle("two", compare);
  element("paper1").hidden = element("caption0").hidden = !compare;
}

// -- copying ------------------------------------------------------------------------------------

/** Return a text in quotes as a shell takes it. */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** Return the command that writes what stands there. */
function command() {
  const { text, start } = mainSheet;
  const { seed, temperature, topK, topP, length, held } = view;
  const first = start ?? text.length;
  return [
    "glassnet sample",
    data.checkpoint && quoted(data.checkpoint),
    `--start=${quoted(text.slice(0, first).join(""))}`,
    `--length ${start === null ? length : text.length - start}`,
    `--temperature ${temperature}`,
    topK < letters.length && `--top-k ${topK}`,
    topP < 1 && `--top-p ${topP}`,
    ...Array.from(held, ([name, number]) => `--clamp ${name}=${number}`),
    `--seed ${seed}`,
  ].filter(Boolean).join(" ");
}

async function copy(text, message) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Pages from the disk may lack the clipboard of today.
    const area = make("textarea", "", text);
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  element("copied").textContent = message;
}

function copyCommand() {
  const why = !mainSheet.exact
    ? "Copied. Values changed while it wrote: after Start over the command writes the same."
    : data.encoding === "float32"
      ? "Copied: it writes the same text."
      : `Copied. Its weights are not rounded to ${data.encoding}, so the text can differ.`;
  copy(command(), why);
}

// -- keys and events ----------------------------------------------------------------------------

function press(event) {
  if (event.key === "Escape" && writing) pause();
  if (event.key === "Enter" && event.ctrlKey) {
    event.preventDefault();
    write();
  }
  if (event.altKey || event.ctrlKey || event.metaKey || !event.key.startsWith("Arrow")) return;
  if (["INPUT", "SELECT", "TEXTAREA"].includes(event.target.tagName)) return;
  event.preventDefault();
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const layer = Number(view.layer) + (event.key === "ArrowUp" ? 1 : -1);
  if (step) show({ neuron: view.neuron + step * (event.shiftKey ? 10 : 1) });
  else if (data.layers[layer]) show({ layer });
}

function listen() {
  const on = (id, event, action) => element(id).addEventListener(event, action);
  const number = (id, action) =>
    on(id, "input", ({ target }) => {
      if (target.value !== "") action(target.value);
    });
  on("state", "change", ({ target }) => show({ state: target.value }));
  on("scale", "change", ({ target }) => {
    show({ scale: target.value });
    for (const sheet of sheets) sheet.paint();
  });
  number("neuron", (neuron) => show({ neuron }));
  number("slider", (neuron) => show({ neuron }));
  on("previous", "click", () => show({ neuron: view.neuron - 1 }));
  on("next", "click", () => show({ neuron: view.neuron + 1 }));
  on("search", "input", ({ target }) => search(target.value));
  for (const choice of document.querySelectorAll("#panes button")) {
    choice.addEventListener("click", () => showPane(choice.value));
  }
  number("held", (value) => hold(shownName(), Number(value)));
  on("release", "click", () => hold(shownName(), null));
  number("temperature", (given) => setDrawing({ temperature: within(given, 0, 10, 0.5) }));
  number("seed", (given) => /^\d{1,30}$/.test(given) && setDrawing({ seed: given }));
  number("top-p", (given) => setDrawing({ topP: within(given, 0.01, 1, 1) }));
  on("top-k", "input", ({ target }) =>
    setDrawing({ topK: Math.trunc(within(target.value, 1, letters.length, letters.length)) }));
  number("length", (given) => {
    view.length = Math.trunc(within(given, 1, data.longest, 500));
    remember();
  });
  on("compare", "change", ({ target }) => {
    view.compare = target.checked;
    labelDrawing();
    again();
  });
  on("write", "click", write);
  on("step", "click", () => write(1));
  on("again", "click", again);
  on("here", "click", goOnFromCursor);
  on("copy-text", "click", () => copy(mainSheet.text.join(""), "Copied."));
  on("copy-command", "click", copyCommand);
  on("typed", "input", takeTyped);
  on("typed", "pointermove", (event) => event.pointerType === "touch" || hover(event));
  on("text1", "pointermove", hover);
  for (const id of ["typed", "text1"]) {
    on(id, "pointerleave", () => {
      hovered = null;
      describe();
    });
  }
  document.addEventListener("selectionchange", () => {
    if (document.activeElement === typed && !writing) describe();
  });
  on("plot", "click", (event) => {
    const share = event.offsetX / event.target.clientWidth;
    setCursor(Math.floor(share * mainSheet.text.length) + 1);
    typed.focus();
    describe();
  });
  document.addEventListener("keydown", press);
  window.addEventListener("hashchange", () => open(location.hash));
  window.addEventListener("resize", measure);
}

function measure() {
  document.documentElement.style.setProperty("--bar", `${element("bar").offsetHeight}px`);
  drawPlot();
}
