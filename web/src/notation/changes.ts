/** What differs between two texts of alphaTex, as the server writes them: a bar a line. Pure. */

const isBar = (line: string): boolean => !/^\\(title|artist|tempo|track|instrument|staff|tuning|capo|sync) /.test(line) && line !== "." && line !== "";

/** The first bar, from 0, that is written otherwise; none where what stands before the bars has changed. */
export function firstChangedBar(before: string, after: string): number | undefined {
  if (before === after) return undefined;
  // of two hands a note may change staves, and the bars of the second staff follow those of the first
  if ((after.match(/^\\staff /gm)?.length ?? 0) > 1) return undefined;
  const [old, next] = [before.split("\n"), after.split("\n")];
  const first = old.findIndex(isBar);
  for (let at = 0; ; at++) {
    if (old[at] === next[at] && at < old.length) continue;
    if (at < first || first < 0) return undefined;
    // the bar that is the last in one of them differs by its bar line alone
    const n_bars = Math.min(old.filter(isBar).length, next.filter(isBar).length);
    return Math.min(at - first, Math.max(0, n_bars - 1));
  }
}
