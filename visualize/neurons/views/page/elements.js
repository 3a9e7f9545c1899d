// Words, colors and elements that the page of a text and the live page are made of.

const element = (id) => document.getElementById(id);

// -- words and colors ---------------------------------------------------------------------------

function format(number, digits = 2) {
  return number === null ? "–" : number.toFixed(digits).replace("-", "−");
}

function percent(share) {
  if (share > 0 && share < 0.01) return "<1 %";
  if (share < 1 && share > 0.99) return ">99 %";
  return `${Math.round(100 * share)} %`;
}

function count(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

// A character on its own, with a sign for a newline and a space.
function sign(character) {
  return {"\n": "⏎", " ": "␣"}[character] ?? character;
}

function mix(color, share) {
  return `rgb(${color.map((part) => Math.round(255 + (part - 255) * share)).join(", ")})`;
}

// The color of each shade, by scale and by whether values can be negative. Black is legible on all.
const RED = [255, 0, 0], BLUE = [66, 146, 198], ORANGE = [230, 97, 1];
const palette = (color) => Array.from({length: 256}, (_, shade) => color(shade / 255));
const fromWhite = (color) => palette((share) => mix(color, share));
const diverging = palette((share) => mix(share < 0.5 ? BLUE : ORANGE, Math.abs(2 * share - 1)));
const palettes = {
  red: {signed: fromWhite(RED), unsigned: fromWhite(RED)},
  diverging: {signed: diverging, unsigned: fromWhite(ORANGE)},
};

// -- elements -----------------------------------------------------------------------------------

function make(tag, name, ...content) {
  const made = document.createElement(tag);
  made.className = name;
  made.append(...content);
  return made;
}

function button(text, value, action) {
  const made = make("button", "", text);
  made.value = value;
  made.addEventListener("click", action);
  return made;
}

function meter(share, tick) {
  const made = make("span", "meter", make("span", "value"));
  made.firstChild.style.width = `${100 * Math.min(Math.max(share, 0), 1)}%`;
  if (tick !== undefined) {
    made.append(make("span", "tick"));
    made.lastChild.style.left = `${100 * Math.min(Math.max(tick, 0), 1)}%`;
  }
  return made;
}
