// Recurrent layers one step at a time; the equations stand in nn/recurrent/lstm.py, gru.py and
// simple_rnn.py. A cell keeps its state and, of its last step, all that a view may show.

const logistic = (x) => 0.5 * Math.tanh(0.5 * x) + 0.5;

/** What the cells share: the products, the state, and units that are clamped to a value. */
class RecurrentCell {
  /** layer: {units, blocks, table | Wx, b, Wh, ...}, see network.js; products: makes vectors. */
  constructor(layer, products) {
    this.layer = layer;
    this.units = layer.units;
    this.width = layer.blocks * layer.units; // of all gates
    this.z = products.vector(this.width);
    this.state = { h: products.vector(this.units) };
    this.clamped = new Map(); // unit -> value
  }

  /** Put the input's part of all gates into z: x is an id or a vector. */
  readInput(x) {
    const { z, width } = this;
    const { table, b, Wx } = this.layer;
    if (table) {
      z.set(table.subarray(x * width, (x + 1) * width));
    } else {
      z.set(b);
      Wx.addProduct(x, z);
    }
  }

  /** Keep the hidden state of the clamped units at their values. */
  holdClamped() {
    for (const [unit, value] of this.clamped) this.state.h[unit] = value;
  }

  /** Read one input; return the hidden state. */
  step(x) {
    this.holdClamped();
    this.readInput(x);
    this.moveState();
    this.holdClamped();
    return this.state.h;
  }

  part(number) {
    return this.z.subarray(number * this.units, (number + 1) * this.units);
  }
}

class LSTMCell extends RecurrentCell {
  constructor(layer, products) {
    super(layer, products);
    this.state.c = products.vector(this.units);
  }

  moveState() {
    const { z, units } = this;
    const { h, c } = this.state;
    this.layer.Wh.addProduct(h, z);
    for (let k = 0; k < units; k++) {
      const i = logistic(z[k]);
      const f = logistic(z[units + k]);
      const o = logistic(z[2 * units + k]);
      const g = Math.tanh(z[3 * units + k]);
      c[k] = f * c[k] + i * g;
      h[k] = o * Math.tanh(c[k]);
      z[k] = i;
      z[units + k] = f;
      z[2 * units + k] = o;
      z[3 * units + k] = g;
    }
  }

  /** Return what a view shows after a step, by the name that it has in `glassnet visualize`. */
  shown() {
    return {
      hidden: this.state.h,
      cell: this.state.c,
      "input-gate": this.part(0),
      "forget-gate": this.part(1),
      "output-gate": this.part(2),
      candidate: this.part(3),
    };
  }
}

/** A GRU whose reset gate acts after the recurrent product. */
class GRUCell extends RecurrentCell {
  constructor(layer, products) {
    super(layer, products);
    this.recurrent = products.vector(this.width); // h Wh, with the candidate's bias
  }

  moveState() {
    const { z, units, recurrent } = this;
    const { h } = this.state;
    recurrent.fill(0);
    recurrent.set(this.layer.bh, 2 * units);
    this.layer.Wh.addProduct(h, recurrent);
    for (let k = 0; k < units; k++) {
      const reset = logistic(z[k] + recurrent[k]);
      const update = logistic(z[units + k] + recurrent[units + k]);
      const candidate = Math.tanh(z[2 * units + k] + reset * recurrent[2 * units + k]);
      h[k] = candidate + update * (h[k] - candidate);
      z[k] = reset;
      z[units + k] = update;
      z[2 * units + k] = candidate;
    }
  }

  shown() {
    return {
      hidden: this.state.h,
      "reset-gate": this.part(0),
      "update-gate": this.part(1),
      candidate: this.part(2),
    };
  }
}

class SimpleRNNCell extends RecurrentCell {
  moveState() {
    const { z } = this;
    const { h } = this.state;
    this.layer.Wh.addProduct(h, z);
    for (let k = 0; k < this.units; k++) h[k] = Math.tanh(z[k]);
  }

  shown() {
    return { hidden: this.state.h };
  }
}

/** The cells by the name that `--cell` has for them, with the blocks of columns of their weights. */
const CELLS = {
  lstm: { Cell: LSTMCell, blocks: 4 },
  gru: { Cell: GRUCell, blocks: 3 },
  rnn: { Cell: SimpleRNNCell, blocks: 1 },
};
