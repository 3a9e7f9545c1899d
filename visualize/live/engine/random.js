// The random numbers of `numpy.random.default_rng(seed).spawn(1)[0]`, which `glassnet sample` draws
// its first text with: NumPy's SeedSequence, then PCG64. The same seed gives the same numbers.
//
// M. E. O'Neill, "PCG: a family of simple fast space-efficient statistically good algorithms for
// random number generation", 2014 (PCG XSL RR 128/64), and "C++ seeding surprises", 2015.

const POOL = 4; // 32-bit words that SeedSequence mixes a seed into
const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;
const MASK_64 = (1n << 64n) - 1n;
const MASK_128 = (1n << 128n) - 1n;

/** Return the words of 32 bits of a seed, lowest first. */
function seedWords(seed) {
  let rest = BigInt(seed);
  const words = [];
  do {
    words.push(Number(rest & 0xffffffffn));
    rest >>= 32n;
  } while (rest > 0n);
  return words;
}

/** Return `count` 32-bit words that NumPy's SeedSequence(seed, spawn_key) generates. */
function seedSequence(seed, spawnKey, count) {
  const entropy = seedWords(seed);
  if (spawnKey.length) {
    while (entropy.length < POOL) entropy.push(0);
    entropy.push(...spawnKey);
  }
  let constant = 0x43b0d7e5;
  const hash = (value) => {
    value ^= constant;
    constant = Math.imul(constant, 0x931e8875);
    value = Math.imul(value, constant);
    return value ^ (value >>> 16);
  };
  const mix = (x, y) => {
    const value = Math.imul(0xca01f9dd, x) - Math.imul(0x4973f715, y);
    return value ^ (value >>> 16);
  };
  const pool = [];
  for (let i = 0; i < POOL; i++) pool.push(hash(i < entropy.length ? entropy[i] : 0));
  for (let from = 0; from < POOL; from++) {
    for (let to = 0; to < POOL; to++) {
      if (from !== to) pool[to] = mix(pool[to], hash(pool[from]));
    }
  }
  for (let from = POOL; from < entropy.length; from++) {
    for (let to = 0; to < POOL; to++) pool[to] = mix(pool[to], hash(entropy[from]));
  }
  constant = 0x8b51f9dd;
  return Array.from({ length: count }, (_, i) => {
    let value = pool[i % POOL] ^ constant;
    constant = Math.imul(constant, 0x58f38ded);
    value = Math.imul(value, constant);
    return (value ^ (value >>> 16)) >>> 0;
  });
}

/** A generator of uniform random numbers; its state can be kept and set. */
class Generator {
  constructor(seed, spawnKey = [0]) {
    const words = seedSequence(seed, spawnKey, 8).map(BigInt);
    const [high, low, highStream, lowStream] = [0, 2, 4, 6].map(
      (i) => words[i] | (words[i + 1] << 32n),
    );
    this.increment = ((((highStream << 64n) | lowStream) << 1n) | 1n) & MASK_128;
    this.state = 0n;
    this.advance();
    this.state = (this.state + ((high << 64n) | low)) & MASK_128;
    this.advance();
  }

  advance() {
    this.state = (this.state * MULTIPLIER + this.increment) & MASK_128;
  }

  /** Return a number from [0, 1) of 53 random bits. */
  uniform() {
    this.advance();
    const folded = (this.state >> 64n) ^ (this.state & MASK_64);
    const turn = this.state >> 122n;
    const bits = ((folded >> turn) | (folded << ((64n - turn) & 63n))) & MASK_64;
    return Number(bits >> 11n) / 9007199254740992;
  }
}
