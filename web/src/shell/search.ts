/** How well a text answers a search: 0 when a word is missing, more when words begin it or stand at its front. */
export function score(text: string, search: string): number {
  const wanted = search.toLowerCase().split(/\s+/).filter(Boolean);
  const given = text.toLowerCase();
  let sum = 1;
  for (const word of wanted) {
    const at = given.indexOf(word);
    if (at < 0) return 0;
    sum += (at === 0 || given[at - 1] === " " ? 2 : 1) + 1 / (1 + at);
  }
  return sum;
}
