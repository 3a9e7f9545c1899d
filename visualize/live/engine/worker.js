// The worker: the network reads and writes here, so that the page stays free for its user.
//
// The page sends {type, ...}; see `answers`. Reading and writing go on in slices of some
// milliseconds, between which messages are taken; each slice ends with a message of what was read.
// The page says when it has shown that, and the worker is at most one slice ahead of it.

const SLICE = 16; // milliseconds
const MOST = 200; // characters of a slice

let lanes = [];
let shown = null; // {layer, state, neuron}: its shades are sent along
let tasks = []; // {count, done, next(number)}: what is left to read and write
let drawing = {}; // temperature, topK, topP
let text = 0; // number of the text
let order = 0; // number of the last order to read or write
let ahead = 0; // messages that the page has not shown yet

// A message to oneself gives way to the messages that wait; `setTimeout` would lose 4 ms each time.
const turn = new MessageChannel();
let waiting = false;
turn.port1.onmessage = () => {
  waiting = false;
  work();
};

const lengths = () => lanes.map(({ length }) => length);

function go() {
  if (tasks.length && !waiting && ahead < 2) {
    waiting = true;
    turn.port2.postMessage(null);
  }
}

/** Read and write for one slice, and tell the page. */
function work() {
  const end = performance.now() + SLICE;
  const from = lengths();
  for (let i = 0; i < MOST && tasks.length && performance.now() < end; i++) {
    const task = tasks[0];
    task.next(task.done++);
    if (task.done >= task.count) tasks.shift();
  }
  tell(from);
  go();
}

/** Send what the lanes have read from these places on. */
function tell(from) {
  ahead++;
  const left = tasks.reduce((sum, { count, done }) => sum + count - done, 0);
  postMessage({
    type: "read",
    text,
    order,
    left,
    lanes: lanes.map((lane, index) => ({
      from: from[index],
      ids: lane.ids.slice(from[index]),
      surprise: lane.surprise.slice(from[index]),
      shades: shown && lane.shades(shown, from[index]),
    })),
  });
}

const answers = {
  /** {description, texts}: make the network and its lanes. */
  load({ description, texts, plain }) {
    const network = new Network(description, texts, 2, plain);
    lanes = [new Lane(network), new Lane(network)];
    postMessage({ type: "loaded", simd: network.products instanceof SimdProducts });
  },

  /** The page has shown what one message told. */
  seen() {
    ahead--;
    go();
  },

  /**
   * {order, text, lanes: [{keep, ids, clamped}]}: read a text in each lane, of which the first `keep`
   * characters stand; other lanes become empty.
   */
  read(message) {
    text = message.text;
    order = message.order;
    tasks = [];
    lanes.forEach((lane, index) => {
      const { keep, ids, clamped } = message.lanes[index] ?? { keep: 0, ids: [], clamped: [] };
      lane.cut(Math.min(keep, lane.length));
      lane.reader.clamp(clamped);
      if (ids.length) tasks.push({ count: ids.length, done: 0, next: (i) => lane.read(ids[i]) });
    });
    if (!tasks.length) tell(lengths());
    go();
  },

  /** {options}: how characters are drawn from now on. */
  options({ options }) {
    drawing = options;
  },

  /** {order, seed, lanes, count}: draw characters; with a seed from its first random number on. */
  write({ order: given, seed, lanes: numbers, count }) {
    order = given;
    const written = numbers.map((index) => lanes[index]);
    if (seed !== null) for (const lane of written) lane.generator = new Generator(seed);
    // The lanes take turns, so that both texts grow.
    const next = () => written.forEach((lane) => lane.write(drawing));
    if (count) tasks.push({ count, done: 0, next, writes: true });
    go();
  },

  /** Stop writing. */
  pause() {
    tasks = tasks.filter(({ writes }) => !writes);
    tell(lengths());
  },

  /** {lane, clamped}: hold units from now on. */
  clamp({ lane, clamped }) {
    lanes[lane].reader.clamp(clamped);
  },

  /** {shown}: send the shades of another neuron. */
  neuron(message) {
    shown = message.shown;
    postMessage({ type: "neuron", text, shown, lanes: lanes.map((lane) => lane.shades(shown)) });
  },

  /** {lane, place}: what there is to say of one character. */
  describe({ lane, place }) {
    const from = lanes[lane];
    if (place < 0 || place >= from.length) return;
    postMessage({
      type: "described",
      text,
      lane,
      place,
      guesses: from.guesses(place),
      changed: from.changed(place, shown.state),
    });
  },
};

if (typeof importScripts === "function") {
  self.onmessage = ({ data }) => answers[data.type](data);
}
