// A text that a network has read or written, with all that the page shows of it.

const KEPT = 100; // characters from one state that is kept to the next
const CHUNK = 256; // characters whose shades are stored together

/**
 * Write activations as shades from 0 to 255 into an array, as visualize/drawing/shades.py does;
 * activations have bounds, so nothing is cut. Adding ½ and cutting the fraction off rounds.
 */
function writeShades(values, state, shades, at) {
  const count = values.length;
  if (state.endsWith("gate")) {
    for (let k = 0; k < count; k++) shades[at + k] = 255 * values[k] + 0.5;
  } else if (state === "cell") {
    for (let k = 0; k < count; k++) shades[at + k] = 127.5 * (Math.tanh(values[k]) + 1) + 0.5;
  } else {
    for (let k = 0; k < count; k++) shades[at + k] = 127.5 * (values[k] + 1) + 0.5;
  }
}

class Lane {
  constructor(network) {
    this.network = network;
    this.reader = new Reader(network);
    this.cells = this.reader.cells.map((cell) => cell.shown());
    this.states = Object.keys(this.cells[0]);
    // Where the shades of a layer and state begin among those of a character.
    this.offsets = [];
    this.width = 0;
    for (const { units } of network.layers) {
      this.offsets.push({});
      for (const state of this.states) {
        this.offsets.at(-1)[state] = this.width;
        this.width += units;
      }
    }
    this.generator = null;
    this.ids = [];
    this.chunks = []; // Uint8Array (CHUNK, width) each
    this.logits = []; // after each character
    this.surprise = []; // bits of each character, NaN of the first
    this.cut(0);
  }

  get length() {
    return this.ids.length;
  }

  /** Forget what comes after the first `length` characters. */
  cut(length) {
    if (length === 0) {
      this.kept = [null];
      this.primed = false;
    } else if (length === this.length) {
      return;
    }
    const replayed = this.ids.slice(KEPT * Math.floor(length / KEPT), length);
    this.kept.length = Math.min(Math.floor(length / KEPT) + 1, this.kept.length);
    this.reader.start(this.kept.at(-1));
    for (const id of replayed) this.reader.step(id);
    for (const list of [this.ids, this.logits, this.surprise]) list.length = length;
  }

  /** Read one more character, given by its id. */
  read(id) {
    const known = this.length > 0 || this.primed;
    this.surprise.push(known ? -Math.log2(characterProbabilities(this.reader.logits)[id]) : NaN);
    this.reader.step(id);
    this.logits.push(this.reader.logits.slice());
    this.store(this.length);
    this.ids.push(id);
    if (this.length % KEPT === 0) this.kept.push(this.reader.state());
  }

  store(place) {
    const row = (place % CHUNK) * this.width;
    const number = Math.floor(place / CHUNK);
    this.chunks[number] ??= new Uint8Array(CHUNK * this.width);
    const chunk = this.chunks[number];
    this.cells.forEach((shown, layer) => {
      for (const state of this.states) {
        writeShades(shown[state], state, chunk, row + this.offsets[layer][state]);
      }
    });
  }

  /** Draw a character and read it. */
  write(options) {
    if (this.length === 0 && !this.primed) {
      // No text stands for a newline, as in `glassnet sample`.
      this.reader.step(Math.max(this.network.characters.indexOf("\n"), 0));
      this.primed = true;
      this.kept = [this.reader.state()];
    }
    const probabilities = characterProbabilities(this.reader.logits, options);
    this.read(drawId(probabilities, this.generator.uniform()));
  }

  /** Return the shades of one neuron from a place on. */
  shades({ layer, state, neuron }, from = 0) {
    const at = this.offsets[layer - 1][state] + neuron;
    const found = new Uint8Array(Math.max(this.length - from, 0));
    for (let i = 0; i < found.length; i++) {
      const place = from + i;
      found[i] = this.chunks[Math.floor(place / CHUNK)][(place % CHUNK) * this.width + at];
    }
    return found;
  }

  /** Return the likeliest characters after a place: [[id, probability], ...]. */
  guesses(place, count = 5) {
    const probabilities = characterProbabilities(this.logits[place]);
    const order = Array.from(probabilities.keys());
    order.sort((a, b) => probabilities[b] - probabilities[a]);
    return order.slice(0, count).map((id) => [id, probabilities[id]]);
  }

  /** Return the neurons whose shade changed most when a character was read, as the first had 0. */
  changed(place, state, count = 8) {
    const found = [];
    const row = (index) => {
      const start = (index % CHUNK) * this.width;
      return this.chunks[Math.floor(index / CHUNK)].subarray(start, start + this.width);
    };
    const now = row(place);
    const before = place > 0 ? row(place - 1) : null;
    const zero = state.endsWith("gate") ? 0 : 127.5;
    this.network.layers.forEach(({ units }, index) => {
      const offset = this.offsets[index][state];
      for (let neuron = 0; neuron < units; neuron++) {
        const was = before ? before[offset + neuron] : zero;
        found.push({ layer: index + 1, neuron, was, is: now[offset + neuron] });
      }
    });
    const size = ({ was, is }) => Math.abs(is - was);
    return found.sort((a, b) => size(b) - size(a)).slice(0, count);
  }
}
