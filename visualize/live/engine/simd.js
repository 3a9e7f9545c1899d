// The product y += x W in WebAssembly with SIMD: four numbers at a time, several times as fast as
// `Matrix.addProduct` in plain JavaScript, which stands in where a browser has no SIMD.
//
// W (D, F) is kept in tiles of 32 columns, (F/32, D, 32), so that the loop below reads it from its
// first number to its last. A tile's 32 sums stay in eight registers of four numbers:
//
//     for each tile
//       sums = y[tile]
//       for each input i
//         sums += x[i] * W[tile, i]
//       y[tile] = sums
//
// The module is assembled here, byte by byte, from the instructions of that loop, because a page
// from the disk can load no other file. Opcodes: https://webassembly.github.io/spec/core/appendix/

const TILE = 32; // columns
const REGISTERS = TILE / 4;

/** Return the bytes of the module, whose function is product(W, x, y, inputs, tiles): addresses. */
function simdModule() {
  const [W, X, Y, INPUTS, TILES, LEFT, AT, FIRST_SUM, INPUT] = [0, 1, 2, 3, 4, 5, 6, 7, 15];
  const I32 = 0x7f;
  const V128 = 0x7b;
  const bytes = (number) => {
    // LEB128 without a sign.
    const found = [];
    do {
      found.push((number & 0x7f) | (number > 0x7f ? 0x80 : 0));
      number >>>= 7;
    } while (number);
    return found;
  };
  const get = (local) => [0x20, local];
  const set = (local) => [0x21, local];
  const increase = (local, by) => [...get(local), 0x41, ...signed(by), 0x6a, ...set(local)];
  const simd = (opcode, ...rest) => [0xfd, ...bytes(opcode), ...rest];
  const load = (offset) => simd(0x00, 4, ...bytes(offset)); // v128.load, aligned to 2^4 bytes
  const store = (offset) => simd(0x0b, 4, ...bytes(offset));
  const splat = () => simd(0x09, 2, 0); // v128.load32_splat
  const add = () => simd(0xe4); // f32x4.add
  const multiply = () => simd(0xe6); // f32x4.mul
  const repeat = (counter, body) => [
    ...[0x02, 0x40], // block: skipped if the counter is 0
    ...[...get(counter), 0x45, 0x0d, 0],
    ...[0x03, 0x40], // loop
    ...body,
    ...increase(counter, -1),
    ...[...get(counter), 0x0d, 0], // again unless it is 0
    ...[0x0b, 0x0b],
  ];
  function signed(number) {
    const found = [];
    for (;;) {
      const low = number & 0x7f;
      number >>= 7;
      if ((number === 0 && !(low & 0x40)) || (number === -1 && low & 0x40)) return [...found, low];
      found.push(low | 0x80);
    }
  }
  const each = (body) => Array.from({ length: REGISTERS }, (_, k) => body(FIRST_SUM + k, 16 * k)).flat();

  const code = repeat(TILES, [
    ...each((sum, offset) => [...get(Y), ...load(offset), ...set(sum)]),
    ...[...get(INPUTS), ...set(LEFT), ...get(X), ...set(AT)],
    ...repeat(LEFT, [
      ...[...get(AT), ...splat(), ...set(INPUT)],
      ...each((sum, offset) => [
        ...get(sum),
        ...[...get(W), ...load(offset), ...get(INPUT), ...multiply()],
        ...[...add(), ...set(sum)],
      ]),
      ...increase(W, 4 * TILE),
      ...increase(AT, 4),
    ]),
    ...each((sum, offset) => [...get(Y), ...get(sum), ...store(offset)]),
    ...increase(Y, 4 * TILE),
  ]);
  const sized = (content) => [...bytes(content.length), ...content];
  const name = (text) => sized(Array.from(text, (letter) => letter.charCodeAt(0)));
  const section = (number, content) => [number, ...sized(content)];
  const locals = [2, 2, I32, 1 + REGISTERS, V128];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 5, I32, I32, I32, I32, I32, 0]), // the function's type
    ...section(2, [1, ...name("page"), ...name("memory"), 2, 0, 0]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...name("product"), 0, 0]),
    ...section(10, [1, ...sized([...locals, ...code, 0x0b])]),
  ]);
}

/** A matrix W in the memory of the module; see `Matrix`. */
class SimdMatrix {
  constructor(products, values, inputs, outputs) {
    this.product = products.product;
    this.inputs = inputs;
    this.tiles = Math.ceil(outputs / TILE);
    const tiled = products.vector(this.tiles * inputs * TILE); // the columns that pad it stay 0
    for (let o = 0; o < outputs; o++) {
      const column = Math.floor(o / TILE) * inputs * TILE + (o % TILE);
      for (let i = 0; i < inputs; i++) tiled[column + i * TILE] = values[i * outputs + o];
    }
    this.address = tiled.byteOffset;
  }

  /** Add x W to y: x (inputs,), y (outputs,), both made by `SimdProducts.vector`. */
  addProduct(x, y) {
    this.product(this.address, x.byteOffset, y.byteOffset, this.inputs, this.tiles);
  }
}

/** Makes vectors and matrices in one memory, which does not grow: that would detach the vectors. */
class SimdProducts {
  /** floats: how many numbers there is room for; every vector takes whole tiles. */
  constructor(floats) {
    this.memory = new WebAssembly.Memory({ initial: Math.ceil((4 * floats) / 65536) + 1 });
    const module = new WebAssembly.Module(simdModule());
    this.product = new WebAssembly.Instance(module, { page: { memory: this.memory } }).exports.product;
    this.used = 0;
  }

  vector(length) {
    const made = new Float32Array(this.memory.buffer, this.used, length);
    this.used += 4 * TILE * Math.ceil(length / TILE);
    return made;
  }

  matrix(values, inputs, outputs) {
    return new SimdMatrix(this, values, inputs, outputs);
  }
}
