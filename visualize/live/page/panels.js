// The panels beside the text: the character at the cursor, what the network expects after it, the
// neurons that changed most there, and the neurons that are held.

let pointed = null; // {lane, place}: the character that the panels describe
let hovered = null; // the same under the mouse, which comes first
let asked = false; // whether the worker is asked about a character

/** Describe the character under the mouse, or else the one before the cursor. */
function describe() {
  const own = { lane: 0, place: Math.max(cursor() - 1, 0) };
  const wanted = hovered ?? own;
  if (pointed) sheets[pointed.lane].marks[pointed.place]?.classList.remove("pointed");
  pointed = wanted.place < sheets[wanted.lane].read ? wanted : null;
  if (pointed) {
    sheets[pointed.lane].marks[pointed.place]?.classList.add("pointed");
    if (!asked) worker.postMessage({ type: "describe", ...pointed });
    asked ||= true;
  }
  element("character").hidden = pointed === null;
  element("here").disabled = mainSheet.text.length === 0 || cursor() === mainSheet.text.length;
  drawPlot();
}

/** Show what the worker found of a character. */
function showDescription({ lane, place, guesses, changed }) {
  asked = false;
  if (!pointed) return;
  if (pointed.lane !== lane || pointed.place !== place) {
    describe(); // the cursor has gone on
    return;
  }
  const { text, shades, surprise } = sheets[lane];
  const bits = surprise[place];
  const next = text[place + 1];
  element("character-name").replaceChildren("Character ", make("code", "", sign(text[place])),
    ` · ${(place + 1).toLocaleString("en")} of ${text.length.toLocaleString("en")}`);
  element("character-numbers").textContent =
    `${data.states[view.state].name} ${format(value(shades[place]))}` +
    (Number.isFinite(bits) ? ` · surprise ${format(bits, 1)} bits` : "");
  element("guesses").replaceChildren(make("p", "title", "Expected next"),
    ...guesses.map(([id, share]) => {
      const bar = document.createElement("b");
      bar.style.width = `${100 * share}%`;
      const came = letters[id] === next;
      const row = make("div", `guess${came ? " came" : ""}`, make("code", "", sign(letters[id])),
        bar, make("span", "", `${came ? "✓ " : ""}${percent(share)}`));
      return row;
    }));
  element("changed-note").textContent =
    `${capitalized(data.states[view.state].name)} before and after it.`;
  const lines = changed.map(({ layer, neuron, was, is }) => {
    const found = make("button", "item", make("span", "what", `${layer}:${neuron}`),
      make("span", "score", `${format(value(was))} → ${format(value(is))}`));
    found.addEventListener("click", () => show({ layer, neuron }));
    return found;
  });
  element("varying").querySelector(".changes").replaceChildren(...lines);
}

const capitalized = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** Show the place of a pointer: the text area lies over the text, so that is looked for below. */
function hover(event) {
  const under = document.elementsFromPoint(event.clientX, event.clientY);
  const mark = under.find(({ place }) => place !== undefined);
  const lane = mark && heldSheet.root.contains(mark) ? 1 : 0;
  hovered = mark ? { lane, place: mark.place } : null;
  describe();
}

// -- held neurons -------------------------------------------------------------------------------

const shownName = () => `${view.layer}:${view.neuron}`;

/** Write what is held into the controls. */
function labelHeld() {
  const name = shownName();
  const held = view.held.get(name);
  const free = held === undefined;
  element("held-label").textContent = `Hold ${name} at`;
  element("held").classList.toggle("free", free);
  element("held").value = held ?? 0;
  element("held").setAttribute("aria-valuetext", free ? "not held" : format(held));
  element("held-value").textContent = free ? "free" : format(held);
  element("release").disabled = free;
  const others = Array.from(view.held).filter(([other]) => other !== name);
  const present = new Map(
    Array.from(element("others").children, (child) => [child.dataset.name, child]),
  );
  element("others").replaceChildren(
    ...others.map(([other, number]) => {
      const made = present.get(other) ?? heldControls(other);
      const slider = made.querySelector("input");
      if (slider !== document.activeElement) slider.value = number;
      made.querySelector("output").textContent = format(number);
      return made;
    }),
  );
  const all = Array.from(view.held, ([each, number]) => `${each} at ${format(number)}`).join(", ");
  element("caption0").textContent = "Nothing held";
  element("caption1").textContent = all ? `Held: ${all}` : "Held: nothing yet";
  element("compare").closest(".group").title = "";
}

/** Return the controls of a held neuron that is not the one shown. */
function heldControls(name) {
  const slider = document.createElement("input");
  Object.assign(slider, { type: "range", min: -1, max: 1, step: 0.05 });
  slider.setAttribute("aria-label", `Hold ${name} at`);
  slider.addEventListener("input", () => hold(name, Number(slider.value)));
  const [layer, neuron] = name.split(":");
  const made = make("span", "other", button(name, name, () => show({ layer, neuron })), slider,
    make("output", ""), button("×", "", () => hold(name, null)));
  made.lastChild.setAttribute("aria-label", `Release ${name}`);
  made.dataset.name = name;
  return made;
}
