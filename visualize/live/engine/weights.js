// Weights from the text of the page: base64 of float32, float16 or int8, as encodings.py writes them.

function base64Bytes(text) {
  const binary = atob(text);
  const found = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) found[i] = binary.charCodeAt(i);
  return found;
}

/** Return the numbers of float16 bits, a Uint16Array. */
function fromFloat16(bits) {
  const all = new Float32Array(65536); // each of the numbers that there are
  for (let i = 0; i < 65536; i++) {
    const exponent = (i >> 10) & 31;
    const fraction = (i & 1023) / 1024;
    const size = exponent ? 2 ** (exponent - 15) * (1 + fraction) : 2 ** -14 * fraction;
    all[i] = i & 0x8000 ? -size : size;
  }
  return Float32Array.from(bits, (each) => all[each]);
}

/** Return the numbers of an array, row by row; `int8` ends with a float32 scale for each column. */
function decodeArray(text, { rows, columns, encoding }) {
  const bytes = base64Bytes(text);
  if (encoding === "float32") return new Float32Array(bytes.buffer);
  if (encoding === "float16") return fromFloat16(new Uint16Array(bytes.buffer));
  const count = rows * columns;
  const scales = new Float32Array(bytes.slice(count).buffer);
  const small = new Int8Array(bytes.buffer, 0, count);
  const values = new Float32Array(count);
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, i++) values[i] = small[i] * scales[column];
  }
  return values;
}
