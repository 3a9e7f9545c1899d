// A matrix that vectors are multiplied by: nearly all the time of a recurrent network goes here.
// This one is plain JavaScript, for browsers without the SIMD that `simd.js` needs.
//
// The matrix W (D, F) is kept transposed, one row of D numbers for each of the F outputs, so that
// each output is a sum over numbers that lie side by side. Four outputs are made at once: x is then
// read once for four products, and the four sums don't wait for one another.

class Matrix {
  /** values: a Float32Array of W (inputs, outputs), row by row, as NumPy stores it. */
  constructor(values, inputs, outputs) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.rows = new Float32Array(values.length); // (outputs, inputs)
    for (let i = 0; i < inputs; i++) {
      for (let o = 0; o < outputs; o++) this.rows[o * inputs + i] = values[i * outputs + o];
    }
  }

  /** Add x W to y: x (inputs,), y (outputs,). */
  addProduct(x, y) {
    const { inputs, outputs, rows } = this;
    const whole = outputs - (outputs % 4);
    for (let o = 0; o < whole; o += 4) {
      let a = o * inputs;
      let b = a + inputs;
      let c = b + inputs;
      let d = c + inputs;
      let sumA = 0;
      let sumB = 0;
      let sumC = 0;
      let sumD = 0;
      for (let i = 0; i < inputs; i++) {
        const value = x[i];
        sumA += rows[a++] * value;
        sumB += rows[b++] * value;
        sumC += rows[c++] * value;
        sumD += rows[d++] * value;
      }
      y[o] += sumA;
      y[o + 1] += sumB;
      y[o + 2] += sumC;
      y[o + 3] += sumD;
    }
    for (let o = whole; o < outputs; o++) {
      let sum = 0;
      for (let i = 0; i < inputs; i++) sum += rows[o * inputs + i] * x[i];
      y[o] += sum;
    }
  }
}

/** Makes vectors and matrices in plain JavaScript; `SimdProducts` is its faster sibling. */
class PlainProducts {
  vector(length) {
    return new Float32Array(length);
  }

  matrix(values, inputs, outputs) {
    return new Matrix(values, inputs, outputs);
  }
}
