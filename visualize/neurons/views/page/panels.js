// The panels around the text: the neuron that is picked, the predictions after a character, and the
// lists of neurons. `page.js` calls them; they call its `show` and `showPane`.

// -- the neuron ---------------------------------------------------------------------------------

function describeNeuron() {
  const {layer, neuron} = view;
  element("meanings").replaceChildren(...items
    .filter((item) => item.layer === layer && item.neuron === neuron)
    .map(({meaning, explanation}) => make("p", "", meaning, make("span", "note", explanation))));
  drawHistogram();
  if (data.contexts) {
    drawSaturation();
    drawContexts();
  }
}

function drawHistogram() {
  const {layer, neuron, state} = view;
  const {name} = data.states[state];
  let heights;
  if (data.contexts && state === "hidden") {
    const {bins, characters} = data.contexts;
    heights = Array.from(row(`layer${layer}-histogram`, neuron, bins), (height) => height / 255);
    element("histogram-note").textContent =
      `How often the ${name} takes each value, over ${count(characters, "character")}.`;
  } else {
    heights = new Array(32).fill(0);
    for (const shade of view.shades) heights[shade >> 3]++;
    const fullest = Math.max(...heights);
    heights = heights.map((height) => height / fullest);
    element("histogram-note").textContent = `How often the ${name} takes each value, on this text.`;
  }
  element("histogram").replaceChildren(...heights.map((height) => {
    const bar = document.createElement("i");
    bar.style.height = `${100 * height}%`;
    return bar;
  }));
}

function drawSaturation() {
  const {gates} = data.contexts;
  const found = row(`layer${view.layer}-saturation`, view.neuron, 8 * gates.length);
  const shares = new Float32Array(found.buffer);
  element("saturation").querySelector(".rows").replaceChildren(...gates.map((gate, number) => {
    const [closed, open] = shares.subarray(2 * number);
    const bar = meter(closed);
    bar.append(make("span", "value open"));
    bar.lastChild.style.width = `${100 * open}%`;
    return make("div", "", make("span", "", gate), make("span", "", percent(closed)), bar,
      make("span", "", percent(open)));
  }));
}

let passages;  // of the corpus, joined; the contexts are cut from them

function drawContexts() {
  const {before, after, count} = data.contexts;
  passages ??= Array.from(data.contexts.passages);
  const {layer, neuron, scale} = view;
  const places = new Int32Array(row(`layer${layer}-contexts-places`, neuron, 8 * count).buffer);
  const found = row(`layer${layer}-contexts-shades`, neuron, 2 * count);
  const table = palettes[scale].signed;
  const text = (start, stop) => passages.slice(Math.max(start, 0), stop).map(
    (character) => character === "\n" ? "⏎" : character).join("");
  ["strongest", "weakest"].forEach((id, end) => {
    const rows = [];
    for (let i = end * count; i < (end + 1) * count && places[i] >= 0; i++) {
      const peak = make("span", "peak", text(places[i], places[i] + 1));
      peak.style.backgroundColor = table[found[i]];
      rows.push(make("div", "",
        make("span", "before", text(places[i] - before, places[i])),
        peak,
        make("span", "after", text(places[i] + 1, places[i] + 1 + after)),
        make("span", "number", format(2 * found[i] / 255 - 1))));
    }
    element(id).querySelector(".rows").replaceChildren(...rows);
  });
}

// -- the character ------------------------------------------------------------------------------

let pointed = null;  // the place of the character under the mouse

function point(place) {
  marks[pointed]?.classList.remove("pointed");
  pointed = place;
  const shown = element("predictions");
  shown.hidden = place === null;
  if (place === null) return;
  marks[place].classList.add("pointed");
  shown.replaceChildren(make("div", "read", make("code", "", sign(characters[place])),
    make("span", "", format(value(view.shades[place], view.state)))));
  if (data.predictions) shown.append(...predictions(place));
  placePredictions();
}

let predicted;  // the predictions, decoded

function predictions(place) {
  const {count} = data.predictions;
  predicted ??= {
    characters: Array.from(data.predictions.characters),
    probabilities: bytes(element("predictions-probabilities").textContent),
    surprise: new Uint16Array(bytes(element("predictions-surprise").textContent).buffer),
  };
  const next = characters[place + 1];
  const made = [make("div", "title", "next")];
  for (let i = place * count; i < (place + 1) * count; i++) {
    const share = predicted.probabilities[i] / 255;
    const bar = document.createElement("b");
    bar.style.width = `${100 * share}%`;
    made.push(make("div", `prediction${predicted.characters[i] === next ? " came" : ""}`,
      make("code", "", sign(predicted.characters[i])), bar,
      make("span", "", share ? percent(share) : "<1 %")));
  }
  if (next !== undefined) {
    made.push(make("div", "surprise", make("code", "", sign(next)),
      ` came, ${format(predicted.surprise[place] / 100, 1)} bits`));
  }
  return made;
}

