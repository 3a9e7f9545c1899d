// The worker that the network runs in, and the texts that it reads and writes.

let worker;
let number = 0; // of the text; the worker's messages about older ones are passed over
let orders = 0; // to read and to write; only an answer to the last one can say that all is done
let writing = null; // "on" while it streams, "again" while it writes anew
let began = { time: 0, length: 0 }; // of the writing
let reading = 0; // characters to read

const tell = (message) => {
  element("status").textContent = [message, notice].filter(Boolean).join(" · ");
};

// -- texts --------------------------------------------------------------------------------------

/** Read a text, of whose start `keep` characters may stand as they were read. */
function readText(characters, keep) {
  writing = null;
  if (rewriting !== null) keep = 0;
  clearTimeout(rewriting);
  rewriting = null;
  const texts = view.compare ? sheets : [mainSheet];
  if (!view.compare) heldSheet.clear();
  const lanes = texts.map((sheet, lane) => {
    const same = Math.min(keep, sheet.read, sheet.text.length);
    sheet.cut(same);
    sheet.start = null;
    sheet.exact = true;
    sheet.markStart();
    sheet.append(characters.slice(sheet.text.length));
    return {
      keep: same,
      ids: characters.slice(same).map((character) => known.get(character)),
      clamped: view.compare && lane === 0 ? [] : clamped(),
    };
  });
  reading = lanes.reduce((sum, { ids }) => sum + ids.length, 0);
  fillTyped();
  worker.postMessage({ type: "read", order: ++orders, text: ++number, lanes });
  labelWriting();
  remember();
}

/** Write on: `count` characters, or as many as are set; pause if it writes. */
function write(characters) {
  if (writing) {
    pause();
    return;
  }
  const first = mainSheet.start === null;
  const room = data.longest - mainSheet.text.length;
  const wanted = Math.min(typeof characters === "number" ? characters : view.length, room);
  if (wanted < 1) {
    tell(`The page holds at most ${count(data.longest, "character")}.`);
    return;
  }
  startWriting(wanted, first, "on");
}

function startWriting(count, first, how) {
  const lanes = view.compare ? [0, 1] : [0];
  for (const lane of lanes) {
    if (first) sheets[lane].start = sheets[lane].text.length;
  }
  sendDrawing();
  writing = how;
  began = { time: performance.now(), length: mainSheet.text.length };
  const seed = first ? view.seed : null;
  worker.postMessage({ type: "write", order: ++orders, seed, lanes, count });
  labelWriting();
}

function pause() {
  writing = null;
  worker.postMessage({ type: "pause" });
  labelWriting();
  remember();
}

/** Read the text again, and write again what followed it, with what is set now. */
function again() {
  const { text, start } = mainSheet;
  const end = start ?? text.length;
  const written = text.length - end;
  rewrite(text.slice(0, end), written);
}

/** Read a text from its first character and write some characters after it. */
function rewrite(characters, written) {
  readText(characters, 0);
  if (written) startWriting(written, true, "again");
}

function goOnFromCursor() {
  const place = cursor();
  readText(mainSheet.text.slice(0, place), place);
  write();
}

function labelWriting() {
  element("write").textContent = writing ? "Pause" : "Write";
  element("step").disabled = Boolean(writing);
  element("again").disabled = mainSheet.start === null;
}

// -- what the worker says -----------------------------------------------------------------------

/** Take over what was read. */
function takeRead({ lanes, left, order }) {
  lanes.forEach(({ from, ids, surprise, shades }, lane) => {
    const sheet = sheets[lane];
    sheet.append(ids.slice(Math.max(sheet.text.length - from, 0)).map((id) => letters[id]));
    ids.forEach((_, index) => {
      sheet.shades[from + index] = shades[index];
      sheet.surprise[from + index] = surprise[index];
    });
    sheet.paint(from);
    sheet.markStart();
  });
  fillTyped();
  showProgress(left);
  if (!left && order === orders) {
    writing = null;
    labelWriting();
    remember();
  }
  describe();
}

function showProgress(left) {
  const progress = element("progress");
  const { text, start } = mainSheet;
  const written = start === null ? 0 : text.length - start;
  progress.hidden = !left || written > 0;
  progress.max = reading;
  progress.value = reading - left;
  if (left && !written) {
    tell(`Reading ${count(reading, "character")} …`);
  } else if (written) {
    const seconds = (performance.now() - began.time) / 1000;
    const lanes = view.compare ? 2 : 1;
    const speed = (lanes * (text.length - began.length)) / seconds;
    const rate = seconds > 0.1 && writing ? `, ${Math.round(speed).toLocaleString("en")} a second` : "";
    tell(`${count(written, "character")} written after the first ${start.toLocaleString("en")}${rate}`);
  } else {
    const bits = mainSheet.surprise.slice(1);
    const mean = bits.reduce((sum, each) => sum + each, 0) / bits.length;
    tell(`${count(text.length, "character")} read` +
      (bits.length ? `, ${format(mean)} bits of surprise per character` : ""));
  }
}

const answers = {
  loaded({ simd }) {
    document.body.dataset.simd = simd;
  },

  read: takeRead,

  neuron({ lanes }) {
    lanes.forEach((shades, lane) => {
      sheets[lane].shades = Array.from(shades).slice(0, sheets[lane].text.length);
      sheets[lane].paint();
    });
    describe();
  },

  described: showDescription,
};

/** Make the worker from the engine, whose text is in the page. */
function startWorker() {
  const source = new Blob([element("engine").textContent], { type: "text/javascript" });
  worker = new Worker(URL.createObjectURL(source));
  worker.onmessage = ({ data: message }) => {
    if (message.text === undefined || message.text === number) answers[message.type](message);
    if (message.type === "read") worker.postMessage({ type: "seen" });
  };
  worker.onerror = ({ message }) => tell(`The network stopped: ${message}`);
  const names = Object.keys(data.network.arrays);
  const texts = Object.fromEntries(names.map((name) => [name, element(name).textContent]));
  worker.postMessage({ type: "load", description: data.network, texts });
}

// -- start --------------------------------------------------------------------------------------

/** Open a view: read its text and write what it wrote. */
function open(address) {
  view = opened(address);
  labelDrawing();
  show({});
  for (const sheet of sheets) sheet.clear();
  const characters = readable(view.start);
  rewrite(characters, Math.min(view.written, data.longest - characters.length));
}

function describePage() {
  const sizes = Object.values(data.layers);
  element("about").textContent = [
    `${count(sizes.length, "layer")} of ${count(sizes[0], "neuron")}`,
    `${data.weights.toLocaleString("en")} weights in ${data.encoding}`,
    "runs in this page, offline",
  ].join(" · ");
  for (const layer of Object.keys(data.layers)) {
    element("layers").append(button(layer, layer, () => show({ layer })));
  }
  for (const [state, { name }] of Object.entries(data.states)) {
    element("state").append(new Option(name, state));
  }
  element("state-group").hidden = Object.keys(data.states).length === 1;
  writeLists();
  if (!items.length) element("search").placeholder = "2:345";
}

describePage();
startWorker();
listen();
open(location.hash || kept());
showPane("text");
measure();
