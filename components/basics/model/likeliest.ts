/** How many letters have to be added, removed or changed to make one text of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: Array.from(b).length + 1 }, (_, index) => index);
  Array.from(a).forEach((letter, line) => {
    const next = [line + 1];
    Array.from(b).forEach((other, column) => {
      const [above = 0, left = 0, corner = 0] = [row[column + 1], next[column], row[column]];
      next.push(Math.min(above + 1, left + 1, corner + (letter === other ? 0 : 1)));
    });
    row = next;
  });
  return row.at(-1) ?? 0;
}

const SHOWN = 3;
const LONGEST_NAME = 200;

/**
 * The names that are most like one, the likeliest first: those with a typing error's difference, or of which one holds the other. One letter is like
 * none: too many names hold it.
 */
export function likeliest(name: string, names: readonly string[]): readonly string[] {
  const lower = (text: string) => text.slice(0, LONGEST_NAME).toLowerCase();
  const wanted = lower(name);
  return names
    .map((each) => {
      const far = distance(wanted, lower(each));
      const shorter = Math.min(wanted.length, each.length);
      const holds = lower(each).includes(wanted) || wanted.includes(lower(each));
      const isNear = far <= Math.max(2, Math.ceil(wanted.length / 3)) && far < shorter;
      return { each, far, isLikely: shorter > 1 && (holds || isNear) };
    })
    .filter(({ isLikely }) => isLikely)
    .sort((a, b) => a.far - b.far)
    .slice(0, SHOWN)
    .map(({ each }) => each);
}
