/** Skips a test, or those of a suite, and says why. */
export function skip(context: Mocha.Context, reason: string): never {
  process.stdout.write(`      skipped: ${reason}\n`);
  return context.skip();
}
