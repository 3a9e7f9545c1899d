// The panels around the text: the neuron that is picked, the predictions after a character, and the
// most varying neurons. `page.js` calls them; they call its `show` and `showPane`.

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

// -- the most varying neurons ----------------------------------------------------------------------

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
