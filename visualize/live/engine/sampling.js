// Drawing a character, as glassnet/sample/text.py does: logits -> divided by the temperature ->
// softmax -> cut by top-k, then by top-p -> one drawn. All in float64, as there.

/** Return the probabilities that the next character is drawn with, a Float64Array. */
function characterProbabilities(logits, { temperature = 1, topK = Infinity, topP = 1 } = {}) {
  const count = logits.length;
  const probabilities = new Float64Array(count);
  let likeliest = 0;
  for (let i = 1; i < count; i++) if (logits[i] > logits[likeliest]) likeliest = i;
  if (temperature === 0) {
    probabilities[likeliest] = 1;
    return probabilities;
  }
  let sum = 0;
  for (let i = 0; i < count; i++) {
    probabilities[i] = Math.exp((logits[i] - logits[likeliest]) / temperature);
    sum += probabilities[i];
  }
  for (let i = 0; i < count; i++) probabilities[i] /= sum;
  if (topK >= count && topP >= 1) return probabilities;

  // Of equals the first comes first: the sort is stable.
  const order = Array.from(logits.keys()).sort((a, b) => logits[b] - logits[a]);
  for (const index of order.slice(Math.min(topK, count))) probabilities[index] = 0;
  if (topP < 1) {
    let kept = 0;
    for (const index of order) kept += probabilities[index];
    let before = 0; // what the likelier ones sum to
    for (const index of order) {
      const own = probabilities[index];
      if (before >= topP * kept) probabilities[index] = 0;
      before += own;
    }
  }
  let rest = 0;
  for (let i = 0; i < count; i++) rest += probabilities[i];
  for (let i = 0; i < count; i++) probabilities[i] /= rest;
  return probabilities;
}

/** Return an id: where a number from [0, 1) falls in the cumulative distribution. */
function drawId(probabilities, uniform) {
  const cumulative = new Float64Array(probabilities.length);
  let sum = 0;
  probabilities.forEach((p, i) => {
    sum += p;
    cumulative[i] = sum;
  });
  let id = 0;
  for (const bound of cumulative) if (bound <= uniform * sum) id++;
  return id;
}
