// A character network: recurrent layers, then a dense layer to a logit for each character.
//
// description (visualize/live/network.py): {characters, cell, layers: [units, ...], skip,
// arrays: {name: {rows, columns, encoding}}}. The bias of the first layer is added to its Wx, a row
// of which is all that a character adds. A network has the weights; a `Reader` has a state.

class Network {
  /** texts: each array in base64; readers: how many `Reader`s will be made. */
  constructor(description, texts, readers = 1, plain = false) {
    const { cell, layers, skip, arrays } = description;
    const { Cell, blocks } = CELLS[cell];
    this.Cell = Cell;
    this.characters = Array.from(description.characters);
    const size = this.characters.length;
    this.products = plain ? new PlainProducts() : fastProducts(description, readers);
    const decode = (name) => decodeArray(texts[name], arrays[name]);
    const matrix = (name) =>
      this.products.matrix(decode(name), arrays[name].rows, arrays[name].columns);
    this.layers = layers.map((units, index) => {
      const name = `${cell}${index + 1}`;
      const layer = { units, blocks, b: decode(`${name}.b`), Wh: matrix(`${name}.Wh`) };
      if (arrays[`${name}.bh`]) layer.bh = decode(`${name}.bh`);
      if (index > 0) layer.Wx = matrix(`${name}.Wx`);
      else layer.table = decode(`${name}.Wx`).map((each, i) => each + layer.b[i % layer.b.length]);
      return layer;
    });
    // The dense layer reads the last layer, or with skip connections all of them, one part for each.
    const W = decode("dense.W");
    let first = 0;
    this.outputs = layers.map((units, index) => {
      if (!skip && index < layers.length - 1) return null;
      const part = W.subarray(first * size, (first + units) * size);
      first += units;
      return this.products.matrix(part, units, size);
    });
    this.b = decode("dense.b");
  }
}

/** Return what makes vectors and matrices: with SIMD if the browser has it. */
function fastProducts({ cell, layers, arrays, characters }, readers) {
  const whole = (length) => TILE * Math.ceil(length / TILE);
  let floats = 0;
  for (const { rows, columns } of Object.values(arrays)) floats += rows * whole(columns);
  const size = Array.from(characters).length;
  const { blocks } = CELLS[cell];
  for (const units of layers) floats += readers * (2 * whole(blocks * units) + 2 * whole(units));
  try {
    return new SimdProducts(floats + readers * whole(size));
  } catch {
    return new PlainProducts();
  }
}

/** A network with a state of its own, which reads one character at a time. */
class Reader {
  constructor(network) {
    this.network = network;
    this.cells = network.layers.map((layer) => new network.Cell(layer, network.products));
    this.logits = network.products.vector(network.characters.length);
  }

  /** Read the character with this id; `logits` then stand for the next one. */
  step(id) {
    const { network, logits } = this;
    let x = id;
    logits.set(network.b);
    this.cells.forEach((cell, index) => {
      x = cell.step(x);
      if (network.outputs[index]) network.outputs[index].addProduct(x, logits);
    });
  }

  /** Clamp units from now on, and no others: [{layer, unit, value}, ...], layers from 1. */
  clamp(clamped) {
    for (const cell of this.cells) cell.clamped.clear();
    for (const { layer, unit, value } of clamped) this.cells[layer - 1].clamped.set(unit, value);
  }

  /** Return a copy of the state, to go on from. */
  state() {
    const copy = (state) => Object.entries(state).map(([name, values]) => [name, values.slice()]);
    return { cells: this.cells.map(({ state }) => copy(state)), logits: this.logits.slice() };
  }

  /** Go on from a state; without one from zeros. */
  start(state) {
    this.cells.forEach((cell, index) => {
      for (const values of Object.values(cell.state)) values.fill(0);
      if (state) for (const [name, values] of state.cells[index]) cell.state[name].set(values);
    });
    if (state) this.logits.set(state.logits);
  }
}
