/** What stands at the foot of the page at present, for what must keep clear of it. */
class Edges {
  /** Height of the page's action bar. */
  bar_px = $state(0);
  /** Height of the playback and the navigation below it. */
  foot_px = $state(0);
}

export const edges = new Edges();
