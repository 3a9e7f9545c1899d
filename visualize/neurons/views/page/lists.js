// Lists of neurons to pick from: those that a search found, and the most important ones; and what
// shows which one is picked. They read `data` and call `show` and `showPane` of their page.

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

// The palette of 256 colors that a state is drawn with.
function colors({scale, state}) {
  return palettes[scale][data.states[state].low < 0 ? "signed" : "unsigned"];
}

// Let the controls, the scale and the lists show what is chosen.
function labelChoice({layer, neuron, state, scale}) {
  const {name, low, high} = data.states[state];
  const table = colors({scale, state});
  document.documentElement.style.setProperty(
    "--gradient", `linear-gradient(to right, ${table[0]}, ${table[127]}, ${table[255]})`);
  element("low").textContent = format(low, 0);
  element("high").textContent = `${low < 0 ? "+" : ""}${format(high, 0)}`;
  element("name").textContent = `Layer ${layer}, neuron ${neuron}, ${name}`;
  for (const input of [element("neuron"), element("slider")]) {
    input.max = data.layers[layer] - 1;
    if (input !== document.activeElement || Number(input.value) !== neuron) input.value = neuron;
  }
  element("state").value = state;
  element("scale").value = scale;
  for (const choice of document.querySelectorAll("#layers button")) {
    choice.setAttribute("aria-pressed", choice.value === layer);
  }
  for (const item of items) {
    item.element.setAttribute("aria-current", item.layer === layer && item.neuron === neuron &&
      (item.state ?? state) === state);
  }
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
