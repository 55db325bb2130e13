/** Tells a figure or a step between mocha's own lines. */
export function say(line: string): void {
  process.stdout.write(`    ${line}\n`);
}

/** Does something and tells how long it took; nobody asserts it. */
export async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const begin = Date.now();
  const result = await work();
  say(`${what}: ${((Date.now() - begin) / 1000).toFixed(1)} s`);
  return result;
}
