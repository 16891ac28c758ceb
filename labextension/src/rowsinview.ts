/** Which rows of a list are drawn: all of a short one, of a long one those that are in view, and some around them. */

/** The height of a row whose details are not open, in px; the style sheet has the same. */
export const ROW_HEIGHT = 26;
/** Up to so many secrets all rows are in the page. */
const ALL = 300;
const AROUND = 20;
/** The height that is taken before the list was scrolled, in px. */
const FIRST_HEIGHT = 1000;

/**
 * Returns the indexes of the rows, in their order.
 *
 * `open` is the row with its details and how much higher they make it (index -1: none); the row `stop`, where the focus
 * may be, is always drawn.
 */
export function rowsInView(
  total: number,
  scrolled: { top: number; height: number },
  open: { index: number; extra: number },
  stop: number
): { all: boolean; indexes: number[] } {
  if (total <= ALL) {
    return { all: true, indexes: Array.from({ length: total }, (_, index) => index) };
  }
  const indexAt = (y: number) =>
    Math.floor((y > (open.index + 1) * ROW_HEIGHT && open.index >= 0 ? y - open.extra : y) / ROW_HEIGHT);
  const first = Math.max(0, indexAt(scrolled.top) - AROUND);
  const last = Math.min(total - 1, indexAt(scrolled.top + (scrolled.height || FIRST_HEIGHT)) + AROUND);
  const indexes = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
  const outside = stop < first ? [stop, ...indexes] : stop > last ? [...indexes, stop] : indexes;
  return { all: false, indexes: outside };
}
