// The texts in their colors: the one that is typed and written, and beside it, if two are compared,
// the one with held neurons.

/** A text on the page: its characters, their shades and their elements. */
class Sheet {
  constructor(number) {
    this.root = element(`text${number}`);
    this.clear();
  }

  clear() {
    this.text = []; // characters
    this.shades = []; // of those that were read
    this.surprise = [];
    this.marks = [];
    this.painted = [];
    this.start = null; // where what the network wrote begins; null if it wrote nothing
    this.exact = true; // whether all of that was written with what is set now
    this.root.replaceChildren(make("div", ""));
  }

  get read() {
    return this.shades.length;
  }

  /** Forget what comes after the first `length` characters. */
  cut(length) {
    if (length >= this.text.length) return;
    for (const list of [this.text, this.shades, this.surprise, this.painted]) {
      if (list.length > length) list.length = length;
    }
    for (const mark of this.marks.splice(length)) mark.remove();
    while (this.root.lastChild !== this.lastLine()) this.root.lastChild.remove();
    if (this.start !== null && this.start > length) this.start = null;
  }

  /** Return the line that the next character comes into. */
  lastLine() {
    const last = this.marks.at(-1);
    if (!last) return this.root.firstChild;
    return last.textContent === "\n" ? last.parentNode.nextSibling : last.parentNode;
  }

  /** Append characters, not yet read. */
  append(characters) {
    let line = this.root.lastChild;
    for (const character of characters) {
      const mark = document.createElement("span");
      mark.textContent = character;
      mark.place = this.text.length;
      this.text.push(character);
      this.marks.push(mark);
      line.append(mark);
      if (character === "\n") {
        line = make("div", "");
        this.root.append(line);
      }
    }
  }

  paint(from = 0) {
    const table = colors(view);
    for (let place = from; place < this.read; place++) {
      const color = table[this.shades[place]];
      if (this.painted[place] !== color && this.text[place] !== "\n") {
        this.marks[place].style.backgroundColor = color;
        this.painted[place] = color;
      }
    }
  }

  /** Mark where writing began, for those who don't see colors and for all others. */
  markStart() {
    const mark = this.start === null ? undefined : this.marks[this.start];
    if (mark === this.startMark) return;
    this.startMark?.classList.remove("written");
    mark?.classList.add("written");
    this.startMark = mark;
  }
}

const mainSheet = new Sheet(0);
const heldSheet = new Sheet(1);
const sheets = [mainSheet, heldSheet];
const typed = element("typed");

const lines = (text) => Array.from(text.replace(/\r\n?/g, "\n"));
const knownOf = (text) => lines(text).filter((character) => known.has(character));
let notice = ""; // what was left out of the text; it stays until the text is changed again

/** Return the characters of a text that can be read, and say what is left out. */
function readable(text) {
  const kept = knownOf(text);
  const unknown = new Set(lines(text).filter((character) => !known.has(character)));
  notice = "";
  if (unknown.size) {
    const named = Array.from(unknown).slice(0, 8).map(sign).join(" ");
    notice = `Left out, as the network does not know them: ${named}`;
  } else if (kept.length > data.longest) {
    notice = `Only the first ${count(data.longest, "character")} fit.`;
  }
  return kept.slice(0, data.longest);
}

/** Return the number of characters before the cursor: code points, as the network counts. */
function cursor() {
  return Array.from(typed.value.slice(0, typed.selectionStart)).length;
}

function setCursor(place) {
  const units = mainSheet.text.slice(0, place).join("").length;
  typed.setSelectionRange(units, units);
}

/** Put the text of the sheet into the text area, and the cursor where it was or at the end. */
function fillTyped() {
  const now = mainSheet.text.join("");
  if (typed.value === now) return;
  const atEnd = typed.selectionStart >= typed.value.length;
  const place = typed.selectionStart;
  typed.value = now;
  const units = atEnd ? now.length : Math.min(place, now.length);
  typed.setSelectionRange(units, units);
}

/** Take over what was typed or pasted. */
function takeTyped() {
  const characters = readable(typed.value);
  const all = characters.join("");
  if (all !== typed.value) {
    const before = knownOf(typed.value.slice(0, typed.selectionStart)).join("").length;
    typed.value = all;
    typed.setSelectionRange(before, before);
  }
  const shorter = Math.min(characters.length, mainSheet.text.length);
  let same = 0;
  while (same < shorter && characters[same] === mainSheet.text[same]) same++;
  readText(characters, view.compare && mainSheet.start !== null ? 0 : same);
}

// -- the plot -----------------------------------------------------------------------------------

/** Draw the neuron along the text, and where the cursor is. */
function drawPlot() {
  const canvas = element("plot");
  const scale = devicePixelRatio || 1;
  const width = Math.round(canvas.clientWidth * scale);
  const height = Math.round(canvas.clientHeight * scale);
  if (!width) return;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, width, height);
  const { low } = data.states[view.state];
  const { length } = mainSheet.text;
  const y = (shade) => height - 3 * scale - (shade / 255) * (height - 6 * scale);
  context.fillStyle = "#0002";
  if (low < 0) context.fillRect(0, y(127.5), width, scale);
  const shown = view.compare ? sheets : [mainSheet];
  shown.forEach(({ shades }, number) => {
    context.strokeStyle = number ? "#b34700" : "#1b5e92";
    context.lineWidth = 1.2 * scale;
    context.setLineDash(number ? [4 * scale, 2 * scale] : []);
    context.beginPath();
    shades.forEach((shade, place) => context.lineTo(((place + 0.5) / length) * width, y(shade)));
    context.stroke();
  });
  context.setLineDash([]);
  if (pointed !== null) {
    context.fillStyle = "#000a";
    context.fillRect(((pointed.place + 0.5) / length) * width, 0, scale, height);
  }
}