// Place the predictions below the character, or above it if there is no room below.
function placePredictions() {
  const shown = element("predictions");
  const paper = element("paper").getBoundingClientRect();
  const mark = marks[pointed].getClientRects()[0];
  if (!mark) return;  // the text is hidden: a phone shows another pane
  const below = mark.bottom + shown.offsetHeight + 12 < innerHeight;
  const top = below ? mark.bottom + 8 : mark.top - shown.offsetHeight - 8;
  const left = Math.min(Math.max(mark.left - 24, paper.left), paper.right - shown.offsetWidth);
  shown.style.top = `${top - paper.top}px`;
  shown.style.left = `${left - paper.left}px`;
}

// -- lists --------------------------------------------------------------------------------------

// The lists' items: {layer, neuron, state, what, where, meaning, explanation, element}.
const items = [];

function addItem(section, item, score, bar) {
  item.element = make("button", "item", make("span", "what", item.what),
    make("span", "score", score), make("span", "where", item.where), bar);
  item.element.title = item.explanation;
  item.element.addEventListener("click", () => {
    const {layer, neuron, state} = item;
    show(state ? {layer, neuron, state} : {layer, neuron});
    showPane("text");
  });
  items.push(item);
  element(section).append(item.element);
  element(section).hidden = false;
}

function writeLists() {
  const several = Object.keys(data.states).length > 1;
  for (const finding of data.findings) {
    const {layer, neuron, state, hypothesis, measure, score, baseline, verdict} = finding;
    const middle = measure === "AUC" ? 0.5 : 0;  // the score of an unrelated neuron
    const strength = (number) => number === null ? 0 : Math.abs(number - middle) / (1 - middle);
    const says = finding.description;
    const {name} = data.states[state];
    // A neuron that falls has 1 - AUC; its r is negative.
    const falls = score < middle;
    const shown = measure === "AUC" && falls ? 1 - score : score;
    const numbers = `${measure} ${format(shown)}`;
    addItem("findings", {
      layer: String(layer), neuron, state, what: `${hypothesis}${several ? ` · ${name}` : ""}`,
      meaning: hypothesis,
      where: `${layer}:${neuron}`,
      explanation: `${says.charAt(0).toUpperCase()}${says.slice(1)}. ${numbers}` +
        `${several || state !== "hidden" ? ` of the ${name}` : ""}` +
        `${falls ? ", falling" : ""}; from the current character alone ` +
        `${format(baseline)}. Verdict: ${verdict}.`,
    }, numbers, meter(strength(score), strength(baseline)));
  }
  const largest = Math.max(...data.most_important.map((ablation) => ablation.loss_increase));
  for (const {layer, neuron, loss_increase: increase} of data.most_important) {
    addItem("most_important", {
      layer: String(layer), neuron, what: `${layer}:${neuron}`, where: "",
      meaning: increase < 0 ? "The loss falls without it" : "The loss rises without it",
      explanation: `Clamped to its mean, it ${increase < 0 ? "lowers" : "raises"} the loss by ` +
        `${format(Math.abs(increase), 4)} nats per character.`,
    }, `${increase < 0 ? "" : "+"}${format(increase, 4)}`,
    meter(Math.max(0, increase) / largest || 0));
  }
}

function offerMostVarying() {
  const numbers = statistics(view);
  const most = Array.from({length: data.layers[view.layer]}, (_, neuron) => neuron)
    .sort((a, b) => numbers[4 * b + 3] - numbers[4 * a + 3])
    .slice(0, 12);
  element("varying").querySelector(".chips").replaceChildren(
    ...most.map((neuron) => button(neuron, neuron, () => {
      show({neuron});
      showPane("text");
    })));
}

// Show the neuron `2:345`, or only the items that contain all words.
function search(query) {
  const number = /^\s*(\d+)\s*:\s*(\d+)\s*$/.exec(query);
  const words = /^[\s\d:]*$/.test(query) ? [] : query.toLowerCase().split(/\s+/).filter(Boolean);
  let message = "";
  if (number) {
    const [layer, neuron] = [String(Number(number[1])), Number(number[2])];
    if (neuron < (data.layers[layer] ?? 0)) show({layer, neuron});
    else message = `There is no neuron ${number[0].trim()}.`;
  }
  for (const item of items) {
    const text = `${item.what} ${item.explanation} ${item.layer}:${item.neuron}`.toLowerCase();
    item.element.hidden = !words.every((word) => text.includes(word));
  }
  for (const section of [element("findings"), element("most_important")]) {
    section.hidden = !section.querySelector(".item:not([hidden])");
  }
  element("varying").hidden = words.length > 0;
  if (words.length && items.every((item) => item.element.hidden)) message = "Nothing matches.";
  element("found").textContent = message;
}
